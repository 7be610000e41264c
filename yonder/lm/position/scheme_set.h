// SPDX-License-Identifier: Apache-2.0
// One scheme per layer: the same for all, exceptions for some, or a published layout of layers.
//
//   const auto set = SchemeSet::parse("layers:0-6=window:w=64;else=rerope:w=128", rope, 8);
//   set[7].canonical();   // "rerope:w=128"
//
// Text: a scheme (scheme.h) for all layers; or `layers:A-B=scheme{;C=scheme}[;else=scheme]` (layers
// that are not named have `else`, which is rope unless given); or a layout's term among the terms
// of a scheme, `hwfa2:w=32,f=2,rerope=256+logn:clip`, whose other terms then hold in every layer.
// Source of layouts: kexue.fm 9603, 9731. Test: scheme_set_test.cpp.
#pragma once

#include "yonder/lm/position/scheme.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::lm {

/// The text of a set as one scheme text per layer, not yet parsed. Adds to `notices` what a layout
/// makes doubtful. Throws Error(bad_option) as SchemeSet::parse does.
std::vector<std::string> layer_texts(std::string_view text, const RopeSpec& rope, int64_t layers,
                                     std::vector<std::string>& notices);

class SchemeSet {
 public:
  /// layers: L >= 1. Other arguments and errors as PositionScheme::parse; also Error(bad_option)
  /// for layers that do not exist or are named twice.
  static SchemeSet parse(std::string_view text, const RopeSpec& rope, int64_t layers,
                         int64_t target = 0, bool unsafe = false);
  explicit SchemeSet(PositionScheme all, int64_t layers);
  /// One scheme per layer; at least one. notices: what is to be said of their layout.
  explicit SchemeSet(std::vector<PositionScheme> by_layer, std::vector<std::string> notices = {});
  /// Every layer's scheme for another target.
  SchemeSet with_target(int64_t target) const;
  const PositionScheme& operator[](int64_t layer) const;
  int64_t layers() const;
  /// Layouts are written out by layer, so that the text means the same everywhere.
  std::string canonical() const;
  /// Of all layers and of the layout, each once.
  std::vector<std::string> notices() const;

 private:
  std::vector<std::shared_ptr<const PositionScheme>> by_layer_;
  std::vector<std::string> layout_notices_;
};

}  // namespace yonder::lm
