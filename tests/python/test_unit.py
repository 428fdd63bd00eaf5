# SPDX-License-Identifier: MIT
"""Runs the C programs of tests/unit, each in both builds. The timeout (seconds) only ends a
program that hangs."""

import subprocess

import pytest

from builds import BUILDS, ROOT

UNIT = ROOT / "tests" / "unit"
NAMES = sorted(str(p.relative_to(UNIT).with_suffix("")) for p in UNIT.glob("*/test_*.c"))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("build", BUILDS, ids=lambda b: b.name)
def test_a_unit_test_program_passes(build, name):
    # These programs are built with sanitizers themselves, so no runtime has to be loaded first.
    env = {k: v for k, v in build.env.items() if k != "LD_PRELOAD"}
    done = subprocess.run([build.folder / "unit" / name], text=True, errors="replace", cwd=ROOT, env=env,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300)
    assert done.returncode == 0, done.stdout
