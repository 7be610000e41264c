// SPDX-License-Identifier: Apache-2.0
#include "yonder/memory/peers/table.h"

#include "yonder/base/options.h"

namespace yonder::memory {

const std::vector<PeerRow>& peers() {
  static const std::vector<PeerRow> rows = {
      {"ema", "averages that fade at rates from 1 sample to the stream's length; least squares",
       make_ema_bank},
      {"ring", "the last samples exactly, and the mean of those before", make_ring_buffer},
      {"pyramid", "means of equal bins, halved in number whenever they fill the bytes; slopes",
       make_decimation_pyramid},
      {"rdft", "a rolling DFT: the lowest harmonics of the stream's length", make_rolling_dft},
  };
  return rows;
}

std::vector<std::string> peer_names() {
  std::vector<std::string> names;
  for (const PeerRow& row : peers()) {
    names.push_back(row.name);
  }
  return names;
}

const PeerRow& peer_row(std::string_view name) {
  check_choice("peers", std::string(name), peer_names());
  size_t row = 0;
  while (peers()[row].name != name) {
    ++row;
  }
  return peers()[row];
}

}  // namespace yonder::memory
