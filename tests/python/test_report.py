# SPDX-License-Identifier: MIT
"""sql/report.sql prints one page about flow logs. Here: that the page is whole, that the SQL in it gives its rows, that no name
can get out of its place, and that it names the attacker of an intrusion. tools/report_check.py looks at it in a browser."""

import re
import shutil
import subprocess
from html import unescape

import pytest

import story
from builds import BUILDS, ROOT, quote
from page import Page
from test_alerts import IN, IN2, OUT, Alerts, delivered, flow, rejected

SECTIONS = ["coverage", "alerts", "timeline", "entries", "left", "inside", "beacons", "rejects", "host"]
SAMPLE = "tests/data/AWSLogs/012345678901"


def made(build, logs, after="", before="", env=None, cwd=ROOT, script="sql/report.sql", **parameters):
    """What the shell prints: the page, and what `after` prints."""
    given = "".join(f"INSERT INTO temp.sqlite_parameters VALUES ('@{k}', {quote(v)});\n" for k, v in {"logs": str(logs), **parameters}.items())
    return build.shell(f".parameter init\n{given}{before}.read \"{script}\"\n{after}", env=env, cwd=cwd)


@pytest.fixture(scope="module")
def intrusion(tmp_path_factory):
    folder = tmp_path_factory.mktemp("story")
    story.write(folder, 1)
    (folder / "assets.csv").write_text(story.NAMES)
    return folder


LEFT = "SELECT key, value FROM temp.sqlite_parameters WHERE key IN ('@run', '@rule', '@begin', '@step', '@section', '@inside', '@new_since', " \
    "'@load_optional', '@period_since') ORDER BY key;\n"
TABLES = ["minutes", "files", "lost", "lost_times", "timeline", "entries", "entry_times", "left", "left_times", "nat", "matrix", "new", "beacons",
          "beacon_times", "rejects", "host", "host_times"]


@pytest.fixture(scope="module")
def drawn(intrusion):
    """The page of the intrusion, {table: its rows}, and the parameters that are left."""
    got = made(BUILDS[0], intrusion, host=story.BATCH, inside='["10.0.0.0/8"]', new_since="2026-03-10 12:00",
               env={"ASSETS": str(intrusion / "assets.csv")}, after=".mode quote\n" + LEFT + "".join(
                   f".print ={t}\nSELECT * FROM temp.report_{t};\n" for t in TABLES))
    html, _, rest = got.partition("</html>\n")
    left, *parts = rest.split("\n=")
    return html + "</html>\n", {part.partition("\n")[0]: part.partition("\n")[2].rstrip("\n") for part in parts}, left


def test_the_sql_in_the_page_gives_its_rows(release, drawn):
    """What is shown gives what the report drew. Nothing is left of one section when the next is run."""
    sql = Page(drawn[0]).sql
    assert [t for s in sql for t in re.findall(r"^SELECT \* FROM temp\.report_(\w+);", sql[s], re.M)] == TABLES
    alerts = sql.pop("alerts")
    forget = "DELETE FROM temp.sqlite_parameters;\n" + "".join(f"DROP TABLE IF EXISTS temp.report_{t};\n" for t in ["pairs", *TABLES])
    got = release.shell(".mode quote\n" + "".join(re.sub(r"^SELECT \* FROM temp\.report_(\w+);", r".print =\1\n\g<0>", sql[s], flags=re.M)
                                                  + "\n" + forget for s in sql))
    got = {part.partition("\n")[0]: part.partition("\n")[2].rstrip("\n") for part in ("\n" + got).split("\n=")[1:]}
    assert list(got) == TABLES and [t for t in TABLES if got[t] != drawn[1][t]] == []
    assert min(len(rows) for rows in got.values()) > 15
    # The rules print their alerts themselves.
    assert "sent 14.0 GB to 203.0.113.200" in release.shell(alerts) and "rule-volume-out" in alerts


def test_it_names_the_attacker_the_way_in_and_what_left(drawn):
    page = Page(drawn[0])
    first = page.text("first")
    assert page.problems == []
    assert re.search(r"Attacker ?203\.0\.113\.77: 1,\d\d\d tries .* ?Way in ?ssh \(22\) on bastion 10\.0\.0\.10: 901 connections "
                     r"from 03-10 14:00 on, a session at 03-10 16:42 ?Then ?bastion 10\.0\.0\.10 asked batch 10\.0\.2\.30 ssh \(22\) for the "
                     r"first time at 03-10 17:04 ?batch 10\.0\.2\.30 asked db-2 10\.0\.2\.22 postgresql \(5432\) .* ?What left ?21\.0 GB from batch "
                     r"10\.0\.2\.30 to 203\.0\.113\.200 https \(443\)", first), first
    assert "batch 10.0.2.30 calls 192.0.2.99 tcp/8443 every 300 seconds, 80 times" in first
    # The administrators and the backups are no suspects.
    assert "office" not in first and first.count("Attacker") == 1 and "Suspect" not in first and "elsewhere" not in first


def test_traffic_through_a_nat_gateway_counts_once(drawn):
    """The 21 GB of the intruder and the backups of 6 GB a day, and little else."""
    out = sum(float(row.split(",")[3]) for row in drawn[1]["timeline"].split("\n"))
    assert 33e9 < out < 33.5e9
    assert [row.split(",")[:2] + [round(float(row.split(",")[5]) / 1e9)] for row in drawn[1]["left"].split("\n")[:2]] == [
        [quote(story.BATCH), quote(story.STORY["out"]), 21], [quote(story.DB[0]), quote(story.STORE), 12]]


def test_the_host(drawn):
    """Its sums and its alerts; the ports that it scanned are one row."""
    said = Page(drawn[0]).text("host")
    assert re.match(r"The host batch 10\.0\.2\.30 From 03-10 17:04 to 03-10 \d\d:\d\d: 5 peers, 143 connections, 60 of them rejected; 21\.0 GB sent, "
                    r"21\.2 GB received\. Alerts: \d, \d, \d\.Its peers", said), said
    assert "db-1 10.0.2.21was asked for 60 ports (tcp)60 connections, 60 rejected" in said
    assert [row.split(",")[:4] for row in drawn[1]["host"].split("\n")][:2] == [["'10.0.2.22'", "1", "6", "5432"], ["'203.0.113.200'", "1", "6", "443"]]


def test_the_host_by_name(release, tmp_path):
    """A name of any inventory, in capitals or not; its addresses are one host, and what is between two of them counts once."""
    (tmp_path / "a.log").write_text(LINE.format("10.0.0.5", "10.0.0.6", 40000, 443, story.BEGIN, story.BEGIN + 60, "ACCEPT")
                                    + LINE.format("10.0.0.6", "10.0.0.9", 40000, 22, story.BEGIN, story.BEGIN + 60, "ACCEPT"))
    (tmp_path / "assets.csv").write_text("ip,name,owner\n10.0.0.5,Web <1>,x\n10.0.0.6,web <1>,x\n10.0.0.9,other,x\n" + "".join(
        f"10.1.0.{i},fleet,x\n" for i in range(21)))
    env = {"ASSETS": str(tmp_path / "assets.csv")}
    html = made(release, tmp_path, env=env, host="WEB <1>", after=".mode quote\n" + LEFT + "SELECT value FROM temp.sqlite_parameters WHERE key = '@host';\n")
    assert html.endswith("</html>\n'WEB <1>'\n")
    said = Page(html.partition("</html>")[0] + "</html>").text("host")
    assert said.startswith("The host Web <1> 10.0.0.5, web <1> 10.0.0.6 From 03-09 00:00 to 03-09 00:01: 2 peers, 2 connections, 0 of them rejected;")
    assert said.count("1 connection, 0 rejected") == 4      # each is also the title of its strip
    assert made(release, tmp_path, env=env, host="other") == made(release, tmp_path, env=env, host="10.0.0.9")
    assert "flowlogs: @host is one host, and 'fleet' is the name of 21 addresses: choose one of them, such as 10.1.0.0" in made(
        release, tmp_path, env=env, host="fleet")
    data = ROOT / "tests/data/inventory"
    interface = release.rows(f"SELECT json_extract(readfile('{data}/network-interfaces-us-east-1.json'), '$.NetworkInterfaces[0].NetworkInterfaceId');")[0][0]
    assert "The host" in Page(made(release, SAMPLE, host=interface)).text("host")


def test_parameters_are_as_before(drawn):
    assert drawn[2] == "'@inside','[\"10.0.0.0/8\"]'\n'@new_since','2026-03-10 12:00'"


def test_what_left_without_a_way_in(release, tmp_path):
    """300 MB to a place that is new, but not as an answer, and not to another address of a known name."""
    head = "2 123456789012 eni-1 {} {} {} {} 6 4 {} {} {} ACCEPT OK\n"
    ends = [("10.0.0.5", "8.8.4.4", 40000, 443, 5 * 10**8, 0), ("10.0.0.5", "8.8.8.8", 40001, 443, 3 * 10**8, 90000),
            ("10.0.0.6", "8.8.4.9", 443, 40002, 4 * 10**8, 90000)]
    (tmp_path / "a.log").write_text("".join(
        head.format(src, dst, sport, dport, size, story.BEGIN + at, story.BEGIN + at + 60)
        + head.format(dst, src, dport, sport, 4000, story.BEGIN + at, story.BEGIN + at + 60) for src, dst, sport, dport, size, at in ends))
    said = "To a new place: 10.0.0.5 sent 300.0 MB to {}8.8.8.8 (443) since 03-10 01:00."
    first = Page(made(release, tmp_path)).text("first")
    assert said.format("") in first and first.count("To a new place") == 1 and "looks like a way in" in first
    (tmp_path / "assets.csv").write_text("ip,name,owner\n8.8.8.8,backup,x\n8.8.4.4,backup,x\n")
    assert "new place" not in Page(made(release, tmp_path, env={"ASSETS": str(tmp_path / "assets.csv")})).text("first")


EVIL = "<script>alert(1)</script>\"'&amp;]]>--></title></style></svg>"


def test_hostile_names(release, intrusion, tmp_path):
    """Of a folder and a file, of hosts in an inventory, of an interface, of an indicator."""
    folder = tmp_path / "a<script>alert(2)<|script>'&\"b"
    folder.mkdir()
    for file in intrusion.rglob("*20260310T1[4678]*"):
        shutil.copy(file, folder)
    (folder / "<script>alert(3)<|script>.log").write_text(
        f"{story.FIELDS}\n5 123456789012 <script>alert(4)</script> - - - - - - - {story.BEGIN} {story.BEGIN + 60} - SKIPDATA - - - -\nodd\n")
    quoted = EVIL.replace('"', '""')
    (tmp_path / "assets.csv").write_text("ip,name,owner\n" + "".join(
        f'{ip},"{quoted}",x\n' for ip in (story.STORY["attacker"], story.BATCH, story.STORY["out"], story.NAT)))
    html = made(release, folder, env={"ASSETS": str(tmp_path / "assets.csv")}, on_error="skip", host=story.BATCH,
                before=".read sql/alerts/setup.sql\nINSERT INTO indicators VALUES ('203.0.113.77', '%s');\n" % EVIL.replace("'", "''"))
    page = Page(html)
    assert page.problems == [] and "<script" not in html.lower()
    for number in (1, 2, 3, 4):
        assert f"<script>alert({number})" in page.texts["coverage"] + page.texts["first"], number
    # The SQL works with such a path, too.
    assert "\n" in release.shell(page.sql["coverage"]) and "rror" not in release.shell(page.sql["rejects"])


def test_names_that_would_turn_addresses_around(release, intrusion, tmp_path):
    """Behind U+202E, a browser shows 203.0.113.77 as 77.311.0.302."""
    for file in intrusion.rglob("*20260310T1[4678]*"):
        shutil.copy(file, tmp_path)
    odd = "".join(map(chr, [*range(0x2028, 0x202f), *range(0x2066, 0x206a), 0x7f, 0x85, 0x9b, 1, 27]))
    (tmp_path / "assets.csv").write_text("ip,name,owner\n" + "".join(f"{ip},a{odd}b,x\n" for ip in (story.STORY["attacker"], story.BATCH)))
    html = made(release, tmp_path, env={"ASSETS": str(tmp_path / "assets.csv")}, host=story.BATCH, before=".read sql/alerts/setup.sql\n"
                f"INSERT INTO indicators VALUES ('203.0.113.77', 'a{odd[:-2]}b');\n")
    assert not set(odd) & set(html) and html.count("a\\u2028\\u2029\\u202a\\u202b\\u202c\\u202d\\u202e\\u2066") > 10
    assert "b { unicode-bidi: isolate; }" in html         # for names in letters that run from right to left


def test_names_from_every_inventory(release):
    """Those of the sample, which a database in memory has: assets, interfaces, names in DNS, AWS's ranges and subnets."""
    page = Page(made(release, "tests/data/AWSLogs"))
    shown = " ".join(page.texts[s] for s in SECTIONS[:-1])
    for name in ("office VPN 198.51.100.9", "mirror.example.org 192.0.2.", "public", "application"):
        assert name in shown, name


def test_without_an_inventory_nothing_else_is_printed(release, tmp_path):
    """In a database file, which has no inventory."""
    done = subprocess.run([shutil.which("sqlite3"), "-batch", "-cmd", f".load {release.extension.resolve()}", "-cmd", ".parameter init",
                           "-cmd", f".parameter set @logs \"'{ROOT / SAMPLE}'\"", tmp_path / "my.db", ".read sql/report.sql"],
                          cwd=ROOT, env=release.env, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "") and done.stdout.startswith("<!DOCTYPE html>") and Page(done.stdout).problems == []


LINE = "2 123456789012 eni-1 {} {} {} {} 6 4 400 {} {} {} OK\n"


@pytest.mark.parametrize("text", [
    "2 123456789012 eni-1 - - - - - - - 1773014400 1773014460 - NODATA\n",
    LINE.format("10.0.0.5", "10.0.0.6", 40000, 443, 1773014400, 1773014400, "ACCEPT"),
    LINE.format("203.0.113.5", "10.0.0.6", 40000, 22, 1773014400, 1773014460, "REJECT"),
    LINE.format("10.0.0.5", "10.0.0.6", 40000, 443, 0, 60, "ACCEPT") + LINE.format("10.0.0.5", "10.0.0.6", 40000, 443, 99999999999, 99999999999, "ACCEPT"),
    "srcaddr dstaddr srcport dstport protocol packets bytes start end\n10.0.0.5 8.8.8.8 40000 443 6 4 400 1773014400 1773014460\n",
], ids=["no data", "one record", "one reject", "thousands of years", "few fields"])
def test_small_and_odd_logs(release, tmp_path, text):
    (tmp_path / "a.log").write_text(text)
    page = Page(made(release, tmp_path, host="10.0.0.5"))
    assert page.problems == [] and [s for s in SECTIONS if s in page.texts] == SECTIONS


def test_networks_that_are_not_named(release, tmp_path):
    """Public addresses inside, and those of IPv6, are outside until they are named: the page says so, and finds nothing by default."""
    ours, other = "2600:1f18:4a3b:1202::{:x}", "2a0b:4142::{:x}"
    (tmp_path / "a.log").write_text("".join(
        LINE.format(other.format(1), ours.format(7), 40000 + i, 22, story.BEGIN + i, story.BEGIN + i, "REJECT") for i in range(30)))
    page = Page(made(release, tmp_path))
    said = "Whose networks? Of 30 connections, 30 are between addresses of which none is in your networks. What is said here leaves them out. " \
        "Most of them have an end in 2600:1f18:4a3b:1200::/56."
    assert said in page.text("first") and "looks like a way in" not in page.text("first") and page.problems == []
    assert "connections outside your networks30" in page.texts["coverage"] and "Nothing was found." in page.text("entries")
    page = Page(made(release, tmp_path, inside='["2600:1f18:4a3b:1200::/56"]'))
    assert "Whose networks?" not in page.text("first") and "connections outside your networks0" in page.texts["coverage"]
    assert "30 tries, 30 rejected" in page.text("entries")


def test_lost_records_only(release, tmp_path):
    """That nothing was found is not said of logs in which nothing is. Each loss is drawn at its time, and no interface is left out."""
    (tmp_path / "a.log").write_text("".join(
        f"2 123456789012 eni-{i % 12} - - - - - - - {story.BEGIN + i * 600} {story.BEGIN + i * 600 + 60} - SKIPDATA\n" for i in range(60)))
    html = made(release, tmp_path)
    first, coverage = (Page(html).text(s) for s in ("first", "coverage"))
    assert "No traffic. None of these records is about a connection" in first and "looks like a way in" not in first
    assert "Records were lost (SKIPDATA) at 12 interfaces, 60 times: more may have happened than is here." in first
    assert "And 4 more interfaces20 times" in coverage
    drawn = re.findall('class="session" stroke-width="[0-9.]+" d="([^"]*)"', html)
    assert [path.count("M") for path in drawn] == [5] * 8


def test_two_years(release, tmp_path):
    """Times have the year where the period has two; steps are days."""
    (tmp_path / "a.log").write_text("".join(LINE.format("10.0.0.5", f"10.0.1.{i}", 40000, 22, at, at + 60, "REJECT") for i, at in enumerate(
        range(story.BEGIN, story.BEGIN + 400 * 86400, 20 * 86400))))
    html = made(release, tmp_path)
    page = Page(html)
    assert "columns of 7 days" in page.text("coverage") and "A column is 7 days." in page.text("timeline") and page.problems == []
    times = re.findall(r"\d\d-\d\d \d\d:\d\d", html)
    assert len(times) > 20 and len(re.findall(r"202[67]-\d\d-\d\d \d\d:\d\d", html)) == len(times)


@pytest.mark.parametrize("first", [0, 47])
def test_marks_of_alerts_do_not_overlap(release, tmp_path, first):
    """Thirty alerts at the same time, at the beginning or the end of the timeline, beside one in between."""
    ends = [(f"10.0.{i}.5", f"10.1.{i}.{j}", story.BEGIN + first * 3600) for i in range(30) for j in range(12)]
    (tmp_path / "a.log").write_text("".join(
        LINE.format(src, dst, 40000, 22, at, at + 60, "REJECT") for src, dst, at in
        [*ends, ("10.0.99.5", "10.1.99.1", story.BEGIN + 86400), *(("10.0.99.6", "10.0.99.7", story.BEGIN + at * 3600) for at in (0, 47))]))
    html = made(release, tmp_path, top="40")
    marks = [(round(float(x) * 24 / 100 - .5, 1), int(y)) for x, y in re.findall(r'style="left:([0-9.]+)%;top:(\d+)px" href="#alert', html)]
    assert len(marks) > 25 and len(set(marks)) == len(marks)
    assert all(0 <= x <= 23 and abs(x - round(x)) < .1 and y in (0, 19, 38, 57) for x, y in marks)


def test_a_period_without_records(release):
    page = Page(made(release, SAMPLE, since="2030-01-01", until="2030-01-02"))
    assert page.problems == [] and ", 0 records" in page.texts["about"] and "Nothing was found." in page.text("alerts")


def test_a_period(release, intrusion):
    """Nothing of the second day, in which the intrusion is."""
    html = made(release, intrusion, until="2026-03-10")
    assert story.STORY["attacker"] not in html and "Flow logs, 2026-03-09 00:00 to 2026-03-09 23:" in html


@pytest.mark.parametrize("parameters, error", [
    ({"host": "web-99"}, "flowlogs: @host must be an address, or a name of the inventories; they have no 'web-99': .parameter set @host"), ({"logs": "nowhere/"}, "nowhere"),
    ({"inside": "10.0.0.0/8"}, "flowlogs: @inside must be a JSON array of prefixes"),
    ({"new_since": "yesterday"}, "flowlogs: @new_since must be a time: .parameter set @new_since"),
    *(({name: value}, f"flowlogs: @{name} must be a JSON array of ports: .parameter set @{name} '[22]'")
      for name, value in (("admin_ports", "22"), ("database_ports", "[22"), ("database_ports", '["ssh"]')))])
def test_an_error_leaves_no_half_of_a_page(release, parameters, error):
    got = made(release, **{"logs": SAMPLE, **parameters})
    assert error in got and "<" not in got


def test_a_damaged_file(release, tmp_path):
    (tmp_path / "a.log").write_text(LINE.format("10.0.0.5", "10.0.0.6", 40000, 443, 1773014400, 1773014460, "ACCEPT") + "odd\n")
    got = made(release, tmp_path)
    assert "a.log:2" in got and "<" not in got
    assert "lines that cannot be used1" in Page(made(release, tmp_path, on_error="skip")).texts["coverage"]


def test_all_rows(release):
    """@top = -1 shows all of everything, the alerts too, and stays -1."""
    logs = f"{SAMPLE}/vpcflowlogs"
    html = made(release, logs, top="-1", after=".mode list\nSELECT value FROM temp.sqlite_parameters WHERE key = '@top';\n")
    [few, everything] = [len(re.findall('<li id="alert', h)) for h in (made(release, logs, top="2"), html)]
    assert few == 2 and everything > 5 and "more: " not in Page(html.partition("</html>")[0] + "</html>").text("alerts")
    assert html.endswith("</html>\n-1\n")


def test_after_an_error(release):
    """A shell into which somebody types goes on after an error. What the report has changed by then, the next one restores."""
    good = f"{SAMPLE}/vpcflowlogs/us-east-1/2026/06/16"
    after = f".mode quote\n{LEFT}SELECT value FROM temp.sqlite_parameters WHERE key = '@top';\n"
    expected = made(release, good, inside='["10.0.0.0/8"]', top="3", after=after)
    got = made(release, good, inside='["10.0.0.0/8","fe80::/10"]', top="1000000", run="report", given_top="3", given_inside='["10.0.0.0/8"]',
               load_optional="1", after=after)
    assert got == expected and expected.endswith("</html>\n'@inside','[\"10.0.0.0/8\"]'\n3\n")


def test_twice_in_one_session(release):
    once, twice = (made(release, f"{SAMPLE}/vpcflowlogs/us-east-1/2026/06/16", after=after) for after in ("", ".read sql/report.sql\n"))
    assert twice == once + once


@pytest.fixture
def alerts(tmp_path):
    """Runs of sql/alerts/run.sql that print a page."""
    (tmp_path / "logs").mkdir()
    alerts = Alerts(BUILDS[0], tmp_path / "alerts.db", tmp_path / "logs", html=1)
    delivered(alerts.logs, [rejected(IN, IN2, 22, at=0), flow(OUT, IN, 22, at=0)], 0)
    return alerts


def page_of(alerts, *mode):
    """(status, page, errors)"""
    arguments = [a for b in alerts.arguments() for a in (mode if b == "-json" else [b])]
    done = subprocess.run(arguments, cwd=ROOT, env={**BUILDS[0].env, "TMPDIR": str(alerts.database.parent)}, capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def test_alerts_as_a_page(alerts):
    """Once, with the status of other runs; nothing is printed if nothing is new. A title is text."""
    alerts.query("CREATE TABLE indicators (cidr TEXT, note TEXT)")
    alerts.query("INSERT INTO indicators VALUES (?, ?)", OUT, EVIL)
    status, html, err = page_of(alerts)
    page = Page(html)
    assert (status, err, page.problems) == (10, "", []) and "<script" not in html
    titles = {t for t, in alerts.query("SELECT title FROM alerts")}
    assert len(titles) >= 2 and f"<title>{len(titles)} alerts</title>" in html and EVIL in "".join(titles)
    assert all(title in unescape(html) for title in titles) and page.ids == {i for i, in alerts.query("SELECT id FROM alerts")}
    assert page_of(alerts) == (0, "", "")
    alerts.query("DELETE FROM alert_files")
    alerts.query("DELETE FROM alerts")
    status, out, _ = page_of(alerts, "-header", "-cmd", ".echo on")
    assert status == 10 and html in out


def test_names_in_the_page_of_alerts(alerts):
    """Of each inventory that is in the database, the best first, and as text. What only has the name of an inventory is no matter."""
    for statement in ("CREATE TABLE assets (ip, name, owner)", "CREATE TABLE interface_addresses (ip, interface_id, kind)",
                      "CREATE VIEW interfaces AS SELECT 'eni-1' AS interface_id, NULL AS name, 'a description' AS description",
                      "CREATE TABLE dns_names (address, name)", "CREATE TABLE aws_ranges (cidr, other)"):
        alerts.query(statement)
    alerts.query("INSERT INTO assets VALUES (?, ?, 'x')", IN, EVIL)
    alerts.query("INSERT INTO interface_addresses VALUES (?, 'eni-1', 'primary'), (?, 'eni-1', 'primary')", IN, IN2)
    alerts.query("INSERT INTO dns_names VALUES (?, 'b.example.org'), (?, 'a.example.org')", IN2, OUT)
    status, html, err = page_of(alerts)
    assert (status, err, Page(html).problems) == (10, "", []) and "<script" not in html
    said = unescape(re.sub("</?b>", "", html))
    for name, ip in ((EVIL, IN), ("a description", IN2), ("a.example.org", OUT)):
        assert f"{name} {ip}" in said, name
    assert not list(alerts.database.parent.glob("flowlogs.*"))


@pytest.mark.parametrize("mode", [["-json"], ["-box"], ["-csv"], ["-quote", "-header"], ["-html"]])
def test_a_page_in_another_mode_is_an_error(alerts, mode):
    """Nothing is printed that would not be a page, and the next run prints it."""
    status, out, err = page_of(alerts, *mode)
    assert (status, out) == (1, "") and "@html needs the output mode list" in err
    assert page_of(alerts)[0] == 10


def test_a_page_that_cannot_be_written(alerts):
    arguments = [a for a in alerts.arguments() if a != "-json"]
    with open("/dev/full", "w") as full:
        done = subprocess.run(arguments, cwd=ROOT, env={**BUILDS[0].env, "TMPDIR": str(alerts.database.parent)}, stdout=full,
                              stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1 and "the page can't be printed: nothing is changed" in done.stderr
    assert page_of(alerts)[0] == 10


def test_html_is_1_or_0(alerts):
    alerts.parameters["html"] = "'yes'"
    assert page_of(alerts)[:2] == (1, "") and "flowlogs: @html is 1 for a page of HTML" in page_of(alerts)[2]
