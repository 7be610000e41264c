// SPDX-License-Identifier: Apache-2.0
// Any bytes as a NumPy array: an Error(bad_data), or as many values as the header says, which come
// back from the file that is written of them.
#include "yonder/base/error.h"
#include "yonder/base/npy.h"

#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  try {
    const yonder::NpyHeader header = yonder::parse_npy_header(bytes, "input");
    YONDER_CHECK(header.size() <= size);
    std::vector<double> values(header.size());
    yonder::npy_values(header, bytes, 0, values);
    const std::string written = yonder::npy_header(header.shape, 8) + yonder::npy_data(values, 8);
    const yonder::NpyHeader again = yonder::parse_npy_header(written, "written");
    YONDER_CHECK(again.shape == header.shape && again.kind == 'f' && !again.fortran_order);
    for (size_t i = 0; i < values.size(); ++i) {
      const double value = yonder::npy_value(again, written, i);
      YONDER_CHECK(value == values[i] || (std::isnan(value) && std::isnan(values[i])));
    }
  } catch (const yonder::Error& error) {
    YONDER_CHECK(error.kind == yonder::ErrorKind::bad_data);
  }
  return 0;
}
