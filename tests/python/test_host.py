# SPDX-License-Identifier: MIT
"""Tests that need more than an SQL script: environment variables, hosts other than the shell,
files that change while they are read, interrupts, and limits of memory and of open files."""

import gzip
import json
import os
import resource
import sqlite3
import subprocess
import sys
import threading

import pytest

from builds import ROOT, assert_stops, connect, is_error, quote, store_table

GOOD = "2 123456789010 eni-1235b8ca123456789 172.31.16.139 172.31.16.21 20641 22 6 20 4249 1418530010 1418530070 ACCEPT OK\n"
CRLF = "tests/data/edge/crlf.log"
GOOD_LOG = str(ROOT / CRLF)


# ---- messages are UTF-8, which Python requires

def message(db, sql, *params):
    """The text of the error; Python raises UnicodeDecodeError in its place when it is no
    UTF-8."""
    with pytest.raises(sqlite3.Error) as raised:
        db.execute(sql, params).fetchall()
    return str(raised.value)


@pytest.mark.parametrize("letter", ["ö", "€", "😀"])
def test_long_messages_are_cut_between_characters(release, tmp_path, letter):
    db, size = connect(release), len(letter.encode())
    for before in range(size):
        word = "x" * before + letter * 600
        deep = "/".join(["x" * before + letter * 50] * (1200 // (50 * size)))
        missing = f"no file matches '{tmp_path}/no/{deep}/*'"
        kept = missing.encode()[:1023].decode("utf-8", "ignore")
        assert message(db, "SELECT count(*) FROM flowlogs(?)", f"{tmp_path}/no/{deep}/*") == f"flowlogs: {kept}"
        folder = tmp_path / deep
        folder.mkdir(parents=True)
        (folder / "x.txt").write_text("nothing")
        only = f"the only file found, '{folder}/x.txt', is no flow log"
        kept = only.encode()[:1023].decode("utf-8", "ignore")
        assert message(db, "SELECT count(*) FROM flowlogs(?)", str(folder)) == f"flowlogs: {kept}"
        line = tmp_path / "line.log"
        line.write_text("srcaddr action\n" + word + "\n")
        raw, = db.execute("SELECT raw FROM flowlogs_errors(?)", (str(line),)).fetchone()
        assert raw == word.encode()[:1024].decode("utf-8", "ignore")


def test_bytes_that_are_not_utf8_are_replaced_in_messages(release, tmp_path):
    db, latin = connect(release), "CAST(x'636166e9' AS TEXT)"     # café in Latin-1
    folder = os.fsencode(tmp_path) + b"/caf\xe9"
    os.mkdir(folder)
    with open(folder + b"/x.log", "wb") as out:
        out.write(b"srcaddr dstaddr srcport dstport srcaddr\n")
    path = f"CAST(x'{(folder + b'/x.log').hex()}' AS TEXT)"
    assert f"{tmp_path}/caf?/x.log:1: names the field srcaddr twice" in message(db, f"SELECT * FROM flowlogs({path})")
    for sql, expected in [
            (f"SELECT cidr_match('10.0.0.1', {latin})", "'caf?' is no prefix"),
            (f"SELECT ip_prefix('10.0.0.1', {latin})", "'caf?' is no number of bits"),
            (f"SELECT cwl_match('x', '[' || {latin} || ' = ')", "[caf? = "),
            (f"SELECT flowlogs_require(0, {latin})", "caf?"),
            (f"SELECT * FROM flowlogs('x', {latin})", "on_error is 'caf?'"),
            (f"SELECT * FROM flowlogs('{GOOD_LOG}', 'fail', {latin})", "caf?"),
            (f"SELECT * FROM flowlogs('{GOOD_LOG}') WHERE filter = '[' || {latin} || ' = '", "[caf? = "),
            (f"SELECT * FROM flowlogs('{GOOD_LOG}') WHERE since = {latin}", "since is 'caf?'"),
            (f"SELECT * FROM flowlogs('{GOOD_LOG}') WHERE cidr_match(srcaddr, {latin})", "'caf?' is no prefix"),
            (f"SELECT * FROM flowlogs({latin} || '/*')", "'caf?/*'"),
            (f"SELECT * FROM flowlogs_payload({latin})", ""),
            (f"SELECT cidr_lookup({latin}, 'cidr', '10.0.0.1')", "caf?")]:
        assert expected in message(db, sql), sql
    bad = tmp_path / "bad.log"
    bad.write_bytes(b"srcaddr action\ncaf\xe9 \xe2\x82 ACCEPT x\n")
    assert db.execute("SELECT raw FROM flowlogs_errors(?)", (str(bad),)).fetchone() == ("caf? ?? ACCEPT x",)


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
def test_the_root_confines_paths(build, confined, path, count):
    out = build.shell(f"SELECT count(*) FROM flowlogs('{path}');", cwd=confined,
                      env={"FLOWLOGS_ROOT": str(confined / "root")})
    assert count in out and (count == "1") == (out == "1\n"), out


def test_the_root_confines_what_links_point_to(build, confined):
    inside = confined / "root" / "inside"
    (inside / "out.log").symlink_to(confined / "secret.log")
    (inside / "dir").symlink_to(confined / "rootless")
    env = {"FLOWLOGS_ROOT": str(confined / "root")}
    (inside / "nowhere").symlink_to(confined / "nothing")
    for path in ("root/inside/nowhere", "root/inside/nowhere/", "root/inside/nowhere/x", "root/inside/nowhere/*",
                 "root/inside", "root/inside/out.log", "root/inside/dir", "root/inside/dir/b.log", "root/inside/d*/*"):
        out = build.shell(f"SELECT count(*) FROM flowlogs('{path}');", cwd=confined, env=env)
        assert "outside FLOWLOGS_ROOT" in out, (path, out)
    (inside / "nowhere").unlink()
    rows = build.rows("SELECT path, size, rows, note FROM flowlogs_files('root/inside');", cwd=confined, env=env)
    assert [r[:3] for r in rows] == [["root/inside/a.log", str(len(GOOD)), "1"], ["root/inside/dir", "NULL", "0"],
                                     ["root/inside/out.log", "NULL", "0"]]
    # Without FLOWLOGS_ROOT, links are followed.
    assert build.shell("SELECT count(*) FROM flowlogs('root/inside');", cwd=confined) == "3\n"


def test_a_root_that_is_no_folder_is_an_error(build, confined):
    out = build.shell(f"SELECT count(*) FROM flowlogs('{CRLF}');", env={"FLOWLOGS_ROOT": "/no/such/folder"})
    assert "FLOWLOGS_ROOT is '/no/such/folder', which is no folder" in out
    assert "FLOWLOGS_ROOT is empty" in build.shell(f"SELECT count(*) FROM flowlogs('{CRLF}');", env={"FLOWLOGS_ROOT": ""})


# ---- entry points and hosts

def test_the_entry_point_without_files_registers_functions_alone(build):
    done = subprocess.run(["sqlite3", ":memory:"], input=f".load {build.extension} sqlite3_flowlogsnofs_init\n"
                          "SELECT flowlogs_version() IS NOT NULL;\nSELECT count(*) FROM flowlogs('.');\n"
                          "SELECT count(*) FROM flowlogs_files('.');\nSELECT count(*) FROM flowlogs_errors('.');\n",
                          text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=ROOT, env=build.env)
    lines = done.stdout.splitlines()
    assert lines[0] == "1" and len([x for x in lines if "no such table" in x]) == 3, done.stdout


STORED = "a table that is stored in a database reads no files"


def test_a_database_cannot_make_the_extension_read_files(build, tmp_path):
    """Only the schema temp may hold a table over files. One in a database file, whatever its name
    and path, can be listed and dropped, and no query reads anything."""
    (tmp_path / "a.log").write_text(GOOD)
    db = sqlite3.connect(tmp_path / "t.db")
    for name, arguments in (("orders", "('/etc/hostname', format='account_id', on_error=skip)"), ("walk", "('walked')"),
                            ("flowlogs", "('a.log', filter='REJECT')"), ("t", f"('{tmp_path}/a.log')")):
        store_table(db, name, arguments)
    db.execute("PRAGMA writable_schema = 1")
    db.execute("INSERT INTO sqlite_schema(type, name, tbl_name, rootpage, sql) VALUES ('view', 'v', 'v', 0, 'CREATE VIEW v AS SELECT * FROM t')")
    db.commit()
    db.close()
    def run(sql):
        return build.database(tmp_path / "t.db", sql)

    for sql in ("SELECT raw FROM orders;", "SELECT * FROM t;", "SELECT count(*) FROM v;", "SELECT count(*) FROM t LIMIT 0;",
                "SELECT * FROM flowlogs('a.log');", "CREATE TEMP TABLE x AS SELECT * FROM walk;",
                "SELECT flowlogs_rollup.srcaddr FROM t, flowlogs_rollup('a.log');"):
        assert STORED in run(sql) or "unsafe use of virtual table" in run(sql), sql
    assert run("SELECT sum(flows) FROM flowlogs_rollup('a.log');") == "1\n"
    opened = subprocess.run(["strace", "-f", "-e", "trace=openat,newfstatat,stat", "sqlite3", "t.db", f".load {build.extension}", ".schema",
                             "PRAGMA table_info(walk)"], cwd=tmp_path, capture_output=True, text=True,
                            env={**build.env, "ASAN_OPTIONS": build.env.get("ASAN_OPTIONS", "") + ":detect_leaks=0"})    # not under strace
    assert opened.returncode == 0 and "next_hop_vpc_id" in opened.stdout
    for path in ("a.log", "/etc/hostname", "walked"):
        assert path not in opened.stderr
    assert run("DROP VIEW v; DROP TABLE orders; DROP TABLE flowlogs; ALTER TABLE walk RENAME TO w2; DROP TABLE w2;"
               "DROP TABLE t; SELECT count(*) FROM sqlite_schema;") == "0\n"
    for name in ("t", "main.t", "flowlogs"):
        made = run(f"CREATE VIRTUAL TABLE {name} USING flowlogs('a.log');")
        assert f"write CREATE VIRTUAL TABLE temp.{name.split('.')[-1]} USING flowlogs(" in made
    assert run("ATTACH ':memory:' AS other; CREATE VIRTUAL TABLE other.t USING flowlogs('a.log');").count("write CREATE VIRTUAL TABLE temp.t") == 1
    assert run("SELECT count(*) FROM sqlite_schema;") == "0\n"
    assert run("CREATE VIRTUAL TABLE temp.t USING flowlogs('a.log'); SELECT count(*), max(bytes) FROM t;") == "1|4249\n"


def test_a_table_outlives_its_files(release, tmp_path):
    """A table can be dropped when its files do not exist any more, also after SQLite has connected
    to it again."""
    (tmp_path / "a.log").write_text(GOOD)
    db = connect(release, tmp_path / "t.db")
    db.execute("CREATE VIRTUAL TABLE temp.t USING flowlogs(?)".replace("?", quote(str(tmp_path / "a.log"))))
    (tmp_path / "a.log").unlink()
    other = sqlite3.connect(tmp_path / "t.db")
    other.execute("CREATE TABLE forces_another_look_at_the_schema(a)")
    other.close()
    with pytest.raises(sqlite3.OperationalError, match="No such file"):
        db.execute("SELECT count(*) FROM t").fetchall()
    db.execute("DROP TABLE t")
    with pytest.raises(sqlite3.OperationalError, match="No such file"):
        db.execute("CREATE VIRTUAL TABLE temp.t USING flowlogs(?)".replace("?", quote(str(tmp_path / "a.log"))))
    assert db.execute("SELECT count(*) FROM sqlite_temp_schema").fetchone() == (0,)


def test_a_statement_that_runs_again_reads_the_files_again(release, tmp_path):
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


def test_a_statement_at_the_address_of_another_is_a_new_one(release):
    """SQLite gives a new statement the address of one that has just been finalized. It was taken
    for a second round of the same execution, whose rows are all read into memory, so that LIMIT
    did not stop before the damage, and notes about the values of both were given for the second."""
    db, damaged = connect(release, cached_statements=0), str(ROOT / "tests/data/edge/truncated.gz")
    for _ in range(4):
        assert db.execute("SELECT count(*) FROM (SELECT 1 FROM flowlogs(?) LIMIT 20)", (damaged,)).fetchone() == (20,)
        assert db.execute("SELECT flowlogs_scan_stats() ->> 'finished'").fetchone() == (0,)


def test_two_connections_work_in_two_threads(release):
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
    """The second file is damaged. That is no error as long as LIMIT is reached in the first
    file."""
    (tmp_path / "1.log").write_text(GOOD * 10)
    (tmp_path / "2.log").write_bytes(gzip.compress(GOOD.encode())[:-9])
    db = connect(release)
    assert len(db.execute("SELECT * FROM flowlogs(?) LIMIT 10", (str(tmp_path),)).fetchall()) == 10
    with pytest.raises(sqlite3.OperationalError, match=r"2\.log:1: the gzip data is cut off"):
        db.execute("SELECT * FROM flowlogs(?) LIMIT 11", (str(tmp_path),)).fetchall()


# ---- files that change

def test_a_file_that_vanishes_before_it_is_read_is_an_error(release, tmp_path):
    for name in ("1.log", "2.log"):
        (tmp_path / name).write_text(GOOD * 10)
    db = connect(release)
    rows = db.execute("SELECT file FROM flowlogs(?)", (str(tmp_path),))
    next(rows)
    (tmp_path / "2.log").unlink()
    with pytest.raises(sqlite3.OperationalError, match=r"2\.log: can't be opened: No such file"):
        list(rows)


def test_a_file_may_shrink_while_it_is_read(release, tmp_path):
    path = tmp_path / "a.log"
    path.write_text(GOOD * 20000)
    db = connect(release)
    rows = db.execute("SELECT line FROM flowlogs(?, 'skip')", (str(path),))
    next(rows)
    path.write_text("")
    assert len(list(rows)) < 20000


def test_a_dangling_link_is_an_error(build, tmp_path):
    (tmp_path / "a.log").write_text(GOOD)
    (tmp_path / "b.log").symlink_to(tmp_path / "nothing")
    out = build.shell(f"SELECT count(*) FROM flowlogs('{tmp_path}');")
    assert "b.log: can't be opened: No such file or directory" in out
    assert build.shell(f"SELECT count(*) FROM flowlogs('{tmp_path}', 'skip');") == "1\n"


# ---- limits

@pytest.fixture(scope="module")
def blank_gigabyte(tmp_path_factory):
    """A gzip file of 1 MB that inflates to one record and then 1 GiB of empty lines, which give no
    rows.

    A query on it only stops early if the extension itself asks SQLite whether to stop.
    """
    path = tmp_path_factory.mktemp("blank") / "blank.gz"
    member = gzip.compress(b"\n" * (64 << 20), 9, mtime=0)
    path.write_bytes(gzip.compress(GOOD.encode(), mtime=0) + member * 16)
    return path


@pytest.mark.parametrize("by", ["interrupt", "handler"])
@pytest.mark.parametrize("sql", [
    "SELECT count(*) FROM flowlogs('{}')", "SELECT count(*) FROM flowlogs('{}', 'fail', NULL, 0)",
    "SELECT count(*) FROM flowlogs_errors('{}')", "SELECT rows FROM flowlogs_files('{}')",
    "SELECT sum(flows) FROM flowlogs_rollup('{}', NULL, NULL, 0)", "SELECT sum(flows) FROM flowlogs_rollup('{}')",
    "SELECT count(*) FROM flowlogs_connections('{}', NULL, NULL, 0)", "SELECT count(*) FROM flowlogs_connections('{}')"])
def test_a_query_without_rows_stops_when_told_to(release, blank_gigabyte, sql, by):
    assert_stops(connect(release), sql.format(blank_gigabyte), by=by)


@pytest.mark.parametrize("operations", [1000, 50000])
def test_a_progress_handler_is_called_during_a_rollup(release, blank_gigabyte, operations):
    """A host may limit a query by a handler that is called for every so many operations of SQLite's
    machine. A rollup needs hardly any of them, so the extension makes some."""
    db, calls = connect(release), 0

    def handler():
        nonlocal calls
        calls += 1
        return calls == 3
    db.set_progress_handler(handler, operations)
    with pytest.raises(sqlite3.OperationalError, match="interrupted"):
        db.execute("SELECT sum(flows) FROM flowlogs_rollup(?)", (str(blank_gigabyte),)).fetchall()
    assert calls == 3


@pytest.mark.parametrize("threads", [0, 1, 2])
def test_limit_does_not_wait_for_the_rows_that_it_does_not_need(release, tmp_path, threads):
    """Fifty rows are in front of 8 GiB of zeros, or of empty lines. What is read of these says how soon
    the scan has stopped."""
    for name, byte in (("zeros", b"\0"), ("lines", b"\n")):
        path = tmp_path / f"{name}.gz"
        gap = gzip.compress(byte * (64 << 20), 9, mtime=0)
        path.write_bytes(gzip.compress(GOOD.encode() * 50, mtime=0) + gap * 128)
        db = connect(release)
        assert len(db.execute("SELECT * FROM flowlogs(?) WHERE threads = ? LIMIT 50",
                              (str(path), threads)).fetchall()) == 50
        read = db.execute("SELECT flowlogs_scan_stats() ->> 'bytes_inflated'").fetchone()[0]
        assert read < 4 << 30


def test_more_threads_than_processors(release, tmp_path):
    """Workers that wait for one another's room are woken one by one. None is forgotten."""
    for f in range(1500):
        (tmp_path / f"{f:04}.log").write_text(GOOD * (1 + f % 7))
    db, rows = connect(release), sum(1 + f % 7 for f in range(1500))
    for threads in (0, 3, 64, 1024):
        for sql in ("SELECT count(*), count(DISTINCT file) FROM flowlogs(?) WHERE threads = ?",
                    "SELECT sum(flows), 1500 FROM flowlogs_rollup(?) WHERE threads = ?"):
            assert db.execute(sql, (str(tmp_path), threads)).fetchone() == (rows, 1500)
    files = [row[0] for row in db.execute("SELECT file FROM flowlogs(?) WHERE threads = 1024", (str(tmp_path),))]
    assert files == sorted(files)


PEAK = """
import resource, sqlite3, sys
def peak():         # KiB. Linux keeps ru_maxrss of the process that has started this one, and not VmHWM.
    try:
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10     # bytes, on macOS
db = sqlite3.connect(":memory:")
db.enable_load_extension(True)
db.load_extension(sys.argv[1])
before = peak()
print(db.execute(sys.argv[2]).fetchone())
print(peak() - before)
"""


def peak_memory(release, sql):
    """The answer of a query that runs in a new process, and by how many MiB it raised the
    process's peak memory."""
    out = subprocess.run([sys.executable, "-c", PEAK, str(release.extension), sql], text=True, capture_output=True,
                         cwd=ROOT, check=True).stdout.splitlines()
    return out[0], int(out[1]) / 1024


def test_memory_is_bounded_with_one_long_line(release, tmp_path):
    path = tmp_path / "line.gz"
    long = gzip.compress(b"x" * (200 << 20), 9, mtime=0)
    path.write_bytes(gzip.compress(GOOD.encode(), mtime=0) + long + gzip.compress(b"\n" + GOOD.encode(), mtime=0))
    answer, mib = peak_memory(release, f"SELECT count(*), max(line) FROM flowlogs('{path}', 'skip')")
    assert answer == "(2, 3)" and mib < 16
    out = release.shell(f"SELECT line, reason, length(raw) FROM flowlogs_errors('{path}');")
    assert out == "2|is longer than 65536 bytes|1024\n"


def test_memory_is_bounded_with_many_bad_lines(release, tmp_path):
    path = tmp_path / "bad.gz"
    path.write_bytes(gzip.compress((GOOD + "no record\n" * 3_000_000 + GOOD).encode(), 6, mtime=0))
    answer, mib = peak_memory(release, f"SELECT count(*), max(length(raw)) FROM flowlogs_errors('{path}')")
    assert answer == "(3000000, 9)" and mib < 16
    answer, mib = peak_memory(release, f"SELECT count(*), max(line) FROM flowlogs('{path}', 'skip')")
    assert answer == "(2, 3000002)" and mib < 16


def test_memory_is_bounded_with_all_columns(release):
    answer, mib = peak_memory(release, "SELECT count(raw), count(extra), count(next_hop_vpc_id), count(tgw_id), "
                                       "count(srcaddr) FROM flowlogs('tests/data/AWSLogs')")
    assert mib < 16, answer


@pytest.mark.parametrize("threads, limit", [(0, 16), (2, 64), (8, 96)])
def test_memory_is_bounded_with_long_lines(release, tmp_path, threads, limit):
    """Batches are full by their bytes, too: these rows have 200 KB of text each, with `extra`."""
    line = '10.0.0.1 10.0.0.2 22 443 6 ' + '"' * 65000 + "\n"
    for i in range(8):
        (tmp_path / f"{i}.log.gz").write_bytes(gzip.compress(("srcaddr dstaddr srcport dstport protocol new\n" + line * 800).encode(), 6, mtime=0))
    answer, mib = peak_memory(release, f"SELECT count(*), max(length(raw)), max(length(extra)) FROM flowlogs('{tmp_path}', 'fail', NULL, {threads})")
    assert answer == "(6400, 65027, 130010)" and mib < limit, mib


def test_many_files_need_few_file_descriptors(release, tmp_path):
    """Files are opened one after the other, so 3,000 files can be read with a limit of 64 open
    files."""
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


@pytest.fixture
def few_descriptors(tmp_path):
    """A folder with files, and a function that leaves the process n descriptors to open."""
    logs = tmp_path / "logs"
    (logs / "deeper").mkdir(parents=True)
    for i in range(40):
        (logs / f"{i:03}.log").write_text(GOOD * 100)
        (logs / "deeper" / f"{i:03}.log").write_text(GOOD)
    limits, held = resource.getrlimit(resource.RLIMIT_NOFILE), []

    def leave(n):
        resource.setrlimit(resource.RLIMIT_NOFILE, (128, limits[1]))
        try:
            while True:
                held.append(os.open("/dev/null", os.O_RDONLY))
        except OSError:
            pass
        while held and n > 0:
            os.close(held.pop())
            n -= 1
        return str(logs)

    yield leave
    for fd in held:
        os.close(fd)
    resource.setrlimit(resource.RLIMIT_NOFILE, limits)


EXHAUSTED = "Too many open files; the file is not at fault, so on_error=skip doesn't skip it; allow more open files (ulimit -n)"


@pytest.mark.parametrize("policy", ["fail", "skip"])
@pytest.mark.parametrize("threads", [0, 1, 64])
def test_a_lack_of_file_descriptors_ends_the_query(release, few_descriptors, policy, threads):
    """Otherwise on_error=skip would pass over files that are all right."""
    db = connect(release)
    options = f"'{policy}', NULL, {threads}"
    queries = [f"SELECT sum(bytes) FROM flowlogs(?, {options})", f"SELECT sum(bytes) FROM flowlogs_rollup(?, {options})"]
    path = few_descriptors(4)
    paths = [f"{path}/0*.log", path, f"{path}/deeper/*"]
    if threads < 2:
        assert all(db.execute(sql, (p,)).fetchone()[0] for sql in queries for p in paths)
    few_descriptors(1)      # for the list of files, or for one worker
    for sql in queries:
        try:
            assert db.execute(sql, (path,)).fetchone() == (40 * 101 * 4249,)
        except sqlite3.OperationalError as e:
            assert threads == 64 and EXHAUSTED in str(e)
    few_descriptors(0)
    for sql in queries:
        for p in [*paths, f"{path}/000.log"]:
            assert EXHAUSTED in message(db, sql, p)


def test_a_lack_of_file_descriptors_is_no_entry_of_a_list(release, few_descriptors):
    db, path = connect(release), few_descriptors(0) + "/000.log"
    for sql in ("SELECT count(*), max(verdict) FROM flowlogs_files(?)", "SELECT count(*) FROM flowlogs_errors(?)"):
        assert message(db, sql, path).startswith(f"flowlogs: {path}: can't be opened: {EXHAUSTED}")
        assert EXHAUSTED in message(db, sql, os.path.dirname(path))
    assert EXHAUSTED in message(db, f"CREATE VIRTUAL TABLE temp.t USING flowlogs('{path}')")
    few_descriptors(1)
    assert db.execute("SELECT count(*), max(verdict) FROM flowlogs_files(?)", (path,)).fetchone() == (1, "flow log")


# ---- copies that failed

EMPTY = "is empty, but AWS delivers no empty file; copy it again"


@pytest.mark.parametrize("name, content", [("log", b""), ("log.gz", b""), ("log.gz", gzip.compress(b"", mtime=0)),
                                           ("log", b"\n\n")])
def test_an_empty_delivery_is_an_error(build, tmp_path, name, content):
    """AWS writes no file without a header line, so a copy has failed and there may have been
    traffic."""
    folder = tmp_path / "123456789012" / "vpcflowlogs" / "us-east-1" / "2026" / "03" / "09"
    folder.mkdir(parents=True)
    empty = folder / f"123456789012_vpcflowlogs_us-east-1_fl-0123456789abcdef0_20260309T1205Z_00000002.{name}"
    empty.write_bytes(content)
    (folder / "123456789012_vpcflowlogs_us-east-1_fl-0123456789abcdef0_20260309T1200Z_00000001.log").write_text(GOOD)
    for path in (tmp_path, empty, f"{tmp_path}/**/*20260309*"):
        for table in ("flowlogs", "flowlogs_rollup"):
            got = build.shell(f"SELECT sum(bytes) FROM {table}('{path}');")
            assert f"flowlogs: {empty}: {EMPTY}; on_error=skip skips it, flowlogs_errors lists it" in got
            got = build.shell(f"SELECT sum(bytes) FROM {table}('{path}', 'skip');")
            assert got == ("\n" if path == empty else "4249\n")
        assert build.rows(f"SELECT file, line, reason, raw FROM flowlogs_errors('{path}');") == [[str(empty), "NULL", EMPTY, "NULL"]]
        assert build.rows(f"SELECT verdict, note, errors FROM flowlogs_files('{empty}');") == [["unreadable", EMPTY, "1"]]
    other = tmp_path / f"mine.{name}"
    other.write_bytes(content)
    assert build.shell(f"SELECT count(*) FROM flowlogs('{other}');") == "0\n"


# ---- regressions: each of these was a bug

def write_gzip(path, *members):
    path.write_bytes(b"".join(gzip.compress(m.encode(), mtime=0) for m in members))


def test_appended_files_with_short_headers(build, tmp_path):
    """Files that were appended to each other may have headers of their own. A new header ends the
    old layout, even if it is so short that it is hard to recognize."""
    (tmp_path / "t.log").write_text("vpc-id subnet-id\nvpc-1 subnet-1\naccount-id interface-id\n123 eni-1\n")
    got = build.rows(f"SELECT vpc_id, subnet_id, account_id, interface_id FROM flowlogs('{tmp_path}/t.log');")
    assert got == [["vpc-1", "subnet-1", "NULL", "NULL"], ["NULL", "NULL", "123", "eni-1"]]
    write_gzip(tmp_path / "s.gz", "srcaddr bytes\n10.0.0.1 5\n", "dstaddr packets\n10.0.0.9 7\n")
    got = build.rows(f"SELECT srcaddr, bytes, dstaddr, packets FROM flowlogs('{tmp_path}/s.gz');")
    assert got == [["10.0.0.1", "5", "NULL", "NULL"], ["NULL", "NULL", "10.0.0.9", "7"]]
    (tmp_path / "b.log").write_text("srcaddr dstaddr bytes\n10.0.0.1 10.0.0.2 5\n\ufeffdstaddr srcaddr bytes\n10.0.0.2 10.0.0.1 7\n")
    got = build.rows(f"SELECT srcaddr, dstaddr, bytes FROM flowlogs('{tmp_path}/b.log');")
    assert got == [["10.0.0.1", "10.0.0.2", "5"], ["10.0.0.1", "10.0.0.2", "7"]]


@pytest.mark.parametrize("odd, reason", [
    (b"\xff", "0xff, byte 10"), (b"a\xe9b", "0xe9, byte 11"), (b"\xc3", "0xc3, byte 10"), (b"\xed\xa0\x80", "0xed, byte 10"),
    (b"\xc0\x80", "0xc0, byte 10"), (b"\xf0\x9f\x98", "0xf0, byte 10"), (b"\xf4\x90\x80\x80", "0xf4, byte 10")])
def test_a_line_that_is_not_utf8_is_a_bad_line(build, tmp_path, odd, reason):
    """Such a text came through as it was, and the exports that had to write it as JSON or into
    PostgreSQL failed or were wrong, without the name of the file. It is the line that is wrong now,
    whatever columns the query reads."""
    for name in ("region", "x-new"):
        bad = "2 ab\u65e5x ".encode() + odd + b" 7"
        lines = f"version {name} az-id bytes\n2 größe z 5\n".encode() + bad + b"\n2 b z 9\n"
        (tmp_path / "a.log").write_bytes(lines)
        (tmp_path / "b.log.gz").write_bytes(gzip.compress(lines))
        told = f"has a byte that is not UTF-8 ({reason} of the line); the file may be damaged, or in another encoding"
        for file in ("a.log", "b.log.gz"):
            path = tmp_path / file
            for what in ("count(*)", "sum(bytes)", "group_concat(raw)", "group_concat(extra)", "group_concat(az_id)"):
                out = build.shell(f"SELECT {what} FROM flowlogs('{path}');")
                assert f"flowlogs: {path}:3: {told}; on_error=skip skips it" in out, out
            assert f"{path}:3: {told}" in build.shell(f"SELECT sum(bytes) FROM flowlogs_rollup('{path}');")
            assert build.rows(f"SELECT sum(bytes), count(*) FROM flowlogs('{path}', 'skip');") == [["14", "2"]]
            assert build.rows(f"SELECT sum(bytes) FROM flowlogs_rollup('{path}', 'skip');") == [["14"]]
            assert build.rows(f"SELECT line, reason, raw FROM flowlogs_errors('{path}');") == [
                ["3", told, bad.replace(odd, bytes(b if b < 0x80 else ord("?") for b in odd)).decode()]]
        payload = f"CAST(x'{lines.hex()}' AS TEXT)"
        assert f":3: {told}" in build.shell(f"SELECT count(*) FROM flowlogs_payload({payload});")


def test_other_files_in_the_folder_are_passed_over(build, tmp_path):
    """Other files beside flow logs in a folder are passed over. Files that may be flow logs in a
    form that cannot be read (UTF-16, CSV, an unknown layout) are errors."""
    (tmp_path / "a.log").write_text(GOOD)
    (tmp_path / "elb.log").write_text('2015-05-13T23:39:43.945958Z my-lb 192.168.131.39:2817 10.0.0.1:80 0.000073 0.001048 '
                                      '0.000057 200 200 0 29 "GET http://x:80/ HTTP/1.1" "curl/7.38.0" - -\n')
    (tmp_path / "regions.txt").write_text("region\nus-east-1\neu-west-1\n")
    (tmp_path / "notes.txt").write_text("upgraded from 1.2 to 1.3\nMeeting 10:15 to 10:40:20\n")
    assert build.shell(f"SELECT count(*) FROM flowlogs('{tmp_path}');") == "1\n"
    for name, data in [("wide.txt", ("srcaddr dstaddr bytes\n" + GOOD).encode("utf-16-le")),
                       ("le.txt", b"\xff\xfe" + ("srcaddr dstaddr bytes\n" + GOOD).encode("utf-16-le")),
                       ("be.txt", b"\xfe\xff" + ("srcaddr dstaddr bytes\n" + GOOD).encode("utf-16-be")),
                       ("a.csv", GOOD.replace(" ", ",").encode()),
                       ("custom.log", b"10.0.0.1 10.0.0.2 443 6 100\n")]:
        (tmp_path / name).write_bytes(data)
        out = build.shell(f"SELECT count(*) FROM flowlogs('{tmp_path}');")
        assert name == "wide.txt" or f"{name}:" in out, (name, out)
        (tmp_path / name).unlink()
    (tmp_path / "new.log").write_text("vpc-id shiny-new-field bytes\nvpc-1 zzz 55\n")
    assert build.rows(f"SELECT vpc_id, extra FROM flowlogs('{tmp_path}') WHERE bytes = 55;") == [
        ["vpc-1", '{"shiny_new_field":"zzz"}']]


def test_a_pattern_reports_a_dangling_link(build, tmp_path):
    (tmp_path / "111").mkdir()
    (tmp_path / "111" / "a.log").write_text(GOOD)
    (tmp_path / "222").symlink_to(tmp_path / "gone")
    for pattern in ("*", "*/*.log", "**/*.log", "*/a.log"):
        assert "222: can't be opened" in build.shell(f"SELECT count(*) FROM flowlogs('{tmp_path}/{pattern}');")
        assert build.shell(f"SELECT count(*) FROM flowlogs('{tmp_path}/{pattern}', 'skip');") == "1\n"


@pytest.mark.skipif(os.geteuid() != 0, reason="needs another user")
def test_a_pattern_reports_a_folder_without_permission(release, tmp_path):
    for account in ("111", "222"):
        folder = tmp_path / account / "vpcflowlogs"
        folder.mkdir(parents=True)
        (folder / "a.log").write_text(GOOD)
    (tmp_path / "222").chmod(0o700)
    for folder in [tmp_path, *tmp_path.parents]:
        if str(folder).startswith(str(tmp_path.parents[1])):
            folder.chmod(0o755)
    library = tmp_path / "flowlogs.so"
    library.write_bytes((release.folder / "flowlogs.so").read_bytes())
    library.chmod(0o755)
    for pattern in ("", "*", "*/vpcflowlogs", "*/vpcflowlogs/*.log", "**/*.log", "222/vpcflowlogs/*"):
        done = subprocess.run(["sqlite3", ":memory:"], input=f".load ./flowlogs\nSELECT count(*) FROM flowlogs('./{pattern}');\n",
                              text=True, cwd=tmp_path, user=65534, group=65534, extra_groups=[],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        assert "Permission denied" in done.stdout, (pattern, done.stdout)


def test_a_folder_may_be_named_like_a_json_array(build, tmp_path):
    (tmp_path / "[2024]").mkdir()
    (tmp_path / "[2024]" / "a.log").write_text(GOOD)
    assert build.shell("SELECT count(*) FROM flowlogs('[2024]');", cwd=tmp_path) == "1\n"


def test_names_with_a_backslash(release, tmp_path):
    """Six characters that look like JSON's NUL are a name like any other. A NUL is an error."""
    names = ["a\\u0000b.log", "\\\\u0000.log", "[a]\\u0000.log", "b\\x00.log", "c\\0.log", "\\", "d\\u0041.log"]
    for name in names:
        (tmp_path / name).write_text(GOOD)
    db = connect(release)
    count = "SELECT count(*) FROM flowlogs(?)"
    for name in names:
        path = str(tmp_path / name)
        assert db.execute(count, (path,)).fetchone() == (1,), name
        assert db.execute("SELECT count(*), min(file) FROM flowlogs(json_array(?))", (path,)).fetchone() == (1, path)
        assert db.execute(count, (json.dumps([path, path]),)).fetchone() == (1,)
    [[listed]] = db.execute("SELECT json_group_array(path) FROM flowlogs_files(?)", (str(tmp_path),))
    assert db.execute(count, (listed,)).fetchone() == (len(names),)
    for escape in (r"\u0000", r"\\\u0000", r"x\\\\\u0000y"):
        with pytest.raises(sqlite3.OperationalError, match="a path in the list has a NUL byte .*written twice"):
            db.execute(count, (f'["{tmp_path}/a.log{escape}"]',)).fetchone()


def test_a_pattern_may_look_like_a_nul(release, tmp_path):
    """What is no JSON is a pattern, in which a backslash stands for itself."""
    (tmp_path / "a\\u0000.log").write_text(GOOD)
    assert release.shell("SELECT count(*) FROM flowlogs('[ab]\\u0000.log');", cwd=tmp_path) == "1\n"


def test_tables_can_be_dropped_while_a_select_names_create(release, tmp_path):
    """The text of a running SELECT contains "create virtual table". It must not be mistaken for a
    CREATE, in which missing files are an error."""
    (tmp_path / "a.log").write_text(GOOD)
    db = connect(release, tmp_path / "t.db")
    for i in range(3):
        store_table(db, f"old{i}", f"('{tmp_path}/a.log')")
    db.close()
    (tmp_path / "a.log").unlink()
    db = connect(release, tmp_path / "t.db")
    names = db.execute("SELECT name FROM sqlite_schema WHERE sql LIKE 'create virtual table%flowlogs%'")
    first = next(names)[0]
    assert db.execute(f"SELECT count(*) > 70 FROM pragma_table_info('{first}')").fetchone() == (1,)
    assert db.execute("SELECT count(*) FROM flowlogs(?)", (str(ROOT / CRLF),)).fetchone() == (3,)
    for name in [first] + [n for n, in names]:
        db.execute(f"DROP TABLE {name}")


def test_a_very_long_pattern_is_an_error(build):
    """Matching it is not quadratic: that would take longer than the shell's timeout."""
    out = build.shell("SELECT count(*) FROM flowlogs(printf('%.*c*', 1000000, 'a'));")
    assert "flowlogs: " in out and is_error(out)


def test_a_table_without_files_can_be_dropped_in_a_transaction(build, tmp_path):
    (tmp_path / "a.log").write_text(GOOD)
    def run(sql):
        return build.database(tmp_path / "t.db", sql)

    assert run("CREATE TABLE t(a);") == ""
    db = sqlite3.connect(tmp_path / "t.db")
    store_table(db, "x", "('a.log')")
    db.close()
    (tmp_path / "a.log").unlink()
    assert run("CREATE TEMP VIEW v AS SELECT srcport FROM x; ALTER TABLE t RENAME TO t2;") == ""
    assert run("BEGIN; INSERT INTO t2 VALUES (1); DROP TABLE x; COMMIT; SELECT name FROM sqlite_schema;") == "t2\n"


@pytest.mark.parametrize("by", ["interrupt", "handler"])
def test_create_stops_when_told_to(release, tmp_path, by):
    """CREATE looks for the first record of each file, and this file has none."""
    blank = tmp_path / "blank.gz"
    blank.write_bytes(gzip.compress(b"\n" * (64 << 20), 9, mtime=0) * 16)
    assert_stops(connect(release), f"CREATE VIRTUAL TABLE temp.t USING flowlogs('{blank}')", by=by)


RECORD = "2 123456789012 eni-1 10.0.0.1 10.0.0.2 1 22 6 1 {} 1773046800 1773046803 ACCEPT OK\n"


@pytest.mark.parametrize("sql", [
    "SELECT l.bytes FROM t LEFT JOIN flowlogs('one.log') l ON l.srcaddr = t.ip",
    "SELECT (SELECT bytes FROM flowlogs('one.log') l WHERE l.srcaddr = t.ip) FROM t"])
def test_rows_that_are_kept_are_not_stale(build, tmp_path, sql):
    """The rows that a join keeps in memory end with its statement. A later statement reads the
    file again, even if only a single digit of it has changed."""
    script = "CREATE TABLE t(ip);\nINSERT INTO t VALUES ('10.0.0.1'), ('10.0.0.1');\n"
    for size in range(40, 45):
        script += f".shell printf '{RECORD.format(size).strip()}\\n' > one.log\n{sql};\n"
    assert build.shell(script, cwd=tmp_path).split() == [str(n) for n in range(40, 45) for _ in range(2)]


@pytest.mark.parametrize("folder, condition", [
    ("export/vpcflowlogs/3f2a-task/eni-1-all", "start > 1773000000"),
    ("me/vpcflowlogs/eu-west-1/2024/05/01", "account_id = '123456789012' AND start > 1773000000"),
    ("region=emea/account-id=7/year=2024/month=05/day=01", "account_id = '123456789012' AND start > 1773000000")])
def test_folders_that_aws_did_not_name_do_not_prune(build, tmp_path, folder, condition):
    (tmp_path / folder).mkdir(parents=True)
    (tmp_path / folder / "000000.log").write_text(RECORD.format(40))
    assert build.shell(f"SELECT count(*) FROM flowlogs('.') WHERE {condition};", cwd=tmp_path) == "1\n"


def test_more_files_are_pruned_than_the_queue_has_slots(build, tmp_path):
    folder = tmp_path / "AWSLogs/123456789012/vpcflowlogs/us-east-1/2024/05/01"
    folder.mkdir(parents=True)
    for i in range(1200):
        name = f"123456789012_vpcflowlogs_us-east-1_fl-01_20240501T{i // 60:02}{i % 60:02}Z_{i:08x}.log"
        (folder / name).write_text(RECORD.format(40))
    for threads in (0, 1, 3):
        got = build.shell(f"SELECT count(*) FROM flowlogs('AWSLogs', 'fail', NULL, {threads}) WHERE start > 1773000000;\n"
                          "SELECT flowlogs_scan_stats() ->> 'files_pruned';", cwd=tmp_path)
        assert got == "0\n1200\n"
