// SPDX-License-Identifier: Apache-2.0
// "NTK-aware" tables: fast channels stay, slow ones are interpolated, in between smoothly. RoPE is
// read as a number in base beta = base^(2/d): its lowest digits tell neighbours apart and must not
// be squeezed, its highest digit must make room for s times more numbers.
//
//   ntk        base * s^(d/(d-2)): 1 at c = 0 and exactly 1/s at the last channel
//   ntk-old    base * s: the last channel gets s^(-(d-2)/d) only
//   ntk-fixed  theta_c s^(-2(c+1)/d): 1/s at the last channel, all others slower as well
//   ntk-mixed  theta_c exp(-a (c+1)^b), a = ln s / (d/2)^b: b = 1 is ntk-fixed, b = 0 is pi
//   ntk-hf-dynamic  base * (f T/N - (f-1))^(d/(d-2)) of Hugging Face's rope_type "dynamic": with
//              f = 1 it is ntk of T/N, with f = 4 and T = 4N it is 13 to that power, slower than pi
//
// Source: kexue.fm 9675 (ntk-old as published there, and the reading by digits), 9706 (fixed,
// mixed). Test: table_test.cpp.
#include "yonder/rotary/kinds.h"

#include <fmt/core.h>

#include <cmath>

namespace yonder::rotary {
namespace {

/// d/(d-2), at which the last channel gets exactly 1/s. With d = 2 no channel has an exponent.
double kappa_exponent(const RopeSpec& rope) {
  const auto dims = static_cast<double>(rope.dims);
  return rope.dims > 2 ? dims / (dims - 2) : 1;
}

double ntk_base(const RopeSpec& rope, double stretch) {
  return rope.base * std::pow(stretch, kappa_exponent(rope));
}

LlamaCppOptions base_option(double base) {
  return std::vector<std::string>{"--rope-freq-base", fmt::format("{}", base)};
}

}  // namespace

ThetaTable make_ntk(const RopeSpec& rope, const Arguments& /*arguments*/, double stretch) {
  return {.theta = rope_theta(rope.dims, ntk_base(rope, stretch)), .reach = stretch};
}

LlamaCppOptions ntk_in_llama_cpp(const RopeSpec& rope, const Arguments& /*arguments*/,
                                 double stretch) {
  return base_option(ntk_base(rope, stretch));
}

LlamaCppOptions ntk_old_in_llama_cpp(const RopeSpec& rope, const Arguments& /*arguments*/,
                                     double stretch) {
  return base_option(rope.base * stretch);
}

ThetaTable make_ntk_old(const RopeSpec& rope, const Arguments& /*arguments*/, double stretch) {
  return {.theta = rope_theta(rope.dims, rope.base * stretch), .reach = stretch};
}

namespace {

ThetaTable mixed(const RopeSpec& rope, double power, double stretch) {
  ThetaTable table{.theta = rope_theta(rope.dims, rope.base), .reach = stretch};
  const double a = std::log(stretch) / std::pow(static_cast<double>(rope.dims) / 2, power);
  for (size_t c = 0; c < table.theta.size(); ++c) {
    table.theta[c] *= std::exp(-a * std::pow(static_cast<double>(c + 1), power));
  }
  return table;
}

}  // namespace

ThetaTable make_ntk_fixed(const RopeSpec& rope, const Arguments& /*arguments*/, double stretch) {
  return mixed(rope, 1, stretch);
}

ThetaTable make_ntk_mixed(const RopeSpec& rope, const Arguments& arguments, double stretch) {
  return mixed(rope, arguments.real("b"), stretch);
}

ThetaTable make_ntk_hf_dynamic(const RopeSpec& rope, const Arguments& arguments, double stretch) {
  const double factor = arguments.real("factor");
  const double base = ntk_base(rope, factor * stretch - (factor - 1));
  return {.theta = rope_theta(rope.dims, base), .reach = stretch};
}

}  // namespace yonder::rotary
