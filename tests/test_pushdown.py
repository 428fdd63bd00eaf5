# SPDX-License-Identifier: MIT
"""Whatever the table evaluates itself, the answers are SQLite's: thousands of random predicates on flowlogs, and on an
ordinary table with the same rows and declared types, must select the same rows in the same order, with 0, 1 and 3
threads, and with the column behind a unary plus, which no table gets to see.

The trees and the predicates are made in pushdata.py, always the same ones.
"""

import ipaddress
import json
import re
import sqlite3
import time

import pytest

import fuzzdata
import pushdata
import reference
from conftest import ROOT
from pushdata import COLUMNS, THREADS, Logs, Predicates, literal, name_columns

DEFAULT = reference.DEFAULT_NAMES + ["file", "line", "start_time", "end_time"]


@pytest.fixture(scope="module")
def odd(tmp_path_factory):
    folder = tmp_path_factory.mktemp("odd")
    pushdata.write_odd(folder)
    return Logs(folder)


@pytest.fixture(scope="module")
def named(tmp_path_factory):
    folder = tmp_path_factory.mktemp("named")
    pushdata.write_named(folder)
    return Logs(folder)


@pytest.fixture(scope="module")
def sample():
    return Logs(ROOT / "tests" / "data" / "AWSLogs")


@pytest.fixture
def logs(request):
    """One of the three, by its name."""
    return request.getfixturevalue(request.param)


# ---- random predicates

NAMED = ["start", "end", "start_time", "end_time", "account_id", "region", "file", "dstport"]


@pytest.mark.parametrize("logs, columns, terms, count", [
    ("odd", COLUMNS, 1, 1000), ("odd", DEFAULT, 1, 1000), ("odd", COLUMNS, 2, 200), ("odd", DEFAULT, 4, 200),
    ("named", NAMED, 1, 700), ("named", NAMED, 2, 300), ("named", COLUMNS, 1, 200),
    ("sample", COLUMNS, 1, 60), ("sample", NAMED, 2, 40), ("sample", DEFAULT, 3, 40)], indirect=["logs"])
def test_random(logs, columns, terms, count):
    make = Predicates(f"random {terms}", logs.values(), columns)
    for _ in range(count):
        logs.check_where(*make.query(terms, logs.selects))
    asked, some = logs.done()
    assert some > asked / 5, f"only {some} of {asked} queries select some rows and not all: ask better"


@pytest.mark.parametrize("logs, count", [("odd", 120), ("named", 80)], indirect=["logs"])
def test_joins(logs, count):
    make = Predicates("joins", logs.values(), DEFAULT + ["vpc_id", "region"])
    for _ in range(count):
        logs.check(*make.join(), ordered=False, threads=(0, 3))
    logs.done()


@pytest.mark.skipif(sqlite3.sqlite_version_info < (3, 39), reason="this SQLite has no RIGHT JOIN")
def test_outer_joins(odd):
    logs = Logs(odd.path)
    logs.db.execute(f"CREATE VIRTUAL TABLE temp.created USING flowlogs({literal(odd.path)}, threads=3)")
    logs.source, make = "created", Predicates("outer", logs.values(), DEFAULT + ["vpc_id"])
    for _ in range(60):
        logs.check(*make.join(outer=True), ordered=False, threads=(3,))
    logs.done()


def test_created_table(named):
    logs = Logs(named.path)
    logs.db.execute(f"CREATE VIRTUAL TABLE temp.created USING flowlogs({literal(named.path)}, threads=2)")
    logs.source, make = "created", Predicates("created", logs.values(), NAMED)
    for _ in range(100):
        logs.check_where(*make.query(2, logs.selects), threads=(2,))
    logs.done()


# ---- files that are passed over by their path

def test_times_at_the_edges_of_file_names(named):
    for c in ("start", "end"):
        for s, in named.truth(f'SELECT DISTINCT "{c}" FROM plain WHERE "{c}" IS NOT NULL'):
            for where in (f"«{c}» = {s}", f"«{c}» = '{s}'", f"«{c}» IN ({s}, 5)", f"«{c}» BETWEEN {s} AND {s}.5", f"«{c}» >= {s}.0",
                          f"«{c}» > {s - 1} AND «{c}» < {s + 1}", f"«{c}» <= {s}", f"«{c}_time» = datetime({s}, 'unixepoch')",
                          f"«{c}_time» >= datetime({s}, 'unixepoch')", f"«{c}_time» <= datetime({s}, 'unixepoch')",
                          f"«{c}_time» LIKE strftime('%Y-%m-%d %H:%M', {s}, 'unixepoch') || '%'", f"«{c}» IS NULL OR «{c}» > {s}"):
                named.check_where(where, threads=(1,))
    named.done()


def test_account_and_region_of_the_path(named):
    values = ["'123456789012'", "123456789012", "'012345678901'", "12345678901", "CAST(12345678901 AS INTEGER)", "'unknown'", "NULL",
              "'us-east-1'", "'US-EAST-1'", "'us-east-1 '", "'us-east'", "'-'", "''", "(SELECT n FROM other WHERE n = 12345678901)"]
    for c in ("account_id", "region"):
        for v in values:
            for where in ("{c} = {v}", "{c} <> {v}", "{c} < {v}", "{c} >= {v}", "{c} IS {v}", "{c} IS NOT {v}", "NOT {c} = {v}",
                          "{c} IN ({v}, 'eu-west-1')", "{c} NOT IN ({v}, 'x')", "{c} LIKE {v}", "{c} GLOB {v} || '*'",
                          "{c} = {v} COLLATE NOCASE", "{c} COLLATE RTRIM = {v}", "{c} = {v} AND «start» >= 1709251200"):
                named.check_where(where.format(c=f"«{c}»", v=v), threads=(1,))
    named.done()


# ---- texts, patterns, functions

@pytest.mark.parametrize("encoding", ["UTF-16le", "UTF-16be"])
def test_utf16(odd, encoding):
    logs = Logs(odd.path, encoding=encoding)
    make = Predicates(encoding, logs.values())
    for _ in range(150):
        logs.check_where(*make.query(), threads=(3,))
    texts = Predicates(encoding, logs.values(), ["vpc_id", "instance_tag"])
    for _ in range(100):
        logs.check_where(*texts.query(), threads=(1,))
    logs.done()


@pytest.mark.parametrize("sensitive", [0, 1])
def test_patterns(odd, sensitive):
    logs = Logs(odd.path)
    logs.db.execute(f"PRAGMA case_sensitive_like = {sensitive}")
    make = Predicates("patterns", logs.values())
    for _ in range(300):
        make.params = {}
        logs.check_where(make.like(), make.params, threads=(3,))
    logs.done()


def test_like_of_the_host(odd):
    """A host may have a LIKE of its own.  ICU's knows all letters' cases: 'k' is the Kelvin sign's."""
    def like(pattern, text):
        if pattern is None or text is None:
            return None
        regex = "".join({"%": ".*", "_": "."}.get(letter) or re.escape(letter) for letter in str(pattern).casefold())
        return re.fullmatch(regex, str(text).casefold(), re.S) is not None

    logs = Logs(odd.path)
    logs.db.create_function("like", 2, like)
    for c in ("vpc_id", "interface_id", "srcaddr", "dstport", "action"):
        for pattern in ("k", "k%", "K", "\u212a%", "äö", "Ä%", "%SSE", "größe", "reject", "R%", "10.0.0.%", "44_", "2001:DB8%", "%"):
            logs.check_where(f"«{c}» LIKE {literal(pattern)}", threads=(1,))
    logs.done()


# ---- one pass, one statement

def test_or_is_one_pass(odd):
    """The order shows it: plans that go through the files once for each term give the first term's rows first."""
    for where in ("«dstport» = 443 OR «srcport» = 443", "«action» = 'REJECT' OR «action» = 'ACCEPT'", "«start» = 0 OR «protocol» = 6",
                  "«srcaddr» = '10.0.0.5' OR «dstaddr» = '10.0.0.5'", "(«dstport» = 443 AND «action» = 'REJECT') OR «line» = 3"):
        odd.check(f"SELECT t.file, t.line FROM {{T}} t WHERE {where}")
    odd.done()


def test_bound_again(odd):
    """One statement, many values: what the last one left must not matter."""
    for c in ("dstport", "start", "srcaddr", "action", "vpc_id", "start_time", "file"):
        for where in (f"«{c}» = ?1", f"«{c}» < ?1", f"«{c}» IN (?1, 443, 'REJECT')", f"«{c}» LIKE ?1", f"«{c}» IS ?1"):
            sql = f"SELECT t.file, t.line FROM {{T}} t WHERE {where}"
            for v in pushdata.ODD:
                if not isinstance(v, str) or len(v) < 100:
                    odd.expect(odd.truth(sql, (v,)), name_columns(sql).replace("{T}", odd.table(1)), (v,))
    odd.done()


MANY = " AND ".join([f"«{c}» IS NOT 'x{i}'" for i, c in enumerate(COLUMNS)] + [f"«dstport» > -{i}" for i in range(1, 40)])


def test_many_terms(odd):
    """More terms than SQLite lets a table take over."""
    logs = Logs(odd.path)
    logs.db.execute(f"CREATE VIRTUAL TABLE temp.created USING flowlogs({literal(odd.path)}, threads=3)")
    logs.source = "created"
    for where in (f"{MANY} AND «srcaddr» = '10.0.0.5'", f"«srcaddr» LIKE '10.%' AND {MANY}", f"«dstport» IN (22, 443) AND {MANY}"):
        logs.check_where(where, threads=(3,))
    logs.done()


def test_null_argument_with_many_terms(odd):
    """SQLite omits its own test of a constraint only if that is among the first 16, and a function's arguments are last:
    a NULL among them must then be an error, or better work."""
    sql = f"SELECT t.file, t.line FROM {{T}} t WHERE {MANY}"
    got = odd.run(name_columns(sql).replace("{T}", odd.table(1)))
    assert got == odd.truth(sql) or "flowlogs: " in got


def test_two_cursors(sample):
    wheres = ["t.action = 'REJECT'", "t.dstport IN (22, 443)", "t.srcaddr LIKE '10.%'", "t.start >= 1773046800"]
    for threads in THREADS:
        cursors = [sample.db.execute(f"SELECT t.file, t.line FROM {sample.table(threads)} t WHERE {w}") for w in wheres]
        got = [[] for _ in wheres]
        for _ in range(sample.size + 1):
            for rows, cursor in zip(got, cursors):
                rows += cursor.fetchmany(1)
        assert got == [sample.truth(f"SELECT t.file, t.line FROM plain t WHERE {w}") for w in wheres]
        assert all(got)


def test_in_with_many_values(tmp_path):
    """100,000 addresses are one set, not 100,000 passes nor a list to walk through."""
    record = "2 123456789012 eni-1 10.{}.{}.{} 10.0.0.1 443 1024 6 1 40 1773046800 1773046860 ACCEPT OK\n"
    (tmp_path / "a.log").write_text("".join(record.format(i % 7, i // 7 % 250, i % 240) for i in range(60000)))
    logs = Logs(tmp_path)
    logs.db.execute("CREATE TABLE few(ip TEXT)")
    logs.db.execute("CREATE TABLE many(ip TEXT)")
    logs.db.executemany("INSERT INTO many VALUES (?)", ((f"10.{i % 5 + 2}.{i // 400}.{i % 400}",) for i in range(100000)))
    logs.db.execute("INSERT INTO few SELECT ip FROM many LIMIT 10")
    deadline = time.monotonic() + 15
    logs.db.set_progress_handler(lambda: time.monotonic() > deadline, 100000)
    seconds = {}
    for table in ("few", "many"):
        sql = f"SELECT t.file, t.line FROM {{T}} t WHERE t.srcaddr IN (SELECT ip FROM {table})"
        want, begin = logs.truth(sql), time.monotonic()
        logs.expect(want, sql.replace("{T}", logs.table()))
        seconds[table] = time.monotonic() - begin
    logs.done()
    assert want and seconds["many"] < 4 * seconds["few"] + 0.5, seconds


# ---- errors in the files

@pytest.mark.parametrize("seed", [1, 2, 3])
def test_skipping_errors(tmp_path, seed):
    fuzzdata.write_tree(seed, str(tmp_path), 16)
    logs = Logs(tmp_path, on_error="skip")
    make = Predicates(seed, logs.values())
    for _ in range(60):
        logs.check_where(*make.query())
    logs.done()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_first_error(tmp_path, seed):
    """Which error ends a query is no matter of its predicates; what comes before it are the rows before it."""
    fuzzdata.write_tree(seed, str(tmp_path), 16)
    logs = Logs(tmp_path, on_error="skip")
    make, logs.on_error = Predicates(seed, logs.values()), "fail"

    def until_error(sql):
        cursor, rows = logs.db.cursor(), []
        try:
            for row in cursor.execute(sql):
                rows.append(row)
        except sqlite3.Error as error:
            return rows, str(error)
        return rows, "no error"

    before, error = until_error(f"SELECT file, line FROM {logs.table(0)}")
    assert error.startswith("flowlogs: ")
    for i in range(60):
        c = make.rng.choice([c for c in COLUMNS if c != "file"])
        v, w = literal(make.raw_value(c)), literal(make.raw_value(c))
        where = name_columns([f"«{c}» = {v}", f"«{c}» < {v}", f"«{c}» BETWEEN {v} AND {w}", f"«{c}» IN ({v}, {w}, 7)", f"«{c}» IS {v}",
                              f"«{c}» LIKE '4%'", f"«{c}» = NULL", f"«{c}» IS NOT NULL", f"«{c}» > 5 AND «{c}» < 3"][i % 9])
        rows = [r for r in logs.truth(f"SELECT t.file, t.line FROM plain t WHERE {where}") if r in before]
        for threads in THREADS:
            got, why = until_error(f"SELECT t.file, t.line FROM {logs.table(threads)} t WHERE {where}")
            assert why == error, f"{where} with {threads} threads"
            assert got == rows[:len(got)], f"{where} with {threads} threads"


# ---- the shell, and the build with sanitizers

def test_in_the_shell(build, odd, named):
    for logs, columns, count in ((odd, COLUMNS, 70), (named, NAMED, 40)):
        names = ", ".join(f'"{c}"' for c in COLUMNS)
        script = [pushdata.plain_table(logs.types()), pushdata.other_table(), f"INSERT INTO plain SELECT {names} FROM {logs.table()};"]
        make = Predicates("shell", logs.values(), columns, python=False)
        queries = [make.query(1 + i % 2)[0] for i in range(count)]
        for i, where in enumerate(queries):
            sql = name_columns(f"SELECT t.file || ':' || t.line FROM {{T}} t WHERE {where}{' ORDER BY 1' if ' OR ' in where else ''};")
            script += [f"SELECT '--- {i}';", sql.replace("{T}", logs.table(THREADS[i % 3])), "SELECT '---';", sql.replace("{T}", "plain")]
        parts = re.split(r"--- \d+\n", build.shell("\n".join(script)))
        assert len(parts) == count + 1 and not parts[0], parts[0]
        for where, part in zip(queries, parts[1:]):
            got, want = part.split("---\n")
            assert got == want, where


# ---- columns that stand for several: addr and port

SIDES = {"addr": ["srcaddr", "dstaddr", "pkt_srcaddr", "pkt_dstaddr"], "port": ["srcport", "dstport"]}


def address(text):
    """An address as Python knows it, or None."""
    try:
        ip = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(ip, "ipv4_mapped", None) or ip


def in_cidr(ip, cidr):
    """cidr_match(), by Python's ipaddress.  The cidr can be parsed."""
    ip = address(ip) if isinstance(ip, str) else None
    if ip is None or cidr is None:
        return None
    if "/" not in cidr:
        return ip == address(cidr)
    net = ipaddress.ip_network(cidr, strict=False)
    return ip.version == net.version and ip in net


def one_side(name, conditions):
    """SQL that needs no addr or port: there is one side for which all conditions hold."""
    if not conditions:
        return "1"
    text = " AND ".join(conditions).replace("cidr_match(", "in_cidr(")
    return "(" + " OR ".join("(" + text.replace(f"«{name}»", f"«{side}»") + ")" for side in SIDES[name]) + ")"


def either(path):
    logs = Logs(path)
    logs.db.create_function("in_cidr", 2, in_cidr)
    return logs


def refused(got):
    """A condition that one scan can't decide: LIKE, patterns that are no prefixes, an address against a number."""
    return isinstance(got, str) and re.search(r"flowlogs: (addr|port) (can be compared|stands for)", got)


@pytest.mark.parametrize("logs, count", [("odd", 500), ("sample", 60)], indirect=["logs"])
def test_either_side(logs, count):
    logs = either(logs.path)
    make = Predicates("either", logs.values(), DEFAULT)
    for i in range(count):
        make.params = {}
        addr = [make.either("addr") for _ in range(make.rng.choice([1, 1, 2, 3]) if i % 3 else 0)]
        port = [make.either("port") for _ in range(make.rng.choice([0, 1, 2]) if i % 3 else make.rng.choice([1, 1, 2, 3]))]
        rest = [make.single() for _ in range(make.rng.choice([0, 0, 1]))]
        rows = "SELECT t.file, t.line FROM {T} t WHERE "
        want = logs.truth(rows + " AND ".join([one_side("addr", addr), one_side("port", port), *rest]), make.params)
        sql = name_columns(rows + " AND ".join(addr + port + rest))
        logs.asked += 1
        logs.some += 0 < len(want) < logs.size
        for threads in THREADS:
            if not refused(logs.run(sql.replace("{T}", logs.table(threads)), make.params)):
                logs.expect(want, sql.replace("{T}", logs.table(threads)), make.params)
    asked, some = logs.done()
    assert some > asked / 4


def test_either_side_in_the_shell(build, odd):
    names, make = ", ".join(f'"{c}"' for c in COLUMNS), Predicates("shell", odd.values(), python=False)
    script = [pushdata.plain_table(odd.types()), pushdata.other_table(), f"INSERT INTO plain SELECT {names} FROM {odd.table()};"]
    for i in range(50):
        name = ["addr", "port"][i % 2]
        conditions = [make.either(name) for _ in range(1 + i // 2 % 2)]
        plain = one_side(name, conditions).replace("in_cidr(", "cidr_match(")
        script += [f"SELECT {i}, group_concat(file || ':' || line) FROM {source} t WHERE {name_columns(where)};" for source, where in
                   ((odd.table(THREADS[i % 3]), " AND ".join(conditions)), ("plain", plain))]
    lines = build.shell("\n".join(script)).splitlines()
    pairs = [pair for pair in zip(lines[::2], lines[1::2]) if not refused(pair[0])]
    assert len(lines) == 100 and len(pairs) > 25 and all(a == b for a, b in pairs), [p for p in pairs if p[0] != p[1]][:1]


@pytest.mark.parametrize("query", [
    "SELECT o.id, t.line FROM other o CROSS JOIN {T} t WHERE {«addr» = o.t}",
    "SELECT o.id, t.line FROM other o CROSS JOIN {T} t WHERE {«port» = o.i} AND «action» = 'REJECT'",
    "SELECT o.id, (SELECT count(*) FROM {T} t WHERE {«addr» = o.t}) FROM other o",
    "SELECT o.id FROM other o WHERE EXISTS (SELECT 1 FROM {T} t WHERE {«port» >= o.i})",
    "SELECT count(*) FROM {T} t WHERE {«addr» IN (SELECT t FROM other) AND «addr» GLOB '1*'}",
    "SELECT t.line FROM {T} t WHERE {«addr» = '10.0.0.5'} LIMIT 3",
    "SELECT «srcaddr», count(*) FROM {T} t WHERE {«addr» = '10.0.0.5'} AND {«port» < 1024} GROUP BY 1 ORDER BY 2 DESC, 1"])
def test_either_side_with_other_tables(odd, query):
    wrong = right_or_error(odd, query)
    assert not wrong, wrong


@pytest.mark.parametrize("query", [
    "SELECT o.id, t.line FROM other o JOIN {T} t ON {«addr» = o.t}", "SELECT o.id, t.line FROM {T} t JOIN other o ON {«port» = o.i}",
    "SELECT o.id, t.line FROM other o LEFT JOIN {T} t ON {«addr» = o.t}", "SELECT t.line FROM {T} t WHERE {«addr» = '::1' OR «addr» = '10.0.0.5'}",
    "SELECT t.line FROM {T} t WHERE {«addr» COLLATE NOCASE = '2001:DB8::1'}", "SELECT t.line FROM {T} t WHERE {«addr» IS '10.0.0.5'}",
    "SELECT t.line FROM {T} t WHERE {«addr» = '10.0.0.5'} AND {«port» IN (22, 443)} AND " + MANY,
    "SELECT t.line FROM {T} t WHERE {«addr» = '10.0.0.5'} OR «protocol» = 6", "SELECT t.line FROM {T} t WHERE {«port» = 443} OR «dstport» = 22",
    "SELECT t.line FROM {T} t WHERE {cidr_match(«addr», '10.0.0.0/8')} OR «protocol» = 6",
    "SELECT t.line FROM {T} t WHERE {(«addr») IN (VALUES ('10.0.0.5'), ('::1'))}",
    "SELECT t.line FROM {T} t WHERE {«addr» = '10.0.0.5'} UNION ALL SELECT t.line FROM {T} t WHERE {«addr» = '::1'}"])
def test_either_side_is_right_or_an_error(odd, query):
    wrong = right_or_error(odd, query, "flowlogs: ")
    assert not wrong, wrong


def right_or_error(odd, query, allowed=None):
    """What is wrong with the answer to a query with conditions on one side in {braces}; nothing, if all is well."""
    def sides(match):
        return one_side("addr" if "«addr»" in match[1] else "port", [match[1]])

    logs = either(odd.path)
    braces = r"\{([^T].*?)\}"
    want = logs.truth(re.sub(braces, sides, query))
    got = logs.run(name_columns(re.sub(braces, r"\1", query)).replace("{T}", logs.table(3)))
    if isinstance(got, str):
        return None if allowed and allowed in got else got
    missing, extra = [r for r in want if r not in got], [r for r in got if r not in want]
    return None if sorted(got, key=repr) == sorted(want, key=repr) else f"{len(got)} rows, not {len(want)}; {missing[:5]}, {extra[:5]}"


@pytest.mark.parametrize("name, value", [("addr", "'10.0.0.5'"), ("port", "443")])
@pytest.mark.parametrize("query", [
    "SELECT {c} FROM {T} t", "SELECT {c} FROM {T} t WHERE {c} = {v}", "SELECT count({c}) FROM {T} t", "SELECT max({c}) FROM {T} t WHERE {c} > {v}",
    "SELECT 1 FROM {T} t WHERE {c} = {v} ORDER BY {c}",
    "SELECT count(*) FROM {T} t WHERE {c} = {v} GROUP BY {c}", "SELECT 1 FROM {T} t WHERE NOT {c} = {v}", "SELECT 1 FROM {T} t WHERE {c}",
    "SELECT 1 FROM {T} t WHERE {c} NOT IN ({v}, 7)", "SELECT 1 FROM {T} t WHERE {c} NOT LIKE {v}", "SELECT 1 FROM {T} t WHERE +{c} = {v}",
    "SELECT 1 FROM {T} t WHERE lower({c}) = {v}", "SELECT 1 FROM {T} t WHERE {c} || '' = {v}", "SELECT 1 FROM {T} t WHERE {c} + 0 = {v}",
    "SELECT 1 FROM {T} t WHERE {c} LIKE {v} ESCAPE 'a'", "SELECT 1 FROM {T} t WHERE {c} = t.srcaddr", "SELECT 1 FROM {T} t WHERE {c} = {c}",
    "SELECT 1 FROM {T} t WHERE CASE WHEN {c} = {v} THEN 1 END", "SELECT 1 FROM {T} t CROSS JOIN other o ON {c} = o.t",
    "SELECT 1 FROM {T} t CROSS JOIN other o WHERE {c} < o.i AND {c} > {v}", "SELECT 1 FROM {T} t LEFT JOIN other o ON {c} = o.t",
    "SELECT 1 FROM {T} t WHERE {c} IN (SELECT o.t FROM other o WHERE o.i = t.dstport)", "SELECT 1 FROM {T} t WHERE ({c} = {v}) IS NOT TRUE",
    "SELECT 1 FROM {T} t WHERE cidr_match({c}, '10.0.0.0/8') = 1", "SELECT 1 FROM {T} t WHERE NOT cidr_match({c}, '10.0.0.0/8')"])
def test_either_side_where_it_cannot_be(odd, query, name, value):
    got = odd.run(query.replace("{c}", f"t.{name}").replace("{v}", value).replace("{T}", odd.table(1)))
    assert isinstance(got, str), f"an answer, of {len(got)} rows"
    message = got.partition(": ")[2]
    assert message.startswith("flowlogs: ") and re.search(rf"\b{name}\b.*write", message), got


# ---- cidr_match

def test_cidr_match(odd):
    logs = either(odd.path)
    texts = [*pushdata.IPS, "10.0.0.0", "10.0.0.4", "127.255.255.255", "128.0.0.0", "2001:db9::", "febf::", "fec0::", "::ffff:1.2.3.4",
             "1.2.3.4.5", "", "abc", "10.0.0.5 ", 7, None]
    for cidr in [*pushdata.CIDRS, None]:
        for ip in texts:
            want = in_cidr(ip, cidr)
            for name in ("cidr_match", "isIpInSubnet", "isIpv4InSubnet", "isIpv6InSubnet"):
                got = logs.run(f"SELECT {name}({literal(ip)}, {literal(cidr)})")
                assert got == [(want,)], (name, ip, cidr)


BAD_CIDRS = ["10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "/8", "10.0.0/8", "::/129", "", "abc", "10.0.0.0/8x", "10.0.0.0/8/8", "10.0.0.0/+8"]


@pytest.mark.parametrize("cidr", BAD_CIDRS)
def test_cidr_that_is_none(odd, cidr):
    for sql in ("SELECT cidr_match('10.0.0.1', {})", "SELECT count(*) FROM {T} t WHERE cidr_match(t.srcaddr, {})",
                "SELECT count(*) FROM {T} t WHERE t.line = 3 AND isIpv4InSubnet(t.pkt_dstaddr, {})"):
        got = odd.run(sql.replace("{}", literal(cidr)).replace("{T}", odd.table(3)))
        assert isinstance(got, str) and "flowlogs: " in got and cidr in got, (sql, got)


def test_cidr_match_as_a_predicate(odd):
    logs = either(odd.path)
    forms = ["{f}(«{c}», {n})", "NOT {f}(«{c}», {n})", "{f}(«{c}», {n}) = 1", "{f}(«{c}», {n}) IS NULL", "{f}(«{c}», {n}) AND «dstport» = 443",
             "{f}(«{c}», {n}) OR «protocol» = 6", "{f}(«{c}», {n}) AND {f}(«dstaddr», '10.0.0.0/24')", "{f}(«{c}», (SELECT {n}))"]
    for i, cidr in enumerate([*pushdata.CIDRS, None]):
        for c in ("srcaddr", "dstaddr", "pkt_srcaddr", "pkt_dstaddr", "vpc_id", "dstport"):
            where = forms[i % len(forms)] if c == "dstport" else None
            for form in [where] if where else forms:
                sql = f"SELECT t.file, t.line FROM {{T}} t WHERE {form}".replace("{c}", c).replace("{n}", literal(cidr))
                want = logs.truth(sql.replace("{f}", "in_cidr"))
                for plus in ("", "+"):
                    ready = name_columns(sql, plus).replace("{f}", ["cidr_match", "isIpInSubnet", "isIpv4InSubnet", "isIpv6InSubnet"][i % 4])
                    logs.expect(want, ready.replace("{T}", logs.table(THREADS[i % 3])))
    logs.db.execute("CREATE TABLE nets(cidr TEXT)")
    logs.db.executemany("INSERT INTO nets VALUES (?)", [(c,) for c in [*pushdata.CIDRS, None]])
    sql = "SELECT t.file, t.line, n.cidr FROM nets n, {T} t WHERE {f}(«srcaddr», n.cidr)"
    want = logs.truth(sql.replace("{f}", "in_cidr"))
    logs.expect(want, name_columns(sql).replace("{f}", "cidr_match").replace("{T}", logs.table(3)), ordered=False)
    logs.done()


# ---- what was spared

def test_scan_stats(named, sample):
    def stats(logs, where):
        rows = len(logs.run(f"SELECT line FROM {logs.table(1)} WHERE {where}"))
        return rows, json.loads(logs.run("SELECT flowlogs_scan_stats()")[0][0])

    if isinstance(named.run("SELECT flowlogs_scan_stats()"), str):
        pytest.skip("there is no flowlogs_scan_stats()")
    rows, said = stats(named, "start BETWEEN 1709251200 AND 1709251499")
    assert set("files_found files_pruned files_read bytes_read bytes_inflated records rows seconds threads".split()) <= set(said)
    assert said["files_pruned"] > 0 and said["files_read"] + said["files_pruned"] <= said["files_found"]
    assert stats(named, "account_id = '012345678901'")[1]["files_pruned"] > 0
    assert stats(named, "account_id = 'unknown'")[1]["files_pruned"] == 0
    rows, said = stats(sample, "srcaddr = '203.0.113.66'")
    assert 0 < rows <= said["rows"] < said["records"]
