// SPDX-License-Identifier: Apache-2.0
// HTTP/1.1 on 127.0.0.1: bytes to HttpRequest and HttpResponse to bytes, with limits on everything
// a client can send. The only file that knows Boost.Beast and Boost.Asio is http_server.cpp.
//
// One thread moves all bytes (coroutines, one per connection); a few threads run the handlers. What
// a client sends too much of, or too slowly, is answered with an honest status and the connection
// is closed: 400 malformed, 408 too slow, 413 body, 414 request line, 431 headers, 501 transfer
// coding, 503 too busy, 505 version. When all connections are taken, the one that has waited
// longest without a request makes room. Useful for: a program on the user's own machine. Not for
// the open internet: no TLS, no compression. Tests: http_server_test.cpp; under attack:
// tests/integration/attack_server.py.
#pragma once

#include "web/server/http_message.h"
#include "yonder/base/progress.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace yonder::web {

struct HttpLimits {
  size_t target_bytes = 8 << 10;  ///< of a request line's target
  size_t head_bytes = 32 << 10;   ///< request line and headers together
  size_t headers = 100;           ///< their number
  size_t connections = 256;       ///< at once
  size_t body_memory = 64 << 20;  ///< bytes of all bodies held in memory at once
  uint64_t body_rate = 16 << 10;  ///< bytes per second below which an upload is given up
  std::chrono::milliseconds head_time{10'000};   ///< from a request's first byte to its last header
  std::chrono::milliseconds idle_time{60'000};   ///< between requests of one connection
  std::chrono::milliseconds body_time{30'000};   ///< for a body, beyond what body_rate allows
  std::chrono::milliseconds write_time{30'000};  ///< for a client to take 256 KiB
  std::chrono::milliseconds linger_time{1'000};  ///< reading on after a refused body
  std::chrono::milliseconds ping_time{15'000};   ///< silence before ChunkSource::keep_alive()
};

struct HttpServerOptions {
  uint16_t port = 0;        ///< 0 = any free one
  int handler_threads = 4;  ///< requests that are worked on at the same time
  HeaderList headers;       ///< put on every response, unless the response has its own of that name
  HttpLimits limits;
};

class HttpServer {
 public:
  /// Takes the port; connections wait until start(). Throws Error(bad_option) if it is in use.
  explicit HttpServer(HttpServerOptions options);
  /// stop().
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  uint16_t port() const;
  /// Begins to answer, in threads of its own. `service` and `progress` (for warnings; may be null)
  /// must outlive stop(). Call once.
  void start(HttpService& service, Progress* progress);
  /// Closes all connections and joins the threads; handlers that run are waited for. Any further
  /// call does nothing.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace yonder::web
