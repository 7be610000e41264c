# SPDX-License-Identifier: Apache-2.0
"""The side of Hugging Face transformers of compare.py: the same jobs as lm_worker.cpp."""

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


def main():
    path, dtype, threads = sys.argv[1:4]
    torch.set_num_threads(int(threads))
    types = {"f32": torch.float32, "bf16": torch.bfloat16}
    model = AutoModelForCausalLM.from_pretrained(path, dtype=types[dtype]).eval()
    print("ready", flush=True)
    for line in sys.stdin:
        job, length, *rest = line.split()
        ids = tokens(int(length), model.config.vocab_size)
        with torch.inference_mode():
            start = time.perf_counter()
            out = model(ids, use_cache=True, logits_to_keep=1)
            following = out.logits[:, -1].argmax(-1, keepdim=True)
            if job == "prefill":
                print(time.perf_counter() - start, following.item(), flush=True)
                continue
            written, cache = [], out.past_key_values
            start = time.perf_counter()
            for _ in range(int(rest[0])):
                written.append(following.item())
                out = model(following, past_key_values=cache, use_cache=True)
                cache = out.past_key_values
                following = out.logits[:, -1].argmax(-1, keepdim=True)
            print(time.perf_counter() - start, *written, flush=True)


if __name__ == "__main__":
    main()
