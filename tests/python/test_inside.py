# SPDX-License-Identifier: MIT
"""is_inside(ip) and is_inside(ip, inside), compared with Python's ipaddress module, with lists in
the text and in tables, after changes of the table, and where somebody else has a say: an
authorizer, a lock, a database from elsewhere."""

import ipaddress
import json
import random
import sqlite3

import pytest

import builds

DEFAULT = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"]
LIST = '["10.0.0.0/8"]'


def inside(db, ip, *args):
    return db.execute(f"SELECT is_inside(?{', ?' * len(args)})", (ip, *args)).fetchone()[0]


def slow(nets, ip):
    address = ipaddress.ip_address(ip)
    address = getattr(address, "ipv4_mapped", None) or address
    return int(any(address in net for net in map(ipaddress.ip_network, nets) if net.version == address.version))


def edges(net):
    """The addresses at both ends of a network and beside them."""
    net = ipaddress.ip_network(net)
    first, last = int(net.network_address), int(net.broadcast_address)
    return [str(type(net.network_address)(a)) for a in (first - 1, first, last, last + 1) if 0 <= a < 2 ** net.max_prefixlen]


@pytest.fixture
def db(release):
    db = builds.connect(release, isolation_level=None)
    db.execute("CREATE TABLE own(cidr TEXT)")
    db.execute("INSERT INTO own VALUES ('10.1.0.0/16'), (NULL), (''), ('fd00::/8'), ('192.0.2.7')")
    return db


# ---- right answers

def test_the_default(db):
    ips = [ip for net in DEFAULT for ip in edges(net)] + ["8.8.8.8", "::", "::1", "2600:1f18::1", "127.0.0.1", "169.254.169.254"]
    ips += [f"::ffff:{ip}" for ip in ips if ":" not in ip]
    for ip in ips:
        blob = db.execute("SELECT ip_blob(?)", (ip,)).fetchone()[0]
        expected = slow(DEFAULT, ip)
        assert inside(db, ip) == inside(db, ip, None) == inside(db, ip, json.dumps(DEFAULT)) == inside(db, blob) == expected, ip


def test_nothing_in_nothing_out(db):
    for ip in (None, "", "-", "10.0.0.0/8", "10.0.0.256", 167772161, b"10.0.0.1"):
        assert inside(db, ip) is None and inside(db, ip, LIST) is None and inside(db, ip, "own") is None


@pytest.mark.parametrize("seed", range(4))
def test_random_lists_agree_with_ipaddress(db, seed):
    rng = random.Random(seed)
    for _ in range(20):
        nets = [str(ipaddress.ip_network((rng.getrandbits(32), rng.choice((0, 1, 8, 16, 24, 31, 32))), strict=False))
                for _ in range(rng.randrange(6))]
        nets += [str(ipaddress.ip_network((rng.getrandbits(128), rng.choice((0, 7, 48, 64, 128))), strict=False))
                 for _ in range(rng.randrange(3))]
        db.execute("DELETE FROM own")
        db.executemany("INSERT INTO own VALUES (?)", [(net,) for net in nets])
        ips = [ip for net in nets for ip in edges(net)] + ["0.0.0.0", "255.255.255.255", "::"]
        got = db.execute("SELECT value, is_inside(value, ?), is_inside(value, 'own') FROM json_each(?)",
                         (json.dumps(nets), json.dumps(ips))).fetchall()
        assert got == [(ip, slow(nets, ip), slow(nets, ip)) for ip in ips], nets


@pytest.mark.parametrize("text, expected", [
    ("[]", 0), (" [ ] ", 0), ('["10.1.2.3"]', 1), ('["10.1.2.4"]', 0), ('\n["10.0.0.0\\/8"]', 1), ('["10.9.9.9/8"]', 1),
    ('["fd00::/8","10.1.2.0/24"]', 1), ('["::ffff:10.0.0.0/104"]', 1), ('["::/0"]', 0), ("own", 1), ("main.OWN", 1)])
def test_forms_of_a_list(db, text, expected):
    assert inside(db, "10.1.2.3", text) == expected


@pytest.mark.parametrize("sql, name, ip", [
    ("CREATE TABLE w(cidr PRIMARY KEY) WITHOUT ROWID; INSERT INTO w VALUES ('10.0.0.0/8')", "w", "10.0.0.1"),
    ("CREATE TABLE r(rowid, oid, _rowid_, cidr); INSERT INTO r(cidr) VALUES ('10.0.0.0/8')", "r", "10.0.0.1"),
    ("CREATE TEMP TABLE own(cidr); INSERT INTO temp.own VALUES ('1.0.0.0/8')", "own", "1.2.3.4"),
    ("ATTACH ':memory:' AS u; CREATE TABLE u.x(a, CIDR); INSERT INTO u.x VALUES (1, '1.0.0.0/8')", "u.x", "1.2.3.4"),
    ("CREATE TABLE '[x'(cidr); INSERT INTO '[x' VALUES ('1.0.0.0/8')", "main.[x", "1.2.3.4"),
    ("CREATE TABLE g(a, b, cidr AS (a || '/' || b)); INSERT INTO g VALUES ('1.0.0.0', 8)", "g", "1.2.3.4"),
    ("CREATE VIRTUAL TABLE temp.f USING fts5(cidr); INSERT INTO f VALUES ('1.0.0.0/8')", "f", "1.2.3.4"),
])
def test_tables_of_all_kinds(db, sql, name, ip):
    db.executescript(sql)
    assert inside(db, ip, name) == 1 and inside(db, "2.2.2.2", name) == 0


# ---- errors

@pytest.mark.parametrize("sql, text, message", [
    ("", "nets", "is_inside: no such table: nets; name a table with a column cidr, or write a JSON array such as '[\"10.0.0.0/8\", "
     "\"192.168.0.0/16\"]'"),
    ("", "10.0.0.0/8", "no such table: 10.0.0.0/8; name a table"),
    ("", "", "no such table: ; name a table"),
    ("", "x\0", "is_inside: the list has a NUL byte"),
    ("", b"[]", "is_inside: the list is a blob, not text such as '[\"10.0.0.0/8\", \"192.168.0.0/16\"]'"),
    ("", '["10.0.0.0/8"', "is_inside: '[\"10.0.0.0/8\"' is no JSON array such as '[\"10.0.0.0/8\", \"192.168.0.0/16\"]': it is cut "
     "off at element 1"),
    ("", "[10.0.0.0/8]", "element 1 of the list is 10.0.0.0/8, which is no prefix such as '10.0.0.0/8'"),
    ("", '["10.0.0.0/8", "10.0.0.0/33"]', "element 2 of the list is \"10.0.0.0/33\", which is no prefix such as '10.0.0.0/8'"),
    ("", '["10.0.0.0/8", null]', "element 2 of the list is null, which"),
    ("", '["10.0.0.0/8", ["x"]]', "element 2 of the list is [\"x\"], which"),
    ("", '["10.0.0.0/8\\u0000"]', "element 1 of the list is"),
    ("", '[""]', "element 1 of the list is \"\", which"),
    ("", '["' + "1" * 3000 + '"]', "element 1 of the list is \"" + "1" * 99 + ", which"),
    ("", '["10.0.0.0/8",]', "it lacks element 2"),
    ("CREATE TABLE n(x)", "n", "is_inside: table n has no column cidr"),
    ("CREATE VIEW v AS SELECT * FROM own", "v", "is_inside: v is a view; name a table, or make one with CREATE TEMP TABLE ... AS "
     "SELECT * FROM v"),
    ("CREATE VIRTUAL TABLE f USING fts5(cidr)", "f", "is_inside: f is a virtual table outside temp"),
    ("INSERT INTO own VALUES ('x')", "own", "is_inside: own.cidr of the row with rowid 6 is 'x', which is no prefix such as "
     "'10.0.0.0/8'"),
    ("INSERT INTO own VALUES (x'0a')", "own", "own.cidr of the row with rowid 6 is a blob, which is no prefix"),
    ("INSERT INTO own VALUES ('10.0.0.0/8' || char(0))", "own", "own.cidr of the row with rowid 6 is '10.0.0.0/8', which"),
    ("CREATE TABLE i(cidr INT); INSERT INTO i VALUES (10)", "i", "i.cidr of the row with rowid 1 is 10, which"),
    ("CREATE TABLE w(cidr PRIMARY KEY) WITHOUT ROWID; INSERT INTO w VALUES ('x')", "w", "w.cidr of a row is 'x', which"),
    ("UPDATE own SET cidr = ''", "own", "is_inside: own.cidr is NULL or empty in all rows; each row needs a prefix"),
])
def test_wrong_lists_are_errors(db, sql, text, message):
    db.executescript(sql)
    with pytest.raises(sqlite3.OperationalError) as error:
        inside(db, "10.1.2.3", text)
    assert message in str(error.value)
    assert str(error.value).startswith("flowlogs: is_inside: ")
    assert inside(db, "10.1.2.3", LIST) == 1


# ---- read once, and again after a change

def reads(db, sql, *args):
    statements = []
    db.set_trace_callback(statements.append)
    rows = db.execute(sql, args).fetchall()
    db.set_trace_callback(None)
    return sum(", t.\"cidr\"" in s and "EXPLAIN" not in s for s in statements), rows


def test_a_table_is_read_once_for_a_statement(db):
    thousand = "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 1000) SELECT i FROM n)"
    sql = f"SELECT sum(is_inside('10.1.' || (i % 7) || '.1', ?)), sum(is_inside('10.2.0.1', 'own')) FROM {thousand}"
    assert reads(db, sql, "own") == (2, [(1000, 0)])
    db.execute("INSERT INTO own VALUES ('10.2.0.0/24')")
    assert reads(db, sql, "own") == (2, [(1000, 1000)])
    db.execute("BEGIN")
    db.execute("DELETE FROM own")
    assert reads(db, sql, "own") == (2, [(0, 0)])
    db.execute("ROLLBACK")
    assert reads(db, sql, "own") == (2, [(1000, 1000)])


def test_lists_that_are_no_constants(db):
    db.execute("CREATE TABLE ask(list)")
    db.executemany("INSERT INTO ask VALUES (?)", [("own",), ('["1.0.0.0/8"]',), (None,), ("own",), ("[]",)])
    assert db.execute("SELECT is_inside('10.1.2.3', list) FROM ask").fetchall() == [(1,), (0,), (1,), (1,), (0,)]


def test_in_a_join_with_logs(db):
    logs = str(builds.ROOT / "tests/data/AWSLogs")
    got = db.execute("SELECT srcaddr, is_inside(srcaddr), is_inside(srcaddr, ?) FROM flowlogs(?) GROUP BY 1", ('["172.31.0.0/16"]', logs))
    for ip, default, own in got.fetchall():
        assert (default, own) == ((slow(DEFAULT, ip), slow(["172.31.0.0/16"], ip)) if ip else (None, None)), ip


# ---- where it may stand, and who has a say

def test_the_default_is_pure_and_a_list_is_not(db):
    db.executescript("""CREATE TABLE t(ip CHECK (is_inside(ip)), own AS (is_inside(ip))); CREATE INDEX i ON t(is_inside(ip));
                        CREATE VIEW v AS SELECT is_inside(ip) AS x FROM t; INSERT INTO t VALUES ('10.0.0.1');""")
    assert db.execute("SELECT own, x FROM t, v").fetchall() == [(1, 1)]
    for sql in ("CREATE INDEX j ON t(is_inside(ip, 'own'))", "CREATE TABLE g(ip, own AS (is_inside(ip, 'own')))",
                "CREATE VIEW w AS SELECT is_inside('10.0.0.1', 'own'); SELECT * FROM w"):
        with pytest.raises(sqlite3.OperationalError, match="unsafe use|prohibited"):
            for statement in sql.split("; "):
                db.execute(statement)
    db.execute("CREATE TEMP VIEW mine AS SELECT is_inside('10.1.2.3', 'own') AS x")
    assert db.execute("SELECT x FROM mine").fetchall() == [(1,)]


def test_a_check_of_a_database_reads_no_table(release, tmp_path):
    """SQLite admits the function in a CHECK constraint, before 3.53."""
    db = builds.connect(release, tmp_path / "t.db", isolation_level=None)
    db.execute("CREATE TABLE own(cidr)")
    try:
        db.execute("CREATE TABLE t(ip CHECK (is_inside(ip, 'own') IS NOT 5))")
    except sqlite3.OperationalError as error:
        assert "unsafe use" in str(error)
        return
    with pytest.raises(sqlite3.OperationalError, match="unsafe use of it by a CHECK"):
        db.execute("INSERT INTO t VALUES ('10.0.0.1')")


def test_an_authorizer_that_says_no(db):
    def deny(action, table, column, *_):
        return sqlite3.SQLITE_DENY if (action, column) == (sqlite3.SQLITE_READ, "cidr") else sqlite3.SQLITE_OK

    def ignore(action, table, column, *_):
        return sqlite3.SQLITE_IGNORE if (action, column) == (sqlite3.SQLITE_READ, "cidr") else sqlite3.SQLITE_OK

    db.set_authorizer(deny)
    with pytest.raises(sqlite3.DatabaseError, match="is_inside: own can't be read: "):
        inside(db, "10.1.2.3", "own")
    db.set_authorizer(ignore)
    with pytest.raises(sqlite3.OperationalError, match="own.cidr is NULL or empty in all rows; .* an authorizer"):
        inside(db, "10.1.2.3", "own")
    db.set_authorizer(lambda *_: sqlite3.SQLITE_IGNORE if _[0] == sqlite3.SQLITE_READ else sqlite3.SQLITE_OK)
    assert inside(db, "10.1.2.3", LIST) == 1  # which needs no table
    db.set_authorizer(None)
    assert inside(db, "10.1.2.3", "own") == 1


def test_a_locked_database(release, tmp_path):
    db = builds.connect(release, tmp_path / "t.db", isolation_level=None, timeout=0)
    db.execute("CREATE TABLE own(cidr)")
    other = sqlite3.connect(tmp_path / "t.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(sqlite3.OperationalError) as error:
        inside(db, "10.1.2.3", "own")
    assert "own can't be read: database is locked" in str(error.value)
    assert getattr(error.value, "sqlite_errorname", "SQLITE_BUSY") == "SQLITE_BUSY"
    other.execute("ROLLBACK")
    assert inside(db, "10.1.2.3", "own") == 0


def test_a_table_that_asks_itself(db):
    """A virtual table of temp whose rows need the same list."""
    db.execute("CREATE TABLE docs(cidr)")
    db.execute("INSERT INTO docs VALUES ('10.0.0.0/8')")
    db.execute("CREATE TEMP VIEW loop AS SELECT is_inside('10.0.0.1', 'temp.f') AS cidr, 1 AS rowid")
    db.execute("CREATE VIRTUAL TABLE temp.f USING fts5(cidr, content='loop')")
    with pytest.raises(sqlite3.DatabaseError, match="table temp.f is asked for by what is read|recursively"):
        inside(db, "10.0.0.1", "temp.f")
    assert inside(db, "10.0.0.1", "docs") == 1


def test_an_interrupt(release, tmp_path, db):
    db.execute("CREATE TABLE many(cidr)")
    db.execute("INSERT INTO many WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 50000) SELECT '10.0.0.1' FROM n")
    db.set_progress_handler(lambda: 1, 10000)
    with pytest.raises(sqlite3.OperationalError, match="interrupted"):
        inside(db, "10.0.0.1", "many")
    db.set_progress_handler(None, 0)
    assert inside(db, "10.0.0.1", "many") == 1
