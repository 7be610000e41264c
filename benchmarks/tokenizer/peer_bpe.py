# SPDX-License-Identifier: Apache-2.0
"""The peers of byte-pair encoding, as workers of compare.py (protocol: worker.h).

    peer_bpe.py tokenizers|tiktoken TOKENIZER_JSON TEXT

tokenizers  `encode`: encode_batch_fast of one text, its cache emptied before; `encode_lines`: the
            same over the lines, which it likes better
tiktoken    `encode`: encode_ordinary of the text. It has no reader of tokenizer.json, so an Encoding
            is made of the same pieces, ranked by their merges, and the split pattern of GPT-2; it
            counts in ranks, which the ids follow only after the clock is stopped
"""
import json

import peer_python


class Tokenizers:
    def __init__(self, model):
        from tokenizers import Tokenizer
        self.tokenizer = Tokenizer.from_file(model)

    def use(self, text):
        self.whole = [text]
        self.lines = text.splitlines(keepends=True)

    def before(self):
        self.tokenizer.model._clear_cache()

    def encode(self):
        return self.tokenizer.encode_batch_fast(self.whole, add_special_tokens=False)[0].ids

    def encode_lines(self):
        batch = self.tokenizer.encode_batch_fast(self.lines, add_special_tokens=False)
        return [number for one in batch for number in one.ids]


class Tiktoken:
    PATTERN = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"

    def __init__(self, model):
        import tiktoken
        with open(model, encoding="utf-8") as file:
            bpe = json.load(file)["model"]
        itself = [*range(33, 127), *range(161, 173), *range(174, 256)]
        rest = [byte for byte in range(256) if byte not in itself]
        to_byte = {chr(byte): byte for byte in itself}
        to_byte.update({chr(0x100 + k): byte for k, byte in enumerate(rest)})

        def undo(piece):
            return bytes(to_byte[c] for c in piece)

        merged = ["".join(merge.split(" ") if isinstance(merge, str) else merge)
                  for merge in bpe["merges"]]
        ordered = list(map(chr, itself)) + [chr(0x100 + k) for k in range(len(rest))] + merged
        ranks = {undo(piece): rank for rank, piece in enumerate(ordered)}
        self.ids = [bpe["vocab"][piece] for piece in ordered]
        self.encoding = tiktoken.Encoding("peer", pat_str=self.PATTERN, mergeable_ranks=ranks,
                                          special_tokens={})

    def use(self, text):
        self.text = text

    def encode(self):
        return self.encoding.encode_ordinary(self.text)

    def finish(self, ranks):
        return [self.ids[rank] for rank in ranks]


if __name__ == "__main__":
    peer_python.main({"tokenizers": Tokenizers, "tiktoken": Tiktoken})
