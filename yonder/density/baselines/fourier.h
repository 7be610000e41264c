// SPDX-License-Identifier: Apache-2.0
// The Fourier density among the baselines, as the row "fbdm". Test: table_test.cpp.
#pragma once

#include "yonder/density/baselines/table.h"
#include "yonder/density/fit.h"

namespace yonder::density {

/// What "fbdm:ORDER@BASE" asks for on this domain: "16", "auto", "auto:1-64", "16@student:3"; empty
/// is "auto". Throws Error(bad_option) for a base on a bounded domain.
FitOptions fourier_options(std::string_view argument, const BaselineFit& options);

}  // namespace yonder::density
