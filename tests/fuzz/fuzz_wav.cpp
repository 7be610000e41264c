// SPDX-License-Identifier: Apache-2.0
// Any bytes as a WAV file: an Error(bad_data), or as many finite frames as the header says.
#include "yonder/base/error.h"
#include "yonder/memory/wav.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <sstream>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using yonder::Error;
  using yonder::ErrorKind;
  std::istringstream in(std::string(reinterpret_cast<const char*>(data), size));
  try {
    yonder::memory::WavTable wav(in, "input", {"1"});
    std::array<double, 100> values{};
    uint64_t frames = 0;
    while (const size_t got = wav.read(values)) {
      for (size_t i = 0; i < got; ++i) {
        YONDER_CHECK(std::isfinite(values[i]));
      }
      frames += got;
    }
    YONDER_CHECK(frames <= size && frames == wav.format().frames.value_or(frames));
  } catch (const Error& error) {
    YONDER_CHECK(error.kind == ErrorKind::bad_data);
  }
  return 0;
}
