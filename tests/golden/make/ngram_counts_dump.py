#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints the hex dump of docs/formats/ngram_counts.md, built from that page and record_file.md.

An independent writer: only struct and zlib, nothing of yonder. ngram_counts_test.cpp checks that
CountFileWriter makes the same bytes.
"""
import struct
import zlib

ORDER, CHUNKS = 2, [b"abab"]


def varint(value):
    out = b""
    while value >= 0x80:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


counts = {}
for chunk in CHUNKS:
    for i in range(len(chunk)):
        window = chunk[i:i + ORDER]
        key = int.from_bytes(window.ljust(ORDER, b"\0"), "big") * 8 + len(window)
        counts[key] = counts.get(key, 0) + 1
payload, last = b"", 0
for key in sorted(counts):
    payload += varint(key - last) + varint(counts[key])
    last = key
windows = struct.pack("<III", len(payload), len(counts), zlib.crc32(payload)) + payload
head = ('{"order":%d,"isolate-digits":false,"normalize":"none","windows":%d,"total":%d}' %
        (ORDER, len(counts), sum(counts.values()))).encode()

sections = [(b"windows", windows), (b"head", head)]
body, table = b"", b""
for name, data in sections:
    body += b"\0" * (-len(body) % 64)
    table += struct.pack("<16sQQII", name, 64 + len(body), len(data), zlib.crc32(data), 0)
    body += data
body += b"\0" * (-len(body) % 64)
header = struct.pack("<4s4sIIQQI24x", b"YNDR", b"YNGC", 1, len(sections), 64 + len(body),
                     64 + len(body) + len(table), zlib.crc32(table))
data = header + struct.pack("<I", zlib.crc32(header)) + body + table
for at in range(0, len(data), 16):
    row = data[at:at + 16]
    text = "".join(chr(b) if 32 <= b < 127 else "." for b in row)
    print(f"{at:08x}  {row.hex(' '):<47}  |{text}|")
