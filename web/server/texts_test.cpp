// SPDX-License-Identifier: Apache-2.0
#include "web/server/texts.h"

#include "tests/error_text.h"
#include "yonder/base/file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace yonder::web {
namespace {

using testing::HasSubstr;

TEST(TextRegistry, GivesOutIdsForFilesAndUploads) {
  const TemporaryFolder folder;
  write_file(folder.path() / "book.txt", "hello");
  TextRegistry texts;
  EXPECT_EQ(texts.add_file((folder.path() / "book.txt").string())->id, "t1");
  auto upload = std::make_shared<UploadFile>(folder.path());
  upload->write("abc");
  EXPECT_EQ(texts.add_upload(upload, "mine.txt")->id, "t2");
  EXPECT_EQ(texts.get("t1")->bytes, 5U);
  EXPECT_EQ(texts.get("t1")->name, "book.txt");
  EXPECT_EQ(texts.get("t2")->bytes, 3U);
  EXPECT_EQ(texts.all().size(), 2U);
}

TEST(TextRegistry, NeverShowsWhereAFileLies) {
  const TemporaryFolder folder;
  write_file(folder.path() / "book.txt", "hello");
  TextRegistry texts;
  JsonWriter w;
  write_json(w, *texts.add_file((folder.path() / "book.txt").string()));
  EXPECT_EQ(w.str(), R"({"id":"t1","name":"book.txt","bytes":5,"origin":"file"})");
}

TEST(TextRegistry, KeepsAnUploadAsLongAsItIsRead) {
  const TemporaryFolder folder;
  TextRegistry texts;
  texts.add_upload(std::make_shared<UploadFile>(folder.path()), "mine.txt");
  std::shared_ptr<const Text> reader = texts.get("t1");
  const std::filesystem::path path = reader->upload->path();
  texts.remove("t1");
  EXPECT_TRUE(std::filesystem::exists(path));
  reader = nullptr;
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(TextRegistry, ComplainsAboutWhatIsNotThere) {
  TextRegistry texts;
  EXPECT_THAT(error_text(ErrorKind::file, [&] { texts.get("t1"); }), HasSubstr("no text t1"));
  error_text(ErrorKind::file, [&] { texts.remove("../etc/passwd"); });
  error_text(ErrorKind::file, [&] { texts.add_file("/nowhere/at all"); });
}

TEST(TextRegistry, HoldsABoundedNumber) {
  const TemporaryFolder folder;
  const auto upload = std::make_shared<UploadFile>(folder.path());
  TextRegistry texts;
  for (size_t i = 0; i < TextRegistry::kMost; ++i) {
    texts.add_upload(upload, "x");
  }
  error_text(ErrorKind::memory, [&] { texts.add_upload(upload, "x"); });
}

}  // namespace
}  // namespace yonder::web
