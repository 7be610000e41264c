// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/tax.h"

#include "yonder/base/error.h"
#include "yonder/base/json.h"
#include "yonder/lm/bootstrap.h"
#include "yonder/lm/evaluation_loop.h"
#include "yonder/lm/evaluation_text.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace yonder::lm {
namespace {

constexpr int64_t kMostTokens = int64_t{1} << 40;
constexpr int64_t kLambdaSinks = 4;  // StreamingLLM's

/// Log-probabilities [sample][target].
using Table = std::vector<std::vector<float>>;

Table score_all(TextScorer& scorer, const std::vector<ScoredWindow>& windows,
                const ProgressRef& shown) {
  Table table;
  for (const ScoredWindow& window : windows) {
    shown.stop_if_cancelled("the rows printed before are complete");
    table.push_back(scorer.score(window.ids, window.first).log_probability);
    shown.advance(window.ids.size() - 1);
  }
  return table;
}

/// Of targets first .. last-1 of every sample: mean of other minus base in loss.
LossDifference difference(const Table& base, const Table& other, size_t first, size_t last,
                          const TaxOptions& options) {
  std::vector<double> sums;
  std::vector<double> counts;
  double total = 0;
  for (size_t sample = 0; sample < base.size(); ++sample) {
    double sum = 0;
    for (size_t t = first; t < last; ++t) {
      sum += static_cast<double>(base[sample][t]) - static_cast<double>(other[sample][t]);
    }
    sums.push_back(sum);
    counts.push_back(static_cast<double>(last - first));
    total += sum;
  }
  const Interval interval = bootstrap_interval(sums, counts, options.confidence, options.seed);
  return {total / (counts.front() * static_cast<double>(counts.size())), interval.low,
          interval.high};
}

double mean_loss(const Table& table) {
  double sum = 0;
  double count = 0;
  for (const auto& sample : table) {
    for (const float log_probability : sample) {
      sum -= static_cast<double>(log_probability);
      count += 1;
    }
  }
  return sum / count;
}

void compare_inside(const Table& base, const Table& other, const TaxOptions& options, TaxRow& row) {
  const size_t contexts = base.front().size();
  row.tax = difference(base, other, 0, contexts, options);
  for (size_t n = 0; n < contexts; ++n) {
    double sum = 0;
    for (size_t sample = 0; sample < base.size(); ++sample) {
      sum += static_cast<double>(base[sample][n]) - static_cast<double>(other[sample][n]);
    }
    row.by_length.push_back(sum / static_cast<double>(base.size()));
  }
  const auto same = [&](size_t n) {
    return std::ranges::all_of(base, [&, sample = size_t{0}](const auto& of_sample) mutable {
      return of_sample[n] == other[sample++][n];
    });
  };
  while (row.exact_up_to < static_cast<int64_t>(contexts) &&
         same(static_cast<size_t>(row.exact_up_to))) {
    ++row.exact_up_to;
  }
  for (size_t first = 1; first <= contexts; first *= 2) {
    const size_t last = std::min(2 * first - 1, contexts);
    row.bins.push_back({static_cast<int64_t>(first), static_cast<int64_t>(last),
                        difference(base, other, first - 1, last, options)});
  }
}

std::vector<ScoredWindow> windows_of(const std::vector<std::vector<uint32_t>>& samples,
                                     int64_t length, int64_t last, const EvalSubject& subject) {
  std::vector<ScoredWindow> windows;
  for (const auto& sample : samples) {
    windows.push_back(growing_window(sample, length, last, subject.begin));
  }
  return windows;
}

void write(JsonWriter& w, const LossDifference& difference) {
  w.begin_object();
  for (const auto& [name, value] :
       {std::pair{"mean", difference.mean}, {"low", difference.low}, {"high", difference.high}}) {
    w.key(name);
    std::isfinite(value) ? w.value(value) : w.null();
  }
  w.end_object();
}

}  // namespace

void TaxOptions::visit(OptionVisitor& v) {
  v.list("scheme", schemes, "position schemes, apart by commas");
  v.text("lambda", lambda,
         "what to compare with beyond the training length N; without it lambda:w=<N-4>,sinks=4");
  v.integers("lengths", lengths, 1, kMostTokens,
             "tokens of context beyond N; without it 2N, 4N and 8N");
  v.integer("last", last, 0, kMostTokens, "last tokens scored beyond N; 0: N/2");
  v.integer("samples", samples, 1, kMostTokens, "texts of the longest length");
  v.real("confidence", confidence, 0.5, 0.9999, "of the intervals over samples");
  v.seed("seed", seed, "of the intervals");
  v.flag("unsafe", unsafe, "allow scheme arguments that are known to be wrong");
}

void TaxOptions::validate() const {
  validate_options([copy = *this](OptionVisitor& v) mutable { copy.visit(v); });
  require(!schemes.empty(), ErrorKind::bad_option, "--scheme is missing, e.g. rerope:w=128");
}

std::string TaxRow::to_json() const {
  JsonWriter w;
  w.begin_object().key("scheme").value(scheme).key("lambda").value(lambda);
  write(w.key("tax"), tax);
  w.key("exact_up_to").value(exact_up_to);
  w.key("loses_at");
  loses_at ? w.value(*loses_at) : w.null();
  w.key("bins").begin_array();
  for (const TaxBin& bin : bins) {
    w.begin_object().key("first").value(bin.first).key("last").value(bin.last);
    write(w.key("tax"), bin.tax);
    w.end_object();
  }
  w.end_array().key("beyond").begin_array();
  for (const TaxLength& length : beyond) {
    w.begin_object().key("length").value(length.length).key("loss").value(length.loss);
    w.key("lambda_loss").value(length.lambda_loss);
    write(w.key("difference"), length.difference);
    w.end_object();
  }
  w.end_array().key("by_length").begin_array();
  for (const double value : by_length) {
    w.value(value);
  }
  w.end_array().key("notices").begin_array();
  for (const std::string& notice : notices) {
    w.value(notice);
  }
  w.end_array().end_object();
  return w.str();
}

std::vector<TaxRow> extrapolation_tax(TextScorer& scorer, const EvalSubject& subject,
                                      std::string_view text, const TaxOptions& options,
                                      const std::function<void(const TaxRow&)>& row,
                                      Progress* progress) {
  options.validate();
  const int64_t trained = subject.train_length;
  std::vector<int64_t> lengths = options.lengths;
  if (lengths.empty()) {
    lengths = {2 * trained, 4 * trained, 8 * trained};
  }
  lengths = evaluation_lengths(lengths, trained);
  const int64_t longest = std::max(lengths.back(), trained);
  const int64_t last = options.last > 0 ? options.last : std::max<int64_t>(1, trained / 2);
  require(last <= lengths.front(), ErrorKind::bad_option,
          "--last is {}, more than the shortest of --lengths, {}", last, lengths.front());
  const std::string lambda =
      options.lambda.empty()
          ? fmt::format("lambda:w={},sinks={}", std::max<int64_t>(1, trained - kLambdaSinks),
                        kLambdaSinks)
          : options.lambda;
  const std::vector<std::string> schemes = listed_schemes(options.schemes);
  for (const std::string& scheme : schemes) {
    scorer.use(scheme, longest);
  }
  const std::string lambda_canonical = scorer.use(lambda, longest).canonical;

  const auto samples =
      evaluation_samples(subject.codec->encode(text, false),
                         {.longest = longest, .train_length = trained, .samples = options.samples});
  const auto inside = windows_of(samples, trained, 0, subject);
  std::vector<std::vector<ScoredWindow>> beyond;
  int64_t tokens = trained;
  for (const int64_t length : lengths) {
    beyond.push_back(windows_of(samples, length, last, subject));
    tokens += length;
  }
  const ProgressRef shown(progress);
  shown.begin("scoring", static_cast<uint64_t>(tokens) * samples.size() * (schemes.size() + 1),
              "tokens");
  if (static_cast<int64_t>(samples.size()) < options.samples) {
    shown.warn(
        fmt::format("the text gives {} samples of {} asked for", samples.size(), options.samples));
  }

  scorer.use("", trained);
  const Table base = score_all(scorer, inside, shown);
  std::vector<Table> lambda_tables;
  for (size_t i = 0; i < lengths.size(); ++i) {
    scorer.use(lambda, lengths[i]);
    lambda_tables.push_back(score_all(scorer, beyond[i], shown));
  }

  std::vector<TaxRow> rows;
  for (const std::string& scheme : schemes) {
    TaxRow done;
    const UsedScheme used = scorer.use(scheme, longest);
    done.scheme = used.canonical;
    done.lambda = lambda_canonical;
    done.notices = used.notices;
    for (const std::string& notice : used.notices) {
      shown.warn(used.canonical + ": " + notice);
    }
    compare_inside(base, score_all(scorer, inside, shown), options, done);
    for (size_t i = 0; i < lengths.size(); ++i) {
      scorer.use(scheme, lengths[i]);
      const Table table = score_all(scorer, beyond[i], shown);
      const LossDifference against_lambda =
          difference(lambda_tables[i], table, 0, static_cast<size_t>(last), options);
      done.beyond.push_back(
          {lengths[i], mean_loss(table), mean_loss(lambda_tables[i]), against_lambda});
      if (!done.loses_at && against_lambda.mean > 0) {
        done.loses_at = lengths[i];
      }
    }
    if (row) {
      row(done);
    }
    rows.push_back(std::move(done));
  }
  return rows;
}

}  // namespace yonder::lm
