// SPDX-License-Identifier: Apache-2.0
// Golden values of the tokenizer: tests/golden/tokenizer/<name>.json.
#pragma once

#include "yonder/base/file.h"
#include "yonder/base/json.h"

#include <string>

namespace yonder::tokenizer {

inline Json golden_file(const std::string& name) {
  return parse_json(read_file(YONDER_SOURCE_DIR "/tests/golden/tokenizer/" + name + ".json"), name);
}

}  // namespace yonder::tokenizer
