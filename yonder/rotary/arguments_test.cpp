// SPDX-License-Identifier: Apache-2.0
#include "yonder/rotary/arguments.h"

#include "yonder/base/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace yonder::rotary {
namespace {

using Kind = ArgumentSpec::Kind;

const std::vector<ArgumentSpec> kSpecs = {
    {.name = "s",
     .fallback = "auto",
     .low = 1,
     .high = 100,
     .choices = {"auto"},
     .unsafe_low = 0.1},
    {.name = "w", .kind = Kind::integer, .fallback = "8", .low = 1, .high = 64},
    {.name = "mode", .kind = Kind::choice, .fallback = "floor", .choices = {"floor", "frac"}},
    {.name = "turn", .kind = Kind::flag, .fallback = "false"},
    {.name = "list", .kind = Kind::numbers, .fallback = "1", .low = 0, .high = 9},
};

Arguments read(const std::string& text, bool unsafe = false) {
  const TermText term = parse_term(text);
  return {term.name, kSpecs, term.given, unsafe};
}

std::string message_of(const std::string& text) {
  try {
    read(text);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind, ErrorKind::bad_option);
    return error.what();
  }
  return "no error";
}

TEST(Arguments, HaveTheirDefaults) {
  const Arguments arguments = read("term");
  EXPECT_TRUE(arguments.is_word("s"));
  EXPECT_EQ(arguments.integer("w"), 8);
  EXPECT_EQ(arguments.text("mode"), "floor");
  EXPECT_FALSE(arguments.flag("turn"));
  EXPECT_THAT(arguments.numbers("list"), testing::ElementsAre(1));
  EXPECT_FALSE(arguments.was_given("w"));
  EXPECT_EQ(arguments.canonical(), "term");
}

TEST(Arguments, AreReadByKeyAndAsBareWords) {
  const Arguments arguments = read("term:s=1.5,frac,turn,list=1/2.5");
  EXPECT_EQ(arguments.real("s"), 1.5);
  EXPECT_EQ(arguments.text("mode"), "frac");
  EXPECT_TRUE(arguments.flag("turn"));
  EXPECT_THAT(arguments.numbers("list"), testing::ElementsAre(1, 2.5));
  EXPECT_EQ(arguments.canonical(), "term:s=1.5,mode=frac,turn,list=1/2.5");
}

TEST(Arguments, TakeFractions) {
  EXPECT_EQ(read("term:s=9/2").real("s"), 4.5);
  EXPECT_EQ(read("term:s=1e2").real("s"), 100);
}

TEST(Arguments, ThatSayTheDefaultAreKnownAsGivenButNotWritten) {
  const Arguments arguments = read("term:w=8");
  EXPECT_TRUE(arguments.was_given("w"));
  EXPECT_EQ(arguments.canonical(), "term");
}

TEST(Arguments, BelowTheirRangeAreTakenOnlyWhereForced) {
  EXPECT_THAT(message_of("term:s=0.5"), testing::HasSubstr("--unsafe"));
  EXPECT_EQ(read("term:s=0.5", true).real("s"), 0.5);
  EXPECT_THROW(read("term:s=0.05", true), Error);
  EXPECT_THROW(read("term:s=101", true), Error);
  EXPECT_THROW(read("term:w=0", true), Error);
}

TEST(Arguments, SayWhatIsWrongWithThem) {
  EXPECT_EQ(message_of("term:mods=frac"),
            "term has no argument 'mods', did you mean 'mode'?; it takes s, w, mode, turn, list");
  EXPECT_EQ(message_of("term:w=65"), "term: w is 65; it must be a whole number from 1 to 64");
  EXPECT_EQ(message_of("term:w=2.5"), "term: w is '2.5'; it must be a whole number from 1 to 64");
  EXPECT_EQ(message_of("term:w=2,w=3"), "term: w is given twice");
  EXPECT_EQ(message_of("term:mode=round"), "term: mode is 'round'; it must be one of floor, frac");
  EXPECT_EQ(message_of("term:turn=1"), "term: turn is '1'; it must be true or false");
  EXPECT_EQ(message_of("term:round"),
            "term has no argument 'round'; it takes s, w, mode (floor, frac), turn, list");
}

TEST(Arguments, AreNeverInfiniteOrNoNumber) {
  for (const std::string text : {"inf", "nan", "1e999", "1/0", "0/0", "", "4k", "0x10", " 1"}) {
    EXPECT_THROW(read("term:s=" + text, true), Error) << text;
  }
}

TEST(Arguments, ThatMustBeGivenAreAskedFor) {
  EXPECT_THROW(Arguments("term", {{.name = "w", .help = "a width"}}, {}), Error);
}

RC_GTEST_PROP(Arguments, CanonicalTextReadsBackTheSameNumber, ()) {
  const double number = *rc::gen::arbitrary<double>();
  RC_PRE(std::abs(number) < 1e300);
  const std::vector<ArgumentSpec> specs = {{.name = "x", .low = -1e300, .high = 1e300}};
  Arguments arguments("t", specs, {{"x", "1"}});
  arguments.replace("x", number);
  const std::string text = arguments.canonical();
  RC_ASSERT(text.find('+') == std::string::npos);
  const TermText term = parse_term(text);
  RC_ASSERT(Arguments("t", specs, term.given).real("x") == number);
}

}  // namespace
}  // namespace yonder::rotary
