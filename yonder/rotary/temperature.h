// SPDX-License-Identifier: Apache-2.0
// log n: the factor that keeps attention as sharp over n keys as it was over N. With logits times
// ln n / ln N the entropy of a softmax hardly depends on n. Models trained with it take it for all
// n; on others it is clipped, so that nothing changes within N.
// n is 1-based (position + 1) and counts the keys a query sees; the ratio does not depend on the
// base of the logarithm. Source: kexue.fm 8823, 9588, 9948. Test: temperature_test.cpp.
#pragma once

#include <cstdint>

namespace yonder::rotary {

/// ln n / ln N; n >= 1, N >= 2. 0 for n = 1.
double log_n_factor(int64_t n, int64_t train_length);
/// max(1, ln n / ln N).
double clipped_log_n_factor(int64_t n, int64_t train_length);

}  // namespace yonder::rotary
