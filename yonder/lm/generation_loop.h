// SPDX-License-Identifier: Apache-2.0
// The loop of a generation, over anything that gives logits: prompts come in, tokens are drawn,
// text goes out until a length, a stop string, the end of the text or the user says so. Here, and
// not over Session, so that it is tested by a script in place of a model. generator.h is what users
// call. Test: generation_loop_test.cpp.
#pragma once

#include "yonder/base/progress.h"
#include "yonder/lm/sampling.h"
#include "yonder/lm/text_codec.h"
#include "yonder/lm/text_stream.h"

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::lm {

struct GenerateOptions {
  int64_t max_tokens = 128;
  std::vector<std::string> stop;  ///< stop strings; never part of the text
  bool ignore_eos = false;
  std::vector<uint32_t> end_ids;  ///< end the text as the codec's own do; no option: a chat's form
  SamplingOptions sampling;
  void visit(OptionVisitor& v);
  void validate() const;
};

enum class Finish : uint8_t { length, stop, eos, cancelled };
std::string_view finish_name(Finish finish);

struct Generated {
  std::vector<uint32_t> ids;  ///< all that were drawn, but no end-of-text token
  std::string text;  ///< without the stop string; may end inside a character only with max_tokens
  Finish finish = Finish::length;
  std::vector<float> log_probability;  ///< of each id under the unmodified distribution, nats
  int64_t prompt_tokens = 0;
  double prefill_seconds = 0;
  double decode_seconds = 0;  ///< of a sequence read together with others: until it ended
};

/// Called with each id that is drawn and becomes part of the text, and its log-probability as in
/// Generated, before its text goes to the TextSink.
using TokenSink = std::function<void(uint32_t id, float log_probability)>;

struct GenerationRequest {
  std::vector<uint32_t> prompt;
  uint64_t stream = 0;
  TextSink sink = {};         ///< may be empty
  TokenSink token_sink = {};  ///< may be empty
};

/// What a generator draws from: sessions of a model, or a script in tests.
class LogitsSource {
 public:
  virtual ~LogitsSource() = default;
  /// Sequence s, a number of a request, reads ids (at least one). The logits after the last, [V].
  virtual std::vector<float> read(size_t s, std::span<const uint32_t> ids) = 0;
  /// Each of these sequences, all begun, reads one token. One row of logits each, in their order.
  virtual std::vector<std::vector<float>> step(std::span<const size_t> sequences,
                                               std::span<const uint32_t> ids) = 0;
  /// Tokens that sequence s has read.
  virtual int64_t length(size_t s) const = 0;
  /// Nothing more is asked of sequence s.
  virtual void release(size_t s) = 0;
};

/// Runs all requests, at most `together` at a time; results in their order, each that of a run
/// alone. declared_limit: tokens (PositionScheme's); passing it is a warning, once. Ends with
/// Finish::cancelled where progress or a sink say so. Throws Error(bad_data) for an empty prompt.
std::vector<Generated> generate_from(LogitsSource& source, const TextCodec& codec,
                                     std::span<const GenerationRequest> requests,
                                     const GenerateOptions& options, int64_t together,
                                     int64_t declared_limit, Progress* progress);

}  // namespace yonder::lm
