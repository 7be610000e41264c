// SPDX-License-Identifier: Apache-2.0
#include "yonder/nn/torch_error.h"

#include "tests/error_text.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <stdexcept>

namespace yonder::nn {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(TorchErrors, KeepTheTextWithoutTheStack) {
  EXPECT_THAT(error_text(ErrorKind::internal,
                         [] {
                           with_torch_errors([] { at::ones({2, 3}).matmul(at::ones({2, 3})); });
                         }),
              testing::AllOf(HasSubstr("libtorch: mat1 and mat2"), Not(HasSubstr("frame #"))));
}

TEST(TorchErrors, TellMemoryFromOtherFaults) {
  EXPECT_THAT(error_text(ErrorKind::memory,
                         [] { with_torch_errors([] { at::empty({int64_t{1} << 60}); }); }),
              HasSubstr("the memory is not enough"));
}

TEST(TorchErrors, LeaveOurOwnAlone) {
  EXPECT_EQ(error_text(ErrorKind::bad_data,
                       [] { with_torch_errors([] { fail(ErrorKind::bad_data, "a b c"); }); }),
            "a b c");
  EXPECT_THROW(with_torch_errors([] { throw std::logic_error("x"); }), std::logic_error);
}

TEST(TorchErrors, GiveTheResultOfWhatSucceeds) {
  EXPECT_EQ(with_torch_errors([] { return 3; }), 3);
}

}  // namespace
}  // namespace yonder::nn
