# SPDX-License-Identifier: Apache-2.0
"""Trains one vocabulary with the reference, one worker, and prints what it cost as JSON.

    train_reference.py VOCAB_SIZE OUT INPUT

The text is one document, as it is for train_speed.
"""
import json
import resource
import sys
import time

from bytepiece import Trainer


class TimedTrainer(Trainer):
    """Notes the CPU time at which each step of train() begins."""

    def __init__(self, **settings):
        super().__init__(**settings)
        self.started = {}

    def count_ngrams(self, texts):
        self.started["count"] = time.process_time()
        return super().count_ngrams(texts)

    def count_pieces(self, texts):
        self.started["tag"] = time.process_time()
        return super().count_pieces(texts)

    def prune_pieces(self, pieces, workers=1, batch_size=1000):
        self.started["prune"] = time.process_time()
        return super().prune_pieces(pieces, workers, batch_size)


def main():
    vocab_size, out, source = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    with open(source, "rb") as file:
        text = file.read().decode("utf-8")
    trainer = TimedTrainer(order=6, max_vocab_size=vocab_size, max_piece_length=36, min_count=2)
    begin = time.process_time()
    trainer.train([text])
    trainer.save(out)
    end = time.process_time()
    started = trainer.started
    print(json.dumps({
        "cpu": end - begin,
        "peak_kb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
        "text_bytes": len(text.encode()),
        "count": started["tag"] - started["count"],
        "tag": started["prune"] - started["tag"],
        "prune": end - started["prune"],
    }))


if __name__ == "__main__":
    main()
