// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/evaluation_loop.h"

#include "yonder/base/cpu.h"
#include "yonder/base/error.h"
#include "yonder/base/json.h"
#include "yonder/base/sha256.h"
#include "yonder/lm/bootstrap.h"
#include "yonder/lm/evaluation_text.h"
#include "yonder/lm/position/table.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <numbers>
#include <set>

namespace yonder::lm {
namespace {

constexpr int64_t kMostTokens = int64_t{1} << 40;

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/// The windows of one length, the same for every scheme.
struct Task {
  int64_t length = 0;
  std::vector<ScoredWindow> windows;
};

/// What one window gave.
struct WindowScore {
  double log_probability = 0;
  double targets = 0, hits = 0;
  int64_t bytes = 0, words = 0;
};

int64_t size_of(const std::vector<uint32_t>& ids) { return static_cast<int64_t>(ids.size()); }

/// Bytes of the targets, and words that begin in them.
void count_text(const TextCodec& codec, const ScoredWindow& window, WindowScore& score) {
  const auto first = static_cast<size_t>(window.first);
  std::string before = codec.piece({}, window.ids[first - 1]);
  bool in_word = !before.empty() && !is_space(before.back());
  for (size_t i = first; i < window.ids.size(); ++i) {
    const std::string piece = codec.piece(window.ids[i - 1], window.ids[i]);
    score.bytes += static_cast<int64_t>(piece.size());
    for (const char c : piece) {
      score.words += !in_word && !is_space(c) ? 1 : 0;
      in_word = !is_space(c);
    }
  }
}

std::vector<Task> make_tasks(std::span<const uint32_t> ids, const EvalSubject& subject,
                             const EvalOptions& options, const std::vector<int64_t>& lengths,
                             int64_t last) {
  std::vector<Task> tasks;
  std::vector<std::vector<uint32_t>> samples;
  const bool of_samples = options.protocol == "growing" || options.protocol == "whole";
  if (of_samples) {
    samples = evaluation_samples(ids, {.set = options.set,
                                       .longest = lengths.back(),
                                       .train_length = subject.train_length,
                                       .samples = options.samples,
                                       .seed = options.seed});
  }
  for (const int64_t length : lengths) {
    Task task{length, {}};
    if (of_samples) {
      for (const std::vector<uint32_t>& sample : samples) {
        task.windows.push_back(growing_window(sample, length, last, subject.begin));
      }
    } else if (options.protocol == "rolling") {
      task.windows = rolling_windows(ids, length, subject.begin, options.samples);
    } else {
      task.windows = half_windows(ids, length, subject.begin, options.samples);
    }
    require(!task.windows.empty(), ErrorKind::bad_data,
            "the text has {} tokens; a window needs {}: give a longer text or smaller --lengths",
            ids.size(), length);
    tasks.push_back(std::move(task));
  }
  return tasks;
}

void summarize(const std::vector<WindowScore>& scores, const EvalOptions& options, EvalRow& row) {
  std::vector<double> losses;
  std::vector<double> hits;
  std::vector<double> targets;
  for (const WindowScore& score : scores) {
    losses.push_back(-score.log_probability);
    hits.push_back(score.hits);
    targets.push_back(score.targets);
    row.log_probability += score.log_probability;
    row.targets += static_cast<int64_t>(score.targets);
    row.hits += static_cast<int64_t>(score.hits);
    row.bytes += score.bytes;
    row.words += score.words;
  }
  row.samples = static_cast<int64_t>(scores.size());
  const auto per = [&row](int64_t units) {
    return units == 0 ? std::numeric_limits<double>::quiet_NaN()
                      : -row.log_probability / static_cast<double>(units);
  };
  row.loss = per(row.targets);
  row.accuracy = static_cast<double>(row.hits) / static_cast<double>(row.targets);
  row.perplexity = std::exp(row.loss);
  row.bits_per_byte = per(row.bytes) / std::numbers::ln2;
  row.word_perplexity = std::exp(per(row.words));
  const Interval loss = bootstrap_interval(losses, targets, options.confidence, options.seed);
  const Interval accuracy = bootstrap_interval(hits, targets, options.confidence, options.seed);
  row.loss_low = loss.low;
  row.loss_high = loss.high;
  row.accuracy_low = accuracy.low;
  row.accuracy_high = accuracy.high;
}

/// One (scheme, length): scores every window.
void score_task(TextScorer& scorer, const EvalSubject& subject, const Task& task,
                const EvalOptions& options, const ProgressRef& shown, EvalRow& row) {
  std::vector<WindowScore> scores;
  std::chrono::duration<double> seconds{0};
  int64_t tokens = 0;
  for (const ScoredWindow& window : task.windows) {
    shown.stop_if_cancelled("the rows printed before are complete");
    const auto began = std::chrono::steady_clock::now();
    const Scores scored = scorer.score(window.ids, window.first);
    seconds += std::chrono::steady_clock::now() - began;
    tokens += size_of(window.ids) - 1;
    WindowScore score;
    for (size_t i = 0; i < scored.log_probability.size(); ++i) {
      const double log_probability = scored.log_probability[i];
      require(!std::isnan(log_probability), ErrorKind::numerical,
              "{} at {} tokens: a log-probability is NaN; the model's activations have overflowed",
              row.scheme, task.length);
      score.log_probability += log_probability;
      score.targets += 1;
      score.hits += scored.hit[i];
      if (options.by_position > 0) {
        const int64_t position = window.first - 1 + static_cast<int64_t>(i);
        const auto bin = static_cast<size_t>(position / options.by_position);
        while (row.by_position.size() <= bin) {
          row.by_position.push_back(
              {static_cast<int64_t>(row.by_position.size()) * options.by_position, 0, 0, 0});
        }
        row.by_position[bin].targets += 1;
        row.by_position[bin].hits += scored.hit[i];
        row.by_position[bin].log_probability += log_probability;
      }
    }
    count_text(*subject.codec, window, score);
    scores.push_back(score);
    shown.advance(static_cast<uint64_t>(size_of(window.ids) - 1));
  }
  std::erase_if(row.by_position, [](const PositionBin& bin) { return bin.targets == 0; });
  row.tokens_per_second = static_cast<double>(tokens) / seconds.count();
  summarize(scores, options, row);
}

JsonWriter& write(JsonWriter& w, double value) {
  return std::isfinite(value) ? w.value(value) : w.null();
}

}  // namespace

void EvalOptions::visit(OptionVisitor& v) {
  v.list("scheme", schemes, "position schemes, apart by commas: rope,rerope:w=128,yarn:s=auto");
  v.integers("lengths", lengths, 1, kMostTokens,
             "tokens of context; without it N, 2N, 4N and 8N, N being the training length");
  v.choice("protocol", protocol, evaluation_protocols(), "what is read and scored");
  v.integer("last", last, 0, kMostTokens,
            "growing: score the last so many tokens, the same under every length; 0: half of the "
            "shortest length, or of N");
  v.choice("set", set, evaluation_sets(), "samples of growing and whole");
  v.integer("samples", samples, 0, kMostTokens,
            "texts of the longest length; rolling and half-window: windows, 0 for all");
  v.integer("by-position", by_position, 0, kMostTokens,
            "also in bins of this many positions; 0: not");
  v.real("confidence", confidence, 0.5, 0.9999, "of the interval over samples");
  v.seed("seed", seed, "of the intervals and of the passages of --set repeat");
  v.flag("unsafe", unsafe, "allow scheme arguments that are known to be wrong");
}

void EvalOptions::validate() const {
  validate_options([copy = *this](OptionVisitor& v) mutable { copy.visit(v); });
  const bool of_samples = protocol == "growing" || protocol == "whole";
  require(!of_samples || samples > 0, ErrorKind::bad_option,
          "--samples is 0, which means all windows of --protocol rolling or half-window; {} needs "
          "a number",
          protocol);
  require(last == 0 || protocol == "growing", ErrorKind::bad_option,
          "--last is for --protocol growing; {} says itself what is scored", protocol);
  require(set == "plain" || of_samples, ErrorKind::bad_option,
          "--set {} is for --protocol growing or whole; {} reads the text as it is", set, protocol);
  require(protocol != "half-window" || lengths.empty() ||
              *std::min_element(lengths.begin(), lengths.end()) >= 3,
          ErrorKind::bad_option, "--protocol half-window needs --lengths of 3 or more");
  require(!schemes.empty(), ErrorKind::bad_option, "--scheme is missing, e.g. rope");
}

std::string EvalRow::to_json() const {
  JsonWriter w;
  w.begin_object().key("asked").value(asked).key("scheme").value(scheme);
  w.key("protocol").value(protocol);
  w.key("set").value(set).key("length").value(length).key("last").value(last);
  w.key("train_length").value(train_length).key("samples").value(samples);
  w.key("targets").value(targets).key("hits").value(hits).key("bytes").value(bytes);
  w.key("words").value(words);
  for (const auto& [name, value] : {std::pair{"log_probability", log_probability},
                                    {"loss", loss},
                                    {"loss_low", loss_low},
                                    {"loss_high", loss_high},
                                    {"accuracy", accuracy},
                                    {"accuracy_low", accuracy_low},
                                    {"accuracy_high", accuracy_high},
                                    {"perplexity", perplexity},
                                    {"bits_per_byte", bits_per_byte},
                                    {"word_perplexity", word_perplexity},
                                    {"tokens_per_second", tokens_per_second}}) {
    write(w.key(name), value);
  }
  w.key("peak_memory").value(peak_memory).key("seed").value(seed);
  w.key("model_sha256").value(model_sha256).key("data_sha256").value(data_sha256);
  if (!by_position.empty()) {
    w.key("by_position").begin_array();
    for (const PositionBin& bin : by_position) {
      w.begin_object().key("first").value(bin.first).key("targets").value(bin.targets);
      w.key("hits").value(bin.hits);
      write(w.key("log_probability"), bin.log_probability);
      w.end_object();
    }
    w.end_array();
  }
  w.key("notices").begin_array();
  for (const std::string& notice : notices) {
    w.value(notice);
  }
  w.end_array().end_object();
  return w.str();
}

std::vector<std::string> split_schemes(std::string_view text) {
  std::vector<std::string> schemes;
  size_t begin = 0;
  for (size_t comma = text.find(','); comma != std::string_view::npos;
       comma = text.find(',', comma + 1)) {
    const size_t end = std::min(text.find_first_of(",:+=;", comma + 1), text.size());
    const std::string_view word = text.substr(comma + 1, end - comma - 1);
    const bool has_value = end < text.size() && text[end] == '=';
    // A word alone is an argument ("selfext:w=4,frac") where no scheme is called so.
    const bool is_argument =
        text.substr(begin, comma - begin).find(':') != std::string_view::npos &&
        (end == text.size() || text[end] != ':') && find_scheme_term(word) == nullptr &&
        find_layout_term(word) == nullptr;
    if (!has_value && !is_argument) {
      schemes.emplace_back(text.substr(begin, comma - begin));
      begin = comma + 1;
    }
  }
  schemes.emplace_back(text.substr(begin));
  return schemes;
}

std::vector<std::string> listed_schemes(const std::vector<std::string>& given) {
  std::vector<std::string> schemes;
  for (const std::string& text : given) {
    for (std::string& scheme : split_schemes(text)) {
      schemes.push_back(std::move(scheme));
    }
  }
  return schemes;
}

std::vector<int64_t> evaluation_lengths(std::vector<int64_t> given, int64_t train_length) {
  if (given.empty()) {
    given = {train_length, 2 * train_length, 4 * train_length, 8 * train_length};
  }
  std::sort(given.begin(), given.end());
  given.erase(std::unique(given.begin(), given.end()), given.end());
  return given;
}

std::vector<EvalRow> evaluate_with(TextScorer& scorer, const EvalSubject& subject,
                                   std::string_view text, const EvalOptions& options,
                                   const std::function<void(const EvalRow&)>& row,
                                   Progress* progress) {
  options.validate();
  const std::vector<std::string> schemes = listed_schemes(options.schemes);
  const std::vector<int64_t> lengths = evaluation_lengths(options.lengths, subject.train_length);
  const int64_t shortest = lengths.front();
  int64_t last = 0;
  if (options.protocol == "growing") {
    last = options.last > 0 ? options.last
                            : std::max<int64_t>(1, std::min(shortest, subject.train_length) / 2);
    require(last <= shortest, ErrorKind::bad_option,
            "--last is {}, more than the shortest of --lengths, {}; all of them must hold the "
            "tokens that are scored",
            last, shortest);
  }
  // A mistake in the last scheme must not be found after hours of the first.
  for (const std::string& scheme : schemes) {
    for (const int64_t length : lengths) {
      scorer.use(scheme, length);
    }
  }
  const std::vector<Task> tasks =
      make_tasks(subject.codec->encode(text, false), subject, options, lengths, last);
  uint64_t tokens = 0;
  for (const Task& task : tasks) {
    for (const ScoredWindow& window : task.windows) {
      tokens += window.ids.size() - 1;
    }
  }
  const ProgressRef shown(progress);
  std::set<std::string> told;
  const auto tell = [&](EvalRow& to, const std::string& notice) {
    to.notices.push_back(notice);
    if (told.insert(notice).second) {
      shown.warn(notice);
    }
  };
  const std::string data_sha256 = sha256_hex(text);
  shown.begin("evaluating", tokens * schemes.size(), "tokens");
  std::vector<EvalRow> rows;
  for (const std::string& scheme : schemes) {
    for (const Task& task : tasks) {
      const UsedScheme used = scorer.use(scheme, task.length);
      EvalRow done{.asked = scheme,
                   .scheme = used.canonical,
                   .protocol = options.protocol,
                   .set = options.set,
                   .length = task.length,
                   .last = last,
                   .seed = options.seed,
                   .train_length = subject.train_length,
                   .model_sha256 = subject.model_sha256,
                   .data_sha256 = data_sha256,
                   .by_position = {},
                   .notices = {}};
      for (const std::string& notice : used.notices) {
        tell(done, used.canonical + ": " + notice);
      }
      if (static_cast<int64_t>(task.windows.size()) < options.samples) {
        tell(done, fmt::format("the text gives {} samples of {} asked for", task.windows.size(),
                               options.samples));
      }
      score_task(scorer, subject, task, options, shown, done);
      done.peak_memory = peak_memory();
      if (row) {
        row(done);
      }
      rows.push_back(std::move(done));
    }
  }
  return rows;
}

}  // namespace yonder::lm
