// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/text_codec.h"

#include "tests/error_text.h"
#include "tests/small_tokenizer.h"
#include "yonder/base/file.h"
#include "yonder/base/random.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

namespace yonder::lm {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct ScoredPiece {
  std::string text;
  float score;
};

/// <unk>, BOS, EOS, the 256 bytes and a few pieces: a tokenizer in small, as llama2.c exports it.
std::vector<ScoredPiece> small_pieces() {
  std::vector<ScoredPiece> pieces = {{"<unk>", 0}, {"\n<s>\n", 0}, {"\n</s>\n", 0}};
  for (int byte = 0; byte < 256; ++byte) {
    pieces.push_back({fmt::format("<0x{:02X}>", byte), 0});
  }
  for (const char* text : {" ", "a", "b", "\xC3\xA9", "ab", " a", "aa", "abb", " ab", "ba"}) {
    pieces.push_back({text, -static_cast<float>(pieces.size())});
  }
  return pieces;
}

std::string tokenizer_file(const std::vector<ScoredPiece>& pieces) {
  std::string bytes;
  const auto add = [&](auto value) {
    bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
  };
  add(int32_t{6});
  for (const ScoredPiece& piece : pieces) {
    add(piece.score);
    add(static_cast<int32_t>(piece.text.size()));
    bytes += piece.text;
  }
  return bytes;
}

class Folder {
 public:
  fs::path write(const std::string& name, const std::string& content) const {
    write_file(folder_.path() / name, content);
    return folder_.path() / name;
  }
  const fs::path& path() const { return folder_.path(); }

 private:
  TemporaryFolder folder_;
};

/// run.c's loop: all pairs are looked at for every merge.
std::vector<uint32_t> encode_reference(const std::vector<ScoredPiece>& pieces,
                                       const std::string& text) {
  const auto find = [&](const std::string& piece) {
    const auto found = std::find_if(pieces.begin(), pieces.end(),
                                    [&](const ScoredPiece& p) { return p.text == piece; });
    return found == pieces.end() ? -1 : static_cast<int>(found - pieces.begin());
  };
  std::vector<uint32_t> ids;
  if (!text.empty()) {
    ids.push_back(static_cast<uint32_t>(find(" ")));
  }
  for (const char c : text) {
    const int id = find(std::string(1, c));
    ids.push_back(id >= 0 ? static_cast<uint32_t>(id) : 3U + static_cast<unsigned char>(c));
  }
  for (;;) {
    float best_score = -1e10F;
    int best_id = -1;
    size_t best = 0;
    for (size_t i = 0; i + 1 < ids.size(); ++i) {
      const int id = find(pieces[ids[i]].text + pieces[ids[i + 1]].text);
      if (id >= 0 && pieces[static_cast<size_t>(id)].score > best_score) {
        best_score = pieces[static_cast<size_t>(id)].score;
        best_id = id;
        best = i;
      }
    }
    if (best_id < 0) {
      return ids;
    }
    ids[best] = static_cast<uint32_t>(best_id);
    ids.erase(ids.begin() + static_cast<std::ptrdiff_t>(best) + 1);
  }
}

TEST(ByteCodec, GivesEachByteItsOwnId) {
  const auto codec = make_byte_codec();
  EXPECT_EQ(codec->vocab_size(), 257);
  EXPECT_THAT(codec->encode("a\xFF", true), ElementsAre(256, 'a', 255));
  EXPECT_EQ(codec->decode(codec->encode("a\xFF\n", true)), "a\xFF\n");
}

TEST(Llama2cCodec, JoinsThePairOfTheHighestScoreAsRunCDoes) {
  const Folder folder;
  const auto pieces = small_pieces();
  const auto codec = load_llama2c_codec(folder.write("tokenizer.bin", tokenizer_file(pieces)),
                                        static_cast<int64_t>(pieces.size()));
  Rng rng(1);
  for (int round = 0; round < 300; ++round) {
    std::string text;
    for (uint64_t n = rng.below(20); n > 0; --n) {
      text += "aab x"[rng.below(5)];
    }
    EXPECT_EQ(codec->encode(text, false), encode_reference(pieces, text)) << text;
  }
}

TEST(Llama2cCodec, SpellsCharactersWithoutAPieceInBytes) {
  const Folder folder;
  const auto pieces = small_pieces();
  const auto codec = load_llama2c_codec(folder.write("tokenizer.bin", tokenizer_file(pieces)),
                                        static_cast<int64_t>(pieces.size()));
  const uint32_t space = 259;
  EXPECT_THAT(codec->encode("\xC3\xA9", true), ElementsAre(1, space, space + 3));
  EXPECT_THAT(codec->encode("\xC3\xA8", false), ElementsAre(space, 3 + 0xC3, 3 + 0xA8));
  for (const std::string text :
       {"a \xC3\xA8\xE4\xB8\xADx", "  a", "", "\xFF\x80\x80\x80\x80\x80"}) {
    EXPECT_EQ(codec->decode(codec->encode(text, true)), text);
    EXPECT_EQ(codec->decode(codec->encode(text, false)), text);
  }
}

TEST(Llama2cCodec, DropsTheSpaceInFrontAfterBosOnly) {
  const Folder folder;
  const auto pieces = small_pieces();
  const auto codec = load_llama2c_codec(folder.write("tokenizer.bin", tokenizer_file(pieces)),
                                        static_cast<int64_t>(pieces.size()));
  const uint32_t space_a = codec->encode("a", false).at(0);
  EXPECT_EQ(codec->piece(1, space_a), "a");
  EXPECT_EQ(codec->piece(5, space_a), " a");
  EXPECT_EQ(codec->piece(std::nullopt, space_a), "a");
  EXPECT_EQ(codec->piece(5, 2), "");
}

TEST(Llama2cCodec, RefusesATokenizerOfAnotherModel) {
  const Folder folder;
  const auto pieces = small_pieces();
  const auto count = static_cast<int64_t>(pieces.size());
  const fs::path file = folder.write("tokenizer.bin", tokenizer_file(pieces));
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { load_llama2c_codec(file, count + 1); }),
              AllOf(HasSubstr("tokenizer.bin"), HasSubstr("the file ends at byte")));
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { load_llama2c_codec(file, count - 1); }),
              HasSubstr("bytes follow"));
  auto negative = tokenizer_file(pieces);
  negative[8] = negative[9] = negative[10] = negative[11] = '\xFF';
  const fs::path bad = folder.write("bad.bin", negative);
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { load_llama2c_codec(bad, count); }),
              HasSubstr("the length of token 0 is -1"));
}

TEST(Llama2cCodec, ReadsThePublishedTokenizer) {
  const fs::path file = fs::path(YONDER_DATA_DIR) / "models" / "tinyllamas" / "tok512.bin";
  if (!fs::exists(file)) {
    GTEST_SKIP() << file << " is not there";
  }
  const auto codec = load_llama2c_codec(file, 512);
  const std::string text = "Once upon a time, there was a little girl named Lily.";
  const auto ids = codec->encode(text, true);
  // As run.c prints them for this prompt: BOS, then " Once upon a time".
  EXPECT_EQ(ids.at(0), 1);
  EXPECT_THAT(std::vector<uint32_t>(ids.begin() + 1, ids.begin() + 5),
              ElementsAre(403, 407, 261, 378));
  EXPECT_EQ(codec->decode(ids), text);
}

TEST(TokenizerCodec, EncodesAsItsTokenizer) {
  const Folder folder;
  const auto tokenizer = tokenizer::small_tokenizer({{"the", 50}, {" the", 90}});
  tokenizer.save(folder.path() / "small.bytepiece");
  const auto codec = make_tokenizer_codec(folder.path() / "small.bytepiece");
  std::vector<uint32_t> ids;
  tokenizer.encode("in the\xC3", ids);
  EXPECT_EQ(codec->encode("in the\xC3", false), ids);
  ids.insert(ids.begin(), *tokenizer.bos_id());
  EXPECT_EQ(codec->encode("in the\xC3", true), ids);
  EXPECT_EQ(codec->decode(ids), "in the\xC3");
  std::string joined;
  for (size_t i = 0; i < ids.size(); ++i) {
    joined += codec->piece(i == 0 ? std::nullopt : std::optional(ids[i - 1]), ids[i]);
  }
  EXPECT_EQ(joined, "in the\xC3");
}

TEST(FindCodec, TakesTheTokenizerThatLiesBesideTheModel) {
  const Folder folder;
  EXPECT_EQ(find_codec(folder.path(), 300), nullptr);
  const auto pieces = small_pieces();
  folder.write("tok269.bin", tokenizer_file(pieces));
  folder.write("model.bin", "");
  ASSERT_EQ(pieces.size(), 269);
  EXPECT_EQ(find_codec(folder.path() / "model.bin", 269)->vocab_size(), 269);
  tokenizer::small_tokenizer().save(folder.path() / "v.bytepiece");
  EXPECT_EQ(find_codec(folder.path(), 300)->vocab_size(), 259);
}

TEST(FindCodec, TakesBytesWhereTheConfigSaysSo) {
  const Folder folder;
  folder.write("config.json", R"({"yonder": {"tokenizer": "bytes"}})");
  EXPECT_EQ(find_codec(folder.path(), 257)->vocab_size(), 257);
}

TEST(FindCodec, RefusesMoreTokensThanTheModelHas) {
  const Folder folder;
  tokenizer::small_tokenizer().save(folder.path() / "v.bytepiece");
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { find_codec(folder.path(), 100); }),
              AllOf(HasSubstr("v.bytepiece"), HasSubstr("259 tokens, the model only 100")));
}

}  // namespace
}  // namespace yonder::lm
