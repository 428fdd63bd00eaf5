# SPDX-License-Identifier: MIT
"""flowlogs_help lists all that there is, and its examples run."""

import shutil
import subprocess

import pytest

from builds import BUILDS

LOGS = "tests/data/AWSLogs"


def help_rows(where):
    """(name, arguments, type, description, example) of the rows of flowlogs_help, NULL as
    'NULL'."""
    return BUILDS[0].rows(f"SELECT name, arguments, type, description, example FROM flowlogs_help WHERE {where};")


def test_every_table_is_listed(build):
    modules = {name for name, in build.rows("SELECT name FROM pragma_module_list WHERE name LIKE 'flowlogs%';")}
    listed = [row[0] for row in build.rows("SELECT name FROM flowlogs_help WHERE kind = 'table';")]
    assert sorted(listed) == sorted(modules)


def test_every_column_is_listed(release):
    """The hidden columns that are options are listed as options."""
    options = {row[0] for row in help_rows("kind = 'option'")} | {"paths"}
    for name, *_ in help_rows("kind = 'table'"):
        declared = release.rows(f"SELECT name, type FROM pragma_table_xinfo('{name}') WHERE name NOT LIKE '%-%';")
        listed = release.rows(f"SELECT name, coalesce(type, '') FROM flowlogs_help WHERE kind = 'column' AND arguments = '{name}';")
        assert listed == [[c, t] for c, t in declared if c not in options or [c, t] in listed], name


def test_every_function_is_listed(build):
    """Loading adds to pragma_function_list the functions of the help, with these numbers of
    arguments, and no others."""
    query = "SELECT DISTINCT lower(name), narg FROM pragma_function_list WHERE NOT builtin ORDER BY 1, 2;"
    shell = subprocess.run([shutil.which("sqlite3"), "-batch", ":memory:"], input=f".mode list\n.separator \"\\t\"\n{query}",
                           text=True, capture_output=True, check=True).stdout
    ours = [row for row in build.rows(query) if "\t".join(row) not in shell.split("\n")]
    listed = build.rows("SELECT lower(name), iif(coalesce(arguments, '') = '', 0, 1 + length(arguments) - "
                        "length(replace(arguments, ',', ''))) FROM flowlogs_help WHERE kind = 'function' ORDER BY 1, 2;")
    assert ours == listed


def test_every_row_has_a_description():
    assert help_rows("description IS NULL OR name IS NULL OR kind IS NULL") == []


def test_the_table_may_be_used_in_a_stored_view(release, tmp_path):
    out = release.database(tmp_path / "db", "CREATE VIEW h AS SELECT * FROM flowlogs_help;\n"
                                            "PRAGMA trusted_schema = OFF;\nSELECT count(*) > 300 FROM h;")
    assert out == "1\n"


@pytest.mark.parametrize("name, example", [(r[0], r[4]) for r in help_rows("kind = 'table'")])
def test_a_table_example_runs(build, name, example):
    rows = build.rows(example + ";")
    assert rows and "error" not in rows[0][0], rows[:3]


@pytest.mark.parametrize("name, example", [(r[0], r[4]) for r in help_rows("kind = 'function'")])
def test_a_function_example_runs(build, name, example):
    tables = "CREATE TABLE subnets (cidr TEXT); INSERT INTO subnets VALUES ('10.0.0.0/8');"
    rows = build.rows(f"{tables} SELECT {example};")
    assert len(rows) == 1 and "error" not in rows[0][0].lower(), rows


@pytest.mark.parametrize("table, column, example",
                         [(r[1], r[0], r[4]) for r in help_rows("kind = 'column' AND example IS NOT NULL AND name <> 'data'")])
def test_a_column_example_runs(release, table, column, example):
    source = f"{table}('{LOGS}')" if "payload" not in table else f"{table}(readfile('tests/data/stream/lambda.json'))"
    rows = release.rows(f"SELECT count(*) FROM {source} WHERE {example};")
    assert len(rows) == 1 and rows[0][0].isdigit(), rows


@pytest.mark.parametrize("option, example", [(r[0], r[4]) for r in help_rows("kind = 'option'")])
def test_an_option_example_runs(release, option, example):
    if example.startswith("CREATE"):
        rows = release.rows(f"{example}; SELECT count(*) FROM logs;")
    else:
        table = "flowlogs_rollup" if option == "memory" else "flowlogs"
        table = "flowlogs_connections" if option in ("inside", "servers", "idle") else table
        path = "" if option == "path" else f"('{LOGS}')"
        if option == "index_file":
            release.rows(f"SELECT * FROM flowlogs_index_build('{LOGS}', 'build/logs.idx');")
        rows = release.rows(f"SELECT count(*) FROM {table}{path} WHERE {example};")
    assert len(rows) == 1 and int(rows[0][0]) > 0, rows
