#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Asks random queries with an index and without one, over trees of files that change between the
building of the index and the query: the answers must be the same, whether they are rows or errors.

    index_soak.py [--seconds N] [--sessions N] [--seed N] [--keep FOLDER]

A session has a tree (lib/indextree.py) and an index of it. In each of its rounds some files change,
then mostly the index is built again, and then queries of lib/indexquestions.py are asked twice.

The last line says how many files of how many queries the index spared, so that nobody takes a run
for a good one in which it spared none. After a difference the run ends, and the last line says how
to repeat the session; --keep leaves the files and the index in a folder.
"""

import argparse
import json
import os
import pathlib
import random
import re
import sqlite3
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

from builds import BUILDS, connect
from indexquestions import COLUMNS, Questions, helper_tables
from indextree import Tree
from pushdata import literal, other_table
from reference import DEFAULT_NAMES

ROUNDS = 8              # of a session
QUERIES = 40            # of a round
# Errors that say how many files were read say it of other files where an index spares some.
COUNTS = re.compile(r"(none of the|of the|the first of) \d+ files")


class Difference(Exception):
    """An answer with the index that is not the one without it."""


class Session:
    def __init__(self, seed, counts):
        self.seed, self.rng, self.counts = seed, random.Random(f"session {seed}"), counts
        rng = self.rng
        self.tree = Tree("tree", seed, rng.choice([14] * 12 + [150]))
        self.index = rng.choice(["logs.idx"] * 6 + ["tree/logs.idx"])
        self.format = rng.choice([None] * 4 + [json.dumps([self.tree.format, " ".join(DEFAULT_NAMES)])] * 2 + [self.tree.format])
        self.db = connect(BUILDS[0], isolation_level=None, cached_statements=0)
        self.db.text_factory = bytes
        self.db.executescript(other_table().replace("CREATE TABLE other", "CREATE TABLE IF NOT EXISTS other"))
        self.db.executescript(helper_tables(rng, self.tree))
        if not os.path.islink("link"):
            os.symlink("tree", "link")
        if os.path.exists(self.index):
            os.remove(self.index)
        self.create_tables()

    # ---- the index, and the tables that were created before the files changed

    def create_tables(self):
        options = f"'tree', on_error = 'skip'{f', format = {literal(self.format)}' if self.format else ''}"
        for name, index in ("without", ""), ("with_index", f", index_file = '{self.index}'"):
            self.db.execute(f"DROP TABLE IF EXISTS temp.{name}")
            self.db.execute(f"CREATE VIRTUAL TABLE temp.{name} USING flowlogs({options}{index})")

    def build(self, db=None):
        rng = self.rng
        path = rng.choice(["tree", "tree/", "./tree", "link", os.path.abspath("tree"), "tree", "tree", *["tree/*.log*"] * any(pathlib.Path("tree").glob("*.log*"))])
        options = "".join(f" AND {name} = {value}" for name, value in
                          (("threads", rng.choice([None, None, 0, 2])), ("memory", rng.choice([None, None, "'1M'"]))) if value is not None)
        sql = f"SELECT files FROM flowlogs_index_build('{path}', '{self.index}', {literal(self.format)}) WHERE 1{options}"
        self.counts["builds"] += 1
        (db or self.db).execute(sql).fetchall()
        os.utime(self.index, (0, 1_600_000_000))        # an index among the files is one of them, and must not be waited for

    def build_apart(self):
        """Builds with another connection, in the middle of a query of this one."""
        db = connect(BUILDS[0], isolation_level=None)
        self.build(db)
        db.close()

    # ---- a question, asked twice

    def path(self):
        rng = self.rng
        if rng.random() < 0.75:
            return "tree"
        files = [os.fsdecode(f) for f in self.tree.files()]
        plain = [f for f in files if f.isprintable() and not set(f) & set("[]*?")]
        return rng.choice(["tree/", "./tree", "link", os.path.abspath("tree"), "tree/*", "tree/a", "tree/**/*.log*",
                           json.dumps(rng.sample(plain, min(3, len(plain)))), rng.choice(plain or ["tree"])])

    def run(self, sql, between=None):
        """The rows up to the first error, and its text."""
        rows = []
        try:
            for row in self.db.execute(sql):
                rows.append(row)
                if between:
                    between()
                    between = None
        except (sqlite3.Error, sqlite3.Warning) as error:
            return rows, COUNTS.sub(r"\1 N files", f"{type(error).__name__}: {error}")
        return rows, None

    def both(self, table, sql, options, path):
        """The question with an index and without."""
        if self.format:
            options = {"format": literal(self.format), **options}
        conditions = " AND ".join(["1", *(f"t.{name} = {value}" for name, value in options.items())])
        sql = re.sub("«(.*?)»", r't."\1"', sql).replace("{T}", f"{table}({literal(path)})").replace("{O}", f"{{I}} AND {conditions}")
        return sql.replace("{I}", f"t.index_file = '{self.index}'"), sql.replace("{I}", "1")

    def ask(self, questions):
        table, sql, is_ordered = questions.question()
        if table == "flowlogs" and self.rng.random() < 0.2:
            sql = re.sub("«(.*?)»", r't."\1"', sql).replace("{O}", "1")
            with_index, without = sql.replace("{T}", "temp.with_index"), sql.replace("{T}", "temp.without")
        else:
            with_index, without = self.both(table, sql, questions.options(table), self.path())
        want = self.run(without)
        got = self.run(with_index, self.build_apart if self.rng.random() < 0.02 else None)
        self.count(table, want)
        if not is_ordered:
            got, want = [(sorted(rows, key=repr) if error is None else [], error) for rows, error in (got, want)]
        if got != want:
            raise Difference(self.describe(with_index, got, want))

    def describe(self, sql, got, want):
        lines = [sql, f"with the index:    {len(got[0])} rows, {got[1]}", f"without the index: {len(want[0])} rows, {want[1]}"]
        for what, a, b in ("too many:", got[0], want[0]), ("missing: ", want[0], got[0]):
            lines += [f"  {what} {row}" for row in a if row not in b][:3]
        return "\n".join(lines)

    def count(self, table, want):
        c = self.counts
        c["queries"] += 1
        c["errors"] += want[1] is not None
        c["with rows"] += bool(want[0])
        if table == "flowlogs_files":
            return
        stats = json.loads(self.db.execute("SELECT ifnull(flowlogs_scan_stats(), '{}')").fetchone()[0])
        spared = stats.get("pruned_by_index", 0)
        c["files"] += stats.get("files_found", 0)
        c["spared"] += spared
        c["sparing"] += spared > 0

    # ---- rounds

    def values(self):
        """Some values of the columns, and some lines, for conditions and patterns."""
        options = f"t.on_error = 'skip' AND t.format IS {literal(self.format)}" if self.format else "t.on_error = 'skip'"
        columns = COLUMNS["flowlogs"]
        names = ", ".join(f't."{c}"' for c in columns)
        rows = self.run(f"SELECT t.raw, {names} FROM flowlogs('tree') t WHERE {options}")[0]
        rows = self.rng.sample(rows, min(60, len(rows)))
        text = [[v.decode("utf-8", "surrogateescape") if isinstance(v, bytes) else v for v in row] for row in rows]
        found = {c: sorted({row[i + 1] for row in text if row[i + 1] is not None}, key=repr) for i, c in enumerate(columns)}
        return {c: v for c, v in found.items() if v}, [row[0] for row in text if row[0]]

    def round(self, number):
        rng = self.rng
        if number:
            self.tree.change()
        if not number or rng.random() < 0.6:
            self.build()
        if rng.random() < 0.1:          # so often that the runs of the index are merged
            for _ in range(12):
                self.tree.change()
                self.build()
        if rng.random() < 0.2:
            self.create_tables()
        if rng.random() < 0.3:
            self.db.executescript(helper_tables(rng, self.tree))
        questions = Questions(f"{self.seed} {number}", self.tree, *self.values())
        for _ in range(QUERIES):
            self.ask(questions)


def run(args):
    counts = dict.fromkeys(["builds", "queries", "with rows", "errors", "files", "spared", "sparing"], 0)
    began, printed, seed = time.monotonic(), 0, args.seed
    while (seed - args.seed < args.sessions) if args.sessions else (time.monotonic() - began < args.seconds):
        session = Session(seed, counts)
        try:
            for number in range(ROUNDS):
                session.round(number)
        except Difference as difference:
            print(f"{difference}\nindex_soak: a difference in session {seed}: index_soak.py --sessions 1 --seed {seed} --keep FOLDER")
            return 1
        session.db.close()
        seed += 1
        if time.monotonic() - began >= 60 * (printed + 1):
            printed += 1
            print(f"{int(time.monotonic() - began)} s, {seed - args.seed} sessions, {counts}", flush=True)
    print(f"index_soak: clean: {json.dumps(counts)}")
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=3600)
    parser.add_argument("--sessions", type=int, default=0, help="end after so many sessions, whatever time they take")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--keep", help="the folder of the files; it is left as it is at the end")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.makedirs(args.keep or folder, exist_ok=True)
        os.chdir(args.keep or folder)
        code = run(args)
        os.chdir("/")
    return code


if __name__ == "__main__":
    sys.exit(main())
