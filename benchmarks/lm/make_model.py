# SPDX-License-Identifier: Apache-2.0
"""Writes a Llama of the shape of SmolLM2-135M with random weights, for timing: no file is fetched.

    make_model.py FOLDER
"""

import sys

import torch
from transformers import LlamaConfig, LlamaForCausalLM


def main():
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=49152, hidden_size=576, intermediate_size=1536, num_hidden_layers=30, num_attention_heads=9,
        num_key_value_heads=3, max_position_embeddings=2048, rope_theta=10000.0, tie_word_embeddings=True, rms_norm_eps=1e-5,
    )
    LlamaForCausalLM(config).save_pretrained(sys.argv[1])


if __name__ == "__main__":
    main()
