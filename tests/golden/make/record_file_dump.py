#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints the hex dump of docs/formats/record_file.md, built from the byte table alone.

An independent writer: only struct and zlib, nothing of yonder. record_file_test.cpp checks that
RecordWriter makes the same bytes.
"""
import struct
import zlib

sections = [(b"head", b'{"order":6}'), (b"counts", bytes(range(20)))]
body, table = b"", b""
for name, data in sections:
    body += b"\0" * (-len(body) % 64)
    table += struct.pack("<16sQQII", name, 64 + len(body), len(data), zlib.crc32(data), 0)
    body += data
body += b"\0" * (-len(body) % 64)
header = struct.pack("<4s4sIIQQI24x", b"YNDR", b"DEMO", 1, len(sections), 64 + len(body),
                     64 + len(body) + len(table), zlib.crc32(table))
data = header + struct.pack("<I", zlib.crc32(header)) + body + table
for at in range(0, len(data), 16):
    row = data[at:at + 16]
    text = "".join(chr(b) if 32 <= b < 127 else "." for b in row)
    print(f"{at:08x}  {row.hex(' '):<47}  |{text}|")
