# SPDX-License-Identifier: MIT
"""The scripts of sql/investigate give the answers that tests/lib/answers computes in a second,
slow way. (test_sql.py compares the whole output, with headings.)"""

import functools
import sys

import pytest

import answers
import reference
from builds import ROOT

sys.path.insert(0, str(ROOT / "tests" / "tools"))
import generate  # noqa: E402

SCRIPTS = {p.stem: p for p in sorted((ROOT / "sql" / "investigate").glob("*.sql"))}
ANSWERS = answers.functions()


@functools.cache
def records():
    return tuple(r for r in reference.read([str(ROOT / "tests/data/AWSLogs")]))


def text(value):
    return "NULL" if value is None else str(value)


def test_each_script_has_an_answer():
    assert sorted(SCRIPTS) == sorted(ANSWERS)


def test_the_catalogue_lists_each_script_once():
    """And `make generate` has been run since the head of a script changed."""
    text = generate.CATALOGUE.read_text()
    assert sorted(generate.ROW.findall(text)) == sorted(SCRIPTS)
    assert generate.catalogue(text) == text


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_gives_the_computed_answer(release, name):
    got = release.rows(f".headers off\n.parameter init\n.read sql/investigate/{name}.sql")
    assert [row for row in got if row[0] != "nothing found"] == [[text(v) for v in row] for row in ANSWERS[name](list(records()))] and got
