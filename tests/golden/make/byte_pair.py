#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes tests/golden/tokenizer/byte_pair.json: ids by Hugging Face's tokenizers (merges) and by
SentencePiece (scored pieces) under small random vocabularies, with every option, improper merge
lists, equal scores and unused pieces among them.

  python3 tests/golden/make/byte_pair.py tests/golden/tokenizer
"""
import importlib.metadata
import json
import pathlib
import random
import struct
import sys

import sentencepiece
import tokenizers

LETTERS = ["a", "b", "é", "中", "▁"]
FOREIGN = ["z", "字", "ß"]  # in no vocabulary


def texts(rng):
    letters = rng.choice([LETTERS, LETTERS + FOREIGN, ["a", "b"], ["a", "▁"]])
    return ["".join(rng.choices(letters, k=rng.randint(1, 12))) for _ in range(6)]


def random_pieces(rng, letters):
    """Pieces of 2 to 5 letters, each the sum of two that are there."""
    pieces, merges = list(letters), []
    for _ in range(rng.randint(1, 14)):
        left, right = rng.choice(pieces), rng.choice(pieces)
        if len(left + right) <= 5:
            merges.append([left, right])
            if left + right not in pieces:
                pieces.append(left + right)
    return pieces, merges


def by_merges(rng):
    pieces, merges = random_pieces(rng, rng.sample(LETTERS, rng.randint(2, 5)))
    if rng.random() < 0.5:
        rng.shuffle(merges)
    options = {"ignore_merges": rng.random() < 0.3, "byte_fallback": rng.random() < 0.5,
               "fuse_unk": rng.random() < 0.5}
    missing = rng.sample(range(256), 100) if rng.random() < 0.5 else []
    bytes_ = [b for b in range(256) if b not in missing] if options["byte_fallback"] else []
    pieces = ["<unk>"] + pieces
    vocabulary = pieces + ["<0x%02X>" % b for b in bytes_]
    model = tokenizers.models.BPE(vocab={p: i for i, p in enumerate(vocabulary)},
                                  merges=[tuple(m) for m in merges], unk_token="<unk>", **options)
    tokenizer = tokenizers.Tokenizer(model)
    ids = {p: i for i, p in enumerate(vocabulary)}
    return {"pieces": pieces, "merges": [[ids[a], ids[b]] for a, b in merges], "bytes": bytes_,
            **options, "cases": [[t, tokenizer.encode(t).ids] for t in texts(rng)]}


def field(number, kind, payload):
    head = varint(number << 3 | kind)
    return head + (varint(len(payload)) if kind == 2 else b"") + payload


def varint(value):
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def by_scores(rng):
    letters = rng.sample(LETTERS, rng.randint(2, 5))
    pieces, _ = random_pieces(rng, letters)
    pieces = [p for p in pieces if len(p) > 1 or rng.random() < 0.8] or ["a"]
    fallback = rng.random() < 0.4
    unused = {p for p in pieces if rng.random() < 0.3} if rng.random() < 0.5 else set()
    scores = [0.0] + [-float(rng.randint(1, 6)) for _ in pieces]
    rows = [("<unk>", 0.0, 2)] + [(p, s, 5 if p in unused else 1)
                                  for p, s in zip(pieces, scores[1:])]
    if fallback:
        rows += [("<0x%02X>" % b, 0.0, 6) for b in range(256)]
    model = b"".join(field(1, 2, field(1, 2, p.encode()) + field(2, 5, struct.pack("<f", s)) +
                           field(3, 0, varint(k))) for p, s, k in rows)
    trainer = field(3, 0, varint(2)) + field(35, 0, varint(int(fallback)))
    # identity: no dummy prefix, white space stays as it is
    normalizer = b"".join(field(n, 0, varint(0)) for n in (3, 4, 5))
    model += field(2, 2, trainer) + field(3, 2, normalizer)
    processor = sentencepiece.SentencePieceProcessor(model_proto=model)
    return {"pieces": [""] + pieces, "scores": scores,
            "unused": [int(p in unused) for p in [""] + pieces],
            "bytes": list(range(256)) if fallback else [], "byte_fallback": fallback,
            "fuse_unk": True, "cases": [[t, processor.encode(t)] for t in texts(rng)]}


def main():
    (folder,) = map(pathlib.Path, sys.argv[1:])
    rng = random.Random(3)
    rows = [by_merges(rng) for _ in range(60)] + [by_scores(rng) for _ in range(60)]
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}"
                         for name in ("tokenizers", "sentencepiece"))
    # Ids of byte fallback follow those of the pieces; id 0 is the unknown piece.
    lines = ",\n".join("  " + json.dumps(row, ensure_ascii=False, separators=(",", ":"))
                       for row in rows)
    (folder / "byte_pair.json").write_text(
        f'{{\n "source": "{versions}",\n "how": "python3 tests/golden/make/byte_pair.py '
        f'tests/golden/tokenizer",\n "tolerance": 0,\n "models": [\n{lines}\n ]\n}}\n',
        encoding="utf-8")


if __name__ == "__main__":
    main()
