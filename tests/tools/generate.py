#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What is generated in the folder sql, besides the reference in its READMEs.

    generate.py --write BUILD/columns      writes all of it anew

The field lists of sql/export are made from the table of fields in ext/record/fields.h. A list stands between the lines
`-- generated: NAME` and `-- end of generated`, which may be indented; NAME is one of LISTS. The catalogue of scripts in
sql/investigate/README.md is made from the comments at the heads of the scripts: each row that begins with a link to a
script. The rows' order is as it is in the README. test_export.py and test_investigations.py fail where anything is not
what this script makes of it.
"""

import pathlib
import re
import subprocess
import sys
import textwrap

ROOT = pathlib.Path(__file__).resolve().parents[2]
PART = re.compile(r"^( *)-- generated: ([\w. -]+)\n(.*?)^ *-- end of generated\n", re.M | re.S)

# Fields that the Elastic Common Schema has a place of its own for; all others are below aws.vpcflow.
IN_ECS = {"account_id", "srcaddr", "dstaddr", "srcport", "dstport", "protocol", "packets", "bytes", "start", "end", "action",
          "region", "instance_id", "flow_direction"}
POSTGRES = {"INTEGER": "bigint", "ADDRESS": "inet", "TEXT": "text"}


def sql(name):
    """A field's name in SQL: `end` is a keyword."""
    return f'"{name}"' if name == "end" else name


def sqlite_type(kind):
    return "INTEGER" if kind == "INTEGER" else "TEXT"


def postgres_column(name, kind):
    return f"{name}_time timestamptz" if name in ("start", "end") else f"{name} {POSTGRES[kind]}"


def postgres_value(name):
    return f"strftime('%Y-%m-%dT%H:%M:%SZ', {sql(name)}, 'unixepoch')" if name in ("start", "end") else name


# NAME -> a function that takes a field's name and kind and returns the item of the list, or None if it is not in the list.
LISTS = {
    "names": lambda name, kind: sql(name),
    "columns": lambda name, kind: f"{sql(name)} {sqlite_type(kind)}",
    "names and types": lambda name, kind: f"('{name}', '{sqlite_type(kind)}')",
    "columns of PostgreSQL": postgres_column,
    "names for PostgreSQL": lambda name, kind: postgres_column(name, kind).split(" ")[0],
    "values for PostgreSQL": lambda name, kind: postgres_value(name),
    "members of aws.vpcflow": lambda name, kind: None if name in IN_ECS else f"'{name}', {name}",
}


def fields(program):
    """(name, kind) of every field, in the order of fields.h."""
    done = subprocess.run([program, "fields"], text=True, capture_output=True, check=True)
    return [tuple(line.split(" ")) for line in done.stdout.splitlines()]


def files():
    return [p for p in sorted((ROOT / "sql").rglob("*")) if p.suffix in (".sql", ".sh") and PART.search(p.read_text())]


def generated(text, table):
    """The text with each list as it should be. Every item ends in a comma, because something else follows each list."""
    def part(m):
        indent, name = m[1], m[2]
        items = [item for item in (LISTS[name](*field) for field in table) if item]
        # An item is not broken over two lines: its spaces are hidden from textwrap meanwhile.
        joined = ", ".join(item.replace(" ", "\0") for item in items) + ","
        lines = textwrap.fill(joined, 118, initial_indent=indent, subsequent_indent=indent, break_long_words=False,
                              break_on_hyphens=False).replace("\0", " ")
        return f"{indent}-- generated: {name}\n{lines}\n{indent}-- end of generated\n"
    return PART.sub(part, text)


CATALOGUE = ROOT / "sql" / "investigate" / "README.md"
ROW = re.compile(r"^\| \[`([\w-]+)`\].*\n", re.M)
# Parameters of nearly every script, which the catalogue leaves out
USUAL = {"@logs", "@since", "@until", "@on_error", "@format", "@top"}


def described(script):
    """(question, parameters, Athena's names) of a script, from the comment at its head."""
    head = re.match(r"(?:--.*\n)+", script.read_text())[0]
    question, _, athena = " ".join(re.findall(r"^-- (.*)", head.split("--\n")[0], re.M)).partition(" Athena's name: ")
    listed = [p for line in re.findall(r"^--   (@\w+(?:, @\w+)*) ", head, re.M) for p in line.split(", ")]
    return question, ", ".join(f"`{p}`" for p in listed if p not in USUAL), athena.rstrip(".")


def catalogue(text):
    """The text of the README with each row of the catalogue as it should be."""
    def row(m):
        return f"| [`{m[1]}`]({m[1]}.sql) | {' | '.join(described(CATALOGUE.parent / f'{m[1]}.sql'))} |\n"
    return ROW.sub(row, text)


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] != "--write":
        sys.exit(__doc__)
    for path in files():
        path.write_text(generated(path.read_text(), fields(sys.argv[2])))
    CATALOGUE.write_text(catalogue(CATALOGUE.read_text()))
