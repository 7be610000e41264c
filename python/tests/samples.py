# SPDX-License-Identifier: Apache-2.0
"""Texts and vocabularies that several tests use, and where data from outside lie."""

import base64
import hashlib
import pathlib

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
DATA = REPOSITORY.parent / "shared" / "data"


def vector_text():
    """The text of the training vector (docs/math/tokenizer.md)."""
    words = "the cat sat on a mat and then ran to see green stars 太阳 月亮 和 星光 猫 在 跑".split()
    x = 1

    def draw():
        nonlocal x
        x = (1103515245 * x + 12345) % 2**31
        return x >> 16

    lines = []
    for _ in range(4000):
        count = 1 + draw() % 3
        lines.append(" ".join(words[draw() % len(words)] for _ in range(count)) + "\n")
    text = "".join(lines)
    assert hashlib.sha256(text.encode()).hexdigest() == (
        "fd2d3771b0443603a17d1babf0f7195b299db83b6c3afa4b1806e402779615b1")
    return text


def tiny_model(tokenizer):
    """A language model of two layers and random weights, over the 400 ids of a vocabulary."""
    from yonder.lm import Model, ModelConfig  # not there without libtorch

    config = ModelConfig(vocab_size=400, hidden_size=32, intermediate_size=48, layers=2, heads=4,
                         kv_heads=2, head_dim=8, train_length=32)
    return Model.random(config, 7, tokenizer=tokenizer, threads=1)


def model_of(counts):
    """What a model file of exactly these pieces holds, ids in the order given."""
    return {base64.b64encode(piece.encode()).decode(): [3 + i, piece, count]
            for i, (piece, count) in enumerate(counts.items())}
