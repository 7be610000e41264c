// SPDX-License-Identifier: Apache-2.0
// KERPLE: a penalty with trained parameters per head, logarithmic -r1 ln(1 + r2 m) or a power
// -r1 m^r2; both are conditionally positive definite kernels, which a softmax's shift makes
// definite. The scheme carries values (one for all heads, or one per head); training keeps its own.
// Source: Chi et al. 2022, arXiv 2205.09921.
#include "yonder/base/error.h"
#include "yonder/lm/position/terms.h"

#include <cmath>
#include <utility>

namespace yonder::lm {
namespace {

using Kind = rotary::ArgumentSpec::Kind;

class Kerple : public HeadBias {
 public:
  Kerple(const rotary::Arguments& arguments, double (*penalty)(double, double))
      : r1_(arguments.numbers("r1")), r2_(arguments.numbers("r2")), penalty_(penalty) {}
  double operator()(int64_t head, int64_t heads, int64_t distance) const override {
    return -of_head(r1_, head, heads) *
           penalty_(of_head(r2_, head, heads), static_cast<double>(distance));
  }

 private:
  static double of_head(const std::vector<double>& values, int64_t head, int64_t heads) {
    require(values.size() == 1 || values.size() == static_cast<size_t>(heads),
            ErrorKind::bad_option,
            "kerple: {} values are given and the layer has {} heads; give {} or 1", values.size(),
            heads, heads);
    return values.size() == 1 ? values[0] : values[static_cast<size_t>(head)];
  }
  std::vector<double> r1_, r2_;
  double (*penalty_)(double r2, double distance);
};

void apply_log(SchemeBuilder& builder, const rotary::Arguments& arguments) {
  builder.scheme.bias = std::make_shared<Kerple>(
      arguments, [](double r2, double distance) { return std::log1p(r2 * distance); });
}

void apply_power(SchemeBuilder& builder, const rotary::Arguments& arguments) {
  builder.scheme.bias = std::make_shared<Kerple>(
      arguments, [](double r2, double distance) { return std::pow(distance, r2); });
}

SchemeTerm kerple_term(std::string name, std::string formula, double most_r2,
                       decltype(SchemeTerm::apply) apply) {
  return {.name = std::move(name),
          .group = TermGroup::bias,
          .help = "a trained penalty " + std::move(formula) + " (with nope: as published)",
          .source = "arXiv 2205.09921",
          .example = "r1=0.5,r2=1",
          .neutral = "r1=0",
          .arguments = {{.name = "r1",
                         .kind = Kind::numbers,
                         .fallback = "1",
                         .low = 0,
                         .high = 1e6,
                         .help = "strength, one value or one per head"},
                        {.name = "r2",
                         .kind = Kind::numbers,
                         .fallback = "1",
                         .low = 1e-9,
                         .high = most_r2,
                         .help = "shape, one value or one per head"}},
          .apply = apply};
}

}  // namespace

SchemeTerm kerple_log_term() {
  return kerple_term("kerple-log", "r1 ln(1 + r2 m)", 1e6, apply_log);
}

SchemeTerm kerple_power_term() { return kerple_term("kerple-power", "r1 m^r2", 2, apply_power); }

}  // namespace yonder::lm
