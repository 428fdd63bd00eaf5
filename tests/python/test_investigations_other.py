# SPDX-License-Identifier: MIT
"""The scripts of sql/investigate on other logs than the sample. The sample's generator makes two
trees with other seeds, and the records are then changed. In one tree all values are equal, so that
only a total order gives a fixed answer. The other has version 5 with the fields in a random order,
and rare addresses, byte counts, ports and statuses. The right answers come from
tests/lib/answers."""

import datetime
import importlib.util
import json
import pathlib
import random

import pytest

import answers.invb
import reference
from builds import BUILDS, ROOT
from test_investigations import ANSWERS, text
from test_parameters import setting

NAMES = sorted(ANSWERS)
INDICATORS = [("192.0.2.77", "example: C2"), ("203.0.113.64/29", "example: SSH"), ("198.51.100.23", "example: scan"),
              ("2001:db8:bad::/48", "example: IPv6")]
ELSEWHERE = {"bad-addresses": {"listed": INDICATORS}}         # the sample's list is another one
TRAFFIC = ("srcaddr", "dstaddr", "srcport", "dstport", "protocol", "packets", "bytes", "action", "type", "tcp-flags",
           "pkt-srcaddr", "pkt-dstaddr", "flow-direction", "traffic-path", "pkt-src-aws-service", "pkt-dst-aws-service",
           "reject-reason", "encryption-status")
OURS = answers.invb._OURS + answers.invb._BLOCKS         # the sample's networks, which these logs have too


def tie(record, _):
    """Gives the record two packets of a hundred bytes, and a time rounded to five minutes."""
    start = int(record["start"]) // 300 * 300
    record |= {"packets": 2, "bytes": record["bytes"] if record["bytes"] == "-" else 100, "start": start, "end": start + 60}


def bend(record, rng):
    """Gives two of five records rare values."""
    def vpc_only(change):
        return change if "action" in record else {}

    nothing = {field: "-" for field in TRAFFIC if field in record}
    record |= rng.choice([
        nothing | {"log-status": rng.choice(["NODATA", "SKIPDATA"])},
        {"packets": 0, "bytes": 0}, {"bytes": "-"},
        {"srcport": 0, "dstport": 0}, {"srcport": 22, "dstport": 22}, {"srcport": 443, "dstport": 443},
        {"protocol": 6, "dstport": rng.choice([22, 53, 445, 3389])}, {"protocol": rng.choice([1, 17, 47, 50, 132])},
        vpc_only({"action": "REJECT"}), vpc_only({"action": "ACCEPT"}),
        {field: "-" for field in ("srcaddr", "pkt-srcaddr") if field in record},
        {field: "-" for field in ("dstaddr", "pkt-dstaddr") if field in record},
        *[{}] * 18])


def write_tree(folder, seed, change, version5):
    """Writes the generator's tree with each record changed. version5: all VPC logs that have a
    header get that version, with the fields in a random order."""
    spec = importlib.util.spec_from_file_location("generate_other", ROOT / "tests/data/generate.py")
    generate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    generate.rng.seed(seed)
    rng = random.Random(seed)
    as_it_was = generate.lines

    def lines(fields, records, version, header=True):
        records = [dict(r) for r in records]
        for r in records:
            if r["log-status"] == "OK":
                change(r, rng)
        if version5 and fields in (generate.VPC_FIELDS, generate.V5_FIELDS):
            fields, version = rng.sample(generate.V5_FIELDS, 29), 5
        return as_it_was(fields, records, version, header)

    generate.lines = lines
    generate.aws_logs(generate.Out(folder))
    return pathlib.Path(folder, "AWSLogs")


def subjects(records, rng):
    """The parameters of the scripts, as script -> parameters, taken from records that exist."""
    def some(field, among=records):
        return rng.choice([r[field] for r in among if r.get(field)])

    hop = [r for r in records if r.get("next_hop_interface_id") and r["flow_direction"] == "egress"] or records
    translated = rng.choice([r for r in records if r["srcaddr"] and r.get("pkt_srcaddr") not in (None, r["srcaddr"])])
    ipv4 = some("srcaddr", [r for r in records if r["srcaddr"] and "." in r["srcaddr"]])
    day = datetime.date.fromisoformat(sorted({r["start_time"][:10] for r in records})[1])
    leg = rng.choice([r for r in hop if r["srcaddr"] and r.get("pkt_dstaddr")])
    network = ipv4.rsplit(".", 1)[0] + ".0/24"
    return {
        "from-to": {"dst": network}, "tcp-from-source": {"src": some("srcaddr")},
        "top-talkers": {"within": network},
        "to-text-prefix": {"text": some("dstaddr")[:5]}, "host-seen": {"host": some("srcaddr")},
        "eni": {"eni": some("interface_id")},
        "conversation": {"a": translated["pkt_srcaddr"], "b": translated["srcaddr"]},  # b also forwards for a
        "next-hop-trace": {"trace_from": leg["srcaddr"], "trace_to": leg["pkt_dstaddr"]},
        "new-talkers": {"new_before": str(day - datetime.timedelta(1)), "new_since": str(day),
                        "new_until": str(day + datetime.timedelta(1))}}


@pytest.fixture(scope="module", params=[("ties", 43, tie, False), ("bent", 33, bend, True)], ids=lambda p: p[0])
def other(request, tmp_path_factory):
    """One of the two trees: (folder, records, parameters)."""
    name, seed, change, version5 = request.param
    logs = write_tree(str(tmp_path_factory.mktemp(name)), seed, change, version5)
    records = list(reference.read([str(logs)]))
    return logs, records, subjects(records, random.Random(seed))


@pytest.mark.parametrize("name", NAMES)
def test_a_script_gives_the_computed_answer_on_other_logs(other, name, monkeypatch):
    logs, records, parameters = other
    values = parameters.get(name, {})
    monkeypatch.setattr(answers.invb, "_tree", logs)
    monkeypatch.setattr(answers.invb, "_OURS", OURS)
    monkeypatch.setattr(answers.invb, "_known", {})
    listed = ", ".join(map(str, INDICATORS))
    got = BUILDS[0].rows("\n".join([
        ".headers off", f"CREATE TABLE indicators (cidr TEXT, note TEXT);\nINSERT INTO indicators VALUES {listed};",
        ".parameter init", setting("logs", str(logs)), ".parameter set @inside '" + json.dumps(list(map(str, OURS))) + "'",
        *(setting(k, v) for k, v in values.items()),
        f".read sql/investigate/{name}.sql"]))
    expected = [[text(v) for v in row] for row in ANSWERS[name](list(records), **values, **ELSEWHERE.get(name, {}))]
    assert [row for row in got if row[0] != "nothing found"] == expected
