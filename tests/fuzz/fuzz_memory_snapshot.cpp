// SPDX-License-Identifier: Apache-2.0
// Any bytes as a memory snapshot: an Error(bad_data), or a stream that goes on, is read and writes
// a snapshot that is read again. Few mutations keep a CRC right, so the input is tried once as it
// is and once as the two sections of a file whose checksums are right: the head up to the first
// line break, the state behind it.
#include "yonder/base/error.h"
#include "yonder/memory/snapshot.h"
#include "yonder/memory/stream.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using yonder::Error;
using yonder::ErrorKind;
using namespace yonder::memory;

// What mutations of a small file should not make slow.
constexpr int64_t kLargestOrder = 64;
constexpr size_t kMostChannels = 64;

bool is_small(std::string_view bytes) {
  const yonder::RecordFile file(bytes, "input", kSnapshotKind, kSnapshotVersion);
  const SnapshotHead head = read_snapshot_head(file);
  return head.options.order <= kLargestOrder && head.options.block <= 1024 &&
         head.names.size() <= kMostChannels;
}

void read(std::string_view bytes) {
  try {
    if (!is_small(bytes)) {
      return;
    }
    Stream stream = Stream::from_bytes(bytes, "input");
    const std::string again = stream.to_bytes();
    YONDER_CHECK(Stream::from_bytes(again, "again").to_bytes() == again);
    try {
      stream.summary().rms_residual(0);
      stream.push(std::vector<double>(3 * stream.names().size(), 0.5));
    } catch (const Error& error) {
      // Times were expected, or nothing is remembered yet, or no rounding makes sense of a state of
      // huge numbers.
      YONDER_CHECK(error.kind == ErrorKind::bad_data || error.kind == ErrorKind::bad_option);
    }
  } catch (const Error& error) {
    YONDER_CHECK(error.kind == ErrorKind::bad_data);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  read(input);
  const size_t line = input.find('\n');
  if (line != std::string_view::npos) {
    const std::vector<std::pair<std::string_view, std::string_view>> sections = {
        {"head", input.substr(0, line)}, {"state", input.substr(line + 1)}};
    read(yonder::record_bytes(kSnapshotKind, kSnapshotVersion, sections));
  }
  return 0;
}
