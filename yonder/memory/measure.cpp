// SPDX-License-Identifier: Apache-2.0
#include "yonder/memory/measure.h"

#include "yonder/base/error.h"
#include "yonder/base/options.h"
#include "yonder/memory/measures/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace yonder::memory {
namespace {

std::vector<std::string> split_at_colons(std::string_view text) {
  std::vector<std::string> parts;
  size_t begin = 0;
  for (;;) {
    const size_t end = text.find(':', begin);
    parts.emplace_back(text.substr(begin, end - begin));
    if (end == std::string_view::npos) {
      return parts;
    }
    begin = end + 1;
  }
}

}  // namespace

const std::vector<MeasureRow>& measures() {
  static const std::vector<MeasureRow> rows = [] {
    std::vector<MeasureRow> all;
    for (const MeasureDefinition& definition : measure_definitions()) {
      all.push_back(definition.row);
    }
    return all;
  }();
  return rows;
}

const MeasureRow& row_of(MeasureKind kind) { return definition_of(kind).row; }

Measure Measure::parse(std::string_view text) {
  const std::vector<std::string> parts = split_at_colons(text);
  std::vector<std::string> names;
  for (const MeasureRow& row : measures()) {
    names.push_back(row.name);
  }
  check_choice("measure", parts[0], names);
  const auto index = std::find(names.begin(), names.end(), parts[0]) - names.begin();
  const MeasureRow& row = measures()[static_cast<size_t>(index)];
  Measure measure;
  measure.kind = row.kind;
  double* const numbers[] = {&measure.width, &measure.alpha, &measure.beta};
  const bool laguerre = row.kind == MeasureKind::lagt;
  const size_t most = laguerre ? 3 : row.has_width ? 1 : 0;
  require(parts.size() - 1 <= most, ErrorKind::bad_option,
          "--measure {}: {} takes {} after its name: {}", text, row.name,
          most == 0   ? "nothing"
          : most == 1 ? "one number"
                      : "at most three numbers",
          row.help);
  for (size_t i = 1; i < parts.size(); ++i) {
    *numbers[i - 1] = parse_real_option("measure", parts[i]);
  }
  measure.validate();
  return measure;
}

void Measure::validate() const {
  const MeasureRow& row = row_of(kind);
  if (row.has_width) {
    require(width > 0 && std::isfinite(width), ErrorKind::bad_option,
            "--measure {}: the width is {}; it must be a number above 0, as in {}:100", row.name,
            width, row.name);
  }
  require(alpha > -1 && alpha <= 100, ErrorKind::bad_option,
          "--measure {}: alpha is {}; it must lie above -1 and be at most 100", row.name, alpha);
  require(beta >= 0 && beta <= 1, ErrorKind::bad_option,
          "--measure {}: beta is {}; it must lie between 0 and 1", row.name, beta);
}

std::string Measure::text() const {
  const MeasureRow& row = row_of(kind);
  if (!row.has_width) {
    return row.name;
  }
  if (alpha == 0 && beta == 0) {
    return fmt::format("{}:{}", row.name, width);
  }
  return fmt::format("{}:{}:{}:{}", row.name, width, alpha, beta);
}

void basis(const Measure& measure, double age, double length, std::span<double> values) {
  definition_of(measure.kind).basis(measure, age, length, values);
}

}  // namespace yonder::memory
