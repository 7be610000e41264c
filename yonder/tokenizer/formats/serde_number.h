// SPDX-License-Identifier: Apache-2.0
// Decimal numbers as Rust's serde_json reads them by default: fast, and up to one unit in the last
// place off.
//
// tokenizers reads the scores of a Unigram vocabulary so, and exact ties between segmentations are
// broken by those last bits: of T5's 32,100 scores 8,334 differ from the nearest double, and with
// those a run of hyphens is cut otherwise. Not for anything else. Source: serde_json 1.0, de.rs
// (parse_number, parse_decimal, f64_from_parts, without the feature float_roundtrip). Test:
// serde_number_test.cpp.
#pragma once

#include <string_view>

namespace yonder::tokenizer {

/// `text` is a number as JSON spells it, without space around it. Infinite beyond a double's range.
double serde_number(std::string_view text);

}  // namespace yonder::tokenizer
