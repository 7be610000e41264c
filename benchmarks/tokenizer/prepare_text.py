# SPDX-License-Identifier: Apache-2.0
"""Takes evenly spread blocks of whole lines from a text, in normal form C.

    prepare_text.py IN.zst OUT BYTES nfc|raw

Blocks of about 64 KiB spread over the whole file give every part of a corpus its share. The
reference tokenizer rewrites its input to form C, so the text is put into it first: all programs
then read the same bytes; raw leaves it as it is. BYTES 0 takes everything.
"""
import subprocess
import sys
import unicodedata

BLOCK = 64 << 10


def main():
    source, out, limit, form = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
    text = subprocess.run(["zstd", "-dc", source], check=True, stdout=subprocess.PIPE).stdout
    if form == "nfc":
        text = unicodedata.normalize("NFC", text.decode("utf-8")).encode("utf-8")
    if limit and len(text) > limit:
        blocks = max(1, limit // BLOCK)
        stride = len(text) / blocks
        parts = []
        for i in range(blocks):
            start = int(i * stride)
            start = text.find(b"\n", start) + 1 if i else 0
            end = text.find(b"\n", min(start + limit // blocks, int((i + 1) * stride) - 1)) + 1
            parts.append(text[start:end or len(text)])
        text = b"".join(parts)
    with open(out, "wb") as file:
        file.write(text)


if __name__ == "__main__":
    main()
