// SPDX-License-Identifier: Apache-2.0
// The inner loops of the implicit rules: one step of every channel, x' = (I - rho A)^-1 ((I +
// lambda A) x + omega B u), in one sweep down (and one up, where A is full). Because I + lambda A
// = gamma I - (lambda/rho) (I - rho A) with gamma = 1 + lambda/rho, no product with A is needed:
// x' = gamma (I - rho A)^-1 (x + omega/gamma B u) - delta x, delta = lambda/rho. And because B is a
// multiple of the generator p, the input is only what the running sum starts from. That leaves 5
// operations per coefficient for legs and 8 for legt.
//
// Vectors run over channels: x [N][pitch], u [count][pitch], pitch a multiple of kLanes. Highway,
// the instruction set chosen at run time. Test: step_kernels_test.cpp against dense steps.
#pragma once

#include <cstddef>
#include <vector>

namespace yonder::memory::internal {

/// Channels are padded to a multiple of this; wider vectors are used as far as they fit.
inline constexpr size_t kLanes = 4;

template <typename Scalar>
struct SweepCoefficients {
  std::vector<Scalar> p, kappa, beta;       ///< down: y = x - p S, S' = kappa S + beta x
  std::vector<Scalar> inverse;              ///< gamma / u
  std::vector<Scalar> s, kappa_upper, tau;  ///< up: gamma s / u; kappa; t / u; or empty
  Scalar delta = 0;
  Scalar start = 0;  ///< S starts from start * u
};

template <typename Scalar>
struct RotationCoefficients {
  std::vector<Scalar> cosine, sine;    ///< of f = sum cosine a + sine b
  std::vector<Scalar> keep, swap;      ///< a' = keep a + swap b + ..., b' = keep b - swap a + ...
  std::vector<Scalar> into_a, into_b;  ///< ... + into h
  Scalar from_f = 0, from_u = 0;       ///< h = from_f f + from_u u
};

/// `count` steps of every channel with the same coefficients.
void sweep(const SweepCoefficients<float>& c, float* x, const float* u, size_t count, size_t pitch);
void sweep(const SweepCoefficients<double>& c, double* x, const double* u, size_t count,
           size_t pitch);
void rotate(const RotationCoefficients<float>& c, float* x, const float* u, size_t count,
            size_t pitch);
void rotate(const RotationCoefficients<double>& c, double* x, const double* u, size_t count,
            size_t pitch);

/// The coefficients of one step of legs, whose rho changes from step to step. roots [N]:
/// sqrt(2n+1).
void legs_coefficients(const std::vector<double>& roots, double rho, double gamma,
                       SweepCoefficients<float>& c);
void legs_coefficients(const std::vector<double>& roots, double rho, double gamma,
                       SweepCoefficients<double>& c);

}  // namespace yonder::memory::internal
