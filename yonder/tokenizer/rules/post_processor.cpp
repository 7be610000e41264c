// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/rules/post_processor.h"

#include "yonder/base/error.h"
#include "yonder/tokenizer/rules/json_step.h"

#include <limits>

namespace yonder::tokenizer {

namespace {

uint32_t id_of(const Json& json) {
  const uint64_t id = json.unsigned_integer();
  require(id <= std::numeric_limits<uint32_t>::max(), ErrorKind::bad_data,
          "{}: token ids have 32 bits, found {}", json.path(), id);
  return static_cast<uint32_t>(id);
}

// ["</s>", 2]
uint32_t token_and_id(const Json& json) {
  require(json.array().size() == 2, ErrorKind::bad_data, "{}: [token, id] was expected",
          json.path());
  return id_of(json.array()[1]);
}

PostProcessor cls_and_sep(const Json& json) {
  return {{token_and_id(json.at("cls"))}, {token_and_id(json.at("sep"))}};
}

PostProcessor make_bert(const Json& json) {
  check_keys(json, {"sep", "cls"});
  return cls_and_sep(json);
}

PostProcessor make_roberta(const Json& json) {
  check_keys(json, {"sep", "cls", "trim_offsets", "add_prefix_space"});
  return cls_and_sep(json);
}

PostProcessor make_byte_level(const Json& json) {
  check_keys(json, {"add_prefix_space", "trim_offsets", "use_regex"});
  return {};
}

// "single": [{"SpecialToken": {"id": "<s>", ...}}, {"Sequence": {"id": "A", ...}}], and the ids of
// <s> in "special_tokens".
PostProcessor make_template(const Json& json) {
  check_keys(json, {"single", "pair", "special_tokens"});
  PostProcessor out;
  const Json& single = json.at("single");
  bool text_seen = false;
  for (const Json& part : single.array()) {
    if (const Json* token = part.find("SpecialToken")) {
      const Json& special = json.at("special_tokens").at(token->at("id").text());
      for (const Json& id : special.at("ids").array()) {
        (text_seen ? out.after : out.before).push_back(id_of(id));
      }
      continue;
    }
    require(!text_seen && part.at("Sequence").at("id").text() == "A", ErrorKind::bad_data,
            "{}: a template for a single text holds the sequence A exactly once", single.path());
    text_seen = true;
  }
  require(text_seen, ErrorKind::bad_data,
          "{}: a template for a single text holds the sequence A exactly once", single.path());
  return out;
}

PostProcessor make_sequence(const Json& json);

constexpr StepType<PostProcessor> kTypes[] = {
    {"Sequence", make_sequence},         {"TemplateProcessing", make_template},
    {"RobertaProcessing", make_roberta}, {"BertProcessing", make_bert},
    {"ByteLevel", make_byte_level},
};

// At most one of them may add ids: tokenizers itself stops with an error at two.
PostProcessor make_sequence(const Json& json) {
  check_keys(json, {"processors"});
  PostProcessor out;
  for (const Json& child : json.at("processors").array()) {
    PostProcessor made = make_by_type(child, kTypes);
    if (made.before.empty() && made.after.empty()) {
      continue;
    }
    require(out.before.empty() && out.after.empty(), ErrorKind::bad_data,
            "{}: a second processor adds tokens; this is not supported", child.path());
    out = std::move(made);
  }
  return out;
}

}  // namespace

PostProcessor make_post_processor(const Json& json) {
  if (std::holds_alternative<std::nullptr_t>(json.value())) {
    return {};
  }
  return make_by_type(json, kTypes);
}

}  // namespace yonder::tokenizer
