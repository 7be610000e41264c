// SPDX-License-Identifier: Apache-2.0
// Models of the authors' reference code (google/codex): an .npz with real, imag [C, num_freqs] and
// scale, offset [C] (line) or period (circle). Their autocorrelation is the conjugate of the
// paper's, so a = real - i imag; s = softplus(scale), t = offset; the circle is centred on 0.
// num_freqs of the reference is N + 1. Parts: internal/zip_archive.h, base/npy.h.
// Test: reference_import_test.cpp.
#pragma once

#include "yonder/density/model.h"

#include <filesystem>
#include <string_view>
#include <vector>

namespace yonder::density {

/// One model per channel. scale, offset and period may also be single numbers for all channels.
/// Throws Error(bad_data) for anything but such a file.
std::vector<Model> import_reference(const std::filesystem::path& npz);
/// The same from the file's bytes; `name` stands in messages.
std::vector<Model> import_reference(std::string_view bytes, std::string_view name);
/// Writes models of equal order and kind as the reference code's arrays, in doubles; what it cannot
/// hold (other bases, other domains) is Error(bad_option). A circle of another origin is turned.
void export_reference(const std::vector<Model>& models, const std::filesystem::path& npz);

}  // namespace yonder::density
