// SPDX-License-Identifier: Apache-2.0
// The work folder of a training run: runs, and the manifest from which --resume goes on.
//
// The manifest is replaced atomically after the runs that it names are safe on disk; it says how
// many batches of the text they cover and the fingerprint of each. Files that it does not name are
// left-overs of an interrupted step and are removed when the folder is opened. A lock keeps two
// programs out of one folder. Layout of manifest.json: docs/formats/training_state.md.
// Test: trainer_test.cpp.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace yonder::tokenizer {

enum class TrainPhase {
  count,  // runs hold n-gram windows
  tag,    // kept n-grams are known; runs hold pieces
  prune,  // all pieces are counted
};

struct RunFile {
  std::string name;  // within the folder
  uint64_t bytes = 0;
  int64_t level = 0;  // how often its content has been merged
};

struct TrainingState {
  std::string settings;  // JSON of the options that the state depends on
  TrainPhase phase = TrainPhase::count;
  uint64_t next_file = 0;              // number in the next file's name
  uint64_t batches = 0;                // of the text, covered by `runs`
  std::vector<uint32_t> fingerprints;  // of the batches read in this pass or the one before
  bool text_complete = false;          // `fingerprints` cover the whole text
  uint64_t input_bytes = 0;            // size of all input files, 0 if unknown
  uint64_t text_bytes = 0;             // of the batches counted in this pass
  std::vector<RunFile> runs;
  // From phase tag on:
  std::vector<RunFile> kept;  // n-grams of 1, 2, ... bytes
  uint64_t total = 0;         // c_0
  uint64_t kept_ngrams = 0;
  uint64_t long_ngrams = 0;  // of 3 bytes and more among them
};

class WorkFolder {
 public:
  /// Opens or creates `path` and locks it. Without `resume` a state found in it is an error, or is
  /// thrown away if `discard` is set. Throws Error(file); Error(bad_data) for a damaged manifest;
  /// Error(bad_option) if the state was made with other settings.
  WorkFolder(std::filesystem::path path, const std::string& settings, bool resume, bool discard);
  /// Removes the folder unless it holds a state.
  ~WorkFolder();
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;

  TrainingState& state() { return state_; }
  /// True if a manifest is there: from --resume, or since save().
  bool has_manifest() const { return has_manifest_; }
  /// Path of a file that does not exist yet, "<stem>-000017.run". Not thread-safe.
  std::filesystem::path new_file(const std::string& stem);
  std::filesystem::path file(const RunFile& run) const { return path_ / run.name; }
  const std::filesystem::path& path() const { return path_; }
  /// Makes the present state the one that --resume finds, then removes files it does not name.
  void save();
  /// The work is done: removes everything, the manifest first.
  void remove();

 private:
  void load(const std::string& settings);
  void remove_orphans() const;
  std::filesystem::path path_;
  TrainingState state_;
  bool has_manifest_ = false;
  int lock_ = -1;
};

}  // namespace yonder::tokenizer
