# SPDX-License-Identifier: MIT
"""Runs tests/sql/NAME.sql through the stock sqlite3 shell and compares what a user would see, errors included, with
NAME.out.  UPDATE=1 writes the .out files anew: read the difference before you commit it."""

import os

import pytest

from conftest import ROOT

SCRIPTS = sorted((ROOT / "tests" / "sql").glob("*.sql"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda p: p.stem)
def test_sql(build, script):
    got = build.shell(script.read_text())
    expected = script.with_suffix(".out")
    if os.environ.get("UPDATE"):
        expected.write_text(got)
    assert got == expected.read_text()
