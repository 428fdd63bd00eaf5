# SPDX-License-Identifier: MIT
"""cwl_match(), compared with cwlreference.py on thousands of random patterns and texts, and with
examples written by hand. The random patterns are made from the texts, so that many of them
match."""

import re

import pytest

import cwldata
import cwlreference
from builds import ROOT

PER_PATTERN = 12        # so many texts are matched with a pattern, among them the one that it was made from


def literal(text):
    """An SQL literal of a text that may contain any bytes."""
    return f"CAST(x'{text.encode('utf-8', 'surrogateescape').hex()}' AS TEXT)"


def expected(pattern, texts):
    try:
        read = cwlreference.Pattern(pattern)
    except ValueError:
        return "error"
    return "".join(str(int(read.matches(text))) for text in texts)


def answers(build, cases):
    """For each (pattern, texts), the answers as a text of 0s and 1s, or the error. One shell runs
    all statements."""
    script = [".mode list"]
    for i, (pattern, texts) in enumerate(cases):
        rows = ", ".join(f"({n}, {literal(t)})" for n, t in enumerate(texts))
        script.append(f".print #{i}\nWITH t(n, text) AS (VALUES {rows}) "
                      f"SELECT '=' || group_concat(cwl_match(text, {literal(pattern)}), '') FROM (SELECT * FROM t ORDER BY n);")
    out = build.shell("\n".join(script), timeout=300)
    found = re.split(r"^#\d+\n", out, flags=re.M)[1:]
    assert len(found) == len(cases)
    return found


def check(build, cases):
    got = answers(build, cases)
    some = errors = 0
    for (pattern, texts), answer in zip(cases, got):
        wanted = expected(pattern, texts)
        if wanted == "error":
            errors += 1
            where = re.search(r"flowlogs: cwl_match: at character (\d+): .+\n", answer)
            assert where, f"{pattern!r} is read, the reference refuses it: {answer}"
            assert 1 <= int(where[1]) <= len(pattern) + 1
        else:
            some += "0" in wanted and "1" in wanted
            assert answer == f"={wanted}\n", f"{pattern!r}\n{answer}{[t for t, a, b in zip(texts, wanted, answer[1:]) if a != b]}"
    return some, errors


@pytest.mark.parametrize("seed", range(4))
def test_random_patterns_match_as_the_reference_says(build, seed):
    make = cwldata.Maker(seed)
    texts = [make.text() for _ in range(150)]
    cases = []
    for _ in range(1000 if build.name == "release" else 400):
        own = make.rng.choice(texts)
        cases.append((make.pattern(own), [own] + make.rng.sample(texts, PER_PATTERN - 1)))
    some, errors = check(build, cases)
    assert some > len(cases) / 5 and len(cases) / 20 < errors < len(cases) / 2


# --- the patterns of AWS's pages -----------------------------------------------------------------

FLOW = [
    "2 123456789010 eni-1235b8ca123456789 172.31.16.139 172.31.16.21 20641 22 6 20 4249 1418530010 1418530070 ACCEPT OK",
    "2 123456789010 eni-1235b8ca123456789 172.31.9.69 172.31.9.12 49761 3389 6 20 4249 1418530010 1418530070 REJECT OK",
    "2 123456789010 eni-1235b8ca123456789 10.0.0.1 10.0.2.1 49761 80 6 20 400 1418530010 1418530070 REJECT OK",
    "2 123456789010 eni-1235b8ca123456789 10.0.2.7 10.0.2.1 49761 8080 6 20 399 1418530010 1418530070 REJECT OK",
    "2 123456789010 eni-1235b8ca123456789 10.0.12.7 10.0.2.1 49761 22 6 20 5000 1418530010 1418530070 REJECT OK",
    "2 123456789010 eni-1235b8ca123456789 - - - - - - - 1431280876 1431280934 - NODATA",
    "2 123456789010 eni-1235b8ca123456789 10.0.0.1 10.0.2.1",
]
WEB = [
    '127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534',
    '127.0.0.1 Prod frank [10/Oct/2000:13:35:22 -0700] "GET /apache_pb.gif HTTP/1.0" 500 5324',
    '10.127.0.1 Prod frank [10/Oct/2000:13:50:35 -0700] "GET /about-us/index.html HTTP/1.0" 200 5678',
    "ERROR code 500", "WARNING code 400", "ERRORCODE 7", "WARN", "INFO all is well", "-", "ERROR -", "",
]
AWS = [
    ("[]", WEB, "11111111111"),
    ("[version, accountid, interfaceid, srcaddr, dstaddr, srcport, dstport, protocol, packets, bytes, start, end, action, "
     "logstatus]", FLOW, "1111110"),
    ("[version, accountid, interfaceid, srcaddr = 10.0.0.1, dstaddr, srcport, dstport, protocol, packets, bytes, start, end, "
     "action, logstatus]", FLOW, "0010000"),
    ("[version, accountid, interfaceid, srcaddr = 10.0.2.*, dstaddr, srcport, dstport, protocol, packets, bytes, start, end, "
     "action, logstatus]", FLOW, "0001000"),
    ("[version, accountid, interfaceid, srcaddr, dstaddr, srcport, dstport = 80 || dstport = 8080, protocol, packets, "
     "bytes >= 400, start, end, action = REJECT, logstatus]", FLOW, "0010000"),
    ('[version, account, eni, source, destination, srcport, destport="22", protocol="6", packets, bytes, windowstart, '
     'windowend, action="REJECT", flowlogstatus]', FLOW, "0000100"),
    ("[..., status_code, bytes]", WEB, "11111101010"),
    ("[ip, user, ..., status_code, bytes]", WEB, "11100001000"),
    ("[ip, user, ...]", WEB, "11111101010"),
    (r"[ip=%127\.0\.0\.[1-9]%, user, username, timestamp, request =*.html*, status_code = 4*, bytes]", WEB, "10000000000"),
    (r"[ip=%127\.0\.0\.[1-9]%, user, username, timestamp, request, status_code, bytes]", WEB, "11000000000"),
    ("[..., request=*.html*, status_code=4*,]", WEB, "10000000000"),
    ("[..., status_code = 4*, bytes]", WEB, "10000000000"),
    ("[ip, user, username, timestamp, request, status_code = 404 || status_code = 410, bytes]", WEB, "10000000000"),
    ("[w1=ERROR, w2]", WEB, "00010000010"),
    ("[w1!=ERROR && w1!=WARNING, w2]", WEB, "11100101000"),
    ("[w1=ERROR || w1=%WARN%, w2]", WEB, "00011000010"),
    ("ERROR", WEB, "00010100010"),
    ("ERROR code", WEB, "00010000000"),
    ('"code 500"', WEB, "00010000000"),
    ("?ERROR ?WARN", WEB, "00011110010"),
    ("?ERROR ?WARN 400", WEB, "00001000000"),
    ("code -500", WEB, "00001000000"),
    ("-ERROR", WEB, "11101011101"),
    ("%ERROR|WARN%", WEB, "00011110010"),
    ("%^WARN$%", WEB, "00000010000"),
    (r'%GET\s/\S+\.html%', WEB, "10100000000"),
    ('""', WEB, "11111111111"), ('" "', WEB, "11111111111"), (" ", WEB, "11111111111"),
]


def test_examples_of_aws(build):
    for (pattern, texts, wanted), got in zip(AWS, answers(build, [(p, t) for p, t, _ in AWS])):
        assert got == f"={wanted}\n", pattern
        assert expected(pattern, texts) == wanted, pattern


def test_arguments_of_all_types(build):
    """NULL gives NULL. Values of all types are converted to text. A pattern that is no constant is
    parsed for each row."""
    rows = build.rows("SELECT cwl_match(NULL, 'a'), cwl_match('a', NULL), cwl_match(42, 4), cwl_match(x'4142', 'AB'), "
                      "cwl_match('', ''), cwl_match('a' || char(0) || 'b', 'b');"
                      "WITH v(t, p) AS (VALUES ('a', 'a'), ('a', 'b'), ('b', '[x=b]'), ('b', '-b'), ('c', NULL)) "
                      "SELECT cwl_match(t, p) FROM v;")
    assert rows == [["NULL", "NULL", "1", "1", "1", "1"], ["1"], ["0"], ["1"], ["0"], ["NULL"]]


def test_message_points_at_the_character(build):
    def message(pattern):
        return build.shell(f"SELECT cwl_match('a', {literal(pattern)});").split("flowlogs: ")[1].split("\n")
    assert message("[a, größe = 5]")[:3] == \
        ["cwl_match: at character 7: a name has letters, digits, _ and -", "[a, größe = 5]", "      ^"]
    assert message('[a, b="grüße" && b=]')[:3] == ["cwl_match: at character 19: '=' needs a value", '[a, b="grüße" && b=]', "                  ^"]
    assert message('[a="x\ty\nz", b=]')[:3] == ["cwl_match: at character 14: '=' needs a value", '[a="x y z", b=]', "             ^"]
    for before in (0, 58, 60, 61, 62, 500):
        for behind in (0, 28, 29, 30, 31, 500):
            pattern = f'[a="{"ü" * before}", b= ,c="{"ß" * behind}"]'
            _, shown, mark = message(pattern)[:3]
            assert mark == " " * (len(mark) - 1) + "^" and shown[len(mark) - 1] == "="
            assert shown.strip("…") in pattern and len(shown) < 100


def test_arguments_in_the_wrong_order_are_an_error(build):
    pattern = "[version, account, eni, source, ..., action, status]"
    record = FLOW[5]
    assert "the text comes first, then the pattern" in build.shell(f"SELECT cwl_match('{pattern}', '{record}');")
    assert build.rows(f"SELECT cwl_match('{record}', '{pattern}'), cwl_match('[a b]', '2 b');") == [["1", "0"]]


def test_the_function_may_be_used_in_a_schema(build):
    """The function may be used in an index and in a generated column, and is there without the
    tables, too."""
    assert build.rows("CREATE TABLE t(x, y AS (cwl_match(x, '[a=4*]'))); CREATE INDEX i ON t(cwl_match(x, 'b')); "
                      "INSERT INTO t(x) VALUES ('404'), ('b'); SELECT x, y, cwl_match(x, 'b') FROM t ORDER BY 3;") == \
        [["404", "1", "0"], ["b", "0", "1"]]
    script = f".load {build.extension} sqlite3_flowlogsnofs_init\nSELECT cwl_match('a', 'a');"
    assert build.shell(script).split() == ["1"]


def test_patterns_match_the_text_of_records(build):
    """Patterns on the column raw select the same records as conditions in SQL."""
    assert build.rows("SELECT count(*) FROM flowlogs('tests/data/AWSLogs') WHERE cwl_match(raw, 'REJECT');"
                      "SELECT count(*) FROM flowlogs('tests/data/AWSLogs') WHERE action = 'REJECT';", cwd=ROOT) == \
        [["486"], ["486"]]
