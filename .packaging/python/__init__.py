# SPDX-License-Identifier: MIT
"""@DESCRIPTION@.

    import sqlite3, flowlogs

    db = sqlite3.connect(":memory:")
    flowlogs.load(db)
    db.execute("SELECT action, count(*) FROM flowlogs(?) GROUP BY 1", ["AWSLogs/"])
"""

import os
import sqlite3
import sys

__version__ = "@VERSION@"
__all__ = ["load", "path", "script", "sql_path"]

_HERE = os.path.dirname(os.path.abspath(__file__))


def path():
    """The path of the library, for anything else that loads extensions."""
    return os.path.join(_HERE, "@LIBRARY@")


def sql_path():
    """The folder of the scripts for the sqlite3 shell. Those that read others are read by the line that
    script() gives."""
    return os.path.join(_HERE, "sql")


def script(name):
    """The line that reads a script, such as "report.sql", in the sqlite3 shell, in any folder."""
    if not os.path.isfile(os.path.join(sql_path(), *name.split("/"))):
        raise FileNotFoundError("flowlogs: there is no script %r in %s" % (name, sql_path()))
    return ".read '|sh \"%s/anywhere.sh\" %s'" % (sql_path(), name)


def load(connection):
    """Loads the extension into a connection of sqlite3 or apsw. Afterwards, loading extensions is not
    allowed, as it is when a connection is opened."""
    if hasattr(connection, "enable_load_extension"):
        allow, load_extension = connection.enable_load_extension, connection.load_extension
    elif hasattr(connection, "enableloadextension"):
        allow, load_extension = connection.enableloadextension, connection.loadextension
    elif isinstance(connection, sqlite3.Connection):
        raise RuntimeError(
            "flowlogs: the module sqlite3 of this Python (%s) was built without the loading of extensions. "
            "Use another Python, such as /usr/bin/python3 of Debian and Ubuntu or Homebrew's; or a connection of the "
            "package apsw; or build Python with --enable-loadable-sqlite-extensions, which with pyenv is "
            "PYTHON_CONFIGURE_OPTS=--enable-loadable-sqlite-extensions" % sys.executable)
    else:
        raise TypeError("flowlogs: load() takes a connection of sqlite3 or apsw, not %r" % type(connection).__name__)
    allow(True)
    try:
        load_extension(path())
    finally:
        allow(False)
