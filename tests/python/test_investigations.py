# SPDX-License-Identifier: MIT
"""The figures of sql/investigate are those of a second, slow computation: tests/answers.  (That the scripts print what
they should, headings and all, is test_sql.py's.)"""

import functools

import pytest

import answers
import reference
from builds import ROOT

SCRIPTS = {p.stem: p for p in sorted((ROOT / "sql" / "investigate").glob("*.sql"))}
ANSWERS = answers.functions()


@functools.cache
def records():
    return tuple(r for r in reference.read([str(ROOT / "tests/data/AWSLogs")]))


def text(value):
    return "NULL" if value is None else str(value)


def test_each_script_has_an_answer():
    assert sorted(SCRIPTS) == sorted(ANSWERS)


@pytest.mark.parametrize("name", SCRIPTS)
def test_answer(release, name):
    got = release.rows(f".headers off\n.parameter init\n.read sql/investigate/{name}.sql")
    assert got == [[text(v) for v in row] for row in ANSWERS[name](list(records()))]
