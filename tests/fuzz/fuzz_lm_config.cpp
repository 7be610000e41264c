// SPDX-License-Identifier: Apache-2.0
// Any text as config.json of a language model: an Error(bad_data), or a config that is written and
// read again as the same model.
#include "yonder/base/error.h"
#include "yonder/lm/formats/huggingface_config.h"

#include <cstdint>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using yonder::lm::huggingface_config;
  using yonder::lm::parse_huggingface_config;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const yonder::lm::ModelConfig config = parse_huggingface_config(text, "input");
    YONDER_CHECK(config.parameter_count() > 0);
    const std::string written = huggingface_config(config, "bf16");
    const yonder::lm::ModelConfig again = parse_huggingface_config(written, "written");
    YONDER_CHECK(huggingface_config(again, "bf16") == written);
  } catch (const yonder::Error& error) {
    YONDER_CHECK(error.kind == yonder::ErrorKind::bad_data);
  }
  return 0;
}
