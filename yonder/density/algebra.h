// SPDX-License-Identifier: Apache-2.0
// Densities made of densities: each result is a Model again, its coefficients found by spectral
// factorisation (spectral_factor.h). Domains must be equal (circle or interval; the line with equal
// bases where stated). Errors: Error(bad_option). Test: algebra_test.cpp.
#pragma once

#include "yonder/density/model.h"

#include <complex>
#include <span>

namespace yonder::density {

/// The density of Y + shift on a circle: a_k -> a_k e^{i pi k delta}. Circles only.
Model rotate(const Model& model, double shift);
/// The density mirrored about the middle of its domain (the line: about the base's location; a
/// symmetric base is needed).
Model reflect(const Model& model);
/// sum_i weights_i p_i, weights >= 0 (normalised here); equal domains and bases.
Model mixture(std::span<const Model> models, std::span<const double> weights);
/// The density of Y + Z on a circle, Z with circular moments E e^{i pi n z} = kernel[n], n = 0..:
/// c_n times the conjugate moment. kernel[n] beyond its end counts as 0.
Model convolve(const Model& model, std::span<const std::complex<double>> kernel);
/// Circular moments of a normal distribution wrapped on the model's circle; deviation in units of
/// y.
std::vector<std::complex<double>> wrapped_normal_moments(const Domain& domain, double deviation,
                                                         int64_t order);
/// The normalised product p q, of degree N_p + N_q; equal domains, not the line.
Model product(const Model& p, const Model& q);
/// The same density with order `order` >= the model's (zero padding: a start for a larger fit).
Model pad(const Model& model, int64_t order);

}  // namespace yonder::density
