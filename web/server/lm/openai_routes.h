// SPDX-License-Identifier: Apache-2.0
// /v1/models, /v1/completions and /v1/chat/completions in OpenAI's form, so that existing clients
// of that interface work with this program's models and position schemes:
//
//   client = openai.OpenAI(base_url="http://127.0.0.1:8765/v1", api_key=TOKEN)
//   client.completions.create(model="books-7m", prompt="It was", extra_body={"scheme": "rope"})
//
// Bounded in tokens, time, places at work and places in the line. Test: openai_routes_test.cpp;
// with the openai package: tests/integration/openai_client.py.
#pragma once

#include "web/server/lm/completion.h"
#include "web/server/lm/lm_models.h"
#include "web/server/routes.h"
#include "web/server/work_queue.h"
#include "web/server/workspace.h"

#include <memory>
#include <vector>

namespace yonder::web {

class OpenAiRoutes {
 public:
  /// Both outlive it.
  OpenAiRoutes(const LmModels& models, const LmServeOptions& options);
  std::vector<Route> routes();

 private:
  HttpResponse list_models() const;
  HttpResponse show_model(const std::string& id) const;
  HttpResponse complete(const Json& body, bool chat);
  CompletionTask task_of(CompletionRequest request) const;

  const LmModels& models_;
  const LmServeOptions& options_;
  WorkQueue queue_;
};

/// The fewest tokens that a scheme of any layer declares as its limit; lm::kUnlimited for none.
int64_t declared_limit(const lm::SchemeSet& scheme);

}  // namespace yonder::web
