#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints a table for the examples and tests of `yonder density`: the hour of day at which 2,000
messages came (two humps on a circle), the delay until each was answered (heavy tails), and how
often each is to be counted. Drawn by a linear congruential generator, so the same everywhere."""
import math


def main():
    state = 1

    def uniform():
        nonlocal state
        state = (6364136223846793005 * state + 1442695040888963407) % 2**64
        return (state >> 11) / 2**53

    def bell():  # about a normal distribution, from sums only
        return sum(uniform() for _ in range(12)) - 6

    print("hour,delay,times")
    for _ in range(2000):
        hour = (10.5 + 1.5 * bell() if uniform() < 0.6 else 21 + 2.5 * bell()) % 24
        delay = 3 + bell() / math.sqrt((bell() ** 2 + bell() ** 2 + bell() ** 2) / 3)
        print(f"{hour:.4f},{delay:.4f},{1 + int(3 * uniform())}")


if __name__ == "__main__":
    main()
