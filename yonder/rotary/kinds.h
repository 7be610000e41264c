// SPDX-License-Identifier: Apache-2.0
// The makers of theta tables, one file each, and what they share. Only table.cpp and these files
// include this header; everybody else goes through table.h.
#pragma once

#include "yonder/rotary/table.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace yonder::rotary {

// Each: s >= 1 by the table's check; see the file of the same name.
ThetaTable make_rope(const RopeSpec& rope, const Arguments& arguments, double stretch);
ThetaTable make_position_interpolation(const RopeSpec& rope, const Arguments& arguments,
                                       double stretch);
ThetaTable make_ntk(const RopeSpec& rope, const Arguments& arguments, double stretch);
ThetaTable make_ntk_old(const RopeSpec& rope, const Arguments& arguments, double stretch);
ThetaTable make_ntk_fixed(const RopeSpec& rope, const Arguments& arguments, double stretch);
ThetaTable make_ntk_mixed(const RopeSpec& rope, const Arguments& arguments, double stretch);
ThetaTable make_ntk_hf_dynamic(const RopeSpec& rope, const Arguments& arguments, double stretch);
ThetaTable make_yarn(const RopeSpec& rope, const Arguments& arguments, double stretch);
ThetaTable make_llama3(const RopeSpec& rope, const Arguments& arguments, double stretch);
ThetaTable make_longrope(const RopeSpec& rope, const Arguments& arguments, double stretch);

// Each: the options of llama.cpp that turn the same.
using LlamaCppOptions = std::optional<std::vector<std::string>>;
LlamaCppOptions rope_in_llama_cpp(const RopeSpec& rope, const Arguments& arguments, double stretch);
LlamaCppOptions position_interpolation_in_llama_cpp(const RopeSpec& rope,
                                                    const Arguments& arguments, double stretch);
LlamaCppOptions ntk_in_llama_cpp(const RopeSpec& rope, const Arguments& arguments, double stretch);
LlamaCppOptions ntk_old_in_llama_cpp(const RopeSpec& rope, const Arguments& arguments,
                                     double stretch);
LlamaCppOptions yarn_in_llama_cpp(const RopeSpec& rope, const Arguments& arguments, double stretch);

/// The unchanged table theta_c = base^(-2c/d).
std::vector<double> rope_theta(int64_t dims, double base);

/// `original` of the kinds that were made for a shorter first training.
ArgumentSpec original_argument();
/// Its value: N where it is `auto`.
double original_length(const RopeSpec& rope, const Arguments& arguments);

/// theta (kept + (1 - kept) / factor), exactly theta at factor 1. kept: 1 leaves the channel alone.
double interpolated(double theta, double kept, double factor);

}  // namespace yonder::rotary
