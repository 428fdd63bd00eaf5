# SPDX-License-Identifier: MIT
"""Runs the scripts tests/sql/NAME.sql and sql/FOLDER/NAME.sql in the sqlite3 shell. Compares what
a user would see, errors included, with tests/sql/NAME.out and tests/sql/FOLDER/NAME.out. With
UPDATE=1 in the environment the .out files are written again. Read the difference before you commit
it. Tables are printed as SQL literals (.mode quote), which look the same in all versions of SQLite."""

import os
import sqlite3

import pytest

from builds import ROOT

# The value of @logs for scripts that print every record. Their snapshots are of a few records.
FEW = {"sql/export/csv": "tests/data/AWSLogs/012345678901/vpcflowlogs/us-east-1/2026/06/16/*T1005Z*",
       "sql/export/elasticsearch-bulk":
           '["tests/data/edge/custom-order.log", "tests/data/edge/ipv6.log", "tests/data/edge/unknown-field.log"]'}

# Those of sql/ whose own comment says how they are run. The others go on with what a script has that reads them. A report is a
# page, which test_report.py takes apart.
SCRIPTS = sorted((ROOT / "tests" / "sql").glob("*.sql")) + sorted(
    p for p in (ROOT / "sql").glob("**/*.sql") if f"'.read {p.relative_to(ROOT)}'" in p.read_text() and p.name != "report.sql")

# Before 3.38 SQLite passes less on to the scan, explains plans in other words, and lacks functions.
# Everything else is the same.
if sqlite3.sqlite_version_info < (3, 38):
    SCRIPTS = [ROOT / "tests" / "sql" / f"{name}.sql"
               for name in ("errors", "files", "formats", "paths", "regressions", "sample", "safety", "threads")]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda p: str(p.relative_to(ROOT).with_suffix("")))
def test_a_script_prints_its_snapshot(build, script):
    if script.is_relative_to(ROOT / "sql"):  # run as the script's own comment says
        few = FEW.get(str(script.relative_to(ROOT).with_suffix("")))
        logs = "INSERT INTO sqlite_parameters VALUES ('@logs', '{}');\n".format(few) if few else ""
        got = build.shell(f".mode quote\n.headers on\n.parameter init\n{logs}.read {script.relative_to(ROOT)}")
        expected = ROOT / "tests" / "sql" / script.relative_to(ROOT / "sql").with_suffix(".out")
    else:
        got = build.shell(script.read_text())
        expected = script.with_suffix(".out")
    if os.environ.get("UPDATE"):
        expected.parent.mkdir(exist_ok=True)
        expected.write_text(got)
    assert got == expected.read_text()
