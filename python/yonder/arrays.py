# SPDX-License-Identifier: Apache-2.0
"""How numbers reach the library: C-contiguous arrays, copied only where they are not such already."""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = ["Floats", "column", "floats", "scalar_like"]

#: What functions of numbers return.
Floats: TypeAlias = npt.NDArray[np.float64]


def floats(name: str, values: npt.ArrayLike) -> Floats:
    """The values as float64, C-contiguous, without a copy where they are. TypeError for no numbers.

    >>> floats("y", [1, 2])
    array([1., 2.])
    >>> floats("y", ["one"])
    Traceback (most recent call last):
    TypeError: y must be real numbers, not an array of <U3
    """
    given = np.asarray(values)
    if given.dtype.kind not in "biuf":
        raise TypeError(f"{name} must be real numbers, not an array of {given.dtype}")
    return np.ascontiguousarray(given, dtype=np.float64).reshape(given.shape)


def column(name: str, values: npt.ArrayLike) -> Floats:
    """One column: shape (n,), or (n, 1) as scikit-learn has it, as (n,).

    >>> column("X", [[1], [2]])
    array([1., 2.])
    >>> column("X", [[1, 2]])
    Traceback (most recent call last):
    ValueError: X has the shape (1, 2); one column, (n,) or (n, 1), is expected
    """
    array = floats(name, values)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array.reshape(-1)
    if array.ndim != 1:
        raise ValueError(
            f"{name} has the shape {array.shape}; one column, (n,) or (n, 1), is expected")
    return array


def scalar_like(values: Floats) -> Floats | float:
    """A number for what was a number, else the array."""
    return float(values) if values.ndim == 0 else values
