// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/model_file.h"

#include "tests/documented_dump.h"
#include "tests/error_text.h"
#include "yonder/base/crc32.h"
#include "yonder/base/file.h"
#include "yonder/base/random.h"
#include "yonder/base/record_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <complex>
#include <string>
#include <vector>

namespace yonder::density {
namespace {

using testing::HasSubstr;
using Complex = std::complex<double>;

Model documented_model() {
  return Model({}, BaseDistribution(4, {0.25, 1.5, 3}), std::vector<Complex>{0.8, {0, 0.6}},
               {.samples = 8, .nll = 0.5, .gap = 1e-9, .column = "amp", .yonder_version = "0.1.0"});
}

/// A file whose section "model" is this, checksums right.
std::string file_with(std::string_view model, std::string_view info) {
  const std::array<std::pair<std::string_view, std::string_view>, 2> sections = {
      {{"model", model}, {"info", info}}};
  return record_bytes(kModelKind, kModelVersion, sections);
}

std::string section(const std::string& bytes, const char* name) {
  return std::string(RecordFile(bytes, "m", kModelKind, kModelVersion).section(name));
}

/// The documented file with the bytes from `at` on replaced in the section "model".
std::string damaged(size_t at, const std::string& replacement) {
  const std::string bytes = documented_model().to_bytes();
  std::string model = section(bytes, "model");
  model.replace(at, replacement.size(), replacement);
  return file_with(model, section(bytes, "info"));
}

std::string refused(const std::string& bytes) {
  return error_text(ErrorKind::bad_data, [&] { Model::from_bytes(bytes, "hours.yfd"); });
}

TEST(ModelFile, IsTheDocumentedOne) {
  EXPECT_EQ(documented_model().to_bytes(), documented_dump("docs/formats/density_model.md"));
}

TEST(ModelFile, GivesBackEveryKindOfModel) {
  Rng rng(1);
  std::vector<Complex> b;
  for (int k = 0; k < 20; ++k) {
    b.emplace_back(rng.normal(), rng.normal());
  }
  std::vector<Model> models;
  for (const char* text : {"circular:24", "interval:0.1:0.3", "reflected:-1:2.5"}) {
    models.emplace_back(Domain::parse(text), std::nullopt, b);
  }
  models.emplace_back(Domain(), BaseDistribution::named("mixture", {0.25, 0, 1, 0.75, 3, 0.1}), b);
  for (const Model& model : models) {
    for (const Model& read :
         {Model::from_bytes(model.to_bytes(), "m"), Model::from_json(model.to_json(), "m")}) {
      EXPECT_EQ(read.to_bytes(), model.to_bytes());
      EXPECT_EQ(read.to_json(), model.to_json());
      EXPECT_EQ(read.domain(), model.domain());
      EXPECT_EQ(read.base(), model.base());
    }
  }
}

TEST(ModelFile, IsLoadedByContent) {
  const TemporaryFolder folder;
  const Model model = documented_model();
  model.save(folder.path() / "a");
  write_file(folder.path() / "b", model.to_json());
  EXPECT_EQ(Model::load(folder.path() / "a").to_bytes(), model.to_bytes());
  EXPECT_EQ(Model::load(folder.path() / "b").to_bytes(), model.to_bytes());
}

TEST(ModelFile, IsRefusedWhereverAByteIsChanged) {
  const std::string bytes = documented_model().to_bytes();
  for (size_t at = 0; at < bytes.size(); ++at) {
    std::string changed = bytes;
    changed[at] = static_cast<char>(changed[at] ^ 0x10);
    try {
      // Padding has no checksum and no meaning.
      EXPECT_EQ(Model::from_bytes(changed, "m").to_bytes(), bytes) << at;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind, ErrorKind::bad_data) << at;
    }
  }
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_THROW(Model::from_bytes(bytes.substr(0, size), "m"), Error) << size;
  }
}

TEST(ModelFile, NamesTheByteOfWhatIsWrong) {
  EXPECT_THAT(refused(damaged(0, "\x04")), HasSubstr("byte 64: the domain is 4; 0 to 3"));
  EXPECT_THAT(refused(damaged(1, "\x09")), HasSubstr("byte 65: base distribution number 9"));
  EXPECT_THAT(refused(damaged(0, std::string(1, '\0'))), HasSubstr("takes no base distribution"));
  EXPECT_THAT(refused(damaged(10, std::string(8, '\xFF'))), HasSubstr("byte 74: the length is"));
  EXPECT_THAT(refused(damaged(43, "\x02")),
              HasSubstr("byte 107: order 2 needs 48 bytes of coefficients, the section has 32"));
  EXPECT_THAT(refused(damaged(47, std::string(32, '\0'))), HasSubstr("all coefficients are 0"));
  EXPECT_THAT(refused(file_with("\x03", "{}")), HasSubstr("ends where the base was expected"));
}

TEST(ModelFile, RefusesJsonThatIsNoModel) {
  const std::string good = documented_model().to_json();
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string changed = good;
    const size_t at = changed.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    changed.replace(at, from.size(), to);
    return error_text(ErrorKind::bad_data, [&] { Model::from_json(changed, "m.json"); });
  };
  EXPECT_THAT(with("density/1", "density/2"), HasSubstr("/format"));
  EXPECT_THAT(with("\"line\"", "\"lime\""), HasSubstr("/domain/kind: \"lime\" is unknown"));
  EXPECT_THAT(with("\"student\"", "\"pupil\""), HasSubstr("\"pupil\" is unknown"));
  EXPECT_THAT(with("\"order\": 1", "\"order\": 2"), HasSubstr("there are 2 coefficients"));
  EXPECT_THAT(with("\"samples\"", "\"sample\""), HasSubstr("samples"));
}

}  // namespace
}  // namespace yonder::density
