# SPDX-License-Identifier: MIT
"""Answers of the investigations from cross-AZ traffic to the check of a period (questions 21 to 38
of the scripts' list)."""

import collections
import glob
import gzip
import ipaddress
import pathlib
import re
import time as _clock
from calendar import timegm

_tree = pathlib.Path(__file__).resolve().parents[2] / "data" / "AWSLogs"
_PROTOCOL = {1: "ICMP", 6: "TCP", 17: "UDP", 47: "GRE", 50: "ESP", 58: "IPv6-ICMP", 132: "SCTP"}
_PATH = {1: "same VPC", 7: "gateway VPC endpoint", 8: "internet gateway"}
_SERVICE = {  # the names of the ports that occur in the sample
    20: "ftp-data", 21: "ftp", 22: "ssh", 23: "telnet", 25: "smtp", 53: "domain", 80: "http", 110: "pop3", 111: "sunrpc",
    123: "ntp", 135: "epmap", 139: "netbios-ssn", 143: "imap", 161: "snmp", 389: "ldap", 443: "https", 445: "microsoft-ds",
    465: "submissions", 514: "shell", 587: "submission", 593: "http-rpc-epmap", 636: "ldaps", 873: "rsync", 993: "imaps",
    995: "pop3s", 1080: "socks", 1433: "ms-sql-s", 1521: "oracle", 1723: "pptp", 2049: "nfs", 2375: "docker",
    2379: "etcd-client", 3000: "grafana", 3306: "mysql", 3389: "ms-wbt-server", 4444: "metasploit", 5000: "docker-registry", 5432: "postgresql", 5672: "amqp",
    5900: "rfb", 5985: "wsman", 5986: "wsmans", 6379: "redis", 6443: "kubernetes-api", 7001: "weblogic", 8000: "http-alt", 8009: "ajp13", 8080: "http-alt", 8081: "http-alt",
    8088: "hadoop-yarn", 8443: "https-alt", 8888: "jupyter", 9000: "cslistener", 9090: "prometheus", 9200: "elasticsearch", 9300: "es-transport", 11211: "memcache", 27017: "mongodb",
    50000: "ibm-db2"}


def _time(seconds):
    return None if seconds is None else _clock.strftime("%Y-%m-%d %H:%M:%S", _clock.gmtime(seconds))


def _minute(seconds):
    return _time(seconds)[:16]


def _seconds(text):
    return timegm(_clock.strptime(text, "%Y-%m-%d"))


def _ok(records):
    return [r for r in records if r["log_status"] == "OK"]


def _passed(records):
    """What was not rejected; transit gateways don't say ACCEPT."""
    return [r for r in _ok(records) if r.get("action") != "REJECT"]


def _accepted(records):
    return [r for r in records if r.get("action") == "ACCEPT"]


def _rejected(records):
    return [r for r in records if r.get("action") == "REJECT"]


def _refused(records):
    """How many were rejected; None if none of them says whether it was."""
    return len(_rejected(records)) if any(r.get("action") for r in records) else None


def _groups(records, key):
    """Records by what key(record) gives."""
    found = collections.defaultdict(list)
    for r in records:
        found[key(r)].append(r)
    return found


def _sum(records, field):
    """None if there is nothing to add, as SQL has it."""
    values = [r[field] for r in records if r.get(field) is not None]
    return sum(values) if values else None


def _first(records):
    return _time(min(r["start"] for r in records))


def _last(records):
    return _time(max(r["end"] for r in records))


def _distinct(records, field):
    return len({r.get(field) for r in records} - {None})


def _protocol(r):
    return _PROTOCOL.get(r["protocol"], r["protocol"])


def _service(protocol, port):
    """TCP 443 https"""
    return " ".join(filter(None, [str(_PROTOCOL.get(protocol, protocol)), str(port), _SERVICE.get(port)]))


def _rank(value):
    """For sorting: nothing before numbers before texts."""
    return (0, 0) if value is None else (1, value) if isinstance(value, (int, float)) else (2, value.encode())


def _sorted(rows, *order):
    """Rows by the columns with these numbers, 1-based; a negative one the greatest first."""
    for column in reversed(order):
        rows = sorted(rows, key=lambda row: _rank(row[abs(column) - 1]), reverse=column < 0)
    return rows


def _share(whole, parts):
    """As SQL divides whole numbers: towards zero; of nothing is nothing."""
    return None if whole is None or parts is None else whole // parts


_OURS = [ipaddress.ip_network(n) for n in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")]
_BLOCKS = [ipaddress.ip_network(n) for n in (  # the IPv6 blocks of the sample's networks, which are public addresses
    "2600:1f18:4a3b:1200::/56", "2600:1f18:77aa:3400::/56", "2a05:d014:6c2:9a00::/56", "2a05:d018:1e7:4b00::/56")]
_known = {}


def _inside(text):
    """None, which is neither, where the address is missing."""
    if text is None:
        return None
    if text not in _known:
        ip = ipaddress.ip_address(text)
        _known[text] = any(ip in net for net in _OURS if net.version == ip.version)
    return _known[text]


def _src(r):
    return r.get("pkt_srcaddr") or r["srcaddr"]


def _dst(r):
    return r.get("pkt_dstaddr") or r["dstaddr"]


def high_loss(records):
    why = ["packets_lost_no_route", "packets_lost_blackhole", "packets_lost_mtu_exceeded", "packets_lost_ttl_expired"]
    tgw = [r for r in _ok(records) if r.get("tgw_id")]
    rows = []
    for key, rs in _groups(tgw, lambda r: (r["tgw_src_vpc_id"], r["tgw_dst_vpc_id"], r["srcaddr"], r["dstaddr"])).items():
        lost = [sum(r[w] for r in rs) for w in why]
        came = sum(r["packets"] for r in rs if r["flow_direction"] == "ingress")
        if sum(lost):
            rows.append((*key, came, *lost, sum(lost) * 1000000 // came))
    return sorted(_sorted(rows, 3, 4, 1, 2), key=lambda row: -sum(row[5:9])) + _files_with(
        "tgw-id", "flow-direction", "packets-lost-no-route", "packets-lost-blackhole", "packets-lost-mtu-exceeded", "packets-lost-ttl-expired")


def daily_trend(records):
    days = sorted(_groups(records, lambda r: r["start_time"][:10]).items())
    rows, before = [], None
    for day, rs in days:
        size = sum(r["bytes"] or 0 for r in rs)
        change = None
        if before:
            change = f"{int(100 * (size - before[1]) / before[1]):+d} %"
        rows.append((day, len(_ok(rs)), _refused(rs), sum(r["log_status"] == "SKIPDATA" for r in rs),
                     _distinct(rs, "srcaddr"), size, change, before and before[0]))
        before = day, size
    return rows


def accepted_rejected(records):
    rows = []
    for hour, rs in sorted(_groups((r for r in records if r.get("action")), lambda r: r["start_time"][:13] + ":00:00").items()):
        bad = _rejected(rs)
        rows.append((hour, len(rs) - len(bad), len(bad), f"{len(bad) * 100 // len(rs)} %", _distinct(bad, "srcaddr"),
                     "#" * (len(bad) * 50 // len(rs))))
    return rows


def bpa_rejects(records):
    found = _groups((r for r in records if r.get("reject_reason")),
                    lambda r: (r["reject_reason"], r["flow_direction"], r["dstaddr"], r["dstport"]))
    rows = [(*key, _distinct(rs, "srcaddr"), len(rs), _sum(rs, "packets"), _first(rs), _last(rs)) for key, rs in found.items()]
    return _sorted(rows, -6, 1, 2, 3, 4)[:20] + _files_with("reject-reason")


def traffic_paths(records):
    found = _groups((r for r in _accepted(records) if r.get("traffic_path")),
                    lambda r: (r["pkt_dst_aws_service"] or "-", r["traffic_path"],
                               "an instance" if r["instance_id"] else "a service's interface"))
    return [(service, path, _PATH[path], who, _distinct(rs, "interface_id"), len(rs), _sum(rs, "bytes"))
            for (service, path, who), rs in sorted(found.items(), key=lambda item: (item[0][0] == "-", item[0]))
            ] + _files_with("traffic-path", "flow-direction", "instance-id", "pkt-dst-aws-service")


def hourly(records):
    return [(hour, len(rs), _distinct(rs, "srcaddr"), _sum(rs, "packets"), _sum(rs, "bytes"), _sum(rs, "bytes") // len(rs))
            for hour, rs in sorted(_groups(_passed(records), lambda r: r["start_time"][:13] + ":00:00").items())]


def service_errors(records):
    found = _groups((r for r in _ok(records) if r.get("flow_direction")),
                    lambda r: (r.get("pkt_src_aws_service") or "-", r.get("pkt_dst_aws_service") or "-"))
    rows = []
    for key, rs in found.items():
        refused = _refused(rs)
        silent = [r["action"] == "ACCEPT" and r["tcp_flags"] == 2 for r in rs
                  if r.get("action") and (r["tcp_flags"] is not None or r["protocol"] not in (None, 6))]
        rows.append((*key, len(rs), refused, None if refused is None else f"{100 * refused // len(rs)} %",
                     sum(silent) if silent else None, _sum(rs, "bytes")))
    return _sorted(rows, -4, -3, 1, 2) + _files_with(
        "flow-direction", "pkt-src-aws-service", "pkt-dst-aws-service")


def _named_files():
    """(region, flow log, time in the name, records) of each file of the tree."""
    for path in sorted(glob.glob(str(_tree / "**" / "*_vpcflowlogs_*"), recursive=True)):
        region, log, at = re.search(r"_vpcflowlogs_([^_]+)_(fl-[^_]+)_(\d{8}T\d{4})Z_", path).groups()
        opened = gzip.open(path) if path.endswith(".gz") else open(path, "rb")
        with opened as f:
            lines = [line for line in f if line.strip()]
        yield path, region, log, timegm(_clock.strptime(at, "%Y%m%dT%H%M")), len(lines) - 1


def _first_line(path):
    with gzip.open(path) if path.endswith(".gz") else open(path, "rb") as f:
        return f.readline()


def _files_with(*fields):
    """Of the files with a header: how many there are, and how many have each of these fields."""
    headers = [_first_line(path).decode().split() for path, *_ in _named_files()]
    return [(len(headers), *(sum(field in header for header in headers) for field in fields))]


def period_check(records):
    rows = []
    for (day, account, region), rs in sorted(_groups(
            records, lambda r: (r["start_time"][:10], r["account_id"], r.get("region") or "-")).items()):
        status = collections.Counter(r["log_status"] for r in rs)
        rows.append((day, account, region, status["OK"], status["NODATA"], status["SKIPDATA"], _first(rs), _last(rs)))
    logs = collections.defaultdict(list)
    for _, region, log, at, count in _named_files():
        logs[region, log].append((at, count))
    for key, files in sorted(logs.items()):
        times = {at for at, _ in files}
        expected = len(range(min(times), max(times) + 1, 300))
        rows.append((*key, len(files), len(times), expected - len(times), sum(n for _, n in files),
                     _minute(min(times)), _minute(max(times))))
    return rows


def coverage(records):
    def interface(r):
        return r.get("interface_id") or r.get("tgw_attachment_id")

    silent = []
    for (account, name), rs in _groups(records, lambda r: (r["account_id"], interface(r))).items():
        status = collections.Counter(r["log_status"] for r in rs)
        if status["SKIPDATA"] or not status["OK"]:
            lost = [r["end"] for r in rs if r["log_status"] == "SKIPDATA"]
            silent.append((account, name, status["OK"], status["NODATA"], status["SKIPDATA"],
                           _time(max(lost, default=None)), _last(rs)))
    silent.sort(key=lambda row: (-row[4], row[1], row[0]))

    gaps = collections.defaultdict(list)
    for name, rs in _groups((r for r in records if r["log_status"] != "SKIPDATA"), interface).items():
        covered = None
        for start, end in sorted((r["start"], r["end"]) for r in rs):
            if covered is not None and start - covered >= 900:
                gaps[covered // 300, start // 300].append((name, covered, start))
            covered = max(covered or 0, end)
    found = []
    for those in gaps.values():
        name, since, until = min(those)
        found.append((_time(since), _time(until), until - since, len(those), name))
    found.sort(key=lambda row: (-row[2], row[0], row[1], row[4]))

    kinds, noted = collections.defaultdict(list), []
    for path, _, _, _, count in _named_files():
        kind = "gzip" if path.endswith(".gz") else "plain"
        is_noted = b"future-field" in _first_line(path)     # the one name in the sample that is no field
        kinds[kind].append((count, is_noted))
        if is_noted:
            noted.append((path.removeprefix(f"{pathlib.Path(__file__).resolve().parents[3]}/"), kind, count, 0, "unknown fields: future-field"))
    return silent[:20] + found[:20] + [(kind, len(n), sum(count for count, _ in n), 0, sum(is_noted for _, is_noted in n))
                                       for kind, n in sorted(kinds.items())] + noted[:20]




def nat_by_tag(records):
    found = _groups((r for r in _accepted(records) if r.get("next_hop_interface_type") == "nat_gateway"),
                    lambda r: (r["instance_tag"] or r["interface_tag"] or r["asg_tag"] or "-", r["ecs_service_name"] or "-",
                               r["pkt_dst_aws_service"] or r["pkt_src_aws_service"] or "-"))
    rows = [(*key, _distinct(rs, "interface_id"), len(rs), sum(r["bytes"] or 0 for r in rs if r["flow_direction"] == "egress"),
             sum(r["bytes"] or 0 for r in rs if r["flow_direction"] == "ingress"), _sum(rs, "bytes")) for key, rs in found.items()]
    return _sorted(rows, -8, 1, 2, 3) + _files_with("next-hop-interface-type", "flow-direction", "instance-tag")


def interface_types(records):
    rows = []
    for (kind, version), rs in _groups(_ok(records), lambda r: (r.get("interface_type"), r["version"])).items():
        known = [r for r in rs if r.get("flow_direction") and r["bytes"] is not None]
        way = {d: sum(r["bytes"] for r in known if r["flow_direction"] == d) if known else None for d in ("ingress", "egress")}
        rows.append((kind is None, kind or "instance or other", version, _distinct(rs, "interface_id") or None, len(rs),
                     way["ingress"], way["egress"], _sum(rs, "bytes")))
    return [row[1:] for row in sorted(rows)] + _files_with("interface-type", "flow-direction")




def rejects_inside(records):
    inside = [r for r in _rejected(records) if _inside(r["srcaddr"]) and _inside(r["dstaddr"])]

    def subnet(r):
        return r.get("subnet_id") or str(ipaddress.ip_network(r["dstaddr"] + "/24", strict=False))

    nets = [(net, _distinct(rs, "srcaddr"), _distinct(rs, "dstaddr"), _distinct(rs, "dstport"), len(rs), _first(rs), _last(rs))
            for net, rs in _groups(inside, subnet).items()]
    pairs = [(*key, len(rs), _sum(rs, "packets"), _first(rs), _last(rs)) for key, rs in
             _groups(inside, lambda r: (r["srcaddr"], r["dstaddr"], r["protocol"], r["dstport"])).items()]
    pairs.sort(key=lambda row: (-row[4], *row[:4]))
    return (sorted(nets, key=lambda row: (-row[4], row[0]))
            + [(src, dst, _service(protocol, port), *rest) for src, dst, protocol, port, *rest in pairs[:20]])


def outside_hours(records):
    rows = []
    for (src, dst), rs in _groups(_passed(records), lambda r: (r["srcaddr"], r["dstaddr"])).items():
        night, day = [], []
        for r in rs:
            t = _clock.gmtime(r["start"])
            (day if t.tm_wday < 5 and 8 <= t.tm_hour < 18 else night).append(r)
        if (_sum(night, "bytes") or 0) >= 1000000:
            rows.append((src, dst, len(night), _sum(night, "bytes"), _sum(day, "bytes") or 0, _first(night), _last(night)))
    return _sorted(rows, -4, 1, 2)[:20]




def next_hop_trace(records, trace_from="10.64.1.12", trace_to="52.218.32.244"):
    legs = [r for r in _accepted(records) if r.get("flow_direction") == "egress" and r.get("pkt_dstaddr") == trace_to]
    rows, n = [], 1
    here = [r for r in legs if r["srcaddr"] == trace_from]
    while here and n <= 16:
        found = _groups(here, lambda r: (r["interface_id"], r.get("interface_type") or "-", r.get("az_id"), r["srcaddr"],
                                         _PATH.get(r.get("traffic_path")), r.get("next_hop_interface_id") or "-"))
        rows += _sorted([(n, *key, _sum(rs, "bytes")) for key, rs in found.items()], 2, 5, 6, 7)
        following = {r.get("next_hop_interface_id") for r in here} - {None}
        here = [r for r in legs if r["interface_id"] in following]
        n += 1
    return rows + _files_with("interface-id", "action", "flow-direction", "pkt-dstaddr", "next-hop-interface-id")
