// SPDX-License-Identifier: Apache-2.0
// Any bytes as a stream of coded numbers: an Error(bad_data), or as many finite numbers as the head
// announces. The input is tried as a file, and then as the four sections of a file whose checksums
// are right (each after two bytes of its length), so that the checks behind them are reached.
#include "yonder/base/error.h"
#include "yonder/base/record_file.h"
#include "yonder/density/entropy_coder.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace {

constexpr uint64_t kMostSamples = 1 << 20;  // few bytes may rightly hold very many

void read_all(std::string_view bytes) {
  try {
    const uint64_t samples = yonder::density::stream_info(bytes, "input").samples;
    if (samples > kMostSamples) {
      return;
    }
    const std::vector<double> values = yonder::density::decode(bytes, "input");
    YONDER_CHECK(values.size() == samples);
    for (const double value : values) {
      YONDER_CHECK(std::isfinite(value));
    }
  } catch (const yonder::Error& error) {
    YONDER_CHECK(error.kind == yonder::ErrorKind::bad_data);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  read_all(rest);
  std::array<std::pair<std::string_view, std::string_view>, 4> sections = {
      {{"head", ""}, {"table", ""}, {"payload", ""}, {"escapes", ""}}};
  for (auto& [name, content] : sections) {
    if (rest.size() < 2) {
      break;
    }
    const size_t length = static_cast<unsigned char>(rest[0]) |
                          static_cast<size_t>(static_cast<unsigned char>(rest[1])) << 8;
    content = rest.substr(2, length);
    rest.remove_prefix(2 + content.size());
  }
  read_all(yonder::record_bytes("YECS", 1, sections));
  return 0;
}
