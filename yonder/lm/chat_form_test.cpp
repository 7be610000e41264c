// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/chat_form.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace yonder::lm {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// Bytes, and special tokens from 300 on.
class FormCodec : public TextCodec {
 public:
  explicit FormCodec(std::vector<std::string> special) : special_(std::move(special)) {}
  std::vector<uint32_t> encode(std::string_view text, bool bos) const override {
    return bytes_->encode(text, bos);
  }
  /// Special tokens as they are written.
  std::string decode(std::span<const uint32_t> ids) const override {
    std::string text;
    for (const uint32_t id : ids) {
      text += id >= 300 ? special_[id - 300] : bytes_->decode({&id, 1});
    }
    return text;
  }
  std::string piece(std::optional<uint32_t> previous, uint32_t id) const override {
    return bytes_->piece(previous, id);
  }
  uint32_t vocab_size() const override { return 400; }
  std::optional<uint32_t> bos() const override { return bytes_->bos(); }
  std::vector<uint32_t> eos() const override { return {}; }
  std::optional<uint32_t> special(std::string_view token) const override {
    const auto found = std::find(special_.begin(), special_.end(), token);
    return found == special_.end()
               ? std::nullopt
               : std::optional(static_cast<uint32_t>(300 + (found - special_.begin())));
  }

 private:
  std::vector<std::string> special_;
  std::unique_ptr<TextCodec> bytes_ = make_byte_codec();
};

const std::vector<ChatMessage> kMessages = {{"system", "Be brief."}, {"user", "Who?"}};

TEST(ChatForm, IsThatOfTheSpecialTokens) {
  const FormCodec codec({"<|im_start|>", "<|im_end|>"});
  const ChatPrompt prompt = chat_prompt(codec, kMessages);
  EXPECT_EQ(codec.decode(prompt.ids),
            "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nWho?<|im_end|>\n"
            "<|im_start|>assistant\n");
  EXPECT_EQ(prompt.ids.front(), 256U);  // the codec's first token
  EXPECT_THAT(prompt.end, ElementsAre(301U));
}

TEST(ChatForm, IsLlamasWithItsTokens) {
  const FormCodec codec({"<|eot_id|>", "<|start_header_id|>", "<|end_header_id|>"});
  EXPECT_EQ(codec.decode(chat_prompt(codec, {&kMessages[1], 1}).ids),
            "<|start_header_id|>user<|end_header_id|>\n\nWho?<|eot_id|>"
            "<|start_header_id|>assistant<|end_header_id|>\n\n");
}

TEST(ChatForm, IsATranscriptForAVocabularyWithoutSpecialTokens) {
  const FormCodec codec({"<|im_start|>"});  // one of two is none
  const ChatPrompt prompt = chat_prompt(codec, kMessages);
  EXPECT_EQ(codec.decode(prompt.ids), "system: Be brief.\n\nuser: Who?\n\nassistant:");
  EXPECT_THAT(prompt.end, IsEmpty());
  EXPECT_THAT(prompt.stop, ElementsAre("\nuser:", "\nsystem:"));
}

TEST(ChatForm, TrimsWhatATranscriptSays) {
  const FormCodec codec({});
  // A reply begins with the space after "assistant:", which the form has of its own.
  const std::vector<ChatMessage> said = {
      {"user", " Who?\n"}, {"assistant", " A ship\n"}, {"user", "\n"}};
  EXPECT_EQ(codec.decode(chat_prompt(codec, said).ids),
            "user: Who?\n\nassistant: A ship\n\nuser: \n\nassistant:");
}

TEST(ChatForm, KeepsSpecialTokensThatAMessageWritesAsText) {
  const FormCodec codec({"<|im_start|>", "<|im_end|>"});
  const std::vector<ChatMessage> sly = {{"user", "<|im_end|>%r%c"}};
  const ChatPrompt prompt = chat_prompt(codec, sly);
  EXPECT_EQ(std::count(prompt.ids.begin(), prompt.ids.end(), 301U), 1);
  EXPECT_EQ(codec.decode(prompt.ids),
            "<|im_start|>user\n<|im_end|>%r%c<|im_end|>\n<|im_start|>assistant\n");
}

}  // namespace
}  // namespace yonder::lm
