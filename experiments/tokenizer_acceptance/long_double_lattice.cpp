// SPDX-License-Identifier: Apache-2.0
// log Z of a text taken as one chunk, in long double, the slow and obvious way.
//
//   long_double_lattice MODEL TEXT ALPHA
// Log-sum-exp over all pieces that end at each byte, found by hashing every prefix of what follows;
// shares nothing with the library but the reading of the model. Prints one line of JSON.
#include "yonder/tokenizer/tokenizer.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iterator>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace {

using yonder::tokenizer::Tokenizer;
using yonder::tokenizer::Vocabulary;

/// A sum of exponentials, kept as exp(maximum) * sum.
struct LogSum {
  long double maximum = -std::numeric_limits<long double>::infinity();
  long double sum = 0;

  void add(long double x) {
    if (x > maximum) {
      sum = sum * std::exp(maximum - x) + 1;
      maximum = x;
    } else {
      sum += std::exp(x - maximum);
    }
  }
  long double value() const { return maximum + std::log(sum); }
};

long double log_z(const Vocabulary& vocabulary, std::string_view text, long double alpha) {
  std::unordered_map<std::string_view, long double> weights;
  std::unordered_set<std::string_view> prefixes;
  for (uint32_t id = yonder::tokenizer::kFirstPieceId; id < vocabulary.size(); ++id) {
    const std::string_view piece = vocabulary.piece(id);
    weights[piece] = alpha * static_cast<long double>(vocabulary.log_probability(id));
    for (size_t length = 1; length <= piece.size(); ++length) {
      prefixes.insert(piece.substr(0, length));
    }
  }
  // Position p lives in slot p modulo the window; no piece reaches further.
  std::vector<LogSum> window(vocabulary.max_piece_length() + 1);
  window[0].add(0);
  for (size_t start = 0; start < text.size(); ++start) {
    LogSum& here = window[start % window.size()];
    const long double before = here.value();
    here = LogSum{};  // from now on the slot of a later position
    const size_t longest = std::min<size_t>(vocabulary.max_piece_length(), text.size() - start);
    for (size_t length = 1; length <= longest; ++length) {
      const std::string_view piece = text.substr(start, length);
      if (!prefixes.contains(piece)) {
        break;
      }
      if (const auto found = weights.find(piece); found != weights.end()) {
        window[(start + length) % window.size()].add(before + found->second);
      }
    }
  }
  return window[text.size() % window.size()].value();
}

void run(const std::string& model, const std::string& text_path, long double alpha) {
  const Tokenizer tokenizer = Tokenizer::load(model);
  std::ifstream in(text_path, std::ios::binary);
  if (!in) {
    throw std::runtime_error(text_path + ": cannot be read");
  }
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  std::printf("{\"log_z\": %.20Lg}\n", log_z(tokenizer.vocabulary(), text, alpha));
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc != 4) {
      throw std::runtime_error("usage: long_double_lattice MODEL TEXT ALPHA");
    }
    run(argv[1], argv[2], std::stold(argv[3]));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "long_double_lattice: %s\n", error.what());
    return 1;
  }
  return 0;
}
