// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/encode_options.h"

#include "yonder/base/error.h"
#include "yonder/tokenizer/normalizer.h"
#include "yonder/tokenizer/unigram/sampler_table.h"

#include <cmath>
#include <limits>

namespace yonder::tokenizer {
namespace {

constexpr int64_t kMaxLag = int64_t{1} << 40;  // bytes

}  // namespace

void EncodeOptions::visit(OptionVisitor& v) {
  static const std::string sampler_text = "how --sample draws; " + sampler_help();
  v.flag("sample", sample, "draw a segmentation instead of taking the best");
  v.flag("uniform", uniform, "draw uniformly over all segmentations (alpha = 0)");
  v.real("alpha", alpha, 0, std::numeric_limits<double>::max(),
         "temperature exponent of --sample: P(w) ~ exp(alpha * score(w))");
  v.text("sampler", sampler, sampler_text.c_str());
  v.real("dropout", dropout, 0, 1,
         "BPE vocabularies: leave out each merge with this probability (BPE-dropout)");
  v.seed("seed", seed, "the draws depend on seed, epoch, document and byte position only");
  v.seed("epoch", epoch, "a different draw for each number, for training over several epochs");
  v.seed("document", document, "index of the first document, for the draws");
  v.choice("normalize", normalize, normalization_names(),
           "model as the file asks (BytePiece files: none); none keeps every byte; nfc as the "
           "BytePiece Python package");
  v.flag("bos", bos, "put <bos> before each document");
  v.flag("eos", eos, "put <eos> after each document");
  v.flag("template", special_template,
         "put the model's own special tokens around each document, as its tokenizer.json says");
  v.flag("parse-special", parse_special,
         "literal special tokens (<bos>, </s>) in the text become special ids");
  v.integer("max-lag", max_lag, 0, kMaxLag,
            "bytes that streaming may hold back; 0 = as many as exactness needs");
}

void EncodeOptions::validate() const {
  require(std::isfinite(alpha) && alpha >= 0, ErrorKind::bad_option,
          "alpha must be a finite number >= 0; leave out --sample for deterministic encoding");
  require(!(uniform && sample), ErrorKind::bad_option,
          "--uniform and --sample exclude each other: --uniform is sampling with alpha 0");
  check_range("dropout", dropout, 0.0, 1.0);
  check_choice("normalize", normalize, normalization_names());
  check_range("max-lag", max_lag, int64_t{0}, kMaxLag);
}

const std::vector<std::string>& score_arithmetics() {
  static const std::vector<std::string> names = {"auto", "double", "float", "fixed"};
  return names;
}

void LoadOptions::visit(OptionVisitor& v) {
  v.choice("scores", scores, score_arithmetics(),
           "how scores are added: auto as the program that the file comes from (BytePiece and "
           "tokenizer.json double, SentencePiece float); fixed in exact steps of 2^-40 nat, the "
           "same ties on every machine");
  v.path("log-scores", log_scores,
         "file of float64 log-probabilities in id order, for the exact replay of a program with "
         "other logarithms");
  v.choice("cache", cache, {"auto", "off"}, "keep a binary copy of the model that loads faster");
  v.flag("add-bytes", add_bytes, "give single bytes that the model lacks the count 1");
}

}  // namespace yonder::tokenizer
