// SPDX-License-Identifier: Apache-2.0
#include "yonder/base/error.h"
#include "yonder/base/json.h"
#include "yonder/base/utf8.h"
#include "yonder/tokenizer/formats/serde_number.h"
#include "yonder/tokenizer/formats/tokenizer_json.h"
#include "yonder/tokenizer/rules/byte_alphabet.h"
#include "yonder/tokenizer/rules/byte_piece.h"
#include "yonder/tokenizer/rules/normalizers.h"
#include "yonder/tokenizer/rules/pre_tokenizers.h"

#include <simdjson.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace yonder::tokenizer {
namespace {

namespace dom = simdjson::dom;

constexpr std::string_view kSpace = "\xE2\x96\x81";  // U+2581

// A vocabulary is large and goes through simdjson; the settings around it are small, and as Json
// they name their own paths in errors.
class Reader {
 public:
  Reader(std::string_view content, const std::string& name, const LoadOptions& options,
         Progress* progress)
      : name_(name), options_(options), progress_(progress) {
    simdjson::error_code error = parser_.parse(content.data(), content.size()).get(document_);
    require(error == simdjson::SUCCESS && document_.is_object(), ErrorKind::bad_data,
            "{}: {}; a JSON object was expected", name,
            error == simdjson::SUCCESS ? "no JSON object" : simdjson::error_message(error));
    model_->format = "tokenizer-json";
    model_->source = content;
  }

  LoadedModel read() {
    check_members();
    PreTokenizer pre_tokenizer = make_pre_tokenizer(settings("pre_tokenizer"));
    byte_level_ = pre_tokenizer.byte_level;
    const bool byte_pair = kind_of_model() == "BPE";
    read_added();
    if (byte_pair) {
      read_byte_pair();
    } else {
      read_unigram();
    }
    model_->rules = std::make_unique<const TextRules>(
        added_, make_normalizer(settings("normalizer")), std::move(pre_tokenizer.step));
    for (size_t i = 0; i < model_->rules->added().size(); ++i) {
      const AddedToken& added = model_->rules->added()[i];
      if (!added.special) {
        model_->pieces[added.id].text = model_->rules->added_pattern(i);
      }
    }
    model_->decoder = make_token_decoder(settings("decoder"), byte_level_);
    model_->special_template = make_post_processor(settings("post_processor"));
    if (model_->special_template.before.size() == 1) {
      model_->bos = model_->special_template.before.front();
    }
    if (model_->special_template.after.size() == 1) {
      model_->eos = model_->special_template.after.front();
    }
    if (minified("normalizer").find(kSpace) != std::string::npos ||
        minified("pre_tokenizer").find(kSpace) != std::string::npos) {
      model_->space = kSpace;
    }
    complete(*model_);
    return {nullptr, std::move(model_)};
  }

 private:
  void check_members() {
    static constexpr std::string_view kKnown[] = {"version",        "truncation", "padding",
                                                  "added_tokens",   "normalizer", "pre_tokenizer",
                                                  "post_processor", "decoder",    "model"};
    for (const dom::key_value_pair member : dom::object(document_)) {
      require(std::find(std::begin(kKnown), std::end(kKnown), member.key) != std::end(kKnown),
              ErrorKind::bad_data, "{}: /{} is no part of a tokenizer.json of version 1.0", name_,
              member.key);
    }
    std::string_view version;
    require(document_["version"].get(version) != simdjson::SUCCESS || version == "1.0",
            ErrorKind::bad_data, "{}: /version is \"{}\"; \"1.0\" was expected", name_, version);
    for (const char* key : {"truncation", "padding"}) {
      dom::element element;
      if (document_[key].get(element) == simdjson::SUCCESS && !element.is_null()) {
        ProgressRef(progress_).warn(
            fmt::format("{}: /{} is not applied: documents keep their length", name_, key));
      }
    }
  }

  std::string minified(const char* key) const {
    dom::element element;
    return document_[key].get(element) == simdjson::SUCCESS ? simdjson::minify(element) : "null";
  }

  Json settings(const char* key) const {
    return parse_json(minified(key), fmt::format("{}: /{}", name_, key));
  }

  // Older files leave the type out; tokenizers then tries the kinds in turn.
  std::string kind_of_model() {
    require(document_["model"].get(model_json_) == simdjson::SUCCESS, ErrorKind::bad_data,
            "{}: /model is missing or no object", name_);
    std::string_view type;
    dom::element merges;
    dom::array vocab;
    if (model_json_["type"].get(type) != simdjson::SUCCESS) {
      type = model_json_["merges"].get(merges) == simdjson::SUCCESS ? "BPE"
             : model_json_["vocab"].get(vocab) == simdjson::SUCCESS ? "Unigram"
                                                                    : "not given";
    }
    require(type == "BPE" || type == "Unigram", ErrorKind::bad_data,
            "{}: /model/type is {}; BPE and Unigram are supported", name_, type);
    return std::string(type);
  }

  bool flag(const char* key) const {
    dom::element element;
    bool value = false;
    require(model_json_[key].get(element) != simdjson::SUCCESS || element.is_null() ||
                element.get(value) == simdjson::SUCCESS,
            ErrorKind::bad_data, "{}: /model/{}: true or false was expected", name_, key);
    return value;
  }

  void require_members(std::initializer_list<std::string_view> known) const {
    for (const dom::key_value_pair member : model_json_) {
      require(std::find(known.begin(), known.end(), member.key) != known.end(), ErrorKind::bad_data,
              "{}: /model/{} is not supported", name_, member.key);
    }
  }

  void read_added() {
    const Json tokens = settings("added_tokens");
    if (std::holds_alternative<std::nullptr_t>(tokens.value())) {
      return;
    }
    for (const Json& token : tokens.array()) {
      AddedToken added;
      const int64_t id = token.at("id").integer();
      require(id >= 0 && id < (int64_t{1} << 31), ErrorKind::bad_data,
              "{}: /added_tokens: the id {} is out of range", name_, id);
      added.id = static_cast<uint32_t>(id);
      added.content = token.at("content").text();
      added.single_word = token.at("single_word").boolean();
      added.lstrip = token.at("lstrip").boolean();
      added.rstrip = token.at("rstrip").boolean();
      added.special = token.at("special").boolean();
      const Json* normalized = token.find("normalized");
      added.normalized = normalized != nullptr ? normalized->boolean() : !added.special;
      added_.push_back(std::move(added));
    }
  }

  ImportedPiece& piece(uint64_t id, const std::string& where, size_t entries) {
    // An id far beyond the number of entries would only make an empty table.
    require(id < (uint64_t{1} << 20) + 64 * uint64_t{entries}, ErrorKind::bad_data,
            "{}: {}: the id {} is out of range for {} pieces", name_, where, id, entries);
    if (model_->pieces.size() <= id) {
      model_->pieces.resize(id + 1, {"", 0, PieceKind::unused});
    }
    return model_->pieces[id];
  }

  // After the vocabulary: added tokens have the last word on what an id is. Their ids are those
  // that tokenizers gives: of the vocabulary, where it has the content, else the next one behind
  // it; what the file says is only compared. vocab: ids by the file's spelling.
  void place_added(const std::unordered_map<std::string_view, uint32_t>& vocab) {
    const size_t entries = vocab.size();
    auto next = static_cast<uint32_t>(entries);
    for (AddedToken& added : added_) {
      const auto found = vocab.find(added.content);
      const uint32_t id = found != vocab.end() ? found->second : next;
      if (id != added.id) {
        ProgressRef(progress_).warn(fmt::format(
            "{}: /added_tokens: \"{}\" has the id {} in the file, but the vocabulary gives it {}",
            name_, added.content, added.id, id));
      }
      added.id = id;
      next = std::max(next, id + 1);
      piece(added.id, "/added_tokens", entries + added_.size()) = {
          added.content, 0, added.special ? PieceKind::control : PieceKind::added};
    }
  }

  bool is_special(uint32_t id) const {
    return std::any_of(added_.begin(), added_.end(),
                       [&](const AddedToken& t) { return t.id == id && t.special; });
  }

  void read_unigram() {
    require_members({"type", "unk_id", "vocab", "byte_fallback"});
    std::vector<ScoredPiece> pieces = read_scored_pieces();
    double lowest = std::numeric_limits<double>::infinity();
    for (const ScoredPiece& p : pieces) {
      model_->pieces.push_back({p.text, p.score, PieceKind::normal});
      lowest = std::min(lowest, p.score);
    }
    uint64_t unknown = 0;
    dom::element unk_id;
    if (model_json_["unk_id"].get(unk_id) == simdjson::SUCCESS && !unk_id.is_null()) {
      require(unk_id.get(unknown) == simdjson::SUCCESS && unknown < pieces.size(),
              ErrorKind::bad_data, "{}: /model/unk_id: an id of the vocabulary was expected",
              name_);
      model_->unknown = static_cast<uint32_t>(unknown);
    }
    if (flag("byte_fallback")) {
      require(model_->unknown.has_value(), ErrorKind::bad_data,
              "{}: /model/byte_fallback needs /model/unk_id", name_);
      model_->byte_ids = find_bytes();
    }
    // Special tokens are not text, whatever the lattice of tokenizers says (erratum T12).
    std::unordered_map<std::string_view, uint32_t> ids;
    for (const ScoredPiece& p : pieces) {
      ids.emplace(p.text, p.id);
    }
    place_added(ids);
    std::erase_if(pieces, [&](const ScoredPiece& p) { return is_special(p.id); });
    model_->unigram = std::make_unique<LatticeAlphabet>(
        pieces, model_->unknown.has_value(), lowest - 10.0,
        arithmetic_of(options_.scores, Arithmetic::double_precision), name_ + ": /model/vocab");
  }

  // With the digits of the scores, which the DOM does not keep.
  std::vector<ScoredPiece> read_scored_pieces() const {
    namespace ondemand = simdjson::ondemand;
    const simdjson::padded_string json(model_->source);
    ondemand::parser parser;
    ondemand::document document;
    ondemand::array vocab;
    std::vector<ScoredPiece> pieces;
    const auto check = [&](simdjson::error_code error) {
      require(error == simdjson::SUCCESS, ErrorKind::bad_data,
              "{}: /model/vocab/{}: [piece, score] was expected", name_, pieces.size());
    };
    check(parser.iterate(json).get(document));
    check(document["model"]["vocab"].get_array().get(vocab));
    for (auto entry_or_error : vocab) {
      ondemand::array pair;
      check(entry_or_error.get_array().get(pair));
      ScoredPiece piece;
      piece.id = static_cast<uint32_t>(pieces.size());
      size_t index = 0;
      for (auto value_or_error : pair) {
        check(value_or_error.error());
        ondemand::value value = value_or_error.value_unsafe();
        std::string_view text;
        if (index == 0) {
          check(value.get_string().get(text));
          piece.text = text;
        } else {
          double number = 0;
          text = value.raw_json_token();
          check(value.get_double().get(number));
          piece.score = serde_number(text.substr(0, text.find_first_not_of("+-.0123456789eE")));
        }
        ++index;
      }
      check(index == 2 ? simdjson::SUCCESS : simdjson::INCORRECT_TYPE);
      pieces.push_back(std::move(piece));
    }
    return pieces;
  }

  std::array<uint32_t, 256> find_bytes() {
    std::array<uint32_t, 256> ids;
    ids.fill(kNoPiece);
    for (uint32_t id = 0; id < model_->pieces.size(); ++id) {
      if (const auto byte = byte_of_piece(model_->pieces[id].text)) {
        ids[*byte] = id;
        model_->pieces[id].kind = PieceKind::byte;
      }
    }
    const auto missing = std::count(ids.begin(), ids.end(), kNoPiece);
    require(missing == 0, ErrorKind::bad_data,
            "{}: /model/byte_fallback is set, but {} of the 256 byte pieces are missing", name_,
            missing);
    return ids;
  }

  void read_byte_pair() {
    require_members({"type", "dropout", "unk_token", "continuing_subword_prefix",
                     "end_of_word_suffix", "fuse_unk", "byte_fallback", "ignore_merges", "vocab",
                     "merges"});
    for (const char* key : {"continuing_subword_prefix", "end_of_word_suffix"}) {
      dom::element element;
      std::string_view text;
      require(model_json_[key].get(element) != simdjson::SUCCESS || element.is_null() ||
                  (element.get(text) == simdjson::SUCCESS && text.empty()),
              ErrorKind::bad_data, "{}: /model/{} is not supported; null was expected", name_, key);
    }
    double dropout = 0;
    if (model_json_["dropout"].get(dropout) == simdjson::SUCCESS && dropout > 0) {
      ProgressRef(progress_).warn(
          fmt::format("{}: /model/dropout is {}: it is not applied unless --dropout asks for it",
                      name_, dropout));
    }
    dom::object vocab;
    require(model_json_["vocab"].get(vocab) == simdjson::SUCCESS, ErrorKind::bad_data,
            "{}: /model/vocab: an object of pieces and ids was expected", name_);
    const size_t entries = vocab.size();
    std::unordered_map<std::string_view, uint32_t> ids;  // by the file's spelling
    for (const dom::key_value_pair entry : vocab) {
      uint64_t id = 0;
      require(entry.value.get(id) == simdjson::SUCCESS, ErrorKind::bad_data,
              "{}: /model/vocab/{}: a whole number was expected", name_, entry.key);
      piece(id, "/model/vocab", entries) = {std::string(entry.key), 0, PieceKind::normal};
      ids.emplace(entry.key, static_cast<uint32_t>(id));
    }
    dom::element unk_token;
    std::string_view unknown;
    if (model_json_["unk_token"].get(unk_token) == simdjson::SUCCESS && !unk_token.is_null() &&
        unk_token.get(unknown) == simdjson::SUCCESS && !unknown.empty()) {
      const auto found = ids.find(unknown);
      require(found != ids.end(), ErrorKind::bad_data,
              "{}: /model/unk_token \"{}\" is not in the vocabulary", name_, unknown);
      model_->unknown = found->second;
    }
    BytePairVocabulary vocabulary;
    vocabulary.merges = read_merges(ids);
    const bool byte_fallback = flag("byte_fallback");
    if (byte_fallback) {
      vocabulary.byte_ids.assign(256, kNoPiece);
      for (uint32_t id = 0; id < model_->pieces.size(); ++id) {
        if (const auto byte = byte_of_piece(model_->pieces[id].text)) {
          vocabulary.byte_ids[*byte] = id;
        }
      }
      if (std::count(vocabulary.byte_ids.begin(), vocabulary.byte_ids.end(), kNoPiece) == 0) {
        model_->byte_ids = find_bytes();
      }
    }
    for (ImportedPiece& entry : model_->pieces) {
      if (byte_level_) {
        // A name that is not spelled in the byte alphabet is no text.
        const auto bytes = bytes_from_alphabet(entry.text);
        vocabulary.pieces.push_back(bytes.value_or(""));
        entry.text = bytes.value_or(entry.text);
      } else {
        vocabulary.pieces.push_back(entry.text);
      }
    }
    place_added(ids);
    vocabulary.pieces.resize(model_->pieces.size());
    for (const AddedToken& added : added_) {
      if (added.special) {
        vocabulary.pieces[added.id].clear();  // no word of the text is a special token
      }
    }
    model_->byte_pair = std::make_shared<const BytePairModel>(
        std::move(vocabulary),
        BytePairOptions{.unit = byte_level_ ? BytePairUnit::byte : BytePairUnit::character,
                        .ignore_merges = flag("ignore_merges"),
                        .byte_fallback = byte_fallback,
                        .fuse_unknown = flag("fuse_unk"),
                        .unknown_id = model_->unknown ? int64_t{*model_->unknown} : -1},
        name_ + ": /model");
  }

  std::vector<std::pair<uint32_t, uint32_t>> read_merges(
      const std::unordered_map<std::string_view, uint32_t>& ids) const {
    std::vector<std::pair<uint32_t, uint32_t>> merges;
    dom::array list;
    dom::object none;
    if (model_json_["merges"].get(none) == simdjson::SUCCESS && none.size() == 0) {
      return merges;  // {}, as some programs write no merges
    }
    require(model_json_["merges"].get(list) == simdjson::SUCCESS, ErrorKind::bad_data,
            "{}: /model/merges: an array was expected", name_);
    for (const dom::element entry : list) {
      std::string_view left;
      std::string_view right;
      dom::array pair;
      if (entry.get(left) == simdjson::SUCCESS) {  // "a b"
        const size_t space = left.find(' ');
        right = space == std::string_view::npos ? "" : left.substr(space + 1);
        left = left.substr(0, space);
      } else if (entry.get(pair) == simdjson::SUCCESS && pair.size() == 2) {  // ["a", "b"]
        require(
            pair.at(0).get(left) == simdjson::SUCCESS && pair.at(1).get(right) == simdjson::SUCCESS,
            ErrorKind::bad_data, "{}: /model/merges/{}: two strings were expected", name_,
            merges.size());
      }
      const auto left_id = ids.find(left);
      const auto right_id = ids.find(right);
      require(left_id != ids.end() && right_id != ids.end(), ErrorKind::bad_data,
              "{}: /model/merges/{}: \"{}\" and \"{}\" must both be in the vocabulary", name_,
              merges.size(), left, right);
      merges.emplace_back(left_id->second, right_id->second);
    }
    return merges;
  }

  const std::string& name_;
  const LoadOptions& options_;
  Progress* progress_;
  dom::parser parser_;
  dom::element document_;
  dom::object model_json_;
  bool byte_level_ = false;
  std::vector<AddedToken> added_;
  std::shared_ptr<ImportedModel> model_ = std::make_shared<ImportedModel>();
};

}  // namespace

bool is_tokenizer_json(std::string_view content) {
  const size_t brace = content.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  if (brace == std::string_view::npos || content[brace] != '{') {
    return false;
  }
  const size_t quote = content.find_first_not_of(" \t\r\n", brace + 1);
  if (quote == std::string_view::npos || content[quote] != '"') {
    return false;
  }
  const size_t key_end = content.find('"', quote + 1);
  const size_t colon = key_end == std::string_view::npos
                           ? std::string_view::npos
                           : content.find_first_not_of(" \t\r\n", key_end + 1);
  if (colon == std::string_view::npos || content[colon] != ':') {
    return false;
  }
  const size_t value = content.find_first_not_of(" \t\r\n", colon + 1);
  return value != std::string_view::npos && content[value] != '[';
}

LoadedModel load_tokenizer_json(std::string_view content, const std::string& name,
                                const LoadOptions& options, Progress* progress) {
  return Reader(content, name, options, progress).read();
}

}  // namespace yonder::tokenizer
