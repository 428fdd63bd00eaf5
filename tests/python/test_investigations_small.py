# SPDX-License-Identifier: MIT
"""The scripts of sql/investigate on a few lines each, whose right answer one can see."""

import calendar

import pytest

from builds import BUILDS
from test_parameters import setting

DEFAULT = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status"


def answer(name, tmp_path, fields, lines, before="", **values):
    """The rows of the script on a file with these fields and lines."""
    (tmp_path / "a.log").write_text("\n".join([fields, *lines]) + "\n")
    asked = "".join(f"{setting(k, v)}\n" for k, v in ({"logs": str(tmp_path)} | values).items())
    return BUILDS[0].rows(f".headers off\n.parameter init\n{before}{asked}.read sql/investigate/{name}.sql\n")


def flow(src, dst, sport=40000, dport=443, start=1773046800, size=400, action="ACCEPT", eni="eni-1"):
    """A line of the default format: TCP, one minute."""
    return f"2 123456789012 {eni} {src} {dst} {sport} {dport} 6 4 {size} {start} {start + 60} {action} OK"


@pytest.mark.parametrize("absent", range(5))
def test_high_loss_without_one_of_its_fields(tmp_path, absent):
    """The other three count; what none of the files has is NULL."""
    lost = ["packets-lost-no-route", "packets-lost-blackhole", "packets-lost-mtu-exceeded", "packets-lost-ttl-expired"]
    fields = [f for i, f in enumerate(lost) if i != absent]
    rows = answer("high-loss", tmp_path, "tgw-id srcaddr dstaddr packets start end flow-direction " + " ".join(fields), [
        "tgw-1 10.0.0.1 10.1.0.1 100 1773046800 1773046860 ingress " + " ".join(["5"] * len(fields)),
        "tgw-1 10.0.0.1 10.1.0.2 100 1773046800 1773046860 ingress " + " ".join(["5"] + ["-"] * (len(fields) - 1))])
    own = ["NULL" if i == absent else "5" for i in range(4)]
    one = ["5" if f == fields[0] else "NULL" for f in lost]
    assert rows[:2] == [["NULL", "NULL", "10.0.0.1", "10.1.0.1", "100", *own, str(50000 * len(fields))],
                        ["NULL", "NULL", "10.0.0.1", "10.1.0.2", "100", *one, "50000"]]


@pytest.mark.parametrize("zone, outside", [("+0 hours", True), ("+05:30", False), ("+5.5 hours", False), ("+5 hours", True),
                                           ("+05:15", True), ("-08:30", True), ("-09:00", False)])
def test_outside_hours_in_half_an_hour(tmp_path, zone, outside):
    """02:40 UTC is 08:10 in India, and 8 to 18 is open."""
    start = calendar.timegm((2026, 3, 10, 2, 40, 0))
    rows = answer("outside-hours", tmp_path, DEFAULT, [flow("10.0.0.5", "203.0.113.7", start=start, size=2000000)], zone=zone)
    assert [row[2:5] for row in rows if row[0] == "10.0.0.5"] == ([["1", "2000000", "0"]] if outside else [])


def test_outside_hours_wants_a_zone(tmp_path):
    """With one that SQLite does not know, no record would be within or outside."""
    [row] = answer("outside-hours", tmp_path, DEFAULT, [flow("10.0.0.5", "203.0.113.7", size=2000000)], zone="Europe/Berlin")
    assert "flowlogs: @zone must be a difference from UTC: .parameter set @zone" in row[0]


@pytest.mark.parametrize("inside, ours", [(None, ["10.0.0.5", "100.64.0.7"]), ('["10.0.0.0/8"]', ["10.0.0.5"]),
                                          ('["10.0.0.0/8", "2001:db8::/32"]', ["10.0.0.5", "2001:db8::7"])])
def test_what_is_inside_is_the_same_everywhere(tmp_path, inside, ours):
    """100.64.0.0/10 is inside by default, and @inside decides: as a client of a database and as a server of HTTPS."""
    hosts = ["10.0.0.5", "100.64.0.7", "2001:db8::7", "203.0.113.7"]
    told = f".parameter set @inside '{inside}'\n" if inside else ""
    talks = [flow(*ends) for h in hosts for ends in ((h, "10.0.0.9", 40000, 5432), ("10.0.0.9", h, 5432, 40000))]
    [row] = answer("server-ports", tmp_path, DEFAULT, talks, before=told)
    assert row[:3] == ["10.0.0.9", "5432", "postgresql"] and row[5:8] == ["4", "0", str(4 - len(ours))]
    rows = answer("inbound-external", tmp_path, DEFAULT, [flow("203.0.113.9", h) for h in hosts], before=told)
    assert [row[0] for row in rows[:-1]] == ours


POD, NODE, FAR = "100.64.3.7", "10.0.1.5", "10.0.2.9"
WITH_PACKETS = "version interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action pkt-srcaddr pkt-dstaddr flow-direction"
OF_A_POD = [f"5 eni-1 {NODE} {FAR} 40000 443 6 4 400 1773046800 1773046860 ACCEPT {POD} {FAR} egress",
            f"5 eni-1 {FAR} {NODE} 443 40000 6 4 900 1773046800 1773046860 ACCEPT {FAR} {POD} ingress",
            f"5 eni-1 {NODE} {FAR} 40001 443 6 4 50 1773046800 1773046860 ACCEPT {NODE} {FAR} egress"]


@pytest.mark.parametrize("name, asked, rows", [
    ("from-to", {"src": POD}, [[POD, FAR, "TCP", "443", "https", "client", "1", "0", "400"]]),
    ("tcp-from-source", {"src": POD}, [["2026-03-09 09:00:00", FAR, "40000", "443", "https", "NULL", "4", "400"]]),
    ("from-to", {"dst": POD}, [[FAR, POD, "TCP", "443", "https", "server", "1", "0", "900"]]),
    ("from-to", {"dst": "100.64.0.0/16"}, [[FAR, POD, "TCP", "443", "https", "server", "1", "0", "900"]]),
    ("from-to", {"src": "10.0.0.0/8", "dst": "100.64.0.0/16"}, [[FAR, POD, "TCP", "443", "https", "server", "1", "0", "900"]]),
    ("to-text-prefix", {"text": "100.64."}, [[FAR, POD, "TCP", "443", "https", "server", "1", "0", "900"]]),
    ("top-talkers", {"within": "100.64.0.0/16"}, [[POD, "NULL", "1", "0", "4", "400", "900"]]),
    ("from-to", {"src": NODE}, [[NODE, FAR, "TCP", "443", "https", "client", "1", "0", "50"]]),
    ("top-talkers", {"within": "10.0.1.0/24"}, [[NODE, "NULL", "1", "0", "4", "50", "0"]])])
def test_the_address_of_a_pod_is_in_the_packet(tmp_path, name, asked, rows):
    """Its node's interface logs the node's own address as srcaddr and dstaddr."""
    assert [row[:len(rows[0])] for row in answer(name, tmp_path, WITH_PACKETS, OF_A_POD, **asked)] == rows


@pytest.mark.parametrize("pod", [None, "100.64.3.7"])
def test_cleartext_of_a_server_on_a_high_port(tmp_path, pod):
    """Its port is that of the service, also where the clients' ports are lower, and where it is a pod's."""
    lines = []
    for i in range(30):
        ends = ["10.0.0.5", 40000 + 400 * i], ["10.0.0.9", 50051]
        for (src, sport), (dst, dport), way in ((*ends, "ingress"), (*ends[::-1], "egress")):
            packet = [pod if pod and ip == "10.0.0.9" else ip for ip in (src, dst)]
            lines.append(f"eni-1 {src} {dst} {sport} {dport} 6 100 1773046800 1773046860 ACCEPT {way} {' '.join(packet)} 0")
    rows = answer("cleartext", tmp_path, "interface-id srcaddr dstaddr srcport dstport protocol bytes start end action flow-direction "
                  "pkt-srcaddr pkt-dstaddr encryption-status", lines)
    assert rows[0][:8] == ["eni-1", "10.0.0.9", "TCP", "50051", "1", "60", "0", "6000"] and len(rows) == 2


@pytest.mark.parametrize("name, row", [("dns-resolvers", ["10.0.1.5", "203.0.113.7", "53", "outside", "1", "0", "400"]),
                                       ("bad-addresses", ["203.0.113.7", "it", "10.0.1.5", "53", "1", "1", "0", "400", "900"])])
@pytest.mark.parametrize("logged", [["eni-1", "eni-2"], ["eni-2"]])
def test_a_query_through_a_nat_gateway_counts_once(tmp_path, name, row, logged):
    """The gateway's interface, eni-2, logs both legs, and the instance's interface the first one again."""
    own, nat, far = "10.0.1.5", "10.0.0.20", "203.0.113.7"
    records = [(own, far, own, far, 40000, 53, 400, "eni-1"), (own, nat, own, far, 40000, 53, 400, "eni-2"),
               (nat, far, nat, far, 2000, 53, 400, "eni-2"), (far, nat, far, nat, 53, 2000, 900, "eni-2"),
               (nat, own, far, own, 53, 40000, 900, "eni-2"), (far, own, far, own, 53, 40000, 900, "eni-1")]
    lines = [f"5 {eni} {src} {dst} {sport} {dport} 17 1 {size} 1773046800 1773046860 ACCEPT {pkt_src} {pkt_dst} -"
             for src, dst, pkt_src, pkt_dst, sport, dport, size, eni in records if eni in logged]
    listed = "CREATE TABLE indicators (cidr TEXT, note TEXT);\nINSERT INTO indicators VALUES ('203.0.113.7', 'it');\n"
    rows = answer(name, tmp_path, WITH_PACKETS, lines, before=listed if name == "bad-addresses" else "")
    assert [r[:len(row)] for r in rows] == [row]
