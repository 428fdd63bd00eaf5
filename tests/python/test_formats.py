# SPDX-License-Identifier: MIT
"""Names of fields in every spelling, in headers, in the option `format` and in SQL, and files whose lines
are in several formats, compared with an ordinary table that a second reader fills."""

import json
import random
import sqlite3

import pytest

import reference
from builds import ROOT, connect, quote

DEFAULT = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status"
RECORD = "2 123456789012 eni-1 10.0.0.1 10.0.0.2 40000 443 6 3 1200 1773046800 1773046860 ACCEPT OK"
SPELLINGS = {
    "AWS's": DEFAULT,
    "upper case": DEFAULT.upper(),
    "columns": DEFAULT.replace("-", "_"),
    "Logs Insights": "version accountId interfaceId srcAddr dstAddr srcPort dstPort protocol packets bytes startTime endTime "
                     "action logStatus",
    "AWS's alarm pattern": "version account eni source destination srcport destport protocol packets bytes windowstart "
                           "windowend action flowlogstatus",
    "AWS's search pattern": "version accountid interfaceid srcaddr dstaddr srcport dstport protocol packets bytes start end "
                            "action logstatus",
    "Athena's old table": "version account interfaceid sourceaddress destinationaddress sourceport destinationport protocol "
                          "numpackets numbytes starttime endtime action logstatus",
}
COLUMNS = DEFAULT.replace("-", "_").replace(" ", ",").replace("end,", '"end",')


@pytest.fixture
def db(release):
    return connect(release)


@pytest.fixture
def write(tmp_path):
    def write(*lines):
        path = tmp_path / "x.log"
        path.write_text("".join(line + "\n" for line in lines))
        return str(path)
    return write


@pytest.mark.parametrize("names", SPELLINGS.values(), ids=SPELLINGS)
def test_spellings(db, write, names):
    """A header and a format mean the same fields in every spelling, wherever they stand."""
    fields, tokens = names.split(" "), RECORD.split(" ")
    want = db.execute(f"SELECT {COLUMNS}, NULL FROM flowlogs(?)", [write(DEFAULT, RECORD)]).fetchall()
    for order in range(14):
        header = " ".join(fields[order:] + fields[:order])
        line = " ".join(tokens[order:] + tokens[:order])
        assert db.execute(f"SELECT {COLUMNS}, extra FROM flowlogs(?)", [write(header, line)]).fetchall() == want, header
        assert db.execute(f"SELECT {COLUMNS}, extra FROM flowlogs(?) WHERE format = ?",
                          [write(line), header]).fetchall() == want, header


def test_later_fields(db, write):
    path = write("srcAddr azId tcpFlags pkt_SrcAddr tgwSrcVpcAccountId X-New", "10.0.0.1 use1-az1 2 10.0.0.9 5 y")
    row = db.execute("SELECT srcaddr, az_id, tcp_flags, pkt_srcaddr, tgw_src_vpc_account_id, extra FROM flowlogs(?) "
                     "WHERE az_id = 'use1-az1' AND tcp_flags & 2", [path]).fetchone()
    assert row == ("10.0.0.1", "use1-az1", 2, "10.0.0.9", "5", '{"X_New":"y"}')


@pytest.mark.parametrize("header", ["srcaddr dstaddr srcAddr", "start end start_time", "srcaddr source dstaddr",
                                    "srcaddr dstaddr x-New X_new"])
def test_two_spellings_of_one_field(db, write, header):
    with pytest.raises(Exception, match="names the field .* twice"):
        db.execute("SELECT * FROM flowlogs(?)", [write(header, "10.0.0.1 10.0.0.2 1 2")]).fetchall()
    with pytest.raises(Exception, match="format names the field .* twice"):
        db.execute("SELECT * FROM flowlogs(?) WHERE format = ?", [write("1 2"), header]).fetchall()


@pytest.mark.parametrize("name, nearest", [("srcadr", "srcaddr"), ("az-ids", "az-id"), ("pkt_srcadr", "pkt-srcaddr"),
                                           ("logstat", "log-status"), ("sourceadress", "srcaddr")])
def test_a_misspelled_name_in_a_format(db, write, name, nearest):
    with pytest.raises(Exception, match=f"format: '{name}' is no field of flow logs; write {nearest}$"):
        db.execute("SELECT * FROM flowlogs(?) WHERE format = ?", [write("10.0.0.1 1"), f"start {name}"]).fetchall()


def test_a_new_field_in_a_format(db, write):
    """A name that is like none has to say that it is meant."""
    path = write("10.0.0.1 1 new")
    with pytest.raises(Exception, match="format: 'colour' is no field of flow logs; flowlogs_help lists them, and one that "
                                        "it lacks is written as x-colour$"):
        db.execute("SELECT * FROM flowlogs(?) WHERE format = 'srcaddr start colour'", [path]).fetchall()
    assert db.execute("SELECT srcaddr, extra FROM flowlogs(?) WHERE format = 'srcaddr start x-colour'",
                      [path]).fetchall() == [("10.0.0.1", '{"x_colour":"new"}')]


def test_unknown_names_in_a_header_are_noted(db, write):
    def note(*lines):
        return db.execute("SELECT note FROM flowlogs_files(?)", [write(*lines)]).fetchone()[0]
    assert note("srcaddr start", "10.0.0.1 1") is None
    assert note("srcaddr start srcadr Colour", "10.0.0.1 1 2 3") == "unknown fields: srcadr, Colour"
    assert note("srcaddr start colour", "10.0.0.1") == \
        "line 2: has 1 field where the file's format has 3; unknown fields: colour"


@pytest.mark.parametrize("text", [
    "$${srcaddr} $${dstport}", "\\${srcaddr} \\${dstport}", "${!srcaddr} ${!dstport}", "'${srcaddr} ${dstport}'",
    '"${srcaddr} ${dstport}"', "${srcaddr} \\\n    ${dstport}", "srcaddr\\\r\ndstport", "srcaddr\ndstport\n",
    "${srcaddr}\\n${dstport}"])
def test_a_format_as_it_is_copied(db, write, text):
    """From Terraform, a shell script, CloudFormation, JSON."""
    assert db.execute("SELECT srcaddr, dstport FROM flowlogs(?) WHERE format = ?",
                      [write("10.0.0.1 443"), text]).fetchall() == [("10.0.0.1", 443)]


# ---- AWS's spelling in SQL

TABLES = {"flowlogs": "'tests/data/AWSLogs'", "flowlogs_rollup": "'tests/data/AWSLogs'", "flowlogs_files": "'tests/data/AWSLogs'",
          "flowlogs_errors": "'tests/data/edge'", "flowlogs_payload": f"'{RECORD}'", "flowlogs_payload_rollup": f"'{RECORD}'"}
USES = ['SELECT "{}" FROM {}', 'SELECT count(*) FROM {1} WHERE "{0}" = 1', 'SELECT count(*) FROM {1} WHERE [{0}] LIKE \'S%\'',
        "SELECT count(*) FROM {1} WHERE upper(`{0}`) = 'S3'", 'SELECT count(*) FROM {1} GROUP BY "{0}"',
        'SELECT count("{0}") FROM {1}', 'SELECT count(*) FROM {1} WHERE "{0}" IS NOT NULL', 'SELECT 1 FROM {1} ORDER BY "{0}"',
        'SELECT count(*) FROM (SELECT 1 AS x) JOIN {1} ON "{0}" = x', 'SELECT count(*) FROM {1} WHERE "{0}" IN (1, 2)']


@pytest.mark.parametrize("table", TABLES)
def test_a_name_with_hyphens_is_an_error(release, table):
    """SQLite would take it for a text, and compare that."""
    names = [name for name, in release.rows(f"SELECT name FROM pragma_table_xinfo('{table}');")]
    meant = [name for name in names if "_" in name]
    assert [name for name in names if "-" in name] == [name.replace("_", "-") for name in meant] == names[len(names) - len(meant):]
    for name in meant:
        for use in USES[:2] if name in reference.KNOWN and name != "vpc_id" else USES:
            sql = use.format(name.replace("_", "-"), f"{table}({TABLES[table]})")
            got = release.shell(sql + ";")
            assert f"flowlogs: a column has '_' where AWS's field has '-': write {name}\n" in got, sql
    visible = release.shell(f".mode list\n.headers on\nSELECT * FROM {table}({TABLES[table]}) LIMIT 1;").split("\n")[0]
    assert "-" not in visible


# ---- several formats in one file or payload

TGW = " ".join(reference.TGW_NAMES).replace("_", "-")
FORMATS = {
    "defaults": None,
    "given": [DEFAULT, "srcaddr dstaddr bytes start x-note", "bytes dstaddr srcaddr start tcp-flags action"],
    "the same number of fields": ["srcaddr action bytes", "bytes srcaddr vpc-id", "region az-id vpc-id"],
    "nothing but texts": ["region az-id", "vpc-id subnet-id instance-id"],
}
VALUES = {"version": ["2", "5"], "log_status": ["OK", "NODATA"], "action": ["ACCEPT", "REJECT"], "start": ["100", "60", "3700"],
          "resource_type": ["TransitGateway", "TransitGatewayAttachment"], "protocol": ["6", "17"]}


def value(name, rng):
    if name == "resource_type" or rng.random() < 0.9:
        if name in VALUES:
            return rng.choice(VALUES[name])
        if name in reference.INTEGERS:      # no record ends before it starts, or has fewer bytes than packets
            return str(rng.randrange(5) + {"bytes": 5, "end": 3700}.get(name, 0))
        return f"10.0.0.{rng.randrange(4)}" if name in reference.ADDRESSES else f"{name[:3]}-{rng.randrange(3)}"
    return "-"


def mixture(formats, rng, order):
    """The lines of a stream, and the tests' own reading of each as a dict."""
    names = [[reference.known_name(n) for n in f.split(" ")] for f in formats or [DEFAULT, TGW]]
    kinds = [rng.randrange(len(names)) for _ in range(300)]
    if order == "one after the other":
        kinds.sort()
    if order == "a few at the end":
        kinds = [0] * 1500 + kinds[:3]      # behind the first window of lines
    lines = [" ".join(value(n, rng) for n in names[k]) for k in kinds]
    layouts = formats and [reference.format_names(f) for f in formats]
    read = [reference.guess_layout(line.encode(), layouts).row("", i + 1, line.encode()) for i, line in enumerate(lines)]
    return lines, read


QUESTIONS = [
    "count(*), count(srcaddr), sum(bytes), count(tgw_id), count(DISTINCT vpc_id), max(line), total(tcp_flags) FROM logs",
    "count(*) FROM logs WHERE tgw_id = 'tgw-1'", "count(*) FROM logs WHERE action = 'REJECT'",
    "line FROM logs WHERE tcp_flags & 2 ORDER BY line", "line FROM logs WHERE vpc_id IS NULL ORDER BY line",
    "line FROM logs WHERE action IS NOT 'REJECT' AND bytes > 6 ORDER BY line",
    "line FROM logs WHERE srcaddr = '10.0.0.1' OR az_id = 'az_-1' ORDER BY line",
    "line, extra FROM logs WHERE extra IS NOT NULL ORDER BY line",
    "srcaddr, vpc_id, action, count(*), sum(bytes) FROM logs GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
    "a.line, b.line FROM logs a JOIN logs b ON a.vpc_id = b.vpc_id AND a.line < b.line AND b.line < 40 ORDER BY 1, 2",
]
SUMS = "{}, {}, sum({}), sum(bytes), min({}), max({}) FROM {} GROUP BY 1, 2 ORDER BY 1, 2"


def rows(db, sql, source):
    """The rows of a query. A condition on a field that no line has is an error, unless on_error=skip
    says that no rows are an answer."""
    try:
        return db.execute(sql.replace("logs", source)).fetchall()
    except sqlite3.OperationalError as error:
        assert "no record can meet the condition on " in str(error)
        return db.execute(sql.replace("logs", source.replace("'fail'", "'skip'"))).fetchall()


@pytest.mark.parametrize("order", ["any", "one after the other", "a few at the end"])
@pytest.mark.parametrize("formats", FORMATS.values(), ids=FORMATS)
def test_several_formats(db, write, formats, order):
    """Each line is in the first format that it fits, whatever the lines before it are in."""
    rng = random.Random(f"{formats} {order}")
    lines, read = mixture(formats, rng, order)
    columns = ["line", "extra", *sorted(reference.KNOWN)]
    db.execute("CREATE TEMP TABLE plain (%s)" % ", ".join(
        f'"{c}" {"INTEGER" if c in reference.INTEGERS | {"line"} else "TEXT"}' for c in columns))
    db.executemany(f"INSERT INTO plain VALUES ({', '.join('?' * len(columns))})", [[r.get(c) for c in columns] for r in read])
    path, text = write(*lines), "\n".join(lines)
    option = quote(json.dumps(formats)) if formats else "NULL"
    sources = [f"flowlogs('{path}', 'fail', {option}, {threads})" for threads in (0, 2)]
    sources.append(f"flowlogs_payload({quote(text)}, 'fail', {option})")
    for question in QUESTIONS:
        want = db.execute("SELECT " + question.replace("logs", "plain")).fetchall()
        for source in sources:
            assert rows(db, "SELECT " + question, source) == want, (question, source[:80])
    for a, b in [("srcaddr", "vpc_id"), ("tgw_id", "action"), ("region", "dstport"), ("instance_id", "log_status")]:
        want = db.execute("SELECT " + SUMS.format(a, b, "1", "start", '"end"', "plain")).fetchall()
        for source in sources:
            rollup = source.replace("flowlogs", "flowlogs_rollup") if "_payload" not in source else \
                source.replace("flowlogs_payload", "flowlogs_payload_rollup")
            assert db.execute("SELECT " + SUMS.format(a, b, "flows", "first_seen", "last_seen", rollup)).fetchall() == want


def test_a_filter_for_several_formats(db, write):
    """The pattern is for the default format, and asks the other one for the same fields."""
    tgw = ["6", "TransitGateway"] + ["-"] * 14 + ["10.0.0.1", "10.0.0.2", "5", "443"] + ["-"] * 16
    vpc = RECORD.split(" ")
    assert vpc[6] == "443"
    path = write(" ".join(vpc), " ".join(tgw), " ".join(vpc[:6] + ["22"] + vpc[7:]), " ".join(tgw), RECORD)
    pattern = "[version, account, eni, source, destination, srcport, destport=443, ...]"
    for table, count in ("flowlogs", "count(*)"), ("flowlogs_rollup", "sum(flows)"):
        assert db.execute(f"SELECT {count} FROM {table}(?) WHERE filter = ?", [path, pattern]).fetchone()[0] == 4
        assert db.execute(f"SELECT {count} FROM {table}(?) WHERE filter = ? AND action = 'ACCEPT'",
                          [path, pattern]).fetchone()[0] == 2


def test_the_formats_that_were_found(db, write):
    tgw = " ".join(["6", "TransitGateway"] + ["-"] * 34)
    for lines, fields in [([RECORD], DEFAULT), ([tgw], TGW), ([RECORD, tgw, RECORD], [DEFAULT, TGW]),
                          ([tgw, "1773046800000 " + RECORD], [DEFAULT, TGW]), ([DEFAULT, RECORD], DEFAULT)]:
        path = write(*lines)
        got, note = db.execute("SELECT fields, note FROM flowlogs_files(?)", [path]).fetchone()
        assert (got if isinstance(fields, str) else json.loads(got)) == fields
        assert note is None
        if lines[0] != DEFAULT:     # the text can be given as the option
            assert db.execute("SELECT count(*) FROM flowlogs(?, 'fail', ?)", [path, got]).fetchone() == (len(lines),)


def test_the_fields_of_a_file_have_one_spelling(db, write):
    """So that the investigations, which count the files that have a field, find it."""
    for names in SPELLINGS.values():
        assert db.execute("SELECT fields FROM flowlogs_files(?)", [write(names, RECORD)]).fetchone() == (DEFAULT,)
    assert db.execute("SELECT fields FROM flowlogs_files(?)", [write("srcAddr azId X-New", "10.0.0.1 a b")]).fetchone() == (
        "srcaddr az-id X-New",)
    db.execute("CREATE TEMP TABLE mixed AS SELECT fields FROM flowlogs_files(?)",
               [write(RECORD, " ".join(["6", "TransitGateway"] + ["-"] * 34))])
    has = "SELECT ' ' || replace(fields, '\"', ' ') || ' ' LIKE '% ' || ? || ' %' FROM mixed"
    text = has.split(" LIKE ")[0].removeprefix("SELECT ")
    assert sum(f"{text} AS f" in script.read_text() for script in (ROOT / "sql/investigate").glob("*.sql")) > 5
    for name in [*DEFAULT.split(" "), *TGW.split(" "), "vpc-id", "az-id"]:
        assert db.execute(has, [name]).fetchone() == (name not in ("vpc-id", "az-id"),), name


def test_columns_of_a_table_with_several_formats(db, write):
    path = write(RECORD, " ".join(["6", "TransitGateway"] + ["-"] * 34), RECORD)
    db.execute(f"CREATE VIRTUAL TABLE temp.mixed USING flowlogs('{path}')")
    names = [d[0] for d in db.execute("SELECT * FROM mixed").description]
    assert {n for n in names if n in reference.KNOWN} == set(reference.DEFAULT_NAMES) | set(reference.TGW_NAMES)


def test_a_line_in_no_format(db, write):
    """The message is about the format with as many fields, if there is one."""
    option = json.dumps(["srcaddr bytes", "srcaddr dstaddr bytes"])
    path = write("10.0.0.1 5", "10.0.0.1 10.0.0.2 5", "10.0.0.1 10.0.0.2 x", "10.0.0.1 y", "1 2 3 4", "10.0.0.1 6")
    assert db.execute("SELECT line, reason FROM flowlogs_errors(?, ?)", [path, option]).fetchall() == [
        (3, "bytes is 'x', not a number from 0 to 999999999999999"),
        (4, "bytes is 'y', not a number from 0 to 999999999999999"),
        (5, "has 4 fields where the file's format has 3")]
    assert db.execute("SELECT sum(bytes) FROM flowlogs(?, 'skip', ?)", [path, option]).fetchone() == (16,)
    with pytest.raises(Exception, match=r"x\.log:1: has no header line and its lines, of 4 fields, fit none of the 2 formats"):
        db.execute("SELECT * FROM flowlogs(?, 'fail', ?)", [write("10.0.0.1 10.0.0.2 3 4"), option]).fetchall()


@pytest.mark.parametrize("option", ["[]", "[srcaddr]", '["srcaddr"', '["srcaddr" "bytes"]', '["srcaddr"], x'])
def test_no_array(db, write, option):
    with pytest.raises(Exception, match=r"format: after '\[' stands no JSON array of texts; write '\[\"version account-id"):
        db.execute("SELECT * FROM flowlogs(?, 'fail', ?)", [write("x"), option]).fetchall()


# ---- lines that are nearly a header

HEADINGS = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status"
LINE = "2 123456789012 eni-1 10.0.0.1 10.0.0.2 1025 22 6 1 40 1773046800 1773046803 REJECT OK\n"


@pytest.mark.parametrize("names, record", [(HEADINGS, LINE), ("srcaddr dstaddr start", "10.0.0.1 10.0.0.2 1773046800\n")])
@pytest.mark.parametrize("write, odd", [
    (lambda names: "#" + " ".join(names), "#{}"), (lambda names: "# " + " ".join(names), "#"),
    (lambda names: " ".join(f"${{{name}}}" for name in names), "${{{}}}"), (lambda names: " ".join(f'"{name}"' for name in names), '"{}"'),
    (lambda names: ", ".join(names), "{},")])
def test_a_line_that_is_nearly_a_header(build, tmp_path, names, record, write, odd):
    """The error says so, whether the other lines are in a known format or not."""
    first = names.split()[0]
    (tmp_path / "a.log").write_text(write(names.split()) + "\n" + record * 3)
    says = f"looks like a header line, but '{odd.format(first)}' is no name of a field; a header has the names alone, as in " \
        "'version account-id interface-id'"
    assert f"flowlogs: a.log:1: {says}; on_error=skip" in build.shell("SELECT count(*) FROM flowlogs('a.log');", cwd=tmp_path)
    assert build.rows("SELECT DISTINCT reason FROM flowlogs_errors('a.log');", cwd=tmp_path) == [[says]]
    (tmp_path / "a.log").write_text(names + "\n" + record * 3)
    assert build.rows("SELECT count(*) FROM flowlogs('a.log');", cwd=tmp_path) == [["3"]]


def test_a_text_of_a_format_alone_is_still_no_flow_log(build, tmp_path):
    """A folder may have a file with the LogFormat text, which has no records."""
    (tmp_path / "a.log").write_text(HEADINGS + "\n" + LINE)
    (tmp_path / "format.txt").write_text(" ".join(f"${{{name}}}" for name in HEADINGS.split()) + "\n")
    assert build.rows("SELECT count(*) FROM flowlogs('*');", cwd=tmp_path) == [["1"]]
