# SPDX-License-Identifier: Apache-2.0
"""The class Summary: what a memory holds at one moment. Immutable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, SupportsIndex

import numpy as np
import numpy.typing as npt

from yonder import _core
from yonder.arrays import Floats, floats, scalar_like

if TYPE_CHECKING:
    from typing import Literal

    _Normalization = Literal["orthonormal", "hippo", "value", "lmu"]

__all__ = ["Summary", "Value"]


class Value(NamedTuple):
    """What was read back. Numbers for a number, else arrays of the shape of the times."""

    estimate: Any
    #: Of the reconstruction over the whole interval.
    rms_error: Any
    #: The truth is within this of the estimate for sure; NaN where there is no such bound.
    bound: Any


class Summary:
    """N coefficients per channel of an interval of the past. Stream.summary() makes them.

    A channel is named by its number or its name. Times outside [begin, end] are a ValueError:
    nothing is extrapolated.

    >>> stream = Stream(order=12)
    >>> stream.push(np.arange(100.0))
    >>> summary = stream.summary()
    >>> round(summary.mean(0, 100).estimate, 9), round(summary.derivative(50).estimate, 2)
    (49.5, 1.0)
    >>> np.round(summary.at([10.5, 90.5]).estimate, 1)
    array([10., 90.])
    """

    def __init__(self, native: _core.MemorySummary) -> None:
        self._native = native

    @property
    def measure(self) -> str:
        """What is remembered, as the option says it."""
        return self._native.measure

    @property
    def order(self) -> int:
        """N, coefficients per channel."""
        return self._native.order

    @property
    def names(self) -> list[str]:
        """Of the channels."""
        return self._native.names

    @property
    def begin(self) -> float:
        """Where the interval begins."""
        return self._native.begin

    @property
    def end(self) -> float:
        """Where the interval ends."""
        return self._native.end

    @property
    def exact(self) -> bool:
        """The coefficients are the projection of the samples."""
        return self._native.exact

    def at(self, t: npt.ArrayLike, channel: SupportsIndex | str = 0) -> Value:
        """The value at t."""
        return _value(self._native.at(self._channel(channel), floats("t", t)))

    def derivative(self, t: npt.ArrayLike, channel: SupportsIndex | str = 0) -> Value:
        """The derivative at t, per unit of time."""
        return _value(self._native.derivative(self._channel(channel), floats("t", t)))

    def integral(self, t1: npt.ArrayLike, t2: npt.ArrayLike,
                 channel: SupportsIndex | str = 0) -> Value:
        """The integral from t1 to t2, with a rigorous bound where the summary is exact."""
        return _value(self._native.integral(self._channel(channel), *_pair(t1, t2)))

    def mean(self, t1: npt.ArrayLike, t2: npt.ArrayLike, channel: SupportsIndex | str = 0) -> Value:
        """The mean from t1 to t2, with a rigorous bound where the summary is exact."""
        return _value(self._native.mean(self._channel(channel), *_pair(t1, t2)))

    def grid(self, n: SupportsIndex, t1: float | None = None, t2: float | None = None,
             channel: SupportsIndex | str = 0) -> Floats:
        """The values at n equally spaced times from t1 to t2 (begin and end), both included."""
        return self._native.grid(self._channel(channel), self.begin if t1 is None else float(t1),
                                 self.end if t2 is None else float(t2), int(n))

    def coefficients(self, channel: SupportsIndex | str = 0,
                     norm: _Normalization = "hippo") -> Floats:
        """(N,); in another normalisation than hippo for Legendre measures only."""
        return self._native.coefficients(self._channel(channel), norm)

    def energy(self, channel: SupportsIndex | str = 0) -> float:
        """The integral of the square of the samples over the interval."""
        return self._native.energy(self._channel(channel))

    def rms_residual(self, channel: SupportsIndex | str = 0) -> float:
        """Rms of samples less reconstruction over the interval, from the energy: no sample is kept."""
        return self._native.rms_residual(self._channel(channel))

    def clamped(self, channel: SupportsIndex | str = 0) -> float:
        """How far below 0 rounding took the square of rms_residual(), relatively; 0: not at all."""
        return self._native.clamped(self._channel(channel))

    def local_error_estimate(self, channel: SupportsIndex | str = 0) -> float:
        """An estimate from the last coefficients of what further ones would add."""
        return self._native.local_error_estimate(self._channel(channel))

    @staticmethod
    def merge(older: Summary, newer: Summary) -> Summary:
        """The summary of two adjacent intervals. DataError where they are not, or differ."""
        return Summary(_core.MemorySummary.merge(older._native, newer._native))

    def restrict(self, t1: float, t2: float) -> Summary:
        """The reconstruction on [t1, t2] as a summary of its own."""
        return Summary(self._native.restrict(float(t1), float(t2)))

    def __reduce__(self) -> tuple[Any, ...]:
        return (_restore, self._native.parts())

    def __repr__(self) -> str:
        return (f"<{type(self).__module__}.{type(self).__qualname__} of {self.measure!r}, order "
                f"{self.order}, [{self.begin}, {self.end}]>")

    def _channel(self, channel: SupportsIndex | str) -> int:
        if isinstance(channel, str):
            names = self.names
            if channel not in names:
                raise ValueError(f"there is no channel {channel!r}; the channels are "
                                 f"{', '.join(names[:5])}{', ...' if len(names) > 5 else ''}")
            return names.index(channel)
        return int(channel)


def _pair(t1: npt.ArrayLike, t2: npt.ArrayLike) -> tuple[Floats, Floats]:
    first, last = np.broadcast_arrays(floats("t1", t1), floats("t2", t2))
    return floats("t1", first), floats("t2", last)


def _value(row: tuple[Floats, Floats, Floats]) -> Value:
    return Value(*(scalar_like(part) for part in row))


def _restore(*parts: Any) -> Summary:
    return Summary(_core.MemorySummary.from_parts(*parts))
