// SPDX-License-Identifier: Apache-2.0
// Where the values live, and how they reach the circle [-1, 1) on which the Fourier series is
// defined: x = 2 (y - origin) / length - 1 on a circle or an interval, x = (y - origin) / length
// with an even series for a reflected interval, x = 2 F(y) - 1 on the line, F the cdf of a base
// distribution (base_distribution.h).
//
// circular   angles, hours, weekdays: the ends are one point; values wrap exactly
// interval   bounded values; the density is forced to be equal at both ends
// reflected  bounded values; even extension, so the ends are free (use it when in doubt)
// line       all real numbers; the tails are those of the base
// Test: domain_test.cpp. Format of the text form: docs/guide/density.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace yonder::density {

enum class DomainKind : uint8_t { circular = 0, interval = 1, reflected = 2, line = 3 };

struct Domain {
  DomainKind kind = DomainKind::line;
  double origin = 0;  ///< lower end; on a circle the value at x = -1; 0 on the line
  double length = 1;  ///< period or length, > 0; 1 on the line

  /// Reads "circular:24", "circular:360@-180" (period@lower end), "circular:degrees|radians|hours",
  /// "interval:0:1", "reflected:0:1" (lower:upper) or "line". Throws Error(bad_option).
  static Domain parse(std::string_view text);
  /// What parse() reads back to the same domain.
  std::string text() const;
  /// The upper end (circle: origin + length; line: infinity).
  double upper() const;

  /// A point of the circle that keeps its digits near both ends.
  struct Point {
    double x = 0;         ///< in [-1, 1]
    double from_end = 1;  ///< 1 - |x| with full relative precision
  };
  /// Where y lies, for all kinds but the line. On a circle y is wrapped exactly (fmod of the
  /// origin-shifted value, |y| up to 2^53). Throws Error(bad_data) for y outside an interval.
  Point to_point(double y) const;
  /// The inverse: a value in [origin, upper()].
  double from_point(Point point) const;

  bool operator==(const Domain&) const = default;
};

}  // namespace yonder::density
