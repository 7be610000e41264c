#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes tests/golden/tokenizer/text_rules_*.json: what Hugging Face's tokenizers and sentencepiece
make of tricky texts, step by step.

  pip install tokenizers==0.23.3 sentencepiece==0.2.3 protobuf
  python3 tests/golden/make/text_rules.py tests/golden/tokenizer
"""
import base64
import importlib.metadata
import io
import itertools
import json
import pathlib
import sys
import tempfile

import sentencepiece
from sentencepiece import sentencepiece_model_pb2
from tokenizers import Tokenizer

TEXTS = [
    "", " ", "   ", "\t", "\n", "\r\n", "a\r\nb", " a", "a ", "  a  b  ", "a\tb\nc", "\u00a0a\u00a0",
    "\u3000a\u3000b", "e\u0301", "a\u0300\u0301b", "\u0301a", "\u1112\u1161\u11ab", "\ud55c", "\ufb01n",
    "\u2460\u00bd", "\U0001f468\u200d\U0001f469\u200d\U0001f467!", "\U0001f1e9\U0001f1ea", "\uf900\u2126",
    "\x00a\x00", "\u2581a\u2581b", " \u2581", "\u2581", "\u2581\u2581a ", "\u0130I\u0131", "\u039f\u0394\u039f\u03a3 \u03a3",
    "\u1e9e\u00df", "\u200ba\u200d", "\ufeffa", "\ufffd", "\uff76\uff9e\uff76", "\u1e9b\u0323", "\u0958\u0915\u094d\u0937",
    "\x01hello \x02", "\x01 hello", "Hello, world! 123 45", "It's they'RE we'll", "a1b22\u0663\u0664\u2167c", "x_y-z$5+\u20ac7",
    "\u4eca\u5929\u5929\u6c14\u4e0d\u9519\u3002Hello", "\u0eba\u0344\u0345\u0898", "\U00011938\u32ff\U0001fbf2", "\u1cf2\u0afaa",
    "\u1c89\ua7cb", "\r\n\u0897a", "aaa aa a", "``quoted''", "``", "\u0600a", "a\u20ddb", "\u2028\u2029\u0085x\u1680y",
]
# Rules of every kind: to a space, to nothing, to more, of two characters, one the prefix of another.
RULES = [("9", "20"), ("A", "20"), ("D", "20"), ("A0", "20"), ("3000", "20"), ("200B", ""), ("1", ""),
         ("FB01", "66 69"), ("2460", "31"), ("BD", "31 2044 32"), ("A8", "20 308"), ("FF76", "30AB"),
         ("FF76 FF9E", "30AC"), ("61 300", "E0"), ("61 300 301", "E0 301"), ("65 301", "E9"),
         ("2126", "3A9"), ("FF0C", "2C"), ("1E9E", "73 73"), ("51", "20 71 20")]


def model(**fields):
    """A model with one token, and sentencepiece's own defaults."""
    with tempfile.TemporaryDirectory() as folder:
        rules = pathlib.Path(folder, "rules.tsv")
        rules.write_text("".join(f"{a}\t{b}\n" for a, b in RULES))
        corpus = pathlib.Path(folder, "corpus.txt")
        corpus.write_text("the quick brown fox jumps over the lazy dog\n" * 20)
        out = io.BytesIO()
        sentencepiece.SentencePieceTrainer.train(
            input=corpus, model_writer=out, vocab_size=40, hard_vocab_limit=False, minloglevel=2,
            normalization_rule_tsv=rules, **fields)
    proto = sentencepiece_model_pb2.ModelProto()
    proto.ParseFromString(out.getvalue())
    return proto


CHARSMAP = model().normalizer_spec.precompiled_charsmap


def tokenizer(**parts):
    whole = {"version": "1.0", "truncation": None, "padding": None, "added_tokens": [],
             "normalizer": None, "pre_tokenizer": None, "post_processor": None, "decoder": None,
             "model": {"type": "BPE", "dropout": None, "unk_token": "?", "fuse_unk": False,
                       "continuing_subword_prefix": None, "end_of_word_suffix": None,
                       "byte_fallback": False, "vocab": {"?": 0}, "merges": []}}
    return Tokenizer.from_str(json.dumps(whole | parts))


def replace(kind, pattern, content):
    return {"type": "Replace", "pattern": {kind: pattern}, "content": content}


NORMALIZERS = [
    *({"type": name} for name in ["NFC", "NFD", "NFKC", "NFKD", "Lowercase", "Nmt", "StripAccents"]),
    *({"type": "Strip", "strip_left": left, "strip_right": right}
      for left, right in [(True, True), (True, False), (False, True)]),
    {"type": "Prepend", "prepend": "\u2581"},
    replace("String", " ", "\u2581"),
    replace("String", "``", '"'),
    replace("String", "a", ""),
    replace("Regex", " {2,}", "\u2581"),
    {"type": "Precompiled", "precompiled_charsmap": base64.b64encode(CHARSMAP).decode()},
    {"type": "Sequence", "normalizers": []},
    {"type": "Sequence", "normalizers": [
        {"type": "NFD"}, {"type": "StripAccents"}, {"type": "Lowercase"}, replace("String", "a", "bb"),
        {"type": "NFKC"}, {"type": "Prepend", "prepend": "x "}, {"type": "Nmt"},
        {"type": "Strip", "strip_left": True, "strip_right": True}]},
]


def normalizer_cases():
    for step in NORMALIZERS:
        normalizer = tokenizer(normalizer=step).normalizer
        yield {"step": step, "results": [normalizer.normalize_str(text) for text in TEXTS]}


INVALID = [b"\xff", b"a\x80b", b"\xe4\xb8", b" \xc0\xaf ", b"\xed\xa0\x80", b"\xf4\x90\x80\x80 \xf0\x9f",
           b"\xe2\x96", "\ufb01".encode()[:2] + b" x"]
USER_DEFINED = ["Hello", "  ", "x_y", " a", "\u2581b", "\u4e0d"]


def sentencepiece_cases():
    proto = model()
    for symbol in USER_DEFINED:
        proto.pieces.add(piece=symbol, score=0, type=4)
    rows = [*itertools.product([True], [True, False], [True, False], [True], [False, True], [False, True]),
            (False, True, True, False, False, False), (True, True, True, False, True, True),
            (True, False, False, False, False, False)]
    for rules, prefix, extra, escape, suffix, symbols in rows:
        spec = proto.normalizer_spec
        spec.precompiled_charsmap = CHARSMAP if rules else b""
        spec.add_dummy_prefix, spec.remove_extra_whitespaces = prefix, extra
        spec.escape_whitespaces = escape
        proto.trainer_spec.treat_whitespace_as_suffix = suffix
        for piece in proto.pieces:
            if piece.piece in USER_DEFINED:
                piece.type = 4 if symbols else 1
        processor = sentencepiece.SentencePieceProcessor()
        processor.LoadFromSerializedProto(proto.SerializeToString())
        results = [processor.Normalize(text) for text in [t.encode() for t in TEXTS] + INVALID]
        yield {"charsmap": rules, "add_dummy_prefix": prefix, "remove_extra_whitespaces": extra,
               "escape_whitespaces": escape, "treat_whitespace_as_suffix": suffix,
               "user_defined": USER_DEFINED if symbols else [],
               "results": [r.decode() if isinstance(r, bytes) else r for r in results]}


def write(folder, name, source, cases, **shared):
    head = {"source": source, "tolerance": 0,
            "how": "python3 tests/golden/make/text_rules.py tests/golden/tokenizer", **shared}
    rows = ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases)
    text = json.dumps(head, ensure_ascii=False)[:-1] + f', "cases": [\n{rows}\n]}}\n'
    (folder / f"text_rules_{name}.json").write_text(text)


def main():
    folder = pathlib.Path(sys.argv[1])
    version = importlib.metadata.version
    huggingface = f"tokenizers {version('tokenizers')}"
    google = f"sentencepiece {version('sentencepiece')}"
    write(folder, "normalizers", huggingface, normalizer_cases(), texts=TEXTS)
    write(folder, "sentencepiece", google, sentencepiece_cases(), texts=TEXTS,
          charsmap=base64.b64encode(CHARSMAP).decode(),
          invalid=[base64.b64encode(text).decode() for text in INVALID])


if __name__ == "__main__":
    main()
