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


def _rejected(records):
    """None if no record says whether it was rejected."""
    return sum(r.get("action") == "REJECT" for r in records) if any(r.get("action") for r in records) else None


def _distinct(records, what):
    return len({r[what] for r in records if r.get(what) is not None})


def _first(records):
    return _clock(min(r["start"] for r in records))


def _last(records):
    return _clock(max(r["end"] for r in records))


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


# ---- services --------------------------------------------------------------------------------

def ipv4_ipv6(records, since=None, until=None):
    traffic = _with_traffic(records, since, until)
    total = _sum(traffic, "bytes")
    return _sorted([(f"IPv{version}", len(g), _sum(g, "packets"), _sum(g, "bytes"), f"{100 * _sum(g, 'bytes') / total:.2f} %",
                     _first(g), _last(g))
                    for version, g in _groups(traffic, lambda r: 6 if ":" in r["srcaddr"] else 4)], 1)


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


# ---- NAT gateways ----------------------------------------------------------------------------

# ---- one conversation, one interface ---------------------------------------------------------
