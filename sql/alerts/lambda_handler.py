# SPDX-License-Identifier: MIT
"""Raises an alert in an AWS Lambda function on rejected traffic that comes from inside the VPC.

A subscription filter of CloudWatch Logs hands the flow logs to the function as they arrive, and the
function runs one SQL query on them.  What counts as inside, and what is only an answer, is the same
as in rule-rejected-inside.sql; tests/python/test_payload.py compares the two.  Rejected traffic from
outside never raises an alert, because the internet sends it all day.  A host inside that is rejected
tries what it is not allowed to do: it scans, it is misconfigured, or it runs malware (MITRE ATT&CK
T1046, Network Service Discovery).

    python3 sql/alerts/lambda_handler.py < event.json       runs it on your own machine

The environment configures it, and is checked when the function starts:

FLOWLOGS   the extension, without its suffix; the default is /opt/flowlogs, where a layer puts it, or
           ./build/flowlogs
FORMAT     the format of the flow log if it is not AWS's default, because CloudWatch sends no header
           line: FORMAT='${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol}
           ${packets} ${action}'
INSIDE     more prefixes that are inside, with spaces between them: your public ones, and your IPv6
           ones, because the IPv6 addresses of a VPC are global.  INSIDE='2600:1f18:1234:5600::/56'

It needs nothing but Python's sqlite3 module with enable_load_extension(), which some builds of Python
lack; use a container image where the runtime's Python lacks it.  Events of Kinesis and Firehose work
as well as those of a subscription: see the table flowlogs_payload.  Data that cannot be read raise an
exception, so that Lambda tries again and then keeps the event for you.
"""

import json
import os
import re
import sqlite3
import sys

EXTENSION = os.environ.get("FLOWLOGS") or ("/opt/flowlogs" if os.path.exists("/opt/flowlogs.so") else "./build/flowlogs")
FORMAT = os.environ.get("FORMAT") or None
INSIDE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7",  # those of is_inside()
          "169.254.0.0/16", "127.0.0.0/8", "224.0.0.0/4", "255.255.255.255", "fe80::/10", "ff00::/8", "::1"]  # and setup.sql
INSIDE += os.environ.get("INSIDE", "").split()
SERVERS = [1433, 1521, 3306, 3389, 5060, 5432, 6379, 8080, 8443, 9200, 27017]  # the same as in setup.sql
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
                           OR srcport IN (SELECT port FROM servers))
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
    db.execute("CREATE TABLE servers (port INTEGER)")
    db.executemany("INSERT INTO servers VALUES (?)", [(port,) for port in SERVERS])
    return db


def find(db, event):
    return [dict(row) for row in db.execute(RULE, {"event": json.dumps(event), "format": FORMAT})]


def check(db):
    """Says at the start what is wrong with the environment, rather than when an event arrives, or never."""
    db.execute("SELECT cidr_lookup('inside', 'cidr', '10.0.0.1')").fetchone()
    find(db, {"messageType": "CONTROL_MESSAGE"})
    named = {re.sub("[-_]", "", name).lower() for name in re.findall("[A-Za-z0-9_-]+", FORMAT or "")}
    missing = NEEDED - named if FORMAT else None  # srcAddr is srcaddr
    if missing:
        raise ValueError(f"FORMAT has no {', '.join(sorted(missing))}, without which nothing would ever fire")


DB = connect()  # at the start, because one container serves many events
check(DB)


def handler(event, context, publish=print):
    alerts = find(DB, event)
    for alert in alerts:
        publish(json.dumps(alert))  # boto3.client("sns").publish(TopicArn=…, Message=json.dumps(alert))
    return {"alerts": alerts}


if __name__ == "__main__":
    handler(json.load(sys.stdin), None)
