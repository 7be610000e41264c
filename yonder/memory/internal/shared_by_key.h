// SPDX-License-Identifier: Apache-2.0
// Constants that many streams need and one process makes once: kept as long as somebody uses them,
// the one that was asked for last also beyond, so that short streams one after the other share it.
//
//   static SharedByKey<int64_t, HalfMerge<float>> cache;
//   auto half = cache.get(order, [&] { return HalfMerge<float>(order); });
//
// Thread-safe. Test: shared_by_key_test.cpp.
#pragma once

#include <map>
#include <memory>
#include <mutex>

namespace yonder::memory::internal {

template <typename Key, typename Value>
class SharedByKey {
 public:
  template <typename Make>
  std::shared_ptr<const Value> get(const Key& key, const Make& make) {
    const std::lock_guard lock(mutex_);
    std::weak_ptr<const Value>& slot = values_[key];
    std::shared_ptr<const Value> value = slot.lock();
    if (!value) {
      value = std::make_shared<const Value>(make());
      slot = value;
    }
    last_ = value;
    return value;
  }

 private:
  std::mutex mutex_;
  std::map<Key, std::weak_ptr<const Value>> values_;
  std::shared_ptr<const Value> last_;
};

}  // namespace yonder::memory::internal
