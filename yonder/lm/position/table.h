// SPDX-License-Identifier: Apache-2.0
// The terms a position scheme is made of: every theta kind of rotary/table.h, and the rows of
// table.cpp (splits, masks, biases, log n, dynamic). A new scheme = one file here + one row; the
// parser, help, web list, docs, sweeps, `explain` and the contract test read this table.
// Test: table_test.cpp.
#pragma once

#include "yonder/lm/position/scheme.h"

#include <string>
#include <string_view>
#include <vector>

namespace yonder::lm {

/// At most one term of a group stands in a scheme. They are applied, and written, in this order.
enum class TermGroup : uint8_t { theta, split, mask, bias, log_n, dynamic };
std::string_view group_name(TermGroup group);

/// A scheme while its terms are applied.
class SchemeBuilder {
 public:
  SchemeBuilder(const RopeSpec& rope, int64_t target) : scheme(rope), target_(target) {}
  PositionScheme scheme;
  const RopeSpec& rope() const { return scheme.rope_; }
  /// Tokens that will be read, 0 where that is not known.
  int64_t target() const { return target_; }
  /// Distances below this were trained, or turn no further than trained ones: N times the reach of
  /// the theta table, which is there before any other term.
  double trained_distances() const;
  void notice(std::string sentence);
  /// Two branches. Throws Error(bad_option) if another term has set them.
  void set_branches(const Branch& near, const Branch& far, int64_t split);

 private:
  int64_t target_;
};

struct SchemeTerm {
  std::string name;  ///< "rerope"
  TermGroup group = TermGroup::split;
  std::string help;     ///< one line
  std::string source;   ///< "kexue.fm 9708"
  std::string example;  ///< arguments, for docs and tests: "w=512"
  /// Arguments with which the scheme is plain rope, bit for bit, on texts of any length up to 10^9;
  /// empty: there are none.
  std::string neutral;
  std::vector<rotary::ArgumentSpec> arguments;
  /// The table it stands for; null unless group is theta.
  const rotary::ThetaKind* theta = nullptr;
  /// Changes the scheme; null where the table says all.
  void (*apply)(SchemeBuilder& builder, const rotary::Arguments& arguments) = nullptr;
};

/// All terms: theta kinds first, in the order of their table.
const std::vector<SchemeTerm>& scheme_terms();
/// Null where there is none of this name.
const SchemeTerm* find_scheme_term(std::string_view name);

/// A published layout: which layer has which scheme.
struct LayoutTerm {
  std::string name;     ///< "hwfa2"
  std::string help;     ///< one line
  std::string source;   ///< "kexue.fm 9731"
  std::string example;  ///< arguments, for docs and tests
  std::vector<rotary::ArgumentSpec> arguments;
  /// Scheme text of each of `layers` layers, "" for nothing of its own; sentences to `notices`.
  std::vector<std::string> (*lay_out)(const rotary::Arguments& arguments, const RopeSpec& rope,
                                      int64_t layers, std::vector<std::string>& notices);
};

const std::vector<LayoutTerm>& layout_terms();
const LayoutTerm* find_layout_term(std::string_view name);

}  // namespace yonder::lm
