// SPDX-License-Identifier: Apache-2.0
#include "yonder/memory/stream.h"

#include "tests/error_text.h"
#include "yonder/memory/internal/projection_reference.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>

namespace yonder::memory {
namespace {

using internal::Hold;
using internal::project_reference;
using internal::project_regular_reference;
using internal::relative_distance;
using internal::test_edges;
using internal::test_signal;
using ::testing::AllOf;
using ::testing::HasSubstr;

using Samples = std::span<const double>;

std::vector<double> coefficients(const Summary& summary, int64_t channel = 0) {
  const auto row = summary.coefficients(channel);
  return {row.begin(), row.end()};
}

Stream stream_of(const StreamOptions& options, Samples samples,
                 std::span<const double> times = {}) {
  Stream stream(options, {"u"});
  stream.push(samples, times);
  return stream;
}

// Values: computed for the component's specification (vector V1).
TEST(Stream, OfLegsHasTheKnownCoefficientsAfterEverySample) {
  Stream stream({.order = 4}, {"u"});
  const double u[] = {1, -2, .5, 3};
  const std::vector<std::vector<double>> known = {
      {1, 0, 0, 0},
      {-.5, -1.299038105676658, 0, .496078370824611},
      {-1.0 / 6, -.192450089729875, .910990657499914, .032663596432897},
      {.625, .920151991520966, 1.152972550898328, -.428901091442111}};
  for (size_t k = 0; k < 4; ++k) {
    stream.push(Samples(u + k, 1));
    const auto c = coefficients(stream.summary());
    for (size_t n = 0; n < 4; ++n) {
      EXPECT_NEAR(c[n], known[k][n], 3e-15) << k + 1 << " samples, n = " << n;
    }
  }
}

// Values: computed for the component's specification (vector V5).
TEST(Stream, OfLegsKnowsItsResidualFromTheEnergyAlone) {
  std::vector<double> u;
  for (int k = 0; k < 4000; ++k) {
    const double s = (k + 0.5) / 4000;
    u.push_back(std::sin(6.6 * std::numbers::pi * s) +
                0.5 * std::cos(14.2 * std::numbers::pi * s + 0.3) + 0.2);
  }
  const std::vector<std::pair<int64_t, double>> known = {
      {8, .6630}, {16, .28985}, {24, .05280}, {32, .001517}};
  for (const auto& [order, residual] : known) {
    const Summary summary = stream_of({.order = order}, u).summary();
    EXPECT_NEAR(summary.rms_residual(0), residual, 5e-4 * residual) << order;
    EXPECT_EQ(summary.clamped(0), 0);
  }
}

TEST(Stream, OfLegsIsTheProjectionOfAllSamplesAtEveryLength) {
  const std::vector<double> u = test_signal(700, 1);
  for (const char* hold : {"zoh", "linear"}) {
    const Hold kind = hold[0] == 'z' ? Hold::zoh : Hold::linear;
    Stream stream({.order = 12, .hold = hold, .start = 5, .step = 0.25, .block = 16}, {"u"});
    for (size_t k = 0; k < u.size(); ++k) {
      stream.push(Samples(u).subspan(k, 1));
      if (kind == Hold::linear && k == 0) {
        continue;
      }
      if (k % 37 == 0 || k < 40) {
        const Summary summary = stream.summary();
        const size_t cells = kind == Hold::linear ? k : k + 1;
        ASSERT_EQ(summary.begin(), 5);
        ASSERT_EQ(summary.end(), 5 + 0.25 * static_cast<double>(cells));
        ASSERT_TRUE(summary.exact());
        ASSERT_LT(relative_distance(summary.coefficients(0),
                                    project_regular_reference(12, kind, Samples(u).first(k + 1))),
                  1e-13);
      }
    }
  }
}

TEST(Stream, OfLegsTakesTimes) {
  const std::vector<double> u = test_signal(501, 2);
  const std::vector<double> times = test_edges(500, 1000, 2);
  // The last sample waits: held ones for the end of their cell, joined ones for nothing.
  const Summary held = stream_of({.order = 20, .block = 32}, u, times).summary();
  EXPECT_EQ(held.begin(), times.front());
  EXPECT_EQ(held.end(), times.back());
  EXPECT_LT(relative_distance(held.coefficients(0),
                              project_reference(20, Hold::zoh, times, Samples(u).first(500))),
            1e-12);
  const Summary joined =
      stream_of({.order = 20, .hold = "linear", .block = 32}, u, times).summary();
  EXPECT_LT(
      relative_distance(joined.coefficients(0), project_reference(20, Hold::linear, times, u)),
      1e-12);
}

struct Cut {
  std::string measure;
  std::string scalar;
  std::string hold;
  bool timed;
};

class StreamsCutAnyhow : public ::testing::TestWithParam<Cut> {};

// Not only the same numbers: the same bits, snapshot included.
TEST_P(StreamsCutAnyhow, HaveTheSameBits) {
  const Cut& cut = GetParam();
  const StreamOptions options{
      .measure = cut.measure, .order = 8, .scalar = cut.scalar, .hold = cut.hold, .block = 16};
  const size_t count = 1500;
  const std::vector<double> u = test_signal(2 * count, 3);
  const std::vector<double> times = test_edges(count - 1, 7, 3);
  const auto push = [&](Stream& stream, size_t first, size_t n) {
    stream.push(Samples(u).subspan(2 * first, 2 * n),
                cut.timed ? Samples(times).subspan(first, n) : Samples());
  };
  Stream whole(options, {"a", "b"});
  push(whole, 0, count);
  Rng rng(4);
  for (int repeat = 0; repeat < 5; ++repeat) {
    Stream parts(options, {"a", "b"});
    for (size_t first = 0; first < count;) {
      const size_t n =
          std::min<size_t>(count - first, rng.below(repeat % 2 == 0 ? 8 : 300));  // also none
      push(parts, first, n);
      first += n;
    }
    EXPECT_EQ(parts.to_bytes(), whole.to_bytes());
  }
}

std::vector<Cut> all_cuts() {
  std::vector<Cut> cuts;
  for (const char* measure : {"legs", "window:100"}) {
    for (const char* scalar : {"f32", "f64"}) {
      for (const char* hold : {"zoh", "linear"}) {
        for (const bool timed : {false, true}) {
          cuts.push_back({measure, scalar, hold, timed});
        }
      }
    }
  }
  return cuts;
}

INSTANTIATE_TEST_SUITE_P(All, StreamsCutAnyhow, ::testing::ValuesIn(all_cuts()),
                         [](const auto& info) {
                           const Cut& cut = info.param;
                           return cut.measure.substr(0, 4) + "_" + cut.scalar + "_" + cut.hold +
                                  (cut.timed ? "_timed" : "_regular");
                         });

TEST(Stream, OfOneChannelHasTheBitsOfWholeBlocksAndOfSingleSamples) {
  const std::vector<double> u = test_signal(40000, 5);
  for (const char* scalar : {"f32", "f64"}) {
    const StreamOptions options{.order = 64, .scalar = scalar};
    const Stream whole = stream_of(options, u);
    Stream parts(options, {"u"});
    for (size_t first = 0; first < u.size(); first += 250) {
      parts.push(Samples(u).subspan(first, 250));
    }
    EXPECT_EQ(parts.to_bytes(), whole.to_bytes());
  }
}

TEST(Stream, OfAConstantIsTheConstantExactly) {
  for (const char* measure : {"legs", "window:300"}) {
    for (const char* scalar : {"f32", "f64"}) {
      for (const bool timed : {false, true}) {
        Stream stream({.measure = measure, .order = 33, .scalar = scalar, .block = 16}, {"u"});
        const double value = static_cast<double>(0.1F);
        const std::vector<double> u(1000, value);
        stream.push(Samples(u), timed ? test_edges(999, 0, 6) : std::vector<double>());
        const Summary summary = stream.summary();
        EXPECT_EQ(summary.coefficients(0)[0], value);
        for (size_t n = 1; n < 33; ++n) {
          EXPECT_EQ(summary.coefficients(0)[n], 0);
        }
        EXPECT_NEAR(summary.rms_residual(0), 0, 1e-8);
      }
    }
  }
}

TEST(Stream, OfLegsReproducesPolynomialsOfDegreeBelowItsOrder) {
  // With lines over fine cells; degree 7 of order 8.
  const size_t cells = 2000000;
  std::vector<double> u;
  for (size_t k = 0; k <= cells; ++k) {
    const double s = 2 * static_cast<double>(k) / cells - 1;
    u.push_back(std::legendre(7, s) - 2 * std::legendre(3, s) + 0.5);
  }
  const Summary summary = stream_of({.order = 8, .hold = "linear"}, u).summary();
  for (const double s : {-0.99, -0.3, 0.0, 0.5, 0.97}) {
    const double t = (s + 1) / 2 * cells;
    EXPECT_NEAR(summary.at(0, t).estimate, std::legendre(7, s) - 2 * std::legendre(3, s) + 0.5,
                1e-10);
  }
  // And exactly, where the cells are the polynomial: a line is one.
  std::vector<double> line;
  for (int k = 0; k <= 5000; ++k) {
    line.push_back(3 - 0.001 * k);
  }
  const Summary straight = stream_of({.order = 8, .hold = "linear"}, line).summary();
  for (const double t : {0.0, 1234.5, 5000.0}) {
    EXPECT_NEAR(straight.at(0, t).estimate, 3 - 0.001 * t, 1e-12);
  }
}

TEST(Stream, MergedOfTwoIsTheStreamOfBoth) {
  const std::vector<double> u = test_signal(3000, 7);
  const std::vector<double> times = test_edges(2999, 0, 7);
  for (const char* hold : {"zoh", "linear"}) {
    for (const bool timed : {false, true}) {
      for (const size_t cut : {100, 1024, 2500}) {
        // Streams of lines and streams with times share the sample where they meet.
        const size_t from = hold[0] == 'z' && !timed ? cut : cut - 1;
        StreamOptions options{.order = 16, .hold = hold, .block = 64};
        Stream whole = stream_of(options, u, timed ? Samples(times) : Samples());
        Stream older = stream_of(options, Samples(u).first(cut),
                                 timed ? Samples(times).first(cut) : Samples());
        options.start = timed ? 0 : static_cast<double>(from);
        const Samples rest = Samples(u).subspan(from);
        const size_t some = rest.size() / 2;
        Stream newer = stream_of(options, rest.first(some),
                                 timed ? Samples(times).subspan(from, some) : Samples());
        Stream merged = Stream::merge(older, newer);
        merged.push(rest.subspan(some), timed ? Samples(times).subspan(from + some) : Samples());
        EXPECT_EQ(merged.samples(), whole.samples());
        const Summary a = merged.summary();
        const Summary b = whole.summary();
        EXPECT_EQ(a.begin(), b.begin());
        EXPECT_EQ(a.end(), b.end());
        EXPECT_LT(relative_distance(a.coefficients(0), b.coefficients(0)), 1e-12);
        EXPECT_NEAR(a.energy(0), b.energy(0), 1e-12 * b.energy(0));
      }
    }
  }
}

TEST(Stream, MergesOfManyKeepOneStretchBeforeTheLevels) {
  const std::vector<double> u = test_signal(5000, 8);
  Stream all = stream_of({.order = 8, .block = 16}, Samples(u).first(500));
  for (size_t first = 500; first < u.size(); first += 500) {
    all =
        Stream::merge(all, stream_of({.order = 8, .start = static_cast<double>(first), .block = 16},
                                     Samples(u).subspan(first, 500)));
  }
  EXPECT_LT(all.state_bytes(), 2000U);
  EXPECT_LT(relative_distance(all.summary().coefficients(0),
                              stream_of({.order = 8, .block = 16}, u).summary().coefficients(0)),
            1e-12);
  // A merged stream comes back from its snapshot.
  EXPECT_EQ(Stream::from_bytes(all.to_bytes(), "bytes").to_bytes(), all.to_bytes());
}

TEST(Stream, ThatDoesNotFitIsNotMerged) {
  const std::vector<double> u = test_signal(100, 9);
  const Stream older = stream_of({.order = 8}, u);
  EXPECT_THAT(error_text(ErrorKind::bad_data,
                         [&] { Stream::merge(older, stream_of({.order = 8, .start = 150}, u)); }),
              AllOf(HasSubstr("[0, 100]"), HasSubstr("[150, 250]"), HasSubstr("a gap of 50")));
  EXPECT_THAT(error_text(ErrorKind::bad_data,
                         [&] { Stream::merge(older, stream_of({.order = 8, .start = 50}, u)); }),
              HasSubstr("an overlap of 50"));
  EXPECT_THAT(error_text(ErrorKind::bad_data,
                         [&] { Stream::merge(older, stream_of({.order = 9, .start = 100}, u)); }),
              HasSubstr("only equal streams merge"));
  Stream other({.order = 8, .start = 100}, {"v"});
  other.push(Samples(u));
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { Stream::merge(older, other); }),
              HasSubstr("different channels"));
}

TEST(Stream, WithTimesIsMergedOnlyWhereTheNewerBeginsWithTheLastSample) {
  const std::vector<double> u = {7, 9};
  const auto from = [&](double t) {
    const std::vector<double> times = {t, t + 1};
    return stream_of({.order = 8}, u, times);
  };
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { Stream::merge(from(0), from(1000000)); }),
              AllOf(HasSubstr("[0, 1]"), HasSubstr("[1000000, 1000001]"),
                    HasSubstr("a gap of 999999"), HasSubstr("record it in both")));
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { Stream::merge(from(0), from(0.5)); }),
              AllOf(HasSubstr("[0.5, 1.5]"), HasSubstr("an overlap of 0.5")));
  const Stream merged = Stream::merge(from(0), from(1));
  EXPECT_EQ(merged.samples(), 3U);
  EXPECT_EQ(merged.summary().end(), 2);
}

TEST(Stream, ThatDiffersOnlyInItsRuleSaysSo) {
  const std::vector<double> u = test_signal(100, 9);
  const auto of = [&](const char* rule, double alpha, double start) {
    return stream_of(
        {.measure = "lagt:20", .order = 8, .rule = rule, .alpha = alpha, .start = start}, u);
  };
  EXPECT_THAT(error_text(ErrorKind::bad_data,
                         [&] { Stream::merge(of("gbt", 0.6, 0), of("gbt", 0.7, 100)); }),
              AllOf(HasSubstr("rule gbt 0.6"), HasSubstr("rule gbt 0.7")));
  EXPECT_THAT(error_text(ErrorKind::bad_data,
                         [&] { Stream::merge(of("zoh", 0.5, 0), of("bilinear", 0.5, 100)); }),
              AllOf(HasSubstr("rule zoh"), HasSubstr("rule bilinear")));
}

TEST(Stream, OfAWindowIsNotReadBeforeItsFirstSample) {
  const std::vector<double> u(8, 3.0);
  for (const char* measure : {"legt:100", "fout:100", "chebt:100", "lagt:100"}) {
    const Summary early = stream_of({.measure = measure, .order = 8, .start = 5}, u).summary();
    EXPECT_EQ(early.begin(), 5) << measure;
    EXPECT_EQ(early.end(), 13) << measure;
    EXPECT_NO_THROW(early.at(0, 5));
    EXPECT_THAT(error_text(ErrorKind::bad_option, [&] { early.at(0, 4.5); }), HasSubstr("5 to 13"))
        << measure;
    EXPECT_THAT(error_text(ErrorKind::bad_option, [&] { early.integral(0, -50, 10); }),
                HasSubstr("-50"))
        << measure;
  }
  // Once the window is full it is the window that counts; its functions are read alike before.
  const std::vector<double> long_enough(400, 3.0);
  const Summary full = stream_of({.measure = "legt:100", .order = 8}, long_enough).summary();
  EXPECT_EQ(full.begin(), 300);
  EXPECT_NEAR(full.at(0, 350).estimate, 3, 0.1);
}

TEST(Stream, RefusesSamplesThatAreNotFiniteAndStaysAsItWas) {
  Stream stream({.order = 4, .scalar = "f32"}, {"a", "b"});
  stream.push(std::vector<double>{1, 2, 3, 4});
  const std::string before = stream.to_bytes();
  const std::vector<double> bad = {5, 6, 7, std::numeric_limits<double>::quiet_NaN()};
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { stream.push(bad); }),
              HasSubstr("sample 3 of channel \"b\", counted from 0, is nan"));
  const std::vector<double> large = {1e38, 0};
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { stream.push(large); }),
              AllOf(HasSubstr("sample 2 of channel \"a\""), HasSubstr("1e+37")));
  const std::vector<double> odd = {1};
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { stream.push(odd); }),
              HasSubstr("no whole number of samples of 2 channels"));
  EXPECT_EQ(stream.to_bytes(), before);
}

TEST(Stream, RefusesTimesThatDoNotIncrease) {
  Stream stream({.order = 4}, {"u"});
  const std::vector<double> u = {1, 2, 3};
  stream.push(Samples(u), std::vector<double>{0, 1, 2});
  const std::string before = stream.to_bytes();
  EXPECT_THAT(
      error_text(ErrorKind::bad_data,
                 [&] {
                   stream.push(u, std::vector<double>{3, 3, 4});
                 }),
      AllOf(HasSubstr("the time of sample 4"), HasSubstr("is 3, that of the one before it 3")));
  EXPECT_THAT(error_text(ErrorKind::bad_data,
                         [&] {
                           stream.push(u, std::vector<double>{2, 3, 4});
                         }),
              HasSubstr("the time of sample 3"));
  EXPECT_THAT(error_text(ErrorKind::bad_data,
                         [&] {
                           stream.push(u, std::vector<double>{3, 4});
                         }),
              HasSubstr("3 samples came with 2 times"));
  EXPECT_THAT(error_text(ErrorKind::bad_option, [&] { stream.push(u); }),
              HasSubstr("one of the two kinds"));
  EXPECT_EQ(stream.to_bytes(), before);
}

TEST(Stream, SaysThatNothingIsRememberedYet) {
  Stream stream({.order = 4}, {"u"});
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { stream.summary(); }),
              HasSubstr("nothing is remembered yet"));
  stream.push(std::vector<double>{1}, std::vector<double>{10});
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { stream.summary(); }),
              HasSubstr("the last sample waits for its successor"));
}

TEST(Stream, RefusesOptionsOutOfRange) {
  const auto open = [](StreamOptions options) { Stream(options, {"u"}); };
  EXPECT_THAT(error_text(ErrorKind::bad_option, [&] { open({.order = 0}); }), HasSubstr("order"));
  EXPECT_THAT(error_text(ErrorKind::bad_option, [&] { open({.order = 4097}); }),
              HasSubstr("order"));
  EXPECT_THAT(error_text(ErrorKind::bad_option, [&] { open({.measure = "window:0"}); }),
              HasSubstr("window"));
  EXPECT_THAT(error_text(ErrorKind::bad_option, [&] { open({.step = 0}); }), HasSubstr("step"));
  EXPECT_THAT(error_text(ErrorKind::bad_option, [] { Stream({}, {}); }),
              HasSubstr("one channel or more"));
}

TEST(Stream, FarFromTimeZeroKnowsItsResidualUpToItsResolution) {
  const std::vector<double> u = test_signal(100, 11);
  const Summary near = stream_of({.order = 8, .step = 0.001}, u).summary();
  const Summary far = stream_of({.order = 8, .start = 1.7e9 + 0.3, .step = 0.001}, u).summary();
  const double residual = near.rms_residual(0);
  EXPECT_GT(far.residual_resolution(0), 10 * near.residual_resolution(0));
  EXPECT_LE(std::abs(std::pow(far.rms_residual(0), 2) - residual * residual),
            std::pow(far.residual_resolution(0), 2));
}

TEST(Stream, RefusesStepsThatTimesOfItsStartCannotTellApart) {
  const auto open = [](double start, double step) {
    Stream({.start = start, .step = step}, {"u"});
  };
  for (const auto& [start, step] : {std::pair{1e18, 1.0}, {-1.7e18, 1000.0}, {1.7e9, 1e-5}}) {
    EXPECT_THAT(error_text(ErrorKind::bad_option, [&, s = start, h = step] { open(s, h); }),
                AllOf(HasSubstr("too coarse"), HasSubstr("--start 0")))
        << start;
  }
  EXPECT_NO_THROW(open(1.7e9, 1e-3));
  EXPECT_NO_THROW(open(0, 1e-300));
}

TEST(Stream, TakesFloatsIntoDoublesAndDoublesIntoFloats) {
  std::vector<float> u;
  for (const double value : test_signal(40000, 10)) {
    u.push_back(static_cast<float>(value));
  }
  const std::vector<double> wide(u.begin(), u.end());
  for (const char* scalar : {"f32", "f64"}) {
    Stream a({.order = 16, .scalar = scalar}, {"u"});
    a.push(std::span<const float>(u));
    EXPECT_EQ(a.to_bytes(), stream_of({.order = 16, .scalar = scalar}, wide).to_bytes());
  }
}

RC_GTEST_PROP(Stream, MergesAreAssociative, ()) {
  const auto order = *rc::gen::inRange<int64_t>(1, 40);
  const auto seed = *rc::gen::arbitrary<uint64_t>();
  const auto lengths =
      *rc::gen::container<std::vector<size_t>>(3, rc::gen::inRange<size_t>(1, 400));
  std::vector<Stream> parts;
  double start = -3;
  for (const size_t length : lengths) {
    parts.push_back(stream_of({.order = order, .start = start, .step = 0.5, .block = 32},
                              test_signal(length, seed + parts.size())));
    start += 0.5 * static_cast<double>(length);
  }
  const Stream left = Stream::merge(Stream::merge(parts[0], parts[1]), parts[2]);
  const Stream right = Stream::merge(parts[0], Stream::merge(parts[1], parts[2]));
  RC_ASSERT(left.samples() == right.samples());
  RC_ASSERT(relative_distance(left.summary().coefficients(0), right.summary().coefficients(0)) <
            1e-12);
}

}  // namespace
}  // namespace yonder::memory
