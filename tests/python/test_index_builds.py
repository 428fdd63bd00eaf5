# SPDX-License-Identifier: MIT
"""Builds of an index that are many, at the same time, killed, or interrupted, and queries meanwhile."""

import contextlib
import gzip
import itertools
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import threading
import time

import pytest

from builds import BUILDS, assert_stops, connect, quote
from indexing import HEADER, LONG_AGO, QUESTIONS, ask, build_sql, make, question, record, tree, truths, where, write


def rows_of(index, sql):
    with contextlib.closing(sqlite3.connect(f"file:{index}?mode=ro", uri=True)) as db:
        return db.execute(sql).fetchall()


# ---- many builds, one after the other

def test_many_builds_of_a_file_each(release, tmp_path):
    """There are few runs, however often the index is built, as a cron job does."""
    logs, index = tree(tmp_path / "logs", 12, 20), tmp_path / "x.idx"
    make(release, logs, index)
    db, most = connect(release), 0
    for i in range(60):
        write(logs / "c" / f"{i}.log", HEADER + "".join(record(f"10.50.{i}.{k}") for k in range(20)), ns=i)
        assert db.execute(build_sql(logs, index)).fetchone()[:4] == (13 + i, 1, 0, 0)
        most = max(most, *rows_of(index, "SELECT count(*) FROM runs")[0])
    assert 2 < most <= 20
    questions = [*QUESTIONS, "count(*), file FROM flowlogs({}) WHERE srcaddr = '10.50.57.7'"]
    assert [ask(db, q, logs, index) for q in questions] == [ask(db, q, logs) for q in questions]


def test_what_is_gone_is_forgotten(build, tmp_path):
    """The rows stayed for ever, because the name of a file was looked at after it was freed."""
    logs, index = tree(tmp_path / "logs", 12, 20), tmp_path / "x.idx"
    make(BUILDS[0], logs, index)

    def built():
        return build.shell(f"SELECT files, added, changed, forgotten FROM ({build_sql(logs, index)});")

    shutil.rmtree(logs / "b")
    for i in (0, 4):
        (logs / "a" / f"{i:03}.log{'.gz' if i % 3 else ''}").unlink()
    assert (built(), built()) == ("4|0|0|8\n", "4|0|0|0\n")
    assert rows_of(index, "SELECT name FROM files ORDER BY 1") == [("002.log.gz",), ("006.log",), ("008.log.gz",), ("010.log.gz",)]
    assert rows_of(index, "SELECT path FROM folders") == [(str(logs / "a"),)]
    (logs / "a").rename(logs / "c")
    assert (built(), built()) == ("4|4|0|4\n", "4|0|0|0\n")


def test_an_index_among_the_logs_is_left_out(release, tmp_path):
    """Each build changes it, so that each took it for a new file, and waited for it."""
    logs, index = tree(tmp_path / "logs", 6, 20), tmp_path / "logs" / "a" / "x.idx"
    assert make(release, logs, index)["added"] == 6
    for _ in range(2):
        result = make(release, logs, index)
        assert (result["files"], result["added"], result["changed"], result["left"]) == (7, 0, 0, 1)
    with contextlib.closing(connect(release)) as db:
        assert ask(db, QUESTIONS[4], logs, index) == ask(db, QUESTIONS[4], logs)


def test_an_index_does_not_grow_when_files_come_and_go(release, tmp_path):
    """The ids of files grow, and each file of the index is there for a while. One file is very old,
    and for its sake all runs were merged in every build."""
    logs, index = tmp_path / "logs", tmp_path / "x.idx"
    write(logs / "old.log", HEADER + record("10.0.0.1"))
    for k in range(250):
        write(logs / "0" / f"{k}.log", record(f"10.1.{k}.1"))
    db, sizes, oldest = connect(release), [], []
    for i in range(27):
        assert db.execute(build_sql(logs, index)).fetchone()[:4] == (251, 250 + (i == 0), 0, 250 * (i > 0))
        (logs / str(i)).rename(logs / str(i + 1))       # as if these were other files
        sizes.append(index.stat().st_size)
        oldest += rows_of(index, "SELECT min(run) FROM runs")
    assert rows_of(index, "SELECT count(*) FROM files") == [(251,)]
    assert rows_of(index, "SELECT value FROM about WHERE name = 'next_id'") == [(27 * 250 + 2,)]
    assert max(sizes) <= 2 * max(sizes[:9]) and len(set(oldest[-5:])) <= 2
    assert db.execute(f"SELECT count(*) FROM flowlogs({quote(str(logs))}) WHERE srcaddr = '10.0.0.1'{where({'index_file': str(index)})}").fetchone() == (1,)


# ---- killed and at the same time

def started(script):
    """A shell that runs a script."""
    shell = subprocess.Popen([shutil.which("sqlite3"), "-batch", ":memory:"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True, env=BUILDS[0].env)
    shell.stdin.write(f".load {BUILDS[0].extension}\n{script}\n")
    shell.stdin.close()
    return shell


def output_of(shell):
    with shell:
        return shell.stdout.read()


def busy_tree(folder):
    """Files that take a build with little memory several commits."""
    tree(folder, 12, 20)
    for i in range(6):
        write(folder / "c" / f"{i}.log.gz", HEADER + "".join(record(f"10.100.{k >> 8}.{k & 255}", port=k) for k in range(i, 30000, 7)), ns=i)
    return folder


HOT = "whoever wrote to the index '{}' last was ended in the middle of it; run SELECT * FROM flowlogs_index_build('AWSLogs/', '{}') again, which puts it right"


def test_a_build_that_is_killed_at_any_moment(release, tmp_path):
    """What it has committed stays. In the middle of a commit it leaves a journal, which the next build
    plays back; until then a query says so."""
    logs, index, moments = busy_tree(tmp_path / "logs"), tmp_path / "x.idx", random.Random(5)
    questions = [QUESTIONS[1], QUESTIONS[7], "count(*), max(file) FROM flowlogs({}) WHERE srcaddr = '10.100.7.7'"]
    begin = time.monotonic()
    make(release, logs, tmp_path / "whole.idx", memory="1M")
    whole, truth = time.monotonic() - begin, truths(release, logs, questions)
    for i in range(14):
        shell = started(build_sql(logs, index, memory="1M") + ";")
        time.sleep(moments.random() * whole)        # a random moment; the result does not depend on it
        shell.kill()
        output_of(shell)
        with contextlib.closing(connect(release)) as db:
            for which, right in zip(questions, truth):
                try:
                    assert ask(db, which, logs, index) == right
                except sqlite3.OperationalError as e:
                    assert any(text in str(e) for text in (HOT.format(index, index), f"there is no index '{index}'", f"'{index}' is no index"))
        if i % 3 == 2:
            make(release, logs, index, memory="1M")
            with contextlib.closing(connect(release)) as db:
                assert [ask(db, which, logs, index) for which in questions] == truth
            index.unlink()


def test_a_journal_that_was_left_is_told_and_played_back(build, tmp_path):
    logs, index = tree(tmp_path / "logs", 6, 20), tmp_path / "x.idx"
    make(BUILDS[0], logs, index)
    which, answer = "count(*), max(file) FROM flowlogs({}) WHERE srcaddr = '10.4.0.7'", f"1|{logs}/a/004.log.gz\n"
    with contextlib.closing(sqlite3.connect(index, isolation_level=None)) as db:
        db.executescript("PRAGMA cache_size = 1; BEGIN IMMEDIATE; UPDATE files SET records = 0; UPDATE blocks SET data = zeroblob(5000); DELETE FROM folders")
        for name in ("x.idx", "x.idx-journal"):     # the files as they are when the program ends here
            shutil.copy(tmp_path / name, tmp_path / f"y{name[1:]}")
    killed = tmp_path / "y.idx"
    assert (tmp_path / "y.idx-journal").stat().st_size > 512 and killed.read_bytes() != index.read_bytes()
    assert HOT.format(killed, killed) in build.shell(question(which, logs, killed) + ";")
    assert build.shell(build_sql(logs, killed) + ";").startswith("6|0|0|0|0|0|0|")
    assert build.shell(question(which, logs, killed) + ";") == answer and not (tmp_path / "y.idx-journal").exists()


def test_several_builds_and_queries_at_once(release, tmp_path):
    """Each folder has a list of fields of its own, so that all of them write to all tables."""
    logs, index = busy_tree(tmp_path / "logs"), tmp_path / "x.idx"
    for i in range(60):
        write(logs / f"d{i}" / "a.log", f"version srcaddr dstaddr x{i}\n2 10.200.{i}.1 10.0.0.1 a\n")
    questions = [QUESTIONS[1], QUESTIONS[7], "count(*), max(file) FROM flowlogs({}) WHERE srcaddr = '10.200.50.1'"]
    truth = truths(release, logs, questions)
    build = build_sql(logs, index, memory="1M") + ";\n"
    shells = [started(build * 2), started(build + build_sql(logs / "c", index) + ";\n"), started(build_sql(logs, index, threads=0) + ";\n" + build)]
    with contextlib.closing(connect(release)) as db:
        for which, right in itertools.cycle(zip(questions, truth)):
            if all(shell.poll() is not None for shell in shells):
                break
            try:
                assert ask(db, which, logs, index) == right
            except sqlite3.OperationalError as e:       # before the first commit
                assert f"there is no index '{index}'" in str(e) or f"'{index}' is no index" in str(e)
        outputs = [output_of(shell) for shell in shells]
        assert not any("rror" in out for out in outputs), outputs
        assert [ask(db, which, logs, index) for which in questions] == truth
    assert rows_of(index, "SELECT count(*), count(DISTINCT id) FROM files") == [(78, 78)]
    assert rows_of(index, "PRAGMA integrity_check") == [("ok",)]


def test_a_lock_is_waited_for(release, tmp_path):
    logs, index = tree(tmp_path / "logs", 6, 20), tmp_path / "x.idx"
    make(release, logs, index)
    which = "count(*), max(file) FROM flowlogs({}) WHERE srcaddr = '10.4.0.7'"
    with contextlib.closing(sqlite3.connect(index, isolation_level=None)) as db:
        db.execute("BEGIN EXCLUSIVE")
        shells = [started(".system echo begun\n" + question(which, logs, index) + ";"), started(".system echo begun\n" + build_sql(logs, index) + ";")]
        time.sleep(0.3)         # long enough to meet the lock; the result does not depend on it
        db.execute("COMMIT")
    asked, built = [output_of(shell) for shell in shells]
    assert asked == f"begun\n1|{logs}/a/004.log.gz\n" and built.startswith("begun\n6|0|0|0|")


# ---- interrupted

def interrupted(release, sql):
    """Runs the statement, and interrupts it as soon as it waits. Its error."""
    db = connect(release)
    timer = threading.Timer(0.3, db.interrupt)          # it waits for seconds by then
    timer.start()
    with pytest.raises(sqlite3.OperationalError) as e:
        db.execute(sql).fetchall()
    timer.join()
    db.close()
    return str(e.value)


@pytest.mark.parametrize("lock", ["EXCLUSIVE", "IMMEDIATE"])
def test_waiting_for_a_lock_can_be_interrupted(release, tmp_path, lock):
    """The error said that the file had been locked for 30 seconds."""
    logs, index = tree(tmp_path / "logs", 6, 20), tmp_path / "x.idx"
    make(release, logs, index)
    with contextlib.closing(sqlite3.connect(index, isolation_level=None)) as db:
        db.execute(f"BEGIN {lock}")
        assert interrupted(release, build_sql(logs, index)) == "interrupted"
        which = "count(*) FROM flowlogs({}) WHERE srcaddr = '10.4.0.7'"
        if lock == "EXCLUSIVE":
            assert interrupted(release, question(which, logs, index)) == "interrupted"
        else:       # another program that is about to write does not disturb
            assert ask(connect(release), which, logs, index) == [(1,)]


def test_waiting_for_files_that_were_just_written_can_be_interrupted(release, tmp_path):
    path = write(tmp_path / "logs" / "a.log", record("10.0.0.1"))
    os.utime(path, (time.time() + 3600,) * 2)       # the times of another machine are not waited for
    assert make(release, path.parent, tmp_path / "x.idx")["added"] == 1
    os.utime(path)
    assert interrupted(release, build_sql(path.parent, tmp_path / "y.idx")) == "interrupted"


COARSE = """
import ctypes, sqlite3, sys, time, _sqlite3

class Vfs(ctypes.Structure):        # struct sqlite3_vfs, as far as xSleep
    _fields_ = [(n, ctypes.c_int) for n in ("iVersion", "szOsFile", "mxPathname")] + [(n, ctypes.c_void_p) for n in (
        "pNext", "zName", "pAppData", "xOpen", "xDelete", "xAccess", "xFullPathname", "xDlOpen", "xDlError", "xDlSym", "xDlClose",
        "xRandomness", "xSleep")]

def sleep(vfs, microseconds):
    sleeps.append(microseconds)
    time.sleep(-(-microseconds // 1000000))
    return -(-microseconds // 1000000) * 1000000

sleeps, kind = [], ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int)(sleep)
find = ctypes.CDLL(_sqlite3.__file__).sqlite3_vfs_find
find.restype = ctypes.POINTER(Vfs)
find(None).contents.xSleep = ctypes.cast(kind, ctypes.c_void_p).value
db = sqlite3.connect(":memory:")
db.enable_load_extension(True)
db.load_extension(sys.argv[1])
print(db.execute(sys.argv[2]).fetchone()[:2], 0 < len(sleeps) < 6)
"""


def test_a_sqlite_that_sleeps_whole_seconds_does_not_wait_longer(release, tmp_path):
    """So it is where it was built without usleep(), which was the default for long: a wait of two seconds took minutes."""
    path = write(tmp_path / "logs" / "a.log", record("10.0.0.1"))
    os.utime(path)
    done = subprocess.run([sys.executable, "-B", "-c", COARSE, str(release.extension), build_sql(path.parent, tmp_path / "x.idx")],
                          text=True, capture_output=True, timeout=60, env=release.env)
    assert (done.stdout, done.stderr) == ("(1, 1) True\n", "")


@pytest.fixture(scope="module")
def blank(tmp_path_factory):
    """A record and 4 GiB of empty lines."""
    folder = tmp_path_factory.mktemp("blank") / "logs"
    path = write(folder / "a.log", record("10.0.0.1")).with_name("blank.log.gz")
    path.write_bytes(gzip.compress(record("10.0.0.1").encode(), mtime=0) + gzip.compress(b"\n" * (64 << 20), 9, mtime=0) * 64)
    os.utime(path, (LONG_AGO,) * 2)
    return folder


@pytest.mark.parametrize("threads, by", [(0, "interrupt"), (2, "interrupt"), (2, "handler")])
def test_a_build_can_be_interrupted(release, tmp_path, blank, threads, by):
    assert_stops(connect(release), build_sql(blank, tmp_path / "x.idx", threads=threads), by=by)


# ---- statements and cursors

@pytest.fixture
def two(release, tmp_path):
    """Two folders with an index each."""
    for name in ("one", "two"):
        make(release, tree(tmp_path / name, 8, 20), tmp_path / f"{name}.idx")
    return tmp_path, connect(release)


def scan(folder, name, condition="1"):
    return (f"(SELECT srcaddr, dstaddr, interface_id FROM flowlogs({quote(str(folder / name))}) WHERE index_file = {quote(str(folder / f'{name}.idx'))}"
            f" AND {condition})")


def test_a_statement_with_two_tables_and_two_indexes(two):
    folder, db = two
    join = f"SELECT count(*) FROM {scan(folder, 'one')} a JOIN {scan(folder, 'two')} b ON b.srcaddr = a.srcaddr WHERE a.interface_id = 'eni-0003'"
    assert db.execute(join).fetchone() == (20,)
    each = f"SELECT column1, (SELECT count(*) FROM {scan(folder, 'one')} WHERE srcaddr = column1), (SELECT count(*) FROM {scan(folder, 'two')} WHERE srcaddr = column1) FROM (VALUES ('10.3.0.7'), ('10.9.0.1'), ('10.7.0.3'))"
    assert db.execute(each).fetchall() == [("10.3.0.7", 1, 1), ("10.9.0.1", 0, 0), ("10.7.0.3", 1, 1)]


def test_a_half_read_cursor_leaves_no_lock_and_no_file(two):
    folder, db = two
    before = os.listdir("/proc/self/fd") if os.path.isdir("/proc/self/fd") else None
    for _ in range(20):
        cursor = db.execute(f"SELECT * FROM {scan(folder, 'one')}")
        assert cursor.fetchone()[0] == "10.0.0.0"
        with contextlib.closing(sqlite3.connect(folder / "one.idx", isolation_level=None, timeout=0)) as other:
            other.executescript("BEGIN EXCLUSIVE; COMMIT")
        cursor.close()
    assert before is None or len(os.listdir("/proc/self/fd")) == len(before)


def test_an_index_that_changes_within_a_statement(two, release):
    """Between two passes of the inner loop: it is built anew, removed and made, replaced by another file, damaged."""
    folder, db = two
    logs, index = folder / "one", folder / "one.idx"
    changes = {
        "10.3.0.7": lambda: (write(logs / "new.log", HEADER + record("10.77.0.1")), make(release, logs, index)),
        "10.0.0.3": lambda: (write(logs / "a" / "000.log", HEADER + record("10.77.0.1")), make(release, logs, index)),
        "10.5.0.1": lambda: (index.unlink(), make(release, logs, index)),
        "10.1.0.1": lambda: index.write_bytes((folder / "two.idx").read_bytes()),
        "10.2.0.1": index.unlink}

    def change(ip):
        changes.pop(ip, lambda: None)()     # the function may be called again
        return ip

    db.create_function("change", 1, change)
    values = ", ".join(f"({quote(ip)})" for ip in ["10.77.0.1", *changes])
    sql = f"SELECT (SELECT count(*) FROM {scan(folder, 'one')} WHERE srcaddr = change(column1)) FROM (VALUES {values})"
    try:
        rows = db.execute(sql).fetchall()
        assert rows == [(0,), (1,), (0,), (1,), (1,), (1,)] and not changes
    except sqlite3.OperationalError as e:
        assert "one.idx" in str(e)


def test_children_of_a_process_that_uses_an_index(two):
    """A child opens the database anew, as SQLite asks for, and builds and asks on its own."""
    folder, db = two
    cursor = db.execute(f"SELECT * FROM {scan(folder, 'one')}")
    cursor.fetchone()
    child = os.fork()
    if child == 0:
        status = 1
        with contextlib.suppress(BaseException):
            own = connect(BUILDS[0])
            built = own.execute(build_sql(folder / "two", folder / "three.idx")).fetchone()[:2] == (8, 8)
            status = not (built and own.execute(f"SELECT count(*) FROM {scan(folder, 'one')} WHERE srcaddr = '10.3.0.7'").fetchone() == (1,))
        os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert len(cursor.fetchall()) == 159


@pytest.mark.parametrize("threads", [0, 1, 2, 7])
def test_builds_with_any_number_of_threads_say_the_same(release, tmp_path, threads):
    logs, index = busy_tree(tmp_path / "logs"), tmp_path / "x.idx"
    assert make(release, logs, index, threads=threads, memory="1M")["records"] == 12 * 20 + len([k for i in range(6) for k in range(i, 30000, 7)])
    with contextlib.closing(connect(release)) as db:
        for which in [*QUESTIONS, "count(*), max(file) FROM flowlogs({}) WHERE srcaddr = '10.100.7.7'"]:
            assert ask(db, which, logs, index) == ask(db, which, logs)
