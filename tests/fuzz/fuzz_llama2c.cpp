// SPDX-License-Identifier: Apache-2.0
// Any bytes as a llama2.c model: an Error(bad_data), or tensors that lie in the file one behind the
// other. As a tokenizer of that program: an Error(bad_data), or a codec that gives back any text.
#include "yonder/base/error.h"
#include "yonder/lm/formats/llama2c_layout.h"
#include "yonder/lm/text_codec.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace {

void check_layout(std::string_view bytes) {
  const yonder::lm::Llama2cLayout layout = yonder::lm::parse_llama2c(bytes, "input");
  uint64_t end = 0;
  for (const yonder::lm::Llama2cTensor& tensor : layout.tensors) {
    uint64_t elements = 1;
    for (const int64_t n : tensor.shape) {
      elements *= static_cast<uint64_t>(n);
    }
    YONDER_CHECK(tensor.offset >= end);
    if (tensor.scales == 0) {
      end = tensor.offset + elements * 4;
    } else {
      YONDER_CHECK(tensor.scales == tensor.offset + elements);
      end = tensor.scales + elements / static_cast<uint64_t>(layout.header.group_size) * 4;
    }
    YONDER_CHECK(end <= bytes.size());
  }
  YONDER_CHECK(layout.size == bytes.size());
}

void check_tokenizer(std::string_view bytes) {
  constexpr int64_t kTokens = 262;  // three special ones, the bytes, three pieces
  const auto codec = yonder::lm::parse_llama2c_codec(bytes, "input", kTokens);
  const std::string text = "a ab\xC3\xA9\xFF";
  for (const uint32_t id : codec->encode(text, true)) {
    YONDER_CHECK(id < kTokens);
    static_cast<void>(codec->piece(1, id));
  }
}

template <typename Body>
void expect_sentence(const Body& body) {
  try {
    body();
  } catch (const yonder::Error& error) {
    YONDER_CHECK(error.kind == yonder::ErrorKind::bad_data);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  expect_sentence([&] { check_layout(bytes); });
  expect_sentence([&] { check_tokenizer(bytes); });
  return 0;
}
