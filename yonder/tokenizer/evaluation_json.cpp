// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/evaluation_json.h"

#include <algorithm>

namespace yonder::tokenizer {

void write_json(JsonWriter& w, std::string_view model, const Tokenizer& tokenizer,
                const std::vector<Evaluation>& evaluations, size_t never) {
  w.begin_object().key("model").raw(json_escape_lossy(model));
  w.key("checksum").value(tokenizer.checksum());
  w.key("vocab_size").value(tokenizer.vocab_size()).key("texts").begin_array();
  for (const Evaluation& e : evaluations) {
    w.begin_object().key("text").raw(json_escape_lossy(e.text)).key("bytes").value(e.bytes);
    w.key("characters").value(e.characters).key("tokens").value(e.tokens);
    w.key("bytes_per_token").value(e.bytes_per_token());
    w.key("characters_per_token").value(e.characters_per_token());
    w.key("bits_per_byte").value(e.bits_per_byte()).key("score").value(e.score);
    w.key("single_byte_tokens").value(e.single_byte_tokens);
    w.key("pieces_produced").value(e.used_pieces);
    w.key("scripts").begin_array();
    for (const ScriptShare& script : e.scripts) {
      w.begin_object().key("script").value(script.script).key("bytes").value(script.bytes);
      w.key("tokens").value(script.tokens).end_object();
    }
    w.end_array().key("token_lengths").begin_array();
    for (const uint64_t count : e.token_lengths) {
      w.value(count);
    }
    w.end_array().key("never_produced").begin_array();
    for (size_t i = 0; i < std::min(never, e.never_produced.size()); ++i) {
      const uint32_t id = e.never_produced[i];
      w.begin_object().key("id").value(id).key("piece").bytes(tokenizer.piece(id)).end_object();
    }
    w.end_array().end_object();
  }
  w.end_array().end_object();
}

}  // namespace yonder::tokenizer
