// SPDX-License-Identifier: Apache-2.0
// Frequency tables: how fast each channel pair turns per token, with every published way of
// slowing the turning down so that longer texts stay in the trained range. A new way is one file
// and one row of table.cpp; lm, diffusion and multimodal all read this table.
//
//   const RopeSpec rope{.dims = 64, .base = 1e4, .train_length = 2048};
//   const ThetaTable t = make_theta("yarn", rope, 4.0);   // t.theta[c], radians per token
//
// Everything is float64: float32 angles err by 1.5e-3 in the cosine at position 131071.
// Source: Su et al. 2021; kexue.fm 9675, 9706, 9948; YaRN, arXiv 2309.00071. Errors in these:
// docs/math/lm.md. Test: table_test.cpp (vectors for d = 64, s = 4).
#pragma once

#include "yonder/rotary/arguments.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::rotary {

/// What a model's rotation was trained with.
struct RopeSpec {
  int64_t dims = 64;            ///< d: rotated channels of a head, even, >= 2
  double base = 1e4;            ///< theta_c = base^(-2c/d)
  int64_t train_length = 2048;  ///< N, tokens
};

struct ThetaTable {
  std::vector<double> theta;  ///< [d/2], radians per token, strictly decreasing
  double logit_factor = 1;    ///< lambda: multiplies the logits once (YaRN: (1 + 0.1 ln s)^2)
  double reach = 1;           ///< distances up to reach * N turn no further than trained ones
  std::vector<std::string> notices = {};  ///< e.g. that YaRN interpolates the fastest channel too
};

/// A way of making theta tables. stretch: s = target length / N, >= 1 (kinds that do not depend on
/// it ignore it). s = 1 gives the unchanged table bit for bit, unless other arguments say
/// otherwise.
struct ThetaKind {
  std::string name;                     ///< "yarn"
  std::string help;                     ///< one line
  std::string source;                   ///< "arXiv 2309.00071"
  std::string example;                  ///< arguments beside s, for tests and docs: "ramp=turns"
  std::vector<ArgumentSpec> arguments;  ///< beside s, which every kind with takes_stretch has
  bool takes_stretch = true;            ///< takes `s`, and may be made dynamic
  ThetaTable (*make)(const RopeSpec& rope, const Arguments& arguments, double stretch);
  /// Options with which llama.cpp turns the same; nothing where it cannot. Null: it never can.
  std::optional<std::vector<std::string>> (*llama_cpp)(const RopeSpec& rope,
                                                       const Arguments& arguments,
                                                       double stretch) = nullptr;
};

const std::vector<ThetaKind>& theta_kinds();
/// Throws Error(bad_option) naming the nearest.
const ThetaKind& theta_kind(std::string_view name);

/// `s` of the kinds that take it: a number, or `auto`, which the caller replaces.
const ArgumentSpec& stretch_argument();

/// The table of a kind, checked: throws Error(bad_option) unless `rope` is usable (d even and
/// >= 2, base > 1, N >= 2) and no frequency is negative or infinite.
ThetaTable make_theta(const ThetaKind& kind, const RopeSpec& rope, const Arguments& arguments,
                      double stretch);
/// The same with the kind's default arguments.
ThetaTable make_theta(std::string_view name, const RopeSpec& rope, double stretch = 1);

/// Whole turns that a channel makes over the training length: theta N / 2 pi.
double turns(double theta, int64_t train_length);

}  // namespace yonder::rotary
