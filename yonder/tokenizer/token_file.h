// SPDX-License-Identifier: Apache-2.0
// Token ids on disk (.ids, record file of kind YIDS): what training reads, mapped into memory.
//
//   EncodeCorpusOptions options{.input = {"pages.jsonl.zst:text"}, .out = "pages.ids"};
//   encode_corpus(tokenizer, options, &progress);
//   TokenFile file("pages.ids");
//   file.require_model(tokenizer);
//   std::vector<uint32_t> window = file.read(first, 1024);
//
// Sections: "head" (JSON: type and number range of the ids, SHA-256 of the model), "encoding"
// (JSON: the options), "ids" (uint16 while vocab_size <= 65,536, else uint32; little-endian),
// "blocks" (a CRC-32 per 2^20 ids), "documents" (uint64: first id of each document, then the number
// of ids). Byte table: docs/formats/token_file.md. Useful for training on the same ids many times;
// not for fresh draws each epoch (sample while training) and not for display. Tests:
// token_file_test.cpp, encode_corpus_test.cpp, encode_corpus_slow_test.cpp (kills); fuzz:
// fuzz_token_file.cpp.
#pragma once

#include "yonder/base/progress.h"
#include "yonder/base/record_file.h"
#include "yonder/tokenizer/tokenizer.h"

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace yonder::tokenizer {

/// Ids under one CRC.
inline constexpr uint64_t kIdsPerBlock = uint64_t{1} << 20;
/// Vocabularies up to this size have their ids stored in 2 bytes, larger ones in 4.
inline constexpr uint32_t kMostShortIds = 65536;

class TokenFile {
 public:
  /// Maps `path`. Throws Error(bad_data) for a truncated or damaged file, with the byte offset.
  /// Cost: does not depend on the number of ids.
  explicit TokenFile(const std::filesystem::path& path);
  /// Over bytes in memory, which must outlive the object; `name` stands in messages.
  TokenFile(std::string_view bytes, std::string name);

  uint64_t size() const { return size_; }            ///< ids in all
  uint64_t documents() const { return documents_; }  ///< documents
  uint32_t vocab_size() const { return vocab_size_; }
  /// SHA-256 of the model's content, as Tokenizer::checksum().
  const std::string& model_checksum() const { return model_checksum_; }
  /// The options of encoding as JSON, seed included.
  const std::string& settings() const { return settings_; }
  /// Throws Error(bad_data) naming both checksums unless the file was made with this tokenizer.
  void require_model(const Tokenizer& tokenizer) const;

  /// Ids first..first+count-1. Checks a block (its CRC, and that its ids are below vocab_size()) on
  /// its first use. Throws Error(bad_data) beyond the end, and for a damaged block or an id out of
  /// range, with the position. From any thread.
  std::vector<uint32_t> read(uint64_t first, uint64_t count) const;
  /// First id and one past the last id of a document. Checks the list of documents on its first
  /// use. Throws Error(bad_data) beyond the end.
  std::pair<uint64_t, uint64_t> document(uint64_t index) const;
  /// Checks every byte: sections, blocks, ids and the order of the documents.
  void verify() const;

 private:
  void parse();
  void check_block(uint64_t block) const;
  uint32_t id_at(uint64_t index) const;

  RecordFile file_;
  std::string_view ids_;
  std::string_view block_crcs_;
  std::unique_ptr<std::atomic<bool>[]> checked_;  // per block
  uint64_t size_ = 0;
  uint64_t documents_ = 0;
  uint32_t vocab_size_ = 0;
  uint32_t width_ = 4;  // bytes of an id
  std::string model_checksum_;
  std::string settings_;
};

struct EncodeCorpusOptions {
  std::vector<std::string> input;  // as CorpusReader takes them
  std::string out;                 // .ids file
  EncodeOptions encode;
  int64_t threads = 0;                     // 0 = all cores
  int64_t checkpoint = int64_t{64} << 20;  // bytes of text between two saved states
  bool resume = false;                     // go on after an interruption
  bool force = false;                      // overwrite

  void visit(OptionVisitor& v);
  /// Throws Error(bad_option) where two fields contradict each other.
  void validate() const;
};

struct EncodeCorpusReport {
  uint64_t documents = 0;
  uint64_t bytes = 0;  // of text
  uint64_t ids = 0;
};

/// Encodes documents into an id file; document i (over all inputs) draws with the index
/// options.encode.document + i. The bytes of the file do not depend on threads or interruptions,
/// and it appears under its name only when it is complete.
///
/// Until then the folder OUT.partial holds the ids so far and a state that is saved after every
/// `checkpoint` bytes of text. After a kill at any instant, `resume` reads the text again, makes
/// sure that what was encoded has not changed, and goes on behind it: at most `checkpoint` bytes
/// are encoded twice (more within a single line that is longer). Memory: a few MiB per thread,
/// however long documents and lines are. Disk: twice the size of the ids for a moment at the end.
///
/// Errors: Error(bad_option) for other inputs, options or another model than those of the run that
/// is resumed, and for max_lag, which would make the ids differ from Tokenizer::encode();
/// Error(bad_data) for text that changed; Error(file), e.g. a full disk, keeps what resume needs;
/// Error(cancelled) does, too.
EncodeCorpusReport encode_corpus(const Tokenizer& tokenizer, const EncodeCorpusOptions& options,
                                 Progress* progress);

}  // namespace yonder::tokenizer
