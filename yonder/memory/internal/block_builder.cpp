// SPDX-License-Identifier: Apache-2.0
#include "yonder/memory/internal/block_builder.h"

#include <algorithm>

namespace yonder::memory::internal {

template <typename Scalar>
BlockBuilder<Scalar>::BlockBuilder(const Shape& shape)
    : shape_(shape), moments_(shape.order, shape.block, shape.channels, shape.hold) {}

template <typename Scalar>
void BlockBuilder<Scalar>::push(const Cells<Scalar>& cells, const Sink& sink) {
  if (cells.count == 0) {
    return;
  }
  const Kind kind = cells.edges.empty() ? Kind::regular : Kind::irregular;
  YONDER_CHECK(kind_ == Kind::none || kind_ == kind);
  kind_ = kind;
  if (kind == Kind::regular) {
    step_ = cells.step;
    push_regular(cells, sink);
  } else {
    push_irregular(cells, sink);
  }
}

template <typename Scalar>
void BlockBuilder<Scalar>::push_regular(const Cells<Scalar>& cells, const Sink& sink) {
  const Scalar* samples = cells.samples.data();
  auto left = static_cast<size_t>(cells.count);
  if (pending_cells_ > 0) {
    const size_t taken = std::min(block() - pending_cells_, left);
    keep(samples, taken);
    samples += taken * channels();
    left -= taken;
    if (pending_cells_ == block()) {
      compute(pending_.data(), 1, sink);
      pending_.clear();
      pending_cells_ = 0;
    }
  }
  for (size_t blocks = left / block(); blocks > 0;) {
    const size_t now = std::min(blocks, moments_.batch());
    compute(samples, now, sink);
    samples += now * block() * channels();
    left -= now * block();
    blocks -= now;
  }
  if (left > 0) {
    keep(samples, left);
  }
}

template <typename Scalar>
void BlockBuilder<Scalar>::keep(const Scalar* samples, size_t count) {
  // Lines: the first node of what comes is the last one of what waits.
  const bool shared = shape_.hold == Hold::linear && pending_cells_ > 0;
  pending_cells_ += count;
  pending_.insert(pending_.end(), samples + (shared ? channels() : 0),
                  samples + nodes_of(count, shape_.hold) * channels());
}

template <typename Scalar>
void BlockBuilder<Scalar>::compute(const Scalar* samples, size_t blocks, const Sink& sink) {
  const size_t size = channels() * static_cast<size_t>(shape_.order);
  coefficients_.resize(blocks * size);
  energy_.resize(blocks * channels());
  moments_.compute(samples, blocks, coefficients_.data(), energy_.data());
  for (double& energy : energy_) {
    energy *= step_;
  }
  const double length = static_cast<double>(shape_.block) * step_;
  for (size_t b = 0; b < blocks; ++b) {
    sink({0, length, coefficients_.data() + b * size, energy_.data() + b * channels()});
  }
}

template <typename Scalar>
void BlockBuilder<Scalar>::push_irregular(const Cells<Scalar>& cells, const Sink& sink) {
  const auto count = static_cast<size_t>(cells.count);
  for (size_t first = 0; first < count;) {
    if (pending_cells_ == 0) {
      edges_.assign(1, cells.edges[first]);
    }
    const std::span<const double> ends =
        cells.edges.subspan(first + 1, std::min(block() - pending_cells_, count - first));
    const auto is_long_enough = [&](double edge) {
      return shape_.longest > 0 && edge - edges_.front() >= shape_.longest;
    };
    const auto closing = std::find_if(ends.begin(), ends.end(), is_long_enough);
    const bool closes = closing != ends.end();
    const auto taken = static_cast<size_t>(closing - ends.begin()) + (closes ? 1 : 0);
    keep(cells.samples.data() + first * channels(), taken);
    edges_.insert(edges_.end(), ends.begin(), ends.begin() + static_cast<std::ptrdiff_t>(taken));
    first += taken;
    if (closes || pending_cells_ == block()) {
      close_irregular(sink);
    }
  }
}

template <typename Scalar>
void BlockBuilder<Scalar>::close_irregular(const Sink& sink) {
  const Stretch<double> stretch = partial();
  coefficients_.resize(stretch.coefficients.size());
  std::transform(stretch.coefficients.begin(), stretch.coefficients.end(), coefficients_.begin(),
                 [](double value) { return static_cast<Scalar>(value); });
  energy_.resize(channels());
  for (size_t c = 0; c < channels(); ++c) {
    energy_[c] = stretch.energy[c].value;
  }
  const double begin = edges_.front();
  pending_cells_ = 0;
  pending_.clear();
  edges_.clear();
  sink({begin, stretch.length, coefficients_.data(), energy_.data()});
}

template <typename Scalar>
Stretch<double> BlockBuilder<Scalar>::partial() const {
  YONDER_CHECK(pending_cells_ > 0);
  std::vector<double> edges = edges_;
  double unit = 1;
  if (kind_ == Kind::regular) {
    unit = step_;
    edges.resize(pending_cells_ + 1);
    for (size_t j = 0; j < edges.size(); ++j) {
      edges[j] = static_cast<double>(j);
    }
  }
  Stretch<double> stretch;
  stretch.length = (edges.back() - edges.front()) * unit;
  stretch.coefficients.resize(channels() * static_cast<size_t>(shape_.order));
  std::vector<double> energy(channels());
  const std::vector<double> samples(pending_.begin(), pending_.end());
  irregular_moments(shape_.order, shape_.hold, edges, samples, shape_.channels,
                    stretch.coefficients, energy);
  for (const double value : energy) {
    stretch.energy.push_back({value * unit, 0});
  }
  return stretch;
}

template <typename Scalar>
void BlockBuilder<Scalar>::save(std::string& bytes) const {
  put(bytes, static_cast<uint32_t>(shape_.block));
  put(bytes, shape_.longest);
  put(bytes, static_cast<uint8_t>(kind_));
  put(bytes, step_);
  put(bytes, static_cast<uint64_t>(pending_cells_));
  put_all<double>(bytes, edges_);
  put_all<Scalar>(bytes, pending_);
}

template <typename Scalar>
void BlockBuilder<Scalar>::load(ByteReader& reader) {
  const int64_t block_cells = reader.get<uint32_t>();
  reader.check(block_cells >= 1 && block_cells * shape_.order <= kMostBlockElements,
               "a block of no cells, or of too many");
  shape_.longest = reader.get_finite<double>();
  if (block_cells != shape_.block) {
    shape_.block = block_cells;
    moments_ = RegularMoments<Scalar>(shape_.order, shape_.block, shape_.channels, shape_.hold);
  }
  const auto kind = reader.get<uint8_t>();
  reader.check(kind <= 2, "an unknown kind of cells");
  kind_ = static_cast<Kind>(kind);
  step_ = reader.get_finite<double>();
  reader.check(step_ > 0, "a step that is not above 0");
  const auto cells = reader.get<uint64_t>();
  reader.check(cells < block() && (cells == 0 || kind_ != Kind::none),
               "more samples wait than a block takes");
  pending_cells_ = cells;
  edges_.clear();
  pending_.clear();
  if (cells > 0) {
    if (kind_ == Kind::irregular) {
      reader.get_all(cells + 1, edges_);
      reader.check(std::adjacent_find(edges_.begin(), edges_.end(),
                                      [](double a, double b) { return a >= b; }) == edges_.end(),
                   "times that do not increase");
    }
    reader.get_all(nodes_of(cells, shape_.hold) * channels(), pending_);
  }
}

template class BlockBuilder<float>;
template class BlockBuilder<double>;

}  // namespace yonder::memory::internal
