# SPDX-License-Identifier: MIT
"""The scripts of sql/investigate on the sample's traffic as logs of other formats record it: the
default format, transit gateways, version 5, and four fields. A script answers, or says which field
is lacking. What the logs do not say is NULL and not 0."""

import itertools
import re

import pytest

import reference
from builds import BUILDS, ROOT

NAMES = sorted(p.stem for p in (ROOT / "sql/investigate").glob("*.sql"))
VPC, TGW = ([f.rstrip("#@") for f in fields] for fields in (reference.VPC_FIELDS, reference.TGW_FIELDS))
KINDS = {"default": VPC[:14], "tgw": TGW, "four": ["srcaddr", "dstaddr", "start", "end"], "v5": VPC[:29]}
ASKED = {"src": "10.0.1.31", "dst": "10.0.2.11", "text": "172.31.2.", "subnet": "10.0.1.0/24",
         "host": "10.0.2.14", "a": "172.31.1.13", "b": "192.0.2.77", "eni": "eni-0325382f7cb095211", "instance": "i-028450faf3abb2524",
         "trace_from": "10.64.1.12", "trace_to": "52.218.32.244", "new_before": "2026-06-15", "new_since": "2026-06-16",
         "week": "2026-03-09"}


def of_a_tgw(record):
    """What the fields of a transit gateway say of a record that an interface wrote."""
    own = "2" if record.get("flow_direction") == "egress" else "1"
    return {"version": 6, "resource_type": "TransitGateway", "tgw_id": "tgw-1", "tgw_attachment_id": f"tgw-attach-{own}",
            "flow_direction": record.get("flow_direction") or "ingress"}


@pytest.fixture(scope="module")
def logs(tmp_path_factory):
    """A folder for each kind of logs."""
    records = list(reference.read([str(ROOT / "tests/data/AWSLogs")]))
    folder = tmp_path_factory.mktemp("kinds")
    for kind, fields in KINDS.items():
        (folder / kind).mkdir()
        columns = [f.replace("-", "_") for f in fields]
        lines = [" ".join(fields)]
        for r in records:
            r = r | of_a_tgw(r) if kind == "tgw" and not r.get("tgw_id") else r
            lines.append(" ".join("-" if r.get(c) is None else str(r[c]) for c in columns))
        (folder / kind / "a.log").write_text("\n".join(lines) + "\n")
    return folder


def ask(name, logs, before="", headers="off", **values):
    set_all = "".join(f".parameter set @{k} \"'{v}'\"\n" for k, v in (ASKED | values).items())
    return BUILDS[0].rows(f"{before}.headers {headers}\n.parameter init\n.parameter set @logs \"'{logs}'\"\n{set_all}"
                          f".read sql/investigate/{name}.sql\n")


def lacking(rows):
    """The fields that errors name, one for each error."""
    said = r"(?:Runtime )?[Ee]rror near line \d+: flowlogs: (?:no record can meet the condition on (\w+), because|.*: lacks the fields? (\w+))"
    return [next(filter(None, re.match(said, row[0]).groups())) for row in rows if "rror near" in row[0]]


@pytest.mark.parametrize("name", NAMES)
def test_the_format_and_what_cannot_be_used(logs, tmp_path, name):
    """@format and @on_error reach every table: without the header, and with a torn line, the answer is the same."""
    header, text = (logs / "v5/a.log").read_text().split("\n", 1)
    (tmp_path / "a.log").write_text(text + "torn\n")
    listed = "CREATE TABLE indicators (cidr TEXT, note TEXT);\nINSERT INTO indicators VALUES ('192.0.2.77', 'it');\n"
    before = listed if name == "bad-addresses" else ""
    got, expected = ask(name, tmp_path, before, format=header, on_error="skip"), ask(name, logs / "v5", before)
    if name == "coverage":              # lists the file, with its error
        got, expected = got[:-2], expected[:-1]
    assert got == [[cell.replace(str(logs / "v5"), str(tmp_path)) for cell in row] for row in expected] and got
    if name not in ("coverage", "period-check"):
        [error] = [row[0] for row in ask(name, tmp_path, before, format=header) if "rror near" in row[0]]
        assert f"{tmp_path}/a.log:{text.count(chr(10)) + 1}: " in error


@pytest.mark.parametrize("kind", ["tgw", "four"])
@pytest.mark.parametrize("name", [
    "accepted-rejected", "rejected-tcp", "rejected-tcp-by-weekday", "rejects", "rejects-inside", "top-rejected"])
def test_accepted_or_rejected_cannot_be_told(logs, name, kind):
    """Where no file has `action`, one error says so, and nothing follows it. Where other fields are
    lacking as well, the error may name one of these."""
    rows = ask(name, logs / kind)
    assert len(rows) == 1 and lacking(rows)[0] in (["action"] if kind == "tgw" else ["action", "protocol", "srcport", "dstport"])


@pytest.mark.parametrize("name, columns", [
    ("nat-by-tag", [5, 6]), ("interface-types", [4, 5]), ("cleartext", [1, 4])])
def test_the_direction_is_not_guessed(tmp_path, name, columns):
    """What is sent and what is received is NULL without flow-direction, and so is which end is the
    interface's own; not so where only one direction occurs."""
    found = []
    for field, value in (("flow-direction ", "egress "), ("", "")):
        (tmp_path / "a.log").write_text(
            "srcaddr dstaddr srcport dstport protocol bytes start end action interface-id instance-id subnet-id az-id interface-type "
            f"next-hop-interface-type {field}encryption-status\n"
            f"10.0.0.5 203.0.113.7 40000 443 6 400 1773046800 1773046860 ACCEPT eni-1 i-1 subnet-1 use1-az1 - nat_gateway {value}0\n")
        found.append(ask(name, tmp_path, instance="i-1")[0])
    assert [i for i, (a, b) in enumerate(zip(*found)) if a != b and b == "NULL"] == columns
    assert [found[0][i] for i in columns] == {
        "cleartext": ["10.0.0.5", "1"], "interface-types": ["0", "400"]}.get(name, ["400", "0"])


# Columns that need fields which a kind of logs does not have.
UNKNOWN = [(kind, *line.split(" ", 1)) for kind, lines in {
    "tgw": """admin-ports rejected; bad-addresses rejected; conversation rejected; daily-trend rejected; host-seen rejected
              server-ports rejected rejected_clients; inbound-external rejected; uncommon-ports rejected; dns-resolvers rejected; top-talkers rejected; from-to rejected
              service-errors rejected share unanswered; unusual-protocols rejected
              interface-types interfaces; cleartext interfaces""",
    "four": """coverage nodata skipdata
               daily-trend rejected skipped bytes; period-check nodata skipdata; ipv4-ipv6 packets bytes share
               interface-types bytes_in bytes_out interfaces
               hourly packets bytes bytes_per_record"""}.items()
    for line in re.split(r"; |\n *", lines)]


@pytest.mark.parametrize("kind, name, columns", UNKNOWN)
def test_what_the_logs_do_not_say_is_null(logs, kind, name, columns):
    """NULL in all rows of the first answer that has such a column, and not so on logs that have the fields."""
    listed = "CREATE TABLE indicators (cidr TEXT, note TEXT);\nINSERT INTO indicators VALUES ('192.0.2.77', 'it');\n"
    for logs_of, known in ((kind, False), ("v5", True)):
        lines = ask(name, logs / logs_of, listed if name == "bad-addresses" else "", headers="on")
        at = next(i for i, line in enumerate(lines) if columns.split(" ")[-1] in line)
        answer = itertools.takewhile(lambda line: not all(re.fullmatch("[a-z_]+", cell) for cell in line), lines[at + 1:])
        rows = [dict(zip(lines[at], line)) for line in answer]
        assert rows and {c for c in columns.split(" ") if any(row[c] != "NULL" for row in rows)} == set(columns.split(" ") if known else [])


@pytest.mark.parametrize("name, rows", [
    ("data-leaving", [["10.0.0.5", "203.0.113.7", "443", "https", "1", "NULL", "NULL", "2026-03-08 00:00:00", "2026-03-08 00:11:30"]]),
    ("outside-hours", [["10.0.0.5", "203.0.113.7", "12", "NULL", "NULL", "2026-03-08 00:00:00", "2026-03-08 00:11:30"]])])
def test_pairs_without_a_byte_count(tmp_path, name, rows):
    """They are shown, and their bytes are NULL. A record without traffic is not one of them."""
    (tmp_path / "a.log").write_text("srcaddr dstaddr srcport dstport protocol start end\n" + "- - - - - 1772928000 1772928030\n" + "".join(
        f"10.0.0.5 203.0.113.7 40000 443 6 {1772928000 + 60 * i} {1772928030 + 60 * i}\n" for i in range(12)))
    assert ask(name, tmp_path) == rows


# The scripts that stop at an error, because all that they ask about is a field that the logs lack.
NEED_ACTION = set("""accepted-rejected nat-by-tag rejected-tcp rejected-tcp-by-weekday rejects rejects-inside top-rejected traffic-paths""".split())
# They ask flowlogs_connections, for which a file needs addresses, ports and protocol.
ON_CONNECTIONS = {name for name in NAMES if "flowlogs_connections(" in (ROOT / f"sql/investigate/{name}.sql").read_text()} - {"nat-traffic", "cleartext"}
STOPPED = {"default": set(), "v5": set(), "tgw": NEED_ACTION | {"eni"},
           "four": NEED_ACTION | ON_CONNECTIONS | {"eni", "skipdata", "tcp-from-source"}}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_or_what_is_lacking(logs, kind, name):
    """Rows, or an error or a closing line that names a field, or a last answer that counts 0 files with a field. Never nothing."""
    listed = "CREATE TABLE indicators (cidr TEXT, note TEXT);\nINSERT INTO indicators VALUES ('192.0.2.77', 'it');\n"
    rows = ask(name, logs / kind, listed if name == "bad-addresses" else "")
    closes = "_files(@logs, @format) WHERE fields" in (ROOT / f"sql/investigate/{name}.sql").read_text()
    fields = lacking(rows)
    assert bool(fields) == (name in STOPPED[kind])
    answer = [row for row in (rows[:-1] if closes else rows) if row[0] != "nothing found" and "rror near" not in row[0]]
    unknown = closes and rows[-1][0] == "1" and "0" in rows[-1][1:] or "not have the field" in rows[-1][-1]
    assert answer or fields or unknown or name == "mining-pools"       # which the sample does not have
    assert set(fields).isdisjoint(f.replace("-", "_") for f in KINDS[kind])


def test_the_account_and_the_region_of_the_path(tmp_path):
    """period-check and coverage tell flow logs apart whose records do not have these fields."""
    for account, region in (("123456789012", "us-east-1"), ("012345678901", "eu-west-1")):
        folder = tmp_path / f"AWSLogs/{account}/vpcflowlogs/{region}/2026/03/09"
        folder.mkdir(parents=True)
        (folder / f"{account}_vpcflowlogs_{region}_fl-0f0364dc838ff8342_20260309T0905Z_680defad.log").write_text(
            "interface-id srcaddr dstaddr start end log-status\neni-1 - - 1773046860 1773046920 NODATA\n")
    assert [row[1:5] for row in ask("period-check", tmp_path)[:2]] == [
        ["012345678901", "eu-west-1", "0", "1"], ["123456789012", "us-east-1", "0", "1"]]
    assert [row[:2] for row in ask("coverage", tmp_path)[:2]] == [["012345678901", "eni-1"], ["123456789012", "eni-1"]]


@pytest.mark.parametrize("name, lacks", [
    (name, port) for name in ("services-used", "admin-ports", "port-scans", "uncommon-ports") for port in ("srcport", "dstport")])
def test_one_of_the_ports_is_not_enough(tmp_path, name, lacks):
    """Half of the records would be found, or counted on the wrong side."""
    port = {"srcport": "dstport", "dstport": "srcport"}[lacks]
    (tmp_path / "a.log").write_text(f"srcaddr dstaddr {port} protocol packets bytes start end action\n"
                                    "203.0.113.7 10.0.0.5 22 6 4 400 1773046800 1773046860 ACCEPT\n")
    assert lacking(ask(name, tmp_path)) == [lacks]
