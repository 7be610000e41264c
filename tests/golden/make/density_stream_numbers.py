#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Decodes the hex dump of docs/formats/density_stream.md with nothing but that page and
record_file.md, and prints the numbers.

    tests/golden/make/density_stream_numbers.py
"""
import pathlib
import re
import struct

PAGE = pathlib.Path(__file__).parents[3] / "docs/formats/density_stream.md"


def dumped_bytes(text):
    content = bytearray()
    for offset, row in re.findall(r"^([0-9a-f]{8})  ((?:[0-9a-f]{2} )+) *\|", text, re.M):
        content += bytes(int(offset, 16) - len(content))
        content += bytes.fromhex(row)
    return bytes(content)


def sections(content):
    count, table = struct.unpack_from("<IQ", content, 12)
    rows = [struct.unpack_from("<16sQQ", content, table + 40 * i) for i in range(count)]
    return {name.rstrip(b"\0").decode(): content[at:at + size] for name, at, size in rows}


def frequencies(table):
    counts, value, shift = [], 0, 0
    for byte in table:
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            difference = -(value + 1 >> 1) if value & 1 else value >> 1
            counts.append((counts[-1] if counts else 0) + difference)
            value = shift = 0
    return counts


def escaped_bins(escapes, low, high):
    bits = "".join(f"{byte:08b}" for byte in escapes)
    while "1" in bits:
        above, zeros = bits[0] == "1", bits.index("1", 1) - 1
        distance = int(bits[1 + zeros:2 + 2 * zeros], 2)
        yield high + distance if above else low - distance
        bits = bits[2 + 2 * zeros:]


def main():
    parts = sections(dumped_bytes(PAGE.read_text()))
    _, n, step, offset, low, high, count = struct.unpack("<BBddqqQ", parts["head"])
    counts = frequencies(parts["table"])
    assert len(counts) == high - low + 2 and sum(counts) == 2**n
    starts = [sum(counts[:s]) for s in range(len(counts))]
    states = list(struct.unpack_from("<8Q", parts["payload"]))
    words = list(struct.unpack(f"<{len(parts['payload']) // 4 - 16}I", parts["payload"][64:]))
    escapes = escaped_bins(parts["escapes"], low, high)
    numbers = []
    for i in range(count):
        lane = 0 if i >= count - 256 else i % 8
        x = states[lane]
        slot = x % 2**n
        symbol = max(s for s in range(len(counts)) if starts[s] <= slot)
        x = counts[symbol] * (x >> n) + slot - starts[symbol]
        if x < 2**31 and words:
            x = x << 32 | words.pop(0)
        elif x < 2**31:
            begun = max(k for k in range(1, 8) if states[k] != 2**31)
            x = x << 32 | states[begun] - 2**32
            states[begun] = 2**31
        states[lane] = x
        bin_ = next(escapes) if symbol == high - low + 1 else low + symbol
        numbers.append(bin_ * step + offset)
    assert states == [2**31] * 8 and not words and next(escapes, None) is None
    print(*(f"{number:g}" for number in numbers))


if __name__ == "__main__":
    main()
