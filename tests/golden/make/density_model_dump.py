#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints the hex dump of docs/formats/density_model.md, built from the byte tables alone.

An independent writer: only the standard library, nothing of yonder. model_file_test.cpp checks that
Model::to_bytes() makes the same bytes.
"""
import json
import struct
import zlib

base = [0.25, 1.5, 3.0]  # location, scale, degrees of freedom
coefficients = [(0.8, 0.0), (0.0, 0.6)]
model = struct.pack("<BBddB", 3, 4, 0.0, 1.0, len(base))
model += struct.pack(f"<{len(base)}d", *base)
model += struct.pack("<I", len(coefficients) - 1)
for pair in coefficients:
    model += struct.pack("<2d", *pair)
info = {"samples": 8, "nll": 0.5, "gap": 1e-9, "gamma": 0, "column": "amp", "seed": 0,
        "yonder_version": "0.1.0"}
sections = [(b"model", model), (b"info", json.dumps(info, separators=(",", ":")).encode())]

body, table = b"", b""
for name, data in sections:
    body += b"\0" * (-len(body) % 64)
    table += struct.pack("<16sQQII", name, 64 + len(body), len(data), zlib.crc32(data), 0)
    body += data
body += b"\0" * (-len(body) % 64)
header = struct.pack("<4s4sIIQQI24x", b"YNDR", b"YFDM", 1, len(sections), 64 + len(body),
                     64 + len(body) + len(table), zlib.crc32(table))
data = header + struct.pack("<I", zlib.crc32(header)) + body + table
for at in range(0, len(data), 16):
    row = data[at:at + 16]
    print(f"{at:08x}  {row.hex(' '):<47}  |{''.join(chr(c) if 32 <= c < 127 else '.' for c in row)}|")
