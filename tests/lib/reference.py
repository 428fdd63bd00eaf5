#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A second reader of flow log files, slow and simple, with which the extension is compared.

It reads whole files into memory and shares neither code nor algorithms with the C sources, so that
a row on which both agree is very likely right.

    reference.py [--format F] [--skip] PATH... [--columns a,b,c]

prints rows as tab-separated values (NULL for a missing one) and errors on stderr, as FILE, LINE,
REASON with tabs between.  As a module:

    for item in read(["AWSLogs"], format=None, on_error="skip"):
        ...                     # a dict is a row, a FlowLogError is what could not be read

With on_error="fail" the first FlowLogError is raised instead.  Its reason is one of

    columns integer action log-status address prefix     the line does not fit its layout
    control-byte too-long not-utf-8                      the line is not text, or over 65536 bytes
    truncated corrupt trailing-garbage                   the gzip stream is damaged
    duplicate-field not-a-flow-log unreadable no-file    the file or path cannot be used

If a line is wrong in several ways, the reason is the first of these: the number of tokens, then
the tokens from left to right.
"""

import argparse
import ipaddress
import json
import os
import re
import sys
import time
import zlib

# The fields of VPC flow logs in AWS's order.  "#" marks an integer, "@" an address.
VPC_FIELDS = """
    version# account-id interface-id srcaddr@ dstaddr@ srcport# dstport# protocol# packets# bytes#
    start# end# action log-status
    vpc-id subnet-id instance-id tcp-flags# type pkt-srcaddr@ pkt-dstaddr@
    region az-id sublocation-type sublocation-id
    pkt-src-aws-service pkt-dst-aws-service flow-direction traffic-path#
    ecs-cluster-arn ecs-cluster-name ecs-container-instance-arn ecs-container-instance-id
    ecs-container-id ecs-second-container-id ecs-service-name ecs-task-definition-arn ecs-task-arn
    ecs-task-id
    reject-reason resource-id encryption-status#
    instance-tag instance-tag-2 interface-tag interface-tag-2 asg-tag asg-tag-2
    interface-type next-hop-interface-id next-hop-subnet-id next-hop-az-id next-hop-vpc-id
    next-hop-interface-type
""".split()

# The default format of transit gateway flow logs, with the same marks.
TGW_FIELDS = """
    version# resource-type account-id tgw-id tgw-attachment-id
    tgw-src-vpc-account-id tgw-dst-vpc-account-id tgw-src-vpc-id tgw-dst-vpc-id
    tgw-src-subnet-id tgw-dst-subnet-id tgw-src-eni tgw-dst-eni tgw-src-az-id tgw-dst-az-id
    tgw-pair-attachment-id srcaddr@ dstaddr@ srcport# dstport# protocol# packets# bytes#
    start# end# log-status type
    packets-lost-no-route# packets-lost-blackhole# packets-lost-mtu-exceeded#
    packets-lost-ttl-expired# tcp-flags# region flow-direction
    pkt-src-aws-service pkt-dst-aws-service
""".split()


def column_name(field):
    """The column's name of a field in the lists above: srcaddr@ -> srcaddr, log-status ->
    log_status."""
    return field.rstrip("#@").replace("-", "_")


INTEGERS = {column_name(f) for f in VPC_FIELDS + TGW_FIELDS if f.endswith("#")}
TIMES = {"start", "end"}
COUNTS = {n for n in INTEGERS if n in ("packets", "bytes") or n.startswith("packets_lost_")}
ADDRESSES = {column_name(f) for f in VPC_FIELDS + TGW_FIELDS if f.endswith("@")}
VPC_NAMES = [column_name(f) for f in VPC_FIELDS]
TGW_NAMES = [column_name(f) for f in TGW_FIELDS]
DEFAULT_NAMES = VPC_NAMES[:14]
NAMED_BY_AWS = r"[^_]+_vpcflowlogs_[^_]+_fl-[^_]+_[0-9]{8}T[0-9]{4}Z_[^.]"
TYPED = INTEGERS | ADDRESSES | {"action", "log_status"}
KNOWN = set(VPC_NAMES) | set(TGW_NAMES)
BY_LETTERS = {name.replace("_", ""): name for name in KNOWN}
# Names in AWS's examples, and others that people use, which a header may have as well.
for name, others in {
        "account_id": "account", "interface_id": "eni interface",
        "srcaddr": "source src srcip sourceip sourceaddr sourceaddress",
        "dstaddr": "destination dest dst dstip destip destinationip destaddr destaddress destinationaddress",
        "srcport": "sourceport", "dstport": "destport destinationport", "protocol": "proto", "packets": "numpackets",
        "bytes": "numbytes", "start": "windowstart starttime", "end": "windowend endtime",
        "log_status": "status flowlogstatus"}.items():
    BY_LETTERS.update(dict.fromkeys(others.split(), name))
ROW_COLUMNS = ["extra", "file", "line", "raw", "start_time", "end_time"]

LONGEST_LINE = 65536      # bytes, without the LF
LOOK_AT = 16              # so many nonblank lines may decide a file's layout
JUDGED_LEAST = 4          # so many records are needed to tell whether a layout's columns are exchanged,
JUDGED_BY = 16            # so many are looked at, at most,
JUDGED_AMONG = 256        # which are sought among so many lines,
BLOCK = 256 * 1024        # and only up to the end of a block: as many whole lines as have this number of bytes
LAST_SECOND = 253402300799  # 9999-12-31 23:59:59, the last that SQLite's datetime() knows


class FlowLogError(Exception):
    """Something that could not be read. line is None if the error concerns the whole file. The
    reason "suspicious" is of a record that was read."""

    def __init__(self, file, line, reason, raw=None):
        super().__init__(f"{file}:{line}: {reason}")
        self.file, self.line, self.reason, self.raw = file, line, reason, raw


# ---- files ----------------------------------------------------------------------------------

def find_files(path):
    """The files that a path stands for: itself, or all files below a folder, sorted by the bytes
    of their whole paths."""
    if os.path.isfile(path):
        return [path]
    if not os.path.isdir(path):
        raise FlowLogError(path, None, "no-file")
    found = []
    for folder, folders, names in os.walk(path):
        folders[:] = [f for f in folders if not f.startswith(".")]
        for name in names:
            full = os.path.join(folder, name)
            if not name.startswith(".") and os.path.isfile(full):
                found.append(full)
    if not found:
        raise FlowLogError(path, None, "no-file")
    return sorted(found, key=os.fsencode)


# ---- bytes ----------------------------------------------------------------------------------

def inflate_until_damage(data):
    """What a damaged member held before the damage.

    zlib.error throws away the output of the call that met the damage, so ask for one byte at a
    time.  (Should the byte just before the damage be a literal, that one byte is lost.)
    """
    inflater = zlib.decompressobj(wbits=31)
    out = []
    try:
        for i in range(len(data)):
            waiting = data[i:i + 1]
            while True:
                piece = inflater.decompress(waiting, 1)
                waiting = inflater.unconsumed_tail
                out.append(piece)
                if not piece and not waiting:
                    break
    except zlib.error:
        pass
    return b"".join(out)


def gunzip(data):
    """Inflates all members of a gzip file. Returns (content, None or what is wrong with the
    file)."""
    content = b""
    while True:
        inflater = zlib.decompressobj(wbits=31)
        try:
            content += inflater.decompress(data)
        except zlib.error:
            return content + inflate_until_damage(data), "corrupt"
        if not inflater.eof:
            return content, "truncated"
        data = inflater.unused_data
        if not data.strip(b"\0"):
            return content, None
        if not data.startswith(b"\x1f\x8b"):
            return content, "trailing-garbage"


def read_lines(path):
    """The lines of a file: (lines without their LF, None or what is wrong with the file's gzip
    stream)."""
    with open(path, "rb") as f:
        content = f.read()
    damage = None
    if content.startswith(b"\x1f\x8b"):
        content, damage = gunzip(content)
    if content.startswith(b"\xef\xbb\xbf"):
        content = content[3:]
    lines = content.split(b"\n")
    if lines[-1] == b"" or damage:
        lines.pop()             # what follows the last LF is empty or an incomplete line
    return lines, damage


# ---- lines ----------------------------------------------------------------------------------

def split(line):
    return [token for token in re.split(rb"[ \t\r]+", line) if token]


def unreadable_line(line):
    """The reason why a line cannot be read at all, or None."""
    if len(line) > LONGEST_LINE:
        return "too-long"
    if re.search(rb"[\0-\x08\n-\x0c\x0e-\x1f\x7f]|\xc2[\x80-\x9f]", line):
        return "control-byte"
    return None


def is_utf8(line):
    """Whether all bytes are UTF-8. A line that is not is no record; it may still say which layout
    its file has."""
    try:
        return line.decode() is not None
    except UnicodeDecodeError:
        return False


def known_name(name):
    """The column that a name means, whose case, hyphens and underscores do not count; the name itself,
    with underscores, if it is no field."""
    return BY_LETTERS.get(re.sub("[-_]", "", name).lower(), name.replace("-", "_"))


def header_names(line, single, own=None):
    """The column names if the line is a header, else None.

    At least half of the names must be known, and there must be more to it than chance: three of
    them are, or all in AWS's spelling, or one that no prose has.  A single name is a header only if `single` says
    so.  own: the names of the layout in force, which are its header again, whatever they are.
    """
    if unreadable_line(line):
        return None
    tokens = split(re.sub(rb"^(\xef\xbb\xbf)+", b"", line))
    if not tokens or not all(re.fullmatch(rb"[A-Za-z][A-Za-z0-9_-]*", token) for token in tokens):
        return None
    names = [known_name(token.decode()) for token in tokens]
    if names == own:
        return names
    known = [name for name in names if name in KNOWN]
    if not known or 2 * len(known) < len(names):
        return None
    if len(names) == 1:
        return names if single else None
    technical = any("_" in name or name in ("srcaddr", "dstaddr", "srcport", "dstport") for name in known)
    spelled = [token for token in tokens if token.decode().replace("-", "_") in KNOWN]
    return names if len(known) >= 3 or len(spelled) == len(names) or technical else None


def header_in(line, layout):
    """The column names if a line behind others of this layout is a header, else None."""
    return header_names(line, single=len(layout.names) + layout.prefixed == 1,
                        own=[] if layout.prefixed else layout.names)


class Layout:
    """The field that each token of a line is. prefixed: CloudWatch's timestamp stands before the
    first field."""

    def __init__(self, names, prefixed=False):
        self.names, self.prefixed = names, prefixed

    def misfit(self, line):
        """None if the line fits the layout, else the reason why it does not."""
        if unreadable_line(line):
            return unreadable_line(line)
        tokens = split(line)
        if len(tokens) != len(self.names) + self.prefixed:
            return "columns"
        if self.prefixed and not is_prefix(tokens.pop(0)):
            return "prefix"
        for name, token in zip(self.names, tokens):
            if token == b"-":
                continue
            if name in INTEGERS and not is_integer(name, token):
                return "integer"
            if name in ADDRESSES and not is_address(token):
                return "address"
            if name == "action" and token not in (b"ACCEPT", b"REJECT"):
                return "action"
            if name == "log_status" and token not in (b"OK", b"NODATA", b"SKIPDATA"):
                return "log-status"
        return None

    def doubt(self, line):
        """Whether a line is a record that cannot be right; None if it has no values to tell, or
        not as many as the layout. Packets without bytes do not tell."""
        tokens = split(line)[self.prefixed:]
        if len(tokens) != len(self.names):
            return None
        values = {n: t for n, t in zip(self.names, tokens) if n in INTEGERS and is_integer(n, t)}
        pairs = [(values.get(a, b"-"), values.get(b, b"-"), b == "bytes") for a, b in (("start", "end"), ("packets", "bytes"))]
        known = [(int(a), int(b)) for a, b, counts in pairs if b"-" not in (a, b) and not (counts and int(b) == 0 < int(a))]
        return any(a > b for a, b in known) if known else None

    def is_exchanged(self, lines, formats=None):
        """Whether most of the first records cannot be right; None if these lines, the rest of a
        block, are too few to tell. Where another of the formats has as many fields, only lines in
        this one count."""
        others = [(names, prefixed) for names in formats or [] for prefixed in (False, True)
                  if len(names) + prefixed == len(self.names) + self.prefixed and (names, prefixed) != (self.names, self.prefixed)]

        def counts(line):
            guess = guess_layout(line, formats) if others else self
            return guess and (guess.names, guess.prefixed) == (self.names, self.prefixed)
        doubts = [d for d in (self.doubt(line) for line in lines[:JUDGED_AMONG] if counts(line)) if d is not None][:JUDGED_BY]
        if len(doubts) < JUDGED_LEAST:
            return None if len(lines) < JUDGED_AMONG else False
        return sum(doubts) * 2 > len(doubts)

    def row(self, file, number, line):
        """The record of a line that fits, as a dict by column."""
        tokens = split(line)
        if self.prefixed:
            tokens.pop(0)
        row, extra = {}, {}
        for name, token in zip(self.names, tokens):
            if token == b"-":
                value = None
            elif name in INTEGERS:
                value = int(token)
            elif name in ADDRESSES:
                value = address_text(token)
            else:
                value = text(token)
            if name in KNOWN:
                row[name] = value
            else:
                extra[name] = value
        row["extra"] = None
        if extra:
            row["extra"] = json.dumps(extra, ensure_ascii=False, separators=(",", ":"))
        row["file"] = file
        row["line"] = number
        row["raw"] = text(without_cr(line))
        row["start_time"] = utc(row.get("start"))
        row["end_time"] = utc(row.get("end"))
        return row


def is_prefix(token):
    """Whether a token is the timestamp that CloudWatch's export puts before a message: ISO 8601,
    or milliseconds since 1970."""
    return re.fullmatch(
        rb"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?Z|[0-9]{13}",
        token) is not None


def limit(name):
    """What the values of an integer field are below."""
    return 10 ** 11 if name in TIMES else 10 ** 15 if name in COUNTS else 2 ** 63


def is_integer(name, token):
    return re.fullmatch(rb"[0-9]{1,19}", token) is not None and int(token) < limit(name)


def is_address(token):
    return re.fullmatch(rb"[0-9A-Fa-f.:]{2,45}", token) is not None and (
        b"." in token or b":" in token)


def address_text(token):
    """The value of an address field: the text of RFC 5952, with ::ffff:a.b.c.d as IPv4; what is no
    address is its own text."""
    try:
        address = ipaddress.ip_address(token.decode())
    except ValueError:
        return text(token)
    return str(getattr(address, "ipv4_mapped", None) or address)


def without_cr(line):
    return line[:-1] if line.endswith(b"\r") else line


def text(token):
    return token.decode("utf-8", "surrogateescape")


def utc(seconds):
    if seconds is None or seconds > LAST_SECOND:
        return None
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(seconds))


# ---- layouts --------------------------------------------------------------------------------

def format_names(format):
    """The column names of a format option: `version, srcaddr` or `${version} ${srcaddr}`."""
    names = []
    for word in re.split(r"[ \t\r\n,]+", format):
        if word.startswith("${") and word.endswith("}"):
            word = word[2:-1]
        if word:
            if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", word):
                raise ValueError(f"format: not a field name: {word}")
            names.append(known_name(word))
    if not names:
        raise ValueError("format: no field named")
    if len(set(names)) < len(names):
        raise ValueError("format: a field is named twice")
    return names


def formats_of(option):
    """The lists of column names in a format option, which is one format or a JSON array of them."""
    option = option.strip()
    return [format_names(f) for f in (json.loads(option) if option.startswith("[") else [option])]


def guess_layout(line, formats):
    """The first layout that a line without a header fits, or None."""
    for names in formats or [DEFAULT_NAMES, TGW_NAMES]:
        for prefixed in (False, True):
            layout = Layout(names, prefixed)
            if layout.misfit(line) is None:
                is_guessed = not formats and names == TGW_NAMES
                if not is_guessed or split(line)[1 + prefixed].startswith(b"TransitGateway"):
                    return layout
    return None


def block_ends(lines):
    """For each line, the index of the first line behind its block."""
    ends, begin, size = [], 0, 0
    for i, line in enumerate(lines):
        if i > begin and size + len(line) + 1 > BLOCK:
            ends += [i] * (i - begin)
            begin, size = i, 0
        size += len(line) + 1
    return ends + [len(lines)] * (len(lines) - begin)


def deciding_line(lines, formats, expected):
    """(index, layout) of the first line that says what the file is, or None; and how many
    nonblank lines were looked at."""
    looked_at = 0
    for i, line in enumerate(lines):
        if looked_at == LOOK_AT:
            break
        if not split(line) and not unreadable_line(line):
            continue
        looked_at += 1
        names = header_names(line, single=expected and looked_at == 1)
        layout = Layout(names) if names else guess_layout(line, formats)
        if layout:
            return (i, layout), looked_at
    return None, looked_at


# ---- the reader -----------------------------------------------------------------------------

def name_values(name):
    """The account and the region in a file name of AWS's form, or (None, None)."""
    parts = name.split("_", 5)
    if len(parts) < 6 or parts[1] != "vpcflowlogs" or not re.match("fl-.", parts[3]) or not re.match(r"[^.]", parts[5]):
        return None, None
    try:
        time.strptime(parts[4], "%Y%m%dT%H%MZ")
    except ValueError:
        return None, None
    return (parts[0], parts[2]) if parts[0] and parts[2] and len(parts[4]) == 14 else (None, None)


def folder_values(folders):
    """The account and the region that the folders say first, as AWS writes them: ACCOUNT/vpcflowlogs/
    REGION, or aws-account-id=ACCOUNT/aws-region=REGION."""
    accounts, regions = [], []
    for i, folder in enumerate(folders):
        accounts += re.findall(r"^(?:aws-)?account-id=(.+)", folder)
        regions += re.findall(r"^(?:aws-)?region=(.+)", folder)
        if i and folders[i - 1] == "vpcflowlogs":
            accounts += folders[i - 2:i - 1] if i > 1 else []
            regions.append(folder)
    return next(iter(accounts), None), next(iter(regions), None)


def path_values(file, names):
    """The account and the region that the path gives to records whose layout lacks them."""
    *folders, name = [part for part in file.split("/") if part]
    account, region = name_values(name)
    if account is None:
        account, region = folder_values(folders)
    given = {"account_id": account if account and re.fullmatch(r"[0-9]{12}", account) else None,
             "region": region if region and region != "-" and re.fullmatch(r"[a-z0-9-]{1,48}", region) else None}
    return {field: value for field, value in given.items() if value and field not in names}


def read_file(file, formats, in_folder):
    """Rows (dicts) and errors (FlowLogErrors) of one file, in the order of its lines."""
    try:
        lines, damage = read_lines(file)
    except OSError:
        yield FlowLogError(file, None, "unreadable")
        return
    expected = not in_folder or re.match(NAMED_BY_AWS, os.path.basename(file)) is not None
    decided, looked_at = deciding_line(lines, formats, expected)
    if decided is None:
        if damage and not looked_at:
            yield FlowLogError(file, len(lines) + 1, damage)
        elif looked_at and not in_folder:   # a file without a token counts as empty, which is no error
            yield FlowLogError(file, None, "not-a-flow-log")
        return

    decider, layout = decided
    by_header = header_names(lines[decider], single=True) == layout.names
    if by_header and len(set(layout.names)) < len(layout.names):
        yield FlowLogError(file, decider + 1, "duplicate-field", text(without_cr(lines[decider])))
        return
    first = next(i for i, line in enumerate(lines) if split(line) or unreadable_line(line))
    ends = block_ends(lines)
    exchanged = layout.is_exchanged(lines[first:ends[first]], None if by_header else formats)
    if exchanged:
        yield FlowLogError(file, None, "exchanged")
        return
    starts_with_header, judged, nrows = by_header, {tuple(layout.names)}, 0
    for i, line in enumerate(lines):
        if exchanged is None and i > first and ends[i] != ends[i - 1]:
            exchanged = layout.is_exchanged(lines[i:ends[i]], None if by_header else formats)
            if exchanged:
                yield FlowLogError(file, (i if by_header else i + 1) if nrows else None, "exchanged")
                return
        raw = text(without_cr(line))
        names = header_in(line, layout)
        if i == decider and starts_with_header:
            continue
        if not by_header and not names and is_utf8(line):
            before, layout = layout, guess_layout(line, formats) or layout  # each line is in the format that it fits
            names = header_in(line, layout)
            if tuple(layout.names) not in judged:
                exchanged = layout.is_exchanged(lines[i:ends[i]], formats)
                judged.add(tuple(layout.names))
            elif (layout.names, layout.prefixed) != (before.names, before.prefixed):
                exchanged = False
            if exchanged:
                yield FlowLogError(file, i + 1 if nrows else None, "exchanged")
                return
        misfit = layout.misfit(line) or (None if is_utf8(line) else "not-utf-8")
        all_texts = not layout.prefixed and TYPED.isdisjoint(layout.names)
        if misfit is None and not (names and all_texts):
            nrows += 1
            yield {**layout.row(file, i + 1, line), **path_values(file, layout.names)}
            if layout.doubt(line):
                yield FlowLogError(file, i + 1, "suspicious", raw)
        elif names:             # files that were appended to each other have further headers
            if len(set(names)) < len(names):
                yield FlowLogError(file, i + 1, "duplicate-field", raw)
                return
            by_header = True
            if names == layout.names and not layout.prefixed:
                continue
            layout = Layout(names)
            exchanged = layout.is_exchanged(lines[i + 1:ends[i]])
            if exchanged:
                yield FlowLogError(file, i + 1 if nrows else None, "exchanged")
                return
        elif split(line) or unreadable_line(line):
            yield FlowLogError(file, i + 1, misfit, raw)
    if damage:
        yield FlowLogError(file, len(lines) + 1, damage)


def read(paths, format=None, on_error="fail"):
    """The rows of all files of all paths. A path that stands for no file raises an error whatever
    on_error is."""
    formats = formats_of(format) if format else None
    for path in paths:
        in_folder = os.path.isdir(path)
        for file in find_files(path):
            for item in read_file(file, formats, in_folder):
                if isinstance(item, FlowLogError) and item.reason != "suspicious" and on_error == "fail":
                    raise item
                yield item


def tsv(values):
    cells = ["NULL" if value is None else str(value) for value in values]
    return ("\t".join(cells) + "\n").encode("utf-8", "surrogateescape")


def main():
    parser = argparse.ArgumentParser(description="A slow and obvious reader of flow logs.")
    parser.add_argument("paths", nargs="+", metavar="PATH")
    parser.add_argument("--format", help="field list of files that have no header")
    parser.add_argument("--skip", action="store_true", help="go on after errors")
    parser.add_argument("--columns", default=",".join(DEFAULT_NAMES))
    args = parser.parse_args()
    columns = args.columns.split(",")
    for column in columns:
        if column not in KNOWN and column not in ROW_COLUMNS:
            parser.error(f"no such column: {column}")
    try:
        for item in read(args.paths, args.format, "skip" if args.skip else "fail"):
            if isinstance(item, FlowLogError):
                sys.stderr.buffer.write(tsv([item.file, item.line, item.reason]))
            else:
                sys.stdout.buffer.write(tsv(item.get(column) for column in columns))
    except FlowLogError as error:
        sys.stdout.buffer.flush()
        sys.stderr.buffer.write(tsv([error.file, error.line, error.reason]))
        return 1
    except ValueError as error:
        parser.error(str(error))
    return 0


if __name__ == "__main__":
    sys.exit(main())
