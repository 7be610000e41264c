// SPDX-License-Identifier: Apache-2.0
// What a memory holds at one moment: N coefficients per channel of an interval of the past, from
// which the past is read back with its error.
//
//   const Summary s = stream.summary();
//   Value v = s.at(0, t);        // estimate, rms error, and a rigorous bound where there is one
//   s.mean(0, t1, t2);  s.derivative(0, t);  Summary::merge(older, newer);
//
// legs and window summaries merge exactly (the first N coefficients of the union need only the
// first N of the parts); energy is carried along, so the rms residual is exact, and integrals have
// a rigorous bound: what was lost is orthogonal to every polynomial of degree < N, so only the part
// of the interval's indicator that is none can meet it. Immutable. Times are in the stream's own
// unit. Source: docs/math/memory.md. Test: summary_test.cpp.
#pragma once

#include "yonder/memory/measure.h"
#include "yonder/memory/system.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace yonder::memory {

struct Value {
  double estimate = 0;
  /// Of the reconstruction over the whole interval, rms_residual(); NaN for derivatives.
  double rms_error = 0;
  /// |estimate - truth| <= bound for sure; NaN where there is no such bound.
  double bound = 0;
};

class Summary {
 public:
  /// What a summary is made of. coefficients [C][N], hippo normalisation (fout: real form); energy
  /// [C]: int u^2 dt over the interval.
  struct Parts {
    Measure measure;
    int64_t order = 0;
    std::vector<std::string> names;  ///< of the channels
    double begin = 0, end = 0;       ///< the interval of the functions
    /// Where the samples begin; after `begin` while a stream is shorter than the window of legt,
    /// fout or chebt, whose coefficients take the rest for 0. Nothing before it is read.
    double known_from = -std::numeric_limits<double>::infinity();
    std::vector<double> coefficients;
    std::vector<double> energy;  ///< NaN where it is not known
    bool exact = false;          ///< the coefficients are the projection of the (held) samples
    /// How far rounding may have moved the coefficients, relative to the rms of the input; the
    /// bounds include it. 0: 1e-12.
    double rounding = 0;
  };
  /// Throws Error(bad_data) unless sizes fit each other, begin < end and all numbers are finite.
  explicit Summary(Parts parts);
  const Parts& parts() const { return parts_; }

  const Measure& measure() const { return parts_.measure; }
  int64_t order() const { return parts_.order; }
  int64_t channels() const { return static_cast<int64_t>(parts_.names.size()); }
  const std::vector<std::string>& names() const { return parts_.names; }
  /// From where on it may be read; the functions' interval may begin before (Parts::known_from).
  double begin() const { return std::max(parts_.begin, parts_.known_from); }
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
  /// sqrt(energy / T - sum c_n^2), clamped at 0; clamped() says how far below 0 the difference was,
  /// relative to energy / T (rounding). NaN where the measure's functions are not orthogonal
  /// (chebt, tilted lagt) or the energy is not known.
  double rms_residual(int64_t channel) const;
  double clamped(int64_t channel) const;
  /// The smallest residual that energy / T - sum c_n^2 tells from rounding: sqrt(2 r energy / T), r
  /// = Parts::rounding. An rms_residual() below it, 0 included, says only `less than this`. Large
  /// offsets make it large: subtract them, or keep f64. NaN where the energy is not known.
  double residual_resolution(int64_t channel) const;
  /// Rms of what further coefficients would add, if the last 8 are the beginning of a geometric
  /// tail; an estimate, labelled so wherever it is shown.
  double local_error_estimate(int64_t channel) const;

  /// Adjacent intervals, older.end() == newer.begin() up to rounding; Error(bad_data) stating both
  /// intervals otherwise, and for different orders, measures or names. legs, window; lagt decays
  /// the older part.
  static Summary merge(const Summary& older, const Summary& newer);
  /// The reconstruction on [t1, t2] within the interval, without loss; Legendre measures. Not exact
  /// any more: its energy is that of the reconstruction plus all that was lost anywhere, so that
  /// rms_residual() is an upper limit.
  Summary restrict(double t1, double t2) const;

 private:
  size_t index(int64_t channel) const;
  void require_inside(double t) const;
  double length() const { return parts_.end - parts_.begin; }
  double position(double t) const;
  double sum(int64_t channel, std::span<const double> values) const;
  Value with_errors(int64_t channel, double estimate) const;

  Parts parts_;
  std::vector<double> series_;    // Legendre measures: [C][N], of P_n
  std::vector<double> residual_;  // [C], energy / T - sum c_n^2
};

}  // namespace yonder::memory
