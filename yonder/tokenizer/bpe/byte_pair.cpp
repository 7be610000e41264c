// SPDX-License-Identifier: Apache-2.0
// The encoder: a word is looked up in the cache, then in the index of pieces, and merged only where
// neither knows it (internal/merging.h). Long words are cut where nothing can merge.
#include "yonder/tokenizer/bpe/byte_pair.h"

#include "yonder/base/error.h"
#include "yonder/base/utf8.h"
#include "yonder/tokenizer/bpe/internal/byte_pair_impl.h"
#include "yonder/tokenizer/bpe/internal/merging.h"
#include "yonder/tokenizer/bpe/internal/word_cache.h"

#include <algorithm>
#include <utility>

namespace yonder::tokenizer {

using namespace internal;

struct BytePairEncoder::Impl {
  Impl(std::shared_ptr<const BytePairModel> model_in, const BytePairDropout& dropout_in)
      : owner(std::move(model_in)),
        model(owner->impl()),
        dropout(dropout_in),
        merging(model),
        cache(dropout.probability == 0) {
    require(dropout.probability >= 0 && dropout.probability <= 1, ErrorKind::bad_option,
            "the probability of BPE-dropout is {}; it must be from 0 to 1", dropout.probability);
  }

  void encode(std::string_view word, std::vector<uint32_t>& out, uint64_t position);
  void sample(std::string_view word, std::vector<uint32_t>& out, uint64_t document,
              uint64_t position);
  void encode_parts(std::string_view word, std::vector<uint32_t>& out, uint64_t position);
  void encode_short(const WordCache::Key& key, std::string_view word, std::vector<uint32_t>& out,
                    uint64_t position);
  void encode_any(std::string_view word, bool is_part, std::vector<uint32_t>& out,
                  uint64_t position);
  void write(uint32_t id, std::vector<uint32_t>& out);
  void write_unknown(std::vector<uint32_t>& out);
  void resolve(std::span<const uint32_t> symbols, std::string_view word, std::vector<uint32_t>& out,
               uint64_t position);

  const std::shared_ptr<const BytePairModel> owner;
  const BytePairModel::Impl& model;
  const BytePairDropout dropout;
  Merging merging;
  WordCache cache;
  std::vector<size_t> unknown_lengths;
  size_t unknown = 0;  // bytes of the unknown characters not yet written down
};

void BytePairEncoder::Impl::encode(std::string_view word, std::vector<uint32_t>& out,
                                   uint64_t position) {
  if (word.size() <= WordCache::kLongest && !model.has_unused) {
    const WordCache::Key key = WordCache::key_of(word);
    if (key.is_ascii()) {  // in such a word nearly every two letters can merge
      encode_short(key, word, out, position);
      return;
    }
  }
  encode_parts(word, out, position);
}

void BytePairEncoder::Impl::encode_parts(std::string_view word, std::vector<uint32_t>& out,
                                         uint64_t position) {
  if (model.has_unused) {
    resolve(merging.merge(word), word, out, position);
    return;
  }
  if (model.options.ignore_merges && word.size() <= model.longest_piece) {
    const uint32_t id = model.find(word);
    if (id != kNoPiece) {
      write(id, out);
      return;
    }
  }
  size_t begin = 0;
  for (size_t i = 1; i <= word.size(); ++i) {
    if (i < word.size() && !model.may_cut(word, i)) {
      continue;
    }
    const std::string_view part = word.substr(begin, i - begin);
    if (part.size() <= WordCache::kLongest && unknown == 0) {
      WordCache::Key key = WordCache::key_of(part);
      key.length |= model.options.ignore_merges ? WordCache::kPart : 0;
      encode_short(key, part, out, position + begin);
    } else {
      encode_any(part, true, out, position + begin);
    }
    begin = i;
  }
}

void BytePairEncoder::Impl::encode_short(const WordCache::Key& key, std::string_view word,
                                         std::vector<uint32_t>& out, uint64_t position) {
  WordCache::Entry& entry = cache.at(key);
  if (entry.key == key) {
    if (entry.count == 1) {
      out.push_back(entry.ids[0]);
    } else {
      out.insert(out.end(), entry.ids.begin(), entry.ids.begin() + entry.count);
    }
    return;
  }
  const size_t first = out.size();
  const size_t lengths = unknown_lengths.size();
  encode_any(word, key.length > WordCache::kLongest, out, position);
  const size_t count = out.size() - first;
  if (count <= entry.ids.size() && unknown == 0 && unknown_lengths.size() == lengths) {
    WordCache::Entry& place = cache.grows() ? cache.at(key) : entry;
    place.key = key;
    place.count = static_cast<uint32_t>(count);
    std::copy(out.end() - static_cast<std::ptrdiff_t>(count), out.end(), place.ids.begin());
  }
}

void BytePairEncoder::Impl::encode_any(std::string_view word, bool is_part,
                                       std::vector<uint32_t>& out, uint64_t position) {
  const uint32_t id = word.size() <= model.longest_piece ? model.find(word) : kNoPiece;
  if (id != kNoPiece && (model.whole[id] || (model.options.ignore_merges && !is_part))) {
    write(id, out);
  } else {
    resolve(merging.merge(word), word, out, position);
  }
}

void BytePairEncoder::Impl::sample(std::string_view word, std::vector<uint32_t>& out,
                                   uint64_t document, uint64_t position) {
  size_t begin = 0;
  for (size_t i = 1; i <= word.size(); ++i) {
    const bool end =
        i == word.size() || (model.cuts_at_space && word.substr(i).starts_with(kSpace) &&
                             !word.substr(0, i).ends_with(kSpace));
    if (end) {
      const std::string_view part = word.substr(begin, i - begin);
      resolve(merging.merge(part, dropout, document, position + begin), part, out,
              position + begin);
      begin = i;
    }
  }
}

void BytePairEncoder::Impl::write(uint32_t id, std::vector<uint32_t>& out) {
  write_unknown(out);
  out.push_back(id);
  if (id == model.options.unknown_id) {
    unknown_lengths.push_back(model.piece(id).size());
  }
}

void BytePairEncoder::Impl::write_unknown(std::vector<uint32_t>& out) {
  if (unknown > 0) {
    out.push_back(static_cast<uint32_t>(model.options.unknown_id));
    unknown_lengths.push_back(unknown);
    unknown = 0;
  }
}

// Symbols become ids. As in tokenizers, an unknown character is written down only when a known one
// follows (or, unless they are fused, the next unknown one): bytes of byte fallback overtake it.
void BytePairEncoder::Impl::resolve(std::span<const uint32_t> symbols, std::string_view word,
                                    std::vector<uint32_t>& out, uint64_t position) {
  size_t at = 0;
  const auto resolve_one = [&](uint32_t symbol) {
    if (symbol < model.vocab_size()) {
      write(symbol, out);
      at += model.piece(symbol).size();
      return;
    }
    const std::string_view unit = word.substr(at, model.unit_length(word, at));
    at += unit.size();
    if (model.has_bytes_of(unit)) {
      for (const char byte : unit) {
        out.push_back(model.vocabulary.byte_ids[static_cast<unsigned char>(byte)]);
      }
      return;
    }
    require(model.options.unknown_id >= 0, ErrorKind::bad_data,
            "{}: \"{}\" at byte {} cannot be spelled with this vocabulary, which has no unknown "
            "piece",
            model.name, utf8_replace_invalid(unit), position + at - unit.size());
    if (!model.options.fuse_unknown) {
      write_unknown(out);
    }
    unknown += unit.size();
  };
  for (const uint32_t symbol : symbols) {
    if (model.has_unused && model.is_unused(symbol)) {
      merging.take_apart(symbol, resolve_one);
    } else {
      resolve_one(symbol);
    }
  }
}

BytePairEncoder::BytePairEncoder(std::shared_ptr<const BytePairModel> model,
                                 const BytePairDropout& dropout)
    : impl_(std::make_unique<Impl>(std::move(model), dropout)) {}
BytePairEncoder::~BytePairEncoder() = default;
BytePairEncoder::BytePairEncoder(BytePairEncoder&&) noexcept = default;

void BytePairEncoder::encode(std::string_view word, std::vector<uint32_t>& out, uint64_t document,
                             uint64_t position) {
  require(word.size() < UINT32_MAX, ErrorKind::bad_data,
          "{}: a word has {} bytes; at most 2^32 - 2 are possible", impl_->model.name, word.size());
  impl_->unknown_lengths.clear();
  impl_->unknown = 0;
  if (word.empty()) {
    return;
  }
  if (impl_->dropout.probability > 0) {
    impl_->sample(word, out, document, position);
  } else {
    impl_->encode(word, out, position);
  }
  impl_->write_unknown(out);
}

const std::vector<size_t>& BytePairEncoder::unknown_lengths() const {
  return impl_->unknown_lengths;
}

}  // namespace yonder::tokenizer
