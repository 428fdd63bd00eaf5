# SPDX-License-Identifier: MIT
"""Replays the corpora of the fuzz targets, and keeps the list of targets complete: a module that
reads what others wrote has a target, and tests/README.md says which."""

import re
import subprocess

import pytest

from builds import BUILDS, ROOT

FUZZ = ROOT / "tests" / "fuzz"
TARGETS = sorted(p.stem for p in FUZZ.glob("*.c"))
# Functions whose names say that they read a text of somebody else's.
READS = re.compile(r"\b\w+(?:_parse|_decode|_match|_matches|_compile|_search|_from_\w+|_find_header|_magic|unwrap)\w*\(")
MOST_FILES, MOST_BYTES = 30, 4096


def table():
    """Target -> modules, as the table in tests/README.md lists them."""
    text = (ROOT / "tests" / "README.md").read_text()
    part = text.partition("## Fuzzing")[2].partition("\n## ")[0]
    return {m[1]: re.findall(r"`(\w+/\w+)`", m[2]) for m in re.finditer(r"^\| `(\w+)` \| (.*?) \|", part, re.M)}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("build", BUILDS, ids=lambda b: b.name)
def test_a_corpus_is_replayed(build, target):
    # The targets are built with sanitizers themselves, so no runtime has to be loaded first.
    env = {k: v for k, v in build.env.items() if k != "LD_PRELOAD"}
    files = sorted((FUZZ / "corpus" / target).iterdir())
    assert files
    done = subprocess.run([build.folder / "fuzz" / target, *files], text=True, errors="replace", env=env,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300)
    assert done.returncode == 0, done.stdout[-4000:]


def test_corpora_are_small():
    large = [str(p) for p in FUZZ.glob("corpus/*/*") if p.stat().st_size > MOST_BYTES]
    assert large == []
    assert [p.name for p in (FUZZ / "corpus").iterdir() if len(list(p.iterdir())) > MOST_FILES] == []
    assert sorted(p.name for p in (FUZZ / "corpus").iterdir()) == TARGETS
    assert {p.stem for p in FUZZ.glob("dict/*")} <= set(TARGETS)


def test_the_readme_lists_the_targets():
    assert sorted(table()) == TARGETS
    modules = {module for modules in table().values() for module in modules}
    assert [m for m in sorted(modules) if not list((ROOT / "ext").glob(f"{m}.[ch]"))] == []


def test_a_parser_has_a_target():
    covered = {module for modules in table().values() for module in modules}
    parsers = {f"{path.parent.name}/{path.stem}" for room in ("base", "net", "file", "record", "parquet", "predicate", "index", "tables")
               for path in (ROOT / "ext" / room).glob("*.h")
               if READS.search(re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.S))}
    assert len(parsers) > 10
    assert sorted(parsers - covered) == []
