// SPDX-License-Identifier: Apache-2.0
// Positions with two coordinates: which channel pair turns by which of them, and where the tokens
// of text and images stand. A pair c turns by theta_c times x or y.
//
//   const AxisTable table = make_axis_table(AxisPlan::tie, rope);
//   const auto where = tie_coordinates(std::array{Segment::text(9), Segment::image(4, 6)},
//   TieSpacing::whole); angle(table, 3, where[10]);   // radians by which pair 3 of that patch
//   turns
//
// Plans: line (text: x alone), plane (RoPE-2D: the first half of the pairs turns by x, the second
// by y, both with the frequencies of a head of half the size), tie (RoPE-Tie: even pairs by x, odd
// ones by y, frequencies as in text). Under tie, text that stands at (n, n) is turned exactly as in
// one dimension, so a language model goes on as before. Source: kexue.fm 8397 (plane), 10040 (tie).
// Schemes with two branches have no form for two coordinates and are not offered here. Test:
// axes_test.cpp.
#pragma once

#include "yonder/rotary/table.h"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace yonder::rotary {

enum class AxisPlan : uint8_t { line, plane, tie };

struct Coordinates {
  double x = 0;
  double y = 0;
  bool operator==(const Coordinates&) const = default;
};

struct AxisTable {
  std::vector<double> theta;  ///< [d/2], radians per step
  std::vector<uint8_t> axis;  ///< [d/2], 0: turns by x, 1: by y
  double logit_factor = 1;    ///< of the frequency table
};

/// Frequencies of a kind of table.h with its default arguments, laid over the axes. Throws
/// Error(bad_option) where plane is asked for d not divisible by 4, and what make_theta() throws.
AxisTable make_axis_table(AxisPlan plan, const RopeSpec& rope, std::string_view kind = "rope",
                          double stretch = 1);

/// The angle of a pair, radians. pair: 0 .. d/2 - 1.
double angle(const AxisTable& table, int64_t pair, Coordinates where);

/// A run of text, or the patches of one image, row by row.
struct Segment {
  int64_t rows = 1;
  int64_t columns = 0;  ///< of text: its tokens
  bool is_image = false;
  static Segment text(int64_t tokens) { return {.columns = tokens}; }
  static Segment image(int64_t rows, int64_t columns) { return {rows, columns, true}; }
};

/// How far apart the patches of an image of h rows and w columns stand: row r = 1..h and column
/// c = 1..w at (L + r u, L + c v), L the last position of the text before it. Both forms are
/// symmetric about the middle of what the image takes up, and text follows at equal steps.
enum class TieSpacing : uint8_t {
  whole,   ///< u = w + 1, v = h + 1: whole numbers; text goes on at L + (w + 1)(h + 1)
  compact  ///< u = (wh + 1)/(h + 1), v = (wh + 1)/(w + 1): an image counts wh; text at L + wh + 1
};

/// One entry per token and patch, in order; the first token of text stands at (0, 0), and an image
/// that begins has L = -1. Throws Error(bad_option) for segments of fewer than 1 row or column
/// (text of 0 tokens is allowed).
std::vector<Coordinates> tie_coordinates(std::span<const Segment> segments, TieSpacing spacing);

}  // namespace yonder::rotary
