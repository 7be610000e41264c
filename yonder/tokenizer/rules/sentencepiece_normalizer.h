// SPDX-License-Identifier: Apache-2.0
// What a SentencePiece model does to a text before it segments it: the charsmap, white space, the
// dummy prefix.
//
// The text is read from left to right: a user-defined symbol stays as it is, else the longest rule
// of the charsmap applies, else the character stays; a byte that is not UTF-8 becomes U+FFFD. White
// space at either end and repeated white space go where the model asks for it; what is left becomes
// U+2581.
//
// Source: SentencePiece, src/normalizer.cc. Test: sentencepiece_normalizer_test.cpp (golden values
// of the sentencepiece package 0.2.3).
#pragma once

#include "yonder/tokenizer/rules/text_rules.h"

#include <memory>
#include <string>
#include <vector>

namespace yonder::tokenizer {

/// normalizer_spec, and what of trainer_spec and the pieces takes part. The defaults are those of
/// the .proto.
struct SentencePieceNormalization {
  std::string charsmap;                     // precompiled_charsmap; empty: no rules
  bool add_dummy_prefix = true;             // a space before the text
  bool remove_extra_whitespaces = true;     // at both ends, and all but one between
  bool escape_whitespaces = true;           // space becomes U+2581
  bool treat_whitespace_as_suffix = false;  // the dummy prefix comes after the text
  std::vector<std::string> user_defined;    // pieces of this type; never normalised
};

/// `name` stands in messages. Throws Error(bad_data) for a damaged charsmap.
std::unique_ptr<const NormalizerStep> make_sentencepiece_normalizer(
    const SentencePieceNormalization& options, const std::string& name);

}  // namespace yonder::tokenizer
