# SPDX-License-Identifier: MIT
"""Shells that meet a locked database."""

import contextlib
import sqlite3
import subprocess
import time

from builds import ROOT


def crowded(arguments, build, database, runs):
    """Starts `runs` shells while the database is locked, as it is by a run of run.sql, and unlocks
    it when all of them are on their way. Returns (exit status, output, errors) of each."""
    with contextlib.closing(sqlite3.connect(database, isolation_level=None)) as db:
        db.execute("BEGIN EXCLUSIVE")
        processes = [subprocess.Popen([arguments[0], "-cmd", ".system echo begun", *arguments[1:]], cwd=ROOT, env=build.env, text=True,
                                      stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(runs)]
        assert [p.stdout.readline() for p in processes] == ["begun\n"] * runs
        time.sleep(0.3)         # long enough for most to meet the lock; the result does not depend on it
        db.execute("COMMIT")
    return [(p.returncode, out, err) for p in processes for out, err in [p.communicate(timeout=60)]]
