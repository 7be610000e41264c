// SPDX-License-Identifier: Apache-2.0
#include "yonder/base/options.h"
#include "yonder/lm/tasks/bucket_sort.h"
#include "yonder/lm/tasks/copy.h"
#include "yonder/lm/tasks/even_pairs.h"

#include <algorithm>

namespace yonder::lm {

const std::vector<Task>& tasks() {
  static const std::vector<Task> all = {even_pairs_task(), copy_task(), bucket_sort_task()};
  return all;
}

std::vector<std::string> task_names() {
  std::vector<std::string> names;
  for (const Task& task : tasks()) {
    names.emplace_back(task.name);
  }
  return names;
}

const Task& find_task(std::string_view name) {
  check_choice("task", std::string(name), task_names());
  return *std::find_if(tasks().begin(), tasks().end(),
                       [&](const Task& task) { return task.name == name; });
}

}  // namespace yonder::lm
