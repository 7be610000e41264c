// SPDX-License-Identifier: Apache-2.0
#include "yonder/memory/internal/sliding_window.h"

#include "yonder/base/error.h"
#include "yonder/memory/internal/bytes.h"
#include "yonder/memory/internal/exact_legs.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace yonder::memory::internal {
namespace {

// A block of irregular cells ends at this share of the window.
constexpr double kBlocksPerWindow = 64;
// Rounding of times must not keep a block that lies before the window.
constexpr double kRelativeRounding = 1e-9;

int64_t block_of(const StreamOptions& options, double width) {
  return options.block > 0 ? options.block
                           : default_window_block(options.order, width, options.step);
}

}  // namespace

int64_t default_window_block(int64_t order, double width, double step) {
  const double cells = std::floor(width / step / kBlocksPerWindow);
  const auto most = static_cast<double>(default_block(order));
  return static_cast<int64_t>(std::clamp(cells, 16.0, most));
}

template <typename Scalar>
SlidingWindow<Scalar>::SlidingWindow(const StreamOptions& options, int64_t channels)
    : order_(options.order),
      channels_(channels),
      width_(Measure::parse(options.measure).width),
      builder_({.order = order_,
                .channels = channels,
                .block = block_of(options, width_),
                .hold = options.hold == "linear" ? Hold::linear : Hold::zoh,
                .longest = options.block > 0 ? 0 : width_ / kBlocksPerWindow}),
      merger_(order_),
      levels_(1) {}

template <typename Scalar>
double SlidingWindow<Scalar>::block_begin() const {
  return builder_.regular() ? origin_ + static_cast<double>(cells_) * builder_.step() : next_begin_;
}

template <typename Scalar>
double SlidingWindow<Scalar>::end() const {
  return builder_.regular()
             ? origin_ + static_cast<double>(cells_ + builder_.pending()) * builder_.step()
             : last_edge_;
}

template <typename Scalar>
void SlidingWindow<Scalar>::push(const Cells<Scalar>& cells) {
  if (cells.count == 0) {
    return;
  }
  if (!started_) {
    started_ = true;
    origin_ = cells.edges.empty() ? cells.begin : cells.edges.front();
    next_begin_ = origin_;
  }
  builder_.push(cells, [this](const auto& block) {
    Stretch<Scalar> stretch;
    stretch.length = block.length;
    stretch.coefficients.assign(block.coefficients, block.coefficients + channels_ * order_);
    for (int64_t c = 0; c < channels_; ++c) {
      stretch.energy.push_back({block.energy[c], 0});
    }
    const double begin = builder_.regular() ? block_begin() : block.begin;
    cells_ += builder_.block();
    next_begin_ = begin + block.length;
    add(begin, std::move(stretch));
    drop_before(next_begin_ - width_);
  });
  if (!cells.edges.empty()) {
    last_edge_ = cells.edges.back();
  }
  drop_before(end() - width_);
}

template <typename Scalar>
void SlidingWindow<Scalar>::add(double begin, Stretch<Scalar> block) {
  begins_.push_back(begin);
  add_group(0, blocks_seen(), std::move(block));
}

template <typename Scalar>
void SlidingWindow<Scalar>::add_group(size_t level, uint64_t number, Stretch<Scalar> group) {
  if (level == levels_.size()) {
    levels_.emplace_back();
  }
  Level& here = levels_[level];
  if (here.groups.empty()) {
    here.first = number;
  }
  here.groups.push_back(std::move(group));
  if (number % 2 == 1 && here.groups.size() >= 2) {
    Stretch<Scalar> both = here.groups.back();
    merge_into_newer(merger_, here.groups[here.groups.size() - 2], both);
    add_group(level + 1, number / 2, std::move(both));
  }
}

// Blocks that end before `time`, and the groups they belong to.
template <typename Scalar>
void SlidingWindow<Scalar>::drop_before(double time) {
  Level& blocks = levels_[0];
  const double latest = time + kRelativeRounding * width_;
  while (!begins_.empty() && (begins_.size() > 1 ? begins_[1] : block_begin()) <= latest) {
    begins_.pop_front();
    blocks.groups.pop_front();
    ++blocks.first;
  }
  for (size_t level = 1; level < levels_.size(); ++level) {
    Level& here = levels_[level];
    while (!here.groups.empty() && here.first << level < blocks.first) {
      here.groups.pop_front();
      ++here.first;
    }
  }
}

template <typename Scalar>
Summary::Parts SlidingWindow<Scalar>::state() const {
  Summary::Parts parts;
  parts.order = order_;
  parts.begin = begins_.empty() ? block_begin() : begins_.front();
  parts.end = end();
  parts.exact = true;
  Merger<double> merger(order_);
  Stretch<double> all;
  const auto append = [&](Stretch<double> next) {
    if (all.length > 0) {
      merge_into_newer(merger, all, next);
    }
    all = std::move(next);
  };
  for (uint64_t block = levels_[0].first; block < blocks_seen();) {
    size_t level = 0;
    while (level + 1 < levels_.size() && block >> (level + 1) << (level + 1) == block) {
      const Level& above = levels_[level + 1];
      const uint64_t number = block >> (level + 1);
      if (number < above.first || number - above.first >= above.groups.size()) {
        break;
      }
      ++level;
    }
    const Level& here = levels_[level];
    const Stretch<Scalar>& group = here.groups[(block >> level) - here.first];
    append({group.length, group.energy, {group.coefficients.begin(), group.coefficients.end()}});
    block += uint64_t{1} << level;
  }
  if (builder_.pending() > 0) {
    append(builder_.partial());
  }
  parts.coefficients = std::move(all.coefficients);
  for (const CompensatedSum& energy : all.energy) {
    parts.energy.push_back(energy.total());
  }
  return parts;
}

template <typename Scalar>
void SlidingWindow<Scalar>::save(std::string& bytes) const {
  put(bytes, static_cast<uint8_t>(started_));
  put(bytes, origin_);
  put(bytes, cells_);
  put(bytes, last_edge_);
  put(bytes, next_begin_);
  builder_.save(bytes);
  put(bytes, levels_[0].first);
  put(bytes, static_cast<uint64_t>(begins_.size()));
  for (size_t i = 0; i < begins_.size(); ++i) {
    put(bytes, begins_[i]);
    put_stretch(bytes, levels_[0].groups[i]);
  }
}

template <typename Scalar>
void SlidingWindow<Scalar>::load(std::string_view bytes, std::string_view name) {
  ByteReader reader(bytes, name);
  const auto started = reader.get<uint8_t>();
  reader.check(started <= 1, "a flag that is neither 0 nor 1");
  started_ = started == 1;
  origin_ = reader.get_finite<double>();
  cells_ = reader.get<uint64_t>();
  last_edge_ = reader.get_finite<double>();
  next_begin_ = reader.get_finite<double>();
  builder_.load(reader);
  levels_.assign(1, {});
  begins_.clear();
  levels_[0].first = reader.get<uint64_t>();
  const auto count = reader.get<uint64_t>();
  reader.check(levels_[0].first <= UINT64_MAX / 2 && (started_ || count == 0),
               "blocks in a stream that has not begun");
  for (uint64_t i = 0; i < count; ++i) {
    const auto begin = reader.get_finite<double>();
    reader.check(begins_.empty() || begin > begins_.back(), "blocks that do not follow each other");
    add(begin, get_stretch<Scalar>(reader, order_, channels_));
  }
  reader.check(reader.at_end(), "bytes behind the state");
}

template <typename Scalar>
void SlidingWindow<Scalar>::merge(const Engine<Scalar>& newer) {
  const auto* next = dynamic_cast<const SlidingWindow*>(&newer);
  YONDER_CHECK(next != nullptr && next->order_ == order_ && next->channels_ == channels_);
  if (builder_.pending() > 0) {
    const Stretch<double> rest = builder_.partial();
    Stretch<Scalar> block{rest.length, rest.energy, {}};
    block.coefficients.assign(rest.coefficients.begin(), rest.coefficients.end());
    add(block_begin(), std::move(block));
  }
  for (size_t i = 0; i < next->begins_.size(); ++i) {
    add(next->begins_[i], next->levels_[0].groups[i]);
  }
  started_ = next->started_;
  builder_ = next->builder_;
  origin_ = next->origin_;
  cells_ = next->cells_;
  last_edge_ = next->last_edge_;
  next_begin_ = next->next_begin_;
  drop_before(end() - width_);
}

template class SlidingWindow<float>;
template class SlidingWindow<double>;

}  // namespace yonder::memory::internal
