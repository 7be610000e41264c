# SPDX-License-Identifier: Apache-2.0
"""Training of small decoders, from scratch or from a checkpoint."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from yonder import _lm
from yonder.progress import ProgressCallback, reporter

if TYPE_CHECKING:
    from typing import Unpack

    from yonder.lm.options import TrainOptions

__all__ = ["TrainReport", "train"]


class TrainReport(NamedTuple):
    """What train() did."""

    steps: int
    parameters: int
    #: Read, over all steps.
    tokens: int
    seconds: float
    #: Of the last lines of the log, nats per token.
    loss: float
    #: valid_loss, valid_accuracy, copy_accuracy, copy_score; empty without `valid`.
    validation: dict[str, float]
    #: The finished model, for Model.load().
    folder: str


def train(data: str | os.PathLike[str], out: str | os.PathLike[str], *,
          progress: ProgressCallback | None = None, **options: Unpack[TrainOptions]) -> TrainReport:
    """Trains and writes the folder `out`: checkpoints, log.jsonl, at the end a Hugging Face directory.

    data: text (plain, gzip or zstd) or token ids (.ids). Raises ValueError, OSError, DataError,
    ArithmeticError for a loss that is no number; KeyboardInterrupt after a Ctrl-C, with a checkpoint
    from which resume=True goes on, bit for bit.

    >>> report = train("corpus.txt", "run", steps=2, layers=1, hidden=8, heads=2, context=16, batch=2,
    ...                warmup=1, threads=1)
    >>> report.steps, Model.load(report.folder).config.train_length
    (2, 16)
    """
    return TrainReport._make(_lm.train(reporter(progress), {"data": data, "out": out, **options}))
