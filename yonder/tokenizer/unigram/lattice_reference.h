// SPDX-License-Identifier: Apache-2.0
// The lattice, slow and obvious: every segmentation written out, sums in long double. Uses the
// list of pieces only, not the trie. For tests.
#pragma once

#include "yonder/tokenizer/unigram/model.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::tokenizer {

struct SegmentationReference {
  std::vector<uint32_t> ids;
  std::vector<size_t> lengths;      // bytes of each piece
  long double score = 0;            // sum of log p
  long double log_probability = 0;  // at the alpha asked for
};

/// All segmentations, by score descending, ties by the lengths compared from the left, longer
/// first. Scores are those of nbest(): rounded to steps of 2^-40 where the model says so. Sums that
/// differ by less than 1e-17, the rounding of this reference, count as ties. Grows exponentially.
std::vector<SegmentationReference> all_segmentations_reference(const UnigramModel& model,
                                                               std::string_view text, double alpha);

/// A vocabulary and a text over the same few letters, newlines among them, different for each seed;
/// pieces have up to 5 bytes, the text up to 12. Counts are drawn from few values, so that ties
/// occur.
struct RandomLattice {
  std::unique_ptr<UnigramModel> model;
  std::string text;
};
RandomLattice random_lattice(uint64_t seed, Arithmetic arithmetic = Arithmetic::double_precision);

/// log Z by long-double log-sum-exp at every position.
long double log_z_reference(const UnigramModel& model, std::string_view text, double alpha);

}  // namespace yonder::tokenizer
