# SPDX-License-Identifier: Apache-2.0
"""Byte-level vocabularies: text to ids and back, and learning a vocabulary from text.

    from yonder.tokenizer import Tokenizer, Trainer, train

`Tokenizer` and `Trainer` have the methods of the package `bytepiece`, so that a program written for
it runs when only its import is changed; the other methods of `Tokenizer` and the functions here give
the rest of the library. The guide is docs/guide/python.md of the repository.
"""

from yonder.tokenizer.corpus import (
    EncodeReport,
    Evaluation,
    ScriptShare,
    TokenFile,
    encode_corpus,
    evaluate,
)
from yonder.tokenizer.results import HealCandidate, Lattice, Scored, ScoredDraw
from yonder.tokenizer.streaming import Decoder, Encoder
from yonder.tokenizer.tokenizer import Tokenizer, formats
from yonder.tokenizer.trainer import (
    TrainedVocabulary,
    Trainer,
    TrainReport,
    convert_to_bytepiece,
    count_ngrams,
    merge_counts,
    train,
)

__all__ = [
    "Decoder",
    "EncodeReport",
    "Encoder",
    "Evaluation",
    "HealCandidate",
    "Lattice",
    "Scored",
    "ScoredDraw",
    "ScriptShare",
    "TokenFile",
    "Tokenizer",
    "TrainReport",
    "TrainedVocabulary",
    "Trainer",
    "convert_to_bytepiece",
    "count_ngrams",
    "encode_corpus",
    "evaluate",
    "formats",
    "merge_counts",
    "train",
]
