// SPDX-License-Identifier: Apache-2.0
// The value is that of the specification's vector V1; derivatives are tested with the likelihood's.
#include "yonder/density/internal/roughness.h"

#include <gtest/gtest.h>

namespace yonder::density::internal {
namespace {

TEST(Roughness, AgreesWithTheSpecificationsVector) {
  Coefficients b(3);
  b << 1, std::complex<double>(0.5, -0.25), std::complex<double>(0, 0.3);
  Roughness roughness(2);
  Coefficients g;
  EXPECT_NEAR(roughness.evaluate(b, g), 2.7628030787140747, 1e-14);
  EXPECT_NEAR(roughness.evaluate(std::complex<double>(0, 3) * b, g), 2.7628030787140747, 1e-14);
}

}  // namespace
}  // namespace yonder::density::internal
