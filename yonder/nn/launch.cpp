// SPDX-License-Identifier: Apache-2.0
#include "yonder/nn/launch.h"

#include "yonder/base/error.h"
#include "yonder/base/file.h"
#include "yonder/nn/process_place.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <optional>
#include <string_view>
#include <thread>

namespace yonder::nn {
namespace {

constexpr int kCancelled = 130;  // the exit status of a program that saved on Ctrl-C
constexpr std::chrono::milliseconds kLook{20};

/// A port of this machine's own address that nobody has at the moment.
int64_t free_port() {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  const bool found = descriptor >= 0 && ::bind(descriptor, generic, size) == 0 &&
                     ::getsockname(descriptor, generic, &size) == 0;
  const int reason = errno;
  if (descriptor >= 0) {
    ::close(descriptor);
  }
  if (!found) {
    fail_errno("127.0.0.1", "cannot find a free port for the processes to meet", reason);
  }
  return ntohs(address.sin_port);
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) {
    pointers.push_back(text.data());
  }
  pointers.push_back(nullptr);
  return pointers;
}

struct Child {
  pid_t pid = 0;
  std::optional<int> status;  // of waitpid; none: running
};

/// Starts one process in a group of its own: Ctrl-C reaches this program, which passes it on once.
Child start(std::vector<std::string> command, const ProcessPlace& place) {
  std::vector<std::string> environment = environment_of(place);
  for (char** variable = environ; *variable != nullptr; ++variable) {
    environment.emplace_back(*variable);
  }
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  Child child;
  const int reason = ::posix_spawn(&child.pid, command[0].c_str(), nullptr, &attributes,
                                   pointers_to(command).data(), pointers_to(environment).data());
  ::posix_spawnattr_destroy(&attributes);
  if (reason != 0) {
    fail_errno(command[0], "cannot be started", reason);
  }
  return child;
}

class Group {
 public:
  ~Group() {
    signal_all(SIGKILL);
    for (Child& child : children_) {
      if (!child.status) {
        int status = 0;
        ::waitpid(child.pid, &status, 0);
      }
    }
  }
  Group() = default;
  Group(const Group&) = delete;
  Group& operator=(const Group&) = delete;

  void add(Child child) { children_.push_back(child); }

  void signal_all(int number) {
    for (const Child& child : children_) {
      if (!child.status) {
        ::kill(child.pid, number);
      }
    }
  }

  /// Looks who has ended; true while somebody runs.
  bool look() {
    bool running = false;
    for (size_t rank = 0; rank < children_.size(); ++rank) {
      Child& child = children_[rank];
      int status = 0;
      if (!child.status && ::waitpid(child.pid, &status, WNOHANG) == child.pid) {
        child.status = status;
        if (status != 0 && !failed_) {
          failed_ = rank;
        }
      }
      running = running || !child.status;
    }
    return running;
  }

  bool has_failed() const { return failed_.has_value(); }

  /// Throws for the first process that failed.
  void report() const {
    if (!failed_) {
      return;
    }
    const int status = *children_[*failed_].status;
    if (WIFEXITED(status) && WEXITSTATUS(status) == kCancelled) {
      fail(ErrorKind::cancelled, "stopped; the same command with --resume goes on");
    }
    fail(ErrorKind::file, "process {} of {} {}, and the run with it; --resume goes on", *failed_,
         children_.size(),
         WIFEXITED(status) ? fmt::format("ended with exit status {}", WEXITSTATUS(status))
                           : fmt::format("was killed by signal {}", WTERMSIG(status)));
  }

 private:
  std::vector<Child> children_;
  std::optional<size_t> failed_;  // the first that was seen to fail
};

}  // namespace

std::vector<std::string> own_command_line() {
  std::vector<std::string> words;
  const std::string all = read_file("/proc/self/cmdline");
  for (size_t begin = 0; begin < all.size();) {
    const size_t end = std::min(all.find('\0', begin), all.size());
    words.push_back(all.substr(begin, end - begin));
    begin = end + 1;
  }
  words[0] = std::filesystem::read_symlink("/proc/self/exe").string();
  return words;
}

void launch_processes(const std::vector<std::string>& command, int64_t count, double grace,
                      Progress* progress) {
  const ProgressRef sink(progress);
  const int64_t port = free_port();
  Group group;
  for (int64_t rank = 0; rank < count; ++rank) {
    group.add(start(command, {rank, count, "127.0.0.1", port}));
  }
  using Clock = std::chrono::steady_clock;
  std::optional<Clock::time_point> failed_at;
  bool interrupted = false;
  while (group.look()) {
    if (sink.cancelled() && !interrupted) {
      group.signal_all(SIGINT);
      interrupted = true;
    }
    if (group.has_failed() && !failed_at) {
      failed_at = Clock::now();
    }
    if (failed_at && std::chrono::duration<double>(Clock::now() - *failed_at).count() > grace) {
      break;  // the group kills who is left
    }
    std::this_thread::sleep_for(kLook);
  }
  group.report();
}

}  // namespace yonder::nn
