// SPDX-License-Identifier: Apache-2.0
#include "yonder/base/error.h"
#include "yonder/base/file.h"
#include "yonder/base/utf8.h"
#include "yonder/tokenizer/formats/protobuf.h"
#include "yonder/tokenizer/formats/representable.h"
#include "yonder/tokenizer/formats/sentencepiece.h"
#include "yonder/tokenizer/rules/byte_piece.h"
#include "yonder/tokenizer/special_tokens.h"

namespace yonder::tokenizer {
namespace {

enum PieceType : int64_t {
  type_normal = 1,
  type_unknown = 2,
  type_control = 3,
  type_unused = 5,
  type_byte = 6
};

void write_piece(ProtobufWriter& model, std::string_view text, double score, PieceType type) {
  ProtobufWriter piece;
  piece.bytes(1, text);
  piece.real(2, static_cast<float>(score));
  piece.integer(3, type);
  model.bytes(1, piece.str());
}

std::string unigram_proto(const Vocabulary& vocabulary, const Representable& representable) {
  ProtobufWriter model;
  for (const std::string_view special : kSpecialTokens) {
    write_piece(model, special, 0, type_control);
  }
  for (uint32_t id = kFirstPieceId; id < vocabulary.size(); ++id) {
    const double score = vocabulary.log_probability(id);
    switch (representable.form(id)) {
      case PieceForm::text:
        write_piece(model, vocabulary.piece(id), score, type_normal);
        break;
      case PieceForm::byte:
        write_piece(model, piece_of_byte(static_cast<uint8_t>(vocabulary.piece(id)[0])), score,
                    type_byte);
        break;
      case PieceForm::none:
        write_piece(model, unused_name(id), 0, type_unused);
        break;
    }
  }
  for (const uint8_t byte : representable.bytes_as_text()) {
    write_piece(model, piece_of_byte(byte), 0, type_byte);
  }
  write_piece(model, kUnknownName, 0, type_unknown);
  const auto size = static_cast<int64_t>(vocabulary.size() + representable.bytes_as_text().size());

  ProtobufWriter trainer;  // trainer_spec
  trainer.integer(3, 1);   // model_type: UNIGRAM
  trainer.integer(4, size + 1);
  trainer.flag(35, true);  // byte_fallback
  trainer.integer(40, size);
  trainer.integer(41, kBosId);
  trainer.integer(42, kEosId);
  trainer.integer(43, kPadId);
  trainer.bytes(45, kUnknownName);
  trainer.bytes(46, kSpecialTokens[kBosId]);
  trainer.bytes(47, kSpecialTokens[kEosId]);
  trainer.bytes(48, kSpecialTokens[kPadId]);
  model.bytes(2, trainer.str());

  ProtobufWriter normalizer;  // normalizer_spec: text stays as it is
  normalizer.bytes(1, "identity");
  normalizer.bytes(2, "");
  normalizer.flag(3, false);
  normalizer.flag(4, false);
  normalizer.flag(5, false);
  model.bytes(3, normalizer.str());
  return model.str();
}

}  // namespace

void save_sentencepiece(const LoadedModel& model, const std::filesystem::path& path,
                        Progress* progress) {
  if (model.imported != nullptr) {
    require(model.imported->format == "sentencepiece", ErrorKind::bad_option,
            "a {} model cannot be written as a SentencePiece model; BytePiece models and "
            "SentencePiece models can",
            model.imported->format);
    write_file(path, model.imported->source);
    return;
  }
  // A NUL ends a key of SentencePiece's trie.
  const Representable representable(model.native->vocabulary(), std::string_view("\0", 1));
  write_file(path, unigram_proto(model.native->vocabulary(), representable));
  representable.report("SentencePiece", ProgressRef(progress));
}

}  // namespace yonder::tokenizer
