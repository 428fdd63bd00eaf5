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
                                    "srcaddr dstaddr X-New xNew"])
def test_two_spellings_of_one_field(db, write, header):
    with pytest.raises(Exception, match="names the field .* twice"):
        db.execute("SELECT * FROM flowlogs(?)", [write(header, "10.0.0.1 10.0.0.2 1 2")]).fetchall()
    with pytest.raises(Exception, match="format names the field .* twice"):
        db.execute("SELECT * FROM flowlogs(?) WHERE format = ?", [write("1 2"), header]).fetchall()
