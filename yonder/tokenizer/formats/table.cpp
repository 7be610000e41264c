// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/formats/table.h"

#include "yonder/base/error.h"
#include "yonder/base/file.h"
#include "yonder/tokenizer/formats/bytepiece.h"
#include "yonder/tokenizer/formats/model_cache.h"

namespace yonder::tokenizer {
namespace {

constexpr ModelFormat kTable[] = {
    {"bytepiece", "BytePiece .model: JSON of base64 pieces with ids and counts", is_bytepiece,
     load_bytepiece,
     [](const UnigramModel& model, const std::filesystem::path& path) {
       save_bytepiece(path, model.vocabulary().pieces());
     }},
    {"cache", "binary copy that loads faster (.ytc)", is_model_cache, load_model_cache,
     [](const UnigramModel& model, const std::filesystem::path& path) {
       save_model_cache(model, path, SourceStamp{});
     }},
};

}  // namespace

std::span<const ModelFormat> model_formats() { return kTable; }

std::vector<std::string> model_format_names() {
  std::vector<std::string> names;
  for (const ModelFormat& format : kTable) {
    names.emplace_back(format.name);
  }
  return names;
}

std::shared_ptr<const UnigramModel> load_model(const std::filesystem::path& path,
                                               const LoadOptions& options, Progress* progress) {
  if (auto model = find_cached_model(path, options)) {
    return model;
  }
  const std::string content = read_file(path);
  for (const ModelFormat& format : kTable) {
    if (format.recognises(content)) {
      auto model = format.load(content, path.string(), options, progress);
      if (format.load != load_model_cache) {
        keep_cached_model(*model, path, options);
      }
      return model;
    }
  }
  std::string known;
  for (const ModelFormat& format : kTable) {
    known += fmt::format("\n  {}: {}", format.name, format.help);
  }
  fail(ErrorKind::bad_data, "{}: this is no vocabulary file that is known here; known are:{}",
       path.string(), known);
}

}  // namespace yonder::tokenizer
