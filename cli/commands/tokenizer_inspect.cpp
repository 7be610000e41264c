// SPDX-License-Identifier: Apache-2.0
// `yonder tokenizer inspect`: what a model, an id file or a count file is.
#include "cli/commands/tokenizer.h"
#include "yonder/base/compressed.h"
#include "yonder/tokenizer/bnlm/ngram_counts.h"
#include "yonder/tokenizer/token_file.h"

#include <algorithm>
#include <array>

namespace yonder::cli {
namespace {

/// The first bytes of a file, from which its kind is told.
std::string first_bytes(const std::string& path) {
  ByteReader reader(path);
  std::array<char, 64> bytes{};
  return std::string(bytes.data(), reader.read(bytes));
}

std::string decimal(unsigned __int128 value) {
  std::string digits;
  do {
    digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(value % 10)));
    value /= 10;
  } while (value > 0);
  return digits;
}

struct Inspect : Command {
  std::string path;
  tokenizer::LoadOptions load;
  int64_t show = 10;
  bool verify = false;
  bool json = false;

  void visit(OptionVisitor& v) override {
    v.path("file", path, "a model, an id file (.ids) or a count file (.ync)");
    load.visit(v);
    v.integer("show", show, 0, 1 << 24, "longest and most frequent pieces of a model to list");
    v.flag("verify", verify, "read the whole file and check it");
    v.flag("json", json, "print one JSON document");
  }

  void run(Output& out, Progress& progress) override {
    require_option("file", path, "what to look at, e.g. book.model");
    const std::string start = first_bytes(path);
    JsonWriter w(2);
    w.begin_object();
    if (is_record_file(start, "YIDS")) {
      inspect_ids(w, out);
    } else if (is_record_file(start, "YNGC")) {
      inspect_counts(w, out);
    } else {
      inspect_model(w, progress, out);
    }
    if (json) {
      w.end_object();
      out.write(w.str() + "\n");
    }
  }

 private:
  void inspect_ids(JsonWriter& w, Output& out) const {
    const tokenizer::TokenFile file(path);
    if (verify) {
      file.verify();
    }
    if (json) {
      w.key("kind").value("ids").key("documents").value(file.documents());
      w.key("ids").value(file.size()).key("vocab_size").value(file.vocab_size());
      w.key("model").value(file.model_checksum()).key("settings").raw(file.settings());
      return;
    }
    out.print("kind             token ids\n");
    out.print("documents        {}\n", file.documents());
    out.print("ids              {}\n", file.size());
    out.print("vocabulary       {} ids\n", file.vocab_size());
    out.print("model            {}\n", file.model_checksum());
    out.print("settings         {}\n", file.settings());
  }

  void inspect_counts(JsonWriter& w, Output& out) const {
    const tokenizer::CountFile file(path);
    if (verify) {
      const auto source = file.source();
      while (!source->next().empty()) {
      }
    }
    const tokenizer::CountSettings& settings = file.settings();
    if (json) {
      w.key("kind").value("ngram_counts").key("order").value(settings.order);
      w.key("isolate_digits").value(settings.isolate_digits).key("nfc").value(settings.nfc);
      w.key("windows").value(file.windows()).key("bytes").value(file.total());
      return;
    }
    out.print("kind             n-gram counts\n");
    out.print("order            {}\n", settings.order);
    out.print("isolate digits   {}\n", settings.isolate_digits ? "yes" : "no");
    out.print("normalisation    {}\n", settings.nfc ? "nfc" : "none");
    out.print("windows          {}\n", file.windows());
    out.print("text             {} bytes\n", file.total());
  }

  void inspect_model(JsonWriter& w, Progress& progress, Output& out) const {
    const tokenizer::Tokenizer t = tokenizer::Tokenizer::load(path, load, &progress);
    std::vector<uint32_t> ids;  // without special ids and the gaps that a file may have
    for (uint32_t id = 0; id < t.vocab_size(); ++id) {
      if (!t.special(id) && !t.piece(id).empty()) {
        ids.push_back(id);
      }
    }
    const size_t pieces = ids.size();
    const size_t shown = std::min(pieces, static_cast<size_t>(show));
    std::vector<uint32_t> longest = ids;
    std::stable_sort(longest.begin(), longest.end(),
                     [&](uint32_t a, uint32_t b) { return t.piece(a).size() > t.piece(b).size(); });
    longest.resize(shown);
    if (t.format() != "bytepiece") {
      inspect_imported(t, pieces, longest, w, out);
      return;
    }
    const tokenizer::Vocabulary& vocabulary = t.vocabulary();
    std::vector<uint32_t> frequent = std::move(ids);
    std::stable_sort(frequent.begin(), frequent.end(), [&](uint32_t a, uint32_t b) {
      return vocabulary.count(a) > vocabulary.count(b);
    });
    frequent.resize(shown);
    if (json) {
      w.key("kind").value("model").key("checksum").value(t.checksum());
      w.key("vocab_size").value(t.vocab_size()).key("pieces").value(static_cast<uint64_t>(pieces));
      w.key("total_count").value(decimal(vocabulary.total()));
      w.key("single_bytes").value(vocabulary.single_bytes());
      w.key("max_piece_length").value(vocabulary.max_piece_length());
      for (const auto& [name, list] : {std::pair{"longest", &longest}, {"frequent", &frequent}}) {
        w.key(name).begin_array();
        for (const uint32_t id : *list) {
          w.begin_object().key("id").value(id).key("piece");
          write_piece(w, vocabulary.piece(id));
          w.key("count").value(vocabulary.count(id)).end_object();
        }
        w.end_array();
      }
      return;
    }
    out.print("kind             unigram vocabulary over bytes\n");
    out.print("checksum         {}\n", t.checksum());
    out.print("ids              {} (3 special, {} pieces)\n", t.vocab_size(), pieces);
    out.print("counts           {} in all\n", decimal(vocabulary.total()));
    out.print("single bytes     {} of 256\n", vocabulary.single_bytes());
    out.print("longest piece    {} bytes\n", vocabulary.max_piece_length());
    for (const auto& [name, list] : {std::pair{"longest", &longest}, {"frequent", &frequent}}) {
      for (const uint32_t id : *list) {
        out.print("{:<17}{}\t{}\t{}\n", name, id, vocabulary.count(id),
                  printable_piece(vocabulary.piece(id)));
      }
    }
  }

  // Another program's model has scores instead of counts, or merges.
  void inspect_imported(const tokenizer::Tokenizer& t, size_t pieces,
                        const std::vector<uint32_t>& longest, JsonWriter& w, Output& out) const {
    const size_t special = t.vocab_size() - pieces;
    const auto id_or_none = [](std::optional<uint32_t> id) {
      return id ? std::to_string(*id) : std::string("none");
    };
    if (json) {
      w.key("kind").value(t.kind()).key("format").value(t.format());
      w.key("checksum").value(t.checksum()).key("vocab_size").value(t.vocab_size());
      w.key("pieces").value(static_cast<uint64_t>(pieces));
      for (const auto& [name, id] : {std::pair{"bos", t.bos_id()}, {"eos", t.eos_id()}}) {
        w.key(name);
        id ? w.value(*id) : w.null();
      }
      w.key("longest").begin_array();
      for (const uint32_t id : longest) {
        w.begin_object().key("id").value(id).key("piece");
        write_piece(w, t.piece(id));
        w.end_object();
      }
      w.end_array();
      return;
    }
    out.print("kind             {} vocabulary, {}\n", t.kind() == "bpe" ? "BPE" : t.kind(),
              t.format());
    out.print("checksum         {}\n", t.checksum());
    out.print("ids              {} ({} special, {} pieces)\n", t.vocab_size(), special, pieces);
    out.print("bos, eos         {}, {}\n", id_or_none(t.bos_id()), id_or_none(t.eos_id()));
    for (const uint32_t id : longest) {
      out.print("longest          {}\t{}\n", id, printable_piece(t.piece(id)));
    }
  }
};

}  // namespace

CommandRow tokenizer_inspect_command() {
  return {.name = "inspect",
          .summary = "what a model, an id file or a count file is",
          .details = "",
          .positional = "file",
          .examples = {"yonder tokenizer inspect book.model --show 3",
                       "yonder tokenizer inspect book.ids --verify --json"},
          .make = make_command<Inspect>};
}

}  // namespace yonder::cli
