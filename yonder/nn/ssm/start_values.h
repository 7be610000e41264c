// SPDX-License-Identifier: Apache-2.0
// Start values that systems made of poles share. Test: discrete_system_test.cpp.
#pragma once

#include "yonder/base/random.h"
#include "yonder/nn/safetensors_io.h"
#include "yonder/nn/ssm_options.h"

#include <complex>
#include <cstdint>
#include <vector>

namespace yonder::nn {

/// log_dt [D] uniform between the logarithms of step_min and step_max; C [D, n, 2] standard normal
/// as a complex number (each part of variance 1/2); log_A_real and A_imag [D, n], the same poles in
/// every channel. A real part above -1e-4 is moved there: its logarithm is what is learned.
NamedTensors pole_start_values(const std::vector<std::complex<double>>& poles, int64_t width,
                               const SsmOptions& options, Rng& rng);

/// Of these four.
TensorShapes pole_shapes(int64_t width, int64_t state);

/// [values.size(), 2] -> [width, values.size(), 2], float32.
at::Tensor same_in_every_channel(const std::vector<std::complex<double>>& values, int64_t width);

}  // namespace yonder::nn
