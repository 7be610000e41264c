#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints the text of the training vector (docs/math/tokenizer.md): 4,000 short lines of 20 words
drawn by a linear congruential generator, 36,327 bytes, SHA-256 fd2d3771..."""
import sys

WORDS = ("the cat sat on a mat and then ran to see green stars "
         "\u592a\u9633 \u6708\u4eae \u548c \u661f\u5149 \u732b \u5728 \u8dd1").split()


def lines(count, most_words=3):
    state = 1

    def draw(n):
        nonlocal state
        state = (1103515245 * state + 12345) % 2**31
        return (state >> 16) % n

    result = []
    for _ in range(count):
        words = 1 + draw(most_words)
        result.append(" ".join(WORDS[draw(len(WORDS))] for _ in range(words)))
    return result


if __name__ == "__main__":
    sys.stdout.buffer.write(("\n".join(lines(4000)) + "\n").encode())
