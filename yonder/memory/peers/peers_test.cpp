// SPDX-License-Identifier: Apache-2.0
#include "tests/error_text.h"
#include "yonder/memory/peers/table.h"

#include <cmath>
#include <numbers>

namespace yonder::memory {
namespace {

using testing::DoubleNear;
using testing::HasSubstr;

std::vector<float> samples_of(size_t count, double (*u)(double)) {
  std::vector<float> out;
  for (size_t i = 0; i < count; ++i) {
    out.push_back(
        static_cast<float>(u((static_cast<double>(i) + 0.5) / static_cast<double>(count))));
  }
  return out;
}

double slow_wave(double s) { return 3 + std::sin(7 * s) + 0.5 * std::cos(19 * s); }

std::vector<double> past_of(std::string_view name, const std::vector<float>& samples,
                            int64_t bytes = 1024) {
  const auto peer =
      peer_row(name).make({.bytes = bytes, .samples = static_cast<int64_t>(samples.size())});
  peer->push(samples);
  return peer->reconstruct();
}

double rms_error(const std::vector<double>& past, const std::vector<float>& samples) {
  double sum = 0;
  for (size_t i = 0; i < samples.size(); ++i) {
    sum += std::pow(past[i] - double{samples[i]}, 2);
  }
  return std::sqrt(sum / static_cast<double>(samples.size()));
}

TEST(Peers, KeepWithinTheirBytesAndGiveAValuePerSample) {
  for (const PeerRow& row : peers()) {
    for (const int64_t bytes : {64, 1000, 1024, 16384}) {
      for (const size_t count : {size_t{1}, size_t{5}, size_t{3000}}) {
        const std::vector<float> samples = samples_of(count, slow_wave);
        const auto peer =
            row.make({.bytes = bytes, .samples = static_cast<int64_t>(samples.size())});
        EXPECT_EQ(peer->reconstruct().size(), 0U) << row.name;
        peer->push(samples);
        EXPECT_LE(peer->bytes(), bytes) << row.name;
        const std::vector<double> past = peer->reconstruct();
        ASSERT_EQ(past.size(), count) << row.name;
        for (const double value : past) {
          ASSERT_TRUE(std::isfinite(value)) << row.name;
        }
      }
    }
  }
}

TEST(Peers, DoNotDependOnTheSizesOfThePushes) {
  const std::vector<float> samples = samples_of(2500, slow_wave);
  for (const PeerRow& row : peers()) {
    const auto peer = row.make({.bytes = 256, .samples = 2500});
    for (size_t i = 0; i < samples.size(); i += 7) {
      peer->push(std::span(samples).subspan(i, std::min<size_t>(7, samples.size() - i)));
    }
    EXPECT_EQ(peer->reconstruct(), past_of(row.name, samples, 256)) << row.name;
  }
}

TEST(Peers, AnUnknownNameIsAnErrorThatNamesTheNearest) {
  EXPECT_THAT(error_text(ErrorKind::bad_option, [] { peer_row("pyramide"); }),
              HasSubstr("pyramid"));
}

TEST(RingBuffer, HasTheLastSamplesExactlyAndTheMeanBeforeThem) {
  const std::vector<float> samples = {1,  2,  3,  10,  20,  30,  40,  50, 60,
                                      70, 80, 90, 100, 110, 120, 130, 140};
  const std::vector<double> past = past_of("ring", samples, 64);  // 14 samples
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(past[i], 2);
  }
  for (size_t i = 3; i < samples.size(); ++i) {
    EXPECT_EQ(past[i], samples[i]);
  }
}

TEST(DecimationPyramid, IsExactUntilItIsFullAndOnStepsAtBinsEdges) {
  const std::vector<float> few = samples_of(253, slow_wave);
  EXPECT_EQ(rms_error(past_of("pyramid", few), few), 0);
  std::vector<float> steps;
  for (size_t i = 0; i < 4096; ++i) {
    steps.push_back(i / 512 % 2 == 0 ? 1.0F : -2.0F);
  }
  EXPECT_EQ(rms_error(past_of("pyramid", steps), steps), 0);
}

TEST(DecimationPyramid, FollowsALineWithinItsBins) {
  const std::vector<float> line = samples_of(4096, [](double s) { return 100 * s; });
  const std::vector<double> past = past_of("pyramid", line);
  for (size_t i = 64; i < 4032; ++i) {
    ASSERT_THAT(past[i], DoubleNear(line[i], 1e-4)) << i;
  }
}

TEST(EmaBank, RebuildsWhatIsInTheSpanOfItsKernels) {
  // A decaying exponential whose rate lies between those of the bank.
  const std::vector<float> samples =
      samples_of(4000, [](double s) { return std::exp(-11 * (1 - s)); });
  EXPECT_LT(rms_error(past_of("ema", samples), samples), 1e-5);
}

TEST(EmaBank, RemembersTheRecentPastBest) {
  const std::vector<float> samples =
      samples_of(4000, [](double s) { return std::sin(2 * std::numbers::pi * 30 * s); });
  const std::vector<double> past = past_of("ema", samples);
  const auto error_of_hundred = [&](size_t first) {
    double sum = 0;
    for (size_t i = first; i < first + 100; ++i) {
      sum += std::pow(past[i] - double{samples[i]}, 2);
    }
    return std::sqrt(sum / 100);
  };
  EXPECT_LT(error_of_hundred(3900), 0.3 * error_of_hundred(2000));
}

TEST(RollingDft, HasWholeCyclesExactly) {
  const std::vector<float> samples = samples_of(5000, [](double s) {
    return 2 + std::sin(2 * std::numbers::pi * 3 * s) + std::cos(2 * std::numbers::pi * 100 * s);
  });
  EXPECT_LT(rms_error(past_of("rdft", samples), samples), 1e-4);
}

TEST(RollingDft, WithEnoughBytesIsTheWholeStream) {
  for (const size_t count : {size_t{101}, size_t{255}}) {
    const std::vector<float> samples = samples_of(count, slow_wave);
    EXPECT_LT(rms_error(past_of("rdft", samples), samples), 1e-5);
  }
}

}  // namespace
}  // namespace yonder::memory
