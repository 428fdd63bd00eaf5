# SPDX-License-Identifier: MIT
"""A GROUP BY of both ends and `together`, and of ports, protocol and direction with them, has the same
groups as one that SQLite sorts. flowlogs_connections returns the rows of a group one after the other,
so that there is nothing to sort; all other GROUP BY, ORDER BY and DISTINCT are SQLite's."""

import itertools
import random
import sqlite3

import pytest

import connectdata
import fuzzdata
import traffic
from builds import connect, quote

ALIKE = ["client_port", "server_port", "protocol", "direction"]
SUMS = "count(*), sum(records), sum(client_bytes), sum(server_packets), min(first_seen), max(last_seen), min(server_port), max(state)"
knows = pytest.mark.skipif(sqlite3.sqlite_version_info < (3, 38), reason="SQLite 3.38 tells what a GROUP BY needs")


def plan_of(db, sql):
    return " ".join(row[3] for row in db.execute("EXPLAIN QUERY PLAN " + sql))


def compare(db, path, columns, where=""):
    """Groups by the columns with `together`, and without it, so that SQLite sorts."""
    rows = []
    for group in ([*columns, "together"], columns):
        sql = f"SELECT {', '.join(columns)}, {SUMS} FROM flowlogs_connections({quote(str(path))}) {where} GROUP BY {', '.join(group)}"
        assert ("alike=" in plan_of(db, sql)) == (group is not columns and sqlite3.sqlite_version_info >= (3, 38)), sql
        rows.append(sorted(db.execute(sql).fetchall(), key=repr))
    assert rows[0] == rows[1], columns
    return rows[0]


@pytest.mark.parametrize("seed", range(4))
def test_groups_are_those_that_sqlite_sorts(release, seed, tmp_path):
    rng = random.Random(f"grouped {seed}")
    (tmp_path / "trees").mkdir()
    traffic.write(seed, tmp_path / "traffic", seed % 2 * 3 + 2, scale=0.05)
    fuzzdata.write_tree(seed, str(tmp_path / "trees"), 16, connectdata.Fuzz)
    db = connect(release)
    choices = [c for n in range(5) for c in itertools.combinations(ALIKE, n)]
    for path in (tmp_path / "traffic", tmp_path / "trees"):
        for chosen in rng.sample(choices, 6):
            columns = ["client", "server", *chosen]
            rng.shuffle(columns)
            where = f"WHERE threads = {rng.choice([0, 1, 3])} AND memory = {rng.choice(['1M', '512M'])!r} AND idle = {rng.choice([60, 900])}"
            where += rng.choice(["", " AND on_error = 'skip'", " AND NOT is_nat_leg", " AND client_port > 2000", " AND addr GLOB '10.*'"])
            where += "" if "on_error" in where else " AND on_error = 'skip'"
            assert compare(db, path, columns, where)


def test_groups_in_a_shell(build, tmp_path):
    traffic.write(9, tmp_path, 5, scale=0.02)
    (tmp_path / "six.log").write_text("2 123456789012 eni-1 fd00::1 fd00::1 22 40000 6 1 40 1773046800 1773046810 ACCEPT OK\n" * 2)
    for columns in ("client, server", "server, protocol, client_port, client", "direction, server, server_port, client"):
        for options in ("threads = 0 AND memory = '1M'", "threads = 3"):
            table = f"SELECT {columns}, count(*), sum(client_bytes), max(state) FROM flowlogs_connections({quote(str(tmp_path))}) WHERE {options} GROUP BY {columns}"
            got = build.rows(f"CREATE TEMP TABLE a AS {table}, together; CREATE TEMP TABLE b AS {table};"
                             "SELECT count(*), (SELECT count(*) FROM b), (SELECT count(*) FROM (SELECT * FROM a EXCEPT SELECT * FROM b)) FROM a;")
            assert len(got) == 1 and got[0][0] == got[0][1] != "0" and got[0][2] == "0", (columns, got)


def test_groups_of_parts(release, tmp_path):
    """So many connections that the memory has room for a part of them only: each group is in one part."""
    lines = []
    for i in range(60000):
        a, b = i * 7919 % 251, i * 104729 % 241
        lines.append(f"2 123456789012 eni-1 10.0.0.{a} 10.0.1.{b} {40000 + i % 13} {i % 5 + 440} 6 1 {40 + i % 100} 1773046800 1773046810 ACCEPT OK")
    (tmp_path / "a.log").write_text("\n".join(lines) + "\n")
    db = connect(release)
    rows = compare(db, tmp_path, ["client", "server"], "WHERE memory = '1M'")
    assert sum(row[2] for row in rows) > 50000
    assert db.execute("SELECT flowlogs_scan_stats() ->> 'passes'").fetchone()[0] > 1


def test_an_address_that_talks_to_itself_is_one_group(release, tmp_path):
    line = "2 123456789012 eni-1 {0} {0} {1} {2} 6 1 40 1773046800 1773046810 ACCEPT OK\n"
    (tmp_path / "a.log").write_text("".join(line.format(ip, a, b) for ip in ("10.0.0.1", "fd00::1") for a, b in ((22, 40000), (40000, 443), (443, 50000))))
    rows = compare(connect(release), tmp_path, ["client", "server"])
    assert [row[:3] for row in rows] == [("10.0.0.1", "10.0.0.1", 3), ("fd00::1", "fd00::1", 3)]


@knows
def test_other_orders_are_left_to_sqlite(release, tmp_path):
    traffic.write(3, tmp_path, 5, scale=0.02)
    db = connect(release)
    table = f"flowlogs_connections({quote(str(tmp_path))})"
    db.execute(f"CREATE TEMP TABLE plain AS SELECT *, together FROM {table}")
    for sql in ("SELECT client, count(*) FROM {} GROUP BY client, together", "SELECT client, server, state, count(*) FROM {} GROUP BY client, server, state, together",
                "SELECT client, server, count(*) FROM {} GROUP BY client, server ORDER BY client, server",
                "SELECT client, server FROM {} ORDER BY client, server, together", "SELECT DISTINCT client, server, together FROM {}",
                "SELECT client, server, first_seen, count(*) FROM {} GROUP BY client, server, first_seen, together",
                "SELECT client, server, count(*) FROM {} GROUP BY client COLLATE NOCASE, server, together",
                "SELECT client, n, sum(records) FROM (SELECT client, server, 1 AS n, records, together FROM {}) GROUP BY client, n, together"):
        assert "alike=" not in plan_of(db, sql.format(table)), sql
        assert sorted(db.execute(sql.format(table)).fetchall(), key=repr) == sorted(db.execute(sql.format("plain")).fetchall(), key=repr), sql


@knows
def test_joins_have_the_groups_of_an_ordinary_table(release, tmp_path):
    traffic.write(4, tmp_path, 5, scale=0.02)
    db = connect(release)
    table = f"flowlogs_connections({quote(str(tmp_path))})"
    db.execute(f"CREATE TEMP TABLE plain AS SELECT *, together FROM {table}")
    db.execute("CREATE TEMP TABLE two AS SELECT 6 AS p UNION ALL SELECT 17")
    db.execute("CREATE TEMP TABLE paths AS SELECT ? AS path UNION ALL SELECT ?", (str(tmp_path), str(tmp_path / "*")))
    for sql in ("SELECT client, server, count(*) FROM {} CROSS JOIN two GROUP BY client, server, together",
                "SELECT client, server, count(*) FROM two CROSS JOIN {} GROUP BY client, server, together",
                "SELECT client, server, p, count(*) FROM two CROSS JOIN {} WHERE protocol = p GROUP BY client, server, p, together",
                "SELECT c.client, c.server, count(*) FROM {} c JOIN {} d ON c.client = d.server GROUP BY c.client, c.server, c.together",
                "SELECT client, server, count(*) FROM (SELECT client, server, together FROM {} UNION ALL SELECT client, server, together FROM {}) GROUP BY client, server, together",
                "SELECT client, server, count(*) FROM {} WHERE protocol = 6 OR server_port = 53 GROUP BY client, server, together",
                "SELECT client, server, count(*) FROM {} WHERE server_port IN (443, 53, 123) GROUP BY client, server, together HAVING count(*) > 1"):
        assert "alike=" in plan_of(db, sql.replace("{}", table)) or "UNION" in sql or "JOIN" in sql or " OR " in sql, sql
        assert sorted(db.execute(sql.replace("{}", table))) == sorted(db.execute(sql.replace("{}", "plain"))), sql
    for order in ("client, server", "client DESC, server DESC", "server, client"):
        got = db.execute(f"SELECT client, server, count(*) FROM {table} GROUP BY client, server, together ORDER BY {order}").fetchall()
        assert got == db.execute(f"SELECT client, server, count(*) FROM plain GROUP BY client, server ORDER BY {order}").fetchall()
    many = "SELECT client, server, count(*) FROM {} GROUP BY client, server, together"
    twice = db.execute(many.format("paths CROSS JOIN flowlogs_connections(paths.path)")).fetchall()
    assert sorted(twice) == sorted((c, s, 2 * n) for c, s, n in db.execute(many.format("plain")))
