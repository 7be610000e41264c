# SPDX-License-Identifier: Apache-2.0
"""Checks of arguments that are no options of the library."""

import operator
from typing import SupportsIndex

__all__ = ["whole_number"]


def whole_number(name: str, value: SupportsIndex, most: int = 2**31 - 1) -> int:
    """The argument as int. Raises TypeError for no whole number, ValueError outside 0 .. most.

    >>> whole_number("k", -3)
    Traceback (most recent call last):
    ValueError: k is -3; it must lie between 0 and 2147483647
    """
    number = operator.index(value)
    if not 0 <= number <= most:
        raise ValueError(f"{name} is {number}; it must lie between 0 and {most}")
    return number
