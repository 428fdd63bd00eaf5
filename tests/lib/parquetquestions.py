# SPDX-License-Identifier: MIT
"""Random folders of Parquet files, each beside a folder with the same records as text, and random questions about
them. The files of a folder differ in their columns, types, encodings, pages and row groups, and some are text in
both."""

import gzip

import parquetdata

FIELDS = {  # the types that its column may have
    "version": ("int32", "int64"),
    "account_id": ("text", "text", "int64"),
    "interface_id": ("text",),
    "srcaddr": ("text",),
    "dstaddr": ("text",),
    "srcport": ("int32", "int64", "uint32", "text"),
    "dstport": ("int32", "int64", "uint32", "text"),
    "protocol": ("int32", "int64"),
    "packets": ("int64", "uint64", "int32"),
    "bytes": ("int64", "uint64", "text"),
    "start": ("int64", "millis", "micros", "nanos", "int96", "int32"),
    "end": ("int64", "millis", "int96", "int64"),
    "action": ("text",),
    "log_status": ("text",),
    "vpc_id": ("text",),
    "tcp_flags": ("int32",),
    "pkt_srcaddr": ("text",),
    "flow_direction": ("text",),
    "region": ("text",),
}
REGULAR = list(FIELDS)[:14]
NUMBERS = ["version", "srcport", "dstport", "protocol", "packets", "bytes", "start", "end", "tcp_flags"]
START = 1772960400
ADDRESSES = [f"10.0.{i % 3}.{i}" for i in range(1, 25)] + ["2001:db8::1", "2001:0DB8:0::2", "::ffff:10.0.0.3", "0:0:0:0:0:ffff:10.0.1.4",
                                                           "172.31.255.255", "9.9.9.9", "2001:db8::1:0"]
PORTS = [22, 53, 80, 443, 0, 3389, 65535]


def value(rng, field, many):
    if rng.random() < 0.06:
        return None
    if field.endswith("addr"):
        return rng.choice(ADDRESSES) if not many else f"10.{rng.randrange(4)}.{rng.randrange(256)}.{rng.randrange(256)}"
    return {
        "version": lambda: rng.choice((2, 3)), "account_id": lambda: rng.choice(("012345678901", "123456789012", "000000000000")),
        "interface_id": lambda: f"eni-0a1b2c3d4e5f6{rng.randrange(9)}" if rng.random() < 0.9 else "eni-" + "f" * rng.randrange(1, 90),
        "srcport": lambda: rng.choice(PORTS) if rng.random() < 0.3 else rng.randrange(1024, 65536),
        "dstport": lambda: rng.choice(PORTS), "protocol": lambda: rng.choice((6, 6, 17, 1)),
        "packets": lambda: rng.choice((1, 2, 7, rng.randrange(40))),
        "bytes": lambda: 40 * rng.randrange(1, 50) if rng.random() < 0.9 else rng.randrange(999999999999999),
        "start": lambda: START + rng.randrange(7200), "end": lambda: START + rng.randrange(9000),
        "action": lambda: rng.choice(("ACCEPT", "ACCEPT", "REJECT")), "log_status": lambda: rng.choice(("OK", "OK", "NODATA", "SKIPDATA")),
        "vpc_id": lambda: f"vpc-{rng.randrange(3)}", "tcp_flags": lambda: rng.choice((0, 2, 18, 3)),
        "flow_direction": lambda: rng.choice(("ingress", "egress")), "region": lambda: rng.choice(("us-east-1", "eu-west-1")),
    }.get(field, lambda: rng.choice(("a", "b", "7")))()


def stored(rng, kind, v):
    """How the file has a value: a missing text may be '-' or empty, and spaces at its ends are no part of it."""
    if kind == "text":
        if v is None:
            return rng.choice((None, b"-", b""))
        return str(v).encode() if rng.random() < 0.97 else rng.choice((b" %s", b"%s ", b" %s  ")) % str(v).encode()
    return parquetdata.value_of(kind, int(v) if v is not None else None, rng)


def schema(rng):
    """The columns of a file: those of the default format, or others in another order."""
    names = list(REGULAR)
    if rng.random() < 0.5:
        names += rng.sample(list(FIELDS)[14:], rng.randrange(5))
    if rng.random() < 0.4:
        for name in rng.sample(names, rng.randrange(4)):
            if name not in ("srcaddr", "dstaddr"):
                names.remove(name)
    if rng.random() < 0.5:
        rng.shuffle(names)
    if rng.random() < 0.3:
        names.insert(rng.randrange(len(names)), "note")
    return names


def rows_of(rng, names, n):
    few, rows = {f: value(rng, f, False) for f in names}, []
    settled = [f for f in names if rng.random() < 0.15]  # have one value in all rows of a file
    many = rng.random() < 0.2
    by_time = rng.random() < 0.5
    for i in range(n):
        row = {f: few[f] if f in settled else value(rng, f, many) for f in names}
        if by_time and row.get("start") is not None and "start" not in settled:
            row["start"] = START + i * 7200 // n
        if row.get("start") is not None and row.get("end") is not None:
            row["end"] = row["start"] + rng.randrange(60)  # otherwise the columns seem to be exchanged
        rows.append(row)
    return rows


def types_of(rng, names, rows):
    types = {}
    for name in names:
        kind = rng.choice(FIELDS.get(name, ("text",)))
        if kind == "int32" and any(int(r[name] or 0) > 0x7fffffff for r in rows):
            kind = "int64"
        types[name] = kind
    return types


PLACES = ["", "", "", "aws-account-id=123456789012/aws-service=vpcflowlogs/aws-region=us-east-1/year=2026/month=03/day=08/hour=09/"]


def make_tree(rng, parquet, text, write=None):
    """Makes a folder and its twin, and returns whether all of its files are Parquet files."""
    write = write or (lambda columns: parquetdata.write(columns, rng))
    is_all = rng.random() < 0.6
    one = schema(rng) if rng.random() < 0.3 else None
    for i in range(rng.randint(1, 7)):
        names = one or schema(rng)
        rows = rows_of(rng, names, rng.choice((1, 3, 40, 40, 300, 300, 1100, 1500) if rng.random() < 0.9 else (0, 1)))
        place = rng.choice(PLACES)
        stem = rng.choice((f"{i}", f"{i}", f"123456789012_vpcflowlogs_us-east-1_fl-0{i}_20260308T0900Z_{i}.log"))
        is_aws = stem.endswith(".log")  # whose name says when it was delivered
        lines = [" ".join(n.replace("_", "-") for n in names)] + [" ".join(str(r[n] if r[n] is not None else "-") for n in names) for r in rows]
        lines = "\n".join(lines) + "\n"
        is_text = not is_all and rng.random() < 0.4
        types = types_of(rng, names, rows)
        if not is_text and rows:
            data = write([(n, types[n], [stored(rng, types[n], r[n]) for r in rows]) for n in names])
        elif not is_text:
            data = write([(n, types[n], []) for n in names])
        lines = gzip.compress(lines.encode()) if is_aws else lines.encode()
        ending = ".gz" if is_aws else ".log"
        for folder, name, content in ((parquet, stem + (ending if is_text else ".parquet"), lines if is_text else data),
                                      (text, stem + ending, lines)):
            (folder / place).mkdir(parents=True, exist_ok=True)
            (folder / place / name).write_bytes(content)
    return is_all


# --- questions --------------------------------------------------------------------------------------------------------

def literal(rng, field):
    v = None
    while v is None:
        v = value(rng, field, False)
    return str(v) if field in NUMBERS else f"'{v}'"


def pattern(rng):
    slots = "version account eni source destination srcport dstport protocol packets bytes start end action status".split()
    some = {"srcport": ["=443", ">1000", "=4*", "!=22", "=*2*", "!=4*"], "dstport": ["=443", "=53 || dstport=22", ">100 && dstport<4000", "=*4*", "!=*4*"],
            "action": ["=REJECT", '="ACC*"', "!=REJECT"], "source": ["=10.0.*", '="10.0.0.3"', "=*.1*"], "bytes": [">1000", "=4*", "=*0"],
            "protocol": ["=6", "!=6", "=1*"], "start": [f">{START + 3000}", "=177*5"], "account": ["=0*", "=*1", "=%^0%"]}
    if rng.random() < 0.3:
        return rng.choice(("REJECT", "ACCEPT OK", "?REJECT ?NODATA", '-REJECT', '"ACCEPT OK"', "%10[.]0[.]0%", '"443 6"', '" 53 "', "%eni-.*5 10%"))
    for name in rng.sample(list(some), rng.randint(1, 3)):
        slots[slots.index(name)] = name + rng.choice(some[name])
    if rng.random() < 0.3:
        slots = slots[:rng.randint(6, 14)] + ["..."]
    return "[" + ", ".join(slots) + "]"


def condition(rng, fields, is_all):
    field = rng.choice(fields)
    one, other = literal(rng, field), literal(rng, field)
    choices = [
        lambda: f'"{field}" = {one}', lambda: f'"{field}" <> {one}', lambda: f'"{field}" IN ({one}, {other}, {literal(rng, field)})',
        lambda: f'"{field}" NOT IN ({one}, {other})', lambda: f'"{field}" BETWEEN {one} AND {other}', lambda: f'"{field}" > {one}',
        lambda: f'"{field}" <= {one}', lambda: f'"{field}" IS NULL', lambda: f'"{field}" IS NOT NULL', lambda: f'"{field}" IS {one}',
        lambda: f'"{field}" IS NOT {one}', lambda: f'NOT "{field}" = {one}', lambda: f'NOT "{field}" > {one}', lambda: f'NOT "{field}" BETWEEN {one} AND {other}',
        lambda: f'("{field}" = {one} OR "{field}" IS NULL)', lambda: f'("{field}" < {one} OR "{field}" > {other})',
        lambda: f"\"{field}\" LIKE '{one.strip(chr(39))[:rng.randint(1, 8)]}%'", lambda: f"\"{field}\" GLOB '{one.strip(chr(39))[:rng.randint(1, 8)]}*'",
        lambda: f"\"{field}\" LIKE '%{one.strip(chr(39))[-2:]}'", lambda: f"\"{field}\" NOT LIKE '{one.strip(chr(39))[:3]}%'",
        lambda: f"cidr_match({rng.choice(('srcaddr', 'dstaddr'))}, '{rng.choice(('10.0.0.0/24', '10.0.0.0/8', '2001:db8::/32', '::ffff:10.0.0.0/104', '0.0.0.0/0', '9.9.9.9/32'))}')",
        lambda: f"NOT cidr_match(srcaddr, '{rng.choice(('10.0.0.0/24', '2001:db8::/32'))}')",
        lambda: f"addr = '{rng.choice(ADDRESSES)}'", lambda: f"addr IN ('{rng.choice(ADDRESSES)}', '{rng.choice(ADDRESSES)}')",
        lambda: f"port = {rng.choice(PORTS)}", lambda: f"port BETWEEN {rng.choice(PORTS)} AND {rng.choice(PORTS)}", lambda: f"port > {rng.choice(PORTS)}",
        lambda: f"srcaddr = '{rng.choice(ADDRESSES)}'", lambda: f"srcaddr = dstaddr", lambda: f"start >= {START + rng.randrange(7200)}",
        lambda: f"start BETWEEN {START + rng.randrange(3000)} AND {START + rng.randrange(7200)}", lambda: f"since = {START + rng.choice((-5, rng.randrange(7200)))}",
        lambda: f"until = {START + rng.choice((20000, rng.randrange(7200)))}", lambda: "filter = '{}'".format(pattern(rng).replace("'", "''")),
        lambda: f"bytes > {rng.choice((100, 1000, 10**12))}", lambda: f"srcport < {rng.choice((100, 30000))}", lambda: "dstport = srcport",
    ]
    return rng.choice(choices)()


def raw_conditions(rng):
    return [
        lambda: f"line BETWEEN {rng.randrange(500)} + @L AND {rng.randrange(1500)} + @L", lambda: f"line = {rng.choice((1, 2, 40, 41, 299, 1024, 1025))} + @L",
        lambda: f"line > {rng.choice((0, 100, 1024, 2999))} + @L", lambda: f"file GLOB '*/{rng.randrange(7)}.*'", lambda: f"file LIKE '%{rng.randrange(7)}.%'",
        lambda: f"start_time >= '2026-03-08 09:{rng.randint(10, 59)}:00'", lambda: f"end_time < '2026-03-08 10:{rng.randint(10, 59)}:00'",
        lambda: f"raw LIKE '%{rng.choice(('443', 'REJECT', '10.0.0.3'))}%'", lambda: f"extra IS NOT NULL",
    ]


def where(rng, fields, is_all, of="flowlogs"):
    terms = []
    for _ in range(rng.choice((0, 1, 1, 1, 2, 2, 3))):
        term = condition(rng, fields, is_all)
        if of == "flowlogs" and rng.random() < 0.2:
            term = rng.choice(raw_conditions(rng))()
            if term.startswith("line") and not is_all:
                continue
        if term.split(" ")[0] in ("filter", "since", "until") and any(t.startswith(term.split(" ")[0]) for t in terms):
            continue
        if of == "rollup" and any(w in term for w in ("packets", "bytes")) and not term.startswith("filter"):
            continue
        terms.append(term)
    if rng.random() < 0.5:
        terms.append(f"threads = {rng.choice((0, 1, 2, 2))}")
    return terms


NAME = "replace(replace(replace(replace(file, @P, ''), '.parquet', ''), '.gz', ''), '.log', '')"


def question(rng, fields, is_all):
    """An SQL statement: @T stands for the path, @P for the same with a slash, and @L for the lines of a header."""
    kind = rng.choice(("rows", "rows", "rows", "sums", "rollup", "rollup", "rollup", "connections", "files", "join", "join2", "errors"))
    if kind == "rollup":
        dims = rng.sample(["minute", "hour", "day", "srcaddr", "dstaddr", "dstport", "action", "protocol", "account_id", "interface_id", "log_status", "start",
                           "srcport", "pkt_srcaddr", "vpc_id", "region", "tcp_flags", "addr", "port"], rng.choice((0, 0, 1, 1, 1, 2, 3)))
        measures = rng.sample(["flows", "packets", "bytes", "first_seen", "last_seen"], rng.randint(1, 5))
        terms = where(rng, fields, is_all, "rollup")
        if rng.random() < 0.3:
            terms.append("memory = '1M'")
        columns = [f'"{d}"' for d in dims] + [{"first_seen": "min(first_seen)", "last_seen": "max(last_seen)"}.get(m, f"sum({m})") for m in measures]
        return f"SELECT {', '.join(columns)} FROM flowlogs_rollup(@T)" + (" WHERE " + " AND ".join(terms) if terms else "") + (
            f" GROUP BY {', '.join(str(i + 1) for i in range(len(dims)))}" if dims else "")
    terms = where(rng, fields, is_all)
    after = " WHERE " + " AND ".join(terms) if terms else ""
    if kind == "rows":
        columns = [f'"{f}"' for f in rng.sample(fields, rng.randint(0, min(5, len(fields))))]
        columns += rng.sample([NAME, "line - @L" if is_all else "1", "raw", "extra", "start_time", "rowid IS NULL", "account_id", "region"], rng.randint(0, 2))
        if rng.random() < 0.1:
            columns.append("*")
        return f"SELECT {', '.join(columns) or 'count(*)'} FROM flowlogs(@T){after}" + rng.choice(("", "", f" LIMIT {rng.randrange(50)}"))
    if kind == "sums":
        f = rng.choice(fields)
        return f'SELECT count(*), count("{f}"), min("{f}"), max("{f}"), total({rng.choice(NUMBERS)}) FROM flowlogs(@T){after}'
    if kind == "connections":
        terms = [t for t in terms if not any(t.lstrip("NOT (").startswith(w) for w in ("line", "file", "raw", "extra", '"', "start", "end", "bytes", "srcport", "src", "cidr", "dst"))]
        after = " WHERE " + " AND ".join(terms) if terms else ""
        columns = rng.choice(("*", "client, server, records", "client_interface_id, records, state", "client_vpc_id, server_account_id, accepted"))
        return f"SELECT {columns} FROM flowlogs_connections(@T){after}"
    if kind == "files":
        return f"SELECT {NAME.replace('file', 'path')}, verdict, rows, min_start, max_end, errors FROM flowlogs_files(@T)"
    if kind == "errors":
        return "SELECT reason FROM flowlogs_errors(@T)"
    if kind == "join":
        return ("SELECT p.column1, count(*), total(bytes) FROM (VALUES ('10.0.0.3'), ('10.0.1.4'), ('9.9.9.9')) AS p JOIN flowlogs(@T) AS f ON f.srcaddr = p.column1" +
                (" WHERE " + " AND ".join(t for t in terms if not t.startswith(("addr", "srcaddr", "cidr"))) if terms else "").replace(" WHERE  ", "") + " GROUP BY 1")
    return ("SELECT a.srcaddr, count(*) FROM flowlogs(@T) AS a JOIN flowlogs(@T) AS b ON b.dstaddr = a.srcaddr AND b.dstport = 443 "
            "WHERE a.line < 40 + @L AND a.dstport = 22 GROUP BY 1") if is_all else f"SELECT count(*) FROM flowlogs(@T){after}"
