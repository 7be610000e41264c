// SPDX-License-Identifier: Apache-2.0
// SentencePiece Unigram through its C++ API, as a worker of compare.py (protocol: worker.h).
//
//   peer_sentencepiece MODEL TEXT
// MODEL is a BytePiece vocabulary written by export_unigram.py, whose ids are the same. Each chunk
// is one call, because SentencePiece has no notion of several lines; the cut is not timed.
#include <sentencepiece_processor.h>

#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "benchmarks/tokenizer/worker.h"

namespace {

using yonder::benchmark::answer_timed;

void require_ok(const sentencepiece::util::Status& status) {
  if (!status.ok()) {
    throw std::runtime_error(status.ToString());
  }
}

void run(const std::string& model, const std::string& text_path) {
  sentencepiece::SentencePieceProcessor processor;
  require_ok(processor.Load(model));
  const std::string text = yonder::benchmark::read_text(text_path);
  const std::vector<std::string_view> chunks = yonder::benchmark::cut_chunks(text);
  std::vector<int> ids;
  std::vector<int> chunk_ids;
  const auto over_chunks = [&](auto&& encode_chunk) {
    answer_timed(ids, [&] {
      for (const std::string_view chunk : chunks) {
        require_ok(encode_chunk(absl::string_view(chunk.data(), chunk.size())));
        ids.insert(ids.end(), chunk_ids.begin(), chunk_ids.end());
      }
    });
  };
  yonder::benchmark::serve([&](const std::string& command, std::istringstream& arguments) {
    int k = -1;  // SentencePiece's word for "the whole lattice"
    float alpha = 0;
    if (command == "encode") {
      over_chunks([&](absl::string_view chunk) { return processor.Encode(chunk, &chunk_ids); });
    } else if (command == "sample" || command == "nbest_sample") {
      if (command == "nbest_sample") {
        arguments >> k;
      }
      arguments >> alpha;
      over_chunks([&](absl::string_view chunk) {
        return processor.SampleEncode(chunk, k, alpha, &chunk_ids);
      });
    } else if (command == "nbest") {
      arguments >> k;
      std::vector<std::vector<int>> lists;
      answer_timed(ids, [&] {
        for (const std::string_view chunk : chunks) {
          require_ok(
              processor.NBestEncode(absl::string_view(chunk.data(), chunk.size()), k, &lists));
          for (const std::vector<int>& list : lists) {
            ids.insert(ids.end(), list.begin(), list.end());
          }
        }
      });
    } else if (command == "dump") {
      std::string path;
      arguments >> path;
      yonder::benchmark::dump_ids<int>(
          chunks, path, [&](std::string_view chunk, std::vector<int>& out) {
            require_ok(processor.Encode(absl::string_view(chunk.data(), chunk.size()), &out));
          });
    } else {
      throw std::runtime_error("unknown command " + command);
    }
  });
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc != 3) {
      throw std::runtime_error("usage: peer_sentencepiece MODEL TEXT");
    }
    run(argv[1], argv[2]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "peer_sentencepiece: %s\n", error.what());
    return 1;
  }
  return 0;
}
