#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Installs what was packaged where nothing of it is, and asks it: check.py PACKAGE-FOLDER [PART ...].

The parts are `bookworm` and `trixie` (Debian 12 and 13, in a chroot that debootstrap makes: the two
commands of the README, make install, the package of Debian, the archive of the library, the wheel),
`npm` (better-sqlite3 and node:sqlite) and `python` (the Pythons of this machine). Without one, all of
them are checked. CHECK_TEST is what is run in the place of `make test`, which takes most of the time;
`no` leaves it out.

A chroot needs root, debootstrap, and a mirror of Debian that apt knows. What cannot be done here is
skipped, and the line says why. The last line is "N passed, N failed, N skipped".
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tests/hosts"))
import run as hosts  # noqa: E402 (the path is set above)

VERSION = re.search(r'FLOWLOGS_VERSION "(.*)"', (ROOT / "ext/flowlogs.h").read_text())[1]
# Three scripts, and a line of their answers about the sample
SCRIPTS = {"investigate/rejects.sql": r"^2026-\d\d-\d\d ", "investigate/got-in.sql": r"198\.51\.100\.9", "alerts/run.sql": r"^new\|"}
COUNT = {"passed": 0, "failed": 0, "skipped": 0}


def report(what, result, note=""):
    COUNT[result] += 1
    print(f"{what:58} {result:8} {note}".rstrip(), flush=True)


def check(what, done, expected):
    """Does the output hold the expected text, or match it if it is a compiled expression?"""
    found = expected.search(done.stdout) if hasattr(expected, "search") else expected in done.stdout
    lines = done.stdout.strip().splitlines()
    lines = [line for line in lines if line.startswith(("FAILED ", "E  "))][-20:] + lines[-4:]
    note = "" if found else f"exit status {done.returncode}: " + " / ".join(lines)
    report(what, "passed" if found else "failed", note)


def run(*command, **kwargs):
    return subprocess.run(list(map(str, command)), text=True, errors="replace", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, **kwargs)


# ---- Debian in a chroot ------------------------------------------------------------------

class Chroot:
    """A Debian of its own, copied from one that debootstrap has made once."""

    def __init__(self, suite, base, folder):
        self.suite, self.folder = suite, folder
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run(["cp", "-a", "--reflink=auto", base, folder], check=True)

    def sh(self, script):
        """Runs a script in it, with /proc and /dev, which are mounted for this process alone."""
        inside = "PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8"
        return run("unshare", "--mount", "--pid", "--fork", "sh", "-ec",
                   f'mount -t proc proc "$0/proc"; mount --rbind /dev "$0/dev"; exec chroot "$0" env -i {inside} sh -ec "$1"',
                   self.folder, script)

    def install(self, *packages):
        done = self.sh(f"apt-get -qq update; apt-get -qq install -y --no-install-recommends {' '.join(packages)}")
        if done.returncode:
            raise RuntimeError(f"apt cannot install {packages}: {done.stdout[-300:]}")

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)


def mirror():
    done = run("apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages", "Origin: Debian", "Label: Debian", "Component: main")
    return (done.stdout.split() or [None])[0]


def base(suite):
    """The folder of a new Debian, or a sentence on why there is none."""
    folder = ROOT / "build/chroot" / suite
    if (folder / "etc/debian_version").exists():
        return folder, None
    if os.geteuid() or run("unshare", "--mount", "true").returncode:
        return None, "a chroot needs root and unshare"
    hosts.install_packages(["debootstrap"])
    if not shutil.which("debootstrap") or not mirror():
        return None, "debootstrap is not installed, or apt knows no mirror of Debian"
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    done = run("debootstrap", "--variant=minbase", suite, folder, mirror())
    if done.returncode:
        shutil.rmtree(folder, ignore_errors=True)
        return None, f"debootstrap: {done.stdout.strip().splitlines()[-1]}"
    return folder, None


def ask(name, chroot, load, scripts):
    """`.load`, a query, and three scripts, in a folder that has nothing to do with them."""
    logs = "/logs/AWSLogs"
    check(f"{name}: .load, and a query", chroot.sh(
        f"cd /var/tmp; printf '%s\\n' '.load {load}' \"SELECT flowlogs_version(), count(*) > 4000 FROM flowlogs('{logs}');\" | sqlite3 -batch"),
        f"{VERSION}|1")
    for script, answer in SCRIPTS.items():
        done = chroot.sh(f"cd /var/tmp; printf '%s\\n' '.load {load}' '.parameter init' \".parameter set @logs \\\"'{logs}'\\\"\" "
                         f"'.read {scripts}/{script}' | sqlite3 -batch :memory: || test $? = 10")
        check(f"{name}: .read {script}", done, re.compile(answer, re.M))


def from_source(suite, chroot, packages):
    """What the README says first, and make install."""
    shutil.copy(packages / f"flowlogs-{VERSION}.tar.gz", chroot.folder / "root")
    chroot.install("make")
    chroot.sh("cd /root; tar xf flowlogs-*.tar.gz; mv flowlogs-*/ flowlogs")
    demo = chroot.sh("cd /root/flowlogs; make demo")
    check(f"{suite}: make demo", demo, "sql/investigate has more than 40 questions")
    chroot.sh("mkdir /logs; cp -r /root/flowlogs/tests/data/AWSLogs /logs")
    installed = chroot.sh("cd /root/flowlogs; make -s install")
    check(f"{suite}: make install", installed, "\n  .load flowlogs\n")
    ask(f"{suite}, installed", chroot, "flowlogs", "/usr/local/share/flowlogs/sql")
    check(f"{suite}: ~/.sqliterc", chroot.sh(
        "echo '.load flowlogs' >~/.sqliterc; cd /; sqlite3 :memory: 'SELECT flowlogs_version()'; rm ~/.sqliterc"), VERSION)
    gone = chroot.sh("cd /root/flowlogs; make -s uninstall; find /usr/local | grep -i flowlogs || echo nothing")
    check(f"{suite}: make uninstall", gone, re.compile(r"^nothing$", re.M))
    if os.environ.get("CHECK_TEST") == "no":
        report(f"{suite}: make test", "skipped", "CHECK_TEST=no")
    else:
        command = os.environ.get("CHECK_TEST") or "make test"
        tested = chroot.sh(f"cd /root/flowlogs; {command}")
        check(f"{suite}: {command}", tested, re.compile(r"^\d+ passed, 0 failed(, \d+ skipped)?\n*\Z", re.M))


def from_packages(suite, chroot, packages):
    """The package of Debian with apt, the archive of the library, and the wheel with pip."""
    for pattern in ("flowlogs_*.deb", "*.whl", f"flowlogs-{VERSION}-linux-*.tar.gz"):
        for path in packages.glob(pattern):
            shutil.copy(path, chroot.folder / "root")
    shutil.copytree(ROOT / "tests/data/AWSLogs", chroot.folder / "logs/AWSLogs")
    chroot.install("sqlite3", "/root/flowlogs_*.deb")
    ask(f"{suite}, the deb", chroot, "flowlogs", "/usr/share/flowlogs/sql")
    chroot.sh("apt-get -qq remove -y flowlogs")
    check(f"{suite}: the deb is removed", chroot.sh("find /usr | grep -i flowlogs || echo nothing"), re.compile(r"^nothing$", re.M))
    chroot.sh("mkdir /opt/it; cd /opt/it; tar xf /root/flowlogs-*-linux-x86_64.tar.gz --strip-components=1")
    check(f"{suite}: the archive of the library", chroot.sh(
        "cd /; sqlite3 -batch -cmd '.load /opt/it/flowlogs' :memory: \"SELECT count(*) > 4000, flowlogs_inflate() FROM flowlogs('/logs/AWSLogs')\""),
        re.compile(r"^1\|ISA-L", re.M))
    chroot.install("python3-venv")
    check(f"{suite}: the wheel, with pip", chroot.sh(
        "python3 -m venv /opt/venv; /opt/venv/bin/pip install -q --no-index /root/*.whl; cd /; /opt/venv/bin/python -c '" + PYTHON + "'"),
        f"{VERSION} True True")


def debian(suite, packages):
    made, why = base(suite)
    if why:
        return report(f"{suite}: chroot", "skipped", why)
    for part in (from_packages, from_source):
        chroot = Chroot(suite, made, ROOT / "build/chroot" / f"{suite}.{part.__name__}")
        try:
            part(suite, chroot, packages)
        except RuntimeError as e:
            report(f"{suite}: {part.__name__}", "failed", str(e))
        finally:
            chroot.remove()


# ---- npm and Python of this machine ------------------------------------------------------

PYTHON = """import sqlite3, flowlogs, os
db = sqlite3.connect(":memory:")
flowlogs.load(db)
logs = os.environ.get("LOGS", "/logs/AWSLogs")
print(flowlogs.__version__, db.execute("SELECT count(*) > 4000 FROM flowlogs(?)", [logs]).fetchone() == (1,), os.path.exists(flowlogs.sql_path() + "/tour.sql"))
"""

NODE = {
    "better-sqlite3": """const db = new (require("better-sqlite3"))(":memory:"), f = require("flowlogs"); f.load(db);
        console.log(f.version, db.prepare("SELECT count(*) > 4000 AS n FROM flowlogs(?)").get(process.env.LOGS).n)""",
    "sqlite3 of npm": """const db = new (require("sqlite3").Database)(":memory:"), f = require("flowlogs");
        f.load(db, () => db.get("SELECT count(*) > 4000 AS n FROM flowlogs(?)", [process.env.LOGS], (e, row) => console.log(f.version, e ?? row.n)))""",
    "node:sqlite": """const { DatabaseSync } = require("node:sqlite"), f = require("flowlogs");
        const db = new DatabaseSync(":memory:", { allowExtension: true }); f.load(db);
        console.log(f.version, db.prepare("SELECT count(*) > 4000 AS n FROM flowlogs(?)").get(process.env.LOGS).n)""",
}


def npm(packages):
    """npm installs both files, beside the library that each host is, and fetches nothing for them."""
    env = dict(os.environ, LOGS=str(ROOT / "tests/data/AWSLogs"))
    files = sorted(packages.glob("flowlogs-*.tgz"))
    for host in hosts.HOSTS:
        if host.name not in NODE:
            continue
        why = hosts.install(host)
        if why:
            report(f"npm in {host.name}", "skipped", why)
            continue
        folder = packages / "check-npm" / host.npm.split(":")[0]
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(ROOT / "build/hosts" / host.npm.split(":")[0], folder, symlinks=True)
        done = run("npm", "install", "--prefix", folder, "--no-audit", "--no-fund", "--prefer-offline", "--omit=optional", "--ignore-scripts",
                   *files, env=env)
        if done.returncode:
            report(f"npm in {host.name}", "failed", done.stdout.strip()[-300:])
            continue
        program = ROOT / host.command[0] if host.command[0].startswith("build/") else host.command[0]
        check(f"npm in {host.name}", run(program, "--no-warnings", "-e", NODE[host.name], cwd=folder, env=env), f"{VERSION} 1\n")
    shutil.rmtree(packages / "check-npm", ignore_errors=True)


ABOUT = "import os, sys, sqlite3; print(*sys.version_info[:2], sqlite3.sqlite_version, hasattr(sqlite3.Connection, 'enable_load_extension'), " \
        "os.path.realpath(sys.executable))"


def python(packages):
    """Each Python in the path, and those of pyenv: the query is answered, or the error says what to use."""
    wheel, = packages.glob("*.whl")
    pyenv = pathlib.Path.home().glob(".pyenv/versions/3.*/bin/python3")
    asked = [run(p, "-c", ABOUT) for p in ["/usr/bin/python3", shutil.which("python3"), *sorted(pyenv)] if p and os.path.exists(p)]
    for words in sorted({tuple(done.stdout.split()) for done in asked if done.returncode == 0}):
        major, minor, sqlite, loads, interpreter = words
        name = f"the wheel in Python {major}.{minor}, SQLite {sqlite}, {'which' if loads == 'True' else 'which never'} loads"
        venv = packages / "check-venv"
        shutil.rmtree(venv, ignore_errors=True)
        if (int(major), int(minor)) < (3, 7) or run(interpreter, "-m", "venv", venv).returncode:
            report(name, "skipped", "it is older than 3.7, or has no module venv with pip")
            continue
        run(venv / "bin/pip", "install", "-q", "--no-index", wheel)
        done = run(venv / "bin/python", "-c", PYTHON, cwd="/", env=dict(os.environ, LOGS=str(ROOT / "tests/data/AWSLogs")))
        check(name, done, f"{VERSION} True True" if loads == "True" else "RuntimeError: flowlogs: the module sqlite3 of this Python")
        shutil.rmtree(venv, ignore_errors=True)


PARTS = {"python": python, "npm": npm, "bookworm": lambda p: debian("bookworm", p), "trixie": lambda p: debian("trixie", p)}

if __name__ == "__main__":
    if len(sys.argv) < 2 or set(sys.argv[2:]) - set(PARTS):
        sys.exit(__doc__)
    for each in sys.argv[2:] or PARTS:
        PARTS[each](pathlib.Path(sys.argv[1]).resolve())
    print(", ".join(f"{n} {what}" for what, n in COUNT.items()))
    sys.exit(COUNT["failed"] > 0)
