#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measures scans of 10 million generated records against what zlib alone takes to inflate the same files.

    bench.py BUILD [RECORDS]

The data (40 gzip files, default format) are made once, in BUILD/bench.  Each query runs in turn with the yardstick
(inflate.c), so that both see the same machine; what counts is the ratio of the two, pair by pair, in processor time of
the whole process.  The answers are checked against what the generator wrote, read by zcat and awk.
"""

import os
import pathlib
import statistics
import subprocess
import sys
import time

PAIRS = 7

QUERIES = [
    ("count(*), sum(bytes)", "SELECT count(*), sum(bytes) FROM flowlogs('{}')"),
    ("count(*)", "SELECT count(*) FROM flowlogs('{}')"),
    ("sum(bytes) of REJECT", "SELECT sum(bytes) FROM flowlogs('{}') WHERE action = 'REJECT'"),
    ("bytes by srcaddr", "SELECT count(*) FROM (SELECT srcaddr, sum(bytes) FROM flowlogs('{}') GROUP BY srcaddr)"),
]


def run(command):
    """(processor seconds, wall seconds, peak MiB, output) of a process."""
    begin = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        out = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = status
    if status:
        sys.exit(f"failed: {command[0]}: {out}")
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return usage.ru_utime + usage.ru_stime, time.monotonic() - begin, usage.ru_maxrss / unit, out.strip()


def main():
    build = pathlib.Path(sys.argv[1])
    records = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000_000
    folder = build / "bench" / f"default-gzip-{records}"
    if not folder.exists():
        print(f"making {records:,} records in 40 gzip files", flush=True)
        subprocess.run([build / "bench" / "gen", f"{folder}.part", str(records), "40", "default", "gzip"], check=True)
        pathlib.Path(f"{folder}.part").rename(folder)
    files = sorted(str(p) for p in folder.rglob("*.gz"))
    inflate = [str(build / "bench" / "inflate"), *files]
    awk = "zcat \"$@\" | awk '$1 == 2 { n++; b += $10 } END { printf \"%d|%.0f\", n, b }'"
    expected = run(["sh", "-c", awk, "sh", *files])
    print(f"{'':24}{'ratio':>8}{'min':>7}{'max':>7}{'seconds':>9}{'MiB':>6}   of {PAIRS} pairs, against zlib's inflate")
    for name, query in QUERIES:
        sql = ["sqlite3", "-cmd", f".load {build}/flowlogs", ":memory:", query.format(folder)]
        ratios, seconds, mib = [], [], 0
        for _ in range(PAIRS):
            yard, ours = run(inflate), run(sql)
            ratios.append(ours[0] / yard[0])
            seconds.append(ours[1])
            mib = max(mib, ours[2])
        if name == QUERIES[0][0] and ours[3] != expected[3]:
            sys.exit(f"wrong answer: {ours[3]}, zcat | awk says {expected[3]}")
        print(f"{name:24}{statistics.median(ratios):8.2f}{min(ratios):7.2f}{max(ratios):7.2f}"
              f"{statistics.median(seconds):9.2f}{mib:6.1f}", flush=True)


if __name__ == "__main__":
    main()
