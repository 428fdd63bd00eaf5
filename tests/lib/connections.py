# SPDX-License-Identifier: MIT
"""A second computation of flowlogs_connections, slow and simple, with which the extension is
compared.

    rows = connections(records, services, idle=900, inside=None, servers=())

`records` are dicts by column, as reference.py reads them, and `services` is a function that says
whether a port of a protocol has a name. Each row is a dict with all columns. All records are kept
in memory, each rule is a function of its own, and nothing is shared with the C sources.

Records may contradict each other about the interface of an end, and several may be at one end.
client_told and server_told are the sets of all that they say, as tuples of END_COLUMNS; the
extension shows one of them, as client_interface_id, client_account_id and so on.
"""

import collections
import functools
import ipaddress

import reference
from gateways import Gateways

NEEDED = ["srcaddr", "dstaddr", "srcport", "dstport", "protocol"]
INSIDE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"]
SHOWN = """client client_port server server_port protocol first_seen last_seen seconds
    client_packets client_bytes server_packets server_bytes records accepted rejected
    state role_from direction points is_nat_leg""".split()
TRAITS = ["account_id", "vpc_id", "subnet_id", "az_id", "instance_id"]
END_COLUMNS = ["interface_id", *TRAITS]
HIDDEN = [f"{end}_{column}" for end in ("client", "server") for column in END_COLUMNS]
NO_PORT = 65536         # in a sort, a missing port is the largest
SYN, SYN_ACK, FIN, RST = 2, 18, 1, 4


# ---- records --------------------------------------------------------------------------------

@functools.lru_cache(None)
def number(text):
    """An address as a number of 128 bits, IPv4 as ::ffff:a.b.c.d; None if it is no address."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return int(address) + (0xffff << 32 if address.version == 4 else 0)


@functools.lru_cache(None)
def spelled(value):
    """The text of an address that number() made, as RFC 5952 recommends."""
    if value >> 32 == 0xffff:
        return str(ipaddress.IPv4Address(value & 0xffffffff))
    return str(ipaddress.IPv6Address(value))


def is_usable(row):
    """Whether a record that fits its format has addresses, ports and a protocol that can exist."""
    addresses = [row.get(c) for c in ("srcaddr", "dstaddr", "pkt_srcaddr", "pkt_dstaddr")]
    return all(a is None or number(a) is not None for a in addresses) and \
        all((row[c] or 0) <= 65535 for c in ("srcport", "dstport")) and (row["protocol"] or 0) <= 255


def usable_records(paths, format=None):
    """The records that flowlogs_connections reads with on_error = 'skip'. A file ends where a
    layout begins that lacks a field."""
    formats = reference.formats_of(format) if format else None
    for path in paths:
        for file in reference.find_files(path):
            for row in reference.read_file(file, formats, path != file):
                if isinstance(row, reference.FlowLogError):
                    continue
                if not all(c in row for c in NEEDED):
                    break
                if is_usable(row):
                    yield row


class Record:
    """A record with what the rules need of it: its two ends, its interval and its point."""

    def __init__(self, row):
        self.row = row
        self.protocol = row["protocol"]
        self.shown = number(row["srcaddr"]), number(row["dstaddr"])
        packet = row.get("pkt_srcaddr"), row.get("pkt_dstaddr")
        self.addresses = tuple(a if p is None else number(p) for a, p in zip(self.shown, packet))
        ports = (None, None) if self.protocol in (1, 58) else (row["srcport"], row["dstport"])
        self.ends = tuple((a, NO_PORT if p is None else p) for a, p in zip(self.addresses, ports))
        self.a, self.b = sorted(self.ends)
        self.key = self.a, self.b, self.protocol
        self.direction = 0 if self.ends[0] == self.a else 1
        start, end = row.get("start"), row.get("end")
        start = end if start is None else start
        self.start, self.end = start, start if end is None else max(start, end)
        way = row.get("flow_direction")
        self.way = way if way in ("ingress", "egress") else None
        self.interface = point_of(row)
        self.point = self.interface, self.way
        self.flags = row.get("tcp_flags") or 0

    def sends(self, flags):
        """Whether it says that its sender sent SYN without ACK, or SYN with ACK."""
        return self.flags & SYN_ACK == flags


def point_of(row):
    """The interface or the attachment that wrote the record."""
    return row.get("tgw_attachment_id") if row.get("interface_id") is None else row["interface_id"]


def is_chosen(row, since, until, interface_id):
    """Whether the options of the record level choose a record."""
    start = row.get("start")
    return row["srcaddr"] is not None and row["dstaddr"] is not None and \
        (since is None or start is not None and start >= since) and \
        (until is None or start is not None and start < until) and \
        (interface_id is None or row.get("interface_id") == interface_id)


# ---- connections ----------------------------------------------------------------------------

def divide(records, idle):
    """The connections of one key: lists of records without a pause longer than `idle`."""
    timeless = [r for r in records if r.start is None]
    if timeless:
        yield timeless
    current, until = [], None
    for r in sorted((r for r in records if r.start is not None), key=lambda r: (r.start, r.end)):
        if current and r.start - until > idle:
            yield current
            current = []
        until = max(until, r.end) if current else r.end
        current.append(r)
    if current:
        yield current


def total(values):
    known = [v for v in values if v is not None]
    return sum(known) if known else None


def sums(records):
    """(bytes, packets) of one direction: of the point that saw most. None without a record."""
    points = collections.defaultdict(list)
    for r in records:
        points[r.point].append(r)
    each = [(total(r.row.get("bytes") for r in p), total(r.row.get("packets") for r in p)) for p in points.values()]
    return max(each, key=lambda pair: [-1 if v is None else v for v in pair], default=None)


def both_sums(ways):
    """The sums of both directions. What was not logged at all is 0 if the other direction tells
    the field."""
    a, b = (sums(w) for w in ways)
    zero = [tuple(None if v is None else 0 for v in other or (None, None)) for other in (b, a)]
    return a or zero[0], b or zero[1]


class Peers:
    """How many different keys each end (address, port, protocol) has."""

    def __init__(self, keys):
        self.count = collections.Counter()
        for a, b, protocol in keys:
            for end in {a, b}:
                self.count[end, protocol] += 1

    def of(self, end, protocol):
        return self.count[end, protocol]


def by_flags(ways, protocol):
    """0 or 1, the direction of the client, or None where the flags do not tell."""
    if protocol != 6:
        return None
    sent = [[any(r.sends(flags) for r in w) for w in ways] for flags in (SYN, SYN_ACK)]
    scores = [sent[0][i] + sent[1][1 - i] for i in (0, 1)]
    return None if scores[0] == scores[1] else scores.index(max(scores))


def by_service(key, is_service):
    a, b, protocol = key
    for client, (own, other) in enumerate([(a[1], b[1]), (b[1], a[1])]):
        if is_service(other, protocol) and own >= 1024 and not is_service(own, protocol):
            return client
    return None


def by_silence(ways, protocol):
    """Nobody answers a scan. With flags, what is left may be a late packet of the server."""
    if all(ways) or protocol == 6 and any(r.row.get("tcp_flags") is not None for w in ways for r in w):
        return None
    return 0 if ways[0] else 1


def by_first(records):
    first = min(((r.start, r.end) for r in records if r.start is not None), default=None)
    senders = {r.direction for r in records if (r.start, r.end) == first and r.start is not None}
    return 1 if senders == {1} else 0


def client_of(key, ways, is_service, peers):
    """(direction of the client, rule that decided)"""
    a, b, protocol = key
    client = by_flags(ways, protocol)
    if client is not None:
        return client, "tcp-flags"
    has_ports = NO_PORT not in (a[1], b[1])
    client = by_service(key, is_service) if has_ports else None
    if client is not None:
        return client, "service-port"
    client = by_silence(ways, protocol)
    if client is not None:
        return client, "one-way"
    if has_ports:
        met = peers.of(a, protocol), peers.of(b, protocol)
        if met[0] != met[1]:
            return met.index(min(met)), "many-peers"
        if a[1] != b[1]:
            return (0 if a[1] > b[1] else 1), "lower-port"
    return by_first(ways[0] + ways[1]), "first-seen"


def state_of(client, server, protocol):
    """The state of a connection from the records that its client and its server sent."""
    both = client + server
    if all(any(r.row.get("action") != "REJECT" for r in w) for w in (client, server)):
        if protocol != 6:
            return "established"
        if any(r.flags & RST for r in both):
            refused = any(r.flags & RST for r in server) and \
                not any(r.sends(SYN_ACK) for r in server) and any(r.sends(SYN) for r in client)
            return "refused" if refused else "reset"
        return "closed" if all(any(r.flags & FIN for r in w) for w in (client, server)) else "established"
    if any(r.row.get("action") == "REJECT" for r in both):
        return "rejected"
    return "one-sided" if not client else "no answer"


def direction_of(client, server, is_inside):
    return {(True, True): "internal", (False, True): "inbound", (True, False): "outbound",
            (False, False): "external"}[is_inside(client), is_inside(server)]


# ---- network address translation, and the interfaces of the ends ------------------------------

def forwarders(records):
    """Which address forwards for which (address, port, protocol)."""
    found = set()
    for r in records:
        for shown, end in zip(r.shown, r.ends):
            if shown != end[0]:
                found.add((shown, *end, r.protocol))
    return found


def forwarding_ends(key, forwards):
    """The ends of a connection whose address forwards for the other end: it is a NAT leg."""
    a, b, protocol = key
    return [x for x, other in ((a, b), (b, a)) if (x[0], *other, protocol) in forwards]


class Interfaces:
    """What the records of each interface say of it."""

    def __init__(self, records):
        self.own, self.traits = {}, {}
        for r in records:
            interface = r.row.get("interface_id")
            if interface is None:
                continue
            for is_v4 in (True, False):         # it may have an address of each
                ends = {a for a in r.shown if (a >> 32 == 0xffff) == is_v4}
                if ends:
                    self.own[interface, is_v4] = self.own.get((interface, is_v4), ends) & ends
            known = self.traits.setdefault(interface, {})
            for c in TRAITS:
                if r.row.get(c) is not None:
                    value = r.start or 0, r.row[c].encode("utf-8", "surrogateescape")
                    known[c] = max(value, known.get(c, value))

    def facts(self, interface):
        """Its id, account, VPC and so on: of several values, that with the latest start."""
        known = self.traits[interface]
        return (interface, *(known[c][1].decode("utf-8", "surrogateescape") if c in known else None for c in TRAITS))

    def is_at(self, r, i):
        """Whether the interface of a record is that of its sender (0) or receiver (1)."""
        differs = [a != b for a, b in zip(r.shown, r.addresses)]
        if r.way:
            return i == (0 if r.way == "egress" else 1) and self.may_stand_for(r, differs[i])
        if differs[0] != differs[1]:
            return differs[i] and self.may_stand_for(r, True)
        address = r.addresses[i]
        return self.own.get((r.row["interface_id"], address >> 32 == 0xffff)) == {address}

    def may_stand_for(self, r, differs):
        """A node shows its own address for that of a pod. A gateway does so for others, too, but
        is no instance."""
        return not differs or "instance_id" in self.traits[r.row["interface_id"]]


def told(records, interfaces):
    """For both directions, what the records tell of the end that sends in it: a set of tuples."""
    found = set(), set()
    for r in records:
        for i in (0, 1):
            if r.row.get("interface_id") is not None and interfaces.is_at(r, i):
                found[r.direction if i == 0 else 1 - r.direction].add(interfaces.facts(r.row["interface_id"]))
    return found


# ---- rows -----------------------------------------------------------------------------------

def port(end):
    return None if end[1] == NO_PORT else end[1]


class Table:
    """What all connections are computed with."""

    def __init__(self, records, services, idle, inside, servers):
        self.idle, self.servers, self.services = idle, set(servers), services
        self.groups = collections.defaultdict(list)
        for r in records:
            self.groups[r.key].append(r)
        self.prefixes = [ipaddress.ip_network(p, strict=False) for p in (INSIDE if inside is None else inside)]
        self.known = {}
        self.peers = Peers(self.groups)
        self.forwards = forwarders(records)
        self.interfaces = Interfaces(records)
        self.gateways = Gateways(records, list(self.sent()), self.is_inside)

    def is_inside(self, number):
        if number not in self.known:
            address = ipaddress.ip_address(spelled(number))
            self.known[number] = any(address in p for p in self.prefixes if p.version == address.version)
        return self.known[number]

    def sent(self):
        """What each end of each connection sent to the other."""
        for (a, b, _), records in self.groups.items():
            for part in divide(records, self.idle):
                ways = both_sums([[r for r in part if r.direction == d] for d in (0, 1)])
                yield a[0], b[0], ways[0][0] or 0
                yield b[0], a[0], ways[1][0] or 0

    def is_leg(self, key):
        return bool(forwarding_ends(key, self.forwards)) or self.gateways.is_leg(key[0][0], key[1][0])

    def is_service(self, number, protocol):
        return number in self.servers or self.services(number, protocol)

    def row(self, key, records):
        ways = [[r for r in records if r.direction == d] for d in (0, 1)]
        c, role = client_of(key, ways, self.is_service, self.peers)
        client, server = key[c], key[1 - c]
        amounts = both_sums(ways)
        times = [t for r in records if r.start is not None for t in (r.start, r.end)]
        first, last = (min(times), max(times)) if times else (None, None)
        actions = [r.row.get("action") for r in records]
        known = any(a is not None for a in actions)
        row = {
            "client": spelled(client[0]), "client_port": port(client), "server": spelled(server[0]),
            "server_port": port(server), "protocol": key[2],
            "first_seen": first, "last_seen": last, "seconds": last - first if times else None,
            "client_packets": amounts[c][1], "client_bytes": amounts[c][0],
            "server_packets": amounts[1 - c][1], "server_bytes": amounts[1 - c][0],
            "records": len(records), "accepted": actions.count("ACCEPT") if known else None,
            "rejected": actions.count("REJECT") if known else None,
            "state": state_of(ways[c], ways[1 - c], key[2]), "role_from": role,
            "direction": direction_of(client[0], server[0], self.is_inside),
            "points": len({r.interface for r in records}),
            "is_nat_leg": int(self.is_leg(key))}
        ends = told(records, self.interfaces)
        row["client_told"], row["server_told"] = ends[c], ends[1 - c]
        return row


def connections(records, services, idle=900, inside=None, servers=(), since=None, until=None, interface_id=None):
    """All rows, in no particular order."""
    chosen = [Record(r) for r in records if is_chosen(r, since, until, interface_id)]
    table = Table(chosen, services, idle, inside, servers)
    return [table.row(key, part) for key, all_of_it in table.groups.items() for part in divide(all_of_it, idle)]


def services_of(db):
    """Whether a port of a protocol has a name, asked of the function port_name() once for each."""
    known = {}

    def has_name(number, protocol):
        if (number, protocol) not in known:
            arguments = [number] if protocol is None else [number, protocol]
            name = db.execute(f"SELECT port_name({', '.join('?' * len(arguments))})", arguments).fetchone()[0]
            known[number, protocol] = name is not None
        return known[number, protocol]
    return has_name
