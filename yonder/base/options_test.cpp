// SPDX-License-Identifier: Apache-2.0
#include "yonder/base/options.h"

#include "tests/error_text.h"
#include "yonder/base/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>

namespace yonder {
namespace {

using testing::HasSubstr;

struct SampleOptions {
  bool fast = true;
  int64_t order = 6;
  int64_t memory = int64_t{4} << 30;
  uint64_t seed = 18446744073709551615U;
  double alpha = 0.1;
  std::string title = "a|b";
  std::string out = "model.json";
  std::string normalize = "nfc";
  std::vector<std::string> input = {"a.txt", "b.txt"};
  std::vector<int64_t> sizes = {160000, 80000};

  void visit(OptionVisitor& v) {
    v.flag("fast", fast, "be quick");
    v.integer("order", order, 1, 7, "bytes of the longest n-gram");
    v.bytes("memory", memory, 1 << 20, std::numeric_limits<int64_t>::max(), "bytes to use");
    v.seed("seed", seed, "selects the draws");
    v.real("alpha", alpha, 0.0, std::numeric_limits<double>::infinity(), "temperature exponent");
    v.text("title", title, "a | b");
    v.path("out", out, "file to write");
    v.choice("normalize", normalize, {"none", "nfc"}, "normalisation");
    v.list("input", input, "files to read");
    v.integers("sizes", sizes, 256, 1 << 20, "vocabulary sizes");
  }
};

std::function<void(OptionVisitor&)> visit_of(SampleOptions& options) {
  return [&options](OptionVisitor& v) { options.visit(v); };
}

TEST(ParseCount, ReadsSuffixesInTheGivenUnit) {
  EXPECT_EQ(parse_count("300", 1000), 300);
  EXPECT_EQ(parse_count("80k", 1000), 80000);
  EXPECT_EQ(parse_count("80K", 1000), 80000);
  EXPECT_EQ(parse_count("1.5M", 1000), 1500000);
  EXPECT_EQ(parse_count("2G", 1000), 2000000000);
  EXPECT_EQ(parse_count("4k", 1024), 4096);
  EXPECT_EQ(parse_count("4G", 1024), int64_t{4} << 30);
  EXPECT_EQ(parse_count("1.5M", 1024), 1572864);
  EXPECT_EQ(parse_count("1.50", 1000), std::nullopt);
  EXPECT_EQ(parse_count("2.0", 1000), 2);
  EXPECT_EQ(parse_count("-3k", 1000), -3000);
}

TEST(ParseCount, RejectsWhatIsNoWholeNumber) {
  for (const char* text : {"", "k", "-", ".", ".5k", "5.k", "1.5", "0.0001k", "0.1k ", " 1", "1 k",
                           "1kk", "1T", "0x10", "1e3", "+5", "1..5k", "--1", "1m"}) {
    EXPECT_EQ(parse_count(text, 1000), std::nullopt) << text;
  }
}

TEST(ParseCount, StopsAtTheEndOfInt64) {
  EXPECT_EQ(parse_count("9223372036854775807", 1000), std::numeric_limits<int64_t>::max());
  EXPECT_EQ(parse_count("9223372036854775808", 1000), std::nullopt);
  EXPECT_EQ(parse_count("9.223372036854775807G", 1000), std::nullopt);
  EXPECT_EQ(parse_count("9000000000G", 1000), 9000000000000000000);
  EXPECT_EQ(parse_count("9300000000G", 1000), std::nullopt);
  EXPECT_EQ(parse_count(std::string(100, '9') + "G", 1024), std::nullopt);
  EXPECT_EQ(parse_count("1." + std::string(100, '0') + "G", 1024), std::nullopt);
  EXPECT_EQ(parse_count(std::string(100, '0') + "7", 1024), 7);
}

RC_GTEST_PROP(ParseCount, ReadsBackEveryWrittenNumber, (int64_t value)) {
  RC_PRE(value != std::numeric_limits<int64_t>::min());
  RC_ASSERT(parse_count(fmt::format("{}", value), 1000) == value);
}

TEST(CheckRange, NamesTheOptionTheValueAndTheRange) {
  EXPECT_NO_THROW(check_range("order", int64_t{1}, 1, 7));
  EXPECT_NO_THROW(check_range("order", int64_t{7}, 1, 7));
  EXPECT_EQ(error_text(ErrorKind::bad_option, [] { check_range("order", int64_t{9}, 1, 7); }),
            "--order is 9; it must lie between 1 and 7");
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  constexpr int64_t kLeast = std::numeric_limits<int64_t>::min();
  EXPECT_EQ(error_text(ErrorKind::bad_option, [] { check_range("n", int64_t{0}, 1, kMost); }),
            "--n is 0; it must be at least 1");
  EXPECT_EQ(error_text(ErrorKind::bad_option, [] { check_range("n", int64_t{9}, kLeast, 1); }),
            "--n is 9; it must be at most 1");
}

TEST(CheckRange, RejectsNumbersThatAreNotFinite) {
  EXPECT_NO_THROW(check_range("alpha", 0.5, 0.0, 1.0));
  EXPECT_EQ(error_text(ErrorKind::bad_option, [] { check_range("alpha", -0.5, 0.0, 1.0); }),
            "--alpha is -0.5; it must lie between 0 and 1");
  EXPECT_EQ(error_text(ErrorKind::bad_option, [] { check_range("alpha", -0.5, 0.0, INFINITY); }),
            "--alpha is -0.5; it must be at least 0");
  EXPECT_EQ(error_text(ErrorKind::bad_option, [] { check_range("alpha", 0.5, -INFINITY, 0.0); }),
            "--alpha is 0.5; it must be at most 0");
  EXPECT_THAT(
      error_text(ErrorKind::bad_option, [] { check_range("alpha", std::nan(""), 0.0, INFINITY); }),
      HasSubstr("finite"));
  EXPECT_THAT(
      error_text(ErrorKind::bad_option, [] { check_range("alpha", INFINITY, 0.0, INFINITY); }),
      HasSubstr("finite"));
}

TEST(CheckChoice, NamesTheNearest) {
  EXPECT_NO_THROW(check_choice("normalize", "nfc", {"none", "nfc"}));
  EXPECT_EQ(error_text(ErrorKind::bad_option,
                       [] {
                         check_choice("sampler", "exatc", {"exact", "nbest"});
                       }),
            "--sampler is \"exatc\"; did you mean exact? It must be one of exact, nbest");
  EXPECT_EQ(error_text(ErrorKind::bad_option,
                       [] {
                         check_choice("sampler", "viterbi", {"exact", "nbest"});
                       }),
            "--sampler is \"viterbi\"; it must be one of exact, nbest");
}

TEST(NearestName, ForgivesSlipsOfTyping) {
  const std::vector<std::string> names = {"vocab-size", "order", "min-count", "max-piece-length"};
  EXPECT_EQ(nearest_name("vocab_size", names), "vocab-size");
  EXPECT_EQ(nearest_name("ordre", names), "order");
  EXPECT_EQ(nearest_name("ORDER", names), "order");
  EXPECT_EQ(nearest_name("mincount", names), "min-count");
  EXPECT_EQ(nearest_name("max-piece-lenght", names), "max-piece-length");
}

TEST(NearestName, IsEmptyWhenAllAreFar) {
  EXPECT_EQ(nearest_name("zebra", {"order", "seed"}), "");
  EXPECT_EQ(nearest_name("x", {"y"}), "");
  EXPECT_EQ(nearest_name("", {"a"}), "");
  EXPECT_EQ(nearest_name("order", {}), "");
  EXPECT_EQ(nearest_name(std::string(100000, 'x'), {"x"}), "");
}

TEST(OptionsToJson, WritesEveryOptionInOrder) {
  SampleOptions options;
  EXPECT_EQ(options_to_json(visit_of(options)),
            "{\"fast\":true,\"order\":6,\"memory\":4294967296,\"seed\":18446744073709551615,"
            "\"alpha\":0.1,\"title\":\"a|b\",\"out\":\"model.json\",\"normalize\":\"nfc\","
            "\"input\":[\"a.txt\",\"b.txt\"],\"sizes\":[160000,80000]}");
}

TEST(OptionsToJson, StaysValidForPathsOfAnyBytes) {
  SampleOptions options;
  options.out = "a\xFFz";
  const std::string json = options_to_json(visit_of(options));
  EXPECT_EQ(parse_json(json, "options").at("out").text(), "a\xEF\xBF\xBDz");
}

TEST(OptionsToJson, RefusesValuesOutOfRange) {
  SampleOptions options;
  options.alpha = std::nan("");
  EXPECT_THAT(error_text(ErrorKind::bad_option, [&] { options_to_json(visit_of(options)); }),
              HasSubstr("--alpha"));
}

TEST(ValidateOptions, AcceptsTheDefaults) {
  SampleOptions options;
  EXPECT_NO_THROW(validate_options(visit_of(options)));
}

TEST(ValidateOptions, ChecksEveryRangeAndChoice) {
  const auto text_after = [](auto change) {
    SampleOptions options;
    change(options);
    return error_text(ErrorKind::bad_option, [&] { validate_options(visit_of(options)); });
  };
  EXPECT_THAT(text_after([](SampleOptions& o) { o.order = 8; }), HasSubstr("--order is 8"));
  EXPECT_THAT(text_after([](SampleOptions& o) { o.memory = 1; }), HasSubstr("--memory is 1"));
  EXPECT_THAT(text_after([](SampleOptions& o) { o.alpha = -1; }), HasSubstr("--alpha is -1"));
  EXPECT_THAT(text_after([](SampleOptions& o) { o.normalize = "nfd"; }),
              HasSubstr("did you mean nfc"));
  EXPECT_THAT(text_after([](SampleOptions& o) { o.sizes = {256, 3}; }), HasSubstr("--sizes is 3"));
}

TEST(OptionsToMarkdown, IsOneTableRowPerOption) {
  SampleOptions options;
  EXPECT_EQ(options_to_markdown(visit_of(options)),
            "| option | default | meaning |\n"
            "|---|---|---|\n"
            "| `--fast` | `on` | be quick |\n"
            "| `--order` | `6` | bytes of the longest n-gram (1 to 7) |\n"
            "| `--memory` | `4G` | bytes to use (at least 1M) |\n"
            "| `--seed` | `18446744073709551615` | selects the draws |\n"
            "| `--alpha` | `0.1` | temperature exponent (at least 0) |\n"
            "| `--title` | `a\\|b` | a \\| b |\n"
            "| `--out` | `model.json` | file to write |\n"
            "| `--normalize` | `nfc` | normalisation (one of none, nfc) |\n"
            "| `--input` | `a.txt, b.txt` | files to read |\n"
            "| `--sizes` | `160000,80000` | vocabulary sizes (256 to 1048576) |\n");
}

}  // namespace
}  // namespace yonder
