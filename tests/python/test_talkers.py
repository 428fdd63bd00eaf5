# SPDX-License-Identifier: MIT
"""The scripts of sql/investigate about who talked to whom, on small inputs whose right answer one can
see: each byte counts once, the server is the one that answers, and NAT gateways are told from others
that forward."""

import pytest

from test_investigations_small import answer

V5 = ("interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action tcp-flags pkt-srcaddr pkt-dstaddr "
      "flow-direction vpc-id subnet-id instance-id az-id")


def seen(eni, way, ends, ports, size, flags=18, shown=None, of="i-1 use1-az1", start=1773046800):
    """A line of V5 that an interface wrote: `ends` are those of the packet, `shown` srcaddr and dstaddr."""
    instance, zone = of.split()
    return (f"{eni} {' '.join(shown or ends)} {ports[0]} {ports[1]} 6 4 {size} {start} {start + 60} ACCEPT {flags} {' '.join(ends)} {way} "
            f"vpc-1 subnet-{zone} {instance} {zone}")


def both(eni, ends, ports, sizes, own=0, **more):
    """Request and answer between client and server, as the interface of one of them wrote them."""
    ways = ("egress", "ingress") if own == 0 else ("ingress", "egress")
    return [seen(eni, ways[0], ends, ports, sizes[0], 2, **more),
            seen(eni, ways[1], ends[::-1], ports[::-1], sizes[1], 18, **{k: v[::-1] if k == "shown" else v for k, v in more.items()})]


def test_bytes_inside_and_to_the_outside_count_once(tmp_path):
    """Two interfaces log what is sent inside, one logs what leaves: 5,000 and 7,000 bytes were sent, and 7,000 left."""
    lines = [*both("eni-1", ("10.0.0.5", "10.0.0.6"), (40000, 5432), (5000, 300)),
             *both("eni-2", ("10.0.0.5", "10.0.0.6"), (40000, 5432), (5000, 300), own=1, of="i-2 use1-az1"),
             *both("eni-1", ("10.0.0.5", "203.0.113.7"), (40001, 443), (7000, 200))]
    rows = answer("top-talkers", tmp_path, V5, lines)
    assert [(r[0], r[5], r[6]) for r in rows] == [("10.0.0.5", "12000", "500"), ("10.0.0.6", "300", "5000"), ("203.0.113.7", "200", "7000")]
    rows = answer("top-talkers", tmp_path, V5, lines, per="pair")
    assert [r[5] for r in rows if r[:2] == ["10.0.0.5", "203.0.113.7"]] == ["7000"]
    [row] = answer("data-leaving", tmp_path, V5, lines, bytes=1)
    assert row[:2] + [row[5]] == ["10.0.0.5", "203.0.113.7", "7000"]


def test_who_sends_most_is_who_leaves_most(release, tmp_path):
    """On the sample, what the inside sends to the outside is the same sum in both scripts."""
    out = ".headers off\n.parameter init\n.parameter set @top -1\n.parameter set @bytes 0\n.parameter set @per \"'pair'\"\n"
    total = "SELECT sum(bytes) FROM temp.answer WHERE"
    [sent] = release.rows(f"{out}.output /dev/null\n.read sql/investigate/top-talkers.sql\n.output\n"
                          f"{total} is_inside(who) AND NOT is_inside(peer);")
    [left] = release.rows(f"{out}.output /dev/null\n.read sql/investigate/data-leaving.sql\n.output\n{total} NOT nat;")
    assert sent == left and int(sent[0]) > 500000000


@pytest.mark.parametrize("flags, port, service", [(True, 50052, "50052"), (False, 50052, "50052"), (False, 50051, "grpc")])
@pytest.mark.parametrize("name", ["services-used", "eni", "host-seen", "from-to"])
def test_a_server_on_a_high_port(tmp_path, name, flags, port, service):
    """Fifty connections to one port, from ports above and below it: the SYN tells who the server is, or, without tcp-flags,
    that so many meet there, or that the port is known."""
    lines = [line for i in range(50) for line in both("eni-9", ("10.0.0.5", "10.0.0.9"), (40000 + 401 * i, port), (100, 1000), own=1)]
    fields = V5
    if not flags:
        fields = V5.replace("tcp-flags ", "")
        lines = [" ".join(w for i, w in enumerate(line.split()) if i != 11) for line in lines]
    rows = answer(name, tmp_path, fields, lines, eni="eni-9", host="10.0.0.5", dst="10.0.0.5")
    assert {"services-used": [rows[0][:4] + rows[0][5:9]], "eni": [rows[-1][:4] + rows[-1][5:7]], "host-seen": [rows[0][:5] + rows[0][6:8]],
            "from-to": [rows[0][:4] + rows[0][5:9]]}[name] == {
        "services-used": [["10.0.0.5", "10.0.0.9", "1", str(port), "50", "50", "5000", "50000"]],
        "eni": [["10.0.0.5", "10.0.0.9", service, "50", "5000", "50000"]],
        "host-seen": [["10.0.0.9", "client", "TCP", str(port), "50", "5000", "50000"]],
        "from-to": [["10.0.0.9", "10.0.0.5", "TCP", str(port), "server", "50", "0", "50000"]]}[name]


def test_zones_of_pods(tmp_path):
    """Pods have addresses of their own, which only pkt_srcaddr and pkt_dstaddr show: az1 sent 10,000 bytes, and got 70,000 back."""
    pods, nodes = ("100.64.1.5", "100.64.2.6"), ("10.0.1.10", "10.0.2.20")
    lines = [*both("eni-1", pods, (40000, 8080), (10000, 70000), shown=(nodes[0], pods[1])),
             *both("eni-2", pods, (40000, 8080), (10000, 70000), own=1, shown=(pods[0], nodes[1]), of="i-2 use1-az2")]
    assert answer("cross-az", tmp_path, V5, lines)[:4] == [
        ["use1-az2", "use1-az1", "1", "1", "70000"], ["use1-az1", "use1-az2", "1", "1", "10000"],
        ["use1-az2", "use1-az1", *pods[::-1], "1", "70000"], ["use1-az1", "use1-az2", *pods, "1", "10000"]]


# What an interface logs of a request of 900 bytes to 203.0.113.7 and its answer, of 100: the ends that are shown, and those of the packet.
NAT, OUT = "10.0.9.9", ("10.0.0.5", "203.0.113.7")
FORWARDS = {
    "a NAT gateway": [("eni-9", ("10.0.0.5", NAT), OUT), ("eni-9", (NAT, "203.0.113.7"), (NAT, "203.0.113.7"))],
    "the interface of a transit gateway": [("eni-9", ("10.0.0.5", NAT), ("10.0.0.5", "10.7.0.7")), ("eni-9", ("10.0.0.5", "10.7.0.7"), ("10.0.0.5", "10.7.0.7"))],
    "a load balancer with a second address": [("eni-9", ("203.0.113.7", NAT), ("203.0.113.7", "10.0.9.10")), ("eni-9", (NAT, "10.0.0.5"), (NAT, "10.0.0.5"))],
    "the node of a pod": [("eni-9", (NAT, "203.0.113.7"), ("100.64.1.5", "203.0.113.7"))]}


@pytest.mark.parametrize("kind", FORWARDS)
@pytest.mark.parametrize("direction", [True, False])
def test_what_is_a_nat_gateway(tmp_path, kind, direction):
    """Of interfaces that show other addresses than the packet's, without instance-id, only the NAT gateway's counts."""
    fields = V5.replace(" instance-id", "").replace("" if direction else " flow-direction", "")
    lines = []
    for eni, shown, ends in FORWARDS[kind]:
        for line in both(eni, ends, (40000, 443), (900, 100), shown=shown):
            words = line.split()
            words = [w for w, f in zip(words, V5.split()) if f in fields.split()]
            lines.append(" ".join(words))
    rows = answer("nat-traffic", tmp_path, fields, lines)
    assert [r[:7] for r in rows if r[0] != "nothing found"] == (
        [["eni-9", "10.0.0.5", "203.0.113.7", "443", "NULL", "900", "100"]] if kind == "a NAT gateway" else [])


def test_an_interface_type_tells_what_is_a_nat_gateway(tmp_path):
    """Also where its onward leg is not in the logs; and a type that is another's denies it."""
    for kind, found in (("nat_gateway", 1), ("network_load_balancer", 0)):
        (tmp_path / "a.log").unlink(missing_ok=True)
        lines = [f"{line} {kind}" for line in both("eni-9", OUT, (40000, 443), (900, 100), shown=("10.0.0.5", NAT), of="- use1-az1")]
        rows = answer("nat-traffic", tmp_path, V5 + " interface-type", lines)
        assert len([r for r in rows if r[0] != "nothing found"]) == found


@pytest.mark.parametrize("direction", [True, False])
def test_an_instance_without_flow_direction(tmp_path, direction):
    """Its peer is the other end, and the sums are those of the connection."""
    lines = [*both("eni-1", OUT, (40000, 443), (900, 100)), *both("eni-1", ("10.0.0.5", "203.0.113.8"), (40001, 443), (90, 10))]
    fields = V5
    if not direction:
        fields, at = V5.replace(" flow-direction", ""), V5.split().index("flow-direction")
        lines = [" ".join(w for i, w in enumerate(line.split()) if i != at) for line in lines]
    rows = answer("host-seen", tmp_path, fields, lines, host="i-1")
    assert [r[:2] + r[6:8] for r in rows] == [["203.0.113.7", "client", "900", "100"], ["203.0.113.8", "client", "90", "10"]]
    for per, who in (("instance", "i-1"), ("subnet", "subnet-use1-az1")):
        assert [r[:1] + r[5:7] for r in answer("top-talkers", tmp_path, fields, lines, per=per)] == [[who, "990", "110"]]


@pytest.mark.parametrize("name, columns", [
    ("top-talkers", [3, 4, 5, 6]), ("services-used", [6, 7, 8]), ("host-seen", [5, 6, 7]), ("conversation", [8, 9, 10]), ("connections-latest", [7, 8])])
def test_what_no_record_says_of_a_connection(tmp_path, name, columns):
    """Without packets, bytes and action, what each end sent and what was rejected is NULL and not 0."""
    rows = answer(name, tmp_path, "srcaddr dstaddr srcport dstport protocol start end", ["10.0.0.5 203.0.113.7 40000 443 6 1773046800 1773046860"],
                  host="10.0.0.5", a="10.0.0.5", b="203.0.113.7")
    assert [i for i, cell in enumerate(rows[0]) if cell == "NULL"] == ([1, *columns] if name == "top-talkers" else columns)


@pytest.mark.parametrize("flags", [True, False])
def test_the_view_of_conversations_knows_a_server_on_a_high_port(release, tmp_path, flags):
    """And each byte counts once in the views, although both interfaces log it."""
    ends = ("10.0.0.5", "10.0.0.9")
    lines = [line for i in range(50) for eni, own in (("eni-1", 0), ("eni-9", 1))
             for line in both(eni, ends, (40000 + 401 * i, 50052), (100, 1000), own=own)]
    at = V5.split().index("tcp-flags")
    keep = [i for i in range(len(V5.split())) if flags or i != at]
    (tmp_path / "a.log").write_text("".join(" ".join(line.split()[i] for i in keep) + "\n" for line in [V5, *lines]))
    asked = [("client, server, port, connections, sent, received FROM conversations", [*ends, "50052", "50", "5000", "50000"]),
             ("address, bytes FROM talkers WHERE address = '10.0.0.5'", [ends[0], "5000"]), ("bytes FROM pairs WHERE src = '10.0.0.9'", ["50000"])]
    for query, row in asked:
        assert release.rows(f".headers off\n.output /dev/null\n.parameter init\n.parameter set @logs \"'{tmp_path}'\"\n.read sql/views.sql\n"
                            f".output\nSELECT {query};") == [row]
