# SPDX-License-Identifier: MIT
"""The scripts of sql/investigate on the sample's traffic as logs of other formats record it: the
default format, transit gateways, version 5, and four fields. A script answers, or says which field
is lacking. What the logs do not say is NULL and not 0."""

import re

import pytest

import reference
from builds import BUILDS, ROOT

NAMES = sorted(p.stem for p in (ROOT / "sql/investigate").glob("*.sql"))
VPC, TGW = ([f.rstrip("#@") for f in fields] for fields in (reference.VPC_FIELDS, reference.TGW_FIELDS))
KINDS = {"default": VPC[:14], "tgw": TGW, "four": ["srcaddr", "dstaddr", "start", "end"], "v5": VPC[:29]}
ASKED = {"src": "10.0.1.31", "dst": "10.0.2.11", "net": "10.0.0.0/16", "text": "172.31.2.", "subnet": "10.0.1.0/24",
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


def ask(name, logs, before="", **values):
    set_all = "".join(f".parameter set @{k} \"'{v}'\"\n" for k, v in (ASKED | values).items())
    return BUILDS[0].rows(f"{before}.headers off\n.parameter init\n.parameter set @logs \"'{logs}'\"\n{set_all}"
                          f".read sql/investigate/{name}.sql\n")


def lacking(rows):
    """The fields that errors name, each once for each error."""
    return [re.match(r"Runtime error near line \d+: flowlogs: no record can meet the condition on (\w+), because", row[0])[1]
            for row in rows if "rror near" in row[0]]


@pytest.mark.parametrize("kind", ["tgw", "four"])
@pytest.mark.parametrize("name", [
    "accepted-rejected", "https-servers", "inbound-external", "port-scan-horizontal", "port-scan-vertical", "rejected-tcp",
    "rejected-tcp-by-weekday", "rejects", "rejects-inside", "top-rejected", "uncommon-ports"])
def test_accepted_or_rejected_cannot_be_told(logs, name, kind):
    """Where no file has `action`, one error says so, and nothing follows it. Where other fields are
    lacking as well, the error may name one of these."""
    rows = ask(name, logs / kind)
    assert len(rows) == 1 and lacking(rows)[0] in (["action"] if kind == "tgw" else ["action", "protocol", "dstport"])


@pytest.mark.parametrize("name, columns", [
    ("top-instances", [4, 5]), ("top-subnets", [4, 5]), ("instance-traffic", [0, 5, 6]), ("nat-by-tag", [5, 6]), ("interface-types", [4, 5]),
    ("cleartext", [1, 4])])
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
    assert [i for i, (a, b) in enumerate(zip(*found)) if a != b and b == "NULL"] == (columns if name != "top-instances" else [1, *columns])
    assert [found[0][i] for i in columns] == {
        "instance-traffic": ["203.0.113.7", "400", "0"], "cleartext": ["10.0.0.5", "1"], "interface-types": ["0", "400"]}.get(name, ["400", "0"])
