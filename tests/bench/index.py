# SPDX-License-Identifier: MIT
"""The section `index` of bench.py: an index over 20,000 deliveries of five minutes, and over the 40
large files: how long it takes to build, how large it is, and what queries gain."""

import os
import sqlite3
import time

from sides import say

DELIVERIES, RECORDS = 20_000, "50-500"  # files, and records in each; see gen.c
FIRST_START, WINDOW = 1714521600, 300

# Some of gen.c's remote addresses by their numbers, of which higher ones are rarer. No address of
# gen.c begins with 223.
RARE, SCANNERS = 53_800, range(59_000, 60_000, 100)
FEED = 5_000


def remote(d):
    return f"{3 + d % 220}.{d // 3 & 255}.{d * 7 & 255}.{d >> 4 & 255}"


def make_feed(path):
    """A database with a list of 5,000 addresses, of which 10 are in the logs, in few of the files."""
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE threats(ip TEXT)")
        known = [remote(d) for d in SCANNERS]
        absent = [f"223.{i >> 8}.{i & 255}.7" for i in range(FEED - len(known))]
        db.executemany("INSERT INTO threats VALUES (?)", [(ip,) for ip in known + absent])
    db.close()


def day(number):
    """A condition on the time of one hour in the middle of a day."""
    begin = FIRST_START + number * 86400 + 12 * 3600
    return f"start BETWEEN {begin} AND {begin + 3599}"


def queries(feed):
    attach = f"ATTACH '{feed}' AS feed; "
    return [
        ("the records of a rare `addr`", "", f"addr = '{remote(RARE)}'", f"(srcaddr = '{remote(RARE)}' OR dstaddr = '{remote(RARE)}')"),
        ("of 5,000 addresses, `IN (SELECT …)`", attach, "srcaddr IN (SELECT ip FROM feed.threats)", None),
        ("of a /24", "", f"cidr_match(addr, '{remote(RARE).rsplit('.', 1)[0]}.0/24')", None),
        ("of an interface that has none", "", "interface_id = 'eni-0dead00000000beef'", "interface_id = 'eni-0dead00000000beef'"),
        ("of an hour", "", day(10), day(10)),
    ]


def build(bench, data, path):
    """Builds the index from nothing. Returns the Run."""
    path.unlink(missing_ok=True)
    return bench.sides.flowlogs(f"SELECT records FROM flowlogs_index_build('{data.folder}', '{path}')")


def age(data):
    """Files that were made a moment ago would be waited for."""
    old = time.time() - 60
    for file in data.files():
        if file.stat().st_mtime > old:
            os.utime(file, (old, old))


def index(bench, table, seconds, ratio, duckdb_table, ours):
    rows, small = [], None
    for label, data in ((f"{DELIVERIES:,} of {RECORDS} records", bench.data("default", "gzip", RECORDS, DELIVERIES)),
                        ("40 of 250,000 records", bench.data("default", "gzip")), ("40 of 100,000 records, v5", bench.data("v5", "gzip"))):
        say(f"index: {label}")
        age(data)
        path, size = bench.folder / "bench.idx", sum(f.stat().st_size for f in data.files())
        best = bench.best("build", 3, count=lambda: bench.sides.flowlogs(ours("SELECT count(*) FROM {}", data)),
                          build=lambda: build(bench, data, path))
        again = bench.best("build again", 3, again=lambda: bench.sides.flowlogs(
            f"SELECT files FROM flowlogs_index_build('{data.folder}', '{path}')"))["again"]
        rows.append((label, seconds(best["count"]), seconds(best["build"]), ratio(best["build"], best["count"]), seconds(again),
                     f"{path.stat().st_size / 1e6:.1f}", f"{path.stat().st_size / size:.1%}"))
        if small is None:
            small = data
            path.replace(bench.folder / "small.idx")
    print("\n### Building an index\n")
    print(table(("files", "`count(*)` s", "build s", "build/`count(*)`", "build again s", "index MB", "of the gzip files"), rows))
    ask(bench, small, bench.folder / "small.idx", table, seconds, ratio, duckdb_table)


def ask(bench, data, path, table, seconds, ratio, duckdb_table):
    rows = []
    feed = bench.folder / "feed.db"
    make_feed(feed)
    for label, before, where, duck in queries(feed):
        sql = f"{before}SELECT srcaddr, dstport, bytes FROM flowlogs('{data.folder}') WHERE {where}"
        sides = {"full": lambda: bench.sides.flowlogs(sql),
                 "index": lambda: bench.sides.flowlogs(f"{sql} AND index_file = '{path}'")}
        if duck:
            sides["DuckDB"] = lambda: bench.sides.duckdb.run(f"SELECT srcaddr, dstport, bytes FROM {duckdb_table(data)} WHERE {duck}")
        best = bench.best(label, 3, **sides)
        read = bench.sides.flowlogs(f"{sql} AND index_file = '{path}'; SELECT 'read ' || (flowlogs_scan_stats() ->> 'files_read')")
        files = next(r.split()[1] for r in read.rows if r.startswith("read "))
        rows.append((label, f"{len(best['full'].rows):,}", files, seconds(best["full"]), seconds(best["index"]),
                     ratio(best["full"], best["index"]), seconds(best["DuckDB"]) if duck else "",
                     ratio(best["DuckDB"], best["index"]) if duck else ""))
    print(f"\n### Queries over {DELIVERIES:,} gzip files of {RECORDS} records, with an index\n")
    print(table(("", "rows", "files read", "without s", "with an index s", "without/with", "DuckDB s", "DuckDB/with"), rows))
