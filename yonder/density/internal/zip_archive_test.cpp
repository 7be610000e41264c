// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/internal/zip_archive.h"

#include "tests/error_text.h"
#include "yonder/base/base64.h"
#include "yonder/base/random.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace yonder::density::internal {
namespace {

using testing::HasSubstr;

// numpy.savez_compressed(real=[[1., 2., 3.]], period=6.) and savez(real=[1., 2.]), NumPy 2.4.6.
const char* const kCompressed =
    "UEsDBC0AAAAIAAAAIQADvg4W//////////8IABQAcmVhbC5ucHkBABAAmAAAAAAAAABSAAAAAAAAAJvsF+ob"
    "EMnIUMZQrZ6SWpxcpG6loG6TZqGuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GoY6CsaaOgq1CmQD"
    "LgYw+GAPoRkcIBSHAwBQSwMELQAAAAgAAAAhAGjpTXX//////////woAFABwZXJpb2QubnB5AQAQAIgAAAAA"
    "AAAARwAAAAAAAACb7BfqGxDJyFDGUK2eklqcXKRupaBuk2ahrqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ck"
    "FqQC+RqaOgq1ChQBLgYwkHAAAFBLAQItAy0AAAAIAAAAIQADvg4WUgAAAJgAAAAIAAAAAAAAAAAAAACAAQAA"
    "AAByZWFsLm5weVBLAQItAy0AAAAIAAAAIQBo6U11RwAAAIgAAAAKAAAAAAAAAAAAAACAAYwAAABwZXJpb2Qu"
    "bnB5UEsFBgAAAAACAAIAbgAAAA8BAAAAAA==";

const char* const kStored =
    "UEsDBC0AAAAAAAAAIQBkW6q///////////8IABQAcmVhbC5ucHkBABAAkAAAAAAAAACQAAAAAAAAAJNOVU1Q"
    "WQEAdgB7J2Rlc2NyJzogJzxmOCcsICdmb3J0cmFuX29yZGVyJzogRmFsc2UsICdzaGFwZSc6ICgyLCksIH0g"
    "ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAKAAAA"
    "AAAA8D8AAAAAAAAAQFBLAQItAy0AAAAAAAAAIQBkW6q/kAAAAJAAAAAIAAAAAAAAAAAAAACAAQAAAAByZWFs"
    "Lm5weVBLBQYAAAAAAQABADYAAADKAAAAAAA=";

std::vector<std::string> names(const std::vector<ZipEntry>& entries) {
  std::vector<std::string> result;
  for (const ZipEntry& entry : entries) {
    result.push_back(entry.name);
  }
  return result;
}

TEST(ZipArchive, IsReadAsItWasWritten) {
  const std::vector<ZipEntry> entries = {
      {"a.npy", "abc"}, {"b", ""}, {"c", std::string(70000, 'x')}};
  const std::vector<ZipEntry> found = read_zip(write_zip(entries), "x.npz");
  EXPECT_EQ(names(found), names(entries));
  for (size_t i = 0; i < entries.size(); ++i) {
    EXPECT_EQ(found[i].content, entries[i].content);
  }
  EXPECT_TRUE(read_zip(write_zip({}), "x.npz").empty());
}

TEST(ZipArchive, ReadsWhatNumPyCompresses) {
  const std::vector<ZipEntry> found = read_zip(*base64_decode(kCompressed), "x.npz");
  ASSERT_EQ(names(found), (std::vector<std::string>{"real.npy", "period.npy"}));
  EXPECT_EQ(found[0].content.substr(1, 5), "NUMPY");
  EXPECT_EQ(found[0].content.size(), 128U + 24);
}

TEST(ZipArchive, ReadsWhatNumPyStores) {
  const std::vector<ZipEntry> found = read_zip(*base64_decode(kStored), "x.npz");
  ASSERT_EQ(names(found), (std::vector<std::string>{"real.npy"}));
  EXPECT_EQ(found[0].content.size(), 128U + 16);
}

TEST(ZipArchive, NeverGivesContentThatIsDamaged) {
  for (const std::string& archive : {*base64_decode(kCompressed), *base64_decode(kStored)}) {
    const std::vector<ZipEntry> right = read_zip(archive, "x.npz");
    Rng rng(1);
    for (size_t i = 0; i < archive.size(); ++i) {
      std::string damaged = archive;
      damaged[i] = static_cast<char>(damaged[i] ^ (1 << rng.below(8)));
      try {
        const std::vector<ZipEntry> found = read_zip(damaged, "x.npz");
        ASSERT_EQ(found.size(), right.size()) << i;
        for (size_t k = 0; k < found.size(); ++k) {
          EXPECT_EQ(found[k].content, right[k].content) << i;  // a name or a date was hit
        }
      } catch (const Error& error) {
        EXPECT_EQ(error.kind, ErrorKind::bad_data);
        EXPECT_THAT(error.what(), HasSubstr("x.npz: byte"));
      }
    }
    for (size_t size = 0; size < archive.size(); ++size) {
      EXPECT_THAT(error_text(ErrorKind::bad_data,
                             [&] { read_zip(std::string_view(archive).substr(0, size), "x.npz"); }),
                  HasSubstr("x.npz: byte"));
    }
  }
}

TEST(ZipArchive, RefusesSizesThatNoEntryCanHave) {
  std::string archive = *base64_decode(kCompressed);
  // The directory's row of the first entry: its size at 24.
  const size_t row = archive.find("PK\x01\x02");
  archive[row + 27] = '\x7F';
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { read_zip(archive, "x.npz"); }),
              HasSubstr("no deflated entry can be as long"));
}

}  // namespace
}  // namespace yonder::density::internal
