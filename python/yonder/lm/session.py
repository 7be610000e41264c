# SPDX-License-Identifier: Apache-2.0
"""The class Session: one text that a model has read, and goes on reading."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple, SupportsIndex, TypeAlias

import numpy as np
import numpy.typing as npt

from yonder import _lm
from yonder.lm.generation import Generated, TextStream, generated_from
from yonder.lm.schemes import Scheme
from yonder.tokenizer.results import Ids

if TYPE_CHECKING:
    from typing import Unpack

    from yonder.lm.model import Model
    from yonder.lm.options import GenerateOptions, SessionOptions

__all__ = ["Loss", "Session"]

#: A text, which the model's tokenizer splits, or token ids.
TextOrIds: TypeAlias = str | bytes | Ids | Iterable[int]


class Loss(NamedTuple):
    """How well a model foresaw tokens."""

    #: Nats per token: minus the mean of the log-probabilities.
    mean: float
    #: Of each target, nats.
    log_probability: npt.NDArray[np.float32]
    #: Whether each was the most probable token.
    hit: npt.NDArray[np.bool_]


class Session:
    """A model that reads one text bit by bit, with a cache of keys and values. Threads that share a
    session take turns.

    Keys are kept un-rotated, so the scheme may change between feeds; what was read before stays as
    it was computed. Texts begin with the model's first token, if it has one, where nothing was read
    before; ids are taken as they are.

    >>> session = Session(model, "rerope:w=16")
    >>> session.feed("the cat").shape, session.length == len(model.encode("the cat"))
    ((400,), True)
    >>> twin = session.fork()
    >>> bool(np.all(session.feed(" sat") == twin.feed(" sat")))
    True
    """

    def __init__(self, model: Model, scheme: str | Scheme = "", *, target: SupportsIndex = 0,
                 **options: Unpack[SessionOptions]) -> None:
        """scheme: empty for the one that the model itself asks for. target: for s=auto, tokens."""
        self._model = model
        self._native = _lm.Session(model._native, scheme_for(model, scheme, int(target))._native,
                                   options)

    @property
    def model(self) -> Model:
        """What reads."""
        return self._model

    @property
    def length(self) -> int:
        """Tokens read so far."""
        return self._native.length

    @property
    def cache_bytes(self) -> int:
        """Bytes of keys and values."""
        return self._native.cache_bytes

    @property
    def scheme(self) -> Scheme:
        """The scheme of the next feed."""
        return Scheme(self._native.scheme)

    def set_scheme(self, scheme: str | Scheme, *, target: SupportsIndex = 0) -> None:
        """Another scheme from the next feed on. Equal to a fresh start only after truncate(0)."""
        self._native.scheme = scheme_for(self._model, scheme, int(target))._native

    def feed(self, text: TextOrIds) -> npt.NDArray[np.float32]:
        """Reads; the logits after the last token, (V,)."""
        return self._native.feed(self._ids(text))

    def feed_all(self, text: TextOrIds) -> npt.NDArray[np.float32]:
        """Reads; the logits after every token, (T, V). For long texts rather score()."""
        return self._native.feed_all(self._ids(text))

    def score(self, text: TextOrIds, first: SupportsIndex = 1) -> Loss:
        """Reads all tokens but the last and scores those from number `first` on, each given all
        before it, holding few logits at a time."""
        return loss_from(self._native.score(self._ids(text), int(first)))

    def generate(self, prompt: TextOrIds, *, draw: SupportsIndex = 0,
                 **options: Unpack[GenerateOptions]) -> Generated:
        """Reads the prompt and goes on; see Model.generate(). The last token written is not read
        yet: it begins the next prompt."""
        return generated_from(self._native.generate(self._ids(prompt), int(draw), options))

    def stream(self, prompt: TextOrIds, *, draw: SupportsIndex = 0,
               **options: Unpack[GenerateOptions]) -> TextStream:
        """The same, piece by piece. Other calls of this session wait until the text has ended."""
        return TextStream(self._native.stream(self._ids(prompt), int(draw), options))

    def truncate(self, length: SupportsIndex) -> None:
        """Forgets the text from token `length` on. ValueError where a window has dropped keys that
        would be seen from there."""
        self._native.truncate(int(length))

    def fork(self) -> Session:
        """A second session that has read the same."""
        twin = Session.__new__(Session)
        twin._model = self._model
        twin._native = self._native.fork()
        return twin

    def __repr__(self) -> str:
        return (f"<{type(self).__module__}.{type(self).__qualname__} of {self.length} tokens under "
                f"{str(self.scheme)!r}>")

    def _ids(self, text: TextOrIds) -> Ids | Iterable[int]:
        return ids_for(self._model, text, bos=isinstance(text, str | bytes) and self.length == 0)


def ids_for(model: Model, text: TextOrIds, *, bos: bool = True) -> Ids | Iterable[int]:
    """Token ids of a text; ids as they are."""
    return model.encode(text, bos=bos) if isinstance(text, str | bytes) else text


def scheme_for(model: Model, scheme: str | Scheme, target: int) -> Scheme:
    """The scheme of a text, with its notices as warnings of the user's line."""
    if isinstance(scheme, Scheme):
        return scheme
    parsed = model.scheme(scheme, target=target)
    for notice in parsed.notices:
        warnings.warn(notice, stacklevel=3)
    return parsed


def loss_from(row: tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_]]) -> Loss:
    """From what the extension module returns."""
    log_probability, hit = row
    return Loss(-float(log_probability.mean(dtype=np.float64)), log_probability, hit)
