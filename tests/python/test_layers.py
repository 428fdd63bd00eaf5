# SPDX-License-Identifier: MIT
"""Files in several layers of gzip and base64, as the services of AWS and their consumers leave them."""

import base64
import gzip
import itertools
import random
import sqlite3
import zlib

import pytest

from builds import assert_stops, connect, quote
from test_host import peak_memory

LINE = b"2 123456789010 eni-1 10.0.0.1 10.0.0.9 40000 443 6 1 %d 1418530010 1418530070 ACCEPT OK\n"
TOTAL = str(sum(range(40, 340)))
TEXT = b"".join(LINE % (40 + i) for i in range(300))


def pack(content):
    return gzip.compress(content, 6, mtime=0)


def lines_of(content, size):
    """The content in base64, broken into lines as e-mail and `base64` do."""
    text = base64.b64encode(content)
    return b"\n".join(text[i:i + size] for i in range(0, len(text), size)) + b"\n"


# What the files are, and what flowlogs_files says of it.
FILES = {
    "a.gz": ("gzip+gzip", pack(pack(TEXT))),                                             # Firehose compresses what was
    "b.gz": ("gzip+gzip", b"".join(pack(pack(LINE % (40 + i))) for i in range(300))),           # each delivery by itself
    "c.gz": ("gzip+gzip", pack(b"".join(pack(LINE % (40 + i)) for i in range(300)))),
    "d.b64": ("base64+gzip", base64.b64encode(pack(TEXT))),
    "e.b64": ("base64+gzip", lines_of(pack(TEXT), 76)),
    "f.b64": ("base64+gzip", lines_of(pack(TEXT), 75)),
    "g.b64": ("base64+gzip", b"\n".join(base64.b64encode(pack(LINE % (40 + i))) for i in range(300))),
    "h.b64": ("base64+gzip", b"\r\n".join(base64.urlsafe_b64encode(pack(LINE % (40 + i))).rstrip(b"=") for i in range(300))),
    "i.b64": ("base64", base64.b64encode(TEXT)),
    "j.b64": ("base64", b"\n".join(base64.b64encode((LINE % (40 + i)).rstrip()) for i in range(300))),
    "k.gz": ("gzip+base64", pack(lines_of(TEXT, 64))),
    "l.b64": ("base64+base64+gzip", base64.b64encode(base64.b64encode(pack(TEXT)))),
    "m": ("base64+gzip+base64+gzip", base64.b64encode(pack(base64.b64encode(pack(TEXT))))),
    "n.log": ("plain", TEXT),
    "o.log.gz": ("gzip", pack(TEXT)),
    "p.b64": ("base64", base64.b64encode(b"\xef\xbb\xbf" + TEXT)),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("layers")
    for name, (_, content) in FILES.items():
        (path / name).write_bytes(content)
    return path


def test_all_layers_are_removed(build, folder):
    rows = build.rows("SELECT replace(file, rtrim(file, replace(file, '/', '')), ''), count(*), sum(bytes), max(line)"
                      f" FROM flowlogs({quote(str(folder))}) GROUP BY 1;")
    assert rows == [[name, "300", TOTAL, "300"] for name in FILES]
    assert build.rows(f"SELECT sum(flows), sum(bytes) FROM flowlogs_rollup({quote(str(folder))});") == [
        [str(300 * len(FILES)), str(int(TOTAL) * len(FILES))]]
    assert build.rows(f"SELECT kind, verdict, rows FROM flowlogs_files({quote(str(folder))}) ORDER BY path;") == [
        [kind, "flow log", "300"] for kind, _ in FILES.values()]


def test_damage_in_a_layer_is_an_error_that_names_it(build, folder, tmp_path):
    for name, content, error, least in [
            ("a", pack(pack(TEXT)[:-50]), "the gzip data within the gzip data is cut off", 250),
            ("b", pack(pack(TEXT))[:-20], "the gzip data is cut off", 100),
            ("c", base64.b64encode(pack(TEXT))[:-60], "the gzip data within the base64 data is cut off", 250),
            ("d", base64.b64encode(pack(TEXT))[:1001] + b"!", "the base64 data is corrupt: byte 1002 of it is '!'", 1),
            ("e", base64.b64encode(TEXT) + b"Q", "the base64 data is cut off, 1 characters more than whole groups of four", 300),
            ("f", pack(pack(TEXT) + b"x"), "the gzip data within the gzip data is followed by something that is not gzip", 300)]:
        path = tmp_path / name
        path.write_bytes(content)
        out = build.shell(f"SELECT count(*) FROM flowlogs({quote(str(path))});")
        assert error in out, name
        (rows,), = build.rows(f"SELECT count(*) FROM flowlogs({quote(str(path))}, 'skip');")
        assert int(rows) >= least, name


def test_too_many_layers_are_an_error(build, tmp_path):
    path = tmp_path / "a.gz"
    content = TEXT
    for _ in range(5):
        content = pack(content)
    path.write_bytes(content)
    assert "has more than 4 layers of gzip and base64; unpack it" in build.shell(f"SELECT * FROM flowlogs('{path}');")


def test_base64_of_something_else_is_passed_over(build, tmp_path):
    (tmp_path / "a.log").write_bytes(TEXT)
    for i, content in enumerate([bytes(range(256)), b"word", b"a list of words that is no log", b'{"a": [1]}']):
        (tmp_path / f"{i}.b64").write_bytes(base64.b64encode(content))
    assert build.rows(f"SELECT count(*) FROM flowlogs('{tmp_path}');") == [["300"]]
    out = build.rows(f"SELECT verdict FROM flowlogs_files('{tmp_path}') ORDER BY path;")
    assert out == [["other"]] * 4 + [["flow log"]]


def test_a_bomb_in_layers_takes_little_memory_and_can_be_stopped(release, tmp_path):
    """A gigabyte within some kilobytes, of which a record is the end."""
    member = pack(b"\n" * (16 << 20))
    (tmp_path / "a.gz").write_bytes(pack(member * 2 + pack(LINE % 41)))
    answer, mib = peak_memory(release, f"SELECT count(*) FROM flowlogs('{tmp_path / 'a.gz'}')")
    assert answer == "(1,)" and mib < 16
    (tmp_path / "b.gz").write_bytes(pack(member * 20000))
    db = connect(release)
    assert_stops(db, f"SELECT count(*) FROM flowlogs('{tmp_path / 'b.gz'}')")


def as_csv(text):
    return b"version,account_id,interface_id,srcaddr,dstaddr,srcport,dstport,protocol,packets,bytes\n" + b"".join(
        b",".join(line.split()[:10]) + b"\n" for line in text.splitlines())


def answer(db, query, value):
    try:
        return db.execute(query, [value]).fetchall()
    except sqlite3.Error:
        return "error"


DAMAGE = {"cut": lambda data, at: data[:at], "changed": lambda data, at: data[:at] + bytes([data[at] ^ 0x55]) + data[at + 1:],
          "followed": lambda data, at: data + b"\0\1x"}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_in_any_layer_is_the_same_in_a_file_and_in_a_payload(release, tmp_path, damage):
    """Where the layer around another one is damaged, the rows before that come out of both."""
    db, path, rng, least = connect(release), tmp_path / "x", random.Random(7), 0
    for content in (TEXT, as_csv(TEXT)):
        for depth in range(1, 4):
            for layers in itertools.product((pack, base64.b64encode, lambda data: lines_of(data, 76)), repeat=depth):
                hurt, data = rng.randrange(depth + 1), content
                for i in range(depth + 1):
                    if i == hurt:
                        data = DAMAGE[damage](data, rng.randrange(len(data) // 2, len(data)))
                    data = layers[i](data) if i < depth else data
                path.write_bytes(data)
                for on_error in ("fail", "skip"):
                    rest = f"(?, '{on_error}')"
                    in_file = answer(db, "SELECT count(*), sum(bytes) FROM flowlogs" + rest, str(path))
                    in_value = answer(db, "SELECT count(*), sum(bytes) FROM flowlogs_payload" + rest, data)
                    assert in_value == in_file, (depth, hurt, data[:20])
                least += in_file[0][0] > 100
    assert least > 40


def test_a_record_that_damage_cuts_off_is_none(build):
    """The first digits of a number are a number, which no record has had."""
    text = b"srcaddr bytes\n" + b"10.0.0.1 123456789\n" * 3
    for cut in (1, 4, 9):
        whole = zlib.compressobj(wbits=31)
        data = whole.compress(text[:-cut]) + whole.flush(zlib.Z_SYNC_FLUSH)
        record = b'{"records":[{"data":"' + base64.b64encode(data) + b'"}]}'
        for payload in (data, base64.b64encode(data), pack(data), record):
            assert build.rows(f"SELECT count(*), max(bytes) FROM flowlogs_payload(x'{payload.hex()}', 'skip');") == [
                ["2", "123456789"]], (cut, payload[:9])


@pytest.mark.parametrize("content", [TEXT, as_csv(TEXT)], ids=["lines", "csv"])
def test_base64_that_is_damaged_near_its_beginning_is_not_passed_over(release, tmp_path, content):
    """Nor is a file of base64 that is cut off where no group of four ends."""
    db, whole = connect(release), base64.b64encode(content)
    (tmp_path / "a.log").write_bytes(LINE % 41)
    for data, error in ((whole[:1001], "is cut off"), (whole[:900] + b"!" + whole[901:], "is corrupt: byte 901 of it is '!'"),
                        (whole[:161], "is cut off")):
        (tmp_path / "b.b64").write_bytes(data)
        with pytest.raises(sqlite3.Error, match="b.b64.*" + error):
            db.execute("SELECT count(*) FROM flowlogs(?)", [str(tmp_path)]).fetchall()
        in_file = answer(db, "SELECT count(*) FROM flowlogs(?, 'skip')", str(tmp_path / "b.b64"))
        assert answer(db, "SELECT count(*) FROM flowlogs_payload(?, 'skip')", data) == in_file
