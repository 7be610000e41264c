// SPDX-License-Identifier: Apache-2.0
// A regular expression of a tokenizer.json, run by PCRE2 with the meaning it has there.
//
// Such files are written for Oniguruma. What means something else in PCRE2 is refused by name: a
// wrong cut would give wrong ids without a word. Three differences are removed instead: ^ and $
// stand at every line, characters newer than PCRE2's tables and bytes that are not UTF-8 are shown
// to it as others of the same length (docs/math/tokenizer.md, "Split patterns"). Test:
// split_pattern_test.cpp.
#pragma once

#include "yonder/tokenizer/rules/split_pattern.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::tokenizer {

class PcrePattern {
 public:
  /// Throws Error(bad_data) as SplitPattern does.
  explicit PcrePattern(const std::string& expression);
  ~PcrePattern();
  void find_all(std::string_view text, std::vector<ByteSpan>& matches) const;

 private:
  struct Code;
  std::string expression_;
  std::unique_ptr<const Code> code_;
};

}  // namespace yonder::tokenizer
