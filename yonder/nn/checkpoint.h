// SPDX-License-Identifier: Apache-2.0
// Training state on disk, one layout for lm, diffusion and multimodal:
//
//   out/latest                    text: the name of the newest folder, replaced atomically
//   out/ckpt-00001200/            step 1200
//     model.safetensors  config.json  ema_0.999.safetensors  optim.safetensors  state.json  DONE
//
// A folder is written under a temporary name, flushed, renamed into place; DONE comes before the
// rename and last. A run killed at any instant leaves the old folder or the new one, never half of
// one. Format: docs/formats/checkpoint.md. Test: checkpoint_test.cpp, checkpoint_slow_test.cpp
// (killed at every call).
#pragma once

#include "yonder/nn/safetensors_io.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace yonder::nn {

struct Checkpoint {
  int64_t step = 0;
  NamedTensors model;
  std::map<std::string, NamedTensors> ema;  ///< by the text of the decay
  NamedTensors optimizer;
  std::string config;  ///< config.json
  std::string state;   ///< state.json
};

/// Writes out/ckpt-<step> and points `latest` at it, then removes all but the newest `keep`
/// folders. `out` is made if missing.
void write_checkpoint(const std::filesystem::path& out, const Checkpoint& checkpoint, int64_t keep);

/// The newest whole checkpoint folder of a run: what `latest` names, or else the highest step with
/// DONE; none if there is no such folder.
std::optional<std::filesystem::path> find_latest_checkpoint(const std::filesystem::path& out);

/// Reads a folder. Throws Error(file) or Error(bad_data) naming what is missing or damaged.
Checkpoint read_checkpoint(const std::filesystem::path& folder);

}  // namespace yonder::nn
