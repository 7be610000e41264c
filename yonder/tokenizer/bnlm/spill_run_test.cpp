// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/bnlm/spill_run.h"

#include "tests/error_text.h"
#include "yonder/base/file.h"
#include "yonder/tokenizer/bnlm/piece_counts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

namespace yonder::tokenizer {
namespace {

using ::testing::HasSubstr;

std::vector<NgramCount> many_ngrams() {
  std::vector<NgramCount> items;
  uint64_t key = 1;
  for (uint64_t i = 0; i < 3 * kBlockItems + 5; ++i) {
    items.push_back({key, i % 7 == 0 ? UINT64_MAX - i : i + 1});
    key += i % 1000 == 0 ? uint64_t{1} << 40 : i + 1;
  }
  return items;
}

class SpillRunTest : public ::testing::Test {
 protected:
  std::vector<NgramCount> read_ngrams() const {
    RunReader reader(path());
    std::vector<NgramCount> all;
    std::vector<NgramCount> block;
    while (reader.next(block)) {
      all.insert(all.end(), block.begin(), block.end());
    }
    return all;
  }
  std::filesystem::path path() const { return folder_.path() / "x.run"; }
  TemporaryFolder folder_;
};

TEST_F(SpillRunTest, GivesBackItsNgrams) {
  const std::vector<NgramCount> items = many_ngrams();
  RunWriter writer(path());
  for (size_t i = 0; i < items.size(); i += 100) {
    writer.add(std::span(items).subspan(i, std::min<size_t>(100, items.size() - i)));
  }
  const uint64_t bytes = writer.finish();
  EXPECT_EQ(bytes, std::filesystem::file_size(path()));
  EXPECT_EQ(read_ngrams(), items);
}

TEST_F(SpillRunTest, GivesBackItsPieces) {
  std::vector<std::string> pieces;
  for (int i = 0; i < 3000; ++i) {
    pieces.push_back(std::to_string(i) + std::string(static_cast<size_t>(i % 50), '\0'));
  }
  pieces.emplace_back(100000, 'z');
  std::sort(pieces.begin(), pieces.end());
  RunWriter writer(path());
  for (const std::string& piece : pieces) {
    writer.add(piece, piece.size());
  }
  writer.finish();
  const auto source = piece_run_source(path());
  std::string_view piece;
  uint64_t count = 0;
  for (const std::string& expected : pieces) {
    ASSERT_TRUE(source->next(piece, count));
    ASSERT_EQ(piece, expected);
    ASSERT_EQ(count, expected.size());
  }
  EXPECT_FALSE(source->next(piece, count));
}

TEST_F(SpillRunTest, OfNothingIsEmpty) {
  EXPECT_EQ(RunWriter(path()).finish(), 0U);
  EXPECT_TRUE(read_ngrams().empty());
}

TEST_F(SpillRunTest, LeavesNoFileUnlessFinished) {
  const std::vector<NgramCount> items = many_ngrams();
  {
    RunWriter writer(path());
    writer.add(items);
  }
  EXPECT_FALSE(std::filesystem::exists(path()));
}

TEST_F(SpillRunTest, NoticesEveryDamagedByteAndEveryCut) {
  RunWriter writer(path());
  const std::vector<NgramCount> items = {{9, 1}, {17, 300}, {1000000, 5}};
  writer.add(items);
  writer.finish();
  const std::string good = read_file(path());
  for (size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 0x10);
    write_file(path(), bad);
    EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { read_ngrams(); }),
                HasSubstr("x.run: damaged"));
    if (i > 0) {
      write_file(path(), good.substr(0, i));
      EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { read_ngrams(); }), HasSubstr("damaged"));
    }
  }
}

TEST(Varint, CoversAll64BitsAndRefusesMore) {
  for (const uint64_t value : {uint64_t{0}, uint64_t{127}, uint64_t{128}, UINT64_MAX}) {
    std::string bytes;
    append_varint(bytes, value);
    size_t position = 0;
    uint64_t read = 1;
    EXPECT_TRUE(read_varint(bytes, position, read));
    EXPECT_EQ(read, value);
    EXPECT_EQ(position, bytes.size());
    position = 0;
    bytes.pop_back();
    EXPECT_FALSE(read_varint(bytes, position, read));
  }
  size_t position = 0;
  uint64_t read = 0;
  EXPECT_FALSE(read_varint(std::string(9, '\xff') + '\x02', position, read));
}

TEST(NgramBlock, RefusesItemsThatDoNotAscendOrCountNothing) {
  std::vector<NgramCount> out;
  EXPECT_TRUE(decode_ngrams(std::string("\x05\x01\x01\x02", 4), 2, out));
  EXPECT_EQ(out, (std::vector<NgramCount>{{5, 1}, {6, 2}}));
  EXPECT_FALSE(decode_ngrams(std::string("\x05\x01\x00\x02", 4), 2, out));
  EXPECT_FALSE(decode_ngrams(std::string("\x05\x01\x01\x00", 4), 2, out));
  EXPECT_FALSE(decode_ngrams(std::string("\x05\x01\x01\x02", 4), 1, out));
  EXPECT_FALSE(decode_ngrams(std::string("\x05\x01\x01\x02", 4), 3, out));
  EXPECT_FALSE(decode_ngrams(std::string(9, '\xff') + "\x01\x01\x01\x01", 2, out));
}

}  // namespace
}  // namespace yonder::tokenizer
