// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/tasks/passkey.h"

#include "yonder/base/error.h"
#include "yonder/base/json.h"
#include "yonder/base/random.h"
#include "yonder/lm/evaluation_loop.h"
#include "yonder/lm/generator.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

namespace yonder::lm {
namespace {

constexpr int64_t kMostTokens = int64_t{1} << 40;
constexpr int64_t kAnswerTokens = 16;

constexpr std::string_view kIntroduction =
    "Somewhere in the following text a pass key is named. Remember it; it is asked for at the "
    "end.\n\n";
constexpr std::string_view kQuestion = "\n\nWhat is the pass key? The pass key is";
constexpr std::string_view kFiller =
    "The river runs past the mill. Boats lie at the quay in the morning. The baker opens his shop "
    "before the sun is up. Rain comes from the west most days. The old clock strikes the hour. "
    "Children walk to school along the wall. The garden has apples and pears. A cart stands under "
    "the trees. The wind turns in the afternoon. Lamps are lit when it gets dark. The dog sleeps "
    "by the door. Somebody is singing in the next street. ";

std::string key_line(const std::string& key) {
  return fmt::format("\nThe pass key is {0}. Remember it. {0} is the pass key.\n", key);
}

/// Filler with a cut after each sentence; the text goes on with its beginning where it ends.
class Sentences {
 public:
  explicit Sentences(std::string_view text) : text_(text) {
    size_t begin = 0;
    for (size_t i = 0; i < text.size(); ++i) {
      const bool last = i + 1 == text.size();
      const bool stop = (text[i] == '.' || text[i] == '!' || text[i] == '?') && !last &&
                        (text[i + 1] == ' ' || text[i + 1] == '\n');
      if (stop || text[i] == '\n' || last) {
        const size_t end = stop ? i + 2 : i + 1;
        ends_.push_back(end);
        begin = end;
        i = end - 1;
      }
    }
    YONDER_CHECK(begin == text.size());
  }
  /// The first n sentences, repeated where there are fewer.
  std::string take(size_t first, size_t last) const {
    std::string out;
    for (size_t i = first; i < last; ++i) {
      const size_t which = i % ends_.size();
      const size_t begin = which == 0 ? 0 : ends_[which - 1];
      out += text_.substr(begin, ends_[which] - begin);
    }
    return out;
  }

 private:
  std::string_view text_;
  std::vector<size_t> ends_;
};

class ModelReader : public PasskeyReader {
 public:
  ModelReader(const Model& model, bool unsafe) : model_(model), unsafe_(unsafe) {}
  UsedScheme use(std::string_view scheme, int64_t target) override {
    scheme_.emplace(model_.scheme(scheme, target, unsafe_));
    return describe_scheme(*scheme_);
  }
  std::string answer(const std::vector<uint32_t>& ids, int64_t tokens) override {
    Session session(model_, *scheme_);
    GenerateOptions options;
    options.max_tokens = tokens;
    options.sampling.temperature = 0;
    return generate(session, model_.codec(), ids, options).text;
  }

 private:
  const Model& model_;
  bool unsafe_;
  std::optional<SchemeSet> scheme_;
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

void PasskeyOptions::visit(OptionVisitor& v) {
  v.list("scheme", schemes, "position schemes, apart by commas");
  v.integers("lengths", lengths, 1, kMostTokens,
             "tokens of the prompt; without it N, 2N and 4N, N being the training length");
  v.text("depths", depths, "where the number stands, 0 the beginning, 1 the end: 0:1:0.1 or 0,0.5");
  v.integer("trials", trials, 1, 1 << 20, "numbers asked for per depth and length");
  v.seed("seed", seed, "of the numbers and of where the filler begins");
  v.flag("unsafe", unsafe, "allow scheme arguments that are known to be wrong");
}

void PasskeyOptions::validate() const {
  validate_options([copy = *this](OptionVisitor& v) mutable { copy.visit(v); });
  parse_depths(depths);
}

std::vector<double> parse_depths(const std::string& text) {
  std::vector<double> depths;
  const auto number = [&](const std::string& part) {
    const double value = parse_real_option("depths", part);
    check_range("depths", value, 0.0, 1.0);
    return value;
  };
  if (const size_t colon = text.find(':'); colon != std::string::npos) {
    const size_t second = text.find(':', colon + 1);
    require(second != std::string::npos, ErrorKind::bad_option,
            "--depths is {}; write first:last:step, e.g. 0:1:0.1", text);
    const double first = number(text.substr(0, colon));
    const double last = number(text.substr(colon + 1, second - colon - 1));
    const double step = parse_real_option("depths", text.substr(second + 1));
    require(step > 0 && first <= last && step >= 1e-4, ErrorKind::bad_option,
            "--depths is {}; the first must not pass the last, and the step is 0.0001 or more",
            text);
    const auto steps = static_cast<int64_t>(std::floor((last - first) / step + 1e-9));
    for (int64_t i = 0; i <= steps; ++i) {
      depths.push_back(std::min(last, first + static_cast<double>(i) * step));
    }
    return depths;
  }
  for (size_t begin = 0; begin <= text.size();) {
    const size_t comma = std::min(text.find(',', begin), text.size());
    depths.push_back(number(text.substr(begin, comma - begin)));
    begin = comma + 1;
  }
  return depths;
}

std::string PasskeyCell::to_json() const {
  JsonWriter w;
  w.begin_object().key("scheme").value(scheme).key("length").value(length);
  w.key("shortest_prompt").value(shortest_prompt).key("depth").value(depth);
  w.key("trials").value(trials).key("hits").value(hits).key("distance").value(distance);
  w.key("outside").value(outside).key("answer").bytes(answer).end_object();
  return w.str();
}

PasskeyPrompt passkey_prompt(const TextCodec& codec, std::string_view filler, int64_t length,
                             double depth, uint64_t seed, uint64_t trial) {
  Rng rng(seed, trial);
  PasskeyPrompt prompt;
  prompt.key = std::to_string(10000 + rng.below(90000));
  const Sentences sentences(filler.empty() ? kFiller : filler);
  const size_t begin = rng.below(uint64_t{1} << 20);
  const std::string line = key_line(prompt.key);
  // The same text for every trial of one number, but for where the line stands.
  const auto parts = [&](size_t count) {
    const auto before = static_cast<size_t>(std::llround(depth * static_cast<double>(count)));
    return std::pair(std::string(kIntroduction) + sentences.take(begin, begin + before),
                     line + sentences.take(begin + before, begin + count) + std::string(kQuestion));
  };
  const auto encode = [&](size_t count) {
    const auto [first, second] = parts(count);
    return codec.encode(first + second, true);
  };
  const auto fits = [&](size_t count) {
    return static_cast<int64_t>(encode(count).size()) <= length;
  };
  require(fits(0), ErrorKind::bad_option,
          "--lengths has {}; the line of the number and the question alone are {} tokens", length,
          encode(0).size());
  size_t low = 0;
  size_t high = 1;
  while (fits(high)) {
    low = high;
    high *= 2;
  }
  while (high - low > 1) {
    const size_t middle = low + (high - low) / 2;
    (fits(middle) ? low : high) = middle;
  }
  prompt.ids = encode(low);
  const auto [first, second] = parts(low);
  const size_t key_at = second.find(prompt.key);
  prompt.distance = static_cast<int64_t>(codec.encode(second.substr(key_at), false).size());
  return prompt;
}

std::string first_number(std::string_view answer) {
  const auto begin = std::find_if(answer.begin(), answer.end(), is_digit);
  return {begin, std::find_if_not(begin, answer.end(), is_digit)};
}

std::vector<PasskeyCell> passkey_with(PasskeyReader& reader, const EvalSubject& subject,
                                      std::string_view filler, const PasskeyOptions& options,
                                      const std::function<void(const PasskeyCell&)>& cell,
                                      Progress* progress) {
  options.validate();
  const std::vector<std::string> schemes = listed_schemes(options.schemes);
  std::vector<int64_t> lengths = options.lengths;
  if (lengths.empty()) {
    lengths = {subject.train_length, 2 * subject.train_length, 4 * subject.train_length};
  }
  lengths = evaluation_lengths(lengths, subject.train_length);
  const std::vector<double> depths = parse_depths(options.depths);
  for (const std::string& scheme : schemes) {
    for (const int64_t length : lengths) {
      reader.use(scheme, length);
    }
  }
  const ProgressRef shown(progress);
  shown.begin(
      "asking",
      schemes.size() * lengths.size() * depths.size() * static_cast<uint64_t>(options.trials),
      "prompts");
  std::vector<PasskeyCell> cells;
  for (const std::string& scheme : schemes) {
    for (const int64_t length : lengths) {
      const UsedScheme used = reader.use(scheme, length + kAnswerTokens);
      double outside_depth = -1;  // the largest depth that no layer sees
      int64_t outside_distance = 0;
      for (const double depth : depths) {
        PasskeyCell done;
        done.scheme = used.canonical;
        done.length = length;
        done.shortest_prompt = length;
        done.depth = depth;
        for (int64_t trial = 0; trial < options.trials; ++trial) {
          shown.stop_if_cancelled("the cells printed before are complete");
          const PasskeyPrompt prompt = passkey_prompt(*subject.codec, filler, length, depth,
                                                      options.seed, static_cast<uint64_t>(trial));
          done.answer = reader.answer(prompt.ids, kAnswerTokens);
          done.hits += first_number(done.answer) == prompt.key ? 1 : 0;
          done.shortest_prompt =
              std::min(done.shortest_prompt, static_cast<int64_t>(prompt.ids.size()));
          done.distance = prompt.distance;
          shown.advance(1);
        }
        done.trials = options.trials;
        done.outside = done.distance > used.window;
        if (done.outside) {
          outside_depth = depth;
          outside_distance = done.distance;
        }
        if (cell) {
          cell(done);
        }
        cells.push_back(std::move(done));
      }
      if (outside_depth >= 0) {
        shown.warn(
            fmt::format("{} at {} tokens: up to depth {:.3g} the number lies outside of the "
                        "window of {} keys (there {} tokens back)",
                        used.canonical, length, outside_depth, used.window, outside_distance));
      }
    }
  }
  return cells;
}

std::vector<PasskeyCell> passkey(const Model& model, std::string_view filler,
                                 const PasskeyOptions& options,
                                 const std::function<void(const PasskeyCell&)>& cell,
                                 Progress* progress) {
  ModelReader reader(model, options.unsafe);
  return passkey_with(reader, subject_of(model), filler, options, cell, progress);
}

}  // namespace yonder::lm
