// SPDX-License-Identifier: Apache-2.0
// The order of work:
//   count   windows of the text -> runs            (skipped with --from-counts)
//   merge   runs -> kept n-grams, on disk          [manifest: phase tag]
//   tag     text, cut by the n-gram model -> runs of pieces
//   prune   merged pieces -> vocabularies          [manifest: phase prune, if pieces went to disk]
// Both passes over the text go in segments; after each one all tables become runs and the manifest
// says how far the text is covered (training_state.h). Nothing in the result depends on where
// segments end, on threads or on memory: counts are whole numbers, and every merge is exact.
#include "yonder/tokenizer/bnlm/trainer.h"

#include "yonder/base/error.h"
#include "yonder/base/file.h"
#include "yonder/base/json.h"
#include "yonder/base/parallel.h"
#include "yonder/tokenizer/bnlm/count_merge.h"
#include "yonder/tokenizer/bnlm/ngram_counts.h"
#include "yonder/tokenizer/bnlm/ngram_model.h"
#include "yonder/tokenizer/bnlm/piece_counts.h"
#include "yonder/tokenizer/bnlm/pruning.h"
#include "yonder/tokenizer/bnlm/tagging.h"
#include "yonder/tokenizer/bnlm/train_limits.h"
#include "yonder/tokenizer/bnlm/training_chunks.h"
#include "yonder/tokenizer/bnlm/training_state.h"
#include "yonder/tokenizer/formats/bytepiece.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <unordered_set>

namespace yonder::tokenizer {
namespace {

constexpr size_t kFanIn = 32;                             // runs merged into one
constexpr uint64_t kLeastPieceTable = uint64_t{1} << 20;  // bytes per thread
constexpr const char* kHowToGoOn = "run the same command with --resume to go on";

class Stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

std::filesystem::path work_folder(const std::string& tmp, const std::string& out) {
  return tmp.empty() ? std::filesystem::path(out + ".work")
                     : std::filesystem::path(tmp) /
                           (std::filesystem::path(out).filename().string() + ".work");
}

/// Found out before hours of work rather than after them.
void require_parent_folder(const std::string& out) {
  const std::filesystem::path parent = std::filesystem::absolute(out).parent_path();
  std::error_code error;
  require(std::filesystem::is_directory(parent, error), ErrorKind::file,
          "{}: there is no such folder, so {} cannot be written", parent.string(), out);
}

/// Temporary files of a writer that was killed while it saved `out`.
void remove_unfinished(const std::filesystem::path& out) {
  const std::filesystem::path parent = std::filesystem::absolute(out).parent_path();
  const std::string prefix = out.filename().string() + ".tmp-";
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(parent, error)) {
    if (entry.path().filename().string().starts_with(prefix)) {
      std::filesystem::remove(entry.path(), error);
    }
  }
}

/// What the work holds besides its tables: the program, batches in flight, buffers of merges.
uint64_t reserved_memory(uint64_t memory, int threads) {
  return std::min(memory / 2,
                  (uint64_t{20} << 20) + static_cast<uint64_t>(threads) * (uint64_t{3} << 19));
}

/// Objects that workers borrow, as many as there are workers at once.
template <typename T>
class Pool {
 public:
  explicit Pool(std::function<std::unique_ptr<T>()> make) : make_(std::move(make)) {}

  template <typename Body>
  void use(const Body& body) {
    T* item = nullptr;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (free_.empty()) {
        all_.push_back(make_());
        free_.push_back(all_.back().get());
      }
      item = free_.back();
      free_.pop_back();
    }
    body(*item);
    const std::lock_guard<std::mutex> lock(mutex_);
    free_.push_back(item);
  }
  const std::vector<std::unique_ptr<T>>& all() const { return all_; }

 private:
  std::function<std::unique_ptr<T>()> make_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<T>> all_;
  std::vector<T*> free_;
};

/// Runs are written by workers and named in the state; one lock for both.
class RunStore {
 public:
  explicit RunStore(WorkFolder& folder) : folder_(folder) {}

  /// Writes one run through `fill` and names it in the state (which is saved at checkpoints only).
  void write(const std::string& stem, int64_t level, const std::function<void(RunWriter&)>& fill) {
    std::filesystem::path path;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      path = folder_.new_file(stem);
    }
    RunWriter writer(path);
    fill(writer);
    const uint64_t bytes = writer.finish();
    const std::lock_guard<std::mutex> lock(mutex_);
    folder_.state().runs.push_back({path.filename().string(), bytes, level});
  }

  /// Merges runs of one level until fewer than kFanIn are left on each. Files that are merged
  /// disappear with the next checkpoint.
  void compact(const std::string& stem,
               const std::function<void(const std::vector<RunFile>&, RunWriter&)>& merge) {
    for (bool again = true; again;) {
      again = false;
      std::map<int64_t, std::vector<RunFile>> levels;
      for (const RunFile& run : folder_.state().runs) {
        levels[run.level].push_back(run);
      }
      for (auto& entry : levels) {  // no structured binding: clang 14 cannot capture one
        const int64_t level = entry.first;
        std::vector<RunFile>& runs = entry.second;
        if (runs.size() < kFanIn) {
          continue;
        }
        runs.resize(kFanIn);
        write(stem, level + 1, [&](RunWriter& writer) { merge(runs, writer); });
        std::erase_if(folder_.state().runs, [&](const RunFile& run) {
          return std::any_of(runs.begin(), runs.end(),
                             [&](const RunFile& merged) { return merged.name == run.name; });
        });
        again = true;
        break;
      }
    }
  }

 private:
  WorkFolder& folder_;
  std::mutex mutex_;
};

struct PassOptions {
  const std::vector<std::string>& input;
  ChunkRule rule;
  int threads;
  TrainLimits limits;
};

[[noreturn]] void fail_changed(uint64_t batch) {
  fail(ErrorKind::bad_data,
       "the text has changed since it was first read (about {} MiB into it); restore "
       "the files and --resume, or start anew without --resume",
       batch * ChunkReader::kBatchBytes >> 20);
}

/// One pass over the text from where the state stands. `work` is called from several threads;
/// `checkpoint` turns all tables into runs and is called when a segment ends, but not at the end of
/// the text. Afterwards the state covers the whole text.
void pass_over_text(const char* what, WorkFolder& folder, const PassOptions& options,
                    const std::function<void(const ChunkBatch&)>& work,
                    const std::function<void()>& checkpoint, const ProgressRef& progress) {
  struct Item {
    std::unique_ptr<ChunkBatch> batch;
    uint32_t fingerprint = 0;
  };
  TrainingState& state = folder.state();
  ChunkReader reader(options.input, options.rule);
  progress.begin(what, reader.total_input_bytes(), "bytes");
  if (state.fingerprints.empty()) {
    state.input_bytes = reader.total_input_bytes();
  }
  require(state.input_bytes == reader.total_input_bytes(), ErrorKind::bad_data,
          "the input files had {} bytes when they were first read and have {} now; restore them "
          "and --resume, or start anew without --resume",
          state.input_bytes, reader.total_input_bytes());
  uint64_t index = 0;
  for (; index < state.batches; ++index) {
    const std::unique_ptr<ChunkBatch> batch = reader.next();
    if (batch == nullptr || fingerprint(*batch) != state.fingerprints[index]) {
      fail_changed(index);
    }
    progress.advance(batch->input_bytes);
    progress.stop_if_cancelled(kHowToGoOn);
  }
  for (bool more = true; more;) {
    const Stopwatch clock;
    uint64_t segment_bytes = 0;
    bool cancelled = false;
    const auto read = [&]() -> std::unique_ptr<Item> {
      cancelled = progress.cancelled();
      if (cancelled || segment_bytes >= options.limits.segment_bytes ||
          clock.seconds() >= options.limits.segment_seconds) {
        return nullptr;
      }
      auto item = std::make_unique<Item>();
      item->batch = reader.next();
      more = item->batch != nullptr;
      if (!more) {
        return nullptr;
      }
      segment_bytes += item->batch->text_size();
      return item;
    };
    ordered_pipeline<Item>(
        options.threads, read,
        [&](Item& item) {
          item.fingerprint = fingerprint(*item.batch);
          work(*item.batch);
        },
        [&](Item& item) {
          if (index < state.fingerprints.size()) {
            if (item.fingerprint != state.fingerprints[index]) {
              fail_changed(index);
            }
          } else if (state.text_complete) {
            fail_changed(index);
          } else {
            state.fingerprints.push_back(item.fingerprint);
          }
          ++index;
          state.text_bytes += item.batch->text_size();
          progress.advance(item.batch->input_bytes);
        });
    state.batches = index;
    if (!more) {
      if (index != state.fingerprints.size()) {
        fail_changed(index);
      }
      state.text_complete = true;
    } else {
      checkpoint();
      folder.save();
    }
    if (cancelled) {
      if (!more) {
        checkpoint();
        folder.save();
      }
      fail(ErrorKind::cancelled, "stopped on request; {}", kHowToGoOn);
    }
  }
  require(state.text_bytes > 0, ErrorKind::bad_data, "the inputs hold no text");
}

/// The first pass: afterwards sources() are all windows of the text.
class CountPass {
 public:
  CountPass(WorkFolder& folder, const PassOptions& options, int order, uint64_t memory)
      : folder_(folder),
        options_(options),
        store_(folder),
        counters_([this, order, table_bytes = table_bytes(memory)] {
          return std::make_unique<WindowCounter>(
              order, table_bytes, [this](std::span<const NgramCount> sorted) {
                store_.write("ngrams", 0, [&](RunWriter& writer) { writer.add(sorted); });
              });
        }) {}

  void run(const ProgressRef& progress) {
    pass_over_text(
        "counting n-grams", folder_, options_,
        [&](const ChunkBatch& batch) {
          counters_.use([&](WindowCounter& counter) { counter.add(batch); });
        },
        [&] {
          parallel_for(counters_.all().size(), 1, options_.threads, [&](size_t first, size_t last) {
            for (size_t i = first; i < last; ++i) {
              counters_.all()[i]->drain();
            }
          });
          compact();
        },
        progress);
    compact();
    in_memory_.resize(counters_.all().size());
    parallel_for(counters_.all().size(), 1, options_.threads, [&](size_t first, size_t last) {
      for (size_t i = first; i < last; ++i) {
        in_memory_[i] = counters_.all()[i]->sorted();
      }
    });
  }

  /// Calls `use` with sources of all windows. If it is cancelled, the windows in memory are
  /// written to disk, so that the text need not be counted again.
  void merge(const std::function<void(const std::vector<std::unique_ptr<NgramSource>>&)>& use) {
    std::vector<std::unique_ptr<NgramSource>> sources;
    for (const RunFile& run : folder_.state().runs) {
      sources.push_back(run_source(folder_.file(run)));
    }
    for (const std::span<const NgramCount> sorted : in_memory_) {
      sources.push_back(memory_source(sorted));
    }
    try {
      use(sources);
    } catch (const Error& error) {
      if (error.kind == ErrorKind::cancelled) {
        for (const std::span<const NgramCount> sorted : in_memory_) {
          store_.write("ngrams", 0, [&](RunWriter& writer) { writer.add(sorted); });
        }
        folder_.save();
      }
      throw;
    }
  }

 private:
  size_t table_bytes(uint64_t memory) const {
    if (options_.limits.table_bytes > 0) {
      return options_.limits.table_bytes;
    }
    return (memory - reserved_memory(memory, options_.threads)) /
           static_cast<uint64_t>(options_.threads);
  }
  void compact() {
    store_.compact("ngrams", [&](const std::vector<RunFile>& runs, RunWriter& writer) {
      std::vector<std::unique_ptr<NgramSource>> sources;
      sources.reserve(runs.size());
      for (const RunFile& run : runs) {
        sources.push_back(run_source(folder_.file(run)));
      }
      merge_ngrams(sources, [&](std::span<const NgramCount> items) { writer.add(items); });
    });
  }

  WorkFolder& folder_;
  PassOptions options_;
  RunStore store_;
  Pool<WindowCounter> counters_;
  std::vector<std::span<const NgramCount>> in_memory_;
};

/// Merged windows -> kept n-grams in files, one per length, and the state of phase tag.
void keep_ngrams(WorkFolder& folder, const std::vector<std::unique_ptr<NgramSource>>& sources,
                 int order, uint64_t min_count, const ProgressRef& progress) {
  progress.begin("adding n-gram counts", 0, "n-grams");
  std::vector<std::filesystem::path> paths(1);
  std::vector<std::unique_ptr<RunWriter>> writers(1);
  for (int length = 1; length <= order; ++length) {
    paths.push_back(folder.new_file(fmt::format("kept-{}", length)));
    writers.push_back(std::make_unique<RunWriter>(paths.back()));
  }
  PrefixCounts prefixes(order, min_count, [&](NgramCount ngram) {
    writers[static_cast<size_t>(ngram_length(ngram.key))]->add({&ngram, 1});
  });
  merge_ngrams(sources, [&](std::span<const NgramCount> windows) {
    prefixes.add(windows);
    progress.advance(windows.size());
    progress.stop_if_cancelled(kHowToGoOn);
  });
  prefixes.finish();
  TrainingState& state = folder.state();
  state.kept.clear();
  for (size_t length = 1; length < writers.size(); ++length) {
    state.kept.push_back({paths[length].filename().string(), writers[length]->finish(), 0});
  }
  state.phase = TrainPhase::tag;
  state.runs.clear();
  state.batches = 0;
  state.text_bytes = 0;
  state.total = prefixes.total();
  state.kept_ngrams = prefixes.kept();
  state.long_ngrams = prefixes.kept();
  for (int length = 1; length <= std::min(order, 2); ++length) {
    state.long_ngrams -= prefixes.kept(length);
  }
  folder.save();
}

NgramModel load_model(WorkFolder& folder, int order, uint64_t memory, int threads,
                      const ProgressRef& progress) {
  const TrainingState& state = folder.state();
  const uint64_t reserved = reserved_memory(memory, threads);
  const uint64_t needed = NgramModel::least_memory(state.long_ngrams) + reserved +
                          kLeastPieceTable * static_cast<uint64_t>(threads);
  require(needed <= memory, ErrorKind::memory,
          "the {} n-grams kept need {} MiB of memory, --memory is {} MiB; raise --memory or "
          "--min-count",
          state.kept_ngrams, (needed >> 20) + 1, memory >> 20);
  progress.begin("loading n-grams", state.kept_ngrams, "n-grams");
  // A quarter of the rest is for counting pieces.
  NgramModel model(order, state.long_ngrams, state.total, (memory - reserved) / 4 * 3);
  std::vector<NgramCount> items;
  for (const RunFile& run : state.kept) {
    RunReader reader(folder.file(run));
    while (reader.next(items)) {
      model.add(items);
      progress.advance(items.size());
    }
  }
  return model;
}

/// The second pass: afterwards scan() gives all pieces.
class TagPass {
 public:
  TagPass(WorkFolder& folder, const PassOptions& options, uint64_t memory)
      : folder_(folder), options_(options), memory_(memory), store_(folder) {}

  void run(NgramModel model, const TaggingRule& rule, const ProgressRef& progress) {
    struct Tagging {
      Tagger tagger;
      PieceCounter* counter;
    };
    const size_t counter_bytes = table_bytes(model.memory());
    Pool<Tagging> pool([&] {
      counters_.push_back(
          std::make_unique<PieceCounter>(counter_bytes, [this](PieceSource& sorted) {
            store_.write("pieces", 0, [&](RunWriter& writer) {
              std::string_view piece;
              uint64_t count = 0;
              while (sorted.next(piece, count)) {
                writer.add(piece, count);
              }
            });
          }));
      return std::make_unique<Tagging>(Tagging{Tagger(model, rule), counters_.back().get()});
    });
    pass_over_text(
        "cutting the text", folder_, options_,
        [&](const ChunkBatch& batch) {
          pool.use([&](Tagging& tagging) {
            for (size_t i = 0; i < batch.size(); ++i) {
              const std::string_view chunk = batch.chunk(i);
              tagging.counter->add(chunk, tagging.tagger.cut(chunk));
            }
          });
        },
        [&] {
          drain();
          compact();
        },
        progress);
  }

  /// Sends the pieces to disk if they take much of the memory, or if some are there already.
  void settle() {
    uint64_t held = 0;
    for (const auto& counter : counters_) {
      held += counter->memory();
    }
    if (!folder_.state().runs.empty() || held > memory_ / 4) {
      to_disk();
    }
    parallel_for(counters_.size(), 1, options_.threads, [&](size_t first, size_t last) {
      for (size_t i = first; i < last; ++i) {
        counters_[i]->sorted();
      }
    });
  }

  /// Sends all pieces to disk and makes that the state: from now on only pruning is left.
  void to_disk() {
    if (folder_.state().phase != TrainPhase::prune) {
      drain();
      compact();
      counters_.clear();
      folder_.state().phase = TrainPhase::prune;
      folder_.save();
    }
  }

  void scan(const PieceSink& sink) const {
    std::vector<std::unique_ptr<PieceSource>> sources;
    for (const RunFile& run : folder_.state().runs) {
      sources.push_back(piece_run_source(folder_.file(run)));
    }
    for (const auto& counter : counters_) {
      sources.push_back(counter->sorted());
    }
    merge_pieces(sources, sink);
  }

 private:
  size_t table_bytes(uint64_t model_bytes) const {
    if (options_.limits.table_bytes > 0) {
      return options_.limits.table_bytes;
    }
    return (memory_ - reserved_memory(memory_, options_.threads) - model_bytes) /
           static_cast<uint64_t>(options_.threads);
  }
  void drain() {
    parallel_for(counters_.size(), 1, options_.threads, [&](size_t first, size_t last) {
      for (size_t i = first; i < last; ++i) {
        counters_[i]->drain();
      }
    });
  }
  void compact() {
    store_.compact("pieces", [&](const std::vector<RunFile>& runs, RunWriter& writer) {
      std::vector<std::unique_ptr<PieceSource>> sources;
      sources.reserve(runs.size());
      for (const RunFile& run : runs) {
        sources.push_back(piece_run_source(folder_.file(run)));
      }
      merge_pieces(sources,
                   [&](std::string_view piece, uint64_t count) { writer.add(piece, count); });
    });
  }

  WorkFolder& folder_;
  PassOptions options_;
  uint64_t memory_;
  RunStore store_;
  std::vector<std::unique_ptr<PieceCounter>> counters_;
};

/// Calls `body`; errors of the system and of memory then say that the work so far is kept.
template <typename Body>
void name_resume(const WorkFolder& folder, const Body& body) {
  const auto advice = [&] {
    return folder.has_manifest()
               ? fmt::format(
                     "; the work up to the last checkpoint is kept in {}: make room, then {}",
                     folder.path().string(), kHowToGoOn)
               : std::string();
  };
  try {
    body();
  } catch (const Error& error) {
    if (error.kind == ErrorKind::file || error.kind == ErrorKind::memory) {
      throw Error(error.kind, error.what() + advice());
    }
    throw;
  } catch (const std::bad_alloc&) {
    throw Error(ErrorKind::memory,
                "the system refused memory; pass a lower --memory or free some" + advice());
  }
}

void write_inputs(JsonWriter& json, const std::vector<std::string>& input) {
  json.key("input").begin_array();
  for (const std::string& name : input) {
    json.raw(json_escape_lossy(name));
  }
  json.end_array();
}

/// The options that the state depends on; sizes come in only after it.
std::string settings_of(const TrainOptions& options, bool nfc) {
  JsonWriter json;
  json.begin_object();
  json.key("job").value("train");
  write_inputs(json, options.input);
  json.key("order").value(options.order);
  json.key("min-count").value(options.min_count);
  json.key("isolate-digits").value(options.isolate_digits);
  json.key("ensure-unicode").value(options.ensure_unicode);
  json.key("compat").value(options.compat);
  json.key("normalize").value(nfc ? "nfc" : "none");
  json.key("from-counts").raw(json_escape_lossy(options.from_counts));
  json.end_object();
  return json.str();
}

std::string settings_of(const CountOptions& options) {
  JsonWriter json;
  json.begin_object();
  json.key("job").value("count");
  write_inputs(json, options.input);
  json.key("order").value(options.order);
  json.key("isolate-digits").value(options.isolate_digits);
  json.key("normalize").value(options.normalize);
  json.end_object();
  return json.str();
}

std::vector<std::unique_ptr<NgramSource>> sources_of(const CountFile& file,
                                                     const CountSettings& settings,
                                                     const std::string& name) {
  const auto tell = [](const CountSettings& s) {
    return fmt::format("order {}, {}isolated digits, normal form {}", s.order,
                       s.isolate_digits ? "" : "no ", s.nfc ? "nfc" : "none");
  };
  require(file.settings() == settings, ErrorKind::bad_option,
          "{}: was counted with {}; this run has {}", name, tell(file.settings()), tell(settings));
  std::vector<std::unique_ptr<NgramSource>> sources;
  sources.push_back(file.source());
  return sources;
}

void prune_and_save(const TrainOptions& options, const TagPass& tagging, int threads,
                    TrainReport& report, const ProgressRef& progress) {
  PruneRule rule;
  rule.sizes = options.vocab_size;
  std::sort(rule.sizes.begin(), rule.sizes.end(), std::greater<>());
  rule.sizes.erase(std::unique(rule.sizes.begin(), rule.sizes.end()), rule.sizes.end());
  rule.max_piece_length = static_cast<uint64_t>(options.max_piece_length);
  rule.min_count = static_cast<uint64_t>(options.min_count);
  rule.threads = threads;
  rule.memory = static_cast<uint64_t>(options.memory) / 4 * 3;
  const PieceScan scan = [&](const PieceSink& sink) {
    report.raw_pieces = 0;
    tagging.scan([&](std::string_view piece, uint64_t count) {
      ++report.raw_pieces;
      sink(piece, count);
    });
  };
  auto vocabularies = prune_pieces(scan, rule, progress);
  for (size_t i = 0; i < vocabularies.size(); ++i) {
    TrainedVocabulary result;
    result.requested_size = rule.sizes[i];
    result.pieces = std::move(vocabularies[i]);
    result.path =
        rule.sizes.size() == 1 ? options.out : fmt::format("{}.{}", options.out, rule.sizes[i]);
    if (result.pieces.size() == 256 && rule.sizes[i] > 259) {
      progress.warn(
          fmt::format("{}: nothing but the 256 single bytes is left; the text is too "
                      "short for --min-count {}",
                      result.path, options.min_count));
    }
    remove_unfinished(result.path);
    save_bytepiece(result.path, result.pieces);
    report.vocabularies.push_back(std::move(result));
  }
}

}  // namespace

TrainReport train(const TrainOptions& options, const TrainLimits& limits, Progress* sink) {
  const ProgressRef progress(sink);
  TrainOptions checked = options;
  validate_options([&](OptionVisitor& v) { checked.visit(v); });
  options.validate();
  require_parent_folder(options.out);
  const int threads = thread_count(options.threads);
  const auto memory = static_cast<uint64_t>(options.memory);
  const bool reference = options.compat == "bytepiece";
  const bool nfc = reference || options.normalize == "nfc";
  const auto order = static_cast<int>(options.order);

  WorkFolder folder(work_folder(options.tmp, options.out), settings_of(options, nfc),
                    options.resume, options.force);
  const bool resumed = folder.has_manifest();
  for (const int64_t size : options.vocab_size) {
    require_free(
        options.vocab_size.size() == 1 ? options.out : fmt::format("{}.{}", options.out, size),
        options.force || resumed);
  }
  const PassOptions pass{options.input, {options.isolate_digits, nfc}, threads, limits};
  TrainReport report;
  name_resume(folder, [&] {
    TrainingState& state = folder.state();
    const Stopwatch counting;
    if (state.phase == TrainPhase::count) {
      const auto min_count = static_cast<uint64_t>(options.min_count);
      if (options.from_counts.empty()) {
        CountPass counts(folder, pass, order, memory);
        counts.run(progress);
        counts.merge([&](const std::vector<std::unique_ptr<NgramSource>>& sources) {
          keep_ngrams(folder, sources, order, min_count, progress);
        });
      } else {
        const CountFile file{std::filesystem::path(options.from_counts)};
        keep_ngrams(folder,
                    sources_of(file, {order, options.isolate_digits, nfc}, options.from_counts),
                    order, min_count, progress);
      }
    }
    report.count_seconds = counting.seconds();
    report.kept_ngrams = state.kept_ngrams;

    const Stopwatch tagging_time;
    TagPass tagging(folder, pass, memory);
    if (state.phase == TrainPhase::tag) {
      tagging.run(load_model(folder, order, memory, threads, progress),
                  {options.ensure_unicode, reference}, progress);
      tagging.settle();
    }
    report.tag_seconds = tagging_time.seconds();
    report.text_bytes = state.text_bytes;

    const Stopwatch pruning;
    try {
      prune_and_save(options, tagging, threads, report, progress);
    } catch (const Error& error) {
      if (error.kind == ErrorKind::cancelled) {
        tagging.to_disk();
      }
      throw;
    }
    report.prune_seconds = pruning.seconds();
  });
  folder.remove();
  return report;
}

TrainReport train(const TrainOptions& options, Progress* progress) {
  return train(options, TrainLimits{}, progress);
}

void count_ngrams(const CountOptions& options, const TrainLimits& limits, Progress* sink) {
  const ProgressRef progress(sink);
  CountOptions checked = options;
  validate_options([&](OptionVisitor& v) { checked.visit(v); });
  options.validate();
  require_parent_folder(options.out);
  const CountSettings settings{static_cast<int>(options.order), options.isolate_digits,
                               options.normalize == "nfc"};
  WorkFolder folder(work_folder(options.tmp, options.out), settings_of(options), options.resume,
                    options.force);
  require_free(options.out, options.force || folder.has_manifest());
  name_resume(folder, [&] {
    const PassOptions pass{options.input,
                           {options.isolate_digits, settings.nfc},
                           thread_count(options.threads),
                           limits};
    CountPass counts(folder, pass, settings.order, static_cast<uint64_t>(options.memory));
    counts.run(progress);
    progress.begin("adding n-gram counts", 0, "n-grams");
    remove_unfinished(options.out);
    counts.merge([&](const std::vector<std::unique_ptr<NgramSource>>& sources) {
      CountFileWriter writer(options.out, settings);
      merge_ngrams(sources, [&](std::span<const NgramCount> windows) {
        writer.add(windows);
        progress.advance(windows.size());
        progress.stop_if_cancelled(kHowToGoOn);
      });
      writer.commit();
    });
  });
  folder.remove();
}

void count_ngrams(const CountOptions& options, Progress* progress) {
  count_ngrams(options, TrainLimits{}, progress);
}

void merge_counts(const std::vector<std::string>& inputs, const std::string& out, bool force,
                  Progress* sink) {
  const ProgressRef progress(sink);
  require(!inputs.empty(), ErrorKind::bad_option, "no count file was given");
  require(!out.empty(), ErrorKind::bad_option, "no result file was given; name it with --out");
  require_free(out, force);
  require_parent_folder(out);
  std::vector<std::unique_ptr<CountFile>> files;
  std::vector<std::unique_ptr<NgramSource>> sources;
  unsigned __int128 total = 0;
  for (const std::string& input : inputs) {
    files.push_back(std::make_unique<CountFile>(std::filesystem::path(input)));
    for (auto& source : sources_of(*files.back(), files.front()->settings(), input)) {
      sources.push_back(std::move(source));
    }
    total += files.back()->total();
  }
  require(total <= UINT64_MAX, ErrorKind::bad_data,
          "the counts of these {} files add up to more than 64 bits hold", inputs.size());
  progress.begin("adding n-gram counts", 0, "n-grams");
  CountFileWriter writer(out, files.front()->settings());
  merge_ngrams(sources, [&](std::span<const NgramCount> items) {
    writer.add(items);
    progress.advance(items.size());
    progress.stop_if_cancelled("nothing was written");
  });
  writer.commit();
}

TrainedVocabulary train_from_pieces(std::vector<CountedPiece> pieces, const std::string& out,
                                    bool force, Progress* sink) {
  const ProgressRef progress(sink);
  require(!out.empty(), ErrorKind::bad_option, "no result file was given; name it with --out");
  require(!pieces.empty(), ErrorKind::bad_data, "the list holds no pieces");
  require_free(out, force);
  require_parent_folder(out);
  std::unordered_set<std::string_view> seen;
  for (size_t i = 0; i < pieces.size(); ++i) {
    const CountedPiece& piece = pieces[i];
    require(!piece.bytes.empty(), ErrorKind::bad_data, "piece {} of the list is empty", i + 1);
    require(piece.count > 0, ErrorKind::bad_data,
            "piece {} of the list has count 0; counts are whole numbers >= 1", i + 1);
    require(seen.insert(piece.bytes).second, ErrorKind::bad_data,
            "piece {} of the list stands in it twice", i + 1);
  }
  PruneRule rule;
  rule.sizes = {static_cast<int64_t>(pieces.size()) + 259};
  rule.max_piece_length = UINT64_MAX;
  rule.min_count = 1;
  rule.threads = thread_count(0);
  const PieceScan scan = [&](const PieceSink& piece_sink) {
    for (const CountedPiece& piece : pieces) {
      piece_sink(piece.bytes, piece.count);
    }
  };
  TrainedVocabulary result;
  result.requested_size = rule.sizes[0];
  result.pieces = std::move(prune_pieces(scan, rule, progress).front());
  result.path = out;
  save_bytepiece(out, result.pieces);
  return result;
}

}  // namespace yonder::tokenizer
