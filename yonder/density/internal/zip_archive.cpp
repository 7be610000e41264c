// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/internal/zip_archive.h"

#include "yonder/base/crc32.h"
#include "yonder/base/error.h"
#include "yonder/density/internal/little_endian.h"

#include <zlib.h>

#include <cstdint>

namespace yonder::density::internal {
namespace {

constexpr uint32_t kLocalMagic = 0x04034b50;
constexpr uint32_t kDirectoryMagic = 0x02014b50;
constexpr uint32_t kEndMagic = 0x06054b50;
constexpr size_t kLocalSize = 30;
constexpr size_t kDirectorySize = 46;
constexpr size_t kEndSize = 22;
constexpr size_t kMostComment = 0xFFFF;
constexpr uint16_t kStored = 0;
constexpr uint16_t kDeflated = 8;
constexpr uint64_t kMostDeflateRatio = 1032;  // of the format itself
constexpr uint16_t kEncrypted = 1;            // bit of the flags

class ZipReader {
 public:
  ZipReader(std::string_view bytes, std::string_view name) : bytes_(bytes), name_(name) {}

  std::vector<ZipEntry> read() const {
    const uint64_t end = find_end();
    const uint64_t count = get<uint16_t>(at(end + 10));
    uint64_t row = get<uint32_t>(at(end + 16));
    std::vector<ZipEntry> entries;
    for (uint64_t i = 0; i < count; ++i) {
      need(row, kDirectorySize);
      check(get<uint32_t>(at(row)) == kDirectoryMagic, row, "no entry of the directory");
      const uint64_t name_size = get<uint16_t>(at(row + 28));
      const uint64_t extra_size = get<uint16_t>(at(row + 30));
      const uint64_t comment_size = get<uint16_t>(at(row + 32));
      need(row, kDirectorySize + name_size);
      entries.push_back(
          {std::string(bytes_.substr(row + kDirectorySize, name_size)), content(row)});
      row += kDirectorySize + name_size + extra_size + comment_size;
    }
    return entries;
  }

 private:
  const char* at(uint64_t offset) const { return bytes_.data() + offset; }

  void check(bool right, uint64_t offset, const char* what) const {
    require(right, ErrorKind::bad_data, "{}: byte {}: the archive is damaged or no .npz: {}", name_,
            offset, what);
  }

  void need(uint64_t offset, uint64_t size) const {
    check(offset <= bytes_.size() && size <= bytes_.size() - offset, offset,
          "it ends before this part does");
  }

  // The last record of the archive, which may be followed by a comment.
  uint64_t find_end() const {
    need(0, kEndSize);
    const uint64_t last = bytes_.size() - kEndSize;
    for (uint64_t back = 0; back <= std::min<uint64_t>(last, kMostComment); ++back) {
      if (get<uint32_t>(at(last - back)) == kEndMagic &&
          get<uint16_t>(at(last - back + 20)) == back) {
        return last - back;
      }
    }
    check(false, last, "the end of its directory was not found");
    return 0;
  }

  std::string content(uint64_t row) const {
    const auto flags = get<uint16_t>(at(row + 8));
    const auto method = get<uint16_t>(at(row + 10));
    const auto crc = get<uint32_t>(at(row + 16));
    const uint64_t packed_size = get<uint32_t>(at(row + 20));
    const uint64_t size = get<uint32_t>(at(row + 24));
    const uint64_t local = get<uint32_t>(at(row + 42));
    check((flags & kEncrypted) == 0, row, "the entry is encrypted");
    need(local, kLocalSize);
    check(get<uint32_t>(at(local)) == kLocalMagic, local, "no entry begins here");
    const uint64_t begin =
        local + kLocalSize + get<uint16_t>(at(local + 26)) + get<uint16_t>(at(local + 28));
    need(begin, packed_size);
    const std::string_view packed = bytes_.substr(begin, packed_size);
    check(method == kStored || method == kDeflated, row,
          "only stored and deflated entries are read");
    std::string result;
    if (method == kStored) {
      check(size == packed_size, row, "a stored entry has two sizes");
      result = packed;
    } else {
      check(size <= kMostDeflateRatio * packed_size, row, "no deflated entry can be as long");
      result = inflate_all(packed, size, row);
    }
    check(crc32(result) == crc, row, "the entry does not match its checksum");
    return result;
  }

  std::string inflate_all(std::string_view packed, uint64_t size, uint64_t row) const {
    std::string result(size, '\0');
    z_stream stream{};
    check(inflateInit2(&stream, -MAX_WBITS) == Z_OK, row, "inflate could not begin");
    // zlib's input is not const, and it does not write there.
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    stream.avail_in = static_cast<uInt>(packed.size());
    stream.next_out = reinterpret_cast<Bytef*>(result.data());
    stream.avail_out = static_cast<uInt>(size);
    const int status = inflate(&stream, Z_FINISH);
    const bool whole = status == Z_STREAM_END && stream.avail_in == 0 && stream.avail_out == 0;
    inflateEnd(&stream);
    check(whole, row, "the entry does not inflate to its size");
    return result;
  }

  std::string_view bytes_;
  std::string_view name_;
};

// What the local header and the directory's row of an entry have in common.
std::string shared_fields(const ZipEntry& entry) {
  std::string fields;
  put(fields, uint16_t{20});  // version needed: 2.0
  put(fields, uint16_t{0});   // flags
  put(fields, kStored);
  put(fields, uint16_t{0});     // time
  put(fields, uint16_t{0x21});  // date: 1980-01-01
  put(fields, crc32(entry.content));
  put(fields, static_cast<uint32_t>(entry.content.size()));
  put(fields, static_cast<uint32_t>(entry.content.size()));
  put(fields, static_cast<uint16_t>(entry.name.size()));
  put(fields, uint16_t{0});  // extra
  return fields;
}

}  // namespace

std::vector<ZipEntry> read_zip(std::string_view bytes, std::string_view name) {
  return ZipReader(bytes, name).read();
}

std::string write_zip(std::span<const ZipEntry> entries) {
  std::string archive;
  std::string directory;
  for (const ZipEntry& entry : entries) {
    const std::string fields = shared_fields(entry);
    put(directory, kDirectoryMagic);
    put(directory, uint16_t{20});  // made by: version 2.0
    directory += fields;
    put(directory, uint16_t{0});  // comment
    put(directory, uint16_t{0});  // disk
    put(directory, uint16_t{0});  // internal attributes
    put(directory, uint32_t{0});  // external attributes
    put(directory, static_cast<uint32_t>(archive.size()));
    directory += entry.name;
    put(archive, kLocalMagic);
    archive += fields + entry.name + entry.content;
    YONDER_CHECK(archive.size() < 0xFFFFFFFF && entry.name.size() < 0xFFFF);
  }
  const size_t directory_at = archive.size();
  archive += directory;
  put(archive, kEndMagic);
  put(archive, uint16_t{0});  // disk
  put(archive, uint16_t{0});  // disk of the directory
  put(archive, static_cast<uint16_t>(entries.size()));
  put(archive, static_cast<uint16_t>(entries.size()));
  put(archive, static_cast<uint32_t>(directory.size()));
  put(archive, static_cast<uint32_t>(directory_at));
  put(archive, uint16_t{0});  // comment
  return archive;
}

}  // namespace yonder::density::internal
