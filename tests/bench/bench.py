#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measures flowlogs beside DuckDB, zcat | awk, and the time to inflate the same files. Prints
Markdown tables.

    bench.py BUILD [--records N] [SECTION...]

Without names of sections, all of these are measured:

    default-gzip default-plain    the queries over N records (10 million) of the default format in 40 files
    v5-gzip v5-plain              the same over 0.4 N records of 29 fields
    small                         20,000 gzip files of 20 records
    linear                        time per record over a tenth of the data to all of it
    memory                        peak memory of a scan and of a rollup
    filter                        CloudWatch's patterns beside the same conditions in SQL
    lookup                        a million lookups of cidr_lookup() against 200,000 prefixes
    connections                   flowlogs_connections beside flowlogs_rollup and the same in DuckDB's SQL
    parquet                       Parquet files that DuckDB has written, beside DuckDB (parquet.py)
    index                         building an index, and queries with one and without (index.py)
    scripts                       the scripts of sql/investigate beside count(*) of the same files (scripts.py)

The data are made once, in BUILD/bench, and are in the page cache when they are read. The programs
take turns, so that other load on the machine affects all of them alike, and the fastest of several
rounds counts. Their answers must be equal, row by row. An answer that differs stops the benchmark.
An error is shown in its row of the table, and the exit status is then 1.
"""

import argparse
import datetime
import os
import pathlib
import platform
import shutil
import subprocess
import sys
import typing

import index
import parquet
import scripts
from sides import DUCKDB, Failed, Sides, cores, duckdb_table, say

ROUNDS = 3
SHORT_ROUNDS = 7  # for runs that take a fraction of a second
FILES = 40

FIRST_START, WINDOW = 1714521600, 300  # as in gen.c: start of the first file, seconds per file
TENTH = FIRST_START + FILES * WINDOW * 9 // 20
RARE = "83.16.80.83"  # one of gen.c's remote addresses, in some 6 of a million records

REJECTED = "SELECT sum(bytes) FROM {} WHERE action = 'REJECT'"
IN_TENTH = f"SELECT count(*) FROM {{}} WHERE start BETWEEN {TENTH} AND {TENTH + FILES * WINDOW // 10 - 1}"
ALL = "SELECT count(*), sum(bytes) FROM {}"
BY_PORT = "SELECT dstport, count(*), sum(bytes) FROM {} WHERE action = 'REJECT' GROUP BY dstport"
QUERIES = [
    ("`count(*)`", "SELECT count(*) FROM {}"),
    ("`count(*), sum(bytes)`", ALL),
    ("`sum(bytes)` of REJECT", REJECTED),
    ("flows, bytes of REJECT by `dstport`", BY_PORT),
    ("`sum(bytes)` by `srcaddr`", "SELECT srcaddr, sum(bytes) FROM {} GROUP BY srcaddr"),
    ("`count(*)` of a tenth of the time", IN_TENTH),
    ("the same, files named without time", IN_TENTH),
    ("the few records of one `srcaddr`", f"SELECT srcaddr, dstport, bytes FROM {{}} WHERE srcaddr = '{RARE}'"),
]

# The patterns of AWS's examples, and SQL conditions with the same meaning.
PATTERNS = [
    ("rejected", "action = 'REJECT'",
     '[version, accountid, interfaceid, srcaddr, dstaddr, srcport, dstport, protocol, packets, bytes, start, end, '
     'action="REJECT", logstatus]'),
    ("rejected SSH", "dstport = 22 AND protocol = 6 AND action = 'REJECT'",
     '[version, account, eni, source, destination, srcport, destport="22", protocol="6", packets, bytes, windowstart, '
     'windowend, action="REJECT", flowlogstatus]'),
    ("larger web flows", "dstport IN (80, 8080) AND bytes >= 400 AND action = 'ACCEPT'",
     '[version, accountid, interfaceid, srcaddr, dstaddr, srcport, dstport = 80 || dstport = 8080, protocol, packets, '
     'bytes >= 400, start, end, action = ACCEPT, logstatus]'),
    ("REJECT as a term", "action = 'REJECT'", "REJECT"),
]
# Prefixes of 8 to 32 bits. Most of them are long, many are nested, and a tenth are IPv6, as are
# the addresses.
LOOKUP = """
CREATE TABLE nets(cidr TEXT);
CREATE TABLE addresses(ip TEXT);
WITH RECURSIVE n(i, r) AS (SELECT 1, 12345 UNION ALL SELECT i + 1, (r * 1103515245 + 12345) % 4294967296 FROM n LIMIT 200000)
INSERT INTO nets SELECT CASE WHEN i % 10 THEN printf('%d.%d.%d.%d/%d', (r >> 24) & 63 | 64, r >> 16 & 255, r >> 8 & 255,
  r >> 4 & 255, 32 - abs(r >> 3) % 3 * 4 - i % 7 - (i % 1000 = 1) * 8) ELSE printf('2001:db8:%x:%x::/%d', r >> 16, i & 65535, 48 + i % 16) END
FROM n;
WITH RECURSIVE n(i, r) AS (SELECT 1, 99 UNION ALL SELECT i + 1, (r * 1103515245 + 12345) % 4294967296 FROM n LIMIT 1000000)
INSERT INTO addresses SELECT CASE WHEN i % 10 THEN printf('%d.%d.%d.%d', (r >> 24) & 63 | 64, r >> 16 & 255, r >> 8 & 255,
  r >> 4 & 255) ELSE printf('2001:db8:%x:%x::%x', r >> 16, i & 65535, i) END FROM n;
"""
# Both directions in one row, each packet once: the sums of each interface, and the largest of them.
CONNECTIONS = """
WITH flow AS (
  SELECT * REPLACE (if(protocol IN (1, 58), 0, srcport) AS srcport, if(protocol IN (1, 58), 0, dstport) AS dstport),
         srcaddr > dstaddr OR (srcaddr = dstaddr AND srcport > dstport) AS back FROM {table} WHERE srcaddr IS NOT NULL),
seen AS (
  SELECT CASE WHEN back THEN dstaddr ELSE srcaddr END AS a, CASE WHEN back THEN dstport ELSE srcport END AS a_port,
         CASE WHEN back THEN srcaddr ELSE dstaddr END AS b, CASE WHEN back THEN srcport ELSE dstport END AS b_port,
         protocol, back, interface_id, {way} AS way, sum(bytes) AS bytes, min(start) AS first, max("end") AS last, count(*) AS records
    FROM flow GROUP BY ALL),
connection AS (
  SELECT a, a_port, b, b_port, protocol, min(first) AS first, max(last) AS last, sum(records) AS records,
         max(bytes) FILTER (WHERE NOT back) AS a_bytes, max(bytes) FILTER (WHERE back) AS b_bytes
    FROM seen GROUP BY a, a_port, b, b_port, protocol)
SELECT count(*), sum(ifnull(a_bytes, 0) + ifnull(b_bytes, 0)), sum(last - first), sum(records) FROM connection"""
OURS = """SELECT count(*), sum(client_bytes + server_bytes), sum(seconds), sum(records)
  FROM flowlogs_connections('{}') WHERE idle = '10000d'"""
FIVE = "srcaddr, srcport, dstaddr, dstport, protocol"
BY_FIVE = f"SELECT count(*), sum(n), sum(b) FROM (SELECT {FIVE}, sum(flows) AS n, sum(bytes) AS b FROM flowlogs_rollup('{{}}') GROUP BY {FIVE})"
AWK = '$13 == "REJECT" { n += $10 } END { printf "%.0f\\n", n }'


class Data(typing.NamedTuple):
    """A folder of generated log files."""
    folder: pathlib.Path
    records: int
    format: str = "default"
    suffix: str = ".gz"

    def files(self):
        return sorted(self.folder.rglob(f"*{self.suffix}"))


class Bench:
    def __init__(self, build, records):
        self.folder = build / "bench"
        self.records = records
        self.sides = Sides(build)
        self.failed = False

    def data(self, form, kind, records=0, files=FILES):
        records = records or (self.records if form == "default" else self.records * 2 // 5)
        folder = self.folder / f"{form}-{kind}-{records}{'' if files == FILES else f'-{files}'}"
        if not folder.exists():
            say(f"making {records} records in {files:,} files, {form}, {kind}")
            part = pathlib.Path(f"{folder}.part")
            shutil.rmtree(part, ignore_errors=True)
            subprocess.run([self.folder / "gen", part, str(records), str(files), form, kind], check=True)
            part.rename(folder)
            os.sync()  # or writing them to the disk disturbs what is measured
        return Data(folder, records, form, ".gz" if kind == "gzip" else ".log")

    def linked(self, name, data, count=FILES):
        """A folder of links to the first files of the data. The names of the links do not tell the
        time."""
        folder = self.folder / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for i, file in enumerate(data.files()[:count], 1):
            os.link(file, folder / f"part-{i:02}{data.suffix}")
        return data._replace(folder=folder, records=data.records * count // FILES)

    def best(self, what, rounds, **sides):
        """Runs the programs in turn. Returns the fastest Run of each by its name. All answers must
        be equal."""
        say(f"  {what}")
        best, answer = {}, None
        for _ in range(rounds):
            for name, side in sides.items():
                if isinstance(best.get(name), Failed):
                    continue
                try:
                    run = side()
                except Failed as failure:
                    best[name] = failure
                    if str(failure) != self.sides.duckdb.missing:
                        say(f"    {name}: {failure}")
                        self.failed = True
                    continue
                if name not in ("yardstick", "ISA-L"):
                    answer = answer or (name, run.rows)
                    same(what, *answer, name, run.rows)
                best[name] = min(best.get(name, run), run)
        return best

    def queries(self, form, kind):
        data = self.data(form, kind)
        say(f"{form}-{kind}: {data.records:,} records")
        files, neutral = data.files(), self.linked(f"{form}-{kind}-neutral", data)
        size = sum(f.stat().st_size for f in files) / 1e6
        yardstick = lambda processes=cores(): self.sides.yardstick(files, processes)
        yardstick()  # also brings the files into the page cache
        both = kind == "gzip" and self.sides.has_isal
        rows = []
        for label, sql in QUERIES:
            over = neutral if label.startswith("the same") else data
            sides = {
                "flowlogs": lambda: self.sides.flowlogs(ours(sql, over)),
                "yardstick": yardstick,
                "DuckDB": lambda: self.sides.duckdb.run(sql.format(duckdb_table(over))),
            }
            if both:
                sides["ISA-L"] = lambda: self.sides.yardstick(files, cores(), "isal")
                sides["with zlib"] = lambda: self.sides.flowlogs_zlib(ours(sql, over))
            if sql == REJECTED:
                sides["awk"] = lambda: self.sides.awk(files, AWK)
            best = self.best(label, ROUNDS, **sides)
            us, yard, duck = (best[side] for side in ("flowlogs", "yardstick", "DuckDB"))
            row = [label, seconds(us), seconds(yard), seconds(duck), ratio(us, yard), ratio(duck, us), mib(us)]
            if both:
                zlib = best["with zlib"]
                row = [label, seconds(us), seconds(zlib), seconds(best["ISA-L"]), seconds(yard), seconds(duck), ratio(us, yard),
                       ratio(zlib, yard), ratio(duck, us), mib(us)]
            rows.append(row)
            if sql == REJECTED:
                cat = "zcat" if kind == "gzip" else "cat"
                awk = best["awk"]
                piped = f"`{cat} | awk` takes {seconds(awk)} s for {label}: {ratio(awk, us)} times as long as flowlogs."
        fields = "14 fields, the default format" if form == "default" else "29 fields, all of versions 2 to 5"
        print(f"\n### {data.records:,} records of {fields}: {len(files)} {kind} files, {size:,.0f} MB\n")
        name = "zlib" if kind == "gzip" else "read()"
        head = ("query", "flowlogs s", f"{name} s", "DuckDB s", f"flowlogs/{name}", "DuckDB/flowlogs", "MiB")
        if both:
            head = ("query", "flowlogs s", "built with zlib s", "ISA-L s", "zlib s", "DuckDB s", "flowlogs/zlib",
                    "built with zlib/zlib", "DuckDB/flowlogs", "MiB")
        print(table(head, rows))
        print(f"\n{piped}")
        if kind == "gzip":
            self.one_thread(data, yardstick)

    def one_thread(self, data, yardstick):
        sql = ours(ALL, data) + " WHERE threads = 0"
        flowlogs = self.sides.flowlogs_zlib if self.sides.has_isal else self.sides.flowlogs
        best = self.best("in one thread", ROUNDS, flowlogs=lambda: flowlogs(sql), yardstick=lambda: yardstick(1))
        print(f"In one thread (`threads = 0`), and with zlib, `count(*), sum(bytes)` takes {ratio(*best.values(), 'cpu')} "
              "times the processor time of zlib alone.")

    def one(self):
        """A single file, which one thread inflates while another takes its lines apart."""
        data = self.data("default", "gzip", files=1)
        say("one file")
        library = "isal" if self.sides.has_isal else "zlib"
        alone = lambda: self.sides.yardstick(data.files(), 1, library)
        alone()
        rows = []
        for label, sql in QUERIES[:5]:
            best = self.best(label, ROUNDS, flowlogs=lambda: self.sides.flowlogs(ours(sql, data)), yardstick=alone)
            rows.append((label, *map(seconds, best.values()), ratio(*best.values()), mib(best["flowlogs"])))
        size = sum(f.stat().st_size for f in data.files()) / 1e6
        print(f"\n### {data.records:,} records in one gzip file of {size:,.0f} MB\n")
        print(table(("query", "flowlogs s", f"{self.sides.inflates.split()[0]} in one process s", "ratio", "MiB"), rows))

    def small(self):
        count = 20_000
        data = self.data("default", "gzip", 20 * count, count)
        say(f"small: {count:,} files")
        files, sql = data.files(), ours("SELECT count(*) FROM {}", data)
        self.sides.yardstick(files, 1)
        best = self.best("count(*)", SHORT_ROUNDS, flowlogs=lambda: self.sides.flowlogs(sql),
                         single=lambda: self.sides.flowlogs(f"{sql} WHERE threads = 0"),
                         yardstick=lambda: self.sides.yardstick(files, 1))
        print(f"\n### `count(*)` over {count:,} gzip files of 20 records\n")
        one = "open, read and inflate each, in one process"
        print(table(("", "seconds", "ratio"), [
            (label, seconds(best[side]), ratio(best[side], best["yardstick"]))
            for label, side in ((one, "yardstick"), ("flowlogs", "flowlogs"), ("flowlogs, `threads = 0`", "single"))]))

    def linear(self):
        data = self.data("default", "gzip")
        say("linear")
        rows, per_record = [], []
        for tenths in (1, 2, 5, 10):
            part = self.linked("linear", data, FILES * tenths // 10)
            us = self.best(f"{part.records:,} records", SHORT_ROUNDS,
                           flowlogs=lambda: self.sides.flowlogs(ours(ALL, part)))["flowlogs"]
            if isinstance(us, Failed):
                rows.append((f"{part.records:,}", seconds(us), ""))
                continue
            if not us.rows[0].startswith(f"{part.records}|"):
                sys.exit(f"{us.rows[0]} where there are {part.records} records")
            per_record.append(us.seconds / part.records * 1e9)
            rows.append((f"{part.records:,}", seconds(us), f"{per_record[-1]:.1f}"))
        print("\n### `count(*), sum(bytes)` over more and more gzip files of the default format\n")
        print(table(("records", "flowlogs s", "ns per record"), rows))
        if per_record:
            spread = max(per_record) / min(per_record) - 1
            print(f"\nThe slowest takes {spread:.0%} longer per record than the fastest (the aim: 10 % at most).")

    def memory(self):
        data = self.data("default", "gzip")
        say("memory")
        rollup = "SELECT interface_id, protocol, action, count(*) FROM {} GROUP BY 1, 2, 3"
        rows = []
        for label, sql in (("the shell with flowlogs loaded", "SELECT 1"), ("scan, `count(*), sum(bytes)`", ALL),
                           ("rollup by `interface_id, protocol, action`", rollup)):
            if not self.sides.duckdb.missing:
                self.sides.duckdb.start()
            best = self.best(label, 1, flowlogs=lambda: self.sides.flowlogs(ours(sql, data)),
                             DuckDB=lambda: self.sides.duckdb.run(sql.format(duckdb_table(data))))
            us, duck = best["flowlogs"], best["DuckDB"]
            rows.append((label, "" if isinstance(us, Failed) else f"{len(us.rows):,}",
                         mib(us) or cell(us), mib(duck) or cell(duck)))
        print(f"\n### Peak memory of the whole process, {data.records:,} records in gzip files\n")
        print(table(("", "rows out", "flowlogs in sqlite3 MiB", "DuckDB in node MiB"), rows))


    def filter(self):
        for kind in ("gzip", "plain"):
            data = self.data("default", kind)
            say(f"filter: {kind}")
            self.sides.yardstick(data.files(), cores())
            rows = []
            for label, where, pattern in PATTERNS:
                sql = ours("SELECT count(*), sum(bytes) FROM {}", data)
                best = self.best(label, SHORT_ROUNDS, where=lambda: self.sides.flowlogs(f"{sql} WHERE {where}"),
                                 filter=lambda: self.sides.flowlogs(f"{sql} WHERE filter = '{pattern}'"))
                rows.append((label, seconds(best["filter"]), seconds(best["where"]), ratio(best["filter"], best["where"])))
            print(f"\n### CloudWatch patterns over {data.records:,} records in {kind} files\n")
            print(table(("`count(*), sum(bytes)` of", "`filter` s", "WHERE s", "ratio"), rows))

    def lookup(self):
        say("lookup")
        database = self.folder / "lookup.db"
        if not database.exists():
            part = database.with_suffix(".part")
            part.unlink(missing_ok=True)
            subprocess.run(["sqlite3", part, LOOKUP], check=True)
            part.rename(database)
        sql = "SELECT count({}), sum(length(ip)) FROM addresses"
        plain = self.best("length", SHORT_ROUNDS, us=lambda: self.sides.flowlogs(
            f"ATTACH '{database}' AS d; {sql.format('ip')}"))["us"]
        us = self.best("cidr_lookup", SHORT_ROUNDS, us=lambda: self.sides.flowlogs(
            "ATTACH '{}' AS d; {}".format(database, sql.format("cidr_lookup('nets', 'cidr', ip)"))))["us"]
        print("\n### A million lookups against 200,000 prefixes\n")
        print(table(("", "seconds", "MiB"), [
            ("reading the million addresses", seconds(plain), mib(plain)),
            ("looking them up, the index of the prefixes made before", seconds(us), mib(us))]))


    def connections(self):
        rows = []
        for form in ("default", "v5"):
            data = self.data(form, "gzip")
            say(f"connections: {form}")
            sql = OURS.format(data.folder)
            rollup = self.best("rollup by five columns", ROUNDS, us=lambda: self.sides.flowlogs(BY_FIVE.format(data.folder)))["us"]
            best = self.best("connections", ROUNDS, us=lambda: self.sides.flowlogs(sql),
                             DuckDB=lambda: self.sides.duckdb.run(CONNECTIONS.format(
                                 table=duckdb_table(data), way="flow_direction" if form == "v5" else "NULL")))
            us, duck = best["us"], best["DuckDB"]
            rows.append((f"{data.records:,} of {form}", seconds(us), seconds(rollup), seconds(duck), ratio(us, rollup),
                         ratio(duck, us), mib(us)))
        print("\n### Connections over gzip files: both directions in one row, each packet once\n")
        print(table(("records", "connections s", "rollup s", "DuckDB s", "connections/rollup", "DuckDB/connections", "MiB"), rows))


def ours(sql, data):
    """The query for flowlogs. A query that groups is asked of flowlogs_rollup."""
    function = "flowlogs"
    if "GROUP BY" in sql:
        function, sql = "flowlogs_rollup", sql.replace("count(*)", "sum(flows)")
    return sql.format(f"{function}('{data.folder}')")


def same(what, name, rows, other, others):
    if rows != others:
        differing = sorted(set(rows) ^ set(others))[:4]
        sys.exit(f"{what}: {name} has {len(rows)} rows, {other} {len(others)}, and they differ: {differing}")


def cell(value):
    """The table cell of a program that gave no answer."""
    return str(value).split(", ", 1)[-1].replace("|", "/").replace("\n", " ")[:40]


def seconds(run):
    return cell(run) if isinstance(run, Failed) else f"{run.seconds:.{2 if run.seconds >= 0.1 else 3}f}"


def mib(run):
    return "" if isinstance(run, Failed) else f"{run.mib:.0f}"


def ratio(a, b, of="seconds"):
    if isinstance(a, Failed) or isinstance(b, Failed):
        return ""
    value = getattr(a, of) / getattr(b, of)
    return f"{value:.2f}" if value < 10 else f"{value:.0f}"


def table(head, rows):
    """A Markdown table with aligned columns, all but the first to the right."""
    widths = [max(len(row[i]) for row in (head, *rows)) for i in range(len(head))]
    lines = [[text.ljust(w) if i == 0 else text.rjust(w) for i, (text, w) in enumerate(zip(row, widths))]
             for row in (head, *rows)]
    lines.insert(1, ["-" * w if i == 0 else "-" * (w - 1) + ":" for i, w in enumerate(widths)])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def machine():
    if sys.platform == "darwin":
        return subprocess.check_output(["sysctl", "-n", "machdep.cpu.brand_string"], text=True).strip()
    about = pathlib.Path("/proc/cpuinfo").read_text()
    said = {}  # of the first processor
    for line in about.splitlines():
        said.setdefault(line.partition("\t")[0].partition(":")[0].strip(), " ".join(line.partition(":")[2].split()))
    if "model name" not in said:
        return platform.machine()
    return f"{said['model name']} (family {said.get('cpu family')}, model {said.get('model')})"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--records", type=int, default=10_000_000)
    parser.add_argument("sections", nargs="*", metavar="section")
    args = parser.parse_intermixed_args()
    bench = Bench(args.build, args.records)
    sections = {f"{form}-{kind}": lambda form=form, kind=kind: bench.queries(form, kind)
                for form in ("default", "v5") for kind in ("gzip", "plain")}
    sections.update(one=bench.one, small=bench.small, linear=bench.linear, memory=bench.memory, filter=bench.filter,
                    lookup=bench.lookup, connections=bench.connections)
    sections.update(parquet=lambda: parquet.parquet(bench, SHORT_ROUNDS, IN_TENTH.partition(" WHERE ")[2], RARE, table, seconds, ratio, mib))
    sections.update(index=lambda: index.index(bench, table, seconds, ratio, duckdb_table, ours),
                    scripts=lambda: scripts.scripts(bench, table, seconds, ratio))
    unknown = set(args.sections) - set(sections)
    if unknown or args.records < FILES:
        parser.error(f"the sections are {' '.join(sections)}; at least {FILES} records")
    shell = subprocess.run(["sqlite3", "--version"], text=True, capture_output=True, check=True).stdout.split()[0]
    duckdb = f"DuckDB {bench.sides.duckdb.missing or DUCKDB.split('-')[0]}"
    print(f"{machine()}, {cores()} cores; SQLite {shell}, {duckdb}; flowlogs inflates with {bench.sides.inflates}; "
          f"{datetime.date.today()}.")
    print(f"""
Wall seconds (s), the best of {ROUNDS} rounds, all files in the page cache, {cores()} threads or processes each.
flowlogs: the whole sqlite3 process, MiB its peak memory.  DuckDB: `read_csv`, all types given, without node's start.
zlib, ISA-L, read(): a C program that inflates the files with this library, or reads them if they are plain, and no more.
flowlogs/zlib: how many times as long flowlogs takes.  DuckDB/flowlogs: how many times as long DuckDB takes.""")
    for name in args.sections or sections:
        sections[name]()
        sys.stdout.flush()
    bench.sides.duckdb.close()
    return 1 if bench.failed else 0


if __name__ == "__main__":
    sys.exit(main())
