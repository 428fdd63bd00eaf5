# SPDX-License-Identifier: MIT
"""What needs more than an SQL script: the environment, other hosts than the shell, files that change, limits."""

import gzip
import os
import resource
import sqlite3
import subprocess
import sys
import threading
import time

import pytest

from conftest import ROOT

GOOD = "2 123456789010 eni-1235b8ca123456789 172.31.16.139 172.31.16.21 20641 22 6 20 4249 1418530010 1418530070 ACCEPT OK\n"
CRLF = "tests/data/edge/crlf.log"


def connect(release, path=":memory:"):
    """Python's own sqlite3 as a host: in this process, so only for the release build."""
    db = sqlite3.connect(path, check_same_thread=False)
    db.enable_load_extension(True)
    db.load_extension(str(release.library))
    return db


def test_every_allocation_fails(release):
    done = subprocess.run([release.folder / "test_nomem", release.library], text=True, errors="replace", cwd=ROOT,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout


# ---- FLOWLOGS_ROOT

@pytest.fixture
def confined(tmp_path):
    root = tmp_path / "root"
    (root / "inside").mkdir(parents=True)
    (root / "inside" / "a.log").write_text(GOOD)
    (tmp_path / "secret.log").write_text(GOOD)
    (tmp_path / "rootless").mkdir()
    (tmp_path / "rootless" / "b.log").write_text(GOOD)
    return tmp_path


@pytest.mark.parametrize("path, count", [
    ("root/inside", "1"), ("root/inside/a.log", "1"), ("root/inside/../inside/a.log", "1"), ("root/**/*.log", "1"),
    ("secret.log", "outside"), ("root/../secret.log", "outside"), ("rootless", "outside"), ("rootless/*.log", "outside"),
    ("**/*.log", "outside"), (".", "outside"), ("no-such-file", "outside"), ("no/such/file", "outside"),
    ("root/inside/nothing.log", "No such file"), ("/etc/passwd", "outside"), ("/etc/no-such-file", "outside")])
def test_root(build, confined, path, count):
    out = build.shell(f"SELECT count(*) FROM flowlogs('{path}');", cwd=confined,
                      env={"FLOWLOGS_ROOT": str(confined / "root")})
    assert count in out and (count == "1") == (out == "1\n"), out


def test_root_and_links(build, confined):
    inside = confined / "root" / "inside"
    (inside / "out.log").symlink_to(confined / "secret.log")
    (inside / "dir").symlink_to(confined / "rootless")
    env = {"FLOWLOGS_ROOT": str(confined / "root")}
    for path in ("root/inside", "root/inside/out.log", "root/inside/dir", "root/inside/dir/b.log", "root/inside/d*/*"):
        out = build.shell(f"SELECT count(*) FROM flowlogs('{path}');", cwd=confined, env=env)
        assert "outside FLOWLOGS_ROOT" in out, (path, out)
    rows = build.rows("SELECT path, size, rows, note FROM flowlogs_files('root/inside');", cwd=confined, env=env)
    assert [r[:3] for r in rows] == [["root/inside/a.log", str(len(GOOD)), "1"], ["root/inside/dir", "NULL", "0"],
                                     ["root/inside/out.log", "NULL", "0"]]
    # Without the variable, links are followed.
    assert build.shell("SELECT count(*) FROM flowlogs('root/inside');", cwd=confined) == "3\n"


def test_root_that_is_no_folder(build, confined):
    out = build.shell(f"SELECT count(*) FROM flowlogs('{CRLF}');", env={"FLOWLOGS_ROOT": "/no/such/folder"})
    assert "FLOWLOGS_ROOT is '/no/such/folder', which is no folder" in out


# ---- entry points and hosts

def test_functions_alone(build):
    done = subprocess.run(["sqlite3", ":memory:"], input=f".load {build.library} sqlite3_flowlogsnofs_init\n"
                          "SELECT flowlogs_version() IS NOT NULL;\nSELECT count(*) FROM flowlogs('.');\n"
                          "SELECT count(*) FROM flowlogs_files('.');\nSELECT count(*) FROM flowlogs_errors('.');\n",
                          text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=ROOT, env=build.env)
    lines = done.stdout.splitlines()
    assert lines[0] == "1" and len([x for x in lines if "no such table" in x]) == 3, done.stdout


def test_stored_table(build, tmp_path):
    """A table in a database file works when it is opened again, and can be dropped when its files are gone."""
    (tmp_path / "a.log").write_text(GOOD)
    db = str(tmp_path / "t.db")

    def run(sql):
        return subprocess.run(["sqlite3", db], input=f".load {build.library}\n{sql}\n", text=True, env=build.env,
                              cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout
    assert run("CREATE VIRTUAL TABLE t USING flowlogs('a.log'); SELECT count(*) FROM t;") == "1\n"
    assert run("SELECT count(*), max(bytes) FROM t;") == "1|4249\n"
    (tmp_path / "a.log").unlink()
    assert "flowlogs: 'a.log': No such file" in run("SELECT count(*) FROM t;")
    assert run("DROP TABLE t; SELECT count(*) FROM sqlite_schema;") == "0\n"
    assert "No such file" in run("CREATE VIRTUAL TABLE t USING flowlogs('a.log');")
    assert run("SELECT count(*) FROM sqlite_schema;") == "0\n"


def test_prepared_statement_runs_again(release, tmp_path):
    db = connect(release)
    (tmp_path / "a.log").write_text(GOOD)
    count = "SELECT count(*) FROM flowlogs(?)"
    assert db.execute(count, (str(tmp_path),)).fetchone() == (1,)
    (tmp_path / "b.log").write_text(GOOD * 2)
    assert db.execute(count, (str(tmp_path),)).fetchone() == (3,)
    assert db.execute(count, (str(tmp_path / "b.log"),)).fetchone() == (2,)
    with pytest.raises(sqlite3.OperationalError, match="No such file"):
        db.execute(count, (str(tmp_path / "c.log"),)).fetchone()
    assert db.execute(count, (str(tmp_path),)).fetchone() == (3,)


def test_two_connections_in_threads(release):
    def work(out):
        db = connect(release)
        for _ in range(20):
            out.append(db.execute("SELECT count(*), sum(packets) FROM flowlogs(?)", (str(ROOT / "tests/data/AWSLogs"),)).fetchone())
    results = [[], []]
    threads = [threading.Thread(target=work, args=(r,)) for r in results]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert len(set(results[0] + results[1])) == 1 and len(results[0]) == 20


def test_limit_stops_early(release, tmp_path):
    """The second file can't be read, and is not: LIMIT is reached in the first."""
    (tmp_path / "1.log").write_text(GOOD * 10)
    (tmp_path / "2.log").write_bytes(gzip.compress(GOOD.encode())[:-9])
    db = connect(release)
    assert len(db.execute("SELECT * FROM flowlogs(?) LIMIT 10", (str(tmp_path),)).fetchall()) == 10
    with pytest.raises(sqlite3.OperationalError, match=r"2\.log:1: the gzip data is cut off"):
        db.execute("SELECT * FROM flowlogs(?) LIMIT 11", (str(tmp_path),)).fetchall()


# ---- files that change

def test_file_gone_between_list_and_read(release, tmp_path):
    for name in ("1.log", "2.log"):
        (tmp_path / name).write_text(GOOD * 10)
    db = connect(release)
    rows = db.execute("SELECT file FROM flowlogs(?)", (str(tmp_path),))
    next(rows)
    (tmp_path / "2.log").unlink()
    with pytest.raises(sqlite3.OperationalError, match=r"2\.log: can't be opened: No such file"):
        list(rows)


def test_file_shrinks_while_it_is_read(release, tmp_path):
    path = tmp_path / "a.log"
    path.write_text(GOOD * 20000)
    db = connect(release)
    rows = db.execute("SELECT line FROM flowlogs(?, 'skip')", (str(path),))
    next(rows)
    path.write_text("")
    assert len(list(rows)) < 20000


def test_unreadable_folder_and_dangling_link(build, tmp_path):
    (tmp_path / "a.log").write_text(GOOD)
    (tmp_path / "b.log").symlink_to(tmp_path / "nothing")
    out = build.shell(f"SELECT count(*) FROM flowlogs('{tmp_path}');")
    assert "b.log: can't be opened: No such file or directory" in out
    assert build.shell(f"SELECT count(*) FROM flowlogs('{tmp_path}', 'skip');") == "1\n"


def test_pipe_is_refused(build, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    out = build.shell(f"SELECT count(*) FROM flowlogs('{tmp_path}/pipe');")
    assert "is not a regular file" in out


# ---- limits

def interrupted(db, sql, *args):
    timer = threading.Timer(0.3, db.interrupt)
    timer.start()
    begin = time.monotonic()
    with pytest.raises(sqlite3.OperationalError, match="interrupted"):
        db.execute(sql, args).fetchall()
    timer.join()
    return time.monotonic() - begin


@pytest.fixture(scope="module")
def blank_gigabytes(tmp_path_factory):
    """A gzip file of a few megabytes that inflates to 4 GB of empty lines behind one record."""
    path = tmp_path_factory.mktemp("bomb") / "bomb.gz"
    member = gzip.compress(b"\n" * (256 << 20), 9, mtime=0)
    path.write_bytes(gzip.compress(GOOD.encode(), mtime=0) + member * 16)
    return path


def test_interrupt_without_rows(release, blank_gigabytes):
    assert interrupted(connect(release), "SELECT count(*) FROM flowlogs(?)", str(blank_gigabytes)) < 2
    assert interrupted(connect(release), "SELECT count(*) FROM flowlogs_errors(?)", str(blank_gigabytes)) < 2
    assert interrupted(connect(release), "SELECT rows FROM flowlogs_files(?)", str(blank_gigabytes)) < 2


def test_progress_handler_without_rows(release, blank_gigabytes):
    db = connect(release)
    begin = time.monotonic()
    db.set_progress_handler(lambda: time.monotonic() - begin > 0.3, 10)
    with pytest.raises(sqlite3.OperationalError, match="interrupted"):
        db.execute("SELECT count(*) FROM flowlogs(?)", (str(blank_gigabytes),)).fetchall()
    assert time.monotonic() - begin < 2


def peak_memory(release, sql):
    """MiB of a process of its own that runs the query, above those of one that only loads the extension."""
    code = ("import resource, sqlite3, sys; db = sqlite3.connect(':memory:'); db.enable_load_extension(True);"
            "db.load_extension(sys.argv[1]); base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss;"
            "print(db.execute(sys.argv[2]).fetchone());"
            "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - base)")
    out = subprocess.run([sys.executable, "-c", code, str(release.library), sql], text=True, capture_output=True,
                         cwd=ROOT, check=True).stdout.splitlines()
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return out[0], int(out[1]) / unit


def test_memory_of_one_long_line(release, tmp_path):
    path = tmp_path / "line.gz"
    long = gzip.compress(b"x" * (200 << 20), 9, mtime=0)
    path.write_bytes(gzip.compress(GOOD.encode(), mtime=0) + long + gzip.compress(b"\n" + GOOD.encode(), mtime=0))
    answer, mib = peak_memory(release, f"SELECT count(*), max(line) FROM flowlogs('{path}', 'skip')")
    assert answer == "(2, 3)" and mib < 16
    out = release.shell(f"SELECT line, reason, length(raw) FROM flowlogs_errors('{path}');")
    assert out == "2|is longer than 65536 bytes|1024\n"


def test_memory_of_many_bad_lines(release, tmp_path):
    path = tmp_path / "bad.gz"
    path.write_bytes(gzip.compress((GOOD + "no record\n" * 3_000_000 + GOOD).encode(), 6, mtime=0))
    answer, mib = peak_memory(release, f"SELECT count(*), max(length(raw)) FROM flowlogs_errors('{path}')")
    assert answer == "(3000000, 9)" and mib < 16
    answer, mib = peak_memory(release, f"SELECT count(*), max(line) FROM flowlogs('{path}', 'skip')")
    assert answer == "(2, 3000002)" and mib < 16


def test_memory_of_all_columns(release):
    answer, mib = peak_memory(release, "SELECT count(raw), count(extra), count(next_hop_vpc_id), count(tgw_id), "
                                       "count(srcaddr) FROM flowlogs('tests/data/AWSLogs')")
    assert mib < 16, answer


def test_many_files(release, tmp_path):
    """Files are opened one at a time, however many there are."""
    for i in range(3000):
        (tmp_path / f"{i:04}.log").write_text(GOOD)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, hard))
    try:
        db = connect(release)
        assert db.execute("SELECT count(*), count(DISTINCT file) FROM flowlogs(?)", (str(tmp_path),)).fetchone() == (3000, 3000)
        assert db.execute("SELECT count(*), sum(rows) FROM flowlogs_files(?)", (str(tmp_path),)).fetchone() == (3000, 3000)
        db.execute("CREATE VIRTUAL TABLE temp.t USING flowlogs('%s')" % tmp_path)
        assert db.execute("SELECT count(*) FROM t").fetchone() == (3000,)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
