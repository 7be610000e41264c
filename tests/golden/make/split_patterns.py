#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes what split patterns match in Hugging Face's tokenizers, and checks tiktoken against it:

  tests/golden/tokenizer/unicode_classes.json   the characters of \\p{L}, \\p{N}, \\s
  tests/golden/tokenizer/split_patterns.json    matches in texts

  python3 tests/golden/make/split_patterns.py tests/golden/tokenizer
"""
import importlib.metadata
import json
import pathlib
import random
import sys

import tiktoken
from tokenizers import Regex, pre_tokenizers

PATTERNS = {
    "gpt2": r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
    "llama3": r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|"
              r" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    "qwen2": r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}|"
             r" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    "o200k": r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"
             r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+"
             r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}|"
             r" ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    "deepseek": r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|"
                r"[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|"
                r"\s+(?!\S)|\s+",
    "ideographs": r"[一-龥぀-ゟ゠-ヿ]+",
    "digits": r"\d{2,}",
    "line ends": r"a$|^b|.c",
    "maybe empty": r"x*|(?<=a)b",
}
COVERING = ["gpt2", "llama3", "qwen2", "o200k"]  # tiktoken shows matches only as one text
TEXTS = [
    "", "it's  so", "I'LL we'Re 'ſhe 'ßx 'short don't'", "a\tb  c\r\nd", "   ", " \n ", "\n\n a",
    "x \n\n\t y", "12345 ½²३४५ 1234", "!!\r\n\r\n?? ...a", "\u3000\u3000中文，测试。123", "\u00A0a\u0085b",
    "a\u0301bc e\u0301", "👍🏽 emoji 😀", "\u180Ea\u180E b", "\u200B\u200D\uFEFFx", "'", "''s", " '", "' s",
    "\U0002EBF0\U000105C0 \u1C89\u1C8A\U000113B8", "\U00016D70\U00016D71\U00016130 \U0001CCF0", "\U0001CC00!\u2427",
    "\U00031350\U0002EBF1", "\U0001171E\U00010EFC", "\uE000\U000F0000", "\x01\x02 \x7F", "axxb xx ab aabc\nb\na",
    "HelloWorld'S camelCase/\n/path", "\u2028x\u2029 \u1680y", "\r\r\n \r", "foo\n\n\n  bar",
]
ALPHABET = list("aZs'tl 1\n\r\t.!x") + ["é", "ſ", "中", "½", "३", "\u3000", "\u00A0", "\u0301", "😀",
                                            "\U000105C0", "\U00010D40", "\U0001CC00", "\u0897", "\u180E"]


def matches(expression, text):
    """Byte spans: the isolated parts that are not left over where matches are removed."""
    ends = [0]
    for character in text:
        ends.append(ends[-1] + len(character.encode()))

    def cut(behavior):
        return [span for _, span in
                pre_tokenizers.Split(Regex(expression), behavior).pre_tokenize_str(text)]
    left_over = set(cut("removed"))
    return [[ends[a], ends[b]] for a, b in cut("isolated") if (a, b) not in left_over]


def ranges(numbers):
    found = []
    for number in numbers:
        if found and found[-1][1] == number - 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return found


def tiktoken_for(expression):
    return tiktoken.Encoding("test", pat_str=expression, special_tokens={},
                             mergeable_ranks={bytes([b]): b for b in range(256)})


def classes():
    points = [c for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF]
    text = "".join(map(chr, points))
    rows = []
    for name, expression in (("letter", r"\p{L}"), ("number", r"\p{N}"), ("space", r"\s")):
        splitter = pre_tokenizers.Split(Regex(expression + "+"), "removed")
        other = set()
        for _, (begin, end) in splitter.pre_tokenize_str(text):
            other.update(range(begin, end))
        members = [c for i, c in enumerate(points) if i not in other]
        encoding = tiktoken_for(expression)
        same = encoding.decode_bytes(encoding.encode_ordinary(text)).decode()
        assert same == "".join(map(chr, members)), name
        rows.append({"class": name, "ranges": ranges(members)})
    return rows


def splits():
    rng = random.Random(14)
    texts = TEXTS + ["".join(rng.choices(ALPHABET, k=rng.randint(2, 14))) for _ in range(100)]
    rows = []
    for name, expression in PATTERNS.items():
        encoding = tiktoken_for(expression)
        cases = [[text, matches(expression, text)] for text in texts]
        for text, spans in cases:
            if name in COVERING:
                assert [b for _, b in spans][-1:] == [len(text.encode())][:len(text)], (name, text)
                assert encoding.decode(encoding.encode_ordinary(text)) == text
        rows.append({"name": name, "expression": expression, "cases": cases})
    return rows


def write(path, source, rows):
    lines = ",\n".join("  " + json.dumps(row, separators=(",", ":")) for row in rows)
    path.write_text(f'{{\n "source": "{source}",\n "how": "python3 tests/golden/make/'
                    f'split_patterns.py tests/golden/tokenizer",\n "tolerance": 0,\n'
                    f' "cases": [\n{lines}\n ]\n}}\n')


def main():
    (folder,) = map(pathlib.Path, sys.argv[1:])
    peers = [f"{name} {importlib.metadata.version(name)}" for name in ("tokenizers", "tiktoken")]
    write(folder / "unicode_classes.json", " and ".join(peers), classes())
    write(folder / "split_patterns.json", peers[0], splits())


if __name__ == "__main__":
    main()
