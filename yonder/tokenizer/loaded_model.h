// SPDX-License-Identifier: Apache-2.0
// What Tokenizer holds: a vocabulary of our own kind, or one of another program. Exactly one of the
// two is there.
#pragma once

#include "yonder/tokenizer/imported/imported_model.h"
#include "yonder/tokenizer/unigram/model.h"

#include <memory>

namespace yonder::tokenizer {

struct LoadedModel {
  std::shared_ptr<const UnigramModel> native;     // BytePiece
  std::shared_ptr<const ImportedModel> imported;  // SentencePiece, tokenizer.json
};

}  // namespace yonder::tokenizer
