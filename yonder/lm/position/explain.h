// SPDX-License-Identifier: Apache-2.0
// What a position scheme does to a model, in numbers: the distances that rotations see, how often
// each channel turns and which angles are new to the model, the factor on the logits, the keys in
// sight, and what is doubtful about the combination.
//
//   const auto scheme = PositionScheme::parse("rerope:w=512", rope);
//   fmt::print("{}", explain(scheme, 8192).to_text());
//
// Plain data; `yonder lm explain`, the web page and Python show it. Test: explain_test.cpp.
#pragma once

#include "yonder/lm/position/scheme.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace yonder {
class OptionVisitor;
}

namespace yonder::lm {

/// What to explain without a model.
struct ExplainOptions {
  std::string scheme = "rope";
  int64_t dims = 64;
  double base = 1e4;
  int64_t train = 2048;
  int64_t at = 0;  ///< tokens; 0: 4 times `train`
  int64_t cells = 16;
  int64_t layers = 1;
  int64_t layer = 0;
  bool unsafe = false;
  void visit(OptionVisitor& v);
  /// Throws Error(bad_option) where layer is no layer.
  void validate() const;
};

/// A channel pair, as the last query turns it.
struct ExplainedChannel {
  int64_t channel = 0;
  double theta = 0;          ///< radians per token
  double slower = 1;         ///< the trained frequency divided by it; 0 where nothing turns
  double trained_turns = 0;  ///< r_c: turns over N tokens as trained
  double turns = 0;          ///< turns over the largest distance that is seen
  /// Angles beyond the trained ones, in a channel that never came full circle in training.
  bool new_angles = false;
};

/// The factor on the logits of one query.
struct ExplainedFactor {
  int64_t tokens = 0;  ///< n: the query is the n-th token
  double stretch = 1;  ///< s of its frequency table
  double factor = 1;   ///< lambda
};

/// A run of keys that the last query sees.
struct KeyRange {
  int64_t first = 0, last = 0;
  bool operator==(const KeyRange&) const = default;
};

struct Explanation {
  std::string scheme;  ///< canonical
  RopeSpec rope;
  int64_t at = 0;                             ///< T, tokens read
  std::optional<int64_t> declared_limit;      ///< tokens; nothing: no limit
  std::optional<int64_t> first_outside;       ///< first query with a distance not trained, if < T
  double largest_distance = 0;                ///< of the last query
  int64_t visible_keys = 0;                   ///< of the last query
  int64_t outside_keys = 0;                   ///< of these, at distances that were not trained
  std::vector<KeyRange> visible;              ///< at most two runs
  std::vector<int64_t> positions;             ///< rows (queries) and columns (keys) of the matrix
  std::vector<std::optional<double>> matrix;  ///< [positions]^2 distances; nothing: not visible
  std::vector<ExplainedChannel> channels;
  std::vector<ExplainedFactor> factors;               ///< at powers of two, N and T
  std::optional<std::vector<std::string>> llama_cpp;  ///< options that do the same, if there are
  std::vector<std::string> notices;

  std::string to_json() const;
  /// Tables of at most 100 columns, for a terminal.
  std::string to_text() const;
};

/// at: T >= 1; cells: most rows of the matrix, 2 .. 256, spread evenly over 0 .. T-1.
Explanation explain(const PositionScheme& scheme, int64_t at, int64_t cells = 16);
/// Throws Error(bad_option) for what the scheme's text or a model of these numbers cannot be.
Explanation explain(const ExplainOptions& options);

}  // namespace yonder::lm
