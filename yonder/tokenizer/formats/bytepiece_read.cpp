// SPDX-License-Identifier: Apache-2.0
#include "yonder/base/base64.h"
#include "yonder/base/error.h"
#include "yonder/base/file.h"
#include "yonder/base/utf8.h"
#include "yonder/tokenizer/formats/bytepiece.h"

#include <simdjson.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <optional>
#include <utility>

namespace yonder::tokenizer {
namespace {

namespace ondemand = simdjson::ondemand;

// One walk over the document, with sentences that name the byte.
class Reader {
 public:
  Reader(std::string_view content, const std::string& name) : json_(content), name_(name) {}

  std::vector<std::pair<uint64_t, CountedPiece>> read() {
    std::vector<std::pair<uint64_t, CountedPiece>> entries;
    // The first pass over the bytes finds these errors, when there is no place in the document yet.
    const simdjson::error_code error = parser_.iterate(json_).get(document_);
    require(error == simdjson::SUCCESS, ErrorKind::bad_data,
            "{}: byte {}: {}; a JSON object was expected", name_,
            error == simdjson::UTF8_ERROR ? utf8_first_error(json_) : json_.size(),
            simdjson::error_message(error));
    ondemand::object object;
    const simdjson::error_code opened = document_.get_object().get(object);
    require(opened != simdjson::INCOMPLETE_ARRAY_OR_OBJECT, ErrorKind::bad_data,
            "{}: byte {}: the last character is not the closing brace of the object; the file was "
            "cut short or has text behind it",
            name_, json_.size());
    check(opened, "a JSON object was expected");
    for (auto field_or_error : object) {
      ondemand::field field;
      check(std::move(field_or_error).get(field),
            "a member \"<base64>\": [id, text, count] was expected");
      entries.push_back(entry(field));
    }
    const char* rest = nullptr;
    require(document_.current_location().get(rest) != simdjson::SUCCESS, ErrorKind::bad_data,
            "{}: byte {}: text after the end of the object", name_, offset());
    return entries;
  }

 private:
  std::pair<uint64_t, CountedPiece> entry(ondemand::field& field) {
    std::string_view key;
    check(field.unescaped_key().get(key), "a base64 key was expected");
    const uint64_t at = offset();
    std::optional<std::string> bytes = base64_decode(key);
    require(bytes.has_value(), ErrorKind::bad_data,
            "{}: byte {}: the key \"{}\" is not base64 of a piece's bytes", name_, at, key);
    require(!bytes->empty(), ErrorKind::bad_data,
            "{}: byte {}: the key is empty; a piece has bytes", name_, at);
    ondemand::array values;
    check(field.value().get_array().get(values), "[id, text, count] was expected");
    uint64_t id = 0;
    uint64_t count = 0;
    size_t index = 0;
    for (auto value_or_error : values) {
      ondemand::value value;
      // simdjson's get() is for rvalues only.  NOLINTNEXTLINE(performance-move-const-arg)
      check(std::move(value_or_error).get(value), "[id, text, count] was expected");
      if (index == 0) {
        check(value.get_uint64().get(id), "the id must be a whole number");
      } else if (index == 1) {
        std::string_view text;
        check(value.get_string().get(text), "the text must be a string");
      } else if (index == 2) {
        const uint64_t place = offset();
        check(value.get_uint64().get(count), "the count must be a whole number >= 1");
        require(count > 0, ErrorKind::bad_data,
                "{}: byte {}: the count of id {} is 0; counts are whole numbers >= 1", name_, place,
                id);
      }
      ++index;
    }
    require(index == 3, ErrorKind::bad_data,
            "{}: byte {}: an entry has {} values; [id, text, count] was expected", name_, at,
            index);
    return {id, {std::move(*bytes), count}};
  }

  void check(simdjson::error_code error, const char* expected) {
    if (error != simdjson::SUCCESS) {
      fail(ErrorKind::bad_data, "{}: byte {}: {}; {}", name_, offset(),
           simdjson::error_message(error), expected);
    }
  }

  uint64_t offset() {
    const char* place = nullptr;
    if (document_.current_location().get(place) != simdjson::SUCCESS || place == nullptr) {
      return json_.size();
    }
    return static_cast<uint64_t>(place - json_.data());
  }

  simdjson::padded_string json_;
  const std::string& name_;
  ondemand::parser parser_;
  ondemand::document document_;
};

// Pieces in id order; ids without a piece become empty entries.
std::vector<CountedPiece> by_id(std::vector<std::pair<uint64_t, CountedPiece>>&& entries,
                                const std::string& name, ProgressRef progress) {
  uint64_t last = kFirstPieceId - 1;
  for (const auto& [id, piece] : entries) {
    require(id >= kFirstPieceId, ErrorKind::bad_data,
            "{}: a piece has id {}; 0, 1, 2 are <pad>, <bos>, <eos> and pieces begin at 3", name,
            id);
    require(id < 64 + 64 * uint64_t{entries.size()}, ErrorKind::bad_data,
            "{}: a piece has id {} although there are only {} pieces", name, id, entries.size());
    last = std::max(last, id);
  }
  std::vector<CountedPiece> pieces(last + 1 - kFirstPieceId);
  for (auto& [id, piece] : entries) {
    CountedPiece& place = pieces[id - kFirstPieceId];
    require(place.bytes.empty(), ErrorKind::bad_data, "{}: two pieces have id {}", name, id);
    place = std::move(piece);
  }
  if (pieces.size() > entries.size()) {
    progress.warn(fmt::format("{}: {} ids between 3 and {} have no piece; they are kept unused",
                              name, pieces.size() - entries.size(), last));
  }
  return pieces;
}

void add_missing_bytes(std::vector<CountedPiece>& pieces, const std::string& name, bool add) {
  bool present[256] = {};
  for (const CountedPiece& piece : pieces) {
    if (piece.bytes.size() == 1) {
      present[static_cast<uint8_t>(piece.bytes[0])] = true;
    }
  }
  size_t missing = 0;
  for (int byte = 0; byte < 256; ++byte) {
    if (!present[byte]) {
      ++missing;
      if (add) {
        pieces.push_back({std::string(1, static_cast<char>(byte)), 1});
      }
    }
  }
  require(add || missing == 0, ErrorKind::bad_data,
          "{}: {} of the 256 single bytes are missing, so some text could not be encoded; pass "
          "--add-bytes to give them the count 1",
          name, missing);
}

std::vector<double> read_log_scores(const std::string& path, size_t pieces) {
  const std::string bytes = read_file(path);
  require(bytes.size() == pieces * sizeof(double), ErrorKind::bad_data,
          "{}: {} bytes; {} float64 log-probabilities in id order (from id 3) take {}", path,
          bytes.size(), pieces, pieces * sizeof(double));
  std::vector<double> scores(pieces);
  static_assert(std::endian::native == std::endian::little);
  std::memcpy(scores.data(), bytes.data(), bytes.size());
  return scores;
}

}  // namespace

bool is_bytepiece(std::string_view content) {
  const char* space = " \t\r\n";
  size_t at = content.find_first_not_of(space);
  if (at == std::string_view::npos || content[at] != '{') {
    return false;
  }
  at = content.find_first_not_of(space, at + 1);
  if (at == std::string_view::npos || content[at] != '"') {
    return at != std::string_view::npos && content[at] == '}';
  }
  at = content.find('"', at + 1);
  at = at == std::string_view::npos ? at : content.find_first_not_of(space, at + 1);
  at = at == std::string_view::npos || content[at] != ':'
           ? std::string_view::npos
           : content.find_first_not_of(space, at + 1);
  return at != std::string_view::npos && content[at] == '[';
}

std::shared_ptr<const UnigramModel> load_bytepiece(std::string_view content,
                                                   const std::string& name,
                                                   const LoadOptions& options, Progress* progress) {
  std::vector<CountedPiece> pieces =
      by_id(Reader(content, name).read(), name, ProgressRef(progress));
  add_missing_bytes(pieces, name, options.add_bytes);
  const Arithmetic arithmetic = arithmetic_of(options.scores, Arithmetic::double_precision);
  if (options.log_scores.empty()) {
    return std::make_shared<UnigramModel>(Vocabulary(std::move(pieces), name), arithmetic);
  }
  std::vector<double> scores = read_log_scores(options.log_scores, pieces.size());
  return std::make_shared<UnigramModel>(Vocabulary(std::move(pieces), std::move(scores), name),
                                        arithmetic);
}

}  // namespace yonder::tokenizer
