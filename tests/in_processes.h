// SPDX-License-Identifier: Apache-2.0
// For tests of several processes: runs a body in child processes that know their places.
//
//   const std::vector<int> status = in_processes(2, [](const nn::ProcessPlace& place) { ... });
//
// A child that returns ends with status 0, one whose body throws Error with the kind's number + 10.
#pragma once

#include "yonder/base/error.h"
#include "yonder/nn/process_place.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <vector>

namespace yonder {

/// A port of 127.0.0.1 that nobody has at the moment.
inline int64_t some_free_port() {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  EXPECT_EQ(::bind(descriptor, generic, size), 0);
  EXPECT_EQ(::getsockname(descriptor, generic, &size), 0);
  ::close(descriptor);
  return ntohs(address.sin_port);
}

constexpr int status_of(ErrorKind kind) { return 10 + static_cast<int>(kind); }

/// Statuses of waitpid, by rank.
template <typename Body>
std::vector<int> in_processes(int64_t count, const Body& body) {
  const int64_t port = some_free_port();
  std::vector<pid_t> children;
  for (int64_t rank = 0; rank < count; ++rank) {
    const pid_t child = ::fork();
    if (child == 0) {
      try {
        body(nn::ProcessPlace{rank, count, "127.0.0.1", port});
      } catch (const Error& error) {
        std::fprintf(stderr, "process %d: %s\n", static_cast<int>(rank), error.what());
        ::_exit(status_of(error.kind));
      }
      ::_exit(0);
    }
    children.push_back(child);
  }
  std::vector<int> statuses;
  for (const pid_t child : children) {
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    statuses.push_back(status);
  }
  return statuses;
}

}  // namespace yonder
