# SPDX-License-Identifier: MIT
"""flowlogs_connections has the rows of lib/connections.py, a slow and simple computation, whatever
the options, the threads and the memory; and a condition on connections chooses the same rows as it
does on an ordinary table."""

import random

import pytest

import connectdata
import fuzzdata
import traffic
from builds import BUILDS, ROOT, connect, quote
from connecting import reference_rows, same_rows, source, table_rows
from connections import HIDDEN, SHOWN, usable_records

SAMPLE = str(ROOT / "tests" / "data" / "AWSLogs")
OPTIONS = [{"idle": 60}, {"idle": "5m"}, {"idle": "1d"}, {"inside": ["10.0.1.0/24", "2600::/16"]}, {"servers": [50061, 61000, 40001]},
           {"since": traffic.BEGIN + 4000, "until": traffic.BEGIN + 9000}, {"interface_id": "eni-00000000000000011"}]


def compare(build, path, records, options, **more):
    """`more` are options that must not change anything, besides the format."""
    want = reference_rows(records, **options)
    same_rows(table_rows(build, path, **options, **more), want)
    return want


@pytest.mark.parametrize("build, seed, version", [(b, s, v) for b in BUILDS for s in range(2 if b.name == "release" else 1) for v in (5, 2)],
                         ids=lambda v: getattr(v, "name", v))
def test_simulated_traffic_has_the_same_rows(build, seed, version, tmp_path):
    traffic.write(seed, tmp_path, version, scale=0.05)
    records = list(usable_records([str(tmp_path)]))
    rng = random.Random(f"{seed} {version}")
    for options in [{}] + rng.sample(OPTIONS, 2):
        assert compare(build, tmp_path, records, options, threads=rng.choice([0, 1, 3]))


@pytest.mark.parametrize("build, seed", [(b, s) for b in BUILDS for s in range(8 if b.name == "release" else 3)], ids=lambda v: getattr(v, "name", v))
def test_random_trees_have_the_same_rows(build, seed, tmp_path):
    rng = random.Random(f"trees {seed}")
    fuzzdata.write_tree(seed, str(tmp_path), 16, connectdata.Fuzz)
    for format in (None, (tmp_path / ".format").read_text().strip()):
        records = list(usable_records([str(tmp_path)], format))
        more = {"format": format} if format else {}
        for options in [{}, {"idle": rng.choice([60, 300, 3600])}, {"interface_id": "eni-1"}, {"since": connectdata.BEGIN + 500}]:
            compare(build, tmp_path, records, options, threads=rng.choice([0, 3]), memory=rng.choice(["1M", "512M"]), **more)


def test_gateways_in_the_default_format_have_the_same_rows(build, tmp_path):
    legs = []
    for seed in range(16 if build.name == "release" else 4):
        connectdata.write_gateways(seed, tmp_path)
        records = list(usable_records([str(tmp_path)]))
        rows = compare(build, tmp_path, records, {}, threads=seed % 2 * 3)
        legs.append(sum(r["is_nat_leg"] for r in rows) / len(rows))
    assert 0 in legs and max(legs) > 0.5 and (build.name != "release" or any(0 < share < 0.5 for share in legs))


def test_the_sample_has_the_same_rows(build):
    records = list(usable_records([SAMPLE]))
    assert len(compare(build, SAMPLE, records, {}, threads=3)) > 1000


LINE = "2 123456789010 eni-{} 10.{}.{}.1 10.200.0.{} {} {} 6 {} {} {} {} ACCEPT OK\n"


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """A folder with 4000 connections in 8000 records, which are in two files far from each other,
    and its rows."""
    folder = tmp_path_factory.mktemp("many")
    rng = random.Random("many")
    flows = [(rng.randrange(1, 4), i // 200, i % 200, i % 7, 30000 + i, rng.choice([443, 17777, 33000 + i % 3])) for i in range(4000)]
    for name in "ab":
        rng.shuffle(flows)
        with open(folder / f"{name}.log", "w", encoding="ascii") as out:
            for flow in flows:
                start = traffic.BEGIN + rng.randrange(1500)
                out.write(LINE.format(*flow, rng.randrange(9), rng.randrange(10, 9999), start, start + rng.randrange(60)))
    return folder, reference_rows(folder)


@pytest.mark.parametrize("threads", [0, 1, 3])
def test_little_memory_gives_the_same_rows(build, many, threads):
    folder, want = many
    assert len(want) > 4000
    same_rows(table_rows(build, folder, threads=threads, memory="1M"), want)


def quote_value(value):
    return "NULL" if value is None else str(value) if isinstance(value, int) else quote(value)


def test_peers_of_many_addresses(build, tmp_path):
    """With little memory, the addresses whose peers are counted are no longer kept to choose records by."""
    rng = random.Random("peers")
    with open(tmp_path / "flows.log", "w", encoding="ascii") as out:
        for i in range(6000):
            client, server = f"10.1.{i >> 8}.{i & 255}", f"10.2.{rng.randrange(20)}.{rng.randrange(250)}"
            for src, dst, srcport, dstport in ((client, server, 40000, 33000), (server, client, 33000, 40000)):
                out.write(f"2 123456789010 eni-1 {src} {dst} {srcport} {dstport} 17 1 40 {traffic.BEGIN} {traffic.BEGIN + 9} ACCEPT OK\n")
    want = [r for r in reference_rows(tmp_path) if "10.1." in r["client"] + r["server"]]
    assert sum(r["role_from"] == "many-peers" for r in want) > 1000
    columns = [c for c in SHOWN if c != "is_nat_leg"]
    for memory in ("1M", "512M"):
        got = build.rows(f"SELECT {', '.join(f'quote({c})' for c in columns)} {source(tmp_path, memory=memory)} AND addr > '10.1' AND addr < '10.1.z';")
        assert len(got) == len(want), memory
        assert sorted(map(str, got)) == sorted(str([quote_value(r[c]) for c in columns]) for r in want), memory


# ---- conditions --------------------------------------------------------------------------------

ENDS = [c for c in HIDDEN if c.startswith("client")]


def plain_table(db, path):
    """An ordinary table with all rows; returns these."""
    kept = SHOWN + ENDS
    types = dict(db.execute("SELECT name, type FROM pragma_table_xinfo('flowlogs_connections')"))
    db.execute(f"CREATE TABLE plain({', '.join(f'{c} {types[c]}' for c in kept)})")
    db.execute(f"INSERT INTO plain SELECT {', '.join(kept)} {source(path)}")
    return [dict(zip(kept, row)) for row in db.execute("SELECT * FROM plain")]


def columns(rng):
    """What a query shows. Which records are read, and what of them, depends on it."""
    return rng.choice([SHOWN, SHOWN, SHOWN, SHOWN + ENDS, rng.sample(SHOWN, rng.randint(1, 4))])


@pytest.mark.parametrize("where, count", [("v5", 120), ("v2", 60), ("trees 7", 60), ("trees 8", 60), ("gateways 2", 60), ("gateways 6", 60), ("sample", 60)])
def test_conditions_choose_the_same_rows(release, where, count, tmp_path):
    path = SAMPLE if where == "sample" else str(tmp_path)
    if where.startswith("trees"):
        fuzzdata.write_tree(int(where[-1]), path, 16, connectdata.Fuzz)
    elif where.startswith("gateways"):
        connectdata.write_gateways(int(where[-1]), path)
    elif where != "sample":
        traffic.write(9, path, int(where[1]), scale=0.05)
    db = connect(release)
    db.text_factory = lambda b: b.decode("utf-8", "surrogateescape")
    rows = plain_table(db, path)
    rng = random.Random(f"conditions {where}")
    make = connectdata.Conditions(rng, rows)
    some = 0
    for i in range(count):
        condition, shown = make.condition(), ", ".join(columns(rng))
        want = sorted(db.execute(f"SELECT {shown} FROM plain WHERE {connectdata.of_plain(condition)}").fetchall(), key=repr)
        got = sorted(db.execute(f"SELECT {shown} {source(path, threads=rng.choice([0, 3]))} AND {connectdata.names(condition)}").fetchall(), key=repr)
        assert got == want, (i, shown, condition, [r for r in got if r not in want][:2], [r for r in want if r not in got][:2])
        some += 0 < len(want) < len(rows)
    assert some > count / 3


def test_joins_rowids_and_limits(release, tmp_path):
    path = str(tmp_path)
    traffic.write(3, path, 5, scale=0.05)
    db = connect(release)
    rows = plain_table(db, path)
    table = f"flowlogs_connections({quote(path)})"
    hosts = sorted({r["server"] for r in rows})[::3]
    db.execute("CREATE TABLE hosts(address)")
    db.executemany("INSERT INTO hosts VALUES (?)", [(h,) for h in [*hosts, "192.0.2.1", None]])
    assert db.execute(f"SELECT count(*), count(DISTINCT rowid) FROM {table}").fetchone() == (len(rows), len(rows))
    for sql in ["SELECT address, client, client_port, first_seen FROM hosts JOIN {} c ON c.server = address ORDER BY 1, 2, 3, 4",
                "SELECT address, count(first_seen), sum(client_bytes) FROM hosts LEFT JOIN {} c ON c.client = address GROUP BY 1 ORDER BY 1",
                "SELECT count(*) FROM {} c WHERE server IN (SELECT address FROM hosts) OR client = '10.0.1.10'",
                "SELECT count(*) FROM {} c WHERE EXISTS (SELECT 1 FROM hosts WHERE address = c.client)",
                "SELECT count(*) FROM (SELECT * FROM {} c LIMIT 7 OFFSET 3)",
                "SELECT a.client, count(*) FROM {0} a JOIN {0} b ON b.client = a.client AND b.protocol = 17 WHERE a.server_port = 22 GROUP BY 1 ORDER BY 1",
                "SELECT server_port, sum(server_bytes), max(last_seen) FROM {} c WHERE NOT is_nat_leg GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 5"]:
        want, got = (db.execute(sql.format(t)).fetchall() for t in ("plain", table))
        assert got == want and want, sql


@pytest.mark.parametrize("condition", ["interface_id LIKE 'eni-%'", "interface_id = 5", "interface_id GLOB 'eni-0'", "server = '10.0.0.1' OR interface_id = 'eni-1'"])
def test_an_interface_that_cannot_be_looked_for_is_an_error_that_shows_how(build, condition):
    out = build.shell(f"SELECT count(*) FROM flowlogs_connections({quote(SAMPLE)}) WHERE {condition};")
    assert "rror" in out and "GLOB 'eni-0a*'" in out and "10.0." not in out, out
