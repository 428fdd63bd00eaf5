# SPDX-License-Identifier: MIT
"""The extension, compared with reference.py, a slow and simple reader, on the sample, on the edge
cases and on random trees of good and bad files. Every column of every row and the places of all
errors are compared."""

import pytest

import fuzzdata
import reference
from builds import BUILDS, ROOT, quote

COLUMNS = reference.DEFAULT_NAMES + [n for n in reference.VPC_NAMES[14:]] + \
    [n for n in reference.TGW_NAMES if n not in reference.VPC_NAMES] + \
    ["file", "line", "raw", "extra", "start_time", "end_time"]


def cell(value):
    return "NULL" if value is None else str(value)


def expected(paths, format):
    rows, errors = [], []
    for item in reference.read(paths, format, "skip"):
        if isinstance(item, reference.FlowLogError):
            errors.append([item.file, cell(item.line), "1" if item.reason == "suspicious" else "0"])
        else:
            rows.append([cell(item.get(c)) for c in COLUMNS])
    return rows, errors


def encode(columns):
    """SQL for the columns in hexadecimal, because raw lines may contain tabs and any other
    bytes."""
    return ", ".join(f"CASE WHEN \"{c}\" IS NULL THEN 'NULL' ELSE hex(\"{c}\") END" for c in columns)


def as_hex(rows):
    def one(value):
        return "NULL" if value == "NULL" else value.encode("utf-8", "surrogateescape").hex().upper()
    return [[one(v) for v in row] for row in rows]


def same(got, rows, columns):
    """Asserts that the rows are equal. The message shows the first difference."""
    for i, (a, b) in enumerate(zip(got, as_hex(rows))):
        differ = [(c, bytes.fromhex(x) if x != "NULL" else x, y) for c, x, y, z in
                  zip(columns, a, rows[i], b) if x != z]
        where = rows[i][columns.index("line")]
        assert not differ, f"row {i} (line {where}): column, extension, reference: {differ[:3]}\n{rows[i]}"
    assert len(got) == len(rows)


# The reference does not look for the marks of flow logs in lines of an unknown format, or at what other files are.
NO_FLOW_LOG = "(reason LIKE '%; the line begins with %' OR reason LIKE 'is the test object %')"


def compare(build, path, format=None, cwd=ROOT):
    rows, errors = expected([str(path)], format)
    fmt = quote(format) if format else "NULL"
    args = f"{quote(str(path))}, 'skip', {fmt}"
    got = build.rows(f"SELECT {encode(COLUMNS)} FROM flowlogs({args});", cwd=cwd)
    same(got, rows, COLUMNS)
    # Few columns, no columns, and aggregates see the same rows.
    few = ["bytes", "srcaddr", "line"]
    got = build.rows(f"SELECT {encode(few)} FROM flowlogs({args});", cwd=cwd)
    same(got, [[row[COLUMNS.index(c)] for c in few] for row in rows], few)
    total = sum(int(row[COLUMNS.index("packets")]) for row in rows if row[COLUMNS.index("packets")] != "NULL")
    got = build.rows(f"SELECT count(*) FROM flowlogs({args}); "
                     f"SELECT count(DISTINCT rowid), total(packets) FROM flowlogs({args});", cwd=cwd)
    assert got[0] == [str(len(rows))] and got[1][0] == str(len(rows))
    assert abs(float(got[1][1]) - total) <= total * 1e-9
    got = build.rows(f"SELECT file, ifnull(line, 'NULL'), cause IS 'suspicious', {NO_FLOW_LOG} "
                     f"FROM flowlogs_errors({quote(str(path))}, {fmt});", cwd=cwd)
    assert [e[:3] for e in got if e[1] != "NULL" and e[3] == "0"] == [e for e in errors if e[1] != "NULL"]
    # With on_error=fail, the first error ends the query.
    strict = build.shell(f"SELECT count(*) FROM flowlogs({quote(str(path))}, 'fail', {fmt});", cwd=cwd)
    got = [e for e in got if e[2] == "0"]
    if got:
        file, line, _, _ = got[0]
        where = file if line == "NULL" else f"{file}:{line}"
        assert f"flowlogs: {where}: " in strict
    else:
        assert strict == f"{len(rows)}\n" or "is a flow log" in strict


def test_the_sample_is_read_alike(build):
    compare(build, "tests/data/AWSLogs")


EDGE = sorted(p.name for p in (ROOT / "tests" / "data" / "edge").iterdir() if p.is_file())


@pytest.mark.parametrize("name", EDGE)
def test_an_edge_case_is_read_alike(build, name):
    format = "srcaddr dstaddr dstport action bytes start" if name == "headerless-custom.log" else None
    compare(build, f"tests/data/edge/{name}", format)


def test_all_edge_cases_together_are_read_alike(build):
    compare(build, "tests/data/edge")


TREES = [(b, seed) for b in BUILDS for seed in range(24 if b.name == "release" else 12)]


@pytest.mark.parametrize("build, seed", TREES, ids=lambda v: getattr(v, "name", v))
def test_random_trees_are_read_alike(build, seed, tmp_path):
    fuzzdata.write_tree(seed, str(tmp_path), 24)
    compare(build, tmp_path)
    compare(build, tmp_path, (tmp_path / ".format").read_text().strip())


@pytest.mark.parametrize("size", [60_000, 65_400, 65_510])
@pytest.mark.parametrize("wrong", ["1110000000", "1100011111", "0001111111"])
def test_columns_are_judged_by_the_lines_of_a_block(release, tmp_path, size, wrong):
    """A block of 256 KB has four lines of 60,000 bytes, and three of 65,510."""
    lines = [f"2 {200 if w == '1' else 50} 100 {'x' * size}\n" for w in wrong]
    (tmp_path / "a.log").write_text("version start end note\n" + "".join(lines))
    (tmp_path / "b.log").write_text("version start end note\n" + lines[-1].replace("200", "50") * 5 + "start end\n" + "9 8\n" * 2 + "1 2\n")
    compare(release, tmp_path)
