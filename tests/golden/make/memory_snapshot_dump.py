#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints the hex dump of docs/formats/memory_snapshot.md, built from the byte tables alone.

An independent writer: only the standard library, nothing of yonder. snapshot_test.cpp checks that
Stream::to_bytes() makes the same bytes.
"""
import json
import math
import struct
import zlib

# Samples 1, 2 and 4, held half a second each from 10 s on; order 2, blocks of 2 cells.
options = {"measure": "legs", "order": 2, "scalar": "f64", "rule": "zoh", "alpha": 0.5,
           "hold": "zoh", "start": 10, "step": 0.5, "block": 2, "unsafe": False}
head = json.dumps({"options": options, "names": ["u"]}, separators=(",", ":")).encode()

clock = struct.pack("<BBQdQd", 1, 0, 3, 10.0, 3, 0.0)
state = struct.pack("<BddQd", 1, 10.0, 10.0, 3, 0.0)
builder = struct.pack("<IdBdQd", 2, 0.0, 1, 0.5, 1, 4.0)  # the sample 4 waits
# c_0 is the mean of 1 and 2; c_1 the mean of u sqrt(3) s over s in [-1, 1].
level = struct.pack("<Iddddd", 0, 1.0, 2.5, 0.0, 1.5, math.sqrt(3) / 4)
levels = struct.pack("<I", 1) + level

sections = [(b"head", head), (b"state", clock + state + builder + levels)]
body, table = b"", b""
for name, data in sections:
    body += b"\0" * (-len(body) % 64)
    table += struct.pack("<16sQQII", name, 64 + len(body), len(data), zlib.crc32(data), 0)
    body += data
body += b"\0" * (-len(body) % 64)
header = struct.pack("<4s4sIIQQI24x", b"YNDR", b"YMEM", 1, len(sections), 64 + len(body),
                     64 + len(body) + len(table), zlib.crc32(table))
data = header + struct.pack("<I", zlib.crc32(header)) + body + table
for at in range(0, len(data), 16):
    row = data[at:at + 16]
    text = "".join(chr(b) if 32 <= b < 127 else "." for b in row)
    print(f"{at:08x}  {row.hex(' '):<47}  |{text}|")
