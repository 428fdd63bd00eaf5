# SPDX-License-Identifier: MIT
"""A database from elsewhere makes the extension read nothing: no function and no table of ours does, in a view, a
trigger, a generated column, a CHECK, an index, a default, or a virtual table that the database holds. Nor does a query
leave FLOWLOGS_ROOT. The functions and tables are those that SQLite lists with the extension and not without it, so
that a new one is tested, too."""

import ctypes
import json
import os
import re
import shutil
import sqlite3
import struct
import subprocess
import sys

import pytest

from builds import BUILDS, SUFFIX, connect, quote, store_table

GOOD = "version srcaddr dstaddr srcport dstport protocol bytes\n2 10.0.0.1 10.0.0.2 1025 22 6 4711\n"
DIRECTONLY, INNOCUOUS = 0x80000, 0x200000       # in the column flags of pragma_function_list


def listed(query):
    with_ours = connect(BUILDS[0]).execute(query).fetchall()
    without = set(sqlite3.connect(":memory:").execute(query).fetchall())
    return sorted(row for row in with_ours if row not in without and not row[0].startswith("pragma_"))


FUNCTIONS = listed("SELECT name, narg, flags FROM pragma_function_list")
MODULES = [name for name, in listed("SELECT name FROM pragma_module_list")]
READERS = [m for m in MODULES if m not in ("flowlogs_help", "flowlogs_payload", "flowlogs_payload_rollup")]


class Watch:
    """Tells whether anything in a folder, or the folder itself, is opened or read (Linux)."""

    def __init__(self, folder):
        self.libc = ctypes.CDLL(None, use_errno=True)
        self.fd = self.libc.inotify_init1(os.O_NONBLOCK)
        assert self.libc.inotify_add_watch(self.fd, os.fsencode(folder), 0x21) >= 0      # IN_OPEN | IN_ACCESS

    def events(self):
        found = []
        try:
            data = os.read(self.fd, 65536)
        except BlockingIOError:
            return found
        while data:
            _, mask, _, n = struct.unpack_from("iIII", data)
            found.append((mask, data[16:16 + n].rstrip(b"\0")))
            data = data[16 + n:]
        return found


@pytest.fixture
def secret(tmp_path):
    folder = tmp_path / "secret"
    folder.mkdir()
    (folder / "a.log").write_text(GOOD)
    return folder


def opened(release, path, trusted):
    db = connect(release, path)
    db.execute(f"PRAGMA trusted_schema = {'ON' if trusted else 'OFF'}")
    return db


def answer(db, sql):
    """The rows, or the error."""
    try:
        return db.execute(sql).fetchall()
    except sqlite3.Error as error:
        return str(error)


# ---- functions

def test_the_lists_are_ours():
    assert len(FUNCTIONS) > 20 and len(MODULES) >= 7 and {"flowlogs", "flowlogs_rollup"} <= set(READERS)


@pytest.mark.parametrize("name,nargs,flags", FUNCTIONS)
def test_a_function_says_where_it_may_stand(name, nargs, flags):
    """Innocuous are those that the entry point without files registers, and no other may stand in a schema."""
    db = sqlite3.connect(":memory:")
    db.enable_load_extension(True)
    db.execute("SELECT load_extension(?, 'sqlite3_flowlogsnofs_init')", [str(BUILDS[0].extension)])
    touches_nothing = db.execute("SELECT count(*) FROM pragma_function_list WHERE name = ? AND narg = ?", [name, nargs]).fetchone()[0]
    assert flags & (DIRECTONLY | INNOCUOUS) == (INNOCUOUS if touches_nothing else DIRECTONLY)


OBJECTS = {
    "view": ("CREATE VIEW o AS SELECT {} AS x", "SELECT * FROM o"),
    "trigger": ("CREATE TRIGGER o AFTER INSERT ON t BEGIN INSERT INTO u SELECT {}; END", "INSERT INTO t VALUES (1)"),
    "when": ("CREATE TRIGGER o AFTER INSERT ON t WHEN {} BEGIN SELECT 1; END", "INSERT INTO t VALUES (1)"),
    "generated": ("CREATE TABLE o(a, b AS ({}))", "INSERT INTO o(a) VALUES (1) RETURNING b"),
    "stored": ("CREATE TABLE o(a, b AS ({}) STORED)", "INSERT INTO o(a) VALUES (1)"),
    "check": ("CREATE TABLE o(a CHECK ({} IS NOT 5))", "INSERT INTO o(a) VALUES (1)"),
    "default": ("CREATE TABLE o(a, b DEFAULT ({}))", "INSERT INTO o(a) VALUES (1)"),
    "index": ("CREATE TABLE o(a); CREATE INDEX i ON o({}, a)", "INSERT INTO o(a) VALUES (1)"),
    "partial": ("CREATE TABLE o(a); CREATE INDEX i ON o(a) WHERE {} IS NOT NULL", "INSERT INTO o(a) VALUES (1)"),
}


@pytest.mark.parametrize("kind", OBJECTS)
def test_functions_in_a_schema(release, tmp_path, kind):
    """A function that reads something, or tells what was read, is an error there. The others work even where the schema
    is not trusted. SQLite 3.40 does not see to that in a CHECK, and lets its own load_extension() be called there."""
    create, use = OBJECTS[kind]
    for name, nargs, flags in FUNCTIONS:
        path = tmp_path / f"{name}{nargs}.db"
        maker = sqlite3.connect(path)       # who makes it needs no extension, but functions of these names
        maker.create_function(name, nargs, lambda *args: 1, deterministic=True)
        call = f"{name}({', '.join('1' * nargs)})"
        maker.executescript("CREATE TABLE t(a); CREATE TABLE u(x);" + create.format(call))
        maker.close()
        for trusted in (True, False):
            db = opened(release, path, trusted)
            found = answer(db, use)
            db.close()
            if flags & DIRECTONLY:
                assert re.search("unsafe use of|non-deterministic functions prohibited", str(found)), (name, trusted, found)
            else:
                assert "unsafe" not in str(found), (name, trusted, found)


@pytest.mark.parametrize("kind", OBJECTS)
def test_functions_in_a_schema_that_was_read_before(release, tmp_path, kind):
    """SQLite finds out that a function must not stand in a column or an index when it reads the schema. So it finds
    nothing where the extension is loaded later."""
    create, use = OBJECTS[kind]
    maker = sqlite3.connect(tmp_path / "t.db")
    maker.executescript("CREATE TABLE t(a); CREATE TABLE u(x); CREATE TABLE own(cidr); INSERT INTO own VALUES ('10.0.0.0/8');")
    maker.create_function("CIDR_lookup", 3, lambda *args: 1, deterministic=True)
    maker.executescript(create.format("CIDR_lookup('own', 'cidr', '10.0.0.1')"))
    db = sqlite3.connect(tmp_path / "t.db")
    db.execute("SELECT * FROM t").fetchall()
    db.enable_load_extension(True)
    db.load_extension(str(release.extension))
    assert "unsafe use of" in str(answer(db, use))
    assert db.execute("SELECT cidr_lookup('own', 'cidr', '10.0.0.1')").fetchone() == (1,)


def test_the_user_may_call_them(release):
    """In a statement, however the name is written, and in a view or trigger of temp, which the statement does not name."""
    db = connect(release)
    db.executescript("""CREATE TABLE own(cidr); INSERT INTO own VALUES ('10.0.0.0/8'); CREATE TABLE t(a); CREATE TABLE u(a, b);
        CREATE TEMP VIEW v AS SELECT CIDR_LOOKUP('own', 'cidr', '10.0.0.1') AS x, flowlogs_SCAN_stats() AS s;
        CREATE TEMP TRIGGER g AFTER INSERT ON t BEGIN INSERT INTO u VALUES ("cidr_lookup"('own', 'cidr', NEW.a), flowlogs_scan_stats()); END;""")
    assert db.execute("SELECT * FROM v").fetchall() == [(1, None)]
    db.execute("INSERT INTO t VALUES ('10.0.0.1')")
    assert db.execute("SELECT * FROM u").fetchall() == [(1, None)]
    db.executescript("DROP VIEW v; DROP TRIGGER g;")
    assert db.execute("SELECT [Cidr_Lookup]('own', 'cidr', '10.0.0.1'), `FLOWLOGS_scan_stats`()").fetchall() == [(1, None)]
    assert db.execute("WITH c AS (SELECT cidr_lookup('own', 'cidr', '10.0.0.1') AS x) SELECT x FROM c").fetchall() == [(1,)]


# ---- tables

VICTIM = ["SELECT * FROM o", "SELECT count(*) FROM o", "INSERT INTO t VALUES (1)", "DELETE FROM t", "PRAGMA table_xinfo(o)",
          "PRAGMA table_list", "SELECT sql FROM sqlite_schema", "PRAGMA integrity_check", "PRAGMA quick_check", "ANALYZE",
          "PRAGMA foreign_key_check", "PRAGMA optimize(0x10002)", "REINDEX", "EXPLAIN QUERY PLAN SELECT * FROM o",
          "CREATE TABLE y AS SELECT * FROM o", "ALTER TABLE t RENAME TO t2", "ALTER TABLE t2 ADD COLUMN z", "VACUUM",
          "SELECT count(*) FROM o LIMIT 0", "SELECT cidr_lookup('o', 'srcaddr', '10.0.0.1')",
          "SELECT cidr_lookup('main.o', 'path', '10.0.0.1')", "SELECT * FROM temp.sqlite_schema"]

HOLDERS = {
    "view": "CREATE VIEW o AS SELECT * FROM {m}({p})",
    "view with conditions": "CREATE VIEW o AS SELECT * FROM {m} WHERE path = {p}",
    "nested view": "CREATE VIEW p AS SELECT * FROM {m}({p}); CREATE VIEW o AS SELECT * FROM p",
    "trigger": "CREATE TABLE o(a); CREATE TRIGGER g AFTER INSERT ON t BEGIN INSERT INTO o SELECT count(*) FROM {m}({p}); END",
    "trigger of a view": "CREATE VIEW o AS SELECT 1 AS a; CREATE TRIGGER g INSTEAD OF INSERT ON o BEGIN INSERT INTO t SELECT count(*) "
                         "FROM {m}({p}); END; CREATE TRIGGER h AFTER INSERT ON t BEGIN INSERT INTO o VALUES (1); END",
}


@pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux's")
@pytest.mark.parametrize("module", MODULES)
def test_tables_in_a_schema(release, tmp_path, secret, module):
    """Whatever a database says of a table of ours, no statement on it opens a file."""
    arguments = f"({quote(str(secret))})", f"({quote(str(secret / 'a.log'))}, on_error=skip)", f"(path={quote(str(secret))})", ""
    count = 0
    for trusted in (True, False):
        for how, holder in [*HOLDERS.items(), *(("table", a) for a in arguments), *((module, a) for a in arguments)]:
            count += 1
            path = tmp_path / f"{count}.db"
            maker = sqlite3.connect(path)
            maker.executescript("CREATE TABLE t(a); CREATE TABLE u(a); INSERT INTO t VALUES (1);")
            if how in HOLDERS:
                maker.executescript(holder.format(m=module, p=quote(str(secret))))
            else:
                name = "o" if how == "table" else how
                maker.execute("PRAGMA writable_schema = 1")
                maker.execute("INSERT INTO sqlite_schema(type, name, tbl_name, rootpage, sql) VALUES ('table', ?, ?, 0, ?)",
                              (name, name, f"CREATE VIRTUAL TABLE {name} USING {module}{holder}"))
                if how != "table":
                    maker.execute(f"CREATE VIEW o AS SELECT * FROM {module}")
            maker.commit()
            maker.close()
            db, watch = opened(release, path, trusted), Watch(secret)
            for sql in VICTIM:
                found = answer(db, sql)
                assert watch.events() == [], (how, holder, sql)
                # the path itself is in the text of the schema
                assert "4711" not in str(found) and ("a.log" not in str(found) or "sqlite_schema" in sql), (how, holder, sql, found)
            db.close()
            os.close(watch.fd)
    assert count == 2 * (len(HOLDERS) + 2 * len(arguments))


def test_the_watch_sees_a_read(release, secret, tmp_path):
    """The check of the test above: each table over files is seen when it reads."""
    for module in READERS:
        watch = Watch(secret)
        index = f", {quote(str(tmp_path / 'x.idx'))}" if module == "flowlogs_index_build" else ""
        found = connect(release).execute(f"SELECT * FROM {module}(?{index})", [str(secret)]).fetchall()
        assert watch.events() and (found or module == "flowlogs_errors"), module


@pytest.mark.parametrize("module", READERS)
@pytest.mark.parametrize("taken", ["CREATE TABLE {m}(path, a); INSERT INTO {m} VALUES ('x', 1)", "CREATE VIEW {m} AS SELECT 'x' AS path, 1 AS a",
                                   "CREATE TABLE {m}(path HIDDEN, a)", "stored"])
def test_a_database_that_takes_our_names(release, tmp_path, secret, module, taken):
    """What a query on a path answers is never what the database says: it is what it would be without it, or an error."""
    maker = sqlite3.connect(tmp_path / "t.db")
    if taken == "stored":
        store_table(maker, module, f"({quote(str(tmp_path))}, filter='REJECT')")
    else:
        maker.executescript(taken.format(m=module))
    maker.commit()
    maker.close()
    query = f"SELECT * FROM {module}({quote(str(secret))})"
    found, right = answer(connect(release, tmp_path / "t.db"), query), answer(connect(release), query)
    assert found == right or isinstance(found, str)


# ---- FLOWLOGS_ROOT

OUTSIDE = ["{top}/secret", "{top}/secret/a.log", "../secret", "./../secret/a.log", "in/../../secret", "in//..//..//secret", "{top}/root/../secret",
           "{top}/root/in/../../secret/a.log", "{top}/./secret", "/proc/self/root{top}/secret", "/proc/self/root{top}/secret/a.log",
           "/proc/self/cwd/../secret", "/proc/self/cwd/in/../../secret/a.log", "/proc/thread-self/root{top}/secret", "/proc/self/fd/{fd}",
           "/dev/fd/{fd}", "/proc/1/root{top}/secret", "link", "link/a.log", "link/..", "file", "out/deep/a.log", "out/deep", "proc/secret/a.log",
           "{top}/secret/*", "../*", "../s*/a.log", "../**", "{top}/**", "in/../../s?cret/*.log", "li*/a.log", "lin[k]/*", "f[i]le", "*/deep/*",
           "/**/secret/a.log", "/proc/self/root{top}/secret/*", "{top}/root2/a.log", "{top}/root/../root2",
           "~/secret", "file://{top}/secret/a.log"]


@pytest.fixture
def confined(tmp_path, secret):
    root = tmp_path / "root"
    (root / "in").mkdir(parents=True)
    (root / "in" / "b.log").write_text(GOOD.replace("4711", "5"))
    (tmp_path / "root2").mkdir()
    (tmp_path / "root2" / "a.log").write_text(GOOD)
    (root / "link").symlink_to(secret)
    (root / "file").symlink_to("../secret/a.log")
    (root / "out").mkdir()
    (root / "out" / "deep").symlink_to("../link")
    (root / "proc").symlink_to(f"/proc/self/root{tmp_path}")
    return root


@pytest.mark.parametrize("module", READERS)
def test_nothing_leaves_the_root(release, confined, secret, module):
    """Neither as a path, nor in a JSON array behind one that is allowed, nor as the path of a table, nor by a condition on
    the file: no record of what lies outside, and nothing there is opened."""
    fd = os.open(secret / "a.log", os.O_RDONLY)
    watch = Watch(secret) if sys.platform == "linux" else None
    file = "path" if module == "flowlogs_files" else "file"
    index = ", 'x.idx'" if module == "flowlogs_index_build" else ""
    inside = f"SELECT count(*) FROM {module}('in'{index})"
    queries = [inside]
    for path in (p.format(top=confined.parent, fd=fd) for p in OUTSIDE):
        queries += [f"SELECT * FROM {module}({quote(p)}{index})" for p in (path, json.dumps([path]), json.dumps(["in", path]))]
        if module not in ("flowlogs_rollup", "flowlogs_connections", "flowlogs_index_build"):
            queries += [f"SELECT * FROM {module}('in') WHERE {file} {condition}"
                        for condition in (f"= {quote(path)}", f"IN ('in/b.log', {quote(path)})")]
        if module == "flowlogs":
            queries += [f"CREATE VIRTUAL TABLE temp.x USING flowlogs({quote(path)}); SELECT * FROM x; DROP TABLE x"]
    output = release.shell(".mode list\n" + ";\n".join(queries) + ";\n", cwd=confined,
                           env={"FLOWLOGS_ROOT": str(confined), "HOME": str(confined.parent)})
    os.close(fd)
    assert output.startswith("0\n" if module == "flowlogs_errors" else "1\n") and "4711" not in output
    # A build leaves out what it cannot examine, such as a link that leads outside. The last two names do not exist inside.
    left = len(re.findall(r"^\d+\|0\|0\|0\|[1-9]\d*\|0\|0\|", output, re.M))
    assert output.count(" lies outside FLOWLOGS_ROOT (") + left >= 3 * (len(OUTSIDE) - 2)
    if watch:
        assert watch.events() == []


# ---- what the extension does besides reading

def test_the_extension_can_only_read(release):
    """Nothing that it calls writes a file, opens a connection, starts a program, ends the process or changes its state.
    It calls write() for the progress line alone."""
    done = subprocess.run(["nm", "-D", "-u", f"{release.extension}.{SUFFIX}"], text=True, capture_output=True, check=True)
    called = {line.split()[-1].partition("@")[0] for line in done.stdout.splitlines()}
    assert "openat" in called
    forbidden = """creat fopen fdopen freopen pwrite writev ftruncate truncate unlink unlinkat rename renameat renameat2 mkdir mkdirat rmdir
        link linkat symlink symlinkat chmod fchmod fchmodat chown fchown utime utimes utimensat mknod mkfifo mkstemp mmap shm_open socket
        connect bind listen accept send sendto sendmsg getaddrinfo fork vfork execl execlp execve execvp execv system popen posix_spawn
        dlopen dlsym kill raise abort exit _exit _Exit signal sigaction setitimer alarm setenv putenv unsetenv chdir fchdir chroot umask
        setlocale srand rand random setrlimit prctl printf fprintf puts fputs perror vfprintf syslog openlog gets strcpy strcat sprintf"""
    assert called & set(forbidden.split()) == set()


@pytest.mark.skipif(not shutil.which("strace"), reason="no strace")
def test_what_is_opened_is_opened_to_read(release, tmp_path):
    """As the system sees it, for scans with threads, rollups, errors, payloads, and a file that is no flow log."""
    (tmp_path / "logs").mkdir()
    for i in range(4):
        (tmp_path / "logs" / f"{i}.log").write_text(GOOD + "2 10.0.0.1 10.0.0.2 1025 22 6 7\n" * 60_000)
    (tmp_path / "logs" / "bad.log").write_text(GOOD + "torn\n")
    queries = ["SELECT count(*), max(srcaddr) FROM flowlogs('logs', 'skip')", "SELECT sum(bytes) FROM flowlogs_rollup('logs', 'skip')",
               "SELECT count(*) FROM flowlogs('logs')", "SELECT * FROM flowlogs_files('logs')", "SELECT * FROM flowlogs_errors('logs')",
               "SELECT * FROM flowlogs('/etc/passwd')", "SELECT * FROM flowlogs('logs/none')", "SELECT flowlogs_scan_stats()",
               "SELECT count(*) FROM flowlogs_payload('2 x')", "CREATE VIRTUAL TABLE temp.t USING flowlogs('logs')", "SELECT count(*) FROM flowlogs_help"]
    script = f".load {release.extension}\n" + ";\n".join(queries) + ";\n"
    (tmp_path / "script").write_text(script)
    done = subprocess.run(["strace", "-f", "-o", "trace", "-e", "trace=%file,%network,%process,ftruncate,fchmod,fchdir", "sqlite3", "-batch", "-init",
                           "/dev/null", ":memory:"], stdin=(tmp_path / "script").open(), cwd=tmp_path, env=release.env, capture_output=True, text=True)
    assert "bad.log:3: has 1 field" in done.stderr, done.stderr
    trace = (tmp_path / "trace").read_text()
    calls = set(re.findall(r"^\d+ +(\w+)\(", trace, re.M))
    assert calls <= {"access", "faccessat2", "arch_prctl", "clone", "clone3", "execve", "exit", "exit_group", "getcwd", "lstat", "newfstatat", "open",
                     "openat", "readlink", "readlinkat", "stat", "statfs", "statx", "wait4"}, calls
    assert trace.count("execve(") == 1 and "logs/0.log" in trace
    assert not re.search(r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_APPEND", trace)
