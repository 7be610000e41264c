// SPDX-License-Identifier: Apache-2.0
// Token ids on disk (.ids, record file of kind YIDS): what training reads, mapped into memory.
//
// Sections: "head" (JSON: dtype, vocab_size, model SHA-256, the options of encoding), "ids" (uint16
// while vocab_size <= 65,536, else uint32; little-endian), "blocks" (a CRC-32 per 2^20 ids),
// "documents" (uint64: first id of each document, then the number of ids). Byte table:
// docs/formats/token_file.md. Useful for training on the same ids many times; not for display.
// Test: token_file_test.cpp; fuzz: fuzz_token_file.cpp.
#pragma once

#include "yonder/base/progress.h"
#include "yonder/base/record_file.h"
#include "yonder/tokenizer/tokenizer.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::tokenizer {

class TokenFile {
 public:
  /// Maps `path`. Throws Error(bad_data) for a truncated or damaged file, with the byte offset.
  explicit TokenFile(const std::filesystem::path& path);
  /// Over bytes in memory, which must outlive the object; `name` stands in messages.
  TokenFile(std::string_view bytes, std::string name);

  uint64_t size() const { return size_; }            ///< ids in all
  uint64_t documents() const { return documents_; }  ///< documents
  uint32_t vocab_size() const { return vocab_size_; }
  const std::string& model_checksum() const { return model_checksum_; }
  /// The options of encoding as JSON, seed included.
  const std::string& settings() const { return settings_; }
  /// Throws Error(bad_data) naming both checksums unless the file was made with this tokenizer.
  void require_model(const Tokenizer& tokenizer) const;

  /// Ids first..first+count-1. Checks the CRC of each block on its first use. Throws
  /// Error(bad_data) beyond the end or for an id >= vocab_size().
  std::vector<uint32_t> read(uint64_t first, uint64_t count) const;
  /// First id and one past the last id of a document.
  std::pair<uint64_t, uint64_t> document(uint64_t index) const;
  /// Checks every block.
  void verify() const;

 private:
  void parse();
  RecordFile file_;
  std::string_view ids_;
  std::string_view offsets_;
  std::string_view block_crcs_;
  mutable std::vector<bool> checked_;
  uint64_t size_ = 0;
  uint64_t documents_ = 0;
  uint32_t vocab_size_ = 0;
  uint32_t width_ = 4;
  std::string model_checksum_;
  std::string settings_;
};

struct EncodeCorpusOptions {
  std::vector<std::string> input;  // as CorpusReader takes them
  std::string out;                 // .ids file
  EncodeOptions encode;
  int64_t threads = 0;  // 0 = all cores
  bool resume = false;  // go on after an interruption
  bool force = false;   // overwrite

  void visit(OptionVisitor& v);
  void validate() const;
};

struct EncodeCorpusReport {
  uint64_t documents = 0;
  uint64_t bytes = 0;
  uint64_t ids = 0;
};

/// Encodes documents into an id file. The unfinished file OUT.partial with its state survives a
/// kill; with `resume` at most the last 64 MiB of text are encoded again, and the result is the
/// same byte for byte.
EncodeCorpusReport encode_corpus(const Tokenizer& tokenizer, const EncodeCorpusOptions& options,
                                 Progress* progress);

}  // namespace yonder::tokenizer
