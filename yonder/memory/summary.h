// SPDX-License-Identifier: Apache-2.0
// What a memory holds at one moment: N coefficients per channel of an interval of the past, from
// which the past is read back with its error.
//
//   const Summary s = stream.summary();
//   Value v = s.at(0, t);        // estimate, rms error, and a rigorous bound where there is one
//   s.mean(0, t1, t2);  s.derivative(0, t);  Summary::merge(older, newer);
//
// legs and window summaries merge exactly (the first N coefficients of the union need only the
// first N of the parts); energy is carried along, so the rms residual is exact. Immutable. Times
// are in the stream's own unit. Source: docs/math/memory.md. Tests: summary_test.cpp,
// merge_test.cpp.
#pragma once

#include "yonder/memory/measure.h"
#include "yonder/memory/system.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace yonder::memory {

struct Value {
  double estimate = 0;
  double rms_error =
      0;             ///< of the reconstruction over the whole interval; exact where `exact` holds
  double bound = 0;  ///< |estimate - truth| <= bound for sure; NaN where there is no such bound
};

class Summary {
 public:
  /// What a summary is made of. coefficients [C][N], hippo normalisation (fout: real form); energy
  /// [C]: int u^2 dt over the interval.
  struct Parts {
    Measure measure;
    int64_t order = 0;
    std::vector<std::string> names;  ///< of the channels
    double begin = 0, end = 0;       ///< the interval remembered
    std::vector<double> coefficients;
    std::vector<double> energy;
    bool exact = false;  ///< the coefficients are the projection of the (held) samples
  };
  explicit Summary(Parts parts);

  const Measure& measure() const { return parts_.measure; }
  int64_t order() const { return parts_.order; }
  int64_t channels() const { return static_cast<int64_t>(parts_.names.size()); }
  const std::vector<std::string>& names() const { return parts_.names; }
  double begin() const { return parts_.begin; }
  double end() const { return parts_.end; }
  bool exact() const { return parts_.exact; }
  /// [N], hippo normalisation.
  std::span<const double> coefficients(int64_t channel) const;
  /// The same in another normalisation (Legendre measures).
  std::vector<double> coefficients(int64_t channel, Normalization norm) const;
  double energy(int64_t channel) const;

  /// Reads outside [begin, end] throw Error(bad_option): nothing is extrapolated.
  Value at(int64_t channel, double t) const;
  Value derivative(int64_t channel, double t) const;
  Value integral(int64_t channel, double t1, double t2) const;
  Value mean(int64_t channel, double t1, double t2) const;
  /// out.size() equally spaced times from t1 to t2, both included.
  void grid(int64_t channel, double t1, double t2, std::span<double> out) const;
  /// sqrt(energy / T - sum c_n^2), clamped at 0 (clamped() says by how much in relative terms).
  double rms_residual(int64_t channel) const;
  double clamped(int64_t channel) const;
  /// From the last 8 coefficients; an estimate, labelled so wherever it is shown.
  double local_error_estimate(int64_t channel) const;

  /// Adjacent intervals, older.end() == newer.begin() up to rounding; Error(bad_data) stating both
  /// intervals otherwise, and for different orders, measures or names. legs, window; lagt decays
  /// the older part.
  static Summary merge(const Summary& older, const Summary& newer);
  /// The best N coefficients of the reconstruction on [t1, t2] within the interval; legs and
  /// window.
  Summary restrict(double t1, double t2) const;

 private:
  Parts parts_;
};

}  // namespace yonder::memory
