# SPDX-License-Identifier: Apache-2.0
"""The class Tokenizer: bytepiece's methods first, then those that only Yonder has.

Two rules tell the halves apart. bytepiece's methods normalise str to NFC, never bytes, take alpha
below 0 as "the best segmentation", and return lists. All others take the options of the library as
keyword arguments, change a text only as the model or `normalize` asks (BytePiece models ask for
nothing), and return numpy arrays. Any method may be called from any thread; the GIL is free while the library works.
"""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal, overload

from yonder import _core
from yonder.tokenizer.arguments import whole_number
from yonder.tokenizer.results import HealCandidate, Ids, Lattice, Offsets, Scored, ScoredDraw
from yonder.tokenizer.streaming import Decoder, Encoder

if TYPE_CHECKING:
    from typing import Unpack

    from yonder.tokenizer.options import EncodeOptions, LoadOptions, SampleOptions

__all__ = ["Tokenizer", "formats"]

_SPECIAL_TOKENS = ("<pad>", "<bos>", "<eos>")  # of bytepiece's vocabularies, as ids 0, 1, 2
_STREAM_PART = 1 << 16  # characters or bytes given to a stream at once


def formats() -> list[str]:
    """The formats that Tokenizer.save() knows by name.

    >>> "bytepiece" in formats()
    True
    """
    return _core.formats()


class Tokenizer:
    """A vocabulary, ready to encode and decode.

    pieces: the path of a model file, whose format is told from its content; or what such a file of
            bytepiece holds, {base64 of the piece: [id, text, count]}.
    seed:   of the draws of tokenize() and encode(); None is 0.
    Other keyword arguments say how a file is read (`LoadOptions` in yonder.tokenizer.options).

    Raises OSError, DataError (naming file and place), ValueError for an option.

    >>> tokenizer = Tokenizer("small.model")
    >>> tokenizer.tokenize("green stars")
    [b'green ', b'stars']
    """

    def __init__(self, pieces: str | os.PathLike[str] | Mapping[str, Any], seed: int | None = None,
                 **options: Unpack[LoadOptions]) -> None:
        source: str | list[tuple[bytes, int]]
        if isinstance(pieces, Mapping):
            source = _rows_of_model(pieces)
        else:
            source = os.path.abspath(os.fspath(pieces))
        self._open(source, options)
        self.set_seed(seed)

    @classmethod
    def from_counts(cls, counts: Mapping[str | bytes, int] | Mapping[str, int] | Mapping[bytes, int],
                    seed: int | None = None, **options: Unpack[LoadOptions]) -> Tokenizer:
        """A vocabulary in memory, from pieces with counts.

        Single bytes that are missing get the count 1. Ids are given by length, then by bytes.

        >>> Tokenizer.from_counts({"ab": 6, "abc": 2}).encode("abcab")
        [260, 259]
        """
        given = {piece.encode() if isinstance(piece, str) else bytes(piece): count
                 for piece, count in counts.items()}
        complete = {bytes([byte]): 1 for byte in range(256)} | given
        tokenizer = cls.__new__(cls)
        tokenizer._open(sorted(complete.items(), key=lambda row: (len(row[0]), row[0])), options)
        tokenizer.set_seed(seed)
        return tokenizer

    def _open(self, source: str | list[tuple[bytes, int]], options: LoadOptions) -> None:
        self._source = source
        self._options = options
        if isinstance(source, str):
            self._model = _core.Model.load(source, options)
        else:
            self._model = _core.Model.from_pieces(source, options)

    # ------------------------------------------------------------------ as bytepiece has them

    def set_seed(self, seed: int | None) -> None:
        """Starts the draws of tokenize() and encode() anew; None changes nothing."""
        if seed is not None:
            self._model.seed = whole_number("seed", seed, most=2**64 - 1)
            self._model.draws = 0

    @overload
    def tokenize(self, text: str | bytes, alpha: float = -1,
                 iter: Literal[False] = False) -> list[bytes]: ...
    @overload
    def tokenize(self, text: str | bytes, alpha: float = -1, *,
                 iter: Literal[True]) -> Iterator[bytes]: ...
    @overload
    def tokenize(self, text: str | bytes, alpha: float,
                 iter: Literal[True]) -> Iterator[bytes]: ...

    def tokenize(self, text: str | bytes, alpha: float = -1,
                 iter: bool = False) -> list[bytes] | Iterator[bytes]:
        """The pieces of a text as a list of bytes, or as an iterator with `iter`.

        alpha < 0: the best segmentation. Else a random one, with probability proportional to
        exp(alpha * score); every call draws anew, and set_seed() repeats the draws.

        >>> Tokenizer("small.model").tokenize("then see")
        [b'then ', b's', b'e', b'e']
        """
        if iter:
            return self._iterate_pieces(self._stream_compatible(text, False, False, alpha))
        return self._model.tokenize(text, float(alpha))

    @overload
    def encode(self, text: str | bytes, add_bos: bool = False, add_eos: bool = False,
               alpha: float = -1, iter: Literal[False] = False) -> list[int]: ...
    @overload
    def encode(self, text: str | bytes, add_bos: bool = False, add_eos: bool = False,
               alpha: float = -1, *, iter: Literal[True]) -> Iterator[int]: ...
    @overload
    def encode(self, text: str | bytes, add_bos: bool, add_eos: bool, alpha: float,
               iter: Literal[True]) -> Iterator[int]: ...

    def encode(self, text: str | bytes, add_bos: bool = False, add_eos: bool = False,
               alpha: float = -1, iter: bool = False) -> list[int] | Iterator[int]:
        """The ids of a text as a list of int, or as an iterator with `iter`.

        An iterator reads on only as its ids are taken, in bounded memory; alpha as in tokenize().

        >>> tokenizer = Tokenizer("small.model")
        >>> tokenizer.decode(tokenizer.encode("the cat sat", add_bos=True))
        'the cat sat'
        """
        if iter:
            return self._iterate_ids(self._stream_compatible(text, add_bos, add_eos, alpha))
        return self._model.encode(text, add_bos, add_eos, float(alpha))

    def decode(self, ids: Iterable[int] | Ids) -> str:
        """The text of ids. Special ids and bytes that are no UTF-8 are left out.

        Raises DataError with the position of an id out of range. decode_bytes() loses nothing.
        """
        return self._model.decode(ids).decode(errors="ignore")

    def piece_to_id(self, p: str | bytes) -> int:
        """The id of a piece (bytes), or of "<pad>", "<bos>", "<eos>" (str). Raises KeyError."""
        found: int | None
        if isinstance(p, bytes):
            found = self._model.id(p)
        else:
            found = next((i for i, name in enumerate(_SPECIAL_TOKENS)
                          if name == p and self.id_to_piece(i) == p), None)
        if found is None:
            raise KeyError(p)
        return found

    def id_to_piece(self, i: int) -> Any:
        """The bytes of an id, a str for a special one. Raises KeyError."""
        if not 0 <= i < self.vocab_size:
            raise KeyError(i)
        piece = self._model.piece(i)
        if i < len(_SPECIAL_TOKENS) and piece == _SPECIAL_TOKENS[i].encode():
            return _SPECIAL_TOKENS[i]
        return piece

    def pieces_to_ids(self, pieces: Iterable[str | bytes]) -> list[int]:
        """piece_to_id() of each."""
        return [self.piece_to_id(p) for p in pieces]

    def ids_to_pieces(self, ids: Iterable[int]) -> list[Any]:
        """id_to_piece() of each."""
        return [self.id_to_piece(i) for i in ids]

    @property
    def vocab_size(self) -> int:
        """Number of ids, the special ones included."""
        return self._model.vocab_size

    def convert_to_sentencepiece(self, path: str | os.PathLike[str]) -> None:
        """Writes a model that SentencePiece reads."""
        self.save(path, "sentencepiece")

    # ------------------------------------------------------------------------ ids in numpy arrays

    def decode_bytes(self, ids: Iterable[int] | Ids) -> bytes:
        """Exactly the bytes of ids; special ids have none. Raises DataError.

        >>> tokenizer = Tokenizer("small.model")
        >>> tokenizer.decode_bytes(tokenizer.encode_to_numpy(b"\\xff\\x00"))
        b'\\xff\\x00'
        """
        return self._model.decode(ids)

    def encode_to_numpy(self, text: str | bytes, **options: Unpack[EncodeOptions]) -> Ids:
        """The ids of a text.

        >>> Tokenizer("small.model").encode_to_numpy("the cat", bos=True).dtype
        dtype('uint32')
        """
        return self._model.encode_to_numpy(text, options)

    def encode_with_offsets(
        self, text: str | bytes, *, unit: Literal["bytes", "code-points", "utf16"] = "bytes",
        **options: Unpack[EncodeOptions],
    ) -> tuple[Ids, Offsets]:
        """Ids, and for each the span of the text it stands for, as rows (start, end).

        unit: what offsets count; with "code-points" they index a str. Spans refer to the text as it
        was given, before normalisation.

        >>> ids, spans = Tokenizer.from_counts({"太阳": 9}).encode_with_offsets(
        ...     "a太阳", unit="code-points")
        >>> spans.tolist()
        [[0, 1], [1, 3]]
        """
        return self._model.encode_with_offsets(text, unit, options)

    def encode_batch(self, documents: Iterable[str | bytes], threads: int = 0,
                     **options: Unpack[EncodeOptions]) -> tuple[Ids, Offsets]:
        """Many texts at once, over threads (0 = all cores): ids of all, and where each begins.

        The ids of document i are ids[offsets[i]:offsets[i + 1]], the same for any number of
        threads; its draws take the index `document` + i.

        >>> ids, offsets = Tokenizer("small.model").encode_batch(["green stars", "", "stars"])
        >>> offsets.tolist()
        [0, 2, 2, 3]
        """
        return self._model.encode_batch(documents, whole_number("threads", threads), options)

    def stream(self, **options: Unpack[EncodeOptions]) -> Encoder:
        """An Encoder for text that arrives bit by bit."""
        return Encoder(self._model.stream(options))

    def stream_decoder(self) -> Decoder:
        """A Decoder for ids that arrive one by one."""
        return Decoder(self._model.stream_decoder())

    # --------------------------------------------------------------- random and other segmentations

    def sample(self, text: str | bytes, **options: Unpack[SampleOptions]) -> Ids:
        """The ids of a random segmentation, drawn with probability ~ exp(alpha * score).

        The draw depends on seed, epoch, document and the text only.

        >>> tokenizer = Tokenizer("small.model")
        >>> ids = tokenizer.sample("the cat sat", alpha=0.1, seed=7)
        >>> np.array_equal(ids, tokenizer.sample("the cat sat", alpha=0.1, seed=7))
        True
        """
        sample = not options.get("uniform", False)
        return self._model.encode_to_numpy(text, {**options, "sample": sample})

    def nbest(self, text: str | bytes, k: int) -> list[Scored]:
        """The k best segmentations, best first (k up to 10,000; fewer if there are no more).

        >>> tokenizer = Tokenizer.from_counts({"ab": 6, "bc": 5})
        >>> [tokenizer.ids_to_pieces(ids) for ids, score in tokenizer.nbest("abc", 2)]
        [[b'ab', b'c'], [b'a', b'bc']]
        """
        return [Scored(*row) for row in self._model.nbest(text, whole_number("k", k))]

    def sample_without_replacement(self, text: str | bytes, k: int,
                                   **options: Unpack[SampleOptions]) -> list[ScoredDraw]:
        """k different segmentations, in the order drawn."""
        rows = self._model.sample_without_replacement(text, whole_number("k", k), options)
        return [ScoredDraw(*row) for row in rows]

    def lattice(self, text: str | bytes, alpha: float, marginals: bool = False) -> Lattice:
        """Sums over all segmentations of a text: log Z, entropy, expected length, marginals.

        >>> lattice = Tokenizer.from_counts({"ab": 6}).lattice("ab", alpha=1, marginals=True)
        >>> [(int(m["start"]), int(m["end"]), round(float(m["probability"]), 4))
        ...  for m in lattice.marginals]
        [(0, 1, 0.0006), (0, 2, 0.9994), (1, 2, 0.0006)]
        """
        return Lattice(*self._model.lattice(text, float(alpha), marginals))

    def count_segmentations(self, text: str | bytes) -> int:
        """How many segmentations a text has, exactly. The time grows with the square of its length.

        >>> Tokenizer.from_counts({"aa": 1}).count_segmentations("a" * 100)
        573147844013817084101
        """
        return _int_of_decimal(self._model.count_segmentations(text))

    def score(self, text: str | bytes, ids: Iterable[int] | Ids) -> float:
        """The sum of log p of a segmentation of the text; DataError if ids do not spell it."""
        return self._model.score(text, ids)

    def log_probability(self, text: str | bytes, ids: Iterable[int] | Ids, alpha: float) -> float:
        """log of the probability that a draw at alpha gives this segmentation.

        >>> tokenizer = Tokenizer("small.model")
        >>> best = tokenizer.encode("the cat sat")
        >>> bool(np.exp(tokenizer.log_probability("the cat sat", best, alpha=1)) > 0.5)
        True
        """
        return self._model.log_probability(text, ids, float(alpha))

    def heal(self, prompt: str | bytes, max_back: int) -> list[HealCandidate]:
        """Ways to go back from the end of a prompt that may end inside a piece, nearest first.

        A language model goes back to one of them and continues with ids that begin with the rest.

        >>> tokenizer = Tokenizer.from_counts({"the": 5, "there": 5})
        >>> nearest, back = tokenizer.heal("the", max_back=1)
        >>> tokenizer.ids_to_pieces(back.extensions)
        [b'the', b'there']
        """
        return [HealCandidate(*row) for row in self._model.heal(prompt, whole_number("max_back", max_back))]

    # ----------------------------------------------------------------------------- files and copies

    def save(self, path: str | os.PathLike[str], format: str = "bytepiece") -> None:
        """Writes the model atomically in one of formats(). Raises OSError, ValueError."""
        self._model.save(os.fspath(path), format)

    @property
    def checksum(self) -> str:
        """SHA-256 of the model's content, by which id files name their model."""
        return self._model.checksum

    def __reduce__(self) -> tuple[Any, ...]:
        state = (self._source, self._options, self._model.seed, self._model.draws, self.checksum)
        return (_restore, (type(self), *state))

    def __repr__(self) -> str:
        where = self._source if isinstance(self._source, str) else f"{len(self._source)} pieces"
        return f"<{type(self).__module__}.{type(self).__qualname__} of {where!r}, {self.vocab_size} ids>"

    def _stream_compatible(self, text: str | bytes, bos: bool, eos: bool,
                           alpha: float) -> Iterator[Ids]:
        if not isinstance(text, str):
            text = bytes(memoryview(text))
        native = self._model.stream_compatible(isinstance(text, str), bos, eos, float(alpha))
        parts = (text[i:i + _STREAM_PART] for i in range(0, len(text), _STREAM_PART))
        return Encoder(native).encode(parts)

    def _iterate_pieces(self, arrays: Iterator[Ids]) -> Iterator[bytes]:
        for ids in arrays:
            yield from map(self._model.piece, ids.tolist())

    @staticmethod
    def _iterate_ids(arrays: Iterator[Ids]) -> Iterator[int]:
        for ids in arrays:
            yield from ids.tolist()


def _restore(cls: type[Tokenizer], source: str | list[tuple[bytes, int]], options: LoadOptions,
             seed: int, draws: int, checksum: str) -> Tokenizer:
    """A tokenizer from its pickle, which names the model file rather than holding it."""
    tokenizer = cls.__new__(cls)
    tokenizer._open(source, options)
    if tokenizer.checksum != checksum:
        raise _core.DataError(f"{source}: the model has changed since the tokenizer was pickled; "
                              f"its SHA-256 is {tokenizer.checksum} and was {checksum}")
    tokenizer._model.seed = seed
    tokenizer._model.draws = draws
    return tokenizer


def _rows_of_model(model: Mapping[str, Any]) -> list[tuple[bytes, int]]:
    """Pieces with counts, in id order, of what a bytepiece model file holds."""
    rows: dict[int, tuple[bytes, int]] = {}
    for key, value in model.items():
        try:
            id, _, count = value
            rows[int(id)] = (base64.b64decode(key, validate=True), int(count))
        except (TypeError, ValueError, binascii.Error) as error:
            raise _core.DataError(f"piece {key!r} is {value!r}; a model is {{base64 of the piece: "
                                  "[id, text, count]}}") from error
    first = len(_SPECIAL_TOKENS)
    for expected, id in enumerate(sorted(rows), start=first):
        if id != expected:
            raise _core.DataError(f"the model has {len(model)} pieces and an id {id}; ids must be "
                                  f"{first} to {first + len(model) - 1}, each once")
    if len(rows) != len(model):
        raise _core.DataError(f"the model has {len(model)} pieces and only {len(rows)} different ids")
    return [rows[id] for id in sorted(rows)]


def _int_of_decimal(digits: str) -> int:
    """int(digits), also beyond the 4,300 digits at which int() gives up."""
    step = 4000
    number = 0
    for i in range(0, len(digits), step):
        part = digits[i:i + step]
        number = number * 10 ** len(part) + int(part)
    return number
