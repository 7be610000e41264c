# SPDX-License-Identifier: Apache-2.0
"""The matrices of the measures and their discretisations, dense: for study and for other programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, SupportsIndex

import numpy.typing as npt

from yonder import _core
from yonder.arrays import Floats, column, floats

if TYPE_CHECKING:
    from typing import Literal

    from yonder.memory.summary import _Normalization

    _Rule = Literal["forward", "backward", "bilinear", "gbt", "zoh", "foh"]

__all__ = [
    "Discrete",
    "Measure",
    "System",
    "basis",
    "convert",
    "discretise",
    "legs_step",
    "measures",
    "system",
]


class Measure(NamedTuple):
    """A row of the table of measures."""

    name: str
    help: str
    has_width: bool
    mergeable: bool
    #: The system itself is an approximation of the projection.
    approximate: bool


class System(NamedTuple):
    """x' = a x + b u, of legs and fous divided by the time."""

    a: Floats
    b: Floats
    time_varying: bool


class Discrete(NamedTuple):
    """x_next = a x + b u, and for foh + b_next u_next."""

    a: Floats
    b: Floats
    b_next: Floats | None


def measures() -> list[Measure]:
    """What can be remembered.

    >>> [row.name for row in measures() if row.mergeable]
    ['legs', 'lagt', 'window']
    """
    return [Measure._make(row) for row in _core.measures()]


def system(measure: str, order: SupportsIndex, norm: _Normalization = "hippo") -> System:
    """The matrices of a measure. ValueError for one without (window) and for sizes beyond 4,096.

    >>> system("legt:1", 2).a
    array([[-1.        ,  1.73205081],
           [-1.73205081, -3.        ]])
    """
    return System._make(_core.memory_system(measure, int(order), norm))


def discretise(system: System, rule: _Rule, step: float, *, alpha: float = 0.5,
               unsafe: bool = False) -> Discrete:
    """One step of a time-invariant system under a rule. alpha: of gbt. ValueError for forward Euler
    beyond its limit, unless `unsafe`."""
    if system.time_varying:
        raise ValueError("this system is divided by the time; discretise it with legs_step()")
    return Discrete._make(_core.discretise(*_matrices(system), rule, float(step), float(alpha), unsafe))


def legs_step(system: System, rule: _Rule, k: SupportsIndex, *, alpha: float = 0.5,
              unsafe: bool = False) -> Discrete:
    """Step k (1 or more, from time k to k + 1) of legs or fous.

    >>> step = legs_step(system("legs", 2), "zoh", 1)
    >>> step.a @ np.array([1.0, 0.0]) + step.b * 3.0     # the mean of 1 and 3, and half their rise
    array([2.       , 0.8660254])
    """
    if not system.time_varying:
        raise ValueError("this system is not divided by the time; use discretise()")
    return Discrete._make(_core.legs_step(*_matrices(system), rule, int(k), float(alpha), unsafe))


def basis(measure: str, order: SupportsIndex, ages: npt.ArrayLike, length: float = 1) -> Floats:
    """(ages, N): the functions of which a summary is a sum, at ages before the newest moment of an
    interval of this length."""
    return _core.memory_basis(measure, int(order), column("ages", ages), float(length))


def convert(coefficients: npt.ArrayLike, source: _Normalization, target: _Normalization) -> Floats:
    """Legendre coefficients from one normalisation to another.

    >>> convert([1.0, 1.0], "hippo", "lmu")
    array([ 1.        , -1.73205081])
    """
    return _core.convert_coefficients(column("coefficients", coefficients), source, target)


def _matrices(system: System) -> tuple[Floats, Floats]:
    a = floats("a", system.a)
    b = column("b", system.b)
    if a.ndim != 2 or a.shape != (len(b), len(b)):
        raise ValueError(f"a has the shape {a.shape} and b {b.shape}; (N, N) and (N,) are expected")
    return a, b
