// SPDX-License-Identifier: Apache-2.0
// How text becomes ids: the options of encode, of every front end.
#pragma once

#include "yonder/base/options.h"

#include <cstdint>
#include <string>
#include <vector>

namespace yonder::tokenizer {

struct EncodeOptions {
  bool sample = false;            // draw a segmentation instead of taking the best
  bool uniform = false;           // draw uniformly over all segmentations (alpha = 0)
  double alpha = 0.1;             // temperature exponent: P(w) ~ exp(alpha * score)
  std::string sampler = "exact";  // a name from unigram/sampler_table.cpp, e.g. "nbest:64"
  double dropout = 0;             // BPE: probability with which a merge is left out
  uint64_t seed = 0;
  uint64_t epoch = 0;     // mixed into the seed, so that each epoch draws anew
  uint64_t document = 0;  // index of the (first) document, for keyed draws
  uint64_t position = 0;  // bytes of the document before the text, for keyed draws; no option, but
                          // set by who hands a document over chunk by chunk
  std::string normalize = "model";  // model, none, nfc
  bool bos = false;
  bool eos = false;
  bool special_template = false;  // the model's own special tokens around each document
  bool parse_special = false;     // literal special tokens in the text become their ids
  int64_t max_lag = 0;            // streaming: force a cut after this many bytes; 0 = never

  void visit(OptionVisitor& v);
  /// Throws Error(bad_option) for a value out of its range or fields that contradict each other.
  void validate() const;
  /// sample or uniform was asked for.
  bool sampled() const { return sample || uniform; }
};

/// How scores may be added: auto (as the program that the file comes from), double, float, fixed.
const std::vector<std::string>& score_arithmetics();

/// How a model file is read.
struct LoadOptions {
  std::string scores = "auto";  // a name of score_arithmetics()
  std::string log_scores = {};  // file of float64 log-probabilities in id order, for exact replay
                                // of a program with other logarithms; empty = computed here
  std::string cache = "auto";   // auto: keep a binary cache; off: always read the model itself
  bool add_bytes = false;       // give missing single bytes the count 1 instead of failing

  void visit(OptionVisitor& v);
};

}  // namespace yonder::tokenizer
