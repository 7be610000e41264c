// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/imported/imported_encoder.h"

#include "yonder/base/error.h"
#include "yonder/tokenizer/imported/path_writer.h"
#include "yonder/tokenizer/unigram/keyed_random.h"
#include "yonder/tokenizer/unigram/sampler_table.h"

#include <utility>

namespace yonder::tokenizer {
namespace {

void require_meaning(const ImportedModel& model, const EncodeOptions& options) {
  require(options.normalize == "model", ErrorKind::bad_option,
          "--normalize {}: this vocabulary has rules of its own for the text; leave the option out",
          options.normalize);
  require(options.max_lag == 0, ErrorKind::bad_option,
          "--max-lag is for BytePiece vocabularies; this one needs the whole document");
  require(!options.bos || model.bos, ErrorKind::bad_option,
          "--bos: this vocabulary names no token for it; leave the option out, or pass --template "
          "for the model's own special tokens");
  require(!options.eos || model.eos, ErrorKind::bad_option,
          "--eos: this vocabulary names no token for it; leave the option out, or pass --template "
          "for the model's own special tokens");
  require(!options.special_template || !model.special_template.before.empty() ||
              !model.special_template.after.empty(),
          ErrorKind::bad_option,
          "--template: this vocabulary puts no special tokens around a text; leave the option out");
  if (model.byte_pair != nullptr) {
    require(!options.sampled(), ErrorKind::bad_option,
            "a BPE vocabulary has no distribution over segmentations to draw from; pass --dropout "
            "0.1 for BPE-dropout");
  } else {
    require(options.dropout == 0, ErrorKind::bad_option,
            "--dropout is for BPE vocabularies; pass --sample to draw from a unigram vocabulary");
  }
}

}  // namespace

ImportedEncoder::ImportedEncoder(std::shared_ptr<const ImportedModel> model,
                                 const EncodeOptions& options)
    : model_(std::move(model)), options_(options) {
  options.validate();
  require_meaning(*model_, options);
  if (model_->unigram != nullptr) {
    segmenter_ = make_segmenter(model_->unigram->engine(), options);
  } else {
    byte_pair_ = std::make_unique<BytePairEncoder>(
        model_->byte_pair,
        BytePairDropout{options.dropout, epoch_seed(options.seed, options.epoch)});
  }
}

void ImportedEncoder::encode(std::string_view text, uint64_t document, std::vector<uint32_t>& ids,
                             std::vector<Offset>* offsets) {
  const PreparedText prepared = model_->rules->prepare(text, options_.parse_special);
  const std::string_view bytes = prepared.text.bytes;
  PathWriter writer(*model_, prepared.text, ids, offsets);
  if (options_.bos) {
    writer.special(*model_->bos);
  }
  if (options_.special_template) {
    writer.special(model_->special_template.before);
  }
  size_t begin = 0;
  for (const PreparedPart& part : prepared.parts) {
    const std::string_view word = bytes.substr(begin, part.end - begin);
    if (part.id >= 0) {
      writer.token(static_cast<uint32_t>(part.id), part.end);
    } else if (segmenter_ != nullptr) {
      lattice_.clear();
      model_->unigram->append(word, begin, lattice_);
      segmenter_->start(document, options_.position + begin);
      segmenter_->extend(lattice_);
      path_.clear();
      segmenter_->finish(path_);
      writer.unigram_word(path_);
    } else if (!model_->frozen.empty() && model_->frozen.contains(word)) {
      writer.token(model_->frozen.at(word), part.end);
    } else if (offsets == nullptr) {
      byte_pair_->encode(word, ids, document, options_.position + begin);
    } else {
      path_.clear();
      byte_pair_->encode(word, path_, document, options_.position + begin);
      writer.byte_pair_word(path_, byte_pair_->unknown_lengths());
    }
    begin = part.end;
  }
  if (options_.special_template) {
    writer.special(model_->special_template.after);
  }
  if (options_.eos) {
    writer.special(*model_->eos);
  }
}

void ImportedEncoder::encode_stretch(std::string_view text, size_t begin, size_t end,
                                     uint64_t document, std::vector<uint32_t>& ids) {
  YONDER_CHECK(begin == 0 && end == text.size());
  encode(text, document, ids, nullptr);
}

}  // namespace yonder::tokenizer
