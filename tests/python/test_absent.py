# SPDX-License-Identifier: MIT
"""Fields that files do not have: conditions on them, what the path gives in their place, and the
notes of flowlogs_scan_stats()."""

import json
import sqlite3

import pytest

from builds import BUILDS, connect, quote

DEFAULT = "2 123456789012 eni-1 10.0.0.{} 10.0.0.99 1025 22 6 1 40 1773046800 1773046803 {} OK\n"
V5 = "account-id srcaddr dstaddr flow-direction region\n"
NAME = "123456789012_vpcflowlogs_us-east-1_fl-0a_20260309T0900Z_0badcafe.log"
COUNT = {"flowlogs": "count(*)", "flowlogs_rollup": "sum(flows)"}


@pytest.fixture
def db():
    return connect(BUILDS[0])


@pytest.fixture
def logs(tmp_path):
    """Two files in the default format."""
    for i in (1, 2):
        (tmp_path / f"{i}.log").write_text("".join(DEFAULT.format(k, "ACCEPT" if k % 2 else "REJECT") for k in range(1, 9)))
    return tmp_path


def ask(db, logs, where, table="flowlogs", on_error="fail", threads=0):
    """The number of records, or the error."""
    arguments = f"{quote(str(logs))}, {quote(on_error)}, NULL, {threads}"
    try:
        return db.execute(f"SELECT {COUNT[table]} FROM {table}({arguments}) WHERE {where}").fetchone()[0] or 0
    except sqlite3.Error as error:
        return str(error)


def notes(db):
    return json.loads(db.execute("SELECT flowlogs_scan_stats()").fetchone()[0])["notes"]


# ---- conditions

LACKING = ["flow_direction = 'egress'", "tcp_flags > 1", "tcp_flags <> 2", "vpc_id IN ('a', 'b')", "vpc_id LIKE 'vpc-%'",
           "pkt_srcaddr IS '10.0.0.1'", "cidr_match(pkt_srcaddr, '10.0.0.0/8')", "type GLOB 'IP*'", "next_hop_vpc_id = 'a'",
           "tcp_flags BETWEEN 1 AND 3 AND action = 'REJECT'", "region = 'us-east-1'"]


@pytest.mark.parametrize("table", COUNT)
@pytest.mark.parametrize("where", LACKING)
def test_a_condition_on_a_field_that_no_file_has(db, logs, where, table):
    name = where.split("(")[-1].split()[0].strip(",") if where.startswith("cidr") else where.split()[0]
    for threads in (0, 2):
        assert ask(db, logs, where, table, threads=threads) == (
            f"flowlogs: no record can meet the condition on {name}, because none of the 2 files that were read has this field; "
            f"with AND {name} IS NOT NULL (inside the view, if it is in one), or on_error=skip, the answer is no rows")
        assert ask(db, logs / "1.log", where, table, threads=threads).startswith(
            f"flowlogs: no record can meet the condition on {name}, because the only file that was read does not have this field; ")
    assert ask(db, logs, where, table, on_error="skip") == 0
    assert ask(db, logs, f"{where} AND {name} IS NOT NULL", table) == 0
    if not where.startswith("cidr"):
        assert ask(db, logs, "+" + where, table) == 0


@pytest.mark.parametrize("table", COUNT)
@pytest.mark.parametrize("where, found", [
    ("flow_direction IS NULL", 16), ("flow_direction IS NOT NULL", 0), ("flow_direction IS NOT 'egress'", 16), ("tcp_flags IS NULL", 16),
    ("flow_direction = 'egress' OR flow_direction IS NULL", 16), ("flow_direction = 'egress' OR action = 'REJECT'", 8),
    ("tcp_flags & 2", 0), ("coalesce(flow_direction, 'egress') = 'egress'", 16), ("action = 'REJECT'", 8), ("addr = '10.0.0.1'", 2),
    ("port = 22", 16), ("since = '2026-03-09' AND until = '2026-03-10'", 16)])
def test_other_conditions_stay_as_they_are(db, logs, where, found, table):
    assert ask(db, logs, where, table) == found


def test_a_field_that_some_file_has(db, logs):
    (logs / "3.log").write_text(V5 + "1 10.0.0.1 10.0.0.2 egress eu-west-1\n")
    assert ask(db, logs, "flow_direction = 'egress'") == 1
    assert ask(db, logs, "flow_direction = 'ingress'") == 0                # no such traffic, which is an answer
    assert notes(db) == ["2 of the 3 files read do not have the field flow_direction: no record there meets the condition on it"]
    assert "the only file that was read" in ask(db, logs, f"flow_direction = 'egress' AND file = {quote(str(logs / '1.log'))}")
    # it may be a header in the middle of a file that brings it
    (logs / "3.log").write_text(DEFAULT.format(1, "ACCEPT") + V5 + "1 10.0.0.1 10.0.0.2 ingress eu-west-1\n")
    assert ask(db, logs, "flow_direction = 'egress'") == 0
    (logs / "3.log").write_text("srcaddr dstaddr start end\n")
    assert "none of the 3 files" in ask(db, logs, "flow_direction = 'egress'")


def test_either_end(db, tmp_path):
    (tmp_path / "a.log").write_text("account-id interface-id start end\n1 eni-1 1 2\n")
    assert "the condition on addr, because" in ask(db, tmp_path, "addr = '10.0.0.1'")
    assert "the condition on port, because" in ask(db, tmp_path, "port = 22")


def test_the_same_in_a_view_a_created_table_and_a_join(db, logs):
    db.execute(f"CREATE VIRTUAL TABLE temp.created USING flowlogs({quote(str(logs))})")
    db.execute("CREATE TEMP VIEW seen AS SELECT * , flow_direction FROM created")
    db.execute("CREATE TABLE ways(way)")
    db.executemany("INSERT INTO ways VALUES (?)", [("egress",), ("ingress",)])
    for sql in ("SELECT count(*) FROM created WHERE flow_direction = 'egress'", "SELECT count(*) FROM seen WHERE flow_direction = 'egress'",
                "SELECT count(*) FROM ways LEFT JOIN created ON flow_direction = way"):
        with pytest.raises(sqlite3.Error, match="no record can meet the condition on flow_direction"):
            db.execute(sql).fetchall()


@pytest.mark.parametrize("table", COUNT)
def test_a_filter_on_a_field_that_no_file_has(db, tmp_path, table):
    """A pattern for the default format asks about fields, as a condition of SQL does."""
    pattern = "[version, account, eni, source, destination, srcport, destport{}, protocol, packets, bytes, windowstart, windowend, action{}, status]"
    rejected, both, other = (f"filter = {quote(pattern.format(*asks))}" for asks in (("", "=REJECT"), ("=22", "=REJECT"), ("", "!=REJECT")))
    (tmp_path / "a.log").write_text("srcaddr dstaddr start end\n" + "10.0.0.1 10.0.0.2 1773046800 1773046803\n" * 4)
    lacks = "no record can meet the condition on {}, because the only file that was read does not have this field; "
    for threads in (0, 2):
        assert lacks.format("action") in ask(db, tmp_path, rejected, table, threads=threads)
    assert lacks.format("dstport") in ask(db, tmp_path, both, table)
    assert ask(db, tmp_path, other, table) == 4
    assert ask(db, tmp_path, rejected, table, on_error="skip") == 0
    assert ask(db, tmp_path, rejected + " AND action IS NOT NULL", table) == 0
    (tmp_path / "b.log").write_text("srcaddr dstaddr action\n" + "10.0.0.1 10.0.0.2 ACCEPT\n" * 4)
    assert ask(db, tmp_path, rejected, table) == 0
    assert notes(db) == ["1 of the 2 files read do not have the field action: no record there meets the condition on it"]
    (tmp_path / "b.log").write_text(DEFAULT.format(1, "ACCEPT"))            # the pattern goes by place in this file
    assert ask(db, tmp_path, rejected, table) == 0 and ask(db, tmp_path, both, table) == 0


def test_a_view_of_a_folder_that_has_the_field_and_one_that_does_not(db, logs):
    """SQLite passes IS NOT NULL on only if it stands inside such a view."""
    new, old = logs / "1.log", logs / "old.log"
    old.write_text("srcaddr dstaddr start end\n10.0.0.1 10.0.0.2 1773046800 1773046803\n")
    for name, inside in ("bare", ""), ("told", " WHERE action IS NOT NULL"):
        db.execute(f"CREATE TEMP VIEW {name} AS SELECT * FROM flowlogs({quote(str(new))}) "
                   f"UNION ALL SELECT * FROM flowlogs({quote(str(old))}){inside}")
    with pytest.raises(sqlite3.Error, match=r"action IS NOT NULL \(inside the view, if it is in one\)"):
        db.execute("SELECT count(*) FROM bare WHERE action = 'REJECT'").fetchall()
    assert db.execute("SELECT count(*) FROM told WHERE action = 'REJECT'").fetchone() == (4,)


def test_a_payload_may_lack_the_field(db):
    """It is one of many, and the others may have the field."""
    transit = ("version resource-type tgw-id srcaddr dstaddr start end log-status\n"
               "6 TransitGateway tgw-1 10.0.0.1 10.0.0.2 1773046800 1773046803 OK\n")
    db.execute("CREATE TABLE queue(body)")
    db.executemany("INSERT INTO queue VALUES (?)", [(DEFAULT.format(1, "ACCEPT"),), (transit,), (DEFAULT.format(2, "ACCEPT"),)])
    for what in "count(*) FROM queue, flowlogs_payload(body)", "sum(flows) FROM queue, flowlogs_payload_rollup(body)":
        assert db.execute(f"SELECT {what} WHERE action = 'ACCEPT'").fetchone() == (2,)
    for table, count in COUNT.items():
        table = table.replace("flowlogs", "flowlogs_payload")
        assert not db.execute(f"SELECT {count} FROM {table}(?) WHERE action = 'ACCEPT'", (transit,)).fetchone()[0]
        assert notes(db) == ["the file read does not have the field action: no record there meets the condition on it"]


def test_a_query_that_stops_early_has_no_such_error(db, logs):
    """LIMIT ends the scan before all files have been read."""
    assert db.execute(f"SELECT line FROM flowlogs({quote(str(logs))}, 'fail', NULL, 0) LIMIT 1").fetchall() == [(1,)]
    assert ask(db, logs, "flow_direction = 'egress' AND file = 'none'") == 0        # no file is read, because of the condition on it


# ---- what the path gives

FOLDER = "AWSLogs/210987654321/vpcflowlogs/eu-west-1/2026/03/09"
HIVE = "AWSLogs/aws-account-id=111122223333/aws-service=vpcflowlogs/aws-region=eu-south-2/year=2026"


@pytest.fixture
def tree(tmp_path):
    for path, text in ((f"{FOLDER}/{NAME}", "srcaddr dstaddr action\n" + "10.0.0.1 10.0.0.2 ACCEPT\n10.0.0.1 10.0.0.2 REJECT\n" * 2500),
                       (f"{HIVE}/part.log", "account-id srcaddr dstaddr\n999999999999 10.0.0.1 10.0.0.2\n- 10.0.0.1 10.0.0.2\n"),
                       (f"{FOLDER}/part.log", "srcaddr dstaddr region\n10.0.0.1 10.0.0.2 -\n10.0.0.1 10.0.0.2 sa-east-1\n"),
                       ("other/vpcflowlogs/Mine/a.log", "srcaddr dstaddr\n10.0.0.1 10.0.0.2\n")):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


GIVEN = [(None, None, 1), (None, "eu-south-2", 1), ("123456789012", "us-east-1", 5000), ("210987654321", None, 1),
         ("210987654321", "sa-east-1", 1), ("999999999999", "eu-south-2", 1)]


@pytest.mark.parametrize("threads", [0, 3])
def test_the_account_and_the_region_of_the_path(db, tree, threads):
    """A record whose file has the field keeps its own value, a missing one, too."""
    for table in COUNT:
        assert db.execute(f"SELECT account_id, region, {COUNT[table]} FROM {table}({quote(str(tree))}, 'fail', NULL, {threads}) "
                          "GROUP BY 1, 2 ORDER BY 1, 2").fetchall() == GIVEN
        for where in ("region = 'us-east-1'", "region <> 'us-east-1'", "region IS NULL", "region IN ('eu-south-2', 'sa-east-1')",
                      "account_id = '123456789012' AND region LIKE 'us-%'", "account_id > '2'", "account_id IS NOT '123456789012'",
                      "region = 'us-east-1' AND action = 'REJECT'"):
            pushed, plain = (ask(db, tree, w, table, threads=threads)
                             for w in (where, where.replace("region", "+region").replace("account_id", "+account_id")))
            assert pushed == plain, (where, table)


def test_the_same_in_rounds_of_a_join(db, tree):
    db.execute("CREATE TABLE regions(name)")
    db.executemany("INSERT INTO regions VALUES (?)", [("us-east-1",), ("eu-south-2",), ("nowhere-1",), ("us-east-1",)])
    db.execute(f"CREATE VIRTUAL TABLE temp.created USING flowlogs({quote(str(tree))})")
    assert db.execute("SELECT name, count(line), max(account_id) FROM regions r LEFT JOIN created c ON c.region = r.name GROUP BY r.rowid"
                      ).fetchall() == [("us-east-1", 5000, "123456789012"), ("eu-south-2", 2, "999999999999"),
                                       ("nowhere-1", 0, None), ("us-east-1", 5000, "123456789012")]


def test_a_payload_has_no_path(db):
    assert db.execute("SELECT region FROM flowlogs_payload(?)", ("srcaddr dstaddr\n10.0.0.1 10.0.0.2\n",)).fetchall() == [(None,)]


# ---- notes

def test_notes_about_fields(db, logs):
    db.execute(f"SELECT vpc_id, tcp_flags & 2, srcaddr FROM flowlogs({quote(str(logs))})").fetchall()
    assert notes(db) == ["none of the 2 files read has the field vpc_id: it is NULL there",
                         "none of the 2 files read has the field tcp_flags: it is NULL there"]
    db.execute(f"SELECT vpc_id, sum(bytes) FROM flowlogs_rollup({quote(str(logs / '1.log'))}) GROUP BY 1").fetchall()
    assert notes(db) == ["the file read does not have the field vpc_id: it is NULL there"]
    db.execute(f"SELECT next_hop_vpc_id FROM flowlogs({quote(str(logs))})").fetchall()
    assert notes(db) == []          # SQLite does not say which of the rarest fields a query uses
    assert ask(db, logs, "action = 'REJECT'") == 8 and notes(db) == []


def test_notes_about_values(db, logs):
    db.execute("CREATE TABLE hosts(ip, service)")
    db.executemany("INSERT INTO hosts VALUES (?, ?)", [("web-1", "https"), ("10.0.0.1", "22"), ("web-2", "x")])
    counts = f"SELECT ip, (SELECT count(*) FROM flowlogs({quote(str(logs))}) WHERE srcaddr = ip AND dstport = service) FROM hosts"
    assert db.execute(counts).fetchall() == [("web-1", 0), ("10.0.0.1", 2), ("web-2", 0)]
    assert notes(db) == ["srcaddr is an IP address, never 'web-1'",
                         "dstport is a number, never 'https'; write dstport = 443"]
    assert ask(db, logs, "srcaddr IN ('10.0.0.1', '10.0.0.0/8') AND action IN ('REJECT', 'drop\"ped')") == 0
    assert notes(db) == ["srcaddr is one address, never '10.0.0.0/8'; write cidr_match(srcaddr, '10.0.0.0/8')",
                         "action is one of 'ACCEPT', 'REJECT' or NULL, never 'drop\"ped'"]
    assert ask(db, logs, "srcaddr IN ('10.0.0.1', '10.0.0.2')") == 4 and notes(db) == []
    assert db.execute(f"SELECT count(*) FROM flowlogs({quote(str(logs))}) WHERE srcaddr = ?", ("größe" * 99,)).fetchone() == (0,)
    assert notes(db)[0].startswith("srcaddr is an IP address, never 'größe") and len(notes(db)[0].encode()) <= 255


# ---- parts of what a query reads

def test_a_path_for_each_row_of_another_table(db, logs):
    """The files of one path may lack the field that those of another have."""
    (logs / "3.log").write_text("srcaddr dstaddr\n10.0.0.1 10.0.0.2\n")
    db.execute("CREATE TABLE paths(path)")
    db.executemany("INSERT INTO paths VALUES (?)", [(str(logs / name),) for name in ("3.log", "1.log", "2.log")])
    for table, count in COUNT.items():
        for join in (f"paths x JOIN {table}(x.path) f", f"flowlogs_files({quote(str(logs))}) x JOIN {table}(x.path) f"):
            assert db.execute(f"SELECT {count} FROM {join} WHERE f.action = 'REJECT'").fetchone() == (8,), join
        with pytest.raises(sqlite3.Error, match="no record can meet the condition on action"):
            db.execute(f"SELECT {count} FROM {table}({quote(str(logs / '3.log'))}) f WHERE f.action = 'REJECT'").fetchall()


def test_values_of_a_join_in_in(db, logs):
    """SQLite does not tell a list of literals from one of another table's columns, so a row of that
    table of which no value can be met is an error. With OR in the place of IN it is a note."""
    db.execute("CREATE TABLE o(a, b)")
    db.executemany("INSERT INTO o VALUES (?, ?)", [("n/a", "none"), ("REJECT", "x")])
    for join in ("CROSS JOIN", "LEFT JOIN"):
        query = f"SELECT a, count(f.line) FROM o {join} flowlogs({quote(str(logs))}) f ON {{}} GROUP BY 1 ORDER BY 1"
        with pytest.raises(sqlite3.Error, match="never 'n/a'"):
            db.execute(query.format("f.action IN (o.a, o.b)")).fetchall()
        assert db.execute(query.format("(f.action = o.a OR f.action = o.b)")
                          ).fetchall() == [("REJECT", 8)] + [("n/a", 0)] * (join == "LEFT JOIN")
    assert db.execute(f"SELECT count(*) FROM o JOIN flowlogs({quote(str(logs))}) f ON f.action IN (o.a, o.b)").fetchone() == (8,)
    assert "never" in ask(db, logs, "action IN ('n/a', 'none')")


def test_a_measure_of_the_rollup(db, logs):
    (logs / "3.log").write_text("srcaddr dstaddr\n10.0.0.1 10.0.0.2\n")
    db.execute(f"SELECT sum(bytes), min(first_seen) FROM flowlogs_rollup({quote(str(logs))})").fetchall()
    assert notes(db) == ["1 of the 3 files read do not have the field bytes: it is NULL there",
                         "1 of the 3 files read do not have the field start: it is NULL there"]


@pytest.mark.parametrize("table", COUNT)
@pytest.mark.parametrize("threads", [0, 1, 3])
def test_a_damaged_file_comes_before_a_field_that_the_files_before_it_lack(db, logs, table, threads):
    """The files behind it might have the field."""
    (logs / "3.log").write_text("srcaddr action\n10.0.0.1 ACCEPT\n10.0.0.1 x\n")
    (logs / "4.log").write_text("srcaddr vpc-id\n10.0.0.1 a\n")
    for _ in range(5):
        assert "3.log:3: " in ask(db, logs, "vpc_id = 'a'", table, threads=threads)
    assert ask(db, logs, "vpc_id = 'a'", table, "skip", threads) == 1


def test_a_filter_that_does_not_fit_in_mid_file(db, tmp_path):
    """The error has its words, also when lines of the first format follow in the same window, and
    on_error=skip does not hide it."""
    a, b = "10.0.0.1 10.0.0.2 REJECT 1773046800\n", "10.0.0.1 10.0.0.2 443 REJECT 1773046800\n"
    path = tmp_path / "m.log"
    path.write_text(a + a + b + a * 3)
    formats = json.dumps(["srcaddr dstaddr action start", "srcaddr dstaddr dstport action start"])
    for table, count in COUNT.items():
        for on_error in ("fail", "skip"):
            with pytest.raises(sqlite3.Error, match="place 3"):
                db.execute(f"SELECT {count} FROM {table}(?, ?, ?) WHERE filter = '[source, destination, action=\"REJECT\", start]'",
                           (str(path), on_error, formats)).fetchall()
