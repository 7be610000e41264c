// SPDX-License-Identifier: Apache-2.0
// What the rows of table.cpp are made of, one file each; the file of the same name says what each
// does. Only table.cpp and these files include this header.
#pragma once

#include "yonder/lm/position/table.h"

#include <string>
#include <vector>

namespace yonder::lm {

constexpr double kMostTokens = 9007199254740992;  // 2^53: positions are exact as doubles

/// A whole number of tokens, at least 1, that must be given.
rotary::ArgumentSpec token_argument(std::string name, std::string help);

SchemeTerm nope_term();
SchemeTerm rerope_term();
SchemeTerm leaky_term();
SchemeTerm self_extend_term();
SchemeTerm window_term();
SchemeTerm lambda_term();
SchemeTerm alibi_term();
SchemeTerm kerple_log_term();
SchemeTerm kerple_power_term();
SchemeTerm sandwich_term();
SchemeTerm xpos_term();
SchemeTerm log_n_term();
SchemeTerm dynamic_term();

LayoutTerm hwfa_term();
LayoutTerm hwfa2_term();

}  // namespace yonder::lm
