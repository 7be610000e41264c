// SPDX-License-Identifier: Apache-2.0
#include "yonder/base/json.h"

#include "tests/error_text.h"
#include "yonder/base/utf8.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

namespace yonder {
namespace {

using testing::HasSubstr;

std::string parse_error(std::string_view text) {
  return error_text(ErrorKind::bad_data, [&] { parse_json(text, "doc"); });
}

TEST(Json, ReadsEveryKindOfValue) {
  const Json json = parse_json(
      " { \"a\" : [ 1 , -2.5e1 , true , false , null , \"x\" ] , \"b\" : { } , \"c\":[]}\r\n\t",
      "doc");
  const Json::Array& items = json.at("a").array();
  ASSERT_EQ(items.size(), 6U);
  EXPECT_EQ(items[0].integer(), 1);
  EXPECT_EQ(items[1].real(), -25.0);
  EXPECT_TRUE(items[2].boolean());
  EXPECT_FALSE(items[3].boolean());
  EXPECT_EQ(items[5].text(), "x");
  EXPECT_TRUE(json.at("b").object().empty());
  EXPECT_TRUE(json.at("c").array().empty());
  EXPECT_EQ(json.find("d"), nullptr);
}

TEST(Json, KeepsTheOrderOfKeys) {
  const Json json = parse_json("{\"b\":1,\"a\":2}", "doc");
  EXPECT_EQ(json.object()[0].first, "b");
  EXPECT_EQ(json.object()[1].first, "a");
}

TEST(Json, KeepsWholeNumbersExactly) {
  EXPECT_EQ(parse_json("9223372036854775807", "doc").integer(), 9223372036854775807);
  EXPECT_EQ(parse_json("-9223372036854775808", "doc").integer(),
            std::numeric_limits<int64_t>::min());
  EXPECT_EQ(parse_json("18446744073709551615", "doc").unsigned_integer(), 18446744073709551615U);
  EXPECT_EQ(parse_json("18446744073709551616", "doc").real(), 18446744073709551616.0);
  EXPECT_EQ(parse_json("7", "doc").real(), 7.0);
}

TEST(Json, ReadsDoublesToTheNearest) {
  EXPECT_EQ(parse_json("0.1", "doc").real(), 0.1);
  EXPECT_EQ(parse_json("1.7976931348623157e308", "doc").real(), std::numeric_limits<double>::max());
  EXPECT_EQ(parse_json("5e-324", "doc").real(), 5e-324);
  EXPECT_EQ(parse_json("1e-400", "doc").real(), 0.0);
  EXPECT_EQ(parse_json("0e999999999999999999999", "doc").real(), 0.0);
  EXPECT_EQ(parse_json("1e-999999999999999999999", "doc").real(), 0.0);
  EXPECT_TRUE(std::signbit(parse_json("-0.0", "doc").real()));
  EXPECT_EQ(parse_json("0." + std::string(400, '0') + "1e401", "doc").real(), 1.0);
}

TEST(Json, ReadsEveryEscape) {
  EXPECT_EQ(parse_json(R"("\"\\\/\b\f\n\r\t\u0041\u00e9\u20AC\ud83d\ude00\u0000")", "doc").text(),
            std::string("\"\\/\b\f\n\r\tA\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\0", 19));
}

TEST(Json, RejectsNumbersThatAreNotFinite) {
  EXPECT_EQ(parse_error("[1e999]"), "doc: byte 1: the number is too large for a double");
  EXPECT_THAT(parse_error("-1e99999999999999999999"), HasSubstr("too large"));
  EXPECT_THAT(parse_error(std::string(400, '9')), HasSubstr("too large"));
  EXPECT_THAT(parse_error("[NaN]"), HasSubstr("byte 1: a value was expected, found 'N'"));
  EXPECT_THAT(parse_error("-Infinity"), HasSubstr("byte 1"));
}

TEST(Json, RejectsTheSameKeyTwice) {
  EXPECT_EQ(parse_error("{\"a\":1, \"a\":2}"),
            "doc: byte 8: the key \"a\" stands twice in one object");
  EXPECT_THAT(parse_error("{\"a\":1,\"\\u0061\":2}"), HasSubstr("byte 7"));
  EXPECT_NO_THROW(parse_json("{\"a\":{\"a\":1}}", "doc"));
}

TEST(Json, AllowsADepthOf64AndNoMore) {
  EXPECT_NO_THROW(parse_json(std::string(64, '[') + std::string(64, ']'), "doc"));
  EXPECT_THAT(parse_error(std::string(65, '[') + std::string(65, ']')),
              HasSubstr("byte 64: arrays and objects are nested more than 64 deep"));
  EXPECT_THAT(parse_error(std::string(1000000, '[')), HasSubstr("nested"));
  std::string objects;
  for (int i = 0; i < 65; ++i) {
    objects += "{\"a\":";
  }
  EXPECT_THAT(parse_error(objects), HasSubstr("nested"));
}

TEST(Json, RejectsBytesThatAreNotUtf8) {
  EXPECT_EQ(parse_error("{\"a\":\"x\x80\"}"), "doc: byte 7: byte 0x80 is not UTF-8");
  EXPECT_THAT(parse_error("\"\xED\xA0\x80\""), HasSubstr("byte 1"));
}

TEST(Json, RejectsWhatFollowsTheDocument) {
  EXPECT_EQ(parse_error("{} x"), "doc: byte 3: 'x' follows the end of the document");
  EXPECT_THAT(parse_error("1 2"), HasSubstr("byte 2"));
}

TEST(Json, RejectsEveryOtherSlip) {
  const std::pair<const char*, int> cases[] = {{"", 0},
                                               {"  ", 2},
                                               {"{", 1},
                                               {"[", 1},
                                               {"[1", 2},
                                               {"[1,", 3},
                                               {"[1,]", 3},
                                               {"[1 2]", 3},
                                               {"{a:1}", 1},
                                               {"{\"a\"}", 4},
                                               {"{\"a\":}", 5},
                                               {"{\"a\":1,}", 7},
                                               {"\"a", 2},
                                               {"\"\\x\"", 2},
                                               {"\"\\u12g4\"", 5},
                                               {"\"a\nb\"", 2},
                                               {"tru", 0},
                                               {"nul", 0},
                                               {"01", 0},
                                               {"-", 1},
                                               {"1.", 2},
                                               {"1.e5", 2},
                                               {"1e", 2},
                                               {"1e+", 3},
                                               {".5", 0},
                                               {"+1", 0},
                                               {"'a'", 0},
                                               {"// c\n1", 0},
                                               {"\"\\ud800\"", 1},
                                               {"\"\\udc00\"", 1},
                                               {"\"\\ud800\\u0041\"", 1},
                                               {"\xEF\xBB\xBF{}", 0},
                                               {"\"\\", 2}};
  for (const auto& [text, offset] : cases) {
    EXPECT_THAT(parse_error(text), HasSubstr(fmt::format("doc: byte {}: ", offset))) << text;
  }
}

TEST(Json, MessagesNameThePathAndWhatWasFound) {
  const Json json = parse_json(
      "{\"order\":\"six\",\"a\":[{\"b\":null}],\"n\":-1,\"big\":18446744073709551615,\"x\":1.5}",
      "counts.ync: head");
  const auto text = [](auto&& body) { return error_text(ErrorKind::bad_data, body); };
  EXPECT_EQ(text([&] { json.at("order").integer(); }),
            "counts.ync: head: /order: a whole number was expected, found \"six\"");
  EXPECT_EQ(text([&] { json.at("a").array()[0].at("b").text(); }),
            "counts.ync: head: /a/0/b: a string was expected, found null");
  EXPECT_EQ(text([&] { json.at("a").real(); }),
            "counts.ync: head: /a: a number was expected, found an array");
  EXPECT_EQ(text([&] { json.array(); }),
            "counts.ync: head: an array was expected, found an object");
  EXPECT_EQ(text([&] { json.at("n").unsigned_integer(); }),
            "counts.ync: head: /n: a whole number >= 0 was expected, found -1");
  EXPECT_THAT(text([&] { json.at("big").integer(); }), HasSubstr("below 2^63"));
  EXPECT_THAT(text([&] { json.at("x").integer(); }), HasSubstr("found 1.5"));
  EXPECT_THAT(text([&] { json.at("x").boolean(); }), HasSubstr("true or false"));
  EXPECT_THAT(text([&] { json.at("x").find("y"); }), HasSubstr("an object was expected"));
  EXPECT_EQ(text([&] { json.at("ordre"); }), "counts.ync: head: the key \"ordre\" is missing");
}

TEST(Json, ManyKeysAreReadInLinearTime) {
  std::string text = "{";
  for (int i = 0; i < 100000; ++i) {
    text += fmt::format("\"{}\":0,", i);
  }
  text.back() = '}';
  EXPECT_EQ(parse_json(text, "doc").object().size(), 100000U);
}

TEST(JsonWriter, WritesOneLine) {
  JsonWriter w;
  w.begin_object();
  w.key("a").begin_array().value(1).value(2.5).value("x\"\n\x01").value(true).null().end_array();
  w.key("b").begin_object().end_object();
  w.key("c").value(uint64_t{18446744073709551615U});
  w.key("d").raw("[1]");
  w.end_object();
  EXPECT_EQ(w.str(),
            "{\"a\":[1,2.5,\"x\\\"\\n\\u0001\",true,null],\"b\":{},"
            "\"c\":18446744073709551615,\"d\":[1]}");
}

TEST(JsonWriter, IndentsWhenAsked) {
  JsonWriter w(2);
  w.begin_object();
  w.key("a").begin_array().value(1).value(2).end_array();
  w.key("b").begin_object().end_object();
  w.end_object();
  EXPECT_EQ(w.str(), "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": {}\n}");
}

TEST(JsonWriter, RefusesWhatJsonCannotHold) {
  error_text(ErrorKind::internal, [] { JsonWriter().value("\xFF"); });
  error_text(ErrorKind::internal, [] { JsonWriter().value(std::nan("")); });
  error_text(ErrorKind::internal, [] { JsonWriter().value(INFINITY); });
  error_text(ErrorKind::internal, [] { JsonWriter().key("a"); });
  error_text(ErrorKind::internal, [] { JsonWriter().value(1).value(2); });
  error_text(ErrorKind::internal, [] { JsonWriter().end_object(); });
}

TEST(JsonWriter, KeepsTheSignOfZero) {
  EXPECT_EQ(JsonWriter().value(-0.0).str(), "-0.0");
  EXPECT_EQ(JsonWriter().value(0.1).str(), "0.1");
}

RC_GTEST_PROP(JsonWriter, DoublesReadBackAsTheSameBits, (uint64_t bits)) {
  double value = 0;
  std::memcpy(&value, &bits, sizeof(value));
  RC_PRE(std::isfinite(value));
  const double read = parse_json(JsonWriter().value(value).str(), "doc").real();
  RC_ASSERT(std::memcmp(&read, &value, sizeof(read)) == 0);
}

RC_GTEST_PROP(JsonWriter, AnyBytesGiveValidJsonThroughEscapeLossy, (const std::string& bytes)) {
  RC_ASSERT(parse_json(json_escape_lossy(bytes), "doc").text() == utf8_replace_invalid(bytes));
}

}  // namespace
}  // namespace yonder
