// SPDX-License-Identifier: Apache-2.0
// Speed of the engine by itself: words as a split pattern cuts them, out of the cache and merged
// anew, long runs, dropout, and loading. The text is the licence texts of a Debian system, the
// merges are learned from it here. Comparisons with other programs are in benchmarks/tokenizer.
#include "yonder/base/file.h"
#include "yonder/tokenizer/bpe/byte_pair.h"
#include "yonder/tokenizer/rules/split_pattern.h"

#include <benchmark/benchmark.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace yonder::tokenizer {
namespace {

const std::string& text() {
  static const std::string kText = read_file("/usr/share/common-licenses/GPL-3");
  return kText;
}

std::vector<std::string_view> words() {
  std::vector<ByteSpan> spans;
  SplitPattern::gpt2().find_all(text(), spans);
  std::vector<std::string_view> words;
  for (const ByteSpan span : spans) {
    words.push_back(std::string_view(text()).substr(span.begin, span.end - span.begin));
  }
  return words;
}

/// The 256 bytes and 1,000 merges, each of the most frequent pair.
const BytePairVocabulary& vocabulary() {
  static const BytePairVocabulary kVocabulary = [] {
    BytePairVocabulary learned;
    for (int byte = 0; byte < 256; ++byte) {
      learned.pieces.emplace_back(1, static_cast<char>(byte));
    }
    std::vector<std::vector<uint32_t>> symbols;
    for (const std::string_view word : words()) {
      symbols.emplace_back();
      for (const char byte : word) {
        symbols.back().push_back(static_cast<unsigned char>(byte));
      }
    }
    for (int merge = 0; merge < 1000; ++merge) {
      std::map<std::pair<uint32_t, uint32_t>, int> counts;
      std::pair<uint32_t, uint32_t> best;
      int most = 0;
      for (const auto& word : symbols) {
        for (size_t i = 1; i < word.size(); ++i) {
          const int count = ++counts[{word[i - 1], word[i]}];
          if (count > most) {
            most = count;
            best = {word[i - 1], word[i]};
          }
        }
      }
      const auto result = static_cast<uint32_t>(learned.pieces.size());
      learned.pieces.push_back(learned.pieces[best.first] + learned.pieces[best.second]);
      learned.merges.push_back(best);
      for (auto& word : symbols) {
        for (size_t i = 1; i < word.size(); ++i) {
          if (word[i - 1] == best.first && word[i] == best.second) {
            word[i - 1] = result;
            word.erase(word.begin() + static_cast<std::ptrdiff_t>(i));
          }
        }
      }
    }
    return learned;
  }();
  return kVocabulary;
}

const std::shared_ptr<const BytePairModel>& model() {
  static const auto kModel =
      std::make_shared<const BytePairModel>(vocabulary(), BytePairOptions{}, "licence");
  return kModel;
}

void encode_words(benchmark::State& state, BytePairEncoder encoder) {
  const std::vector<std::string_view> all = words();
  std::vector<uint32_t> ids;
  for (auto _ : state) {
    ids.clear();
    for (const std::string_view word : all) {
      encoder.encode(word, ids);
    }
    benchmark::DoNotOptimize(ids.data());
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * text().size()));
}

void encode_cached(benchmark::State& state) { encode_words(state, BytePairEncoder(model())); }
void encode_with_dropout(benchmark::State& state) {
  encode_words(state, BytePairEncoder(model(), {.probability = 0.1}));
}

void encode_text_as_one_word(benchmark::State& state) {
  BytePairEncoder encoder(model());
  std::vector<uint32_t> ids;
  for (auto _ : state) {
    ids.clear();
    encoder.encode(text(), ids);
    benchmark::DoNotOptimize(ids.data());
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * text().size()));
}

/// A word of one letter; every pair of equal pieces of up to 256 letters merges.
void encode_run(benchmark::State& state) {
  BytePairVocabulary doubling{.pieces = {"a"}};
  for (uint32_t id = 0; id < 8; ++id) {
    doubling.pieces.push_back(doubling.pieces[id] + doubling.pieces[id]);
    doubling.merges.emplace_back(id, id);
  }
  BytePairEncoder encoder(
      std::make_shared<const BytePairModel>(doubling, BytePairOptions{}, "doubling"));
  const std::string run(static_cast<size_t>(state.range(0)), 'a');
  std::vector<uint32_t> ids;
  for (auto _ : state) {
    ids.clear();
    encoder.encode(run, ids);
    benchmark::DoNotOptimize(ids.data());
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}

void load_model(benchmark::State& state) {
  for (auto _ : state) {
    BytePairModel loaded(vocabulary(), {}, "licence");
    benchmark::DoNotOptimize(&loaded);
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * vocabulary().pieces.size()));
}

BENCHMARK(encode_cached);
BENCHMARK(encode_with_dropout);
BENCHMARK(encode_text_as_one_word);
BENCHMARK(encode_run)->RangeMultiplier(2)->Range(1 << 17, 1 << 21)->Unit(benchmark::kMillisecond);
BENCHMARK(load_model)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace yonder::tokenizer
