# SPDX-License-Identifier: Apache-2.0
"""The peers that are used from Python, as workers of compare.py (protocol: worker.h).

    peer_python.py reference|rs|sentencepiece|huggingface MODEL TEXT

reference      bytepiece: `encode` and `sample ALPHA` call encode(str) once for the whole text;
               `tokenize` and `tokenize_sample ALPHA` call the compiled inner loop alone, on chunks
               cut beforehand, and leave byte strings instead of ids
rs             rs_bytepiece: encode(str) without its normalisation
sentencepiece  encode(list of chunks), one thread
huggingface    tokenizers: encode_batch_fast over the chunks, one thread, its cache emptied before
The garbage collector is off while the clock runs, which helps these peers a little.
"""
import array
import gc
import json
import re
import sys
import time
import zlib

RUN_SECONDS = 0.2


class Reference:
    def __init__(self, model):
        from bytepiece import Tokenizer, faster
        if not faster.__file__.endswith(".so"):
            sys.exit("bytepiece runs without its compiled extension")
        self.tokenizer = Tokenizer(model)

    def use(self, text):
        self.text = text
        self.chunks = [chunk.encode() for chunk in re.findall(".*\n+|.+", text)]

    def encode(self):
        return self.tokenizer.encode(self.text)

    def sample(self, alpha):
        return self.tokenizer.encode(self.text, alpha=alpha)

    def tokenize(self, alpha=-1.0):
        inner = self.tokenizer._tokenize
        return [inner(chunk, alpha) for chunk in self.chunks]

    tokenize_sample = tokenize

    def encode_chunk(self, chunk):
        return self.tokenizer.pieces_to_ids(self.tokenizer._tokenize(chunk.encode()))


class Rs:
    def __init__(self, model):
        from rs_bytepiece import Tokenizer
        self.tokenizer = Tokenizer(model)

    def use(self, text):
        self.text = text

    def encode(self):
        return self.tokenizer.encode(self.text, norm=False)

    def sample(self, alpha):
        return self.tokenizer.encode(self.text, alpha=alpha, norm=False)

    def encode_chunk(self, chunk):
        return self.tokenizer.encode(chunk, norm=False)


class SentencePiece:
    def __init__(self, model):
        from sentencepiece import SentencePieceProcessor
        self.processor = SentencePieceProcessor(model_file=model, num_threads=1)

    def use(self, text):
        self.chunks = re.findall(".*\n+|.+", text)

    def encode(self):
        return [number for ids in self.processor.encode(self.chunks) for number in ids]

    def sample(self, alpha):
        drawn = self.processor.encode(self.chunks, enable_sampling=True, nbest_size=-1,
                                      alpha=alpha)
        return [number for ids in drawn for number in ids]

    def encode_chunk(self, chunk):
        return self.processor.encode(chunk)


class HuggingFace:
    def __init__(self, model):
        from tokenizers import Tokenizer
        self.tokenizer = Tokenizer.from_file(model)

    def use(self, text):
        self.chunks = re.findall(".*\n+|.+", text)

    def before(self):
        self.tokenizer.model._clear_cache()

    def encode(self):
        batch = self.tokenizer.encode_batch_fast(self.chunks, add_special_tokens=False)
        return [number for one in batch for number in one.ids]

    def encode_chunk(self, chunk):
        return self.tokenizer.encode(chunk, add_special_tokens=False).ids


PEERS = {"reference": Reference, "rs": Rs, "sentencepiece": SentencePiece,
         "huggingface": HuggingFace}


def timed(peer, work, arguments):
    """Repeats the work for at least RUN_SECONDS of CPU time and takes the mean, as worker.h."""
    used_cpu = used_wall = repeats = 0
    while used_cpu < RUN_SECONDS:
        if hasattr(peer, "before"):
            peer.before()
        gc.collect()
        gc.disable()
        wall, cpu = time.perf_counter(), time.process_time()
        ids = work(*arguments)
        used_cpu += time.process_time() - cpu
        used_wall += time.perf_counter() - wall
        gc.enable()
        repeats += 1
    cpu, wall = used_cpu / repeats, used_wall / repeats
    if hasattr(peer, "finish"):
        ids = peer.finish(ids)
    if ids and isinstance(ids[0], list):  # pieces by chunk, no ids
        return {"cpu": cpu, "wall": wall, "tokens": sum(map(len, ids))}
    return {"cpu": cpu, "wall": wall, "tokens": len(ids),
            "crc": zlib.crc32(array.array("I", ids).tobytes())}


def dump(peer, text, path):
    chunks = re.findall(".*\n+|.+", text)
    with open(path, "w", encoding="ascii") as file:
        for chunk in chunks:
            file.write(" ".join(map(str, peer.encode_chunk(chunk))) + "\n")
    return {"chunks": len(chunks)}


def main(peers):
    peer = peers[sys.argv[1]](sys.argv[2])
    with open(sys.argv[3], "rb") as file:
        text = file.read().decode("utf-8")
    peer.use(text)
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        name, *arguments = line.split()
        if name == "dump":
            answer = dump(peer, text, arguments[0])
        else:
            answer = timed(peer, getattr(peer, name), [float(a) for a in arguments])
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main(PEERS)
