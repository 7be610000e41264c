// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/position/explain.h"

#include "yonder/base/error.h"
#include "yonder/base/json.h"
#include "yonder/base/options.h"
#include "yonder/lm/position/scheme_set.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace yonder::lm {
namespace {

constexpr int64_t kMostTokens = int64_t{1} << 53;

/// Up to `cells` positions from 0 to length - 1, evenly apart, both ends included.
std::vector<int64_t> spread(int64_t length, int64_t cells) {
  std::vector<int64_t> positions;
  const int64_t count = std::min(length, cells);
  for (int64_t p = 0; p < count; ++p) {
    positions.push_back(count == 1 ? 0
                                   : static_cast<int64_t>(std::llround(
                                         static_cast<double>(p) * static_cast<double>(length - 1) /
                                         static_cast<double>(count - 1))));
  }
  return positions;
}

std::vector<KeyRange> visible_ranges(const Visibility& visible, int64_t i) {
  const int64_t window_first = visible.window > i ? 0 : i - visible.window + 1;
  const int64_t sinks_last = std::min(visible.sinks, i + 1) - 1;
  if (sinks_last + 1 >= window_first) {
    return {{0, i}};
  }
  if (sinks_last < 0) {
    return {{window_first, i}};
  }
  return {{0, sinks_last}, {window_first, i}};
}

/// The largest distance that a query sees: that of the first key of a branch or a run of keys.
double largest_distance(const PositionScheme& scheme, const std::vector<KeyRange>& visible,
                        int64_t i) {
  double largest = 0;
  const int64_t first_near = scheme.split > i ? 0 : i - scheme.split + 1;
  for (const KeyRange& run : visible) {
    largest = std::max(largest, scheme.relative(i, run.first));
    if (run.first <= first_near && first_near <= run.last) {
      largest = std::max(largest, scheme.relative(i, first_near));
    }
  }
  return largest;
}

/// Distances fall with j within a branch, so those above `trained` are the first keys of each.
int64_t count_outside(const PositionScheme& scheme, KeyRange run, int64_t i, double trained) {
  int64_t good = run.last + 1;  // first key that is inside, found by halving
  int64_t bad = run.first - 1;
  while (good - bad > 1) {
    const int64_t middle = bad + (good - bad) / 2;
    (scheme.relative(i, middle) > trained ? bad : good) = middle;
  }
  return good - run.first;
}

int64_t outside_keys(const PositionScheme& scheme, const std::vector<KeyRange>& visible, int64_t i,
                     double trained) {
  int64_t count = 0;
  const int64_t first_near = scheme.split > i ? 0 : i - scheme.split + 1;
  for (const KeyRange& run : visible) {
    const KeyRange far{run.first, std::min(run.last, first_near - 1)};
    const KeyRange near{std::max(run.first, first_near), run.last};
    for (const KeyRange& part : {far, near}) {
      count += part.first <= part.last ? count_outside(scheme, part, i, trained) : 0;
    }
  }
  return count;
}

std::vector<ExplainedChannel> explain_channels(const PositionScheme& scheme, int64_t i,
                                               double distance) {
  const std::vector<double> trained = PositionScheme(scheme.rope()).theta_at(0).theta;
  const std::vector<double> theta = scheme.theta_at(i).theta;
  const int64_t train_length = scheme.rope().train_length;
  std::vector<ExplainedChannel> channels;
  for (size_t c = 0; c < theta.size(); ++c) {
    ExplainedChannel channel{.channel = static_cast<int64_t>(c), .theta = theta[c]};
    channel.slower = theta[c] > 0 ? trained[c] / theta[c] : 0;
    channel.trained_turns = rotary::turns(trained[c], train_length);
    channel.turns = rotary::turns(theta[c], 1) * distance;
    const double rounding = 1 + 1e-9;
    channel.new_angles =
        channel.trained_turns < 1 && channel.turns > channel.trained_turns * rounding;
    channels.push_back(channel);
  }
  return channels;
}

std::vector<ExplainedFactor> explain_factors(const PositionScheme& scheme, int64_t at) {
  std::set<int64_t> tokens = {at};
  for (int64_t n = 1; n < at; n *= 2) {
    tokens.insert(n);
  }
  if (scheme.rope().train_length < at) {
    tokens.insert(scheme.rope().train_length);
  }
  std::vector<ExplainedFactor> factors;
  factors.reserve(tokens.size());
  for (const int64_t n : tokens) {
    factors.push_back({n, scheme.stretch_at(n - 1), scheme.logit_factor(n - 1)});
  }
  return factors;
}

/// Options of llama.cpp, where nothing but a fixed frequency table is asked for.
std::optional<std::vector<std::string>> llama_cpp_options(const PositionScheme& scheme) {
  const rotary::ThetaKind& kind = scheme.theta_kind();
  const bool only_table = !scheme.far && scheme.visible.window == kUnlimited && !scheme.bias &&
                          scheme.decay.zeta.empty() && scheme.scale.log_n == LogN::off &&
                          scheme.dynamic.mode == Dynamic::Mode::off;
  if (!only_table || kind.llama_cpp == nullptr) {
    return std::nullopt;
  }
  return kind.llama_cpp(scheme.rope(), scheme.theta_arguments(), scheme.stretch_at(0));
}

/// A number in at most 8 characters.
std::string short_number(double number) { return fmt::format("{:.6g}", number); }

/// Rows of cells, every column as wide as its widest cell, aligned to the right.
std::string table_text(const std::vector<std::vector<std::string>>& rows) {
  std::vector<size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t c = 0; c < row.size(); ++c) {
      widths[c] = std::max(widths[c], row[c].size());
    }
  }
  std::string text;
  for (const auto& row : rows) {
    for (size_t c = 0; c < row.size(); ++c) {
      text += fmt::format("{}{:>{}}", c == 0 ? "  " : " ", row[c], widths[c]);
    }
    text.erase(text.find_last_not_of(' ') + 1);
    text += "\n";
  }
  return text;
}

std::string matrix_text(const Explanation& e) {
  std::vector<std::vector<std::string>> rows = {{"i \\ j"}};
  for (const int64_t key : e.positions) {
    rows[0].push_back(fmt::format("{}", key));
  }
  const size_t n = e.positions.size();
  for (size_t row = 0; row < n; ++row) {
    rows.push_back({fmt::format("{}", e.positions[row])});
    for (size_t column = 0; column < n; ++column) {
      const auto& cell = e.matrix[row * n + column];
      const bool later = e.positions[column] > e.positions[row];
      rows.back().push_back(cell ? fmt::format("{:.5g}", *cell) : later ? "" : "-");
    }
  }
  return table_text(rows);
}

std::string channels_text(const Explanation& e) {
  std::vector<std::vector<std::string>> rows = {
      {"c", "theta", "slower", "turns in N", "turns seen", ""}};
  for (const ExplainedChannel& channel : e.channels) {
    rows.push_back({fmt::format("{}", channel.channel), fmt::format("{:.7g}", channel.theta),
                    channel.theta > 0 ? fmt::format("{:.4g}", channel.slower) : "-",
                    fmt::format("{:.4g}", channel.trained_turns),
                    fmt::format("{:.4g}", channel.turns), channel.new_angles ? "new" : ""});
  }
  return table_text(rows);
}

std::string visible_text(const Explanation& e) {
  std::string text;
  for (const KeyRange& run : e.visible) {
    text += fmt::format("{}{}..{}", text.empty() ? "" : ", ", run.first, run.last);
  }
  return text;
}

}  // namespace

void ExplainOptions::visit(OptionVisitor& v) {
  v.text("scheme", scheme, "position scheme");
  v.integer("d", dims, 2, 4096, "rotated channels of a head, even");
  v.real("base", base, 1.0001, 1e12, "base of the rotation");
  v.integer("train", train, 2, kMostTokens, "training length N, tokens");
  v.integer("at", at, 0, kMostTokens, "length to explain, tokens; 0: 4 N");
  v.integer("cells", cells, 2, 256, "rows and columns of the matrix of distances");
  v.integer("layers", layers, 1, 4096, "layers of the model, for schemes that tell them apart");
  v.integer("layer", layer, 0, 4095, "the layer to explain");
  v.flag("unsafe", unsafe, "allow values that are known to be wrong");
}

void ExplainOptions::validate() const {
  validate_options([copy = *this](OptionVisitor& v) mutable { copy.visit(v); });
  require(layer < layers, ErrorKind::bad_option,
          "--layer is {} and --layers {}; layers are counted from 0", layer, layers);
}

Explanation explain(const PositionScheme& scheme, int64_t at, int64_t cells) {
  check_range("at", at, int64_t{1}, kMostTokens);
  check_range("cells", cells, int64_t{2}, int64_t{256});
  const int64_t query = at - 1;
  const int64_t limit = scheme.declared_limit();
  Explanation e;
  e.scheme = scheme.canonical();
  e.rope = scheme.rope();
  e.at = at;
  if (limit != kUnlimited) {
    e.declared_limit = limit;
    if (limit < at) {
      e.first_outside = limit;
    }
  }
  e.visible = visible_ranges(scheme.visible, query);
  for (const KeyRange& run : e.visible) {
    e.visible_keys += run.last - run.first + 1;
  }
  e.largest_distance = largest_distance(scheme, e.visible, query);
  const double trained =
      static_cast<double>(e.rope.train_length) * scheme.theta_at(query).reach - 1;
  e.outside_keys = scheme.rotates() ? outside_keys(scheme, e.visible, query, trained) : 0;

  e.positions = spread(at, cells);
  for (const int64_t i : e.positions) {
    for (const int64_t j : e.positions) {
      e.matrix.push_back(scheme.visible.sees(i, j) ? std::optional(scheme.relative(i, j))
                                                   : std::nullopt);
    }
  }
  e.channels = explain_channels(scheme, query, e.largest_distance);
  e.factors = explain_factors(scheme, at);
  e.llama_cpp = llama_cpp_options(scheme);
  e.notices = scheme.notices();
  return e;
}

Explanation explain(const ExplainOptions& options) {
  options.validate();
  const RopeSpec rope{.dims = options.dims, .base = options.base, .train_length = options.train};
  const int64_t at = options.at > 0 ? options.at : 4 * options.train;
  const SchemeSet set = SchemeSet::parse(options.scheme, rope, options.layers, at, options.unsafe);
  Explanation e = explain(set[options.layer], at, options.cells);
  e.notices = set.notices();
  return e;
}

std::string Explanation::to_json() const {
  JsonWriter w;
  const auto optional = [&](const auto& value) {
    if (value) {
      w.value(*value);
    } else {
      w.null();
    }
  };
  w.begin_object();
  w.key("scheme").value(scheme);
  w.key("d").value(rope.dims).key("base").value(rope.base);
  w.key("train").value(rope.train_length).key("at").value(at);
  w.key("declared_limit");
  optional(declared_limit);
  w.key("first_outside");
  optional(first_outside);
  w.key("largest_distance").value(largest_distance);
  w.key("visible_keys").value(visible_keys);
  w.key("outside_keys").value(outside_keys);
  w.key("visible").begin_array();
  for (const KeyRange& run : visible) {
    w.begin_array().value(run.first).value(run.last).end_array();
  }
  w.end_array();
  w.key("positions").begin_array();
  for (const int64_t position : positions) {
    w.value(position);
  }
  w.end_array();
  w.key("matrix").begin_array();
  for (size_t row = 0; row < positions.size(); ++row) {
    w.begin_array();
    for (size_t column = 0; column < positions.size(); ++column) {
      optional(matrix[row * positions.size() + column]);
    }
    w.end_array();
  }
  w.end_array();
  w.key("channels").begin_array();
  for (const ExplainedChannel& c : channels) {
    w.begin_object().key("channel").value(c.channel).key("theta").value(c.theta);
    w.key("slower").value(c.slower).key("trained_turns").value(c.trained_turns);
    w.key("turns").value(c.turns).key("new_angles").value(c.new_angles).end_object();
  }
  w.end_array();
  w.key("factors").begin_array();
  for (const ExplainedFactor& f : factors) {
    w.begin_object().key("tokens").value(f.tokens).key("stretch").value(f.stretch);
    w.key("factor").value(f.factor).end_object();
  }
  w.end_array();
  const auto texts = [&](const std::vector<std::string>& list) {
    w.begin_array();
    for (const std::string& text : list) {
      w.value(text);
    }
    w.end_array();
  };
  w.key("llama_cpp");
  if (llama_cpp) {
    texts(*llama_cpp);
  } else {
    w.null();
  }
  w.key("notices");
  texts(notices);
  w.end_object();
  return w.str();
}

std::string Explanation::to_text() const {
  std::string text = fmt::format("{}\n  trained on {} tokens (d = {}, base {}), read to {}\n",
                                 scheme, rope.train_length, rope.dims, short_number(rope.base), at);
  text += declared_limit ? fmt::format("  distances stay among the trained ones up to {} tokens\n",
                                       *declared_limit)
                         : "  distances stay among the trained ones at any length\n";
  text += fmt::format(
      "  the last query sees {} keys ({}), the farthest at distance {}; {} at distances that were "
      "not trained\n",
      visible_keys, visible_text(*this), short_number(largest_distance), outside_keys);
  if (llama_cpp) {
    text += fmt::format("  llama.cpp: {}\n", llama_cpp->empty()
                                                 ? "its defaults"
                                                 : fmt::format("{}", fmt::join(*llama_cpp, " ")));
  } else {
    text += "  llama.cpp: no options do the same\n";
  }
  for (const std::string& notice : notices) {
    text += fmt::format("  notice: {}\n", notice);
  }
  text += "\ndistances, query i to key j ('-': not visible)\n" + matrix_text(*this);
  text += "\nchannels, as the last query turns them ('new': angles that training did not reach)\n" +
          channels_text(*this);

  std::vector<std::vector<std::string>> rows = {{"tokens", "s", "lambda"}};
  for (const ExplainedFactor& f : factors) {
    rows.push_back({fmt::format("{}", f.tokens), short_number(f.stretch), short_number(f.factor)});
  }
  return text + "\nfactor on the logits\n" + table_text(rows);
}

}  // namespace yonder::lm
