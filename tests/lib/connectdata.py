# SPDX-License-Identifier: MIT
"""Random trees in which many records belong to one connection, and random conditions on
connections."""

import random

import fuzzdata

ADDRESSES = ["10.0.0.1", "10.0.0.1", "10.0.0.2", "10.0.0.20", "10.1.2.3", "192.168.7.7", "203.0.113.5", "203.0.113.66", "100.64.0.9",
             "2001:db8::1", "2001:DB8:0:0:0:0:0:1", "fd00::5", "::ffff:10.0.0.1"]
PORTS = ["443", "53", "22", "50051", "50061", "17777", "40000", "40001", "60999", "0", "65535", "1023", "1024", "0443"]
PROTOCOLS = ["6", "6", "6", "17", "1", "58", "47", "255", "006"]
NEEDED = ["srcaddr", "dstaddr", "srcport", "dstport", "protocol"]
USEFUL = ["packets", "bytes", "start", "end", "action", "tcp_flags", "pkt_srcaddr", "pkt_dstaddr", "interface_id", "flow_direction",
          "tgw_attachment_id", "az_id", "instance_id", "tgw_src_eni", "tgw_dst_az_id", "log_status"]
BEGIN = 1773046800


class Fuzz(fuzzdata.Fuzz):
    """Values that occur again and again, so that records meet. A few are wrong: no address, no
    port, no protocol."""

    def __init__(self, seed):
        super().__init__(seed)
        self.addresses = self.rng.sample(ADDRESSES, self.rng.choice([2, 3, 9]))
        self.ports = self.rng.sample(PORTS, self.rng.choice([2, 3, 9]))

    def own_layout(self):
        names = super().own_layout()
        if self.chance(0.9):
            names = [n for n in names if n not in NEEDED][:6] + NEEDED
            names += [n for n in self.rng.sample(USEFUL, self.rng.randint(0, len(USEFUL))) if n not in names]
            self.rng.shuffle(names)
        return names

    def value(self, name):
        rng = self.rng
        if self.chance(0.004) and name != "tgw_attachment_id":
            return super().value(name)
        if self.chance(0.3 if name in ("pkt_srcaddr", "pkt_dstaddr", "interface_id") else 0.03):
            return "-"
        if name in ("start", "end"):
            return str(BEGIN + rng.choice([0, 1, 60, 899, 900, 901, rng.randrange(9000), rng.randrange(9000)]))
        choices = {
            "srcport": self.ports, "dstport": self.ports, "protocol": PROTOCOLS, "action": ["ACCEPT", "ACCEPT", "REJECT"],
            "tcp_flags": ["0", "0", "1", "2", "3", "4", "18", "19", "22", "255"], "interface_id": [f"eni-{i}" for i in range(5)],
            "tgw_attachment_id": ["tgw-attach-1", "tgw-attach-2"], "flow_direction": ["ingress", "egress", "-"],
            "srcaddr": self.addresses, "dstaddr": self.addresses, "pkt_srcaddr": self.addresses, "pkt_dstaddr": self.addresses,
            "az_id": ["use1-az1", "use1-az2"], "instance_id": ["i-1", "i-2"], "tgw_src_eni": ["eni-1", "eni-7"],
            "packets": ["0", "1", "7", "1000"], "bytes": ["0", "40", "1500", "1500000", "999999999999999"]}.get(name)
        return rng.choice(choices) if choices else super().value(name)


# ---- NAT gateways without the packet's addresses -------------------------------------------------

NAT_LINE = "2 123456789010 {} {} {} {} {} {} {} {} {} {} {} OK\n"


def write_gateways(seed, folder):
    """Writes a file of the default format with what NAT gateways forward, complete or with gaps and
    with traffic of their own, so that some of them are only almost gateways."""
    rng = random.Random(f"gateways {seed}")
    gaps, own = rng.choice([0, 0, 0.02, 0.3]), rng.choice([0, 0, 0.05, 0.5])
    hosts, gateways, outside = ([f"{net}.{i}" for i in range(1, n + 1)] for net, n in (("10.0.1", 4), ("10.0.0", 2), ("203.0.113", 3)))
    lines = []

    def log(interface, src, dst, ports, protocol, size):
        start = BEGIN + rng.randrange(3000)
        action = "REJECT" if rng.random() < gaps else "ACCEPT"
        record = NAT_LINE.format(interface, src, dst, *ports, protocol, size // 100 + 1, size, start, start + 50, action)
        lines.extend([record] if rng.random() >= gaps else [])
    for i in range(rng.choice([3, 20, 60])):
        host, gateway, far = rng.choice(hosts), rng.choice(gateways), rng.choice(outside)
        port, protocol = rng.choice([443, 53, 17777]), rng.choice([6, 6, 17])
        for back in (False, True) if rng.random() < 0.8 else (False,):
            size = rng.choice([1000, 9000, rng.randrange(40, 20000)])
            for interface, src, dst, ports in ((f"eni-{host}", host, far, (30000 + i, port)), (f"eni-{gateway}", host, gateway, (30000 + i, port)),
                                               (f"eni-{gateway}", gateway, far, (2000 + i, port))):
                log(interface, *((dst, src, ports[::-1]) if back else (src, dst, ports)), protocol, size)
        if rng.random() < own:
            log(f"eni-{gateway}", *rng.choice([(gateway, far), (host, gateway), (far, gateway)]), (4000 + i, 443), 6, rng.choice([40, 100, 5000]))
    rng.shuffle(lines)
    with open(f"{folder}/nat.log", "w", encoding="ascii") as f:
        f.writelines(lines)


# ---- conditions -------------------------------------------------------------------------------

PREFIXES = ["10.0.0.0/8", "10.0.0.0/30", "10.0.1.0/24", "203.0.113.0/24", "2001:db8::/32", "2600:1f18::/32", "fc00::/7", "::/0", "0.0.0.0/0",
            "10.0.0.1"]
GLOBS = ["10.*", "10.0.1.1*", "203.0.113.*", "10.0.?.1*", "*", "2*", "*:*", "203.0.113.[0-6]*", "10.0.0.1"]


class Conditions:
    """SQL conditions on the columns of flowlogs_connections. «addr» and «port» stand for either end,
    and each condition has at most one of them."""

    def __init__(self, rng, rows):
        self.rng = rng
        self.values = {c: sorted({r[c] for r in rows if r[c] is not None}) or [0] for c in rows[0] if not c.endswith("_id")}
        self.values["addr"] = self.values["client"] + self.values["server"]
        self.values["port"] = self.values["client_port"] + self.values["server_port"]

    def some(self, column):
        value = self.rng.choice(self.values[column])
        if column in ("client", "server", "addr") and self.rng.random() < 0.1:
            value = self.rng.choice(["192.0.2.77", "2001:db8::abcd"])
        return f"'{value}'" if isinstance(value, str) else str(value)

    def term(self, column):
        rng, name = self.rng, f"«{column}»"
        is_address = column in ("client", "server", "addr")
        kind = rng.random()
        is_either = column in ("addr", "port")      # these can be looked for, but not compared in each way
        if is_address and kind < 0.35:
            return f"{'' if is_either else rng.choice(['', '', 'NOT '])}cidr_match({name}, '{rng.choice(PREFIXES)}')"
        if is_address and kind < 0.5:
            return f"{name} GLOB '{rng.choice(GLOBS[:3] if is_either else GLOBS)}'"
        if kind < 0.65:
            return f"{name} IN ({', '.join(self.some(column) for _ in range(rng.randint(1, 5)))})"
        if kind < 0.7 or kind < 0.8 and is_either:
            return f"{name} BETWEEN {self.some(column)} AND {self.some(column)}"
        if is_either:
            return f"{name} = {self.some(column)}"
        if kind < 0.75:
            return f"{name} IS {rng.choice(['', 'NOT '])}NULL"
        return f"{name} {rng.choice(['=', '=', '=', '=', '<>', '<', '>=', '>', '<=', 'IS', 'IS NOT'])} {self.some(column)}"

    def condition(self):
        rng = self.rng
        columns = rng.sample(["client", "server", "addr", "port", "client_port", "server_port", "protocol"], rng.choice([1, 1, 1, 2, 2, 3]))
        if rng.random() < 0.3:
            columns.append(rng.choice(["state", "role_from", "direction", "is_nat_leg", "client_bytes", "first_seen", "last_seen", "records"]))
        terms = [self.term(c) for c in columns]
        if rng.random() < 0.15:
            plain = [self.term(rng.choice(["client", "server", "server_port", "protocol"])) for _ in range(2)]
            terms.append(f"({plain[0]} OR {plain[1]})")
        return " AND ".join(terms)


def of_plain(condition):
    """The condition on an ordinary table, where each term on addr or port is written out for both
    ends."""
    terms = []
    for term in condition.split(" AND ") if " BETWEEN " not in condition else split_terms(condition):
        for either, ends in (("«addr»", ("client", "server")), ("«port»", ("client_port", "server_port"))):
            if either in term:
                term = "(" + " OR ".join(term.replace(either, end) for end in ends) + ")"
        terms.append(term)
    return names(" AND ".join(terms))


def split_terms(condition):
    """The terms of a conjunction; the AND of BETWEEN divides none."""
    terms = []
    for part in condition.split(" AND "):
        if terms and " BETWEEN " in terms[-1] and " AND " not in terms[-1].split(" BETWEEN ")[-1]:
            terms[-1] += " AND " + part
        else:
            terms.append(part)
    return terms


def names(condition):
    return condition.replace("«", "").replace("»", "")
