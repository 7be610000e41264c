// SPDX-License-Identifier: Apache-2.0
// Two passes over a group of kv heads: turn and transpose their keys (all tiles that some query
// sees), then run the blocks of queries, each over its tiles with the sums of its g query heads in
// cache. A query that comes alone (decoding) goes over keys and values as they lie instead; queries
// that each have a table of angles of their own (dyn:step=1) share a block, scored row by row.
#include "yonder/lm/internal/attention_kernel.h"

#include "yonder/base/error.h"
#include "yonder/base/parallel.h"
#include "yonder/lm/internal/attention_plan.h"
#include "yonder/lm/internal/attention_tiles.h"

#include <hwy/aligned_allocator.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <mutex>
#include <vector>

namespace yonder::lm::internal {
namespace {

// Keys of one work item in decoding; fixed, so that results do not depend on the threads.
constexpr size_t kDecodeTiles = 16;
// Transposed keys and values are held for as many kv heads at a time as fit into this.
constexpr int64_t kScratchBytes = int64_t{64} << 20;
// Below this many multiply-adds (or bytes, in decoding) a second thread costs more than it gives.
constexpr int64_t kWorthThreads = int64_t{1} << 21;

// Memory of a call, cut into pieces. Up to kKeptFloats of it stay with the thread for its next
// call: asking for fresh pages each time took 15 % of a call of 1,024 tokens (AVX-512, 2026-11-24).
class Arena {
 public:
  explicit Arena(size_t floats) {
    memory_ = std::move(kept());
    if (memory_.size < floats) {
      memory_ = {hwy::AllocateAligned<float>(floats), floats};
    }
  }
  ~Arena() {
    if (memory_.size <= kKeptFloats) {
      kept() = std::move(memory_);
    }
  }
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  static size_t padded(size_t floats) { return (floats + kMaxLanes - 1) / kMaxLanes * kMaxLanes; }
  /// Aligned; null for none.
  float* take(size_t floats) {
    float* piece = floats == 0 ? nullptr : memory_.data.get() + used_;
    used_ += padded(floats);
    YONDER_CHECK(used_ <= memory_.size);
    return piece;
  }

 private:
  static constexpr size_t kKeptFloats = size_t{16} << 20;
  struct Memory {
    hwy::AlignedFreeUniquePtr<float[]> data;
    size_t size = 0;
  };
  static Memory& kept() {
    thread_local Memory memory;
    return memory;
  }

  Memory memory_;
  size_t used_ = 0;
};

// Scratch of each thread, handed out and taken back.
template <typename Scratch>
class ScratchPool {
 public:
  void add(std::unique_ptr<Scratch> piece) { free_.push_back(std::move(piece)); }
  template <typename Body>
  void with(const Body& body) {
    std::unique_ptr<Scratch> piece;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      YONDER_CHECK(!free_.empty());
      piece = std::move(free_.back());
      free_.pop_back();
    }
    body(*piece);
    const std::lock_guard<std::mutex> lock(mutex_);
    free_.push_back(std::move(piece));
  }

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<Scratch>> free_;
};

// Tiles of keys or values that are kept for all blocks of queries: of some of the tiles that
// queries see, for the kv heads in work, [slot][kept tile][floats].
class HeldTiles {
 public:
  explicit HeldTiles(size_t floats) : floats_(floats) {}
  /// Says whether the next tile is kept.
  void add(bool kept) { at_.push_back(kept ? kept_++ : kNone); }
  bool has(size_t tile) const { return at_[tile] != kNone; }
  size_t floats_per_slot() const { return kept_ * floats_; }
  void take_from(Arena& arena, size_t slots) { memory_ = arena.take(slots * floats_per_slot()); }
  float* of(int64_t slot, size_t tile) const {
    return memory_ + (static_cast<size_t>(slot) * kept_ + at_[tile]) * floats_;
  }

 private:
  static constexpr size_t kNone = SIZE_MAX;
  size_t floats_;
  size_t kept_ = 0;
  std::vector<size_t> at_;
  float* memory_ = nullptr;
};

// Complex angles narrowed to float.
struct FloatBase {
  std::vector<double> re, im;
  AlignedFloats re32, im32;
  explicit FloatBase(size_t pairs) : re(pairs), im(pairs), re32(pairs), im32(pairs) {}
  void narrow() {
    for (size_t c = 0; c < re.size(); ++c) {
      re32[c] = static_cast<float>(re[c]);
      im32[c] = static_cast<float>(im[c]);
    }
  }
};

// Walks over tiles, giving each its base and table of angles: [64][d/2] for single queries, which
// take keys as they lie, [d/2][64] for blocks.
class TileWalk {
 public:
  enum class Layout : uint8_t { rows, columns };
  TileWalk(size_t pairs, Layout layout) : layout_(layout), pairs_(pairs), base_(pairs) {}
  void start(const Turns& turns) {
    turns_ = &turns;
    fresh_ = true;
  }
  /// Tables seen so far have changed.
  void forget() {
    made_of_ = nullptr;
    first_.turns = nullptr;
  }
  /// Valid until the next call. origin: of the decay; of all tiles of a walk the same.
  void go(int64_t position, int64_t origin) {
    if (fresh_) {
      go_first(position, origin);
    } else if (position != position_) {
      turns_->advance(position_, position, origin, base_.re.data(), base_.im.data());
    }
    fresh_ = false;
    position_ = position;
    if (turns_->has_table()) {
      make_table(position);
    }
  }
  FloatBase& base() { return base_; }
  const float* table_re() const { return turns_->has_table() ? table_re_ : nullptr; }
  const float* table_im() const { return turns_->has_table() ? table_im_ : nullptr; }
  TileTurn turn() {
    base_.narrow();
    return {base_.re32.data(), base_.im32.data(), table_re(), table_im()};
  }

 private:
  // Heads walk over the same tiles, one after the other.
  void go_first(int64_t position, int64_t origin) {
    if (first_.turns == turns_ && first_.position == position && first_.origin == origin) {
      base_.re = first_.re;
      base_.im = first_.im;
      return;
    }
    turns_->base(position, origin, base_.re.data(), base_.im.data());
    first_ = {turns_, position, origin, base_.re, base_.im};
  }
  void make_table(int64_t position) {
    const int64_t phase = turns_->phase(position);
    if (made_of_ == turns_->rows_re() && phase == phase_) {
      return;
    }
    made_of_ = turns_->rows_re();
    phase_ = phase;
    table_re_ = turns_->rows_re();
    table_im_ = turns_->rows_im();
    const size_t size = 2 * kTile * pairs_;
    if (phase != 0) {
      rows_.resize(size);
      for (int64_t u = 0; u < kTile; ++u) {
        const int64_t o = turns_->offset(position, u) * static_cast<int64_t>(pairs_);
        std::copy_n(table_re_ + o, pairs_, rows_.data() + static_cast<size_t>(u) * pairs_);
        std::copy_n(table_im_ + o, pairs_, rows_.data() + static_cast<size_t>(kTile + u) * pairs_);
      }
      table_re_ = rows_.data();
      table_im_ = rows_.data() + kTile * pairs_;
    }
    if (layout_ == Layout::columns) {
      const auto pitch = static_cast<int64_t>(pairs_);
      columns_.resize(size);
      load_transposed({table_re_, ElementType::f32, 0, pitch}, 0, 0, kTile, pairs_,
                      columns_.data());
      load_transposed({table_im_, ElementType::f32, 0, pitch}, 0, 0, kTile, pairs_,
                      columns_.data() + kTile * pairs_);
      table_re_ = columns_.data();
      table_im_ = columns_.data() + kTile * pairs_;
    }
  }

  const Turns* turns_ = nullptr;
  Layout layout_;
  size_t pairs_;
  bool fresh_ = true;
  int64_t position_ = 0, phase_ = 0;
  FloatBase base_;
  struct First {
    const Turns* turns = nullptr;
    int64_t position = 0, origin = 0;
    std::vector<double> re, im;
  };
  First first_;  ///< the base that the last walk began with
  AlignedFloats rows_, columns_;
  const float* made_of_ = nullptr;  ///< rows of the table at hand
  const float* table_re_ = nullptr;
  const float* table_im_ = nullptr;
};

// A query with what its branches turn it by, [2][d/2] complex, alike for all heads.
struct Query {
  int64_t row = 0;
  const BlockTurns* turns = nullptr;
  std::vector<double> near, far;
};

// A query of a block by rows: its angles, and what turns it and the keys of the tile at hand.
struct RowScratch {
  explicit RowScratch(size_t pairs)
      : near_walk(pairs, TileWalk::Layout::columns), far_walk(pairs, TileWalk::Layout::columns) {}
  BlockTurns turns;
  Query query;
  TileWalk near_walk, far_walk;
};

// What one thread needs to run a block of queries.
struct BlockScratch {
  static size_t floats(size_t group, size_t width, size_t pitch) {
    return kTile * (3 * width + group * (2 * width + 1 + kMaxLanes + pitch));
  }
  BlockScratch(float* memory, size_t group, size_t width, size_t pitch)
      : near_walk(width / 2, TileWalk::Layout::columns),
        far_walk(width / 2, TileWalk::Layout::columns) {
    const auto cut = [&](size_t rows) {
      float* piece = memory;
      memory += rows * kTile;
      return piece;
    };
    raw = cut(width);
    k_near = cut(width);
    k_far = cut(width);
    q_near = cut(group * width);
    q_far = cut(group * width);
    out = cut(group * pitch);
    sum = cut(group * kMaxLanes);
    maximum = cut(group);
  }
  float *raw, *k_near, *k_far;  // [width][64]
  float *q_near, *q_far;        // [group][width][64]
  float *out, *sum, *maximum;   // [group][64][pitch], [kMaxLanes], []
  TileWalk near_walk, far_walk;
  BlockTurns turns;
  std::vector<std::unique_ptr<RowScratch>> rows;  // made when first needed
};

// What one thread needs to run one query.
struct DecodeScratch {
  static size_t floats(size_t group, size_t width) {
    return decode_workspace(group, width) + 2 * group * width;
  }
  DecodeScratch(float* memory, size_t group, size_t width)
      : raw_q(memory),
        turned_q(memory + group * width),
        work(memory + 2 * group * width),
        near_walk(width / 2, TileWalk::Layout::rows),
        far_walk(width / 2, TileWalk::Layout::rows) {}
  float *raw_q, *turned_q, *work;
  TileWalk near_walk, far_walk;
  int64_t row = -1;  // the query they are of
};

// Adds the sums of other keys.
void merge_state(const SoftmaxState& part, size_t rows, size_t pitch, const SoftmaxState& into) {
  for (size_t r = 0; r < rows; ++r) {
    const float maximum = std::max(part.maximum[r], into.maximum[r]);
    const float of_part = std::exp2(part.maximum[r] - maximum);
    const float of_into = std::exp2(into.maximum[r] - maximum);
    const auto add = [&](const float* from, float* to, size_t n) {
      for (size_t c = 0; c < n; ++c) {
        to[c] = of_into * to[c] + of_part * from[c];
      }
    };
    into.maximum[r] = maximum;
    add(part.sum + r * kMaxLanes, into.sum + r * kMaxLanes, kMaxLanes);
    add(part.out + r * pitch, into.out + r * pitch, pitch);
  }
}

class Run {
 public:
  Run(const AttentionProblem& problem, const PositionScheme& scheme)
      : p_(problem),
        scheme_(scheme),
        plan_(plan_of(problem, scheme)),
        group_(problem.heads / problem.kv_heads),
        width_(static_cast<size_t>(problem.width)),
        pairs_(width_ / 2),
        pitch_((width_ + kMaxLanes - 1) / kMaxLanes * kMaxLanes),
        copy_values_(problem.v.type != ElementType::f32 || width_ != pitch_),
        raw_(width_ * kTile),
        near_(width_ * kTile),
        far_(width_ * kTile),
        values_(pitch_ * kTile) {
    shared_.build(plan_.theta, scheme);
  }

  void run() {
    std::vector<const QueryBlock*> blocks, few;
    for (const QueryBlock& block : plan_.blocks) {
      (block.count < kFewQueries ? few : blocks).push_back(&block);
    }
    // A block at the edge of a longer call is no decoding: its keys are transposed anyway.
    if (!blocks.empty() && few.size() <= 2) {
      for (const QueryBlock* block : few) {
        blocks.push_back(block);
      }
      few.clear();
    }
    if (!blocks.empty()) {
      run_blocks(blocks);
    }
    if (!few.empty()) {
      run_few_queries(few);
    }
  }

 private:
  static AttentionPlan plan_of(const AttentionProblem& problem, const PositionScheme& scheme) {
    AttentionPlan plan(problem, scheme);
    plan.join_small_blocks();
    return plan;
  }
  int threads_for(int64_t work) const { return work < kWorthThreads ? 1 : p_.threads; }

  const BlockTurns& turns_of(const QueryBlock& block, int64_t row, BlockTurns& own) const {
    if (block.theta.empty()) {
      return shared_;
    }
    own.build(block.theta_of(row, pairs_), scheme_);
    return own;
  }
  // The sums of one query's group of heads.
  size_t state_floats() const { return static_cast<size_t>(group_) * (pitch_ + kMaxLanes + 1); }
  SoftmaxState state_at(float* memory) const {
    const auto group = static_cast<size_t>(group_);
    return {memory + group * (pitch_ + kMaxLanes), memory + group * pitch_, memory};
  }
  void write_query(const SoftmaxState& state, int64_t row, int64_t kv_head) const {
    write_block(state, static_cast<size_t>(group_), width_, pitch_, out_at(kv_head * group_, row),
                p_.q.type, p_.out_head_stride);
  }
  float* out_at(int64_t head, int64_t row) const {
    const int64_t at = head * p_.out_head_stride + row * p_.out_row_stride;
    return p_.q.type == ElementType::f32
               ? static_cast<float*>(p_.out) + at
               : reinterpret_cast<float*>(static_cast<uint16_t*>(p_.out) + at);
  }

  int64_t choose_tiles(const std::vector<const QueryBlock*>& blocks);
  void run_blocks(const std::vector<const QueryBlock*>& blocks);
  void run_block(const QueryBlock& block, int64_t kv_head, int64_t slot, BlockScratch& scratch);
  void run_rows(const QueryBlock& block, int64_t kv_head, int64_t slot, BlockScratch& scratch);
  void turn_row(const KeyTile& tile, int64_t row, RowScratch& scratch) const;
  TilePair pair_of(const QueryBlock& block, int64_t kv_head, int64_t slot, size_t index) const;
  const float* bias_of(int64_t head, int64_t offset) const {
    return plan_.bias.empty()
               ? nullptr
               : plan_.bias.data() + head * plan_.bias_pitch + plan_.bias_zero - offset;
  }
  SoftmaxState state_of(const BlockScratch& scratch, size_t g) const {
    return {scratch.maximum + g * kTile, scratch.sum + g * kTile * kMaxLanes,
            scratch.out + g * kTile * pitch_};
  }
  void clear_states(const BlockScratch& scratch, size_t queries) const {
    for (size_t g = 0; g < static_cast<size_t>(group_); ++g) {
      clear_state(state_of(scratch, g), queries, pitch_);
    }
  }
  void write_states(const BlockScratch& scratch, const QueryBlock& block, int64_t kv_head) const {
    for (size_t g = 0; g < static_cast<size_t>(group_); ++g) {
      write_block(state_of(scratch, g), static_cast<size_t>(block.count), width_, pitch_,
                  out_at(kv_head * group_ + static_cast<int64_t>(g), block.first), p_.q.type,
                  p_.out_row_stride);
    }
  }
  void run_few_queries(const std::vector<const QueryBlock*>& blocks);
  void start_query(const BlockTurns& turns, int64_t row, Query& query) const {
    const int64_t position = p_.q_position + row;
    query.row = row;
    query.turns = &turns;
    const auto base = [&](const Turns& q, std::vector<double>& turn) {
      turn.assign(2 * pairs_, 0.0);
      std::fill_n(turn.begin(), pairs_, 1.0);
      if (!q.identity()) {
        q.base(position, position, turn.data(), turn.data() + pairs_);
      }
    };
    base(turns.near_q, query.near);
    if (plan_.has_far) {
      base(turns.far_q, query.far);
    }
  }
  // A query times its scale, [width].
  void load_scaled(int64_t head, int64_t row, float* to) const {
    load_rows(p_.q, head, row, 1, width_, width_, to);
    for (size_t c = 0; c < width_; ++c) {
      to[c] *= plan_.scale[static_cast<size_t>(row)];
    }
  }
  void run_query(const Query& query, int64_t kv_head, size_t first_tile, size_t last_tile,
                 const SoftmaxState& state, DecodeScratch& scratch);
  void prepare_keys(int64_t kv_head, int64_t slot, size_t tile, BlockScratch& scratch);

  const AttentionProblem& p_;
  const PositionScheme& scheme_;
  const AttentionPlan plan_;
  const int64_t group_;
  const size_t width_, pairs_, pitch_;
  const bool copy_values_;
  BlockTurns shared_;

  std::vector<size_t> needed_tiles_;     ///< those that some query sees
  HeldTiles raw_, near_, far_, values_;  ///< by needed tile; keys [width][64], values [64][pitch]
  size_t tile_floats() const { return width_ * kTile; }
};

void Run::prepare_keys(int64_t kv_head, int64_t slot, size_t index, BlockScratch& scratch) {
  const KeyTile& tile = plan_.tiles[needed_tiles_[index]];
  const auto count = static_cast<size_t>(tile.count);
  float* raw = raw_.has(index) ? raw_.of(slot, index) : scratch.raw;
  load_transposed(p_.k, kv_head, tile.row, count, width_, raw);
  if (near_.has(index)) {
    scratch.near_walk.go(tile.position, 0);
    turn_tile(raw, width_, scratch.near_walk.turn(), nullptr, near_.of(slot, index));
  }
  if (far_.has(index)) {
    scratch.far_walk.go(tile.position, 0);
    turn_tile(raw, width_, scratch.far_walk.turn(), nullptr, far_.of(slot, index));
  }
  if (copy_values_) {
    load_rows(p_.v, kv_head, tile.row, count, width_, pitch_, values_.of(slot, index));
  }
}

// Finds out which tiles are seen, and in which of their forms each is kept. Returns how many pairs
// of query and key the tiles make.
int64_t Run::choose_tiles(const std::vector<const QueryBlock*>& blocks) {
  struct Use {
    bool seen = false, by_own_table = false, near = false, far = false;
  };
  std::vector<Use> uses(plan_.tiles.size());
  int64_t pairs = 0;
  for (const QueryBlock* block : blocks) {
    const int64_t last = block->position + block->count - 1;
    const bool shared = block->theta.empty();
    for (size_t t = 0; t < plan_.tiles.size(); ++t) {
      const KeyTile& tile = plan_.tiles[t];
      if (plan_.visible(tile, block->position, last)) {
        pairs += block->count * tile.count;
        Use& use = uses[t];
        use.seen = true;
        use.by_own_table = use.by_own_table || !shared;
        use.near = use.near || (shared && plan_.any_near(tile, block->position));
        use.far = use.far || (shared && plan_.any_far(tile, last));
      }
    }
  }
  const bool near_turns = !shared_.near_k.identity();
  const bool far_turns = !shared_.far_k.identity();
  for (size_t t = 0; t < plan_.tiles.size(); ++t) {
    const Use& use = uses[t];
    if (use.seen) {
      needed_tiles_.push_back(t);
      near_.add(use.near && near_turns);
      far_.add(use.far && far_turns);
      raw_.add(use.by_own_table || (use.near && !near_turns) || (use.far && !far_turns));
      values_.add(copy_values_);
    }
  }
  return pairs;
}

void Run::run_blocks(const std::vector<const QueryBlock*>& blocks) {
  const int64_t pairs = choose_tiles(blocks);
  const size_t per_slot = raw_.floats_per_slot() + near_.floats_per_slot() +
                          far_.floats_per_slot() + values_.floats_per_slot();
  const auto slots = static_cast<size_t>(std::clamp<int64_t>(
      kScratchBytes / static_cast<int64_t>(per_slot * sizeof(float) + 1), 1, p_.kv_heads));
  const int threads = threads_for(pairs * group_ * p_.width * 2);
  const auto group = static_cast<size_t>(group_);
  const size_t scratch_floats = Arena::padded(BlockScratch::floats(group, width_, pitch_));
  Arena arena(slots * per_slot + static_cast<size_t>(threads) * scratch_floats);
  for (HeldTiles* tiles : {&raw_, &near_, &far_, &values_}) {
    tiles->take_from(arena, slots);
  }
  ScratchPool<BlockScratch> pool;
  for (int thread = 0; thread < threads; ++thread) {
    pool.add(std::make_unique<BlockScratch>(arena.take(scratch_floats), group, width_, pitch_));
  }
  for (int64_t first = 0; first < p_.kv_heads; first += static_cast<int64_t>(slots)) {
    const int64_t heads = std::min(static_cast<int64_t>(slots), p_.kv_heads - first);
    const size_t tiles = needed_tiles_.size();
    parallel_for(static_cast<size_t>(heads) * tiles, 32, threads, [&](size_t begin, size_t end) {
      pool.with([&](BlockScratch& scratch) {
        scratch.near_walk.start(shared_.near_k);
        scratch.far_walk.start(shared_.far_k);
        for (size_t item = begin; item < end; ++item) {
          const auto slot = static_cast<int64_t>(item / tiles);
          prepare_keys(first + slot, slot, item % tiles, scratch);
        }
      });
    });
    // Late blocks see the most keys, so they go first.
    const size_t count = blocks.size();
    parallel_for(static_cast<size_t>(heads) * count, 1, threads, [&](size_t begin, size_t end) {
      pool.with([&](BlockScratch& scratch) {
        for (size_t item = begin; item < end; ++item) {
          const auto slot = static_cast<int64_t>(item % static_cast<size_t>(heads));
          const QueryBlock& block = *blocks[count - 1 - item / static_cast<size_t>(heads)];
          if (block.by_rows(pairs_)) {
            run_rows(block, first + slot, slot, scratch);
          } else {
            run_block(block, first + slot, slot, scratch);
          }
        }
      });
    });
  }
}

void Run::run_block(const QueryBlock& block, int64_t kv_head, int64_t slot, BlockScratch& scratch) {
  const bool shared = block.theta.empty();
  const BlockTurns& turns = turns_of(block, 0, scratch.turns);
  if (!shared) {
    scratch.near_walk.forget();
    scratch.far_walk.forget();
  }
  const auto queries = static_cast<size_t>(block.count);
  const int64_t last = block.position + block.count - 1;

  // Queries, turned and scaled.
  float scale[kTile] = {};
  std::copy_n(plan_.scale.begin() + block.first, block.count, scale);
  const auto go = [&](const Turns& q_turns, TileWalk& walk) {
    if (q_turns.identity()) {
      return TileTurn();
    }
    walk.start(q_turns);
    walk.go(block.position, block.position);
    return walk.turn();
  };
  const TileTurn near_turn = go(turns.near_q, scratch.near_walk);
  const TileTurn far_turn = plan_.has_far ? go(turns.far_q, scratch.far_walk) : TileTurn();
  for (int64_t g = 0; g < group_; ++g) {
    const size_t at = static_cast<size_t>(g) * tile_floats();
    load_transposed(p_.q, kv_head * group_ + g, block.first, queries, width_, scratch.raw);
    turn_tile(scratch.raw, width_, near_turn, scale, scratch.q_near + at);
    if (plan_.has_far) {
      turn_tile(scratch.raw, width_, far_turn, scale, scratch.q_far + at);
    }
  }
  if (!shared) {
    scratch.near_walk.start(turns.near_k);
    scratch.far_walk.start(turns.far_k);
  }

  clear_states(scratch, queries);
  for (size_t index = 0; index < needed_tiles_.size(); ++index) {
    const KeyTile& tile = plan_.tiles[needed_tiles_[index]];
    if (!plan_.visible(tile, block.position, last)) {
      continue;
    }
    // Where the keys of a branch lie: kept for all blocks, raw, or turned now.
    const auto keys = [&](bool needed, const Turns& k_turns, const HeldTiles& kept, TileWalk& walk,
                          float* own) -> const float* {
      if (!needed || k_turns.identity()) {
        return needed ? raw_.of(slot, index) : nullptr;
      }
      if (shared) {
        return kept.of(slot, index);
      }
      walk.go(tile.position, block.position);
      turn_tile(raw_.of(slot, index), width_, walk.turn(), nullptr, own);
      return own;
    };
    TilePair pair = pair_of(block, kv_head, slot, index);
    pair.k_near = keys(plan_.any_near(tile, block.position), turns.near_k, near_, scratch.near_walk,
                       scratch.k_near);
    pair.k_far =
        keys(plan_.any_far(tile, last), turns.far_k, far_, scratch.far_walk, scratch.k_far);
    for (size_t g = 0; g < static_cast<size_t>(group_); ++g) {
      pair.q_near = scratch.q_near + g * tile_floats();
      pair.q_far = scratch.q_far + g * tile_floats();
      pair.bias = bias_of(kv_head * group_ + static_cast<int64_t>(g), pair.offset);
      attend_tile(pair, state_of(scratch, g));
    }
  }
  write_states(scratch, block, kv_head);
}

// All of a pair but queries, keys and bias.
TilePair Run::pair_of(const QueryBlock& block, int64_t kv_head, int64_t slot, size_t index) const {
  const KeyTile& tile = plan_.tiles[needed_tiles_[index]];
  TilePair pair{};
  if (copy_values_) {
    pair.v = values_.of(slot, index);
    pair.v_pitch = pitch_;
  } else {
    pair.v = static_cast<const float*>(p_.v.data) + kv_head * p_.v.head_stride +
             tile.row * p_.v.row_stride;
    pair.v_pitch = static_cast<size_t>(p_.v.row_stride);
  }
  pair.width = width_;
  pair.pitch = pitch_;
  pair.queries = static_cast<size_t>(block.count);
  pair.keys = static_cast<size_t>(tile.count);
  pair.offset = block.position - tile.position;
  pair.split = plan_.split;
  pair.window = plan_.window;
  pair.sinks = std::clamp<int64_t>(plan_.sinks - tile.position, 0, kTile);
  return pair;
}

// What turns a query to the tile, each branch that it needs there; keys turn by the walk's table.
void Run::turn_row(const KeyTile& tile, int64_t position, RowScratch& scratch) const {
  const auto turn = [&](bool needed, const Turns& k_turns, const std::vector<double>& q_turn,
                        TileWalk& walk) {
    if (!needed) {
      return;
    }
    FloatBase& base = walk.base();
    if (k_turns.identity()) {
      std::fill(base.re.begin(), base.re.end(), 1.0);
      std::fill(base.im.begin(), base.im.end(), 0.0);
    } else {
      walk.go(tile.position, position);
    }
    relative_turn(q_turn.data(), q_turn.data() + pairs_, base.re.data(), base.im.data(), pairs_,
                  base.re32.data(), base.im32.data());
  };
  turn(plan_.any_near(tile, position), scratch.turns.near_k, scratch.query.near, scratch.near_walk);
  turn(plan_.any_far(tile, position), scratch.turns.far_k, scratch.query.far, scratch.far_walk);
}

// A block whose queries each have a table of their own (dyn:step=1): scores row by row, softmax and
// values by the tile. Twice as fast as one query after the other (4,096 tokens, AVX-512,
// 2026-11-24).
void Run::run_rows(const QueryBlock& block, int64_t kv_head, int64_t slot, BlockScratch& scratch) {
  const auto group = static_cast<size_t>(group_);
  const auto queries = static_cast<size_t>(block.count);
  const int64_t last = block.position + block.count - 1;
  while (scratch.rows.size() < queries) {
    scratch.rows.push_back(std::make_unique<RowScratch>(pairs_));
  }
  float* q = scratch.q_near;  // [group][queries][width], scaled
  for (size_t r = 0; r < queries; ++r) {
    RowScratch& row = *scratch.rows[r];
    const int64_t at = block.first + static_cast<int64_t>(r);
    start_query(turns_of(block, static_cast<int64_t>(r), row.turns), at, row.query);
    row.near_walk.forget();
    row.far_walk.forget();
    row.near_walk.start(row.turns.near_k);
    row.far_walk.start(row.turns.far_k);
    for (size_t g = 0; g < group; ++g) {
      load_scaled(kv_head * group_ + static_cast<int64_t>(g), at, q + (g * queries + r) * width_);
    }
  }
  float* turned_q = scratch.q_far;
  float* scores = scratch.k_near;  // [queries][64]
  clear_states(scratch, queries);
  for (size_t index = 0; index < needed_tiles_.size(); ++index) {
    const KeyTile& tile = plan_.tiles[needed_tiles_[index]];
    if (!plan_.visible(tile, block.position, last)) {
      continue;
    }
    for (size_t r = 0; r < queries; ++r) {
      turn_row(tile, block.position + static_cast<int64_t>(r), *scratch.rows[r]);
    }
    TilePair pair = pair_of(block, kv_head, slot, index);
    pair.scores = scores;
    for (size_t g = 0; g < group; ++g) {
      for (size_t r = 0; r < queries; ++r) {
        RowScratch& row = *scratch.rows[r];
        const auto score = [&](const Turns& k_turns, TileWalk& walk, int64_t from, int64_t to) {
          if (from >= to) {
            return;
          }
          FloatBase& base = walk.base();
          turn_query(q + (g * queries + r) * width_, base.re32.data(), base.im32.data(), width_,
                     turned_q);
          const bool turn_keys = !k_turns.identity();
          score_row({turned_q, raw_.of(slot, index), turn_keys ? walk.table_re() : nullptr,
                     turn_keys ? walk.table_im() : nullptr, width_, static_cast<size_t>(from),
                     static_cast<size_t>(to)},
                    scores + r * kTile);
        };
        // Keys up to this one are far; the far ones first, for a vector of both is written twice.
        const int64_t seen =
            std::clamp<int64_t>(pair.offset + static_cast<int64_t>(r) + 1, 0, tile.count);
        const int64_t near =
            std::clamp<int64_t>(pair.offset + static_cast<int64_t>(r) - plan_.split + 1, 0, seen);
        score(row.turns.far_k, row.far_walk, 0, near);
        score(row.turns.near_k, row.near_walk, near, seen);
      }
      pair.bias = bias_of(kv_head * group_ + static_cast<int64_t>(g), pair.offset);
      attend_tile(pair, state_of(scratch, g));
    }
  }
  write_states(scratch, block, kv_head);
}

// The g heads of one query against the keys of some tiles. Each tile is cut where the split and
// the edges of what is visible lie, so that no key is read in vain.
void Run::run_query(const Query& query, int64_t kv_head, size_t first_tile, size_t last_tile,
                    const SoftmaxState& state, DecodeScratch& scratch) {
  const int64_t row = query.row;
  const int64_t position = p_.q_position + row;
  const auto group = static_cast<size_t>(group_);
  float* raw_q = scratch.raw_q;
  float* turned_q = scratch.turned_q;
  if (scratch.row != row) {
    scratch.near_walk.forget();
    scratch.far_walk.forget();
    scratch.row = row;
  }
  for (size_t g = 0; g < group; ++g) {
    load_scaled(kv_head * group_ + static_cast<int64_t>(g), row, raw_q + g * width_);
  }

  // Keys at begin..end-1 of the text.
  const auto run_branch = [&](const std::vector<double>& q_turn, const Turns& k_turns,
                              TileWalk& walk, int64_t begin, int64_t end) {
    const double* q_re = q_turn.data();
    const double* q_im = q_turn.data() + pairs_;
    const bool turn_keys = !k_turns.identity();
    if (turn_keys) {
      walk.start(k_turns);
    } else {
      FloatBase& base = walk.base();
      std::copy_n(q_re, pairs_, base.re.begin());
      std::copy_n(q_im, pairs_, base.im.begin());
      base.narrow();
      for (size_t g = 0; g < group; ++g) {
        turn_query(raw_q + g * width_, base.re32.data(), base.im32.data(), width_,
                   turned_q + g * width_);
      }
    }
    for (size_t t = first_tile; t < last_tile; ++t) {
      const KeyTile& tile = plan_.tiles[t];
      const int64_t from = std::max(begin, tile.position);
      const int64_t to = std::min(end, tile.position + tile.count);
      if (from >= to) {
        continue;
      }
      DecodeTile d;
      const auto view = [&](const HeadsView& all) {
        const int64_t at =
            kv_head * all.head_stride + (tile.row + from - tile.position) * all.row_stride;
        HeadsView here = all;
        here.data = all.type == ElementType::f32
                        ? static_cast<const void*>(static_cast<const float*>(all.data) + at)
                        : static_cast<const void*>(static_cast<const uint16_t*>(all.data) + at);
        return here;
      };
      d.k = view(p_.k);
      d.v = view(p_.v);
      d.keys = static_cast<size_t>(to - from);
      d.width = width_;
      d.pitch = pitch_;
      d.heads = group;
      d.q = turn_keys ? raw_q : turned_q;
      if (turn_keys) {
        // The key's base is taken to the query: q turns by base_q conj(base_k), where |base_k|
        // goes along (XPOS).
        walk.go(from, position);
        FloatBase& base = walk.base();
        relative_turn(q_re, q_im, base.re.data(), base.im.data(), pairs_, base.re32.data(),
                      base.im32.data());
        d.base_re = base.re32.data();
        d.base_im = base.im32.data();
        d.table_re = walk.table_re();
        d.table_im = walk.table_im();
      }
      d.bias = bias_of(kv_head * group_, position - from);
      d.bias_pitch = plan_.bias_pitch;
      decode_tile(d, state, scratch.work);
    }
  };
  // Sinks, then what the window shows; each far or near.
  const int64_t end = position + 1;
  const int64_t shown = std::max<int64_t>(0, position - plan_.window + 1);
  const int64_t near_first = std::max<int64_t>(0, position - plan_.split + 1);
  const auto run_range = [&](int64_t begin, int64_t stop) {
    if (begin < std::min(stop, near_first)) {
      run_branch(query.far, query.turns->far_k, scratch.far_walk, begin,
                 std::min(stop, near_first));
    }
    if (std::max(begin, near_first) < stop) {
      run_branch(query.near, query.turns->near_k, scratch.near_walk, std::max(begin, near_first),
                 stop);
    }
  };
  run_range(0, std::min(plan_.sinks, shown));
  run_range(shown, end);
}

// One query, or a few: split by heads and keys.
void Run::run_few_queries(const std::vector<const QueryBlock*>& blocks) {
  const auto group = static_cast<size_t>(group_);
  const auto kv_heads = static_cast<size_t>(p_.kv_heads);
  const size_t parts = std::max<size_t>(1, (plan_.tiles.size() + kDecodeTiles - 1) / kDecodeTiles);
  const int threads =
      threads_for(static_cast<int64_t>(plan_.tiles.size()) * kTile * p_.width * p_.kv_heads * 8);
  const size_t floats = DecodeScratch::floats(group, width_);
  Arena arena(kv_heads * parts * Arena::padded(state_floats()) +
              static_cast<size_t>(threads) * Arena::padded(floats));
  std::vector<SoftmaxState> states;
  for (size_t n = 0; n < kv_heads * parts; ++n) {
    states.push_back(state_at(arena.take(state_floats())));
  }
  ScratchPool<DecodeScratch> pool;
  for (int thread = 0; thread < threads; ++thread) {
    pool.add(std::make_unique<DecodeScratch>(arena.take(floats), group, width_));
  }
  BlockTurns own;
  Query query;
  for (const QueryBlock* block : blocks) {
    for (int64_t row = block->first; row < block->first + block->count; ++row) {
      const BlockTurns& turns = turns_of(*block, row - block->first, own);
      start_query(turns, row, query);
      parallel_for(states.size(), 1, threads, [&](size_t begin, size_t end) {
        pool.with([&](DecodeScratch& scratch) {
          for (size_t item = begin; item < end; ++item) {
            clear_state(states[item], group, pitch_);
            const size_t first = item / kv_heads * kDecodeTiles;
            run_query(query, static_cast<int64_t>(item % kv_heads), first,
                      std::min(plan_.tiles.size(), first + kDecodeTiles), states[item], scratch);
          }
        });
      });
      for (size_t kv_head = 0; kv_head < kv_heads; ++kv_head) {
        const SoftmaxState& all = states[kv_head];
        for (size_t part = 1; part < parts; ++part) {
          merge_state(states[part * kv_heads + kv_head], group, pitch_, all);
        }
        write_query(all, row, static_cast<int64_t>(kv_head));
      }
    }
  }
}

}  // namespace

void blockwise_attention(const AttentionProblem& problem, const PositionScheme& scheme) {
  YONDER_CHECK(problem.kv_heads > 0 && problem.heads % problem.kv_heads == 0);
  YONDER_CHECK(problem.width > 0 && problem.width % 2 == 0);
  YONDER_CHECK(problem.k.type == problem.v.type);
  if (problem.queries > 0) {
    Run(problem, scheme).run();
  }
}

}  // namespace yonder::lm::internal
