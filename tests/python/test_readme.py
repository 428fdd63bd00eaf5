# SPDX-License-Identifier: MIT
"""What the README says is true: its column table is the table of fields, its examples print what it shows."""

import re
import subprocess
import sys

import pytest

import readme
from conftest import ROOT


def test_columns(release):
    assert readme.parts()[1] == readme.table(release.folder / "columns")
    names = re.findall(r"^\| `(\w+)` \| (\w+)", readme.parts()[1], re.M)
    declared = dict(release.rows("SELECT name, type FROM pragma_table_xinfo('flowlogs');"))
    assert all(declared[name] == type for name, type in names)


def test_hidden_columns(release):
    """Every column that is no field is explained in the table of the other columns."""
    fields = re.findall(r"^\| `(\w+)` \|", readme.parts()[1], re.M)
    declared = [name for name, in release.rows("SELECT name FROM pragma_table_xinfo('flowlogs');")]
    text = readme.README.read_text()
    assert [c for c in declared if c not in fields and f"| `{c}` |" not in text] == []


SHELL = readme.blocks("sql")


@pytest.mark.parametrize("i", range(len(SHELL)))
def test_sql_example(release, i):
    code, output = SHELL[i]
    assert output is not None, "an SQL example without its output"
    assert release.shell(".mode box\n" + code) == output


@pytest.mark.parametrize("i", range(len(readme.blocks("python"))))
def test_python_example(release, i):
    code, output = readme.blocks("python")[i]
    done = subprocess.run([sys.executable, "-c", code], text=True, capture_output=True, cwd=ROOT)
    assert done.stdout == output, done.stderr
