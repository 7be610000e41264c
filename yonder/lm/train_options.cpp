// SPDX-License-Identifier: Apache-2.0
#include "yonder/base/error.h"
#include "yonder/lm/model_config.h"
#include "yonder/lm/random_positions.h"
#include "yonder/lm/tasks/task.h"
#include "yonder/lm/trainer.h"

#include <fmt/ranges.h>

namespace yonder::lm {
namespace {

const std::string& mixers_help() {
  static const std::string text = fmt::format(
      "what mixes positions, layer by layer and again from the first: {}; all but attention are "
      "state-space layers",
      fmt::join(mixer_names(), ", "));
  return text;
}

}  // namespace

void TrainOptions::visit(OptionVisitor& v) {
  v.path("data", data, "text to learn from (plain, gzip or zstd), or token ids (.ids)");
  v.path("valid", valid, "held-out text, for the validation figures");
  v.path("tokenizer", tokenizer, "vocabulary of the model; without it the tokens are bytes");
  v.text("task", task, "learn a synthetic task instead of a text: even-pairs, copy or bucket-sort");
  v.path("init", init,
         "begin with the shape and weights of this model; options of the shape are then its own");
  v.integer("layers", layers, 1, 1024, "layers");
  v.integer("hidden", hidden, 2, 1 << 20, "width D");
  v.integer("heads", heads, 1, 1 << 16, "query heads");
  v.integer("kv-heads", kv_heads, 0, 1 << 16, "key and value heads; 0: as many as query heads");
  v.integer("head-dim", head_dim, 0, 1 << 16, "width of a head; 0: hidden / heads");
  v.integer("intermediate", intermediate, 0, 1 << 24,
            "inner width of the feed-forward layers; 0: 8/3 of hidden");
  v.flag("tied", tied, "share the embedding with the output layer");
  v.real("rope-base", rope_base, 0, 1e12,
         "base of the rotation's frequencies; 0: 10000, or that of --init");
  v.list("mixers", mixers, mixers_help().c_str());
  v.integer("ssm-state", ssm_state, 2, 4096,
            "numbers that a channel of a state-space layer remembers; even");
  v.choice("qk-norm", qk_norm, qk_norm_names(),
           "normalise queries or keys: rms (Qwen3), key, query or cosine (kexue.fm 9859)");
  v.text("scheme", scheme,
         "position scheme to train with, e.g. rope+logn:train; empty: rope, or that of --init");
  v.text("positions", positions,
         "where tokens stand in training: ordinary, sample:max=M, exponential, beta:max=M or "
         "pose:max=M");
  v.integer("context", context, 2, 1 << 20, "training length N, tokens");
  v.integer("batch", batch, 1, 1 << 20, "sequences of a micro-batch");
  v.real("repeat-part", repeat_part, 0, 1, "fraction of sequences with an internal repeat");
  v.integer("valid-sequences", valid_sequences, 1, 1 << 20, "sequences of a validation");
  v.choice("dtype", dtype, {"auto", "f32", "bf16"},
           "of matrix products; auto: bf16 where the processor multiplies it itself");
  v.text("device", device, "cpu, cuda or cuda:0");
  v.integer("threads", threads, 0, 4096, "threads; 0: all cores");
  v.seed("seed", seed, "of the weights' start and of the draws of sequences");
  loop.visit(v);
}

void TrainOptions::validate() const {
  validate_options([copy = *this](OptionVisitor& v) mutable { copy.visit(v); });
  require(!data.empty() || !task.empty(), ErrorKind::bad_option,
          "--data is missing: the text to learn from");
  require(data.empty() || task.empty(), ErrorKind::bad_option,
          "--data and --task together: a model learns one of them");
  require(task.empty() || (valid.empty() && tokenizer.empty()), ErrorKind::bad_option,
          "--task makes its own examples and symbols; leave --valid and --tokenizer out");
  if (!task.empty()) {
    find_task(task);
  }
  require(!mixers.empty() && std::ssize(mixers) <= layers, ErrorKind::bad_option,
          "--mixers names {} layers; the model has {}", mixers.size(), layers);
  for (const std::string& mixer : mixers) {
    check_choice("mixers", mixer, mixer_names());
  }
  require(ssm_state % 2 == 0, ErrorKind::bad_option,
          "--ssm-state is {}; poles come in conjugate pairs, so it must be even", ssm_state);
  PositionSampler::parse(positions, context);
  loop.validate();
}

}  // namespace yonder::lm
