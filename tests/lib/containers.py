# SPDX-License-Identifier: MIT
"""Writes flow log records in every form in which they reach a person, as AWS's services and tools write them.

Each form is a function of a list of records that returns the bytes of a file. It is written from the
description of the format alone, with Python's json and csv, and knows nothing of how the extension reads it.
FORMS says of each form what flowlogs_files calls it, and what of the envelope it keeps.
"""

import base64
import collections
import csv
import gzip
import io
import json
import random
import datetime

DEFAULT = ("version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action "
           "log-status").split()
DISCOVERED = dict(zip(DEFAULT, ("version accountId interfaceId srcAddr dstAddr srcPort dstPort protocol packets bytes "
                                "startTime endTime action logStatus").split()))
PARSED = dict(zip(DEFAULT, ("version accountId interfaceId srcAddr dstAddr srcPort dstPort protocol packets bytes start "
                            "end action logStatus").split()))
NUMBERS = {"version", "srcport", "dstport", "protocol", "packets", "bytes", "start", "end"}
GROUP = "/vpc/flow-logs"

Record = collections.namedtuple("Record", "message time stream")


def records(seed, count, streams=3):
    """Records of the default format, in the order of their times, of several streams."""
    rng = random.Random(seed)
    out = []
    start = 1773046800
    for _ in range(count):
        start += rng.randrange(20)
        eni = f"eni-{rng.randrange(streams):017x}"
        if rng.randrange(20) == 0:
            message = f"2 123456789012 {eni} - - - - - - - {start} {start + 60} - NODATA"
        else:
            source = f"10.0.{rng.randrange(4)}.{rng.randrange(256)}" if rng.randrange(5) else "2001:db8:0:0:0:0:0:7"
            message = (f"2 123456789012 {eni} {source} 198.51.100.{rng.randrange(256)} {rng.randrange(1024, 65536)} "
                       f"{rng.choice((22, 53, 443))} {rng.choice((6, 17))} {rng.randrange(1, 99)} {rng.randrange(40, 99999)} "
                       f"{start} {start + 60} {rng.choice(('ACCEPT', 'REJECT'))} OK")
        out.append(Record(message, start * 1000, f"{eni}-all"))
    return out


def fields(record, names=DEFAULT):
    return dict(zip(names, record.message.split()))


def text_time(ms, separator="T", end="Z"):
    return (datetime.datetime.fromtimestamp(ms // 1000, datetime.timezone.utc).strftime(f"%Y-%m-%d{separator}%H:%M:%S")
            + f".{ms % 1000:03d}{end}")


def lines(texts):
    return "".join(text + "\n" for text in texts).encode()


def event_id(i):
    return f"{36000000000000000000000000000000000000000000000000000000 + i}"


# --- lines, as they are read since the first version ---

def plain(rs):
    return lines([" ".join(DEFAULT)] + [r.message for r in rs])


def bare(rs):
    return lines(r.message for r in rs)


def exported(rs):
    return lines(f"{text_time(r.time)} {r.message}" for r in rs)


# --- the API and the command line of CloudWatch Logs ---

def get_log_events(rs, indent=4):
    page = {"events": [{"timestamp": r.time, "message": r.message, "ingestionTime": r.time + 60000} for r in rs],
            "nextForwardToken": "f/3600/s", "nextBackwardToken": "b/3600/s"}
    return json.dumps(page, indent=indent).encode() + b"\n"


def filter_log_events(rs):
    """Several pages, one after another."""
    out = b""
    for at in range(0, max(len(rs), 1), 40):
        page = {"events": [{"logStreamName": r.stream, "timestamp": r.time, "message": r.message,
                            "ingestionTime": r.time + 60000, "eventId": event_id(i)}
                           for i, r in enumerate(rs[at:at + 40])],
                "searchedLogStreams": []}
        if at + 40 < len(rs):
            page["nextToken"] = "Bxkq6kVGFtq2y_MoigeqscPOdhXVbhiVtLoAmXb5jCo"
        out += json.dumps(page, indent=4).encode() + b"\n"
    return out


def query_events(rs):
    return json.dumps([{"timestamp": r.time, "message": r.message, "ingestionTime": 1} for r in rs], indent=4).encode()


def query_messages(rs):
    return json.dumps([r.message for r in rs], indent=4).encode()


def json_strings(rs):
    return lines(json.dumps(r.message) for r in rs)


def cli_text_messages(rs):
    return "\t".join(r.message for r in rs).encode() + b"\n"


def cli_text_events(rs):
    return lines(["b/36/s\tf/36/s"] + [f"EVENTS\t{r.time + 60000}\t{r.message}\t{r.time}" for r in rs])


def cli_text_filtered(rs):
    return lines([f"EVENTS\t{event_id(i)}\t{r.time + 60000}\t{r.stream}\t{r.message}\t{r.time}"
                  for i, r in enumerate(rs)] + ["SEARCHEDLOGSTREAMS\teni-1-all\tTrue"])


def logs_tail(rs):
    return lines(f"{text_time(r.time, end='000+00:00')} {r.stream} {r.message}" for r in rs)


def logs_tail_short(rs):
    return lines(f"{text_time(r.time)[:19]} {r.message}" for r in rs)


# --- CSV ---

def table(header, rows, **options):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n", **options)
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue().encode()


def console_csv(rs):
    return table(["timestamp", "message"], [[r.time, r.message] for r in rs])


def insights_csv(rs):
    return b"\xef\xbb\xbf" + table(["@timestamp", "@message", "@logStream", "@log"],
                                   [[text_time(r.time, " ", ""), r.message, r.stream, "123456789012:" + GROUP] for r in rs])


def insights_fields_csv(rs):
    return table(["@timestamp"] + list(DISCOVERED.values()),
                 [[text_time(r.time, " ", "")] + r.message.split() for r in rs])


def fields_csv(rs):
    return table([name.replace("-", "_") for name in DEFAULT], [r.message.split() for r in rs])


def athena_csv(rs):
    """Athena quotes everything, and leaves out what is missing."""
    return table([name.replace("-", "_") for name in DEFAULT],
                 [["" if value == "-" else value for value in r.message.split()] for r in rs], quoting=csv.QUOTE_ALL)


# --- Logs Insights, and transformers ---

def insights_json(rs):
    return json.dumps([{"@timestamp": text_time(r.time, " ", ""), "@message": r.message, "@logStream": r.stream,
                        "@log": "123456789012:" + GROUP} for r in rs]).encode()


def insights_results(rs):
    results = [[{"field": "@timestamp", "value": text_time(r.time, " ", "")}, {"field": "@message", "value": r.message},
                {"field": "@ptr", "value": "CmEKJgoiMTIz"}] for r in rs]
    return json.dumps({"results": results, "statistics": {"recordsMatched": 1.0}, "status": "Complete"}, indent=4).encode()


def insights_fields_json(rs):
    return json.dumps([dict({"@timestamp": text_time(r.time, " ", "")}, **fields(r, DISCOVERED.values())) for r in rs],
                      indent=2).encode()


def typed(record, names):
    out = {}
    for field, value in fields(record).items():
        if value == "-":
            out[names(field)] = None
        else:
            out[names(field)] = int(value) if field in NUMBERS else value
    return out


def fields_json(rs):
    return lines(json.dumps(typed(r, lambda name: name.replace("-", "_"))) for r in rs)


def parsed_json(rs):
    return json.dumps([typed(r, PARSED.get) for r in rs]).encode()


# --- streams ---

def subscription_documents(rs, sort_keys=False):
    """A document for each run of records of a stream, with a control message in front."""
    out = [json.dumps({"messageType": "CONTROL_MESSAGE", "owner": "CloudwatchLogs", "logGroup": "", "logStream": "",
                       "subscriptionFilters": [], "logEvents": [{"id": "", "timestamp": 1, "message":
                       "CWL CONTROL MESSAGE: Checking health of destination Firehose."}]}).encode()]
    at = 0
    while at < len(rs):
        end = at + 1
        while end < len(rs) and rs[end].stream == rs[at].stream:
            end += 1
        out.append(json.dumps(
            {"messageType": "DATA_MESSAGE", "owner": "123456789012", "logGroup": GROUP, "logStream": rs[at].stream,
             "subscriptionFilters": ["all"],
             "logEvents": [{"id": event_id(i), "timestamp": r.time, "message": r.message}
                           for i, r in enumerate(rs[at:end])]}, sort_keys=sort_keys).encode())
        at = end
    return out


def subscription(rs):
    return b"".join(subscription_documents(rs))


def subscription_sorted(rs):
    return b"\n".join(subscription_documents(rs, sort_keys=True))


def subscription_members(rs):
    return b"".join(gzip.compress(document, mtime=0) for document in subscription_documents(rs))


def subscription_twice(rs):
    return gzip.compress(subscription_members(rs), mtime=0)


def subscription_base64(rs):
    return base64.encodebytes(gzip.compress(subscription(rs), mtime=0))


def firehose_messages(rs):
    return b"".join(json.dumps({"message": r.message}).encode() for r in rs)


def firehose_lines(rs):
    return lines(json.dumps({"message": r.message}) for r in rs)


def data(document):
    return base64.b64encode(gzip.compress(document, mtime=0)).decode()


def docker_json(rs):
    """What Docker keeps of the output of a program: lines with their breaks, and nanoseconds."""
    return lines(json.dumps({"log": r.message + "\n", "stream": "stdout", "time": text_time(r.time, end="456789Z")}) for r in rs)


def fluent_bit(rs):
    return lines(json.dumps({"date": text_time(r.time), "log": r.message, "tag": "vpc", "kubernetes": {"pod_name": "x"}}) for r in rs)


def lambda_events(rs):
    return lines(json.dumps({"awslogs": {"data": data(document)}}) for document in subscription_documents(rs))


def kinesis_event(rs):
    return json.dumps({"Records": [{"kinesis": {"data": data(document), "partitionKey": "1"}, "eventSource": "aws:kinesis"}
                                   for document in subscription_documents(rs)]}).encode()


def kinesis_records(rs):
    return json.dumps({"Records": [{"SequenceNumber": "1", "Data": data(document), "PartitionKey": "1"}
                                   for document in subscription_documents(rs)], "NextShardIterator": "AAA"}).encode()


def firehose_event(rs):
    return json.dumps({"invocationId": "1", "deliveryStreamArn": "arn:aws:firehose:1",
                       "records": [{"recordId": str(i), "data": data(document)}
                                   for i, document in enumerate(subscription_documents(rs))]}).encode()


Form = collections.namedtuple("Form", "make kind group stream time line")

# What flowlogs_files.kind says; whether log_group and log_stream are known; event_time: "ms", "s" (without its
# milliseconds) or None; the line of the first record.
FORMS = {
    "plain": Form(plain, "plain", False, False, None, 2),
    "bare": Form(bare, "plain", False, False, None, 1),
    "exported": Form(exported, "plain", False, False, "ms", 1),
    "get-log-events": Form(get_log_events, "json events", False, False, "ms", 1),
    "filter-log-events": Form(filter_log_events, "json events", False, True, "ms", 1),
    "query-events": Form(query_events, "json events", False, False, "ms", 1),
    "query-messages": Form(query_messages, "json messages", False, False, None, 1),
    "json-strings": Form(json_strings, "json messages", False, False, None, 1),
    "cli-text-messages": Form(cli_text_messages, "cli text", False, False, None, 1),
    "cli-text-events": Form(cli_text_events, "cli text", False, False, "ms", 2),
    "cli-text-filtered": Form(cli_text_filtered, "cli text", False, True, "ms", 1),
    "logs-tail": Form(logs_tail, "logs tail", False, True, "ms", 1),
    "logs-tail-short": Form(logs_tail_short, "logs tail", False, False, "s", 1),
    "console-csv": Form(console_csv, "csv messages", False, False, "ms", 2),
    "insights-csv": Form(insights_csv, "csv insights", True, True, "ms", 2),
    "insights-fields-csv": Form(insights_fields_csv, "csv insights", False, False, "ms", 2),
    "fields-csv": Form(fields_csv, "csv fields", False, False, None, 2),
    "athena-csv": Form(athena_csv, "csv fields", False, False, None, 2),
    "insights-json": Form(insights_json, "json insights", True, True, "ms", 1),
    "insights-results": Form(insights_results, "json insights", False, False, "ms", 1),
    "insights-fields-json": Form(insights_fields_json, "json insights", False, False, "ms", 1),
    "fields-json": Form(fields_json, "json fields", False, False, None, 1),
    "parsed-json": Form(parsed_json, "json fields", False, False, None, 1),
    "subscription": Form(subscription, "json subscription", True, True, "ms", 1),
    "subscription-sorted": Form(subscription_sorted, "json subscription", True, True, "ms", 1),
    "subscription-members": Form(subscription_members, "gzip+json subscription", True, True, "ms", 1),
    "subscription-twice": Form(subscription_twice, "gzip+gzip+json subscription", True, True, "ms", 1),
    "subscription-base64": Form(subscription_base64, "base64+gzip+json subscription", True, True, "ms", 1),
    "firehose-messages": Form(firehose_messages, "json messages", False, False, None, 1),
    "firehose-lines": Form(firehose_lines, "json messages", False, False, None, 1),
    "docker-json": Form(docker_json, "json messages", False, False, "ms", 1),
    "fluent-bit": Form(fluent_bit, "json messages", False, False, "ms", 1),
    "lambda-events": Form(lambda_events, "json event", True, True, "ms", 1),
    "kinesis-event": Form(kinesis_event, "json event", True, True, "ms", 1),
    "kinesis-records": Form(kinesis_records, "json event", True, True, "ms", 1),
    "firehose-event": Form(firehose_event, "json event", True, True, "ms", 1),
}

# What lies beside them in a folder: no flow logs.
OTHERS = {
    "cloudtrail.json": json.dumps({"Records": [{"eventVersion": "1.08", "userIdentity": {"type": "IAMUser"},
                                                "sourceIPAddress": "203.0.113.9", "eventName": "ConsoleLogin"}]}).encode(),
    "application.jsonl": lines(json.dumps({"level": "info", "message": f"request {i} done", "ms": i}) for i in range(9)),
    "people.csv": table(["name", "team"], [["ann", "net"], ["bob", "sec"]]),
    "notes.txt": b"Look at eth0 tomorrow.\n",
    "page.html": b"<!doctype html><p>Flow logs</p>\n",
    "aws-logs-write-test": b"Permission Check Successful",
    "empty.json": b"[]\n",
}
