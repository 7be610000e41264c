# SPDX-License-Identifier: Apache-2.0
"""Memories: an endless stream of samples goes in, a fixed number of coefficients stays.

    from yonder.memory import Stream

A `Stream` takes samples; its `Summary` reads the past back, with the error that is known. The
matrices and step rules behind are functions beside them. The guide is docs/guide/python.md of the
repository.
"""

from yonder.memory.analysis import (
    Advice,
    choose,
    delay_bandwidth,
    delay_transfer,
    diagonal_start,
    memory_kernels,
    poles,
    tone_error,
)
from yonder.memory.stream import Stream
from yonder.memory.summary import Summary, Value
from yonder.memory.systems import (
    Discrete,
    Measure,
    System,
    basis,
    convert,
    discretise,
    legs_step,
    measures,
    system,
)

__all__ = [
    "Advice",
    "Discrete",
    "Measure",
    "Stream",
    "Summary",
    "System",
    "Value",
    "basis",
    "choose",
    "convert",
    "delay_bandwidth",
    "delay_transfer",
    "diagonal_start",
    "discretise",
    "legs_step",
    "measures",
    "memory_kernels",
    "poles",
    "system",
    "tone_error",
]
