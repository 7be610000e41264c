// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/internal/attention_plan.h"

#include "yonder/base/error.h"
#include "yonder/lm/internal/attention_tiles.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace yonder::lm::internal {
namespace {

constexpr double kLog2e = std::numbers::log2e;
// Distances never come near this, so that sums with it stay in range.
constexpr int64_t kFar = int64_t{1} << 60;

}  // namespace

void Turns::build(std::span<const double> theta, const AxisMap& map, const Decay& decay, int sign,
                  double shift, const Turns* twin) {
  map_ = map;
  shift_ = shift;
  step_ = map.group > 0 ? 1 : map.a;
  theta_.assign(theta.begin(), theta.end());
  log_decay_.clear();
  for (const double zeta : decay.zeta) {
    log_decay_.push_back(sign * std::log(zeta) / decay.scale);
  }
  // Offsets under a group are not tokens, which decay counts; no scheme has both.
  YONDER_CHECK(log_decay_.empty() || map.group == 0);
  const bool still = std::all_of(theta.begin(), theta.end(), [](double t) { return t == 0; });
  has_table_ = !log_decay_.empty() || (!still && step_ != 0);
  identity_ = !has_table_ && (still || map.t == shift);
  if (!has_table_) {
    return;
  }
  const size_t pairs = theta.size();
  if (twin != nullptr && twin->has_table_ && twin->step_ == step_ &&
      twin->map_.group == map.group && log_decay_.empty()) {
    jump_ = twin->jump_;
    step_re_ = twin->step_re_;
    step_im_ = twin->step_im_;
    jump_re_ = twin->jump_re_;
    jump_im_ = twin->jump_im_;
    rows_re_ = twin->rows_re_;
    rows_im_ = twin->rows_im_;
    return;
  }
  step_re_.resize(pairs);
  step_im_.resize(pairs);
  for (size_t c = 0; c < pairs; ++c) {
    const double modulus = log_decay_.empty() ? 1 : std::exp(log_decay_[c]);
    step_re_[c] = modulus * std::cos(step_ * theta[c]);
    step_im_[c] = modulus * std::sin(step_ * theta[c]);
  }
  own_rows_.resize(2 * kTile * pairs);
  fill_powers(step_re_.data(), step_im_.data(), pairs, own_rows_.data(),
              own_rows_.data() + kTile * pairs);
  rows_re_ = own_rows_.data();
  rows_im_ = own_rows_.data() + kTile * pairs;
  jump_ = kTile / std::max<int64_t>(map.group, 1);
  jump_re_.assign(pairs, 1.0);
  jump_im_.assign(pairs, 0.0);
  for (int64_t bit = kTile; bit > 0; bit /= 2) {  // powers by squaring
    multiply_complex(jump_re_.data(), jump_im_.data(), pairs, jump_re_.data(), jump_im_.data());
    if ((jump_ & bit) != 0) {
      multiply_complex(step_re_.data(), step_im_.data(), pairs, jump_re_.data(), jump_im_.data());
    }
  }
}

int64_t Turns::offset(int64_t position, int64_t u) const {
  if (map_.group == 0 && position + u <= map_.ceiling) {
    return u;
  }
  return std::llround((map_(position + u) - map_(position)) / step_);
}

int64_t Turns::phase(int64_t position) const {
  if (position + kTile > map_.ceiling) {
    return -position - 1;
  }
  // With groups of more than one no offset is u.
  return map_.group > 1 ? 1 + position % map_.group : 0;
}

void Turns::base(int64_t position, int64_t origin, double* re, double* im) const {
  const double p = coordinate(position);
  for (size_t c = 0; c < theta_.size(); ++c) {
    const double modulus =
        log_decay_.empty() ? 1 : std::exp(static_cast<double>(position - origin) * log_decay_[c]);
    re[c] = modulus * std::cos(p * theta_[c]);
    im[c] = modulus * std::sin(p * theta_[c]);
  }
}

void Turns::advance(int64_t from, int64_t to, int64_t origin, double* re, double* im) const {
  if (!has_table_) {
    return;  // all positions turn alike
  }
  const bool next_tile = to - from == kTile && to <= map_.ceiling;
  const int64_t offsets = next_tile && map_.group > 0 ? to / map_.group - from / map_.group : jump_;
  if (!next_tile || offsets < jump_ || offsets > jump_ + 1) {
    base(to, origin, re, im);
    return;
  }
  multiply_complex(jump_re_.data(), jump_im_.data(), theta_.size(), re, im);
  if (offsets > jump_) {
    multiply_complex(step_re_.data(), step_im_.data(), theta_.size(), re, im);
  }
}

void BlockTurns::build(std::span<const double> theta, const PositionScheme& scheme) {
  // Keys that all turn alike need not turn at all: their turn is taken from the queries'.
  const auto branch = [&](const Branch& b, Turns& q, Turns& k) {
    const bool constant_keys = b.k.group == 0 && b.k.a == 0;
    const double shift = constant_keys ? b.k.t : 0;
    q.build(theta, b.q, scheme.decay, 1, shift, nullptr);
    k.build(theta, b.k, scheme.decay, -1, shift, &q);
  };
  branch(scheme.near, near_q, near_k);
  if (scheme.far) {
    branch(*scheme.far, far_q, far_k);
  }
}

AttentionPlan::AttentionPlan(const AttentionProblem& problem, const PositionScheme& scheme)
    : split(scheme.far ? std::min(scheme.split, kFar) : kFar),
      window(std::min(scheme.visible.window, kFar)),
      sinks(scheme.visible.sinks),
      has_far(scheme.far.has_value()) {
  const int64_t tile = problem.tile;
  YONDER_CHECK(tile >= 8 && tile <= kTile && kTile % tile == 0);
  int64_t first_key = kUnlimited;
  for (const KeyRun& run : problem.keys) {
    first_key = std::min(first_key, run.position);
    for (int64_t u = 0; u < run.count;) {
      const int64_t position = run.position + u;
      const int64_t count = std::min(run.count - u, tile - position % tile);
      tiles.push_back({run.row + u, position, count});
      u += count;
    }
  }

  const bool dynamic = scheme.dynamic.mode == Dynamic::Mode::step;
  const int64_t step = dynamic ? scheme.dynamic.block : tile;
  for (int64_t i = 0; i < problem.queries;) {
    const int64_t position = problem.q_position + i;
    int64_t count = std::min(problem.queries - i, tile - position % tile);
    const double stretch = dynamic ? scheme.stretch_at(position) : 1;
    // Blocks of the scheme whose stretch is the same one (1, up to the training length) are joined.
    for (int64_t end = step - position % step; end < count; end += step) {
      if (dynamic && scheme.stretch_at(position + end) != stretch) {
        count = end;
      }
    }
    blocks.push_back({i, position, count, stretch, {}});
    i += count;
  }
  if (!blocks.empty()) {
    // The commonest case first: all blocks, or all up to the training length, share one table.
    const double shared = blocks.front().stretch;
    const auto alike = static_cast<size_t>(std::count_if(
        blocks.begin(), blocks.end(), [&](const QueryBlock& b) { return b.stretch == shared; }));
    const bool share = scheme.decay.zeta.empty() && (alike > 1 || alike == blocks.size());
    ThetaTable table = dynamic ? scheme.theta_for_stretch(shared) : scheme.theta_at(0);
    theta = table.theta;
    double made_for = shared;
    for (QueryBlock& block : blocks) {
      if (block.stretch != made_for) {
        table = scheme.theta_for_stretch(block.stretch);
        made_for = block.stretch;
      }
      if (!share || block.stretch != shared) {
        block.theta = table.theta;
      }
      for (int64_t r = 0; r < block.count; ++r) {
        scale.push_back(static_cast<float>(problem.factor * scheme.scale(block.position + r) *
                                           table.logit_factor * kLog2e));
      }
    }
  }

  if (scheme.bias && problem.queries > 0 && first_key < kUnlimited) {
    const int64_t greatest =
        std::max<int64_t>(0, problem.q_position + problem.queries - 1 - first_key);
    bias_zero = greatest;
    bias_pitch = greatest + 1 + 2 * kTile;  // vectors reach past the query and past the last tile
    bias.assign(static_cast<size_t>(problem.heads * bias_pitch), 0.0F);
    for (int64_t h = 0; h < problem.heads; ++h) {
      for (int64_t m = 0; m <= greatest; ++m) {
        bias[static_cast<size_t>(h * bias_pitch + bias_zero - m)] =
            static_cast<float>((*scheme.bias)(h, problem.heads, m) * kLog2e);
      }
    }
  }
}

void AttentionPlan::join_small_blocks() {
  const size_t pairs = theta.size();
  std::vector<QueryBlock> joined;
  for (QueryBlock& block : blocks) {
    if (!block.theta.empty() && block.count < kFewQueries && !joined.empty()) {
      QueryBlock& last = joined.back();
      const bool small = last.by_rows(pairs) || (!last.theta.empty() && last.count < kFewQueries);
      if (small && last.first + last.count == block.first &&
          last.count + block.count <= kRowsOfTheirOwn) {
        if (!last.by_rows(pairs)) {
          const std::vector<double> table = last.theta;
          for (int64_t row = 1; row < last.count; ++row) {
            last.theta.insert(last.theta.end(), table.begin(), table.end());
          }
        }
        for (int64_t row = 0; row < block.count; ++row) {
          last.theta.insert(last.theta.end(), block.theta.begin(), block.theta.end());
        }
        last.count += block.count;
        continue;
      }
    }
    joined.push_back(std::move(block));
  }
  blocks = std::move(joined);
}

bool AttentionPlan::visible(const KeyTile& tile, int64_t first, int64_t last) const {
  return tile.position <= last &&
         (first - (tile.position + tile.count - 1) < window || tile.position < sinks);
}

bool AttentionPlan::any_near(const KeyTile& tile, int64_t first) const {
  return first - (tile.position + tile.count - 1) < split;
}

bool AttentionPlan::any_far(const KeyTile& tile, int64_t last) const {
  return last - tile.position >= split;
}

}  // namespace yonder::lm::internal
