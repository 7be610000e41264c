// SPDX-License-Identifier: Apache-2.0
// The whole of training again, slow and obvious: regular-expression semantics spelt out, plain maps
// of strings, full matrices, no threads. Linked into the tests only, which compare every fast path
// with it on random text. Source: bytepiece 0.6.3, bytepiece.py; docs/math/tokenizer.md.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::tokenizer {

using NgramMap = std::map<std::string, uint64_t>;

/// \d|[^\n\d]{,10000}\n{1,100}|[^\n\d]{1,10000}, or .{,10000}\n{1,100}|.{1,10000}, over characters.
std::vector<std::string> training_chunks_reference(std::string_view text, bool isolate_digits);

/// Counts of all n-grams of 0..order bytes inside the chunks.
NgramMap count_ngrams_reference(const std::vector<std::string>& chunks, int order);

/// Adds missing single bytes, drops rare n-grams, and gives log p(last byte | the ones before).
std::map<std::string, double> ngram_model_reference(NgramMap counts, uint64_t min_count);

/// The pieces of a chunk. log_total: log c_0, for the floor of bridged characters.
std::vector<std::string> cut_reference(const std::string& chunk,
                                       const std::map<std::string, double>& model, int order,
                                       bool ensure_unicode, bool reference_dead_rows,
                                       double log_total);

/// One vocabulary per size (descending), as bytes -> count.
std::vector<NgramMap> prune_reference(NgramMap pieces, const std::vector<int64_t>& sizes,
                                      uint64_t max_piece_length, uint64_t min_count);

}  // namespace yonder::tokenizer
