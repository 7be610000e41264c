// SPDX-License-Identifier: Apache-2.0
#include "yonder/rotary/axes.h"

#include "yonder/base/error.h"

namespace yonder::rotary {

AxisTable make_axis_table(AxisPlan plan, const RopeSpec& rope, std::string_view kind,
                          double stretch) {
  RopeSpec of_axis = rope;
  if (plan == AxisPlan::plane) {
    require(rope.dims % 4 == 0, ErrorKind::bad_option,
            "a rotation of {} channels cannot be halved between two axes; it takes a multiple of 4",
            rope.dims);
    of_axis.dims = rope.dims / 2;
  }
  const ThetaTable table = make_theta(kind, of_axis, stretch);
  AxisTable axes{.theta = {}, .axis = {}, .logit_factor = table.logit_factor};
  const size_t pairs = static_cast<size_t>(rope.dims) / 2;
  for (size_t c = 0; c < pairs; ++c) {
    const bool second_half = c >= table.theta.size();  // of plane only
    axes.theta.push_back(table.theta[second_half ? c - table.theta.size() : c]);
    const bool by_y = plan == AxisPlan::plane ? second_half : plan == AxisPlan::tie && c % 2 == 1;
    axes.axis.push_back(by_y ? 1 : 0);
  }
  return axes;
}

double angle(const AxisTable& table, int64_t pair, Coordinates where) {
  const auto c = static_cast<size_t>(pair);
  return (table.axis[c] == 0 ? where.x : where.y) * table.theta[c];
}

std::vector<Coordinates> tie_coordinates(std::span<const Segment> segments, TieSpacing spacing) {
  std::vector<Coordinates> where;
  double last = -1;  // L: the position of the text token before
  for (const Segment& segment : segments) {
    require(segment.rows >= 1 && segment.columns >= (segment.is_image ? 1 : 0),
            ErrorKind::bad_option,
            "{} x {} is no size of an image or text; both must be at least 1", segment.rows,
            segment.columns);
    const auto h = static_cast<double>(segment.rows);
    const auto w = static_cast<double>(segment.columns);
    if (!segment.is_image) {
      for (int64_t n = 0; n < segment.columns; ++n) {
        last += 1;
        where.push_back({last, last});
      }
      continue;
    }
    const bool whole = spacing == TieSpacing::whole;
    const double u = whole ? w + 1 : (w * h + 1) / (h + 1);
    const double v = whole ? h + 1 : (w * h + 1) / (w + 1);
    for (int64_t r = 1; r <= segment.rows; ++r) {
      for (int64_t c = 1; c <= segment.columns; ++c) {
        where.push_back({last + static_cast<double>(r) * u, last + static_cast<double>(c) * v});
      }
    }
    // The next token of text is one step further: at L + (w + 1)(h + 1), or L + wh + 1.
    last += whole ? (w + 1) * (h + 1) - 1 : w * h;
  }
  return where;
}

}  // namespace yonder::rotary
