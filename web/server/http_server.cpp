// SPDX-License-Identifier: Apache-2.0
// A connection is one coroutine: wait for a head, ask the service what to do with it, read the
// body, let a handler thread answer, write the answer, and again. All coroutines run on one thread,
// so that nothing here needs a lock; the handlers run on a pool, and wake() of a stream is posted.
#if defined(__clang__)
// Asio of Boost 1.74 does not know that clang has coroutines with this standard library too.
#define BOOST_ASIO_HAS_CO_AWAIT
#define BOOST_ASIO_HAS_STD_COROUTINE
#endif

#include "web/server/http_server.h"

#include <boost/asio.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <ctime>
#include <limits>
#include <optional>
#include <set>
#include <thread>
#include <utility>  // asio/awaitable.hpp of Boost 1.74 uses std::exchange without including it

namespace yonder::web {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;
using Tcp = asio::ip::tcp;
using Clock = std::chrono::steady_clock;
using Parser = http::request_parser<http::buffer_body>;

constexpr size_t kReadBytes = size_t{64} << 10;    // one read of a body
constexpr size_t kWriteBytes = size_t{256} << 10;  // one write
constexpr size_t kSpoolBytes = size_t{1} << 20;    // of a body before it goes to its file
constexpr size_t kLingerBytes = size_t{1} << 20;   // thrown away after a refused body

/// `co_await operation(..., into(error))`: the error is stored, not thrown.
auto into(error_code& error) { return asio::redirect_error(asio::use_awaitable, error); }

/// One connection. Touched by the input-output thread only.
struct Session : std::enable_shared_from_this<Session> {
  Session(asio::io_context& context, Tcp::socket socket_in, size_t buffer_bytes)
      : socket(std::move(socket_in)), buffer(buffer_bytes), deadline(context), news(context) {}

  /// Cancels what is pending on the socket after `time`, and sets timed_out.
  void arm(Clock::duration time) {
    timed_out = false;
    const uint64_t mine = ++armed;
    deadline.expires_after(time);
    deadline.async_wait([weak = weak_from_this(), mine](error_code error) {
      const std::shared_ptr<Session> self = weak.lock();
      // An alarm that was already under way when it was disarmed is not for us.
      if (self != nullptr && !error && self->armed == mine) {
        self->timed_out = true;
        self->cancel();
      }
    });
  }
  void disarm() {
    ++armed;
    deadline.cancel();
  }
  void cancel() {
    error_code ignored;
    socket.cancel(ignored);
  }
  /// Ends whatever the coroutine waits for; it then finds the socket closed.
  void close() {
    closed = true;
    error_code ignored;
    socket.close(ignored);
    disarm();
    news.cancel();
  }

  Tcp::socket socket;
  boost::beast::flat_buffer buffer;  // bytes read and not yet parsed
  asio::steady_timer deadline;
  uint64_t armed = 0;
  bool timed_out = false;
  bool closed = false;
  bool waiting = true;  // for a head: such a connection may be closed to make room
  Clock::time_point since = Clock::now();
  asio::steady_timer news;  // wakes a stream
  bool woken = false;
  uint64_t watched = 0;  // raised when it is no longer looked whether the client has left
};

std::string date_header() {
  return fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(std::time(nullptr)));
}

/// The answer to a head that could not be read.
/// line_read: the request line was read already, and `received` is what comes after it.
HttpResponse head_error(error_code error, bool line_read, std::string_view received,
                        const HttpLimits& limits) {
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    if (!line_read && received.find('\n') == std::string_view::npos) {
      return error_response(
          414, ErrorKind::bad_data,
          fmt::format("the request line is longer than {} bytes", limits.target_bytes));
    }
    return error_response(
        431, ErrorKind::bad_data,
        fmt::format("the headers are longer than {} bytes together", limits.head_bytes));
  }
  if (error == http::error::bad_version &&
      received.substr(0, received.find('\n')).find(" HTTP/") != std::string_view::npos) {
    return error_response(505, ErrorKind::bad_data, "HTTP/1.1 and HTTP/1.0 are spoken here");
  }
  return error_response(400, ErrorKind::bad_data,
                        fmt::format("the request is malformed: {}", error.message()));
}

HttpRequest request_of(const Parser& parser) {
  HttpRequest request;
  const auto& message = parser.get();
  request.method = std::string(message.method_string());
  request.target = std::string(message.target());
  for (const auto& field : message) {
    const auto name = field.name_string();
    const auto value = field.value();
    request.headers.emplace_back(lower_case({name.data(), name.size()}),
                                 std::string(value.data(), value.size()));
  }
  return request;
}

}  // namespace

struct HttpServer::Impl {
  explicit Impl(HttpServerOptions options_in)
      : options(std::move(options_in)),
        handlers(static_cast<size_t>(options.handler_threads)),
        acceptor(context),
        accept_pause(context) {
    const Tcp::endpoint address(asio::ip::address_v4::loopback(), options.port);
    error_code error;
    acceptor.open(address.protocol());
    acceptor.set_option(asio::socket_base::reuse_address(true));
    acceptor.bind(address, error);
    if (!error) {
      acceptor.listen(asio::socket_base::max_listen_connections, error);
    }
    require(!error, ErrorKind::bad_option,
            "port {} of 127.0.0.1 cannot be used: {}; pass another --port, or 0 for any free one",
            options.port, error.message());
    port = acceptor.local_endpoint().port();
  }

  // --- connections ---

  asio::awaitable<void> accept_connections() {
    error_code error;
    while (!stopping) {
      Tcp::socket socket(context);
      co_await acceptor.async_accept(socket, into(error));
      if (stopping) {
        break;
      }
      if (error) {  // as a rule no file descriptor is left: make room and try again
        make_room();
        accept_pause.expires_after(std::chrono::milliseconds(50));
        co_await accept_pause.async_wait(into(error));
        continue;
      }
      if (sessions.size() >= options.limits.connections && !make_room()) {
        refuse(socket);
        continue;
      }
      socket.set_option(Tcp::no_delay(true), error);
      auto session = std::make_shared<Session>(context, std::move(socket),
                                               options.limits.head_bytes + kReadBytes);
      sessions.insert(session);
      asio::co_spawn(
          context, [this, session]() { return run_session(session); },
          [this, session](const std::exception_ptr& thrown) {
            sessions.erase(session);
            report(thrown);
          });
    }
  }

  /// Closes the connection that has waited longest for a request; false if none waits.
  bool make_room() {
    Session* oldest = nullptr;
    for (const std::shared_ptr<Session>& session : sessions) {
      if (session->waiting && !session->closed &&
          (oldest == nullptr || session->since < oldest->since)) {
        oldest = session.get();
      }
    }
    if (oldest != nullptr) {
      oldest->close();
    }
    return oldest != nullptr;
  }

  /// Says 503 without waiting for anything.
  void refuse(Tcp::socket& socket) {
    const HttpResponse busy = error_response(
        503, ErrorKind::memory, "all connections are in use; close a tab, or try again later");
    const std::string& body = std::get<std::string>(busy.body);
    const std::string text = head_text(busy, body.size(), false, false) + body;
    error_code ignored;
    socket.non_blocking(true, ignored);
    socket.write_some(asio::buffer(text), ignored);
    socket.shutdown(Tcp::socket::shutdown_both, ignored);
  }

  void report(const std::exception_ptr& thrown) {
    if (thrown == nullptr) {
      return;
    }
    try {
      std::rethrow_exception(thrown);
    } catch (const std::exception& error) {
      ProgressRef(progress).warn(fmt::format("a connection was given up: {}", error.what()));
    }
  }

  asio::awaitable<void> run_session(std::shared_ptr<Session> session) {
    Session& s = *session;
    bool go_on = true;
    while (go_on && !s.closed) {
      go_on = co_await serve_request(s);
    }
    s.close();
  }

  // --- one request; false ends the connection ---

  asio::awaitable<bool> serve_request(Session& s) {
    const HttpLimits& limits = options.limits;
    error_code error;
    s.waiting = true;
    s.since = Clock::now();
    if (s.buffer.size() == 0) {
      s.arm(limits.idle_time);
      const size_t n =
          co_await s.socket.async_read_some(s.buffer.prepare(kReadBytes / 16), into(error));
      s.buffer.commit(n);
      if (error) {
        co_return false;  // the client left, or said nothing for long
      }
    }
    Parser parser;
    parser.header_limit(static_cast<uint32_t>(limits.head_bytes));
    // We count ourselves; "no limit" of Boost 1.74 refuses every body that says its length.
    parser.body_limit(std::numeric_limits<uint64_t>::max());
    s.arm(limits.head_time);
    co_await http::async_read_header(s.socket, s.buffer, parser, into(error));
    s.disarm();
    s.waiting = false;
    if (s.closed) {
      co_return false;
    }
    if (error) {
      if (s.timed_out) {
        co_await refuse_rest(
            s, error_response(408, ErrorKind::bad_data, "the head of the request took too long"));
      } else if (error.category() == http::make_error_code(http::error::bad_value).category()) {
        const std::string_view received(static_cast<const char*>(s.buffer.data().data()),
                                        s.buffer.size());
        co_await refuse_rest(s,
                             head_error(error, !parser.get().target().empty(), received, limits));
      }
      co_return false;
    }

    HttpRequest request = request_of(parser);
    const bool head_only = request.method == "HEAD";
    const bool has_body = parser.chunked() || parser.content_length().value_or(0) > 0;
    bool keep = parser.keep_alive() && !stopping;
    std::optional<HttpResponse> early = check_head(parser, request);
    BodyPlan plan;
    if (!early) {
      std::variant<BodyPlan, HttpResponse> verdict = admit(request);
      if (HttpResponse* refusal = std::get_if<HttpResponse>(&verdict)) {
        early = std::move(*refusal);
      } else {
        plan = std::move(std::get<BodyPlan>(verdict));
        if (parser.content_length().value_or(0) > plan.limit) {
          early = too_large(plan.limit);
        }
      }
    }
    if (early && has_body) {
      co_await refuse_rest(s, std::move(*early), head_only);
      co_return false;
    }
    if (early) {
      co_return co_await send(s, std::move(*early), keep, parser.get().version(), head_only);
    }

    std::optional<HttpResponse> refusal;
    MemoryShare share(*this);
    if (has_body) {
      refusal = co_await read_body(s, parser, plan, request, share);
      if (s.closed) {
        co_return false;
      }
    }
    HttpResponse response;
    if (!refusal) {
      response = co_await respond(request);
    }
    // What the request held is given back before the answer goes out.
    request = HttpRequest();
    share.release();
    if (refusal) {
      co_await refuse_rest(s, std::move(*refusal), head_only);
      co_return false;
    }
    if (std::holds_alternative<std::shared_ptr<LaterResponse>>(response.body)) {
      const auto later = std::get<std::shared_ptr<LaterResponse>>(std::move(response.body));
      std::optional<HttpResponse> came = co_await wait_for(s, *later);
      if (!came) {
        co_return false;
      }
      response = std::move(*came);
    }
    co_return co_await send(s, std::move(response), keep, parser.get().version(), head_only);
  }

  /// What HTTP itself demands of a head that Beast leaves to us.
  std::optional<HttpResponse> check_head(const Parser& parser, const HttpRequest& request) const {
    const HttpLimits& limits = options.limits;
    if (request.target.size() > limits.target_bytes) {
      return error_response(
          414, ErrorKind::bad_data,
          fmt::format("the target of the request is longer than {} bytes", limits.target_bytes));
    }
    if (request.headers.size() > limits.headers) {
      return error_response(431, ErrorKind::bad_data,
                            fmt::format("the request has {} headers; at most {} are read",
                                        request.headers.size(), limits.headers));
    }
    const std::string* coding = request.header("transfer-encoding");
    if (coding != nullptr && (lower_case(*coding) != "chunked" || parser.get().version() < 11)) {
      return error_response(501, ErrorKind::bad_data,
                            "the only transfer coding that is understood is chunked");
    }
    const std::string* expect = request.header("expect");
    if (expect != nullptr && lower_case(*expect) != "100-continue") {
      return error_response(417, ErrorKind::bad_data, "only Expect: 100-continue is understood");
    }
    return std::nullopt;
  }

  static HttpResponse too_large(uint64_t limit) {
    if (limit == 0) {
      return error_response(413, ErrorKind::bad_data, "this request takes no body");
    }
    return error_response(413, ErrorKind::bad_data,
                          fmt::format("the body is longer than {} bytes", limit));
  }

  // --- bodies ---

  /// What one request holds of the memory for bodies.
  class MemoryShare {
   public:
    explicit MemoryShare(Impl& server) : server_(server) {}
    ~MemoryShare() { release(); }
    MemoryShare(const MemoryShare&) = delete;
    MemoryShare& operator=(const MemoryShare&) = delete;
    /// False if that much is not left.
    bool take(size_t bytes) {
      if (bytes > server_.options.limits.body_memory - server_.body_memory) {
        return false;
      }
      server_.body_memory += bytes;
      taken_ += bytes;
      return true;
    }
    void release() {
      server_.body_memory -= taken_;
      taken_ = 0;
    }

   private:
    Impl& server_;
    size_t taken_ = 0;
  };

  /// Fills request.body or request.file; a response if that fails.
  asio::awaitable<std::optional<HttpResponse>> read_body(Session& s, Parser& parser,
                                                         const BodyPlan& plan, HttpRequest& request,
                                                         MemoryShare& share) {
    const HttpLimits& limits = options.limits;
    const bool to_file = !plan.folder.empty();
    error_code error;
    if (to_file) {
      std::optional<HttpResponse> failed =
          co_await guarded([&] { request.file = std::make_shared<UploadFile>(plan.folder); });
      if (failed) {
        co_return failed;
      }
    }
    if (request.header("expect") != nullptr && s.buffer.size() == 0) {
      s.arm(limits.write_time);
      co_await asio::async_write(
          s.socket, asio::buffer(std::string_view("HTTP/1.1 100 Continue\r\n\r\n")), into(error));
    }
    std::string part(kReadBytes, '\0');
    std::string spool;
    uint64_t received = 0;
    const Clock::time_point began = Clock::now();
    while (!parser.is_done()) {
      auto& body = parser.get().body();
      body.data = part.data();
      body.size = part.size();
      const auto allowed =
          limits.body_time + std::chrono::milliseconds(received * 1000 / limits.body_rate);
      s.arm(began + allowed - Clock::now());
      co_await http::async_read_some(s.socket, s.buffer, parser, into(error));
      s.disarm();
      if (error == http::error::need_buffer) {
        error = {};
      }
      if (error && s.timed_out) {
        co_return error_response(408, ErrorKind::bad_data,
                                 "the body of the request came too slowly");
      }
      if (error && error.category() != http::make_error_code(http::error::bad_value).category()) {
        s.close();  // the client left
        co_return std::nullopt;
      }
      if (error) {
        co_return error_response(400, ErrorKind::bad_data,
                                 fmt::format("the body is malformed: {}", error.message()));
      }
      const size_t n = part.size() - body.size;
      received += n;
      if (received > plan.limit) {
        co_return too_large(plan.limit);
      }
      if (!to_file) {
        if (!share.take(n)) {
          co_return error_response(503, ErrorKind::memory,
                                   "too many large requests at once; try again in a moment");
        }
        request.body.append(part, 0, n);
        continue;
      }
      spool.append(part, 0, n);
      if (spool.size() >= kSpoolBytes || parser.is_done()) {
        std::optional<HttpResponse> failed = co_await guarded([&] { request.file->write(spool); });
        if (failed) {
          co_return failed;
        }
        spool.clear();
      }
    }
    co_return std::nullopt;
  }

  // --- work on the handler threads ---

  /// Runs `work` on a handler thread.
  template <typename Work>
  asio::awaitable<void> on_handler_thread(Work& work) {
    co_await asio::co_spawn(
        handlers,
        [&work]() -> asio::awaitable<void> {
          work();
          co_return;
        },
        asio::use_awaitable);
  }

  /// The same; what it throws becomes a response.
  template <typename Work>
  asio::awaitable<std::optional<HttpResponse>> guarded(Work work) {
    std::optional<HttpResponse> failed;
    const auto body = [&] {
      try {
        work();
      } catch (...) {
        failed = response_to_exception();
      }
    };
    co_await on_handler_thread(body);
    co_return failed;
  }

  asio::awaitable<HttpResponse> respond(HttpRequest& request) {
    HttpResponse response;
    std::optional<HttpResponse> failed =
        co_await guarded([&] { response = service->respond(request); });
    co_return failed ? std::move(*failed) : std::move(response);
  }

  std::variant<BodyPlan, HttpResponse> admit(const HttpRequest& request) {
    try {
      return service->admit(request);
    } catch (...) {
      return response_to_exception();
    }
  }

  /// The exception in flight as a response. What we did not foresee is told to the person at the
  /// terminal, not to the client.
  HttpResponse response_to_exception() {
    if (std::optional<HttpResponse> known = response_to_error()) {
      return std::move(*known);
    }
    try {
      throw;
    } catch (const std::exception& error) {
      ProgressRef(progress).warn(
          fmt::format("internal error: {}; please report this", error.what()));
      return error_response(500, ErrorKind::internal, "internal error; the terminal says more");
    }
  }

  // --- responses ---

  std::string head_text(const HttpResponse& response, std::optional<uint64_t> length, bool chunked,
                        bool keep) const {
    const auto reason = http::obsolete_reason(static_cast<http::status>(response.status));
    std::string text = fmt::format("HTTP/1.1 {} {}\r\nDate: {}\r\n", response.status,
                                   std::string_view(reason.data(), reason.size()), date_header());
    const auto add = [&](std::string_view name, std::string_view value) {
      YONDER_CHECK(value.find_first_of("\r\n") == std::string_view::npos);
      text.append(name).append(": ").append(value).append("\r\n");
    };
    for (const auto& [name, value] : options.headers) {
      const auto own =
          std::find_if(response.headers.begin(), response.headers.end(),
                       [&name = name](const auto& header) { return header.first == name; });
      if (own == response.headers.end()) {
        add(name, value);
      }
    }
    for (const auto& [name, value] : response.headers) {
      add(name, value);
    }
    if (response.status != 304) {
      add("Content-Type", response.content_type);
      if (length) {
        add("Content-Length", fmt::format("{}", *length));
      }
    }
    if (chunked) {
      add("Transfer-Encoding", "chunked");
    }
    add("Connection", keep ? "keep-alive" : "close");
    return text + "\r\n";
  }

  /// False if the client does not take the bytes.
  asio::awaitable<bool> write(Session& s, std::string_view bytes) {
    error_code error;
    while (!bytes.empty()) {
      const std::string_view slice = bytes.substr(0, kWriteBytes);
      s.arm(options.limits.write_time);
      co_await asio::async_write(s.socket, asio::buffer(slice), into(error));
      s.disarm();
      if (error) {
        co_return false;
      }
      bytes.remove_prefix(slice.size());
    }
    co_return true;
  }

  /// Sends the response; false if the connection must end.
  asio::awaitable<bool> send(Session& s, HttpResponse response, bool keep, unsigned version,
                             bool head_only) {
    if (const auto* stream = std::get_if<std::shared_ptr<ChunkSource>>(&response.body)) {
      const bool chunked = version >= 11;
      const std::string head = head_text(response, std::nullopt, chunked, false);
      const bool sent = co_await write(s, head);
      if (sent && !head_only) {
        co_await send_stream(s, **stream, chunked);
      }
      co_return false;
    }
    const std::string* text = std::get_if<std::string>(&response.body);
    const std::string_view body = text != nullptr ? *text : std::get<1>(response.body);
    std::string start = head_text(response, body.size(), false, keep);
    const bool bare = head_only || response.status == 304;
    // A short body goes with its head, in one packet.
    const size_t with_head = bare ? 0 : std::min(body.size(), kReadBytes);
    start.append(body.substr(0, with_head));
    bool sent = co_await write(s, start);
    if (sent && !bare) {
      sent = co_await write(s, body.substr(with_head));
    }
    co_return sent&& keep;
  }

  /// What wakes the coroutine of a session that waits for news; may be called from any thread.
  std::function<void()> waker(Session& s) {
    return [this, weak = s.weak_from_this()] {
      asio::post(context, [weak] {
        if (const std::shared_ptr<Session> self = weak.lock()) {
          self->woken = true;
          self->news.cancel();
        }
      });
    };
  }

  /// A client that leaves is noticed at once, until s.watched moves on. What one that goes on
  /// talking says is not listened to yet.
  static void close_when_left(Session& s) {
    s.socket.async_wait(
        Tcp::socket::wait_read, [weak = s.weak_from_this(), mine = ++s.watched](error_code error) {
          const std::shared_ptr<Session> self = weak.lock();
          if (self == nullptr || self->watched != mine || error == asio::error::operation_aborted) {
            return;
          }
          error_code failed;
          if (error || self->socket.available(failed) == 0) {
            self->close();
          }
        });
  }

  /// The response once it is there; nothing if the client left before.
  asio::awaitable<std::optional<HttpResponse>> wait_for(Session& s, LaterResponse& later) {
    later.set_wake(waker(s));
    close_when_left(s);
    while (!s.closed) {
      s.woken = false;
      if (std::optional<HttpResponse> response = later.take()) {
        ++s.watched;
        s.cancel();
        co_return response;
      }
      error_code error;
      s.news.expires_after(options.limits.ping_time);
      co_await s.news.async_wait(into(error));
    }
    co_return std::nullopt;
  }

  asio::awaitable<void> send_stream(Session& s, ChunkSource& source, bool chunked) {
    source.set_wake(waker(s));
    close_when_left(s);
    bool more = true;
    while (more && !s.closed) {
      std::string chunk;
      s.woken = false;
      more = source.next(chunk);
      if (chunk.empty() && more) {
        error_code error;
        s.news.expires_after(options.limits.ping_time);
        co_await s.news.async_wait(into(error));
        if (s.woken || error) {
          continue;
        }
        chunk = source.keep_alive();
      }
      if (!chunk.empty()) {
        const bool sent = co_await write_chunk(s, chunk, chunked);
        if (!sent) {
          break;
        }
      }
    }
    if (!more && chunked && !s.closed) {
      co_await write(s, "0\r\n\r\n");
    }
    s.close();
  }

  asio::awaitable<bool> write_chunk(Session& s, const std::string& chunk, bool chunked) {
    if (!chunked) {
      co_return co_await write(s, chunk);
    }
    const std::string framed = fmt::format("{:x}\r\n{}\r\n", chunk.size(), chunk);
    co_return co_await write(s, framed);
  }

  /// Sends a response to a request that was not read to its end, and ends the connection so that
  /// the response arrives: closing with unread bytes would reset it.
  asio::awaitable<void> refuse_rest(Session& s, HttpResponse response, bool head_only = false) {
    co_await send(s, std::move(response), false, 11, head_only);
    error_code error;
    s.socket.shutdown(Tcp::socket::shutdown_send, error);
    std::string rest(kReadBytes, '\0');
    size_t thrown_away = 0;
    s.arm(options.limits.linger_time);
    while (!error && thrown_away < kLingerBytes) {
      thrown_away += co_await s.socket.async_read_some(asio::buffer(rest), into(error));
    }
    s.disarm();
  }

  // --- start and stop ---

  void start(HttpService& service_in, Progress* progress_in) {
    service = &service_in;
    progress = progress_in;
    asio::co_spawn(
        context, [this]() { return accept_connections(); },
        [this](const std::exception_ptr& thrown) { report(thrown); });
    thread = std::thread([this] { context.run(); });
  }

  void stop() {
    if (!thread.joinable()) {
      return;
    }
    asio::post(context, [this] {
      stopping = true;
      error_code ignored;
      acceptor.close(ignored);
      accept_pause.cancel();
      for (const std::shared_ptr<Session>& session : sessions) {
        session->close();
      }
    });
    // The thread ends when the last coroutine has ended; those that wait for a handler wait on.
    thread.join();
    handlers.join();
  }

  HttpServerOptions options;
  HttpService* service = nullptr;
  Progress* progress = nullptr;
  uint16_t port = 0;
  asio::io_context context{1};
  asio::thread_pool handlers;
  Tcp::acceptor acceptor;
  asio::steady_timer accept_pause;
  // From here on: touched by the input-output thread only.
  bool stopping = false;
  std::set<std::shared_ptr<Session>> sessions;
  size_t body_memory = 0;
  std::thread thread;
};

HttpServer::HttpServer(HttpServerOptions options)
    : impl_(std::make_unique<Impl>(std::move(options))) {}

HttpServer::~HttpServer() { stop(); }

uint16_t HttpServer::port() const { return impl_->port; }

void HttpServer::start(HttpService& service, Progress* progress) {
  impl_->start(service, progress);
}

void HttpServer::stop() { impl_->stop(); }

}  // namespace yonder::web
