// SPDX-License-Identifier: Apache-2.0
#include "web/server/demo_series.h"

#include "tests/error_text.h"
#include "web/server/shell_text.h"
#include "yonder/base/file.h"
#include "yonder/base/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <sstream>

namespace yonder::web {
namespace {

TEST(DemoSeries, IsWhatItsAwkProgramPrints) {
  if (std::system("command -v awk >/dev/null") != 0) {
    GTEST_SKIP() << "there is no awk here";
  }
  const TemporaryFolder folder;
  const std::string out = (folder.path() / "out").string();
  for (const DemoSeries& row : demo_series()) {
    const std::vector<double> values = row.make();
    ASSERT_EQ(std::system((shell_command({"awk", row.awk}) + " > " + out).c_str()), 0) << row.name;
    std::istringstream printed(read_file(out));
    std::string word;
    size_t i = 0;
    for (; printed >> word && i < values.size(); ++i) {
      const double value = std::stod(word);
      ASSERT_NEAR(value, values[i], 1e-8 * (1 + std::abs(value))) << row.name << " " << i;
    }
    EXPECT_EQ(i, values.size()) << row.name;
    EXPECT_FALSE(printed >> word) << row.name;
  }
}

TEST(DemoSeries, SuggestsOptionsAsAnObject) {
  for (const DemoSeries& row : demo_series()) {
    const Json options = parse_json(row.options, row.name);
    for (const auto& [name, value] : options.object()) {
      EXPECT_FALSE(value.text().empty()) << row.name << " " << name;
    }
  }
}

TEST(DemoSeries, NamesTheNearestForAWrongName) {
  EXPECT_THAT(error_text(ErrorKind::bad_option, [] { demo_series("five-peeks"); }),
              testing::HasSubstr("did you mean \"five-peaks\"?"));
}

}  // namespace
}  // namespace yonder::web
