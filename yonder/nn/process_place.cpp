// SPDX-License-Identifier: Apache-2.0
#include "yonder/nn/process_place.h"

#include "yonder/base/error.h"
#include "yonder/base/options.h"

#include <cstdlib>
#include <limits>

namespace yonder::nn {
namespace {

constexpr const char* kRank = "RANK";
constexpr const char* kSize = "WORLD_SIZE";
constexpr const char* kAddress = "MASTER_ADDR";
constexpr const char* kPort = "MASTER_PORT";

void take_number(const char* name, int64_t& value, int64_t low, int64_t high) {
  const char* text = std::getenv(name);
  if (text == nullptr) {
    return;
  }
  const auto number = parse_count(text, 1000);
  require(number && *number >= low && *number <= high, ErrorKind::bad_option,
          "the environment's {} is \"{}\"; it must be a number from {} to {}", name, text, low,
          high);
  value = *number;
}

}  // namespace

ProcessPlace process_place_from_environment() {
  ProcessPlace place;
  const bool has_rank = std::getenv(kRank) != nullptr;
  const bool has_size = std::getenv(kSize) != nullptr;
  require(has_rank == has_size, ErrorKind::bad_option,
          "the environment has {} and not {}; set both (torchrun does) or neither",
          has_rank ? kRank : kSize, has_rank ? kSize : kRank);
  take_number(kSize, place.size, 1, std::numeric_limits<int32_t>::max());
  take_number(kRank, place.rank, 0, place.size - 1);
  take_number(kPort, place.port, 1, 65535);
  if (const char* address = std::getenv(kAddress); address != nullptr) {
    place.address = address;
  }
  return place;
}

std::vector<std::string> environment_of(const ProcessPlace& place) {
  return {std::string(kRank) + "=" + std::to_string(place.rank),
          std::string(kSize) + "=" + std::to_string(place.size),
          std::string(kAddress) + "=" + place.address,
          std::string(kPort) + "=" + std::to_string(place.port)};
}

}  // namespace yonder::nn
