// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/position/scheme_list.h"

#include "yonder/base/json.h"
#include "yonder/lm/position/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace yonder::lm {
namespace {

TEST(SchemeList, HasEveryRowOfTheTable) {
  const Json json = parse_json(schemes_to_json(), "schemes");
  const std::string markdown = schemes_to_markdown();
  const auto& terms = json.at("terms").array();
  ASSERT_EQ(terms.size(), scheme_terms().size());
  for (size_t t = 0; t < terms.size(); ++t) {
    EXPECT_EQ(terms[t].at("name").text(), scheme_terms()[t].name);
    EXPECT_THAT(markdown, testing::HasSubstr("| `" + terms[t].at("example").text() + "` |"));
  }
  EXPECT_EQ(json.at("layouts").array().size(), layout_terms().size());
}

TEST(SchemeList, TellsWhatAnArgumentTakes) {
  const Json json = parse_json(schemes_to_json(), "schemes");
  for (const Json& term : json.at("terms").array()) {
    if (term.at("name").text() == "selfext") {
      const auto& arguments = term.at("arguments").array();
      EXPECT_EQ(arguments.at(0).at("kind").text(), "integer");
      EXPECT_EQ(arguments.at(0).at("min").real(), 1);
      EXPECT_TRUE(std::holds_alternative<std::nullptr_t>(arguments.at(0).at("default").value()));
      EXPECT_EQ(arguments.at(2).at("default").text(), "floor");
      EXPECT_EQ(arguments.at(2).at("choices").array().size(), 2U);
    }
  }
}

}  // namespace
}  // namespace yonder::lm
