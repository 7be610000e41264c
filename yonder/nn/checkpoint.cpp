// SPDX-License-Identifier: Apache-2.0
#include "yonder/nn/checkpoint.h"

#include "yonder/base/error.h"
#include "yonder/base/file.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <system_error>
#include <vector>

namespace yonder::nn {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kPrefix = "ckpt-";
constexpr std::string_view kTemporary = ".ckpt-";
constexpr const char* kDone = "DONE";
constexpr const char* kLatest = "latest";
constexpr std::string_view kEma = "ema_";
constexpr std::string_view kSafetensors = ".safetensors";

std::string folder_name(int64_t step) { return fmt::format("{}{:08}", kPrefix, step); }

std::optional<int64_t> step_of(const std::string& name) {
  if (!name.starts_with(kPrefix)) {
    return std::nullopt;
  }
  int64_t step = 0;
  const char* end = name.data() + name.size();
  const auto parsed = std::from_chars(name.data() + kPrefix.size(), end, step);
  return parsed.ec == std::errc() && parsed.ptr == end ? std::optional(step) : std::nullopt;
}

bool is_whole(const fs::path& folder) {
  std::error_code ignored;
  return fs::exists(folder / kDone, ignored);
}

/// The entries of a folder by name; none where it cannot be read.
std::vector<fs::path> entries_of(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code ignored;
  for (fs::directory_iterator it(folder, ignored), end; !ignored && it != end;
       it.increment(ignored)) {
    entries.push_back(it->path());
  }
  std::sort(entries.begin(), entries.end());
  return entries;
}

/// Whole checkpoint folders, oldest first.
std::vector<std::pair<int64_t, fs::path>> whole_folders(const fs::path& out) {
  std::vector<std::pair<int64_t, fs::path>> folders;
  for (const fs::path& entry : entries_of(out)) {
    const std::optional<int64_t> step = step_of(entry.filename().string());
    if (step && is_whole(entry)) {
      folders.emplace_back(*step, entry);
    }
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) {
    fail_errno(folder.string(), "cannot make the folder", error.value());
  }
}

void remove_folder(const fs::path& folder) {
  std::error_code error;
  // DONE goes first: a folder half removed is no checkpoint.
  fs::remove(folder / kDone, error);
  fs::remove_all(folder, error);
  if (error) {
    fail_errno(folder.string(), "cannot remove the folder", error.value());
  }
}

/// Folders beyond the newest `keep`, and what killed writers left.
void remove_old(const fs::path& out, int64_t keep) {
  const auto whole = whole_folders(out);
  const auto newest = static_cast<ptrdiff_t>(std::min(whole.size(), static_cast<size_t>(keep)));
  for (const fs::path& entry : entries_of(out)) {
    const std::string name = entry.filename().string();
    const bool is_kept = std::any_of(whole.end() - newest, whole.end(),
                                     [&](const auto& w) { return w.second == entry; });
    if (name.starts_with(kTemporary) || (step_of(name) && !is_kept)) {
      remove_folder(entry);
    }
  }
}

/// Everything of a checkpoint, DONE last.
void fill_folder(const fs::path& folder, const Checkpoint& checkpoint) {
  save_safetensors(folder / "model.safetensors", checkpoint.model);
  for (const auto& [decay, average] : checkpoint.ema) {
    save_safetensors(folder / fmt::format("{}{}{}", kEma, decay, kSafetensors), average);
  }
  save_safetensors(folder / "optim.safetensors", checkpoint.optimizer);
  write_file(folder / "config.json", checkpoint.config);
  write_file(folder / "state.json", checkpoint.state);
  write_file(folder / kDone, "");
}

}  // namespace

void write_checkpoint(const fs::path& out, const Checkpoint& checkpoint, int64_t keep) {
  const std::string name = folder_name(checkpoint.step);
  require(!is_whole(out / name), ErrorKind::file, "{}: is a checkpoint already",
          (out / name).string());
  const fs::path temporary = out / ("." + name);
  make_folder(out);
  remove_folder(temporary);
  remove_folder(out / name);
  make_folder(temporary);
  try {
    fill_folder(temporary, checkpoint);
  } catch (const Error&) {
    std::error_code ignored;  // the disk may be full: give back what was taken
    fs::remove_all(temporary, ignored);
    throw;
  }
  rename_file(temporary, out / name);
  write_file(out / kLatest, name + "\n");
  remove_old(out, std::max<int64_t>(keep, 1));
}

std::optional<fs::path> find_latest_checkpoint(const fs::path& out) {
  const auto folders = whole_folders(out);
  return folders.empty() ? std::nullopt : std::optional(folders.back().second);
}

void remove_checkpoints(const fs::path& out) {
  remove_old(out, 0);
  std::error_code ignored;
  fs::remove(out / kLatest, ignored);
}

Checkpoint read_checkpoint(const fs::path& folder) {
  const std::optional<int64_t> step = step_of(folder.filename().string());
  require(step && is_whole(folder), ErrorKind::file,
          "{}: no checkpoint folder (ckpt-NNNNNNNN with a file DONE)", folder.string());
  Checkpoint checkpoint;
  checkpoint.step = *step;
  checkpoint.model = load_safetensors(folder / "model.safetensors");
  checkpoint.optimizer = load_safetensors(folder / "optim.safetensors");
  checkpoint.config = read_file(folder / "config.json");
  checkpoint.state = read_file(folder / "state.json");
  for (const fs::path& entry : entries_of(folder)) {
    const std::string name = entry.filename().string();
    if (name.starts_with(kEma) && name.ends_with(kSafetensors)) {
      const std::string decay =
          name.substr(kEma.size(), name.size() - kEma.size() - kSafetensors.size());
      checkpoint.ema[decay] = load_safetensors(entry);
    }
  }
  return checkpoint;
}

}  // namespace yonder::nn
