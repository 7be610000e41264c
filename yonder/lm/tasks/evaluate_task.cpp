// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/tasks/evaluate_task.h"

#include "yonder/base/error.h"
#include "yonder/base/json.h"
#include "yonder/lm/tasks/task.h"

#include <algorithm>
#include <limits>

namespace yonder::lm {

void TaskEvalOptions::visit(OptionVisitor& v) {
  v.choice("task", task, task_names(), "the task");
  v.list("scheme", schemes, "position schemes; none: the one the model was trained with");
  v.integers("lengths", lengths, 1, 1 << 24, "symbols of a string");
  v.integer("samples", samples, 1, std::numeric_limits<int32_t>::max(), "strings per length");
  v.seed("seed", seed, "of the strings");
}

void TaskEvalOptions::validate() const {
  find_task(task);
  validate_options([copy = *this](OptionVisitor& v) mutable { copy.visit(v); });
}

std::string TaskEvalRow::to_json() const {
  JsonWriter w;
  w.begin_object().key("scheme").value(scheme).key("length").value(length);
  w.key("samples").value(samples).key("right").value(right);
  w.key("targets").value(targets).key("hits").value(hits).end_object();
  return w.str();
}

std::vector<TaskEvalRow> evaluate_task(const Model& model, const TaskEvalOptions& options,
                                       const std::function<void(const TaskEvalRow&)>& row,
                                       Progress* progress) {
  options.validate();
  const Task& task = find_task(options.task);
  require(model.config().vocab_size == task.vocabulary, ErrorKind::bad_option,
          "the model has {} tokens and the task {} has {} symbols; train one with --task {}",
          model.config().vocab_size, task.name, task.vocabulary, task.name);
  const std::vector<std::string> own_scheme = {""};
  const std::vector<std::string>& schemes = options.schemes.empty() ? own_scheme : options.schemes;
  const ProgressRef sink(progress);
  sink.begin("strings",
             schemes.size() * options.lengths.size() * static_cast<uint64_t>(options.samples),
             "strings");
  std::vector<TaskEvalRow> rows;
  for (const std::string& text : schemes) {
    for (const int64_t length : options.lengths) {
      const SchemeSet scheme = model.scheme(text, length);
      TaskEvalRow result;
      result.scheme = scheme.canonical();
      result.length = length;
      for (int64_t sample = 0; sample < options.samples; ++sample) {
        sink.stop_if_cancelled("finished rows are kept");
        Rng rng(options.seed,
                (static_cast<uint64_t>(length) << 32) + static_cast<uint64_t>(sample));
        const TaskExample example = task.draw(rng, length);
        Session session(model, scheme);
        const Scores scores = session.score(example.ids, std::ssize(example.ids) - example.answer);
        const auto hits = std::count(scores.hit.begin(), scores.hit.end(), 1);
        ++result.samples;
        result.targets += example.answer;
        result.hits += hits;
        result.right += hits == example.answer ? 1 : 0;
        sink.advance(1);
      }
      rows.push_back(result);
      if (row) {
        row(rows.back());
      }
    }
  }
  return rows;
}

}  // namespace yonder::lm
