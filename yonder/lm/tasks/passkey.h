// SPDX-License-Identifier: Apache-2.0
// The passkey test: a number of five digits is named once in a long text, and asked for at its end.
// A model that answers has read the place; a window or a Lambda mask answers only where it lies in
// sight, whatever its perplexity says. For models that follow a plain-language question; small
// byte-level ones do not, whatever they have read (use --set repeat of `eval` for those).
//
// The text is filler, cut at its sentences, with the line of the number after a part `depth` of
// them, and the question. Its length is counted in tokens of the finished prompt, and is the
// largest that does not pass what was asked for. Greedy; the first digits of the answer must be the
// number. Source: Mohtashami and Jaggi 2023, arXiv 2305.16300. Test: passkey_test.cpp.
#pragma once

#include "yonder/base/options.h"
#include "yonder/base/progress.h"
#include "yonder/lm/model.h"
#include "yonder/lm/text_codec.h"
#include "yonder/lm/text_scorer.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::lm {

struct PasskeyOptions {
  std::vector<std::string> schemes = {"rope"};
  std::vector<int64_t> lengths;  ///< tokens of the prompt; empty: N, 2N, 4N
  /// Depths 0 .. 1 as first:last:step or apart by commas: "0:1:0.1", "0.5", "0,0.5,1".
  std::string depths = "0:1:0.25";
  int64_t trials = 10;  ///< numbers per depth and length
  uint64_t seed = 0;
  bool unsafe = false;
  void visit(OptionVisitor& v);
  void validate() const;
};

/// "0:1:0.25" as 0, 0.25, 0.5, 0.75, 1. Throws Error(bad_option).
std::vector<double> parse_depths(const std::string& text);

/// One (scheme, length, depth).
struct PasskeyCell {
  std::string scheme;  ///< canonical
  int64_t length = 0;
  int64_t shortest_prompt = 0;  ///< tokens of the finished prompts: at least, at most `length`
  double depth = 0;
  int64_t trials = 0, hits = 0;
  int64_t distance = 0;  ///< tokens from the number to the end, of the last trial
  bool outside = false;  ///< further back than any layer's window
  std::string answer;    ///< to the last trial, for the curious
  std::string to_json() const;
};

struct PasskeyPrompt {
  std::vector<uint32_t> ids;  ///< begins with the token that begins texts
  std::string key;            ///< "48213"
  int64_t distance = 0;       ///< tokens from the number's first digit to the end
};

/// filler: natural text, repeated where it is short; empty: sentences of our own. Throws
/// Error(bad_option) where not even the line and the question fit into `length` tokens.
PasskeyPrompt passkey_prompt(const TextCodec& codec, std::string_view filler, int64_t length,
                             double depth, uint64_t seed, uint64_t trial);

/// The first run of digits of an answer.
std::string first_number(std::string_view answer);

/// What is asked: a model, or a rule in tests.
class PasskeyReader {
 public:
  virtual ~PasskeyReader() = default;
  virtual UsedScheme use(std::string_view scheme, int64_t target) = 0;
  /// The greedy continuation of ids, `tokens` long at most.
  virtual std::string answer(const std::vector<uint32_t>& ids, int64_t tokens) = 0;
};

/// All cells, schemes outermost, then lengths; `cell` is called as each is finished. Warns where a
/// number lies outside of a scheme's window. Throws Error(cancelled) after the finished cells.
std::vector<PasskeyCell> passkey_with(PasskeyReader& reader, const EvalSubject& subject,
                                      std::string_view filler, const PasskeyOptions& options,
                                      const std::function<void(const PasskeyCell&)>& cell,
                                      Progress* progress);
std::vector<PasskeyCell> passkey(const Model& model, std::string_view filler,
                                 const PasskeyOptions& options,
                                 const std::function<void(const PasskeyCell&)>& cell = {},
                                 Progress* progress = nullptr);

}  // namespace yonder::lm
