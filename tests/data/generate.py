#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Make the test data: a small tree of flow logs as AWS delivers them, and one file per edge case.

    generate.py OUTDIR

writes OUTDIR/AWSLogs, which the examples and SQL tests query, OUTDIR/edge, which tests how files
are read, OUTDIR/forms, one file for each form in which logs reach people, and OUTDIR/stream, which
is handed over and not read.  No flow log of a real network can
be published, so this one is made up, but it hangs together: every interface has its subnet and
addresses, traffic inside a VPC is logged at both ends, NAT gateway traffic on all four legs, and
things worth finding are hidden in it:

    203.0.113.66    guesses SSH passwords at the bastion hosts (REJECT, port 22)
    198.51.100.23   scans the ports of one web server (REJECT)
    10.0.1.31       tries to reach a database and file shares it should not (REJECT, inside)
    10.0.1.13       calls 192.0.2.77 every minute with packets of the same size (a beacon)
    10.0.2.14       sends some 15 GB to 203.0.113.200 in ten minutes
    172.31.1.12     reaches S3 through the NAT gateway, which costs, while others use the endpoint

The seed is fixed, so the content is the same on each run.  The compressed bytes may differ with
another zlib; the sizes and the damage in edge/ are built so that the rows do not.
"""

import base64
import json
import os
import random
import struct
import sys
import zlib
from calendar import timegm
from time import gmtime, strftime, strptime
from urllib.parse import quote

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import containers  # noqa: E402

VPC_FIELDS = """
    version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes
    start end action log-status
    vpc-id subnet-id instance-id tcp-flags type pkt-srcaddr pkt-dstaddr
    region az-id sublocation-type sublocation-id
    pkt-src-aws-service pkt-dst-aws-service flow-direction traffic-path
    ecs-cluster-arn ecs-cluster-name ecs-container-instance-arn ecs-container-instance-id
    ecs-container-id ecs-second-container-id ecs-service-name ecs-task-definition-arn ecs-task-arn
    ecs-task-id
    reject-reason resource-id encryption-status
    instance-tag instance-tag-2 interface-tag interface-tag-2 asg-tag asg-tag-2
    interface-type next-hop-interface-id next-hop-subnet-id next-hop-az-id next-hop-vpc-id
    next-hop-interface-type
""".split()
V2_FIELDS = VPC_FIELDS[:14]
V5_FIELDS = VPC_FIELDS[:29]
TGW_FIELDS = """
    version resource-type account-id tgw-id tgw-attachment-id
    tgw-src-vpc-account-id tgw-dst-vpc-account-id tgw-src-vpc-id tgw-dst-vpc-id
    tgw-src-subnet-id tgw-dst-subnet-id tgw-src-eni tgw-dst-eni tgw-src-az-id tgw-dst-az-id
    tgw-pair-attachment-id srcaddr dstaddr srcport dstport protocol packets bytes
    start end log-status type
    packets-lost-no-route packets-lost-blackhole packets-lost-mtu-exceeded
    packets-lost-ttl-expired tcp-flags region flow-direction
    pkt-src-aws-service pkt-dst-aws-service
""".split()
# A user's own choice and order, with a field that does not exist yet.
FUTURE_FIELDS = """
    start end vpc-id interface-id flow-direction srcaddr srcport dstaddr dstport protocol
    tcp-flags action future-field bytes packets log-status version account-id
""".split()

ICMP, TCP, UDP, ICMPV6 = 1, 6, 17, 58
FIN, SYN, SYNACK = 1, 2, 18

WINDOW = 300       # seconds of traffic in one file
rng = random.Random(20260309)


# ---- the world: VPCs, hosts, sessions --------------------------------------------------------

def hexid(prefix, digits=17):
    return prefix + "".join(rng.choice("0123456789abcdef") for _ in range(digits))


class Remote:
    """An address outside the VPC."""

    def __init__(self, ip, service="-"):
        self.ip, self.service = ip, service


class Host:
    """A network interface and the instance behind it (none for a NAT gateway)."""

    def __init__(self, vpc, name, subnet, number):
        self.vpc, self.name, self.service = vpc, name, "-"
        self.ip = f"{vpc.net}.{subnet}.{number}"
        # AWS writes eight groups, unpadded; the real address of an interface is random like this.
        groups = [rng.randrange(0x1000, 0x10000) for _ in range(4)]
        self.ip6 = vpc.net6 + ":" + ":".join(f"{g:x}" for g in groups)
        self.eni = hexid("eni-0", 16)
        self.instance = hexid("i-0", 16)
        self.subnet = vpc.subnets[subnet]
        self.az = vpc.azs[subnet % 2]
        self.ecs = {}
        self.tags = {}


class Vpc:
    """A VPC with public subnet 0, application subnet 1 and data subnet 2."""

    def __init__(self, account, region, az, net, net6):
        self.account, self.region, self.net, self.net6 = account, region, net, net6
        self.id = hexid("vpc-0", 16)
        self.azs = [az + "-az1", az + "-az2"]
        self.subnets = [hexid("subnet-0", 16) for _ in range(3)]
        self.flow_log = hexid("fl-0", 16)
        self.bastion = Host(self, "bastion", 0, 10)
        self.nat = Host(self, "nat", 0, 20)
        self.nat.instance = "-"
        self.web = [Host(self, "web", 0, 30 + i) for i in range(3)]
        self.app = [Host(self, "app", 1, 11 + i) for i in range(4)]
        self.stray = Host(self, "stray", 1, 31)
        self.db = [Host(self, "db", 2, 11), Host(self, "db", 2, 12)]
        self.batch = Host(self, "batch", 2, 14)
        self.idle = Host(self, "idle", 2, 40)

    def hosts(self):
        return [self.bastion, self.nat, *self.web, *self.app, self.stray, *self.db, self.batch,
                self.idle]


class Session:
    """One side's and the other side's packets within one window; bytes None: not counted."""

    def __init__(self, T, client, server, dport, out, back, protocol=TCP, seconds=None,
                 ipv6=False, action="ACCEPT", reason="-", at=None):
        self.client, self.server, self.protocol, self.ipv6 = client, server, protocol, ipv6
        self.dport = dport
        self.sport = 0 if protocol in (ICMP, ICMPV6) else rng.randrange(32768, 61000)
        if protocol == UDP and dport == 123:
            self.sport = 123
        self.out, self.back = out, back
        self.action, self.reason = action, reason
        if seconds is None:
            seconds = rng.choice([1, 4, 12, 28, 45, 58, 59, 60])
        self.end = T + (rng.randrange(WINDOW) if at is None else at)
        self.start = max(self.end - seconds, T - 600)


def sized(packets, each):
    return packets, packets * each


def address(endpoint, ipv6=False):
    return endpoint.ip6 if ipv6 else endpoint.ip


def ephemeral_remote():
    return Remote(f"{rng.choice(['192.0.2', '198.51.100', '203.0.113'])}.{rng.randrange(100, 190)}")


def s3(vpc):
    net = {"us-east-1": "52.216.8", "eu-central-1": "3.5.136", "eu-west-1": "52.218.32"}[vpc.region]
    return Remote(f"{net}.{rng.randrange(2, 250)}", "S3")


# ---- from sessions to records ----------------------------------------------------------------

def metadata(host):
    """The fields that depend on the interface alone."""
    vpc = host.vpc
    record = dict.fromkeys(VPC_FIELDS, "-")
    record.update({
        "account-id": vpc.account, "interface-id": host.eni, "vpc-id": vpc.id,
        "subnet-id": host.subnet, "instance-id": host.instance, "region": vpc.region,
        "az-id": host.az})
    if host is vpc.nat:
        record["interface-type"] = "nat_gateway"
    record.update(host.ecs)
    record.update(host.tags)
    return record


def record(host, session, egress, src, dst, sport, dport, outwards, peer=None,
           pkt_src=None, pkt_dst=None, action="ACCEPT", path="-"):
    """One line of a flow log: what `host` saw of one direction of a session.

    outwards: client to server (else back); peer: the other interface, if it is in the VPC.
    """
    packets, size = session.out if outwards else session.back
    # The two ends do not look at their clocks in the same moment.
    skew = 0 if host is session.client else rng.choice([0, 0, 0, 1])
    start = min(session.start + skew, session.end)
    r = metadata(host)
    r.update({
        "srcaddr": src, "dstaddr": dst, "srcport": sport, "dstport": dport,
        "protocol": session.protocol, "packets": packets, "bytes": "-" if size is None else size,
        "start": start, "end": session.end, "action": action, "log-status": "OK",
        "type": "IPv6" if session.ipv6 else "IPv4",
        "pkt-srcaddr": pkt_src or src, "pkt-dstaddr": pkt_dst or dst,
        "flow-direction": "egress" if egress else "ingress"})
    if session.protocol == TCP:
        whole = session.end - session.start < 30
        if action == "REJECT" or not session.back:
            r["tcp-flags"] = SYN
        elif whole:
            r["tcp-flags"] = (SYN if outwards else SYNACK) + FIN
        else:
            r["tcp-flags"] = 0
    else:
        r["tcp-flags"] = 0
    source, target = (session.client, session.server) if outwards \
        else (session.server, session.client)
    r["pkt-src-aws-service"], r["pkt-dst-aws-service"] = source.service, target.service
    if egress:
        r["traffic-path"] = path
    if action == "REJECT":
        r["reject-reason"] = session.reason
    if host is not host.vpc.nat:
        if peer:
            r["encryption-status"] = 3 if 5432 in (sport, dport) else 1
        else:
            r["encryption-status"] = 2 if 443 in (sport, dport) else 0
    if peer:
        r.update({"next-hop-interface-id": peer.eni, "next-hop-subnet-id": peer.subnet,
                  "next-hop-az-id": peer.az, "next-hop-vpc-id": peer.vpc.id})
        if peer is peer.vpc.nat:
            r["next-hop-interface-type"] = "nat_gateway"
    return r


def direct_records(vpc, s, path):
    """A session without a NAT gateway: each direction, at each end that is in the VPC."""
    inside = [e for e in (s.client, s.server) if isinstance(e, Host) and e.vpc is vpc]
    c, d = address(s.client, s.ipv6), address(s.server, s.ipv6)
    for outwards in (True, False):
        if not outwards and not s.back:
            continue
        for host in inside:
            other = s.server if host is s.client else s.client
            egress = (host is s.client) == outwards
            action = "ACCEPT"
            if s.action == "REJECT" and host is s.server:
                action = "REJECT"       # the client's own rules let it go
            src, dst, sport, dport = (c, d, s.sport, s.dport) if outwards \
                else (d, c, s.dport, s.sport)
            yield record(host, s, egress, src, dst, sport, dport, outwards,
                         peer=other if other in inside else None, action=action, path=path)


def nat_records(vpc, s):
    """A session of a private instance through the NAT gateway: its own interface sees both true
    ends, the NAT gateway's sees its own address on each leg and the true ends as pkt-."""
    host, nat, far = s.client, vpc.nat, s.server
    port = s.sport if s.protocol == ICMP else rng.randrange(1024, 65536)  # NAT's own source port
    for outwards in (True, False):
        if not outwards and not s.back:
            continue
        if outwards:
            yield record(host, s, True, host.ip, far.ip, s.sport, s.dport, True, nat, path=1)
            yield record(nat, s, False, host.ip, nat.ip, s.sport, s.dport, True, host,
                         pkt_dst=far.ip)
            yield record(nat, s, True, nat.ip, far.ip, port, s.dport, True, path=8)
        else:
            yield record(nat, s, False, far.ip, nat.ip, s.dport, port, False)
            yield record(nat, s, True, nat.ip, host.ip, s.dport, s.sport, False, host,
                         pkt_src=far.ip, path=1)
            yield record(host, s, False, far.ip, host.ip, s.dport, s.sport, False, nat)


def empty_record(host, T, status):
    """A NODATA or SKIPDATA row: the interface, the time, and nothing else."""
    r = metadata(host)
    start = T + rng.randrange(0, 200)
    r.update({"start": start, "end": start + rng.randrange(54, 61), "log-status": status})
    return r


# ---- what goes on in a window ----------------------------------------------------------------

def everyday(vpc, T, busy):
    """Records of usual traffic; busy scales its amount."""
    def direct(path, *args, **kw):
        records.extend(direct_records(vpc, Session(T, *args, **kw), path))

    def nat(*args, **kw):
        records.extend(nat_records(vpc, Session(T, *args, **kw)))

    records = []
    for _ in range(6 * busy):
        direct(8, ephemeral_remote(), rng.choice(vpc.web), 443,
               sized(rng.randrange(8, 60), rng.randrange(60, 400)),
               sized(rng.randrange(8, 90), rng.randrange(200, 1400)))
    for _ in range(2 * busy):
        visitor = Remote("-")
        visitor.ip6 = rng.choice([
            f"2001:db8:{rng.randrange(1, 0xffff):x}:1:9c2f:{rng.randrange(0x1000, 0xffff):x}:0:1",
            f"2001:db8:{rng.randrange(1, 0xffff):x}::{rng.randrange(2, 0xff):x}"])
        direct(8, visitor, rng.choice(vpc.web), 443, sized(rng.randrange(8, 40), 120),
               sized(rng.randrange(8, 60), 900), ipv6=True)
    for _ in range(4 * busy):
        direct(1, rng.choice(vpc.web), rng.choice(vpc.app), 8080,
               sized(rng.randrange(10, 80), rng.randrange(100, 500)),
               sized(rng.randrange(10, 80), rng.randrange(200, 1300)))
    for _ in range(2 * busy):
        direct(1, rng.choice(vpc.app), vpc.db[0], 5432,
               sized(rng.randrange(20, 300), rng.randrange(80, 300)),
               sized(rng.randrange(20, 300), rng.randrange(100, 1200)), seconds=60)
    for _ in range(busy):
        direct(7, rng.choice(vpc.app), s3(vpc), 443, sized(rng.randrange(10, 400), 1200),
               sized(rng.randrange(10, 200), 90))
        nat(rng.choice(vpc.app), ephemeral_remote(), 443,
            sized(rng.randrange(8, 40), 150), sized(rng.randrange(8, 200), 1300))
    direct(1, vpc.db[0], vpc.db[1], 5432, sized(rng.randrange(200, 900), 1400),
           sized(rng.randrange(100, 400), 60), seconds=60)
    direct(1, vpc.bastion, rng.choice(vpc.app), 0, sized(4, 84), sized(4, 84), protocol=ICMP)
    nat(vpc.app[0], Remote("203.0.113.123"), 123, (1, 76), (1, 76), protocol=UDP, seconds=0)
    nat(vpc.batch, Remote("192.0.2.53"), 53, (2, 142), (2, 310), protocol=UDP, seconds=1)
    # A long poll that is cut into records only every ten minutes.
    direct(8, Remote("198.51.100.140"), vpc.web[0], 443, sized(120, 66), sized(118, 70),
           seconds=rng.randrange(480, 600))
    # The internet's background noise.
    for _ in range(3 * busy):
        direct("-", ephemeral_remote(), rng.choice([*vpc.web, vpc.bastion]),
               rng.choice([23, 445, 3389, 6379, 8081, 5900]), sized(rng.choice([1, 1, 2, 3]), 40),
               None, action="REJECT")
    direct("-", ephemeral_remote(), vpc.bastion, 0, (1, 28), None, protocol=ICMP, action="REJECT")
    records.append(empty_record(vpc.idle, T, "NODATA"))
    return records


def admin_ssh(vpc, T):
    s = Session(T, Remote("198.51.100.9"), vpc.bastion, 22, sized(210, 110), sized(190, 180))
    hop = Session(T, vpc.bastion, rng.choice(vpc.app), 22, sized(150, 100), sized(140, 170))
    return [*direct_records(vpc, s, 8), *direct_records(vpc, hop, 1)]


def brute_force(vpc, T):
    """SSH logins, one after the other, from one address."""
    records = []
    for at in range(4, WINDOW, 15):
        s = Session(T, Remote("203.0.113.66"), vpc.bastion, 22, sized(rng.choice([1, 2, 3]), 60),
                    None, action="REJECT", seconds=3, at=at)
        records.extend(direct_records(vpc, s, "-"))
    return records


def port_scan(vpc, T):
    """A vertical scan: one source, one target, many ports."""
    ports = [21, 22, 23, 25, 53, 80, 110, 111, 135, 139, 143, 161, 389, 445, 465, 514, 587, 593,
             636, 873, 993, 995, 1080, 1433, 1521, 1723, 2049, 2375, 2379, 3000, 3306, 3389, 4444,
             5000, 5432, 5601, 5672, 5900, 5985, 6379, 6443, 7001, 8000, 8009, 8080, 8088, 8443,
             8888, 9000, 9042, 9090, 9200, 9300, 10250, 11211, 15672, 27017, 50000, 50070, 61616]
    records = []
    for i, port in enumerate(ports):
        s = Session(T, Remote("198.51.100.23"), vpc.web[1], port, (1, 44), None, action="REJECT",
                    seconds=0, at=40 + i // 3)
        s.sport = 54321
        records.extend(direct_records(vpc, s, "-"))
    return records


def stray_inside(vpc, T):
    """An instance that knocks where it has no business: rejected at the other end."""
    records = []
    targets = ((vpc.db[0], 5432), (vpc.db[1], 3306), (vpc.batch, 445), (vpc.app[1], 3389))
    for server, port in targets:
        s = Session(T, vpc.stray, server, port, sized(3, 60), None, action="REJECT", seconds=7)
        records.extend(direct_records(vpc, s, 1))
    return records


def beacon(vpc, T):
    """The same small talk with the same stranger, once a minute."""
    records = []
    for at in range(17, WINDOW, 60):
        s = Session(T, vpc.app[2], Remote("192.0.2.77"), 443, (9, 1284), (7, 913), seconds=2,
                    at=at + rng.choice([0, 0, 1]))
        records.extend(nat_records(vpc, s))
    return records


def large_egress(vpc, T):
    records = []
    for at in range(59, WINDOW, 60):
        packets = rng.randrange(1000000, 1040000)
        s = Session(T, vpc.batch, Remote("203.0.113.200"), 443, (packets, packets * 1480),
                    (packets // 4, packets // 4 * 52), seconds=59, at=at)
        s.sport = 50022
        records.extend(nat_records(vpc, s))
    return records


def s3_through_nat(vpc, T):
    records = []
    for _ in range(4):
        s = Session(T, vpc.app[1], s3(vpc), 443, sized(rng.randrange(500, 9000), 1400),
                    sized(rng.randrange(200, 900), 60), seconds=60)
        records.extend(nat_records(vpc, s))
    return records


def blocked_public_access(vpc, T):
    """VPC Block Public Access: the records have no byte count."""
    records = []
    for _ in range(5):
        s = Session(T, ephemeral_remote(), rng.choice(vpc.web), 443, (rng.choice([1, 2]), None),
                    None, action="REJECT", reason="BPA", seconds=1)
        records.extend(direct_records(vpc, s, "-"))
    return records


# ---- transit gateway -------------------------------------------------------------------------

class TransitGateway:
    """Two VPCs of two accounts behind one transit gateway."""

    def __init__(self, account, region, near, far):
        self.account, self.region = account, region
        self.id, self.flow_log = hexid("tgw-0", 16), hexid("fl-0", 16)
        self.near, self.far = near, far
        self.attachment = {vpc: hexid("tgw-attach-0", 16) for vpc in (near, far)}
        self.eni = {vpc: hexid("eni-0", 16) for vpc in (near, far)}

    def sessions(self, T):
        near, far = self.near, self.far
        for _ in range(6):
            yield Session(T, rng.choice(near.app), rng.choice(far.app), 1433,
                          sized(rng.randrange(10, 200), 160), sized(rng.randrange(10, 300), 900))
        for _ in range(3):
            yield Session(T, far.batch, rng.choice(near.web), 443,
                          sized(rng.randrange(10, 60), 140), sized(rng.randrange(10, 90), 1100))

    def records(self, s):
        """Each direction once where it comes in and once where it goes out."""
        for outwards in (True, False):
            a, b = (s.client, s.server) if outwards else (s.server, s.client)
            sport, dport = (s.sport, s.dport) if outwards else (s.dport, s.sport)
            packets, size = s.out if outwards else s.back
            for egress in (False, True):
                here, there = (b.vpc, a.vpc) if egress else (a.vpc, b.vpc)
                r = dict.fromkeys(TGW_FIELDS, "-")
                for side, end in (("src", a), ("dst", b)):
                    r.update({
                        f"tgw-{side}-vpc-account-id": end.vpc.account,
                        f"tgw-{side}-vpc-id": end.vpc.id, f"tgw-{side}-subnet-id": end.subnet,
                        f"tgw-{side}-eni": self.eni[end.vpc], f"tgw-{side}-az-id": end.az})
                r.update({
                    "resource-type": "TransitGateway", "account-id": self.account,
                    "tgw-id": self.id, "tgw-attachment-id": self.attachment[here],
                    "tgw-pair-attachment-id": self.attachment[there],
                    "srcaddr": a.ip, "dstaddr": b.ip, "srcport": sport, "dstport": dport,
                    "protocol": s.protocol, "packets": packets, "bytes": size,
                    "start": s.start, "end": s.end, "log-status": "OK", "type": "IPv4",
                    "packets-lost-no-route": 0,
                    "packets-lost-blackhole": rng.choice([0] * 11 + [3]) if not egress else 0,
                    "packets-lost-mtu-exceeded": rng.choice([0] * 15 + [12]) if not egress else 0,
                    "packets-lost-ttl-expired": 0,
                    "tcp-flags": 0 if s.end - s.start >= 30 else (3 if outwards else 19),
                    "region": self.region, "flow-direction": "egress" if egress else "ingress"})
                yield r

    def no_data(self, T):
        r = dict.fromkeys(TGW_FIELDS, "-")
        r.update({"resource-type": "TransitGateway", "account-id": self.account,
                  "tgw-id": self.id, "tgw-attachment-id": self.attachment[self.far],
                  "region": self.region, "start": T + 60, "end": T + 120, "log-status": "NODATA"})
        return r


# ---- files -----------------------------------------------------------------------------------

def gz(content, level=9):
    """One gzip member with nothing in its header that changes from run to run."""
    deflate = zlib.compressobj(level, zlib.DEFLATED, -15)
    return gz_wrap(deflate.compress(content) + deflate.flush(), content)


def gz_wrap(deflated, content):
    return (b"\x1f\x8b\x08\x00\0\0\0\0\x02\xff" + deflated
            + struct.pack("<II", zlib.crc32(content), len(content) & 0xffffffff))


def write(outdir, path, content):
    full = os.path.join(outdir, path)
    os.makedirs(os.path.dirname(full), exist_ok=True)
    with open(full, "wb") as f:
        f.write(content)


def lines(fields, records, version, header=True):
    out = [" ".join(fields)] if header else []
    for r in records:
        r = {**r, "version": version}
        out.append(" ".join(str(r[field]) for field in fields))
    return ("\n".join(out) + "\n").encode()


def in_file_order(records):
    """AWS does not sort by time: records of an interface come together, interfaces in any
    order."""
    key = {}
    for r in records:
        key.setdefault(r.get("interface-id", r.get("tgw-attachment-id")), rng.random())
    return sorted(records, key=lambda r: (
        key[r.get("interface-id", r.get("tgw-attachment-id"))], int(r["end"])))


def seconds(text):
    return timegm(strptime(text, "%Y-%m-%d %H:%M"))


def file_name(account, region, flow_log, T):
    return (f"{account}_vpcflowlogs_{region}_{flow_log}_"
            f"{strftime('%Y%m%dT%H%MZ', gmtime(T))}_{hexid('', 8)}.log.gz")


def daily_folder(account, region, T):
    return f"AWSLogs/{account}/vpcflowlogs/{region}/{strftime('%Y/%m/%d', gmtime(T))}/"


def hourly_folder(account, region, T):
    return daily_folder(account, region, T) + strftime("%H/", gmtime(T))


def hive_folder(account, region, T):
    return (f"AWSLogs/aws-account-id={account}/aws-service=vpcflowlogs/aws-region={region}/"
            + strftime("year=%Y/month=%m/day=%d/hour=%H/", gmtime(T)))


def key_of(account, region, flow_log, T, folder):
    return folder(account, region, T) + file_name(account, region, flow_log, T)


def aws_logs(out):
    """The whole AWSLogs tree."""
    prod = Vpc("123456789012", "us-east-1", "use1", "10.0", "2600:1f18:4a3b:1200")
    data = Vpc("012345678901", "us-east-1", "use1", "10.8", "2600:1f18:77aa:3400")
    euro = Vpc("012345678901", "eu-central-1", "euc1", "172.31", "2a05:d014:6c2:9a00")
    isle = Vpc("123456789012", "eu-west-1", "euw1", "10.64", "2a05:d018:1e7:4b00")
    tgw = TransitGateway("123456789012", "us-east-1", prod, data)
    add_containers_and_tags(isle)

    # Default format, one folder a day; transit gateway logs of two of the windows beside it.
    for when in ("2026-03-08 23:50", "2026-03-08 23:55", "2026-03-09 00:00", "2026-03-09 09:00",
                 "2026-03-09 09:05", "2026-03-09 09:10", "2026-03-09 09:15", "2026-03-09 09:20",
                 "2026-03-10 09:00", "2026-03-10 09:05", "2026-03-10 17:30"):
        T = seconds(when)
        night = when < "2026-03-09 09:00"
        records = everyday(prod, T, 1 if night else 2) + beacon(prod, T)
        if night:
            records += brute_force(prod, T)
        else:
            records += admin_ssh(prod, T) + stray_inside(prod, T)
        if when == "2026-03-08 23:55":
            records += port_scan(prod, T)
        if when in ("2026-03-08 23:55", "2026-03-09 00:00"):
            records += large_egress(prod, T)
        if when == "2026-03-09 09:10":
            records += [empty_record(prod.web[0], T, "SKIPDATA"),
                        empty_record(prod.web[2], T, "SKIPDATA")]
        if when in ("2026-03-09 09:05", "2026-03-09 09:10", "2026-03-10 09:00"):
            through = list(tgw.sessions(T))
            for s in through:
                records += direct_records(prod, s, "-")
            out.file(key_of(prod.account, prod.region, tgw.flow_log, T, daily_folder),
                     lines(TGW_FIELDS, in_file_order(
                         [r for s in through for r in tgw.records(s)] + [tgw.no_data(T)]), 6))
        records = in_file_order(records)
        parts = [records]
        if when == "2026-03-09 09:15":          # a busy window comes in two files
            parts = [records[:len(records) // 2], records[len(records) // 2:]]
        for part in parts:
            out.file(key_of(prod.account, prod.region, prod.flow_log, T, daily_folder),
                     lines(V2_FIELDS, part, 2), plain=when == "2026-03-10 17:30")
    # A window in which nothing was to be said.
    T = seconds("2026-03-10 17:35")
    out.file(key_of(prod.account, prod.region, prod.flow_log, T, daily_folder),
             lines(V2_FIELDS, [], 2))

    # All fields of version 5, one folder an hour.
    for when in ("2026-03-09 08:50", "2026-03-09 08:55", "2026-03-09 09:00", "2026-03-09 09:05",
                 "2026-03-09 22:00", "2026-03-09 22:05", "2026-03-10 02:00", "2026-03-10 02:05",
                 "2026-03-10 02:10", "2026-03-10 13:25"):
        T = seconds(when)
        records = everyday(euro, T, 2 if "08:00" < when[11:] < "20:00" else 1)
        records += s3_through_nat(euro, T) + stray_inside(euro, T)
        if when[11:13] in ("02", "22"):
            records += brute_force(euro, T) + beacon(euro, T)
        if when == "2026-03-10 02:05":
            records.append(empty_record(euro.nat, T, "SKIPDATA"))
        out.file(key_of(euro.account, euro.region, euro.flow_log, T, hourly_folder),
                 lines(V5_FIELDS, in_file_order(records), 5))

    # All 54 fields, Hive-compatible folders.
    for when in ("2026-06-15 10:00", "2026-06-15 10:05", "2026-06-15 10:10", "2026-06-15 11:00",
                 "2026-06-16 10:00", "2026-06-16 10:05", "2026-06-16 23:55"):
        T = seconds(when)
        records = everyday(isle, T, 1) + blocked_public_access(isle, T) + s3_through_nat(isle, T)
        out.file(key_of(isle.account, isle.region, isle.flow_log, T, hive_folder),
                 lines(VPC_FIELDS, in_file_order(records), 11))

    # An own order of fields, one of which nobody knows yet.
    for when in ("2026-06-16 10:00", "2026-06-16 10:05"):
        T = seconds(when)
        records = everyday(data, T, 1)
        for r in records:
            r["future-field"] = rng.choice(["-", "alpha", "beta%20two"])
        out.file(key_of(data.account, data.region, data.flow_log, T, daily_folder),
                 lines(FUTURE_FIELDS, in_file_order(records), 12))


def add_containers_and_tags(vpc):
    """ECS tasks for the app hosts (the last one on Fargate), tags as version 11 spells them."""
    def tag(value):
        return quote(value, safe="").replace("-", "%2D")

    base = f"arn:aws:ecs:{vpc.region}:{vpc.account}"
    for i, host in enumerate(vpc.app):
        task, instance = hexid("", 32), hexid("", 32)
        fargate = i == 3
        host.ecs = {
            "ecs-cluster-arn": f"{base}:cluster/shop", "ecs-cluster-name": "shop",
            "ecs-container-instance-arn": "-" if fargate
            else f"{base}:container-instance/shop/{instance}",
            "ecs-container-instance-id": "-" if fargate else instance,
            "ecs-container-id": f"{task}-{rng.randrange(10**9, 10**10)}" if fargate
            else hexid("", 64),
            "ecs-service-name": "-" if i == 2 else "checkout",
            "ecs-task-definition-arn": f"{base}:task-definition/checkout:{41 + i}",
            "ecs-task-arn": f"{base}:task/shop/{task}", "ecs-task-id": task}
        if fargate:
            host.instance = "-"
        if i == 1:
            host.ecs["ecs-second-container-id"] = hexid("", 64)
    for host in vpc.web:
        host.tags = {"instance-tag": tag("web tier"), "instance-tag-2": tag("größe-m"),
                     "asg-tag": tag("team/web-shop"), "asg-tag-2": tag("100% spot, on-demand 0")}
    for host in vpc.db:
        host.tags = {"instance-tag": tag("db"), "interface-tag": tag("pci-zone"),
                     "interface-tag-2": tag("東京 \"backup\"")}


class Out:
    """Writes AWSLogs files, gzipped unless told not to."""

    def __init__(self, outdir):
        self.outdir = outdir

    def file(self, path, content, plain=False):
        if plain:
            write(self.outdir, path.removesuffix(".gz"), content)
        else:
            write(self.outdir, path, gz(content))


# ---- edge cases ------------------------------------------------------------------------------

START = 1773046800          # 2026-03-09 09:00:00


def default_row(i, **changes):
    """A default-format record, plain and different for each i."""
    r = {
        "version": 2, "account-id": "123456789012", "interface-id": "eni-0a1b2c3d4e5f60718",
        "srcaddr": f"10.0.1.{10 + i % 200}", "dstaddr": "10.0.2.20", "srcport": 40000 + i,
        "dstport": 443, "protocol": 6, "packets": 10 + i, "bytes": 1000 + 10 * i,
        "start": START + i, "end": START + i + 60, "action": "ACCEPT", "log-status": "OK"}
    r.update({name.replace("_", "-"): value for name, value in changes.items()})
    return " ".join(str(r[field]) for field in V2_FIELDS)


def v5_row(i, **changes):
    more = (f"vpc-0a1b2c3d4e5f60718 subnet-0a1b2c3d4e5f60718 i-0a1b2c3d4e5f60718 3 IPv4 "
            f"10.0.1.{10 + i % 200} 10.0.2.20 us-east-1 use1-az2 - - - S3 egress 7")
    return default_row(i, version=5, **changes) + " " + more


def tgw_row(i, **changes):
    r = dict.fromkeys(TGW_FIELDS, "-")
    r.update({
        "version": 6, "resource-type": "TransitGateway", "account-id": "012345678901",
        "tgw-id": "tgw-0a1b2c3d4e5f60718", "tgw-attachment-id": "tgw-attach-0a1b2c3d4e5f60718",
        "srcaddr": f"10.0.1.{10 + i}", "dstaddr": "10.8.1.11", "srcport": 40000 + i,
        "dstport": 1433, "protocol": 6, "packets": 10 + i, "bytes": 1000 + i, "start": START + i,
        "end": START + i + 60, "log-status": "OK", "type": "IPv4", "packets-lost-no-route": 0,
        "packets-lost-blackhole": i, "packets-lost-mtu-exceeded": 0, "packets-lost-ttl-expired": 0,
        "tcp-flags": 0, "region": "us-east-1", "flow-direction": "ingress"})
    r.update(changes)
    return " ".join(str(r[field]) for field in TGW_FIELDS)


HEADER = " ".join(V2_FIELDS)
V5_HEADER = " ".join(V5_FIELDS)


def joined(*rows, end="\n"):
    return "".join(row + end for row in rows).encode()


def some(n, first=0):
    return [default_row(i) for i in range(first, first + n)]


def good_file(n=5):
    return joined(HEADER, *some(n))


def broken_in_two():
    """(content before, content after, deflated before, deflated after) of a stream cut in the
    middle of a line, where the compressor has flushed: so no inflate can yield more or less."""
    content = joined(HEADER, *some(40))
    cut = content.index(b"10.0.1.30 10.0.2.20")         # within the 21st row
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    first = deflate.compress(content[:cut]) + deflate.flush(zlib.Z_FULL_FLUSH)
    second = deflate.compress(content[cut:]) + deflate.flush()
    return content, first, second


def edge_cases():
    """{file name: content}"""
    files = {}

    # Nothing, or nearly nothing, in it.
    files["empty.log"] = b""
    files["empty.gz"] = gz(b"")
    files["header-only.log"] = joined(HEADER)

    # Line ends and spaces.
    files["no-final-newline.log"] = good_file(3)[:-1]
    files["crlf.log"] = joined(HEADER, *some(3), end="\r\n")
    files["spaces.log"] = joined(
        "  " + HEADER.replace(" ", "   ") + " ", default_row(0).replace(" ", "  ", 5),
        "\t" + default_row(1).replace(" ", "\t"), default_row(2) + "   ",
        " \t " + default_row(3).replace(" ", " \t ") + "\t")
    files["blank-lines.log"] = joined(
        "", HEADER, "", default_row(0), "", "   ", "\t\r", default_row(1), default_row(2), "", "")
    files["bom.log"] = b"\xef\xbb\xbf" + good_file(3)

    # Layouts told by a header.
    files["underscores.log"] = joined(HEADER.replace("-", "_"), *some(3))
    files["custom-order.log"] = joined(
        "action bytes dstport start srcaddr vpc-id dstaddr end log-status",
        f"REJECT 40 22 {START} 203.0.113.66 vpc-0a1b2c3d4e5f60718 10.0.0.10 {START + 3} OK",
        f"ACCEPT 52000 443 {START + 5} 10.0.1.11 vpc-0a1b2c3d4e5f60718 10.0.2.20 {START + 65} OK",
        f"- - - {START + 60} - vpc-0a1b2c3d4e5f60718 - {START + 118} NODATA")
    files["unknown-field.log"] = joined(
        HEADER + " future-field another-new_one", default_row(0) + " alpha 7",
        default_row(1) + " - -", default_row(2) + ' say"hi\\ tag%20ü', default_row(3) + " - 12")
    files["duplicate-field.log"] = joined(
        "version srcaddr dstaddr srcaddr action", "2 10.0.1.11 10.0.2.20 10.0.1.11 ACCEPT",
        "2 10.0.1.12 10.0.2.20 10.0.1.12 ACCEPT")
    files["concatenated.gz"] = (
        gz(joined(HEADER, *some(3))) + gz(joined(V5_HEADER, *[v5_row(i) for i in range(3, 6)]))
        + gz(joined(HEADER, *some(3, first=6))))

    # Layouts told by the lines themselves.
    files["headerless-default.log"] = joined(*some(4))
    files["headerless-tgw.log"] = joined(*[tgw_row(i) for i in range(4)])
    files["headerless-custom.log"] = joined(        # srcaddr dstaddr dstport action bytes start
        f"10.0.1.11 10.0.2.20 443 ACCEPT 1200 {START}", f"10.0.1.12 10.0.2.20 22 REJECT 40 {START}",
        f"10.0.1.13 10.0.2.21 443 ACCEPT 800 {START + 9}")
    shuffled = [5, 0, 3, 1, 4, 2]
    files["cwl-export.gz"] = gz(joined(*[
        strftime("%Y-%m-%dT%H:%M:%S.000Z ", gmtime(START + i)) + default_row(i)
        for i in shuffled]))
    files["cwl-export-epoch.log"] = joined(*[f"{START + i}000 " + default_row(i) for i in shuffled])

    # Values.
    nothing = dict.fromkeys(
        ["srcaddr", "dstaddr", "srcport", "dstport", "protocol", "packets", "bytes", "action"], "-")
    files["nodata.log"] = joined(
        HEADER, default_row(0, **nothing, log_status="NODATA"), default_row(1),
        default_row(2, **nothing, log_status="SKIPDATA"),
        default_row(3, **nothing, log_status="NODATA", account_id="unknown", interface_id="-"))
    files["ipv6.log"] = joined(
        HEADER,
        default_row(0, srcaddr="2001:db8:4a3b:1200:5c1d:9aff:fe21:77b0",
                    dstaddr="2001:db8:0:0:0:0:0:1"),
        default_row(1, srcaddr="2001:db8::200e", dstaddr="2001:DB8:4A3B::1"),
        default_row(2, srcaddr="fe80::1", dstaddr="ff02::fb", protocol=17, dstport=5353),
        default_row(3, srcaddr="::ffff:10.0.1.13", dstaddr="::"),
        default_row(4, srcaddr="2001:0db8:0000:0000:0000:0000:0000:0001", dstaddr="::1",
                    protocol=58, srcport=0, dstport=0))
    files["big-values.log"] = joined(
        HEADER, default_row(0, srcport=2**63 - 1, bytes=10**15 - 1, packets=10**15 - 1),
        default_row(1, account_id="000000000007", srcport="00080", bytes="0000000000000000042"),
        default_row(2, bytes=4294967296, packets=0, start=2147483648, end=99999999999),
        default_row(3, bytes=10**15 - 1, start=99999999998, end=99999999999))

    # Gzip: whole, though unusual.
    content = good_file(12)
    in_row_2, in_row_7 = content.index(b"40002") + 2, content.index(b"40007") + 2
    files["multi-member.gz"] = (
        gz(content[:in_row_2]) + gz(content[in_row_2:in_row_7]) + gz(content[in_row_7:]))
    files["trailing-zeros.gz"] = gz(good_file()) + bytes(1024)
    files["gz-named-plain.gz"] = good_file(3)
    files["plain-named-gzip.log"] = gz(good_file(3))

    # Gzip: damaged.
    content, first, second = broken_in_two()
    whole = gz_wrap(first + second, content)
    header_bytes = 10
    files["truncated.gz"] = whole[:header_bytes + len(first) + 3]
    # A deflate block of type 3 does not exist.
    files["corrupt-middle.gz"] = gz_wrap(first + bytes([second[0] | 6]) + second[1:], content)
    crc_off = bytearray(gz(good_file()))
    crc_off[-8] ^= 0x01
    files["corrupt-crc.gz"] = bytes(crc_off)
    files["trailing-garbage.gz"] = gz(good_file()) + b"this is no gzip member\n"

    # Lines that don't fit.
    good = some(8)
    tokens = default_row(4).split()
    shifted = " ".join([tokens[0], *tokens[2:], "7"])       # no account-id, all else moves up
    files["shifted.log"] = joined(
        HEADER, good[0], good[1],
        good[2].replace(" 443", "", 1),                                     # one column missing
        good[3] + " OK",                                                    # one too many
        shifted,                                                            # the count is right
        default_row(5, action="OK", log_status="ACCEPT"),                   # swapped
        default_row(5, action="Accept"),
        default_row(5, log_status="-OK"),
        default_row(5, bytes="many"),
        default_row(5, packets="-5"),
        default_row(5, srcport=2**63),                                      # too large by one
        default_row(5, bytes=10**15),
        default_row(5, start=10**11),
        default_row(5, end=1773046865000),                                  # milliseconds
        default_row(5, bytes="00000000000000000042"),                       # 20 digits
        default_row(5, srcaddr="eni-0a1b2c3d"),
        default_row(5, dstaddr="10"),
        good[5], good[6], good[7])
    files["long-line.log"] = joined(
        HEADER, *some(2), default_row(2) + " " + "x" * (70000 - len(default_row(2)) - 1),
        *some(2, first=3))
    files["nul-bytes.log"] = joined(
        HEADER, default_row(0), default_row(1).replace("eni", "e\0i"), default_row(2) + "\0",
        "\0" * 40, default_row(3, interface_id="eni-\x1b[31m"), default_row(4))

    # No flow logs.
    files["not-a-flow-log.txt"] = joined(
        "Runbook for the network team", "", "Flow logs are delivered every five minutes to the log",
        "bucket. A record that is late by an hour is nothing", "to worry about.", "",
        *[f"{i}. Look at dashboard number {i} and write down what it shows." for i in range(1, 15)],
        "", "A record looks like this:", "", default_row(0), "", "That is all.")
    files["write-test"] = b"Permission Check Successful"
    files["parquet.parquet"] = (
        b"PAR1" + zlib.compress(bytes(range(256)) * 4, 9) + b"\n\0\x15\x02 version srcaddr\n" * 3
        + struct.pack("<I", 64) + b"PAR1")

    # A folder in which one would rather not have to tidy up first.
    stem = "mixed/123456789012_vpcflowlogs_us-east-1_"
    files[stem + "fl-0a1b2c3d4e5f60718_20260309T0900Z_1a2b3c4d.log.gz"] = gz(good_file(6))
    files[stem + "fl-0a1b2c3d4e5f60719_20260309T0905Z_5e6f7a8b.log.gz"] = gz(
        joined(V5_HEADER, *[v5_row(i) for i in range(300, 304)]))
    files["mixed/empty"] = b""
    files["mixed/note.txt"] = b"Copied from the log bucket on Monday.\nAsk the network team.\n"
    return files


def stream_events():
    """What CloudWatch Logs hands to a Lambda function: base64 of gzip of JSON.  Not compressed, so
    that all versions of zlib make the same bytes."""
    inside = {"interface_id": "eni-00cdb79d431d94ab4", "srcaddr": "10.0.1.31", "action": "REJECT", "packets": 3, "bytes": 180}
    rows = [default_row(0, interface_id="eni-00cdb79d431d94ab4", srcaddr="10.0.1.12", dstaddr="10.0.1.31"),
            default_row(1, **inside, dstaddr="10.0.2.12", dstport=3306),
            default_row(2, **inside, dstaddr="10.0.2.14", dstport=445),
            default_row(3, **inside, dstaddr="10.0.2.14", dstport=445),
            default_row(4, interface_id="eni-00cdb79d431d94ab4", srcaddr="203.0.113.66", dstaddr="10.0.1.31", dstport=22,
                        action="REJECT")]
    message = {"messageType": "DATA_MESSAGE", "owner": "123456789012", "logGroup": "/vpc/flow-logs",
               "logStream": "eni-00cdb79d431d94ab4-all", "subscriptionFilters": ["to-lambda"],
               "logEvents": [{"id": f"{i:056d}", "timestamp": int(row.split()[10]) * 1000, "message": row}
                             for i, row in enumerate(rows)]}
    data = base64.b64encode(gz(json.dumps(message).encode(), 0)).decode()
    return {"lambda.json": json.dumps({"awslogs": {"data": data}}).encode() + b"\n"}


def forms():
    """Small files in the forms in which flow logs reach people, and one that is no flow log.  Not compressed either."""
    def of(form, count):
        return containers.FORMS[form].make(containers.records(seed=len(form), count=count))
    documents = containers.subscription_documents(containers.records(seed=7, count=9))
    exported = containers.records(seed=8, count=4, streams=1)
    task = "exportedlogs/7f3c9f0e-5d0a-4c8e-9b61-2d1c5a7e8f90"
    return {"athena.csv": of("athena-csv", 5), "console.csv": of("console-csv", 6), "events.json": of("filter-log-events", 7),
            "events.txt": of("cli-text-filtered", 4), "fields.json": of("fields-json", 5),
            "firehose": b"".join(gz(document, 0) for document in documents), "insights.csv": of("insights-csv", 3),
            "insights.json": of("insights-results", 4), "messages.json": of("query-messages", 6), "tail.txt": of("logs-tail", 5),
            "others.csv": containers.OTHERS["people.csv"],
            "exportedlogs/aws-logs-write-test": containers.OTHERS["aws-logs-write-test"],
            f"{task}/{exported[0].stream}/000000.gz": gz(containers.exported(exported), 0)}


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: generate.py OUTDIR")
    outdir = sys.argv[1]
    aws_logs(Out(outdir))
    for name, content in edge_cases().items():
        write(outdir, "edge/" + name, content)
    for name, content in stream_events().items():
        write(outdir, "stream/" + name, content)
    for name, content in forms().items():
        write(outdir, "forms/" + name, content)


if __name__ == "__main__":
    main()
