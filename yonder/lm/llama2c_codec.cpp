// SPDX-License-Identifier: Apache-2.0
// tokenizer.bin of llama2.c: int32 longest piece, then for each id float32 score, int32 length,
// bytes. Encoding is run.c's: a space in front, one id for each character (or for each of its
// bytes, id 3 + byte, where no piece is that character), then again and again the neighbours whose
// joined piece has the highest score, the leftmost of equals. run.c scans all pairs for every
// merge; here a heap keeps them, which finds the same pair. Test: text_codec_test.cpp.
#include "yonder/base/error.h"
#include "yonder/base/file.h"
#include "yonder/lm/text_codec.h"

#include <charconv>
#include <cmath>
#include <cstring>
#include <queue>
#include <tuple>
#include <unordered_map>

namespace yonder::lm {
namespace {

constexpr uint32_t kBos = 1;
constexpr uint32_t kEos = 2;
constexpr uint32_t kFirstByte = 3;
constexpr uint32_t kByteEnd = kFirstByte + 256;
constexpr float kLowestScore = -1e10F;  // run.c joins only above this

class Llama2cCodec final : public TextCodec {
 public:
  Llama2cCodec(std::string_view bytes, const std::string& name, int64_t vocab_size) {
    size_t at = 4;
    const auto need = [&](size_t count, const char* what) {
      require(at + count <= bytes.size(), ErrorKind::bad_data,
              "{}: the file ends at byte {}, inside {} of token {} of {}; a tokenizer of another "
              "model?",
              name, bytes.size(), what, pieces_.size(), vocab_size);
    };
    require(bytes.size() >= 4, ErrorKind::bad_data,
            "{}: {} bytes; a llama2.c tokenizer begins with the length of its longest piece", name,
            bytes.size());
    while (static_cast<int64_t>(pieces_.size()) < vocab_size) {
      need(8, "score and length");
      float score = 0;
      int32_t length = 0;
      std::memcpy(&score, bytes.data() + at, 4);
      std::memcpy(&length, bytes.data() + at + 4, 4);
      at += 8;
      require(std::isfinite(score), ErrorKind::bad_data, "{}: the score of token {} is not finite",
              name, pieces_.size());
      require(length >= 0, ErrorKind::bad_data, "{}: the length of token {} is {}", name,
              pieces_.size(), length);
      need(static_cast<size_t>(length), "the bytes");
      pieces_.push_back({std::string(bytes.substr(at, static_cast<size_t>(length))), score});
      at += static_cast<size_t>(length);
    }
    require(at == bytes.size(), ErrorKind::bad_data,
            "{}: {} bytes follow the {} tokens that the model has; a tokenizer of another model?",
            name, bytes.size() - at, vocab_size);
    for (uint32_t id = 0; id < pieces_.size(); ++id) {
      ids_.emplace(pieces_[id].text, id);
    }
  }

  std::vector<uint32_t> encode(std::string_view text, bool bos) const override {
    std::vector<uint32_t> ids;
    if (!text.empty()) {
      if (const auto space = find(" "); space) {
        ids.push_back(*space);
      }
      add_characters(text, ids);
    }
    ids = join_neighbours(ids);
    if (bos) {
      ids.insert(ids.begin(), kBos);
    }
    return ids;
  }

  std::string decode(std::span<const uint32_t> ids) const override {
    std::string text;
    std::optional<uint32_t> previous;
    for (const uint32_t id : ids) {
      text += piece(previous, id);
      previous = id;
    }
    return text;
  }

  std::string piece(std::optional<uint32_t> previous, uint32_t id) const override {
    require(id < pieces_.size(), ErrorKind::bad_data,
            "token id {} was found; the tokenizer has ids up to {}", id, pieces_.size() - 1);
    if (id < kFirstByte) {
      return {};
    }
    std::string_view text = pieces_[id].text;
    if (previous.value_or(kBos) == kBos && text.starts_with(' ')) {
      text.remove_prefix(1);
    }
    if (text.size() == 6 && text.starts_with("<0x") && text.back() == '>') {
      int byte = 0;
      const auto [end, error] = std::from_chars(text.data() + 3, text.data() + 5, byte, 16);
      if (error == std::errc() && end == text.data() + 5) {
        return {static_cast<char>(byte)};
      }
    }
    return std::string(text);
  }

  uint32_t vocab_size() const override { return static_cast<uint32_t>(pieces_.size()); }
  std::optional<uint32_t> bos() const override { return kBos; }
  std::vector<uint32_t> eos() const override { return {kBos, kEos}; }

 private:
  struct Piece {
    std::string text;
    float score;
  };

  std::optional<uint32_t> find(const std::string& text) const {
    const auto found = ids_.find(text);
    return found == ids_.end() ? std::nullopt : std::optional(found->second);
  }

  // One id for each UTF-8 character, or its bytes; run.c takes at most four bytes for one.
  void add_characters(std::string_view text, std::vector<uint32_t>& ids) const {
    for (size_t at = 0; at < text.size();) {
      size_t end = at + 1;
      while (end < text.size() && end - at < 4 &&
             (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
        ++end;
      }
      const std::string character(text.substr(at, end - at));
      if (const auto id = find(character); id) {
        ids.push_back(*id);
      } else {
        require(pieces_.size() >= kByteEnd, ErrorKind::bad_data,
                "'{}' is no piece of the tokenizer, and with {} tokens it has none for every byte",
                character, pieces_.size());
        for (const char byte : character) {
          ids.push_back(kFirstByte + static_cast<unsigned char>(byte));
        }
      }
      at = end;
    }
  }

  std::vector<uint32_t> join_neighbours(const std::vector<uint32_t>& ids) const {
    struct Node {
      uint32_t id;
      size_t previous, next;
      uint32_t version;  // of what stands here; a queued pair of an older one is void
    };
    struct Pair {
      float score;
      size_t left;
      uint32_t id, left_version, right_version;
      bool operator<(const Pair& other) const {  // the queue gives the largest
        return std::tie(score, other.left) < std::tie(other.score, left);
      }
    };
    constexpr size_t kNone = SIZE_MAX;
    std::vector<Node> nodes;
    for (size_t i = 0; i < ids.size(); ++i) {
      nodes.push_back({ids[i], i == 0 ? kNone : i - 1, i + 1 == ids.size() ? kNone : i + 1, 0});
    }
    std::priority_queue<Pair> queue;
    std::string joined;
    const auto offer = [&](size_t left) {
      if (left == kNone || nodes[left].next == kNone) {
        return;
      }
      const Node& right = nodes[nodes[left].next];
      joined = pieces_[nodes[left].id].text;
      joined += pieces_[right.id].text;
      if (const auto id = find(joined); id && pieces_[*id].score > kLowestScore) {
        queue.push({pieces_[*id].score, left, *id, nodes[left].version, right.version});
      }
    };
    for (size_t i = 0; i < nodes.size(); ++i) {
      offer(i);
    }
    while (!queue.empty()) {
      const Pair pair = queue.top();
      queue.pop();
      Node& left = nodes[pair.left];
      if (left.version != pair.left_version || left.next == kNone ||
          nodes[left.next].version != pair.right_version) {
        continue;
      }
      Node& right = nodes[left.next];
      left.id = pair.id;
      ++left.version;
      left.next = right.next;
      ++right.version;
      if (left.next != kNone) {
        nodes[left.next].previous = pair.left;
      }
      offer(left.previous);
      offer(pair.left);
    }
    std::vector<uint32_t> result;
    for (size_t i = nodes.empty() ? kNone : 0; i != kNone; i = nodes[i].next) {
      result.push_back(nodes[i].id);
    }
    return result;
  }

  std::vector<Piece> pieces_;
  std::unordered_map<std::string, uint32_t> ids_;  // of equal pieces the first
};

}  // namespace

std::unique_ptr<TextCodec> parse_llama2c_codec(std::string_view bytes, const std::string& name,
                                               int64_t vocab_size) {
  return std::make_unique<Llama2cCodec>(bytes, name, vocab_size);
}

std::unique_ptr<TextCodec> load_llama2c_codec(const std::filesystem::path& path,
                                              int64_t vocab_size) {
  return parse_llama2c_codec(read_file(path), path.string(), vocab_size);
}

}  // namespace yonder::lm
