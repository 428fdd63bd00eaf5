# SPDX-License-Identifier: MIT
"""Answers of the questions about intruders and what they leave: who got in, who tried, scans,
beacons, DNS servers, listed addresses. They are computed from the connections that connections.py
makes of the records. The parameters are the scripts', with the scripts' defaults."""

import collections
import fractions
import ipaddress
import statistics

import answers.invb
import connecting
import connections
from answers.inva import _seconds
from answers.invb import _PROTOCOL, _SERVICE, _groups, _minute, _sorted, _sum, _time

_kept = {}
_ANSWERED = {"established", "closed", "reset"}
_ADMIN = [21, 22, 23, 135, 139, 445, 3389, 5900, 5985, 5986]
_DATABASES = [1433, 1521, 3306, 5432, 5439, 5984, 6379, 7000, 7687, 8182, 8529, 9042, 9200, 9300, 11211, 27017, 27018, 50000]
_COMMON = [22, 25, 53, 80, 123, 443, 465, 587, 993, 3389, 8080, 8443]


# ---- connections and their sums ---------------------------------------------------------------

def _connections(records, since=None, until=None, idle=900, servers=()):
    """All that are no onward leg. The records are the same in many tests, and are joined once."""
    options = {"since": _seconds(since), "until": _seconds(until), "idle": idle, "servers": servers,
               "inside": tuple(map(str, answers.invb._OURS))}
    key = id(records[0]), len(records), *options.values()
    if key not in _kept:
        usable = [r for r in records if all(c in r for c in connections.NEEDED) and connections.is_usable(r)]
        _kept[key] = records[0], connections.connections(usable, connecting.services(), **options)
    return [c for c in _kept[key][1] if not c["is_nat_leg"]]


def _answered(rows):
    return [c for c in rows if c["state"] in _ANSWERED]


def _rejected(rows):
    """None where no record tells whether it was rejected."""
    return sum(c["state"] == "rejected" for c in rows) if any(c["rejected"] is not None for c in rows) else None


def _distinct(rows, column):
    return len({c[column] for c in rows} - {None})


def _both(rows):
    known = [c["client_bytes"] + c["server_bytes"] for c in rows if None not in (c["client_bytes"], c["server_bytes"])]
    return sum(known) if known else None


def _first(rows):
    return min(c["first_seen"] for c in rows)


def _last(rows):
    return max(c["last_seen"] for c in rows)


def _by(rows, *columns):
    return _groups(rows, lambda c: tuple(c[column] for column in columns)).items()


def _protocol(number):
    return _PROTOCOL.get(number, number)


def _words(*parts, by=" "):
    return by.join(str(p) for p in parts if p is not None)


# ---- who got in, and who tried ------------------------------------------------------------------

def admin_ports(records, since=None, until=None, top=20, admin_ports=_ADMIN):
    tcp = [c for c in _connections(records, since, until) if c["protocol"] == 6 and c["server_port"] in admin_ports]
    rows = []
    for (client, server, port), cs in _by(tcp, "client", "server", "server_port"):
        rows.append((client, server, _SERVICE.get(port), len(cs), len(_answered(cs)), _rejected(cs), _sum(cs, "client_bytes"),
                     _sum(cs, "server_bytes"), max((c["seconds"] for c in _answered(cs)), default=None), _minute(_last(cs)), port))
    return [row[:-1] for row in _sorted(rows, -5, -8, -6, 1, 2, 11)[:top]]


def _inbound(records):
    return [c for c in _connections(records) if c["direction"] == "inbound"]


def inbound_external(records):
    ours, theirs = [], []
    for (server, protocol, port), cs in _by(_inbound(records), "server", "protocol", "server_port"):
        ours.append((server, _words(_protocol(protocol), port, _SERVICE.get(port)), _distinct(cs, "client"), len(cs), len(_answered(cs)),
                     _rejected(cs), _both(cs), _minute(_last(cs)), protocol, port))
    for (client,), cs in _by(_inbound(records), "client"):
        theirs.append((client, "documentation", _distinct(cs, "server"), _distinct(cs, "server_port"), len(cs), len(_answered(cs)),
                       _rejected(cs), _both(cs), _time(_first(cs)), _time(_last(cs))))
    return [row[:-2] for row in _sorted(ours, -5, -6, 1, 9, 10)[:20]] + _sorted(theirs, -7, -6, 1)[:20]


def uncommon_ports(records):
    tried = [c for c in _inbound(records) if c["protocol"] in (6, 17) and c["server_port"] is not None and c["server_port"] not in _COMMON]
    rows = [(_words(_words(_PROTOCOL[protocol].lower(), port, by="/"), _SERVICE.get(port)), _distinct(cs, "client"), _distinct(cs, "server"),
             len(cs), len(_answered(cs)), _rejected(cs), min(c["client"] for c in cs), _minute(_first(cs)), _minute(_last(cs)), port, protocol)
            for (protocol, port), cs in _by(tried, "protocol", "server_port")]
    return [row[:-2] for row in _sorted(rows, -5, -2, -6, 10, 11)[:20]]


def server_ports(records, since=None, until=None, top=20, ports=_DATABASES):
    tcp = [c for c in _connections(records, since, until) if c["protocol"] == 6 and c["server_port"] in ports]
    rows = []
    for (server, port), cs in _by(tcp, "server", "server_port"):
        stopped = {c["client"] for c in cs if c["rejected"]} if _rejected(cs) is not None else None
        rows.append((server, port, _SERVICE.get(port), len(cs), _rejected(cs), _distinct(_answered(cs), "client"),
                     None if stopped is None else len(stopped),
                     _distinct([c for c in _answered(cs) if c["direction"] in ("inbound", "external")], "client"),
                     _sum(cs, "client_packets"), _sum(cs, "client_bytes"), _sum(cs, "server_bytes")))
    return _sorted(rows, -8, -6, -4, 1, 2)[:top]


def port_scans(records):
    tried = {}
    for (client, server, protocol, port), cs in _by(_connections(records), "client", "server", "protocol", "server_port"):
        vain = any(c["state"] in ("rejected", "refused") or c["state"] == "no answer" and protocol == 6 for c in cs)
        is_open = any(c["state"] in _ANSWERED or c["state"] == "no answer" and c["server_told"] and c["accepted"] for c in cs)
        tried[client, server, protocol, port] = vain, is_open, cs
    hosts, ports = [], []
    for (client, server), keys in _groups((k for k in tried if k[2] in (6, 17)), lambda k: k[:2]).items():
        vain = [k[3] for k in keys if tried[k][0]]
        cs = sum((tried[k][2] for k in keys), [])
        if len(vain) >= 20:
            was_open = sorted(k[3] for k in keys if tried[k][1])
            known = [p for p in vain if p is not None]
            ports.append((client, server, len(vain), f"{min(known)}-{max(known)}", len(cs), _last(cs) - _first(cs), _time(_first(cs)),
                          " ".join(map(str, was_open))[:30] or "none"))
    for (client, protocol, port), keys in _groups(tried, lambda k: (k[0], *k[2:])).items():
        cs = sum((tried[k][2] for k in keys), [])
        vain = sum(tried[k][0] for k in keys)
        if vain >= 2:
            hosts.append((client, _protocol(protocol), port, _SERVICE.get(port), vain, len(cs), sum(tried[k][1] for k in keys),
                          _time(_first(cs)), _time(_last(cs)), protocol))
    return _sorted(ports, -3, -5, 1, 2)[:20] + [row[:-1] for row in _sorted(hosts, -5, -6, 1, 10, 3)[:20]]


# ---- what intruders leave -----------------------------------------------------------------------

def beaconing(records, contacts=10, every=10, jitter=10, regular=70, size=1000000):
    def alike(values, middle):
        return 100 * sum(v is not None and 100 * abs(v - middle) <= jitter * middle for v in values) // len(values)

    rows = []
    tried = [c for c in _connections(records, idle=60) if c["state"] != "rejected" and c["first_seen"] is not None]
    for (client, server, protocol, port), cs in _by(tried, "client", "server", "protocol", "server_port"):
        cs.sort(key=lambda c: (c["first_seen"], c["client_port"] or 0))
        later = [(c["first_seen"] - before["first_seen"], c) for before, c in zip(cs, cs[1:]) if c["first_seen"] - before["first_seen"] >= every]
        if len(later) + 1 < contacts:
            continue
        gaps, sizes = [gap for gap, _ in later], [c["client_bytes"] for _, c in later]
        usual = statistics.median_low(gaps)
        lower = sorted((-1 if v is None else v) for v in sizes)[:(len(sizes) + 1) // 2]      # those without a byte count are the least
        middle = lower[-1] if lower[-1] >= 0 else None
        same = None if middle is None else alike(sizes, middle)
        if alike(gaps, usual) >= regular and (middle is None or middle <= size and same >= regular):
            ports = _distinct([c for _, c in later], "client_port")
            rows.append((client, server, _words(str(_protocol(protocol)).lower(), port, by="/"), len(later) + 1, ports, usual, alike(gaps, usual),
                         middle, same, _time(min(c["first_seen"] - gap for gap, c in later)), _time(max(c["first_seen"] for _, c in later)), ports < 2))
    return [row[:-1] for row in _sorted(rows, 12, -7, -4, 1, 2, 3)]


def bad_addresses(records, listed=(("192.0.2.77", "an example"),)):
    nets = sorted(((ipaddress.ip_network(n), note) for n, note in listed), key=lambda item: -item[0].prefixlen)

    def note_of(text):
        ip = ipaddress.ip_address(text)
        return next((note for net, note in nets if net.version == ip.version and ip in net), None)

    met = collections.defaultdict(list)
    for c in _connections(records):
        for bad, own in (("client", "server"), ("server", "client")):
            if note_of(c[bad]):
                met[c[bad], c[own]].append((own, c))
    rows = []
    for (bad, own), sights in met.items():
        cs = [c for _, c in sights]
        ports = {c["server_port"] for c in cs} - {None}
        moved = [[c[f"{end}_bytes"] for end, c in sights], [c[f"{'client' if end == 'server' else 'server'}_bytes"] for end, c in sights]]
        sent, received = (connections.total(values) for values in moved)
        rows.append((bad, note_of(bad), own, min(ports) if len(ports) == 1 else f"{len(ports)} ports" if ports else None,
                     sum(end == "client" for end, _ in sights), len(_answered(cs)), _rejected(cs), sent, received,
                     _time(_first(cs))[5:16], _time(_last(cs))[5:16], len(cs)))
    return [row[:-1] for row in _sorted(rows, -6, -12, 1, 3)[:20]]


def dns_resolvers(records):
    asked = [c for c in _connections(records) if c["server_port"] in (53, 853) and c["direction"] in ("internal", "outbound")
             and c["server"] not in ("10.0.0.2", "169.254.169.253", "fd00:ec2::253")]
    rows = [(*key, "inside" if cs[0]["direction"] == "internal" else "outside", len(cs), _rejected(cs), _sum(cs, "client_bytes"),
             _sum(cs, "server_bytes"), _time(_first(cs)), _time(_last(cs))) for key, cs in _by(asked, "client", "server", "server_port")]
    return _sorted(rows, -5, 1, 2, 3)[:20]


def unusual_protocols(records, usual=(6, 17)):
    rows = []
    other = [c for c in _connections(records) if c["protocol"] is not None and c["protocol"] not in usual]
    for (protocol, client, server), cs in _by(other, "protocol", "client", "server"):
        packets = connections.total(c["client_packets"] + c["server_packets"] for c in cs if None not in (c["client_packets"], c["server_packets"]))
        each = None if _both(cs) is None or packets is None else _both(cs) // max(packets, 1)
        rows.append((protocol, _PROTOCOL.get(protocol), client, server, len(cs), _rejected(cs), _sum(cs, "client_bytes"),
                     _sum(cs, "server_bytes"), each, _time(_last(cs)), protocol in (1, 58), _both(cs)))
    return [row[:-2] for row in _sorted(rows, 11, -12, 1, 3, 4)[:20]]


def got_in(records, entry_bytes=10000, hours=24):
    pairs, rows = {}, []
    for key, cs in _by(_connections(records), "client", "server", "protocol", "server_port"):
        into = [c["first_seen"] for c in _answered(cs) if c["direction"] == "inbound" and c["protocol"] == 6 and c["server_port"] in _ADMIN
                and None not in (c["client_bytes"], c["server_bytes"]) and c["client_bytes"] + c["server_bytes"] >= entry_bytes]
        pairs[key] = _first(cs), min(into, default=None), cs
    for (source, host, _, port), (_, session, _) in pairs.items():
        if session is None:
            continue
        begun = [(key, first, cs) for key, (first, _, cs) in pairs.items()
                 if key[0] == host and cs[0]["direction"] in ("internal", "outbound") and session <= first <= session + 3600 * hours]
        for key, first, cs in begun or [((None, None, None, None), None, None)]:
            found = (None,) * 6 if cs is None else (_words(str(_protocol(key[2])).lower(), key[3], by="/"), len(cs), len(_answered(cs)),
                                                    _sum(cs, "client_bytes"), _sum(cs, "server_bytes"), (first - session) // 60)
            rows.append((source, _SERVICE[port], host, _time(session), key[1], *found, session, port, first))
    return [row[:-3] for row in _sorted(rows, 12, 1, 3, 13, 14, 5, 6)[:20]]


def mining_pools(records):
    ports = {3032, 3333, 3334, 3335, 3344, 4444, 5555, 5588, 5730, 7777, 9999, 10032, 10128, 13333, 14433, 14444, 20128, 45560, 45700}
    long = [c for c in _answered(_connections(records, servers=tuple(sorted(ports)))) if c["direction"] == "outbound" and c["protocol"] == 6
            and c["server_port"] in ports and c["seconds"] is not None and c["seconds"] >= 1800 and (_both([c]) or 0) <= 1000 * c["seconds"]]
    rows = [(*key, len(cs), max(c["seconds"] for c in cs), _both(cs) and _both(cs) // sum(c["seconds"] for c in cs), _sum(cs, "client_bytes"),
             _sum(cs, "server_bytes"), _time(_first(cs)), _time(_last(cs))) for key, cs in _by(long, "client", "server", "server_port")]
    return _sorted(rows, -5, 1, 2, 3)[:20]


def rates(records):
    minutes = collections.defaultdict(lambda: collections.defaultdict(fractions.Fraction))
    for r in records:
        if r.get("action") != "REJECT" and r["bytes"]:
            start, stop = r["start"], max(r["start"] + 1, min(r["end"], r["start"] + 3600))
            of = r.get("interface_id") or r.get("tgw_attachment_id"), r.get("flow_direction")
            for m in range(start // 60, (stop - 1) // 60 + 1):
                minutes[of][m] += fractions.Fraction(r["bytes"] * 8 * (min(stop, m * 60 + 60) - max(start, m * 60)), 60 * 10**6 * (stop - start))
    rows = []
    for (interface, direction), mbit in minutes.items():
        known = {m: round(float(v), 6) for m, v in mbit.items()}
        n = max(known) - min(known) + 1
        each = sorted(known.values(), reverse=True) + [0.0] * (n - len(known))
        peak = max(known.values())
        rows.append((interface, direction, n, f"{peak:.2f}", _time(60 * min(m for m, v in known.items() if v == peak)), f"{each[n // 20]:.2f}",
                     f"{sum(known.values()) / n:.2f}", peak))
    return [row[:-1] for row in _sorted(rows, -8, 1, 2)[:20]]
