// SPDX-License-Identifier: Apache-2.0
// Options of the vocabulary trainer (kexue.fm 9752).
#pragma once

#include "yonder/base/options.h"

#include <cstdint>
#include <string>
#include <vector>

namespace yonder::tokenizer {

struct TrainOptions {
  std::vector<std::string> input;             // as CorpusReader takes them
  std::string out;                            // model file; several sizes give OUT.SIZE
  std::vector<int64_t> vocab_size = {16000};  // ids, the three special ones included
  int64_t order = 6;                          // bytes of the longest n-gram
  int64_t min_count = 2;              // rarer n-grams (2 bytes and more) and pieces are dropped
  int64_t max_piece_length = 36;      // bytes
  bool isolate_digits = false;        // each decimal digit is a piece of its own
  bool ensure_unicode = true;         // never cut inside a character
  std::string compat = "none";        // bytepiece: NFC and the reference's bridging of dead rows
  std::string normalize = "none";     // none, nfc; compat=bytepiece implies nfc
  int64_t threads = 0;                // 0 = all cores
  int64_t memory = int64_t{4} << 30;  // bytes that counting may hold before it spills
  std::string tmp;                    // folder for spills and the resumable state; empty = OUT.work
  std::string from_counts;            // .ync file of counted n-grams: skips the first pass
  bool resume = false;                // go on from the state in the tmp folder
  bool force = false;                 // overwrite the model

  void visit(OptionVisitor& v);
  void validate() const;
};

/// Options of counting n-grams alone, the map step of the map-reduce seam.
struct CountOptions {
  std::vector<std::string> input;
  std::string out;  // .ync file
  int64_t order = 6;
  bool isolate_digits = false;
  std::string normalize = "none";
  int64_t threads = 0;
  int64_t memory = int64_t{4} << 30;
  std::string tmp;
  bool resume = false;
  bool force = false;

  void visit(OptionVisitor& v);
  void validate() const;
};

}  // namespace yonder::tokenizer
