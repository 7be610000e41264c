// SPDX-License-Identifier: Apache-2.0
// Token healing: how a prompt that ends inside a word can be continued.
//
// A prompt is encoded as if the text ended there. If a model would have written the last word and
// its continuation as one piece, the ids of the prompt lead it away from that piece, the more so
// the larger the vocabulary. So one backs off: the last tokens of the prompt are taken back,
// leaving the bytes X, and the model chooses the next id among those that agree with X,
//
//   E(X) = pieces that begin with X        (they contain the whole rest of the prompt)
//   I(X) = pieces that X properly begins with   (a step towards X; the remaining suffix follows)
//
// renormalised over E and I. This file gives the sets; the model chooses.
// E(X) is one range of the ids in the order of their bytes; I(X) takes a look-up per length.
// Source: kexue.fm 9762. Test: healing_test.cpp.
#pragma once

#include "yonder/tokenizer/tokenizer.h"
#include "yonder/tokenizer/unigram/model.h"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace yonder::tokenizer {

/// Candidates that back off 0, 1, ..., max_back tokens, nearest first, as far as the prompt has
/// tokens. The first has an empty suffix, which every piece begins with. Extensions ascend in id,
/// inside ascends in length.
/// ids: a segmentation of `prompt`, e.g. its encoding. Throws Error(bad_option) for max_back < 0,
/// Error(bad_data) if the ids do not spell the prompt. Cost: that of the output, with one binary
/// search over the vocabulary per candidate.
std::vector<HealCandidate> heal(const UnigramModel& model, std::string_view prompt,
                                std::span<const uint32_t> ids, int max_back);

}  // namespace yonder::tokenizer
