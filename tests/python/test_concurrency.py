# SPDX-License-Identifier: MIT
"""Many threads, many statements, and fork(): tests/lib/crowd_host.c, which `make tsan` also runs
under ThreadSanitizer. The timeout (seconds) only ends a program that hangs."""

import subprocess

import pytest

from builds import ROOT, SUFFIX


def test_a_crowd_of_threads_statements_and_children(build, tmp_path):
    # The program is built with sanitizers itself, so no runtime has to be loaded first.
    env = {k: v for k, v in build.env.items() if k != "LD_PRELOAD"}
    done = subprocess.run([build.folder / "crowd_host", build.extension, tmp_path, "1"], text=True, cwd=ROOT, env=env,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300)
    assert done.returncode == 0, done.stdout


def test_no_race(release):
    """Scans and rollups of files that are large enough for threads, under ThreadSanitizer."""
    folder = release.folder / "tsan"
    if not (folder / f"flowlogs.{SUFFIX}").exists():
        pytest.skip("make build-tsan has not been run")
    done = subprocess.run(["tests/tools/tsan.sh", folder.relative_to(ROOT), "few"], text=True, cwd=ROOT,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=600)
    assert done.returncode == 0 and done.stdout.endswith("tsan: clean\n"), done.stdout
