# SPDX-License-Identifier: MIT
"""community_id(), compared with the specification's vectors and with a second implementation, in
Python with hashlib, on thousands of random flows in both directions."""

import base64
import hashlib
import ipaddress
import json
import random
import re
import socket
import sqlite3
import struct

import pytest

import builds
from builds import ROOT

PORTS = (6, 17, 132)  # TCP, UDP and SCTP
ICMP = (1, 58)


def reference(src, sport, dst, dport, protocol, seed=0):
    """The ID as the specification describes it."""
    if protocol in ICMP:
        return None
    ends = []
    for text, port in ((src, sport), (dst, dport)):
        address = ipaddress.ip_address(text)
        address = getattr(address, "ipv4_mapped", None) or address
        ends.append((address.packed, struct.pack("!H", port) if protocol in PORTS else b""))
    if len(ends[0][0]) != len(ends[1][0]):
        return None
    (one, one_port), (two, two_port) = sorted(ends)
    hashed = struct.pack("!H", seed) + one + two + struct.pack("!BB", protocol, 0) + one_port + two_port
    return "1:" + base64.b64encode(hashlib.sha1(hashed).digest()).decode()


def ask(db, *args):
    return db.execute(f"SELECT community_id({', '.join('?' * len(args))})", args).fetchone()[0]


@pytest.fixture
def db(release):
    return builds.connect(release)


@pytest.mark.parametrize("flow, seed, expected", [
    (("128.232.110.120", 34855, "66.35.250.204", 80, 6), 0, "1:LQU9qZlK+B5F3KDmev6m5PMibrg="),
    (("128.232.110.120", 34855, "66.35.250.204", 80, 6), 1, "1:3V71V58M3Ksw/yuFALMcW0LAHvc="),
    (("192.168.1.52", 54585, "8.8.8.8", 53, 17), 0, "1:d/FP5EW3wiY1vCndhwleRRKHowQ="),
    (("192.168.170.8", 7, "192.168.170.56", 80, 132), 0, "1:jQgCxbku+pNGw8WPbEc/TS/uTpQ="),
])
def test_vectors(db, flow, seed, expected):
    src, sport, dst, dport, protocol = flow
    assert reference(*flow, seed) == expected
    assert ask(db, *flow, seed) == ask(db, dst, dport, src, sport, protocol, seed) == expected
    assert seed or ask(db, *flow) == expected


def random_flow(rng):
    v4, few = rng.random() < 0.5, rng.random() < 0.3
    family, bits = (socket.AF_INET, 32) if v4 else (socket.AF_INET6, 128)
    value = rng.getrandbits(bits)
    other = value ^ rng.choice((0, 1, 1 << bits - 1)) if few else rng.getrandbits(bits)
    src, dst = (socket.inet_ntop(family, n.to_bytes(bits // 8, "big")) for n in (value, other))
    if v4 and rng.random() < 0.2:
        src = "::ffff:" + src
    port = (lambda: rng.choice((0, 1, 255, 256, 443, 65535))) if few else (lambda: rng.randrange(65536))
    return (src, port(), dst, port(), rng.choice(PORTS) if rng.random() < 0.7 else rng.randrange(256),
            rng.choice((0, 1, 256, 65535, rng.randrange(65536))))


@pytest.mark.parametrize("seed", range(3))
def test_random_flows(build, seed):
    """Both directions of 2,000 flows, on each build, in one statement."""
    rng = random.Random(seed)
    flows = [random_flow(rng) for _ in range(2000)]
    values = ", ".join(f"('{a}', {b}, '{c}', {d}, {e}, {f})" for a, b, c, d, e, f in flows)
    sql = (f"WITH f(a, b, c, d, e, f) AS (VALUES {values}) SELECT community_id(a, b, c, d, e, f), community_id(c, d, a, b, e, f), "
           "CASE WHEN f THEN community_id(a, b, c, d, e, f) ELSE community_id(ip_blob(a), b, c, d, e) END FROM f;")
    expected = [[reference(*flow) or "NULL"] * 3 for flow in flows]
    assert build.rows(sql) == expected


def test_the_sample(db):
    """Every flow of the sample, each direction with its answer."""
    logs = str(ROOT / "tests/data/AWSLogs")
    rows = db.execute("SELECT DISTINCT srcaddr, srcport, dstaddr, dstport, protocol, community_id(srcaddr, srcport, dstaddr, dstport, "
                      "protocol) FROM flowlogs(?)", (logs,)).fetchall()
    for *flow, got in rows:
        assert got == (None if None in flow else reference(*flow)), flow
    assert len({row[5] for row in rows}) < len(rows) * 0.9  # answers have the ID of what they answer


# ---- NULL

@pytest.mark.parametrize("flow", [
    (None, 1, "10.0.0.2", 2, 6), ("10.0.0.1", None, "10.0.0.2", 2, 6), ("10.0.0.1", 1, None, 2, 6), ("10.0.0.1", 1, "10.0.0.2", None, 6),
    ("10.0.0.1", 1, "10.0.0.2", 2, None), ("10.0.0.1", 1, "10.0.0.2", 2, 6, None), ("-", 1, "10.0.0.2", 2, 6),
    ("10.0.0.1", 1, "10.0.0.2/32", 2, 6), (b"10.0.0.1", 1, "10.0.0.2", 2, 6), (167772161, 1, "10.0.0.2", 2, 6),
    ("10.0.0.1", 1, "fd00::1", 2, 6), ("10.0.0.1", 8, "10.0.0.2", 0, 1), ("fd00::1", 128, "fd00::2", 0, 58), ("10.0.0.1", None, "10.0.0.2", None, 1),
])
def test_null(db, flow):
    assert ask(db, *flow) is None


def test_protocols_without_ports(db):
    for protocol in set(range(256)) - set(PORTS) - set(ICMP):
        expected = reference("10.0.0.2", 0, "10.0.0.1", 0, protocol)
        for ports in ((0, 0), (1, 2), (None, None), (70000, "x")):
            assert ask(db, "10.0.0.2", ports[0], "10.0.0.1", ports[1], protocol) == expected, protocol


# ---- errors

@pytest.mark.parametrize("flow, message", [
    (("10.0.0.1", 65536, "10.0.0.2", 2, 6), "the srcport is 65536, not a number from 0 to 65535; the order is "
     "community_id(srcaddr, srcport, dstaddr, dstport, protocol)"),
    (("10.0.0.1", 1, "10.0.0.2", -1, 17), "the dstport is -1, not a number from 0 to 65535"),
    (("10.0.0.1", 1, "10.0.0.2", 2.5, 132), "the dstport is 2.5, not"),
    (("10.0.0.1", "https", "10.0.0.2", 2, 6), "the srcport is 'https', not"),
    (("10.0.0.1", "10.0.0.2", 1, 2, 6), "the srcport is '10.0.0.2', not a number from 0 to 65535; the order is"),
    ((6, "10.0.0.1", 1, "10.0.0.2", 2), None),
    (("10.0.0.1", 1, "10.0.0.2", 2, 256), "the protocol is 256, not a number from 0 to 255"),
    (("10.0.0.1", 1, "10.0.0.2", 2, "tcp"), "the protocol is 'tcp', not a number from 0 to 255"),
    (("10.0.0.1", 1, "10.0.0.2", 2, b"6"), "the protocol is a blob, not a number"),
    (("10.0.0.1", 1, "10.0.0.2", 2, 6, 65536), "the seed is 65536, not a number from 0 to 65535"),
    (("10.0.0.1", 1, "10.0.0.2", 2, 47, -1), "the seed is -1, not"),
    (("10.0.0.1", 1, "10.0.0.2", 2, 1, "x"), "the seed is 'x', not"),
    (("10.0.0.1", "x\x1b[2J", "10.0.0.2", 2, 6), "the srcport is 'x\\x1b[2J', not"),
])
def test_errors(db, flow, message):
    if message is None:  # protocol 2 has no ports, and 6 is no address
        assert ask(db, *flow) is None
        return
    with pytest.raises(sqlite3.OperationalError) as error:
        ask(db, *flow)
    assert str(error.value).startswith("flowlogs: community_id: " + message)


# ---- where it may stand

def test_it_is_pure(db):
    db.executescript("""CREATE TABLE t(a, b, c, d, e, id AS (community_id(a, b, c, d, e)));
                        CREATE INDEX i ON t(community_id(a, b, c, d, e));
                        INSERT INTO t VALUES ('10.0.0.1', 1, '10.0.0.2', 2, 6);""")
    id = reference("10.0.0.1", 1, "10.0.0.2", 2, 6)
    assert db.execute("SELECT id FROM t WHERE community_id(a, b, c, d, e) = ?", (id,)).fetchall() == [(id,)]


def test_the_digest_in_the_unit_test():
    """That of messages of all lengths, in tests/unit/base/test_sha1.c, is hashlib's."""
    text = (ROOT / "tests/unit/base/test_sha1.c").read_text()
    lengths = int(re.search(r"#define LENGTHS\s+(\d+)", text)[1])
    digests = [hashlib.sha1(bytes((i * i + n) % 251 for i in range(n))).digest() for n in range(lengths)]
    assert json.loads(re.search(r"#define OF_HASHLIB\s+(\S+)", text)[1]) == hashlib.sha1(b"".join(digests)).hexdigest()
