// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/bnlm/tagging.h"

#include "yonder/tokenizer/bnlm/bnlm_reference.h"
#include "yonder/tokenizer/bnlm/count_merge.h"
#include "yonder/tokenizer/bnlm/ngram_counts.h"
#include "yonder/tokenizer/bnlm/training_chunks.h"
#include "yonder/tokenizer/bnlm/training_text.h"
#include "yonder/tokenizer/vocabulary.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

namespace yonder::tokenizer {
namespace {

struct Counted {
  std::vector<NgramCount> kept;
  std::vector<uint64_t> by_length = std::vector<uint64_t>(kMaxOrder + 1);
  uint64_t total = 0;
};

ChunkBatch batch_of(const std::vector<std::string>& chunks) {
  ChunkBatch batch;
  for (const std::string& chunk : chunks) {
    batch.bytes += chunk;
    batch.ends.push_back(static_cast<uint32_t>(batch.bytes.size()));
  }
  batch.seal();
  return batch;
}

Counted count(const std::vector<std::string>& chunks, int order, uint64_t min_count) {
  Counted out;
  WindowCounter counter(order, size_t{64} << 20, [](std::span<const NgramCount>) { FAIL(); });
  counter.add(batch_of(chunks));
  PrefixCounts prefixes(order, min_count, [&](NgramCount ngram) { out.kept.push_back(ngram); });
  prefixes.add(counter.sorted());
  prefixes.finish();
  out.total = prefixes.total();
  for (int length = 1; length <= order; ++length) {
    out.by_length[static_cast<size_t>(length)] = prefixes.kept(length);
  }
  return out;
}

NgramModel model_of(const Counted& counted, int order) {
  uint64_t long_ngrams = 0;
  for (const NgramCount& ngram : counted.kept) {
    long_ngrams += ngram_length(ngram.key) > 2 ? 1 : 0;
  }
  NgramModel model(order, long_ngrams, counted.total);
  model.add(counted.kept);
  return model;
}

uint64_t key_of(std::string ngram) {
  const auto length = static_cast<int>(ngram.size());
  ngram.resize(8);
  return ngram_key(load_big_endian(ngram.data()), length);
}

/// log p(last byte | the bytes before it).
double log_p(const NgramModel& model, const std::string& ngram) {
  return model.log_count_of(key_of(ngram)) -
         (ngram.size() == 1 ? model.log_total()
                            : model.log_count_of(key_of(ngram.substr(0, ngram.size() - 1))));
}

std::vector<std::string> cut(const NgramModel& model, TaggingRule rule, std::string chunk) {
  const size_t size = chunk.size();
  chunk.resize(size + kBatchPadding);
  Tagger tagger(model, rule);
  const std::vector<uint32_t> starts = tagger.cut(std::string_view(chunk).substr(0, size));
  std::vector<std::string> pieces;
  for (size_t i = 0; i < starts.size(); ++i) {
    const size_t end = i + 1 < starts.size() ? starts[i + 1] : size;
    pieces.push_back(chunk.substr(starts[i], end - starts[i]));
  }
  return pieces;
}

using Pieces = std::vector<std::string>;

TEST(Tagging, ReproducesTheTrainingVector) {
  const auto chunks = training_chunks_reference(vector_text(), false);
  const Counted counted = count(chunks, 6, 4);
  EXPECT_EQ(counted.by_length, (std::vector<uint64_t>{0, 256, 83, 250, 538, 845, 1144, 0}));
  const NgramModel model = model_of(counted, 6);
  EXPECT_NEAR(log_p(model, "t"), -2.567881468900, 5e-13);
  EXPECT_NEAR(log_p(model, "th"), -1.234031196201, 5e-13);
  EXPECT_NEAR(log_p(model, "the"), 0, 5e-13);
  EXPECT_NEAR(log_p(model, "mat\n"), -0.719122666963, 5e-13);
  EXPECT_EQ(cut(model, {}, "the cat ran 在太阳\n"), (Pieces{"the cat", " ran 在", "太阳\n"}));
}

class DeadRows : public ::testing::Test {
 protected:
  DeadRows() {
    for (int i = 0; i < 5; ++i) {
      chunks_.push_back("今天天气不错，我们去公园散步。\n");
    }
    chunks_.push_back("今天天气很好，我们去龘公园散步。\n");
  }
  std::vector<std::string> chunks_;
};

TEST_F(DeadRows, LoseTheRestOfTheChunkInTheReferenceMode) {
  const NgramModel model = model_of(count(chunks_, 6, 2), 6);
  const Pieces pieces = cut(model, {true, true}, chunks_.back());
  ASSERT_EQ(pieces.size(), 38U);
  EXPECT_EQ(pieces[0], "今天天气");
  for (size_t i = 1; i < pieces.size(); ++i) {
    EXPECT_EQ(pieces[i].size(), 1U);
  }
}

TEST_F(DeadRows, DoNotExistWithoutEnsureUnicode) {
  const NgramModel model = model_of(count(chunks_, 6, 2), 6);
  EXPECT_EQ(cut(model, {false, true}, chunks_.back()).size(), 12U);
  EXPECT_EQ(cut(model, {false, false}, chunks_.back()), cut(model, {false, true}, chunks_.back()));
}

TEST_F(DeadRows, AreBridgedByTheCharacterThatHoldsThem) {
  const NgramModel model = model_of(count(chunks_, 6, 2), 6);
  EXPECT_EQ(cut(model, {}, chunks_.back()),
            (Pieces{"今天天气", "很", "好", "，我们去", "龘", "公园散步。\n"}));
}

TEST(Tagging, MakesAByteOutsideUtf8APieceOfItsOwn) {
  const NgramModel model = model_of(count({"aaaa", "bb"}, 6, 2), 6);
  EXPECT_EQ(cut(model, {}, "\x80"), (Pieces{"\x80"}));
  EXPECT_EQ(cut(model, {}, "\x80\x81"), (Pieces{"\x80", "\x81"}));
  EXPECT_EQ(cut(model, {}, "a\x80\xe4\xb8"), (Pieces{"a", "\x80", "\xe4", "\xb8"}));
}

TEST(Tagging, HasNoPiecesForAnEmptyChunk) {
  const NgramModel model = model_of(count({"a"}, 2, 1), 2);
  EXPECT_TRUE(cut(model, {}, "").empty());
}

TEST(NgramModel, FindsEveryNgramInAFullTable) {
  std::vector<NgramCount> ngrams;
  for (uint64_t value = 1; value <= 20000; ++value) {
    ngrams.push_back({value << 3 | 3, value});
  }
  NgramModel model(6, ngrams.size(), 1000000);
  model.add(ngrams);
  for (const NgramCount& ngram : ngrams) {
    ASSERT_EQ(model.log_count_of(ngram.key), log_count(ngram.count));
    ASSERT_EQ(model.log_count_of(ngram.key + 1), -std::numeric_limits<double>::infinity());
  }
}

/// Lines over a small alphabet with rare characters and bytes outside UTF-8, so that n-grams are
/// pruned and rows die.
std::vector<std::string> random_chunks() {
  static const std::vector<std::string> kUnits = {
      "a", "b", "c", "太", "阳", "é", "\xff", "\x80", "\xe4", "龘", "👍", " ", "\xe5\xa4\xaa"};
  std::vector<std::string> chunks(static_cast<size_t>(*rc::gen::inRange(1, 30)));
  for (std::string& chunk : chunks) {
    const int units = *rc::gen::inRange(1, 30);
    for (int i = 0; i < units; ++i) {
      chunk += kUnits[*rc::gen::weightedOneOf<size_t>(
          {{6, rc::gen::inRange<size_t>(0, 5)}, {1, rc::gen::inRange<size_t>(0, kUnits.size())}})];
    }
  }
  return chunks;
}

RC_GTEST_PROP(Tagging, EqualsTheSlowReference, ()) {
  const int order = *rc::gen::inRange(1, 8);
  const auto min_count = *rc::gen::inRange<uint64_t>(1, 5);
  const TaggingRule rule{*rc::gen::arbitrary<bool>(), *rc::gen::arbitrary<bool>()};
  const auto chunks = random_chunks();
  const NgramModel model = model_of(count(chunks, order, min_count), order);
  const auto reference = ngram_model_reference(count_ngrams_reference(chunks, order), min_count);
  std::string long_chunk;
  for (const std::string& chunk : chunks) {
    RC_ASSERT(cut(model, rule, chunk) == cut_reference(chunk, reference, order, rule.ensure_unicode,
                                                       rule.reference_dead_rows,
                                                       model.log_total()));
    long_chunk += chunk;
  }
  RC_ASSERT(cut(model, rule, long_chunk) ==
            cut_reference(long_chunk, reference, order, rule.ensure_unicode,
                          rule.reference_dead_rows, model.log_total()));
}

}  // namespace
}  // namespace yonder::tokenizer
