// SPDX-License-Identifier: Apache-2.0
// Options as the description of a web form: a field for each, with what its control must know.
// Test: options_form_test.cpp.
#include "yonder/base/json.h"
#include "yonder/base/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace yonder {
namespace {

class ToForm final : public OptionVisitor {
 public:
  explicit ToForm(std::span<const std::string_view> leave_out) : leave_out_(leave_out) {
    json_.begin_array();
  }
  std::string finish() {
    json_.end_array();
    return json_.str();
  }
  void flag(const char* name, bool& value, const char* help) override {
    field(name, "flag", help, [&] { json_.value(value); });
  }
  void integer(const char* name, int64_t& value, int64_t low, int64_t high,
               const char* help) override {
    field(
        name, "integer", help, [&] { json_.value(value); }, [&] { range(low, high); });
  }
  void bytes(const char* name, int64_t& value, int64_t low, int64_t high,
             const char* help) override {
    field(
        name, "bytes", help, [&] { json_.value(value); }, [&] { range(low, high); });
  }
  void seed(const char* name, uint64_t& value, const char* help) override {
    field(name, "seed", help, [&] { json_.value(fmt::format("{}", value)); });
  }
  void real(const char* name, double& value, double low, double high, const char* help) override {
    constexpr double kFar = std::numeric_limits<double>::max();
    field(
        name, "real", help, [&] { json_.value(value); },
        [&] {
          if (low > -kFar) {
            json_.key("min").value(low);
          }
          if (high < kFar) {
            json_.key("max").value(high);
          }
        });
  }
  void text(const char* name, std::string& value, const char* help) override {
    field(name, "text", help, [&] { json_.raw(json_escape_lossy(value)); });
  }
  void path(const char* name, std::string& value, const char* help) override {
    field(name, "path", help, [&] { json_.raw(json_escape_lossy(value)); });
  }
  void choice(const char* name, std::string& value, const std::vector<std::string>& names,
              const char* help) override {
    field(
        name, "choice", help, [&] { json_.value(value); },
        [&] {
          json_.key("choices").begin_array();
          for (const std::string& choice : names) {
            json_.value(choice);
          }
          json_.end_array();
        });
  }
  void list(const char* name, std::vector<std::string>& value, const char* help) override {
    field(name, "list", help, [&] {
      json_.begin_array();
      for (const std::string& item : value) {
        json_.raw(json_escape_lossy(item));
      }
      json_.end_array();
    });
  }
  void integers(const char* name, std::vector<int64_t>& value, int64_t low, int64_t high,
                const char* help) override {
    field(
        name, "integers", help,
        [&] {
          json_.begin_array();
          for (const int64_t item : value) {
            json_.value(item);
          }
          json_.end_array();
        },
        [&] { range(low, high); });
  }

 private:
  void field(
      const char* name, const char* kind, const char* help,
      const std::function<void()>& write_default, const std::function<void()>& write_more = [] {}) {
    if (std::find(leave_out_.begin(), leave_out_.end(), name) != leave_out_.end()) {
      return;
    }
    json_.begin_object().key("name").value(name).key("kind").value(kind).key("default");
    write_default();
    write_more();
    json_.key("help").value(help).end_object();
  }

  void range(int64_t low, int64_t high) {
    if (low != std::numeric_limits<int64_t>::min()) {
      json_.key("min").value(low);
    }
    if (high != std::numeric_limits<int64_t>::max()) {
      json_.key("max").value(high);
    }
  }

  std::span<const std::string_view> leave_out_;
  JsonWriter json_;
};

}  // namespace

std::string options_to_form(const std::function<void(OptionVisitor&)>& visit,
                            std::span<const std::string_view> leave_out) {
  ToForm visitor(leave_out);
  visit(visitor);
  return visitor.finish();
}

}  // namespace yonder
