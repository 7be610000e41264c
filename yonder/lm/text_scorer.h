// SPDX-License-Identifier: Apache-2.0
// What an evaluation asks of a model: this scheme, and the log-probabilities of these tokens. A
// model in evaluator.cpp, a formula in tests. Useful for evaluate, tax and tune alike.
#pragma once

#include "yonder/lm/model.h"
#include "yonder/lm/text_codec.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::lm {

struct UsedScheme {
  std::string canonical;
  int64_t window = kUnlimited;  ///< keys in sight of the layer that sees most
  std::vector<std::string> notices;
};

UsedScheme describe_scheme(const SchemeSet& scheme);

class TextScorer {
 public:
  virtual ~TextScorer() = default;
  /// Makes `text` the scheme of what follows. target: tokens, for s=auto. Throws Error(bad_option).
  virtual UsedScheme use(std::string_view text, int64_t target) = 0;
  /// Scores ids[first..], each given all before it in ids, from an empty cache. 1 <= first.
  virtual Scores score(std::span<const uint32_t> ids, int64_t first) = 0;
};

/// A model's sessions. Both must outlive it.
class ModelScorer : public TextScorer {
 public:
  ModelScorer(const Model& model, bool unsafe) : model_(model), unsafe_(unsafe) {}
  UsedScheme use(std::string_view text, int64_t target) override;
  Scores score(std::span<const uint32_t> ids, int64_t first) override;

 private:
  const Model& model_;
  bool unsafe_;
  std::optional<Session> session_;
};

/// What an evaluation knows of a model besides its scores.
struct EvalSubject {
  const TextCodec* codec = nullptr;  ///< tokens to bytes
  std::optional<uint32_t> begin;     ///< the token that begins texts
  int64_t train_length = 0;          ///< N
  std::string model_sha256;
};

EvalSubject subject_of(const Model& model);

}  // namespace yonder::lm
