# SPDX-License-Identifier: MIT
"""Log files with awkward values, and random predicates on them, for test_pushdown.py and
test_addr.py. In a predicate, «name» stands for a column and {T} for the table. pushcheck.py
replaces {T} by flowlogs or by the ordinary table, and «name» by the column, with or without a
unary plus."""

import calendar
import gzip
import random
import time

from reference import ADDRESSES, COUNTS as COUNT_NAMES, DEFAULT_NAMES, INTEGERS, TGW_NAMES, VPC_NAMES

COLUMNS = VPC_NAMES + [n for n in TGW_NAMES if n not in VPC_NAMES] + \
    ["file", "line", "raw", "extra", "start_time", "end_time"]
NUMBERS = ["0", "1", "22", "22", "443", "443", "0443", "0000000000000000443", "80", "1023", "1024", "65535", "6", "17",
           "2147483648", "4294967296", "9007199254740992", "9007199254740993", "9223372036854775807", "00"]
COUNTS = [n for n in NUMBERS if int(n) < 10**15] + ["999999999999998", "999999999999999"]
TIMES = ["0", "1", "1773046800", "1773046800", "1773046859", "1773133200", "99999999998", "99999999999",
         "000000099999999999", "01773046800", "951782400"]
IPS = ["10.0.0.5", "10.0.0.5", "10.0.0.50", "10.0.0.05", "10.0.1.5", "11.0.0.5", "203.0.113.66", "255.255.255.255",
       "0.0.0.0", "2001:db8::1", "2001:DB8::1", "2001:0db8:0:0:0:0:0:1", "2001:db8:0:0:1::", "::ffff:10.0.0.5",
       "::FFFF:0a00:0005", "::", "0::0", "::1", "fe80::1", "1:2:3::5:6:7:8", "1:2:3:0:5:6:7:8",
       "2001:db8:1234:a100:8d6e:3477:df66:f105", "2001:DB8:1234:A100:8D6E:3477:DF66:F105", "1.5", "1.50", "999.1.1.1", "..",
       "a:", "A:"]
CIDRS = ["10.0.0.0/8", "10.0.0.5", "10.0.0.5/32", "10.0.0.77/24", "10.0.0.4/31", "0.0.0.0/0", "255.255.255.255/32",
         "128.0.0.0/1",
         "2001:db8::/32", "2001:DB8::1", "::/0", "::1/128", "fe80::/10", "febf::1/10", "2001:db8:0:0:1::/80",
         "2001:db8::/127",
         "::ffff:10.0.0.5"]
TEXTS = ["vpc-1", "vpc-1", "VPC-1", "Vpc-10", "vpc_1", "a%20b", "12", "012", "12.0", "1e1", "443", "0443", "0x1bb", "NULL",
         "größe", "GRÖSSE", "ÄÖ", "äö", "日本", "😀", "\uffff", "\u212a", "k", "K", "it's", 'say"hi"', "[x]", "*", "?", "%",
         "--", "x" * 3000, "123456789012", "012345678901", "unknown", "us-east-1", "ACCEPT", "accept", "\\", "~"]


def odd_value(rng, name):
    if rng.random() < 0.12:
        return "-"
    if name in ("start", "end"):
        return rng.choice(TIMES)
    if name in INTEGERS:
        return rng.choice(COUNTS if name in COUNT_NAMES else NUMBERS)
    if name in ADDRESSES:
        return rng.choice(IPS)
    if name == "action":
        return rng.choice(["ACCEPT", "REJECT"])
    if name == "log_status":
        return rng.choice(["OK", "OK", "NODATA", "SKIPDATA"])
    if name == "resource_type":
        return "TransitGateway"
    return rng.choice(TEXTS)


def odd_record(rng, names, values=None):
    """Values of a record that can be right, mostly: it does not end before it starts, and has no
    fewer bytes than packets. `values` has some of them."""
    values = {name: odd_value(rng, name) for name in names} | (values or {})
    for low, high in (("start", "end"), ("packets", "bytes")):
        pair = [values.get(low, "-"), values.get(high, "-")]
        if "-" not in pair and rng.random() < 0.9:
            values[low], values[high] = sorted(pair, key=int)
    return [str(values[name]) for name in names]


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    data = content.encode("utf-8", "surrogateescape")
    if path.suffix == ".gz":
        half = len(data) // 2
        data = gzip.compress(data[:half], mtime=0) + gzip.compress(data[half:], mtime=0)
    path.write_bytes(data)


def write_odd(folder):
    """Writes files of all layouts, with the values that are likely to be compared wrongly."""
    rng = random.Random("odd")

    def lines(names, count, prefix="", gap=" ", end="\n", header=True):
        head = [gap.join(names).replace("_", "-")] if header else []
        rows = [prefix + gap.join(odd_record(rng, names)) for _ in range(count)]
        return "".join(line + end for line in head + rows)

    few = ["action", "start", "srcaddr", "vpc_id", "dstport"]
    write(folder / "default.log", lines(DEFAULT_NAMES, 40))
    write(folder / "a" / "v5.log.gz", lines(VPC_NAMES[:29], 40))
    write(folder / "a" / "all.log.gz", lines(["future_field", *VPC_NAMES], 40))
    write(folder / "a-b" / "tgw.log", lines(TGW_NAMES, 30))
    write(folder / "few.log", lines(few, 30))
    write(folder / "headerless.log", lines(DEFAULT_NAMES, 20, gap=" \t", end="\r\n", header=False))
    write(folder / "prefixed.log", lines(DEFAULT_NAMES, 20, prefix="2026-03-09T09:00:00.000Z ", header=False))
    write(folder / "two.log", lines(DEFAULT_NAMES, 10) + lines(VPC_NAMES[:29][::-1], 10) + lines(few, 10))
    write(folder / "ü" / "dashes.log", " ".join(VPC_NAMES[:29]) + "\n" + (" ".join("-" * 29) + "\n") * 3)


def write_named(folder):
    """Writes files in AWS's folders with AWS's names. The times of the records lie at the edges of
    what the time T in a name allows: start in [T-4560, T+600] and end in [T-3960, T+600] (seconds).
    The region is that of the path, or unknown. The account may be any."""
    rng = random.Random("named")
    times = ["20231231T2355Z", "20240101T0000Z", "20240229T2355Z", "20240301T0000Z", "20240301T0005Z", "20240301T1200Z"]
    layouts = [DEFAULT_NAMES, VPC_NAMES[:29], ["account_id", "srcaddr", "dstport", "start", "action"],
               ["srcaddr", "end", "action", "region", "dstaddr"], TGW_NAMES]
    styles = ["AWSLogs/{a}/vpcflowlogs/{r}/{y}/{m}/{d}/", "AWSLogs/{a}/vpcflowlogs/{r}/{y}/{m}/{d}/{h}/",
              "AWSLogs/aws-account-id={a}/aws-service=vpcflowlogs/aws-region={r}/year={y}/month={m}/day={d}/hour={h}/"]
    starts, ends = [-4560, -4559, -660, -1, 0, 1, 299, 300, 599, 600], [-3960, -3959, -60, 0, 299, 300, 599, 600]

    def record(names, account, region, low, high):
        values = {"account_id": rng.choice([account, account, account, "012345678901", "unknown", "-"]),
                  "region": rng.choice([region, region, "-"]),
                  "start": rng.choice([*low, "-"]), "end": rng.choice([*high, "-"])}
        return " ".join(odd_record(rng, names, values)) + "\n"

    for i in range(30):
        stamp, account, region = rng.choice(times), rng.choice(["123456789012", "012345678901", "111122223333"]), \
            rng.choice(["us-east-1", "us-east-2", "eu-west-1"])
        t = calendar.timegm(time.strptime(stamp, "%Y%m%dT%H%MZ"))
        where = rng.choice(styles).format(a=account, r=region, y=stamp[:4], m=stamp[4:6], d=stamp[6:8], h=stamp[9:11])
        names = rng.choice(layouts)
        rows = [record(names, account, region, [t + s for s in starts], [t + s for s in ends])
                for _ in range(rng.choice([0, 6, 10]))]
        name = f"{account}_vpcflowlogs_{region}_fl-0123456789abcdef0_{stamp}_{i:08x}.log{rng.choice(['', '.gz'])}"
        write(folder / where / name, " ".join(names).replace("_", "-") + "\n" + "".join(rows))
    # A file in a folder of one day that has records of many: its name is not AWS's.
    days = range(calendar.timegm((2023, 12, 31, 0, 0, 0)), calendar.timegm((2024, 3, 2, 0, 0, 0)), 3607)
    rows = [record(DEFAULT_NAMES, "123456789012", "us-east-1", days, days) for _ in range(9)]
    write(folder / styles[0].format(a="123456789012", r="us-east-1", y="2024", m="03", d="01") / "merged.log", "".join(rows))


# ---- predicates

ODD = [None, 0, 1, -1, 2, 443, 443.0, 443.5, -0.0, "443", " 443 ", "443.0", "4.43e2", "0443", "", " ", "abc", "443abc", "-0",
       "+443", "0x1bb", 1e300, -1e300, 9.3e18, float("inf"), float("-inf"), 2**63 - 1, -2**63, 2**53, 2**53 + 1, float(2**53),
       float(2**63), "9223372036854775807", "9223372036854775808", "9223372036854775807.0", "1e999", b"443", b"", b"REJECT",
       "REJECT\0", "REJECT\0x", "reject", "größe", "ÄÖ", "it's", "é" * 9000, "2024", "2024-03-01", "2024-02-29 23:59:59.5",
       "2024-02-29T23:59:59", "2024-02-29 23:60:00", "9999-12-31 23:59:59", "1970-01-01 00:00:00", "9", ":", 20240301, True]
# The columns of the table `other`, with their affinities and collations.
OTHER = {"i": "INTEGER", "t": "TEXT", "n": "NUMERIC", "r": "REAL", "b": "BLOB", "x": "", "tn": "TEXT COLLATE NOCASE",
         "tr": "TEXT COLLATE RTRIM", "xn": "COLLATE NOCASE"}
OTHER_VALUES = ["443", 443, 443.0, 443.5, "0443", " 443", "12", 12, "012", 12.0, "REJECT", "reject", "REJECT ", None, b"443",
                "10.0.0.5", "2001:db8::1", "2001:DB8::1", "vpc-1", "VPC-1", "us-east-1", "US-EAST-1", 12345678901, 1773046800,
                "1773046800", 2**63 - 1, 9.3e18, "1e1", "größe", "2024-02-29 23:59:59", 3]


def other_table():
    """The SQL script of the table `other`, for joins and subqueries. It has the same values in
    columns of all affinities and collations."""
    rows = (f"INSERT INTO other VALUES ({i}{(', ' + literal(v)) * len(OTHER)});" for i, v in enumerate(OTHER_VALUES))
    columns = ", ".join(f"{name} {type}" for name, type in OTHER.items())
    return "\n".join([f"CREATE TABLE other(id INTEGER PRIMARY KEY, {columns});", *rows])


def literal(v):
    """A value as an SQL literal."""
    if v is None:
        return "NULL"
    if isinstance(v, (bytes, bytearray)):
        return f"x'{v.hex()}'"
    if isinstance(v, str):
        plain = v.isprintable()     # no NUL, no half of a surrogate pair
        return "'" + v.replace("'", "''") + "'" if plain else f"CAST(x'{v.encode('utf-8', 'surrogateescape').hex()}' AS TEXT)"
    if isinstance(v, float) and v in (float("inf"), float("-inf")):
        return "1e999" if v > 0 else "-1e999"
    return str(int(v)) if isinstance(v, bool) else repr(v)


class Predicates:
    """Makes random predicates. values: some values of each column. python: the predicates run in
    Python, which binds parameters and has added REGEXP and the collation BACKWARDS. Otherwise they
    contain only literals."""

    def __init__(self, seed, values, columns=None, python=True):
        self.rng = random.Random(seed)
        self.values = values
        self.columns = columns or list(values)
        self.python = python
        self.params = {}

    def chance(self, p):
        return self.rng.random() < p

    def column(self):
        """A random column, mostly one that has values."""
        c = self.rng.choice(self.columns)
        return c if self.values[c] or self.chance(0.1) else self.column()

    # ---- values

    def mutate(self, v):
        """A value next to the given one, or the same value in another form."""
        rng = self.rng
        if isinstance(v, int):
            return rng.choice([v + 1, v - 1, v + 0.5, float(v), str(v), f" {v} ", f"{v}.0", f"0{v}", f"{v}e0", -v,
                               str(v).encode(), f"{v}abc", v // 10]) if abs(v) < 2**62 else v
        if isinstance(v, str):
            k = rng.randrange(len(v) + 1)
            forms = [v.upper(), v.lower(), v.swapcase(), v + " ", " " + v, v[:k], v[k:], v + "0", v + "\0", v + "ä", v + v,
                     v.encode("utf-8", "surrogateescape"), v + "'"]
            if v.isascii() and v.isdigit():
                forms += [min(int(v), 2**63 - 1), float(v), v.lstrip("0")] * 2
            return rng.choice(forms)
        return v

    def raw_value(self, c):
        if not self.values[c] or self.chance(0.2):
            return self.rng.choice(ODD)
        v = self.rng.choice(self.values[c])
        return self.mutate(v) if self.chance(0.4) else v

    def value(self, c):
        """An expression to compare the column with."""
        rng, v = self.rng, self.raw_value(c)
        kind = rng.random()
        if kind < 0.5:
            is_natural = isinstance(v, int) and 0 <= v < 2**63
            return hex(v) if is_natural and self.chance(0.2) else literal(v)
        if kind < 0.65 and self.python:
            return self.bind(v)
        if kind < 0.75:
            return f"CAST({literal(v)} AS {rng.choice(['INTEGER', 'TEXT', 'REAL', 'BLOB', 'NUMERIC'])})"
        if kind < 0.8:
            return f"{literal(v)} COLLATE {self.collation()}"
        if kind < 0.85:
            return f"(SELECT {rng.choice(list(OTHER))} FROM other WHERE id = {rng.randrange(len(OTHER_VALUES))})"
        if isinstance(v, int) and abs(v) < 2**50 and self.chance(0.5):
            return f"({v - 3}+3)"
        if isinstance(v, str) and self.chance(0.5):
            k = rng.randrange(len(v) + 1)
            return f"({literal(v[:k])}||{literal(v[k:])})"
        return rng.choice(["(SELECT {})", "(VALUES({}))", "upper({})", "coalesce(NULL, {})", "+{}",
                           "CASE WHEN 1 THEN {} END", "max({}, '')",
                           "abs({})"]).format(literal(v).replace("-9223372036854775808", "-5"))

    def plain_value(self, c):
        """A value without a collation. Which collation IN takes from a compound SELECT is not
        defined: an index changes the answer of an ordinary table."""
        while "COLLATE" in (value := self.value(c)):
            pass
        return value

    def bind(self, v):
        if isinstance(v, str) and any("\udc80" <= letter <= "\udcff" for letter in v):
            return literal(v)       # Python can't bind what is no UTF-8
        name = f"p{len(self.params)}"
        self.params[name] = bytearray(v) if isinstance(v, bytes) and self.chance(0.5) else v
        return f":{name}"

    def collation(self):
        return self.rng.choice(["NOCASE", "RTRIM", "BINARY"] + ["BACKWARDS"] * self.python)

    def pattern(self, c, glob):
        rng = self.rng
        v = self.rng.choice(self.values[c] or ["a"])
        s, any_run, any_one = str(v)[:200], "*" if glob else "%", "?" if glob else "_"
        k = rng.randrange(len(s) + 1)
        j = rng.randrange(k, len(s) + 1)
        out = rng.choice([
            s, s[:k] + any_run, s[:k] + any_run, any_run + s[k:], any_run + s[k:j] + any_run, s[:k] + any_one + s[k + 1:],
            s[:k] + any_run + s[j:], any_run, any_one * len(s), "", "[", s[:k] + "[",
            s[:k] + "[" + s[k:k + 1] + "a-f^]" + s[k + 1:],
            s[:k] + "[^" + s[k:k + 1] + "]" + any_run, "[0-9]" + any_run, any_run * 3 + s[k:], s[:k] + "]",
            s[:k] + any_one * 2 + any_run,
            s[:k] + "\0" + any_run, s + any_one, s[:k] + "\\" + any_run])
        out = rng.choice([out, out, out, out.swapcase(), out.upper()])
        if self.chance(0.08):
            return literal(rng.choice([None, 443, 4, 443.0, b"", b"4%", b"REJECT"]))
        return self.bind(out) if self.python and self.chance(0.2) else literal(out)

    # ---- predicates

    def like(self, c=None):
        rng, c = self.rng, c or self.column()
        op, not_op = rng.choice([("LIKE", "NOT LIKE"), ("LIKE", "NOT LIKE"), ("GLOB", "NOT GLOB")])
        pattern = self.pattern(c, op == "GLOB")
        escape = f" ESCAPE {literal(rng.choice(['a', '1', '%', '_', 'ü']))}" if op == "LIKE" and self.chance(0.2) else ""
        return rng.choice([*[f"«{c}» {op} {pattern}{escape}"] * 3, f"«{c}» {not_op} {pattern}{escape}",
                           f"{pattern} {op} «{c}»"])

    def single(self, c=None):
        """A predicate, mostly on one column."""
        rng, c = self.rng, c or self.column()
        col, v = f"«{c}»", lambda: self.value(c)
        maybe_not = rng.choice(["", "", "NOT "])
        kind = rng.randrange(24)
        if kind < 8:
            op = rng.choice(["=", "=", "=", "==", "<>", "!=", "<", "<=", ">", ">=", "IS", "IS NOT"])
            left = f"{col} COLLATE {self.collation()}" if self.chance(0.1) else col
            return f"{left} {op} {v()}" if self.chance(0.8) else f"{v()} {op} {left}"
        if kind == 8:
            return f"{col} {maybe_not}BETWEEN {v()} AND {v()}"
        if kind < 12:
            left = f"({col} COLLATE {self.collation()})" if self.chance(0.2) else col
            return f"{left} {maybe_not}IN ({', '.join(v() for _ in range(rng.choice([1, 1, 2, 3, 6])))})"
        if kind == 12:
            key = rng.choice(list(OTHER))
            return f"{col} {maybe_not}IN " + rng.choice([f"(SELECT {key} FROM other)",
                                                         f"(SELECT {key} FROM other WHERE {key} IS NOT NULL)",
                                                         f"(SELECT {self.plain_value(c)} UNION ALL SELECT {self.plain_value(c)})",
                                                         "(SELECT x FROM other WHERE 0)"])
        if kind == 13:
            return f"{col} IS {maybe_not}NULL"
        if kind < 17:
            return self.like(c)
        if kind == 17:
            return rng.choice(["NOT ({})", "({}) = 0", "({}) IS NOT TRUE", "likely({})", "CASE WHEN {} THEN 1 END",
                               "({}) IS NULL"]) \
                .format(self.single(c))
        if kind == 18:
            return f"({self.single(c)} OR {self.single(c if self.chance(0.5) else None)})"
        d = self.column()
        pair, w = f"({col}, «{d}»)", lambda: self.value(d)
        if kind == 19:
            return rng.choice([f"{pair} {rng.choice(['=', '<>', '<', '<=', '>', '>=', 'IS', 'IS NOT'])} ({v()}, {w()})",
                               f"{pair} {maybe_not}IN (VALUES ({v()}, {w()}), ({v()}, {w()}))",
                               f"{pair} IN (SELECT {rng.choice(list(OTHER))}, {rng.choice(list(OTHER))} FROM other)",
                               f"{pair} BETWEEN ({v()}, {w()}) AND ({v()}, {w()})"])
        if kind == 20:
            return rng.choice([f"{col} {rng.choice(['=', '<', '>=', 'IS', '<>'])} «{d}»", f"{v()} BETWEEN {col} AND «{d}»",
                               f"{v()} IN ({col}, «{d}»)", f"coalesce({col}, «{d}») = {v()}"])
        if kind == 21:
            return rng.choice([f"CASE {col} WHEN {v()} THEN 1 WHEN {v()} THEN 0 END", col, f"NOT {col}",
                               f"{col} + 0 >= {v()}",
                               f"CASE WHEN {col} > {v()} THEN «{d}» IS NULL ELSE «{d}» = {w()} END", f"length({col}) > {rng.randrange(9)}"])
        if kind == 22:
            key = rng.choice(list(OTHER))
            return rng.choice([f"EXISTS (SELECT 1 FROM other WHERE {key} = {col})",
                               f"NOT EXISTS (SELECT 1 FROM other WHERE {col} = {key})",
                               f"(SELECT count(*) FROM other WHERE {key} > {col}) > 3",
                               f"{col} >= (SELECT avg({key}) FROM other)"])
        if self.python:
            return f"{col} REGEXP {literal(rng.choice(['4', '^1', 'a$', 'ö', '.']))}"
        return f"{col} IS NOT {v()}"

    def query(self, n=1, selects=None):
        """A WHERE clause of n terms, and its parameters. selects(where, params) says whether it
        selects rows. If it is given, most of the clauses do."""
        self.params, where = {}, ""
        for _ in range(n):
            for _ in range(6):
                longer = f"{where} AND {self.single()}" if where else self.single()
                if n == 1 or not selects or selects(longer, self.params):
                    break
            where = longer
        return where, self.params

    def join(self, outer=False):
        """A query that joins {T} with the table `other` or with itself. SQLite chooses the order
        of its rows. outer: a RIGHT or FULL JOIN."""
        rng, c, key = self.rng, self.column(), self.rng.choice(list(OTHER))
        self.params = {}
        on = f"«{c}» {rng.choice(['=', '=', '=', '=', 'IS', '<', '>='])} o.{key}"
        on = rng.choice([on, on, on, f"o.{key} = «{c}»", f"«{c}» = o.{key} COLLATE NOCASE", f"«{c}» IN (o.{key}, o.i)"])
        # SQLite 3.40 lets the left table of a LEFT JOIN drop rows by <>, IS NOT, LIKE, GLOB and
        # cidr_match() of ON, which is wrong, and which a virtual table cannot know.
        d = self.column()
        plain = f"«{d}» {rng.choice(['=', '<', '>='])} {self.value(d)}"
        p, null = self.single(), rng.choice(["1", "o.id IS NULL", "t.line IS NULL"])
        rows, agrees = "SELECT t.file, t.line, o.id FROM", f"{on} AND {p}"
        if outer:
            return rng.choice([
                f"{rows} {{T}} t RIGHT JOIN other o ON {agrees}",
                f"{rows} {{T}} t FULL JOIN other o ON {agrees} WHERE {null}",
                f"{rows} other o RIGHT JOIN {{T}} t ON {on} WHERE {p}", f"{rows} other o FULL JOIN {{T}} t ON {on} WHERE {p}",
            ]), self.params
        return rng.choice([
            f"{rows} {{T}} t JOIN other o ON {on} WHERE {p}", f"{rows} other o JOIN {{T}} t ON {agrees}",
            f"{rows} other o CROSS JOIN {{T}} t ON {agrees}", f"{rows} {{T}} t CROSS JOIN other o ON {agrees}",
            f"{rows} {{T}} t LEFT JOIN other o ON {on} WHERE {p} AND {null}",
            f"{rows} {{T}} t LEFT JOIN other o ON {on} AND {plain} WHERE {null}",
            f"{rows} other o LEFT JOIN {{T}} t ON {agrees} WHERE {null}",
            f"{rows} other o LEFT JOIN {{T}} t ON {on} WHERE {p}",
            f"SELECT o.id, (SELECT count(*) FROM {{T}} t WHERE {agrees}) FROM other o",
            f"SELECT o.id, (SELECT t.file || t.line FROM {{T}} t WHERE {agrees} ORDER BY 1 LIMIT 1 OFFSET 2) FROM other o",
            f"SELECT o.id FROM other o WHERE EXISTS (SELECT 1 FROM {{T}} t WHERE {agrees})",
            f"SELECT o.id FROM other o WHERE o.{key} {rng.choice(['', 'NOT '])}IN (SELECT «{c}» FROM {{T}} t WHERE {p})",
            "SELECT t.file, t.line, u.line FROM {T} t JOIN {T} u ON u.file = t.file AND u.line = t.line + 1 "
            f"WHERE t.line IN (2, 5) AND {p}",
        ]), self.params

    def either(self, name, strict):
        """A condition on addr or port, which stand for two columns each. strict: only conditions
        that must be answered and may not be refused."""
        rng, c, kind = self.rng, {"addr": "srcaddr", "port": "dstport"}[name], {"addr": str, "port": int}[name]

        def v():
            value = self.raw_value(c)
            # Whether 1.5 is compared with '1.50' as a text or as a number depends on where the
            # value comes from.
            while (strict and type(value) is not kind) or (name == "addr" and isinstance(value, (int, float))):
                value = self.raw_value(c)
            return self.bind(value) if self.python and self.chance(0.2) else literal(value)

        column, address = f"«{name}»", rng.choice(IPS)
        return rng.choice([
            *[f"{column} {op} {v()}" for op in ("=", "=", "==", "<>", "!=", "<", "<=", ">", ">=")], f"{v()} = {column}",
            f"{column} BETWEEN {v()} AND {v()}", f"{column} IN ({v()}, {v()}, {v()}, {v()})", f"{column} IN ({v()})",
            f"{column} IN (SELECT {'t' if name == 'addr' else 'i'} FROM other)",
            *[f"cidr_match(«addr», '{rng.choice(CIDRS)}')",
              f"«addr» GLOB '{address[:rng.randrange(9)]}*'"] * 2 * (name == "addr"),
            *[f"{column} LIKE {self.pattern(c, False)}", f"{column} GLOB {self.pattern(c, True)}",
              f"{column} IS NOT NULL"] * (not strict)])
