// SPDX-License-Identifier: Apache-2.0
// What people keep of a stream today, each in a given number of bytes: one row per summary, to
// stand beside exact LegS in an equal-bytes contest (contest.h).
//
//   const auto ring = peer_row("ring").make({.bytes = 1024, .samples = 100000});
//   ring->push(samples);
//   std::vector<double> past = ring->reconstruct();   // all of it, as well as it can
//
// Each is an honest best effort: what is not kept is filled with what is known (a mean, the least
// squares over the bank, limited slopes), and those that need the stream's length in advance
// (ema, rdft) are told it, which LegS is not. The number of samples so far is free for everybody.
// A new peer is a file and a row of table.cpp. Tests: peers_test.cpp.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::memory {

/// A summary of one channel of regular samples.
class Peer {
 public:
  virtual ~Peer() = default;
  virtual void push(std::span<const float> samples) = 0;
  /// What it keeps between two samples, in bytes; at most the budget.
  virtual int64_t bytes() const = 0;
  /// One value for each sample so far, oldest first.
  virtual std::vector<double> reconstruct() const = 0;
};

struct PeerBudget {
  int64_t bytes = 1024;  ///< 64 or more
  int64_t samples = 0;   ///< length of the whole stream, for those who need it; 1 or more
};

struct PeerRow {
  std::string name;
  std::string help;  ///< what is kept, and how the past is rebuilt from it; one line
  std::unique_ptr<Peer> (*make)(const PeerBudget& budget);
};

const std::vector<PeerRow>& peers();
/// Throws Error(bad_option) naming the nearest for an unknown name.
const PeerRow& peer_row(std::string_view name);
std::vector<std::string> peer_names();

/// Rows of the table, each in its own file.
std::unique_ptr<Peer> make_ema_bank(const PeerBudget& budget);
std::unique_ptr<Peer> make_ring_buffer(const PeerBudget& budget);
std::unique_ptr<Peer> make_decimation_pyramid(const PeerBudget& budget);
std::unique_ptr<Peer> make_rolling_dft(const PeerBudget& budget);

}  // namespace yonder::memory
