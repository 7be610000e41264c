// SPDX-License-Identifier: Apache-2.0
#include "yonder/nn/training_log.h"

#include "yonder/base/error.h"
#include "yonder/base/file.h"
#include "yonder/base/json.h"

#include <cerrno>
#include <fstream>
#include <sstream>
#include <utility>

namespace yonder::nn {

TrainingLog::TrainingLog(std::filesystem::path path, int64_t step) : path_(std::move(path)) {
  std::string kept;
  if (step > 0 && std::filesystem::exists(path_)) {
    std::istringstream lines(read_file(path_));
    for (std::string line; std::getline(lines, line) && !lines.eof();) {
      if (parse_json(line, path_.string()).at("step").integer() <= step) {
        kept += line + "\n";
      }
    }
  }
  write_file(path_, kept);
}

void TrainingLog::write(int64_t step, const std::map<std::string, double>& figures) {
  JsonWriter w;
  w.begin_object().key("step").value(step);
  for (const auto& [name, value] : figures) {
    w.key(name).value(value);
  }
  w.end_object();
  std::ofstream file(path_, std::ios::app | std::ios::binary);
  file << w.str() << '\n' << std::flush;
  if (!file) {
    fail_errno(path_.string(), "cannot write the log", errno);
  }
}

}  // namespace yonder::nn
