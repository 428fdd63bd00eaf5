# SPDX-License-Identifier: MIT
"""What people look at in a terminal or a spreadsheet does nothing there, whatever a file, its name or an
argument holds. A terminal obeys control characters: ASCII's, 0x7f, and U+0080 to U+009F."""

import os

import pytest

from builds import connect, is_error, quote

CONTROL = {chr(c) for c in [*range(0x20), *range(0x7F, 0xA0)]}
DIRECTION = {chr(c) for c in [*range(0x2028, 0x202F), *range(0x2066, 0x206A)]}
ESCAPES = "\x1b[2J\x07\x7f\u009b31m\u0085\u202e"            # clears the screen, beeps, makes the rest red, writes backwards
SHOWN = r"\x1b[2J\x07\x7f\x9b31m\x85\u202e"
H = "version srcaddr dstport\n"


def printable(text):
    return not (CONTROL | DIRECTION) & set(text)


def lines(release, sql, cwd):
    """What the shell prints, which has line breaks and nothing else that a terminal obeys."""
    output = release.shell(".mode list\n" + sql, cwd=cwd)
    assert printable(output.replace("\n", "")), (sql, output)
    return output


@pytest.fixture
def folder(tmp_path):
    """Files whose names hold escapes and a line break, with bad lines, a file that is cut off, and downloads that
    are not finished."""
    name = f"{ESCAPES}\n'`$(x)`'\".log"
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / name).write_text(H + "2 10.0.0.1 80\n" + "".join(f"2 {c} 80\n" for c in sorted(CONTROL - {"\n"})))
    (tmp_path / "in" / f"cut {name}.gz").write_bytes(b"\x1f\x8b\x08\x10" + b"\0" * 6 + ESCAPES.encode())
    (tmp_path / "in" / f"123456789012_vpcflowlogs_us-east-1_fl-{ESCAPES}_20260101T0000Z_1a2b3c4d.log.gz.6eF5bC3a").write_text("x")
    (tmp_path / "alone").mkdir()
    (tmp_path / "alone" / f"{ESCAPES}.txt").write_text(f"{ESCAPES}\u00e4 is no flow log\n")
    (tmp_path / "near").mkdir()
    (tmp_path / "near" / "a.log").write_text("$version srcaddr dstaddr srcport {%s}\n" % ESCAPES)
    return tmp_path


# Each of these ends in an error that has text of a file, its name or an argument in it. E is replaced by escapes.
ERRORS = [
    "SELECT * FROM flowlogs('in');",
    "SELECT * FROM flowlogs('in/cut*');",
    "SELECT * FROM flowlogs('in/1*');",
    "SELECT * FROM flowlogs('alone');",
    "SELECT * FROM flowlogs('near/a.log');",
    "SELECT * FROM flowlogs_rollup('in');",
    "SELECT * FROM flowlogs('E\n');",
    "SELECT * FROM flowlogs('E*');",
    "SELECT * FROM flowlogs('[\"E');",
    "SELECT * FROM flowlogs('[1, \"E\"]');",
    "SELECT * FROM flowlogs('in', 'E');",
    "SELECT * FROM flowlogs('in', NULL, 'E');",
    "SELECT * FROM flowlogs('in', format = 'E');",
    "SELECT * FROM flowlogs('in') WHERE format = 'version E';",
    "SELECT * FROM flowlogs('in') WHERE filter = '[a, b = E';",
    "SELECT * FROM flowlogs('in') WHERE filter = '\"E\n';",
    "SELECT * FROM flowlogs('in') WHERE since = 'E';",
    "SELECT * FROM flowlogs('in') WHERE action = 'E';",
    "SELECT * FROM flowlogs('in') WHERE srcaddr = 'E';",
    "SELECT * FROM flowlogs('in') WHERE srcaddr LIKE 'E';",
    "SELECT * FROM flowlogs('in') WHERE dstport = 'E';",
    "SELECT * FROM flowlogs('in') WHERE start_time > 'E';",
    "SELECT * FROM flowlogs('in') WHERE start > 'E';",
    "SELECT * FROM flowlogs('in') WHERE region = 'E-X';",
    "SELECT * FROM flowlogs('in') WHERE cidr_match(srcaddr, 'E');",
    "SELECT * FROM flowlogs_rollup('in') WHERE memory = 'E';",
    "CREATE VIRTUAL TABLE temp.x USING flowlogs('E');",
    "CREATE VIRTUAL TABLE temp.x USING flowlogs('in', 'E' = 1);",
    "SELECT cidr_match('10.0.0.1', 'E');",
    "SELECT ip_prefix('E', 'E');",
    "SELECT cwl_match('text', '[a = E');",
    "SELECT cidr_lookup('E', 'E', '10.0.0.1');",
    "CREATE TABLE t(cidr); INSERT INTO t VALUES ('E'); SELECT cidr_lookup('t', 'cidr', '10.0.0.1');",
    "SELECT is_inside('10.0.0.1', 'E');",
    "SELECT is_inside('10.0.0.1', '[\"E\"]');",
    "CREATE TABLE t(cidr); INSERT INTO t VALUES ('E'); SELECT is_inside('10.0.0.1', 't');",
    "SELECT flowlogs_require(0, 'E');",
    "SELECT * FROM flowlogs_payload('{\"E\": 1}');",
    "SELECT * FROM flowlogs_payload('{\"messageType\": \"DATA_MESSAGE\", \"logGroup\": \"E\", \"logEvents\":"
    " [{\"message\": \"E\"}]}');",
]


@pytest.mark.parametrize("sql", ERRORS)
def test_errors_are_printable(build, folder, sql):
    escapes = ESCAPES.replace("\x1b", "\\u001b").replace("\x07", "\\u0007") if "payload" in sql else ESCAPES
    output = lines(build, sql.replace("E\n", escapes + "\n").replace("'E", "'" + escapes).replace("E'", escapes + "'")
                   .replace('"E', '"' + escapes).replace("= E", "= " + escapes).replace(" E", " " + escapes)
                   .replace("{E", "{" + escapes), folder)
    assert is_error(output) or "rror" in output, output


def test_errors_show_what_was_escaped(build, folder):
    assert f"no file matches '{SHOWN}\\x0a'" in lines(build, f"SELECT 1 FROM flowlogs('{ESCAPES}\n');", folder)
    assert f"in/{SHOWN}\\x0a'`$(x)`'\".log:3: " in lines(build, "SELECT 1 FROM flowlogs('in/[!1c]*');", folder)


def test_a_root_is_printable(build, folder):
    root = folder / ESCAPES
    for make in (lambda: None, root.mkdir):
        make()
        output = build.shell("SELECT * FROM flowlogs('in');", cwd=folder, env={"FLOWLOGS_ROOT": str(root)})
        assert SHOWN in output and printable(output.replace("\n", ""))


def test_columns_for_the_eye_are_printable(build, folder):
    lines(build, """
        SELECT reason, raw FROM flowlogs_errors('[\"in\", \"alone\", \"near\"]');
        SELECT kind, verdict, fields, note, errors FROM flowlogs_files('[\"in\", \"alone\", \"near\"]');
        SELECT printable(file) FROM flowlogs_errors('in'); SELECT printable(path) FROM flowlogs_files('in');
        SELECT count(*) FROM flowlogs('in', 'skip') WHERE region = 'X';
        SELECT flowlogs_scan_stats(); SELECT value FROM json_each(flowlogs_scan_stats() ->> 'notes');""", folder)
    rows = build.rows("SELECT raw FROM flowlogs_errors('in/[!1c]*') WHERE line BETWEEN 29 AND 31;", cwd=folder)
    assert rows == [["2 \\x1b 80"], ["2 \\x1c 80"], ["2 \\x1d 80"]]


def test_raw_is_printable_whatever_its_length(build, tmp_path):
    """The first 1024 bytes of the line, each escaped: 4096 bytes."""
    (tmp_path / "a.log").write_text(H + "\x1b" * 5000 + "\n")
    assert build.rows("SELECT raw FROM flowlogs_errors('a.log');", cwd=tmp_path) == [["\\x1b" * 1024]]


def test_records_have_no_control_characters(build, tmp_path):
    """A line with one is refused in any field and at any place, whichever splitter finds its tokens, so that scripts
    can show the fields of records. A no-break space (U+00A0) and letters of the same bytes are let through."""
    good = "".join(f"2 eni-{c}{'x' * k} {k}\n" for c in "\u00a0\u00db\u00c5" for k in range(64))
    for c in sorted(CONTROL - set("\t\r\n")):
        bad = "".join(f"2 {'x' * k}{c} {k}\n" for k in range(64))
        (tmp_path / f"{ord(c)}.log").write_text("version interface-id bytes\n" + good + bad)
    for table in ("flowlogs", "flowlogs_rollup"):
        value = "count(*)" if table == "flowlogs" else "sum(flows)"
        assert build.rows(f"SELECT {value} FROM {table}('.', 'skip');", cwd=tmp_path) == [[str(62 * 192)]]
    assert build.rows("SELECT count(*), count(DISTINCT line), min(line), min(reason LIKE 'has a control %') "
                      "FROM flowlogs_errors('.');", cwd=tmp_path) == [[str(62 * 64), "64", "194", "1"]]


def test_paths_keep_every_byte(release, folder):
    """They are compared, joined, and opened."""
    db = connect(release)
    for column, table in [("path", "flowlogs_files"), ("file", "flowlogs_errors")]:
        found = {path for path, in db.execute(f"SELECT {column} FROM {table}(?)", [str(folder / "in")])}
        assert found == {str(p) for p in (folder / "in").iterdir() if table == "flowlogs_files" or p.suffix != ".6eF5bC3a"}
        assert all(os.path.exists(path) for path in found)


def test_printable(release):
    db = connect(release)
    for value, text in [(None, None), ("", ""), ("a\tb\n", "a\\x09b\\x0a"), (ESCAPES, SHOWN), (SHOWN, SHOWN), (7, "7"),
                        ("\u00e4\u202e\U0001f600\u00a0\u2066\u2027", "\u00e4\\u202e\U0001f600\u00a0\\u2066\u2027"), ("a\0b", "a\\x00b"),
                        (b"\xff\x1b\xc2", "?\\x1b?")]:
        assert db.execute("SELECT printable(?)", [value]).fetchone()[0] == text
    assert db.execute(f"SELECT printable({quote('x' * 100_000)} || char(27))").fetchone()[0] == "x" * 100_000 + "\\x1b"
    for c in range(0xA0):
        assert printable(db.execute("SELECT printable(char(?))", [c]).fetchone()[0])


def test_the_lines_of_a_message_stay(release):
    assert release.shell(f"SELECT flowlogs_require(0, 'one' || char(10) || '{ESCAPES}');").endswith(f"one\n{SHOWN}\n")
