// SPDX-License-Identifier: Apache-2.0
#include "yonder/memory/snapshot.h"

#include "yonder/base/error.h"
#include "yonder/base/json.h"

#include <array>
#include <utility>

namespace yonder::memory {
namespace {

std::string head_text(const SnapshotHead& head) {
  StreamOptions options = head.options;
  JsonWriter json;
  json.begin_object().key("options").raw(
      options_to_json([&](OptionVisitor& v) { options.visit(v); }));
  json.key("names").begin_array();
  for (const std::string& name : head.names) {
    json.value(name);
  }
  json.end_array().end_object();
  return json.str();
}

}  // namespace

std::string snapshot_bytes(const SnapshotHead& head, std::string_view state) {
  const std::string text = head_text(head);
  const std::array<std::pair<std::string_view, std::string_view>, 2> sections = {
      {{"head", text}, {"state", state}}};
  return record_bytes(kSnapshotKind, kSnapshotVersion, sections);
}

void write_snapshot(const std::filesystem::path& path, const SnapshotHead& head,
                    std::string_view state) {
  RecordWriter writer(path, kSnapshotKind, kSnapshotVersion);
  writer.add("head", head_text(head));
  writer.add("state", state);
  writer.commit();
}

SnapshotHead read_snapshot_head(const RecordFile& file) {
  const Json json = parse_json(file.section("head"), file.name() + ": head");
  SnapshotHead head;
  try {
    options_from_json(json.at("options"), [&](OptionVisitor& v) { head.options.visit(v); });
    head.options.validate();
  } catch (const Error& error) {
    // An option of a file is content: the user gave none.
    fail(ErrorKind::bad_data, "{}: head: {}; get or make the snapshot again", file.name(),
         error.what());
  }
  for (const Json& name : json.at("names").array()) {
    head.names.push_back(name.text());
  }
  require(!head.names.empty(), ErrorKind::bad_data,
          "{}: head: a stream without channels; get or make the snapshot again", file.name());
  return head;
}

std::string_view read_snapshot_state(const RecordFile& file) { return file.section("state"); }

}  // namespace yonder::memory
