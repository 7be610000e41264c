// SPDX-License-Identifier: Apache-2.0
#include "yonder/memory/wav.h"

#include "yonder/base/error.h"

#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <fstream>

namespace yonder::memory {
namespace {

constexpr uint32_t kUnknownLength = 0xFFFFFFFF;
constexpr uint64_t kPcm = 1;
constexpr uint64_t kFloat = 3;
constexpr uint64_t kExtensible = 0xFFFE;
/// What follows the two bytes of the format in the identifier of an extensible header.
constexpr std::string_view kFormatTail("\x00\x00\x00\x00\x10\x00\x80\x00\x00\xAA\x00\x38\x9B\x71",
                                       14);
constexpr size_t kFramesAtOnce = 4096;

/// A little-endian whole number.
uint64_t little(std::string_view bytes, size_t at, size_t count) {
  uint64_t value = 0;
  for (size_t i = 0; i < count; ++i) {
    value |= uint64_t{static_cast<unsigned char>(bytes[at + i])} << (8 * i);
  }
  return value;
}

/// A sample as it is stored; PCM as a fraction of full scale.
double sample_at(const char* bytes, const WavFormat& format) {
  const auto count = static_cast<size_t>(format.bits / 8);
  const uint64_t raw = little({bytes, count}, 0, count);
  if (format.floating) {
    return format.bits == 64 ? std::bit_cast<double>(raw)
                             : double{std::bit_cast<float>(static_cast<uint32_t>(raw))};
  }
  // Shifted up so that the sign bit is that of an int64_t; the scale takes it down again.
  const auto shifted = static_cast<int64_t>(raw << (64 - format.bits));
  return static_cast<double>(shifted) * 0x1p-63;
}

}  // namespace

bool is_wav(std::string_view bytes) {
  return bytes.size() >= 12 && bytes.substr(8, 4) == "WAVE" &&
         (bytes.substr(0, 4) == "RIFF" || bytes.substr(0, 4) == "RF64");
}

WavTable::WavTable(const std::filesystem::path& path, const std::vector<std::string>& columns)
    : name_(path.string()) {
  file_ = std::make_unique<std::ifstream>(path, std::ios::binary);
  if (!*file_) {
    fail_errno(name_, "cannot be read", errno);
  }
  in_ = file_.get();
  read_header();
  choose_columns(columns);
}

WavTable::WavTable(std::istream& in, std::string name, const std::vector<std::string>& columns)
    : in_(&in), name_(std::move(name)) {
  read_header();
  choose_columns(columns);
}

size_t WavTable::take_some(size_t wanted) {
  bytes_.resize(wanted);
  in_->read(bytes_.data(), static_cast<std::streamsize>(wanted));
  require(!in_->bad(), ErrorKind::file, "{}: cannot be read after byte {}", name_, offset_);
  const auto got = static_cast<size_t>(in_->gcount());
  offset_ += got;
  return got;
}

std::string WavTable::take(uint64_t size, const char* what) {
  const uint64_t start = offset_;
  std::string out;
  while (out.size() < size) {
    const size_t got = take_some(static_cast<size_t>(std::min<uint64_t>(size - out.size(), 65536)));
    require(got > 0, ErrorKind::bad_data,
            "{}: the file ends at byte {}, within {} that begins at byte {}; it is truncated",
            name_, offset_, what, start);
    out.append(bytes_.data(), got);
  }
  return out;
}

void WavTable::read_header() {
  const std::string riff = take(12, "the RIFF header");
  require(!riff.starts_with("RF64"), ErrorKind::bad_data,
          "{}: an RF64 file; write it as parts below 4 GiB, or as 32-bit floats without a header",
          name_);
  require(is_wav(riff), ErrorKind::bad_data,
          "{}: begins with neither \"RIFF\" nor \"WAVE\" at byte 8; a WAV file was expected",
          name_);
  const uint64_t riff_size = little(riff, 4, 4);
  const bool unknown = riff_size == kUnknownLength;
  bool has_format = false;
  while (true) {
    const uint64_t chunk_at = offset_;
    const std::string head = take(8, "the head of a chunk");
    const std::string_view kind = std::string_view(head).substr(0, 4);
    const uint64_t size = little(head, 4, 4);
    const bool open_end = kind == "data" && size == kUnknownLength;
    require(unknown || open_end || offset_ + size <= riff_size + 8, ErrorKind::bad_data,
            "{}: the chunk at byte {} is {} bytes long and passes the end of the RIFF at byte {}",
            name_, chunk_at, size, riff_size + 8);
    if (kind == "fmt ") {
      require(!has_format, ErrorKind::bad_data, "{}: a second \"fmt \" chunk at byte {}", name_,
              chunk_at);
      read_format(size);
      has_format = true;
    } else if (kind == "data") {
      require(has_format, ErrorKind::bad_data,
              "{}: samples at byte {} before any \"fmt \" chunk says what they are", name_,
              chunk_at);
      require(open_end || size % frame_bytes_ == 0, ErrorKind::bad_data,
              "{}: {} bytes of samples are no whole number of frames of {} bytes", name_, size,
              frame_bytes_);
      if (!open_end) {
        format_.frames = size / frame_bytes_;
      }
      return;
    } else {
      // Texts, markers: skipped, with the byte that makes their length even.
      for (uint64_t left = size + size % 2; left > 0;) {
        left -= take(std::min<uint64_t>(left, 65536), "a chunk").size();
      }
    }
  }
}

void WavTable::read_format(uint64_t size) {
  require(size == 16 || size == 18 || size == 40, ErrorKind::bad_data,
          "{}: the \"fmt \" chunk is {} bytes long; 16, 18 or 40 were expected", name_, size);
  const std::string bytes = take(size, "the \"fmt \" chunk");
  uint64_t code = little(bytes, 0, 2);
  if (code == kExtensible) {
    require(size == 40 && std::string_view(bytes).substr(26) == kFormatTail, ErrorKind::bad_data,
            "{}: the extensible header names no format of WAV", name_);
    code = little(bytes, 24, 2);
  }
  format_.channels = static_cast<int64_t>(little(bytes, 2, 2));
  format_.sample_rate = static_cast<int64_t>(little(bytes, 4, 4));
  format_.bits = static_cast<int64_t>(little(bytes, 14, 2));
  format_.floating = code == kFloat;
  const int64_t bits = format_.bits;
  require(code == kPcm || code == kFloat, ErrorKind::bad_data,
          "{}: format {} is compressed; PCM or floats were expected, so convert it first", name_,
          code);
  require(code == kPcm ? bits == 16 || bits == 24 || bits == 32 : bits == 32 || bits == 64,
          ErrorKind::bad_data,
          "{}: {} bits per {}; 16, 24 or 32 (PCM), 32 or 64 (floats) were expected, so convert it",
          name_, bits, format_.floating ? "float" : "sample");
  require(format_.channels > 0 && format_.sample_rate > 0, ErrorKind::bad_data,
          "{}: {} channels at {} frames per second; both must be above 0", name_, format_.channels,
          format_.sample_rate);
  frame_bytes_ = static_cast<uint64_t>(format_.channels * (bits / 8));
  require(little(bytes, 12, 2) == frame_bytes_, ErrorKind::bad_data,
          "{}: frames of {} bytes; {} channels of {} bits make {}", name_, little(bytes, 12, 2),
          format_.channels, bits, frame_bytes_);
}

void WavTable::choose_columns(const std::vector<std::string>& columns) {
  const auto channels = static_cast<size_t>(format_.channels);
  const auto name_of = [](size_t channel) { return fmt::format("channel {}", channel + 1); };
  if (columns.empty()) {
    for (size_t channel = 0; channel < channels; ++channel) {
      chosen_.push_back(channel);
    }
  }
  for (const std::string& column : columns) {
    const std::string_view digits = column.starts_with("channel ")
                                        ? std::string_view(column).substr(8)
                                        : std::string_view(column);
    size_t number = 0;
    const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    require(code == std::errc() && end == digits.data() + digits.size() && number >= 1 &&
                number <= channels,
            ErrorKind::bad_option, "{}: there is no column \"{}\"; its channels are 1 to {}", name_,
            column, channels);
    chosen_.push_back(number - 1);
  }
  for (const size_t channel : chosen_) {
    names_.push_back(name_of(channel));
  }
}

size_t WavTable::read(std::span<double> values) {
  const size_t room = values.size() / chosen_.size();
  const auto sample_bytes = static_cast<size_t>(format_.bits / 8);
  last_first_ = frames_read_;
  size_t done = 0;
  while (done < room) {
    const uint64_t left = format_.frames ? *format_.frames - frames_read_ : kFramesAtOnce;
    const size_t wanted = static_cast<size_t>(
        std::min({uint64_t{kFramesAtOnce}, left, static_cast<uint64_t>(room - done)}));
    if (wanted == 0) {
      break;
    }
    const size_t got = take_some(wanted * frame_bytes_);
    const size_t frames = got / frame_bytes_;
    require(!format_.frames || frames == wanted, ErrorKind::bad_data,
            "{}: the file ends at byte {}, after {} of {} frames; it is truncated", name_, offset_,
            frames_read_ + frames, format_.frames.value_or(0));
    require(got % frame_bytes_ == 0, ErrorKind::bad_data,
            "{}: the file ends at byte {}, within a frame of {} bytes; it is truncated", name_,
            offset_, frame_bytes_);
    for (size_t frame = 0; frame < frames; ++frame) {
      for (size_t i = 0; i < chosen_.size(); ++i) {
        const double value =
            sample_at(bytes_.data() + frame * frame_bytes_ + chosen_[i] * sample_bytes, format_);
        require(std::isfinite(value), ErrorKind::bad_data,
                "{}: frame {}, {}: {} is no finite number", name_, frames_read_ + frame + 1,
                names_[i], value);
        values[(done + frame) * chosen_.size() + i] = value;
      }
    }
    done += frames;
    frames_read_ += frames;
    if (frames < wanted) {
      break;
    }
  }
  return done;
}

std::string WavTable::place(size_t row) const {
  return fmt::format("{}: frame {}", name_, last_first_ + row + 1);
}

}  // namespace yonder::memory
