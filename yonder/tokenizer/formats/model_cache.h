// SPDX-License-Identifier: Apache-2.0
// A binary copy of a loaded model (.ytc, record file of kind YTOK) that maps in a few milliseconds:
// pieces, counts, log-probabilities and the built trie.
//
// Loading a model leaves such a copy in the user's cache folder ($XDG_CACHE_HOME/yonder/tokenizer
// or
// ~/.cache/yonder/tokenizer), named by the model's path, and uses it while the model file has the
// size and time it had then. A missing, stale or damaged copy is never an error: the model itself
// is read again. Byte table: docs/formats/tokenizer_cache.md. Test: model_cache_test.cpp.
#pragma once

#include "yonder/base/progress.h"
#include "yonder/tokenizer/encode_options.h"
#include "yonder/tokenizer/unigram/model.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace yonder::tokenizer {

/// What a copy was made from; all 0 for one that stands for itself.
struct SourceStamp {
  uint64_t size = 0;     // bytes
  int64_t modified = 0;  // nanoseconds since the epoch
  bool operator==(const SourceStamp&) const = default;
};

bool is_model_cache(std::string_view content);
/// Throws Error(bad_data) for damage.
std::shared_ptr<const UnigramModel> load_model_cache(std::string_view content,
                                                     const std::string& name,
                                                     const LoadOptions& options,
                                                     Progress* progress);
void save_model_cache(const UnigramModel& model, const std::filesystem::path& path,
                      const SourceStamp& stamp);

/// The copy of the model at `path` if there is a good one, else null.
std::shared_ptr<const UnigramModel> find_cached_model(const std::filesystem::path& path,
                                                      const LoadOptions& options);
/// Leaves a copy for the next time; does nothing where the folder cannot be written.
void keep_cached_model(const UnigramModel& model, const std::filesystem::path& path,
                       const LoadOptions& options);

}  // namespace yonder::tokenizer
