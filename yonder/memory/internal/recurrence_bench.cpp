// SPDX-License-Identifier: Apache-2.0
// Nanoseconds per channel and step of the recurrences: legs-step and legt by the bilinear rule (the
// state is there after every step), and exact blocks.
#include "yonder/memory/internal/recurrence.h"

#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

namespace yonder::memory::internal {
namespace {

constexpr int64_t kSteps = 4096;

template <typename Scalar>
void run(benchmark::State& state, const std::string& measure, const std::string& rule) {
  StreamOptions options;
  options.measure = measure;
  options.rule = rule;
  options.order = state.range(0);
  const int64_t channels = state.range(1);
  std::vector<Scalar> samples(static_cast<size_t>(kSteps * channels));
  for (size_t i = 0; i < samples.size(); ++i) {
    samples[i] = static_cast<Scalar>(std::sin(0.01 * static_cast<double>(i)));
  }
  const auto engine = make_recurrence<Scalar>(options, channels);
  double begin = 0;
  for (auto _ : state) {
    engine->push({samples, {}, begin, 1, kSteps});
    begin += static_cast<double>(kSteps);
  }
  state.SetItemsProcessed(state.iterations() * kSteps * channels);
  state.counters["ns"] =
      benchmark::Counter(static_cast<double>(state.iterations() * kSteps * channels) * 1e-9,
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void sizes(benchmark::internal::Benchmark* b) {
  b->Args({64, 1})->Args({64, 16})->Args({64, 64})->Args({256, 1})->Args({256, 16})->Args(
      {256, 64});
}

void f32(benchmark::State& state, const char* measure, const char* rule) {
  run<float>(state, measure, rule);
}
void f64(benchmark::State& state, const char* measure, const char* rule) {
  run<double>(state, measure, rule);
}

BENCHMARK_CAPTURE(f32, legs_step_bilinear, "legs-step", "bilinear")->Apply(sizes);
BENCHMARK_CAPTURE(f32, legt_bilinear, "legt:1000", "bilinear")->Apply(sizes);
BENCHMARK_CAPTURE(f64, legt_bilinear, "legt:1000", "bilinear")->Apply(sizes);
BENCHMARK_CAPTURE(f32, fout_bilinear, "fout:1000", "bilinear")->Apply(sizes);
BENCHMARK_CAPTURE(f32, legt_zoh, "legt:1000", "zoh")->Apply(sizes);

}  // namespace
}  // namespace yonder::memory::internal
