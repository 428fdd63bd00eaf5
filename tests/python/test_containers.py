# SPDX-License-Identifier: MIT
"""Flow log records in every form in which they reach a person give the rows of the same records as lines:
as files, within gzip and base64, through a pipe, and as a payload."""

import base64
import gzip
import shutil
import sqlite3
import subprocess

import pytest

import containers
from builds import ROOT, connect, quote
from containers import DEFAULT, FORMS, OTHERS

COLUMNS = ", ".join(f'"{name.replace("-", "_")}"' for name in DEFAULT)
RECORDS = containers.records(seed=14, count=130)
NAMES = [name for name in FORMS]


def expected(records):
    """The rows of records, by Python alone."""
    def value(name, text):
        return None if text == "-" else int(text) if name in containers.NUMBERS else text
    return [tuple(value(name, text) for name, text in zip(DEFAULT, spelled(r.message).split())) for r in records]


def spelled(message):
    return message.replace("2001:db8:0:0:0:0:0:7", "2001:db8::7")


def rows(db, path, columns=COLUMNS, where=""):
    return db.execute(f"SELECT {columns} FROM flowlogs(?) {where}", [str(path)]).fetchall()


@pytest.fixture
def db(release):
    return connect(release)


@pytest.mark.parametrize("name", NAMES)
def test_a_form_has_the_rows_of_its_lines(db, tmp_path, name):
    form = FORMS[name]
    path = tmp_path / "x.dat"
    path.write_bytes(form.make(RECORDS))
    assert rows(db, path) == expected(RECORDS)
    kind, verdict, count, errors = db.execute("SELECT kind, verdict, rows, errors FROM flowlogs_files(?)", [str(path)]).fetchone()
    assert (kind, verdict, count, errors) == (form.kind, "flow log", len(RECORDS), 0)


@pytest.mark.parametrize("name", NAMES)
def test_the_envelope(db, tmp_path, name):
    form = FORMS[name]
    path = tmp_path / "x.dat"
    path.write_bytes(form.make(RECORDS))
    got = rows(db, path, "log_group, log_stream, event_time, line")
    group = containers.GROUP
    assert {row[0] for row in got} == {group if form.group else None}
    assert [row[1] for row in got] == [r.stream if form.stream else None for r in RECORDS]
    times = [containers.text_time(r.time, " ", "") for r in RECORDS]
    assert [row[2] for row in got] == (times if form.time else [None] * len(RECORDS))
    numbers = [row[3] for row in got]
    assert numbers[0] == form.line and numbers == sorted(set(numbers))


@pytest.mark.parametrize("name", NAMES)
def test_sums_and_conditions(db, tmp_path, name):
    """The rollup, conditions that are pushed down, and threads."""
    path = tmp_path / "x.dat"
    path.write_bytes(FORMS[name].make(RECORDS))
    want = expected(RECORDS)
    total = sum(row[9] or 0 for row in want)
    assert db.execute("SELECT sum(bytes) FROM flowlogs_rollup(?)", [str(path)]).fetchone() == (total,)
    rejected = [row for row in want if row[12] == "REJECT" and row[6] == 22]
    assert rejected
    for threads in (0, 2):
        assert rows(db, path, where=f"WHERE action = 'REJECT' AND dstport = 22 AND threads = {threads}") == rejected


WRAPPINGS = {
    "gzip": lambda data: gzip.compress(data, mtime=0),
    "gzip within gzip": lambda data: gzip.compress(gzip.compress(data, mtime=0), mtime=0),
    "base64 of gzip": lambda data: base64.b64encode(gzip.compress(data, mtime=0)),
    "base64": base64.encodebytes,
    "blank lines in front": lambda data: b"\n \n" + data,
}


@pytest.mark.parametrize("wrapping", WRAPPINGS)
def test_within_gzip_and_base64(db, tmp_path, wrapping):
    for name, form in FORMS.items():
        if wrapping != "gzip" and name in ("subscription-members", "subscription-twice", "subscription-base64"):
            continue  # more layers than are removed, or no text
        path = tmp_path / name
        path.write_bytes(WRAPPINGS[wrapping](form.make(RECORDS)))
        assert rows(db, path) == expected(RECORDS), name


def test_in_small_pieces(db, tmp_path):
    """Files of none, one, and many more records than a block has."""
    for count in (0, 1, 2, 5000):
        records = containers.records(seed=count, count=count, streams=2)
        for name, form in FORMS.items():
            path = tmp_path / f"{name}-{count}"
            path.write_bytes(form.make(records))
            assert rows(db, path, where="WHERE on_error = 'skip'" if not count else "") == expected(records), (name, count)
            path.unlink()


PARQUET = ("duckdb-gzip-v2.parquet", "arrow-snappy-v1.parquet")  # test_parquet.py compares them with their records


def write_tree(folder):
    """All forms, each with records of its own, and what is no flow log. Returns the records."""
    records = []
    for i, (name, form) in enumerate(FORMS.items()):
        own = containers.records(seed=100 + i, count=40 + i)
        (folder / name).write_bytes(form.make(own))
        records += own
    for name, data in OTHERS.items():
        (folder / name).write_bytes(data)
    return records


def test_a_tree_of_all_forms(build, tmp_path):
    """One query over everything has the right total, and what is no flow log is listed with a reason."""
    want = expected(write_tree(tmp_path))
    rows, total = len(want), sum(row[9] or 0 for row in want)
    for name in PARQUET:
        shutil.copy(ROOT / "tests/data/parquet" / name, tmp_path)
        own = build.rows(f"SELECT count(*), sum(bytes) FROM flowlogs('tests/data/parquet/{name}');")[0]
        rows, total = rows + int(own[0]), total + int(own[1])
    path = quote(str(tmp_path))
    assert build.rows(f"SELECT count(*), sum(bytes) FROM flowlogs({path});") == [[str(rows), str(total)]]
    assert build.rows(f"SELECT sum(flows), sum(bytes) FROM flowlogs_rollup({path});") == [[str(rows), str(total)]]
    listed = build.rows(f"SELECT verdict, count(*), sum(rows), sum(errors) FROM flowlogs_files({path}) GROUP BY 1 ORDER BY 1;")
    assert listed == [["flow log", str(len(FORMS) + len(PARQUET)), str(rows), "0"], ["other", str(len(OTHERS)), "0", "0"]]
    notes = build.rows(f"SELECT path, note FROM flowlogs_files({path}) WHERE verdict = 'other';")
    assert all(len(note) > 12 for _, note in notes), notes


def test_an_index_of_all_forms(db, tmp_path):
    """With an index of them, queries about an address, a port and a time give the same records."""
    (tmp_path / "logs").mkdir()
    write_tree(tmp_path / "logs")
    for name in PARQUET:
        shutil.copy(ROOT / "tests/data/parquet" / name, tmp_path / "logs")
    path, index = str(tmp_path / "logs"), str(tmp_path / "logs.idx")
    db.execute("SELECT * FROM flowlogs_index_build(?, ?)", [path, index]).fetchall()
    for where in ("addr = '198.51.100.7'", "srcaddr = '10.0.1.9'", "dstport = 22 AND action = 'REJECT'",
                  "interface_id = 'eni-00000000000000002'", "start < 1773046900", "cidr_match(srcaddr, '2001:db8::/32')"):
        query = f"SELECT file, line, {COLUMNS} FROM flowlogs(?) WHERE {where}"
        want = db.execute(query, [path]).fetchall()
        assert want, where
        assert db.execute(f"{query} AND index_file = ?", [path, index]).fetchall() == want, where


def test_payloads(db, tmp_path):
    """flowlogs_payload reads the same forms out of a value."""
    for name, form in FORMS.items():
        got = db.execute(f"SELECT {COLUMNS} FROM flowlogs_payload(?)", [form.make(RECORDS)]).fetchall()
        assert sorted(got, key=repr) == sorted(expected(RECORDS), key=repr), name


@pytest.mark.parametrize("name", NAMES)
def test_the_envelope_of_payloads(db, name):
    form = FORMS[name]
    got = db.execute("SELECT interface_id, start, log_group, log_stream, event_time FROM flowlogs_payload(?)",
                     [form.make(RECORDS)]).fetchall()
    want = []
    for row, record in zip(expected(RECORDS), RECORDS):
        group = containers.GROUP if form.group else None
        time = containers.text_time(record.time, " ", "") if form.time else None
        want.append((row[2], row[10], group, record.stream if form.stream else None, time))
    assert sorted(got, key=repr) == sorted(want, key=repr)


def test_pipes(release, tmp_path):
    for name, form in FORMS.items():
        done = subprocess.run(
            ["sqlite3", "-batch", ":memory:", f".load {release.extension}",
             "SELECT count(*), sum(bytes) FROM flowlogs('-');"],
            input=form.make(RECORDS), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=release.env, timeout=60)
        want = expected(RECORDS)
        assert done.stdout.decode().strip() == f"{len(want)}|{sum(row[9] or 0 for row in want)}", name


def test_an_export_task(db, tmp_path):
    """The files of create-export-task: the stream is a folder, and CloudWatch's test object is passed over."""
    task = tmp_path / "exportedlogs/d0c5a1de-0f3b-4a86-9b0c-6f1f3c2d1e0a"
    (tmp_path / "exportedlogs").mkdir()
    (tmp_path / "exportedlogs/aws-logs-write-test").write_bytes(OTHERS["aws-logs-write-test"])
    streams = sorted({r.stream for r in RECORDS})
    for stream in streams:
        (task / stream).mkdir(parents=True)
        own = [r for r in RECORDS if r.stream == stream]
        (task / stream / "000000.gz").write_bytes(gzip.compress(containers.exported(own)))
    want = [(r.stream, containers.text_time(r.time, " ", ""), r.message.split()[2])
            for stream in streams for r in RECORDS if r.stream == stream]
    assert rows(db, tmp_path, "log_stream, event_time, interface_id") == want
    other = db.execute("SELECT path FROM flowlogs_files(?) WHERE verdict = 'other'", [str(tmp_path)]).fetchall()
    assert [path for path, in other] == [str(tmp_path / "exportedlogs/aws-logs-write-test")]


def test_flow_logs_behind_messages_of_other_logs(db, tmp_path):
    """Firehose writes several log groups into the same objects: flow logs behind thousands of other messages are
    found, and the others are errors, never a reason to pass over the file in a folder."""
    others = [containers.Record(f"request {i} done in {i} ms", r.time, "application") for i, r in
              enumerate(containers.records(seed=1, count=3000))]
    for name in ("firehose-messages", "subscription-members", "filter-log-events", "console-csv", "logs-tail", "json-strings"):
        path = tmp_path / name
        path.write_bytes(FORMS[name].make(others + RECORDS))
        assert rows(db, tmp_path, where="WHERE on_error = 'skip'") == expected(RECORDS), name
        with pytest.raises(sqlite3.OperationalError, match="the first record of flow logs is 300[12]"):
            rows(db, tmp_path)
        path.write_bytes(FORMS[name].make(others))
        with pytest.raises(sqlite3.OperationalError, match="is no flow log: its first line"):
            rows(db, tmp_path)
        path.unlink()


def test_a_header_among_messages(db, tmp_path):
    """The lines of a file that somebody has made JSON texts of, with their header."""
    path = tmp_path / "x.json"
    header = containers.Record("dstport srcaddr", 0, "")
    path.write_bytes(containers.json_strings([header, containers.Record("443 10.0.0.1", 0, "")]))
    assert rows(db, path, "dstport, srcaddr, line") == [(443, "10.0.0.1", 2)]


def test_names_that_are_mostly_unknown(db, tmp_path):
    """Records of three fields among many other names, as a file and as a payload."""
    data = containers.lines('{"srcaddr":"10.0.0.%d","dstport":443,"bytes":%d,"a":1,"b":"x y","c":3,"d":4,"e":5}' % (i, i)
                            for i in range(1, 20))
    path = tmp_path / "x.json"
    path.write_bytes(data)
    want = [(f"10.0.0.{i}", i, '{"a":"1","b":"x%20y","c":"3","d":"4","e":"5"}') for i in range(1, 20)]
    assert rows(db, path, "srcaddr, bytes, extra") == want
    assert db.execute("SELECT srcaddr, bytes, extra FROM flowlogs_payload(?)", [data]).fetchall() == want
