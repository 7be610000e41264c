// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/formats/table.h"

#include "yonder/base/error.h"
#include "yonder/base/file.h"
#include "yonder/base/options.h"
#include "yonder/tokenizer/formats/bytepiece.h"
#include "yonder/tokenizer/formats/model_cache.h"
#include "yonder/tokenizer/formats/sentencepiece.h"
#include "yonder/tokenizer/formats/tokenizer_json.h"

#include <utility>

namespace yonder::tokenizer {
namespace {

const UnigramModel& require_native(const LoadedModel& model, const char* format) {
  require(model.native != nullptr, ErrorKind::bad_option,
          "a {} model has no {} form; BytePiece models have", model.imported->format, format);
  return *model.native;
}

constexpr ModelFormat kTable[] = {
    {"bytepiece", "BytePiece .model: JSON of base64 pieces with ids and counts", is_bytepiece,
     [](std::string_view content, const std::string& name, const LoadOptions& options,
        Progress* progress) {
       return LoadedModel{load_bytepiece(content, name, options, progress), nullptr};
     },
     [](const LoadedModel& model, const std::filesystem::path& path, Progress* /*progress*/) {
       save_bytepiece(path, require_native(model, "BytePiece").vocabulary().pieces());
     }},
    {"sentencepiece", "SentencePiece .model: Unigram or BPE", is_sentencepiece, load_sentencepiece,
     save_sentencepiece},
    {"tokenizer-json", "tokenizer.json of Hugging Face: Unigram or BPE", is_tokenizer_json,
     load_tokenizer_json, save_tokenizer_json},
    {"cache", "binary copy of a BytePiece model that loads faster (.ytc)", is_model_cache,
     [](std::string_view content, const std::string& name, const LoadOptions& options,
        Progress* progress) {
       return LoadedModel{load_model_cache(content, name, options, progress), nullptr};
     },
     [](const LoadedModel& model, const std::filesystem::path& path, Progress* /*progress*/) {
       save_model_cache(require_native(model, "cache"), path, SourceStamp{});
     }},
};

// Options of reading that mean nothing to a model of another program.
void require_meaning(const ImportedModel& model, const LoadOptions& options) {
  require(options.log_scores.empty() && !options.add_bytes, ErrorKind::bad_option,
          "--log-scores and --add-bytes are for BytePiece models; the model is in the format {}",
          model.format);
  require(model.byte_pair == nullptr || options.scores == "auto", ErrorKind::bad_option,
          "--scores {}: a BPE vocabulary has no scores to add; leave the option out",
          options.scores);
}

// A folder stands for the tokenizer file that programs leave in a model's folder.
std::filesystem::path file_of(const std::filesystem::path& path) {
  if (!std::filesystem::is_directory(path)) {
    return path;
  }
  for (const char* name : {"tokenizer.json", "tokenizer.model"}) {
    if (std::filesystem::exists(path / name)) {
      return path / name;
    }
  }
  fail(ErrorKind::file, "{}: the folder holds neither tokenizer.json nor tokenizer.model",
       path.string());
}

}  // namespace

std::span<const ModelFormat> model_formats() { return kTable; }

std::vector<std::string> model_format_names() {
  std::vector<std::string> names;
  for (const ModelFormat& format : kTable) {
    names.emplace_back(format.name);
  }
  return names;
}

std::shared_ptr<const LoadedModel> load_model(const std::filesystem::path& file_or_folder,
                                              const LoadOptions& options, Progress* progress) {
  const std::filesystem::path path = file_of(file_or_folder);
  if (auto model = find_cached_model(path, options)) {
    return std::make_shared<const LoadedModel>(LoadedModel{std::move(model), nullptr});
  }
  const std::string content = read_file(path);
  for (const ModelFormat& format : kTable) {
    if (format.recognises(content)) {
      auto model = std::make_shared<const LoadedModel>(
          format.load(content, path.string(), options, progress));
      if (model->imported != nullptr) {
        require_meaning(*model->imported, options);
      }
      if (format.recognises == is_bytepiece) {
        keep_cached_model(*model->native, path, options);
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

void save_model(const LoadedModel& model, const std::filesystem::path& path,
                const std::string& format, Progress* progress) {
  check_choice("format", format, model_format_names());
  for (const ModelFormat& row : kTable) {
    if (row.name == format) {
      row.save(model, path, progress);
    }
  }
}

}  // namespace yonder::tokenizer
