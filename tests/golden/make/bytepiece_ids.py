#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes tests/golden/tokenizer/bytepiece_ids.json: ids by the reference BytePiece (0.6.3, with its
compiled extension) under two published models. Each case is one chunk as bytes; the reference is
called below its normalisation and chunking, so that invalid UTF-8 and newlines inside can be tried.

  python3 tests/golden/make/bytepiece_ids.py FOLDER_OF_THE_ZIP_FILES tests/golden/tokenizer
"""
import base64
import importlib.metadata
import json
import pathlib
import sys
import tempfile
import zipfile

import bytepiece

MODELS = ["bytepiece_80k", "bytepiece.eu.plus.40k"]
TEXTS = [
    "今天天气不错",
    "Hello, world!",
    "The quick brown fox jumps over the lazy dog.",
    "👍🏽 emoji 😀",
    "a\tb  c\r\nd",
    "import numpy as np\n\n\nprint(3.14159)",
    b"\xFF\xFE\x80\x00abc",
    b"\xE5\xA4\x0A\xB0\x94",
    bytes(range(0xF0, 0x100)),
    bytes(8),
    "",
]
# Published for the first of the models; the script checks itself against them.
PUBLISHED = {0: [37037, 40950, 36144], 1: [22527, 47, 30241, 36], 7: [2324, 13, 2035]}


def main():
    zips, folder = (pathlib.Path(argument) for argument in sys.argv[1:])
    cases = []
    for name in MODELS:
        with tempfile.TemporaryDirectory() as temporary:
            archive = zipfile.ZipFile(zips / f"{name}.zip")
            (member,) = [n for n in archive.namelist() if n.endswith(".model")]
            tokenizer = bytepiece.Tokenizer(archive.extract(member, temporary))
        for index, text in enumerate(TEXTS):
            chunk = text.encode() if isinstance(text, str) else text
            ids = tokenizer.pieces_to_ids(tokenizer._tokenize(chunk)) if chunk else []
            if name == MODELS[0] and index in PUBLISHED:
                assert ids == PUBLISHED[index], (text, ids)
            cases.append({"model": name, "base64": base64.b64encode(chunk).decode(), "ids": ids})
    version = importlib.metadata.version("bytepiece")
    lines = ",\n".join("  " + json.dumps(case) for case in cases)
    (folder / "bytepiece_ids.json").write_text(
        f'{{\n "source": "bytepiece {version}, Tokenizer._tokenize",\n "how": "python3 '
        'tests/golden/make/bytepiece_ids.py FOLDER_OF_THE_ZIP_FILES tests/golden/tokenizer",\n'
        f' "tolerance": 0,\n "cases": [\n{lines}\n ]\n}}\n')


if __name__ == "__main__":
    main()
