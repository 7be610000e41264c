#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints the hex dump of docs/formats/token_file.md, built from the byte tables alone.

An independent writer: only the standard library, nothing of yonder. encode_corpus_test.cpp checks
that encode_corpus() makes the same bytes.
"""
import base64
import hashlib
import json
import struct
import zlib

pieces = [("a", 4), ("b", 3), ("c", 2), ("ab", 6), ("bc", 5), ("abc", 2)]
model = {base64.b64encode(p.encode()).decode(): [3 + i, p, n] for i, (p, n) in enumerate(pieces)}
checksum = hashlib.sha256(json.dumps(model, indent=4, ensure_ascii=False).encode()).hexdigest()
documents = [[8, 6, 2], [4, 2]]  # abc ab <eos>; b <eos>

compact = {"separators": (",", ":")}
ids = [i for document in documents for i in document]
starts = [sum(map(len, documents[:k])) for k in range(len(documents) + 1)]
encoding = {"sample": False, "uniform": False, "alpha": 0.1, "sampler": "exact",
            "dropout": 0, "seed": 0, "epoch": 0, "document": 0, "normalize": "model", "bos": False,
            "eos": True, "template": False, "parse-special": False, "max-lag": 0}
head = {"dtype": "uint16", "vocab_size": 3 + len(pieces), "model_sha256": checksum}
id_bytes = struct.pack(f"<{len(ids)}H", *ids)
sections = [(b"head", json.dumps(head, **compact).encode()),
            (b"encoding", json.dumps(encoding, **compact).encode()),
            (b"ids", id_bytes),
            (b"blocks", struct.pack("<I", zlib.crc32(id_bytes))),
            (b"documents", struct.pack(f"<{len(starts)}Q", *starts))]

body, table = b"", b""
for name, data in sections:
    body += b"\0" * (-len(body) % 64)
    table += struct.pack("<16sQQII", name, 64 + len(body), len(data), zlib.crc32(data), 0)
    body += data
body += b"\0" * (-len(body) % 64)
header = struct.pack("<4s4sIIQQI24x", b"YNDR", b"YIDS", 1, len(sections), 64 + len(body),
                     64 + len(body) + len(table), zlib.crc32(table))
data = header + struct.pack("<I", zlib.crc32(header)) + body + table
for at in range(0, len(data), 16):
    row = data[at:at + 16]
    text = "".join(chr(b) if 32 <= b < 127 else "." for b in row)
    print(f"{at:08x}  {row.hex(' '):<47}  |{text}|")
