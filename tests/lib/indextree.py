# SPDX-License-Identifier: MIT
"""Random trees of log files that change, for the tests of the index.

Most files are as AWS writes them, so that an index can spare them: each has a few addresses,
interfaces and ports of those that the tree has, in any spelling, and a few minutes of its own. The
others are what an index must leave alone: damaged lines, several layouts in one file, what is no
flow log, twins, unfinished downloads.

Each file that is written gets a time of modification of its own, long ago, to the nanosecond: an
index believes what has the path, size and time that it knows.
"""

import gzip
import ipaddress
import os
import pathlib
import random
import shutil
import time

import fuzzdata
from reference import ADDRESSES, DEFAULT_NAMES, INTEGERS, TGW_NAMES, VPC_NAMES

BEGIN = 1773046800                      # 2026-03-09 09:00:00 UTC: the records begin about then
WINDOW = 300                            # seconds that a file has
ODD_ADDRESSES = ["10.0.0.256", "999.1.1.1", "10.0.0.05", "010.0.0.5", "1.2.3", "..", "a:", "A:", "1.50",
                 "1:2:3", "f::f::f", "2001:db8::12345", "10.0.0.1.", "::10.0.0.256", "12345:" * 7]
EDGE_PORTS = [0, 22, 53, 443, 1023, 1024, 32767, 32768, 65534, 65535, 65536, 70000, 2**31, 2**40]
INTERFACES = [f"eni-{n:017x}" for n in range(12)] + ["eni-0", "ENI-0", "eni-" + "x" * 80, "eni-" + "x" * 81, "größe", "12"]
ACCOUNTS = ["123456789012", "012345678901", "111122223333"]
REGIONS = ["us-east-1", "us-east-2", "eu-west-1"]
OTHERS = [b"\n\n", b"PAR1\x15\x04\x15\x80PAR1", b"Permission Check Successful", b"\x1f\x8b", b"a note\nof two lines\n",
          b"{\"Records\": []}\n", b"\xef\xbb\xbf"]
STYLES = ["AWSLogs/{a}/vpcflowlogs/{r}/{d:%Y/%m/%d}", "AWSLogs/aws-account-id={a}/aws-service=vpcflowlogs/aws-region={r}/"
          "year={d:%Y}/month={d:%m}/day={d:%d}/hour={d:%H}", "", "a"]
ODD_NAMES = [b"it's %d.log", b"two\nlines %d.log", b"\xff\xfe%d.log.gz", b"gr\xc3\xb6\xc3\x9fe %d", b'"%d".log', b"[%d]*?.log",
             b"%d.log ", b"a-b/%d.log", b"a/b/%d.log.gz", b"B/%d.log", b"%d.log.1"]


def spellings(address):
    """How an address can be written: as ipaddress reads it, and in all forms of IPv6."""
    ip = ipaddress.ip_address(address)
    if ip.version == 4:
        low = int(ip)
        return [str(ip)] * 5 + [f"::ffff:{ip}", f"::FFFF:{low >> 16:x}:{low & 0xffff:x}", f"0:0:0:0:0:ffff:{ip}",
                                f"0000:0000:0000:0000:0000:ffff:{low >> 16:04x}:{low & 0xffff:04x}"]
    words = ip.exploded.split(":")
    short = [w.lstrip("0") or "0" for w in words]
    forms = [ip.compressed, ip.exploded, ip.compressed.upper(), ip.exploded.upper(), ":".join(short)]
    forms += [":".join(short[:6]) + f":{ipaddress.IPv4Address(int(ip) & 0xffffffff)}"]
    zeros = [i for i in range(7) if short[i:i + 2] == ["0", "0"]]
    return forms + [":".join(short[:i]) + "::" + ":".join(short[i + 2:]) for i in zeros[:2]]


class Tree:
    """The files below `root`, and how they change. format: the option that fits the headerless ones
    of a layout of their own."""

    def __init__(self, root, seed, files=14):
        self.root, self.rng = os.fsencode(root), random.Random(f"tree {seed}")
        self.fuzz = fuzzdata.Fuzz(f"fuzz {seed}")
        self.made, self.times, self.old = 0, 0, {}
        self.recent = []                # addresses of the files that were written last, and of those that they had
        rng = self.rng
        self.addresses = [f"10.0.{rng.randrange(3)}.{rng.randrange(256)}" for _ in range(30)] + \
            [str(ipaddress.IPv6Address((0x20010db8 << 96) + (rng.randrange(3) << 64) + rng.choice([0, 1, 2**16, rng.randrange(2**64)])))
             for _ in range(16)] + ["0.0.0.0", "255.255.255.255", "::", "::1", "fe80::1", "127.0.0.1"]
        self.ports = EDGE_PORTS + [rng.randrange(1, 65536) for _ in range(20)]
        self.own = ["srcport", "dstaddr", "interface_id", "start", "srcaddr", "dstport", "packets", "end"]
        self.most = files + 10
        rng.shuffle(self.own)
        self.format = " ".join(self.own)
        shutil.rmtree(root, ignore_errors=True)
        os.mkdir(root)
        self.profile()
        for _ in range(files):
            self.add()

    def chance(self, p):
        return self.rng.random() < p

    # ---- records

    def profile(self):
        """What the next file is about."""
        rng = self.rng
        self.own_addresses = rng.sample(self.addresses, rng.choice([1, 2, 3, 5])) + rng.sample(ODD_ADDRESSES, self.chance(0.15))
        self.own_interfaces = rng.sample(INTERFACES, rng.choice([1, 1, 2]))
        self.own_ports = rng.sample(self.ports, rng.choice([1, 2, 4]))
        self.many_ports = self.chance(0.15) and rng.choice([range(1024, 32768), range(32768, 65536), range(65536)])
        self.begin = BEGIN + WINDOW * rng.randrange(12)
        self.lacks = {name: rng.choice([0, 0, 0.1, 1]) for name in ("start", "end", "srcaddr", "srcport", "interface_id")}
        self.strange = self.chance(0.1)
        self.recent = (self.recent + self.own_addresses)[-8:]
        self.account, self.region = rng.choice(ACCOUNTS), rng.choice(REGIONS)

    def value(self, name):
        rng = self.rng
        if self.chance(self.lacks.get(name, 0.04)):
            return "-"
        if name in ADDRESSES:
            a = rng.choice(self.own_addresses)
            return a if a in ODD_ADDRESSES else rng.choice(spellings(a))
        if name in ("srcport", "dstport"):
            return str(rng.choice(self.many_ports if self.many_ports and self.chance(0.7) else self.own_ports))
        if name in ("start", "end"):
            late = rng.choice([0, 0, 0, -3600, 7200]) if self.strange else 0
            return str(self.begin + rng.randrange(WINDOW) + late)
        if name == "interface_id":
            return rng.choice(self.own_interfaces)
        if name == "account_id":
            return rng.choice([self.account, self.account, ACCOUNTS[0], "unknown"])
        if name == "region":
            return self.region
        if name == "version":
            return "2"
        return str(rng.randrange(1, 2000)) if name in INTEGERS else self.fuzz.value(name)

    def record(self, names):
        tokens = [self.value(name) for name in names]
        for pair in ("start", "end"), ("packets", "bytes"):
            self.fuzz.put_in_order(names, tokens, pair, False)
        return tokens

    def lines(self, names, count, prefix=None):
        for _ in range(count):
            tokens = self.record(names)
            if prefix:
                tokens.insert(0, f"17730468{self.rng.randrange(60):02}000" if prefix == "epoch" else "2026-03-09T09:00:07.000Z")
            yield " ".join(tokens).encode() + b"\n"

    def part(self):
        """A header with its records, or records without one."""
        rng = self.rng
        names = rng.choice([DEFAULT_NAMES, DEFAULT_NAMES, VPC_NAMES[:29], VPC_NAMES[:29], TGW_NAMES, self.fuzz.own_layout()])
        count = rng.choice([0, 1, 2, 5, 10, 10, 30, 150])
        if self.many_ports:             # more than an index keeps of so small a file
            names, count = rng.choice([names, ["srcaddr", "srcport", "dstport", "start"]]), rng.choice([count, 200])
        kind = rng.random()
        if kind < 0.25:
            return b"".join(self.lines(DEFAULT_NAMES, count, rng.choice([None, None, "iso", "epoch"])))
        if kind < 0.35:
            return b"".join(self.lines(self.own, count))
        return self.fuzz.header(names) + b"\n" + b"".join(self.lines(names, count))

    def damaged(self, content):
        """The content with a line that cannot be used."""
        lines = content.splitlines(keepends=True)
        at = self.rng.randrange(len(lines) + 1)
        bad = self.rng.choice([b"garbage\n", b"2 x - 3\n", b"\xff\n", (lines or [b"x"])[-1].rstrip(b"\n") + b" more\n", b"\x1b\n"])
        return b"".join(lines[:at]) + bad + b"".join(lines[at:])

    def content(self):
        kind = self.rng.random()
        if kind < 0.70:
            return self.part()
        if kind < 0.78:
            return self.part() + self.part()
        if kind < 0.86:
            return self.damaged(self.part())
        if kind < 0.93:
            return self.fuzz.content()
        return b"" if kind < 0.95 else self.rng.choice(OTHERS)

    def pack(self, content):
        if self.chance(0.45):
            return content
        if self.chance(0.06):
            return self.fuzz.compress(content)
        half = self.rng.randrange(len(content) + 1) if self.chance(0.3) else 0
        parts = [content[:half], content[half:]] if half else [content]
        return b"".join(gzip.compress(part, mtime=0) for part in parts)

    # ---- files

    def full(self, name):
        return os.path.join(self.root, name)

    def files(self):
        """The files, without an index that lies between them."""
        return sorted(os.path.join(folder, name) for folder, _, names in os.walk(self.root) for name in names if b".idx" not in name)

    def stamp(self, path, at=None):
        """Sets a time of modification that no file had before, and that is not a moment ago."""
        self.times += 1
        if at is None:
            at = 1_700_000_000 * 10**9 + self.rng.choice([0, 0, 0, -1_800_000_000 * 10**9, 3_000_000_000 * 10**9]) + \
                self.rng.randrange(100) * 10**9
        os.utime(path, ns=(0, at // 10**9 * 10**9 + self.times))

    def write(self, path, data, at=None):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            f.write(data)
        self.stamp(path, at)

    def new_name(self):
        rng, day = self.rng, time.gmtime(self.begin)
        self.made += 1
        if self.chance(0.5):
            return rng.choice(["", "a/", "B/"]).encode() + b"f%d" % self.made + rng.choice([b".log", b".log.gz", b""])
        if self.chance(0.4):
            return rng.choice(ODD_NAMES).replace(b"%d", b"%d" % self.made)
        parts = dict(a=self.account, r=self.region, d=Day(day))
        stamp = time.strftime("%Y%m%dT%H%MZ", day)
        name = f"{self.account}_vpcflowlogs_{self.region}_fl-0123456789abcdef0_{stamp}_{self.made:08x}.log{rng.choice(['', '.gz'])}"
        name += rng.choice([""] * 12 + [".6eF5bC3a"])
        return os.path.join(rng.choice(STYLES).format(**parts), name).encode()

    def add(self):
        self.profile()
        path = self.full(self.new_name())
        self.write(path, self.pack(self.content()))
        if self.chance(0.01):           # the same delivery twice
            twin = path[:-3] if path.endswith(b".gz") else path + b".gz"
            self.write(twin, self.pack(pathlib.Path(os.fsdecode(path)).read_bytes()))

    def rewrite_alike(self, path):
        """Other content of the same size, modified in the same second, or at a time of its own."""
        data, info = pathlib.Path(os.fsdecode(path)).read_bytes(), os.stat(path)
        if data[:2] != b"\x1f\x8b":
            own = [a for a in self.addresses if f" {a} ".encode() in data]
            for a in own[:2]:
                other = self.rng.choice([b for b in self.addresses if len(a) == len(b)])
                data = data.replace(f" {a} ".encode(), f" {other} ".encode())
                self.recent.append(other)
            self.recent += own
        self.write(path, data, info.st_mtime_ns if self.chance(0.8) else None)

    def append(self, path):
        self.profile()
        data = pathlib.Path(os.fsdecode(path)).read_bytes()
        more = b"".join(self.lines(self.rng.choice([DEFAULT_NAMES, self.own]), 3))
        self.write(path, data + (gzip.compress(more, mtime=0) if data[:2] == b"\x1f\x8b" else more))

    def restore(self, path):
        """What a file was before, its time included."""
        data, at = self.old[path]
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            f.write(data)
        os.utime(path, ns=(0, at))

    def keep(self, path):
        self.old[path] = pathlib.Path(os.fsdecode(path)).read_bytes(), os.stat(path).st_mtime_ns

    def change_one(self, path):
        what = self.rng.choice(["append", "new content", "alike", "alike", "cut", "remove", "rename", "swap", "touch", "restore"])
        if what == "append":
            self.append(path)
        elif what == "new content":
            self.profile()
            self.write(path, self.pack(self.content()))
        elif what == "alike":
            self.rewrite_alike(path)
        elif what == "cut":
            data = pathlib.Path(os.fsdecode(path)).read_bytes()
            self.write(path, data[:self.rng.randrange(len(data) + 1)])
        elif what == "remove":
            os.remove(path)
        elif what == "rename":
            self.made += 1
            os.rename(path, os.path.join(os.path.dirname(path), b"r%d.log" % self.made))
        elif what == "swap":
            other = self.rng.choice(self.files())
            os.rename(path, path + b".tmp")
            if other != path:
                os.rename(other, path)
            os.rename(path + b".tmp", other)
        elif what == "touch":
            self.stamp(path)
        elif self.old:
            self.restore(self.rng.choice(sorted(self.old)))

    def swap_folders(self):
        """Lets two folders change their names, or gives one a new name."""
        folders = sorted(os.path.join(folder, name) for folder, names, _ in os.walk(self.root) for name in names)
        if folders:
            one, other = self.rng.choice(folders), os.path.join(self.root, self.rng.choice([b"a", b"B", b"new", b"a-b"]))
            if one.startswith(other + b"/"):
                return
            os.rename(one, self.root + b".tmp")
            if os.path.exists(other):
                os.rename(other, one)
            os.makedirs(os.path.dirname(other), exist_ok=True)
            os.rename(self.root + b".tmp", other)

    def change(self):
        """Changes some files."""
        if self.chance(0.05):
            self.swap_folders()
        for _ in range(self.rng.choice([1, 1, 2, 4])):
            files = self.files()
            if len(files) < 8 or self.chance(0.2):
                self.add()
                continue
            path = self.rng.choice(files)
            self.keep(path)
            self.change_one(path)
        while len(self.files()) > self.most:
            os.remove(self.rng.choice(self.files()))


class Day:
    """A time that str.format() writes with strftime's codes."""

    def __init__(self, day):
        self.day = day

    def __format__(self, codes):
        return time.strftime(codes, self.day)
