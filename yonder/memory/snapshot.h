// SPDX-License-Identifier: Apache-2.0
// The container of a stream's snapshot (.yms): a record file of kind YMEM with two sections, what
// the stream is ("head", JSON) and what it holds ("state", bytes).
//
// Stream (stream.h) fills and reads the state: its clock, the sample that waits, then what its
// engine writes. Restored and continued, a stream gives the bits of one that was never stopped.
// Byte table and an annotated dump: docs/formats/memory_snapshot.md. Tests: snapshot_test.cpp,
// snapshot_slow_test.cpp (kill at every write), fuzz_memory_snapshot.cpp.
#pragma once

#include "yonder/base/record_file.h"
#include "yonder/memory/stream.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::memory {

inline constexpr std::string_view kSnapshotKind = "YMEM";
inline constexpr uint32_t kSnapshotVersion = 1;

struct SnapshotHead {
  StreamOptions options;           ///< valid
  std::vector<std::string> names;  ///< of the channels, at least one
};

/// The file as bytes.
std::string snapshot_bytes(const SnapshotHead& head, std::string_view state);
/// Writes the file, atomic.
void write_snapshot(const std::filesystem::path& path, const SnapshotHead& head,
                    std::string_view state);

/// Error(bad_data) for options or names that no stream has.
SnapshotHead read_snapshot_head(const RecordFile& file);
/// The other section, its checksum checked.
std::string_view read_snapshot_state(const RecordFile& file);

}  // namespace yonder::memory
