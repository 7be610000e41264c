// SPDX-License-Identifier: Apache-2.0
// Text files as a sequence of documents, read in bounded memory.
//
// An input is written as on the command line: "book.txt" (the file is one document),
// "pages.jsonl:text" (one document per line, the named field), "-" (standard input, one document);
// each may be gzip or zstd. "book.txt:lines" makes each line, newline included, a document.
// A document comes in parts of at most part_bytes, cut anywhere.
// Errors: Error(bad_option) for a malformed input name, Error(file), Error(bad_data) naming file
// and line. Test: corpus_test.cpp.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace yonder::tokenizer {

struct DocumentPart {
  std::string bytes;
  uint64_t document = 0;  ///< 0-based over all inputs
  bool last = false;      ///< the document ends here
};

class CorpusReader {
 public:
  explicit CorpusReader(const std::vector<std::string>& inputs,
                        size_t part_bytes = size_t{1} << 20);
  ~CorpusReader();
  CorpusReader(CorpusReader&&) noexcept;

  /// Fills `part`; false at the end of the last input. An empty document gives one empty last part.
  bool next(DocumentPart& part);
  /// Bytes of the input files consumed so far, and their total (0 if a pipe is among them).
  uint64_t consumed() const;
  uint64_t total() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace yonder::tokenizer
