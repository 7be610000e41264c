// SPDX-License-Identifier: Apache-2.0
// The public class of density: a Fourier basis density, p(x) = |A(x)|^2 / (2 S) on [-1, 1] with
// A(x) = sum_{k=0..N} b_k e^{i pi k x}, S = sum |b_k|^2, carried to a circle, an interval or the
// line.
//
//   FitReport report;
//   const Model model = fit(values, {}, {.domain = "circular:24", .order = "8"}, &report);
//   model.quantile(u, y);   model.entropy();   model.modes(0.05);   model.save("hours.yfd");
//
// Never negative, exactly normalised, smooth; cdf, quantiles, entropy and divergences are exact
// sums. Immutable and thread-safe. Coefficients are canonical: minimal phase (all roots in
// |z| >= 1), b_0 real and positive, S = 1. Values y are in the units of the data, densities per
// unit of y, logarithms natural.
// Source: kexue.fm 10007, arXiv 2402.15345; errors there: docs/math/density.md. Tests:
// model_test.cpp.
#pragma once

#include "yonder/density/base_distribution.h"
#include "yonder/density/domain.h"
#include "yonder/density/estimator.h"

#include <complex>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::density {

namespace internal {
class CumulativeTable;
struct MassTarget;
}  // namespace internal

/// A stationary point of the density.
struct Mode {
  bool maximum = true;    ///< else an antimode
  double location = 0;    ///< y
  double density = 0;     ///< q(y)
  double prominence = 0;  ///< topographic, as a fraction of the highest peak (maxima only)
  double curvature = 0;   ///< q''(y); 0 at the corner of a Laplace base, where there is none
};

/// One moment with what is known about its error.
struct Moment {
  double value = 0;    ///< NaN where it does not exist
  double error = 0;    ///< 0 where it is an exact sum, else an estimate of the quadrature's error
  bool exists = true;  ///< false: the base's tails are too heavy
};

struct Moments {
  Moment mean, variance, skewness, kurtosis;   ///< kurtosis: 3 for a normal distribution
  std::vector<std::complex<double>> circular;  ///< E e^{i pi n x}, n = 1.. (circle only)
  double direction = 0;                        ///< mean direction in units of y (circle only;
                                               ///< without meaning where the next is 0)
  double resultant_length = 0;                 ///< |E e^{i pi x}| (circle only)
};

/// What is kept about the fit that made a model (stored beside the coefficients).
struct ModelInfo {
  uint64_t samples = 0;
  double nll = 0;      ///< mean negative log-likelihood, nats per sample, in units of y
  double gap = -1;     ///< certificate, nats; negative: none (penalised or not from a fit)
  double gamma = 0;    ///< roughness penalty
  std::string column;  ///< what was fitted
  uint64_t seed = 0;
  std::string yonder_version;  ///< of the program that fitted it; empty: this one
};

class Model final : public Estimator {
 public:
  /// Any coefficients b_0..b_N with a positive sum of squares; made canonical here. `base` is
  /// needed on the line and refused elsewhere. Throws Error(bad_data) (non-finite, all zero).
  Model(Domain domain, std::optional<BaseDistribution> base,
        std::span<const std::complex<double>> b, ModelInfo info = {});
  /// From c_0..c_N of p ~ Re sum c_n e^{i pi n x}; Error(bad_data) where that is negative
  /// somewhere.
  static Model from_autocorrelation(Domain domain, std::optional<BaseDistribution> base,
                                    std::span<const std::complex<double>> c, ModelInfo info = {});

  const Domain& domain() const { return domain_; }
  const std::optional<BaseDistribution>& base() const { return base_; }
  int64_t order() const { return static_cast<int64_t>(b_.size()) - 1; }
  std::span<const std::complex<double>> coefficients() const { return b_; }     ///< b_0..b_N
  std::span<const std::complex<double>> autocorrelation() const { return c_; }  ///< c_0 = 1
  const ModelInfo& info() const { return info_; }
  Model with_info(ModelInfo info) const;

  /// Densities and masses at y; sizes must agree, `out` may be `y`. Outside an interval the density
  /// is 0 and the cdf 0 or 1; a circle wraps. Throws Error(bad_data) where y is not a number (on a
  /// circle: not finite).
  void pdf(std::span<const double> y, std::span<double> out) const;
  void logpdf(std::span<const double> y, std::span<double> out) const override;
  void cdf(std::span<const double> y, std::span<double> out) const override;
  /// 1 - cdf without cancellation.
  void sf(std::span<const double> y, std::span<double> out) const;
  /// ln cdf and ln sf, accurate in the tails.
  void logcdf(std::span<const double> y, std::span<double> out) const;
  void logsf(std::span<const double> y, std::span<double> out) const;
  /// y with cdf(y) = u; 0 and 1 give the ends (line: +-infinity). Throws Error(bad_data) outside
  /// [0, 1].
  void quantile(std::span<const double> u, std::span<double> out) const;
  void sample(uint64_t seed, uint64_t first, std::span<double> out) const override;
  int64_t parameter_count() const override;
  std::string text() const override;

  /// All maxima and minima in order of y; maxima below the prominence are left out, with the minima
  /// that only they need.
  std::vector<Mode> modes(double min_prominence = 0) const;
  Moments moments() const;
  /// Differential entropy in nats; on the line the base's term is a quadrature.
  double entropy() const;
  /// KL divergence from `other`, nats: exact by cepstrum where domain and base are equal, by
  /// quadrature on the line with different bases; infinite where the tails of `other` are too light
  /// for this model's. Throws Error(bad_option) where the domains differ.
  double kl(const Model& other) const;
  double cross_entropy(const Model& other) const;

  /// Files: .yfd (docs/formats/density_model.md), and the same content as JSON.
  void save(const std::filesystem::path& path) const;
  static Model load(const std::filesystem::path& path);  ///< .yfd or JSON, by content
  std::string to_json() const;
  static Model from_json(std::string_view text, std::string_view name);
  /// The bytes of a .yfd file.
  std::string to_bytes() const;
  static Model from_bytes(std::string_view bytes, std::string_view name);

 private:
  struct Canonical {};  // a tag: b is canonical already
  Model(Canonical, Domain domain, std::optional<BaseDistribution> base,
        std::vector<std::complex<double>> b, ModelInfo info);

  /// Built when it is first needed, shared by all copies, safe from any thread.
  const internal::CumulativeTable& cumulative() const;
  Domain::Point to_point(double y) const;
  double from_point(Domain::Point point) const;
  bool inside(double y) const;
  void bounded_densities(std::span<const double> y, std::span<double> out, bool logarithm) const;
  void line_densities(std::span<const double> y, std::span<double> out, bool logarithm) const;
  void densities(std::span<const double> y, std::span<double> out, bool logarithm) const;
  void invert(std::span<const internal::MassTarget> targets, std::span<double> out) const;
  double log_lower_mass(double y) const;
  double log_upper_mass(double y) const;
  double end_log_density() const;
  /// E[g(Y)] of a function of the value; see internal/panels.h for how.
  Moment expectation(const std::function<double(double)>& g) const;
  double mean_log_weight() const;
  template <typename Pick>
  void masses(std::span<const double> y, std::span<double> out, Pick pick) const;

  Domain domain_;
  std::optional<BaseDistribution> base_;
  std::vector<std::complex<double>> b_;
  std::vector<std::complex<double>> c_;
  ModelInfo info_;
  struct Cache;
  std::shared_ptr<Cache> cache_;
};

}  // namespace yonder::density
