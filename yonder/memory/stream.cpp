// SPDX-License-Identifier: Apache-2.0
// The stream checks what comes in, keeps the clock and the one sample that may have to wait for its
// successor, and hands whole cells to the engine.
#include "yonder/memory/stream.h"

#include "yonder/base/error.h"
#include "yonder/base/json.h"
#include "yonder/base/utf8.h"
#include "yonder/memory/internal/bytes.h"
#include "yonder/memory/internal/engine.h"
#include "yonder/memory/snapshot.h"

#include <algorithm>
#include <cmath>
#include <type_traits>
#include <utility>

namespace yonder::memory {

using internal::ByteReader;
using internal::Engine;

// A stream of either scalar type.
struct Stream::Impl {
  template <typename Scalar>
  class Of;
  static std::unique_ptr<Impl> make(StreamOptions options, std::vector<std::string> names);
  Impl(StreamOptions options_in, std::vector<std::string> names_in)
      : options(std::move(options_in)), names(std::move(names_in)) {}
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  virtual ~Impl() = default;
  virtual void push(std::span<const double> values, std::span<const double> times) = 0;
  virtual void push(std::span<const float> values, std::span<const double> times) = 0;
  virtual Summary summary() const = 0;
  virtual std::string state() const = 0;
  virtual void restore(std::string_view bytes, const std::string& name) = 0;
  virtual void append(const Impl& newer) = 0;

  StreamOptions options;
  std::vector<std::string> names;
  uint64_t samples = 0;
};

namespace {

// Largest samples whose squares and sums stay finite for any length of stream.
template <typename Scalar>
constexpr double kLargest = std::is_same_v<Scalar, float> ? 1e37 : 1e140;

// How far rounding moves coefficients, relative to the input's rms (docs/math/memory.md).
template <typename Scalar>
constexpr double kRounding = std::is_same_v<Scalar, float> ? 1e-6 : 1e-12;

constexpr size_t kConvertedAtOnce = 1 << 14;  // samples, where the types differ

enum class Clock : uint8_t { unset = 0, regular = 1, timed = 2 };

// What a stream is, for messages; the options that few set only where they differ from `other`.
std::string description(const StreamOptions& own, const StreamOptions& other) {
  std::string text =
      fmt::format("{} of order {} ({}, {}", own.measure, own.order, own.scalar, own.hold);
  if (own.block != other.block) {
    text += fmt::format(", block {}", own.block);
  }
  if (own.rule != other.rule || own.alpha != other.alpha) {
    text += ", rule " + own.rule + (own.rule == "gbt" ? fmt::format(" {}", own.alpha) : "");
  }
  return text + ")";
}

}  // namespace

template <typename Scalar>
class Stream::Impl::Of final : public Stream::Impl {
 public:
  Of(StreamOptions options_in, std::vector<std::string> names_in)
      : Impl(std::move(options_in), std::move(names_in)),
        linear_(options.hold == "linear"),
        clock_begin_(options.start),
        engine_(internal::make_engine<Scalar>(options, static_cast<int64_t>(names.size()))) {}

  void push(std::span<const double> values, std::span<const double> times) override {
    push_any(values, times);
  }
  void push(std::span<const float> values, std::span<const double> times) override {
    push_any(values, times);
  }

  Summary summary() const override {
    Summary::Parts parts = engine_->state();
    require(!parts.coefficients.empty() && parts.begin < parts.end, ErrorKind::bad_data,
            "nothing is remembered yet: after {} samples no cell is complete{}; push more samples",
            samples, has_waiting() ? " (the last sample waits for its successor)" : "");
    parts.measure = Measure::parse(options.measure);
    parts.order = options.order;
    parts.names = names;
    parts.rounding = kRounding<Scalar>;
    return Summary(std::move(parts));
  }

  std::string state() const override {
    std::string bytes;
    internal::put(bytes, static_cast<uint8_t>(clock_));
    internal::put(bytes, static_cast<uint8_t>(has_waiting()));
    internal::put(bytes, samples);
    internal::put(bytes, clock_begin_);
    internal::put(bytes, clock_samples_);
    internal::put(bytes, last_time_);
    internal::put_all<Scalar>(bytes, waiting_);
    engine_->save(bytes);
    return bytes;
  }

  void restore(std::string_view bytes, const std::string& name) override {
    ByteReader reader(bytes, name);
    const auto clock = reader.get<uint8_t>();
    const auto waiting = reader.get<uint8_t>();
    reader.check(clock <= 2 && waiting <= 1, "an unknown clock");
    clock_ = static_cast<Clock>(clock);
    samples = reader.get<uint64_t>();
    clock_begin_ = reader.get_finite<double>();
    clock_samples_ = reader.get<uint64_t>();
    last_time_ = reader.get_finite<double>();
    reader.check(clock_samples_ <= samples && (samples == 0) == (clock_ == Clock::unset),
                 "a clock that does not fit the number of samples");
    reader.check((waiting == 1) == (clock_samples_ > 0 && keeps_last()),
                 "a last sample that waits for no reason, or is missing");
    waiting_.clear();
    reader.get_all(waiting == 1 ? names.size() : 0, waiting_);
    engine_->load(bytes.substr(reader.at()), name);
  }

  void append(const Impl& newer) override;

 private:
  bool has_waiting() const { return !waiting_.empty(); }
  // Whether a sample's cell is known only when the next one comes.
  bool keeps_last() const { return linear_ || clock_ == Clock::timed; }
  // Regular samples are counted from clock_begin_.
  double time_of(uint64_t sample) const {
    return clock_begin_ + static_cast<double>(sample) * options.step;
  }
  std::string channel_of(size_t index) const {
    return json_escape_lossy(names[index % names.size()]);
  }

  template <typename T>
  void check_samples(std::span<const T> values) const {
    const auto bad = std::find_if(values.begin(), values.end(), [](T value) {
      return !(std::abs(static_cast<double>(value)) <= kLargest<Scalar>);
    });
    if (bad != values.end()) {
      const auto at = static_cast<size_t>(bad - values.begin());
      fail(ErrorKind::bad_data,
           "sample {} of channel {}, counted from 0, is {}; finite numbers up to {} are expected",
           samples + at / names.size(), channel_of(at), static_cast<double>(*bad),
           kLargest<Scalar>);
    }
  }

  void check_times(std::span<const double> times) const {
    const bool timed = !times.empty();
    require(clock_ == Clock::unset || timed == (clock_ == Clock::timed), ErrorKind::bad_option,
            "{} samples came {} times, these come {}; a stream takes one of the two kinds", samples,
            timed ? "without" : "with", timed ? "with" : "without");
    double last = last_time_;
    for (size_t k = 0; k < times.size(); ++k) {
      require(std::isfinite(times[k]), ErrorKind::bad_data,
              "the time of sample {}, counted from 0, is {}; a finite number is expected",
              samples + k, times[k]);
      require((k == 0 && !has_waiting()) || times[k] > last, ErrorKind::bad_data,
              "the time of sample {}, counted from 0, is {}, that of the one before it {}; times "
              "must increase",
              samples + k, times[k], last);
      last = times[k];
    }
  }

  template <typename T>
  void push_any(std::span<const T> values, std::span<const double> times) {
    require(values.size() % names.size() == 0, ErrorKind::bad_data,
            "{} numbers are no whole number of samples of {} channels", values.size(),
            names.size());
    const size_t count = values.size() / names.size();
    require(times.empty() || times.size() == count, ErrorKind::bad_data,
            "{} samples came with {} times; one each, or none, is expected", count, times.size());
    if (count == 0) {
      return;
    }
    check_samples(values);
    check_times(times);
    clock_ = times.empty() ? Clock::regular : Clock::timed;
    if constexpr (std::is_same_v<T, Scalar>) {
      take(values, times);
    } else {
      std::vector<Scalar> converted;
      const size_t most = std::max<size_t>(kConvertedAtOnce / names.size(), 1);
      for (size_t first = 0; first < count; first += most) {
        const size_t now = std::min(most, count - first);
        const auto part = values.subspan(first * names.size(), now * names.size());
        converted.resize(part.size());
        std::transform(part.begin(), part.end(), converted.begin(),
                       [](T value) { return static_cast<Scalar>(value); });
        take(converted, times.empty() ? times : times.subspan(first, now));
      }
    }
  }

  // Checked samples.
  void take(std::span<const Scalar> values, std::span<const double> times) {
    const size_t channels = names.size();
    const size_t count = values.size() / channels;
    if (!keeps_last()) {
      engine_->push(
          {values, {}, time_of(clock_samples_), options.step, static_cast<int64_t>(count)});
    } else {
      if (has_waiting()) {
        complete(values.first(channels), times.empty() ? 0 : times.front());
      }
      if (count > 1) {
        const size_t cells = count - 1;
        engine_->push({linear_ ? values : values.first(cells * channels), times,
                       time_of(clock_samples_), options.step, static_cast<int64_t>(cells)});
      }
      const std::span<const Scalar> last = values.last(channels);
      waiting_.assign(last.begin(), last.end());
      if (!times.empty()) {
        last_time_ = times.back();
      }
    }
    clock_samples_ += count;
    samples += count;
  }

  // The cell of the sample that waits, now that the next sample is known.
  void complete(std::span<const Scalar> next, double next_time) {
    if (linear_) {
      waiting_.insert(waiting_.end(), next.begin(), next.end());
    }
    const double edges[2] = {last_time_, next_time};
    engine_->push(
        {waiting_,
         clock_ == Clock::timed ? std::span<const double>(edges) : std::span<const double>(),
         clock_samples_ > 0 ? time_of(clock_samples_ - 1) : clock_begin_, options.step, 1});
  }

  bool linear_;
  Clock clock_ = Clock::unset;
  double clock_begin_;          // of the regular samples that are counted
  uint64_t clock_samples_ = 0;  // since then
  double last_time_ = 0;        // of the sample that waits, timed
  std::vector<Scalar> waiting_;
  std::unique_ptr<Engine<Scalar>> engine_;
};

template <typename Scalar>
void Stream::Impl::Of<Scalar>::append(const Impl& newer_impl) {
  const auto& newer = dynamic_cast<const Of&>(newer_impl);
  require(clock_ == newer.clock_, ErrorKind::bad_data,
          "of the two streams one was fed with times and one without; streams of one kind merge");
  const Summary next = newer.summary();
  // How long a sample that waits holds is known only where the newer begins with that sample: then
  // it is one sample.
  const bool shared = has_waiting();
  if (clock_ == Clock::timed) {
    require(next.begin() == last_time_, ErrorKind::bad_data,
            "the older stream covers [{}, {}], the newer [{}, {}]: {} of {}; the newer must begin "
            "with the older one's last sample (record it in both), or record both as one stream",
            summary().begin(), last_time_, next.begin(), next.end(),
            next.begin() > last_time_ ? "a gap" : "an overlap",
            std::abs(next.begin() - last_time_));
  }
  Summary::merge(summary(), next);  // throws where the intervals do not fit
  engine_->merge(*newer.engine_);
  samples += newer.samples - (shared ? 1 : 0);
  clock_begin_ = newer.clock_begin_;
  clock_samples_ = newer.clock_samples_;
  last_time_ = newer.last_time_;
  waiting_ = newer.waiting_;
  options.step = newer.options.step;
}

std::unique_ptr<Stream::Impl> Stream::Impl::make(StreamOptions options,
                                                 std::vector<std::string> names) {
  options.validate();
  require(!names.empty(), ErrorKind::bad_option, "a stream needs one channel or more");
  for (const std::string& name : names) {
    require(utf8_first_error(name) == std::string_view::npos, ErrorKind::bad_option,
            "the name of a channel, {}, is not UTF-8", json_escape_lossy(name));
  }
  if (options.scalar == "f32") {
    return std::make_unique<Of<float>>(std::move(options), std::move(names));
  }
  return std::make_unique<Of<double>>(std::move(options), std::move(names));
}

Stream::Stream(StreamOptions options, std::vector<std::string> names)
    : impl_(Impl::make(std::move(options), std::move(names))) {}
Stream::Stream(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Stream::~Stream() = default;
Stream::Stream(Stream&&) noexcept = default;
Stream& Stream::operator=(Stream&&) noexcept = default;

void Stream::push(std::span<const double> samples, std::span<const double> times) {
  impl_->push(samples, times);
}
void Stream::push(std::span<const float> samples, std::span<const double> times) {
  impl_->push(samples, times);
}

const StreamOptions& Stream::options() const { return impl_->options; }
const std::vector<std::string>& Stream::names() const { return impl_->names; }
uint64_t Stream::samples() const { return impl_->samples; }
uint64_t Stream::state_bytes() const { return impl_->state().size(); }
Summary Stream::summary() const { return impl_->summary(); }

void Stream::save(const std::filesystem::path& path) const {
  write_snapshot(path, {impl_->options, impl_->names}, impl_->state());
}

std::string Stream::to_bytes() const {
  return snapshot_bytes({impl_->options, impl_->names}, impl_->state());
}

Stream Stream::from_file(const RecordFile& file) {
  SnapshotHead head = read_snapshot_head(file);
  std::unique_ptr<Impl> impl = Impl::make(std::move(head.options), std::move(head.names));
  impl->restore(read_snapshot_state(file), file.name() + ": state");
  return Stream(std::move(impl));
}

Stream Stream::load(const std::filesystem::path& path) {
  return from_file(RecordFile(path, kSnapshotKind, kSnapshotVersion));
}

Stream Stream::from_bytes(std::string_view bytes, std::string_view name) {
  return from_file(RecordFile(bytes, std::string(name), kSnapshotKind, kSnapshotVersion));
}

Stream Stream::merge(const Stream& older, const Stream& newer) {
  const StreamOptions& a = older.options();
  const StreamOptions& b = newer.options();
  require(a.measure == b.measure && a.order == b.order && a.scalar == b.scalar &&
              a.hold == b.hold && a.rule == b.rule && (a.rule != "gbt" || a.alpha == b.alpha) &&
              a.block == b.block,
          ErrorKind::bad_data, "the older stream is {}, the newer {}; only equal streams merge",
          description(a, b), description(b, a));
  require(older.names() == newer.names(), ErrorKind::bad_data,
          "the two streams have different channels; merge streams of the same columns");
  Stream merged = from_bytes(older.to_bytes(), "older stream");
  merged.impl_->append(*newer.impl_);
  return merged;
}

}  // namespace yonder::memory
