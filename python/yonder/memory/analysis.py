# SPDX-License-Identifier: Apache-2.0
"""What a memory can hold before it is built: poles, delay, kernels, and how many coefficients."""

from __future__ import annotations

from typing import Literal, NamedTuple, SupportsIndex

import numpy as np
import numpy.typing as npt

from yonder import _core
from yonder.arrays import Floats, column

__all__ = [
    "Advice",
    "choose",
    "delay_bandwidth",
    "delay_transfer",
    "diagonal_start",
    "memory_kernels",
    "poles",
    "tone_error",
]


class Advice(NamedTuple):
    """How many coefficients, and what else limits the result."""

    #: Of the highest frequency over the window.
    cycles: float
    #: N of legs and window.
    order: int
    #: What that order leaves out of a tone, relatively.
    error: float
    #: N of legt, whose delay has to be good enough too; 0: above 4,096.
    legt_order: int
    #: Below that, the steps of held samples are worse than the error asked for.
    samples_per_cycle: float


def choose(frequency: float, window: float, error: float) -> Advice:
    """The coefficients that tones up to `frequency` over `window` need for a relative rms error.

    >>> choose(frequency=3, window=60, error=0.01).order
    580
    """
    return Advice._make(_core.choose_memory(float(frequency), float(window), float(error)))


def tone_error(order: SupportsIndex, cycles: float) -> float:
    """Relative rms of what N coefficients leave out of a tone with so many cycles.

    >>> tone_error(18, 5) < 0.11 < tone_error(17, 5)
    True
    """
    return _core.tone_error(int(order), float(cycles))


def poles(measure: str, order: SupportsIndex) -> npt.NDArray[np.complex128]:
    """The poles of a measure. ArithmeticError where no solver can be trusted."""
    return _core.memory_poles(measure, int(order))


def delay_transfer(order: SupportsIndex, s: complex) -> complex:
    """What legt:1 knows about u(T - 1): its transfer function, against exp(-s).

    >>> bool(abs(delay_transfer(16, 16j) - np.exp(-16j)) < 1e-6)
    True
    """
    return _core.delay_transfer(int(order), complex(s))


def delay_bandwidth(order: SupportsIndex, error: float) -> float:
    """The angular frequency, in radians per window, up to which legt's delay is right to `error`."""
    return _core.delay_bandwidth(int(order), float(error))


def memory_kernels(measure: str, order: SupportsIndex, ages: npt.ArrayLike) -> Floats:
    """(ages, N): the weight with which an input of each age stands in the coefficients."""
    return _core.memory_kernels(measure, int(order), column("ages", ages))


def diagonal_start(start: Literal["lin", "inv", "legs"],
                   state: SupportsIndex) -> npt.NDArray[np.complex128]:
    """Poles with which a diagonal state space layer begins (S4D); each stands for a pair."""
    return _core.diagonal_start(start, int(state))
