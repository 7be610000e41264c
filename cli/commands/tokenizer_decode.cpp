// SPDX-License-Identifier: Apache-2.0
// `yonder tokenizer decode`: ids as text, or an id file, back to the bytes.
#include "cli/commands/tokenizer.h"
#include "yonder/base/compressed.h"
#include "yonder/tokenizer/token_file.h"

#include <array>

namespace yonder::cli {
namespace {

/// Decodes a stream of ids written as text, in bounded memory. The words of one part are decoded at
/// once; a word cut by the end of a part is kept for the next.
class IdTextDecoder {
 public:
  IdTextDecoder(const tokenizer::Tokenizer& tokenizer, std::string name, Output& out)
      : tokenizer_(tokenizer), name_(std::move(name)), out_(out) {}

  void feed(std::string_view text) {
    for (const char c : text) {
      if (c >= '0' && c <= '9') {
        // 2^32 and above are told from ids by saturation, not by wrapping round.
        number_ = std::min<uint64_t>(number_ * 10 + static_cast<uint64_t>(c - '0'),
                                     std::numeric_limits<uint32_t>::max());
        in_number_ = true;
      } else if (c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == ',') {
        end_number();
      } else {
        fail(
            ErrorKind::bad_data,
            "{}: byte 0x{:02X} at offset {} is no part of an id; whole numbers separated by spaces "
            "were expected",
            name_, static_cast<unsigned char>(c), offset_);
      }
      ++offset_;
    }
    flush();
  }

  void finish() {
    end_number();
    flush();
  }

 private:
  void end_number() {
    if (!in_number_) {
      return;
    }
    require(number_ < tokenizer_.vocab_size(), ErrorKind::bad_data,
            "{}: id {}{} at position {} is out of range; this model has the ids 0 to {}", name_,
            number_, number_ == std::numeric_limits<uint32_t>::max() ? " or more" : "", position_,
            tokenizer_.vocab_size() - 1);
    ids_.push_back(static_cast<uint32_t>(number_));
    ++position_;
    number_ = 0;
    in_number_ = false;
  }

  void flush() {
    out_.write(tokenizer_.decode(ids_));
    ids_.clear();
  }

  const tokenizer::Tokenizer& tokenizer_;
  std::string name_;
  Output& out_;
  std::vector<uint32_t> ids_;
  uint64_t number_ = 0;
  bool in_number_ = false;
  uint64_t position_ = 0;  // of the next id
  uint64_t offset_ = 0;    // of the next byte of text
};

struct Decode : Command {
  ModelArgument model;
  std::vector<std::string> input;

  void visit(OptionVisitor& v) override {
    model.visit(v);
    v.list("input", input, "ids as text, or .ids files; standard input (text) without any");
  }

  void run(Output& out, Progress& progress) override {
    const tokenizer::Tokenizer t = model.open(progress);
    if (input.empty()) {
      decode_text(t, "-", out);
    }
    for (const std::string& path : input) {
      std::array<char, 64> start{};
      const size_t n = path == "-" ? 0 : ByteReader(path).read(start);
      if (is_record_file(std::string_view(start.data(), n), "YIDS")) {
        decode_id_file(t, path, out);
      } else {
        decode_text(t, path, out);
      }
    }
  }

  static void decode_id_file(const tokenizer::Tokenizer& t, const std::string& path, Output& out) {
    const tokenizer::TokenFile file(path);
    file.require_model(t);
    constexpr uint64_t kPart = uint64_t{1} << 18;  // ids
    for (uint64_t first = 0; first < file.size(); first += kPart) {
      out.write(t.decode(file.read(first, std::min(kPart, file.size() - first))));
    }
  }

  static void decode_text(const tokenizer::Tokenizer& t, const std::string& path, Output& out) {
    ByteReader reader(path);
    IdTextDecoder decoder(t, path == "-" ? "standard input" : path, out);
    std::vector<char> part(size_t{1} << 16);
    while (const size_t n = reader.read(part)) {
      decoder.feed(std::string_view(part.data(), n));
    }
    decoder.finish();
  }
};

}  // namespace

CommandRow tokenizer_decode_command() {
  return {.name = "decode",
          .summary = "ids back to bytes",
          .details = "Gives exactly the bytes that were encoded; special ids give none.",
          .positional = "input",
          .examples = {"echo 'the cat' | yonder tokenizer encode -m book.model | yonder tokenizer "
                       "decode -m book.model",
                       "yonder tokenizer decode -m book.model book.ids"},
          .make = make_command<Decode>};
}

}  // namespace yonder::cli
