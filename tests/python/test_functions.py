# SPDX-License-Identifier: MIT
"""The functions of addresses and codes, compared with Python's ipaddress, with lists of networks
below, and with the system's lists of protocols and services. ipaddress's is_private and the like
are not used, because they change with Python's version."""

import ipaddress
import math
import pathlib
import random
import re
import sqlite3

import pytest

from builds import ROOT

PURE = ["ip_family", "ip_scope", "ip_is_private", "ip_blob", "ip_text", "protocol_name", "port_name", "tcp_flags",
        "traffic_path"]
FAMILIES = {4: ipaddress.IPv4Address, 6: ipaddress.IPv6Address}
BITS = {4: 32, 6: 128}
MAPPED = 0xFFFF << 32


@pytest.fixture
def db(release):
    """A connection of Python's sqlite3 with only the functions, not the tables."""
    db = sqlite3.connect(":memory:")
    load(db, release)
    return db


def load(db, release):
    """Loads the entry point without tables. Python's load_extension() takes no entry point before
    3.12, so SQL's does it."""
    db.enable_load_extension(True)
    db.execute("SELECT load_extension(?, 'sqlite3_flowlogsnofs_init')", (str(release.extension),))
    db.enable_load_extension(False)


def one(db, sql, *params):
    return db.execute("SELECT " + sql, params).fetchone()[0]


def addresses(family, seed, count):
    rng = random.Random(seed)
    for i in range(count):
        number = rng.getrandbits(BITS[family])
        if i % 3 == 0:      # long runs of zeros or ones, which a mask may cut anywhere
            number &= rng.getrandbits(BITS[family]) & rng.getrandbits(BITS[family])
        if i % 3 == 1:
            number |= rng.getrandbits(BITS[family]) | rng.getrandbits(BITS[family])
        yield FAMILIES[family](number)


def text(ip):
    """An address in the form of RFC 5952. ::ffff:a.b.c.d is written as IPv4, as the extension does
    and ipaddress does not."""
    ip = getattr(ip, "ipv4_mapped", None) or ip
    return str(ip)


def spellings(ip, rng):
    """Different ways to write an address."""
    if ip.version == 4:
        a, b, c, d = ip.packed
        return [str(ip), f"::ffff:{ip}", f"::FFFF:{ip}", f"0:0:0:0:0:ffff:{a:02x}{b:02x}:{c:02x}{d:02x}", f"::ffff:{a << 8 | b:x}:{c << 8 | d:x}"]
    groups = ip.exploded.split(":")
    short = [f"{int(g, 16):x}" for g in groups]
    found = [ip.exploded, ip.exploded.upper(), ":".join(short), ip.compressed,
             ":".join(short[:6]) + f":{ipaddress.IPv4Address(ip.packed[12:])}"]
    for start in range(8):      # any run of zeros may be the ::
        for end in range(start + 1, 9):
            if all(g == "0" for g in short[start:end]):
                found.append(":".join(short[:start]) + "::" + ":".join(short[end:]))
    return rng.sample(found, min(len(found), 12))


# ---- masks

def edges(net, low=0):
    """The first and the last address of a network, and the addresses just outside it."""
    first, last = int(net.network_address), int(net.broadcast_address)
    return [type(net.network_address)(n) for n in (first - 1, first, last, last + 1) if low <= n < 1 << net.max_prefixlen]


@pytest.mark.parametrize("family", [4, 6])
def test_prefixes_of_every_length(db, family):
    other = {4: ["::", "::1", "2001:db8::1", "::fffe:ffff:ffff"], 6: ["0.0.0.0", "10.0.0.1", "255.255.255.255"]}[family]
    for ip in addresses(family, "masks", 40):
        for bits in range(BITS[family] + 1):
            net = ipaddress.ip_network((ip, bits), strict=False)
            cidr = f"{ip}/{bits}"
            assert one(db, "ip_prefix(?, ?)", str(ip), bits) == str(net), cidr
            for a in edges(net):
                assert one(db, "ip_prefix(?, ?)", str(a), bits) == str(ipaddress.ip_network((a, bits), strict=False))
                mapped = family == 6 and a.ipv4_mapped
                assert one(db, "cidr_match(?, ?)", str(a), cidr) == (a in net and not mapped), (a, cidr)
            assert one(db, "cidr_match(?, ?)", str(ip), one(db, "ip_prefix(?, ?)", str(ip), bits)) == 1
            for a in other:
                assert one(db, "isIpInSubnet(?, ?)", a, cidr) == 0, (a, cidr)


def test_a_join_with_prefixes(db):
    """Prefixes and addresses that come again and again, more of them than are kept, in all spellings."""
    rng = random.Random("join")
    ips = [f(random_ip) for f, bits in ((ipaddress.IPv4Address, 32), (ipaddress.IPv6Address, 128))
           for random_ip in (rng.getrandbits(bits) & ~(3 << bits - 2) for _ in range(60))]
    nets = [ipaddress.ip_network((ip, rng.randrange(2, ip.max_prefixlen + 1)), strict=False) for ip in ips * 3]
    texts = [[str(net), net.exploded, net.exploded.upper()][rng.randrange(3)] for net in nets]
    db.executescript("CREATE TABLE ips(i INTEGER PRIMARY KEY, ip); CREATE TABLE nets(n INTEGER PRIMARY KEY, cidr)")
    db.executemany("INSERT INTO ips(ip) VALUES (?)", [(rng.choice([str(ip), ip.exploded, ip.packed]),) for ip in ips])
    for count in (3, 40, len(nets)):
        db.execute("DELETE FROM nets")
        db.executemany("INSERT INTO nets VALUES (?, ?)", enumerate(texts[:count]))
        want = {(i, n) for i, ip in enumerate(ips, 1) for n, net in enumerate(nets[:count]) if ip.version == net.version and ip in net}
        for join in ("ips CROSS JOIN nets", "nets CROSS JOIN ips", f"(SELECT * FROM ips ORDER BY i * 7919 % {len(ips) + 1}) CROSS JOIN nets"):
            assert set(db.execute(f"SELECT i, n FROM {join} WHERE cidr_match(ip, cidr)")) == want


def test_what_was_kept_answers_for_no_other_text(db):
    pairs = [("10.0.0.1", "10.0.0.0/8", 1), ("10.0.0.1", "10.0.0.0/81", None), ("10.0.0.1", "10.0.0.0/8\0", None), ("10.0.0.1", "10.0.0.0/8 ", None),
             ("10.0.0.1\0", "10.0.0.0/8", None), ("10.0.0.11", "10.0.0.1", 0), ("10.0.0.1", "10.0.0.1", 1), ("10.0.0.1", "10.0.0.0/8" + " " * 60, None),
             ("", "10.0.0.0/8", None), ("10.0.0.1", "", None), (b"\x0a\0\0\1", "10.0.0.0/8", 1), ("10.0.0.1", b"10.0.0.0/8", None)]
    rng = random.Random("kept")
    for ip, cidr, want in rng.choices(pairs, k=400):
        try:
            got = one(db, "cidr_match(?, ?)", ip, cidr)
        except sqlite3.OperationalError as error:
            assert str(error).startswith("flowlogs: cidr_match: ") and want is None and cidr != "10.0.0.0/8"
        else:
            assert got == want, (ip, cidr)


@pytest.mark.parametrize("bits", [*range(33)])
def test_mapped_addresses_have_the_masks_of_ipv4(db, bits):
    for ip in addresses(4, "mapped", 30):
        net = ipaddress.ip_network((ip, bits), strict=False)
        assert one(db, "ip_prefix(?, ?)", f"::ffff:{ip}", bits) == str(net)
        for a in edges(net):
            assert one(db, "cidr_match(?, ?)", f"::ffff:{a}", str(net)) == (a in net)
            assert one(db, "cidr_match(?, ?)", str(a), f"::ffff:{net.network_address}/{96 + bits}") == (a in net)


@pytest.mark.parametrize("ip, n, said", [
    ("10.0.0.5", 33, "an IPv4 prefix has 0 to 32 bits, not 33"), ("10.0.0.5", -1, "0 to 32 bits, not -1"),
    ("::ffff:10.0.0.5", 96, "an IPv4 prefix has 0 to 32 bits, not 96"), ("10.0.0.5", 1 << 40, "not 1099511627776"),
    ("10.0.0.5", -(1 << 63), "not -9223372036854775808"), ("10.0.0.5", (1 << 32) + 8, "not 4294967304"),
    ("2001:db8::", 129, "an IPv6 prefix has 0 to 128 bits, not 129"), ("::", -1, "0 to 128 bits, not -1"),
    ("10.0.0.5", 8.5, "'8.5' is no number of bits"), ("10.0.0.5", "x", "'x' is no number of bits"),
    ("10.0.0.5", "", "'' is no number of bits"), ("10.0.0.5", b"8", "'8' is no number of bits"),
    ("10.0.0.5", b"", "'' is no number of bits"), ("10.0.0.5", "/8", "'/8' is no number of bits"),
    ("10.0.0.5", math.inf, "'Inf' is no number of bits"), ("10.0.0.5", 1e300, "is no number of bits")])
def test_prefixes_that_cannot_be(db, ip, n, said):
    with pytest.raises(sqlite3.OperationalError, match="^flowlogs: ip_prefix: .*" + re.escape(said)):
        one(db, "ip_prefix(?, ?)", ip, n)


def test_prefixes_of_both_families(db):
    """The error's advice for prefixes of both families works."""
    sql = "ip_prefix(?1, iif(ip_family(?1) = 4, 24, 64))"
    assert one(db, sql, "10.1.2.3") == "10.1.2.0/24"
    assert one(db, sql, "2001:db8:1:2:3::4") == "2001:db8:1:2::/64"
    assert one(db, "ip_prefix('10.1.2.3', '8')") == one(db, "ip_prefix('10.1.2.3', 8.0)") == "10.0.0.0/8"


# ---- one address

def test_an_address_in_any_spelling_is_the_same(db):
    rng = random.Random("spellings")
    for family in (4, 6):
        for ip in addresses(family, "spell", 400):
            blob = ip.packed if family == 6 else b"\0" * 10 + b"\xff\xff" + ip.packed
            for s in spellings(ip, rng):
                v4 = family == 4 or ip.ipv4_mapped is not None
                got = db.execute("SELECT ip_family(?1), ip_text(?1), ip_blob(?1), ip_text(ip_blob(?1)), "
                                 "cidr_match(?1, ?2)", (s, str(ip))).fetchone()
                assert got == (4 if v4 else 6, text(ip), blob, text(ip), 1), s
            assert one(db, "ip_text(?)", ip.packed) == text(ip)
            for f in ("ip_family", "ip_scope", "ip_is_private", "ip_blob", "ip_text"):      # a blob is an address, too
                assert one(db, f"{f}(?) IS {f}(?)", ip.packed, str(ip))
            assert one(db, "ip_prefix(?, 20)", ip.packed) == one(db, "ip_prefix(?, 20)", str(ip))
            assert one(db, "cidr_match(?, ?)", ip.packed, str(ip)) == 1


def test_blobs_sort_as_addresses(db):
    ips = [*addresses(4, "sort", 500), *addresses(6, "sort", 500), *map(ipaddress.ip_address, ("::", "::fffe:ffff:ffff", "::1:0:0:0", "ffff::"))]
    ips = [ip for ip in ips if not getattr(ip, "ipv4_mapped", None)]
    db.execute("CREATE TABLE t(ip TEXT)")
    db.executemany("INSERT INTO t VALUES (?)", [(str(ip),) for ip in random.Random(1).sample(ips, len(ips))])
    got = [ip for ip, in db.execute("SELECT ip FROM t ORDER BY ip_blob(ip)")]
    want = sorted(ips, key=lambda ip: int(ip) + (MAPPED if ip.version == 4 else 0))
    assert got == list(map(str, want))


NO_ADDRESSES = ["", " ", "abc", "-", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "10.0.0.1 ", " 10.0.0.1", "10.0.0.0/8",
                "1.2.3.4:80", ":", ":::", "1::2::3", "::1%eth0", "[::1]", "g::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9",
                "::12345", "::1.2.3", "10.0.0.1\0", "\0", 7, 10.1, b"", b"123", b"12345", b"1" * 15, b"1" * 17, b"10.0.0.1",
                "1" * 100000, "é", None]


@pytest.mark.parametrize("value", NO_ADDRESSES, ids=lambda v: repr(v)[:20])
def test_a_text_that_is_no_address_gives_null(db, value):
    for call in ("ip_family(?)", "ip_scope(?)", "ip_is_private(?)", "ip_blob(?)", "ip_text(?)", "ip_prefix(?, 8)",
                 "ip_prefix(?, 128)", "cidr_match(?, '0.0.0.0/0')"):
        assert one(db, call, value) is None, call


def test_null_gives_null(db):
    for name in PURE:
        assert one(db, f"{name}(NULL)") is None
    for call in ("ip_prefix(NULL, 8)", "ip_prefix('10.0.0.1', NULL)", "ip_prefix(NULL, 'x')", "port_name(NULL, 6)",
                 "port_name(80, NULL)", "cidr_match(NULL, '10.0.0.0/8')", "cidr_match('10.0.0.1', NULL)"):
        assert one(db, call) is None, call


@pytest.mark.parametrize("blob", [b"10.0.0.0/8", b"\x0a\0\0\0", b"\xff"])
def test_a_blob_is_no_prefix(release, blob):
    """A blob is an error even if its bytes are the text of a prefix. The message does not show
    them, because they need not be UTF-8."""
    db = sqlite3.connect(":memory:")
    db.enable_load_extension(True)
    db.load_extension(str(release.extension))
    log = str(ROOT / "tests/data/edge/crlf.log")
    for sql in ("SELECT cidr_match('10.0.0.1', ?1)",
                f"SELECT count(*) FROM flowlogs('{log}') WHERE cidr_match(srcaddr, ?1)"):
        with pytest.raises(sqlite3.OperationalError, match="flowlogs: cidr_match: the prefix is a blob, not text"):
            db.execute(sql, (blob,)).fetchall()


# ---- scopes

# From IANA's registries of special-purpose addresses, of multicast and of the IPv6 address space.
# The longest prefix decides.
SCOPES = {
    4: """
        0.0.0.0/0 global  0.0.0.0/8 reserved  0.0.0.0/32 unspecified  10.0.0.0/8 private  100.64.0.0/10 shared
        127.0.0.0/8 loopback  169.254.0.0/16 link-local  172.16.0.0/12 private
        192.0.0.0/24 reserved  192.0.0.0/29 reserved  192.0.0.8/32 reserved  192.0.0.9/32 global  192.0.0.10/32 global
        192.0.0.170/32 reserved  192.0.0.171/32 reserved
        192.0.2.0/24 documentation  192.31.196.0/24 global  192.52.193.0/24 global  192.88.99.0/24 reserved
        192.168.0.0/16 private  192.175.48.0/24 global  198.18.0.0/15 benchmarking  198.51.100.0/24 documentation
        203.0.113.0/24 documentation  224.0.0.0/4 multicast  240.0.0.0/4 reserved  255.255.255.255/32 broadcast""",
    6: """
        ::/0 reserved  2000::/3 global  ::1/128 loopback  ::/128 unspecified  64:ff9b:1::/48 translation
        100::/64 reserved  100:0:0:1::/64 reserved  2001::/23 reserved  2001::/32 global  2001:1::1/128 global
        2001:1::2/128 global  2001:1::3/128 global  2001:2::/48 benchmarking  2001:3::/32 global  2001:4:112::/48 global
        2001:10::/28 reserved  2001:20::/28 global  2001:30::/28 global  2001:db8::/32 documentation  2002::/16 global
        2620:4f:8000::/48 global  3fff::/20 documentation  5f00::/16 reserved  fc00::/7 private  fe80::/10 link-local
        fec0::/10 reserved  ff00::/8 multicast""",
}
SCOPES = {family: sorted(((ipaddress.ip_network(net), scope) for net, scope in zip(words.split()[::2], words.split()[1::2])),
                         key=lambda row: -row[0].prefixlen) for family, words in SCOPES.items()}
NAT64 = ipaddress.ip_network("64:ff9b::/96")


def scope(ip):
    if ip.version == 6 and (ip.ipv4_mapped or ip in NAT64):
        ip = ipaddress.IPv4Address(ip.packed[12:])
    return next(scope for net, scope in SCOPES[ip.version] if ip in net)


def near_networks(family):
    """Addresses at the edges of all networks that have a scope, and inside those networks."""
    rng = random.Random("near")
    for net, _ in SCOPES[family]:
        yield from edges(net)
        for _ in range(50):
            yield net[rng.randrange(net.num_addresses)]


def test_scopes_are_those_of_the_registries(db):
    v4 = [*near_networks(4), *addresses(4, "scopes", 2000)]
    v6 = [*near_networks(6), *addresses(6, "scopes", 2000), *edges(NAT64), *edges(ipaddress.ip_network("::ffff:0:0/96"))]
    v6 += [ipaddress.IPv6Address(int(ip) + base) for ip in v4 for base in (MAPPED, int(NAT64.network_address))]
    seen = set()
    for ip in v4 + v6:
        want = scope(ip)
        seen.add(want)
        got = db.execute("SELECT ip_scope(?1), ip_is_private(?1)", (str(ip),)).fetchone()
        assert got == (want, want == "private"), ip
    assert len(seen) == 12


def test_private_is_what_the_rfcs_say(db):
    """The private addresses are those of RFC 1918 and RFC 4193, tested with cidr_match."""
    nets = "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"
    for ip in [*near_networks(4), *near_networks(6)]:
        if ip not in NAT64:
            assert one(db, "ip_is_private(?)", str(ip)) == max(one(db, "cidr_match(?, ?)", str(ip), net) for net in nets), ip


# ---- codes

def system_list(path):
    """The words of each line of a file such as /etc/services: (name, number, protocol or aliases
    …)."""
    path = pathlib.Path(path)
    assert path.exists(), f"no {path}: install netbase (Fedora: setup)"
    lines = (line.split("#")[0].split() for line in path.read_text(errors="replace").splitlines())
    return [words for words in lines if len(words) > 1]


# The ports that /etc/services of Debian names otherwise, with the name there, and why ours is
# another one.
DELIBERATE = {
    (21, "udp"): ("fsp", "FTP runs over TCP only, but FSP is dead: IANA's name of both"),
    (210, "tcp"): ("z3950", "IANA's name of the same protocol"),
    (210, "udp"): ("z3950", "IANA's name of the same protocol"),
    (2121, "tcp"): ("iprop", "Heimdal only; the second port of FTP servers"),
    (4444, "tcp"): ("krb524", "gone with Kerberos 4; the port that Metasploit's payloads call"),
    (5061, "tcp"): ("sip-tls", "IANA's name of the same protocol"),
    (5061, "udp"): ("sip-tls", "IANA's name of the same protocol"),
    (6667, "tcp"): ("ircd", "IANA's name of the same protocol"),
    (7000, "tcp"): ("bbs", "dead; the ring of Cassandra. AFS, IANA's name, is on UDP"),
    (8081, "tcp"): ("tproxy", "not in use; one more port of web servers"),
    (8088, "tcp"): ("omniorb", "not in use; YARN's resource manager, which attackers look for"),
    (9098, "tcp"): ("xinetd", "not in use; Amazon MSK with IAM"),
    (10000, "tcp"): ("webmin", "IANA's name, NDMP, is in use"),
    **{(6000 + i, "tcp"): (f"x11-{i}", "one name for all displays") for i in range(1, 8)},
}
NOT_IANA_PROTOCOLS = {0, 4, 53, 55, 84, 124}     # "ip", "ipencap", "swipe", "mobile", "ttp", "isis"


def test_ports_against_etc_services(db):
    """A port that both lists know has the same name, or is in the list above. Where the list of
    the system is a copy of IANA's (macOS, Fedora), the names of the field are exempt."""
    found = {}
    for name, port, *aliases in system_list("/etc/services"):
        number, protocol = port.split("/")
        if protocol in ("tcp", "udp"):
            found.setdefault((int(number), protocol), set()).update([name.lower(), *map(str.lower, aliases)])
    exempt = {number for number, _ in port_tables()["field_ports"]} if len(found) > 1000 else set()
    compared = 0
    for (number, protocol), names in found.items():
        ours = one(db, "port_name(?, ?)", number, 6 if protocol == "tcp" else 17)
        if ours is None or number in exempt or (number, protocol) in DELIBERATE:
            continue
        compared += 1
        assert ours.lower() in names, (number, protocol)
    assert compared > 100


def test_the_list_of_differences_has_no_more_than_them(db):
    for (number, protocol), (debian, reason) in DELIBERATE.items():
        assert reason and one(db, "port_name(?, ?)", number, 6 if protocol == "tcp" else 17) not in (None, debian), number


def test_ports_that_cloud_engineers_name(db):
    """Each line of the list: a port, and the name that one who runs such a service gives it."""
    lines = (ROOT / "tests" / "data" / "ports.txt").read_text().splitlines()
    expected = [(int(number), name) for number, name in map(str.split, lines)]
    assert len(expected) >= 100
    assert [(number, one(db, "port_name(?)", number)) for number, _ in expected] == expected


def test_protocols_against_etc_protocols(db):
    compared = 0
    for name, number, *aliases in system_list("/etc/protocols"):
        number = int(number)
        if number > 145 or number in NOT_IANA_PROTOCOLS:
            continue
        names = {re.sub(r"[^a-z0-9]", "", n.lower()) for n in (name, *aliases)}
        ours = one(db, "protocol_name(?)", number)
        assert re.sub(r"[^a-z0-9]", "", ours.lower()) in names, (number, ours, names)
        compared += 1
    assert compared > 20


def port_tables():
    """The tables of port_names.c: name of the table -> (number, name) of its rows."""
    source = (ROOT / "ext" / "net" / "port_names.c").read_text()
    tables = re.findall(r"struct port (\w+)\[\] = \{(.*?)\};\n", source, re.S)
    return {table: [(int(n), name) for n, name in re.findall(r'\{(\d+), "([^"]+)"\}', rows)] for table, rows in tables}


def test_every_port_of_the_tables_is_found(db):
    """The tables of ports must be sorted, because they are searched with a binary search, and no
    name may hide behind another."""
    tables = port_tables()
    assert {name: len(rows) > 20 for name, rows in tables.items()} == dict.fromkeys(["ports", "field_ports", "udp_ports"], True)
    for rows in tables.values():
        assert [n for n, _ in rows] == sorted({n for n, _ in rows})
    names = {**dict(tables["ports"]), **dict(tables["field_ports"])}
    assert len(names) == len(tables["ports"]) + len(tables["field_ports"]) > 500
    for number, name in names.items():
        assert one(db, "port_name(?)", number) == one(db, "port_name(?, 6)", number) == name
    for number, name in tables["udp_ports"]:
        assert one(db, "port_name(?, 17)", number) == name != one(db, "port_name(?)", number)
    ranges = {**{n: "x11" for n in range(6000, 6064)}, **{n: "ircu" for n in range(6665, 6670)},
              **{n: "flex-lm" for n in range(27000, 27010)}}
    got = {n: name for n, name in db.execute("WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 65535) "
                                             "SELECT i, port_name(i) FROM n") if name}
    assert got == {**names, **ranges}


def test_tcp_flags_have_names(db):
    names = ["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"]
    for mask in range(1, 256):
        assert one(db, "tcp_flags(?)", mask) == "|".join(n for i, n in enumerate(names) if mask >> i & 1)
    assert one(db, "tcp_flags(0)") == "none"
    assert [one(db, "tcp_flags(?)", m) for m in (2, 3, 18, 19)] == ["SYN", "FIN|SYN", "SYN|ACK", "FIN|SYN|ACK"]


def test_traffic_paths_have_names(db):
    names = [one(db, "traffic_path(?)", n) for n in range(1, 9)]
    assert None not in names and len(set(names)) == 8
    assert names[0] == "same VPC" and names[2] == "virtual private gateway" and names[7] == "internet gateway"


@pytest.mark.parametrize("name", ["protocol_name", "port_name", "tcp_flags", "traffic_path"])
def test_codes_are_integers(db, name):
    for n in (1, 2, 6, 7):
        want = one(db, f"{name}({n})")
        for value in (n, float(n), str(n), f" {n}", f"{n}.0", f"{n}e0"):
            assert one(db, f"{name}(?)", value) == want, value
    for value in (6.5, "6.5", "abc", "6x", "", b"6", b"", -1, 65536, 1 << 40, -(1 << 63), (1 << 63) - 1, (1 << 32) + 6,
                  1e300, -1e300, math.inf, -math.inf, None):
        assert one(db, f"{name}(?)", value) is None, value
    # The value itself stays what it was.
    assert db.execute(f"SELECT typeof(v), {name}(v), typeof(v) FROM (SELECT ? AS v)", ("6",)).fetchone()[::2] == ("text", "text")


# ---- where the functions may stand

def test_in_a_schema(release, tmp_path):
    """The functions may be used in indexes, generated columns, CHECK, triggers and views, even
    with an untrusted schema."""
    path = tmp_path / "t.db"
    db = sqlite3.connect(path)
    load(db, release)
    db.execute("PRAGMA trusted_schema = OFF")
    db.executescript("""
        CREATE TABLE asset(ip TEXT CHECK (ip_family(ip) IS NOT NULL), port INT, flags INT, path INT,
          net TEXT AS (ip_prefix(ip, iif(ip_family(ip) = 4, 24, 64))) STORED, scope TEXT AS (ip_scope(ip)),
          service TEXT AS (port_name(port, 6)), note TEXT);
        CREATE INDEX asset_order ON asset(ip_blob(ip));
        CREATE INDEX asset_private ON asset(ip) WHERE ip_is_private(ip);
        CREATE INDEX asset_codes ON asset(protocol_name(port), tcp_flags(flags), traffic_path(path));
        CREATE INDEX asset_text ON asset(ip_text(ip), cidr_match(ip, '10.0.0.0/8'));
        CREATE VIEW seen AS SELECT ip, ip_scope(ip) AS s, tcp_flags(flags) AS f FROM asset;
        CREATE TRIGGER named AFTER INSERT ON asset
          BEGIN UPDATE asset SET note = port_name(new.port) WHERE rowid = new.rowid; END;
        INSERT INTO asset(ip, port, flags, path) VALUES ('10.0.0.9', 443, 18, 8), ('10.0.0.10', 22, 2, 1), ('2001:db8::1', 53, 0, 3);
    """)
    with pytest.raises(sqlite3.IntegrityError):
        db.execute("INSERT INTO asset(ip) VALUES ('host')")
    assert db.execute("SELECT net, scope, service, note FROM asset ORDER BY rowid").fetchall() == [
        ("10.0.0.0/24", "private", "https", "https"), ("10.0.0.0/24", "private", "ssh", "ssh"),
        ("2001:db8::/64", "documentation", "domain", "domain")]
    assert db.execute("SELECT * FROM seen WHERE f = 'none'").fetchall() == [("2001:db8::1", "documentation", "none")]
    sql = "SELECT ip FROM asset WHERE ip_blob(ip) BETWEEN ip_blob('10.0.0.0') AND ip_blob('10.255.255.255') ORDER BY ip_blob(ip)"
    assert db.execute(sql).fetchall() == [("10.0.0.9",), ("10.0.0.10",)]
    assert "asset_order" in str(db.execute("EXPLAIN QUERY PLAN " + sql).fetchall())
    assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    db.commit()


def test_all_are_pure(db):
    """All functions are SQLITE_DETERMINISTIC and SQLITE_INNOCUOUS, as SQLite lists them."""
    flags = dict(db.execute("SELECT name || narg, flags FROM pragma_function_list WHERE name LIKE 'ip\\_%' ESCAPE '\\' "
                            "OR name IN ('protocol_name', 'port_name', 'tcp_flags', 'traffic_path')"))
    assert set(flags) >= {"ip_family1", "ip_prefix2", "ip_scope1", "ip_is_private1", "ip_blob1", "ip_text1", "protocol_name1",
                          "port_name1", "port_name2", "tcp_flags1", "traffic_path1"}
    assert all(f & 0x800 and f & 0x200000 for f in flags.values()), flags


@pytest.mark.parametrize("call", ["ip_family()", "ip_prefix('10.0.0.1')", "ip_scope(1, 2)", "port_name()", "port_name(1, 2, 3)"])
def test_number_of_arguments(db, call):
    with pytest.raises(sqlite3.OperationalError, match="wrong number of arguments"):
        one(db, call)


@pytest.mark.parametrize("condition", ["1", "-1", "0.5", "'1'", "'2 apples'", "1 < 2", "9223372036854775807", "x'31'"])
def test_require_passes(db, condition):
    assert one(db, f"flowlogs_require({condition}, 'never shown')") == 1
    # The condition is true exactly where SQL's WHERE takes it for true.
    assert db.execute(f"SELECT 1 WHERE {condition}").fetchall() == [(1,)]


@pytest.mark.parametrize("condition", ["0", "0.0", "NULL", "'0'", "'apples'", "''", "1 > 2", "NULL = NULL", "x''"])
def test_require_refuses(db, condition):
    with pytest.raises(sqlite3.OperationalError, match="^stop here$"):
        one(db, f"flowlogs_require({condition}, 'stop here')")
    assert db.execute(f"SELECT 1 WHERE {condition}").fetchall() == []


@pytest.mark.parametrize("message", ["", "it's \"quoted\"", "100 % of %s and %d", "Für alle: 漢字 🦆", "two\nlines",
                                     "flowlogs: flowlogs_require: ", "x" * 5000])
def test_the_message_of_require_is_exact(db, message):
    with pytest.raises(sqlite3.OperationalError) as e:
        one(db, "flowlogs_require(0, ?)", message)
    assert str(e.value) == message


@pytest.mark.parametrize("condition", [0, 1, None])
def test_require_needs_a_message(db, condition):
    with pytest.raises(sqlite3.OperationalError, match="^flowlogs: flowlogs_require: the message is NULL$"):
        one(db, "flowlogs_require(?, NULL)", condition)


def test_require_in_where_returns_no_row(db):
    sql = "SELECT 'printed' WHERE NOT flowlogs_require(? IS NOT NULL, 'which source?')"
    assert db.execute(sql, ("10.0.0.5",)).fetchall() == []
    with pytest.raises(sqlite3.OperationalError, match=r"^which source\?$"):
        db.execute(sql, (None,)).fetchall()


def test_require_is_innocuous(db):
    """Views and triggers of a schema that is not trusted may call it."""
    db.executescript("""
        PRAGMA trusted_schema = OFF;
        CREATE TABLE t(n);
        CREATE VIEW v AS SELECT n FROM t WHERE flowlogs_require(n > 0, 'n is ' || n);
        CREATE TRIGGER g BEFORE INSERT ON t WHEN NOT flowlogs_require(new.n < 10, 'too large') BEGIN SELECT 1; END;
        INSERT INTO t VALUES (3);""")
    assert db.execute("SELECT n FROM v").fetchall() == [(3,)]
    with pytest.raises(sqlite3.OperationalError, match="^too large$"):
        db.execute("INSERT INTO t VALUES (10)")
    db.execute("INSERT INTO t VALUES (-1)")
    with pytest.raises(sqlite3.OperationalError, match="^n is -1$"):
        db.execute("SELECT n FROM v").fetchall()
    assert db.execute("SELECT count(*) FROM t").fetchall() == [(2,)]
