// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/domain.h"

#include "yonder/base/error.h"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <numbers>
#include <optional>
#include <vector>

namespace yonder::density {
namespace {

struct NamedPeriod {
  std::string_view name;
  double period;
};
constexpr std::array<NamedPeriod, 3> kNamedPeriods = {
    {{"degrees", 360}, {"radians", 2 * std::numbers::pi}, {"hours", 24}}};

constexpr const char* kForms =
    "write line, circular:PERIOD, circular:PERIOD@LOWER, circular:degrees|radians|hours, "
    "interval:LOW:HIGH or reflected:LOW:HIGH";

std::optional<double> number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) {
    return std::nullopt;
  }
  return value;
}

/// The length that leads from `low` to `high` again when it is added; of several the nearest to the
/// rounded difference, and where there is none the least that leads beyond.
double length_between(double low, double high) {
  const double difference = high - low;
  const double infinity = std::numeric_limits<double>::infinity();
  for (const double length :
       {difference, std::nextafter(difference, infinity), std::nextafter(difference, 0.0)}) {
    if (low + length == high) {
      return length;
    }
  }
  double length = difference;
  while (low + length < high) {
    length = std::nextafter(length, infinity);
  }
  return length;
}

Domain circle(std::string_view whole, std::string_view argument) {
  for (const NamedPeriod& row : kNamedPeriods) {
    if (argument == row.name) {
      return {DomainKind::circular, 0, row.period};
    }
  }
  const size_t at = argument.find('@');
  const std::optional<double> period = number(argument.substr(0, at));
  const std::optional<double> lower =
      at == std::string_view::npos ? std::optional<double>(0.0) : number(argument.substr(at + 1));
  require(period && lower, ErrorKind::bad_option, "domain \"{}\": a period is a number; {}", whole,
          kForms);
  require(*period > 0 && std::isfinite(*lower + *period), ErrorKind::bad_option,
          "domain \"{}\": the period is {}; it must be > 0", whole, *period);
  return {DomainKind::circular, *lower, *period};
}

Domain bounded(std::string_view whole, DomainKind kind, std::string_view argument) {
  const size_t colon = argument.find(':');
  require(colon != std::string_view::npos, ErrorKind::bad_option,
          "domain \"{}\": two ends were expected; {}", whole, kForms);
  const std::optional<double> low = number(argument.substr(0, colon));
  const std::optional<double> high = number(argument.substr(colon + 1));
  require(low && high, ErrorKind::bad_option, "domain \"{}\": the ends are numbers; {}", whole,
          kForms);
  require(*low < *high && std::isfinite(*high - *low), ErrorKind::bad_option,
          "domain \"{}\": the lower end {} is not below the upper end {}", whole, *low, *high);
  return {kind, *low, length_between(*low, *high)};
}

}  // namespace

Domain Domain::parse(std::string_view text) {
  const size_t colon = text.find(':');
  const std::string_view name = text.substr(0, colon);
  const std::string_view argument =
      colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
  if (name == "line" && colon == std::string_view::npos) {
    return {};
  }
  if (name == "circular") {
    return circle(text, argument);
  }
  if (name == "interval") {
    return bounded(text, DomainKind::interval, argument);
  }
  if (name == "reflected") {
    return bounded(text, DomainKind::reflected, argument);
  }
  fail(ErrorKind::bad_option, "domain \"{}\" is unknown; {}", text, kForms);
}

std::string Domain::text() const {
  switch (kind) {
    case DomainKind::circular:
      return origin == 0 ? fmt::format("circular:{}", length)
                         : fmt::format("circular:{}@{}", length, origin);
    case DomainKind::interval:
      return fmt::format("interval:{}:{}", origin, upper());
    case DomainKind::reflected:
      return fmt::format("reflected:{}:{}", origin, upper());
    case DomainKind::line:
      break;
  }
  return "line";
}

double Domain::upper() const {
  return kind == DomainKind::line ? std::numeric_limits<double>::infinity() : origin + length;
}

Domain::Point Domain::to_point(double y) const {
  YONDER_CHECK(kind != DomainKind::line);
  if (!std::isfinite(y)) {
    fail(ErrorKind::bad_data, "the value {} has no place in {}; it must be finite", y, text());
  }
  double below = y - origin;  // distances to both ends, each with its own digits
  double above = origin + length - y;
  if (kind == DomainKind::circular) {
    if (below < 0 || below >= length) {
      below = std::fmod(below, length);
      if (below < 0) {
        above = -below;
        below += length;
      } else {
        above = length - below;
      }
    } else {
      above = length - below;
    }
  } else {
    if (below < 0 || above < 0) {
      fail(ErrorKind::bad_data, "the value {} is outside {}", y, text());
    }
  }
  if (kind == DomainKind::reflected) {
    const double x = below / length;
    return {std::fmin(x, 1.0), x < 0.5 ? 1 - x : above / length};
  }
  if (below <= above) {
    const double from_end = 2 * (below / length);
    return {-1 + from_end, from_end};
  }
  const double from_end = 2 * (above / length);
  return {1 - from_end, from_end};
}

double Domain::from_point(Point point) const {
  YONDER_CHECK(kind != DomainKind::line);
  if (kind == DomainKind::reflected) {
    return point.x < 0.5 ? origin + point.x * length : upper() - point.from_end * length;
  }
  const double distance = 0.5 * point.from_end * length;
  return point.x < 0 ? origin + distance : upper() - distance;
}

}  // namespace yonder::density
