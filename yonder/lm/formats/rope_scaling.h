// SPDX-License-Identifier: Apache-2.0
// `rope_scaling` of a Hugging Face config.json (`rope_parameters` in newer ones) as a scheme text,
// and back.
//
// A way of scaling is one row: its rope_type, our term, and pairs of keys and arguments, which
// serve both directions. HF multiplies cosines and sines by `attention_factor`; our factor is of
// logits, its square, and the theta kinds do that themselves. mscale and mscale_all_dim belong to
// DeepSeek's architecture: elsewhere they are inert copies whose ratio would remove YaRN's factor,
// so they are not read. Source: transformers' modeling_rope_utils.py; errata 6, 9, 10 of
// docs/math/lm.md. Test: rope_scaling_test.cpp, and huggingface_golden_test.cpp against
// transformers' logits.
#pragma once

#include "yonder/base/json.h"
#include "yonder/lm/model_config.h"

#include <cstdint>
#include <string>

namespace yonder::lm {

/// What a checkpoint says of its rotation.
struct RopeScaling {
  double base = 1e4;
  std::string scheme = "rope";      ///< a theta term
  int64_t train_length = 0;         ///< N
  std::string train_length_source;  ///< the key that N came from
};

/// config: the whole of config.json. base: the family's default. N is
/// original_max_position_embeddings for the kinds that stretch a shorter training (yarn, longrope),
/// max_position_embeddings for all others and where there is no such key. Throws Error(bad_data)
/// for kinds that are not known, rotations of a part of the head, and missing or wrong values.
RopeScaling read_rope_scaling(const Json& config, double base, int64_t max_positions);

/// Writes max_position_embeddings, rope_theta, and where the scheme is a scaled table rope_scaling,
/// as members of the object that `w` is in. A scheme that is no theta term which Hugging Face has
/// is left out: reading what was written tells.
void write_rope_scaling(JsonWriter& w, const ModelConfig& config);

}  // namespace yonder::lm
