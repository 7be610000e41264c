# SPDX-License-Identifier: Apache-2.0
"""How far long work is: what training and other functions hand to `progress=`."""

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

__all__ = ["Progress", "ProgressCallback", "Report", "reporter"]


class Progress(NamedTuple):
    """The state of the current step.

    >>> state = Progress("counting n-grams", 25, 100, "bytes", {})
    >>> f"{state.what}: {state.done / state.total:.0%}"
    'counting n-grams: 25%'
    """

    #: What is done in this step, for people to read.
    what: str
    #: Units done so far.
    done: int
    #: Units in all; 0 where nobody knows.
    total: int
    #: What is counted: "bytes", "pieces", ...
    unit: str
    #: Other figures by name.
    metrics: dict[str, float]


#: Called in the thread that called the function, at most twenty times a second. What it raises
#: stops the work and arrives at the caller.
ProgressCallback: TypeAlias = Callable[[Progress], object]

#: The same as the extension module calls it.
Report: TypeAlias = Callable[[str, int, int, str, dict[str, float]], object]


def reporter(callback: ProgressCallback | None) -> Report | None:
    """What the extension module calls, for what the user gave."""
    if callback is None:
        return None
    return lambda *state: callback(Progress(*state))
