# SPDX-License-Identifier: MIT
"""flowlogs_payload. Every form in which a stream delivers records gives the same rows as the same
lines in a file. A payload that is cut, changed or of a foreign form is an error, never an answer
with fewer rows."""

import base64
import gzip
import importlib.util
import json
import random
import re
import sqlite3
import subprocess
import sys

import pytest

from builds import BUILDS, ROOT
from test_alerts import CASES, V5
from test_host import connect

NAMES = "version account_id interface_id srcaddr dstaddr srcport dstport protocol packets bytes start end action log_status".split()


def make_lines(n, seed=1):
    r = random.Random(seed)
    lines = []
    for i in range(n):
        if i % 11 == 7:
            lines.append(f"2 123456789010 eni-{i:017x} - - - - - - - {1418530010 + i} {1418530070 + i} - NODATA")
            continue
        a, b = (f"2001:db8::{r.randrange(9):x}", "2001:db8:1::443") if i % 5 == 3 else \
            (f"10.0.{r.randrange(4)}.{r.randrange(256)}", f"203.0.113.{r.randrange(4)}")
        lines.append(f"2 123456789010 eni-{r.randrange(3):017x} {a} {b} {r.randrange(65536)} {r.choice([22, 443, 3389])} 6 "
                     f"{r.randrange(1, 99)} {r.randrange(9999)} {1418530010 + i} {1418530070 + i} "
                     f"{r.choice(['ACCEPT', 'REJECT'])} OK")
    return lines


LINES = make_lines(40)


def gz(data):
    return gzip.compress(data if isinstance(data, bytes) else data.encode(), mtime=0)


def b64(data):
    return base64.b64encode(data if isinstance(data, bytes) else data.encode()).decode()


def b64url(data):
    return b64(data).translate({ord("+"): "-", ord("/"): "_", ord("="): None})


def message(lines, stream="eni-1-all", **other):
    """The JSON that CloudWatch sends to a subscription."""
    return json.dumps({"messageType": "DATA_MESSAGE", "owner": "123456789012", "logGroup": "/vpc/flow", "logStream": stream,
                       "subscriptionFilters": ["all"],
                       "logEvents": [{"id": f"{i:056d}", "timestamp": 1432826855000 + i, "message": m,
                                      "extractedFields": {"message": "nothing", "srcaddr": "1.2.3.4"}}
                                     for i, m in enumerate(lines)], **other})


def lambda_event(data):
    return json.dumps({"awslogs": {"data": b64(data)}})


def forms(lines):
    """All forms of payload, as name -> (payload, the file that has its lines)."""
    half, stream = len(lines) // 2, "/vpc/flow:eni-1-all"
    parts = [lines[:half], lines[half:]]
    text = "\n".join(lines)
    events = [{"timestamp": 1, "message": m, "ingestionTime": 2} for m in lines]
    kinesis = [{"kinesis": {"kinesisSchemaVersion": "1.0", "partitionKey": "k", "data": b64(gz(message(p)))},
                "eventSource": "aws:kinesis"} for p in parts]
    return {
        "lambda": (lambda_event(gz(message(lines))), stream),
        "lambda, blob": (lambda_event(gz(message(lines))).encode(), stream),
        "base64": (b64(gz(message(lines))), stream),
        "base64, lines": (base64.encodebytes(gz(message(lines))).decode(), stream),
        "base64, unpadded": (b64(gz(message(lines))).rstrip("="), stream),
        "base64, url": (b64url(gz(message(lines))), stream),
        "kinesis, url": (json.dumps({"Records": [{"Data": b64url(gz(message(p)))} for p in parts]}), stream),
        "gzip": (gz(message(lines)), stream),
        "gzip in gzip": (gz(gz(message(lines))), stream),
        "members": (b"".join(gz(message(p)) for p in parts), stream),
        "message": (message(lines), stream),
        "messages": ("".join(message(p) for p in parts), stream),
        "messages, lines": ("\r\n".join(message(p) for p in parts) + "\n", stream),
        "pretty": (json.dumps(json.loads(message(lines)), indent=4), stream),
        "escaped": (re.sub(r'"[^"]*"', lambda m: "".join(f"\\u{ord(c):04x}" if c.isalnum() and i % 3 else c
                                                         for i, c in enumerate(m[0])), message(lines)), stream),
        "nul elsewhere": (message(lines, owner="a\0b", **{"a\0b": ["\0", "\\u0000"]}), stream),
        "account policy": (message(lines, policyLevel="ACCOUNT_LEVEL_POLICY"), stream),
        "kinesis": (json.dumps({"Records": kinesis}), stream),
        "kinesis api": (json.dumps({"Records": [{"Data": r["kinesis"]["data"]} for r in kinesis], "MillisBehindLatest": 0}),
                        stream),
        "firehose": (json.dumps({"invocationId": "x", "deliveryStreamArn": "arn", "region": "eu-west-1", "records": [
            {"recordId": "1", "approximateArrivalTimestamp": 1, "data": r["kinesis"]["data"]} for r in kinesis]}), stream),
        "firehose, direct": (json.dumps({"records": [{"data": b64(json.dumps({"message": m}) + "\n")} for m in lines]}),
                             "payload"),
        "firehose, lines": (json.dumps({"records": [{"data": b64(m)} for m in lines]}), "payload"),
        "get-log-events": (json.dumps({"events": events, "nextForwardToken": "f/1", "nextBackwardToken": "b/1"}), "payload"),
        "pages": ("\n".join(json.dumps({"events": p}) for p in (events[:half], [], events[half:])), "payload"),
        "filter-log-events": (json.dumps({"events": [{"logStreamName": "eni-7", **e} for e in events],
                                          "searchedLogStreams": []}), "eni-7"),
        "array": (json.dumps(events), "payload"),
        "texts": (json.dumps(lines), "payload"),
        "json text": (json.dumps(b64(gz(message(lines)))), stream),
        "json lines": ("".join(json.dumps({"message": m}) + "\n" for m in lines), "payload"),
        "json, no breaks": ("".join(json.dumps({"message": m + "\n"}) for m in lines), "payload"),
        "lines": (text, "payload"),
        "lines, blob": (text.encode() + b"\n", "payload"),
        "lines, crlf": (text.replace("\n", "\r\n"), "payload"),
        "lines, bom": ("\ufeff" + text, "payload"),
        "lines, gzip": (gz(text), "payload"),
        "lines, base64": (b64(text), "payload"),
        "exported": ("\n".join(f"2014-12-14T04:06:50.000Z {m}" for m in lines), "payload"),
    }


FORMS = forms(LINES)


def literal(value):
    return f"x'{value.hex()}'" if isinstance(value, bytes) else "'" + value.replace("'", "''") + "'"


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    path = tmp_path_factory.mktemp("payload") / "a.log"
    path.write_text("\n".join(LINES) + "\n")
    return path


@pytest.fixture(scope="module")
def db():
    return connect(BUILDS[0])


def ask(db, payload, on_error="fail", what="*"):
    return db.execute(f"SELECT {what} FROM flowlogs_payload(?, ?)", (payload, on_error)).fetchall()


def outcome(db, payload, on_error="fail", what="raw"):
    """The rows of a query, or the text of its error."""
    try:
        return ask(db, payload, on_error, what)
    except sqlite3.Error as e:
        assert str(e).startswith("flowlogs: "), e
        return str(e)


# ---- what it takes

@pytest.mark.parametrize("form", FORMS)
def test_each_form_gives_the_rows_of_a_file(build, log, form):
    payload, name = FORMS[form]
    columns = "*, extra, start_time" + ("" if form in ("exported", "lines, crlf") else ", raw")
    expected = build.rows(f"SELECT {columns}, '{name}', line FROM flowlogs('{log}');")
    assert len(expected) == len(LINES)
    assert build.rows(f"SELECT {columns}, file, line FROM flowlogs_payload({literal(payload)});") == expected
    assert build.rows(f"SELECT count(*) FROM flowlogs_payload({literal(payload)}, 'skip');") == [[str(len(LINES))]]


@pytest.mark.parametrize("payload", [
    message(["CWL CONTROL MESSAGE: Checking health of destination Firehose."], "", messageType="CONTROL_MESSAGE",
            owner="CloudwatchLogs", logGroup=""), message([]), json.dumps({"events": [], "nextToken": "x"})],
    ids=["control", "no events", "empty page"])
def test_payloads_without_records_have_no_rows(build, payload):
    for p in (payload, gz(payload), lambda_event(gz(payload)), json.dumps({"Records": [{"kinesis": {"data": b64(gz(payload))}}]})):
        assert build.shell(f"SELECT count(*), sum(bytes) FROM flowlogs_payload({literal(p)});") == "0|\n"


def test_header_and_format(build):
    custom = "10.0.0.1 443 ACCEPT\n10.0.0.2 22 REJECT\n"
    for payload, arg in ((("srcaddr dstport action\n" + custom), "NULL"), (custom, "'srcaddr dstport action'"),
                         (message(custom.split("\n")[:2]), "'${srcaddr} ${dstport} ${action}'")):
        rows = build.rows(f"SELECT srcaddr, dstport, action, bytes FROM flowlogs_payload({literal(payload)}, 'fail', {arg});")
        assert rows == [["10.0.0.1", "443", "ACCEPT", "NULL"], ["10.0.0.2", "22", "REJECT", "NULL"]]
    assert "name them with format=" in build.shell(f"SELECT * FROM flowlogs_payload({literal(custom)});")
    assert build.rows("SELECT * FROM flowlogs_payload('dstport\n443\n80', 'skip') LIMIT 0;") == []
    assert build.rows("SELECT dstport FROM flowlogs_payload('dstport\n443\n80');") == [["443"], ["80"]]


def test_fields_by_name(build, log):
    """Where the payload names the fields, their names are the first line of each stream."""
    keys = [name.replace("_", "-") for name in NAMES]
    records = [dict(zip(keys, line.split())) for line in LINES]
    for r in records:
        r.update({k: int(v) for k, v in r.items() if v.isdigit()})
    columns = ", ".join(NAMES)
    expected = build.rows(f"SELECT {columns}, line + 1 FROM flowlogs('{log}');")
    payloads = ["\n".join(map(json.dumps, records)), json.dumps(records, indent=1),
                json.dumps([{k.replace("-", "_"): None if v == "-" else v for k, v in r.items()} for r in records]),
                json.dumps({"records": [{"data": b64(gz(json.dumps(r)))} for r in records]}),
                json.dumps({"results": [[{"field": k, "value": str(v)} for k, v in r.items()] for r in records]}),
                "\r\n".join([",".join(NAMES)] + [",".join(line.split()) for line in LINES])]
    for payload in payloads:
        assert build.rows(f"SELECT {columns}, line FROM flowlogs_payload({literal(payload)});") == expected
    streams = "".join(json.dumps({"logGroup": "g", "logStream": f"s{i % 2}", **r}) for i, r in enumerate(records))
    assert build.rows(f"SELECT {columns}, (line - 2) * 2 + substr(file, -1) + 2 AS n FROM flowlogs_payload({literal(streams)}) "
                      "ORDER BY n;") == expected
    more = json.dumps(records[0]) + json.dumps({**records[1], "vpc-id": "vpc-1"}) + json.dumps(records[2])
    assert build.rows(f"SELECT srcport, vpc_id, line FROM flowlogs_payload({literal(more)});") == [
        [LINES[0].split()[5], "NULL", "2"], [LINES[1].split()[5], "vpc-1", "4"], [LINES[2].split()[5], "NULL", "5"]]


def test_streams_and_numbers(db):
    """The records of one log stream come together, with line numbers from 1 on, even if the event
    alternates between streams."""
    payload = gz(message(LINES[:3], "a")) + gz(message(LINES[3:5], "b")) + gz(message(LINES[5:6], "a"))
    rows = ask(db, payload, what="file, line, raw")
    assert rows == [("/vpc/flow:a", i + 1, LINES[k]) for i, k in enumerate((0, 1, 2, 5))] + \
        [("/vpc/flow:b", i + 1, LINES[k]) for i, k in enumerate((3, 4))]
    events = [{"logStreamName": f"s{i % 3}", "message": m} for i, m in enumerate(LINES)]
    rows = ask(db, json.dumps({"events": events}), what="file, line, raw")
    assert sorted(rows) == sorted((f"s{i % 3}", i // 3 + 1, m) for i, m in enumerate(LINES))
    # The name of a log stream may look like that of a file of AWS's, which would tell the time of
    # its records.
    aws = "AWSLogs/1/vpcflowlogs/eu-west-1/2024/05/01/1_vpcflowlogs_eu-west-1_fl-1_20240501T0005Z_a.log"
    payload = message(LINES, aws, logGroup="")
    assert db.execute("SELECT count(*) FROM flowlogs_payload(?) WHERE start < 1500000000", (payload,)).fetchone() == (40,)
    assert db.execute("SELECT count(*) FROM flowlogs_payload(?) WHERE file = ?", (payload, aws)).fetchone() == (40,)
    assert db.execute("SELECT count(*) FROM flowlogs_payload(?) WHERE file = 'x'", (payload,)).fetchone() == (0,)


def test_the_value_itself(build):
    for payload in (FORMS["lambda"][0], FORMS["gzip"][0], FORMS["lines"][0]):
        text = literal(payload)
        assert build.shell(f"SELECT count(*) FROM flowlogs_payload({text}) WHERE data = {text};") == "40\n"
        assert build.shell(f"SELECT DISTINCT typeof(data), data = {text} FROM flowlogs_payload({text});") == \
            ("blob|1\n" if isinstance(payload, bytes) else "text|1\n")
        assert "data is given twice" in build.shell(f"SELECT 1 FROM flowlogs_payload({text}) WHERE data = 'x';")
    lines = literal(FORMS["lines"][0])
    conditions = " AND ".join(["version = 2"] * 16)
    assert build.shell(f"SELECT count(*) FROM (SELECT data d FROM flowlogs_payload({lines}) WHERE {conditions});") == "40\n"


def test_a_utf16_database_gives_the_same_rows(build):
    sql = f"PRAGMA encoding='UTF-16le'; CREATE TABLE q(body); INSERT INTO q VALUES ({literal(FORMS['lambda'][0])}), " \
          f"({literal(FORMS['lines'][0])}), ({literal(FORMS['gzip'][0])});\n"
    assert build.shell(sql + "SELECT count(*), min(f.file) FROM q, flowlogs_payload(q.body) f;") == "120|/vpc/flow:eni-1-all\n"


# ---- what it doesn't

FOREIGN = {
    "empty": ("", "payload: is empty"),
    "empty blob": (b"", "payload: is empty"),
    "blank": (" \r\n\n", "payload: is empty"),
    "empty gzip": (gz(""), "payload: is empty"),
    "text": ("hello, world", "is no flow log: its first line is neither a header nor a record"),
    "bytes": (b"\0\1\2\3", "is no flow log"),
    "csv": (",".join(LINES[0].split()), "looks like flow log records as CSV without a header line"),
    "parquet": (b"PAR1" + bytes(100), "is a Parquet file"),
    "utf-16": ("\n".join(LINES).encode("utf-16"), "is a utf-16 file"),
    "object": ('{"a":1,"b":{}}', "is a JSON object without flow log records; its keys are a, b"),
    "no object": ("{}", "its keys are none"),
    "empty list": ("[]", "is an empty list"),
    "numbers": ("[1, 2]", "neither objects nor texts"),
    "lists": ("[[]]", "is an empty list"),
    "numbers in lists": ("[[1]]", "neither objects nor texts"),
    "s3": (json.dumps({"Records": [{"eventVersion": "2.1", "eventSource": "aws:s3", "s3": {"bucket": {"name": "b"}}}]}),
           "payload: is an event of S3, which names objects"),
    "sqs": (json.dumps({"Records": [{"messageId": "1", "body": "2", "eventSource": "aws:sqs"}]}),
            "has records without kinesis.data, data or Data that is a text; the keys of such a record are messageId, body, eventSource"),
    "no records": ('{"Records":[]}', "has a list of records that is empty"),
    "data object": ('{"awslogs":{"data":{}}}', "its keys are awslogs"),
    "number as record": ('{"records":[5]}', "has a list of records of which one is no JSON object"),
    "text as record": ('{"records":["a"]}', "has a list of records of which one is no JSON object"),
    "other message": (message(LINES, messageType="OTHER_MESSAGE"), "a messageType that is neither DATA_MESSAGE nor"),
    "no logEvents": ('{"messageType":"DATA_MESSAGE"}', "has no list of logEvents"),
    "object logEvents": ('{"logEvents":{}}', "has no list of logEvents"),
    "two ways": (json.dumps({"message": LINES[0], "events": []}), "can be read in more than one way; its keys are message"),
    "nested records": (lambda_event(lambda_event(lambda_event(lambda_event(lambda_event(gz(message(LINES))))))), "records within records within"),
    "object in message": ('{"message":{}}', "its keys are message"),
    "lines, json": (message(LINES[:1]) + LINES[0], "is no JSON: '2' stands where"),
    "comma": (message(LINES[:1]) + "," + message(LINES[:1]), "is no JSON: ',' stands where"),
    "number": (5, "is no flow log"),
}


@pytest.mark.parametrize("case", FOREIGN)
def test_a_foreign_value_is_an_error(build, case):
    payload, error = FOREIGN[case]
    text = str(payload) if isinstance(payload, int) else literal(payload)
    out = build.shell(f"SELECT count(*) FROM flowlogs_payload({text});")
    assert error in out and "flowlogs: payload" in out, out
    is_partly_known = case in ("nested records", "lines, json", "comma")
    assert ("on_error=skip skips it" if is_partly_known else "flowlogs_payload takes the event of") in out
    assert "flowlogs_errors" not in out
    assert build.shell(f"SELECT count(*) FROM flowlogs_payload({text}, 'skip');") in ("0\n", "1\n")


BROKEN = {
    "base64": ('{"awslogs":{"data":"H4sI$$$$"}}', "payload:1: is no base64: byte 5 is '$'"),
    "base64 alone": ("H4sIAAAA$", "payload: the base64 data is corrupt: byte 9 of it is '$'"),
    "short base64": (FORMS["base64"][0].rstrip("=")[:-1], "cut off"),
    "mixed base64": ('{"awslogs":{"data":"H4sI+_AA"}}', "payload:1: is no base64: byte 6 is '_'"),
    "no base64": (json.dumps({"awslogs": {"data": LINES[0]}}), "is no base64: byte 2 is 0x20"),
    "empty data": ('{"records":[{"data":""}]}', "payload:1: record 1 of its list: is empty"),
    "gzip": (FORMS["gzip"][0][:-30], "payload: the gzip data is cut off"),
    "second record": (json.dumps({"Records": [{"kinesis": {"data": b64(gz(message(LINES)))}},
                                              {"kinesis": {"data": b64(gz(message(LINES))[:-30])}}]}),
                      "payload:80: record 2 of its list: the gzip data is cut off"),
    "second document": (message(LINES) + '{"messageType" 1}', "payload, record 41: is no JSON: '1' stands where ':' should be"),
    "behind gzip": (FORMS["gzip"][0] + b"x", "followed by something that is not gzip"),
    "json": (FORMS["message"][0][:-4], "is cut off: a JSON object or array has no end"),
    "nul": (message([LINES[0] + "\0"]), "1: the event has a message with a NUL byte (\\u0000); on_error=skip skips it"),
    "nul in base64": ('{"awslogs":{"data":"H4sI\\u0000"}}', "payload:1: is no base64: byte 5 is 0x00"),
    "nul in a type": (message(LINES, messageType="DATA_MESSAGE\0"), "a messageType that is neither DATA_MESSAGE nor"),
    "nul in a name": (message(LINES).replace('"logEvents"', '"logEvents\\u0000"'), "has no list of logEvents"),
    "nul byte": (message(LINES).encode().replace(b"DATA", b"DA\0A"), "a messageType that is neither DATA_MESSAGE nor"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_payload_is_an_error(build, case):
    payload, error = BROKEN[case]
    out = build.shell(f"SELECT count(*) FROM flowlogs_payload({literal(payload)});")
    assert error in out, out
    rows = build.shell(f"SELECT count(*) FROM flowlogs_payload({literal(payload)}, 'skip');")
    read_before = {"second record": 79, "second document": 40, "behind gzip": 40, "short base64": 40, "gzip": 39, "json": 39}
    assert rows == f"{read_before.get(case, 0)}\n"


EVENTS = [("2 lines", LINES[1] + "\n" + LINES[2], "2: the event has a message of several lines"),
          ("empty", "", "2: the event has an empty message"), ("blank", " \t\r\n", "2: the event has an empty message"),
          ("nul", LINES[1][:-3] + "\0" + LINES[1][-3:], "2: the event has a message with a NUL byte"),
          ("text", "hello", "2: has 1 field"), ("short", LINES[1][:-3], "2: has 13 fields where"),
          ("long", LINES[1] + " x", "2: has 15 fields"), ("control", LINES[1] + "\v", "2: has a control byte (0x0b)"),
          ("huge", LINES[1] + "x" * 70000, "2: is longer than 65536 bytes"), ("object", {"a": 1}, "2: the event has no \"message\""),
          ("null", None, "2: the event has no \"message\""), ("number", 5, "2: the event has no \"message\"")]


@pytest.mark.parametrize("text, error", [e[1:] for e in EVENTS], ids=[e[0] for e in EVENTS])
def test_event_that_does_not_fit(build, text, error):
    payload = literal(lambda_event(gz(message([LINES[0], text, LINES[3]]))))
    out = build.shell(f"SELECT count(*) FROM flowlogs_payload({payload});")
    assert f"flowlogs: /vpc/flow:eni-1-all:{error}" in out and "on_error=skip skips it" in out, out
    assert build.rows(f"SELECT line, raw FROM flowlogs_payload({payload}, 'skip');") == [["1", LINES[0]], ["3", LINES[3]]]


def test_line_breaks_at_the_end_are_none(db):
    assert ask(db, message([m + "\r\n" for m in LINES]), what="raw") == [(m,) for m in LINES]


def test_names_are_text(db):
    """Hosts expect texts in UTF-8, so names are valid UTF-8 even if the payload is not."""
    broken = message(LINES[:1], "eni-\u00e9\n").encode().replace(b"\\u00e9", b"\xe9\xc3\xa9")
    assert ask(db, message(LINES[:1], "a\0b"), what="file") == [("/vpc/flow:a?b",)]
    assert ask(db, broken, what="file") == [("/vpc/flow:eni-?\u00e9?",)]
    assert "its keys are ?\u20ac, b;" in outcome(db, b'{"\xe1\xe2\x82\xac":1,"b":1}')


# ---- damage

SMALL = forms(make_lines(6, 2))


def test_a_payload_cut_anywhere_is_an_error_or_ends_with_a_line(db):
    """A payload that is cut off is an error, unless the cut is at the end of a line, a JSON
    document or a gzip member. With on_error=skip, the rows are the first rows of the whole
    payload."""
    whole = [(m,) for m in make_lines(6, 2)]
    ends = {}
    for form, (payload, _) in SMALL.items():
        for n in range(len(payload)):
            got = outcome(db, payload[:n])
            if not isinstance(got, str):
                assert got == whole[:len(got)] or form in ("exported", "lines, crlf"), (form, n, got)
                ends.setdefault(form, set()).add(len(got))
            got = outcome(db, payload[:n], "skip")
            assert got == whole[:len(got)] or form in ("exported", "lines, crlf"), (form, n, got)
    # white space or padding at the end may go, and lines may end anywhere: else there is nothing
    # that is taken for whole
    each = {1, 2, 3, 4, 5, 6}
    allowed = {"messages": {3}, "messages, lines": {3, 6}, "members": {3}, "json lines": {1, 2, 3, 4, 5, 6}, "pages": {3},
               "json, no breaks": {1, 2, 3, 4, 5}, "lines": each, "lines, blob": each, "lines, crlf": each,
               "lines, bom": each, "exported": each, "base64, lines": {6}, "lines, base64": each, "base64": {6}}
    for form, got in ends.items():
        assert got <= allowed.get(form, set()), form


def test_a_flipped_bit_is_an_error_or_harmless(db):
    """Bytes that gzip's checksum protects give the original rows or an error, whichever bit is
    flipped."""
    for form in ("gzip", "lambda, blob", "kinesis", "firehose", "base64", "members"):
        payload = SMALL[form][0]
        payload = bytearray(payload if isinstance(payload, bytes) else payload.encode())
        whole = outcome(db, bytes(payload))
        assert len(whole) == 6
        for bit in range(len(payload) * 8):
            payload[bit // 8] ^= 1 << bit % 8
            got = outcome(db, bytes(payload))
            assert isinstance(got, str) or got == whole, (form, bit, got)
            assert len(outcome(db, bytes(payload), "skip")) <= 6  # as of a file, rows before the damage was seen
            payload[bit // 8] ^= 1 << bit % 8


def test_random_damage_does_no_harm(build):
    """Random damage never crashes the reader, nor makes the sanitizers report an error."""
    r = random.Random(3)
    sql = [".bail off"]
    for payload, _ in SMALL.values():
        original = payload if isinstance(payload, bytes) else payload.encode()
        for _ in range(12):
            b = bytearray(original)
            for _ in range(r.randrange(1, 6)):
                at = r.randrange(len(b))
                how = r.randrange(4)
                if how == 0:
                    b[at] = r.randrange(256)
                elif how == 1:
                    del b[at:at + r.randrange(1, 9)]
                elif how == 2:
                    b[at:at] = r.choice([b"{", b"}", b'"', b"\\", b"[", b"\n", b"\0", b"=", b"\x1f\x8b", b"\\u0000", b"\xff"])
                else:
                    b[at:at] = b[r.randrange(len(b)):][:30]
                if not b:
                    b = bytearray(b"x")
            sql += [f"SELECT count(*) < 99 FROM flowlogs_payload(x'{b.hex()}', '{p}');" for p in ("fail", "skip")]
    for line in build.shell("\n".join(sql)).splitlines():
        assert line == "1" or "flowlogs: " in line or not line.strip() or "SELECT" in line or "^--- error" in line, line


def test_payloads_that_expand_too_much_are_errors(release, db):
    text = b"x" * (30 << 20)
    bomb = gz(text) * 9
    assert "more than 256 MiB" in outcome(db, bomb)
    assert "becomes more than 1032 times as large" in outcome(db, lambda_event(gz(bomb)), "skip")
    records = json.dumps({"records": [{"data": b64(gz(text))}] * 9})
    assert "payload:1: is longer than 65536 bytes" in outcome(db, records) and outcome(db, records, "skip") == []
    for dense in (gz(gz(b"\n" * (20 << 20))), lambda_event(gz(gz(b"{}" * (10 << 20))))):
        assert "becomes more than 1032 times as large" in outcome(db, dense, "skip")
    log = "".join(f"2 123456789010 eni-1 10.0.{i % 256}.{i % 199} 10.0.0.1 {i} 443 6 61 {i * 61} 1418530010 1418530070 ACCEPT OK\n"
                  for i in range(20000))
    assert outcome(db, gz(log)) == outcome(db, gz(gz(log)))
    layers = gz(LINES[0])
    for _ in range(4):
        layers = gz(layers)
    assert "more than 4 layers" in outcome(db, layers)
    assert outcome(db, gz(message(LINES, x=[1] * (1 << 20)))) == [(m,) for m in LINES]
    deep = "[" * 100000 + "]" * 100000
    assert "has lists and objects too deep in one another" in outcome(db, deep)
    strings = LINES[0]
    for _ in range(8):
        strings = json.dumps(strings)
    assert "within" in outcome(db, strings)
    streams = json.dumps({"events": [{"logStreamName": str(i), "message": LINES[0]} for i in range(65537)]})
    assert "more than 65536 log streams" in outcome(db, streams)
    assert len(ask(db, FORMS["gzip"][0])) == 40  # all is as it was


# ---- as part of a query

def test_conditions_select_the_same_rows(db):
    """Conditions that are evaluated while the lines are read select the same rows as SQLite
    does."""
    payload = FORMS["members"][0] + gz(message(make_lines(200, 5), "other"))
    for condition in ("action = 'REJECT'", "dstport IN (22, 443)", "bytes > 5000", "srcaddr IS NULL", "srcaddr LIKE '10.0.1.%'",
                      "start BETWEEN 1418530015 AND 1418530020", "file = '/vpc/flow:other'", "line = 7", "log_status <> 'OK'",
                      "dstport = 22 OR action = 'ACCEPT' OR line < 3", "start_time >= '2014-12-14 04:07:00'"):
        plain = condition
        for name in NAMES + ["start_time", "file", "line"]:
            plain = re.sub(rf"\b{name}\b(?=[ ])", f"+{name}", plain)
        assert plain != condition
        sql = "SELECT rowid, file, line, raw FROM flowlogs_payload(?) WHERE "
        got, expected = (db.execute(sql + c, (payload,)).fetchall() for c in (condition, plain))
        assert sorted(got) == sorted(expected) and 0 < len(got) < 240, condition
        assert len({r[0] for r in got}) == len(got)
    got = db.execute("SELECT count(*) FROM flowlogs_payload(?) WHERE addr = '203.0.113.1' AND port = 22", (payload,)).fetchone()
    expected = db.execute("SELECT count(*) FROM flowlogs_payload(?) WHERE +dstaddr = '203.0.113.1' AND (+dstport = 22 OR "
                          "+srcport = 22)", (payload,)).fetchone()
    assert got == expected and got[0] > 0
    assert db.execute("SELECT count(*) FROM flowlogs_payload(?) WHERE cidr_match(srcaddr, '10.0.0.0/24')", (payload,)).fetchone() \
        == db.execute("SELECT count(*) FROM flowlogs_payload(?) WHERE srcaddr LIKE '10.0.0.%'", (payload,)).fetchone()


@pytest.fixture
def queue(release):
    """A database with a table of payloads in all forms, each of which has its own lines."""
    db = connect(release)
    db.execute("CREATE TABLE queue(id INTEGER PRIMARY KEY, body)")
    db.execute("CREATE TABLE expected(id, raw)")
    for i in range(60):
        lines = make_lines(i % 7 + 1, 100 + i)
        db.execute("INSERT INTO queue VALUES (?, ?)", (i, list(forms(lines).values())[i % 30][0] if len(lines) > 1 else
                                                       message(lines)))
        db.executemany("INSERT INTO expected VALUES (?, ?)", [(i, m) for m in lines])
    return db


def test_a_join_reads_each_payload(queue):
    q, crlf = queue, "rtrim(f.raw, char(13))"
    expected = q.execute("SELECT id, raw FROM expected ORDER BY 1, 2").fetchall()
    for sql in (f"SELECT id, {crlf} FROM queue, flowlogs_payload(queue.body) f",
                f"SELECT id, {crlf} FROM flowlogs_payload(queue.body) f JOIN queue",
                f"SELECT id, {crlf} FROM queue LEFT JOIN flowlogs_payload(queue.body) f",
                f"SELECT id, {crlf} FROM queue CROSS JOIN flowlogs_payload(queue.body, 'skip') f",
                f"SELECT id, {crlf} FROM queue JOIN flowlogs_payload f ON f.data = queue.body",
                f"SELECT id, {crlf} FROM queue, flowlogs_payload(queue.body) f WHERE action = 'ACCEPT' OR version = 2",
                f"SELECT id, {crlf} FROM queue, flowlogs_payload f WHERE f.data = queue.body AND (version = 2 OR line > 0)"):
        assert sorted(q.execute(sql).fetchall()) == expected, sql
    # each body twice, the second time after others
    got = q.execute(f"SELECT n, id, {crlf} FROM (SELECT 1 AS n UNION ALL SELECT 2) CROSS JOIN queue "
                    "CROSS JOIN flowlogs_payload(queue.body) f").fetchall()
    assert sorted(got) == sorted((n, *row) for n in (1, 2) for row in expected)
    counts = q.execute("SELECT id, (SELECT count(*) FROM flowlogs_payload(queue.body)) FROM queue").fetchall()
    assert counts == q.execute("SELECT id, count(*) FROM expected GROUP BY id").fetchall()
    # a condition that changes with the payload
    got = q.execute(f"SELECT e.id, e.raw FROM expected e JOIN queue USING (id) WHERE EXISTS (SELECT 1 FROM "
                    f"flowlogs_payload(queue.body) f WHERE {crlf} = e.raw)").fetchall()
    assert sorted(got) == expected
    got = q.execute("SELECT count(*) FROM queue a JOIN queue b ON a.id = b.id - 1, flowlogs_payload(a.body) f, "
                    "flowlogs_payload(b.body) g WHERE f.line = 1 AND g.line = 1").fetchone()
    assert got[0] >= 59


def test_join_with_a_table(queue):
    """The payload is the outer loop of a join, or the inner one, where it is read again with a
    condition for each row."""
    payload = message(make_lines(300, 9))
    queue.execute("CREATE TABLE assets(ip TEXT PRIMARY KEY, owner)")
    queue.executemany("INSERT INTO assets VALUES (?, ?)", [(f"10.0.{i}.{k}", f"{i}") for i in range(4) for k in range(0, 256, 3)])
    inner = "SELECT raw, owner FROM flowlogs_payload(?) f JOIN assets a ON {}a.ip = {}f.srcaddr ORDER BY 1"
    expected = queue.execute(inner.format("+", "+"), (payload,)).fetchall()
    assert 20 < len(expected) < 300
    assert queue.execute(inner.format("", ""), (payload,)).fetchall() == expected
    for sql in ("SELECT raw, owner FROM assets a CROSS JOIN flowlogs_payload(?) f ON a.ip = f.srcaddr ORDER BY 1",
                "SELECT raw, owner FROM assets a LEFT JOIN flowlogs_payload(?) f ON a.ip = f.srcaddr WHERE raw NOTNULL ORDER BY 1"):
        assert queue.execute(sql, (payload,)).fetchall() == expected
    plan = queue.execute("EXPLAIN QUERY PLAN " + inner.format("", ""), (payload,)).fetchall()
    assert "SCAN f VIRTUAL TABLE" in plan[0][3] and "SEARCH a" in plan[1][3]


def test_prepared_statement_with_other_values(release):
    db = connect(release)
    sql = "SELECT raw FROM flowlogs_payload(?)"
    for lines in (LINES[:3], LINES[3:5], [LINES[7]], LINES[:3]):
        assert db.execute(sql, (message(lines),)).fetchall() == [(m,) for m in lines]
    with pytest.raises(sqlite3.OperationalError, match="payload: is empty"):
        db.execute(sql, ("",)).fetchall()
    assert db.execute(sql, (LINES[0],)).fetchall() == [(LINES[0],)]


def test_rowids_through_or(db):
    a, b = message(LINES[:9]), message(LINES[9:19])
    got = db.execute("SELECT raw FROM flowlogs_payload WHERE data = ? OR data = ?", (a, b)).fetchall()
    assert sorted(got) == sorted((m,) for m in LINES[:19])
    got = db.execute("SELECT raw FROM flowlogs_payload WHERE data = ? OR data = ?", (a, a)).fetchall()
    assert sorted(got) == sorted((m,) for m in LINES[:9])
    got = db.execute("SELECT raw FROM flowlogs_payload WHERE data IN (?, ?, ?)", (a, b, a)).fetchall()
    assert sorted(got) == sorted((m,) for m in LINES[:19])


def test_rowids_of_a_text_and_a_blob(db):
    """A text and a blob of the same bytes are two values for SQLite, so their rows have different
    rowids."""
    payload = message(LINES[:3])
    for sql in ("data = ?1 OR data = CAST(?1 AS BLOB)", "data IN (?1, CAST(?1 AS BLOB))", "data = CAST(?1 AS BLOB) OR data = ?1",
                "(data = ?1 AND line > 0) OR (data = CAST(?1 AS BLOB) AND version = 2) OR data = ?1"):
        got = db.execute("SELECT raw FROM flowlogs_payload WHERE " + sql, (payload,)).fetchall()
        assert sorted(got) == sorted((m,) for m in LINES[:3] * 2), sql


def test_a_payload_that_is_null_is_an_error(release):
    db = connect(release)
    with pytest.raises(sqlite3.OperationalError, match=r"payload is NULL: .*readfile\(\) .*on_error=skip leaves it out"):
        ask(db, None)
    assert ask(db, None, "skip") == [] and ask(db, "", "skip") == []
    db.execute("CREATE TABLE queue(id, body)")
    db.executemany("INSERT INTO queue VALUES (?, ?)", [(1, None), (2, message(LINES[:2])), (3, None), (4, message(LINES[2:3]))])
    for sql, nulls in (("queue, flowlogs_payload(queue.body, 'skip') f", []),
                       ("queue, flowlogs_payload f ON f.data = queue.body AND f.on_error = 'skip'", []),
                       ("queue LEFT JOIN flowlogs_payload(queue.body, 'skip') f", [(1, None), (3, None)])):
        got = db.execute(f"SELECT id, raw FROM {sql.replace(', flowlogs_payload f', ' JOIN flowlogs_payload f')}").fetchall()
        assert sorted(got, key=str) == sorted([(2, LINES[0]), (2, LINES[1]), (4, LINES[2])] + nulls, key=str), sql
    with pytest.raises(sqlite3.OperationalError, match="payload is NULL"):
        db.execute("SELECT id, raw FROM queue LEFT JOIN flowlogs_payload(queue.body) f").fetchall()


HINT = "to read a file, write flowlogs(path), or flowlogs_payload(readfile(path))"


@pytest.mark.parametrize("payload, hints", [
    ("tests/data/AWSLogs", True), ("a.log", True), ("a.log\n", True), ("./my logs/a b.log", True), (r"C:\logs\a b.log", True),
    ("no-such-file", True), ("hello, world", False), ("a b c", False), (LINES[0].replace(" ", ","), False), ("a\nb/c", False),
    (b"tests/data/AWSLogs", False), (5, False), ("x" * 5000, False)])
def test_a_path_is_no_payload(db, payload, hints):
    got = outcome(db, payload)
    assert isinstance(got, str) and "flowlogs_payload takes the event of" in got and (HINT in got) == hints


@pytest.mark.parametrize("code", [sqlite3.SQLITE_IGNORE, sqlite3.SQLITE_DENY])
def test_no_sql_reads_the_payload(release, code):
    """An authorizer that forbids what it can while the query runs does not change the answer."""
    db = connect(release)
    running = []
    db.create_function("start", 1, lambda x: running.append(1) or x)
    db.set_authorizer(lambda *asked: code if running else sqlite3.SQLITE_OK)
    for payload in (message(LINES), json.dumps([{"message": m} for m in LINES]), FORMS["kinesis"][0]):
        running.clear()
        rows = db.execute("SELECT raw FROM flowlogs_payload(start(?))", (payload,)).fetchall()
        assert rows == [(m,) for m in LINES]


@pytest.mark.parametrize("payload", [message(LINES), FORMS["kinesis"][0], FORMS["lines"][0]])
def test_interrupted_before_it_prepares(release, payload):
    db = connect(release)
    db.create_function("stop", 1, lambda x: db.interrupt() or x)
    with pytest.raises(sqlite3.OperationalError, match="^interrupted$") as e:
        db.execute("SELECT raw FROM flowlogs_payload(stop(?))", (payload,)).fetchall()
    assert e.value.sqlite_errorname == "SQLITE_INTERRUPT"


def test_the_declared_columns(build):
    text = literal(LINES[0])
    assert "which data? write flowlogs_payload(event)" in build.shell("SELECT * FROM flowlogs_payload;")
    assert "the payload is NULL: " in build.shell("SELECT * FROM flowlogs_payload(NULL);")
    assert "no such module: flowlogs_payload" in build.shell("CREATE VIRTUAL TABLE t USING flowlogs_payload('x');")
    assert "on_error is 'no'" in build.shell(f"SELECT * FROM flowlogs_payload({text}, 'no');")
    assert "unsafe use of virtual table" in build.shell(
        f"CREATE VIEW v AS SELECT * FROM flowlogs_payload({text}); SELECT * FROM v;")
    assert build.shell(f"CREATE TEMP VIEW v AS SELECT version FROM flowlogs_payload({text}); SELECT * FROM v;") == "2\n"
    assert build.rows("SELECT group_concat(name) FROM pragma_table_info('flowlogs_payload');") == [[",".join(NAMES)]]
    xinfo = "SELECT group_concat(name) FROM pragma_table_xinfo('{}');"
    assert build.rows(xinfo.format("flowlogs_payload"))[0][0].replace(",data,", ",path,") == \
        build.rows(xinfo.format("flowlogs"))[0][0].replace(",until,late,progress,index_file,", ",until,").replace(",index-file", "")
    out = build.shell(f"SELECT count(*) FROM flowlogs_payload({text}, 'fail', NULL, 2); SELECT flowlogs_scan_stats();")
    stats = json.loads(out.split("\n")[1])
    assert {k: stats[k] for k in ("table", "finished", "files_found", "files_read", "records", "rows", "bytes_read")} == {
        "table": "flowlogs_payload", "finished": 1, "files_found": 1, "files_read": 1, "records": 1, "rows": 1,
        "bytes_read": len(LINES[0]) + 1}


def test_threads_give_the_same_rows(db):
    lines = make_lines(30000)
    payload = "".join(message(lines[i::4], str(i)) for i in range(4))
    sql = "SELECT rowid, file, line, raw FROM flowlogs_payload(?, 'fail', NULL, ?)"
    alone = db.execute(sql, (payload, 0)).fetchall()
    assert [r[1:] for r in alone] == [(f"/vpc/flow:{i}", n + 1, m) for i in range(4) for n, m in enumerate(lines[i::4])]
    for threads in (1, 3, None):
        assert [r[1:] for r in db.execute(sql, (payload, threads)).fetchall()] == [r[1:] for r in alone]
    assert db.execute("SELECT count(*) FROM flowlogs_payload(?)", (message(LINES),)).fetchone() == (40,)
    assert json.loads(db.execute("SELECT flowlogs_scan_stats()").fetchone()[0])["threads"] == 0


def test_no_file_is_read(build, tmp_path):
    """A payload is never used as a path, so FLOWLOGS_ROOT does not restrict it."""
    (tmp_path / "a.log").write_text(LINES[0])
    assert "is no flow log" in build.shell("SELECT * FROM flowlogs_payload('a.log');", cwd=tmp_path)
    assert build.shell(f"SELECT count(*) FROM flowlogs_payload({literal(LINES[0])});",
                       env={"FLOWLOGS_ROOT": "/no/such/folder"}) == "1\n"


# ---- the Lambda function

@pytest.fixture
def handler(release, monkeypatch):
    monkeypatch.setenv("FLOWLOGS", str(release.extension))
    monkeypatch.delenv("INSIDE", raising=False)
    monkeypatch.delenv("FORMAT", raising=False)
    return load_handler().handler


def load_handler():
    """Loads the handler as a new process would, because it reads the environment when it
    starts."""
    spec = importlib.util.spec_from_file_location("lambda_handler", ROOT / "sql/alerts/lambda_handler.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def record(source, action, port=22):
    return f"2 123456789010 eni-1 {source} 10.0.9.9 40000 {port} 6 3 120 1418530010 1418530070 {action} OK"


def fired(handler, *lines, event=None):
    published = []
    result = handler(event or json.loads(lambda_event(gz(message(lines)))), None, publish=published.append)
    assert [json.loads(p) for p in published] == result["alerts"]
    return result["alerts"]


def test_handler_fires(handler, monkeypatch):
    alerts = fired(handler, record("10.0.1.5", "REJECT"), record("10.0.1.5", "REJECT"), record("192.168.3.4", "REJECT", 443),
                   record("fd00::1", "REJECT"), record("203.0.113.7", "REJECT"))
    assert [(a["srcaddr"], a["dstport"], a["records"], a["packets"]) for a in alerts] == [
        ("10.0.1.5", 22, 2, 6), ("192.168.3.4", 443, 1, 3), ("fd00::1", 22, 1, 3)]
    assert alerts[0] == {"rule": "rejected inside the VPC", "interface_id": "eni-1", "srcaddr": "10.0.1.5",
                         "dstaddr": "10.0.9.9", "dstport": 22, "protocol": "TCP", "records": 2, "packets": 6,
                         "first_seen": "2014-12-14 04:06:50", "last_seen": "2014-12-14 04:07:50"}
    inside6 = record("2600:1f18:1234:5601::1", "REJECT")
    assert not fired(handler, inside6)
    monkeypatch.setenv("INSIDE", "198.51.100.0/24 2600:1f18:1234:5600::/56")
    assert len(fired(load_handler().handler, inside6, record("198.51.100.1", "REJECT"), record("2600:1f18:1234:5700::1", "REJECT"))) == 2
    kinesis = {"Records": [{"kinesis": {"data": b64(gz(message([record("10.0.1.5", "REJECT")])))}}] * 2}
    assert fired(handler, event=kinesis)[0]["records"] == 2


def test_handler_agrees_with_the_rule(release, handler, monkeypatch):
    """The handler agrees with the alert rule rejected-inside. Answers, multicast and forwarded
    traffic are no attempts."""
    for records, n in CASES["rejected-inside"]:
        fields = V5 if any(len(r) > len(NAMES) for r in records) else NAMES
        monkeypatch.setenv("FORMAT", " ".join(f"${{{name.replace('_', '-')}}}" for name in fields))
        lines = [" ".join(str(r.get(name, "-")) for name in fields) for r in records]
        assert bool(fired(load_handler().handler, *lines)) == bool(n), lines
    assert not fired(handler, "2 1 eni-1 10.0.1.5 198.51.100.8 443 51000 6 1 40 1418530010 1418530070 REJECT OK",
                     "2 1 eni-1 10.0.1.5 224.0.0.251 5353 5353 17 1 40 1418530010 1418530070 REJECT OK")
    assert not fired(handler, "2 1 eni-1 10.0.1.5 10.0.1.255 137 137 17 1 40 1418530010 1418530070 REJECT OK",
                     "2 1 eni-1 10.0.1.5 198.51.100.8 3389 5000 6 1 40 1418530010 1418530070 REJECT OK",
                     record("169.254.1.1", "REJECT"))
    assert fired(handler, record("10.0.1.5", "REJECT").replace(" 6 3 ", " 200 3 "))[0]["protocol"] == 200
    rows = release.rows(".headers off\n.parameter init\n.read sql/alerts/setup.sql\nSELECT cidr FROM inside;\nSELECT port FROM servers;")
    assert rows == [[str(value)] for value in load_handler().INSIDE + load_handler().SERVERS]


def test_handler_what_is_passed_on(handler, monkeypatch):
    monkeypatch.setenv("FORMAT", "srcaddr dstaddr srcport dstport protocol action pkt-srcaddr flow-direction interface-id")
    handler = load_handler().handler
    assert not fired(handler, "10.0.0.50 10.0.1.5 40000 80 6 REJECT 198.51.100.8 egress eni-1")
    assert [a["srcaddr"] for a in fired(handler, "10.0.0.50 10.0.1.5 40000 80 6 REJECT 10.0.2.2 egress eni-1")] == ["10.0.2.2"]
    assert len(fired(handler, "8.8.4.4 10.0.1.5 40000 80 6 REJECT 8.8.4.4 egress eni-1")) == 1
    monkeypatch.setenv("FORMAT", "$${srcAddr} $${DST-ADDR} ${src_port} dstPort protocol ACTION pktSrcAddr interfaceId")
    assert len(fired(load_handler().handler, "10.0.0.50 10.0.1.5 40000 80 6 REJECT 10.0.2.2 eni-1")) == 1


@pytest.mark.parametrize("name, value, error", [
    ("INSIDE", "10.0.0.0/33", "'10.0.0.0/33', which is no prefix"), ("INSIDE", "10.1.0.0/16,fd00::/8", "which is no prefix"),
    ("FORMAT", "${nonsense", "flowlogs: format: "), ("FORMAT", "srcaddr dstaddr action", "FORMAT has no dstport, protocol, srcport")])
def test_handler_checks_at_the_start(handler, monkeypatch, name, value, error):
    monkeypatch.setenv(name, value)
    with pytest.raises((sqlite3.OperationalError, ValueError), match=re.escape(error).replace("'", ".")):
        load_handler()


def test_handler_does_not_fire(handler):
    assert not fired(handler, record("10.0.1.5", "ACCEPT"), record("203.0.113.7", "REJECT"), record("2600::1", "REJECT"),
                     record("8.8.8.8", "ACCEPT"), LINES[7])
    assert not fired(handler, event=json.loads(lambda_event(gz(message(["CWL CONTROL MESSAGE: x"], messageType="CONTROL_MESSAGE")))))
    with pytest.raises(sqlite3.OperationalError, match="flowlogs: payload"):
        fired(handler, event={"source": "aws.events"})
    assert len(fired(handler, record("10.0.1.5", "REJECT"))) == 1  # and it goes on


def test_handler_as_a_program(release):
    """The handler runs as a program on the sample event. Its answer is compared with one computed
    without the extension."""
    event = (ROOT / "tests/data/stream/lambda.json").read_text()
    done = subprocess.run([sys.executable, "-B", "sql/alerts/lambda_handler.py"], text=True, capture_output=True, cwd=ROOT,
                          input=event, env=dict(release.env, FLOWLOGS=str(release.extension)))
    assert done.returncode == 0, done.stderr
    alerts = [json.loads(line) for line in done.stdout.splitlines()]
    inside = json.loads(gzip.decompress(base64.b64decode(json.loads(event)["awslogs"]["data"])))
    rejected = [e["message"].split() for e in inside["logEvents"] if " REJECT " in e["message"] and " 10.0.1.31 10." in e["message"]]
    assert sorted((a["dstaddr"], str(a["dstport"])) for a in alerts) == sorted({(m[4], m[6]) for m in rejected})
    assert sum(a["records"] for a in alerts) == len(rejected) == 3
