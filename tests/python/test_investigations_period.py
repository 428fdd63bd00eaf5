# SPDX-License-Identifier: MIT
"""The parameters @since and @until of sql/investigate, as text and as Unix seconds. The answer is
computed from the records of the period alone."""

import calendar
import json
import time

import pytest

import answers.invb
import answers.talkers
from test_investigations import ANSWERS, records, text

SINCE, UNTIL = "2026-03-09 09:05:30", "2026-06-16 10:02:00"
# These scripts have periods of their own, or answer about files, to which a period applies
# differently.
NAMES = sorted(name for name in ANSWERS if ANSWERS[name].__module__ in (answers.invb.__name__, answers.talkers.__name__)
               and name not in ("new-talkers", "period-check"))


def seconds(moment):
    return calendar.timegm(time.strptime(moment, "%Y-%m-%d %H:%M:%S"))


@pytest.mark.parametrize("name", NAMES)
def test_a_period_selects_its_records(release, name):
    since, until = seconds(SINCE), seconds(UNTIL)
    expected = [[text(v) for v in row] for row in ANSWERS[name]([r for r in records() if since <= r["start"] < until])]
    for first, last in ((f"'{SINCE}'", f"'{UNTIL}'"), (since, until)):
        got = release.rows(f".headers off\n.parameter init\n.parameter set @since \"{first}\"\n"
                           f".parameter set @until \"{last}\"\n.read sql/investigate/{name}.sql")
        assert [row for row in got if row[0] != "nothing found"] == expected and got


NOON = 1773057600                   # 2026-03-09 12:00:00


@pytest.fixture(scope="module")
def three_hours(tmp_path_factory):
    """A file for each five minutes from 10:30 to 13:30, by the time in its name."""
    logs = tmp_path_factory.mktemp("hours")
    for at in range(NOON - 5400, NOON + 5401, 300):
        name = time.strftime("123456789012_vpcflowlogs_us-east-1_fl-0123456789abcdef0_%Y%m%dT%H%MZ_00000001.log", time.gmtime(at))
        (logs / name).write_text(f"2 123456789012 eni-1 10.0.0.1 10.0.0.2 40000 443 6 1 80 {at} {at + 60} ACCEPT OK\n")
    return logs


@pytest.mark.parametrize("since, until", [(s, u) for s in (-900, -300, -1, 0, 1) for u in (-60, -59, 240, 241)
                                          if s < u] + [(None, 0), (0, None), (None, None)])
def test_the_files_of_a_period_are_those_that_a_query_reads(release, three_hours, since, until):
    said = "".join(f".parameter set @{name} {NOON + at}\n" for name, at in (("since", since), ("until", until)) if at is not None)
    got = release.rows(f".headers off\n.parameter init\n.parameter set @logs \"'{three_hours}'\"\n{said}"
                       ".read sql/investigate/period-check.sql\n"
                       "SELECT count(*) FROM flowlogs(@logs) WHERE since = @since AND until = @until;\n"
                       "SELECT flowlogs_scan_stats();")
    stats = json.loads(got[-1][0])
    [files] = [int(row[2]) for row in got if len(row) > 2 and row[1].startswith("fl-")]
    assert 0 < files == stats["files_found"] - stats["files_pruned"]
