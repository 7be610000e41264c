// SPDX-License-Identifier: Apache-2.0
// The starts of state-space layers: a row each, its file says how parameters become a system.
//
// s4d-lin, s4d-inv, s4d-legs  diagonal.cpp  poles only, held input; fast, the usual choice
// s4-legs, s4-legt, s4-fout   low_rank.cpp  normal plus low rank, bilinear: the whole HiPPO matrix
// rtf                         rational.cpp  quotient of polynomials, starts as a short filter
// Test: discrete_system_test.cpp runs the same contract over every row.
#pragma once

#include "yonder/base/random.h"
#include "yonder/nn/safetensors_io.h"
#include "yonder/nn/ssm/discrete_system.h"
#include "yonder/nn/ssm_options.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::nn {

struct SsmRow {
  std::string name;
  std::string help;  ///< one line
  /// Start values of the parameters, float32, [D, ...] each. The names are those of S4D's
  /// checkpoints where it has them: log_dt, log_A_real, A_imag, C.
  NamedTensors (*start)(const SsmRow& row, int64_t width, const SsmOptions& options, Rng& rng);
  std::unique_ptr<DiscreteSystem> (*system)(const NamedTensors& parameters);
  /// Of these parameters.
  TensorShapes (*shapes)(const SsmRow& row, int64_t width, int64_t state);
};

const std::vector<SsmRow>& ssm_rows();
/// Throws Error(bad_option) naming the nearest.
const SsmRow& ssm_row(std::string_view name);

// Of diagonal.cpp.
NamedTensors diagonal_start_values(const SsmRow& row, int64_t width, const SsmOptions& options,
                                   Rng& rng);
std::unique_ptr<DiscreteSystem> diagonal_system(const NamedTensors& parameters);
TensorShapes diagonal_shapes(const SsmRow& row, int64_t width, int64_t state);

// Of low_rank.cpp.
NamedTensors low_rank_start_values(const SsmRow& row, int64_t width, const SsmOptions& options,
                                   Rng& rng);
std::unique_ptr<DiscreteSystem> low_rank_system(const NamedTensors& parameters);
TensorShapes low_rank_shapes(const SsmRow& row, int64_t width, int64_t state);

// Of rational.cpp.
NamedTensors rational_start_values(const SsmRow& row, int64_t width, const SsmOptions& options,
                                   Rng& rng);
std::unique_ptr<DiscreteSystem> rational_system(const NamedTensors& parameters);
TensorShapes rational_shapes(const SsmRow& row, int64_t width, int64_t state);

}  // namespace yonder::nn
