# SPDX-License-Identifier: MIT
"""How many connections of simulated traffic are right: client, server, ports, times, packets and
bytes of both ends, and whether it is a NAT leg. The truth is known from lib/traffic.py."""

import pytest

import traffic
from connecting import FACTS, fact_of, judge, table_rows
from network import Interface

# The least share of right connections, for kinds where the records do not tell everything.
LEAST = {
    5: {"ICMP": 0.2, "NTP": 0.8, "NTP, few hosts": 0, "VPN, equal ports": 0},
    2: {"ICMP": 0.2, "NTP": 0.8, "NTP, few hosts": 0, "VPN, equal ports": 0,
        "scan, one source port": 0.7, "late packet": 0.5, "fixed source port": 0, "ports used once": 0, "active FTP": 0, "NAT": 0, "central NAT": 0, "pods": 0}}


def check(rows, truths, least):
    """Asserts the shares of right rows, and shows all of them if one is too small."""
    shares, strangers = judge(rows, truths)
    assert len(shares) >= 22 and sum(n for _, n in shares.values()) > 400
    text = "\n".join(f"{kind}: {right} of {n}" for kind, (right, n) in sorted(shares.items()))
    print(text)
    assert all(right >= least.get(kind, 0.99) * n for kind, (right, n) in shares.items()), text
    right, n = map(sum, zip(*(share for kind, share in shares.items() if kind not in least)))
    assert right >= 0.999 * n, text
    return sum(n - right for right, n in shares.values()), len(strangers)


@pytest.mark.parametrize("version, seed", [(5, 1), (5, 2), (2, 1)])
def test_simulated_connections_are_right(release, version, seed, tmp_path):
    truths = traffic.write(seed, tmp_path, version)
    rows = table_rows(release, tmp_path)
    wrong, strangers = check(rows, truths, LEAST[version])
    if version == 5:
        assert strangers == wrong       # each wrong row stands for a true connection: nothing is invented
        check_interfaces(rows, truths)


def check_interfaces(rows, truths):
    """With flow-direction and the packets' addresses, the interface of an end is told wherever it
    is logged, and no other one is."""
    by_fact = {tuple(r[c] for c in FACTS): r for r in rows}
    found = [(by_fact.get(fact_of(t)), t) for t in truths]
    assert sum(row is not None for row, _ in found) > 3000
    for row, t in found:
        for end, point in zip(("client", "server"), t.points):
            if row is not None:
                want = (point.id, point.vpc, point.subnet, point.az, point.instance) if isinstance(point, Interface) and point.logged else (None,) * 5
                assert tuple(row[f"{end}_{c}"] for c in ("interface_id", "vpc_id", "subnet_id", "az_id", "instance_id")) == want, (t.kind, end, row)
