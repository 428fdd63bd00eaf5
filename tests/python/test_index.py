# SPDX-License-Identifier: MIT
"""Queries with an index give what they give without it, and open fewer files."""

import json
import os
import re
import subprocess
import sys

import pytest

from builds import ROOT

DEFAULT = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status"
NOON = 1773057600       # 2026-03-09 12:00:00 UTC
LONG_AGO = 1_700_000_000 * 10**9


def record(src, dst, srcport=40000, dstport=443, start=NOON):
    return f"2 123456789012 eni-1 {src} {dst} {srcport} {dstport} 6 10 840 {start} {start + 59} ACCEPT OK\n"


class Indexed:
    """A folder with log files, and an index of it."""

    def __init__(self, build, folder):
        self.build, self.folder = build, folder

    def write(self, name, text, mtime=LONG_AGO):
        path = self.folder / "logs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        os.utime(path, ns=(mtime, mtime))

    def index(self):
        return self.build.rows("SELECT files, added, changed, forgotten FROM flowlogs_index_build('logs', 'logs.idx');", cwd=self.folder)

    def both(self, sql):
        """What a query says, with the index in the place of {I}, and without it; and how many files the index spared."""
        where = "index_file = 'logs.idx' AND"
        got = self.build.rows(sql.replace("{I}", where) + ";\nSELECT 'spared', flowlogs_scan_stats() ->> 'pruned_by_index';", cwd=self.folder)
        want = self.build.rows(sql.replace("{I}", "") + ";", cwd=self.folder)
        spared = got.pop()
        return got, want, 0 if spared[1] == "NULL" else int(spared[1])

    def same(self, sql, spared):
        got, want, count = self.both(sql)
        assert got == want
        assert count == spared
        return got


@pytest.fixture
def logs(build, tmp_path):
    return Indexed(build, tmp_path)


def three(logs):
    for i in range(3):
        logs.write(f"{i}.log", DEFAULT + "\n" + record(f"10.0.0.{i}", "10.0.9.9", start=NOON + 300 * i))
    logs.index()


@pytest.mark.parametrize("where, spared", [
    ("srcaddr = '10.0.0.1'", 2), ("dstaddr = '10.0.9.9'", 0), ("addr = '10.0.0.1'", 2), ("cidr_match(srcaddr, '10.0.0.0/31')", 1),
    ("srcaddr IN ('10.0.0.0', '10.0.0.2', '10.0.0.7')", 1), ("interface_id = 'eni-2'", 3), ("dstport = 22", 3), ("dstport = 443", 0),
    (f"start >= {NOON + 300}", 1), (f"start >= {NOON + 300} AND srcaddr = '10.0.0.0'", 3), ("srcaddr <> '10.0.0.1'", 0)])
def test_scan_stats_count_the_files_that_an_index_spares(logs, where, spared):
    three(logs)
    logs.same(f"SELECT file, line FROM flowlogs('logs') WHERE {{I}} {where}", spared)
    out = logs.build.rows(f"SELECT count(*) FROM flowlogs('logs') WHERE index_file = 'logs.idx' AND {where}; SELECT flowlogs_scan_stats();",
                          cwd=logs.folder)
    stats = json.loads(out[1][0])
    assert (stats["files_pruned"], stats["pruned_by_time"], stats["pruned_by_index"]) == (spared, 0, spared)
    assert stats["files_found"] == stats["files_pruned"] + stats["files_read"] == 3


def test_a_file_with_a_header_alone_is_one_that_lacks_the_field(logs):
    logs.write("a.log", "srcaddr dstport\n")
    logs.index()
    got, want, _ = logs.both("SELECT count(*) FROM flowlogs('logs') WHERE {I} interface_id = 'eni-1'")
    assert got == want and "the only file that was read does not have this field" in got[0][0]
    logs.same("SELECT count(*) FROM flowlogs('logs') WHERE {I} srcaddr = '10.0.0.1'", 1)


def test_a_file_without_the_fields_of_connections_is_an_error_with_an_index_too(logs):
    logs.write("a.log", "interface-id srcaddr dstaddr\neni-1 10.0.0.1 10.0.0.2\n")
    logs.write("b.log", DEFAULT + "\n" + record("10.0.0.1", "10.0.0.2"))
    logs.write("c.log", DEFAULT + "\n" + record("10.0.0.3", "10.0.0.2").replace("eni-1", "eni-2"))
    logs.index()
    ask = "SELECT client, server FROM flowlogs_connections('logs') WHERE {I} interface_id = 'eni-2'"
    assert "a.log: lacks the fields srcport, dstport, protocol" in logs.both(ask)[0][0][0]
    assert logs.both(ask)[:2] == (logs.both(ask)[1],) * 2
    assert logs.same(ask + " AND on_error = 'skip'", 1) == [["10.0.0.3", "10.0.0.2"]]


@pytest.mark.parametrize("end", ["", "\n", "\n" * 3])
def test_a_header_at_the_end_of_a_file_says_nothing_of_the_lines_before_it(logs, end):
    logs.write("a.log", f"srcaddr dstport\n10.0.0.1 443\n10.0.0.2 22\ndstaddr action start{end}")
    logs.write("b.log", "srcaddr dstport\n10.0.0.3 443\n")
    logs.index()
    assert logs.same("SELECT srcaddr FROM flowlogs('logs') WHERE {I} dstport = 22", 1) == [["10.0.0.2"]]
    assert logs.same("SELECT srcaddr FROM flowlogs('logs') WHERE {I} srcaddr = '10.0.0.1'", 1) == [["10.0.0.1"]]


@pytest.mark.parametrize("columns", ["*", "rows", "errors", "rows, errors", "note", "fields, rows", "note, errors", "verdict, max_end"])
def test_flowlogs_files_says_the_same_with_an_index(logs, columns):
    """Of a named file that is no flow log, of errors far behind the beginning, and of a last header with other names."""
    logs.write("a.log", "some words\n")
    many = "".join(record("10.0.0.1", "10.0.0.2") for _ in range(30000))
    logs.write("b.log", DEFAULT + "\n" + many + "2 too few\n" + record("10.0.0.1", "10.0.0.2"))
    logs.write("c.log", "srcaddr dstport x1\n10.0.0.1 443 7\nsrcaddr dstport x2\n10.0.0.1 443 7\n")
    logs.write("d.log", "srcaddr dstport\n10.0.0.1 443\nsrcaddr action\n10.0.0.1 ACCEPT\naction srcaddr\n")
    logs.write("e.log", "")
    logs.write("f.log", DEFAULT + "\n" + record("10.0.0.1", "10.0.0.2"))
    logs.index()
    for path in "logs", *(f"logs/{name}.log" for name in "abcdef"):
        got, want, _ = logs.both(f"SELECT {columns} FROM flowlogs_files('{path}') WHERE {{I}} 1")
        assert got == want, path


@pytest.mark.parametrize("columns", ["*", "rows", "errors"])
def test_flowlogs_files_says_of_a_twin_that_it_is_refused(logs, columns):
    """One of two files with the name of one delivery, which was alone when the index was built."""
    name = "123456789012_vpcflowlogs_us-east-1_fl-0123456789abcdef0_20260309T1200Z_0badcafe.log"
    for i, folder in enumerate("ab"):
        logs.write(f"{folder}/{name}", DEFAULT + "\n" + record("10.0.0.1", "10.0.0.2") * (i + 1), LONG_AGO + i)
        logs.build.rows(f"SELECT files FROM flowlogs_index_build('logs/{folder}', 'logs.idx');", cwd=logs.folder)
    got, want, _ = logs.both(f"SELECT {columns} FROM flowlogs_files('logs') WHERE {{I}} 1")
    assert got == want


@pytest.mark.parametrize("many, kept", [(range(0), 65536), (range(33000, 33200), 32768), (range(2000, 2200), 1024)])
def test_ports_at_the_edges_of_what_an_index_keeps(logs, many, kept):
    """Of a file with many ports, an index keeps those below 32768, or those below 1024."""
    edges = [0, 1, 1022, 1023, 1024, 1025, 32766, 32767, 32768, 32769, 65534, 65535, 65536, 70000]
    for edge in edges:
        logs.write(f"{edge}.log", "srcport dstport\n" + "".join(f"{p} {p}\n" for p in [*many, edge]))
    logs.index()
    wheres = [where for p in edges for where in (f"dstport = {p}", f"port = {p}", f"srcport IN ({p}, 9)", f"dstport BETWEEN {p} AND {p + 1}",
                                                 f"dstport BETWEEN {p - 1} AND {p}", f"dstport < {p}", f"srcport >= {p}")]
    got, want, _ = logs.both(";\n".join(f"SELECT '{where}', count(*) FROM flowlogs('logs', 'skip') WHERE {{I}} {where}" for where in wheres))
    assert got == want and len(got) == len(wheres)
    for p in edges[:10]:
        logs.same(f"SELECT dstport FROM flowlogs('logs') WHERE {{I}} dstport = {p}", len(edges) - 1 if p < kept else 0)


def test_a_place_of_a_filter_is_another_field_in_another_layout(logs):
    """What the place says of addresses in one file must not decide about the interfaces of another."""
    logs.write("a.log", "srcaddr dstaddr action log-status\n10.0.0.1 10.0.0.2 ACCEPT OK\n")
    logs.write("b.log", "interface-id dstaddr action log-status\neni-0abc 10.0.0.2 ACCEPT OK\n")
    logs.index()
    for value in ("eni-0abc", "10.0.0.1"):
        logs.same(f"SELECT file FROM flowlogs('logs') WHERE {{I}} filter = '[x={value}, ...]'", 1)


@pytest.mark.parametrize("column", ["start", "end"])
def test_times_at_the_edges_of_a_file(logs, column):
    """An index knows the least and the greatest start and end of a file exactly."""
    for i in range(3):      # records begin at 0, 10 and 20 seconds, and end 59 seconds later
        logs.write(f"{i}.log", DEFAULT + "\n" + "".join(record("10.0.0.1", "10.0.9.9", start=NOON + 300 * i + k) for k in (10, 0, 20)))
    logs.write("none.log", "srcaddr dstport\n10.0.0.1 443\n")
    logs.index()
    first = NOON + 300 + (59 if column == "end" else 0)
    for edge, side in (first, -1), (first + 20, 1):
        wheres = [where for t in (edge - 1, edge, edge + 1) for where in (
            f"{column} = {t}", f"{column} IN ({t}, 5)", f"{column} > {t}", f"{column} >= {t}", f"{column} < {t}", f"{column} <= {t}",
            f"{column} BETWEEN {t} AND {t}", f"{column}_time = datetime({t}, 'unixepoch')", f"{column} IS NOT {t}", f"since = {t}", f"until = {t}")]
        got, want, _ = logs.both(";\n".join(f"SELECT '{i}', count(*) FROM flowlogs('logs') WHERE {{I}} {where}" for i, where in enumerate(wheres)))
        assert got == want and len(got) == len(wheres)
        logs.same(f"SELECT line FROM flowlogs('logs') WHERE {{I}} {column} = {edge}", 3)
        logs.same(f"SELECT line FROM flowlogs('logs') WHERE {{I}} {column} = {edge + side}", 4)


@pytest.mark.parametrize("seed, sessions", [(2026, 2)])
def test_random_queries_say_the_same_with_an_index(build, seed, sessions):
    """A few sessions of `make soak-index`. Most queries must be spared files, or the test says nothing."""
    env = dict(build.env, BUILD=str(build.folder))
    if build.name == "asan":
        env["ASAN_OPTIONS"] += ":detect_leaks=0"        # Python's own
    done = subprocess.run([sys.executable, "-B", ROOT / "tests" / "tools" / "index_soak.py", "--sessions", str(sessions), "--seed", str(seed)],
                          text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=ROOT, env=env, timeout=600)
    assert done.returncode == 0, done.stdout
    counts = json.loads(re.search("index_soak: clean: (.*)", done.stdout)[1])
    assert counts["spared"] > counts["files"] / 8 and counts["sparing"] > counts["queries"] / 3, counts
    assert counts["with rows"] > counts["queries"] / 4, counts
