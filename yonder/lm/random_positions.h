// SPDX-License-Identifier: Apache-2.0
// Where the tokens of a training sequence stand when it is to stand for longer ones: positions
// drawn anew for each sequence, up to a length M that training never reaches. Use it for models of
// your own and for continued training; reading then goes to M. No torch.
//
//   const auto sampler = PositionSampler::parse("pose:max=4096", 256);
//   sampler.draw(rng, 256);   // 0 .. 127, then 128 + u .. 255 + u
//
// A new way is one row of the table in random_positions.cpp. Whether drawn positions help a decoder
// is open: kexue.fm 9444 saw it in encoders, PoSE (arXiv 2309.10400) in decoders that had been
// trained before. Test: random_positions_test.cpp.
#pragma once

#include "yonder/base/random.h"
#include "yonder/rotary/arguments.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::lm {

struct PositionKind {
  const char* name;
  const char* help;
  const char* source;
  std::vector<rotary::ArgumentSpec> arguments;
  /// count positions that never fall; train_length: N.
  std::vector<double> (*draw)(const rotary::Arguments& arguments, double train_length, Rng& rng,
                              int64_t count);
  /// Whether a text to be read is spread evenly over the positions that training had, up to M or N,
  /// or stands at 0, 1, 2, ...
  bool spreads;
};

const std::vector<PositionKind>& position_kinds();

class PositionSampler {
 public:
  /// "ordinary", or a name of the table with its arguments: "sample:max=4096". Throws
  /// Error(bad_option), also where max is below the training length.
  static PositionSampler parse(std::string_view text, int64_t train_length);
  const std::string& canonical() const { return canonical_; }
  /// True where draw() gives 0, 1, 2, ... always.
  bool is_ordinary() const;
  /// Positions of one training sequence of `count` tokens.
  std::vector<double> draw(Rng& rng, int64_t count) const;
  /// Positions of a text of `count` tokens that is to be read.
  std::vector<double> at_test(int64_t count) const;

 private:
  PositionSampler(const PositionKind& kind, rotary::Arguments arguments, int64_t train_length);
  const PositionKind* kind_;
  rotary::Arguments arguments_;
  double train_length_;
  std::string canonical_;
};

}  // namespace yonder::lm
