# SPDX-License-Identifier: MIT
"""The section `parquet` of bench.py: the default records as 40 Parquet files that DuckDB has written, with gzip as AWS
does and with Snappy, read by flowlogs and by DuckDB."""

import os
import re
import shutil

from sides import FIELDS, INTEGERS, cores, duckdb_table, say

WIDE = {"packets", "bytes", "start", "end"}  # INT64; the other integers are INT32, as in the table of AWS


def make(bench, data, codec):
    """A folder with a Parquet file for each file of the data."""
    folder = bench.folder / f"parquet-{codec}-{data.records}"
    if folder.exists():
        return folder
    say(f"making {data.records} records in Parquet files, {codec}")
    part = folder.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    columns = ", ".join(f'"{f}"' if f not in INTEGERS else f'"{f}"::{"BIGINT" if f in WIDE else "INTEGER"} AS "{f}"' for f in FIELDS)
    for file in data.files():
        table = duckdb_table(data).replace(f"{data.folder}/**/*{data.suffix}", str(file))
        bench.sides.duckdb.run(f"COPY (SELECT {columns} FROM {table}) TO '{part / file.name.replace('.log.gz', '.log.parquet')}' "
                               f"(FORMAT parquet, COMPRESSION {codec})")
    part.rename(folder)
    os.sync()
    return folder


def queries(tenth, rare):
    """What is asked, of flowlogs_rollup and of DuckDB. The last one has rows, so flowlogs is asked."""
    first, last = re.findall(r"[0-9]+", tenth)
    return [
        ("`count(*)`", "SELECT sum(flows) FROM {}", "SELECT count(*) FROM {}"),
        ("`sum(bytes)`", "SELECT sum(bytes) FROM {}", "SELECT sum(bytes) FROM {}"),
        ("`sum(packets), sum(bytes), min(start), max(end)`", "SELECT sum(packets), sum(bytes), min(first_seen), max(last_seen) FROM {}",
         'SELECT sum(packets), sum(bytes), min(start), max("end") FROM {}'),
        ("`sum(bytes)` of a tenth of the time", f"SELECT sum(bytes) FROM {{}} WHERE {tenth}", f"SELECT sum(bytes) FROM {{}} WHERE {tenth}"),
        ("the same, with `since` and `until`", f"SELECT sum(bytes) FROM {{}} WHERE since = {first} AND until = {last} + 1", f"SELECT sum(bytes) FROM {{}} WHERE {tenth}"),
        ("`sum(bytes)` of REJECT", "SELECT sum(bytes) FROM {} WHERE action = 'REJECT'", "SELECT sum(bytes) FROM {} WHERE action = 'REJECT'"),
        ("`sum(bytes)` by `srcaddr`", "SELECT srcaddr, sum(bytes) FROM {} GROUP BY srcaddr", "SELECT srcaddr, sum(bytes) FROM {} GROUP BY srcaddr"),
        ("the few records of one `srcaddr`", f"SELECT srcaddr, dstport, bytes FROM {{}} WHERE srcaddr = '{rare}'",
         f"SELECT srcaddr, dstport, bytes FROM {{}} WHERE srcaddr = '{rare}'"),
    ]


def parquet(bench, rounds, tenth, rare, table, seconds, ratio, mib):
    if bench.sides.duckdb.missing:
        print(f"\nParquet files are made with DuckDB, which is not there: {bench.sides.duckdb.missing}.")
        return
    data = bench.data("default", "gzip")
    for codec in ("gzip", "snappy"):
        folder, rows = make(bench, data, codec), []
        say(f"parquet: {codec}")
        for label, us, duck in queries(tenth, rare):
            function = "flowlogs" if label.startswith("the few") else "flowlogs_rollup"
            sql = us.format(f"{function}('{folder}')")
            best = bench.best(label, rounds, flowlogs=lambda: bench.sides.flowlogs(sql),
                              eleven=lambda: bench.sides.flowlogs_times(sql, 11),
                              DuckDB=lambda: bench.sides.duckdb.run(duck.format(f"read_parquet('{folder}/*.parquet')")))
            ours, theirs = best["flowlogs"], best["DuckDB"]
            again = ours._replace(seconds=(best["eleven"].seconds - ours.seconds) / 10)  # in a process that runs already
            rows.append((label, seconds(ours), seconds(again), seconds(theirs), ratio(ours, theirs), ratio(again, theirs), mib(ours)))
        size = sum(f.stat().st_size for f in folder.iterdir()) / 1e6
        print(f"\n### {data.records:,} records in {len(data.files())} Parquet files, {codec}, {size:,.0f} MB, {cores()} threads\n")
        print(table(("query", "flowlogs s", "again s", "DuckDB s", "flowlogs/DuckDB", "again/DuckDB", "MiB"), rows))
