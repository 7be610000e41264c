// SPDX-License-Identifier: Apache-2.0
#include "tests/error_text.h"
#include "tests/web_app_fixture.h"
#include "yonder/base/base64.h"
#include "yonder/memory/stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace yonder::web {
namespace {

using testing::HasSubstr;

const std::string kTones = R"("data":{"demo":"two-tones"})";

class MemoryRoutes : public WebAppFixture {
 protected:
  Json post(const std::string& route, const std::string& members) {
    return json("POST", "/api/memory/" + route, "{" + members + "}");
  }
  std::string snapshot(const std::string& members) {
    return post("snapshot", members).at("snapshot").text();
  }
};

TEST_F(MemoryRoutes, ShowsAStreamFrameByFrame) {
  const Json answer = post("run", kTones + R"(,"options":{"order":32},"frames":8,"points":101)");
  const Json::Array& frames = answer.at("frames").array();
  ASSERT_EQ(frames.size(), 8U);
  EXPECT_EQ(answer.at("values").integer(), 4000);
  for (size_t i = 0; i < frames.size(); ++i) {
    EXPECT_EQ(frames[i].at("samples").integer(), static_cast<int64_t>(500 * (i + 1)));
    EXPECT_EQ(frames[i].at("end").real(), 500.0 * static_cast<double>(i + 1));
    EXPECT_EQ(frames[i].at("values").array().size(), 101U);
    EXPECT_EQ(frames[i].at("coefficients").array().size(), 32U);
    EXPECT_TRUE(frames[i].at("exact").boolean());
    // The residual from the energy counter is what is measured against the samples.
    EXPECT_NEAR(frames[i].at("measured").real(), frames[i].at("rms_residual").real(), 0.03);
  }
  EXPECT_EQ(answer.at("signal").at("t").array().size(), 4000U);
  EXPECT_THAT(answer.at("command").text(),
              HasSubstr(" | yonder memory run - --order 32 -o stream.yms"));
}

TEST_F(MemoryRoutes, ThinsALongSignalByItsExtremes) {
  std::string file = "x\n";
  for (int i = 0; i < 50000; ++i) {
    file += i == 33333 ? "9\n" : i % 2 == 0 ? "1\n" : "-1\n";
  }
  json("POST", "/api/numbers", file, "long.csv");
  const Json answer =
      post("run", R"("data":{"file":"n1","column":"x"},"options":{"order":4},"frames":2)");
  const Json::Array& u = answer.at("signal").at("u").array();
  EXPECT_LE(u.size(), 4000U);
  double highest = 0;
  for (const Json& value : u) {
    highest = std::max(highest, value.real());
  }
  EXPECT_EQ(highest, 9);
}

TEST_F(MemoryRoutes, ReadsBackWithABound) {
  const Json answer =
      post("read", kTones + R"(,"options":{"order":64},"at":[1234.5],"from":1000,"to":1500)");
  const Json& at = answer.at("at").array().at(0);
  EXPECT_NEAR(at.at("estimate").real(), at.at("truth").real(), 0.05);
  const Json& mean = answer.at("mean");
  EXPECT_LE(std::abs(mean.at("estimate").real() - mean.at("truth").real()),
            mean.at("bound").real());
  EXPECT_THAT(answer.at("command").text(), HasSubstr("\nyonder memory read stream.yms --mean "));
  EXPECT_EQ(status("/api/memory/read", "{" + kTones + R"(,"from":1000})"), 400);
}

TEST_F(MemoryRoutes, GoesOnFromASnapshotBitForBit) {
  const std::string half = snapshot(kTones + R"(,"samples":1234)");
  const std::string whole = snapshot(kTones);
  EXPECT_EQ(snapshot(kTones + R"(,"first":1234,"snapshot":")" + half + "\""), whole);
}

TEST_F(MemoryRoutes, MergesSnapshotsOfAdjacentStretches) {
  const std::string older = snapshot(kTones + R"(,"samples":1000)");
  const std::string newer = snapshot(kTones + R"(,"first":1000)");
  const Json merged = post("merge", R"("older":")" + older + R"(","newer":")" + newer + "\"");
  EXPECT_EQ(merged.at("samples").integer(), 4000);
  const Json whole = post("inspect", R"("snapshot":")" + snapshot(kTones) + "\"");
  EXPECT_NEAR(merged.at("summary").at("rms_residual").real(),
              whole.at("summary").at("rms_residual").real(), 1e-9);
  EXPECT_EQ(status("/api/memory/merge", R"({"older":")" + newer + R"(","newer":")" + older + "\"}"),
            422);
}

TEST_F(MemoryRoutes, LooksIntoASnapshot) {
  const Json facts = post("inspect", R"("snapshot":")" + snapshot(kTones) + "\"");
  EXPECT_EQ(facts.at("names").array().at(0).text(), "two-tones");
  EXPECT_EQ(facts.at("options").at("measure").text(), "legs");
  EXPECT_EQ(facts.at("samples").integer(), 4000);
  EXPECT_EQ(facts.at("command").text(), "yonder memory info stream.yms");
}

TEST_F(MemoryRoutes, NamesFilesInItsCommands) {
  const Json half = post("snapshot", kTones + R"(,"samples":1000,"name":"half day.yms")");
  EXPECT_THAT(half.at("command").text(), testing::EndsWith(" -o 'half day.yms'"));
  const Json rest = post("snapshot", kTones + R"(,"first":1000,"name":"day.yms","older":"h.yms",)" +
                                         R"("snapshot":")" + half.at("snapshot").text() + "\"");
  EXPECT_THAT(rest.at("command").text(),
              HasSubstr("sed -n 1001,4000p | yonder memory resume h.yms - -o day.yms"));
}

TEST_F(MemoryRoutes, ShowsTheMatricesOfAMeasure) {
  const Json plain = post("matrix", R"("measure":"legt:1","order":3)");
  EXPECT_NEAR(plain.at("a").array().at(0).array().at(1).real(), std::sqrt(3.0), 1e-12);
  const Json step = post("matrix", R"("measure":"legt:1","order":3,"rule":"zoh","dt":0.1)");
  EXPECT_NEAR(step.at("a").array().at(0).array().at(0).real(), 0.908051265762, 1e-11);
  const Json legs = post("matrix", R"("measure":"legs","order":2,"rule":"bilinear","sample":4)");
  EXPECT_TRUE(legs.at("time_varying").boolean());
}

TEST_F(MemoryRoutes, AdvisesAnOrder) {
  const Json answer = post("choose", R"("frequency":5,"window":1,"error":0.1)");
  EXPECT_NEAR(static_cast<double>(answer.at("order").integer()), 18,
              1);  // pi cycles, and 2 to 5 more
  EXPECT_EQ(answer.at("orders").array().size(), answer.at("errors").array().size());
  EXPECT_EQ(answer.at("command").text(), "yonder memory choose --freq 5 --window 1 --error 0.1");
  EXPECT_EQ(status("/api/memory/choose", R"({"frequency":1e9,"window":1})"), 400);
}

TEST_F(MemoryRoutes, HoldsAContestOfEqualBytes) {
  const Json answer = post("contest", kTones + R"(,"options":{"bytes":512})");
  const Json::Array& rows = answer.at("rows").array();
  EXPECT_EQ(rows.at(0).at("name").text(), "legs");
  EXPECT_GE(rows.size(), 4U);
  for (const Json& row : rows) {
    EXPECT_LE(row.at("bytes").integer(), 512);
  }
}

TEST_F(MemoryRoutes, ListsTheMeasures) {
  const Json answer = json("GET", "/api/memory/measures");
  EXPECT_EQ(answer.at("measures").array().at(0).at("name").text(), "legs");
}

TEST_F(MemoryRoutes, SaysWhatIsWrongWithARequest) {
  EXPECT_EQ(status("/api/memory/run", "{" + kTones + R"(,"options":{"measure":"leg"}})"), 400);
  EXPECT_EQ(status("/api/memory/run", "{" + kTones + R"(,"options":{"order":0}})"), 400);
  EXPECT_EQ(status("/api/memory/run", "{" + kTones + R"(,"samples":200001})"), 400);
  EXPECT_EQ(status("/api/memory/run", "{" + kTones + R"(,"first":4000})"), 400);
  EXPECT_EQ(status("/api/memory/run", "{" + kTones + R"(,"frames":1000})"), 400);
  EXPECT_EQ(status("/api/memory/read", "{" + kTones + R"(,"at":[4001]})"), 400);
  EXPECT_EQ(status("/api/memory/read", "{" + kTones + R"(,"from":9,"to":3})"), 400);
  EXPECT_EQ(status("/api/memory/inspect", R"({"snapshot":"!"})"), 422);
  EXPECT_EQ(status("/api/memory/inspect", R"({"snapshot":")" + base64_encode("YNDR") + "\"}"), 422);
  EXPECT_EQ(status("/api/memory/matrix", R"({"measure":"legt:1","order":65})"), 400);
  EXPECT_EQ(status("/api/memory/matrix", R"({"measure":"window:9"})"), 400);
}

}  // namespace
}  // namespace yonder::web
