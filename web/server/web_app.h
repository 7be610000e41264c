// SPDX-License-Identifier: Apache-2.0
// The web app behind one server: the workspace, the components of the table, all routes, and the
// headers that every response carries. Test: web_app_test.cpp.
#pragma once

#include "web/server/component.h"
#include "web/server/routes.h"
#include "web/server/workspace.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace yonder::web {

/// Content-Security-Policy and its kin: nothing from elsewhere, nothing inline, no frames, no
/// cache.
HeaderList security_headers();

class WebApp {
 public:
  /// Opens what the options name. port: where the server listens. token: who has it may use /api.
  /// Throws Error(file) or Error(bad_data) for a model or text that cannot be opened.
  WebApp(ServeOptions options, uint16_t port, const std::string& token, Progress* progress);

  HttpService& service() { return *router_; }
  /// Cancels all jobs and waits for the running one.
  void stop() { workspace_.jobs.stop(); }

 private:
  Workspace workspace_;
  std::vector<std::unique_ptr<Component>> components_;
  std::unique_ptr<Router> router_;
};

}  // namespace yonder::web
