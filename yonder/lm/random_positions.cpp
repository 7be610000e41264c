// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/random_positions.h"

#include "yonder/base/error.h"
#include "yonder/base/options.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace yonder::lm {
namespace {

using rotary::Arguments;
using rotary::ArgumentSpec;

std::vector<double> evenly(double last, int64_t count) {
  std::vector<double> positions(static_cast<size_t>(count));
  const double step = count > 1 ? last / static_cast<double>(count - 1) : 0;
  for (size_t i = 0; i < positions.size(); ++i) {
    positions[i] = step * static_cast<double>(i);
  }
  return positions;
}

std::vector<double> in_order(int64_t count) {
  return evenly(static_cast<double>(count - 1), count);
}

std::vector<double> draw_ordinary(const Arguments& /*arguments*/, double /*train_length*/,
                                  Rng& /*rng*/, int64_t count) {
  return in_order(count);
}

/// A sample without replacement, in order: each number is taken with the share that is still
/// wanted. Source: Knuth, TAOCP 2, 3.4.2, algorithm S.
std::vector<double> draw_sample(const Arguments& arguments, double /*train_length*/, Rng& rng,
                                int64_t count) {
  std::vector<double> positions;
  const int64_t max = std::max(arguments.integer("max"), count);
  for (int64_t j = 0; static_cast<int64_t>(positions.size()) < count; ++j) {
    const auto wanted = static_cast<uint64_t>(count) - positions.size();
    if (rng.below(static_cast<uint64_t>(max - j)) < wanted) {
      positions.push_back(static_cast<double>(j));
    }
  }
  return positions;
}

std::vector<double> draw_exponential(const Arguments& /*arguments*/, double train_length, Rng& rng,
                                     int64_t count) {
  return evenly(-train_length * std::log(rng.uniform_open()), count);
}

/// Gamma of shape a >= 1 by rejection; below 1 from that of a + 1. Source: Marsaglia and Tsang
/// 2000, "A simple method for generating gamma variables".
double draw_gamma(double a, Rng& rng) {
  if (a < 1) {
    const double above = draw_gamma(a + 1, rng);
    return above * std::pow(rng.uniform_open(), 1 / a);
  }
  const double d = a - 1.0 / 3;
  const double c = 1 / std::sqrt(9 * d);
  for (;;) {
    const double x = rng.normal();
    const double v = std::pow(1 + c * x, 3);
    if (v > 0 && std::log(rng.uniform_open()) < 0.5 * x * x + d - d * v + d * std::log(v)) {
      return d * v;
    }
  }
}

/// n = M Beta(alpha, beta), beta such that the mean of n is N.
std::vector<double> draw_beta(const Arguments& arguments, double train_length, Rng& rng,
                              int64_t count) {
  const double max = arguments.real("max");
  const double alpha = arguments.real("alpha");
  if (max <= train_length) {
    return evenly(train_length, count);
  }
  const double x = draw_gamma(alpha, rng);
  const double y = draw_gamma(alpha * (max / train_length - 1), rng);
  return evenly(max * x / (x + y), count);
}

/// Two halves, the second shifted by u in 0 .. M - N.
std::vector<double> draw_pose(const Arguments& arguments, double /*train_length*/, Rng& rng,
                              int64_t count) {
  std::vector<double> positions = in_order(count);
  const int64_t room = std::max<int64_t>(arguments.integer("max") - count, 0);
  const auto shift = static_cast<double>(rng.below(static_cast<uint64_t>(room) + 1));
  for (auto p = positions.begin() + count / 2; p != positions.end(); ++p) {
    *p += shift;
  }
  return positions;
}

ArgumentSpec max_argument() {
  return {.name = "max",
          .kind = ArgumentSpec::Kind::integer,
          .low = 2,
          .high = 1 << 24,
          .help = "M: positions lie in 0 .. M-1"};
}

}  // namespace

const std::vector<PositionKind>& position_kinds() {
  static const std::vector<PositionKind> kinds = {
      {"ordinary", "0, 1, 2, ...", "", {}, draw_ordinary, false},
      {"sample",
       "N of the M positions, drawn without replacement",
       "arXiv 2305.16843",
       {max_argument()},
       draw_sample,
       true},
      {"exponential",
       "evenly up to a length drawn from an exponential law of mean N",
       "kexue.fm 9444",
       {},
       draw_exponential,
       true},
      {"beta",
       "evenly up to M times a draw from a beta law, mean N",
       "kexue.fm 9444",
       {max_argument(),
        {.name = "alpha",
         .kind = ArgumentSpec::Kind::real,
         .fallback = "1",
         .low = 0.01,
         .high = 1000,
         .help = "first parameter of the beta law; the second follows from the mean"}},
       draw_beta,
       true},
      {"pose",
       "two halves, the second shifted at random up to M",
       "arXiv 2309.10400",
       {max_argument()},
       draw_pose,
       false},
  };
  return kinds;
}

PositionSampler::PositionSampler(const PositionKind& kind, Arguments arguments,
                                 int64_t train_length)
    : kind_(&kind),
      arguments_(std::move(arguments)),
      train_length_(static_cast<double>(train_length)),
      canonical_(arguments_.canonical()) {}

PositionSampler PositionSampler::parse(std::string_view text, int64_t train_length) {
  const rotary::TermText term = rotary::parse_term(text);
  std::vector<std::string> names;
  for (const PositionKind& kind : position_kinds()) {
    names.emplace_back(kind.name);
  }
  check_choice("positions", term.name, names);
  const PositionKind& kind = *std::find_if(position_kinds().begin(), position_kinds().end(),
                                           [&](const auto& k) { return term.name == k.name; });
  Arguments arguments(kind.name, kind.arguments, term.given);
  require(kind.arguments.empty() || arguments.integer("max") >= train_length, ErrorKind::bad_option,
          "--positions {}: max is below the training length {}; it is the length to be reached",
          text, train_length);
  return {kind, std::move(arguments), train_length};
}

bool PositionSampler::is_ordinary() const { return kind_->draw == draw_ordinary; }

std::vector<double> PositionSampler::draw(Rng& rng, int64_t count) const {
  return kind_->draw(arguments_, train_length_, rng, count);
}

std::vector<double> PositionSampler::at_test(int64_t count) const {
  if (!kind_->spreads) {
    return in_order(count);
  }
  const bool has_max = !kind_->arguments.empty();
  const double reached = has_max ? arguments_.real("max") : train_length_;
  return evenly(std::max(reached, static_cast<double>(count)) - 1, count);
}

}  // namespace yonder::lm
