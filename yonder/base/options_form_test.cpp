// SPDX-License-Identifier: Apache-2.0
#include "yonder/base/json.h"
#include "yonder/base/options.h"

#include <gtest/gtest.h>

namespace yonder {
namespace {

TEST(OptionsToForm, DescribesEveryKindOfField) {
  bool fast = true;
  int64_t order = 6;
  int64_t memory = 1024;
  uint64_t seed = 18446744073709551615U;
  double alpha = 0.1;
  double share = 0.5;
  std::string title = "t";
  std::string out = "o";
  std::string normalize = "nfc";
  std::vector<std::string> input = {"a"};
  std::vector<int64_t> sizes = {300};
  const std::string form = options_to_form([&](OptionVisitor& v) {
    v.flag("fast", fast, "be quick");
    v.integer("order", order, 1, 7, "n-gram");
    v.bytes("memory", memory, 16, std::numeric_limits<int64_t>::max(), "bytes");
    v.seed("seed", seed, "draws");
    v.real("alpha", alpha, 0, std::numeric_limits<double>::max(), "exponent");
    v.real("share", share, 0, 1, "part");
    v.text("title", title, "a title");
    v.path("out", out, "file");
    v.choice("normalize", normalize, {"none", "nfc"}, "form");
    v.list("input", input, "files");
    v.integers("sizes", sizes, 256, 1000, "sizes");
  });
  EXPECT_EQ(form,
            R"([{"name":"fast","kind":"flag","default":true,"help":"be quick"},)"
            R"({"name":"order","kind":"integer","default":6,"min":1,"max":7,"help":"n-gram"},)"
            R"({"name":"memory","kind":"bytes","default":1024,"min":16,"help":"bytes"},)"
            R"({"name":"seed","kind":"seed","default":"18446744073709551615","help":"draws"},)"
            R"({"name":"alpha","kind":"real","default":0.1,"min":0,"help":"exponent"},)"
            R"({"name":"share","kind":"real","default":0.5,"min":0,"max":1,"help":"part"},)"
            R"({"name":"title","kind":"text","default":"t","help":"a title"},)"
            R"({"name":"out","kind":"path","default":"o","help":"file"},)"
            R"({"name":"normalize","kind":"choice","default":"nfc","choices":["none","nfc"],)"
            R"("help":"form"},)"
            R"({"name":"input","kind":"list","default":["a"],"help":"files"},)"
            R"({"name":"sizes","kind":"integers","default":[300],"min":256,"max":1000,)"
            R"("help":"sizes"}])");
}

TEST(OptionsToForm, LeavesOutWhatTheUserHasNoSayIn) {
  int64_t order = 6;
  std::string out;
  const std::string_view leave_out[] = {"out"};
  const std::string form = options_to_form(
      [&](OptionVisitor& v) {
        v.path("out", out, "file");
        v.integer("order", order, 1, 7, "n-gram");
      },
      leave_out);
  EXPECT_EQ(parse_json(form, "form").array().size(), 1U);
}

}  // namespace
}  // namespace yonder
