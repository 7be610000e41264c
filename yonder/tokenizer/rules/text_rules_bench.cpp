// SPDX-License-Identifier: Apache-2.0
// Speed of TextRules::prepare() over real text: a licence text of a Debian system, in documents of
// 1,000 bytes and as one, with the stages of well-known models. The charsmap is the small one of
// the golden files; run it in the repository's root.
#include "yonder/base/base64.h"
#include "yonder/base/file.h"
#include "yonder/base/json.h"
#include "yonder/tokenizer/rules/normalizers.h"
#include "yonder/tokenizer/rules/pre_tokenizers.h"
#include "yonder/tokenizer/rules/sentencepiece_normalizer.h"

#include <benchmark/benchmark.h>

#include <string>

namespace yonder::tokenizer {
namespace {

constexpr const char* kText = "/usr/share/common-licenses/GPL-3";
constexpr const char* kGolden = "tests/golden/tokenizer/text_rules_sentencepiece.json";

TextRules from_json(const char* normalizer, const char* pre_tokenizer) {
  return TextRules({}, make_normalizer(parse_json(normalizer, "normalizer")),
                   make_pre_tokenizer(parse_json(pre_tokenizer, "pre_tokenizer")).step);
}

TextRules gpt2() {
  return from_json("null", R"({"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true})");
}

TextRules llama2() {
  return from_json(R"({"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"\u2581"},
                       {"type":"Replace","pattern":{"String":" "},"content":"\u2581"}]})",
                   "null");
}

TextRules nfc_and_metaspace() {
  return from_json(R"({"type":"NFC"})", R"({"type":"Metaspace","replacement":"\u2581"})");
}

TextRules sentencepiece() {
  SentencePieceNormalization options;
  const Json golden = parse_json(read_file(kGolden), kGolden);
  options.charsmap = *base64_decode(golden.at("charsmap").text());
  return TextRules({}, make_sentencepiece_normalizer(options, kGolden), nullptr);
}

void prepare(benchmark::State& state, TextRules (*make)(), size_t document) {
  const std::string text = read_file(kText);
  const TextRules rules = make();
  for (auto _ : state) {
    for (size_t begin = 0; begin < text.size(); begin += document) {
      benchmark::DoNotOptimize(
          rules.prepare(std::string_view(text).substr(begin, document), false).parts.size());
    }
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * text.size()));
}

constexpr size_t kShort = 1000;
constexpr size_t kWhole = size_t{1} << 30;
BENCHMARK_CAPTURE(prepare, gpt2_short, gpt2, kShort);
BENCHMARK_CAPTURE(prepare, gpt2_whole, gpt2, kWhole);
BENCHMARK_CAPTURE(prepare, llama2_short, llama2, kShort);
BENCHMARK_CAPTURE(prepare, llama2_whole, llama2, kWhole);
BENCHMARK_CAPTURE(prepare, nfc_and_metaspace_short, nfc_and_metaspace, kShort);
BENCHMARK_CAPTURE(prepare, nfc_and_metaspace_whole, nfc_and_metaspace, kWhole);
BENCHMARK_CAPTURE(prepare, sentencepiece_short, sentencepiece, kShort);
BENCHMARK_CAPTURE(prepare, sentencepiece_whole, sentencepiece, kWhole);

}  // namespace
}  // namespace yonder::tokenizer
