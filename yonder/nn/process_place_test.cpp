// SPDX-License-Identifier: Apache-2.0
#include "yonder/nn/process_place.h"

#include "tests/error_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

namespace yonder::nn {
namespace {

using testing::HasSubstr;

class ProcessPlaceTest : public testing::Test {
 protected:
  ProcessPlaceTest() { clear(); }
  ~ProcessPlaceTest() override { clear(); }
  static void clear() {
    for (const char* name : {"RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT"}) {
      ::unsetenv(name);
    }
  }
  static void set(const std::vector<std::string>& variables) {
    for (const std::string& variable : variables) {
      const size_t equal = variable.find('=');
      ::setenv(variable.substr(0, equal).c_str(), variable.substr(equal + 1).c_str(), 1);
    }
  }
};

TEST_F(ProcessPlaceTest, IsAloneWithoutAnEnvironment) {
  const ProcessPlace place = process_place_from_environment();
  EXPECT_EQ(place.rank, 0);
  EXPECT_EQ(place.size, 1);
}

TEST_F(ProcessPlaceTest, IsWhatTheEnvironmentSays) {
  set(environment_of({3, 8, "node7", 1234}));
  const ProcessPlace place = process_place_from_environment();
  EXPECT_EQ(place.rank, 3);
  EXPECT_EQ(place.size, 8);
  EXPECT_EQ(place.address, "node7");
  EXPECT_EQ(place.port, 1234);
}

TEST_F(ProcessPlaceTest, RefusesPlacesThatCannotBe) {
  set({"RANK=2", "WORLD_SIZE=2"});
  EXPECT_THAT(error_text(ErrorKind::bad_option, [] { process_place_from_environment(); }),
              HasSubstr("RANK is \"2\"; it must be a number from 0 to 1"));
  set({"RANK=0", "WORLD_SIZE=two"});
  EXPECT_THAT(error_text(ErrorKind::bad_option, [] { process_place_from_environment(); }),
              HasSubstr("WORLD_SIZE"));
  set({"WORLD_SIZE=2", "MASTER_PORT=70000"});
  EXPECT_THAT(error_text(ErrorKind::bad_option, [] { process_place_from_environment(); }),
              HasSubstr("MASTER_PORT"));
  ::unsetenv("RANK");
  EXPECT_THAT(error_text(ErrorKind::bad_option, [] { process_place_from_environment(); }),
              HasSubstr("has WORLD_SIZE and not RANK"));
}

}  // namespace
}  // namespace yonder::nn
