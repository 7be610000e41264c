// SPDX-License-Identifier: Apache-2.0
#include "tests/documented_dump.h"
#include "yonder/base/file.h"
#include "yonder/tokenizer/formats/model_cache.h"

#include <gtest/gtest.h>

namespace yonder::tokenizer {
namespace {

TEST(ModelCacheDump, IsWhatTheLibraryWrites) {
  const UnigramModel model(Vocabulary({{"a", 3}, {"b", 1}, {"ab", 2}, {"cab", 2}}, "demo"));
  const TemporaryFolder folder;
  save_model_cache(model, folder.path() / "demo.ytc", SourceStamp{.size = 1234, .modified = 5});
  EXPECT_EQ(documented_dump("docs/formats/tokenizer_cache.md"),
            read_file(folder.path() / "demo.ytc"));
}

}  // namespace
}  // namespace yonder::tokenizer
