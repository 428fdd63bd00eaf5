# SPDX-License-Identifier: MIT
"""Errors that people hardly meet, which no other test provokes. `make coverage` found them."""

import sqlite3

import pytest

from builds import connect

LOOK = "SELECT cidr_lookup('t', 'cidr', '10.0.0.1')"


@pytest.mark.parametrize("before, sql, error", [
    ("", "SELECT cidr_match(a, b) FROM (SELECT '10.0.0.1' AS a, x'0a000000' AS b)", "the prefix is a blob"),
    ("CREATE TABLE t(cidr); INSERT INTO t VALUES (x'0a000000')", LOOK, "of the row with rowid 1 is a blob"),
    ("", "SELECT cidr_lookup('t' || char(0), 'cidr', '10.0.0.1')", "has a NUL byte"),
    ("CREATE TABLE t(rowid, _rowid_, oid, cidr)", LOOK, "which hide its rowid"),
    ("CREATE TABLE t(net)", LOOK, "has no column cidr"),
    ("CREATE VIRTUAL TABLE t USING fts5(cidr)", LOOK, "is a virtual table outside temp")])
def test_an_error_says_what_is_wrong(release, before, sql, error):
    db = connect(release)
    try:
        db.executescript(before)
    except sqlite3.OperationalError as e:
        assert "no such module" in str(e)
        pytest.skip("this SQLite has no fts5")
    with pytest.raises(sqlite3.OperationalError, match=error):
        db.execute(sql).fetchall()


def test_the_rows_of_the_help_have_different_rowids(build):
    assert build.rows("SELECT count(*) > 100, count(DISTINCT rowid) = count(*) FROM flowlogs_help;") == [["1", "1"]]
