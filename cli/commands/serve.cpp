// SPDX-License-Identifier: Apache-2.0
// `yonder serve`: the local web app (web/server), until Ctrl-C.
#include "cli/shipped_model.h"
#include "cli/table.h"
#include "web/server/http_server.h"
#include "web/server/web_app.h"
#include "yonder/base/error.h"

#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

namespace yonder::cli {
namespace {

/// Written to by the first signal that asks for the end.
int end_event = -1;

void on_end(int /*signal*/) {
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(end_event, &one, sizeof one);
}

/// The signals that end the server, from its start on. A handler serves them on whichever thread
/// they arrive: libraries start threads before main(), in which they could not be blocked.
class EndSignals {
 public:
  EndSignals() {
    end_event = ::eventfd(0, EFD_CLOEXEC);
    require(end_event >= 0, ErrorKind::file, "the server: no file descriptor is left for its end");
    struct sigaction action {};
    action.sa_handler = on_end;
    sigemptyset(&action.sa_mask);
    // A second signal ends the program at once.
    action.sa_flags = static_cast<int>(SA_RESTART | SA_RESETHAND);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
      ::sigaction(signal, &action, nullptr);
    }
  }
  EndSignals(const EndSignals&) = delete;
  EndSignals& operator=(const EndSignals&) = delete;
  ~EndSignals() {
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
      ::signal(signal, SIG_DFL);
    }
    ::close(end_event);
  }

  void wait() {
    uint64_t count = 0;
    while (::read(end_event, &count, sizeof count) < 0 && errno == EINTR) {
    }
  }
};

struct Serve : Command {
  web::ServeOptions options;
  int64_t port = 8765;

  void visit(OptionVisitor& v) override {
    v.integer("port", port, 0, 65535, "port of 127.0.0.1; 0 = any free one");
    options.visit(v);
  }

  void run(Output& out, Progress& progress) override {
    EndSignals end;
    web::HttpServer server({.port = static_cast<uint16_t>(port),
                            .handler_threads = 4,
                            .headers = web::security_headers(),
                            .limits = {}});
#ifdef YONDER_HAS_LM
    if (options.lm.models.empty()) {
      offer_shipped_model(progress);
    }
#endif
    const std::string token = web::new_token();
    web::WebApp app(options, server.port(), token, &progress);
    // Whoever opens the address already now waits for start(), after which nothing throws.
    out.print("http://127.0.0.1:{}/#token={}\n", server.port(), token);
    out.flush();
    server.start(app.service(), &progress);
    end.wait();
    server.stop();
    app.stop();
  }

 private:
#ifdef YONDER_HAS_LM
  /// A program far from its source tree serves without it.
  void offer_shipped_model(Progress& progress) {
    try {
      options.lm.models = {shipped_model_folder().string()};
    } catch (const Error& error) {
      progress.warn(error.what());
    }
  }
#endif
};

}  // namespace

std::vector<CommandRow> serve_commands() {
  return {
      {.name = "",
       .summary = "the local web app: Yonder in a browser on this machine",
       .details =
           "Prints the address to open and serves until Ctrl-C. Only this machine can reach it, "
           "and only who has the address, whose token changes at each start, can use it. "
           "Uploads and models that are trained without --folder are gone at the end.",
       .positional = "model",
       .examples = {"yonder serve", "yonder serve book.model --text book.txt --folder models"},
       .make = make_command<Serve>}};
}

}  // namespace yonder::cli
