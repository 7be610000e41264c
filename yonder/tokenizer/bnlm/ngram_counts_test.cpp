// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/bnlm/ngram_counts.h"

#include "tests/documented_dump.h"
#include "tests/error_text.h"
#include "yonder/base/file.h"
#include "yonder/tokenizer/bnlm/training_text.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace yonder::tokenizer {
namespace {

using ::testing::HasSubstr;
using Windows = std::map<uint64_t, uint64_t>;

ChunkBatch batch_of(const std::vector<std::string>& chunks) {
  ChunkBatch batch;
  for (const std::string& chunk : chunks) {
    batch.bytes += chunk;
    batch.ends.push_back(static_cast<uint32_t>(batch.bytes.size()));
  }
  batch.seal();
  return batch;
}

std::string window_text(uint64_t key, int order) {
  std::string bytes;
  for (int i = order; i > order - ngram_length(key); --i) {
    bytes += static_cast<char>(key >> (8 * i - 5));
  }
  return bytes;
}

RC_GTEST_PROP(WindowCounter, EqualsThePlainCountForAnyOrderAndTableSize, ()) {
  const int order = *rc::gen::inRange(1, 8);
  const auto max_bytes = *rc::gen::element<size_t>(0, 20000, 1 << 20);
  std::vector<std::string> chunks = *rc::gen::container<std::vector<std::string>>(
      rc::gen::container<std::string>(rc::gen::element('\0', 'a', 'b', '\xff')));
  chunks.push_back(vector_text().substr(0, *rc::gen::inRange<size_t>(0, 4000)));
  std::map<std::string, uint64_t> expected;
  for (const std::string& chunk : chunks) {
    for (size_t i = 0; i < chunk.size(); ++i) {
      ++expected[chunk.substr(i, static_cast<size_t>(order))];
    }
  }
  std::map<std::string, uint64_t> found;
  WindowCounter counter(order, max_bytes, [&](std::span<const NgramCount> sorted) {
    uint64_t last = 0;
    for (const NgramCount& window : sorted) {
      RC_ASSERT(window.key > last);
      last = window.key;
      found[window_text(window.key, order)] += window.count;
    }
  });
  counter.add(batch_of(chunks));
  counter.add(batch_of(chunks));
  counter.drain();
  for (auto& [window, count] : expected) {
    count *= 2;
  }
  RC_ASSERT(found == expected);
  RC_ASSERT(counter.distinct() == 0U);
}

TEST(WindowCounter, KeysSortAsTheBytesDo) {
  const int order = 3;
  std::vector<std::string> windows = {
      std::string("\0", 1), std::string("\0\0", 2), "a", "a\x01", "ab", "abc", "b", "\xff\xff\xff"};
  std::vector<uint64_t> keys;
  for (std::string window : windows) {
    const auto length = static_cast<int>(window.size());
    window.resize(8);
    keys.push_back(window_key(load_big_endian(window.data()), length, order));
    EXPECT_EQ(window_text(keys.back(), order), window.substr(0, static_cast<size_t>(length)));
  }
  EXPECT_TRUE(std::is_sorted(keys.begin(), keys.end()));
}

TEST(SortNgrams, SortsManyItems) {
  std::vector<NgramCount> items;
  uint64_t x = 1;
  for (uint64_t i = 0; i < 100000; ++i) {
    x = x * 6364136223846793005U + 1442695040888963407U;
    items.push_back({i % 3 == 0 ? x >> 13 : x >> 50, i});
  }
  std::vector<NgramCount> expected = items;
  const auto less = [](const NgramCount& a, const NgramCount& b) {
    return a.key != b.key ? a.key < b.key : a.count < b.count;
  };
  sort_ngrams(items, 51);
  EXPECT_TRUE(
      std::is_sorted(items.begin(), items.end(),
                     [](const NgramCount& a, const NgramCount& b) { return a.key < b.key; }));
  std::sort(items.begin(), items.end(), less);
  std::sort(expected.begin(), expected.end(), less);
  EXPECT_EQ(items, expected);
}

std::string count_file_bytes(const std::vector<std::string>& chunks,
                             const CountSettings& settings) {
  const TemporaryFolder folder;
  CountFileWriter writer(folder.path() / "x.ync", settings);
  WindowCounter counter(settings.order, size_t{64} << 20,
                        [&](std::span<const NgramCount> sorted) { writer.add(sorted); });
  counter.add(batch_of(chunks));
  counter.drain();
  writer.commit();
  return read_file(folder.path() / "x.ync");
}

std::vector<NgramCount> read_all(const CountFile& file) {
  std::vector<NgramCount> all;
  const auto source = file.source();
  for (auto block = source->next(); !block.empty(); block = source->next()) {
    all.insert(all.end(), block.begin(), block.end());
  }
  return all;
}

TEST(CountFile, IsTheOneOfItsDocument) {
  EXPECT_EQ(count_file_bytes({"abab"}, {2, false, false}),
            documented_dump("docs/formats/ngram_counts.md"));
}

TEST(CountFile, GivesBackItsWindowsAndSettings) {
  const CountSettings settings{6, true, true};
  std::vector<std::string> chunks;
  for (int i = 0; i < 5000; ++i) {
    chunks.push_back(std::to_string(i * 7919));
  }
  const std::string bytes = count_file_bytes(chunks, settings);
  const CountFile file(bytes, "x.ync");
  EXPECT_EQ(file.settings(), settings);
  const std::vector<NgramCount> windows = read_all(file);
  EXPECT_EQ(windows.size(), file.windows());
  Windows expected;
  WindowCounter counter(6, size_t{64} << 20, [](std::span<const NgramCount>) { FAIL(); });
  counter.add(batch_of(chunks));
  const auto sorted = counter.sorted();
  EXPECT_TRUE(std::equal(windows.begin(), windows.end(), sorted.begin(), sorted.end()));
}

TEST(CountFile, OfNoTextIsReadable) {
  const std::string bytes = count_file_bytes({}, {6, false, false});
  const CountFile file(bytes, "x.ync");
  EXPECT_TRUE(read_all(file).empty());
  EXPECT_EQ(file.total(), 0U);
}

TEST(CountFile, NoticesEveryDamagedByteThatMatters) {
  const std::string good = count_file_bytes({"abcabcabd", "xyz"}, {3, false, false});
  const std::vector<NgramCount> windows = read_all(CountFile(good, "x.ync"));
  for (size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 0x04);
    try {
      // Padding is not looked at; whatever is accepted must be the truth.
      EXPECT_EQ(read_all(CountFile(bad, "x.ync")), windows);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind, ErrorKind::bad_data);
      EXPECT_THAT(error.what(), HasSubstr("x.ync"));
    }
    EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { CountFile(good.substr(0, i), "x.ync"); }),
                HasSubstr("x.ync"));
  }
}

}  // namespace
}  // namespace yonder::tokenizer
