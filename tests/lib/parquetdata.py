# SPDX-License-Identifier: MIT
"""Writes Parquet files of any shape, also of ones that no writer makes: rows, encodings, codecs and versions of
pages as a test asks, and with numbers that lie.

A column is a name, a type of TYPES, and its values: texts, numbers, or None. `write()` divides the rows into row
groups and the row groups into pages. What is not said comes from a random generator, so that a seed is a file.

`forge` is called with the name and the fields of each struct of the metadata before it is written: "page",
"statistics", "column", "group" and "file"; and with "bytes" and those of a page.

Source: parquet.thrift and Encodings.md of apache/parquet-format.
"""

import struct
import zlib

# name: physical type, its number, converted type, logical type (the id in the union, and its struct), seconds to value
TYPES = {
    "text": ("bytes", 6, 0, (1, {}), None),
    "int32": ("<i", 1, None, None, None),
    "int64": ("<q", 2, None, None, None),
    "uint32": ("<I", 1, 13, (10, {1: ("byte", 32), 2: False}), None),
    "uint64": ("<Q", 2, 14, (10, {1: ("byte", 64), 2: False}), None),
    "millis": ("<q", 2, 9, (8, {1: True, 2: {1: {}}}), 1000),
    "micros": ("<q", 2, 10, (8, {1: True, 2: {2: {}}}), 10**6),
    "nanos": ("<q", 2, None, (8, {1: True, 2: {3: {}}}), 10**9),
    "int96": ("12s", 3, None, None, None),
}
CODECS = {"none": 0, "snappy": 1, "gzip": 2}
PLAIN, DICTIONARY, RLE, DELTA, DELTA_LENGTH, DELTA_BYTES, RLE_DICTIONARY, SPLIT = 0, 2, 3, 5, 6, 7, 8, 9


# --- Thrift -----------------------------------------------------------------------------------------------------------

def varint(n):
    out = bytearray()
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    out.append(n)
    return bytes(out)


def zigzag(n):
    return varint((n << 1 ^ n >> 63) & 0xffffffffffffffff)


def thrift(value):
    """The type of a value, and its bytes: a struct is a dictionary of ids, and 32 bits are enough for its numbers."""
    if isinstance(value, tuple):
        return 3, struct.pack("b", value[1])
    if isinstance(value, bool):
        return (1 if value else 2), b""
    if isinstance(value, int):
        return 6, zigzag(value)
    if isinstance(value, (str, bytes)):
        data = value.encode() if isinstance(value, str) else value
        return 8, varint(len(data)) + data
    if isinstance(value, list):
        items = [thrift(v) for v in value]
        kind = items[0][0] if items else 12
        head = bytes([len(items) << 4 | kind]) if len(items) < 15 else bytes([0xf0 | kind]) + varint(len(items))
        return 9, head + b"".join(data for _, data in items)
    out, last = bytearray(), 0
    for key, item in sorted(value.items()):
        if item is None:
            continue
        kind, data = thrift(item)
        out += bytes([(key - last) << 4 | kind]) if key - last < 16 else bytes([kind]) + zigzag(key)
        out += data
        last = key
    return 12, bytes(out) + b"\0"


# --- encodings --------------------------------------------------------------------------------------------------------

def plain(kind, values):
    if kind == "text":
        return b"".join(struct.pack("<I", len(v)) + v for v in values)
    return b"".join(pack(kind, v) for v in values)


def pack(kind, value):
    if kind == "int96":
        return struct.pack("<qi", value % 86400 * 10**9 + 999, value // 86400 + 2440588)
    return struct.pack(TYPES[kind][0], value)


def bits(values, width):
    """Values one behind the other, the lowest bit first."""
    x = 0
    for i, v in enumerate(values):
        x |= v << i * width
    return x.to_bytes((len(values) * width + 7) // 8, "little")


def rle(values, width, rng):
    """Runs, and packed bits where it is as good or chance will have it."""
    out, i = bytearray(), 0
    while i < len(values):
        n = 1
        while i + n < len(values) and values[i + n] == values[i]:
            n += 1
        if n < 8 or rng.random() < 0.3:
            groups = min((len(values) - i + 7) // 8, rng.randint(1, 20))
            some = values[i:i + groups * 8]
            out += varint(groups << 1 | 1) + bits(some + [0] * (groups * 8 - len(some)), width)
            i += groups * 8
        else:
            n = min(n, rng.choice((n, n, 8, 1)))
            out += varint(n << 1) + values[i].to_bytes((width + 7) // 8, "little")
            i += n
    return bytes(out)


def delta(values):
    out = varint(128) + varint(4) + varint(len(values)) + zigzag(values[0] if values else 0)
    differences = [b - a for a, b in zip(values, values[1:])]
    for i in range(0, len(differences), 128):
        block = differences[i:i + 128]
        least = min(block)
        minis = [[d - least for d in block[k:k + 32]] for k in range(0, 128, 32)]
        widths = [max(m).bit_length() if m else 0 for m in minis]
        out += zigzag(least) + bytes(widths)
        for mini, width in zip(minis, widths):
            if mini:
                out += bits(mini + [0] * (32 - len(mini)), width)
    return out


def encode(kind, encoding, values, places, rng):
    if encoding == RLE_DICTIONARY or encoding == DICTIONARY:
        width = max((len(places) - 1).bit_length(), rng.choice((0, 0, 1)))
        return bytes([width]) + rle([places[v] for v in values], width, rng)
    if encoding == DELTA:
        return delta(values)
    if encoding == DELTA_LENGTH:
        return delta([len(v) for v in values]) + b"".join(values)
    if encoding == DELTA_BYTES:
        prefixes, rest, before = [], [], b""
        for v in values:
            n = 0
            while n < min(len(v), len(before)) and v[n] == before[n]:
                n += 1
            prefixes.append(n)
            rest.append(v[n:])
            before = v
        return delta(prefixes) + delta([len(v) for v in rest]) + b"".join(rest)
    data = plain(kind, values)
    if encoding == SPLIT:
        width = len(data) // len(values) if values else 1
        return b"".join(data[k::width] for k in range(width))
    return data


def encodings(kind):
    if kind == "text":
        return [PLAIN, RLE_DICTIONARY, DICTIONARY, DELTA_LENGTH, DELTA_BYTES, RLE_DICTIONARY]
    return [PLAIN, RLE_DICTIONARY] if kind == "int96" else [PLAIN, RLE_DICTIONARY, DICTIONARY, DELTA, SPLIT, RLE_DICTIONARY]


def snappy(data, rng):
    """Literals, and copies of what stands 1 to 60 bytes before."""
    out, i = bytearray(varint(len(data))), 0
    while i < len(data):
        offset = rng.randint(1, 60)
        n = 0
        while offset <= i and n < 60 and i + n < len(data) and data[i + n] == data[i + n - offset]:
            n += 1
        if n >= 4:
            out += bytes([(n - 1) << 2 | 2]) + struct.pack("<H", offset)
            i += n
        else:
            n = min(len(data) - i, rng.randint(1, 200))
            out += bytes([(n - 1) << 2]) if n <= 60 else bytes([60 << 2, n - 1])
            out += data[i:i + n]
            i += n
    return bytes(out)


def compress(codec, data, rng):
    if codec == "gzip":
        c = zlib.compressobj(rng.choice((1, 6, 9)), zlib.DEFLATED, 31)
        return c.compress(data) + c.flush()
    return snappy(data, rng) if codec == "snappy" else data


# --- a file -----------------------------------------------------------------------------------------------------------

class Writer:
    def __init__(self, rng, codec=None, version=None, page_rows=None, group_rows=None, encoding=None, statistics=None,
                 forge=None):
        self.rng = rng
        self.codec = codec
        self.version = version
        self.page_rows = page_rows
        self.group_rows = group_rows
        self.encoding = encoding
        self.statistics = statistics
        self.forge = forge or (lambda what, fields: fields)
        self.out = bytearray(b"PAR1")

    def page(self, codec, header, kind, levels, data):
        """header: the id of the struct of its type, and its fields; levels: of a page of version 2, beside the data."""
        packed = compress(codec, data, self.rng)
        page = {1: kind, 2: len(levels) + len(data), 3: len(levels) + len(packed), header[0]: header[1]}
        if self.rng.random() < 0.3:
            crc = zlib.crc32(levels + packed)
            page[4] = crc - (1 << 32) if crc >> 31 else crc
        self.out += thrift(self.forge("page", page))[1]
        self.out += self.forge("bytes", levels + packed)

    def column(self, name, kind, values, optional):
        """Writes the pages of a column in a row group, and returns its metadata."""
        rng, begin, dictionary_at = self.rng, len(self.out), None
        codec = self.codec or rng.choice(list(CODECS))
        version = self.version or rng.choice((1, 2))
        encoding = self.encoding if self.encoding is not None else rng.choice(encodings(kind))
        there = [v for v in values if v is not None]
        places = {}
        if encoding in (RLE_DICTIONARY, DICTIONARY):
            for v in there:
                places.setdefault(v, len(places))
            if rng.random() < 0.2:
                places = {v: i for i, v in enumerate(sorted(places))}
            dictionary_at = len(self.out)
            self.page(codec, (7, {1: len(places), 2: rng.choice((PLAIN, DICTIONARY))}), 2, b"", plain(kind, places))
        data_at = len(self.out)
        i = 0
        while i < len(values) or not values:
            n = self.page_rows or rng.choice((1, 7, 50, 300, 5000))
            some = values[i:i + n]
            if dictionary_at is not None and i and rng.random() < 0.1:
                encoding = PLAIN  # as writers do when the dictionary has become too large
            self.data_page(codec, version, kind, encoding, some, places, optional)
            i += n
            if not values:
                break
        meta = {1: TYPES[kind][1], 2: [encoding, RLE], 3: [name], 4: CODECS[codec], 5: len(values), 6: len(self.out) - begin,
                7: len(self.out) - begin, 9: data_at, 11: dictionary_at}
        if self.statistics if self.statistics is not None else rng.random() < 0.7:
            meta[12] = self.forge("statistics", statistics(kind, there, len(values) - len(there), rng))
        return self.forge("column", {2: begin, 3: meta})

    def data_page(self, codec, version, kind, encoding, values, places, optional):
        there = [v for v in values if v is not None]
        data = encode(kind, encoding, there, places, self.rng)
        levels = rle([int(v is not None) for v in values], 1, self.rng) if optional else b""
        if version == 1:
            if optional:
                levels = struct.pack("<I", len(levels)) + levels
            self.page(codec, (5, {1: len(values), 2: encoding, 3: RLE, 4: RLE}), 0, b"", levels + data)
        else:
            plain_bytes = self.rng.random() < 0.2
            self.page("none" if plain_bytes else codec,
                      (8, {1: len(values), 2: len(values) - len(there), 3: len(values), 4: encoding, 5: len(levels), 6: 0,
                           7: False if plain_bytes else self.rng.choice((True, None))}), 3, levels, data)

    def write(self, columns):
        """columns: (name, type, values) or (name, type, values, is it optional?)."""
        rng = self.rng
        columns = [(*c, any(v is None for v in c[2]) or rng.random() < 0.5) if len(c) == 3 else c for c in columns]
        rows, groups, i = len(columns[0][2]), [], 0
        while i < rows:
            n, begin = min(rows - i, self.group_rows or rng.choice((1, 5, 40, 200, 3000))), len(self.out)
            chunks = [self.column(name, kind, values[i:i + n], optional) for name, kind, values, optional in columns]
            groups.append(self.forge("group", {1: chunks, 2: len(self.out) - begin, 3: n}))
            i += n
        schema = [{4: "schema", 5: len(columns)}]
        for name, kind, _, optional in columns:
            _, number, converted, logical, _ = TYPES[kind]
            schema.append({1: number, 3: int(optional), 4: name, 6: converted, 10: {logical[0]: logical[1]} if logical else None})
        footer = thrift(self.forge("file", {1: 2, 2: schema, 3: rows, 4: groups, 6: "a test"}))[1]
        self.out += footer + struct.pack("<I", len(footer)) + b"PAR1"
        return bytes(self.out)


def statistics(kind, values, nulls, rng):
    if kind == "int96" or not values:
        return {3: nulls}
    low, high = min(values), max(values)
    if kind != "text":
        low, high = pack(kind, low), pack(kind, high)
        if not kind.startswith("u") and rng.random() < 0.2:
            return {1: high, 2: low, 3: nulls}
    elif rng.random() < 0.3:  # cut off, as some writers do with long texts
        low, high = low[:4], high[:4] + b"\x7f"
    return {3: nulls, 5: high, 6: low}


def write(columns, rng, **how):
    """The bytes of a file with these columns."""
    return Writer(rng, **how).write(columns)


def value_of(kind, value, rng):
    """A number or text of a flow log as a column of this type stores it."""
    if value is None:
        return None
    if kind == "text":
        return str(value).encode()
    factor = TYPES[kind][4]
    return int(value) * factor + (rng.randrange(factor)) if factor else int(value)
