// SPDX-License-Identifier: Apache-2.0
// From values to bins, from bins to symbols, and back. The coder itself is internal/rans.cpp, the
// file internal/density_stream.cpp.
#include "yonder/density/entropy_coder.h"

#include "yonder/base/error.h"
#include "yonder/density/internal/density_stream.h"
#include "yonder/density/internal/interval_probability.h"
#include "yonder/density/internal/optimal_frequencies.h"
#include "yonder/density/internal/rans.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

namespace yonder::density {
namespace {

using internal::kMostBin;

constexpr size_t kBlock = 4096;  // symbols at a time; a multiple of the coder's lanes
constexpr double kInfinity = std::numeric_limits<double>::infinity();
// A bin whose share of 2^precision is below this is not worth the place of at least 1 that all
// others would pay for: it is escaped for some 15 bits more.
constexpr double kLeastShare = 1.0 / 16;
// The mass on each side that may be escaped because the table has no room for its bins.
constexpr double kMostTail = 5e-4;

// The bins that have a symbol, and ln of their probabilities.
struct Bins {
  int64_t low = 0;
  int64_t high = 0;
  std::vector<double> log_probability;  // of low..high
};

double edge(double bin, const EncodeOptions& options) {
  return (bin - 0.5) * options.step + options.offset;
}

std::vector<double> log_probabilities(const Model& model, std::span<const int64_t> bins,
                                      const EncodeOptions& options) {
  std::vector<double> lower(bins.size());
  std::vector<double> upper(bins.size());
  for (size_t k = 0; k < bins.size(); ++k) {
    lower[k] = edge(static_cast<double>(bins[k]), options);
    upper[k] = edge(static_cast<double>(bins[k]) + 1, options);
  }
  std::vector<double> out(bins.size());
  internal::log_interval_probability(model, lower, upper, out);
  for (size_t k = 0; k < bins.size(); ++k) {
    // So far out that doubles are wider apart than bins.
    if (lower[k] == upper[k] && model.domain().kind == DomainKind::line) {
      model.logpdf({&lower[k], 1}, {&out[k], 1});
      out[k] += std::log(options.step);
    }
  }
  return out;
}

// The bins from low to high value, in bins; false where they do not fit into the table.
bool fits(const std::array<double, 2>& ends, const EncodeOptions& options, Bins& bins) {
  const double low = std::nearbyint((ends[0] - options.offset) / options.step);
  const double high = std::nearbyint((ends[1] - options.offset) / options.step);
  const double room = std::exp2(static_cast<double>(options.precision)) - 1;
  if (!(std::abs(low) < 0x1p62 && std::abs(high) < 0x1p62 && high - low + 1 <= room)) {
    return false;
  }
  bins.low = static_cast<int64_t>(low);
  bins.high = static_cast<int64_t>(high);
  return true;
}

Bins choose_bins(const Model& model, const EncodeOptions& options) {
  const bool line = model.domain().kind == DomainKind::line;
  std::array<double, 2> ends = {model.domain().origin, model.domain().upper()};
  double tail = line ? options.tail : 0;
  const auto set_tail = [&] {
    const std::array<double, 2> masses = {tail, 1 - tail};
    model.quantile(masses, ends);
  };
  if (line) {
    set_tail();
  }
  Bins bins;
  while (!fits(ends, options, bins)) {
    const double needed = (ends[1] - ends[0]) / options.step;
    require(tail < kMostTail, ErrorKind::bad_option,
            "{} bins of step {} are needed for all but {} of the values, and a table of precision "
            "{} has {}; pass a larger step or a higher precision (up to {})",
            needed, options.step, 2 * tail, options.precision,
            (int64_t{1} << options.precision) - 1, internal::kMostPrecision);
    tail = std::min(std::max(2 * tail, 1e-9), kMostTail);
    set_tail();
  }
  std::vector<int64_t> all(static_cast<size_t>(bins.high - bins.low) + 1);
  std::iota(all.begin(), all.end(), bins.low);
  bins.log_probability = log_probabilities(model, all, options);
  const double least =
      std::log(kLeastShare) - static_cast<double>(options.precision) * std::numbers::ln2;
  auto first = bins.log_probability.begin();
  auto last = bins.log_probability.end();
  while (last - first > 1 && *first < least) {
    ++first;
    ++bins.low;
  }
  while (last - first > 1 && last[-1] < least) {
    --last;
    --bins.high;
  }
  bins.log_probability = std::vector<double>(first, last);
  return bins;
}

internal::Frequencies choose_frequencies(const Model& model, const Bins& bins,
                                         const EncodeOptions& options) {
  std::vector<double> probabilities(bins.log_probability.size() + 1);
  std::transform(bins.log_probability.begin(), bins.log_probability.end(), probabilities.begin(),
                 [](double log_probability) { return std::exp(log_probability); });
  const std::array<double, 2> low = {-kInfinity, edge(static_cast<double>(bins.high) + 1, options)};
  const std::array<double, 2> high = {edge(static_cast<double>(bins.low), options), kInfinity};
  std::array<double, 2> beyond{};
  internal::log_interval_probability(model, low, high, beyond);
  probabilities.back() = std::exp(beyond[0]) + std::exp(beyond[1]);
  return internal::optimal_frequencies(probabilities, static_cast<int>(options.precision));
}

// Values of one block as symbols, and the bins of those that have none.
class Quantizer {
 public:
  Quantizer(const Model& model, const Bins& bins, const EncodeOptions& options)
      : domain_(model.domain()),
        bounded_(domain_.kind == DomainKind::interval || domain_.kind == DomainKind::reflected),
        circular_(domain_.kind == DomainKind::circular),
        low_(bins.low),
        escape_(bins.log_probability.size()),
        step_(options.step),
        offset_(options.offset) {}

  /// False at a value that cannot be coded; explain() says why.
  bool quantize(std::span<const double> values, std::span<uint32_t> symbols,
                std::vector<int64_t>& escaped) const {
    constexpr double kRound = 0x1.8p52;  // adding and taking away rounds to a whole number
    for (size_t i = 0; i < values.size(); ++i) {
      double y = values[i];
      if (bounded_ && !(y >= domain_.origin && y <= domain_.upper())) {
        return false;
      }
      if (circular_ && !(y >= domain_.origin && y < domain_.upper()) && std::isfinite(y)) {
        y = domain_.from_point(domain_.to_point(y));
      }
      double bin = (y - offset_) / step_;
      bin = std::abs(bin) < 0x1p51 ? (bin + kRound) - kRound : std::nearbyint(bin);
      if (!(std::abs(bin) < static_cast<double>(kMostBin))) {
        return false;
      }
      const auto k = static_cast<int64_t>(bin);
      const uint64_t symbol = static_cast<uint64_t>(k) - static_cast<uint64_t>(low_);
      if (symbol >= escape_) {
        escaped.push_back(k);
      }
      symbols[i] = static_cast<uint32_t>(std::min(symbol, escape_));
    }
    return true;
  }

  [[noreturn]] void explain(std::span<const double> values) const {
    for (size_t i = 0; i < values.size(); ++i) {
      const double y = values[i];
      require(std::isfinite(y), ErrorKind::bad_data,
              "value {} is {}; only finite numbers can be coded", i, y);
      require(!bounded_ || (y >= domain_.origin && y <= domain_.upper()), ErrorKind::bad_data,
              "value {} is {}, outside of the model's domain {}", i, y, domain_.text());
      require(std::abs((y - offset_) / step_) < static_cast<double>(kMostBin), ErrorKind::bad_data,
              "value {} is {}, more than 2^62 steps of {} from the offset {}; pass a larger step",
              i, y, step_, offset_);
    }
    fail(ErrorKind::internal, "a value that can be coded was refused; please report this");
  }

 private:
  const Domain& domain_;
  bool bounded_;
  bool circular_;
  int64_t low_;
  uint64_t escape_;
  double step_;
  double offset_;
};

}  // namespace

void EncodeOptions::visit(OptionVisitor& v) {
  v.real("step", step, 0, std::numeric_limits<double>::max(),
         "width of the bins that values are rounded to, > 0");
  v.real("offset", offset, std::numeric_limits<double>::lowest(),
         std::numeric_limits<double>::max(), "centre of one of the bins");
  v.integer("precision", precision, internal::kLeastPrecision, internal::kMostPrecision,
            "frequencies of bins are multiples of 2^-precision");
  v.real("tail", tail, 1e-12, 1e-3, "on the line: bins beyond this mass on each side are escaped");
}

void EncodeOptions::validate() const {
  validate_options([copy = *this](OptionVisitor& v) mutable { copy.visit(v); });
  require(step > 0, ErrorKind::bad_option, "--step is {}; bins need a width above 0", step);
}

std::string encode(const Model& model, std::span<const double> values, const EncodeOptions& options,
                   EncodeReport* report, Progress* progress) {
  options.validate();
  const ProgressRef sink(progress);
  sink.begin("encoding", values.size(), "numbers");
  const Bins bins = choose_bins(model, options);
  const internal::Frequencies frequencies = choose_frequencies(model, bins, options);
  const Quantizer quantizer(model, bins, options);
  internal::RansEncoder encoder(frequencies);
  std::vector<uint64_t> counts(frequencies.counts.size());
  std::vector<int64_t> escaped;  // the last one first
  std::vector<int64_t> escaped_in_block;
  std::array<uint32_t, kBlock> symbols{};
  const auto quantize = [&](size_t first, size_t last) {
    const std::span<uint32_t> block = std::span(symbols).first(last - first);
    escaped_in_block.clear();
    if (!quantizer.quantize(values.subspan(first, last - first), block, escaped_in_block)) {
      quantizer.explain(values);
    }
    for (const uint32_t symbol : block) {
      ++counts[symbol];
    }
    escaped.insert(escaped.end(), escaped_in_block.rbegin(), escaped_in_block.rend());
    sink.advance(last - first);
    sink.stop_if_cancelled("nothing was written");
    return std::span<const uint32_t>(block);
  };
  const size_t body = values.size() - std::min(values.size(), internal::kRansTail);
  encoder.encode_tail(quantize(body, values.size()));
  for (size_t last = body; last > 0;) {
    const size_t first = (last - 1) / kBlock * kBlock;
    encoder.encode(quantize(first, last));
    last = first;
  }
  internal::EscapeWriter escapes(bins.low, bins.high);
  for (auto bin = escaped.rbegin(); bin != escaped.rend(); ++bin) {
    escapes.put(*bin);
  }
  const std::string payload = encoder.finish();
  const StreamInfo info = {options.step, options.offset, options.precision,
                           bins.low,     bins.high,      values.size()};
  const std::string table = internal::table_bytes(frequencies);
  if (report != nullptr) {
    report->samples = values.size();
    report->escapes = escaped.size();
    report->bytes = payload.size() + escapes.bytes().size();
    report->table_bytes = table.size();
    const std::vector<double> log_escaped = log_probabilities(model, escaped, options);
    double total = std::accumulate(log_escaped.begin(), log_escaped.end(), 0.0);
    for (size_t symbol = 0; symbol < bins.log_probability.size(); ++symbol) {
      if (counts[symbol] > 0) {  // 0 * ln 0 is 0
        total += static_cast<double>(counts[symbol]) * bins.log_probability[symbol];
      }
    }
    const auto samples = static_cast<double>(std::max<size_t>(values.size(), 1));
    report->bits_per_sample = 8 * static_cast<double>(report->bytes) / samples;
    report->cross_entropy = -total / std::numbers::ln2 / samples;
  }
  return internal::write_stream(info, table, payload, escapes.bytes());
}

std::vector<double> decode(std::string_view bytes, std::string_view name, Progress* progress) {
  const internal::StreamReader stream(bytes, name);
  const StreamInfo& info = stream.info();
  const ProgressRef sink(progress);
  sink.begin("decoding", info.samples, "numbers");
  internal::RansDecoder decoder(stream.frequencies(), stream.payload(), std::string(name));
  internal::EscapeReader escapes(stream.escapes(), info, std::string(name));
  const auto escape = static_cast<uint32_t>(stream.frequencies().counts.size() - 1);
  std::vector<double> values;
  // Few bytes may rightly announce very many likely values: those are believed as they come.
  values.reserve(std::min<uint64_t>(info.samples, 8 * uint64_t{stream.payload().size()}));
  std::array<uint32_t, kBlock> symbols{};
  const auto append = [&](std::span<const uint32_t> decoded) {
    const size_t done = values.size();
    values.resize(done + decoded.size());
    double* out = values.data() + done;
    for (size_t i = 0; i < decoded.size(); ++i) {
      const int64_t bin = decoded[i] == escape ? escapes.next() : info.low + decoded[i];
      out[i] = internal::value_of(info, bin);
    }
    sink.advance(decoded.size());
    sink.stop_if_cancelled("nothing was written");
  };
  const uint64_t tail = std::min<uint64_t>(info.samples, internal::kRansTail);
  for (uint64_t left = info.samples - tail; left > 0;) {
    const std::span<uint32_t> block = std::span(symbols).first(std::min<uint64_t>(kBlock, left));
    decoder.decode(block);
    append(block);
    left -= block.size();
  }
  decoder.decode_tail(std::span(symbols).first(tail));
  append(std::span(symbols).first(tail));
  escapes.finish();
  return values;
}

StreamInfo stream_info(std::string_view bytes, std::string_view name) {
  return internal::StreamReader(bytes, name).info();
}

}  // namespace yonder::density
