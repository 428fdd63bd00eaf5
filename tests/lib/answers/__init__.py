# SPDX-License-Identifier: MIT
"""What the scripts of sql/investigate must answer, computed a second time: in Python, from the records that
tests/reference.py reads, without SQLite and without the extension.

A function for each script, named as it is (top-talkers.sql: top_talkers), takes the records of tests/data/AWSLogs, a
list of dicts by column, None where a value is missing, and returns the rows that the script prints, in its order: tuples
of texts, numbers and None.  Several queries in a script: their rows one after the other.
"""

import importlib
import pathlib


def functions():
    """name of the script -> function, of all modules in this folder."""
    found = {}
    for path in sorted(pathlib.Path(__file__).parent.glob("[a-z]*.py")):
        module = importlib.import_module(f"answers.{path.stem}")
        for name, value in vars(module).items():
            if callable(value) and getattr(value, "__module__", "") == module.__name__ and not name.startswith("_"):
                found[name.replace("_", "-")] = value
    return found
