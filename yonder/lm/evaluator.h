// SPDX-License-Identifier: Apache-2.0
// Evaluation that tells "does not blow up" from "uses far context": the same last tokens scored
// under growing context, on plain, repeated and non-repeated text. Rows are JSON lines.
//
//   EvalOptions options;
//   options.schemes = {"rope", "rerope:w=128", "yarn:s=auto"};
//   evaluate(model, book, options, [](const EvalRow& row) { std::cout << row.to_json() << "\n"; });
//
// Options and rows: evaluation_loop.h. Protocols and sets: evaluation_text.h. Source: kexue.fm
// 9708, 9948. Test: evaluation_loop_test.cpp (without a model), evaluator_test.cpp.
#pragma once

#include "yonder/lm/evaluation_loop.h"
#include "yonder/lm/model.h"

#include <functional>
#include <string_view>
#include <vector>

namespace yonder::lm {

/// All rows, schemes outermost; `row` is called as soon as each is finished, so that none is lost.
/// text: bytes, encoded by the model's codec. Notices of schemes go to progress, each once. Throws
/// Error(bad_data) where the text is too short, Error(cancelled) after the rows that are finished.
std::vector<EvalRow> evaluate(const Model& model, std::string_view text, const EvalOptions& options,
                              const std::function<void(const EvalRow&)>& row = {},
                              Progress* progress = nullptr);

}  // namespace yonder::lm
