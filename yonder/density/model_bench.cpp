// SPDX-License-Identifier: Apache-2.0
// Items per second of what a model is asked most: on an interval of order 14 and 75, and on the
// line with every kind of base.
#include "yonder/base/random.h"
#include "yonder/density/model.h"

#include <benchmark/benchmark.h>

#include <cmath>
#include <complex>
#include <vector>

namespace yonder::density {
namespace {

std::vector<std::complex<double>> coefficients(int64_t order) {
  Rng rng(1);
  std::vector<std::complex<double>> b = {1};
  for (int64_t k = 1; k <= order; ++k) {
    b.push_back(std::complex<double>(rng.normal(), rng.normal()) /
                std::sqrt(static_cast<double>(order)));
  }
  return b;
}

/// family 0: an interval; else the number of a base.
Model model(int64_t order, int64_t family) {
  if (family == 0) {
    return Model(Domain::parse("interval:0:1"), std::nullopt, coefficients(order));
  }
  const std::vector<double> parameters = family == 4 ? std::vector<double>{0, 1, 3}
                                         : family == 6
                                             ? std::vector<double>{0.5, -1, 0.5, 0.5, 1, 0.5}
                                             : std::vector<double>{0, 1};
  return Model({}, BaseDistribution(static_cast<uint8_t>(family), parameters), coefficients(order));
}

constexpr size_t kPoints = 100000;

void sample(benchmark::State& state) {
  const Model m = model(state.range(0), state.range(1));
  std::vector<double> y(kPoints);
  for (auto _ : state) {
    m.sample(1, 0, y);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kPoints));
}

template <void (Model::*Function)(std::span<const double>, std::span<double>) const>
void evaluate(benchmark::State& state) {
  const Model m = model(state.range(0), state.range(1));
  std::vector<double> y(kPoints);
  std::vector<double> out(kPoints);
  m.sample(1, 0, y);
  for (auto _ : state) {
    (m.*Function)(y, out);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kPoints));
}

void modes(benchmark::State& state) {
  for (auto _ : state) {  // with a fresh table each time
    benchmark::DoNotOptimize(model(state.range(0), state.range(1)).modes());
  }
}

void all_models(benchmark::internal::Benchmark* b) {
  b->ArgNames({"order", "base"})->Args({14, 0})->Args({75, 0});
  for (int64_t family = 1; family <= 6; ++family) {
    b->Args({14, family});
  }
}

BENCHMARK(sample)->Apply(all_models);
BENCHMARK(evaluate<&Model::logpdf>)->Name("logpdf")->Apply(all_models);
BENCHMARK(evaluate<&Model::cdf>)->Name("cdf")->Apply(all_models);
BENCHMARK(modes)->Apply(all_models);

}  // namespace
}  // namespace yonder::density
