// SPDX-License-Identifier: Apache-2.0
// Options as the command line that would set them: what a page of the web app offers to copy.
// Test: options_arguments_test.cpp.
#include "yonder/base/options.h"

#include <fmt/format.h>

#include <map>

namespace yonder {
namespace {

// Arguments of every option; the first pass sees the defaults, the second what differs from them.
class ToArguments final : public OptionVisitor {
 public:
  using Arguments = std::map<std::string, std::vector<std::string>>;

  ToArguments(const Arguments* defaults, Arguments* seen, std::vector<std::string>* changed)
      : defaults_(defaults), seen_(seen), changed_(changed) {}

  void flag(const char* name, bool& value, const char*) override {
    record(name, {std::string(value ? "--" : "--no-") + name});
  }
  void integer(const char* name, int64_t& value, int64_t, int64_t, const char*) override {
    record(name, with_value(name, fmt::format("{}", value)));
  }
  void bytes(const char* name, int64_t& value, int64_t, int64_t, const char*) override {
    record(name, with_value(name, fmt::format("{}", value)));
  }
  void seed(const char* name, uint64_t& value, const char*) override {
    record(name, with_value(name, fmt::format("{}", value)));
  }
  void real(const char* name, double& value, double, double, const char*) override {
    record(name, with_value(name, fmt::format("{}", value)));
  }
  void text(const char* name, std::string& value, const char*) override {
    record(name, with_value(name, value));
  }
  void path(const char* name, std::string& value, const char*) override {
    record(name, with_value(name, value));
  }
  void choice(const char* name, std::string& value, const std::vector<std::string>&,
              const char*) override {
    record(name, with_value(name, value));
  }
  void list(const char* name, std::vector<std::string>& value, const char*) override {
    std::vector<std::string> all;
    for (const std::string& item : value) {
      for (std::string& argument : with_value(name, item)) {
        all.push_back(std::move(argument));
      }
    }
    record(name, std::move(all));
  }
  void integers(const char* name, std::vector<int64_t>& value, int64_t, int64_t,
                const char*) override {
    record(name, with_value(name, fmt::format("{}", fmt::join(value, ","))));
  }

 private:
  // A value that looks like an option must be joined to its name.
  static std::vector<std::string> with_value(const char* name, const std::string& value) {
    if (value.starts_with('-') || value.empty()) {
      return {fmt::format("--{}={}", name, value)};
    }
    return {fmt::format("--{}", name), value};
  }

  void record(const char* name, std::vector<std::string> arguments) {
    if (defaults_ == nullptr) {
      (*seen_)[name] = std::move(arguments);
    } else if (const auto found = defaults_->find(name);
               found == defaults_->end() || found->second != arguments) {
      changed_->insert(changed_->end(), arguments.begin(), arguments.end());
    }
  }

  const Arguments* defaults_;
  Arguments* seen_;
  std::vector<std::string>* changed_;
};

}  // namespace

std::vector<std::string> options_to_arguments(const std::function<void(OptionVisitor&)>& visit,
                                              const std::function<void(OptionVisitor&)>& defaults) {
  ToArguments::Arguments seen;
  std::vector<std::string> changed;
  ToArguments first(nullptr, &seen, nullptr);
  defaults(first);
  ToArguments second(&seen, nullptr, &changed);
  visit(second);
  return changed;
}

}  // namespace yonder
