// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/internal/corpus_blocks.h"

#include "tests/small_tokenizer.h"
#include "yonder/base/file.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <fstream>

namespace yonder::tokenizer::internal {
namespace {

// Files of one document each.
class Corpus {
 public:
  explicit Corpus(const std::vector<std::string>& documents) {
    for (size_t i = 0; i < documents.size(); ++i) {
      const auto path = folder_.path() / std::to_string(i);
      std::ofstream(path, std::ios::binary) << documents[i];  // without the fsync of write_file()
      names_.push_back(path.string());
    }
  }
  const std::vector<std::string>& names() const { return names_; }

 private:
  TemporaryFolder folder_;
  std::vector<std::string> names_;
};

std::vector<CorpusBlock> blocks_of(const Corpus& corpus, const EncodeOptions& options,
                                   size_t block_bytes) {
  CorpusBlocks reader(corpus.names(), options, false, block_bytes);
  std::vector<CorpusBlock> blocks;
  for (CorpusBlock block; reader.next(block);) {
    blocks.push_back(block);
  }
  return blocks;
}

// Ids of each document, put together from the blocks.
std::vector<std::vector<uint32_t>> encode_in_blocks(const Tokenizer& tokenizer,
                                                    const Corpus& corpus,
                                                    const EncodeOptions& options,
                                                    size_t block_bytes, int threads) {
  CorpusBlocks reader(corpus.names(), options, false, block_bytes);
  std::vector<std::vector<uint32_t>> documents;
  encode_blocks(tokenizer, reader, options, threads, [&](CorpusBlock& block) {
    RC_ASSERT(block.starts.size() == block.pieces.size());
    for (size_t i = 0; i < block.pieces.size(); ++i) {
      RC_ASSERT(block.pieces[i].first == (block.pieces[i].document == documents.size()));
      if (block.pieces[i].first) {
        documents.emplace_back();
      }
      const size_t end = i + 1 < block.starts.size() ? block.starts[i + 1] : block.ids.size();
      documents.back().insert(documents.back().end(),
                              block.ids.begin() + static_cast<std::ptrdiff_t>(block.starts[i]),
                              block.ids.begin() + static_cast<std::ptrdiff_t>(end));
    }
  });
  return documents;
}

Tokenizer tokenizer_with_ties() {
  return small_tokenizer({{"aa", 7},
                          {"aaa", 3},
                          {"a\n", 2},
                          {"\n\n", 3},
                          {"e\u0301", 2},
                          {"\u00E9", 5},
                          {"<b", 2},
                          {"bos", 2}});
}

rc::Gen<std::string> gen_document() {
  static const std::vector<std::string> kUnits = {
      "a", "a", "aa", "\n", "\n\n", "e", "\u0301", "\u00E9", "\xE4", "<bos>", "<", "<eos>"};
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(kUnits)),
                      [](const std::vector<std::string>& units) {
                        std::string text;
                        for (const std::string& unit : units) {
                          text += unit;
                        }
                        return text;
                      });
}

RC_GTEST_PROP(CorpusBlocks, HaveTheIdsOfWholeDocuments, ()) {
  const auto documents = *rc::gen::container<std::vector<std::string>>(gen_document());
  const Corpus corpus(documents);
  EncodeOptions options;
  options.sample = *rc::gen::arbitrary<bool>();
  options.alpha = 0.3;
  options.seed = *rc::gen::arbitrary<uint64_t>();
  options.document = *rc::gen::inRange<uint64_t>(0, 9);
  options.normalize = *rc::gen::element<std::string>("none", "nfc");
  options.bos = *rc::gen::arbitrary<bool>();
  options.eos = *rc::gen::arbitrary<bool>();
  options.parse_special = *rc::gen::arbitrary<bool>();
  const Tokenizer tokenizer = tokenizer_with_ties();
  const auto found = encode_in_blocks(tokenizer, corpus, options, *rc::gen::inRange<size_t>(1, 30),
                                      *rc::gen::inRange(1, 4));
  RC_ASSERT(found.size() == documents.size());
  for (size_t i = 0; i < documents.size(); ++i) {
    EncodeOptions own = options;
    own.document += i;
    std::vector<uint32_t> expected;
    tokenizer.encode(documents[i], expected, own);
    RC_ASSERT(found[i] == expected);
  }
}

RC_GTEST_PROP(CorpusBlocks, HoldTheTextInOrder, ()) {
  const auto documents = *rc::gen::container<std::vector<std::string>>(gen_document());
  const Corpus corpus(documents);
  const auto blocks = blocks_of(corpus, {}, *rc::gen::inRange<size_t>(1, 30));
  std::string text;
  std::string expected;
  for (const CorpusBlock& block : blocks) {
    text += block.text;
    RC_ASSERT(block.end.text_bytes == text.size());
  }
  for (const std::string& document : documents) {
    expected += document;
  }
  RC_ASSERT(text == expected);
  RC_ASSERT((blocks.empty() ? 0 : blocks.back().end.documents) == documents.size());
}

TEST(CorpusBlocks, EndAtTheSamePlacesEachTime) {
  const Corpus corpus({std::string(100, 'a') + "\n" + std::string(50, 'b'), "", "x\ny\n"});
  const auto first = blocks_of(corpus, {}, 16);
  const auto second = blocks_of(corpus, {}, 16);
  ASSERT_EQ(first.size(), second.size());
  for (size_t i = 0; i < first.size(); ++i) {
    EXPECT_EQ(first[i].end, second[i].end);
  }
}

TEST(CorpusBlocks, KnowTextsApartThatDifferOnlyInWhereDocumentsEnd) {
  const auto one = blocks_of(Corpus({"ab", "c"}), {}, 16);
  const auto other = blocks_of(Corpus({"a", "bc"}), {}, 16);
  EXPECT_EQ(one.back().end.text_bytes, other.back().end.text_bytes);
  EXPECT_NE(one.back().end, other.back().end);
}

TEST(CorpusBlocks, StreamOnlyChunksLongerThanABlock) {
  const auto blocks = blocks_of(Corpus({std::string(100, 'a') + "\nb\n"}), {}, 16);
  EXPECT_TRUE(blocks.front().streamed);
  EXPECT_TRUE(blocks.front().open);
  EXPECT_FALSE(blocks.back().open);
  for (const CorpusBlock& block : blocks_of(Corpus({"aa\naa\naa\naa\naa\naa\naa\n"}), {}, 16)) {
    EXPECT_FALSE(block.streamed);
  }
}

TEST(CorpusBlocks, AreClosedByManyEmptyDocuments) {
  const TemporaryFolder folder;
  write_file(folder.path() / "x", std::string(70000, '\n'));
  CorpusBlocks reader({(folder.path() / "x").string() + ":lines"}, {});
  CorpusBlock block;
  ASSERT_TRUE(reader.next(block));
  EXPECT_EQ(block.pieces.size(), 65536U);
}

}  // namespace
}  // namespace yonder::tokenizer::internal
