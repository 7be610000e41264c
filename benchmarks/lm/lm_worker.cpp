// SPDX-License-Identifier: Apache-2.0
// Our side of compare.py: reads jobs from standard input, one a line, and answers each with its
// seconds and what came out, so that a peer can do the same work in between.
//   prefill T SCHEME          reads T tokens          -> seconds, argmax of the last logits
//   decode T n SCHEME         after T tokens n greedy ones -> seconds of the n, their ids
#include "yonder/lm/model.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

namespace {

using yonder::lm::Logits;
using yonder::lm::Model;
using yonder::lm::Session;

/// The same tokens as compare.py's peers read.
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

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
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
    Session session(model, model.scheme(scheme, length + count));
    const std::vector<uint32_t> ids = tokens(length, model.config().vocab_size);
    auto start = std::chrono::steady_clock::now();
    uint32_t next = best(session.feed(ids));
    if (job == "prefill") {
      std::cout << seconds_since(start) << " " << next << "\n" << std::flush;
      continue;
    }
    std::string written;
    start = std::chrono::steady_clock::now();
    for (int64_t i = 0; i < count; ++i) {
      written += " " + std::to_string(next);
      next = best(session.feed({&next, 1}));
    }
    std::cout << seconds_since(start) << written << "\n" << std::flush;
  }
  return 0;
}
