# SPDX-License-Identifier: Apache-2.0
"""Fourier basis densities: one column of numbers as a smooth, exactly normalised density.

    from yonder.density import FourierDensity

`FourierDensity` has the method names of scikit-learn's density estimators. Values may live on a
circle (angles, hours), on an interval or on the line; a fit carries a certificate of how far it is
from the best possible one. The guide is docs/guide/python.md of the repository.
"""

from yonder.density.coding import EncodeReport, StreamInfo, decode, encode, stream_info
from yonder.density.comparison import Comparison, compare
from yonder.density.estimator import (
    FourierDensity,
    NotFittedError,
    StreamFitter,
    export_reference,
    fit_columns,
    mixture,
)
from yonder.density.results import (
    Distances,
    FitReport,
    GoodnessOfFit,
    Mode,
    Moment,
    Moments,
    OrderScore,
)

__all__ = [
    "Comparison",
    "Distances",
    "EncodeReport",
    "FitReport",
    "FourierDensity",
    "GoodnessOfFit",
    "Mode",
    "Moment",
    "Moments",
    "NotFittedError",
    "OrderScore",
    "StreamFitter",
    "StreamInfo",
    "compare",
    "decode",
    "encode",
    "export_reference",
    "fit_columns",
    "mixture",
    "stream_info",
]
