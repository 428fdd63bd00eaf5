# SPDX-License-Identifier: MIT
"""The section `containers` of bench.py: the default records in the forms in which CloudWatch, Firehose
and programs deliver them, read by one thread, in bytes of uncompressed text for each second of
processor time."""

import gzip
import json
import os

from sides import FIELDS

COMPACT = (",", ":")


def parts(lines, n):
    for i in range(0, len(lines), n):
        yield i, lines[i:i + n]


def events(lines):
    """filter-log-events, as the AWS CLI prints it, in pages."""
    for at, page in parts(lines, 10000):
        yield json.dumps({"events": [{
            "logStreamName": f"eni-{i % 50:017x}-all", "timestamp": 1700000000000 + i, "message": line,
            "ingestionTime": 1700000005000 + i, "eventId": f"{i:056d}"} for i, line in enumerate(page, at)],
            "searchedLogStreams": []}, indent=4) + "\n"


def subscription(lines):
    for at, page in parts(lines, 100):
        yield json.dumps({
            "messageType": "DATA_MESSAGE", "owner": "123456789012", "logGroup": "/vpc/flow", "logStream": f"eni-{at % 50:017x}-all",
            "subscriptionFilters": ["all"], "logEvents": [{"id": f"{i:056d}", "timestamp": 1700000000000 + i, "message": line}
                                                          for i, line in enumerate(page, at)]}, separators=COMPACT)


def messages(lines):
    return (json.dumps({"message": line}, separators=COMPACT) + "\n" for line in lines)


def texts(lines):
    return (json.dumps(line) + "\n" for line in lines)


def insights(lines):
    yield json.dumps([{"@timestamp": "2024-05-01 00:05:00.000", "@message": line, "@logStream": "eni-1-all",
                       "@log": "123456789012:/vpc/flow"} for line in lines], indent=2)


def fields(lines):
    return (json.dumps({k: int(v) if v.isdigit() else v for k, v in zip(FIELDS, line.split())}, separators=COMPACT) + "\n"
            for line in lines)


def console(lines):
    yield "timestamp,message\n"
    for i, line in enumerate(lines):
        yield f"{1700000000000 + i},{line}\n"


# What it is, the function that writes it, and whether each piece is a gzip member of its own.
FORMS = [
    ("lines, without JSON", lambda lines: (f"{line}\n" for line in lines), False),
    ("`filter-log-events`, indented", events, False),
    ("subscriptions", subscription, False),
    ("subscriptions in gzip members", subscription, True),
    ("`{\"message\": …}`, as Firehose", messages, False),
    ("JSON texts", texts, False),
    ("Logs Insights, `@message`", insights, False),
    ("fields as keys", fields, False),
    ("the console's CSV", console, False),
]


def make(folder, name, form, in_gzip, lines):
    """Writes the form to a file, if it is not there.  Returns the path and the bytes of its text."""
    path, size = folder / name, folder / f"{name}.size"
    if not size.exists():
        n = 0
        with open(path, "wb") as f:
            for piece in form(lines):
                data = piece.encode()
                n += len(data)
                f.write(gzip.compress(data, 6) if in_gzip else data)
        size.write_text(str(n))
    return path, int(size.read_text())


def containers(bench, table, rounds):
    data = bench.data("default", "plain", bench.records // 10)
    folder = bench.folder / f"containers-{data.records}"
    folder.mkdir(exist_ok=True)
    lines = [line for file in data.files() for line in file.read_text().splitlines()[1:]]
    os.sync()
    rows = []
    for i, (what, form, in_gzip) in enumerate(FORMS):
        path, size = make(folder, f"{i}", form, in_gzip, lines)
        row = [what, f"{size / 1e6:,.0f}"]
        for ask in ("count(*)", "count(*), sum(bytes)"):
            sql = f"SELECT {ask} FROM flowlogs('{path}') WHERE threads = 0"
            run = min(bench.best(f"{what}: {ask}", 1, us=lambda: bench.sides.flowlogs(sql))["us"].cpu for _ in range(rounds))
            row += [f"{run / len(lines) * 1e9:.0f}", f"{size / 1e6 / run:,.0f}"]
        rows.append(row)
    print(f"\n### {data.records:,} records in JSON and CSV, by one thread\n")
    print(table(("form", "MB", "`count(*)` ns per record", "MB/s", "with `sum(bytes)` ns per record", "MB/s"), rows))
