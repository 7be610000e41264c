# SPDX-License-Identifier: Apache-2.0
"""Language models that read past their training length.

    from yonder.lm import Model

A `Model` loads, scores and continues text under any position scheme; a `Session` keeps what was read;
`schemes`, `explain` and `theta` show what a scheme does; `evaluate` and `train` are those of the
program. Needs libtorch, and is not there where the package was built without. The guide is
docs/guide/python.md of the repository.
"""

import importlib


def _load() -> None:
    try:
        importlib.import_module("yonder._lm")
    except ModuleNotFoundError:
        raise ImportError(
            "yonder.lm needs libtorch, which was not there when this package was built; on Debian: "
            "apt-get install libtorch-dev libdnnl-dev, then pip install --force-reinstall ./python"
        ) from None
    except ImportError as error:
        raise ImportError(
            f"yonder.lm cannot load the libtorch that this package was built with ({error}); on Debian: "
            "apt-get install libtorch-dev libdnnl-dev, or install the package anew") from error


_load()

from yonder.lm.evaluation import Evaluation, evaluate
from yonder.lm.generation import Generated, TextStream
from yonder.lm.model import Model, ModelConfig
from yonder.lm.schemes import (
    Argument,
    Channels,
    Explanation,
    Factors,
    Scheme,
    SchemeTerm,
    ThetaTable,
    explain,
    schemes,
    theta,
)
from yonder.lm.session import Loss, Session
from yonder.lm.training import TrainReport, train

__all__ = [
    "Argument",
    "Channels",
    "Evaluation",
    "Explanation",
    "Factors",
    "Generated",
    "Loss",
    "Model",
    "ModelConfig",
    "Scheme",
    "SchemeTerm",
    "Session",
    "TextStream",
    "ThetaTable",
    "TrainReport",
    "evaluate",
    "explain",
    "schemes",
    "theta",
    "train",
]
