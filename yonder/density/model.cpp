// SPDX-License-Identifier: Apache-2.0
// What a model is made of. How it is evaluated is in model_evaluation.cpp; modes, moments,
// information and files have a file each.
#include "yonder/density/model.h"

#include "yonder/base/error.h"
#include "yonder/density/internal/cumulative_table.h"
#include "yonder/density/internal/model_cache.h"
#include "yonder/density/spectral_factor.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace yonder::density {
namespace {

using Complex = std::complex<double>;

constexpr size_t kMostOrder = 65536;

void check(const Domain& domain, const std::optional<BaseDistribution>& base, size_t coefficients) {
  require(std::isfinite(domain.origin) && std::isfinite(domain.origin + domain.length) &&
              domain.length > 0,
          ErrorKind::bad_data, "the domain begins at {} and has the length {}; it must be > 0",
          domain.origin, domain.length);
  const bool line = domain.kind == DomainKind::line;
  require(line == base.has_value(), ErrorKind::bad_data, "a model on {} {} base distribution",
          domain.text(), line ? "needs a" : "takes no");
  require(coefficients >= 1 && coefficients <= kMostOrder + 1, ErrorKind::bad_data,
          "{} coefficients; 1 to {} were expected", coefficients, kMostOrder + 1);
}

/// On a reflected interval the density is folded: y stands for both x and -x, and p becomes the
/// even (p(x) + p(-x)) / 2, whose autocorrelation is the real part.
std::vector<Complex> canonical_for(const Domain& domain, std::span<const Complex> b) {
  std::vector<Complex> result = canonical(b);
  if (domain.kind != DomainKind::reflected) {
    return result;
  }
  std::vector<Complex> c = autocorrelation(result);
  double odd = 0;
  for (Complex& value : c) {
    odd = std::max(odd, std::fabs(value.imag()));
    value = value.real();
  }
  constexpr double kRounding = 1e-14;
  if (odd > kRounding) {
    result = canonical(spectral_factor(c));
  }
  for (Complex& value : result) {
    value = value.real();
  }
  return canonical(result);
}

}  // namespace

Model::Model(Canonical, Domain domain, std::optional<BaseDistribution> base, std::vector<Complex> b,
             ModelInfo info)
    : domain_(domain),
      base_(std::move(base)),
      b_(std::move(b)),
      c_(density::autocorrelation(b_)),
      info_(std::move(info)),
      cache_(std::make_shared<Cache>()) {
  const double sum = c_[0].real();
  for (Complex& value : c_) {
    value /= sum;
  }
}

Model::Model(Domain domain, std::optional<BaseDistribution> base, std::span<const Complex> b,
             ModelInfo info)
    : Model(Canonical(), domain, (check(domain, base, b.size()), std::move(base)),
            canonical_for(domain, b), std::move(info)) {}

Model Model::from_autocorrelation(Domain domain, std::optional<BaseDistribution> base,
                                  std::span<const Complex> c, ModelInfo info) {
  check(domain, base, c.size());
  return Model(domain, std::move(base), spectral_factor(c), std::move(info));
}

Model Model::with_info(ModelInfo info) const {
  Model copy = *this;
  copy.info_ = std::move(info);
  return copy;
}

const internal::CumulativeTable& Model::cumulative() const {
  std::call_once(cache_->once,
                 [&] { cache_->table.emplace(b_, domain_.kind == DomainKind::reflected); });
  return *cache_->table;
}

int64_t Model::parameter_count() const {
  // A common factor of b changes nothing: 2 N real numbers, N where all b are real.
  const int64_t shape = domain_.kind == DomainKind::reflected ? order() : 2 * order();
  return shape + (base_ ? static_cast<int64_t>(base_->parameters().size()) : 0);
}

std::string Model::text() const {
  const std::string place = base_ ? "line, base " + base_->text() : domain_.text();
  return fmt::format("Fourier density of order {} on {}", order(), place);
}

}  // namespace yonder::density
