# SPDX-License-Identifier: MIT
"""Which connections are legs of a NAT gateway where records lack the packet's addresses, for
connections.py: a second computation of what ext/connection/gateways.h promises."""

import collections


def is_about(a, b):
    return abs(a - b) <= b // 100


def is_most(part, whole):
    return whole > 0 and part >= whole - whole // 100


def candidates(records, is_inside):
    """Addresses to which an interface has logged as much from the inside as from them to the
    outside."""
    seen = collections.defaultdict(lambda: [0, 0, 0, 0])
    for r in records:
        interface = r.row.get("interface_id")
        if "pkt_srcaddr" in r.row or "pkt_dstaddr" in r.row or interface is None or r.row.get("action") == "REJECT":
            continue
        src, dst = r.shown
        if not is_inside(src):
            continue
        to_inside = is_inside(dst)
        counts = seen[interface, dst if to_inside else src]
        counts[0 if to_inside else 2] += r.row.get("bytes") or 0
        counts[1 if to_inside else 3] += r.row.get("packets") or 0
    return {address for (_, address), (got, got_packets, sent, sent_packets) in seen.items()
            if sent and is_about(got, sent) and is_about(got_packets, sent_packets)}


class Gateways:
    """sent: for each connection, (address, other address, bytes) of both directions."""

    def __init__(self, records, sent, is_inside):
        self.is_inside = is_inside
        self.candidates = candidates(records, is_inside)
        self.pairs = collections.Counter()      # bytes from one address to another
        self.to_outside, self.from_inside = collections.Counter(), collections.Counter()
        for src, dst, octets in sent:
            self.pairs[src, dst] += octets
            if is_inside(src) and not is_inside(dst):
                self.to_outside[src] += octets
                self.from_inside[dst] += octets
        self.gateways = {x for x, other in self.pairs if x in self.candidates and self.is_onward(x, other)}

    def is_onward(self, x, other):
        octets = self.pairs[x, other]
        return not self.is_inside(other) and is_most(self.from_inside[other] - octets, octets)

    def is_inner(self, other, x):
        return self.is_inside(other) and is_most(self.to_outside[other], self.pairs[other, x])

    def is_leg(self, a, b):
        return any(x in self.gateways and (self.is_onward(x, other) or self.is_inner(other, x)) for x, other in ((a, b), (b, a)))
