// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/text_scorer.h"

#include "yonder/base/error.h"

#include <algorithm>

namespace yonder::lm {

UsedScheme describe_scheme(const SchemeSet& scheme) {
  int64_t window = 0;
  for (int64_t layer = 0; layer < scheme.layers(); ++layer) {
    window = std::max(window, scheme[layer].visible.window);
  }
  return {scheme.canonical(), window, scheme.notices()};
}

UsedScheme ModelScorer::use(std::string_view text, int64_t target) {
  SchemeSet scheme = model_.scheme(text, target, unsafe_);
  UsedScheme used = describe_scheme(scheme);
  session_.emplace(model_, std::move(scheme));
  return used;
}

Scores ModelScorer::score(std::span<const uint32_t> ids, int64_t first) {
  YONDER_CHECK(session_.has_value());
  session_->truncate(0);
  return session_->score(ids, first);
}

EvalSubject subject_of(const Model& model) {
  return {&model.codec(), model.codec().bos(), model.config().train_length, model.checksum()};
}

}  // namespace yonder::lm
