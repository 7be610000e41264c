// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/formats/protobuf.h"

#include "tests/error_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace yonder::tokenizer {
namespace {

using std::string_view_literals::operator""sv;
using testing::HasSubstr;

// "Encoding" (protobuf.dev): a message whose field 1 is 150 is the bytes 08 96 01, one whose field
// 2 is "testing" is 12 07 and the text.
TEST(Protobuf, ReadsTheExamplesOfItsDocumentation) {
  ProtobufReader integer("\x08\x96\x01"sv, "m");
  const auto first = integer.next();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->number, 1u);
  EXPECT_EQ(first->as_integer(), 150);
  EXPECT_FALSE(integer.next());
  ProtobufReader text("\x12\x07testing"sv, "m");
  EXPECT_EQ(text.next()->as_bytes(), "testing");
}

TEST(Protobuf, WritesTheExamplesOfItsDocumentation) {
  ProtobufWriter w;
  w.integer(1, 150);
  w.bytes(2, "testing");
  EXPECT_EQ(w.str(), "\x08\x96\x01\x12\x07testing"sv);
}

RC_GTEST_PROP(Protobuf, ReadsWhatItWrote, (int64_t integer, float real, const std::string& text)) {
  ProtobufWriter w;
  w.integer(3, integer);
  w.real(16, real);
  w.bytes(100000, text);
  ProtobufReader fields(w.str(), "m");
  RC_ASSERT(fields.next()->as_integer() == integer);
  const float read = fields.next()->as_float();
  RC_ASSERT(std::memcmp(&read, &real, sizeof real) == 0);
  const auto bytes = fields.next();
  RC_ASSERT(bytes->number == 100000u);
  RC_ASSERT(bytes->as_bytes() == text);
  RC_ASSERT(!fields.next());
}

TEST(Protobuf, NamesTheByteOfWhatIsCutShort) {
  const auto read_all = [](std::string_view message) {
    return error_text(ErrorKind::bad_data, [&] {
      for (ProtobufReader fields(message, "m.model"); fields.next();) {
      }
    });
  };
  EXPECT_THAT(read_all("\x08\x96"sv), HasSubstr("m.model: byte 1: an integer is cut short"));
  EXPECT_THAT(read_all("\x12\x07test"sv), HasSubstr("byte 2: a byte string of 7 bytes"));
  EXPECT_THAT(read_all("\x0d\x01\x02"sv), HasSubstr("a 32-bit word of 4 bytes"));
  EXPECT_THAT(read_all("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"sv),
              HasSubstr("more than ten bytes"));
  EXPECT_THAT(read_all("\x0b"sv), HasSubstr("wire type 3"));
  EXPECT_THAT(read_all("\x02"sv), HasSubstr("no field number"));
}

TEST(Protobuf, SaysWhatKindOfFieldWasExpected) {
  ProtobufReader fields("\x12\x01x"sv, "m");
  const auto field = fields.next();
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { (void)field->as_integer(); }),
              HasSubstr("field 2 is a byte string; an integer was expected"));
}

}  // namespace
}  // namespace yonder::tokenizer
