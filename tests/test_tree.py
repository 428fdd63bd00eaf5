# SPDX-License-Identifier: MIT
"""The tree keeps its own rules: the sample data are what their generator makes, the lower layer calls no SQLite."""

import gzip
import re
import subprocess
import sys
import zlib

import pytest

from conftest import ROOT


def content(path):
    """A file's text; of gzip what is in it, since versions of zlib compress differently."""
    data = path.read_bytes()
    try:
        return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
    except (EOFError, OSError, zlib.error):
        return "damaged"


@pytest.mark.parametrize("folder", ["AWSLogs", "edge", "stream"])
def test_sample_data_are_generated(tmp_path, folder):
    subprocess.run([sys.executable, ROOT / "tests" / "data" / "generate.py", tmp_path], check=True)
    made, kept = tmp_path / folder, ROOT / "tests" / "data" / folder
    names = sorted(str(p.relative_to(made)) for p in made.rglob("*") if p.is_file())
    assert names == sorted(str(p.relative_to(kept)) for p in kept.rglob("*") if p.is_file())
    assert [n for n in names if content(made / n) != content(kept / n)] == []


def test_lower_layer_knows_no_sqlite(release):
    makefile = (ROOT / "Makefile").read_text().replace("\\\n", "")
    upper = re.search(r"^UPPER := (.*)$", makefile, re.M)[1].split()
    modules = sorted(p.stem for p in (ROOT / "ext").glob("*.c"))
    assert set(upper) < set(modules)
    for module in set(modules) - set(upper):
        symbols = subprocess.run(["nm", "-u", release.folder / f"{module}.o"], text=True, capture_output=True, check=True)
        assert "sqlite3" not in symbols.stdout, module
        assert not re.search(r'#include [<"]sqlite', (ROOT / "ext" / f"{module}.c").read_text()), module


def test_every_source_says_its_licence():
    sources = [p for pattern in ("ext/*.[ch]", "tests/**/*.[ch]", "tests/**/*.py", "tests/*.sh") for p in ROOT.glob(pattern)]
    assert len(sources) > 80
    assert [p.name for p in sources if "SPDX-License-Identifier: MIT" not in p.read_text()] == []
