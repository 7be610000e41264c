// SPDX-License-Identifier: Apache-2.0
// Training state on disk, one layout for lm, diffusion and multimodal:
//
//   out/latest                    text: the name of the newest folder, replaced atomically
//   out/ckpt-00001200/            step 1200
//     model.safetensors  config.json  ema_0.999.safetensors  optim.safetensors  state.json  DONE
//
// A folder is written under a temporary name, flushed, DONE last, and then renamed into place; only
// after that are older ones removed. A run killed at any instant leaves the old folder or the new
// one, never half of one. `latest` is for people and other programs; we look for the highest step.
// Format: docs/formats/checkpoint.md. Test: checkpoint_test.cpp, checkpoint_slow_test.cpp
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
/// folders (keep >= 1) and what a killed writer left. `out` is made if missing. Throws Error(file),
/// also where a whole checkpoint of this step is there already; what was there stays.
void write_checkpoint(const std::filesystem::path& out, const Checkpoint& checkpoint, int64_t keep);

/// The newest whole checkpoint folder of a run: the highest step with DONE; none if there is none.
std::optional<std::filesystem::path> find_latest_checkpoint(const std::filesystem::path& out);

/// Removes all checkpoint folders of a run, and `latest`; other files stay.
void remove_checkpoints(const std::filesystem::path& out);

/// Reads a folder; the tensors are mapped and must not be written to. Throws Error(file) or
/// Error(bad_data) naming what is missing or damaged.
Checkpoint read_checkpoint(const std::filesystem::path& folder);

}  // namespace yonder::nn
