#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes tests/golden/tokenizer/imported_ids.json: small models made by sentencepiece 0.2.3 and
tokenizers 0.23.3, and what these programs make of some texts: ids, and the text decoded again.

  python3 tests/golden/make/imported_ids.py tests/golden/tokenizer [FOLDER_OF_PUBLISHED_MODELS]

With the folder (models/ of the test data), the same for published models, which are named by path
and not copied.
"""
import base64
import importlib.metadata
import io
import json
import pathlib
import sys
import tempfile

import sentencepiece
import tokenizers
from tokenizers import decoders, models, normalizers, pre_tokenizers, processors, trainers

CORPUS = ["The cat sat on the mat, and then it ran to see the green stars.",
          "She said: it's 12345 miles from here, isn't it? We'll see!",
          "太阳 月亮 和 星光，猫在跑。今天天气不错，我们去公园散步。",
          "naïve café déjà vu; Straße; x = y + z; print('hello world')"] * 20
TEXTS = ["", " ", "the cat", "  the   cats  ", "Hello, world!", "it's isn't WE'LL", "今天天气不错", "太阳和\n月亮\r\nx",
         "a\tb  c\n\n\nd", "1234567 12", "👍🏽 emoji 😀", "\u2581the\u2581", "xyzzy q Q", "cafe\u0301 ﬁne Å", "<sep>the<sep> <sep>",
         "\u00a0the\u3000cat", "aaaaaaaaaaaaaaaaaaaa", "the cat sat on the mat " * 8]


def sp_model(**options):
    with tempfile.TemporaryDirectory() as folder:
        if "rules" in options:
            rules = pathlib.Path(folder) / "rules.tsv"
            rules.write_text("".join(f"{a}\t{b}\n" for a, b in options.pop("rules")))
            options["normalization_rule_tsv"] = str(rules)
        else:
            options.setdefault("normalization_rule_name", "identity")
        model = io.BytesIO()
        sentencepiece.SentencePieceTrainer.train(sentence_iterator=iter(CORPUS), model_writer=model,
                                                 minloglevel=2, num_threads=1,
                                                 hard_vocab_limit=False, **options)
        return model.getvalue()


def hf_byte_level():
    t = tokenizers.Tokenizer(models.BPE())
    t.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    t.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=420, special_tokens=["<s>", "</s>", "<sep>"], show_progress=False,
                                  initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    t.train_from_iterator(CORPUS, trainer)
    t.post_processor = processors.TemplateProcessing(single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 1)])
    return t.to_str()


def hf_unigram():
    t = tokenizers.Tokenizer(models.Unigram())
    t.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace("''", '"')])
    t.pre_tokenizer = pre_tokenizers.Metaspace()
    t.decoder = decoders.Metaspace()
    t.train_from_iterator(CORPUS, trainers.UnigramTrainer(vocab_size=200, special_tokens=["<unk>", "<sep>"], unk_token="<unk>",
                                                          show_progress=False))
    return t.to_str()


def hf_characters():
    """In the manner of Llama 2: no pre-tokenizer, byte fallback."""
    t = tokenizers.Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    t.normalizer = normalizers.Sequence([normalizers.Prepend("\u2581"), normalizers.Replace(" ", "\u2581")])
    t.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="never")
    t.decoder = decoders.Sequence([decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    special = ["<unk>", "<s>", "</s>"] + [f"<0x{b:02X}>" for b in range(256)]
    t.train_from_iterator(CORPUS, trainers.BpeTrainer(vocab_size=460, special_tokens=special, show_progress=False))
    whole = json.loads(t.to_str())
    whole["pre_tokenizer"] = None
    whole["added_tokens"] = [a for a in whole["added_tokens"] if a["id"] < 3]
    return json.dumps(whole, ensure_ascii=False)


SMALL = {
    "sp-unigram": lambda: sp_model(vocab_size=150, user_defined_symbols=["<sep>"], rules=[("41 30A", "C5"), ("FB01", "66 69"), ("3000", "20")]),
    "sp-unigram-bytes": lambda: sp_model(vocab_size=400, byte_fallback=True, character_coverage=0.98, remove_extra_whitespaces=False),
    "sp-bpe": lambda: sp_model(vocab_size=220, model_type="bpe", user_defined_symbols=["<sep>", "the"]),
    "sp-bpe-bytes": lambda: sp_model(vocab_size=460, model_type="bpe", byte_fallback=True, character_coverage=0.98,
                                     remove_extra_whitespaces=False, add_dummy_prefix=False),
    "hf-byte-level": hf_byte_level,
    "hf-unigram": hf_unigram,
    "hf-characters": hf_characters,
}
PUBLISHED = ["hf-tokenizers/t5-small.tokenizer.json", "hf-tokenizers/roberta-base.tokenizer.json",
             "hf-tokenizers/phi-3-mini.tokenizer.json", "hf-tokenizers/added-tokens.tokenizer.json",
             "sentencepiece/test_model.model", "sentencepiece/test_ja_model.model", "sentencepiece/en.wiki.bpe.vs100000.model"]


def readable(content):
    """One published file has no merges, written as an object, which tokenizers does not read."""
    whole = json.loads(content)
    if whole["model"].get("merges") == {}:
        whole["model"]["merges"] = []
    return json.dumps(whole)


def outcome(content):
    """[ids, decoded text] of each text."""
    if isinstance(content, str):
        t = tokenizers.Tokenizer.from_str(content)
        rows = []
        for text in TEXTS:
            ids = t.encode(text, add_special_tokens=False).ids
            rows.append([ids, t.decode(ids, skip_special_tokens=True)])
        return rows
    p = sentencepiece.SentencePieceProcessor(model_proto=content)
    return [[p.encode(text), p.decode(p.encode(text))] for text in TEXTS]


def main():
    cases = []
    for name, make in SMALL.items():
        content = make()
        raw = content.encode() if isinstance(content, str) else content
        cases.append({"name": name, "model": base64.b64encode(raw).decode(), "outcome": outcome(content)})
    if len(sys.argv) > 2:
        for path in PUBLISHED:
            raw = (pathlib.Path(sys.argv[2]) / path).read_bytes()
            cases.append({"name": path, "path": path, "outcome": outcome(readable(raw.decode()) if path.endswith("json") else raw)})
    versions = ", ".join(f"{p} {importlib.metadata.version(p)}" for p in ("sentencepiece", "tokenizers"))
    golden = {"source": versions, "how": "tests/golden/make/imported_ids.py", "tolerance": "exact", "texts": TEXTS, "cases": cases}
    folder = pathlib.Path(sys.argv[1])
    (folder / "imported_ids.json").write_text(json.dumps(golden, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
