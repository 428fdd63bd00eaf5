# SPDX-License-Identifier: MIT
"""Calls that fail, and files that change while a query runs. The whole of it is `make faults`."""

import errno
import gzip
import os
import pathlib

import pytest

import faults
from builds import BUILDS

SCRIPT = pathlib.Path(faults.__file__).with_suffix(".sql")


def test_a_failing_allocation_gives_nomem_or_the_right_answer(build):
    how = "ours:10" if build.name == "release" else "ours:100"
    for script in (None, SCRIPT):
        output, is_right = faults.run(build, "alloc", how, script)
        assert is_right, output


def test_a_failing_call_gives_its_error_or_the_right_answer(build):
    output, is_right = faults.run(build, "io", "every:20" if build.name == "release" else "every:80", SCRIPT)
    assert is_right, output


CONTAINERS = SCRIPT.with_name("faults_containers.sql")


@pytest.mark.parametrize("calls, how", [("alloc", "ours:150"), ("io", "every:60")])
def test_a_failing_allocation_or_call_while_containers_and_parquet_are_read(release, calls, how):
    output, is_right = faults.run(release, calls, how, CONTAINERS)
    assert is_right, output


INDEX = SCRIPT.with_name("faults_index.sql")


@pytest.mark.parametrize("calls, how, below", [("alloc", "ours:150", "tests/data"), ("io", "every:60", "tests/data"), ("io", "every:6", "build")])
def test_a_failing_allocation_or_call_while_an_index_is_built_or_used(release, calls, how, below):
    output, is_right = faults.run(release, calls, how, INDEX, below)
    assert is_right, output


def test_a_failing_call_below_the_root_gives_its_error_or_the_right_answer(release):
    """With FLOWLOGS_ROOT, paths are resolved and reached step by step, which needs more calls."""
    output, is_right = faults.run(release, "io", "every:400", SCRIPT, env={"FLOWLOGS_ROOT": str(faults.ROOT / "tests/data")})
    assert is_right, output


@pytest.mark.parametrize("path, at", [("/z.log", 1), ("/z.log", 2), ("", 3), ("/*/c.log", 4)])
def test_a_call_that_is_interrupted_is_repeated(release, tree, path, at):
    """FLOWLOGS_ROOT could not be examined, if a signal came at that moment. The later calls examine
    what lies in a folder."""
    report = tree.parent / "report"
    expected = release.shell(f"SELECT count(*) FROM flowlogs('{tree}{path}');")
    out = release.shell(f"SELECT count(*) FROM flowlogs('{tree}{path}');", env={
        "LD_PRELOAD": str(release.folder.resolve() / "faulty_calls.so"), "FAULTY": f"stat:{errno.EINTR}:{at}",
        "FAULTY_BELOW": str(tree), "FAULTY_REPORT": str(report), "FLOWLOGS_ROOT": str(tree)})
    assert (out, report.read_text()) == (expected, "1 0\n")


# ---- one file or folder fails: its error, or the rows of the others and a line in flowlogs_errors

def record(source, port=443):
    return f"2 123456789010 eni-1 {source} 10.0.0.9 40000 {port} 6 20 4249 1418530010 1418530070 ACCEPT OK\n"


@pytest.fixture
def tree(tmp_path):
    """Files with other addresses each. Those of a.log and b.log.gz take several reads."""
    logs = tmp_path / "logs"
    (logs / "sub").mkdir(parents=True)
    (logs / "a.log").write_text("".join(record("10.0.1.1", i) for i in range(6000)))
    text = "".join(record("10.0.2.1", i * 7919 % 65536) for i in range(60000))
    (logs / "b.log.gz").write_bytes(gzip.compress(text.encode(), 1))
    (logs / "sub" / "c.log").write_text(record("10.0.3.1") * 3)
    (logs / "z.log").write_text(record("10.0.4.1") * 2)
    return logs


COUNTS = {"10.0.1.1": 6000, "10.0.2.1": 60000, "10.0.3.1": 3, "10.0.4.1": 2}
OF = {"a.log": "10.0.1.1", "b.log.gz": "10.0.2.1", "sub": "10.0.3.1", "c.log": "10.0.3.1"}


def faulty(build, tree, faulty_call, sql):
    """Runs queries in the shell with a call that fails. Returns the lines of the output, after it
    has checked that the call did fail, and that no file was left open. The shell writes errors
    before the rows that it still holds."""
    report = tree.parent / "report"
    preload = ":".join(filter(None, [build.env.get("LD_PRELOAD"), str(build.folder.resolve() / "faulty_calls.so")]))
    out = build.shell(sql.replace("{}", str(tree)), env={"LD_PRELOAD": preload, "FAULTY": faulty_call, "FAULTY_BELOW": str(tree),
                                             "FAULTY_REPORT": str(report)})
    assert report.read_text() == "1 0\n", out
    return out.splitlines()


def counts(lines):
    """The rows ADDRESS|COUNT among lines."""
    return {k: int(n) for k, _, n in (line.partition("|") for line in lines) if n.isdigit()}


def says(lines, *words):
    """Whether one of the lines is an error with all these words."""
    return any("rror" in line and all(w in line for w in words) for line in lines)


GROUPS = "SELECT srcaddr, count(*) FROM flowlogs('{}', '%s', NULL, %s) GROUP BY 1;"
NO, IO, NONE, LOOP = "Permission denied", "Input/output error", "No such file or directory", "Too many levels of symbolic links"
LISTED = "is a folder whose files can't be listed: "


FAILURES = [
    ("open", errno.EACCES, "a.log", f"can't be opened: {NO}"), ("open", errno.EIO, "c.log", f"can't be opened: {IO}"),
    ("open", errno.ENOENT, "b.log.gz", f"can't be opened: {NONE}"), ("open", errno.ELOOP, "a.log", f"can't be opened: {LOOP}"),
    ("read", errno.EIO, "a.log", f"can't be read: {IO}"), ("read", errno.EIO, "b.log.gz", f"can't be read: {IO}"),
    ("fstat", errno.EIO, "b.log.gz", f"can't be read: {IO}"), ("open", errno.EACCES, "sub", LISTED + NO),
    ("readdir", errno.EIO, "sub", LISTED + IO), ("open", errno.ENOENT, "sub", LISTED + NONE)]


def cases(table, ways):
    """The rows of a table, each with the build and the ways of reading; under the sanitizers only
    those in which a file is read, in the last way."""
    rows = [(b, way, *row) for b in BUILDS for way in ways for row in table
            if b.name == "release" or (way == ways[-1] and row[0].startswith("read"))]
    return [pytest.param(*row, id="-".join([row[0].name, *(str(x)[:30] for x in row[1:])])) for row in rows]


@pytest.mark.parametrize("build, threads, call, error, file, reason", cases(FAILURES, (0, 2)))
def test_a_failure_is_told_or_skipped_and_listed(build, tree, threads, call, error, file, reason):
    lines = faulty(build, tree, f"{call}:{error}:1:{file}", GROUPS % ("skip", threads) +
                   "SELECT file, reason FROM flowlogs_errors('{}');" + GROUPS % ("fail", threads))
    path = tree / "sub" / "c.log" if file == "c.log" else tree / file
    assert counts(lines) == {k: n for k, n in COUNTS.items() if k != OF[file]}
    assert f"{path}|{reason}" in lines and says(lines, f"flowlogs: {path}: {reason}; on_error=skip"), lines


@pytest.mark.parametrize("call, error, file", [
    ("open", errno.EMFILE, "a.log"), ("open", errno.ENOMEM, "sub"), ("stat", errno.ENOMEM, "c.log"),
    ("read", errno.ENOMEM, "b.log.gz"), ("readdir", errno.ENOMEM, "sub"), ("fdopendir", errno.ENOMEM, "sub")])
def test_a_lack_of_means_is_no_fault_of_the_file(release, tree, call, error, file):
    for policy in ("fail", "skip"):
        lines = faulty(release, tree, f"{call}:{error}:1:{file}", GROUPS % (policy, 0))
        assert not counts(lines) and says(lines, file, os.strerror(error)), lines


@pytest.mark.parametrize("condition", ["file = '{}/sub/c.log'", "file IN ('{}/sub/c.log', 'x')", "file BETWEEN '{}/sub/c' AND '{}/sub/d'",
                                       "file GLOB '{}/sub/c*'"])
@pytest.mark.parametrize("call, error", [("open", errno.EACCES), ("stat", errno.EIO)])
def test_a_condition_on_the_file_does_not_hide_a_failing_folder(release, tree, condition, call, error):
    """Such a condition leaves out the entry that stands for the folder in the list of files. The
    query gave no row and no error, although the file lies in the folder."""
    sql = "SELECT srcaddr, count(*) FROM flowlogs('{}') WHERE " + condition
    assert counts(release.shell(sql.replace("{}", str(tree)) + ";").splitlines())["10.0.3.1"] == 3
    lines = faulty(release, tree, f"{call}:{error}:1:sub", sql.replace("{}", str(tree)) + ";")
    assert not counts(lines) and says(lines, f"{tree}/sub: "), lines


def test_what_a_pattern_does_not_match_is_not_read(release, tree):
    """z.log matches `**` and may lead to a folder, if it cannot be examined; it has no `c.log` then, and
    is not read as if it had matched."""
    (tree / "z.log").rename(tree / "sub" / "z.log")
    (tree / "z.log").symlink_to("sub/z.log")
    lines = faulty(release, tree, f"stat:{errno.EIO}:1:z.log", "SELECT srcaddr, count(*) FROM flowlogs('{}/**/c.log');")
    assert not counts(lines) and says(lines, f"{tree}/z.log: can't be opened: {IO}"), lines


def test_threads_that_do_not_start_change_no_row(build, tree):
    for first in range(1, 5):
        assert counts(faulty(build, tree, f"thread:{errno.EAGAIN}:{first}", GROUPS % ("fail", 4))) == COUNTS
    single = "SELECT srcaddr, count(*) FROM flowlogs('{}/a.log', 'fail', NULL, 2) GROUP BY 1;"
    assert counts(faulty(build, tree, f"thread:{errno.EAGAIN}:1", single)) == {"10.0.1.1": 6000}


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """So many files that threads look for them."""
    logs = tmp_path_factory.mktemp("many") / "logs"
    for i in range(1500):
        (logs / f"{i // 50:02}").mkdir(parents=True, exist_ok=True)
        (logs / f"{i // 50:02}" / f"{i}.log").write_text(record("10.0.1.1"))
    return logs


@pytest.mark.parametrize("call, error, file, outcome", [
    ("stat", errno.EIO, "7.log", "1500"), ("stat", errno.ENOMEM, "7.log", os.strerror(errno.ENOMEM)), ("open", errno.EACCES, "/02", NO),
    ("open", errno.EMFILE, "/02", os.strerror(errno.EMFILE)), ("readdir", errno.EIO, "/02", IO),
    ("readdir", errno.ENOMEM, "/01", os.strerror(errno.ENOMEM)), ("thread", errno.EAGAIN, "", "1500")])
def test_a_failure_is_the_same_where_threads_look_for_files(release, many, call, error, file, outcome):
    """The error is that of the file or folder that comes first without threads, too. A file that could not be
    examined is read all the same, and is listed."""
    lines = [faulty(release, many, f"{call}:{error}:1" + (":" + file if file else ""),
                    f"SELECT count(*) FROM flowlogs('{many}', 'fail', NULL, {n});") for n in (0, 4) if n or file]
    assert lines[0] == lines[-1] and outcome in lines[0][0]


# ---- files that change between planning and reading, and while they are read

NEW = {"10.0.9.1": 4}


def without(name, **more):
    return {k: n for k, n in COUNTS.items() if k != OF[name]} | more


# Before which call, of which file; the change; the error, or the rows: those of the old file or of
# the new one, and never some of both.
CHANGES = [
    ("open:0:1:a.log", "unlink {}/a.log", f"a.log: can't be opened: {NONE}"),
    ("open:0:1:a.log", "truncate {}/a.log 0", without("a.log")),
    ("open:0:1:a.log", "rename {}/../new.log {}/a.log", without("a.log") | NEW),
    ("open:0:1:a.log", "rename {}/../pipe {}/a.log", "a.log: is neither a regular file nor a pipe"),
    ("open:0:1:a.log", "symlink {}/a.log {}/a.log", f"a.log: can't be opened: {LOOP}"),
    ("open:0:1:a.log", "symlink {}/nothing {}/a.log", f"a.log: can't be opened: {NONE}"),
    ("open:0:1:a.log", "symlink /dev/zero {}/a.log", "a.log: is neither a regular file nor a pipe"),
    ("open:0:1:a.log", "symlink {}/sub {}/a.log", "a.log: is a folder whose files can't be listed"),
    ("open:0:1:sub", "rename {}/sub {}/../gone", f"sub: {LISTED}{NONE}"),
    ("readdir:0:1:sub", "unlink {}/sub/c.log", without("sub")),
    ("fstat:0:1:a.log", "truncate {}/a.log 1000", "a.log:12: has 3 fields"),
    ("read:0:1:a.log", "truncate {}/a.log 0", "a.log: has become shorter while it was read"),
    ("read:0:2:a.log", "truncate {}/a.log 0", "has become shorter while it was read"),
    ("read:0:2:b.log.gz", "truncate {}/b.log.gz 140000", "has become shorter while it was read"),
    ("read:0:2:a.log", "append {}/a.log " + record("10.0.9.1").strip(), COUNTS | {"10.0.9.1": 1}),
    ("read:0:2:a.log", "unlink {}/a.log", COUNTS),
    ("read:0:2:a.log", "rename {}/../new.log {}/a.log", COUNTS),
    ("read:0:2:b.log.gz", "rename {}/../new.log {}/b.log.gz", COUNTS),
]


@pytest.mark.parametrize("build, sums, when, change, outcome", cases(CHANGES, ("flowlogs_rollup sum(flows)", "flowlogs count(*)")))
def test_a_file_that_changes_gives_an_error_or_a_consistent_set(build, tree, sums, when, change, outcome):
    table, columns = sums.split()
    (tree.parent / "new.log").write_text(record("10.0.9.1") * 4)
    os.mkfifo(tree.parent / "pipe")
    sql = f"SELECT {{}} || srcaddr, {columns} FROM {table}('{tree}', 'fail', NULL, 2) GROUP BY 1;"
    first, again = sql.replace("{}", "''"), sql.replace("{}", "'2nd '")
    lines = faulty(build, tree, f"{when}:{change}".replace("{}", str(tree)), first + "\n" + again)
    if isinstance(outcome, dict):
        assert {k: n for k, n in counts(lines).items() if "2nd" not in k} == outcome
    else:
        assert says(lines[:1], str(tree), outcome), lines
    fresh = build.shell(again)
    assert [line for line in lines if "2nd" in line] == [line for line in fresh.splitlines() if "2nd" in line]
    assert "rror" not in fresh or len([line for line in lines if "rror" in line]) >= 1


def test_what_is_left_of_a_file_that_shrinks_can_be_skipped(release, tree):
    lines = faulty(release, tree, f"read:0:2:a.log:truncate {tree}/a.log 0", GROUPS % ("skip", 0))
    rows = counts(lines)
    assert 0 < rows.pop("10.0.1.1") < 6000 and rows == without("a.log")
