# SPDX-License-Identifier: MIT
"""flowlogs_rollup gives the same sums as a GROUP BY on flowlogs, whatever the dimensions, the
threads and the memory."""

import random

import pytest

import fuzzdata
import reference
from builds import BUILDS, assert_stops, connect, is_error, quote

DIMS = [n for n in reference.DEFAULT_NAMES if n not in ("packets", "bytes")] + reference.VPC_NAMES[14:] + \
    [n for n in reference.TGW_NAMES if n not in reference.VPC_NAMES]
UNITS = {"minute": "substr(start_time, 1, 17) || '00'", "hour": "substr(start_time, 1, 14) || '00:00'",
         "day": "substr(start_time, 1, 10)"}
MEASURES = [("sum(flows)", "count(*)"), ("sum(packets)", "sum(packets)"), ("sum(bytes)", "sum(bytes)"),
            ("min(first_seen)", "min(start)"), ("max(last_seen)", "max(\"end\")")]
TREE = "tests/data/AWSLogs"
LINE = "2 123456789010 eni-1 10.0.{}.{} 10.1.0.1 {} 443 6 {} {} {} {} ACCEPT OK\n"
MOST_BYTES = 10**15 - 1


def choose(rng):
    """A random choice of dimensions and of measures."""
    weights = [8 if n in reference.DEFAULT_NAMES else 1 for n in DIMS] + [4] * len(UNITS)
    dims = list(dict.fromkeys(rng.choices(DIMS + list(UNITS), weights, k=rng.choice([0, 1, 1, 2, 2, 3, 5, 9]))))
    return dims, rng.sample(MEASURES, rng.randint(1, len(MEASURES)))


def queries(dims, measures, path, options):
    """The same question to both tables. Texts are shown in hexadecimal, because they may contain
    any bytes."""
    def ask(names, values, table):
        shown = [f"CASE WHEN {n} IS NULL THEN 'NULL' ELSE hex({n}) END" for n in names]
        group = f" GROUP BY {', '.join(names)} ORDER BY {', '.join(names)}" if names else ""
        return f"SELECT {', '.join(shown + values)} FROM {table}({path}, {options}){group};"
    rollup = ask([f'"{d}"' for d in dims], [m[0] for m in measures], "flowlogs_rollup")
    plain = ask([UNITS.get(d, f'"{d}"') for d in dims], [m[1] for m in measures], "flowlogs")
    return rollup, plain


def answers(build, path, options, dims, measures, more):
    """What the rollup and the plain query print."""
    rollup, plain = queries(dims, measures, quote(str(path)), options)
    got = build.shell(f"{rollup.replace(options, options + more)}\nSELECT '--';\n{plain}", timeout=300)
    a, mark, b = got.partition("--\n")
    assert mark, got
    return a, b


def compare(build, path, options, dims, measures, more=""):
    """Asserts that both tables answer, with the same rows. `more` are further arguments of the
    rollup alone.

    The files of some trees hold numbers whose sum overflows. SQLite's sum() then makes an error of
    both queries, which says nothing about the rows, so the rest of the measures is compared
    without the sums that overflow.
    """
    a, b = answers(build, path, options, dims, measures, more)
    if is_error(a) and "integer overflow" in a:
        assert is_error(b) and "integer overflow" in b, f"only the rollup overflows: {a}\n{b}"
        measures = [m for m in MEASURES if m[0] not in ("sum(packets)", "sum(bytes)")]
        a, b = answers(build, path, options, dims, measures, more)
    assert not is_error(a) and not is_error(b), f"{a}\n{b}"
    if not dims:
        b = b.replace("\n0|", "\n|", 1) if b.startswith("0") else b   # count(*) of nothing is 0, sum() NULL
        a, b = [["0" if v == "" else v for v in t.strip().split("|")] for t in (a, b)]
    assert a == b, (path, options, dims, measures)


CASES = [(b, seed) for b in BUILDS for seed in range(12 if b.name == "release" else 4)]


@pytest.mark.parametrize("build, seed", CASES, ids=lambda v: getattr(v, "name", v))
@pytest.mark.parametrize("where", ["AWSLogs", "edge", "random"])
def test_random_questions_have_the_same_sums(build, seed, where, tmp_path):
    rng = random.Random(f"{where} {seed}")
    path, format = f"tests/data/{where}", None
    if where == "random":
        fuzzdata.write_tree(seed, str(tmp_path), 24)
        path, format = tmp_path, rng.choice([None, (tmp_path / ".format").read_text().strip()])
    for _ in range(5):
        options = f"'skip', {quote(format) if format else 'NULL'}, {rng.choice([0, 1, 3])}"
        compare(build, path, options, *choose(rng))


def test_all_dimensions_together_have_the_same_sums(build):
    for threads in (0, 3):
        compare(build, TREE, f"'skip', NULL, {threads}", DIMS[:50], MEASURES)


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """Six files with 20,000 combinations of srcaddr and srcport each."""
    folder = tmp_path_factory.mktemp("many")
    for f in range(6):
        with open(folder / f"{f}.log", "w") as out:
            for i in range(20000):
                out.write(LINE.format(f, i % 250, i, i % 7, i, 1418530010 + i, 1418530070 + i))
    return folder


@pytest.mark.parametrize("threads", [0, 1, 3])
def test_little_memory_gives_more_rows_with_the_same_sums(build, many, threads):
    compare(build, many, f"'fail', NULL, {threads}", ["srcaddr", "srcport"], MEASURES, ", '1M'")
    got = build.rows(f"SELECT count(*) > count(DISTINCT srcport), sum(flows) FROM flowlogs_rollup('{many}', NULL, NULL, "
                     f"{threads}, '1M'); SELECT count(*), count(DISTINCT srcport) FROM flowlogs_rollup('{many}', NULL, "
                     f"NULL, {threads});")
    assert got == [["1", "120000"], ["20000", "20000"]]


@pytest.mark.parametrize("threads", [0, 1, 3])
def test_subqueries_views_and_joins_have_the_same_sums(build, threads):
    args = f"'{TREE}', NULL, NULL, {threads}"
    flowlogs, rollup = f"flowlogs({args})", f"flowlogs_rollup({args})"
    for a, b in [
            (f"SELECT count(DISTINCT srcaddr) FROM {rollup}", f"SELECT count(DISTINCT srcaddr) FROM {flowlogs}"),
            (f"SELECT count(*) FROM {rollup}", "SELECT 1"),
            (f"WITH r AS (SELECT * FROM {rollup}) SELECT action, sum(flows) FROM r GROUP BY 1",
             f"SELECT action, count(*) FROM {flowlogs} GROUP BY 1"),
            (f"WITH r AS MATERIALIZED (SELECT * FROM {rollup}) SELECT action, sum(bytes) FROM r GROUP BY 1",
             f"SELECT action, sum(bytes) FROM {flowlogs} GROUP BY 1"),
            (f"CREATE TEMP VIEW v AS SELECT * FROM {rollup}; SELECT dstport, sum(bytes) FROM v GROUP BY 1 ORDER BY 2",
             f"SELECT dstport, sum(bytes) FROM {flowlogs} GROUP BY 1 ORDER BY 2"),
            (f"SELECT n, sum(flows) FROM (SELECT 443 AS n UNION ALL SELECT 53) JOIN {rollup} r ON r.dstport = n GROUP BY 1",
             f"SELECT dstport, count(*) FROM {flowlogs} WHERE dstport IN (443, 53) GROUP BY 1"),
            (f"SELECT sum(flows) FROM {rollup} WHERE action = 'REJECT' AND bytes > 0",
             f"SELECT count(*) FROM {flowlogs} WHERE action = 'REJECT'"),
            (f"SELECT sum(flows) FROM flowlogs_rollup WHERE path = '{TREE}' AND dstport = 443 "
             f"OR path = '{TREE}' AND srcport = 443 OR path = 'tests/data/edge/crlf.log'",
             f"SELECT (SELECT count(*) FROM {flowlogs} WHERE dstport = 443 OR srcport = 443) + count(*) "
             "FROM flowlogs('tests/data/edge/crlf.log')"),
            (f"SELECT sum(flows) FROM {rollup} WHERE since = '2026-03-10' AND until = '2026-03-10T13:30Z'",
             f"SELECT count(*) FROM {flowlogs} WHERE start_time >= '2026-03-10' AND start_time < '2026-03-10 13:30'"),
            (f"SELECT sum(flows) FROM {rollup} WHERE until = 1773107578", f"SELECT count(*) FROM {flowlogs} WHERE start < 1773107578"),
            (f"SELECT ifnull(sum(flows), 0), count(*) FROM {rollup} WHERE until = -5", "SELECT 0, 0"),
            (f"SELECT r.flows FROM flowlogs_files('{TREE}') f JOIN flowlogs_rollup(f.path) r ORDER BY f.path, 1",
             f"SELECT count(*) FROM {flowlogs} GROUP BY file ORDER BY file")]:
        got = build.shell(f"{a};\nSELECT '--';\n{b};").partition("--\n")
        assert not is_error(got[0]) and not is_error(got[2]), got
        assert got[0] == got[2] and got[0], a


@pytest.mark.parametrize("value", ["0xFFFFFFFF", "0x1CBE991A14", "0x7fffffffffffffff"])
def test_hexadecimal_literals_do_not_drop_a_condition(build, value):
    """SQLite 3.53 gives their values to the check of literals; older versions give their spelling."""
    for name in ("srcaddr", "account_id", "minute"):
        for op in ("=", "<>", "<", ">="):
            got = build.rows(f"SELECT ifnull(sum(flows), 0) FROM flowlogs_rollup('{TREE}') WHERE {name} {op} {value};\n"
                             f"SELECT ifnull(sum(flows), 0) FROM flowlogs_rollup('{TREE}') WHERE +{name} {op} '{int(value, 16)}';")
            if name == "minute":        # a time is a text, and a number is an error
                assert "is compared with" in got[0][0]
            elif is_error(got[0][0]):
                assert f"flowlogs: {name} is a" in got[0][0], got
            else:
                assert got[0] == got[1], (name, op, got)


def test_the_declared_columns(build):
    out = build.rows("SELECT name, hidden FROM pragma_table_xinfo('flowlogs_rollup') WHERE name NOT LIKE '%-%';")
    names = [n for n, _ in out]
    assert [n for n, h in out if h == "0"] == \
        DIMS[:12] + ["flows", "packets", "bytes", "first_seen", "last_seen"]
    assert names[12:26] == ["path", "on_error", "format", "threads", "memory", "since", "until", "filter", "late", "progress",
                            "index_file", "minute", "hour", "day"]
    assert set(names) == set(DIMS) | set(names[12:33]) and len(names) == len(set(names))


@pytest.mark.parametrize("arguments, message", [
    ("", "which files?"), ("'no/such/file'", "no/such/file"), ("NULL", "path is NULL"),
    (f"'{TREE}', 'never'", "on_error is 'never'"),
    *[(f"'{TREE}', NULL, NULL, 0, '{v}'", f"memory is '{v}'") for v in ("0", "-1", "1x", "1023K", "2MB", "", "K", "1e9", "99999999999G")],
    *[(f"'{TREE}', NULL, NULL, 0, NULL, '{v}'", f"since is '{v}'") for v in
      ("", "yesterday", "2026-02-30", "2026-13-01", "2026-03-09 24:00", "2026-03-09 1", "2026-3-9", "99999-01-01")]])
def test_wrong_arguments_are_errors(build, arguments, message):
    out = build.shell(f"SELECT sum(flows) FROM flowlogs_rollup({arguments});")
    assert is_error(out) and message in out


def test_create_takes_the_rollup_options(build):
    assert build.shell("CREATE VIRTUAL TABLE temp.t USING flowlogs('tests/data/edge/crlf.log', memory='64M'); "
                       "SELECT count(*) > 0 FROM t;") == "1\n"
    assert "since is 'soon'" in build.shell(f"CREATE VIRTUAL TABLE temp.t USING flowlogs('{TREE}', since=soon);")
    assert "no such module" not in build.shell("SELECT flows FROM flowlogs_rollup;")


@pytest.mark.parametrize("threads", [0, 1, 2, 5])
def test_the_first_bad_line_is_reported_whatever_the_threads(build, tmp_path, threads):
    good = "".join(LINE.format(0, i % 250, i, 1, 1, 5, 6) for i in range(3000))
    for f in range(9):
        (tmp_path / f"{f}.log").write_text(good * (4 if f == 3 else 1) + ("2 bad\n" if f in (3, 5, 6) else ""))
    for _ in range(5):
        out = build.shell(f"SELECT srcport FROM flowlogs_rollup('{tmp_path}', NULL, NULL, {threads});")
        assert "3.log:12001: " in out and out.count("\n") == 1
    assert build.shell(f"SELECT sum(flows) FROM flowlogs_rollup('{tmp_path}', 'skip', NULL, {threads});") == "36000\n"
    plain = build.shell(f"SELECT count(*) FROM flowlogs('{tmp_path}');")
    assert out.replace("flowlogs_rollup", "flowlogs") == plain


def test_a_folder_without_flow_logs_is_an_error(build, tmp_path):
    (tmp_path / "a.txt").write_text("just some notes\n")
    for threads in (0, 1):
        assert "is no flow log" in build.shell(f"SELECT flows FROM flowlogs_rollup('{tmp_path}', NULL, NULL, {threads});")
    (tmp_path / "b.log").write_text("version srcaddr dstport\n")
    assert build.shell(f"SELECT count(*) FROM flowlogs_rollup('{tmp_path}');") == "0\n"


@pytest.mark.parametrize("threads", [0, 1, 2])
def test_sums_that_overflow_are_an_error_or_several_rows(build, tmp_path, threads):
    for f in range(3):
        (tmp_path / f"{f}.log").write_text(LINE.format(0, 0, 1, 2, MOST_BYTES, 5, 6) * 5000)
    args = f"'{tmp_path}', NULL, NULL, {threads}"
    assert "integer overflow" in build.shell(f"SELECT sum(bytes) FROM flowlogs_rollup({args});")
    assert build.shell(f"SELECT total(bytes) > 1.49e19, sum(packets), sum(flows) FROM flowlogs_rollup({args});") == "1|30000|15000\n"
    most, rest = divmod(2**63 - 1, MOST_BYTES)
    (tmp_path / "0.log").write_text(LINE.format(0, 0, 1, 2, MOST_BYTES, 5, 6) * most + LINE.format(0, 0, 1, 2, rest, 5, 6))
    assert build.shell(f"SELECT bytes FROM flowlogs_rollup('{tmp_path}/0.log');") == f"{2**63 - 1}\n"


def test_or_keeps_the_groups_of_neighbouring_addresses(build, tmp_path):
    """For OR, SQLite passes over the table twice and drops rows whose rowid it has seen."""
    log = tmp_path / "g.log"
    rows = [f"102.100.{i}.{j}" for i in range(100, 104) for j in range(256)]
    log.write_text("srcaddr dstport\n" + "".join(f"{address} 443\n" for address in rows))
    for first in rows[::16] + ["102.100.100.100"]:
        got = build.rows(f"SELECT srcaddr, sum(flows) FROM flowlogs_rollup WHERE (path = '{log}' AND srcaddr = '{first}') "
                         f"OR (path = '{tmp_path}/g.' || 'log' AND dstport = 443) GROUP BY 1;")
        assert sorted(got) == sorted([address, "1"] for address in rows)


@pytest.mark.parametrize("threads", [0, 3])
def test_or_over_groups_in_several_rows_is_an_error(build, many, tmp_path, threads):
    """Such rows have no rowid, so that SQLite would drop some of them."""
    def ask(path, memory):
        options = f"threads = {threads} AND memory = {memory << 20}"
        return build.shell(f"SELECT sum(flows) FROM flowlogs_rollup WHERE path = '{path}' AND {options} AND srcport >= 0 "
                           f"OR path = '{path}' || '' AND {options} AND srcaddr >= '';")
    assert ask(many, 64) == "120000\n"
    assert "no rowid where its groups need more than `memory`" in ask(many, 1)
    for f in range(3):
        (tmp_path / f"{f}.log").write_text(LINE.format(0, 0, 1, 2, MOST_BYTES, 5, 6) * 5000)
    got = build.shell(f"SELECT total(bytes) FROM flowlogs_rollup WHERE path = '{tmp_path}' AND srcport = 1 "
                      f"OR path = '{tmp_path}' || '' AND dstport = 443;")
    assert "no rowid where its groups need more than `memory`, or a sum is beyond 2^63-1" in got


def test_limit_stops_early(build, many):
    for threads in (0, 3):
        for memory in ("NULL", "'1M'"):
            assert build.shell(f"SELECT 1 FROM flowlogs_rollup('{many}', NULL, NULL, {threads}, {memory}) "
                               "WHERE srcport >= 0 LIMIT 1;") == "1\n"


@pytest.mark.parametrize("by", ["interrupt", "handler"])
@pytest.mark.parametrize("threads", [0, 2])
def test_a_rollup_of_many_records_stops_when_told_to(release, tmp_path, threads, by):
    block = "".join(LINE.format(0, i % 250, i, 1, 1, 5, 6) for i in range(10000))
    for f in range(2):
        (tmp_path / f"{f}.log").write_text(block * 200)
    assert_stops(connect(release), "SELECT srcport, sum(flows) FROM flowlogs_rollup(?, NULL, NULL, ?) GROUP BY 1",
                 (str(tmp_path), threads), by=by)


def test_or_with_different_memory_counts_a_record_once(build):
    """The memory that a rollup may take does not change what the records are, so the rowids are the
    same in both branches of the OR."""
    logs = "path = 'tests/data/AWSLogs'"
    both = build.rows(f"SELECT sum(flows) FROM flowlogs_rollup WHERE {logs} AND memory = '1M' AND dstport = 443 "
                      f"OR {logs} AND memory = '2M' AND protocol = 6;")
    assert both == build.rows(f"SELECT sum(flows) FROM flowlogs_rollup WHERE {logs} AND (dstport = 443 OR protocol = 6);")
