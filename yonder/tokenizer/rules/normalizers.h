// SPDX-License-Identifier: Apache-2.0
// The "normalizer" of a tokenizer.json. A new type is one file in normalizers/ and one row of the
// table in normalizers.cpp.
// Test: normalizers_test.cpp (golden values of tokenizers 0.23.3).
#pragma once

#include "yonder/base/json.h"
#include "yonder/tokenizer/rules/text_rules.h"

#include <memory>

namespace yonder::tokenizer {

/// `json` is the value of "normalizer"; null gives nullptr. Throws Error(bad_data), naming the JSON
/// path, for a type or a key that is not supported.
std::unique_ptr<const NormalizerStep> make_normalizer(const Json& json);

}  // namespace yonder::tokenizer
