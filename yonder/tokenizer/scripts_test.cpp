// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/scripts.h"

#include "yonder/base/file.h"
#include "yonder/base/json.h"

#include <gtest/gtest.h>

namespace yonder::tokenizer {
namespace {

TEST(Scripts, AgreeWithUnicodeOnEveryAssignedCharacter) {
  const std::string path = YONDER_SOURCE_DIR "/tests/golden/tokenizer/scripts.json";
  const Json golden = parse_json(read_file(path), "scripts.json");
  for (const Json& run : golden.at("cases").array()) {
    const auto first = static_cast<int32_t>(run.array()[0].integer());
    const auto last = static_cast<int32_t>(run.array()[1].integer());
    for (int32_t c = first; c <= last; ++c) {
      ASSERT_EQ(script_name(script_of(c)), run.array()[2].text()) << "U+" << std::hex << c;
    }
  }
}

TEST(Scripts, CallWhatIsNoCharacterInvalid) { EXPECT_EQ(script_of(-1), Script::invalid); }

TEST(Scripts, HaveANameEach) {
  for (size_t s = 0; s < kScripts; ++s) {
    EXPECT_NE(script_name(static_cast<Script>(s)), nullptr);
  }
  EXPECT_STREQ(script_name(Script::invalid), "Invalid");
}

}  // namespace
}  // namespace yonder::tokenizer
