// SPDX-License-Identifier: Apache-2.0
#include "yonder/nn/device.h"

#include "tests/error_text.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/cuda.h>

namespace yonder::nn {
namespace {

using testing::HasSubstr;

TEST(ParseDevice, KnowsTheProcessor) { EXPECT_TRUE(parse_device("cpu").is_cpu()); }

TEST(ParseDevice, RefusesOtherTexts) {
  for (const char* text : {"", "gpu", "cuda:", "cuda:-1", "cuda:x", "cuda:999"}) {
    EXPECT_THAT(error_text(ErrorKind::bad_option, [&] { parse_device(text); }),
                HasSubstr("it is cpu, cuda or cuda:0"))
        << text;
  }
}

TEST(ParseDevice, SaysWhatIsMissing) {
  if (torch::cuda::device_count() > 0) {
    GTEST_SKIP() << "there is a CUDA device";
  }
  EXPECT_THAT(error_text(ErrorKind::bad_option, [] { parse_device("cuda"); }),
              HasSubstr("sees no CUDA device"));
}

TEST(ParseDtype, NamesAreThoseOfTheFiles) {
  for (const std::string& name : dtype_names()) {
    EXPECT_EQ(dtype_name(parse_dtype(name)), name);
  }
  EXPECT_EQ(parse_dtype("bf16"), at::kBFloat16);
  EXPECT_THAT(error_text(ErrorKind::bad_option, [] { parse_dtype("bf61"); }), HasSubstr("bf16"));
}

TEST(SetThreads, TellsTorch) {
  const int before = at::get_num_threads();
  set_threads(2);
  EXPECT_EQ(at::get_num_threads(), 2);
  set_threads(before);
}

}  // namespace
}  // namespace yonder::nn
