# SPDX-License-Identifier: MIT
"""The investigations of intrusions on a few lines each, whose right answer one can see: what decides about clients and
servers, success and failure, and what is counted once."""

import pytest

from test_investigations_small import DEFAULT, answer, flow

V5 = DEFAULT + " tcp-flags pkt-srcaddr pkt-dstaddr flow-direction"
NOON = 1773057600
OUTSIDE, WEB, HOST, NAT, POOL = "198.51.100.7", "203.0.113.9", "10.0.0.5", "10.20.0.5", "203.0.113.33"


def seen(src, dst, sport, dport, at=0, size=400, action="ACCEPT", eni="eni-1", flags="-", way="ingress", packet=None, protocol=6, seconds=60):
    """A line of version 5; packet: the addresses in the packet where they are others."""
    pkt = packet or (src, dst)
    return (f"5 123456789012 {eni} {src} {dst} {sport} {dport} {protocol} 4 {size} {NOON + at} {NOON + at + seconds} {action} OK "
            f"{flags} {pkt[0]} {pkt[1]} {way}")


def talk(client, server, cport, sport, at=0, sent=400, received=800, flags=True, **more):
    """A question and its answer as the server's interface sees them, with SYN and SYN+ACK."""
    return [seen(client, server, cport, sport, at, sent, flags=2 if flags else "-", **more),
            seen(server, client, sport, cport, at, received, flags=18 if flags else "-", way="egress", **more)]


def column(rows, *numbers):
    return [tuple(row[n] for n in numbers) for row in rows]


def test_success_and_trying_on_an_administrative_port(tmp_path):
    """Guesses are short, a session is long and receives much. A host on which nothing listens did not answer."""
    lines = sum((talk(OUTSIDE, HOST, 50000 + i, 22, i * 20, 1500, 2000, seconds=5) for i in range(30)), [])
    lines += talk(WEB, HOST, 50000, 22, 0, 20000, 900000, seconds=500)
    lines += [seen(OUTSIDE, HOST, 51000, 3389, flags=2), seen(HOST, OUTSIDE, 3389, 51000, flags=4, way="egress")]
    rows = answer("admin-ports", tmp_path, V5, lines)
    assert column(rows, 0, 2, 3, 4, 5, 7, 8) == [(OUTSIDE, "ssh", "30", "30", "0", "60000", "5"), (WEB, "ssh", "1", "1", "0", "900000", "500"),
                                                 (OUTSIDE, "ms-wbt-server", "1", "0", "0", "400", "NULL")]


@pytest.mark.parametrize("flags", [True, False])
def test_the_port_of_a_nat_gateway_is_no_rdp(tmp_path, flags):
    """The gateway's source port 3389 makes no RDP server of it, and no RDP client of the web server."""
    lines = talk(NAT, WEB, 3389, 443, flags=flags)
    assert column(answer("admin-ports", tmp_path, V5, lines), 0) == [("nothing found",)]


@pytest.mark.parametrize("port", [53, 80, 443, 3389])
def test_an_intruder_with_a_low_source_port(tmp_path, port):
    """With tcp-flags, the SYN tells who came, whatever its source port."""
    lines = talk(OUTSIDE, HOST, port, 8888)
    assert column(answer("inbound-external", tmp_path, V5, lines), 0, 1, 4)[0] == (HOST, "TCP 8888 jupyter", "1")
    assert column(answer("uncommon-ports", tmp_path, V5, lines), 0, 4, 6) == [("tcp/8888 jupyter", "1", OUTSIDE)]
    assert column(answer("admin-ports", tmp_path, V5, talk(OUTSIDE, HOST, port, 22)), 0, 1, 2) == [(OUTSIDE, HOST, "ssh")]


@pytest.mark.parametrize("port, service", [(500, "udp/500 isakmp"), (1194, "udp/1194 openvpn")])
def test_equal_ports(tmp_path, port, service):
    """IKE and the like use one port at both ends. Whoever sent first is the client."""
    lines = [seen(OUTSIDE, HOST, port, port, 0, protocol=17), seen(HOST, OUTSIDE, port, port, 1, protocol=17, way="egress")]
    rows = answer("uncommon-ports", tmp_path, V5, lines)
    assert column(rows, 4, 6) == [("1", OUTSIDE)] and rows[0][0].startswith(service.split(" ")[0])
    assert column(answer("inbound-external", tmp_path, V5, lines), 0, 4)[0] == (HOST, "1")


@pytest.mark.parametrize("name", ["inbound-external", "uncommon-ports"])
def test_an_answer_to_a_nat_gateway_is_nothing_that_is_open(tmp_path, name):
    """The gateway uses 6379 as a source port. What the pool answers does not make it a server."""
    gone = [seen(HOST, NAT, 40000, 3333, packet=(HOST, POOL)), seen(NAT, POOL, 6379, 3333, way="egress"),
            seen(POOL, NAT, 3333, 6379), seen(NAT, HOST, 3333, 40000, packet=(POOL, HOST), way="egress")]
    assert column(answer(name, tmp_path, V5, gone), 0) == [("nothing found",)]
    assert column(answer("server-ports", tmp_path, V5, gone), 0) == [("nothing found",)]
    flagged = talk(NAT, POOL, 6379, 3333)
    assert column(answer(name, tmp_path, V5, flagged), 0) == [("nothing found",)]
    assert column(answer("server-ports", tmp_path, V5, flagged), 0) == [("nothing found",)]


@pytest.mark.parametrize("fields, ways", [(V5, ("egress", "ingress")), (DEFAULT, None)])
def test_a_scanner_whose_own_interface_lets_it_out(tmp_path, fields, ways):
    """Of 25 ports the target's interface rejects 22; one answers, and one takes in UDP and says nothing. The ACCEPT of
    the scanner's interface is no success."""
    other = "10.0.0.77"

    def both(port, action, protocol=6):
        return [seen(HOST, other, 40000 + port, port, eni="eni-a", way="egress", protocol=protocol, flags=2),
                seen(HOST, other, 40000 + port, port, eni="eni-b", way="ingress", action=action, protocol=protocol, flags=2)]
    lines = sum((both(port, "REJECT") for port in range(1, 24) if port != 22), [])
    lines += both(22, "ACCEPT") + [seen(other, HOST, 22, 40022, eni="eni-b", way="egress", flags=18),
                                   seen(other, HOST, 22, 40022, eni="eni-a", way="ingress", flags=18)]
    lines += both(161, "ACCEPT", 17)
    if not ways:
        lines = [" ".join(line.split(" ")[:14]) for line in lines] + [flow(other, "10.0.0.9", 40000, 443, eni="eni-b")]
    rows = answer("port-scans", tmp_path, fields, lines)
    assert column(rows, 0, 1, 2, 7)[:1] == [(HOST, other, "22", "22 161")]


def test_reached_by_a_horizontal_scan(tmp_path):
    """Of six hosts, one answers, one refuses, and the interfaces of the others reject."""
    lines = []
    for i in range(6):
        to = f"10.0.1.{i}"
        lines.append(seen(HOST, to, 40000, 445, eni="eni-a", way="egress", flags=2))
        lines.append(seen(HOST, to, 40000, 445, eni=f"eni-{i}", action="REJECT" if i > 1 else "ACCEPT", flags=2))
        if i < 2:
            lines.append(seen(to, HOST, 445, 40000, eni=f"eni-{i}", way="egress", flags=[18, 4][i]))
    assert column(answer("port-scans", tmp_path, V5, lines), 0, 2, 4, 6) == [(HOST, "445", "5", "1")]


def test_a_beacon_behind_many_long_connections(tmp_path):
    """1,100 connections are kept alive, with a record every 40 seconds; both interfaces logged the beacon, whose
    connections are a minute apart."""
    lines = [seen(f"10.1.{i // 250}.{i % 250}", WEB, 40000, 443, at, eni=f"eni-{i}", way="egress", seconds=35)
             for i in range(1100) for at in range(0, 600, 40)]
    for i in range(12):
        for eni, way in (("eni-a", "egress"), ("eni-b", "ingress")):
            lines.append(seen(HOST, "10.0.9.9", 50000 + i, 8443, i * 60, 700, eni=eni, way=way, seconds=2))
    assert column(answer("beaconing", tmp_path, V5, lines), *range(8)) == [(HOST, "10.0.9.9", "tcp/8443", "12", "11", "60", "100", "700")]


def test_two_pods_on_one_node(tmp_path):
    """The node's interface shows its own address for both; their beacons do not hide each other."""
    lines = [seen(HOST, WEB, 50000 + i, 443, i * 60 + 23 * pod * (i % 2), 500 + 300 * pod, way="egress", packet=(f"10.0.5.{pod}", WEB), seconds=2)
             for i in range(12) for pod in (1, 2)]
    lines += [seen(HOST, WEB, 51000 + i, 443, i * 60 + 11, 900, way="egress", packet=("10.0.5.3", WEB), seconds=2) for i in range(12)]
    assert column(answer("beaconing", tmp_path, V5, lines), 0, 3, 5, 6, 7) == [("10.0.5.3", "12", "60", "100", "900")]


def through_nat(server, port, protocol=17):
    """A question and its answer, as the gateway's interface sees both legs."""
    packet = {"protocol": protocol, "eni": "eni-nat"}
    return [seen(HOST, NAT, 40000, port, packet=(HOST, server), **packet), seen(NAT, server, 2000, port, way="egress", **packet),
            seen(server, NAT, port, 2000, **packet), seen(NAT, HOST, port, 40000, packet=(server, HOST), way="egress", **packet)]


def test_a_query_through_a_nat_gateway_counts_once(tmp_path):
    assert column(answer("dns-resolvers", tmp_path, V5, through_nat("192.0.2.53", 53)), *range(8)) == [
        (HOST, "192.0.2.53", "53", "outside", "1", "0", "400", "400")]


def test_a_listed_address_behind_a_nat_gateway(tmp_path):
    listed = f"CREATE TABLE indicators (cidr TEXT, note TEXT);\nINSERT INTO indicators VALUES ('{POOL}/31', 'pool'), ('{OUTSIDE}', 'scan');\n"
    lines = through_nat(POOL, 3333, 6) + [seen(OUTSIDE, HOST, 443, 8443, action="REJECT", flags=2)]
    assert column(answer("bad-addresses", tmp_path, V5, lines, before=listed), *range(9)) == [
        (POOL, "pool", HOST, "3333", "1", "1", "0", "400", "400"), (OUTSIDE, "scan", HOST, "8443", "0", "0", "1", "0", "400")]


def test_a_tunnel_in_pings_that_two_interfaces_logged(tmp_path):
    lines = [seen(*ends, 0, 0, size=9000, eni=eni, way=way, protocol=1)
             for ends in ((HOST, "10.0.9.9"), ("10.0.9.9", HOST)) for eni, way in (("eni-a", "egress"), ("eni-b", "ingress"))]
    [row] = column(answer("unusual-protocols", tmp_path, V5, lines), 1, 4, 6, 7, 8)
    assert row == ("ICMP", "1", "9000", "9000", "2250")


def test_who_got_in_and_what_the_host_touched_next(tmp_path):
    """Known before, touched afterwards, and touched too late; a guess is no entry."""
    lines = talk(HOST, "10.0.9.1", 40000, 5432, -7200) + talk(OUTSIDE, HOST, 50000, 22, 0, 9000, 90000, seconds=600)
    lines += talk(WEB, HOST, 50001, 22, 60, 900, 1500, seconds=3)
    lines += talk(HOST, "10.0.9.1", 40001, 5432, 300) + talk(HOST, "10.0.9.2", 40002, 3389, 600, 5000, 70000)
    lines += talk(HOST, POOL, 40003, 443, 900, 10**9, 2000) + talk(HOST, "10.0.9.3", 40004, 445, 90000)
    rows = answer("got-in", tmp_path, V5, lines)
    assert column(rows, 0, 1, 2, 4, 5, 8, 10) == [(OUTSIDE, "ssh", HOST, "10.0.9.2", "tcp/3389", "5000", "10"),
                                                  (OUTSIDE, "ssh", HOST, POOL, "tcp/443", str(10**9), "15")]
    assert len(answer("got-in", tmp_path, V5, lines, hours=48)) == 3
    assert column(answer("got-in", tmp_path, V5, talk(OUTSIDE, HOST, 50000, 22, 0, 9000, 90000)), 0, 4) == [(OUTSIDE, "NULL")]


def steady(server, port, seconds, size=300, client=HOST, **more):
    """A connection with a record of each direction a minute."""
    return [line for at in range(0, seconds, 60) for line in (
        seen(client, server, 40000, port, at, size, way="egress", flags=2 if at == 0 else 0, **more),
        seen(server, client, port, 40000, at, size, flags=18 if at == 0 else 0, **more))]


def test_mining_pools(tmp_path):
    """An hour with 3333 and little traffic; not ten minutes, not a download, not from outside, not 443."""
    lines = steady(POOL, 3333, 3600) + steady(WEB, 3333, 600) + steady(OUTSIDE, 4444, 3600, 10**7) + steady(WEB, 443, 3600)
    lines += steady(HOST, 14444, 3600, client=OUTSIDE)
    rows = answer("mining-pools", tmp_path, V5, lines)
    assert column(rows, *range(8)) == [(HOST, POOL, "3333", "1", "3600", "10", "18000", "18000")]


def test_bytes_are_spread_over_the_interval(tmp_path):
    """6 GB in 600 seconds are 80 Mbit/s in each of ten minutes; what begins in the middle of a minute ends there."""
    rows = answer("rates", tmp_path, V5, [seen(HOST, WEB, 40000, 443, 0, 6 * 10**9, seconds=600, way="egress")])
    assert rows == [["eni-1", "egress", "10", "80.00", "2026-03-09 12:00:00", "80.00", "80.00"]]
    rows = answer("rates", tmp_path, V5, [seen(HOST, WEB, 40000, 443, 30, 6 * 10**9, seconds=600, way="egress"),
                                          seen(HOST, WEB, 40000, 443, 7200, 750000, seconds=0, way="egress")])
    assert rows == [["eni-1", "egress", "121", "80.00", "2026-03-09 12:01:00", "80.00", "6.61"]]
    rows = answer("rates", tmp_path, V5, [seen(HOST, WEB, 40000, 443, 60 * i, 7500000 * (i + 1), way="egress") for i in range(100)])
    assert rows == [["eni-1", "egress", "100", "100.00", "2026-03-09 13:39:00", "95.00", "50.50"]]


def test_a_scan_from_one_source_port_to_ports_without_a_name(tmp_path):
    """Without tcp-flags, the end that meets most peers is the scanner's; but nobody answered, so it asked."""
    ports = range(40001, 40031)
    lines = [flow(OUTSIDE, HOST, 54321, port, action="REJECT", size=44) for port in ports] + [flow(WEB, HOST, 60000 + i, 40001) for i in range(3)]
    assert column(answer("port-scans", tmp_path, DEFAULT, lines), 0, 1, 2, 3)[0] == (OUTSIDE, HOST, "30", "40001-40030")
    assert column(answer("inbound-external", tmp_path, DEFAULT, lines), 0, 3, 6)[-2:-1] == [(OUTSIDE, "30", "30")]
