// SPDX-License-Identifier: Apache-2.0
// Measurements of a vocabulary as JSON: what `yonder tokenizer stats --json` prints for a model.
// Test: tests/cli/stats.test.
#pragma once

#include "yonder/base/json.h"
#include "yonder/tokenizer/evaluate.h"

#include <cstddef>
#include <string_view>
#include <vector>

namespace yonder::tokenizer {

/// {"model","checksum","vocab_size","texts":[...]}. model: how it is called; never: at most so many
/// pieces that a text never produced are listed.
void write_json(JsonWriter& w, std::string_view model, const Tokenizer& tokenizer,
                const std::vector<Evaluation>& evaluations, size_t never);

}  // namespace yonder::tokenizer
