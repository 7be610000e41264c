# SPDX-License-Identifier: Apache-2.0
"""The side of Hugging Face transformers of compare.py: the jobs of lm_worker.cpp, without schemes."""

import sys
import time

import torch
from transformers import AutoModelForCausalLM


def tokens(count, vocab):
    state, ids = 1, []
    for _ in range(count):
        state = 16807 * state % 2147483647
        ids.append(state % vocab)
    return torch.tensor([ids])


class Stopwatch:
    def __init__(self):
        self.wall, self.cpu = time.perf_counter(), time.process_time()

    def read(self):
        return f"{time.perf_counter() - self.wall} {time.process_time() - self.cpu}"


def answer(model, line):
    job, length, *rest = line.split()
    ids = tokens(int(length), model.config.vocab_size)
    watch = Stopwatch()
    out = model(ids, use_cache=True, logits_to_keep=1)
    logits = out.logits[0, -1]
    if job == "logits":
        return " ".join(map(str, logits.float().tolist()))
    following = logits.argmax().view(1, 1)
    if job == "prefill":
        return watch.read()
    written, cache = [], out.past_key_values
    watch = Stopwatch()
    for _ in range(int(rest[0])):
        written.append(following.item())
        out = model(following, past_key_values=cache, use_cache=True)
        cache = out.past_key_values
        following = out.logits[:, -1].argmax(-1, keepdim=True)
    return watch.read() + " " + " ".join(map(str, written))


def main():
    path, dtype, threads = sys.argv[1:4]
    torch.set_num_threads(int(threads))
    types = {"f32": torch.float32, "bf16": torch.bfloat16}
    model = AutoModelForCausalLM.from_pretrained(path, dtype=types[dtype]).eval()
    print("ready", flush=True)
    with torch.inference_mode():
        for line in sys.stdin:
            print(answer(model, line), flush=True)


if __name__ == "__main__":
    main()
