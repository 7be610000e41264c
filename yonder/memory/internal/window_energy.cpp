// SPDX-License-Identifier: Apache-2.0
#include "yonder/memory/internal/window_energy.h"

#include <algorithm>
#include <cmath>

namespace yonder::memory::internal {

WindowEnergy::WindowEnergy(size_t channels, double width)
    : channels_(channels),
      bucket_length_(width / static_cast<double>(kBuckets)),
      buckets_(width > 0 ? kBuckets + 1 : 1),
      open_(channels),
      sums_(buckets_ * channels),
      rests_(buckets_ * channels) {}

void WindowEnergy::flush() {
  double* sum = sums_.data() + slot(newest_) * channels_;
  double* rest = rests_.data() + slot(newest_) * channels_;
  for (size_t c = 0; c < channels_; ++c) {
    const double part = open_[c];
    const double total = sum[c] + part;  // Knuth, TAOCP 4.2.2, theorem B
    const double back = total - sum[c];
    rest[c] += (sum[c] - (total - back)) + (part - back);
    sum[c] = total;
    open_[c] = 0;
  }
  open_cells_ = 0;
}

void WindowEnergy::go_to(int64_t bucket) {
  flush();
  const int64_t first = std::max(newest_ + 1, bucket - static_cast<int64_t>(buckets_) + 1);
  for (int64_t b = first; b <= bucket; ++b) {
    std::fill_n(sums_.begin() + static_cast<std::ptrdiff_t>(slot(b) * channels_), channels_, 0.0);
    std::fill_n(rests_.begin() + static_cast<std::ptrdiff_t>(slot(b) * channels_), channels_, 0.0);
  }
  newest_ = bucket;
}

template <typename Scalar>
void WindowEnergy::add(double from, double to, const Scalar* u0, const Scalar* u1) {
  const double length = to - from;
  // A held cell within the newest bucket, as most are.
  const double edge = static_cast<double>(newest_ + 1) * bucket_length_;
  if (u0 == u1 && (bucket_length_ == 0 || to <= edge)) {
    for (size_t c = 0; c < channels_; ++c) {
      const auto u = static_cast<double>(u0[c]);
      open_[c] += length * (u * u);
    }
    if (++open_cells_ == kOpen) {
      flush();
    }
    return;
  }
  int64_t bucket = 0;
  if (bucket_length_ > 0) {
    // Parts of the cell that would have left already are skipped.
    const double reach = bucket_length_ * static_cast<double>(buckets_);
    bucket = std::max(newest_, static_cast<int64_t>(std::max(from, to - reach) / bucket_length_));
  }
  for (;; ++bucket) {
    if (bucket > newest_) {
      go_to(bucket);
    }
    double low = from;
    double high = to;
    if (bucket_length_ > 0) {
      low = std::clamp(static_cast<double>(bucket) * bucket_length_, from, to);
      high = std::clamp(static_cast<double>(bucket + 1) * bucket_length_, low, to);
    }
    const double a = (low - from) / length;
    const double b = (high - from) / length;
    for (size_t c = 0; c < channels_; ++c) {
      const auto first = static_cast<double>(u0[c]);
      const double rise = static_cast<double>(u1[c]) - first;
      const double left = first + a * rise;
      const double right = first + b * rise;
      open_[c] += (high - low) * (left * left + left * right + right * right) / 3;
    }
    if (++open_cells_ == kOpen) {
      flush();
    }
    if (high >= to) {
      return;
    }
  }
}

std::vector<double> WindowEnergy::energy(double now) const {
  std::vector<double> result(channels_);
  const double start =
      bucket_length_ > 0 ? now - bucket_length_ * static_cast<double>(kBuckets) : 0;
  const int64_t first = std::max<int64_t>(0, newest_ - static_cast<int64_t>(buckets_) + 1);
  for (int64_t bucket = first; bucket <= newest_; ++bucket) {
    double share = 1;
    if (bucket_length_ > 0) {
      const double end = static_cast<double>(bucket + 1) * bucket_length_;
      share = std::clamp((end - start) / bucket_length_, 0.0, 1.0);
    }
    for (size_t c = 0; c < channels_; ++c) {
      const size_t i = slot(bucket) * channels_ + c;
      result[c] += share * (sums_[i] + rests_[i] + (bucket == newest_ ? open_[c] : 0));
    }
  }
  return result;
}

void WindowEnergy::merge(const WindowEnergy& newer) {
  for (size_t i = 0; i < sums_.size(); ++i) {
    sums_[i] += newer.sums_[i];
    rests_[i] += newer.rests_[i];
  }
  for (size_t c = 0; c < channels_; ++c) {
    open_[c] += newer.open_[c];
  }
}

// u64 newest bucket, u32 cells in the open sums, f64 open sums [C], f64 sums and f64 rests
// [buckets][C].
void WindowEnergy::save(std::string& bytes) const {
  put(bytes, static_cast<uint64_t>(newest_));
  put(bytes, open_cells_);
  put_all(bytes, std::span<const double>(open_));
  put_all(bytes, std::span<const double>(sums_));
  put_all(bytes, std::span<const double>(rests_));
}

void WindowEnergy::load(ByteReader& reader) {
  const auto newest = reader.get<uint64_t>();
  reader.check(newest < (uint64_t{1} << 62), "a number of parts of the window that cannot be");
  newest_ = static_cast<int64_t>(newest);
  open_cells_ = reader.get<uint32_t>();
  reader.check(open_cells_ < kOpen, "more open cells than are summed at once");
  open_.clear();
  sums_.clear();
  rests_.clear();
  reader.get_all(channels_, open_);
  reader.get_all(buckets_ * channels_, sums_);
  reader.get_all(buckets_ * channels_, rests_);
}

template void WindowEnergy::add(double, double, const float*, const float*);
template void WindowEnergy::add(double, double, const double*, const double*);

}  // namespace yonder::memory::internal
