# SPDX-License-Identifier: Apache-2.0
"""What the methods of Tokenizer return beside ids. Scores are in nats (natural logarithms)."""

from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = ["HealCandidate", "Ids", "Lattice", "Offsets", "Scored", "ScoredDraw"]

#: Token ids.
Ids: TypeAlias = npt.NDArray[np.uint32]
#: Places in ids or texts.
Offsets: TypeAlias = npt.NDArray[np.uint64]


class Scored(NamedTuple):
    """A segmentation with its score, the sum of log p over its pieces."""

    ids: Ids
    score: float


class ScoredDraw(NamedTuple):
    """A segmentation drawn without replacement."""

    ids: Ids
    #: Sum of log p.
    score: float
    #: alpha * score - log Z.
    log_probability: float
    #: Probability of being among the k drawn, given the threshold.
    inclusion: float


class Lattice(NamedTuple):
    """What all segmentations of a text hold together, at a temperature exponent alpha."""

    #: log of the sum over segmentations of exp(alpha * score).
    log_z: float
    entropy: float
    #: Mean number of pieces.
    expected_tokens: float
    #: Mean score, without alpha.
    expected_score: float
    #: log of the number of segmentations.
    log_segmentations: float
    #: A row per piece at a place, by (start, end), with the fields start, end (bytes), id and
    #: probability; empty unless asked for.
    marginals: npt.NDArray[Any]


class HealCandidate(NamedTuple):
    """One way to go back from the end of a prompt."""

    #: Ids of the prompt up to there.
    kept: Ids
    #: Bytes of the prompt after it.
    suffix: bytes
    #: Ids whose bytes begin with the suffix.
    extensions: Ids
    #: Ids whose bytes the suffix begins with, and that are shorter than it.
    inside: Ids
