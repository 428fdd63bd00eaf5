# SPDX-License-Identifier: MIT
"""Random queries whose conditions an index can answer, or must leave to the reading of the files.

A question is an SQL text with {T} for the table function and its path, and {O} for the options,
which are conditions. So it can be asked with an index and without one.
"""

import ipaddress
import random
import re

import cwldata
import pushdata
from indextree import ACCOUNTS, BEGIN, INTERFACES, ODD_ADDRESSES, REGIONS, WINDOW, spellings
from pushdata import literal

ADDRESSES = ["srcaddr", "dstaddr", "pkt_srcaddr", "pkt_dstaddr", "addr"]
PORTS = ["srcport", "dstport", "port"]
ROWS = ("t.rowid, t.file, t.line, t.raw, t.srcaddr, t.dstaddr, t.srcport, t.dstport, t.interface_id, t.start, t.end, t.bytes, "
        "t.pkt_srcaddr, t.account_id, t.region, t.action, t.extra")
DIMS = ["srcaddr", "dstaddr", "srcport", "dstport", "interface_id", "action", "account_id", "region", "vpc_id", "pkt_srcaddr",
        "hour", "log_status"]
CONNECTIONS = ("t.client, t.client_port, t.server, t.server_port, t.protocol, t.first_seen, t.last_seen, t.client_packets, "
               "t.client_bytes, t.server_packets, t.server_bytes, t.records, t.accepted, t.rejected, t.state, t.role_from")
FILES = ["path", "size", "mtime", "account_id", "region", "flow_log_id", "delivered", "kind", "verdict", "fields", "note", "rows",
         "min_start", "max_end", "errors"]
# Columns of which each table's conditions are made.
COLUMNS = {
    "flowlogs": ADDRESSES[:4] + PORTS[:2] + ["interface_id", "start", "end", "account_id", "region", "action", "vpc_id", "tcp_flags",
                                             "log_status", "bytes", "file", "start_time", "tgw_id", "resource_type"],
    "flowlogs_rollup": ADDRESSES[:4] + PORTS[:2] + ["interface_id", "account_id", "region", "action", "vpc_id", "tcp_flags", "tgw_id"],
    "flowlogs_connections": ["client", "server", "client_port", "server_port", "protocol", "interface_id"],
}


class Questions:
    """values: some values of each column of flowlogs, for the conditions of pushdata.py."""

    def __init__(self, seed, tree, values, lines):
        self.rng, self.tree, self.values = random.Random(f"questions {seed}"), tree, values
        self.cwl, self.lines = cwldata.Maker(f"patterns {seed}"), lines or ["x"]
        self.others = pushdata.Predicates(f"others {seed}", values, list(values), python=False)

    def chance(self, p):
        return self.rng.random() < p

    # ---- values

    def address(self):
        rng, kind = self.rng, self.rng.random()
        if kind < 0.62:
            of = self.tree.addresses if self.chance(0.6) else [a for a in self.tree.recent if a not in ODD_ADDRESSES]
            return str(ipaddress.ip_address(rng.choice(of or self.tree.addresses)))
        if kind < 0.75:
            return rng.choice(spellings(rng.choice(self.tree.addresses)))
        if kind < 0.85:
            return rng.choice(ODD_ADDRESSES)
        if kind < 0.95:
            return rng.choice(["192.0.2.1", "2001:db8:ffff::1", "::ffff:192.0.2.1", "10.0.9.9"])
        return rng.choice(["-", "", "10.0.0", "web-1", " 10.0.0.5", "10.0.0.5/32"])

    def member(self):
        """For lists, in which most addresses must be written as the columns are."""
        return str(ipaddress.ip_address(self.rng.choice([*self.tree.addresses, "192.0.2.1"]))) if self.chance(0.97) else self.address()

    def prefix(self):
        rng = self.rng
        if self.chance(0.08):
            return rng.choice(["0.0.0.0/0", "::/0", "::ffff:0:0/96", "::ffff:10.0.0.0/104", "::/95", "10.0.0.0/33", "x", "10.0.0.0/8 ", ""])
        a = rng.choice(self.tree.addresses)
        return f"{a}/{rng.choice([0, 8, 32, 48, 64, 96, 112, 127, 128] if ':' in a else [0, 7, 8, 16, 22, 24, 25, 28, 30, 31, 32])}"

    def port(self):
        return self.rng.choice([*self.tree.ports, 1024, 32768, 9999, -1, 2**63 - 1, self.rng.randrange(65536), self.rng.randrange(1024)])

    def second(self):
        if self.chance(0.4):            # of a record, or beside it
            return self.rng.choice(self.values.get("start", [BEGIN]) + self.values.get("end", [BEGIN])) + self.rng.choice([0, 0, 0, 1, -1])
        return BEGIN + self.rng.choice([self.rng.randrange(-WINDOW, 13 * WINDOW), WINDOW * self.rng.randrange(13)])

    # ---- conditions

    def list_of(self, make, most=5):
        return ", ".join(literal(make()) for _ in range(self.rng.choice([1, 2, most])))

    def on_address(self, c):
        rng, v = self.rng, lambda: literal(self.address())
        if c == "addr" and self.chance(0.8):        # which takes less
            return rng.choice([f"«{c}» = {v()}", f"«{c}» IN ({self.list_of(self.member)})", f"«{c}» IN (SELECT ip FROM threats)",
                               f"cidr_match(«{c}», {literal(self.prefix())})"])
        return rng.choice([
            *[lambda: f"«{c}» = {v()}"] * 6, lambda: f"{v()} = «{c}»", lambda: f"«{c}» IN ({self.list_of(self.member)})",
            lambda: f"«{c}» IN ({self.list_of(self.member, 40)})", lambda: f"«{c}» IN (SELECT ip FROM threats)",
            lambda: f"«{c}» IN (SELECT ip FROM threats WHERE id < {rng.randrange(8)})",
            *[lambda: f"cidr_match(«{c}», {literal(self.prefix())})"] * 3,
            lambda: f"NOT cidr_match(«{c}», {literal(self.prefix())})",
            lambda: f"cidr_match(«{c}», (SELECT cidr FROM nets WHERE id = {rng.randrange(5)}))",
            lambda: f"«{c}» LIKE {literal(self.address()[:rng.randrange(9)] + '%')}", lambda: f"«{c}» LIKE {v()}",
            lambda: f"«{c}» GLOB {literal(self.address()[:rng.randrange(9)] + '*')}", lambda: f"«{c}» GLOB {v()}",
            lambda: f"«{c}» BETWEEN {v()} AND {v()}", lambda: f"«{c}» <> {v()}", lambda: f"«{c}» > {v()}",
            lambda: f"«{c}» NOT IN ({self.list_of(self.member)})", lambda: f"«{c}» IS {v()}", lambda: f"«{c}» IS NOT {v()}",
            lambda: f"«{c}» IS NULL" if c != "addr" else f"«{c}» = {v()}", lambda: f"«{c}» = {v()} COLLATE NOCASE",
            lambda: f"«{c}» = (SELECT ip FROM threats WHERE id = {rng.randrange(9)})"])()

    def on_port(self, c):
        rng, v = self.rng, lambda: literal(self.port())
        if c == "port" and self.chance(0.8):
            return rng.choice([f"«{c}» = {v()}", f"«{c}» IN ({self.list_of(self.port)})", f"«{c}» BETWEEN {v()} AND {v()}", f"«{c}» > {v()}"])
        return rng.choice([
            *[lambda: f"«{c}» = {v()}"] * 4, lambda: f"«{c}» IN ({self.list_of(self.port)})", lambda: f"«{c}» IN (SELECT port FROM threats)",
            *[lambda: f"«{c}» BETWEEN {v()} AND {v()}"] * 2, lambda: f"«{c}» < {v()}", lambda: f"«{c}» >= {v()}",
            lambda: f"«{c}» <> {v()}", lambda: f"«{c}» IS {v()}", lambda: f"«{c}» = {v()}.0", lambda: f"«{c}» NOT BETWEEN 1 AND 65535",
            lambda: f"«{c}» IS NULL" if c != "port" else f"«{c}» = {v()}", lambda: f"«{c}» > 65535", lambda: f"NOT («{c}» = {v()})"])()

    def on_interface(self, c):
        def interface():
            return self.rng.choice([*INTERFACES, "eni-none", "-"])
        rng, v = self.rng, lambda: literal(interface())
        return rng.choice([
            *[lambda: f"«{c}» = {v()}"] * 3, lambda: f"«{c}» IN ({self.list_of(interface)})", lambda: f"«{c}» IN (SELECT eni FROM threats)",
            lambda: f"«{c}» LIKE 'eni-%'", lambda: f"«{c}» GLOB {literal(interface()[:10] + '*')}", lambda: f"«{c}» <> {v()}",
            lambda: f"«{c}» IS NULL", lambda: f"«{c}» = {v()} COLLATE NOCASE", lambda: f"«{c}» LIKE {v()}"])()

    def on_time(self):
        rng, v, c = self.rng, lambda: literal(self.second()), self.rng.choice(["start", "end"])
        return rng.choice([
            lambda: f"«{c}» = {v()}", lambda: f"«{c}» >= {v()}", lambda: f"«{c}» < {v()}", lambda: f"«{c}» BETWEEN {v()} AND {v()}",
            lambda: f"«{c}» IN ({v()}, {v()})", lambda: f"«{c}» IS NULL", lambda: f"«{c}_time» >= datetime({v()}, 'unixepoch')",
            lambda: f"«{c}_time» LIKE '2026-03-09 09:1%'", lambda: f"«{c}» <= {v()} AND «{c}» > {v()}", lambda: f"«{c}» IS NOT {v()}"])()

    def on_path(self):
        rng = self.rng
        c, of = rng.choice([("account_id", ACCOUNTS), ("region", REGIONS)])
        v = literal(rng.choice([*of, "unknown", "x"]))
        return rng.choice([f"«{c}» = {v}", f"«{c}» IN ({v}, {literal(of[0])})", f"«{c}» <> {v}", f"«{c}» IS NULL", f"«{c}» LIKE 'us-%'"])

    def single(self, table):
        rng, is_connection = self.rng, table == "flowlogs_connections"
        addresses = ["addr", "addr", "client", "server"] if is_connection else ADDRESSES
        ports = ["port", "client_port", "server_port"] if is_connection else PORTS
        kind = rng.random()
        if kind < 0.45:
            return self.on_address(rng.choice(addresses))
        if kind < 0.65:
            return self.on_port(rng.choice(ports))
        if kind < 0.75:
            return self.on_interface("interface_id")
        if kind < 0.85 and table == "flowlogs":
            return self.on_time()
        if kind < 0.90 and not is_connection:
            return self.on_path()
        own = [c for c in COLUMNS[table] if c in self.values]
        return self.others.single(rng.choice(own)) if own else self.on_address("addr")

    def where(self, table):
        terms = []
        for _ in range(self.rng.choice([1, 1, 1, 2, 2, 3])):
            p = self.single(table)
            kind = self.rng.random()
            if kind < 0.06 and "«addr»" not in p:
                p = f"NOT ({p})"
            elif kind < 0.16:
                other = self.single(table)
                p = f"({p} OR {other})" if not {"«addr»", "«port»"} & set(re.findall("«.*?»", p + other)) or self.chance(0.1) else p
            terms.append(p)
        return " AND ".join(terms)

    # ---- options

    def pattern(self):
        rng = self.rng
        if self.chance(0.5):
            return self.cwl.pattern(rng.choice(self.lines))
        slot = rng.choice([f"srcaddr = {rng.choice(self.tree.addresses)}", f"srcaddr = \"{rng.choice(self.tree.addresses)[:4]}*\"",
                           f"dstaddr != {rng.choice(self.tree.addresses)}", f"dstport = {rng.choice(self.tree.ports)}",
                           f"srcport < {rng.choice(self.tree.ports)}", f"interface_id = {INTERFACES[rng.randrange(12)]}"])
        names = list(cwldata.NAMES)
        names[cwldata.NAMES.index(slot.split()[0])] = slot
        return f"[{', '.join(names)}]"

    def options(self, table):
        """Options as names and SQL values."""
        rng, out = self.rng, {}
        if table == "flowlogs_files":
            return out
        if self.chance(0.95):
            out["on_error"] = literal(rng.choice(["skip"] * 6 + ["fail"]))
        if self.chance(0.3):
            out["threads"] = str(rng.choice([0, 2]))
        if self.chance(0.15):
            out["since"] = str(self.second())
        if self.chance(0.1):
            out["until"] = str(self.second())
        if self.chance(0.1):
            out["late"] = literal(rng.choice(["any", "0", "2h"]))
        if self.chance(0.12):
            out["filter"] = literal(self.pattern())
        return out

    # ---- questions: the name of the table, the SQL, and whether the order of the rows is its own

    def question(self):
        kind = self.rng.random()
        if kind < 0.50:
            return "flowlogs", self.rows(), True
        if kind < 0.62:
            return "flowlogs_rollup", self.rollup(), False
        if kind < 0.70:
            return "flowlogs_connections", f"SELECT {CONNECTIONS} FROM {{T}} t WHERE {{O}} AND {self.where('flowlogs_connections')}", False
        if kind < 0.80:
            return "flowlogs_files", self.list_files(), True
        return "flowlogs", self.join(), False

    def rows(self):
        where = self.where("flowlogs")
        return self.rng.choice([*[f"SELECT {ROWS} FROM {{T}} t WHERE {{O}} AND {where}"] * 4,
                                f"SELECT count(*) FROM {{T}} t WHERE {{O}} AND {where}",
                                f"SELECT t.file, t.line FROM {{T}} t WHERE {{O}} AND {where} LIMIT 3"])

    def rollup(self):
        dims = ", ".join(f"t.{d}" for d in self.rng.sample(DIMS, self.rng.choice([0, 1, 2])))
        return (f"SELECT {dims + ',' if dims else ''} t.flows, t.packets, t.bytes, t.first_seen, t.last_seen FROM {{T}} t "
                f"WHERE {{O}} AND {self.where('flowlogs_rollup')}")

    def list_files(self):
        names = FILES if self.chance(0.4) else self.rng.sample(FILES, self.rng.choice([1, 2, 3]))
        return f"SELECT {', '.join('t.' + name for name in names)} FROM {{T}} t WHERE {{O}}"

    def join(self):
        rng = self.rng
        c, key = rng.choice([*[(a, "ip") for a in ADDRESSES], *[(p, "port") for p in PORTS], ("interface_id", "eni")])
        on = rng.choice([f"«{c}» = o.{key}", f"«{c}» = o.{key}", f"o.{key} = «{c}»", f"«{c}» IN (o.{key}, {literal(self.address())})",
                         "cidr_match(«srcaddr», o.cidr)", "cidr_match(«addr», o.cidr)",
                         f"«{c}» = o.{key} AND «start» >= o.since", f"«{c}» = o.{key} AND «start» < o.since"])
        p, rows = self.where("flowlogs"), "SELECT o.id, t.file, t.line, t.srcaddr, t.dstport FROM"
        return rng.choice([
            f"{rows} threats o JOIN {{T}} t ON {{O}} AND {on} WHERE {p}", f"{rows} threats o CROSS JOIN {{T}} t ON {{O}} AND {on}",
            f"{rows} threats o LEFT JOIN {{T}} t ON {{O}} AND {on}", f"{rows} threats o LEFT JOIN {{T}} t ON {{O}} AND {on} AND {p}",
            f"{rows} {{T}} t JOIN threats o ON {on} WHERE {{O}} AND {p}",
            f"SELECT o.id, (SELECT count(*) FROM {{T}} t WHERE {{O}} AND {on} AND {p}) FROM threats o",
            f"SELECT o.id, (SELECT count(*) FROM {{T}} t WHERE {{O}} AND {on}) FROM threats o",
            f"SELECT o.id FROM threats o WHERE EXISTS (SELECT 1 FROM {{T}} t WHERE {{O}} AND {on})",
            f"SELECT o.id FROM threats o WHERE o.{key} IN (SELECT «{c}» FROM {{T}} t WHERE {{O}} AND {p})"])


def helper_tables(rng, tree):
    """The SQL script of the tables `threats` and `nets`, for joins and subqueries."""
    def ip():
        return rng.choice([rng.choice(spellings(rng.choice(tree.addresses))), "192.0.2.77", rng.choice(ODD_ADDRESSES), None, 443, "web-1"])

    def cidr():
        a = rng.choice(tree.addresses)
        return rng.choice([f"{a}/{rng.choice([64, 128] if ':' in a else [16, 24, 32])}", "192.0.2.0/24", None])
    lines = ["DROP TABLE IF EXISTS threats; DROP TABLE IF EXISTS nets;",
             "CREATE TABLE threats(id INTEGER PRIMARY KEY, ip TEXT, port INTEGER, eni TEXT, cidr TEXT, since INTEGER);",
             "CREATE TABLE nets(id INTEGER PRIMARY KEY, cidr TEXT);"]
    for i in range(8):
        row = [i, ip(), rng.choice([*tree.ports, None]), rng.choice([*INTERFACES, None]), cidr(), BEGIN + rng.randrange(12 * WINDOW)]
        lines.append(f"INSERT INTO threats VALUES ({', '.join(literal(v) for v in row)});")
    lines += [f"INSERT INTO nets VALUES ({i}, {literal(cidr())});" for i in range(5)]
    return "\n".join(lines)
