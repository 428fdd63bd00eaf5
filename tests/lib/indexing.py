# SPDX-License-Identifier: MIT
"""Trees of log files with an index, and questions to it, for tests of the index file."""

import contextlib
import gzip
import os

from builds import connect, quote

LONG_AGO = 1_780_000_000        # seconds; a file that was modified a moment ago is waited for
HEADER = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status\n"


def record(source, target="10.9.9.9", interface="eni-1", port=443, start=1773100000):
    return f"2 123456789010 {interface} {source} {target} 40000 {port} 6 20 4249 {start} {start + 60} ACCEPT OK\n"


def write(path, text, seconds=LONG_AGO, ns=0):
    """Writes a file, gzipped if its name says so, that was modified at that time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = text.encode()
    path.write_bytes(gzip.compress(data, 1, mtime=0) if path.name.endswith(".gz") else data)
    os.utime(path, ns=(seconds * 10**9 + ns,) * 2)
    return path


def tree(folder, files=40, values=60):
    """Files in two folders, each with addresses of its own, some that half of them have, and the
    interface and the port of its number."""
    for i in range(files):
        lines = [record(f"10.{i}.{k // 250}.{k % 250}", f"172.16.{i % 2}.{k % 200}", f"eni-{i:04x}", 1000 + i, 1773100000 + 300 * i)
                 for k in range(values)]
        write(folder / "ab"[i % 2] / f"{i:03}.log{'.gz' if i % 3 else ''}", HEADER + "".join(lines), ns=i)
    return folder


def where(options):
    return "".join(f" AND {k} = {quote(v) if isinstance(v, str) else v}" for k, v in options.items())


def build_sql(logs, index, **options):
    """The statement that builds an index."""
    return f"SELECT * FROM flowlogs_index_build({quote(str(logs))}, {quote(str(index))}) WHERE 1{where(options)}"


def make(release, logs, index, **options):
    """Builds the index in this process. Returns the row, by the names of the columns."""
    with contextlib.closing(connect(release)) as db:
        cursor = db.execute(build_sql(logs, index, **options))
        return dict(zip([c[0] for c in cursor.description], cursor.fetchone()))


# Questions about tree(), which an index answers by reading one file, some of them, or none.
QUESTIONS = [
    "count(*), sum(srcport) FROM flowlogs({}) WHERE srcaddr = '10.33.0.7'",
    "count(*), max(file) FROM flowlogs({}) WHERE cidr_match(srcaddr, '10.20.0.0/15')",
    "count(*), max(file) FROM flowlogs({}) WHERE dstaddr IN ('172.16.1.3', '10.0.0.1', '::1')",
    "count(*), max(file) FROM flowlogs({}) WHERE interface_id = 'eni-0011'",
    "count(*), max(file) FROM flowlogs({}) WHERE dstport = 1007",
    "sum(flows), count(DISTINCT srcaddr) FROM flowlogs_rollup({}) WHERE srcaddr IN ('10.0.0.1', '10.38.0.9')",
    "count(*), min(file) FROM flowlogs({}) WHERE start >= 1773105000 AND \"end\" < 1773106000",
    "sum(rows), min(min_start), max(max_end), sum(errors) FROM flowlogs_files({}) WHERE 1",
]


def question(which, logs, index=None):
    """A question as SQL; without an index, to find out the truth."""
    return "SELECT " + which.format(quote(str(logs))) + (where({"index_file": str(index)}) if index else "")


def ask(db, which, logs, index=None):
    return db.execute(question(which, logs, index)).fetchall()


def truths(release, logs, questions=QUESTIONS):
    with contextlib.closing(connect(release)) as db:
        return [ask(db, which, logs) for which in questions]
