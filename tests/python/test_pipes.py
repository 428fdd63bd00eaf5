# SPDX-License-Identifier: MIT
"""Standard input, named pipes, and what a shell opens for a command: all that can be read only once."""

import gzip
import os
import shutil
import socket
import sqlite3
import subprocess
import threading

import pytest

from builds import ROOT, assert_stops, connect, quote
from shelltext import with_stable_errors

LINE = b"2 123456789010 eni-1 10.0.0.%d 10.0.0.9 40000 443 6 1 %d 1418530010 1418530070 %s OK\n"
TEXT = b"".join(LINE % (i % 7, 40 + i % 60, (b"ACCEPT", b"REJECT")[i % 2]) for i in range(30000))
TOTAL = sum(40 + i % 60 for i in range(30000))
ONCE = "is a pipe, which can be read only once, and this program has read it; keep its records in a table, " \
       "CREATE TABLE t AS SELECT * FROM flowlogs('-'), or write it to a file, and ask that"


def piped(build, content, *sql, **kwargs):
    """What the sqlite3 shell answers to commands, with the content as its standard input."""
    given = {"input": content} if isinstance(content, bytes) else {"stdin": content}
    done = subprocess.run([shutil.which("sqlite3"), ":memory:", f".load {build.extension}", *sql], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, cwd=kwargs.pop("cwd", ROOT), env=build.env | kwargs.pop("env", {}),
                          timeout=60, **given)
    assert done.returncode in (0, 1), done
    return with_stable_errors(done.stdout.decode())


def feed(content):
    """A descriptor from which the content can be read, as a thread writes it."""
    out, into = os.pipe()

    def write():
        with open(into, "wb") as pipe:
            pipe.write(content)
    threading.Thread(target=write).start()
    return out


QUERIES = [("SELECT count(*), sum(bytes) FROM flowlogs('%s');", f"30000|{TOTAL}"),
           ("SELECT sum(flows), sum(bytes) FROM flowlogs_rollup('%s');", f"30000|{TOTAL}"),
           ("SELECT sum(client_bytes + server_bytes) FROM flowlogs_connections('%s');", str(TOTAL)),
           ("SELECT count(*) FROM flowlogs_errors('%s');", "0"),
           ("SELECT path, kind, verdict, rows, size FROM flowlogs_files('%s');", "%s|%s|flow log|30000|")]


@pytest.mark.parametrize("kind, content", [("plain", TEXT), ("gzip", gzip.compress(TEXT, 1, mtime=0)),
                                           ("gzip+gzip", gzip.compress(gzip.compress(TEXT, 1, mtime=0), 1, mtime=0))],
                         ids=["plain", "gzip", "twice"])
@pytest.mark.parametrize("path", ["-", "/dev/stdin", "/dev/fd/0"])
def test_standard_input_is_read_by_every_table(build, kind, content, path):
    for sql, answer in QUERIES if build.name == "release" else QUERIES[:1]:
        assert piped(build, content, sql % path) == answer.replace("%s|%s", f"{path}|{kind}") + "\n"


def test_rows_of_a_pipe_have_its_name_and_their_lines(build):
    assert piped(build, TEXT, "SELECT DISTINCT file, min(line), max(line) FROM flowlogs('-');") == "-|1|30000\n"
    assert piped(build, TEXT, "SELECT count(*) FROM flowlogs('/dev/stdin') WHERE file = '/dev/stdin';") == "30000\n"


def test_what_a_shell_opens_for_a_command_is_read(build, tmp_path):
    (tmp_path / "a.log").write_bytes(TEXT)
    command = f"sqlite3 :memory: '.load {build.extension}' \"SELECT count(*) FROM flowlogs('$1');\""
    for read in ("<(cat a.log)", "<(gzip -c a.log)", "<(head -n 30000 a.log)"):
        done = subprocess.run(["bash", "-c", f"f() {{ {command}; }}; f {read}"], cwd=tmp_path, env=build.env, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
        assert done.stdout == "30000\n"


@pytest.mark.parametrize("threads", [-1, 0, 1, 3])
def test_a_pipe_and_files_are_read_together(release, tmp_path, threads):
    (tmp_path / "a.log").write_bytes(TEXT)
    pipe = feed(TEXT)
    where = f"WHERE threads = {threads}" if threads >= 0 else ""
    rows = connect(release).execute(f"SELECT file, count(*) FROM flowlogs(json_array(?, ?)) {where} GROUP BY 1",
                                    (f"/dev/fd/{pipe}", str(tmp_path))).fetchall()
    assert rows == [(f"/dev/fd/{pipe}", 30000), (f"{tmp_path}/a.log", 30000)]
    os.close(pipe)


def test_a_named_pipe_is_read_when_it_is_named(build, tmp_path):
    """Reading waits for whoever writes. The pipe is passed over in a folder, which would wait for ever."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "a.log").write_bytes(LINE % (1, 40, b"ACCEPT"))
    assert piped(build, b"", f"SELECT count(*) FROM flowlogs('{tmp_path}');") == "1\n"
    writer = threading.Timer(0.2, lambda: (tmp_path / "pipe").write_bytes(TEXT))
    writer.start()
    out = piped(build, b"", f"SELECT count(*) FROM flowlogs('{tmp_path}/pipe');",
                f"SELECT count(*) FROM flowlogs('{tmp_path}/pipe', 'skip');")
    writer.join()
    assert sorted(out.splitlines()) == ["30000", f"Error: flowlogs: {tmp_path}/pipe: {ONCE}"]


def test_a_socket_is_read(release):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        threading.Thread(target=lambda: (ours.sendall(TEXT), ours.shutdown(socket.SHUT_WR))).start()
        sql = f"SELECT count(*) FROM flowlogs('/dev/fd/{theirs.fileno()}')"
        assert connect(release).execute(sql).fetchone() == (30000,)


# ---- a second time

AGAIN = ["SELECT count(*) FROM flowlogs('-');", "SELECT count(*) FROM flowlogs('/dev/stdin', 'skip');",
         "SELECT sum(flows) FROM flowlogs_rollup('-');", "SELECT count(*) FROM flowlogs_connections('-');"]


@pytest.mark.parametrize("first", AGAIN + ["SELECT srcaddr FROM flowlogs('-') LIMIT 1;", "SELECT kind FROM flowlogs_files('-');",
                                           "SELECT count(*) FROM flowlogs_errors('-');"])
def test_a_second_query_is_an_error(build, first):
    for again in AGAIN if build.name == "release" else AGAIN[:1]:
        assert ONCE in piped(build, TEXT, first, again)
    if build.name == "asan":
        return
    assert ONCE in piped(build, TEXT, first, "SELECT note FROM flowlogs_files('-');")
    assert ONCE in piped(build, TEXT, first, "SELECT reason FROM flowlogs_errors('-');")


def test_what_needs_the_files_again_is_an_error(build, tmp_path):
    out = piped(build, TEXT, "CREATE VIRTUAL TABLE temp.t USING flowlogs('-');")
    assert "'-' is a pipe, which can be read only once, and a virtual table reads its files in each query; keep" in out
    out = piped(build, TEXT, f"SELECT * FROM flowlogs_index_build('-', '{tmp_path}/logs.idx');")
    assert "'-' is a pipe, which can be read only once; an index is for files that are asked again and again" in out
    assert ONCE in piped(build, TEXT, "SELECT count(*) FROM flowlogs('-') a LEFT JOIN flowlogs('-') b ON a.srcaddr = b.dstaddr;")
    assert ONCE in piped(build, TEXT, "SELECT count(*) FROM (VALUES (1), (2)) CROSS JOIN flowlogs('-');")
    table = "CREATE TABLE t AS SELECT * FROM flowlogs('-');"
    assert piped(build, TEXT, table, "SELECT count(*) FROM t;", "SELECT sum(bytes) FROM t;") == f"30000\n{TOTAL}\n"
    shutil.rmtree(tmp_path)


def test_connections_that_do_not_fit_are_an_error(build):
    """For a file, it is read once more for the others."""
    line = "2 123456789010 eni-1 10.0.%d.%d 10.1.0.9 %d 443 6 1 40 1418530010 1418530070 ACCEPT OK\n"
    text = "".join(line % (i >> 8, i & 255, 1024 + i) for i in range(40000)).encode()
    sql = "SELECT count(*) FROM flowlogs_connections('-') WHERE memory = '%s';"
    assert piped(build, text, sql % "64M") == "40000\n"
    assert "'-' is a pipe, which can be read only once, and its connections take more than memory = 1048576; allow more, or " \
           "write it to a file, and ask that" in piped(build, text, sql % "1M")


def test_another_process_may_read_what_the_first_has_left(release):
    """Of a pipe of which nothing was read, nothing is lost."""
    pipe = feed(TEXT)
    sql = f"SELECT count(*) FROM flowlogs('/dev/fd/{pipe}')"
    db = connect(release)
    assert db.execute(f"{sql} WHERE 0").fetchone() == (0,)
    db.set_progress_handler(lambda: 1, 1)
    with pytest.raises(sqlite3.OperationalError):
        db.execute(f"{sql} WHERE threads = 0").fetchone()
    db.set_progress_handler(None, 0)
    assert db.execute(sql).fetchone() == (30000,)
    os.close(pipe)


HOSTS = "WITH h(ip) AS (VALUES ('10.0.0.3'), ('10.9.9.9'), ('10.0.0.5')) "
JOINS = [HOSTS + "SELECT ip, count(srcaddr), sum(bytes) FROM h LEFT JOIN flowlogs('%s') f ON f.srcaddr = h.ip GROUP BY 1",
         HOSTS + "SELECT ip, count(*), sum(bytes) FROM h JOIN flowlogs('%s') f ON f.srcaddr = h.ip WHERE action = 'REJECT' GROUP BY 1",
         HOSTS + "SELECT ip, EXISTS (SELECT 1 FROM flowlogs('%s') WHERE srcaddr = ip AND action = 'REJECT') FROM h",
         HOSTS + "SELECT ip, (SELECT sum(bytes) FROM flowlogs('%s') WHERE addr = ip) FROM h",
         HOSTS + "SELECT ip, max(raw) FROM h LEFT JOIN flowlogs('%s') f ON f.srcaddr > h.ip AND f.bytes > 60 GROUP BY 1",
         "SELECT v.column1, count(*) FROM (VALUES ('ACCEPT'), ('REJECT')) v, flowlogs('%s') f WHERE f.action = v.column1 GROUP BY 1"]


@pytest.mark.parametrize("number", range(len(JOINS)))
def test_a_join_has_the_rows_that_it_has_with_a_file(build, tmp_path, number):
    """The first round keeps the rows for the others."""
    text = TEXT if build.name == "release" else TEXT[:100000]
    (tmp_path / "a.log").write_bytes(text[:text.rindex(b"\n") + 1])
    expected = piped(build, b"", JOINS[number] % f"{tmp_path}/a.log" + ";")
    assert len(expected) > 5 and piped(build, (tmp_path / "a.log").read_bytes(), JOINS[number] % "-" + ";") == expected


@pytest.mark.skipif(os.environ.get("DAMAGE") != "all", reason="takes 512 MB and some seconds: make damage")
def test_rows_that_are_too_many_to_be_kept_are_shown_once(release):
    """With a value that another round could change, rows are kept as far as 512 MB go, and the rest comes behind them."""
    line = LINE % (1, 40, b"ACCEPT")
    text = b"".join(line[:-1] + b" " * 60000 + b"\n" for _ in range(100))
    content = gzip.compress(text, 1, mtime=0) * 92
    sql = "SELECT count(*), max(line), sum(length(raw)) > 530000000 FROM flowlogs('-') WHERE action = ?1;"
    assert piped(release, content, ".param init", ".param set ?1 ACCEPT", sql) == "9200|9200|1\n"
    again = "SELECT max(length(raw)) FROM (VALUES ('ACCEPT'), ('REJECT')) v LEFT JOIN flowlogs('-') f ON f.action = v.column1;"
    assert "and this query asks for its rows again: they take more than 536870912 bytes; keep" in piped(release, content, again)


# ---- what is no pipe

def test_standard_input_from_a_file_is_that_file(build, tmp_path):
    """It is read from its beginning, as often as one likes, and what reads the same file is not disturbed."""
    (tmp_path / "a.log").write_bytes(TEXT)
    sql = "SELECT file, count(*) FROM flowlogs('-');"
    with (tmp_path / "a.log").open("rb") as stdin:
        assert piped(build, stdin, sql, sql) == "-|30000\n" * 2
        stdin.seek(1000)
        assert piped(build, stdin, "SELECT count(*) FROM flowlogs('/dev/stdin');") == "30000\n"
        assert stdin.tell() == 1000
        assert piped(build, stdin, "CREATE VIRTUAL TABLE temp.t USING flowlogs('-');", "SELECT count(*) FROM t;") == "30000\n"


def test_a_script_is_not_eaten(build, tmp_path):
    script = tmp_path / "script.sql"
    script.write_text(f".load {build.extension}\nSELECT count(*) FROM flowlogs('-', 'skip');\nSELECT 'all of it';\n")
    with script.open("rb") as stdin:
        done = subprocess.run([shutil.which("sqlite3"), ":memory:"], stdin=stdin, text=True, env=build.env, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=60)
    assert "no flow log" in done.stdout + "no flow log" and done.stdout.endswith("all of it\n")
    out = build.shell("SELECT count(*) FROM flowlogs('-');\nSELECT 'all of it';")
    assert "is a pipe that has brought nothing: the command that writes to it has failed, or something else has read it" in out


def test_what_cannot_be_read_is_an_error(build, tmp_path):
    sql = "SELECT count(*) FROM flowlogs('%s');"
    assert "'-' is neither a file nor a pipe" in piped(build, subprocess.DEVNULL, sql % "-")
    leader, follower = os.openpty()
    assert "'-' is a terminal; write a command in front that brings the logs: zcat FILE | sqlite3 …" in piped(build, follower, sql % "-")
    os.close(leader), os.close(follower)
    assert "'/dev/fd/77' is not open: Bad file descriptor" in piped(build, b"", sql % "/dev/fd/77")
    assert "is a pipe that has brought nothing" in piped(build, b"", sql % "-")
    assert piped(build, b"", "SELECT count(*) FROM flowlogs('-', 'skip');") == "0\n"
    assert "no flow log" in piped(build, b"some text\n", sql % "-")
    for content in (b"PAR1" + bytes(100), (ROOT / "tests/data/parquet/arrow-snappy-v2.parquet").read_bytes()):
        assert "is a Parquet file, which can't be read through a pipe; write it to a file, and ask that" in piped(build, content, sql % "-")
    cut = gzip.compress(TEXT, 1, mtime=0)[:-100]
    assert "-:" in piped(build, cut, sql % "-") and "the gzip data is cut off" in piped(build, cut, sql % "-")
    assert int(piped(build, cut, "SELECT count(*) FROM flowlogs('-', 'skip');")) > 29000


def test_a_root_confines_standard_input_and_pipes(build, tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.log").write_bytes(TEXT)
    (tmp_path / "a.log").write_bytes(TEXT)
    os.mkfifo(tmp_path / "in" / "pipe")
    env = {"FLOWLOGS_ROOT": str(tmp_path / "in")}
    for path in ("-", "/dev/stdin", "/dev/fd/0"):
        sql = f"SELECT count(*) FROM flowlogs('{path}');"
        assert "lies outside FLOWLOGS_ROOT" in piped(build, TEXT, sql, env=env)
        with (tmp_path / "a.log").open("rb") as stdin:
            assert "lies outside FLOWLOGS_ROOT" in piped(build, stdin, sql, env=env)
        with (tmp_path / "in" / "a.log").open("rb") as stdin:
            assert piped(build, stdin, sql, env=env) == "30000\n"
    writer = threading.Thread(target=lambda: (tmp_path / "in" / "pipe").write_bytes(TEXT))
    writer.start()
    assert piped(build, b"", f"SELECT count(*) FROM flowlogs('{tmp_path}/in/pipe');", env=env) == "30000\n"
    writer.join()


# ---- waiting

@pytest.mark.parametrize("threads", ["", "WHERE threads = 0", "WHERE threads = 1", "WHERE threads = 2"])
@pytest.mark.parametrize("begin", [b"", TEXT[:200000]], ids=["none", "some"])
def test_a_pipe_without_data_can_be_interrupted(release, threads, begin):
    out, into = os.pipe()
    writer = threading.Thread(target=os.write, args=(into, begin))
    writer.start()
    for by in ("interrupt", "handler"):
        assert_stops(connect(release), f"SELECT sum(bytes) FROM flowlogs('/dev/fd/{out}') {threads}", by=by)
        if begin:
            break
    writer.join()
    os.close(into), os.close(out)


def test_a_named_pipe_that_nobody_writes_can_be_interrupted(release, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert_stops(connect(release), f"SELECT count(*) FROM flowlogs('{tmp_path}/pipe')")


class Open:
    """A pipe that stays open when the content has been written."""

    def __init__(self, content):
        self.out, self.into = os.pipe()
        self.writer = threading.Thread(target=self.write, args=(content,))
        self.writer.start()

    def write(self, content):
        try:
            while content:
                content = content[os.write(self.into, content):]
        except BrokenPipeError:
            pass

    def close(self):
        os.close(self.out)
        self.writer.join()
        os.close(self.into)


@pytest.mark.parametrize("threads", ["", "WHERE threads = 0", "WHERE threads = 1"])
def test_a_query_ends_although_a_pipe_is_open(release, threads):
    """One that has its rows, and one that has found an error."""
    pipe = Open(TEXT)
    cursor = connect(release).execute(f"SELECT srcaddr FROM flowlogs('/dev/fd/{pipe.out}') {threads}")
    assert [row for row, _ in zip(cursor, range(500))] == [(f"10.0.0.{i % 7}",) for i in range(500)]
    cursor.close()
    pipe.close()
    pipe = Open(TEXT[:100000].rsplit(b"\n", 1)[0] + b"\nno record\n" + TEXT)
    with pytest.raises(sqlite3.OperationalError, match="has 2 fields where"):
        connect(release).execute(f"SELECT sum(bytes) FROM flowlogs('/dev/fd/{pipe.out}') {threads}").fetchone()
    pipe.close()


# ---- what is no path

def test_a_url_is_an_error_that_shows_what_to_type(build):
    for table in ("flowlogs", "flowlogs_rollup", "flowlogs_files", "flowlogs_connections", "flowlogs_errors"):
        out = piped(build, b"", f"SELECT count(*) FROM {table}('s3://bucket/a.log.gz');")
        assert "type aws s3 cp s3://bucket/a.log.gz - | sqlite3 :memory: '.load flowlogs' \"SELECT … FROM flowlogs('-')\"" in out
    out = piped(build, b"", "CREATE VIRTUAL TABLE temp.t USING flowlogs('s3://bucket/AWSLogs/*.gz');")
    assert "type aws s3 sync s3://bucket/AWSLogs/ logs/ and ask flowlogs('logs/')" in out
    assert "type curl -fsSL https://host/a | sqlite3" in piped(build, b"", "SELECT * FROM flowlogs(json_array('https://host/a'));")


def test_a_tilde_stands_for_the_home_folder(build, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    (home / "a.log").write_bytes(LINE % (1, 40, b"ACCEPT"))
    env = {"HOME": str(home)}
    for path, file in (("~/a.log", f"{home}/a.log"), ("~/*.log", f"{home}/a.log"), ("~", f"{home}/a.log")):
        assert piped(build, b"", f"SELECT file FROM flowlogs('{path}');", env=env) == f"{file}\n"
    assert piped(build, b"", "SELECT count(*) FROM flowlogs('[\"~/a.log\"]');", env=env) == "1\n"
    assert "'~you/a.log': ~/ stands for your own home folder" in piped(build, b"", "SELECT * FROM flowlogs('~you/a.log');", env=env)
    assert "in HOME, which is not set" in piped(build, b"", "SELECT * FROM flowlogs('~/a.log');", env={"HOME": ""})
    (tmp_path / "~").mkdir()
    (tmp_path / "~" / "a.log").write_bytes(LINE % (1, 40, b"ACCEPT") * 2)
    assert piped(build, b"", "SELECT count(*) FROM flowlogs('~/a.log');", env=env, cwd=tmp_path) == "2\n"
    assert "lies outside FLOWLOGS_ROOT" in piped(build, b"", "SELECT count(*) FROM flowlogs('~/a.log');",
                                                 env=env | {"FLOWLOGS_ROOT": str(tmp_path / "~")})


def test_a_file_whose_name_is_a_dash(build, tmp_path):
    """A pattern that finds a file called - reads this file, and not standard input."""
    (tmp_path / "-").write_text("srcaddr dstport\n10.0.0.1 443\n")
    assert build.rows("SELECT file, srcaddr FROM flowlogs('*');", cwd=tmp_path) == [["./-", "10.0.0.1"]]
    assert build.rows("SELECT file, srcaddr FROM flowlogs('./-');", cwd=tmp_path) == [["./-", "10.0.0.1"]]
