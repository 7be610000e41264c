// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/internal/rans.h"

#include "tests/error_text.h"
#include "yonder/base/random.h"
#include "yonder/density/internal/optimal_frequencies.h"
#include "yonder/density/internal/rans_reference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace yonder::density::internal {
namespace {

using testing::HasSubstr;

// Some frequencies of `symbols` symbols: one in four is rare, the others differ by large factors.
Frequencies some_frequencies(size_t symbols, int precision, uint64_t seed) {
  Rng rng(seed);
  std::vector<double> probabilities(symbols);
  for (double& p : probabilities) {
    p = rng.below(4) == 0 ? 0 : std::exp(6 * rng.uniform());
  }
  return optimal_frequencies(probabilities, precision);
}

std::vector<uint32_t> draw(const Frequencies& frequencies, size_t count, uint64_t seed) {
  Rng rng(seed, 1);
  std::vector<uint32_t> ends;
  uint32_t end = 0;
  for (const uint32_t f : frequencies.counts) {
    ends.push_back(end += f);
  }
  std::vector<uint32_t> symbols(count);
  for (uint32_t& symbol : symbols) {
    const uint64_t slot = rng.below(uint64_t{1} << frequencies.precision);
    symbol = static_cast<uint32_t>(std::upper_bound(ends.begin(), ends.end(), slot) - ends.begin());
  }
  return symbols;
}

std::string encode_blocks(const Frequencies& frequencies, std::span<const uint32_t> symbols,
                          size_t block) {
  RansEncoder encoder(frequencies);
  const size_t body = symbols.size() - std::min(symbols.size(), kRansTail);
  encoder.encode_tail(symbols.subspan(body));
  for (size_t last = body; last > 0;) {
    const size_t first = (last - 1) / block * block;
    encoder.encode(symbols.subspan(first, last - first));
    last = first;
  }
  return encoder.finish();
}

std::vector<uint32_t> decode_blocks(const Frequencies& frequencies, std::string_view payload,
                                    size_t count, size_t block) {
  RansDecoder decoder(frequencies, payload, "x.yec");
  std::vector<uint32_t> symbols(count);
  const size_t body = count - std::min(count, kRansTail);
  for (size_t first = 0; first < body; first += block) {
    decoder.decode(std::span(symbols).subspan(first, std::min(block, body - first)));
  }
  decoder.decode_tail(std::span(symbols).subspan(body));
  return symbols;
}

class RansSizes : public testing::TestWithParam<std::pair<size_t, int>> {};

TEST_P(RansSizes, DecodesWhatWasEncoded) {
  const auto [size, precision] = GetParam();
  for (const size_t count : {0, 1, 7, 8, 9, 255, 256, 257, 263, 264, 265, 1000, 20001}) {
    const Frequencies frequencies = some_frequencies(size, precision, count);
    const std::vector<uint32_t> symbols = draw(frequencies, count, count);
    EXPECT_EQ(decode_blocks(frequencies, encode_blocks(frequencies, symbols, 1024), count, 512),
              symbols)
        << count;
  }
}

INSTANTIATE_TEST_SUITE_P(Rans, RansSizes,
                         testing::Values(std::pair{2, 1}, std::pair{2, 12}, std::pair{4096, 12},
                                         std::pair{300, 16}, std::pair{40000, 16}, std::pair{3, 17},
                                         std::pair{70000, 20}, std::pair{1000, 24}));

TEST(Rans, GivesTheSameBytesForAnyBlocks) {
  const Frequencies frequencies = some_frequencies(50, 16, 3);
  const std::vector<uint32_t> symbols = draw(frequencies, 5003, 3);
  EXPECT_EQ(encode_blocks(frequencies, symbols, 8), encode_blocks(frequencies, symbols, 8192));
}

TEST(Rans, NeedsTheBitsOfItsDefinitionAndItsStates) {
  const Frequencies frequencies = some_frequencies(100, 14, 5);
  const std::vector<uint32_t> symbols = draw(frequencies, 3000, 5);
  const auto bits = static_cast<double>(8 * encode_blocks(frequencies, symbols, 4096).size());
  const auto reference = static_cast<double>(rans_bits_reference(frequencies, symbols));
  // Eight lanes of 64 bits, of which one begins with 31 bits of nothing and the others with a word
  // each; states use 32 to 63 of their bits.
  EXPECT_LE(bits, reference + 31 + 8 * 32 + 7);
  EXPECT_GE(bits, reference + 31 + 8 - 1);
}

TEST(Rans, CodesAsItsReferenceDoes) {
  const Frequencies frequencies = some_frequencies(100, 14, 6);
  const std::vector<uint32_t> symbols = draw(frequencies, 2000, 6);
  EXPECT_EQ(rans_round_trip_reference(frequencies, symbols), symbols);
}

TEST(Rans, DividesExactlyAtTheEndsOfItsRange) {
  // Frequencies at and beside powers of two, and states that symbols of them lead to.
  for (const uint32_t f : {1U, 2U, 3U, 255U, 256U, 257U, 32767U, 32768U, 65535U}) {
    const Frequencies frequencies = {{f, 65536 - f}, 16};
    std::vector<uint32_t> symbols(4000, 0);
    for (size_t i = 0; i < symbols.size(); i += f % 7 + 2) {
      symbols[i] = 1;
    }
    EXPECT_EQ(
        decode_blocks(frequencies, encode_blocks(frequencies, symbols, 4096), symbols.size(), 4096),
        symbols)
        << f;
  }
}

TEST(Rans, NoticesEveryChangedByteOfAPayload) {
  const Frequencies frequencies = some_frequencies(20, 12, 8);
  const std::vector<uint32_t> symbols = draw(frequencies, 300, 8);
  const std::string payload = encode_blocks(frequencies, symbols, 4096);
  for (size_t i = 0; i < payload.size(); ++i) {
    std::string damaged = payload;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x10);
    EXPECT_THAT(error_text(ErrorKind::bad_data,
                           [&] { decode_blocks(frequencies, damaged, symbols.size(), 4096); }),
                HasSubstr("x.yec: the file is damaged"))
        << i;
  }
}

TEST(Rans, NoticesAPayloadThatIsTooShortOrTooLong) {
  const Frequencies frequencies = some_frequencies(20, 12, 9);
  const std::vector<uint32_t> symbols = draw(frequencies, 300, 9);
  const std::string payload = encode_blocks(frequencies, symbols, 4096);
  const auto decode = [&](std::string_view bytes) {
    return error_text(ErrorKind::bad_data,
                      [&] { decode_blocks(frequencies, bytes, symbols.size(), 4096); });
  };
  EXPECT_THAT(decode(std::string_view(payload).substr(0, 63)), HasSubstr("63 bytes"));
  EXPECT_THAT(decode(std::string_view(payload).substr(0, payload.size() - 4)),
              HasSubstr("damaged"));
  EXPECT_THAT(decode(payload + std::string(4, '\0')), HasSubstr("damaged"));
}

}  // namespace
}  // namespace yonder::density::internal
