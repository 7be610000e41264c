// SPDX-License-Identifier: Apache-2.0
// `yonder memory merge`: one snapshot of several that remember adjacent stretches.
#include "cli/commands/memory.h"
#include "yonder/base/file.h"
#include "yonder/memory/stream.h"

#include <algorithm>

namespace yonder::cli {
namespace {

struct Merge : Command {
  std::vector<std::string> files;
  std::string out_path;
  bool force = false;
  bool json = false;

  void visit(OptionVisitor& v) override {
    v.list("files", files, "snapshots (.yms) of adjacent stretches, in any order");
    v.path("out", out_path, "the snapshot to write");
    v.flag("force", force, "overwrite what exists");
    v.flag("json", json, "print one JSON document");
  }

  void validate() const override {
    require(files.size() >= 2, ErrorKind::bad_option,
            "two snapshots or more were expected, e.g. a.yms b.yms; found {}", files.size());
    require_option("out", out_path, "the snapshot to write, e.g. -o ab.yms");
  }

  void run(Output& out, Progress& progress) override {
    require_free(out_path, force);
    progress.begin("merging", files.size(), "snapshots");
    std::vector<memory::Stream> streams;
    for (const std::string& file : files) {
      streams.push_back(memory::Stream::load(file));
    }
    std::vector<std::pair<double, size_t>> order;
    for (size_t i = 0; i < streams.size(); ++i) {
      order.emplace_back(streams[i].summary().begin(), i);
    }
    std::sort(order.begin(), order.end());
    memory::Stream merged = std::move(streams[order.front().second]);
    for (size_t k = 1; k < order.size(); ++k) {
      merged = memory::Stream::merge(merged, streams[order[k].second]);
      progress.advance(1);
    }
    merged.save(out_path);
    const memory::Summary summary = merged.summary();
    if (json) {
      JsonWriter w(2);
      w.begin_object().key("file").value(out_path).key("samples").value(merged.samples());
      w.key("begin").value(summary.begin()).key("end").value(summary.end()).end_object();
      out.write(w.str() + "\n");
    } else {
      out.print("{}: {} samples, {} to {}, {}\n", out_path, merged.samples(),
                time_text(summary.begin()), time_text(summary.end()), summary_text(summary));
    }
  }
};

}  // namespace

CommandRow memory_merge_command() {
  return {.name = "merge",
          .summary = "one snapshot of several that remember adjacent stretches",
          .details =
              "Exact: what comes out is the memory of one run over all of the samples, so that "
              "shards can be recorded anywhere and joined late. legs, lagt and window merge; a gap "
              "or an overlap between the stretches is refused.",
          .positional = "files",
          .examples = {"yonder memory merge monday.yms tuesday.yms -o both.yms"},
          .make = make_command<Merge>};
}

}  // namespace yonder::cli
