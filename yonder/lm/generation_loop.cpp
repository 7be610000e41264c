// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/generation_loop.h"

#include "yonder/base/error.h"

#include <algorithm>
#include <chrono>

namespace yonder::lm {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// One request while it is under way.
class Sequence {
 public:
  Sequence(size_t number, const GenerationRequest& request, const GenerateOptions& options,
           const TextCodec& codec)
      : number_(number),
        request_(request),
        options_(options),
        codec_(codec),
        eos_(codec.eos()),
        stream_(options.stop, request.sink),
        seen_(request.prompt) {
    out_.prompt_tokens = static_cast<int64_t>(request.prompt.size());
  }

  size_t number() const { return number_; }
  const std::vector<uint32_t>& prompt() const { return request_.prompt; }
  uint32_t last() const { return seen_.back(); }
  void prefilled(double seconds) {
    out_.prefill_seconds = seconds;
    began_ = Clock::now();
  }

  /// Draws from the logits after all tokens so far. False: the sequence has ended.
  bool draw(std::span<const float> logits, int64_t length) {
    const uint32_t id = sample_token(logits, seen_, options_.sampling, request_.stream,
                                     static_cast<uint64_t>(length));
    if (!options_.ignore_eos && ends_text(id)) {
      return end(Finish::eos);
    }
    out_.ids.push_back(id);
    out_.log_probability.push_back(static_cast<float>(log_probability(logits, id)));
    if (request_.token_sink) {
      request_.token_sink(id, out_.log_probability.back());
    }
    const std::string piece = codec_.piece(seen_.back(), id);
    seen_.push_back(id);
    if (!stream_.push(piece)) {
      return end(stream_.stopped() ? Finish::stop : Finish::cancelled);
    }
    return static_cast<int64_t>(out_.ids.size()) < options_.max_tokens || end(Finish::length);
  }

  bool ends_text(uint32_t id) const {
    return std::ranges::find(eos_, id) != eos_.end() ||
           std::ranges::find(options_.end_ids, id) != options_.end_ids.end();
  }

  /// Always false, for draw().
  bool end(Finish finish) {
    stream_.finish();
    out_.finish = finish;
    out_.text = stream_.text();
    out_.decode_seconds = seconds_since(began_);
    return false;
  }
  Generated take() { return std::move(out_); }

 private:
  size_t number_;
  const GenerationRequest& request_;
  const GenerateOptions& options_;
  const TextCodec& codec_;
  std::vector<uint32_t> eos_;
  TextStream stream_;
  std::vector<uint32_t> seen_;  // prompt and what was drawn
  Generated out_;
  Clock::time_point began_ = Clock::now();
};

/// Tells, once, that the text has become longer than the scheme is made for.
class LimitNotice {
 public:
  LimitNotice(int64_t limit, Progress* progress) : limit_(limit), progress_(progress) {}
  void reached(int64_t length) {
    if (!told_ && length > limit_) {
      told_ = true;
      progress_.warn(
          fmt::format("the text is now longer than the {} tokens that the scheme is "
                      "made for; it goes on, in rotations the model was not trained on",
                      limit_));
    }
  }

 private:
  int64_t limit_;
  ProgressRef progress_;
  bool told_ = false;
};

}  // namespace

void GenerateOptions::visit(OptionVisitor& v) {
  v.integer("tokens", max_tokens, 1, int64_t{1} << 40, "tokens to write at most");
  v.list("stop", stop, "end before this text");
  v.flag("ignore-eos", ignore_eos, "go on where the model would end its text");
  sampling.visit(v);
}

void GenerateOptions::validate() const {
  validate_options([copy = *this](OptionVisitor& v) mutable { copy.visit(v); });
  sampling.validate();
  const TextStream checks_stop_strings(stop, {});
}

std::string_view finish_name(Finish finish) {
  constexpr std::string_view kNames[] = {"length", "stop", "eos", "cancelled"};
  return kNames[static_cast<size_t>(finish)];
}

std::vector<Generated> generate_from(LogitsSource& source, const TextCodec& codec,
                                     std::span<const GenerationRequest> requests,
                                     const GenerateOptions& options, int64_t together,
                                     int64_t declared_limit, Progress* progress) {
  options.validate();
  check_range("together", together, int64_t{1}, int64_t{1} << 20);
  for (const GenerationRequest& request : requests) {
    require(!request.prompt.empty(), ErrorKind::bad_data,
            "the prompt is empty and the model has no token that begins a text; write a prompt");
  }
  std::vector<Generated> results(requests.size());
  std::vector<Sequence> active;
  LimitNotice notice(declared_limit, progress);
  const ProgressRef shown(progress);
  const auto leave = [&](Sequence& sequence) {
    source.release(sequence.number());
    results[sequence.number()] = sequence.take();
  };
  size_t next = 0;
  while (next < requests.size() || !active.empty()) {
    if (shown.cancelled()) {
      for (Sequence& sequence : active) {
        sequence.end(Finish::cancelled);
        leave(sequence);
      }
      for (; next < requests.size(); ++next) {
        results[next].finish = Finish::cancelled;
      }
      break;
    }
    if (next < requests.size() && static_cast<int64_t>(active.size()) < together) {
      Sequence sequence(next, requests[next], options, codec);
      ++next;
      const Clock::time_point began = Clock::now();
      const std::vector<float> logits = source.read(sequence.number(), sequence.prompt());
      sequence.prefilled(seconds_since(began));
      const int64_t length = source.length(sequence.number());
      notice.reached(length);
      if (sequence.draw(logits, length)) {
        active.push_back(std::move(sequence));
      } else {
        leave(sequence);
      }
      continue;
    }
    std::vector<size_t> numbers;
    std::vector<uint32_t> ids;
    for (const Sequence& sequence : active) {
      numbers.push_back(sequence.number());
      ids.push_back(sequence.last());
    }
    const std::vector<std::vector<float>> rows = source.step(numbers, ids);
    std::vector<Sequence> going_on;
    for (size_t i = 0; i < active.size(); ++i) {
      const int64_t length = source.length(numbers[i]);
      notice.reached(length);
      if (active[i].draw(rows[i], length)) {
        going_on.push_back(std::move(active[i]));
      } else {
        leave(active[i]);
      }
    }
    active = std::move(going_on);
  }
  return results;
}

}  // namespace yonder::lm
