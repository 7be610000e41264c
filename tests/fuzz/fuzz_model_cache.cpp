// SPDX-License-Identifier: Apache-2.0
// Any damage to a binary model copy: an Error(bad_data), or a model that spells what it encodes.
// Such a file has half a megabyte and checksums throughout, so the input is a list of changes to a
// good one, six bytes each: section, offset (3 bytes, modulo the section's size), new byte, and
// whether the section is also cut there. The checksums are made right afterwards. Input of another
// size is also tried as a file by itself.
#include "yonder/base/crc32.h"
#include "yonder/base/error.h"
#include "yonder/base/file.h"
#include "yonder/tokenizer/formats/model_cache.h"
#include "yonder/tokenizer/unigram/exact_sampling.h"
#include "yonder/tokenizer/unigram/viterbi.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace {

using yonder::Error;
using yonder::ErrorKind;
using namespace yonder::tokenizer;

template <typename T>
T get(const std::string& bytes, size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

template <typename T>
void put(std::string& bytes, size_t at, T value) {
  std::memcpy(bytes.data() + at, &value, sizeof value);
}

const std::string& good_file() {
  static const std::string bytes = [] {
    const yonder::TemporaryFolder folder;
    const UnigramModel model(
        Vocabulary({{"a", 9}, {"b", 5}, {"ab", 3}, {"bab", 2}, {"abab", 1}}, "seed"));
    save_model_cache(model, folder.path() / "x.ytc", {});
    return yonder::read_file(folder.path() / "x.ytc");
  }();
  return bytes;
}

// docs/formats/record_file.md
constexpr size_t kTableOffset = 16;
constexpr size_t kTableCrc = 32;
constexpr size_t kHeaderCrc = 60;
constexpr size_t kRow = 40;
constexpr size_t kRowOffset = 16;
constexpr size_t kRowSize = 24;
constexpr size_t kRowCrc = 32;

std::string changed(const uint8_t* data, size_t size) {
  std::string file = good_file();
  const size_t table = get<uint64_t>(file, kTableOffset);
  const size_t sections = (file.size() - table) / kRow;
  for (; size >= 6; data += 6, size -= 6) {
    const size_t row = table + data[0] % sections * kRow;
    const size_t begin = get<uint64_t>(file, row + kRowOffset);
    const size_t length = get<uint64_t>(file, row + kRowSize);
    if (length == 0) {
      continue;
    }
    const size_t at = (size_t{data[1]} | size_t{data[2]} << 8 | size_t{data[3]} << 16) % length;
    file[begin + at] = static_cast<char>(data[4]);
    if (data[5] % 16 == 1) {
      put<uint64_t>(file, row + kRowSize, at);
    }
  }
  for (size_t row = table; row < file.size(); row += kRow) {
    const std::string_view bytes = std::string_view(file).substr(
        get<uint64_t>(file, row + kRowOffset), get<uint64_t>(file, row + kRowSize));
    put(file, row + kRowCrc, yonder::crc32(bytes));
  }
  put(file, kTableCrc, yonder::crc32(std::string_view(file).substr(table)));
  put(file, kHeaderCrc, yonder::crc32(std::string_view(file).substr(0, kHeaderCrc)));
  return file;
}

void spell(const UnigramModel& model, Segmenter& segmenter, std::string_view text) {
  std::vector<uint32_t> ids;
  segmenter.start(0, 0);
  segmenter.extend(text);
  segmenter.finish(ids);
  std::string spelled;
  for (const uint32_t id : ids) {
    spelled += model.vocabulary().piece(id);
  }
  YONDER_CHECK(spelled == text);
}

void load_and_use(std::string_view content) {
  try {
    const auto model = load_model_cache(content, "input", {}, nullptr);
    const std::string text = "abababbabaabab";
    spell(*model, *make_viterbi(model), text);
    spell(*model, *make_exact_sampler(model, 0.5, 1), text);
  } catch (const Error& error) {
    YONDER_CHECK(error.kind == ErrorKind::bad_data);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size % 6 != 0) {
    load_and_use({reinterpret_cast<const char*>(data), size});
  }
  load_and_use(changed(data, size));
  return 0;
}
