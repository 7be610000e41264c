// SPDX-License-Identifier: Apache-2.0
// The container of every large file of our own: "YNDR", a 4-byte kind, u32 version, a section
// table, sections aligned to 64 bytes, CRC-32 (IEEE) per section; little-endian; can be mapped. The
// byte table is docs/formats/record_file.md.
//
//   RecordWriter w("counts.ync", "YNGC", 1);
//   w.add("head", json);                        // a whole section
//   w.begin("windows"); w.append(block); w.end();   // or in pieces, streaming
//   w.commit();
//   RecordFile f("counts.ync", "YNGC", 1);      // maps, checks the table against the file size
//   std::string_view head = f.section("head");  // checks that section's CRC the first time
//
// Small files are made in memory by record_bytes().
//
// The section table follows the data (its offset is filled in last), so writers stream.
// Sentences for truncated, damaged, foreign and newer files are made here, with the byte offset.
// Errors: Error(bad_data) for content, Error(file) for the system. Test: record_file_test.cpp.
#pragma once

#include "yonder/base/file.h"
#include "yonder/base/mmap.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace yonder {

class RecordWriter {
 public:
  /// kind: exactly 4 characters.
  RecordWriter(const std::filesystem::path& path, std::string_view kind, uint32_t version);
  /// Writes a section at once. name: 1 to 16 bytes, unique in the file.
  void add(std::string_view name, std::string_view bytes);
  /// Writes a section in pieces.
  void begin(std::string_view name);
  void append(std::string_view bytes);
  void end();
  /// Writes the table and makes the file appear.
  void commit();

 private:
  struct Section {
    std::string name;
    uint64_t offset = 0;
    uint64_t size = 0;
    uint32_t crc = 0;
  };
  void pad_to_alignment();
  AtomicFile file_;
  std::string kind_;
  uint32_t version_;
  std::vector<Section> sections_;
  bool open_ = false;
};

class RecordFile {
 public:
  /// Maps `path` and checks magic, kind, version (1..newest_version) and the section table.
  RecordFile(const std::filesystem::path& path, std::string_view kind, uint32_t newest_version);
  /// The same over bytes in memory (tests, fuzzing); `name` stands in messages. The bytes must
  /// outlive the object.
  RecordFile(std::string_view bytes, std::string name, std::string_view kind,
             uint32_t newest_version);

  uint32_t version() const { return version_; }
  /// The section's bytes, its CRC checked on the first call (from any thread). Throws
  /// Error(bad_data) if it is missing or damaged.
  std::string_view section(std::string_view name) const;
  /// The section's bytes without reading them all: for sections that carry a CRC per block.
  std::string_view section_unchecked(std::string_view name) const;
  /// Where the section's bytes begin in the file, for messages.
  uint64_t section_offset(std::string_view name) const;
  bool has(std::string_view name) const;
  /// Checks the CRC of every section.
  void verify() const;
  /// The file's name as it stands in messages.
  const std::string& name() const { return name_; }

 private:
  struct Section {
    std::string name;
    uint64_t offset = 0;
    uint64_t size = 0;
    uint32_t crc = 0;
  };
  void parse(std::string_view kind, uint32_t newest_version);
  const Section* find(std::string_view name) const;
  void check(const Section& section) const;
  MappedFile mapped_;
  std::string_view bytes_;
  std::string name_;
  std::vector<Section> sections_;
  std::unique_ptr<std::atomic<bool>[]> checked_;  // per section: its CRC was right
  uint32_t version_ = 0;
};

/// The bytes of a whole record file, for content that is made in memory: what a RecordWriter that
/// is given the same sections in the same order writes. sections: name and bytes of each.
std::string record_bytes(std::string_view kind, uint32_t version,
                         std::span<const std::pair<std::string_view, std::string_view>> sections);

/// True when `bytes` begin as a record file of this kind.
bool is_record_file(std::string_view bytes, std::string_view kind);

}  // namespace yonder
