# SPDX-License-Identifier: MIT
"""Runs tests/sql/NAME.sql, and the scripts of sql/, through the stock sqlite3 shell and compares what a user would see,
errors included, with tests/sql/NAME.out (of sql/FOLDER/NAME.sql: tests/sql/FOLDER/NAME.out).  UPDATE=1 writes the .out
files anew: read the difference before you commit it."""

import os

import pytest

from builds import ROOT

# What is set before scripts that print every record of @logs: their snapshots are of a few.
FEW = {"sql/export/csv": "tests/data/AWSLogs/012345678901/vpcflowlogs/us-east-1/2026/06/16/*T1005Z*",
       "sql/export/elasticsearch-bulk":
           '["tests/data/edge/custom-order.log", "tests/data/edge/ipv6.log", "tests/data/edge/unknown-field.log"]'}

SCRIPTS = sorted((ROOT / "tests" / "sql").glob("*.sql")) + sorted((ROOT / "sql").glob("**/*.sql"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda p: str(p.relative_to(ROOT).with_suffix("")))
def test_sql(build, script):
    if script.is_relative_to(ROOT / "sql"):  # as its comment tells a user to run it
        few = FEW.get(str(script.relative_to(ROOT).with_suffix("")))
        logs = "INSERT INTO sqlite_parameters VALUES ('@logs', '{}');\n".format(few) if few else ""
        got = build.shell(f".mode box\n.parameter init\n{logs}.read {script.relative_to(ROOT)}")
        expected = ROOT / "tests" / "sql" / script.relative_to(ROOT / "sql").with_suffix(".out")
    else:
        got = build.shell(script.read_text())
        expected = script.with_suffix(".out")
    if os.environ.get("UPDATE"):
        expected.parent.mkdir(exist_ok=True)
        expected.write_text(got)
    assert got == expected.read_text()
