// SPDX-License-Identifier: Apache-2.0
// The lattice, slow and obvious: every segmentation written out, sums in long double. Uses the
// vocabulary's look-up only, not the trie. For tests.
#pragma once

#include "yonder/tokenizer/unigram/model.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace yonder::tokenizer {

struct SegmentationReference {
  std::vector<uint32_t> ids;
  std::vector<size_t> lengths;      // bytes of each piece
  long double score = 0;            // sum of log p
  long double log_probability = 0;  // at the alpha asked for
};

/// All segmentations, by score descending (equal within 1e-12 counts as a tie), ties by the lengths
/// compared from the left, longer first. Grows exponentially with the text.
std::vector<SegmentationReference> all_segmentations_reference(const UnigramModel& model,
                                                               std::string_view text, double alpha);

/// log Z by long-double log-sum-exp at every position.
long double log_z_reference(const UnigramModel& model, std::string_view text, double alpha);

}  // namespace yonder::tokenizer
