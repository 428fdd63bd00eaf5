# SPDX-License-Identifier: MIT
"""Index files that are damaged, foreign or hostile, and names that are no good ones: the answer to a
query is right, or it is an error that names the index and says what to do. `make damage` sets
DAMAGE=all, which damages every byte, and every value by SQL."""

import contextlib
import os
import sqlite3
import struct
import subprocess
import sys
import zlib

import pytest

from builds import BUILDS, connect, quote, store_table
from indexing import HEADER, QUESTIONS, ask, build_sql, make, question, record, tree, truths, write

IS_WHOLE = os.environ.get("DAMAGE") == "all"
ADVICE = "flowlogs_index_build('AWSLogs/'", "give another name to the index"


@pytest.fixture(scope="module")
def indexed(tmp_path_factory):
    """(logs, index, the bytes of the index): an index of several runs."""
    folder = tmp_path_factory.mktemp("indexed")
    logs, index = tree(folder / "logs"), folder / "logs.idx"
    for i in range(3):
        make(BUILDS[0], logs, index)
        write(logs / "a" / f"x{i}.log", f"version srcaddr dstaddr\n2 10.77.0.{i} 1.2.3.4\n")
    make(BUILDS[0], logs, index)
    assert index.stat().st_size < 65536
    return logs, index, index.read_bytes()


def check(build, folder, logs, variants, questions):
    """Each variant, (name, bytes), as the index of the questions. The message of an error has the
    path of the index, which tells the variant."""
    truth = [tuple(str(v) for row in rows for v in row) for rows in truths(BUILDS[0], logs, questions)]
    names, script = {}, []
    for i, (name, content) in enumerate(variants):
        index = folder / f"{i:05}.idx"
        index.write_bytes(content)
        names[i] = name
        script += [f"{question(which, logs, index).replace('SELECT', f'SELECT {i}, {k},', 1)};" for k, which in enumerate(questions)]
    answers, errors = {}, {}
    for line in build.shell("\n".join(script), timeout=3600).splitlines():
        if "rror" in line.split("|")[0]:
            assert any(advice in line for advice in ADVICE), line
            i = int(line.split(f"{folder}/")[1][:5])
            errors[i] = errors.get(i, 0) + 1
        else:
            i, k, *values = line.split("|")
            answers[int(i), int(k)] = tuple(values)
    assert all(answer == truth[k] for (i, k), answer in answers.items()), [
        (names[i], questions[k], answer, truth[k]) for (i, k), answer in answers.items() if answer != truth[k]][:5]
    for i, name in names.items():
        assert sum((i, k) in answers for k in range(len(questions))) + errors.get(i, 0) == len(questions), name
    for index in folder.glob("*.idx"):
        index.unlink()
    return len(answers), sum(errors.values())


def damaged(content, step, first=0):
    """What may have become of every step-th byte."""
    for at in range(first, len(content), step):
        yield f"cut-{at}", content[:at]
        for name, byte in [("bit", content[at] ^ 1 << at // step % 8), ("inverted", content[at] ^ 255), ("nul", 0)]:
            if byte != content[at]:
                yield f"{name}-{at}", content[:at] + bytes([byte]) + content[at + 1:]


def in_parts(items, n=2000):
    items = list(items)
    return (items[i:i + n] for i in range(0, len(items), n))


def test_bytes_that_are_changed_or_cut_off(build, tmp_path, indexed):
    logs, _, content = indexed
    step = {"release": 1, "asan": 5}[build.name] if IS_WHOLE else {"release": 1009, "asan": 2503}[build.name]
    answers = errors = 0
    for part in in_parts(damaged(content, step, step // 3)):
        a, e = check(build, tmp_path, logs, part, QUESTIONS[::3])
        answers, errors = answers + a, errors + e
    assert answers > 50 and errors > 30


def test_a_name_that_is_null(build, tmp_path, indexed):
    """No statement makes one, but a changed byte in the head of a row does. The error was that there is no memory."""
    logs, _, content = indexed
    at = content.index(b"021.log")
    variants = [(f"nul-{i}", content[:i] + b"\0" + content[i + 1:]) for i in range(at - 30, at)]
    check(build, tmp_path, logs, variants, QUESTIONS[2:3])


TABLES = "about", "folders", "layouts", "files", "runs", "keys", "blocks"
VALUES = ("NULL", "0", "1", "-1", "{0} + 1", "{0} - 1", "9223372036854775807", "''", "'x'", "x''", "x'00'", "2.5", "zeroblob(100000)")


def literal(value):
    return f"x'{value.hex()}'" if isinstance(value, bytes) else quote(value) if isinstance(value, str) else str(value)


def changes(index):
    """Statements, each of which deletes a row, changes a value, or exchanges the values of two rows."""
    with contextlib.closing(sqlite3.connect(index)) as db:
        for table in TABLES:
            info = db.execute(f"PRAGMA table_info({table})").fetchall()
            columns, primary = [c[1] for c in info], [c[1] for c in info if c[5]]
            rows = [" AND ".join(f"{name} IS {literal(value)}" for name, value in zip(primary, row))
                    for row in db.execute(f"SELECT {', '.join(primary)} FROM {table}")]
            yield f"DELETE FROM {table}"
            for row in rows:
                yield f"DELETE FROM {table} WHERE {row}"
                for c in columns:
                    yield from (f"UPDATE {table} SET {c} = {value.format(c)} WHERE {row}" for value in VALUES)
            for one, other in zip(rows, rows[1:]):
                for c in set(columns) - set(primary if len(primary) == 1 else ()):
                    values = f"(SELECT {c} FROM {table} WHERE {one}) AS a, (SELECT {c} FROM {table} WHERE {other}) AS b"
                    yield (f"CREATE TEMP TABLE v AS SELECT {values}; UPDATE {table} SET {c} = 'away' WHERE {one}; "
                           f"UPDATE {table} SET {c} = (SELECT a FROM v) WHERE {other}; UPDATE {table} SET {c} = (SELECT b FROM v) WHERE {c} = 'away'")


def changed(index, content, statements):
    for sql in statements:
        index.write_bytes(content)
        with contextlib.closing(sqlite3.connect(index)) as db:
            db.execute("PRAGMA synchronous = 0")
            with contextlib.suppress(sqlite3.IntegrityError):       # what no table can hold
                db.executescript(sql)
                db.commit()
                yield sql, index.read_bytes()


def test_rows_that_are_deleted_changed_or_exchanged(build, tmp_path, indexed):
    logs, index, content = indexed
    statements = list(changes(index))
    step = {"release": 1, "asan": 11}[build.name] if IS_WHOLE else {"release": 83, "asan": 331}[build.name]
    few = [s for s in statements if s.startswith(("DELETE FROM about", "DELETE FROM runs", "DELETE FROM folders"))]
    for part in in_parts(few + statements[::step]):
        check(build, tmp_path, logs, changed(tmp_path / "changed", content, part), QUESTIONS if IS_WHOLE else QUESTIONS[::3])


def test_a_format_that_was_removed_from_the_index(release, tmp_path):
    """Without it, the records that are no records without the format vanished, and no error told that."""
    logs = write(tmp_path / "logs" / "a.log", "10.0.0.1 10.0.0.2\n10.0.0.3 10.0.0.4\n").parent
    index = tmp_path / "x.idx"
    make(release, logs, index, format="srcaddr dstaddr")
    sql = f"SELECT count(*) FROM flowlogs({quote(str(logs))}) WHERE srcaddr = '10.1.1.1' AND index_file = {quote(str(index))}"
    with contextlib.closing(connect(release)) as db:
        assert db.execute(sql + " AND format = 'srcaddr dstaddr'").fetchone() == (0,)
        with pytest.raises(sqlite3.OperationalError, match="was built with format = 'srcaddr dstaddr', and this query has format = ''"):
            db.execute(sql)
        for change in ("DELETE FROM about WHERE name = 'format'", "UPDATE about SET value = '' WHERE name = 'format'",
                       "DELETE FROM about WHERE name = 'format_checksum'"):
            content = index.read_bytes()
            with contextlib.closing(sqlite3.connect(index)) as other:
                other.executescript(change)
            with pytest.raises(sqlite3.OperationalError, match=r"is damaged \(its format\); remove it"):
                db.execute(sql)
            index.write_bytes(content)


# ---- what is no index

IS_NO_INDEX, NOT_REGULAR = "is no index of log files; give another name to the index", "is not a regular file; give another name to the index"
OTHER_TABLES = "is damaged (its tables are not those of an index); remove it"
OURS = "PRAGMA application_id = 0x666c6978; PRAGMA user_version = 1;"
FOREIGN = {
    "text": (b"hello\n" * 1000, IS_NO_INDEX), "log": ((HEADER + record("10.0.0.1")).encode(), IS_NO_INDEX),
    "noise": (bytes(i * i * 7919 >> 5 & 255 for i in range(40960)), IS_NO_INDEX), "nul": (bytes(40960), IS_NO_INDEX),
    "other": ("CREATE TABLE files(a); INSERT INTO files VALUES(1)", IS_NO_INDEX), "numbered": ("PRAGMA user_version = 7", IS_NO_INDEX),
    "other-tables": (OURS + "CREATE TABLE t(a)", OTHER_TABLES), "no-tables": (OURS, OTHER_TABLES),
}
# What somebody may have done to an index.
REMADE = {
    "view": ("ALTER TABLE files RENAME TO f; CREATE VIEW files AS SELECT * FROM f", OTHER_TABLES),
    "trigger": ("CREATE TRIGGER t AFTER INSERT ON files BEGIN DELETE FROM files; END", OTHER_TABLES),
    "more": ("CREATE TABLE more(a)", OTHER_TABLES), "less": ("DROP VIEW log_files", OTHER_TABLES),
    "version": ("PRAGMA user_version = 2", "has the form 2, and this version of flowlogs has the form 1; remove it"),
    "application": ("PRAGMA application_id = 1", IS_NO_INDEX),
    "small-pages": ("PRAGMA page_size = 512; VACUUM", None), "large-pages": ("PRAGMA page_size = 65536; VACUUM", None),
    "vacuum": ("VACUUM", None), "auto-vacuum": ("PRAGMA auto_vacuum = 2; VACUUM", None), "wal": ("PRAGMA journal_mode = wal", None),
}


def run_sql(path, sql):
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.executescript(sql)
    return path


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """(logs, the bytes of their index, a question with its answer)"""
    folder = tmp_path_factory.mktemp("small")
    logs = tree(folder / "logs", 6, 20)
    make(BUILDS[0], logs, folder / "logs.idx")
    which = "count(*), max(file) FROM flowlogs({}) WHERE srcaddr = '10.4.0.7'"
    return logs, (folder / "logs.idx").read_bytes(), which, f"1|{logs}/a/004.log.gz\n"


def outcomes(build, small, index, **kwargs):
    """What a query and a build print."""
    logs, _, which, _ = small
    return (build.shell(question(which, logs, index) + ";", **kwargs),
            build.shell(f"SELECT files, \"left\", errors FROM ({build_sql(logs, index)});", **kwargs))


@pytest.mark.parametrize("name", FOREIGN)
def test_what_is_no_index_is_neither_read_nor_changed(build, tmp_path, small, name):
    content, message = FOREIGN[name]
    index = tmp_path / "x.idx"
    index.write_bytes(content) if isinstance(content, bytes) else run_sql(index, content)
    before = index.read_bytes()
    assert all(f"'{index}' {message}" in out for out in outcomes(build, small, index))
    assert index.read_bytes() == before


@pytest.mark.parametrize("name", REMADE)
def test_an_index_that_somebody_has_changed(build, tmp_path, small, name):
    (sql, message), index = REMADE[name], tmp_path / "x.idx"
    index.write_bytes(small[1])
    run_sql(index, sql)
    before = index.read_bytes()
    asked, built = outcomes(build, small, index)
    assert (f"'{index}' {message}" in asked and f"'{index}' {message}" in built) if message else (asked, built) == (small[3], "6|0|0\n")
    assert not message or index.read_bytes() == before


def test_an_index_in_another_encoding(build, tmp_path, small):
    """The order of names is another one there."""
    (tmp_path / "from").write_bytes(small[1])
    with contextlib.closing(sqlite3.connect(tmp_path / "from")) as old, contextlib.closing(sqlite3.connect(tmp_path / "x.idx")) as new:
        new.executescript("PRAGMA encoding = 'UTF-16le';" + OURS + "".join(
            f"{sql};" for sql, in old.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")))
        for table in TABLES:
            rows = old.execute(f"SELECT * FROM {table}").fetchall()
            new.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})", rows)
        new.commit()
    assert outcomes(build, small, tmp_path / "x.idx") == (small[3], "6|0|0\n")


def test_an_empty_file_becomes_an_index(build, tmp_path, small):
    index = tmp_path / "x.idx"
    index.touch()
    asked, built = outcomes(build, small, index)
    assert IS_NO_INDEX in asked and built == "6|0|0\n"
    assert outcomes(build, small, index) == (small[3], "6|0|0\n")


def test_what_is_no_file_is_not_opened(build, tmp_path, small):
    """A query waited for ever until somebody wrote into the pipe."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for index in (tmp_path / "pipe", tmp_path / "folder", "/dev/zero", "/dev/null"):
        assert all(f"'{index}' {NOT_REGULAR}" in out for out in outcomes(build, small, index, timeout=20))


@pytest.mark.parametrize("name, reason", [
    ("nothing/x.idx", "No such file or directory"), ("file/x.idx", "Not a directory"), ("loop", "Too many levels of symbolic links"),
    ("n" * 300, "File name too long"), ("n/" * 3000 + "x", "File name too long")])
def test_a_file_that_cannot_be_opened(build, tmp_path, small, name, reason):
    (tmp_path / "file").touch()
    (tmp_path / "loop").symlink_to("loop")
    asked, built = outcomes(build, small, name, cwd=tmp_path)
    assert reason in built or len(name) > 1000 and "rror" in built
    assert reason in asked or "there is no index 'nothing/x.idx'; SELECT * FROM flowlogs_index_build(" in asked or len(name) > 1000 and "rror" in asked


@pytest.mark.skipif(os.getuid() == 0, reason="root may do everything")
def test_permissions(release, tmp_path, small):
    index = tmp_path / "folder" / "x.idx"
    index.parent.mkdir()
    index.write_bytes(small[1])
    index.parent.chmod(0o555)
    index.chmod(0o444)
    assert outcomes(release, small, index) == (small[3], "6|0|0\n")
    assert "Permission denied" in outcomes(release, small, index.parent / "new")[1]
    index.chmod(0)
    assert all("Permission denied" in out for out in outcomes(release, small, index))
    index.parent.chmod(0o755)


ODD_NAMES = ("a?mode=memory", "a%41", "a#b", "file:u.idx", "file:u.idx?mode=ro", "file:///x", ":memory:", "q'uo", "two words", "ünï", "-x", "\x01", " ")


@pytest.mark.parametrize("build", BUILDS, ids=lambda b: b.name)
def test_names_that_mean_something_to_sqlite(build, tmp_path, small):
    """Whether the host reads names as URIs or not (as the shell does)."""
    (tmp_path / "file:").mkdir()
    logs, _, which, answer = small
    script = "".join(f"SELECT files FROM ({build_sql(logs, name)});\n{question(which, logs, name)};\n" for name in ODD_NAMES)
    assert build.shell(script, cwd=tmp_path) == f"6\n{answer}" * len(ODD_NAMES)
    assert all((tmp_path / name).stat().st_size for name in ODD_NAMES)
    assert sum(p.is_file() for p in tmp_path.rglob("*")) == len(ODD_NAMES)


def test_names_are_no_uris_where_the_host_reads_uris(release, tmp_path, small, monkeypatch):
    monkeypatch.chdir(tmp_path)
    logs, _, which, _ = small
    db = connect(release, "file::memory:", uri=True)
    for name in ODD_NAMES[:5]:
        db.execute(build_sql(logs, name)).fetchall()
        assert ask(db, which, logs, name)[0][0] == 1 and (tmp_path / name).is_file()
    for name in ("", None):
        with pytest.raises(sqlite3.OperationalError, match="the name of the index is empty|which index"):
            db.execute("SELECT * FROM flowlogs_index_build(?, ?)", (str(logs), name)).fetchall()


# ---- FLOWLOGS_ROOT

def test_the_root_confines_indexes(build, tmp_path, small):
    """An index could not be made in the root by a path that leads there through a link."""
    logs = tree(tmp_path / "root" / "logs", 6, 20)
    root, outside = tmp_path / "root", tmp_path / "outside"
    outside.mkdir()
    (outside / "o.idx").write_bytes(small[1])
    for name, target in [("away", "../outside"), ("o.idx", "../outside/o.idx"), ("new.idx", "../outside/new.idx"), ("in.idx", "i.idx"), ("dangling", "other.idx")]:
        (root / name).symlink_to(target)
    (tmp_path / "link").symlink_to("root")
    make(BUILDS[0], logs, root / "i.idx")
    which, answer = small[2], f"1|{logs}/a/004.log.gz\n"

    def both(index, root=root):
        env = {"FLOWLOGS_ROOT": str(root)}
        return (build.shell(f"SELECT files FROM ({build_sql(logs, index)});", env=env),
                build.shell(question(which, logs, index) + ";", env=env))

    for index in (outside / "o.idx", root / "away/o.idx", root / "away/new.idx", root / "o.idx", root / "new.idx", root / "../outside/o.idx",
                  root / "dangling", "/nowhere/x.idx"):
        assert all(f"'{index}' lies outside FLOWLOGS_ROOT ({root})" in out for out in both(index))
    for index in (root / "i.idx", root / "in.idx", tmp_path / "link/i.idx", tmp_path / "link/n1.idx", root / "logs/../n2.idx"):
        assert both(index) == ("6\n", answer)
    assert both(tmp_path / "link/n3.idx", tmp_path / "link") == ("6\n", answer)
    assert {p.name for p in outside.iterdir()} == {"o.idx"} and {f"n{i}.idx" for i in (1, 2, 3)} < {p.name for p in root.iterdir()}


# ---- hostile indexes, whose checksums are right

def sign_runs(db):
    crc = 0
    for run in db.execute("SELECT run, first_id, ids, bytes FROM runs ORDER BY run"):
        crc = zlib.crc32(struct.pack("<4q", *run), crc)
    db.execute("REPLACE INTO about VALUES ('runs', ?)", (crc + 1,))


HOSTILE = {
    "next-id": "UPDATE about SET value = 9000000000000000000 WHERE name = 'next_id'",
    "far-run": "UPDATE runs SET first_id = 4000000000; UPDATE about SET value = 4290000000 WHERE name = 'next_id'",
    "farther-run": "UPDATE runs SET first_id = 4000000000000000000; UPDATE about SET value = 9000000000000000000 WHERE name = 'next_id'",
    "wide-run": "UPDATE runs SET ids = 4294967290",
    "many-runs": "INSERT INTO runs SELECT value + 100, 1, 4000000, 100 FROM (WITH r(value) AS (VALUES(1) UNION ALL SELECT value + 1 FROM r LIMIT 50000) SELECT value FROM r)",
    "large-block": "UPDATE blocks SET data = zeroblob(300000000)",
    "long-folder": "UPDATE folders SET path = path || replace(hex(zeroblob(5000000)), '00', '/x')",
    "many-keys": "INSERT OR IGNORE INTO keys SELECT 1, randomblob(4), 4294967296 FROM (WITH r(value) AS (VALUES(1) UNION ALL SELECT value + 1 FROM r LIMIT 50000) SELECT value FROM r)",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_index_takes_little_memory(release, tmp_path, small, name):
    logs, content, which, _ = small
    index = tmp_path / "x.idx"
    index.write_bytes(content)
    with contextlib.closing(sqlite3.connect(index)) as db:
        db.executescript("PRAGMA synchronous = 0;" + HOSTILE[name])
        sign_runs(db)
        db.commit()
    sql = "SELECT coalesce((" + question(which, logs, index).replace(", max(file)", "") + "), 0)"
    answer = subprocess.run([sys.executable, "-c", LIMITED, str(release.extension), sql], text=True, capture_output=True, timeout=100).stdout
    # Whoever can forge checksums can hide records; that is why an index is used only when it is named.
    assert answer in ("(1,)\n", "(0,)\n" if name == "far-run" else None) or f"the index '{index}' is damaged (" in answer, answer


# A query in a process that may take 900 MB of addresses: with a bit for each id, there are 500 MB of them at most.
LIMITED = """
import resource, sqlite3, sys
db = sqlite3.connect(":memory:")
db.enable_load_extension(True)
db.load_extension(sys.argv[1])
resource.setrlimit(resource.RLIMIT_AS, (900 << 20,) * 2)
try:
    print(db.execute(sys.argv[2]).fetchone())
except sqlite3.Error as e:
    print(e)
"""


def test_the_summary_tells_what_the_index_spared(release, tmp_path):
    logs, index = tree(tmp_path / "logs", files=5), tmp_path / "logs.idx"
    make(release, logs, index)
    rows = release.rows(f"SELECT count(*) FROM flowlogs({quote(str(logs))}) WHERE addr = '10.3.0.1' AND index_file = {quote(str(index))};"
                        "SELECT flowlogs_scan_summary();")
    assert rows == [["1"], ["1 of 5 files were read (the index spared 4), with 60 records, of which 1 met the conditions"]]


# ---- databases from elsewhere

def test_a_database_from_elsewhere_builds_and_reads_no_index(build, tmp_path, small):
    """Not in a view, a trigger, or a virtual table that it holds."""
    logs, content, _, _ = small
    index, made = tmp_path / "x.idx", tmp_path / "made.idx"
    index.write_bytes(content)
    builds, reads = build_sql(logs, made), f"SELECT count(*) FROM flowlogs({quote(str(logs))}) WHERE index_file = {quote(str(index))}"
    with contextlib.closing(connect(BUILDS[0], tmp_path / "x.db")) as db:
        db.executescript(f"CREATE TABLE t(a); CREATE VIEW builds AS {builds}; CREATE VIEW reads AS {reads};"
                         f"CREATE TRIGGER b AFTER INSERT ON t BEGIN INSERT INTO t SELECT files FROM ({builds}); END")
        store_table(db, "stored", f"({quote(str(logs))}, index_file={quote(str(index))})")
    for sql in ("SELECT * FROM builds;", "SELECT * FROM reads;", "INSERT INTO t VALUES(1);", "SELECT count(*) FROM stored;"):
        out = build.database(tmp_path / "x.db", sql)
        assert out.count("rror") == 1 and ("unsafe use of" in out or "stored" in out), out
    assert not made.exists()


# ---- what cannot be written

def test_a_disk_that_is_full(release, tmp_path):
    """Here a limit for the size of a file. The next build goes on where this one has ended."""
    logs = tree(tmp_path / "logs", 20, 300)
    out = subprocess.run(["sh", "-c", "trap '' XFSZ; ulimit -f 64; exec sqlite3 -batch :memory:"], text=True, env=release.env, cwd=tmp_path,
                         input=f".load {release.extension}\n{build_sql(logs, 'x.idx')};\n", stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout
    assert "the index 'x.idx': " in out and ("full" in out or "File too large" in out)
    assert (tmp_path / "x.idx").stat().st_size <= 32768
    assert make(release, logs, tmp_path / "x.idx")["added"] == 20
    with contextlib.closing(connect(release)) as db:
        assert ask(db, QUESTIONS[1], logs, tmp_path / "x.idx") == ask(db, QUESTIONS[1], logs)


def test_an_index_in_the_home_folder(build, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    (tmp_path / "a.log").write_bytes(b"2 123456789010 eni-1 10.0.0.1 10.0.0.9 40000 443 6 1 40 1418530010 1418530070 ACCEPT OK\n")
    os.utime(tmp_path / "a.log", (1418530070, 1418530070))
    env = build.env | {"HOME": str(home)}
    script = ("SELECT count(*) FROM flowlogs_index_build('a.log', '~/a.idx');\n"
              "SELECT count(*) FROM flowlogs('a.log') WHERE index_file = '~/a.idx' AND srcaddr = '10.0.0.1';\n" * 2)
    assert build.shell(script, cwd=tmp_path, env=env) == "1\n" * 4
    assert [path.name for path in home.iterdir()] == ["a.idx"] and not (tmp_path / "~").exists()
    missing = "SELECT count(*) FROM flowlogs('a.log') WHERE index_file = '~/b.idx';"
    assert f"{home}/b.idx" in build.shell(missing, cwd=tmp_path, env=env)
    assert "~/ stands for your own home folder" in build.shell(missing.replace("~/", "~you/"), cwd=tmp_path, env=env)
    assert "in HOME, which is not set" in build.shell(missing, cwd=tmp_path, env=env | {"HOME": ""})
    (tmp_path / "logs").mkdir()
    (tmp_path / "a.log").rename(tmp_path / "logs" / "a.log")
    out = build.shell(missing.replace("b.idx", "a.idx"), cwd=tmp_path / "logs", env=env | {"FLOWLOGS_ROOT": str(tmp_path / "logs")})
    assert f"{home}/a.idx" in out and "lies outside FLOWLOGS_ROOT" in out
