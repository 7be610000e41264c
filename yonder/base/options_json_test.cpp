// SPDX-License-Identifier: Apache-2.0
#include "tests/error_text.h"
#include "yonder/base/json.h"
#include "yonder/base/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>

namespace yonder {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StrEq;

struct AllKinds {
  bool fast = true;
  int64_t order = 6;
  int64_t memory = int64_t{4} << 30;
  uint64_t seed = 1;
  double alpha = 0.1;
  std::string title = "none";
  std::string out = "model.json";
  std::string normalize = "nfc";
  std::vector<std::string> input = {"a.txt"};
  std::vector<int64_t> sizes = {8000};

  void visit(OptionVisitor& v) {
    v.flag("fast", fast, "be quick");
    v.integer("order", order, 1, 7, "bytes of the longest n-gram");
    v.bytes("memory", memory, 1 << 20, std::numeric_limits<int64_t>::max(), "bytes to use");
    v.seed("seed", seed, "selects the draws");
    v.real("alpha", alpha, 0.0, std::numeric_limits<double>::infinity(), "temperature exponent");
    v.text("title", title, "a title");
    v.path("out", out, "file to write");
    v.choice("normalize", normalize, {"none", "nfc"}, "normalisation");
    v.list("input", input, "files to read");
    v.integers("sizes", sizes, 256, 1 << 20, "vocabulary sizes");
  }
};

AllKinds read(const std::string& json, std::span<const std::string_view> leave_out = {}) {
  AllKinds options;
  options_from_json(
      parse_json(json, "the request"), [&](OptionVisitor& v) { options.visit(v); }, leave_out);
  return options;
}

std::string complaint(const std::string& json, std::span<const std::string_view> leave_out = {}) {
  return error_text(ErrorKind::bad_option, [&] { read(json, leave_out); });
}

TEST(OptionsFromJson, SetsFieldsOfEveryKind) {
  const AllKinds o =
      read(R"({"fast":false,"order":3,"memory":2097152,"seed":9,"alpha":2.5,"title":"x","out":"y",)"
           R"("normalize":"none","input":["b","c"],"sizes":[300,400]})");
  EXPECT_FALSE(o.fast);
  EXPECT_EQ(o.order, 3);
  EXPECT_EQ(o.memory, 2097152);
  EXPECT_EQ(o.seed, 9U);
  EXPECT_EQ(o.alpha, 2.5);
  EXPECT_EQ(o.title, "x");
  EXPECT_EQ(o.out, "y");
  EXPECT_EQ(o.normalize, "none");
  EXPECT_THAT(o.input, ElementsAre("b", "c"));
  EXPECT_THAT(o.sizes, ElementsAre(300, 400));
}

TEST(OptionsFromJson, KeepsFieldsThatAreNotNamed) {
  const AllKinds o = read("{}");
  EXPECT_EQ(o.order, 6);
  EXPECT_THAT(o.input, ElementsAre("a.txt"));
}

TEST(OptionsFromJson, TakesNumbersAsTextsOfTheCommandLine) {
  EXPECT_EQ(read(R"({"memory":"64M"})").memory, int64_t{64} << 20);
  EXPECT_EQ(read(R"({"order":"4"})").order, 4);
  EXPECT_EQ(read(R"({"alpha":"0.25"})").alpha, 0.25);
  EXPECT_EQ(read(R"({"alpha":2})").alpha, 2.0);
  EXPECT_THAT(read(R"({"sizes":"160k,80k"})").sizes, ElementsAre(160000, 80000));
  EXPECT_THAT(read(R"({"sizes":["2k",300]})").sizes, ElementsAre(2000, 300));
}

TEST(OptionsFromJson, TakesEverySeedAsTextAndAsNumber) {
  EXPECT_EQ(read(R"({"seed":"18446744073709551615"})").seed, 18446744073709551615U);
  EXPECT_EQ(read(R"({"seed":18446744073709551615})").seed, 18446744073709551615U);
}

TEST(OptionsFromJson, NamesTheNearestOfAnUnknownName) {
  EXPECT_THAT(complaint(R"({"ordre":3})"),
              StrEq("there is no option \"ordre\" here; did you mean \"order\"?"));
  EXPECT_THAT(complaint(R"({"colour":3})"), HasSubstr("the options are fast, order, memory"));
}

TEST(OptionsFromJson, SaysRangesAsTheCommandLineDoes) {
  EXPECT_THAT(complaint(R"({"order":9})"), StrEq("--order is 9; it must lie between 1 and 7"));
  EXPECT_THAT(complaint(R"({"alpha":-1})"), StrEq("--alpha is -1; it must be at least 0"));
  EXPECT_THAT(complaint(R"({"memory":5})"), StrEq("--memory is 5; it must be at least 1048576"));
  EXPECT_THAT(complaint(R"({"sizes":[300,1]})"),
              StrEq("--sizes is 1; it must lie between 256 and 1048576"));
  EXPECT_THAT(complaint(R"({"normalize":"ncf"})"), HasSubstr("did you mean nfc?"));
}

TEST(OptionsFromJson, SaysWhatWasExpectedForAValueOfAnotherKind) {
  EXPECT_THAT(complaint(R"({"fast":1})"), StrEq("--fast is 1; true or false was expected"));
  EXPECT_THAT(complaint(R"({"order":"six"})"),
              StrEq("--order is \"six\"; a whole number such as 6 or 80k was expected"));
  EXPECT_THAT(complaint(R"({"order":2.5})"), HasSubstr("a whole number"));
  EXPECT_THAT(complaint(R"({"order":[1]})"),
              StrEq("--order is a list; a whole number was expected"));
  EXPECT_THAT(complaint(R"({"seed":-1})"), HasSubstr("between 0 and 2^64-1"));
  EXPECT_THAT(complaint(R"({"seed":1.5})"), HasSubstr("between 0 and 2^64-1"));
  EXPECT_THAT(complaint(R"({"alpha":null})"),
              StrEq("--alpha is null; a number such as 0.1 was expected"));
  EXPECT_THAT(complaint(R"({"title":{}})"), StrEq("--title is an object; a text was expected"));
  EXPECT_THAT(complaint(R"({"input":"a"})"),
              StrEq("--input is \"a\"; a list of texts was expected"));
  EXPECT_THAT(complaint(R"({"input":[1]})"), StrEq("--input is 1; a text was expected"));
}

TEST(OptionsFromJson, RefusesWhatIsLeftOut) {
  const std::string_view paths[] = {"out", "input"};
  EXPECT_THAT(complaint(R"({"out":"/etc/passwd"})", paths),
              HasSubstr("there is no option \"out\""));
  EXPECT_EQ(read(R"({"order":2})", paths).order, 2);
}

RC_GTEST_PROP(OptionsJson, ReadsBackWhatWasWritten,
              (bool fast, uint64_t seed, double alpha, std::vector<uint16_t> sizes)) {
  RC_PRE(std::isfinite(alpha) && alpha >= 0);
  AllKinds options;
  options.fast = fast;
  options.seed = seed;
  options.alpha = alpha;
  options.sizes.clear();
  for (const uint16_t size : sizes) {
    options.sizes.push_back(256 + size);
  }
  const auto json = [](AllKinds o) {
    return options_to_json([&](OptionVisitor& v) { o.visit(v); });
  };
  RC_ASSERT(json(read(json(options))) == json(options));
}

}  // namespace
}  // namespace yonder
