// SPDX-License-Identifier: Apache-2.0
// The kernel against the float64 reference, on every instruction set of this machine, for every
// kind of scheme, in whole texts, random chunks and single queries; and what must hold between
// schemes.
#include "yonder/lm/internal/attention_kernel.h"

#include "yonder/base/random.h"
#include "yonder/lm/position/scheme_reference.h"
#include "yonder/lm/position/table.h"

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

namespace yonder::lm::internal {
namespace {

// Runs `body` once per instruction set.
void on_every_target(const std::function<void()>& body) {
  for (const int64_t target : hwy::SupportedAndGeneratedTargets()) {
    SCOPED_TRACE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    body();
  }
  hwy::SetSupportedTargetsForTest(0);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

float round_to_bf16(float x) {
  auto bits = std::bit_cast<uint32_t>(x);
  bits = (bits + 0x7FFFU + (bits >> 16 & 1U)) & 0xFFFF0000U;
  return std::bit_cast<float>(bits);
}

std::vector<uint16_t> as_bf16(const std::vector<float>& values) {
  std::vector<uint16_t> out;
  for (const float x : values) {
    out.push_back(static_cast<uint16_t>(std::bit_cast<uint32_t>(x) >> 16));
  }
  return out;
}

using Floats = std::vector<float>;

// A text of `length` positions with normal queries, keys and values.
struct Text {
  int64_t heads, kv_heads, length, width;
  Floats q, k, v;

  Text(int64_t heads_in, int64_t kv_heads_in, int64_t length_in, int64_t width_in,
       uint64_t seed = 0)
      : heads(heads_in), kv_heads(kv_heads_in), length(length_in), width(width_in) {
    Rng rng(seed);
    const auto fill = [&](Floats& x, int64_t n) {
      x.resize(static_cast<size_t>(n));
      for (float& value : x) {
        value = static_cast<float>(rng.normal());
      }
    };
    fill(q, heads * length * width);
    fill(k, kv_heads * length * width);
    fill(v, kv_heads * length * width);
  }

  RopeSpec rope(int64_t train_length = 70) const {
    return {.dims = width, .base = 1e4, .train_length = train_length};
  }

  AttentionProblem problem(Floats& out) const {
    AttentionProblem p;
    p.heads = heads;
    p.kv_heads = kv_heads;
    p.width = width;
    p.queries = length;
    p.q = {q.data(), ElementType::f32, length * width, width};
    p.k = {k.data(), ElementType::f32, length * width, width};
    p.v = {v.data(), ElementType::f32, length * width, width};
    p.factor = 1 / std::sqrt(static_cast<double>(width));
    out.assign(q.size(), std::numeric_limits<float>::quiet_NaN());
    p.out = out.data();
    p.out_head_stride = length * width;
    p.out_row_stride = width;
    return p;
  }

  /// The whole text in one call, `change` made to the problem before it.
  Floats whole(const PositionScheme& scheme,
               const std::function<void(AttentionProblem&)>& change = {}) const {
    Floats out;
    AttentionProblem p = problem(out);
    const KeyRun all{0, 0, length};
    p.keys = {&all, 1};
    if (change) {
      change(p);
    }
    blockwise_attention(p, scheme);
    return out;
  }

  /// In calls of `next()` queries, each with the keys so far.
  Floats in_chunks(const PositionScheme& scheme, const std::function<int64_t()>& next) const {
    Floats out;
    for (AttentionProblem p = problem(out); p.q_position < length;) {
      p.queries = std::min(next(), length - p.q_position);
      const KeyRun read{0, 0, p.q_position + p.queries};
      p.keys = {&read, 1};
      p.q.data = q.data() + p.q_position * width;
      p.out = out.data() + p.q_position * width;
      blockwise_attention(p, scheme);
      p.q_position += p.queries;
    }
    return out;
  }

  Floats token_by_token(const PositionScheme& scheme) const {
    return in_chunks(scheme, [] { return 1; });
  }

  /// [H, positions, d] by the formula.
  std::vector<double> reference(const PositionScheme& scheme,
                                const std::vector<int64_t>& positions) const {
    std::vector<double> out;
    const int64_t group = heads / kv_heads;
    const int64_t size = length * width;
    for (int64_t h = 0; h < heads; ++h) {
      const auto widen = [&](const Floats& x, int64_t head) {
        return std::vector<double>(x.begin() + head * size, x.begin() + (head + 1) * size);
      };
      const std::vector<double> head_q = widen(q, h);
      const std::vector<double> head_k = widen(k, h / group);
      const std::vector<double> head_v = widen(v, h / group);
      for (const int64_t i : positions) {
        const auto row =
            std::span(head_q).subspan(static_cast<size_t>(i * width), static_cast<size_t>(width));
        const ReferenceRow r =
            attention_row_reference(scheme, i, row, head_k, head_v, {.head = h, .heads = heads});
        out.insert(out.end(), r.output.begin(), r.output.end());
      }
    }
    return out;
  }

  std::vector<double> reference(const PositionScheme& scheme) const {
    std::vector<int64_t> all(static_cast<size_t>(length));
    std::iota(all.begin(), all.end(), 0);
    return reference(scheme, all);
  }
};

template <typename A, typename B>
double greatest_difference(const std::vector<A>& a, const std::vector<B>& b) {
  EXPECT_EQ(a.size(), b.size());
  double greatest = 0;
  for (size_t n = 0; n < a.size(); ++n) {
    const double difference = std::abs(static_cast<double>(a[n]) - static_cast<double>(b[n]));
    if (!(difference <= greatest)) {  // also where it is NaN
      greatest = difference;
    }
  }
  return greatest;
}

// Every term, alone and with others; windows and splits that no tile and no vector ends at.
const std::vector<std::string>& scheme_texts() {
  static const std::vector<std::string> kTexts = {
      "rope",
      "nope",
      "pi:s=4",
      "ntk:s=4",
      "ntk-old:s=4",
      "ntk-fixed:s=4",
      "ntk-mixed:s=4",
      "ntk-hf-dynamic:s=4",
      "yarn:s=4",
      "yarn:s=4,turns",
      "llama3:factor=4",
      "longrope:s=4,short=1,long=2",
      "window:w=37",
      "window:w=64",
      "lambda:w=37,sinks=4",
      "lambda:w=37,sinks=70,sinkpos=slot",
      "lambda:w=37,sinks=4,sinkpos=true",
      "lambda:w=37,sinks=4,limit=20",
      "rerope:w=1",
      "rerope:w=37",
      "rerope:w=64+logn:clip",
      "rerope:w=37+window:w=90+logn:train",
      "leaky:w=37,k=4",
      "leaky:w=37,k=1/4",
      "selfext:w=37,G=3",
      "selfext:w=37,G=8",
      "selfext:w=37,G=100",
      "selfext:w=37,G=7,mode=frac",
      "selfext:w=37,G=3+lambda:w=90,sinks=3,sinkpos=true",
      "ntk+dyn:step=1",
      "yarn+dyn:step=16",
      "ntk+dyn:step=64",
      "ntk+dyn:step=100",
      "pi+dyn:turn",
      "yarn+leaky:w=37,k=4+dyn:step=48",
      "pi+selfext:w=37,G=5+dyn:step=48",
      "ntk+window:w=37+dyn:step=1",
      "alibi",
      "nope+alibi+window:w=37",
      "kerple-log:r1=0.5,r2=1",
      "kerple-power:r1=0.5,r2=1",
      "sandwich",
      "xpos",
      "xpos+window:w=37",
  };
  return kTexts;
}

TEST(AttentionKernel, IsTestedWithEveryTerm) {
  for (const SchemeTerm& term : scheme_terms()) {
    EXPECT_TRUE(std::any_of(scheme_texts().begin(), scheme_texts().end(),
                            [&](const std::string& text) {
                              return ("+" + text + "+").find("+" + term.name + "+") !=
                                         std::string::npos ||
                                     ("+" + text).find("+" + term.name + ":") != std::string::npos;
                            }))
        << term.name;
  }
}

TEST(AttentionKernel, AgreesWithTheReference) {
  const Text text(4, 2, 203, 16);
  for (const std::string& name : scheme_texts()) {
    SCOPED_TRACE(name);
    const PositionScheme scheme = PositionScheme::parse(name, text.rope(), text.length);
    const std::vector<double> expected = text.reference(scheme);
    Rng rng(3);
    on_every_target([&] {
      EXPECT_LT(greatest_difference(text.whole(scheme), expected), 3e-6);
      const Floats chunks =
          text.in_chunks(scheme, [&] { return 1 + static_cast<int64_t>(rng.below(90)); });
      EXPECT_LT(greatest_difference(chunks, expected), 3e-6) << "in chunks";
      EXPECT_LT(greatest_difference(text.token_by_token(scheme), expected), 3e-6)
          << "token by token";
    });
  }
}

TEST(AttentionKernel, AgreesWithTheReferenceForEveryWidthAndNumberOfHeads) {
  struct Shape {
    int64_t heads, kv_heads, width;
  };
  for (const Shape& s :
       {Shape{1, 1, 2}, Shape{3, 1, 6}, Shape{5, 1, 8}, Shape{8, 1, 20}, Shape{2, 2, 32},
        Shape{6, 2, 64}, Shape{1, 1, 80}, Shape{2, 1, 128}, Shape{9, 1, 100}}) {
    const Text text(s.heads, s.kv_heads, 70, s.width, 5);
    const PositionScheme scheme = PositionScheme::parse("leaky:w=17,k=3", text.rope());
    const std::vector<double> expected = text.reference(scheme);
    on_every_target([&] {
      EXPECT_LT(greatest_difference(text.whole(scheme), expected), 3e-6) << s.width;
      EXPECT_LT(greatest_difference(text.token_by_token(scheme), expected), 3e-6) << s.width;
    });
  }
}

TEST(AttentionKernel, TilesOfEverySizeAgree) {
  const Text text(2, 1, 300, 32);
  for (const std::string name : {"rerope:w=40", "ntk+dyn:step=32", "selfext:w=40,G=3", "xpos"}) {
    const PositionScheme scheme = PositionScheme::parse(name, text.rope());
    const Floats expected = text.whole(scheme);
    for (const int64_t tile : {8, 16, 32}) {
      const Floats out = text.whole(scheme, [&](AttentionProblem& p) { p.tile = tile; });
      EXPECT_LT(greatest_difference(out, expected), 2e-6) << name << ", tiles of " << tile;
    }
  }
}

TEST(AttentionKernel, ThreadsChangeNoBit) {
  const Text text(4, 2, 500, 64);
  for (const std::string name : {"leaky:w=40,k=4", "ntk+dyn:step=32", "ntk+dyn:step=1"}) {
    const PositionScheme scheme = PositionScheme::parse(name, text.rope());
    const Floats expected = text.whole(scheme);
    for (const int threads : {2, 3, 8}) {
      EXPECT_EQ(text.whole(scheme, [&](AttentionProblem& p) { p.threads = threads; }), expected)
          << name << ", " << threads << " threads";
    }
  }
}

TEST(AttentionKernel, ThreadsChangeNoBitOfALongDecode) {
  const Text text(4, 2, 9000, 64);
  const PositionScheme scheme = PositionScheme::parse("leaky:w=40,k=4", text.rope());
  const auto last_query = [&](int threads) {
    return text.whole(scheme, [&](AttentionProblem& p) {
      p.queries = 1;
      p.q_position = text.length - 1;
      p.threads = threads;
    });
  };
  Floats one = last_query(1);
  Floats three = last_query(3);
  // One row per head was written.
  for (Floats* x : {&one, &three}) {
    std::replace_if(
        x->begin(), x->end(), [](float value) { return std::isnan(value); }, 7.0F);
  }
  EXPECT_EQ(one, three);
  EXPECT_NE(one.front(), 7.0F);
}

TEST(AttentionKernel, NeutralSchemesAreRopeBitForBit) {
  const Text text(2, 1, 200, 32);
  const RopeSpec rope = text.rope(256);
  std::vector<std::string> names = {"pi:s=1",          "ntk:s=1",         "yarn:s=1",
                                    "ntk+dyn:step=64", "yarn+dyn:step=1", "logn:clip"};
  for (const SchemeTerm& term : scheme_terms()) {
    if (!term.neutral.empty()) {
      names.push_back(term.name + ":" + term.neutral);
    }
  }
  const PositionScheme plain(rope);
  const Floats whole = text.whole(plain);
  const Floats decoded = text.token_by_token(plain);
  for (const std::string& name : names) {
    const PositionScheme scheme = PositionScheme::parse(name, rope);
    EXPECT_EQ(text.whole(scheme), whole) << name;
    EXPECT_EQ(text.token_by_token(scheme), decoded) << name;
  }
}

TEST(AttentionKernel, GroupedHeadsEqualRepeatedKeys) {
  const Text grouped(6, 2, 150, 16);
  Text repeated = grouped;
  repeated.kv_heads = 6;
  const auto repeat = [&](Floats& x) {
    Floats out;
    const int64_t size = grouped.length * grouped.width;
    for (int64_t h = 0; h < 6; ++h) {
      out.insert(out.end(), x.begin() + h / 3 * size, x.begin() + (h / 3 + 1) * size);
    }
    x = out;
  };
  repeat(repeated.k);
  repeat(repeated.v);
  for (const std::string name : {"rope", "leaky:w=40,k=4", "ntk+dyn:step=64"}) {
    const PositionScheme scheme = PositionScheme::parse(name, grouped.rope());
    EXPECT_EQ(grouped.whole(scheme), repeated.whole(scheme)) << name;
    EXPECT_LT(greatest_difference(grouped.token_by_token(scheme), repeated.token_by_token(scheme)),
              1e-6)
        << name;
  }
}

TEST(AttentionKernel, ReRopeDoesNotSeeTheOrderOfFarKeys) {
  const Text text(1, 1, 300, 32);
  Text shuffled = text;
  const int64_t far = 300 - 64;  // keys far from the last query
  Rng rng(1);
  for (int64_t j = far - 1; j > 0; --j) {
    const auto other = static_cast<int64_t>(rng.below(static_cast<uint64_t>(j + 1)));
    for (int64_t c = 0; c < text.width; ++c) {
      for (Floats* x : {&shuffled.k, &shuffled.v}) {
        std::swap((*x)[static_cast<size_t>(j * 32 + c)], (*x)[static_cast<size_t>(other * 32 + c)]);
      }
    }
  }
  const PositionScheme scheme = PositionScheme::parse("rerope:w=64", text.rope());
  const Floats a = text.whole(scheme);
  const Floats b = shuffled.whole(scheme);
  EXPECT_LT(greatest_difference(Floats(a.end() - 32, a.end()), Floats(b.end() - 32, b.end())),
            2e-6);
  EXPECT_GT(greatest_difference(a, b), 0.1);  // earlier queries see another order
}

TEST(AttentionKernel, LeakyWithHugeStepIsReRope) {
  const Text text(2, 1, 200, 32);
  const Floats leaky = text.whole(PositionScheme::parse("leaky:w=37,k=1e12", text.rope()));
  const Floats rerope = text.whole(PositionScheme::parse("rerope:w=37", text.rope()));
  EXPECT_LT(greatest_difference(leaky, rerope), 1e-6);
}

TEST(AttentionKernel, ShiftingAllPositionsChangesNothingThatIsRelative) {
  const Text text(2, 1, 200, 32);
  for (const std::string name :
       {"rope", "rerope:w=37", "leaky:w=37,k=4", "window:w=37", "yarn:s=4"}) {
    const PositionScheme scheme = PositionScheme::parse(name, text.rope());
    const Floats shifted = text.whole(scheme, [&](AttentionProblem& p) {
      static const KeyRun kFar{0, 1003, 200};
      p.keys = {&kFar, 1};
      p.q_position = 1003;
    });
    EXPECT_LT(greatest_difference(shifted, text.whole(scheme)), 3e-6) << name;
  }
}

// A cache that has dropped all keys but sinks and window, wrapped round in memory.
TEST(AttentionKernel, ReadsWrappedCaches) {
  const Text text(2, 1, 300, 32);
  for (const std::string name :
       {"lambda:w=48,sinks=4", "lambda:w=48,sinks=4,sinkpos=slot", "window:w=48"}) {
    SCOPED_TRACE(name);
    const PositionScheme scheme = PositionScheme::parse(name, text.rope());
    for (const int64_t queries : {1, 2, 20}) {
      const int64_t first = text.length - queries;
      Text ring = text;
      // Sinks at rows 0..3, position p >= 4 at row 4 + (p - 4) % 90.
      const auto row_of = [](int64_t p) { return p < 4 ? p : 4 + (p - 4) % 90; };
      for (int64_t p = 4; p < text.length; ++p) {
        for (int64_t c = 0; c < text.width; ++c) {
          const auto to = static_cast<size_t>(row_of(p) * text.width + c);
          const auto from = static_cast<size_t>(p * text.width + c);
          ring.k[to] = text.k[from];
          ring.v[to] = text.v[from];
        }
      }
      const int64_t wrap = 4 + (text.length - 4) / 90 * 90;  // the position at row 4
      const int64_t oldest = first - 47;
      std::vector<KeyRun> runs = {{4, wrap, text.length - wrap}, {0, 0, 4}};
      runs.push_back({row_of(oldest), oldest, wrap - oldest});
      const auto run = [&](const Text& from, const std::vector<KeyRun>& keys) {
        return from.whole(scheme, [&](AttentionProblem& p) {
          p.keys = keys;
          p.q_position = first;
          p.queries = queries;
          p.q.data = text.q.data() + first * text.width;
        });
      };
      Floats expected = run(text, {{0, 0, text.length}});
      Floats out = run(ring, runs);
      for (Floats* x : {&expected, &out}) {
        std::replace_if(
            x->begin(), x->end(), [](float v) { return std::isnan(v); }, 0.0F);
      }
      EXPECT_LT(greatest_difference(out, expected), 2e-6) << queries << " queries";
    }
  }
}

TEST(AttentionKernel, AQueryWithoutKeysGetsZeros) {
  const Text text(2, 1, 40, 16);
  const PositionScheme scheme(text.rope());
  for (const int64_t queries : {1, 40}) {
    const Floats out = text.whole(scheme, [&](AttentionProblem& p) {
      static const KeyRun kLater{0, 100, 40};
      p.keys = {&kLater, 1};
      p.queries = queries;
    });
    EXPECT_EQ(out.front(), 0.0F);
    EXPECT_EQ(std::count(out.begin(), out.end(), 0.0F), 2 * queries * 16);
  }
}

TEST(AttentionKernel, ReadsAndWritesBf16) {
  Text text(4, 2, 203, 32);
  for (Floats* x : {&text.q, &text.k, &text.v}) {
    std::transform(x->begin(), x->end(), x->begin(), round_to_bf16);
  }
  const std::vector<uint16_t> q = as_bf16(text.q);
  const std::vector<uint16_t> k = as_bf16(text.k);
  const std::vector<uint16_t> v = as_bf16(text.v);
  for (const std::string name : {"rope", "leaky:w=37,k=4", "nope+window:w=37", "xpos"}) {
    SCOPED_TRACE(name);
    const PositionScheme scheme = PositionScheme::parse(name, text.rope());
    on_every_target([&] {
      for (const int64_t queries : {text.length, int64_t{1}}) {
        const int64_t first = text.length - queries;
        const auto run = [&](bool q16, bool kv16) {
          std::vector<uint16_t> narrow(text.q.size());
          Floats out = text.whole(scheme, [&](AttentionProblem& p) {
            p.queries = queries;
            p.q_position = first;
            p.q.data = text.q.data() + first * text.width;
            if (kv16) {
              p.k = {k.data(), ElementType::bf16, text.length * 32, 32};
              p.v = {v.data(), ElementType::bf16, text.length * 32, 32};
            }
            if (q16) {
              p.q = {q.data() + first * text.width, ElementType::bf16, text.length * 32, 32};
              p.out = narrow.data();
            }
          });
          if (q16) {
            for (size_t n = 0; n < out.size(); ++n) {
              out[n] = std::bit_cast<float>(static_cast<uint32_t>(narrow[n]) << 16);
            }
          }
          std::replace_if(
              out.begin(), out.end(), [](float x) { return std::isnan(x); }, 0.0F);
          return out;
        };
        Floats expected = run(false, false);
        // Sums are float32 whatever the types: only the result is rounded.
        EXPECT_EQ(run(false, true), expected);
        std::transform(expected.begin(), expected.end(), expected.begin(), round_to_bf16);
        EXPECT_EQ(run(true, true), expected);
      }
    });
  }
}

// Spec section 8: 2e-6 max |v| in float32 and 1.5e-2 in bf16 at 4096 tokens.
TEST(AttentionKernel, IsAccurateAt4096Tokens) {
  const Text text(1, 1, 4096, 64);
  const std::vector<int64_t> rows = {0, 1, 63, 64, 500, 1023, 2047, 2048, 3000, 4000, 4094, 4095};
  const double greatest = std::abs(*std::max_element(
      text.v.begin(), text.v.end(), [](float a, float b) { return std::abs(a) < std::abs(b); }));
  for (const std::string name :
       {"rope", "rerope:w=256", "leaky:w=256,k=8", "selfext:w=256,G=8", "ntk+dyn:step=64"}) {
    const PositionScheme scheme = PositionScheme::parse(name, text.rope(1024));
    const std::vector<double> expected = text.reference(scheme, rows);
    const Floats out = text.whole(scheme);
    Floats chosen;
    for (const int64_t i : rows) {
      chosen.insert(chosen.end(), out.begin() + i * 64, out.begin() + (i + 1) * 64);
    }
    EXPECT_LT(greatest_difference(chosen, expected), 2e-6 * greatest) << name;
  }
}

TEST(AttentionKernel, KeepsItsAngleAtAMillionTokens) {
  const Text text(1, 1, 100, 64);
  const PositionScheme scheme(text.rope());
  const Floats near = text.whole(scheme);
  const Floats far = text.whole(scheme, [&](AttentionProblem& p) {
    static const KeyRun kFar{0, (1 << 20) - 7, 100};
    p.keys = {&kFar, 1};
    p.q_position = kFar.position;
  });
  EXPECT_LT(greatest_difference(near, far), 2e-6);
}

}  // namespace
}  // namespace yonder::lm::internal
