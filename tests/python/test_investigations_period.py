# SPDX-License-Identifier: MIT
"""The parameters @since and @until of sql/investigate, as text and as Unix seconds. The answer is
computed from the records of the period alone."""

import calendar
import time

import pytest

import answers.invb
from test_investigations import ANSWERS, records, text

SINCE, UNTIL = "2026-03-09 09:05:30", "2026-06-16 10:02:00"
# These scripts have periods of their own, or answer about files, to which a period applies
# differently.
NAMES = sorted(name for name in ANSWERS if ANSWERS[name].__module__ == answers.invb.__name__
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
        assert got == expected
