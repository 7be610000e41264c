// SPDX-License-Identifier: Apache-2.0
// Which tokens an evaluation reads, and which of them it scores.
//
// Samples of T_max + 1 tokens, disjoint and spread evenly over the text:
//   plain      as they lie in the text
//   nonrepeat  those of them in which no run of 64 tokens comes twice
//   repeat     passages of the text, of uniform length in [N, T_max / 2], tiled
// and protocols, which make windows of them or of the text:
//   growing      of each sample the last T tokens, of which the same last C are scored under every
//   T whole        the same windows, all targets scored (the tables of kexue.fm 9708) rolling the
//   whole text in disjoint windows, each token scored once (lm-evaluation-harness) half-window  the
//   second half of each window is scored (llama.cpp's perplexity)
// A token that begins texts, where the model has one, takes the first place of every window, so
// that shorter contexts have it too: attention rests on it.
// Source: kexue.fm 9708, 9948; EleutherAI lm-evaluation-harness; llama.cpp. Test:
// evaluation_text_test.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace yonder::lm {

const std::vector<std::string>& evaluation_sets();       ///< "plain", "repeat", "nonrepeat"
const std::vector<std::string>& evaluation_protocols();  ///< "growing", ...

struct SampleRequest {
  std::string set = "plain";
  int64_t longest = 0;       ///< T_max, tokens
  int64_t train_length = 0;  ///< N, for `repeat`
  int64_t samples = 0;
  uint64_t seed = 0;  ///< draws the passages of `repeat`
};

/// Samples of longest + 1 tokens; fewer than asked for where the text gives no more. Throws
/// Error(bad_data) where it gives none, Error(bad_option) where `repeat` asks for passages longer
/// than T_max / 2.
std::vector<std::vector<uint32_t>> evaluation_samples(std::span<const uint32_t> ids,
                                                      const SampleRequest& request);

/// What is read at once, and what of it is scored: targets ids[first] .. ids.back(), 1 <= first.
struct ScoredWindow {
  std::vector<uint32_t> ids;
  int64_t first = 1;
};

/// The last `length` inputs of a sample (and its last target); the last `last` targets are scored,
/// 0: all. begin: takes the place of the first token. length < sample.size(); last <= length.
ScoredWindow growing_window(std::span<const uint32_t> sample, int64_t length, int64_t last,
                            std::optional<uint32_t> begin);

/// Every token of the text is scored once (but the first where there is no `begin`), with at least
/// one token before it; the last window reaches back to fill its length. windows: at most so many,
/// 0: all.
std::vector<ScoredWindow> rolling_windows(std::span<const uint32_t> ids, int64_t length,
                                          std::optional<uint32_t> begin, int64_t windows);

/// Disjoint windows of `length` tokens; of each the targets length / 2 + 1 .. length - 1.
std::vector<ScoredWindow> half_windows(std::span<const uint32_t> ids, int64_t length,
                                       std::optional<uint32_t> begin, int64_t windows);

/// True if a run of `run` tokens comes twice in ids.
bool has_repeated_run(std::span<const uint32_t> ids, int64_t run);

}  // namespace yonder::lm
