# SPDX-License-Identifier: Apache-2.0
"""Numbers compressed to the entropy of a density, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy.typing as npt

from yonder import _core
from yonder.arrays import Floats, column
from yonder.density.estimator import FourierDensity
from yonder.progress import ProgressCallback, reporter

if TYPE_CHECKING:
    from typing import Unpack

    from yonder.density.options import EncodeOptions

__all__ = ["EncodeReport", "StreamInfo", "decode", "encode", "stream_info"]


class EncodeReport(NamedTuple):
    """What encode() made."""

    #: A .yec stream, which needs nothing else to be read.
    stream: bytes
    samples: int
    #: Values outside of the table.
    escapes: int
    #: Bytes of the coded numbers.
    payload: int
    #: Bytes of the table of frequencies.
    table: int
    bits_per_sample: float
    #: Mean -log2 of the model's own bins: what coding cannot beat.
    cross_entropy: float


class StreamInfo(NamedTuple):
    """What a stream says about itself."""

    step: float
    offset: float
    precision: int
    #: First and last bin of the table.
    low: int
    high: int
    samples: int


def encode(density: FourierDensity, values: npt.ArrayLike, step: float, *,
           progress: ProgressCallback | None = None,
           **options: Unpack[EncodeOptions]) -> EncodeReport:
    """Codes values, rounded to bins of width `step`, with a fitted density as the entropy model.

    >>> values = np.sin(np.arange(2000.0))
    >>> density = FourierDensity(domain="interval:-2:2", order=12).fit(values)
    >>> coded = encode(density, values, step=0.01)
    >>> bool(np.max(np.abs(decode(coded.stream) - values)) <= 0.005 + 1e-12)
    True
    """
    return EncodeReport._make(density._fitted().encode(
        column("values", values), reporter(progress), {"step": step, **options}))


def decode(stream: bytes, *, progress: ProgressCallback | None = None) -> Floats:
    """The values of a stream; DataError for damaged bytes, never wrong numbers."""
    return _core.decode_density_stream(stream, "stream", reporter(progress))


def stream_info(stream: bytes) -> StreamInfo:
    """What a stream says about itself; its content is not checked."""
    return StreamInfo._make(_core.density_stream_info(stream, "stream"))
