# SPDX-License-Identifier: Apache-2.0
"""What fits and densities tell about themselves. Values are in the units of the data, logarithms
natural."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from yonder.arrays import Floats

__all__ = ["Distances", "FitReport", "GoodnessOfFit", "Mode", "Moment", "Moments", "OrderScore"]


class OrderScore(NamedTuple):
    """An order that was tried."""

    order: int
    #: On all data, nats per sample.
    nll: float
    #: Of the criterion; lower is better.
    score: float
    #: Of the score minus the best order's (kfold only).
    standard_error: float


class FitReport(NamedTuple):
    """How a fit went."""

    #: Mean negative log-likelihood, nats per sample.
    nll: float
    #: No density of this order, domain and base is better by more than this, in nats; negative
    #: where there is no certificate (with a penalty).
    gap: float
    #: gamma times the roughness.
    penalty: float
    lbfgs_steps: int
    newton_steps: int
    seconds: float
    samples: int
    #: Where the order was chosen.
    orders: list[OrderScore]
    warnings: list[str]


class Mode(NamedTuple):
    """A stationary point of the density."""

    #: Else an antimode, a minimum between two modes.
    maximum: bool
    location: float
    density: float
    #: Topographic, as a fraction of the highest peak (maxima only).
    prominence: float
    curvature: float


class Moment(NamedTuple):
    """A moment with what is known about its error."""

    #: NaN where it does not exist.
    value: float
    #: 0 where it is an exact sum, else an estimate of the quadrature's error.
    error: float
    #: False: the base's tails are too heavy.
    exists: bool


class Moments(NamedTuple):
    """Moments of a density; the last three are those of a circle."""

    mean: Moment
    variance: Moment
    skewness: Moment
    #: 3 for a normal distribution.
    kurtosis: Moment
    #: E exp(i pi n x), n = 1, 2, ...
    circular: npt.NDArray[np.complex128]
    direction: float
    resultant_length: float


class GoodnessOfFit(NamedTuple):
    """How well a density describes values it may not have seen."""

    samples: int
    #: Nats per sample.
    nll: float
    #: Standard error of the mean.
    nll_error: float
    bits: float
    #: Kolmogorov-Smirnov distance of the probability integral transform.
    ks: float
    ks_p_value: float
    #: Histogram of cdf(y) in equal bins, fractions.
    pit: Floats


class Distances(NamedTuple):
    """How far two densities are apart."""

    #: W1 in the units of the data; around the circle on a circle.
    wasserstein: float
    total_variation: float
    #: Estimate of the error of both.
    error: float


def report_from(row: tuple[Any, ...]) -> FitReport:
    """From what the extension module returns."""
    *figures, orders, warnings = row
    return FitReport._make([*figures, [OrderScore._make(order) for order in orders], list(warnings)])


def moments_from(row: tuple[Any, ...]) -> Moments:
    """From what the extension module returns."""
    return Moments._make([*(Moment._make(moment) for moment in row[:4]), *row[4:]])
