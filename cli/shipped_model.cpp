// SPDX-License-Identifier: Apache-2.0
#include "cli/shipped_model.h"

#include "yonder/base/error.h"

#include <cstdlib>

namespace yonder::cli {

std::filesystem::path shipped_model_folder() {
  const char* models = std::getenv("YONDER_MODELS");
  const std::filesystem::path folder =
      std::filesystem::path(models != nullptr ? models : YONDER_SOURCE_DIR "/models") / "books-7m";
  require(std::filesystem::exists(folder / "model.safetensors"), ErrorKind::file,
          "{}: the shipped model is not there; set YONDER_MODELS to the folder models of a clone",
          folder.string());
  return folder;
}

}  // namespace yonder::cli
