// SPDX-License-Identifier: Apache-2.0
#include "yonder/base/compressed.h"
#include "yonder/base/error.h"
#include "yonder/base/file.h"
#include "yonder/base/json.h"
#include "yonder/base/sha256.h"
#include "yonder/lm/formats/table.h"
#include "yonder/lm/language_model_task_module.h"
#include "yonder/lm/model_config.h"
#include "yonder/lm/text_codec.h"
#include "yonder/lm/trainer.h"
#include "yonder/nn/allocator.h"
#include "yonder/nn/checkpoint.h"
#include "yonder/nn/device.h"
#include "yonder/nn/torch_error.h"
#include "yonder/nn/training_loop.h"

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace yonder::lm {
namespace fs = std::filesystem;
namespace {

/// The model that the options of the shape describe.
ModelConfig new_config(const TrainOptions& options, int64_t vocab_size) {
  ModelConfig config;
  config.vocab_size = vocab_size;
  config.hidden_size = options.hidden;
  config.layers = options.layers;
  config.heads = options.heads;
  config.kv_heads = options.kv_heads > 0 ? options.kv_heads : options.heads;
  require(options.head_dim > 0 || options.hidden % options.heads == 0, ErrorKind::bad_option,
          "--hidden {} is no multiple of --heads {}; give --head-dim", options.hidden,
          options.heads);
  config.head_dim = options.head_dim > 0 ? options.head_dim : options.hidden / options.heads;
  constexpr int64_t kMultiple = 64;
  config.intermediate_size = options.intermediate > 0
                                 ? options.intermediate
                                 : (options.hidden * 8 / 3 + kMultiple - 1) / kMultiple * kMultiple;
  config.tied_embeddings = options.tied;
  config.qk_norm = parse_qk_norm(options.qk_norm);
  for (size_t layer = 0; layer < static_cast<size_t>(options.layers); ++layer) {
    config.mixers.push_back(options.mixers[layer % options.mixers.size()]);
  }
  if (config.attention_layers() == config.layers) {
    config.mixers.clear();  // as families say it
  } else {
    config.ssm_state = options.ssm_state;
  }
  return config;
}

/// What is learned from, as it came out of the files.
struct Input {
  std::unique_ptr<TextCodec> codec;  // null for a task
  std::vector<uint32_t> train, valid;
  std::string digest;  // of the training text
  int64_t vocab_size = 0;
};

std::vector<uint32_t> read_tokens(const std::string& path, const TextCodec& codec,
                                  std::string* digest) {
  const std::string text = read_compressed(path);
  if (digest != nullptr) {
    *digest = sha256_hex(text);
  }
  return codec.encode(text, /*bos=*/false);
}

Input read_input(const TrainOptions& options) {
  Input input;
  if (!options.task.empty()) {
    input.vocab_size = find_task(options.task).vocabulary;
    return input;
  }
  input.codec =
      options.tokenizer.empty() ? make_byte_codec() : make_tokenizer_codec(options.tokenizer);
  input.vocab_size = input.codec->vocab_size();
  input.train = read_tokens(options.data, *input.codec, &input.digest);
  if (!options.valid.empty()) {
    input.valid = read_tokens(options.valid, *input.codec, nullptr);
  }
  return input;
}

TrainingSources sources_of(const TrainOptions& options, Input& input) {
  TrainingSources sources;
  if (!options.task.empty()) {
    sources.task = find_task(options.task);
    sources.train =
        std::make_unique<TaskSequences>(*sources.task, /*longest_only=*/false, options.seed);
    return sources;
  }
  sources.train = std::make_unique<TextSequences>(std::move(input.train), options.context,
                                                  options.repeat_part, options.seed);
  if (!options.valid.empty()) {
    sources.valid = std::make_unique<TextSequences>(std::move(input.valid), options.context,
                                                    /*repeat_part=*/0, options.seed);
  }
  return sources;
}

/// What config.json says of how the model came to be.
std::map<std::string, std::string> own_members(const TrainOptions& options, const Input& input) {
  std::map<std::string, std::string> own;
  TrainOptions kept = options;
  kept.loop.resume = kept.loop.force = false;  // a resumed run ends in the same bytes
  own["options"] = options_to_json([&](OptionVisitor& v) { kept.visit(v); });
  if (!input.digest.empty()) {
    own["data_sha256"] = json_escape_lossy(input.digest);
  }
  if (input.codec != nullptr && options.tokenizer.empty()) {
    own["tokenizer"] = json_escape_lossy("bytes");
  }
  return own;
}

/// The finished model, from the last checkpoint of the run.
void write_result(const TrainOptions& options, const LanguageModelTask& task,
                  const nn::NamedTensors& weights) {
  const fs::path out = options.loop.out;
  write_model(task.learned_config(), weights, out, "huggingface", at::kFloat, task.own());
  if (!options.tokenizer.empty()) {
    write_file(out / "tokenizer.bytepiece", read_file(options.tokenizer));
  }
}

TrainReport train_checked(const TrainOptions& options, Progress* progress) {
  nn::set_threads(options.threads);
  nn::keep_freed_memory();
  ProgressRef(progress).begin("reading", 0, "bytes");
  Input input = read_input(options);
  std::optional<ModelFiles> init;
  if (!options.init.empty()) {
    init = read_model(options.init);
    require(init->config.vocab_size >= input.vocab_size, ErrorKind::bad_option,
            "--init {} has {} tokens and --tokenizer {}; give the model's own", options.init,
            init->config.vocab_size, input.vocab_size);
  }
  ModelConfig config = init ? init->config : new_config(options, input.vocab_size);
  config.train_length = options.context;
  config.train_length_source = "--context";
  if (options.rope_base > 0) {
    config.rope_base = options.rope_base;
  }
  if (!options.scheme.empty()) {
    config.scheme = options.scheme;
  }
  config.validate("the model asked for");
  const std::map<std::string, std::string> own = own_members(options, input);
  LanguageModelTask task(options, config, sources_of(options, input), own);
  if (init) {
    task.start_from(init->weights, options.init);
    init.reset();
  }
  const nn::LoopResult result = nn::run_training(task, options.loop, progress);
  if (options.loop.place.rank == 0) {
    write_result(options, task, task.weights());
  }
  TrainReport report;
  report.steps = result.steps;
  report.parameters = config.parameter_count();
  report.tokens = result.steps * options.loop.accumulate * options.loop.place.size *
                  task.units_per_micro_batch();
  report.seconds = result.seconds;
  report.loss = result.loss;
  report.validation = result.validation;
  report.folder = options.loop.out;
  return report;
}

}  // namespace

TrainReport train(const TrainOptions& options, Progress* progress) {
  options.validate();
  return nn::with_torch_errors([&] { return train_checked(options, progress); });
}

}  // namespace yonder::lm
