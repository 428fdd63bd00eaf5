# SPDX-License-Identifier: MIT
"""What all tests share: the builds to test, the sqlite3 shell, and the closing line.

Every test that takes `build` runs once on the release build and once under AddressSanitizer and
UndefinedBehaviorSanitizer, if that has been built.
"""

import os
import pathlib
import shutil
import subprocess
import sys

import pytest

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "lib"))
SUFFIX = "dylib" if sys.platform == "darwin" else "so"


class Build:
    """One build of the extension, and how to run SQL on it."""

    def __init__(self, name, folder):
        self.name = name
        self.folder = folder
        self.extension = folder / "flowlogs"
        self.env = dict(os.environ, TZ="UTC", LC_ALL="C.UTF-8")
        self.env.pop("FLOWLOGS_ROOT", None)
        if name == "asan":
            self.env["LD_PRELOAD"] = runtime("libasan.so")
            self.env["ASAN_OPTIONS"] = "exitcode=99"
            self.env["UBSAN_OPTIONS"] = "exitcode=98:print_stacktrace=1"

    def shell(self, sql, *args, cwd=ROOT, env=None, timeout=60):
        """Runs a script in the stock sqlite3 shell; output and errors together, as a user sees them."""
        done = subprocess.run(
            [shutil.which("sqlite3"), "-batch", *args, ":memory:"],
            input=f".load {self.extension}\n{sql}\n", text=True, errors="surrogateescape",
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=cwd,
            env=dict(self.env, **(env or {})), timeout=timeout)
        assert done.returncode not in (98, 99), done.stdout
        assert done.returncode >= 0, f"killed by signal {-done.returncode}\n{done.stdout}"
        return done.stdout

    def database(self, path, sql):
        """Runs a script on a database file, in its folder, in a shell of its own."""
        return subprocess.run([shutil.which("sqlite3"), path], input=f".load {self.extension}\n{sql}\n", text=True,
                              env=self.env, cwd=path.parent, stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout

    def rows(self, sql, **kwargs):
        """A query's rows as lists of texts, NULL for NULL."""
        text = self.shell(f".mode list\n.separator \"\\t\"\n.nullvalue NULL\n{sql}", **kwargs)
        return [line.split("\t") for line in text.split("\n")[:-1]]


def runtime(name):
    return subprocess.run(["gcc", f"-print-file-name={name}"], text=True, capture_output=True,
                          check=True).stdout.strip()


def builds():
    folder = ROOT / os.environ.get("BUILD", "build")
    found = [Build("release", folder)]
    if (folder / "asan" / f"flowlogs.{SUFFIX}").exists():
        found.append(Build("asan", folder / "asan"))
    return found


BUILDS = builds()


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
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if getattr(reporter, "_flowlogs_line", None):
        print("\n" + reporter._flowlogs_line)
