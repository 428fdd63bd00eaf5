# SPDX-License-Identifier: MIT
"""How the extension is built: what inflates gzip files is chosen by make, and ISA-L, which is faster,
is never required."""

import os
import re
import shutil
import subprocess

import pytest

from builds import ROOT


def make(tmp_path, *arguments):
    """What make would run, in a folder in which nothing has been built."""
    env = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MFLAGS", "INFLATE", "ISAL", "BUILD", "OPT")}
    return subprocess.run(["make", "-n", f"BUILD={tmp_path}", *arguments], cwd=ROOT, env=env, text=True, capture_output=True)


def choice(done):
    """What a build inflates with, and whether it has ISA-L in it."""
    assert done.returncode == 0, done.stderr
    link, = re.findall(r"^.* -o \S*/flowlogs\.(?:so|dylib) .*$", done.stdout, re.M)
    kind, = set(re.findall(r"-DINFLATE_KIND=inflate_(\w+)", done.stdout))
    said, = re.findall(r'echo "\S+ inflates with (.*)"', done.stdout)
    assert ("inflate_isal.o" in link) == ("isal" in link.rpartition(" -lz ")[2]) == (said == "ISA-L") == (kind == "isal")
    return kind


def test_make_chooses(tmp_path):
    assert choice(make(tmp_path, "ISAL=yes", "all")) == "isal"
    assert choice(make(tmp_path, "ISAL=", "all")) == "zlib"
    assert choice(make(tmp_path, "ISAL=yes", "INFLATE=zlib", "all")) == "zlib"
    assert choice(make(tmp_path, "ISAL=yes", "INFLATE=isal", "all")) == "isal"


def test_make_finds_isal_or_not(tmp_path):
    without = make(tmp_path, "ISAL_LIBS=-lno-such-library", "all")
    assert choice(without) == "zlib"
    assert choice(make(tmp_path, "all")) in ("isal", "zlib")


def test_flags_of_a_distribution(tmp_path):
    """CPPFLAGS and CFLAGS reach each compilation, behind the flags of the Makefile, and with LDFLAGS the link."""
    done = make(tmp_path, "CPPFLAGS=-D_FORTIFY_SOURCE=2", "CFLAGS=-O2 -fstack-protector-strong", "LDFLAGS=-Wl,-z,now -Wl,--as-needed", "all")
    compiled = re.findall(r"^.* -c -o .*$", done.stdout, re.M)
    assert len(compiled) > 100
    assert [c for c in compiled if not re.search("-O3 .*-D_FORTIFY_SOURCE=2 -O2 -fstack-protector-strong ", c)] == []
    link, = re.findall(r"^.* -o \S*/flowlogs\.(?:so|dylib) .*$", done.stdout, re.M)
    assert "-fstack-protector-strong" in link and "-Wl,-z,now -Wl,--as-needed -o" in link


@pytest.mark.skipif(not shutil.which("readelf"), reason="readelf is not installed")
def test_the_library_is_hardened(release):
    """What Debian's hardening=+all asks of a library: addresses of functions that cannot be overwritten, no stack that can be
    executed, no code that must be writable, and no folder of the build in which libraries are looked for."""
    said = subprocess.run(["readelf", "-dlW", release.folder / "flowlogs.so"], text=True, capture_output=True, check=True).stdout
    assert re.search(r"^ *GNU_RELRO ", said, re.M) and "BIND_NOW" in said and "NODELETE" in said
    assert re.search(r"^ *GNU_STACK .* RW +0x", said, re.M) and " RWE " not in said
    assert not re.search(r"TEXTREL|RPATH|RUNPATH", said) and "Library soname: [flowlogs.so]" in said
    needed = set(re.findall(r"\(NEEDED\).*\[(\w+)[^\]]*\.so", said))
    assert {"libz", "libc"} <= needed <= {"libz", "libisal", "libc", "libpthread", "ld"}, needed


@pytest.mark.parametrize("arguments, why", [(["ISAL=", "INFLATE=isal"], "ISA-L was not found"),
                                            (["INFLATE=gzip"], "INFLATE is zlib or isal, not 'gzip'")])
def test_make_says_what_it_cannot(tmp_path, arguments, why):
    done = make(tmp_path, *arguments, "all")
    assert done.returncode and why in done.stderr


def test_the_extension_says_it(build):
    (name,), = build.rows("SELECT flowlogs_inflate();")
    assert re.fullmatch(r"(ISA-L|zlib) \d+\.\d+.*", name)
    kinds = (build.folder / "inflate.choice").read_text().split()
    assert kinds == ["isal" if name.startswith("ISA-L") else "zlib"]
    if build.name == "asan":
        assert kinds == ["zlib"]  # so that one of the two builds is tested with it


@pytest.fixture
def deps(tmp_path):
    """Runs the check for missing packages where there is no ISA-L, with an apt-get and an apt-cache that
    do what the test says. Returns its output, and how they were called."""
    if not shutil.which("apt-get") or os.getuid() != 0:
        pytest.skip("packages are installed only by root, with apt-get")
    log = tmp_path / "log"

    def run(env=None, **stubs):
        log.write_text("")
        for name, script in stubs.items():
            stub = tmp_path / name.replace("_", "-")
            stub.write_text(f'#!/bin/sh\necho "${{0##*/}} $*" >>{log}\n{script}\n')
            stub.chmod(0o755)
        cc = tmp_path / "cc"
        cc.write_text(f"#!/bin/sh\nif grep -q isa-l; then exit 1; fi\n")
        cc.chmod(0o755)
        env = dict(os.environ, PATH=f"{tmp_path}:{os.environ['PATH']}", CC=str(cc), **(env or {}))
        done = subprocess.run([ROOT / "tests/tools/deps.sh", "build"], env=env, text=True, capture_output=True)
        return done.returncode, done.stdout + done.stderr, log.read_text()
    return run


def test_isal_is_installed_where_it_can_be(deps):
    code, said, log = deps(apt_get="exit 0", apt_cache="exit 0")
    assert (code, said) == (0, "installing: libisal-dev\n") and "install -y --no-install-recommends libisal-dev" in log


def test_isal_is_not_required(deps):
    assert deps(apt_get="exit 0", apt_cache="exit 1")[:2] == (0, "libisal-dev is not to be had; zlib inflates gzip\n")
    assert deps(apt_get="exit 1", apt_cache="exit 1")[:2] == (0, "libisal-dev is not to be had; zlib inflates gzip\n")
    code, said, _ = deps(apt_get="exit 1", apt_cache="exit 0")
    assert code == 0 and said.endswith("libisal-dev can't be installed; zlib inflates gzip\n")


def test_isal_is_not_asked_for_with_zlib(deps):
    assert deps({"INFLATE": "zlib"}, apt_get="exit 1", apt_cache="exit 1") == (0, "", "")
