# SPDX-License-Identifier: MIT
"""The scripts of sql/export. The records that arrive in a database, in CSV, in the lines for
Elasticsearch's _bulk and in PostgreSQL are those that tests/lib/reference.py reads. A run that is
killed leaves nothing half done."""

import csv
import functools
import glob
import gzip
import io
import ipaddress
import json
import os
import pwd
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

import pytest

import crowd
import reference
from builds import ROOT, SUFFIX, connect, quote
from test_alerts import DROP, plant, planted

sys.path.insert(0, str(ROOT / "tests" / "tools"))
import generate  # noqa: E402

SAMPLE = "tests/data/AWSLogs"
FIELDS = list(dict.fromkeys(reference.VPC_NAMES + reference.TGW_NAMES))
NAMES = FIELDS + ["extra", "start_time", "end_time", "line"]


@functools.cache
def sample():
    """The records of the sample by (file, line). The paths are relative to the top of the
    repository, as a query there shows them."""
    records = reference.read([str(ROOT / SAMPLE)])
    return {(os.path.relpath(r["file"], ROOT), r["line"]): r for r in records}


def command(build, script, logs, database=":memory:", **parameters):
    settings = {"logs": logs, **parameters}
    args = [shutil.which("sqlite3"), "-batch", "-bail", "-cmd", ".timeout 60000",
            "-cmd", f".load {build.extension}", "-cmd", ".parameter init"]
    for name, value in settings.items():
        literal = str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"
        args += ["-cmd", f'.parameter set @{name} "{literal}"']
    return [*args, str(database), f".read {script}"]


def run(build, script, logs, database=":memory:", **parameters):
    return subprocess.run(command(build, script, logs, database, **parameters), cwd=ROOT, env=build.env, text=True,
                          capture_output=True, timeout=120)


# ---- a database's own tables -----------------------------------------------------------------

def test_a_file_never_gets_the_sample(release, tmp_path):
    done = subprocess.run(["sqlite3", "-batch", "-cmd", f".load {release.extension}", str(tmp_path / "flows.db"),
                           ".read sql/export/import.sql"], cwd=ROOT, env=release.env, text=True, capture_output=True)
    assert done.returncode == 1 and "flowlogs: which logs? .parameter set @logs " in done.stderr and done.stdout == ""


def imported(build, logs, database, **parameters):
    """Runs import.sql once. Returns what it printed, or the error."""
    done = run(build, "sql/export/import.sql", logs, database, **parameters)
    assert (done.returncode == 0) == (done.stderr == ""), done.stderr
    return done.stdout.strip().split("|") if done.returncode == 0 else done.stdout + done.stderr


def content(database):
    """The content of the tables: records by (path, line), and files by path. The numbers of files
    are left out, because they depend on the order of imports."""
    db = sqlite3.connect(database)
    db.row_factory = sqlite3.Row
    assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    assert db.execute("SELECT count(*) FROM flows WHERE file_id NOT IN (SELECT id FROM flow_files)").fetchone()[0] == 0
    names = ", ".join(f'f."{n}"' for n in NAMES)
    rows = db.execute(f"SELECT k.path, {names} FROM flows f JOIN flow_files k ON k.id = f.file_id").fetchall()
    records = {(r["path"], r["line"]): dict(r) for r in rows}
    assert len(records) == len(rows)
    files = {r["path"]: dict(r) for r in db.execute("SELECT path, size, mtime, rows, name FROM flow_files")}
    db.close()
    return records, files


def test_import_is_the_records(build, tmp_path):
    database = tmp_path / "flows.db"
    assert imported(build, SAMPLE, database) == ["35", "0", "4476", "35", "4476", "all done"]
    records, files = content(database)
    assert records.keys() == sample().keys()
    for key, record in sample().items():
        assert [records[key][n] for n in NAMES] == [record.get(n) for n in NAMES], key
    for path, file in files.items():
        status = os.stat(ROOT / path)
        assert (file["size"], file["mtime"]) == (status.st_size, int(status.st_mtime))
        assert file["rows"] == sum(key[0] == path for key in records)
    assert imported(build, SAMPLE, database) == ["0", "0", "0", "35", "4476", "all done"]
    assert content(database) == (records, files)


def drop(database, *names):
    """Makes of the table what an older version, which did not know these fields, has left."""
    db = sqlite3.connect(database)
    for name in names:
        db.execute(f"ALTER TABLE flows DROP COLUMN {name}")
    db.commit()
    db.close()


def columns(database):
    db = sqlite3.connect(database)
    found = [row[1] for row in db.execute("PRAGMA table_xinfo(flows)")]
    db.close()
    return found


NEWER = ["region", "packets_lost_ttl_expired"]


@pytest.mark.parametrize("mode", ["list", "box", "csv", "json", "column"])
def test_import_into_an_older_table(release, tmp_path, mode):
    """Fields that the table lacks are added to it, whatever .mode is set; rows that were there have NULL in them."""
    database = tmp_path / "flows.db"
    imported(release, SAMPLE, database, batch=10)
    old = content(database)[0]
    drop(database, *NEWER)
    args = command(release, "sql/export/import.sql", SAMPLE, database)
    done = subprocess.run([*args[:2], "-cmd", f".mode {mode}", *args[2:]], cwd=ROOT, text=True, capture_output=True,
                          env=release.env | {"TMPDIR": str(tmp_path)})
    assert (done.returncode, done.stderr) == (0, "") and done.stdout.count("add__") == 0
    assert [p.name for p in tmp_path.iterdir()] == ["flows.db"]
    assert sorted(columns(database)) == sorted(["id", "file_id", *NAMES])
    for key, record in content(database)[0].items():
        lost = NEWER if key in old else []
        assert [record[n] for n in NAMES] == [None if n in lost else sample()[key].get(n) for n in NAMES], key


def test_what_others_put_beside_the_list_of_columns(release, tmp_path):
    """An import neither follows nor believes it."""
    database = tmp_path / "flows.db"
    imported(release, SAMPLE, database, batch=10)
    drop(database, *NEWER)
    script = plant(tmp_path, "flowlogs-import") + 'exec "$@"'
    done = subprocess.run(["sh", "-c", script, "sh", *command(release, "sql/export/import.sql", SAMPLE, database)], cwd=ROOT,
                          capture_output=True, text=True, env=release.env | {"TMPDIR": str(tmp_path)})
    assert (done.returncode, done.stderr) == (0, "") and sorted(columns(database)) == sorted(["id", "file_id", *NAMES])
    left = planted(tmp_path, "flowlogs-import")
    assert left in (["dangling", "link", "other"], ["dangling", "link"]), left


def test_a_run_that_fails_adds_no_column(release, tmp_path):
    database, logs = tmp_path / "flows.db", tmp_path / "logs"
    write_log(logs / "0.log", 0, 10)
    imported(release, logs, database)
    drop(database, *NEWER)
    before = columns(database)
    write_log(logs / "1.log", 100, 10)
    (logs / "2.log").write_text(logs.joinpath("0.log").read_text() + "2 torn\n")
    assert "2.log:12: has 2 fields" in imported(release, logs, database)
    assert columns(database) == before
    (logs / "2.log").unlink()
    done = subprocess.run(command(release, "sql/export/import.sql", logs, database), cwd=ROOT, text=True, capture_output=True,
                          env=release.env | {"TMPDIR": str(tmp_path / "nowhere")})
    assert done.returncode == 1 and "has no column named region" in done.stderr and columns(database) == before
    assert imported(release, logs, database) == ["1", "0", "10", "2", "20", "all done"]


def test_field_lists_are_generated(release):
    """`make generate` has been run since ext/record/fields.h changed."""
    table = generate.fields(release.folder / "columns")
    assert [name for name, _ in table] == FIELDS
    found = generate.files()
    assert [p.name for p in found] == ["elasticsearch-bulk.sql", "import.sql", "postgres.sh"]
    assert [p.name for p in found if generate.generated(p.read_text(), table) != p.read_text()] == []


def test_import_finds_by_index(release, tmp_path):
    database = tmp_path / "flows.db"
    imported(release, SAMPLE, database)
    db = sqlite3.connect(database)
    for where in ("start >= 1773046800", "srcaddr = '10.0.1.13'", "dstaddr = '10.0.1.13'"):
        plan = db.execute(f"EXPLAIN QUERY PLAN SELECT * FROM flows WHERE {where}").fetchall()
        assert "USING INDEX" in plan[0][3], plan


def write_log(path, first, n, dport=443):
    """Writes a file of n records in the default format. The records depend on `first`."""
    rows = [f"2 123456789012 eni-0a1b2c3d4e5f60718 10.0.1.{i % 250} 10.0.2.20 {i % 60000} {dport} 6 10 {1000 + i} "
            f"{1773046800 + i} {1773046860 + i} ACCEPT OK" for i in range(first, first + n)]
    text = " ".join(f.rstrip("#@") for f in reference.VPC_FIELDS[:14]) + "\n" + "\n".join(rows) + "\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())


def test_import_of_what_changed(build, tmp_path):
    logs, database = tmp_path / "logs", tmp_path / "flows.db"
    for i in range(3):
        write_log(logs / f"{i}.log.gz", 100 * i, 10)
    write_log(logs / "growing.log", 1000, 5)
    (logs / "notes.txt").write_text("no flow log\n")
    assert imported(build, logs, database) == ["5", "0", "35", "5", "35", "all done"]

    write_log(logs / "growing.log", 1000, 8)                # longer
    write_log(logs / "1.log.gz", 150, 4)                    # another, of another time
    os.utime(logs / "1.log.gz", (1e9, 1e9))
    os.remove(logs / "2.log.gz")                            # the file is deleted, its rows stay
    write_log(logs / "3.log.gz", 300, 10)                   # new
    assert imported(build, logs, database) == ["1", "2", "22", "6", "42", "all done"]
    records, files = content(database)
    assert {key[0].rsplit("/")[-1]: files[key[0]]["rows"] for key in records} == {
        "0.log.gz": 10, "1.log.gz": 4, "2.log.gz": 10, "3.log.gz": 10, "growing.log": 8}
    assert sorted(r["bytes"] for (path, _), r in records.items() if path.endswith("/1.log.gz")) == [1150, 1151, 1152, 1153]

    before = content(database)
    (logs / "4.log").write_text(logs.joinpath("growing.log").read_text() + "2 torn\n")
    write_log(logs / "5.log", 500, 5)
    error = imported(build, logs, database)
    assert "4.log:10: has 2 fields where the file's format has 14" in error
    assert content(database) == before                      # nothing of 5.log either


def imported_with_lines_from(release, logs, database, first):
    """Runs import.sql as if each file had `first` lines before its own first one."""
    script = (ROOT / "sql" / "export" / "import.sql").read_text()
    names = ", ".join(f'"{n}"' for n in [*FIELDS, "extra", "file"])
    apart = script.replace("FROM flowlogs(@logs, @on_error, @format) l CROSS JOIN",
                           f"FROM (SELECT {names}, line + {first} AS line FROM flowlogs(@logs)) l CROSS JOIN")
    assert apart != script
    path = database.with_suffix(".sql")
    path.write_text(apart)
    done = run(release, path, logs, database)
    return done.stdout.strip().split("|") if done.returncode == 0 else done.stdout + done.stderr


def test_import_beyond_the_lines_of_an_id(release, tmp_path):
    """The largest line has its id; the line behind it is an error, and not a record of the next
    file."""
    database, logs = tmp_path / "flows.db", tmp_path / "logs"
    write_log(logs / "a.log", 0, 3)                          # lines 2 to 4
    write_log(logs / "b.log", 0, 1)
    assert imported_with_lines_from(release, logs, database, (1 << 32) - 5)[0] == "2"
    db = sqlite3.connect(database)
    assert db.execute("SELECT file_id, line FROM flows ORDER BY id").fetchall() == [
        (1, 4294967293), (1, 4294967294), (1, 4294967295), (2, 4294967293)]
    before = db.execute("SELECT * FROM flows").fetchall()
    write_log(logs / "c.log", 0, 3)
    assert (f"{logs}/c.log:4294967296: the ids of flows have no room for a line beyond 4294967295; split the file"
            in imported_with_lines_from(release, logs, database, (1 << 32) - 4))
    assert db.execute("SELECT * FROM flows").fetchall() == before


def test_import_beyond_the_files_of_an_id(release, tmp_path):
    database, logs = tmp_path / "flows.db", tmp_path / "logs"
    write_log(logs / "a.log", 0, 3)
    imported(release, logs, database)
    db = sqlite3.connect(database, isolation_level=None)
    db.execute("INSERT INTO flow_files (id, path) VALUES (2147483646, 'b.log')")
    write_log(logs / "b.log", 0, 3)
    assert imported(release, logs, database)[:3] == ["1", "0", "3"]
    assert db.execute("SELECT DISTINCT file_id FROM flows ORDER BY 1").fetchall() == [(1,), (2147483647,)]
    write_log(logs / "c.log", 0, 3)
    assert "flow_files has an id beyond 2147483647" in imported(release, logs, database)
    assert db.execute("SELECT count(*) FROM flow_files").fetchone() == (3,)


def test_import_of_a_second_path_is_an_error(build, tmp_path):
    database = tmp_path / "flows.db"
    one = SAMPLE + "/123456789012/vpcflowlogs/us-east-1/2026/03/10"
    imported(build, one, database)
    before = content(database)
    error = imported(build, "./" + one, database)
    assert f"./{one}" in error and "flowlogs: the files above were imported with another path" in error
    assert content(database) == before
    copy = tmp_path / "copy"
    shutil.copytree(ROOT / one, copy / "a")
    [zipped] = [p for p in (copy / "a").iterdir() if "T0905Z" in p.name]
    (copy / zipped.name.removesuffix(".gz")).write_bytes(gzip.decompress(zipped.read_bytes()))
    error = imported(build, copy, tmp_path / "other.db")
    assert "T0905Z" in error and "imported with another path" in error


def test_import_in_batches(build, tmp_path):
    database, said = tmp_path / "flows.db", []
    while not said or said[-1][5] == "more":
        said.append(imported(build, SAMPLE, database, batch=16))
    assert [s[0] for s in said] == ["16", "16", "3"]
    assert content(database)[0].keys() == sample().keys()


OWN_FORMAT = {"format": "srcaddr dstaddr start end", "on_error": "skip"}


def test_import_takes_the_format_and_what_can_be_used(release, tmp_path):
    """With 'skip', a file that cannot be opened is imported when it can be: its size and mtime are the same."""
    logs, database = tmp_path / "logs", tmp_path / "flows.db"
    logs.mkdir()
    for name in "ab":
        (logs / f"{name}.log").write_text(f"10.0.0.1 10.0.0.2 1773046800 1773046860\ntorn\n10.0.0.3 10.0.0.4 1773046800 177304686{name == 'b':d}\n")
    done = run(release, "sql/export/import.sql", str(logs), database, format=OWN_FORMAT["format"])
    assert done.returncode == 1 and "a.log:2: " in done.stderr
    (logs / "b.log").chmod(0)
    (logs / "loop").symlink_to("loop")          # what cannot even be examined
    args = [*DROP, *command(release, "sql/export/import.sql", str(logs), database, **OWN_FORMAT)]
    if not DROP or shutil.which("setpriv"):
        done = subprocess.run(args, cwd=ROOT, env=release.env, text=True, capture_output=True, timeout=120)
        assert done.returncode == 0 and content(database)[0].keys() == {(str(logs / "a.log"), 1), (str(logs / "a.log"), 3)}
    (logs / "b.log").chmod(0o644)
    assert run(release, "sql/export/import.sql", str(logs), database, **OWN_FORMAT).returncode == 0
    assert content(database)[0].keys() == {(str(logs / f"{name}.log"), line) for name in "ab" for line in (1, 3)}
    assert imported(release, str(logs), database, **OWN_FORMAT)[:3] == ["0", "0", "0"]      # what is damaged is read once


@pytest.mark.parametrize("script, rows", [("csv", 1 + 2), ("elasticsearch-bulk", 2 * 2)])
def test_exports_take_the_format_and_what_can_be_used(release, tmp_path, script, rows):
    (tmp_path / "a.log").write_text("10.0.0.1 10.0.0.2 1773046800 1773046860\ntorn\n10.0.0.3 10.0.0.4 1773046800 1773046860\n")
    done = run(release, f"sql/export/{script}.sql", str(tmp_path), **OWN_FORMAT)
    assert done.returncode == 0 and done.stdout.count("\n") == rows and "10.0.0.3" in done.stdout
    done = run(release, f"sql/export/{script}.sql", str(tmp_path), format=OWN_FORMAT["format"])
    assert done.returncode == 1 and "a.log:2: " in done.stderr


@pytest.mark.parametrize("runs", [2, 5])
def test_imports_wait_for_each_other(release, tmp_path, runs):
    """The command of import.sql's header waits for a locked database from its first command on."""
    assert "-bail -cmd '.timeout 60000' -cmd '.load " in (ROOT / "sql/export/import.sql").read_text()
    database = tmp_path / "flows.db"
    imported(release, SAMPLE, database, batch=16)
    done = crowd.crowded(command(release, "sql/export/import.sql", SAMPLE, database), release, database, runs)
    assert [(status, err) for status, _, err in done] == [(0, "")] * runs
    assert sorted(out for _, out, _ in done) == ["0|0|0|35|4476|all done\n"] * (runs - 1) + ["19|0|2336|35|4476|all done\n"]


def test_an_import_killed_at_any_moment_leaves_whole_runs(release, tmp_path):
    """An import is killed at random moments and run again. After a kill the tables are either as
    before the run or as after it. In the end they are those of an import that was not killed."""
    logs, base, database = tmp_path / "logs", tmp_path / "base.db", tmp_path / "flows.db"
    for i in range(16):
        write_log(logs / f"{i:02}.log.gz", 1000 * i, 200)
    imported(release, logs, base, batch=8)
    for i in range(0, 8, 3):                        # some of the imported files change before the runs that are killed
        write_log(logs / f"{i:02}.log.gz", 50000 + 1000 * i, 150)
    shutil.copy(base, database)
    imported(release, logs, database)
    states = [content(base), content(database)]

    rng = random.Random(4)
    killed, limit = 0, 1.0          # seconds; halved whenever a run ends before it is killed
    while killed < 12:
        shutil.copy(base, database)
        process = subprocess.Popen(command(release, "sql/export/import.sql", logs, database), cwd=ROOT, env=release.env,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            process.wait(rng.uniform(0, limit))
        except subprocess.TimeoutExpired:
            process.kill()
        if process.wait() == -signal.SIGKILL:
            killed += 1
        else:
            limit /= 2
        assert content(database) in states
        while imported(release, logs, database, batch=5)[5] == "more":
            pass
        assert content(database) == states[1]
        for rest in ("-journal", "-wal"):
            assert not os.path.exists(f"{database}{rest}")


# ---- CSV -------------------------------------------------------------------------------------

def cell(value):
    return "" if value is None else str(value)


def test_csv_has_the_records(build):
    done = run(build, "sql/export/csv.sql", SAMPLE)
    assert done.stderr == "" and done.returncode == 0
    rows = list(csv.DictReader(io.StringIO(done.stdout, newline="")))
    assert [(r["file"], int(r["line"])) for r in rows] == list(sample())
    for row, record in zip(rows, sample().values()):
        for name, value in row.items():
            assert value == (cell(record.get(name)) if name not in ("file", "line") else value), row


SIGNS = ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"]


def test_csv_has_no_formulas(build, tmp_path):
    """Whatever the texts are, no field begins as a formula does, and each can be had back. Numbers are the same.
    Since 3.50 the shell itself prints ^M for a carriage return in the name of a file."""
    values = [q + s + t for s in SIGNS for q in ("", "'", "''") for t in ("", 'HYPERLINK("x")', "a,b")
              if s != "\r" or sqlite3.sqlite_version_info < (3, 50)]
    harmless = ["'", "'a", "a=1", "1+1", '"=1"', "", " =1"]
    header = "version interface-id instance-id type region bytes start srcaddr"
    texts = [v for v in values + harmless if v and not set(v) & set(" \t\r\n") and v != "-"]
    content = f"{header}\n" + "".join(f"2 {v} {v} {v} {v} 5 1773100000 ::1\n" for v in texts)
    names = [v for v in values if "\r" not in v]     # later versions of the sqlite3 shell write ^M in its place
    for name in names:
        (tmp_path / name).write_text(content)
    done = subprocess.run(command(build, ROOT / "sql/export/csv.sql", "*"), cwd=tmp_path, env=build.env,
                          capture_output=True, timeout=120)
    assert done.stderr == b"" and done.returncode == 0
    rows = list(csv.DictReader(io.StringIO(done.stdout.decode(), newline="")))
    assert len(rows) == len(names) * len(texts) > 1000
    assert not [v for r in rows for v in r.values() if v.startswith(tuple(SIGNS))]
    assert {(r["bytes"], r["start"], r["srcaddr"], r["version"]) for r in rows} == {("5", "1773100000", "::1", "2")}

    files = ["./-" if name == "-" else name for name in names]  # "-" itself is standard input
    for name, original in [("file", files), *((c, texts) for c in ("interface_id", "instance_id", "type", "region"))]:
        found = json.dumps(sorted({r[name] for r in rows}))
        back = f"SELECT json_group_array(iif(csv_text(substr(value, 2)) = value, substr(value, 2), value)) FROM json_each({quote(found)});"
        assert sorted(json.loads(build.shell(back))) == sorted(original), name


def test_csv_text(release):
    db = connect(release)
    for value in [None, -5, -0.5, b"=1", "", "a", "'", "''a", "1-1", " =1"]:
        assert db.execute("SELECT csv_text(?1), typeof(csv_text(?1)) = typeof(?1)", [value]).fetchone() == (value, 1)
    for sign in SIGNS:
        for quotes in ("", "'", "''"):
            assert db.execute("SELECT csv_text(?)", [quotes + sign + "\0x"]).fetchone()[0] == "'" + quotes + sign + "\0x"


def test_csv_is_rfc_4180(build):
    done = subprocess.run(command(build, "sql/export/csv.sql", SAMPLE + "/012345678901/vpcflowlogs/us-east-1"), cwd=ROOT,
                          env=build.env, capture_output=True)
    lines = done.stdout.split(b"\r\n")
    assert lines[-1] == b"" and len(lines) == 152 and not any(b"\n" in line or b"\r" in line for line in lines)


@pytest.mark.parametrize("script", ["csv", "elasticsearch-bulk"])
def test_a_period_limits_the_export(release, script):
    done = run(release, f"sql/export/{script}.sql", SAMPLE, since="2026-03-09 09:00", until="2026-03-09 09:10:30")
    wanted = [k for k, r in sample().items() if "2026-03-09 09:00" <= r["start_time"] < "2026-03-09 09:10:30"]
    assert len(wanted) > 100
    assert [f"{f}:{n}" in line or f"{f},{n}," in line
            for (f, n), line in zip(wanted, done.stdout.split("\n")[1 if script == "csv" else 0::1 if script == "csv" else 2])
            ] == [True] * len(wanted)
    assert done.stdout.count("\n") == (len(wanted) + 1 if script == "csv" else 2 * len(wanted))


# ---- Elasticsearch ---------------------------------------------------------------------------

TRANSPORT = {1: "icmp", 6: "tcp", 17: "udp"}


def without_null(value):
    if isinstance(value, dict):
        found = {k: without_null(v) for k, v in value.items()}
        return {k: v for k, v in found.items() if v is not None and v != {}}
    return value


def iso(seconds):
    return None if seconds is None else time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(seconds))


def document(file, record):
    """The document that Elasticsearch should get for a record."""
    r = record.get
    src, dst, action = r("srcaddr"), r("dstaddr"), r("action")
    said = {"account_id", "srcaddr", "dstaddr", "srcport", "dstport", "protocol", "packets", "bytes", "start", "end", "action",
            "instance_id", "region", "flow_direction"}
    return without_null({
        "@timestamp": iso(r("start")), "ecs": {"version": "8.11.0"},
        "event": {"kind": "event", "module": "aws", "dataset": "aws.vpcflow", "category": ["network"],
                  "type": {"ACCEPT": ["connection", "allowed"], "REJECT": ["connection", "denied"]}.get(
                      action, ["info"] if src is None else ["connection"]),
                  "action": action and action.lower(), "outcome": {"ACCEPT": "success", "REJECT": "failure"}.get(action),
                  "start": iso(r("start")), "end": iso(r("end")), "duration": (r("end") - r("start")) * 10**9},
        "source": src and {"address": src, "ip": src, "port": r("srcport"), "bytes": r("bytes"), "packets": r("packets")},
        "destination": dst and {"address": dst, "ip": dst, "port": r("dstport")},
        "related": src and {"ip": [src, dst]},
        "network": {"transport": TRANSPORT.get(r("protocol")), "iana_number": r("protocol") and str(r("protocol")),
                    "bytes": r("bytes"), "packets": r("packets"), "type": src and ("ipv6" if ":" in src else "ipv4"),
                    "direction": r("flow_direction")},
        "cloud": {"provider": "aws", "region": r("region"), "account": {"id": r("account_id")},
                  "instance": {"id": r("instance_id")}},
        "log": {"file": {"path": file}},
        "aws": {"vpcflow": {**{n: r(n) for n in FIELDS if n not in said}, "line": r("line"),
                            "extra": json.loads(r("extra")) if r("extra") else None}}})


def test_elasticsearch_gets_the_records(build):
    done = run(build, "sql/export/elasticsearch-bulk.sql", SAMPLE, index="logs-aws", op="create")
    assert done.stderr == "" and done.returncode == 0
    lines = [json.loads(line) for line in done.stdout.split("\n")[:-1]]
    assert len(lines) == 2 * len(sample())
    for action, found, ((file, number), record) in zip(lines[0::2], lines[1::2], sample().items()):
        assert action == {"create": {"_index": "logs-aws", "_id": f"{file}:{number}"}}
        assert found == document(file, record)
    assert len({line["create"]["_id"] for line in lines[0::2]}) == len(sample())


def test_elasticsearch_has_default_parameters(build):
    """Without parameters the index is called flowlogs. Two runs print the same bytes."""
    first, second = (run(build, "sql/export/elasticsearch-bulk.sql", SAMPLE + "/012345678901") for _ in range(2))
    assert first.stdout == second.stdout
    assert json.loads(first.stdout.split("\n")[0])["index"]["_index"] == "flowlogs"


# ---- PostgreSQL ------------------------------------------------------------------------------

def as_nobody(args):
    """The command, to be run as the user nobody if the tests run as root, because PostgreSQL
    refuses to run as root."""
    return [shutil.which("runuser"), "-u", "nobody", "--", *args] if os.getuid() == 0 else args


@pytest.fixture(scope="module")
def postgres(tmp_path_factory):
    """Starts a PostgreSQL server on a socket in a new folder. Gives the environment in which psql
    reaches it."""
    programs = sorted(glob.glob("/usr/lib/postgresql/*/bin")) or [
        os.path.dirname(p) for p in [shutil.which("initdb")] if p]
    if not programs or not shutil.which("psql"):
        pytest.skip("PostgreSQL isn't installed")
    # Not below pytest's folder: other users may not enter it, and its path may be too long for a
    # socket.
    folder = tempfile.mkdtemp(prefix="flowlogs-pg-")
    if os.getuid() == 0:
        os.chown(folder, pwd.getpwnam("nobody").pw_uid, -1)
    program = programs[-1]
    subprocess.run(as_nobody([f"{program}/initdb", "-D", f"{folder}/data", "-U", "flow", "-A", "trust", "-E", "UTF8",
                              "--locale=C", "--no-sync"]), check=True, cwd=folder, stdout=subprocess.DEVNULL)
    with open(f"{folder}/log", "w") as log:
        server = subprocess.Popen(
            as_nobody([f"{program}/postgres", "-D", f"{folder}/data", "-k", folder, "-c", "listen_addresses=",
                       "-c", "fsync=off", "-c", "timezone=Asia/Tokyo"]), cwd=folder, stdout=log, stderr=log)
    env = {"PGHOST": folder, "PGUSER": "flow", "PGDATABASE": "postgres"}
    try:
        for _ in range(200):
            if subprocess.run(["psql", "-Xqc", "SELECT 1"], env={**os.environ, **env}, capture_output=True).returncode == 0:
                break
            assert server.poll() is None, open(f"{folder}/log").read()
            time.sleep(0.05)
        yield env
    finally:
        if server.poll() is None:
            with open(f"{folder}/data/postmaster.pid") as f:
                os.kill(int(f.readline()), signal.SIGINT)       # SIGINT is a fast shutdown; the pid file names this server
            server.wait(30)
        shutil.rmtree(folder)


def psql(postgres, sql):
    done = subprocess.run(["psql", "-Xq", "--csv", "-t", "-c", sql], env={**os.environ, **postgres}, text=True,
                          capture_output=True)
    assert done.returncode == 0, done.stderr
    return list(csv.reader(io.StringIO(done.stdout)))


def to_postgres(build, postgres, logs, **env):
    return subprocess.run([ROOT / "sql/export/postgres.sh", str(logs)], cwd=ROOT, text=True, capture_output=True, timeout=120,
                          env={**build.env, **postgres, "FLOWLOGS": str(build.extension), **env})


@pytest.fixture
def schema(postgres):
    psql(postgres, "DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    return postgres


def in_postgres(postgres):
    """The records in PostgreSQL by (path, line), in the form of reference.py. Only addresses and
    JSON may be spelled differently."""
    names = ", ".join(f'extract(epoch FROM {n}_time)::bigint' if n in ("start", "end") else f"host({n})"
                      if n in reference.ADDRESSES else n for n in FIELDS + ["extra"])
    rows = psql(postgres, f"SELECT path, line, {names} FROM flows JOIN flow_files ON id = file_id")
    found = {(r[0], int(r[1])): r[2:] for r in rows}
    assert len(found) == len(rows)
    return found


def spelled(name, value):
    if value is not None and name in reference.ADDRESSES:
        return str(ipaddress.ip_address(value))
    return cell(value)


def test_postgres_gets_the_records(release, schema):
    done = to_postgres(release, schema, SAMPLE)
    assert (done.returncode, done.stdout, done.stderr) == (0, "files read: 35\nrows: 4476\n", "")
    found = in_postgres(schema)
    assert found.keys() == sample().keys()
    for key, record in sample().items():
        assert found[key] == [spelled(n, record.get(n)) for n in FIELDS + ["extra"]], key
    types = dict(psql(schema, "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'flows'"))
    assert [types[n] for n in ("srcaddr", "bytes", "start_time", "account_id")] == [
        "inet", "bigint", "timestamp with time zone", "text"]
    mine = release.rows(f"SELECT srcaddr, count(*), sum(bytes) FROM flowlogs('{SAMPLE}') WHERE cidr_match(srcaddr, "
                        "'10.0.0.0/16') GROUP BY 1 ORDER BY ip_blob(srcaddr);")
    assert mine == psql(schema, "SELECT host(srcaddr), count(*), sum(bytes) FROM flows WHERE srcaddr << '10.0.0.0/16' "
                                "GROUP BY srcaddr ORDER BY srcaddr")
    assert psql(schema, "SELECT count(*) FROM flows WHERE family(srcaddr) = 6") == [
        [str(sum(":" in (r.get("srcaddr") or "") for r in sample().values()))]]


def test_a_second_postgres_export_adds_what_is_new(release, schema, tmp_path):
    """A second export adds the files that are new or changed, and nothing twice."""
    logs = tmp_path / "it's, \"logs\""
    for i in range(3):
        write_log(logs / f"{i}.log.gz", 100 * i, 10)
    assert to_postgres(release, schema, logs).stdout == "files read: 3\nrows: 30\n"
    assert to_postgres(release, schema, logs).stdout == "files read: 0\nrows: 30\n"
    write_log(logs / "0.log.gz", 150, 4)
    os.remove(logs / "1.log.gz")
    write_log(logs / "3.log.gz", 300, 10)
    assert to_postgres(release, schema, logs).stdout == "files read: 2\nrows: 34\n"
    assert psql(schema, "SELECT bytes FROM flows WHERE bytes < 1200 ORDER BY 1") == [
        *[[str(n)] for n in range(1100, 1110)], *[[str(n)] for n in range(1150, 1154)]][0:14]

    before = in_postgres(schema)
    (logs / "4.log").write_text("no flow log, but named as one\n")
    write_log(logs / "5.log", 500, 5)
    with open(logs / "5.log", "a") as f:
        f.write("2 torn\n")
    done = to_postgres(release, schema, logs)
    assert done.returncode != 0 and "5.log:7: has 2 fields" in done.stderr and "nothing was imported" in done.stderr
    assert in_postgres(schema) == before


def test_postgres_takes_the_format_and_what_can_be_used(release, schema, tmp_path):
    options = {"FORMAT": OWN_FORMAT["format"], "ON_ERROR": "skip"}
    for name in "ab":
        (tmp_path / f"{name}.log").write_text(f"10.0.0.1 10.0.0.2 1773046800 1773046860\ntorn\n10.0.0.3 10.0.0.4 1773046800 177304686{name == 'b':d}\n")
    done = to_postgres(release, schema, tmp_path, FORMAT=options["FORMAT"])
    assert done.returncode != 0 and "a.log:2: " in done.stderr and in_postgres(schema) == {}
    (tmp_path / "loop").symlink_to("loop")      # what cannot even be examined
    assert to_postgres(release, schema, tmp_path, **options).stdout == "files read: 2\nrows: 4\n"
    assert to_postgres(release, schema, tmp_path, **options).stdout == "files read: 0\nrows: 4\n"


def test_postgres_older_table(release, schema):
    """A table without a field is an error; once the column has been added, wherever it stands, the values are in their columns."""
    assert to_postgres(release, schema, "tests/data/edge/empty.log").returncode == 0     # makes the tables
    psql(schema, "ALTER TABLE flows DROP COLUMN region")
    done = to_postgres(release, schema, SAMPLE)
    assert done.returncode != 0 and 'column "region" of relation "flows" does not exist' in done.stderr
    psql(schema, "ALTER TABLE flows ADD COLUMN region text")
    assert to_postgres(release, schema, SAMPLE).returncode == 0
    found = in_postgres(schema)
    assert all(found[key] == [spelled(n, r.get(n)) for n in FIELDS + ["extra"]] for key, r in sample().items())


def test_postgres_second_path(release, schema):
    one = SAMPLE + "/123456789012/vpcflowlogs/us-east-1/2026/03/10"
    assert to_postgres(release, schema, one).returncode == 0
    before = in_postgres(schema)
    done = to_postgres(release, schema, "./" + one)
    assert done.returncode != 0 and "flow_files_name_key" in done.stderr and in_postgres(schema) == before


@pytest.mark.parametrize("path", ["another file", "the same file"])
def test_a_postgres_export_that_is_overtaken_starts_again(release, schema, tmp_path, path):
    """Another run commits after this run has looked at what is there and before its transaction.
    This run must give up and start again."""
    logs, wrapper = tmp_path / "logs", tmp_path / "sqlite3"
    write_log(logs / "0.log.gz", 0, 10)
    write_log(logs / "1.log.gz", 50, 10)
    other = "/else.log" if path == "another file" else str(logs / "1.log.gz")
    wrapper.write_text(f"""#!/bin/sh
[ -e {tmp_path}/once ] || psql -Xqc "INSERT INTO flow_files VALUES ({1 if other == "/else.log" else 7}, '{other}', 1, 1)"
touch {tmp_path}/once
exec {shutil.which('sqlite3')} "$@"
""")
    wrapper.chmod(0o755)
    assert to_postgres(release, schema, "tests/data/edge/empty.log").returncode == 0     # makes the tables
    psql(schema, "DELETE FROM flow_files")
    done = to_postgres(release, schema, logs, SQLITE3=str(wrapper))
    assert done.returncode != 0 and "another run was faster" in done.stderr
    assert psql(schema, "SELECT path FROM flow_files") == [[other]] and psql(schema, "SELECT * FROM flows") == []
    assert to_postgres(release, schema, logs).stdout.endswith("rows: 20\n")


def test_postgres_errors_end_the_export(release, schema, tmp_path):
    for logs, said in (("/nowhere", "No such file"), ("tests/data/edge/corrupt-middle.gz", "the gzip data is corrupt")):
        done = to_postgres(release, schema, logs)
        assert done.returncode != 0 and said in done.stderr
    done = to_postgres(release, schema, SAMPLE, PGHOST=str(tmp_path))
    assert done.returncode != 0 and done.stdout == ""
    done = subprocess.run([ROOT / "sql/export/postgres.sh"], capture_output=True, text=True)
    assert done.returncode == 2 and "postgres.sh LOGS" in done.stderr


def test_postgres_with_hostile_names(release, schema, tmp_path):
    """Names of files, of the folder of temporary files and of the extension do nothing but name them. A line `\\.` ends
    the data for psql, wherever it stands."""
    odd = tmp_path / "it's \"a\" $(touch pwned) `touch pwned` \\n"
    (odd / "tmp").mkdir(parents=True)
    shutil.copy(f"{release.extension}.{SUFFIX}", odd)
    logs = odd / "logs\n"
    names = ["a\n\\.\nDROP TABLE flows; CREATE TABLE pwned();\n.log", "-x.log", "a\n.shell touch pwned\n;.log",
             "x'; DROP TABLE flows; --", 'q"uo"te,.log', "$(touch pwned).log", "\x1b[2J\u009b\x7f.log", "\\x41.log", "%s%n.log"]
    for i, name in enumerate(names):
        write_log(logs / name, 100 * i, 5)
    run = lambda: to_postgres(release, schema, logs, FLOWLOGS=str(odd / "flowlogs"), TMPDIR=str(odd / "tmp"))
    done = run()
    assert (done.stdout, done.stderr) == (f"files read: {len(names)}\nrows: {5 * len(names)}\n", "")
    assert {path for path, in psql(schema, "SELECT path FROM flow_files")} == {str(logs / n) for n in names}
    assert run().stdout == f"files read: 0\nrows: {5 * len(names)}\n"
    assert psql(schema, "SELECT to_regclass('pwned') IS NULL") == [["t"]]
    assert not [p for p in [*tmp_path.rglob("pwned"), *ROOT.glob("pwned")]] and not list((odd / "tmp").iterdir())

    twice = "123\x1b\u009b_vpcflowlogs_us-east-1_fl-1_20260101T0000Z_1a.log"
    for path in (tmp_path / "1" / twice, tmp_path / "2" / twice):
        write_log(path, 0, 1)
        done = to_postgres(release, schema, path.parent)
    assert "flow_files_name_key" in done.stderr and "123??_vpc" in done.stderr and "\x1b" not in done.stderr


def test_a_killed_postgres_export_leaves_whole_runs(release, schema, tmp_path):
    logs = tmp_path / "logs"
    for i in range(12):
        write_log(logs / f"{i:02}.log.gz", 1000 * i, 300)
    rng = random.Random(4)
    killed = 0
    for _ in range(12):
        process = subprocess.Popen(
            [ROOT / "sql/export/postgres.sh", logs], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={**release.env, **schema, "FLOWLOGS": str(release.extension), "TMPDIR": str(tmp_path)}, start_new_session=True)
        try:
            process.wait(rng.uniform(0, 0.3))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)      # the script, its sqlite3 and its psql
        killed += process.wait() == -signal.SIGKILL
        if psql(schema, "SELECT to_regclass('flows') IS NOT NULL") == [["t"]]:
            assert psql(schema, "SELECT count(*) FROM flows") in ([["0"]], [["3600"]])
    assert killed > 2
    assert to_postgres(release, schema, logs).stdout.endswith("rows: 3600\n")
    assert len(in_postgres(schema)) == 3600
