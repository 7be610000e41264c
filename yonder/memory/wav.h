// SPDX-License-Identifier: Apache-2.0
// WAV files as tables of numbers: a row per frame, a column per channel, read in chunks, so that a
// recording of any length takes bounded memory.
//
//   WavTable wav("call.wav", {"1"});            // the first channel; {}: all of them
//   std::vector<double> values(4096 * wav.names().size());
//   while (const size_t frames = wav.read(values)) { ... }        // [frames][channels]
//
// PCM of 16, 24 and 32 bits comes as fractions of full scale, in [-1, 1); floats (32 and 64 bits)
// as they are, and must be finite. Plain and "extensible" headers. Every length is checked: chunks
// lie within the RIFF, samples are whole frames, a file that ends early is an error and never a
// shorter recording. A data length of 2^32 - 1 is what programs write into pipes and means "to the
// end". Not read: compressed WAV, 8 bits, RF64 (the message says what to do). Source: Microsoft and
// IBM, Multimedia Programming Interface 1.0 (1991), and the notes on WAVEFORMATEXTENSIBLE. Tests:
// wav_test.cpp, tests/fuzz/fuzz_wav.cpp.
#pragma once

#include "yonder/base/number_table.h"

#include <cstdint>
#include <filesystem>
#include <istream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace yonder::memory {

struct WavFormat {
  int64_t channels = 0;
  int64_t sample_rate = 0;         ///< frames per second
  int64_t bits = 0;                ///< per sample, as stored: 16, 24, 32 or 64
  bool floating = false;           ///< IEEE floats, else whole numbers
  std::optional<uint64_t> frames;  ///< empty where the file does not say (a pipe)
};

/// True when `bytes` begin as a WAV file (or an RF64 one, which the reader refuses by name).
bool is_wav(std::string_view bytes);

class WavTable : public NumberTable {
 public:
  /// columns: numbers from 1, or names of names(); empty: all. Throws Error(file) or, for what is
  /// no WAV file that can be read, Error(bad_data); Error(bad_option) for a column that is not
  /// there.
  WavTable(const std::filesystem::path& path, const std::vector<std::string>& columns);
  /// in: the bytes, alive as long as this; name: the file, for messages.
  WavTable(std::istream& in, std::string name, const std::vector<std::string>& columns);

  const WavFormat& format() const { return format_; }
  /// "channel 1", ...
  const std::vector<std::string>& names() const override { return names_; }
  size_t read(std::span<double> values) override;
  /// Always empty: frame k is at k / sample_rate seconds.
  std::span<const double> times() const override { return {}; }
  /// "call.wav: frame 17", counted from 1.
  std::string place(size_t row) const override;
  uint64_t dropped() const override { return 0; }

 private:
  void read_header();
  void read_format(uint64_t size);
  void choose_columns(const std::vector<std::string>& columns);
  /// Exactly `size` bytes, or Error(bad_data) saying that the file ends within `what`.
  std::string take(uint64_t size, const char* what);
  size_t take_some(size_t wanted);

  std::unique_ptr<std::istream> file_;
  std::istream* in_;
  std::string name_;
  WavFormat format_;
  std::vector<std::string> names_;
  std::vector<size_t> chosen_;  // channels, from 0
  uint64_t frame_bytes_ = 0;
  uint64_t offset_ = 0;  // in the file
  uint64_t frames_read_ = 0;
  uint64_t last_first_ = 0;  // first frame of the last read()
  std::vector<char> bytes_;
};

}  // namespace yonder::memory
