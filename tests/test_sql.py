# SPDX-License-Identifier: MIT
"""Runs tests/sql/NAME.sql, and the scripts of sql/, through the stock sqlite3 shell and compares what a user would see,
errors included, with tests/sql/NAME.out.  UPDATE=1 writes the .out files anew: read the difference before you commit it."""

import os

import pytest

from conftest import ROOT

SCRIPTS = sorted((ROOT / "tests" / "sql").glob("*.sql")) + sorted((ROOT / "sql").glob("**/*.sql"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda p: p.stem)
def test_sql(build, script):
    users = ".mode box\n" if script.is_relative_to(ROOT / "sql") else ""
    got = build.shell(users + script.read_text())
    expected = ROOT / "tests" / "sql" / f"{script.stem}.out"
    if os.environ.get("UPDATE"):
        expected.write_text(got)
    assert got == expected.read_text()
