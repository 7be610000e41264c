// SPDX-License-Identifier: Apache-2.0
// Which library multiplies matrices how fast here: x [rows, in] times a weight [out, in]
// transposed, one thread, best of several rounds, GFLOP/s. What docs/decisions/0014 and
// yonder/nn/linear.cpp rest on.
#include "yonder/base/cpu.h"
#include "yonder/nn/linear.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <limits>

namespace {

double rate(int64_t rows, int64_t in, int64_t out, const std::function<at::Tensor()>& product) {
  const double flops = 2.0 * static_cast<double>(rows * in * out);
  const int repeats = static_cast<int>(1e9 / flops) + 1;
  double best = std::numeric_limits<double>::max();
  for (int round = 0; round < 7; ++round) {
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < repeats; ++i) {
      product();
    }
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
    best = std::min(best, time.count() / repeats);
  }
  return flops / best / 1e9;
}

}  // namespace

int main() {
  at::set_num_threads(1);
  const at::NoGradGuard no_grad;
  std::printf("%s (%s), one thread, GFLOP/s\n", yonder::cpu_name().c_str(),
              yonder::instruction_sets().c_str());
  std::printf("%8s%8s%8s%14s%14s%14s\n", "rows", "in", "out", "torch f32", "linear() f32",
              "linear() bf16");
  struct Shape {
    int64_t rows, in, out;
  };
  for (const Shape& s : {Shape{1024, 256, 704},
                         {1024, 704, 256},
                         {512, 576, 1536},
                         {1, 256, 704},
                         {1, 576, 1536},
                         {1024, 1024, 1024}}) {
    const at::Tensor x = at::rand({s.rows, s.in});
    const at::Tensor weight = at::rand({s.out, s.in});
    const at::Tensor narrow = weight.to(at::kBFloat16);
    std::printf(
        "%8ld%8ld%8ld%14.1f%14.1f%14.1f\n", s.rows, s.in, s.out,
        rate(s.rows, s.in, s.out, [&] { return at::linear(x, weight); }),
        rate(s.rows, s.in, s.out, [&] { return yonder::nn::linear(x, weight, {}, at::kFloat); }),
        rate(s.rows, s.in, s.out,
             [&] { return yonder::nn::linear(x, narrow, {}, at::kBFloat16); }));
  }
  return 0;
}
