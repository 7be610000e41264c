// SPDX-License-Identifier: Apache-2.0
#include "yonder/base/error.h"
#include "yonder/base/file.h"
#include "yonder/base/json.h"
#include "yonder/tokenizer/formats/representable.h"
#include "yonder/tokenizer/formats/tokenizer_json.h"
#include "yonder/tokenizer/rules/byte_piece.h"
#include "yonder/tokenizer/special_tokens.h"

namespace yonder::tokenizer {
namespace {

// Of entries that are no text. tokenizers looks for them in text all the same; the characters of
// their names are always worth more.
constexpr double kNameScore = -1000;

void write_entry(JsonWriter& w, std::string_view text, double score) {
  w.begin_array().value(text).value(score).end_array();
}

std::string unigram_json(const Vocabulary& vocabulary, const Representable& representable) {
  const size_t size = vocabulary.size() + representable.bytes_as_text().size();
  JsonWriter w(1);
  w.begin_object();
  w.key("version").value("1.0");
  w.key("truncation").null();
  w.key("padding").null();
  w.key("added_tokens").begin_array();
  for (uint32_t id = 0; id < kFirstPieceId; ++id) {
    w.begin_object().key("id").value(id).key("content").value(kSpecialTokens[id]);
    w.key("single_word").value(false).key("lstrip").value(false).key("rstrip").value(false);
    w.key("normalized").value(false).key("special").value(true).end_object();
  }
  w.end_array();
  w.key("normalizer").null();
  // The chunks of BytePiece: a cut after each maximal run of newlines.
  w.key("pre_tokenizer").begin_object().key("type").value("Split");
  w.key("pattern").begin_object().key("Regex").value("[^\\n]*\\n+|[^\\n]+").end_object();
  w.key("behavior").value("Isolated").key("invert").value(false).end_object();
  w.key("post_processor").null();
  w.key("decoder").begin_object().key("type").value("Sequence").key("decoders").begin_array();
  w.begin_object().key("type").value("ByteFallback").end_object();
  w.begin_object().key("type").value("Fuse").end_object();
  w.end_array().end_object();
  w.key("model").begin_object().key("type").value("Unigram");
  w.key("unk_id").value(static_cast<uint64_t>(size));
  w.key("vocab").begin_array();
  for (const std::string_view special : kSpecialTokens) {
    write_entry(w, special, kNameScore);
  }
  for (uint32_t id = kFirstPieceId; id < vocabulary.size(); ++id) {
    switch (representable.form(id)) {
      case PieceForm::text:
        write_entry(w, vocabulary.piece(id), vocabulary.log_probability(id));
        break;
      case PieceForm::byte:
        write_entry(w, piece_of_byte(static_cast<uint8_t>(vocabulary.piece(id)[0])), kNameScore);
        break;
      case PieceForm::none:
        write_entry(w, unused_name(id), kNameScore);
        break;
    }
  }
  for (const uint8_t byte : representable.bytes_as_text()) {
    write_entry(w, piece_of_byte(byte), kNameScore);
  }
  write_entry(w, kUnknownName, kNameScore);
  w.end_array().key("byte_fallback").value(true).end_object();
  w.end_object();
  return w.str();
}

}  // namespace

void save_tokenizer_json(const LoadedModel& model, const std::filesystem::path& path,
                         Progress* progress) {
  if (model.imported != nullptr) {
    require(model.imported->format == "tokenizer-json", ErrorKind::bad_option,
            "a {} model cannot be written as a tokenizer.json; BytePiece models and tokenizer.json "
            "files can",
            model.imported->format);
    write_file(path, model.imported->source);
    return;
  }
  const Representable representable(model.native->vocabulary(), "");
  write_file(path, unigram_json(model.native->vocabulary(), representable));
  representable.report("tokenizers", ProgressRef(progress));
}

}  // namespace yonder::tokenizer
