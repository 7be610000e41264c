// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/rules/prefix_trie.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <string>

namespace yonder::tokenizer {
namespace {

TEST(PrefixTrie, TellsAStringThatIsThereAlready) {
  PrefixTrie trie;
  EXPECT_TRUE(trie.empty());
  EXPECT_TRUE(trie.insert("ab", 1));
  EXPECT_FALSE(trie.insert("ab", 2));
  EXPECT_EQ(trie.longest("abc")->value, 1U);
}

RC_GTEST_PROP(PrefixTrie, FindsTheLongestPrefixThatASearchFinds, ()) {
  const auto gen_string = rc::gen::container<std::string>(rc::gen::element('a', 'b', '\xFF'));
  std::map<std::string, size_t> strings;
  PrefixTrie trie;
  for (const std::string& string : *rc::gen::container<std::vector<std::string>>(gen_string)) {
    if (!string.empty() && strings.try_emplace(string, strings.size()).second) {
      trie.insert(string, strings.at(string));
    }
  }
  const std::string text = *gen_string;
  size_t length = text.size();
  while (length > 0 && !strings.contains(text.substr(0, length))) {
    --length;
  }
  const auto match = trie.longest(text);
  RC_ASSERT(match.has_value() == (length > 0));
  if (match) {
    RC_ASSERT(match->length == length);
    RC_ASSERT(match->value == strings.at(text.substr(0, length)));
  }
}

}  // namespace
}  // namespace yonder::tokenizer
