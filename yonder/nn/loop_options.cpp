// SPDX-License-Identifier: Apache-2.0
#include "yonder/nn/loop_options.h"

#include "yonder/base/error.h"

#include <limits>

namespace yonder::nn {

double parse_training_time(const std::string& text) {
  if (text.empty()) {
    return 0;
  }
  const double unit = text.back() == 's'   ? 1
                      : text.back() == 'm' ? 60
                      : text.back() == 'h' ? 3600
                                           : 0;
  require(unit > 0, ErrorKind::bad_option, "--time is \"{}\"; write 60s, 90m or 2h", text);
  const double number = parse_real_option("time", text.substr(0, text.size() - 1));
  require(number > 0, ErrorKind::bad_option, "--time is \"{}\"; it must be above 0", text);
  return number * unit;
}

double parse_ema_decay(const std::string& text) {
  const double decay = parse_real_option("ema", text);
  require(decay > 0 && decay < 1, ErrorKind::bad_option, "--ema is {}; it lies between 0 and 1",
          text);
  return decay;
}

void LoopOptions::visit(OptionVisitor& v) {
  v.path("out", out, "folder of the run: checkpoints, log.jsonl");
  v.integer("steps", steps, 1, std::numeric_limits<int64_t>::max(), "optimiser steps");
  v.text("time", time, "train this long instead, e.g. 90m, counted over all resumed parts");
  v.integer("accumulate", accumulate, 1, 1 << 20, "micro-batches whose gradients make one step");
  v.integer("checkpoint-every", checkpoint_every, 0, std::numeric_limits<int64_t>::max(),
            "steps between checkpoints; 0: only at the end");
  v.real("checkpoint-minutes", checkpoint_minutes, 0, 1e6,
         "most minutes between checkpoints; 0: by steps only");
  v.integer("keep", keep, 1, 1 << 20, "checkpoint folders kept");
  v.integer("validate-every", validate_every, 0, std::numeric_limits<int64_t>::max(),
            "steps between validations; 0: only at the end");
  v.integer("log-every", log_every, 1, std::numeric_limits<int64_t>::max(),
            "steps between lines of log.jsonl");
  v.list("ema", ema, "decay of an average of the weights kept beside them, e.g. 0.999");
  v.flag("resume", resume, "go on with the run in the folder");
  v.flag("force", force, "begin anew in a folder that holds a run");
  v.real("peer-timeout", peer_timeout, 0.1, 1e6,
         "of several processes: seconds that one waits for another, validations included");
  optimizer.visit(v);
}

void LoopOptions::validate() const {
  validate_options([copy = *this](OptionVisitor& v) mutable { copy.visit(v); });
  require(!out.empty(), ErrorKind::bad_option,
          "--out is missing: the folder of the run, e.g. -o run");
  require(!(resume && force), ErrorKind::bad_option,
          "--resume and --force together: the first goes on, the second begins anew");
  parse_training_time(time);
  for (const std::string& decay : ema) {
    parse_ema_decay(decay);
  }
}

}  // namespace yonder::nn
