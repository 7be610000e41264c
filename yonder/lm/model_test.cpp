// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/model.h"

#include "tests/error_text.h"
#include "yonder/base/file.h"
#include "yonder/base/random.h"
#include "yonder/base/sha256.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

namespace yonder::lm {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

ModelConfig small_config() {
  ModelConfig c;
  c.vocab_size = 50;
  c.hidden_size = 32;
  c.intermediate_size = 48;
  c.layers = 3;
  c.heads = 4;
  c.kv_heads = 2;
  c.head_dim = 8;
  c.train_length = 48;
  return c;
}

LoadOptions one_thread() {
  LoadOptions options;
  options.threads = 1;
  return options;
}

Model small_model() { return Model::random(small_config(), 3, one_thread()); }

std::vector<uint32_t> random_ids(int64_t count, uint64_t seed = 1) {
  Rng rng(seed);
  std::vector<uint32_t> ids;
  for (int64_t i = 0; i < count; ++i) {
    ids.push_back(static_cast<uint32_t>(rng.below(50)));
  }
  return ids;
}

float largest_difference(std::span<const float> a, std::span<const float> b) {
  EXPECT_EQ(a.size(), b.size());
  float most = 0;
  for (size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    most = std::max(most, std::abs(a[i] - b[i]));
  }
  return most;
}

/// One scheme of each kind, and layers that differ.
const std::vector<std::string>& schemes() {
  static const std::vector<std::string> kSchemes = {"rope",
                                                    "nope",
                                                    "window:w=20",
                                                    "lambda:w=20,sinks=3",
                                                    "pi:s=4",
                                                    "yarn:s=4",
                                                    "rerope:w=16",
                                                    "leaky:w=16,k=4",
                                                    "selfext:w=16,G=3",
                                                    "ntk+dyn:step=16",
                                                    "ntk+dyn:step=1",
                                                    "rerope:w=16+logn:clip",
                                                    "alibi+nope",
                                                    "layers:0=window:w=9;1=rerope:w=24;else=nope"};
  return kSchemes;
}

TEST(Session, GivesTheSameLogitsHoweverTheTextIsCut) {
  const Model model = small_model();
  const auto ids = random_ids(150);
  for (const std::string& text : schemes()) {
    const SchemeSet scheme = model.scheme(text);
    SessionOptions whole;
    whole.chunk = 1000;
    Session at_once(model, scheme, whole);
    const Logits expected = at_once.feed_all(ids);

    SessionOptions chunks;
    chunks.chunk = 37;
    Session in_chunks(model, scheme, chunks);
    EXPECT_LT(largest_difference(in_chunks.feed_all(ids).values, expected.values), 1e-5) << text;

    Session one_by_one(model, scheme);
    one_by_one.feed(std::span(ids).first(100));
    for (size_t t = 100; t < ids.size(); ++t) {
      const Logits logits = one_by_one.feed(std::span(ids).subspan(t, 1));
      ASSERT_LT(largest_difference(logits.row(0), expected.row(static_cast<int64_t>(t))), 1e-5)
          << text << " token " << t;
    }
  }
}

TEST(Session, ScoresWhatTheLogitsSay) {
  const Model model = small_model();
  const auto ids = random_ids(90);
  SessionOptions options;
  options.chunk = 32;
  Session scored(model, model.scheme(""), options);
  const Scores scores = scored.score(ids, 5);
  ASSERT_EQ(scores.log_probability.size(), 85);
  ASSERT_EQ(scores.hit.size(), 85);
  EXPECT_EQ(scored.length(), 89);
  Session fed(model, model.scheme(""));
  const Logits logits = fed.feed_all(ids);
  for (size_t t = 5; t < ids.size(); ++t) {
    const auto row = logits.row(static_cast<int64_t>(t) - 1);
    double sum = 0;
    for (const float logit : row) {
      sum += std::exp(static_cast<double>(logit));
    }
    const double expected = static_cast<double>(row[ids[t]]) - std::log(sum);
    EXPECT_NEAR(scores.log_probability[t - 5], expected, 1e-5);
    const bool hit = std::max_element(row.begin(), row.end()) - row.begin() == ids[t];
    EXPECT_EQ(scores.hit[t - 5] != 0, hit);
  }
}

TEST(Session, ForgetsAndForksExactly) {
  const Model model = small_model();
  const auto ids = random_ids(60);
  Session session(model, model.scheme("rerope:w=16"));
  session.feed(ids);
  Session branch = session.fork();
  branch.truncate(30);
  EXPECT_EQ(session.length(), 60);
  EXPECT_EQ(branch.length(), 30);
  const auto again = branch.feed(std::span(ids).subspan(30));
  Session fresh(model, model.scheme("rerope:w=16"));
  EXPECT_LT(largest_difference(again.values, fresh.feed(ids).values), 1e-5);
}

TEST(Session, ChangesItsSchemeAndKeepsWhatItRead) {
  const Model model = small_model();
  const auto ids = random_ids(120);
  Session session(model, model.scheme("rope"));
  session.feed(std::span(ids).first(100));
  session.set_scheme(model.scheme("rerope:w=16"));
  const auto kept = session.feed(std::span(ids).subspan(100));
  Session fresh(model, model.scheme("rerope:w=16"));
  const auto recomputed = fresh.feed(ids);
  // Layers above the first were fed under rope: near, not equal (P11).
  EXPECT_GT(largest_difference(kept.values, recomputed.values), 1e-6);
  session.truncate(0);
  EXPECT_LT(largest_difference(session.feed(ids).values, recomputed.values), 1e-5);
}

TEST(Session, OfAWindowTakesTheSameMemoryForAnyLength) {
  const Model model = small_model();
  SessionOptions options;
  options.chunk = 64;
  Session session(model, model.scheme("lambda:w=20,sinks=3"), options);
  session.feed(random_ids(400));
  const uint64_t held = session.cache_bytes();
  session.feed(random_ids(3000));
  EXPECT_EQ(session.cache_bytes(), held);
  EXPECT_THAT(error_text(ErrorKind::bad_option, [&] { session.set_scheme(model.scheme("rope")); }),
              HasSubstr("were dropped"));
  EXPECT_EQ(session.scheme().canonical(), "lambda:w=20,sinks=3");
}

TEST(Session, FixesTheStretchOfATurnWhereItBegins) {
  const Model model = small_model();
  const auto ids = random_ids(144);  // three training lengths
  Session turn(model, model.scheme("ntk+dyn:turn"));
  Session fixed(model, model.scheme("ntk:s=3"));
  EXPECT_LT(largest_difference(turn.feed(ids).values, fixed.feed(ids).values), 1e-5);
  Session short_turn(model, model.scheme("ntk+dyn:turn"));
  Session plain(model, model.scheme("rope"));
  const auto few = std::span(ids).first(40);
  EXPECT_LT(largest_difference(short_turn.feed(few).values, plain.feed(few).values), 1e-5);
}

TEST(Session, RefusesIdsThatTheModelDoesNotHave) {
  const Model model = small_model();
  Session session(model, model.scheme(""));
  const std::vector<uint32_t> ids = {1, 2, 50};
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { session.feed(ids); }),
              AllOf(HasSubstr("token 2 has the id 50"), HasSubstr("up to 49")));
  EXPECT_EQ(session.length(), 0);
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { session.feed({}); }),
              HasSubstr("no token to read"));
  EXPECT_THAT(error_text(ErrorKind::bad_option, [&] { session.score(random_ids(5), 5); }),
              HasSubstr("between 1 and 4"));
}

TEST(Session, RefusesMoreMemoryThanAllowedBeforeItReads) {
  const Model model = small_model();
  SessionOptions options;
  options.memory_limit = 1 << 20;
  Session session(model, model.scheme(""), options);
  EXPECT_THAT(error_text(ErrorKind::memory, [&] { session.feed(random_ids(100000)); }),
              AllOf(HasSubstr("100000 tokens"), HasSubstr("1.0 MB are allowed")));
  EXPECT_EQ(session.length(), 0);
  EXPECT_EQ(session.cache_bytes(), 0);
  session.feed(random_ids(100));
}

TEST(Session, RunsBesideOthersOnOneModel) {
  const Model model = small_model();
  const auto ids = random_ids(80);
  Session alone(model, model.scheme("rerope:w=16"));
  const auto expected = alone.feed(ids).values;
  std::vector<std::vector<float>> results(4);
  std::vector<std::thread> threads;
  for (auto& result : results) {
    threads.emplace_back([&] {
      Session session(model, model.scheme("rerope:w=16"));
      result = session.feed(ids).values;
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  for (const auto& result : results) {
    EXPECT_EQ(result, expected);
  }
}

/// Attention between two state-space layers, and state-space layers alone.
std::vector<ModelConfig> state_space_configs() {
  ModelConfig hybrid = small_config();
  hybrid.mixers = {"s4d-lin", "attention", "s4-legt"};
  hybrid.ssm_state = 16;
  ModelConfig pure = hybrid;
  pure.mixers = {"rtf", "s4d-inv", "s4d-legs"};
  return {hybrid, pure};
}

TEST(StateSpaceModel, GivesTheSameLogitsHoweverTheTextIsCut) {
  for (const ModelConfig& config : state_space_configs()) {
    const Model model = Model::random(config, 3, one_thread());
    const auto ids = random_ids(150);
    const SchemeSet scheme = model.scheme("");
    SessionOptions whole;
    whole.chunk = 1000;
    Session at_once(model, scheme, whole);
    const Logits expected = at_once.feed_all(ids);
    EXPECT_GT(largest_difference(expected.row(20), expected.row(149)), 1e-3);
    for (const int64_t chunk : {1, 7, 64}) {
      SessionOptions options;
      options.chunk = chunk;
      Session session(model, scheme, options);
      EXPECT_LT(largest_difference(session.feed_all(ids).values, expected.values), 2e-5) << chunk;
    }
    // Texts of different lengths, a token each at once.
    Session one(model, scheme);
    Session two(model, scheme);
    one.feed(std::span(ids).first(40));
    two.feed(std::span(ids).first(90));
    for (size_t t = 0; t < 10; ++t) {
      const auto rows = Session::feed_each(std::vector<Session*>{&one, &two},
                                           std::vector<uint32_t>{ids[40 + t], ids[90 + t]});
      const auto at = static_cast<int64_t>(t);
      ASSERT_LT(largest_difference(rows[0].row(0), expected.row(40 + at)), 2e-5) << t;
      ASSERT_LT(largest_difference(rows[1].row(0), expected.row(90 + at)), 2e-5) << t;
    }
  }
}

TEST(StateSpaceModel, ForksAndBeginsAnewButDoesNotGoBack) {
  const Model model = Model::random(state_space_configs()[0], 3, one_thread());
  const auto ids = random_ids(60);
  Session session(model, model.scheme(""));
  const auto expected = session.feed(ids).values;
  Session branch = session.fork();
  branch.feed(random_ids(5, 2));
  EXPECT_THAT(error_text(ErrorKind::bad_option, [&] { session.truncate(30); }),
              AllOf(HasSubstr("cannot go back to 30"), HasSubstr("fork")));
  session.truncate(60);
  const auto more = random_ids(4, 3);
  const auto continued = session.feed(more).values;
  branch.truncate(0);
  branch.feed(ids);
  EXPECT_LT(largest_difference(branch.feed(more).values, continued), 2e-5);
}

TEST(StateSpaceModel, HoldsAStateThatDoesNotGrow) {
  const ModelConfig config = state_space_configs()[1];
  const Model model = Model::random(config, 3, one_thread());
  EXPECT_EQ(model.cache_bytes_per_token(), 0);
  EXPECT_EQ(model.state_bytes(), 3 * 32 * 16 * 4);
  Session session(model, model.scheme(""));
  session.feed(random_ids(1000));
  EXPECT_EQ(session.cache_bytes(), static_cast<uint64_t>(model.state_bytes()));
  const Model hybrid = Model::random(state_space_configs()[0], 3, one_thread());
  EXPECT_EQ(hybrid.cache_bytes_per_token() * 3, small_model().cache_bytes_per_token());
}

TEST(StateSpaceModel, ComesBackFromADiskWithItsSystemsInFloat32) {
  for (const ModelConfig& config : state_space_configs()) {
    const Model model = Model::random(config, 3, one_thread());
    const auto ids = random_ids(70);
    Session session(model, model.scheme(""));
    const auto expected = session.feed(ids).values;
    const TemporaryFolder folder;
    model.save(folder.path() / "wide", "huggingface", "f32");
    const Model wide = Model::load(folder.path() / "wide", one_thread());
    EXPECT_EQ(wide.config().mixers, config.mixers);
    EXPECT_EQ(wide.config().ssm_state, 16);
    Session again(wide, wide.scheme(""));
    EXPECT_EQ(again.feed(ids).values, expected);
    // Matrices lose digits, poles and steps do not.
    model.save(folder.path() / "narrow", "huggingface", "bf16");
    LoadOptions options = one_thread();
    options.dtype = "bf16";
    const Model narrow = Model::load(folder.path() / "narrow", options);
    Session rounded(narrow, narrow.scheme(""));
    float most = 0;
    for (const float logit : expected) {
      most = std::max(most, std::abs(logit));
    }
    EXPECT_LT(largest_difference(rounded.feed(ids).values, expected), 0.05 * most);
    EXPECT_THAT(error_text(ErrorKind::bad_option,
                           [&] { model.save(folder.path() / "m.bin", "llama2c", "f32"); }),
                HasSubstr("other mixers"));
  }
}

TEST(StateSpaceModel, IsReadByManyThreadsAtOnce) {
  const Model model = Model::random(state_space_configs()[0], 3, one_thread());
  const auto ids = random_ids(40);
  const auto read = [&] {
    Session session(model, model.scheme(""));
    std::vector<float> last;
    for (const uint32_t id : ids) {
      last = session.feed(std::vector<uint32_t>{id}).values;
    }
    return last;
  };
  std::vector<std::vector<float>> results(4);
  std::vector<std::thread> threads;
  for (auto& result : results) {
    threads.emplace_back([&] { result = read(); });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  for (const auto& result : results) {
    EXPECT_EQ(result, read());
  }
}

TEST(StateSpaceModel, SaysWhereASchemeChangesNothing) {
  const Model hybrid = Model::random(state_space_configs()[0], 3, one_thread());
  EXPECT_THAT(hybrid.scheme("rerope:w=16").notices(), ::testing::IsEmpty());
  const Model pure = Model::random(state_space_configs()[1], 3, one_thread());
  EXPECT_THAT(pure.scheme("rerope:w=16").notices(),
              ::testing::ElementsAre(HasSubstr("no layer of the model has attention")));
  EXPECT_THAT(pure.scheme("").notices(), ::testing::IsEmpty());
  EXPECT_EQ(pure.scheme("").canonical(), "nope");
}

TEST(Model, ComesBackFromADiskBitForBit) {
  const Model model = small_model();
  const auto ids = random_ids(70);
  Session session(model, model.scheme("yarn:s=2"));
  const auto expected = session.feed(ids).values;
  for (const char* format : {"huggingface", "llama2c", "llama2c-v1"}) {
    const TemporaryFolder folder;
    model.save(folder.path() / "m", format, "f32");
    const Model read = Model::load(folder.path() / "m", one_thread());
    Session again(read, read.scheme("yarn:s=2"));
    EXPECT_EQ(again.feed(ids).values, expected) << format;
  }
}

TEST(Model, IsNearItsFloat32InBfloat16) {
  const TemporaryFolder folder;
  small_model().save(folder.path() / "m", "huggingface", "bf16");
  LoadOptions options = one_thread();
  const Model wide = Model::load(folder.path() / "m", options);
  options.dtype = "bf16";
  const Model narrow = Model::load(folder.path() / "m", options);
  EXPECT_EQ(narrow.cache_bytes_per_token() * 2, wide.cache_bytes_per_token());
  const auto ids = random_ids(60);
  Session a(wide, wide.scheme("rerope:w=16"));
  Session b(narrow, narrow.scheme("rerope:w=16"));
  const auto exact = a.feed(ids).values;
  const auto rounded = b.feed(ids).values;
  float most = 0;
  for (const float logit : exact) {
    most = std::max(most, std::abs(logit));
  }
  EXPECT_LT(largest_difference(exact, rounded), 0.03 * most);
}

TEST(Model, IsNamedByTheSumOfItsFile) {
  const TemporaryFolder folder;
  small_model().save(folder.path() / "m.bin", "llama2c", "f32");
  EXPECT_EQ(Model::load(folder.path() / "m.bin").checksum(),
            sha256_hex(read_file(folder.path() / "m.bin")));
  EXPECT_EQ(small_model().checksum(), small_model().checksum());
}

TEST(Model, SaysWhichTokenizerIsMissing) {
  const Model model = small_model();
  EXPECT_FALSE(model.has_codec());
  EXPECT_THAT(error_text(ErrorKind::file, [&] { model.codec(); }),
              AllOf(HasSubstr("tok50.bin"), HasSubstr("--tokenizer")));
}

TEST(Model, BlamesTheFileForASchemeThatCannotBe) {
  const TemporaryFolder folder;
  small_model().save(folder.path() / "m", "huggingface", "f32");
  std::string config = read_file(folder.path() / "m" / "config.json");
  const size_t at = config.find("\"rope_theta\"");
  config.insert(at, R"("rope_scaling": {"type": "linear", "factor": 0.5}, )");
  write_file(folder.path() / "m" / "config.json", config);
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { Model::load(folder.path() / "m"); }),
              AllOf(HasSubstr("pi:s=0.5"), HasSubstr("asks for")));
}

TEST(Model, RefusesOptionsWithoutMeaning) {
  LoadOptions options;
  options.dtype = "f64";
  EXPECT_THAT(error_text(ErrorKind::bad_option, [&] { Model::random(small_config(), 1, options); }),
              HasSubstr("dtype"));
  const Model model = small_model();
  const Model other = [] {
    ModelConfig config = small_config();
    config.layers = 2;
    return Model::random(config, 1);
  }();
  EXPECT_THAT(
      error_text(ErrorKind::bad_option, [&] { Session session(model, other.scheme("rope")); }),
      HasSubstr("2 layers"));
}

}  // namespace
}  // namespace yonder::lm
