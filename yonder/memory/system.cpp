// SPDX-License-Identifier: Apache-2.0
#include "yonder/memory/system.h"

#include "yonder/base/error.h"
#include "yonder/memory/measures/table.h"

namespace yonder::memory {

System system(const Measure& measure, int64_t order, Normalization norm) {
  measure.validate();
  check_order(measure, order);
  const MeasureDefinition& definition = definition_of(measure.kind);
  require(definition.system != nullptr, ErrorKind::bad_option,
          "measure {} has no system; its blocks are merged exactly", definition.row.name);
  System result = definition.system(measure, order);
  if (norm == Normalization::hippo) {
    return result;
  }
  require(definition.legendre, ErrorKind::bad_option,
          "normalisation {} is of Legendre measures; {} has one form, named hippo here",
          normalization_names()[static_cast<size_t>(norm)], definition.row.name);
  for (int64_t i = 0; i < order; ++i) {
    for (int64_t j = 0; j < order; ++j) {
      result.a.at(i, j) *= from_hippo(norm, i) / from_hippo(norm, j);
    }
    result.b[static_cast<size_t>(i)] *= from_hippo(norm, i);
  }
  return result;
}

}  // namespace yonder::memory
