// SPDX-License-Identifier: Apache-2.0
// The vocabularies that the pages may use, by id: files named on the command line or found in
// --folder, uploads, and what was trained here. Test: web_app_test.cpp.
#pragma once

#include "web/server/upload_file.h"
#include "yonder/base/file.h"
#include "yonder/base/json.h"
#include "yonder/base/progress.h"
#include "yonder/tokenizer/tokenizer.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::web {

struct TokenizerModel {
  std::string id;              ///< "m1"
  std::string name;            ///< for people
  std::string origin;          ///< "file", "uploaded" or "trained"
  std::filesystem::path path;  ///< where the file is
  std::string command_path;  ///< how a command line names it: a path, or the name to save it under
  tokenizer::Tokenizer tokenizer;
  uint64_t max_piece_length;           ///< bytes
  std::shared_ptr<const void> keeper;  ///< removes the file, where it is ours, when it goes
};

class TokenizerModels {
 public:
  /// The most models that are open at once: each is held in memory.
  static constexpr size_t kMost = 32;

  /// Opens a file of the user's. Throws as Tokenizer::load() does; warnings go to `progress`.
  std::shared_ptr<const TokenizerModel> add_file(const std::string& path, const std::string& origin,
                                                 Progress* progress);
  /// Opens an upload.
  std::shared_ptr<const TokenizerModel> add_upload(std::shared_ptr<UploadFile> file,
                                                   const std::string& name);
  /// Opens what a job wrote into a folder of its own.
  std::shared_ptr<const TokenizerModel> add_trained(const std::filesystem::path& path,
                                                    std::shared_ptr<const TemporaryFolder> place);
  /// Throws HttpError 404.
  std::shared_ptr<const TokenizerModel> get(std::string_view id) const;
  /// Takes it off the list; who uses it goes on. The user's own files stay. Throws HttpError 404.
  void remove(std::string_view id);
  std::vector<std::shared_ptr<const TokenizerModel>> all() const;

 private:
  std::shared_ptr<const TokenizerModel> add(TokenizerModel model);
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<const TokenizerModel>> models_;
  uint64_t added_ = 0;
};

/// {"id","name","origin","kind","vocab_size","max_piece_length"}.
void write_json(JsonWriter& w, const TokenizerModel& model);

}  // namespace yonder::web
