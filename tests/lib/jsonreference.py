# SPDX-License-Identifier: MIT
"""A second reader of flow logs in JSON, with Python's own json, and random documents for it.

It has whole documents in memory and asks their keys one after the other, so it shares no way of
working with the C sources, which decide while the bytes come.
"""

import base64
import datetime
import gzip
import json
import re

from reference import VPC_FIELDS

FIELDS = {name.strip("#@").replace("-", "") for name in VPC_FIELDS}

MESSAGE, TIME = ("message", "@message"), ("timestamp", "@timestamp", "date", "time")
GROUP = ("logGroup", "logGroupName", "log_group", "log_group_name")
STREAM = ("logStream", "logStreamName", "@logStream", "log_stream", "log_stream_name")


def read(text):
    """A list of (line, group, stream, event_time, record). A record is a line, a dict of fields, or
    None for what cannot be used."""
    return Reader().documents(text.lstrip("\ufeff"), None, None)


class Reader:
    def __init__(self):
        self.number = 0

    def documents(self, text, group, stream):
        rows, at, decoder = [], 0, json.JSONDecoder(strict=False)
        while at < len(text.rstrip()):
            at += len(text[at:]) - len(text[at:].lstrip())
            value, at = decoder.raw_decode(text, at)
            rows += self.document(value, group, stream)
        return rows

    def row(self, group, stream, time, record):
        self.number += 1
        return [(self.number, group, stream, time, record)]

    def document(self, value, group, stream):
        if isinstance(value, str):
            return self.text(value, group, stream)
        if isinstance(value, list):
            if value and all(isinstance(cell, dict) and set(cell) == {"field", "value"} for cell in value):
                return self.document({cell["field"]: cell["value"] for cell in value}, group, stream)
            return [row for element in value for row in self.document(element, group, stream)]
        if "logEvents" in value:
            if value.get("messageType") == "CONTROL_MESSAGE":
                return []
            return self.events(value["logEvents"], value.get("logGroup"), value.get("logStream"))
        if "events" in value:
            return self.events(value["events"], group, stream)
        if "results" in value:
            return [row for result in value["results"] for row in self.document(result, group, stream)]
        if "awslogs" in value:
            return self.piece(base64.b64decode(value["awslogs"]["data"]), group, stream)
        for records in ("Records", "records"):
            if records in value:
                return [row for record in value[records] for row in self.piece(base64.b64decode(
                    record["kinesis"]["data"] if "kinesis" in record else record.get("data") or record["Data"]), group, stream)]
        return self.event(value, group, stream, True)

    def events(self, events, group, stream):
        return [row for event in events for row in self.event(event, group, stream, False)]

    def event(self, event, group, stream, may_be_fields):
        if not isinstance(event, dict):
            return self.row(group, stream, None, None)
        time, fields = None, {}
        message = None
        for key, value in event.items():
            if key in MESSAGE and isinstance(value, str):
                message = value
            elif key in TIME and not isinstance(value, (dict, list)):
                time = moment(value, may_be_fields)
            elif key in GROUP and isinstance(value, str):
                group = value or None
            elif key == "@log" and isinstance(value, str):
                group = value.partition(":")[2] or None
            elif key in STREAM and isinstance(value, str):
                stream = value or None
            elif not key.startswith("@") and not isinstance(value, (dict, list)):
                fields[key] = value
        known = [name for name in fields if name.lower().replace("-", "").replace("_", "") in FIELDS]
        is_record = len(known) >= 3 or (known and len(known) == len(fields))
        if message is None and may_be_fields and not is_record and (time is not None or "stream" in event):
            message = fields.get("log") if " " in str(fields.get("log")) else None
        if message is not None:
            line = message.rstrip("\r\n")
            is_line = line.strip(" \t\r\n") and "\n" not in line and "\0" not in line
            return self.row(group, stream, time if is_line else None, line if is_line else None)
        if may_be_fields and is_record:
            return self.row(group, stream, time, {k: None if v is None or v == "" else str(v) for k, v in fields.items()})
        return self.row(group, stream, None, None)

    def text(self, value, group, stream):
        if " " in value and "\n" not in value.strip("\r\n") and value.lstrip()[0] not in '{["':
            return self.row(group, stream, None, value.rstrip("\r\n"))
        return self.piece(value.encode() if re.search(r"[ {]", value) else base64.b64decode(value), group, stream)

    def piece(self, data, group, stream):
        while data[:2] == b"\x1f\x8b":
            data = gzip.decompress(data)
        text = data.decode()
        if text.lstrip()[:1] in ("{", "[", '"'):
            return self.documents(text, group, stream)
        lines = text.split("\n")
        return [row for line in lines[:-1] for row in self.row(group, stream, None, line)] + \
            (self.row(group, stream, None, lines[-1]) if lines[-1] else [])


def moment(value, of_any_unit):
    """The time in milliseconds, or None."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, str) and re.fullmatch(r"\d{4}-.*", value):
        at = datetime.datetime.fromisoformat(value.replace("Z", "+00:00").replace("T", " "))
        at = at if at.tzinfo else at.replace(tzinfo=datetime.timezone.utc)
        return (at - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)) // datetime.timedelta(milliseconds=1)
    number = str(value)
    if not re.fullmatch(r"\d+(\.\d+)?", number):
        return None
    whole = int(number.split(".")[0])
    if not of_any_unit:
        return whole
    if whole < 10 ** 11:
        return whole * 1000 + int(((number + ".").split(".")[1] + "000")[:3])
    return whole if whole < 10 ** 14 else whole // 1000 if whole < 10 ** 17 else whole // 10 ** 6


# ---- random documents

def documents(r, lines, keys):
    """A text of documents in random forms that hold the lines; keys: names of their fields."""
    text, left = json.dumps({"message": lines[0]}), list(lines[1:])
    while left:
        n = r.randrange(1, 5)
        text += dump(r, document(r, left[:n], keys, 0)) + r.choice(["", "\n", " \r\n\t"])
        del left[:n]
    return r.choice(["", "\ufeff", "\n "]) + text


def document(r, lines, keys, depth):
    kinds = [subscription, subscription, api, messages, logs, texts, insights, results, fields, control]
    if depth < 3:
        kinds += [aws_lambda, kinesis, firehose, nested, base64_text]
    return r.choice(kinds)(r, lines, keys, depth)


def shuffled(r, value):
    items = list(value.items())
    r.shuffle(items)
    return dict(items)


def event(r, line, **other):
    value = {"message": line + r.choice(["", "", "", "\n", "\r\n"]), **other}
    if r.random() < .05:
        value["message"] = r.choice([None, 5, "", " \n", "a\nb", "a\0b", {"message": line}, [line]])
    if r.random() < .1:
        value["extractedFields"] = {"srcaddr": "1.2.3.4", "message": "x", "list": [1, {}, [], "}"]}
    return shuffled(r, value)


def subscription(r, lines, keys, depth):
    value = {"messageType": "DATA_MESSAGE", "owner": "1", "logGroup": r.choice(["g", "/vpc/\u00e9", ""]),
             "logStream": f"s{r.randrange(3)}", "subscriptionFilters": ["a"],
             "logEvents": [event(r, line, id="0", timestamp=1700000000000 + r.randrange(10 ** 6)) for line in lines]}
    return value if r.random() < .5 else shuffled(r, value)


def control(r, lines, keys, depth):
    return [shuffled(r, {"messageType": "CONTROL_MESSAGE", "logEvents": [{"message": "CWL CONTROL MESSAGE: x"}]}),
            {"message": lines[0]}]


def api(r, lines, keys, depth):
    return {"events": [event(r, line, logStreamName=r.choice(["x", "y"]), timestamp=r.randrange(10 ** 13), eventId="1")
                       for line in lines], "nextToken": "f/1", "searchedLogStreams": [{"logStreamName": "z"}]}


def messages(r, lines, keys, depth):
    times = [1700000000, 1700000000.125, 1700000000123, 1700000000123456, 1700000000123456789, "2024-05-01T00:00:00.123Z",
             "2024-05-01 02:00:00", "2024-05-01T02:00:00+02:00", None, True, "never", "1700000000123"]
    return [event(r, line, **{r.choice(TIME): r.choice(times), r.choice(GROUP): "g", r.choice(STREAM): "s"}) for line in lines]


def logs(r, lines, keys, depth):
    """As Docker and Fluent Bit write them."""
    beside = [{"stream": "stdout"}, {"date": 1700000000.125}, {"time": "2024-05-01T00:00:00.123456789Z", "stream": "stderr", "_p": "F"},
              {"@timestamp": 1700000000, "level": 5, "kubernetes": {"log": "x y"}}]
    return [shuffled(r, {"log": line + r.choice(["", "\n"]), **r.choice(beside)}) for line in lines]


def texts(r, lines, keys, depth):
    return [line + r.choice(["", "\n"]) for line in lines] if r.random() < .7 else "\n".join(lines)


def insights(r, lines, keys, depth):
    return [shuffled(r, {"@timestamp": "2024-05-01 00:00:00.123", "@message": line, "@logStream": "s", "@log": "1:/g:h",
                         "@ptr": "p"}) for line in lines]


def results(r, lines, keys, depth):
    rows = [[{"field": k, "value": v} for k, v in row.items()] for row in insights(r, lines, keys, depth)]
    return rows if r.random() < .3 else {"results": rows, "statistics": {"recordsMatched": 2.0}, "status": "Complete"}


def fields(r, lines, keys, depth):
    spell = r.choice([str, lambda k: k.replace("-", "_"), lambda k: re.sub(r"-(.)", lambda m: m[1].upper(), k)])
    values = [{spell(k): int(v) if v.isdigit() and r.random() < .7 else None if v == "-" else v
               for k, v in zip(keys, line.split())} for line in lines]
    for value in values:
        if r.random() < .2:
            value["tags"] = {"a": [1]}
        if r.random() < .3:
            value["@timestamp"] = "2024-05-01 00:00:00.123"
        if r.random() < .2:
            value["logStream"] = "t"
    return [shuffled(r, value) if r.random() < .2 else value for value in values]


def wrapped(r, lines, keys, depth):
    data = "\n".join(lines) if r.random() < .2 else dump(r, document(r, lines, keys, depth + 1))
    data = data.encode()
    for _ in range(r.randrange(3)):
        data = gzip.compress(data, mtime=0)
    return base64.b64encode(data).decode()


def aws_lambda(r, lines, keys, depth):
    return {"awslogs": {"data": wrapped(r, lines, keys, depth)}}


def kinesis(r, lines, keys, depth):
    return {"Records": [r.choice([{"kinesis": {"partitionKey": "k", "data": wrapped(r, [line], keys, depth)}, "eventID": "1"},
                                  {"Data": wrapped(r, [line], keys, depth)}]) for line in lines]}


def firehose(r, lines, keys, depth):
    return {"invocationId": "x", "records": [{"recordId": "1", "data": wrapped(r, [line], keys, depth)} for line in lines]}


def nested(r, lines, keys, depth):
    return [[document(r, lines, keys, depth + 1)]]


def base64_text(r, lines, keys, depth):
    return base64.b64encode(gzip.compress(dump(r, document(r, lines, keys, depth + 1)).encode(), mtime=0)).decode()


def dump(r, value):
    """The value as JSON, in one of the ways of writing it."""
    text = json.dumps(value, indent=r.choice([None, None, 0, 1, 4]), ensure_ascii=r.random() < .5,
                      separators=r.choice([None, (",", ":"), (" ,", " : ")]))
    if r.random() < .3:
        text = re.sub(r'"(?:[^"\\]|\\.)*"', lambda m: escaped(r, m[0]), text)
    return text


def escaped(r, text):
    """A text in quotes with some of its letters escaped."""
    return re.sub(r"\\u....|\\.|[a-z/]", lambda m: m[0] if len(m[0]) > 1 or r.random() < .9 else
                  "\\/" if m[0] == "/" else f"\\u{ord(m[0]):04{r.choice('xX')}}", text)
