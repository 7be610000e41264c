// SPDX-License-Identifier: Apache-2.0
// The log of a run, out/log.jsonl: one JSON object per line, each with its "step". A resumed run
// drops what lies beyond its checkpoint, so that the file reads as if nothing had happened. Test:
// training_log_test.cpp.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

namespace yonder::nn {

class TrainingLog {
 public:
  /// Keeps the whole lines of steps up to `step`, and appends after them; step 0 begins anew.
  TrainingLog(std::filesystem::path path, int64_t step);
  /// Appends {"step": step, ...figures} and hands it to the system.
  void write(int64_t step, const std::map<std::string, double>& figures);

 private:
  std::filesystem::path path_;
};

}  // namespace yonder::nn
