// SPDX-License-Identifier: Apache-2.0
// Text to ids and back with a vocabulary of six pieces: the example of kexue.fm 9811.
//
// Build: examples/CMakeLists.txt. Prints: 01_tokenize.expected.
#include "yonder/tokenizer/tokenizer.h"

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

using namespace yonder::tokenizer;

// "watch|ing" for the ids of two pieces.
std::string spell(const Tokenizer& tokenizer, const std::vector<uint32_t>& ids) {
  std::string text;
  for (uint32_t id : ids) {
    text += (text.empty() ? "" : "|") + std::string(tokenizer.piece(id));
  }
  return text;
}

int main() {
  // A piece has a count; its probability is count / sum of counts, here 1/6 each. Usually a
  // vocabulary comes from a file: Tokenizer::load("bytepiece_80k.model").
  const Tokenizer tokenizer(Vocabulary(
      {{"watch", 1}, {"ing", 1}, {"wat", 1}, {"ching", 1}, {"w", 1}, {"atching", 1}}, "example"));
  const std::string text = "watching";

  // The best segmentation; on a tie the one with the longest last token. Ids 0, 1, 2 are <pad>,
  // <bos>, <eos>, so the first piece has the id 3.
  std::vector<uint32_t> ids;
  tokenizer.encode(text, ids);
  std::printf("best         %s\n", spell(tokenizer, ids).c_str());
  std::printf("decoded      %s\n", tokenizer.decode(ids).c_str());

  // All three, by score = sum of log p. They tie; lists put longer first tokens first.
  for (const Scored& segmentation : tokenizer.nbest(text, 10)) {
    std::printf("score %6.3f %s\n", segmentation.score, spell(tokenizer, segmentation.ids).c_str());
  }

  // Exact sampling draws a segmentation with P ~ exp(alpha * score): a third each. A draw depends
  // on seed, document number and byte position only, never on threads or on the order of calls.
  std::map<std::string, int> drawn;
  EncodeOptions options;
  options.sample = true;
  options.alpha = 1.0;
  for (options.document = 0; options.document < 30000; ++options.document) {
    ids.clear();
    tokenizer.encode(text, ids, options);
    ++drawn[spell(tokenizer, ids)];
  }
  for (const auto& [segmentation, count] : drawn) {
    std::printf("drawn %.2f   %s\n", count / 30000.0, segmentation.c_str());
  }

  // What can be said about all segmentations at once: their number, entropy, mean length.
  const LatticeStats lattice = tokenizer.lattice(text, 1.0);
  std::printf("lattice      %.0f segmentations, entropy %.4f nats = ln 3, %.1f tokens\n",
              std::exp(lattice.log_segmentations), lattice.entropy, lattice.expected_tokens);

  // Streaming: feed bytes as they come; ids come out as soon as later bytes cannot change them.
  Encoder encoder = tokenizer.stream();
  ids.clear();
  encoder.feed("watc", ids);
  encoder.feed("hing", ids);
  encoder.finish(ids);
  std::printf("streamed     %s\n", spell(tokenizer, ids).c_str());
  return 0;
}
