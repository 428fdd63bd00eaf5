# SPDX-License-Identifier: MIT
"""What the README files say is true: their examples print what they show, their generated parts are
fresh, their links lead somewhere, and the reference names everything that the extension registers."""

import re
import subprocess
import sys

import pytest

import readme
from conftest import ROOT
from shelltext import box_values, with_stable_errors

FILES = readme.files()
REFERENCE = ROOT / "sql" / "README.md"
SAMPLE = "tests/data/AWSLogs"
PARTS = [(path, part, text) for path in FILES for part, text in readme.parts(path)]


def each(language, runnable=lambda example: True):
    """Runs a test once for each example in that language; the test's id says FILE:LINE."""
    found = [e for e in readme.examples(language) if runnable(e)]
    return pytest.mark.parametrize("example", found, ids=[e.id for e in found])


# ---- examples --------------------------------------------------------------------------

@each("sql")
def test_sql_example(release, example):
    """Each block runs alone: in a new shell, on a database in memory, from the top of the tree."""
    assert example.output is not None, "an SQL example without its output"
    assert box_values(release.shell(".mode box\n" + example.code)) == box_values(with_stable_errors(example.output))


@each("python")
def test_python_example(example):
    done = subprocess.run([sys.executable, "-c", example.code], text=True, capture_output=True, cwd=ROOT)
    assert done.stdout == example.output, done.stderr


@each("sh", lambda e: e.output is not None)
def test_sh_example(release, example):
    done = subprocess.run(["sh", "-c", example.code], text=True, cwd=ROOT, env=release.env, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
    assert box_values(with_stable_errors(done.stdout)) == box_values(with_stable_errors(example.output))


def test_demo(release):
    """What `make demo` shows fits a terminal of 80 columns, and it works from any folder."""
    done = subprocess.run(["sh", ROOT / "tests/tools/demo.sh", release.extension], text=True, cwd="/", env=release.env,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
    assert done.returncode == 0, done.stdout
    assert "203.0.113.66" in done.stdout
    assert [line for line in done.stdout.split("\n") if len(line) > 80 and str(release.extension) not in line] == []


# ---- form ------------------------------------------------------------------------------

def test_the_readme_is_short():
    assert (ROOT / "README.md").read_text().count("\n") <= 300


@pytest.mark.parametrize("path", FILES, ids=readme.name)
def test_lines_of_prose_are_short(path):
    """At most 100 characters; the targets of links do not count."""
    shown = [(number, re.sub(r"\]\([^)]*\)", "]()", line)) for number, line in readme.prose(path)]
    assert [(number, line) for number, line in shown if len(line) > 100] == []


@pytest.mark.parametrize("path", FILES, ids=readme.name)
def test_links_lead_somewhere(path):
    broken = []
    for number, target in readme.links(path):
        file, _, anchor = target.partition("#")
        to = (path.parent / file).resolve() if file else path
        if not to.exists() or anchor and anchor not in readme.anchors(to):
            broken.append((number, target))
    assert broken == []


@pytest.mark.parametrize("path,part,text", PARTS, ids=[f"{readme.name(p)}:{part}" for p, part, _ in PARTS])
def test_generated_parts_are_fresh(release, path, part, text):
    assert text == readme.GENERATED[part](release.folder)


# ---- the reference is complete ---------------------------------------------------------

def test_fields_have_the_declared_types(release):
    text = dict(readme.parts(REFERENCE))["fields"]
    names = re.findall(r"^\| `(\w+)` \| (\w+)", text, re.M)
    declared = dict(release.rows("SELECT name, type FROM pragma_table_xinfo('flowlogs');"))
    assert len(names) > 60
    assert all(declared[name] == type for name, type in names)


def test_every_column_is_in_the_reference(release):
    """Every column of every table stands in the first cell of a row of some table, alone or in a list
    of several. Options have a table of their own."""
    cells = re.findall(r"^\|([^|]*)\|", REFERENCE.read_text(), re.M)
    known = {name for cell in cells for name in re.findall(r"`(\w+)`", cell)} | {"data", "paths"}
    tables = [name for name, in release.rows("SELECT name FROM flowlogs_help WHERE kind = 'table';")]
    assert len(tables) >= 7
    for table in tables:
        declared = [name for name, in release.rows(f"SELECT name FROM pragma_table_xinfo('{table}') WHERE name NOT LIKE '%-%';")]
        assert declared and [c for c in declared if c not in known] == [], table


def test_every_table_and_function_is_in_the_reference(release):
    """What the shell has with the extension and not without it."""
    for kind in ("module", "function"):
        query = f"SELECT DISTINCT name FROM pragma_{kind}_list;"
        without = subprocess.run(["sqlite3", ":memory:", query], text=True, capture_output=True, check=True).stdout
        ours = {name for name, in release.rows(query) if not name.startswith("pragma_")} - set(without.split())
        text = REFERENCE.read_text().lower()
        assert len(ours) >= 5, kind
        assert [name for name in sorted(ours) if f"`{name}" not in text] == []


# ---- Coming from Athena ----------------------------------------------------------------

def athena():
    """The rows of the section's two tables: (Athena's line, is it an error here, the line to write
    here)."""
    section = REFERENCE.read_text().split("\n## Coming from Athena\n")[1].split("\n## ")[0]
    for row in re.findall(r"^\| (`.*) \|$", section, re.M):
        cells = row.split(" | ")
        lines = [re.match("`([^`]*)`", cell)[1] for cell in (cells[0], cells[-1])]
        yield pytest.param(lines[0], len(cells) == 2, lines[1], id=lines[0])


def whole(line):
    """The query of which the table shows a part."""
    if " FROM " in line:
        return line.replace("AWSLogs/", SAMPLE)
    select, group, by = line.partition(" GROUP BY ")
    if line.startswith("SELECT"):
        return f"{select} FROM flowlogs('{SAMPLE}'){group}{by};"
    return f"SELECT * FROM flowlogs('{SAMPLE}') {line};"


@pytest.mark.parametrize("theirs,is_error,ours", athena())
def test_athena(release, theirs, is_error, ours):
    """Their line is an error here or has another answer. Ours is not an error."""
    one, two = release.shell(whole(theirs)), release.shell(whole(ours))
    assert ("error" in one.lower()) == is_error
    assert "error" not in two.lower()
    assert one != two
