// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/tokenizer.h"

#include "yonder/base/error.h"
#include "yonder/base/options.h"
#include "yonder/base/parallel.h"
#include "yonder/tokenizer/chunks.h"
#include "yonder/tokenizer/formats/table.h"
#include "yonder/tokenizer/imported/spans.h"
#include "yonder/tokenizer/internal/document_encoder.h"
#include "yonder/tokenizer/loaded_model.h"
#include "yonder/tokenizer/special_tokens.h"

#include <algorithm>
#include <utility>

namespace yonder::tokenizer {
namespace {

// Text that one thread encodes between two looks at the queue.
constexpr size_t kBatchGrain = size_t{256} << 10;

// A stretch of one document, cut at chunk ends so that it can be encoded on its own.
struct Stretch {
  size_t document;
  size_t begin;
  size_t end;
};

// Documents cut into stretches of about kBatchGrain, whole where normalisation may reach across.
std::vector<Stretch> cut_stretches(std::span<const std::string_view> documents, bool whole) {
  std::vector<Stretch> stretches;
  for (size_t document = 0; document < documents.size(); ++document) {
    const std::string_view text = documents[document];
    size_t begin = 0;
    do {
      size_t end = text.size();
      if (!whole && end - begin > kBatchGrain) {
        end = std::min(end, chunk_end(text, begin + kBatchGrain));
      }
      stretches.push_back({document, begin, end});
      begin = end;
    } while (begin < text.size());
  }
  return stretches;
}

// Ids of stretches first..last-1, about kBatchGrain of text in all.
struct BatchTask {
  size_t first;
  size_t last;
  std::vector<uint32_t> ids;
  std::vector<size_t> ends;  // ids up to the end of each stretch
};

std::vector<BatchTask> group_stretches(const std::vector<Stretch>& stretches) {
  std::vector<BatchTask> tasks;
  for (size_t first = 0; first < stretches.size();) {
    size_t last = first;
    size_t bytes = 0;
    while (last < stretches.size() && bytes < kBatchGrain) {
      bytes += stretches[last].end - stretches[last].begin;
      ++last;
    }
    tasks.push_back({first, last, {}, {}});
    first = last;
  }
  return tasks;
}

}  // namespace

Tokenizer Tokenizer::load(const std::filesystem::path& path, const LoadOptions& options,
                          Progress* progress) {
  return Tokenizer(load_model(path, options, progress));
}

Tokenizer::Tokenizer(Vocabulary vocabulary, const std::string& scores)
    : model_(std::make_shared<LoadedModel>(LoadedModel{
          std::make_shared<UnigramModel>(std::move(vocabulary),
                                         arithmetic_of(scores, Arithmetic::double_precision)),
          nullptr})) {}

Tokenizer::Tokenizer(std::shared_ptr<const LoadedModel> model) : model_(std::move(model)) {}

void Tokenizer::save(const std::filesystem::path& path, const std::string& format,
                     Progress* progress) const {
  save_model(*model_, path, format, progress);
}

void Tokenizer::encode(std::string_view text, std::vector<uint32_t>& out,
                       const EncodeOptions& options) const {
  internal::make_document_encoder(*model_, options)->encode(text, options.document, out, nullptr);
}

void Tokenizer::encode_with_offsets(std::string_view text, std::vector<uint32_t>& ids,
                                    std::vector<Offset>& offsets,
                                    const EncodeOptions& options) const {
  internal::make_document_encoder(*model_, options)->encode(text, options.document, ids, &offsets);
}

std::vector<Offset> Tokenizer::spans(std::string_view text, std::span<const uint32_t> ids) const {
  if (model_->imported != nullptr) {
    return imported_spans(*model_->imported, text, ids);
  }
  std::vector<Offset> spans;
  uint64_t at = 0;
  for (size_t i = 0; i < ids.size(); ++i) {
    const std::string piece = ids[i] < vocab_size() ? this->text(ids[i]) : std::string();
    require(!piece.empty() && text.substr(at).starts_with(piece), ErrorKind::bad_data,
            "id {} at position {} does not stand at byte offset {}", ids[i], i, at);
    spans.push_back({at, at + piece.size()});
    at += piece.size();
  }
  return spans;
}

EncodedBatch Tokenizer::encode_batch(std::span<const std::string_view> documents, int threads,
                                     const EncodeOptions& options) const {
  // Complains about the options before work starts.
  const bool whole = !internal::make_document_encoder(*model_, options)->takes_stretches();
  const std::vector<Stretch> stretches = cut_stretches(documents, whole);
  std::vector<BatchTask> tasks = group_stretches(stretches);
  parallel_for(tasks.size(), 1, thread_count(threads), [&](size_t first, size_t last) {
    const auto encoder = internal::make_document_encoder(*model_, options);
    for (size_t task = first; task < last; ++task) {
      for (size_t i = tasks[task].first; i < tasks[task].last; ++i) {
        const Stretch& stretch = stretches[i];
        const std::string_view document = documents[stretch.document];
        const uint64_t index = options.document + stretch.document;
        if (whole) {
          encoder->encode(document, index, tasks[task].ids, nullptr);
        } else {
          encoder->encode_stretch(document, stretch.begin, stretch.end, index, tasks[task].ids);
        }
        tasks[task].ends.push_back(tasks[task].ids.size());
      }
    }
  });
  EncodedBatch batch;
  batch.offsets.push_back(0);
  for (BatchTask& task : tasks) {
    size_t begin = 0;
    for (size_t i = task.first; i < task.last; ++i) {
      const size_t end = task.ends[i - task.first];
      batch.ids.insert(batch.ids.end(), task.ids.begin() + static_cast<std::ptrdiff_t>(begin),
                       task.ids.begin() + static_cast<std::ptrdiff_t>(end));
      begin = end;
      if (stretches[i].end == documents[stretches[i].document].size()) {
        batch.offsets.push_back(batch.ids.size());
      }
    }
    task.ids = {};
  }
  return batch;
}

std::string Tokenizer::decode(std::span<const uint32_t> ids) const {
  std::string bytes;
  if (model_->imported != nullptr) {
    Decoder decoder = stream_decoder();
    for (const uint32_t id : ids) {
      bytes += decoder.feed(id);
    }
    return bytes + decoder.finish();
  }
  for (size_t i = 0; i < ids.size(); ++i) {
    require(ids[i] < vocab_size(), ErrorKind::bad_data,
            "id {} at position {} is out of range; the vocabulary has ids 0 to {}", ids[i], i,
            vocab_size() - 1);
    if (ids[i] >= kFirstPieceId) {
      bytes += model_->native->vocabulary().piece(ids[i]);
    }
  }
  return bytes;
}

Encoder Tokenizer::stream(const EncodeOptions& options) const { return {model_, options}; }

Decoder Tokenizer::stream_decoder() const { return Decoder(model_); }

const std::string& Tokenizer::format() const {
  static const std::string native = "bytepiece";
  const ImportedModel* imported = model_->imported.get();
  return imported != nullptr ? imported->format : native;
}

const std::string& Tokenizer::kind() const {
  static const std::string unigram = "unigram";
  static const std::string byte_pair = "bpe";
  return model_->imported != nullptr && model_->imported->byte_pair != nullptr ? byte_pair
                                                                               : unigram;
}

uint32_t Tokenizer::vocab_size() const {
  return model_->imported != nullptr ? static_cast<uint32_t>(model_->imported->pieces.size())
                                     : model_->native->vocabulary().size();
}

std::string_view Tokenizer::piece(uint32_t id) const {
  if (model_->imported != nullptr) {
    return model_->imported->pieces[id].text;
  }
  return id < kFirstPieceId ? kSpecialTokens[id] : model_->native->vocabulary().piece(id);
}

std::optional<uint32_t> Tokenizer::id(std::string_view piece) const {
  if (model_->imported != nullptr) {
    const auto found = model_->imported->ids.find(piece);
    return found == model_->imported->ids.end() ? std::nullopt : std::optional(found->second);
  }
  return model_->native->trie().find(piece);
}

std::string Tokenizer::text(uint32_t id) const {
  if (special(id)) {
    return {};
  }
  return model_->imported != nullptr ? imported_text(*model_->imported, id)
                                     : std::string(model_->native->vocabulary().piece(id));
}

bool Tokenizer::special(uint32_t id) const {
  return model_->imported != nullptr ? model_->imported->pieces[id].kind == PieceKind::control
                                     : id < kFirstPieceId;
}

std::optional<double> Tokenizer::piece_score(uint32_t id) const {
  if (special(id) || kind() == "bpe") {
    return std::nullopt;
  }
  return model_->imported != nullptr ? model_->imported->pieces[id].score
                                     : model_->native->vocabulary().log_probability(id);
}

std::optional<uint32_t> Tokenizer::bos_id() const {
  return model_->imported != nullptr ? model_->imported->bos : std::optional(kBosId);
}

std::optional<uint32_t> Tokenizer::eos_id() const {
  return model_->imported != nullptr ? model_->imported->eos : std::optional(kEosId);
}

const Vocabulary& Tokenizer::vocabulary() const {
  require(model_->native != nullptr, ErrorKind::bad_option,
          "this needs the training counts of a BytePiece model; the model is in the format {}",
          format());
  return model_->native->vocabulary();
}

const std::string& Tokenizer::checksum() const {
  const ImportedModel* imported = model_->imported.get();
  return imported != nullptr ? imported->checksum : model_->native->checksum();
}

}  // namespace yonder::tokenizer
