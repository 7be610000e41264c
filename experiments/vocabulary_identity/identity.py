# SPDX-License-Identifier: Apache-2.0
"""Compares the ids of other programs' vocabularies with those of the programs themselves.

Each text is encoded as documents: its lines, and blocks of 64 KiB that end where a line does not.
Adversarial documents come on top. tokenizers parses special tokens in text, so yonder is told to do
so as well, except in the row "special as text", where both are told not to. A row is met when not one document differs.
"""

import argparse
import json
import pathlib
import random
import struct
import subprocess
import sys
import tempfile
import unicodedata
import zipfile

import numpy
import sentencepiece
import tiktoken
import tokenizers

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data"
YONDER = ROOT / "build" / "release" / "yonder"
TEXTS = ["en", "zh", "mixed", "code"]
BLOCK = 65536

GPT2_PATTERN = r"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"


def adversarial():
    """Documents that tokenizers get wrong: runs, every Unicode block, odd white space, cases."""
    rng = random.Random(20261123)
    docs = ["", " ", "  ", "\n", "\r\n", "\t", "\0", "a\0b", "\u2581", "\u2581\u2581a", "\ufeffx", "\ufffd"]
    for unit in ["a", "A", " ", "\n", "\r\n", "\t", "0", "!", "'", "\u2581", "\u554a", "e\u0301", "\U0001f600",
                 "\u00a0", "\u3000", "\u0301", "ab", "'s", " a", "a ", "\u200d", "aA1!"]:
        docs += [unit * n for n in (1, 2, 3, 7, 64, 1000, 20000)]
    points = [p for p in range(0x110000) if not 0xD800 <= p < 0xE000]
    for start in range(0, len(points), 256):
        chunk = [chr(p) for p in points[start:start + 256]]
        docs.append("".join(chunk))
        if unicodedata.category(chunk[0]) not in ("Cn", "Co") or start % 4096 == 0:
            docs.append(" ".join(chunk))
            docs.append("a".join(chunk))
    spaces = [" ", "  ", "\t", "\n", "\r\n", "\r", "\u0085", "\u00a0", "\u2028", "\u2029", "\u3000", "\u200b",
              "\u180e", "\u2003", "\v", "\f", "\x1c"]
    words = ["it's", "IT'S", "we'll", "I'\u017f", "don\u2019t", "x'LL", "\ufb01ne", "\u1e9b\u0323", "1\u00bd2", "\u0661\u0662",
             "\u4eca\u5929", "\u0928\u092e\u0938\u094d\u0924\u0947", "\ud55c\uad6d", "\u1112\u1161\u11ab", "\U0001f468\u200d\U0001f469\u200d\U0001f467",
             "\U0001f1e9\U0001f1ea", "\u0130stanbul", "STRASSE\u00df", "\u03c3\u03c2", "a_b", "foo(bar);", "=>", "...", "12345678",
             "\u00c5", "\u212b", "A\u030a", "\u2460", "\uff21", "\ufdfa"]
    for _ in range(3000):
        docs.append("".join(rng.choice(words) + rng.choice(spaces) * rng.randrange(3) for _ in range(rng.randrange(1, 30))))
    for _ in range(3000):
        docs.append("".join(chr(rng.choice([rng.randrange(0x80), rng.randrange(0x3000), rng.randrange(0x20000)]))
                            for _ in range(rng.randrange(1, 60))).encode("utf-8", "ignore").decode())
    for _ in range(1000):
        docs.append("".join(rng.choice(" \t\n\rab1.'\u00a0") for _ in range(rng.randrange(1, 40))))
    return docs


def invalid():
    """Documents of bytes that are not UTF-8, without newlines (one document a line)."""
    rng = random.Random(7)
    docs = [b"\xff", b"a\x80b", b"\xe4\xbd", b"\xf0\x9f\x98", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xfe\xff a"]
    for _ in range(3000):
        parts = [rng.choice([b"abc ", "\u4eca\u5929".encode(), b" the", bytes([rng.randrange(128, 256)]), "\U0001f600".encode()[:rng.randrange(1, 5)]])
                 for _ in range(rng.randrange(1, 20))]
        docs.append(b"".join(parts))
    return [document + b"\n" for document in docs]


def text_documents(quick):
    for name in TEXTS:
        raw = subprocess.run(["zstd", "-dc", DATA / "text" / f"{name}.txt.zst"], check=True, capture_output=True).stdout
        text = raw.decode()
        if quick:
            text = text[: 1_000_000 if name != "zh" else 350_000]
        yield name + " lines", text.split("\n")
        yield name + " blocks", [text[i:i + BLOCK] for i in range(0, len(text), BLOCK)]


def yonder_ids(program, model, documents, options):
    """The ids of each document, by the program itself."""
    with tempfile.TemporaryDirectory() as folder:
        binary = bool(documents) and isinstance(documents[0], bytes)
        source = pathlib.Path(folder) / ("in.txt" if binary else "in.jsonl")
        if binary:
            source.write_bytes(b"".join(documents))
        else:
            with open(source, "w", encoding="utf-8") as file:
                for document in documents:
                    json.dump({"text": document}, file, ensure_ascii=False)
                    file.write("\n")
        out = pathlib.Path(folder) / "out.ids"
        subprocess.run([program, "tokenizer", "encode", "-m", model, "--bin", "-o", out, "--progress", "off", *options,
                        f"{source}:{'lines' if binary else 'text'}"], check=True, stdout=subprocess.DEVNULL)
        return read_token_file(out)


def read_token_file(path):
    """The ids of each document (docs/formats/token_file.md, record_file.md)."""
    data = path.read_bytes()
    sections, table = struct.unpack_from("<IQ", data, 12)
    places = {}
    for i in range(sections):
        name, offset, size = struct.unpack_from("<16sQQ", data, table + 40 * i)
        places[name.rstrip(b"\0").decode()] = (offset, size)
    head = json.loads(section(data, places["head"]))
    ids = numpy.frombuffer(section(data, places["ids"]), dtype=head["dtype"]).tolist()
    documents = numpy.frombuffer(section(data, places["documents"]), dtype="uint64").tolist()
    return [ids[a:b] for a, b in zip(documents, documents[1:])]


def section(data, place):
    return data[place[0]:place[0] + place[1]]


class HuggingFace:
    def __init__(self, path):
        whole = json.loads(pathlib.Path(path).read_text())
        if whole["model"].get("merges") == {}:  # one published file; tokenizers does not read it
            whole["model"]["merges"] = []
        self.tokenizer = tokenizers.Tokenizer.from_str(json.dumps(whole))

    def ids(self, documents, special=False, template=False):
        self.tokenizer.encode_special_tokens = not special
        out = []
        for start in range(0, len(documents), 4096):
            batch = self.tokenizer.encode_batch_fast(documents[start:start + 4096], add_special_tokens=template)
            out += [e.ids for e in batch]
        return out


class SentencePiece:
    def __init__(self, path):
        self.processor = sentencepiece.SentencePieceProcessor(model_file=str(path))

    def ids(self, documents):
        return [self.processor.encode(d) for d in documents]


class TikToken:
    """Byte-level BPE with the merges of a tokenizer.json, ranked by its ids' order of merging."""

    def __init__(self, path):
        model = json.loads(pathlib.Path(path).read_text())["model"]
        alphabet = {c: b for b, c in byte_alphabet().items()}
        self.ids_by_rank = []
        ranks = {}
        for byte in range(256):
            token = byte_alphabet()[byte]
            ranks[bytes([byte])] = len(ranks)
            self.ids_by_rank.append(model["vocab"][token])
        for merge in model["merges"]:
            a, b = merge.split(" ") if isinstance(merge, str) else merge
            ranks[bytes(alphabet[c] for c in a + b)] = len(ranks)
            self.ids_by_rank.append(model["vocab"][a + b])
        self.encoding = tiktoken.Encoding("merges", pat_str=GPT2_PATTERN, mergeable_ranks=ranks, special_tokens={})

    def ids(self, documents):
        table = self.ids_by_rank
        return [[table[i] for i in self.encoding.encode_ordinary(d)] for d in documents]


def byte_alphabet():
    kept = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [b for b in range(256) if b not in kept]
    return {**{b: chr(b) for b in kept}, **{b: chr(256 + i) for i, b in enumerate(others)}}


MODELS = [
    ("t5-small", "hf-tokenizers/t5-small.tokenizer.json", HuggingFace),
    ("roberta-base", "hf-tokenizers/roberta-base.tokenizer.json", HuggingFace),
    ("roberta-base/tiktoken", "hf-tokenizers/roberta-base.tokenizer.json", TikToken),
    ("phi-3-mini", "hf-tokenizers/phi-3-mini.tokenizer.json", HuggingFace),
    ("added-tokens", "hf-tokenizers/added-tokens.tokenizer.json", HuggingFace),
    ("test_model", "sentencepiece/test_model.model", SentencePiece),
    ("test_ja_model", "sentencepiece/test_ja_model.model", SentencePiece),
    ("en.wiki.bpe", "sentencepiece/en.wiki.bpe.vs100000.model", SentencePiece),
]


# The first has pieces with parts of characters, the second none.
EXPORTED = ["bytepiece_80k", "bytepiece.eu.plus.40k"]


def special_documents(path):
    """Text with added tokens inside, beside words and spaces."""
    rng = random.Random(3)
    contents = [t["content"] for t in json.loads(pathlib.Path(path).read_text())["added_tokens"]]
    around = ["", " ", "  ", "a", "word", "\n", " x ", ".", "\u4eca", contents[0]]
    return ["".join(rng.choice(around) + rng.choice(contents) + rng.choice(around) for _ in range(rng.randrange(1, 6)))
            for _ in range(3000)]


def compare_exports(arguments, model, folder, compare):
    """A BytePiece vocabulary as `convert` writes it for the other programs, read by them."""
    archive = zipfile.ZipFile(DATA / "models" / "bytepiece" / f"{model}.zip")
    name = next(n for n in archive.namelist() if n.endswith(".model"))
    archive.extract(name, folder)
    for form, file, peer_class in [("sentencepiece", "sp.model", SentencePiece), ("tokenizer-json", "tokenizer.json", HuggingFace)]:
        subprocess.run([arguments.program, "tokenizer", "convert", "-m", folder / name, "--to", form, "-o", folder / file,
                        "--progress", "off"], check=True, stdout=subprocess.DEVNULL)
        peer = peer_class(folder / file)
        for kind, documents in text_documents(arguments.quick):
            if kind.endswith("lines"):
                compare(model, f"{kind}, {form}", folder / name, documents, peer.ids(documents))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", action="append", help="models of the table, by name; all without it")
    parser.add_argument("--program", default=YONDER, type=pathlib.Path)
    parser.add_argument("--model", action="append", default=[], help="another tokenizer.json")
    arguments = parser.parse_args()
    models = [(n, DATA / "models" / p, c) for n, p, c in MODELS]
    models += [(pathlib.Path(p).name, pathlib.Path(p), HuggingFace) for p in arguments.model]
    if not (DATA / "models").is_dir():
        print("skipped: the models of ../shared/data are not here")
        return 0
    rows = []

    def compare(name, kind, path, documents, expected, options=()):
        got = yonder_ids(arguments.program, path, documents, options)
        assert len(got) == len(expected) == len(documents), (len(got), len(expected), len(documents))
        differing = [i for i in range(len(documents)) if got[i] != expected[i]]
        tokens = sum(map(len, expected))
        rows.append({"model": name, "text": kind, "documents": len(documents), "tokens": tokens, "differing": len(differing)})
        print(f"{name:24}{kind:28}{len(documents):>9} documents {tokens:>10} tokens {len(differing):>6} differ", flush=True)
        for i in differing[:3]:
            where = next((k for k, (a, b) in enumerate(zip(got[i], expected[i])) if a != b), min(len(got[i]), len(expected[i])))
            print(f"    document {i} {documents[i][:40]!r}: from token {where}: yonder {got[i][where:where + 8]}, "
                  f"peer {expected[i][where:where + 8]}", flush=True)

    for name, path, peer_class in models:
        if arguments.only and name not in arguments.only:
            continue
        peer = peer_class(path)
        parsed = {"special": True} if peer_class is HuggingFace else {}
        options = ["--parse-special"] if parsed else []
        for kind, documents in [("adversarial", adversarial()), *text_documents(arguments.quick)]:
            compare(name, kind, path, documents, peer.ids(documents, **parsed), options)
        if peer_class is SentencePiece:
            documents = invalid()
            compare(name, "invalid UTF-8", path, documents, peer.ids(documents))
        if peer_class is HuggingFace:
            documents = special_documents(path)
            compare(name, "special as text", path, documents, peer.ids(documents))
            compare(name, "special parsed", path, documents, peer.ids(documents, special=True), ["--parse-special"])
            if peer.ids(["a"], template=True) != peer.ids(["a"]):
                documents = adversarial()[-3000:]
                compare(name, "template", path, documents, peer.ids(documents, template=True), ["--template"])
    for name in EXPORTED:
        if not arguments.only or name in arguments.only:
            with tempfile.TemporaryDirectory() as folder:
                compare_exports(arguments, name, pathlib.Path(folder), compare)
    expected = json.loads((pathlib.Path(__file__).parent / "expected.json").read_text())
    shares = expected["share"]  # of documents that may differ
    unmet = [r for r in rows if r["differing"] > shares.get(f"{r['model']}: {r['text']}", 0) * r["documents"]]
    print(f"{len(rows) - len(unmet)} of {len(rows)} rows as expected; {sum(r['tokens'] for r in rows)} tokens compared")
    return 1 if unmet else 0


if __name__ == "__main__":
    sys.exit(main())
