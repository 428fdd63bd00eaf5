# SPDX-License-Identifier: MIT
"""A folder of Parquet files answers as a folder of the same records as text: random files (parquetquestions.py), whose
schemas change from file to file, and random questions.

PARQUET_SEEDS=100-500 asks about other folders; `make parquet` asks about many."""

import os
import random
import re

import pytest

import parquetquestions
from builds import BUILDS, quote

FIRST, _, LAST = os.environ.get("PARQUET_SEEDS", "0-2").partition("-")
QUESTIONS = int(os.environ.get("PARQUET_QUESTIONS", "25"))
SEEDS = [(build, seed) for i, build in enumerate(BUILDS) for seed in range(int(FIRST), int(LAST))
         if "PARQUET_SEEDS" in os.environ or seed % len(BUILDS) == i]


def answers(build, questions, folder, header):
    """The answers, as lists of lines that do not depend on the folder."""
    script = ["SELECT count(*) > 0 FROM flowlogs_index_build({0}, {1});".format(quote(str(folder)), quote(f"{folder}.idx"))]
    for sql in questions:
        for short, long in (("@T", str(folder)), ("@P", f"{folder}/"), ("@I", f"{folder}.idx")):
            sql = sql.replace(short, quote(long))
        script.append("SELECT '=';" + sql.replace("@L", str(header)) + ";")
    text = build.shell(".nullvalue NULL\n" + "\n".join(script)).replace(str(folder), "FOLDER")
    text = re.sub(r"(?m)^(.*Error.*FOLDER.*?)(\.parquet|\.log|\.gz)(:\d+)?(:.{60}).*", r"\1\4", text)
    return [part.split("\n") for part in text.split("=\n")[1:]]


@pytest.mark.parametrize("build, seed", SEEDS, ids=lambda x: getattr(x, "name", str(x)))
def test_as_in_the_text(build, seed, tmp_path):
    rng = random.Random(seed)
    parquet, text = tmp_path / "parquet", tmp_path / "text"
    for folder in (parquet, text):
        folder.mkdir()
    is_all = parquetquestions.make_tree(rng, parquet, text)
    for file in tmp_path.rglob("*.*"):
        os.utime(file, (1e9, 1e9))  # not changed a moment ago, so that an index of it is believed
    questions = [parquetquestions.question(rng, list(parquetquestions.FIELDS)[:14 + 5 * (i % 2)], is_all) for i in range(QUESTIONS)]
    for i in range(0, QUESTIONS, 3):
        if "flowlogs_f" not in questions[i] and "flowlogs_e" not in questions[i] and "JOIN" not in questions[i]:
            questions[i] = questions[i].replace(" WHERE ", " WHERE index_file = @I AND ", 1)
    a, b = answers(build, questions, parquet, 0), answers(build, questions, text, 1)
    assert len(a) == len(b) == QUESTIONS
    for sql, one, other in zip(questions, a, b):
        if "LIMIT" not in sql:
            one, other = sorted(one), sorted(other)
        assert one == other, sql
