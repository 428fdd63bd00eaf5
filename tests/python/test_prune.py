# SPDX-License-Identifier: MIT
"""Files that are not opened because of what their paths say, and files that hold a delivery twice
or in part: nothing that a query asks for may be lost, and nothing may be counted twice."""

import json

FIELDS = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status"


def record(account="123456789012", start=1714521900, end=None):
    return f"2 {account} eni-1 10.0.0.1 10.0.0.2 1025 22 6 1 40 {start} {end or start + 60} ACCEPT OK\n"


def name_of(stamp="20240501T0005Z", account="123456789012", region="us-east-1", unique="fe123456", suffix=".log"):
    return f"{account}_vpcflowlogs_{region}_fl-1234abcd_{stamp}_{unique}{suffix}"


def folder_of(stamp="20240501", account="123456789012", region="us-east-1"):
    return f"AWSLogs/{account}/vpcflowlogs/{region}/{stamp[:4]}/{stamp[4:6]}/{stamp[6:8]}"


def put(folder, path, *records, header=FIELDS):
    path = folder / path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{header}\n" + "".join(records))


def count(build, folder, where, path="AWSLogs", table="flowlogs"):
    """The number of records, and what flowlogs_scan_stats() says of the scan."""
    what = "sum(flows)" if table == "flowlogs_rollup" else "count(*)"
    out = build.shell(f"SELECT {what} FROM {table}('{path}') WHERE {where};\nSELECT flowlogs_scan_stats();", cwd=folder)
    lines = out.splitlines()
    assert len(lines) == 2, out
    return int(lines[0] or 0), json.loads(lines[1])


# ---- by account

def test_a_shared_vpc_has_records_of_other_accounts(build, tmp_path):
    """The path has the owner of the flow log, a record the owner of the interface."""
    put(tmp_path, f"{folder_of()}/{name_of()}", record("123456789012"), record("222222222222"), record("unknown"))
    for account in ("123456789012", "222222222222", "unknown"):
        for table in ("flowlogs", "flowlogs_rollup"):
            for column in ("account_id", "+account_id"):
                assert count(build, tmp_path, f"{column} = '{account}'", table=table)[0] == 1
    assert count(build, tmp_path, "account_id <> '123456789012'")[0] == 2


# ---- by time

HOUR = 3600
T = 1714521900  # 2024-05-01 00:05


def test_late_deliveries_are_found(build, tmp_path):
    """The name has T = 00:05. By AWS's rule the records end from T to T + 299, by its older rule
    from T - 300 to T, and they may be an hour late by either. Files before and after lie in reach
    of the margins."""
    spans = [(end - length, end) for end in (T - 300 - HOUR, T - 300, T - HOUR, T - 1800, T - 600, T, T + 299, T + 299 - HOUR)
             for length in (0, 60, 600)]
    put(tmp_path, f"{folder_of()}/{name_of()}", *[record(start=a, end=b) for a, b in spans])
    for a, b in spans:
        for table in ("flowlogs", "flowlogs_rollup"):
            for where in (f"start = {a} AND \"end\" = {b}", f"\"end\" BETWEEN {b} AND {b}",
                          f"since = {a} AND until = {a + 1}", f"start BETWEEN {a} AND {a}"):
                wanted = sum(("since" in where or "start" in where) <= (x == a) and ('"end"' in where) <= (y == b)
                             for x, y in spans)
                assert count(build, tmp_path, where, table=table)[0] == wanted, where


def test_late_is_an_option(build, tmp_path):
    put(tmp_path, f"{folder_of()}/{name_of()}", record(start=T - 2 * HOUR - 960, end=T - 2 * HOUR - 360))
    where = f"start <= {T - 2 * HOUR - 960}"
    for late, found in (("", 0), (" AND late = NULL", 0), (" AND late = '2h'", 1), (" AND late = 7200", 1),
                        (" AND late = '7199s'", 0), (" AND late = '120m'", 1), (" AND late = '1d'", 1),
                        (" AND late = 'any'", 1), (" AND late = 0", 0), (" AND late = '9223372036854775807'", 1)):
        for table in ("flowlogs", "flowlogs_rollup"):
            got, stats = count(build, tmp_path, where + late, table=table)
            assert (got, stats["pruned_by_time"]) == (found, 1 - found), late
    by_place = (f"SELECT count(*) FROM flowlogs('AWSLogs', 'fail', NULL, 0, NULL, NULL, NULL, NULL, '2h') WHERE {where};\n"
                f"SELECT sum(flows) FROM flowlogs_rollup('AWSLogs', 'fail', NULL, 0, '1M', NULL, NULL, NULL, '2h') WHERE {where};\n"
                "CREATE VIRTUAL TABLE temp.l USING flowlogs('AWSLogs', late='2h');\n"
                f"SELECT count(*) FROM l WHERE {where};\nSELECT count(*) FROM l WHERE {where} AND late = '1h';\n")
    assert build.shell(by_place, cwd=tmp_path).split() == ["1", "1", "1", "0"]


def test_a_wrong_late_is_an_error(build, tmp_path):
    put(tmp_path, f"{folder_of()}/{name_of()}", record())
    for value in ("-1", "1.5", "", "h", "1w", "1hh", "1 h", "ANY", "106751991167301d", "9223372036854775808"):
        said = build.shell(f"SELECT count(*) FROM flowlogs('AWSLogs') WHERE late = '{value}';", cwd=tmp_path)
        assert f"late is '{value}'; it can be seconds, a number with s, m, h or d, or any" in said, said
    said = build.shell("SELECT late FROM flowlogs_payload('x');", cwd=tmp_path)
    assert "no such column: late" in said


def test_the_reasons_for_pruning_are_told(build, tmp_path):
    for region in ("us-east-1", "eu-west-1"):
        for hour in (0, 8, 16):
            stamp = f"20240501T{hour:02}05Z"
            put(tmp_path, f"{folder_of(region=region)}/{name_of(stamp, region=region)}", record(start=T + hour * HOUR))
    for where, want in ((f"start >= {T + 8 * HOUR}", (2, 0, 0)), ("region = 'eu-west-1'", (0, 3, 0)),
                        ("file < 'AWSLogs/123456789012/vpcflowlogs/f'", (0, 0, 3)),
                        (f"region = 'eu-west-1' AND since = {T + 8 * HOUR}", (1, 3, 0)), ("bytes > 5", (0, 0, 0))):
        stats = count(build, tmp_path, where)[1]
        assert (stats["pruned_by_time"], stats["pruned_by_region"], stats["pruned_by_file"]) == want, where
        assert stats["files_pruned"] == sum(want) and stats["files_found"] - stats["files_read"] == sum(want)


def test_folders_say_nothing_of_other_files(build, tmp_path):
    """Merged, renamed and copied files may lie in a folder of another day and region. All have
    records of three days."""
    rows = [record(start=T + day * 24 * HOUR) for day in range(3)]
    hive = "AWSLogs/aws-account-id=123456789012/aws-service=vpcflowlogs/aws-region=us-east-1/year=2024/month=05/day=01"
    paths = [f"{folder_of()}/merged.log", f"{folder_of()}/00/part-0000.log", f"{hive}/merged.log", f"{hive}/hour=00/a.log",
             "AWSLogs/year=2024/month=05/day=01/b.log"]
    paths += [f"{folder_of()}/{name_of(unique=u, suffix=s)}" for u, s in
              [("a", ".merged.log"), ("b-all", ".log"), ("c_all", ".log"), ("d", ".log.1"), ("e", ""), ("f", " (1).log")]]
    for path in paths:
        put(tmp_path, path, *rows)
    for day in range(3):
        at = T + day * 24 * HOUR
        for where in (f"start = {at}", f"\"end\" = {at + 60}", f"since = {at} AND until = {at + 1}"):
            got, stats = count(build, tmp_path, where)
            assert (got, stats["files_pruned"]) == (len(paths), 0), where


# ---- by region

def test_only_a_name_that_aws_gave_tells_the_region(build, tmp_path):
    """A name of AWS leaves the file out, if its records have the field region or not; if not, they
    have the region of the name. A file whose name says more than AWS's rule may have records of any
    region."""
    def row(region):
        return record().strip() + f" {region}\n"

    put(tmp_path, f"{folder_of()}/{name_of()}", row("us-east-1"), row("-"), header=FIELDS + " region")
    put(tmp_path, f"{folder_of()}/{name_of('20240501T0010Z')}", record())
    put(tmp_path, f"{folder_of()}/{name_of(suffix='.all.log')}", row("eu-west-1"), row("us-east-1"), header=FIELDS + " region")
    for where, found, pruned in (("region = 'us-east-1'", 3, 0), ("region = 'eu-west-1'", 1, 2),
                                 ("region IN ('eu-west-1', 'us-east-1')", 4, 0), ("region <> 'us-east-1'", 1, 2)):
        for table in ("flowlogs", "flowlogs_rollup"):
            assert count(build, tmp_path, where.replace("region", "+region"), table=table)[0] == found
            got, stats = count(build, tmp_path, where, table=table)
            assert (got, stats["pruned_by_region"], stats["files_pruned"]) == (found, pruned, pruned), where
    assert count(build, tmp_path, "region IS NOT 'us-east-1'")[1]["files_pruned"] == 0


def test_rowids_do_not_depend_on_late(build, tmp_path):
    put(tmp_path, f"{folder_of()}/{name_of()}", record(), record())
    out = build.shell("SELECT count(*) FROM flowlogs('AWSLogs') a JOIN flowlogs('AWSLogs') b ON a.rowid = b.rowid "
                      "WHERE a.late = '1h' AND b.late = 'any';", cwd=tmp_path)
    assert out == "2\n"
