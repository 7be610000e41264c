// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/imported/lattice_text.h"

#include "yonder/base/error.h"
#include "yonder/base/utf8.h"
#include "yonder/tokenizer/imported/path_writer.h"

namespace yonder::tokenizer {

LatticeText::LatticeText(const ImportedModel& model, std::string_view text) : model_(model) {
  require(model.unigram != nullptr, ErrorKind::bad_option,
          "this is a BPE vocabulary: it has one segmentation, not a lattice of them; use a unigram "
          "vocabulary");
  prepared_ = model.rules->prepare(text, false);
  size_t begin = 0;
  for (const PreparedPart& part : prepared_.parts) {
    if (part.id < 0) {
      const size_t first = bytes_.size();
      const std::string_view word =
          std::string_view(prepared_.text.bytes).substr(begin, part.end - begin);
      model.unigram->append(word, begin, bytes_);
      for (size_t i = first, at = begin; i < bytes_.size(); ++i) {
        origin_.push_back(at);
        at += bytes_[i] == LatticeAlphabet::kUnknown ? utf8_at(prepared_.text.bytes, at).length : 1;
      }
    } else {
      ++tokens_;
    }
    origin_.push_back(part.end);
    bytes_ += LatticeAlphabet::kCut;
    begin = part.end;
  }
  origin_.push_back(begin);
}

std::vector<uint32_t> LatticeText::ids(std::span<const uint32_t> path) const {
  std::vector<uint32_t> ids;
  PathWriter writer(model_, prepared_.text, ids, nullptr);
  for (const PreparedPart& part : prepared_.parts) {
    size_t length = 0;
    while (model_.unigram->id_of(path[length]) != LatticeAlphabet::kCutId) {
      ++length;
    }
    if (part.id >= 0) {
      writer.token(static_cast<uint32_t>(part.id), part.end);
    } else {
      writer.unigram_word(path.first(length));
    }
    path = path.subspan(length + 1);
  }
  return ids;
}

uint32_t LatticeText::unknown_piece(size_t at) const {
  const UnigramModel& engine = *model_.unigram->engine();
  if (at == bytes_.size()) {
    return 0;
  }
  const size_t length = bytes_[at] == LatticeAlphabet::kUnknown ? 1 : utf8_at(bytes_, at).length;
  const auto piece = engine.trie().find(std::string_view(bytes_).substr(at, length));
  return piece && model_.unigram->id_of(*piece) == LatticeAlphabet::kUnknownId ? *piece : 0;
}

uint32_t LatticeText::known_piece(uint32_t id, size_t at) const {
  const uint32_t piece = model_.unigram->engine_id(id);
  return piece != 0 && std::string_view(bytes_).substr(at).starts_with(
                           model_.unigram->engine()->vocabulary().piece(piece))
             ? piece
             : 0;
}

std::vector<uint32_t> LatticeText::path(std::span<const uint32_t> ids) const {
  const UnigramModel& engine = *model_.unigram->engine();
  const uint32_t cut = engine.trie().find(std::string_view(&LatticeAlphabet::kCut, 1)).value();
  std::vector<uint32_t> path;
  size_t at = 0;  // in bytes_
  size_t part = 0;
  const auto take = [&](uint32_t piece) {
    path.push_back(piece);
    at += engine.lengths()[piece];
    part += piece == cut ? 1 : 0;
  };
  const auto at_cut = [&] { return at < bytes_.size() && bytes_[at] == LatticeAlphabet::kCut; };
  const auto pass_cuts = [&] {
    while (at_cut() && prepared_.parts[part].id < 0) {
      take(cut);
    }
  };
  for (size_t i = 0; i < ids.size(); ++i) {
    pass_cuts();
    if (at_cut() && prepared_.parts[part].id == ids[i]) {
      take(cut);
    } else if (const uint32_t piece = known_piece(ids[i], at)) {
      take(piece);
    } else if (model_.unknown == ids[i] && unknown_piece(at) != 0) {
      do {  // a run of unknown characters is one token
        take(unknown_piece(at));
      } while (unknown_piece(at) != 0 && (i + 1 == ids.size() || known_piece(ids[i + 1], at) == 0));
    } else {
      // A character that falls back to bytes is one edge.
      const size_t bytes = utf8_at(prepared_.text.bytes, origin_[at]).length;
      const bool fallback = model_.byte_ids && unknown_piece(at) != 0 && i + bytes <= ids.size();
      for (size_t k = 0; fallback && k < bytes; ++k) {
        const auto byte = static_cast<uint8_t>(prepared_.text.bytes[origin_[at] + k]);
        require((*model_.byte_ids)[byte] == ids[i + k], ErrorKind::bad_data,
                "id {} at position {} is not the byte 0x{:02X} of the text", ids[i + k], i + k,
                byte);
      }
      require(fallback, ErrorKind::bad_data,
              "id {} at position {} does not spell the text at byte offset {}", ids[i], i,
              prepared_.text.original_start(origin_[at]));
      take(unknown_piece(at));
      i += bytes - 1;
    }
  }
  pass_cuts();
  require(at == bytes_.size(), ErrorKind::bad_data,
          "the ids spell the first {} of {} bytes; give a segmentation of the whole text",
          prepared_.text.original_start(origin_[at]), prepared_.text.original_size);
  return path;
}

std::vector<EdgeMarginal> LatticeText::marginals(const std::vector<EdgeMarginal>& edges) const {
  std::vector<EdgeMarginal> marginals;
  for (const EdgeMarginal& edge : edges) {
    uint32_t id = model_.unigram->id_of(edge.id);
    if (id == LatticeAlphabet::kCutId) {
      continue;
    }
    if (id == LatticeAlphabet::kUnknownId) {
      id = *model_.unknown;
    }
    // A piece ends where its last byte does: at a cut, the next byte of the lattice is another
    // word.
    marginals.push_back({prepared_.text.original_start(origin_[edge.start]),
                         prepared_.text.original_end(origin_[edge.end]), id, edge.probability});
  }
  return marginals;
}

}  // namespace yonder::tokenizer
