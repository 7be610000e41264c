# SPDX-License-Identifier: Apache-2.0
"""Theta tables of Hugging Face's transformers, which computes them in float32.

    pip install transformers torch
    python3 tests/golden/make/rotary_huggingface.py > tests/golden/rotary/theta_huggingface.json

logit_factor is the square of transformers' attention factor, which multiplies cos and sin.
"""
import json

import transformers
from transformers import LlamaConfig
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

# head size, base, max_position_embeddings, rope_scaling, tokens read; our training length and text
RUNS = [
    (64, 1e4, 2048, {"rope_type": "linear", "factor": 4.0}, None, 2048, "pi:s=4"),
    (64, 1e4, 2048, {"rope_type": "dynamic", "factor": 4.0}, 8192, 2048,
     "ntk-hf-dynamic:s=4,factor=4"),
    (64, 1e4, 2048, {"rope_type": "dynamic", "factor": 1.0}, 8192, 2048, "ntk:s=4"),
    (64, 1e4, 8192, {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 2048},
     None, 2048, "yarn:s=4"),
    (64, 1e4, 8192, {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 2048,
                     "truncate": False}, None, 2048, "yarn:s=4,truncate=false"),
    (64, 1e4, 8192, {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 2048,
                     "beta_fast": 16.0, "beta_slow": 2.0, "attention_factor": 1.25},
     None, 2048, "yarn:s=4,beta_fast=16,beta_slow=2,attention_factor=1.25"),
    (128, 1e6, 131072, {"rope_type": "yarn", "factor": 4.0,
                        "original_max_position_embeddings": 32768}, None, 32768, "yarn:s=4"),
    (128, 1e6, 131072, {"rope_type": "yarn", "factor": 32.0,
                        "original_max_position_embeddings": 4096}, None, 131072,
     "yarn:s=32,original=4096"),
    (32, 1e4, 1024, {"rope_type": "yarn", "factor": 8.0, "original_max_position_embeddings": 128},
     None, 128, "yarn:s=8"),
    (64, 1e4, 8192, {"rope_type": "llama3", "factor": 4.0, "low_freq_factor": 1.0,
                     "high_freq_factor": 4.0, "original_max_position_embeddings": 2048},
     None, 2048, "llama3:factor=4"),
    (128, 5e5, 131072, {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0,
                        "high_freq_factor": 4.0, "original_max_position_embeddings": 8192},
     None, 131072, "llama3:factor=8,original=8192"),
    (8, 1e4, 32768, {"rope_type": "longrope", "short_factor": [1.0, 1.1, 1.5, 2.0],
                     "long_factor": [1.0, 1.5, 3.0, 8.0],
                     "original_max_position_embeddings": 4096}, 4096, 4096,
     "longrope:s=1,short=1/1.1/1.5/2,long=1/1.5/3/8,factor=8"),
    (8, 1e4, 32768, {"rope_type": "longrope", "short_factor": [1.0, 1.1, 1.5, 2.0],
                     "long_factor": [1.0, 1.5, 3.0, 8.0],
                     "original_max_position_embeddings": 4096}, 32768, 4096,
     "longrope:s=8,short=1/1.1/1.5/2,long=1/1.5/3/8"),
]

cases = []
for head, base, longest, scaling, read, train_length, scheme in RUNS:
    config = LlamaConfig(hidden_size=head, num_attention_heads=1, max_position_embeddings=longest,
                         rope_parameters={"rope_theta": base, **scaling})
    theta, factor = ROPE_INIT_FUNCTIONS[scaling["rope_type"]](config, "cpu", seq_len=read)
    cases.append({"dims": head, "base": base, "train_length": train_length, "scheme": scheme,
                  "logit_factor": factor * factor, "theta": theta.tolist()})
print(json.dumps({"source": f"transformers {transformers.__version__}, modeling_rope_utils.py",
                  "how": "python3 tests/golden/make/rotary_huggingface.py",
                  "tolerance": 1e-6, "cases": cases}, indent=1))
