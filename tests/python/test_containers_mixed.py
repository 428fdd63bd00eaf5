# SPDX-License-Identifier: MIT
"""Several logs and several forms in one container: each record is read in the form that it has, in every order,
and what is no record does not hide those behind it."""

import json
import random

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
