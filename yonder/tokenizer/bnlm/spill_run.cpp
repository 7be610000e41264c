// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/bnlm/spill_run.h"

#include "yonder/base/crc32.h"
#include "yonder/base/error.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace yonder::tokenizer {
namespace {

constexpr size_t kWriteBytes = size_t{1} << 18;

void append_u32(std::string& out, uint32_t value) {
  for (int shift = 0; shift < 32; shift += 8) {
    out += static_cast<char>(value >> shift);
  }
}

uint32_t read_u32(std::string_view bytes, size_t offset) {
  uint32_t value = 0;
  for (size_t i = 0; i < 4; ++i) {
    value |= static_cast<uint32_t>(static_cast<unsigned char>(bytes[offset + i])) << (8 * i);
  }
  return value;
}

}  // namespace

void append_block(std::string& out, std::string_view payload, uint32_t items) {
  append_u32(out, static_cast<uint32_t>(payload.size()));
  append_u32(out, items);
  append_u32(out, crc32(payload));
  out += payload;
}

BlockHeader read_block_header(std::string_view bytes) {
  return {read_u32(bytes, 0), read_u32(bytes, 4), read_u32(bytes, 8)};
}

void append_varint(std::string& out, uint64_t value) {
  while (value >= 0x80) {
    out += static_cast<char>(value | 0x80);
    value >>= 7;
  }
  out += static_cast<char>(value);
}

bool read_varint(std::string_view bytes, size_t& position, uint64_t& value) {
  value = 0;
  for (int shift = 0; shift < 64 && position < bytes.size(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes[position++]);
    if (shift == 63 && byte > 1) {
      return false;
    }
    value |= uint64_t{byte & 0x7fU} << shift;
    if (byte < 0x80) {
      return true;
    }
  }
  return false;
}

void encode_ngrams(std::span<const NgramCount> items, std::string& payload) {
  uint64_t last = 0;
  for (const NgramCount& item : items) {
    append_varint(payload, item.key - last);
    append_varint(payload, item.count);
    last = item.key;
  }
}

bool decode_ngrams(std::string_view payload, uint32_t items, std::vector<NgramCount>& out) {
  out.clear();
  if (items > payload.size() / 2) {
    return false;
  }
  out.reserve(items);
  uint64_t key = 0;
  size_t position = 0;
  for (uint32_t i = 0; i < items; ++i) {
    uint64_t delta = 0;
    uint64_t count = 0;
    if (!read_varint(payload, position, delta) || !read_varint(payload, position, count) ||
        delta == 0 || delta > UINT64_MAX - key || count == 0) {
      return false;
    }
    key += delta;
    out.push_back({key, count});
  }
  return position == payload.size();
}

RunWriter::RunWriter(std::filesystem::path path) : path_(std::move(path)) {
  descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor_ < 0) {
    fail_errno(path_.string(), "cannot be written", errno);
  }
}

RunWriter::~RunWriter() {
  if (descriptor_ >= 0) {
    ::close(descriptor_);
    ::unlink(path_.c_str());
  }
}

void RunWriter::add(std::span<const NgramCount> items) {
  for (const NgramCount& item : items) {
    append_varint(payload_, item.key - last_key_);
    append_varint(payload_, item.count);
    last_key_ = item.key;
    if (++items_ == kBlockItems) {
      end_block();
    }
  }
}

void RunWriter::add(std::string_view piece, uint64_t count) {
  const size_t most = std::min(piece.size(), last_piece_.size());
  size_t shared = 0;
  while (shared < most && piece[shared] == last_piece_[shared]) {
    ++shared;
  }
  append_varint(payload_, shared);
  append_varint(payload_, piece.size() - shared);
  payload_ += piece.substr(shared);
  append_varint(payload_, count);
  last_piece_.assign(piece);
  ++items_;
  if (payload_.size() >= kBlockBytes) {
    end_block();
  }
}

void RunWriter::end_block() {
  if (items_ > 0) {
    append_block(buffer_, payload_, items_);
  }
  payload_.clear();
  items_ = 0;
  last_key_ = 0;
  last_piece_.clear();
  if (buffer_.size() >= kWriteBytes) {
    write_out();
  }
}

void RunWriter::write_out() {
  size_t done = 0;
  while (done < buffer_.size()) {
    const ssize_t n = ::write(descriptor_, buffer_.data() + done, buffer_.size() - done);
    if (n < 0) {
      if (errno == EINTR) {
        continue;
      }
      fail_errno(path_.string(), "cannot be written", errno);
    }
    done += static_cast<size_t>(n);
  }
  size_ += done;
  buffer_.clear();
}

uint64_t RunWriter::finish() {
  end_block();
  write_out();
  if (::fsync(descriptor_) != 0) {
    fail_errno(path_.string(), "cannot be written", errno);
  }
  const int result = ::close(descriptor_);
  descriptor_ = -1;
  if (result != 0) {
    fail_errno(path_.string(), "cannot be written", errno);
  }
  return size_;
}

RunReader::RunReader(std::filesystem::path path) : path_(std::move(path)) {
  descriptor_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor_ < 0) {
    fail_errno(path_.string(), "cannot be read", errno);
  }
}

RunReader::~RunReader() { ::close(descriptor_); }

void RunReader::damaged() const {
  fail(ErrorKind::bad_data,
       "{}: damaged in the block before offset {}; remove its folder and start the training anew",
       path_.string(), offset_);
}

size_t RunReader::read(char* out, size_t size) {
  size_t done = 0;
  while (done < size) {
    const ssize_t n = ::read(descriptor_, out + done, size - done);
    if (n < 0 && errno == EINTR) {
      continue;
    }
    if (n < 0) {
      fail_errno(path_.string(), "cannot be read", errno);
    }
    if (n == 0) {
      break;
    }
    done += static_cast<size_t>(n);
  }
  offset_ += done;
  return done;
}

bool RunReader::next(std::string& payload, uint32_t& items) {
  std::array<char, kBlockHeaderBytes> bytes{};
  const size_t got = read(bytes.data(), bytes.size());
  if (got == 0) {
    return false;
  }
  const BlockHeader header = read_block_header({bytes.data(), bytes.size()});
  if (got < bytes.size() || header.payload_bytes > kMaxBlockBytes) {
    damaged();
  }
  payload.resize(header.payload_bytes);
  if (read(payload.data(), payload.size()) < payload.size() || crc32(payload) != header.crc) {
    damaged();
  }
  items = header.items;
  return true;
}

bool RunReader::next(std::vector<NgramCount>& items) {
  uint32_t count = 0;
  if (!next(payload_, count)) {
    return false;
  }
  if (!decode_ngrams(payload_, count, items)) {
    damaged();
  }
  return true;
}

}  // namespace yonder::tokenizer
