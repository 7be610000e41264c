// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/text_scorer.h"

#include "yonder/base/error.h"

namespace yonder::lm {

UsedScheme ModelScorer::use(std::string_view text, int64_t target) {
  SchemeSet scheme = model_.scheme(text, target, unsafe_);
  UsedScheme used{scheme.canonical(), scheme.notices()};
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
