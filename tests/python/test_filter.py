# SPDX-License-Identifier: MIT
"""The column `filter` selects the records whose text in the default format cwl_match() matches,
whatever the format of the file. cwl_match() itself is compared with a second implementation in
test_cwl.py."""

import random
import sqlite3

import pytest

import reference
from builds import BUILDS, ROOT, connect

SAMPLE = "tests/data/AWSLogs"
NAMES = {  # AWS's two sets of names in its examples, its own in records, and Logs Insights'
    "search": "version accountid interfaceid srcaddr dstaddr srcport dstport protocol packets bytes start end action "
              "logstatus",
    "alarm": "version account eni source destination srcport destport protocol packets bytes windowstart windowend action "
             "flowlogstatus",
    "record": " ".join(n.replace("_", "-") for n in reference.DEFAULT_NAMES),
    "insights": "version accountId interfaceId srcAddr dstAddr srcPort dstPort protocol packets bytes startTime endTime "
                "action logStatus",
    "none": "a b c d e f g h i j k l m n",
}
# A record as a line of the default format, from the columns.
DEFAULT_LINE = " || ' ' || ".join(f'''coalesce("{n}", '-')''' for n in reference.DEFAULT_NAMES)
FILES = {
    "default": ("tests/data/AWSLogs/123456789012/vpcflowlogs/us-east-1/2026/03/*/*_fl-0f0364dc838ff8342_*", "raw"),
    "v5": ("tests/data/AWSLogs/012345678901/vpcflowlogs/eu-central-1/", DEFAULT_LINE),
    "v5 lines": ("tests/data/AWSLogs/012345678901/vpcflowlogs/eu-central-1/", "raw"),
    "exported": ("tests/data/edge/cwl-export*", "substr(raw, 1 + instr(raw, ' '))"),
    "custom": ("tests/data/AWSLogs/012345678901/vpcflowlogs/us-east-1/", DEFAULT_LINE),
    "sample": (SAMPLE, DEFAULT_LINE),
}


@pytest.fixture(scope="module")
def db():
    db = connect(BUILDS[0])
    for name, (path, message) in FILES.items():
        db.execute(f'CREATE TABLE "{name}" AS SELECT file, line, {message} AS message, action, dstport, bytes, srcaddr '
                   "FROM flowlogs(?)", [str(ROOT / path)])
    return db


class Patterns:
    """Makes random patterns with slots. Most of them select some records."""

    def __init__(self, db, files, names, seed):
        self.rng = random.Random(f"{files} {names} {seed}")
        self.names = NAMES[names].split()
        self.lines = [m.split(" ") for m, in db.execute(f'SELECT message FROM "{files}"')]

    def value(self, place):
        """A value of that slot, as it is or with wildcards."""
        rng, text = self.rng, self.rng.choice(self.lines)[place]
        kind = rng.random()
        if kind < 0.3:
            return text
        if kind < 0.5:
            return f'"{text}"'
        if kind < 0.7 and len(text) > 1:
            cut = rng.randrange(1, len(text))
            return rng.choice([text[:cut] + "*", "*" + text[cut:], f'"{text[:cut]}*"', text[:1] + "*" + text[-1:]])
        if kind < 0.85:
            cut = rng.randrange(len(text))
            quoted = "".join(c if c.isalnum() else "-" if c == "-" else "\\x%02x" % ord(c) for c in text[cut:])
            return "%" + rng.choice(["", "^"] if cut == 0 else [""]) + quoted + rng.choice(["", "$", "+", "?"]) + "%"
        return rng.choice(["-", "*", "0", "22", "443", "6", "REJECT", "ACCEPT", "10.*", "-1", "4.5", "1e3", "\"\""])

    def condition(self, name, place):
        rng = self.rng
        text = rng.choice(self.lines)[place]
        if text.isdigit() and rng.random() < 0.4:
            return f"{name} {rng.choice(['<', '<=', '>', '>='])} {int(text) + rng.choice([-1, 0, 0, 1])}"
        space = rng.choice(["", " "])
        return f"{name}{space}{rng.choice(['=', '=', '=', '!='])}{space}{self.value(place)}"

    def slot(self, place):
        name = self.names[place]
        first = self.condition(name, place)
        more = self.rng.choices([0, 1, 2], [6, 2, 1])[0]
        return first + "".join(self.rng.choice([" && ", " || ", "||"]) + self.condition(name, place) for _ in range(more))

    def make(self):
        asked = self.rng.sample(range(14), self.rng.choices([1, 2, 3], [5, 3, 1])[0])
        slots = [self.slot(i) if i in asked else self.rng.choice([self.names[i], self.names[i], ""]) for i in range(14)]
        free = [(a, b) for a in range(14) for b in range(a + 1, 15) if not any(a <= i < b for i in asked)]
        if free and self.rng.random() < 0.4:
            a, b = self.rng.choice(free)
            slots[a:b] = ["..."]
        elif self.rng.random() < 0.3:
            last = max(asked)
            slots[last + 1:] = [""] if last < 13 else []
        return "[" + self.rng.choice([", ", ","]).join(slots) + "]"


def check(db, files, pattern):
    """Asserts that the filter selects what cwl_match() matches. Returns how many records that
    is."""
    path = str(ROOT / FILES[files][0])
    want = db.execute(f'SELECT file, line FROM "{files}" WHERE cwl_match(message, ?)', [pattern]).fetchall()
    for threads in (0, 3):
        got = db.execute("SELECT file, line FROM flowlogs(?) WHERE filter = ? AND threads = ?",
                         [path, pattern, threads]).fetchall()
        assert got == want, f"{files}: {pattern}: {len(got)} records instead of {len(want)}"
    flows, size = db.execute(f'SELECT count(*), sum(bytes) FROM "{files}" WHERE cwl_match(message, ?)', [pattern]).fetchone()
    got = db.execute("SELECT coalesce(sum(flows), 0), sum(bytes) FROM flowlogs_rollup(?) WHERE filter = ?", [path, pattern])
    assert got.fetchone() == (flows, size), pattern
    return len(want)


@pytest.mark.parametrize("files, names, count", [
    ("default", "search", 150), ("default", "alarm", 150), ("default", "none", 100), ("default", "insights", 50),
    ("v5", "record", 150), ("v5 lines", "none", 50), ("exported", "alarm", 150), ("custom", "alarm", 150), ("sample", "search", 100)])
def test_random_slots_select_what_cwl_match_does(db, files, names, count):
    make, some = Patterns(db, files, names, 1), 0
    total = db.execute(f'SELECT count(*) FROM "{files}"').fetchone()[0]
    for _ in range(count):
        pattern = make.make()
        try:
            some += 0 < check(db, files, pattern) < total
        except sqlite3.OperationalError as error:  # the pattern has 14 places, the lines have 29
            assert files == "v5 lines" and "the filter has 14 places" in str(error), pattern
    assert some > count / 5, f"only {some} of {count} patterns select some records and not all: ask better"


@pytest.mark.parametrize("files", ["default", "v5 lines", "exported"])
def test_random_terms_select_what_cwl_match_does(db, files):
    rng = random.Random(files)
    lines = [m for m, in db.execute(f'SELECT message FROM "{files}"')]
    for _ in range(80):
        terms, kind = [], rng.choice("-?")  # not both: CloudWatch doesn't say what that is
        for _ in range(rng.choice([1, 1, 2, 3])):
            line = rng.choice(lines)
            cut = rng.randrange(len(line) - 3)
            term = rng.choice([rng.choice(line.split(" ")), line[cut:cut + rng.randrange(2, 12)]])
            terms.append(rng.choice(["", "", kind]) + f'"{term}"')
        check(db, files, " ".join(terms))


@pytest.mark.parametrize("condition, where", [
    ("action=REJECT", "action = 'REJECT'"), ("action=\"REJECT\"", "action = 'REJECT'"),
    ("action!=REJECT", "action IS NOT 'REJECT'"), ("dstport=22 || dstport=3389", "dstport IN (22, 3389)"),
    ("dstport=\"22\" || dstport=\"3389\"", "dstport IN (22, 3389)"), ("bytes >= 400", "bytes >= 400"),
    ("bytes > 100 && bytes <= 4000", "bytes > 100 AND bytes <= 4000"), ("bytes != 40", "bytes IS NOT 40"),
    ("srcaddr = 10.0.1.*", "srcaddr GLOB '10.0.1.*'"), ("srcaddr != 10.*", "srcaddr NOT GLOB '10.*' OR srcaddr IS NULL"),
    ("srcaddr = %^10\\.0\\.[12]\\.%", "srcaddr GLOB '10.0.[12].*'"), ("bytes < 0", "0"), ("bytes > -1", "bytes >= 0"),
    ("bytes < 1e3", "bytes < 1000"), ("bytes > 9223372036854775807", "0"), ("bytes < 100.5", "bytes <= 100"),
    ("action = -", "action IS NULL"), ("bytes = -", "bytes IS NULL"), ("dstport = 4*", "dstport GLOB '4*'")])
def test_a_filter_selects_what_a_where_clause_does(db, condition, where):
    name = condition.split()[0].split("=")[0].rstrip("!")
    names = NAMES["search"].split()
    pattern = "[" + ", ".join(condition if n == name else n for n in names) + "]"
    for files in ("default", "v5", "custom", "sample"):
        want = db.execute("SELECT file, line FROM flowlogs(?) WHERE " + where, [str(ROOT / FILES[files][0])]).fetchall()
        got = db.execute("SELECT file, line FROM flowlogs(?) WHERE filter = ?", [str(ROOT / FILES[files][0]), pattern])
        assert got.fetchall() == want, files


def test_a_filter_works_with_conditions_joins_and_created_tables(db):
    pattern = "[version, account, eni, source, destination, srcport, destport, protocol, packets, bytes, windowstart, " \
              "windowend, action=\"REJECT\", flowlogstatus]"
    path = str(ROOT / SAMPLE)
    one = "SELECT count(*) FROM flowlogs(?) WHERE action = 'REJECT' AND dstport = 22"
    want = db.execute(one, [path]).fetchone()
    assert want[0] > 0
    for sql in ("SELECT count(*) FROM flowlogs(?) WHERE filter = ? AND dstport = 22",
                "SELECT sum(dstport = 22) FROM flowlogs(?) WHERE filter = ?",
                "SELECT sum(flows) FROM flowlogs_rollup(?) WHERE filter = ? AND port = 22"):
        assert db.execute(sql, [path, pattern]).fetchone() == want, sql
    db.execute(f"CREATE VIRTUAL TABLE temp.rejects USING flowlogs('{path}', filter='{pattern}')")
    assert db.execute("SELECT count(*) FROM rejects WHERE dstport = 22").fetchone() == want
    every = db.execute("SELECT count(*) FROM flowlogs(?) WHERE dstport = 22", [path]).fetchone()
    assert db.execute("SELECT count(*) FROM rejects WHERE filter = '[]' AND dstport = 22").fetchone() == every != want
    # A join that comes back is served from rows that were kept, of this filter alone.
    db.execute("CREATE TEMP TABLE ports AS SELECT value AS port FROM json_each('[22, 443, 3389, 1]')")
    for p in (pattern, "[]", "REJECT"):
        got = db.execute("SELECT port, (SELECT count(*) FROM flowlogs(?) f WHERE f.filter = ? AND f.dstport = p.port) "
                         "FROM ports p", [path, p]).fetchall()
        assert got == db.execute("SELECT port, (SELECT count(*) FROM sample WHERE dstport = port AND cwl_match(message, ?)) "
                                 "FROM ports", [p]).fetchall()


@pytest.mark.parametrize("order", [[0, 0, 0, 1, 1], [1, 1, 1, 0, 0]])
def test_join_that_comes_back_with_other_arguments(db, order):
    """Both pairs of arguments give the same text when they are concatenated. They must not share a
    key of the row cache."""
    pair = [("srcaddr dstaddr", "dstport\nREJECT"), ("srcaddr dstaddr\ndstport", "REJECT")]
    db.execute("CREATE TEMP TABLE IF NOT EXISTS asked(format, filter)")
    db.execute("DELETE FROM asked")
    db.executemany("INSERT INTO asked VALUES (?, ?)", [pair[i] for i in order])
    got = db.execute("SELECT (SELECT count(*) FROM flowlogs(?) f WHERE f.format = a.format AND f.filter = a.filter) "
                     "FROM asked a ORDER BY rowid", [str(ROOT / SAMPLE)]).fetchall()
    assert got == [((0, 486)[i],) for i in order]


@pytest.mark.parametrize("table, name", [("flowlogs", "filter"), ("flowlogs_rollup", "filter"), ("flowlogs", "path")])
def test_blob_behind_many_conditions(db, table, name):
    """SQLite compares a term again that stands behind 15 other terms, and for it a blob is not
    equal to a text."""
    path = str(ROOT / SAMPLE)
    value = b"REJECT" if name == "filter" else path.encode()
    source = f"{table}('{path}')" if name == "filter" else table
    many = " AND ".join(f"srcport > -{i}" for i in range(1, 17))
    assert db.execute(f"SELECT count(*) FROM {source} WHERE srcport > -1 AND {name} = ?", [value]).fetchone()[0] > 0
    with pytest.raises(sqlite3.OperationalError, match="stands behind 15 other conditions"):
        db.execute(f"SELECT count(*) FROM {source} WHERE {many} AND {name} = ?", [value]).fetchone()


def test_header_without_records(db, tmp_path):
    """A header without records is no error, even if the filter has more places than its lines
    would have."""
    line = "2 1 eni-1 10.0.0.1 10.0.0.2 1 22 6 1 40 3 4 REJECT OK\n"
    names = " ".join(n.replace("_", "-") for n in reference.DEFAULT_NAMES)
    pattern = "[..., x=22, p, q, r, s, t, u, v]"
    for tail in ("", "\n", "\n\n"):
        (tmp_path / "a.log").write_text(f"{names}\n{line}{line}srcaddr dstaddr dstport action bytes start end\n{tail}")
        for table, what in (("flowlogs", "count(*)"), ("flowlogs_rollup", "sum(flows)")):
            assert db.execute(f"SELECT {what} FROM {table}(?) WHERE filter = ?", [str(tmp_path), pattern]).fetchone() == (2,)
    (tmp_path / "a.log").write_text(f"{names}\n{line}srcaddr dstaddr dstport action bytes start end\n"
                                    "10.0.0.1 10.0.0.2 22 REJECT 40 3 4\n")
    for table, what in (("flowlogs", "count(*)"), ("flowlogs_rollup", "sum(flows)")):
        with pytest.raises(sqlite3.OperationalError, match="a.log: the filter has 8 places or more, and the file's lines have 7"):
            db.execute(f"SELECT {what} FROM {table}(?, 'skip') WHERE filter = ?", [str(tmp_path), pattern]).fetchone()


@pytest.mark.parametrize("option", ["since = '2026-03-01'", "until = '2026-03-10 00:00'", "since = 1772323200"])
def test_a_period_in_both_branches_of_an_or(build, option):
    """SQLite takes the common condition out of the OR, and compares the hidden column with the value
    again when it evaluates the branches."""
    logs = "flowlogs('tests/data/AWSLogs')"
    both = build.rows(f"SELECT count(*) FROM {logs} WHERE {option} AND dstport = 443 OR {option} AND protocol = 6;")
    once = build.rows(f"SELECT count(*) FROM {logs} WHERE {option} AND (dstport = 443 OR protocol = 6);")
    assert both == once != [["0"]]


def test_a_period_in_both_branches_of_an_or_as_a_parameter(release):
    """SQLite 3.53 gives the common condition twice to the plan of a branch. For a parameter the plan cannot tell it
    from two conditions that differ, so it is an error there."""
    db = connect(release)
    logs = "flowlogs('tests/data/AWSLogs')"
    once = db.execute(f"SELECT count(*) FROM {logs} WHERE since = ? AND (dstport = 443 OR protocol = 6)", ["2026-03-01"])
    try:
        both = db.execute(f"SELECT count(*) FROM {logs} WHERE since = ?1 AND dstport = 443 OR since = ?1 AND protocol = 6",
                          ["2026-03-01"])
    except sqlite3.OperationalError as e:
        assert sqlite3.sqlite_version_info >= (3, 47)
        assert str(e) == "flowlogs: since is given twice; write it once, outside of OR"
    else:
        assert both.fetchone() == once.fetchone() != (0,)
    with pytest.raises(sqlite3.OperationalError, match="since is given twice"):
        db.execute(f"SELECT count(*) FROM {logs} WHERE since = ?1 AND since = ?2", ["2026-03-01", "2026-03-02"])
