// SPDX-License-Identifier: Apache-2.0
// A vector of values at a time against all components: one pass for the largest exponent, one for
// the sum, so that nothing overflows and the nearest component always counts. Exponential and
// logarithm are Highway's (errors of a few units in the last place).
#include "yonder/density/baselines/normal_sum.h"

#include "yonder/base/parallel.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "yonder/density/baselines/normal_sum.cpp"
// clang-format off
// The order is part of Highway's mechanism.
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
#include <hwy/contrib/math/math-inl.h>
// clang-format on

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

HWY_BEFORE_NAMESPACE();
namespace yonder::density {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::ScalableTag<double>;
using V = hn::Vec<D>;

// Component k at d = (y - means[k]) inverse[k]: the exponent is constant[k] - d^2 / 2.
struct Terms {
  const double* means;
  const double* inverse;
  const double* constant;
  size_t count;
};

HWY_INLINE V exponent(const Terms& terms, size_t k, V y) {
  const D d;
  const V distance = hn::Mul(hn::Sub(y, hn::Set(d, terms.means[k])), hn::Set(d, terms.inverse[k]));
  return hn::NegMulAdd(hn::Mul(distance, distance), hn::Set(d, 0.5), hn::Set(d, terms.constant[k]));
}

HWY_INLINE V largest_exponent(const Terms& terms, V y) {
  V largest = exponent(terms, 0, y);
  for (size_t k = 1; k < terms.count; ++k) {
    largest = hn::Max(largest, exponent(terms, k, y));
  }
  return largest;
}

// out[i] = ln sum_k e^exponent; n values, any number.
void logpdf_kernel(const double* means, const double* inverse, const double* constant, size_t count,
                   const double* y, double* out, size_t n) {
  const D d;
  const size_t lanes = hn::Lanes(d);
  const Terms terms = {means, inverse, constant, count};
  const auto evaluate = [&](const double* from, double* to) HWY_ATTR {
    const V value = hn::LoadU(d, from);
    const V largest = largest_exponent(terms, value);
    V sum = hn::Zero(d);
    for (size_t k = 0; k < count; ++k) {
      sum = hn::Add(sum, hn::Exp(d, hn::Sub(exponent(terms, k, value), largest)));
    }
    hn::StoreU(hn::Add(largest, hn::Log(d, sum)), d, to);
  };
  size_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    evaluate(y + i, out + i);
  }
  if (i < n) {
    HWY_ALIGN double rest[HWY_MAX_BYTES / sizeof(double)] = {};
    std::copy(y + i, y + n, rest);
    evaluate(rest, rest);
    std::copy(rest, rest + (n - i), out + i);
  }
}

// Adds to sums [3][count] (mass, first, second), per component; returns the log-likelihood.
// scratch: [count] vectors.
double responsibility_kernel(const double* means, const double* inverse, const double* constant,
                             size_t count, const double* y, const double* weights, size_t n,
                             double* scratch, double* sums) {
  const D d;
  const size_t lanes = hn::Lanes(d);
  const Terms terms = {means, inverse, constant, count};
  // scratch: exponentials of this vector; behind them the three sums per component and lane.
  double* const totals = scratch + count * lanes;
  std::fill(totals, totals + 3 * count * lanes, 0.0);
  V likelihood = hn::Zero(d);
  for (size_t i = 0; i < n; i += lanes) {
    const size_t have = std::min(lanes, n - i);
    HWY_ALIGN double values[HWY_MAX_BYTES / sizeof(double)];
    HWY_ALIGN double shares[HWY_MAX_BYTES / sizeof(double)];
    for (size_t lane = 0; lane < lanes; ++lane) {  // empty lanes repeat a value with weight 0
      values[lane] = y[i + std::min(lane, have - 1)];
      shares[lane] = lane < have ? weights[i + lane] : 0;
    }
    const V value = hn::Load(d, values);
    const V weight = hn::Load(d, shares);
    const V largest = largest_exponent(terms, value);
    V sum = hn::Zero(d);
    for (size_t k = 0; k < count; ++k) {
      const V e = hn::Exp(d, hn::Sub(exponent(terms, k, value), largest));
      hn::StoreU(e, d, scratch + k * lanes);
      sum = hn::Add(sum, e);
    }
    likelihood = hn::MulAdd(weight, hn::Add(largest, hn::Log(d, sum)), likelihood);
    const V scale = hn::Div(weight, sum);
    for (size_t k = 0; k < count; ++k) {
      const V r = hn::Mul(hn::LoadU(d, scratch + k * lanes), scale);
      const V distance = hn::Sub(value, hn::Set(d, means[k]));
      const V rd = hn::Mul(r, distance);
      double* const total = totals + 3 * k * lanes;
      hn::StoreU(hn::Add(hn::LoadU(d, total), r), d, total);
      hn::StoreU(hn::Add(hn::LoadU(d, total + lanes), rd), d, total + lanes);
      hn::StoreU(hn::MulAdd(rd, distance, hn::LoadU(d, total + 2 * lanes)), d, total + 2 * lanes);
    }
  }
  for (size_t k = 0; k < count; ++k) {
    for (size_t which = 0; which < 3; ++which) {
      const V total = hn::LoadU(d, totals + (3 * k + which) * lanes);
      sums[which * count + k] += hn::GetLane(hn::SumOfLanes(d, total));
    }
  }
  return hn::GetLane(hn::SumOfLanes(d, likelihood));
}

// sum_k weights[k] e^(offset - ((y - centres[k]) inverse)^2 / 2).
double kernel_sum(double y, double inverse, double offset, const double* centres,
                  const double* weights, size_t count) {
  const D d;
  const size_t lanes = hn::Lanes(d);
  const V value = hn::Set(d, y);
  V sum = hn::Zero(d);
  const auto add = [&](V centre, V weight) HWY_ATTR {
    const V t = hn::Mul(hn::Sub(value, centre), hn::Set(d, inverse));
    const V e = hn::NegMulAdd(hn::Mul(t, t), hn::Set(d, 0.5), hn::Set(d, offset));
    sum = hn::MulAdd(weight, hn::Exp(d, e), sum);
  };
  size_t k = 0;
  for (; k + lanes <= count; k += lanes) {
    add(hn::LoadU(d, centres + k), hn::LoadU(d, weights + k));
  }
  if (k < count) {
    HWY_ALIGN double rest[2][HWY_MAX_BYTES / sizeof(double)] = {};
    std::fill(rest[0], rest[0] + lanes, centres[k]);  // with weight 0
    std::copy(centres + k, centres + count, rest[0]);
    std::copy(weights + k, weights + count, rest[1]);
    add(hn::Load(d, rest[0]), hn::Load(d, rest[1]));
  }
  return hn::GetLane(hn::SumOfLanes(d, sum));
}

size_t lane_count() { return hn::Lanes(D()); }

}  // namespace HWY_NAMESPACE
}  // namespace yonder::density
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace yonder::density {
namespace {

HWY_EXPORT(logpdf_kernel);
HWY_EXPORT(responsibility_kernel);
HWY_EXPORT(kernel_sum);
HWY_EXPORT(lane_count);

constexpr size_t kChunk = 4096;  // values whose sums are taken together; fixed, so that results
                                 // do not depend on the number of threads

struct Factors {
  std::vector<double> inverse;   // 1 / deviation
  std::vector<double> constant;  // ln(weight / (deviation sqrt(2 pi)))
};

Factors factors(const NormalSum& sum) {
  Factors result;
  for (size_t k = 0; k < sum.means.size(); ++k) {
    result.inverse.push_back(1 / sum.deviations[k]);
    result.constant.push_back(std::log(sum.weights[k]) - std::log(sum.deviations[k]) -
                              0.5 * std::log(2 * std::numbers::pi));
  }
  return result;
}

}  // namespace

void NormalSum::logpdf(std::span<const double> y, std::span<double> out) const {
  const Factors factor = factors(*this);
  HWY_DYNAMIC_DISPATCH(logpdf_kernel)
  (means.data(), factor.inverse.data(), factor.constant.data(), means.size(), y.data(), out.data(),
   y.size());
}

double NormalSum::cdf(double y) const {
  double sum = 0;
  for (size_t k = 0; k < means.size(); ++k) {
    sum += weights[k] * 0.5 * std::erfc((means[k] - y) / (deviations[k] * std::numbers::sqrt2));
  }
  return sum;
}

ResponsibilitySums responsibility_sums(const NormalSum& sum, std::span<const double> y,
                                       std::span<const double> weights, int threads) {
  const Factors factor = factors(sum);
  const size_t count = sum.means.size();
  const size_t chunks = (y.size() + kChunk - 1) / kChunk;
  const size_t lanes = HWY_DYNAMIC_DISPATCH(lane_count)();
  std::vector<std::vector<double>> sums(chunks, std::vector<double>(3 * count));
  std::vector<double> likelihoods(chunks);
  parallel_for(chunks, 1, threads, [&](size_t first, size_t last) {
    std::vector<double> scratch(4 * count * lanes);
    for (size_t chunk = first; chunk < last; ++chunk) {
      const size_t begin = chunk * kChunk;
      likelihoods[chunk] = HWY_DYNAMIC_DISPATCH(responsibility_kernel)(
          sum.means.data(), factor.inverse.data(), factor.constant.data(), count, y.data() + begin,
          weights.data() + begin, std::min(kChunk, y.size() - begin), scratch.data(),
          sums[chunk].data());
    }
  });
  ResponsibilitySums result;
  result.mass.resize(count);
  result.first.resize(count);
  result.second.resize(count);
  const std::array<std::vector<double>*, 3> parts = {&result.mass, &result.first, &result.second};
  for (size_t chunk = 0; chunk < chunks; ++chunk) {
    result.log_likelihood += likelihoods[chunk];
    for (size_t which = 0; which < parts.size(); ++which) {
      for (size_t k = 0; k < count; ++k) {
        (*parts[which])[k] += sums[chunk][which * count + k];
      }
    }
  }
  return result;
}

double log_kernel_sum(double y, double bandwidth, std::span<const double> centres,
                      std::span<const double> weights, double nearest) {
  const double offset = 0.5 * nearest * nearest / (bandwidth * bandwidth);
  return std::log(HWY_DYNAMIC_DISPATCH(kernel_sum)(y, 1 / bandwidth, offset, centres.data(),
                                                   weights.data(), centres.size())) -
         offset;
}

std::vector<Image> images(const Domain& domain, double reach) {
  std::vector<Image> result = {Image{}};
  if (!is_folded(domain)) {
    return result;
  }
  const bool circle = domain.kind == DomainKind::circular;
  const double period = circle ? domain.length : 2 * domain.length;
  const auto most = static_cast<int64_t>(std::ceil(reach / period));
  for (int64_t m = 1; m <= most; ++m) {
    result.push_back({1, static_cast<double>(m) * period});
    result.push_back({1, -static_cast<double>(m) * period});
  }
  for (int64_t m = -most; !circle && m <= most + 1; ++m) {
    result.push_back({-1, 2 * domain.origin + static_cast<double>(m) * period});
  }
  return result;
}

NormalSum unfolded(const NormalSum& sum, std::span<const Image> images) {
  NormalSum result;
  for (size_t k = 0; k < sum.means.size(); ++k) {
    for (const Image& image : images) {
      result.weights.push_back(sum.weights[k]);
      result.means.push_back(image.sign * (sum.means[k] - image.shift));
      result.deviations.push_back(sum.deviations[k]);
    }
  }
  return result;
}

bool is_folded(const Domain& domain) {
  return domain.kind == DomainKind::circular || domain.kind == DomainKind::reflected;
}

double into_domain(const Domain& domain, double y) {
  return domain.kind == DomainKind::circular ? domain.from_point(domain.to_point(y)) : y;
}

double fold(const Domain& domain, double y) {
  if (domain.kind != DomainKind::reflected) {
    return into_domain(domain, y);
  }
  const double offset = std::abs(std::remainder(y - domain.origin, 2 * domain.length));
  return std::min(domain.origin + offset, domain.upper());
}

}  // namespace yonder::density
#endif  // HWY_ONCE
