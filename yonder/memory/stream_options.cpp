// SPDX-License-Identifier: Apache-2.0
#include "yonder/base/error.h"
#include "yonder/memory/discretization.h"
#include "yonder/memory/stream.h"

#include <cmath>
#include <limits>

namespace yonder::memory {
namespace {

const std::vector<std::string>& scalar_names() {
  static const std::vector<std::string> names = {"f64", "f32"};
  return names;
}

const std::vector<std::string>& hold_names() {
  static const std::vector<std::string> names = {"zoh", "linear"};
  return names;
}

}  // namespace

void StreamOptions::visit(OptionVisitor& v) {
  constexpr double kMax = std::numeric_limits<double>::max();
  v.text(
      "measure", measure,
      "what is remembered: legs (all of the past), window:W (the last W exactly), legt:W, fout:W, "
      "chebt:W (the last W, approximately), lagt:THETA (a fading past), legs-step, fous");
  v.integer("order", order, 1, 4096, "N, coefficients per channel");
  v.choice("scalar", scalar, scalar_names(), "how state and samples are kept");
  v.choice("rule", rule, rule_names(), "step rule of the recurrences (legs and window need none)");
  v.real("alpha", alpha, 0, 1, "of gbt: 0 forward, 0.5 bilinear, 1 backward");
  v.choice("hold", hold, hold_names(),
           "between samples: zoh keeps the last value, linear joins them by lines");
  v.real("start", start, -kMax, kMax, "time of the first sample, where the input has no times");
  v.real("step", step, 0, kMax, "time between samples, where the input has no times");
  v.integer("block", block, 0, 1 << 20,
            "samples per block of legs and window; 0 = chosen by order");
  v.flag("unsafe", allow_unstable, "allow forward Euler beyond its stability limit");
}

void StreamOptions::validate() const {
  validate_options([copy = *this](OptionVisitor& v) mutable { copy.visit(v); });
  require(step > 0, ErrorKind::bad_option, "--step is {}; it must be above 0", step);
  // Sample times must be told apart, and not only just.
  constexpr double kCoarsest = 1e-3;  // steps
  const double latest = std::abs(start) + step;
  const double resolution = latest - std::nextafter(latest, 0.0);
  require(resolution <= kCoarsest * step, ErrorKind::bad_option,
          "--start is {} and --step {}: times of that size are {:.3g} apart, too coarse for such a "
          "step; count the time from a later moment, --start 0 say",
          start, step, resolution);
  require(block <= kMostBlockElements / order, ErrorKind::bad_option,
          "--block is {}; with --order {} it must not exceed {}", block, order,
          kMostBlockElements / order);
  Measure::parse(measure);
}

}  // namespace yonder::memory
