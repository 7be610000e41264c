// SPDX-License-Identifier: Apache-2.0
// Yonder's tokenizer as a worker of compare.py (protocol: worker.h).
//
//   encode_speed MODEL TEXT        serves the commands of worker.h, and these:
//     encode_chunks                the best segmentation of each chunk as a document
//     batch THREADS ALPHA          the text as documents of about 16 KiB of whole lines, over
//                                  threads; a negative ALPHA means the best segmentation
//     lattice ALPHA                log Z, entropy and expected number of tokens of the text
//     check ALPHA                  a draw decodes to the text; whole-text ids equal chunk-wise ids
//   encode_speed --load MODEL auto|off
//                                  loads the model once, with or without the binary cache, and
//                                  prints the time and this process's memory
#include "yonder/tokenizer/tokenizer.h"

#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "benchmarks/tokenizer/worker.h"

namespace {

using yonder::benchmark::answer_timed;
using yonder::tokenizer::EncodedBatch;
using yonder::tokenizer::EncodeOptions;
using yonder::tokenizer::LatticeStats;
using yonder::tokenizer::Scored;
using yonder::tokenizer::Tokenizer;

constexpr size_t kDocumentBytes = size_t{16} << 10;

/// Joins neighbouring chunks into documents of at least kDocumentBytes (the last may be shorter).
std::vector<std::string_view> documents_of(const std::vector<std::string_view>& chunks) {
  std::vector<std::string_view> documents;
  for (size_t i = 0; i < chunks.size();) {
    const char* start = chunks[i].data();
    size_t length = 0;
    while (i < chunks.size() && length < kDocumentBytes) {
      length += chunks[i++].size();
    }
    documents.emplace_back(start, length);
  }
  return documents;
}

/// The ids of `text` with `options`, for the checks.
std::vector<uint32_t> ids_of(const Tokenizer& tokenizer, std::string_view text,
                             const EncodeOptions& options) {
  std::vector<uint32_t> ids;
  tokenizer.encode(text, ids, options);
  return ids;
}

bool check(const Tokenizer& tokenizer, const std::string& text,
           const std::vector<std::string_view>& chunks, double alpha) {
  std::vector<uint32_t> by_chunks;
  for (const std::string_view chunk : chunks) {
    tokenizer.encode(chunk, by_chunks);
  }
  EncodeOptions sampled;
  sampled.sample = true;
  sampled.alpha = alpha;
  return by_chunks == ids_of(tokenizer, text, {}) && tokenizer.decode(by_chunks) == text &&
         tokenizer.decode(ids_of(tokenizer, text, sampled)) == text;
}

void serve_text(const std::string& model, const std::string& text_path) {
  const Tokenizer tokenizer = Tokenizer::load(model);
  const std::string text = yonder::benchmark::read_text(text_path);
  const std::vector<std::string_view> chunks = yonder::benchmark::cut_chunks(text);
  const std::vector<std::string_view> documents = documents_of(chunks);
  std::vector<uint32_t> ids;
  uint64_t draw = 0;  // each run draws anew
  yonder::benchmark::serve([&](const std::string& command, std::istringstream& arguments) {
    size_t k = 0;
    double alpha = 0;
    EncodeOptions options;
    if (command == "encode") {
      answer_timed(ids, [&] { tokenizer.encode(text, ids, options); });
    } else if (command == "encode_chunks") {
      answer_timed(ids, [&] { ids = tokenizer.encode_batch(chunks, 1, options).ids; });
    } else if (command == "sample" || command == "nbest_sample") {
      if (command == "nbest_sample") {
        arguments >> k;
        options.sampler = "nbest:" + std::to_string(k);
      }
      arguments >> options.alpha;
      options.sample = true;
      options.seed = ++draw;
      answer_timed(ids, [&] { tokenizer.encode(text, ids, options); });
    } else if (command == "nbest") {
      arguments >> k;
      answer_timed(ids, [&] {
        for (const std::string_view chunk : chunks) {
          for (const Scored& one : tokenizer.nbest(chunk, k)) {
            ids.insert(ids.end(), one.ids.begin(), one.ids.end());
          }
        }
      });
    } else if (command == "dump") {
      std::string path;
      arguments >> path;
      yonder::benchmark::dump_ids<uint32_t>(
          chunks, path, [&](std::string_view chunk, std::vector<uint32_t>& out) {
            tokenizer.encode(chunk, out);
          });
    } else if (command == "batch") {
      int threads = 1;
      arguments >> threads >> alpha;
      options.sample = alpha >= 0;
      options.alpha = options.sample ? alpha : options.alpha;
      options.seed = ++draw;
      answer_timed(ids, [&] {
        EncodedBatch batch = tokenizer.encode_batch(documents, threads, options);
        ids.swap(batch.ids);
      });
    } else if (command == "lattice") {
      arguments >> alpha;
      const double start = yonder::benchmark::cpu_seconds();
      const LatticeStats stats = tokenizer.lattice(text, alpha);
      std::printf(
          "{\"log_z\": %.17g, \"entropy\": %.17g, \"expected_tokens\": %.17g, \"cpu\": %.6f}\n",
          stats.log_z, stats.entropy, stats.expected_tokens,
          yonder::benchmark::cpu_seconds() - start);
    } else if (command == "check") {
      arguments >> alpha;
      std::printf("{\"ok\": %s}\n", check(tokenizer, text, chunks, alpha) ? "true" : "false");
    } else {
      throw std::runtime_error("unknown command " + command);
    }
  });
}

void time_load(const std::string& model, const std::string& cache) {
  yonder::tokenizer::LoadOptions options;
  options.cache = cache;
  const double wall = yonder::benchmark::wall_seconds();
  const double cpu = yonder::benchmark::cpu_seconds();
  const Tokenizer tokenizer = Tokenizer::load(model, options);
  std::vector<uint32_t> ids;
  tokenizer.encode("a", ids);  // ready means: the first id is out
  std::printf("{\"cpu\": %.6f, \"wall\": %.6f, \"peak_kb\": %llu, \"vocabulary\": %u}\n",
              yonder::benchmark::cpu_seconds() - cpu, yonder::benchmark::wall_seconds() - wall,
              static_cast<unsigned long long>(yonder::benchmark::peak_memory_kb()),
              tokenizer.vocab_size());
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    if (arguments.size() == 3 && arguments[0] == "--load") {
      time_load(arguments[1], arguments[2]);
    } else if (arguments.size() == 2) {
      serve_text(arguments[0], arguments[1]);
    } else {
      throw std::runtime_error("usage: encode_speed MODEL TEXT | --load MODEL auto|off");
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "encode_speed: %s\n", error.what());
    return 1;
  }
  return 0;
}
