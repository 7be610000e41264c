// SPDX-License-Identifier: Apache-2.0
// The options of Metaspace, which is a pre-tokenizer and a decoder.
#pragma once

#include "yonder/base/json.h"

#include <string>

namespace yonder::tokenizer {

struct MetaspaceOptions {
  enum class Prepend { always, first, never };
  std::string replacement;  // what stands for a space: one character
  Prepend prepend = Prepend::always;
  bool split = true;
};

/// Takes "prepend_scheme" and the older "add_prefix_space". Throws Error(bad_data) naming the JSON
/// path.
MetaspaceOptions metaspace_options(const Json& json);

}  // namespace yonder::tokenizer
