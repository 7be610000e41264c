// SPDX-License-Identifier: Apache-2.0
// What a component brings to the web app: its routes under /api/<component> (and /v1 of lm), the
// options its pages show as forms, the kinds of jobs it can run. A further component is one file
// that derives from Component and one row of table.cpp. Test: web_app_test.cpp.
#pragma once

#include "web/server/routes.h"
#include "web/server/workspace.h"
#include "yonder/base/progress.h"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::web {

/// The options behind one form: GET /api/options/<name>.
struct OptionForm {
  std::string name;                     ///< "tokenizer.train"
  std::function<std::string()> fields;  ///< options_to_form() of a fresh struct
};

/// POST /api/jobs with this "kind".
struct JobKind {
  std::string name;  ///< "tokenizer.train"
  /// Reads the request and throws for what is wrong with it, before anything is queued.
  std::function<JobWork(const Json& request)> make;
};

class Component {
 public:
  virtual ~Component() = default;
  virtual std::vector<Route> routes() = 0;
  virtual std::vector<OptionForm> forms() { return {}; }
  virtual std::vector<JobKind> job_kinds() { return {}; }
};

struct ComponentRow {
  std::string name;  ///< "tokenizer"
  /// Opens what the options name; warnings go to `progress`. The workspace outlives the component.
  std::unique_ptr<Component> (*make)(Workspace& workspace, Progress* progress);
};

/// All components of the web app: the only list of them.
const std::vector<ComponentRow>& components();

/// Rows of the table, each defined in <component>_routes.cpp.
std::unique_ptr<Component> make_tokenizer_component(Workspace& workspace, Progress* progress);
std::unique_ptr<Component> make_density_component(Workspace& workspace, Progress* progress);
std::unique_ptr<Component> make_memory_component(Workspace& workspace, Progress* progress);
/// Where the program is built with libtorch.
std::unique_ptr<Component> make_lm_component(Workspace& workspace, Progress* progress);

}  // namespace yonder::web
