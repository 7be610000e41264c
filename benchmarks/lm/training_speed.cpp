// SPDX-License-Identifier: Apache-2.0
// How fast small models train, on one thread: 0.8 M parameters on 128 bytes of context, with plain
// rope and with inverse Leaky, in turns. compare.py runs it and knows the targets.
//   training_speed TEXT FOLDER [--rounds N]
// Each row is a line of JSON: {"dtype", "scheme", "parameters", "tokens_per_second", "best",
// "ratio"}. Tokens per second of CPU time, median and greatest over rounds; ratio is the median
// over rounds of (time of the scheme / time of rope in the same round). A round is a whole run of
// 60 steps, its start and its last checkpoint included.
#include "yonder/lm/trainer.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <vector>

namespace {

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

yonder::lm::TrainOptions options_of(const std::string& text, const std::string& folder,
                                    const std::string& dtype, const std::string& scheme) {
  yonder::lm::TrainOptions options;
  options.data = text;
  options.layers = 4;
  options.hidden = 128;
  options.heads = 4;
  options.intermediate = 344;
  options.context = 128;
  options.batch = 16;
  options.scheme = scheme;
  options.dtype = dtype;
  options.threads = 1;
  options.loop.out = folder;
  options.loop.force = true;
  options.loop.steps = 60;
  options.loop.checkpoint_every = 0;
  return options;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

struct Work {
  std::string scheme;
  int64_t parameters = 0;
  double tokens = 0;
  std::vector<double> seconds = {};
};

void measure(const std::string& text, const std::string& folder, const std::string& dtype,
             int rounds) {
  // The k of inverse Leaky is 1 / (2 s); this one is made for eight times the context.
  std::vector<Work> works = {{"rope"}, {"leaky:w=32,k=1/16"}};
  for (int round = -1; round < rounds; ++round) {
    for (Work& work : works) {
      const double start = cpu_seconds();
      const auto report = yonder::lm::train(options_of(text, folder, dtype, work.scheme));
      if (round >= 0) {
        work.seconds.push_back(cpu_seconds() - start);
      }
      work.parameters = report.parameters;
      work.tokens = static_cast<double>(report.tokens);
    }
  }
  for (const Work& work : works) {
    std::vector<double> ratios;
    for (size_t round = 0; round < work.seconds.size(); ++round) {
      ratios.push_back(work.seconds[round] / works.front().seconds[round]);
    }
    std::printf(R"({"dtype": "%s", "scheme": "%s", "parameters": %lld, "tokens_per_second": %.0f, )"
                R"("best": %.0f, "ratio": %.4f})"
                "\n",
                dtype.c_str(), work.scheme.c_str(), static_cast<long long>(work.parameters),
                work.tokens / median(work.seconds),
                work.tokens / *std::min_element(work.seconds.begin(), work.seconds.end()),
                median(ratios));
  }
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3 && argc != 5) {
    std::fprintf(stderr, "training_speed TEXT FOLDER [--rounds N]\n");
    return 2;
  }
  const int rounds = argc == 5 && std::strcmp(argv[3], "--rounds") == 0 ? std::atoi(argv[4]) : 5;
  for (const char* dtype : {"f32", "bf16"}) {
    measure(argv[1], argv[2], dtype, rounds);
  }
  return 0;
}
