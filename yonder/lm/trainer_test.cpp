// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/trainer.h"

#include "tests/error_text.h"
#include "tests/in_processes.h"
#include "yonder/base/file.h"
#include "yonder/base/json.h"
#include "yonder/lm/formats/table.h"
#include "yonder/lm/model.h"
#include "yonder/lm/training_data.h"

#include <ATen/ATen.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

namespace yonder::lm {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

/// Words in an order that a small model can learn something of.
std::string some_text(uint64_t seed, int words) {
  const std::vector<std::string> kWords = {"the ", "cat ", "sat ", "on ", "a ", "mat. "};
  Rng rng(seed);
  std::string text;
  size_t at = 0;
  for (int i = 0; i < words; ++i) {
    at = rng.uniform() < 0.9 ? (at + 1) % kWords.size() : rng.below(kWords.size());
    text += kWords[at];
  }
  return text;
}

/// A folder with a text and the options of a small run on it.
class TrainerTest : public testing::Test {
 protected:
  TrainerTest() {
    write_file(folder_.path() / "train.txt", some_text(1, 2000));
    write_file(folder_.path() / "valid.txt", valid_);
  }

  fs::path at(const std::string& name) const { return folder_.path() / name; }

  TrainOptions options(const std::string& out) const {
    TrainOptions o;
    o.data = at("train.txt").string();
    o.valid = at("valid.txt").string();
    o.layers = 2;
    o.hidden = 32;
    o.heads = 4;
    o.kv_heads = 2;
    o.intermediate = 48;
    o.context = 24;
    o.batch = 4;
    o.valid_sequences = 6;
    o.dtype = "f32";
    o.threads = 1;
    o.loop.out = at(out).string();
    o.loop.steps = 12;
    o.loop.log_every = 5;
    o.loop.checkpoint_every = 0;
    o.loop.checkpoint_minutes = 0;
    o.loop.validate_every = 0;
    o.loop.optimizer.learning_rate = 0.01;
    o.loop.optimizer.warmup = 3;
    return o;
  }

  /// Mean loss of the trainer's validation sequences, read by a session.
  double loss_as_read(const fs::path& path, const TrainOptions& o) const {
    LoadOptions load;
    load.threads = 1;
    load.dtype = "f32";
    const Model model = Model::load(path, load);
    std::vector<uint32_t> ids(valid_.begin(), valid_.end());
    const TextSequences sequences(ids, o.context, 0, o.seed);
    double nats = 0;
    for (int64_t b = 0; b < o.valid_sequences; ++b) {
      std::vector<uint32_t> sequence(static_cast<size_t>(o.context) + 1);
      std::vector<uint8_t> counts(sequence.size());
      sequences.sequence(0, static_cast<uint64_t>(b), sequence, counts);
      Session session(model, model.scheme(""));
      for (const float p : session.score(sequence, 1).log_probability) {
        nats -= p;
      }
    }
    return nats / static_cast<double>(o.valid_sequences * o.context);
  }

 private:
  TemporaryFolder folder_;
  std::string valid_ = some_text(2, 200);
};

class StopAt : public Progress {
 public:
  explicit StopAt(int looks) : looks_(looks) {}
  void begin(std::string_view, uint64_t, std::string_view) override {}
  void advance(uint64_t) override {}
  void metric(std::string_view, double) override {}
  void warn(std::string_view) override {}
  bool cancelled() override { return looks_-- <= 0; }

 private:
  int looks_;
};

TEST_F(TrainerTest, LearnsInFloat32AndBfloat16) {
  for (const char* dtype : {"f32", "bf16"}) {
    TrainOptions o = options(dtype);
    o.dtype = dtype;
    o.loop.steps = 120;
    const TrainReport report = train(o);
    // Bytes of a text of 6 words: 5.5 nats each before learning, 0.2 at best.
    EXPECT_LT(report.validation.at("valid_loss"), 1) << dtype;
    EXPECT_GT(report.validation.at("valid_accuracy"), 0.65) << dtype;
    EXPECT_EQ(report.steps, 120);
    EXPECT_EQ(report.tokens, 120 * 4 * 24);
  }
}

TEST_F(TrainerTest, WhatWasTrainedIsWhatIsRead) {
  struct Variant {
    const char *scheme, *qk_norm, *positions;
  };
  // Every train-time option: the loss that training saw is the loss that a session sees.
  const std::vector<Variant> variants = {
      {"", "none", "ordinary"},
      {"rope+logn:train", "none", "ordinary"},
      {"rope", "rms", "ordinary"},
      {"rope", "key", "ordinary"},
      {"rope", "query", "ordinary"},
      {"rope", "cosine", "ordinary"},
      {"nope+alibi", "none", "ordinary"},
      {"nope+sandwich", "none", "ordinary"},
      {"nope+kerple-log", "none", "ordinary"},
      {"nope+kerple-power", "none", "ordinary"},
      {"xpos", "none", "ordinary"},
      {"hwfa:w=6", "none", "ordinary"},
      {"hwfa2:w=6,f=1", "none", "ordinary"},
      {"layers:0=nope;1=rope", "none", "ordinary"},
      {"leaky:w=6,k=1/8", "none", "ordinary"},
      {"rope", "none", "pose:max=96"},
  };
  std::vector<double> losses;
  for (size_t i = 0; i < variants.size(); ++i) {
    const Variant& v = variants[i];
    TrainOptions o = options("run" + std::to_string(i));
    o.scheme = v.scheme;
    o.qk_norm = v.qk_norm;
    o.positions = v.positions;
    const TrainReport report = train(o);
    const std::string name = std::string(v.scheme) + " " + v.qk_norm + " " + v.positions;
    EXPECT_NEAR(report.validation.at("valid_loss"), loss_as_read(report.folder, o), 2e-4) << name;
    // The checkpoint folder is a model too.
    EXPECT_NEAR(report.validation.at("valid_loss"),
                loss_as_read(at("run" + std::to_string(i)) / "ckpt-00000012", o), 2e-4)
        << name;
    for (const double other : losses) {
      EXPECT_NE(report.validation.at("valid_loss"), other) << name << " changed nothing";
    }
    losses.push_back(report.validation.at("valid_loss"));
  }
}

TEST_F(TrainerTest, StateSpaceLayersAreReadAsTheyWereTrained) {
  for (const std::vector<std::string>& mixers :
       {std::vector<std::string>{"s4d-lin", "attention"}, {"s4-legs"}, {"rtf", "s4d-legs"}}) {
    TrainOptions o = options(fmt::format("{}", fmt::join(mixers, "-")));
    o.mixers = mixers;
    o.ssm_state = 16;
    const TrainReport report = train(o);
    EXPECT_NEAR(report.validation.at("valid_loss"), loss_as_read(report.folder, o), 2e-4)
        << o.loop.out;
    EXPECT_LT(report.validation.at("valid_loss"), 4) << o.loop.out;
    const ModelConfig config = read_model(o.loop.out).config;
    EXPECT_EQ(config.mixers, (std::vector<std::string>{mixers.front(), mixers.back()}));
    EXPECT_EQ(config.ssm_state, 16);
    EXPECT_EQ(config.parameter_count(), report.parameters);
  }
}

TEST_F(TrainerTest, ARunOfStateSpaceLayersResumesInTheSameBytes) {
  TrainOptions o = options("run");
  o.mixers = {"s4d-lin", "attention"};
  o.scheme = "nope+kerple-log";
  train(o);
  const std::string weights = read_file(at("run") / "model.safetensors");
  o.loop.force = true;
  StopAt progress(7);
  EXPECT_THAT(error_text(ErrorKind::cancelled, [&] { train(o, &progress); }),
              HasSubstr("stopped after step 7"));
  o.loop.force = false;
  o.loop.resume = true;
  train(o);
  EXPECT_EQ(read_file(at("run") / "model.safetensors"), weights);
}

TEST_F(TrainerTest, KerpleKeepsWhatItLearnedInTheScheme) {
  TrainOptions o = options("kerple");
  o.scheme = "nope+kerple-log:r1=1,r2=1";
  train(o);
  const ModelConfig config = read_model(at("kerple")).config;
  EXPECT_THAT(config.scheme, HasSubstr("kerple-log:r1="));
  EXPECT_THAT(config.scheme, testing::Not(HasSubstr("r1=1,")));
}

TEST_F(TrainerTest, ConfigTellsHowTheModelCameToBe) {
  TrainOptions o = options("run");
  o.seed = 7;
  train(o);
  const Json own = parse_json(read_file(at("run") / "config.json"), "config").at("yonder");
  EXPECT_EQ(own.at("tokenizer").text(), "bytes");
  EXPECT_EQ(own.at("options").at("context").integer(), 24);
  EXPECT_EQ(own.at("data_sha256").text().size(), 64U);
  EXPECT_EQ(read_model(at("run")).config.train_length, 24);
}

TEST_F(TrainerTest, ResumedRunEndsInTheSameBytes) {
  train(options("straight"));
  TrainOptions o = options("straight");
  o.loop.force = true;  // begun anew in place, so that config.json names the same folder
  StopAt progress(7);
  const std::string weights = read_file(at("straight") / "model.safetensors");
  const std::string config = read_file(at("straight") / "config.json");
  EXPECT_THAT(error_text(ErrorKind::cancelled, [&] { train(o, &progress); }),
              HasSubstr("stopped after step 7"));
  o.loop.force = false;
  o.loop.resume = true;
  train(o);
  EXPECT_EQ(read_file(at("straight") / "model.safetensors"), weights);
  EXPECT_EQ(read_file(at("straight") / "config.json"), config);
}

TEST_F(TrainerTest, GoesOnFromAnotherModel) {
  TrainOptions o = options("first");
  o.scheme = "rope+logn:train";
  const TrainReport first = train(o);
  TrainOptions next = options("second");
  next.init = at("first").string();
  next.hidden = 999;  // the model's own shape holds
  next.loop.steps = 1;
  next.loop.optimizer.learning_rate = 0;
  const TrainReport second = train(next);
  EXPECT_NEAR(second.validation.at("valid_loss"), first.validation.at("valid_loss"), 1e-6);
  EXPECT_EQ(read_model(at("second")).config.scheme, "rope+logn:train");
  next.loop.out = at("third").string();
  next.scheme = "pi:s=4";
  next.positions = "pose:max=96";
  EXPECT_NE(train(next).validation.at("valid_loss"), first.validation.at("valid_loss"));
}

TEST_F(TrainerTest, TwoProcessesWithHalfTheBatchEqualOne) {
  TrainOptions o = options("one");
  o.batch = 8;
  train(o);
  o = options("two");
  EXPECT_THAT(in_processes(2,
                           [&](const nn::ProcessPlace& place) {
                             o.loop.place = place;
                             train(o);
                           }),
              testing::Each(0));
  const nn::NamedTensors one = read_model(at("one")).weights;
  for (const auto& [name, tensor] : read_model(at("two")).weights) {
    // Adam divides by the root of its second moment: rounding of small gradients is enlarged.
    EXPECT_LT((tensor - one.at(name)).abs().max().item<double>(), 2e-3) << name;
  }
}

TEST_F(TrainerTest, LearnsATask) {
  TrainOptions o = options("task");
  o.data = o.valid = "";
  o.task = "even-pairs";
  const TrainReport report = train(o);
  EXPECT_EQ(read_model(at("task")).config.vocab_size, 5);
  for (const char* figure : {"accuracy", "accuracy_8x"}) {
    EXPECT_GE(report.validation.at(figure), 0) << figure;
    EXPECT_LE(report.validation.at(figure), 1) << figure;
  }
}

TEST_F(TrainerTest, SaysWhatIsWrongBeforeItBegins) {
  const auto text_of = [](const TrainOptions& o) {
    return error_text(ErrorKind::bad_option, [&] { train(o); });
  };
  TrainOptions o = options("run");
  o.data = "";
  EXPECT_THAT(text_of(o), HasSubstr("--data is missing"));
  o = options("run");
  o.task = "copy";
  EXPECT_THAT(text_of(o), HasSubstr("--data and --task together"));
  o = options("run");
  o.hidden = 33;
  EXPECT_THAT(text_of(o), HasSubstr("--hidden 33 is no multiple of --heads 4"));
  o = options("run");
  o.positions = "pose:max=8";
  EXPECT_THAT(text_of(o), HasSubstr("below the training length 24"));
  o = options("run");
  o.scheme = "yarn+dyn:step=1";
  EXPECT_THAT(text_of(o), HasSubstr("no training form"));
  o = options("run");
  o.mixers = {"s4d-line"};
  EXPECT_THAT(text_of(o), HasSubstr("s4d-lin"));
  o.mixers = {"attention", "rtf", "rtf"};
  EXPECT_THAT(text_of(o), HasSubstr("--mixers names 3 layers; the model has 2"));
  o = options("run");
  o.ssm_state = 7;
  EXPECT_THAT(text_of(o), HasSubstr("--ssm-state is 7"));
  o = options("run");
  o.context = 100000;
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { train(o); }),
              HasSubstr("needs more than that"));
  EXPECT_FALSE(fs::exists(at("run")));
}

}  // namespace
}  // namespace yonder::lm
