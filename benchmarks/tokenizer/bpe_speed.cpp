// SPDX-License-Identifier: Apache-2.0
// Byte-pair encoding of whole texts as a worker of compare.py (protocol: worker.h).
//
//   bpe_speed TOKENIZER_JSON TEXT    answers `encode`, each time with an empty cache of words
//
// Reads the model of a tokenizer.json with merges: over bytes with GPT-2's split pattern (RoBERTa),
// or over characters of a text whose spaces become U+2581 (Phi-3).
#include "yonder/base/json.h"
#include "yonder/base/utf8.h"
#include "yonder/tokenizer/bpe/byte_pair.h"
#include "yonder/tokenizer/rules/split_pattern.h"

#include <cstdio>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "benchmarks/tokenizer/worker.h"

namespace {

using yonder::Json;
using yonder::tokenizer::BytePairEncoder;
using yonder::tokenizer::BytePairModel;
using yonder::tokenizer::BytePairOptions;
using yonder::tokenizer::BytePairUnit;
using yonder::tokenizer::BytePairVocabulary;
using yonder::tokenizer::ByteSpan;
using yonder::tokenizer::kNoPiece;
using yonder::tokenizer::SplitPattern;

/// The bytes that GPT-2 spells as these characters; empty where one stands for no byte.
std::string undo_byte_map(const std::string& spelled) {
  static const std::unordered_map<int32_t, char> kBytes = [] {
    std::unordered_map<int32_t, char> bytes;
    int32_t next = 0x100;
    for (int byte = 0; byte < 256; ++byte) {
      const bool itself =
          (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
      bytes[itself ? byte : next++] = static_cast<char>(byte);
    }
    return bytes;
  }();
  std::string bytes;
  for (size_t i = 0; i < spelled.size();) {
    const yonder::Utf8Unit unit = yonder::utf8_at(spelled, i);
    const auto byte = kBytes.find(unit.code_point);
    if (byte == kBytes.end()) {
      return {};
    }
    bytes += byte->second;
    i += unit.length;
  }
  return bytes;
}

std::shared_ptr<const BytePairModel> load(const std::string& path) {
  const Json file = yonder::parse_json(yonder::benchmark::read_text(path), path);
  const Json& model = file.at("model");
  BytePairOptions options;
  const Json* const fallback = model.find("byte_fallback");
  options.byte_fallback = fallback != nullptr && fallback->boolean();
  options.unit = options.byte_fallback ? BytePairUnit::character : BytePairUnit::byte;
  options.fuse_unknown = model.at("fuse_unk").boolean();
  const Json::Object& entries = model.at("vocab").object();
  BytePairVocabulary vocabulary;
  vocabulary.pieces.resize(entries.size());
  vocabulary.byte_ids.assign(256, kNoPiece);
  std::unordered_map<std::string, uint32_t> ids;
  for (const auto& [piece, id] : entries) {
    const auto number = static_cast<uint32_t>(id.unsigned_integer());
    ids[piece] = number;
    vocabulary.pieces.at(number) =
        options.unit == BytePairUnit::byte ? undo_byte_map(piece) : piece;
    unsigned byte = 0;
    if (piece.size() == 6 && std::sscanf(piece.c_str(), "<0x%2X>", &byte) == 1) {
      vocabulary.byte_ids[byte] = number;
    }
  }
  for (const Json& merge : model.at("merges").array()) {
    const std::string& text = merge.text();
    const size_t space = text.find(' ');
    vocabulary.merges.emplace_back(ids.at(text.substr(0, space)), ids.at(text.substr(space + 1)));
  }
  return std::make_shared<const BytePairModel>(std::move(vocabulary), options, path);
}

void encode_text(const std::shared_ptr<const BytePairModel>& model, std::string_view text,
                 std::vector<ByteSpan>& words, std::vector<uint32_t>& ids) {
  BytePairEncoder encoder(model);
  if (model->options().unit == BytePairUnit::byte) {
    words.clear();
    SplitPattern::gpt2().find_all(text, words);
    for (const ByteSpan word : words) {
      encoder.encode(text.substr(word.begin, word.end - word.begin), ids);
    }
    return;
  }
  std::string spaced = "\xE2\x96\x81";
  for (const char c : text) {
    if (c == ' ') {
      spaced += "\xE2\x96\x81";
    } else {
      spaced += c;
    }
  }
  encoder.encode(spaced, ids);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc != 3) {
      throw std::runtime_error("usage: bpe_speed TOKENIZER_JSON TEXT");
    }
    const std::shared_ptr<const BytePairModel> model = load(argv[1]);
    const std::string text = yonder::benchmark::read_text(argv[2]);
    std::vector<ByteSpan> words;
    std::vector<uint32_t> ids;
    yonder::benchmark::serve([&](const std::string& command, std::istringstream&) {
      if (command != "encode") {
        throw std::runtime_error("unknown command " + command);
      }
      yonder::benchmark::answer_timed(ids, [&] { encode_text(model, text, words, ids); });
    });
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bpe_speed: %s\n", error.what());
    return 1;
  }
  return 0;
}
