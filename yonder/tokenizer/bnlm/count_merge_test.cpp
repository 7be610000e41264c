// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/bnlm/count_merge.h"

#include "yonder/tokenizer/bnlm/bnlm_reference.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace yonder::tokenizer {
namespace {

RC_GTEST_PROP(MergeNgrams, AddsEqualKeysInAscendingOrder, ()) {
  std::map<uint64_t, uint64_t> expected;
  std::vector<std::vector<NgramCount>> sorted;
  for (int lists = *rc::gen::inRange(0, 20); lists > 0; --lists) {
    std::map<uint64_t, uint64_t> list;
    for (const uint64_t key :
         *rc::gen::container<std::vector<uint64_t>>(rc::gen::inRange<uint64_t>(1, 50))) {
      list[key] += key % 7 + 1;
    }
    sorted.emplace_back();
    for (const auto& [key, count] : list) {
      sorted.back().push_back({key, count});
      expected[key] += count;
    }
  }
  std::vector<std::unique_ptr<NgramSource>> sources;
  for (const auto& list : sorted) {
    sources.push_back(memory_source(list));
  }
  std::vector<NgramCount> merged;
  merge_ngrams(sources, [&](std::span<const NgramCount> items) {
    merged.insert(merged.end(), items.begin(), items.end());
  });
  RC_ASSERT(merged.size() == expected.size());
  size_t i = 0;
  for (const auto& [key, count] : expected) {
    RC_ASSERT(merged[i++] == (NgramCount{key, count}));
  }
}

RC_GTEST_PROP(PrefixCounts, EqualThePlainCountsOfAllOrders, ()) {
  const int order = *rc::gen::inRange(1, 8);
  const auto min_count = *rc::gen::inRange<uint64_t>(1, 4);
  // Zero bytes matter: the padding of short windows looks like them.
  const auto chunks = *rc::gen::container<std::vector<std::string>>(
      rc::gen::container<std::string>(rc::gen::element('\0', 'a', '\xff')));
  std::map<uint64_t, uint64_t> windows;
  for (const std::string& chunk : chunks) {
    for (size_t i = 0; i < chunk.size(); ++i) {
      std::string window = chunk.substr(i, static_cast<size_t>(order));
      const auto length = static_cast<int>(window.size());
      window.resize(8);
      ++windows[window_key(load_big_endian(window.data()), length, order)];
    }
  }
  NgramMap found;
  PrefixCounts prefixes(order, min_count, [&](NgramCount ngram) {
    std::string bytes;
    for (int i = ngram_length(ngram.key); i > 0; --i) {
      bytes += static_cast<char>(ngram.key >> (8 * i - 5));
    }
    RC_ASSERT(found.emplace(bytes, ngram.count).second);
  });
  for (const auto& [key, count] : windows) {
    const NgramCount window{key, count};
    prefixes.add({&window, 1});
  }
  prefixes.finish();

  NgramMap expected = count_ngrams_reference(chunks, order);
  uint64_t total = expected[""];
  expected.erase("");
  for (int byte = 0; byte < 256; ++byte) {
    total += expected.emplace(std::string(1, static_cast<char>(byte)), 1).second ? 1 : 0;
  }
  std::erase_if(expected,
                [&](const auto& item) { return item.first.size() > 1 && item.second < min_count; });
  RC_ASSERT(found == expected);
  RC_ASSERT(prefixes.total() == total);
  RC_ASSERT(prefixes.kept() == expected.size());
}

}  // namespace
}  // namespace yonder::tokenizer
