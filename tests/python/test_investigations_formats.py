# SPDX-License-Identifier: MIT
"""The scripts of sql/investigate on formats that the sample does not have: addresses in other
spellings than the question's, logs without log-status, records without a byte count."""

import pytest

from builds import BUILDS, ROOT

NAMES = sorted(p.stem for p in (ROOT / "sql/investigate").glob("*.sql"))
LONG, SHORT = "2600:1f18:4a3b:1200:0:0:0:5", "2600:1f18:4a3b:1200::5"
FAR, FAR_SHORT = "2001:db8:0:0:0:0:0:9", "2001:db8::9"
FIELDS = ("version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action {}"
          "pkt-srcaddr pkt-dstaddr flow-direction az-id vpc-id subnet-id instance-id traffic-path next-hop-interface-id")


def both_ways(own, far, status="OK ", start=1773046800, size=400):
    """The records of a request and its answer, as the network interface of `own` logs them."""
    here = "use1-az1 vpc-1 subnet-1 i-1"
    return (f"5 1 eni-1 {own} {far} 40000 443 6 4 {size} {start} {start + 60} ACCEPT {status}{own} {far} egress {here} 8 -\n"
            f"5 1 eni-1 {far} {own} 443 40000 6 4 {size} {start} {start + 60} ACCEPT {status}{far} {own} ingress {here} - -\n")


def ask(name, logs, **values):
    set_all = "".join(f".parameter set @{k} \"'{v}'\"\n" for k, v in values.items())
    return BUILDS[0].rows(f".headers off\n.parameter init\n.parameter set @logs \"'{logs}'\"\n{set_all}.read sql/investigate/{name}.sql\n")


# The fields without which a script finds nothing or cannot tell something, of those that its last answer counts.
NEEDED = {
    "bpa-rejects": "reject-reason", "interface-types": "interface-type flow-direction",
    "high-loss": "tgw-id flow-direction packets-lost-no-route packets-lost-blackhole packets-lost-mtu-exceeded packets-lost-ttl-expired",
    "nat-by-tag": "next-hop-interface-type flow-direction instance-tag",
    "next-hop-trace": "interface-id action flow-direction pkt-dstaddr next-hop-interface-id",
    "service-errors": "flow-direction pkt-src-aws-service pkt-dst-aws-service",
    "traffic-paths": "traffic-path flow-direction instance-id pkt-dst-aws-service"}


@pytest.mark.parametrize("name, lacks", [(name, field) for name, fields in NEEDED.items() for field in fields.split()])
def test_the_last_answer_names_each_field_that_is_needed(tmp_path, name, lacks):
    """Of 2 files, one has all fields and the other all but one, whatever way the names are written."""
    fields = NEEDED[name].split()
    for file, own in (("a", fields), ("b", [f.replace("-", "_") for f in fields if f != lacks])):
        (tmp_path / f"{file}.log").write_text(f"srcaddr dstaddr start end {' '.join(own + [f for f in ('action', 'interface-id') if f not in fields])}\n")
    rows = ask(name, tmp_path, trace_from="10.0.0.5", trace_to="10.0.1.6")
    assert rows[-1] == ["2", *("1" if f == lacks else "2" for f in fields)]


@pytest.mark.parametrize("name", [n for n in NAMES if "_files(@logs, @format) WHERE fields" in (ROOT / f"sql/investigate/{n}.sql").read_text()])
def test_a_last_answer_is_tested(name):
    assert name in NEEDED


@pytest.mark.parametrize("lacks, figures", [
    ("", ["9", "1", "2", "4", "8", "1666666"]), ("flow-direction", ["NULL", "1", "2", "4", "8", "NULL"]),
    ("packets-lost-blackhole", ["9", "1", "NULL", "4", "8", "1444444"])])
def test_losses_where_fields_are_lacking(tmp_path, lacks, figures):
    values = {"srcaddr": "10.0.0.5", "dstaddr": "10.0.1.6", "start": 1773046800, "end": 1773046860, "packets": 9, "tgw-id": "tgw-1",
              "flow-direction": "ingress", "packets-lost-no-route": 1, "packets-lost-blackhole": 2, "packets-lost-mtu-exceeded": 4,
              "packets-lost-ttl-expired": 8}
    values.pop(lacks, None)
    (tmp_path / "a.log").write_text(" ".join(values) + "\n" + " ".join(map(str, values.values())) + "\n")
    assert ask("high-loss", tmp_path)[0][4:] == figures


@pytest.fixture(scope="module")
def spellings(tmp_path_factory):
    """The same two hosts with their IPv6 addresses in full, as AWS writes them, and shortened."""
    logs = tmp_path_factory.mktemp("spellings")
    (logs / "a.log").write_text(FIELDS.format("log-status ") + "\n" + both_ways(LONG, FAR) + both_ways(SHORT, FAR_SHORT))
    return logs


@pytest.mark.parametrize("own, far", [(LONG, FAR), (SHORT, FAR_SHORT), (SHORT.upper(), "2001:DB8:0:0::9")])
@pytest.mark.parametrize("name, column, figures", [
    ("from-to", 8, ["800"]), ("tcp-from-source", 7, ["400", "400"]),
    ("host-seen", 6, ["800"]), ("conversation", 8, ["800"]), ("next-hop-trace", 7, ["800"])])
def test_an_address_in_any_spelling(spellings, name, column, figures, own, far):
    """Every spelling finds the records of every spelling, as those of one host."""
    rows = ask(name, spellings, src=own, dst=far, host=own, a=own, b=far, trace_from=own, trace_to=far)
    assert [row[column] for row in rows if len(row) > column] == figures


def test_approved_resolvers_in_any_spelling(tmp_path):
    (tmp_path / "a.log").write_text("".join(
        f"2 1 eni-1 {LONG} {to} 40000 53 17 1 80 1773046800 1773046860 ACCEPT OK\n"
        for to in ("fd00:ec2:0:0:0:0:0:253", "2001:db8:0:0:0:0:0:53")))
    assert [row[1] for row in ask("dns-resolvers", tmp_path, inside=r'[\"2600:1f18::/32\"]')] == ["2001:db8::53"]


@pytest.mark.parametrize("inside, sides", [
    (None, ["outside", "outside"]),
    (r'[\"10.0.0.0/8\", \"100.64.0.0/10\"]', ["inside", "inside"]),
    (r'[\"10.0.0.0/8\"]', ["outside"]),
])
def test_resolvers_in_the_shared_address_space(tmp_path, inside, sides):
    """100.64.1.1 is inside by default, because pods have such addresses; but a DNS server there is
    inside only where a list of one's own says so."""
    (tmp_path / "a.log").write_text("".join(
        f"2 1 eni-1 {of} 100.100.100.100 40000 53 17 1 80 1773046800 1773046860 ACCEPT OK\n" for of in ("10.0.1.5", "100.64.1.1")))
    rows = ask("dns-resolvers", tmp_path, **({"inside": inside} if inside else {}))
    assert [(row[0], row[3]) for row in rows] == list(zip(("10.0.1.5", "100.64.1.1"), sides))


@pytest.mark.parametrize("name", [n for n in NAMES if n not in ("eni", "skipdata")])      # which are about the status
def test_without_log_status(tmp_path, name):
    """Without the field log-status, the answers are the same as for the same records with it. How
    many records are NODATA or SKIPDATA is NULL."""
    found = []
    for field, status in (("log-status ", "OK "), ("", "")):
        logs = tmp_path / "logs"
        logs.mkdir(exist_ok=True)
        (logs / "a.log").write_text(FIELDS.format(field) + "\n" + "".join(
            both_ways("10.0.0.5", far, status, 1773000000 + 60 * i, 9000000)
            for far in ("10.0.1.6", "203.0.113.7") for i in [*range(40), 2000]))
        found.append(ask(name, logs, src="10.0.0.5", dst="203.0.113.7", host="10.0.0.5", a="10.0.0.5", b="203.0.113.7",
                         text="10.", eni="eni-1", trace_from="10.0.0.5",
                         trace_to="203.0.113.7", week="2026-03-08", new_since="2026-03-08")
                     if name != "bad-addresses" else [])
    found = [[row[:2] if row[0] == "nothing found" else row for row in rows] for rows in found]
    unknown = {"daily-trend": (found[0], slice(3, 4)), "period-check": (found[0][:-1], slice(4, 6))}
    for row in unknown[name][0] if name in unknown else []:
        row[unknown[name][1]] = ["NULL"] * len(row[unknown[name][1]])
    if name == "coverage":      # the interface is listed, because records of it may have been lost
        found[0].insert(0, ["1", "eni-1", "164", "NULL", "NULL", "NULL", "2026-03-10 05:21:00"])
    assert found[0] == found[1]
    assert not [cell for row in found[0] for cell in row if "rror near" in cell]
    assert found[0] or name not in ("hourly", "data-leaving", "outside-hours", "daily-trend", "coverage")


def test_without_log_status_nobody_knows_what_was_lost(tmp_path):
    (tmp_path / "a.log").write_text("srcaddr dstaddr start end\n10.0.0.5 10.0.0.6 1773046800 1773046860\n")
    assert "no record can meet the condition on log_status" in ask("skipdata", tmp_path)[-1][0]


def test_who_sends_nothing_is_no_nat_gateway(tmp_path):
    (tmp_path / "a.log").write_text("2 1 eni-1 10.0.0.5 203.0.113.7 40000 443 6 0 0 1773046800 1773046860 ACCEPT OK\n")
    assert [row[0] for row in ask("data-leaving", tmp_path)] == ["nothing found"]


def test_lost_records_of_a_transit_gateway(tmp_path):
    (tmp_path / "a.log").write_text("version tgw-attachment-id start end log-status\n6 tgw-attach-1 1773046800 1773046860 SKIPDATA\n"
                                    "6 tgw-attach-2 1773046800 1773046860 SKIPDATA\n")
    assert [row[1:3] for row in ask("skipdata", tmp_path)] == [["tgw-attach-1", "1"], ["tgw-attach-2", "1"]]


def test_bad_addresses_without_a_byte_count(tmp_path):
    """Records of traffic that VPC Block Public Access rejects have no byte count, so the bytes are
    unknown in both directions."""
    (tmp_path / "a.log").write_text("2 1 eni-1 203.0.113.7 10.0.0.5 40000 443 6 4 - 1773046800 1773046860 REJECT OK\n")
    rows = BUILDS[0].rows("CREATE TABLE indicators (cidr TEXT, note TEXT);\nINSERT INTO indicators VALUES ('203.0.113.7', 'it');\n"
                          f".headers off\n.parameter init\n.parameter set @logs \"'{tmp_path}'\"\n"
                          ".read sql/investigate/bad-addresses.sql\n")
    assert [row[5:9] for row in rows] == [["0", "1", "NULL", "NULL"]]
