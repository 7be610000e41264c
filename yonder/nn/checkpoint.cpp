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

/// Whole checkpoint folders, oldest first.
std::vector<std::pair<int64_t, fs::path>> whole_folders(const fs::path& out) {
  std::vector<std::pair<int64_t, fs::path>> folders;
  std::error_code error;
  for (fs::directory_iterator it(out, error), end; !error && it != end; it.increment(error)) {
    const std::optional<int64_t> step = step_of(it->path().filename().string());
    if (step && fs::exists(it->path() / "DONE")) {
      folders.emplace_back(*step, it->path());
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

/// What a killed writer left, and folders beyond the newest `keep`.
void remove_old(const fs::path& out, int64_t keep) {
  std::error_code ignored;
  for (fs::directory_iterator it(out, ignored), end; !ignored && it != end; it.increment(ignored)) {
    if (it->path().filename().string().starts_with(".ckpt-")) {
      fs::remove_all(it->path(), ignored);
    }
  }
  auto folders = whole_folders(out);
  while (static_cast<int64_t>(folders.size()) > keep) {
    // DONE goes first: a folder half removed is no checkpoint.
    fs::remove(folders.front().second / "DONE", ignored);
    fs::remove_all(folders.front().second, ignored);
    folders.erase(folders.begin());
  }
}

}  // namespace

void write_checkpoint(const fs::path& out, const Checkpoint& checkpoint, int64_t keep) {
  make_folder(out);
  const std::string name = folder_name(checkpoint.step);
  const fs::path temporary = out / ("." + name);
  std::error_code ignored;
  fs::remove_all(temporary, ignored);
  make_folder(temporary);
  save_safetensors(temporary / "model.safetensors", checkpoint.model);
  for (const auto& [decay, average] : checkpoint.ema) {
    save_safetensors(temporary / fmt::format("{}{}{}", kEma, decay, kSafetensors), average);
  }
  save_safetensors(temporary / "optim.safetensors", checkpoint.optimizer);
  write_file(temporary / "config.json", checkpoint.config);
  write_file(temporary / "state.json", checkpoint.state);
  write_file(temporary / "DONE", "");
  // The same step again (a run resumed from an older checkpoint): the old folder makes room.
  fs::remove(out / name / "DONE", ignored);
  fs::remove_all(out / name, ignored);
  rename_file(temporary, out / name);
  write_file(out / "latest", name + "\n");
  remove_old(out, std::max<int64_t>(keep, 1));
}

std::optional<fs::path> find_latest_checkpoint(const fs::path& out) {
  if (fs::exists(out / "latest")) {
    std::string name = read_file(out / "latest");
    while (!name.empty() && name.back() == '\n') {
      name.pop_back();
    }
    if (step_of(name) && fs::exists(out / name / "DONE")) {
      return out / name;
    }
  }
  const auto folders = whole_folders(out);
  return folders.empty() ? std::nullopt : std::optional(folders.back().second);
}

Checkpoint read_checkpoint(const fs::path& folder) {
  const std::optional<int64_t> step = step_of(folder.filename().string());
  require(step && fs::exists(folder / "DONE"), ErrorKind::file,
          "{}: no checkpoint folder (ckpt-NNNNNNNN with a file DONE)", folder.string());
  Checkpoint checkpoint;
  checkpoint.step = *step;
  checkpoint.model = load_safetensors(folder / "model.safetensors");
  checkpoint.optimizer = load_safetensors(folder / "optim.safetensors");
  checkpoint.config = read_file(folder / "config.json");
  checkpoint.state = read_file(folder / "state.json");
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(kEma) && name.ends_with(kSafetensors)) {
      const std::string decay =
          name.substr(kEma.size(), name.size() - kEma.size() - kSafetensors.size());
      checkpoint.ema[decay] = load_safetensors(entry.path());
    }
  }
  return checkpoint;
}

}  // namespace yonder::nn
