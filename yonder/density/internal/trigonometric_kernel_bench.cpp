// SPDX-License-Identifier: Apache-2.0
// Nanoseconds per point (items/s) of the kernels on uniform random points, by order N; above
// 192 the public functions take the non-uniform FFT.
#include "yonder/base/random.h"
#include "yonder/density/internal/nonuniform_fft.h"
#include "yonder/density/internal/trigonometric_kernel.h"

#include <benchmark/benchmark.h>

#include <vector>

namespace yonder::density::internal {
namespace {

struct Input {
  std::vector<std::complex<double>> b;
  std::vector<double> x, w;

  explicit Input(const benchmark::State& state)
      : b(static_cast<size_t>(state.range(0)) + 1), x(20000), w(x.size(), 1.0 / 20000) {
    Rng rng(1);
    for (std::complex<double>& value : b) {
      value = {rng.normal(), rng.normal()};
    }
    b[0] = static_cast<double>(b.size());
    for (double& value : x) {
      value = 2 * rng.uniform() - 1;
    }
  }
  void count(benchmark::State& state) const {
    state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(x.size()));
  }
};

void squared_magnitude_at_order(benchmark::State& state) {
  const Input input(state);
  std::vector<double> out(input.x.size());
  for (auto _ : state) {
    squared_magnitude(input.b, input.x, out);
    benchmark::DoNotOptimize(out.data());
  }
  input.count(state);
}

void log_squared_magnitude_at_order(benchmark::State& state) {
  const Input input(state);
  std::vector<double> out(input.x.size());
  for (auto _ : state) {
    log_squared_magnitude(input.b, input.x, out);
    benchmark::DoNotOptimize(out.data());
  }
  input.count(state);
}

void gradient_sums_at_order(benchmark::State& state) {
  const Input input(state);
  std::vector<std::complex<double>> inverse(input.b.size());
  for (auto _ : state) {
    benchmark::DoNotOptimize(likelihood_sums(input.b, input.x, input.w, {inverse, {}, {}}));
  }
  input.count(state);
}

void newton_sums_at_order(benchmark::State& state) {
  const Input input(state);
  std::vector<std::complex<double>> inverse(input.b.size());
  std::vector<std::complex<double>> squared(2 * input.b.size() - 1);
  for (auto _ : state) {
    benchmark::DoNotOptimize(likelihood_sums(input.b, input.x, input.w, {inverse, squared, {}}));
  }
  input.count(state);
}

void log_squared_magnitude_by_fft_at_order(benchmark::State& state) {
  const Input input(state);
  std::vector<double> out(input.x.size());
  for (auto _ : state) {
    log_squared_magnitude_by_fft(input.b, input.x, out);
    benchmark::DoNotOptimize(out.data());
  }
  input.count(state);
}

void newton_sums_by_fft_at_order(benchmark::State& state) {
  const Input input(state);
  std::vector<std::complex<double>> inverse(input.b.size());
  std::vector<std::complex<double>> squared(2 * input.b.size() - 1);
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        likelihood_sums_by_fft(input.b, input.x, input.w, {inverse, squared, {}}));
  }
  input.count(state);
}

#define YONDER_ORDERS Arg(0)->Arg(14)->Arg(50)->Arg(75)->Arg(256)->Unit(benchmark::kMicrosecond)
BENCHMARK(squared_magnitude_at_order)->YONDER_ORDERS;
BENCHMARK(log_squared_magnitude_at_order)->YONDER_ORDERS;
BENCHMARK(gradient_sums_at_order)->YONDER_ORDERS;
BENCHMARK(newton_sums_at_order)->YONDER_ORDERS;
#define YONDER_HIGH_ORDERS Arg(192)->Arg(256)->Arg(1024)->Arg(16384)->Unit(benchmark::kMicrosecond)
BENCHMARK(log_squared_magnitude_by_fft_at_order)->YONDER_HIGH_ORDERS;
BENCHMARK(newton_sums_by_fft_at_order)->YONDER_HIGH_ORDERS;

}  // namespace
}  // namespace yonder::density::internal
