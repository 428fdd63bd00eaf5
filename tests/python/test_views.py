# SPDX-License-Identifier: MIT
"""The views of sql/views.sql. Each is compared with a computation in Python. Conditions on a view
must select what they select from its rows, and must be pushed down to the scan."""

import collections
import functools
import re
import time

import pytest

import connecting
import connections
import reference
from builds import ROOT

READ = ".read sql/views.sql\n.output\n"
SETUP = ".headers off\n.output /dev/null\n" + READ


@functools.cache
def records():
    return tuple(reference.read([str(ROOT / "tests/data/AWSLogs")]))


def traffic():
    return [r for r in records() if r.get("srcaddr")]


def clock(seconds):
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(seconds))


def hour(r):
    return clock(r["start"])[:13] + ":00:00"


def summed(rows, *columns):
    """Groups (key, record) pairs by key. Returns a row for each key: the key and the sums with
    these names."""
    groups = collections.defaultdict(list)
    for key, r in rows:
        groups[key].append(r)

    def value(name, g):
        match name:
            case "flows":
                return len(g)
            case "accepted" | "rejected":
                return sum(r.get("action") == name[:6].upper() for r in g)
            case "packets" | "bytes":
                known = [r[name] for r in g if r.get(name) is not None]
                return sum(known) if known else None
            case "first":
                return clock(min(r["start"] for r in g))
            case "last":
                return clock(max(r["end"] for r in g))
            case _:
                return sum(r["log_status"] == name.upper() for r in g)

    return [(*key, *(value(name, g) for name in columns)) for key, g in groups.items()]


def of_action(action):
    return [tuple(r[c] for c in ("start_time", "interface_id", "srcaddr", "srcport", "dstaddr", "dstport", "packets", "bytes"))
            for r in traffic() if r.get("action") == action]


@functools.cache
def met():
    return [c for c in connections.connections(traffic(), connecting.services()) if not c["is_nat_leg"]]


def sent():
    """What each end of a connection sent to the other, where it sent something."""
    for c in met():
        for own, other in (("client", "server"), ("server", "client")):
            if c[f"{own}_packets"] != 0:
                yield c | {"src": c[own], "dst": c[other], "packets": c[f"{own}_packets"], "bytes": c[f"{own}_bytes"]}


def added(rows, key, *columns):
    """A row for each key: the key, connections, rejected ones, the sums of these columns, first and last seen."""
    groups = collections.defaultdict(list)
    for c in rows:
        groups[tuple(c[k] for k in key)].append(c)

    def total(values):
        known = [v for v in values if v is not None]
        return sum(known) if known else None

    return [(*k, len(g), total(c["rejected"] and int(c["rejected"] > 0) for c in g), *(total(c[n] for c in g) for n in columns),
             clock(min(c["first_seen"] for c in g)), clock(max(c["last_seen"] for c in g))) for k, g in groups.items()]


def admin_ports():
    asked = [c | {"answered": c["server_packets"] and int(c["server_packets"] > 0)} for c in met() if c["server_port"] in ADMIN and c["protocol"] == 6]
    return added(asked, ("client", "server", "server_port"), "answered", "client_bytes", "server_bytes")


SHOWN = ("client", "client_port", "server", "server_port", "protocol", "client_packets", "client_bytes", "server_packets", "server_bytes",
         "accepted", "rejected", "state", "first_seen", "last_seen")
FOURTEEN = ("start_time", "end_time", "interface_id", "srcaddr", "srcport", "dstaddr", "dstport", "protocol", "packets",
            "bytes", "action", "log_status")
COLUMNS_OF_ACTION = "start_time, interface_id, srcaddr, srcport, dstaddr, dstport, packets, bytes"
ADMIN = {21, 22, 23, 135, 139, 445, 3389, 5900, 5985, 5986}

# view -> (the columns that are compared, a function that computes their rows)
EXPECTED = {
    "records": (", ".join(FOURTEEN), lambda: [tuple(r.get(c) for c in FOURTEEN) for r in records()]),
    "accepted": (COLUMNS_OF_ACTION, lambda: of_action("ACCEPT")),
    "rejects": (COLUMNS_OF_ACTION, lambda: of_action("REJECT")),
    "connections": (", ".join(SHOWN), lambda: [tuple(c[n] for n in SHOWN) for c in met()]),
    "sent": ("src, dst, protocol, rejected, packets, bytes, first_seen, last_seen",
             lambda: [tuple(c[n] for n in ("src", "dst", "protocol", "rejected", "packets", "bytes", "first_seen", "last_seen")) for c in sent()]),
    "talkers": ("*", lambda: added(sent(), ("src",), "packets", "bytes")),
    "pairs": ("*", lambda: added(sent(), ("src", "dst"), "packets", "bytes")),
    "conversations": ("client, server, port, protocol, connections, rejected, sent, received, first_seen, last_seen",
                      lambda: added(met(), ("client", "server", "server_port", "protocol"), "client_bytes", "server_bytes")),
    "admin_ports": ("client, server, port, connections, rejected, answered, sent, received, first_seen, last_seen", admin_ports),
    "interfaces": ("*", lambda: summed((((r["interface_id"], r.get("account_id"), r.get("instance_id"), r.get("subnet_id")), r)
                                        for r in records() if r.get("interface_id")), "flows", "bytes", "first", "last")),
    "hours": ("*", lambda: summed((((hour(r),), r) for r in records() if r["log_status"] == "OK"),
                                  "flows", "rejected", "packets", "bytes")),
    "coverage": ("*", lambda: summed((((hour(r), r["interface_id"]), r) for r in records() if r.get("interface_id")),
                                     "ok", "nodata", "skipdata")),
}


def texts(rows):
    return sorted(["NULL" if v is None else str(v) for v in row] for row in rows)


def test_all_views_are_here(release):
    made = set(re.findall(r"CREATE TEMP VIEW (\w+)", (ROOT / "sql/views.sql").read_text()))
    assert made == set(EXPECTED)
    assert {row[0] for row in release.rows(".headers off\n.read sql/views.sql")} == made


@pytest.mark.parametrize("view", EXPECTED)
def test_a_view_takes_the_format_and_what_can_be_used(release, tmp_path, view):
    (tmp_path / "a.log").write_text("eni-1 10.0.0.1 10.0.0.2 40000 22 6 1773046800 1773046860 REJECT\ntorn\n"
                                    "eni-1 10.0.0.1 10.0.0.2 40000 22 6 1773046800 1773046860 ACCEPT\n")
    options = (f".parameter init\n.parameter set @logs \"'{tmp_path}'\"\n"
               ".parameter set @format \"'interface-id srcaddr dstaddr srcport dstport protocol start end action'\"\n")
    count = f"SELECT count(*) FROM {view};"
    assert release.rows(f"{options}.parameter set @on_error \"'skip'\"\n{SETUP}{count}") == [["2" if view in ("records", "sent", "talkers", "pairs") else "1"]]
    assert f"{tmp_path}/a.log:2: " in release.shell(f"{options}{SETUP}{count}")


@pytest.mark.parametrize("view", EXPECTED)
def test_a_view_has_the_computed_rows(release, view):
    columns, expected = EXPECTED[view]
    got = release.rows(f"{SETUP}SELECT {columns} FROM {view};")
    assert sorted(got) == texts(expected())
    assert len(got) > 9


def test_codes_are_shown_as_words(release):
    got = release.rows(SETUP + "SELECT DISTINCT service, protocol_name, flags FROM records "
                       "WHERE dstport IN (0, 53, 443) AND flags IS NOT NULL AND action = 'REJECT' ORDER BY 1, 2;")
    assert got == [["NULL", "ICMP", "none"], ["https", "TCP", "SYN"]]


def test_read_twice_says_nothing_but_the_list(release):
    once = release.shell(".read sql/views.sql")
    assert release.shell(".read sql/views.sql\n.read sql/views.sql") == once + once


def test_parameters_are_looked_at_when_a_view_is_asked(release):
    got = release.rows(SETUP + """
        .parameter set @since "'2026-03-10'"
        .parameter set @until "'2026-03-10 09:00'"
        SELECT count(*), min(first_seen), max(first_seen) < '2026-03-10 09:00:00' FROM pairs;
        .parameter set @since NULL
        .parameter set @until NULL
        .parameter set @logs "'tests/data/edge/custom-order.log'"
        SELECT count(*) FROM records;""".replace("        ", ""))
    wanted = [r for r in traffic() if "2026-03-10" <= r["start_time"] < "2026-03-10 09:00:00"]
    pairs = {(c[a], c[b]) for c in connections.connections(wanted, connecting.services()) if not c["is_nat_leg"]
             for a, b in (("client", "server"), ("server", "client")) if c[f"{a}_packets"] != 0}
    assert got == [[str(len(pairs)), min(r["start_time"] for r in wanted), "1"], ["3"]]


# view, a condition on it, the terms that must be pushed down to the scan
PUSHED = [
    ("records", "dstport = 443 AND protocol = 6", "dstport= protocol="),
    ("records", "start_time >= '2026-03-10' AND cidr_match(srcaddr, '10.0.0.0/8')", "start_time>= srcaddr:cidr_match"),
    ("accepted", "dstaddr IN ('10.0.0.10', '10.0.0.30')", "action= dstaddr:in"),
    ("rejects", "srcaddr = '203.0.113.66' AND start_time >= '2026-03-10'", "action= srcaddr= start_time>="),
    ("connections", "server = '10.0.2.11' AND server_port = 5432", "server= server_port="),
    ("sent", "protocol = 17 AND dst = '10.0.2.14'", "protocol="),
    ("talkers", "address = '10.0.1.31'", "path="),     # the client or the server
    ("pairs", "src = '10.0.1.31' AND cidr_match(dst, '10.0.2.0/24')", "path="),
    ("conversations", "protocol = 17 AND client = '10.0.1.11'", "protocol= client="),
    ("admin_ports", "client = '203.0.113.66' AND port = 22", "client= server_port="),
    ("interfaces", "interface_id = 'eni-01d3b5255fac9b19f'", "interface_id="),
    ("hours", "hour BETWEEN '2026-03-10' AND '2026-03-11'", "hour>= hour<="),
    ("coverage", "hour >= '2026-03-10' AND interface_id = 'eni-01d3b5255fac9b19f'", "hour>= interface_id="),
]


@pytest.mark.parametrize("view, condition, terms", PUSHED)
def test_conditions_reach_the_scan(release, view, condition, terms):
    plan = release.shell(f"{SETUP}EXPLAIN QUERY PLAN SELECT * FROM {view} WHERE {condition};")
    scan = re.search(r"SCAN flowlogs\w* VIRTUAL TABLE INDEX 0:(.*) used=", plan)[1].split(" ")
    assert set(terms.split(" ")) <= set(scan)
    columns = EXPECTED[view][0]
    kept_from_the_scan = f"SELECT {columns} FROM (SELECT * FROM {view} LIMIT -1) WHERE {condition}"
    got = release.rows(f"{SETUP}SELECT {columns} FROM {view} WHERE {condition};")
    assert sorted(got) == sorted(release.rows(f"{SETUP}{kept_from_the_scan};")) and got
