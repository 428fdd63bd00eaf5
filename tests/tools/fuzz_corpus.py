#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Chooses the corpora of the tree from all inputs that were found: fuzz_corpus.py FOLDER TARGET...

libFuzzer's merge says which branches each input reaches. The inputs that together reach the most
are kept, MOST at most, the smaller ones first. FOLDER has the targets that libFuzzer is linked
with, and their corpora, as `make fuzz` leaves them.
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
MOST = 30           # files of a corpus
LARGEST = 4096      # bytes of a file


def reached(target, folders):
    """The files of some folders, and the set of features that each of them reaches."""
    with tempfile.TemporaryDirectory() as temporary:
        control, empty = pathlib.Path(temporary, "control"), pathlib.Path(temporary, "empty")
        empty.mkdir()
        subprocess.run([target, "-set_cover_merge=1", f"-merge_control_file={control}", empty, *folders], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        lines = control.read_text().splitlines()
    files = lines[2:2 + int(lines[0])]
    features = {int(m[1]): set(map(int, m[2].split())) for m in (re.match(r"FT (\d+) ?(.*)", line) for line in lines) if m}
    return [(pathlib.Path(name), features.get(i, set())) for i, name in enumerate(files)]


def choose(inputs):
    """The files that reach the most together, in the order of what they add."""
    left = [(path, features) for path, features in inputs if path.stat().st_size <= LARGEST]
    known, chosen = set(), []
    while left and len(chosen) < MOST:
        path, features = max(left, key=lambda item: (len(item[1] - known), -item[0].stat().st_size))
        if not features - known:
            break
        chosen.append(path)
        known |= features
        left = [item for item in left if item[0] != path]
    return chosen, len(known)


def main():
    folder = pathlib.Path(sys.argv[1]).resolve()
    for target in sys.argv[2:]:
        kept, found = ROOT / "tests" / "fuzz" / "corpus" / target, folder / "corpus" / target
        for path in kept, found:
            path.mkdir(parents=True, exist_ok=True)
        inputs = reached(folder / target, [kept, found])
        chosen, features = choose(inputs)
        contents = [path.read_bytes() for path in chosen]
        shutil.rmtree(kept)
        kept.mkdir()
        for i, content in enumerate(contents):
            (kept / f"{i:02}").write_bytes(content)
        print(f"{target}: {len(contents)} of {len(inputs)} inputs, {features} features, {sum(map(len, contents))} bytes")


if __name__ == "__main__":
    main()
