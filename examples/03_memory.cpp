// SPDX-License-Identifier: Apache-2.0
// A hundred thousand samples kept as 64 numbers: record, read back with errors, merge, resume.
//
// Build: examples/CMakeLists.txt. Prints: 03_memory.expected.
#include "yonder/memory/stream.h"

#include <cmath>
#include <cstdio>
#include <span>
#include <vector>

using namespace yonder::memory;

int main() {
  // A slow wave with a faster one on it: 7 and 15 cycles over the whole stream.
  constexpr size_t kSamples = 100000;
  std::vector<double> samples;
  for (size_t k = 0; k < kSamples; ++k) {
    const double s = static_cast<double>(k) / kSamples;
    samples.push_back(20 + 5 * std::sin(44 * s) + std::cos(94 * s));
  }

  // One number per sample goes in; what stays does not grow. The sizes of the pushes change
  // nothing, not even a bit.
  StreamOptions options;
  options.order = 64;  // about pi times the cycles that shall be seen, and a few more
  Stream stream(options, {"temperature"});
  stream.push(std::span<const double>(samples).first(30000));
  stream.push(std::span<const double>(samples).subspan(30000));
  const Summary summary = stream.summary();
  std::printf("%llu samples, %lld coefficients\n",
              static_cast<unsigned long long>(stream.samples()),
              static_cast<long long>(summary.order()));

  // The past comes back, with what was lost of it: exactly, since the energy is carried along.
  std::printf("rms residual %.6f of the stream\n", summary.rms_residual(0));
  for (const double t : {10000.0, 50000.0, 90000.0}) {
    std::printf("at %6.0f  %.3f, was %.3f\n", t, summary.at(0, t).estimate,
                samples[static_cast<size_t>(t)]);
  }
  // Means and integrals have a bound that is never exceeded.
  const Value mean = summary.mean(0, 20000, 60000);
  std::printf("mean over 20000 to 60000: %.4f, off by at most %.4f\n", mean.estimate, mean.bound);

  // Two machines, one half each: merging gives what one run would have given.
  Stream first(options, {"temperature"});
  first.push(std::span<const double>(samples).first(50000));
  options.start = 50000;
  Stream second(options, {"temperature"});
  second.push(std::span<const double>(samples).subspan(50000));
  const Summary merged = Summary::merge(first.summary(), second.summary());
  double difference = 0;
  for (size_t n = 0; n < 64; ++n) {
    difference =
        std::fmax(difference, std::fabs(merged.coefficients(0)[n] - summary.coefficients(0)[n]));
  }
  std::printf("merged halves differ by less than 1e-12: %s\n", difference < 1e-12 ? "yes" : "no");

  // A snapshot goes on as if nothing had happened, bit for bit.
  Stream resumed = Stream::from_bytes(first.to_bytes(), "first half");
  resumed.push(std::span<const double>(samples).subspan(50000));
  std::printf("resumed equals uninterrupted: %s\n",
              resumed.to_bytes() == stream.to_bytes() ? "yes" : "no");
  return 0;
}
