# SPDX-License-Identifier: MIT
"""flowlogs_scan_summary() says in words what the last scan looked at, and each script of sql/ that
reads logs shows it where it has found nothing."""

import pytest

from builds import connect

FIELDS = "srcaddr dstaddr start end action\n"
NOON = 1773057600  # 2026-03-09 12:00:00


@pytest.fixture
def ask(release, tmp_path):
    """Runs a query on some files and returns what the summary says of it."""
    db = connect(release)

    def summary(files, sql, *parameters):
        for name, text in files.items():
            (tmp_path / name).write_text(text)
        db.execute(sql.replace("LOGS", f"'{tmp_path}'"), parameters).fetchall()
        return db.execute("SELECT flowlogs_scan_summary()").fetchone()[0]

    return summary


def lines(n, header=FIELDS):
    return header + "".join(f"10.0.0.{i + 1} 10.0.1.1 {NOON + i * 60} {NOON + i * 60 + 9} ACCEPT\n" for i in range(n))


def delivered(stamp):
    return f"123456789012_vpcflowlogs_us-east-1_fl-0123456789abcdef0_{stamp}_00000001.log"


def test_before_the_first_scan_there_is_none(release):
    assert connect(release).execute("SELECT flowlogs_scan_summary()").fetchone() == (None,)


@pytest.mark.parametrize("table", ["flowlogs", "flowlogs_rollup"])
def test_files_records_and_conditions(ask, table):
    ask_all = f"SELECT count(*) FROM {table}(LOGS)"
    assert ask({"a.log": lines(1)}, ask_all) == "1 file was read, with 1 record, of which 1 met the conditions"
    assert ask({"b.log": lines(3)}, ask_all) == "2 files were read, with 4 records, of which 4 met the conditions"
    assert ask({}, f"{ask_all} WHERE srcaddr = '10.0.0.3'") == "2 files were read, with 4 records, of which 1 met the conditions"
    assert ask({}, f"{ask_all} WHERE action = 'REJECT'") == "2 files were read, with 4 records, of which 0 met the conditions"


@pytest.mark.parametrize("condition, met", [("server_port = 9", 2), ("state = 'reset'", 2), ("records > 2", 2), ("protocol = 17", 0)])
def test_conditions_on_connections_are_not_among_those_that_records_met(ask, condition, met):
    log = "srcaddr dstaddr srcport dstport protocol\n10.0.0.1 10.0.0.2 40000 443 6\n10.0.0.2 10.0.0.1 443 40000 6\n"
    got = ask({"a.log": log}, f"SELECT 1 FROM flowlogs_connections(LOGS) WHERE {condition}")
    assert got == f"1 file was read, with 2 records, of which {met} met the conditions on records"


@pytest.mark.parametrize("since, until, words", [
    (NOON + 60, None, "of which 2 began from 2026-03-09 12:01:00 UTC and met"), (None, "2026-03-09 12:01", "of which 1 began until 2026-03-09 12:01:00 UTC and met"),
    (NOON, "2026-03-09T14:02+02:00", "of which 2 began from 2026-03-09 12:00:00 UTC until 2026-03-09 12:02:00 UTC and met"),
    (None, None, "of which 3 met"), (0, 99999999999, "of which 3 began from 1970-01-01 00:00:00 UTC until 5138-11-16 09:46:39 UTC and met")])
def test_the_period(ask, since, until, words):
    got = ask({"a.log": lines(3)}, "SELECT sum(flows) FROM flowlogs_rollup(LOGS) WHERE since = ? AND until = ?", since, until)
    assert got == f"1 file was read, with 3 records, {words} the conditions"


def test_files_that_are_not_read(ask):
    files = {delivered("20260309T1205Z"): lines(2), delivered("20260310T1205Z"): lines(1)}
    got = ask(files, "SELECT count(*) FROM flowlogs(LOGS) WHERE until = '2026-03-09 13:00'")
    assert got == "1 of 2 files were read, with 2 records, of which 2 began until 2026-03-09 13:00:00 UTC and met the conditions"


def test_what_the_files_lack(ask):
    got = ask({"a.log": lines(1), "b.log": lines(2, FIELDS.replace("action", "bytes")).replace("ACCEPT", "7")},
              "SELECT sum(bytes) FROM flowlogs(LOGS) WHERE action = 'REJECT' AND srcaddr = ?", "web-1")
    assert got.startswith("2 files were read, with 3 records, of which 0 met the conditions; ")
    notes = got.split("; ")[1:]
    assert any("'web-1'" in note for note in notes)
    assert "1 of the 2 files read do not have the field action: no record there meets the condition on it" in notes
    assert "1 of the 2 files read do not have the field bytes: it is NULL there" in notes


@pytest.mark.parametrize("column, field", [("instance_id", "instance_id"), ("subnet_id", "subnet_id"), ("az_id", "az_id"), ("vpc_id", "vpc_id"),
                                           ("account_id", "account_id"), ("interface_id", "interface_id")])
def test_a_column_of_an_end_needs_the_field_of_its_interface(ask, column, field):
    """And flow_direction, which says at which end the interface is."""
    for end in ("client", "server"):
        got = ask({"a.log": f"srcaddr dstaddr srcport dstport protocol start end\n10.0.0.1 10.0.0.2 40000 443 6 {NOON} {NOON}\n"},
                  f"SELECT {end}_{column} FROM flowlogs_connections(LOGS)")
        assert got.split("; ")[1:] == [f"the file read does not have the field {f}: it is NULL there"
                                       for f in sorted({field, "flow_direction"}, key="account_id interface_id vpc_id subnet_id instance_id az_id "
                                                       "flow_direction".split().index)]


def test_a_payload_is_a_value(ask):
    got = ask({}, "SELECT count(*) FROM flowlogs_payload(?)", lines(2))
    assert got == "1 value was read, with 2 records, of which 2 met the conditions"


def test_a_database_may_not_call_it(release, tmp_path):
    db = connect(release, tmp_path / "a.db")
    db.execute("PRAGMA trusted_schema = 1")
    db.execute("CREATE VIEW v AS SELECT flowlogs_scan_summary() AS s")
    with pytest.raises(Exception, match="unsafe use of"):
        db.execute("SELECT s FROM v").fetchall()
