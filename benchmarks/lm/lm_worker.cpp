// SPDX-License-Identifier: Apache-2.0
// Our side of compare.py: reads jobs from standard input, one a line, and answers each with one
// line, so that a peer can do the same work in between. peer_transformers.py answers the same jobs,
// without schemes.
//   logits T SCHEME    reads T tokens -> the logits after them
//   prefill T SCHEME   reads T tokens -> wall seconds, CPU seconds
//   decode T n SCHEME  after T tokens n greedy ones -> wall and CPU seconds of the n, their ids
//   memory T SCHEME    reads T tokens -> most bytes ever resident, bytes of the cache
// CPU seconds are of all threads together.
#include "yonder/lm/model.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

namespace {

using yonder::lm::Logits;
using yonder::lm::Model;
using yonder::lm::Session;

/// The tokens that compare.py's peers read too.
std::vector<uint32_t> tokens(int64_t count, int64_t vocab) {
  std::vector<uint32_t> ids;
  uint64_t state = 1;
  for (int64_t i = 0; i < count; ++i) {
    state = 16807 * state % 2147483647;
    ids.push_back(static_cast<uint32_t>(state % static_cast<uint64_t>(vocab)));
  }
  return ids;
}

uint32_t best(const Logits& logits) {
  const std::span<const float> row = logits.row(logits.rows - 1);
  return static_cast<uint32_t>(std::max_element(row.begin(), row.end()) - row.begin());
}

class Stopwatch {
 public:
  /// Wall and CPU seconds since it was made.
  std::string read() const {
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - wall_;
    return std::to_string(wall.count()) + " " + std::to_string(cpu_seconds() - cpu_);
  }

 private:
  static double cpu_seconds() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
  }
  std::chrono::steady_clock::time_point wall_ = std::chrono::steady_clock::now();
  double cpu_ = cpu_seconds();
};

/// VmHWM of this process.
uint64_t most_resident_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    if (word == "VmHWM:") {
      uint64_t kilobytes = 0;
      status >> kilobytes;
      return kilobytes * 1024;
    }
  }
  return 0;
}

std::string answer(const Model& model, const std::string& line) {
  std::istringstream words(line);
  std::string job;
  std::string scheme;
  int64_t length = 0;
  int64_t count = 0;
  words >> job >> length;
  if (job == "decode") {
    words >> count;
  }
  words >> scheme;
  const std::vector<uint32_t> ids = tokens(length, model.config().vocab_size);
  Session session(model, model.scheme(scheme, length + count));
  const Stopwatch prefill;
  const Logits logits = session.feed(ids);
  if (job == "prefill") {
    return prefill.read();
  }
  std::ostringstream text;
  if (job == "logits") {
    text.precision(9);
    for (const float value : logits.row(0)) {
      text << value << " ";
    }
  } else if (job == "memory") {
    text << most_resident_bytes() << " " << session.cache_bytes();
  } else {
    uint32_t next = best(logits);
    std::ostringstream written;
    const Stopwatch decode;
    for (int64_t i = 0; i < count; ++i) {
      written << " " << next;
      next = best(session.feed({&next, 1}));
    }
    text << decode.read() << written.str();
  }
  return text.str();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "lm_worker MODEL DTYPE THREADS\n";
    return 2;
  }
  yonder::lm::LoadOptions options;
  options.dtype = argv[2];
  options.threads = std::atoll(argv[3]);
  const Model model = Model::load(argv[1], options);
  std::cout << "ready\n" << std::flush;
  for (std::string line; std::getline(std::cin, line);) {
    std::cout << answer(model, line) << "\n" << std::flush;
  }
  return 0;
}
