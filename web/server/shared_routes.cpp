// SPDX-License-Identifier: Apache-2.0
#include "web/server/shared_routes.h"

#include "web/server/demo_series.h"
#include "web/server/events.h"
#include "web/server/file_name.h"

#include <fmt/format.h>

namespace yonder::web {
namespace {

/// The row of that name; else an error that names the nearest.
template <typename Row>
const Row& row_named(const std::vector<Row>& rows, const std::string& name, int status,
                     ErrorKind kind, std::string_view what) {
  std::vector<std::string> names;
  for (const Row& row : rows) {
    if (row.name == name) {
      return row;
    }
    names.push_back(row.name);
  }
  const std::string nearest = nearest_name(name, names);
  throw HttpError(status, kind,
                  fmt::format("there is no {} \"{}\"; {}", what, name,
                              nearest.empty() ? fmt::format("there are {}", fmt::join(names, ", "))
                                              : fmt::format("did you mean \"{}\"?", nearest)));
}

std::shared_ptr<Job> job_of(const Workspace& workspace, const std::string& id) {
  std::shared_ptr<Job> job = workspace.jobs.find(id);
  if (job == nullptr) {
    throw HttpError(404, ErrorKind::file,
                    fmt::format("there is no job {}; only the latest are kept", id));
  }
  return job;
}

}  // namespace

std::vector<Route> status_routes(const Workspace& workspace) {
  return {{"GET", "/api/status", BodyKind::none, [&workspace](Call&) {
             JsonWriter w;
             w.begin_object().key("version").value(YONDER_VERSION);
             w.key("threads").value(workspace.threads).key("components").begin_array();
             for (const ComponentRow& row : components()) {
               w.value(row.name);
             }
             w.end_array().end_object();
             return json_response(w.str());
           }}};
}

std::vector<Route> option_routes(std::vector<OptionForm> forms) {
  return {{"GET", "/api/options/{form}", BodyKind::none, [forms = std::move(forms)](Call& call) {
             const OptionForm& form =
                 row_named(forms, call.ids[0], 404, ErrorKind::file, "form of options");
             JsonWriter w;
             w.begin_object().key("fields").raw(form.fields()).end_object();
             return json_response(w.str());
           }}};
}

std::vector<Route> text_routes(Workspace& workspace) {
  return {
      {"GET", "/api/texts", BodyKind::none,
       [&workspace](Call&) {
         JsonWriter w;
         w.begin_object().key("texts").begin_array();
         for (const std::shared_ptr<const Text>& text : workspace.texts.all()) {
           write_json(w, *text);
         }
         w.end_array().end_object();
         return json_response(w.str());
       }},
      {"POST", "/api/texts", BodyKind::text,
       [&workspace](Call& call) {
         const std::string name = uploaded_name(call.request);
         require(call.request.file != nullptr, ErrorKind::bad_data, "the text is empty");
         JsonWriter w;
         write_json(w, *workspace.texts.add_upload(std::move(call.request.file), name));
         return json_response(w.str(), 201);
       }},
      {"DELETE", "/api/texts/{text}", BodyKind::none,
       [&workspace](Call& call) {
         workspace.texts.remove(call.ids[0]);
         return json_response("{}");
       }},
  };
}

std::vector<Route> number_routes(Workspace& workspace) {
  return {
      {"GET", "/api/numbers", BodyKind::none,
       [&workspace](Call&) {
         JsonWriter w;
         w.begin_object().key("files").begin_array();
         for (const std::shared_ptr<const NumberFile>& file : workspace.numbers.all()) {
           write_json(w, *file);
         }
         w.end_array().key("demos").begin_array();
         for (const DemoSeries& demo : demo_series()) {
           w.begin_object().key("name").value(demo.name).key("page").value(demo.page);
           w.key("title").value(demo.title).key("options").raw(demo.options).end_object();
         }
         w.end_array().end_object();
         return json_response(w.str());
       }},
      {"POST", "/api/numbers", BodyKind::text,
       [&workspace](Call& call) {
         const std::string name = uploaded_name(call.request);
         require(call.request.file != nullptr, ErrorKind::bad_data, "the file is empty");
         JsonWriter w;
         write_json(w, *workspace.numbers.add_upload(std::move(call.request.file), name));
         return json_response(w.str(), 201);
       }},
      {"DELETE", "/api/numbers/{file}", BodyKind::none,
       [&workspace](Call& call) {
         workspace.numbers.remove(call.ids[0]);
         return json_response("{}");
       }},
  };
}

std::vector<Route> job_routes(Workspace& workspace, std::vector<JobKind> kinds) {
  return {
      {"GET", "/api/jobs", BodyKind::none,
       [&workspace](Call&) {
         JsonWriter w;
         w.begin_object().key("jobs").begin_array();
         for (const std::shared_ptr<Job>& job : workspace.jobs.all()) {
           w.raw(job->json());
         }
         w.end_array().end_object();
         return json_response(w.str());
       }},
      {"POST", "/api/jobs", BodyKind::json,
       [&workspace, kinds = std::move(kinds)](Call& call) {
         const Json request = call.json();
         const JobKind& kind =
             row_named(kinds, request.at("kind").text(), 400, ErrorKind::bad_option, "kind of job");
         const std::shared_ptr<Job> job = workspace.jobs.submit(kind.make(request));
         JsonWriter w;
         w.begin_object().key("id").value(job->id()).end_object();
         return json_response(w.str(), 202);
       }},
      {"GET", "/api/jobs/{job}", BodyKind::none,
       [&workspace](Call& call) { return json_response(job_of(workspace, call.ids[0])->json()); }},
      {"DELETE", "/api/jobs/{job}", BodyKind::none,
       [&workspace](Call& call) {
         const std::shared_ptr<Job> job = job_of(workspace, call.ids[0]);
         workspace.jobs.cancel(*job);
         return json_response(job->json());
       }},
      {"GET", "/api/jobs/{job}/events", BodyKind::none,
       [&workspace](Call& call) { return job_events_response(job_of(workspace, call.ids[0])); }},
  };
}

}  // namespace yonder::web
