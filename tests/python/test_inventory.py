# SPDX-License-Identifier: MIT
"""The scripts of sql/inventory. The tables that the loaders make are what Python's json and csv
read. The answers are what Python computes with them from the records that tests/lib/reference.py
reads."""

import collections
import csv
import datetime
import functools
import gzip
import ipaddress
import json
import random
import re
import shutil
import sqlite3
import subprocess

import pytest

import connecting
import connections
import prompt
import reference
from builds import ROOT

SAMPLE = "tests/data/AWSLogs"
FOLDER = ROOT / "tests/data/inventory"
LOADERS = {
    "load-subnets": ("subnets", "subnets", "Subnets"),
    "load-interfaces": ("interfaces", "interfaces", "NetworkInterfaces"),
    "load-instances": ("instances", "instances", "Reservations"),
    "load-security-groups": ("security_groups", "security_groups", "SecurityGroups"),
    "load-aws-ranges": ("ranges", "aws_ranges", "prefixes")}


@functools.cache
def sample():
    return tuple(reference.read([str(ROOT / SAMPLE)]))


def shell(build, script, database=":memory:", env=None, **parameters):
    args = [shutil.which("sqlite3"), "-batch", "-cmd", f".load {build.extension}", "-cmd", ".parameter init"]
    for name, value in parameters.items():
        literal = str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"
        args += ["-cmd", ".parameter set @%s \"%s\"" % (name, literal.replace('"', '\\"'))]
    return subprocess.run([*args, "-cmd", '.separator "\\t"', "-cmd", ".nullvalue NULL", str(database),
                           f".read sql/inventory/{script}.sql"], cwd=ROOT, text=True, capture_output=True, timeout=60,
                          env={**build.env, **(env or {})})


SAMPLES = {
    "load-subnets": {"subnets": json.dumps([str(p) for p in sorted(FOLDER.glob("subnets-*.json"))])},
    "load-interfaces": {"interfaces": json.dumps([str(p) for p in sorted(FOLDER.glob("network-interfaces-*.json"))])},
    "load-instances": {"instances": json.dumps([str(p) for p in sorted(FOLDER.glob("instances-*.json"))])},
    "load-security-groups": {"security_groups": json.dumps([str(p) for p in sorted(FOLDER.glob("security-groups-*.json"))])},
    "load-aws-ranges": {"ranges": FOLDER / "ip-ranges.json"},
    "load-resolver-names": {"resolver_logs": ROOT / "tests/data/resolver"}}


def load(build, script, database):
    """Loads files of the sample inventory, by name, into a database."""
    env = {"ASSETS": str(FOLDER / "assets.csv"), "HISTORY": str(FOLDER / "history.csv")}
    done = shell(build, script, database, env=env, **SAMPLES.get(script, {}))
    assert done.returncode == 0 and done.stderr == "", done.stderr


def answer(build, script, *args, loads, **kwargs):
    """The rows that a script prints, without the first `loads` lines, which its loaders print."""
    done = shell(build, script, *args, **kwargs)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    return [line.split("\t") for line in done.stdout.split("\n")[loads:-1]]


def table(database, sql):
    db = sqlite3.connect(database)
    rows = db.execute(sql).fetchall()
    db.close()
    return rows


def documents(name):
    return [json.loads(p.read_text()) for p in sorted(FOLDER.glob(f"{name}-*.json"), reverse=True)]


def tag(tags, key="Name"):
    return next((t["Value"] for t in tags if t["Key"] == key), None)


def text(value):
    return "NULL" if value is None else str(value)


def short(ip):
    return str(ipaddress.ip_address(ip))


# ---- the tables ------------------------------------------------------------------------------

def subnets():
    rows = []
    for s in [s for d in documents("subnets") for s in d["Subnets"]]:
        cidrs = [s["CidrBlock"]] + [a["Ipv6CidrBlock"] for a in s["Ipv6CidrBlockAssociationSet"]
                                    if a["Ipv6CidrBlockState"]["State"] == "associated"]
        rows += [(c, s["SubnetId"], tag(s["Tags"]), s["VpcId"], s["AvailabilityZoneId"], s["OwnerId"]) for c in cidrs]
    return rows


def interfaces():
    return [e for d in documents("network-interfaces") for e in d["NetworkInterfaces"]]


def interface_addresses():
    rows = []
    for e in interfaces():
        for p in e["PrivateIpAddresses"]:
            rows.append((p["PrivateIpAddress"], e["NetworkInterfaceId"], "primary" if p["Primary"] else "secondary"))
            if "Association" in p:
                rows.append((p["Association"]["PublicIp"], e["NetworkInterfaceId"], "public"))
        rows += [(short(a["Ipv6Address"]), e["NetworkInterfaceId"], "ipv6") for a in e["Ipv6Addresses"]]
    return rows


def ranges(document):
    found = collections.defaultdict(lambda: (set(), set(), set()))
    for p in document["prefixes"] + document["ipv6_prefixes"]:
        entry = found[p.get("ip_prefix") or p["ipv6_prefix"]]
        for values, key in zip(entry, ("service", "region", "network_border_group")):
            values.add(p[key])
    return [(cidr, " ".join(sorted(s - {"AMAZON"})) or "AMAZON", max(r), max(b)) for cidr, (s, r, b) in found.items()]


def test_subnets_are_loaded(build, tmp_path):
    database = tmp_path / "my.db"
    load(build, "load-subnets", database)
    assert sorted(table(database, "SELECT * FROM subnets")) == sorted(subnets())
    assert any(":" in row[0] for row in subnets())


def test_interfaces_are_loaded(build, tmp_path):
    database = tmp_path / "my.db"
    load(build, "load-interfaces", database)
    assert sorted(table(database, "SELECT * FROM interface_addresses")) == sorted(interface_addresses())
    assert {kind for _, _, kind in interface_addresses()} == {"primary", "secondary", "public", "ipv6"}
    assert sorted(table(database, "SELECT interface_id, name, type, status, instance_id, subnet_id, vpc_id, az, account_id, "
                                  "security_groups FROM interfaces")) == sorted(
        (e["NetworkInterfaceId"], tag(e["TagSet"]), e["InterfaceType"], e["Status"],
         e.get("Attachment", {}).get("InstanceId"), e["SubnetId"], e["VpcId"], e["AvailabilityZone"], e["OwnerId"],
         " ".join(g["GroupId"] for g in e["Groups"]) or None) for e in interfaces())


def test_interfaces_fit_the_logs(release, tmp_path):
    """The interfaces of the sample inventory are those of the sample logs."""
    database = tmp_path / "my.db"
    load(release, "load-interfaces", database)
    logged = {r.get("interface_id") for r in sample()}
    known = {i for i, in table(database, "SELECT interface_id FROM interfaces")}
    assert known <= logged and len(known) == 26


def test_instances_are_loaded(build, tmp_path):
    database = tmp_path / "my.db"
    load(build, "load-instances", database)
    expected = []
    for d in documents("instances"):
        for r in d["Reservations"]:
            for i in r["Instances"]:
                expected.append((i["InstanceId"], tag(i["Tags"]), i["InstanceType"], i["State"]["Name"], i["PrivateIpAddress"],
                                 i.get("PublicIpAddress"), i["SubnetId"], i["VpcId"], r["OwnerId"], "2026-01-12 07:30:00", "prod"))
    assert sorted(table(database, "SELECT instance_id, name, type, state, private_ip, public_ip, subnet_id, vpc_id, account_id,"
                                  " launched, tags ->> 'env' FROM instances"), key=str) == sorted(expected, key=str)


def test_ranges_are_loaded(build, tmp_path):
    database = tmp_path / "my.db"
    load(build, "load-aws-ranges", database)
    assert sorted(table(database, "SELECT * FROM aws_ranges")) == sorted(ranges(json.loads((FOLDER / "ip-ranges.json").read_text())))


def test_assets_are_loaded(build, tmp_path):
    database = tmp_path / "my.db"
    load(build, "load-assets", database)
    with open(FOLDER / "assets.csv", newline="") as f:
        expected = [(short(r["ip"]), r["name"], r["owner"] or None) for r in csv.DictReader(f)]
    assert sorted(table(database, "SELECT * FROM assets")) == sorted(expected)
    assert ("10.0.1.13", 'app-3, "canary"', "checkout") in expected


def test_assets_as_spreadsheets_write_them(build, tmp_path):
    (tmp_path / "it's.csv").write_bytes("\ufeffowner;x,ip,Rack,name,owner\r\na,10.0.0.1 ,7,größe,\"the \"\"a\"\" team\"\r\n"
                                        "a,::FFFF:10.0.0.2,7,b,\r\n".encode())
    database = tmp_path / "my.db"
    done = shell(build, "load-assets", database, env={"ASSETS": str(tmp_path / "it's.csv")})
    assert done.returncode == 0 and done.stderr == "", done.stderr
    assert table(database, "SELECT * FROM assets ORDER BY ip") == [
        ("10.0.0.1", "größe", 'the "a" team'), ("10.0.0.2", "b", None)]


@pytest.mark.parametrize("script", LOADERS)
def test_loading_again_replaces(release, tmp_path, script):
    parameter, name, key = LOADERS[script]
    database, file = tmp_path / "my.db", tmp_path / "one.json"
    load(release, script, database)
    whole = table(database, f"SELECT * FROM {name} ORDER BY 1, 2")
    assert shell(release, script, database).stdout.endswith("\tas before\n")        # the list does not name it, so it stays
    assert table(database, f"SELECT * FROM {name} ORDER BY 1, 2") == whole
    document = json.loads((FOLDER / ("ip-ranges.json" if name == "aws_ranges" else sorted(
        p.name for p in FOLDER.glob(f"*{name.replace('_', '-')}-us-east-1.json"))[0])).read_text())
    document[key] = document[key][:2]
    document.pop("ipv6_prefixes", None)
    file.write_text("\ufeff" + json.dumps(document))                                # with a byte order mark, as programs on Windows write it
    for _ in range(2):
        done = shell(release, script, database, **{parameter: file})
        assert done.returncode == 0 and done.stderr == ""
        rows = table(database, f"SELECT * FROM {name} ORDER BY 1, 2")
        assert 0 < len(rows) <= 3 and set(rows) < set(whole) | {r for r in rows if name == "aws_ranges"}


BAD = {
    "nowhere": (None, "there is no such file"),
    "no JSON": (b"{\"Subnets\": [", "is no JSON"),
    "UTF-16": ('{"Subnets": []}'.encode("utf-16"), "is no JSON"),
    "of another kind": (b'{"Vpcs": []}', "has no array"),
    "an array": (b"[]", "has no array"),
    "no array in it": (b'{"Subnets": {}, "NetworkInterfaces": {}, "Reservations": {}, "SecurityGroups": {}, "prefixes": {}}', "has no array"),
    "more to come": (b'{"Subnets": [], "NetworkInterfaces": [], "Reservations": [], "SecurityGroups": [], "prefixes": [], "NextToken": "abc"}',
                     "has a NextToken"),
    "of nothing": (b'{"Subnets": [{}], "NetworkInterfaces": [{}], "Reservations": [{"Instances": [{}]}], "SecurityGroups": [{}], "prefixes": [{}]}',
                   "NOT NULL constraint failed"),
    "empty": (b'{"Subnets": [], "NetworkInterfaces": [], "Reservations": [], "SecurityGroups": [], "prefixes": []}', "is empty: set @")}


@pytest.mark.parametrize("case", BAD)
@pytest.mark.parametrize("script", LOADERS)
def test_what_cannot_be_loaded(release, tmp_path, script, case):
    """A list that cannot be loaded is an error. The table stays as it was before, and if there was
    none, none is made."""
    parameter, name, _ = LOADERS[script]
    content, said = BAD[case]
    file, database = tmp_path / "bad.json", tmp_path / "my.db"
    if content is not None:
        file.write_bytes(content)
    done = shell(release, script, database, **{parameter: file})
    assert done.returncode != 0 and said in done.stdout + done.stderr
    assert table(database, "SELECT name FROM sqlite_schema") == []
    load(release, script, database)
    before = table(database, f"SELECT * FROM {name}")
    good = json.loads(json.dumps(documents("subnets")[0])) if name == "subnets" else None
    files = str(file)
    if good:                                            # the good row is not loaded either
        (tmp_path / "good.json").write_text(json.dumps(good))
        files = json.dumps([str(tmp_path / "good.json"), str(file)])
    done = shell(release, script, database, **{parameter: files})
    if not (good and case == "empty"):
        assert done.returncode != 0 and said in done.stdout + done.stderr
        assert table(database, f"SELECT * FROM {name}") == before


ASSETS = {
    "nowhere": (None, "No such file"),
    "empty": (b"", "empty file"),
    "no address": (b"ip,name,owner\n10.0.0.1,a,\n10.0.0.300,b,\n", "10.0.0.300"),
    "twice": (b"ip,name,owner\n2001:db8::1,a,\n2001:DB8:0::1,b,\n", "is there twice"),
    "no name": (b"ip,name,owner\n10.0.0.1,,x\n", "has no name"),
    "no column ip": (b"address,name,owner\n10.0.0.1,a,x\n", "must name the columns ip, name and owner"),
    "nothing in it": (b"ip,name,owner\n", "is empty: set ASSETS")}


@pytest.mark.parametrize("case", ASSETS)
def test_assets_that_cannot_be_loaded(release, tmp_path, case):
    content, said = ASSETS[case]
    file, database = tmp_path / "bad.csv", tmp_path / "my.db"
    if content is not None:
        file.write_bytes(content)
    load(release, "load-assets", database)
    before = table(database, "SELECT * FROM assets")
    done = shell(release, "load-assets", database, env={"ASSETS": str(file)})
    assert done.returncode != 0 and said in done.stdout + done.stderr
    assert table(database, "SELECT * FROM assets") == before


@pytest.mark.parametrize("script", ["who-is-who", "subnet-traffic", "aws-services", "unknown-addresses", "who-had", "idle",
                                    "security-group-rules", "outside-names"])
def test_own_logs_and_databases_never_meet_the_samples_inventory(release, tmp_path, script):
    logs = tmp_path / "logs"
    shutil.copytree(ROOT / SAMPLE / "123456789012/vpcflowlogs/us-east-1/2026/03/10", logs)
    for database, parameters in ((":memory:", {"logs": logs}), (tmp_path / "my.db", {"logs": logs}), (tmp_path / "my.db", {})):
        done = shell(release, script, database, had="10.0.1.13", **parameters)
        assert done.returncode != 0 and "is empty: set " in done.stderr
    assert table(tmp_path / "my.db", "SELECT name FROM sqlite_schema") == []


OPEN = "cannot commit - no transaction is active"
MISTAKES = {
    "load-subnets": ('.parameter set @subnets "\'{bad}\'"', "nothing was loaded, for the problem above"),
    "load-interfaces": ('.parameter set @interfaces "\'{nothing}\'"', "NOT NULL constraint failed: interfaces.interface_id"),
    "load-instances": ('.parameter set @instances "\'{empty}\'"', "is empty: set @instances"),
    "load-security-groups": ('.parameter set @security_groups "\'{rule}\'"', "NOT NULL constraint failed: security_group_rules.protocol"),
    "load-aws-ranges": ("", "is empty: set @ranges"),
    "load-resolver-names": ('.parameter set @resolver_logs "\'{bad}\'"', "nothing was loaded, for the problems above"),
    "load-assets": (".system true", "is empty: set ASSETS"),
    "load-history": (".system true", "is empty: set HISTORY"),
    "history-snapshot": (".parameter set @at 1", "rows that are newer than @at"),
}


@pytest.mark.parametrize("script", MISTAKES)
def test_somebody_types_and_makes_a_mistake(release, tmp_path, script):
    """The shell goes on, no transaction is open, and nothing has changed."""
    before, message = MISTAKES[script]
    database = tmp_path / "my.db"
    for name, content in (("bad", "{"), ("nothing", '{"NetworkInterfaces": [{}]}'), ("empty", '{"Reservations": []}'),
                          ("rule", '{"SecurityGroups": [{"GroupId": "sg-1", "IpPermissions": [{"IpProtocol": "gopher", "IpRanges": [{"CidrIp": "::/0"}]}]}]}')):
        (tmp_path / name).write_text(content)
    if script == "history-snapshot":
        assert shell(release, script, database, env={"ASSETS": str(FOLDER / "assets.csv")}, at="2026-04-01").returncode == 0
        before = ".parameter set @at \"'2026-03-01'\""
    tables = [n for n, in table(database, "SELECT name FROM sqlite_schema WHERE type = 'table'")]
    rows = {n: table(database, f"SELECT * FROM {n}") for n in tables}
    status, out = prompt.typed(release, database, [before.format(**{n: tmp_path / n for n in ("bad", "nothing", "empty", "rule")}),
                                                   f".read sql/inventory/{script}.sql", "COMMIT;", "SELECT 'still', 'here';"], ROOT)
    assert status == 7 and message in out and OPEN in out and "still|here" in out
    assert [n for n, in table(database, "SELECT name FROM sqlite_schema WHERE type = 'table'")] == tables
    assert {n: table(database, f"SELECT * FROM {n}") for n in tables} == rows


def test_a_table_that_somebody_emptied_is_an_error(release, tmp_path):
    database = tmp_path / "my.db"
    load(release, "load-subnets", database)
    sqlite3.connect(database, isolation_level=None).execute("DELETE FROM subnets")
    done = shell(release, "subnet-traffic", database)
    assert done.returncode == 1 and "the table subnets is empty: set @subnets" in done.stderr


def test_interfaces_beside_the_view_of_that_name(release):
    out = release.shell(".parameter init\n.output /dev/null\n.read sql/views.sql\n.output\n.read sql/inventory/load-interfaces.sql\n"
                        ".read sql/inventory/who-is-who.sql")
    assert "Error" not in out and "error" not in out and out.count("interfaces|26|") == 2


# ---- the questions ---------------------------------------------------------------------------

def longest(networks, ip):
    """The value of the longest prefix that contains the address, from (network, value) pairs."""
    address = ipaddress.ip_address(ip)
    held = [(n.prefixlen, v) for n, v in networks if n.version == address.version and address in n]
    return max(held, key=lambda x: x[0])[1] if held else None


def per(records, key):
    """The sums by key(record), as key -> [flows, bytes], of the records whose key is not None. A
    sum of only NULLs is None."""
    found = collections.defaultdict(lambda: [0, None])
    for r in records:
        k = key(r)
        if k is not None:
            found[k][0] += 1
            if r.get("bytes") is not None:
                found[k][1] = (found[k][1] or 0) + r["bytes"]
    return found


@functools.cache
def met():
    """Both ends of each connection of the sample: what each sent to the other."""
    return [c | {"ip": c[own], "other": c[other], "sent": c[f"{own}_bytes"], "received": c[f"{other}_bytes"],
                 "packets": c[f"{own}_packets"], "asks": own == "client", "at": reference.utc(c["first_seen"])}
            for c in connections.connections(sample(), connecting.services()) for own, other in (("client", "server"), ("server", "client"))]


def assets():
    with open(FOLDER / "assets.csv", newline="") as f:
        return {short(r["ip"]): (r["name"], r["owner"] or None) for r in csv.DictReader(f)}


def test_who_is_who(build):
    nets = [(ipaddress.ip_network(r[0]), f"{r[1]} {r[2]}") for r in ranges(json.loads((FOLDER / "ip-ranges.json").read_text()))]
    named = {e["NetworkInterfaceId"]: tag(e["TagSet"]) or e["Description"] for e in interfaces()}
    faces = {ip: named[eni] for ip, eni, _ in interface_addresses()}
    expected = []
    once = [c | {"bytes": c["sent"]} for c in met() if not c["is_nat_leg"]]
    for ip, (flows, size) in per(once, lambda c: c["ip"]).items():
        name, owner = assets().get(short(ip), (None, None))
        expected.append([ip, text(name or faces.get(short(ip)) or longest(nets, ip)), text(owner), str(flows), text(size)])
    expected.sort(key=lambda row: (1 if row[4] == "NULL" else -int(row[4]), row[0]))
    assert answer(build, "who-is-who", loads=3, top=100000) == expected
    names = {row[1] for row in expected}
    assert {"web-2 (IPv6)", "office VPN", "S3 us-east-1", "EC2 S3 eu-central-1", "NULL"} <= names
    assert "Interface for NAT Gateway nat-0325382f7cb095211" not in names          # what it sends on is the instances'


def test_subnet_traffic_is_the_computed_one(build):
    nets = [(ipaddress.ip_network(s[0]), f"{s[2]} {s[0]}") for s in subnets()]
    where = functools.cache(lambda ip: longest(nets, ip) or "elsewhere")
    once = [c | {"bytes": c["sent"]} for c in met() if not c["is_nat_leg"] and c["packets"] != 0]
    both = per(once, lambda c: (where(c["ip"]), where(c["other"])))
    rejected = per([c for c in once if c["rejected"]], lambda c: (where(c["ip"]), where(c["other"])))
    known = {(where(c["ip"]), where(c["other"])) for c in once if c["rejected"] is not None}
    expected = [[s, d, str(flows), str(rejected[s, d][0]) if (s, d) in known else "NULL", str(size)] for (s, d), (flows, size) in both.items()]
    assert answer(build, "subnet-traffic", loads=1, top=1000) == sorted(expected, key=lambda r: (-int(r[4]), r[0], r[1]))
    assert any(row[0] == "public 2600:1f18:4a3b:1200::/64" for row in expected)


def test_aws_services_are_the_computed_ones(build):
    nets = [(ipaddress.ip_network(r[0]), (r[1], r[2])) for r in ranges(json.loads((FOLDER / "ip-ranges.json").read_text()))]
    where = functools.cache(lambda ip: longest(nets, ip))
    expected = {}
    for c in met():
        if not c["is_nat_leg"] and where(c["ip"]):
            e = expected.setdefault(where(c["ip"]), [0, 0, 0, set()])
            e[0], e[1], e[2] = e[0] + 1, e[1] + c["received"], e[2] + c["sent"]
            e[3].add(c["ip"])
    expected = [[*k, *map(str, e[:3]), str(len(e[3]))] for k, e in expected.items()]
    assert answer(build, "aws-services", loads=1) == sorted(expected, key=lambda r: (-int(r[3]) - int(r[4]), r[0], r[1]))


def test_aws_services_longest_prefix(build, tmp_path):
    """An address belongs to the narrowest prefix. For example, a prefix of S3 lies within one of
    the whole of AMAZON."""
    database = tmp_path / "my.db"
    load(build, "load-aws-ranges", database)
    assert build.database(database, "SELECT (SELECT service FROM aws_ranges WHERE rowid = cidr_lookup('aws_ranges', 'cidr', ip))"
                                    " FROM (SELECT '52.1.2.3' AS ip UNION ALL SELECT '52.216.8.1');") == "AMAZON\nS3\n"


def test_unknown_addresses_are_the_computed_ones(build):
    nets = [(ipaddress.ip_network(s[0]), s[2]) for s in subnets()]
    known = set(assets()) | {ip for ip, _, _ in interface_addresses()}
    found = {}
    for c in met():
        ip = c["ip"]
        if longest(nets, ip) and ip not in known:
            e = found.setdefault(ip, [0, 0, 0, 0, 0, c["first_seen"], c["last_seen"]])
            for i, n in enumerate((c["asks"], not c["asks"], c["rejected"] > 0, c["sent"], c["received"])):
                e[i] += n
            e[5], e[6] = min(e[5], c["first_seen"]), max(e[6], c["last_seen"])
    expected = [[ip, longest(nets, ip), *map(str, e[:5]), reference.utc(e[5]), reference.utc(e[6])] for ip, e in found.items()]
    assert sorted(row[0] for row in expected) == ["10.0.1.31", "172.31.1.31"]
    assert answer(build, "unknown-addresses", loads=3) == sorted(expected, key=lambda r: (-int(r[2]) - int(r[3]), r[0]))


@pytest.mark.parametrize("script, unknown", [("unknown-addresses", [4, 5, 6]), ("subnet-traffic", [3, 4]), ("aws-services", [3, 4])])
def test_what_the_logs_do_not_say_is_null(release, tmp_path, script, unknown):
    """Logs without action and bytes tell neither how much was rejected nor how much was sent."""
    (tmp_path / "a.log").write_text("srcaddr dstaddr srcport dstport protocol start end\n10.0.1.31 52.216.8.1 40000 443 6 1773046800 1773046860\n")
    for loader in LOADERS:
        load(release, loader, tmp_path / "my.db")
    load(release, "load-assets", tmp_path / "my.db")
    done = shell(release, script, tmp_path / "my.db", logs=tmp_path / "a.log")
    [row] = [line.split("\t") for line in done.stdout.split("\n") if line.startswith(("10.0.1.31\t", "application", "S3"))][:1]
    assert not done.stderr and [i for i, cell in enumerate(row) if cell == "NULL"] == unknown


# ---- idle ------------------------------------------------------------------------------------

def idle(build, logs, **parameters):
    """The rows of idle.sql for the sample's inventory by id: finding, rejected, refused, unanswered, skipped."""
    loads = {**SAMPLES["load-interfaces"], **SAMPLES["load-instances"]}
    rows = answer(build, "idle", loads=2, logs=logs, **loads, **parameters)
    return {r[0]: [r[7], *r[8:11], r[12]] for r in rows if len(r) == 13}


def with_instances(ids):
    """These interfaces and their instances."""
    return set(ids) | {e["Attachment"]["InstanceId"] for e in interfaces() if e["NetworkInterfaceId"] in ids and "Attachment" in e}


def test_what_is_idle_in_the_sample(build):
    """An interface is idle if all of its records are NODATA, because the sample logs NODATA where
    nothing came. In the logs of one account nothing is said of the other."""
    records = collections.defaultdict(set)
    for r in sample():
        records[r.get("interface_id")].add(r.get("log_status"))
    quiet = {e["NetworkInterfaceId"] for e in interfaces() if records[e["NetworkInterfaceId"]] == {"NODATA"}}
    assert len(quiet) == 2
    assert idle(build, SAMPLE) == {i: ["no traffic", "NULL", "NULL", "NULL", "0"] for i in with_instances(quiet)}
    for account in ("123456789012", "012345678901"):
        other = {e["NetworkInterfaceId"] for e in interfaces() if e["OwnerId"] != account}
        got = idle(build, f"{SAMPLE}/{account}")
        assert {i for i, r in got.items() if r[0] == "no traffic"} == with_instances(quiet - other)
        assert {i for i, r in got.items() if r[0] == "unknown: no records of its account"} == with_instances(other)
        assert len(got) == len(with_instances(quiet | other))


def face(name, vpc="vpc-00b99ee32fa789a58"):
    [found] = [e for e in interfaces() if e["VpcId"] == vpc and name in (tag(e["TagSet"]), e["InterfaceType"])]
    return found["NetworkInterfaceId"], found["PrivateIpAddresses"][0]["PrivateIpAddress"]


def test_what_makes_an_interface_idle(build, tmp_path):
    """web-1 answers nothing, web-2 answers all, app-1 is only tried, app-2 refuses, app-3 has lost
    records, the NAT gateway and batch pass on, app-4 does not, web-2's interface inspects what idle sends, db-1 is seen by another interface,
    and db-2 and web-3 by their instances."""
    web1, web2, app1, app2, app3, bastion, nat = (face(n) for n in ("web-1", "web-2", "app-1", "app-2", "app-3", "bastion", "nat_gateway"))
    app4, batch, db1, db2, web3, quiet = (face(n) for n in ("app-4", "batch", "db-1", "db-2", "web-3", "idle"))
    instance = {e["NetworkInterfaceId"]: e["Attachment"]["InstanceId"] for e in interfaces() if "Attachment" in e}
    lines = ["account-id interface-id instance-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status "
             "tcp-flags flow-direction pkt-srcaddr pkt-dstaddr"]

    def log(eni, src, dst, ports, action="ACCEPT", flags=2, way="ingress", instance="-", packet=None):
        a, b = packet or (src, dst)
        lines.append(f"123456789012 {eni} {instance} {src} {dst} {ports} 6 3 180 1773046800 1773046860 {action} OK {flags} {way} {a} {b}")

    far = "192.0.2.9"
    log(web1[0], far, web1[1], "40000 443")                                  # no answer
    log(web2[0], far, web2[1], "40000 443")
    log(web2[0], web2[1], far, "443 40000", flags=18, way="egress")
    log(app1[0], far, app1[1], "40000 22", action="REJECT")
    log(app1[0], app1[1], far, "40001 80", way="egress")                     # no answer
    log(app2[0], far, app2[1], "40000 22")
    log(app2[0], app2[1], far, "22 40000", flags=4, way="egress")            # refused
    lines.append(f"123456789012 {app3[0]} - - - - - - - - 1773046800 1773046860 - SKIPDATA - - - -")
    log(nat[0], "10.0.1.77", nat[1], "40000 443", packet=("10.0.1.77", far))
    log(batch[0], batch[1], far, "40000 443", way="egress", packet=("10.0.1.78", far))
    for eni, way in ((quiet[0], "egress"), (web2[0], "ingress"), (web2[0], "egress")):
        log(eni, quiet[1], far, "40004 443", way=way)
        log(eni, far, quiet[1], "443 40004", flags=18, way="egress" if way == "ingress" else "ingress")
    log(app4[0], "10.0.1.79", "10.0.1.80", "40000 443", action="REJECT")
    log(bastion[0], bastion[1], db1[1], "40000 5432", way="egress")          # only the bastion's records tell of db-1
    log(bastion[0], db1[1], bastion[1], "5432 40000", flags=18)
    log("eni-0new", far, "10.9.9.9", "40002 5432", instance=instance[db2[0]])      # an interface that no list has
    log("eni-0new", "10.9.9.9", far, "5432 40002", flags=18, way="egress", instance=instance[db2[0]])
    log("eni-1new", "10.9.9.8", far, "40003 443", way="egress", instance=instance[web3[0]])
    log("eni-1new", far, "10.9.9.8", "443 40003", flags=18, instance=instance[web3[0]])
    (tmp_path / "a.log").write_text("\n".join(lines) + "\n")
    got = idle(build, tmp_path / "a.log")
    expected = {web1[0]: ["only failures", "0", "0", "1", "0"], app1[0]: ["only failures", "1", "0", "1", "0"],
                app2[0]: ["only failures", "0", "1", "0", "0"], app3[0]: ["no traffic", "NULL", "NULL", "NULL", "1"],
                app4[0]: ["only failures", "1", "0", "0", "0"]}
    here = [e for e in interfaces() if e["OwnerId"] == "123456789012"]
    busy = {e[0] for e in (web2, nat, batch, bastion, db1, db2, web3, quiet)}
    for e in here:
        rows = [got.pop(i, None) for i in with_instances({e["NetworkInterfaceId"]})]
        want = None if e["NetworkInterfaceId"] in busy else expected.get(
            e["NetworkInterfaceId"], ["no records", "NULL", "NULL", "NULL", "NULL"])
        assert all(r == want for r in rows), (e, rows)
    assert {r[0] for r in got.values()} == {"unknown: no records of its account"}


def test_nothing_is_said_of_a_vpc_without_records(release, tmp_path):
    """What other VPCs of the account log, and what they log of attempts to reach this one, says
    nothing. A VPC that the logs name is known without the interfaces' names."""
    eni, ip = face("web-1")
    head = "account-id vpc-id srcaddr dstaddr srcport dstport protocol start end action log-status\n"
    line = f"123456789012 {{}} 10.7.0.1 {ip} 40000 443 6 1773046800 1773046860 ACCEPT OK\n"
    for vpc, finding in (("vpc-0a", "unknown: no records of its VPC"), ("vpc-00b99ee32fa789a58", "only failures")):
        (tmp_path / "a.log").write_text(head + line.format(vpc))
        assert idle(release, tmp_path / "a.log")[eni] == [finding, "0", "0", "1", "NULL"]
    (tmp_path / "a.log").write_text(f"srcaddr dstaddr srcport dstport protocol\n10.7.0.1 {ip} 40000 443 6\n")
    assert idle(release, tmp_path / "a.log")[eni] == ["unknown: no records of its account", "NULL", "0", "1", "NULL"]


@pytest.mark.parametrize("script", ["idle", "security-group-rules"])
def test_what_was_looked_at_where_nothing_is_known(release, tmp_path, script):
    loads = {name: value for sample in SAMPLES.values() for name, value in sample.items()}
    (tmp_path / "a.log").write_text("10.0.1.13 52.216.0.9 40000 443 6 1773046800 1773046860\ntorn\n")
    options = {"format": "srcaddr dstaddr srcport dstport protocol start end", "on_error": "skip"}
    done = shell(release, script, logs=tmp_path / "a.log", since="2030-01-01", **loads, **options)
    assert "1 file was read, with 1 record, of which 0 began from 2030-01-01 00:00:00 UTC and met" in done.stdout.split("\n")[-2]
    done = shell(release, script, logs=tmp_path / "a.log", **loads, format=options["format"])
    assert done.returncode == 1 and f"{tmp_path}/a.log:2: " in done.stderr


# ---- security groups -------------------------------------------------------------------------

PROTOCOLS = {"tcp": 6, "udp": 17, "icmp": 1, "icmpv6": 58}


def group_rules(groups):
    """(group, direction, protocol, from, to, kind of peer, peer)"""
    for g in groups:
        for direction, key in (("ingress", "IpPermissions"), ("egress", "IpPermissionsEgress")):
            for p in g[key]:
                for kind, of in (("IpRanges", "CidrIp"), ("Ipv6Ranges", "CidrIpv6"), ("PrefixListIds", "PrefixListId"),
                                 ("UserIdGroupPairs", "GroupId")):
                    for e in p[kind]:
                        yield (g["GroupId"], direction, PROTOCOLS.get(p["IpProtocol"]) or int(p["IpProtocol"]), p.get("FromPort"),
                               p.get("ToPort"), kind, e[of])


def security_groups():
    return [g for d in documents("security-groups") for g in d["SecurityGroups"]]


def test_security_groups_are_loaded(build, tmp_path):
    database = tmp_path / "my.db"
    load(build, "load-security-groups", database)
    assert sorted(table(database, "SELECT * FROM security_groups")) == sorted(
        (g["GroupId"], g["GroupName"], g["Description"], g["VpcId"], g["OwnerId"]) for g in security_groups())
    got = table(database, "SELECT group_id, direction, protocol, from_port, to_port, CASE WHEN cidr LIKE '%:%' THEN 'Ipv6Ranges' WHEN cidr "
                          "IS NOT NULL THEN 'IpRanges' WHEN peer_group IS NULL THEN 'PrefixListIds' ELSE 'UserIdGroupPairs' END, "
                          "coalesce(cidr, prefix_list, peer_group) FROM security_group_rules")
    assert sorted(got, key=str) == sorted(group_rules(security_groups()), key=str)
    assert {row[5] for row in got} == {"IpRanges", "Ipv6Ranges", "PrefixListIds", "UserIdGroupPairs"} and {-1, 47} < {row[2] for row in got}


def test_security_group_rules_are_the_computed_ones(build):
    """Every rule is compared with every connection."""
    known = {e["NetworkInterfaceId"] for e in interfaces()}
    member = collections.defaultdict(set)
    for e in interfaces():
        for g in e["Groups"]:
            member[g["GroupId"]] |= {e["NetworkInterfaceId"]} | {
                ip for ip, eni, kind in interface_addresses() if eni == e["NetworkInterfaceId"] and kind != "public"}

    def faces(c, end):
        told = {dict(zip(connections.END_COLUMNS, t))["interface_id"] for t in c[f"{end}_told"]} & known
        assert len(told) <= 1
        return told or {c[end]}

    def admits(rule, c):
        group, direction, protocol, first, last, kind, value = rule
        own, other = ("server", "client") if direction == "ingress" else ("client", "server")
        if not faces(c, own) & member[group] or protocol not in (-1, c["protocol"]):
            return False
        if protocol in (6, 17) and not first <= c["server_port"] <= last:
            return False
        if (c["state"] == "rejected") if direction == "ingress" else c["is_nat_leg"]:
            return False
        if kind == "UserIdGroupPairs":
            return bool(faces(c, other) & member[value])
        return longest([(ipaddress.ip_network(value), True)], c[other]) is True

    accepted = [c for c in connections.connections(sample(), connecting.services()) if c["accepted"] != 0]
    expected = []
    for rule in group_rules(security_groups()):
        used = [c for c in accepted if rule[5] != "PrefixListIds" and admits(rule, c)]
        first, last = rule[3:5] if rule[2] in (6, 17) else (None, None)
        note = "unknown: a prefix list, whose addresses are not here" if rule[5] == "PrefixListIds" else "unused" if not used else \
            "of all types of ICMP" if rule[2] == 1 else "NULL"
        expected.append([rule[0], rule[1], "all" if first is None else str(first) if first == last else f"{first}-{last}", rule[6],
                         "NULL" if note.startswith("unknown") else str(len(used)),
                         str(sum((c["client_bytes"] or 0) + (c["server_bytes"] or 0) for c in used)) if used else "NULL",
                         reference.utc(max(c["last_seen"] for c in used)) if used else "NULL", note])
    got = answer(build, "security-group-rules", loads=2)
    assert sorted([r[0], r[2], *r[4:]] for r in got) == sorted(expected)
    assert [r[6] in ("0", "NULL") for r in got] == sorted((r[6] in ("0", "NULL") for r in got), reverse=True)   # unused rules come first


def test_which_rules_a_connection_uses(build, tmp_path):
    """Rules of web-1, as client and as server, beside logs that have one thing each."""
    (web, ip), (bastion, bastion_ip), (_, db_ip) = face("web-1"), face("bastion"), face("db-1")
    vpc = "vpc-00b99ee32fa789a58"
    [mine] = [e["Groups"][0]["GroupId"] for e in interfaces() if e["NetworkInterfaceId"] == web]
    [theirs] = [e["Groups"][0]["GroupId"] for e in interfaces() if e["NetworkInterfaceId"] == bastion]

    def permission(protocol, ports=None, cidr=None, group=None):
        return {"IpProtocol": protocol, **(dict(zip(("FromPort", "ToPort"), ports)) if ports else {}),
                "IpRanges": [{"CidrIp": c} for c in [cidr] if c and ":" not in c], "Ipv6Ranges": [{"CidrIpv6": c} for c in [cidr] if c and ":" in c],
                "PrefixListIds": [], "UserIdGroupPairs": [{"GroupId": g} for g in [group] if g]}

    ingress = [permission("tcp", (22, 22), group=theirs), permission("tcp", (20, 30), "10.0.0.0/8"), permission("tcp", (22, 22), "0.0.0.0/0"),
               permission("-1", None, "::/0"), permission("udp", (22, 22), "10.0.0.0/8"), permission("tcp", (22, 22), group="sg-of-nobody"),
               permission("-1", None, group=mine)]
    egress = [permission("tcp", (5432, 5432), "10.0.2.0/24"), permission("tcp", (22, 22), group=theirs), permission("tcp", (40000, 40000), "0.0.0.0/0")]
    groups = [{"GroupId": g, "GroupName": g, "VpcId": v, "OwnerId": "1", "IpPermissions": i, "IpPermissionsEgress": e}
              for g, v, i, e in ((mine, vpc, ingress, egress), ("sg-0a", vpc, ingress[2:3], []), ("sg-0b", "vpc-0b", ingress[2:3], []))]
    (tmp_path / "groups.json").write_text(json.dumps({"SecurityGroups": groups}))

    def numbers(*lines, fields=" action"):
        head = "interface-id vpc-id srcaddr dstaddr srcport dstport protocol bytes start end" + fields
        (tmp_path / "a.log").write_text(head + "\n" + "".join(line + "\n" for line in lines))
        rows = answer(build, "security-group-rules", loads=2, logs=tmp_path / "a.log", security_groups=tmp_path / "groups.json",
                      **SAMPLES["load-interfaces"])
        rows = [r for r in rows if len(r) == 10]                                       # the others say what was looked at
        assert len(rows) == len(list(group_rules(groups)))
        return {(r[0], *r[2:6]): (r[6], r[7]) for r in rows if r[6] not in ("0", "NULL")}, \
            {r[0]: r[9] for r in rows}, {r[9] for r in rows if r[0] == mine}

    def line(src, dst, ports, eni=web, size=100, action="ACCEPT", at=1773046800):
        return f"{eni} {vpc} {src} {dst} {ports} 6 {size} {at} {at + 60} {action}".strip()

    used, notes, own = numbers(line(bastion_ip, ip, "40000 22"), line(ip, bastion_ip, "22 40000"))
    assert used == {(mine, "ingress", "TCP", "22", theirs): ("1", "200"), (mine, "ingress", "TCP", "20-30", "10.0.0.0/8"): ("1", "200"),
                    (mine, "ingress", "TCP", "22", "0.0.0.0/0"): ("1", "200")}      # and the answer needs no rule
    assert notes["sg-0a"] == "unused: no interface has the group" and notes["sg-0b"] == "unused: no interface has the group"
    assert own == {"NULL", "unused", "unused: no interface has the group that it names"}
    used, _, _ = numbers(line(ip, db_ip, "40000 5432"))                                # no answer, but it went out
    assert used == {(mine, "egress", "TCP", "5432", "10.0.2.0/24"): ("1", "100")}
    used, _, _ = numbers(line(bastion_ip, ip, "40000 22", bastion), line(bastion_ip, ip, "40000 22", action="REJECT"))
    assert used == {}                                                                  # the bastion's own group let it out, and web-1's stopped it
    used, _, _ = numbers(line(ip, bastion_ip, "40000 22"), line(ip, bastion_ip, "40000 22", bastion, action="REJECT"))
    assert used == {(mine, "egress", "TCP", "22", theirs): ("1", "100")}               # web-1's let it out
    used, _, _ = numbers(line("192.0.2.1", ip, "40000 22", action=""), fields="")
    assert used == {(mine, "ingress", "TCP", "22", "0.0.0.0/0"): ("1", "100")}
    used, _, _ = numbers(line(bastion_ip, ip, "40000 22").replace(" 22 6 ", " 22 17 "))
    assert used == {(mine, "ingress", "UDP", "22", "10.0.0.0/8"): ("1", "100")}
    [public] = [a for a, eni, kind in interface_addresses() if eni == web and kind == "public" and a.endswith(".212")]
    used, _, _ = numbers(line(bastion_ip, public, "40000 22", bastion))                # web-1's own records have its private address
    assert used == {}
    lines = [f"{eni} {vpc} {ip} {db_ip} 40000 5432 6 100 1773046800 1773046860 ACCEPT {way}" for eni, way in (
        (web, "egress"), (bastion, "ingress"), (bastion, "egress"))]                   # the bastion inspects
    used, _, _ = numbers(*lines, fields=" action flow-direction")
    assert used == {(mine, "egress", "TCP", "5432", "10.0.2.0/24"): ("1", "100")}
    _, _, own = numbers(line("10.7.0.1", "10.7.0.2", "40000 22", "eni-0far").replace(vpc, "vpc-0far"))
    assert own == {"unknown: no records of its VPC"}


# ---- who had it then -------------------------------------------------------------------------

def history():
    with open(FOLDER / "history.csv", newline="") as f:
        return [(ipaddress.ip_network(r["cidr"]), r["name"], r["owner"], r["valid_from"], r["valid_to"] or "9999")
                for r in csv.DictReader(f)]


def holder(ip, time):
    return longest([(h[0], h) for h in history() if h[3] <= time < h[4]], ip)


def test_who_had_an_address_is_computed(build):
    expected = []
    for name in ("app-3", "ml-runner"):
        mine = [c for c in met() if c["ip"] == "10.0.1.13" and holder("10.0.1.13", c["at"])[1] == name]
        once = [c for c in mine if not c["is_nat_leg"]]
        expected.append([name, "checkout" if name == "app-3" else "data science", "10.0.1.13/32", str(len(once)),
                         str(sum(c["sent"] for c in once)), min(c["at"] for c in mine), reference.utc(max(c["last_seen"] for c in mine))])
    assert sum(int(row[3]) for row in expected) > 90
    owners = collections.defaultdict(lambda: [set(), 0, 0])
    for c in met():
        held = holder(c["ip"], c["at"])
        if held:
            owners[held[2]][0].add(c["ip"])
            owners[held[2]][1] += not c["is_nat_leg"]
            owners[held[2]][2] += 0 if c["is_nat_leg"] else c["sent"] or 0
    second = [[owner, str(len(a)), str(flows), str(size)] for owner, (a, flows, size) in owners.items()]
    assert answer(build, "who-had", loads=1) == expected + sorted(second, key=lambda r: (-int(r[3]), r[0]))


def test_a_list_of_another_form_says_what_is_missing(release, tmp_path):
    (tmp_path / "list.csv").write_text("address;name\n10.0.0.1;web\n")
    for script, variable, columns in (("load-assets", "ASSETS", "the columns ip, name and owner"),
                                      ("load-history", "HISTORY", "the columns cidr, name, owner, valid_from and valid_to")):
        done = shell(release, script, tmp_path / "my.db", env={variable: str(tmp_path / "list.csv")})
        assert done.returncode == 1 and f"flowlogs: the file's first line must name {columns}" in done.stderr


def test_a_snapshot_of_a_time_that_is_none(release, tmp_path):
    env = {"ASSETS": str(FOLDER / "assets.csv")}
    for at in (2026 - 3 - 9, "last week"):
        done = shell(release, "history-snapshot", tmp_path / "my.db", env=env, at=at)
        assert done.returncode == 1 and "flowlogs: @at is no time: .parameter set @at " in done.stderr
    done = shell(release, "history-snapshot", tmp_path / "my.db", env=env, at=1773046800)
    assert done.returncode == 0 and table(tmp_path / "my.db", "SELECT DISTINCT valid_from FROM address_history") == [
        ("2026-03-09 09:00:00",)]


def test_who_had_needs_an_address(release, tmp_path):
    logs = tmp_path / "logs"
    shutil.copytree(ROOT / SAMPLE / "123456789012/vpcflowlogs/us-east-1/2026/03/10", logs)
    for had in ({}, {"had": "bastion"}, {"had": "10.0.1.13/32"}):
        done = shell(release, "who-had", logs=logs, env={"HISTORY": "tests/data/inventory/history.csv"}, **had)
        assert done.returncode == 1 and done.stdout == "" and "flowlogs: @had must be an address: " in done.stderr
    done = shell(release, "who-had", logs=logs, env={"HISTORY": "tests/data/inventory/history.csv"}, had="192.0.2.1")
    assert done.returncode == 0 and f"\nnothing found\t192.0.2.1\t{logs}\t" in done.stdout


def test_the_address_of_a_pod_is_in_the_packet(release, tmp_path):
    """10.0.1.13 and 10.0.1.99, which nobody knows, are secondary addresses of the node 10.0.1.12."""
    logs = tmp_path / "a.log"
    logs.write_text("srcaddr dstaddr pkt-srcaddr pkt-dstaddr srcport dstport protocol start end packets bytes\n"
                    "10.0.1.12 52.216.0.9 10.0.1.13 52.216.0.9 40000 443 6 1773046800 1773046860 7 80\n"
                    "52.216.0.9 10.0.1.12 52.216.0.9 10.0.1.99 443 40001 6 1773046800 1773046860 7 90\n")
    env = {"ASSETS": str(FOLDER / "assets.csv"), "HISTORY": str(FOLDER / "history.csv")}
    loads = {name: value for sample in SAMPLES.values() for name, value in sample.items()}
    done = shell(release, "who-had", logs=logs, env=env, had="10.0.1.13")
    assert [line.split("\t")[:5] for line in done.stdout.split("\n")[1:3]] == [
        ["app-3", "checkout", "10.0.1.13/32", "1", "80"], ["checkout", "1", "1", "80"]]
    done = shell(release, "unknown-addresses", logs=logs, env=env, **loads)
    assert done.stdout.split("\n")[3].split("\t")[:6] == ["10.0.1.99", "application", "1", "0", "NULL", "0"] and done.stdout.count("\n") == 4


@pytest.mark.parametrize("script", ["who-is-who", "subnet-traffic", "aws-services", "unknown-addresses", "who-had", "outside-names"])
def test_options_and_what_was_looked_at(release, tmp_path, script):
    """A question takes @format and @on_error, and says what it looked at when it finds nothing."""
    env = {"ASSETS": str(FOLDER / "assets.csv"), "HISTORY": str(FOLDER / "history.csv")}
    loads = {name: value for sample in SAMPLES.values() for name, value in sample.items()}
    logs = tmp_path / "a.log"
    logs.write_text("10.0.1.13 52.216.0.9 40000 443 6 1773046800 1773046860 7 80\ntorn\n"
                    "10.0.1.99 52.216.0.9 40001 443 6 1773046800 1773046860 7 80\n")
    options = {"format": "srcaddr dstaddr srcport dstport protocol start end packets bytes", "on_error": "skip"}
    done = shell(release, script, logs=logs, env=env, had="10.0.1.13", **loads, **options)
    assert done.returncode == 0 and done.stderr == "" and re.search(r"\t(80|160)\b", done.stdout) and "nothing found" not in done.stdout
    done = shell(release, script, logs=logs, env=env, had="10.0.1.13", since="2030-01-01", **loads, **options)
    said = [line for line in done.stdout.split("\n") if line.startswith("nothing found")]
    assert len(said) == 1 and "1 file was read, with 2 records, of which 0 began from 2030-01-01 00:00:00 UTC and met" in said[0], done
    done = shell(release, script, logs=logs, env=env, had="10.0.1.13", **loads, format=options["format"])
    assert done.returncode == 1 and f"{logs}:2: " in done.stderr


def test_who_had_in_a_gap(build):
    """Nobody had 10.0.1.12 on 2026-03-09, so the answer is the owner of its network."""
    rows = answer(build, "who-had", loads=1, had="10.0.1.12")[:3]
    assert [row[0] for row in rows] == ["app-2", "application subnet", "app-2b"]
    assert all(row[5].startswith("2026-03-09") or row[5] >= "2026-03-09" for row in rows[1:2])
    rows = answer(build, "who-had", loads=1, had="10.0.0.30")
    assert rows[0][:3] == ["NULL"] * 3                      # nobody had it
    [row] = [r for r in answer(build, "who-had", loads=1, had="2600:1f18:4a3b:1200:d338:a4b3:ec2e:99e8") if "/" in r[2]]
    assert row[0] == "public subnet"
    spelled = [answer(build, "who-had", loads=1, had=a) for a in ("2600:1f18:4a3b:1200:d338:a4b3:ec2e:99e8", "2600:1F18:4A3B:1200:D338:A4B3:EC2E:99E8")]
    assert spelled[0] == spelled[1]


HISTORY = {
    "10.0.0.1,a,b,2026-01-01,2026-02-01\n10.0.0.1/32,c,d,2026-01-31,\n": "overlaps record 3",
    "10.0.0.1,a,b,2026-01-01,\n10.0.0.1,c,d,2026-01-31,\n": "overlaps record 3",
    "10.0.0.1,a,b,2026-02-01,2026-01-01\n": "ends before it begins",
    "10.0.0.1,a,b,2026-02-01,soon\n": "has a time that is none",
    "10.0.0.1,a,b,today-ish,\n": "has a time that is none",
    "10.0.0.1/33,a,b,2026-02-01,\n": "ip_prefix",
    "host-1,a,b,2026-02-01,\n": "is no address or prefix",
    "": "is empty: set HISTORY"}


@pytest.mark.parametrize("lines", HISTORY, ids=HISTORY.values())
def test_history_that_cannot_be(release, tmp_path, lines):
    file, database = tmp_path / "h.csv", tmp_path / "my.db"
    file.write_text("cidr,name,owner,valid_from,valid_to\n" + lines)
    load(release, "load-history", database)
    before = table(database, "SELECT * FROM address_history")
    done = shell(release, "load-history", database, env={"HISTORY": str(file)})
    assert done.returncode != 0 and HISTORY[lines] in done.stdout + done.stderr
    assert table(database, "SELECT * FROM address_history") == before and len(before) == 7


def test_history_answers_as_the_list_of_that_time(build, tmp_path):
    """One list a day is loaded. For every moment, the history says what the list that was valid
    then said."""
    rng = random.Random(9)
    database, file = tmp_path / "my.db", tmp_path / "assets.csv"
    load(build, "load-history", database)      # rows of prefixes exist already, and stay
    prefixes = table(database, "SELECT * FROM address_history WHERE cidr NOT LIKE '%/32' ORDER BY id")
    lists, now = [], {}
    for day in range(12):
        at = datetime.datetime(2026, 4, 1 + day, 6).isoformat(" ")
        for ip in [f"10.1.0.{i}" for i in range(1, 9)] + ["2001:db8::7"]:
            chance = rng.random()
            if chance < 0.2:
                now.pop(ip, None)
            elif chance < 0.5:
                now[ip] = (rng.choice(["a", "b"]), rng.choice(["x", "y", ""]))
        now["10.1.0.99"] = ("always", "z")
        file.write_text("owner,ip,name\n" + "".join(f"{o},{ip},{n}\n" for ip, (n, o) in now.items()))
        lists.append((at, dict(now)))
        for again in range(2):
            done = shell(build, "history-snapshot", database, env={"ASSETS": str(file)}, at=at)
            assert done.returncode == 0 and done.stderr == "", done.stderr
            if again:
                assert done.stdout.split("\n")[1].split("\t")[:2] == ["0", "0"]
    for n, (at, expected) in enumerate(lists):
        then = table(database, f"SELECT cidr, name, owner FROM address_history WHERE (cidr LIKE '%/32' OR cidr LIKE '%/128') "
                               f"AND valid_from <= '{at}' AND (valid_to IS NULL OR valid_to > '{at}')")
        assert sorted(then, key=str) == sorted(
            [(str(ipaddress.ip_network(ip)), name, owner or None) for ip, (name, owner) in expected.items()], key=str), n
    assert table(database, "SELECT * FROM address_history WHERE cidr NOT LIKE '%/32' AND cidr NOT LIKE '%/128' ORDER BY id") == prefixes
    assert table(database, "SELECT count(*) FROM address_history WHERE name = 'always'") == [(1,)]
    before = table(database, "SELECT * FROM address_history")
    for at, said in (("2026-04-02", "newer than @at"), ("yesterday-ish", "@at is no time")):
        done = shell(build, "history-snapshot", database, env={"ASSETS": str(file)}, at=at)
        assert done.returncode != 0 and said in done.stderr
        assert table(database, "SELECT * FROM address_history") == before


# ---- names of outside addresses --------------------------------------------------------------

def queries():
    """The sample's query logs of Resolver: (address, name, asker, time) of each answer."""
    rows = []
    for path in sorted((ROOT / "tests/data/resolver").iterdir()):
        data = path.read_bytes()
        for line in (gzip.decompress(data) if path.suffix == ".gz" else data).decode().split("\n")[:-1]:
            q = json.loads(line)
            at = q["query_timestamp"].replace("T", " ").rstrip("Z")
            rows += [(short(a["Rdata"]), q["query_name"].lower().rstrip("."), q["srcaddr"], at)
                     for a in q["answers"] if a["Type"] in ("A", "AAAA")]
    return rows


def asked(rows):
    found = collections.defaultdict(list)
    for address, name, asker, at in rows:
        found[address, name, asker].append(at)
    return {key: (min(times), max(times), len(times)) for key, times in found.items()}


def test_names_are_loaded(build, tmp_path):
    """Names of plain and packed files; of CNAME records the name that was asked for."""
    database = tmp_path / "my.db"
    load(build, "load-resolver-names", database)
    assert sorted(table(database, "SELECT * FROM dns_askers")) == sorted((*k, *v) for k, v in asked(queries()).items())
    whole = asked([(address, name, None, at) for address, name, _, at in queries()])
    askers = collections.Counter(key[:2] for key in asked(queries()))
    expected = [(address, name, *v[:2], askers[address, name], v[2]) for (address, name, _), v in whole.items()]
    got = table(database, "SELECT * FROM dns_names")
    assert sorted(got) == sorted(expected)
    assert {("2001:db8::6a", "mirror.example.org", "2026-03-08 23:41:11", "2026-03-08 23:41:11", 1, 1),
            ("203.0.113.200", "backup.example.net", "2026-03-08 23:54:59", "2026-03-09 01:00:00", 1, 2),
            ("203.0.113.123", "time.example.org", "2026-03-08 23:44:00", "2026-03-09 08:45:00", 2, 2)} < set(got)


def query(name="a.example.", at="2026-03-09T09:00:00Z", asker="10.0.0.1", answers=(("A", "192.0.2.1"),), **more):
    return json.dumps({"query_timestamp": at, "query_name": name, "srcaddr": asker,
                       "answers": [{"Rdata": r, "Type": t, "Class": "IN"} for t, r in answers], **more})


def test_names_of_odd_files(build, tmp_path):
    """Ends of lines of Windows, a byte order mark, no end of the last line, empty lines, several gzip
    members, texts with what JSON escapes, and a line without an asker or answers."""
    folder, database = tmp_path / "it's $(one)", tmp_path / "my.db"
    folder.mkdir()
    (folder / "a.log").write_bytes(("\ufeff" + query("W.Example.") + "\r\n\r\n \t\n" + query("x.example")).encode())
    (folder / "b.log.gz").write_bytes(gzip.compress((query('\\n"\n\x7fö,.') + "\n").encode()) + gzip.compress(query(
        "z.example", answers=[("CNAME", "q.example."), ("TXT", "a b"), ("A", "::ffff:192.0.2.9")]).encode()))
    (folder / "c.log").write_text('{"query_name": "n.", "query_timestamp": "2026-03-09T09:00:00Z", "answers": null}\n'
                                  '{"query_name": "m.", "query_timestamp": "2026-03-09T09:00:00.250Z", "answers": ["A", {"Type": "A", '
                                  '"Rdata": "192.0.2.3"}]}\n')
    (folder / "d.log").write_bytes(b"")
    expected = [("192.0.2.1", '\\n"\n\x7fö,', "10.0.0.1"), ("192.0.2.1", "w.example", "10.0.0.1"),
                ("192.0.2.1", "x.example", "10.0.0.1"), ("192.0.2.3", "m", "-"), ("192.0.2.9", "z.example", "10.0.0.1")]
    for path in (folder, json.dumps([str(folder / "[ab]*"), str(folder / "c.log")])):
        done = shell(build, "load-resolver-names", database, resolver_logs=path)
        assert done.returncode == 0 and done.stderr == "" and done.stdout.endswith("\t0\n"), done
        assert table(database, "SELECT address, name, asker FROM dns_askers ORDER BY 1, 2, 3") == expected
    assert not [p for p in tmp_path.rglob("*.lines")]
    done = shell(build, "load-resolver-names", database, resolver_logs=folder / "b.log.gz")      # replaces what was there
    assert table(database, "SELECT count(*) FROM dns_askers") == [(2,)]
    done = shell(build, "load-resolver-names", database)
    assert done.stdout == "dns_names\t2\tas before\t0\n"


LINES = {
    "no JSON": ("torn", "is no JSON: torn"),
    "of another kind": ('{"version": 2}', "is of no query log of Resolver"),
    "no object": ("[]", "is of no query log of Resolver"),
    "no time": (query(at="soon"), "is of no query log of Resolver"),
    "no list of answers": (query().replace("[", "").replace("]", ""), "is of no query log of Resolver"),
    "no address": (query(answers=[("A", "192.0.2.1"), ("AAAA", "b.example.")]), "has an answer that is no address"),
    "a part of a gzip file": (None, "is no JSON: ")}


@pytest.mark.parametrize("case", LINES)
def test_names_that_cannot_be_loaded(release, tmp_path, case):
    """The line is named, and the table stays as it was; with @on_error = 'skip' it is left out."""
    line, said = LINES[case]
    file, database = tmp_path / "a.log", tmp_path / "my.db"
    good = query("good.example") + "\n"
    if line is None:
        packed = gzip.compress((good + "".join(query(str(i)) + "\n" for i in range(2000))).encode())
        file.write_bytes(packed[:len(packed) - 8])                  # all lines are there, but not the end of the file
    else:
        file.write_text(good + line + "\n")
    done = shell(release, "load-resolver-names", database, resolver_logs=file)
    assert done.returncode == 1 and re.search(rf"^{re.escape(str(file))}\t\d+\t{said}", done.stdout, re.M), done
    assert "nothing was loaded, for the problems above" in done.stderr and table(database, "SELECT name FROM sqlite_schema") == []
    load(release, "load-resolver-names", database)
    before = table(database, "SELECT * FROM dns_askers")
    assert shell(release, "load-resolver-names", database, resolver_logs=file).returncode == 1
    assert table(database, "SELECT * FROM dns_askers") == before
    done = shell(release, "load-resolver-names", database, resolver_logs=file, on_error="skip")
    assert done.returncode == 0 and done.stdout.endswith("\t1\n"), done
    assert ("192.0.2.1", "good.example") in table(database, "SELECT address, name FROM dns_names")


def test_names_of_nothing(release, tmp_path):
    (tmp_path / "a.log").write_text(query(answers=[]) + "\n")
    for path, said in ((tmp_path / "a.log", "the table dns_names is empty: set @resolver_logs"), (tmp_path / "no", "No such file")):
        done = shell(release, "load-resolver-names", tmp_path / "my.db", resolver_logs=path)
        assert done.returncode == 1 and said in done.stderr and table(tmp_path / "my.db", "SELECT name FROM sqlite_schema") == []
    load(release, "load-resolver-names", tmp_path / "my.db")
    sqlite3.connect(tmp_path / "my.db", isolation_level=None).execute("DELETE FROM dns_names")
    done = shell(release, "outside-names", tmp_path / "my.db")
    assert done.returncode == 1 and "the table dns_names is empty: set @resolver_logs" in done.stderr


def name_of(c, known):
    """(by whom, name) that was asked for before a connection began."""
    at = reference.utc(c["first_seen"])
    own = {k[1]: v for k, v in known.items() if k[0] == c["server"] and k[2] == c["client"] and v[0] <= at}
    everybodys = asked([(k[0], k[1], None, t) for k, v in known.items() for t in v[:2] if k[0] == c["server"]])
    others = {k[1]: v for k, v in everybodys.items() if v[0] <= at}
    for by, names in (("itself", own), ("another", others)):
        if names:
            return by, max(sorted(names), key=lambda n: min(names[n][1], at))
    return "nobody", None


def test_outside_names_are_the_computed_ones(build):
    known, found = asked(queries()), collections.defaultdict(list)
    for c in connections.connections(sample(), connecting.services()):
        if c["direction"] == "outbound" and not c["is_nat_leg"] and c["accepted"] != 0:
            found[(*name_of(c, known), c["client"], c["server"])].append(c)
    expected = []
    for (by, name, client, server), cs in found.items():
        ports = {c["server_port"] for c in cs}
        sent, received = (sum(c[f"{end}_bytes"] for c in cs) for end in ("client", "server"))
        expected.append((name is not None, -sent - received, client, server, name or "", by,
                         [by, text(name), client, server, str(*ports) if len(ports) == 1 else f"{len(ports)} ports", str(len(cs)), str(sent),
                          str(received), reference.utc(min(c["first_seen"] for c in cs)), reference.utc(max(c["last_seen"] for c in cs))]))
    rows = answer(build, "outside-names", loads=1, top=-1)
    assert rows == [row[-1] for row in sorted(expected)]
    assert {row[0] for row in rows} == {"nobody", "another", "itself"}
    assert ["nobody", "NULL", "10.0.1.13", "192.0.2.77"] in [row[:4] for row in rows]       # the beacon
    assert {row[0] for row in rows if row[3] == "192.0.2.106"} == {"nobody", "another"}     # before and after somebody asked


def test_the_name_that_was_asked_for_last(release, tmp_path):
    """Of several names with one address the host's own come first, then the last before the
    connection began."""
    (tmp_path / "a.log").write_text("srcaddr dstaddr srcport dstport protocol start end bytes\n"
                                    "10.0.0.1 192.0.2.1 40000 443 6 1773046800 1773046860 80\n"        # 2026-03-09 09:00:00
                                    "10.0.0.2 192.0.2.1 40000 443 6 1773046800 1773046860 70\n"
                                    "10.0.0.3 192.0.2.2 40000 443 6 1773046800 1773046860 60\n")
    (tmp_path / "q.log").write_text("\n".join(query(name, f"2026-03-09T{at}Z", asker) for name, at, asker in (
        ("own-early.", "06:00:00", "10.0.0.1"), ("own-late.", "07:00:00", "10.0.0.1"), ("own-after.", "09:00:01", "10.0.0.1"),
        ("others.", "09:00:00", "10.0.0.9"))))
    rows = answer(release, "outside-names", loads=1, logs=tmp_path / "a.log", resolver_logs=tmp_path / "q.log")
    assert [row[:4] for row in rows] == [["nobody", "NULL", "10.0.0.3", "192.0.2.2"], ["itself", "own-late", "10.0.0.1", "192.0.2.1"],
                                         ["another", "others", "10.0.0.2", "192.0.2.1"]]
    rows = answer(release, "outside-names", loads=1, logs=tmp_path / "a.log", resolver_logs=tmp_path / "q.log", inside='["10.0.0.3/32"]')
    assert [row[2] for row in rows] == ["10.0.0.3"]
