// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/baselines/fourier.h"

#include "yonder/base/error.h"

namespace yonder::density {

FitOptions fourier_options(std::string_view argument, const BaselineFit& options) {
  const size_t at = argument.find('@');
  FitOptions result;
  result.domain = options.domain.text();
  result.seed = options.seed;
  result.threads = options.threads;
  if (const std::string_view order = argument.substr(0, at); !order.empty()) {
    result.order = order;
  }
  if (at != std::string_view::npos) {
    require(options.domain.kind == DomainKind::line, ErrorKind::bad_option,
            "fbdm:{}: a base belongs to the line; the domain is {}", argument, result.domain);
    result.base = argument.substr(at + 1);
  }
  return result;
}

}  // namespace yonder::density
