# SPDX-License-Identifier: MIT
"""cidr_lookup(table, column, ip), compared with Python's ipaddress module, and after every kind of
change to the table that it reads. The function keeps what it has read. An answer from before a
change is a wrong answer, so each test asks once, changes the table, and asks again."""

import ipaddress
import os
import random
import sqlite3
import subprocess
import sys
import threading

import pytest

import builds
from builds import ROOT, assert_stops, store_table

LOGS = str(ROOT / "tests/data/AWSLogs")
THOUSAND = "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 1000) SELECT i FROM n)"


def connect(release, path=":memory:", **kwargs):
    db = builds.connect(release, path, isolation_level=None, **kwargs)
    db.execute("PRAGMA synchronous = off")
    return db


def slow(rows, ip):
    """The rowid of the longest prefix among (rowid, text) pairs, found by trying all of them."""
    address = ipaddress.ip_address(ip)
    address = getattr(address, "ipv4_mapped", None) or address
    best = None
    for rowid, text in rows:
        if not text:
            continue
        net = ipaddress.ip_network(text, strict=False)
        if net.version == address.version and address in net:
            best = max(best or (-1, 0), (net.prefixlen, -rowid))
    return best and -best[1]


def reads(db, run):
    """How often cidr_lookup() read a table while run() ran."""
    statements = []
    db.set_trace_callback(statements.append)
    run()
    db.set_trace_callback(None)
    return sum("SELECT t." in s for s in statements)


def look(db, ip="10.1.2.3", table="nets", column="cidr"):
    return db.execute("SELECT cidr_lookup(?, ?, ?)", (table, column, ip)).fetchone()[0]


@pytest.fixture
def db(release, tmp_path):
    """A database file with a table `nets`, which cidr_lookup() has read and kept."""
    db = connect(release, tmp_path / "t.db")
    db.execute("CREATE TABLE nets(cidr TEXT, name TEXT)")
    db.execute("INSERT INTO nets VALUES ('10.0.0.0/8', 'a'), ('10.1.0.0/16', 'b'), ('192.168.0.0/16', 'c')")
    assert look(db) == 2 and reads(db, lambda: look(db)) == 0
    return db


# ---- right answers

def random_nets(rng, n):
    out = []
    while len(out) < n:
        if rng.random() < 0.6:
            bits = rng.choice((0, 4, 8, 12, 15, 16, 17, 20, 23, 24, 25, 30, 31, 32))
            address = ipaddress.IPv4Address(0x0a000000 | rng.getrandbits(rng.choice((8, 16, 24, 32))))
        else:
            bits = rng.choice((0, 3, 16, 32, 33, 48, 56, 63, 64, 65, 96, 127, 128))
            address = ipaddress.IPv6Address(0x20010db8 << 96 | rng.getrandbits(rng.choice((64, 80, 96, 128))))
        text = str(address)
        if rng.random() < 0.05 and address.version == 4:
            text, bits = f"::ffff:{text}", bits + 96
        out.append(text if bits in (32, 128) and rng.random() < 0.5 and ":" not in text else f"{text}/{bits}")
    return out


def mapped(text):
    """::ffff:a.b.c.d/n as the IPv4 network that it stands for, in ipaddress's form."""
    if not text.startswith("::ffff:"):
        return text
    address, _, bits = text[7:].partition("/")
    return f"{address}/{int(bits or 128) - 96}"


@pytest.mark.parametrize("seed", range(6))
def test_random_lookups_agree_with_ipaddress(release, seed):
    rng = random.Random(seed)
    db = connect(release)
    db.execute("CREATE TABLE nets(id INTEGER PRIMARY KEY, cidr)")
    nets = random_nets(rng, 300)
    rows = list(zip(rng.sample(range(-2**40, 2**40), len(nets)), nets))
    db.executemany("INSERT INTO nets VALUES (?, ?)", rows)
    rows = [(rowid, mapped(text)) for rowid, text in rows]
    ips = []
    for text in rng.sample(nets, 60):
        net = ipaddress.ip_network(mapped(text), strict=False)
        first, last = int(net.network_address), int(net.broadcast_address)
        kind = type(net.network_address)
        ips += [str(kind(a)) for a in (first, last, rng.randint(first, last), first - 1, last + 1)
                if 0 <= a < 2 ** net.max_prefixlen]
    ips += ["::ffff:" + x for x in ips if ":" not in x][:50]
    for ip in ips:
        assert look(db, ip) == slow(rows, ip), ip


def test_nothing_in_nothing_out(db):
    assert look(db, None) is None and look(db, "") is None and look(db, "foo") is None and look(db, 5) is None
    assert look(db, "11.0.0.1") is None and look(db, "::1") is None and look(db, "10.1.2.3/32") is None
    assert look(db, table=None) is None and look(db, column=None) is None
    db.execute("CREATE TABLE empty(cidr)")
    assert look(db, table="empty") is None
    db.execute("INSERT INTO empty VALUES (NULL), ('')")
    assert look(db, table="empty") is None


def test_addresses_as_blobs(db):
    db.execute("INSERT INTO nets VALUES ('fd00::/8', '')")
    assert look(db, bytes((10, 1, 0, 1))) == look(db, bytes(10) + b"\xff\xff\x0a\x01\x00\x01") == 2
    assert look(db, b"\xfd" + bytes(15)) == 4 and look(db, b"10.1.0.1") is None and look(db, b"") is None


def test_of_equal_prefixes_the_first_row_is_found(db):
    db.execute("CREATE TABLE twice(id INTEGER PRIMARY KEY, cidr)")
    db.execute("INSERT INTO twice VALUES (9, '10.1.2.3'), (4, '::ffff:10.1.2.3/128'), (7, '10.1.2.3/32'), (2, '10.0.0.0/8')")
    assert look(db, table="twice") == 4


# ---- names

@pytest.mark.parametrize("name", ['my nets', 'a"b', "a'b", 'a.b', 'main.x', 'nets;--', '[x]', 'ünïcode', '"q"', 'select', 'a.b.c'])
def test_names_may_contain_any_characters(db, name):
    quoted = '"' + name.replace('"', '""') + '"'
    db.execute(f"CREATE TABLE {quoted}(x, {quoted})")
    db.execute(f"INSERT INTO {quoted} VALUES (1, '0.0.0.0/0')")
    assert look(db, table=name, column=name) == 1
    assert look(db, table="MAIN." + db.execute("SELECT upper(?)", (name,)).fetchone()[0], column=name) == 1


def test_names_are_looked_for_in_sqlites_order(release, tmp_path, db):
    """A name is looked for in temp, then in main, then in attached databases. schema.table comes
    before a table that has a dot in its name."""
    other = connect(release, tmp_path / "u.db")
    other.execute("CREATE TABLE nets(cidr)")
    other.execute("CREATE TABLE only(cidr)")
    other.execute("INSERT INTO only(rowid, cidr) VALUES (55, '10.0.0.0/8')")
    other.execute("INSERT INTO nets(rowid, cidr) VALUES (77, '10.0.0.0/8')")
    db.execute("ATTACH ? AS u", (str(tmp_path / "u.db"),))
    assert look(db) == 2 and look(db, table="u.nets") == 77 and look(db, table="only") == 55
    db.execute("CREATE TEMP TABLE nets(cidr)")
    assert look(db) is None and look(db, table="main.nets") == 2 and look(db, table="temp.nets") is None
    db.execute("INSERT INTO temp.nets(rowid, cidr) VALUES (99, '10.0.0.0/8')")
    assert look(db) == 99 and look(db, table="MAIN.Nets") == 2 and look(db, table="Temp.NETS") == 99
    db.execute("DROP TABLE temp.nets")
    assert look(db) == 2
    db.execute('CREATE TABLE "u.nets"(cidr)')
    assert look(db, table="u.nets") == 77 and look(db, table="main.u.nets") is None
    db.execute("DETACH u")
    assert look(db, table="u.nets") is None
    with pytest.raises(sqlite3.OperationalError, match="no such table: only"):
        look(db, table="only")


def test_columns_named_like_rowid(db):
    db.execute("CREATE TABLE r(rowid TEXT, oid TEXT, cidr TEXT)")
    db.execute("INSERT INTO r VALUES ('x', 'y', '1.0.0.0/8'), ('x', 'y', '10.0.0.0/8')")
    assert look(db, table="r") == 2
    db.execute("CREATE TABLE rr(rowid, oid, _rowid_, cidr)")
    with pytest.raises(sqlite3.OperationalError, match="rr has columns rowid, _rowid_ and oid, which hide its rowid"):
        look(db, table="rr")
    db.execute("CREATE TABLE ip(rowid INTEGER PRIMARY KEY, cidr)")
    db.execute("INSERT INTO ip VALUES (1234, '10.0.0.0/8')")
    assert look(db, table="ip") == 1234


@pytest.mark.parametrize("sql, args, message", [
    ("", ("nothing", "cidr"), "flowlogs: cidr_lookup: no such table: nothing; the order is"),
    ("", ("main.nothing", "cidr"), "no such table: main.nothing;"),
    ("", ("10.0.0.1", "nets"), r"no such table: 10.0.0.1; the order is cidr_lookup\(table, column, ip\)"),
    ("", ("nets", "name2"), "flowlogs: cidr_lookup: table nets has no column name2$"),
    ("", ("nets", "name"), "nets.name of the row with rowid 1 is 'a', which is no prefix such as '10.0.0.0/8'"),
    ("CREATE VIEW v AS SELECT * FROM nets", ("v", "cidr"), "v is a view, which has no rowid"),
    ("CREATE TEMP VIEW nets AS SELECT 1 AS cidr", ("nets", "cidr"), "nets is a view"),
    ("CREATE TABLE w(cidr PRIMARY KEY) WITHOUT ROWID", ("w", "cidr"), "w is a WITHOUT ROWID table: it has no rowid"),
    ("INSERT INTO nets(rowid, cidr) VALUES (17, 'foo')", ("nets", "cidr"), "nets.cidr of the row with rowid 17 is 'foo'"),
    ("INSERT INTO nets(rowid, cidr) VALUES (17, x'0a')", ("nets", "cidr"), "rowid 17 is a blob, not text"),
    ("CREATE TABLE n(cidr INT); INSERT INTO n VALUES (167772160)", ("n", "cidr"), "n.cidr of .* is '167772160', which"),
    ("INSERT INTO nets(cidr) VALUES ('10.0.0.0/33')", ("nets", "cidr"), "'10.0.0.0/33'"),
    ("INSERT INTO nets(cidr) VALUES (' 10.0.0.0/8')", ("nets", "cidr"), "' 10.0.0.0/8'"),
    ("INSERT INTO nets(cidr) VALUES ('ü' || printf('%.*c', 5000, 'ü'))", ("nets", "cidr"), "is 'ü{100}', which"),
    ("CREATE VIRTUAL TABLE f USING fts5(srcaddr)", ("f", "srcaddr"), "f is a virtual table outside temp"),
    ("CREATE VIRTUAL TABLE temp.f USING flowlogs('%s')" % LOGS, ("f", "raw"), "f.raw of the row with rowid .* is '\\S+ \\d{12} eni-"),
])
def test_wrong_arguments_are_errors(db, sql, args, message):
    for statement in filter(None, sql.split("; ")):
        db.execute(statement)
    with pytest.raises(sqlite3.OperationalError, match=message):
        look(db, table=args[0], column=args[1])
    db.execute("DELETE FROM main.nets WHERE rowid > 3")
    assert look(db, table="main.nets") == 2


# ---- where it may stand

def test_lookups_work_in_all_statements(db):
    names = "SELECT s.name FROM nets s WHERE s.rowid = cidr_lookup('nets', 'cidr', x.ip)"
    db.execute("CREATE TABLE x(ip, net, name)")
    db.execute("INSERT INTO x(ip) VALUES ('10.1.1.1'), ('10.2.2.2'), ('1.1.1.1'), (NULL), ('10.3.3.3')")
    assert db.execute("SELECT ip FROM x WHERE cidr_lookup('nets', 'cidr', ip) = 1 ORDER BY 1").fetchall() == [("10.2.2.2",), ("10.3.3.3",)]
    assert db.execute("SELECT cidr_lookup('nets', 'cidr', ip) AS n, count(*) FROM x GROUP BY n ORDER BY n").fetchall() == [(None, 2), (1, 2), (2, 1)]
    assert reads(db, lambda: db.execute(f"UPDATE x SET net = cidr_lookup('nets', 'cidr', ip), name = ({names})")) <= 2
    assert db.execute("SELECT ip, net, name FROM x").fetchall() == [
        ("10.1.1.1", 2, "b"), ("10.2.2.2", 1, "a"), ("1.1.1.1", None, None), (None, None, None), ("10.3.3.3", 1, "a")]
    assert db.execute("SELECT changes(), last_insert_rowid()").fetchone() == (5, 5)


def test_temp_view_and_trigger_but_no_stored_ones(release, tmp_path, db):
    db.execute("CREATE TABLE seen(ip, net)")
    db.execute("CREATE TEMP TRIGGER t AFTER INSERT ON seen BEGIN "
               "UPDATE seen SET net = cidr_lookup('nets', 'cidr', new.ip) WHERE rowid = new.rowid; END")
    db.execute("CREATE TEMP VIEW v AS SELECT ip, cidr_lookup('nets', 'cidr', ip) AS now FROM seen")
    db.execute("INSERT INTO seen(ip) VALUES ('10.1.1.1'), ('10.9.9.9'), ('1.1.1.1')")
    assert db.execute("SELECT net, now FROM seen JOIN v USING (ip)").fetchall() == [(2, 2), (1, 1), (None, None)]
    db.execute("CREATE VIEW stored AS SELECT cidr_lookup('nets', 'cidr', '10.1.1.1')")
    db.execute("DROP TRIGGER t")
    db.execute("CREATE TRIGGER stored_too AFTER INSERT ON seen BEGIN SELECT cidr_lookup('nets', 'cidr', new.ip); END")
    for sql in ("SELECT * FROM stored", "INSERT INTO seen VALUES (1, 2)",
                "CREATE TABLE d(a, ip DEFAULT (cidr_lookup('nets', 'cidr', '10.0.0.1'))); INSERT INTO d(a) VALUES (1)",
                "CREATE INDEX i ON nets(cidr_lookup('nets', 'cidr', cidr))",
                "CREATE TABLE g(ip, net AS (cidr_lookup('nets', 'cidr', ip)))",
                "CREATE TEMP TABLE h(ip, net AS (cidr_lookup('nets', 'cidr', ip)))",
                "CREATE TEMP TABLE i(ip); CREATE INDEX temp.ii ON i(cidr_lookup('nets', 'cidr', ip))"):
        with pytest.raises(sqlite3.OperationalError, match="unsafe use|prohibited"):
            for statement in sql.split("; "):
                db.execute(statement)


def test_check_constraint_reads_no_files(release, tmp_path, db):
    """SQLite allows the function in a CHECK constraint, before 3.53. There it must not read virtual
    tables over files, because the constraint may come from a foreign database."""
    store_table(db, "spy", f"('{LOGS}')")
    db = connect(release, tmp_path / "t.db")
    with pytest.raises(sqlite3.OperationalError, match="stored in a database reads no files|unsafe use"):
        db.execute("CREATE TABLE d(ip CHECK (cidr_lookup('spy', 'srcaddr', ip) IS NULL))")
        db.execute("INSERT INTO d VALUES ('10.0.0.1')")


def test_a_forged_schema_is_an_error(release, tmp_path, db):
    """A forged schema, in which a virtual table has a root page, which only ordinary tables
    have."""
    store_table(db, "spy", f"('{LOGS}')")
    db.execute("UPDATE sqlite_master SET rootpage = 2 WHERE name = 'spy'")
    db.commit()
    db.close()
    db = connect(release, tmp_path / "t.db")
    with pytest.raises(sqlite3.OperationalError, match="stored in a database reads no files"):
        look(db, "10.0.0.1", "spy", "srcaddr")


def test_trigger_sees_what_its_statement_has_changed(db):
    """A trigger changes the table for each row of its statement. None of SQLite's change counters
    moves until the statement ends."""
    db.execute("CREATE TEMP TABLE out(ip, net)")
    db.execute("CREATE TEMP TRIGGER t AFTER INSERT ON nets BEGIN "
               "INSERT INTO out VALUES (new.name, cidr_lookup('nets', 'cidr', new.name)); END")
    db.execute("INSERT INTO nets VALUES ('10.1.1.0/24', '10.1.1.1'), ('10.1.1.1', '10.1.1.1'), ('1.0.0.0/8', '1.2.3.4')")
    assert db.execute("SELECT net FROM out").fetchall() == [(4,), (5,), (6,)]


def test_join_with_logs(db):
    db.execute("DELETE FROM nets")
    db.execute("INSERT INTO nets VALUES ('10.0.0.0/8', 'ten'), ('172.16.0.0/12', 'vpc'), ('172.31.0.10', 'host'), "
               "('203.0.113.0/24', 'scanner'), ('::/0', 'v6')")
    sql = ("SELECT f.srcaddr, s.rowid, s.name, count(*) FROM flowlogs(?) f LEFT JOIN nets s "
           "ON s.rowid = cidr_lookup('nets', 'cidr', f.srcaddr) GROUP BY 1, 2")
    plan = [r[3] for r in db.execute("EXPLAIN QUERY PLAN " + sql, (LOGS,))]
    assert plan[0].startswith("SCAN f VIRTUAL TABLE") and plan[1].startswith("SEARCH s USING INTEGER PRIMARY KEY (rowid=?)")
    for other in (sql.replace("LEFT JOIN", "JOIN"), sql.replace("flowlogs(?) f LEFT JOIN nets s", "nets s JOIN flowlogs(?) f")):
        plan = [r[3] for r in db.execute("EXPLAIN QUERY PLAN " + other, (LOGS,))]
        assert plan[0].startswith("SCAN f VIRTUAL TABLE") and plan[1].startswith("SEARCH s USING INTEGER PRIMARY KEY (rowid=?)")
    rows = db.execute("SELECT rowid, cidr FROM nets").fetchall()
    names = dict(db.execute("SELECT rowid, name FROM nets"))
    got = db.execute(sql, (LOGS,)).fetchall()
    assert len({r[1] for r in got}) == 6 and sum(r[3] for r in got) == db.execute("SELECT count(*) FROM flowlogs(?)", (LOGS,)).fetchone()[0]
    for ip, rowid, name, _ in got:
        expected = slow(rows, ip) if ip else None
        assert (rowid, name) == (expected, names.get(expected)), ip


def test_arguments_that_are_no_constants(db):
    db.execute("CREATE TABLE more(cidr, alias)")
    db.execute("INSERT INTO more VALUES ('10.1.2.0/24', '0.0.0.0/0'), ('0.0.0.0/0', '10.0.0.0/8')")
    db.execute("CREATE TEMP TABLE ask(t, c)")
    db.execute("INSERT INTO ask VALUES ('nets', 'cidr'), ('more', 'cidr'), ('more', 'alias'), (NULL, 'x'), ('nets', 'cidr'), "
               "('more', 'alias')")
    def run():
        got = db.execute("SELECT cidr_lookup(t, c, '10.1.2.3') FROM ask").fetchall()
        assert [g for g, in got] == [2, 1, 2, None, 2, 2]
        assert db.execute("SELECT cidr_lookup('more', c, '10.1.2.3') FROM ask WHERE t = 'more'").fetchall() == [(1,), (2,), (2,)]
    assert reads(db, run) == 3 and reads(db, run) == 0
    with pytest.raises(sqlite3.OperationalError, match="no column x"):
        db.execute("SELECT cidr_lookup('more', c, '10.1.2.3') FROM ask").fetchall()


def test_many_tables_can_be_used_at_once(db):
    """There are more tables than cidr_lookup() keeps."""
    for i in range(9):
        db.execute(f"CREATE TABLE t{i}(cidr)")
        db.execute(f"INSERT INTO t{i}(rowid, cidr) VALUES ({i + 100}, '10.0.0.0/8')")
    for _ in range(3):
        for i in range(9):
            assert look(db, table=f"t{i}") == i + 100


# ---- after changes

CHANGES = {
    "insert": "INSERT INTO nets VALUES ('10.1.2.0/24', '')",
    "update": "UPDATE nets SET cidr = '10.1.2.0/24' WHERE rowid = 3",
    "rowid": "UPDATE nets SET rowid = 50 WHERE rowid = 2",
    "delete": "DELETE FROM nets WHERE rowid = 2",
    "all": "DELETE FROM nets",
    "replace": "INSERT OR REPLACE INTO nets(rowid, cidr) VALUES (2, '1.0.0.0/8')",
    "drop": "DROP TABLE nets; CREATE TABLE nets(cidr, name)",
    "other": "ALTER TABLE nets RENAME TO old; CREATE TABLE nets(cidr, name); INSERT INTO nets(rowid, cidr) VALUES (8, '10.1.2.3')",
    "columns": "ALTER TABLE nets RENAME cidr TO old; ALTER TABLE nets RENAME name TO cidr; UPDATE nets SET cidr = NULL",
    "vacuum": "DELETE FROM nets WHERE rowid = 1; VACUUM",
    "just vacuum": "VACUUM",
    "schema": "PRAGMA writable_schema = 1; UPDATE sqlite_schema SET name = 'x' WHERE 0; PRAGMA writable_schema = 0",
    "swap": "CREATE TABLE spare(cidr TEXT, name TEXT); INSERT INTO spare(rowid, cidr) VALUES (9, '10.1.2.3'); "
            "PRAGMA writable_schema = 1; CREATE TEMP TABLE roots AS SELECT name, rootpage FROM sqlite_schema; "
            "UPDATE sqlite_master SET rootpage = (SELECT rootpage FROM roots WHERE name = iif(sqlite_master.name = 'nets', "
            "'spare', 'nets')) WHERE sqlite_master.name IN ('nets', 'spare'); PRAGMA schema_version = 1000; PRAGMA writable_schema = 0",
    "temp": "CREATE TEMP TABLE nets(cidr); INSERT INTO temp.nets VALUES ('10.1.2.3')",
    "foreign key": "PRAGMA foreign_keys = 1; CREATE TABLE p(id INTEGER PRIMARY KEY); INSERT INTO p VALUES (1); "
                   "CREATE TABLE n2(cidr, p REFERENCES p ON DELETE CASCADE); INSERT INTO n2 VALUES ('10.1.0.0/16', 1); "
                   "DROP TABLE nets; ALTER TABLE n2 RENAME TO nets; DELETE FROM p",
    "trigger": "CREATE TABLE y(a); CREATE TRIGGER tr AFTER INSERT ON y BEGIN DELETE FROM nets WHERE rowid = new.a; END; "
               "INSERT INTO y VALUES (2)",
    "fail": "INSERT OR FAIL INTO nets(rowid, cidr) VALUES (40, '10.1.2.3'), (2, 'x')",
    "abort": "INSERT INTO nets(rowid, cidr) VALUES (40, '10.1.2.3'), (2, 'x')",
}


def expected(db, ip="10.1.2.3"):
    schema = "temp" if db.execute("SELECT 1 FROM sqlite_temp_schema WHERE name = 'nets'").fetchone() else "main"
    return slow(db.execute(f"SELECT rowid, cidr FROM {schema}.nets").fetchall(), ip)


def check(db):
    for ip in ("10.1.2.3", "10.9.9.9", "192.168.0.1", "1.1.1.1"):
        assert look(db, ip) == expected(db, ip), ip


def change(db, sql):
    for statement in sql.replace("; END", ";END").split("; "):
        try:
            db.execute(statement)
        except sqlite3.IntegrityError:
            pass
        except sqlite3.OperationalError as error:
            if "VACUUM from within" not in str(error):
                raise


@pytest.mark.parametrize("wal", (False, True), ids=("rollback", "wal"))
@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_seen(db, name, wal):
    if wal:
        db.execute("PRAGMA journal_mode = wal")
        look(db)
    before = look(db)
    change(db, CHANGES[name])
    check(db)
    if name not in ("vacuum", "just vacuum", "schema", "abort"):
        assert look(db) != before


@pytest.mark.parametrize("name", [n for n in CHANGES if n != "swap"])  # the schema is read anew after a commit
def test_a_change_in_a_transaction_is_seen(db, name):
    db.execute("BEGIN")
    check(db)
    change(db, CHANGES[name])
    check(db)
    db.execute("ROLLBACK")
    check(db)
    assert look(db) == 2
    db.execute("BEGIN")
    change(db, CHANGES[name])
    check(db)
    db.execute("COMMIT")
    check(db)
    assert name == "temp" or reads(db, lambda: check(db)) == 0  # what is in temp is read by each statement


@pytest.mark.parametrize("name", [n for n in CHANGES if n != "swap"])
def test_a_change_that_is_rolled_back_is_seen(db, name):
    db.execute("BEGIN")
    db.execute("INSERT INTO nets VALUES ('10.1.2.0/25', '')")
    db.execute("SAVEPOINT s")
    check(db)
    change(db, CHANGES[name])
    check(db)
    db.execute("ROLLBACK TO s")
    check(db)
    db.execute("RELEASE s")
    check(db)
    db.execute("DELETE FROM main.nets WHERE cidr = '10.1.2.0/25'")
    check(db)
    db.execute("COMMIT")
    check(db)


@pytest.mark.parametrize("wal", (False, True), ids=("rollback", "wal"))
@pytest.mark.parametrize("name", [n for n in CHANGES if n != "temp"])
def test_a_change_by_another_connection_is_seen(release, tmp_path, db, name, wal):
    other = connect(release, tmp_path / "t.db")
    if wal:
        db.execute("PRAGMA journal_mode = wal")
    check(db)
    check(other)
    change(other, CHANGES[name])
    check(db)
    check(other)
    change(db, "DELETE FROM nets; INSERT INTO nets VALUES ('10.1.2.3', '')" if name != "columns" else "DELETE FROM nets")
    check(other)
    check(db)


def test_snapshot_of_a_transaction(release, tmp_path, db):
    """In WAL mode, the commits of another connection become visible when our transaction ends, and
    not before."""
    other = connect(release, tmp_path / "t.db")
    db.execute("PRAGMA journal_mode = wal")
    look(db)
    db.execute("BEGIN")
    db.execute("SELECT * FROM nets").fetchall()
    other.execute("INSERT INTO nets VALUES ('10.1.2.0/24', '')")
    assert look(db) == 2 == expected(db) and look(other) == 4
    db.execute("COMMIT")
    assert look(db) == 4


def test_uncommitted_changes_of_another_connection(release, tmp_path, db):
    other = connect(release, tmp_path / "t.db")
    db.execute("PRAGMA journal_mode = wal")
    other.execute("BEGIN")
    other.execute("DELETE FROM nets")
    assert look(db) == 2 and look(other) is None
    other.execute("ROLLBACK")
    assert look(db) == 2 and look(other) == 2


def test_a_locked_database_is_an_error(release, tmp_path, db):
    other = connect(release, tmp_path / "t.db", timeout=0.05)
    assert look(other) == 2
    db.execute("BEGIN EXCLUSIVE")
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        look(other)
    db.execute("COMMIT")
    assert look(other) == 2


def test_attached_database_replaced(release, tmp_path, db):
    """A database is detached and another file attached under its name. All of SQLite's counters
    are the same in both."""
    for name, bits in (("1.db", 8), ("2.db", 16), ("3.db", 24)):
        one = connect(release, tmp_path / name)
        one.execute("CREATE TABLE inventory(cidr)")
        one.execute("INSERT INTO inventory(rowid, cidr) VALUES (?, ?)", (bits, f"10.1.2.3/{bits}"))
        one.close()
    for name, rowid in (("1.db", 8), ("2.db", 16), ("3.db", 24), ("1.db", 8)):
        db.execute("ATTACH ? AS inv", (str(tmp_path / name),))
        for table in ("inventory", "inv.inventory"):
            assert look(db, table=table) == rowid
        db.execute("DETACH inv")
    os.replace(tmp_path / "2.db", tmp_path / "1.db")
    db.execute("ATTACH ? AS inv", (str(tmp_path / "1.db"),))
    assert look(db, table="inventory") == 16
    db.execute("INSERT INTO inv.inventory VALUES ('10.1.2.3')")
    assert look(db, table="inventory") == 17


def test_attached_database_that_is_named_like_a_table(release, tmp_path, db):
    """u.nets is a table of main until a database u is attached."""
    db.execute('CREATE TABLE "u.nets"(cidr)')
    db.execute("""INSERT INTO "u.nets"(rowid, cidr) VALUES (70, '10.0.0.0/8')""")
    assert look(db, table="u.nets") == look(db, table="u.nets") == 70
    other = connect(release, tmp_path / "u.db")
    other.execute("CREATE TABLE nets(cidr)")
    db.execute("ATTACH ? AS u", (str(tmp_path / "u.db"),))
    assert look(db, table="u.nets") is None
    db.execute("DETACH u")
    assert look(db, table="u.nets") == 70


def test_a_utf16_database_gives_the_same_answers(release):
    db = connect(release)
    db.execute("PRAGMA encoding = 'UTF-16'")
    db.execute("CREATE TABLE näts(cidr TEXT)")
    db.execute("INSERT INTO näts VALUES ('fd00::/8'), ('10.1.0.0/16'), ('10.0.0.0/8')")
    db.execute("CREATE TABLE x(ip TEXT)")
    db.execute("INSERT INTO x VALUES ('10.1.1.1'), ('10.9.9.9'), ('fd00::1'), ('ü')")
    assert db.execute("SELECT cidr_lookup('näts', 'cidr', ip) FROM x").fetchall() == [(2,), (3,), (1,), (None,)]
    db.execute("INSERT INTO näts VALUES ('ü')")
    with pytest.raises(sqlite3.OperationalError, match="näts.cidr of the row with rowid 4 is 'ü'"):
        look(db, table="näts")


@pytest.mark.skipif(not hasattr(sqlite3.Connection, "deserialize"), reason="needs Python 3.11")
def test_a_deserialized_database_is_read_again(release):
    images = []
    for i in range(3):
        db = connect(release)
        db.execute("CREATE TABLE nets(cidr)")
        db.execute("INSERT INTO nets(rowid, cidr) VALUES (?, '10.0.0.0/8')", (i,))
        images.append(db.serialize())
    db = connect(release)
    db.execute("CREATE TABLE nets(cidr)")
    assert look(db) is None
    for i in (0, 1, 2, 1):
        db.deserialize(images[i])
        assert look(db) == i and look(db) == i


def test_a_backup_over_the_database_is_seen(release, db):
    other = connect(release)
    other.execute("CREATE TABLE nets(cidr)")
    other.execute("INSERT INTO nets(rowid, cidr) VALUES (31, '10.0.0.0/8')")
    other.backup(db)
    assert look(db) == 31
    memory = connect(release)
    memory.execute("CREATE TABLE nets(cidr)")
    assert look(memory) is None
    other.backup(memory)
    assert look(memory) == 31


@pytest.mark.skipif(not hasattr(sqlite3.Connection, "blobopen"), reason="needs Python 3.11")
def test_a_blob_written_in_place_is_seen(db):
    with db.blobopen("nets", "cidr", 2) as blob:
        blob.write(b"12")
        assert look(db) == 1
    assert look(db) == 1 == expected(db)


def test_connections_with_a_shared_cache(release, tmp_path, db):
    uri = f"file:{tmp_path}/t.db?cache=shared"
    a, b = connect(release, uri, uri=True), connect(release, uri, uri=True)
    assert look(a) == look(b) == 2
    a.execute("INSERT INTO nets VALUES ('10.1.2.0/24', '')")
    assert look(a) == look(b) == 4
    b.execute("PRAGMA read_uncommitted = 1")
    a.execute("BEGIN")
    a.execute("INSERT INTO nets VALUES ('10.1.2.3', '')")
    assert look(a) == 5 and look(b) in (4, 5)
    b.execute("CREATE TEMP TABLE t(a)")
    assert look(b) in (4, 5)
    a.execute("ROLLBACK")
    assert look(a) == look(b) == 4
    a.execute("DELETE FROM nets")
    assert look(a) is None and look(b) is None
    c = connect(release, "file:shared?mode=memory&cache=shared", uri=True)
    d = connect(release, "file:shared?mode=memory&cache=shared", uri=True)
    c.execute("CREATE TABLE nets(cidr)")
    assert look(c) is None and look(d) is None
    d.execute("INSERT INTO nets VALUES ('10.0.0.0/8')")
    assert look(c) == look(d) == 1
    c.execute("DELETE FROM nets")
    assert look(c) is None and look(d) is None


def test_reading_uncommitted_after_a_table_was_kept(release, tmp_path, db):
    uri = f"file:{tmp_path}/t.db?cache=shared"
    a, b = connect(release, uri, uri=True), connect(release, uri, uri=True)
    assert look(b) == 2
    b.execute("PRAGMA read_uncommitted = 1")
    a.execute("BEGIN")
    a.execute("INSERT INTO nets(rowid, cidr) VALUES (9, '10.1.2.3')")
    assert look(b) == 9 == expected(b)
    a.execute("ROLLBACK")
    assert look(b) == 2 == expected(b)


def test_prepared_statement_runs_again(db):
    sql = "SELECT cidr_lookup('nets', 'cidr', ?)"
    for bits in range(17, 33):
        db.execute("INSERT INTO nets(rowid, cidr) VALUES (?, ?)", (bits, f"10.1.2.3/{bits}"))
        assert db.execute(sql, ("10.1.2.3",)).fetchone() == (bits,)
    assert reads(db, lambda: [db.execute(sql, ("10.1.2.3",)).fetchone() for _ in range(50)]) == 0


def test_one_statement_sees_one_table(db):
    """A statement sees the table as it was when the statement first asked, as IN (SELECT …)
    does."""
    db.execute("CREATE TABLE x AS SELECT '10.1.2.3' AS ip FROM " + THOUSAND)
    seen, fresh = [], []
    for i, (net,) in enumerate(db.execute("SELECT cidr_lookup('nets', 'cidr', ip) FROM x")):
        seen.append(net)
        if i == 500:
            db.execute("INSERT INTO nets VALUES ('10.1.2.3', '')")
            fresh.append(look(db))
    assert set(seen) == {2} and fresh == [4] and look(db) == 4


def test_loop_that_writes(db):
    """A program reads rows with the function and writes to another table for each row. The table
    is read once for the whole loop."""
    db.execute("CREATE TABLE x AS SELECT '10.1.2.3' AS ip FROM " + THOUSAND)
    db.execute("CREATE TABLE out(ip, net)")
    def run():
        for row in db.execute("SELECT ip, cidr_lookup('nets', 'cidr', ip) FROM x"):
            db.execute("INSERT INTO out VALUES (?, ?)", row)
    assert reads(db, run) <= 1
    assert db.execute("SELECT count(*), min(net), max(net) FROM out").fetchone() == (1000, 2, 2)


def test_virtual_tables_are_read_for_each_statement(db, tmp_path):
    line = "2 123456789012 eni-1 10.0.0.{} 10.0.0.2 1 22 6 1 1 1773046800 1773046803 ACCEPT OK\n"
    (tmp_path / "a.log").write_text(line.format(1))
    db.execute(f"CREATE VIRTUAL TABLE temp.f USING flowlogs('{tmp_path}/a.log')")
    first = look(db, "10.0.0.1", "f", "srcaddr")
    assert first is not None and look(db, "10.0.0.7", "f", "srcaddr") is None
    (tmp_path / "a.log").write_text(line.format(7))
    assert look(db, "10.0.0.1", "f", "srcaddr") is None and look(db, "10.0.0.7", "f", "srcaddr") is not None


@pytest.mark.parametrize("seed", range(12))
def test_random_changes_are_seen(release, tmp_path, seed):
    """Two connections make random changes. After each step, both answer as their tables say."""
    rng = random.Random(seed)
    dbs = [connect(release, tmp_path / "t.db", timeout=0) for _ in range(2)]
    if seed % 2:
        dbs[0].execute("PRAGMA journal_mode = wal")
    dbs[0].execute("CREATE TABLE nets(cidr, name)")

    def net():
        return f"10.1.{rng.randint(0, 3)}.{rng.randint(0, 255)}/{rng.randint(12, 32)}"

    steps = [lambda: ("INSERT INTO {}nets(cidr) VALUES (?)", (net(),))] * 6 + [
        lambda: ("UPDATE {}nets SET cidr = ? WHERE rowid % 3 = ?", (net(), rng.randint(0, 2))),
        lambda: ("DELETE FROM {}nets WHERE rowid % 4 = ?", (rng.randint(0, 3),)),
        lambda: ("DELETE FROM {}nets", ()),
        lambda: ("UPDATE {}nets SET rowid = rowid + ?", (rng.randint(100, 999),)),
        lambda: ("INSERT INTO {}nets(rowid, cidr) SELECT 5, '10.1.0.0/30' UNION ALL SELECT 5, '10.0.0.0/8'", ()),
        lambda: ("INSERT OR FAIL INTO {}nets(rowid, cidr) SELECT 6, '10.1.0.0/30' UNION ALL SELECT 6, '10.0.0.0/8'", ()),
        lambda: ("CREATE TEMP TABLE nets(cidr)", ()), lambda: ("DROP TABLE temp.nets", ()), lambda: ("DROP TABLE temp.nets", ()),
        lambda: ("DROP TABLE main.nets", ()), lambda: ("CREATE TABLE main.nets(cidr, name)", ()), lambda: ("VACUUM", ()),
        lambda: ("CREATE TABLE main.nets(cidr, name)", ())] + [
        lambda sql=sql: (sql, ()) for sql in ("BEGIN", "BEGIN IMMEDIATE", "COMMIT", "COMMIT", "ROLLBACK", "ROLLBACK", "SAVEPOINT s",
                                              "SAVEPOINT s", "ROLLBACK TO s", "ROLLBACK TO s", "RELEASE s")]
    ips = [f"10.1.{i}.{j}" for i in range(4) for j in (0, 1, 77, 200)]
    answers = set()
    for _ in range(500):
        db = rng.choice(dbs)
        sql, args = rng.choice(steps)()
        try:
            db.execute(sql.format(rng.choice(("", "", "main.", "temp."))), args)
        except sqlite3.Error:
            pass
        for db in dbs:
            for table in ("nets", "main.nets"):
                try:
                    rows = db.execute(f"SELECT rowid, cidr FROM {table}").fetchall()
                except sqlite3.OperationalError:
                    with pytest.raises(sqlite3.OperationalError, match="no such table|locked"):
                        look(db, table=table)
                    continue
                for ip in rng.sample(ips, 3):
                    got = look(db, ip, table)
                    assert got == slow(rows, ip), (sql, table, ip)
                    answers.add(got)
    assert len(answers) > 5


# ---- hosts

def test_interrupt_while_the_table_is_read(release):
    db = connect(release)
    db.execute("CREATE TABLE nets AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 2000000) "
               "SELECT '10.0.0.0/8' AS cidr FROM n")
    for by in ("handler", "interrupt"):
        assert_stops(db, "SELECT cidr_lookup('nets', 'cidr', '10.1.2.3')", by=by)
    db.execute("DELETE FROM nets WHERE rowid > 10")
    assert look(db) == 1


def test_an_authorizer_may_deny_the_table(db):
    db.set_authorizer(lambda action, a, b, *_: sqlite3.SQLITE_DENY if action == sqlite3.SQLITE_READ and a == "nets" else sqlite3.SQLITE_OK)
    with pytest.raises(sqlite3.DatabaseError, match="prohibited"):
        look(db, table="main.nets")
    db.set_authorizer(None)
    assert look(db, table="main.nets") == 2


def test_called_by_what_it_reads(db):
    """A generated column of the table calls cidr_lookup() on the same table."""
    calls = []
    def again(x):
        calls.append(x)
        try:
            return db.execute("SELECT cidr_lookup('main.loop', 'cidr', '10.0.0.1')").fetchone()[0]
        except sqlite3.OperationalError as error:
            return str(error)
    db.create_function("again", 1, again, deterministic=True)
    db.execute("CREATE TABLE loop(a, cidr AS (again(a)))")
    db.execute("INSERT INTO loop(a) VALUES (1)")
    calls.clear()
    with pytest.raises(sqlite3.OperationalError, match="called by what it reads"):
        look(db, table="main.loop")
    assert len(calls) == 1 and look(db) == 2


def test_two_connections_in_threads(release, tmp_path, db):
    wrong = []
    def work():
        mine = connect(release, tmp_path / "t.db")
        for _ in range(300):
            if mine.execute("SELECT cidr_lookup('nets', 'cidr', '10.1.2.3'), cidr_lookup('nets', 'cidr', '10.2.2.3')").fetchone() != (2, 1):
                wrong.append(1)
    threads = [threading.Thread(target=work) for _ in range(3)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert not wrong


def test_no_functions_without_files(release):
    db = sqlite3.connect(":memory:")
    db.enable_load_extension(True)
    with pytest.raises(sqlite3.OperationalError, match="no such function: cidr_lookup"):
        db.execute("SELECT load_extension(?, 'sqlite3_flowlogsnofs_init')", (str(release.extension),)).fetchall()
        db.execute("SELECT cidr_lookup('nets', 'cidr', '10.1.2.3')")


def test_closed_in_the_middle(release):
    """A connection is closed while a statement still uses the kept table."""
    code = ("import sqlite3, sys; db = sqlite3.connect(':memory:'); db.enable_load_extension(True);"
            "db.load_extension(sys.argv[1]); db.execute('CREATE TABLE nets(cidr)');"
            "db.execute(\"INSERT INTO nets VALUES ('10.0.0.0/8'), ('10.0.0.0/8')\");"
            "rows = db.execute(\"SELECT cidr_lookup('nets', 'cidr', '10.0.0.1') FROM nets\"); print(next(rows));"
            "db.close(); del rows; print('closed')")
    out = subprocess.run([sys.executable, "-c", code, str(release.extension)], text=True, capture_output=True, check=True).stdout
    assert out == "(1,)\nclosed\n"


def test_a_million_lookups_read_the_table_once(release):
    """Counted in steps of SQLite's virtual machine: a million lookups among 200,000 prefixes need
    some 10 each, and the one reading of the prefixes some 10 a row. To read them again for each
    lookup would need 10^12.
    """
    rng = random.Random(5)
    db = connect(release)
    db.execute("CREATE TABLE nets(cidr)")
    db.executemany("INSERT INTO nets VALUES (?)", ((f"{ipaddress.IPv4Address(rng.getrandbits(32))}/{rng.choice((8, 16, 20, 24, 24, 28, 32))}",)
                                                   for _ in range(150_000)))
    db.executemany("INSERT INTO nets VALUES (?)", ((f"{ipaddress.IPv6Address(rng.getrandbits(125) | 1 << 125)}/{rng.choice((32, 48, 48, 56, 64))}",)
                                                   for _ in range(50_000)))
    db.execute("CREATE TABLE addrs(ip)")
    few = [(str(ipaddress.IPv4Address(rng.getrandbits(32))),) for _ in range(80_000)]
    few += [(ip.split("/")[0],) for ip, in db.execute("SELECT cidr FROM nets WHERE rowid > 150000 LIMIT 20000")]
    db.executemany("INSERT INTO addrs VALUES (?)", few)
    thousands = []
    db.set_progress_handler(lambda: thousands.append(1) or len(thousands) > 100_000, 1000)
    sql = "SELECT count(cidr_lookup('nets', 'cidr', ip)) FROM addrs, (VALUES (1), (2), (3), (4), (5), (6), (7), (8), (9), (10))"
    assert db.execute(sql).fetchone()[0] >= 200_000
    assert len(thousands) < 50_000, f"{len(thousands)} thousand steps"


# ---- changes that no commit shows

def test_a_dropped_temp_schema_is_seen(db):
    """PRAGMA temp_store drops all temp tables, and the data version of temp starts again at its
    first value."""
    for row in (11, 12):
        db.execute("CREATE TABLE temp.nets(cidr)")
        db.execute("INSERT INTO temp.nets(rowid, cidr) VALUES (?, '10.0.0.0/8')", [row])
        assert look(db) == look(db, table="temp.nets") == row
        db.execute(f"PRAGMA temp_store = {'MEMORY' if row == 11 else 'FILE'}")
    assert look(db) == 2


def test_an_authorizer_is_asked_again_although_an_answer_is_kept(db):
    """The authorizer is asked although an answer is kept, and what it hides is not kept as an
    answer."""
    def authorizer(answer):
        return lambda action, table, column, *_: answer if (action, table) == (sqlite3.SQLITE_READ, "nets") \
            and column in ("cidr", "ROWID") else sqlite3.SQLITE_OK
    db.set_authorizer(authorizer(sqlite3.SQLITE_DENY))
    with pytest.raises(sqlite3.DatabaseError, match="prohibited"):
        look(db)
    db.set_authorizer(authorizer(sqlite3.SQLITE_IGNORE))
    assert look(db) is None
    db.set_authorizer(None)
    assert look(db) == 2


def test_a_generated_column_is_computed_again(db):
    for net in ("10.0.0.0/8", "11.0.0.0/8"):
        db.create_function("pick", 1, lambda x, net=net: net, deterministic=True)
        db.execute("CREATE TABLE IF NOT EXISTS gen(a, c AS (pick(a)))")
        db.execute("INSERT INTO gen(rowid, a) SELECT 1, 1 WHERE NOT EXISTS (SELECT 1 FROM gen)")
        assert look(db, table="gen", column="c") == (1 if net == "10.0.0.0/8" else None)


@pytest.mark.parametrize("table, column", [("nets\0x", "cidr"), ("nets", "cidr\0x")])
def test_a_nul_in_a_name_is_an_error(db, table, column):
    with pytest.raises(sqlite3.OperationalError, match="NUL"):
        look(db, table=table, column=column)
