#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Simulated traffic of a small network (network.py), logged as AWS logs it, with the true
connections.

    traffic.py SEED OUTDIR [v5|v2]

    truth = write(seed, folder, version=5, scale=1)

writes flow log files below `folder`, always the same ones for the same arguments, and returns the
connections that took place, as a list of Connection. version 5 logs the 29 fields of versions 2 to
5 and transit gateway records beside them; version 2 logs the default format and no transit gateway.
"""

import sys

sys.dont_write_bytecode = True      # leave no __pycache__ in the tree
from network import BEGIN, ICMP, LASTS, PAUSE, RST, SYN, SYN_ACK, UDP, Attachment, Network, Outside, Sight, replaced, write_logs


# ---- the kinds of traffic ---------------------------------------------------------------------

class Site:
    """A network with two VPCs, and what happens in it."""

    def __init__(self, seed, version, scale):
        self.net = Network(seed, version)
        self.rng, self.scale, self.version = self.net.rng, scale, version
        net = self.net
        self.clients = [net.interface(f"10.0.{1 + i % 3}.{10 + i}", 1, i % 3, logged=i % 4 != 3) for i in range(16)]
        self.servers = [net.interface(f"10.0.{1 + i % 3}.{100 + i}", 1, i % 3, logged=i % 5 != 4) for i in range(10)]
        self.nodes = [net.interface(f"10.0.{4 + i % 2}.{10 + i}", 1, 4 + i % 2, logged=i != 3) for i in range(4)]
        self.far = [net.interface(f"10.8.0.{10 + i}", 2, 9, logged=i % 3 != 2) for i in range(6)]
        self.nats = [net.interface(f"10.0.{1 + i}.4", 1, i, instance=False) for i in range(2)]
        self.balancer = net.interface("10.0.1.5", 1, 1, instance=False)
        self.bridges = [net.interface(a, v, s, instance=False) for a, v, s in (("10.0.7.7", 1, 7), ("10.8.7.7", 2, 8))]
        self.attachments = [Attachment(1), Attachment(2)]
        self.pods = [(self.nodes[i % 4], f"10.0.{4 + i % 2}.{100 + i}") for i in range(12)]
        self.outside = [Outside(f"203.0.113.{i}") for i in range(1, 120)]
        self.web = [Outside(f"198.51.100.{i}") for i in range(1, 12)]

    def times(self, count, last=0.9):
        return [BEGIN + 60 + self.rng.random() * (LASTS * last - 60) for _ in range(max(1, int(count * self.scale)))]

    def pick(self, ends, but=None):
        return self.rng.choice([e for e in ends if e is not but])

    def logged_pair(self, clients, servers):
        """A client and a server of which at least one is logged."""
        while True:
            a = self.pick(clients)
            b = self.pick(servers, but=a)
            if a.logged or b.logged:
                return a, b

    def make(self):
        for kind in KINDS:
            kind(self)
        return [t for t in self.net.truths if t.first is not None]


def web(site):
    """Services on ordinary ports, inside and from the outside."""
    for at in site.times(500):
        inbound = site.rng.random() < 0.4
        a, b = site.logged_pair(site.outside if inbound else site.clients, site.servers)
        way = site.net.direct("web", a, b, (site.net.port(a, b), site.rng.choice([443, 443, 80, 22, 5432, 3306, 6379])))
        site.net.talk(way, at, site.rng.random() * 200, rounds=site.rng.randint(1, 6), end=site.rng.choice(["fin", "fin", "rst"]))


def odd_ports(site):
    """Services on other ports, with names or without: of gRPC, among the clients' own ports, and
    above them."""
    for at in site.times(500):
        port, which = site.rng.choice([(50051, 0), (50061, 1), (8443, 2), (7777, 3), (61000, 4), (33333, 5), (40001, 6)])
        a, b = site.logged_pair(site.clients, [site.servers[which]])
        way = site.net.direct("odd ports", a, b, (site.net.port(a, b), port))
        site.net.talk(way, at, site.rng.random() * 100, rounds=site.rng.randint(1, 4))


def many_to_one_port(site):
    """One client that keeps its source port for many servers, as some agents do."""
    a = site.clients[5]
    for at in site.times(20):
        b = site.pick(site.servers[:8])
        if not any(t.kind == "fixed source port" and t.server == b.address for t in site.net.truths):
            way = site.net.direct("fixed source port", a, b, (40404, 17946))
            site.net.talk(way, at, 20, rounds=3)


def long_lived(site):
    """Connections over many intervals, some of which began before the logs do."""
    for i, _ in enumerate(site.times(60)):
        a, b = site.logged_pair(site.clients, site.servers[:4])
        begins = BEGIN + (site.rng.uniform(-7200, -1000) if i % 2 else site.rng.uniform(100, 3600))
        way = site.net.direct("long-lived", a, b, (site.net.port(a, b), site.rng.choice([443, 50051, 50061, 5432, 61000])))
        lasts = site.rng.uniform(3000, 9000)
        site.net.talk(way, begins, lasts, rounds=int(lasts / site.rng.choice([20, 120, 500])) + 1, end=site.rng.choice(["fin", "none"]))


def reuse(site):
    """The same two ends and ports again, after a pause that is longer than PAUSE."""
    for _ in site.times(25):
        a, b = site.logged_pair(site.clients, site.servers)
        ports = site.net.port(a, b), site.rng.choice([443, 50051])
        at = BEGIN + site.rng.uniform(100, 1000)
        for _ in range(3):
            way = site.net.direct("port reuse", a, b, ports)
            lasts = site.rng.uniform(1, 300)
            site.net.talk(way, at, lasts, rounds=3)
            at += lasts + PAUSE + site.rng.uniform(10, 900)


SCANNED = [22, 23, 80, 443, 3389, 5040, 12345, 25565]


def scans(site):
    """Scans from the outside and from inside: of ports and of hosts, from one source port or from
    many, with all answers. The scanner's own interface logs what it sends as accepted."""
    for scanner, fixed in ((site.outside[0], None), (site.outside[1], 54321), (site.clients[0], None), (site.clients[4], 45454)):
        at = BEGIN + site.rng.uniform(500, 3000)
        for i in range(int(60 * site.scale)):
            target = site.servers[i % 4]
            port = SCANNED[i // 4 % 8] if i < 32 else 1000 + 7 * i
            source = fixed or site.net.port(scanner, target)
            answer = site.rng.choice(["reject", "reject", "none", "rst", "open"])
            # One interface lets in or rejects all packets of a connection.
            way = site.net.direct(f"scan, {'one source port' if fixed else 'many source ports'}", scanner, target, (source, port),
                                  refused_at=(target if answer == "reject" else None, None))
            if answer == "open":
                site.net.talk(way, at, 0.1, end="rst")
            else:
                site.net.knock(way, at, answer if answer == "rst" else None)
            at += site.rng.random()
    for i in range(int(40 * site.scale)):
        target, scanner = site.servers[i % 4], site.outside[2]
        way = site.net.direct("UDP scan, one source port", scanner, target, (53123, [19, 161, 1900, 5040, 27015][i // 4 % 5] + i // 20 * 1000), UDP,
                              refused_at=(site.rng.choice([target, None]), None))
        site.net.ask(way, BEGIN + 4000 + i, is_answered=False)


def nat(site):
    """Traffic to the outside through NAT gateways. Both interfaces are logged, or the gateway's
    alone; pods keep their address up to the gateway."""
    for at in site.times(300):
        a, gateway = site.pick(site.clients + site.servers), site.pick(site.nats)
        far = site.pick(site.web[:8])
        pod = site.rng.random() < 0.2
        if pod:
            a, address = site.pick(site.pods)
        ports = site.net.port(address if pod else a, far), site.rng.choice([443, 443, 80, 8443, 19999, 50051])
        way = site.net.through_nat("NAT", a, gateway, far, ports, site.net.nat_port(gateway, far), pod=address if pod else None)
        if site.rng.random() < 0.1:
            site.net.knock(way, at)
        else:
            site.net.talk(way, at, site.rng.random() * 300, rounds=site.rng.randint(1, 5), sizes=(5000, 50000))
    for at in site.times(40):
        a, gateway, far = site.pick(site.clients), site.pick(site.nats), site.web[8]
        way = site.net.through_nat("NAT", a, gateway, far, (site.net.port(a, far), 4500), site.net.nat_port(gateway, far), UDP)
        site.net.ask(way, at, rounds=site.rng.randint(1, 4))


def gateway(site):
    """Between VPCs through a transit gateway, whose attachments and interfaces log as well."""
    one, two = site.bridges
    for at in site.times(150):
        forth = site.rng.random() < 0.7
        a, b = (site.pick(site.clients), site.pick(site.far)) if forth else (site.pick(site.far), site.pick(site.servers))
        first, last = (one, two) if forth else (two, one)
        between = [(first, False, 1, first.address), (site.attachments[not forth], False, None, None),
                   (site.attachments[forth], True, None, None), (last, True, 0, last.address)]
        if site.version == 2:           # without the packet's addresses, the interfaces between look like ends
            between = []
            if not (a.logged or b.logged):
                continue
        way = site.net.direct("transit gateway", a, b, (site.net.port(a, b), site.rng.choice([443, 5432, 50061])), between=between)
        site.net.talk(way, at, site.rng.random() * 300, rounds=site.rng.randint(1, 5))


def central_nat(site):
    """Through a transit gateway and then a NAT gateway in another VPC."""
    one, two = site.bridges
    nat_gateway = site.nats[0]
    for at in site.times(60):
        a, far = site.pick(site.far), site.pick(site.web[:8])
        ports = site.net.port(a, far), site.rng.choice([443, 19999])
        way = site.net.through_nat("central NAT", a, nat_gateway, far, ports, site.net.nat_port(nat_gateway, far))
        packet = way.sights[0].packet
        way.sights[1:1] = [Sight(two, False, replaced(packet, 1, two.address), packet), Sight(site.attachments[1], False, packet, packet),
                           Sight(site.attachments[0], True, packet, packet), Sight(one, True, replaced(packet, 0, one.address), packet)]
        site.net.talk(way, at, site.rng.random() * 100, rounds=3)


def pods(site):
    """Pods with secondary addresses of their nodes, as clients, as servers, and on one node."""
    for at in site.times(250):
        (node, address), (other, target) = site.rng.sample(site.pods, 2)
        if site.rng.random() < 0.4:
            other = site.pick(site.servers)
            target = other.address
        elif site.rng.random() < 0.3:
            node = site.pick(site.clients)
            address = node.address
        if node is other or not (node.logged or other.logged):
            continue                # traffic within a node passes no interface
        port = site.rng.choice([443, 8080, 9090, 50061])
        way = site.net.direct("pods", node, other, (site.net.port(address, target), port), addresses=(address, target))
        site.net.talk(way, at, site.rng.random() * 100, rounds=site.rng.randint(1, 4))


def balancers(site):
    """A load balancer has a connection with the client and another one with its target."""
    for at in site.times(120):
        client, target = site.pick(site.outside), site.pick(site.servers[:3])
        front = site.net.direct("load balancer", client, site.balancer, (site.net.port(client, site.balancer), 443))
        back = site.net.direct("load balancer", site.balancer, target, (site.net.nat_port(site.balancer, target), 8080))
        for way in (front, back):
            site.net.talk(way, at, 5, rounds=2)


def datagrams(site):
    """DNS, syslog without answers, and NTP between equal ports."""
    rng = site.rng
    for at in site.times(200):
        a, b = site.pick([c for c in site.clients if c.logged]), site.servers[rng.randrange(2)]
        way = site.net.direct("DNS", a, b, (site.net.port(a, b), 53), UDP)
        site.net.ask(way, at, is_answered=rng.random() < 0.97)
    for a in site.clients:
        for b in rng.sample(site.servers[:6], 4):
            way = site.net.direct("NTP", a, b, (123, 123), UDP)
            site.net.ask(way, BEGIN + rng.uniform(0, 300), (48, 48), rounds=17, every=800)
        b = site.servers[1]
        way = site.net.direct("syslog", a, b, (site.net.port(a, b), 514), UDP)
        site.net.ask(way, BEGIN + rng.uniform(0, 300), (300, 0), rounds=18, every=750, is_answered=False)
    for at in site.times(60):
        a, b = site.pick([c for c in site.clients if c.logged]), site.servers[2]
        way = site.net.direct("UDP, odd ports", a, b, (site.net.port(a, b), rng.choice([17777, 51820, 61000])), UDP)
        site.net.ask(way, at, rounds=rng.randint(1, 9), is_answered=rng.random() < 0.9)


def hard_datagrams(site):
    """NTP of few hosts with port 123 at both ends, and a VPN with port 4500 at both ends."""
    for a in site.far[:2]:
        for b in site.web[:4]:
            way = site.net.direct("NTP, few hosts", a, b, (123, 123), UDP)
            site.net.ask(way, BEGIN + site.rng.uniform(0, 300), (48, 48), rounds=17, every=800)
    for b in site.web[4:7]:
        way = site.net.direct("VPN, equal ports", site.far[0], b, (4500, 4500), UDP)
        site.net.ask(way, BEGIN + site.rng.uniform(-900, 300), (900, 900), rounds=30, every=400)


def dynamic_ports(site):
    """Services on ports that are used once, as passive FTP and RPC have them, and active FTP,
    whose server opens the second connection, from port 20."""
    for at in site.times(60):
        a, b = site.logged_pair(site.clients, site.servers)
        way = site.net.direct("ports used once", a, b, (site.net.port(a, b), site.net.port(b, a, 49152, 65535)))
        site.net.talk(way, at, 3, rounds=3)
    for at in site.times(10):
        a, b = site.logged_pair(site.clients, site.servers)
        site.net.talk(site.net.direct("active FTP", b, a, (20, site.net.port(a, b))), at, 3, rounds=3)


def pauses(site):
    """Connections that pause for longer than PAUSE. Each part counts as a connection; only the
    first has a SYN, and the last may be a late packet that the client's interface rejects."""
    for i, _ in enumerate(site.times(30)):
        a, b = site.logged_pair(site.clients, site.servers[:4])
        ports = site.net.port(a, b), site.rng.choice([443, 5432, 50061])
        at = BEGIN + site.rng.uniform(100, 3000)
        net = site.net
        net.talk(net.direct("long pauses", a, b, ports), at, 20, rounds=2, end="none")
        at += 20 + PAUSE + site.rng.uniform(10, 2000)
        if i % 3:
            way = net.direct("long pauses", a, b, ports)
            net.send(way, at, True, 2, 300)
            net.send(way, at + 0.1, False, 2, 3000)
        else:
            net.send(net.direct("late packet", a, b, ports, refused_at=(None, a)), at, False, 1, 40, RST)


def pings(site):
    for i, at in enumerate(site.times(60)):
        a, b = site.logged_pair(site.clients[:8], site.servers)
        way = site.net.direct("ICMP", a, b, (0, 0), ICMP)
        if any(t is not way.truths[0] and t.kind == "ICMP" and (t.client, t.server) == (a.address, b.address)
               for t in site.net.truths):
            site.net.truths.pop()
            continue                # without ports, a second ping would be the same connection
        site.net.ask(way, at, (56, 56), rounds=4, is_answered=i % 9 != 0)


def six(site):
    """The same over IPv6."""
    def address(interface):
        return f"2600:1f18:0:{interface.subnet[-1]}:0:0:0:{int(interface.id[4:], 16):x}"
    for at in site.times(150):
        inbound = site.rng.random() < 0.3
        a = site.outside[0] if inbound else site.pick(site.clients)
        b = site.pick(site.servers, but=a)
        if not (a.logged or b.logged):
            continue
        ends = f"2001:db8:0:0:0:0:0:{site.rng.randint(1, 0xffff):x}" if inbound else address(a), address(b)
        way = site.net.direct("IPv6", a, b, (site.net.port(a, b), site.rng.choice([443, 22, 50051])), addresses=ends)
        site.net.talk(way, at, site.rng.random() * 100, rounds=site.rng.randint(1, 4))


def lost(site):
    """Answers that a network ACL at the client keeps away, and requests that it keeps away at the
    server: rejected on the one side, accepted on the other."""
    for at in site.times(60):
        a, b = site.logged_pair(site.clients, site.servers)
        at_client = site.rng.random() < 0.5
        way = site.net.direct("answers lost", a, b, (site.net.port(a, b), site.rng.choice([443, 50051])),
                              refused_at=(None, a) if at_client else (b, None))
        if at_client:
            for i in range(3):
                site.net.send(way, at + (1 << i), True, 1, 60, SYN)
                site.net.send(way, at + (1 << i) + 0.02, False, 1, 60, SYN_ACK)
        else:
            site.net.knock(way, at)


KINDS = [web, odd_ports, many_to_one_port, long_lived, reuse, scans, nat, gateway, central_nat, pods, balancers, datagrams, six, lost,
         pauses, dynamic_ports, hard_datagrams, pings]

# Kinds whose records do not say who the client was, with tcp-flags or without: both ends have the
# same port or none, and began in the same second.
HARD = ["NTP, few hosts", "VPN, equal ports", "ICMP"]


def write(seed, folder, version=5, scale=1, per_file=300):
    """Writes the flow logs below the folder and returns the true connections."""
    site = Site(seed, version, scale)
    truths = site.make()
    write_logs(site.net, str(folder), version, per_file)
    return truths


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit("usage: traffic.py SEED OUTDIR [v5|v2]")
    truths = write(int(sys.argv[1]), sys.argv[2], 2 if sys.argv[3:] == ["v2"] else 5)
    for t in truths:
        print(*t.fact(), t.kind, sep="\t")


if __name__ == "__main__":
    main()
