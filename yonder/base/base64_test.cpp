// SPDX-License-Identifier: Apache-2.0
#include "yonder/base/base64.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace yonder {
namespace {

TEST(Base64, AgreesWithTheVectorsOfRfc4648) {
  // RFC 4648, section 10.
  const std::pair<const char*, const char*> cases[] = {{"", ""},
                                                       {"f", "Zg=="},
                                                       {"fo", "Zm8="},
                                                       {"foo", "Zm9v"},
                                                       {"foob", "Zm9vYg=="},
                                                       {"fooba", "Zm9vYmE="},
                                                       {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : cases) {
    EXPECT_EQ(base64_encode(bytes), text);
    EXPECT_EQ(base64_decode(text), bytes);
  }
}

TEST(Base64, CoversTheWholeAlphabet) {
  const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const auto bytes = base64_decode(alphabet);
  ASSERT_TRUE(bytes.has_value());
  EXPECT_EQ(base64_encode(*bytes), alphabet);
}

TEST(Base64, DecodesOnlyCanonicalText) {
  for (const char* text : {"Z", "Zg", "Zg=", "Zg==Zg==", "Zh==", "Zm9=", "Z===", "====", "Zm9v\n",
                           "Zm-v", "Zm_v", " Zg=", "=m9v", "Z=9v", "Zm=v", "\xFFm9v"}) {
    EXPECT_EQ(base64_decode(text), std::nullopt) << text;
  }
}

RC_GTEST_PROP(Base64, DecodeUndoesEncode, (const std::string& bytes)) {
  RC_ASSERT(base64_decode(base64_encode(bytes)) == bytes);
}

TEST(Base64, EncodeUndoesWhateverDecodeAccepts) {
  // Every text of four letters over an alphabet with high, low and no spare bits.
  const std::string letters = "AQgw/+=";
  int accepted = 0;
  for (const char a : letters) {
    for (const char b : letters) {
      for (const char c : letters) {
        for (const char d : letters) {
          const std::string text = {a, b, c, d};
          if (const auto bytes = base64_decode(text)) {
            ++accepted;
            EXPECT_EQ(base64_encode(*bytes), text);
          }
        }
      }
    }
  }
  EXPECT_GT(accepted, 6 * 6 * 6 * 6);
}

}  // namespace
}  // namespace yonder
