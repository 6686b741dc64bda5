#include "http/listener.h"

#include "base/system.h"
#include "http/routes.h"
#include "support/catch.h"
#include "support/raw_http.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

using namespace fingerpost;
using test::RawHttp;

namespace {

// A server whose handler says the method, the path and the body again.
class Echo {
 public:
  explicit Echo(http::ListenerOptions options = {}) : Echo(std::move(options), &Echo::say) {}
  Echo(http::ListenerOptions options, http::Handler handler) {
    if (options.threads == 0) options.threads = 2;
    auto opened = http::Listener::open(options, clock_, [&](const http::Post&) { return handler; });
    REQUIRE(opened);
    listener_ = std::move(*opened);
  }

  static http::Response said(const http::Request& request) {
    http::Response response;
    response.content_type = "text/plain";
    response.body = std::string(name(request.head.method)) + " " + std::string(request.head.path) +
                    " " + request.body;
    return response;
  }
  static void say(const http::Request& request, const http::Respond& respond) {
    respond(said(request));
  }

  std::uint16_t port() const { return listener_->port(); }
  http::Listener& listener() { return *listener_; }

 private:
  SystemClock clock_;
  std::unique_ptr<http::Listener> listener_;
};

std::string get(const std::string& path, const std::string& fields = "") {
  return "GET " + path + " HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
}
std::string post(const std::string& path, const std::string& body) {
  return "POST " + path + " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

}  // namespace

TEST_CASE("requests on one connection are answered in their order") {
  Echo echo;
  RawHttp client(echo.port());
  std::string many;
  for (int i = 0; i < 1000; ++i)
    many += i % 3 == 0
                ? post("/" + std::to_string(i), std::string(static_cast<std::size_t>(i), 'b'))
                : get("/" + std::to_string(i));
  std::thread sender([&] { client.send(many); });
  for (int i = 0; i < 1000; ++i) {
    const auto response = client.response();
    const auto body = i % 3 == 0 ? std::string(static_cast<std::size_t>(i), 'b') : std::string();
    const auto expected =
        std::string(i % 3 == 0 ? "POST /" : "GET /") + std::to_string(i) + " " + body;
    if (response.body == expected && response.status == 200) continue;
    FAIL("response " << i << " is " << response.status << " " << response.body);
  }
  sender.join();
}

TEST_CASE("a request is understood however its bytes are cut") {
  Echo echo;
  const auto bytes = post("/x", "hello") +
                     "POST /y HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                     "3\r\nabc\r\n4;e=1\r\ndefg\r\n0\r\n\r\n" +
                     get("/z");
  for (const std::size_t step : {1u, 7u, 64u}) {
    RawHttp client(echo.port());
    for (std::size_t at = 0; at < bytes.size(); at += step) client.send(bytes.substr(at, step));
    CHECK(client.response().body == "POST /x hello");
    CHECK(client.response().body == "POST /y abcdefg");
    CHECK(client.response().body == "GET /z ");
  }
}

TEST_CASE("bodies longer than any buffer come whole, announced or in chunks") {
  Echo echo;
  RawHttp client(echo.port());
  std::string body;
  while (body.size() < 3'000'000) body += "The quick brown fox. ";
  client.send(post("/x", body));
  CHECK(client.response().body == "POST /x " + body);
  std::string chunked = "POST /y HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (std::size_t at = 0; at < body.size(); at += 0xfff0) {
    char size[16];
    const auto part = body.substr(at, 0xfff0);
    std::snprintf(size, sizeof size, "%zx", part.size());
    chunked += std::string(size) + "\r\n" + part + "\r\n";
  }
  client.send(chunked + "0\r\n\r\n");
  CHECK(client.response().body == "POST /y " + body);
}

TEST_CASE("what could be smuggled gets one refusal and the end of the connection") {
  Echo echo;
  const std::string hidden = get("/smuggled");
  const auto row = GENERATE_COPY(
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: "
      "chunked\r\n\r\n0\r\n\r\n" +
          hidden,
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx" +
          hidden,
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + hidden,
      "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden,
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0, 0\r\n\r\n" + hidden,
      "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nGET " + hidden,
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n0\r\n\r\n" +
          hidden,
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n" +
          hidden,
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nHost: b\r\n\r\n" +
          hidden,
      "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\n\r\n" + hidden,
      "GET / HTTP/1.1\r\n\r\n" + hidden, "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n" + hidden,
      "\n" + hidden, "GET / HTTP/1.1\nHost: a\n\n" + hidden);
  CAPTURE(row);
  RawHttp client(echo.port());
  client.send(row);
  const auto responses = client.all();
  REQUIRE(responses.size() == 1);
  CHECK(responses[0].status >= 400);
  CHECK(responses[0].body.find("OperationOutcome") != std::string::npos);
  CHECK(responses[0].body.find("smuggled") == std::string::npos);
  CHECK(responses[0].field("Connection") == "close");
  CHECK(client.ended());
}

TEST_CASE("a body over the limit is refused before it is sent") {
  http::ListenerOptions options;
  options.limits.body_bytes = 1000;
  Echo echo(options);
  {
    RawHttp client(echo.port());
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n\r\nsome of it");
    const auto responses = client.all();
    REQUIRE(responses.size() == 1);
    CHECK(responses[0].status == 413);
    CHECK(client.ended());
  }
  {
    RawHttp client(echo.port());
    client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n400\r\n" +
                std::string(1024, 'x') + "\r\n0\r\n\r\n");
    const auto responses = client.all();
    REQUIRE(responses.size() == 1);
    CHECK(responses[0].status == 413);
  }
  RawHttp client(echo.port());
  client.send(post("/", std::string(1000, 'x')));
  CHECK(client.response().status == 200);
}

TEST_CASE("a client that asks first is told to go on, or why not") {
  http::ListenerOptions options;
  options.limits.body_bytes = 1000;
  Echo echo(options);
  RawHttp client(echo.port());
  client.send("POST /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
  CHECK(client.response().status == 100);
  client.send("hello");
  CHECK(client.response().body == "POST /x hello");
  client.send(
      "POST /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5000\r\n\r\n");
  CHECK(client.response().status == 413);
}

TEST_CASE("headers without end are refused at their limit") {
  Echo echo;
  RawHttp client(echo.port());
  client.send("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(200'000, 'x'));
  const auto responses = client.all();
  REQUIRE(responses.size() == 1);
  CHECK(responses[0].status == 431);
  RawHttp other(echo.port());
  other.send("GET /" + std::string(200'000, 'x'));
  const auto long_url = other.all();
  REQUIRE(long_url.size() == 1);
  CHECK(long_url[0].status == 414);
}

TEST_CASE("a client that is too slow is cut off") {
  http::ListenerOptions options;
  options.limits.header_seconds = 1;
  options.limits.idle_seconds = 1;
  Echo echo(options);
  RawHttp idle(echo.port());
  RawHttp half_a_head(echo.port());
  half_a_head.send("GET / HTTP/1.1\r\nHo");
  RawHttp half_a_body(echo.port());
  half_a_body.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nx");
  const auto of_head = half_a_head.all();
  REQUIRE(of_head.size() == 1);
  CHECK(of_head[0].status == 408);
  const auto of_body = half_a_body.all();
  REQUIRE(of_body.size() == 1);
  CHECK(of_body[0].status == 408);
  CHECK(idle.all().empty());
  CHECK(idle.ended());
}

TEST_CASE("a client that does not read is cut off, and others are served meanwhile") {
  http::ListenerOptions options;
  options.threads = 1;
  options.limits.header_seconds = 1;
  const auto huge = std::make_shared<const std::string>(std::string(32u << 20, 'x'));
  Echo echo(options, [huge](const http::Request& request, const http::Respond& respond) {
    http::Response response;
    response.content_type = "text/plain";
    if (request.path == "/huge")
      response.shared_body = huge;
    else
      response.body = "small";
    respond(std::move(response));
  });
  RawHttp deaf(echo.port());
  deaf.send(get("/huge"));
  RawHttp client(echo.port());
  for (int i = 0; i < 50; ++i) {
    client.send(get("/small"));
    CHECK(client.response().body == "small");
  }
  while (echo.listener().connections() > 1) std::this_thread::yield();
  CHECK(deaf.response().body.size() < huge->size());
}

TEST_CASE("a handler may answer later and from another thread") {
  std::mutex mutex;
  std::vector<std::thread> threads;
  {
    Echo echo({}, [&](http::Request request, http::Respond respond) {
      const std::lock_guard lock(mutex);
      threads.emplace_back([response = Echo::said(request), respond = std::move(respond)] {
        respond(response);
        respond(response);  // the second is one too many, and is let fall
      });
    });
    RawHttp client(echo.port());
    client.send(get("/1") + get("/2") + post("/3", "x"));
    CHECK(client.response().body == "GET /1 ");
    CHECK(client.response().body == "GET /2 ");
    CHECK(client.response().body == "POST /3 x");
  }
  for (auto& thread : threads) thread.join();
}

TEST_CASE("requests beyond those that may wait are refused at once, and the others are answered") {
  std::mutex mutex;
  std::condition_variable came;
  std::map<std::string, http::Respond> held;  // by path
  http::ListenerOptions options;
  options.limits.waiting_requests = 2;
  Echo echo(options, [&](const http::Request& request, const http::Respond& respond) {
    const std::lock_guard lock(mutex);
    held[std::string(request.head.path)] = respond;
    came.notify_all();
  });
  const auto taken = [&](const std::string& path) {
    std::unique_lock lock(mutex);
    came.wait(lock, [&] { return held.count(path) != 0; });
    return held[path];
  };
  RawHttp first(echo.port()), second(echo.port()), third(echo.port());
  first.send(get("/1"));
  const auto to_first = taken("/1");
  second.send(get("/2"));
  const auto to_second = taken("/2");
  third.send(get("/3"));
  const auto refused = third.response();
  CHECK(refused.status == 503);
  CHECK(refused.field("Retry-After") == "1");
  to_first({});
  CHECK(first.response().status == 200);
  third.send(get("/4"));  // on the same connection
  taken("/4")({});
  CHECK(third.response().status == 200);
  to_second({});
  CHECK(second.response().status == 200);
}

TEST_CASE("a handler's fault is answered without its text") {
  Echo echo({}, [](const http::Request&, const http::Respond&) {
    throw std::runtime_error("Smith, 9990000018");
  });
  RawHttp client(echo.port());
  client.send(get("/"));
  const auto response = client.response();
  CHECK(response.status == 500);
  CHECK(response.body.find("Smith") == std::string::npos);
  client.send(get("/"));
  CHECK(client.response().status == 500);
}

TEST_CASE("stopping lets requests be answered and takes no more") {
  std::mutex mutex;
  std::condition_variable came;
  http::Respond waiting;
  Echo echo({}, [&](http::Request, http::Respond respond) {
    const std::lock_guard lock(mutex);
    waiting = std::move(respond);
    came.notify_all();
  });
  RawHttp client(echo.port());
  RawHttp idle(echo.port());
  client.send(get("/"));
  {
    std::unique_lock lock(mutex);
    came.wait(lock, [&] { return bool(waiting); });
  }
  std::thread stopper([&] { echo.listener().stop(); });
  CHECK(idle.all().empty());
  http::Response response;
  response.content_type = "text/plain";
  response.body = "late but whole";
  waiting(response);
  const auto responses = client.all();
  REQUIRE(responses.size() == 1);
  CHECK(responses[0].body == "late but whole");
  CHECK(responses[0].field("Connection") == "close");
  stopper.join();
  CHECK_THROWS(RawHttp(echo.port()));
}

TEST_CASE("connections over the limit are turned away and room comes back") {
  http::ListenerOptions options;
  options.limits.connections = 2;
  Echo echo(options);
  auto first = std::make_unique<RawHttp>(echo.port());
  RawHttp second(echo.port());
  first->send(get("/1"));
  CHECK(first->response().status == 200);
  second.send(get("/2"));
  CHECK(second.response().status == 200);
  RawHttp third(echo.port());
  CHECK(third.response().status == 503);
  first.reset();
  while (echo.listener().connections() > 1) std::this_thread::yield();
  RawHttp fourth(echo.port());
  fourth.send(get("/4"));
  CHECK(fourth.response().status == 200);
}

TEST_CASE("a taken port is an error, not a second server") {
  Echo echo;
  http::ListenerOptions options;
  options.port = echo.port();
  SystemClock clock;
  const auto second = http::Listener::open(
      options, clock, [](const http::Post&) { return http::Handler(&Echo::say); });
  REQUIRE_FALSE(second);
  CHECK(second.error().kind == Kind::fault);
}

TEST_CASE("every response carries the headers that keep it private") {
  Echo echo;
  for (const std::string& bytes :
       {get("/"), std::string("BAD\r\n\r\n"), get("/", "Upgrade: h2c\r\n")}) {
    RawHttp client(echo.port());
    client.send(bytes);
    const auto response = client.response();
    CAPTURE(response.head);
    CHECK(response.field("Cache-Control") == "no-store");
    CHECK(response.field("X-Content-Type-Options") == "nosniff");
    CHECK(response.field("Content-Security-Policy") ==
          "default-src 'none'; frame-ancestors 'none'; sandbox");
    CHECK(response.field("Referrer-Policy") == "no-referrer");
    CHECK(response.field("Server").empty());
    CHECK(response.field("Date").size() == 29);
  }
}

TEST_CASE("a request's own id comes back when it is a UUID") {
  Echo echo;
  RawHttp client(echo.port());
  const std::string id = "0c3151bd-1cbf-4d64-B04D-cd9187a4c6e0";
  client.send(get("/", "X-Request-Id: " + id + "\r\nX-Correlation-Id: 9990000018\r\n"));
  const auto response = client.response();
  CHECK(response.field("X-Request-Id") == id);
  CHECK(response.field("X-Correlation-Id").empty());
}

TEST_CASE("a path goes to the handler mounted for it") {
  const auto marked = [](const std::string& mark) {
    return [mark](const http::Request& request, const http::Respond& respond) {
      http::Response response;
      response.content_type = "text/plain";
      response.body = mark + ":" + std::string(request.path);
      respond(std::move(response));
    };
  };
  http::Routes routes;
  routes.mount("/fhir", marked("fhir"));
  routes.mount("/fhir/deep", marked("deep"));
  routes.mount("/health",
               http::health_handler([] { return false; }, [] { return R"({"store":"full"})"; }));
  Echo echo({}, std::move(routes).handler());
  struct Row {
    const char* path;
    int status;
    const char* body;
  };
  const auto row =
      GENERATE(Row{"/fhir", 200, "fhir:"}, Row{"/fhir/Patient?a=b", 200, "fhir:/Patient"},
               Row{"/fhir/deep/x", 200, "deep:/x"}, Row{"/fhir/deeper", 200, "fhir:/deeper"},
               Row{"/fhirx", 404, nullptr}, Row{"/", 404, nullptr},
               Row{"/health/live", 200, "live\n"}, Row{"/health/ready", 503, "not ready\n"},
               Row{"/health", 200, R"({"store":"full"})"}, Row{"/health/", 404, nullptr});
  CAPTURE(row.path);
  RawHttp client(echo.port());
  client.send(get(row.path));
  const auto response = client.response();
  CHECK(response.status == row.status);
  if (row.body != nullptr) CHECK(response.body == row.body);
}

TEST_CASE("HEAD answers with the length and without the body") {
  Echo echo;
  RawHttp client(echo.port());
  client.send("HEAD /x HTTP/1.1\r\nHost: a\r\n\r\n" + get("/y"));
  const auto head = client.response(true);
  CHECK(head.status == 200);
  CHECK(head.field("Content-Length") == "8");
  CHECK(client.response().body == "GET /y ");
}
