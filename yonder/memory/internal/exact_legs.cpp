// SPDX-License-Identifier: Apache-2.0
#include "yonder/memory/internal/exact_legs.h"

#include "yonder/base/error.h"
#include "yonder/memory/internal/bytes.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace yonder::memory::internal {
namespace {

template <typename Scalar>
Stretch<double> widened(const Stretch<Scalar>& stretch) {
  return {
      stretch.length, stretch.energy, {stretch.coefficients.begin(), stretch.coefficients.end()}};
}

}  // namespace

int64_t default_block(int64_t order) { return std::clamp<int64_t>(4 * order, 256, 4096); }

template <typename Scalar>
ExactLegs<Scalar>::ExactLegs(const StreamOptions& options, int64_t channels)
    : order_(options.order),
      channels_(channels),
      builder_({.order = order_,
                .channels = channels,
                .block = options.block > 0 ? options.block : default_block(options.order),
                .hold = options.hold == "linear" ? Hold::linear : Hold::zoh}),
      merger_(order_) {}

template <typename Scalar>
void ExactLegs<Scalar>::push(const Cells<Scalar>& cells) {
  if (cells.count == 0) {
    return;
  }
  if (!started_) {
    started_ = true;
    begin_ = cells.edges.empty() ? cells.begin : cells.edges.front();
    segment_begin_ = begin_;
  }
  builder_.push(cells, [this](const auto& block) { add(block); });
  segment_cells_ += static_cast<uint64_t>(cells.count);
  if (!cells.edges.empty()) {
    last_edge_ = cells.edges.back();
  }
}

template <typename Scalar>
void ExactLegs<Scalar>::add(const typename BlockBuilder<Scalar>::Block& block) {
  Entry entry;
  if (!spare_.empty()) {
    entry = std::move(spare_.back());
    spare_.pop_back();
  }
  entry.level = 0;
  entry.stretch.length = block.length;
  entry.stretch.coefficients.assign(block.coefficients, block.coefficients + channels_ * order_);
  entry.stretch.energy.clear();
  for (int64_t c = 0; c < channels_; ++c) {
    entry.stretch.energy.push_back({block.energy[c], 0});
  }
  while (!entries_.empty() && entries_.back().level == entry.level) {
    merge_into_newer(merger_, entries_.back().stretch, entry.stretch);
    ++entry.level;
    spare_.push_back(std::move(entries_.back()));
    entries_.pop_back();
  }
  entries_.push_back(std::move(entry));
}

template <typename Scalar>
double ExactLegs<Scalar>::end() const {
  return builder_.regular() ? segment_begin_ + static_cast<double>(segment_cells_) * builder_.step()
                            : last_edge_;
}

// Everything as one stretch; something has been pushed.
template <typename Scalar>
Stretch<double> ExactLegs<Scalar>::collapse() const {
  Stretch<double> all;
  if (builder_.pending() > 0) {
    all = builder_.partial();
  }
  Merger<double> merger(order_);
  for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry) {
    if (all.length > 0) {
      merge_into_newer(merger, widened(entry->stretch), all);
    } else {
      all = widened(entry->stretch);
    }
  }
  return all;
}

template <typename Scalar>
Summary::Parts ExactLegs<Scalar>::state() const {
  Summary::Parts parts;
  parts.order = order_;
  parts.begin = begin_;
  parts.end = end();
  parts.exact = true;
  if (segment_cells_ == 0) {
    return parts;
  }
  Stretch<double> all = collapse();
  parts.coefficients = std::move(all.coefficients);
  for (const CompensatedSum& energy : all.energy) {
    parts.energy.push_back(energy.total());
  }
  return parts;
}

template <typename Scalar>
void ExactLegs<Scalar>::save(std::string& bytes) const {
  put(bytes, static_cast<uint8_t>(started_));
  put(bytes, begin_);
  put(bytes, segment_begin_);
  put(bytes, segment_cells_);
  put(bytes, last_edge_);
  builder_.save(bytes);
  put(bytes, static_cast<uint32_t>(entries_.size()));
  for (const Entry& entry : entries_) {
    put(bytes, entry.level);
    put_stretch(bytes, entry.stretch);
  }
}

template <typename Scalar>
void ExactLegs<Scalar>::load(std::string_view bytes, std::string_view name) {
  ByteReader reader(bytes, name);
  const auto started = reader.get<uint8_t>();
  reader.check(started <= 1, "a flag that is neither 0 nor 1");
  started_ = started == 1;
  begin_ = reader.get_finite<double>();
  segment_begin_ = reader.get_finite<double>();
  segment_cells_ = reader.get<uint64_t>();
  last_edge_ = reader.get_finite<double>();
  builder_.load(reader);
  const auto count = reader.get<uint32_t>();
  reader.check(count <= kFrontLevel + 1, "more levels than a stream can have");
  entries_.clear();
  uint64_t cells = builder_.pending();
  for (uint32_t i = 0; i < count; ++i) {
    const auto level = reader.get<uint32_t>();
    reader.check(level <= kFrontLevel && (i == 0 || level < entries_.back().level),
                 "levels that do not fall");
    if (level < kFrontLevel) {
      const auto blocks = uint64_t{1} << level;
      reader.check(blocks <= (UINT64_MAX - cells) / builder_.block(),
                   "more blocks than samples can be counted");
      cells += blocks * builder_.block();
    }
    entries_.push_back({level, get_stretch<Scalar>(reader, order_, channels_)});
  }
  reader.check(!builder_.regular() || cells == segment_cells_,
               "a number of samples that the blocks do not have");
  reader.check(started_ || (entries_.empty() && builder_.pending() == 0 && segment_cells_ == 0),
               "samples in a stream that has not begun");
  reader.check(segment_cells_ == 0 || builder_.pending() > 0 || !entries_.empty(),
               "no samples in a stream that has some");
  reader.check(reader.at_end(), "bytes behind the state");
}

template <typename Scalar>
void ExactLegs<Scalar>::merge(const Engine<Scalar>& newer) {
  const auto* next = dynamic_cast<const ExactLegs*>(&newer);
  YONDER_CHECK(next != nullptr && next->order_ == order_ && next->channels_ == channels_);
  if (next->segment_cells_ == 0) {
    return;
  }
  std::vector<Entry> entries = next->entries_;
  if (segment_cells_ > 0) {
    const Stretch<double> all = collapse();
    Stretch<Scalar> front{all.length, all.energy, {}};
    front.coefficients.assign(all.coefficients.begin(), all.coefficients.end());
    if (!entries.empty() && entries.front().level == kFrontLevel) {
      merge_into_newer(merger_, front, entries.front().stretch);
    } else {
      entries.insert(entries.begin(), {kFrontLevel, std::move(front)});
    }
  }
  const double begin = started_ ? begin_ : next->begin_;
  *this = *next;
  begin_ = begin;
  entries_ = std::move(entries);
}

template class ExactLegs<float>;
template class ExactLegs<double>;

}  // namespace yonder::memory::internal
