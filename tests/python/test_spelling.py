# SPDX-License-Identifier: MIT
"""An address column has the text of RFC 5952, however the address is written in the file.

Records are written with random spellings of few addresses. The queries are compared with an
ordinary table that has the texts that Python's ipaddress writes."""

import gzip
import ipaddress
import json
import random

import pytest

from builds import BUILDS, connect
from pushdata import literal
from test_functions import spellings, text

ADDRESSES = ["srcaddr", "dstaddr", "pkt_srcaddr", "pkt_dstaddr"]
NAMES = ["version", *ADDRESSES, "dstport", "bytes"]
HOSTS = ["2001:db8::1", "2001:db8:0:0:1::", "2001:db8::1:0:0:1", "1:2:3:0:5:6:7:8", "::", "::1", "::102:304", "fe80::1",
         "2001:db8:1234:a100:8d6e:3477:df66:f105", "0:1:0:1:0:1:0:1", "10.0.0.5", "10.0.0.50", "203.0.113.66", "64:ff9b::a00:5"]
NO_ADDRESS = ["10.0.0.256", "1.5", "ABC:", "1:2:3:4:5:6:7", "::FFFF:10.0.0.05"]     # a column shows them as they stand


def token(rng, host):
    """A way to write an address."""
    return host if host in NO_ADDRESS or host == "-" else rng.choice(spellings(ipaddress.ip_address(host), rng))


class Records:
    """Files of records in all spellings, and the table `plain` of the same records."""

    def __init__(self, folder):
        rng = random.Random("spelling")
        self.rows, self.lines, self.path = [], [], str(folder)
        files = {"a.log": 300, "b.log.gz": 300, "c/d.log": 40}
        for name, count in files.items():
            path, content = folder / name, " ".join(NAMES) + "\n"
            path.parent.mkdir(exist_ok=True)
            for line in range(2, count + 2):
                hosts = [rng.choice([*HOSTS * 4, *NO_ADDRESS, "-"]) for _ in ADDRESSES]
                rest = rng.choice([22, 443]), rng.randrange(1000)
                raw = " ".join(str(v) for v in (5, *(token(rng, h) for h in hosts), *rest))
                content += raw + "\n"
                self.lines.append(raw)
                self.rows.append((str(path), line, 5, *(None if h == "-" else h for h in hosts), *rest, raw))
            data = content.encode()
            path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
        self.payload = "\n".join([" ".join(NAMES), *self.lines])
        self.db = connect(BUILDS[0], isolation_level=None)
        self.db.execute(f"CREATE TABLE plain(file TEXT, line INTEGER, version INTEGER, {', '.join(a + ' TEXT' for a in ADDRESSES)}, "
                        "dstport INTEGER, bytes INTEGER, raw TEXT)")
        self.db.executemany(f"INSERT INTO plain VALUES ({', '.join('?' * 10)})", self.rows)
        self.sources = [*(f"flowlogs('{folder}', 'fail', NULL, {n})" for n in (0, 1, 3)), f"flowlogs_payload({literal(self.payload)})"]

    def check(self, query, sources=None, ordered=False):
        """Asks a query of the ordinary table and of all sources."""
        want = self.db.execute(query.replace("{T}", "plain")).fetchall()
        for source in sources or self.sources:
            got = self.db.execute(query.replace("{T}", source)).fetchall()
            assert got == want if ordered else sorted(got, key=repr) == sorted(want, key=repr), (query, source[:80])
        return want


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    return Records(tmp_path_factory.mktemp("spelling"))


def test_every_record_has_the_one_spelling(records):
    assert [text(ipaddress.ip_address(h)) for h in HOSTS] == HOSTS
    assert len({raw.split()[1] for raw in records.lines}) > 3 * len(HOSTS)      # there are many spellings
    columns = ", ".join(["raw", *NAMES])
    assert len(records.check(f"SELECT {columns} FROM {{T}}")) == 640
    records.check(f"SELECT file, line, {columns} FROM {{T}} ORDER BY file, line", records.sources[:3], ordered=True)
    for one in ADDRESSES:
        records.check(f"SELECT {one} FROM {{T}}")


@pytest.mark.parametrize("column", ["srcaddr", "pkt_dstaddr"])
def test_conditions_compare_the_one_spelling(records, column):
    values = [literal(h) for h in HOSTS + NO_ADDRESS]
    some = 0
    for v in values:
        equality = [] if v in map(literal, NO_ADDRESS) else ["=", "==", "<>", "IS", "IS NOT"]     # an error
        for op in ("<", "<=", ">", ">=", *equality):
            for where in (f"{column} {op} {v}", f"{v} {op} {column}", f"+{column} {op} {v}", f"{column} {op} {v} AND dstport = 22",
                          f"{column} {op} ({v} || '')"):
                some += 0 < records.check(f"SELECT count(*) FROM {{T}} WHERE {where}")[0][0] < 640
        for where in (f"{column} IN ({v}, '2001:db8::1')", f"{column} NOT IN ({v}, '::1')", f"{column} BETWEEN {v} AND 'ff'",
                      f"{column} LIKE {v}", f"{column} LIKE substr({v}, 1, 5) || '%'", f"{column} GLOB substr({v}, 1, 2) || '*'",
                      f"{column} IN (SELECT srcaddr FROM {{T}} WHERE dstaddr = ({v} || ''))", f"{column} = ({v} || '') OR dstaddr = ({v} || '')"):
            some += 0 < records.check(f"SELECT count(*) FROM {{T}} WHERE {where}")[0][0] < 640
    assert some > 500
    records.check(f"SELECT raw FROM {{T}} WHERE {column} IS NULL")
    records.check(f"SELECT raw FROM {{T}} WHERE {column} IS NOT NULL")
    for cidr in ("2001:db8::/32", "::/0", "0.0.0.0/0", "::ffff:10.0.0.0/104", "1:2:3::5:6:7:8"):
        records.check(f"SELECT raw FROM {{T}} WHERE cidr_match({column}, '{cidr}')")


def test_either_end_has_the_one_spelling(records):
    for v in map(literal, HOSTS):
        sides = [f"SELECT raw FROM {{T}} WHERE {a} = {v}" for a in ADDRESSES]
        want = sorted(set(records.db.execute(" UNION ".join(sides).replace("{T}", "plain"))))
        for source in records.sources:
            got = set(records.db.execute(f"SELECT raw FROM {source} WHERE addr = {v}"))
            assert sorted(got) == want
            assert set(records.db.execute(f"SELECT raw FROM {source} WHERE addr IN ({v}, 'none')")) == got


def test_groups_orders_and_joins_have_the_one_spelling(records):
    records.check("SELECT srcaddr, count(*), sum(bytes) FROM {T} GROUP BY srcaddr ORDER BY srcaddr", ordered=True)
    records.check("SELECT DISTINCT dstaddr FROM {T} ORDER BY 1 DESC", ordered=True)
    records.check("SELECT count(*) FROM {T} f JOIN {T} g ON f.srcaddr = g.dstaddr WHERE g.dstport = 22 AND f.dstport = 443")
    rng = random.Random("inventory")
    rows = [(i, spelling) for i, h in enumerate(HOSTS) for spelling in spellings(ipaddress.ip_address(h), rng)[:3]]
    records.db.execute("CREATE TEMP TABLE inventory(id, ip)")
    records.db.executemany("INSERT INTO inventory VALUES (?, ?)", rows)
    for join in ("{T} f JOIN inventory i", "inventory i CROSS JOIN {T} f", "inventory i LEFT JOIN {T} f"):
        got = records.check(f"SELECT i.id, f.raw FROM {join} ON f.srcaddr = ip_text(i.ip)")
        assert len(got) > 1000
    records.db.execute("DROP TABLE inventory")


def test_the_rollup_has_a_group_for_each_address(records):
    measures = "sum(flows), sum(packets), sum(bytes)"
    plain = "count(*), NULL, sum(bytes)"
    rollups = [s.replace("flowlogs(", "flowlogs_rollup(") for s in records.sources[:3]]
    for by in ("srcaddr", "pkt_dstaddr", "srcaddr, dstaddr", "dstport, srcaddr"):
        for where in ("1", "srcaddr = '2001:db8::1'", "dstaddr <> '10.0.0.5'", "srcaddr IN ('::', '1:2:3:0:5:6:7:8')",
                      "dstaddr LIKE '2001:db8::%'"):
            want = records.db.execute(f"SELECT {by}, {plain} FROM plain WHERE {where} GROUP BY {by}").fetchall()
            for source in rollups:
                got = records.db.execute(f"SELECT {by}, {measures} FROM {source} WHERE {where} GROUP BY {by}").fetchall()
                assert sorted(got, key=repr) == sorted(want, key=repr), (by, where, source)
    # The scan itself finds one group for each: SQLite has nothing to add up.
    for source in rollups[:2]:
        groups = records.db.execute(f"SELECT srcaddr, flows FROM {source}").fetchall()
        assert len(groups) == len(set(a for a, _ in groups)) == len(HOSTS) + len(NO_ADDRESS) + 1


WRONG = [("2001:DB8:0:0::1", "2001:db8::1"), ("::ffff:10.0.0.5", "10.0.0.5"), ("0::1", "::1"), ("1:2:3::5:6:7:8", "1:2:3:0:5:6:7:8")]


@pytest.mark.parametrize("written, spelled", WRONG)
def test_a_value_in_another_spelling_is_an_error(records, written, spelled):
    """A literal is found when the query is planned; a parameter, a list and the value of a join when
    it is run."""
    says = f"is never '{written}', because an address has one spelling here, that of RFC 5952; write '{spelled}', or ip_text(…)"
    for table in (records.sources[0], records.sources[0].replace("flowlogs(", "flowlogs_rollup("), records.sources[3]):
        for where in ("srcaddr = {v}", "dstaddr <> {v}", "{v} = pkt_srcaddr", "srcaddr IS {v}", "srcaddr IS NOT {v}", "srcaddr IN ({v})",
                      "srcaddr IN ({v}, '::')", "srcaddr IN (SELECT {v})", "srcaddr = (SELECT {v})", "srcaddr = {v} || ''",
                      "addr = {v}", "addr IN ('::', {v})"):
            query = f"SELECT * FROM {table} WHERE {where}"
            for value, parameters in ((literal(written), ()), ("?", (written,))):
                with pytest.raises(Exception, match="flowlogs: ") as error:
                    records.db.execute(query.replace("{v}", value), parameters).fetchall()
                assert says in str(error.value), (query, error.value)
                records.db.execute(query.replace("{v}", f"ip_text({value})"), parameters).fetchall()
    with pytest.raises(Exception) as error:
        records.db.execute(f"SELECT f.raw FROM (SELECT '{written}' AS ip) i CROSS JOIN {records.sources[0]} f ON f.srcaddr = i.ip").fetchall()
    assert says in str(error.value)
    # Where no address is meant, and for the order of texts, everything is as before.
    for where in (f"srcaddr < '{written}'", f"srcaddr LIKE '{written}%'", f"raw <> '{written}'", f"raw GLOB '{written}*'"):
        records.check(f"SELECT raw FROM {{T}} WHERE {where}")
    assert records.check(f"SELECT count(*) FROM {{T}} WHERE srcaddr = '{spelled}'")[0][0] > 0


@pytest.mark.parametrize("op, wrong, right", [
    ("GLOB", "2001:DB8:*", "2001:db8:*"), ("GLOB", "2001:0db8:*", "2001:db8:*"), ("GLOB", "fe80::0001*", "fe80::1*"),
    ("GLOB", "00:*", "0:*"), ("GLOB", "64:FF9B::[0-9]*", "64:ff9b::[0-9]*"), ("LIKE", "2001:0DB8:%", "2001:DB8:%"),
    ("LIKE", "0000:%", "0:%"), ("LIKE", "1:2:03:_%", "1:2:3:_%")])
def test_a_pattern_that_begins_as_no_address_is_an_error(records, op, wrong, right):
    says = f"is never like '{wrong}', because an address has one spelling here"
    for table in (records.sources[0], records.sources[0].replace("flowlogs(", "flowlogs_rollup("), records.sources[3]):
        for value, parameters in ((literal(wrong), ()), ("?", (wrong,)), (f"(SELECT {literal(wrong)})", ())):
            with pytest.raises(Exception, match="flowlogs: ") as error:
                records.db.execute(f"SELECT * FROM {table} WHERE pkt_srcaddr {op} {value}", parameters).fetchall()
            assert f"pkt_srcaddr {says}" in str(error.value)
    records.check(f"SELECT raw FROM {{T}} WHERE pkt_srcaddr {op} '{right}'")
    records.check(f"SELECT raw FROM {{T}} WHERE raw {op} '{wrong}' OR pkt_srcaddr {op} '%*' OR pkt_srcaddr {op} '10.0.0.05*'")


def test_a_filter_pattern_matches_the_words_as_written(build, tmp_path):
    """CloudWatch compares the words of the line, and so does the option filter."""
    (tmp_path / "a.log").write_text("".join(
        f"2 123456789010 eni-1 {a} 10.0.0.1 1 443 6 1 {n} 1 2 ACCEPT OK\n" for n, a in enumerate(["2001:DB8::1", "2001:db8::1", "2001:db8:0::1"])))
    fields = "version, account, eni, source{}, ..."
    for value, found in (("2001:DB8::1", "0"), ("2001:db8::1", "1"), ("2001:db8:0::1", "2"), ("2001:*", "0,1,2")):
        pattern = "[" + fields.format("=" + json.dumps(value) if "*" not in value else "=" + value) + "]"
        got = build.rows(f"SELECT group_concat(bytes), group_concat(DISTINCT srcaddr) FROM flowlogs('{tmp_path}') WHERE filter = '{pattern}';")
        assert got == [[found, "2001:db8::1"]], pattern
