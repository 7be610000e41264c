// SPDX-License-Identifier: Apache-2.0
// The language models that the pages and clients may use, by name: those of --lm (the program adds
// the shipped one where none is given), those found in --folder, and what was trained here.
// Test: lm_routes_test.cpp.
#pragma once

#include "yonder/base/file.h"
#include "yonder/base/json.h"
#include "yonder/base/progress.h"
#include "yonder/lm/model.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::web {

struct LmModel {
  std::string id;      ///< the name of its file or folder, made unique
  std::string origin;  ///< "file" or "trained"
  std::filesystem::path path;
  std::string command_path;  ///< how a command line names it
  int64_t opened = 0;        ///< seconds since 1970
  lm::Model model;
  std::shared_ptr<const void> keeper;  ///< removes the files, where they are ours, when it goes
};

class LmModels {
 public:
  /// The most models that are open at once.
  static constexpr size_t kMost = 16;

  /// threads: of each computation.
  explicit LmModels(int64_t threads) : threads_(threads) {}
  /// Throws as lm::Model::load() does, HttpError 507 when kMost are open. keeper: see LmModel;
  /// where there is one, command_path is the name alone.
  std::shared_ptr<const LmModel> add(const std::filesystem::path& path, const std::string& origin,
                                     Progress* progress,
                                     std::shared_ptr<const void> keeper = nullptr);
  /// Throws HttpError 404, code "model_not_found". An empty name is the first model.
  std::shared_ptr<const LmModel> get(std::string_view id) const;
  /// Takes it off the list; who uses it goes on. Throws HttpError 404.
  void remove(std::string_view id);
  std::vector<std::shared_ptr<const LmModel>> all() const;

 private:
  const int64_t threads_;
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<const LmModel>> models_;
};

/// Whether a file or folder looks like a language model: by its name, without reading it.
bool looks_like_lm_model(const std::filesystem::path& path);

/// {"id","origin",...}: what pages show of a model.
void write_json(JsonWriter& w, const LmModel& model);

}  // namespace yonder::web
