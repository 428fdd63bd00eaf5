# SPDX-License-Identifier: MIT
"""Records and files that cannot be what their names say: an error that names the file, and the
line where there is one; with on_error = 'skip' they are passed over, and flowlogs_errors lists
them."""

import gzip
import re

import pytest

from builds import connect

HEADER = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status\n"


def record(start=1773046800, end=1773046860, packets=10, octets=1000, status="ACCEPT OK"):
    return f"2 123456789012 eni-1 10.0.0.1 10.0.0.2 40000 443 6 {packets} {octets} {start} {end} {status}\n"


# ---- numbers that are too large

SECONDS = "not a number from 0 to 99999999999"
TOO_LARGE = [
    (record(start=1773046800000), f"start is '1773046800000', {SECONDS}; it looks like milliseconds, and flow logs have seconds"),
    (record(end=1773046860000000), f"end is '1773046860000000', {SECONDS}; it looks like microseconds, and flow logs have seconds"),
    (record(end=10**18), f"end is '1000000000000000000', {SECONDS}; it looks like nanoseconds, and flow logs have seconds"),
    (record(end=10**11), f"end is '100000000000', {SECONDS}"),
    (record(octets=10**15), "bytes is '1000000000000000', not a number from 0 to 999999999999999"),
    (record(packets=2**63 - 1), "packets is '9223372036854775807', not a number from 0 to 999999999999999"),
]


@pytest.mark.parametrize("line, reason", TOO_LARGE)
def test_a_number_that_is_too_large_is_a_bad_line(build, tmp_path, line, reason):
    (tmp_path / "a.log").write_text(HEADER + record() + line + record())
    for table in ("flowlogs", "flowlogs_rollup"):
        for what in ("count(*)", "max(start)", "max(dstport)"):
            out = build.shell(f"SELECT {what} FROM {table}('a.log');", cwd=tmp_path)
            assert f"flowlogs: a.log:3: {reason}; on_error=skip skips it" in out.replace("flowlogs_rollup:", "flowlogs:")
    assert build.rows("SELECT count(*) FROM flowlogs('a.log', 'skip');", cwd=tmp_path) == [["2"]]
    assert build.rows("SELECT line, reason, cause FROM flowlogs_errors('a.log');", cwd=tmp_path) == [["3", reason, "line"]]


def test_the_largest_numbers_are_read(build, tmp_path):
    line = record(start=99999999998, end=99999999999, packets=10**15 - 1, octets=10**15 - 1)
    (tmp_path / "a.log").write_text(HEADER + line + line.replace(" 99999999999 ", " 0000000099999999999 "))
    assert build.rows("SELECT start, \"end\", end_time, packets, bytes FROM flowlogs('a.log');", cwd=tmp_path) == \
        [["99999999998", "99999999999", "5138-11-16 09:46:39", "999999999999999", "999999999999999"]] * 2


# ---- columns that are exchanged

EXCHANGED = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes end start action log-status\n"
TIMES = "seems to have start and end exchanged: in {} of its first {} records, end is before start; the header of the " \
    "file, or format, must name the fields in the order of its lines"


def asked(build, folder, path="a.log"):
    """The error of a query; the numbers of rows that 'skip' gives; the list of errors."""
    error = build.shell(f"SELECT count(*) FROM flowlogs('{path}');", cwd=folder)
    rows = build.rows(f"SELECT count(*) FROM flowlogs('{path}', 'skip'); "
                      f"SELECT total(flows) FROM flowlogs_rollup('{path}', 'skip');", cwd=folder)
    errors = build.rows(f"SELECT file, ifnull(line, '-'), cause, reason FROM flowlogs_errors('{path}');", cwd=folder)
    return error, [int(float(row[0])) for row in rows], errors


def test_a_file_with_exchanged_times_is_an_error(build, tmp_path):
    (tmp_path / "a.log").write_text(EXCHANGED + record() * 3000)
    error, rows, errors = asked(build, tmp_path)
    assert f"flowlogs: a.log: {TIMES.format(16, 16)}; on_error=skip skips it" in error
    assert rows == [0, 0] and errors == [["a.log", "-", "file", TIMES.format(16, 16)]]
    assert build.rows("SELECT verdict, note, rows FROM flowlogs_files('a.log');", cwd=tmp_path) == \
        [["unreadable", TIMES.format(16, 16), "0"]]
    (tmp_path / "b.log").write_text(HEADER + record())
    assert build.rows("SELECT file FROM flowlogs('*.log', 'skip');", cwd=tmp_path) == [["b.log"]]


def test_a_format_with_exchanged_counts_is_an_error(build, tmp_path):
    (tmp_path / "a.log").write_text("10.0.0.1 10 1000\n" * 4)
    out = build.shell("SELECT count(*) FROM flowlogs('a.log', 'fail', 'srcaddr bytes packets');", cwd=tmp_path)
    assert "a.log: seems to have packets and bytes exchanged: in 4 of its first 4 records, there are fewer bytes than " in out
    assert build.rows("SELECT sum(bytes) FROM flowlogs('a.log', 'fail', 'srcaddr packets bytes');", cwd=tmp_path) == [["4000"]]


def test_packets_without_bytes_are_no_sign_of_exchanged_columns(build, tmp_path):
    """AWS does not count the bytes of what VPC Block Public Access rejects."""
    (tmp_path / "a.log").write_text(HEADER + record(octets=0) * 5)
    error, rows, errors = asked(build, tmp_path)
    assert error == "5\n" and rows == [5, 5] and errors == []


def test_a_later_header_with_exchanged_columns_ends_the_file(build, tmp_path):
    (tmp_path / "a.log").write_text(HEADER + record() * 5 + EXCHANGED + record() * 5)
    error, rows, errors = asked(build, tmp_path)
    assert f"flowlogs: a.log:7: {TIMES.format(5, 5)}" in error
    assert rows == [5, 5] and errors == [["a.log", "7", "file", TIMES.format(5, 5)]]


def test_a_record_that_cannot_be_right_is_read_and_listed(build, tmp_path):
    odd = record(end=1773046700) + record(octets=9)
    (tmp_path / "a.log").write_text(HEADER + record() * 2 + odd + record() * 2 + record("-", "-", "-", "-", "- NODATA"))
    error, rows, errors = asked(build, tmp_path)
    assert error == "7\n" and rows == [7, 7]
    assert errors == [
        ["a.log", "4", "suspicious", "is read, but cannot be right: its end (1773046700) is before its start (1773046800)"],
        ["a.log", "5", "suspicious", "is read, but cannot be right: it has fewer bytes (9) than packets (10)"]]
    assert build.rows("SELECT raw FROM flowlogs_errors('a.log') WHERE line = 4;", cwd=tmp_path) == [[odd.split("\n")[0]]]
    assert build.rows("SELECT verdict, note, rows, errors FROM flowlogs_files('a.log');", cwd=tmp_path) == [["flow log", "NULL", "7", "0"]]


def test_milliseconds_in_one_column_are_not_taken_for_an_exchange(build, tmp_path):
    (tmp_path / "a.log").write_text(HEADER + record(start=1773046800000) * 9)
    assert "a.log:2: start is '1773046800000', " in asked(build, tmp_path)[0]


def test_few_records_that_cannot_be_right_do_not_condemn_a_file(build, tmp_path):
    (tmp_path / "a.log").write_text(EXCHANGED + record() * 3)
    error, rows, errors = asked(build, tmp_path)
    assert error == "3\n" and rows == [3, 3] and [e[1:3] for e in errors] == [[str(n), "suspicious"] for n in (2, 3, 4)]


# ---- lines whose format cannot be told

LIKELY = "10.0.0.1 10.0.0.2 443 ACCEPT größer " + "x" * 80 + "\n"
SHOWN = "the line begins with '10.0.0.1 10.0.0.2 443 ACCEPT größer xxxxxxxxxxxxxxxxxxxxxx...'"


@pytest.mark.parametrize("content, format, line, reason", [
    ("\nwords\n" + LIKELY, None, 3, "has no header line, and its 6 fields are not AWS's default: name them with format='${version} ${srcaddr} ...'; " + SHOWN),
    (LIKELY, "srcaddr bytes", 1, "has no header line and its lines don't fit the format given: they have 6 fields, the format has 2; " + SHOWN),
    (record(start=1773046800000), None, 1, f"has no header line, and doesn't fit AWS's default format: start is '1773046800000', {SECONDS}; "
     "it looks like milliseconds, and flow logs have seconds; the line begins with '2 123456789012 eni-1 10.0.0.1 10.0.0.2 40000 443 6 10 1000 1...'"),
    ("\nversion start start\n1 2 3\n", None, 2, "names the field start twice"),
])
def test_a_line_whose_format_cannot_be_told_is_named_and_shown(build, tmp_path, content, format, line, reason):
    (tmp_path / "a.log").write_text(content)
    options = "'fail', " + (f"'{format}'" if format else "NULL")
    assert f"flowlogs: a.log:{line}: {reason}; on_error=skip" in build.shell(f"SELECT 1 FROM flowlogs('a.log', {options});", cwd=tmp_path)
    format = f"'{format}'" if format else "NULL"
    assert build.rows(f"SELECT line, cause, reason, raw FROM flowlogs_errors('a.log', {format});", cwd=tmp_path) == \
        [[str(line), "file", reason, content.split("\n")[line - 1]]]
    assert build.rows(f"SELECT verdict, note FROM flowlogs_files('a.log', {format});", cwd=tmp_path) == \
        [["unreadable", f"line {line}: {reason}"]]


def test_what_is_no_flow_log_is_shown_without_its_control_bytes(build, tmp_path):
    (tmp_path / "a.log").write_bytes(b"\n\xff\tfirst words " + "ä".encode() * 40 + b"\n")
    shown = "; the line begins with '??first words " + "ä" * 23 + "...'"
    assert "a.log:2: is no flow log: its first line is neither a header nor a record" + shown in \
        build.shell("SELECT 1 FROM flowlogs('a.log');", cwd=tmp_path)
    (tmp_path / "a.log").write_bytes(b"")
    assert build.shell("SELECT count(*) FROM flowlogs('a.log');", cwd=tmp_path) == "0\n"


# ---- downloads that are not finished

NAME = "123456789012_vpcflowlogs_us-east-1_fl-1234abcd_20260309T0900Z_fe123456.log"
STEM = NAME[:-4]
UNFINISHED = "is a download that is not finished, by the 8 digits that 'aws s3' adds to the name meanwhile; download it again, " \
    "or rename it if it is whole"


def test_a_download_that_is_not_finished_is_passed_over(build, tmp_path):
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / NAME).write_text(HEADER + record() * 3)
    (tmp_path / "logs" / (NAME + ".6eF5bC3a")).write_text(HEADER + record() * 2)
    for path in ("logs", "logs/*", "logs/*[0-9a-zA-Z]", "**"):
        error, rows, errors = asked(build, tmp_path, path)
        assert error == "3\n" and rows == [3, 3] and errors == []
        assert build.rows(f"SELECT path, kind, verdict, note, rows, delivered FROM flowlogs_files('{path}');", cwd=tmp_path) == [
            [f"logs/{NAME}", "plain", "flow log", "NULL", "3", "1773046800"],
            [f"logs/{NAME}.6eF5bC3a", "NULL", "other", UNFINISHED, "0", "NULL"]]


def note(build, path, folder, table="flowlogs"):
    return build.rows(f"SELECT sum(bytes) FROM {table}('{path}', 'fail', NULL, 2);\n"
                      "SELECT value FROM json_each(flowlogs_scan_stats(), '$.notes');", cwd=folder)[1:]


@pytest.mark.parametrize("table", ["flowlogs", "flowlogs_rollup"])
def test_a_note_tells_of_downloads_that_are_not_finished(build, tmp_path, table):
    names = [f"{NAME.replace('fe123456', f'fe12345{i}')}.gz.6eF5bC3a" for i in range(3)]
    (tmp_path / NAME).write_text(HEADER + record() * 3)
    assert note(build, ".", tmp_path, table) == []
    (tmp_path / names[1]).write_bytes(b"")
    assert note(build, ".", tmp_path, table) == [[f"1 unfinished download was passed over: ./{names[1]}"]]
    for name in names:
        (tmp_path / name).write_bytes(b"")
    assert note(build, ".", tmp_path, table) == [[f"3 unfinished downloads were passed over, the first: ./{names[0]}"]]


def test_a_file_with_the_date_of_logrotate_is_read(build, tmp_path):
    (tmp_path / (NAME + ".20251009")).write_text(HEADER + record() * 3)
    (tmp_path / (NAME + ".20251032")).write_text(HEADER + record() * 2)            # no date
    assert asked(build, tmp_path, "*") == ("3\n", [3, 3], [])


def test_a_download_that_is_not_finished_is_an_error_when_named(build, tmp_path):
    partial = NAME + ".gz.00c0FFEE"
    (tmp_path / NAME).write_text(HEADER + record() * 3)
    (tmp_path / partial).write_bytes(b"\x1f\x8b\x08\x00")
    for path in (partial, f'["{NAME}", "{partial}"]', f'["*.log", "{partial}", "{NAME}*"]'):
        error, rows, errors = asked(build, tmp_path, path)
        assert f"flowlogs: {partial}: {UNFINISHED}; on_error=skip skips it" in error
        assert errors == [[partial, "-", "file", UNFINISHED]] and rows == [0 if path == partial else 3] * 2
    assert build.rows(f"SELECT verdict, note FROM flowlogs_files('{partial}');", cwd=tmp_path) == [["other", UNFINISHED]]
    for table in ("flowlogs", "flowlogs_rollup"):
        assert f"the only file found, '{partial}', {UNFINISHED}" in \
            build.shell(f"SELECT count(*) FROM {table}('*EE');", cwd=tmp_path)


def test_a_name_with_something_else_added_is_read(build, tmp_path):
    for end in (".original", ".6eF5bC3", ".6eF5bC3a0"):
        (tmp_path / (NAME + end)).write_text(HEADER + record())
    (tmp_path / "part.log.6eF5bC3a").write_text(HEADER + record())
    assert build.rows("SELECT count(*) FROM flowlogs('*');", cwd=tmp_path) == [["4"]]


# ---- the same delivery twice

def twin_of(path):
    return f"is the same delivery as '{path}', by its name, so that its records would count twice; give a path that stands for one of them"


def put(folder, *paths, content=HEADER + record() * 3):
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(gzip.compress(content.encode()) if path.endswith(".gz") else content.encode())


@pytest.mark.parametrize("first, second", [
    (f"a/{NAME}.gz", f"b/{NAME}.gz"),           # a copy in another folder
    (f"a/{NAME}.gz", f"a/{NAME}"),              # unzipped beside the original, which is preferred
    (f"b/{NAME}.gz", f"a/c/{NAME}"),
])
@pytest.mark.parametrize("threads", [0, 2])
def test_the_same_delivery_twice_is_an_error(build, tmp_path, first, second, threads):
    put(tmp_path, first, second)
    for path in (".", "**/*vpcflowlogs*", f'["{second}", "{first}"]'):
        here = "./" if path == "." else ""
        for table, rows in (("flowlogs", "count(*)"), ("flowlogs_rollup", "sum(flows)")):
            out = build.shell(f"SELECT {rows} FROM {table}('{path}') WHERE threads = {threads};", cwd=tmp_path)
            assert f"flowlogs: {here}{second}: {twin_of(here + first)}; on_error=skip skips it, flowlogs_errors lists it" in out
            assert build.rows(f"SELECT {rows} FROM {table}('{path}', 'skip') WHERE threads = {threads};", cwd=tmp_path) == [["3"]]
        assert build.rows(f"SELECT DISTINCT file FROM flowlogs('{path}', 'skip');", cwd=tmp_path) == [[here + first]]
        assert build.rows(f"SELECT file, line, cause, reason FROM flowlogs_errors('{path}');", cwd=tmp_path) == \
            [[here + second, "NULL", "file", twin_of(here + first)]]
        assert build.rows(f"SELECT path, verdict, note FROM flowlogs_files('{path}');", cwd=tmp_path) == \
            sorted([[here + first, "flow log", "NULL"], [here + second, "unreadable", twin_of(here + first)]])


def test_a_copy_with_the_mark_of_a_browser_or_a_desktop_is_the_same_delivery(release, tmp_path):
    db = connect(release)
    for first, second in ((f"{STEM} (1).log.gz", f"{NAME}.gz"), (f"{NAME} (12).gz", f"{NAME}.gz"), (f"{NAME}(1).gz", f"{NAME}.gz"),
                          (f"{STEM} (1).log.gz", f"{STEM} (2).log.gz"), (f"{NAME}.gz", f"{STEM} copy.log"),
                          (f"{NAME} copy 2.gz", f"{NAME}.gz"), (f"{STEM} - Copy (3).log.gz", f"{NAME}.gz"),
                          (f"{STEM} - Copy.log.gz", f"{NAME}.gz")):
        folder = tmp_path / second / first
        put(folder, first, second)
        with pytest.raises(Exception, match=re.escape(f"{folder}/{second}: {twin_of(f'{folder}/{first}')}")):
            db.execute("SELECT count(*) FROM flowlogs(?)", [str(folder)]).fetchall()
        assert db.execute("SELECT count(*) FROM flowlogs(?, 'skip')", [str(folder)]).fetchall() == [(3,)]


@pytest.mark.parametrize("threads", [0, 2])
def test_which_of_two_is_read(build, tmp_path, threads):
    """Neither an empty one nor the smaller of two, which may be a copy that was broken off."""
    whole = gzip.compress((HEADER + record() * 3).encode())
    for worse in (b"", whole[:-20]):
        for bad, good in (("a", "b"), ("b", "a")):
            for folder in (bad, good):
                (tmp_path / folder).mkdir(exist_ok=True)
            (tmp_path / bad / f"{NAME}.gz").write_bytes(worse)
            (tmp_path / good / f"{NAME}.gz").write_bytes(whole)
            for table, rows in (("flowlogs", "count(*)"), ("flowlogs_rollup", "sum(flows)")):
                assert build.rows(f"SELECT {rows} FROM {table}('.', 'skip', NULL, {threads});", cwd=tmp_path) == [["3"]]
            assert build.rows("SELECT file, cause, reason FROM flowlogs_errors('.');", cwd=tmp_path) == \
                [[f"./{bad}/{NAME}.gz", "file", twin_of(f"./{good}/{NAME}.gz")]]
    assert build.rows(f"SELECT DISTINCT file FROM flowlogs('.', 'skip') WHERE file GLOB './{bad}/*';", cwd=tmp_path) == []
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / NAME).write_text(HEADER + record() * 3)
    (tmp_path / good / f"{NAME}.gz").write_bytes(b"")
    (tmp_path / bad / f"{NAME}.gz").write_bytes(b"")
    assert build.rows("SELECT DISTINCT file FROM flowlogs('.', 'skip');", cwd=tmp_path) == [[f"./c/{NAME}"]]


def test_a_twin_that_the_query_excludes_is_no_error(build, tmp_path):
    a, b, c = (f"{folder}/{NAME}" for folder in "abc")
    put(tmp_path, a, b, c)
    def ask(where):
        return build.shell(f"SELECT count(*), min(file), max(file) FROM flowlogs('.') WHERE {where};", cwd=tmp_path)
    for path in (a, b, c):
        assert ask(f"file = './{path}'") == f"3|./{path}|./{path}\n"
    assert f"./{c}: {twin_of('./' + b)}" in ask(f"file > './{a}'")
    assert f"./{c}: {twin_of('./' + a)}" in ask(f"file IN ('./{a}', './{c}')")
    for pattern in ("file GLOB './b/*'", "file LIKE './b/%'"):
        assert ask(pattern) == f"3|./{b}|./{b}\n"
    assert f"./{b}: {twin_of('./' + a)}" in ask("file LIKE '%/b/%'")        # SQLite evaluates it on the records
    assert ask(f"file > './{a}' AND on_error = 'skip'") == f"3|./{b}|./{b}\n"
    assert ask("start < '1773000000'") == "0||\n"         # the time in the name excludes all three
    assert build.shell(f"SELECT count(*) FROM flowlogs('b');", cwd=tmp_path) == "3\n"


def test_files_with_the_same_name_that_is_not_of_aws_are_no_twins(build, tmp_path):
    put(tmp_path, "a/flow.log", "b/flow.log", f"a/{NAME}.bak", f"b/{NAME}.bak", f"a/x{NAME}", f"b/{NAME.replace('us-', 'eu-')}",
        f"c/{NAME}", f"c/{STEM} (1).log.bak", f"c/{STEM} (a).log", f"c/{STEM}copy.log", f"c/{STEM}(1)", f"c/{NAME}.1", f"c/{STEM} ().log")
    (tmp_path / "d").symlink_to("c")
    assert build.shell("SELECT count(*) FROM flowlogs('.');", cwd=tmp_path) == "39\n"


@pytest.mark.parametrize("before", range(1017, 1027))
def test_columns_exchanged_behind_a_header_near_the_end_of_a_window(release, tmp_path, before):
    """Lines are read in windows of some thousand. Where a window has too few lines behind the header
    to tell, the next one tells."""
    right, wrong = "version start end\n", "version end start\n"
    path = tmp_path / "x.log"
    path.write_text(right + "2 100 200\n" * before + wrong + "2 100 200\n" * 3000)
    out = release.shell(f"SELECT count(*) FROM flowlogs('{path}');")
    assert "seems to have start and end exchanged" in out, out
    kept = release.rows(f".headers off\nSELECT count(*) FROM flowlogs('{path}', 'skip');")
    assert before <= int(kept[0][0]) < before + 4
