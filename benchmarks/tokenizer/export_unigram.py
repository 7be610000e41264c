# SPDX-License-Identifier: Apache-2.0
"""Writes a BytePiece vocabulary for SentencePiece (.model) and HF tokenizers (tokenizer.json).

    export_unigram.py MODEL OUT.sp.model OUT.tokenizer.json

Ids stay the same, so that ids can be compared. The reference's own convert_to_sentencepiece
mistakes backslash, tab, newline and other escaped ASCII bytes for non-ASCII ones; here every ASCII
byte but NUL is a normal piece. What neither format can hold gets a placeholder that no text
produces: a single byte above 0x7F is reached only by byte fallback, at the score of an unknown
character, and a longer piece that is not UTF-8 is left out. The counts are printed as JSON.
"""
import base64
import json
import math
import sys

from sentencepiece import sentencepiece_model_pb2 as sp

NORMAL, UNKNOWN, CONTROL, BYTE = 1, 2, 3, 6


def read_pieces(path):
    """(bytes, log probability) in id order, from id 3."""
    with open(path, encoding="utf-8") as file:
        rows = sorted((row[0], base64.b64decode(key), row[2])
                      for key, row in json.load(file).items())
    log_total = math.log(sum(count for _, _, count in rows))
    return [(piece, math.log(count) - log_total) for _, piece, count in rows]


def spell(piece, space):
    """The piece as text, or None where neither format can hold it."""
    if piece == b"\0":
        return None  # SentencePiece keeps its trie keys as C strings
    try:
        return piece.decode().replace(" ", space)
    except UnicodeDecodeError:
        return None


def byte_name(byte):
    return "<0x%02X>" % byte


def export_sentencepiece(pieces, path):
    model = sp.ModelProto()
    for text, kind in (("<unk>", UNKNOWN), ("<s>", CONTROL), ("</s>", CONTROL)):
        model.pieces.add(piece=text, score=0, type=kind)
    used, byte_pieces, left_out = set(), set(), 0
    for number, (piece, score) in enumerate(pieces, start=3):
        text = spell(piece, "\u2581")
        if text is not None and text not in used:
            used.add(text)
            model.pieces.add(piece=text, score=score, type=NORMAL)
        elif len(piece) == 1:
            byte_pieces.add(piece[0])
            model.pieces.add(piece=byte_name(piece[0]), score=score, type=BYTE)
        else:
            left_out += 1
            model.pieces.add(piece="<left-out-%d>" % number, score=0, type=CONTROL)
    for byte in sorted(set(range(256)) - byte_pieces):  # byte_fallback wants all 256
        model.pieces.add(piece=byte_name(byte), score=-100, type=BYTE)
    model.trainer_spec.model_type = 1  # Unigram
    model.trainer_spec.vocab_size = len(model.pieces)
    model.trainer_spec.byte_fallback = True
    model.normalizer_spec.name = "identity"
    model.normalizer_spec.add_dummy_prefix = False
    model.normalizer_spec.remove_extra_whitespaces = False
    with open(path, "wb") as file:
        file.write(model.SerializeToString())
    return left_out


def export_tokenizer_json(pieces, path):
    vocab = [["<unk>", 0.0], ["<s>", 0.0], ["</s>", 0.0]]
    left_out = 0
    for number, (piece, score) in enumerate(pieces, start=3):
        text = spell(piece, " ")
        if text is None and len(piece) == 1:
            text = byte_name(piece[0])
        elif text is None:
            left_out += 1
            text = "<left-out-%d>" % number
        vocab.append([text, score])
    named = {text for text, _ in vocab}
    vocab += [[byte_name(byte), -100.0] for byte in range(256) if byte_name(byte) not in named]
    document = {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": [],
        "normalizer": None, "pre_tokenizer": None, "post_processor": None, "decoder": None,
        "model": {"type": "Unigram", "unk_id": 0, "vocab": vocab, "byte_fallback": True},
    }
    with open(path, "w", encoding="utf-8") as file:
        json.dump(document, file, ensure_ascii=False)
    return left_out


def main():
    pieces = read_pieces(sys.argv[1])
    print(json.dumps({
        "pieces": len(pieces),
        "sentencepiece_left_out": export_sentencepiece(pieces, sys.argv[2]),
        "huggingface_left_out": export_tokenizer_json(pieces, sys.argv[3]),
    }))


if __name__ == "__main__":
    main()
