// SPDX-License-Identifier: Apache-2.0
// What the table of normalizers.cpp names: one maker per type of normalizer, each in the file of
// its name. All take the JSON object of the step and throw Error(bad_data) naming the JSON path.
#pragma once

#include "yonder/base/json.h"
#include "yonder/tokenizer/rules/text_rules.h"

#include <memory>

namespace yonder::tokenizer {

std::unique_ptr<const NormalizerStep> make_nfc(const Json& json);
std::unique_ptr<const NormalizerStep> make_nfd(const Json& json);
std::unique_ptr<const NormalizerStep> make_nfkc(const Json& json);
std::unique_ptr<const NormalizerStep> make_nfkd(const Json& json);
std::unique_ptr<const NormalizerStep> make_replace(const Json& json);
std::unique_ptr<const NormalizerStep> make_prepend(const Json& json);
std::unique_ptr<const NormalizerStep> make_strip(const Json& json);
std::unique_ptr<const NormalizerStep> make_strip_accents(const Json& json);
std::unique_ptr<const NormalizerStep> make_lowercase(const Json& json);
std::unique_ptr<const NormalizerStep> make_nmt(const Json& json);
std::unique_ptr<const NormalizerStep> make_precompiled(const Json& json);

}  // namespace yonder::tokenizer
