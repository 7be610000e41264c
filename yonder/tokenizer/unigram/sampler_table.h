// SPDX-License-Identifier: Apache-2.0
// The ways to draw a segmentation. A new sampler is one file and one row in sampler_table.cpp.
#pragma once

#include "yonder/tokenizer/encode_options.h"
#include "yonder/tokenizer/unigram/model.h"
#include "yonder/tokenizer/unigram/segmenter.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace yonder::tokenizer {

struct SamplerArguments {
  double alpha = 0.1;
  uint64_t seed = 0;      // the epoch mixed in
  uint64_t argument = 0;  // what stands behind the colon of "nbest:64"; 0 = nothing
};

struct SamplerRow {
  const char* name;
  const char* help;
  bool takes_argument;
  std::unique_ptr<Segmenter> (*make)(std::shared_ptr<const UnigramModel>, const SamplerArguments&);
};

std::span<const SamplerRow> sampler_table();

/// What the options ask for: the best segmentation, or a sampler of the table. Throws
/// Error(bad_option) for an unknown sampler, naming the nearest.
std::unique_ptr<Segmenter> make_segmenter(std::shared_ptr<const UnigramModel> model,
                                          const EncodeOptions& options);

/// "exact: ...; nbest:K: ...", for help texts.
std::string sampler_help();

}  // namespace yonder::tokenizer
