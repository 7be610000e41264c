// SPDX-License-Identifier: Apache-2.0
#include "web/server/lm/lm_models.h"

#include "web/server/http_message.h"
#include "yonder/base/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace yonder::web {
namespace {

/// "models/books-7m/" -> "books-7m"; a file loses its ending.
std::string name_of(const std::filesystem::path& path) {
  const std::filesystem::path last = path.has_filename() ? path : path.parent_path();
  const std::string name =
      std::filesystem::is_directory(path) ? last.filename().string() : last.stem().string();
  return name.empty() || name == "." || name == ".." ? "model" : name;
}

/// Warnings alone: what a server does while it opens a model is nobody's bar.
class Warnings : public Progress {
 public:
  explicit Warnings(Progress* sink) : sink_(sink) {}
  void begin(std::string_view /*what*/, uint64_t /*total*/, std::string_view /*unit*/) override {}
  void advance(uint64_t /*n*/) override {}
  void metric(std::string_view /*name*/, double /*value*/) override {}
  void warn(std::string_view text) override { sink_.warn(text); }
  bool cancelled() override { return sink_.cancelled(); }

 private:
  ProgressRef sink_;
};

}  // namespace

std::shared_ptr<const LmModel> LmModels::add(const std::filesystem::path& path,
                                             const std::string& origin, Progress* progress,
                                             std::shared_ptr<const void> keeper) {
  lm::LoadOptions options;
  options.threads = threads_;
  const std::string name = name_of(path);
  Warnings warnings(progress);
  LmModel model{
      .id = name,
      .origin = origin,
      .path = path,
      .command_path = keeper == nullptr ? path.string() : name,
      .opened = std::chrono::duration_cast<std::chrono::seconds>(
                    std::chrono::system_clock::now().time_since_epoch())
                    .count(),
      .model = lm::Model::load(path, options, &warnings),
      .keeper = std::move(keeper),
  };
  const std::lock_guard lock(mutex_);
  if (models_.size() >= kMost) {
    throw HttpError(507, ErrorKind::memory,
                    fmt::format("{} language models are open already; close one first", kMost));
  }
  const auto taken = [&](const std::string& id) {
    return std::any_of(models_.begin(), models_.end(),
                       [&](const auto& other) { return other->id == id; });
  };
  for (int number = 2; taken(model.id); ++number) {
    model.id = fmt::format("{}-{}", name, number);
  }
  models_.push_back(std::make_shared<const LmModel>(std::move(model)));
  return models_.back();
}

std::shared_ptr<const LmModel> LmModels::get(std::string_view id) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  for (const std::shared_ptr<const LmModel>& model : models_) {
    if (id.empty() || model->id == id) {
      return model;
    }
    names.push_back(model->id);
  }
  throw HttpError(
      404, ErrorKind::file,
      names.empty()
          ? std::string("no language model is open; start `yonder serve --lm MODEL`")
          : fmt::format("there is no model \"{}\"; there are {}", id, fmt::join(names, ", ")),
      "model_not_found", "model");
}

void LmModels::remove(std::string_view id) {
  const std::shared_ptr<const LmModel> model = get(id);
  const std::lock_guard lock(mutex_);
  std::erase(models_, model);
}

std::vector<std::shared_ptr<const LmModel>> LmModels::all() const {
  const std::lock_guard lock(mutex_);
  return models_;
}

bool looks_like_lm_model(const std::filesystem::path& path) {
  return std::filesystem::exists(path / "config.json") &&
         (std::filesystem::exists(path / "model.safetensors") ||
          std::filesystem::exists(path / "model.safetensors.index.json"));
}

void write_json(JsonWriter& w, const LmModel& entry) {
  const lm::ModelConfig& config = entry.model.config();
  w.begin_object()
      .key("id")
      .raw(json_escape_lossy(entry.id))
      .key("path")
      .raw(json_escape_lossy(entry.command_path));
  w.key("origin").value(entry.origin);
  w.key("type").value(config.model_type).key("parameters").value(config.parameter_count());
  w.key("layers").value(config.layers).key("heads").value(config.heads);
  w.key("kv_heads").value(config.kv_heads).key("head_dim").value(config.head_dim);
  w.key("hidden").value(config.hidden_size).key("vocab").value(config.vocab_size);
  w.key("rope_base").value(config.rope_base).key("train_length").value(config.train_length);
  w.key("scheme").value(config.scheme);
  w.key("cache_bytes_per_token").value(entry.model.cache_bytes_per_token());
  w.key("has_codec").value(entry.model.has_codec()).end_object();
}

}  // namespace yonder::web
