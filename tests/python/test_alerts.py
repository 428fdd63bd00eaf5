# SPDX-License-Identifier: MIT
"""The scripts of sql/alerts. Each rule fires on the records that it is meant for and on no others,
and finds in the sample what a second, slow computation in Python finds. run.sql loses no alert and
prints none twice, whenever it is killed."""

import collections
import contextlib
import ipaddress
import itertools
import json
import os
import random
import re
import shlex
import shutil
import signal
import sqlite3
import subprocess
import time

import pytest

import crowd
import prompt
import reference
from builds import ROOT

SAMPLE = ROOT / "tests" / "data" / "AWSLogs"
NOON = 1773057600  # 2026-03-09 12:00:00
RULES = ["rejected-inside", "bad-address", "remote-access", "database-exposed", "dns-outside", "smb-outside", "scan-inside",
         "volume-out", "password-guessing", "mining-pool"]
V2 = reference.DEFAULT_NAMES
V5 = V2 + ["tcp_flags", "pkt_srcaddr", "pkt_dstaddr", "flow_direction"]
eni = itertools.count(1)


def flow(src, dst, dport, sport=40000, action="ACCEPT", at=0, bytes=400, packets=4, protocol=6, seconds=5, **more):
    """A record whose start is `at` seconds after noon."""
    return dict(version=2, account_id="123456789012", interface_id="eni-1", srcaddr=src, dstaddr=dst, srcport=sport,
                dstport=dport, protocol=protocol, packets=packets, bytes=bytes, start=NOON + at, end=NOON + at + seconds,
                action=action, log_status="OK", **more)


def rejected(*args, **kw):
    return flow(*args, action="REJECT", **kw)


def write(path, records, fields=None):
    fields = fields or (V5 if any("tcp_flags" in r or "flow_direction" in r or "pkt_dstaddr" in r for r in records) else V2)
    lines = [" ".join(fields).replace("_", "-")]
    lines += [" ".join(str(r.get(name, "-")) for name in fields) for r in records]
    path.write_text("\n".join(lines) + "\n")
    return path


def delivered(folder, records, at=0, number=0):
    """Writes a file with a name as AWS gives it, with a delivery time `at` seconds after noon."""
    stamp = time.strftime("%Y%m%dT%H%MZ", time.gmtime(NOON + at))
    return write(folder / f"123456789012_vpcflowlogs_us-east-1_fl-0123456789abcdef0_{stamp}_{number:08x}.log", records)


def alone(build, rule, logs, before=""):
    """The alerts of a rule that runs alone: (severity, title, first, last, flows)."""
    rows = build.rows(f".parameter init\n.parameter set @logs \"'{logs}'\"\n{before}\n.read sql/alerts/rule-{rule}.sql")
    assert rows[0][:2] == [str(len(rows) - 1), "1"]
    return [tuple(r[:5]) for r in rows[1:]]


def titles(build, rule, logs, before=""):
    return [title for _, title, *_ in alone(build, rule, logs, before)]


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_that_fails_does_not_say_that_nothing_would_fire(release, rule, tmp_path):
    out = release.shell(f".parameter init\n.parameter set @logs \"'{tmp_path}'\"\n.read sql/alerts/rule-{rule}.sql")
    assert re.fullmatch(f"Error near line [0-9]+: flowlogs: there is no file in the folder '{tmp_path}'\n", out), out


# ---- rules: what fires and what doesn't ---------------------------------------------------------

IN, IN2, OUT, OUT2, NAT = "10.0.1.5", "10.0.2.9", "203.0.113.7", "198.51.100.8", "10.0.0.20"
BAD = "192.0.2.77"    # setup.sql lists it
V6, V6OUT = "2600:1f18:0:1:0:0:0:5", "2a00:1450:4001:81b:0:0:0:200e"



def steady(client, server, port, minutes=40, size=300, **more):
    """A connection with a record of each direction a minute."""
    return [r for at in range(0, 60 * minutes, 60) for r in (
        flow(client, server, port, at=at, bytes=size, seconds=60, **more), flow(server, client, 40000, sport=port, at=at, bytes=size, seconds=60, **more))]


CASES = {
    "rejected-inside": ([
        # (records, how many alerts)
        ([rejected(IN, IN2, 5432)], 1),
        ([rejected(IN, OUT, 25)], 1),
        ([rejected("192.168.1.2", "172.16.3.4", 22), rejected("172.31.255.1", IN, 22), rejected("100.64.1.1", IN, 22)], 3),
        ([rejected(IN, IN2, 5432), rejected(IN, IN2, 5432, sport=40001)], 1),
        ([rejected(IN, IN2, 5432), rejected(IN, IN2, 5433)], 2),
        ([rejected(IN, f"10.0.3.{i}", 445) for i in range(11)], 1),
        ([rejected(IN, f"10.0.3.{i}", 445) for i in range(10)], 10),
        ([rejected(IN, IN2, 50000, sport=45000)], 1),                       # between high ports
        ([rejected(IN, IN2, 443, sport=443, tcp_flags=2)], 1),              # a SYN, whatever the ports
        ([rejected(IN, OUT, 60000, sport=443, tcp_flags=7)], 1),            # SYN, FIN and RST of one interval
        ([rejected(IN, IN2, 2049, sport=801, tcp_flags="-")], 1),           # NFS comes from a low port that is no service's
        ([rejected(IN, IN2, 53, protocol=17)], 1),
        ([rejected(IN, IN2, 0, sport=0, protocol=1)], 1),                   # ping inside
        ([rejected(IN, IN2, 0, sport=0, protocol=p) for p in (146, 200, 252)], 3),  # without a name
        ([rejected(V6, V6OUT, 25, flow_direction="egress", tcp_flags=2)], 1),
        ([rejected("8.8.4.4", IN, 22, flow_direction="egress", tcp_flags=2)], 1),    # a public prefix of the VPC's own
        # from outside, never
        ([rejected(OUT, IN, 22)], 0),
        ([rejected("8.8.8.8", IN, port) for port in range(1, 200)], 0),
        ([rejected("172.32.0.1", IN, 22), rejected("11.0.0.1", IN, 22), rejected("192.169.0.1", IN, 22),
          rejected("100.128.0.1", IN, 22)], 0),
        ([rejected(OUT, IN, 22, flow_direction="ingress", tcp_flags=2)], 0),
        ([rejected(V6OUT, V6, 22, flow_direction="ingress", tcp_flags=2)], 0),
        # answers to what came from outside
        ([flow(OUT, IN, 443, sport=51000), rejected(IN, OUT, 51000, sport=443)], 0),
        ([rejected(IN, OUT, 2000, sport=443)], 0),                          # a client behind a NAT has such ports
        ([rejected(IN, OUT, 45000, sport=8080)], 0),
        ([rejected(IN, OUT, 45000, sport=53, protocol=17)], 0),
        ([rejected(IN, OUT, 8443, sport=50000, tcp_flags=18)], 0),          # SYN-ACK, whatever the ports
        ([rejected(IN, OUT, 8443, sport=50000, tcp_flags=0)], 0),           # after the connection closed
        ([rejected(IN, OUT, 8443, sport=50000, tcp_flags=5)], 0),
        ([rejected(IN, OUT, 0, sport=0, protocol=1)], 0),                   # may be an answer to a ping
        ([rejected(IN, OUT, 5000, sport=3389), rejected(IN, OUT, 20000, sport=8443)], 0),
        ([rejected(IN, OUT, 20000, sport=5060, protocol=17, flow_direction="egress")], 0),
        ([rejected("10.0.0.50", IN, 80, tcp_flags=2, pkt_srcaddr=OUT, pkt_dstaddr=IN, flow_direction="egress")], 0),  # passed on
        ([rejected("10.0.0.50", OUT, 25, tcp_flags=2, pkt_srcaddr=IN, pkt_dstaddr=OUT)], 1),
        # nobody's try
        ([rejected(IN, "224.0.0.251", 5353, protocol=17), rejected(IN, "10.0.1.255", 137, protocol=17),
          rejected(IN, "127.0.0.1", 5000), rejected("169.254.7.7", "255.255.255.255", 67, sport=68, protocol=17)], 0),
        ([flow(IN, IN2, 5432)], 0),
    ]),
    "scan-inside": ([
        ([rejected(IN, IN2, port) for port in range(1, 21)], 1),
        ([flow(IN, IN2, port, packets=2) for port in range(1, 21)], 1),     # let in, but no more than knocks
        ([rejected(IN, IN2, port) for port in range(1, 11)] + [flow(IN, IN2, port, packets=1) for port in range(11, 21)], 1),
        ([rejected(IN, f"10.0.3.{i}", 445) for i in range(20)], 1),
        ([flow(IN, f"198.51.100.{i}", 22, packets=3) for i in range(20)], 1),        # a worm looks for others outside
        ([rejected(IN, IN2, port, at=1790 + port) for port in range(1, 21)], 1),     # over the edge of a half window
        ([rejected(IN, IN2, port, at=3590 + port) for port in range(1, 21)], 1),
        ([rejected(IN, IN2, port, protocol=17) for port in range(1, 21)], 1),
        ([rejected(IN, f"10.0.3.{i}", port) for i in range(20) for port in range(1, 21)], 1),      # one alert a source
        ([flow(V6, V6OUT, port, packets=1, flow_direction="egress", tcp_flags=2) for port in range(1, 21)], 1),
        ([rejected(IN, IN2, port) for port in range(1, 20)], 0),
        ([rejected(OUT, IN, port) for port in range(1, 100)], 0),
        ([rejected(IN, IN2, port, at=port * 600) for port in range(1, 21)], 0),      # slower than the window
        ([flow(IN, f"198.51.100.{i}", 443, packets=12) for i in range(50)], 0),      # someone works
        ([flow(IN, f"198.51.100.{i}", 53, packets=1, protocol=17) for i in range(50)], 0),
        ([flow(IN, OUT, 50000 + i, sport=443, packets=2) for i in range(50)], 0),    # a server answers
        ([flow(IN, OUT, 5000 + i, sport=50000, packets=2, tcp_flags=18) for i in range(50)], 0),
        # two interfaces logged each: ten ports, and of 25 answers that are let in none is an attempt
        ([dict(flow(IN, IN2, port, packets=2), interface_id=f"eni-{k}") for port in range(1, 11) for k in (1, 2)], 0),
        ([dict(flow(IN, IN2, port, packets=20), interface_id=f"eni-{k}") for port in range(1, 26) for k in (1, 2)], 0),
    ]),
    "bad-address": ([
        ([flow(IN, "192.0.2.77", 443)], 1),
        ([flow(IN, "192.0.2.77", 443), flow("192.0.2.77", IN, 40000, sport=443)], 1),
        ([flow("192.0.2.77", IN, 22, sport=50000)], 1),
        ([rejected("192.0.2.77", IN, p, sport=50000) for p in (22, 23)] + [rejected("192.0.2.77", IN2, 22, sport=50000)], 1),
        ([flow(IN, NAT, 443, pkt_dstaddr="192.0.2.77"), flow(NAT, "192.0.2.77", 443, sport=2000, pkt_srcaddr=NAT)], 1),
        ([flow("192.0.2.77", IN, 0, sport=0, protocol=1), flow(IN, "192.0.2.77", 0, sport=0, protocol=1)], 1),
        ([flow(IN, "192.0.2.78", 443), flow(OUT, IN, 443)], 0),
    ]),
    "volume-out": ([
        ([flow(IN, OUT, 443, bytes=10**9)], 1),
        ([flow(IN, OUT, 443, bytes=10**8, at=i * 180, sport=40000 + i) for i in range(10)], 1),
        ([flow(IN, OUT, 443, bytes=10**8, at=1700 + i * 180) for i in range(10)], 1),         # over the edge of a half window
        ([flow(V6, V6OUT, 443, bytes=2 * 10**9, flow_direction="egress")], 1),
        # through a NAT gateway, default format: the instance alone
        ([flow(IN, OUT, 443, bytes=2 * 10**9), dict(flow(IN, NAT, 443, bytes=2 * 10**9), interface_id="eni-2"),
          dict(flow(NAT, OUT, 443, bytes=2 * 10**9, sport=2000), interface_id="eni-2")], 1),
        # the gateway's interface alone is logged, with pkt-dstaddr
        ([flow(IN, NAT, 443, bytes=2 * 10**9, pkt_srcaddr=IN, pkt_dstaddr=OUT),
          flow(NAT, OUT, 443, bytes=2 * 10**9, sport=2000, pkt_srcaddr=NAT, pkt_dstaddr=OUT)], 1),
        # without its own traffic, the gateway would be nobody; with it, it counts
        ([flow(IN, OUT, 443, bytes=10**6), dict(flow(IN, NAT, 443, bytes=10**6), interface_id="eni-2"),
          dict(flow(NAT, OUT, 443, bytes=2 * 10**9), interface_id="eni-2")], 1),
        # the same with the packet's addresses, of which the gateway has none of its own
        ([flow(IN, NAT, 443, bytes=10**6, pkt_srcaddr=IN, pkt_dstaddr=OUT),
          flow(NAT, OUT, 443, bytes=2 * 10**9, pkt_srcaddr=NAT, pkt_dstaddr=OUT)], 1),
        # a host that receives as much from another as it sends, and passes nothing on
        ([flow(a, b, 443, bytes=2 * 10**9, pkt_srcaddr=a, pkt_dstaddr=b) for a, b in ((IN2, OUT), (IN2, IN), (IN, OUT))], 2),
        # seen at two interfaces: not twice as much
        ([flow(IN, OUT, 443, bytes=6 * 10**8), dict(flow(IN, OUT, 443, bytes=6 * 10**8), interface_id="eni-2")], 0),
        ([flow(IN, OUT, 443, bytes=10**9 - 1)], 0),
        ([flow(IN, OUT, 443, bytes=10**8, at=i * 600) for i in range(10)], 0),
        ([flow(IN, IN2, 443, bytes=10**10), flow(OUT, IN, 40000, sport=443, bytes=10**10)], 0),
        ([rejected(IN, OUT, 443, bytes=10**10)], 0),
    ]),
    "remote-access": ([
        ([flow(OUT, IN, 22)], 1),
        ([flow(OUT, IN, 3389), flow(OUT2, IN, 3389)], 1),
        ([flow(OUT, IN, 22, bytes=50000)], 1),
        ([flow(OUT, IN, 22, bytes=50000), flow(OUT2, IN, 22)], 2),
        ([flow(OUT, IN, 3389, sport=5000)], 1),
        ([flow(f"203.0.113.{i}", IN, 22, bytes=50000) for i in range(10)], 10),
        ([flow(f"203.0.113.{i}", IN, 22, bytes=50000) for i in range(11)] + [flow(OUT2, IN, 22)], 1),
        ([flow(V6OUT, V6, 22, flow_direction="ingress", tcp_flags=2)], 1),
        ([rejected(OUT, IN, 22), rejected(OUT, IN, 3389)], 0),
        ([flow(IN2, IN, 22)], 0),
        ([flow(IN, OUT, 22)], 0),
        ([flow(OUT, IN, 443)], 0),
        ([flow(OUT, IN, 5900, sport=443)], 0),                              # an answer to a port that happens to be VNC's
        ([flow(OUT, IN, 5900, sport=50000, tcp_flags=18)], 0),
        ([flow(OUT, IN, 22, protocol=17)], 0),
        # with tcp-flags the SYN tells, whatever the source port
        ([flow(OUT, IN, port, sport=low, tcp_flags=2) for port, low in ((22, 53), (5900, 443), (3389, 3389), (5985, 5432))], 4),
        ([flow(OUT, IN, 22, tcp_flags=2), flow(IN, OUT, 40000, sport=22, tcp_flags=4)], 0),       # nothing listens there
        ([flow(IN, OUT, 40000, sport=22, tcp_flags=0)], 0),                 # an answer whose question is not in the logs
        ([flow(V6, "2600:1f18:0:1:0:0:0:6", 22, flow_direction="egress", tcp_flags=2),     # between networks that `inside` lacks
          dict(flow(V6, "2600:1f18:0:1:0:0:0:6", 22, flow_direction="ingress", tcp_flags=2), interface_id="eni-2")], 0),
    ]),
    "database-exposed": ([
        ([flow(OUT, IN, 5432)], 1),
        ([flow(OUT, IN, 6379), flow(OUT, IN, 27017)], 2),
        ([flow(OUT, IN, 3306, bytes=10**6)], 1),
        ([rejected(OUT, IN, 3306)], 0),
        ([flow(IN2, IN, 3306)], 0),
        ([flow(IN, OUT, 3306)], 0),
        ([flow(OUT, IN, 3306, sport=443)], 0),
        # what a mining pool answers to a port of a NAT gateway
        ([flow(NAT, OUT, 3333, sport=6379, tcp_flags=2), flow(OUT, NAT, 6379, sport=3333, tcp_flags=18)], 0),
        ([flow(IN, NAT, 3333, pkt_srcaddr=IN, pkt_dstaddr=OUT), flow(NAT, OUT, 3333, sport=6379, pkt_srcaddr=NAT, pkt_dstaddr=OUT),
          flow(OUT, NAT, 6379, sport=3333, pkt_srcaddr=OUT, pkt_dstaddr=NAT)], 0),
        ([flow(OUT, IN, 443)], 0),
    ]),
    "dns-outside": ([
        ([flow(IN, "8.8.8.8", 53, protocol=17)], 1),
        ([flow(IN, "8.8.8.8", 53), flow(IN, "8.8.8.8", 853)], 2),
        ([flow(IN, f"198.51.100.{i}", 53, protocol=17) for i in range(11)], 1),
        ([flow(IN, OUT, 53, protocol=17), flow(IN, NAT, 53, protocol=17), flow(NAT, OUT, 53, protocol=17, sport=2000)], 1),
        ([flow(IN, NAT, 53, protocol=17, pkt_dstaddr=OUT), flow(NAT, OUT, 53, protocol=17, sport=2000, pkt_dstaddr=OUT)], 1),
        ([flow(V6, V6OUT, 53, protocol=17, flow_direction="egress")], 1),
        ([flow("100.64.1.1", "8.8.8.8", 53, protocol=17)], 1),
        ([flow(IN, "100.100.100.100", 53, protocol=17)], 1),                # Tailscale's resolver
        ([flow("100.64.1.1", "100.100.100.100", 53, protocol=17)], 1),
        ([flow(IN, IN2, 53, protocol=17)], 0),
        ([rejected(IN, "8.8.8.8", 53, protocol=17)], 0),
        ([flow(OUT, IN, 53, protocol=17)], 0),
        ([flow("8.8.8.8", IN, 40000, sport=53, protocol=17)], 0),
    ]),
    "smb-outside": ([
        ([flow(IN, OUT, 445)], 1),
        ([flow(IN, OUT, 137, protocol=17), flow(IN, OUT, 139)], 2),
        ([rejected(IN, OUT, 445)], 0),
        ([flow(IN, IN2, 445)], 0),
        ([flow(IN, "100.64.1.1", 445), flow("100.64.1.1", IN, 445), flow("100.64.1.1", "100.100.100.100", 445)], 0),
        ([flow(OUT, IN, 445)], 0),
        ([flow(IN, OUT, 443)], 0),
    ]),
    "mining-pool": ([
        (steady(IN, OUT, 3333), 1),
        (steady(IN, OUT, 3333) + steady(IN, OUT2, 14444) + steady(IN2, OUT, 3333), 3),
        ([dict(r, **{k: NAT for k in ("srcaddr", "dstaddr") if r[k] == IN}, **({"srcport": 2000} if r["srcport"] == 40000 else {"dstport": 2000}),
               pkt_srcaddr="-", pkt_dstaddr="-") for r in steady(IN, OUT, 3333)] +
         [dict(r, **{"dstaddr" if r["srcaddr"] == IN else "srcaddr": NAT}, pkt_srcaddr=r["srcaddr"], pkt_dstaddr=r["dstaddr"])
          for r in steady(IN, OUT, 3333)], 1),                              # both legs
        (steady(IN, OUT, 3333, minutes=29), 0),
        (steady(IN, OUT, 3333, size=10**6), 0),                             # a download
        (steady(IN, OUT, 443), 0),
        (steady(IN, IN2, 3333), 0),
        (steady(OUT, IN, 3333), 0),
        ([r for r in steady(IN, OUT, 3333) if r["srcaddr"] == IN], 0),      # no answer
        ([flow(IN, OUT, 3333, at=i * 1000) for i in range(5)], 0),
    ]),
    "password-guessing": ([
        ([flow(OUT, IN, 22, sport=40000 + i, at=i * 10) for i in range(20)], 1),
        ([flow(IN2, IN, 22, sport=40000 + i, at=i * 10) for i in range(20)], 1),     # from inside as well
        ([rejected(OUT, IN, 22, sport=40000 + i, at=i * 10) for i in range(25)] +
         [flow(OUT, IN, 22, sport=50000, at=400, bytes=10**6)], 1),
        ([flow(OUT, IN, 3389, sport=40000 + i, at=1700 + i * 10) for i in range(20)], 1),
        ([flow(OUT, IN, 22, sport=40000 + i, at=i * 10) for i in range(19)], 0),
        ([rejected(OUT, IN, 22, sport=40000 + i, at=i * 10) for i in range(100)], 0),
        ([flow(OUT, IN, 22, at=i * 60, bytes=5000) for i in range(30)], 0),          # one connection, thirty records
        ([flow(OUT, IN, 443, sport=40000 + i, at=i * 10) for i in range(100)], 0),
        ([flow(OUT, IN, 22, sport=40000 + i, at=i * 400) for i in range(20)], 0),
        ([dict(flow(IN2, IN, 22, sport=40000 + i, at=i * 10), interface_id=f"eni-{k}") for i in range(19) for k in (1, 2)], 0),
        ([flow(IN, IN2, 40000 + i, sport=22, at=i * 10) for i in range(20)], 0),     # answers whose questions are not in the logs
        ([flow(OUT, IN, 22, sport=443 + i, at=i * 10, tcp_flags=2) for i in range(20)], 1),
    ]),
}


@pytest.mark.parametrize("rule,i", [(rule, i) for rule in RULES for i in range(len(CASES[rule]))])
def test_a_rule_fires_on_its_records_only(release, tmp_path, rule, i):
    records, expected = CASES[rule][i]
    write(tmp_path / "a.log", records)
    assert len(alone(release, rule, tmp_path)) == expected


def test_each_rule_is_read_by_run_and_names_its_technique():
    """Either its own file has the query, or a body that it shares with others, in whose table it has a row."""
    names = sorted(p.stem[5:] for p in (ROOT / "sql/alerts").glob("rule-*.sql"))
    assert names == sorted(RULES) == sorted(CASES)
    run = (ROOT / "sql/alerts/run.sql").read_text()
    for name in names:
        text = (ROOT / f"sql/alerts/rule-{name}.sql").read_text()
        body = re.search(r"^\.read (sql/alerts/rules-\w+\.sql)$", text, re.M)
        script = body[1] if body else f"sql/alerts/rule-{name}.sql"
        query = (ROOT / script).read_text()
        assert f"\n.read {script}\n" in run
        assert "--   MITRE ATT&CK T1" in text
        technique = text.split("MITRE ATT&CK ")[1].split(",")[0]
        assert f"'{technique} " in query
        assert not body or f"('{name}', '[" in query and f"VALUES ('@rule', '{name}')" in text


@pytest.mark.parametrize("body,rules", [("inwards", ["remote-access", "database-exposed"]),
                                        ("outwards", ["dns-outside", "smb-outside"])])
def test_rules_of_one_body(release, tmp_path, body, rules):
    """By itself, the body prints what its rules print, and leaves no choice of a rule behind."""
    write(tmp_path / "a.log", [flow(OUT, IN, 22), flow(OUT, IN, 22, bytes=50000), flow(OUT2, IN, 6379), flow(IN, OUT, 445),
                               flow(IN, "8.8.8.8", 53, protocol=17)] + [flow(IN, f"198.51.100.{i}", 139) for i in range(11)])
    start = f".parameter init\n.parameter set @logs \"'{tmp_path}'\"\n"
    both = release.rows(f"{start}.read sql/alerts/rules-{body}.sql")
    each = [release.rows(f"{start}.read sql/alerts/rule-{rule}.sql") for rule in rules]
    assert sorted(both[1:]) == sorted(row for rows in each for row in rows[1:]) and all(len(rows) > 1 for rows in each)
    assert both[0][:3] == [str(len(both) - 1), "1", "16"] and sorted(both[0][3].split(",")) == sorted(rules)
    again = release.rows(f"{start}.read sql/alerts/rule-{rules[0]}.sql\n.read sql/alerts/rules-{body}.sql")
    assert again[len(each[0]):] == both


def test_titles_say_who_did_what(release, tmp_path):
    def of(rule, records):
        write(tmp_path / "a.log", [r | {"end": r["end"] + 60} for r in records])
        return alone(release, rule, tmp_path)
    noon, later = "03-09 12:00", "03-09 12:01"
    assert of("rejected-inside", [rejected(IN, f"10.0.3.{i}", 445) for i in range(11)]) == [
        ("high", "10.0.1.5 was rejected at more than 10 targets, one of them 10.0.3.0 tcp/445", noon, later, "11")]
    assert of("scan-inside", [rejected(IN, IN2, p) for p in range(1, 26)] + [flow(IN, IN2, p, packets=1) for p in range(26, 31)]) == [
        ("high", "10.0.1.5 tried 30 ports of 10.0.2.9, 25 of 30 tries rejected", noon, later, "30")]
    assert of("bad-address", [rejected("192.0.2.77", IN, 22, sport=50000), flow("192.0.2.77", IN, 80, sport=50001),
                              rejected(IN2, "192.0.2.77", 443)]) == [
        ("medium", "10.0.2.9 tried to reach 192.0.2.77 (an example), 400 bytes", noon, later, "1"),
        ("medium", "192.0.2.77 was let in to 10.0.1.5 (an example), 400 bytes", noon, later, "1"),
        ("low", "192.0.2.77 was rejected (an example), 400 bytes", noon, later, "1")]
    assert of("volume-out", [flow(IN, OUT, 443, bytes=12 * 10**9)]) == [
        ("high", "10.0.1.5 sent 12.0 GB to 203.0.113.7 within 60 minutes", noon, later, "1")]
    assert of("remote-access", [flow(OUT, IN, 22, bytes=50000), flow(OUT2, IN, 22), flow(V6OUT, IN, 22)]) == [
        ("high", "203.0.113.7: session with 10.0.1.5 tcp/22, 50000 bytes", noon, later, "1"),
        ("medium", "10.0.1.5 tcp/22 (ssh) is open to the outside: 198.51.100.8 came", noon, later, "2")]
    # whoever came first, not the smallest address
    assert of("remote-access", [flow(OUT2, IN, 22, at=9), flow(OUT, IN, 22)])[0][1].endswith("outside: 203.0.113.7 came")
    assert of("rejected-inside", [rejected(IN, f"10.0.3.{i}", 445, at=20 - i) for i in range(11)])[0][1].endswith(
        "more than 10 targets, one of them 10.0.3.10 tcp/445")
    # a knock, from whichever port, and a ping
    assert of("bad-address", [rejected("192.0.2.77", IN, 8443, sport=443)])[0][:2] == (
        "low", "192.0.2.77 was rejected (an example), 400 bytes")
    assert of("bad-address", [flow("192.0.2.77", IN, 0, sport=0, protocol=1)])[0][0] == "medium"
    assert of("bad-address", [flow(IN, "192.0.2.77", 0, sport=0, protocol=1)])[0][0] == "high"
    # a session among knocks
    for rule, port in (("database-exposed", 3306), ("remote-access", 22)):
        assert of(rule, [flow(OUT, IN, port, sport=40000 + i, bytes=300) for i in range(300)]
                  + [flow(OUT, IN, port, sport=50000, bytes=10**6)])[0][0] == "high"
        assert of(rule, [flow(OUT, IN, port, bytes=300) for i in range(300)])[0][0] == "medium"
    guesses = [flow(OUT, IN, 22, sport=40000 + i, at=i) for i in range(20)]
    assert of("password-guessing", guesses)[0][:2] == (
        "medium", "203.0.113.7 tried 20 connections to 10.0.1.5 tcp/22")
    assert of("password-guessing", guesses + [flow(OUT, IN, 22, sport=50000, at=30, bytes=99999)])[0][:2] == (
        "high", "203.0.113.7 tried 21 connections to 10.0.1.5 tcp/22, and then had a session of 99999 bytes")
    # both legs, and the answers, of what goes through a NAT gateway are one alert with the bytes of one leg
    nat = [flow(IN, NAT, 53, protocol=17, pkt_dstaddr=OUT), flow(NAT, OUT, 53, sport=2000, protocol=17, pkt_dstaddr=OUT),
           flow(OUT, NAT, 2000, sport=53, protocol=17, pkt_srcaddr=OUT, bytes=900), flow(NAT, IN, 40000, sport=53, protocol=17, pkt_srcaddr=OUT, bytes=900)]
    assert of("dns-outside", nat) == [("medium", "10.0.1.5 asked 203.0.113.7 udp/53, 400 bytes", noon, later, "2")]
    bad = [{k: BAD if v == OUT else v for k, v in r.items()} for r in nat]
    assert of("bad-address", bad) == [("high", "10.0.1.5 talked to 192.0.2.77 (an example), 1300 bytes", noon, later, "2")]
    # a long one before the guesses is another matter
    assert of("password-guessing", [flow(OUT, IN, 22, sport=50000, at=0, bytes=99999)] + [dict(g, start=g["start"] + 9, end=g["end"] + 9) for g in guesses])[0][0] == "medium"


def through_nat(server, port, protocol):
    """A question and its answer through a NAT gateway: on the interface of the instance, and on both legs of the gateway."""
    def record(src, dst, eni, sport=40000, dport=port, **ends):
        return dict(flow(src, dst, dport, sport=sport, protocol=protocol, pkt_srcaddr=src, pkt_dstaddr=dst, tcp_flags="-"), interface_id=eni, **ends)

    return [record(IN, server, "eni-1"), record(IN, NAT, "eni-2") | {"pkt_dstaddr": server}, record(NAT, server, "eni-2", sport=2000),
            record(server, NAT, "eni-2", sport=port, dport=2000), record(NAT, IN, "eni-2", sport=port, dport=40000) | {"pkt_srcaddr": server},
            record(server, IN, "eni-1", sport=port, dport=40000)]


@pytest.mark.parametrize("rule, server, port, protocol, title", [
    ("dns-outside", OUT, 53, 17, "10.0.1.5 asked 203.0.113.7 udp/53, 400 bytes"),
    ("smb-outside", OUT, 445, 6, "10.0.1.5 spoke file sharing or RPC with 203.0.113.7 tcp/445, 400 bytes"),
    ("bad-address", BAD, 443, 6, "10.0.1.5 talked to 192.0.2.77 (an example), 800 bytes")])
def test_what_a_nat_gateway_logs_again_counts_once(release, tmp_path, rule, server, port, protocol, title):
    """The bytes do; `flows` counts the records of the instance's connection at both interfaces, in both directions."""
    records = through_nat(server, port, protocol)
    write(tmp_path / "a.log", records)
    assert [(row[1], row[4]) for row in alone(release, rule, tmp_path)] == [(title, "4")]
    # what only one interface logged counts there
    write(tmp_path / "a.log", records[1:5])
    assert [(row[1], row[4]) for row in alone(release, rule, tmp_path)] == [(title, "2")]


def test_rejects_of_several_targets_are_added(release, tmp_path):
    """One address that tries two of ours, each at its interface, has both counted."""
    write(tmp_path / "a.log", [dict(rejected(BAD, to, 22), interface_id=eni) for to, eni in ((IN, "eni-1"), (IN2, "eni-2"))])
    assert [row[1:] for row in alone(release, "bad-address", tmp_path)] == [
        ("192.0.2.77 was rejected (an example), 800 bytes", "03-09 12:00", "03-09 12:00", "2")]


def test_tables_of_the_user(release, tmp_path):
    """The user's tables inside, trusted and indicators decide what is an alert."""
    setup = ".read sql/alerts/setup.sql\n"
    write(tmp_path / "a.log", [rejected(V6, V6OUT, 25), flow(OUT, IN, 22), flow("198.18.5.5", OUT, 53, protocol=17), flow(IN, "198.51.100.9", 53, protocol=17)])
    assert titles(release, "rejected-inside", tmp_path) == []
    assert len(titles(release, "rejected-inside", tmp_path, setup + "INSERT INTO inside VALUES ('2600:1f18::/36');")) == 1
    assert len(titles(release, "remote-access", tmp_path)) == 1
    assert titles(release, "remote-access", tmp_path, setup + "INSERT INTO trusted VALUES ('203.0.113.0/24', 'remote-access');") == []
    assert titles(release, "remote-access", tmp_path, setup + "INSERT INTO trusted VALUES ('203.0.113.7', NULL);") == []
    assert len(titles(release, "remote-access", tmp_path, setup + "INSERT INTO trusted VALUES ('203.0.113.7', 'dns-outside');")) == 1
    assert len(titles(release, "dns-outside", tmp_path)) == 1
    assert len(titles(release, "dns-outside", tmp_path, setup + "INSERT INTO inside VALUES ('198.18.0.0/15');")) == 2
    assert titles(release, "remote-access", tmp_path, setup + "DELETE FROM inside;") == []
    assert titles(release, "bad-address", tmp_path) == []
    found = titles(release, "bad-address", tmp_path, setup + "INSERT INTO indicators VALUES ('198.51.100.0/28', 'botnet'), ('198.51.0.0/16', 'wide');")
    assert found == ["10.0.1.5 talked to 198.51.100.9 (botnet), 400 bytes"]


def test_the_networks_of_the_parameter(alerts):
    """@inside fills the table inside when a run makes it; the networks of the sample are never in it."""
    delivered(alerts.logs, [rejected("198.18.5.5", OUT, 25), rejected(V6, V6OUT, 25)])
    alerts.parameters["inside"] = r"'[\"198.18.0.0/15\"]'"
    assert alerts.news() == [("new", "198.18.5.5 was rejected at 203.0.113.7 tcp/25")]
    inside = {cidr for cidr, in alerts.query("SELECT cidr FROM inside")}
    assert "198.18.0.0/15" in inside and "10.0.0.0/8" not in inside and "fe80::/10" in inside
    alerts.parameters["inside"] = r"'[\"203.0.113.0/24\"]'"      # from now on the table decides
    delivered(alerts.logs, [rejected(OUT, OUT2, 25, at=300), rejected("198.18.5.6", OUT, 25, at=300)], 300)
    assert alerts.news() == [("new", "198.18.5.6 was rejected at 203.0.113.7 tcp/25")]


POD, RESOLVER = "100.64.1.1", "100.100.100.100"       # both are in 100.64.0.0/10, which is inside by default


@pytest.mark.parametrize("inside, expected", [
    (None, [IN, POD]),
    (["10.0.0.0/8", "100.64.0.0/10"], []),            # the user's own list names the network
    (["10.0.0.0/8", "100.0.0.0/8"], []),
    (["10.0.0.0/8"], [IN]),
    (["10.0.0.0/8", "100.64.0.0/16"], [IN, POD]),
])
def test_dns_servers_in_the_shared_address_space(alerts, inside, expected):
    delivered(alerts.logs, [flow(source, RESOLVER, 53, protocol=17) for source in (IN, POD)])
    if inside:
        alerts.parameters["inside"] = "'" + json.dumps(inside).replace('"', r'\"') + "'"
    told = [f"{source} asked {RESOLVER} udp/53, 400 bytes" for source in expected]
    assert [title for _, title in alerts.news()] == told
    delivered(alerts.logs, [flow(source, RESOLVER, 53, at=300) for source in (IN, POD)], 300)       # with the tables as they are
    assert [title for _, title in alerts.news()] == [t.replace("udp", "tcp") for t in told]


@pytest.mark.parametrize("row", ["trusted VALUES ('100.64.0.0/10', 'dns-outside')", "trusted VALUES ('100.100.100.100', NULL)",
                                 "inside VALUES ('100.100.100.0/24')"])
def test_dns_servers_in_the_shared_address_space_that_are_named_later(release, tmp_path, row):
    write(tmp_path / "a.log", [flow(POD, RESOLVER, 53, protocol=17)])
    setup = ".read sql/alerts/setup.sql\n"
    assert len(titles(release, "dns-outside", tmp_path, setup)) == 1
    assert titles(release, "dns-outside", tmp_path, setup + f"INSERT INTO {row};") == []


def test_the_networks_of_the_sample_are_not_kept(alerts):
    alerts.logs = "tests/data/AWSLogs"
    assert alerts.run()[0] == 10
    assert sorted(cidr for cidr, in alerts.query("SELECT cidr FROM inside") if ":" in cidr) == ["::1", "fc00::/7", "fe80::/10", "ff00::/8"]


# ---- the sample tree, computed a second time ----------------------------------------------------

PRIVATE = [ipaddress.ip_network(n) for n in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")]


def inside(address):
    ip = ipaddress.ip_address(address)
    return ip.version == 4 and any(ip in net for net in PRIVATE)


def sample_alerts():
    """The alerts that the sample must give, computed in plain Python: (rule, key) -> (flows,
    first, last)."""
    found = collections.defaultdict(list)
    gigabytes = collections.Counter()
    for r in reference.read([str(SAMPLE)]):
        if r["log_status"] != "OK":
            continue
        r = collections.defaultdict(lambda: None, r)
        src, dst = r["srcaddr"], r["dstaddr"]
        true_src, true_dst = r.get("pkt_srcaddr") or src, r.get("pkt_dstaddr") or dst
        if r["action"] == "REJECT" and inside(src):
            found["rejected-inside", f"{src} -> {dst} tcp/{r['dstport']}"].append(r)
        # what the client sends, and what the server answers
        for client, server, cport, port in ((src, dst, r["srcport"], r["dstport"]), (dst, src, r["dstport"], r["srcport"])):
            if r["action"] == "ACCEPT" and port in (22, 23, 3389, 5900, 5985, 5986) and r["protocol"] == 6 \
                    and not inside(client) and inside(server) and cport > 1023:
                found["remote-access", f"{client} -> {server} tcp/{port}"].append(r)
        # .20 are the NAT gateways, who send what others sent them
        for client, server, port in ((true_src, true_dst, r["dstport"]), (true_dst, true_src, r["srcport"])):
            if port == 53 and r["action"] != "REJECT" and not inside(server) and not client.endswith(".0.20"):
                found["dns-outside", f"{client} -> {server} udp/53"].append(r)
            if server == "192.0.2.77" and not client.endswith(".0.20"):
                found["bad-address", f"{client} -> 192.0.2.77"].append(r)
        if inside(src) and not inside(dst) and not src.endswith(".0.20"):
            gigabytes[src, dst] += r["bytes"] or 0
    for (src, dst), n in gigabytes.items():
        if n >= 10**9:
            found["volume-out", f"{src} -> {dst}"] = [
                r for r in reference.read([str(SAMPLE)]) if r["srcaddr"] == src and r["dstaddr"] == dst]
    return {key: (len(rs), reference.utc(min(r["start"] for r in rs)), reference.utc(max(r["end"] for r in rs)))
            for key, rs in found.items()}


def test_the_sample_gives_the_computed_alerts(release, tmp_path):
    database = Alerts(release, tmp_path / "alerts.db", SAMPLE)
    assert database.run()[0] == 10
    got = {(rule, key): (flows, first, last) for rule, key, flows, first, last in
           database.query("SELECT rule, key, flows, first_seen, last_seen FROM alerts")}
    assert got == sample_alerts()


# ---- run.sql ------------------------------------------------------------------------------------

class Alerts:
    """A database, a folder of logs, and runs of run.sql on them."""

    def __init__(self, build, database, logs, **parameters):
        self.build, self.database, self.logs, self.parameters = build, database, logs, parameters

    def arguments(self):
        given = {"logs": f"'{self.logs}'", **self.parameters}
        return [shutil.which("sqlite3"), "-batch", "-bail", "-json", "-cmd", ".timeout 60000",
                "-cmd", f".load {self.build.extension}", "-cmd", ".parameter init",
                *itertools.chain(*(("-cmd", f'.parameter set @{k} "{v}"') for k, v in given.items())),
                self.database, ".read sql/alerts/run.sql"]

    def start(self, env=None, **kw):
        return subprocess.Popen(self.arguments(), cwd=ROOT,
                                env={**self.build.env, "TMPDIR": str(self.database.parent), **(env or {})},
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **kw)

    def run(self, env=None):
        """(exit status, printed alerts, errors)"""
        process = self.start(env)
        out, err = process.communicate(timeout=60)
        return process.returncode, json.loads(out) if out else [], err

    def news(self):
        status, printed, err = self.run()
        assert not err and status == (10 if printed else 0)
        return [(p["news"], p["title"]) for p in printed]

    def query(self, sql, *parameters):
        with contextlib.closing(sqlite3.connect(self.database)) as db, db:
            return db.execute(sql, parameters).fetchall()

    def state(self):
        """All that a run stores, except the time of the run itself."""
        tables = [t for t, in self.query("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")]
        rows = {t: sorted(self.query(f"SELECT * FROM {t}"), key=repr) for t in tables if t != "alerts"}
        return rows, self.query("SELECT id, rule, key, severity, technique, title, first_seen, last_seen, flows, state, owner, note"
                                " FROM alerts ORDER BY id")


@pytest.fixture
def alerts(release, tmp_path):
    (tmp_path / "logs").mkdir()
    return Alerts(release, tmp_path / "alerts.db", tmp_path / "logs")


def test_only_new_files_and_each_alert_once(alerts):
    first = delivered(alerts.logs, [rejected(IN, IN2, 5432), flow(OUT, IN, 22)])
    assert alerts.news() == [("new", "10.0.1.5 was rejected at 10.0.2.9 tcp/5432"),
                             ("new", "10.0.1.5 tcp/22 (ssh) is open to the outside: 203.0.113.7 came")]
    state = alerts.state()
    assert alerts.news() == [] and alerts.state() == state
    delivered(alerts.logs, [rejected(IN, IN2, 5432, at=300), rejected(IN, IN2, 3306, at=300)], 300)
    first.unlink()                      # what was read need not stay
    assert alerts.news() == [("new", "10.0.1.5 was rejected at 10.0.2.9 tcp/3306")]
    assert alerts.query("SELECT flows, first_seen, last_seen FROM alerts WHERE key LIKE '%5432'") == [
        (2, "2026-03-09 12:00:00", "2026-03-09 12:05:05")]
    assert alerts.query("SELECT count(*) FROM alert_files") == [(2,)]


def test_a_changed_file_is_read_again(alerts):
    path = delivered(alerts.logs, [rejected(IN, IN2, 5432)])
    assert len(alerts.news()) == 1
    write(path, [rejected(IN, IN2, 5432), rejected(IN, IN2, 3306)])
    assert [t for _, t in alerts.news()] == ["10.0.1.5 was rejected at 10.0.2.9 tcp/3306"]


def test_a_scan_over_two_deliveries(alerts):
    delivered(alerts.logs, [flow(IN, IN2, port, packets=1, at=280) for port in range(1, 13)])
    assert alerts.news() == []
    delivered(alerts.logs, [flow(IN, IN2, port, packets=1, at=310) for port in range(13, 25)], 300)
    assert alerts.news() == [("new", "10.0.1.5 tried 24 ports of 10.0.2.9, 0 of 24 tries rejected")]
    # what is too far away isn't read again, and what has been told isn't told again
    delivered(alerts.logs, [flow(IN, IN2, port, packets=1, at=20000) for port in range(13, 25)], 20000)
    assert alerts.news() == []
    assert alerts.query("SELECT flows, last_seen FROM alerts") == [(24, "2026-03-09 12:05:15")]


@pytest.mark.parametrize("first, late", [(0, 6000), (6000, 0)])
def test_a_scan_of_which_a_part_is_delivered_late(alerts, first, late):
    """The file of the second half has the name of a time 100 minutes behind the first half, although
    its records are of the same hour: they were delivered 50 minutes late. The order does not matter."""
    ports = {0: range(1, 11), 6000: range(11, 21)}
    for at in (first, late):
        delivered(alerts.logs, [rejected(IN, IN2, port, at=at // 2) for port in ports[at]], at)
        news = [title for _, title in alerts.news() if "tried" in title]
        assert len(news) == (at == late), news


def test_volume_over_deliveries(alerts):
    for i in range(9):
        delivered(alerts.logs, [flow(IN, OUT, 443, bytes=120_000_000, at=i * 300)], i * 300)
        assert len(alerts.news()) == (i == 8)
    assert alerts.query("SELECT flows, title FROM alerts") == [(9, "10.0.1.5 sent 1.1 GB to 203.0.113.7 within 60 minutes")]
    # ten times the threshold is another severity, and that is news
    delivered(alerts.logs, [flow(IN, OUT, 443, bytes=10**10, at=2700)], 2700)
    assert alerts.news() == [("raised", "10.0.1.5 sent 11.1 GB to 203.0.113.7 within 60 minutes")]


def test_windows_of_which_a_part_is_missing_are_not_judged(alerts):
    """A file of 4,800 seconds later makes the run read the gateway's file again, but not the file
    that says for whom the gateway sent. Such a window is not judged."""
    delivered(alerts.logs, [flow(IN, OUT, 443, bytes=2 * 10**9), dict(flow(IN, NAT, 443, bytes=2 * 10**9), interface_id="eni-2")])
    delivered(alerts.logs, [dict(flow(NAT, OUT, 443, bytes=2 * 10**9, sport=2000), interface_id="eni-2")], 300)
    assert len(alerts.news()) == 1
    delivered(alerts.logs, [flow(OUT, IN, 40000, sport=443, at=5000)], 5100)
    assert alerts.news() == []


def test_a_title_stays_with_the_fullest_window(alerts):
    delivered(alerts.logs, [flow(IN, OUT, 443, bytes=12 * 10**9)])
    delivered(alerts.logs, [flow(IN, OUT, 443, bytes=11 * 10**8, at=1500)], 1500)
    assert len(alerts.news()) == 1
    delivered(alerts.logs, [flow(OUT, IN, 40000, sport=443, at=6200)], 6300)
    assert alerts.news() == []
    title = [("10.0.1.5 sent 13.1 GB to 203.0.113.7 within 60 minutes",)]
    assert alerts.query("SELECT title FROM alerts") == title
    delivered(alerts.logs, [flow(IN, OUT, 443, bytes=11 * 10**8, at=20000)], 20100)
    assert alerts.news() == [] and alerts.query("SELECT title FROM alerts") == title


def test_a_try_that_gets_through_is_news(alerts):
    for i, record in enumerate([rejected(IN, BAD, 443), flow(IN, BAD, 443, at=300, bytes=10**8), rejected(IN, BAD, 443, at=600)]):
        delivered(alerts.logs, [record], i * 300)
        assert [p["news"] for p in alerts.run()[1] if p["rule"] == "bad-address"] == [["new"], ["raised"], []][i]
    assert alerts.query("SELECT severity, title, flows FROM alerts WHERE rule = 'bad-address'") == [
        ("high", "10.0.1.5 talked to 192.0.2.77 (an example), 100000800 bytes", 3)]


@pytest.mark.parametrize("rule, record, title", [
    ("bad-address", flow(IN, BAD, 443), "10.0.1.5 talked to 192.0.2.77 (an example)"),
    ("dns-outside", flow(IN, OUT, 53, protocol=17), "10.0.1.5 asked 203.0.113.7 udp/53"),
    ("smb-outside", flow(IN, OUT, 445), "10.0.1.5 spoke file sharing or RPC with 203.0.113.7 tcp/445"),
    ("remote-access", flow(OUT, IN, 22), "203.0.113.7: session with 10.0.1.5 tcp/22"),
    ("database-exposed", flow(OUT, IN, 5432), "203.0.113.7: session with 10.0.1.5 tcp/5432")])
def test_bytes_and_flows_are_of_the_same_records(alerts, rule, record, title):
    """Those of all runs, from first_seen to last_seen. (A session has more than 5000 bytes a record.)"""
    for i, sizes in enumerate(((6000, 7000), (8000,), (10**12, 9000, 10000))):
        delivered(alerts.logs, [dict(record, bytes=size, srcport=40000 + k, start=NOON + i * 300, end=NOON + i * 300 + 5)
                                for k, size in enumerate(sizes)], i * 300)
        news = [p for p in alerts.run()[1] if p["rule"] == rule]
        assert [(p["title"], p["flows"]) for p in news] == ([(f"{title}, 13000 bytes", 2)] if i == 0 else [])
    assert alerts.query("SELECT title, flows, first_seen, last_seen FROM alerts WHERE rule = ? AND severity <> 'low'", rule) == [
        (f"{title}, {10**12 + 40000} bytes", 6, "2026-03-09 12:00:00", "2026-03-09 12:10:05")]


def test_a_title_without_bytes_keeps_its_numbers(alerts):
    """What looks like bytes and is no sum at the end of a title of a rule is left as it is."""
    write(alerts.logs / "a.log", [flow(IN, BAD, 443)])
    alerts.news()
    for words in ("a, 5 y bytes", "a, 05 bytes", "5 bytes", "a, bytes", "a, 5 of 7 bytes", "a,7 bytes"):
        alerts.query("UPDATE alerts SET title = ?, severity = 'high'", words)
        write(alerts.logs / "a.log", [rejected(IN, BAD, 443)] * len(words))
        alerts.news()
        assert alerts.query("SELECT title FROM alerts WHERE rule = 'bad-address'") == [(f"{words}, {400 * len(words)} bytes",)]


def test_flows_are_those_of_the_window_in_the_title(alerts):
    """The fullest window is that with most bytes, or with most tries; other windows may have more records."""
    many = [flow(IN, OUT, 443, bytes=110_000_000, at=i) for i in range(10)]
    delivered(alerts.logs, many + [flow(IN, OUT, 443, bytes=9 * 10**9, at=20000)])
    assert [(p["title"], p["flows"]) for p in alerts.run()[1]] == [("10.0.1.5 sent 9.0 GB to 203.0.113.7 within 60 minutes", 1)]
    # a higher severity has the window of the new title
    delivered(alerts.logs, [flow(IN, OUT2, 443, bytes=110_000_000, at=i) for i in range(10)], 300)
    alerts.run()
    delivered(alerts.logs, [flow(IN, OUT2, 443, bytes=11 * 10**9, at=40000)], 40000)
    assert [(p["news"], p["title"], p["flows"]) for p in alerts.run()[1]] == [
        ("raised", "10.0.1.5 sent 11.0 GB to 198.51.100.8 within 60 minutes", 1)]


def test_flows_of_guesses_are_those_of_the_title(alerts):
    """25 connections of two records each in the first hour, then 30 of one record."""
    records = [flow(OUT, IN, 22, sport=40000 + i, at=i + k) for i in range(25) for k in (0, 1)]
    delivered(alerts.logs, records + [flow(OUT, IN, 22, sport=50000 + i, at=20000 + i) for i in range(30)])
    assert [(p["title"], p["flows"]) for p in alerts.run()[1] if p["rule"] == "password-guessing"] == [
        ("203.0.113.7 tried 30 connections to 10.0.1.5 tcp/22", 30)]


@pytest.mark.parametrize("rule,try_", [("rejected-inside", lambda i, at: rejected(IN, f"10.0.3.{i}", 445, at=at)),
                                       ("dns-outside", lambda i, at: flow(IN, f"198.51.100.{i}", 53, at=at)),
                                       ("smb-outside", lambda i, at: flow(IN, f"198.51.100.{i}", 445, packets=9, at=at))])
def test_many_and_then_some_of_them(alerts, rule, try_):
    """The targets that an alert for many targets covers are not printed again one by one, even if
    that alert is muted."""
    delivered(alerts.logs, [try_(i, 0) for i in range(11)])
    assert len(alerts.news()) == 1
    delivered(alerts.logs, [try_(1, 300), try_(20, 300)], 300)
    assert alerts.news() == []
    alerts.query("UPDATE alerts SET state = 'muted'")
    delivered(alerts.logs, [try_(2, 600)], 600)
    assert alerts.news() == []
    assert alerts.query("SELECT rule, key, flows FROM alerts") == [(rule, f"{IN} -> many", 14)]


def test_a_slow_scanner_becomes_many(alerts):
    told = []
    for i in range(8):
        delivered(alerts.logs, [rejected(IN, f"10.0.3.{3 * i + k}", 445, at=i * 7200) for k in range(3)], i * 7200)
        told += alerts.news()
    assert len(told) == 10
    assert told[-1] == ("new", "10.0.1.5 was rejected at more than 10 targets, one of them 10.0.3.10 tcp/445")
    # those that are known aren't new because others are
    delivered(alerts.logs, [rejected(IN2, f"10.0.3.{k}", 445, at=60000) for k in range(10)], 60000)
    assert len(alerts.news()) == 10
    delivered(alerts.logs, [rejected(IN2, f"10.0.3.{k}", 445, at=60300) for k in range(10)], 60300)
    assert alerts.news() == []


def test_resolved_reopened_muted(alerts):
    delivered(alerts.logs, [rejected(IN, IN2, 5432), rejected(IN, IN2, 3306), rejected(IN, IN2, 22)])
    assert len(alerts.news()) == 3
    alerts.query("UPDATE alerts SET state = 'resolved', owner = 'kim', note = 'fixed' WHERE key LIKE '%5432'")
    alerts.query("UPDATE alerts SET state = 'muted' WHERE key LIKE '%3306'")
    alerts.query("ALTER TABLE alerts ADD COLUMN ticket TEXT DEFAULT 'T-1'")
    # evidence that is older than what was resolved comes late: no news
    delivered(alerts.logs, [rejected(IN, IN2, 5432, at=-60)], -300)
    assert alerts.news() == []
    delivered(alerts.logs, [rejected(IN, IN2, port, at=300) for port in (5432, 3306, 22)], 300)
    assert alerts.news() == [("reopened", "10.0.1.5 was rejected at 10.0.2.9 tcp/5432")]
    assert alerts.query("SELECT key, state, flows, owner, note, ticket FROM alerts ORDER BY key") == [
        ("10.0.1.5 -> 10.0.2.9 tcp/22", "open", 2, None, None, "T-1"),
        ("10.0.1.5 -> 10.0.2.9 tcp/3306", "muted", 2, None, None, "T-1"),
        ("10.0.1.5 -> 10.0.2.9 tcp/5432", "open", 3, "kim", "fixed", "T-1")]


def test_a_resolved_threshold_is_not_reopened_by_what_it_was(alerts):
    delivered(alerts.logs, [rejected(IN, IN2, port) for port in range(1, 31)])
    assert len(alerts.news()) == 2      # rejected at many targets, and a scan
    alerts.query("UPDATE alerts SET state = 'resolved'")
    delivered(alerts.logs, [flow(OUT, IN, 443, at=300)], 300)   # the scan's file is read again for its window
    assert alerts.news() == []


def test_resolves_what_is_seen_no_more(alerts):
    alerts.parameters["resolve_after"] = 3600
    delivered(alerts.logs, [rejected(IN, IN2, 5432)])
    assert len(alerts.news()) == 1
    delivered(alerts.logs, [flow(OUT, IN, 443, at=7200)], 7200)
    assert alerts.news() == []          # nobody has had an hour to see it
    assert alerts.query("SELECT state FROM alerts") == [("open",)]
    alerts.query("UPDATE alerts SET printed = datetime('now', '-2 hours')")
    assert alerts.news() == []
    assert alerts.query("SELECT state FROM alerts") == [("resolved",)]
    delivered(alerts.logs, [rejected(IN, IN2, 5432, at=7500)], 7500)
    assert [news for news, _ in alerts.news()] == ["reopened"]
    # while no logs come, nothing is resolved
    alerts.query("UPDATE alerts SET printed = datetime('now', '-2 days')")
    assert alerts.news() == [] and alerts.query("SELECT state FROM alerts") == [("open",)]


def test_since_leaves_out_older_records(alerts):
    for at, port in ((0, 22), (600, 23), (1200, 24)):
        delivered(alerts.logs, [rejected(IN, IN2, port, at=at)], at)
    alerts.parameters["since"] = "'2026-03-09 12:10'"
    assert len(alerts.news()) == 2
    alerts.parameters["since"] = NOON
    assert len(alerts.news()) == 1


def test_parameters_of_rules(alerts):
    delivered(alerts.logs, [rejected(IN, IN2, port) for port in range(1, 6)] + [flow(IN, OUT, 443, bytes=5000)])
    alerts.parameters.update(scan_ports=5, volume_bytes=5000, exit=3)
    status, printed, _ = alerts.run()
    assert status == 3 and {p["rule"] for p in printed} == {"scan-inside", "volume-out", "rejected-inside"}
    delivered(alerts.logs, [rejected(IN, IN2, 99, at=300)], 300)
    alerts.parameters["exit"] = "NULL"
    status, printed, _ = alerts.run()
    assert status == 0 and len(printed) == 1


def test_parameters_that_make_no_sense(alerts):
    delivered(alerts.logs, [rejected(IN, f"10.0.3.{i}", 445) for i in range(11)])
    for name, value in (("exit", -1), ("exit", 256), ("exit", "'x'"), ("since", "'yesterday'")):
        alerts.parameters = {name: value}
        status, printed, err = alerts.run()
        assert status == 1 and not printed and f"flowlogs: @{name} is" in err
    alerts.parameters = {"many": "'20'"}        # a number, though it is a text
    assert len(alerts.news()) == 11


def test_logs_must_be_named(alerts):
    """A mistyped parameter name must not put the sample's alerts into a user's database."""
    delivered(alerts.logs, [rejected(IN, IN2, 22)])
    arguments = [str(a).replace("@logs", "@log") for a in alerts.arguments()]
    done = subprocess.run(arguments, cwd=ROOT, env=alerts.build.env, capture_output=True, text=True)
    assert done.returncode == 1 and not done.stdout and "flowlogs: which logs? .parameter set @logs" in done.stderr
    assert alerts.query("SELECT count(*) FROM sqlite_schema") == [(0,)]
    assert len(alerts.news()) == 1


@pytest.mark.parametrize("fields,lacks,partial", [
    ("srcaddr dstaddr dstport action", "start, end, srcport, protocol, packets, bytes", None),
    ("srcaddr dstaddr srcport dstport action start end", "protocol, packets, bytes", "10.0.2.9 ip/5432"),
    ("srcaddr dstaddr srcport dstport protocol action start packets bytes", "end", None),
    ("srcaddr dstaddr protocol action packets bytes start end", "srcport, dstport", "10.0.2.9 tcp"),
    ("srcaddr dstaddr action start end log-status", "srcport, dstport, protocol, packets, bytes", "10.0.2.9 ip"),
])
def test_formats_with_few_fields(alerts, release, fields, lacks, partial):
    """If the files lack fields that the rules need, an error names the fields. Otherwise the rules
    would find nothing."""
    write(alerts.logs / "a.log", [rejected(IN, IN2, 5432)], fields.replace("-", "_").split())
    status, printed, err = alerts.run()
    assert status == 1 and not printed and "flowlogs: logs lack fields" in err and "a.log" in err and f'"{lacks}"' in err
    alerts.parameters["partial"] = 1
    status, printed, err = alerts.run()
    if partial:
        assert status == 10 and not err and [p["title"] for p in printed] == [f"10.0.1.5 was rejected at {partial}"]
    else:
        assert status == 1 and "flowlogs: logs lack fields" in err
    # a rule by itself says so, too
    assert release.rows(f".parameter init\n.parameter set @logs \"'{alerts.logs}'\"\n.read sql/alerts/rule-volume-out.sql")[-1] == [
        str(alerts.logs / "a.log"), lacks]


@pytest.mark.parametrize("header", [
    "srcAddr dstAddr srcPort dstPort protocol packets bytes start end action", "sourceaddress destinationaddress sourceport "
    "destinationport protocol numpackets numbytes starttime endtime action", "SRC_ADDR DST_ADDR SRC_PORT DST_PORT PROTO PACKETS BYTES START END ACTION"])
def test_fields_in_any_spelling(alerts, header):
    path = write(alerts.logs / "a.log", [rejected(IN, IN2, 5432)], "srcaddr dstaddr srcport dstport protocol packets bytes start end action".split())
    path.write_text(header + "\n" + path.read_text().split("\n", 1)[1])
    assert alerts.news() == [("new", "10.0.1.5 was rejected at 10.0.2.9 tcp/5432")]


def test_the_first_and_the_last_field_of_several_formats(alerts):
    """One file has lines of two formats, both of which begin and end with fields that the rules need."""
    formats = ["srcaddr dstaddr srcport dstport protocol packets bytes start end action",
               "srcaddr interface-id dstaddr srcport dstport protocol packets bytes start end action"]
    (alerts.logs / "a.log").write_text(f"{IN} {IN2} 40000 5432 6 4 400 {NOON} {NOON + 5} REJECT\n"
                                       f"{IN} eni-1 {IN2} 40000 5432 6 4 400 {NOON} {NOON + 5} REJECT\n")
    alerts.parameters["format"] = json.dumps(formats).replace('"', '\\"').join("''")
    assert alerts.news() == [("new", "10.0.1.5 was rejected at 10.0.2.9 tcp/5432")]


@pytest.mark.parametrize("rule", RULES)
def test_logs_of_transit_gateways_only(alerts, release, rule):
    """A run takes them; a rule by itself says that they have no action, unless another file has."""
    write(alerts.logs / "tgw.log", [flow(IN, OUT, 443, tgw_id="tgw-1")],
          "srcaddr dstaddr srcport dstport protocol packets bytes start end tgw_id".split())
    assert alerts.news() == []
    ask = f".parameter init\n.parameter set @logs \"'{alerts.logs}'\"\n.read sql/alerts/rule-{rule}.sql"
    assert release.rows(ask) == [["0", "1", "1", "NULL"], [str(alerts.logs / "tgw.log"), "action"]]
    write(alerts.logs / "vpc.log", [flow(IN, OUT, 443)])
    assert release.rows(ask) == [["0", "2", "2", "NULL"]]


@pytest.mark.parametrize("header", [
    "tgw-id srcaddr", "tgw_id srcaddr", "tgwId srcAddr", "TGW_ID SRCADDR", "tgw-attachment-id srcaddr", "resource_type srcaddr",
    "tgw_src_vpc_account_id sourceaddress", "format"])
def test_logs_of_transit_gateways_in_any_spelling(alerts, header):
    """They have no action, and this is no error, also where the header is the option format or lacks tgw-id."""
    if header == "format":
        header, alerts.parameters["format"] = "", "'${tgw_id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${packets} ${bytes} ${start} ${end}'"
    else:
        header += " dstaddr srcport dstport protocol packets bytes start end\n"
    value = "TransitGateway" if "resource" in header else "123456789012" if "account" in header else "tgw-attach-1" if "attach" in header else "tgw-1"
    (alerts.logs / "a.log").write_text(f"{header}{value} {IN} {OUT} 40000 53 17 1 80 {NOON} {NOON + 60}\n")
    assert alerts.news() == [("new", "10.0.1.5 asked 203.0.113.7 udp/53, 80 bytes")]


def test_milliseconds(alerts):
    write(alerts.logs / "a.log", [dict(rejected(IN, IN2, 22), start=NOON * 1000, end=NOON * 1000)])
    status, printed, err = alerts.run()
    assert status == 1 and not printed and "it looks like milliseconds" in err


# The largest values that a record may have, and the smallest.
EXTREMES = [dict(bytes=999999999999999, packets=999999999999999, end=99999999999), dict(bytes=999999999999999, packets=0),
            dict(start=0), dict(start=0, end=0), dict(start=99999999999, end=99999999999)]


@pytest.mark.parametrize("rule", RULES)
def test_extreme_values(alerts, rule):
    """No record that is legal stops a run, and each rule still finds what it is about."""
    records = CASES[rule][0][0]
    small = steady(IN2, OUT, 3333) if rule == "mining-pool" else records        # which is about small sums
    write(alerts.logs / "a.log", [dict(r, **more) for more in EXTREMES for r in records for _ in range(10)])
    write(alerts.logs / "b.log", small)
    status, printed, err = alerts.run()
    assert status == 10 and not err and rule in {p["rule"] for p in printed}
    delivered(alerts.logs, [dict(r, **EXTREMES[-1]) for r in records], 300)
    status, _, err = alerts.run()
    assert status in (0, 10) and not err
    assert all(first <= last < "5000" for first, last in alerts.query("SELECT first_seen, last_seen FROM alerts"))


@pytest.mark.parametrize("rule", RULES)
def test_sums_beyond_what_an_integer_holds(alerts, rule):
    records = CASES[rule][0][0]
    many = [dict(r, **EXTREMES[0]) for r in records for _ in range(15000 // len(records))]
    small = steady(IN2, OUT, 3333) if rule == "mining-pool" else [dict(r, srcport=41000, packets=1) for r in records]
    write(alerts.logs / "a.log", many + small)
    status, printed, err = alerts.run()
    assert status == 10 and not err and rule in {p["rule"] for p in printed}


@pytest.mark.parametrize("rule", RULES)
def test_records_with_holes(alerts, rule):
    """Nor does a record in which something is missing."""
    records = CASES[rule][0][0]
    holes = [{**r, **more, name: "-"} for r in records for name in V2 for more in ({}, {"srcaddr": OUT2}, {"dstport": 21000})]
    write(alerts.logs / "a.log", holes + [dict(r, flow_direction="egress") for r in holes] + records)
    status, printed, err = alerts.run()
    assert status == 10 and not err and rule in {p["rule"] for p in printed}
    assert alerts.run() == (0, [], "")


@pytest.mark.parametrize("rule, record, title", [
    ("bad-address", rejected(BAD, IN, 443, bytes="-"), "192.0.2.77 was rejected (an example)"),   # as Block Public Access rejects
    ("dns-outside", flow(IN, OUT, 53, bytes="-"), "10.0.1.5 asked 203.0.113.7 tcp/53"),
    ("smb-outside", flow(IN, OUT, 445, bytes="-"), "10.0.1.5 spoke file sharing or RPC with 203.0.113.7 tcp/445")])
def test_bytes_that_are_not_known_are_not_told(alerts, rule, record, title):
    write(alerts.logs / "a.log", [record])
    assert alerts.news() == [("new", title)]
    write(alerts.logs / "b.log", [dict(record, bytes=400)])
    assert alerts.news() == [] and alerts.query("SELECT title FROM alerts") == [(title + ", 400 bytes",)]
    write(alerts.logs / "c.log", [dict(record, bytes="-")])
    assert alerts.news() == [] and alerts.query("SELECT title, flows FROM alerts") == [(title + ", 400 bytes", 3)]


def test_what_is_asked_must_be_clear(alerts):
    """The sample's alerts may not enter a user's database. A parameter that is no time is an
    error, because it would leave out every record."""
    delivered(alerts.logs, [rejected(IN, IN2, 22)])
    for name, value, message in (("logs", "NULL", "which logs? "), ("since", "'yesterday'", "@since is no time: "),
                                 ("since", 2026 - 3 - 9, "@since is no time: "), ("since", NOON * 1000, "@since is no time: ")):
        alerts.parameters[name] = value
        status, printed, err = alerts.run()
        assert status == 1 and f"flowlogs: {message}.parameter set @{name} " in err and printed == []
        del alerts.parameters[name]
    assert len(alerts.news()) == 1


def test_files_that_are_no_flow_logs(alerts):
    (alerts.logs / "README.txt").write_text("nothing of interest\n")
    status, printed, err = alerts.run()
    assert status == 1 and "flowlogs: there is no flow log in @logs" in err and printed == []
    (alerts.logs / "empty.log").write_text("")
    (alerts.logs / "x.zip").write_bytes(b"PK\x03\x04" + b"\0" * 64)
    write(alerts.logs / "own name.log", [rejected(IN, IN2, 22)])
    write(alerts.logs / "b[1]*'\".log", [rejected(IN, IN2, 23)])
    write(alerts.logs / "c\\u0000.log", [rejected(IN, IN2, 24)])    # six characters, no NUL
    assert len(alerts.news()) == 3
    assert alerts.news() == []
    assert alerts.query("SELECT sum(log), count(*) FROM alert_files") == [(3, 6)]


@pytest.mark.parametrize("name,content,told", [
    ("a.parquet", b"PAR1" + b"\0" * 40 + b"PAR1", "Parquet"),
    ("a.log", " ".join(V2).replace("_", "-").encode() + b"\nx y\n", "a.log:2"),
    ("123456789012_vpcflowlogs_us-east-1_fl-0123456789abcdef0_20260309T1200Z_00000001.log.gz", b"\x1f\x8b\x08", "_vpcflowlogs_"),
    ("custom.log", b"10.0.0.1 10.0.0.2 443 ACCEPT\n", "format"),
])
def test_errors_change_nothing(alerts, name, content, told):
    """A file that cannot be read ends the run before it prints or stores anything. When the file
    has been removed, the next run prints all alerts."""
    delivered(alerts.logs, [rejected(IN, IN2, 22)])
    (alerts.logs / name).write_bytes(content)
    status, printed, err = alerts.run()
    assert status == 1 and printed == [] and told in err
    assert alerts.query("SELECT count(*) FROM sqlite_schema") == [(0,)]
    alerts.parameters["on_error"] = "'skip'"
    assert len(alerts.news()) == 1


def test_a_download_that_is_not_finished_is_not_read(alerts):
    done = delivered(alerts.logs, [rejected(IN, IN2, 22)])
    partial = delivered(alerts.logs, [rejected(IN, IN2, 23)], 300)
    partial = partial.rename(f"{partial}.6eF5bC3a")
    assert alerts.news() == [("new", "10.0.1.5 was rejected at 10.0.2.9 tcp/22")]
    partial.rename(str(partial).removesuffix(".6eF5bC3a"))
    assert alerts.news() == [("new", "10.0.1.5 was rejected at 10.0.2.9 tcp/23")]
    assert alerts.query("SELECT count(*) FILTER (WHERE log) FROM alert_files") == [(2,)] and done.exists()


def test_the_same_delivery_twice_ends_the_run(alerts):
    """Its flows would count twice. With 'skip' one of the two is read."""
    (alerts.logs / "copy").mkdir()
    for folder in (alerts.logs, alerts.logs / "copy"):
        delivered(folder, [rejected(IN, IN2, 22)])
    status, printed, err = alerts.run()
    assert status == 1 and printed == [] and "is the same delivery as" in err
    alerts.parameters["on_error"] = "'skip'"
    assert alerts.news() == [("new", "10.0.1.5 was rejected at 10.0.2.9 tcp/22")]
    assert alerts.query("SELECT flows FROM alerts") == [(1,)]


def test_a_suspicious_record_is_read_and_its_file_recorded(alerts):
    """flowlogs_errors lists it, which must not make the file one that could not be read."""
    delivered(alerts.logs, [rejected(IN, IN2, 22), dict(rejected(IN, IN2, 23), packets=9, bytes=1)])
    alerts.parameters["on_error"] = "'skip'"
    assert len(alerts.news()) == 2 and alerts.news() == []
    assert alerts.query("SELECT count(*), sum(log) FROM alert_files") == [(1, 1)]


# Root may read every file. Without these two capabilities it may read what the mode allows.
DROP = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []


@pytest.mark.skipif(bool(DROP) and not shutil.which("setpriv"), reason="root, and no setpriv (util-linux)")
def test_a_file_that_cannot_be_opened_is_not_lost(alerts):
    """With 'skip' it is passed over, and read when it can be: its size and mtime are the same."""
    delivered(alerts.logs, [rejected(IN, IN2, 22)])
    named = delivered(alerts.logs, [rejected(IN, IN2, 23)], 300)
    other = write(alerts.logs / "other.log", [rejected(IN, IN2, 24)])
    folder = alerts.logs / "folder"
    folder.mkdir()
    delivered(folder, [rejected(IN, IN2, 25)], 600)
    closed = (named, other, folder)
    for path in closed:
        path.chmod(0)
    arguments = alerts.arguments
    alerts.arguments = lambda: [*DROP, *arguments()]
    status, printed, err = alerts.run()
    assert status == 1 and printed == [] and "Permission denied" in err
    alerts.parameters["on_error"] = "'skip'"
    (alerts.logs / "loop").symlink_to("loop")                   # has neither size nor mtime
    assert alerts.news() == [("new", "10.0.1.5 was rejected at 10.0.2.9 tcp/22")]
    assert alerts.news() == []
    assert alerts.query("SELECT count(*), sum(log) FROM alert_files") == [(1, 1)]
    for path in closed:
        path.chmod(0o755)
    assert sorted(alerts.news()) == [("new", f"10.0.1.5 was rejected at 10.0.2.9 tcp/{port}") for port in (23, 24, 25)]
    assert alerts.news() == []
    assert alerts.query("SELECT count(*), sum(log) FROM alert_files") == [(4, 4)]
    # A damaged file is read once.
    (alerts.logs / "damaged.log").write_bytes(named.read_bytes() + b"x y\n")
    alerts.news()
    state = alerts.state()
    assert alerts.news() == [] and alerts.state() == state


def test_a_file_of_the_future_does_not_resolve(alerts):
    """The clock is that of the logs, but is never ahead of the time of the run."""
    future = 4000000000         # 2096
    now = alerts.query("SELECT unixepoch()")[0][0]
    records = rejected(IN, IN2, 22, at=now - NOON)
    write(alerts.logs / "a.log", [records])
    assert len(alerts.news()) == 1
    # nothing but the time of the logs keeps this alert open
    alerts.query("UPDATE alerts SET printed = datetime('now', '-1 year')")
    os.utime(write(alerts.logs / "b.log", [flow(OUT, IN, 443)]), (future, future))
    write(alerts.logs / f"123456789012_vpcflowlogs_us-east-1_fl-0123456789abcdef0_20960101T0000Z_00000000.log", [flow(OUT, IN, 443)])
    assert alerts.news() == []
    assert alerts.query("SELECT state, (SELECT max(at) <= unixepoch() FROM alert_files) FROM alerts") == [("open", 1)]
    # a database to which an earlier version has written such a time
    alerts.query("UPDATE alert_files SET at = ?", future)
    assert alerts.news() == [] and alerts.query("SELECT state FROM alerts") == [("open",)]


def test_no_such_folder(alerts):
    alerts.logs = alerts.logs / "nowhere"
    status, printed, err = alerts.run()
    assert status == 1 and printed == [] and "nowhere" in err


def test_a_newer_database_is_refused(alerts):
    delivered(alerts.logs, [rejected(IN, IN2, 22)])
    assert len(alerts.news()) == 1
    alerts.query("UPDATE alert_schema SET version = 2")
    delivered(alerts.logs, [rejected(IN, IN2, 23)], number=1)
    state = alerts.state()
    status, printed, err = alerts.run()
    assert status == 1 and printed == [] and "newer sql/alerts/run.sql" in err and alerts.state() == state


def test_a_rule_of_ones_own(alerts, tmp_path):
    """A user adds a rule by writing a file and adding a line, as run.sql says."""
    tree = tmp_path / "tree"
    shutil.copytree(ROOT / "sql", tree / "sql")
    (tree / "sql/alerts/rule-own.sql").write_text("""
        .parameter init
        .read sql/alerts/setup.sql
        INSERT INTO found SELECT 'own', srcaddr, 'low', 'T1000 Own', srcaddr || ' was here', min(first_seen), max(last_seen), sum(flows), 0
          FROM flowlogs_rollup(@logs) WHERE @logs <> '[]' AND srcaddr IS NOT NULL GROUP BY srcaddr;
        .read sql/alerts/show.sql
    """.replace("\n        ", "\n"))
    run = tree / "sql/alerts/run.sql"
    line = ".read sql/alerts/rule-rejected-inside.sql\n"
    run.write_text(run.read_text().replace(line, line + ".read sql/alerts/rule-own.sql\n"))
    delivered(alerts.logs, [rejected(IN, IN2, 22)])
    arguments = [str(a).replace(f".load {alerts.build.extension}", f".load {alerts.build.extension.resolve()}") for a in alerts.arguments()]
    for expected in (["own", "rejected-inside"], []):
        done = subprocess.run(arguments, cwd=tree, env=alerts.build.env, capture_output=True, text=True)
        assert not done.stderr and done.returncode == (10 if expected else 0)
        assert sorted(a["rule"] for a in json.loads(done.stdout or "[]")) == expected


def test_a_run_takes_very_many_files(alerts):
    """The list of paths is longer than any buffer of a fixed size."""
    for i in range(3000):
        delivered(alerts.logs, [rejected(IN, IN2, 22, at=i)], 0, i)
    assert len(alerts.news()) == 1 and alerts.news() == []
    assert alerts.query("SELECT flows FROM alerts") == [(3000,)]


def test_leaves_nothing_behind(alerts, tmp_path):
    delivered(alerts.logs, [rejected(IN, IN2, 22)])
    (tmp_path / "t m p").mkdir()
    for status in (10, 0):
        assert alerts.run({"TMPDIR": str(tmp_path / "t m p")})[0] == status
        assert list((tmp_path / "t m p").iterdir()) == []


@pytest.mark.parametrize("mode", ["box", "box --wrap 8", "line", "insert t", "quote", "html", "markdown", "csv", "tcl", "json"])
def test_status_in_every_mode(alerts, mode):
    delivered(alerts.logs, [rejected(IN, IN2, 22)])
    for echo in ("off", "on"):
        arguments = alerts.arguments()
        arguments[arguments.index("-json"):arguments.index("-json") + 1] = ["-cmd", f".mode {mode}", "-cmd", f".echo {echo}"]
        for status in (10, 0):
            assert subprocess.run(arguments, cwd=ROOT, env=alerts.build.env, capture_output=True).returncode == status
        alerts.database.unlink()


def test_at_the_prompt(alerts, release):
    """With @exit NULL the shell goes on, in the output mode and with the parameters that it had
    before."""
    delivered(alerts.logs, [rejected(IN, IN2, 22)])
    out = release.rows(f".parameter init\n.parameter set @logs \"'{alerts.logs}'\"\n.parameter set @exit NULL\n"
                       ".output /dev/null\n.read sql/alerts/run.sql\n.output\n"
                       "SELECT key, value FROM temp.sqlite_parameters WHERE key IN ('@logs', '@run', '@tree');\nSELECT 1, 2;")
    assert out[-2:] == [["@logs", str(alerts.logs)], ["1", "2"]]


def test_a_rule_after_a_run_at_the_prompt(alerts, release):
    delivered(alerts.logs, [rejected(IN, IN2, 22), flow(IN, OUT, 443, bytes=10**10)])
    out = release.shell(f".parameter init\n.parameter set @logs \"'{alerts.logs}'\"\n.parameter set @exit NULL\n"
                        ".output /dev/null\n.read sql/alerts/run.sql\n.output\n.read sql/alerts/rule-volume-out.sql")
    assert "UNIQUE" not in out and "1|1|2" in out


def typed(alerts, lines):
    """What a shell prints to a terminal, and its exit status."""
    return prompt.typed(alerts.build, alerts.database, lines, ROOT, {"TMPDIR": str(alerts.database.parent)})


def test_a_run_in_an_interactive_shell(alerts):
    """The shell stays open after alerts were printed. After an error, the run can be started again
    in it."""
    delivered(alerts.logs, [rejected(IN, IN2, 22)])
    (alerts.logs / "bad.log").write_text("version srcaddr dstaddr srcport dstport protocol packets bytes start end action\nx\n")
    logs = f".parameter set @logs \"'{alerts.logs}'\""
    status, out = typed(alerts, [logs, ".read sql/alerts/run.sql", ".read sql/alerts/run.sql", logs,
                                 ".parameter set @on_error \"'skip'\"", ".read sql/alerts/run.sql", "SELECT 'still', 'here';",
                                 "CREATE TABLE a(x); SELECT n;", "SELECT 'bail is off';"])
    assert "bad.log:2" in out and out.count("was rejected at") == 1
    assert "flowlogs: the last run ended with an error" in out and "within a transaction" not in out
    assert "still|here" in out and "bail is off" in out and status == 7


OWN_ERRORS = {
    "there is no flow log": ("UPDATE sqlite_parameters SET value = '{empty}' WHERE key = '@logs';", {}),
    "logs lack fields": ("UPDATE sqlite_parameters SET value = '{few}' WHERE key = '@logs';", {}),
    "newer sql/alerts/run.sql": ("CREATE TABLE alert_schema (version INTEGER); INSERT INTO alert_schema VALUES (2);", {}),
    "the alerts can't be printed": ("", {"mv": "exit 1"}),
    "@exit is 1 to 255": (".parameter set @exit 256", {}),
    "@since is no time": (".parameter set @since 1", {}),
    "which logs?": (".parameter unset @logs", {}),
}


@pytest.mark.parametrize("message", OWN_ERRORS)
def test_somebody_types_and_a_condition_does_not_hold(alerts, tmp_path, message):
    """The transaction is rolled back with the error: others need not wait, and a COMMIT keeps nothing by mistake."""
    before, scripts = OWN_ERRORS[message]
    delivered(alerts.logs, [rejected(IN, IN2, 22)])
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty/README.txt").write_text("nothing of interest\n")
    write(tmp_path / "few.log", [rejected(IN, IN2, 22)], ["srcaddr", "dstaddr", "action", "start", "end"])
    status, out = prompt.typed(
        alerts.build, alerts.database,
        [f".parameter set @logs \"'{alerts.logs}'\"", before.format(empty=tmp_path / "empty", few=tmp_path / "few.log"),
         ".read sql/alerts/run.sql", "COMMIT;", "SELECT 'tables: ' || count(*) FROM sqlite_schema WHERE name = 'alerts';",
         "SELECT 'state: ' || count(*) FROM sqlite_parameters WHERE key IN ('@run', '@tree');"],
        ROOT, {"TMPDIR": str(tmp_path), **(programs(tmp_path / "bin", **scripts) if scripts else {})})
    assert status == 7 and message in out
    assert "cannot commit - no transaction is active" in out and "tables: 0" in out and "state: 0" in out


def test_from_another_folder(alerts, tmp_path):
    arguments = [str(a).replace(".read sql", f".read {ROOT}/sql").replace(f".load {alerts.build.extension}",
                 f".load {alerts.build.extension.resolve()}") for a in alerts.arguments()]
    done = subprocess.run(arguments, cwd=tmp_path, env=alerts.build.env, capture_output=True, text=True)
    assert done.returncode == 1 and not done.stdout and "flowlogs: run.sql is read from the top of its tree" in done.stderr


# ---- killed, crowded, not heard -----------------------------------------------------------------

def busy_logs(folder, files, first=0):
    """Writes deliveries that make every rule fire, each with targets of earlier deliveries and new
    ones."""
    for i in range(first, first + files):
        at = i * 300
        delivered(folder, [rejected(IN, IN2, 22, at=at), rejected(IN, IN2, 1000 + i, at=at), flow(IN, "192.0.2.77", 443, at=at),
                           flow(OUT, IN, 22, at=at, bytes=9999), flow(OUT, IN, 5432, at=at), flow(IN, OUT, 53, at=at, protocol=17),
                           flow(IN, OUT2, 445, at=at), flow(IN, OUT, 443, at=at, bytes=3 * 10**8)]
                  + [flow(IN, OUT, 3333, at=at, seconds=290), flow(OUT, IN, 40000, sport=3333, at=at, seconds=290)]
                  + [flow(IN2, IN, 5 * i + p, packets=1, at=at) for p in range(5)]
                  + [flow(OUT2, IN, 22, sport=40000 + i * 5 + p, at=at + p) for p in range(5)], at)


def ids(out):
    """The ids in the output of a run, which may be cut off."""
    return [line.split('"id":"')[1][:12] for line in out.splitlines() if '"id":"' in line and len(line.split('"id":"')[1]) > 12]


def uninterrupted(release, folder, logs):
    a = Alerts(release, folder / "once.db", logs)
    status, printed, err = a.run()
    assert status == 10 and not err
    return {p["id"] for p in printed}, a.state()


def test_killed_at_any_moment(release, tmp_path):
    """Runs are killed at random moments, and then one runs to its end. The state is that of a
    single run, and each alert was printed by exactly one of the runs that reached COMMIT."""
    logs = tmp_path / "logs"
    logs.mkdir()
    busy_logs(logs, 8)
    expected, state = uninterrupted(release, tmp_path, logs)
    assert {rule for _, rule, *_ in state[1]} == set(RULES)
    begun = time.monotonic()
    uninterrupted_again = Alerts(release, tmp_path / "timed.db", logs)
    uninterrupted_again.run()
    took = time.monotonic() - begun
    rng = random.Random(7)
    committed = 0
    for n in range(60):
        a = Alerts(release, tmp_path / f"{n}.db", logs)
        told = []
        for _ in range(rng.choice([1, 2])):
            process = a.start()
            time.sleep(took * rng.random() * 1.05)
            process.send_signal(signal.SIGKILL)
            out, _ = process.communicate(timeout=60)
            with contextlib.closing(sqlite3.connect(a.database)) as db:     # opening it rolls back an unfinished transaction
                done = db.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'alerts'").fetchone()[0]
            if done and not told:       # killed after COMMIT, so it has printed everything
                told += ids(out)
                assert len(told) == len(expected)
                committed += process.returncode == -signal.SIGKILL
            elif done:
                assert ids(out) == []
        status, printed, err = a.run()
        told += [p["id"] for p in printed]
        assert not err and status == (10 if printed else 0)
        assert sorted(told) == sorted(expected)
        assert a.state() == state
    assert committed < 60


def test_killed_between_deliveries(release, tmp_path):
    """The same for a database that already has a state. Every new file is handled exactly once."""
    logs = tmp_path / "logs"
    logs.mkdir()
    busy_logs(logs, 4)
    once, often = Alerts(release, tmp_path / "once.db", logs), Alerts(release, tmp_path / "often.db", logs)
    rng = random.Random(11)
    for step in range(1, 8):
        once.run()
        before = len(often.query("SELECT 1 FROM sqlite_schema"))
        while True:
            process = often.start()
            if rng.random() < 0.7:
                time.sleep(rng.random() * 0.12)
                process.send_signal(signal.SIGKILL)
            process.communicate(timeout=60)
            if process.returncode in (0, 10):
                break
        assert often.state() == once.state() and (before or step == 1)
        busy_logs(logs, 1, 4 + step)


def programs(folder, **scripts):
    """A PATH in which some programs are replaced by shell scripts."""
    folder.mkdir()
    for name, text in scripts.items():
        (folder / name).write_text(f"#!/bin/sh\n{text}\n")
        (folder / name).chmod(0o755)
    return {"PATH": f"{folder}:{os.environ['PATH']}"}


SHELL = r"$(ls $TMPDIR | sed -n 's/^flowlogs[.]\([0-9]*\)[.].*/\1/p')"     # the PID, by its note's name


def test_killed_between_printing_and_commit(alerts, tmp_path):
    """A run is killed after it printed and before it committed. The next run prints the same
    alerts again, with the same ids."""
    delivered(alerts.logs, [rejected(IN, IN2, 22)])
    cat = shutil.which("cat")
    status, printed, _ = alerts.run(programs(tmp_path / "bin", cat=f"{cat}; kill -9 {SHELL}; sleep 1"))
    assert status == -signal.SIGKILL and len(printed) == 1
    assert alerts.query("SELECT count(*) FROM sqlite_schema") == [(0,)]
    status, again, _ = alerts.run()
    assert status == 10 and again == printed


def test_killed_between_commit_and_exit(alerts, tmp_path):
    """The alerts were printed and stored, so the next run does not print them again."""
    delivered(alerts.logs, [rejected(IN, IN2, 22)])
    rm = shutil.which("rm")     # after COMMIT, the note that alerts were printed goes
    status, printed, _ = alerts.run(programs(tmp_path / "bin", rm=f'[ -e "$2/printed" ] && kill -9 {SHELL}; {rm} "$@"'))
    assert status == -signal.SIGKILL and len(printed) == 1
    assert alerts.news() == [] and alerts.query("SELECT count(*) FROM alerts") == [(1,)]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full")
def test_what_cannot_be_printed_is_not_kept(alerts):
    delivered(alerts.logs, [rejected(IN, IN2, 22)])
    with open("/dev/full", "w") as full:
        done = subprocess.run(alerts.arguments(), cwd=ROOT, env=alerts.build.env, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode not in (0, 10)
    assert alerts.query("SELECT count(*) FROM sqlite_schema") == [(0,)]
    assert len(alerts.news()) == 1


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full")
def test_what_cannot_be_printed_is_not_kept_without_signals(alerts):
    """The shell does not end on signals if it is process 1 of a container or a child of `trap ''
    TERM`. SIGPIPE is ignored in the children of Python."""
    delivered(alerts.logs, [rejected(IN, IN2, 22)])
    with open("/dev/full", "w") as full:
        done = subprocess.run(["sh", "-c", "trap '' TERM PIPE HUP INT; exec \"$@\"", "sh", *map(str, alerts.arguments())], cwd=ROOT,
                              env=alerts.build.env, stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1 and "flowlogs: the alerts can't be printed" in done.stderr
    assert len(alerts.news()) == 1


@pytest.mark.parametrize("scripts", [dict(cat="exit 1"), dict(cat="kill -9 $PPID"), dict(mv="exit 1"), dict(sh="exit 0")])
def test_steps_that_fail(alerts, tmp_path, scripts):
    """Whichever step on the way to the reader fails, no alert is stored that did not arrive."""
    delivered(alerts.logs, [rejected(IN, IN2, 22)])
    status, _, err = alerts.run(programs(tmp_path / "bin", **scripts))
    # A step that is killed may end the shell with it, which then writes into a pipe that nobody reads.
    assert status == 1 and "flowlogs: " in err or status == -signal.SIGPIPE and "kill" in scripts.get("cat", "")
    assert alerts.query("SELECT count(*) FROM sqlite_schema") == [(0,)]
    assert not list(tmp_path.glob("flowlogs.*")) or "sh" in scripts
    assert len(alerts.news()) == 1


def test_no_room_for_the_status(alerts, tmp_path):
    delivered(alerts.logs, [rejected(IN, IN2, 22)])
    status, printed, err = alerts.run({"TMPDIR": str(tmp_path / "nowhere")})
    assert status == 1 and not printed and "TMPDIR" in err and str(tmp_path / "nowhere") in err
    for name in ("it's", 'a "b" $c'):
        (tmp_path / name).mkdir()
        alerts.database = tmp_path / f"{len(name)}.db"
        assert alerts.run({"TMPDIR": str(tmp_path / name)})[0] == 10 and list((tmp_path / name).iterdir()) == []


def test_what_a_killed_run_left_is_no_proof(alerts, tmp_path):
    """The notes of a killed run are no proof that alerts were printed, because the shell of a
    container has the same process id each time."""
    delivered(alerts.logs, [rejected(IN, IN2, 22)])
    script = f'mkdir {tmp_path}/flowlogs.$$.x; echo 9 > {tmp_path}/flowlogs.$$.x/printed; trap "" TERM PIPE; exec "$@" > /dev/full'
    done = subprocess.run(["sh", "-c", script, "sh", *map(str, alerts.arguments())], cwd=ROOT, stderr=subprocess.PIPE, text=True,
                          env={**alerts.build.env, "TMPDIR": str(tmp_path)})
    assert done.returncode == 1 and not list(tmp_path.glob("flowlogs.*")) and len(alerts.news()) == 1


def plant(folder, name):
    """Shell commands that make what others may put where temporary files are: folders of the names that a shell with this
    process id makes, one behind a link and one of another user. Their files say that all has been done."""
    (folder / "theirs").mkdir()
    for file in ("exit", "printed", "words"):
        (folder / "theirs" / file).write_text("3 -- .shell touch pwned\nadd__TEXT__pwned\n")
    commands = f"ln -s theirs {folder}/{name}.$$.link; ln -s nowhere {folder}/{name}.$$.dangling; echo x > {folder}/{name}.$$.file"
    if os.getuid() == 0:
        commands += f"; cp -r {folder}/theirs {folder}/{name}.$$.other; chown -R nobody {folder}/{name}.$$.other"
    return commands + "; "


def planted(folder, name):
    """What of it is left."""
    assert sorted(p.name for p in (folder / "theirs").iterdir()) == ["exit", "printed", "words"]
    return sorted(p.name.rpartition(".")[2] for p in folder.glob(f"{name}.*"))


def test_what_others_put_beside_the_note(alerts, tmp_path):
    """A run neither believes nor follows nor removes it."""
    delivered(alerts.logs, [rejected(IN, IN2, 22)])
    script = plant(tmp_path, "flowlogs") + 'exec "$@"'
    done = subprocess.run(["sh", "-c", script, "sh", *map(str, alerts.arguments())], cwd=ROOT, capture_output=True, text=True,
                          env={**alerts.build.env, "TMPDIR": str(tmp_path)})
    assert (done.returncode, done.stderr) == (10, "") and done.stdout.count("was rejected at") == 1
    assert planted(tmp_path, "flowlogs") == ["dangling", "file", "link"] + ["other"] * (os.getuid() == 0)
    assert not (ROOT / "pwned").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_no_folder(tmp_path, number):
    """A terminal sends it to all processes of the group."""
    env = {**os.environ, "TMPDIR": str(tmp_path)}
    step = lambda name, **kwargs: subprocess.Popen(["sh", ROOT / "sql/alerts/status.sh", name, "4711"], env=env, stdin=subprocess.PIPE, text=True,
                                                   stdout=subprocess.PIPE, **kwargs)
    step("keep").communicate("exit7")
    (note,) = tmp_path.iterdir()
    assert note.name.startswith("flowlogs.4711.") and note.stat().st_mode & 0o777 == 0o700 and (note / "exit").read_text() == "7\n"
    printing = step("print", start_new_session=True, preexec_fn=lambda: signal.signal(number, signal.SIG_DFL))
    printing.stdin.write("alert\n")
    printing.stdin.flush()
    assert printing.stdout.readline() == "alert\n"
    os.killpg(printing.pid, number)
    printing.communicate()
    assert list(tmp_path.iterdir()) == []


def test_a_reader_that_has_closed_the_pipe_is_an_error(alerts):
    """Standard output is a pipe whose reader has closed it."""
    delivered(alerts.logs, [rejected(IN, IN2, 22)])
    process = subprocess.Popen(alerts.arguments(), cwd=ROOT, env=alerts.build.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    process.stderr.read()
    assert process.wait(60) not in (0, 10)
    assert len(alerts.news()) == 1


def test_two_runs_at_once(release, tmp_path):
    """Two runs on one database take turns. Together they print each alert once and count each
    record once."""
    logs = tmp_path / "logs"
    logs.mkdir()
    busy_logs(logs, 8)
    expected, state = uninterrupted(release, tmp_path, logs)
    few = tmp_path / "few"
    shutil.copytree(logs, few)
    for name in sorted(p.name for p in few.iterdir())[4:]:
        (few / name).unlink()
    for begin in (few, None, few, None):        # with a state that is there, and with none
        a = Alerts(release, tmp_path / "both.db", logs)
        a.database.unlink(missing_ok=True)
        told = []
        if begin:
            hidden = [shutil.move(p, tmp_path / p.name) for p in logs.iterdir() if not (few / p.name).exists()]
            told = [p["id"] for p in a.run()[1]]
            for path in hidden:
                shutil.move(path, logs / path.name)
        runs = [a.start() for _ in range(4)]
        out = [r.communicate(timeout=60) for r in runs]
        assert sorted(r.returncode for r in runs) == [0, 0, 0, 10] and not any(err for _, err in out)
        news = sorted(i for o, _ in out for i in ids(o))
        assert set(told) | set(news) == expected and len(set(news)) == len(news)
        assert begin or a.state() == state
        assert a.query("SELECT count(*) FROM alert_files") == [(8,)]


def cron_line():
    """The arguments of sqlite3 in the line for cron, which is the same in README.md and run.sql."""
    text = (ROOT / "sql/alerts/README.md").read_text()
    found = re.search(r"^\*/5 \* \* \* \* cd /opt/flowlogs && (sqlite3 .*\n    .*)$", text, re.M)[1]
    commented = re.search(r"^--   \*/5 .*? (sqlite3 .*\n--       .*)$", (ROOT / "sql/alerts/run.sql").read_text(), re.M)[1]
    assert shlex.split(commented.replace("\n--", "\n")) == shlex.split(found)
    return shlex.split(found)


@pytest.mark.parametrize("runs", [2, 5])
def test_runs_from_cron_wait_for_each_other(alerts, runs):
    """The line for cron in README.md waits for a locked database from its first command on, and
    loses no parameter."""
    delivered(alerts.logs, [rejected(IN, IN2, 22)])
    alerts.news()               # with the tables, so that each command has a schema to read
    delivered(alerts.logs, [rejected(IN, IN2, 23)], 300)
    replaced = {"./build/flowlogs": str(alerts.build.extension), "/srv/AWSLogs": str(alerts.logs), "/srv/alerts.db": str(alerts.database)}
    arguments = cron_line()
    for old, new in replaced.items():
        assert sum(old in a for a in arguments) == 1
        arguments = [a.replace(old, new) for a in arguments]
    done = crowd.crowded([shutil.which(arguments[0]), *arguments[1:]], alerts.build, alerts.database, runs)
    assert [err for _, _, err in done] == [""] * runs
    assert sorted(status for status, _, _ in done) == [0] * (runs - 1) + [10]
    assert "".join(out for _, out, _ in done).count("10.0.1.5 was rejected at 10.0.2.9 tcp/23") == 1
    assert alerts.query("SELECT count(*) FROM alert_files") == [(2,)]


def test_parameters_that_another_run_made_impossible(alerts):
    """A line without .timeout loses its parameters; the message says why. With -bail it ends at
    once."""
    delivered(alerts.logs, [rejected(IN, IN2, 22)])
    alerts.news()
    arguments = [a for a in alerts.arguments() if a not in (".timeout 60000",)]
    del arguments[arguments.index("-cmd")]
    for bail in (True, False):
        with contextlib.closing(sqlite3.connect(alerts.database, isolation_level=None)) as db:
            db.execute("BEGIN EXCLUSIVE")
            process = subprocess.Popen([*(a for a in arguments[:-1] if bail or a != "-bail"), ".system echo lost && cat", arguments[-1]],
                                       cwd=ROOT, env=alerts.build.env, text=True, stdin=subprocess.PIPE,
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            if bail:            # the shell has ended although the database is still locked
                out, err = process.communicate(timeout=60)
                assert process.returncode == 1 and "lost" not in out and "run.sql" not in err
                continue
            assert process.stdout.readline() == "lost\n"
            db.execute("COMMIT")
        out, err = process.communicate(timeout=60)
        assert process.returncode == 1 and "which logs?" in err and '-cmd ".timeout 60000" comes before' in err


def test_a_locked_database_is_an_error(alerts, tmp_path):
    """If another connection keeps the database locked, the run ends with an error before it
    prints."""
    delivered(alerts.logs, [rejected(IN, IN2, 22)])
    tree = tmp_path / "tree"
    shutil.copytree(ROOT / "sql", tree / "sql")
    run = tree / "sql/alerts/run.sql"
    assert "\n.timeout 60000\n" in run.read_text()
    run.write_text(run.read_text().replace("\n.timeout 60000\n", "\n.timeout 100\n"))
    arguments = [str(a).replace(f".load {alerts.build.extension}", f".load {alerts.build.extension.resolve()}") for a in alerts.arguments()]
    for at, begin in enumerate(("BEGIN IMMEDIATE", "BEGIN; SELECT * FROM alerts")):
        with contextlib.closing(sqlite3.connect(alerts.database, isolation_level=None)) as db:
            for sql in begin.split("; "):
                db.execute(sql).fetchall()
            done = subprocess.run(arguments, cwd=tree, env=alerts.build.env, capture_output=True, text=True)
        assert done.returncode == 1 and "database is locked" in done.stderr and not done.stdout
        assert len(alerts.news()) == 1
        delivered(alerts.logs, [rejected(IN, IN2, 23 + at)], 300)
