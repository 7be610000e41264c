// SPDX-License-Identifier: Apache-2.0
#include "yonder/memory/internal/block_builder.h"

#include "tests/error_text.h"
#include "yonder/memory/internal/projection_reference.h"

#include <gtest/gtest.h>

namespace yonder::memory::internal {
namespace {

using ::testing::HasSubstr;

std::vector<double> lengths_of(BlockBuilder<double>& builder, const Cells<double>& cells) {
  std::vector<double> lengths;
  builder.push(cells, [&](const auto& block) { lengths.push_back(block.length); });
  return lengths;
}

TEST(BlockBuilder, ClosesARegularBlockAfterItsCells) {
  BlockBuilder<double> builder({.order = 2, .block = 10});
  const std::vector<double> u = test_signal(25, 1);
  EXPECT_EQ(lengths_of(builder, {u, {}, 0, 0.5, 25}), std::vector<double>({5, 5}));
  EXPECT_EQ(builder.pending(), 5U);
  EXPECT_EQ(builder.partial().length, 2.5);
}

TEST(BlockBuilder, ClosesAnIrregularBlockThatIsLongEnough) {
  BlockBuilder<double> builder({.order = 2, .block = 4, .longest = 10});
  const std::vector<double> u = test_signal(8, 1);
  const std::vector<double> edges = {0, 1, 2, 3, 4, 7, 14, 30, 31};
  EXPECT_EQ(lengths_of(builder, {u, edges, 0, 1, 8}), std::vector<double>({4, 10, 16}));
  EXPECT_EQ(builder.pending(), 1U);
}

TEST(BlockBuilder, OfLinesKeepsTheNodeThatTwoBlocksShare) {
  BlockBuilder<double> builder({.order = 6, .block = 10, .hold = Hold::linear});
  const std::vector<double> u = test_signal(31, 2);
  std::vector<std::vector<double>> blocks;
  const auto keep = [&](const BlockBuilder<double>::Block& block) {
    blocks.emplace_back(block.coefficients, block.coefficients + 6);
  };
  const std::span<const double> samples(u);
  builder.push({samples.first(8), {}, 0, 1, 7}, keep);
  builder.push({samples.subspan(7, 14), {}, 7, 1, 13}, keep);
  builder.push({samples.subspan(20, 11), {}, 20, 1, 10}, keep);
  ASSERT_EQ(blocks.size(), 3U);
  for (size_t b = 0; b < 3; ++b) {
    EXPECT_LT(relative_distance(blocks[b], project_regular_reference(6, Hold::linear,
                                                                     samples.subspan(10 * b, 11))),
              1e-14);
  }
  EXPECT_EQ(builder.pending(), 0U);
}

TEST(BlockBuilder, RefusesAStateThatCannotBe) {
  BlockBuilder<double> builder({.order = 2, .block = 4});
  const std::vector<double> u = test_signal(7, 1);
  lengths_of(builder, {u, {}, 0, 1, 7});
  std::string bytes;
  builder.save(bytes);
  const auto load = [](std::string changed) {
    ByteReader reader(changed, "doc");
    BlockBuilder<double> other({.order = 2, .block = 4});
    other.load(reader);
    EXPECT_TRUE(reader.at_end());
  };
  load(bytes);
  std::string many = bytes;
  many[21] = 4;  // as many cells as close a block
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { load(many); }),
              HasSubstr("more samples wait than a block takes"));
  std::string kind = bytes;
  kind[12] = 3;
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { load(kind); }),
              HasSubstr("an unknown kind of cells"));
}

}  // namespace
}  // namespace yonder::memory::internal
