// SPDX-License-Identifier: Apache-2.0
// Every recurrence against full matrices (recurrence_reference.h), and the measured numbers of the
// test vectors V1 and V4 and of errata 5, 6 and 7 of docs/math/memory.md.
#include "yonder/memory/internal/recurrence.h"

#include "yonder/base/error.h"
#include "yonder/base/random.h"
#include "yonder/memory/internal/dense.h"
#include "yonder/memory/internal/operator.h"
#include "yonder/memory/internal/recurrence_reference.h"
#include "yonder/memory/internal/step_kernels.h"

#include <Eigen/LU>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <numbers>
#include <string>
#include <vector>

namespace yonder::memory::internal {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

std::vector<double> random_samples(size_t count, uint64_t stream) {
  Rng rng(5, stream);
  std::vector<double> u(count);
  for (double& value : u) {
    value = rng.normal();
  }
  return u;
}

double deviation(const std::vector<double>& found, const std::vector<double>& expected) {
  EXPECT_EQ(found.size(), expected.size());
  return (view(found) - view(expected)).norm() / view(expected).norm();
}

// Pushes [count][channels] samples in pieces; cells from 0 on of length step, or edges.
template <typename Scalar>
void push(Engine<Scalar>& engine, const std::vector<Scalar>& samples, size_t channels, bool linear,
          const std::vector<double>& edges, double step, size_t first, size_t last) {
  Cells<Scalar> cells;
  cells.count = static_cast<int64_t>(last - first);
  const size_t nodes = last - first + (linear ? 1 : 0);
  cells.samples = std::span(samples).subspan(first * channels, nodes * channels);
  if (!edges.empty()) {
    cells.edges = std::span(edges).subspan(first, last - first + 1);
  }
  cells.begin = static_cast<double>(first) * step;
  cells.step = step;
  engine.push(cells);
}

StreamOptions options_of(const std::string& measure, int64_t order, const std::string& rule,
                         bool linear) {
  StreamOptions options;
  options.measure = measure;
  options.order = order;
  options.rule = rule;
  options.hold = linear ? "linear" : "zoh";
  options.alpha = 0.7;
  options.block = 16;
  return options;
}

std::vector<double> regular_edges(size_t count, double step) {
  std::vector<double> edges(count + 1);
  for (size_t k = 0; k <= count; ++k) {
    edges[k] = static_cast<double>(k) * step;
  }
  return edges;
}

TEST(Recurrence, IsThatOfTheFullMatricesForEveryMeasureAndRule) {
  constexpr size_t kCells = 53;
  constexpr size_t kChannels = 3;
  const std::vector<double> samples = random_samples((kCells + 1) * kChannels, 1);
  for (const char* measure :
       {"legs-step", "legt:20", "lagt:4", "lagt:4:0.5:0.2", "fout:20", "fous", "chebt:20"}) {
    for (const char* rule : {"backward", "bilinear", "gbt", "zoh"}) {
      for (const bool linear : {false, true}) {
        const auto engine =
            make_recurrence<double>(options_of(measure, 10, rule, linear), kChannels);
        push(*engine, samples, kChannels, linear, {}, 1, 0, kCells);
        const Summary::Parts parts = engine->state();
        for (size_t c = 0; c < kChannels; ++c) {
          std::vector<double> channel;
          for (size_t k = 0; k <= kCells; ++k) {
            channel.push_back(samples[k * kChannels + c]);
          }
          const std::vector<double> expected =
              recurrence_reference(Measure::parse(measure), 10, parse_rule(rule), 0.7, linear,
                                   channel, regular_edges(kCells, 1));
          const std::vector<double> found(
              parts.coefficients.begin() + static_cast<std::ptrdiff_t>(c * 10),
              parts.coefficients.begin() + static_cast<std::ptrdiff_t>(c * 10 + 10));
          EXPECT_LE(deviation(found, expected),
                    linear ? 1e-9 : 1e-12)  // the reference's first cell is a midpoint sum

              << measure << " " << rule << " " << linear;
        }
      }
    }
  }
}

TEST(Recurrence, TakesIrregularCells) {
  constexpr size_t kCells = 40;
  std::vector<double> edges = {3};
  Rng rng(5, 9);
  for (size_t k = 0; k < kCells; ++k) {
    edges.push_back(edges.back() + 0.05 + rng.uniform());
  }
  const std::vector<double> u = random_samples(kCells + 1, 2);
  for (const char* measure : {"legs-step", "legt:8", "lagt:4", "fout:8", "fous", "chebt:8"}) {
    for (const char* rule : {"bilinear", "zoh"}) {
      const Measure parsed = Measure::parse(measure);
      const bool varying =
          parsed.kind == MeasureKind::legs_step || parsed.kind == MeasureKind::fous;
      const bool linear = !varying;
      const auto engine = make_recurrence<double>(options_of(measure, 10, rule, linear), 1);
      push(*engine, u, 1, linear, edges, 0, 0, 17);
      push(*engine, u, 1, linear, edges, 0, 17, kCells);
      const auto expected =
          recurrence_reference(parsed, 10, parse_rule(rule), 0.5, linear, u, edges);
      const Summary::Parts parts = engine->state();
      EXPECT_LE(deviation(parts.coefficients, expected), 1e-12) << measure << " " << rule;
      EXPECT_DOUBLE_EQ(parts.end, edges.back());
    }
  }
}

TEST(Recurrence, FloatsFollowDoubles) {
  constexpr size_t kCells = 300;
  const std::vector<double> u = random_samples(kCells, 3);
  const std::vector<float> narrow(u.begin(), u.end());
  for (const char* measure : {"legs-step", "legt:100", "lagt:10", "fout:100", "chebt:100"}) {
    for (const char* rule : {"bilinear", "zoh"}) {
      const auto options = options_of(measure, 16, rule, false);
      const auto wide = make_recurrence<double>(options, 1);
      const auto single = make_recurrence<float>(options, 1);
      push(*wide, u, 1, false, {}, 1, 0, kCells);
      push(*single, narrow, 1, false, {}, 1, 0, kCells);
      EXPECT_LE(deviation(single->state().coefficients, wide->state().coefficients), 2e-5)
          << measure << rule;
    }
  }
}

TEST(Recurrence, SizesOfPushesAndSnapshotsDoNotChangeABit) {
  constexpr size_t kCells = 16 * 3 + 7;
  constexpr size_t kChannels = 2;
  const std::vector<double> samples = random_samples((kCells + 1) * kChannels, 4);
  for (const char* measure : {"legs-step", "legt:20", "lagt:4", "fout:20", "fous", "chebt:20"}) {
    for (const char* rule : {"bilinear", "zoh"}) {
      for (const bool linear : {false, true}) {
        const auto options = options_of(measure, 6, rule, linear);
        const auto whole = make_recurrence<double>(options, kChannels);
        push(*whole, samples, kChannels, linear, {}, 0.1, 0, kCells);
        for (size_t cut = 1; cut < kCells; cut += 5) {
          const auto first = make_recurrence<double>(options, kChannels);
          push(*first, samples, kChannels, linear, {}, 0.1, 0, cut);
          std::string bytes;
          first->save(bytes);
          const auto second = make_recurrence<double>(options, kChannels);
          second->load(bytes, "test");
          EXPECT_EQ(second->state().coefficients, first->state().coefficients);
          push(*second, samples, kChannels, linear, {}, 0.1, cut, kCells);
          EXPECT_EQ(second->state().coefficients, whole->state().coefficients)
              << measure << rule << linear << cut;
          EXPECT_EQ(second->state().energy, whole->state().energy);
        }
      }
    }
  }
}

TEST(Recurrence, DamagedBytesAreRefused) {
  const auto options = options_of("legt:20", 6, "zoh", false);
  const auto engine = make_recurrence<double>(options, 1);
  push(*engine, random_samples(20, 5), 1, false, {}, 1, 0, 20);
  std::string bytes;
  engine->save(bytes);
  for (size_t size = 0; size < bytes.size(); ++size) {
    const auto other = make_recurrence<double>(options, 1);
    EXPECT_THROW(other->load(std::string_view(bytes).substr(0, size), "x.yms"), Error) << size;
  }
  const auto other = make_recurrence<double>(options, 1);
  EXPECT_THROW(other->load(bytes + "x", "x.yms"), Error);
}

TEST(Recurrence, LaguerreMergesTwoStretches) {
  const std::vector<double> u = random_samples(101, 6);
  for (const char* rule : {"zoh", "bilinear"}) {
    for (const bool linear : {false, true}) {
      const auto options = options_of("lagt:7", 8, rule, linear);
      const auto whole = make_recurrence<double>(options, 1);
      const auto older = make_recurrence<double>(options, 1);
      const auto newer = make_recurrence<double>(options, 1);
      push(*whole, u, 1, linear, {}, 0.5, 0, 100);
      push(*older, u, 1, linear, {}, 0.5, 0, 37);
      push(*newer, u, 1, linear, {}, 0.5, 37, 80);
      older->merge(*newer);
      push(*older, u, 1, linear, {}, 0.5, 80, 100);
      // The bilinear rule decays by its own powers; merging uses the true exponential.
      EXPECT_LE(deviation(older->state().coefficients, whole->state().coefficients),
                std::string(rule) == "zoh" ? 1e-13 : 2e-2);
      EXPECT_NEAR(older->state().energy[0], whole->state().energy[0], 1e-12);
      EXPECT_EQ(older->state().end, 50);
    }
  }
}

TEST(Recurrence, LaguerreEnergyIsThatOfTheSamples) {
  const auto engine = make_recurrence<double>(options_of("lagt:7", 60, "zoh", false), 1);
  push(*engine, {1, -2, 3}, 1, false, {}, 0.5, 0, 3);
  const Summary::Parts parts = engine->state();
  EXPECT_TRUE(parts.exact);
  EXPECT_DOUBLE_EQ(parts.energy[0], 7);
  EXPECT_LE(view(parts.coefficients).squaredNorm(), 7);
  EXPECT_GE(view(parts.coefficients).squaredNorm(), 3);  // steps are met slowly
}

// --- V1: LegS, N = 4, u = 1, -2, .5, 3, under the four names it goes by. ---

struct Step {
  double implicit_time;  // I - A / (2 this)
  double explicit_time;  // I + A / (2 this)
  double weight;         // of B u
};

std::vector<double> bilinear_variant(VectorXd x, const std::vector<double>& u,
                                     const std::function<Step(double)>& at, double first_time) {
  const System s = system(Measure{}, 4);
  const MatrixXd a = view(s.a);
  const MatrixXd identity = MatrixXd::Identity(4, 4);
  double k = first_time;
  for (const double value : u) {
    const Step step = at(k);
    x = MatrixXd(identity - a / (2 * step.implicit_time))
            .partialPivLu()
            .solve((identity + a / (2 * step.explicit_time)) * x + step.weight * value * view(s.b))
            .eval();
    k += 1;
  }
  return to_vector(x);
}

void expect_state(const std::vector<double>& found, const std::vector<double>& expected) {
  for (size_t i = 0; i < expected.size(); ++i) {
    EXPECT_NEAR(found[i], expected[i], 1e-13) << i;
  }
}

TEST(LegsVariants, ExactZoh) {
  const auto engine = make_recurrence<double>(options_of("legs-step", 4, "zoh", false), 1);
  push(*engine, {1, -2, .5, 3}, 1, false, {}, 1, 0, 4);
  expect_state(engine->state().coefficients,
               {.625, .920151991520966, 1.152972550898328, -.428901091442111});
}

TEST(LegsVariants, BilinearAsPrintedInThePost) {
  expect_state(bilinear_variant(
                   VectorXd::Unit(4, 0), {-2, .5, 3},
                   [](double k) {
                     return Step{k + 1, k, 1 / k};
                   },
                   1),
               {.476190476190476, 1.369144924078256, 2.131524539590708, -.691789520295677});
}

TEST(LegsVariants, PeerA) {
  expect_state(bilinear_variant(
                   VectorXd::Unit(4, 0), {-2, .5, 3},
                   [](double t) {
                     return Step{t, t, 1 / t};
                   },
                   1),
               {.571428571428571, 1.319657758147716, 1.362936671999871, -.692934867183583});
}

TEST(LegsVariants, PeerB) {
  expect_state(bilinear_variant(
                   VectorXd::Zero(4), {1, -2, .5, 3},
                   [](double t) {
                     return Step{t, t, 1 / t};
                   },
                   1),
               {.555555555555556, .856402899297945, 1.148848489738528, .537931255020203});
}

// --- V4: LegT against the projection of the window. ---

TEST(LegtBandwidth, DeviationsFromTheProjectionAreThoseOfTheTestVector) {
  constexpr size_t kSamples = 4000;
  const std::pair<double, double> rows[] = {{2, 3.6e-5}, {5, 9.2e-5}, {8, 4.0e-3},
                                            {10, .47},   {12, .46},   {16, .95}};
  for (const auto& [cycles, expected] : rows) {
    std::vector<double> u(kSamples);
    for (size_t k = 0; k < kSamples; ++k) {
      u[k] = std::sin(2 * std::numbers::pi * cycles * static_cast<double>(k) / 1000 + 0.7);
    }
    const auto engine = make_recurrence<double>(options_of("legt:1000", 32, "zoh", false), 1);
    push(*engine, u, 1, false, {}, 1, 0, kSamples);
    const auto truth =
        projection_reference(Measure::parse("legt:1000"), 32, std::span(u).subspan(3000),
                             std::span<const double>(regular_edges(kSamples, 1)).subspan(3000));
    EXPECT_NEAR(deviation(engine->state().coefficients, truth) / expected, 1, 0.03) << cycles;
  }
}

// --- Erratum 5: what the weight of the input does to LegS. ---

double tones(double s) {
  return std::sin(6.6 * std::numbers::pi * s) + .5 * std::cos(14.2 * std::numbers::pi * s + .3) +
         .2;
}

std::vector<double> midpoints(const std::function<double(double)>& u, size_t count) {
  std::vector<double> samples(count);
  for (size_t k = 0; k < count; ++k) {
    samples[k] = u((static_cast<double>(k) + 0.5) / static_cast<double>(count));
  }
  return samples;
}

// Any of the variants of erratum 5 by operator steps; first is the number of the first step.
std::vector<double> weighted_legs(const std::vector<double>& u, int64_t order, bool from_zero,
                                  const std::function<StepWeights(double)>& at) {
  const auto op = make_operator<double>(Measure{}, order);
  std::vector<double> x(static_cast<size_t>(order) * kLanes);
  if (!from_zero) {
    x[0] = u[0];
  }
  for (size_t k = from_zero ? 0 : 1; k < u.size(); ++k) {
    const std::vector<double> input(kLanes, u[k]);
    op->step(at(static_cast<double>(from_zero ? k + 1 : k)), x.data(), input.data(), 1, kLanes);
  }
  std::vector<double> result;
  for (size_t n = 0; n < static_cast<size_t>(order); ++n) {
    result.push_back(x[n * kLanes]);
  }
  return result;
}

TEST(LegsWeights, ErrorsAreThoseOfErratumFive) {
  const auto post = [](double k) { return StepWeights{.5 / k, .5 / (k + 1), 1 / k}; };
  const auto ours = [](double k) { return StepWeights{.5 / k, .5 / (k + 1), std::log1p(1 / k)}; };
  const auto peer = [](double t) { return StepWeights{.5 / t, .5 / t, 1 / t}; };
  const auto backward = [](double k) { return StepWeights{0, 1 / (k + 1), std::log1p(1 / k)}; };
  struct Row {
    std::function<StepWeights(double)> at;
    bool from_zero;
    double errors[3];
    double digit;  // half a unit of the last digit that was printed
  };
  const Row rows[] = {{post, false, {.0308, .0119, .0055}, 5e-5},
                      {ours, false, {.0082, .0016, .0007}, 5e-5},
                      {peer, false, {.0226, .0064, .0016}, 5e-5},
                      {peer, true, {.0502, .0144, .0036}, 5e-5},
                      {backward, false, {.237, .075, .020}, 5e-4}};
  const size_t lengths[] = {256, 1024, 4096};
  for (size_t i = 0; i < 3; ++i) {
    const std::vector<double> u = midpoints(tones, lengths[i]);
    const auto truth = projection_reference(Measure{}, 32, u, regular_edges(u.size(), 1));
    for (const Row& row : rows) {
      const double error = deviation(weighted_legs(u, 32, row.from_zero, row.at), truth);
      EXPECT_NEAR(error, row.errors[i], 0.01 * row.errors[i] + row.digit) << i;
    }
  }
}

TEST(LegsWeights, RecurrenceUsesTheLogarithm) {
  const std::vector<double> u = midpoints(tones, 256);
  const auto engine = make_recurrence<double>(options_of("legs-step", 32, "bilinear", false), 1);
  push(*engine, u, 1, false, {}, 1, 0, u.size());
  const auto expected = weighted_legs(u, 32, false, [](double k) {
    return StepWeights{.5 / k, .5 / (k + 1), std::log1p(1 / k)};
  });
  EXPECT_LE(deviation(engine->state().coefficients, expected), 1e-14);
}

TEST(LegsWeights, OrdersAreOneAndTwoFromAnExactState) {
  // Section 9 of the mathematics: from the exact state at k = 8 N, N = 16.
  const auto smooth = [](double s) { return std::sin(2.6 * std::numbers::pi * s) + .2; };
  const double backward[] = {1.09e-2, 5.3e-3, 2.7e-3, 1.3e-3};
  const double bilinear[] = {3.5e-5, 9.0e-6, 2.4e-6, 6.4e-7};
  const size_t lengths[] = {512, 1024, 2048, 4096};
  constexpr size_t kFirst = 128;
  for (size_t i = 0; i < 4; ++i) {
    const std::vector<double> u = midpoints(smooth, lengths[i]);
    const auto edges = regular_edges(u.size(), 1);
    const auto truth = projection_reference(Measure{}, 16, u, edges);
    const auto start = projection_reference(Measure{}, 16, std::span(u).first(kFirst),
                                            std::span<const double>(edges).first(kFirst + 1));
    for (const double implicit : {1.0, 0.5}) {
      const auto op = make_operator<double>(Measure{}, 16);
      std::vector<double> x(16 * kLanes);
      for (size_t n = 0; n < 16; ++n) {
        x[n * kLanes] = start[n];
      }
      for (size_t k = kFirst; k < u.size(); ++k) {
        const auto t = static_cast<double>(k);
        const std::vector<double> input(kLanes, u[k]);
        op->step({(1 - implicit) / t, implicit / (t + 1), std::log1p(1 / t)}, x.data(),
                 input.data(), 1, kLanes);
      }
      std::vector<double> found(16);
      for (size_t n = 0; n < 16; ++n) {
        found[n] = x[n * kLanes];
      }
      const double expected = implicit == 1 ? backward[i] : bilinear[i];
      EXPECT_NEAR(deviation(found, truth) / expected, 1, 0.05) << i << " " << implicit;
    }
  }
}

TEST(LegsTime, RepeatedSamplesChangeNothingExactlyButMuchForTheBilinearRule) {
  // Erratum 6.
  const std::vector<double> u = midpoints(tones, 64);
  std::vector<double> repeated;
  for (const double value : u) {
    repeated.insert(repeated.end(), 5, value);
  }
  const auto difference = [&](const char* rule) {
    const auto once = make_recurrence<double>(options_of("legs-step", 16, rule, false), 1);
    const auto often = make_recurrence<double>(options_of("legs-step", 16, rule, false), 1);
    push(*once, u, 1, false, {}, 1, 0, u.size());
    push(*often, repeated, 1, false, {}, 1, 0, repeated.size());
    return deviation(often->state().coefficients, once->state().coefficients);
  };
  EXPECT_LE(difference("zoh"), 2e-14);
  EXPECT_GE(difference("bilinear"), 1e-3);
}

TEST(LegsForward, TransientsHaveTheSizesOfErratumSeven) {
  const std::pair<int64_t, double> rows[] = {{16, 8e8}, {32, 5e20}, {64, 5e44}, {128, 2e93}};
  for (const auto& [order, size] : rows) {
    StreamOptions options = options_of("legs-step", order, "forward", false);
    options.allow_unstable = true;
    const auto engine = make_recurrence<double>(options, 1);
    const std::vector<double> u = midpoints(tones, static_cast<size_t>(4 * order));
    double largest = 0;
    for (size_t k = 0; k < u.size(); ++k) {
      push(*engine, u, 1, false, {}, 1, k, k + 1);
      largest = std::max(largest, view(engine->state().coefficients).cwiseAbs().maxCoeff());
    }
    EXPECT_NEAR(std::log10(largest), std::log10(size), 1.5) << order;
    const auto truth = projection_reference(Measure{}, order, u, regular_edges(u.size(), 1));
    const double error = deviation(engine->state().coefficients, truth);
    EXPECT_GE(error, 0.1) << order;
  }
}

std::string refusal(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.what();
  }
  return "none";
}

TEST(Recurrence, RefusalsSayWhatToDo) {
  EXPECT_EQ(refusal([] {
              const auto engine =
                  make_recurrence<double>(options_of("legt:1", 64, "forward", false), 1);
              push(*engine, {1, 2}, 1, false, {}, 0.01, 0, 2);
            }),
            "forward Euler is unstable for legt N=64 at dt/w=0.01; use bilinear");
  EXPECT_THAT(
      refusal([] { make_recurrence<double>(options_of("legs-step", 8, "forward", false), 1); }),
      testing::HasSubstr("use bilinear"));
  EXPECT_THAT(refusal([] { make_recurrence<double>(options_of("legt:4", 8, "foh", false), 1); }),
              testing::HasSubstr("--hold linear"));
  EXPECT_THAT(refusal([] { make_recurrence<double>(options_of("fout:4", 7, "zoh", false), 1); }),
              testing::HasSubstr("even"));
  EXPECT_THAT(refusal([] {
                const auto a = make_recurrence<double>(options_of("legt:4", 8, "zoh", false), 1);
                const auto b = make_recurrence<double>(options_of("legt:4", 8, "zoh", false), 1);
                a->merge(*b);
              }),
              testing::HasSubstr("only legs, lagt and window memories merge"));
  EXPECT_THAT(refusal([] {
                const auto a = make_recurrence<double>(options_of("legt:4", 8, "zoh", false), 1);
                push(*a, {1, 2}, 1, false, {}, 1, 0, 2);
                push(*a, {1, 2, 3, 4}, 1, false, {0, 1, 2, 3, 4}, 1, 2, 4);
              }),
              testing::HasSubstr("one of the two kinds"));
}

TEST(Recurrence, OfGbtBelowOneHalfIsRefusedBeyondItsLimitUnlessAllowed) {
  StreamOptions options = options_of("legt:100", 64, "gbt", false);
  options.alpha = 0.3;
  const auto two = [&] {
    push(*make_recurrence<double>(options, 1), {1, 2}, 1, false, {}, 1, 0, 2);
  };
  EXPECT_EQ(refusal(two),
            "gbt with alpha 0.3 is unstable for legt N=64 at dt/w=0.01; use bilinear");
  options.alpha = 0.5;
  EXPECT_EQ(refusal(two), "none");
  options.alpha = 0.3;
  options.measure = "legt:10000";
  EXPECT_EQ(refusal(two), "none");
  options.measure = "legs-step";
  EXPECT_EQ(refusal(two),
            "gbt with alpha 0.3 is unstable for legs-step N=64 while fewer than 32 samples are "
            "seen; use bilinear");
  options.allow_unstable = true;
  EXPECT_EQ(refusal(two), "none");
  options.measure = "legt:100";
  EXPECT_EQ(refusal(two), "none");
}

}  // namespace
}  // namespace yonder::memory::internal
