// SPDX-License-Identifier: Apache-2.0
// The kernel: one pass over a chunk that leaves at every position the last piece of one
// segmentation of the text so far, the best or a random one. Everything that encodes goes through
// it.
//
// Idea. The value at end position e is made from the values at e-1 ... e-M and the weights of the
// pieces that end at e: a maximum (Viterbi), or a sum of products with a draw (forward filtering
// with the back-pointer drawn at once, kexue.fm 9811). Both fix the back-pointer when e is
// processed, and the back-pointers of different positions are independent given the text, so
// tracing back from the end gives the best segmentation or an exact sample. What differs is one
// small Reducer; deterministic, sampled and streaming encoding share the rest.
//
// Speed. A walk down the trie ends at an unpredictable depth. So kLanes neighbouring positions are
// walked in lock-step without branches (a lane that leaves the trie stays at node 0, where no piece
// ends) until all have left: one unpredictable branch per block instead of one per byte.
// The walk only notes node indices, laid out as [length][lane]; then the lanes are reduced one
// after another, longest piece first, so that the newest value, the only one still in flight, is
// needed last.
//
// Values live in a window of kSegment positions, so a chunk of any length stays in the cache; only
// the back-pointers (4 bytes per byte of text) grow with the chunk, and in streaming not even they.
//
// Tests: viterbi_test.cpp, exact_sampling_test.cpp (against the plain loops of *_reference.cpp) and
// streaming_test.cpp.
#pragma once

#include "yonder/base/error.h"
#include "yonder/tokenizer/unigram/model.h"
#include "yonder/tokenizer/unigram/segmenter.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace yonder::tokenizer::internal {

/// Neighbouring end positions walked in lock-step.
inline constexpr size_t kLanes = 8;
/// Positions between two moves of the window.
inline constexpr size_t kSegment = 4096;

/// The pieces that end at one position, as the walk left them: the piece of length k = 1..length,
/// or weight `never` and id 0 where there is none.
template <typename Weight>
struct LaneEndings {
  const typename WeightedTrie<Weight>::Node* nodes;
  const uint32_t* places;  // [length + 1][kLanes], at the lane
  size_t length;
  uint32_t place(size_t k) const { return places[k * kLanes]; }
  Weight weight(size_t k) const { return nodes[place(k)].weight; }
  uint32_t id(size_t k) const { return nodes[place(k)].id; }
};

/// A Reducer has:
///   using Value, Weight;
///   Value start() const;          // value at the chunk's start
///   Value unreached() const;      // value where no segmentation ends
///   const WeightedTrie<Weight>& trie() const;
///   void begin(uint64_t document, uint64_t position);
///   // The value at `end` (bytes from the document's start); at[-k] is the value k bytes before.
///   // Sets `id` to the last piece of the segmentation chosen.
///   Value reduce(const Value* at, const LaneEndings<Weight>& endings, uint64_t end, uint32_t& id);
///   // newest[0], newest[-1], ..., newest[1 - window] may be scaled together.
///   void keep_in_range(Value* newest, size_t window);
///   // The same, once per segment.
///   void rebase(Value* newest, size_t window);
template <typename Reducer>
class LatticeScan final : public Segmenter {
 public:
  using Value = typename Reducer::Value;
  using Weight = typename Reducer::Weight;

  LatticeScan(std::shared_ptr<const UnigramModel> model, Reducer reducer)
      : model_(std::move(model)),
        reducer_(std::move(reducer)),
        history_(std::max<size_t>(reducer_.trie().max_length, 2)),
        text_(history_ + kSegment + kLanes),
        values_(history_ + kSegment + 1),
        places_((history_ + 2) * kLanes) {}

  void start(uint64_t document, uint64_t position) override {
    reducer_.begin(document, position);
    window_position_ = position;
    filled_ = 0;
    back_.clear();
    std::fill_n(text_.begin(), history_, uint8_t{0});
    std::fill_n(values_.begin(), history_, reducer_.unreached());
    values_[history_] = reducer_.start();
  }

  void extend(std::string_view bytes) override {
    while (!bytes.empty()) {
      if (filled_ == kSegment) {
        move_window();
      }
      const size_t taken = std::min(bytes.size(), kSegment - filled_);
      std::memcpy(text_.data() + history_ + filled_, bytes.data(), taken);
      back_.resize(back_.size() + taken);
      scan(filled_, filled_ + taken);
      filled_ += taken;
      bytes.remove_prefix(taken);
    }
  }

  void commit(std::vector<uint32_t>& out) override {
    if (back_.empty()) {
      return;
    }
    // Every continuation goes through one of the last `history_` positions. Walking back from all
    // of them at once, furthest first, they meet at the last position that all share.
    const size_t end = back_.size();
    open_.assign(end + 1, 0);
    size_t open = 0;
    for (size_t back = 0; back < std::min(history_, end + 1); ++back) {
      if (reached(end - back)) {
        open_[end - back] = 1;
        ++open;
      }
    }
    require_reached(open > 0);
    size_t at = end;
    for (;; --at) {
      if (open_[at] == 0) {
        continue;
      }
      if (open == 1) {
        break;
      }
      const size_t before = at - length_at(at);
      if (open_[before] == 0) {
        open_[before] = 1;
      } else {
        --open;
      }
    }
    emit(at, out);
  }

  void finish(std::vector<uint32_t>& out) override {
    if (back_.empty()) {
      return;
    }
    require_reached(reached(back_.size()));
    emit(back_.size(), out);
  }

  bool force_commit(size_t max_lag, std::vector<uint32_t>& out) override {
    commit(out);
    if (back_.size() <= max_lag || !reached(back_.size())) {
      return false;
    }
    // Follow the segmentation that is the choice if the text ended here, down to half the lag.
    size_t at = back_.size();
    while (at > length_at(at) && back_.size() - (at - length_at(at)) <= max_lag / 2) {
      at -= length_at(at);
    }
    // What does not go through that position may no longer be continued.
    const size_t end = back_.size();
    open_.assign(end + 1, 0);
    open_[at] = 1;
    for (size_t p = at + 1; p <= end; ++p) {
      open_[p] = reached(p) && length_at(p) <= p - at ? open_[p - length_at(p)] : uint8_t{0};
    }
    for (size_t back = 0; back < std::min(history_, end + 1); ++back) {
      if (open_[end - back] == 0) {
        values_[history_ + filled_ - back] = reducer_.unreached();
      }
    }
    emit(at, out);
    return true;
  }

  size_t pending() const override { return back_.size(); }

 private:
  // Value index of position p (counted like back_, 0 = committed); only the window is kept.
  bool reached(size_t p) const {
    const size_t behind = back_.size() - p;
    return behind > filled_ + history_ - 1 ||
           values_[history_ + filled_ - behind] > reducer_.unreached();
  }
  size_t length_at(size_t p) const { return model_->lengths()[back_[p - 1]]; }

  void require_reached(bool condition) const {
    if (!condition) {
      fail_unreached();
    }
  }
  [[noreturn]] void fail_unreached() const {
    fail(ErrorKind::bad_data,
         "no sequence of pieces spells the text between byte offsets {} and {}: the vocabulary "
         "lacks "
         "single bytes; pass --add-bytes to give them the count 1",
         window_position_ + filled_ - back_.size(), window_position_ + filled_);
  }

  // Appends the ids of the segmentation that ends at position `end` and forgets everything before.
  void emit(size_t end, std::vector<uint32_t>& out) {
    const size_t first = out.size();
    for (size_t at = end; at > 0; at -= length_at(at)) {
      out.push_back(back_[at - 1]);
    }
    std::reverse(out.begin() + static_cast<std::ptrdiff_t>(first), out.end());
    back_.erase(back_.begin(), back_.begin() + static_cast<std::ptrdiff_t>(end));
  }

  void move_window() {
    std::copy_n(text_.begin() + static_cast<std::ptrdiff_t>(filled_), history_, text_.begin());
    std::copy_n(values_.begin() + static_cast<std::ptrdiff_t>(filled_), history_ + 1,
                values_.begin());
    reducer_.rebase(values_.data() + history_, history_);
    window_position_ += filled_;
    filled_ = 0;
  }

  // Fills the values and back-pointers at the ends of bytes first..last-1 of the window.
  void scan(size_t first, size_t last) {
    const auto* nodes = reducer_.trie().nodes.data();
    uint32_t* back = back_.data() + back_.size() - (last - first);
    for (size_t block = first; block < last; block += kLanes) {
      const size_t length = walk(text_.data() + history_ + block);
      const size_t lanes = std::min(kLanes, last - block);
      for (size_t lane = 0; lane < lanes; ++lane) {
        Value* at = values_.data() + history_ + block + lane + 1;
        *at = reducer_.reduce(at, {nodes, places_.data() + lane, length},
                              window_position_ + block + lane + 1, *back++);
        reducer_.keep_in_range(at, history_);
      }
    }
  }

  // Notes the nodes of the pieces that end with newest[lane]; returns the longest length reached.
  size_t walk(const uint8_t* newest) {
    using Trie = WeightedTrie<Weight>;
    const auto* nodes = reducer_.trie().nodes.data();
    uint32_t* places = places_.data() + kLanes;
    uint32_t base[kLanes];
    uint32_t alive = 0;
    for (size_t lane = 0; lane < kLanes; ++lane) {
      const uint32_t last = newest[lane];
      const uint32_t before = newest[static_cast<std::ptrdiff_t>(lane) - 1];
      const auto pair = static_cast<uint32_t>(Trie::kPairs + (last << 8 | before));
      places[lane] = static_cast<uint32_t>(Trie::kSingles + last);
      places[kLanes + lane] = pair;
      base[lane] = nodes[pair].base_label >> 8;
      alive |= base[lane];
    }
    size_t length = 2;
    for (places += 2 * kLanes; alive != 0; places += kLanes) {
      const uint8_t* bytes = newest - length;
      ++length;
      alive = 0;
#pragma GCC unroll 8
      for (size_t lane = 0; lane < kLanes; ++lane) {
        const uint32_t byte = bytes[lane];
        uint32_t place = base[lane] + byte;
        place = (nodes[place].base_label & 0xFF) == byte ? place : 0;
        places[lane] = place;
        base[lane] = nodes[place].base_label >> 8;
        alive |= base[lane];
      }
    }
    return length;
  }

  std::shared_ptr<const UnigramModel> model_;
  Reducer reducer_;
  size_t history_;                // positions before the segment that the window keeps, >= 2
  std::vector<uint8_t> text_;     // [history_ + kSegment + kLanes], zeros before the chunk
  std::vector<Value> values_;     // values_[history_ + i] is the value before text_[history_ + i]
  std::vector<uint32_t> places_;  // [length][lane], indices of trie nodes
  std::vector<uint32_t> back_;    // last piece at each position after the committed ones
  std::vector<uint8_t> open_;     // scratch of commit
  size_t filled_ = 0;             // bytes of the segment in use
  uint64_t window_position_ = 0;  // of text_[history_] in the document
};

}  // namespace yonder::tokenizer::internal
