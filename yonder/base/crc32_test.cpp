// SPDX-License-Identifier: Apache-2.0
#include "yonder/base/crc32.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace yonder {
namespace {

// The definition, a bit at a time: reflected polynomial 0xEDB88320.
uint32_t crc32_bitwise(std::string_view bytes) {
  uint32_t crc = 0xFFFFFFFF;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) {
      crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xEDB88320 : 0);
    }
  }
  return ~crc;
}

TEST(Crc32, AgreesWithTheCheckValue) {
  // "check" of CRC-32/ISO-HDLC in the catalogue of parametrised CRC algorithms.
  EXPECT_EQ(crc32("123456789"), 0xCBF43926U);
  EXPECT_EQ(crc32(""), 0U);
}

RC_GTEST_PROP(Crc32, AgreesWithTheDefinition, (const std::string& bytes)) {
  RC_ASSERT(crc32(bytes) == crc32_bitwise(bytes));
}

RC_GTEST_PROP(Crc32, ContinuesOverParts, (const std::string& a, const std::string& b)) {
  RC_ASSERT(crc32(b, crc32(a)) == crc32(a + b));
}

}  // namespace
}  // namespace yonder
