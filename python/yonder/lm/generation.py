# SPDX-License-Identifier: Apache-2.0
"""What models write: all of a text at its end, or piece by piece."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from yonder import _lm
from yonder.tokenizer.results import Ids

if TYPE_CHECKING:
    from typing import Self

__all__ = ["Generated", "TextStream"]

class Generated(NamedTuple):
    """A text that a model wrote."""

    #: Without the stop string.
    text: str
    #: All that were drawn, but no end-of-text token.
    ids: Ids
    #: Why it ended: so many tokens, a stop string, the model's own end, the user.
    finish: Literal["length", "stop", "eos", "cancelled"]
    #: Of each id under the model itself, nats.
    log_probability: npt.NDArray[np.float32]
    prompt_tokens: int
    prefill_seconds: float
    decode_seconds: float


class TextStream:
    """The pieces of a text while it is written; Model.stream() and Session.stream() make it.

    The model writes in a thread of its own and does not wait for the reader. close(), the end of a
    `with` block, the end of this object and Ctrl-C while waiting stop it.
    """

    def __init__(self, native: _lm.TextIterator) -> None:
        self._native = native
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._open = True

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        while self._open:
            try:
                text = self._decoder.decode(self._native.next())
            except StopIteration:
                self._open = False
                text = self._decoder.decode(b"", final=True)
            if text:
                return text
        raise StopIteration

    def close(self) -> None:
        """Stops the writing. What was not read is dropped."""
        self._open = False
        self._native.close()

    @property
    def result(self) -> Generated | None:
        """All of the text, once it has ended or was closed; None before, and after an error."""
        row = self._native.result()
        return None if row is None else generated_from(row)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.close()


def generated_from(row: tuple[Any, ...]) -> Generated:
    """From what the extension module returns."""
    text, *others = row
    return Generated._make([text.decode(errors="replace"), *others])
