// SPDX-License-Identifier: Apache-2.0
// A large array of zeros straight from the system, for the hash tables of the trainer: pages cost
// memory when first touched, huge pages are asked for (a table walked at random needs few TLB
// entries then), and freed memory goes back to the system at once, so that a memory limit holds.
// Not for small or growing arrays: use std::vector. Test: ngram_counts_test.cpp.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <new>
#include <utility>

namespace yonder::tokenizer {

template <typename T>
class ZeroedArray {
 public:
  ZeroedArray() = default;
  /// n zero elements. Throws std::bad_alloc.
  explicit ZeroedArray(size_t n) : size_(n) {
    if (n == 0) {
      return;
    }
    void* memory = ::mmap(nullptr, n * sizeof(T), PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
      throw std::bad_alloc();
    }
    if (n * sizeof(T) >= kHugePage) {
      ::madvise(memory, n * sizeof(T), MADV_HUGEPAGE);
    }
    data_ = static_cast<T*>(memory);
  }
  ~ZeroedArray() {
    if (data_ != nullptr) {
      ::munmap(data_, size_ * sizeof(T));
    }
  }
  ZeroedArray(ZeroedArray&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  ZeroedArray& operator=(ZeroedArray&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  ZeroedArray(const ZeroedArray&) = delete;
  ZeroedArray& operator=(const ZeroedArray&) = delete;

  size_t size() const { return size_; }
  T* data() { return data_; }
  const T* data() const { return data_; }
  T& operator[](size_t i) { return data_[i]; }
  const T& operator[](size_t i) const { return data_[i]; }
  T* begin() { return data_; }
  T* end() { return data_ + size_; }
  const T* begin() const { return data_; }
  const T* end() const { return data_ + size_; }

 private:
  static constexpr size_t kHugePage = size_t{2} << 20;
  T* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace yonder::tokenizer
