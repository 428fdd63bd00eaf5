#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Asks random queries over a tree of files that changes, for hours, and compares the answers with
those of the slow reader: no answer may differ, and neither memory nor descriptors may grow.

    soak.py [--seconds N] [--rounds N] [--seed N]

A round changes some files: it adds, appends, rewrites, cuts, renames or removes them. Then
lib/reference.py reads the tree, its records become an ordinary table, and queries of
lib/pushdata.py are asked of both, as lib/pushcheck.py does. Every SESSION rounds the connection is
closed, and then SQLite must have no memory and the process no more descriptors than at the
beginning.

One line is printed each minute. After a difference the run ends, and the last line says how to
repeat the session in which it was: the same seed makes the same files and queries.
"""

import argparse
import ctypes
import gc
import gzip
import os
import pathlib
import random
import re
import shutil
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

import fuzzdata
import pushdata
import reference
from pushcheck import COLUMNS, NAMES, Logs
from pushdata import literal

SESSION = 8             # rounds with one connection
QUERIES = 10            # of each kind in a round, about
MOST_FILES = 12
MOST_BYTES = 60_000     # of a file; larger ones are rewritten and not appended to
WARM_UP = 0.2           # this part of the time may allocate what stays
GROWTH = 16             # MiB by which the memory in use may grow afterwards
DIMS = [n for n in reference.DEFAULT_NAMES + reference.VPC_NAMES[14:29] if n not in ("packets", "bytes")]
TREE = "tree"           # relative, so that paths do not depend on where the run is


# Errors of SQLite about a query on an ordinary table: such a query says nothing.
USELESS = re.compile("LIKE or GLOB pattern too complex|integer overflow|string or blob too big")


class Useless(Exception):
    """SQLite cannot answer a query at all."""


class Difference(Exception):
    """An answer that is not that of the slow reader."""


class ChangingLogs(Logs):
    """Logs whose table `plain` has the records of the slow reader, and is made anew when files have
    changed."""

    def __init__(self, formats):
        self.format = None          # the option; `formats` has the ones to choose from
        self.formats = formats
        self.made = False           # ask the table `made` in place of the function
        self.cache = {}             # content and option -> items of the slow reader
        super().__init__(TREE, on_error="skip")
        # SQLite 3.40 misses rows when it makes an index for a LEFT JOIN whose other column has the
        # collation RTRIM, so that the truth would be wrong.
        self.db.execute("PRAGMA automatic_index = OFF")
        self.db.execute(f"CREATE VIRTUAL TABLE temp.made USING flowlogs('{TREE}', on_error = 'skip')")

    def table(self, threads=None):
        if self.made and self.format is None:
            return "made"           # was created when the files were others
        return f"flowlogs('{TREE}', 'skip', {literal(self.format)}, {literal(threads)})"

    def tables(self):
        declared = dict(self.db.execute("SELECT name, type FROM pragma_table_xinfo('flowlogs')"))
        plain = ", ".join(f'"{c}" {declared[c]}' for c in COLUMNS)
        return f"CREATE TABLE plain({plain}); {pushdata.other_table()}"

    def read_slowly(self):
        """The rows and errors of the tree. A file is read again when it has changed."""
        rows, errors, cache = [], [], {}
        formats = reference.formats_of(self.format) if self.format else None
        for file in reference.find_files(TREE):
            key = file, self.format, pathlib.Path(file).read_bytes()
            items = cache[key] = self.cache.get(key) or list(reference.read_file(file, formats, in_folder=True))
            errors += [item for item in items if isinstance(item, reference.FlowLogError)]
            rows += [item for item in items if not isinstance(item, reference.FlowLogError)]
        self.cache = cache
        return rows, errors

    def renew(self):
        """Reads the tree, and compares all rows and the places of all errors."""
        rows, errors = self.read_slowly()
        self.db.execute("DELETE FROM plain")
        self.db.execute("BEGIN")
        marks = ", ".join("?" * len(COLUMNS))
        self.db.executemany(f"INSERT INTO plain VALUES ({marks})", ([row.get(c) for c in COLUMNS] for row in rows))
        self.db.execute("COMMIT")
        self.size = len(rows)
        for threads in 0, 3:
            self.same(f"SELECT {NAMES} FROM {self.table(threads)}", f"SELECT {NAMES} FROM plain")
        got = self.run("SELECT file, line, cause IS 'suspicious' FROM flowlogs_errors"
                       f"('{TREE}', {literal(self.format)}) WHERE line IS NOT NULL AND reason NOT LIKE '%; the line begins with %'")
        want = [(e.file, e.line, int(e.reason == "suspicious")) for e in errors if e.line is not None]
        if got != want:
            raise Difference(f"flowlogs_errors, format {self.format}: {got} instead of {want}")
        return len(rows)

    def same(self, sql, truth):
        """Compares two queries that must have the same rows."""
        got, want = self.run(sql), self.run(truth)
        if got != want:
            rows = [pair for pair in zip(got, want) if pair[0] != pair[1]][:1] if isinstance(got, list) else got
            raise Difference(f"{sql}\n{len(got)} rows instead of {len(want)}; the first that differ: {rows}")

    def ask_rollup(self, rng):
        dims = rng.sample(DIMS, rng.choice([0, 1, 2, 3]))
        names = ", ".join(f'"{d}"' for d in dims)
        group = f" GROUP BY {names} ORDER BY {names}" if dims else ""
        shown = names + ", " if dims else ""
        options = f"'{TREE}', 'skip', {literal(self.format)}"
        self.same(f"SELECT {shown}ifnull(sum(flows), 0), sum(bytes), min(first_seen), max(last_seen) FROM "
                  f"flowlogs_rollup({options}, {rng.choice(['NULL', 0, 2])}, {rng.choice(['NULL', chr(39) + '1M' + chr(39)])}){group}",
                  f"SELECT {shown}count(*), sum(bytes), min(start), max(\"end\") FROM plain{group}")

    def ask_others(self, rng):
        """What flowlogs_files counts, and the rows of some rowids."""
        given = literal(self.format)
        self.same(f'SELECT path, "rows", min_start, max_end FROM flowlogs_files({literal(TREE)}, {given}) WHERE "rows" > 0 ORDER BY path',
                  'SELECT file, count(*), min(start), max("end") FROM plain GROUP BY 1 ORDER BY 1')
        rows = self.db.execute(f"SELECT rowid, file, line FROM {self.table(0)}").fetchall()
        for row in rng.sample(rows, min(3, len(rows))):
            self.same(f"SELECT rowid, file, line FROM {self.table(2)} WHERE rowid = {row[0]}",
                      f"SELECT {row[0]}, {literal(row[1])}, {row[2]}")

    def truth(self, sql, params=()):
        try:
            return super().truth(sql, params)
        except AssertionError as error:
            if USELESS.search(str(error)):
                raise Useless from None
            raise

    def try_each(self, questions):
        for question in questions:
            try:
                question()
            except Useless:
                pass

    def close_early(self, rng):
        """Reads some rows of two cursors, and leaves them."""
        a, b = (self.db.execute(f"SELECT line, raw FROM {self.table(n)}") for n in (0, 2))
        for cursor in a, b, a:
            cursor.fetchmany(rng.randrange(4))

    def ask(self, rng):
        """Random queries of all kinds."""
        values, columns = self.values(), [c for c in COLUMNS if self.db.execute(f'SELECT count("{c}") FROM plain').fetchone()[0]]
        make = pushdata.Predicates(rng.random(), values, columns or COLUMNS)
        where = [lambda: self.check_where(*make.query(rng.choice([1, 1, 2, 3]), self.selects), threads=(0, 3))]
        joins = [lambda: self.check(*make.join(), ordered=False, threads=(0, 3)), lambda: self.ask_rollup(rng)]
        self.try_each(where * QUERIES + joins * (QUERIES // 3))
        self.ask_others(rng)
        self.close_early(rng)
        if self.failures:
            raise Difference("\n\n".join(self.failures[:3]))


class Tree:
    """The files, and how they change."""

    def __init__(self, rng):
        self.rng, self.made = rng, 0
        self.fuzz = fuzzdata.Fuzz(rng.random())
        shutil.rmtree(TREE, ignore_errors=True)
        for _ in range(6):
            self.add()

    def files(self):
        return sorted(str(p) for p in pathlib.Path(TREE).rglob("*") if p.is_file())

    def add(self):
        folder = self.rng.choice(["", "a", "a-b", "a/b", "B", "ü"])
        self.made += 1
        self.fuzz.file(os.path.join(TREE, folder, f"f{self.made}{self.rng.choice(['.log', '.log.gz', ''])}"))

    def append(self, path):
        data, content = pathlib.Path(path).read_bytes(), self.fuzz.content()
        if len(data) > MOST_BYTES or data.startswith(b"PAR1"):      # which the slow reader does not know
            return self.fuzz.file(path)
        more = gzip.compress(content, mtime=0) if data.startswith(b"\x1f\x8b") else content
        with open(path, "ab") as f:
            f.write(more)

    def cut(self, path):
        size = os.path.getsize(path)
        os.truncate(path, self.rng.randrange(size + 1))

    def change(self):
        """Changes some files, in place or with a new file in the place of the old one."""
        for _ in range(self.rng.choice([1, 1, 2, 4])):
            files = self.files()
            path = self.rng.choice(files)
            what = self.rng.choice(["add", "append", "append", "rewrite", "replace", "cut", "rename", "remove"])
            if len(files) > MOST_FILES:
                what = "remove"
            if what == "add" or len(files) < 3:
                self.add()
            elif what == "append":
                self.append(path)
            elif what == "rewrite":
                self.fuzz.file(path)
            elif what == "replace":
                self.fuzz.file(path + ".new")
                os.replace(path + ".new", path)
            elif what == "cut":
                self.cut(path)
            elif what == "rename":
                self.made += 1
                os.rename(path, os.path.join(os.path.dirname(path), f"r{self.made}.log"))
            elif what == "remove":
                os.remove(path)


def resident():
    """The resident memory of the process, in MiB; 0 where the system has no /proc."""
    status = pathlib.Path("/proc/self/status")
    return int(re.search(r"VmRSS:\s+(\d+)", status.read_text())[1]) / 1024 if status.exists() else 0


class MallocInfo(ctypes.Structure):
    """What glibc's mallinfo2() returns."""
    _fields_ = [(name, ctypes.c_size_t) for name in
                "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost".split()]


def in_use():
    """What has been allocated and not freed, in MiB. The resident memory says less, because it also
    has what was freed and not given back to the system. Without glibc it is all that can be known."""
    mallinfo2 = getattr(ctypes.CDLL(None), "mallinfo2", None)
    if mallinfo2 is None:
        return resident()
    gc.collect()
    mallinfo2.restype = MallocInfo
    info = mallinfo2()
    return (info.uordblks + info.hblkhd) / 2**20


def descriptors():
    return len(os.listdir("/dev/fd"))


def sqlite_memory():
    """The bytes that SQLite has allocated in this process, those of the extension included; 0 where
    its library is not found."""
    maps = pathlib.Path("/proc/self/maps")
    library = re.search(r"/\S*libsqlite3\S*", maps.read_text()) if maps.exists() else None
    if not library:
        return 0
    function = ctypes.CDLL(library[0]).sqlite3_memory_used
    function.restype = ctypes.c_int64
    return function()


class Soak:
    def __init__(self, args):
        self.args, self.began = args, time.monotonic()
        self.rounds = self.queries = self.rows = self.sessions = self.refused = 0
        self.printed, self.memory, self.first = 0, [], None
        self.seed = args.seed

    def elapsed(self):
        return time.monotonic() - self.began

    def is_over(self):
        if self.args.rounds:
            return self.rounds >= self.args.rounds
        return self.elapsed() >= self.args.seconds

    def say(self):
        seconds = int(self.elapsed())
        print(f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}  {self.rounds} rounds, {self.queries} queries, "
              f"{self.rows} rows of files, {resident():.0f} MiB resident, {in_use():.0f} in use, "
              f"{descriptors()} descriptors", flush=True)

    def round(self, logs, tree, rng):
        tree.change()
        logs.format = rng.choice([None, *logs.formats])
        logs.made = rng.random() < 0.3
        self.rows += logs.renew()
        logs.ask(rng)
        self.queries += logs.asked + QUERIES // 3
        self.refused += logs.refused
        logs.done()
        self.rounds += 1
        if self.elapsed() - 60 * self.printed >= 60:
            self.printed = int(self.elapsed() // 60)
            self.memory.append((self.elapsed(), in_use()))
            self.say()

    def session(self):
        """Some rounds with a connection of their own. The seed makes all that they do."""
        rng = random.Random(self.seed)
        tree = Tree(rng)
        formats = [" ".join(names) for names in tree.fuzz.formats]
        logs = ChangingLogs(formats)
        for _ in range(SESSION):
            self.round(logs, tree, rng)
            if self.is_over():
                break
        logs.db.close()
        del logs
        gc.collect()
        state = sqlite_memory(), descriptors()
        self.first = self.first or state
        if state[0] > self.first[0] or state[1] > self.first[1]:
            raise Difference(f"a closed connection leaves (bytes, descriptors) {state} instead of {self.first}")
        self.sessions += 1
        self.seed += 1

    def check_memory(self):
        late = [mib for at, mib in self.memory if at > WARM_UP * self.elapsed()]
        if len(late) > 3 and min(late[-2:]) > late[0] + GROWTH:
            raise Difference(f"the memory in use grew from {late[0]:.0f} to {late[-1]:.0f} MiB")

    def run(self):
        while not self.is_over():
            self.session()
        self.check_memory()
        self.say()
        print(f"soak: clean: {self.sessions} sessions from seed {self.args.seed}, {self.queries} queries, "
              f"{self.refused} of them answered with an error that says why no record can match; "
              f"(bytes of SQLite, descriptors) after each: {self.first}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=7200)
    parser.add_argument("--rounds", type=int, default=0, help="end after so many rounds, whatever time they take")
    parser.add_argument("--seed", type=int, default=None, help="of the first session; the next has the next number")
    args = parser.parse_args()
    if args.seed is None:
        args.seed = random.randrange(10**6) * 1000
    here = os.getcwd()
    folder = tempfile.mkdtemp(prefix="flowlogs-soak-")
    os.chdir(folder)
    soak = Soak(args)
    try:
        soak.run()
    except Difference as difference:
        print(f"{difference}\n\nsoak: a difference; the files are in {folder}/{TREE}; to repeat it:\n"
              f"  make soak SOAK_SEED={soak.seed}")
        return 1
    except BaseException:
        print(f"soak: ended in the session with SOAK_SEED={soak.seed}", file=sys.stderr)
        raise
    os.chdir(here)
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
