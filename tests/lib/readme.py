#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The README files of the tree: their examples, their links, and their generated parts.

    readme.py --write BUILD     writes the generated parts anew

BUILD is a build folder, or a program in it.

A generated part stands between the lines `<!-- generated: NAME -->` and `<!-- end -->` of any
README.md. GENERATED says for each NAME which text belongs there. The tests fail when a part is
not what GENERATED makes of it.

An example is a fenced block, followed by a block `text` that holds its output. A block `sql` or
`python` must have an output. A block `sh` has one if it can be run here; without one it is only
shown.
"""

import functools
import json
import pathlib
import re
import subprocess
import sys
import typing

ROOT = pathlib.Path(__file__).resolve().parents[2]
PART = re.compile(r"^<!-- generated: ([\w ]+) -->\n(.*?)^<!-- end -->\n", re.M | re.S)


def fields(build):
    """The table of flow log fields, which a program prints from ext/record/fields.h."""
    return subprocess.run([build / "columns"], text=True, capture_output=True, check=True).stdout


def help_rows(build, where):
    """Rows of flowlogs_help as dicts, with texts that can stand in a cell of a Markdown table."""
    escapes = str.maketrans({"|": "\\|", "*": "\\*"})
    query = f"SELECT name, arguments, type, description, example FROM flowlogs_help WHERE {where}"
    done = subprocess.run(["sqlite3", "-batch", "-init", "/dev/null", "-json", "-cmd", f".load '{build / 'flowlogs'}'",
                           ":memory:", query], text=True, capture_output=True, check=True)
    return [{key: re.sub(r"\. +", ". ", value or "").translate(escapes) for key, value in row.items()}
            for row in json.loads(done.stdout or "[]")]


def rows(*cells):
    """Lines of a Markdown table; the first is its heading."""
    return "".join(f"| {' | '.join(line)} |\n" for line in (cells[0], ["---"] * len(cells[0]), *cells[1:]))


def options(build):
    return rows(("option", "values", "meaning"), *(
        (f"`{r['name']}`", r["arguments"], r["description"]) for r in help_rows(build, "kind = 'option'")))


def columns(table, build):
    """The columns of a SQL table, without its options, and without the fields that mean the same as
    in the table of fields."""
    known = set(re.findall(r"^\| `(\w+)` \| \w+ \| \d+ \| (.*) \|$", fields(build), re.M))
    return rows(("column", "type", "meaning"), *(
        (f"`{r['name']}`", r["type"] or "any", r["description"])
        for r in help_rows(build, f"kind = 'column' AND arguments = '{table}'")
        if (r["name"], r["description"]) not in known))


def functions(build):
    return rows(("function", "result", "meaning"), *(
        (f"`{r['name']}({r['arguments']})`", r["type"], r["description"]) for r in help_rows(build, "kind = 'function'")))


# NAME -> a function that takes the build folder and returns whole lines of Markdown.
GENERATED = {"fields": fields, "options": options, "functions": functions}
GENERATED |= {f"columns of {table}": functools.partial(columns, table) for table in (
    "flowlogs", "flowlogs_rollup", "flowlogs_connections", "flowlogs_files", "flowlogs_errors",
    "flowlogs_index_build", "flowlogs_help")}


def files():
    """All README.md files of the tree, the top one first."""
    found = [ROOT / "README.md", ROOT / "tests" / "README.md"]
    found += sorted(p for folder in ("ext", "sql") for p in (ROOT / folder).glob("**/README.md"))
    return [p for p in found if p.exists()]


def name(path):
    return str(path.relative_to(ROOT))


class Example(typing.NamedTuple):
    file: pathlib.Path
    line: int  # of the code's first line, 1-based
    language: str
    code: str
    output: typing.Optional[str]

    @property
    def id(self):
        return f"{name(self.file)}:{self.line}"


def examples(language):
    """The fenced blocks of a language in all files. The output is that of the block `text` directly
    behind, or None."""
    fence = re.compile(r"^```(\w+)\n(.*?)^```\n(?:\n?^```text\n(.*?)^```\n)?", re.M | re.S)
    found = []
    for path in files():
        text = path.read_text()
        for m in fence.finditer(text):
            if m[1] == language:
                found.append(Example(path, text.count("\n", 0, m.start(2)) + 1, m[1], m[2], m[3]))
    return found


def prose(path):
    """(line number, line) of every line that is neither in a fenced block nor a row of a table."""
    fenced = False
    for number, line in enumerate(path.read_text().split("\n"), 1):
        if line.startswith("```"):
            fenced = not fenced
        elif not fenced and not line.startswith("|"):
            yield number, line


def anchors(path):
    """The fragments by which the headings of a file can be linked to, in GitHub's spelling."""
    headings = [re.match(r"#+ +(.*)", line) for _, line in prose(path)]
    return {re.sub(r"[^\w -]", "", m[1].lower()).replace(" ", "-") for m in headings if m}


def links(path):
    """(line number, target) of every link to a file or heading of this tree, also in tables."""
    fenced = False
    for number, line in enumerate(path.read_text().split("\n"), 1):
        if line.startswith("```"):
            fenced = not fenced
        elif not fenced:
            for target in re.findall(r"\]\(([^)\s]+)\)", line):
                if not re.match(r"[a-z]+:", target):
                    yield number, target


def parts(path):
    """(name, text) of every generated part of a file."""
    return PART.findall(path.read_text())


def write(build):
    for path in files():
        text = path.read_text()
        new = PART.sub(lambda m: f"<!-- generated: {m[1]} -->\n{GENERATED[m[1]](build)}<!-- end -->\n", text)
        if new != text:
            path.write_text(new)


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] != "--write":
        sys.exit(__doc__)
    folder = pathlib.Path(sys.argv[2]).resolve()
    write(folder.parent if folder.is_file() else folder)
