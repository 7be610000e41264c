// SPDX-License-Identifier: Apache-2.0
#include "yonder/memory/measures/table.h"

#include "yonder/base/error.h"
#include "yonder/base/options.h"

#include <utility>

namespace yonder::memory {

const std::vector<MeasureDefinition>& measure_definitions() {
  using Kind = MeasureKind;
  // kind, name, help, has_width, mergeable, approximate; legendre, system, basis
  static const std::vector<MeasureDefinition> definitions = {
      {{Kind::legs, "legs", "all of the past, uniformly (exact)", false, true, false},
       true,
       legs_system,
       legendre_basis},
      {{Kind::legs_step, "legs-step", "the same by a recurrence per sample, for comparison", false,
        false, false},
       true,
       legs_system,
       legendre_basis},
      {{Kind::legt, "legt", "legt:W, the last W (approximately, Legendre)", true, false, true},
       true,
       legt_system,
       legendre_basis},
      {{Kind::lagt, "lagt", "lagt:THETA[:ALPHA:BETA], a past that fades over THETA (Laguerre)",
        true, true, false},
       false,
       lagt_system,
       laguerre_basis},
      {{Kind::fout, "fout", "fout:W, the last W (approximately, Fourier)", true, false, true},
       false,
       fout_system,
       fourier_basis},
      {{Kind::window, "window", "window:W, the last W (exact up to one block)", true, true, false},
       true,
       nullptr,
       legendre_basis},
      {{Kind::fous, "fous", "all of the past in Fourier modes (approximate, for comparison)", false,
        false, true},
       false,
       fous_system,
       fourier_basis},
      {{Kind::chebt, "chebt", "chebt:W, the last W (approximately, Chebyshev)", true, false, true},
       false,
       chebt_system,
       chebyshev_basis},
  };
  return definitions;
}

const MeasureDefinition& definition_of(MeasureKind kind) {
  const MeasureDefinition& definition = measure_definitions().at(static_cast<size_t>(kind));
  YONDER_CHECK(definition.row.kind == kind);
  return definition;
}

void check_order(const Measure& measure, int64_t order) {
  check_range("order", order, 1, 4096);
  const bool fourier = measure.kind == MeasureKind::fout || measure.kind == MeasureKind::fous;
  require(!fourier || order % 2 == 0, ErrorKind::bad_option,
          "--order is {}; {} keeps pairs of cosine and sine, so it must be even", order,
          row_of(measure.kind).name);
}

System zero_system(int64_t order, bool time_varying) {
  const auto n = static_cast<size_t>(order);
  return {{order, order, std::vector<double>(n * n)}, std::vector<double>(n), time_varying};
}

}  // namespace yonder::memory
