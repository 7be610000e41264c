// SPDX-License-Identifier: Apache-2.0
// The stages, as in tokenizers (AddedVocabulary::extract_and_normalize, then do_pre_tokenize):
// added tokens that are not normalised are found in the original text; each stretch between them is
// normalised by itself, the other added tokens are found in the result, and each stretch between
// these is cut into words by itself.
#include "yonder/tokenizer/rules/text_rules.h"

#include "yonder/base/error.h"
#include "yonder/tokenizer/rules/added_tokens.h"
#include "yonder/tokenizer/rules/text_rewriter.h"

#include <unordered_map>
#include <utility>

namespace yonder::tokenizer {

namespace {

using Piece = AddedTokenSearch::Piece;

// The document so far.
class PreparedTextBuilder {
 public:
  // Appends words; their original begins at `shift` in the document.
  void add_words(SplitText&& words, uint64_t shift) {
    const size_t base = text_.bytes().size();
    text_.append(std::move(words.text), shift);
    parts_.reserve(parts_.size() + words.ends.size());
    for (const size_t end : words.ends) {
      parts_.push_back({base + end, -1});
    }
  }

  // Appends the token that was found in `text`.
  void add_token(const NormalizedText& text, const Piece& piece, uint64_t shift) {
    size_t cursor = 0;
    text_.append(text, piece.begin, piece.end, shift, cursor);
    parts_.push_back({text_.bytes().size(), piece.token->id});
  }

  PreparedText finish(uint64_t original_size) {
    return {text_.finish(original_size), std::move(parts_)};
  }

 private:
  NormalizedTextBuilder text_;
  std::vector<PreparedPart> parts_;
};

// Bytes begin..end-1 of `text`; the map leads to the same original.
NormalizedText slice(NormalizedText& text, size_t begin, size_t end) {
  if (begin == 0 && end == text.bytes.size()) {
    return std::move(text);
  }
  NormalizedTextBuilder builder;
  size_t cursor = 0;
  builder.append(text, begin, end, 0, cursor);
  return builder.finish(text.original_end(end));
}

}  // namespace

struct TextRules::Impl {
  std::vector<AddedToken> added;
  std::vector<std::string> patterns;  // what each is looked for as
  std::unique_ptr<const NormalizerStep> normalizer;
  std::unique_ptr<const PreTokenizerStep> pre_tokenizer;
  AddedTokenSearch in_original;  // tokens that are not normalised
  AddedTokenSearch in_normalized;

  NormalizedText normalize(std::string_view text) const {
    NormalizedText out = unchanged_text(text);
    if (normalizer != nullptr) {
      normalizer->apply(out);
    }
    return out;
  }

  SplitText split(NormalizedText text, bool first) const {
    SplitText out{std::move(text), {}};
    if (!out.text.bytes.empty()) {
      out.ends.push_back(out.text.bytes.size());
      if (pre_tokenizer != nullptr) {
        pre_tokenizer->apply(out, first);
      }
    }
    return out;
  }

  // A stretch between tokens of the original text, which begins at `offset`.
  void prepare_stretch(std::string_view stretch, uint64_t offset, bool parse_special,
                       PreparedTextBuilder& out) const {
    NormalizedText text = normalize(stretch);
    std::vector<Piece> pieces;
    in_normalized.split(text.bytes, parse_special, pieces);
    for (const Piece& piece : pieces) {
      if (piece.token != nullptr) {
        out.add_token(text, piece, offset);
      } else {
        out.add_words(split(slice(text, piece.begin, piece.end), offset == 0), offset);
      }
    }
  }
};

TextRules::TextRules(std::vector<AddedToken> added,
                     std::unique_ptr<const NormalizerStep> normalizer,
                     std::unique_ptr<const PreTokenizerStep> pre_tokenizer) {
  auto impl = std::make_unique<Impl>();
  impl->normalizer = std::move(normalizer);
  impl->pre_tokenizer = std::move(pre_tokenizer);
  std::unordered_map<uint32_t, std::string> content_of;
  std::unordered_map<std::string, size_t> index_of;
  for (AddedToken& token : added) {
    if (token.content.empty()) {
      continue;  // tokenizers ignores it, too
    }
    const auto [by_id, new_id] = content_of.try_emplace(token.id, token.content);
    require(by_id->second == token.content, ErrorKind::bad_data,
            "two added tokens have the id {}: \"{}\" and \"{}\"", token.id, by_id->second,
            token.content);
    const auto [by_content, new_content] = index_of.try_emplace(token.content, impl->added.size());
    if (new_content) {
      impl->added.push_back(std::move(token));
      continue;
    }
    AddedToken& earlier = impl->added[by_content->second];
    require(earlier.id == token.id, ErrorKind::bad_data,
            "the added token \"{}\" has two ids: {} and {}", token.content, earlier.id, token.id);
    earlier = std::move(token);
  }
  for (const AddedToken& token : impl->added) {
    impl->patterns.push_back(token.normalized ? impl->normalize(token.content).bytes
                                              : token.content);
    require(!impl->patterns.back().empty(), ErrorKind::bad_data,
            "the added token \"{}\" is empty after normalisation, so it would match everywhere",
            token.content);
    AddedTokenSearch& search = token.normalized ? impl->in_normalized : impl->in_original;
    require(search.add(impl->patterns.back(), token), ErrorKind::bad_data,
            "the added token \"{}\" is the same as another one after normalisation: \"{}\"",
            token.content, impl->patterns.back());
  }
  impl_ = std::move(impl);
}

TextRules::~TextRules() = default;

PreparedText TextRules::prepare(std::string_view text, bool parse_special) const {
  std::vector<Piece> pieces;
  impl_->in_original.split(text, parse_special, pieces);
  PreparedTextBuilder out;
  for (const Piece& piece : pieces) {
    const std::string_view bytes = text.substr(piece.begin, piece.end - piece.begin);
    if (piece.token != nullptr) {
      out.add_token(unchanged_text(bytes), {0, bytes.size(), piece.token}, piece.begin);
    } else {
      impl_->prepare_stretch(bytes, piece.begin, parse_special, out);
    }
  }
  return out.finish(text.size());
}

const std::vector<AddedToken>& TextRules::added() const { return impl_->added; }

const std::string& TextRules::added_pattern(size_t i) const { return impl_->patterns[i]; }

}  // namespace yonder::tokenizer
