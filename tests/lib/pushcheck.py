# SPDX-License-Identifier: MIT
"""Compares queries on flowlogs with the same queries on an ordinary table that has the same rows
and declared types.

A query is written with {T} for the table and «name» for a column, so that it can be asked of both
tables, and with a unary plus before each column.
"""

import re
import sqlite3

import pytest

import pushdata
from builds import BUILDS, ROOT, connect
from pushdata import COLUMNS, literal
from reference import DEFAULT_NAMES

DEFAULT = DEFAULT_NAMES + ["file", "line", "start_time", "end_time"]
THREADS = (0, 1, 3)
# More terms than SQLite leaves to a table, which are 16.
MANY = " AND ".join([f"«{c}» IS NOT " + (f"'1999-01-01 00:00:{i % 60:02}'" if c.endswith("_time") else
                                                f"-{i}" if c in ("start", "end") else f"'x' || {i}")
                     for i, c in enumerate(COLUMNS)] + [f"«dstport» > -{i}" for i in range(1, 40)])
NAMES = ", ".join(f'"{c}"' for c in COLUMNS)
SHOWN = 3       # so many differences does a failed test show
SHAPES = [      # other queries that are asked with the same predicate
    "SELECT count(*) FROM {T} t WHERE",
    "SELECT t.line FROM {T} t WHERE ORDER BY t.file DESC, t.line DESC LIMIT 4 OFFSET 2",
    "SELECT DISTINCT t.action FROM {T} t WHERE ORDER BY 1",
    "SELECT t.protocol, sum(t.line), max(t.start) FROM {T} t WHERE GROUP BY 1 ORDER BY 1",
    f"SELECT t.file, t.line, t.bytes FROM (SELECT {NAMES} FROM {{T}}) t WHERE ORDER BY 1, 2",
]


# The error of a condition that no record can meet. It names the column, and the value that the
# column never has, unless the value is one that cannot be compared with a time.
REFUSED = re.compile(r"flowlogs: (\w+) is (?:.*?\bnever (?:the number |like )?('.*'|[-+.\w]+)(?:, because|; write|; start_time|; end_time|$)"
                     r"|.* is compared with )", re.S)

# The error of a condition on a field that none of the files has which were read.
ABSENT = re.compile(r"flowlogs: no record can meet the condition on \w+, because ")


def name_columns(sql, plus=""):
    return re.sub("«(.*?)»", plus + r't."\1"', sql)


def backwards(a, b):
    return (a[::-1] > b[::-1]) - (a[::-1] < b[::-1])


class Logs:
    """A connection with the extension, a folder of log files, and the ordinary table `plain` of
    their records."""

    def __init__(self, path, on_error="fail", encoding="UTF-8"):
        self.path, self.on_error, self.failures = str(path), on_error, []
        self.source = None              # the name of a created table, to be asked instead of the function
        self.asked = self.some = 0      # how many queries, and how many of them select some rows but not all
        self.refused = 0                # how many of them have a condition that no record can meet
        self.db = connect(BUILDS[0], isolation_level=None)
        self.db.execute(f"PRAGMA encoding = '{encoding}'")      # nothing is stored yet, so it can still be set
        self.db.create_collation("BACKWARDS", backwards)
        self.db.create_function("regexp", 2, lambda pattern, text: text is not None and bool(re.search(pattern, str(text))))
        self.db.executescript(self.tables())
        self.size = self.db.execute("SELECT count(*) FROM plain").fetchone()[0]

    def tables(self):
        """The SQL script that makes the tables plain and other."""
        declared = dict(self.db.execute("SELECT name, type FROM pragma_table_xinfo('flowlogs')"))
        plain = ", ".join(f'"{c}" {declared[c]}' for c in COLUMNS)
        return f"CREATE TABLE plain({plain}); INSERT INTO plain SELECT {NAMES} FROM {self.table()}; {pushdata.other_table()}"

    def table(self, threads=None):
        return self.source or f"flowlogs({literal(self.path)}, '{self.on_error}', NULL, {literal(threads)})"

    def values(self):
        """For each column, up to 300 of the values that it has."""
        factory, self.db.text_factory = self.db.text_factory, lambda b: b.decode("utf-8", "surrogateescape")
        found = {c: [v for v, in self.db.execute(f'SELECT DISTINCT "{c}" FROM plain WHERE "{c}" IS NOT NULL LIMIT 300')]
                 for c in COLUMNS}
        self.db.text_factory = factory
        return found

    def run(self, sql, params=()):
        """The rows of a query, or the text of its error."""
        try:
            return self.db.execute(sql, params).fetchall()
        except (sqlite3.Error, sqlite3.Warning) as error:
            return f"{type(error).__name__}: {error}"

    def truth(self, sql, params=()):
        rows = self.run(name_columns(sql).replace("{T}", "plain"), params)
        assert isinstance(rows, list), f"a wrong test: {rows}\n{sql}\n{params}"
        return rows

    def selects(self, where, params=()):
        return bool(self.truth(f"SELECT 1 FROM plain t WHERE {where} LIMIT 1", params))

    def expect(self, want, sql, params=(), ordered=True):
        """Runs a query and notes how its answer differs from `want`. Returns whether it is
        equal."""
        got = self.run(sql, params)
        if isinstance(got, list) and not ordered:
            got, want = sorted(got, key=repr), sorted(want, key=repr)
        if got == want or isinstance(got, str) and self.is_refused(got, sql, want):
            return True
        lines = [sql if len(sql) < 3000 else sql[:3000] + "…", f"  with {str(params)[:1000]}"]
        if isinstance(got, str):
            lines.append(f"  {got}\n  instead of {len(want)} rows")
        else:
            lines.append(f"  has {len(got)} rows instead of {len(want)}")
            lines += [f"  {what} {self.describe(row, sql)}" for what, rows in
                      (("missing:", [r for r in want if r not in got]), ("too many:", [r for r in got if r not in want]))
                      for row in rows[:SHOWN]]
            if len(lines) == 3:
                lines.append(f"  in another order: {got[:SHOWN]} instead of {want[:SHOWN]}")
        self.failures.append("\n".join(lines))
        return False

    def is_refused(self, error, sql="", want=()):
        """Is it the error of a condition that no record can meet, and is it true that no record
        has the value? A part of an OR, or a round of a join, may have such a condition although
        the query has rows."""
        if ABSENT.search(error):
            self.refused += 1
            return not want or re.search(" OR |EXISTS|JOIN", sql) is not None or "count(*)" in sql and want == [(0,)]
        found = REFUSED.search(error)
        if not found:
            return False
        self.refused += 1
        column, value = found[1], found[2]
        if value is None or column.endswith("account_id") or sql and "00' AS TEXT)" in sql:
            return True         # no value is shown, or not all of it
        if f"{column} is an IP address, never" in error or f"{column} is never like" in error:
            return True         # a line may have such a text all the same, but nobody can want it
        columns = {"addr": ("srcaddr", "dstaddr", "pkt_srcaddr", "pkt_dstaddr"), "port": ("srcport", "dstport")}
        return all(self.db.execute(f'SELECT count(*) FROM plain WHERE "{c}" = ?', (value[1:-1] if value[0] == "'" else value,)).fetchone() == (0,)
                   for c in columns.get(column, (column,)))

    def describe(self, row, sql):
        """A row, with the values of those columns that the query names."""
        names = [c for c in dict.fromkeys(re.findall(r't\."(\w+)"', sql)) if c in COLUMNS]
        if len(row) < 2 or not names:
            return row
        self.db.text_factory = bytes
        wanted = ", ".join(f'"{c}"' for c in names)
        cells = self.db.execute(f"SELECT {wanted} FROM plain WHERE file = ? AND line = ?", row[:2])
        text = f"{row} {dict(zip(names, cells.fetchone() or ()))}"
        self.db.text_factory = str
        return text if len(text) < 600 else text[:600] + "…"

    def check(self, sql, params=(), ordered=True, threads=THREADS):
        """Asks a query with each number of threads, and with a unary plus before each column."""
        want = self.truth(sql, params)
        self.asked += 1
        self.some += 0 < len(want) < self.size
        for n in threads:
            if not self.expect(want, name_columns(sql).replace("{T}", self.table(n)), params, ordered):
                return want
        plus = name_columns(sql, "+")
        self.expect(self.truth(plus, params), plus.replace("{T}", self.table()), params, ordered)
        return want

    def check_where(self, where, params=(), threads=THREADS):
        """Asks for all records for which a predicate holds, and then one of SHAPES, which take
        turns."""
        sql = f"SELECT t.file, t.line FROM {{T}} t WHERE {where}"
        # A plan for OR may scan the table once for each term, and a plan for EXISTS may turn it
        # into a join. Then the order of the rows is another.
        ordered = not re.search(" OR |EXISTS", sql)
        rows = self.check(sql, params, ordered, threads)
        shape = self.asked % (len(SHAPES) + 1)
        if shape < len(SHAPES):
            other = SHAPES[shape].replace("WHERE", f"WHERE {where}")
            self.expect(self.truth(other, params), name_columns(other).replace("{T}", self.table(3)), params)
        elif ordered:
            self.expect(rows[2:5], name_columns(sql).replace("{T}", self.table(3)) + " LIMIT 3 OFFSET 2", params)

    def done(self):
        """Ends a test: fails if an answer differed. Returns the counts of queries asked, see
        __init__()."""
        failures, asked, some = self.failures, self.asked, self.some
        self.failures, self.asked, self.some, self.refused = [], 0, 0, 0
        if failures:
            pytest.fail(f"{len(failures)} of {asked} queries differ\n\n" + "\n\n".join(failures[:6]), pytrace=False)
        return asked, some


@pytest.fixture(scope="module")
def odd(tmp_path_factory):
    folder = tmp_path_factory.mktemp("odd")
    pushdata.write_odd(folder)
    return Logs(folder)


@pytest.fixture(scope="module")
def named(tmp_path_factory):
    folder = tmp_path_factory.mktemp("named")
    pushdata.write_named(folder)
    return Logs(folder)


@pytest.fixture(scope="module")
def sample():
    return Logs(ROOT / "tests" / "data" / "AWSLogs")


@pytest.fixture
def logs(request):
    """One of the three fixtures above, by its name."""
    return request.getfixturevalue(request.param)
