# SPDX-License-Identifier: MIT
"""What the sqlite3 shell prints, in a form that is the same in all versions of SQLite.

An error has three forms: "Runtime error near line 2: …" or "Parse error near line 2: …" up to 3.52
(with the text of the statement and an arrow below), "Error near line 2: …" or "Error near line 2 of
FILE: …" since 3.53, and "Error: near line 2: …" before 3.38. An error of a statement in the
arguments of the program has other words in each of them. A box has other corners and another line below the heading
since 3.53, and numbers stand at its right.
"""

import re

ERROR = re.compile(r"(?:Parse error|Runtime error|Error:?) near line (\d+)(?: of [^\n:]+)?: ")
ARGUMENT = re.compile(r"Error: stepping, |Error: in prepare, |Error in \w+ command line argument: |^Error: (?=flowlogs: )", re.M)
ARROW = re.compile(r"^  [^\n]*\n +(?:\^--- error here|error here ---\^)\n", re.M)
RULE = re.compile(r"[─═┌┐└┘├┤┬┴┼╭╮╰╯╞╡╪]+")


def with_stable_errors(text):
    """All errors as "Error near line 2: …", without the arrow.

    An error may stand within a line, because the shell does not flush its output before it writes
    an error.
    """
    return ARROW.sub("", ARGUMENT.sub("Error: ", ERROR.sub(r"Error near line \1: ", text)))


def is_error(text):
    """Whether an error is in it, before or after with_stable_errors()."""
    return bool(ERROR.search(text))


def box_values(text):
    """A list of the lines: a row of a box as the list of its cells, a rule of its frame as "─",
    any other line as it is."""
    return [[cell.strip() for cell in line.split("│")[1:-1]] if line.startswith("│") else RULE.sub("─", line)
            for line in text.split("\n")]
