// SPDX-License-Identifier: Apache-2.0
// Trains one vocabulary with Yonder and prints what it cost; compare.py runs it as a child.
//
//   train_speed COMPAT THREADS MEMORY VOCAB_SIZE OUT INPUT...
// COMPAT is none or bytepiece; MEMORY is in bytes; prints one line of JSON. The settings not named
// are the defaults of TrainOptions: order 6, min_count 2, pieces up to 36 bytes.
#include "yonder/tokenizer/bnlm/trainer.h"

#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

#include "benchmarks/tokenizer/worker.h"

namespace {

void run(const std::vector<std::string>& arguments) {
  if (arguments.size() < 6) {
    throw std::runtime_error("usage: train_speed COMPAT THREADS MEMORY VOCAB_SIZE OUT INPUT...");
  }
  yonder::tokenizer::TrainOptions options;
  options.compat = arguments[0];
  options.threads = std::stoll(arguments[1]);
  options.memory = std::stoll(arguments[2]);
  options.vocab_size = {std::stoll(arguments[3])};
  options.out = arguments[4];
  options.input.assign(arguments.begin() + 5, arguments.end());
  options.force = true;
  const double wall = yonder::benchmark::wall_seconds();
  const double cpu = yonder::benchmark::cpu_seconds();
  const yonder::tokenizer::TrainReport report = yonder::tokenizer::train(options, nullptr);
  std::printf(
      "{\"cpu\": %.6f, \"wall\": %.6f, \"peak_kb\": %llu, \"text_bytes\": %llu, "
      "\"count\": %.6f, \"tag\": %.6f, \"prune\": %.6f, \"pieces\": %zu}\n",
      yonder::benchmark::cpu_seconds() - cpu, yonder::benchmark::wall_seconds() - wall,
      static_cast<unsigned long long>(yonder::benchmark::peak_memory_kb()),
      static_cast<unsigned long long>(report.text_bytes), report.count_seconds, report.tag_seconds,
      report.prune_seconds, report.vocabularies.at(0).pieces.size());
}

}  // namespace

int main(int argc, char** argv) {
  try {
    run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "train_speed: %s\n", error.what());
    return 1;
  }
  return 0;
}
