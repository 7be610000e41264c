// SPDX-License-Identifier: Apache-2.0
// The terms a position scheme is made of: every theta kind of rotary/table.h, and the rows of
// table.cpp (splits, masks, biases, log n, dynamic). A new scheme = one file here + one row; the
// parser, help, web list, docs, sweeps, `explain` and the contract test read this table.
#pragma once

#include "yonder/lm/position/scheme.h"

#include <string>
#include <string_view>
#include <vector>

namespace yonder::lm {

/// At most one term of a group stands in a scheme.
enum class TermGroup : uint8_t { theta, split, mask, log_n, dynamic, bias };

struct SchemeTerm {
  std::string name;  ///< "rerope"
  TermGroup group = TermGroup::split;
  std::string help;    ///< one line
  std::string source;  ///< "kexue.fm 9708"
  std::vector<rotary::ArgumentSpec> arguments;
  /// Changes the scheme; adds notices through the builder. Null for theta kinds.
  void (*apply)(PositionScheme& scheme, const rotary::Arguments& arguments);
};

/// All terms: theta kinds first, in the order of their table.
const std::vector<SchemeTerm>& scheme_terms();

}  // namespace yonder::lm
