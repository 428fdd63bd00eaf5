# SPDX-License-Identifier: MIT
"""The builds of the extension that the tests run on, and the ways to run SQL on one of them.

BUILDS[0] is the release build. The build with AddressSanitizer and UndefinedBehaviorSanitizer
follows if it has been made (`make asan`). The environment variable BUILD names another build
folder.

There are three ways to run SQL:

    build.shell(sql)        a script in the sqlite3 shell, without a database file
    build.rows(sql)         the same, with the result split into rows and columns
    connect(release)        a connection of Python's sqlite3 module

A connection of Python's runs in the process of the tests, which has no sanitizers, so only the
release build can be used with it.
"""

import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import threading

import pytest

from shelltext import is_error, with_stable_errors  # noqa: F401 (is_error for those who import it from here)

ROOT = pathlib.Path(__file__).resolve().parents[2]
SUFFIX = "dylib" if sys.platform == "darwin" else "so"


class Build:
    """One build of the extension, with the environment that it needs."""

    def __init__(self, name, folder):
        self.name = name
        self.folder = folder
        self.extension = folder / "flowlogs"
        self.env = dict(os.environ, TZ="UTC", LC_ALL="C.UTF-8")
        for name_of_ours in ("FLOWLOGS_ROOT", "FLOWLOGS_PROGRESS"):
            self.env.pop(name_of_ours, None)
        if name == "asan":
            # The sqlite3 shell is not built with sanitizers, so their runtime has to be loaded
            # first.
            self.env["LD_PRELOAD"] = runtime("libasan.so")
            self.env["ASAN_OPTIONS"] = "exitcode=99"
            self.env["LSAN_OPTIONS"] = f"suppressions={ROOT / 'tests/lib/leaks.txt'}:print_suppressions=0"
            self.env["UBSAN_OPTIONS"] = "exitcode=98:print_stacktrace=1"

    def shell(self, sql, *args, cwd=ROOT, env=None, timeout=60):
        """Runs a script in the sqlite3 shell. Returns output and errors together, as a user sees
        them, but with errors that read the same in all versions of the shell (shelltext.py).

        The timeout (seconds) only ends a shell that hangs.
        """
        done = subprocess.run(
            [shutil.which("sqlite3"), "-batch", *args, ":memory:"],
            input=f".load {self.extension}\n{sql}\n", text=True, errors="surrogateescape",
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=cwd,
            env=dict(self.env, **(env or {})), timeout=timeout)
        assert done.returncode not in (98, 99), done.stdout
        assert done.returncode >= 0, f"killed by signal {-done.returncode}\n{done.stdout}"
        return with_stable_errors(done.stdout)

    def database(self, path, sql):
        """Runs a script on a database file, in a new shell whose current folder is the file's."""
        done = subprocess.run([shutil.which("sqlite3"), path], input=f".load {self.extension}\n{sql}\n", text=True,
                              env=self.env, cwd=path.parent, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return with_stable_errors(done.stdout)

    def rows(self, sql, **kwargs):
        """The rows of a query as lists of texts. NULL is the text NULL."""
        text = self.shell(f".mode list\n.separator \"\\t\"\n.nullvalue NULL\n{sql}", **kwargs)
        return [line.split("\t") for line in text.split("\n")[:-1]]


def runtime(name):
    """The path of a runtime library of gcc."""
    return subprocess.run(["gcc", f"-print-file-name={name}"], text=True, capture_output=True,
                          check=True).stdout.strip()


def builds():
    folder = ROOT / os.environ.get("BUILD", "build")
    found = [Build("release", folder)]
    if (folder / "asan" / f"flowlogs.{SUFFIX}").exists():
        found.append(Build("asan", folder / "asan"))
    return found


BUILDS = builds()


def connect(release, path=":memory:", **kwargs):
    """A connection of Python's sqlite3 module that has loaded the extension. Any thread may use
    it."""
    db = sqlite3.connect(str(path), check_same_thread=False, **kwargs)
    db.enable_load_extension(True)
    db.load_extension(str(release.extension))
    return db


def store_table(db, name, arguments):
    """Writes a table of the module flowlogs into the schema of a database file, as a database from
    elsewhere may have one. CREATE refuses to make it. It exists when the file is opened again."""
    db.execute("PRAGMA writable_schema = 1")
    db.execute("INSERT INTO sqlite_schema(type, name, tbl_name, rootpage, sql) VALUES ('table', ?, ?, 0, ?)",
               (name, name, f"CREATE VIRTUAL TABLE {name} USING flowlogs{arguments}"))
    db.commit()


def quote(text):
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


# How often SQLite asks a query whether to stop before assert_stops() makes it stop. By then a scan
# has begun.
CALLS_BEFORE = 20
# How often it may ask afterwards. While a scan goes on, the extension runs a statement of 16,000
# operations fifty times a second, each of which calls the handler here, and SQLite looks for an
# interrupt after some 200 of them. A scan of 1 GB that does not stop asks over 100,000 times.
CALLS_AFTER = 2000


def assert_stops(db, sql, params=(), by="interrupt"):
    """Asserts that a query stops soon after it is told to, by sqlite3_interrupt() or a progress
    handler.

    "Soon" counts how often the progress handler is called, not seconds, so that a busy machine
    changes nothing. The query must have enough work to ask more than CALLS_BEFORE + CALLS_AFTER
    times.
    """
    calls = 0

    def handler():
        nonlocal calls
        calls += 1
        if by == "interrupt" and calls == CALLS_BEFORE:
            other = threading.Thread(target=db.interrupt)
            other.start()
            other.join()
        return by == "handler" and calls >= CALLS_BEFORE

    db.set_progress_handler(handler, 1)
    try:
        with pytest.raises(sqlite3.OperationalError, match="interrupted"):
            db.execute(sql, params).fetchall()
    finally:
        db.set_progress_handler(None, 0)
    assert CALLS_BEFORE <= calls <= CALLS_BEFORE + CALLS_AFTER
