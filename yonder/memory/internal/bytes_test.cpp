// SPDX-License-Identifier: Apache-2.0
#include "yonder/memory/internal/bytes.h"

#include "tests/error_text.h"

#include <gtest/gtest.h>

#include <limits>

namespace yonder::memory::internal {
namespace {

using ::testing::HasSubstr;

TEST(Bytes, ComeBackAsTheyWerePut) {
  std::string bytes;
  put(bytes, uint32_t{0x01020304});
  put(bytes, -0.5);
  const std::vector<float> values = {1.0F, -2.0F};
  put_all<float>(bytes, values);
  EXPECT_EQ(bytes.substr(0, 4), std::string("\x04\x03\x02\x01", 4));
  ByteReader reader(bytes, "doc");
  EXPECT_EQ(reader.get<uint32_t>(), 0x01020304U);
  EXPECT_EQ(reader.get_finite<double>(), -0.5);
  std::vector<float> read;
  reader.get_all(2, read);
  EXPECT_EQ(read, values);
  EXPECT_TRUE(reader.at_end());
}

TEST(Bytes, ThatEndTooEarlyAreNamedWithTheirOffset) {
  ByteReader reader("abcdef", "doc");
  reader.get<uint32_t>();
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { reader.get<uint32_t>(); }),
              HasSubstr("doc: byte 4: the state ends after 6 bytes, 2 more were expected"));
  std::vector<double> values;
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { reader.get_all(UINT64_MAX / 8, values); }),
              HasSubstr("doc: byte 4"));
  EXPECT_TRUE(values.empty());
}

TEST(Bytes, OfNumbersThatAreNotFiniteAreRefused) {
  std::string bytes;
  put(bytes, 1.0);
  put(bytes, std::numeric_limits<double>::quiet_NaN());
  std::vector<double> values;
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { ByteReader(bytes, "doc").get_all(2, values); }),
              HasSubstr("doc: byte 8: a number that is not finite"));
}

}  // namespace
}  // namespace yonder::memory::internal
