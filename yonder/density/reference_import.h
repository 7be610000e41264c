// SPDX-License-Identifier: Apache-2.0
// Models of the authors' reference code (google/codex): an .npz with real, imag [C, num_freqs] and
// scale, offset [C] (line) or period (circle). Their autocorrelation is the conjugate of the
// paper's, so a = real - i imag; s = softplus(scale), t = offset; the circle is centred on 0.
// num_freqs of the reference is N + 1. Test: reference_import_test.cpp.
#pragma once

#include "yonder/density/model.h"

#include <filesystem>
#include <vector>

namespace yonder::density {

std::vector<Model> import_reference(const std::filesystem::path& npz);
/// Writes models of equal order and kind as the reference code's arrays; what it cannot hold
/// (other bases, other domains) is Error(bad_option).
void export_reference(const std::vector<Model>& models, const std::filesystem::path& npz);

}  // namespace yonder::density
