// SPDX-License-Identifier: Apache-2.0
// Where a text is cut before anything is segmented: after each maximal run of newlines.
//
// Over text this is the expression `.*\n+|.+` of BytePiece (kexue.fm 9752); over bytes it needs no
// decoding, because 0x0A is never part of a longer UTF-8 sequence. Pieces never cross a cut, so
// chunks are segmented independently and a document of any size needs the memory of its longest
// chunk. This file is the only place that knows the rule. Test: chunks_test.cpp.
#pragma once

#include <cstddef>
#include <string_view>

namespace yonder::tokenizer {

/// End of the chunk that begins at byte `start` < text.size(): one past its last byte. The last
/// chunk may end without a newline. Cost: one pass over the chunk.
size_t chunk_end(std::string_view text, size_t start);

/// Start of the last chunk of `text`, which further bytes may make longer: all before it is
/// settled. 0 if `text` is one chunk. Cost: one pass over that chunk, from the end.
size_t last_chunk_start(std::string_view text);

}  // namespace yonder::tokenizer
