# SPDX-License-Identifier: Apache-2.0
"""Whole corpora: ids on disk for training on them many times, and figures of how well a vocabulary
fits. Inputs are written as for train(): FILE, FILE:lines, FILE.jsonl:FIELD."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from yonder import _core
from yonder.progress import ProgressCallback, reporter
from yonder.tokenizer.arguments import whole_number
from yonder.tokenizer.results import Ids

if TYPE_CHECKING:
    from typing import Unpack

    from yonder.tokenizer.options import EncodeCorpusOptions, EncodeOptions
    from yonder.tokenizer.tokenizer import Tokenizer

__all__ = ["EncodeReport", "Evaluation", "ScriptShare", "TokenFile", "encode_corpus", "evaluate"]

Path: TypeAlias = str | os.PathLike[str]


class EncodeReport(NamedTuple):
    """What encode_corpus() did."""

    documents: int
    #: Of text.
    bytes: int
    ids: int


def encode_corpus(tokenizer: Tokenizer, input: Path | Sequence[Path], out: Path, *,
                  progress: ProgressCallback | None = None,
                  **options: Unpack[EncodeCorpusOptions]) -> EncodeReport:
    """Encodes files into an id file, over threads and in bounded memory.

    The file appears under its name when it is complete; after an interruption resume=True goes on.

    >>> encode_corpus(Tokenizer("small.model"), "corpus.txt:lines", "corpus.ids", force=True).documents
    4000
    """
    return EncodeReport(*_core.encode_corpus(tokenizer._model, reporter(progress),
                                             {"input": input, "out": out, **options}))


class TokenFile:
    """An id file, mapped into memory: what training reads.

    >>> tokenizer = Tokenizer("small.model")
    >>> _ = encode_corpus(tokenizer, "corpus.txt:lines", "corpus.ids", force=True)
    >>> file = TokenFile("corpus.ids")
    >>> file.require_model(tokenizer)
    >>> len(file), tokenizer.decode(file[0])
    (4000, '在 太阳 和\\n')
    """

    def __init__(self, path: Path) -> None:
        self._file = _core.TokenFile(path)

    @property
    def size(self) -> int:
        """Ids in all."""
        return self._file.size

    @property
    def vocab_size(self) -> int:
        """Of the tokenizer it was made with."""
        return self._file.vocab_size

    @property
    def settings(self) -> dict[str, Any]:
        """The options it was encoded with."""
        settings: dict[str, Any] = json.loads(self._file.settings)
        return settings

    @property
    def model_checksum(self) -> str:
        """Tokenizer.checksum of its tokenizer."""
        return self._file.model_checksum

    def require_model(self, tokenizer: Tokenizer) -> None:
        """Raises DataError unless the file was made with this tokenizer."""
        self._file.require_model(tokenizer._model)

    def read(self, first: int, count: int) -> Ids:
        """Ids first .. first + count - 1. Raises DataError beyond the end and for damage."""
        most = 2**64 - 1
        return self._file.read(whole_number("first", first, most), whole_number("count", count, most))

    def document(self, index: int) -> tuple[int, int]:
        """First id of a document, and one past its last."""
        return self._file.document(whole_number("index", index, most=2**64 - 1))

    def verify(self) -> None:
        """Checks every byte of the file. Raises DataError."""
        self._file.verify()

    def __len__(self) -> int:
        return self._file.documents

    def __getitem__(self, index: int) -> Ids:
        """The ids of a document."""
        if not -len(self) <= index < len(self):
            raise IndexError(f"there is no document {index}; the file has {len(self)}")
        first, end = self._file.document(index % len(self))
        return self._file.read(first, end - first)


class ScriptShare(NamedTuple):
    """A writing system within a text."""

    #: "Latin", "Han", ...; "Invalid" for bytes that are no UTF-8.
    script: str
    bytes: int
    #: Each token is shared out evenly over its bytes.
    tokens: float


class Evaluation(NamedTuple):
    """How a vocabulary fits a text."""

    #: Name of the input.
    text: str
    bytes: int
    characters: int
    tokens: int
    #: Sum of log p of all tokens.
    score: float
    single_byte_tokens: int
    #: Different pieces that occur.
    used_pieces: int
    bytes_per_token: float
    characters_per_token: float
    #: What the unigram model itself would need.
    bits_per_byte: float
    #: Most bytes first.
    scripts: list[ScriptShare]
    #: [length in bytes] -> tokens.
    token_lengths: npt.NDArray[np.uint64]
    #: Pieces that do not occur, rarest in training first.
    never_produced: Ids


def evaluate(tokenizer: Tokenizer, inputs: Path | Sequence[Path], *, threads: int = 0,
             progress: ProgressCallback | None = None,
             **options: Unpack[EncodeOptions]) -> list[Evaluation]:
    """Encodes each input and measures; of several inputs the last row is all of them together.

    >>> row, = evaluate(Tokenizer("small.model"), "corpus.txt")
    >>> row.bytes, [share.script for share in row.scripts]
    (36327, ['Latin', 'Han', 'Common'])
    """
    names = [inputs] if isinstance(inputs, str | os.PathLike) else inputs
    rows = _core.evaluate(tokenizer._model, [os.fspath(name) for name in names],
                          whole_number("threads", threads), reporter(progress), options)
    return [Evaluation._make([*row[:10], [ScriptShare(*share) for share in row[10]], *row[11:]])
            for row in rows]
