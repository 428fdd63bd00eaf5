# SPDX-License-Identifier: MIT
"""The line on standard error that says how far a scan has come.

A scan is long enough for the line when it takes two seconds. The files here have gigabytes of empty
lines, so that every scan takes longer than that, and the tests end it by Ctrl-C as soon as they have
seen what they look for. No test depends on how long anything takes.
"""

import concurrent.futures
import gzip
import json
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys

import pytest

from builds import BUILDS, connect

RECORD = b"2 123456789012 eni-1 10.0.0.1 10.0.0.2 1 22 6 1 40 1773046800 1773046803 ACCEPT OK\n"
LINE = re.compile(r"flowlogs: \d+ of \d+ files( \(\d+ %\)(, [\d:]+ left)?|, [\d.]+ MB), [\d.]+ MB/s, [\d.]+( [kMG])? records")
LOAD = f".load {BUILDS[0].extension}"


@pytest.fixture(scope="module")
def blank(tmp_path_factory):
    """Three records, 16 GiB of empty lines, and three more records: a file of 16 MB."""
    path = tmp_path_factory.mktemp("progress") / "blank.gz"
    member = gzip.compress(b"\n" * (64 << 20), 9, mtime=0)
    records = gzip.compress(RECORD * 3, mtime=0)
    path.write_bytes(records + member * 256 + records)
    return path


def screen_of(output):
    """What stands on a terminal after that output: \\r goes to the beginning of the line."""
    lines, at = [""], 0
    for part in re.split("([\r\n])", output):
        if part == "\n":
            lines.append("")
        elif part == "\r":
            at = 0
        else:
            lines[-1] = lines[-1][:at].ljust(at) + part + lines[-1][at + len(part):]
            at += len(part)
    return [line.rstrip() for line in lines]


class Terminal:
    """The sqlite3 shell with all three streams on a terminal of 80 columns."""

    def __init__(self, *commands, env=None):
        arguments = [shutil.which("sqlite3"), "-batch", ":memory:", LOAD, *commands]
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execve(arguments[0], arguments, {**BUILDS[0].env, **(env or {})})
        self.output = ""

    def read_until(self, pattern):
        """Reads until the pattern has come, or until the shell has ended. Returns the match."""
        while not (found := re.search(pattern, self.output)):
            select.select([self.fd], [], [], 60)
            try:
                self.output += os.read(self.fd, 65536).decode()
            except OSError:
                return None
        return found

    def interrupt(self):
        os.kill(self.pid, signal.SIGINT)

    def end(self):
        """Reads the rest. Returns what stands on the terminal then."""
        self.read_until("(?!)")
        os.waitpid(self.pid, 0)
        os.close(self.fd)
        return screen_of(self.output)


def interrupted_at_the_line(statements):
    """Runs each statement in a shell of its own, all at the same time, until its line has come, and
    then presses Ctrl-C. Returns a list of the terminals and what stands on them at the end."""
    terminals = [Terminal(sql) for sql in statements]
    results = []
    for terminal in terminals:
        assert terminal.read_until(LINE), terminal.output
        terminal.interrupt()
        results.append((terminal, terminal.end()))
    return results


def test_a_long_scan_shows_a_line_and_erases_it(blank, tmp_path):
    """Of a pipe nobody knows how much will come, so there is no share and no time that is left."""
    os.mkfifo(tmp_path / "pipe")
    writer = subprocess.Popen(["sh", "-c", f"cat {blank} > {tmp_path}/pipe"], stderr=subprocess.DEVNULL)
    statements = [
        "SELECT count(*) FROM flowlogs('{}')",
        "SELECT sum(flows) FROM flowlogs_rollup('{}')",
        "SELECT sum(flows) FROM flowlogs_rollup('{}', NULL, NULL, 0)",
        "SELECT count(*) FROM flowlogs_connections('{}')",
        "SELECT path, rows FROM flowlogs_files('{}')",
        "SELECT count(*) FROM flowlogs_errors('{}')",
        "SELECT * FROM flowlogs_index_build('{0}', '{0}.idx')",
        "SELECT * FROM flowlogs_index_build('{0}', '{0}.none.idx', NULL, 0)",
        "CREATE TABLE logs AS SELECT * FROM flowlogs('{}')",
        f"SELECT count(*) FROM flowlogs('{tmp_path}/pipe')"]
    for sql, (terminal, screen) in zip(statements, interrupted_at_the_line(sql.format(blank) for sql in statements)):
        assert "interrupted" in screen[0].lower() and not any("flowlogs:" in line for line in screen), sql
        shown = LINE.search(terminal.output).group()
        assert ("%" not in shown and "files, " in shown) if "/pipe" in sql else " %)" in shown
    assert writer.wait(60) != 0


@pytest.mark.parametrize("threads", [0, 2])
def test_the_line_never_mixes_with_rows(blank, threads):
    """The rows before the gap are printed before the line comes, and stay as they are."""
    [(terminal, screen)] = interrupted_at_the_line(
        [f"SELECT srcaddr, line FROM flowlogs('{blank}') WHERE threads = {threads}"])
    assert screen[:3] == ["10.0.0.1|1", "10.0.0.1|2", "10.0.0.1|3"] and "interrupted" in screen[3].lower()
    assert terminal.output.index("10.0.0.1|3") < terminal.output.index("flowlogs:")


def test_rows_after_the_line_erase_it(tmp_path):
    """The scan returns more rows when the line stands on the terminal, or, on a fast machine, before that."""
    gap = gzip.compress(b"\n" * (64 << 20), 9, mtime=0)
    rows = gzip.compress(RECORD * 2, mtime=0)
    (tmp_path / "a.gz").write_bytes(rows + gap + rows + gap * 256)
    rows = Terminal(f"SELECT line FROM flowlogs('{tmp_path}/a.gz')")
    # The loop over the scan ends at its first row, and the scan does not learn of that.
    first = Terminal(f"SELECT 'line', (SELECT line FROM flowlogs('{tmp_path}/a.gz') WHERE line > 9 LIMIT 1)")
    assert rows.read_until(r"\b6710886\d\r?\n6710886\d\r?\n"), rows.output[-300:]
    rows.interrupt()
    screen = rows.end()
    assert screen[:2] == ["1", "2"] and re.fullmatch(r"6710886\d", screen[2]) and re.fullmatch(r"6710886\d", screen[3])
    assert not any("flowlogs:" in line for line in screen)
    assert re.fullmatch(r"line\|6710886\d", first.end()[0])


def test_the_line_stays_where_rows_come_only_at_the_end(tmp_path):
    """SQLite takes rows all the time, but returns none to the shell, so there is nothing to mix with."""
    log = tmp_path / "a.gz"
    log.write_bytes(gzip.compress(RECORD * 20000, 9, mtime=0) * 1500)
    interrupted_at_the_line(sql.format(log) for sql in (
        "SELECT dstport, count(*) FROM flowlogs('{}') GROUP BY dstport",
        "SELECT max(line) FROM flowlogs('{}')",
        "SELECT * FROM flowlogs('{}') ORDER BY line DESC"))


def test_the_line_of_the_search_is_gone_before_rows(tmp_path):
    """A query that needs the names of files alone reads nothing after the search for them."""
    folder = tmp_path / "logs"
    folder.mkdir()
    for f in range(3000):
        (folder / f"f{f}.log").touch()
    (folder / "r.log").write_bytes(RECORD)
    # Each of these patterns goes through the whole folder, and the search asks for more and more of them.
    for patterns in (100, 400, 1600, 6400):
        paths = json.dumps([f"{folder}/[r{n}]*" for n in range(1000, 1000 + patterns)])
        (tmp_path / "paths.sql").write_text(f"SELECT path FROM flowlogs_files('{paths}');\n")
        terminal = Terminal(f".read {tmp_path}/paths.sql")
        screen = terminal.end()
        assert screen[0] == f"{folder}/r.log" and not any("flowlogs:" in line for line in screen)
        if "looking for files, " in terminal.output:
            break


def test_a_line_between_the_rounds_of_a_join_changes_nothing(tmp_path):
    """The rows that a join reads again and again are kept in memory, whether or not a line is shown."""
    gap = gzip.compress(b"\n" * (64 << 20), 9, mtime=0)
    (tmp_path / "slow.gz").write_bytes(gzip.compress(RECORD * 3, mtime=0) + gap * 2 + gzip.compress(RECORD, mtime=0))
    script = ("import sqlite3, sys, os\n"
              "db = sqlite3.connect(':memory:'); db.enable_load_extension(True)\n"
              f"db.load_extension({str(BUILDS[0].extension)!r})\n"
              "def step(n):\n"
              "    if n == 3: os.unlink('slow.gz')\n"       # by then its rows are in memory
              "    return n\n"
              "db.create_function('step', 1, step)\n"
              "print(db.execute('SELECT v.column1, f.line FROM (VALUES (1), (2), (3), (1)) v CROSS JOIN '\n"
              "                 \"flowlogs('slow.gz') f WHERE f.line = step(v.column1)\").fetchall())\n")
    done = subprocess.run([sys.executable, "-c", script], text=True, cwd=tmp_path, capture_output=True,
                          env={**BUILDS[0].env, "FLOWLOGS_PROGRESS": "on"}, timeout=300)
    assert done.stdout == "[(1, 1), (2, 2), (3, 3), (1, 1)]\n", done.stderr[-500:]


def test_other_programs_and_pipes_show_no_line(blank):
    """With auto, only the shell on a terminal does. The scan is ended by a limit of its progress handler."""
    script = ("import sqlite3, sys, time\n"
              "db = sqlite3.connect(':memory:'); db.enable_load_extension(True)\n"
              f"db.load_extension({str(BUILDS[0].extension)!r})\n"
              "begun = time.monotonic()\n"
              "db.set_progress_handler(lambda: time.monotonic() > begun + 4, 1000)\n"
              "try: db.execute(sys.argv[1]).fetchall()\n"
              "except sqlite3.OperationalError as e: print(e)\n")
    def run(sql, **env):
        leader, follower = pty.openpty()
        done = subprocess.run([sys.executable, "-c", script, sql], stdout=subprocess.PIPE, stderr=follower, text=True,
                              env={**BUILDS[0].env, **env}, timeout=120)
        os.close(follower)
        written = b""
        while select.select([leader], [], [], 0)[0]:
            try:
                written += os.read(leader, 65536)
            except OSError:
                break
        os.close(leader)
        assert done.stdout == "interrupted\n"
        return written.decode()

    count = f"SELECT count(*) FROM flowlogs('{blank}')"
    with concurrent.futures.ThreadPoolExecutor() as pool:
        by_default = pool.submit(run, count)
        by_variable = pool.submit(run, count, FLOWLOGS_PROGRESS="on")
        by_option = pool.submit(run, f"{count} WHERE progress = 'on'", FLOWLOGS_PROGRESS="off")
        by_neither = pool.submit(run, f"{count} WHERE progress = 'off'", FLOWLOGS_PROGRESS="on")
    assert by_default.result() == by_neither.result() == ""
    assert LINE.search(by_variable.result()) and LINE.search(by_option.result())


def test_a_reader_that_has_gone_does_not_end_the_host(blank):
    """Standard error is a pipe that nobody reads any more. Writing to it must not end the program."""
    leader, follower = os.pipe()
    os.close(leader)
    shell = subprocess.Popen([shutil.which("sqlite3"), "-batch", ":memory:", LOAD,
                              f"SELECT count(*) FROM flowlogs('{blank}', 'fail', NULL, 0) WHERE progress = 'on' LIMIT 1",
                              "SELECT 'alive'"],
                             stdout=subprocess.PIPE, stderr=follower, text=True, env=BUILDS[0].env)
    os.close(follower)
    try:
        out, _ = shell.communicate(timeout=3)
    except subprocess.TimeoutExpired:
        assert shell.poll() is None
        shell.kill()
        out, _ = shell.communicate()
        out += "alive\n"
    assert "alive" in out


def test_values(release):
    db = connect(release)
    logs = "tests/data/AWSLogs"
    for value in ("auto", "on", "off"):
        assert db.execute("SELECT count(*), min(progress), max(progress) FROM flowlogs(?) WHERE progress = ?",
                          (logs, value)).fetchone()[1:] == (value, value)
    for sql in ("SELECT count(*) FROM flowlogs('{}') WHERE progress = 'yes'",
                "SELECT sum(flows) FROM flowlogs_rollup('{}') WHERE progress = 'yes'",
                "CREATE VIRTUAL TABLE temp.t USING flowlogs('{}', progress=yes)"):
        with pytest.raises(Exception, match="progress is 'yes'; it can be auto, on or off"):
            db.execute(sql.format(logs)).fetchall()


def test_a_wrong_environment_variable_is_an_error(build):
    out = build.shell("SELECT count(*) FROM flowlogs('tests/data/AWSLogs');\n"
                      "SELECT count(*) > 0 FROM flowlogs('tests/data/AWSLogs') WHERE progress = 'off';",
                      env={"FLOWLOGS_PROGRESS": "1"})
    assert "the environment variable FLOWLOGS_PROGRESS is '1'; it can be auto, on or off" in out and out.endswith("1\n")
