// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/attention_report.h"

#include "yonder/base/error.h"
#include "yonder/base/json.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

namespace yonder::lm {
namespace {

constexpr int64_t kMostTokens = int64_t{1} << 40;

/// Queries to look at: `count` of them, evenly in ln n from the first that sees 4 times the sinks.
std::vector<int64_t> spread_queries(int64_t length, int64_t sinks, int64_t count) {
  const double from =
      std::log(static_cast<double>(std::min(length, 4 * std::max<int64_t>(1, sinks))));
  const double to = std::log(static_cast<double>(length));
  std::set<int64_t> queries;
  for (int64_t i = 0; i < count; ++i) {
    const double part = count == 1 ? 1 : static_cast<double>(i) / static_cast<double>(count - 1);
    queries.insert(std::llround(std::exp(from + part * (to - from))) - 1);
  }
  return {queries.begin(), queries.end()};
}

double entropy_of(std::span<const double> weights) {
  double entropy = 0;
  for (const double w : weights) {
    entropy -= w > 0 ? w * std::log(w) : 0;
  }
  return entropy;
}

/// Least squares of entropy over ln n; 0 where there are no two different n.
double slope_of(const std::vector<EntropyPoint>& points) {
  double mean_x = 0;
  double mean_y = 0;
  for (const EntropyPoint& point : points) {
    mean_x += std::log(static_cast<double>(point.keys)) / static_cast<double>(points.size());
    mean_y += point.entropy / static_cast<double>(points.size());
  }
  double xx = 0;
  double xy = 0;
  for (const EntropyPoint& point : points) {
    const double x = std::log(static_cast<double>(point.keys)) - mean_x;
    xx += x * x;
    xy += x * (point.entropy - mean_y);
  }
  return xx > 0 ? xy / xx : 0;
}

void measure_keys(std::span<const float> k, int64_t dims, HeadReport& head) {
  double sum = 0;
  double squares = 0;
  const auto keys = static_cast<double>(k.size()) / static_cast<double>(dims);
  for (size_t at = 0; at < k.size(); at += static_cast<size_t>(dims)) {
    double square = 0;
    for (size_t c = 0; c < static_cast<size_t>(dims); ++c) {
      square += static_cast<double>(k[at + c]) * static_cast<double>(k[at + c]);
    }
    sum += std::sqrt(square);
    squares += square;
  }
  head.key_norm_mean = sum / keys;
  head.key_norm_deviation =
      std::sqrt(std::max(0.0, squares / keys - head.key_norm_mean * head.key_norm_mean));
}

}  // namespace

void SinkOptions::visit(OptionVisitor& v) {
  v.text("scheme", scheme, "position scheme; without it the model's own");
  v.integer("length", length, 0, kMostTokens, "tokens to read; 0: the training length");
  v.integer("sinks", sinks, 1, 1 << 20, "first keys of the text that count as sinks");
  v.integer("queries", queries, 2, 1 << 20, "queries looked at, spread evenly in ln n");
  v.flag("unsafe", unsafe, "allow scheme arguments that are known to be wrong");
}

void SinkOptions::validate() const {
  validate_options([copy = *this](OptionVisitor& v) mutable { copy.visit(v); });
}

std::string AttentionReport::to_json() const {
  JsonWriter w(2);
  w.begin_object().key("scheme").value(scheme).key("length").value(length);
  w.key("sinks").value(sinks).key("heads").begin_array();
  for (const HeadReport& head : heads) {
    w.begin_object().key("layer").value(head.layer).key("head").value(head.head);
    w.key("sink_mass").value(head.sink_mass).key("entropy_slope").value(head.entropy_slope);
    w.key("key_norm_mean").value(head.key_norm_mean);
    w.key("key_norm_deviation").value(head.key_norm_deviation).key("entropy").begin_array();
    for (const EntropyPoint& point : head.entropy) {
      w.begin_object().key("keys").value(point.keys).key("entropy").value(point.entropy);
      w.end_object();
    }
    w.end_array().end_object();
  }
  w.end_array().key("notices").begin_array();
  for (const std::string& notice : notices) {
    w.value(notice);
  }
  w.end_array().end_object();
  return w.str();
}

std::vector<double> attention_weights(const PositionScheme& scheme, int64_t i,
                                      std::span<const float> q, std::span<const float> k,
                                      double factor, int64_t head, int64_t heads) {
  const auto dims = q.size();
  const size_t rotated = static_cast<size_t>(scheme.rope().dims) / 2;
  const ThetaTable table = scheme.theta_at(i);
  const double scale = factor * scheme.logit_factor(i);
  std::vector<double> weights(static_cast<size_t>(i) + 1, 0.0);
  double largest = -std::numeric_limits<double>::infinity();
  for (int64_t j = 0; j <= i; ++j) {
    if (!scheme.visible.sees(i, j)) {
      continue;
    }
    const float* key = k.data() + static_cast<size_t>(j) * dims;
    const double distance = scheme.relative(i, j);
    double logit = 0;
    for (size_t c = 0; c < rotated; ++c) {
      // (R_d q) . k of one pair, d the distance that the rotation sees.
      const double q0 = q[c];
      const double q1 = q[c + rotated];
      const double k0 = key[c];
      const double k1 = key[c + rotated];
      const double angle = scheme.rotates() ? distance * table.theta[c] : 0;
      double term = std::cos(angle) * (q0 * k0 + q1 * k1) + std::sin(angle) * (q0 * k1 - q1 * k0);
      if (!scheme.decay.zeta.empty()) {
        term *= std::pow(scheme.decay.zeta[c], static_cast<double>(i - j) / scheme.decay.scale);
      }
      logit += term;
    }
    for (size_t c = 2 * rotated; c < dims; ++c) {
      logit += static_cast<double>(q[c]) * static_cast<double>(key[c]);
    }
    logit *= scale;
    if (scheme.bias) {
      logit += (*scheme.bias)(head, heads, i - j);
    }
    weights[static_cast<size_t>(j)] = logit;
    largest = std::max(largest, logit);
  }
  double total = 0;
  for (int64_t j = 0; j <= i; ++j) {
    double& weight = weights[static_cast<size_t>(j)];
    weight = scheme.visible.sees(i, j) ? std::exp(weight - largest) : 0;
    total += weight;
  }
  for (double& weight : weights) {
    weight /= total;
  }
  return weights;
}

AttentionReport attention_report(const Model& model, std::span<const uint32_t> ids,
                                 const SinkOptions& options, Progress* progress) {
  options.validate();
  const int64_t length = options.length > 0 ? options.length : model.config().train_length;
  require(static_cast<int64_t>(ids.size()) >= length, ErrorKind::bad_data,
          "the text has {} tokens; the report needs {}: give a longer text or a smaller --length",
          ids.size(), length);
  const ModelConfig& config = model.config();
  require(config.attention_layers() > 0, ErrorKind::bad_option,
          "the model has no layer of attention to report on");
  const SchemeSet schemes = model.scheme(options.scheme, length, options.unsafe);
  const ProgressRef shown(progress);
  AttentionReport report{schemes.canonical(), length, options.sinks, {}, schemes.notices()};
  for (const std::string& notice : report.notices) {
    shown.warn(notice);
  }
  const std::vector<int64_t> queries = spread_queries(length, options.sinks, options.queries);
  shown.begin("looking at heads", static_cast<uint64_t>(config.attention_layers() * config.heads),
              "heads");
  // One chunk, so that each layer shows all of its keys at once.
  SessionOptions one_chunk;
  one_chunk.chunk = length;
  Session session(model, schemes, one_chunk);
  session.observe([&](const AttentionView& view) {
    for (int64_t h = 0; h < view.heads; ++h) {
      shown.stop_if_cancelled("nothing was reported");
      HeadReport head{.layer = view.layer, .head = h, .entropy = {}};
      const std::span<const float> keys = view.keys_of(h);
      measure_keys(keys, view.head_dim, head);
      for (const int64_t i : queries) {
        const auto weights = attention_weights(schemes[view.layer], i, view.query(h, i), keys,
                                               view.factor, h, view.heads);
        for (int64_t j = 0; j < std::min(options.sinks, i + 1); ++j) {
          head.sink_mass += weights[static_cast<size_t>(j)] / static_cast<double>(queries.size());
        }
        head.entropy.push_back({i + 1, entropy_of(weights)});
      }
      head.entropy_slope = slope_of(head.entropy);
      report.heads.push_back(std::move(head));
      shown.advance(1);
    }
  });
  session.feed(ids.first(static_cast<size_t>(length)));
  return report;
}

}  // namespace yonder::lm
