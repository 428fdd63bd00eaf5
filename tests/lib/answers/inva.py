# SPDX-License-Identifier: MIT
"""Answers of the questions about talkers, pairs, instances, subnets, single addresses, rejects,
services, NAT gateways, one conversation and one interface.  Their parameters are the scripts',
with the scripts' defaults."""

import calendar
import datetime
import ipaddress
import time
from collections import defaultdict

from answers.invb import _PROTOCOL, _SERVICE, _files_with, _inside, _protocol, _rank, _sorted

_FLAGS = [(1, "FIN"), (2, "SYN"), (4, "RST"), (8, "PSH"), (16, "ACK")]
_OUR_NETWORKS = [ipaddress.ip_network(n) for n in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")]


# ---- words and orders ------------------------------------------------------------------------

def _clock(seconds):
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(seconds))


def _service_port(record):
    return min(record["srcport"], record["dstport"])


def _is_request(record):
    return record["dstport"] <= record["srcport"]


def _is_private(address):
    ip = ipaddress.ip_address(address)
    return any(ip in net for net in _OUR_NETWORKS)


# ---- records and their sums ------------------------------------------------------------------

def _seconds(moment):
    if moment is None or isinstance(moment, int):
        return moment
    return calendar.timegm(datetime.datetime.fromisoformat(moment).timetuple())


def _of_period(records, since, until):
    since, until = _seconds(since), _seconds(until)
    return [r for r in records if (since is None or r["start"] >= since) and (until is None or r["start"] < until)]


def _with_traffic(records, since, until):
    return [r for r in _of_period(records, since, until) if r.get("srcaddr") is not None]


def _groups(records, key):
    found = defaultdict(list)
    for r in records:
        found[key(r)].append(r)
    return found.items()


def _sum(records, what, where=lambda r: True):
    """None where there is nothing to add; AWS leaves the bytes out of some records."""
    known = [r[what] for r in records if where(r) and r.get(what) is not None]
    return sum(known) if known else None


def _bytes_where(records, where):
    """None if no record has bytes, and 0 if only others than these have."""
    return None if _sum(records, "bytes") is None else _sum(records, "bytes", where) or 0


def _rejected(records):
    """None if no record says whether it was rejected."""
    return sum(r.get("action") == "REJECT" for r in records) if any(r.get("action") for r in records) else None


def _most(sent, received):
    """For sorting: the greatest sum first, and an unknown one last."""
    return 1 if sent is None else -(sent + received)


def _distinct(records, what):
    return len({r[what] for r in records if r.get(what) is not None})


def _first(records):
    return _clock(min(r["start"] for r in records))


def _last(records):
    return _clock(max(r["end"] for r in records))


# ---- talkers and pairs -----------------------------------------------------------------------

def top_talkers(records, since=None, until=None, top=20):
    rows = [(ip, len(g), _rejected(g), _sum(g, "bytes"), _first(g), _last(g))
            for ip, g in _groups(_with_traffic(records, since, until), lambda r: r["srcaddr"])]
    return _sorted(rows, -4, 1)[:top]


def top_talkers_original(records, since=None, until=None, top=20):
    known = [r for r in _with_traffic(records, since, until) if r.get("pkt_srcaddr")]
    rows = [(ip, len(g), _sum(g, "bytes"), _bytes_where(g, lambda r: r["pkt_srcaddr"] != r["srcaddr"]), _first(g), _last(g))
            for ip, g in _groups(known, lambda r: r["pkt_srcaddr"])]
    return _sorted(rows, -3, 1)[:top] + _files_with("pkt-srcaddr")


def _pairs(records, source, destination, order, top):
    known = [r for r in records if r.get(source)]
    rows = [(*pair, _distinct(g, "interface_id"), len(g), _sum(g, "packets"), _sum(g, "bytes"), _last(g))
            for pair, g in _groups(known, lambda r: (r[source], r[destination]))]
    return _sorted(rows, order, 1, 2)[:top]


def top_pairs(records, since=None, until=None, top=20):
    return _pairs(_of_period(records, since, until), "srcaddr", "dstaddr", -6, top)


def top_pairs_by_packets(records, since=None, until=None, top=20):
    return _pairs(_of_period(records, since, until), "srcaddr", "dstaddr", -5, top)


def top_pairs_original(records, since=None, until=None, top=20):
    return _pairs(_of_period(records, since, until), "pkt_srcaddr", "pkt_dstaddr", -6, top) + _files_with("pkt-srcaddr", "pkt-dstaddr")


def top_pairs_original_by_packets(records, since=None, until=None, top=20):
    return _pairs(_of_period(records, since, until), "pkt_srcaddr", "pkt_dstaddr", -5, top) + _files_with("pkt-srcaddr", "pkt-dstaddr")


def top_instances(records, since=None, until=None, top=20):
    rows = []
    known = [r for r in _of_period(records, since, until) if r.get("instance_id") and r["log_status"] == "OK"]
    for instance, g in _groups(known, lambda r: r["instance_id"]):
        own = {r["srcaddr"] for r in g if r["srcaddr"] and r["flow_direction"] == "egress" and r["type"] == "IPv4"}
        rows.append((instance, max(own, default=None), len(g), _rejected(g),
                     _bytes_where(g, lambda r: r["flow_direction"] == "egress"),
                     _bytes_where(g, lambda r: r["flow_direction"] == "ingress"), _sum(g, "bytes")))
    return _sorted(rows, -7, 1)[:top] + _files_with("instance-id", "flow-direction")


def top_subnets(records, since=None, until=None, top=20):
    known = [r for r in _of_period(records, since, until) if r.get("subnet_id") and r["log_status"] == "OK"]
    rows = [(subnet, max(r["az_id"] for r in g), _distinct(g, "interface_id"), len(g),
             _bytes_where(g, lambda r: r["flow_direction"] == "egress"),
             _bytes_where(g, lambda r: r["flow_direction"] == "ingress"), _sum(g, "bytes"))
            for subnet, g in _groups(known, lambda r: r["subnet_id"])]
    return _sorted(rows, -7, 1)[:top] + _files_with("subnet-id", "flow-direction")


def subnet_senders(records, subnet="10.0.1.0/24", since=None, until=None, top=20):
    net = ipaddress.ip_network(subnet)
    senders = defaultdict(list)
    for r in _with_traffic(records, since, until):
        own = [ip for ip in (r.get("pkt_srcaddr"), r["srcaddr"]) if ip and ipaddress.ip_address(ip) in net]
        if own:
            senders[own[0]].append(r)
    rows = [(ip, _distinct(g, "dstaddr"), len(g), _sum(g, "bytes"), _first(g), _last(g)) for ip, g in senders.items()]
    return _sorted(rows, -4, 1)[:top]


# ---- one source, one destination -------------------------------------------------------------

def tcp_from_source(records, src="10.0.1.31", since=None, until=None, top=20):
    mine = [r for r in _with_traffic(records, since, until) if src in (r["srcaddr"], r.get("pkt_srcaddr")) and r["protocol"] == 6]
    mine.sort(key=lambda r: (r["start"], _rank(r["dstaddr"]), r["srcport"], r["dstport"], r["file"].encode(), r["line"]))
    rows = []
    for r in mine[:top]:
        service = _SERVICE.get(r["dstport"]) or _SERVICE.get(r["srcport"])
        flags = r.get("tcp_flags")
        if flags is not None:
            flags = "|".join(name for bit, name in _FLAGS if flags & bit) or "none"
        rows.append((r["start_time"], r["dstaddr"], r["srcport"], r["dstport"], service, flags, r["packets"], r["bytes"],
                     r.get("action")))
    return rows


def _one_sided(records, other, top):
    rows = [(ip, protocol, port, _SERVICE.get(port), action, len(g), _sum(g, "bytes"), _first(g), _last(g))
            for (ip, protocol, port, action), g in _groups(
                records, lambda r: (r[other], _protocol(r), _service_port(r), r.get("action")))]
    return _sorted(rows, -7, -6, 1, 2, 3, 5)[:top]


def from_source(records, src="10.0.1.31", since=None, until=None, top=20):
    return _one_sided([r for r in _with_traffic(records, since, until) if src in (r["srcaddr"], r.get("pkt_srcaddr"))], "dstaddr", top)


def to_destination(records, dst="10.0.2.11", since=None, until=None, top=20):
    return _one_sided([r for r in _of_period(records, since, until) if dst in (r["dstaddr"], r.get("pkt_dstaddr"))], "srcaddr", top)


def _to_some(records, wanted, top):
    def end(r):
        return next((ip for ip in (r.get("pkt_dstaddr"), r["dstaddr"]) if ip and wanted(ip)), None)

    rows = [(*who, _SERVICE.get(who[3]), action, len(g), _sum(g, "bytes"), _last(g)) for (*who, action), g in _groups(
        [r for r in records if end(r)],
        lambda r: (r["srcaddr"], end(r), _protocol(r), _service_port(r), r.get("action")))]
    return _sorted(rows, -8, 1, 2, 3, 4, 6)[:top]


def to_network(records, net="10.0.0.0/16", since=None, until=None, top=20):
    network = ipaddress.ip_network(net)
    return _to_some(_of_period(records, since, until), lambda ip: ipaddress.ip_address(ip) in network, top)


def to_text_prefix(records, text="172.31.2.", since=None, until=None, top=20):
    return _to_some(_of_period(records, since, until), lambda ip: ip.startswith(text), top)


# ---- rejected and accepted -------------------------------------------------------------------

def _refused(records, since, until):
    return [r for r in _of_period(records, since, until) if r.get("action") == "REJECT"]


def rejected_tcp(records, since=None, until=None, top=20):
    rows = [(src, dst, port, _SERVICE.get(port), len(g), _sum(g, "packets"), _first(g), _last(g))
            for (src, dst, port), g in _groups(
                [r for r in _refused(records, since, until) if r["protocol"] == 6],
                lambda r: (r["srcaddr"], r["dstaddr"], r["dstport"]))]
    return _sorted(rows, -5, 1, 2, 3)[:top]


def rejected_tcp_by_weekday(records, since=None, until=None, top=20):
    rows = [(datetime.date.fromisoformat(day).strftime("%a"), day, eni, _distinct(g, "srcaddr"), _distinct(g, "dstport"),
             len(g), _sum(g, "packets"))
            for (day, eni), g in _groups(
                [r for r in _refused(records, since, until) if r["protocol"] == 6],
                lambda r: (_clock(r["start"])[:10], r["interface_id"]))]
    return _sorted(rows, 2, -6, 3)[:top]


def rejects(records, since=None, until=None, top=20):
    newest = sorted(_refused(records, since, until),
                    key=lambda r: (-r["start"], _rank(r.get("interface_id")), _rank(r["srcaddr"]), _rank(r["dstaddr"]), r["dstport"],
                                   r["srcport"],
                                   r["file"].encode(), r["line"]))
    return [(r["start_time"], r["interface_id"], r["srcaddr"], r["dstaddr"], r["dstport"], _SERVICE.get(r["dstport"]),
             _protocol(r)) for r in newest[:top]]


def top_rejected(records, since=None, until=None, top=20):
    def scope(address):
        if address is None:
            return None
        if _is_private(address):
            return "private"
        documented = ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
        ip = ipaddress.ip_address(address)
        return "documentation" if any(ip in ipaddress.ip_network(n) for n in documented) else "global"

    rows = [(ip, scope(ip), len(g), _sum(g, "packets"), _distinct(g, "dstaddr"), _distinct(g, "dstport"), _first(g),
             _last(g)) for ip, g in _groups(_refused(records, since, until), lambda r: r["srcaddr"])]
    return _sorted(rows, -3, -4, 1)[:top]


def _ends(record, source="srcaddr", destination="dstaddr"):
    """client, server."""
    ends = record[source], record[destination]
    return ends if _is_request(record) else ends[::-1]


def accepted_tcp(records, since=None, until=None, top=20):
    let_through = [r for r in _of_period(records, since, until) if r.get("action") == "ACCEPT" and r["protocol"] == 6]
    rows = []
    for (client, server, port), g in _groups(let_through, lambda r: (*_ends(r), _service_port(r))):
        sent, received = _bytes_where(g, _is_request), _bytes_where(g, lambda r: not _is_request(r))
        rows.append((_most(sent, received), (client, server, port, _SERVICE.get(port), len(g), sent, received, _last(g))))
    return [row for _, row in sorted(rows, key=lambda x: (x[0], *map(_rank, x[1][:3])))][:top]


# ---- services --------------------------------------------------------------------------------

def ipv4_ipv6(records, since=None, until=None):
    traffic = _with_traffic(records, since, until)
    total = _sum(traffic, "bytes")
    return _sorted([(f"IPv{version}", len(g), _sum(g, "packets"), _sum(g, "bytes"), f"{100 * _sum(g, 'bytes') / total:.2f} %",
                     _first(g), _last(g))
                    for version, g in _groups(traffic, lambda r: 6 if ":" in r["srcaddr"] else 4)], 1)


def udp_sources(records, since=None, until=None, top=20):
    rows = [(ip, port, _SERVICE.get(port), _distinct(g, "dstaddr"), len(g), _sum(g, "bytes"), _first(g), _last(g))
            for (ip, port), g in _groups([r for r in _of_period(records, since, until) if r["protocol"] == 17],
                                         lambda r: (r["srcaddr"], _service_port(r)))]
    return _sorted(rows, -5, -6, 1, 2)[:top]


# ---- coverage and the latest -----------------------------------------------------------------

def skipdata(records, since=None, until=None, top=20):
    rows = []
    for (hour, eni), g in _groups(_of_period(records, since, until),
                                  lambda r: (_clock(r["start"])[:13] + ":00:00",
                                             r.get("interface_id") or r.get("tgw_attachment_id"))):
        lost = [r for r in g if r["log_status"] == "SKIPDATA"]
        if lost:
            rows.append((hour, eni, len(lost), sum(r["log_status"] == "OK" for r in g), _first(lost), _last(lost)))
    return _sorted(rows, 1, 2)[:top]


def connections_latest(records, since=None, until=None, top=20):
    latest = {}
    in_order = sorted(_with_traffic(records, since, until), key=lambda r: (r["file"].encode(), r["line"]))
    for r in in_order:
        five = r["srcaddr"], r["srcport"], r["dstaddr"], r["dstport"], r["protocol"]
        if five not in latest or (r["start"], r["end"]) > (latest[five]["start"], latest[five]["end"]):
            latest[five] = r
    newest = sorted(latest.items(), key=lambda item: (-item[1]["end"], -item[1]["start"], *map(_rank, item[0][:4]),
                                                        _rank(_protocol(item[1]))))
    return [(_clock(r["end"]), *five[:4], _protocol(r), r["bytes"], r.get("action")) for five, r in newest[:top]]


# ---- NAT gateways ----------------------------------------------------------------------------

def _through_nat(records, nat, since, until):
    """(interface, inside, remote, port there, is it sent, record) of what a NAT gateway logged on
    its inner side."""
    def differ(r, end):
        return None not in (r.get(end), r.get("pkt_" + end)) and r[end] != r["pkt_" + end]

    for r in _of_period(records, since, until):
        if r.get("instance_id") or "nat" not in (r.get("interface_type") or "nat"):
            continue
        sent, received = differ(r, "dstaddr"), differ(r, "srcaddr")
        if nat is not None and nat not in (r.get("interface_id"), r["srcaddr"], r["dstaddr"]):
            continue
        if sent:
            yield r["interface_id"], r["srcaddr"], r["pkt_dstaddr"], r["dstport"], True, r
        elif received:
            yield r["interface_id"], r["dstaddr"], r["pkt_srcaddr"], r["srcport"], False, r


def _ways(legs):
    return (sum(r["bytes"] or 0 for *_, sent, r in legs if sent), sum(r["bytes"] or 0 for *_, sent, r in legs if not sent))


def nat_senders(records, nat=None, since=None, until=None, top=20):
    rows = [(inside, eni, len({leg[2] for leg in g}), *_ways(g), _last([leg[-1] for leg in g]))
            for (inside, eni), g in _groups(_through_nat(records, nat, since, until), lambda leg: (leg[1], leg[0]))]
    return _sorted(rows, -4, -5, 1, 2)[:top] + _files_with("instance-id", "pkt-srcaddr", "pkt-dstaddr")


def nat_traffic(records, nat=None, since=None, until=None, top=20):
    rows = []
    for (inside, remote, port, _), g in _groups(_through_nat(records, nat, since, until),
                                                lambda leg: (*leg[1:4], leg[-1]["protocol"])):
        own = [leg[-1] for leg in g]
        rows.append((inside, remote, port, _SERVICE.get(port), *_ways(g), _first(own), _last(own)))
    return sorted(rows, key=lambda row: (-row[4] - row[5], *map(_rank, row[:3])))[:top] + _files_with(
        "instance-id", "pkt-srcaddr", "pkt-dstaddr")


def _remotes(records, nat, since, until, upwards, side, top):
    rows = []
    legs = [leg for leg in _through_nat(records, nat, since, until) if leg[4] == upwards]
    for (remote, service), g in _groups(legs, lambda leg: (leg[2], leg[-1].get(f"pkt_{side}_aws_service"))):
        own = [leg[-1] for leg in g]
        rows.append((remote, service, len({leg[1] for leg in g} - {None}), len(g), _sum(own, "bytes"), _first(own), _last(own)))
    return _sorted(rows, -5, 1, 2)[:top]


def nat_uploads(records, nat=None, since=None, until=None, top=20):
    return _remotes(records, nat, since, until, True, "dst", top) + _files_with("instance-id", "pkt-dstaddr")


def nat_downloads(records, nat=None, since=None, until=None, top=20):
    return _remotes(records, nat, since, until, False, "src", top) + _files_with("instance-id", "pkt-srcaddr")


def s3_through_nat(records, nat=None, since=None, until=None, top=20):
    legs = [leg for leg in _through_nat(records, nat, since, until)
            if leg[-1]["pkt_dst_aws_service" if leg[4] else "pkt_src_aws_service"] == "S3"]
    rows = [(*who, *_ways(g), _last([leg[-1] for leg in g]))
            for who, g in _groups(legs, lambda leg: (leg[1], leg[-1]["vpc_id"], leg[-1]["subnet_id"]))]
    return sorted(rows, key=lambda row: (-row[3] - row[4], *map(_rank, row[:3])))[:top] + _files_with(
        "instance-id", "pkt-srcaddr", "pkt-dstaddr", "pkt-src-aws-service", "pkt-dst-aws-service")


# ---- one conversation, one interface ---------------------------------------------------------

def conversation(records, a="172.31.1.13", b="192.0.2.77", port=None, since=None, until=None, top=20):
    found = defaultdict(list)
    for r in _with_traffic(records, since, until):
        sources, destinations = {r["srcaddr"], r.get("pkt_srcaddr")}, {r["dstaddr"], r.get("pkt_dstaddr")}
        if port is not None and port not in (r["srcport"], r["dstport"]):
            continue
        if a in sources and b in destinations:
            found[r["srcport"], r["dstport"], r["protocol"]].append((True, r))
        elif b in sources and a in destinations:
            found[r["dstport"], r["srcport"], r["protocol"]].append((False, r))
    rows = []
    for (a_port, b_port, protocol), both in found.items():
        sights = _groups(both, lambda sight: (sight[1].get("interface_id") or sight[1].get("tgw_attachment_id"), sight[0]))
        sights = [(of_a, [r for _, r in sight]) for (_, of_a), sight in sights]
        sizes = {side: [_sum(rs, "bytes") for of_a, rs in sights if of_a == side] for side in (True, False)}
        begin = min(r["start"] for _, r in both)
        rows.append((protocol, _clock(begin), max(r["end"] for _, r in both) - begin, a_port, b_port,
                     _PROTOCOL.get(protocol, protocol), _SERVICE.get(min(a_port, b_port)),
                     *(max(sizes[side], key=_rank, default=0) for side in (True, False)),
                     max((_rejected(rs) for _, rs in sights), key=_rank),
                     len({r.get("interface_id") or r.get("tgw_attachment_id") for _, r in both})))
    return [row[1:] for row in _sorted(rows, 2, 4, 5, 1)[:top]]


def eni(records, eni="eni-01d3b5255fac9b19f", since=None, until=None, top=20):
    own = [r for r in _of_period(records, since, until) if r.get("interface_id") == eni]
    what = {tuple(r.get(c) for c in ("account_id", "vpc_id", "subnet_id", "instance_id", "interface_type")) for r in own}
    whole = [(status, len(g), _sum(g, "packets"), _sum(g, "bytes"), _first(g), _last(g))
             for status, g in _groups(own, lambda r: r["log_status"])]
    peers = []
    traffic = [r | {"src": r.get("pkt_srcaddr") or r["srcaddr"], "dst": r.get("pkt_dstaddr") or r["dstaddr"]}
               for r in own if r["srcaddr"]]
    for (client, server, port, protocol), g in _groups(
            traffic, lambda r: (*_ends(r, "src", "dst"), _service_port(r), r["protocol"])):
        sent, received = _bytes_where(g, _is_request), _bytes_where(g, lambda r: not _is_request(r))
        peers.append(((_most(sent, received), -len(g), _rank(client), _rank(server), port, protocol),
                      (client, server, _SERVICE.get(port, port), len(g), _rejected(g), sent, received, _first(g), _last(g))))
    return _sorted(list(what), 1, 2, 3, 4, 5) + _sorted(whole, 1) + [row for _, row in sorted(peers, key=lambda x: x[0])][:top]
