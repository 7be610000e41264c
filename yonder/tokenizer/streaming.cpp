// SPDX-License-Identifier: Apache-2.0
// The streaming classes of tokenizer.h. The segmenter does the work (its back-pointers are final as
// soon as they are written); here text is cut into chunks as it arrives, and bytes are held back
// only where the next ones could change what they are: a special name, a character under NFC.
#include "yonder/base/error.h"
#include "yonder/base/utf8.h"
#include "yonder/tokenizer/imported/imported_encoder.h"
#include "yonder/tokenizer/internal/document_encoder.h"
#include "yonder/tokenizer/loaded_model.h"
#include "yonder/tokenizer/normalizer.h"
#include "yonder/tokenizer/special_tokens.h"
#include "yonder/tokenizer/tokenizer.h"
#include "yonder/tokenizer/unigram/sampler_table.h"

#include <algorithm>
#include <string>
#include <utility>

namespace yonder::tokenizer {
namespace {

// Bytes between two looks for ids that have become final, within one feed().
constexpr size_t kCommitInterval = 1024;

// The same where max_lag is set: a quarter of it, counted from the chunk's start, so that the
// forced cuts do not depend on how the text was fed.
size_t commit_interval(int64_t max_lag) {
  return max_lag == 0 ? kCommitInterval
                      : std::clamp<size_t>(static_cast<size_t>(max_lag) / 4, 1, kCommitInterval);
}

}  // namespace

namespace internal {

/// What is behind an Encoder; the methods mean what its do.
class StreamEncoder {
 public:
  virtual ~StreamEncoder() = default;
  virtual void feed(std::string_view bytes, std::vector<uint32_t>& out) = 0;
  virtual void finish(std::vector<uint32_t>& out) = 0;
  virtual size_t lag() const = 0;
  size_t max_lag() const { return most_lag; }
  uint64_t forced_cuts() const { return forced; }

 protected:
  size_t most_lag = 0;
  uint64_t forced = 0;
};

}  // namespace internal

namespace {

class NativeStream final : public internal::StreamEncoder {
 public:
  NativeStream(std::shared_ptr<const UnigramModel> model, const EncodeOptions& options)
      : options_(options),
        segmenter_(make_segmenter(std::move(model), options)),
        interval_(commit_interval(options.max_lag)),
        document_(options.document),
        position_(options.position) {}

  void feed(std::string_view bytes, std::vector<uint32_t>& out) override {
    if (!begun_) {
      begun_ = true;
      if (options_.bos) {
        out.push_back(kBosId);
      }
    }
    if (!internal::normalizes(options_)) {
      feed_normalized(bytes, false, out);
      return;
    }
    unsettled_ += bytes;
    const size_t settled = normalizable_prefix(unsettled_, options_.normalize);
    const std::string_view text = std::string_view(unsettled_).substr(0, settled);
    feed_normalized(normalize_text(text, options_.normalize).bytes, false, out);
    unsettled_.erase(0, settled);
  }

  void finish(std::vector<uint32_t>& out) override {
    feed({}, out);  // an empty document has its <bos>, too
    feed_normalized(normalize_text(unsettled_, options_.normalize).bytes, true, out);
    unsettled_.clear();
    end_chunk(out);
    if (options_.eos) {
      out.push_back(kEosId);
    }
    begun_ = false;
    position_ = 0;
    ++document_;
  }

  size_t lag() const override {
    return unsettled_.size() + possible_name_.size() + (in_chunk_ ? segmenter_->pending() : 0);
  }

 private:
  // Text whose bytes are settled up to special names.
  void feed_normalized(std::string_view bytes, bool last, std::vector<uint32_t>& out) {
    if (!options_.parse_special) {
      feed_plain(bytes, out);
      return;
    }
    possible_name_ += bytes;
    size_t begin = 0;
    while (const auto special = find_special(possible_name_, begin)) {
      feed_plain(std::string_view(possible_name_).substr(begin, special->begin - begin), out);
      end_chunk(out);
      out.push_back(special->id);
      begin = special->begin + kSpecialTokens[special->id].size();
      position_ += kSpecialTokens[special->id].size();
    }
    const std::string_view rest = std::string_view(possible_name_).substr(begin);
    const size_t held = last ? 0 : special_prefix_at_end(rest);
    feed_plain(rest.substr(0, rest.size() - held), out);
    possible_name_.erase(0, possible_name_.size() - held);
  }

  void feed_plain(std::string_view bytes, std::vector<uint32_t>& out) {
    while (!bytes.empty()) {
      if (after_newline_ && bytes.front() != '\n') {
        end_chunk(out);
      }
      size_t taken = after_newline_ ? 0 : std::min(bytes.find('\n'), bytes.size());
      while (taken < bytes.size() && bytes[taken] == '\n') {
        ++taken;
        after_newline_ = true;
      }
      if (!in_chunk_) {
        segmenter_->start(document_, position_);
        in_chunk_ = true;
        until_commit_ = interval_;
      }
      taken = std::min(taken, until_commit_);
      until_commit_ -= taken;
      after_newline_ = bytes[taken - 1] == '\n';
      segmenter_->extend(bytes.substr(0, taken));
      position_ += taken;
      bytes.remove_prefix(taken);
      commit(out);
    }
  }

  void commit(std::vector<uint32_t>& out) {
    if (until_commit_ == 0 && options_.max_lag > 0) {
      const size_t kept = static_cast<size_t>(options_.max_lag) - interval_;
      forced += segmenter_->force_commit(kept, out) ? 1 : 0;
    } else if (options_.max_lag > 0 || segmenter_->pending() >= next_look_) {
      segmenter_->commit(out);
      // A look costs time in proportion to what is pending. Where much stays (a^n with the pieces a
      // and aa), the next look waits until it has doubled, else a line of n bytes would cost n^2.
      const size_t left = segmenter_->pending();
      next_look_ = left > kCommitInterval ? 2 * left : 0;
    }
    if (until_commit_ == 0) {
      until_commit_ = interval_;
    }
    most_lag = std::max(most_lag, lag());
  }

  void end_chunk(std::vector<uint32_t>& out) {
    if (in_chunk_) {
      segmenter_->finish(out);
      in_chunk_ = false;
      next_look_ = 0;
    }
    after_newline_ = false;
  }

  EncodeOptions options_;
  std::unique_ptr<Segmenter> segmenter_;
  size_t interval_;          // bytes of a chunk between two commits
  size_t until_commit_ = 0;  // bytes to the next one
  size_t next_look_ = 0;     // bytes pending at which the segmenter is asked again
  uint64_t document_;
  uint64_t position_;  // bytes of the document given to the segmenter
  bool begun_ = false;
  bool in_chunk_ = false;
  bool after_newline_ = false;  // the chunk ends at the next byte that is no newline
  std::string unsettled_;       // bytes that NFC may still change
  std::string possible_name_;   // bytes that may be the beginning of a special name
};

// The rules of an imported model may look at all of a document, so it is kept until its end.
class ImportedStream final : public internal::StreamEncoder {
 public:
  ImportedStream(std::shared_ptr<const ImportedModel> model, const EncodeOptions& options)
      : encoder_(std::move(model), options), document_(options.document) {}

  void feed(std::string_view bytes, std::vector<uint32_t>& /*out*/) override {
    text_ += bytes;
    most_lag = std::max(most_lag, text_.size());
  }

  void finish(std::vector<uint32_t>& out) override {
    encoder_.encode(text_, document_++, out, nullptr);
    text_.clear();
  }

  size_t lag() const override { return text_.size(); }

 private:
  ImportedEncoder encoder_;
  uint64_t document_;
  std::string text_;
};

std::unique_ptr<internal::StreamEncoder> make_stream(const LoadedModel& model,
                                                     const EncodeOptions& options) {
  if (model.imported != nullptr) {
    return std::make_unique<ImportedStream>(model.imported, options);
  }
  return std::make_unique<NativeStream>(model.native, options);
}

}  // namespace

Encoder::Encoder(const std::shared_ptr<const LoadedModel>& model, const EncodeOptions& options)
    : stream_(make_stream(*model, options)) {}
Encoder::~Encoder() = default;
Encoder::Encoder(Encoder&&) noexcept = default;
Encoder& Encoder::operator=(Encoder&&) noexcept = default;

void Encoder::feed(std::string_view bytes, std::vector<uint32_t>& out) {
  stream_->feed(bytes, out);
}
void Encoder::finish(std::vector<uint32_t>& out) { stream_->finish(out); }
size_t Encoder::lag() const { return stream_->lag(); }
size_t Encoder::max_lag() const { return stream_->max_lag(); }
uint64_t Encoder::forced_cuts() const { return stream_->forced_cuts(); }

struct Decoder::Impl {
  explicit Impl(std::shared_ptr<const LoadedModel> model_in) : model(std::move(model_in)) {
    if (model->imported != nullptr) {
      imported = model->imported->decoder->start();
    }
  }

  // Appends the bytes that `id` adds to the text.
  void append(uint32_t id, std::string& bytes) {
    if (imported != nullptr) {
      const ImportedPiece& piece = model->imported->pieces[id];
      if (piece.kind != PieceKind::control) {
        imported->feed(piece.text, token_kind(*model->imported, id), bytes);
      }
    } else if (id >= kFirstPieceId) {
      bytes += model->native->vocabulary().piece(id);
    }
  }

  uint32_t vocab_size() const {
    return model->imported != nullptr ? static_cast<uint32_t>(model->imported->pieces.size())
                                      : model->native->vocabulary().size();
  }

  std::shared_ptr<const LoadedModel> model;
  std::unique_ptr<TokenDecoding> imported;  // null for BytePiece models
  std::string incomplete;                   // the beginning of a character
  uint64_t position = 0;                    // ids so far
};

Decoder::Decoder(std::shared_ptr<const LoadedModel> model)
    : impl_(std::make_unique<Impl>(std::move(model))) {}
Decoder::~Decoder() = default;
Decoder::Decoder(Decoder&&) noexcept = default;
Decoder& Decoder::operator=(Decoder&&) noexcept = default;

std::string Decoder::feed(uint32_t id) {
  require(id < impl_->vocab_size(), ErrorKind::bad_data,
          "id {} at position {} is out of range; the vocabulary has ids 0 to {}", id,
          impl_->position, impl_->vocab_size() - 1);
  ++impl_->position;
  std::string bytes = std::exchange(impl_->incomplete, {});
  impl_->append(id, bytes);
  const size_t held = utf8_incomplete_suffix(bytes);
  impl_->incomplete = bytes.substr(bytes.size() - held);
  bytes.resize(bytes.size() - held);
  return bytes;
}

std::string Decoder::finish() {
  impl_->position = 0;
  std::string bytes = std::exchange(impl_->incomplete, {});
  if (impl_->imported != nullptr) {
    impl_->imported->finish(bytes);
    impl_->imported = impl_->model->imported->decoder->start();
  }
  return bytes;
}

}  // namespace yonder::tokenizer
