// SPDX-License-Identifier: Apache-2.0
// For tests on the published BytePiece models: reads one from its zip file in the data folder, by a
// plain JSON reader that shares no code with formats/. Returns nothing where the data are not
// there.
#pragma once

#include "yonder/base/base64.h"
#include "yonder/base/file.h"
#include "yonder/base/json.h"
#include "yonder/tokenizer/vocabulary.h"

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace yonder::tokenizer {

/// The bytes of the model file. name: "bytepiece_80k" or "bytepiece.eu.plus.40k", ... Needs python3
/// to open the zip file.
inline std::optional<std::string> published_model_file(const std::string& name) {
  const std::filesystem::path zip =
      std::filesystem::path(YONDER_DATA_DIR) / "models" / "bytepiece" / (name + ".zip");
  if (!std::filesystem::exists(zip)) {
    return std::nullopt;
  }
  const TemporaryFolder folder;
  const std::string command =
      "python3 -m zipfile -e '" + zip.string() + "' '" + folder.path().string() + "'";
  if (std::system(command.c_str()) != 0) {
    return std::nullopt;
  }
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path())) {
    if (entry.path().extension() == ".model") {
      return read_file(entry.path());
    }
  }
  return std::nullopt;
}

/// The vocabulary of that file.
inline std::optional<Vocabulary> published_model(const std::string& name) {
  const std::optional<std::string> content = published_model_file(name);
  if (!content) {
    return std::nullopt;
  }
  const Json model = parse_json(*content, name);
  std::vector<CountedPiece> pieces(model.object().size());
  for (const auto& [key, value] : model.object()) {
    const auto id = value.array()[0].unsigned_integer();
    pieces.at(id - kFirstPieceId) = {base64_decode(key).value(),
                                     value.array()[2].unsigned_integer()};
  }
  return Vocabulary(std::move(pieces), name);
}

}  // namespace yonder::tokenizer
