// SPDX-License-Identifier: Apache-2.0
// Any bytes as a density model: an Error(bad_data), or a model that saves what it loaded and whose
// masses lie in [0, 1]. Few mutations keep a CRC right, so the input is tried as it is (also as
// JSON), and as the section "model" of a file whose checksums are right.
#include "yonder/base/error.h"
#include "yonder/base/record_file.h"
#include "yonder/density/model.h"
#include "yonder/density/model_file.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>

namespace {

using yonder::Error;
using yonder::ErrorKind;
using yonder::density::Model;

template <typename Read>
void check(Read read) {
  try {
    const Model model = read();
    const std::string bytes = model.to_bytes();
    YONDER_CHECK(Model::from_bytes(bytes, "again").to_bytes() == bytes);
    if (model.order() > 64) {
      return;  // slow, and no different
    }
    std::array<double, 3> y = {0.25, 0.5, 0.75};
    model.quantile(y, y);
    std::array<double, 3> mass = {};
    model.cdf(y, mass);
    for (const double m : mass) {
      YONDER_CHECK(m >= 0 && m <= 1);
    }
  } catch (const Error& error) {
    YONDER_CHECK(error.kind == ErrorKind::bad_data);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  check([&] { return Model::from_bytes(bytes, "input"); });
  check([&] { return Model::from_json(bytes, "input"); });
  const std::array<std::pair<std::string_view, std::string_view>, 2> sections = {
      {{"model", bytes},
       {"info",
        R"({"samples":1,"nll":0,"gap":-1,"gamma":0,"column":"","seed":0,"yonder_version":"0"})"}}};
  const std::string file =
      yonder::record_bytes(yonder::density::kModelKind, yonder::density::kModelVersion, sections);
  check([&] { return Model::from_bytes(file, "input"); });
  return 0;
}
