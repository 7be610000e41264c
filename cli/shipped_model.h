// SPDX-License-Identifier: Apache-2.0
// The small language model that lies in the repository, for the demo and the web app.
#pragma once

#include <filesystem>

namespace yonder::cli {

/// models/books-7m of the source tree that this program was built from, or what YONDER_MODELS
/// names. Throws Error(file) saying where it was looked for.
std::filesystem::path shipped_model_folder();

}  // namespace yonder::cli
