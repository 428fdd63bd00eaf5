# SPDX-License-Identifier: MIT
"""An option has one value in a query, or one for each row of another table. Anything else is an error: SQLite would
find by itself that no row has two values, and return nothing, or read the files once for each value of IN, and show the
same traffic several times."""

import sqlite3

import pytest

import reference
from builds import connect

LOGS = "tests/data/AWSLogs/012345678901"
ONE, OTHER = "tests/data/edge/crlf.log", "tests/data/edge/nodata.log"
DEFAULT = " ".join(n.replace("_", "-") for n in reference.DEFAULT_NAMES)
EVENT = DEFAULT + "\n2 1 eni-1 10.0.0.1 10.0.0.2 1 22 6 1 40 3 4 REJECT OK"
VALUES = {  # two values of each option
    "path": (ONE, OTHER), "paths": (ONE, OTHER), "on_error": ("skip", "fail"), "format": ("${srcaddr} ${dstaddr}", DEFAULT),
    "filter": ("ACCEPT", "REJECT"), "since": ("2026-03-01", "2026-03-02"), "until": ("2026-04-01", "2026-04-02"), "threads": (1, 2),
    "memory": ("64M", "65M"), "late": ("1h", "2h"), "progress": ("off", "auto"), "inside": ('["10.0.0.0/8"]', '["0.0.0.0/0"]'),
    "servers": ("[1]", "[2]"), "idle": (60, 900)}
READING = "path on_error format threads filter since until late progress"
OPTIONS = {"flowlogs": READING, "flowlogs_rollup": f"{READING} memory", "flowlogs_connections": f"{READING} memory inside servers idle",
           "flowlogs_files": "paths format progress", "flowlogs_errors": "path format progress",
           "flowlogs_payload": "on_error format threads filter since until",
           "flowlogs_payload_rollup": "on_error format threads filter since until memory"}
CASES = [(table, option) for table, options in OPTIONS.items() for option in options.split()]


@pytest.fixture
def db(release):
    return connect(release)


def source(table, option):
    """The table with its first argument, unless that is the option."""
    if option in ("path", "paths"):
        return table
    return f"{table}('{EVENT}')" if "payload" in table else f"{table}('{LOGS}')"


def literal(value):
    return str(value) if isinstance(value, int) else "'{}'".format(value)


def test_every_option_is_here(db):
    """An option that is added must be in this file, too."""
    for table, options in OPTIONS.items():
        hidden = {name for _, name, *_, kind in db.execute(f"PRAGMA table_xinfo({table})") if kind == 1}
        assert hidden & set(VALUES) - {"path" if table == "flowlogs_files" else ""} == set(options.split()), table


@pytest.mark.parametrize("table,option", CASES)
def test_two_values(db, table, option):
    one, other = VALUES[option]
    count = f"SELECT count(*) FROM {source(table, option)} WHERE {option} ="
    alone = db.execute(f"{count} ?", [one]).fetchone()
    assert db.execute(f"{count} {literal(one)} AND {option} = {literal(one)}").fetchone() == alone
    for second in (literal(other), "NULL", f"(SELECT {literal(other)})"):
        for first in (literal(one), f"(SELECT {literal(one)})"):
            with pytest.raises(sqlite3.OperationalError, match=f"flowlogs: {option} is given twice; "):
                db.execute(f"{count} {first} AND {option} = {second}").fetchone()
    with pytest.raises(sqlite3.OperationalError, match=f"flowlogs: {option} is given twice; "):
        db.execute(f"{count} ?1 AND {option} = ?2", [one, other]).fetchone()
    if option in ("path", "paths"):
        return
    with pytest.raises(sqlite3.OperationalError, match=f"flowlogs: {option} is an argument, and this query uses it where"):
        db.execute(f"{count} {literal(one)} AND {option} IN ({literal(other)}, NULL)").fetchone()


@pytest.mark.parametrize("table,option", CASES)
def test_in(db, table, option):
    """Only the rows of two paths are different ones."""
    values = [literal(v) for v in VALUES[option]]
    count = f"SELECT count(*) FROM {source(table, option)} WHERE"
    conditions = [f"{option} IN ({', '.join(values)})", f"{option} = {values[0]} OR {option} = {values[1]}",
                  f"{option} IN (SELECT value FROM json_each(json_array({', '.join(values)})))"]
    if option in ("path", "paths"):
        assert db.execute(f"{count} {option} = {values[0]} OR {option} = {values[0]}").fetchone() == \
            db.execute(f"{count} {option} = {values[0]}").fetchone()
        both = sum(db.execute(f"{count} {option} = {v}").fetchone()[0] for v in values)
        assert [db.execute(f"{count} {c}").fetchone()[0] for c in conditions] == [both] * 3
        return
    for condition in conditions:
        with pytest.raises(sqlite3.OperationalError, match=f"flowlogs: {option} is an argument, and this query uses it where"):
            db.execute(f"{count} {condition}").fetchone()


@pytest.mark.parametrize("table,option", CASES)
def test_one_value_for_each_row_of_another_table(db, table, option):
    values = VALUES[option]
    count = f"SELECT count(*) FROM {source(table, option)} WHERE {option} ="
    alone = [db.execute(f"{count} ?", [v]).fetchone()[0] for v in values]
    joined = db.execute(f"WITH t(i, x) AS (VALUES (0, ?), (1, ?)) SELECT i, count(*) FROM t JOIN {source(table, option)} f "
                        f"ON f.{option} = t.x GROUP BY i", values)
    assert dict(joined.fetchall()) == {i: n for i, n in enumerate(alone) if n}


@pytest.mark.parametrize("form", ["VALUES (60, 900), (900, 60)", "SELECT value, 960 - value FROM json_each('[60, 900]')"])
def test_idle_of_two_rows(db, form):
    """Each row has its own pause, and what differs from the number of connections of one pause is seen."""
    alone = {n: db.execute(f"SELECT count(*) FROM flowlogs_connections('{LOGS}') WHERE idle = {n}").fetchone()[0] for n in (60, 900)}
    assert alone[60] > alone[900] > 0
    rows = db.execute(f"WITH t(x, y) AS ({form}) SELECT t.x, count(*) FROM t JOIN flowlogs_connections('{LOGS}') c ON c.idle = t.x GROUP BY 1")
    assert dict(rows.fetchall()) == alone


def test_branches_of_an_or(db):
    """Each branch is a scan of its own. Its rows have another direction, or other ends, so that none of them is the row of
    the other branch, although the connection is the same one."""
    for option, values, conditions in (
            ("inside", ('["10.0.0.0/8", "172.16.0.0/12"]', '["0.0.0.0/0"]'), ("direction = 'outbound'", "direction = 'internal'")),
            ("servers", ("[22]", "[40000]"), ("state = 'established'", "protocol = 6")),
            ("late", ("1h", "any"), ("protocol = 6", "state = 'established'")),
            ("idle", (60, 900), ("protocol = 6", "records > 1"))):
        branch = [f"path = '{LOGS}' AND {option} = {literal(v)} AND {c}" for v, c in zip(values, conditions)]
        alone = [db.execute(f"SELECT count(*) FROM flowlogs_connections WHERE {b}").fetchone()[0] for b in branch]
        both = db.execute(f"SELECT count(*) FROM flowlogs_connections WHERE {' OR '.join(branch)}").fetchone()[0]
        assert all(alone) and both == sum(alone), option


@pytest.mark.parametrize("condition", ["since = '2026-03-01' AND since IN ('2026-03-02', '2026-03-03')",
                                       "filter = 'ACCEPT' AND filter IN ('REJECT', 'x')"])
def test_a_value_that_is_not_in_the_list(build, condition):
    name = condition.split()[0]
    assert f"flowlogs: {name} is an argument, and this query uses it where" in build.shell(f"SELECT count(*) FROM flowlogs('{LOGS}') WHERE {condition};")


def test_a_list_between_two_paths(db):
    condition = f"path = '{ONE}' AND path IN ('{ONE}', '{OTHER}') AND path = '{OTHER}'"
    with pytest.raises(sqlite3.OperationalError, match="path is given twice"):
        db.execute(f"SELECT count(*) FROM flowlogs WHERE {condition}").fetchone()


@pytest.mark.parametrize("table", ["flowlogs", "flowlogs_rollup", "flowlogs_connections"])
def test_a_file_is_not_chosen_by_path(db, table):
    """`path` is what was given, and not the path of a record's file."""
    for condition in (f"path = '{LOGS}/x.log'", "path = ?"):
        with pytest.raises(sqlite3.OperationalError, match=r"path is given twice; .*the path of a record's file is the column file"):
            db.execute(f"SELECT * FROM {table}('{LOGS}') WHERE {condition}", [LOGS][:condition.count("?")]).fetchone()
