// SPDX-License-Identifier: Apache-2.0
#include "yonder/base/error.h"
#include "yonder/base/utf8.h"
#include "yonder/tokenizer/formats/protobuf.h"
#include "yonder/tokenizer/formats/sentencepiece.h"
#include "yonder/tokenizer/rules/byte_piece.h"
#include "yonder/tokenizer/rules/prefix_trie.h"
#include "yonder/tokenizer/rules/sentencepiece_normalizer.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace yonder::tokenizer {
namespace {

constexpr std::string_view kSpace = "\xE2\x96\x81";  // U+2581

// Types of pieces, of the proto.
enum PieceType : int64_t {
  type_normal = 1,
  type_unknown = 2,
  type_control = 3,
  type_user_defined = 4,
  type_unused = 5,
  type_byte = 6
};
enum ModelType : int64_t { model_unigram = 1, model_byte_pair = 2, model_word = 3, model_char = 4 };

struct Piece {
  std::string text;
  float score = 0;
  int64_t type = type_normal;
};

// What a ModelProto says, with the defaults of the proto.
struct ModelProto {
  std::vector<Piece> pieces;
  int64_t model_type = model_unigram;
  bool byte_fallback = false;
  bool treat_whitespace_as_suffix = false;
  std::string bos_piece = "<s>";
  std::string eos_piece = "</s>";
  std::string unknown_surface = " \xE2\x81\x87 ";
  SentencePieceNormalization normalization;
};

class ProtoReader {
 public:
  explicit ProtoReader(const std::string& name) : name_(name) {}

  ModelProto read(std::string_view content) {
    for (ProtobufReader fields(content, name_); const auto field = fields.next();) {
      switch (field->number) {
        case 1:
          read_piece(field->as_bytes());
          break;
        case 2:
          read_trainer(field->as_bytes());
          break;
        case 3:
          read_normalizer(field->as_bytes());
          break;
        case 5:
          read_denormalizer(field->as_bytes());
          break;
        default:  // self test data and extensions do not change what text becomes
          break;
      }
    }
    return std::move(model_);
  }

 private:
  void read_piece(std::string_view message) {
    Piece piece;
    const std::string where = fmt::format("{}: piece {}", name_, model_.pieces.size());
    for (ProtobufReader fields(message, where); const auto field = fields.next();) {
      if (field->number == 1) {
        piece.text = field->as_bytes();
      } else if (field->number == 2) {
        piece.score = field->as_float();
      } else if (field->number == 3) {
        piece.type = field->as_integer();
      }
    }
    require(!piece.text.empty(), ErrorKind::bad_data, "{} is empty; a piece has text", where);
    require(utf8_first_error(piece.text) == std::string_view::npos, ErrorKind::bad_data,
            "{} is not UTF-8", where);
    require(piece.type >= type_normal && piece.type <= type_byte, ErrorKind::bad_data,
            "{} has the type {}; types are 1 (normal) to 6 (byte)", where, piece.type);
    require(std::isfinite(piece.score), ErrorKind::bad_data,
            "{} has the score {}; a finite number was expected", where, piece.score);
    model_.pieces.push_back(std::move(piece));
  }

  void read_trainer(std::string_view message) {
    const std::string where = name_ + ": trainer_spec";
    for (ProtobufReader fields(message, where); const auto field = fields.next();) {
      switch (field->number) {
        case 3:
          model_.model_type = field->as_integer();
          break;
        case 24:
          model_.treat_whitespace_as_suffix = field->as_flag();
          break;
        case 35:
          model_.byte_fallback = field->as_flag();
          break;
        case 44:
          model_.unknown_surface = field->as_bytes();
          break;
        case 46:
          model_.bos_piece = field->as_bytes();
          break;
        case 47:
          model_.eos_piece = field->as_bytes();
          break;
        default:  // how the model was trained
          break;
      }
    }
  }

  void read_normalizer(std::string_view message) {
    const std::string where = name_ + ": normalizer_spec";
    for (ProtobufReader fields(message, where); const auto field = fields.next();) {
      switch (field->number) {
        case 2:
          model_.normalization.charsmap = field->as_bytes();
          break;
        case 3:
          model_.normalization.add_dummy_prefix = field->as_flag();
          break;
        case 4:
          model_.normalization.remove_extra_whitespaces = field->as_flag();
          break;
        case 5:
          model_.normalization.escape_whitespaces = field->as_flag();
          break;
        default:  // the rule's name, and its source, compiled into the character map
          break;
      }
    }
  }

  void read_denormalizer(std::string_view message) {
    const std::string where = name_ + ": denormalizer_spec";
    for (ProtobufReader fields(message, where); const auto field = fields.next();) {
      require(field->number != 2 || field->as_bytes().empty(), ErrorKind::bad_data,
              "{}: a character map for decoding is not supported; the texts that it would change "
              "could not be decoded as SentencePiece does",
              where);
    }
  }

  const std::string& name_;
  ModelProto model_;
};

// Cuts prepared text around user-defined symbols, which take no part in merges.
class SymbolSplit final : public PreTokenizerStep {
 public:
  explicit SymbolSplit(const std::vector<std::string>& symbols) {
    for (const std::string& symbol : symbols) {
      symbols_.insert(symbol, 0);
    }
  }

  void apply(SplitText& text, bool /*first*/) const override {
    const std::string_view bytes = text.text.bytes;
    std::vector<size_t> ends;
    const auto cut = [&](size_t at) {
      if (at > 0 && (ends.empty() || ends.back() != at)) {
        ends.push_back(at);
      }
    };
    for (size_t at = 0; at < bytes.size();) {
      if (const auto symbol = symbols_.longest(bytes.substr(at))) {
        cut(at);
        at += symbol->length;
        cut(at);
      } else {
        at += utf8_at(bytes, at).length;
      }
    }
    cut(bytes.size());
    text.ends = std::move(ends);
  }

 private:
  PrefixTrie symbols_;
};

PieceKind kind_of(int64_t type) {
  switch (type) {
    case type_unknown:
      return PieceKind::unknown;
    case type_control:
      return PieceKind::control;
    case type_user_defined:
      return PieceKind::user_defined;
    case type_unused:
      return PieceKind::unused;
    case type_byte:
      return PieceKind::byte;
    default:
      return PieceKind::normal;
  }
}

// Scores as the unigram model of SentencePiece has them, in its float arithmetic (erratum T7).
std::unique_ptr<const LatticeAlphabet> make_unigram(const ModelProto& proto, Arithmetic arithmetic,
                                                    const std::string& name) {
  constexpr float kUnknownPenalty = 10;
  float lowest = std::numeric_limits<float>::max();
  float highest = std::numeric_limits<float>::min();
  for (const Piece& piece : proto.pieces) {
    if (piece.type == type_normal) {
      lowest = std::min(lowest, piece.score);
      highest = std::max(highest, piece.score);
    }
  }
  std::vector<ScoredPiece> pieces;
  for (uint32_t id = 0; id < proto.pieces.size(); ++id) {
    const Piece& piece = proto.pieces[id];
    if (piece.type == type_normal) {
      pieces.push_back({piece.text, double{piece.score}, id});
    } else if (piece.type == type_user_defined) {
      const float bonus = static_cast<float>(piece.text.size()) * highest;
      pieces.push_back({piece.text, double{bonus} - 0.1, id});
    }
  }
  require(!pieces.empty(), ErrorKind::bad_data, "{}: the model has no pieces of text", name);
  return std::make_unique<LatticeAlphabet>(pieces, true, double{lowest - kUnknownPenalty},
                                           arithmetic, name);
}

std::shared_ptr<const BytePairModel> make_byte_pair(const ModelProto& proto, uint32_t unknown,
                                                    const ImportedModel& model,
                                                    const std::string& name) {
  BytePairVocabulary vocabulary;
  for (const Piece& piece : proto.pieces) {
    const bool text =
        piece.type == type_normal || piece.type == type_unused || piece.type == type_user_defined;
    vocabulary.pieces.push_back(text ? piece.text : "");
    vocabulary.scores.push_back(piece.score);
    vocabulary.unused.push_back(piece.type == type_unused);
  }
  if (model.byte_ids) {
    vocabulary.byte_ids.assign(model.byte_ids->begin(), model.byte_ids->end());
  }
  return std::make_shared<const BytePairModel>(std::move(vocabulary),
                                               BytePairOptions{.unit = BytePairUnit::character,
                                                               .byte_fallback = proto.byte_fallback,
                                                               .fuse_unknown = true,
                                                               .unknown_id = unknown},
                                               name);
}

std::array<uint32_t, 256> find_bytes(const ModelProto& proto, const std::string& name) {
  std::array<uint32_t, 256> ids;
  ids.fill(kNoPiece);
  for (uint32_t id = 0; id < proto.pieces.size(); ++id) {
    if (proto.pieces[id].type == type_byte) {
      const std::optional<uint8_t> byte = byte_of_piece(proto.pieces[id].text);
      require(byte.has_value(), ErrorKind::bad_data,
              "{}: piece {} is \"{}\"; a byte piece is written <0x00> to <0xFF>", name, id,
              proto.pieces[id].text);
      ids[*byte] = id;
    }
  }
  const auto missing = std::count(ids.begin(), ids.end(), kNoPiece);
  require(missing == 0, ErrorKind::bad_data,
          "{}: the model falls back to bytes, but {} of the 256 byte pieces are missing", name,
          missing);
  return ids;
}

}  // namespace

bool is_sentencepiece(std::string_view content) {
  // Field 1 of a ModelProto, a message; and in it field 1, the text of the first piece.
  if (content.size() < 4 || content[0] != '\x0a') {
    return false;
  }
  size_t at = 1;
  while (at < content.size() && (content[at] & 0x80) != 0) {
    ++at;
  }
  return at + 1 < content.size() && content[at + 1] == '\x0a';
}

LoadedModel load_sentencepiece(std::string_view content, const std::string& name,
                               const LoadOptions& options, Progress* /*progress*/) {
  ModelProto proto = ProtoReader(name).read(content);
  constexpr const char* kTypes[] = {"WORD", "CHAR"};
  require(proto.model_type == model_unigram || proto.model_type == model_byte_pair,
          ErrorKind::bad_data, "{}: the model type is {}; UNIGRAM and BPE are supported", name,
          proto.model_type == model_word || proto.model_type == model_char
              ? kTypes[proto.model_type - model_word]
              : std::to_string(proto.model_type));
  auto model = std::make_shared<ImportedModel>();
  model->format = "sentencepiece";
  model->source = content;
  std::vector<std::string> user_defined;
  for (uint32_t id = 0; id < proto.pieces.size(); ++id) {
    const Piece& piece = proto.pieces[id];
    model->pieces.push_back({piece.text, double{piece.score}, kind_of(piece.type)});
    if (piece.type == type_unknown) {
      require(!model->unknown, ErrorKind::bad_data,
              "{}: pieces {} and {} are both of type UNKNOWN; a model has one", name,
              *model->unknown, id);
      model->unknown = id;
    } else if (piece.type == type_user_defined) {
      user_defined.push_back(piece.text);
    } else if (piece.type == type_control && piece.text == proto.bos_piece) {
      model->bos = id;
    } else if (piece.type == type_control && piece.text == proto.eos_piece) {
      model->eos = id;
    }
  }
  require(model->unknown.has_value(), ErrorKind::bad_data,
          "{}: no piece of type UNKNOWN; a SentencePiece model has one", name);
  if (proto.byte_fallback) {
    model->byte_ids = find_bytes(proto, name);
  }
  std::unique_ptr<const PreTokenizerStep> symbols;
  if (proto.model_type == model_unigram) {
    model->unigram =
        make_unigram(proto, arithmetic_of(options.scores, Arithmetic::single_precision), name);
  } else {
    model->byte_pair = make_byte_pair(proto, *model->unknown, *model, name);
    for (uint32_t id = 0; id < model->pieces.size(); ++id) {
      if (model->pieces[id].kind == PieceKind::user_defined) {
        model->frozen.emplace(model->pieces[id].text, id);
      }
    }
    if (!user_defined.empty()) {
      symbols = std::make_unique<SymbolSplit>(user_defined);
    }
  }
  model->space = proto.normalization.escape_whitespaces ? kSpace : "";
  model->decoder = make_sentencepiece_decoder(
      {.add_dummy_prefix = proto.normalization.add_dummy_prefix,
       .remove_extra_whitespaces = proto.normalization.remove_extra_whitespaces,
       .unk_surface = proto.unknown_surface});
  proto.normalization.treat_whitespace_as_suffix = proto.treat_whitespace_as_suffix;
  proto.normalization.user_defined = std::move(user_defined);
  model->rules = std::make_unique<const TextRules>(
      std::vector<AddedToken>{}, make_sentencepiece_normalizer(proto.normalization, name),
      std::move(symbols));
  complete(*model);
  return {nullptr, std::move(model)};
}

}  // namespace yonder::tokenizer
