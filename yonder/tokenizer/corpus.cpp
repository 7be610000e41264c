// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/corpus.h"

#include "yonder/base/compressed.h"
#include "yonder/base/error.h"

#include <simdjson.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <system_error>

namespace yonder::tokenizer {
namespace {

enum class Documents { whole_file, lines, json_lines };

struct Input {
  std::string path;
  Documents documents = Documents::whole_file;
  std::string field;  // json_lines only
};

/// "pages.jsonl.zst" -> "pages.jsonl".
std::string_view without_compression_suffix(std::string_view path) {
  for (const std::string_view suffix : {".zst", ".gz"}) {
    if (path.ends_with(suffix)) {
      path.remove_suffix(suffix.size());
      break;
    }
  }
  return path;
}

bool names_json_lines(std::string_view path) {
  path = without_compression_suffix(path);
  return path.ends_with(".jsonl") || path.ends_with(".ndjson");
}

Input parse_input(const std::string& name) {
  require(!name.empty(), ErrorKind::bad_option,
          "an input name is empty; write FILE, FILE:lines, FILE.jsonl:FIELD or -");
  Input input{name, Documents::whole_file, {}};
  std::error_code ignored;
  const size_t colon = name.rfind(':');
  if (colon != std::string::npos && !std::filesystem::exists(name, ignored)) {
    const std::string suffix = name.substr(colon + 1);
    input.path = name.substr(0, colon);
    require(!input.path.empty() && !suffix.empty(), ErrorKind::bad_option,
            "input \"{}\": write FILE, FILE:lines, FILE.jsonl:FIELD or -", name);
    if (names_json_lines(input.path)) {
      input.documents = Documents::json_lines;
      input.field = suffix;
    } else {
      require(suffix == "lines", ErrorKind::bad_option,
              "input \"{}\": there is no such file, and \":{}\" is not understood after a file "
              "whose name does not end in .jsonl; write FILE, FILE:lines or FILE.jsonl:FIELD",
              name, suffix);
      input.documents = Documents::lines;
    }
  } else {
    require(!names_json_lines(name), ErrorKind::bad_option,
            "input \"{}\" holds JSON lines; name the field with the text, e.g. {}:text", name,
            name);
  }
  return input;
}

}  // namespace

struct CorpusReader::Impl {
  std::vector<Input> inputs;
  size_t part_bytes;
  uint64_t total = 0;
  uint64_t consumed_before = 0;  // of the inputs that are finished

  size_t current = 0;  // index into inputs
  std::optional<ByteReader> reader;
  uint64_t document = 0;

  // lines and json_lines: bytes read but not yet handed out
  std::string buffer;
  size_t position = 0;
  bool at_end = false;  // of the current file
  bool inside_document = false;

  // json_lines
  uint64_t line_number = 0;
  std::string line;
  simdjson::dom::parser parser;
  std::string text;  // of the current document
  size_t text_position = 0;

  bool next(DocumentPart& part) {
    for (; current < inputs.size(); close()) {
      if (!reader) {
        open();
      }
      bool found = false;
      switch (inputs[current].documents) {
        case Documents::whole_file:
          found = next_of_file(part);
          break;
        case Documents::lines:
          found = next_of_lines(part);
          break;
        case Documents::json_lines:
          found = next_of_json(part);
          break;
      }
      if (found) {
        part.document = document;
        document += part.last ? 1 : 0;
        return true;
      }
    }
    return false;
  }

  void open() {
    reader.emplace(inputs[current].path);
    buffer.clear();
    position = 0;
    at_end = false;
    inside_document = inputs[current].documents == Documents::whole_file;
    line_number = 0;
  }

  void close() {
    consumed_before += reader->consumed();
    reader.reset();
    ++current;
  }

  /// False at the end of the file.
  bool refill() {
    buffer.resize(part_bytes);
    buffer.resize(reader->read(buffer));
    position = 0;
    at_end = buffer.size() < part_bytes;
    return !buffer.empty();
  }

  bool next_of_file(DocumentPart& part) {
    if (!inside_document) {
      return false;
    }
    part.bytes.resize(part_bytes);
    part.bytes.resize(reader->read(part.bytes));
    part.last = part.bytes.size() < part_bytes;
    inside_document = !part.last;
    return true;
  }

  bool next_of_lines(DocumentPart& part) {
    if (position == buffer.size() && (at_end || !refill())) {
      part.bytes.clear();
      part.last = true;
      return std::exchange(inside_document, false);
    }
    const std::string_view left = std::string_view(buffer.data(), buffer.size()).substr(position);
    const size_t newline = left.find('\n');
    part.last = newline != std::string_view::npos;
    const size_t size = part.last ? newline + 1 : left.size();
    part.bytes.assign(left.substr(0, size));
    position += size;
    inside_document = !part.last;
    return true;
  }

  bool next_of_json(DocumentPart& part) {
    if (!inside_document) {
      do {
        if (!read_line()) {
          return false;
        }
      } while (line.find_first_not_of(" \t\r\n") == std::string::npos);
      parse_line();
      inside_document = true;
    }
    part.bytes.assign(text, text_position, part_bytes);
    text_position += part.bytes.size();
    part.last = text_position == text.size();
    inside_document = !part.last;
    return true;
  }

  bool read_line() {
    line.clear();
    while (position < buffer.size() || (!at_end && refill())) {
      const size_t newline = buffer.find('\n', position);
      const size_t end = newline == std::string::npos ? buffer.size() : newline + 1;
      line.append(buffer, position, end - position);
      position = end;
      if (newline != std::string::npos) {
        break;
      }
    }
    line_number += line.empty() ? 0 : 1;
    return !line.empty();
  }

  void parse_line() {
    const Input& input = inputs[current];
    const auto refuse = [&](const char* reason) {
      fail(ErrorKind::bad_data, "{}:{}: {}", input.path, line_number, reason);
    };
    const size_t size = line.size();
    line.resize(size + simdjson::SIMDJSON_PADDING);
    simdjson::dom::element element;
    if (const auto error = parser.parse(line.data(), size, false).get(element)) {
      refuse(simdjson::error_message(error));
    }
    simdjson::dom::object object;
    if (element.get(object)) {
      refuse("a JSON object was expected on each line");
    }
    simdjson::dom::element value;
    if (object.at_key(input.field).get(value)) {
      fail(ErrorKind::bad_data, "{}:{}: the object has no field \"{}\"", input.path, line_number,
           input.field);
    }
    std::string_view found;
    if (value.get(found)) {
      fail(ErrorKind::bad_data, "{}:{}: the field \"{}\" is not a string", input.path, line_number,
           input.field);
    }
    text.assign(found);
    text_position = 0;
  }
};

CorpusReader::CorpusReader(const std::vector<std::string>& inputs, size_t part_bytes)
    : impl_(std::make_unique<Impl>()) {
  require(part_bytes > 0, ErrorKind::bad_option, "a part must have at least one byte");
  impl_->part_bytes = part_bytes;
  bool size_known = true;
  for (const std::string& name : inputs) {
    const Input& input = impl_->inputs.emplace_back(parse_input(name));
    std::error_code error;
    const auto status = std::filesystem::status(input.path, error);
    if (input.path == "-") {
      size_known = false;
    } else if (!std::filesystem::exists(status)) {
      fail_errno(input.path, "cannot be read", error ? error.value() : ENOENT);
    } else if (std::filesystem::is_regular_file(status)) {
      impl_->total += std::filesystem::file_size(input.path, error);
    } else {
      require(!std::filesystem::is_directory(status), ErrorKind::file,
              "{}: is a folder; name the files in it", input.path);
      size_known = false;
    }
  }
  if (!size_known) {
    impl_->total = 0;
  }
}

CorpusReader::~CorpusReader() = default;
CorpusReader::CorpusReader(CorpusReader&&) noexcept = default;

bool CorpusReader::next(DocumentPart& part) { return impl_->next(part); }

uint64_t CorpusReader::consumed() const {
  return impl_->consumed_before + (impl_->reader ? impl_->reader->consumed() : 0);
}

uint64_t CorpusReader::total() const { return impl_->total; }

}  // namespace yonder::tokenizer
