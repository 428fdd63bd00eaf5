# SPDX-License-Identifier: MIT
"""Builds of an index that are many, at the same time, killed, or interrupted, and queries meanwhile."""

import contextlib
import itertools
import os
import random
import shutil
import sqlite3
import subprocess
import time

import pytest

from builds import BUILDS, connect, quote
from indexing import HEADER, LONG_AGO, QUESTIONS, ask, build_sql, make, question, record, tree, truths, where, write


def rows_of(index, sql):
    with contextlib.closing(sqlite3.connect(f"file:{index}?mode=ro", uri=True)) as db:
        return db.execute(sql).fetchall()


# ---- many builds, one after the other

def test_many_builds_of_a_file_each(release, tmp_path):
    """There are few runs, however often the index is built, as a cron job does."""
    logs, index = tree(tmp_path / "logs", 12, 20), tmp_path / "x.idx"
    make(release, logs, index)
    db, most = connect(release), 0
    for i in range(60):
        write(logs / "c" / f"{i}.log", HEADER + "".join(record(f"10.50.{i}.{k}") for k in range(20)), ns=i)
        assert db.execute(build_sql(logs, index)).fetchone()[:4] == (13 + i, 1, 0, 0)
        most = max(most, *rows_of(index, "SELECT count(*) FROM runs")[0])
    assert 2 < most <= 20
    questions = [*QUESTIONS, "count(*), file FROM flowlogs({}) WHERE srcaddr = '10.50.57.7'"]
    assert [ask(db, q, logs, index) for q in questions] == [ask(db, q, logs) for q in questions]


def test_what_is_gone_is_forgotten(build, tmp_path):
    """The rows stayed for ever, because the name of a file was looked at after it was freed."""
    logs, index = tree(tmp_path / "logs", 12, 20), tmp_path / "x.idx"
    make(BUILDS[0], logs, index)

    def built():
        return build.shell(f"SELECT files, added, changed, forgotten FROM ({build_sql(logs, index)});")

    shutil.rmtree(logs / "b")
    for i in (0, 4):
        (logs / "a" / f"{i:03}.log{'.gz' if i % 3 else ''}").unlink()
    assert (built(), built()) == ("4|0|0|8\n", "4|0|0|0\n")
    assert rows_of(index, "SELECT name FROM files ORDER BY 1") == [("002.log.gz",), ("006.log",), ("008.log.gz",), ("010.log.gz",)]
    assert rows_of(index, "SELECT path FROM folders") == [(str(logs / "a"),)]
    (logs / "a").rename(logs / "c")
    assert (built(), built()) == ("4|4|0|4\n", "4|0|0|0\n")


def test_an_index_does_not_grow_when_files_come_and_go(release, tmp_path):
    """The ids of files grow, and each file of the index is there for a while. One file is very old,
    and for its sake all runs were merged in every build."""
    logs, index = tmp_path / "logs", tmp_path / "x.idx"
    write(logs / "old.log", HEADER + record("10.0.0.1"))
    for k in range(250):
        write(logs / "0" / f"{k}.log", record(f"10.1.{k}.1"))
    db, sizes, oldest = connect(release), [], []
    for i in range(27):
        assert db.execute(build_sql(logs, index)).fetchone()[:4] == (251, 250 + (i == 0), 0, 250 * (i > 0))
        (logs / str(i)).rename(logs / str(i + 1))       # as if these were other files
        sizes.append(index.stat().st_size)
        oldest += rows_of(index, "SELECT min(run) FROM runs")
    assert rows_of(index, "SELECT count(*) FROM files") == [(251,)]
    assert rows_of(index, "SELECT value FROM about WHERE name = 'next_id'") == [(27 * 250 + 2,)]
    assert max(sizes) <= 2 * max(sizes[:9]) and len(set(oldest[-5:])) <= 2
    assert db.execute(f"SELECT count(*) FROM flowlogs({quote(str(logs))}) WHERE srcaddr = '10.0.0.1'{where({'index_file': str(index)})}").fetchone() == (1,)
