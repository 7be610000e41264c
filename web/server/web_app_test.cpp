// SPDX-License-Identifier: Apache-2.0
#include "tests/error_text.h"
#include "tests/small_tokenizer.h"
#include "tests/web_app_fixture.h"
#include "yonder/base/base64.h"
#include "yonder/base/file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace yonder::web {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

class WebAppTest : public WebAppFixture {
 protected:
  WebAppTest() {
    tokenizer::small_tokenizer({{"the", 50}, {" cat", 20}, {"th", 9}, {"今天", 5}})
        .save(folder_.path() / "small.model");
    std::string text;
    for (int i = 0; i < 2000; ++i) {
      text += fmt::format("the cat {} sat on the mat\n", i);
    }
    write_file(folder_.path() / "book.txt", text);
    options_.models = {(folder_.path() / "small.model").string()};
    options_.texts = {(folder_.path() / "book.txt").string()};
  }

  static std::vector<std::string> texts_of(const Json& pieces) {
    std::vector<std::string> texts;
    for (const Json& piece : pieces.array()) {
      texts.push_back(piece.find("text") != nullptr ? piece.at("text").text()
                                                    : "base64:" + piece.at("base64").text());
    }
    return texts;
  }

  TemporaryFolder folder_;
};

TEST_F(WebAppTest, SaysWhatItIs) {
  const Json status = json("GET", "/api/status");
  EXPECT_EQ(status.at("version").text(), YONDER_VERSION);
  EXPECT_EQ(status.at("threads").integer(), 1);
  std::vector<std::string> names;
  for (const Json& name : status.at("components").array()) {
    names.push_back(name.text());
  }
#ifdef YONDER_HAS_LM
  EXPECT_THAT(names, ElementsAre("tokenizer", "density", "memory", "lm"));
#else
  EXPECT_THAT(names, ElementsAre("tokenizer", "density", "memory"));
#endif
}

TEST_F(WebAppTest, ListsTheModelsAndTextsOfTheCommandLine) {
  const Json model = json("GET", "/api/tokenizer/models").at("models").array().at(0);
  EXPECT_EQ(model.at("name").text(), "small.model");
  EXPECT_EQ(model.at("origin").text(), "file");
  EXPECT_EQ(model.at("vocab_size").integer(), 263);
  EXPECT_EQ(model.at("max_piece_length").integer(), 6);
  EXPECT_EQ(json("GET", "/api/texts").at("texts").array().at(0).at("name").text(), "book.txt");
}

TEST_F(WebAppTest, CutsATextIntoPiecesWithTheirBytes) {
  const Json answer =
      json("POST", "/api/tokenizer/encode", R"({"model":"m1","text":"the cat今天é"})");
  EXPECT_THAT(texts_of(answer.at("pieces")),
              ElementsAre("the", " cat", "今天", "base64:ww==", "base64:qQ=="));
  const Json& chinese = answer.at("pieces").array().at(2);
  EXPECT_EQ(chinese.at("start").integer(), 7);
  EXPECT_EQ(chinese.at("end").integer(), 13);
  EXPECT_NEAR(chinese.at("score").real(), std::log(5.0 / 340.0), 1e-12);
  EXPECT_EQ(answer.at("bytes").integer(), 15);
  EXPECT_EQ(answer.at("characters").integer(), 10);
  EXPECT_THAT(answer.at("command").text(), StartsWith("printf %s 'the cat今天é' | yonder "));
}

TEST_F(WebAppTest, TakesBytesThatAreNoText) {
  const Json answer = json("POST", "/api/tokenizer/encode", R"({"model":"m1","base64":"//4="})");
  EXPECT_THAT(texts_of(answer.at("pieces")), ElementsAre("base64:/w==", "base64:/g=="));
}

TEST_F(WebAppTest, GivesNoScoreToSpecialTokens) {
  const Json answer = json("POST", "/api/tokenizer/encode",
                           R"({"model":"m1","text":"the","options":{"bos":true}})");
  EXPECT_THAT(texts_of(answer.at("pieces")), ElementsAre("<bos>", "the"));
  EXPECT_EQ(answer.at("pieces").array().at(0).find("score"), nullptr);
  EXPECT_NEAR(answer.at("score").real(), std::log(50.0 / 340.0), 1e-12);
  EXPECT_THAT(answer.at("command").text(), HasSubstr(" --bos --pieces"));
}

TEST_F(WebAppTest, ListsTheBestSegmentations) {
  const Json answer =
      json("POST", "/api/tokenizer/nbest", R"({"model":"m1","text":"the","k":9,"alpha":1})");
  const Json::Array& all = answer.at("segmentations").array();
  ASSERT_EQ(all.size(), 3U);  // the, th e, t h e
  EXPECT_THAT(texts_of(all[0].at("pieces")), ElementsAre("the"));
  EXPECT_THAT(texts_of(all[1].at("pieces")), ElementsAre("th", "e"));
  double sum = 0;
  for (const Json& one : all) {
    sum += std::exp(one.at("log_probability").real());
  }
  EXPECT_NEAR(sum, 1.0, 1e-12);
}

TEST_F(WebAppTest, CountsEqualDraws) {
  const Json answer = json("POST", "/api/tokenizer/sample",
                           R"({"model":"m1","text":"the","n":1000,"alpha":0.2,"seed":"1"})");
  int64_t draws = 0;
  for (const Json& one : answer.at("segmentations").array()) {
    const auto expected = 1000 * std::exp(one.at("log_probability").real());
    const auto times = static_cast<double>(one.at("times").integer());
    EXPECT_NEAR(times, expected, 5 * std::sqrt(expected));
    draws += one.at("times").integer();
  }
  EXPECT_EQ(draws, 1000);
  EXPECT_THAT(answer.at("command").text(), StartsWith("for epoch in $(seq 0 999); do printf"));
}

TEST_F(WebAppTest, DrawsTheEdgesOfTheLattice) {
  const Json answer =
      json("POST", "/api/tokenizer/lattice", R"({"model":"m1","text":"the","alpha":1})");
  EXPECT_EQ(answer.at("edges").array().size(), 5U);  // t h e th the
  EXPECT_NEAR(answer.at("segmentations_log10").real(), std::log10(3.0), 1e-12);
  double first = 0;
  for (const Json& edge : answer.at("edges").array()) {
    first += edge.at("start").integer() == 0 ? edge.at("probability").real() : 0.0;
  }
  EXPECT_NEAR(first, 1.0, 1e-12);
}

TEST_F(WebAppTest, MeasuresAText) {
  const Json answer =
      json("POST", "/api/tokenizer/stats", R"({"model":"m1","text":"the cat the cat"})");
  const Json text = answer.at("models").array().at(0).at("texts").array().at(0);
  EXPECT_EQ(text.at("bytes").integer(), 15);
  EXPECT_EQ(text.at("tokens").integer(), 5);
}

TEST_F(WebAppTest, OpensAndClosesAnUploadedModel) {
  const std::string file = read_file(folder_.path() / "small.model");
  const Json model = json("POST", "/api/tokenizer/models", file, "my%20own.model");
  EXPECT_EQ(model.at("id").text(), "m2");
  EXPECT_EQ(model.at("name").text(), "my own.model");
  EXPECT_EQ(model.at("origin").text(), "uploaded");
  const HttpResponse download = call("GET", "/api/tokenizer/models/m2/file");
  std::string bytes;
  std::get<std::shared_ptr<ChunkSource>>(download.body)->next(bytes);
  EXPECT_EQ(bytes, file);
  json("DELETE", "/api/tokenizer/models/m2");
  EXPECT_EQ(json("GET", "/api/tokenizer/models").at("models").array().size(), 1U);
}

TEST_F(WebAppTest, RefusesAModelThatIsNone) {
  EXPECT_THAT(error_text(ErrorKind::bad_data,
                         [&] { call("POST", "/api/tokenizer/models", "no model", "x.model"); }),
              StartsWith("x.model: "));
}

TEST_F(WebAppTest, TrainsAVocabularyAsAJob) {
  const Json begun = json("POST", "/api/jobs",
                          R"({"kind":"tokenizer.train","name":"mine.model","texts":["t1"],)"
                          R"("options":{"vocab-size":[300],"min-count":2}})");
  const Json job = wait_for_job(begun.at("id").text());
  ASSERT_EQ(job.at("state").text(), "done");
  EXPECT_THAT(job.at("command").text(),
              HasSubstr("yonder tokenizer train --input " + options_.texts[0] +
                        " --out mine.model --vocab-size 300"));
  const std::string& model = job.at("result").at("model").text();
  const Json answer = json("POST", "/api/tokenizer/encode",
                           R"({"model":")" + model + R"(","text":"the cat 7 sat on the mat"})");
  EXPECT_LT(answer.at("pieces").array().size(), 24U);
}

TEST_F(WebAppTest, KeepsTrainedModelsInTheFolder) {
  options_.folder = (folder_.path() / "kept").string();
  const std::string request = R"({"kind":"tokenizer.train","name":"mine","texts":["t1"],)"
                              R"("options":{"vocab-size":[300]}})";
  wait_for_job(json("POST", "/api/jobs", request).at("id").text());
  try {
    call("POST", "/api/jobs", request);
    ADD_FAILURE() << "a name that is taken was accepted";
  } catch (const HttpError& error) {
    EXPECT_EQ(error.status, 409);
  }
  app_ = nullptr;
  const Json models = json("GET", "/api/tokenizer/models");
  EXPECT_EQ(models.at("models").array().at(1).at("name").text(), "mine");
  EXPECT_EQ(models.at("models").array().at(1).at("origin").text(), "trained");
}

TEST_F(WebAppTest, LetsNoClientNameAFile) {
  for (const std::string option : {"input", "out", "tmp", "from-counts", "force", "resume"}) {
    EXPECT_THAT(error_text(ErrorKind::bad_option,
                           [&] {
                             call("POST", "/api/jobs",
                                  R"({"kind":"tokenizer.train","name":"a","texts":["t1"],)"
                                  R"("options":{")" +
                                      option + R"(":"/etc/passwd"}})");
                           }),
                HasSubstr("there is no option \"" + option + "\""));
  }
  error_text(ErrorKind::bad_option, [&] {
    call("POST", "/api/jobs", R"({"kind":"tokenizer.train","name":"../a","texts":["t1"]})");
  });
  error_text(ErrorKind::file, [&] {
    call("POST", "/api/jobs", R"({"kind":"tokenizer.train","name":"a","texts":["/etc/passwd"]})");
  });
}

TEST_F(WebAppTest, SaysWhichLimitARequestExceeds) {
  const auto with_text = [](size_t bytes) {
    return R"({"model":"m1","text":")" + std::string(bytes, 'x') + R"("})";
  };
  EXPECT_EQ(status("/api/tokenizer/encode", with_text(200'000)), 200);
  EXPECT_EQ(status("/api/tokenizer/encode", with_text(300'000)), 413);
  EXPECT_EQ(status("/api/tokenizer/lattice", with_text(4096)), 200);
  EXPECT_EQ(status("/api/tokenizer/lattice", with_text(4097)), 413);
  EXPECT_EQ(status("/api/tokenizer/nbest", R"({"model":"m1","text":"a","k":101})"), 400);
  EXPECT_EQ(status("/api/tokenizer/nbest", R"({"model":"m1","text":"a","kk":1})"), 400);
  EXPECT_EQ(status("/api/tokenizer/nbest", R"({"model":"m9","text":"a"})"), 404);
  EXPECT_EQ(status("/api/tokenizer/nbest", R"({"text":"a"})"), 422);
  EXPECT_EQ(status("/api/tokenizer/encode", R"({"model":"m1","base64":"x"})"), 422);
  EXPECT_EQ(status("/api/jobs", R"({"kind":"tokenizer.tarin"})"), 400);
}

TEST_F(WebAppTest, DescribesTheOptionsOfItsForms) {
  const Json form = json("GET", "/api/options/tokenizer.train");
  std::vector<std::string> names;
  for (const Json& field : form.at("fields").array()) {
    names.push_back(field.at("name").text());
  }
  EXPECT_THAT(names, Contains("vocab-size"));
  EXPECT_THAT(names, testing::Not(Contains("out")));
  EXPECT_ANY_THROW(call("GET", "/api/options/tokenizer.trian"));
}

TEST_F(WebAppTest, ComplainsAboutAModelThatCannotBeOpened) {
  options_.models = {"/nowhere/at all"};
  error_text(ErrorKind::file, [&] { app(); });
}

}  // namespace
}  // namespace yonder::web
