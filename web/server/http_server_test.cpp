// SPDX-License-Identifier: Apache-2.0
// Over real sockets, with small limits; tests/integration/attack_server.py has the large ones.
#include "web/server/http_server.h"

#include "tests/error_text.h"
#include "yonder/base/file.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <mutex>
#include <thread>

namespace yonder::web {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

/// A client that sends bytes and reads bytes.
class Client {
 public:
  explicit Client(uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval patience{20, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    EXPECT_EQ(::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }
  ~Client() { ::close(socket_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t n = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) {
        return;
      }
      bytes.remove_prefix(static_cast<size_t>(n));
    }
  }
  void finish_sending() const { ::shutdown(socket_, SHUT_WR); }
  /// Reads until `end` has come, or the server closed.
  std::string receive(std::string_view end = "\x01") const {
    std::string all;
    char part[4096];
    ssize_t n = 1;
    while (all.find(end) == std::string::npos && (n = ::recv(socket_, part, sizeof part, 0)) > 0) {
      all.append(part, static_cast<size_t>(n));
    }
    return all;
  }

 private:
  int socket_;
};

/// Pieces that the test hands over.
class TestStream : public ChunkSource {
 public:
  ~TestStream() override { *gone_ = true; }
  bool next(std::string& out) override {
    const std::lock_guard lock(mutex_);
    out += std::exchange(pending_, "");
    return !ended_;
  }
  void set_wake(std::function<void()> wake) override {
    const std::lock_guard lock(mutex_);
    wake_ = std::move(wake);
  }
  std::string_view keep_alive() const override { return ":ping"; }

  void give(std::string_view text, bool end = false) {
    const std::lock_guard lock(mutex_);
    pending_ += text;
    ended_ = end;
    if (wake_) {
      wake_();
    }
  }
  std::shared_ptr<std::atomic<bool>> gone() const { return gone_; }

 private:
  std::mutex mutex_;
  std::string pending_;
  bool ended_ = false;
  std::function<void()> wake_;
  std::shared_ptr<std::atomic<bool>> gone_ = std::make_shared<std::atomic<bool>>(false);
};

/// A response that comes when the test says so.
class TestLater : public LaterResponse {
 public:
  ~TestLater() override { *gone_ = true; }
  std::optional<HttpResponse> take() override {
    const std::lock_guard lock(mutex_);
    return std::exchange(response_, std::nullopt);
  }
  void set_wake(std::function<void()> wake) override {
    const std::lock_guard lock(mutex_);
    wake_ = std::move(wake);
  }
  void give(HttpResponse response) {
    const std::lock_guard lock(mutex_);
    response_ = std::move(response);
    if (wake_) {
      wake_();
    }
  }
  std::shared_ptr<std::atomic<bool>> gone() const { return gone_; }

 private:
  std::mutex mutex_;
  std::optional<HttpResponse> response_;
  std::function<void()> wake_;
  std::shared_ptr<std::atomic<bool>> gone_ = std::make_shared<std::atomic<bool>>(false);
};

/// /echo gives the body back, /file the size of its file, /stream the stream of the test, /later
/// and /slow answer when the test says so, /throw fails.
class TestService : public HttpService {
 public:
  std::variant<BodyPlan, HttpResponse> admit(const HttpRequest& head) override {
    if (head.target == "/refused") {
      return error_response(403, ErrorKind::bad_option, "no");
    }
    return BodyPlan{100'000, head.target == "/file" ? folder.path() : std::filesystem::path()};
  }
  HttpResponse respond(HttpRequest& request) override {
    HttpResponse response;
    response.content_type = "text/plain";
    if (request.target == "/file") {
      response.body = fmt::format("{} bytes", request.file->size());
    } else if (request.target == "/stream") {
      response.body = stream;
    } else if (request.target == "/later") {
      const std::lock_guard lock(mutex_);
      response.body = std::shared_ptr<LaterResponse>(later);
      asked_later = true;
    } else if (request.target == "/slow") {
      open.get_future().wait();
      response.body = std::string("at last");
    } else if (request.target == "/throw") {
      throw std::runtime_error("a secret");
    } else if (request.target == "/fixed") {
      response.headers.emplace_back("Cache-Control", "no-cache");
      response.body = std::string_view("fixed");
    } else {
      response.body = std::string("echo:") + request.body;
    }
    return response;
  }
  void let_go_of_later() {
    const std::lock_guard lock(mutex_);
    later = nullptr;
  }
  TemporaryFolder folder;
  std::shared_ptr<TestStream> stream = std::make_shared<TestStream>();
  std::shared_ptr<TestLater> later = std::make_shared<TestLater>();
  std::atomic<bool> asked_later = false;
  std::promise<void> open;

 private:
  std::mutex mutex_;  // of `later`
};

class HttpServerTest : public testing::Test {
 protected:
  HttpServerTest() : server_(options()) { server_.start(service_, nullptr); }

  static HttpServerOptions options() {
    HttpServerOptions o;
    o.handler_threads = 2;
    o.headers = {{"X-Every", "yes"}, {"Cache-Control", "no-store"}};
    o.limits.connections = 4;
    o.limits.body_memory = 150'000;
    o.limits.head_time = std::chrono::milliseconds(200);
    o.limits.idle_time = std::chrono::milliseconds(400);
    o.limits.body_time = std::chrono::milliseconds(200);
    o.limits.linger_time = std::chrono::milliseconds(100);
    o.limits.ping_time = std::chrono::milliseconds(50);
    return o;
  }
  /// All that comes back until the server closes.
  std::string exchange(std::string_view bytes) const {
    const Client client(server_.port());
    client.send(bytes);
    return client.receive();
  }
  static std::string get(const std::string& target, const std::string& headers = "") {
    return "GET " + target + " HTTP/1.1\r\nHost: x\r\n" + headers + "Connection: close\r\n\r\n";
  }
  static std::string post(const std::string& target, const std::string& headers,
                          const std::string& body) {
    return "POST " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + headers + "\r\n" +
           body;
  }

  TestService service_;
  HttpServer server_;
};

TEST_F(HttpServerTest, AnswersWithTheHeadersOfEveryResponse) {
  EXPECT_THAT(exchange(get("/echo")),
              AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), HasSubstr("\r\nX-Every: yes\r\n"),
                    HasSubstr("\r\nContent-Length: 5\r\n"), HasSubstr("\r\n\r\necho:")));
  EXPECT_THAT(exchange("nonsense\r\n\r\n"),
              AllOf(StartsWith("HTTP/1.1 400 "), HasSubstr("\r\nX-Every: yes\r\n")));
}

TEST_F(HttpServerTest, LetsAResponseReplaceACommonHeader) {
  EXPECT_THAT(exchange(get("/fixed")),
              AllOf(HasSubstr("Cache-Control: no-cache"), Not(HasSubstr("no-store"))));
}

TEST_F(HttpServerTest, AnswersHeadWithoutABody) {
  const std::string answer =
      exchange("HEAD /fixed HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(answer, AllOf(HasSubstr("Content-Length: 5\r\n"), Not(HasSubstr("fixed"))));
}

TEST_F(HttpServerTest, ReadsBodiesOfAKnownLengthAndInChunks) {
  EXPECT_THAT(exchange(post("/echo", "Content-Length: 3\r\n", "abc")),
              HasSubstr("\r\n\r\necho:abc"));
  EXPECT_THAT(exchange(post("/echo", "Transfer-Encoding: chunked\r\n",
                            "2\r\nab\r\n1;x=y\r\nc\r\n0\r\nTrailer: x\r\n\r\n")),
              HasSubstr("\r\n\r\necho:abc"));
}

TEST_F(HttpServerTest, KeepsAConnectionAndItsOrderOfRequests) {
  const Client client(server_.port());
  client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\na" + get("/fixed"));
  const std::string both = client.receive();
  EXPECT_LT(both.find("echo:a"), both.find("fixed"));
}

TEST_F(HttpServerTest, AnswersAClientThatHasFinishedSending) {
  const Client client(server_.port());
  client.send(get("/echo"));
  client.finish_sending();
  EXPECT_THAT(client.receive(), HasSubstr("echo:"));
}

TEST_F(HttpServerTest, WritesFilesToTheFolderAndTakesThemAway) {
  const std::string body(90'000, 'x');
  EXPECT_THAT(exchange(post("/file", "Content-Length: 90000\r\n", body)), HasSubstr("90000 bytes"));
  EXPECT_TRUE(std::filesystem::is_empty(service_.folder.path()));
}

TEST_F(HttpServerTest, AsksForABodyThatWaitsForItsPermission) {
  const Client client(server_.port());
  client.send(post("/echo", "Content-Length: 2\r\nExpect: 100-continue\r\n", ""));
  EXPECT_THAT(client.receive("\r\n\r\n"), StartsWith("HTTP/1.1 100 Continue\r\n\r\n"));
  client.send("ok");
  EXPECT_THAT(client.receive(), HasSubstr("echo:ok"));
}

TEST_F(HttpServerTest, RefusesBeforeItReadsTheBody) {
  EXPECT_THAT(exchange(post("/refused", "Content-Length: 2\r\nExpect: 100-continue\r\n", "")),
              StartsWith("HTTP/1.1 403 "));
  EXPECT_THAT(exchange(post("/echo", "Content-Length: 100001\r\n", "")),
              StartsWith("HTTP/1.1 413 "));
}

TEST_F(HttpServerTest, StopsReadingChunksAtTheLimit) {
  std::string body;
  for (int i = 0; i < 50; ++i) {
    body += "1000\r\n" + std::string(4096, 'x') + "\r\n";
  }
  EXPECT_THAT(exchange(post("/echo", "Transfer-Encoding: chunked\r\n", body)),
              StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(exchange(post("/file", "Transfer-Encoding: chunked\r\n", body)),
              StartsWith("HTTP/1.1 413 "));
  EXPECT_TRUE(std::filesystem::is_empty(service_.folder.path()));
}

TEST_F(HttpServerTest, SharesTheMemoryForBodies) {
  const Client first(server_.port());
  first.send(post("/echo", "Content-Length: 100000\r\n", std::string(90'000, 'x')));
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_THAT(exchange(post("/echo", "Content-Length: 99000\r\n", std::string(99'000, 'x'))),
              StartsWith("HTTP/1.1 503 "));
  first.send(std::string(10'000, 'x'));
  EXPECT_THAT(first.receive(), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(exchange(post("/echo", "Content-Length: 99000\r\n", std::string(99'000, 'x'))),
              StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpServerTest, EndsWhatIsTooSlow) {
  const Client head(server_.port());
  head.send("GET / HT");
  EXPECT_THAT(head.receive(), StartsWith("HTTP/1.1 408 "));
  const Client body(server_.port());
  body.send(post("/echo", "Content-Length: 10\r\n", "x"));
  EXPECT_THAT(body.receive(), StartsWith("HTTP/1.1 408 "));
  const Client silent(server_.port());
  EXPECT_THAT(silent.receive(), IsEmpty());
}

TEST_F(HttpServerTest, MakesRoomByClosingWhoWaitedLongest) {
  const Client a(server_.port());
  const Client b(server_.port());
  const Client c(server_.port());
  const Client d(server_.port());
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_THAT(exchange(get("/echo")), HasSubstr("echo:"));
  EXPECT_THAT(a.receive(), IsEmpty());
}

TEST_F(HttpServerTest, SaysThatItIsBusyWhenNobodyWaits) {
  std::vector<std::unique_ptr<Client>> listeners;
  for (int i = 0; i < 4; ++i) {
    listeners.push_back(std::make_unique<Client>(server_.port()));
    listeners.back()->send(get("/stream"));
    listeners.back()->receive("\r\n\r\n");
  }
  EXPECT_THAT(exchange(get("/echo")), StartsWith("HTTP/1.1 503 "));
}

TEST_F(HttpServerTest, StreamsPiecesAsTheyCome) {
  const Client client(server_.port());
  client.send(get("/stream"));
  EXPECT_THAT(client.receive("\r\n\r\n"), HasSubstr("Transfer-Encoding: chunked"));
  service_.stream->give("one");
  EXPECT_THAT(client.receive("one\r\n"), HasSubstr("3\r\none\r\n"));
  EXPECT_THAT(client.receive(":ping\r\n"), HasSubstr("5\r\n:ping\r\n"));
  service_.stream->give("two", true);
  EXPECT_THAT(client.receive(), HasSubstr("3\r\ntwo\r\n0\r\n\r\n"));
}

TEST_F(HttpServerTest, StreamsToOldClientsWithoutChunks) {
  service_.stream->give("one", true);
  const Client client(server_.port());
  client.send("GET /stream HTTP/1.0\r\nHost: x\r\n\r\n");
  EXPECT_THAT(client.receive(), HasSubstr("\r\n\r\none"));
}

TEST_F(HttpServerTest, LetsGoOfAStreamWhoseClientLeft) {
  const std::shared_ptr<std::atomic<bool>> gone = service_.stream->gone();
  {
    const Client client(server_.port());
    client.send(get("/stream"));
    client.receive("\r\n\r\n");
    service_.stream = nullptr;
  }
  for (int i = 0; i < 1000 && !*gone; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  EXPECT_TRUE(*gone);
}

TEST_F(HttpServerTest, KeepsTheTextOfAnUnforeseenExceptionToItself) {
  EXPECT_THAT(exchange(get("/throw")),
              AllOf(StartsWith("HTTP/1.1 500 "), Not(HasSubstr("secret"))));
}

TEST_F(HttpServerTest, StopsWhileHandlersAndStreamsAreUnderWay) {
  const Client slow(server_.port());
  slow.send(get("/slow"));
  const Client stream(server_.port());
  stream.send(get("/stream"));
  stream.receive("\r\n\r\n");
  std::thread opener([this] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    service_.open.set_value();
  });
  server_.stop();
  opener.join();
  EXPECT_THAT(slow.receive(), Not(HasSubstr("at last")));
  server_.stop();
}

TEST_F(HttpServerTest, SaysThatItsPortIsTaken) {
  EXPECT_THAT(error_text(ErrorKind::bad_option,
                         [this] {
                           HttpServerOptions o;
                           o.port = server_.port();
                           const HttpServer second(std::move(o));
                         }),
              AllOf(HasSubstr("Address already in use"), HasSubstr("--port")));
}

TEST_F(HttpServerTest, AnswersManyClientsAtOnce) {
  std::vector<std::thread> threads;
  std::atomic<int> answered{0};
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        const std::string answer = exchange(post("/echo", "Content-Length: 3\r\n", "abc"));
        answered += answer.find("echo:abc") != std::string::npos ? 1 : 0;
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(answered, 150);
}

TEST_F(HttpServerTest, SendsAResponseThatComesLaterAndGoesOnWithTheConnection) {
  const Client client(server_.port());
  client.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
  std::this_thread::sleep_for(std::chrono::milliseconds(120));  // past a ping
  service_.later->give(json_response("{}", 422));
  EXPECT_THAT(client.receive("{}"), StartsWith("HTTP/1.1 422 "));
  client.send("GET /echo HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(client.receive("echo:"), HasSubstr("echo:"));
}

TEST_F(HttpServerTest, KeepsNoHandlerBusyForAResponseThatComesLater) {
  std::vector<std::unique_ptr<Client>> waiting;
  for (int i = 0; i < 3; ++i) {
    waiting.push_back(std::make_unique<Client>(server_.port()));
    waiting.back()->send(get("/later"));
  }
  EXPECT_THAT(exchange(get("/echo")), HasSubstr("echo:"));
}

TEST_F(HttpServerTest, LetsGoOfALaterResponseWhoseClientLeft) {
  const std::shared_ptr<std::atomic<bool>> gone = service_.later->gone();
  {
    const Client client(server_.port());
    client.send(get("/later"));
    for (int i = 0; i < 1000 && !service_.asked_later; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    service_.let_go_of_later();
    EXPECT_FALSE(*gone);
  }
  for (int i = 0; i < 1000 && !*gone; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  EXPECT_TRUE(*gone);
}

}  // namespace
}  // namespace yonder::web
