// SPDX-License-Identifier: Apache-2.0
#include "web/server/demo_series.h"

#include "yonder/base/error.h"
#include "yonder/base/options.h"

#include <fmt/format.h>

#include <cmath>
#include <functional>
#include <numbers>

namespace yonder::web {
namespace {

constexpr double kTwoPi = 2 * std::numbers::pi;

/// What the functions u() and z() of kAwkDraws are.
class Draws {
 public:
  double uniform() {
    state_ = std::fmod(16807 * state_, 2147483647.0);
    return state_ / 2147483647;
  }
  double normal() {
    const double radius = std::sqrt(-2 * std::log(uniform()));
    return radius * std::cos(kTwoPi * uniform());
  }

 private:
  double state_ = 1;
};

constexpr std::string_view kAwkDraws =
    "function u(){s=(16807*s)%2147483647;return s/2147483647} "
    "function z(r){r=sqrt(-2*log(u()));return r*cos(6.283185307179586*u())} ";

/// The program that prints `expression` after `statements`, for k = 0..count-1.
std::string awk_program(int64_t count, std::string_view statements, std::string_view expression) {
  return fmt::format("{}BEGIN{{s=1;for(k=0;k<{};++k){{{}printf \"%.9g\\n\",{}}}}}", kAwkDraws,
                     count, statements, expression);
}

std::vector<double> values_of(int64_t count, const std::function<double(Draws&, int64_t)>& value) {
  Draws draws;
  std::vector<double> values(static_cast<size_t>(count));
  for (int64_t k = 0; k < count; ++k) {
    values[static_cast<size_t>(k)] = value(draws, k);
  }
  return values;
}

constexpr int64_t kDraws = 2000;
constexpr int64_t kSamples = 4000;

std::vector<double> five_peaks() {
  return values_of(kDraws, [](Draws& d, int64_t) {
    const double i = std::floor(9 * d.uniform());
    const double peak = i < 1 ? 0 : i < 3 ? 1 : i < 6 ? 2 : i < 8 ? 3 : 4;
    return 0.35 * (peak - 2) + 0.05 * d.normal();
  });
}

std::vector<double> hours() {
  return values_of(kDraws, [](Draws& d, int64_t) {
    const double i = d.uniform();
    const double middle = i < 0.5 ? 10.5 : i < 0.8 ? 15.5 : 22.5;
    return std::fmod(middle + (i < 0.8 ? 1.4 : 2.2) * d.normal() + 24, 24.0);
  });
}

std::vector<double> heavy_tails() {
  return values_of(kDraws, [](Draws& d, int64_t) {
    const double v = d.normal();
    const double chi_square = v * v - 2 * std::log(d.uniform());
    return d.normal() / std::sqrt(chi_square / 3);
  });
}

std::vector<double> ramp() {
  return values_of(kDraws, [](Draws& d, int64_t) { return std::sqrt(d.uniform()); });
}

std::vector<double> two_tones() {
  return values_of(kSamples, [](Draws&, int64_t k) {
    const auto t = static_cast<double>(k) / 4000;
    return std::sin(kTwoPi * 3 * t) + 0.5 * std::cos(kTwoPi * 11 * t + 0.3);
  });
}

std::vector<double> trend() {
  return values_of(kSamples, [](Draws& d, int64_t k) {
    const auto t = static_cast<double>(k) / 4000;
    return 4 * t * t + 0.6 * std::sin(kTwoPi * 8 * t) + 0.15 * d.normal();
  });
}

std::vector<double> steps() {
  double level = 0;
  return values_of(kSamples, [level](Draws& d, int64_t k) mutable {
    if (k % 250 == 0) {
      level = std::floor(7 * d.uniform()) - 3;
    }
    return level;
  });
}

std::vector<double> chirp() {
  return values_of(kSamples, [](Draws&, int64_t k) {
    const auto t = static_cast<double>(k) / 4000;
    return std::sin(kTwoPi * (2 * t + 19 * t * t));
  });
}

std::vector<double> noise() {
  return values_of(kSamples, [](Draws& d, int64_t) { return d.normal(); });
}

std::vector<DemoSeries> make_rows() {
  return {
      {"five-peaks", "density", "five peaks of different weight, 2,000 draws",
       R"({"domain":"interval:-1:1"})",
       awk_program(kDraws, "i=int(9*u());p=i<1?0:i<3?1:i<6?2:i<8?3:4;", "0.35*(p-2)+0.05*z()"),
       five_peaks},
      {"hours", "density", "hours of the day, on a circle of 24, 2,000 draws",
       R"({"domain":"circular:24"})",
       awk_program(kDraws, "i=u();m=i<0.5?10.5:i<0.8?15.5:22.5;", "(m+(i<0.8?1.4:2.2)*z()+24)%24"),
       hours},
      {"heavy-tails", "density", "heavy tails (Student, 3 degrees of freedom), 2,000 draws",
       R"({"base":"student"})", awk_program(kDraws, "v=z();c=v*v-2*log(u());", "z()/sqrt(c/3)"),
       heavy_tails},
      {"ramp", "density", "a ramp from 0 to 1, unequal at its ends, 2,000 draws",
       R"({"domain":"reflected:0:1"})", awk_program(kDraws, "", "sqrt(u())"), ramp},
      {"two-tones", "memory", "two tones, 3 and 11 cycles", R"({})",
       awk_program(kSamples, "t=k/4000;",
                   "sin(6.283185307179586*3*t)+0.5*cos(6.283185307179586*11*t+0.3)"),
       two_tones},
      {"trend", "memory", "a trend, a season and noise", R"({})",
       awk_program(kSamples, "t=k/4000;", "4*t*t+0.6*sin(6.283185307179586*8*t)+0.15*z()"), trend},
      {"steps", "memory", "steps at random levels", R"({})",
       awk_program(kSamples, "if(k%250==0)l=int(7*u())-3;", "l"), steps},
      {"chirp", "memory", "a chirp, 2 to 40 cycles", R"({})",
       awk_program(kSamples, "t=k/4000;", "sin(6.283185307179586*(2*t+19*t*t))"), chirp},
      {"noise", "memory", "white noise", R"({})", awk_program(kSamples, "", "z()"), noise},
  };
}

}  // namespace

const std::vector<DemoSeries>& demo_series() {
  static const std::vector<DemoSeries> rows = make_rows();
  return rows;
}

const DemoSeries& demo_series(std::string_view name) {
  std::vector<std::string> names;
  for (const DemoSeries& row : demo_series()) {
    if (row.name == name) {
      return row;
    }
    names.push_back(row.name);
  }
  const std::string nearest = nearest_name(name, names);
  fail(ErrorKind::bad_option, "there is no series \"{}\" to try; {}", name,
       nearest.empty() ? fmt::format("there are {}", fmt::join(names, ", "))
                       : fmt::format("did you mean \"{}\"?", nearest));
}

}  // namespace yonder::web
