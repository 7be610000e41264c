// SPDX-License-Identifier: Apache-2.0
#include "web/server/web_app.h"

#include "web/server/shared_routes.h"
#include "web/server/static_files.h"

#include <iterator>

namespace yonder::web {
namespace {

template <typename T>
void append(std::vector<T>& all, std::vector<T> more) {
  all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

}  // namespace

HeaderList security_headers() {
  return {
      {"Content-Security-Policy",
       "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
       "connect-src 'self'; font-src 'self'; form-action 'none'; base-uri 'none'; "
       "frame-ancestors 'none'"},
      {"X-Content-Type-Options", "nosniff"},
      {"Referrer-Policy", "no-referrer"},
      {"Cross-Origin-Opener-Policy", "same-origin"},
      {"Cross-Origin-Resource-Policy", "same-origin"},
      {"Cache-Control", "no-store"},
  };
}

WebApp::WebApp(ServeOptions options, uint16_t port, const std::string& token, Progress* progress)
    : workspace_(std::move(options)) {
  std::vector<Route> routes = static_routes(embedded_files());
  std::vector<OptionForm> forms;
  std::vector<JobKind> kinds;
  for (const ComponentRow& row : web::components()) {
    components_.push_back(row.make(workspace_, progress));
    append(routes, components_.back()->routes());
    append(forms, components_.back()->forms());
    append(kinds, components_.back()->job_kinds());
  }
  append(routes, status_routes(workspace_));
  append(routes, option_routes(std::move(forms)));
  append(routes, text_routes(workspace_));
  append(routes, number_routes(workspace_));
  append(routes, job_routes(workspace_, std::move(kinds)));
  router_ =
      std::make_unique<Router>(Guard(port, token), std::move(routes), workspace_.temporary.path());
}

}  // namespace yonder::web
