# SPDX-License-Identifier: MIT
"""Damaged files: plain ones cut and changed at every byte, compared with reference.py, and gzip
files that inflate to gigabytes.

Gzip files that are cut and changed are the subject of unit/scan/test_damage.c. `make damage` sets
DAMAGE=all, which takes all plain files of the edge cases here.
"""

import gzip
import os

import pytest

from builds import ROOT, assert_stops, connect, quote
from test_host import peak_memory
from test_reference import COLUMNS, encode, expected, same

EDGE = ROOT / "tests" / "data" / "edge"
IS_WHOLE = os.environ.get("DAMAGE") == "all"
# Plain files that every run damages, in parts: a header and two records, and one format by itself.
FEW = ["custom-order.log"]
ALL = sorted(p.name for p in EDGE.glob("*.log") if 0 < p.stat().st_size < 2000)


def damaged(content, step):
    """(name, content) of everything that may have become of a file: all for each step-th byte."""
    for at in range(0, len(content) + 1, step):
        yield f"cut-{at}", content[:at]
    for at in range(0, len(content), step):
        before, byte, after = content[:at], content[at], content[at + 1:]
        for name, now in [("nul", b"\0"), ("cr", b"\r"), ("lf", b"\n"), ("space", b" "), ("high", b"\xff"),
                          ("bit", bytes([byte ^ 1 << at % 8])), ("gone", b""), ("twice", bytes([byte, byte]))]:
            yield f"{name}-{at}", before + now + after


def rewritten(content):
    """What an editor or a transfer may make of a whole file."""
    text = content.decode("utf-8", "replace")
    bom = b"\xef\xbb\xbf"
    yield from [
        ("as-is", content), ("crlf", content.replace(b"\n", b"\r\n")), ("cr", content.replace(b"\n", b"\r")),
        ("bom", bom + content), ("two-boms", bom + bom + content), ("bom-only", bom), ("bom-cut", bom[:2] + content),
        ("bom-later", content.replace(b"\n", b"\n" + bom)), ("utf16le", text.encode("utf-16-le")),
        ("utf16be", text.encode("utf-16-be")), ("utf16le-bom", b"\xff\xfe" + text.encode("utf-16-le")),
        ("utf16be-bom", b"\xfe\xff" + text.encode("utf-16-be")), ("utf32", text.encode("utf-32")),
        ("no-end", content.rstrip(b"\r\n")), ("nul-end", content + b"\0"), ("nuls-end", content + bytes(5000)),
        ("nul-begin", b"\0" + content), ("twice", content + content), ("tabs", content.replace(b" ", b"\t")),
        ("blank", b"\n\n" + content.replace(b"\n", b"\n\n")), ("one-line", content.replace(b"\n", b" ")),
        ("latin1", content.replace(b"2", b"\xb2")), ("formfeed", content.replace(b"\n", b"\f\n")),
        ("reversed", content[::-1]), ("upper", content.upper())]


def check(build, tmp_path, variants):
    """All of them as one folder. The rows are those of the reference. Which line of a damaged
    header is at fault, and why, the two may see differently, but a file with errors has some."""
    for name, content in variants:
        (tmp_path / f"{name}.log").write_bytes(content)
    rows, errors = expected([str(tmp_path)], None)
    args = f"{quote(str(tmp_path))}, 'skip'"
    same(build.rows(f"SELECT {encode(COLUMNS)} FROM flowlogs({args});"), rows, COLUMNS)
    out = build.rows(f"SELECT count(*) FROM flowlogs({args});"
                     f"SELECT ifnull(sum(flows), 0) FROM flowlogs_rollup({args});"
                     f"SELECT DISTINCT file FROM flowlogs_errors({quote(str(tmp_path))});")
    assert out[:2] == [[str(len(rows))]] * 2
    assert {file for file, _, _ in errors} <= {file for file, in out[2:]}


@pytest.mark.parametrize("name", ALL if IS_WHOLE else FEW)
def test_a_plain_file_that_is_cut_or_changed_is_read_alike(build, tmp_path, name):
    content = (EDGE / name).read_bytes()
    step = 1 if IS_WHOLE else 3 if build.name == "release" else 7
    check(build, tmp_path, damaged(content, step))


@pytest.mark.parametrize("name", ALL)
def test_a_plain_file_that_was_rewritten_is_read_alike(build, tmp_path, name):
    if build.name == "release" or IS_WHOLE or name in FEW + ["crlf.log", "bom.log"]:
        check(build, tmp_path, rewritten((EDGE / name).read_bytes()))


# ---- gzip files that inflate to much

MEMBER = 16 << 20       # bytes of a member

GOOD = b"2 123456789010 eni-1 10.0.0.1 10.0.0.2 1 22 6 20 4249 1418530010 1418530070 ACCEPT OK\n"
# What is in between, and how many members of it: 10 GiB with DAMAGE=all, and less of what has
# many lines.
FILLINGS = {"zeros": (b"\0", 6, 640), "one-line": (b"x", 6, 640), "spaces": (b" ", 6, 640),
            "newlines": (b"\n", 1, 64), "short-lines": (b"x\n", 0, 16)}
QUERIES = ["SELECT count(*) FROM flowlogs('{}', 'skip')", "SELECT sum(flows) FROM flowlogs_rollup('{}', 'skip')",
           "SELECT count(*) FROM flowlogs_errors('{}')", "SELECT count(rows) FROM flowlogs_files('{}')",
           "SELECT max(length(raw)), max(line) FROM flowlogs('{}', 'skip', NULL, 0)"]


@pytest.fixture(scope="module", params=[name for name, (_, few, _) in FILLINGS.items() if few or IS_WHOLE])
def bomb(request, tmp_path_factory):
    """A record, gigabytes of one thing, and a record."""
    path = tmp_path_factory.mktemp("bomb") / "a.log.gz"
    filling, few, many = FILLINGS[request.param]
    member = gzip.compress(filling * (MEMBER // len(filling)), 9, mtime=0)
    ends = gzip.compress(GOOD, mtime=0)
    path.write_bytes(ends + member * (many if IS_WHOLE else few) + gzip.compress(b"\n" + GOOD, mtime=0))
    return path


@pytest.mark.parametrize("query", QUERIES if IS_WHOLE else QUERIES[:2])
def test_a_bomb_takes_little_memory(release, bomb, query):
    answer, mib = peak_memory(release, query.format(bomb))
    assert mib < 16
    if query in QUERIES[:2]:
        assert answer == "(2,)"


@pytest.mark.parametrize("query", QUERIES if IS_WHOLE else QUERIES[1:2])
@pytest.mark.parametrize("bomb", FILLINGS if IS_WHOLE else ["zeros", "one-line"], indirect=True)
def test_a_bomb_can_be_interrupted(release, bomb, query):
    assert_stops(connect(release), query.format(bomb))
