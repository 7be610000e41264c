// SPDX-License-Identifier: Apache-2.0
// The streaming classes of tokenizer.h. The segmenter does the work (its back-pointers are final as
// soon as they are written); here text is cut into chunks as it arrives, and bytes are held back
// only where the next ones could change what they are: a special name, a character under NFC.
#include "yonder/base/error.h"
#include "yonder/base/utf8.h"
#include "yonder/tokenizer/internal/document_encoder.h"
#include "yonder/tokenizer/normalizer.h"
#include "yonder/tokenizer/special_tokens.h"
#include "yonder/tokenizer/tokenizer.h"
#include "yonder/tokenizer/unigram/model.h"
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

struct Encoder::Impl {
  Impl(std::shared_ptr<const UnigramModel> model, const EncodeOptions& options_in)
      : options(options_in),
        segmenter(make_segmenter(std::move(model), options_in)),
        interval(commit_interval(options_in.max_lag)),
        document(options_in.document),
        position(options_in.position) {}

  // Text whose bytes are settled up to special names.
  void feed_normalized(std::string_view bytes, bool last, std::vector<uint32_t>& out) {
    if (!options.parse_special) {
      feed_plain(bytes, out);
      return;
    }
    possible_name += bytes;
    size_t begin = 0;
    while (const auto special = find_special(possible_name, begin)) {
      feed_plain(std::string_view(possible_name).substr(begin, special->begin - begin), out);
      end_chunk(out);
      out.push_back(special->id);
      begin = special->begin + kSpecialTokens[special->id].size();
      position += kSpecialTokens[special->id].size();
    }
    const std::string_view rest = std::string_view(possible_name).substr(begin);
    const size_t held = last ? 0 : special_prefix_at_end(rest);
    feed_plain(rest.substr(0, rest.size() - held), out);
    possible_name.erase(0, possible_name.size() - held);
  }

  void feed_plain(std::string_view bytes, std::vector<uint32_t>& out) {
    while (!bytes.empty()) {
      if (after_newline && bytes.front() != '\n') {
        end_chunk(out);
      }
      size_t taken = after_newline ? 0 : std::min(bytes.find('\n'), bytes.size());
      while (taken < bytes.size() && bytes[taken] == '\n') {
        ++taken;
        after_newline = true;
      }
      if (!in_chunk) {
        segmenter->start(document, position);
        in_chunk = true;
        until_commit = interval;
      }
      taken = std::min(taken, until_commit);
      until_commit -= taken;
      after_newline = bytes[taken - 1] == '\n';
      segmenter->extend(bytes.substr(0, taken));
      position += taken;
      bytes.remove_prefix(taken);
      commit(out);
    }
  }

  void commit(std::vector<uint32_t>& out) {
    if (until_commit == 0 && options.max_lag > 0) {
      const size_t kept = static_cast<size_t>(options.max_lag) - interval;
      forced += segmenter->force_commit(kept, out) ? 1 : 0;
    } else if (options.max_lag > 0 || segmenter->pending() >= next_look) {
      segmenter->commit(out);
      // A look costs time in proportion to what is pending. Where much stays (a^n with the pieces a
      // and aa), the next look waits until it has doubled, else a line of n bytes would cost n^2.
      const size_t left = segmenter->pending();
      next_look = left > kCommitInterval ? 2 * left : 0;
    }
    if (until_commit == 0) {
      until_commit = interval;
    }
    most_lag = std::max(most_lag, lag());
  }

  void end_chunk(std::vector<uint32_t>& out) {
    if (in_chunk) {
      segmenter->finish(out);
      in_chunk = false;
      next_look = 0;
    }
    after_newline = false;
  }

  size_t lag() const {
    return unsettled.size() + possible_name.size() + (in_chunk ? segmenter->pending() : 0);
  }

  EncodeOptions options;
  std::unique_ptr<Segmenter> segmenter;
  size_t interval;          // bytes of a chunk between two commits
  size_t until_commit = 0;  // bytes to the next one
  size_t next_look = 0;     // bytes pending at which the segmenter is asked again
  uint64_t document;
  uint64_t position;  // bytes of the document given to the segmenter
  bool begun = false;
  bool in_chunk = false;
  bool after_newline = false;  // the chunk ends at the next byte that is no newline
  std::string unsettled;       // bytes that NFC may still change
  std::string possible_name;   // bytes that may be the beginning of a special name
  size_t most_lag = 0;
  uint64_t forced = 0;
};

Encoder::Encoder(std::shared_ptr<const UnigramModel> model, const EncodeOptions& options)
    : impl_(std::make_unique<Impl>(std::move(model), options)) {}
Encoder::~Encoder() = default;
Encoder::Encoder(Encoder&&) noexcept = default;
Encoder& Encoder::operator=(Encoder&&) noexcept = default;

void Encoder::feed(std::string_view bytes, std::vector<uint32_t>& out) {
  if (!impl_->begun) {
    impl_->begun = true;
    if (impl_->options.bos) {
      out.push_back(kBosId);
    }
  }
  if (!internal::normalizes(impl_->options)) {
    impl_->feed_normalized(bytes, false, out);
    return;
  }
  impl_->unsettled += bytes;
  const std::string& how = impl_->options.normalize;
  const size_t settled = normalizable_prefix(impl_->unsettled, how);
  const std::string_view text = std::string_view(impl_->unsettled).substr(0, settled);
  impl_->feed_normalized(normalize_text(text, how).bytes, false, out);
  impl_->unsettled.erase(0, settled);
}

void Encoder::finish(std::vector<uint32_t>& out) {
  feed({}, out);  // an empty document has its <bos>, too
  impl_->feed_normalized(normalize_text(impl_->unsettled, impl_->options.normalize).bytes, true,
                         out);
  impl_->unsettled.clear();
  impl_->end_chunk(out);
  if (impl_->options.eos) {
    out.push_back(kEosId);
  }
  impl_->begun = false;
  impl_->position = 0;
  ++impl_->document;
}

size_t Encoder::lag() const { return impl_->lag(); }
size_t Encoder::max_lag() const { return impl_->most_lag; }
uint64_t Encoder::forced_cuts() const { return impl_->forced; }

struct Decoder::Impl {
  std::shared_ptr<const UnigramModel> model;
  std::string incomplete;  // the beginning of a character
  uint64_t position = 0;   // ids so far
};

Decoder::Decoder(std::shared_ptr<const UnigramModel> model)
    : impl_(std::make_unique<Impl>(Impl{std::move(model), {}, 0})) {}
Decoder::~Decoder() = default;
Decoder::Decoder(Decoder&&) noexcept = default;
Decoder& Decoder::operator=(Decoder&&) noexcept = default;

std::string Decoder::feed(uint32_t id) {
  const Vocabulary& vocabulary = impl_->model->vocabulary();
  require(id < vocabulary.size(), ErrorKind::bad_data,
          "id {} at position {} is out of range; the vocabulary has ids 0 to {}", id,
          impl_->position, vocabulary.size() - 1);
  ++impl_->position;
  if (id < kFirstPieceId) {
    return {};
  }
  std::string bytes = std::exchange(impl_->incomplete, {});
  bytes += vocabulary.piece(id);
  const size_t held = utf8_incomplete_suffix(bytes);
  impl_->incomplete = bytes.substr(bytes.size() - held);
  bytes.resize(bytes.size() - held);
  return bytes;
}

std::string Decoder::finish() {
  impl_->position = 0;
  return std::exchange(impl_->incomplete, {});
}

}  // namespace yonder::tokenizer
