#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes the packages that packages.mk asks for, from the templates beside this script.

    package.py tarball|npm|wheel|sqlpkg|debian|checksums FOLDER LIBRARY INFLATES EPOCH

FOLDER is where packages are put, LIBRARY the stripped library, INFLATES what it inflates with (isal or
zlib), and EPOCH the time that every file in a package has, so that the same sources make the same
bytes. In a template, @NAME@ is replaced by a value of VALUES. `sqlpkg` and the checksums describe the
files that are in FOLDER already. Nothing is fetched, and nothing but the standard library is needed.
"""

import base64
import email.utils
import fcntl
import gzip
import hashlib
import io
import json
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import time
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
VERSION = re.search(r'^#define FLOWLOGS_VERSION "(.*)"$', (ROOT / "ext/flowlogs.h").read_text(), re.M)[1]
DESCRIPTION = "AWS VPC flow log files as SQL tables, an extension for SQLite"
# As the tools of Debian have it
MAINTAINER = f"{os.environ.get('DEBFULLNAME') or 'The authors of flowlogs'} <{os.environ.get('DEBEMAIL') or 'flowlogs@localhost'}>"
SYMBOLS = ["flowlogs", "flowlogs_rollup", "flowlogs_connections", "flowlogs_files", "flowlogs_errors", "flowlogs_help",
           "cidr_match", "cidr_lookup", "community_id", "port_name"]

# What each packager calls a platform, by what Python calls it. A main package of npm names all of them.
PLATFORMS = {
    ("Linux", "x86_64"): ("linux-x64", "linux-amd64"),
    ("Linux", "aarch64"): ("linux-arm64", "linux-arm64"),
    ("Darwin", "x86_64"): ("darwin-x64", "darwin-amd64"),
    ("Darwin", "arm64"): ("darwin-arm64", "darwin-arm64"),
}
SYSTEM, MACHINE = platform.system(), platform.machine()
NPM_PLATFORM, SQLPKG_PLATFORM = PLATFORMS.get((SYSTEM, MACHINE), (f"{SYSTEM.lower()}-{MACHINE}",) * 2)


def filled(template, **values):
    """A template with its values in it."""
    values = {"VERSION": VERSION, "DESCRIPTION": DESCRIPTION, "MAINTAINER": MAINTAINER, **values}
    return re.sub("@([A-Z]+)@", lambda m: values[m[1]], (HERE / template).read_text())


def scripts():
    """The scripts of sql, (name, content, is it a program?)."""
    for path in sorted((ROOT / "sql").rglob("*")):
        if path.suffix in (".sql", ".sh", ".py"):
            yield str(path.relative_to(ROOT)), path.read_bytes(), bool(path.stat().st_mode & 0o100)


def licences():
    yield "LICENSE", (HERE / "licences/flowlogs.txt").read_bytes()
    if INFLATES == "isal":
        yield "LICENSE.ISA-L", (HERE / "licences/ISA-L.txt").read_bytes()


# What is in the tree and not among its sources, as .gitignore has it
NO_SOURCES = {"build", ".git", "__pycache__", ".pytest_cache"}


def sources():
    """The files of the tree: those that git knows, or would add, and that are there; all where there is no git."""
    names = set()
    if shutil.which("git"):
        done = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True)
        names = set(done.stdout.decode().split("\0")) if done.returncode == 0 else names
    names = names or {str(p.relative_to(ROOT)) for p in ROOT.rglob("*")}
    return sorted(n for n in names if n and not NO_SOURCES & set(n.split("/")) and (os.path.islink(ROOT / n) or os.path.isfile(ROOT / n)))


# ---- archives: every file with the same time and owner, in one order ---------------------

def tar(path, files):
    """files: (name, content or the text of a link as str, is it a program?)."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for name, content, program in files:
            info = tarfile.TarInfo(name)
            info.mtime, info.mode = EPOCH, 0o755 if program else 0o644
            if isinstance(content, str):
                info.type, info.linkname = tarfile.SYMTYPE, content
                archive.addfile(info)
            else:
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
    path.write_bytes(gzip.compress(packed.getvalue(), 6, mtime=EPOCH))


def source_files(top):
    for name in sources():
        path = ROOT / name
        if path.is_symlink():
            yield f"{top}/{name}", os.readlink(path), False
        else:
            yield f"{top}/{name}", path.read_bytes(), bool(path.stat().st_mode & 0o100)


def tarball():
    """The sources, and the library with what belongs to it, each in a folder of its own."""
    top = f"flowlogs-{VERSION}"
    tar(FOLDER / f"{top}.tar.gz", source_files(top))
    top += f"-{SYSTEM.lower()}-{MACHINE}"
    tar(FOLDER / f"{top}.tar.gz", [(f"{top}/{LIBRARY.name}", LIBRARY.read_bytes(), True),
                                   *((f"{top}/{name}", content, False) for name, content in licences()),
                                   *((f"{top}/{name}", content, program) for name, content, program in scripts())])
    # sqlpkg unpacks into one folder, without the folder that a tar file has in it.
    tar(FOLDER / f"flowlogs-{VERSION}-{SQLPKG_PLATFORM}-sqlpkg.tar.gz",
        [(LIBRARY.name, LIBRARY.read_bytes(), True), *((name, content, False) for name, content in licences())])


def checksums():
    """The sums of all packages that are there. Where several are made at once, the last one sees all."""
    with open(FOLDER / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        names = [n for n in sorted(os.listdir(FOLDER)) if n.endswith((".gz", ".tgz", ".whl", ".deb")) and VERSION in n]
        (FOLDER / "SHA256SUMS").write_text("".join(f"{hashlib.sha256((FOLDER / n).read_bytes()).hexdigest()}  {n}\n" for n in names))


# ---- npm ---------------------------------------------------------------------------------

def npm_folder(name, files):
    folder = FOLDER / "npm" / name
    shutil.rmtree(folder, ignore_errors=True)
    for path, content, program in files:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content if isinstance(content, bytes) else content.encode())
        (folder / path).chmod(0o755 if program else 0o644)
    return folder


def npm():
    """The package for all, and that of this platform. npm pack itself makes archives that do not depend on the time."""
    system, _, cpu = NPM_PLATFORM.partition("-")
    libc = f',\n  "libc": ["{"musl" if is_musl() else "glibc"}"]' if SYSTEM == "Linux" else ""
    all_platforms = json.dumps({f"flowlogs-{names[0]}": VERSION for names in PLATFORMS.values()}, indent=2).replace("\n", "\n  ")
    values = {"PLATFORM": NPM_PLATFORM, "OS": system, "CPU": cpu, "LIBC": libc, "LIBRARY": LIBRARY.name}
    folders = [
        npm_folder("flowlogs", [("package.json", filled("npm/package.json", PLATFORMS=all_platforms), False),
                                *((name, filled(f"npm/{name}"), False) for name in ("index.js", "index.d.ts", "README.md")),
                                ("LICENSE", (HERE / "licences/flowlogs.txt").read_bytes(), False), *scripts()]),
        npm_folder(f"flowlogs-{NPM_PLATFORM}", [
            *((name, filled(f"npm-platform/{name}", **values), False) for name in ("package.json", "README.md")),
            *((name, content, False) for name, content in licences()), (LIBRARY.name, LIBRARY.read_bytes(), True)]),
    ]
    for folder in folders:
        subprocess.run(["npm", "pack", "--silent", "--pack-destination", FOLDER, folder], check=True)


# ---- Python ------------------------------------------------------------------------------

def objdump(*options):
    return subprocess.run(["objdump", *options, LIBRARY], text=True, capture_output=True, check=True).stdout


def is_musl():
    return "libc.musl" in objdump("-p")


def wheel_platform():
    """The platforms on which pip installs the wheel: those with a C library that has what this one needs of it."""
    if SYSTEM == "Darwin":
        return f"macosx_{os.environ.get('MACOSX_DEPLOYMENT_TARGET', '11.0').replace('.', '_')}_{MACHINE}"
    if is_musl():
        return f"musllinux_1_2_{MACHINE}"
    needed = max((tuple(map(int, v.split("."))) for v in re.findall(r"GLIBC_(\d+\.\d+)", objdump("-T"))), default=(2, 17))
    return f"manylinux_{needed[0]}_{needed[1]}_{MACHINE}"


def wheel():
    """A wheel is a zip file with the module, its metadata, and a list of their checksums."""
    info, tag = f"flowlogs-{VERSION}.dist-info", f"py3-none-{wheel_platform()}"
    files = [("flowlogs/__init__.py", filled("python/__init__.py", LIBRARY=LIBRARY.name).encode(), False),
             (f"flowlogs/{LIBRARY.name}", LIBRARY.read_bytes(), True),
             *((f"flowlogs/{name}", content, program) for name, content, program in scripts()),
             (f"{info}/METADATA", filled("python/METADATA").encode(), False),
             (f"{info}/WHEEL", f"Wheel-Version: 1.0\nGenerator: flowlogs {VERSION}\nRoot-Is-Purelib: false\nTag: {tag}\n".encode(), False),
             *((f"{info}/licenses/{name}", content, False) for name, content in licences())]
    record = "".join("%s,sha256=%s,%d\n" % (name, base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("="), len(content))
                     for name, content, _ in files) + f"{info}/RECORD,,\n"
    with zipfile.ZipFile(FOLDER / f"flowlogs-{VERSION}-{tag}.whl", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content, program in [*files, (f"{info}/RECORD", record.encode(), False)]:
            entry = zipfile.ZipInfo(name, time.gmtime(EPOCH)[:6])
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, (0o100755 if program else 0o100644) << 16
            archive.writestr(entry, content)


# ---- sqlpkg and Debian -------------------------------------------------------------------

def sqlpkg():
    """The specification, for the archives that are in FOLDER."""
    found = {p: f"flowlogs-{VERSION}-{p}-sqlpkg.tar.gz" for _, p in PLATFORMS.values()}
    found = {p: name for p, name in found.items() if (FOLDER / name).exists()}
    sums = {name: "sha256-" + hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() for name in found.values()}
    (FOLDER / "sqlpkg.json").write_text(filled("sqlpkg.json", SYMBOLS=json.dumps(SYMBOLS), URL=os.environ.get("RELEASE_URL") or ".",
                                               FILES=json.dumps(found), CHECKSUMS=json.dumps(sums)))


def debian():
    """The tree from which dpkg-buildpackage builds: the sources, and debian/."""
    folder = FOLDER / "deb" / f"flowlogs-{VERSION}"
    shutil.rmtree(folder.parent, ignore_errors=True)
    for name, content, program in source_files(str(folder)):
        path = pathlib.Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, str):
            path.symlink_to(content)
        else:
            path.write_bytes(content)
            path.chmod(0o755 if program else 0o644)
    texts = [("MIT", HERE / "licences/flowlogs.txt")] + [("BSD-3-clause", HERE / "licences/ISA-L.txt")] * (INFLATES == "isal")
    paragraphs = "\n".join(f"License: {name}\n" + "".join(f" {line.strip() or '.'}\n" for line in text.read_text().splitlines())
                           for name, text in texts)
    for template in ("control", "rules", "changelog", "copyright", "triggers", "source/format"):
        path = folder / "debian" / template
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(filled(f"debian/{template}", DATE=email.utils.formatdate(EPOCH), LICENCES=paragraphs))
        path.chmod(0o755 if template == "rules" else 0o644)


if __name__ == "__main__":
    if len(sys.argv) != 6 or sys.argv[1] not in ("tarball", "npm", "wheel", "sqlpkg", "debian", "checksums"):
        sys.exit(__doc__)
    FOLDER, LIBRARY, INFLATES, EPOCH = pathlib.Path(sys.argv[2]).resolve(), pathlib.Path(sys.argv[3]).resolve(), sys.argv[4], int(sys.argv[5])
    FOLDER.mkdir(parents=True, exist_ok=True)
    if sys.argv[1] != "checksums":
        globals()[sys.argv[1]]()
    checksums()
