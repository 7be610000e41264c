// SPDX-License-Identifier: Apache-2.0
#include "yonder/memory/coefficient_file.h"

#include "tests/error_text.h"
#include "yonder/base/file.h"
#include "yonder/base/json.h"
#include "yonder/base/npy.h"
#include "yonder/memory/stream.h"
#include "yonder/memory/system.h"

#include <array>
#include <cmath>

namespace yonder::memory {
namespace {

using testing::DoubleNear;
using testing::HasSubstr;

double wave(double t) { return std::sin(0.02 * t) + 0.3 * std::cos(0.05 * t + 1) + 0.2; }

class CoefficientFileTest : public testing::Test {
 protected:
  std::filesystem::path path(const std::string& name) const { return folder_.path() / name; }

  static Summary wave_summary(const std::string& measure = "legs") {
    StreamOptions options;
    options.measure = measure;
    options.order = 16;
    Stream stream(options, {"a", "b"});
    std::vector<double> samples;
    for (int k = 0; k < 500; ++k) {
      samples.push_back(wave(k));
      samples.push_back(-2 * wave(k) + 1);
    }
    stream.push(std::span<const double>(samples));
    return stream.summary();
  }

 private:
  TemporaryFolder folder_;
};

TEST_F(CoefficientFileTest, IsASummaryAgainInEveryNormalization) {
  const Summary summary = wave_summary();
  for (const std::string& name : normalization_names()) {
    write_coefficients(path("c.npy"), summary, parse_normalization(name));
    const Summary again = open_summary(path("c.npy"));
    EXPECT_EQ(again.names(), summary.names());
    EXPECT_EQ(again.end(), summary.end());
    EXPECT_EQ(again.energy(1), summary.energy(1));
    for (const double t : {0.0, 123.0, 499.5}) {
      EXPECT_THAT(again.at(1, t).estimate, DoubleNear(summary.at(1, t).estimate, 1e-13)) << name;
    }
    EXPECT_THAT(again.rms_residual(0), DoubleNear(summary.rms_residual(0), 1e-9)) << name;
  }
}

TEST_F(CoefficientFileTest, TheArrayIsWhatItsSideCarSays) {
  const Summary summary = wave_summary();
  write_coefficients(path("c.npy"), summary, Normalization::lmu);
  const std::string bytes = read_file(path("c.npy"));
  const NpyHeader header = parse_npy_header(bytes, "c.npy");
  EXPECT_THAT(header.shape, testing::ElementsAre(2, 16));
  // value c_1 = hippo c_1 * sqrt 3, and lmu turns its sign.
  EXPECT_THAT(npy_value(header, bytes, 17),
              DoubleNear(-std::sqrt(3) * summary.coefficients(1)[1], 1e-14));
  const Json meaning = parse_json(read_file(path("c.npy.json")), "c");
  EXPECT_EQ(meaning.at("normalization").text(), "lmu");
  EXPECT_EQ(meaning.at("direction").text(), "newest at s = -1");
}

TEST_F(CoefficientFileTest, OtherMeasuresHaveOneForm) {
  const Summary summary = wave_summary("fout:300");
  write_coefficients(path("c.npy"), summary);
  EXPECT_THAT(read_coefficients(path("c.npy")).at(0, 400).estimate,
              DoubleNear(summary.at(0, 400).estimate, 1e-13));
  EXPECT_THAT(error_text(ErrorKind::bad_option,
                         [&] { write_coefficients(path("d.npy"), summary, Normalization::lmu); }),
              HasSubstr("is for Legendre measures"));
}

TEST_F(CoefficientFileTest, AWindowThatIsNotFullKeepsItsFunctionsAndItsBeginning) {
  const Summary summary = wave_summary("legt:800");
  write_coefficients(path("c.npy"), summary, Normalization::hippo);
  const Summary again = open_summary(path("c.npy"));
  EXPECT_EQ(again.begin(), 0);
  EXPECT_EQ(again.parts().begin, -300);
  EXPECT_EQ(again.at(0, 250).estimate, summary.at(0, 250).estimate);
}

TEST_F(CoefficientFileTest, BoundsAreThoseOfTheSummary) {
  StreamOptions options;
  options.order = 16;
  options.scalar = "f32";
  Stream stream(options, {"u"});
  stream.push(std::vector<double>(5000, 0.1));
  const Summary summary = stream.summary();
  write_coefficients(path("c.npy"), summary);
  const Value read = read_coefficients(path("c.npy")).integral(0, 0, 5000);
  EXPECT_EQ(read.bound, summary.integral(0, 0, 5000).bound);
  EXPECT_LE(std::abs(read.estimate - 500), read.bound);
}

TEST_F(CoefficientFileTest, ASideCarThatCannotBeIsRefused) {
  write_coefficients(path("c.npy"), wave_summary("legt:200"));
  const std::string car = read_file(path("c.npy.json"));
  const auto error_with = [&](const std::string& found, const std::string& changed) {
    std::string text = car;
    const size_t at = text.find(found);
    EXPECT_NE(at, std::string::npos) << found;
    text.replace(at, found.size(), changed);
    write_file(path("c.npy.json"), text);
    return error_text(ErrorKind::bad_data, [&] { read_coefficients(path("c.npy")); });
  };
  EXPECT_THAT(error_with("\"exact\": false", "\"exact\": true"), HasSubstr("an approximation"));
  EXPECT_THAT(error_with("legt:200", "legt:20"), HasSubstr("longer than the window"));
  EXPECT_THAT(error_with("\"rounding\": ", "\"rounding\": -"), HasSubstr("rounding is -"));
  EXPECT_THAT(error_with("\"rounding\": ", "\"other\": "), HasSubstr("rounding"));
  EXPECT_THAT(error_with("\"energy\": [\n    ", "\"energy\": [\n    -"),
              HasSubstr("an energy is -"));
}

TEST_F(CoefficientFileTest, StatesOfOtherProgramsMeanTheSameSignal) {
  // The state that each program holds of the same 200 time units up to 500.
  const Summary summary = wave_summary("legt:200");
  const std::vector<double> hippo(summary.coefficients(0).begin(), summary.coefficients(0).end());
  const auto imported = [&](const std::vector<double>& state, const ForeignState& foreign) {
    const std::array<uint64_t, 1> shape = {state.size()};
    write_npy(path("state.npy"), shape, state);
    return import_state(path("state.npy"), foreign);
  };
  const Summary from_hippo = imported(hippo, {.convention = "hippo", .end = 500, .dt = 1.0 / 200});
  const Summary from_s4 = imported(hippo, {.convention = "s4-legt", .end = 500, .dt = 2.0 / 200});
  const Summary from_lmu = imported(convert(hippo, Normalization::hippo, Normalization::lmu),
                                    {.convention = "lmu", .end = 500, .width = 200});
  for (const Summary* one : {&from_hippo, &from_s4, &from_lmu}) {
    EXPECT_THAT(one->begin(), DoubleNear(300, 1e-9));
    EXPECT_EQ(one->order(), 16);
    EXPECT_TRUE(std::isnan(one->energy(0)));
    for (const double t : {301.0, 420.0, 500.0}) {
      EXPECT_THAT(one->at(0, t).estimate, DoubleNear(summary.at(0, t).estimate, 1e-12));
      EXPECT_TRUE(std::isnan(one->at(0, t).rms_error));
    }
  }
  EXPECT_THAT(from_s4.at(0, 480).estimate, DoubleNear(wave(479.5), 0.01));
}

TEST_F(CoefficientFileTest, AnUnknownEnergyStaysUnknown) {
  const std::array<uint64_t, 2> shape = {1, 3};
  write_npy(path("state.npy"), shape, std::array<double, 3>{1, 2, 3});
  const Summary state =
      import_state(path("state.npy"), {.convention = "lmu", .end = 5, .width = 10});
  write_coefficients(path("c.npy"), state);
  EXPECT_TRUE(std::isnan(read_coefficients(path("c.npy")).energy(0)));
}

TEST_F(CoefficientFileTest, AnArrayAloneIsNotGuessedAt) {
  const std::array<uint64_t, 1> shape = {3};
  write_npy(path("state.npy"), shape, std::array<double, 3>{1, 2, 3});
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { open_summary(path("state.npy")); }),
              HasSubstr("--convention"));
  const auto import_error = [&](const ForeignState& state) {
    return error_text(ErrorKind::bad_option, [&] { import_state(path("state.npy"), state); });
  };
  EXPECT_THAT(import_error({.convention = "lmu", .dt = 0.1}), HasSubstr("theta"));
  EXPECT_THAT(import_error({.convention = "hippo"}), HasSubstr("one of --width and --dt"));
  EXPECT_THAT(import_error({.convention = "s4", .width = 1}), HasSubstr("s4-legt"));
}

TEST_F(CoefficientFileTest, WhatDoesNotBelongTogetherIsRefused) {
  const Summary summary = wave_summary();
  write_coefficients(path("c.npy"), summary);
  const std::array<uint64_t, 2> shape = {1, 16};
  write_npy(path("c.npy"), shape, std::vector<double>(16));
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { read_coefficients(path("c.npy")); }),
              HasSubstr("do not belong together"));
}

}  // namespace
}  // namespace yonder::memory
