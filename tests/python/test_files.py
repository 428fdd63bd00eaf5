# SPDX-License-Identifier: MIT
"""Records and files that cannot be what their names say: an error that names the file, and the
line where there is one; with on_error = 'skip' they are passed over, and flowlogs_errors lists
them."""

import pytest

HEADER = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status\n"


def record(start=1773046800, end=1773046860, packets=10, octets=1000, status="ACCEPT OK"):
    return f"2 123456789012 eni-1 10.0.0.1 10.0.0.2 40000 443 6 {packets} {octets} {start} {end} {status}\n"


# ---- numbers that are too large

SECONDS = "not a number from 0 to 99999999999"
TOO_LARGE = [
    (record(start=1773046800000), f"start is '1773046800000', {SECONDS}; it looks like milliseconds, and flow logs have seconds"),
    (record(end=1773046860000000), f"end is '1773046860000000', {SECONDS}; it looks like microseconds, and flow logs have seconds"),
    (record(end=10**18), f"end is '1000000000000000000', {SECONDS}; it looks like nanoseconds, and flow logs have seconds"),
    (record(end=10**11), f"end is '100000000000', {SECONDS}"),
    (record(octets=10**15), "bytes is '1000000000000000', not a number from 0 to 999999999999999"),
    (record(packets=2**63 - 1), "packets is '9223372036854775807', not a number from 0 to 999999999999999"),
]


@pytest.mark.parametrize("line, reason", TOO_LARGE)
def test_a_number_that_is_too_large_is_a_bad_line(build, tmp_path, line, reason):
    (tmp_path / "a.log").write_text(HEADER + record() + line + record())
    for table in ("flowlogs", "flowlogs_rollup"):
        for what in ("count(*)", "max(start)", "max(dstport)"):
            out = build.shell(f"SELECT {what} FROM {table}('a.log');", cwd=tmp_path)
            assert f"flowlogs: a.log:3: {reason}; on_error=skip skips it" in out.replace("flowlogs_rollup:", "flowlogs:")
    assert build.rows("SELECT count(*) FROM flowlogs('a.log', 'skip');", cwd=tmp_path) == [["2"]]
    assert build.rows("SELECT line, reason, cause FROM flowlogs_errors('a.log');", cwd=tmp_path) == [["3", reason, "line"]]


def test_the_largest_numbers_are_read(build, tmp_path):
    line = record(start=99999999998, end=99999999999, packets=10**15 - 1, octets=10**15 - 1)
    (tmp_path / "a.log").write_text(HEADER + line + line.replace(" 99999999999 ", " 0000000099999999999 "))
    assert build.rows("SELECT start, \"end\", end_time, packets, bytes FROM flowlogs('a.log');", cwd=tmp_path) == \
        [["99999999998", "99999999999", "5138-11-16 09:46:39", "999999999999999", "999999999999999"]] * 2
