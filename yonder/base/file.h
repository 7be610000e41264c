// SPDX-License-Identifier: Apache-2.0
// Files read whole, written so that nobody ever sees half of one, and temporary folders.
//
//   AtomicFile file("model.json");        // writes model.json.tmp-<pid>-<n> in the same folder
//   file.write(text);
//   file.commit();                        // fsync, rename over model.json, fsync of the folder
//
// Without commit() the destructor removes the temporary file. All errors are Error(file) with the
// path and the system's reason. Test: file_test.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace yonder {

/// The whole file as bytes.
std::string read_file(const std::filesystem::path& path);

/// Writes `content` to `path` through AtomicFile.
void write_file(const std::filesystem::path& path, std::string_view content);

/// Renames a file within a file system, over one that has the new name, and makes that last through
/// a power cut.
void rename_file(const std::filesystem::path& from, const std::filesystem::path& to);

class AtomicFile {
 public:
  /// Opens a temporary file beside `path`. The folder must exist.
  explicit AtomicFile(std::filesystem::path path);
  ~AtomicFile();
  AtomicFile(AtomicFile&& other) noexcept;
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  AtomicFile& operator=(AtomicFile&&) = delete;

  /// Appends; buffered (1 MiB). Throws Error(file) when the disk is full.
  void write(std::string_view bytes);
  /// Bytes written so far.
  uint64_t size() const { return size_; }
  /// Overwrites bytes already written, e.g. a header whose figures are known last.
  void write_at(uint64_t offset, std::string_view bytes);
  /// Makes the file appear under its name. Call once, last.
  void commit();
  const std::filesystem::path& path() const { return path_; }

 private:
  void flush();
  std::filesystem::path path_;
  std::filesystem::path temporary_;
  std::vector<char> buffer_;
  uint64_t size_ = 0;
  int descriptor_ = -1;
};

/// A folder of its own below `parent` that goes with the object (and all in it).
class TemporaryFolder {
 public:
  /// parent empty = $TMPDIR or /tmp.
  explicit TemporaryFolder(const std::filesystem::path& parent = {});
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Throws Error(file) unless `path` is free or `overwrite` is set ("... exists; pass --force ...").
void require_free(const std::filesystem::path& path, bool overwrite);

}  // namespace yonder
