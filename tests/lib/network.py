# SPDX-License-Identifier: MIT
"""A small network whose interfaces log what passes them, as AWS's flow logs do, and the true
connections. traffic.py makes things happen in it.

A connection sends packets at certain seconds. Each packet passes the interfaces on its way
(`Sight`), and each interface that is logged adds it to the record of its aggregation interval of
60 seconds, so that a connection has records of both directions, of several interfaces and of many
intervals. Interfaces reject what their rules do not let in; what lies behind does not see it.
Clocks differ by up to two seconds between interfaces. What happened before the logs begin is in no
record. The truth counts what at least one logged interface saw.
"""

import gzip
import os
import random
import time

from reference import TGW_NAMES, VPC_NAMES

BEGIN = 1773046800              # 2026-03-09 09:00:00
LASTS = 4 * 3600
INTERVAL = 60
PAUSE = 900                     # what flowlogs_connections takes for the end of a connection
ACCOUNT, REGION = "123456789012", "us-east-1"
FIN, SYN, RST, SYN_ACK = 1, 2, 4, 18
TCP, UDP, ICMP, ICMPV6 = 6, 17, 1, 58
NO_FIELD = "-"


class Interface:
    """A network interface. `instance` is None for one that AWS manages, as a NAT gateway's."""

    def __init__(self, number, address, vpc, subnet, az, instance=True, logged=True):
        self.id = f"eni-{number:017x}"
        self.address, self.vpc, self.az, self.logged = address, f"vpc-{vpc:08x}", az, logged
        self.subnet = f"subnet-{subnet:08x}"
        self.instance = f"i-{number:017x}" if instance else None


class Attachment:
    """An attachment of a transit gateway. It logs as an interface does."""

    def __init__(self, number):
        self.id, self.logged = f"tgw-attach-{number:017x}", True


class Outside:
    """An end that is not logged."""

    def __init__(self, address):
        self.address, self.logged, self.id = address, False, None


class Sight:
    """A place where the packets of a connection are seen: at a point, on the way out of it or into
    it, with the addresses and ports as it logs them. `leg` is 1 behind a NAT gateway."""

    def __init__(self, point, is_out, shown, packet, leg=0):
        self.point, self.is_out, self.shown, self.packet, self.leg = point, is_out, shown, packet, leg

    def of(self, is_forward):
        """(is_out, shown, packet) for a packet of the client, or of the server."""
        return (self.is_out, self.shown, self.packet) if is_forward else (not self.is_out, self.shown[::-1], self.packet[::-1])


class Connection:
    """One true connection. `sent` has [packets, bytes] of the client and of the server. `points`
    are the interfaces of the ends, where they are logged."""

    def __init__(self, kind, ends, protocol, is_leg, points):
        self.kind, self.protocol, self.is_leg, self.points = kind, protocol, is_leg, points
        (self.client, self.client_port), (self.server, self.server_port) = \
            [(address, None if protocol in (ICMP, ICMPV6) else port) for address, port in ends]
        self.sent = [[0, 0], [0, 0]]
        self.first = self.last = None

    def see(self, times, is_forward, packets, size):
        self.first = min(times) if self.first is None else min(self.first, *times)
        self.last = max(times) if self.last is None else max(self.last, *times)
        mine = self.sent[0 if is_forward else 1]
        mine[0] += packets
        mine[1] += size

    def fact(self):
        """What a row must say to be right."""
        return (self.client, self.client_port, self.server, self.server_port, self.protocol, self.first, self.last,
                *self.sent[0], *self.sent[1], int(self.is_leg))


class Way:
    """The places that a connection's packets pass from the client to the server, and the truths
    that they belong to: the connection, and its onward leg behind a NAT gateway."""

    def __init__(self, protocol, sights, truths, refused_at=(None, None)):
        self.protocol, self.sights, self.truths = protocol, sights, truths
        self.refused_at = refused_at        # the point that rejects packets of the client, of the server


class Network:
    def __init__(self, seed, version):
        self.rng, self.version = random.Random(f"{seed} traffic"), version
        self.records, self.truths, self.number = {}, [], 0
        self.skew, self.offset = {}, {}
        self.used = set()

    # ---- packets

    def send(self, way, moment, is_forward, packets, size, flags=0):
        """Sends packets at one moment; all interfaces on the way log them."""
        seen = {}
        for sight in way.sights if is_forward else reversed(way.sights):
            point = sight.point
            is_refused = point is way.refused_at[0 if is_forward else 1]
            if point.logged:
                at = int(moment + self.skew.setdefault(point, self.rng.random() * 2))
                if BEGIN <= at < BEGIN + LASTS:
                    self.log(sight, way.protocol, at, is_forward, packets, size, flags, is_refused)
                    seen.setdefault(sight.leg, []).append(at)
            if is_refused:
                break
        for leg, times in seen.items():
            way.truths[leg].see(times, is_forward, packets, size)

    def log(self, sight, protocol, at, is_forward, packets, size, flags, is_refused):
        is_out, shown, packet = sight.of(is_forward)
        offset = self.offset.setdefault(sight.point, self.rng.randrange(INTERVAL))
        key = (sight.point, is_out, shown, packet, protocol, is_refused, (at - offset) // INTERVAL)
        found = self.records.get(key)
        if found is None:
            self.records[key] = [packets, size, at, at, flags]
        else:
            found[0] += packets
            found[1] += size
            found[2], found[3] = min(found[2], at), max(found[3], at)
            found[4] |= flags

    # ---- conversations

    def packets_of(self, size, mtu=1400):
        return 1 + size // mtu

    def talk(self, way, start, lasts=2.0, sizes=(800, 20000), rounds=1, end="fin"):
        """A TCP connection: three packets begin it, `rounds` requests and answers follow over its
        time, and FIN or RST ends it."""
        rng = self.rng
        self.send(way, start, True, 1, 60, SYN)
        self.send(way, start + 0.02, False, 1, 60, SYN_ACK)
        for i in range(rounds):
            at = start + 0.05 + lasts * i / rounds
            size = rng.randint(1, sizes[0]) + 52, rng.randint(1, sizes[1]) + 52
            self.send(way, at, True, self.packets_of(size[0]) + size[1] // 2800, size[0] + size[1] // 2800 * 52)
            self.send(way, at + 0.1, False, self.packets_of(size[1]), size[1])
        if end == "fin":
            self.send(way, start + lasts + 0.2, rng.random() < 0.5, 1, 52, FIN)
            for is_forward in (True, False):
                self.send(way, start + lasts + 0.3, is_forward, 1, 52, FIN)
        elif end == "rst":
            self.send(way, start + lasts + 0.2, rng.random() < 0.5, 1, 40, RST)

    def knock(self, way, start, answer=None):
        """A SYN, or three of them, that is refused by RST or has no answer."""
        tries = 1 if answer else self.rng.choice([1, 3])
        for i in range(tries):
            self.send(way, start + (1 << i) - 1, True, 1, 60, SYN)
        if answer == "rst":
            self.send(way, start + 0.02, False, 1, 40, RST)

    def ask(self, way, start, sizes=(80, 300), rounds=1, is_answered=True, every=1.0):
        """Datagrams, each with its answer."""
        for i in range(rounds):
            self.send(way, start + i * every, True, 1, 28 + self.rng.randint(1, sizes[0]))
            if is_answered:
                self.send(way, start + i * every + 0.03, False, 1, 28 + self.rng.randint(1, sizes[1]))

    # ---- ways

    def truth(self, kind, ends, protocol, points, is_leg=False):
        connection = Connection(kind, ends, protocol, is_leg, points)
        self.truths.append(connection)
        return connection

    def port(self, client, server, lowest=32768, highest=60999):
        """An ephemeral port that the client has not used with this server, though perhaps with
        another one, as Linux chooses them. A NAT gateway takes any above 1023."""
        while True:
            port = self.rng.randint(lowest, highest)
            if (client, server, port) not in self.used:
                self.used.add((client, server, port))
                return port

    def nat_port(self, gateway, server):
        return self.port(gateway, server, 1024, 65535)

    def direct(self, kind, client, server, ports, protocol=TCP, addresses=None, between=(), refused_at=(None, None)):
        """The way between two interfaces, or an interface and the outside. `addresses` are those of
        the ends where they are not the primary ones: of pods, or of IPv6."""
        real = addresses or (client.address, server.address)
        packet = (real[0], ports[0]), (real[1], ports[1])
        shown_at_client = ((own_address(client, real[0]), ports[0]), packet[1])
        shown_at_server = (packet[0], (own_address(server, real[1]), ports[1]))
        sights = [Sight(client, True, shown_at_client, packet)]
        sights += [Sight(point, is_out, replaced(packet, at, address), packet) for point, is_out, at, address in between]
        sights.append(Sight(server, False, shown_at_server, packet))
        truth = self.truth(kind, packet, protocol, (client, server))
        return Way(protocol, sights, [truth], refused_at)

    def through_nat(self, kind, client, nat, server, ports, nat_port, protocol=TCP, pod=None, refused_at=(None, None)):
        """The way from an inner interface through a NAT gateway to the outside. Four sights: the
        client's interface, the gateway's inner and outer side, and the server."""
        inner = (pod or client.address, ports[0])
        far, own = (server.address, ports[1]), (nat.address, nat_port)
        packet = inner, far
        leg = own, far
        sights = [Sight(client, True, ((client.address, ports[0]), far), packet),
                  Sight(nat, False, (inner, (nat.address, ports[1])), packet),
                  Sight(nat, True, leg, leg, 1),
                  Sight(server, False, leg, leg, 1)]
        truths = [self.truth(kind, packet, protocol, (client, server)),
                  self.truth(kind, leg, protocol, (nat, server), is_leg=True)]
        return Way(protocol, sights, truths, refused_at)

    # ---- interfaces

    def interface(self, address, vpc=1, subnet=1, **more):
        self.number += 1
        return Interface(self.number, address, vpc, subnet, f"use1-az{1 + subnet % 3}", **more)


def own_address(interface, address):
    """The address that an interface logs for its own end: the primary one, whichever IPv4 address
    the packet has."""
    return address if ":" in address or not isinstance(interface, Interface) else interface.address


def replaced(packet, at, address):
    """The ends of a packet with another address at one end."""
    if address is None:
        return packet
    return tuple((address, port) if i == at else (a, port) for i, (a, port) in enumerate(packet))


# ---- files ------------------------------------------------------------------------------------

def values(key, found, version):
    """The fields of a record, by name with underscores."""
    point, is_out, shown, packet, protocol, is_refused, _ = key
    is_icmp = protocol in (ICMP, ICMPV6)
    (src, sport), (dst, dport) = shown
    fields = {
        "version": version, "account_id": ACCOUNT, "srcaddr": src, "dstaddr": dst, "srcport": 0 if is_icmp else sport,
        "dstport": 0 if is_icmp else dport, "protocol": protocol, "packets": found[0], "bytes": found[1], "start": found[2],
        "end": found[3], "log_status": "OK", "tcp_flags": found[4], "type": "IPv6" if ":" in src else "IPv4",
        "flow_direction": "egress" if is_out else "ingress", "region": REGION}
    if isinstance(point, Attachment):
        return fields | {"version": 6, "resource_type": "TransitGateway", "tgw_id": "tgw-00000000000000001",
                         "tgw_attachment_id": point.id}
    return fields | {
        "interface_id": point.id, "action": "REJECT" if is_refused else "ACCEPT", "vpc_id": point.vpc, "subnet_id": point.subnet,
        "instance_id": point.instance or NO_FIELD, "pkt_srcaddr": packet[0][0], "pkt_dstaddr": packet[1][0], "az_id": point.az}


def empty_values(point, status, at, version):
    return {"version": version, "account_id": ACCOUNT, "interface_id": point.id, "start": at, "end": at + INTERVAL,
            "log_status": status, "vpc_id": point.vpc, "subnet_id": point.subnet, "az_id": point.az, "region": REGION}


def write_file(folder, number, at, names, lines):
    stamp = time.strftime("%Y%m%dT%H%MZ", time.gmtime(at))
    below = os.path.join(folder, "AWSLogs", ACCOUNT, "vpcflowlogs", REGION, time.strftime("%Y/%m/%d", time.gmtime(at)))
    os.makedirs(below, exist_ok=True)
    text = " ".join(n.replace("_", "-") for n in names) + "\n" + "".join(lines)
    name = f"{ACCOUNT}_vpcflowlogs_{REGION}_fl-{number:017x}_{stamp}_{at & 0xffffffff:08x}.log"
    if at % 3:
        with open(os.path.join(below, name), "w", encoding="ascii") as f:
            f.write(text)
    else:
        with open(os.path.join(below, name + ".gz"), "wb") as f:
            f.write(gzip.compress(text.encode(), 1, mtime=0))


def write_logs(net, folder, version, per_file):
    """Writes the records in files of `per_file` seconds, in no order within a file."""
    files = {}
    rows = [(key[0], values(key, found, version)) for key, found in net.records.items()]
    points = sorted({p for p, _ in rows if isinstance(p, Interface)}, key=lambda p: p.id)
    rows += [(p, empty_values(p, status, BEGIN + 60 * i, version))
             for i, p in enumerate(points) for status in ("NODATA", "SKIPDATA")]
    for point, fields in rows:
        is_gateway = isinstance(point, Attachment)
        names = TGW_NAMES if is_gateway else VPC_NAMES[:29] if version == 5 else VPC_NAMES[:14]
        line = " ".join([str(fields.get(n, NO_FIELD)) for n in names]) + "\n"
        files.setdefault((is_gateway, fields["end"] // per_file), (names, []))[1].append(line)
    for i, ((is_gateway, slot), (names, lines)) in enumerate(sorted(files.items())):
        net.rng.shuffle(lines)
        write_file(folder, 2 if is_gateway else 1, slot * per_file + i % 3, names, lines)
