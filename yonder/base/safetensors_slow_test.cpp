// SPDX-License-Identifier: Apache-2.0
#include "tests/mutated_bytes.h"

#include <gtest/gtest.h>

namespace yonder {
namespace {

TEST(Safetensors, EndsAHundredThousandDamagedHeadersInASentence) {
  check_mutated_safetensors(100000);
}

}  // namespace
}  // namespace yonder
