// SPDX-License-Identifier: Apache-2.0
// One lane of rANS with whole numbers of any size and no renormalisation: the definition itself.
#pragma once

#include "yonder/density/internal/rans.h"

#include <cstdint>
#include <span>
#include <vector>

namespace yonder::density::internal {

/// Number of bits of the state that codes the symbols, beginning with 1.
uint64_t rans_bits_reference(const Frequencies& frequencies, std::span<const uint32_t> symbols);

/// The symbols again, from that state.
std::vector<uint32_t> rans_round_trip_reference(const Frequencies& frequencies,
                                                std::span<const uint32_t> symbols);

}  // namespace yonder::density::internal
