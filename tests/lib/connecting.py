# SPDX-License-Identifier: MIT
"""Rows of flowlogs_connections as dicts, from the extension and from connections.py, and their
comparison."""

import collections
import json
import re

import connections
from builds import BUILDS, connect, quote
from connections import END_COLUMNS, HIDDEN, SHOWN

SERVICES = None     # asked once


def services():
    global SERVICES
    if SERVICES is None:
        SERVICES = connections.services_of(connect(BUILDS[0]))
    return SERVICES


def in_seconds(idle):
    """The option idle, which may be a number with a unit."""
    number, unit = re.fullmatch("([0-9]+)([smhd]?)", str(idle)).groups()
    return int(number) * {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}[unit]


def reference_rows(records, **options):
    """What connections.py says of records, or of the files below a path with on_error = 'skip'."""
    if not isinstance(records, list):
        records = connections.usable_records([str(records)])
    if "idle" in options:
        options["idle"] = in_seconds(options["idle"])
    return connections.connections(records, services(), **options)


def literal(value):
    if isinstance(value, (list, tuple)):
        value = json.dumps(value)
    return str(value) if isinstance(value, int) else quote(value)


def source(path, **options):
    """FROM and WHERE of a query with options, which are hidden columns."""
    given = {"on_error": "skip", **options}
    return f"FROM flowlogs_connections({quote(str(path))}) WHERE " + " AND ".join(f"{n} = {literal(v)}" for n, v in given.items())


def value(text):
    """The value that SQLite's quote() shows."""
    if text == "NULL":
        return None
    return text[1:-1].replace("''", "'") if text.startswith("'") else int(text)


def table_rows(build, path, columns=SHOWN + HIDDEN, cwd=None, **options):
    """What the extension says: in this process for the release build, which is quicker, and in a
    shell for the other one."""
    if build.name == "release" and cwd is None:
        db = connect(build)
        db.text_factory = lambda b: b.decode("utf-8", "surrogateescape")
        rows = db.execute(f"SELECT {', '.join(columns)} {source(path, **options)}").fetchall()
        db.close()
    else:
        shown = ", ".join(f"quote({c})" for c in columns)
        rows = [list(map(value, row)) for row in build.rows(f"SELECT {shown} {source(path, **options)};", **({"cwd": cwd} if cwd else {}))]
    assert all(len(row) == len(columns) for row in rows), rows[:3]
    return [dict(zip(columns, row)) for row in rows]


def same_rows(got, want):
    """Asserts that the extension has the rows of connections.py. Of the values that records tell
    for an end, it shows one."""
    by_values = {tuple(r[c] for c in SHOWN): r for r in got}
    expected = {tuple(r[c] for c in SHOWN): r for r in want}
    missing, extra = [[r for v, r in a.items() if v not in b] for a, b in ((expected, by_values), (by_values, expected))]
    assert not missing and not extra, difference(missing, extra)
    assert len(got) == len(want) == len(by_values)
    for values, row in by_values.items():
        for end in ("client", "server"):
            shown, told = tuple(row[f"{end}_{c}"] for c in END_COLUMNS), expected[values][f"{end}_told"]
            assert shown in told if told else set(shown) == {None}, f"{end}: {shown} instead of {told}\nof {row}"


def difference(missing, extra):
    """The first rows that differ, of the same ends if possible."""
    def ends(row):
        return {(row["client"], row["client_port"]), (row["server"], row["server_port"])}, row["protocol"]
    lines = [f"{len(missing)} rows are missing, {len(extra)} are too many"]
    for row in (missing or extra)[:3]:
        like = [r for r in extra if missing and ends(r) == ends(row)][:2]
        lines += [f"  {'missing' if missing else 'too many'}: {row}"] + \
            [f"    instead: { {c: (r[c], row[c]) for c in SHOWN if r[c] != row[c]} }" for r in like]
    return "\n".join(lines)


# ---- the truth ---------------------------------------------------------------------------------

FACTS = """client client_port server server_port protocol first_seen last_seen client_packets client_bytes server_packets server_bytes
    is_nat_leg""".split()


def fact_of(truth):
    """What a row must say to be right, as the table spells it."""
    client, client_port, server, *others = truth.fact()
    client, server = (connections.spelled(connections.number(a)) for a in (client, server))
    return (client, client_port, server, *others)


def judge(rows, truths):
    """How many of the true connections have a row in which all FACTS are right, by kind: {kind:
    [right, all]}; and the rows that are no true connection."""
    left = collections.Counter(tuple(r[c] for c in FACTS) for r in rows)
    shares = {}
    for t in truths:
        fact = fact_of(t)
        share = shares.setdefault(t.kind, [0, 0])
        share[1] += 1
        if left[fact]:
            left[fact] -= 1
            share[0] += 1
    return shares, list(left.elements())
