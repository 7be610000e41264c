# SPDX-License-Identifier: Apache-2.0
"""Text that arrives bit by bit: Tokenizer.stream() and Tokenizer.stream_decoder() make these.

Both may be used from several threads, which then take turns; the order is the threads' own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import TracebackType

from yonder import _core
from yonder.tokenizer.results import Ids

__all__ = ["Decoder", "Encoder"]


class Encoder:
    """Ids as soon as later bytes cannot change them; together they are those of the whole text.

    >>> encoder = Tokenizer.from_counts({"the": 5, "there": 5}).stream()
    >>> encoder.feed("the"), encoder.feed("r"), encoder.finish()
    (array([], dtype=uint32), array([], dtype=uint32), array([259, 117], dtype=uint32))

    As a context manager it makes sure that no end of a text is forgotten:

    >>> with Tokenizer.from_counts({"the": 5}).stream() as encoder:
    ...     ids = [*encoder.feed("the"), *encoder.finish()]
    """

    def __init__(self, native: _core.StreamEncoder) -> None:
        self._native = native

    def feed(self, text: str | bytes) -> Ids:
        """The ids that have become final after these characters or bytes.

        A str is taken as its UTF-8; characters and lines may be cut anywhere in bytes.
        """
        return self._native.feed(text)

    def finish(self) -> Ids:
        """The last ids of the document; the next feed() begins another one."""
        return self._native.finish()

    def encode(self, parts: Iterable[str | bytes]) -> Iterator[Ids]:
        """The ids of a document that comes in parts, an array per part and one at the end."""
        for part in parts:
            yield self.feed(part)
        yield self.finish()

    @property
    def lag(self) -> int:
        """Bytes held back at present."""
        return self._native.state()[0]

    @property
    def max_lag(self) -> int:
        """The most bytes that were held back so far."""
        return self._native.state()[1]

    @property
    def forced_cuts(self) -> int:
        """Cuts that the option max_lag forced; each may differ from the best segmentation."""
        return self._native.state()[2]

    def __enter__(self) -> Encoder:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        if kind is None and self.lag > 0:
            raise ValueError(f"{self.lag} bytes of the document have no ids yet; call finish() at "
                             "its end")


class Decoder:
    """Bytes as soon as they make whole characters; together they are those of all ids.

    >>> tokenizer = Tokenizer.from_counts({})
    >>> decoder = tokenizer.stream_decoder()
    >>> [decoder.feed([id]) for id in tokenizer.encode("a\\u592a")]
    [b'a', b'', b'', b'\\xe5\\xa4\\xaa']
    """

    def __init__(self, native: _core.StreamDecoder) -> None:
        self._native = native

    def feed(self, ids: Iterable[int] | Ids) -> bytes:
        """The bytes that are complete after these ids: whole characters, and bytes of none."""
        return self._native.feed(ids)

    def finish(self) -> bytes:
        """What is left, complete or not."""
        return self._native.finish()

    def __enter__(self) -> Decoder:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        if kind is None and (rest := self.finish()):
            raise ValueError(f"{len(rest)} bytes of an unfinished character are left; call finish() "
                             "at the end")
