# SPDX-License-Identifier: MIT
"""make install copies the scripts of sql/ so that they work in any folder: they read each other by
absolute paths, and print what the scripts of the tree print."""

import re
import shutil
import subprocess

import pytest

from builds import ROOT
from test_alerts import IN, IN2, OUT, Alerts, delivered, flow, rejected
from test_parameters import ASKED, setting

TOOL = ROOT / "tests/tools/install_sql.sh"
SCRIPTS = sorted(p.relative_to(ROOT) for p in (ROOT / "sql").rglob("*") if p.suffix in (".sql", ".sh", ".py"))


def install(*arguments):
    return subprocess.run([TOOL, *map(str, arguments)], cwd="/", text=True, capture_output=True)


@pytest.fixture(scope="module")
def prefix(tmp_path_factory):
    """A place with a space in its name."""
    prefix = tmp_path_factory.mktemp("a place") / "usr local"
    done = install("", prefix)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return prefix


@pytest.fixture(scope="module")
def logs(tmp_path_factory):
    logs = tmp_path_factory.mktemp("logs") / "AWSLogs"
    shutil.copytree(ROOT / "tests/data/AWSLogs", logs)
    return logs


def test_make_install_calls_it():
    assert '\ttests/tools/install_sql.sh "$(DESTDIR)" "$(PREFIX)"\n' in (ROOT / "Makefile").read_text()


def test_each_script_is_there_and_reads_no_relative_path(prefix):
    found = {p.relative_to(prefix / "share/flowlogs") for p in (prefix / "share/flowlogs").rglob("*") if p.is_file()}
    assert found == set(SCRIPTS) and len(found) > 70
    for path in found:
        text = (prefix / "share/flowlogs" / path).read_text()
        assert not re.search(r"(?:\.read|\bsh|test -f|cat|readfile\() ?\"?'?\|?(sh )?\"?sql/", text) and "./build/" not in text, path
        assert ((prefix / "share/flowlogs" / path).stat().st_mode & 0o111) == ((ROOT / path).stat().st_mode & 0o111), path


def test_a_stage_is_not_in_the_paths(tmp_path):
    assert install(tmp_path, "/usr").returncode == 0
    run = (tmp_path / "usr/share/flowlogs/sql/alerts/run.sql").read_text()
    assert str(tmp_path) not in run and '\n.read "/usr/share/flowlogs/sql/alerts/setup.sql"\n' in run


@pytest.mark.parametrize("prefix", ["usr", "/a'b", '/a"b', "/a$b", "/a`b", "/a|b", "/a&b", "/a\\b", "/a\nb"])
def test_a_prefix_that_cannot_be(tmp_path, prefix):
    done = install(tmp_path, prefix)
    assert done.returncode == 1 and "make install: PREFIX m" in done.stderr and not list(tmp_path.iterdir())


@pytest.mark.parametrize("folder, names", [
    ("investigate", sorted(p.stem for p in (ROOT / "sql/investigate").glob("*.sql"))),
    ("inventory", ["who-is-who", "subnet-traffic", "aws-services", "unknown-addresses", "who-had", "idle",
                   "security-group-rules", "outside-names"]),
    ("alerts", sorted(p.stem for p in (ROOT / "sql/alerts").glob("rule*.sql"))),
    ("export", ["csv", "elasticsearch-bulk"])])
def test_scripts_in_any_folder(release, prefix, logs, tmp_path, folder, names):
    """In one session. The investigations read no other script, so those of the tree work in any folder, too."""
    data = ROOT / "tests/data/inventory"
    values = {"logs": str(logs), "had": "10.0.1.13", "ranges": str(data / "ip-ranges.json"), "resolver_logs": str(ROOT / "tests/data/resolver")} | {
        k: v for asked in ASKED.values() for k, v in asked.items()} | {
        name: str(data / f"{file}-us-east-1.json") for name, file in (
            ("subnets", "subnets"), ("interfaces", "network-interfaces"), ("instances", "instances"),
            ("security_groups", "security-groups"))}
    env = {"ASSETS": str(data / "assets.csv"), "HISTORY": str(data / "history.csv")}
    before = "CREATE TABLE IF NOT EXISTS indicators (cidr TEXT, note TEXT);\nINSERT INTO indicators VALUES ('192.0.2.77', 'it');\n" \
        ".parameter init\n" + "".join(setting(k, v) + "\n" for k, v in values.items())

    def everything(root, cwd):
        return release.shell(before + "".join(f".print === {n}\n.read \"{root}/{folder}/{n}.sql\"\n" for n in names), cwd=cwd, env=env)

    expected = everything("sql", ROOT)
    assert "rror" not in expected.replace("with_errors", "").replace("errors", "") and expected.count("===") == len(names)
    assert everything(prefix / "share/flowlogs/sql", tmp_path) == expected
    if folder in ("investigate", "export"):
        assert everything(ROOT / "sql", tmp_path) == expected


@pytest.mark.parametrize("variable, loader, table", [("ASSETS", "load-assets", "assets"), ("HISTORY", "load-history", "address_history")])
def test_a_list_that_was_loaded_once(release, prefix, tmp_path, variable, loader, table):
    """Without the variable, the table stays as it is, also in a folder that has no sample. Where there is none, this is said."""
    file = {"ASSETS": "assets.csv", "HISTORY": "history.csv"}[variable]
    script = f".mode quote\n.headers off\n.read \"{prefix}/share/flowlogs/sql/inventory/{loader}.sql\"\n"
    (tmp_path / "load.sql").write_text(f".load {release.extension.resolve()}\n{script}")
    command = [shutil.which("sqlite3"), "-batch", "my.db", ".read load.sql"]
    said = [subprocess.run(command, cwd=tmp_path, env=release.env | env, text=True, capture_output=True) for env in (
        {}, {variable: str(ROOT / "tests/data/inventory" / file)}, {})]
    assert f"flowlogs: the table {table} is empty: set {variable} to a CSV file" in said[0].stderr and "cannot open" not in said[0].stderr
    assert said[1].stdout.startswith(f"'{table}',") and said[2].stdout.split(",")[:2] == said[1].stdout.split(",")[:2]
    assert said[2].stdout.endswith(",'as before'\n") and said[2].stderr == ""


def test_the_report_in_any_folder(release, prefix, tmp_path):
    """It is that of the tree, except for the paths of the rules in it."""
    logs = ROOT / "tests/data/AWSLogs/012345678901/vpcflowlogs/us-east-1/2026/06/16"
    before = f".parameter init\n{setting('logs', str(logs))}\n"
    tree = release.shell(f"{before}.read sql/report.sql\n")
    got = release.shell(f"{before}.read \"{prefix}/share/flowlogs/sql/report.sql\"\n", cwd=tmp_path)
    assert got.replace(f"{prefix}/share/flowlogs/sql/", "sql/") == tree and tree.endswith("</html>\n")


def test_alerts_in_any_folder(release, prefix, tmp_path):
    """Two runs, which keep what they know and end with the status of the tree's."""
    (tmp_path / "logs").mkdir()
    alerts = Alerts(release, tmp_path / "alerts.db", tmp_path / "logs")
    arguments = [str(a).replace(".read sql/", f".read \"{prefix}/share/flowlogs/sql/").replace("run.sql", "run.sql\"") for a in alerts.arguments()]
    arguments = [a.replace(f".load {release.extension}", f".load {release.extension.resolve()}") for a in arguments]
    for at, status in ((0, 10), (None, 0), (300, 10)):
        if at is not None:
            delivered(alerts.logs, [rejected(IN, IN2, 22 + at, at=at), flow(OUT, IN, 22, at=at)], at)
        done = subprocess.run(arguments, cwd="/", env={**release.env, "TMPDIR": str(tmp_path)}, capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (status, "") and bool(done.stdout) == (status == 10)


def test_importing_in_any_folder(release, prefix, logs, tmp_path):
    got = release.rows(f".parameter init\n{setting('logs', str(logs))}\n.read \"{prefix}/share/flowlogs/sql/export/import.sql\"\n"
                       f".output /dev/null\n.read \"{prefix}/share/flowlogs/sql/views.sql\"\n.output\nSELECT count(*) > 4000 FROM records;", cwd=tmp_path)
    assert got[0][0] == "35" and got[-1] == ["1"]
