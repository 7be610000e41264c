// SPDX-License-Identifier: Apache-2.0
// Text from a model: every sampler users expect, stop strings, streaming, many prompts at once.
// Test: generator_test.cpp; llama2.c's published greedy text in generator_slow_test.cpp.
#pragma once

#include "yonder/base/progress.h"
#include "yonder/lm/model.h"

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::lm {

struct SamplingOptions {
  double temperature = 0.8;  ///< 0: greedy
  int64_t top_k = 0;         ///< 0: off
  double top_p = 1;          ///< 1: off
  double min_p = 0;          ///< 0: off
  double repetition_penalty = 1;
  int64_t repetition_window = 64;  ///< tokens looked back at
  double presence_penalty = 0;
  double frequency_penalty = 0;
  uint64_t seed = 0;
  void visit(OptionVisitor& v);
};

struct GenerateOptions {
  int64_t max_tokens = 128;
  std::vector<std::string> stop;  ///< stop strings; never part of the text
  bool ignore_eos = false;
  SamplingOptions sampling;
  void visit(OptionVisitor& v);
};

enum class Finish : uint8_t { length, stop, eos, cancelled };
std::string_view finish_name(Finish finish);

struct Generated {
  std::vector<uint32_t> ids;
  std::string text;  ///< without the stop string; may end inside a character only with max_tokens
  Finish finish = Finish::length;
  std::vector<float> log_probability;  ///< of each id under the unmodified distribution, nats
  double prefill_seconds = 0;
  double decode_seconds = 0;
};

/// Called with whole UTF-8 characters as soon as no stop string can take them back; false: stop.
using TextSink = std::function<bool(std::string_view text)>;

/// Continues what the session has read with `prompt` (may be empty if it has read something).
/// Draws use stream `stream` of sampling.seed.
Generated generate(Session& session, const TextCodec& codec, std::span<const uint32_t> prompt,
                   const GenerateOptions& options, uint64_t stream = 0, const TextSink& sink = {},
                   Progress* progress = nullptr);

/// One draw from a row of logits; `recent`: ids already there, newest last.
uint32_t sample_token(std::span<const float> logits, std::span<const uint32_t> recent,
                      const SamplingOptions& options, uint64_t stream, uint64_t index);

}  // namespace yonder::lm
