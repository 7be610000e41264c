#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Golden values of training, from bytepiece 0.6.3 itself (pip install bytepiece==0.6.3, with
pyahocorasick built in bytes mode).

  python3 tests/golden/make/training.py

writes tests/golden/tokenizer/training_chunks.json and training.json. Logarithms are replaced by
extended-precision ones rounded to double, because the last bit of np.log depends on the CPU
(docs/math/tokenizer.md, T9).
"""
import hashlib
import json
import os
import random
import sys
import tempfile

import bytepiece.bytepiece as reference
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
OUT = os.path.join(HERE, "..", "tokenizer")


class ExactLog:
    def __getattr__(self, name):
        return getattr(np, name)

    @staticmethod
    def log(value):
        return float(np.log(np.longdouble(int(value))))


reference.np = ExactLog()
reference.tqdm = lambda items, **_: items
reference.trange = lambda *args, **_: range(*args)


def chunk_cases():
    runs = [
        [],
        [["a", 1]],
        [["\n", 1]],
        [["abc\n", 3]],
        [["a", 10000], ["\n", 1], ["b", 1]],
        [["a", 10001], ["\n", 1]],
        [["a", 9999], ["\n", 100], ["b", 2]],
        [["\n", 250], ["x", 1]],
        [["x", 5], ["\n", 201]],
        [["a", 20000]],
        [["a", 20001], ["\n", 2]],
        [["é", 10000], ["\n", 1]],
        [["中", 10001], ["\n", 3], ["文", 5]],
        [["😀", 10002]],
        [["a1b22\n", 2], ["3", 1]],
        [["\r\n", 3], ["\u2028x\u0085y\x0b\x0c", 2], ["\n", 1]],
        [["٣x४", 2], ["\n5\n", 2], ["½²Ⅷ", 1]],
        [["a", 10000], ["1", 1], ["\n", 1]],
        [["1", 3], ["\n", 101], ["2", 1]],
        [["e\u0301", 3], ["\n", 1], ["\u0301", 2]],
        [["\u212b\u1100\u1161\u11a8", 2], ["\uf900", 1]],
        [["e\u0301", 10001], ["\n", 1]],
        [["か\u3099", 2], ["が", 1], ["\u0915\u093c", 2]],
        [["a\u0327\u0301", 1], ["a\u0301\u0327", 1], ["\u0344", 1]],
    ]
    cases = []
    for case in runs:
        text = "".join(piece * times for piece, times in case)
        for isolate in (False, True):
            chunks = reference.normalize(text, 10000, isolate)
            lengths = []
            for chunk in chunks:  # run lengths of equal chunk lengths
                if lengths and lengths[-1][0] == len(chunk):
                    lengths[-1][1] += 1
                else:
                    lengths.append([len(chunk), 1])
            cases.append({
                "runs": case,
                "isolate_digits": isolate,
                "chunk_lengths": lengths,
                "sha256": hashlib.sha256(b"".join(chunks)).hexdigest(),
            })
    return cases


def training_texts():
    draw = random.Random(1)
    words = ("the cat sat on a mat and then ran to see green stars seen from 1984 or 20 30 7 "
             "太阳 月亮 和 星光 猫 在 跑 café naïve Ωμέγα ещё раз 👍🏽").split()
    rare = "龘靐齾爩麤鱻馫厵灪爨癵驫纞虋讟钃鸜"
    lines = []
    for i in range(700):
        line = " ".join(draw.choice(words) for _ in range(draw.randint(1, 9)))
        if i % 23 == 0:
            place = draw.randint(0, len(line))
            line = line[:place] + rare[i // 23 % len(rare)] + line[place:]
        lines.append(line + "\n" * draw.choice([1, 1, 1, 1, 2, 3]))
    lines.append("e\u0301te\u0301 \u212b " * 3)
    return {"mixed": "".join(lines)}


def training_cases(texts):
    cases = []
    settings = [dict(order=n) for n in range(1, 8)]
    settings += [dict(order=n, ensure_unicode=False) for n in (1, 3, 6)]
    settings += [dict(isolate_digits=True), dict(isolate_digits=True, order=4, min_count=5)]
    settings += [dict(min_count=1), dict(min_count=12), dict(max_piece_length=5)]
    for text_name, text in texts.items():
        for setting in settings:
            trainer = reference.Trainer(max_vocab_size=[600, 400, 280], **{"min_count": 3, **setting})
            trainer.train([text])
            hashes = []
            with tempfile.TemporaryDirectory() as folder:
                path = os.path.join(folder, "m")
                trainer.save(path)
                for size in trainer.max_vocab_size:
                    with open("%s.%d" % (path, size), "rb") as file:
                        hashes.append(hashlib.sha256(file.read()).hexdigest())
            cases.append({
                "text": text_name,
                "order": trainer.order,
                "min_count": trainer.min_count,
                "max_piece_length": trainer.max_piece_length,
                "isolate_digits": trainer.isolate_digits,
                "ensure_unicode": trainer.ensure_unicode,
                "sizes": trainer.max_vocab_size,
                "sha256": hashes,
            })
            print(cases[-1], file=sys.stderr)
    return cases


def write(name, content):
    with open(os.path.join(OUT, name), "w", encoding="utf-8") as file:
        json.dump(content, file, indent=1, ensure_ascii=True)
        file.write("\n")


def main():
    write("training_chunks.json", {
        "source": "bytepiece 0.6.3, normalize(text, 10000, isolate_digits)",
        "how": "tests/golden/make/training.py",
        "tolerance": "none",
        "cases": chunk_cases(),
    })
    texts = training_texts()
    write("training.json", {
        "source": "bytepiece 0.6.3, Trainer, with extended-precision logarithms",
        "how": "tests/golden/make/training.py",
        "tolerance": "none: SHA-256 of the model files",
        "texts": texts,
        "cases": training_cases(texts),
    })


if __name__ == "__main__":
    main()
