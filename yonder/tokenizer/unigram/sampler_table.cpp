// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/unigram/sampler_table.h"

#include "yonder/base/error.h"
#include "yonder/base/options.h"
#include "yonder/tokenizer/unigram/exact_sampling.h"
#include "yonder/tokenizer/unigram/keyed_random.h"
#include "yonder/tokenizer/unigram/nbest_sampling.h"
#include "yonder/tokenizer/unigram/viterbi.h"
#include "yonder/tokenizer/unigram/viterbi_9768.h"

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

namespace yonder::tokenizer {
namespace {

using Model = std::shared_ptr<const UnigramModel>;

constexpr size_t kMaxNbest = 10000;
constexpr size_t kDefaultNbest = 64;

std::unique_ptr<Segmenter> make_exact(Model model, const SamplerArguments& arguments) {
  return make_exact_sampler(std::move(model), arguments.alpha, arguments.seed);
}

std::unique_ptr<Segmenter> make_nbest(Model model, const SamplerArguments& arguments) {
  const size_t k = arguments.argument == 0 ? kDefaultNbest : arguments.argument;
  require(k <= kMaxNbest, ErrorKind::bad_option,
          "--sampler nbest:{}: the number must lie between 1 and {}", k, kMaxNbest);
  return make_nbest_sampler(std::move(model), k, arguments.alpha, arguments.seed);
}

std::unique_ptr<Segmenter> make_9768(Model model, const SamplerArguments& arguments) {
  return make_viterbi_9768(std::move(model), arguments.alpha, arguments.seed);
}

constexpr SamplerRow kTable[] = {
    {"exact", "from the exact distribution (kexue.fm 9811)", false, make_exact},
    {"nbest", "nbest:K draws among the K best of each line (Kudo 2018)", true, make_nbest},
    {"viterbi-9768", "the biased method of kexue.fm 9768, for replaying old experiments", false,
     make_9768},
};

}  // namespace

std::span<const SamplerRow> sampler_table() { return kTable; }

std::string sampler_help() {
  std::string help;
  for (const SamplerRow& row : kTable) {
    help += fmt::format("{}{}: {}", help.empty() ? "" : "; ", row.name, row.help);
  }
  return help;
}

std::unique_ptr<Segmenter> make_segmenter(std::shared_ptr<const UnigramModel> model,
                                          const EncodeOptions& options) {
  options.validate();
  if (!options.sampled()) {
    return make_viterbi(std::move(model));
  }
  SamplerArguments arguments;
  arguments.alpha = options.uniform ? 0.0 : options.alpha;
  arguments.seed = epoch_seed(options.seed, options.epoch);
  const size_t colon = options.sampler.find(':');
  const std::string name = options.sampler.substr(0, colon);
  std::vector<std::string> names;
  for (const SamplerRow& row : kTable) {
    names.emplace_back(row.name);
  }
  check_choice("sampler", name, names);
  const SamplerRow& row =
      *std::find_if(std::begin(kTable), std::end(kTable),
                    [&](const SamplerRow& candidate) { return candidate.name == name; });
  if (colon != std::string::npos) {
    const char* first = options.sampler.data() + colon + 1;
    const char* last = options.sampler.data() + options.sampler.size();
    const auto [end, error] = std::from_chars(first, last, arguments.argument);
    require(row.takes_argument && error == std::errc() && end == last && arguments.argument > 0,
            ErrorKind::bad_option, "--sampler {}: {}", options.sampler,
            row.takes_argument ? "a whole number >= 1 must follow the colon"
                               : "this sampler takes no number");
  }
  return row.make(std::move(model), arguments);
}

}  // namespace yonder::tokenizer
