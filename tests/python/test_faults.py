# SPDX-License-Identifier: MIT
"""Calls that fail, and files that change while a query runs. The whole of it is `make faults`."""

import pathlib

import faults

SCRIPT = pathlib.Path(faults.__file__).with_suffix(".sql")


def test_a_failing_allocation_gives_nomem_or_the_right_answer(build):
    how = "ours:6" if build.name == "release" else "ours:60"
    for script in (None, SCRIPT):
        output, is_right = faults.run(build, "alloc", how, script)
        assert is_right, output
