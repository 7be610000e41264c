// SPDX-License-Identifier: Apache-2.0
// How well tokenizers fit texts: bytes per token, per script, coverage of the vocabulary; and where
// two segmentations of a text differ, ties told from real differences.
// Test: evaluate_test.cpp.
#pragma once

#include "yonder/base/progress.h"
#include "yonder/tokenizer/tokenizer.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace yonder::tokenizer {

struct ScriptShare {
  std::string script;  // "Latin", "Han", ... of scripts.h; "Invalid" = bytes that are not UTF-8
  uint64_t bytes = 0;  // bytes of its characters
  double tokens = 0;   // tokens, each shared out evenly over its bytes
};

/// All of the text as it is encoded, that is after normalisation (SentencePiece's added space
/// included; unknown tokens have no bytes). <bos> and <eos> are left out;
/// special ids that parse_special finds count as tokens of 0 bytes and score 0.
struct Evaluation {
  std::string text;  // input name
  uint64_t bytes = 0;
  uint64_t characters = 0;  // units of base/utf8.h
  uint64_t tokens = 0;
  double score = 0;                     // sum of log p, nats; 0 for BPE
  std::vector<ScriptShare> scripts;     // most bytes first; those that occur
  std::vector<uint64_t> token_lengths;  // [length in bytes] -> tokens
  uint64_t single_byte_tokens = 0;
  uint64_t used_pieces = 0;              // distinct pieces produced
  std::vector<uint32_t> never_produced;  // other pieces, the least probable first

  double bytes_per_token() const;
  double characters_per_token() const;
  /// -score / ln 2 / bytes: what the unigram model itself would need.
  double bits_per_byte() const;
};

/// Encodes each input (as CorpusReader takes them) and measures; with several inputs a last row
/// "all inputs" measures them together. threads: 0 = all cores; they do not change the result.
/// Errors: those of CorpusReader and Tokenizer::encode(), Error(cancelled).
std::vector<Evaluation> evaluate(const Tokenizer& tokenizer, const std::vector<std::string>& inputs,
                                 const EncodeOptions& options, int threads, Progress* progress);

/// Where two segmentations of the same text differ, and whether they are equally good. The span is
/// as short as can be: it begins and ends where both have a token boundary, and has none between.
struct TokenDifference {
  uint64_t start = 0;  // byte span over which they differ; empty where only special ids differ
  uint64_t end = 0;
  std::vector<uint32_t> ids_a;
  std::vector<uint32_t> ids_b;
  double score_a = 0;  // sum of log p over the span, nats
  double score_b = 0;
  bool tie = false;  // the scores agree within the tolerance, and no special id is among the ids
};

struct DiffReport {
  uint64_t tokens_a = 0;
  uint64_t tokens_b = 0;
  uint64_t ties = 0;                         // differences that are ties
  uint64_t real = 0;                         // differences that are not
  uint64_t tokens_in_differences = 0;        // tokens of a inside differences, ties included
  std::vector<TokenDifference> differences;  // the first `keep` of them
};

/// Compares two id sequences that spell the same bytes. tolerance in nats: sums of logarithms that
/// differ in the last bits make one program take this and another that of two segmentations that
/// are equally good (docs/math/tokenizer.md, T9). Throws Error(bad_data) where the bytes differ or
/// an id is out of range, naming the position.
DiffReport diff(const Tokenizer& tokenizer, const std::vector<uint32_t>& a,
                const std::vector<uint32_t>& b, double tolerance = 1e-9, size_t keep = 20);

}  // namespace yonder::tokenizer
