// SPDX-License-Identifier: Apache-2.0
// Work over threads. A failure ends as if one thread had done everything in order: the exception
// of the lowest failing range or item is thrown to the caller after all workers have stopped, for
// any number of threads. No nesting. Test: parallel_test.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

namespace yonder {

/// 0 -> the number of cores this process may use; otherwise `requested`. Throws Error(bad_option)
/// below 0 and above 1024.
int thread_count(int64_t requested);

/// Calls body(first, last) on disjoint ranges that cover 0..n-1, `grain` items or fewer each, from
/// `threads` threads (the caller's included). With one thread: in order, in the caller.
void parallel_for(size_t n, size_t grain, int threads,
                  const std::function<void(size_t first, size_t last)>& body);

/// A pipeline that keeps order: `read` is called from one thread at a time until it returns null,
/// `work` from several threads at once, `write` from one thread at a time in the order of reading.
/// At most 2 * threads items are alive. Where item k fails, all items before k are still written,
/// and none from k on. Item must be a complete type.
template <typename Item>
void ordered_pipeline(int threads, const std::function<std::unique_ptr<Item>()>& read,
                      const std::function<void(Item&)>& work,
                      const std::function<void(Item&)>& write);

namespace detail {
void ordered_pipeline_erased(int threads, const std::function<std::shared_ptr<void>()>& read,
                             const std::function<void(void*)>& work,
                             const std::function<void(void*)>& write);
}  // namespace detail

template <typename Item>
void ordered_pipeline(int threads, const std::function<std::unique_ptr<Item>()>& read,
                      const std::function<void(Item&)>& work,
                      const std::function<void(Item&)>& write) {
  detail::ordered_pipeline_erased(
      threads, [&]() -> std::shared_ptr<void> { return std::shared_ptr<Item>(read()); },
      [&](void* item) { work(*static_cast<Item*>(item)); },
      [&](void* item) { write(*static_cast<Item*>(item)); });
}

}  // namespace yonder
