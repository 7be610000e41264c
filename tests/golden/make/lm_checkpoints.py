#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tiny checkpoints of every family with random weights, and the logits that transformers gives.

    pip install torch==2.15 transformers==5.23 safetensors==0.8
    python3 tests/golden/make/lm_checkpoints.py tests/golden/lm

Each folder is what save_pretrained() writes (config.json, safetensors in F32, BF16 or F16, one of
them in shards) and expected.safetensors: token ids and the logits of a forward pass in float32 over
the stored weights, for a text longer than every length in the configs and for a short one. The
kinds of rope_scaling share the weights of llama_scaled; each has its own config.NAME.json there.
"""
import pathlib
import shutil
import sys

import torch
from safetensors.torch import save_file
from transformers import (LlamaConfig, LlamaForCausalLM, MistralConfig, MistralForCausalLM, Qwen2Config,
                          Qwen2ForCausalLM, Qwen3Config, Qwen3ForCausalLM, SmolLM3Config, SmolLM3ForCausalLM)

LONG, SHORT = 48, 12
SHAPE = dict(vocab_size=40, hidden_size=32, intermediate_size=40, num_hidden_layers=2, num_attention_heads=2,
             num_key_value_heads=1, bos_token_id=1, eos_token_id=2, pad_token_id=0)

YARN = dict(rope_type="yarn", factor=4.0, original_max_position_embeddings=16)
SCALINGS = {
    "linear": dict(max_position_embeddings=64, rope_parameters=dict(rope_type="linear", factor=2.5)),
    "dynamic": dict(max_position_embeddings=16, rope_parameters=dict(rope_type="dynamic", factor=4.0)),
    "yarn": dict(max_position_embeddings=64, rope_parameters=YARN),
    "yarn_all": dict(max_position_embeddings=64, rope_parameters=dict(
        YARN, beta_fast=2.0, beta_slow=0.25, attention_factor=1.25, truncate=False)),
    "llama3": dict(max_position_embeddings=64, rope_parameters=dict(
        rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
        original_max_position_embeddings=32)),
    "longrope": dict(max_position_embeddings=64, rope_parameters=dict(
        rope_type="longrope", factor=4.0, original_max_position_embeddings=16,
        short_factor=[1.0, 1.05, 1.1, 1.25, 1.5, 1.75, 2.0, 2.25],
        long_factor=[1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.5, 8.0])),
}


def randomize(model, dtype, seed):
    """Weights wide enough that attention and positions matter, rounded to `dtype`."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, p in model.named_parameters():
            draw = torch.randn(p.shape, generator=generator)
            value = 1 + 0.2 * draw if name.endswith("norm.weight") else 0.25 * draw
            p.copy_(value.to(dtype).float())


def expected(model, seed):
    generator = torch.Generator().manual_seed(seed)
    tensors = {}
    for kind, length in (("long", LONG), ("short", SHORT)):
        ids = torch.randint(0, SHAPE["vocab_size"], (1, length), generator=generator)
        with torch.no_grad():
            logits = model(ids, use_cache=False).logits[0]
        tensors[f"ids_{kind}"] = ids[0]
        tensors[f"logits_{kind}"] = logits.float().contiguous()
    return tensors


def build(model_class, config, dtype, seed):
    config._attn_implementation = "eager"
    model = model_class(config).float().eval()
    randomize(model, dtype, seed)
    return model


def write(folder, model_class, config, dtype, seed, **options):
    shutil.rmtree(folder, ignore_errors=True)
    model = build(model_class, config, dtype, seed)
    tensors = expected(model, seed)
    model.to(dtype).save_pretrained(folder, **options)
    (folder / "generation_config.json").unlink(missing_ok=True)
    save_file(tensors, folder / "expected.safetensors")


def main(out):
    bf16, f16, f32 = torch.bfloat16, torch.float16, torch.float32
    write(out / "llama_sharded", LlamaForCausalLM,
          LlamaConfig(**SHAPE, attention_bias=True, mlp_bias=True, rms_norm_eps=1e-5), f32, 1, max_shard_size="24KB")
    write(out / "smollm2", LlamaForCausalLM,
          LlamaConfig(**SHAPE, tie_word_embeddings=True, rms_norm_eps=1e-5,
                      rope_parameters=dict(rope_type="default", rope_theta=100000.0)), bf16, 2)
    write(out / "mistral", MistralForCausalLM, MistralConfig(**SHAPE, sliding_window=8), bf16, 3)
    write(out / "qwen2", Qwen2ForCausalLM,
          Qwen2Config(**SHAPE, tie_word_embeddings=True, use_sliding_window=True, sliding_window=8,
                      max_window_layers=1), f16, 4)
    write(out / "qwen3", Qwen3ForCausalLM, Qwen3Config(**SHAPE, head_dim=24), bf16, 5)
    write(out / "smollm3", SmolLM3ForCausalLM,
          SmolLM3Config(**dict(SHAPE, num_hidden_layers=4), no_rope_layer_interval=2), bf16, 6)
    folder = out / "llama_scaled"
    write(folder, LlamaForCausalLM, LlamaConfig(**SHAPE), bf16, 7)
    (folder / "config.json").unlink()
    (folder / "expected.safetensors").unlink()
    for name, scaling in SCALINGS.items():
        config = LlamaConfig(**SHAPE, **scaling)
        model = build(LlamaForCausalLM, config, bf16, 7)
        config.to_json_file(folder / f"config.{name}.json")
        save_file(expected(model, 7), folder / f"expected.{name}.safetensors")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
