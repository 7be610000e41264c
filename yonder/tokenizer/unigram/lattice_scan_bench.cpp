// SPDX-License-Identifier: Apache-2.0
// Speed of the kernel's passes over real text: the licence texts of a Debian system, with a
// vocabulary trained on them. Comparisons with peers are in benchmarks/tokenizer.
#include "yonder/base/file.h"
#include "yonder/tokenizer/bnlm/trainer.h"
#include "yonder/tokenizer/tokenizer.h"

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

namespace yonder::tokenizer {
namespace {

constexpr const char* kText = "/usr/share/common-licenses/GPL-3";

const Tokenizer& trained() {
  static const Tokenizer tokenizer = [] {
    const TemporaryFolder folder;
    TrainOptions options;
    options.input = {kText};
    options.out = folder.path() / "licence.model";
    options.vocab_size = {4000};
    train(options, nullptr);
    return Tokenizer::load(options.out, {.cache = "off"});
  }();
  return tokenizer;
}

void encode(benchmark::State& state, const EncodeOptions& options) {
  const std::string text = read_file(kText);
  std::vector<uint32_t> ids;
  for (auto _ : state) {
    ids.clear();
    trained().encode(text, ids, options);
    benchmark::DoNotOptimize(ids.data());
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * text.size()));
}

BENCHMARK_CAPTURE(encode, best, EncodeOptions{});
BENCHMARK_CAPTURE(encode, sampled_at_0_1, EncodeOptions{.sample = true, .alpha = 0.1});
BENCHMARK_CAPTURE(encode, sampled_at_1, EncodeOptions{.sample = true, .alpha = 1});
BENCHMARK_CAPTURE(encode, uniform, EncodeOptions{.uniform = true});

}  // namespace
}  // namespace yonder::tokenizer
