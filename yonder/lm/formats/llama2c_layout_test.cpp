// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/formats/llama2c_layout.h"

#include "tests/error_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace yonder::lm {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

Llama2cHeader small(int64_t version, bool shared = true) {
  return {version, 8, 12, 2, 2, 1, 5, 16, shared, version == 2 ? 4 : 0};
}

/// A file of zeros with this header; v2 by hand, as it is not written.
std::string file_of(const Llama2cHeader& header) {
  Llama2cHeader written = header;
  written.version = header.version == 0 ? 0 : 1;
  std::string bytes = llama2c_header_bytes(written);
  if (header.version == 2) {
    bytes[4] = 2;
    bytes[37] = static_cast<char>(header.group_size);
  }
  bytes.resize(llama2c_layout(header, "f").size, '\0');
  return bytes;
}

std::string refusal(const std::string& bytes) {
  return error_text(ErrorKind::bad_data, [&] { parse_llama2c(bytes, "f.bin"); });
}

TEST(Llama2cLayout, FindsTheSizeOfThePublishedModel) {
  // stories260K.bin: dim 64, hidden 172, 5 layers, 8 and 4 heads, 512 tokens, length 512; its file
  // has 28 + 4 * 264128 bytes (data README).
  const Llama2cHeader header{0, 64, 172, 5, 8, 4, 512, 512, true, 0};
  EXPECT_EQ(llama2c_layout(header, "f").size, 1056540);
}

TEST(Llama2cLayout, ReadsBackEveryVersion) {
  for (const int64_t version : {0, 1, 2}) {
    for (const bool shared : {true, false}) {
      const Llama2cHeader header = small(version, shared);
      const std::string bytes = file_of(header);
      EXPECT_TRUE(looks_like_llama2c(bytes));
      const Llama2cLayout layout = parse_llama2c(bytes, "f.bin");
      EXPECT_EQ(layout.header.version, version);
      EXPECT_EQ(layout.header.vocab, 5);
      EXPECT_EQ(layout.header.shared_classifier, shared);
      EXPECT_EQ(layout.header.group_size, header.group_size);
      EXPECT_EQ(layout.tensors.size(), 2 + 2 * 9 + (shared ? 0 : 1));
    }
  }
}

TEST(Llama2cLayout, LaysTensorsOneBehindTheOther) {
  for (const int64_t version : {0, 1, 2}) {
    const Llama2cLayout layout = llama2c_layout(small(version, false), "f");
    uint64_t at = version == 0 ? 28 : 256;
    for (const Llama2cTensor& t : layout.tensors) {
      if (layout.rope_tables == at) {
        at += 16 * 4 * 4;  // length 16, two tables of two channels each
      }
      EXPECT_EQ(t.offset, at) << t.name;
      uint64_t elements = 1;
      for (const int64_t size : t.shape) {
        elements *= static_cast<uint64_t>(size);
      }
      EXPECT_EQ(t.scales, version == 2 && t.shape.size() == 2 ? at + elements : 0) << t.name;
      at += t.scales == 0 ? elements * 4 : elements + elements / 4 * 4;
    }
    EXPECT_EQ(layout.size, at);
  }
}

TEST(Llama2cLayout, RefusesAFileThatIsShorterOrLongerThanItsHeaderAsks) {
  std::string bytes = file_of(small(0));
  bytes.pop_back();
  EXPECT_THAT(refusal(bytes), AllOf(HasSubstr("f.bin: the file has"), HasSubstr("asks for")));
  EXPECT_THAT(refusal(file_of(small(1)) + "x"), HasSubstr("asks for"));
  EXPECT_THAT(refusal("abc"), HasSubstr("3 bytes"));
  EXPECT_THAT(refusal(file_of(small(1)).substr(0, 100)), HasSubstr("256"));
}

TEST(Llama2cLayout, RefusesNumbersThatNoModelHas) {
  std::string odd = file_of(small(0));
  odd[0] = 6;  // dim 6 over 2 heads
  EXPECT_THAT(refusal(odd), AllOf(HasSubstr("dim is 6"), HasSubstr("even")));
  std::string none = file_of(small(0));
  none[8] = 0;
  EXPECT_THAT(refusal(none), HasSubstr("n_layers is 0"));
  std::string heads = file_of(small(0));
  heads[16] = 3;
  EXPECT_THAT(refusal(heads), HasSubstr("n_kv_heads 3"));
  std::string version = file_of(small(1));
  version[4] = 3;
  EXPECT_THAT(refusal(version), HasSubstr("version is 3"));
  std::string flag = file_of(small(1));
  flag[36] = 9;
  EXPECT_THAT(refusal(flag), HasSubstr("shared_classifier is 9"));
  std::string group = file_of(small(2));
  group[37] = 3;
  EXPECT_THAT(refusal(group), HasSubstr("group_size is 3"));
}

TEST(Llama2cLayout, DoesNotTakeOtherFilesForAModel) {
  EXPECT_FALSE(looks_like_llama2c("{\"a\": 1, \"b\": [1, 2, 3, 4, 5, 6, 7]}"));
  EXPECT_FALSE(looks_like_llama2c(""));
  EXPECT_FALSE(looks_like_llama2c(std::string(100, '\0')));
}

}  // namespace
}  // namespace yonder::lm
