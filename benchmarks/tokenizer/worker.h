// SPDX-License-Identifier: Apache-2.0
// What the two C++ workers of the comparison share: the text, the clock, the answer.
//
// A worker loads one model and one text, says {"ready": true}, then answers each line of standard
// input with one line of JSON. compare.py drives several workers on one core in turn, so that every
// ratio comes from runs a moment apart. peer_python.py speaks the same protocol.
//   encode                ids of the whole text, the best segmentation
//   sample ALPHA          ids of the whole text, one exact draw per chunk
//   nbest_sample K ALPHA  the same, drawn among the K best of each chunk
//   nbest K               the K best segmentations of each chunk, listed
//   dump PATH             writes the ids of `encode`, one chunk per line
#pragma once

#include <zlib.h>

#include <cstdint>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <iostream>
#include <iterator>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::benchmark {

/// CPU seconds of this process, all threads together.
inline double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// Seconds of a clock that only goes forward.
inline double wall_seconds() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

inline std::string read_text(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    throw std::runtime_error(path + ": cannot be read");
  }
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// Cuts after each maximal run of newlines, as BytePiece does; the chunks point into `text`.
inline std::vector<std::string_view> cut_chunks(std::string_view text) {
  std::vector<std::string_view> chunks;
  size_t start = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n' && (i + 1 == text.size() || text[i + 1] != '\n')) {
      chunks.push_back(text.substr(start, i + 1 - start));
      start = i + 1;
    }
  }
  if (start < text.size()) {
    chunks.push_back(text.substr(start));
  }
  return chunks;
}

/// CRC-32 of the ids as little-endian uint32.
template <typename Id>
uint32_t ids_crc32(std::span<const Id> ids) {
  static_assert(sizeof(Id) == 4);
  return static_cast<uint32_t>(
      crc32_z(0, reinterpret_cast<const Bytef*>(ids.data()), ids.size_bytes()));
}

/// Peak resident memory of this process, kB.
inline uint64_t peak_memory_kb() {
  std::ifstream status("/proc/self/status");
  std::string word;
  uint64_t kilobytes = 0;
  while (status >> word) {
    if (word == "VmHWM:") {
      status >> kilobytes;
    }
  }
  return kilobytes;
}

/// A run repeats its work for at least this long, so that fast programs are timed warm, too.
inline constexpr double kRunSeconds = 0.2;

/// Runs `work`, which appends its ids to `ids`, until kRunSeconds of CPU time have passed, and
/// prints the mean times, the tokens and their CRC-32.
template <typename Id, typename Work>
void answer_timed(std::vector<Id>& ids, Work&& work) {
  const double wall = wall_seconds();
  const double cpu = cpu_seconds();
  int repeats = 0;
  while (repeats == 0 || cpu_seconds() - cpu < kRunSeconds) {
    ids.clear();  // keeps its capacity: the vector is preallocated after the first run
    work();
    ++repeats;
  }
  const double cpu_used = (cpu_seconds() - cpu) / repeats;
  const double wall_used = (wall_seconds() - wall) / repeats;
  std::printf("{\"cpu\": %.6f, \"wall\": %.6f, \"tokens\": %zu, \"crc\": %u}\n", cpu_used,
              wall_used, ids.size(), ids_crc32(std::span<const Id>(ids)));
}

/// Writes the ids of each chunk as one line of decimal numbers; encode_chunk(chunk, ids) appends.
template <typename Id, typename EncodeChunk>
void dump_ids(const std::vector<std::string_view>& chunks, const std::string& path,
              EncodeChunk&& encode_chunk) {
  std::ofstream out(path, std::ios::binary);
  std::vector<Id> ids;
  for (const std::string_view chunk : chunks) {
    ids.clear();
    encode_chunk(chunk, ids);
    const char* separator = "";
    for (const Id id : ids) {
      out << separator << id;
      separator = " ";
    }
    out << '\n';
  }
  out.close();
  if (!out) {
    throw std::runtime_error(path + ": cannot be written");
  }
  std::printf("{\"chunks\": %zu}\n", chunks.size());
}

/// Reads commands until standard input ends; handle(name, arguments) prints one line for each.
template <typename Handle>
void serve(Handle&& handle) {
  std::printf("{\"ready\": true}\n");
  std::fflush(stdout);
  std::string line;
  while (std::getline(std::cin, line)) {
    std::istringstream arguments(line);
    std::string name;
    arguments >> name;
    handle(name, arguments);
    std::fflush(stdout);
  }
}

}  // namespace yonder::benchmark
