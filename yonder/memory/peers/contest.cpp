// SPDX-License-Identifier: Apache-2.0
#include "yonder/memory/peers/contest.h"

#include "yonder/base/error.h"
#include "yonder/memory/peers/table.h"
#include "yonder/memory/stream.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <optional>

namespace yonder::memory {
namespace {

constexpr size_t kPushSamples = 4096;

void push_all(std::span<const float> samples,
              const std::function<void(std::span<const float>)>& push) {
  for (size_t i = 0; i < samples.size(); i += kPushSamples) {
    push(samples.subspan(i, std::min(kPushSamples, samples.size() - i)));
  }
}

double nanoseconds(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - start).count();
}

/// What one contestant gave back, and how long taking the samples took.
struct Outcome {
  int64_t bytes = 0;
  int64_t working = 0;
  std::vector<double> past;
  double nanoseconds = 0;
};

Outcome run_peer(const PeerRow& row, std::span<const float> samples, int64_t bytes) {
  const std::unique_ptr<Peer> peer =
      row.make({.bytes = bytes, .samples = static_cast<int64_t>(samples.size())});
  Outcome outcome;
  outcome.nanoseconds = nanoseconds(
      [&] { push_all(samples, [&](std::span<const float> part) { peer->push(part); }); });
  outcome.bytes = outcome.working = peer->bytes();
  outcome.past = peer->reconstruct();
  return outcome;
}

Outcome run_legs(std::span<const float> samples, int64_t bytes) {
  StreamOptions options;
  options.scalar = "f32";
  options.order = bytes / static_cast<int64_t>(sizeof(float));
  Stream stream(options, {"u"});
  Outcome outcome;
  std::optional<Summary> summary;
  outcome.nanoseconds = nanoseconds([&] {
    push_all(samples, [&](std::span<const float> part) { stream.push(part); });
    summary = stream.summary();
  });
  outcome.bytes = options.order * static_cast<int64_t>(sizeof(float));
  outcome.working = static_cast<int64_t>(stream.state_bytes());
  outcome.past.resize(samples.size());
  // Cells are one long: their middles.
  summary->grid(0, summary->begin() + 0.5, summary->end() - 0.5, outcome.past);
  return outcome;
}

double root_mean_square(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) {
    sum += value * value;
  }
  return std::sqrt(sum / static_cast<double>(values.size()));
}

ContestRow judge(std::string name, std::span<const double> samples, double deviation,
                 const std::function<Outcome()>& run) {
  constexpr int kRuns = 3;
  std::vector<double> times;
  Outcome outcome;
  for (int i = 0; i < kRuns; ++i) {
    outcome = run();
    times.push_back(outcome.nanoseconds);
  }
  std::sort(times.begin(), times.end());
  YONDER_CHECK(outcome.past.size() == samples.size());
  for (size_t i = 0; i < samples.size(); ++i) {
    outcome.past[i] -= samples[i];
  }
  const double error = root_mean_square(outcome.past);
  return {std::move(name),
          outcome.bytes,
          outcome.working,
          error,
          deviation > 0 ? error / deviation : 0,
          times[kRuns / 2] / static_cast<double>(samples.size())};
}

double standard_deviation(std::span<const double> samples) {
  double sum = 0;
  for (const double sample : samples) {
    sum += sample;
  }
  const double mean = sum / static_cast<double>(samples.size());
  std::vector<double> centred;
  centred.reserve(samples.size());
  for (const double sample : samples) {
    centred.push_back(sample - mean);
  }
  return root_mean_square(centred);
}

std::vector<float> as_floats(std::span<const double> samples, std::string_view channel) {
  constexpr double kMost = 1e37;
  std::vector<float> floats;
  floats.reserve(samples.size());
  for (const double sample : samples) {
    require(std::abs(sample) <= kMost, ErrorKind::bad_data,
            "sample {} of channel \"{}\", counted from 0, is {}; finite numbers up to {} are "
            "expected, as summaries are compared in floats",
            floats.size(), channel, sample, kMost);
    floats.push_back(static_cast<float>(sample));
  }
  return floats;
}

}  // namespace

void ContestOptions::visit(OptionVisitor& v) {
  v.bytes("bytes", bytes, 64, 16384, "bytes that each may keep per channel");
  v.text("peers", peers, "peers to compare with, separated by commas: ema, ring, pyramid, rdft");
}

void ContestOptions::validate() const {
  validate_options([copy = *this](OptionVisitor& v) mutable { copy.visit(v); });
  for (const std::string& name : peer_list()) {
    peer_row(name);
  }
}

std::vector<std::string> ContestOptions::peer_list() const {
  std::vector<std::string> names;
  for (size_t first = 0; first < peers.size();) {
    const size_t end = std::min(peers.find(',', first), peers.size());
    names.push_back(peers.substr(first, end - first));
    first = end + 1;
  }
  return names;
}

std::vector<ContestRow> run_contest(std::span<const double> samples, const ContestOptions& options,
                                    Progress* progress, std::string_view channel) {
  options.validate();
  require(samples.size() >= 2, ErrorKind::bad_data, "{} samples; a contest needs at least 2",
          samples.size());
  const std::vector<float> floats = as_floats(samples, channel);
  const std::vector<std::string> names = options.peer_list();
  const double deviation = standard_deviation(samples);
  const ProgressRef sink(progress);
  sink.begin("comparing", names.size() + 1, "summaries");
  std::vector<ContestRow> rows;
  rows.push_back(
      judge("legs", samples, deviation, [&] { return run_legs(floats, options.bytes); }));
  for (const std::string& name : names) {
    sink.advance(1);
    sink.stop_if_cancelled("nothing was written");
    rows.push_back(judge(name, samples, deviation,
                         [&] { return run_peer(peer_row(name), floats, options.bytes); }));
  }
  sink.advance(1);
  return rows;
}

}  // namespace yonder::memory
