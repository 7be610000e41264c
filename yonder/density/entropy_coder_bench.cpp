// SPDX-License-Identifier: Apache-2.0
// Coding of 4 million draws at two steps; bytes/s counts 2 bytes per number, as coders of 16-bit
// symbols do. "symbols" is the coder alone, "values" all the way from doubles to a file and back.
#include "yonder/base/random.h"
#include "yonder/density/entropy_coder.h"
#include "yonder/density/internal/optimal_frequencies.h"
#include "yonder/density/internal/rans.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <complex>

namespace yonder::density {
namespace {

constexpr size_t kCount = 4'000'000;

Model model() {
  return {Domain{}, BaseDistribution(1, {0.2, 1.5}),
          std::vector<std::complex<double>>{1, {0.5, -0.25}, {0, 0.3}}};
}

std::vector<double> draws() {
  std::vector<double> values(kCount);
  model().sample(1, 0, values);
  return values;
}

// About `bits` bits of entropy, in 2^(bits + 1) symbols of a bell shape.
internal::Frequencies bell(int bits, int precision) {
  std::vector<double> probabilities(size_t{2} << bits);
  for (size_t k = 0; k < probabilities.size(); ++k) {
    const double t = 8 * (static_cast<double>(k) + 0.5) / static_cast<double>(probabilities.size());
    probabilities[k] = std::exp(-(t - 4) * (t - 4) / 2);
  }
  return internal::optimal_frequencies(probabilities, precision);
}

std::vector<uint32_t> draw_symbols(const internal::Frequencies& frequencies) {
  std::vector<uint32_t> symbol_of_slot;
  for (uint32_t symbol = 0; symbol < frequencies.counts.size(); ++symbol) {
    symbol_of_slot.insert(symbol_of_slot.end(), frequencies.counts[symbol], symbol);
  }
  Rng rng(1);
  std::vector<uint32_t> symbols(kCount);
  for (uint32_t& symbol : symbols) {
    symbol = symbol_of_slot[rng.below(symbol_of_slot.size())];
  }
  return symbols;
}

void count_symbols(benchmark::State& state) {
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(2 * kCount));
}

void BM_EncodeSymbols(benchmark::State& state) {
  const internal::Frequencies frequencies =
      bell(static_cast<int>(state.range(0)), static_cast<int>(state.range(1)));
  const std::vector<uint32_t> symbols = draw_symbols(frequencies);
  for (auto _ : state) {
    internal::RansEncoder encoder(frequencies);
    encoder.encode_tail({});
    for (size_t last = kCount; last > 0; last -= 4000) {
      encoder.encode(std::span(symbols).subspan(last - 4000, 4000));
    }
    benchmark::DoNotOptimize(encoder.finish());
  }
  count_symbols(state);
}

void BM_DecodeSymbols(benchmark::State& state) {
  const internal::Frequencies frequencies =
      bell(static_cast<int>(state.range(0)), static_cast<int>(state.range(1)));
  internal::RansEncoder encoder(frequencies);
  encoder.encode_tail({});
  encoder.encode(draw_symbols(frequencies));
  const std::string payload = encoder.finish();
  std::vector<uint32_t> block(4000);
  for (auto _ : state) {
    internal::RansDecoder decoder(frequencies, payload, "benchmark");
    for (size_t first = 0; first < kCount; first += block.size()) {
      decoder.decode(block);
    }
    decoder.decode_tail({});
  }
  count_symbols(state);
}

void BM_EncodeValues(benchmark::State& state) {
  const std::vector<double> values = draws();
  const EncodeOptions options = {.step = 1.0 / static_cast<double>(state.range(0))};
  for (auto _ : state) {
    benchmark::DoNotOptimize(encode(model(), values, options));
  }
  count_symbols(state);
}

void BM_DecodeValues(benchmark::State& state) {
  const std::string bytes =
      encode(model(), draws(), {.step = 1.0 / static_cast<double>(state.range(0))});
  for (auto _ : state) {
    benchmark::DoNotOptimize(decode(bytes, "benchmark"));
  }
  count_symbols(state);
}

BENCHMARK(BM_EncodeSymbols)
    ->ArgNames({"bits", "precision"})
    ->Args({5, 16})
    ->Args({8, 16})
    ->Args({12, 20});
BENCHMARK(BM_DecodeSymbols)
    ->ArgNames({"bits", "precision"})
    ->Args({5, 16})
    ->Args({8, 16})
    ->Args({12, 20});
BENCHMARK(BM_EncodeValues)->ArgName("steps_per_unit")->Arg(10)->Arg(50);
BENCHMARK(BM_DecodeValues)->ArgName("steps_per_unit")->Arg(10)->Arg(50);

}  // namespace
}  // namespace yonder::density
