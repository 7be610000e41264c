// SPDX-License-Identifier: Apache-2.0
// Sums of normal densities, the arithmetic of Gaussian mixtures and kernel density estimates:
// logarithm of the density by log-sum-exp, cdf, and the sums of an EM step, in SIMD lanes.
// Reference: the same sums in plain loops; test: normal_sum_test.cpp.
//
// A density folded onto a circle or between two mirrors is such a sum too: each component appears
// once per image of the domain (images()), and all that lies beyond the domain's ends is cut off.
#pragma once

#include "yonder/density/domain.h"

#include <cstddef>
#include <span>
#include <vector>

namespace yonder::density {

/// sum_k weights[k] Normal(means[k], deviations[k]).
struct NormalSum {
  std::vector<double> weights;  ///< > 0; 1 in all, images aside
  std::vector<double> means;
  std::vector<double> deviations;  ///< > 0

  /// ln of the density at each y; `out` may be `y`. Cost: two passes over the components per y.
  void logpdf(std::span<const double> y, std::span<double> out) const;
  /// sum_k weights[k] Phi((y - means[k]) / deviations[k]).
  double cdf(double y) const;
};

/// What an EM step needs of a weighted sample: for each component, with r the weight of a value
/// times the component's share of the density there and d = y - means[k], the sums of r, r d and
/// r d^2.
struct ResponsibilitySums {
  std::vector<double> mass;
  std::vector<double> first;
  std::vector<double> second;
  double log_likelihood = 0;  ///< sum of weight times ln density
};
/// Does not depend on the number of threads. y, weights: [n].
ResponsibilitySums responsibility_sums(const NormalSum& sum, std::span<const double> y,
                                       std::span<const double> weights, int threads);

/// ln sum_k weights[k] exp(-(y - centres[k])^2 / (2 bandwidth^2)); nearest: the least |y -
/// centres[k]|. -infinity for no centres.
double log_kernel_sum(double y, double bandwidth, std::span<const double> centres,
                      std::span<const double> weights, double nearest);

/// How a point of the line falls onto the domain: y -> sign y + shift undoes it. A density g of the
/// line becomes sum over images of g(sign y + shift).
struct Image {
  double sign = 1;
  double shift = 0;
};
/// All images within `reach` of the domain: of a circle one per period, of a reflected interval two
/// per double length, else only the point itself. That one is always the first.
std::vector<Image> images(const Domain& domain, double reach);
/// The sum on the line whose part within the domain is the folded sum: component k with image j is
/// component k images + j.
NormalSum unfolded(const NormalSum& sum, std::span<const Image> images);
/// Circles and reflected intervals; on others a baseline is what it is on the line.
bool is_folded(const Domain& domain);
/// On a circle the point of the period that y means; else y.
double into_domain(const Domain& domain, double y);
/// Where a point of the line falls on a circle or a reflected interval; else y.
double fold(const Domain& domain, double y);

}  // namespace yonder::density
