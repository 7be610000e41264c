// SPDX-License-Identifier: Apache-2.0
// Writing an id file so that a kill at any instant costs little.
//
// OUT.partial/ holds "ids" and "documents", the sections of the file to come, which only grow, and
// "state.json", replaced atomically, which says how much of them belongs to how much text. The
// order is always: sync the two, then the state; so the state never vouches for what is not on
// disk, and what lies beyond its figures is cut off when a run resumes. A finished state says that
// only the assembly is left: the record file is written inside OUT.partial and renamed to OUT, then
// the folder goes. Every step can be repeated. A lock on the folder keeps a second process out.
#include "yonder/base/crc32.h"
#include "yonder/base/error.h"
#include "yonder/base/json.h"
#include "yonder/base/mmap.h"
#include "yonder/base/parallel.h"
#include "yonder/tokenizer/internal/append_file.h"
#include "yonder/tokenizer/internal/corpus_blocks.h"
#include "yonder/tokenizer/token_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace yonder::tokenizer {

namespace {

namespace fs = std::filesystem;
using internal::AppendFile;
using internal::CorpusBlock;
using internal::CorpusBlocks;
using internal::CorpusPosition;

constexpr uint64_t kStateVersion = 1;
constexpr const char* kStateFile = "state.json";

template <typename Integer>
void put(std::string& out, Integer value) {
  for (size_t k = 0; k < sizeof(value); ++k) {
    out += static_cast<char>(value >> (8 * k) & 0xFF);
  }
}

// What must be the same when a run is resumed: name and value, as text.
using Settings = std::vector<std::pair<std::string, std::string>>;

std::string encoding_json(const EncodeOptions& encode) {
  EncodeOptions copy = encode;
  return options_to_json([&](OptionVisitor& v) { copy.visit(v); });
}

Settings settings_of(const Tokenizer& tokenizer, const EncodeCorpusOptions& options,
                     const CorpusBlocks& corpus) {
  std::string inputs;
  for (const std::string& name : options.input) {
    inputs += (inputs.empty() ? "" : " ") + json_escape_lossy(name);
  }
  return {{"input", inputs},
          {"size of the input files", std::to_string(corpus.total())},
          {"model", tokenizer.checksum()},
          {"options", encoding_json(options.encode)},
          {"bytes of a block", std::to_string(internal::kBlockBytes)}};
}

enum class Stage { encoding, encoded, in_place };
constexpr std::array<const char*, 3> kStages = {"encoding", "encoded", "in place"};

// What has been done, to the end of a block that is not open.
struct State {
  Stage stage = Stage::encoding;
  CorpusPosition text;
  uint64_t ids = 0;
  uint32_t ids_crc = 0;        // of the bytes of "ids"
  uint64_t started = 0;        // documents whose beginning was handed out
  uint32_t documents_crc = 0;  // of the bytes of "documents"
};

std::string to_json(const State& state, const Settings& settings) {
  JsonWriter w(2);
  w.begin_object().key("version").value(kStateVersion).key("settings").begin_object();
  for (const auto& [name, value] : settings) {
    w.key(name).value(value);
  }
  w.end_object().key("stage").value(kStages[static_cast<size_t>(state.stage)]);
  w.key("text_bytes").value(state.text.text_bytes);
  w.key("text_documents").value(state.text.documents).key("text_crc").value(state.text.crc);
  w.key("ids").value(state.ids).key("ids_crc").value(state.ids_crc);
  w.key("documents").value(state.started).key("documents_crc").value(state.documents_crc);
  w.end_object();
  return w.str() + "\n";
}

State read_state(const fs::path& path, const Settings& settings) {
  const Json json = parse_json(read_file(path), path.string());
  require(json.at("version").unsigned_integer() == kStateVersion, ErrorKind::bad_data,
          "{}: another version of yonder wrote it; go on with that one, or start again with "
          "--force",
          path.string());
  for (const auto& [name, value] : settings) {
    const std::string& before = json.at("settings").at(name).text();
    require(before == value, ErrorKind::bad_option,
            "{}: the interrupted run had another {}: {}; this one has {}; resume with the same, or "
            "start again with --force",
            path.string(), name, before, value);
  }
  const auto crc = [&](const char* key) {
    return static_cast<uint32_t>(json.at(key).unsigned_integer() & 0xFFFFFFFF);
  };
  const auto* const stage = std::find(kStages.begin(), kStages.end(), json.at("stage").text());
  require(stage != kStages.end(), ErrorKind::bad_data,
          "{}: the stage is unknown; start again with --force", path.string());
  State state;
  state.stage = static_cast<Stage>(stage - kStages.begin());
  state.text.text_bytes = json.at("text_bytes").unsigned_integer();
  state.text.documents = json.at("text_documents").unsigned_integer();
  state.text.crc = crc("text_crc");
  state.ids = json.at("ids").unsigned_integer();
  state.ids_crc = crc("ids_crc");
  state.started = json.at("documents").unsigned_integer();
  state.documents_crc = crc("documents_crc");
  return state;
}

// OUT.partial, locked against other processes as long as the object lives.
class WorkFolder {
 public:
  explicit WorkFolder(const fs::path& out) : path_(out.string() + ".partial") {
    std::error_code error;
    fs::create_directory(path_, error);
    if (error) {
      fail_errno(path_.string(), "cannot be made", error.value());
    }
    descriptor_ = ::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor_ < 0) {
      fail_errno(path_.string(), "cannot be opened", errno);
    }
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
      const int reason = errno;
      ::close(descriptor_);
      require(reason != EWOULDBLOCK, ErrorKind::file,
              "{}: another process is writing it; wait for its end, or choose another name for "
              "the result",
              path_.string());
      fail_errno(path_.string(), "cannot be locked", reason);
    }
  }
  ~WorkFolder() { ::close(descriptor_); }
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;

  fs::path operator/(const char* name) const { return path_ / name; }
  const fs::path& path() const { return path_; }

  /// Removes the files of which `keep` does not hold; a killed run may leave any.
  template <typename Keep>
  void clear(const Keep& keep) const {
    for (const fs::directory_entry& entry : fs::directory_iterator(path_)) {
      if (!keep(entry.path().filename().string())) {
        fs::remove(entry.path());
      }
    }
  }

 private:
  fs::path path_;
  int descriptor_ = -1;
};

// The growing part of a run.
class CorpusWriter {
 public:
  CorpusWriter(const WorkFolder& folder, const Settings& settings, const State& state,
               uint32_t width, uint64_t checkpoint_bytes)
      : folder_(folder),
        settings_(settings),
        width_(width),
        checkpoint_bytes_(checkpoint_bytes),
        now_(state),
        safe_(state),
        saved_at_(state.text.text_bytes),
        ids_(folder / "ids", state.ids * width),
        documents_(folder / "documents", state.started * 8) {}

  void write(const CorpusBlock& block) {
    std::string bytes;
    for (size_t i = 0; i < block.pieces.size(); ++i) {
      if (block.pieces[i].first) {
        put(bytes, now_.ids + block.starts[i]);
        ++now_.started;
      }
    }
    documents_.append(bytes);
    now_.documents_crc = crc32(bytes, now_.documents_crc);
    bytes.clear();
    for (const uint32_t id : block.ids) {
      if (width_ == 2) {
        put(bytes, static_cast<uint16_t>(id));
      } else {
        put(bytes, id);
      }
    }
    ids_.append(bytes);
    now_.ids_crc = crc32(bytes, now_.ids_crc);
    now_.ids += block.ids.size();
    now_.text = block.end;
    if (!block.open) {
      safe_ = now_;
      if (safe_.text.text_bytes - saved_at_ >= checkpoint_bytes_) {
        save();
      }
    }
  }

  /// Saves the state at the last place where work can go on.
  void save() {
    ids_.sync();
    documents_.sync();
    write_file(folder_ / kStateFile, to_json(safe_, settings_));
    saved_at_ = safe_.text.text_bytes;
  }

  State finish() {
    YONDER_CHECK(now_.ids == safe_.ids);
    safe_.stage = Stage::encoded;
    save();
    return safe_;
  }

 private:
  const WorkFolder& folder_;
  const Settings& settings_;
  uint32_t width_;
  uint64_t checkpoint_bytes_;
  State now_;
  State safe_;
  uint64_t saved_at_;  // bytes of text
  AppendFile ids_;
  AppendFile documents_;
};

// Copies a file of the folder into the open section, in parts of part_bytes; each(part) sees them.
template <typename Each>
void copy_section(const fs::path& path, uint64_t size, uint32_t crc, uint64_t part_bytes,
                  RecordWriter& writer, const Each& each) {
  const MappedFile file(path);
  bool intact = file.size() == size;
  uint32_t found = 0;
  for (uint64_t at = 0; intact && at < size; at += part_bytes) {
    const std::string_view part = file.view().substr(at, part_bytes);
    found = crc32(part, found);
    each(part);
    writer.append(part);
  }
  require(intact && found == crc, ErrorKind::bad_data,
          "{}: it is not what was written; start again with --force", path.string());
}

// Puts the record file together and moves it to its name.
void assemble(const WorkFolder& folder, const State& state, const Tokenizer& tokenizer,
              const EncodeCorpusOptions& options, uint32_t width, const fs::path& out) {
  RecordWriter writer(folder / "complete", "YIDS", 1);
  JsonWriter head;
  head.begin_object().key("dtype").value(width == 2 ? "uint16" : "uint32");
  head.key("vocab_size").value(tokenizer.vocab_size());
  head.key("model_sha256").value(tokenizer.checksum()).end_object();
  writer.add("head", head.str());
  writer.add("encoding", encoding_json(options.encode));
  std::string block_crcs;
  writer.begin("ids");
  copy_section(folder / "ids", state.ids * width, state.ids_crc, kIdsPerBlock * width, writer,
               [&](std::string_view part) { put(block_crcs, crc32(part)); });
  writer.end();
  writer.add("blocks", block_crcs);
  writer.begin("documents");
  copy_section(folder / "documents", state.started * 8, state.documents_crc, 8 * kIdsPerBlock,
               writer, [](std::string_view) {});
  std::string end;
  put(end, state.ids);
  writer.append(end);
  writer.end();
  writer.commit();
  rename_file(folder / "complete", out);
}

// Reads the text again up to where the state stands; blocks end where they ended then.
void skip_encoded(CorpusBlocks& corpus, const State& state, const ProgressRef& progress) {
  CorpusBlock block;
  bool more = true;
  while (more && block.end.text_bytes <= state.text.text_bytes && block.end != state.text) {
    progress.stop_if_cancelled("go on with --resume");
    more = corpus.next(block);
    progress.advance(block.consumed);
  }
  require(block.end == state.text, ErrorKind::bad_data,
          "the input has changed within its first {} bytes of text, which the interrupted run had "
          "encoded; start again with --force",
          state.text.text_bytes);
}

State encode_text(const WorkFolder& folder, const Settings& settings, const State& begin,
                  CorpusBlocks& corpus, const Tokenizer& tokenizer,
                  const EncodeCorpusOptions& options, uint32_t width, Progress* progress) {
  const ProgressRef report(progress);
  report.begin("encode", corpus.total(), "bytes");
  if (begin.text.text_bytes > 0 || begin.text.documents > 0) {
    skip_encoded(corpus, begin, report);
  }
  CorpusWriter writer(folder, settings, begin, width, static_cast<uint64_t>(options.checkpoint));
  internal::encode_blocks(tokenizer, corpus, options.encode, thread_count(options.threads),
                          [&](CorpusBlock& block) {
                            writer.write(block);
                            report.advance(block.consumed);
                            if (report.cancelled()) {
                              writer.save();
                            }
                            report.stop_if_cancelled("go on with --resume");
                          });
  return writer.finish();
}

// The file that `out` names, through links: a rename would replace the link.
fs::path resolved(const std::string& out) {
  std::error_code ignored;
  const fs::file_status status = fs::status(out, ignored);
  require(!fs::is_directory(status), ErrorKind::file, "{}: is a folder; name a file in it", out);
  require(!fs::exists(status) || fs::is_regular_file(status), ErrorKind::file,
          "{}: is a device or a pipe; name a regular file", out);
  return fs::is_symlink(out, ignored) && fs::exists(status) ? fs::canonical(out) : fs::path(out);
}

}  // namespace

void EncodeCorpusOptions::visit(OptionVisitor& v) {
  v.list("input", input, "text: FILE, FILE:lines or FILE.jsonl:FIELD, each may be gzip or zstd");
  v.path("out", out, "id file (.ids) to write");
  encode.visit(v);
  v.integer("threads", threads, 0, 1024, "threads; 0 = all cores");
  v.bytes("checkpoint", checkpoint, 1, int64_t{1} << 50,
          "text after which the state for --resume is saved");
  v.flag("resume", resume, "go on from the state that an interrupted run left");
  v.flag("force", force, "overwrite the id file");
}

void EncodeCorpusOptions::validate() const {
  require(!input.empty(), ErrorKind::bad_option,
          "no text was given; name at least one file with --input");
  require(!out.empty(), ErrorKind::bad_option, "no result file was given; name it with --out");
  encode.validate();
  require(encode.max_lag == 0, ErrorKind::bad_option,
          "--max-lag is for streams: its forced cuts would change the ids; leave it out");
}

EncodeCorpusReport encode_corpus(const Tokenizer& tokenizer, const EncodeCorpusOptions& options,
                                 Progress* progress) {
  EncodeCorpusOptions copy = options;
  validate_options([&](OptionVisitor& v) { copy.visit(v); });
  options.validate();
  const fs::path out = resolved(options.out);
  const fs::path partial = out.string() + ".partial";
  // Without a state a folder holds nothing of worth: the run was killed before the first one.
  const bool interrupted = fs::exists(partial / kStateFile);
  const bool resumed = options.resume && interrupted;
  require(!interrupted || options.resume || options.force, ErrorKind::file,
          "{}: an interrupted run left it; go on with --resume, or start again with --force",
          partial.string());
  if (!resumed) {
    require_free(out, options.force);
  }
  CorpusBlocks corpus(options.input, options.encode, tokenizer.format() != "bytepiece");
  const Settings settings = settings_of(tokenizer, options, corpus);
  const uint32_t width = tokenizer.vocab_size() <= kMostShortIds ? 2 : 4;

  const WorkFolder folder(out);
  State state;
  if (resumed) {
    state = read_state(folder / kStateFile, settings);
  }
  // Behind the stage of encoding, a file of that name is this run's own result.
  require_free(out, options.force || state.stage != Stage::encoding);
  folder.clear([&](const std::string& name) {
    return resumed && (name == "ids" || name == "documents" || name == kStateFile);
  });
  try {
    if (state.stage == Stage::encoding) {
      state = encode_text(folder, settings, state, corpus, tokenizer, options, width, progress);
    }
    if (state.stage == Stage::encoded) {
      assemble(folder, state, tokenizer, options, width, out);
      state.stage = Stage::in_place;
      write_file(folder / kStateFile, to_json(state, settings));
    }
    folder.clear([](const std::string& name) { return name == kStateFile; });
  } catch (const Error& error) {
    if (error.kind != ErrorKind::file) {
      throw;
    }
    fail(ErrorKind::file, "{}; what is done is kept in {}: go on with --resume", error.what(),
         folder.path().string());
  }
  std::error_code ignored;
  fs::remove_all(folder.path(), ignored);
  return {state.text.documents, state.text.text_bytes, state.ids};
}

}  // namespace yonder::tokenizer
