// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/evaluator.h"

namespace yonder::lm {

std::vector<EvalRow> evaluate(const Model& model, std::string_view text, const EvalOptions& options,
                              const std::function<void(const EvalRow&)>& row, Progress* progress) {
  ModelScorer scorer(model, options.unsafe);
  return evaluate_with(scorer, subject_of(model), text, options, row, progress);
}

}  // namespace yonder::lm
