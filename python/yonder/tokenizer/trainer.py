# SPDX-License-Identifier: Apache-2.0
"""Learning a vocabulary: bytepiece's class Trainer, and the library's own functions over files.

All work in bounded memory and over threads; the result depends on the text and the options only.
Ctrl-C stops them with a KeyboardInterrupt that says how to go on (resume=True).
"""

from __future__ import annotations

import json
import os
import pathlib
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from yonder import _core
from yonder.progress import ProgressCallback, reporter

if TYPE_CHECKING:
    from typing import Unpack

    from yonder.tokenizer.options import CountOptions, TrainerOptions, TrainOptions

__all__ = [
    "TrainReport",
    "TrainedVocabulary",
    "Trainer",
    "convert_to_bytepiece",
    "count_ngrams",
    "merge_counts",
    "train",
]

Path: TypeAlias = str | os.PathLike[str]


class TrainedVocabulary(NamedTuple):
    """One of the vocabularies of a run."""

    #: Numbers of ids asked for.
    requested_size: int
    #: The model file.
    path: str
    #: Pieces with their counts, in id order; the first has the id 3.
    pieces: dict[bytes, int]


class TrainReport(NamedTuple):
    """What train() did."""

    text_bytes: int
    #: n-grams of all orders that were frequent enough.
    kept_ngrams: int
    #: Distinct pieces before pruning.
    raw_pieces: int
    count_seconds: float
    tag_seconds: float
    prune_seconds: float
    #: By descending size.
    vocabularies: list[TrainedVocabulary]


def train(input: Path | Sequence[Path], out: Path, *, progress: ProgressCallback | None = None,
          **options: Unpack[TrainOptions]) -> TrainReport:
    """Learns vocabularies from files and writes them.

    input:   FILE (one document), FILE:lines (a document per line) or FILE.jsonl:FIELD; each may be
             gzip or zstd.
    out:     the model file; several sizes give OUT.SIZE.
    Raises ValueError for an option, OSError, DataError; KeyboardInterrupt after a Ctrl-C, with the
    state that resume=True goes on from kept in `tmp`.

    >>> report = train("corpus.txt", "trained.model", vocab_size=400, min_count=4)
    >>> [len(vocabulary.pieces) for vocabulary in report.vocabularies]
    [397]
    """
    *figures, vocabularies = _core.train(reporter(progress), {"input": input, "out": out, **options})
    return TrainReport._make([*figures, [_vocabulary(row) for row in vocabularies]])


def count_ngrams(input: Path | Sequence[Path], out: Path, *,
                 progress: ProgressCallback | None = None, **options: Unpack[CountOptions]) -> None:
    """Counts n-grams into a file that merge_counts() adds and train(from_counts=...) takes."""
    _core.count_ngrams(reporter(progress), {"input": input, "out": out, **options})


def merge_counts(inputs: Sequence[Path], out: Path, *, force: bool = False,
                 progress: ProgressCallback | None = None) -> None:
    """Adds count files of the same settings: the counts of all texts together."""
    _core.merge_counts(reporter(progress), [os.fspath(name) for name in inputs], out, force)


class Trainer:
    """bytepiece's trainer: the same model files from the same texts.

    max_vocab_size: a number, or a list of several. Other options of the library are keyword
    arguments (`TrainerOptions` in yonder.tokenizer.options); compat="none" leaves the reference's
    loss of the rest of a line after a rare character behind.

    >>> trainer = Trainer(max_vocab_size=300, min_count=4)
    >>> trainer.train(["the cat sat on the mat\\n"] * 9)
    >>> trainer.save("mine.model")
    >>> Tokenizer("mine.model").encode("the cat sat on the mat\\n")
    [259]
    """

    def __init__(self, order: int = 6, max_vocab_size: int | list[int] = 10000,
                 max_piece_length: int = 36, min_count: int = 2, isolate_digits: bool = False,
                 ensure_unicode: bool = True, **options: Unpack[TrainerOptions]) -> None:
        sizes = max_vocab_size if isinstance(max_vocab_size, list) else [max_vocab_size]
        self.max_vocab_size = sorted(sizes, reverse=True)
        #: After train(): for each size the pieces with their counts.
        self.pieces: list[dict[bytes, int]] = []
        self._options: dict[str, Any] = {
            "order": order, "vocab_size": self.max_vocab_size, "max_piece_length": max_piece_length,
            "min_count": min_count, "isolate_digits": isolate_digits,
            "ensure_unicode": ensure_unicode, "compat": "bytepiece", **options}
        _core.check_train_options("Trainer", self._options)

    def train(self, texts: Iterable[str], workers: int = 1, batch_size: int = 1000,
              progress: ProgressCallback | None = None) -> None:
        """Learns from texts, each a document of its own.

        The texts are gone through once and kept in a temporary folder while training, so that any
        iterable will do and memory stays bounded. workers: threads, 0 = all cores. batch_size has
        no influence here. Neither changes the result.
        """
        with tempfile.TemporaryDirectory(prefix="yonder-train-") as folder:
            corpus = pathlib.Path(folder, "texts.jsonl")
            with corpus.open("w", encoding="utf-8") as file:
                for number, text in enumerate(texts):
                    if not isinstance(text, str):
                        raise TypeError(f"text {number} is {type(text).__name__}; texts to learn "
                                        "from are str (train() takes files of any bytes)")
                    json.dump({"text": text}, file, ensure_ascii=False)
                    file.write("\n")
            report = _core.train(
                reporter(progress),
                {"input": f"{corpus}:text", "out": pathlib.Path(folder, "trained.model"),
                 "threads": workers, **self._options})
        self.pieces = [_vocabulary(row).pieces for row in report[-1]]

    def save(self, path: Path) -> None:
        """Writes the model; with several sizes one file PATH.SIZE for each. Replaces files."""
        if not self.pieces:
            raise ValueError("there is nothing to save; call train() first")
        path = os.fspath(path)
        names = [path] if len(self.pieces) == 1 else [f"{path}.{size}" for size in self.max_vocab_size]
        for name, pieces in zip(names, self.pieces, strict=True):
            _core.Model.from_pieces(list(pieces.items()), {}).save(name, "bytepiece")


def convert_to_bytepiece(pieces: Mapping[str, int] | Mapping[bytes, int], path: Path) -> None:
    """Writes a model from words with counts, as other segmenters list them.

    Single bytes that are missing get the count 1; words that their own parts beat are dropped.

    >>> convert_to_bytepiece({"the": 50, "quick": 20}, "words.model")
    >>> Tokenizer("words.model").tokenize("the quick")
    [b'the', b' ', b'quick']
    """
    rows = [(piece.encode() if isinstance(piece, str) else piece, count)
            for piece, count in pieces.items()]
    _core.train_from_pieces(None, rows, path, True)


def _vocabulary(row: tuple[int, str, list[tuple[bytes, int]]]) -> TrainedVocabulary:
    requested_size, path, pieces = row
    return TrainedVocabulary(requested_size, path, dict(pieces))
