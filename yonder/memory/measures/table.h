// SPDX-License-Identifier: Apache-2.0
// One row per measure: its name, its matrices and the functions it remembers in. A further measure
// is a file here and a row in table.cpp. Test: measure_test.cpp, system_test.cpp.
#pragma once

#include "yonder/memory/measure.h"
#include "yonder/memory/system.h"

#include <cstdint>
#include <span>
#include <vector>

namespace yonder::memory {

struct MeasureDefinition {
  MeasureRow row;
  bool legendre = false;  ///< has all four normalisations
  /// Matrices in hippo normalisation; null: none.
  System (*system)(const Measure& measure, int64_t order) = nullptr;
  /// As basis() in measure.h.
  void (*basis)(const Measure& measure, double age, double length, std::span<double> values);
};

const std::vector<MeasureDefinition>& measure_definitions();
const MeasureDefinition& definition_of(MeasureKind kind);

/// Throws Error(bad_option) unless 1 <= order <= 4096 and order suits the measure (Fourier: even).
void check_order(const Measure& measure, int64_t order);

System legs_system(const Measure& measure, int64_t order);
System legt_system(const Measure& measure, int64_t order);
System lagt_system(const Measure& measure, int64_t order);
System fout_system(const Measure& measure, int64_t order);
System fous_system(const Measure& measure, int64_t order);
System chebt_system(const Measure& measure, int64_t order);

void legendre_basis(const Measure& measure, double age, double length, std::span<double> values);
void laguerre_basis(const Measure& measure, double age, double length, std::span<double> values);
void fourier_basis(const Measure& measure, double age, double length, std::span<double> values);
void chebyshev_basis(const Measure& measure, double age, double length, std::span<double> values);

/// lagt: sqrt(Gamma(n + alpha + 1) / n!) for n < order; the norms of the Laguerre polynomials.
std::vector<double> laguerre_norms(double alpha, int64_t order);

/// An N x N system of zeros.
System zero_system(int64_t order, bool time_varying);

}  // namespace yonder::memory
