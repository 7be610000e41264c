// SPDX-License-Identifier: Apache-2.0
// The vocabulary file formats. A new format is one file and one row in table.cpp; loading tells the
// format from the content, never from the file's name.
#pragma once

#include "yonder/base/progress.h"
#include "yonder/tokenizer/encode_options.h"
#include "yonder/tokenizer/loaded_model.h"

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::tokenizer {

struct ModelFormat {
  const char* name;
  const char* help;
  /// Whether `content` looks like this format; the loader then says precisely what is wrong.
  bool (*recognises)(std::string_view content);
  /// `name` stands in messages. Throws Error(bad_data) with the byte offset.
  LoadedModel (*load)(std::string_view content, const std::string& name, const LoadOptions& options,
                      Progress* progress);
  /// Writes atomically; reports what the format cannot hold. Throws Error(bad_option) for a model
  /// that has no such form.
  void (*save)(const LoadedModel& model, const std::filesystem::path& path, Progress* progress);
};

std::span<const ModelFormat> model_formats();
std::vector<std::string> model_format_names();

/// Loads a model file through the table, and through the binary cache where options.cache allows.
std::shared_ptr<const LoadedModel> load_model(const std::filesystem::path& path,
                                              const LoadOptions& options, Progress* progress);

/// Saves through the table. Throws Error(bad_option) for an unknown format, naming the nearest.
void save_model(const LoadedModel& model, const std::filesystem::path& path,
                const std::string& format, Progress* progress);

}  // namespace yonder::tokenizer
