// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/formats/model_cache.h"

#include "yonder/base/error.h"
#include "yonder/base/file.h"
#include "yonder/base/json.h"
#include "yonder/base/mmap.h"
#include "yonder/base/record_file.h"
#include "yonder/base/sha256.h"

#include <sys/stat.h>

#include <cstdlib>
#include <cstring>
#include <optional>
#include <utility>

namespace yonder::tokenizer {
namespace {

constexpr const char* kKind = "YTOK";
constexpr uint32_t kVersion = 1;

template <typename T>
std::string_view as_bytes(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

template <typename T>
std::vector<T> from_bytes(std::string_view bytes) {
  std::vector<T> values(bytes.size() / sizeof(T));
  if (!values.empty()) {
    std::memcpy(values.data(), bytes.data(), values.size() * sizeof(T));
  }
  return values;
}

SourceStamp stamp_of(const Json& head) {
  return {head.at("source_size").unsigned_integer(), head.at("source_modified").integer()};
}

std::shared_ptr<const UnigramModel> parse(const RecordFile& file, const LoadOptions& options) {
  const std::string& name = file.name();
  const auto lengths = from_bytes<uint32_t>(file.section("lengths"));
  const auto counts = from_bytes<uint64_t>(file.section("counts"));
  auto log_probabilities = from_bytes<double>(file.section("log_p"));
  const std::string_view bytes = file.section("bytes");
  require(lengths.size() == counts.size() && lengths.size() == log_probabilities.size(),
          ErrorKind::bad_data, "{}: its sections disagree about the number of pieces", name);
  std::vector<CountedPiece> pieces(lengths.size());
  std::vector<std::string_view> piece_bytes(lengths.size());
  size_t at = 0;
  for (size_t i = 0; i < pieces.size(); ++i) {
    require(lengths[i] <= bytes.size() - at, ErrorKind::bad_data,
            "{}: the pieces are longer than the section that holds them", name);
    piece_bytes[i] = bytes.substr(at, lengths[i]);
    pieces[i] = {std::string(piece_bytes[i]), counts[i]};
    at += lengths[i];
  }
  PieceTrie trie(from_bytes<PieceTrie::Node>(file.section("singles")),
                 from_bytes<PieceTrie::Node>(file.section("pairs")),
                 from_bytes<PieceTrie::Node>(file.section("nodes")), piece_bytes, kFirstPieceId,
                 name);
  return std::make_shared<UnigramModel>(
      Vocabulary::from_checked(std::move(pieces), std::move(log_probabilities), name),
      std::move(trie), arithmetic_of(options.scores, Arithmetic::double_precision));
}

// Where the copy of the model at `path` lies; empty where no cache may or can be used.
std::filesystem::path cache_path(const std::filesystem::path& path, const LoadOptions& options) {
  if (options.cache == "off" || !options.log_scores.empty() || options.add_bytes) {
    return {};
  }
  std::filesystem::path folder;
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache != nullptr && *cache == '/') {
    folder = cache;
  } else if (const char* home = std::getenv("HOME"); home != nullptr && *home == '/') {
    folder = std::filesystem::path(home) / ".cache";
  } else {
    return {};
  }
  std::error_code error;
  const std::filesystem::path canonical = std::filesystem::canonical(path, error);
  if (error) {
    return {};
  }
  return folder / "yonder" / "tokenizer" / (sha256_hex(canonical.string()).substr(0, 32) + ".ytc");
}

std::optional<SourceStamp> stamp_of_file(const std::filesystem::path& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) {
    return std::nullopt;
  }
  return SourceStamp{static_cast<uint64_t>(status.st_size),
                     status.st_mtim.tv_sec * int64_t{1000000000} + status.st_mtim.tv_nsec};
}

}  // namespace

bool is_model_cache(std::string_view content) { return is_record_file(content, kKind); }

std::shared_ptr<const UnigramModel> load_model_cache(std::string_view content,
                                                     const std::string& name,
                                                     const LoadOptions& options,
                                                     Progress* /*progress*/) {
  return parse(RecordFile(content, name, kKind, kVersion), options);
}

void save_model_cache(const UnigramModel& model, const std::filesystem::path& path,
                      const SourceStamp& stamp) {
  const Vocabulary& vocabulary = model.vocabulary();
  std::vector<uint32_t> lengths;
  std::vector<uint64_t> counts;
  std::vector<double> log_probabilities;
  std::string bytes;
  for (uint32_t id = kFirstPieceId; id < vocabulary.size(); ++id) {
    lengths.push_back(static_cast<uint32_t>(vocabulary.piece(id).size()));
    counts.push_back(vocabulary.count(id));
    log_probabilities.push_back(vocabulary.log_probability(id));
    bytes += vocabulary.piece(id);
  }
  JsonWriter head;
  head.begin_object();
  head.key("source_size").value(stamp.size);
  head.key("source_modified").value(stamp.modified);
  head.end_object();
  RecordWriter file(path, kKind, kVersion);
  file.add("head", head.str());
  file.add("lengths", as_bytes(lengths));
  file.add("counts", as_bytes(counts));
  file.add("log_p", as_bytes(log_probabilities));
  file.add("bytes", bytes);
  file.add("singles", as_bytes(model.trie().singles()));
  file.add("pairs", as_bytes(model.trie().pairs()));
  file.add("nodes", as_bytes(model.trie().nodes()));
  file.commit();
}

std::shared_ptr<const UnigramModel> find_cached_model(const std::filesystem::path& path,
                                                      const LoadOptions& options) {
  const std::filesystem::path cache = cache_path(path, options);
  std::error_code error;
  if (cache.empty() || !std::filesystem::exists(cache, error)) {
    return nullptr;
  }
  const std::optional<SourceStamp> stamp = stamp_of_file(path);
  try {
    const RecordFile file(cache, kKind, kVersion);
    if (!stamp || stamp_of(parse_json(file.section("head"), file.name() + ": head")) != *stamp) {
      return nullptr;
    }
    return parse(file, options);
  } catch (const Error&) {
    return nullptr;  // stale or damaged: the model itself is read, and the copy made anew
  }
}

void keep_cached_model(const UnigramModel& model, const std::filesystem::path& path,
                       const LoadOptions& options) {
  const std::filesystem::path cache = cache_path(path, options);
  const std::optional<SourceStamp> stamp = stamp_of_file(path);
  if (cache.empty() || !stamp) {
    return;
  }
  std::error_code error;
  std::filesystem::create_directories(cache.parent_path(), error);
  if (error) {
    return;
  }
  try {
    save_model_cache(model, cache, *stamp);
  } catch (const Error&) {
    // A cache that cannot be written only costs time.
  }
}

}  // namespace yonder::tokenizer
