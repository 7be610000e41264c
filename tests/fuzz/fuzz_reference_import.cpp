// SPDX-License-Identifier: Apache-2.0
// Any bytes as an .npz of the reference code: an Error(bad_data), or models whose density is a
// number. The input is tried as an archive, and then as the numbers of arrays real and imag of a
// circle, so that coefficients of any kind reach the models.
#include "yonder/base/error.h"
#include "yonder/base/npy.h"
#include "yonder/density/internal/zip_archive.h"
#include "yonder/density/reference_import.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace {

using yonder::density::internal::ZipEntry;

constexpr size_t kMostFrequencies = 16;

void read_all(std::string_view bytes) {
  try {
    for (const yonder::density::Model& model : yonder::density::import_reference(bytes, "input")) {
      const double y = 0.1;
      double density = 0;
      model.pdf({&y, 1}, {&density, 1});
      YONDER_CHECK(!std::isnan(density));
    }
  } catch (const yonder::Error& error) {
    YONDER_CHECK(error.kind == yonder::ErrorKind::bad_data);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size <= 4096) {  // more frequencies than that take long, rightly
    read_all(std::string_view(reinterpret_cast<const char*>(data), size));
  }
  const size_t frequencies = std::min(size / 16, kMostFrequencies);
  std::vector<double> numbers(2 * frequencies);
  std::memcpy(numbers.data(), data, numbers.size() * sizeof(double));
  const auto entry = [&](const char* name, std::span<const double> values) {
    const uint64_t shape[] = {values.size()};
    return ZipEntry{name, yonder::npy_header(shape, 8) + yonder::npy_data(values, 8)};
  };
  const std::vector<ZipEntry> entries = {entry("real.npy", std::span(numbers).first(frequencies)),
                                         entry("imag.npy", std::span(numbers).subspan(frequencies)),
                                         entry("period.npy", std::vector<double>{2})};
  read_all(yonder::density::internal::write_zip(entries));
  return 0;
}
