# SPDX-License-Identifier: MIT
"""The columns addr and port, which stand for either end of a flow, and cidr_match(). They are
compared with Python's ipaddress, and with an ordinary table on which the conditions are written
out for each end."""

import ipaddress
import re

import pytest

import pushdata
from pushcheck import DEFAULT, MANY, THREADS, Logs, logs, name_columns, odd, sample  # noqa: F401 (fixtures)
from pushdata import Predicates, literal

FUNCTIONS = ["cidr_match", "isIpInSubnet", "isIpv4InSubnet", "isIpv6InSubnet"]
SIDES = {"addr": ["srcaddr", "dstaddr", "pkt_srcaddr", "pkt_dstaddr"], "port": ["srcport", "dstport"]}


def address(text):
    """An address as an object of ipaddress, or None if the text is no address."""
    try:
        ip = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(ip, "ipv4_mapped", None) or ip


def in_cidr(ip, cidr):
    """What cidr_match() must return, computed with ipaddress. The prefix must be valid."""
    ip = address(ip) if isinstance(ip, str) else None
    if ip is None or cidr is None:
        return None
    if "/" not in cidr:
        return ip == address(cidr)
    net = ipaddress.ip_network(cidr, strict=False)
    return ip.version == net.version and ip in net


def one_side(name, conditions):
    """The SQL condition without addr and port: there is one end of the flow for which all
    conditions hold."""
    if not conditions:
        return "1"
    text = " AND ".join(conditions).replace("cidr_match(", "in_cidr(")
    return "(" + " OR ".join("(" + text.replace(f"«{name}»", f"«{side}»") + ")" for side in SIDES[name]) + ")"


def either(path):
    logs = Logs(path)
    logs.db.create_function("in_cidr", 2, in_cidr)
    return logs


@pytest.mark.parametrize("logs, strict, count", [("odd", True, 400), ("odd", False, 200), ("sample", True, 40)],
                         indirect=["logs"])
def test_either_side(logs, strict, count):
    logs = either(logs.path)
    make = Predicates(f"either {strict}", logs.values(), DEFAULT)
    for i in range(count):
        make.params = {}
        addr = [make.either("addr", strict) for _ in range(make.rng.choice([1, 1, 2, 3]) if i % 3 else 0)]
        port = [make.either("port", strict) for _ in range(make.rng.choice([0, 1, 2])
                                                           if i % 3 else make.rng.choice([1, 1, 2, 3]))]
        rest = [make.single() for _ in range(make.rng.choice([0, 0, 1]))]
        rows = "SELECT t.file, t.line FROM {T} t WHERE "
        want = logs.truth(rows + " AND ".join([one_side("addr", addr), one_side("port", port), *rest]), make.params)
        sql = name_columns(rows + " AND ".join(addr + port + rest))
        if not strict and is_refused(logs.run(sql.replace("{T}", logs.table()), make.params)):
            continue
        logs.asked += 1
        logs.some += 0 < len(want) < logs.size
        for threads in THREADS:
            logs.expect(want, sql.replace("{T}", logs.table(threads)), make.params,
                        ordered=" OR " not in sql and "EXISTS" not in sql)
    asked, some = logs.done()
    assert some > asked / 4 and asked > count / 5


def test_either_side_in_the_shell(build, odd):
    script, make = [odd.tables()], Predicates("shell", odd.values(), python=False)
    for i in range(50):
        name = ["addr", "port"][i % 2]
        conditions = [make.either(name, strict=True) for _ in range(1 + i // 2 % 2)]
        plain = one_side(name, conditions).replace("in_cidr(", "cidr_match(")
        for source, where in ((odd.table(THREADS[i % 3]), " AND ".join(conditions)), ("plain", plain)):
            script.append(f"SELECT {i}, group_concat(file || ':' || line) FROM {source} t WHERE {name_columns(where)};")
    lines = build.shell("\n".join(script)).splitlines()
    assert len(lines) == 100, lines
    for query, got, want in zip(script[1::2], lines[::2], lines[1::2]):
        assert got == want or odd.is_refused(got, query), query


def is_refused(answer):
    """Asserts that a query is an error that names the column and says what to write instead."""
    return isinstance(answer, str) and re.match(r"\w+: flowlogs: (addr|port)\b.*\b(AND \1 |compared with|\1 GLOB|never )", answer)


@pytest.mark.parametrize("query", [
    "SELECT o.id, t.line FROM other o CROSS JOIN {T} t WHERE o.t IS NOT '2001:DB8::1' AND {«addr» = o.t}",
    "SELECT o.id, t.line FROM other o CROSS JOIN {T} t WHERE {«port» = o.i} AND «action» = 'REJECT'",
    "SELECT o.id, (SELECT count(*) FROM {T} t WHERE {«addr» = o.t}) FROM other o WHERE o.t IS NOT '2001:DB8::1'",
    "SELECT o.id FROM other o WHERE EXISTS (SELECT 1 FROM {T} t WHERE {«port» >= o.i})",
    "SELECT count(*) FROM {T} t WHERE {«addr» IN (SELECT t FROM other WHERE t IS NOT '2001:DB8::1') AND «addr» GLOB '10*'}",
    "SELECT t.line FROM {T} t WHERE {«addr» = '10.0.0.5'} LIMIT 3",
    "SELECT «srcaddr», count(*) FROM {T} t WHERE {«addr» = '10.0.0.5'} AND {«port» < 1024} GROUP BY 1 ORDER BY 2 DESC, 1"])
def test_either_side_with_other_tables(odd, query):
    wrong = right_or_error(either(odd.path), query)
    assert not wrong, wrong


@pytest.mark.parametrize("query", [
    "SELECT o.id, t.line FROM other o JOIN {T} t ON {«addr» = o.t}",
    "SELECT o.id, t.line FROM {T} t JOIN other o ON {«port» = o.i}",
    "SELECT o.id, t.line FROM other o LEFT JOIN {T} t ON {«addr» = o.t}",
    "SELECT t.line FROM {T} t WHERE {«addr» = '::1' OR «addr» = '10.0.0.5'}",
    "SELECT t.line FROM {T} t WHERE {«addr» COLLATE NOCASE = '2001:DB8::1'}",
    "SELECT t.line FROM {T} t WHERE {«addr» IS '10.0.0.5'}",
    "SELECT t.line FROM {T} t WHERE {«addr» = '10.0.0.5'} OR «protocol» = 6",
    "SELECT t.line FROM {T} t WHERE {«port» = 443} OR «dstport» = 22",
    "SELECT t.line FROM {T} t WHERE {cidr_match(«addr», '10.0.0.0/8')} OR «protocol» = 6",
    "SELECT t.line FROM {T} t WHERE {(«addr») IN (VALUES ('10.0.0.5'), ('::1'))}",
    "SELECT t.line FROM {T} t WHERE {«addr» = '10.0.0.5'} UNION ALL SELECT t.line FROM {T} t WHERE {«addr» = '::1'}"])
def test_either_side_is_right_or_an_error(odd, query):
    wrong = right_or_error(either(odd.path), query, may_refuse=True)
    assert not wrong, wrong


def test_either_side_with_many_terms(odd):
    logs = either(odd.path)
    logs.db.execute(f"CREATE VIRTUAL TABLE temp.created USING flowlogs({literal(odd.path)})")
    logs.source = "created"
    for where in (f"{{«addr» = '10.0.0.5'}} AND {{«port» IN (22, 443)}} AND {MANY}", f"{MANY} AND {{«addr» = '10.0.0.5'}}"):
        wrong = right_or_error(logs, f"SELECT t.line FROM {{T}} t WHERE {where}", may_refuse=True)
        assert not wrong, wrong


def right_or_error(logs, query, may_refuse=False):
    """Says how the answer to a query is wrong, or returns nothing if it is right or an error.
    {braces} enclose the conditions on one end."""
    def sides(match):
        return one_side("addr" if "«addr»" in match[1] else "port", [match[1]])

    braces = r"\{([^T].*?)\}"
    want = logs.truth(re.sub(braces, sides, query))
    got = logs.run(name_columns(re.sub(braces, r"\1", query)).replace("{T}", logs.table(3)))
    if isinstance(got, str):
        return None if may_refuse and is_refused(got) else got
    missing, extra = [r for r in want if r not in got], [r for r in got if r not in want]
    if sorted(got, key=repr) == sorted(want, key=repr):
        return None
    return f"{len(got)} rows instead of {len(want)}; missing {missing[:5]}, too many {extra[:5]}"


@pytest.mark.parametrize("name, value", [("addr", "'10.0.0.5'"), ("port", "443")])
@pytest.mark.parametrize("query", [
    "SELECT {c} FROM {T} t", "SELECT {c} FROM {T} t WHERE {c} = {v}", "SELECT count({c}) FROM {T} t",
    "SELECT max({c}) FROM {T} t WHERE {c} > {v}",
    "SELECT 1 FROM {T} t WHERE {c} = {v} ORDER BY {c}",
    "SELECT count(*) FROM {T} t WHERE {c} = {v} GROUP BY {c}", "SELECT 1 FROM {T} t WHERE NOT {c} = {v}",
    "SELECT 1 FROM {T} t WHERE {c}",
    "SELECT 1 FROM {T} t WHERE {c} NOT IN ({v}, 7)", "SELECT 1 FROM {T} t WHERE {c} NOT LIKE {v}",
    "SELECT 1 FROM {T} t WHERE +{c} = {v}",
    "SELECT 1 FROM {T} t WHERE lower({c}) = {v}", "SELECT 1 FROM {T} t WHERE {c} || '' = {v}",
    "SELECT 1 FROM {T} t WHERE {c} + 0 = {v}",
    "SELECT 1 FROM {T} t WHERE {c} LIKE {v} ESCAPE 'a'", "SELECT 1 FROM {T} t WHERE {c} = t.srcaddr",
    "SELECT 1 FROM {T} t WHERE {c} = {c}",
    "SELECT 1 FROM {T} t WHERE CASE WHEN {c} = {v} THEN 1 END", "SELECT 1 FROM {T} t CROSS JOIN other o ON {c} = o.t",
    "SELECT 1 FROM {T} t CROSS JOIN other o WHERE {c} < o.i AND {c} > {v}",
    "SELECT 1 FROM {T} t LEFT JOIN other o ON {c} = o.t",
    "SELECT 1 FROM {T} t WHERE {c} IN (SELECT o.t FROM other o WHERE o.i = t.dstport)",
    "SELECT 1 FROM {T} t WHERE ({c} = {v}) IS NOT TRUE",
    "SELECT 1 FROM {T} t WHERE cidr_match({c}, '10.0.0.0/8') = 1",
    "SELECT 1 FROM {T} t WHERE NOT cidr_match({c}, '10.0.0.0/8')"])
def test_either_side_where_it_cannot_be(odd, query, name, value):
    got = odd.run(query.replace("{c}", f"t.{name}").replace("{v}", value).replace("{T}", odd.table(1)))
    assert isinstance(got, str), f"an answer, of {len(got)} rows"
    assert is_refused(got) and f"flowlogs: {name} " in got, got


# ---- cidr_match

def test_cidr_match(odd):
    logs = either(odd.path)
    texts = [*pushdata.IPS, "10.0.0.0", "10.0.0.4", "127.255.255.255", "128.0.0.0", "2001:db9::", "febf::", "fec0::",
             "::ffff:1.2.3.4",
             "1.2.3.4.5", "", "abc", "10.0.0.5 ", 7, None]
    for cidr in [*pushdata.CIDRS, None]:
        for ip in texts:
            want = in_cidr(ip, cidr)
            for name in FUNCTIONS:
                got = logs.run(f"SELECT {name}({literal(ip)}, {literal(cidr)})")
                assert got == [(want,)], (name, ip, cidr)


BAD_CIDRS = ["10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "/8", "10.0.0/8", "::/129", "", "abc", "10.0.0.0/8x", "10.0.0.0/8/8",
             "10.0.0.0/+8"]


@pytest.mark.parametrize("cidr", BAD_CIDRS)
def test_cidr_that_is_none(odd, cidr):
    for sql in ("SELECT cidr_match('10.0.0.1', {})", "SELECT count(*) FROM {T} t WHERE cidr_match(t.srcaddr, {})",
                "SELECT count(*) FROM {T} t WHERE t.line = 3 AND isIpv4InSubnet(t.pkt_dstaddr, {})"):
        got = odd.run(sql.replace("{}", literal(cidr)).replace("{T}", odd.table(3)))
        assert isinstance(got, str) and "flowlogs: " in got and f"'{cidr}'" in got, (sql, got)


def test_cidr_match_as_a_predicate(odd):
    logs = either(odd.path)
    forms = ["{f}(«{c}», {n})", "NOT {f}(«{c}», {n})", "{f}(«{c}», {n}) = 1", "{f}(«{c}», {n}) IS NULL",
             "{f}(«{c}», {n}) AND «dstport» = 443",
             "{f}(«{c}», {n}) OR «protocol» = 6", "{f}(«{c}», {n}) AND {f}(«dstaddr», '10.0.0.0/24')",
             "{f}(«{c}», (SELECT {n}))"]
    for i, cidr in enumerate([*pushdata.CIDRS, None]):
        for c in ("srcaddr", "dstaddr", "pkt_srcaddr", "pkt_dstaddr", "vpc_id", "dstport"):
            where = forms[i % len(forms)] if c == "dstport" else None
            for form in [where] if where else forms:
                sql = f"SELECT t.file, t.line FROM {{T}} t WHERE {form}".replace("{c}", c).replace("{n}", literal(cidr))
                want = logs.truth(sql.replace("{f}", "in_cidr"))
                for plus in ("", "+"):
                    ready = name_columns(sql, plus).replace("{f}", FUNCTIONS[i % 4])
                    logs.expect(want, ready.replace("{T}", logs.table(THREADS[i % 3])))
    logs.db.execute("CREATE TABLE nets(cidr TEXT)")
    logs.db.executemany("INSERT INTO nets VALUES (?)", [(c,) for c in [*pushdata.CIDRS, None]])
    sql = "SELECT t.file, t.line, n.cidr FROM nets n, {T} t WHERE {f}(«srcaddr», n.cidr)"
    want = logs.truth(sql.replace("{f}", "in_cidr"))
    logs.expect(want, name_columns(sql).replace("{f}", "cidr_match").replace("{T}", logs.table(3)), ordered=False)
    logs.done()
