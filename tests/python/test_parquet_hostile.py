# SPDX-License-Identifier: MIT
"""Parquet files whose numbers lie give the rows that are there or an error with the name of the file, in little time
and memory. `make damage` tries many; test_damage.py and unit/parquet change bytes."""

import copy
import os
import random
import subprocess
import zlib

import pytest

import parquetdata
from builds import quote

NUMBERS = [0, 1, 2, 3, 7, -1, -2, 127, 255, 2**31 - 1, 2**31, 2**32, 2**40, 2**47, 2**62, 2**63 - 1, -2**63]
ALL = os.environ.get("DAMAGE") == "all"


def columns(rng, n):
    def some(*values):
        return [rng.choice(values) for _ in range(n)]
    return [("version", "int32", some(2)), ("srcaddr", "text", some(b"10.0.0.1", b"10.0.0.2")), ("dstaddr", "text", some(None, b"2001:db8::1")),
            ("dstport", rng.choice(("int32", "uint32", "text")), None), ("packets", "int64", some(3, 4, 5)), ("bytes", "int64", some(None, 400)),
            ("start", rng.choice(("int64", "millis", "int96")), None), ("action", "text", some(b"ACCEPT", b"REJECT"))]


def file_columns(rng, n):
    return [(name, kind, values or [parquetdata.value_of(kind, 443 if name == "dstport" else 1700000000 + i, rng) for i in range(n)])
            for name, kind, values in columns(rng, n)]


def lie(fields, rng):
    """Changes one value, wherever it lies."""
    places = []

    def find(value, path):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            if isinstance(item, (dict, list)):
                find(item, (*path, key))
            elif item is not None:
                places.append((*path, key))
    fields = copy.deepcopy(fields)
    find(fields, ())
    *path, last = rng.choice(places)
    inner = fields
    for key in path:
        inner = inner[key]
    if isinstance(inner[last], bool):
        inner[last] = not inner[last]
    elif isinstance(inner[last], int):
        inner[last] = rng.choice((rng.choice(NUMBERS), inner[last] + rng.choice((-1, 1, 8)), b"xx", None))
    else:
        inner[last] = rng.choice((b"", b"\xff" * 8, b"\0" * 4, 5, None))
    return fields


def forged(rng, n, what):
    """A file with a lie in one of its structs."""
    left = rng.randrange(1, 9) if what not in ("file", "group") else 1

    def forge(name, fields):
        nonlocal left
        left -= name == what
        if name != what or left:
            return fields
        if what != "bytes":
            return lie(fields, rng)
        data = bytearray(fields)
        for _ in range(rng.randint(1, 3) if data else 0):
            data[rng.randrange(min(len(data), rng.choice((6, 40, 9999))))] = rng.choice((0, 255, 128, 1))
        return bytes(data)
    return parquetdata.write(file_columns(rng, n), rng, codec=rng.choice((None, "none")), forge=forge)


QUESTIONS = [
    "count(*) FROM flowlogs({}) WHERE {}", "sum(length(raw)) FROM flowlogs({}) WHERE {}",
    "minute, sum(flows), sum(bytes) FROM flowlogs_rollup({}) WHERE {} GROUP BY 1",
    "srcaddr, dstport, sum(flows) FROM flowlogs_rollup({}) WHERE {} AND addr = '10.0.0.1' GROUP BY 1, 2",
    "count(*) FROM flowlogs({}) WHERE {} AND start BETWEEN 1700000010 AND 1700000020 AND dstport <> 444",
    "dstaddr, sum(flows) FROM flowlogs_rollup({}) WHERE {} AND (start < 1700000010 OR start > 1700000030) GROUP BY 1",
]


@pytest.mark.parametrize("seed", range(300 if ALL else 1))
def test_lies(build, tmp_path, seed):
    rng = random.Random(seed)
    n, files = rng.choice((1, 60, 400)), 40 if not ALL else 150
    for i in range(files):
        what = rng.choice(("page", "page", "column", "column", "group", "file", "bytes", "statistics"))
        (tmp_path / f"{i:03}.parquet").write_bytes(forged(rng, n, what))
    folder = quote(str(tmp_path))
    script = "".join("SELECT " + q.format(folder, "on_error = 'skip'") + ";\n" for q in QUESTIONS)
    assert "Error" not in build.shell(script, timeout=300)
    rows = build.rows(f"SELECT path, rows, note FROM flowlogs_files({folder})", timeout=300)
    assert len(rows) == files and all(int(r[1]) <= n for r in rows)


ROWS = 100


def with_rows(claimed, **how):
    """A file that says everywhere that it has so many rows."""
    def forge(what, fields):
        if what == "column":
            fields[3][5] = claimed
        elif what in ("group", "file"):
            fields[3] = claimed
        return fields
    rng = random.Random(1)
    return parquetdata.write(file_columns(rng, ROWS), rng, group_rows=ROWS, forge=forge, **how)


@pytest.mark.parametrize("claimed", [ROWS + 1, ROWS - 1, 2**26, 2**47])
def test_a_number_of_rows_that_is_wrong_everywhere(build, tmp_path, claimed):
    """The headers of pages show it also where no column is needed."""
    path = tmp_path / "a.parquet"
    path.write_bytes(with_rows(claimed))
    for sql in ("count(*) FROM flowlogs({})", "sum(flows) FROM flowlogs_rollup({})", "sum(packets) FROM flowlogs_rollup({})"):
        text = build.shell("SELECT " + sql.format(quote(str(path))) + ";")
        assert f"{path}" in text and ("than its row group has rows" in text or "more than its bytes can have" in text), text
    assert int(build.rows(f"SELECT rows FROM flowlogs_files({quote(str(path))})")[0][0]) <= ROWS


@pytest.mark.skipif(not ALL, reason="some seconds")
def test_dictionaries_that_inflate_to_gigabytes(release, tmp_path):
    """Half a megabyte of dictionaries of four million empty texts each."""
    data = bytes(4 * (2**22 - 1))
    deflate = zlib.compressobj(9, zlib.DEFLATED, 31)
    packed = deflate.compress(data) + deflate.flush()

    class Bomb(parquetdata.Writer):
        def page(self, codec, header, kind, levels, page):
            if kind != 2:
                super().page(codec, header, kind, levels, page)
                return
            self.out += parquetdata.thrift({1: 2, 2: len(data), 3: len(packed), 7: {1: 2**22 - 1, 2: 0}})[1] + packed
    names = ["srcaddr", "dstaddr"] + [f"x{i}" for i in range(30)]
    bomb = Bomb(random.Random(1), codec="gzip", version=1, encoding=parquetdata.RLE_DICTIONARY, statistics=False)
    path = tmp_path / "a.parquet"
    path.write_bytes(bomb.write([(name, "text", [b""] * 3) for name in names]))
    done = subprocess.run(["sh", "-c", f"ulimit -v 3000000; exec sqlite3 -batch :memory: '.load {release.extension}' "
                           f"\"SELECT raw FROM flowlogs('{path}')\""], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert "take more than 1024 MiB together; ask for fewer columns" in done.stdout
