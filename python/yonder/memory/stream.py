# SPDX-License-Identifier: Apache-2.0
"""The class Stream. Its calls may come from several threads, which then take turns; the GIL is free
while the library works."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from yonder import _core
from yonder.arrays import column
from yonder.memory.summary import Summary

if TYPE_CHECKING:
    from typing import Self, Unpack

    from yonder.memory.options import StreamOptions

__all__ = ["Stream"]


class Stream:
    """A memory of one or several channels.

    channels: their names, or how many there are.
    Options are keyword arguments (`StreamOptions` in yonder.memory.options), as for the program.

    >>> stream = Stream(measure="legs", order=16)
    >>> stream.push(np.sin(np.arange(1000) * 0.01))
    >>> round(stream.summary().at(500.5).estimate, 3), round(float(np.sin(5.0)), 3)
    (-0.959, -0.959)
    """

    def __init__(self, channels: int | Sequence[str] = 1, **options: Unpack[StreamOptions]) -> None:
        if isinstance(channels, str):
            raise TypeError("channels must be a number or a list of names, not a str")
        if isinstance(channels, int):
            if channels < 1:
                raise ValueError(f"channels is {channels}; it must be 1 or more")
            channels = ["value"] if channels == 1 else [f"channel {i + 1}" for i in range(channels)]
        self._native = _core.MemoryStream(list(channels), options)

    def push(self, samples: npt.ArrayLike, times: npt.ArrayLike | None = None) -> None:
        """Takes samples: (n,) of a single channel, or (n, channels); float32 and float64 are read
        where they lie, if they lie in C order.

        times: (n,), increasing, also from push to push; None: the samples are regular. A stream
        takes one of the two kinds. Each sample holds until the time of the next.
        Raises DataError naming the first bad sample; the stream is then as it was.
        """
        array = np.asarray(samples)
        if array.dtype.kind not in "biuf":
            raise TypeError(f"samples must be real numbers, not an array of {array.dtype}")
        channels = len(self.names)
        if array.shape not in ((len(array),) if array.ndim == 1 and channels == 1 else (),
                               (len(array), channels) if array.ndim == 2 else ()):
            expected = "(n,) or (n, 1)" if channels == 1 else f"(n, {channels})"
            raise ValueError(f"samples have the shape {array.shape}; {expected} is expected")
        at = None if times is None else column("times", times)
        if array.dtype == np.float32:
            self._native.push_float(np.ascontiguousarray(array, dtype=np.float32), at)
        else:
            self._native.push_double(np.ascontiguousarray(array, dtype=np.float64), at)

    def summary(self) -> Summary:
        """What is known now. DataError before the first whole sample."""
        return Summary(self._native.summary())

    @property
    def names(self) -> list[str]:
        """Of the channels."""
        return self._native.names

    @property
    def samples(self) -> int:
        """How many samples came, per channel."""
        return self._native.samples

    @property
    def state_bytes(self) -> int:
        """Bytes of state, which do not grow with the stream except by its logarithm."""
        return self._native.state_bytes

    @property
    def options(self) -> dict[str, Any]:
        """All options with their values."""
        names = ("measure", "order", "scalar", "rule", "alpha", "hold", "start", "step", "block",
                 "unsafe")
        return dict(zip(names, self._native.options, strict=True))

    @staticmethod
    def merge(older: Stream, newer: Stream) -> Stream:
        """One stream of two that were fed adjacent stretches of time; pushes go on after the newer's.

        >>> samples = np.cos(np.arange(100.0))
        >>> older, newer = Stream(order=8), Stream(order=8, start=60)
        >>> older.push(samples[:60])
        >>> newer.push(samples[60:])
        >>> whole = Stream(order=8)
        >>> whole.push(samples)
        >>> merged = Stream.merge(older, newer).summary()
        >>> bool(np.allclose(merged.coefficients(), whole.summary().coefficients(), atol=1e-13))
        True
        """
        return Stream._of(older._native.merged(newer._native))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes a snapshot .yms, atomically. What load() gives goes on bit for bit."""
        self._native.save(path)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Reads a snapshot. OSError, DataError."""
        return cls._of(_core.MemoryStream.load(path))

    def to_bytes(self) -> bytes:
        """The bytes of a snapshot."""
        return self._native.to_bytes()

    @classmethod
    def from_bytes(cls, snapshot: bytes) -> Self:
        """Reads to_bytes()."""
        return cls._of(_core.MemoryStream.from_bytes(snapshot, "snapshot"))

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self).from_bytes, (self.to_bytes(),))

    def __repr__(self) -> str:
        options = self.options
        return (f"<{type(self).__module__}.{type(self).__qualname__} of {options['measure']!r}, order "
                f"{options['order']}, {len(self.names)} channels, {self.samples} samples>")

    @classmethod
    def _of(cls, native: _core.MemoryStream) -> Self:
        stream = cls.__new__(cls)
        stream._native = native
        return stream
