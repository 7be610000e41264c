// SPDX-License-Identifier: Apache-2.0
// The exact number of segmentations of a text, as a decimal string.
//
// N[0] = 1, N[e] = sum of N[s] over edges (s, e), in whole numbers of any size. Chunks are counted
// separately and multiplied, so only the numbers of one chunk grow while it is added up, and only a
// window of the longest piece of them is kept. For the size alone use log_segmentations of
// forward_backward.h, which is linear in the text.
// Reference: lattice_reference.h; test: count_segmentations_test.cpp.
#pragma once

#include "yonder/tokenizer/unigram/model.h"

#include <string>
#include <string_view>

namespace yonder::tokenizer {

/// "1" for the empty text. Throws Error(bad_data) with the byte offset where no sequence of pieces
/// spells the text. Cost: grows with the square of the text's length.
std::string count_segmentations(const UnigramModel& model, std::string_view text);

}  // namespace yonder::tokenizer
