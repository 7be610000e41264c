// SPDX-License-Identifier: Apache-2.0
// The unchanged table: theta_c = base^(-2c/d). Source: Su et al. 2021 (RoFormer), 3.3.
#pragma once

#include "yonder/rotary/table.h"

namespace yonder::rotary {

ThetaTable make_rope(const RopeSpec& rope, const Arguments& arguments, double stretch);

}  // namespace yonder::rotary
