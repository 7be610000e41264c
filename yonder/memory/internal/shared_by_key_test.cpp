// SPDX-License-Identifier: Apache-2.0
#include "yonder/memory/internal/shared_by_key.h"

#include <gtest/gtest.h>

#include <string>

namespace yonder::memory::internal {
namespace {

TEST(SharedByKey, MakesAValueOnceWhileSomebodyUsesIt) {
  SharedByKey<int, std::string> cache;
  int made = 0;
  const auto make = [&] {
    ++made;
    return std::string("value");
  };
  auto first = cache.get(1, make);
  auto second = cache.get(1, make);
  EXPECT_EQ(first, second);
  EXPECT_EQ(made, 1);
  cache.get(2, make);
  EXPECT_EQ(made, 2);
  cache.get(2, make);  // the last one stays
  EXPECT_EQ(made, 2);
  first.reset();
  second.reset();
  cache.get(1, make);
  EXPECT_EQ(made, 3);
}

}  // namespace
}  // namespace yonder::memory::internal
