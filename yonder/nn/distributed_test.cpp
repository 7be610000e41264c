// SPDX-License-Identifier: Apache-2.0
#include "yonder/nn/distributed.h"

#include "tests/error_text.h"
#include "tests/in_processes.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>

namespace yonder::nn {
namespace {

using testing::Each;
using testing::HasSubstr;

TEST(Processes, OneAloneNeedsNobody) {
  Processes processes({}, at::kCPU, 1);
  const at::Tensor t = at::ones({3});
  processes.sum(t);
  processes.broadcast(t);
  EXPECT_TRUE(at::equal(t, at::ones({3})));
}

TEST(Processes, SumOverAll) {
  EXPECT_THAT(in_processes(3,
                           [](const ProcessPlace& place) {
                             Processes processes(place, at::kCPU, 30);
                             const auto rank = static_cast<double>(place.rank);
                             const at::Tensor wide = at::full({2}, rank, at::kDouble);
                             const at::Tensor t = at::full({1000}, rank + 0.5);
                             processes.sum(wide);
                             processes.sum(t);
                             require(at::equal(wide, at::full({2}, 3.0, at::kDouble)) &&
                                         at::equal(t, at::full({1000}, 4.5)),
                                     ErrorKind::numerical, "wrong sum");
                           }),
              Each(0));
}

TEST(Processes, BroadcastFromTheFirst) {
  EXPECT_THAT(in_processes(
                  2,
                  [](const ProcessPlace& place) {
                    Processes processes(place, at::kCPU, 30);
                    const at::Tensor t = at::full({4}, static_cast<double>(place.rank) + 7);
                    processes.broadcast(t);
                    require(at::equal(t, at::full({4}, 7.0)), ErrorKind::numerical, "wrong tensor");
                  }),
              Each(0));
}

TEST(Processes, TellOfOneThatWasKilled) {
  const auto start = std::chrono::steady_clock::now();
  const std::vector<int> statuses = in_processes(2, [](const ProcessPlace& place) {
    Processes processes(place, at::kCPU, 20);
    const at::Tensor t = at::ones({10});
    processes.sum(t);
    if (place.rank == 1) {
      ::kill(::getpid(), SIGKILL);
    }
    const std::string text = error_text(ErrorKind::file, [&] { processes.sum(t); });
    require(text.find("process 0 of 2 lost another one") == 0, ErrorKind::internal, "{}", text);
    fail(ErrorKind::file, "{}", text);
  });
  EXPECT_TRUE(WIFEXITED(statuses[0]));
  EXPECT_EQ(WEXITSTATUS(statuses[0]), status_of(ErrorKind::file));
  EXPECT_TRUE(WIFSIGNALED(statuses[1]));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
}

TEST(Processes, DoNotWaitForEverForASilentOne) {
  const auto start = std::chrono::steady_clock::now();
  const std::vector<int> statuses = in_processes(2, [](const ProcessPlace& place) {
    Processes processes(place, at::kCPU, 2);
    if (place.rank == 1) {
      ::sleep(4);
      return;
    }
    processes.sum(at::ones({10}));
  });
  EXPECT_EQ(WEXITSTATUS(statuses[0]), status_of(ErrorKind::file));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
}

TEST(Processes, SayThatNobodyCame) {
  const std::vector<int> statuses = in_processes(1, [](const ProcessPlace& place) {
    const ProcessPlace second = {1, 2, place.address, place.port};  // nobody is the first
    const std::string text =
        error_text(ErrorKind::file, [&] { const Processes processes(second, at::kCPU, 1); });
    require(text.find("process 1 of 2 did not meet the others at 127.0.0.1:") == 0,
            ErrorKind::internal, "{}", text);
  });
  EXPECT_EQ(statuses[0], 0);
}

}  // namespace
}  // namespace yonder::nn
