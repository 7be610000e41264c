// SPDX-License-Identifier: Apache-2.0
// The "post_processor" of a tokenizer.json: the ids put before and after a document. What it says
// about pairs of texts and about offsets has no effect here.
// Test: post_processor_test.cpp (golden values of tokenizers 0.23.3).
#pragma once

#include "yonder/base/json.h"

#include <cstdint>
#include <vector>

namespace yonder::tokenizer {

struct PostProcessor {
  std::vector<uint32_t> before;
  std::vector<uint32_t> after;
};

/// `json` is the value of "post_processor"; null adds nothing. Throws Error(bad_data), naming the
/// JSON path, for a type or a key that is not supported, and for a template whose "single" does not
/// hold the text exactly once.
PostProcessor make_post_processor(const Json& json);

}  // namespace yonder::tokenizer
