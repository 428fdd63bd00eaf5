# SPDX-License-Identifier: MIT
"""Names of fields in every spelling, in headers and in the option `format`."""

import pytest

from builds import connect

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
def db(build):
    return connect(build)


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
