# SPDX-License-Identifier: MIT
"""How many connections of simulated traffic are right: client, server, ports, times, packets and
bytes of both ends, and whether it is a NAT leg. The truth is known from lib/traffic.py."""

import pytest

import traffic
from connecting import judge, reference_rows

# The least share of right connections, for kinds where the records do not tell everything.
LEAST = {
    5: {"UDP scan, one source port": 0.3, "ICMP": 0.5, "NTP, few hosts": 0, "VPN, equal ports": 0},
    2: {"UDP scan, one source port": 0.3, "ICMP": 0.5, "NTP, few hosts": 0, "VPN, equal ports": 0,
        "scan, one source port": 0.3, "fixed source port": 0, "ports used once": 0, "active FTP": 0, "NAT": 0, "central NAT": 0, "pods": 0,
        "long-lived": 0.7, "transit gateway": 0.9}}


@pytest.mark.parametrize("version", [5, 2])
def test_the_reference_is_right(version, tmp_path):
    truths = traffic.write(1, tmp_path, version, scale=0.2)
    shares, strangers = judge(reference_rows(tmp_path), truths)
    check(shares, strangers, version)


def check(shares, strangers, version):
    assert len(shares) >= 22 and sum(n for _, n in shares.values()) > 700
    assert {kind: share for kind, share in shares.items() if share[0] < LEAST[version].get(kind, 0.99) * share[1]} == {}
    sure = [share for kind, share in shares.items() if kind not in LEAST[version]]
    right, n = map(sum, zip(*sure))
    assert right >= 0.999 * n, shares
    if version == 5:        # nothing is invented: each wrong row stands for a true connection
        assert len(strangers) == sum(n - right for right, n in shares.values())
