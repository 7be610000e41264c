// SPDX-License-Identifier: Apache-2.0
// What Linux says in /proc and in the control groups (version 1 and 2), each figure with the plain
// system call as what to fall back on.
#include "yonder/base/cpu.h"

#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <optional>
#include <string_view>
#include <vector>

namespace yonder {

namespace {

// The first line of a file of the system, empty if there is none.
std::string first_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

std::optional<uint64_t> to_number(std::string_view text) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end == text.data()) {
    return std::nullopt;
  }
  return value;
}

// The value of "key: value" in a file such as /proc/cpuinfo.
std::string field_of(const std::string& path, std::string_view key) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line.compare(0, key.size(), key) == 0) {
      const size_t colon = line.find(':');
      const size_t first =
          colon == std::string::npos ? std::string::npos : line.find_first_not_of(" \t", colon + 1);
      return first == std::string::npos ? std::string() : line.substr(first);
    }
  }
  return {};
}

// The folders of this process's control group and its parents, for a version-1 controller and for
// version 2. Inside a container the group is often mounted as the root, so the root is always one.
std::vector<std::string> group_folders(std::string_view controller) {
  std::vector<std::string> folders;
  const auto add = [&](const std::string& root, std::string group) {
    while (group.size() > 1) {
      folders.push_back(root + group);
      group.resize(group.rfind('/'));
    }
    folders.push_back(root);
  };
  std::ifstream file("/proc/self/cgroup");
  for (std::string line; std::getline(file, line);) {
    const size_t first = line.find(':');
    const size_t second = line.find(':', first == std::string::npos ? first : first + 1);
    if (second == std::string::npos) {
      continue;
    }
    const std::string names = "," + line.substr(first + 1, second - first - 1) + ",";
    const std::string group = line.substr(second + 1);
    if (names == ",,") {
      add("/sys/fs/cgroup", group);
    } else if (names.find("," + std::string(controller) + ",") != std::string::npos) {
      add("/sys/fs/cgroup/" + std::string(controller), group);
    }
  }
  return folders;
}

}  // namespace

int available_cores() {
  int cores = static_cast<int>(std::max(1L, ::sysconf(_SC_NPROCESSORS_ONLN)));
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof(set), &set) == 0) {
    cores = std::min(cores, std::max(1, CPU_COUNT(&set)));
  }
  for (const std::string& folder : group_folders("cpu")) {
    // Version 2: "<quota or max> <period>"; version 1: two files, quota -1 = none.
    std::string line = first_line(folder + "/cpu.max");
    if (line.empty()) {
      line = first_line(folder + "/cpu.cfs_quota_us") + " " +
             first_line(folder + "/cpu.cfs_period_us");
    }
    const size_t space = line.find(' ');
    const auto quota = to_number(std::string_view(line).substr(0, space));
    const auto period = to_number(
        std::string_view(line).substr(space == std::string::npos ? line.size() : space + 1));
    if (quota && period && *period > 0) {
      const uint64_t whole = std::max<uint64_t>(1, (*quota + *period - 1) / *period);
      cores = static_cast<int>(std::min<uint64_t>(static_cast<uint64_t>(cores), whole));
    }
  }
  return cores;
}

uint64_t available_memory() {
  const long pages = ::sysconf(_SC_PHYS_PAGES);
  const long page = ::sysconf(_SC_PAGE_SIZE);
  uint64_t memory =
      static_cast<uint64_t>(std::max(1L, pages)) * static_cast<uint64_t>(std::max(1L, page));
  for (const std::string& folder : group_folders("memory")) {
    for (const char* name : {"/memory.max", "/memory.limit_in_bytes"}) {
      if (const auto limit = to_number(first_line(folder + name)); limit && *limit > 0) {
        memory = std::min(memory, *limit);
      }
    }
  }
  return memory;
}

uint64_t free_memory() {
  const uint64_t limit = available_memory();
  // "RssAnon: 1234 kB": pages of its own, mapped files not counted.
  const uint64_t taken = to_number(field_of("/proc/self/status", "RssAnon")).value_or(0) * 1024;
  const uint64_t left = limit > taken ? limit - taken : 0;
  const auto available = to_number(field_of("/proc/meminfo", "MemAvailable"));
  return available ? std::min(left, *available * 1024) : left;
}

uint64_t peak_memory() {
  // VmHWM counts from the start of this program; getrusage() also what ran before exec.
  if (const auto kibibytes = to_number(field_of("/proc/self/status", "VmHWM"))) {
    return *kibibytes * 1024;
  }
  struct rusage usage {};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<uint64_t>(usage.ru_maxrss) * 1024;
}

std::string cpu_name() {
  const std::string name = field_of("/proc/cpuinfo", "model name");
  return name.empty() ? "unknown" : name;
}

std::string instruction_sets() {
  std::string sets;
  const auto add = [&](bool present, const char* name) {
    if (present) {
      sets += sets.empty() ? name : std::string(" ") + name;
    }
  };
#if defined(__x86_64__)
  __builtin_cpu_init();
  add(__builtin_cpu_supports("sse4.2") != 0, "sse4.2");
  add(__builtin_cpu_supports("avx2") != 0, "avx2");
  add(__builtin_cpu_supports("bmi2") != 0, "bmi2");
  add(__builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0, "avx512");
  add(__builtin_cpu_supports("avx512bf16") != 0, "avx512_bf16");
#elif defined(__aarch64__)
  add(true, "neon");  // part of the base architecture
#else
  add(false, "");
#endif
  return sets;
}

}  // namespace yonder
