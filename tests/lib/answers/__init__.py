# SPDX-License-Identifier: MIT
"""The right answers of the scripts of sql/investigate, computed in Python from the records that
tests/lib/reference.py reads, without SQLite and without the extension.

There is a function for each script, with the script's name (top_talkers for top-talkers.sql). It
takes the records as a list of dicts by column, with None for a missing value. It returns the rows
that the script prints, in the same order, as tuples of texts, numbers and None. If a script has
several queries, their rows follow each other.
"""

import importlib
import pathlib


def functions():
    """The functions of all modules in this folder, by the name of the script."""
    found = {}
    for path in sorted(pathlib.Path(__file__).parent.glob("[a-z]*.py")):
        module = importlib.import_module(f"answers.{path.stem}")
        for name, value in vars(module).items():
            if callable(value) and getattr(value, "__module__", "") == module.__name__ and not name.startswith("_"):
                found[name.replace("_", "-")] = value
    return found
