// SPDX-License-Identifier: Apache-2.0
// Something that cuts a chunk of text into pieces, fed bit by bit: the best segmentation, an exact
// random one, or another method of sampler_table.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace yonder::tokenizer {

class Segmenter {
 public:
  virtual ~Segmenter() = default;
  /// Begins a chunk at byte `position` of document `document`. Draws depend on these two, the seed
  /// and the offset in the chunk only.
  virtual void start(uint64_t document, uint64_t position) = 0;
  /// More bytes of the chunk.
  virtual void extend(std::string_view bytes) = 0;
  /// Appends the ids that no further byte can change.
  virtual void commit(std::vector<uint32_t>& out) = 0;
  /// Ends the chunk and appends its remaining ids. Throws Error(bad_data) with the byte offset
  /// where no piece covers the text.
  virtual void finish(std::vector<uint32_t>& out) = 0;
  /// Appends ids; where more than `max_lag` bytes would stay open, more of them, giving up the
  /// segmentations that begin otherwise, so that at most max_lag / 2 bytes do. True if it gave some
  /// up. The nbest sampler, which needs the whole chunk, never does.
  virtual bool force_commit(size_t max_lag, std::vector<uint32_t>& out) = 0;
  /// Bytes whose ids are not out yet.
  virtual size_t pending() const = 0;
};

}  // namespace yonder::tokenizer
