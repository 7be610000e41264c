// SPDX-License-Identifier: Apache-2.0
// The families of base distributions. The test of base_distribution_test.cpp loops over the rows.
#include "yonder/density/internal/base_family.h"

#include <array>

namespace yonder::density::internal {

std::span<const BaseFamily* const> base_families() {
  static constexpr std::array<const BaseFamily*, 6> kRows = {&kLogistic, &kNormal, &kLaplace,
                                                             &kStudent,  &kCauchy, &kMixture};
  return kRows;
}

}  // namespace yonder::density::internal
