# SPDX-License-Identifier: MIT
"""Names of files, fields of records and names in inventories do nothing in the scripts of sql/ but stand where
they should. Each script runs on the sample with such names, and prints what it prints for the sample.

The names hold what ends a text of SQL, of a shell or of the sqlite3 shell, commands that leave a file `pwned`,
and what a terminal obeys."""

import csv
import gzip
import html
import json
import os
import re
import shutil

import pytest

from builds import ROOT, quote
from test_output import printable

COMMANDS = "$(touch pwned) `touch pwned` ${IFS} |touch pwned; %s%n \\ \\\" ' '' -- ;"
FOLDER = f"-x {COMMANDS} \x1b[2J\x7f\u009b31m\n.shell touch pwned\n*"
NAME = f"\"'{COMMANDS}\x1b]0;x\x07\u009b\x7f\n.shell touch pwned\n;*/"
NAME_SHOWN, FOLDER_SHOWN = (re.sub("[\0-\x1f\x7f-\x9f]", lambda c: f"\\x{ord(c[0]):02x}", text) for text in (NAME, FOLDER))
# What fields get behind their values, by the beginning of the value. Fields have no spaces.
ENDS = {"eni-": "';DROP/**/TABLE/**/flows;--", "i-": "$(touch${IFS}pwned)", "subnet-": "`touch${IFS}pwned`|touch${IFS}pwned",
        "vpc-": "\\\"'%s%n", "tgw-": ";.shell", "tgw-attach-": "*/--"}
# Scripts about one thing know its value in the sample.
KEPT = {"eni-01d3b5255fac9b19f", "i-028450faf3abb2524"}
# sql/report.sql reads those of its folder, which do nothing by themselves.
SCRIPTS = sorted(str(p.relative_to(ROOT)) for p in (ROOT / "sql").glob("**/*.sql") if p.parent.name != "report")
DATA = {"sql/export/csv.sql", "sql/export/elasticsearch-bulk.sql"}    # what they print is for programs


def end_of(value):
    found = re.match(r"(eni|i|subnet|vpc|tgw-attach|tgw)-[0-9a-f]{8,17}$", value)
    return ENDS[found[1] + "-"] if found and value not in KEPT else ""


def named(value):
    """JSON of the AWS CLI with odd names and descriptions."""
    if isinstance(value, list):
        return [named(v) for v in value]
    if not isinstance(value, dict):
        return value + end_of(value) if isinstance(value, str) else value
    names = {"Value"} if value.get("Key") == "Name" else {"Description"}
    return {k: v + NAME if k in names and v else named(v) for k, v in value.items()}


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """A copy of the tree in which the sample has odd names, with the scripts that the project has."""
    top = tmp_path_factory.mktemp("hostile")
    (top / "sql").symlink_to(ROOT / "sql")
    sample, inventory = ROOT / "tests/data/AWSLogs", top / "tests/data/inventory"
    for path in sample.rglob("*"):
        if not path.is_file():
            continue
        copy = top / "tests/data/AWSLogs" / FOLDER / path.relative_to(sample)
        copy.parent.mkdir(parents=True, exist_ok=True)
        data = path.read_bytes()
        is_gzip = data[:2] == b"\x1f\x8b"
        text = (gzip.decompress(data) if is_gzip else data).decode()
        text = re.sub(r"[^ \n]+", lambda token: token[0] + end_of(token[0]), text)
        copy.write_bytes(gzip.compress(text.encode(), 1) if is_gzip else text.encode())
    inventory.mkdir()
    for path in (ROOT / "tests/data/inventory").iterdir():
        if path.suffix == ".json":
            (inventory / path.name).write_text(json.dumps(named(json.loads(path.read_text()))))
        else:
            rows = list(csv.reader(path.open(newline="")))
            at = rows[0].index("name")
            with (inventory / path.name).open("w", newline="") as f:
                csv.writer(f).writerows([rows[0], *([*r[:at], r[at] + NAME, *r[at + 1:]] for r in rows[1:])])
    for path in (ROOT / "tests/data/resolver").iterdir():
        data = path.read_bytes()
        text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode()
        queries = [json.loads(line) for line in text.splitlines()]
        text = "".join(json.dumps({**q, "query_name": q["query_name"][:-1] + NAME + "."}) + "\n" for q in queries)
        copy = top / "tests/data/resolver" / FOLDER / path.name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(gzip.compress(text.encode(), 1) if path.suffix == ".gz" else text.encode())
    return top


def run(build, script, cwd):
    return build.shell(f".mode list\n.parameter init\n.read {script}", cwd=cwd)


def harmless(top):
    return not [p for p in top.rglob("pwned")] and not (ROOT / "pwned").exists()


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script(release, tree, script):
    got = run(release, script, tree)
    assert harmless(tree)
    if script in DATA:
        return
    assert printable(got.replace("\n", "")), got
    got = html.unescape(got) if script == "sql/report.sql" else got
    for shown in (NAME_SHOWN, NAME_SHOWN.lower(), "/" + FOLDER_SHOWN):      # names of hosts are in lower case
        got = got.replace(shown, "")
    for end in ENDS.values():
        got = got.replace(end, "")
    expected = run(release, script, ROOT)
    assert got == (html.unescape(expected) if script == "sql/report.sql" else expected)


USUAL = {"@logs", "@since", "@until", "@top", "@inside"}
WITH_USUAL = ["sql/investigate/from-to.sql", "sql/investigate/data-leaving.sql", "sql/inventory/who-had.sql",
              "sql/alerts/rule-volume-out.sql", "sql/export/csv.sql"]


def given(script):
    """Values of parameters: the path of the logs, which exists, alone; with each other parameter of the script; and no
    path at all. The parameters that nearly every script has are tried with a few."""
    head = re.match(r"(?:--.*\n)+", (ROOT / script).read_text())[0]
    listed = {p for line in re.findall(r"^-- +(@\w+(?:, @\w+)*)", head, re.M) for p in line.split(", ")}
    logs = [("@logs", f"tests/data/AWSLogs/{FOLDER}")]
    listed -= {"@json_key"}     # scripts set it, and an error of SQLite's own shows it as it is
    others = sorted(listed - {"@logs"} if script in WITH_USUAL else listed - USUAL)
    return [logs, *[[*logs, (p, NAME)] for p in others], [("@logs", NAME)]]


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_with_hostile_parameters(release, tree, script):
    for values in given(script):
        rows = ", ".join(f"({quote(p)}, {quote(v)})" for p, v in values)
        got = release.shell(f".mode list\n.parameter init\nINSERT INTO sqlite_parameters VALUES {rows};\n.read {script}", cwd=tree)
        assert harmless(tree)
        ours = re.sub("bad JSON path: .*", "", got, flags=re.S)      # SQLite's own words since 3.46, which repeat the path
        assert script in DATA or printable(ours.replace("\n", "")), (values, got)


@pytest.mark.parametrize("script,variable", [("load-assets", "ASSETS"), ("load-history", "HISTORY"), ("history-snapshot", "ASSETS")])
def test_a_list_in_the_environment(release, tree, tmp_path, script, variable):
    """The shell's .import knows no parameters, so the name of the file is in the environment."""
    file = tmp_path / FOLDER / NAME.replace("/", "")
    file.parent.mkdir()
    shutil.copy(tree / f"tests/data/inventory/{variable.lower()}.csv", file)
    for path in (str(file), os.path.relpath(file, file.parent), str(file) + "x"):
        cwd = tree if path.startswith("/") else file.parent
        (file.parent / "sql").exists() or (file.parent / "sql").symlink_to(ROOT / "sql")
        got = release.shell(f".mode list\n.read sql/inventory/{script}.sql", cwd=cwd, env={variable: path})
        loaded = re.search(r"\|\d+\|(?!as before)", got) is not None
        assert loaded == (not path.endswith("x")) and harmless(tree) and harmless(tmp_path), got
        assert printable(got.replace("\n", "")) or not loaded       # what sh says of a file that is not there
