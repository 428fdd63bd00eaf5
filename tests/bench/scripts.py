# SPDX-License-Identifier: MIT
"""The section `scripts` of bench.py: each script of sql/investigate over the records of 29 fields,
beside `count(*)` of the same files."""

import os
import pathlib
import re

from sides import Failed, cores, say

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "sql" / "investigate"
MOST = 3  # times count(*); a script that takes more needs a reason

# Addresses and an interface of gen.c, for the scripts that ask for them.
PARAMETERS = {
    "src": "187.108.220.228", "host": "10.0.4.116", "a": "10.0.2.18", "b": "10.0.3.165", "eni": "eni-0ff3473900058fef0",
    "subnet": "10.0.4.0/24", "text": "10.0.4.", "new_before": "2024-05-01", "new_since": "2024-05-01 00:05",
    "new_until": "2024-05-02", "trace_from": "10.0.4.116", "trace_to": "10.0.2.18", "week": "2024-04-29",
}
INDICATORS = f"CREATE TABLE indicators AS SELECT '{PARAMETERS['src']}' AS cidr, 'a test' AS note"

CONNECTIONS = "makes connections of all records"
EACH = "makes connections of all records, and SQLite has a row for each"
GROUPS = "nearly each connection is a group of its own here"
REASONS = {
    "admin-ports": CONNECTIONS, "bad-addresses": EACH, "cleartext": CONNECTIONS, "connections-latest": EACH, "cross-az": EACH,
    "dns-resolvers": CONNECTIONS, "from-to": CONNECTIONS, "mining-pools": CONNECTIONS, "server-ports": CONNECTIONS,
    "to-text-prefix": CONNECTIONS, "uncommon-ports": EACH, "unusual-protocols": CONNECTIONS, "eni": CONNECTIONS,
    "conversation": CONNECTIONS, "host-seen": CONNECTIONS,
    "services-used": GROUPS, "got-in": GROUPS, "inbound-external": f"{GROUPS}, and is grouped once more by server and by client",
    "port-scans": f"{GROUPS}, and is grouped once more by pair and by service",
    "data-leaving": "SQLite sorts the connections by pair, each with its way",
    "new-talkers": "SQLite sorts the connections twice, by address and by service",
    "top-talkers": "SQLite sorts both ends of each connection by address",
    "beaconing": "SQLite sorts the connections by pair and time, and the pauses by length",
    "nat-traffic": "reads twice: NAT gateways are found among all connections",
    "rates": "SQLite has a row for each record, and another for each minute of it",
    "coverage": "reads twice; SQLite sorts the minutes of each interface",
    "rejects-inside": "nearly each rejected record is a group of its own here",
    "period-check": "reads twice: the records, and then file by file in one thread",
    "outside-hours": "SQLite sorts the sums of each pair and minute, which here are of one record",
}


def script(bench, data, path):
    command = ["sqlite3", "-init", os.devnull, "-cmd", f".load {bench.sides.build}/flowlogs", "-cmd", ".parameter init"]
    text = path.read_text()
    for name, value in {"logs": data.folder, **PARAMETERS}.items():
        if re.search(rf"'@{name}'|@{name}\b", text):
            command += ["-cmd", f".parameter set @{name} \"'{value}'\""]
    if "indicators" in text:
        command += ["-cmd", INDICATORS]
    return bench.sides.measured([*command, ":memory:", f".read '{path}'"])


def scripts(bench, table, seconds, ratio):
    data = bench.data("v5", "gzip")
    say(f"scripts: {data.records:,} records")
    bench.sides.yardstick(data.files(), cores())
    count = bench.best("count(*)", 3, us=lambda: bench.sides.flowlogs(f"SELECT count(*) FROM flowlogs('{data.folder}')"))["us"]
    connections = bench.best("connections", 2, us=lambda: bench.sides.flowlogs(f"SELECT count(*) FROM flowlogs_connections('{data.folder}')"))["us"]
    rows = []
    for path in sorted(FOLDER.glob("*.sql")):
        run = bench.best(path.stem, 2, us=lambda: script(bench, data, path))["us"]
        times = 0 if isinstance(run, Failed) else max(run.cpu / count.cpu, run.seconds / count.seconds)
        reason = REASONS.get(path.stem, "**none is known**") if times > MOST else ""
        rows.append((times, (path.stem, seconds(run), ratio(run, count), ratio(run, count, "cpu"), reason)))
    rows.sort(key=lambda row: -row[0])
    print(f"\n### The scripts of `sql/investigate`, {data.records:,} records of 29 fields in gzip files\n")
    print(table(("script", "s", "times `count(*)`", "times its processor time", "why more than 3 times"), [row for _, row in rows]))
    print(f"\n`count(*)` takes {seconds(count)} s, and `count(*)` of flowlogs_connections {ratio(connections, count)} times as long, "
          f"and {ratio(connections, count, 'cpu')} times the processor time.")
