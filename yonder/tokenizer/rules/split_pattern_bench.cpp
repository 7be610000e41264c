// SPDX-License-Identifier: Apache-2.0
// Speed of split patterns over the licence text of a Debian system: the scanners, and PCRE2 with
// the same expression (written in a form that is not recognised).
#include "yonder/base/file.h"
#include "yonder/tokenizer/rules/split_pattern.h"

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

namespace yonder::tokenizer {
namespace {

constexpr const char* kLlama3 =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|)"
    R"( ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";

void find_all(benchmark::State& state, const SplitPattern& pattern) {
  const std::string text = read_file("/usr/share/common-licenses/GPL-3");
  std::vector<ByteSpan> words;
  for (auto _ : state) {
    words.clear();
    pattern.find_all(text, words);
    benchmark::DoNotOptimize(words.data());
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * text.size()));
}

BENCHMARK_CAPTURE(find_all, gpt2, SplitPattern::gpt2());
BENCHMARK_CAPTURE(find_all, llama3, SplitPattern(kLlama3));
BENCHMARK_CAPTURE(find_all, llama3_in_pcre2, SplitPattern("(?:" + std::string(kLlama3) + ")"));

}  // namespace
}  // namespace yonder::tokenizer
