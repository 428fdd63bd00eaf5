# SPDX-License-Identifier: MIT
"""flowlogs_payload_rollup sums what flowlogs_payload shows, and fails as it does."""

import gzip
import json
import random

import pytest

from builds import ROOT

LAMBDA = ROOT / "tests" / "data" / "stream" / "lambda.json"
DIMENSIONS = ["action", "dstport", "srcaddr, dstaddr", "interface_id, protocol", "log_status"]


def lines(seed, n):
    """n records in the default format, some with missing values."""
    r = random.Random(seed)
    for i in range(n):
        if r.random() < 0.05:
            yield f"2 123456789012 eni-{i % 3} - - - - - - - {1773046800 + i} {1773046860 + i} - NODATA"
        else:
            yield (f"2 123456789012 eni-{i % 3} 10.0.{r.randrange(3)}.{r.randrange(20)} 10.1.0.{r.randrange(9)} "
                   f"{r.randrange(1024, 1100)} {r.choice([22, 53, 443])} {r.choice([6, 17])} {r.randrange(1, 99)} "
                   f"{r.randrange(40, 99999)} {1773046800 + i} {1773046860 + i} {r.choice(['ACCEPT', 'REJECT'])} OK")


def sums(table, columns, source):
    """The sums of a table by the columns: records, packets, bytes, first and last second."""
    measures = ("sum(flows), sum(packets), sum(bytes), min(first_seen), max(last_seen)" if "rollup" in table else
                "count(*), sum(packets), sum(bytes), min(start), max(end)")
    return (f"SELECT {columns}, {measures} FROM {source.replace('TABLE', table)} GROUP BY {columns} "
            f"ORDER BY {columns};")


@pytest.mark.parametrize("columns", DIMENSIONS)
def test_sums_are_those_of_the_records(build, tmp_path, columns):
    """Lines, gzip and an event; 30,000 lines are more than one window and more than one batch."""
    payloads = {"lines": "\n".join(lines(1, 30000)).encode(), "gzip": gzip.compress("\n".join(lines(2, 500)).encode()),
                "event": LAMBDA.read_bytes()}
    for name, data in payloads.items():
        path = tmp_path / name
        path.write_bytes(data)
        source = f"TABLE(readfile('{path}'))"
        expected = build.rows(sums("flowlogs_payload", columns, source))
        assert expected and "rror" not in expected[0][0], name
        assert build.rows(sums("flowlogs_payload_rollup", columns, source)) == expected, name


def test_each_payload_of_a_table_is_summed(build, tmp_path):
    """The table is the inner loop of a join, which asks it for one payload after another."""
    rows = "".join(f"INSERT INTO queue VALUES ({i}, '{chr(10).join(lines(i, 40))}');\n" for i in range(20))
    script = f"CREATE TABLE queue (id INTEGER, body TEXT);\n{rows}"
    source = "queue, TABLE(queue.body)"
    columns = "id, action, dstport"
    expected = build.rows(script + sums("flowlogs_payload", columns, source))
    assert len(expected) > 100
    assert build.rows(script + sums("flowlogs_payload_rollup", columns, source)) == expected


@pytest.mark.parametrize("condition", ["dstport = 443", "addr = '10.1.0.3'", "since = 1773046900 AND until = 1773047000",
                                       "filter = '[v, a, e, s, d, sp, dp=22, ...]'", "start < 1773046950",
                                       "cidr_match(srcaddr, '10.0.1.0/24')", "action IS NULL"])
def test_conditions_select_the_same_records(build, condition):
    data = "\n".join(lines(3, 2000))
    query = "SELECT {}, sum({}) FROM {}('" + data + "') WHERE " + condition + ";"
    expected = build.rows(query.format("count(*)", "bytes", "flowlogs_payload"))
    assert int(expected[0][0]) > 0
    assert build.rows(query.format("sum(flows)", "bytes", "flowlogs_payload_rollup")) == expected


@pytest.mark.parametrize("data", ["NULL", "''", "'AWSLogs/'", "'{\"a\":1}'", "x'1f8b08'",
                                  "'2 123456789012 eni-1 10.0.0.1'", "'[]'"])
def test_errors_are_those_of_flowlogs_payload(build, data):
    def message(table):
        out = build.shell(f"SELECT count(*) FROM {table}({data});")
        assert "rror" in out and "flowlogs: " in out, out
        return out.replace("flowlogs_payload_rollup", "flowlogs_payload")
    assert message("flowlogs_payload_rollup") == message("flowlogs_payload")


def test_skip_sums_what_can_be_read(build):
    good = list(lines(4, 50))
    data = json.dumps({"messageType": "DATA_MESSAGE", "logGroup": "g", "logStream": "s",
                       "logEvents": [{"message": m} for m in good[:25] + ["no record", ""] + good[25:]]})
    query = f"SELECT sum(flows) FROM flowlogs_payload_rollup('{data}', 'skip');"
    assert build.rows(query) == [["50"]]
    assert "no record" not in build.shell(query)
    assert "g:s:27: the event has an empty message" in build.shell(query.replace(", 'skip'", ""))


def test_the_payload_must_be_given(build):
    assert "which data? write flowlogs_payload_rollup(event)" in build.shell("SELECT * FROM flowlogs_payload_rollup;")


def test_the_plan_shows_what_is_pushed_down(release):
    out = release.shell("EXPLAIN QUERY PLAN SELECT sum(bytes) FROM flowlogs_payload_rollup('x') WHERE dstport = 22;")
    assert "data= dstport=" in out
