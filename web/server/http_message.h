// SPDX-License-Identifier: Apache-2.0
// A request and a response as the routes see them: plain data, without the library that moves the
// bytes (http_server.cpp). Test: upload_file_test.cpp, http_server_test.cpp.
#pragma once

#include "web/server/upload_file.h"
#include "yonder/base/error.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace yonder::web {

using HeaderList = std::vector<std::pair<std::string, std::string>>;

/// ASCII letters in lower case, as names in HTTP are compared.
std::string lower_case(std::string_view text);

struct HttpRequest {
  std::string method;                ///< as sent: "GET"
  std::string target;                ///< as sent: "/api/jobs/j1?x=y"
  HeaderList headers;                ///< names in lower case, in the order sent
  std::string body;                  ///< where the plan of the body said memory
  std::shared_ptr<UploadFile> file;  ///< where it said a file

  /// The first value of that name (lower case), or null.
  const std::string* header(std::string_view name) const;
};

/// A body that comes in pieces while the work goes on: server-sent events, generated text, a file.
class ChunkSource {
 public:
  virtual ~ChunkSource() = default;
  /// Appends to `out` what is to be sent now; nothing is fine. False: that was the last. Called
  /// from the server's one input-output thread, so it must not wait.
  virtual bool next(std::string& out) = 0;
  /// Hands over what to call when there is more. It may be called from any thread, any number of
  /// times, until the source is destroyed.
  virtual void set_wake(std::function<void()> wake) = 0;
  /// What keeps the connection alive after a silence, e.g. ": ping\n\n"; empty = nothing.
  virtual std::string_view keep_alive() const { return {}; }
};

class LaterResponse;

struct HttpResponse {
  int status = 200;
  std::string content_type = "application/json";
  /// A text; bytes that live as long as the program; pieces to come; or, in place of all this, a
  /// response to come.
  std::variant<std::string, std::string_view, std::shared_ptr<ChunkSource>,
               std::shared_ptr<LaterResponse>>
      body;
  HeaderList headers;  ///< beside those that the server puts on every response
};

/// The answer to work that takes long. No handler thread waits for it, and it is destroyed when the
/// client leaves, which is how the work learns of that.
class LaterResponse {
 public:
  virtual ~LaterResponse() = default;
  /// The response once it is there, which may be one in pieces. Called from the server's one
  /// input-output thread, so it must not wait.
  virtual std::optional<HttpResponse> take() = 0;
  /// As ChunkSource::set_wake().
  virtual void set_wake(std::function<void()> wake) = 0;
};

/// A response with a JSON document.
HttpResponse json_response(std::string json, int status = 200);

/// {"error":{"kind","message","column","type","param","code"}}; the column is -1 where there is
/// none. The last three are what clients of OpenAI's interface read: type follows from the status,
/// param (the member of the request that is wrong) and code ("model_not_found") are null where they
/// are empty. 429 and 503 get a Retry-After.
HttpResponse error_response(int status, ErrorKind kind, std::string_view message,
                            int64_t column = -1, std::string_view code = {},
                            std::string_view param = {});

/// The status of an error that a handler throws: bad_option 400, bad_data and numerical 422, file
/// 404, memory 507, cancelled 409, internal 500.
int http_status(ErrorKind kind);

/// An error for which the table above has no fitting status, e.g. 409 for a name that is taken.
class HttpError : public Error {
 public:
  HttpError(int status_in, ErrorKind kind_in, const std::string& message, std::string code_in = {},
            std::string param_in = {})
      : Error(kind_in, message),
        status(status_in),
        code(std::move(code_in)),
        param(std::move(param_in)) {}

  int status;
  std::string code;   ///< as error_response() has it
  std::string param;  ///< the same
};

/// The response to the exception that is being handled; null where it is neither an Error nor a
/// lack of memory.
std::optional<HttpResponse> response_to_error();

/// What to do with the body of a request whose head is fine.
struct BodyPlan {
  uint64_t limit = 0;            ///< bytes; more are answered with 413
  std::filesystem::path folder;  ///< empty: into memory; else into a new file in this folder
};

/// What the server serves.
class HttpService {
 public:
  virtual ~HttpService() = default;
  /// Looks at a head alone (body and file are empty): how to read the body, or a response that
  /// makes it unnecessary. Called from the input-output thread: must be quick.
  virtual std::variant<BodyPlan, HttpResponse> admit(const HttpRequest& head) = 0;
  /// Answers a request that was admitted. Called from one of the handler threads, several at once.
  virtual HttpResponse respond(HttpRequest& request) = 0;
};

}  // namespace yonder::web
