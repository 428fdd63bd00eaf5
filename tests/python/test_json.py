# SPDX-License-Identifier: MIT
"""Flow logs in JSON, read from files: each form gives the rows of the same lines in a file, random
documents those of a second reader, and what cannot be used is said."""

import datetime
import gzip
import ipaddress
import json
import random

import pytest

import jsonreference
from builds import BUILDS, connect
from test_payload import FORMS, LINES, NAMES, forms, gz, lambda_event, literal, make_lines, message

KEYS = [name.replace("_", "-") for name in NAMES]
COLUMNS = ", ".join(NAMES)

KINDS = {
    "lambda": "json event", "kinesis": "json event", "kinesis api": "json event", "kinesis, url": "json event",
    "firehose": "json event", "firehose, direct": "json event", "firehose, lines": "json event",
    "gzip": "gzip+json subscription", "members": "gzip+json subscription", "message": "json subscription",
    "messages": "json subscription", "messages, lines": "json subscription", "pretty": "json subscription",
    "escaped": "json subscription", "nul elsewhere": "json subscription", "account policy": "json subscription",
    "get-log-events": "json events", "filter-log-events": "json events", "pages": "json events", "array": "json events",
    "texts": "json messages", "json text": "json subscription", "json lines": "json messages", "json, no breaks": "json messages",
}


@pytest.fixture(scope="module")
def db():
    return connect(BUILDS[0])


def write(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


# ---- forms

@pytest.mark.parametrize("form", KINDS)
def test_each_form_gives_the_rows_of_the_lines(db, tmp_path, form):
    """The rows are those of a file of lines, and each has the number of its event."""
    content, name = FORMS[form]
    path = write(tmp_path / "a", content)
    expected = db.execute(f"SELECT *, extra, raw, line FROM flowlogs('{write(tmp_path / 'b', chr(10).join(LINES))}')").fetchall()
    group, stream = name.split(":") if ":" in name else (None, None)
    if form == "filter-log-events":
        stream = "eni-7"
    for threads in (0, 2):
        got = db.execute("SELECT *, extra, raw, line FROM flowlogs(?, 'fail', NULL, ?)", (str(path), threads)).fetchall()
        assert got == expected
    assert db.execute("SELECT DISTINCT log_group, log_stream FROM flowlogs(?)", (str(path),)).fetchall() == [(group, stream)]
    assert db.execute("SELECT kind, verdict, rows, note FROM flowlogs_files(?)", (str(path),)).fetchall() == \
        [(KINDS[form], "flow log", len(LINES), None)]
    assert db.execute("SELECT sum(flows), sum(bytes) FROM flowlogs_rollup(?)", (str(path),)).fetchall() == \
        db.execute("SELECT count(*), sum(bytes) FROM flowlogs(?)", (str(path),)).fetchall()


def test_the_time_of_an_event(db, tmp_path):
    times = {"1700000000": "2023-11-14 22:13:20.000", "1700000000123": "2023-11-14 22:13:20.123",
             '"2024-05-01T02:00:00.5+02:00"': "2024-05-01 00:00:00.500", '"2024-05-01 00:00:00"': "2024-05-01 00:00:00.000",
             "null": None, '"soon"': None, "[]": None}
    path = write(tmp_path / "a", "".join(f'{{"timestamp":{t},"message":"{line}"}}' for t, line in zip(times, LINES)))
    assert [r[0] for r in db.execute("SELECT event_time FROM flowlogs(?)", (str(path),))] == list(times.values())


# ---- random documents

def address(text):
    """The spelling that the tables have."""
    return str(ipaddress.ip_address(text)) if ":" in text else text


def expected_rows(text):
    rows, bad = [], []
    for line, group, stream, time, record in jsonreference.read(text):
        if record is None:
            bad.append(line)
            continue
        values = dict(zip(NAMES, record.split())) if isinstance(record, str) else \
            {name: next((v for k, v in record.items() if k.lower().replace("-", "").replace("_", "") == name.replace("_", "")), None)
             for name in NAMES}
        at = None if time is None else datetime.datetime(1970, 1, 1) + datetime.timedelta(milliseconds=time)
        rows.append([str(line), group or "NULL", stream or "NULL", f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03}" if at else
                     "NULL"] + ["NULL" if values[n] in (None, "-") else address(values[n]) for n in NAMES])
    return rows, bad


def test_random_documents(build, tmp_path):
    """Documents of all forms behind one another, written in all ways, agree with a reader that uses
    Python's json."""
    r = random.Random(7)
    rows, bad = [], []
    for i in range(300):
        lines = [line for line in make_lines(r.randrange(2, 25), i)]
        text = jsonreference.documents(r, lines, KEYS)
        data = text.encode()
        write(tmp_path / f"{i:03}", gzip.compress(data, mtime=0) if r.random() < .2 else data)
        mine, its_bad = expected_rows(text)
        rows += [[f"{i:03}", *row] for row in mine]
        bad += [[f"{i:03}", str(line)] for line in its_bad]
    got = build.rows(f"SELECT substr(file, -3), line, log_group, log_stream, event_time, {COLUMNS} FROM "
                     f"flowlogs('{tmp_path}/', 'skip') ORDER BY file, line;")
    assert len(got) > 2000
    for one, two in zip(got, rows):
        assert one == two
    assert len(got) == len(rows)
    assert build.rows(f"SELECT substr(file, -3), line FROM flowlogs_errors('{tmp_path}/') WHERE reason NOT LIKE 'is read, but%' "
                      "ORDER BY file, line;") == bad and len(bad) > 20


def test_every_cut(db, tmp_path):
    """A file that is cut has the rows in front of the cut, and it is said."""
    whole = make_lines(4, 2)
    all_forms = forms(whole)
    for form in ("message", "pages", "json lines", "firehose", "pretty", "texts"):
        data = all_forms[form][0].encode()
        for n in range(2, len(data), 7):
            path = write(tmp_path / "a", data[:n])
            got = [r[0] for r in db.execute("SELECT raw FROM flowlogs(?, 'skip')", (str(path),))]
            assert got == whole[:len(got)], (form, n)
            errors, = db.execute("SELECT count(*) FROM flowlogs_errors(?) WHERE reason NOT LIKE 'is read, but%'",
                                 (str(path),)).fetchone()
            assert errors or data[:n].rstrip().endswith((b"}", b"]")), (form, n)


# ---- what cannot be used

def test_bad_events_keep_their_place(build, tmp_path):
    events = [{"message": m} for m in (LINES[0], "", LINES[1] + "\n" + LINES[2], LINES[3], "a\0b", LINES[4], LINES[5] + " x")]
    events[5] = {"timestamp": 1}
    path = write(tmp_path / "a", json.dumps({"events": events}))
    assert build.rows(f"SELECT line, raw FROM flowlogs('{path}', 'skip');") == [["1", LINES[0]], ["4", LINES[3]]]
    assert [(line, reason.partition(";")[0]) for line, reason in
            build.rows(f"SELECT line, reason FROM flowlogs_errors('{path}') WHERE reason NOT LIKE 'is read, but%';")] == [
        ("2", "the event has an empty message"), ("3", "the event has a message of several lines"),
        ("5", "the event has a message with a NUL byte (\\u0000)"), ("6", 'the event has no "message" that is a text'),
        ("7", "has 15 fields where the file's format has 14")]
    assert f"{path}:2: the event has an empty message" in build.shell(f"SELECT count(*) FROM flowlogs('{path}');")


def test_json_lines_go_on_behind_half_a_line(build, tmp_path):
    """A writer that is stopped and started again leaves half a line."""
    lines = [json.dumps({"message": m}) for m in LINES[:6]]
    lines[1] = lines[1][:30]
    lines[3] = lines[3][:-1]
    path = write(tmp_path / "a", "\n".join(lines))
    assert build.rows(f"SELECT line, raw FROM flowlogs('{path}', 'skip');") == \
        [["1", LINES[0]], ["3", LINES[2]], ["5", LINES[4]], ["6", LINES[5]]]
    assert build.rows(f"SELECT line, reason FROM flowlogs_errors('{path}') WHERE reason NOT LIKE 'is read, but%';") == [
        ["2", "is no JSON: a line ends within a text"], ["4", "is no JSON: '{' stands where ',' or '}' should be"]]


FOREIGN = {
    "cloudtrail": (json.dumps({"Records": [{"eventVersion": "1.08", "userIdentity": {"type": "Root"}}]}),
                   "is a log of CloudTrail, and no flow log; its keys are eventVersion, userIdentity"),
    "s3": (json.dumps({"Records": [{"s3": {"object": {"key": "a"}}}]}), "is an event of S3"),
    "waf": (json.dumps({"timestamp": 1, "httpRequest": {}}), "is a JSON object without flow log records; its keys are timestamp, "
                                                            "httpRequest"),
    "sums": (json.dumps([{"srcAddr": "10.0.0.1", "sum(bytes)": "5"}]), "'sum(bytes)' is an aggregation of Logs Insights"),
    "application": ('{"level":"info","message":"user logged in"}\n' * 9, "is no flow log"),
    "settings": ('{\n  "name": "x",\n  "version": "1.0.0",\n  "dependencies": {}\n}\n', "its keys are name, version, dependencies"),
    "numbers": ("[1, 2, 3]", "a list of things that are neither objects nor texts"),
}


@pytest.mark.parametrize("case", FOREIGN)
def test_other_json_is_passed_over(build, tmp_path, case):
    content, words = FOREIGN[case]
    write(tmp_path / "a.json", content)
    write(tmp_path / "b.json", message(LINES))
    out = build.shell(f"SELECT count(*) FROM flowlogs('{tmp_path}/a.json');")
    assert words in out and "a.json" in out, out
    assert build.shell(f"SELECT count(*) FROM flowlogs('{tmp_path}/');") == "40\n"
    assert build.rows(f"SELECT verdict, note LIKE '%' || {literal(words)} || '%' FROM flowlogs_files('{tmp_path}/a.json');") == \
        [["other", "1"]]


def test_a_text_of_any_length(build, tmp_path):
    """Texts that are not read, and messages that are too long, need no memory."""
    with open(tmp_path / "a", "w") as f:
        for before, behind in (('{"junk":"', f'","message":"{LINES[0]}"}}'), ('{"message":"', '"}'),
                               (f'{{"message":"{LINES[1]}","', '":[1]}')):
            f.write(before)
            for _ in range(5):
                f.write("x" * (1 << 20))
            f.write(behind)
    limit = "PRAGMA hard_heap_limit = 8000000;\n"
    assert build.shell(f"{limit}SELECT line, raw FROM flowlogs('{tmp_path}/a', 'skip', NULL, 0);") == \
        f"8000000\n1|{LINES[0]}\n3|{LINES[1]}\n"
    assert build.shell(f"SELECT reason FROM flowlogs_errors('{tmp_path}/a') WHERE line = 2;") == "is longer than 65536 bytes\n"


def test_bombs(build, tmp_path):
    """Base64 that becomes too much is an error."""
    path = write(tmp_path / "a", lambda_event(gz(gz(b"\n" * (30 << 20)))))
    assert "becomes more than 1032 times as large" in build.shell(f"SELECT count(*) FROM flowlogs('{path}');")
