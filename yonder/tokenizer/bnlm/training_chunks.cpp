// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/bnlm/training_chunks.h"

#include "yonder/base/crc32.h"
#include "yonder/base/error.h"
#include "yonder/base/utf8.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace yonder::tokenizer {
namespace {

/// Characters that are their own NFC, have combining class 0 and are never the second part of a
/// composition: text may be normalised in two pieces before any of them. The list is not complete
/// (it need not be), but covers the letters of most text. Bytes outside UTF-8 (-1) separate too.
bool starts_nfc_stretch(int32_t c) {
  struct Range {
    int32_t first, last;
  };
  static constexpr std::array<Range, 10> kRanges = {{{-1, 0x02ff},
                                                     {0x0388, 0x0482},
                                                     {0x048a, 0x058f},
                                                     {0x2010, 0x2027},
                                                     {0x3001, 0x3029},
                                                     {0x3041, 0x3096},
                                                     {0x30a1, 0x30fa},
                                                     {0x3400, 0x9fff},
                                                     {0xac00, 0xd7a3},
                                                     {0xff01, 0xff5e}}};
  for (const Range& range : kRanges) {
    if (c <= range.last) {
      return c >= range.first;
    }
  }
  return false;
}

}  // namespace

size_t append_nfc_stretch(std::string& out, std::string_view text, bool final) {
  const size_t size = final ? text.size() : text.size() - utf8_incomplete_suffix(text);
  size_t copied = 0;   // text[0, copied) is in out
  size_t stretch = 0;  // where the stretch at hand begins
  bool plain = true;   // it needs no normalisation so far
  const auto end_stretch = [&](size_t end) {
    if (!plain) {
      out.append(text, copied, stretch - copied);
      out += nfc(text.substr(stretch, end - stretch));
      copied = end;
      plain = true;
    }
    stretch = end;
  };
  for (size_t i = 0; i < size;) {
    if (static_cast<unsigned char>(text[i]) < 0x80) {
      end_stretch(i);
      ++i;
      continue;
    }
    const Utf8Unit unit = utf8_at(text, i);
    if (starts_nfc_stretch(unit.code_point)) {
      end_stretch(i);
    } else {
      plain = false;
    }
    i += unit.length;
  }
  if (final) {
    end_stretch(size);
  }
  out.append(text, copied, stretch - copied);
  return stretch;
}

void ChunkCutter::feed(std::string_view bytes) {
  if (carried_.empty()) {
    const size_t taken = take(bytes, false);
    carried_.assign(bytes.substr(taken));
  } else {
    carried_.append(bytes);
    const size_t taken = take(carried_, false);
    carried_.erase(0, taken);
  }
}

void ChunkCutter::end_document() {
  take(carried_, true);
  carried_.clear();
  flush();
}

size_t ChunkCutter::take(std::string_view text, bool final) {
  if (rule_.nfc) {
    normalized_.clear();
    const size_t taken = append_nfc_stretch(normalized_, text, final);
    cut(normalized_);
    return taken;
  }
  const size_t taken = final ? text.size() : text.size() - utf8_incomplete_suffix(text);
  cut(text.substr(0, taken));
  return taken;
}

void ChunkCutter::flush() {
  if (!chunk_.empty()) {
    out_->bytes += chunk_;
    out_->ends.push_back(static_cast<uint32_t>(out_->bytes.size()));
    chunk_.clear();
  }
  characters_ = 0;
  newlines_ = 0;
}

void ChunkCutter::cut(std::string_view text) {
  size_t position = 0;
  while (position < text.size()) {
    if (newlines_ > 0 && text[position] != '\n') {
      flush();
    }
    // A line of at most 10,000 bytes that ends inside `text` needs no counting of characters.
    if (chunk_.empty() && !rule_.isolate_digits) {
      const size_t reach = std::min<size_t>(text.size() - position, kMaxChunkCharacters + 1);
      const void* found = std::memchr(text.data() + position, '\n', reach);
      if (found != nullptr) {
        const auto line = static_cast<size_t>(static_cast<const char*>(found) - text.data());
        size_t end = line + 1;
        while (end < text.size() && text[end] == '\n' && end - line < kMaxChunkNewlines) {
          ++end;
        }
        if (end < text.size()) {
          out_->bytes.append(text, position, end - position);
          out_->ends.push_back(static_cast<uint32_t>(out_->bytes.size()));
        } else {  // more newlines may follow in the next part
          chunk_.assign(text, position, end - position);
          newlines_ = static_cast<uint32_t>(end - line);
        }
        position = end;
        continue;
      }
    }
    position = cut_unit(text, position);
  }
}

/// Takes one character, before which a chunk that newlines have ended was flushed; returns the
/// position after it.
size_t ChunkCutter::cut_unit(std::string_view text, size_t position) {
  const auto byte = static_cast<unsigned char>(text[position]);
  if (byte == '\n') {
    if (newlines_ == kMaxChunkNewlines) {
      flush();
    }
    chunk_ += '\n';
    ++newlines_;
    return position + 1;
  }
  const Utf8Unit unit =
      byte < 0x80 ? Utf8Unit{static_cast<int32_t>(byte), 1} : utf8_at(text, position);
  const bool alone =
      rule_.isolate_digits && unit.code_point >= 0 && is_decimal_digit(unit.code_point);
  if (alone || characters_ == kMaxChunkCharacters) {
    flush();
  }
  chunk_.append(text, position, unit.length);
  ++characters_;
  if (alone) {
    flush();
  }
  return position + unit.length;
}

ChunkReader::ChunkReader(const std::vector<std::string>& inputs, ChunkRule rule)
    : corpus_(inputs, kBatchBytes), cutter_(rule, &pending_) {}

std::unique_ptr<ChunkBatch> ChunkReader::next() {
  const auto taken_bytes = [&] { return taken_ == 0 ? 0 : size_t{pending_.ends[taken_ - 1]}; };
  while (!at_end_ && pending_.bytes.size() - taken_bytes() < kBatchBytes) {
    if (taken_ > 0) {
      const size_t gone = taken_bytes();
      pending_.bytes.erase(0, gone);
      pending_.ends.erase(pending_.ends.begin(),
                          pending_.ends.begin() + static_cast<std::ptrdiff_t>(taken_));
      for (uint32_t& end : pending_.ends) {
        end -= static_cast<uint32_t>(gone);
      }
      taken_ = 0;
    }
    if (!corpus_.next(part_)) {
      at_end_ = true;
      break;
    }
    cutter_.feed(part_.bytes);
    if (part_.last) {
      cutter_.end_document();
    }
  }
  if (taken_ == pending_.size()) {
    return nullptr;
  }
  auto batch = std::make_unique<ChunkBatch>();
  const size_t begin = taken_bytes();
  while (taken_ < pending_.size() && taken_bytes() - begin < kBatchBytes) {
    batch->ends.push_back(pending_.ends[taken_] - static_cast<uint32_t>(begin));
    ++taken_;
  }
  batch->bytes.reserve(batch->ends.back() + kBatchPadding);
  batch->bytes.assign(pending_.bytes, begin, batch->ends.back());
  batch->seal();
  const uint64_t consumed = corpus_.consumed();
  batch->input_bytes = consumed - reported_;
  reported_ = consumed;
  return batch;
}

uint32_t fingerprint(const ChunkBatch& batch) {
  const uint32_t crc = crc32(std::string_view(batch.bytes).substr(0, batch.text_size()));
  return crc32(
      {reinterpret_cast<const char*>(batch.ends.data()), batch.ends.size() * sizeof(uint32_t)},
      crc);
}

}  // namespace yonder::tokenizer
