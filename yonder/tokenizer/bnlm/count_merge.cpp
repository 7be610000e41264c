// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/bnlm/count_merge.h"

#include <algorithm>
#include <utility>

namespace yonder::tokenizer {
namespace {

class MemorySource : public NgramSource {
 public:
  explicit MemorySource(std::span<const NgramCount> sorted) : sorted_(sorted) {}
  std::span<const NgramCount> next() override {
    return std::exchange(sorted_, std::span<const NgramCount>());
  }

 private:
  std::span<const NgramCount> sorted_;
};

class RunSource : public NgramSource {
 public:
  explicit RunSource(const std::filesystem::path& path) : reader_(path) {}
  std::span<const NgramCount> next() override {
    if (!reader_.next(items_)) {
      items_.clear();
    }
    return items_;
  }

 private:
  RunReader reader_;
  std::vector<NgramCount> items_;
};

/// The head of a source within the heap.
struct Head {
  uint64_t key = 0;
  const NgramCount* item = nullptr;
  const NgramCount* end = nullptr;
  NgramSource* source = nullptr;

  bool load() {
    const std::span<const NgramCount> block = source->next();
    item = block.data();
    end = block.data() + block.size();
    key = block.empty() ? 0 : item->key;
    return !block.empty();
  }
  /// False at the end of the source.
  bool step() {
    if (++item == end) {
      return load();
    }
    key = item->key;
    return true;
  }
};

void sift_down(std::vector<Head>& heap, size_t place) {
  const Head moved = heap[place];
  const size_t size = heap.size();
  for (size_t child = 2 * place + 1; child < size; child = 2 * place + 1) {
    if (child + 1 < size && heap[child + 1].key < heap[child].key) {
      ++child;
    }
    if (moved.key <= heap[child].key) {
      break;
    }
    heap[place] = heap[child];
    place = child;
  }
  heap[place] = moved;
}

}  // namespace

std::unique_ptr<NgramSource> memory_source(std::span<const NgramCount> sorted) {
  return std::make_unique<MemorySource>(sorted);
}

std::unique_ptr<NgramSource> run_source(const std::filesystem::path& path) {
  return std::make_unique<RunSource>(path);
}

void merge_ngrams(const std::vector<std::unique_ptr<NgramSource>>& sources,
                  const std::function<void(std::span<const NgramCount>)>& sink) {
  std::vector<Head> heap;
  for (const auto& source : sources) {
    Head head{0, nullptr, nullptr, source.get()};
    if (head.load()) {
      heap.push_back(head);
    }
  }
  for (size_t i = heap.size(); i-- > 0;) {
    sift_down(heap, i);
  }
  std::vector<NgramCount> block;
  block.reserve(kBlockItems);
  while (!heap.empty()) {
    NgramCount sum{heap[0].key, 0};
    while (!heap.empty() && heap[0].key == sum.key) {
      sum.count += heap[0].item->count;
      if (!heap[0].step()) {
        heap[0] = heap.back();
        heap.pop_back();
        if (heap.empty()) {
          break;
        }
      }
      sift_down(heap, 0);
    }
    block.push_back(sum);
    if (block.size() == kBlockItems) {
      sink(block);
      block.clear();
    }
  }
  if (!block.empty()) {
    sink(block);
  }
}

PrefixCounts::PrefixCounts(int order, uint64_t min_count, Sink sink)
    : order_(order), min_count_(min_count), sink_(std::move(sink)) {}

void PrefixCounts::add(std::span<const NgramCount> windows) {
  for (const NgramCount& window : windows) {
    total_ += window.count;
    const int length = ngram_length(window.key);
    for (int j = 1; j <= length; ++j) {
      NgramCount& group = group_[static_cast<size_t>(j)];
      const uint64_t key = prefix_of_window(window.key, j, order_);
      if (group.key != key) {
        end_group(j);
        group.key = key;
      }
      group.count += window.count;
    }
  }
}

void PrefixCounts::end_group(int length) {
  NgramCount& group = group_[static_cast<size_t>(length)];
  if (length == 1) {
    single_[group.key >> 3] += group.count;
  } else if (group.count > 0 && group.count >= min_count_) {
    keep(group);
  }
  group = {};
}

void PrefixCounts::finish() {
  for (int j = 1; j <= order_; ++j) {
    end_group(j);
  }
  for (uint64_t byte = 0; byte < 256; ++byte) {
    total_ += single_[byte] == 0 ? 1 : 0;
    keep({byte << 3 | 1, std::max<uint64_t>(single_[byte], 1)});
  }
}

void PrefixCounts::keep(NgramCount ngram) {
  sink_(ngram);
  ++kept_;
  ++kept_by_length_[static_cast<size_t>(ngram_length(ngram.key))];
}

}  // namespace yonder::tokenizer
