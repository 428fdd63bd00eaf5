#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The README's generated part and its examples.

    readme.py --write BUILD/columns      writes the table of columns into the README

As a module: blocks() gives the examples, for the test that runs them.
"""

import pathlib
import re
import subprocess
import sys

README = pathlib.Path(__file__).resolve().parents[2] / "README.md"
BEGIN, END = "<!-- columns: made by `make readme` -->\n", "<!-- end of columns -->\n"


def table(program):
    return subprocess.run([program], text=True, capture_output=True, check=True).stdout


def parts():
    text = README.read_text()
    before, rest = text.split(BEGIN)
    inside, after = rest.split(END)
    return before, inside, after


def blocks(language):
    """(code, output) of each fenced block of that language; output is the block `text` right behind it, or None."""
    fence = re.compile(rf"^```{language}\n(.*?)^```\n(?:\n?^```text\n(.*?)^```\n)?", re.M | re.S)
    return [(m[1], m[2]) for m in fence.finditer(README.read_text())]


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] != "--write":
        sys.exit(__doc__)
    before, _, after = parts()
    README.write_text(before + BEGIN + table(sys.argv[2]) + END + after)
