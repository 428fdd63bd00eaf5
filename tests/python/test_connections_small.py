# SPDX-License-Identifier: MIT
"""flowlogs_connections on small inputs, with values that were computed by hand. lib/connections.py,
with which test_connections.py compares the table, must give the same rows."""

import json

import pytest

from builds import connect, is_error, quote
from connecting import reference_rows, same_rows, table_rows
from connections import HIDDEN

NAMES = "interface-id flow-direction srcaddr dstaddr srcport dstport protocol packets bytes start end action tcp-flags " \
    "pkt-srcaddr pkt-dstaddr az-id instance-id"
FIELDS = dict(zip(NAMES.split(), "eni-1 - 10.0.0.1 10.0.0.2 40000 17777 6 1 100 1000 1010 ACCEPT 0 - - - -".split()))
T = 1773046800


def record(**fields):
    """A line with the values of FIELDS, but for those that are given."""
    return {**FIELDS, **{name.replace("_", "-"): str(value) for name, value in fields.items()}}


def answer(line):
    """The record of the other direction."""
    swapped = {"srcaddr": "dstaddr", "srcport": "dstport", "pkt-srcaddr": "pkt-dstaddr"}
    swapped |= {b: a for a, b in swapped.items()}
    way = {"ingress": "egress", "egress": "ingress", "-": "-"}[line["flow-direction"]]
    return {name: line[swapped.get(name, name)] for name in line} | {"flow-direction": way}


class Logs:
    """A folder of logs, and the rows of flowlogs_connections, on which both computations agree."""

    def __init__(self, build, folder):
        self.build, self.folder, self.files = build, folder, 0

    def write(self, *lines, names=NAMES):
        names = names.split()
        text = " ".join(names) + "\n" + "".join(" ".join(line[n] for n in names) + "\n" for line in lines)
        self.files += 1
        (self.folder / f"{self.files}.log").write_text(text)

    def rows(self, **options):
        got = table_rows(self.build, self.folder, **options)
        same_rows(got, reference_rows(self.folder, **options))
        return sorted(got, key=lambda r: (r["first_seen"] or 0, r["client"], r["client_port"] or 0, r["server"], r["server_port"] or 0))

    def column(self, name, **options):
        return [row[name] for row in self.rows(**options)]

    def one(self, *lines, names=NAMES, **options):
        """The only row of these records."""
        self.write(*lines, names=names)
        rows = self.rows(**options)
        assert len(rows) == 1
        return rows[0]


@pytest.fixture
def logs(build, tmp_path):
    return Logs(build, tmp_path)


@pytest.fixture
def quick(release, tmp_path):
    """For tests with many cases, which would take long with sanitizers."""
    return Logs(release, tmp_path)


def part(row, names):
    return [row[name] for name in names.split()]


ENDS = "client client_port server server_port protocol"
SUMS = "client_packets client_bytes server_packets server_bytes"
DEFAULT = "interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action"


# ---- the client ------------------------------------------------------------------------------

@pytest.mark.parametrize("names, role", [(NAMES, "tcp-flags"), (DEFAULT, "many-peers")])
def test_no_connection_to_port_50051_is_reversed(quick, names, role):
    """Of 50 clients, 32 have a lower port than the server."""
    lines = []
    for i in range(50):
        syn = record(srcaddr=f"10.0.0.{i + 10}", dstaddr="10.0.9.9", srcport=33000 + 537 * i, dstport=50061, tcp_flags=2, packets=5,
                     bytes=500, start=T + i, end=T + i)
        lines += [syn, answer(syn) | {"tcp-flags": "18", "bytes": "9000"}]
    quick.write(*lines, names=names)
    rows = quick.rows()
    assert sum(int(r["client_port"]) < 50061 for r in rows) == 32
    assert [part(r, ENDS + " role_from " + SUMS) for r in rows] == \
        [[f"10.0.0.{i + 10}", 33000 + 537 * i, "10.0.9.9", 50061, 6, role, 5, 500, 5, 9000] for i in range(50)]


@pytest.mark.parametrize("there, back, client", [
    ([2], [18], "10.0.0.1"), ([2], [0], "10.0.0.1"), ([0], [18], "10.0.0.1"), ([3], [19], "10.0.0.1"), ([7], [22], "10.0.0.1"),
    ([0, 2], [], "10.0.0.1"), ([18], [2], "10.0.0.2"), ([18], [0], "10.0.0.2"), ([16], [2], "10.0.0.2"), ([66], [82], "10.0.0.1"),
    # Neither end, or both alike: the ports decide, of which 17777 is the lower one.
    ([0], [0], None), ([1], [4], None), ([16], [16], None), ([2], [2], None), ([18], [18], None), ([2, 18], [2, 18], None),
    # One SYN more than the other.
    ([2, 18], [18], "10.0.0.1"), ([2, 18], [2], "10.0.0.2")])
def test_flags_of_tcp_tell_the_client(quick, there, back, client):
    lines = [record(tcp_flags=f, start=1000 + i) for i, f in enumerate(there)] + [answer(record(tcp_flags=f)) for f in back]
    row = quick.one(*lines)
    assert part(row, "client role_from") == ([client, "tcp-flags"] if client else ["10.0.0.1", "lower-port"])
    quick.files = 0
    row = quick.one(*(line | {"protocol": "17"} for line in lines))      # the field means nothing for other protocols
    assert row["role_from"] == ("lower-port" if there and back else "one-way")


@pytest.mark.parametrize("ports, protocol, client, role", [
    ((40000, 443), 6, 40000, "service-port"), ((443, 40000), 6, 40000, "service-port"), ((1024, 53), 17, 1024, "service-port"),
    ((1023, 443), 6, 1023, "lower-port"), ((443, 1023), 6, 1023, "lower-port"), ((80, 443), 6, 443, "lower-port"),
    ((40000, 17777), 6, 40000, "lower-port"), ((514, 40000), 17, 40000, "service-port")])
def test_ports_tell_the_client(quick, ports, protocol, client, role):
    line = record(srcport=ports[0], dstport=ports[1], protocol=protocol)
    row = quick.one(line, answer(line))
    assert part(row, "client_port role_from") == [client, role]


@pytest.mark.parametrize("fields, role", [
    ({"protocol": 17}, "one-way"), ({"tcp_flags": "-"}, "one-way"), ({"tcp_flags": "-", "action": "REJECT"}, "one-way"),
    ({"protocol": 17, "dstport": "-"}, "one-way"), ({"protocol": 1}, "one-way"),
    # A late packet of the server may be alone; without a SYN, the flags do not say who the client is.
    ({"tcp_flags": 4}, "many-peers"), ({"tcp_flags": 0}, "many-peers"), ({"protocol": 17, "dstport": 53}, "service-port"),
    ({"tcp_flags": 2}, "tcp-flags")])
def test_who_has_no_answer_is_the_client(quick, fields, role):
    """A scan from one source port: the scanner's end meets three others, which makes no server of it."""
    quick.write(*(record(**fields) | {"dstaddr": f"10.0.0.{i}"} for i in (2, 3, 4)))
    rows = quick.rows()
    assert {r["role_from"] for r in rows} == {role}
    assert {(r["server"] if role == "many-peers" else r["client"]) for r in rows} == {"10.0.0.1"}


def test_the_option_servers_names_ports(logs, release):
    line = record(srcport=17777, dstport=18888)
    logs.write(line, answer(line))
    assert logs.column("client_port") == [18888]
    for servers, client, role in [([18888], 17777, "service-port"), ([17777, 1], 18888, "service-port"), ([17777, 18888], 18888, "lower-port"),
                                  ([], 18888, "lower-port")]:
        assert part(logs.rows(servers=servers)[0], "client_port role_from") == [client, role]
    db = connect(release)
    db.execute("CREATE TABLE ours(name, port)")
    db.execute("INSERT INTO ours VALUES ('a', 18888), ('b', NULL)")
    got = db.execute("SELECT client_port FROM flowlogs_connections(?) WHERE servers = 'ours'", [str(logs.folder)]).fetchall()
    assert got == [(17777,)]


def test_equal_ports_have_the_client_with_fewer_peers(logs):
    """NTP with port 123 at both ends: 10.0.0.9 answers three clients, the first of which was seen
    after its answer."""
    lines = [record(srcaddr=f"10.0.0.{i}", dstaddr="10.0.0.9", srcport=123, dstport=123, protocol=17, start=1000 - i) for i in (1, 2, 3)]
    logs.write(*lines, *(answer(line) | {"start": "900"} for line in lines))
    assert {tuple(part(r, ENDS + " role_from")) for r in logs.rows()} == \
        {(f"10.0.0.{i}", 123, "10.0.0.9", 123, 17, "many-peers") for i in (1, 2, 3)}


@pytest.mark.parametrize("times, client", [
    ([(1001, 1005), (1000, 1005)], "10.0.0.2"), ([(1000, 1005), (1001, 1005)], "10.0.0.1"), ([(1000, 1005), (1000, 1004)], "10.0.0.2"),
    ([(1000, 1005), (1000, 1005)], "10.0.0.1"), ([("-", "-"), ("-", "-")], "10.0.0.1"), ([(1000, "-"), ("-", 999)], "10.0.0.2"),
    ([("-", 1000), (1000, "-")], "10.0.0.1")])
@pytest.mark.parametrize("fields", [{"srcport": 123, "dstport": 123, "protocol": 17}, {"srcport": 0, "dstport": 0, "protocol": 1},
                                    {"srcport": "-", "dstport": "-", "protocol": 47}, {"srcport": "-", "dstport": 443}])
def test_the_first_sender_is_the_client_where_nothing_else_tells(quick, times, client, fields):
    there, back = ({"start": str(a), "end": str(b)} for a, b in times)
    line = record(**fields)
    assert part(quick.one(line | there, answer(line) | back), "client role_from") == [client, "first-seen"]


# ---- once ------------------------------------------------------------------------------------

def test_internal_and_external_traffic_count_once(logs):
    """10 GB between two logged interfaces, in four records of two intervals, and 5 GB to the
    outside."""
    inside = [record(interface_id=f"eni-{i}", dstport=443, packets=4, bytes=5 * 10**9, start=T + 60 * n, end=T + 60 * n + 59) for i in (1, 2) for n in (0, 1)]
    outside = record(interface_id="eni-1", dstaddr="198.51.100.7", dstport=443, packets=9, bytes=5 * 10**9)
    logs.write(*inside, outside)
    rows = {r["server"]: part(r, SUMS + " points records") for r in logs.rows()}
    assert rows == {"10.0.0.2": [8, 10**10, 0, 0, 2, 4], "198.51.100.7": [9, 5 * 10**9, 0, 0, 1, 1]}


def test_the_point_that_saw_most_counts(logs):
    """Each direction for itself: eni-1 lost a part of the answers, and eni-2 of the requests. An
    interface that saw a packet twice, in and out, counts it once."""
    lines = [record(interface_id=i, flow_direction=w, packets=p, bytes=b) for i, w, p, b in
             [("eni-1", "egress", 10, 1000), ("eni-2", "ingress", 8, 800), ("eni-3", "ingress", 10, 900), ("eni-3", "egress", 11, 1000)]]
    lines += [answer(record(interface_id=i, packets=p, bytes=b)) for i, p, b in [("eni-1", 1, 50), ("eni-2", 2, 70), ("-", 5, 60)]]
    assert part(logs.one(*lines), SUMS + " points records") == [11, 1000, 2, 70, 4, 7]


def test_a_point_may_show_several_addresses(logs):
    """Whatever an interface shows for the end, what it saw in one direction is one sum."""
    lines = [record(flow_direction="egress", srcaddr="10.0.0.9", pkt_srcaddr="10.0.0.1"), record(flow_direction="egress", bytes=50, packets=2),
             record(flow_direction="ingress", bytes=120)]
    assert part(logs.one(*lines), SUMS + " points records") == [3, 150, 0, 0, 1, 3]


def test_fields_that_are_missing_are_unknown(logs):
    there, back = record(), answer(record())
    whole = NAMES.split()

    def one(*without, lines=(there, back)):
        logs.files = 0
        return logs.one(*lines, names=" ".join(n for n in whole if n not in without))
    assert part(one(), SUMS + " accepted rejected state seconds points") == [1, 100, 1, 100, 2, 0, "established", 10, 1]
    assert part(one("bytes"), SUMS) == [1, None, 1, None]
    assert part(one("packets", "bytes"), SUMS) == [None] * 4
    assert part(one("packets", lines=[there]), SUMS) == [None, 100, None, 0]
    assert part(one("action"), "accepted rejected state") == [None, None, "established"]
    assert part(one("tcp-flags", "action", lines=[there]), "accepted rejected state role_from") == [None, None, "no answer", "one-way"]
    assert part(one("start", "end"), "first_seen last_seen seconds role_from") == [None, None, None, "lower-port"]
    assert part(one("start"), "first_seen last_seen seconds") == [1010, 1010, 0]
    assert part(one("end"), "first_seen last_seen seconds") == [1000, 1000, 0]
    assert part(one("interface-id"), "points records") == [1, 2]
    assert part(one(lines=[there | {"bytes": "-"}, there, back | {"bytes": "-"}]), SUMS) == [2, 100, 1, None]
    assert part(one(lines=[there | {"action": "-"}, back | {"action": "REJECT"}]), "accepted rejected state") == [0, 1, "rejected"]


@pytest.mark.parametrize("without", ["srcaddr", "dstaddr", "srcport", "dstport", "protocol", "srcaddr dstport protocol"])
def test_a_file_without_a_needed_field_is_an_error_that_names_it(quick, without):
    quick.write(record())
    quick.write(record(), names=" ".join(n for n in NAMES.split() if n not in without.split()))
    ask = f"SELECT count(*) FROM flowlogs_connections({quote(str(quick.folder))}"
    text = quick.build.shell(ask + ");")
    assert is_error(text) and "2.log" in text and all(name in text for name in without.split())
    assert quick.build.shell(ask + ", 'skip');") == "1\n"


@pytest.mark.parametrize("field, value", [("srcaddr", "10.0.0.256"), ("dstaddr", "1.2.3"), ("pkt-srcaddr", "10.0.0.256"), ("pkt-dstaddr", "1::2::3"),
                                          ("srcport", "65536"), ("dstport", "70000"), ("protocol", "256")])
def test_a_value_that_cannot_exist_is_an_error_of_its_line(quick, field, value):
    quick.write(record(), record() | {field: value}, record(bytes=1))
    ask = f"SELECT count(*), sum(records), sum(client_bytes) FROM flowlogs_connections({quote(str(quick.folder))}"
    text = quick.build.shell(ask + ");")
    assert is_error(text) and "1.log:3" in text and value in text
    assert quick.build.shell(ask + ", 'skip');") == "1|2|101\n"


# ---- ends ------------------------------------------------------------------------------------

def test_records_without_addresses_do_not_count(logs):
    nothing = {n: "-" for n in FIELDS} | {"interface-id": "eni-1", "start": "1000", "end": "1060"}
    logs.write(nothing, record(), record(dstaddr="-"), record(srcaddr="-"), names=NAMES)
    assert [part(r, ENDS + " records") for r in logs.rows()] == [["10.0.0.1", 40000, "10.0.0.2", 17777, 6, 1]]


def test_addresses_are_equal_in_all_spellings(logs):
    line = record(srcaddr="2001:DB8:0:0:0:0:0:1", dstaddr="::ffff:10.0.0.2", dstport=443)
    row = logs.one(line, answer(line | {"srcaddr": "2001:db8::1", "dstaddr": "10.0.0.2"}), line | {"pkt-srcaddr": "2001:0db8::0001"})
    assert part(row, ENDS + " records is_nat_leg") == ["2001:db8::1", 40000, "10.0.0.2", 443, 6, 3, 0]


@pytest.mark.parametrize("protocol", [1, 58])
def test_icmp_has_no_ports(quick, protocol):
    line = record(srcport=8, dstport=0, protocol=protocol)
    assert part(quick.one(line, answer(line) | {"start": "1001"}), ENDS + " records") == ["10.0.0.1", None, "10.0.0.2", None, protocol, 2]


def test_what_is_unknown_is_a_value_of_its_own(logs):
    logs.write(record(protocol="-"), record(), record(srcport="-"), record(dstport="-"), record(srcport="-", dstport="-"))
    assert {tuple(part(r, ENDS)) for r in logs.rows()} == {
        ("10.0.0.1", s, "10.0.0.2", d, p) for s, d, p in
        [(40000, 17777, None), (40000, 17777, 6), (None, 17777, 6), (40000, None, 6), (None, None, 6)]}


def test_an_end_that_talks_to_itself(logs):
    line = record(dstaddr="10.0.0.1", dstport=40000)
    assert part(logs.one(line, answer(line)), ENDS + " records client_bytes server_bytes state") == \
        ["10.0.0.1", 40000, "10.0.0.1", 40000, 6, 2, 200, 0, "no answer"]


# ---- time ------------------------------------------------------------------------------------

@pytest.mark.parametrize("idle, gap, count", [
    (None, 900, 1), (None, 901, 2), ("15m", 900, 1), ("15m", 901, 2), ("1h", 3600, 1), ("1h", 3601, 2), ("60", 60, 1), (60, 61, 2),
    ("60s", 61, 2), ("1d", 86400, 1), ("1d", 86401, 2)])
def test_a_pause_longer_than_idle_begins_another_connection(quick, idle, gap, count):
    line = record(start=T, end=T + 10)
    quick.write(line, answer(line), record(start=T + 10 + gap, end=T + 20 + gap, bytes=7))
    rows = quick.rows(**({"idle": idle} if idle else {}))
    expected = [[T, T + 20 + gap, 20 + gap, 3, 107, 100]] if count == 1 else [[T, T + 10, 10, 2, 100, 100], [T + 10 + gap, T + 20 + gap, 10, 1, 7, 0]]
    assert [part(r, "first_seen last_seen seconds records client_bytes server_bytes") for r in rows] == expected


@pytest.mark.parametrize("idle", ["59", "0", "-1", "15x", "", "1e3"])
def test_an_idle_that_is_none_is_an_error(quick, idle):
    quick.write(record())
    text = quick.build.shell(f"SELECT * FROM flowlogs_connections({quote(str(quick.folder))}) WHERE idle = {quote(idle)};")
    assert is_error(text) and "idle" in text


def test_records_come_in_any_order_from_any_file(logs):
    """Chains of records that belong together only through others, which come last."""
    moments = [(T, T + 5000), (T + 100, T + 110), (T + 5900, T + 5950), (T + 6851, T + 6860), (T + 7760, T + 7700), (T + 6900, T + 6901)]
    orders = [[5, 3, 0, 2, 4, 1], [2, 0, 1], [4, 3, 5]]
    for order in orders:
        logs.write(*(record(start=moments[i][0], end=moments[i][1], interface_id=f"eni-{i}") for i in order))
    assert [part(r, "first_seen last_seen records points client_bytes") for r in logs.rows()] == \
        [[T, T + 5950, 6, 3, 200], [T + 6851, T + 7760, 6, 3, 200]]


def test_records_without_times_are_a_connection_of_their_own(logs):
    logs.write(record(), record(start="-", end="-"), answer(record(start="-", end="-")), record(start="-", end=5000))
    assert [part(r, "first_seen last_seen records") for r in logs.rows()] == [[None, None, 2], [1000, 1010, 1], [5000, 5000, 1]]


# ---- state and direction ----------------------------------------------------------------------

@pytest.mark.parametrize("there, back, state", [
    ([("ACCEPT", 0)], [("ACCEPT", 0)], "established"), ([("ACCEPT", 2), ("ACCEPT", 1)], [("ACCEPT", 18)], "established"),
    ([("ACCEPT", 3)], [("ACCEPT", 19)], "closed"), ([("ACCEPT", 3)], [("ACCEPT", 23)], "reset"), ([("ACCEPT", 7)], [("ACCEPT", 18)], "reset"),
    ([("ACCEPT", 2)], [("ACCEPT", 4)], "refused"), ([("ACCEPT", 6)], [("ACCEPT", 0)], "reset"), ([("ACCEPT", 0)], [("ACCEPT", 4)], "reset"),
    ([("ACCEPT", 2)], [], "no answer"), ([("REJECT", 2)], [], "rejected"), ([("ACCEPT", 2), ("REJECT", 2)], [], "rejected"),
    ([], [("ACCEPT", 18)], "one-sided"), ([], [("REJECT", 18)], "rejected"), ([("ACCEPT", 2)], [("REJECT", 18)], "rejected"),
    ([("REJECT", 2), ("ACCEPT", 2)], [("ACCEPT", 18)], "established"), ([("-", 0)], [("-", 0)], "established"), ([("-", 2)], [], "no answer")])
def test_states(quick, there, back, state):
    row = quick.one(*(record(action=a, tcp_flags=f) for a, f in there), *(answer(record(action=a, tcp_flags=f)) for a, f in back))
    actions = [a for a, _ in there + back]
    known = set(actions) != {"-"}
    assert part(row, "client state accepted rejected") == ["10.0.0.1", state, actions.count("ACCEPT") if known else None,
                                                           actions.count("REJECT") if known else None]


DIRECTIONS = [("10.0.0.1", "172.16.5.5", "internal"), ("198.51.100.1", "192.168.1.1", "inbound"), ("100.64.0.1", "198.51.100.1", "outbound"),
              ("198.51.100.1", "203.0.113.1", "external"), ("fd00::1", "2001:db8::1", "outbound"), ("2001:db8::1", "fc00::1", "inbound"),
              ("172.32.0.1", "100.128.0.1", "external")]


@pytest.mark.parametrize("client, server, direction", DIRECTIONS)
def test_directions(quick, client, server, direction):
    assert quick.one(record(srcaddr=client, dstaddr=server))["direction"] == direction


def test_the_option_inside_names_networks(logs, release):
    logs.write(record(srcaddr="198.51.100.1", dstaddr="10.0.0.1"), record(srcaddr="2001:db8::5", dstaddr="198.51.100.99"))
    networks = ["198.51.100.0/24", "2001:db8::/64"]
    assert logs.column("direction", inside=networks) == ["outbound", "internal"]
    assert logs.column("direction", inside=[]) == ["external", "external"]
    db = connect(release)
    db.execute("CREATE TABLE ours(cidr)")
    db.executemany("INSERT INTO ours VALUES (?)", [(n,) for n in networks])
    got = db.execute("SELECT client, direction FROM flowlogs_connections(?) WHERE inside = 'ours' ORDER BY 1", [str(logs.folder)]).fetchall()
    assert got == [("198.51.100.1", "outbound"), ("2001:db8::5", "internal")]
    assert json.loads(db.execute("SELECT ?", [json.dumps(networks)]).fetchone()[0]) == networks


# ---- NAT, pods, transit gateways ----------------------------------------------------------------

def through_nat(interfaces="eni-1 eni-nat"):
    """10.0.1.5 asks 203.0.113.5:443 through 10.0.0.220: the records of its interface and of the
    gateway's."""
    out = record(interface_id="eni-1", flow_direction="egress", srcaddr="10.0.1.5", dstaddr="203.0.113.5", dstport=443,
                 pkt_srcaddr="10.0.1.5", pkt_dstaddr="203.0.113.5", bytes=500, tcp_flags=2, instance_id="i-1")
    inner = out | {"interface-id": "eni-nat", "flow-direction": "ingress", "dstaddr": "10.0.0.220", "instance-id": "-"}
    onward = out | {"interface-id": "eni-nat", "srcaddr": "10.0.0.220", "pkt-srcaddr": "10.0.0.220", "srcport": "1500", "instance-id": "-"}
    lines = [line for line in (out, inner, onward) if line["interface-id"] in interfaces.split()]
    return lines + [answer(line) | {"bytes": "9000", "tcp-flags": "18"} for line in lines]


@pytest.mark.parametrize("interfaces, points, client_interface", [("eni-1 eni-nat", 2, "eni-1"), ("eni-nat", 1, None)])
def test_the_onward_leg_of_a_nat_gateway(quick, interfaces, points, client_interface):
    quick.write(*through_nat(interfaces))
    rows = quick.rows()
    assert [part(r, ENDS + " client_bytes server_bytes points is_nat_leg direction") for r in rows] == [
        ["10.0.0.220", 1500, "203.0.113.5", 443, 6, 500, 9000, 1, 1, "outbound"],
        ["10.0.1.5", 40000, "203.0.113.5", 443, 6, 500, 9000, points, 0, "outbound"]]
    assert [part(r, "client_interface_id server_interface_id client_instance_id") for r in rows] == [
        ["eni-nat", None, None], [client_interface, None, client_interface and "i-1"]]


def test_a_gateway_that_talks_for_itself_has_no_leg(logs):
    """Another port of the same remote address is not what it forwards to."""
    own = record(interface_id="eni-nat", srcaddr="10.0.0.220", dstaddr="203.0.113.5", dstport=22, pkt_srcaddr="10.0.0.220", pkt_dstaddr="203.0.113.5")
    logs.write(*through_nat(), own)
    assert {r["server_port"]: r["is_nat_leg"] for r in logs.rows() if r["client"] == "10.0.0.220"} == {443: 1, 22: 0}
    logs.write(own | {"protocol": "17", "dstport": "443"})
    assert [r["is_nat_leg"] for r in logs.rows() if r["protocol"] == 17] == [0]


GATEWAY = [record(interface_id="eni-nat", srcaddr="10.0.1.5", dstaddr="10.0.0.220", dstport=443, bytes=5000),
           record(interface_id="eni-nat", srcaddr="10.0.0.220", srcport=1500, dstaddr="203.0.113.5", dstport=443, bytes=5000),
           record(interface_id="eni-1", srcaddr="10.0.1.5", dstaddr="203.0.113.5", dstport=443, bytes=5000)]
LEGS = "client server is_nat_leg"


def test_a_nat_gateway_in_the_default_format(logs):
    """What it got from the inside it sent to the outside, and another address sent as much there."""
    logs.write(*GATEWAY, names=DEFAULT)
    inner, onward, whole = ["10.0.1.5", "10.0.0.220"], ["10.0.0.220", "203.0.113.5"], ["10.0.1.5", "203.0.113.5"]
    legs = {tuple(part(r, "client server")): r["is_nat_leg"] for r in logs.rows()}
    assert legs == {tuple(inner): 1, tuple(onward): 1, tuple(whole): 0}
    assert sorted(logs.column("is_nat_leg", inside=["192.168.0.0/16"])) == [0, 0, 0]
    logs.write(record(interface_id="eni-1", srcaddr="10.0.0.220", dstaddr="203.0.113.9", dstport=80, bytes=60), names=DEFAULT)
    assert sum(logs.column("is_nat_leg")) == 2                  # within 1 %: another interface, and little
    logs.write(record(interface_id="eni-nat", srcaddr="10.0.0.220", dstaddr="203.0.113.9", dstport=80, bytes=60), names=DEFAULT)
    assert sum(logs.column("is_nat_leg")) == 0


def test_a_condition_on_the_protocol_leaves_the_gateways(logs):
    """With the bytes that 10.0.0.220 sent over UDP, it sent more than it got, and is no gateway."""
    logs.write(*GATEWAY, record(interface_id="eni-nat", srcaddr="10.0.0.220", dstaddr="203.0.113.9", dstport=53, protocol=17), names=DEFAULT)
    where = f"FROM flowlogs_connections({quote(str(logs.folder))})"
    for condition in ("protocol = 6", "protocol IN (6, 1) AND server_port = 443", "server_port = 443", "addr = '10.0.0.220' AND protocol = 6"):
        assert logs.build.rows(f"SELECT total(is_nat_leg) {where} WHERE {condition};") == [["0.0"]]


def test_pods_are_the_ends_and_their_nodes_the_interfaces(logs):
    """A pod in one zone asks a pod in another: 10,000 bytes and 70,000 back. Both nodes log their
    own address."""
    packet = {"pkt-srcaddr": "10.0.1.50", "pkt-dstaddr": "10.0.2.60", "dstport": "8080", "tcp-flags": "2", "bytes": "10000"}
    one = record(interface_id="eni-1", flow_direction="egress", srcaddr="10.0.1.1", dstaddr="10.0.2.60", az_id="use1-az1", instance_id="i-1") | packet
    two = record(interface_id="eni-2", flow_direction="ingress", srcaddr="10.0.1.50", dstaddr="10.0.2.1", az_id="use1-az2", instance_id="i-2") | packet
    other = one | {"pkt-srcaddr": "10.0.1.51", "bytes": "1"}
    backs = [answer(line) | {"tcp-flags": "18", "bytes": "70000"} for line in (one, two)]
    logs.write(one, two, other, *backs)
    rows = logs.rows()
    assert [part(r, ENDS + " client_bytes server_bytes points is_nat_leg") for r in rows] == [
        ["10.0.1.50", 40000, "10.0.2.60", 8080, 6, 10000, 70000, 2, 0], ["10.0.1.51", 40000, "10.0.2.60", 8080, 6, 1, 0, 1, 0]]
    assert part(rows[0], "client_az_id server_az_id client_interface_id server_interface_id client_instance_id server_instance_id") == \
        ["use1-az1", "use1-az2", "eni-1", "eni-2", "i-1", "i-2"]


def test_attachments_of_a_transit_gateway_are_points(logs):
    names = "resource-type tgw-attachment-id tgw-src-vpc-account-id tgw-dst-vpc-account-id tgw-src-vpc-id tgw-dst-vpc-id tgw-src-eni " \
        "tgw-dst-eni tgw-src-az-id tgw-dst-az-id srcaddr dstaddr srcport dstport protocol packets bytes start end flow-direction tcp-flags"
    base = dict(zip(names.split(), "TransitGateway tgw-attach-1 111111111111 222222222222 vpc-1 vpc-2 eni-1 eni-2 use1-az1 use1-az2 "
                    "10.0.0.1 10.8.0.1 40000 5432 6 3 300 1000 1010 ingress 2".split()))
    logs.write(base, base | {"tgw-attachment-id": "tgw-attach-2", "flow-direction": "egress"}, names=names)
    logs.write(record(dstaddr="10.8.0.1", dstport=5432, packets=3, bytes=300, tcp_flags=2))
    row, = logs.rows()
    assert part(row, ENDS + " " + SUMS + " points records accepted state") == \
        ["10.0.0.1", 40000, "10.8.0.1", 5432, 6, 3, 300, 0, 0, 3, 3, 1, "no answer"]
    assert [row[c] for c in HIDDEN] == [None] * len(HIDDEN)      # an attachment is at neither end


def test_an_interface_without_direction_is_known_by_its_address(logs):
    """eni-1 has 10.0.0.1 in all its records; eni-2 only one record, which may be of either end."""
    logs.write(record(dstport=443, az_id="az-1"), record(srcaddr="10.0.0.3", dstaddr="10.0.0.1", dstport=443, az_id="az-1"),
               record(interface_id="eni-2", dstport=443, az_id="az-2"))
    assert [part(r, "client client_interface_id client_az_id server_interface_id server_az_id") for r in logs.rows()] == [
        ["10.0.0.1", "eni-1", "az-1", None, None], ["10.0.0.3", None, None, "eni-1", "az-1"]]


# ---- the choice of records ----------------------------------------------------------------------

def test_options_choose_records_before_connections_are_made(logs):
    logs.write(*(record(interface_id=f"eni-{i}", start=T + 100 * i, end=T + 100 * i + 10, bytes=1 << i) for i in range(6)))
    assert part(logs.rows()[0], "records client_bytes points") == [6, 32, 6]
    assert part(logs.rows(interface_id="eni-3")[0], "records client_bytes points first_seen") == [1, 8, 1, T + 300]
    assert part(logs.rows(since=T + 200, until=T + 400)[0], "records client_bytes points first_seen last_seen") == [2, 8, 2, T + 200, T + 310]
    assert logs.rows(since=T + 501) == []
    assert logs.rows(interface_id="eni-9") == []


def test_an_interface_has_an_address_of_each_family(logs):
    four, six = record(dstport=443), record(srcaddr="2001:db8::1", dstaddr="2001:db8::2", dstport=443)
    logs.write(four, four | {"dstaddr": "10.0.0.3"}, six, six | {"dstaddr": "2001:db8::3"})
    assert [part(r, "client_interface_id server_interface_id") for r in logs.rows()] == [["eni-1", None]] * 4


def test_a_condition_on_the_protocol_leaves_the_interfaces(logs):
    """eni-1 has 10.0.0.1, as its TCP records tell; of those of UDP, either address may be its own."""
    logs.write(record(protocol=17, dstport=53), record(dstaddr="10.0.0.3"), record(start=2000, az_id="az-1"))
    where = f"FROM flowlogs_connections({quote(str(logs.folder))})"
    for condition in ("protocol = 17", "server_port = 53", "port = 53", "server = '10.0.0.2' AND protocol IN (17, 1)"):
        assert logs.build.rows(f"SELECT client_interface_id, client_az_id {where} WHERE {condition};") == [["eni-1", "az-1"]]
        assert logs.build.rows(f"SELECT count(*) {where} WHERE {condition};") == [["1"]]


@pytest.mark.parametrize("records, shown", [(9000, 9000 * 999999999999999), (12000, 1.2e19), (20000, None)])
def test_sums_beyond_what_an_integer_holds(release, tmp_path, records, shown):
    """As total() has it, REAL from 2^63 on; what is beyond 2^64 would be wrong, and is an error."""
    line = f"2 1 eni-1 10.0.0.1 10.0.0.2 40000 22 6 1 999999999999999 {1773057600} {1773057605} ACCEPT OK\n"
    (tmp_path / "a.log").write_text(line * records)
    db = connect(release)
    ask = f"SELECT client_bytes FROM flowlogs_connections('{tmp_path}')"
    if shown:
        assert db.execute(ask).fetchall() == [(pytest.approx(shown),)] and db.execute(f"SELECT typeof(client_bytes) {ask[20:]}").fetchall()[0][0] == (
            "integer" if isinstance(shown, int) else "real")
    else:
        with pytest.raises(Exception, match="integer overflow"):
            db.execute(ask).fetchall()


def test_the_statistics_say_how_often_the_files_were_read(logs):
    """Once; again where little memory divides the connections; and again for the peers of those that a
    condition chose, of which neither has the port of a service."""
    lines = [record(srcaddr=f"10.{i % 4}.{i // 256 % 256}.{i % 256}", srcport=60000 + i % 1000, dstport=443) for i in range(60000)]
    asked = record(srcport=41000, dstport=41001, protocol=17)
    logs.write(*lines, asked, answer(asked))
    where = f"FROM flowlogs_connections({quote(str(logs.folder))})"

    def passes(condition):
        out = logs.build.rows(f"SELECT count(*) {where} WHERE {condition}; SELECT flowlogs_scan_stats() ->> 'passes';")
        return [int(row[0]) for row in out]
    assert passes("1") == [60001, 1]
    assert passes("server_port = 443") == [60000, 1]
    assert passes("port = 41001") == [1, 2]
    found, often = passes("memory = '1M' AND threads = 2")
    assert found == 60001 and often > 2


def test_one_key_is_not_divided(logs):
    """A pair of ports with very many connections is in one part, however small the parts are."""
    logs.write(*(record(start=T + 2000 * (i * 7919 % 60000), end=T + 2000 * (i * 7919 % 60000) + 5) for i in range(60000)))
    out = logs.build.rows(f"""SELECT count(*) FROM flowlogs_connections({quote(str(logs.folder))}) WHERE memory = '1M' AND threads = 2;
        SELECT flowlogs_scan_stats() ->> 'passes';""")
    assert out == [["60000"], ["1"]]
