// SPDX-License-Identifier: Apache-2.0
// The reader of id files. The container's own checks (base/record_file.h) say that every section
// lies within the file; here their sizes are checked against each other before anything is read.
#include "yonder/tokenizer/token_file.h"

#include "yonder/base/crc32.h"
#include "yonder/base/error.h"
#include "yonder/base/json.h"

#include <algorithm>

namespace yonder::tokenizer {

namespace {

constexpr std::string_view kKind = "YIDS";
constexpr uint32_t kVersion = 1;

template <typename Integer>
Integer get(std::string_view bytes, uint64_t at) {
  Integer value = 0;
  for (size_t k = 0; k < sizeof(value); ++k) {
    value = static_cast<Integer>(
        value | static_cast<Integer>(static_cast<Integer>(static_cast<unsigned char>(bytes[at + k]))
                                     << (8 * k)));
  }
  return value;
}

uint64_t blocks_of(uint64_t ids) { return ids / kIdsPerBlock + (ids % kIdsPerBlock == 0 ? 0 : 1); }

bool is_sha256(const std::string& text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

}  // namespace

TokenFile::TokenFile(const std::filesystem::path& path) : file_(path, kKind, kVersion) { parse(); }

TokenFile::TokenFile(std::string_view bytes, std::string name)
    : file_(bytes, std::move(name), kKind, kVersion) {
  parse();
}

void TokenFile::parse() {
  const std::string& name = file_.name();
  const Json head = parse_json(file_.section("head"), name + ": head");
  const uint64_t vocab_size = head.at("vocab_size").unsigned_integer();
  require(vocab_size >= kFirstPieceId && vocab_size <= UINT32_MAX, ErrorKind::bad_data,
          "{}: head: vocab_size is {}; it must lie between {} and {}", name, vocab_size,
          kFirstPieceId, UINT32_MAX);
  vocab_size_ = static_cast<uint32_t>(vocab_size);
  width_ = vocab_size <= kMostShortIds ? 2 : 4;
  const char* dtype = width_ == 2 ? "uint16" : "uint32";
  require(head.at("dtype").text() == dtype, ErrorKind::bad_data,
          "{}: head: dtype is {}; with a vocab_size of {} it must be {}", name,
          json_escape_lossy(head.at("dtype").text()), vocab_size, dtype);
  model_checksum_ = head.at("model_sha256").text();
  require(is_sha256(model_checksum_), ErrorKind::bad_data,
          "{}: head: model_sha256 is {}; 64 hex digits were expected", name,
          json_escape_lossy(model_checksum_));
  settings_ = file_.section("encoding");
  parse_json(settings_, name + ": encoding").object();

  ids_ = file_.section_unchecked("ids");
  require(ids_.size() % width_ == 0, ErrorKind::bad_data,
          "{}: byte {}: the section \"ids\" has {} bytes, no multiple of {}; get or make the file "
          "again",
          name, file_.section_offset("ids"), ids_.size(), width_);
  size_ = ids_.size() / width_;
  block_crcs_ = file_.section("blocks");
  require(block_crcs_.size() == 4 * blocks_of(size_), ErrorKind::bad_data,
          "{}: byte {}: the section \"blocks\" has {} bytes, {} were expected for {} ids; get or "
          "make the file again",
          name, file_.section_offset("blocks"), block_crcs_.size(), 4 * blocks_of(size_), size_);
  const std::string_view offsets = file_.section_unchecked("documents");
  const bool ends_fit = offsets.size() >= 8 && offsets.size() % 8 == 0 &&
                        get<uint64_t>(offsets, 0) == 0 &&
                        get<uint64_t>(offsets, offsets.size() - 8) == size_;
  require(ends_fit, ErrorKind::bad_data,
          "{}: byte {}: the section \"documents\" with {} bytes does not lead from 0 to the number "
          "of ids, {}; get or make the file again",
          name, file_.section_offset("documents"), offsets.size(), size_);
  documents_ = offsets.size() / 8 - 1;
  checked_ = std::make_unique<std::atomic<bool>[]>(blocks_of(size_));
}

void TokenFile::require_model(const Tokenizer& tokenizer) const {
  require(tokenizer.checksum() == model_checksum_, ErrorKind::bad_data,
          "{}: the ids were made with the model of SHA-256 {}, the tokenizer's model has {}; use "
          "the model they were made with, or encode the text again",
          file_.name(), model_checksum_, tokenizer.checksum());
}

uint32_t TokenFile::id_at(uint64_t index) const {
  return width_ == 2 ? get<uint16_t>(ids_, 2 * index) : get<uint32_t>(ids_, 4 * index);
}

void TokenFile::check_block(uint64_t block) const {
  if (checked_[block].load(std::memory_order_acquire)) {
    return;
  }
  const uint64_t first = block * kIdsPerBlock;
  const uint64_t last = std::min(size_, first + kIdsPerBlock);
  const uint64_t offset = file_.section_offset("ids");
  const std::string_view bytes = ids_.substr(first * width_, (last - first) * width_);
  require(crc32(bytes) == get<uint32_t>(block_crcs_, 4 * block), ErrorKind::bad_data,
          "{}: the file is damaged: the ids {} to {}, bytes {} to {}, do not match their checksum; "
          "get or make it again",
          file_.name(), first, last - 1, offset + first * width_, offset + last * width_ - 1);
  for (uint64_t i = first; i < last; ++i) {
    require(id_at(i) < vocab_size_, ErrorKind::bad_data,
            "{}: byte {}: id {} at position {} is out of range; the vocabulary has ids 0 to {}",
            file_.name(), offset + i * width_, id_at(i), i, vocab_size_ - 1);
  }
  checked_[block].store(true, std::memory_order_release);
}

std::vector<uint32_t> TokenFile::read(uint64_t first, uint64_t count) const {
  require(first <= size_ && count <= size_ - first, ErrorKind::bad_data,
          "{}: {} ids from position {} on were asked for; the file has {}", file_.name(), count,
          first, size_);
  std::vector<uint32_t> ids(count);
  if (count == 0) {
    return ids;
  }
  for (uint64_t block = first / kIdsPerBlock; block <= (first + count - 1) / kIdsPerBlock;
       ++block) {
    check_block(block);
  }
  for (uint64_t i = 0; i < count; ++i) {
    ids[i] = id_at(first + i);
  }
  return ids;
}

std::pair<uint64_t, uint64_t> TokenFile::document(uint64_t index) const {
  require(index < documents_, ErrorKind::bad_data,
          "{}: document {} was asked for; the file has {}, counted from 0", file_.name(), index,
          documents_);
  const std::string_view offsets = file_.section("documents");
  const uint64_t first = get<uint64_t>(offsets, 8 * index);
  const uint64_t last = get<uint64_t>(offsets, 8 * index + 8);
  require(
      first <= last && last <= size_, ErrorKind::bad_data,
      "{}: byte {}: document {} reaches from id {} to id {} of {}, which cannot be; get or make "
      "the file again",
      file_.name(), file_.section_offset("documents") + 8 * index, index, first, last, size_);
  return {first, last};
}

void TokenFile::verify() const {
  for (uint64_t block = 0; block < blocks_of(size_); ++block) {
    check_block(block);
  }
  for (uint64_t index = 0; index < documents_; ++index) {
    document(index);
  }
  file_.verify();
}

}  // namespace yonder::tokenizer
