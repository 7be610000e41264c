// SPDX-License-Identifier: Apache-2.0
#include "web/server/texts.h"

#include "web/server/http_message.h"
#include "yonder/tokenizer/corpus.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace yonder::web {

std::shared_ptr<const Text> TextRegistry::add_file(const std::string& input) {
  Text text;
  text.origin = "file";
  text.input = input;
  text.name = std::filesystem::path(input).filename().string();
  text.bytes = tokenizer::CorpusReader({input}).total();  // complains about what is not there
  return add(std::move(text));
}

std::shared_ptr<const Text> TextRegistry::add_upload(std::shared_ptr<UploadFile> file,
                                                     std::string name) {
  Text text;
  text.origin = "uploaded";
  text.name = std::move(name);
  text.input = file->path().string();
  text.bytes = file->size();
  text.upload = std::move(file);
  return add(std::move(text));
}

std::shared_ptr<const Text> TextRegistry::add(Text text) {
  const std::lock_guard lock(mutex_);
  if (texts_.size() >= kMost) {
    throw HttpError(507, ErrorKind::memory,
                    fmt::format("{} texts are open already; close one first", kMost));
  }
  text.id = fmt::format("t{}", ++added_);
  texts_.push_back(std::make_shared<const Text>(std::move(text)));
  return texts_.back();
}

std::shared_ptr<const Text> TextRegistry::get(std::string_view id) const {
  const std::lock_guard lock(mutex_);
  for (const std::shared_ptr<const Text>& text : texts_) {
    if (text->id == id) {
      return text;
    }
  }
  throw HttpError(404, ErrorKind::file,
                  fmt::format("there is no text {}; it may have been closed", id));
}

void TextRegistry::remove(std::string_view id) {
  const std::shared_ptr<const Text> text = get(id);
  const std::lock_guard lock(mutex_);
  std::erase(texts_, text);
}

std::vector<std::shared_ptr<const Text>> TextRegistry::all() const {
  const std::lock_guard lock(mutex_);
  return texts_;
}

void write_json(JsonWriter& w, const Text& text) {
  w.begin_object().key("id").value(text.id).key("name").raw(json_escape_lossy(text.name));
  w.key("bytes").value(text.bytes).key("origin").value(text.origin).end_object();
}

}  // namespace yonder::web
