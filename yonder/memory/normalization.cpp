// SPDX-License-Identifier: Apache-2.0
#include "yonder/memory/normalization.h"

#include "yonder/base/options.h"

#include <algorithm>
#include <cmath>

namespace yonder::memory {

const std::vector<std::string>& normalization_names() {
  static const std::vector<std::string> names = {"orthonormal", "hippo", "value", "lmu"};
  return names;
}

Normalization parse_normalization(std::string_view name) {
  const auto& names = normalization_names();
  check_choice("norm", std::string(name), names);
  return static_cast<Normalization>(std::find(names.begin(), names.end(), name) - names.begin());
}

double from_hippo(Normalization norm, int64_t n) {
  const double r = std::sqrt(static_cast<double>(2 * n + 1));
  switch (norm) {
    case Normalization::orthonormal:
      return std::sqrt(2.0);
    case Normalization::hippo:
      return 1;
    case Normalization::value:
      return r;
    case Normalization::lmu:
      return n % 2 == 0 ? r : -r;
  }
  return 1;
}

std::vector<double> convert(const std::vector<double>& coefficients, Normalization from,
                            Normalization to) {
  std::vector<double> result(coefficients.size());
  for (size_t n = 0; n < coefficients.size(); ++n) {
    const auto index = static_cast<int64_t>(n);
    result[n] = coefficients[n] * (from_hippo(to, index) / from_hippo(from, index));
  }
  return result;
}

}  // namespace yonder::memory
