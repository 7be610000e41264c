// SPDX-License-Identifier: Apache-2.0
// The bytes of a model: .yfd record files of kind YFDM (docs/formats/density_model.md) and JSON of
// format "yonder.density/1". Both keep every coefficient to the last bit, so that saving what was
// loaded gives the same bytes. Model::save() and Model::load() are what users call.
// Test: model_file_test.cpp; fuzz target: tests/fuzz/fuzz_density_model.cpp.
#pragma once

#include "yonder/density/model.h"

#include <cstdint>
#include <string_view>

namespace yonder::density {

constexpr std::string_view kModelKind = "YFDM";
constexpr uint32_t kModelVersion = 1;
constexpr std::string_view kModelFormat = "yonder.density/1";

}  // namespace yonder::density
