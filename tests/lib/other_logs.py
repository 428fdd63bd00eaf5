# SPDX-License-Identifier: MIT
"""The beginnings of logs that lie beside flow logs and are none, written as their programs and services write them,
and of texts that may be flow logs in a form that is not read.

OTHERS maps the name of a file to its bytes and to what flowlogs_files says of it. UNREAD has what must be an error.
"""

import csv
import io
import json

NEITHER = "is no flow log: its first line is neither a header nor a record"
KEYS = "is a JSON object without flow log records; its keys are "
COLUMNS = "is CSV whose columns are "
EXTENDED = "is a log in the extended format of W3C"


def lines(text, *first):
    """The lines in front, and the text for several addresses."""
    return "".join(line + "\n" for line in (*first, *(text.replace("ADDR", f"10.0.0.{i}") for i in range(1, 20)))).encode()


def objects(document):
    return lines(json.dumps(document))


def table(header, row):
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([header] + [row] * 9)
    return out.getvalue().encode()


SYSLOG = "Nov 30 10:00:01 ip-10-0-0-2 "
TALK = "connection from ADDR to 10.0.0.2 accepted"
CONN = "#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\tduration\torig_bytes\tresp_bytes\tconn_state"
CONN_ROW = "1773046800.120\tCHhAvVGS1DHFjwGM9\tADDR\t50000\t10.0.0.2\t443\ttcp\tssl\t0.1\t100\t200\tSF\t-\t-\t0\tShADd\t5\t400\t6\t500\t-"
EVE = {"timestamp": "2026-11-30T10:00:00.000000+0000", "flow_id": 1, "in_iface": "eth0", "event_type": "flow", "src_ip": "ADDR",
       "src_port": 50000, "dest_ip": "10.0.0.2", "dest_port": 443}

OTHERS = {
    # programs of all kinds
    "app-1.log": (lines("Connection from ADDR to 10.0.0.2 closed after 12 ms"), NEITHER),
    "app-2.log": (lines("2026-11-30 10:00:01,123 INFO [main] c.e.Proxy - forwarding ADDR -> 10.0.0.2 ok"), NEITHER),
    "app-3.log": (lines("2026-11-30T10:00:01Z INFO proxy src ADDR dst 10.0.0.2 status 200"), NEITHER),
    "app-4.log": (lines("ACCEPT connection ADDR -> 10.0.0.2"), NEITHER),
    "app-5.log": (lines("eni-0123456789abcdef0 attached to ADDR by controller"), NEITHER),
    "sshd.log": (lines(SYSLOG + 'sshd[1234]: Connection from ADDR port 50001 on 10.0.0.2 port 22 rdomain ""'), NEITHER),
    "auth.log": (lines(SYSLOG + "sshd[1234]: Accepted publickey for ec2-user from ADDR port 50001 ssh2: RSA SHA256:x"), NEITHER),
    "dhcp.log": (lines(SYSLOG + "dhclient[55]: DHCPACK of ADDR from 10.0.0.1"), NEITHER),
    "iptables.log": (lines(SYSLOG + "kernel: [1.2] REJECT IN=eth0 OUT= SRC=ADDR DST=10.0.0.2 LEN=60 PROTO=TCP SPT=1 DPT=2"), NEITHER),
    "nginx.log": (lines('ADDR - - [30/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 612 "-" "curl/7.68.0" "10.0.0.9"'), NEITHER),
    "nginx-2.log": (lines('ADDR 10.0.0.9 - [30/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 612 "-" "curl/7.68.0"'), NEITHER),
    "nginx-error.log": (lines("2026/11/30 10:00:00 [error] 31#31: *5 connect() failed (111: Connection refused) while connecting to "
                              'upstream, client: ADDR, server: x, upstream: "http://10.0.0.2:80/"'), NEITHER),
    "tcpdump.txt": (lines("10:00:00.000000 IP ADDR.50000 > 10.0.0.2.443: Flags [S], seq 1, win 64240, length 0"), NEITHER),
    "query.sql": (b"SELECT srcaddr, dstaddr, sum(bytes) FROM flowlogs('x') GROUP BY 1;\n", NEITHER),
    "notes.md": (b"# Notes\nThe fields srcaddr, dstaddr and bytes are used.\n", NEITHER),
    "pods.json": (objects({"log": TALK + "\n", "stream": "stdout", "time": "2026-11-30T10:00:00.0Z"}), NEITHER),
    "app-1.json": (objects({"level": "info", "ts": 1773046800.1, "message": TALK, "caller": "x.go:1"}), NEITHER),
    "app-2.json": (objects({"level": "info", "msg": "request", "srcaddr": "ADDR", "status": 200, "bytes": 512}), KEYS),
    "subscription.json": (json.dumps({"messageType": "DATA_MESSAGE", "logGroup": "/app", "logStream": "s",
                                      "logEvents": [{"id": "1", "timestamp": 1, "message": TALK.replace("ADDR", "10.0.0.1")}]}).encode(),
                          NEITHER),
    "tail.log": (lines(f"2026-11-30T10:00:00.000000+00:00 app/stream {TALK}"), NEITHER),
    "insights.csv": (lines(f"2026-11-30 10:00:00.000,{TALK}", "@timestamp,@message"), NEITHER),
    # what watches networks
    "eve-flow.json": (objects({**EVE, "proto": "TCP", "flow": {"pkts_toserver": 5}}), "is a log of Suricata"),
    "eve-alert.json": (objects({**EVE, "protocol": 6, "action": "allowed"}), "is a log of Suricata"),
    "conn.log": (lines(CONN_ROW, "#separator \\x09", "#path\tconn", CONN), "is a log of Zeek"),
    "conn-without-header.log": (lines(CONN_ROW), NEITHER),
    "conn.json": (objects({"ts": 1773046800.1, "id.orig_h": "ADDR", "id.orig_p": 50000, "id.resp_h": "10.0.0.2",
                           "id.resp_p": 443, "proto": "tcp", "conn_state": "SF"}), "is a log of Zeek"),
    "nfdump.csv": (table("ts,te,td,sa,da,sp,dp,pr,flg,fwd,stos,ipkt,ibyt,opkt,obyt".split(","),
                         "2026-11-30 10:00:00,2026-11-30 10:00:01,1.0,10.0.0.1,10.0.0.2,50000,443,TCP,.AP.SF,0,0,5,400,0,0".split(",")),
                   "is a log of NetFlow"),
    "nfdump.txt": (lines("2026-11-30 10:00:00.000     1.000 TCP        ADDR:50000 ->        10.0.0.2:443         5      400     1",
                         "Date first seen          Duration Proto      Src IP Addr:Port          Dst IP Addr:Port   Packets    Bytes Flows"),
                   NEITHER),
    "netflow.json": (objects({"type": "NETFLOW_V9", "time_received_ns": 1, "src_addr": "ADDR", "dst_addr": "10.0.0.2", "src_port": 1,
                              "dst_port": 443, "bytes": 40, "packets": 1, "protocol": 6}), "is a log of NetFlow"),
    "netflow.csv": (table("TIME_RECEIVED,SRC_ADDR,DST_ADDR,SRC_PORT,DST_PORT,PROTOCOL,PACKETS,BYTES".split(","),
                          "1773046800,10.0.0.1,10.0.0.2,1,443,6,1,40".split(",")), "is a log of NetFlow"),
    "capture.csv": (table(["No.", "Time", "Source", "Destination", "Protocol", "Length"], [1, "0.0", "10.0.0.1", "10.0.0.2", "TCP", 60]),
                    COLUMNS),
    "paloalto.csv": (lines("1,2026/11/30 10:00:00,001801,TRAFFIC,end,2049,2026/11/30 10:00:00,ADDR,10.0.0.2,0.0.0.0,0.0.0.0,rule1,,,"
                           "web,vsys1,trust,untrust,eth1,eth2,x,2026,1,1,50000,443,0,0,0x0,tcp,allow,400,200,200,5"), NEITHER),
    "asa.log": (lines(SYSLOG + "%ASA-6-302013: Built outbound TCP connection 5 for outside:ADDR/443 to inside:10.0.0.2/5"), NEITHER),
    "pfirewall.log": (lines("2026-11-30 10:00:00 ALLOW TCP ADDR 10.0.0.2 50000 443 0 - 0 0 0 - - - RECEIVE", "#Version: 1.5",
                            "#Software: Microsoft Windows Firewall", "#Fields: date time action protocol src-ip dst-ip src-port "
                            "dst-port size tcpflags tcpsyn tcpack tcpwin icmptype icmpcode info path"), EXTENDED),
    # Elastic, and other clouds
    "ecs.json": (objects({"@timestamp": "2026-11-30T10:00:00Z", "source": {"ip": "ADDR"}, "destination": {"ip": "10.0.0.2"}}), KEYS),
    "ecs-flat.json": (objects({"@timestamp": "2026-11-30T10:00:00Z", "source.ip": "ADDR", "source.port": 1, "destination.ip": "10.0.0.2",
                               "destination.port": 443, "network.bytes": 5, "event.action": "accept"}), "is a log with Elastic's names"),
    "azure.json": (json.dumps({"records": [{"time": "2026-11-30T10:00:00Z", "category": "NetworkSecurityGroupFlowEvent", "properties":
                               {"flows": [{"flowTuples": ["1542110377,10.0.0.4,10.0.0.5,44931,443,T,O,A,B,,,,"]}]}}]}).encode(),
                   "has records without kinesis.data, data or Data that is a text"),
    "google.json": (objects({"insertId": "1", "jsonPayload": {"connection": {"src_ip": "ADDR", "dest_ip": "10.0.0.2"}}}),
                    "is a log of Google Cloud"),
    # AWS
    "cloudtrail.json": (json.dumps({"Records": [{"eventVersion": "1.08", "eventSource": "ec2.amazonaws.com",
                                                 "sourceIPAddress": "10.0.0.1"}] * 9}).encode(), "is a log of CloudTrail"),
    "resolver.json": (objects({"version": "1.1", "account_id": "1", "region": "us-east-1", "vpc_id": "vpc-1", "query_name": "a.example.",
                               "srcaddr": "ADDR", "srcport": "53", "transport": "UDP"}), "is a query log of Route 53 Resolver"),
    "route53.log": (lines("1.0 2026-11-30T10:00:00.130Z Z123412341234 example.com A NOERROR UDP FRA6 ADDR 192.168.222.1"), NEITHER),
    "waf.json": (objects({"timestamp": 1, "formatVersion": 1, "webaclId": "x", "action": "BLOCK", "httpRequest": {"clientIp": "ADDR"}}),
                 "is a log of AWS WAF"),
    "network-firewall.json": (objects({"firewall_name": "fw", "event_timestamp": "1", "event": EVE}), "is a log of AWS Network Firewall"),
    "cloudfront.log": (lines("2026-11-30\t10:00:00\tFRA2\t2390\tADDR\tGET\td1.cloudfront.net\t/x\t200", "#Version: 1.0",
                             "#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status"), EXTENDED),
    "alb.log": (lines("https 2026-11-30T10:00:00.186641Z app/my-lb/50dc6c495c0c9188 ADDR:2817 10.0.0.1:80 0.086 0.048 0.037 200 200 0 57 "
                      '"GET https://www.example.com:443/ HTTP/1.1" "curl/7.46.0" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:aws:x "Root=1" '
                      '"www.example.com" "-" 1 2026-11-30T10:00:00.186641Z "forward" "-" "-" "10.0.0.1:80" "200" "-" "-"'), NEITHER),
    "nlb.log": (lines("tls 2.0 2026-11-30T10:00:00 net/my-nlb/c6e77e28c25b2234 g3d4b5e8bb8464cd ADDR:51341 10.0.0.1:443 5 2 98 246 - "
                      "arn:aws:x - ECDHE-RSA-AES128-SHA tlsv12 - my-nlb.example.com - - - 2026-11-30T10:00:00"), NEITHER),
    "s3.log": (lines('79a59df900b949e55d96 bucket1 [30/Nov/2026:10:00:00 +0000] ADDR 79a59df900 3E57427F3EXAMPLE REST.GET.VERSIONING - '
                     '"GET /b?versioning HTTP/1.1" 200 - 113 - 7 - "-" "S3Console/0.4" - x SigV4 ECDHE AuthHeader b.example.com Yes'), NEITHER),
    "interfaces.json": (json.dumps({"NetworkInterfaces": [{"NetworkInterfaceId": "eni-1", "PrivateIpAddress": "10.0.0.1"}]}, indent=1).encode(),
                        KEYS),
}

UNREAD = {
    "custom-1.log": lines("ADDR 10.0.2.20 443 ACCEPT 1200 1773046800"),
    "custom-2.log": lines("vpc-0123456789abcdef0 subnet-0a1 i-0ab eni-0ab us-east-1 use1-az1 ADDR 10.0.2.20 ingress IPv4 AMAZON - 3"),
    "custom-3.log": lines("my-cluster arn:aws:ecs:x ADDR 10.0.2.20 443 50000 6 my-service"),
    "custom-5.log": lines("my-cluster my-service ADDR 10.0.2.20"),
    "custom-4.log": lines("443 6 REJECT 40"),
    "pairs.log": lines("ADDR 10.0.0.2"),
    "syslog.log": lines(SYSLOG + "vpcflow[12]: 2 123456789010 eni-1235b8ca ADDR 10.0.0.2 443 50000 6 1 40 1773046800 1773046860 ACCEPT OK"),
    "syslog-2.log": lines(SYSLOG + "vpcflow[12]: ADDR 10.0.0.2 REJECT"),
    "pairs-of-names.log": lines("version=2 srcaddr=ADDR dstaddr=10.0.0.2 srcport=443 dstport=50000 action=ACCEPT"),
    "nested.json": objects({"flow": {"srcaddr": "ADDR", "dstaddr": "10.0.0.2", "bytes": 40}}),
    "elastic.json": objects({"@timestamp": "2026-11-30T10:00:00Z", "source.ip": "ADDR", "destination.ip": "10.0.0.2",
                             "aws.vpcflow.interface_id": "eni-1", "aws.vpcflow.action": "ACCEPT"}),
    "bare.csv": lines("2,123456789010,eni-1235b8ca,ADDR,10.0.0.2,443,50000,6,1,40,1773046800,1773046860,ACCEPT,OK"),
    "bare-2.csv": lines("443,6,REJECT,40"),
    "quoted.log": lines("the record was '2 123456789010 eni-1235b8ca ADDR 10.0.0.2 443 50000 6 1 40 1773046800 1773046860 ACCEPT OK'"),
}
