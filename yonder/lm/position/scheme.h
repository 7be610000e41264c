// SPDX-License-Identifier: Apache-2.0
// A position scheme: everything about where a query stands to a key, as one value. With it a model
// trained at N tokens reads longer texts without any training.
//
//   const auto scheme = PositionScheme::parse("rerope:w=512+logn:clip", rope);
//   scheme.relative(9000, 0);   // 512: what the rotation sees
//
// Logit of query i and key j, m = i - j >= 0:
//   l_ij = c lambda_i q_i^T R^{theta}_{-(P_b(i) - K_b(j))} k_j + beta_h(m),
//   b = near if m < split else far;  j visible iff m < window or j < sinks.
// All of a scheme is in this value; `attention` (blockwise_attention.h) is the only code that acts
// on it, and a new scheme is one file and one row of table.cpp.
// Source: kexue.fm 9706, 9708, 9728, 9731, 9859, 9948. Errors there: docs/math/lm.md. Tests:
// scheme_test.cpp, table_test.cpp for every row, scheme_reference.h for the formula.
#pragma once

#include "yonder/rotary/table.h"

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::lm {

using rotary::RopeSpec;
using rotary::ThetaTable;

constexpr int64_t kUnlimited = std::numeric_limits<int64_t>::max();

/// Position -> coordinate: min(x, ceiling), then floor(x / group) + t where group > 0, else a x +
/// t.
struct AxisMap {
  double a = 1;
  double t = 0;
  int64_t group = 0;
  int64_t ceiling = kUnlimited;
  double operator()(int64_t position) const;
  bool operator==(const AxisMap&) const = default;
};

/// How queries and keys of one branch turn. A theta of zeros is no rotation (NoPE).
struct Branch {
  AxisMap q, k;
  bool operator==(const Branch&) const = default;
};

/// Which keys a query sees.
struct Visibility {
  int64_t window = kUnlimited;  ///< keys with m < window, itself included
  int64_t sinks = 0;            ///< and the first `sinks` keys of the text
  bool sees(int64_t i, int64_t j) const { return j <= i && (i - j < window || j < sinks); }
};

enum class LogN : uint8_t { off, clip, train };

/// The post-hoc or trained factor on the logits: ln n / ln N with n = min(i + 1, window).
struct LogitScale {
  LogN log_n = LogN::off;
  int64_t train_length = 0;            ///< N
  int64_t window = kUnlimited;         ///< most keys a query sees
  double operator()(int64_t i) const;  ///< without the theta table's factor
};

/// s(i) = max(N, i + 1) / N in place of a fixed stretch.
struct Dynamic {
  enum class Mode : uint8_t { off, step, turn };
  Mode mode = Mode::off;
  int64_t block = 64;  ///< queries of one block, aligned to absolute multiples, share one s
};

/// An additive bias per head (ALiBi, KERPLE, Sandwich).
class HeadBias {
 public:
  virtual ~HeadBias() = default;
  /// beta_h(m), natural logarithm units; head 0..H-1.
  virtual double operator()(int64_t head, int64_t heads, int64_t distance) const = 0;
};

/// XPOS: channel pair c multiplied by zeta_c^((i - j) / scale).
struct Decay {
  std::vector<double> zeta;  ///< [d/2]; empty: none
  double scale = 512;
};

class PositionScheme {
 public:
  /// Plain rope.
  explicit PositionScheme(RopeSpec rope);
  /// `term{+term}`, term = `name[:key=value{,key=value}]`; see table.h for the names. target: what
  /// s=auto divides by N, tokens (0: not known; s=auto is then an error, and dyn:turn begins with
  /// s = 1). Throws Error(bad_option): unknown names and keys, bad values, two terms of one group.
  /// unsafe: allows known-bad values.
  static PositionScheme parse(std::string_view text, const RopeSpec& rope, int64_t target = 0,
                              bool unsafe = false);
  /// The scheme of the same text for another target: what a turn of `dyn:turn` begins with.
  PositionScheme with_target(int64_t target) const;
  /// The same scheme in the shortest text; parse(canonical()) gives an equal scheme.
  const std::string& canonical() const { return canonical_; }
  const RopeSpec& rope() const { return rope_; }

  /// The distance that the rotation sees: P_b(i) - K_b(j).
  double relative(int64_t i, int64_t j) const;
  /// The table that query i uses for itself and for all keys it reads.
  ThetaTable theta_at(int64_t i) const;
  /// The table of a fixed stretch; s(i) of query i under `dynamic`.
  ThetaTable theta_for_stretch(double stretch) const;
  double stretch_at(int64_t i) const;
  /// The row of the frequency table, and what it was given (s=auto settled, except under dyn).
  const rotary::ThetaKind& theta_kind() const;
  const rotary::Arguments& theta_arguments() const;
  /// lambda_i, the table's factor included.
  double logit_factor(int64_t i) const;
  /// Longest text whose rotations stay among those trained, kUnlimited where they always do.
  int64_t declared_limit() const;
  /// True where the rotation does nothing (NoPE).
  bool rotates() const;
  /// What composition or arguments make doubtful, one sentence each.
  const std::vector<std::string>& notices() const { return notices_; }

  Branch near;
  std::optional<Branch> far;   ///< absent: one branch
  int64_t split = kUnlimited;  ///< near is m < split
  Visibility visible;
  LogitScale scale;
  Dynamic dynamic;
  std::shared_ptr<const HeadBias> bias;
  Decay decay;

 private:
  friend class SchemeBuilder;
  RopeSpec rope_;
  std::string text_ = "rope";  ///< as given, with s=auto
  bool unsafe_ = false;
  std::string canonical_ = "rope";
  std::vector<std::string> notices_;
  double stretch_ = 1;
  ThetaTable theta_;  ///< of the fixed stretch
  /// Remakes the table for another stretch; the kind and its arguments are bound.
  std::shared_ptr<const struct ThetaMaker> maker_;
};

}  // namespace yonder::lm
