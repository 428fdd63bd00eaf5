# SPDX-License-Identifier: MIT
"""The sqlite3 shell with somebody who types: its standard input is a terminal, so that it goes on after an error."""

import os
import pty
import shutil
import subprocess


def typed(build, database, lines, cwd, env=None):
    """What the shell prints, errors included, and its exit status, which is 7 unless something else ends it."""
    leader, follower = pty.openpty()
    process = subprocess.Popen([shutil.which("sqlite3"), database], cwd=cwd, stdin=follower, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True, env={**build.env, **(env or {})})
    os.write(leader, "".join(line + "\n" for line in [f".load {build.extension}", ".mode list", ".parameter init", *lines, ".exit 7"]).encode())
    out, _ = process.communicate(timeout=60)
    os.close(leader)
    os.close(follower)
    return process.returncode, out
