#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Cuts the books that books-7m learns from out of a corpus of public-domain English.

    make_text.py en.txt.zst FOLDER    writes FOLDER/train.txt and FOLDER/held_out.txt

The corpus is Tiny Shakespeare, 19 books that each begin with a line "# Title: ...", and Python
enhancement proposals in the public domain. Three whole books are held out and never trained on.
"""

import pathlib
import re
import subprocess
import sys

HELD_OUT = ("Persuasion", "The Adventures of Tom Sawyer", "Life on the Mississippi")


def main():
    corpus, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    text = subprocess.run(["zstd", "-dc", corpus], check=True, capture_output=True).stdout.decode()
    starts = [match.start() for match in re.finditer(r"^# Title: ", text, re.MULTILINE)] + [len(text)]
    train, held_out = [text[: starts[0]]], []
    for start, end in zip(starts, starts[1:]):
        title = text[start : text.index("\n", start)].removeprefix("# Title: ").strip()
        (held_out if title in HELD_OUT else train).append(text[start:end])
    if len(held_out) != len(HELD_OUT):
        sys.exit(f"{corpus}: {len(held_out)} of the {len(HELD_OUT)} books to hold out were found")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "train.txt").write_text("".join(train), encoding="utf-8")
    (folder / "held_out.txt").write_text("".join(held_out), encoding="utf-8")


if __name__ == "__main__":
    main()
