// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/bnlm/training_chunks.h"

#include "yonder/base/file.h"
#include "yonder/base/json.h"
#include "yonder/base/sha256.h"
#include "yonder/base/utf8.h"
#include "yonder/tokenizer/bnlm/bnlm_reference.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

namespace yonder::tokenizer {
namespace {

std::vector<std::string> chunks_of(const ChunkBatch& batch) {
  std::vector<std::string> out;
  for (size_t i = 0; i < batch.size(); ++i) {
    out.emplace_back(batch.chunk(i));
  }
  return out;
}

/// Cuts `text` handed over in parts that end at `ends` (any numbers) modulo its length.
std::vector<std::string> cut_in_parts(const std::string& text, ChunkRule rule,
                                      std::vector<size_t> ends) {
  for (size_t& end : ends) {
    end %= text.size() + 1;
  }
  std::sort(ends.begin(), ends.end());
  ends.push_back(text.size());
  ChunkBatch batch;
  ChunkCutter cutter(rule, &batch);
  size_t begin = 0;
  for (const size_t end : ends) {
    cutter.feed(std::string_view(text).substr(begin, end - begin));
    begin = end;
  }
  cutter.end_document();
  return chunks_of(batch);
}

/// Random text that meets every branch: long runs, newlines, digits, characters of 1 to 4 bytes,
/// combining marks, bytes outside UTF-8.
std::string random_text() {
  static const std::vector<std::string> kUnits = {"a",
                                                  "b",
                                                  "\n",
                                                  "\n",
                                                  "7",
                                                  "e\xcc\x81",
                                                  "\xcc\x81",
                                                  "\xe4\xb8\xad",
                                                  "\xd9\xa3",
                                                  "\xf0\x9f\x98\x80",
                                                  "\xff",
                                                  "\x80",
                                                  "\xe4\xb8",
                                                  "\xe1\x84\x80\xe1\x85\xa1",
                                                  "\xe2\x84\xab",
                                                  "\xe3\x81\x8b\xe3\x82\x99",
                                                  "\xef\xa4\x80",
                                                  "\xcd\x84",
                                                  "x\xcc\xa7\xcc\x81"};
  std::string text;
  const int runs = *rc::gen::inRange(0, 40);
  for (int i = 0; i < runs; ++i) {
    const std::string unit = *rc::gen::elementOf(kUnits);
    const int times = *rc::gen::weightedElement<int>({{20, 1}, {6, 3}, {2, 101}, {1, 10001}});
    for (int k = 0; k < times; ++k) {
      text += unit;
    }
  }
  return text;
}

TEST(TrainingChunks, EqualThoseOfTheReferenceProgram) {
  const std::string path = YONDER_SOURCE_DIR "/tests/golden/tokenizer/training_chunks.json";
  const Json golden = parse_json(read_file(path), path);
  for (const Json& item : golden.at("cases").array()) {
    std::string text;
    for (const Json& run : item.at("runs").array()) {
      for (int64_t i = 0; i < run.array()[1].integer(); ++i) {
        text += run.array()[0].text();
      }
    }
    std::vector<size_t> lengths;
    for (const Json& run : item.at("chunk_lengths").array()) {
      lengths.insert(lengths.end(), static_cast<size_t>(run.array()[1].integer()),
                     static_cast<size_t>(run.array()[0].integer()));
    }
    const ChunkRule rule{item.at("isolate_digits").boolean(), true};
    std::string joined;
    std::vector<size_t> found;
    for (const std::string& chunk : cut_in_parts(text, rule, {})) {
      found.push_back(chunk.size());
      joined += chunk;
    }
    EXPECT_EQ(found, lengths) << text.substr(0, 50);
    EXPECT_EQ(sha256_hex(joined), item.at("sha256").text()) << text.substr(0, 50);
  }
}

RC_GTEST_PROP(TrainingChunks, EqualTheSlowReferenceForAnyParts, ()) {
  const std::string text = random_text();
  const ChunkRule rule{*rc::gen::arbitrary<bool>(), *rc::gen::arbitrary<bool>()};
  const auto ends = *rc::gen::arbitrary<std::vector<size_t>>();
  RC_ASSERT(cut_in_parts(text, rule, ends) ==
            training_chunks_reference(rule.nfc ? nfc(text) : text, rule.isolate_digits));
}

TEST(TrainingChunks, NormalisationStretchesBeginWhereNoEarlierCharacterReaches) {
  // Whatever precedes a character, cutting the text there must not change its normal form.
  const std::vector<std::string> before = {
      "a",        "e",       "\xe1\x84\x80", "\xea\xb0\x80", "\xe3\x81\x8b", "\xe0\xa4\x95",
      "\xcc\xa7", "\xce\xb1"};
  for (int32_t c = 1; c < 0x30000; ++c) {
    if (c >= 0xd800 && c < 0xe000) {
      continue;
    }
    std::string character;
    utf8_append(character, c);
    for (const std::string& first : before) {
      const std::string text = first + character;
      std::string out;
      const size_t taken = append_nfc_stretch(out, text, false);
      out += nfc(std::string_view(text).substr(taken));
      ASSERT_EQ(out, nfc(text)) << c;
    }
  }
}

class ChunkReaderTest : public ::testing::Test {
 protected:
  std::vector<std::string> read(const std::vector<std::string>& inputs) {
    ChunkReader reader(inputs, {});
    std::vector<std::string> out;
    while (const auto batch = reader.next()) {
      EXPECT_GE(batch->bytes.size(), batch->text_size() + kBatchPadding);
      sizes_.push_back(batch->text_size());
      input_bytes_ += batch->input_bytes;
      for (std::string& chunk : chunks_of(*batch)) {
        out.push_back(std::move(chunk));
      }
    }
    return out;
  }
  std::string write(const std::string& name, const std::string& content) {
    write_file(folder_.path() / name, content);
    return (folder_.path() / name).string();
  }
  TemporaryFolder folder_;
  std::vector<size_t> sizes_;
  uint64_t input_bytes_ = 0;
};

TEST_F(ChunkReaderTest, ChunksDoNotReachAcrossDocuments) {
  const std::string one = write("one.txt", "a\nb");
  const std::string two = write("two.txt", "c\n\nd\n");
  EXPECT_EQ(read({one, two}), (std::vector<std::string>{"a\n", "b", "c\n\n", "d\n"}));
  EXPECT_EQ(read({two + ":lines"}), (std::vector<std::string>{"c\n", "\n", "d\n"}));
}

TEST_F(ChunkReaderTest, BatchesHoldEveryChunkOnceAndAreOfOneSize) {
  std::string text;
  for (int i = 0; i < 100000; ++i) {
    text += std::to_string(i * 7919) + "\n";
  }
  const std::string path = write("text.txt", text);
  std::string joined;
  const auto chunks = read({path});
  for (const std::string& chunk : chunks) {
    joined += chunk;
  }
  EXPECT_EQ(chunks.size(), 100000U);
  EXPECT_EQ(joined, text);
  EXPECT_EQ(input_bytes_, text.size());
  for (size_t i = 0; i + 1 < sizes_.size(); ++i) {
    EXPECT_GE(sizes_[i], ChunkReader::kBatchBytes);
    EXPECT_LT(sizes_[i], ChunkReader::kBatchBytes + kMaxChunkBytes);
  }
}

TEST_F(ChunkReaderTest, AnEmptyTextHasNoBatch) {
  EXPECT_TRUE(read({write("empty.txt", "")}).empty());
  EXPECT_TRUE(read({}).empty());
}

TEST(Fingerprint, TellsChunkEndsApart) {
  ChunkBatch one;
  one.bytes = "abcd";
  one.ends = {2, 4};
  ChunkBatch two = one;
  two.ends = {4};
  EXPECT_NE(fingerprint(one), fingerprint(two));
  one.seal();
  two = one;
  EXPECT_EQ(fingerprint(one), fingerprint(two));
}

}  // namespace
}  // namespace yonder::tokenizer
