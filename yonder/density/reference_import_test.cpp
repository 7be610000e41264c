// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/reference_import.h"

#include "tests/error_text.h"
#include "yonder/base/file.h"
#include "yonder/base/npy.h"
#include "yonder/density/internal/zip_archive.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <complex>

namespace yonder::density {
namespace {

using internal::ZipEntry;
using testing::HasSubstr;

ZipEntry array(const char* name, std::vector<uint64_t> shape, const std::vector<double>& values,
               size_t bytes = 8) {
  return {std::string(name) + ".npy", npy_header(shape, bytes) + npy_data(values, bytes)};
}

std::vector<ZipEntry> line_entries() {
  return {array("real", {1, 3}, {1, 0.5, 0}), array("imag", {1, 3}, {0, 0.25, -0.3}),
          array("scale", {1}, {1}), array("offset", {1}, {0.2})};
}

double pdf(const Model& model, double y) {
  double out = 0;
  model.pdf({&y, 1}, {&out, 1});
  return out;
}

// The reference code's own formula: autocorrelation sum a_{k+n} conj(a_k) of a = real + i imag,
// prob = (sum Re(c_n) cos(pi n x) - Im(c_n) sin(pi n x)) / c_0 + 1/2, times dx/dy.
double reference_pdf(const std::vector<double>& real, const std::vector<double>& imag, double x,
                     double slope) {
  std::vector<std::complex<double>> c(real.size());
  for (size_t n = 0; n < real.size(); ++n) {
    for (size_t k = 0; k + n < real.size(); ++k) {
      c[n] +=
          std::complex<double>(real[k + n], imag[k + n]) * std::complex<double>(real[k], -imag[k]);
    }
  }
  double sum = 0.5;
  for (size_t n = 1; n < c.size(); ++n) {
    const double angle = M_PI * static_cast<double>(n) * x;
    sum += (c[n].real() * std::cos(angle) - c[n].imag() * std::sin(angle)) / c[0].real();
  }
  return sum * slope;
}

TEST(ReferenceImport, HasTheDensityOfTheReferenceCodeOnTheLine) {
  const std::vector<Model> models = import_reference(internal::write_zip(line_entries()), "x.npz");
  ASSERT_EQ(models.size(), 1U);
  const double scale = std::log1p(std::exp(1.0));  // softplus(1) = 1.3133
  EXPECT_NEAR(scale, 1.3133, 1e-4);
  for (double y = -3; y < 3; y += 0.41) {
    const double x = std::tanh((y - 0.2) / scale);
    EXPECT_NEAR(pdf(models[0], y),
                reference_pdf({1, 0.5, 0}, {0, 0.25, -0.3}, x, (1 - x * x) / scale), 1e-14);
  }
}

TEST(ReferenceImport, HasTheDensityOfTheReferenceCodeOnACircle) {
  const std::vector<ZipEntry> entries = {array("real", {2, 2}, {1, 0.5, 2, 0.1}, 4),
                                         array("imag", {2, 2}, {0.25, 0.25, -0.5, -0.5}, 4),
                                         array("period", {}, {6})};
  const std::vector<Model> models = import_reference(internal::write_zip(entries), "x.npz");
  ASSERT_EQ(models.size(), 2U);
  EXPECT_EQ(models[1].domain().text(), Domain::parse("circular:6@-3").text());
  for (double y = -2.9; y < 3; y += 0.41) {
    EXPECT_NEAR(pdf(models[0], y), reference_pdf({1, 0.5}, {0.25, 0.25}, y / 3, 1.0 / 3), 1e-14);
    EXPECT_NEAR(pdf(models[1], y),
                reference_pdf({2, static_cast<double>(0.1F)}, {-0.5, -0.5}, y / 3, 1.0 / 3), 1e-14);
  }
}

TEST(ReferenceExport, IsReadBack) {
  const TemporaryFolder folder;
  const std::vector<std::complex<double>> b = {1, {0.5, -0.25}, {0, 0.3}};
  const std::vector<Model> line = {Model(Domain{}, BaseDistribution(1, {0.3, 1e-3}), b),
                                   Model(Domain{}, BaseDistribution(1, {-5, 1e3}), b)};
  export_reference(line, folder.path() / "line.npz");
  const std::vector<Model> line_again = import_reference(folder.path() / "line.npz");
  ASSERT_EQ(line_again.size(), 2U);
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_NEAR(line_again[i].base()->scale() / line[i].base()->scale(), 1, 1e-12);
    EXPECT_NEAR(pdf(line_again[i], 0.3) / pdf(line[i], 0.3), 1, 1e-9);
  }
  const std::vector<Model> circle = {Model(Domain::parse("circular:24"), std::nullopt, b)};
  export_reference(circle, folder.path() / "circle.npz");
  const std::vector<Model> circle_again = import_reference(folder.path() / "circle.npz");
  for (double y = 0.1; y < 24; y += 1.7) {
    EXPECT_NEAR(pdf(circle_again[0], y), pdf(circle[0], y), 1e-15) << y;
  }
}

TEST(ReferenceExport, RefusesWhatTheReferenceCodeDoesNotKnow) {
  const TemporaryFolder folder;
  const std::vector<std::complex<double>> b = {1, 0.5};
  const auto refusal = [&](std::vector<Model> models) {
    return error_text(ErrorKind::bad_option,
                      [&] { export_reference(models, folder.path() / "x.npz"); });
  };
  EXPECT_THAT(refusal({}), HasSubstr("no model"));
  EXPECT_THAT(refusal({Model(Domain::parse("interval:0:1"), std::nullopt, b)}),
              HasSubstr("interval"));
  EXPECT_THAT(refusal({Model(Domain{}, BaseDistribution(2, {0, 1}), b)}), HasSubstr("logistic"));
  const Model one(Domain{}, BaseDistribution(1, {0, 1}), b);
  const Model other(Domain{}, BaseDistribution(1, {0, 1}),
                    std::vector<std::complex<double>>{1, 0.5, 0.2});
  EXPECT_THAT(refusal({one, other}), HasSubstr("one order"));
}

TEST(ReferenceImport, RefusesArraysThatMakeNoModel) {
  const auto refusal = [](std::vector<ZipEntry> entries) {
    return error_text(ErrorKind::bad_data,
                      [&] { import_reference(internal::write_zip(entries), "x.npz"); });
  };
  std::vector<ZipEntry> entries = line_entries();
  entries.erase(entries.begin());
  EXPECT_THAT(refusal(entries), HasSubstr("there is no array real"));
  entries = line_entries();
  entries[1] = array("imag", {3, 1}, {0, 0, 0});
  EXPECT_THAT(refusal(entries), HasSubstr("one shape"));
  entries = line_entries();
  entries[2] = array("scale", {2}, {1, 1});
  EXPECT_THAT(refusal(entries), HasSubstr("scale.npy has 2 numbers"));
  entries = line_entries();
  entries.push_back(array("period", {}, {2}));
  EXPECT_THAT(refusal(entries), HasSubstr("either period"));
  entries = line_entries();
  entries.resize(2);
  EXPECT_THAT(refusal(entries), HasSubstr("either period"));
  entries = line_entries();
  entries[0] = array("real", {1, 3}, {1, std::nan(""), 0});
  EXPECT_THAT(refusal(entries), HasSubstr("number 1 is nan"));
  entries = line_entries();
  entries[0] = array("real", {1, 3}, {0, 0, 0});
  entries[1] = array("imag", {1, 3}, {0, 0, 0});
  EXPECT_THAT(refusal(entries), HasSubstr("not all 0"));
  EXPECT_THAT(error_text(ErrorKind::bad_data, [] { import_reference("PK", "x.npz"); }),
              HasSubstr("x.npz"));
}

}  // namespace
}  // namespace yonder::density
