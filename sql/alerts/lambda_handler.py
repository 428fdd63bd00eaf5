# SPDX-License-Identifier: MIT
"""An alert on rejected traffic that originates inside the VPC, raised in a Lambda function behind CloudWatch Logs.

A subscription filter hands the flow logs to the function as they come; this runs one SQL query on what it was handed.
Rejects of traffic from outside are the weather of the internet and never fire; a reject of a private source is a host of
yours that tries what it may not: a scan, a misconfiguration, or malware (MITRE ATT&CK T1046, network service discovery).

    python3 sql/alerts/lambda_handler.py < event.json       tries it at home

FLOWLOGS        the extension, without its suffix; by default /opt/flowlogs, where a layer puts it, or ./build/flowlogs
INSIDE          more prefixes that are inside, with spaces between: IPv6 addresses of a VPC are global ones, so
                ip_is_private() knows none but fd00::/8.  INSIDE='2600:1f18:1234:5600::/56'

It needs nothing but Python's sqlite3 with enable_load_extension(), which some builds of Python leave out; where the
runtime's does, use a container image.  Kinesis and Firehose events do as well as those of a subscription: see the README,
flowlogs_payload.  What can't be read is an exception, so that Lambda tries again and then keeps the event for you.
"""

import json
import os
import sqlite3
import sys

EXTENSION = os.environ.get("FLOWLOGS") or ("/opt/flowlogs" if os.path.exists("/opt/flowlogs.so") else "./build/flowlogs")

RULE = """
    SELECT 'rejected inside the VPC' AS rule, interface_id, srcaddr, dstaddr, dstport,
           protocol_name(protocol) AS protocol, count(*) AS records, sum(packets) AS packets,
           min(start_time) AS first_seen, max(end_time) AS last_seen
      FROM flowlogs_payload(:event)
     WHERE action = 'REJECT'
       AND (ip_is_private(srcaddr) OR EXISTS (SELECT 1 FROM json_each(:inside) p WHERE cidr_match(srcaddr, p.value)))
     GROUP BY interface_id, srcaddr, dstaddr, dstport, flowlogs_payload.protocol
     ORDER BY packets DESC, interface_id, srcaddr, dstaddr, dstport, flowlogs_payload.protocol
"""


def connect():
    db = sqlite3.connect(":memory:")
    db.row_factory = sqlite3.Row
    db.enable_load_extension(True)
    db.load_extension(EXTENSION)
    db.enable_load_extension(False)
    return db


DB = connect()  # once for a container that serves many events


def handler(event, context, publish=print):
    inside = json.dumps(os.environ.get("INSIDE", "").split())
    alerts = [dict(row) for row in DB.execute(RULE, {"event": json.dumps(event), "inside": inside})]
    for alert in alerts:
        publish(json.dumps(alert))  # boto3.client("sns").publish(TopicArn=…, Message=json.dumps(alert))
    return {"alerts": alerts}


if __name__ == "__main__":
    handler(json.load(sys.stdin), None)
