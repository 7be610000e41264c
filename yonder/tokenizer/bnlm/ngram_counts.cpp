// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/bnlm/ngram_counts.h"

#include "yonder/base/crc32.h"
#include "yonder/base/error.h"
#include "yonder/base/json.h"
#include "yonder/base/utf8.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>

namespace yonder::tokenizer {
namespace {

constexpr const char* kKind = "YNGC";
constexpr uint32_t kVersion = 1;
constexpr size_t kFirstCapacity = size_t{1} << 14;

/// Entries that may be used of `capacity`.
constexpr size_t limit_of(size_t capacity) { return capacity / 8 * 5; }

}  // namespace

WindowCounter::WindowCounter(int order, size_t max_bytes, Spill spill)
    : order_(order),
      max_entries_(std::max(max_bytes / sizeof(NgramCount), kGroup * 4)),
      spill_(std::move(spill)),
      table_(std::min(kFirstCapacity, max_entries_)) {}

void WindowCounter::add(const ChunkBatch& batch) {
  std::array<uint64_t, kGroup> keys{};
  size_t n = 0;
  const char* text = batch.bytes.data();
  size_t position = 0;
  const auto order = static_cast<size_t>(order_);
  for (const uint32_t end : batch.ends) {
    const size_t full = end >= position + order ? end - order + 1 : position;
    while (position < full) {
      const size_t stop = std::min(full, position + kGroup - n);
      for (; position < stop; ++position) {
        keys[n++] = window_key(load_big_endian(text + position), order_, order_);
      }
      if (n == kGroup) {
        insert(keys.data(), n);
        n = 0;
      }
    }
    for (; position < end; ++position) {
      keys[n++] =
          window_key(load_big_endian(text + position), static_cast<int>(end - position), order_);
      if (n == kGroup) {
        insert(keys.data(), n);
        n = 0;
      }
    }
  }
  insert(keys.data(), n);
}

void WindowCounter::insert(const uint64_t* keys, size_t n) {
  make_room(n);
  NgramCount* const table = table_.data();
  const size_t capacity = table_.size();
  std::array<size_t, kGroup> slots;
  for (size_t i = 0; i < n; ++i) {
    slots[i] = slot_of(hash_ngram(keys[i]), capacity);
    __builtin_prefetch(table + slots[i], 1);
  }
  for (size_t i = 0; i < n; ++i) {
    const uint64_t key = keys[i];
    size_t slot = slots[i];
    while (table[slot].key != key) {
      if (table[slot].key == 0) {
        table[slot].key = key;
        ++used_;
        break;
      }
      if (++slot == capacity) {
        slot = 0;
      }
    }
    ++table[slot].count;
  }
}

void WindowCounter::make_room(size_t n) {
  if (used_ + n <= limit_of(table_.size())) {
    return;
  }
  // Old and new table exist side by side while growing. Where the limit forbids that, the old one
  // is spilled first.
  if (3 * table_.size() <= max_entries_) {
    grow(2 * table_.size());
  } else {
    drain();
    if (table_.size() < max_entries_) {
      table_ = ZeroedArray<NgramCount>();
      table_ = ZeroedArray<NgramCount>(max_entries_);
    }
  }
}

void WindowCounter::grow(size_t capacity) {
  ZeroedArray<NgramCount> old = std::exchange(table_, ZeroedArray<NgramCount>(capacity));
  // Slots grow with the hash, so this walks both tables from front to back.
  for (const NgramCount& entry : old) {
    if (entry.key != 0) {
      size_t slot = slot_of(hash_ngram(entry.key), capacity);
      while (table_[slot].key != 0) {
        if (++slot == capacity) {
          slot = 0;
        }
      }
      table_[slot] = entry;
    }
  }
}

std::span<const NgramCount> WindowCounter::sorted() {
  size_t n = 0;
  for (const NgramCount& entry : table_) {
    if (entry.key != 0) {
      table_[n++] = entry;
    }
  }
  const std::span<NgramCount> items(table_.data(), n);
  sort_ngrams(items, 8 * order_ + 3);
  return items;
}

void WindowCounter::clear() {
  std::fill(table_.begin(), table_.end(), NgramCount{});
  used_ = 0;
}

void WindowCounter::drain() {
  if (used_ > 0) {
    spill_(sorted());
    clear();
  }
}

void sort_ngrams(std::span<NgramCount> items, int key_bits) {
  if (items.size() < 512 || key_bits <= 0) {
    std::sort(items.begin(), items.end(),
              [](const NgramCount& a, const NgramCount& b) { return a.key < b.key; });
    return;
  }
  const int shift = std::max(0, key_bits - 8);
  const auto digit = [shift](const NgramCount& item) {
    return static_cast<size_t>(item.key >> shift) & 0xff;
  };
  std::array<size_t, 257> starts{};
  for (const NgramCount& item : items) {
    ++starts[digit(item) + 1];
  }
  for (size_t d = 0; d < 256; ++d) {
    starts[d + 1] += starts[d];
  }
  std::array<size_t, 256> next;
  std::copy_n(starts.begin(), 256, next.begin());
  for (size_t d = 0; d < 256; ++d) {
    while (next[d] < starts[d + 1]) {
      NgramCount item = items[next[d]];
      for (size_t target = digit(item); target != d; target = digit(item)) {
        std::swap(item, items[next[target]++]);
      }
      items[next[d]++] = item;
    }
  }
  if (shift == 0) {
    return;
  }
  for (size_t d = 0; d < 256; ++d) {
    sort_ngrams(items.subspan(starts[d], starts[d + 1] - starts[d]), shift);
  }
}

CountFileWriter::CountFileWriter(const std::filesystem::path& path, const CountSettings& settings)
    : file_(path, kKind, kVersion), settings_(settings) {
  file_.begin("windows");
}

void CountFileWriter::add(std::span<const NgramCount> windows) {
  for (const NgramCount& window : windows) {
    pending_.push_back(window);
    ++windows_;
    total_ += window.count;
    if (pending_.size() == kBlockItems) {
      end_block();
    }
  }
}

void CountFileWriter::end_block() {
  payload_.clear();
  block_.clear();
  encode_ngrams(pending_, payload_);
  append_block(block_, payload_, static_cast<uint32_t>(pending_.size()));
  file_.append(block_);
  pending_.clear();
}

void CountFileWriter::commit() {
  if (!pending_.empty()) {
    end_block();
  }
  file_.end();
  JsonWriter head;
  head.begin_object();
  head.key("order").value(settings_.order);
  head.key("isolate-digits").value(settings_.isolate_digits);
  head.key("normalize").value(settings_.nfc ? "nfc" : "none");
  if (settings_.nfc || settings_.isolate_digits) {
    head.key("unicode").value(unicode_version());
  }
  head.key("windows").value(windows_);
  head.key("total").value(total_);
  head.end_object();
  file_.add("head", head.str());
  file_.commit();
}

CountFile::CountFile(const std::filesystem::path& path)
    : file_(path, kKind, kVersion), mapped_(true) {
  parse();
}

CountFile::CountFile(std::string_view bytes, const std::string& name)
    : file_(bytes, name, kKind, kVersion), mapped_(false) {
  parse();
}

void CountFile::parse() {
  const Json head = parse_json(file_.section("head"), file_.name() + ": head");
  const int64_t order = head.at("order").integer();
  require(order >= 1 && order <= kMaxOrder, ErrorKind::bad_data,
          "{}: the order is {}; it must lie between 1 and {}", file_.name(), order, kMaxOrder);
  settings_.order = static_cast<int>(order);
  settings_.isolate_digits = head.at("isolate-digits").boolean();
  const std::string& normal_form = head.at("normalize").text();
  require(normal_form == "none" || normal_form == "nfc", ErrorKind::bad_data,
          "{}: the normal form is \"{}\"; none and nfc are known", file_.name(), normal_form);
  settings_.nfc = normal_form == "nfc";
  if (settings_.nfc || settings_.isolate_digits) {
    const std::string& unicode = head.at("unicode").text();
    require(unicode == unicode_version(), ErrorKind::bad_data,
            "{}: counted with Unicode {}, but this program has {}; count again with this program",
            file_.name(), unicode, unicode_version());
  }
  windows_ = head.at("windows").unsigned_integer();
  total_ = head.at("total").unsigned_integer();
  require(file_.has("windows"), ErrorKind::bad_data, "{}: has no section \"windows\"",
          file_.name());
}

namespace {

class CountFileSource : public NgramSource {
 public:
  CountFileSource(const CountFile& file, std::string_view bytes, std::string name, bool mapped)
      : file_(file), bytes_(bytes), name_(std::move(name)), mapped_(mapped) {}

  std::span<const NgramCount> next() override {
    items_.clear();
    if (position_ == bytes_.size()) {
      require(windows_ == file_.windows() && total_ == file_.total(), ErrorKind::bad_data,
              "{}: holds {} windows with total {}, but its head says {} and {}", name_, windows_,
              total_, file_.windows(), file_.total());
      return items_;
    }
    const std::string_view left = bytes_.substr(position_);
    if (left.size() < kBlockHeaderBytes) {
      damaged("is cut off");
    }
    const BlockHeader header = read_block_header(left);
    if (header.payload_bytes > left.size() - kBlockHeaderBytes) {
      damaged("is cut off");
    }
    const std::string_view payload = left.substr(kBlockHeaderBytes, header.payload_bytes);
    if (crc32(payload) != header.crc) {
      damaged("has a wrong CRC-32");
    }
    if (!decode_ngrams(payload, header.items, items_) || items_.empty() ||
        items_.front().key <= last_key_) {
      damaged("is malformed");
    }
    check_keys();
    position_ += kBlockHeaderBytes + header.payload_bytes;
    forget();
    return items_;
  }

 private:
  void check_keys() {
    const int order = file_.settings().order;
    for (const NgramCount& item : items_) {
      const int length = ngram_length(item.key);
      const bool padded =
          length <= order && ((item.key >> 3) & ((uint64_t{1} << (8 * (order - length))) - 1)) == 0;
      if (length == 0 || !padded || item.key >> (8 * order + 3) != 0) {
        damaged("holds a key that is no window");
      }
      ++windows_;
      if (item.count > UINT64_MAX - total_) {
        damaged("makes the total exceed 64 bits");
      }
      total_ += item.count;
    }
    last_key_ = items_.back().key;
  }

  /// Gives pages that were read back to the system now and then: mapped pages count as memory in
  /// use, and a merge reads every file from front to back once.
  void forget() {
    constexpr size_t kStep = size_t{8} << 20;
    if (!mapped_ || position_ - forgotten_ < kStep) {
      return;
    }
    const auto page = static_cast<uintptr_t>(::sysconf(_SC_PAGESIZE));
    const auto base = reinterpret_cast<uintptr_t>(bytes_.data());
    const uintptr_t first = (base + forgotten_ + page - 1) / page * page;
    const uintptr_t last = (base + position_) / page * page;
    if (last > first) {
      ::madvise(const_cast<char*>(bytes_.data() + (first - base)), last - first, MADV_DONTNEED);
    }
    forgotten_ = position_;
  }

  [[noreturn]] void damaged(const char* how) const {
    fail(ErrorKind::bad_data, "{}: the block at offset {} of section \"windows\" {}", name_,
         position_, how);
  }

  const CountFile& file_;
  std::string_view bytes_;
  std::string name_;
  bool mapped_;
  size_t position_ = 0;
  size_t forgotten_ = 0;
  uint64_t last_key_ = 0;
  uint64_t windows_ = 0;
  uint64_t total_ = 0;
  std::vector<NgramCount> items_;
};

}  // namespace

std::unique_ptr<NgramSource> CountFile::source() const {
  return std::make_unique<CountFileSource>(*this, file_.section_unchecked("windows"), file_.name(),
                                           mapped_);
}

}  // namespace yonder::tokenizer
