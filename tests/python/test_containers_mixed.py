# SPDX-License-Identifier: MIT
"""Several logs and several forms in one container: each record is read in the form that it has, in every order,
and what is no record does not hide those behind it."""

import base64
import gzip
import json
import random
import re

import pytest

import containers
from builds import connect
from containers import DEFAULT
from test_containers import COLUMNS, expected, rows


@pytest.fixture
def db(release):
    return connect(release)


def shuffled(rng, record):
    """The fields of a record in another order, and perhaps without some that are missing."""
    names = list(DEFAULT)
    rng.shuffle(names)
    return {name: value for name, value in ((name, containers.fields(record)[name]) for name in names)
            if value != "-" or rng.randrange(2)}


def json_document(rng, records):
    kind = rng.choice(("fields", "fields", "messages", "events", "list", "subscription", "sorted", "kinesis"))
    if kind == "fields":
        swap = {"srcaddr": "dstaddr", "dstaddr": "srcaddr"} if rng.randrange(2) else {}
        order = [swap.get(name, name) for name in DEFAULT]
        return containers.lines(json.dumps({name: containers.fields(r)[name] for name in order} if rng.randrange(4)
                                           else shuffled(rng, r)) for r in records)
    make = {"messages": containers.firehose_lines, "events": containers.get_log_events, "list": containers.parsed_json,
            "subscription": containers.subscription, "sorted": containers.subscription_sorted,
            "kinesis": containers.kinesis_event}[kind]
    return make(records)


def csv_table(rng, records):
    kind = rng.randrange(4)
    if kind == 0:
        return containers.console_csv(records)
    if kind == 1:
        return containers.insights_csv(records)
    names = list(DEFAULT)
    if kind == 2:
        names[3], names[4] = names[4], names[3]
    else:
        rng.shuffle(names)
    return containers.table([name.replace("-", "_") for name in names],
                            [[containers.fields(r)[name] for name in names] for r in records])


@pytest.mark.parametrize("make", (json_document, csv_table))
def test_forms_that_follow_one_another(db, tmp_path, make):
    """Names hold for the records that have them, and not for messages behind them."""
    path = tmp_path / "x.dat"
    for seed in range(60):
        rng = random.Random(seed)
        records, data = [], b""
        for _ in range(rng.randrange(2, 8)):
            own = containers.records(seed=rng.random(), count=rng.choice((1, 2, 5, 40, 1100)) if seed < 6 else rng.randrange(1, 6))
            records += own
            data += make(rng, own)
        path.write_bytes(data)
        want = expected(records)
        assert rows(db, path) == want, seed
        sums = db.execute("SELECT sum(flows), sum(bytes) FROM flowlogs_rollup(?)", [str(path)]).fetchone()
        assert sums == (len(want), sum(row[9] or 0 for row in want)), seed
        numbers = [row[0] for row in rows(db, path, "line")]
        assert numbers == sorted(set(numbers)), seed
        got = db.execute(f"SELECT {COLUMNS} FROM flowlogs_payload(?)", [data]).fetchall()
        assert sorted(got, key=repr) == sorted(want, key=repr), seed


def subscription(group, messages):
    return json.dumps({"messageType": "DATA_MESSAGE", "owner": "1", "logGroup": group, "logStream": "s",
                       "logEvents": [{"id": "1", "timestamp": 1, "message": m} for m in messages]}).encode()


def kinesis(documents):
    return json.dumps({"Records": [{"kinesis": {"data": containers.data(d)}} for d in documents]}).encode()


APPLICATION = {
    "lines": ["START RequestId: 1", "END RequestId: 1"] * 30,
    "blank": [""],
    "several lines": ["Traceback:\n  File x"] * 40,
    "many": [f"request {i} done" for i in range(3000)],
}


@pytest.mark.parametrize("name", APPLICATION)
@pytest.mark.parametrize("form", ("documents", "records"))
def test_another_log_does_not_hide_flow_logs(db, tmp_path, name, form):
    """A subscription of several log groups: the first document is no flow log, and the second is one."""
    records = containers.records(seed=3, count=20)
    documents = [subscription("/app", APPLICATION[name]), subscription("/vpc", [r.message for r in records])]
    path = tmp_path / "x.dat"
    path.write_bytes(b"".join(documents) if form == "documents" else kinesis(documents))
    with pytest.raises(Exception, match="x.dat:1: "):
        rows(db, tmp_path)
    for where in (path, tmp_path):
        assert rows(db, where, where="WHERE on_error = 'skip'") == expected(records)
    bad = len(APPLICATION[name])
    assert db.execute("SELECT verdict, rows, errors FROM flowlogs_files(?)", [str(path)]).fetchall() == [("flow log", 20, bad)]


def test_what_has_no_records_is_passed_over_with_its_reason(db, tmp_path):
    records = containers.records(seed=3, count=20)
    (tmp_path / "flow.json").write_bytes(containers.firehose_messages(records))
    (tmp_path / "blank.json").write_bytes(b'{"events":[{"message":"","timestamp":1}]}')
    (tmp_path / "none.json").write_bytes(b'{"events":[{"timestamp":1}]}')
    (tmp_path / "app.json").write_bytes(subscription("/app", APPLICATION["many"] * 7))
    assert rows(db, tmp_path) == expected(records)
    listed = db.execute("SELECT path, note FROM flowlogs_files(?) WHERE verdict = 'other' ORDER BY path", [str(tmp_path)]).fetchall()
    assert [note for _, note in listed] == [
        "is no flow log: its first line is neither a header nor a record; the line begins with 'request 0 done'",
        "the event has an empty message", 'the event has no "message" that is a text']
    for name in ("blank", "none", "app"):
        with pytest.raises(Exception, match=f"{name}.json:1: "):
            rows(db, tmp_path / f"{name}.json")


OTHER_JSON = [
    {"version": 1}, {"version": 2, "type": "a", "region": "eu"}, {"region": "us-east-1"}, {"bytes": 5}, {"action": "ACCEPT"},
    {"start": 1, "end": 5}, {"status": "OK"}, {"source": "10.0.0.1"}, {"name": "x", "version": 1, "protocol": 6, "start": 4},
    {"account": "1", "region": "us-east-1", "type": "a"},
    {"version": "0", "account": "1", "region": "us-east-1", "detail-type": "EC2", "source": "aws.ec2",
     "time": "2026-01-01T00:00:00Z", "id": "x", "resources": [], "detail": {"state": "running"}},
    {"version": "1.1", "account_id": "1", "region": "us-east-1", "vpc_id": "vpc-1", "query_name": "example.com.",
     "rcode": "NOERROR", "answers": [{"Rdata": "192.0.2.1"}], "srcaddr": "10.0.0.1", "srcport": "53", "transport": "UDP"},
]


@pytest.mark.parametrize("document", OTHER_JSON, ids=lambda d: "-".join(d))
def test_json_of_other_things(db, tmp_path, document):
    """Names that documents of all kinds have are no sign of a flow log."""
    records = containers.records(seed=3, count=2)
    (tmp_path / "flow.json").write_bytes(containers.firehose_messages(records))
    (tmp_path / "other.json").write_text(json.dumps(document) * 3)
    assert rows(db, tmp_path) == expected(records)
    with pytest.raises(Exception, match="(is a JSON object without flow log records|is a query log of Route 53 Resolver, and no flow log); its keys are "):
        rows(db, tmp_path / "other.json")


def test_documents_of_other_things_first(db, tmp_path):
    """Documents that follow one another may come from several sources."""
    records = containers.records(seed=3, count=5)
    for make in (containers.firehose_messages, containers.subscription, containers.parsed_json, containers.insights_json):
        path = tmp_path / "x.json"
        other = json.dumps({"level": "info", "nested": {"a": 1}}) * 3
        path.write_bytes(other.encode() + make(records))
        with pytest.raises(Exception, match="x.json:1: is a JSON object without flow log records; its keys are level, nested"):
            rows(db, tmp_path)
        assert rows(db, tmp_path, where="WHERE on_error = 'skip'") == expected(records)
        assert db.execute("SELECT sum(errors) FROM flowlogs_files(?)", [str(tmp_path)]).fetchall() == [(3,)]
        path.write_bytes(other.encode() * 22 + make(records))
        assert db.execute("SELECT rows, note FROM flowlogs_files(?)", [str(tmp_path)]).fetchall() == [
            (0, "is a JSON object without flow log records; its keys are level, nested")]  # too many


def test_query_logs_of_resolver_as_csv(db, tmp_path):
    records = containers.records(seed=3, count=2)
    (tmp_path / "flow.json").write_bytes(containers.firehose_messages(records))
    (tmp_path / "queries.csv").write_bytes(containers.table(["account_id", "vpc_id", "query_name", "srcaddr", "srcport"],
                                                            [["1", "vpc-1", "example.com.", "10.0.0.1", "53"]] * 3))
    assert rows(db, tmp_path) == expected(records)
    with pytest.raises(Exception, match="is a query log of Route 53 Resolver, and no flow log; its columns are account_id,"):
        rows(db, tmp_path / "queries.csv")


def test_names_of_fields_behind_many_others(db, tmp_path):
    """A field is read however many other names were before it, and its own name goes before others."""
    path = tmp_path / "x.json"
    documents = [{"srcport": 1, "dstport": 2, "bytes": 3, f"tag{i}": i} for i in range(300)]
    documents.append({"srcport": 1, "dstport": 2, "bytes": 3, "srcaddr": "10.0.0.1", "source": "172.17.0.1"})
    path.write_bytes(containers.lines(json.dumps(d) for d in documents))
    assert rows(db, path, "srcaddr")[299:] == [(None,), ("10.0.0.1",)]
    documents.append({"srcport": 1, "bytes": 3, "src": "10.0.0.2", "source": "172.17.0.1"})
    path.write_bytes(containers.lines(json.dumps(d) for d in documents))
    with pytest.raises(Exception, match="x.json:302: has two values of the field srcaddr"):
        rows(db, path, "srcaddr")


def test_blanks_in_front_of_a_header(db, tmp_path):
    """They are no part of the first column's name."""
    records = containers.records(seed=3, count=5)
    path = tmp_path / "x.csv"
    for make in (containers.athena_csv, containers.fields_csv, containers.console_csv):
        path.write_bytes(b"\xef\xbb\xbf\n  " + make(records))
        assert rows(db, path) == expected(records)
        assert rows(db, path, "min(line)") == [(3,)]


def record_of(data):
    return json.dumps({"records": [{"data": base64.b64encode(data).decode()}]}).encode()


def packed(data, layers=1):
    return packed(gzip.compress(data, mtime=0), layers - 1) if layers else data


# What cannot be looked into, or only in part, and what is said of it.
LOST = {
    "limit": (record_of(packed(bytes(4 << 20), 2)), "becomes more than 1032 times as large"),
    "layers": (record_of(packed(b"2 1\n", 5)), "has more than 4 layers of gzip and base64"),
    "cut": (record_of(packed(b"2 1\n" * 99)[:-9]), "record 1 of its list: the gzip data is cut off"),
    "changed": (b'{"awslogs":{"data":"H4sI$$$$"}}', "is no base64: byte 5 is '$'"),
    "another": (kinesis([subscription("/app", ["request 1 done"]), b"\x1f\x8b\x08"]), "the gzip data is cut off"),
    "text": (json.dumps([base64.b64encode(packed(bytes(4 << 20), 2)).decode()]).encode(), "becomes more than 1032 times"),
}


@pytest.mark.parametrize("case", LOST)
def test_what_cannot_be_unpacked_is_not_passed_over(db, tmp_path, case):
    """It may be flow logs, so that it is an error in a folder, too, and is listed where it is skipped."""
    records = containers.records(seed=3, count=20)
    data, error = LOST[case]
    (tmp_path / "a.log").write_bytes(containers.bare(records))
    (tmp_path / "b.json").write_bytes(data)
    for path in (tmp_path, tmp_path / "b.json"):
        with pytest.raises(Exception, match="b.json.*" + re.escape(error)):
            rows(db, path)
        assert rows(db, path, where="WHERE on_error = 'skip'") == (expected(records) if path == tmp_path else [])
        (reason,), = db.execute("SELECT reason FROM flowlogs_errors(?)", [str(path)]).fetchall()
        assert error in reason
        (errors, note), = db.execute("SELECT errors, note FROM flowlogs_files(?) WHERE verdict = 'unreadable'", [str(path)])
        assert errors == 1 and error in note


def test_a_limit_behind_records_ends_the_file_as_damage_does(db, tmp_path):
    records = containers.records(seed=3, count=20)
    (tmp_path / "a.json").write_bytes(containers.firehose_lines(records) + LOST["limit"][0])
    with pytest.raises(Exception, match="a.json: becomes more than 1032 times"):
        rows(db, tmp_path)
    assert rows(db, tmp_path, where="WHERE on_error = 'skip'") == expected(records)
    assert db.execute("SELECT verdict, rows, errors FROM flowlogs_files(?)", [str(tmp_path)]).fetchall() == [("flow log", 20, 1)]


OTHER_RECORDS = [{"eventSource": "aws:sqs", "body": "x"}, {"s3": {"object": {"key": "a"}}}, {"eventVersion": "1.08"}, 5, "text", {}]


@pytest.mark.parametrize("other", OTHER_RECORDS, ids=str)
def test_a_foreign_record_in_a_list_is_a_problem_of_its_own(db, tmp_path, other):
    """Wherever it stands, the records behind it are read."""
    records = containers.records(seed=3, count=20)
    own = json.loads(kinesis([subscription("/vpc", [r.message for r in records])]))["Records"]
    path = tmp_path / "x.json"
    for before, behind in ((1, 0), (0, 1), (3, 2), (100, 0)):
        path.write_text(json.dumps({"Records": [other] * before + own + [other] * behind}))
        if before > 64:  # so many, and nothing else, are documents of another kind
            with pytest.raises(Exception, match="x.json: "):
                rows(db, path)
            continue
        with pytest.raises(Exception, match=f"x.json:{1 if before else 21}: "):
            rows(db, path)
        assert rows(db, tmp_path, where="WHERE on_error = 'skip'") == expected(records)
        got = db.execute("SELECT verdict, rows, errors FROM flowlogs_files(?)", [str(path)]).fetchall()
        assert got == [("flow log", 20, before + behind)]
        with pytest.raises(Exception, match="on_error=skip skips it"):
            db.execute("SELECT * FROM flowlogs_payload(?)", [path.read_text()]).fetchall()
        assert len(db.execute("SELECT * FROM flowlogs_payload(?, 'skip')", [path.read_text()]).fetchall()) == 20


def test_log_is_a_line_beside_a_time_or_stream_alone(db, tmp_path):
    """Other things have a log, too: a name, an object, or a text beside the fields of a record."""
    record, other = containers.records(seed=3, count=2)
    line, fields = record.message, containers.fields(other)
    lines = [{"log": line, "stream": "stderr"}, {"date": 1773046800.25, "log": line}, {"log": line, "@timestamp": "2026-11-30T10:00:00Z"},
             {"_p": "F", "log": line, "time": "x", "stream": "stdout"}, {"time": 1773046800, "log": line, "level": "info"}]
    records = [dict(fields, log="x y z", time=1773046800), dict(fields, log={"file": line}, time=1), {"message": other.message, "log": line},
               dict(fields, log=line, stream="stdout")]
    path = tmp_path / "x.json"
    path.write_bytes(containers.lines(json.dumps(d) for d in lines + records))
    assert rows(db, path) == expected([record] * len(lines) + [other] * len(records))
    for foreign in ({"log": line}, {"log": "vpc-flow-logs", "time": 1773046800}, {"log": {"line": line}, "time": 1}, {"log": [line], "time": 1}):
        path.write_bytes(containers.lines([json.dumps(lines[0]), json.dumps(foreign)]))
        with pytest.raises(Exception, match="x.json:2: is a JSON object without flow log records"):
            rows(db, path)


OTHER_DOCUMENTS = {
    "object": b'{"a":1}\n', "type": b'{"messageType":"X","logEvents":[{"message":"x"}]}', "data": b'{"messageType":"DATA_MESSAGE"}',
    "records": json.dumps({"Records": [{"eventVersion": "1"}] * 9}).encode(), "empty": b'{"records":[]}[]', "numbers": b"[1,2]",
    "message": b'{"message":"hello"}' * 30, "log": b'{"log":"a b","stream":"stderr"}' * 30, "text": b'"some text here"\n' * 30,
    "events": json.dumps({"events": [{"message": f"request {i} done"} for i in range(1200)]}).encode(),
}


def test_other_documents_hide_nothing_in_a_file_or_a_payload(db, tmp_path):
    """Whatever other documents stand in front, or between, both give the same records, and as many problems as lines."""
    path = tmp_path / "x.json"
    forms = [containers.FORMS[name].make for name in ("firehose-lines", "fields-json", "parsed-json", "kinesis-event", "docker-json",
                                                      "insights-results", "subscription", "query-messages")]
    for seed in range(30):
        rng, own, data = random.Random(seed), [], b""
        for _ in range(rng.randrange(1, 4)):
            data += rng.choice(list(OTHER_DOCUMENTS.values()))
            records = containers.records(seed=rng.random(), count=rng.randrange(1, 6))
            data += rng.choice(forms)(records)
            own += records
        path.write_bytes(data)
        want = expected(own)
        assert rows(db, path, where="WHERE on_error = 'skip'") == want, seed
        got = db.execute(f"SELECT {COLUMNS} FROM flowlogs_payload(?, 'skip')", [data]).fetchall()
        assert sorted(got, key=repr) == sorted(want, key=repr), seed
        with pytest.raises(Exception, match="x.json:"):
            rows(db, path)
        with pytest.raises(Exception, match="payload"):
            db.execute("SELECT * FROM flowlogs_payload(?)", [data]).fetchall()
