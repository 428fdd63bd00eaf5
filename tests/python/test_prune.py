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
