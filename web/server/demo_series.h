// SPDX-License-Identifier: Apache-2.0
// Numbers to try the pages with, when there is no file at hand: samples of densities, and signals.
// Each is a few lines of awk and the same in C++, so that the page's command line needs no file
// either. Both draw from the minimal standard generator (s = 16807 s mod 2^31 - 1, exact in the
// doubles of awk); values agree to the nine digits that awk prints. Source: Park and Miller 1988.
// Test: demo_series_test.cpp.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::web {

struct DemoSeries {
  std::string name;     ///< "five-peaks"
  std::string page;     ///< "density" or "memory"
  std::string title;    ///< one line for people
  std::string options;  ///< a JSON object of options that suit it: {"domain":"circular:24"}
  std::string awk;      ///< the program whose output it is, one value per line
  std::vector<double> (*make)();
};

const std::vector<DemoSeries>& demo_series();

/// The row of that name. Throws Error(bad_option) naming the nearest.
const DemoSeries& demo_series(std::string_view name);

}  // namespace yonder::web
