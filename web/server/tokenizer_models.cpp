// SPDX-License-Identifier: Apache-2.0
#include "web/server/tokenizer_models.h"

#include "web/server/file_name.h"
#include "web/server/http_message.h"

#include <fmt/format.h>

#include <algorithm>

namespace yonder::web {
namespace {

TokenizerModel load(const std::filesystem::path& path, const std::string& cache,
                    Progress* progress) {
  tokenizer::LoadOptions options;
  options.cache = cache;
  tokenizer::Tokenizer tokenizer = tokenizer::Tokenizer::load(path, options, progress);
  uint64_t longest = 0;
  for (uint32_t id = 0; id < tokenizer.vocab_size(); ++id) {
    longest = std::max<uint64_t>(longest, tokenizer.piece(id).size());
  }
  return TokenizerModel{.id = {},
                        .name = path.filename().string(),
                        .origin = {},
                        .path = path,
                        .command_path = path.string(),
                        .tokenizer = std::move(tokenizer),
                        .max_piece_length = longest,
                        .keeper = nullptr};
}

}  // namespace

std::shared_ptr<const TokenizerModel> TokenizerModels::add_file(const std::string& path,
                                                                const std::string& origin,
                                                                Progress* progress) {
  TokenizerModel model = load(path, "auto", progress);
  model.origin = origin;
  return add(std::move(model));
}

std::shared_ptr<const TokenizerModel> TokenizerModels::add_upload(std::shared_ptr<UploadFile> file,
                                                                  const std::string& name) {
  TokenizerModel model = [&] {
    try {
      return load(file->path(), "off", nullptr);
    } catch (const Error& error) {
      throw renamed_error(error, file->path().string(), name);
    }
  }();
  model.name = name;
  model.origin = "uploaded";
  model.command_path = name;
  model.keeper = std::move(file);
  return add(std::move(model));
}

std::shared_ptr<const TokenizerModel> TokenizerModels::add_trained(
    const std::filesystem::path& path, std::shared_ptr<const TemporaryFolder> place) {
  TokenizerModel model = load(path, "off", nullptr);
  model.origin = "trained";
  model.command_path = model.name;
  model.keeper = std::move(place);
  return add(std::move(model));
}

std::shared_ptr<const TokenizerModel> TokenizerModels::add(TokenizerModel model) {
  const std::lock_guard lock(mutex_);
  if (models_.size() >= kMost) {
    throw HttpError(507, ErrorKind::memory,
                    fmt::format("{} models are open already; close one first", kMost));
  }
  model.id = fmt::format("m{}", ++added_);
  models_.push_back(std::make_shared<const TokenizerModel>(std::move(model)));
  return models_.back();
}

std::shared_ptr<const TokenizerModel> TokenizerModels::get(std::string_view id) const {
  const std::lock_guard lock(mutex_);
  for (const std::shared_ptr<const TokenizerModel>& model : models_) {
    if (model->id == id) {
      return model;
    }
  }
  throw HttpError(404, ErrorKind::file,
                  fmt::format("there is no model {}; it may have been closed", id));
}

void TokenizerModels::remove(std::string_view id) {
  const std::shared_ptr<const TokenizerModel> model = get(id);
  const std::lock_guard lock(mutex_);
  std::erase(models_, model);
}

std::vector<std::shared_ptr<const TokenizerModel>> TokenizerModels::all() const {
  const std::lock_guard lock(mutex_);
  return models_;
}

void write_json(JsonWriter& w, const TokenizerModel& model) {
  w.begin_object().key("id").value(model.id).key("name").raw(json_escape_lossy(model.name));
  w.key("origin").value(model.origin).key("kind").value(model.tokenizer.kind());
  w.key("vocab_size").value(model.tokenizer.vocab_size());
  w.key("max_piece_length").value(model.max_piece_length).end_object();
}

}  // namespace yonder::web
