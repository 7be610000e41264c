// SPDX-License-Identifier: Apache-2.0
// What position schemes cost in attention alone, on one thread; compare.py runs it and knows the
// targets. Works of a section run in turns, round after round; outputs that must agree are compared
// first. "eager" is the published form of double attention in torch operations: whole matrices of
// logits, two of them for ReRoPE, and a choice between them.
//   attention_speed [--rounds N] [--longest T]
// Each work is a line of JSON: {"section", "row", "ms", "best", "ratio", "rate"}. Times are CPU
// milliseconds, median and least over rounds; ratio is the median over rounds of (time of the row /
// time of the section's first row in the same round); rate is in GFLOP/s or, where memory is read,
// GB/s.
#include "yonder/lm/blockwise_attention.h"
#include "yonder/nn/linear.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <functional>
#include <string>
#include <vector>

namespace {

using yonder::lm::attention;
using yonder::lm::PositionScheme;
using yonder::lm::RopeSpec;

constexpr int64_t kWidth = 64;
constexpr int64_t kWindow = 256;

double cpu_seconds() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

struct Work {
  std::string name;
  std::function<void()> run;
  double amount = 0;  // flops or bytes
  std::vector<double> seconds = {};
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// Each round runs each work once, after a run of it that is not counted, so that all find their
// caches warm. Prints the works.
void measure(const std::string& section, std::vector<Work> works, int rounds) {
  constexpr int kWarmUps = 3;
  for (int round = -kWarmUps; round < rounds; ++round) {
    for (Work& work : works) {
      work.run();
      const double start = cpu_seconds();
      work.run();
      if (round >= 0) {
        work.seconds.push_back(cpu_seconds() - start);
      }
    }
  }
  for (const Work& work : works) {
    std::vector<double> ratios;
    for (size_t round = 0; round < work.seconds.size(); ++round) {
      ratios.push_back(work.seconds[round] / works.front().seconds[round]);
    }
    const double time = median(work.seconds);
    std::printf(
        R"({"section": "%s", "row": "%s", "ms": %.4f, "best": %.4f, "ratio": %.4f, "rate": %.2f})"
        "\n",
        section.c_str(), work.name.c_str(), 1e3 * time,
        1e3 * *std::min_element(work.seconds.begin(), work.seconds.end()), median(ratios),
        work.amount / time / 1e9);
  }
  std::fflush(stdout);
}

at::Tensor half_turned(const at::Tensor& x, const at::Tensor& angles) {
  const at::Tensor a = x.slice(2, 0, kWidth / 2);
  const at::Tensor b = x.slice(2, kWidth / 2);
  return at::cat({a * angles.cos() - b * angles.sin(), b * angles.cos() + a * angles.sin()}, 2);
}

struct Eager {
  at::Tensor angles, mask, distance;

  Eager(const PositionScheme& rope, int64_t length) {
    const at::Tensor positions = at::arange(length, at::kFloat);
    const std::vector<double> theta = rope.theta_at(0).theta;
    angles = positions.unsqueeze(1) * at::tensor(theta).to(at::kFloat).unsqueeze(0);
    distance = positions.unsqueeze(1) - positions.unsqueeze(0);
    mask = at::full({length, length}, -INFINITY).triu(1);
  }
  at::Tensor plain(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) const {
    const at::Tensor logits =
        at::matmul(half_turned(q, angles), half_turned(k, angles).transpose(1, 2)) /
        std::sqrt(static_cast<double>(kWidth));
    return at::matmul(at::softmax(logits + mask, -1), v);
  }
  at::Tensor rerope(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) const {
    const double scale = std::sqrt(static_cast<double>(kWidth));
    const at::Tensor near =
        at::matmul(half_turned(q, angles), half_turned(k, angles).transpose(1, 2)) / scale;
    const at::Tensor far =
        at::matmul(half_turned(q, angles.slice(0, kWindow, kWindow + 1)), k.transpose(1, 2)) /
        scale;
    return at::matmul(at::softmax(at::where(distance < kWindow, near, far) + mask, -1), v);
  }
};

std::string window(const char* name, const char* rest = "") {
  return std::string(name) + ":w=" + std::to_string(kWindow) + rest;
}

void prefill(int64_t length, int rounds) {
  const RopeSpec rope{.dims = kWidth, .base = 1e4, .train_length = 512};
  const at::Tensor q = at::randn({1, length, kWidth});
  const at::Tensor k = at::randn({1, length, kWidth});
  const at::Tensor v = at::randn({1, length, kWidth});
  const auto t = static_cast<double>(length);
  std::vector<Work> works;
  for (const std::string& text :
       {std::string("rope"), window("rerope"), window("leaky", ",k=8"), window("selfext", ",G=8"),
        std::string("ntk+dyn:step=64"), std::string("ntk+dyn:step=1"), window("window")}) {
    const PositionScheme scheme = PositionScheme::parse(text, rope, length);
    works.push_back({text, [=] { attention(q, k, v, scheme, 0, {.threads = 1}); },
                     2.0 * kWidth * t * (t + 64)});
  }
  measure("prefill " + std::to_string(length), works, rounds);
}

// What the core can do: products of 1,024^3 by the two libraries at hand, and a stream of reads.
void core(int rounds) {
  const at::Tensor square = at::randn({1024, 1024});
  const double flops = 2.0 * 1024 * 1024 * 1024;
  measure("matrix product",
          {{"torch (OpenBLAS)", [=] { at::mm(square, square); }, flops},
           {"oneDNN", [=] { yonder::nn::linear(square, square, {}, at::kFloat); }, flops}},
          rounds);
  const at::Tensor words = at::ones({int64_t{1} << 26}, at::kInt);
  measure("read 256 MiB", {{"torch max", [=] { words.max(); }, 4.0 * (1 << 26)}}, rounds);
}

void against_eager(int64_t length, int rounds) {
  const RopeSpec rope{.dims = kWidth, .base = 1e4, .train_length = 512};
  const PositionScheme plain(rope);
  const PositionScheme rerope = PositionScheme::parse(window("rerope"), rope, length);
  const Eager eager(plain, length);
  const at::Tensor q = at::randn({1, length, kWidth});
  const at::Tensor k = at::randn({1, length, kWidth});
  const at::Tensor v = at::randn({1, length, kWidth});
  const auto ours = [=](const PositionScheme& scheme) {
    return attention(q, k, v, scheme, 0, {.threads = 1});
  };
  const double difference =
      std::max((ours(plain) - eager.plain(q, k, v)).abs().max().item<double>(),
               (ours(rerope) - eager.rerope(q, k, v)).abs().max().item<double>());
  if (!(difference < 1e-5)) {
    std::fprintf(stderr, "outputs differ by %g\n", difference);
    std::exit(1);
  }
  const std::string at = " " + std::to_string(length);
  measure("eager plain" + at,
          {{"yonder", [=] { ours(plain); }}, {"torch operations", [&] { eager.plain(q, k, v); }}},
          rounds);
  measure("eager rerope" + at,
          {{"yonder", [=] { ours(rerope); }}, {"torch operations", [&] { eager.rerope(q, k, v); }}},
          rounds);
}

void decode(int64_t heads, at::ScalarType type, int64_t length, int rounds) {
  const RopeSpec rope{.dims = kWidth, .base = 1e4, .train_length = 2048};
  const int64_t kv_heads = 16;
  const at::Tensor q = at::randn({heads, 1, kWidth});
  const at::Tensor cache = at::randn({2, kv_heads, length, kWidth}).to(type);
  const auto bytes = static_cast<double>(cache.numel()) * static_cast<double>(cache.element_size());
  const at::Tensor words =
      at::from_blob(cache.data_ptr(), {static_cast<int64_t>(bytes) / 4}, at::kInt);
  std::vector<Work> works;
  for (const std::string& text :
       {std::string("rope"), std::string("nope"), window("rerope"), window("leaky", ",k=8"),
        window("selfext", ",G=8"), std::string("ntk+dyn:step=64")}) {
    const PositionScheme scheme = PositionScheme::parse(text, rope, length);
    works.push_back({text,
                     [=] { attention(q, cache[0], cache[1], scheme, length - 1, {.threads = 1}); },
                     bytes});
  }
  works.push_back({"read", [=] { words.max(); }, bytes});
  const std::string name = std::string("decode ") + (type == at::kFloat ? "f32" : "bf16") + " " +
                           std::to_string(heads) + " " + std::to_string(length);
  measure(name, works, rounds);
}

}  // namespace

int main(int argc, char** argv) {
  int rounds = 9;
  int64_t longest = 16384;
  for (int n = 1; n + 1 < argc; n += 2) {
    if (std::strcmp(argv[n], "--rounds") == 0) {
      rounds = std::atoi(argv[n + 1]);
    } else if (std::strcmp(argv[n], "--longest") == 0) {
      longest = std::atoll(argv[n + 1]);
    }
  }
  at::set_num_threads(1);  // and compare.py keeps the matrix libraries to one
  const at::NoGradGuard no_grad;
  core(rounds);
  for (int64_t length = 1024; length <= longest; length *= 2) {
    prefill(length, rounds);
  }
  for (int64_t length = 1024; length <= std::min<int64_t>(longest, 4096); length *= 2) {
    against_eager(length, rounds);
  }
  for (const int64_t heads : {16, 64}) {
    for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
      for (int64_t length = 4096; length <= longest; length *= 4) {
        decode(heads, type, length, rounds);
      }
    }
  }
  return 0;
}
