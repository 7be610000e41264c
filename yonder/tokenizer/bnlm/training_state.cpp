// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/bnlm/training_state.h"

#include "yonder/base/error.h"
#include "yonder/base/file.h"
#include "yonder/base/json.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <set>
#include <system_error>

namespace yonder::tokenizer {
namespace {

constexpr const char* kManifest = "manifest.json";
constexpr const char* kLock = "lock";
constexpr int64_t kVersion = 1;
constexpr std::array<const char*, 3> kPhaseNames = {"count", "tag", "prune"};

std::string hex_of(const std::vector<uint32_t>& fingerprints) {
  std::string out;
  out.reserve(8 * fingerprints.size());
  for (const uint32_t fingerprint : fingerprints) {
    out += fmt::format("{:08x}", fingerprint);
  }
  return out;
}

std::vector<uint32_t> fingerprints_of(const std::string& hex, const std::string& path) {
  std::vector<uint32_t> out;
  for (size_t i = 0; i < hex.size(); i += 8) {
    uint32_t value = 0;
    const char* const end = hex.data() + i + 8;
    require(i + 8 <= hex.size() && std::from_chars(hex.data() + i, end, value, 16).ptr == end,
            ErrorKind::bad_data, "{}: /fingerprints: not 8 hexadecimal digits at character {}",
            path, i);
    out.push_back(value);
  }
  return out;
}

void write_runs(JsonWriter& json, const char* key, const std::vector<RunFile>& runs) {
  json.key(key).begin_array();
  for (const RunFile& run : runs) {
    json.begin_object();
    json.key("name").value(run.name);
    json.key("bytes").value(run.bytes);
    json.key("level").value(run.level);
    json.end_object();
  }
  json.end_array();
}

/// The runs, each there with its size.
std::vector<RunFile> read_runs(const Json& array, const std::filesystem::path& folder) {
  std::vector<RunFile> runs;
  for (const Json& item : array.array()) {
    RunFile run{item.at("name").text(), item.at("bytes").unsigned_integer(),
                item.at("level").integer()};
    require(!run.name.empty() && run.name.find('/') == std::string::npos, ErrorKind::bad_data,
            "{}: \"{}\" is no file name", (folder / kManifest).string(), run.name);
    std::error_code error;
    const uint64_t found = std::filesystem::file_size(folder / run.name, error);
    require(!error && found == run.bytes, ErrorKind::bad_data,
            "{}: {}; the manifest names it with {} bytes. Remove the folder and start anew",
            (folder / run.name).string(), error ? "is missing" : fmt::format("has {} bytes", found),
            run.bytes);
    runs.push_back(std::move(run));
  }
  return runs;
}

}  // namespace

WorkFolder::WorkFolder(std::filesystem::path path, const std::string& settings, bool resume,
                       bool discard)
    : path_(std::move(path)) {
  std::error_code error;
  std::filesystem::create_directories(path_, error);
  if (error) {
    fail_errno(path_.string(), "cannot be created", error.value());
  }
  const std::filesystem::path lock = path_ / kLock;
  lock_ = ::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (lock_ < 0) {
    fail_errno(lock.string(), "cannot be written", errno);
  }
  try {
    require(::flock(lock_, LOCK_EX | LOCK_NB) == 0, ErrorKind::file,
            "{}: another training run is using this folder; wait for it, or name another with "
            "--tmp",
            path_.string());
    has_manifest_ = std::filesystem::exists(path_ / kManifest, error);
    if (has_manifest_ && !resume) {
      require(discard, ErrorKind::file,
              "{}: holds the state of an interrupted run; pass --resume to go on with it, or "
              "--force to start anew",
              path_.string());
      std::filesystem::remove(path_ / kManifest, error);
      has_manifest_ = false;
    }
    if (has_manifest_) {
      load(settings);
    }
    state_.settings = settings;
    remove_orphans();
  } catch (...) {
    ::close(lock_);
    throw;
  }
}

WorkFolder::~WorkFolder() {
  if (!has_manifest_) {
    remove();
  }
  ::close(lock_);
}

void WorkFolder::load(const std::string& settings) {
  const std::string name = (path_ / kManifest).string();
  const Json json = parse_json(read_file(name), name);
  const int64_t version = json.at("version").integer();
  require(version == kVersion, ErrorKind::bad_data,
          "{}: version {} of the training state is not known (this program writes {}); remove the "
          "folder and start anew",
          name, version, kVersion);
  require(json.at("settings").text() == settings, ErrorKind::bad_option,
          "{}: the interrupted run had other options:\n  then {}\n  now  {}\nResume with the same "
          "ones, or start anew without --resume",
          path_.string(), json.at("settings").text(), settings);
  const std::string& phase = json.at("phase").text();
  size_t index = 0;
  while (index < kPhaseNames.size() && phase != kPhaseNames[index]) {
    ++index;
  }
  require(index < kPhaseNames.size(), ErrorKind::bad_data, "{}: phase \"{}\" is not known", name,
          phase);
  state_.phase = static_cast<TrainPhase>(index);
  state_.next_file = json.at("next-file").unsigned_integer();
  state_.batches = json.at("batches").unsigned_integer();
  state_.fingerprints = fingerprints_of(json.at("fingerprints").text(), name);
  state_.text_complete = json.at("text-complete").boolean();
  state_.input_bytes = json.at("input-bytes").unsigned_integer();
  state_.text_bytes = json.at("text-bytes").unsigned_integer();
  state_.runs = read_runs(json.at("runs"), path_);
  state_.kept = read_runs(json.at("kept"), path_);
  state_.total = json.at("total").unsigned_integer();
  state_.kept_ngrams = json.at("kept-ngrams").unsigned_integer();
  state_.long_ngrams = json.at("long-ngrams").unsigned_integer();
  require(state_.batches <= state_.fingerprints.size(), ErrorKind::bad_data,
          "{}: {} batches but {} fingerprints; remove the folder and start anew", name,
          state_.batches, state_.fingerprints.size());
}

std::filesystem::path WorkFolder::new_file(const std::string& stem) {
  return path_ / fmt::format("{}-{:06}.run", stem, state_.next_file++);
}

void WorkFolder::save() {
  JsonWriter json(2);
  json.begin_object();
  json.key("version").value(kVersion);
  json.key("settings").value(state_.settings);
  json.key("phase").value(kPhaseNames[static_cast<size_t>(state_.phase)]);
  json.key("next-file").value(state_.next_file);
  json.key("batches").value(state_.batches);
  json.key("fingerprints").value(hex_of(state_.fingerprints));
  json.key("text-complete").value(state_.text_complete);
  json.key("input-bytes").value(state_.input_bytes);
  json.key("text-bytes").value(state_.text_bytes);
  write_runs(json, "runs", state_.runs);
  write_runs(json, "kept", state_.kept);
  json.key("total").value(state_.total);
  json.key("kept-ngrams").value(state_.kept_ngrams);
  json.key("long-ngrams").value(state_.long_ngrams);
  json.end_object();
  write_file(path_ / kManifest, json.str());
  has_manifest_ = true;
  remove_orphans();
}

void WorkFolder::remove_orphans() const {
  std::set<std::string> named = {kManifest, kLock};
  for (const auto* runs : {&state_.runs, &state_.kept}) {
    for (const RunFile& run : *runs) {
      named.insert(run.name);
    }
  }
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(path_, error)) {
    const std::string name = entry.path().filename().string();
    const bool ours = name.ends_with(".run") || name.starts_with(std::string(kManifest) + ".tmp-");
    if (ours && !named.contains(name)) {
      std::filesystem::remove(entry.path(), error);
    }
  }
}

void WorkFolder::remove() {
  std::error_code error;
  std::filesystem::remove(path_ / kManifest, error);
  has_manifest_ = false;
  state_.runs.clear();
  state_.kept.clear();
  remove_orphans();
  std::filesystem::remove(path_ / kLock, error);
  std::filesystem::remove(path_, error);  // stays if somebody else put files into it
}

}  // namespace yonder::tokenizer
