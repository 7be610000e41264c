// SPDX-License-Identifier: Apache-2.0
// Any text as the scheme of a model of four layers: an Error(bad_option), or a scheme whose
// distances and factors are finite, that can be explained, and whose canonical text means the same.
#include "yonder/base/error.h"
#include "yonder/lm/position/explain.h"
#include "yonder/lm/position/scheme_set.h"

#include <cmath>
#include <cstdint>
#include <string_view>

namespace {

using yonder::lm::PositionScheme;
using yonder::lm::SchemeSet;

void check(const PositionScheme& scheme) {
  for (const int64_t i : {0, 15, 64, 299, 100'000}) {
    for (const int64_t j : {0, 1, 15, 64, 299, 100'000}) {
      if (j <= i) {
        YONDER_CHECK(std::isfinite(scheme.relative(i, j)));
      }
    }
    YONDER_CHECK(std::isfinite(scheme.logit_factor(i)));
  }
  YONDER_CHECK(scheme.declared_limit() > 0);
  YONDER_CHECK(!yonder::lm::explain(scheme, 300, 5).to_json().empty());
  YONDER_CHECK(!yonder::lm::explain(scheme, 7, 5).to_text().empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const yonder::rotary::RopeSpec rope{.dims = 8, .base = 1e4, .train_length = 64};
  for (const bool unsafe : {false, true}) {
    try {
      const SchemeSet set = SchemeSet::parse(text, rope, 4, 256, unsafe);
      for (int64_t layer = 0; layer < 4; ++layer) {
        check(set[layer]);
      }
      const SchemeSet again = SchemeSet::parse(set.canonical(), rope, 4, 256, unsafe);
      YONDER_CHECK(again.canonical() == set.canonical());
    } catch (const yonder::Error& error) {
      YONDER_CHECK(error.kind == yonder::ErrorKind::bad_option);
    }
  }
  return 0;
}
