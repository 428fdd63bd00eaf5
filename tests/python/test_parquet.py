# SPDX-License-Identifier: MIT
"""Parquet files of three writers (tests/data/parquet/make.mjs) give what the same records give as text, in every
column, under every condition, and whatever reads them."""

import os
import random
import shutil

import pytest

import parquetdata
from builds import ROOT, quote

FOLDER = ROOT / "tests" / "data" / "parquet"
LOG = FOLDER / "records.log"
FIELDS = LOG.read_text().split("\n")[0].replace("-", "_").split()
RECORDS = [line.split() for line in LOG.read_text().splitlines()[1:]]
OTHER = {"arrow-empty", "arrow-zstd", "arrow-types", "arrow-nanos", "duckdb-double", "duckdb-other", "duckdb-wrong"}
SAME = sorted(p.stem for p in FOLDER.glob("*.parquet") if p.stem not in OTHER)
# Of several row groups and pages, of one, with dictionaries and without.
SOME = ["arrow-gzip-v1", "arrow-snappy-v2-plain", "hyparquet-delta", "duckdb-gzip-v1"]


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    """The records without a header, so that the number of a line is that of a row."""
    file = tmp_path_factory.mktemp("text") / "records.log"
    file.write_text(LOG.read_text().partition("\n")[2])
    return str(file)


def path(name):
    return f"tests/data/parquet/{name}.parquet"


def test_there_are_files_of_each_kind():
    assert len(SAME) == 29
    assert {name.partition("-")[0] for name in SAME} == {"arrow", "hyparquet", "duckdb"}


def test_every_column_is_as_in_the_text(build):
    columns = ", ".join(f'"{f}"' for f in FIELDS)
    expected = [[str(i + 1)] + ["NULL" if v == "-" else v for v in r] for i, r in enumerate(RECORDS)]
    got = build.rows("".join(f"SELECT line, {columns} FROM flowlogs('{path(name)}');" for name in SAME))
    assert len(got) == len(SAME) * len(expected)
    for i, name in enumerate(SAME):
        assert got[i * len(expected):(i + 1) * len(expected)] == expected, name


CONDITIONS = [
    "1", "start >= 1772963000", "start BETWEEN 1772962000 AND 1772962500", "start > 1772966000", "\"end\" < 1772960500", "start < 0",
    "dstport = 443", "port = 53", "port BETWEEN 1 AND 100", "srcport IN (22688, 1856, 1)", "bytes > 4999999999", "bytes IS NULL",
    "bytes IS NOT NULL AND protocol = 6", "action = 'REJECT'", "action <> 'REJECT'", "action IS NULL", "log_status = 'NODATA'",
    "srcaddr = '10.0.0.113'", "srcaddr = '2001:db8::689'", "addr = '10.0.0.113'", "addr = '9.9.9.9'",
    "dstaddr = '99.0.0.1'", "line = 50", "line > 90", "line BETWEEN 39 AND 42", "interface_id = 'eni-0a1b2c3d4e5f63'",
    "interface_id >= 'eni-0a1b2c3d4e5f63'", "interface_id LIKE 'eni-0a1b2c3d4e5f61%'", "account_id = '012345678901'",
    "account_id = '12345678901'", "cidr_match(srcaddr, '10.0.0.0/24')", "start_time >= '2026-03-08 09:30:00'", "version = 3",
]


def test_every_condition_is_as_in_the_text(build, text):
    """Row groups that are not read had nothing to give."""
    script = []
    for condition in CONDITIONS:
        for file in [text] + [path(name) for name in SOME]:
            script.append(f"SELECT count(*), sum(line), group_concat(srcport), min(\"end\") FROM flowlogs({quote(file)}) WHERE {condition};")
    got = build.rows("".join(script))
    assert len(got) == len(script), got[-1]
    for i, condition in enumerate(CONDITIONS):
        n = len(SOME) + 1
        rows = got[i * n:(i + 1) * n]
        assert rows == [rows[0]] * n, condition
    assert sum(row[0] not in ("0", "96") for row in got) > len(got) / 2


MEASURES = "sum(flows), sum(packets), sum(bytes), min(first_seen), max(last_seen)"
SUMS = [f"SELECT {MEASURES} FROM r WHERE {where}" for where in
        ("1", "start >= 1772963000", "port = 53", "action = 'REJECT'", "dstport > 60 AND protocol = 6", "start < 5", "protocol IS NULL")]
SUMS += [f"SELECT {by}, {MEASURES} FROM r GROUP BY 1 ORDER BY 1" for by in ("srcaddr", "dstport", "action", "hour", "dstport, srcaddr")]


@pytest.mark.parametrize("threads", [0, 2])
def test_sums_are_as_in_the_text(build, text, threads):
    """Also where they are made of numbers, without tokens."""
    files = [text] + [path(name) for name in SOME]
    sums = [sql.replace("WHERE", "WHERE threads = 0 AND") if not threads else sql for sql in SUMS]
    got = build.shell("".join(
        ";\n".join(sums).replace("FROM r", f"FROM flowlogs_rollup({quote(file)})") + ";\nSELECT '=';\n" for file in files)).split("=\n")[:-1]
    assert len(got) == len(files) and got[0].count("\n") > 50
    assert got == [got[0]] * len(files)


def test_many_rows_as_numbers(build, tmp_path):
    """More than a window has, of which all but the first come as numbers."""
    folder = tmp_path / "many"
    folder.mkdir()
    for i in range(12):
        shutil.copy(FOLDER / "duckdb-snappy-v2.parquet", folder / f"{i}.parquet")
    text = tmp_path / "text.log"
    text.write_text(LOG.read_text().split("\n")[0] + "\n" + 12 * LOG.read_text().partition("\n")[2])
    for sql in SUMS[:7]:
        a, b = (build.rows(sql.replace("FROM r", f"FROM flowlogs_rollup({quote(str(p))})")) for p in (folder, text))
        assert a == b, sql


def test_connections_and_an_index_read_them(build, text, tmp_path):
    tables = []
    for file in (text, *(path(name) for name in SOME)):
        tables.append(build.rows("SELECT client, client_port, server, server_port, protocol, first_seen, accepted, records "
                                 f"FROM flowlogs_connections({quote(file)}) ORDER BY 1, 2, 3, 4, 5"))
    assert len(tables[0]) > 50 and tables == [tables[0]] * len(tables)
    folder, index = tmp_path / "tree", tmp_path / "i.idx"
    folder.mkdir()
    for name in SOME:
        os.utime(shutil.copy(FOLDER / f"{name}.parquet", folder), (1e9, 1e9))  # not changed a moment ago
    build.rows(f"SELECT * FROM flowlogs_index_build({quote(str(folder))}, {quote(str(index))})")
    for address in ("10.0.0.113", "9.9.9.9", "2001:db8::689"):
        a, b = (build.rows(f"SELECT file, line, bytes FROM flowlogs({quote(str(folder))}) WHERE srcaddr = '{address}' {more}")
                for more in ("", f"AND index_file = {quote(str(index))}"))
        assert a == b


def test_raw_extra_and_a_filter_see_the_whole_row(build, text):
    lines, rows = (build.rows(f"SELECT line, raw FROM flowlogs({quote(p)}) WHERE filter = '[version, account, eni, source, destination, "
                              "srcport, dstport=443, ...]'") for p in (text, path("arrow-gzip-v2")))
    assert len(lines) > 10 and lines == rows
    assert build.rows(f"SELECT extra, dstport FROM flowlogs('{path('duckdb-odd')}') WHERE line = 1") == [
        ['{"x_note":"b\\"\\\\22688","number":"443"}', "443"]]


def test_types_that_converters_make(build):
    rows = build.rows("SELECT start, \"end\", bytes, packets, srcport, protocol, dstaddr FROM "
                      f"flowlogs('{path('arrow-types')}')")
    names = "start start bytes packets srcport protocol dstaddr".split()
    assert rows == [["NULL" if (v := r[FIELDS.index(n)]) == "-" else v for n in names] for r in RECORDS]
    rows = build.rows(f"SELECT start, \"end\" FROM flowlogs('{path('arrow-nanos')}')")
    assert rows == [[r[FIELDS.index("start")], "1773014400"] for r in RECORDS]
    assert build.rows(f"SELECT count(*) FROM flowlogs('{path('arrow-nanos')}') WHERE \"end\" = 1773014400 AND start < 1772961000") == [["10"]]


WRONG = [
    ("SELECT sum(bytes) FROM flowlogs('{}')", "duckdb-double", "column bytes is of the type DOUBLE, which can't be read"),
    ("SELECT sum(bytes) FROM flowlogs('{}')", "arrow-zstd", "column bytes is compressed with ZSTD, which can't be read; GZIP"),
    ("SELECT sum(packets) FROM flowlogs('{}')", "duckdb-wrong", ":1: packets is '-41', not a number from 0 to 999999999999999"),
    ("SELECT sum(packets) FROM flowlogs_rollup('{}')", "duckdb-wrong", ":1: packets is '-41', not a number"),
    ("SELECT action FROM flowlogs('{}')", "duckdb-wrong", ":1: action is 'PERHAPS', not ACCEPT or REJECT"),
    ("SELECT srcaddr FROM flowlogs('{}')", "duckdb-other", "is a Parquet file whose columns are not those of flow logs: id, name"),
    ("SELECT srcaddr FROM flowlogs('{}') WHERE vpc_id = 'x'", "arrow-types", "no record can meet the condition on vpc_id"),
]


@pytest.mark.parametrize("sql, name, error", WRONG, ids=lambda x: x if x in SAME or x in OTHER else "")
def test_what_cannot_be_read(build, sql, name, error):
    assert error in build.shell(sql.format(path(name)) + ";")


def test_only_what_is_needed_is_read(build):
    """What cannot be read is no error where the query does not need it."""
    assert build.rows(f"SELECT sum(packets) FROM flowlogs('{path('duckdb-double')}')") == [["2285"]]
    assert build.rows(f"SELECT count(*) FROM flowlogs('{path('arrow-zstd')}')") == [["96"]]
    assert build.rows(f"SELECT sum(flows) FROM flowlogs_rollup('{path('duckdb-odd')}')") == [["96"]]
    assert build.rows(f"SELECT count(*), sum(bytes) FROM flowlogs('{path('arrow-empty')}')") == [["0", "NULL"]]


def test_problems_have_their_rows(build):
    rows = build.rows(f"SELECT line, reason FROM flowlogs_errors('{path('duckdb-wrong')}')")
    assert [r[0] for r in rows[:3]] == ["1", "2", "3"] and len(rows) == 89
    assert rows[-1] == ["96", "packets is '-37', not a number from 0 to 999999999999999"] or len(rows[-1]) == 2
    assert build.rows(f"SELECT count(packets), count(*) FROM flowlogs('{path('duckdb-wrong')}', on_error => 'skip')") != []


def test_errors_of_all_columns_count(build, tmp_path):
    """Also where the query needs the columns start and end alone, and in an index, where files with errors are read."""
    file, index = tmp_path / "a.parquet", quote(str(tmp_path / "i.idx"))
    os.utime(shutil.copy(FOLDER / "duckdb-wrong.parquet", file), (1e9, 1e9))
    files = f"SELECT rows, errors, min_start FROM flowlogs_files({quote(str(file))})"
    (first,), (built,), (indexed,) = (build.rows(sql) for sql in (
        files, f"SELECT records, errors FROM flowlogs_index_build({quote(str(file))}, {index})", f"{files} WHERE index_file = {index}"))
    assert first == indexed == ["7", "89", "1772960820"] and built == ["7", "89"]


def test_a_folder_with_other_things(build, tmp_path):
    for name in ("duckdb-other", "duckdb-gzip-v1"):
        shutil.copy(FOLDER / f"{name}.parquet", tmp_path)
    shutil.copy(LOG, tmp_path)
    folder = quote(str(tmp_path))
    assert build.rows(f"SELECT count(*), sum(bytes) FROM flowlogs({folder})") == [["192", str(2 * sum(int(r[9]) for r in RECORDS if r[9] != "-"))]]
    assert build.rows(f"SELECT kind, verdict, rows, min_start, max_end, errors FROM flowlogs_files({folder})") == [
        ["parquet", "flow log", "96", "1772960400", "1772966104", "0"],
        ["parquet", "other", "0", "NULL", "NULL", "0"],
        ["plain", "flow log", "96", "1772960400", "1772966104", "0"],
    ]


def test_the_notes_of_files(build):
    rows = dict(build.rows(f"SELECT path, note FROM flowlogs_files('tests/data/parquet/duckdb-*.parquet')"))
    assert rows[path("duckdb-odd")] == ("unknown fields: x-note, number; unreadable columns: ratio is of the type DOUBLE, rejected is of "
                                        "the type BOOLEAN, ports has values within others, inner has values within others")
    assert rows[path("duckdb-double")] == "unreadable columns: bytes is of the type DOUBLE"
    assert rows[path("duckdb-gzip-v1")] == "NULL"


def test_a_table_shows_the_columns(build):
    columns = build.rows(f"CREATE VIRTUAL TABLE temp.t USING flowlogs('{path('arrow-types')}'); SELECT name FROM pragma_table_info('t')")
    assert [c[0] for c in columns] == "srcaddr dstaddr srcport protocol packets bytes start end".split()


def test_within_gzip(build, tmp_path):
    import gzip
    (tmp_path / "a.parquet.gz").write_bytes(gzip.compress((FOLDER / "duckdb-gzip-v1.parquet").read_bytes()))
    assert "is a Parquet file within gzip, which can't be read; unpack it" in build.shell(
        f"SELECT count(*) FROM flowlogs({quote(str(tmp_path / 'a.parquet.gz'))});")


@pytest.mark.parametrize("seed", range(2))
def test_random_damage(build, tmp_path, seed):
    """A file with changed bytes is an error or gives rows, never more, and the others are read all the same."""
    rng = random.Random(seed)
    data = (FOLDER / f"{SOME[seed]}.parquet").read_bytes()
    for i in range(60):
        changed = bytearray(data)
        for _ in range(rng.randint(1, 3)):
            changed[rng.randrange(4, len(changed))] = rng.randrange(256)
        (tmp_path / f"{i}.parquet").write_bytes(changed)
        os.truncate(tmp_path / f"{i}.parquet", len(data) if i % 4 else rng.randrange(len(data)))
    rows = build.rows(f"SELECT file, count(*) FROM flowlogs({quote(str(tmp_path))}) WHERE on_error = 'skip' AND length(raw) > 0 GROUP BY 1")
    assert all(int(n) <= 96 or "Error" in f for f, n in rows)
    errors = build.rows(f"SELECT DISTINCT file FROM flowlogs_errors({quote(str(tmp_path))})")
    assert 20 < len(errors) <= 60


def test_a_file_has_its_fields_where_no_row_group_is_read(build, tmp_path):
    """A condition on a field that a file lacks is an error, unless another has it."""
    (tmp_path / "a.log").write_text("srcaddr dstaddr\n10.0.0.1 10.0.0.2\n")
    lacks = f"SELECT count(*) FROM flowlogs({quote(str(tmp_path))}) WHERE start < 5;"
    assert "no record can meet the condition on start" in build.shell(lacks)
    shutil.copy(FOLDER / "duckdb-gzip-v1.parquet", tmp_path)
    assert build.shell(lacks) == "0\n"


def many_pages(tmp_path, name, rng, n, *, without=(), **how):
    """A file with small pages, so that all but its first rows may come as columns; and the same rows as text."""
    rows = [("012345678901", rng.choice((f"10.0.0.{rng.randrange(30)}", "::ffff:10.0.0.2")), "10.0.1.1", 3000, rng.choice((22, 80, 443, 444)), 6, rng.randrange(1, 9),
             1772960400 + i) for i in range(n)]
    columns = [c for c in zip(("account_id", "srcaddr", "dstaddr", "srcport", "dstport", "protocol", "packets", "start"),
                              ("text", "text", "text", "int32", "int32", "int32", "int64", "int64"),
                              zip(*rows)) if c[0] not in without]
    data = [(name, kind, [parquetdata.value_of(kind, v, rng) for v in values]) for name, kind, values in columns]
    (tmp_path / "parquet" / f"{name}.parquet").write_bytes(parquetdata.write(data, rng, page_rows=50, **how))
    lines = [[c[0] for c in columns], *(map(str, row) for row in zip(*(c[2] for c in columns)))]
    (tmp_path / "text" / f"{name}.log").write_text("".join(" ".join(line) + "\n" for line in lines))


@pytest.fixture
def two_folders(tmp_path):
    (tmp_path / "parquet").mkdir()
    (tmp_path / "text").mkdir()
    return tmp_path


def as_in_the_text(build, folders, questions):
    """The answers of both folders, which must be the same, one list of rows for each question."""
    script = "".join(f"SELECT '='; {sql};" for sql in questions)
    texts = (build.shell(script.format(*[quote(str(folders / name))] * len(questions))) for name in ("parquet", "text"))
    parquet, text = ([[row.split("|") for row in part.splitlines()] for part in answer.split("=\n")[1:]] for answer in texts)
    assert len(parquet) == len(text) == len(questions)
    for sql, a, b in zip(questions, parquet, text):
        assert a == b, sql
    return parquet


def test_a_filter_about_the_line_selects_what_is_summed(build, two_folders):
    """Columns alone can't answer what a filter asks of a line, or of the digits of a number."""
    many_pages(two_folders, "a", random.Random(1), 400)
    patterns = ('"443 6"', "%10[.]0[.]0[.]2%", "[a, b, c, d, port=*4*, ...]", "[a, b, c, d, port!=*4*, ...]", "[a, b, c, d, port=44*, ...]",
                "[a=0*, b, c, d, port=443, ...]", '[a, src="10.0.0.2", ...]', "[a, src=*:10*, ...]", "[a, src!=10.0*, ...]")
    sums = as_in_the_text(build, two_folders, [f"SELECT dstport, sum(flows), sum(packets) FROM flowlogs_rollup({{}}) WHERE filter = '{p}' GROUP BY 1"
                                               for p in patterns])
    assert all(sum(int(row[1]) for row in rows) > 5 for rows in sums)
    as_in_the_text(build, two_folders, [f"SELECT line - (file LIKE '%.log') FROM flowlogs({{}}) WHERE filter = '{p}' AND protocol = 6"
                                        for p in patterns])


def test_a_file_without_a_measure_leaves_the_sums_of_the_others(build, two_folders):
    rng = random.Random(2)
    for name, without in (("a", ()), ("b", ("packets",)), ("c", ("start",)), ("d", ("packets", "start")), ("e", ())):
        many_pages(two_folders, name, rng, 200, without=without)
    answers = as_in_the_text(build, two_folders, [
        f"SELECT {by}, sum(flows), sum(packets), min(first_seen) FROM flowlogs_rollup({{}}) WHERE threads = {threads} GROUP BY {by}"
        for by in ("srcaddr", "dstport", "hour", "minute", "srcaddr, dstport") for threads in (0, 2)])
    assert all(len(rows) > 1 for rows in answers)


def test_what_cannot_be_used_is_an_error_where_no_row_group_is_read(build, two_folders):
    """Without the field there are no connections, whatever the statistics say about the period."""
    many_pages(two_folders, "a", random.Random(3), 100, without=("dstport",), statistics=True)
    many_pages(two_folders, "b", random.Random(3), 100)
    for until in (5, 1772960450):
        assert "lacks the field dstport, without which there are no connections" in build.shell(
            f"SELECT count(*) FROM flowlogs_connections({quote(str(two_folders / 'parquet'))}) WHERE until = {until};")


def test_connections_read_no_column_that_they_do_not_need(build, two_folders):
    """A column that can't be read is an error only of those who ask for it."""
    rng = random.Random(4)

    def forge(what, fields):
        return {**fields, 3: {**fields[3], 4: 6}} if what == "column" and fields[3][3] == ["account_id"] else fields  # ZSTD
    many_pages(two_folders, "a", rng, 100, forge=forge)
    folder = quote(str(two_folders / "parquet"))
    assert build.rows(f"SELECT sum(records) FROM flowlogs_connections({folder})") == [["100"]]
    for sql in (f"SELECT max(client_account_id) FROM flowlogs_connections({folder})", f"SELECT account_id FROM flowlogs({folder})"):
        assert "column account_id is compressed with ZSTD" in build.shell(sql + ";")


def test_row_groups_that_were_left_out_are_told(build, two_folders):
    many_pages(two_folders, "a", random.Random(5), 400, group_rows=40, statistics=True)
    many_pages(two_folders, "b", random.Random(5), 40, group_rows=40, statistics=True)
    shutil.copy(two_folders / "text" / "a.log", two_folders / "parquet" / "z.log")  # which has none
    folder = quote(str(two_folders / "parquet"))
    told = ("SELECT s ->> 'row_groups_found', s ->> 'row_groups_skipped', s ->> 'records', flowlogs_scan_summary() FROM "
            "(SELECT flowlogs_scan_stats() AS s);")
    for table, where, expected in (
            ("flowlogs", "since = 1772960780", ["11", "10", "440", "3 files were read (10 of 11 row groups were left out), with 440 records, of which "
                                                 "40 began from 2026-03-08 09:06:20 UTC and met the conditions"]),
            ("flowlogs_rollup", "start < 5 AND threads = 2", ["11", "11", "400", None]), ("flowlogs_connections", "until = 1772960440", ["11", "9", "480", None]),
            ("flowlogs", "dstport > 0", ["11", "0", "840", "3 files were read, with 840 records, of which 840 met the conditions"])):
        *_, row = build.rows(f"SELECT count(*) FROM {table}({folder}) WHERE {where};{told}")
        assert row[:3] == expected[:3] and row[3] in (expected[3] or row[3],), row
    *_, row = build.rows(f"SELECT start FROM flowlogs({folder}) WHERE start >= 1772960780 LIMIT 1;{told}")
    assert row[1] != "0"


FIRST = 1772960400


@pytest.mark.parametrize("optional, missing, counted, is_enough", [(False, False, False, True), (True, False, True, True), (True, False, False, False),
                                                                  (True, True, True, False)])
def test_a_column_is_not_read_where_the_statistics_answer(build, tmp_path, optional, missing, counted, is_enough):
    """The column `start` can't be read, which is an error only where the statistics don't say that all of its numbers pass."""
    rng = random.Random(6)
    start = [FIRST + i for i in range(400)]
    start[350] = None if missing else start[350]

    def forge(what, fields):
        if what == "statistics" and not counted:
            return {k: v for k, v in fields.items() if k != 3}
        return {**fields, 3: {**fields[3], 4: 6}} if what == "column" and fields[3][3] == ["start"] else fields  # ZSTD
    columns = [("srcaddr", "text", [b"10.0.0.1"] * 400), ("dstaddr", "text", [b"10.0.0.2"] * 400), ("dstport", "int32", [443] * 400),
               ("packets", "int64", list(range(400))), ("start", "int64", start, optional)]
    (tmp_path / "a.parquet").write_bytes(parquetdata.write(columns, rng, group_rows=100, page_rows=60, statistics=True, forge=forge))
    file = quote(str(tmp_path / "a.parquet"))

    def ask(columns, where, table="flowlogs"):
        text = build.shell(f"SELECT {columns} FROM {table}({file}) WHERE {where};").strip()
        return "ZSTD" if "column start is compressed with ZSTD" in text else text
    for threads in (0, 2):
        for first, until in ((0, 400), (100, 400), (200, 400), (100, 300)):
            where = f"since = {FIRST + first} AND until = {FIRST + until} AND threads = {threads}"
            if missing and until == 300:
                continue
            total = f"{until - first}|{sum(range(first, until))}"
            assert ask("count(*), sum(packets)", where) == (total if is_enough else "ZSTD")
            assert ask("sum(flows), sum(packets)", where, "flowlogs_rollup") == (total if is_enough else "ZSTD")
            assert ask("count(*)", where) == (str(until - first) if is_enough else "ZSTD")
            assert ask("count(*), sum(packets)", where + " AND dstport = 443") == (total if is_enough else "ZSTD")
            assert ask("count(*)", where + " AND dstport = 444") in ("0", "ZSTD")
        for where in (f"since = {FIRST + 150}", f"until = {FIRST + 399}", "filter = '[a, b, port=443, ...]'", "start <> 7"):
            assert ask("count(*)", f"{where} AND threads = {threads}") == "ZSTD"
        assert ask("max(start)", f"since = {FIRST} AND threads = {threads}") == "ZSTD"
        assert ask("min(raw)", f"since = {FIRST} AND threads = {threads}") == "ZSTD"


def test_a_column_that_is_not_read_has_a_value_for_each_row(build, two_folders):
    """Where statistics answer for all rows, what the footer says of their number is compared all the same."""
    def forge(what, fields):
        return {**fields, 3: {**fields[3], 5: 90}} if what == "column" and fields[3][3] == ["start"] else fields
    many_pages(two_folders, "a", random.Random(7), 100, group_rows=100, statistics=True, forge=forge)
    folder = quote(str(two_folders / "parquet"))
    for sql in (f"SELECT count(*) FROM flowlogs({folder}) WHERE since = {FIRST}", f"SELECT sum(packets) FROM flowlogs_rollup({folder}) WHERE since = {FIRST}"):
        assert "column start has 90 values in a row group of 100 rows" in build.shell(sql + ";")
