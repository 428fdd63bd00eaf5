# SPDX-License-Identifier: MIT
"""An alert on rejected traffic that originates inside the VPC, raised in a Lambda function behind CloudWatch Logs.

A subscription filter hands the flow logs to the function as they come; this runs one SQL query on what it was handed.
What originates inside and what is only an answer is as in rule-rejected-inside.sql.  Rejects of traffic from outside are
the weather of the internet and never fire; a reject of a source inside is a host of yours that tries what it may not: a
scan, a misconfiguration, or malware (MITRE ATT&CK T1046, network service discovery).

    python3 sql/alerts/lambda_handler.py < event.json       tries it at home

FLOWLOGS        the extension, without its suffix; by default /opt/flowlogs, where a layer puts it, or ./build/flowlogs
FORMAT          the flow log's format, if it is not AWS's default, since CloudWatch sends no header:
                FORMAT='${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${packets} ${action}'
INSIDE          more prefixes that are inside, with spaces between: your public ones, and those of IPv6, where the addresses
                of a VPC are global.  INSIDE='2600:1f18:1234:5600::/56'

What these say is checked at the start.

It needs nothing but Python's sqlite3 with enable_load_extension(), which some builds of Python leave out; where the
runtime's does, use a container image.  Kinesis and Firehose events do as well as those of a subscription: see the README,
flowlogs_payload.  What can't be read is an exception, so that Lambda tries again and then keeps the event for you.
"""

import json
import os
import re
import sqlite3
import sys

EXTENSION = os.environ.get("FLOWLOGS") or ("/opt/flowlogs" if os.path.exists("/opt/flowlogs.so") else "./build/flowlogs")
FORMAT = os.environ.get("FORMAT") or None
INSIDE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "127.0.0.0/8", "224.0.0.0/4",
          "255.255.255.255", "fc00::/7", "fe80::/10", "ff00::/8", "::1"]  # as in setup.sql
INSIDE += os.environ.get("INSIDE", "").split()
NEEDED = {"srcaddr", "dstaddr", "srcport", "dstport", "protocol", "action"}

RULE = """
    WITH rejected AS (
      SELECT interface_id, coalesce(pkt_srcaddr, srcaddr) AS origin, srcaddr, dstaddr, srcport, dstport, protocol, packets,
             tcp_flags, flow_direction, start_time, end_time
        FROM flowlogs_payload(:event, 'fail', :format) WHERE action = 'REJECT')
    SELECT 'rejected inside the VPC' AS rule, interface_id, origin AS srcaddr, dstaddr, dstport,
           coalesce(protocol_name(protocol), protocol) AS protocol, count(*) AS records, sum(packets) AS packets,
           min(start_time) AS first_seen, max(end_time) AS last_seen
      FROM rejected r
     WHERE (cidr_lookup('inside', 'cidr', origin)
            OR flow_direction = 'egress' AND interface_id IS NOT NULL AND origin = r.srcaddr)
       AND ip_scope(dstaddr) NOT IN ('multicast', 'broadcast', 'loopback', 'link-local')
       AND ip_scope(r.srcaddr) NOT IN ('unspecified', 'loopback', 'link-local')
       AND NOT (r.protocol = 17 AND dstport IN (137, 138) AND dstaddr LIKE '%.255')
       AND CASE WHEN r.protocol IN (1, 58) THEN cidr_lookup('inside', 'cidr', dstaddr)
                WHEN r.protocol = 6 AND tcp_flags IS NOT NULL THEN tcp_flags & 18 = 2
                ELSE NOT ((srcport < 1024 AND port_name(srcport) IS NOT NULL
                           OR srcport IN (1433, 1521, 3306, 3389, 5060, 5432, 6379, 8080, 8443, 9200, 27017))
                          AND dstport >= 1024 OR srcport < 32768 AND dstport >= 32768) END
     GROUP BY interface_id, origin, dstaddr, dstport, r.protocol
     ORDER BY sum(r.packets) DESC, interface_id, origin, dstaddr, dstport, r.protocol
"""


def connect():
    db = sqlite3.connect(":memory:")
    db.row_factory = sqlite3.Row
    db.enable_load_extension(True)
    db.load_extension(EXTENSION)
    db.enable_load_extension(False)
    db.execute("CREATE TABLE inside (cidr TEXT)")
    db.executemany("INSERT INTO inside VALUES (?)", [(cidr,) for cidr in INSIDE])
    return db


def find(db, event):
    return [dict(row) for row in db.execute(RULE, {"event": json.dumps(event), "format": FORMAT})]


def check(db):
    """Says at once what is wrong with the environment: later it would be when an event comes, or never."""
    db.execute("SELECT cidr_lookup('inside', 'cidr', '10.0.0.1')").fetchone()
    find(db, {"messageType": "CONTROL_MESSAGE"})
    missing = NEEDED - {name.replace("-", "_") for name in re.findall("[a-z_-]+", FORMAT)} if FORMAT else None
    if missing:
        raise ValueError(f"FORMAT has no {', '.join(sorted(missing))}, without which nothing would ever fire")


DB = connect()  # once for a container that serves many events
check(DB)


def handler(event, context, publish=print):
    alerts = find(DB, event)
    for alert in alerts:
        publish(json.dumps(alert))  # boto3.client("sns").publish(TopicArn=…, Message=json.dumps(alert))
    return {"alerts": alerts}


if __name__ == "__main__":
    handler(json.load(sys.stdin), None)
