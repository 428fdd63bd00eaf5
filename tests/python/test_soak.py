# SPDX-License-Identifier: MIT
"""A few rounds of `make soak`: random queries over files that change."""

import subprocess
import sys

from builds import ROOT


def test_some_rounds_find_no_difference():
    done = subprocess.run([sys.executable, "-B", ROOT / "tests" / "tools" / "soak.py", "--rounds", "6", "--seed", "2026"],
                          text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=ROOT, timeout=600)
    assert done.returncode == 0, done.stdout
    assert "soak: clean: 1 sessions from seed 2026" in done.stdout
