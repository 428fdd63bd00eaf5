# SPDX-License-Identifier: MIT
"""The parameters of sql/investigate. With values other than the defaults, the scripts give the
answers that tests/lib/answers computes. A script does not change what the user has set. A
parameter whose default makes sense for the sample only is an error if it is missing for other
logs. An empty answer says what was asked."""

import functools
import ipaddress
import json
import re
import shutil

import pytest

import answers
import reference
from builds import ROOT

ANSWERS = answers.functions()
DAY = {"since": "2026-03-10", "until": "2026-03-11"}
SECONDS = {"since": 1773046800, "until": 1773050400}  # 2026-03-09 09:00 to 10:00
CASES = [
    *((name, DAY | {"top": 7}) for name in (
        "top-talkers", "services-used", "host-seen", "data-leaving", "cross-az", "tcp-from-source", "from-to",
        "to-text-prefix", "rejected-tcp", "rejected-tcp-by-weekday", "rejects", "top-rejected",
        "admin-ports", "server-ports", "skipdata", "connections-latest", "nat-traffic", "conversation", "eni")),
    *((name, SECONDS | {"top": 100000}) for name in (
        "top-talkers", "services-used", "rejects", "connections-latest", "nat-traffic", "from-to", "admin-ports")),
    *(("top-talkers", {"per": per, "by": by}) for per in ("address", "pair", "instance", "subnet") for by in ("bytes", "packets", "received")),
    ("top-talkers", {"within": "10.0.1.0/24"}),
    ("top-talkers", {"within": "2600:1f18:4a3b:1200::/64", "per": "pair", "top": 100000}),
    ("services-used", {"protocol": 17, "per": "address", "top": 100000}),
    ("services-used", {"protocol": 1}),
    ("data-leaving", {"per": "connection", "bytes": 1000000}),
    ("host-seen", {"host": "i-028450faf3abb2524", "top": 100000}),
    ("ipv4-ipv6", DAY),
    ("from-to", {"dst": "2a05:d014:6c2:9a00::/56"}),
    ("from-to", {"dst": "10.0.0.0/16"}),
    ("from-to", {"dst": "203.0.113.200"}),
    ("from-to", {"src": "10.0.1.0/24", "dst": "10.0.2.0/24", "top": 100000}),
    ("to-text-prefix", {"text": "2001:db8:"}),
    ("admin-ports", {"admin_ports": "[22, 3389]", "top": 100000}),
    ("server-ports", {"ports": "[443]"}),
    ("server-ports", SECONDS | {"ports": "[443, 8443]", "top": 3}),
    ("tcp-from-source", {"src": "172.31.1.13", "top": 100000}),
    ("from-to", {"src": "203.0.113.66"}),
    ("from-to", {"src": "10.0.2.11", "top": 100000}),
    ("from-to", {"dst": "10.0.0.30", "top": 100000}),
    *(("nat-traffic", {"per": per, "by": by}) for per in ("address", "pair", "remote", "service") for by in ("bytes", "sent", "received")),
    ("nat-traffic", {"nat": "eni-0325382f7cb095211", "top": 100000}),
    ("nat-traffic", {"nat": "10.64.0.20", "per": "address"}),
    ("conversation", {"a": "10.0.0.10", "b": "10.0.1.14"}),             # both sides logged, default format
    ("conversation", {"a": "10.0.1.14", "b": "10.0.0.10", "port": 22}),
    ("conversation", {"a": "10.0.1.31", "b": "10.0.2.11"}),             # sent on one side, refused on the other
    ("conversation", {"a": "10.0.0.30", "b": "10.8.2.14", "top": 100000}),  # through a transit gateway
    ("conversation", {"a": "172.31.0.20", "b": "172.31.1.12", "top": 100000}),  # a NAT gateway itself
    ("eni", {"eni": "eni-05e2bd9fd74516aa9", "top": 100000}),           # a NAT gateway, default format
    ("eni", {"eni": "eni-041ad8075a93a105f"}),                          # SKIPDATA, IPv6
]

# What these ask about has a default for the sample alone: a value that nothing in it has, of each.
ASKED = {
    "from-to": {"src": "192.0.2.200/30"}, "tcp-from-source": {"src": "192.0.2.200"}, "to-text-prefix": {"text": "10.99."},
    "host-seen": {"host": "2001:db8::99"}, "conversation": {"a": "10.0.0.10", "b": "192.0.2.200"}, "eni": {"eni": "eni-0"},
    "next-hop-trace": {"trace_from": "10.64.1.12", "trace_to": "192.0.2.200"},
    "new-talkers": {"new_since": "2026-06-16"}}
WRONG = [("tcp-from-source", "src", "10.0.1.31/32"), ("from-to", "dst", "db-1"), ("host-seen", "host", "2001:DB8::1/128"),
         ("to-text-prefix", "text", 10.0), ("eni", "eni", "10.0.1.31"), ("host-seen", "host", "web"), ("top-talkers", "per", "address "),
         ("top-talkers", "by", "flows"), ("top-talkers", "within", "10.0.0.0/33"), ("services-used", "per", "instance"),
         ("data-leaving", "per", "address"), ("nat-traffic", "per", "instance"), ("nat-traffic", "by", "packets"),
         ("conversation", "b", "10.0.1"), ("next-hop-trace", "trace_to", "S3"), ("new-talkers", "new_since", 2014),
         ("new-talkers", "new_since", "yesterday"), ("from-to", "src", "10.0.0.0/33")]


@functools.cache
def records():
    return tuple(reference.read([str(ROOT / "tests/data/AWSLogs")]))


def setting(name, value):
    return f".parameter set @{name} " + (f"\"'{value}'\"" if isinstance(value, str) else str(value))


@pytest.mark.parametrize("name, values", CASES, ids=lambda x: x if isinstance(x, str) else ",".join(map(str, x.values())))
def test_other_parameters_give_the_computed_answer(release, name, values):
    set_all = "\n".join(setting(k, v) for k, v in values.items())
    got = release.rows(f".headers off\n.parameter init\n{set_all}\n.read sql/investigate/{name}.sql")
    values = {k: json.loads(v) if k.endswith("ports") else v for k, v in values.items()}
    expected = ANSWERS[name](list(records()), **values)
    assert [row for row in got if row[0] != "nothing found"] == [["NULL" if v is None else str(v) for v in row] for row in expected]
    assert got


def test_a_parameter_has_one_default():
    """In one session, a script takes what the script before it has set: the same name must mean
    the same."""
    defaults = {}
    for script in sorted((ROOT / "sql").glob("**/*.sql")):
        for block in re.findall(r"INSERT OR IGNORE INTO temp\.sqlite_parameters\s(.*?);\n", script.read_text(), re.S):
            for name, value in re.findall(r"(?:\(|SELECT )'(@\w+)',\s*('(?:[^']|'')*'|[^'()]+)(?:\)| WHERE)", block):
                defaults.setdefault(name, {}).setdefault(" ".join(value.split()), []).append(script.stem)
    assert len(defaults) > 40 and {n: v for n, v in defaults.items() if len(v) > 1} == {}
    assert {f"@{name}" for values in ASKED.values() for name in values} < set(defaults)


@pytest.mark.parametrize("name", sorted(ANSWERS))
def test_a_header_names_all_parameters(name):
    """The comment at the head of a script lists the parameters that the script uses, and no others."""
    text = (ROOT / "sql/investigate" / f"{name}.sql").read_text()
    head = re.match(r"(?:--.*\n)+", text)[0]
    listed = {p for line in re.findall(r"^--   (@\w+(?:, @\w+)*) ", head, re.M) for p in line.split(", ")}
    used = set(re.findall(r"@\w+", text[len(head):]))
    assert listed == used


def test_scripts_one_after_the_other(release):
    """All scripts in one session print what each prints in a session of its own."""
    names = sorted(ANSWERS)
    alone = {name: release.shell(f".parameter init\n.read sql/investigate/{name}.sql") for name in names}
    together = release.shell(".parameter init\n" + "".join(f".print === {n}\n.read sql/investigate/{n}.sql\n" for n in names))
    parts = dict(part.split("\n", 1) for part in together.split("=== ")[1:])
    assert {n: parts[n] for n in names} == alone


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """Logs that aren't the sample's, though they hold the same."""
    logs = tmp_path_factory.mktemp("own") / "AWSLogs"
    shutil.copytree(ROOT / "tests/data/AWSLogs", logs)
    return logs


INSIDE = [p.stem for p in sorted((ROOT / "sql/investigate").glob("*.sql")) if "@inside" in p.read_text()]


def test_inside_has_one_home():
    """is_inside() knows the default of @inside, and no script but sql/alerts/setup.sql, which puts it into a table, writes it down."""
    for script in (ROOT / "sql").glob("**/*.sql"):
        text = script.read_text()
        assert "172.16.0.0/12" not in text or script == ROOT / "sql/alerts/setup.sql", script
        assert len(re.findall(r"is_inside\([^)]", text)) == text.count(", @inside)"), script


def test_the_table_of_the_alerts_has_the_default(release):
    """At the edges of each network, is_inside() says the same as the table inside."""
    nets = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"]
    edges = []
    for net in map(ipaddress.ip_network, nets):
        edges += [net[0], net[-1], net[0] - 1, net[-1] + 1]
    asked = ", ".join(f"is_inside('{ip}') = (cidr_lookup('inside', 'cidr', '{ip}') IS NOT NULL)" for ip in edges)
    assert release.rows(f".headers off\n.read sql/alerts/setup.sql\nSELECT {asked};") == [["1"] * len(edges)]


@pytest.mark.parametrize("name", INSIDE)
def test_inside_is_a_list_or_the_name_of_a_table(release, name):
    """The IPv6 blocks of the sample, added to the private networks in either form."""
    nets = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "2600:1f18:4a3b:1200::/56", "2600:1f18:77aa:3400::/56",
            "2a05:d014:6c2:9a00::/56", "2a05:d018:1e7:4b00::/56"]
    rows = ", ".join(f"('{net}')" for net in nets)
    script = f".parameter init\n.parameter set @inside %s\n.read sql/investigate/{name}.sql\n"
    default, listed, table = (release.rows(before + (script % value if value else script.replace(".parameter set @inside %s\n", "")))
                              for before, value in (("", ""), ("", "'" + json.dumps(nets) + "'"),
                                                    (f"CREATE TABLE own (cidr TEXT);\nINSERT INTO own VALUES {rows};\n", "own")))
    assert listed == table
    assert listed != default or name not in ("inbound-external", "new-talkers")


@pytest.mark.parametrize("value", ["10.0.0.0/8 100.64.0.0/10", "10.0.0.1", "[22", "22", '{"a": 1}', "[null]", '["TCP"]', ""])
@pytest.mark.parametrize("name", INSIDE)
def test_an_inside_that_is_none_is_an_error(release, name, value):
    got = release.shell(f".parameter init\nINSERT INTO temp.sqlite_parameters VALUES ('@inside', '{value}');\n"
                        f".read sql/investigate/{name}.sql")
    assert re.fullmatch(r"(Runtime )?[Ee]rror.*: flowlogs: (?:is_)?inside: (no such table: .*; name a table with a column cidr, or write a JSON array such "
                        r"as '.*'|element 1 of the list is .*, which is no prefix such as '10.0.0.0/8')\n", got), got


@pytest.mark.parametrize("name", ASKED)
def test_own_logs_are_never_asked_about_the_samples(release, own, name):
    """Without the parameter an error, and nothing else: neither in a new session, nor where the
    sample was asked before."""
    read = f".read sql/investigate/{name}.sql\n"
    error = re.compile(r"Error near line \d+: flowlogs: @\w+ must be an? .*: "
                       r"\.parameter set @\w+ \"'.*'\"\n")
    set_logs = f".parameter init\n{setting('logs', str(own))}\n"
    assert error.fullmatch(release.shell(set_logs + read))
    assert error.fullmatch(release.shell(f".parameter init\n.output /dev/null\n{read}.output\n{set_logs}{read}"))


# Scripts that answer about files, which a period without records does not make fewer.
ABOUT_FILES = {"coverage", "period-check"}
# Scripts that set the period themselves.
OWN_PERIOD = {"new-talkers": {"new_before": "2029-12-31", "new_since": "2030-01-01"}}


@pytest.mark.parametrize("name", [n for n in sorted(ANSWERS) if n not in ABOUT_FILES])
def test_nothing_found_says_what_was_asked(release, own, name):
    """And what was looked at: the only line, but for a count of files with some fields."""
    values = OWN_PERIOD.get(name) or ASKED.get(name, {})
    period = {} if name in OWN_PERIOD else {"since": "2030-01-01"}
    got = release.rows(".headers off\n" + ("CREATE TABLE indicators (cidr TEXT, note TEXT);\nINSERT INTO indicators VALUES ('192.0.2.77', 'it');\n"
                                           if name == "bad-addresses" else "") + ".parameter init\n" +
                       "\n".join(setting(k, v) for k, v in (values | period | {"logs": str(own)}).items()) +
                       f"\n.read sql/investigate/{name}.sql")
    asked = [] if name in OWN_PERIOD else [*values.values(), *(["NULL"] if name in ("conversation", "from-to") else [])]
    assert got[0][:-1] == ["nothing found", *asked, str(own)]
    assert re.match("0 of 35 files were read, with 0 records, of which 0 began (from|until) 20(30|29)-.* met the conditions", got[0][-1])
    assert len(got) == 1 or len(got) == 2 and set(got[1][1:]) <= {str(n) for n in range(36)} and got[1][0] == "35"


@pytest.mark.parametrize("name, parameter, value", WRONG, ids=lambda x: str(x).replace("/", "-"))
def test_what_cannot_be_is_an_error(release, name, parameter, value):
    got = release.shell(f".parameter init\n{setting(parameter, value)}\n.read sql/investigate/{name}.sql")
    assert got.startswith("Error near line") and got.count("\n") == 1 and "flowlogs: " in got


LISTS = {"@usual": "unusual-protocols", "@ports": "server-ports", "@admin_ports": "admin-ports", "@pool_ports": "mining-pools", "@common": "uncommon-ports", "@dns_ports": "dns-resolvers",
         "@resolvers": "dns-resolvers", "@days": "outside-hours"}


def test_all_lists_are_known():
    """The parameters that some script takes for a JSON array, except for paths, which may be one. test_report.py has
    @database_ports, and @addresses is made by the report."""
    texts = [script.read_text() for script in (ROOT / "sql").glob("**/*.sql")]
    assert {p for text in texts for p in re.findall(r"json_each\((@\w+)\)", text)} == LISTS.keys() | {"@inside", "@database_ports", "@addresses"}


@pytest.mark.parametrize("parameter", LISTS)
@pytest.mark.parametrize("value", ["10.0.0.0/8 100.64.0.0/10", "10.0.0.1", "22, 443", "[22", "22", '{"a": 1}', "[null]", '["TCP"]', "", None])
def test_a_list_that_is_no_json_array_is_an_error(release, parameter, value):
    """One error, which shows the form; the script does not go on."""
    literal = "NULL" if value is None else f"'{value}'"
    got = release.shell(f".parameter init\nINSERT INTO temp.sqlite_parameters VALUES ('{parameter}', {literal});\n"
                        f".read sql/investigate/{LISTS[parameter]}.sql")
    assert re.fullmatch(rf"Error near line \d+: flowlogs: {parameter} must be a JSON array of [a-z ]+: "
                        rf"\.parameter set {parameter} '\[.*\]'\n", got), got


@pytest.mark.parametrize("parameter", LISTS)
def test_the_form_that_the_error_shows_is_right(release, parameter):
    script = f".read sql/investigate/{LISTS[parameter]}.sql"
    error = release.shell(f".parameter init\nINSERT INTO temp.sqlite_parameters VALUES ('{parameter}', 'x');\n{script}")
    shown = error[error.index(".parameter set"):]
    assert "rror" not in release.shell(f".parameter init\n{shown}{script}")


def test_an_empty_list_is_one(release):
    everything = release.shell(".parameter init\n.parameter set @usual '[]'\n.read sql/investigate/unusual-protocols.sql")
    assert "|TCP|" in everything


def test_a_text_port_is_a_port(release):
    ports = [release.shell(f".parameter init\n{setting('port', p)}\n.read sql/investigate/conversation.sql") for p in (443, "443")]
    assert ports[0] == ports[1] and ports[0].count("|443|") > 10


def test_bad_addresses_wants_a_list(release, own):
    """Of other logs than the sample the example says nothing, whether it is of this script or of the alerts."""
    script = ".read sql/investigate/bad-addresses.sql\n"
    start = f".parameter init\n.output /dev/null\n{script}.output\n{setting('logs', str(own))}\n"
    for before in ("", ".read sql/alerts/setup.sql\n"):
        got = release.shell(start.replace(".parameter", before + ".parameter", 1) + script)
        assert re.fullmatch(r"Error .* flowlogs: the table indicators has nothing of yours: .import .*\n", got)
    got = release.rows(start + "INSERT INTO indicators VALUES ('198.51.100.23', 'scan');\n.headers off\n" + script)
    assert {tuple(row[:2]) for row in got} == {("198.51.100.23", "scan"), ("192.0.2.77", "an example")}


def test_a_period_without_records_says_so(release):
    got = release.rows(f".headers off\n.parameter init\n{setting('since', '2030-01-01')}\n.read sql/investigate/period-check.sql")
    assert got == [["nothing found", "tests/data/AWSLogs", "0 of 35 files were read, with 0 records, of which 0 began from 2030-01-01 00:00:00 UTC "
                    "and met the conditions", "2026-03-08 23:50:00", "2026-06-16 23:55:00"]]


@pytest.mark.parametrize("name", ["traffic-paths", "service-errors", "nat-by-tag", "interface-types", "bpa-rejects", "high-loss", "next-hop-trace"])
def test_the_default_format_cannot_tell(release, tmp_path, name):
    """Where no file has the fields, the answer says it: so many files, none with them. There is no error, also not for
    scripts that stop at errors."""
    (tmp_path / "a.log").write_text("2 123456789012 eni-1 10.0.0.5 10.0.0.6 40000 443 6 4 400 1773046800 1773046860 ACCEPT OK\n")
    got = release.rows(f".headers off\n.parameter init\n{setting('logs', str(tmp_path))}\n"
                       f"{setting('trace_from', '10.0.0.5')}\n{setting('trace_to', '10.0.0.6')}\n.read sql/investigate/{name}.sql")
    assert set(got[-1][3 if name == "next-hop-trace" else 1:]) == {"0"} and got[-1][0] == "1"
    assert not [row for row in got if "rror near" in row[0]]
    assert name != "next-hop-trace" or [row[0] for row in got[:-1]] == ["nothing found"]


@pytest.mark.parametrize("name, asked, lacks", [
    ("nat-traffic", {}, "pkt_srcaddr pkt_dstaddr"), ("cross-az", {}, "az_id"), ("top-talkers", {"per": "instance"}, "instance_id"),
    ("top-talkers", {"per": "subnet"}, "subnet_id"), ("host-seen", {"host": "i-1"}, "instance_id")])
def test_the_closing_line_names_what_the_default_format_lacks(release, tmp_path, name, asked, lacks):
    (tmp_path / "a.log").write_text("2 123456789012 eni-1 10.0.0.5 10.0.0.6 40000 443 6 4 400 1773046800 1773046860 ACCEPT OK\n")
    set_all = "".join(f"{setting(k, v)}\n" for k, v in ({"logs": str(tmp_path)} | asked).items())
    [got] = release.rows(f".headers off\n.parameter init\n{set_all}.read sql/investigate/{name}.sql")
    assert got[0] == "nothing found" and [f for f in lacks.split() if f"does not have the field {f}: it is NULL there" not in got[-1]] == []
