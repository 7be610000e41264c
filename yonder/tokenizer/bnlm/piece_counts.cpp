// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/bnlm/piece_counts.h"

#include "yonder/tokenizer/bnlm/ngram_key.h"
#include "yonder/tokenizer/bnlm/training_chunks.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace yonder::tokenizer {
namespace {

// A long piece's entry holds the address of its bytes in the arena as a number.
const char* stored_bytes(uint64_t address) {
  return reinterpret_cast<const char*>(address);  // NOLINT(performance-no-int-to-ptr)
}

constexpr size_t kInline = 16;
constexpr size_t kGroup = 64;  // pieces whose cache misses overlap
constexpr size_t kFirstCapacity = size_t{1} << 12;
constexpr size_t kArenaBlock = size_t{1} << 18;
static_assert(kArenaBlock >= kMaxChunkBytes, "a piece must fit into a block of the arena");
static_assert(kBatchPadding >= kInline, "entries load 16 bytes from any place of a batch");

constexpr size_t limit_of(size_t capacity) { return capacity / 8 * 5; }

uint64_t mix(uint64_t a, uint64_t b) {
  const unsigned __int128 product = static_cast<unsigned __int128>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

uint64_t hash_bytes(const char* text, size_t length) {
  uint64_t hash = length * 0x9e3779b97f4a7c15U;
  size_t i = 0;
  for (; i + 8 <= length; i += 8) {
    hash = mix(hash ^ load_big_endian(text + i), 0xd6e8feb86659fd93U);
  }
  if (i < length) {
    hash = mix(hash ^ (load_big_endian(text + i) >> (64 - 8 * (length - i))), 0xa0761d6478bd642fU);
  }
  return mix(hash, 0xe7037ed1a0b428dbU);
}

class PieceRunSource : public PieceSource {
 public:
  explicit PieceRunSource(const std::filesystem::path& path) : reader_(path) {}

  bool next(std::string_view& piece, uint64_t& count) override {
    while (left_ == 0) {
      if (!reader_.next(payload_, left_)) {
        return false;
      }
      position_ = 0;
      piece_.clear();
    }
    uint64_t shared = 0;
    uint64_t further = 0;
    if (!read_varint(payload_, position_, shared) || !read_varint(payload_, position_, further) ||
        shared > piece_.size() || further > payload_.size() - position_) {
      reader_.damaged();
    }
    piece_.resize(shared);
    piece_.append(payload_, position_, further);
    position_ += further;
    if (!read_varint(payload_, position_, count) || count == 0) {
      reader_.damaged();
    }
    --left_;
    piece = piece_;
    return true;
  }

 private:
  RunReader reader_;
  std::string payload_;
  std::string piece_;
  uint32_t left_ = 0;
  size_t position_ = 0;
};

}  // namespace

std::unique_ptr<PieceSource> piece_run_source(const std::filesystem::path& path) {
  return std::make_unique<PieceRunSource>(path);
}

void merge_pieces(const std::vector<std::unique_ptr<PieceSource>>& sources, const PieceSink& sink) {
  struct Head {
    std::string_view piece;
    uint64_t count = 0;
    PieceSource* source = nullptr;
  };
  const auto later = [](const Head& a, const Head& b) { return a.piece > b.piece; };
  std::vector<Head> heap;
  for (const auto& source : sources) {
    Head head{{}, 0, source.get()};
    if (head.source->next(head.piece, head.count)) {
      heap.push_back(head);
    }
  }
  std::make_heap(heap.begin(), heap.end(), later);
  std::string piece;
  while (!heap.empty()) {
    piece.assign(heap.front().piece);
    uint64_t count = 0;
    while (!heap.empty() && heap.front().piece == piece) {
      std::pop_heap(heap.begin(), heap.end(), later);
      Head& head = heap.back();
      count += head.count;
      if (head.source->next(head.piece, head.count)) {
        std::push_heap(heap.begin(), heap.end(), later);
      } else {
        heap.pop_back();
      }
    }
    sink(piece, count);
  }
}

PieceCounter::PieceCounter(size_t max_bytes, Spill spill)
    : max_bytes_(std::max(max_bytes, 2 * kFirstCapacity * sizeof(Entry) + 2 * kArenaBlock)),
      spill_(std::move(spill)),
      table_(kFirstCapacity) {}

std::string_view PieceCounter::Entry::bytes(char* buffer) const {
  if (length > kInline) {
    return {stored_bytes(low), length};
  }
  for (size_t i = 0; i < 8; ++i) {
    buffer[i] = static_cast<char>(high >> (56 - 8 * i));
    buffer[i + 8] = static_cast<char>(low >> (56 - 8 * i));
  }
  return {buffer, length};
}

bool PieceCounter::less(const Entry& a, const Entry& b) {
  if (a.high != b.high) {
    return a.high < b.high;
  }
  std::array<char, kInline> buffer_a;
  std::array<char, kInline> buffer_b;
  return a.bytes(buffer_a.data()) < b.bytes(buffer_b.data());
}

class PieceCounter::Source : public PieceSource {
 public:
  explicit Source(std::span<const Entry> entries) : entries_(entries) {}
  bool next(std::string_view& piece, uint64_t& count) override {
    if (position_ == entries_.size()) {
      return false;
    }
    const Entry& entry = entries_[position_++];
    piece = entry.bytes(buffer_.data());
    count = entry.count;
    return true;
  }

 private:
  std::span<const Entry> entries_;
  size_t position_ = 0;
  std::array<char, kInline> buffer_{};
};

/// The piece as an entry with its hash in `count`; long ones still point into the text.
PieceCounter::Entry PieceCounter::make_entry(const char* text, size_t length) const {
  Entry entry;
  entry.length = static_cast<uint32_t>(length);
  uint64_t hash = 0;
  entry.high = load_big_endian(text);
  if (length > kInline) {
    entry.low = reinterpret_cast<uint64_t>(text);
    hash = hash_bytes(text, length);
  } else {
    if (length <= 8) {
      entry.high = length == 0 ? 0 : entry.high >> (64 - 8 * length) << (64 - 8 * length);
    } else {
      entry.low = load_big_endian(text + 8) >> (128 - 8 * length) << (128 - 8 * length);
    }
    hash = mix(mix(entry.high ^ length, 0xd6e8feb86659fd93U) ^ entry.low, 0xe7037ed1a0b428dbU);
  }
  entry.tag = static_cast<uint32_t>(hash);
  entry.count = hash;
  return entry;
}

bool PieceCounter::same(const Entry& entry, const Entry& piece) const {
  if (entry.tag != piece.tag || entry.length != piece.length || entry.high != piece.high) {
    return false;
  }
  return entry.length <= kInline
             ? entry.low == piece.low
             : std::memcmp(stored_bytes(entry.low), stored_bytes(piece.low), piece.length) == 0;
}

void PieceCounter::add(std::string_view text, std::span<const uint32_t> starts) {
  std::array<Entry, kGroup> group;
  size_t n = 0;
  for (size_t i = 0; i < starts.size(); ++i) {
    const size_t end = i + 1 < starts.size() ? starts[i + 1] : text.size();
    group[n++] = make_entry(text.data() + starts[i], end - starts[i]);
    if (n == kGroup) {
      insert(group);
      n = 0;
    }
  }
  insert({group.data(), n});
}

void PieceCounter::insert(std::span<Entry> pieces) {
  size_t long_bytes = 0;
  for (const Entry& piece : pieces) {
    long_bytes += piece.length > kInline ? piece.length : 0;
  }
  make_room(pieces.size(), long_bytes);
  const size_t capacity = table_.size();
  for (const Entry& piece : pieces) {
    __builtin_prefetch(table_.data() + slot_of(piece.count, capacity), 1);
  }
  for (const Entry& piece : pieces) {
    size_t slot = slot_of(piece.count, capacity);
    while (table_[slot].count != 0 && !same(table_[slot], piece)) {
      if (++slot == capacity) {
        slot = 0;
      }
    }
    Entry& entry = table_[slot];
    if (entry.count == 0) {
      entry = piece;
      entry.count = 0;
      if (piece.length > kInline) {
        entry.low = reinterpret_cast<uint64_t>(store({stored_bytes(piece.low), piece.length}));
      }
      ++used_;
    }
    ++entry.count;
  }
}

void PieceCounter::make_room(size_t entries, size_t long_bytes) {
  const bool table_full = used_ + entries > limit_of(table_.size());
  const bool arena_full =
      long_bytes > arena_left_ &&
      table_.size() * sizeof(Entry) + arena_bytes_ + 2 * long_bytes + kArenaBlock > max_bytes_;
  if (!table_full && !arena_full) {
    return;
  }
  if (arena_full || 3 * table_.size() * sizeof(Entry) + arena_bytes_ + kArenaBlock > max_bytes_) {
    drain();
    // Half of the limit for the table, half for long pieces and the table's growth.
    const size_t best = max_bytes_ / 2 / sizeof(Entry);
    if (table_full && best > table_.size()) {
      table_ = ZeroedArray<Entry>();
      table_ = ZeroedArray<Entry>(best);
    }
    return;
  }
  ZeroedArray<Entry> old = std::exchange(table_, ZeroedArray<Entry>(2 * table_.size()));
  const size_t capacity = table_.size();
  for (const Entry& entry : old) {
    if (entry.count != 0) {
      const uint64_t hash =
          entry.length > kInline
              ? hash_bytes(stored_bytes(entry.low), entry.length)
              : mix(mix(entry.high ^ entry.length, 0xd6e8feb86659fd93U) ^ entry.low,
                    0xe7037ed1a0b428dbU);
      size_t slot = slot_of(hash, capacity);
      while (table_[slot].count != 0) {
        if (++slot == capacity) {
          slot = 0;
        }
      }
      table_[slot] = entry;
    }
  }
}

const char* PieceCounter::store(std::string_view bytes) {
  if (bytes.size() > arena_left_) {
    arena_.push_back(std::make_unique<char[]>(kArenaBlock));
    arena_left_ = kArenaBlock;
    arena_bytes_ += kArenaBlock;
  }
  char* const place = arena_.back().get() + kArenaBlock - arena_left_;
  std::memcpy(place, bytes.data(), bytes.size());
  arena_left_ -= bytes.size();
  return place;
}

std::unique_ptr<PieceSource> PieceCounter::sorted() {
  if (!sorted_) {
    size_t n = 0;
    for (const Entry& entry : table_) {
      if (entry.count != 0) {
        table_[n++] = entry;
      }
    }
    std::sort(table_.begin(), table_.begin() + n, less);
    sorted_ = true;
  }
  return std::make_unique<Source>(std::span<const Entry>(table_.data(), used_));
}

void PieceCounter::clear() {
  std::fill(table_.begin(), table_.end(), Entry{});
  used_ = 0;
  sorted_ = false;
  arena_.clear();
  arena_left_ = 0;
  arena_bytes_ = 0;
}

void PieceCounter::drain() {
  if (used_ > 0) {
    spill_(*sorted());
    clear();
  }
}

}  // namespace yonder::tokenizer
