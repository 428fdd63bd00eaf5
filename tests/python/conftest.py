# SPDX-License-Identifier: MIT
"""The fixtures that all tests share, and the closing line "N passed, N failed".

A test that takes `build` runs once on the release build and once on the build with sanitizers, if
that has been made. A test that takes `release` runs on the release build only.
"""

import pathlib
import sys

import pytest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

from builds import BUILDS, ROOT  # noqa: E402, F401 (the path is set above)


@pytest.fixture(params=BUILDS, ids=lambda b: b.name)
def build(request):
    return request.param


@pytest.fixture
def release():
    return BUILDS[0]


def pytest_terminal_summary(terminalreporter):
    count = {k: len(terminalreporter.stats.get(k, [])) for k in ("passed", "failed", "error", "skipped")}
    line = f"{count['passed']} passed, {count['failed'] + count['error']} failed"
    terminalreporter._flowlogs_line = line + (f", {count['skipped']} skipped" if count["skipped"] else "")


def pytest_unconfigure(config):
    """Prints the closing line last, after pytest's own summary."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if getattr(reporter, "_flowlogs_line", None):
        print("\n" + reporter._flowlogs_line)


def pytest_configure(config):
    """An index that another version of the extension has built in an example is an error there."""
    if not hasattr(config, "workerinput"):
        (ROOT / "build" / "logs.idx").unlink(missing_ok=True)
