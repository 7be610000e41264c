// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/bnlm/train_options.h"

#include "yonder/base/error.h"

namespace yonder::tokenizer {
namespace {

constexpr int64_t kLeastMemory = int64_t{16} << 20;
constexpr int64_t kMostMemory = int64_t{1} << 50;

void require_input(const std::vector<std::string>& input, const std::string& out) {
  require(!input.empty(), ErrorKind::bad_option,
          "no text was given; name at least one file with --input");
  require(!out.empty(), ErrorKind::bad_option, "no result file was given; name it with --out");
}

}  // namespace

void TrainOptions::visit(OptionVisitor& v) {
  v.list("input", input, "text: FILE, FILE:lines or FILE.jsonl:FIELD, each may be gzip or zstd");
  v.path("out", out, "model file to write; several sizes give OUT.SIZE");
  v.integers("vocab-size", vocab_size, 259, int64_t{1} << 31,
             "numbers of ids, the three special ones included");
  v.integer("order", order, 1, 7, "bytes of the longest n-gram");
  v.integer("min-count", min_count, 1, int64_t{1} << 62,
            "rarer n-grams (2 bytes and more) and pieces are dropped");
  v.integer("max-piece-length", max_piece_length, 1, 65535, "longest piece in bytes");
  v.flag("isolate-digits", isolate_digits, "make each decimal digit a piece of its own");
  v.flag("ensure-unicode", ensure_unicode, "never cut inside a character");
  v.choice(
      "compat", compat, {"none", "bytepiece"},
      "bytepiece: NFC, and the reference's loss of the rest of a chunk after a rare character");
  v.choice("normalize", normalize, {"none", "nfc"}, "normal form of the text before training");
  v.integer("threads", threads, 0, 1024, "threads; 0 = all cores");
  v.bytes("memory", memory, kLeastMemory, kMostMemory,
          "bytes the trainer may hold before it spills to disk");
  v.path("tmp", tmp, "folder for spills and the resumable state; empty = OUT.work");
  v.path("from-counts", from_counts, "n-gram counts (.ync) to use instead of the first pass");
  v.flag("resume", resume, "go on from the state that an interrupted run left");
  v.flag("force", force, "overwrite the model file");
}

void TrainOptions::validate() const {
  require_input(input, out);
  require(!vocab_size.empty(), ErrorKind::bad_option,
          "no vocabulary size was given; pass e.g. --vocab-size 16k");
  if (from_counts.empty()) {
    for (const std::string& name : input) {
      require(name != "-" && !name.starts_with("-:"), ErrorKind::bad_option,
              "training reads the text twice, and standard input can be read only once; save it "
              "to a file first, or count it elsewhere and pass --from-counts");
    }
  }
}

void CountOptions::visit(OptionVisitor& v) {
  v.list("input", input, "text: FILE, FILE:lines or FILE.jsonl:FIELD, each may be gzip or zstd");
  v.path("out", out, "count file (.ync) to write");
  v.integer("order", order, 1, 7, "bytes of the longest n-gram");
  v.flag("isolate-digits", isolate_digits, "make each decimal digit a chunk of its own");
  v.choice("normalize", normalize, {"none", "nfc"}, "normal form of the text before counting");
  v.integer("threads", threads, 0, 1024, "threads; 0 = all cores");
  v.bytes("memory", memory, kLeastMemory, kMostMemory,
          "bytes that counting may hold before it spills to disk");
  v.path("tmp", tmp, "folder for spills and the resumable state; empty = OUT.work");
  v.flag("resume", resume, "go on from the state that an interrupted run left");
  v.flag("force", force, "overwrite the count file");
}

void CountOptions::validate() const { require_input(input, out); }

}  // namespace yonder::tokenizer
