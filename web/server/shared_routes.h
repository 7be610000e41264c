// SPDX-License-Identifier: Apache-2.0
// Routes that belong to no single component: status, option forms, texts, numbers, jobs.
// Test: web_app_test.cpp.
#pragma once

#include "web/server/component.h"
#include "web/server/routes.h"
#include "web/server/workspace.h"

#include <vector>

namespace yonder::web {

/// GET /api/status.
std::vector<Route> status_routes(const Workspace& workspace);
/// GET /api/options/{form}.
std::vector<Route> option_routes(std::vector<OptionForm> forms);
/// GET and POST /api/texts, DELETE /api/texts/{text}.
std::vector<Route> text_routes(Workspace& workspace);
/// GET and POST /api/numbers (files of numbers, and series to try), DELETE /api/numbers/{file}.
std::vector<Route> number_routes(Workspace& workspace);
/// GET and POST /api/jobs, GET and DELETE /api/jobs/{job}, GET /api/jobs/{job}/events.
std::vector<Route> job_routes(Workspace& workspace, std::vector<JobKind> kinds);

}  // namespace yonder::web
