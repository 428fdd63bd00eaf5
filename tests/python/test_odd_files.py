# SPDX-License-Identifier: MIT
"""What can stand in a folder besides ordinary files with ordinary names: each has a defined
outcome, and no query hangs or gives fewer rows in silence."""

import os
import pathlib
import socket
import sqlite3
import stat

import pytest

from builds import connect

LINE = b"2 123456789010 eni-1 10.0.0.1 10.0.0.9 40000 443 6 20 4249 1418530010 1418530070 ACCEPT OK\n"


def text(name):
    """The bytes of a name as an SQL expression; they may be no UTF-8."""
    return f"CAST(x'{os.fsencode(name).hex()}' AS TEXT)"


# ---- names

NAMES = [b"it's.log", b'"quoted".log', b"new\nline.log", b"tab\tbell\x07.log", b"back\\slash.log", b"[a-z]*?.log", b"**",
         b"-rf.log", b" spaces .log ", b"%2e%2e.log", b"$(id).log", b";DROP TABLE t;--", b"caf\xe9.log", b"\xff\xfe\x80",
         b"\xed\xa0\x80.log", b"\xf0\x9f\x98\x80.log", b"e\xcc\x81.log", b"x" * 255, b"\xc3\xa9" * 127, b"{a,b}.log", b"[\"a.log\"]",
         b"a=b,c.log", b"\x1b[31mred.log", b"\x7f.log", b"~", b"#.log", b"CON", b"a.log."]


@pytest.mark.parametrize("name", NAMES, ids=lambda n: repr(n[:20]))
def test_a_file_with_any_name_is_read(release, tmp_path, name):
    """By its folder, and by its own path, in which a file of that very name comes before a pattern
    and a JSON array. Other files that a pattern would match lie beside it."""
    db, path = connect(release), os.fsencode(tmp_path) + b"/" + name
    with open(path, "wb") as out:
        out.write(LINE * 2)
    (tmp_path / "k.log").write_bytes(LINE)
    for given, expected in ((os.fsencode(tmp_path), [(os.fsencode(tmp_path) + b"/k.log", 1), (path, 2)]), (path, [(path, 2)])):
        for table, rows in (("flowlogs", "count(*)"), ("flowlogs_rollup", "sum(flows)"), ("flowlogs_files", "max(rows)")):
            file = {"flowlogs": "hex(file)", "flowlogs_files": "hex(path)", "flowlogs_rollup": "''"}[table]
            got = db.execute(f"SELECT {file}, {rows} FROM {table}({text(given)}) GROUP BY 1").fetchall()
            if table == "flowlogs_rollup":
                assert got == [("", sum(n for _, n in expected))]
            else:
                assert sorted(got) == sorted((f.hex().upper(), n) for f, n in expected)
    assert db.execute(f"SELECT count(*) FROM flowlogs({text(tmp_path)}) WHERE file = {text(path)}").fetchone() == (2,)


@pytest.mark.parametrize("name", NAMES, ids=lambda n: repr(n[:20]))
def test_a_damaged_file_with_any_name_is_named_in_its_error(release, tmp_path, name):
    """An error is one text in UTF-8; bytes that are none are shown as '?'."""
    db, path = connect(release), os.fsencode(tmp_path) + b"/" + name
    with open(path, "wb") as out:
        out.write(LINE + b"2 x y\n")
    with pytest.raises(sqlite3.OperationalError) as raised:
        db.execute(f"SELECT count(*) FROM flowlogs({text(path)})").fetchone()
    assert "has 3 fields where the file's format has 14" in str(raised.value)
    assert db.execute(f"SELECT hex(file), line FROM flowlogs_errors({text(path)})").fetchall() == [(path.hex().upper(), 2)]


def test_names_that_begin_with_a_dot_are_passed_over(release, tmp_path):
    db = connect(release)
    (tmp_path / ".hidden").mkdir()
    for name in (".a.log", "..a", ".hidden/b.log", "c.log"):
        (tmp_path / name).write_bytes(LINE)
    assert db.execute("SELECT count(*) FROM flowlogs(?)", (str(tmp_path),)).fetchone() == (1,)
    assert db.execute("SELECT count(*) FROM flowlogs(?)", (f"{tmp_path}/.a.log",)).fetchone() == (1,)
    assert db.execute("SELECT count(*) FROM flowlogs(?)", (f"{tmp_path}/.*",)).fetchone() == (3,)


# ---- folders

def test_folders_are_read_however_deep_they_are(release, tmp_path):
    """600 folders in one another, and a path that is longer than the system's limit, which is an
    error and hides nothing."""
    db, deep = connect(release), tmp_path / "deep"
    inner = deep.joinpath(*["d"] * 600)
    inner.mkdir(parents=True)
    (inner / "a.log").write_bytes(LINE)
    for path in (deep, f"{deep}/**/*.log", f"{deep}/**/a.log"):
        assert db.execute("SELECT count(*) FROM flowlogs(?)", (str(path),)).fetchone() == (1,)
    here = os.getcwd()
    long = tmp_path / "long"
    try:
        long.mkdir()
        os.chdir(long)
        (long / "b.log").write_bytes(LINE)
        for _ in range(20):
            os.mkdir("n" * 250)
            os.chdir("n" * 250)
        pathlib.Path("a.log").write_bytes(LINE)
    finally:
        os.chdir(here)
    for path in (long, f"{long}/**/*.log", f"{long}/**/a.log"):
        with pytest.raises(sqlite3.OperationalError, match="n{100}.*: can't be .*: File name too long"):
            db.execute("SELECT count(*) FROM flowlogs(?)", (str(path),)).fetchall()
    assert db.execute("SELECT count(*) FROM flowlogs(?, 'skip')", (str(long),)).fetchone() == (1,)
    reasons = [r for r, in db.execute("SELECT reason FROM flowlogs_errors(?)", (str(long),))]
    assert len(reasons) == 1 and "File name too long" in reasons[0]


def test_loops_of_links_end(release, tmp_path):
    db, logs = connect(release), tmp_path / "logs"
    (logs / "a" / "b").mkdir(parents=True)
    (logs / "a" / "x.log").write_bytes(LINE)
    (logs / "a" / "up").symlink_to(logs)
    (logs / "a" / "b" / "self").symlink_to(".")
    (logs / "other").symlink_to(logs / "a")
    for path in (logs, f"{logs}/**", f"{logs}/**/*.log", f"{logs}/a/up/a/up", f"{logs}/*/up/*/x.log"):
        assert db.execute("SELECT count(*) FROM flowlogs(?)", (str(path),)).fetchone() == (1,), path
    for name, target in (("one", "two"), ("two", "one"), ("me", "me")):
        (logs / name).symlink_to(target)
    for path in (logs, f"{logs}/me", f"{logs}/*"):
        with pytest.raises(sqlite3.OperationalError, match="Too many levels of symbolic links"):
            db.execute("SELECT count(*) FROM flowlogs(?)", (str(path),)).fetchall()
    assert db.execute("SELECT count(*) FROM flowlogs(?, 'skip')", (str(logs),)).fetchone() == (1,)
    assert db.execute("SELECT count(*) FROM flowlogs_errors(?)", (str(logs),)).fetchone() == (3,)


def test_many_files_in_a_folder(release, tmp_path):
    """FLOWLOGS_MANY=100000, as `make faults` sets it, makes as many."""
    db, n = connect(release), int(os.environ.get("FLOWLOGS_MANY", 4000))
    for i in range(n):
        path = tmp_path / f"{i:06}.log"
        if i % 100:
            os.link(latest, path)
        else:
            path.write_bytes(LINE)
            latest = path
    different = (n + 99) // 100      # a file that has several names is read once
    for path in (str(tmp_path), f"{tmp_path}/*", f"{tmp_path}/**/*.log"):
        assert db.execute("SELECT count(*) FROM flowlogs(?)", (path,)).fetchone() == (different,)
    assert db.execute("SELECT count(*) FROM flowlogs_files(?)", (str(tmp_path),)).fetchone() == (different,)
    assert db.execute("SELECT sum(flows) FROM flowlogs_rollup(?)", (str(tmp_path),)).fetchone() == (different,)


# ---- what is no regular file

@pytest.fixture
def odd(tmp_path):
    """A folder with one file, a pipe, a socket, and the devices that this user may make."""
    (tmp_path / "a.log").write_bytes(LINE)
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as s:
        here = os.getcwd()
        os.chdir(tmp_path)      # a path of a socket has at most some 100 bytes
        s.bind("socket")
        os.chdir(here)
    for name, kind in (("char", stat.S_IFCHR), ("block", stat.S_IFBLK)):
        try:
            os.mknod(tmp_path / name, kind | 0o600, os.makedev(1, 5))   # /dev/zero, and a disk in memory
        except PermissionError:
            pass
    return tmp_path


def outcome(db, table, path):
    try:
        return db.execute(f"SELECT count(*) FROM {table}(?)", (str(path),)).fetchone()[0]
    except sqlite3.OperationalError as error:
        return str(error)


def test_pipes_sockets_and_devices_are_passed_over_in_a_folder(release, odd):
    db = connect(release)
    assert len(os.listdir(odd)) >= 3
    for path in (odd, f"{odd}/*", f"{odd}/**"):
        for table in ("flowlogs", "flowlogs_rollup", "flowlogs_files"):
            assert outcome(db, table, path) == 1
        assert outcome(db, "flowlogs_errors", path) == 0


ODD = [("socket", "can't be opened: No such device or address"), ("char", "is neither a regular file nor a pipe"),
       ("block", ""), ("/dev/null", "is neither a regular file nor a pipe"), ("/dev/zero", "is neither a regular file nor a pipe"),
       ("/dev/stdin", ""), ("/proc/version", "is no flow log"), ("/proc/self/status", "is no flow log"),
       ("/proc/self/mem", "can't be read: Input/output error"), ("/proc/self/environ", ""), ("/proc/self/maps", ""),
       ("/proc/self/fd/99999", "is not open"), ("/proc/self/pagemap", ""),
       ("/sys/kernel/mm/transparent_hugepage", "is no flow log")]


@pytest.mark.parametrize("name, reason", ODD)
def test_a_path_that_names_no_ordinary_file_is_an_error(release, odd, name, reason):
    db, path = connect(release), odd / name
    if not os.path.lexists(path) and reason != "is not open":
        pytest.skip("this user may not make it, or this system has none")
    for table in ("flowlogs", "flowlogs_rollup"):
        got = outcome(db, table, path)
        assert isinstance(got, str) and reason in got and str(path) in got, got
    assert isinstance(outcome(db, "flowlogs_errors", path), (int, str))
    assert outcome(db, "flowlogs", odd) == 1
