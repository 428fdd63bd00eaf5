#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Random small trees of flow logs, good and bad, on which the extension and reference.py must
agree.

    fuzzdata.py SEED OUTDIR [N]

writes N files (24 if not given) into folders below OUTDIR, always the same ones for the same SEED.
Each file has a random layout (default, version 5, transit gateway, any fields in any order, some
unknown), random spacing, line ends and values, with or without header, with or without
CloudWatch's prefix, plain or gzip. Some files have bad lines, second headers, or gzip that is cut
off or padded. Files with a layout of their own and no header need the option format:
OUTDIR/.format contains the one that fits them. Read the tree with it and without it.
"""

import gzip
import json
import os
import random
import sys

sys.dont_write_bytecode = True      # leave no __pycache__ in the tree
from reference import ADDRESSES, DEFAULT_NAMES, INTEGERS, KNOWN, TGW_NAMES, VPC_NAMES, limit


def camel_case(name):
    """start_time -> startTime"""
    first, *others = name.split("_")
    return first + "".join(other.capitalize() for other in others)


UNKNOWN = ["future_field", "another", "x2", "tcp_window_max", "bytes_in", "end_user"]


class Fuzz:
    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.formats = [self.own_format() for _ in range(self.rng.choice([1, 1, 2, 3]))]

    def chance(self, p):
        return self.rng.random() < p

    # ---- layouts

    def own_layout(self):
        """Random fields in a random order. At least half of them are known, so that they can be a
        header."""
        rng = self.rng
        names = rng.sample(sorted(KNOWN), rng.choice([1, 2, 3, 5, 8, 14, 15, 30]))
        if self.chance(0.5):
            names += rng.sample(UNKNOWN, min(rng.randint(1, 3), len(names)))
        rng.shuffle(names)
        return names

    def own_format(self):
        return [name if name in KNOWN else "x_" + name for name in self.own_layout()]

    def layout(self):
        return self.rng.choice([
            DEFAULT_NAMES, DEFAULT_NAMES, VPC_NAMES[:29], VPC_NAMES, TGW_NAMES,
            self.own_layout(), self.own_layout(), *self.formats])

    def header(self, names):
        """The header line, with hyphens, underscores or both, now and then in camelCase. Sometimes
        it has a field twice."""
        if self.chance(0.03):
            names = names + [self.rng.choice(names)]
        style = self.rng.choice(["-", "-", "_", None])
        spelled = [name.replace("_", style or self.rng.choice("-_")) for name in names]
        if self.chance(0.1):
            spelled = [camel_case(name) if name in KNOWN else name for name in names]
        return " ".join(spelled).encode()

    # ---- values

    def integer(self, below):
        rng = self.rng
        kind = rng.random()
        if kind < 0.70:
            return str(rng.randrange(70000))
        if kind < 0.80:
            return str(rng.randrange(1773000000, 1773200000))
        if kind < 0.88:
            return str(rng.choice([n for n in (0, 1, 2**31 - 1, 2**31, 2**32, 2**53 + 1, 2**62) if n < below] + [below - 1]))
        if kind < 0.94:
            return str(rng.randrange(1000)).rjust(rng.randint(3, 19), "0")
        return str(rng.randrange(below))

    def address(self):
        rng = self.rng
        if self.chance(0.75):
            return f"10.{rng.randrange(3)}.{rng.randrange(3)}.{rng.randrange(256)}"
        return rng.choice([
            "2001:db8:0:0:0:0:0:1", "2001:db8::1", "::", "::1", "fe80::1", "::ffff:10.0.0.1",
            "2001:DB8:A:B:C:D:E:F", "2001:0db8:0000:0000:0000:0000:0000:0001",
            "1.2.3", "999.1.1.1", "..", "a:", "0000:0000:0000:0000:0000:ffff:255.255.255.255"])

    def value(self, name):
        rng = self.rng
        if self.chance(0.12):
            return "-"
        if name in INTEGERS:
            return self.integer(limit(name))
        if name in ADDRESSES:
            return self.address()
        if name == "action":
            return rng.choice(["ACCEPT", "REJECT"])
        if name == "log_status":
            return rng.choice(["OK", "OK", "OK", "NODATA", "SKIPDATA"])
        if name == "resource_type":
            return "TransitGateway"
        if name == "account_id":
            return rng.choice(["123456789012", "012345678901", "unknown"])
        return rng.choice([
            "eni-0a1b2c3d", "vpc-1", "S3", "IPv4", "--", "-x", "12", "a%20b", "größe", 'say"hi"',
            "back\\slash", "comma,ed", "{}", "~`^", "TransitGatewayAttachment",
            "x" * rng.randrange(1, 80)])

    def bad_value(self, name):
        rng = self.rng
        if name in INTEGERS:
            return rng.choice(["-1", "+1", "1.5", "1e3", "0x10", "many", "--", "12a", str(limit(name)),
                               "9" * 19, "1" * 20, "0" * 20, "٣", "1,000"])
        if name in ADDRESSES:
            return rng.choice(["10", "f", ":", "abc", "10.0.0.x", "10.0.0.1/8", "1." * 23, "--"])
        if name == "action":
            return rng.choice(["accept", "ACCEPTED", "REJEC", "OK", "--", "A"])
        if name == "log_status":
            return rng.choice(["ok", "OKAY", "NO", "NODAT", "SKIPDATAS", "ACCEPT"])
        return "-"

    # ---- lines

    def join(self, tokens):
        """Joins tokens to a line, mostly with one space between them, as AWS does."""
        if not self.messy:
            return " ".join(tokens).encode()
        def gap():
            return self.rng.choice([" ", " ", "  ", "\t", " \t ", " " * 9, "\r"])
        edge = self.rng.choice(["", "", gap()])
        line = edge + tokens[0] + "".join(gap() + token for token in tokens[1:])
        return (line + self.rng.choice(["", "", gap()])).encode()

    def put_in_order(self, names, tokens, pair, reverse):
        """Exchanges the values of two fields, so that the first is at most the second, or at
        least if `reverse`."""
        if not set(pair) <= set(names):
            return
        a, b = (names.index(name) for name in pair)
        if "-" not in (tokens[a], tokens[b]) and (int(tokens[a]) > int(tokens[b])) != reverse:
            tokens[a], tokens[b] = tokens[b], tokens[a]

    def tokens(self, names, prefix):
        tokens = [self.value(name) for name in names]
        for pair in ("start", "end"), ("packets", "bytes"):
            self.put_in_order(names, tokens, pair, self.chance(self.reversed))
        if prefix:
            second = self.rng.randrange(60)
            tokens.insert(0, self.rng.choice({
                "iso": [f"2026-03-09T09:00:{second:02}.000Z", f"2026-03-09T09:00:{second:02}Z",
                        f"2026-03-09T09:00:{second:02}.123456Z"],
                "epoch": [f"17730468{second:02}000"]}[prefix]))
        return tokens

    def bad_line(self, names, prefix):
        rng = self.rng
        tokens = self.tokens(names, prefix)
        kind = rng.randrange(10)
        if kind == 0:
            tokens.pop(rng.randrange(len(tokens)))
        elif kind == 1:
            tokens.insert(rng.randrange(len(tokens) + 1), rng.choice(["-", "7", "OK", "x"]))
        elif kind == 2:             # shifted: the count stays right
            tokens.insert(0, tokens.pop())
        elif kind in (3, 4, 5):
            at = rng.randrange(len(names))
            tokens[at + bool(prefix)] = self.bad_value(names[at])
        elif kind == 6:
            odd = rng.choice([b"\0", b"\x01", b"\x0b", b"\x0c", b"\x1b", b"\x1f", b"\x7f", b"\xc2\x9b", b"\xc2\xa0", b"\x80", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xf0\x9f\x98"])
            line = self.join(tokens) if tokens else b""
            at = rng.randrange(len(line) + 1)
            return line[:at] + odd + line[at:]
        elif kind == 7:
            noise = bytes(rng.randrange(1, 256) for _ in range(40)).replace(b"\n", b" ")
            return rng.choice([b"garbage", b"-", b"\xff\xfe\xfd", b"# comment line", b"{}",
                               b"the quick brown fox", noise])
        elif kind == 8 and self.chance(0.2):        # about as long as a line may be
            line = self.join(tokens) if tokens else b"x"
            return line + b" " * (65536 - len(line)) + b" " * rng.choice([0, 1, 5000])
        elif kind == 9 and prefix:
            tokens[0] = rng.choice(["2026-03-09", "177304680000", "2026-03-09T09:00:00", "-",
                                    "2026-03-09T09:00:00.Z", "17730468000000"])
        return self.join(tokens) if tokens else b""

    def lines(self, names, prefix, count):
        for _ in range(count):
            if self.chance(self.blanks):
                yield self.rng.choice([b"", b"  ", b"\t", b"\r"])
            if self.chance(self.badness):
                yield self.bad_line(names, prefix)
            else:
                yield self.join(self.tokens(names, prefix))

    # ---- files

    def content(self):
        rng = self.rng
        self.messy = self.chance(0.25)
        self.blanks = rng.choice([0, 0, 0.1])
        self.reversed = rng.choice([0] * 8 + [0.1, 1])      # records with start and end, or packets and bytes, exchanged
        self.badness = rng.choice([0, 0, 0, 0.02, 0.2, 0.6])
        end = rng.choice([b"\n", b"\n", b"\n", b"\r\n"])
        out = []
        for _ in range(rng.choice([1, 1, 1, 2, 3])):        # whole files one after the other
            names, prefix = self.layout(), None
            headed = self.chance(0.6)
            if not headed and self.chance(0.7):
                names = rng.choice([DEFAULT_NAMES, TGW_NAMES, *self.formats])
            if not headed:
                prefix = rng.choice([None, None, "iso", "epoch"])
            if self.chance(0.05):                           # something before the first line
                out += [b"" if self.chance(0.5) else b"some words before"] * rng.randrange(1, 19)
            if headed:
                header = self.header(names)
                out.append(b" " + header.replace(b" ", b"\t ") if self.messy else header)
            lines = list(self.lines(names, prefix, rng.choice([0, 1, 3, 10, 40, 200])))
            if not headed and self.chance(0.4):             # a stream of several flow logs
                for other in [DEFAULT_NAMES, TGW_NAMES] if self.chance(0.5) else self.formats:
                    lines += self.lines(other, prefix, rng.choice([1, 3, 10, 40, 200]))
                rng.shuffle(lines)
            out += lines
        content = b"".join(line + end for line in out)
        if self.chance(0.2):
            content = content.removesuffix(b"\n")
        if self.chance(0.05):
            content = b"\xef\xbb\xbf" + content
        return content

    def compress(self, content):
        """Compresses to one gzip member, or to several that are split anywhere. Sometimes the
        result is damaged."""
        rng = self.rng
        splits = rng.choice([0, 0, 0, 1, 2, 5])
        cuts = sorted(rng.randrange(len(content) + 1) for _ in range(splits))
        parts = [content[a:b] for a, b in zip([0] + cuts, cuts + [len(content)])]
        data = b"".join(gzip.compress(part, rng.choice([1, 6, 9]), mtime=0) for part in parts)
        kind = rng.random()
        if kind < 0.10:
            data = data[:rng.randrange(2, len(data))]
        elif kind < 0.14:
            data += bytes(rng.choice([1, 100, 5000]))
        elif kind < 0.18:
            data += rng.choice([b"garbage", b"\0\0x", b"\x1f", b"\n"])
        elif kind < 0.21:           # a wrong checksum or length of the last member
            at = len(data) - rng.randint(1, 8)
            data = data[:at] + bytes([data[at] ^ 0x40]) + data[at + 1:]
        return data

    def file(self, path):
        kind = self.rng.random()
        if kind < 0.04:
            data = self.rng.choice([
                b"", b"\n\n", b"PAR1\x15\x04\x15\x80PAR1", b"Permission Check Successful",
                b"\x1f", b"\x1f\x8b", b"just a note\nof two lines\n", b"\xef\xbb\xbf"])
        else:
            data = self.content()
            if self.chance(0.5):
                data = self.compress(data)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            f.write(data)


def write_tree(seed, outdir, count=24, kind=Fuzz):
    fuzz = kind(seed)
    os.makedirs(outdir, exist_ok=True)
    with open(os.path.join(outdir, ".format"), "w", encoding="utf-8") as f:
        formats = [" ".join(names) for names in fuzz.formats]
        f.write((formats[0] if len(formats) == 1 else json.dumps(formats)) + "\n")
    for i in range(count):
        # Folders and names whose order as whole paths differs from their order folder by folder.
        folder = fuzz.rng.choice(["", "a", "a-b", "a/b", "a.b", "B", "ü"])
        suffix = fuzz.rng.choice([".log", ".log.gz", ""])
        fuzz.file(os.path.join(outdir, folder, f"f{i}{suffix}"))


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit("usage: fuzzdata.py SEED OUTDIR [N]")
    write_tree(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]) if len(sys.argv) == 4 else 24)


if __name__ == "__main__":
    main()
