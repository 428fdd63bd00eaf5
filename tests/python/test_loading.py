# SPDX-License-Identifier: MIT
"""Loading the extension: twice, while it is in use, and by both entry points."""

import sqlite3
import subprocess

import pytest

from builds import SUFFIX, connect

LOGS = "tests/data/AWSLogs"
FUNCTIONS_ONLY = "sqlite3_flowlogsnofs_init"


def test_loading_again_does_nothing(build):
    out = build.shell(f".load {build.extension}\n.load {build.extension} {FUNCTIONS_ONLY}\n"
                      f"SELECT count(*) > 0 FROM flowlogs('{LOGS}');")
    assert out == "1\n"


def test_the_tables_can_be_loaded_after_the_functions(build):
    """The first load of build.shell() is that of the tables, so a second database gets the
    functions first."""
    out = build.shell(f".open :memory:\n.load {build.extension} {FUNCTIONS_ONLY}\n"
                      f"SELECT cidr_match('10.0.0.1', '10.0.0.0/8'), count(*) FROM pragma_module_list "
                      f"WHERE name LIKE 'flowlogs%';\n.load {build.extension}\n"
                      f"SELECT count(*) > 1 FROM pragma_module_list WHERE name LIKE 'flowlogs%';")
    assert out == "1|0\n1\n"


@pytest.mark.parametrize("sql", [f"SELECT srcaddr FROM flowlogs('{LOGS}')",
                                 "SELECT cidr_match('10.0.0.1', '10.0.0.0/8') FROM (SELECT 1 UNION SELECT 2)"])
def test_loading_again_while_a_statement_runs(release, sql):
    """Registering a function again is SQLITE_BUSY while a statement is active, so it must not be
    tried."""
    db = sqlite3.connect(":memory:")
    db.enable_load_extension(True)
    db.load_extension(str(release.extension))
    running = db.execute(sql)
    assert running.fetchone()
    db.load_extension(str(release.extension))
    assert running.fetchone()


def test_a_failure_says_why(release):
    """A host's function of the same name stands for another version."""
    db = sqlite3.connect(":memory:")
    db.enable_load_extension(True)
    db.create_function("flowlogs_version", 0, lambda: "0.0.0")
    running = db.execute("SELECT flowlogs_version() FROM (SELECT 1 UNION SELECT 2)")
    running.fetchone()
    with pytest.raises(sqlite3.OperationalError, match="flowlogs: another version of it is loaded, and a statement"):
        db.load_extension(str(release.extension))


@pytest.mark.parametrize("file", ["flowlogs", "flowlogsnofs"])
def test_loading_again_completes_what_failed(release, tmp_path, file):
    """A load that fails at one function has registered those before it. The next load must not take that for the whole. The
    entry point is named after the file."""
    extension = tmp_path / f"{file}.{SUFFIX}"
    extension.write_bytes((release.folder / f"flowlogs.{SUFFIX}").read_bytes())
    functions = connect(release).execute(
        "SELECT f.name, narg FROM pragma_function_list f JOIN (SELECT DISTINCT lower(name) AS name FROM flowlogs_help "
        "WHERE kind = 'function') h ON f.name = h.name WHERE flags & 0x200000").fetchall()  # SQLITE_INNOCUOUS
    assert len(functions) > 20
    for name, nargs in functions:
        db = sqlite3.connect(":memory:")
        db.enable_load_extension(True)
        db.create_function(name, nargs, lambda *args: 1)
        running = db.execute(f"SELECT {name}({', '.join('1' * nargs)}) FROM (SELECT 1 UNION SELECT 2)")
        running.fetchone()
        with pytest.raises(sqlite3.OperationalError, match="another version of it is loaded"):
            db.load_extension(str(extension))
        running.close()
        db.load_extension(str(extension))
        ours = db.execute("SELECT name, narg FROM pragma_function_list WHERE flags & 0x200000").fetchall()
        assert set(functions) - set(ours) == set(), name


@pytest.mark.parametrize("version", ["3.30.1", "3.24.0", "3.7.17"])
def test_an_old_sqlite_is_refused(build, version):
    """The functions that an old version does not have are never called, whatever stands in their place."""
    major, minor, patch = map(int, version.split("."))
    # The host is a program with sanitizers of its own, so no runtime has to be loaded before it.
    env = {key: value for key, value in build.env.items() if key != "LD_PRELOAD"}
    done = subprocess.run([build.folder / "old_host", build.folder / f"flowlogs.{SUFFIX}", str(major * 1000000 + minor * 1000 + patch)],
                          text=True, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.stdout == f"1 flowlogs: this program has SQLite {version}; flowlogs needs SQLite 3.31 or later\n" * 2
    assert done.returncode == 0
