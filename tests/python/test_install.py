# SPDX-License-Identifier: MIT
"""make install: the library where `.load flowlogs` finds it or with the line that loads it, the
scripts of sql so that they work in any folder, the man page, and the file of pkg-config. The scripts
read each other by absolute paths, and print what the scripts of the tree print."""

import os
import re
import shutil
import subprocess
import sys

import pytest

from builds import BUILDS, ROOT
from test_alerts import IN, IN2, OUT, Alerts, delivered, flow, rejected
from test_parameters import ASKED, setting

TOOL = ROOT / "tests/tools/install_sql.sh"
HOW = ROOT / ".packaging/how_to_load.sh"
SCRIPTS = sorted(p.relative_to(ROOT) for p in (ROOT / "sql").rglob("*") if p.suffix in (".sql", ".sh", ".py"))


def install(*arguments):
    return subprocess.run([TOOL, *map(str, arguments)], cwd="/", text=True, capture_output=True)


def make(*arguments):
    """make, with the build that is being tested, which it must not make anew."""
    env = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    release = BUILDS[0]
    built = next(release.folder.glob("flowlogs.[sd]*"))
    return subprocess.run(["make", "-s", "-o", built, f"BUILD={release.folder}", "LDCONFIG=true",
                           f"INFLATE={(release.folder / 'inflate.choice').read_text().strip()}", *arguments],
                          cwd=ROOT, env=env, text=True, capture_output=True)


def files(folder):
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if not p.is_dir())


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A place with a space in its name, and what make install said."""
    prefix = tmp_path_factory.mktemp("a place") / "usr local"
    done = make("install", f"PREFIX={prefix}")
    assert (done.returncode, done.stderr) == (0, "")
    return prefix, done.stdout


@pytest.fixture(scope="module")
def prefix(installed):
    return installed[0]


@pytest.fixture(scope="module")
def logs(tmp_path_factory):
    logs = tmp_path_factory.mktemp("logs") / "AWSLogs"
    shutil.copytree(ROOT / "tests/data/AWSLogs", logs)
    return logs


def test_what_is_installed_and_uninstalled(tmp_path):
    """In a stage, in the folders that a distribution chooses; nothing is left behind."""
    where = [f"DESTDIR={tmp_path}", "PREFIX=/usr", "LIBDIR=/usr/lib/x"]
    done = make("install", *where)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    library = ["usr/lib/x/flowlogs.so", "usr/lib/x/libflowlogs.so"] if sys.platform == "linux" else ["usr/lib/x/flowlogs.dylib"]
    assert [f for f in files(tmp_path) if "/sql/" not in f] == library + [
        "usr/lib/x/pkgconfig/flowlogs.pc", "usr/share/man/man7/flowlogs.7"]
    stage = str(tmp_path).encode()
    texts = [p for p in tmp_path.rglob("*") if p.is_file() and p.suffix not in (".so", ".dylib")]
    assert len(texts) > 70 and [p for p in texts if stage in p.read_bytes()] == []
    assert ".load /usr/lib/x/flowlogs" in (tmp_path / "usr/share/flowlogs/sql/investigate/rejects.sql").read_text()
    (tmp_path / "usr/lib/x/other.so").write_text("of somebody else")
    assert make("uninstall", *where).returncode == 0
    assert files(tmp_path) == ["usr/lib/x/other.so"]


def test_it_says_the_line_that_loads_it(release, installed):
    """The line that is printed is tried in the shell, in another folder."""
    prefix, said = installed
    line, = re.findall(r"In the sqlite3 shell.*\n  (\.load .*)", said, re.M)
    assert line == f'.load "{prefix}/lib/flowlogs"' and f"echo '{line}' >>~/.sqliterc" in said
    script, = re.findall(r"^  (\.read .*)", said, re.M)
    done = subprocess.run(["sqlite3", "-batch", "-init", "/dev/null", ":memory:"], cwd="/", text=True, capture_output=True,
                          env=release.env, input=f"{line}\nSELECT flowlogs_version();\n.parameter init\n{script}\n")
    assert done.stdout.startswith(version() + "\n")


@pytest.mark.skipif(not shutil.which("ldconfig", path="/sbin:/usr/sbin"), reason="ldconfig is of glibc")
def test_the_dynamic_linker_finds_it(release, installed, tmp_path):
    """ldconfig lists the library as flowlogs.so, which is what `.load flowlogs` asks the linker for; and
    where the linker looks, that is the line that is printed."""
    prefix, _ = installed
    ldconfig = shutil.which("ldconfig", path="/sbin:/usr/sbin")
    subprocess.run([ldconfig, "-C", tmp_path / "cache", "-f", "/dev/null", prefix / "lib"], check=True)
    listed = subprocess.run([ldconfig, "-p", "-C", tmp_path / "cache"], text=True, capture_output=True, check=True).stdout
    assert f"flowlogs.so (libc6" in listed and f"=> {prefix}/lib/flowlogs.so\n" in listed

    def said(folder):
        path = ":".join(filter(None, [str(folder), os.environ.get("LD_LIBRARY_PATH")]))
        return subprocess.run([HOW, "", prefix / "lib", prefix], text=True, capture_output=True,
                              env={**os.environ, "LDCONFIG": "true", "LD_LIBRARY_PATH": path}).stdout

    first = said(prefix / "lib")
    assert "\n  .load flowlogs\n" in first and "echo '.load flowlogs' >>" in first and "Note" not in first
    (tmp_path / "other").mkdir()
    shutil.copy(prefix / "lib/flowlogs.so", tmp_path / "other/flowlogs.so")
    second = said(tmp_path / "other")
    assert f"Note: .load flowlogs loads another one, {tmp_path}/other/flowlogs.so\n" in second
    assert f'\n  .load "{prefix}/lib/flowlogs"\n' in second


def version():
    return re.search('FLOWLOGS_VERSION "(.*)"', (ROOT / "ext/flowlogs.h").read_text())[1]


def test_the_version_is_one(release, prefix):
    """It is semantic, and that of the library, of the man page and of pkg-config."""
    assert re.fullmatch(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?", version())
    assert release.rows("SELECT flowlogs_version();") == [[version()]]
    assert f'"flowlogs {version()}"' in (prefix / "share/man/man7/flowlogs.7").read_text()
    described = (prefix / "lib/pkgconfig/flowlogs.pc").read_text()
    assert f"\nVersion: {version()}\n" in described and f"\nlibdir={prefix}/lib\n" in described
    folders = [ROOT / "Makefile", *(p for f in ("ext", "sql", "tests", ".packaging") for p in (ROOT / f).rglob("*.[a-z]*"))]
    text = [p for p in folders if p.is_file() and "data" not in p.parts and p.suffix in (".c", ".h", ".py", ".sql", ".sh", ".json", ".mk", "")]
    assert len(text) > 500
    assert [p for p in text if f'"{version()}"' in p.read_text()] == [ROOT / "ext/flowlogs.h"]


def test_the_newest_changes_are_those_of_the_version():
    changes = (ROOT / "sql/README.md").read_text().split("\n## Changes\n")[1]
    assert re.findall(r"^### (\S+)$", changes, re.M)[0] == version()


def test_pkg_config(prefix, tmp_path):
    if not shutil.which("pkg-config"):
        pytest.skip("pkg-config is not installed")
    def ask(*arguments):
        return subprocess.run(["pkg-config", *arguments, "flowlogs"], text=True, capture_output=True, check=True,
                              env={**os.environ, "PKG_CONFIG_PATH": str(prefix / "lib/pkgconfig")}).stdout.rstrip("\n")
    assert ask("--modversion") == version()
    assert ask("--variable=extension") == f"{prefix}/lib/flowlogs"
    assert ask("--variable=sqldir") == f"{prefix}/share/flowlogs/sql"


@pytest.fixture(scope="module")
def page(prefix):
    return prefix / "share/man/man7/flowlogs.7"


def test_the_man_page_has_what_flowlogs_help_has(release, page):
    """Each table, option and function has a heading, each column one or its name in a list, and each
    description and example is there."""
    text = page.read_text()
    plain = re.sub(r"\\f[BIR]", "", text).replace(r"\(aq", "'").replace(r"\(ha", "^").replace(r"\(ti", "~").replace(r"\-", "-")
    plain = plain.replace(r"\e", "\\").replace(r"\&", "")
    rows = release.rows("SELECT kind, name, coalesce(arguments, ''), description, coalesce(example, '') FROM flowlogs_help;")
    assert len(rows) > 400
    head = {"table": "\n.SS {1}({2})\n", "option": "\n.TP 4\n{1}: {2}\n", "function": "\n.TP 4\n{1}({2})"}
    for row in rows:
        kind, name, arguments, description, example = row
        assert re.sub(r"\.  ", ". ", description.replace("`", "")) in plain, row
        if kind == "column":
            part = plain.split(f"\n.SS {arguments}")[1].split("\n.SH ")[0].split("\n.SS ")[0]
            listed = re.findall(r"^The same columns as in \w+: (.*)\.$", part, re.M)
            assert part.count(f"\n.TP 4\n{name} ") + part.count(f"\n.TP 4\n{name}\n") + ", ".join(listed).split(", ").count(name) == 1, row
        else:
            assert head[kind].format(*row).replace("()\n", "\n" if kind == "table" else "()\n") in plain, row
            assert example in plain, row


def test_the_man_page_names_the_folders_of_scripts(page):
    named = re.findall(r"\\fI(\w+)\\fR", page.read_text().split("\n.SH FILES\n")[1].split("\n.SH ")[0])
    assert sorted(named) == sorted(p.name for p in (ROOT / "sql").iterdir() if p.is_dir())


def test_the_man_page_is_well_formed(page):
    """groff and mandoc have nothing to say about it, where they are installed."""
    tried = 0
    for command in (["mandoc", "-T", "lint", "-W", "warning", page], ["man", "--warnings", "-E", "UTF-8", "-l", page],
                    ["groff", "-k", "-wall", "-man", "-Tutf8", page]):
        if shutil.which(command[0]):
            done = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                  env={**os.environ, "LC_ALL": "C.UTF-8", "MANWIDTH": "80", "MANPAGER": "cat"})
            assert (done.stderr, done.stdout if command[0] == "mandoc" else "") == ("", ""), command
            tried += 1
    if not tried:
        pytest.skip("neither mandoc nor groff is installed")


def test_without_a_shell_the_man_page_is_short(release, tmp_path):
    """The same without a library that the shell can load: installing goes on."""
    done = subprocess.run([ROOT / ".packaging/man.sh", tmp_path / "none", "0", "/usr", "/usr/lib"], text=True, capture_output=True)
    assert done.returncode == 0 and "so the man page is short" in done.stderr
    assert done.stdout.startswith(".TH FLOWLOGS 7") and "flowlogs_help" in done.stdout


def test_each_script_is_there_and_reads_no_relative_path(prefix):
    found = {p.relative_to(prefix / "share/flowlogs") for p in (prefix / "share/flowlogs").rglob("*") if p.is_file()}
    assert found == set(SCRIPTS) and len(found) > 70
    for path in found:
        text = (prefix / "share/flowlogs" / path).read_text()
        assert not re.search(r"(?:\.read|\bsh|test -f|cat|readfile\() ?\"?'?\|?(sh )?\"?sql/", text) and "./build/" not in text, path
        assert ((prefix / "share/flowlogs" / path).stat().st_mode & 0o111) == ((ROOT / path).stat().st_mode & 0o111), path


def test_a_stage_is_not_in_the_paths(tmp_path):
    assert install(tmp_path, "/usr", "/usr/lib").returncode == 0
    run = (tmp_path / "usr/share/flowlogs/sql/alerts/run.sql").read_text()
    assert str(tmp_path) not in run and '\n.read "/usr/share/flowlogs/sql/alerts/setup.sql"\n' in run


@pytest.mark.parametrize("prefix", ["usr", "/a'b", '/a"b', "/a$b", "/a`b", "/a|b", "/a&b", "/a\\b", "/a\nb"])
def test_a_prefix_that_cannot_be(tmp_path, prefix):
    for name, arguments in (("PREFIX", (prefix, "/usr/lib")), ("LIBDIR", ("/usr", prefix))):
        done = install(tmp_path, *arguments)
        assert done.returncode == 1 and f"make install: {name} m" in done.stderr and not list(tmp_path.iterdir())


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
    else:
        read = "".join(f".print === {n}\n.read '|sh \"{ROOT}/sql/anywhere.sh\" {folder}/{n}.sql'\n" for n in names)
        assert release.shell(before + read, cwd=tmp_path, env=env) == expected


@pytest.mark.parametrize("folder, name, error", [
    ("it", "none.sql", "there is no script none.sql beside it"), ("it", "", "there is no script  beside it"),
    ("it", "../x.sql", "is given the name of a script"), ("it", "a'b.sql", "is given the name of a script"),
    ('a"b', "tour.sql", "the path of anywhere.sh may have letters"), ("a$(touch x)b", "tour.sql", "the path of anywhere.sh may have letters")])
def test_anywhere_says_why_not(release, tmp_path, folder, name, error):
    """The error ends the script that reads it."""
    (tmp_path / folder).mkdir()
    for file in ("anywhere.sh", "tour.sql"):
        shutil.copy(ROOT / "sql" / file, tmp_path / folder)
    done = subprocess.run(["sh", tmp_path / folder / "anywhere.sh", name], cwd=tmp_path, text=True, capture_output=True)
    got = release.shell(done.stdout + "SELECT 'goes on';\n")
    assert (done.returncode, done.stderr) == (1, "") and f"flowlogs: {error}" in got.replace("anywhere.sh: ", "").replace(
        "anywhere.sh is", "is") and "goes on" not in got and not (tmp_path / "x").exists()


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
