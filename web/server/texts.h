// SPDX-License-Identifier: Apache-2.0
// The texts that jobs may read, by id: files named on the command line, and uploads. An upload's
// file goes when nobody uses it any more. Test: texts_test.cpp.
#pragma once

#include "web/server/upload_file.h"
#include "yonder/base/json.h"

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::web {

struct Text {
  std::string id;      ///< "t1"
  std::string name;    ///< for people
  std::string origin;  ///< "file" or "uploaded"
  std::string input;   ///< how a corpus reader opens it; never shown to a client
  uint64_t bytes = 0;
  std::shared_ptr<UploadFile> upload;  ///< keeps the file of an upload
};

class TextRegistry {
 public:
  /// The most texts that are listed at once.
  static constexpr size_t kMost = 100;

  /// input: FILE, FILE:lines or FILE.jsonl:FIELD. Throws Error(file) if the file is missing.
  std::shared_ptr<const Text> add_file(const std::string& input);
  /// Throws HttpError 507 when kMost are there.
  std::shared_ptr<const Text> add_upload(std::shared_ptr<UploadFile> file, std::string name);
  /// Throws HttpError 404.
  std::shared_ptr<const Text> get(std::string_view id) const;
  /// Takes it off the list; who reads it goes on. Throws HttpError 404.
  void remove(std::string_view id);
  std::vector<std::shared_ptr<const Text>> all() const;

 private:
  std::shared_ptr<const Text> add(Text text);
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<const Text>> texts_;
  uint64_t added_ = 0;
};

/// {"id","name","bytes","origin"}.
void write_json(JsonWriter& w, const Text& text);

}  // namespace yonder::web
