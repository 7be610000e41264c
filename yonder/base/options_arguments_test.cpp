// SPDX-License-Identifier: Apache-2.0
#include "yonder/base/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace yonder {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct SomeOptions {
  bool fast = true;
  bool loud = false;
  int64_t order = 6;
  uint64_t seed = 0;
  double alpha = 0.1;
  std::string title;
  std::vector<std::string> input;
  std::vector<int64_t> sizes = {300};

  void visit(OptionVisitor& v) {
    v.flag("fast", fast, "");
    v.flag("loud", loud, "");
    v.integer("order", order, -7, 7, "");
    v.seed("seed", seed, "");
    v.real("alpha", alpha, 0, 1, "");
    v.text("title", title, "");
    v.list("input", input, "");
    v.integers("sizes", sizes, 1, 1000, "");
  }
};

std::vector<std::string> arguments_of(SomeOptions options) {
  SomeOptions defaults;
  return options_to_arguments([&](OptionVisitor& v) { options.visit(v); },
                              [&](OptionVisitor& v) { defaults.visit(v); });
}

TEST(OptionsToArguments, SaysNothingAboutDefaults) { EXPECT_THAT(arguments_of({}), IsEmpty()); }

TEST(OptionsToArguments, NamesWhatWasChangedInOrder) {
  SomeOptions options;
  options.fast = false;
  options.loud = true;
  options.seed = 7;
  options.alpha = 0.25;
  options.input = {"a b.txt", "c.txt"};
  options.sizes = {4000, 2000};
  EXPECT_THAT(arguments_of(options),
              ElementsAre("--no-fast", "--loud", "--seed", "7", "--alpha", "0.25", "--input",
                          "a b.txt", "--input", "c.txt", "--sizes", "4000,2000"));
}

TEST(OptionsToArguments, JoinsValuesThatLookLikeOptions) {
  SomeOptions options;
  options.order = -3;
  options.title = "--x";
  EXPECT_THAT(arguments_of(options), ElementsAre("--order=-3", "--title=--x"));
}

}  // namespace
}  // namespace yonder
