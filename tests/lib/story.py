#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Flow logs of an intrusion among the usual traffic of a small network, for the report.

    story.py OUTDIR RECORDS

    write(folder, records) -> STORY

writes about so many records of 18 fields, always the same ones for the same number. Two days have
the usual traffic: visitors of web servers, an application with its databases, backups, scanners that
are rejected, administrators with SSH sessions, and a monitor that calls each host. In the afternoon of
the second day somebody guesses passwords at the bastion, has a session, goes on to a host from
which a database is copied, and sends the copy through the NAT gateway to an address outside."""

import collections
import gzip
import pathlib
import random
import sys
import time

FIELDS = ("version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status "
          "tcp-flags pkt-srcaddr pkt-dstaddr flow-direction")
BEGIN = 1773014400              # 2026-03-09 00:00:00 UTC
DAY = 86400
HOUR = 3600
BASTION, NAT, MONITOR, BATCH, OFFICE, STORE = "10.0.0.10", "10.0.0.20", "10.0.3.5", "10.0.2.30", "198.51.100.10", "52.216.8.99"
WEB = [f"10.0.0.{30 + i}" for i in range(4)]
APP = [f"10.0.1.{11 + i}" for i in range(6)]
DB = ["10.0.2.21", "10.0.2.22"]
INSIDE = [BASTION, NAT, MONITOR, BATCH, *WEB, *APP, *DB]
STORY = {"attacker": "203.0.113.77", "entry": BASTION, "port": 22, "at": BEGIN + DAY + 16 * HOUR + 42 * 60, "then": BATCH, "copied": DB[1],
         "out": "203.0.113.200", "bytes": 21 * 10**9, "beacon": "192.0.2.99"}
NAMES = f"""ip,name,owner
{BASTION},bastion,platform
{NAT},NAT gateway,platform
{BATCH},batch,data
{DB[0]},db-1,data
{DB[1]},db-2,data
{MONITOR},monitor,platform
{OFFICE},office VPN,platform
""" + "".join(f"{ip},web-{i + 1},shop\n" for i, ip in enumerate(WEB)) + "".join(f"{ip},app-{i + 1},shop\n" for i, ip in enumerate(APP))


class Logs:
    """The records, by the hour in which they are delivered."""

    def __init__(self):
        self.hours, self.count = collections.defaultdict(list), 0

    def record(self, owner, src, dst, sport, dport, at, seconds, size, action="ACCEPT", flags=0, pkt=None, packets=None, protocol=6):
        """One record of the interface of `owner`."""
        way = "egress" if src == owner else "ingress"
        psrc, pdst = pkt or (src, dst)
        self.hours[at // HOUR].append(
            f"5 123456789012 eni-{owner} {src} {dst} {sport} {dport} {protocol} {packets or max(1, size // 700)} {size} {at} "
            f"{at + seconds} {action} OK {flags} {psrc} {pdst} {way}\n")
        self.count += 1

    def talk(self, client, server, sport, dport, at, seconds, sent, received):
        """A connection, with records of a minute, at each interface that is inside."""
        parts = max(1, seconds // 60)
        for i in range(parts):
            start, lasts = at + i * 60, min(59, seconds)
            syn, ack = (2, 18) if i == 0 else (0, 0)
            for owner in (client, server):
                if owner.startswith("10."):
                    self.record(owner, client, server, sport, dport, start, lasts, sent // parts, flags=syn)
                    self.record(owner, server, client, dport, sport, start, lasts, received // parts, flags=ack)

    def through_nat(self, client, server, sport, dport, at, seconds, sent, received):
        """The same, through the NAT gateway: at the client's interface, and both legs at the gateway's."""
        parts, port = max(1, seconds // 60), 1024 + sport * 7 % 60000
        for i in range(parts):
            start, lasts, up, down = at + i * 60, min(59, seconds), sent // parts, received // parts
            syn, ack = (2, 18) if i == 0 else (0, 0)
            self.record(client, client, server, sport, dport, start, lasts, up, flags=syn)
            self.record(client, server, client, dport, sport, start, lasts, down, flags=ack)
            self.record(NAT, client, NAT, sport, dport, start, lasts, up, flags=syn, pkt=(client, server))
            self.record(NAT, NAT, server, port, dport, start, lasts, up, flags=syn)
            self.record(NAT, server, NAT, dport, port, start, lasts, down, flags=ack)
            self.record(NAT, NAT, client, dport, sport, start, lasts, down, flags=ack, pkt=(server, client))


def usual(logs, rng, records):
    """What happens every day."""
    visitors = [f"{rng.randrange(11, 99)}.{rng.randrange(256)}.{rng.randrange(256)}.{rng.randrange(1, 255)}" for _ in range(4000)]
    scanners = [f"{rng.randrange(130, 160)}.{rng.randrange(256)}.{rng.randrange(256)}.{rng.randrange(1, 255)}" for _ in range(900)]
    while logs.count < records:
        # More in the day than at night
        at = BEGIN + int(2 * DAY * rng.random())
        if rng.random() > .35 + .65 * (8 <= at // HOUR % 24 < 20):
            continue
        kind, port = rng.random(), rng.randrange(32768, 61000)
        if kind < .45:
            logs.talk(rng.choice(visitors), rng.choice(WEB), port, 443, at, rng.randrange(1, 50), rng.randrange(600, 6000), rng.randrange(3000, 90000))
        elif kind < .65:
            logs.talk(rng.choice(WEB), rng.choice(APP), port, 8080, at, rng.randrange(1, 50), rng.randrange(400, 4000), rng.randrange(900, 30000))
        elif kind < .85:
            logs.talk(rng.choice(APP), DB[0], port, 5432, at, rng.randrange(1, 50), rng.randrange(400, 4000), rng.randrange(900, 60000))
        elif kind < .90:
            logs.through_nat(rng.choice(APP), f"52.216.8.{rng.randrange(1, 60)}", port, 443, at, 20, rng.randrange(600, 60000), rng.randrange(3000, 9000))
        else:
            target, aimed = rng.choice(WEB + [BASTION]), rng.choice([22, 23, 23, 445, 3389, 8080, 5900, 6379, 8888])
            aimed = 23 if target == BASTION and aimed == 22 else aimed
            logs.record(target, rng.choice(scanners), target, port, aimed, at, 1, 44, "REJECT", 2, packets=1)


def planned(logs):
    """The monitor, the administrators and the backups."""
    for at in range(BEGIN + 7, BEGIN + 2 * DAY, 900):
        for i, host in enumerate(WEB + APP):
            logs.talk(MONITOR, host, 33000 + at // 900 % 20000, 9100, at + i, 1, 400, 5200)
    for day in range(2):
        for i in range(8):
            at = BEGIN + day * DAY + (8 + i) * HOUR + i * 97
            logs.talk(OFFICE, BASTION, 40000 + i, 22, at, 600, 60000, 400000)
            logs.talk(BASTION, APP[i % 6], 41000 + i, 22, at + 30, 300, 30000, 90000)
        logs.through_nat(DB[0], STORE, 42000, 443, BEGIN + day * DAY + HOUR, 3600, 6 * 10**9, 9 * 10**6)


def intrusion(logs, rng):
    """STORY, in the order in which it happens."""
    evil, day = STORY["attacker"], BEGIN + DAY
    for i in range(240):
        target = rng.choice(WEB + [BASTION])
        logs.record(target, evil, target, 50000 + i, rng.choice([21, 23, 25, 80, 110, 3389, 5900, 8443]), day + 13 * HOUR + i * 11, 1, 44,
                    "REJECT", 2, packets=1)
    for i in range(900):
        logs.talk(evil, BASTION, 20000 + i, 22, day + 14 * HOUR + i * 10, 4, 1800, 2400)
    logs.talk(evil, BASTION, 30000, 22, STORY["at"], 45 * 60, 700000, 2400000)
    logs.talk(BASTION, BATCH, 45000, 22, STORY["at"] + 22 * 60, 40 * 60, 400000, 1500000)
    for i in range(60):
        for owner, action in ((BATCH, "ACCEPT"), (DB[0], "REJECT")):
            logs.record(owner, BATCH, DB[0], 46000 + i, 1000 + 37 * i, STORY["at"] + 30 * 60 + i, 1, 44, action, 2, packets=1)
    logs.talk(BATCH, DB[1], 47000, 5432, STORY["at"] + 38 * 60, 50 * 60, 9 * 10**6, STORY["bytes"] + 10**8)
    logs.through_nat(BATCH, STORY["out"], 48000, 443, day + 18 * HOUR, 90 * 60, STORY["bytes"], 10**8)
    for i in range(80):
        logs.through_nat(BATCH, STORY["beacon"], 49000 + i, 8443, STORY["at"] + 28 * 60 + i * 300, 2, 700, 500)


def write(folder, records, seed=1):
    logs, rng = Logs(), random.Random(seed)
    planned(logs)
    intrusion(logs, rng)
    usual(logs, rng, records)
    logs.hours[(BEGIN + DAY + 3 * HOUR) // HOUR].append(
        f"5 123456789012 eni-{WEB[1]} - - - - - - - {BEGIN + DAY + 3 * HOUR} {BEGIN + DAY + 3 * HOUR + 60} - SKIPDATA - - - -\n")
    for hour, lines in sorted(logs.hours.items()):
        utc = time.gmtime(hour * HOUR)
        below = pathlib.Path(folder) / time.strftime("AWSLogs/123456789012/vpcflowlogs/us-east-1/%Y/%m/%d", utc)
        below.mkdir(parents=True, exist_ok=True)
        name = time.strftime(f"123456789012_vpcflowlogs_us-east-1_fl-0123456789abcdef0_%Y%m%dT%H%MZ_{hour:08x}.log.gz", utc)
        with gzip.GzipFile(below / name, "wb", 6, mtime=0) as out:
            out.write((FIELDS + "\n" + "".join(lines)).encode())
    return STORY


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    print(write(sys.argv[1], int(sys.argv[2])))
