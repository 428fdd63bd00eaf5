# SPDX-License-Identifier: MIT
"""A condition that no record can meet is an error that shows the line to write instead."""

import sqlite3

import pytest

from builds import connect

LOGS = "tests/data/AWSLogs"
COUNT = {"flowlogs": "count(*)", "flowlogs_rollup": "sum(flows)"}

# (condition, what the error says); {T} stands for the table in a condition of the rollup alone
IMPOSSIBLE = [
    ("start_time >= '2025-10-09T00:00:00Z'", "write it in the same form, or datetime('2025-10-09T00:00:00Z')"),
    ("start_time < '2026-03-09 12:00:00.5'", "datetime('2026-03-09 12:00:00.5')"),
    ("end_time = '2026-03-09 12:00:00+00:00'", "datetime('2026-03-09 12:00:00+00:00')"),
    ("end_time = '2026-03-09'", "datetime('2026-03-09')"),
    ("start_time > '2026/03/09'", "start_time is a text such as '2026-03-09 12:00:00', UTC"),
    ("start_time BETWEEN '2026-03-09' AND 'now'", "is compared with 'now'"),
    ("start_time = 1773046800", "datetime(…, 'unixepoch') around Unix seconds"),
    ("start >= '2025-10-09'", "write start >= unixepoch('2025-10-09')"),
    ("end < '2025-10-09 12:00'", "write end < unixepoch('2025-10-09 12:00')"),
    ("end IN ('yesterday', 'x')", "write end = unixepoch('2026-03-09')"),
    ("start_time >= '2025-10-9'", "start_time is a text such as '2026-03-09 12:00:00', UTC"),
    ("start_time < '2025-13-01'", "start_time is a text such as"),
    ("start_time > '2025-10-09 24:00'", "start_time is a text such as"),
    ("start_time = '2025-10-09 8:00'", "such as '2026-03-09 12:00:00', UTC, and is compared with '2025-10-09 8:00'"),
    ("start_time LIKE '2026-03-09T%'", "never like '2026-03-09T%'"),
    ("start_time GLOB '2026/03/09*'", "start_time is a text such as"),
    ("start_time >= unixepoch('2026-03-09')", "datetime(…, 'unixepoch')"),
    ("start_time >= 2026-03-09", "is compared with the number 2014"),
    ("start >= datetime('2026-03-09')", "write start >= unixepoch('2026-03-09 00:00:00')"),
    ("action IN ('reject', 'drop')", "'ACCEPT', 'REJECT' or NULL, never 'drop'"),
    ("protocol IN ('UDP', 'TCP', NULL)", "protocol is a number, never 'TCP'; write protocol = 6"),
    ("port IN ('ssh', 'https')", "port is a number, never 'https'; write port = 443"),
    ("srcaddr IN ('10.0.0.0/8', '10.1.0.0/16')", "cidr_match(srcaddr, '10.0.0.0/8')"),
    ("srcaddr IN ('10.0.0.1', '2001:DB8::1')", "write '2001:db8::1'"),
    ("dstport = 'HTTPS'", "write dstport = 443"),
    ("dstport = 'no such service'", "never 'no such service'; write the number"),
    ("protocol <> 'tcp'", "write protocol <> 6"),
    ("srcaddr <> '10.20.1.0/24'", "write NOT cidr_match(srcaddr, '10.20.1.0/24')"),
    ("srcaddr = '10.20.1.0/33'", "srcaddr is an IP address, never '10.20.1.0/33'"),
    ("srcaddr = '10.20.1'", "srcaddr is an IP address, never '10.20.1'"),
    ("dstaddr IS '10.20.1.7:443'", "dstaddr is an IP address, never '10.20.1.7:443'"),
    ("flow_direction = 'EGRESS'", "flow_direction is 'egress', never 'EGRESS'"),
    ("type = 'ipv4'", "type is 'IPv4', never 'ipv4'"),
    ("pkt_src_aws_service IN ('s3', 'ec2')", "pkt_src_aws_service is 'EC2', never 'ec2'"),
    ("region = 'US-East-1'", "small letters, such as 'us-east-1'"),
    ("since = '2026-03-09' AND until = '2026-03-09'", "since is not before until"),
    ("start > 1759990000000", "not milliseconds"),
    ("start >= 2025-10-09", "not a date without quotes, and is compared with 2006"),
    ("start = 20260309", "is compared with 20260309"),
    ("protocol = 'TCP'", "write protocol = 6"),
    ("protocol IN ('TCP')", "write protocol = 6"),
    ("dstport = 'https'", "write dstport = 443"),
    ("srcport <> 'ssh'", "write srcport <> 22"),
    ("tcp_flags = 'SYN'", "tcp_flags is a number, never 'SYN'"),
    ("action = 'reject'", "'ACCEPT', 'REJECT' or NULL, never 'reject'"),
    ("action IS 'DENY'", "never 'DENY'"),
    ("action <> 'accept'", "never 'accept'"),
    ("log_status = 'ok'", "'OK', 'NODATA', 'SKIPDATA' or NULL, never 'ok'"),
    ("srcaddr = '10.20.1.0/24'", "cidr_match(srcaddr, '10.20.1.0/24')"),
    ("addr = '10.20.1.0/24'", "cidr_match(addr, '10.20.1.0/24')"),
    ("pkt_dstaddr = 'web-1'", "pkt_dstaddr is an IP address, never 'web-1'"),
    ("srcaddr = '-'", "write srcaddr IS NULL"),
    ("action = '-'", "write action IS NULL"),
    ("instance_id <> '-'", "write instance_id IS NOT NULL"),
    ("account_id = 001122334455", "never the number 1122334455; write it in quotes"),
    ("srcaddr = '10.0.0.5' OR action = 'reject'", "never 'reject'"),
]
POSSIBLE = [
    "start_time >= '2026-03-09'", "start_time < '2026-03-10 00:00'", "start_time >= ''", "start_time LIKE '2026-03-09 0%'",
    "end_time = '2026-03-09 12:00:00'", "start >= 1773046800", "start >= 0", "start > 1773046800.5", "end < 9223372036854775807",
    "dstport = '443'", "dstport = 443.0", "action = 'REJECT'", "action = 'reject' COLLATE NOCASE", "action LIKE 'reject'",
    "action > 'a'", "srcaddr = '2001:db8::1'", "srcaddr < '10.20.1.0/24'", "srcaddr IS NULL", "srcaddr = NULL", "action <> x'00'",
    "bytes > 0xFFFFFFFF", "bytes <= 0xFFFFFFFF", "account_id = 0x1CBE991A14",
    "account_id = 123456789012", "account_id = '001122334455'", "vpc_id = 'vpc-1'", "instance_tag = 5",
]


@pytest.mark.parametrize("table", ["flowlogs", "flowlogs_rollup"])
@pytest.mark.parametrize("condition, says", IMPOSSIBLE)
def test_a_condition_that_no_record_can_meet_is_an_error(build, table, condition, says):
    if table == "flowlogs_rollup" and "_time" in condition:
        condition = condition.replace("start_time", "minute").replace("end_time", "minute")
        says = says.replace("start_time is", "minute is")
    if condition.startswith("end"):
        condition = condition.replace("end ", '"end" ', 1)
    out = build.shell(f"SELECT {COUNT[table]} FROM {table}('{LOGS}') WHERE {condition};")
    assert "rror" in out and "flowlogs: " in out and says in out, out


@pytest.mark.parametrize("condition", POSSIBLE)
def test_other_conditions_are_left_alone(release, condition):
    """The answer is that of an ordinary table with the same column."""
    column, rest = condition.split(" ", 1)
    declared = dict(release.rows("SELECT name, type FROM pragma_table_xinfo('flowlogs');"))[column]
    here = release.rows(f"SELECT count(*) FROM flowlogs('{LOGS}') WHERE \"{column}\" {rest};")
    there = release.rows(f"CREATE TABLE plain (\"{column}\" {declared});\n"
                         f"INSERT INTO plain SELECT \"{column}\" FROM flowlogs('{LOGS}');\n"
                         f"SELECT count(*) FROM plain WHERE \"{column}\" {rest};")
    assert here == there


@pytest.mark.parametrize("condition, says", [
    ("state = 'no-answer'", "state is one of 'established', 'closed', 'reset', 'refused', 'no answer', 'rejected', 'one-sided', never 'no-answer'"),
    ("state <> 'Established'", "never 'Established'"), ("state IN ('open')", "never 'open'"), ("state = 5", "never '5'"),
    ("server_port = 443 OR state IS 'ok'", "never 'ok'"), ("role_from = 'tcp_flags'", "'tcp-flags', 'service-port', 'one-way'"),
    ("direction = 'egress'", "direction is one of 'inbound', 'outbound', 'internal', 'external', never 'egress'"),
])
def test_the_words_of_connections_are_checked(build, condition, says):
    out = build.shell(f"SELECT count(*) FROM flowlogs_connections('{LOGS}') WHERE {condition};")
    assert "rror" in out and says in out, out


def test_each_word_of_a_connection_may_be_asked_for(release):
    """The lists of words are complete: the reference says the same words."""
    words = {"state": ["established", "closed", "reset", "refused", "no answer", "rejected", "one-sided"],
             "role_from": ["tcp-flags", "service-port", "one-way", "many-peers", "lower-port", "first-seen"],
             "direction": ["inbound", "outbound", "internal", "external"]}
    for column, those in words.items():
        sums = " + ".join(f"(SELECT count(*) FROM flowlogs_connections('{LOGS}') WHERE {column} = '{w}')" for w in those)
        assert release.rows(f"SELECT {sums} = count(*) FROM flowlogs_connections('{LOGS}');") == [["1"]], column
        for other in (f"{column} = '{those[0].upper()}' COLLATE NOCASE", f"{column} LIKE '{those[0].upper()}'", f"{column} IN ('{those[0]}', 'x')"):
            same = release.rows(f"SELECT (SELECT count(*) FROM flowlogs_connections('{LOGS}') WHERE {other}) = "
                                f"(SELECT count(*) FROM flowlogs_connections('{LOGS}') WHERE {column} = '{those[0]}');")
            assert same == [["1"]], other
        for condition in (f"{column} IS NOT NULL", f"{column} > 'a'", f"{column} <> x'00'", f"{column} = NULL"):
            assert release.rows(f"SELECT count(*) >= 0 FROM flowlogs_connections('{LOGS}') WHERE {condition};") == [["1"]], condition


def test_views_and_created_tables_are_checked_too(build):
    out = build.shell(f"CREATE VIRTUAL TABLE temp.logs USING flowlogs('{LOGS}');\n"
                      "CREATE TEMP VIEW rejects AS SELECT * FROM logs WHERE action = 'REJECT';\n"
                      "SELECT count(*) FROM rejects WHERE protocol = 'UDP';")
    assert "never 'UDP'" in out, out


def test_a_payload_is_checked_too(build):
    out = build.shell("SELECT count(*) FROM flowlogs_payload('2 123456789012 eni-1 10.0.0.1 10.0.0.2 1025 22 6 1 40 "
                      "1773046800 1773046803 REJECT OK') WHERE action = 'Reject';")
    assert "never 'Reject'" in out, out


@pytest.mark.parametrize("value, says", [("2026-03-09T00:00:00+00:00", "datetime("), ("2026-03-09 12:00:00.000001", "datetime(")])
def test_a_bound_time_is_checked_when_the_query_runs(release, value, says):
    """Python's isoformat() gives such texts."""
    db = connect(release)
    for sql in (f"SELECT count(*) FROM flowlogs('{LOGS}') WHERE start_time >= ?",
                f"SELECT count(*) FROM (SELECT ? AS t) x CROSS JOIN flowlogs('{LOGS}') f ON f.end_time < x.t",
                f"SELECT count(*) FROM flowlogs('{LOGS}') WHERE start_time IN (?, '2026-03-09 12:00:00')",
                f"SELECT sum(flows) FROM flowlogs_rollup('{LOGS}') WHERE hour >= ?"):
        with pytest.raises(sqlite3.OperationalError) as error:
            db.execute(sql, (value,)).fetchall()
        assert says in str(error.value), sql
    with pytest.raises(sqlite3.OperationalError, match="not milliseconds"):
        db.execute(f"SELECT count(*) FROM flowlogs('{LOGS}') WHERE start >= ?", (1773046800000,)).fetchall()


def test_other_bound_values_are_ordinary_sql(release):
    db = connect(release)
    for condition, value in (("action = ?", "reject"), ("srcaddr = ?", "-"), ("protocol = ?", "TCP"), ("srcaddr = ?", "10.0.0.0/8")):
        assert db.execute(f"SELECT count(*) FROM flowlogs('{LOGS}') WHERE {condition}", (value,)).fetchone() == (0,)


TIMES = ["2026-03-09 09:00", "2026-03-09T09:00", "2026-03-09T09:00Z", "2026-03-09 09:00:00", "2026-03-09T09:00:00Z", "2026-03-09T09:00:00z",
         "2026-03-09T09:00:00.000Z", "2026-03-09T09:00:00.999000+00:00", "2026-03-09T09:00:00+00:00", "2026-03-09T11:00:00+02:00",
         "2026-03-09 03:30:00 -05:30", "2026-03-08T23:00-10:00", "2026-03-09T23:00:00.5+14:00"]
NO_TIMES = ["2026-03-09T09:00:00.", "2026-03-09T09:00.5Z", "2026-03-09T09:00:00+0200", "2026-03-09T09:00:00+02", "2026-03-09T09:00:00+15:00",
            "2026-03-09T09:00:00+02:60", "2026-03-09+02:00", "2026-03-09T09:00:00ZZ", "2026-02-30T09:00:00Z", "2026-03-09T09", "2026-03-09T09:00:0",
            "2026-03-09T24:00:00Z", "2026-03-09T09:00:00 UTC", "2026-03-09T09:00:00,5Z"]


@pytest.mark.parametrize("option", ["since", "until"])
def test_a_period_is_the_instant_that_iso_8601_names(release, tmp_path, option):
    """SQLite's datetime() has the same instant, for each of the texts, and no instant for the others, but for 24 o'clock."""
    (tmp_path / "a.log").write_text("start end\n" + "".join(f"{1773046800 + i} {1773046800 + i}\n" for i in range(-5, 5)))
    for text in TIMES:
        assert release.shell(f"SELECT count(*), min(start), max(start), strftime('%s', '{text}') FROM flowlogs('a.log') WHERE {option} = '{text}';",
                             cwd=tmp_path) == "5|{}|{}|1773046800\n".format(*((1773046800, 1773046804) if option == "since" else (1773046795, 1773046799)))
    for text in NO_TIMES:
        out = release.shell(f"SELECT count(*) FROM flowlogs('a.log') WHERE {option} = '{text}';", cwd=tmp_path)
        assert f"{option} is '{text}'; it can be Unix seconds, or YYYY-MM-DD" in out


def test_a_period_beyond_64_bits_is_an_error(build):
    for value in ("'99999999999999999999'", "'-99999999999999999999'"):
        out = build.shell(f"SELECT count(*) FROM flowlogs('{LOGS}') WHERE since = {value};")
        assert "since is " in out and "it can be Unix seconds" in out, out
