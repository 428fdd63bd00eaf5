# SPDX-License-Identifier: MIT
"""The packages that .packaging/package.py makes, each installed where nothing else is, and asked. Here
they hold the library that is being tested; make packages-check does the same with the libraries that
make packages builds, in Debian, Node.js and Python, and has the package of Debian as well."""

import atexit
import base64
import functools
import hashlib
import json
import os
import re
import shutil
import sqlite3
import stat
import subprocess
import sys
import tarfile
import tempfile
import venv
import zipfile

import pytest

from builds import BUILDS, ROOT
from test_install import version

TOOL = ROOT / ".packaging/package.py"
EPOCH = 1773046800
LOGS = str(ROOT / "tests/data/AWSLogs")
QUERY = f"SELECT count(*) FROM flowlogs('{LOGS}')"
VERSION = version()
SCRIPTS = sum(1 for p in (ROOT / "sql").rglob("*") if p.suffix in (".sql", ".sh", ".py"))
linux = pytest.mark.skipif(sys.platform != "linux" or not shutil.which("objdump"), reason="what a library needs is asked of objdump")
node = pytest.mark.skipif(not (shutil.which("npm") and shutil.which("node")), reason="npm is not installed")


@functools.lru_cache(1)
def library():
    """The library that is being tested, stripped."""
    built = next(BUILDS[0].folder.glob("flowlogs.[sd]*"))
    folder = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    stripped = shutil.copy(built, folder)
    subprocess.run(["strip", "-S", stripped], check=True)
    return stripped


@functools.lru_cache(1)
def records():
    return int(BUILDS[0].rows(f"{QUERY};")[0][0])


def package(kind, folder, inflates="isal", tool=TOOL, **more):
    env = {k: v for k, v in os.environ.items() if k not in ("DEBEMAIL", "DEBFULLNAME", "RELEASE_URL")} | more
    done = subprocess.run([sys.executable, "-B", tool, kind, folder, library(), inflates, str(EPOCH)], cwd="/", text=True, capture_output=True,
                          env=env)
    assert (done.returncode, done.stderr) == (0, "")
    return folder


def unpacked(archive, folder):
    with tarfile.open(archive) as tar:
        tar.extractall(folder, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
    return folder


# ---- archives ----------------------------------------------------------------------------

@pytest.fixture(scope="module")
def archives(tmp_path_factory):
    folder = package("tarball", tmp_path_factory.mktemp("archives"))
    return package("sqlpkg", folder)


def test_the_sources(archives, tmp_path):
    """All files of the tree and nothing that was built, with one time and owner. What is unpacked can be built."""
    with tarfile.open(archives / f"flowlogs-{VERSION}.tar.gz") as tar:
        members = tar.getmembers()
    assert {(m.mtime, m.uid, m.gid, m.uname) for m in members} == {(EPOCH, 0, 0, "")}
    names = {m.name.partition("/")[2] for m in members}
    assert {"Makefile", "README.md", "ext/main.c", "sql/alerts/run.sql", ".packaging/package.py", "tests/data/generate.py"} < names
    assert {n.partition("/")[0] for n in names} - {"ext", "sql", "tests", "Makefile", "README.md"} <= {n for n in names if n.startswith(".")} | {
        ".packaging", ".ci"}
    top = unpacked(archives / f"flowlogs-{VERSION}.tar.gz", tmp_path) / f"flowlogs-{VERSION}"
    assert os.access(top / ".packaging/man.sh", os.X_OK) and not os.access(top / "Makefile", os.X_OK)
    done = subprocess.run(["make", "-n", "INFLATE=zlib", "all"], cwd=top, text=True, capture_output=True,
                          env={k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")})
    assert done.returncode == 0 and done.stdout.count(" -c -o ") > 100


@pytest.mark.parametrize("pattern", ["flowlogs-{}-[ld]*[0-9]-sqlpkg.tar.gz", "flowlogs-{}-*_64.tar.gz"])
def test_the_library_in_an_archive(release, archives, tmp_path, pattern):
    """It answers a query, and the licence of ISA-L goes along."""
    archive, = archives.glob(pattern.format(VERSION))
    unpacked(archive, tmp_path)
    library, = tmp_path.rglob("flowlogs.[sd]*")
    assert {"LICENSE", "LICENSE.ISA-L"} < set(os.listdir(library.parent))
    assert ask_shell(release, library) == f"{records()}\n"


def ask_shell(release, library, *arguments):
    return subprocess.run(["sqlite3", "-batch", "-init", "/dev/null", "-cmd", f".load '{library}'", *arguments, ":memory:",
                           QUERY], cwd="/", env=release.env, text=True, capture_output=True).stdout


def test_the_same_sources_make_the_same_archive(archives, tmp_path):
    """At another time, from the unpacked sources, and where there is no git; and with a library without ISA-L,
    whose licence then is not there."""
    name = f"flowlogs-{VERSION}.tar.gz"
    top = unpacked(archives / name, tmp_path / "unpacked") / f"flowlogs-{VERSION}"
    package("tarball", tmp_path, "zlib", tool=top / ".packaging/package.py", PATH=str(tmp_path))
    assert (tmp_path / name).read_bytes() == (archives / name).read_bytes()
    others = [p for p in tmp_path.glob("*.gz") if p.name != name]
    assert len(others) == 2
    for archive in others:
        with tarfile.open(archive) as tar:
            names = [os.path.basename(n) for n in tar.getnames()]
        assert "LICENSE" in names and "LICENSE.ISA-L" not in names


def test_checksums(archives):
    lines = dict(reversed(line.split("  ")) for line in (archives / "SHA256SUMS").read_text().splitlines())
    assert sorted(lines) == sorted(p.name for p in archives.glob("*.gz")) and len(lines) == 3
    assert {name: hashlib.sha256((archives / name).read_bytes()).hexdigest() for name in lines} == lines


def test_sqlpkg(release, archives):
    """The files are there, with their checksums, and the symbols are tables and functions."""
    spec = json.loads((archives / "sqlpkg.json").read_text())
    assert (spec["name"], spec["version"], spec["assets"]["path"]) == ("flowlogs", VERSION, ".")
    assert spec["assets"]["files"] and set(spec["assets"]["files"].values()) == set(spec["assets"]["checksums"])
    for name, checksum in spec["assets"]["checksums"].items():
        assert checksum == "sha256-" + hashlib.sha256((archives / name).read_bytes()).hexdigest()
    known = {name for name, in release.rows("SELECT DISTINCT name FROM flowlogs_help;")}
    assert set(spec["symbols"]) <= known


# ---- Python ------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = package("wheel", tmp_path_factory.mktemp("wheel"))
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def python(wheel, tmp_path_factory):
    """A new environment of this Python with the wheel in it, unpacked as pip does it."""
    folder = tmp_path_factory.mktemp("venv") / "a place"
    venv.create(folder, with_pip=False, symlinks=True)
    site, = folder.glob("lib/python3*/site-packages")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)

    def run(code):
        return subprocess.run([folder / "bin/python", "-B", "-c", code], cwd="/", text=True, capture_output=True,
                              env={k: v for k, v in BUILDS[0].env.items() if not k.startswith("PYTHON")})
    return run


@linux
def test_the_wheel_is_one(wheel):
    """Its name says for which C library it is, and RECORD has the checksum of each file."""
    name, tag = re.fullmatch(r"(flowlogs-[^-]+)-(py3-none-(?:manylinux_2_\d+|musllinux_1_2)_\w+)\.whl", wheel.name).groups()
    assert name == f"flowlogs-{VERSION}"
    with zipfile.ZipFile(wheel) as archive:
        content = {i.filename: archive.read(i) for i in archive.infolist()}
        modes = {i.filename: stat.S_IMODE(i.external_attr >> 16) for i in archive.infolist()}
    record = [line.rsplit(",", 2) for line in content[f"{name}.dist-info/RECORD"].decode().splitlines()]
    assert [r[0] for r in record] == list(content) and record[-1][1:] == ["", ""]
    for file, checksum, size in record[:-1]:
        digest = base64.urlsafe_b64encode(hashlib.sha256(content[file]).digest()).decode().rstrip("=")
        assert (checksum, size) == (f"sha256={digest}", str(len(content[file]))), file
    assert f"\nTag: {tag}\n" in content[f"{name}.dist-info/WHEEL"].decode()
    assert content[f"{name}.dist-info/METADATA"].decode().startswith(f"Metadata-Version: 2.1\nName: flowlogs\nVersion: {VERSION}\n")
    assert f"{name}.dist-info/licenses/LICENSE.ISA-L" in content and "@" not in content["flowlogs/__init__.py"].decode()
    assert sum(f.startswith("flowlogs/sql/") for f in content) == SCRIPTS and modes["flowlogs/flowlogs.so"] == 0o755


@linux
def test_the_wheel_answers(release, python):
    done = python(f"""
import sqlite3, flowlogs
db = sqlite3.connect(":memory:")
flowlogs.load(db)
print(*db.execute("SELECT count(*), flowlogs_version() FROM flowlogs(?)", [{LOGS!r}]).fetchone())
try:
    db.execute("SELECT load_extension('x')")
except sqlite3.OperationalError as e:
    print(e)
print(flowlogs.__version__, flowlogs.path(), flowlogs.sql_path(), sep="\\n")
""")
    assert done.stderr == ""
    first, refused, said, library, scripts = done.stdout.splitlines()
    assert (first, refused, said) == (f"{records()} {VERSION}", "not authorized", VERSION)
    assert ask_shell(release, library) == f"{records()}\n"
    assert sum(len(files) for _, _, files in os.walk(scripts)) == SCRIPTS
    if sqlite3.sqlite_version_info >= (3, 38):  # which the scripts need
        answer = ask_shell(release, library, "-cmd", ".parameter init", "-cmd", f".parameter set @logs \"'{LOGS}'\"",
                           "-cmd", f".read \"{scripts}/investigate/rejects.sql\"").splitlines()
        assert len(answer) == 21 and answer[0].startswith("2026-") and answer[-1] == str(records())


def by_line(release, line, cwd):
    """What the shell prints when it reads a script by this line: alerts, with the status of run.sql."""
    return subprocess.run(["sqlite3", "-batch", "-init", "/dev/null", "-cmd", f".load '{BUILDS[0].extension.resolve()}'", "-cmd", ".parameter init",
                           "-cmd", f".parameter set @logs \"'{LOGS}/012345678901'\"", ":memory:", line],
                          cwd=cwd, env=release.env, text=True, capture_output=True)


@linux
def test_the_scripts_of_the_wheel_in_any_folder(release, python, tmp_path):
    """Those that read others, too."""
    done = python("import flowlogs\nprint(flowlogs.script('alerts/run.sql'))\nflowlogs.script('alerts/none.sql')")
    assert "FileNotFoundError: flowlogs: there is no script 'alerts/none.sql' in /" in done.stderr
    got, tree = by_line(release, done.stdout.strip(), tmp_path), by_line(release, ".read sql/alerts/run.sql", ROOT)
    assert (got.returncode, got.stdout, got.stderr) == (10, tree.stdout, "") and got.stdout.count("new|") > 5


@linux
@pytest.mark.parametrize("connection, why", [
    ("type('C', (sqlite3.Connection,), {'enable_load_extension': property(lambda self: self.no)})(':memory:')",
     "RuntimeError: flowlogs: the module sqlite3 of this Python ("),
    ("object()", "TypeError: flowlogs: load() takes a connection of sqlite3 or apsw, not 'object'")])
def test_the_wheel_says_why_not(python, connection, why):
    """A Python without the loading of extensions, and what is no connection."""
    done = python(f"import sqlite3, flowlogs\nflowlogs.load({connection})")
    assert done.returncode == 1 and done.stderr.splitlines()[-1].startswith(why)


@linux
def test_the_wheel_and_apsw(python):
    """A connection with apsw's names."""
    done = python("""
import flowlogs
class Connection:
    def enableloadextension(self, on): print(on)
    def loadextension(self, path): print(path == flowlogs.path())
flowlogs.load(Connection())""")
    assert (done.stdout, done.stderr) == ("True\nTrue\nFalse\n", "")


# ---- npm ---------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def npm(tmp_path_factory):
    """A folder with both packages, unpacked as npm does it, and a function that runs a program there."""
    packed, project = package("npm", tmp_path_factory.mktemp("npm")), tmp_path_factory.mktemp("a project")
    archives = sorted(packed.glob("*.tgz"))
    assert len(archives) == 2
    for archive in archives:
        unpacked(archive, project / archive.name)
        name = json.loads((project / archive.name / "package/package.json").read_text())["name"]
        (project / "node_modules").mkdir(exist_ok=True)
        (project / archive.name / "package").rename(project / "node_modules" / name)

    def run(code):
        return subprocess.run(["node", "--no-warnings", "-e", code], cwd=project, text=True, capture_output=True, env=BUILDS[0].env)
    return project / "node_modules", run


@linux
@node
def test_the_packages_of_npm(npm):
    """The main package names one package for each platform, of its own version; that of this platform is for it alone."""
    modules, _ = npm
    main, = [p for p in modules.iterdir() if p.name == "flowlogs"]
    platform, = [p for p in modules.iterdir() if p.name != "flowlogs"]
    spec, own = (json.loads((p / "package.json").read_text()) for p in (main, platform))
    assert (spec["version"], own["version"]) == (VERSION, VERSION)
    assert set(spec["optionalDependencies"].values()) == {VERSION} and len(spec["optionalDependencies"]) == 4
    assert own["name"] in spec["optionalDependencies"] and own["name"] == f"flowlogs-{own['os'][0]}-{own['cpu'][0]}" and own["libc"]
    assert sorted(os.listdir(platform)) == ["LICENSE", "LICENSE.ISA-L", "README.md", "flowlogs.so", "package.json"]
    assert sorted(os.listdir(main)) == ["LICENSE", "README.md", "index.d.ts", "index.js", "package.json", "sql"]
    assert sum(p.suffix in (".sql", ".sh", ".py") for p in (main / "sql").rglob("*")) == SCRIPTS
    assert [p for p in main.rglob("*") if p.suffix in (".js", ".json", ".md") and "@" in p.read_text()] == []


@linux
@node
def test_npm_answers(release, npm):
    """load() hands over the path of the library, which the shell can load, and node:sqlite where there is one."""
    modules, run = npm
    done = run("""const f = require("flowlogs"), got = [];
        f.load({ loadExtension: (...a) => got.push(a.length, a[0] === f.path) });
        f.load({ loadExtension: (path, callback) => callback(null) }, (error) => got.push(error));
        console.log(JSON.stringify(got), f.version, f.path, f.sqlPath)""")
    assert done.stderr == ""
    got, said, library, scripts = re.fullmatch(r"(\S+) (\S+) (/.*) (/.*)\n", done.stdout).groups()
    assert (got, said, scripts) == ("[1,true,null]", VERSION, str(modules / "flowlogs/sql"))
    assert ask_shell(release, library) == f"{records()}\n"
    done = run("""let sqlite; try { sqlite = require("node:sqlite") } catch { process.exit(0) }
        const f = require("flowlogs"), db = new sqlite.DatabaseSync(":memory:", { allowExtension: true });
        f.load(db); console.log(db.prepare("SELECT count(*) AS n FROM flowlogs(?)").get(%s).n)""" % json.dumps(LOGS))
    assert (done.stderr, done.stdout) in (("", ""), ("", f"{records()}\n"))


@linux
@node
def test_the_scripts_of_npm_in_any_folder(release, npm, tmp_path):
    _, run = npm
    done = run("const f = require('flowlogs'); console.log(f.script('alerts/rule-bad-address.sql')); f.script('none.sql')")
    assert "Error: flowlogs: there is no script 'none.sql' in /" in done.stderr
    got, tree = by_line(release, done.stdout.strip(), tmp_path), by_line(release, ".read sql/alerts/rule-bad-address.sql", ROOT)
    assert (got.returncode, got.stdout, got.stderr) == (0, tree.stdout, "") and "(an example)" in got.stdout


@linux
@node
def test_npm_says_why_not(npm, tmp_path):
    """What is no connection, a connection that may not load, and a platform without a package."""
    modules, run = npm
    assert "TypeError: flowlogs: load(db) takes a connection of" in run("require('flowlogs').load({})").stderr
    refused = run("require('flowlogs').load({ loadExtension() { throw new Error('extension loading is not allowed') } })").stderr
    assert "flowlogs: extension loading is not allowed; open the database with { allowExtension: true }" in refused
    shutil.copytree(modules / "flowlogs", tmp_path / "node_modules/flowlogs")
    done = subprocess.run(["node", "-e", "require('flowlogs')"], cwd=tmp_path, text=True, capture_output=True, env=BUILDS[0].env)
    assert re.search(r"Error: flowlogs: the package flowlogs-linux-\w+ is not installed\. npm installs it", done.stderr)


# ---- Debian ------------------------------------------------------------------------------

def test_the_tree_of_debian(tmp_path):
    """The sources with a folder debian, in which every value is filled in."""
    top = package("debian", tmp_path) / f"deb/flowlogs-{VERSION}"
    assert (top / "ext/main.c").exists() and os.access(top / "debian/rules", os.X_OK)
    texts = {p.name: p.read_text() for p in (top / "debian").rglob("*") if p.is_file()}
    assert sorted(texts) == ["changelog", "control", "copyright", "format", "rules", "triggers"]
    assert [name for name, text in texts.items() if re.search("@[A-Z]+@", text)] == []
    assert texts["changelog"].startswith(f"flowlogs ({VERSION}) unstable; ")
    assert texts["changelog"].endswith(" -- The authors of flowlogs <flowlogs@localhost>  Mon, 09 Mar 2026 09:00:00 -0000\n")
    assert "License: MIT\n" in texts["copyright"] and "License: BSD-3-clause\n" in texts["copyright"]
    assert [line for line in texts["copyright"].splitlines()[6:] if line and line[0] not in " LF"] == []
