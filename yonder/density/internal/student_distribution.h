// SPDX-License-Identifier: Apache-2.0
// The standardised Student distribution, which bases/student.cpp and bases/cauchy.cpp (one degree
// of freedom) share: its tail, and its fit by iteratively reweighted means.
#pragma once

#include "yonder/density/internal/base_family.h"

#include <vector>

namespace yonder::density::internal {

/// P(T > u) for u >= 0, relatively accurate down to underflow.
double student_tail(double freedom, double u);
double student_log_tail(double freedom, double u);
/// ln of the standard density.
double student_log_density(double freedom, double u);
/// Maximum likelihood of location and scale for these degrees of freedom, {t, s}; what the sample
/// gives is not fitted. Source: the EM algorithm of Lange, Little and Taylor 1989.
std::vector<double> fit_student(const BaseSample& sample, double freedom);
/// Mean log density of the sample.
double student_log_likelihood(const BaseSample& sample, double freedom, double location,
                              double scale);

}  // namespace yonder::density::internal
