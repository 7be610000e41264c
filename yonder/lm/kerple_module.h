// SPDX-License-Identifier: Apache-2.0
// KERPLE's penalty while it is trained: parameters per head, of which the finished model keeps the
// values, as the numbers of its scheme's term. Source: Chi et al. 2022, arXiv 2205.09921; the term:
// position/kerple.cpp. Test: kerple_module_test.cpp.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace yonder::lm {

/// The term "kerple-log..." or "kerple-power..." of a scheme's text; none where there is none.
std::optional<std::string> kerple_term_of(std::string_view scheme);

class KerpleImpl : public torch::nn::Module {
 public:
  /// term: as kerple_term_of() gives it; its numbers are the start. heads: H.
  KerpleImpl(const std::string& term, int64_t heads);
  /// [H, T, T] float32: -r1 ln(1 + r2 m) or -r1 m^r2, m = i - j, 0 above the diagonal.
  at::Tensor forward(int64_t length);
  /// The term with the numbers as they are now.
  std::string term() const;

 private:
  at::Tensor r1() const;
  at::Tensor r2() const;

  std::string name_;            // of the term
  at::Tensor raw_r1_, raw_r2_;  // [H, 1, 1], any sign
};
TORCH_MODULE(Kerple);

}  // namespace yonder::lm
