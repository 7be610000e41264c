// SPDX-License-Identifier: Apache-2.0
#include "yonder/memory/wav.h"

#include "tests/error_text.h"

#include <bit>
#include <limits>
#include <sstream>

namespace yonder::memory {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string number(uint64_t value, size_t bytes) {
  std::string out;
  for (size_t i = 0; i < bytes; ++i) {
    out += static_cast<char>(value >> (8 * i) & 0xFF);
  }
  return out;
}

struct Wav {
  uint64_t format = 1;
  uint64_t channels = 1;
  uint64_t rate = 8000;
  uint64_t bits = 16;
  std::string extra = {};   // of the fmt chunk
  std::string before = {};  // chunks before the samples
  std::string data = {};

  std::string str() const {
    const uint64_t frame = channels * bits / 8;
    const std::string body = "WAVEfmt " + number(16 + extra.size(), 4) + number(format, 2) +
                             number(channels, 2) + number(rate, 4) + number(rate * frame, 4) +
                             number(frame, 2) + number(bits, 2) + extra + before + "data" +
                             number(data.size(), 4) + data;
    return "RIFF" + number(body.size(), 4) + body;
  }
};

std::vector<double> read_all(WavTable& wav, size_t frames_at_once = 3) {
  std::vector<double> all;
  std::vector<double> values(frames_at_once * wav.names().size());
  while (const size_t frames = wav.read(values)) {
    all.insert(all.end(), values.begin(),
               values.begin() + static_cast<std::ptrdiff_t>(frames * wav.names().size()));
  }
  return all;
}

std::vector<double> read_text(const std::string& bytes,
                              const std::vector<std::string>& columns = {}) {
  std::istringstream in(bytes);
  WavTable wav(in, "a.wav", columns);
  return read_all(wav);
}

TEST(Wav, PcmIsAFractionOfFullScale) {
  EXPECT_THAT(read_text(Wav{.data = number(0x8000, 2) + number(0x7FFF, 2) + number(1, 2)}.str()),
              ElementsAre(-1, 32767.0 / 32768, 1.0 / 32768));
  EXPECT_THAT(read_text(Wav{.bits = 24, .data = number(0x800000, 3) + number(0x400000, 3)}.str()),
              ElementsAre(-1, 0.5));
  EXPECT_THAT(read_text(Wav{.bits = 32, .data = number(0xFFFFFFFF, 4)}.str()),
              ElementsAre(-0x1p-31));
}

TEST(Wav, FloatsComeAsTheyAre) {
  EXPECT_THAT(
      read_text(
          Wav{.format = 3, .bits = 32, .data = number(std::bit_cast<uint32_t>(2.5F), 4)}.str()),
      ElementsAre(2.5));
  EXPECT_THAT(
      read_text(
          Wav{.format = 3, .bits = 64, .data = number(std::bit_cast<uint64_t>(0.1), 8)}.str()),
      ElementsAre(0.1));
}

TEST(Wav, AnExtensibleHeaderNamesItsFormatInside) {
  const std::string tail("\x00\x00\x00\x00\x10\x00\x80\x00\x00\xAA\x00\x38\x9B\x71", 14);
  const Wav wav{.format = 0xFFFE,
                .extra = number(22, 2) + number(16, 2) + number(4, 4) + number(1, 2) + tail,
                .data = number(0x4000, 2)};
  EXPECT_THAT(read_text(wav.str()), ElementsAre(0.5));
}

TEST(Wav, ChannelsAreColumnsAndMayBeChosen) {
  const Wav wav{.channels = 3,
                .data = number(0x1000, 2) + number(0x2000, 2) + number(0x3000, 2) +
                        number(0x4000, 2) + number(0x5000, 2) + number(0x6000, 2)};
  EXPECT_THAT(read_text(wav.str()), ElementsAre(0.125, 0.25, 0.375, 0.5, 0.625, 0.75));
  EXPECT_THAT(read_text(wav.str(), {"channel 3", "1"}), ElementsAre(0.375, 0.125, 0.75, 0.5));
  EXPECT_THAT(error_text(ErrorKind::bad_option, [&] { read_text(wav.str(), {"4"}); }),
              HasSubstr("there is no column \"4\"; its channels are 1 to 3"));
}

TEST(Wav, OtherChunksAreSkippedWithTheirPadding) {
  const Wav wav{.before = "LIST" + number(3, 4) + "abc" + std::string(1, '\0'),
                .data = number(0x4000, 2)};
  EXPECT_THAT(read_text(wav.str() + "LIST"), ElementsAre(0.5));
}

TEST(Wav, AnUnknownLengthMeansToTheEnd) {
  std::string bytes = Wav{.data = number(0x4000, 2) + number(0x2000, 2)}.str();
  bytes.replace(4, 4, "\xFF\xFF\xFF\xFF");
  bytes.replace(40, 4, "\xFF\xFF\xFF\xFF");
  EXPECT_THAT(read_text(bytes), ElementsAre(0.5, 0.25));
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { read_text(bytes + "x"); }),
              HasSubstr("ends at byte 49, within a frame of 2 bytes"));
}

TEST(Wav, TheSizeOfTheReadsDoesNotMatter) {
  std::string data;
  for (uint64_t i = 0; i < 10000; ++i) {
    data += number(i * 7, 2);
  }
  const std::string bytes = Wav{.channels = 2, .data = data}.str();
  std::istringstream one(bytes);
  std::istringstream two(bytes);
  WavTable a(one, "a.wav", {});
  WavTable b(two, "a.wav", {});
  EXPECT_EQ(a.format().frames, 5000U);
  EXPECT_EQ(read_all(a, 1), read_all(b, 4999));
}

TEST(Wav, EveryPrefixOfAFileIsRefused) {
  const std::string bytes =
      Wav{.before = "LIST" + number(4, 4) + "abcd", .data = number(7, 2) + number(9, 2)}.str();
  EXPECT_EQ(read_text(bytes).size(), 2U);
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { read_text(bytes.substr(0, size)); }),
                HasSubstr("truncated"))
        << size;
  }
}

TEST(Wav, WhatCannotBeReadIsNamed) {
  const auto text = [](const std::string& bytes) {
    return error_text(ErrorKind::bad_data, [&] { read_text(bytes); });
  };
  EXPECT_THAT(text("time,value\n1,2\n3,4\n"), HasSubstr("a WAV file was expected"));
  EXPECT_THAT(text("RF64" + number(0, 4) + "WAVE"), HasSubstr("an RF64 file"));
  EXPECT_THAT(text(Wav{.format = 2, .data = ""}.str()), HasSubstr("format 2 is compressed"));
  EXPECT_THAT(text(Wav{.bits = 8, .data = "a"}.str()), HasSubstr("8 bits per sample"));
  EXPECT_THAT(text(Wav{.channels = 0}.str()), HasSubstr("0 channels"));
  EXPECT_THAT(text(Wav{.data = "abc"}.str()), HasSubstr("3 bytes of samples are no whole number"));
  EXPECT_THAT(
      text(Wav{.format = 3,
               .bits = 32,
               .data = number(std::bit_cast<uint32_t>(std::numeric_limits<float>::infinity()), 4)}
               .str()),
      HasSubstr("frame 1, channel 1: inf is no finite number"));
  std::string longer = Wav{.data = number(7, 2)}.str();
  longer[40] = 100;
  EXPECT_THAT(text(longer), HasSubstr("passes the end of the RIFF at byte 46"));
}

}  // namespace
}  // namespace yonder::memory
