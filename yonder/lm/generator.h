// SPDX-License-Identifier: Apache-2.0
// Text from a model: every sampler users expect (sampling.h), stop strings across tokens, streaming
// of whole characters, many prompts at once (generation_loop.h).
//
//   Session session(model, model.scheme("rerope:w=512"));
//   const Generated out = generate(session, model.codec(), model.codec().encode("Once", true), {});
//
// Prompts read together are independent sequences with caches of their own: nothing is padded, and
// each text is that of a run alone. Sequences enter as others end.
// Test: generation_loop_test.cpp (without a model), generator_test.cpp.
#pragma once

#include "yonder/base/progress.h"
#include "yonder/lm/generation_loop.h"
#include "yonder/lm/model.h"

#include <cstdint>
#include <span>
#include <vector>

namespace yonder::lm {

/// Continues what the session has read with `prompt` (may not be empty; a session that goes on
/// with what it said itself gets its last token). Draws use stream `stream` of sampling.seed, the
/// number of tokens read before as index. Warns once, through progress, where the text passes the
/// length that the scheme declares. Ends with Finish::cancelled where progress or sink say so.
Generated generate(Session& session, const TextCodec& codec, std::span<const uint32_t> prompt,
                   const GenerateOptions& options, uint64_t stream = 0, const TextSink& sink = {},
                   Progress* progress = nullptr);

/// Many prompts, `together` of them at a time, each in a session of its own. Results in the order
/// of the requests, each equal to generate() alone.
std::vector<Generated> generate_many(const Model& model, const SchemeSet& scheme,
                                     std::span<const GenerationRequest> requests,
                                     const GenerateOptions& options, int64_t together = 8,
                                     const SessionOptions& session_options = {},
                                     Progress* progress = nullptr);

}  // namespace yonder::lm
