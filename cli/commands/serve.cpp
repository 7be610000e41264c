// SPDX-License-Identifier: Apache-2.0
// `yonder serve`: the local web app (web/server), until Ctrl-C.
#include "cli/table.h"
#include "web/server/http_server.h"
#include "web/server/web_app.h"

#include <pthread.h>
#include <signal.h>

namespace yonder::cli {
namespace {

/// The signals that end the server. They are blocked in all threads and waited for in one, so that
/// no handler runs and nothing is interrupted.
class EndSignals {
 public:
  EndSignals() {
    sigemptyset(&signals_);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
      sigaddset(&signals_, signal);
    }
    pthread_sigmask(SIG_BLOCK, &signals_, &before_);
  }
  EndSignals(const EndSignals&) = delete;
  EndSignals& operator=(const EndSignals&) = delete;
  /// A second signal ends the program at once.
  ~EndSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

  void wait() {
    int signal = 0;
    sigwait(&signals_, &signal);
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
      ::signal(number, SIG_DFL);
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  sigset_t signals_{};
  sigset_t before_{};
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
