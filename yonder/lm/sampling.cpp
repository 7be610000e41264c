// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/sampling.h"

#include "yonder/base/error.h"
#include "yonder/base/random.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace yonder::lm {
namespace {

/// The largest finite logit. Minus infinity is a token that never comes.
float largest_logit(std::span<const float> logits) {
  float largest = -std::numeric_limits<float>::infinity();
  for (size_t id = 0; id < logits.size(); ++id) {
    require(
        !std::isnan(logits[id]) && logits[id] != std::numeric_limits<float>::infinity(),
        ErrorKind::numerical,
        "the logit of token {} is {}: the model's activations have overflowed; use --dtype f32, "
        "or a scheme that stays in the trained range",
        id, logits[id]);
    largest = std::max(largest, logits[id]);
  }
  require(std::isfinite(largest), ErrorKind::numerical, "all logits are minus infinity");
  return largest;
}

bool penalizes(const SamplingOptions& options) {
  return options.repetition_penalty != 1 || options.presence_penalty != 0 ||
         options.frequency_penalty != 0;
}

std::span<const uint32_t> window_of(std::span<const uint32_t> recent, int64_t window) {
  const auto length = static_cast<int64_t>(recent.size());
  return window == 0 || length <= window ? recent : recent.last(static_cast<size_t>(window));
}

void penalize(std::vector<float>& logits, std::span<const uint32_t> recent,
              const SamplingOptions& options) {
  std::map<uint32_t, int64_t> counts;
  for (const uint32_t id : window_of(recent, options.repetition_window)) {
    ++counts[id];
  }
  for (const auto& [id, count] : counts) {
    if (id >= logits.size()) {
      continue;
    }
    double logit = logits[id];
    logit = logit > 0 ? logit / options.repetition_penalty : logit * options.repetition_penalty;
    logit -= options.presence_penalty + options.frequency_penalty * static_cast<double>(count);
    logits[id] = static_cast<float>(logit);
  }
}

/// The id of the largest logit, the lowest of several.
uint32_t argmax(std::span<const float> logits) {
  return static_cast<uint32_t>(std::max_element(logits.begin(), logits.end()) - logits.begin());
}

bool less_probable(const Candidate& a, const Candidate& b) {
  return a.probability < b.probability || (a.probability == b.probability && a.id > b.id);
}

/// Drops all but the k most probable and sorts, by a heap: only as many are put in order as stay.
/// mass: how much probability those that stay must reach, of `total`.
std::vector<Candidate> most_probable(std::vector<Candidate> all, size_t k, double mass,
                                     double floor) {
  std::make_heap(all.begin(), all.end(), less_probable);
  std::vector<Candidate> kept;
  double reached = 0;
  auto end = all.end();
  while (end != all.begin() && kept.size() < k && (kept.empty() || reached < mass)) {
    std::pop_heap(all.begin(), end, less_probable);
    --end;
    if (!kept.empty() && end->probability < floor) {
      break;
    }
    kept.push_back(*end);
    reached += end->probability;
  }
  return kept;
}

double total_probability(std::span<const Candidate> candidates) {
  double total = 0;
  for (const Candidate& candidate : candidates) {
    total += candidate.probability;
  }
  return total;
}

void normalize(std::vector<Candidate>& candidates) {
  const double total = total_probability(candidates);
  for (Candidate& candidate : candidates) {
    candidate.probability /= total;
  }
}

}  // namespace

void SamplingOptions::visit(OptionVisitor& v) {
  v.real("temperature", temperature, 0, 100,
         "logits are divided by it; 0: the most probable token");
  v.integer("top-k", top_k, 0, 1 << 24, "draw among the k most probable tokens; 0: all");
  v.real("top-p", top_p, 0, 1, "draw among the fewest tokens that reach this probability");
  v.real("min-p", min_p, 0, 1, "leave out tokens below this part of the largest probability");
  v.real("repetition-penalty", repetition_penalty, 0.01, 100,
         "logits of recent tokens: positive ones divided by it, negative ones multiplied");
  v.integer("repetition-window", repetition_window, 0, 1 << 30,
            "how many tokens back the penalties look; 0: all");
  v.real("presence-penalty", presence_penalty, -100, 100,
         "taken from the logits of tokens that occur");
  v.real("frequency-penalty", frequency_penalty, -100, 100,
         "taken from the logits of tokens per occurrence");
  v.seed("seed", seed, "of the draws");
}

void SamplingOptions::validate() const {
  validate_options([copy = *this](OptionVisitor& v) mutable { copy.visit(v); });
  require(top_p > 0, ErrorKind::bad_option,
          "--top-p is 0, which leaves no token; the most probable alone is --top-k 1");
}

std::vector<Candidate> sampling_candidates(std::span<const float> logits,
                                           std::span<const uint32_t> recent,
                                           const SamplingOptions& options) {
  std::vector<float> penalized;
  if (penalizes(options)) {
    penalized.assign(logits.begin(), logits.end());
    penalize(penalized, recent, options);
    logits = penalized;
  }
  const double largest = largest_logit(logits);
  if (options.temperature == 0) {
    return {{argmax(logits), 1}};
  }
  std::vector<Candidate> candidates;
  candidates.reserve(logits.size());
  for (size_t id = 0; id < logits.size(); ++id) {
    candidates.push_back(
        {static_cast<uint32_t>(id), std::exp((logits[id] - largest) / options.temperature)});
  }
  const bool some_left_out = options.top_k > 0 || options.top_p < 1 || options.min_p > 0;
  if (some_left_out) {
    // The largest weight is 1, so min-p needs no normalisation.
    const size_t k = options.top_k > 0 ? static_cast<size_t>(options.top_k) : candidates.size();
    if (options.top_p < 1 && k < candidates.size()) {
      candidates = most_probable(std::move(candidates), k, std::numeric_limits<double>::max(), 0);
    }
    const double mass = options.top_p < 1 ? options.top_p * total_probability(candidates)
                                          : std::numeric_limits<double>::max();
    candidates = most_probable(std::move(candidates), k, mass, options.min_p);
  }
  normalize(candidates);
  return candidates;
}

uint32_t sample_token(std::span<const float> logits, std::span<const uint32_t> recent,
                      const SamplingOptions& options, uint64_t stream, uint64_t index) {
  const std::vector<Candidate> candidates = sampling_candidates(logits, recent, options);
  // Number 2 * index of Rng(seed, stream), reached without drawing those before it.
  const auto block =
      philox4x32({static_cast<uint32_t>(index), static_cast<uint32_t>(index >> 32),
                  static_cast<uint32_t>(stream), static_cast<uint32_t>(stream >> 32)},
                 {static_cast<uint32_t>(options.seed), static_cast<uint32_t>(options.seed >> 32)});
  const uint64_t bits = uint64_t{block[0]} | uint64_t{block[1]} << 32;
  double left = static_cast<double>(bits >> 11) * 0x1p-53;
  for (const Candidate& candidate : candidates) {
    left -= candidate.probability;
    if (left < 0) {
      return candidate.id;
    }
  }
  // Rounding may leave a sum just under one; the last token that can come takes the rest.
  const auto last = std::find_if(candidates.rbegin(), candidates.rend(),
                                 [](const Candidate& c) { return c.probability > 0; });
  return last->id;
}

double log_probability(std::span<const float> logits, uint32_t id) {
  YONDER_CHECK(id < logits.size());
  const double largest = largest_logit(logits);
  double total = 0;
  for (const float logit : logits) {
    total += std::exp(logit - largest);
  }
  return logits[id] - largest - std::log(total);
}

}  // namespace yonder::lm
