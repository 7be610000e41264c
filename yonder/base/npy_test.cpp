// SPDX-License-Identifier: Apache-2.0
// The files that NumPy wrote were made with numpy 1.24: np.save of the arrays named in the tests.
#include "yonder/base/npy.h"

#include "tests/error_text.h"
#include "yonder/base/file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <string_view>
#include <vector>

namespace yonder {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using namespace std::string_literals;

/// A file as NumPy writes it (version 1: padded to a multiple of 64).
std::string file_of(const std::string& dictionary, const std::string& data) {
  std::string text = dictionary;
  text.resize((10 + text.size() + 64) / 64 * 64 - 10 - 1, ' ');
  text += '\n';
  return "\x93NUMPY\x01\x00"s + static_cast<char>(text.size()) + '\0' + text + data;
}

std::string dictionary(const std::string& type, const std::string& shape,
                       const std::string& fortran = "False") {
  return "{'descr': '" + type + "', 'fortran_order': " + fortran + ", 'shape': " + shape + ", }";
}

std::vector<double> values_of(const std::string& bytes) {
  const NpyHeader header = parse_npy_header(bytes, "t.npy");
  std::vector<double> values(header.size());
  npy_values(header, bytes, 0, values);
  return values;
}

std::string error_of(const std::string& bytes) {
  return error_text(ErrorKind::bad_data, [&] { parse_npy_header(bytes, "t.npy"); });
}

TEST(Npy, WritesTheHeaderThatNumpyWrites) {
  // np.save(f, np.zeros((3, 2)))
  EXPECT_EQ(npy_header(std::vector<uint64_t>{3, 2}, 8),
            "\x93NUMPY\x01\x00\x76\x00"
            "{'descr': '<f8', 'fortran_order': False, 'shape': (3, 2), }"s +
                std::string(58, ' ') + "\n");
  // np.save(f, np.zeros(5, 'f4'))
  EXPECT_EQ(npy_header(std::vector<uint64_t>{5}, 4),
            "\x93NUMPY\x01\x00\x76\x00"
            "{'descr': '<f4', 'fortran_order': False, 'shape': (5,), }"s +
                std::string(60, ' ') + "\n");
}

TEST(Npy, ReadsRealNumbersOfBothByteOrders) {
  // np.array([1.5, -2]).astype('<f8'), '>f8', '<f4', '>f4'
  EXPECT_THAT(
      values_of(file_of(dictionary("<f8", "(2,)"), "\0\0\0\0\0\0\xF8\x3F\0\0\0\0\0\0\0\xC0"s)),
      ElementsAre(1.5, -2));
  EXPECT_THAT(
      values_of(file_of(dictionary(">f8", "(2,)"), "\x3F\xF8\0\0\0\0\0\0\xC0\0\0\0\0\0\0\0"s)),
      ElementsAre(1.5, -2));
  EXPECT_THAT(values_of(file_of(dictionary("<f4", "(2,)"), "\0\0\xC0\x3F\0\0\0\xC0"s)),
              ElementsAre(1.5, -2));
  EXPECT_THAT(values_of(file_of(dictionary(">f4", "(2,)"), "\x3F\xC0\0\0\xC0\0\0\0"s)),
              ElementsAre(1.5, -2));
}

TEST(Npy, ReadsWholeNumbersOfAllSizes) {
  EXPECT_THAT(values_of(file_of(dictionary("|i1", "(2,)"), "\x80\x7F"s)), ElementsAre(-128, 127));
  EXPECT_THAT(values_of(file_of(dictionary("|u1", "(1,)"), "\xFF"s)), ElementsAre(255));
  EXPECT_THAT(values_of(file_of(dictionary("<i2", "(1,)"), "\xFE\xFF"s)), ElementsAre(-2));
  EXPECT_THAT(values_of(file_of(dictionary(">u4", "(1,)"), "\0\0\1\2"s)), ElementsAre(258));
  EXPECT_THAT(values_of(file_of(dictionary("<i8", "()"), "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"s)),
              ElementsAre(-1));
}

TEST(Npy, KnowsTheOrderOfAMatrix) {
  const NpyHeader header =
      parse_npy_header(file_of(dictionary("|i1", "(2, 3)", "True"), "\1\2\3\4\5\6"), "t.npy");
  EXPECT_TRUE(header.fortran_order);
  EXPECT_THAT(header.shape, ElementsAre(2, 3));
}

TEST(Npy, ReadsVersionTwoAndEmptyArrays) {
  const std::string text = dictionary("<f8", "(0, 4)") + "\n";
  const std::string bytes =
      "\x93NUMPY\x02\x00"s + static_cast<char>(text.size()) + "\0\0\0"s + text;
  EXPECT_EQ(parse_npy_header(bytes, "t.npy").size(), 0U);
}

TEST(Npy, ReadsBackWhatItWrote) {
  const TemporaryFolder folder;
  const std::vector<double> values = {0.1, -1e300, 3, 4, 5, 6, 7, 8, 9, 10, 11, 1e-310};
  const std::vector<uint64_t> shape = {2, 3, 2};
  write_npy(folder.path() / "a.npy", shape, values);
  const std::string bytes = read_file(folder.path() / "a.npy");
  EXPECT_EQ(parse_npy_header(bytes, "a.npy").shape, shape);
  EXPECT_EQ(values_of(bytes), values);
  write_npy(folder.path() / "b.npy", std::vector<uint64_t>{2}, std::vector<double>{0.1, 1e300}, 4);
  EXPECT_THAT(values_of(read_file(folder.path() / "b.npy")),
              ElementsAre(static_cast<double>(0.1F), INFINITY));
}

TEST(Npy, RefusesWhatHoldsNoNumbers) {
  EXPECT_THAT(error_of("PK\3\4"), HasSubstr("no NumPy array"));
  EXPECT_THAT(error_of(file_of(dictionary("<c16", "(0,)"), "")), HasSubstr("\"<c16\""));
  EXPECT_THAT(error_of(file_of(dictionary("|O", "(0,)"), "")), HasSubstr("\"|O\""));
  EXPECT_THAT(error_of(file_of(dictionary("<f2", "(0,)"), "")), HasSubstr("\"<f2\""));
  EXPECT_THAT(error_of(file_of("{'descr': [('a', '<f8')], 'shape': (0,), }", "")),
              HasSubstr("plain NumPy array"));
  EXPECT_THAT(error_of(file_of(dictionary("<f8", "(3,)"), std::string(16, '\0'))),
              HasSubstr("the shape (3) needs more than the 16 bytes"));
  EXPECT_THAT(error_of(file_of(dictionary("<f8", "(4294967296, 4294967296)"), "12345678")),
              HasSubstr("needs more"));
  EXPECT_THAT(error_of("\x93NUMPY\x01\x00\x76\x00{"s), HasSubstr("inside of its header"));
  EXPECT_THAT(error_of("\x93NUMPY\x09\x00\x76\x00{"s), HasSubstr("version 9"));
  EXPECT_THAT(error_of(file_of("{'descr': '<f8', 'shape': (0,), }", "")), HasSubstr("2 keys"));
}

}  // namespace
}  // namespace yonder
