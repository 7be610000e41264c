// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/tune.h"

#include "yonder/base/error.h"
#include "yonder/base/json.h"
#include "yonder/lm/evaluation_text.h"
#include "yonder/lm/position/table.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace yonder::lm {
namespace {

constexpr int64_t kMostTokens = int64_t{1} << 40;
constexpr double kByRatio = 16;       // to / from from which ratios are searched
constexpr double kResolution = 1e-3;  // of the range, where the search ends

/// Whether the argument that `?` stands for takes whole numbers only. Throws where it takes none.
bool is_whole(std::string_view scheme) {
  const size_t mark = scheme.find('?');
  require(mark != std::string_view::npos && scheme.find('?', mark + 1) == std::string_view::npos &&
              mark > 0 && scheme[mark - 1] == '=' &&
              (mark + 1 == scheme.size() ||
               std::string_view(",+;").find(scheme[mark + 1]) != std::string_view::npos),
          ErrorKind::bad_option,
          "--scheme is '{}'; write one ? in place of the number to tune, e.g. ntk-mixed:s=8,b=?",
          scheme);
  const std::string_view before = scheme.substr(0, mark - 1);
  const size_t key_begin = before.find_last_of(",:") + 1;
  const std::string_view key = before.substr(key_begin);
  const size_t colon = before.rfind(':');
  const std::string_view head = before.substr(0, colon == std::string_view::npos ? 0 : colon);
  const std::string_view name = head.substr(head.find_last_of("+;=") + 1);
  const SchemeTerm* term = find_scheme_term(name);
  require(term != nullptr, ErrorKind::bad_option, "--scheme is '{}'; there is no scheme '{}'",
          scheme, name);
  using Kind = rotary::ArgumentSpec::Kind;
  for (const rotary::ArgumentSpec& argument : term->arguments) {
    if (argument.name == key) {
      require(argument.kind == Kind::integer || argument.kind == Kind::real, ErrorKind::bad_option,
              "--scheme is '{}'; {} of {} is no number", scheme, key, name);
      return argument.kind == Kind::integer;
    }
  }
  fail(ErrorKind::bad_option, "--scheme is '{}'; {} has no argument '{}'", scheme, name, key);
}

std::string with_value(std::string_view scheme, double value, bool whole) {
  const size_t mark = scheme.find('?');
  const std::string text =
      whole ? fmt::format("{}", std::llround(value)) : fmt::format("{:.6g}", value);
  return std::string(scheme.substr(0, mark)) + text + std::string(scheme.substr(mark + 1));
}

/// Values on the axis that is searched: the number, or its logarithm.
class Axis {
 public:
  explicit Axis(const TuneRange& range)
      : range_(range), by_ratio_(range.from > 0 && range.to / range.from >= kByRatio) {}
  double low() const { return at(range_.from); }
  double high() const { return at(range_.to); }
  double at(double value) const { return by_ratio_ ? std::log(value) : value; }
  double value(double x) const {
    const double v = std::clamp(by_ratio_ ? std::exp(x) : x, range_.from, range_.to);
    return range_.whole ? std::round(v) : v;
  }

 private:
  TuneRange range_;
  bool by_ratio_;
};

}  // namespace

void TuneOptions::visit(OptionVisitor& v) {
  v.text("scheme", scheme, "a position scheme with ? in place of one number: ntk-mixed:s=8,b=?");
  v.real("from", from, -1e12, 1e12, "least value");
  v.real("to", to, -1e12, 1e12, "largest value");
  v.integer("length", length, 0, kMostTokens, "tokens of context; 0: 4 times the training length");
  v.integer("last", last, 0, kMostTokens, "last tokens scored; 0: half of the training length");
  v.integer("samples", samples, 1, kMostTokens, "texts");
  v.integer("trials", trials, 3, 1000, "values tried at most");
  v.integer("grid", grid, 3, 1000, "of these spread over the range before the search narrows");
  v.flag("unsafe", unsafe, "allow scheme arguments that are known to be wrong");
}

void TuneOptions::validate() const {
  validate_options([copy = *this](OptionVisitor& v) mutable { copy.visit(v); });
  require(!scheme.empty(), ErrorKind::bad_option, "--scheme is missing, e.g. ntk-mixed:s=8,b=?");
  require(from < to, ErrorKind::bad_option,
          "--from is {} and --to is {}; give the range to search, the lower end first", from, to);
  require(grid <= trials, ErrorKind::bad_option, "--grid is {}, more than --trials, {}", grid,
          trials);
}

std::string TuneReport::to_json() const {
  JsonWriter w;
  w.begin_object().key("scheme").value(scheme).key("value").value(best.value);
  w.key("loss").value(best.loss).key("at_an_end").value(at_an_end).key("trials").begin_array();
  for (const TuneTrial& trial : trials) {
    w.begin_object().key("value").value(trial.value).key("loss").value(trial.loss).end_object();
  }
  w.end_array().end_object();
  return w.str();
}

std::vector<TuneTrial> minimize(const std::function<double(double)>& loss, const TuneRange& range,
                                int64_t grid, int64_t trials) {
  const Axis axis(range);
  std::vector<TuneTrial> tried;
  const auto budget = static_cast<size_t>(trials);
  // Infinite once the budget is spent, which ends the search.
  const auto loss_at = [&](double x) {
    const double value = axis.value(x);
    for (const TuneTrial& trial : tried) {
      if (trial.value == value) {
        return trial.loss;
      }
    }
    if (tried.size() == budget) {
      return std::numeric_limits<double>::infinity();
    }
    tried.push_back({value, loss(value)});
    return tried.back().loss;
  };
  const double width = axis.high() - axis.low();
  const double step = width / static_cast<double>(grid - 1);
  double best = axis.low();
  for (int64_t i = 0; i < grid; ++i) {
    const double x = i + 1 == grid ? axis.high() : axis.low() + static_cast<double>(i) * step;
    if (loss_at(x) < loss_at(best)) {
      best = x;
    }
  }
  double low = std::max(axis.low(), best - step);
  double high = std::min(axis.high(), best + step);
  constexpr double kGolden = std::numbers::phi - 1;
  double left = high - kGolden * (high - low);
  double right = low + kGolden * (high - low);
  while (tried.size() < budget && high - low > kResolution * width) {
    if (loss_at(left) <= loss_at(right)) {
      high = right;
      right = left;
      left = high - kGolden * (high - low);
    } else {
      low = left;
      left = right;
      right = low + kGolden * (high - low);
    }
    if (range.whole && axis.value(high) - axis.value(low) <= 2) {
      loss_at((low + high) / 2);
      break;
    }
  }
  return tried;
}

TuneReport tune_scheme(TextScorer& scorer, const EvalSubject& subject, std::string_view text,
                       const TuneOptions& options,
                       const std::function<void(const TuneTrial&)>& trial, Progress* progress) {
  options.validate();
  const TuneRange range{options.from, options.to, is_whole(options.scheme)};
  const int64_t length = options.length > 0 ? options.length : 4 * subject.train_length;
  const int64_t last = options.last > 0
                           ? options.last
                           : std::max<int64_t>(1, std::min(length, subject.train_length) / 2);
  require(last <= length, ErrorKind::bad_option, "--last is {}, more than --length, {}", last,
          length);
  for (const double end : {range.from, range.to}) {
    scorer.use(with_value(options.scheme, end, range.whole), length);
  }
  std::vector<ScoredWindow> windows;
  const auto samples = evaluation_samples(
      subject.codec->encode(text, false),
      {.longest = length, .train_length = subject.train_length, .samples = options.samples});
  for (const auto& sample : samples) {
    windows.push_back(growing_window(sample, length, last, subject.begin));
  }
  const ProgressRef shown(progress);
  shown.begin("tuning", static_cast<uint64_t>(options.trials * length) * windows.size(), "tokens");
  const auto loss = [&](double value) {
    scorer.use(with_value(options.scheme, value, range.whole), length);
    double sum = 0;
    for (const ScoredWindow& window : windows) {
      shown.stop_if_cancelled("the values printed before are right");
      for (const float log_probability : scorer.score(window.ids, window.first).log_probability) {
        sum -= static_cast<double>(log_probability);
      }
      shown.advance(window.ids.size() - 1);
    }
    const double mean = sum / static_cast<double>(windows.size()) / static_cast<double>(last);
    if (trial) {
      trial({value, mean});
    }
    return mean;
  };
  TuneReport report;
  report.trials = minimize(loss, range, options.grid, options.trials);
  report.best =
      *std::min_element(report.trials.begin(), report.trials.end(),
                        [](const TuneTrial& a, const TuneTrial& b) { return a.loss < b.loss; });
  report.scheme =
      scorer.use(with_value(options.scheme, report.best.value, range.whole), length).canonical;
  report.at_an_end = report.best.value <= options.from || report.best.value >= options.to;
  return report;
}

}  // namespace yonder::lm
