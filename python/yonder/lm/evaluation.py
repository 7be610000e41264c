# SPDX-License-Identifier: Apache-2.0
"""Evaluation under growing context: a row per scheme and length."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from yonder import _lm
from yonder.progress import ProgressCallback, reporter

if TYPE_CHECKING:
    from typing import Unpack

    from yonder.lm.model import Model
    from yonder.lm.options import EvalOptions

__all__ = ["Evaluation", "evaluate"]


class Evaluation:
    """The rows, each as soon as it is finished, as dicts with the names of the program's JSON lines.

    The work goes on in a thread of its own; close() and the end of this object stop it.
    """

    def __init__(self, native: _lm.RowIterator) -> None:
        self._native = native

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return self

    def __next__(self) -> dict[str, Any]:
        row: dict[str, Any] = json.loads(self._native.next())
        return row

    def close(self) -> None:
        """Stops the work; rows that were not fetched are dropped."""
        self._native.close()


def evaluate(model: Model, text: str | bytes, *, progress: ProgressCallback | None = None,
             **options: Unpack[EvalOptions]) -> Evaluation:
    """The same last tokens of a text scored under growing context, for each scheme and length.

    Raises ValueError for options at once; DataError where the text is too short with the first row.

    >>> with open("corpus.txt") as file:
    ...     text = file.read()
    >>> rows = list(evaluate(model, text, scheme="rope,rerope:w=16", lengths=[32, 128], samples=4))
    >>> [(row["scheme"], row["length"]) for row in rows]
    [('rope', 32), ('rope', 128), ('rerope:w=16', 32), ('rerope:w=16', 128)]
    >>> rows[0]["loss_low"] <= rows[0]["loss"] <= rows[0]["loss_high"]
    True
    """
    return Evaluation(_lm.evaluate(model._native, text, reporter(progress), options))
