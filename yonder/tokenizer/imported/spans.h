// SPDX-License-Identifier: Apache-2.0
// Where the ids of a segmentation stand in the text, for segmentations that came without their
// spans (n-best lists, draws). Test: imported_encoder_test.cpp.
#pragma once

#include "yonder/tokenizer/imported/imported_model.h"
#include "yonder/tokenizer/tokenizer.h"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace yonder::tokenizer {

/// Byte spans in `text` of ids that the model segments it into. An unknown token reaches to where
/// the next id's piece stands. Throws Error(bad_data) with the position of an id that does not
/// stand where the ones before it end.
std::vector<Offset> imported_spans(const ImportedModel& model, std::string_view text,
                                   std::span<const uint32_t> ids);

}  // namespace yonder::tokenizer
