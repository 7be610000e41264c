# SPDX-License-Identifier: Apache-2.0
"""Fourier densities beside the densities people use otherwise, on the same held-out values."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy.typing as npt

from yonder import _core
from yonder.arrays import column
from yonder.progress import ProgressCallback, reporter

__all__ = ["Comparison", "compare"]


class Comparison(NamedTuple):
    """One method."""

    #: As it was asked for.
    method: str
    #: What was fitted.
    text: str
    #: Nats per held-out value.
    test_nll: float
    #: Its standard error.
    test_error: float
    train_nll: float
    parameters: int
    #: Local maxima with a prominence of 5 % or more.
    modes: int
    fit_seconds: float
    eval_nanoseconds: float


def compare(X: npt.ArrayLike, methods: Sequence[str], *, holdout: float = 0.2, domain: str = "line",
            seed: int = 0, starts: int = 4, threads: int = 0,
            progress: ProgressCallback | None = None) -> list[Comparison]:
    """Fits all methods to a random part of the values and scores them on the rest.

    methods: "fbdm:auto", "fbdm:16@student", "gmm:5", "kde", "histogram:30", "normal", "dfp:3,3,3".

    >>> values = np.sin(np.arange(400.0))
    >>> [row.method for row in compare(values, ["fbdm:4", "normal"])]
    ['fbdm:4', 'normal']
    """
    rows = _core.compare_densities(column("X", X), list(methods), float(holdout), domain, seed,
                                   starts, threads, reporter(progress))
    return [Comparison._make(row) for row in rows]
