# SPDX-License-Identifier: Apache-2.0
"""Takes evenly spread blocks of whole lines from a text, in normal form C.

    prepare_text.py IN.zst OUT BYTES

Blocks of about 64 KiB spread over the whole file give every part of a corpus its share. The
reference tokenizer rewrites its input to form C, so the text is put into it first: all programs
then read the same bytes. BYTES 0 takes everything.
"""
import subprocess
import sys
import unicodedata

BLOCK = 64 << 10


def main():
    source, out, limit = sys.argv[1], sys.argv[2], int(sys.argv[3])
    raw = subprocess.run(["zstd", "-dc", source], check=True, stdout=subprocess.PIPE).stdout
    text = unicodedata.normalize("NFC", raw.decode("utf-8")).encode("utf-8")
    if unicodedata.normalize("NFC", text.decode("utf-8")).encode("utf-8") != text:
        sys.exit("%s: normal form C of this text is not stable" % source)
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
