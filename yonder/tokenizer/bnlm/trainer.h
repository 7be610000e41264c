// SPDX-License-Identifier: Apache-2.0
// Training a BytePiece vocabulary: count n-grams, cut the text by a byte n-gram language model,
// count the pieces, prune. Streaming, in bounded memory, resumable.
// Source: kexue.fm 9752 and 3956. Corrections: docs/math/tokenizer.md T1. Tests: trainer_test.cpp.
#pragma once

#include "yonder/base/progress.h"
#include "yonder/tokenizer/bnlm/train_options.h"
#include "yonder/tokenizer/vocabulary.h"

#include <cstdint>
#include <string>
#include <vector>

namespace yonder::tokenizer {

struct TrainedVocabulary {
  int64_t requested_size = 0;
  std::vector<CountedPiece> pieces;  // in id order
  std::string path;                  // where it was saved
};

struct TrainReport {
  uint64_t text_bytes = 0;
  uint64_t kept_ngrams = 0;  // of all orders 1..order
  uint64_t raw_pieces = 0;   // distinct pieces before pruning
  double count_seconds = 0;  // wall time of the steps
  double tag_seconds = 0;
  double prune_seconds = 0;
  std::vector<TrainedVocabulary> vocabularies;  // descending size
};

/// Trains and saves. Throws Error(cancelled) after writing what --resume needs.
TrainReport train(const TrainOptions& options, Progress* progress);

/// Counts n-grams into options.out.
void count_ngrams(const CountOptions& options, Progress* progress);

/// Adds count files into one: merge(A, B) = count(A and B). All must agree in order and settings.
void merge_counts(const std::vector<std::string>& inputs, const std::string& out, bool force,
                  Progress* progress);

/// A vocabulary from an external list with counts (the jieba route of kexue.fm 9752): adds missing
/// single bytes, prunes pieces that their own parts beat, saves to `out`.
TrainedVocabulary train_from_pieces(std::vector<CountedPiece> pieces, const std::string& out,
                                    bool force, Progress* progress);

}  // namespace yonder::tokenizer
