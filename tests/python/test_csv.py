# SPDX-License-Identifier: MIT
"""CSV in which flow logs come: the console's, Logs Insights', Athena's and our own, compared with Python's csv; and
what is said of CSV, and of other files, that are no flow logs."""

import csv
import gzip
import io
import random
import subprocess

import pytest

from builds import ROOT, connect, quote

RECORD = "2 123456789012 eni-1 10.0.0.1 10.0.0.2 40000 443 6 3 1200 1773046800 1773046860 ACCEPT OK"
NODATA = "2 123456789012 eni-1 - - - - - - - 1773046800 1773046860 - NODATA"
DEFAULT = "version account_id interface_id srcaddr dstaddr srcport dstport protocol packets bytes start end action log_status".split()
SEEN = 'line, srcaddr, bytes, "end", log_group, log_stream, event_time'
FULL, NONE = ("10.0.0.1", "1200", "1773046860"), ("NULL", "NULL", "1773046860")
TIME = "2026-03-09 09:00:00.123"

FORMS = {
    "console": ("csv messages", f"timestamp,message\r\n1773046800123,{RECORD}\r\n1773046800123,\"{NODATA}\"\r\n",
                [("2", *FULL, "NULL", "NULL", TIME), ("3", *NONE, "NULL", "NULL", TIME)]),
    "insights": ("csv insights", f"\ufeff@timestamp,@log,@logStream,@message\n{TIME},123456789012:/vpc/flow,eni-1-all,{RECORD}\n",
                 [("2", *FULL, "/vpc/flow", "eni-1-all", TIME)]),
    "discovered": ("csv insights", f"@timestamp,srcAddr,bytes,endTime,@ptr\n{TIME},10.0.0.1,1200,1773046860,Cm\n",
                   [("2", *FULL, "NULL", "NULL", TIME)]),
    "athena": ("csv fields", ",".join(f'"{name}"' for name in DEFAULT) + "\n" + ",".join(f'"{v}"' for v in RECORD.split()) + "\n" +
               ",".join(f'"{v}"' if v != "-" else "" for v in NODATA.split()) + "\n",
               [("2", *FULL, "NULL", "NULL", "NULL"), ("3", *NONE, "NULL", "NULL", "NULL")]),
    "semicolons": ("csv fields", "srcaddr;bytes;end\n10.0.0.1;1200;1773046860\n", [("2", *FULL, "NULL", "NULL", "NULL")]),
    "tabs": ("csv fields", "srcaddr\tbytes\tend\n\t\t1773046860\n", [("2", *NONE, "NULL", "NULL", "NULL")]),
    "tail": ("logs tail", f"2026-03-09T09:00:00.123000+00:00 eni-1-all {RECORD}\n", [("1", *FULL, "NULL", "eni-1-all", TIME)]),
    "short": ("logs tail", f"2026-03-09T09:00:00 {RECORD}\n", [("1", *FULL, "NULL", "NULL", TIME[:-3] + "000")]),
    "events": ("cli text", f"EVENTS\t1\t1773046801000\teni-1-all\t{RECORD}\t1773046800123\nSEARCHEDLOGSTREAMS\ts\tTrue\n",
               [("1", *FULL, "NULL", "eni-1-all", TIME)]),
    "messages": ("cli text", f"{RECORD}\t{NODATA}\n", [("1", *FULL, "NULL", "NULL", "NULL"), ("2", *NONE, "NULL", "NULL", "NULL")]),
    "rows": ("plain", f"1773046800123\t{RECORD}\n", [("1", *FULL, "NULL", "NULL", TIME)]),
}


def test_forms(build, tmp_path):
    """All of them in one folder, and flowlogs_files says what each is."""
    expected, kinds = [], []
    for name, (kind, text, rows) in sorted(FORMS.items()):
        (tmp_path / name).write_text(text, newline="")
        expected += [[name, *row] for row in rows]
        kinds.append([name, kind, "flow log"])
    at = quote(str(tmp_path))
    got = build.rows(f"SELECT replace(file, {at} || '/', ''), {SEEN} FROM flowlogs({at})")
    assert got == expected
    assert build.rows(f"SELECT replace(path, {at} || '/', ''), kind, verdict FROM flowlogs_files({at})") == kinds


def a_table(rng):
    """A random table whose columns are fields, as the text of CSV, and what its rows are: their line and values."""
    names = rng.sample(["srcaddr", "dstaddr", "vpc_id", "instance_tag", "interface_id", "region"], rng.randint(3, 6))
    names += [n for n in ("srcaddr", "dstaddr", "vpc_id") if n not in names] + rng.sample(["Note 1", "x.y", "", "größe"], rng.randint(0, 3))
    rng.shuffle(names)
    out = io.StringIO()
    writer = csv.writer(out, delimiter=rng.choice(",,;"), quoting=rng.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
                        lineterminator=rng.choice(["\n", "\r\n"]))
    writer.writerow(names)
    for _ in range(rng.randint(1, 30)):
        def value(name):
            if rng.random() < 0.2:
                return ""
            if name.endswith("addr"):
                return rng.choice(["10.0.0.1", "::1", " 10.0.0.2 ", "2001:db8::1"])
            return "".join(rng.choice(['a', 'b"', '""', ",", ";", "\n", "\r\n", " ", "ä", "xxxxxxxxxxxxxxxxxxx", "'"])
                           for _ in range(rng.randint(1, 5)))
        row = [value(name) for name in names]
        if rng.random() < 0.1:
            row = row[:-1] if rng.random() < 0.5 else row + ["more"]
        writer.writerow(row)
        if rng.random() < 0.1:
            out.write(writer.dialect.lineterminator)
    text = out.getvalue()
    if rng.random() < 0.2:
        text = text[:-len(writer.dialect.lineterminator)]
    return rng.choice(["", "\ufeff"]) + text, writer.dialect.delimiter


KNOWN = ["srcaddr", "dstaddr", "vpc_id", "instance_tag", "interface_id", "region"]


def read(text, delimiter):
    """The rows of a table, by Python's csv, and the lines of those that cannot be used."""
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=delimiter)
    names, rows, bad, line = next(reader), [], [], 1
    for row in reader:
        begin, line = line + 1, text.count("\n", 0, 0) or reader.line_num
        if not any(row):
            continue
        if len(row) != len(names):
            bad.append(str(begin))
            continue
        strip = {n: v.strip(" \t\r\n") for n, v in zip(names, row)}
        token = {n: "".join(f"%{ord(c):02X}" if c in " \t\r\n" else c for c in v) for n, v in strip.items()}
        rows.append([str(begin)] + [token.get(n) or "NULL" for n in KNOWN])
    return rows, bad


@pytest.mark.parametrize("seed", range(3))
def test_random_tables(build, tmp_path, seed):
    rng = random.Random(seed)
    expected, bad = [], []
    for i in range(40):
        text, delimiter = a_table(rng)
        name = f"{i:02}"
        (tmp_path / name).write_text(text, newline="")
        rows, wrong = read(text, delimiter)
        expected += [[name, *row] for row in rows]
        bad += [[name, line] for line in (wrong if rows else ["1"])]  # a table of nothing but bad rows is none
    at = quote(str(tmp_path))
    got = build.rows(f"SELECT substr(file, -2), line, {', '.join(KNOWN)} FROM flowlogs({at}, 'skip')")
    assert got == expected and len(got) > 400
    assert build.rows(f"SELECT substr(file, -2), line FROM flowlogs_errors({at})") == bad


def test_our_own_export(release, tmp_path):
    """What sql/export/csv.sql writes is read back as the same records."""
    script = (ROOT / "sql/export/csv.sql").read_text()
    shown = script[script.index("SELECT"):].split("FROM flowlogs")[0]
    names = [n.split(" AS ")[-1].strip() for n in shown.removeprefix("SELECT").replace("\n", " ").split(",")]
    fields = [n for n in names if n not in ("file", "line", "start_time", "end_time")]
    assert len(names) == 33 and len(fields) == 29
    done = subprocess.run(["sqlite3", "-cmd", f".load {release.folder}/flowlogs", ":memory:", ".read sql/export/csv.sql"], cwd=ROOT,
                          capture_output=True, env=release.env)
    assert done.returncode == 0, done.stderr
    (tmp_path / "flows.csv").write_bytes(done.stdout)
    db = connect(release)
    sample = db.execute(f"SELECT {','.join(fields)} FROM flowlogs(?)", [str(ROOT / "tests/data/AWSLogs")]).fetchall()
    # csv_text() puts a ' in front of what a spreadsheet would compute.
    plain = [f"iif(typeof({n}) = 'text' AND csv_text(substr({n}, 2)) = {n}, substr({n}, 2), {n})" for n in fields]
    back = db.execute(f"SELECT {','.join(plain)} FROM flowlogs(?)", [str(tmp_path / "flows.csv")]).fetchall()
    assert back == sample and len(back) > 4000


OTHERS = {
    "inventory": (b"ip,name,owner\n10.0.0.1,web,me\n", "is CSV whose columns are ip,name,owner: no flow log"),
    "instances": (b"instance_id,vpc_id,subnet_id,region\ni-1,vpc-1,subnet-1,us-east-1\n",
                  "is CSV whose columns are instance_id,vpc_id,subnet_id,region: no flow log"),
    "capture": (b'"No.","Time","Source","Destination","Protocol"\n"1","0.1","a","b","TCP"\n', 'is CSV whose columns are "No.","Time"'),
    "sums": (b"srcAddr,dstAddr,sum(bytes)\n10.0.0.1,10.0.0.2,5\n",
             "is CSV of sums, which are no records: its column 'sum(bytes)' is computed from several; export the records"),
    "application": (b"timestamp,message\n1773046800123,starting\n", "is no flow log"),
    "service": (b"2026-03-09T09:00:00 INFO starting\n  at line 5\n2026-03-09T09:00:01 INFO ready\n",
                "is no flow log: its first line is neither a header nor a record; the line begins with 'INFO starting'"),
}


def test_csv_of_other_things(build, tmp_path):
    """It is passed over in a folder, and an error when it is named."""
    for name, (content, _) in OTHERS.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "flows").write_text(f"timestamp,message\n1,{RECORD}\n")
    at = quote(str(tmp_path))
    assert build.rows(f"SELECT count(*) FROM flowlogs({at})") == [["1"]]
    why = dict(build.rows(f"SELECT replace(path, {at} || '/', ''), note FROM flowlogs_files({at}) WHERE verdict = 'other'"))
    assert sorted(why) == sorted(OTHERS)
    for name, (_, reason) in OTHERS.items():
        assert reason in why[name]
        assert reason in build.shell(f"SELECT count(*) FROM flowlogs({quote(str(tmp_path / name))})")


@pytest.mark.parametrize("front, why", [
    ("a/b.log:", "has the name of a file or a number in front of each line, as grep -H and grep -n write them; search with grep -h"),
    ("     1\t", "has its number in front of each line, as cat -n and nl write it"),
])
def test_what_programs_put_in_front(build, tmp_path, front, why):
    """In a folder, too, it is a problem, because it is traffic that would be missed."""
    (tmp_path / "x.log").write_text(front + RECORD + "\n")
    assert f"x.log:1: {why}" in build.shell(f"SELECT count(*) FROM flowlogs({quote(str(tmp_path))})")


def test_a_line_of_many_messages(release, tmp_path):
    (tmp_path / "x").write_text("\t".join([RECORD] * 200_000) + "\n")
    assert release.rows(f"SELECT count(*), sum(bytes), max(line) FROM flowlogs({quote(str(tmp_path / 'x'))})") == [
        ["200000", "240000000", "200000"]]


def test_rows_that_cannot_be_used(build, tmp_path):
    path = tmp_path / "x.csv"
    path.write_text(f'timestamp,message\n1,"{RECORD}\n2,{RECORD}\n3\n4,"a\nb"\n5,{RECORD}\n6,"{RECORD}"\n')
    assert build.rows(f"SELECT line FROM flowlogs({quote(str(path))}, 'skip')") == [["3"], ["7"], ["8"]]
    assert build.rows(f"SELECT line, reason FROM flowlogs_errors({quote(str(path))})") == [
        ["2", "has a quote within a value in quotes that is not doubled"], ["4", "has 1 columns, but the header has 2"],
        ["5", "has a message of several lines; a record is one line"]]
    assert "x.csv:2: has a quote within" in build.shell(f"SELECT count(*) FROM flowlogs({quote(str(path))})")


def test_a_damaged_file(build, tmp_path):
    """Rows before the damage count; the row in which it is does not, nor does a header that is cut."""
    path = tmp_path / "x.csv.gz"
    rng = random.Random(5)
    rows = "".join(f"10.0.0.{rng.randrange(256)},10.0.0.2,{rng.randrange(10**9)}\n" for _ in range(9000))
    whole = gzip.compress(("srcaddr,dstaddr,bytes\n" + rows).encode(), mtime=0)
    path.write_bytes(whole[:len(whole) // 2])
    (count, last), = build.rows(f"SELECT count(*), max(line) FROM flowlogs({quote(str(path))}, 'skip')")
    assert 2000 < int(count) < 7000 and int(last) == int(count) + 1
    (line, cause), = build.rows(f"SELECT line, cause FROM flowlogs_errors({quote(str(path))})")
    assert (int(line), cause) == (int(last) + 1, "damage")
    path.write_bytes(gzip.compress(b"@timestamp,srcAddr,dstAddr,bytes\n", mtime=0)[:-16])
    assert build.rows(f"SELECT line, cause FROM flowlogs_errors({quote(str(path))})") == [["1", "damage"]]
