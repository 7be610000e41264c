// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/imported/path_writer.h"

#include "yonder/base/utf8.h"

namespace yonder::tokenizer {

void PathWriter::push(uint32_t id, size_t begin, size_t end) {
  ids_.push_back(id);
  if (offsets_ != nullptr) {
    offsets_->push_back({text_.original_start(begin), text_.original_end(end)});
  }
}

void PathWriter::special(uint32_t id) {
  ids_.push_back(id);
  if (offsets_ != nullptr) {
    const uint64_t place = at_ == 0 ? 0 : text_.original_end(at_);
    offsets_->push_back({place, place});
  }
}

void PathWriter::special(std::span<const uint32_t> ids) {
  for (const uint32_t id : ids) {
    special(id);
  }
}

void PathWriter::token(uint32_t id, size_t end) {
  push(id, at_, end);
  at_ = end;
}

void PathWriter::unknown_character(size_t length) {
  if (model_.byte_ids) {
    for (size_t i = 0; i < length; ++i) {
      const auto byte = static_cast<uint8_t>(text_.bytes[at_ + i]);
      push((*model_.byte_ids)[byte], at_ + i, at_ + i + 1);
    }
  } else if (after_unknown_) {
    if (offsets_ != nullptr) {
      offsets_->back().end = text_.original_end(at_ + length);
    }
  } else {
    push(*model_.unknown, at_, at_ + length);
    after_unknown_ = true;
  }
  at_ += length;
}

void PathWriter::unigram_word(std::span<const uint32_t> path) {
  const UnigramModel& engine = *model_.unigram->engine();
  after_unknown_ = false;
  for (const uint32_t piece : path) {
    const uint32_t id = model_.unigram->id_of(piece);
    if (id == LatticeAlphabet::kUnknownId) {
      unknown_character(utf8_at(text_.bytes, at_).length);
    } else {
      const size_t end = at_ + engine.lengths()[piece];
      push(id, at_, end);
      at_ = end;
      after_unknown_ = false;
    }
  }
}

void PathWriter::byte_pair_word(std::span<const uint32_t> path,
                                std::span<const size_t> unknown_lengths) {
  size_t unknown = 0;
  for (const uint32_t id : path) {
    size_t length = model_.byte_pair->piece(id).size();
    if (model_.unknown == id) {
      length = unknown_lengths[unknown++];
    } else if (model_.pieces[id].kind == PieceKind::byte) {
      length = 1;
    }
    push(id, at_, at_ + length);
    at_ += length;
  }
}

}  // namespace yonder::tokenizer
