# SPDX-License-Identifier: MIT
"""The repository keeps its own rules: the sample data are what their generator makes, and each
room of ext/ depends on earlier rooms only."""

import gzip
import re
import subprocess
import sys
import zlib

import pytest

from builds import ROOT


def content(path):
    """The content of a file, inflated if it is gzip, because versions of zlib compress
    differently."""
    data = path.read_bytes()
    try:
        return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
    except (EOFError, OSError, zlib.error):
        return "damaged"


@pytest.mark.parametrize("folder", ["AWSLogs", "edge", "forms", "stream"])
def test_sample_data_are_generated(tmp_path, folder):
    subprocess.run([sys.executable, ROOT / "tests" / "data" / "generate.py", tmp_path], check=True)
    made, kept = tmp_path / folder, ROOT / "tests" / "data" / folder
    names = sorted(str(p.relative_to(made)) for p in made.rglob("*") if p.is_file())
    assert names == sorted(str(p.relative_to(kept)) for p in kept.rglob("*") if p.is_file())
    assert [n for n in names if content(made / n) != content(kept / n)] == []


def rooms():
    """The rooms of ext/, lowest first, as the Makefile lists them."""
    makefile = (ROOT / "Makefile").read_text()
    lower, upper = (re.search(rf"^{kind}_ROOMS := (.*)$", makefile, re.M)[1].split() for kind in ("LOWER", "UPPER"))
    return lower, upper


def test_the_makefile_lists_every_room():
    lower, upper = rooms()
    assert sorted(lower + upper) == sorted(p.name for p in (ROOT / "ext").iterdir() if p.is_dir())


def test_no_file_includes_a_later_room():
    order = sum(rooms(), [])
    wrong, count = [], 0
    for path in sorted((ROOT / "ext").glob("*/*.[ch]")):
        for name in re.findall(r'^#include "(.*)"', path.read_text(), re.M):
            count += 1
            room = name.partition("/")[0]
            if name != "flowlogs.h" and (room not in order or order.index(room) > order.index(path.parent.name)):
                wrong.append(f"{path.relative_to(ROOT)}: {name}")
    assert wrong == []
    assert count > 200


def test_flowlogs_h_includes_no_room():
    assert '#include "' not in (ROOT / "ext" / "flowlogs.h").read_text()


def test_lower_rooms_know_no_sqlite(release):
    for room in rooms()[0]:
        sources = sorted((ROOT / "ext" / room).glob("*.c"))
        assert sources, room
        for path in sources:
            symbols = subprocess.run(["nm", "-u", release.folder / room / f"{path.stem}.o"], text=True,
                                     capture_output=True, check=True)
            assert "sqlite3" not in symbols.stdout, path
        for path in (ROOT / "ext" / room).glob("*.[ch]"):
            assert not re.search(r'#include [<"]sqlite', path.read_text()), path


def test_rooms_describe_themselves():
    """Each room's README names every file of the room, in at most 30 lines."""
    for room in sum(rooms(), []):
        text = (ROOT / "ext" / room / "README.md").read_text()
        assert text.count("\n") <= 30, room
        modules = {p.stem for p in (ROOT / "ext" / room).glob("*.[ch]")}
        assert [m for m in sorted(modules) if f"`{m}`" not in text] == [], room


def test_every_source_says_its_licence():
    sources = [p for pattern in ("ext/**/*.[ch]", "tests/**/*.[ch]", "tests/**/*.py", "tests/**/*.sh", ".packaging/*.sh", ".packaging/*.py", ".packaging/*.sql") for p in ROOT.glob(pattern)]
    assert len(sources) > 80
    assert [p.name for p in sources if "SPDX-License-Identifier: MIT" not in p.read_text()] == []


# The scripts of sql/ that may have more than 25 lines of SQL, with the lines that they have and why.
LONGER = {
    "alerts/deliver": (39, "it chooses the alerts, and has four forms of a message"),
    "investigate/next-hop-trace": (36, "it has two addresses to check and to forget, a query that follows hops, and counts five fields"),
    "investigate/new-talkers": (27, "it has two answers, and three times to set and to forget for the sample"),
    "report/draw-coverage": (38, "it lists facts, files and columns"),
    "report/draw-first": (36, "it is two paragraphs, each of them a sentence with a dozen parts"),
    "report/draw-hints": (32, "it is four such paragraphs"),
    "report/draw-host-facts": (31, "it is a sentence of a dozen parts, and finds the alerts of the host"),
    "report/draw-left": (27, "it spreads bytes over time"),
    "report/draw-matrix": (33, "it is a picture of its own"),
    "report/names": (42, "it lists all tables that have addresses, and makes the sentences with their names"),
    "report/story": (40, "it looks for ways in, for what they led to, and for what left"),
    "report/style": (56, "it is the style sheet of the page"),
    "views": (120, "it has twelve views, and none of them more than 13 lines"),
}


def lines_of_sql(text):
    """The lines that are not empty, a comment or a command of the shell."""
    return [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith(("--", "."))]


# Programs of several steps are not among them: a run of the alerts, and what imports.
PROGRAMS = re.compile(r"alerts/run|export/(import|elasticsearch-bulk)")
SHORT = [p for p in sorted((ROOT / "sql").glob("**/*.sql")) if not PROGRAMS.fullmatch(str(p.relative_to(ROOT / "sql").with_suffix("")))]


@pytest.mark.parametrize("path", SHORT, ids=lambda p: p.stem)
def test_a_script_is_short(path):
    """At most 25 lines of SQL, the parameters and the closing line among them, each below 100 columns."""
    lines = lines_of_sql(path.read_text())
    limit, _ = LONGER.get(str(path.relative_to(ROOT / "sql").with_suffix("")), (25, ""))
    assert len(lines) <= limit
    assert [line for line in lines if len(line) > 99] == []


def test_the_longer_scripts_are_longer():
    """An entry of the table goes when its script is short, and shrinks with it."""
    assert {name: len(lines_of_sql((ROOT / f"sql/{name}.sql").read_text())) for name in LONGER} == {n: v[0] for n, v in LONGER.items()}


def test_no_comment_follows_a_statement_on_its_line():
    """The shell of SQLite 3.54 overlooks the error of such a statement, also with -bail, and goes on."""
    for path in sorted((ROOT / "sql").glob("**/*")):
        if path.suffix in (".sql", ".sh", ".md"):
            assert re.findall(r"^.*; *--.*", path.read_text(), re.M) == [], path
