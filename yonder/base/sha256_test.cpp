// SPDX-License-Identifier: Apache-2.0
#include "yonder/base/sha256.h"

#include <gtest/gtest.h>

namespace yonder {
namespace {

// The examples of FIPS 180-4 (SHA256.pdf of NIST's "examples with intermediate values") and the
// long message of FIPS 180-2, appendix B.3.
constexpr const char* kEmpty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr const char* kAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr const char* kTwoBlocks =
    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1";
constexpr const char* kMillion = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";

TEST(Sha256, AgreesWithTheStandardsExamples) {
  EXPECT_EQ(sha256_hex(""), kEmpty);
  EXPECT_EQ(sha256_hex("abc"), kAbc);
  EXPECT_EQ(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"), kTwoBlocks);
  EXPECT_EQ(sha256_hex(std::string(1000000, 'a')), kMillion);
}

TEST(Sha256, TakesItsInputInParts) {
  Sha256 digest;
  for (int i = 0; i < 1000; ++i) {
    digest.update(std::string(1000, 'a'));
  }
  EXPECT_EQ(digest.hex(), kMillion);
}

TEST(Sha256, CanBeMoved) {
  Sha256 first;
  first.update("a");
  Sha256 second(std::move(first));
  second.update("bc");
  EXPECT_EQ(second.hex(), kAbc);
}

}  // namespace
}  // namespace yonder
