#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes tests/golden/tokenizer/text_rules_*.json: what Hugging Face's tokenizers and sentencepiece
make of tricky texts, step by step.

  pip install tokenizers==0.23.3 sentencepiece==0.2.3 protobuf
  python3 tests/golden/make/text_rules.py tests/golden/tokenizer
"""
import base64
import hashlib
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
    "",
    " ",
    "   ",
    "\t",
    "\n",
    "\r\n",
    "a\r\nb",
    " a",
    "a ",
    "  a  b  ",
    "a\tb\nc",
    "\u00a0a\u00a0",
    "\u3000a\u3000b",
    "e\u0301",
    "a\u0300\u0301b",
    "\u0301a",
    "\u1112\u1161\u11ab",
    "\ud55c",
    "\ufb01n",
    "\u2460\u00bd",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467!",
    "\U0001f1e9\U0001f1ea",
    "\uf900\u2126",
    "\x00a\x00",
    "\u2581a\u2581b",
    " \u2581",
    "\u2581",
    "\u2581\u2581a ",
    "\u0130I\u0131",
    "\u039f\u0394\u039f\u03a3 \u03a3",
    "\u1e9e\u00df",
    "\u200ba\u200d",
    "\ufeffa",
    "\ufffd",
    "\uff76\uff9e\uff76",
    "\u1e9b\u0323",
    "\u0958\u0915\u094d\u0937",
    "\x01hello \x02",
    "\x01 hello",
    "Hello, world! 123 45",
    "It's they'RE we'll",
    "a1b22\u0663\u0664\u2167c",
    "x_y-z$5+\u20ac7",
    "\u4eca\u5929\u5929\u6c14\u4e0d\u9519\u3002Hello",
    "\u0eba\u0344\u0345\u0898",
    "\U00011938\u32ff\U0001fbf2",
    "\u1cf2\u0afaa",
    "\u1c89\ua7cb",
    "\r\n\u0897a",
    "aaa aa a",
    "``quoted''",
    "``",
    "\u0600a",
    "a\u20ddb",
    "\u2028\u2029\u0085x\u1680y",
]
# Rules of every kind: to a space, to nothing, to more, of two characters, one a prefix of another.
RULES = [("9", "20"), ("A", "20"), ("D", "20"), ("A0", "20"), ("3000", "20"), ("200B", ""),
         ("1", ""), ("FB01", "66 69"), ("2460", "31"), ("BD", "31 2044 32"), ("A8", "20 308"),
         ("FF76", "30AB"), ("FF76 FF9E", "30AC"), ("61 300", "E0"), ("61 300 301", "E0 301"),
         ("65 301", "E9"), ("2126", "3A9"), ("FF0C", "2C"), ("1E9E", "73 73"), ("51", "20 71 20")]


def model(**fields):
    """A model with one token, and sentencepiece's own defaults."""
    with tempfile.TemporaryDirectory() as folder:
        rules = pathlib.Path(folder, "rules.tsv")
        rules.write_text("".join(f"{a}\t{b}\n" for a, b in RULES))
        corpus = pathlib.Path(folder, "corpus.txt")
        corpus.write_text("the quick brown fox jumps over the lazy dog\n" * 20)
        out = io.BytesIO()
        sentencepiece.SentencePieceTrainer.train(input=corpus,
                                                 model_writer=out,
                                                 vocab_size=40,
                                                 hard_vocab_limit=False,
                                                 minloglevel=2,
                                                 normalization_rule_tsv=rules,
                                                 **fields)
    proto = sentencepiece_model_pb2.ModelProto()
    proto.ParseFromString(out.getvalue())
    return proto


CHARSMAP = model().normalizer_spec.precompiled_charsmap


def tokenizer(**parts):
    whole = {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": [],
        "normalizer": None, "pre_tokenizer": None, "post_processor": None, "decoder": None,
        "model": {
            "type": "BPE", "dropout": None, "unk_token": "?", "fuse_unk": False,
            "continuing_subword_prefix": None, "end_of_word_suffix": None, "byte_fallback": False,
            "vocab": {"?": 0}, "merges": []
        }
    }
    return Tokenizer.from_str(json.dumps(whole | parts))


def replace(kind, pattern, content):
    return {"type": "Replace", "pattern": {kind: pattern}, "content": content}


NORMALIZERS = [
    *({"type": name}
      for name in ["NFC", "NFD", "NFKC", "NFKD", "Lowercase", "Nmt", "StripAccents"]),
    *({"type": "Strip", "strip_left": left, "strip_right": right}
      for left, right in [(True, True), (True, False), (False, True)]),
    {"type": "Prepend", "prepend": "\u2581"},
    replace("String", " ", "\u2581"),
    replace("String", "``", '"'),
    replace("String", "a", ""),
    replace("Regex", " {2,}", "\u2581"),
    {"type": "Precompiled", "precompiled_charsmap": base64.b64encode(CHARSMAP).decode()},
    {"type": "Sequence", "normalizers": []},
    {
        "type": "Sequence",
        "normalizers": [{"type": "NFD"}, {"type": "StripAccents"}, {"type": "Lowercase"},
                        replace("String", "a",
                                "bb"), {"type": "NFKC"}, {"type": "Prepend", "prepend": "x "},
                        {"type": "Nmt"}, {"type": "Strip", "strip_left": True, "strip_right": True}]
    },
]


def normalizer_cases():
    for step in NORMALIZERS:
        normalizer = tokenizer(normalizer=step).normalizer
        yield {"step": step, "results": [normalizer.normalize_str(text) for text in TEXTS]}


INVALID = [
    b"\xff", b"a\x80b", b"\xe4\xb8", b" \xc0\xaf ", b"\xed\xa0\x80", b"\xf4\x90\x80\x80 \xf0\x9f",
    b"\xe2\x96", "\ufb01".encode()[:2] + b" x"
]
USER_DEFINED = ["Hello", "  ", "x_y", " a", "\u2581b", "\u4e0d"]


def sentencepiece_cases():
    proto = model()
    for symbol in USER_DEFINED:
        proto.pieces.add(piece=symbol, score=0, type=4)
    rows = [
        *itertools.product([True], [True, False], [True, False], [True], [False, True],
                           [False, True]), (False, True, True, False, False, False),
        (True, True, True, False, True, True), (True, False, False, False, False, False)
    ]
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
        yield {
            "charsmap": rules, "add_dummy_prefix": prefix, "remove_extra_whitespaces": extra,
            "escape_whitespaces": escape, "treat_whitespace_as_suffix": suffix,
            "user_defined": USER_DEFINED if symbols else [],
            "results": [r.decode() if isinstance(r, bytes) else r for r in results]
        }


ALPHABET = {}
for byte in range(256):  # GPT-2's bytes_to_unicode()
    plain = 33 <= byte <= 126 or 161 <= byte <= 172 or byte >= 174
    ALPHABET[chr(byte if plain else 256 + sum(c > "\u00ff" for c in ALPHABET))] = byte


def from_alphabet(text):
    return bytes(ALPHABET[c] for c in text).decode()


def split(kind, pattern, behavior, invert=False):
    return {"type": "Split", "pattern": {kind: pattern}, "behavior": behavior, "invert": invert}


def byte_level(space, regex):
    return {
        "type": "ByteLevel", "add_prefix_space": space, "trim_offsets": True, "use_regex": regex
    }


def metaspace(scheme, cuts=True, mark="\u2581"):
    return {"type": "Metaspace", "replacement": mark, "prepend_scheme": scheme, "split": cuts}


def sequence(kind, *steps):
    return {"type": "Sequence", kind: list(steps)}


LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+")
BEHAVIORS = ["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"]
PRE_TOKENIZERS = [
    {"type": "Whitespace"},
    {"type": "WhitespaceSplit"},
    *({"type": "Punctuation", "behavior": behavior} for behavior in BEHAVIORS[:3]),
    *({"type": "Digits", "individual_digits": individual} for individual in [True, False]),
    *(byte_level(space, regex) for space in [True, False] for regex in [True, False]),
    *(metaspace(scheme, cuts) for scheme in ["always", "first", "never"] for cuts in [True, False]),
    *(split("String", "a", behavior, True) for behavior in BEHAVIORS),
    *(split("Regex", r"\s+|[0-9]", behavior) for behavior in BEHAVIORS),
    sequence("pretokenizers", {"type": "WhitespaceSplit"}, metaspace("always")),
    sequence("pretokenizers", {"type": "WhitespaceSplit"}, metaspace("first")),
    sequence("pretokenizers", {"type": "Digits", "individual_digits": True},
             byte_level(False, True)),
    sequence("pretokenizers", split("Regex", LLAMA3, "Isolated"), byte_level(True, False)),
]


def pre_tokenizer_cases():
    for step in PRE_TOKENIZERS:
        pre_tokenizer = tokenizer(pre_tokenizer=step).pre_tokenizer
        decode = from_alphabet if "ByteLevel" in json.dumps(step) else str
        yield {
            "step": step, "results": [
                [decode(word) for word, _ in pre_tokenizer.pre_tokenize_str(text)] for text in TEXTS
            ]
        }


def added(index, content, flags=""):
    names = {"w": "single_word", "l": "lstrip", "r": "rstrip", "n": "normalized", "s": "special"}
    return {
        "id": 257 + index, "content": content,
        **{name: flag in flags for flag, name in names.items()}
    }


ADDED_TEXTS = [
    "", "<s>", " <s> ", "a<s>b</s>", "x <mask>  y", "<mask> <mask>", "<pad>  <b>", "ab abc ab_ ab",
    "<a><b>", "A aa aaa", "  HELLO  hello ", "\u00e9 e\u0301", "\u0939ab", " \u3000<mask>\u00a0z",
    "``quoted'' <s>x", "<s", "\n\n\n x", "hi<|end|>  \n there", "\x01<s>\x01a b"
]
ADDED = [
    [added(0, "<s>", "s"),
     added(1, "</s>", "s"),
     added(2, "<mask>", "ls"),
     added(3, "<pad>", "r")],
    [
        added(0, "ab", "wn"),
        added(1, "<a><b>", "s"),
        added(2, "<b>"),
        added(3, "a", "n"),
        added(4, "hello", "n")
    ],
    [
        added(0, "<s>", "sn"),
        added(1, "\u00e9", "n"),
        added(2, "aa", ""),
        added(3, "  "),
        added(4, "``", "lr")
    ],
    [
        added(0, "<|end|>", "sr"),
        added(1, "\n\n", "n"),
        added(2, " x", "w"),
        added(3, "<mask>", "lr")
    ],
]
STAGES = [
    (None, None),
    (None, byte_level(True, True)),
    ({"type": "Lowercase"}, {"type": "WhitespaceSplit"}),
    ({"type": "NFC"}, metaspace("first")),
    (sequence("normalizers", {"type": "Prepend", "prepend": "\u2581"},
              replace("String", " ", "\u2581")), None),
    (sequence("normalizers", replace("String", "``", '"'), {"type": "Nmt"}),
     sequence("pretokenizers", {"type": "WhitespaceSplit"}, metaspace("first"))),
    (NORMALIZERS[-3], metaspace("first", False)),
]


def prepared_cases():
    """The words, told apart by a model that gives each byte as a token; with special tokens parsed,
    and with special tokens as text."""
    bytes_ = {"<unk>": 0, **{f"<0x{byte:02X}>": byte + 1 for byte in range(256)}}
    for tokens, (normalizer, pre_tokenizer) in itertools.product(ADDED, STAGES):
        whole = tokenizer(normalizer=normalizer,
                          pre_tokenizer=pre_tokenizer,
                          added_tokens=tokens,
                          model={
                              "type": "BPE", "dropout": None, "unk_token": "<unk>",
                              "fuse_unk": False, "byte_fallback": True,
                              "continuing_subword_prefix": None, "end_of_word_suffix": None,
                              "vocab": bytes_, "merges": []
                          })
        alphabet = "ByteLevel" in json.dumps(pre_tokenizer)
        results = {}
        for parse_special in [True, False]:
            whole.encode_special_tokens = not parse_special
            results[parse_special] = []
            for text in ADDED_TEXTS:
                encoding = whole.encode(text)
                parts = []
                for word, group in itertools.groupby(zip(encoding.ids, encoding.word_ids),
                                                     lambda row: row[1]):
                    ids = [token for token, _ in group]
                    content = bytes(token - 1 for token in ids if token <= 256).decode()
                    parts += [token for token in ids if token > 256
                             ] or [from_alphabet(content) if alphabet else content]
                results[parse_special].append(parts)
        yield {
            "added_tokens": tokens, "normalizer": normalizer, "pre_tokenizer": pre_tokenizer,
            "results": results[True], "results_as_text": results[False]
        }


def strip(content, start, stop):
    return {"type": "Strip", "content": content, "start": start, "stop": stop}


FALLBACK, FUSE = {"type": "ByteFallback"}, {"type": "Fuse"}
DECODERS = [
    None,
    byte_level(True, True),
    FALLBACK,
    FUSE,
    strip(" ", 1, 0),
    strip("a", 0, 1),
    metaspace("always"),
    metaspace("never"),
    replace("String", "\u2581", " "),
    replace("Regex", "[ab]+", "X"),
    sequence("decoders"),
    sequence("decoders", replace("String", "\u2581", " "), FALLBACK, FUSE, strip(" ", 1, 0)),
    sequence("decoders", FALLBACK, metaspace("always")),
    sequence("decoders", FALLBACK, strip("\u2581", 1, 0)),
    sequence("decoders", FALLBACK, FUSE, strip("\u2581", 2, 0), replace("String", "\u2581", "_")),
]
TOKENS = [
    [],
    ["\u2581Hello", "\u2581world"],
    ["\u2581", "\u2581", "a"],
    ["a\u2581b", "\u2581"],
    ["  x", " y "],
    ["<0xE4>", "<0xB8>", "<0xAD>"],
    ["\u2581", "<0xE2>", "<0x96>", "<0x81>", "<0x61>"],
    ["x", "<0x20>", "aba"],
    ["<0xE2>", "<0x96>", "<0x81>", "<0xE2>", "<0x96>", "<0x81>", "b"],
    ["<0xZZ>", "<0x+A>", "<0x1>"],
    ["\u0120Hello", "\u010a", "\u00e4\u00b8", "\u0143", "\u4e2d"],
    ["</s>", "a b"],
    ["a", "aa", "aab"],
]


def decoder_cases():
    whole = tokenizer()
    for step in DECODERS:
        # Without a decoder, tokens are joined by Tokenizer.decode itself.
        decode = (lambda tokens: " ".join(tokens)) if step is None else tokenizer(
            decoder=step).decoder.decode
        yield {"step": step, "results": [decode(tokens) for tokens in TOKENS]}


PIECES = [("<unk>", 2), ("<s>", 3), ("\u2581", 1), ("\u2581a", 1), ("b\u2581c", 1),
          ("\u2581\u2581", 4), ("x", 1), ("<0xE4>", 6), ("<0xB8>", 6), ("<0xAD>", 6), ("<0x20>", 6)]
PIECE_IDS = [[], [3, 6], [2, 3], [2, 2, 3], [1, 2, 3, 1], [5, 6], [0, 3, 0], [7, 8, 9, 3], [10, 3],
             [1, 10, 3], [4, 4], [2], [2, 1, 3], [2, 7, 8, 9], [3, 2, 2, 6]]


def sentencepiece_decoder_cases():
    proto = model()
    del proto.pieces[:]
    for piece, kind in PIECES + [(f"<0x{byte:02X}>", 6) for byte in range(256)]:
        if piece not in {p.piece for p in proto.pieces}:
            proto.pieces.add(piece=piece, score=0, type=kind)
    proto.trainer_spec.byte_fallback = True
    for prefix, extra in itertools.product([True, False], [True, False]):
        proto.normalizer_spec.add_dummy_prefix = prefix
        proto.normalizer_spec.remove_extra_whitespaces = extra
        processor = sentencepiece.SentencePieceProcessor()
        processor.LoadFromSerializedProto(proto.SerializeToString())
        yield {
            "add_dummy_prefix": prefix, "remove_extra_whitespaces": extra,
            "results": [processor.Decode(ids) for ids in PIECE_IDS]
        }


def special(*ids):
    return {"ids": list(ids), "tokens": ["?"] * len(ids)}


def template(*parts):
    """Strings are special tokens, None is the text."""
    single = [{"Sequence": {"id": "A", "type_id": 0}}
              if part is None else {"SpecialToken": {"id": part, "type_id": 0}} for part in parts]
    pair = [{"Sequence": {"id": name, "type_id": 0}} for name in "AB"]
    return {
        "type": "TemplateProcessing", "single": single, "pair": pair, "special_tokens": {
            "<s>": {"id": "<s>", **special(5)}, "</s>": {"id": "</s>", **special(6, 7)}
        }
    }


POST_PROCESSORS = [
    None,
    byte_level(True, True),
    template(None),
    template("<s>", None),
    template(None, "</s>"),
    template("<s>", "</s>", None, "</s>", "<s>"),
    {"type": "BertProcessing", "sep": ["</s>", 2], "cls": ["<s>", 1]},
    {
        "type": "RobertaProcessing", "sep": ["</s>", 2], "cls": ["<s>", 1], "trim_offsets": True,
        "add_prefix_space": False
    },
    sequence("processors", byte_level(True, False), template("<s>", None)),
    sequence("processors"),
]


def post_processor_cases():
    for step in POST_PROCESSORS:
        yield {"step": step, "ids": tokenizer(post_processor=step).encode("?").ids}


EVERY = [chr(c) for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF]


def character_cases():
    """The characters of each class, as ranges [first, last]."""
    for name, step in [("white_space", {"type": "WhitespaceSplit"}),
                       ("word", {"type": "Whitespace"}),
                       ("numeric", {"type": "Digits", "individual_digits": True}),
                       ("punctuation", {"type": "Punctuation", "behavior": "Isolated"})]:
        pre_tokenizer = tokenizer(pre_tokenizer=step).pre_tokenizer
        ranges = []
        for character in EVERY:
            together = len(pre_tokenizer.pre_tokenize_str(f"a{character}b")) == 1
            if together == (name == "word"):
                if ranges and ranges[-1][1] == ord(character) - 1:
                    ranges[-1][1] += 1
                else:
                    ranges.append([ord(character), ord(character)])
        yield {"class": name, "ranges": ranges}


def every_character_cases():
    """SHA-256 over what becomes of every character between letters and marks, in blocks of 4,096.
    Of the planes above 1, which hold little but Han, only the compatibility ideographs and the
    tags."""
    every = [
        c for c in EVERY if c < "\U00020000" or "\U0002f800" <= c <= "\U0002fa1f" or
        "\U000e0000" <= c <= "\U000e01ff"
    ]
    rule = {"type": "Precompiled", "precompiled_charsmap": base64.b64encode(CHARSMAP).decode()}
    for step in NORMALIZERS[:7] + [rule]:
        normalizer = tokenizer(normalizer=step).normalizer
        digest = hashlib.sha256()
        for first in range(0, len(every), 4096):
            text = "".join(
                f"a{c}\u0334{c}\u0301A{c}\u0300\u0345{c}b" for c in every[first:first + 4096])
            digest.update(normalizer.normalize_str(text).encode())
        yield {"step": step, "sha256": digest.hexdigest()}


def write(folder, name, source, cases, **shared):
    head = {
        "source": source, "tolerance": 0,
        "how": "python3 tests/golden/make/text_rules.py tests/golden/tokenizer", **shared
    }
    rows = ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases)
    text = json.dumps(head, ensure_ascii=False)[:-1] + f', "cases": [\n{rows}\n]}}\n'
    (folder / f"text_rules_{name}.json").write_text(text)


def main():
    folder = pathlib.Path(sys.argv[1])
    version = importlib.metadata.version
    huggingface = f"tokenizers {version('tokenizers')}"
    google = f"sentencepiece {version('sentencepiece')}"
    write(folder, "normalizers", huggingface, normalizer_cases(), texts=TEXTS)
    write(folder,
          "sentencepiece",
          google,
          sentencepiece_cases(),
          texts=TEXTS,
          charsmap=base64.b64encode(CHARSMAP).decode(),
          invalid=[base64.b64encode(text).decode() for text in INVALID])
    write(folder, "pre_tokenizers", huggingface, pre_tokenizer_cases(), texts=TEXTS)
    write(folder, "prepared", huggingface, prepared_cases(), texts=ADDED_TEXTS)
    write(folder, "decoders", huggingface, decoder_cases(), tokens=TOKENS)
    write(folder,
          "sentencepiece_decoder",
          google,
          sentencepiece_decoder_cases(),
          pieces=PIECES,
          ids=PIECE_IDS)
    write(folder, "post_processors", huggingface, post_processor_cases())
    write(folder, "characters", huggingface, character_cases())
    write(folder, "every_character", huggingface, every_character_cases())


if __name__ == "__main__":
    main()
