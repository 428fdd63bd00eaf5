# SPDX-License-Identifier: MIT
"""Answers of the questions about who talked to whom, from the connections that
tests/lib/connections.py computes. Their parameters are the scripts', with the scripts' defaults."""

import collections
import ipaddress

import connecting
import connections
from answers import invb
from answers.inva import _clock, _of_period, _seconds, _sum
from answers.invb import _PROTOCOL, _distinct, _inside, _rank, _sorted

_computed = {}


# ---- connections and what they sent ----------------------------------------------------------

def _met(records, since=None, until=None, interface_id=None):
    """The connections of a period, each with the service of AWS that its server is."""
    ours = tuple(map(str, invb._OURS))
    asked = len(records), id(records[0]), id(records[-1]), since, until, interface_id, ours
    if asked not in _computed:
        rows = connections.connections(records, connecting.services(), inside=ours, since=_seconds(since), until=_seconds(until),
                                       interface_id=interface_id)
        _computed[asked] = records, rows        # the records are kept, so that their ids stay theirs
    return [dict(c) for c in _computed[asked][1]]


def _once(*args, **kwargs):
    return [c for c in _met(*args, **kwargs) if not c["is_nat_leg"]]


def _both_ways(rows):
    """Each connection as its client and as its server saw it."""
    for c in rows:
        for own, other in (("client", "server"), ("server", "client")):
            yield c | {"own": c[own], "other": c[other], "packets": c[f"{own}_packets"], "sent": c[f"{own}_bytes"],
                       "received": c[f"{other}_bytes"], "is_client": own == "client",
                       **{end + column: value for end, side in (("own_", own), ("other_", other))
                          for column, value in _told(c[f"{side}_told"]).items()}}


def _told(interfaces):
    """What the records tell of the interface of an end, by column. There is one at most here."""
    assert len(interfaces) <= 1, interfaces
    return dict(zip(connections.END_COLUMNS, next(iter(interfaces), [None] * len(connections.END_COLUMNS))))


def _groups(rows, key):
    found = collections.defaultdict(list)
    for c in rows:
        found[key(c)].append(c)
    return found.items()


def _name(port, protocol):
    """The service of a port, of which only the extension has the list."""
    return connecting.connect(connecting.BUILDS[0]).execute("SELECT port_name(?, ?)", (port, protocol)).fetchone()[0]


def _rejected(rows):
    known = [c["rejected"] > 0 for c in rows if c["rejected"] is not None]
    return sum(known) if known else None


def _first(rows):
    return _clock(min(c["first_seen"] for c in rows))


def _last(rows):
    return _clock(max(c["last_seen"] for c in rows))


def _most(*sums):
    """For sorting: the greatest sum first, and an unknown one last."""
    return 1 if None in sums else -sum(sums)


def _words(protocol):
    return _PROTOCOL.get(protocol, protocol)


def _services(records, since=None, until=None):
    """The service of AWS that an address is, where records name it."""
    found = {}
    for r in _of_period(records, since, until):
        if r.get("pkt_dst_aws_service") and r.get("pkt_dstaddr"):
            found[r["pkt_dstaddr"]] = max(r["pkt_dst_aws_service"], found.get(r["pkt_dstaddr"], ""))
    return found


# ---- the questions ---------------------------------------------------------------------------

def top_talkers(records, per="address", by="bytes", within=None, since=None, until=None, top=20):
    network = within and ipaddress.ip_network(within)
    ends = [c for c in _both_ways(_once(records, since, until)) if not network or ipaddress.ip_address(c["own"]) in network]

    def who(c):
        return {"instance": c["own_instance_id"], "subnet": c["own_subnet_id"]}.get(per, c["own"]), c["other"] if per == "pair" else None

    rows = [(*key, len(cs), _rejected(cs), _sum(cs, "packets"), _sum(cs, "sent"), _sum(cs, "received"), _first(cs), _last(cs))
            for key, cs in _groups(ends, who) if key[0] is not None]
    return _sorted(rows, {"packets": -5, "bytes": -6, "received": -7}[by], 1, 2)[:top]


def services_used(records, protocol=6, per="pair", since=None, until=None, top=20):
    used = [c for c in _once(records, since, until) if c["protocol"] == protocol and c["state"] != "rejected"]
    rows = []
    for (client, server, port), cs in _groups(used, lambda c: (c["client"], None if per == "address" else c["server"], c["server_port"])):
        sums = _sum(cs, "client_bytes"), _sum(cs, "server_bytes")
        known = [c["server_packets"] > 0 for c in cs if c["server_packets"] is not None]
        row = (client, server, _distinct(cs, "server"), port, _name(port, protocol), len(cs), sum(known) if known else None, *sums,
               _first(cs), _last(cs))
        rows.append(((_most(*sums), _rank(client), _rank(server), _rank(port)), row))
    return [row for _, row in sorted(rows)][:top]


def host_seen(records, host="10.0.2.14", since=None, until=None, top=20):
    met = []
    for c in _once(records, since, until):
        if host.startswith("i-"):
            asks, answers = (host == _told(c[f"{end}_told"])["instance_id"] for end in ("client", "server"))
        else:
            asks, answers = (host == c[end] for end in ("client", "server"))
        if asks or answers:
            met.append(c | {"role": "client" if asks else "server", "peer": c["server" if asks else "client"],
                            "sent": c["client_bytes" if asks else "server_bytes"],
                            "received": c["server_bytes" if asks else "client_bytes"]})
    rows = []
    for key, cs in _groups(met, lambda c: (c["peer"], c["role"], _words(c["protocol"]), c["server_port"])):
        sums = _sum(cs, "sent"), _sum(cs, "received")
        rows.append(((_most(*sums), *map(_rank, key)), (*key, len(cs), _rejected(cs), *sums, _first(cs), _last(cs))))
    return [row for _, row in sorted(rows)][:top]


def _from_to(records, since, until, wanted, top):
    """What one end of each connection sent to the other."""
    found = []
    sent = [c for c in _both_ways(_once(records, since, until)) if c["packets"] != 0 and wanted(c)]
    for key, cs in _groups(sent, lambda c: (
            c["own"], c["other"], _words(c["protocol"]), c["server_port"], c["protocol"], "client" if c["is_client"] else "server")):
        src, dst, words, port, protocol, role = key
        size = _sum(cs, "sent")
        found.append(((_most(size), -len(cs), *map(_rank, (src, dst, words, port, role))),
                      (src, dst, words, port, _name(port, protocol), role, len(cs), _rejected(cs), size, _first(cs), _last(cs))))
    return [row for _, row in sorted(found)][:top]


def from_to(records, src=None, dst=None, since=None, until=None, top=20):
    src = "10.0.1.31" if src is None and dst is None else src

    def of(ip, network):
        return network is None or ipaddress.ip_address(ip) in ipaddress.ip_network(network)

    return _from_to(records, since, until, lambda c: of(c["own"], src) and of(c["other"], dst), top)


def to_text_prefix(records, text="172.31.2.", since=None, until=None, top=20):
    rows = _from_to(records, since, until, lambda c: c["other"].startswith(text), top)
    return [(*row[:9], row[10]) for row in rows]


def cleartext(records):
    servers = {(c["server"], c["server_port"], c["protocol"]) for c in _met(records)}

    def own(r):
        end = r.get("pkt_dstaddr") or r["dstaddr"], r["dstport"], r["protocol"]
        return (r["interface_id"], r["srcaddr"] if r["flow_direction"] == "egress" else r["dstaddr"], invb._protocol(r),
                r["dstport"] if end in servers else r["srcport"])

    rows = []
    for key, rs in _groups([r for r in records if r.get("encryption_status") == 0], own):
        peers = {r["dstaddr"] if r["flow_direction"] == "egress" else r["srcaddr"] for r in rs} - {None}
        rows.append((*key, len(peers), len(rs), invb._refused(rs), _sum(rs, "bytes"), invb._last(rs)))
    names = {0: "not encrypted", 1: "Nitro", 2: "application", 3: "Nitro and application", None: "unknown"}
    states = invb._groups(invb._ok(records), lambda r: r.get("encryption_status"))
    return _sorted(rows, -8, 1, 2, 3, 4)[:20] + [
        (name, _distinct(states[code], "interface_id"), len(states[code]), _sum(states[code], "bytes"))
        for code, name in names.items() if states[code]]


def eni(records, eni="eni-01d3b5255fac9b19f", since=None, until=None, top=20):
    own = [r for r in _of_period(records, since, until) if r.get("interface_id") == eni]
    what = [(*key, len(rs), _sum(rs, "packets"), _sum(rs, "bytes"), _clock(min(r["start"] for r in rs)), _clock(max(r["end"] for r in rs)))
            for key, rs in _groups(own, lambda r: tuple(r.get(c) for c in (
                "account_id", "vpc_id", "subnet_id", "instance_id", "interface_type", "log_status")))]
    peers = []
    for (client, server, port, protocol), cs in _groups(
            _once(records, since, until, eni), lambda c: (c["client"], c["server"], c["server_port"], c["protocol"])):
        sums = _sum(cs, "client_bytes"), _sum(cs, "server_bytes")
        peers.append(((_most(*sums), -len(cs), _rank(client), _rank(server), _rank(port), _rank(protocol)),
                      (client, server, _name(port, protocol) or port, len(cs), _rejected(cs), *sums, _first(cs), _last(cs))))
    return _sorted(what, 1, 2, 3, 4, 5, 6) + [row for _, row in sorted(peers)][:top]


def _listed(rows, first):
    """Connections sorted by what `first` gives, and then by all that tells them apart."""
    return sorted(rows, key=lambda c: (*first(c), *(_rank(c[n]) for n in ("client", "client_port", "server", "server_port", "protocol"))))


def conversation(records, a="172.31.1.13", b="192.0.2.77", port=None, since=None, until=None, top=20):
    both = [c for c in _met(records, since, until) if {a, b} == {c["client"], c["server"]}
            and (port is None or port in (c["client_port"], c["server_port"]))]
    return [(_clock(c["first_seen"]), c["seconds"], c["client"], c["client_port"], c["server"], c["server_port"], _words(c["protocol"]),
             _name(c["server_port"], c["protocol"]), c["client_bytes"], c["server_bytes"], c["rejected"], c["state"], c["points"])
            for c in _listed(both, lambda c: (c["first_seen"],))[:top]]


def connections_latest(records, since=None, until=None, top=20):
    newest = _listed(_once(records, since, until), lambda c: (-c["last_seen"], -c["first_seen"]))
    return [(_clock(c["last_seen"]), c["seconds"], c["client"], c["client_port"], c["server"], c["server_port"], _words(c["protocol"]),
             c["client_bytes"], c["server_bytes"], c["state"]) for c in newest[:top]]


def data_leaving(records, per="pair", bytes=5000000, since=None, until=None, top=20):
    service = _services(records, since, until)
    leaving = [c for c in _both_ways(_met(records, since, until)) if c["accepted"] != 0
               and c["direction"] == ("outbound" if c["is_client"] else "inbound")]
    rows, nats = [], collections.defaultdict(lambda: [set(), 0, 0])
    for (src, dst, is_leg, *_), cs in _groups(leaving, lambda c: (c["own"], c["other"], c["is_nat_leg"], *(
            [c["client_port"], c["server_port"], c["protocol"], c["first_seen"]] if per == "connection" else []))):
        size, first, last = _sum(cs, "sent"), min(c["first_seen"] for c in cs), max(c["last_seen"] for c in cs)
        ports = {c["server_port"] for c in cs} - {None}
        port = f"{len(ports)} ports" if len(ports) > 1 else next(iter(ports), None)
        if is_leg:
            nats[src][0].add(dst)
            nats[src][1] += len(cs)
            nats[src][2] += size or 0
        elif size is None or size >= bytes:
            name = service.get(dst) or (_name(port, 6) if isinstance(port, int) else None) or "-"
            rows.append((-1 if size is None else size, _rank(port), first,
                         (src, dst, port, name, len(cs), size, size and size // 125000 // max(last - first, 1), _clock(first), _clock(last))))
    rows.sort(key=lambda row: (-row[0], row[3][:2], row[1], row[2]))
    return [row[3] for row in rows][:top] + [(nat, len(to), n, size) for nat, (to, n, size) in sorted(nats.items())]


def new_talkers(records, new_before="2026-06-15", new_since="2026-06-16", new_until="2026-06-17", top=20):
    service, since = _services(records, new_before, new_until), _seconds(new_since)
    hosts, calls = [], []
    for c in _both_ways(_once(records, new_before, new_until)):
        if _inside(c["own"]) and c["packets"] != 0:
            hosts.append(c)
            if c["is_client"] and c["state"] != "rejected":
                calls.append(c)
    new = [(own, len(cs), _sum(cs, "sent"), _first(cs)) for own, cs in _groups(hosts, lambda c: c["own"])
           if min(c["first_seen"] for c in cs) >= since]
    called = [(*key, _name(key[2], 6), len(cs), _sum(cs, "sent"), _first(cs)) for key, cs in _groups(
        calls, lambda c: (c["own"], service.get(c["other"], c["other"]), c["server_port"])) if min(c["first_seen"] for c in cs) >= since]
    return _sorted(new, -2, 1)[:top] + _sorted(called, -6, 1, 2, 3)[:top]


def cross_az(records, since=None, until=None, top=20):
    across = [c for c in _both_ways(_met(records, since, until)) if c["state"] != "rejected" and c["packets"] != 0
              and None not in (c["own_az_id"], c["other_az_id"]) and c["own_az_id"] != c["other_az_id"]]
    pairs = [(*key, len(cs), _sum(cs, "sent")) for key, cs in _groups(across, lambda c: (
        c["own_az_id"], c["other_az_id"], c["own"], c["other"]))]
    zones = [(*key, len(ps), sum(p[4] for p in ps), sum(p[5] or 0 for p in ps)) for key, ps in _groups(pairs, lambda p: p[:2])]
    hops = _groups((r for r in _of_period(records, since, until) if r.get("action") != "REJECT" and r.get("flow_direction") == "egress" and r.get("az_id")
                    and r.get("next_hop_az_id") not in (None, r["az_id"])),
                   lambda r: (r["az_id"], r["next_hop_az_id"], r["next_hop_interface_type"] or "instance or other", r["srcaddr"]))
    return (_sorted(zones, -5, 1, 2) + _sorted(pairs, -6, 3, 4, 1, 2)[:top]
            + _sorted([(*k, _distinct(rs, "dstaddr"), len(rs), _sum(rs, "bytes")) for k, rs in hops], -7, 1, 2, 3, 4)[:top])


def nat_traffic(records, per="pair", by="bytes", nat=None, since=None, until=None, top=20):
    gateways = {c["client"] for c in _met(records, since, until) if c["is_nat_leg"] and c["direction"] == "outbound"}
    legs = []
    for r in _of_period(records, since, until):
        ends = [_inside(r.get(f"pkt_{end}addr")) for end in ("src", "dst")]
        if None in ends or ends[0] == ends[1]:
            continue
        near, far = ("src", "dst") if ends[0] else ("dst", "src")
        own = r[f"{far}addr"]       # the gateway's address, in the place of the one outside
        if own in (None, r[f"pkt_{far}addr"]) or nat is not None and nat not in (r.get("interface_id"), own):
            continue
        kind = r.get("interface_type")
        if "nat" in kind if kind else not r.get("instance_id") and own in gateways:
            key = (r.get("interface_id"), None if per == "remote" else r[f"pkt_{near}addr"],
                   r[f"pkt_{far}addr"] if per in ("pair", "remote") else None, r[f"{far}port"] if per == "pair" else None,
                   None if per == "address" else r.get(f"pkt_{far}_aws_service"))
            legs.append((key, ends[0], r))
    rows = []
    for key, found in _groups(legs, lambda leg: leg[0]):
        rs = [r for *_, r in found]
        known = [(out, r["bytes"]) for _, out, r in found if r["bytes"] is not None]
        sent, received = (sum(n for out, n in known if out == way) if known else None for way in (True, False))
        rows.append((_most(*{"bytes": (sent, received), "sent": (sent,), "received": (received,)}[by]), *key, sent, received,
                     _clock(max(r["end"] for r in rs))))
    return [row[1:] for row in _sorted(rows, 1, 2, 3, 4, 5, 6)][:top]
