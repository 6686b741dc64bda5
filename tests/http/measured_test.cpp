#include "http/measured.h"

#include "support/catch.h"

#include <string>

using namespace fingerpost;
using namespace fingerpost::http;

namespace {

class StandingClock final : public Clock {
 public:
  std::int64_t now_us() override { return 0; }
  std::int64_t monotonic_us() override { return now; }
  std::int64_t now = 1'000;
};

std::string page_of(const HttpMeasures& measures) {
  MetricsText page;
  measures.write(page);
  return page.text();
}

bool has(const std::string& page, const std::string& line) {
  return page.find("\n" + line + "\n") != std::string::npos;
}

}  // namespace

TEST_CASE("a method and a path tell the interaction") {
  struct Row {
    Method method;
    const char* path;
    const char* name;
  };
  const auto row = GENERATE(
      Row{Method::get, "/Patient/1", "read"}, Row{Method::head, "/Patient/1", "read"},
      Row{Method::get, "/Patient/1/_history/2", "vread"},
      Row{Method::get, "/Patient/1/_history", "history"},
      Row{Method::get, "/Patient/_history", "history"}, Row{Method::get, "/_history", "history"},
      Row{Method::get, "/Patient", "search"}, Row{Method::get, "/", "search"},
      Row{Method::get, "", "search"}, Row{Method::get, "/Patient/1/Task", "search"},
      Row{Method::post, "/Patient/_search", "search"}, Row{Method::post, "/_search", "search"},
      Row{Method::post, "/Patient", "create"}, Row{Method::post, "", "batch"},
      Row{Method::post, "/", "batch"}, Row{Method::put, "/Patient/1", "update"},
      Row{Method::put, "/Patient", "update"}, Row{Method::patch, "/Patient/1", "patch"},
      Row{Method::remove, "/Patient/1", "delete"},
      Row{Method::remove, "/Patient/1/_history", "delete"},
      Row{Method::get, "/Patient/1/$everything", "operation"},
      Row{Method::post, "/$process-message", "operation"},
      Row{Method::get, "/metadata", "capabilities"}, Row{Method::options, "/Patient", "other"},
      Row{Method::post, "/a/b/c/d", "other"}, Row{Method::get, "/a/b/c/d/e", "other"});
  CAPTURE(row.path);
  CHECK(name(asked_of(row.method, row.path)) == row.name);
}

TEST_CASE("every answer is counted once, with the time from its request") {
  HttpMeasures measures;
  StandingClock clock;
  Respond later;
  const auto handler = measured(
      [&later](const Request&, Respond respond) { later = std::move(respond); }, measures, clock);
  Head head;
  head.method = Method::get;
  for (const int status : {200, 404, 503}) {
    handler({head, "/Patient/1", ""}, [](const Response&) {});
    clock.now += 1'500;
    Response response;
    response.status = status;
    later(std::move(response));
  }
  const auto page = page_of(measures);
  for (const auto* status : {"2xx", "4xx", "5xx"})
    CHECK(has(page, R"(fingerpost_http_answers_total{interaction="read",status=")" +
                        std::string(status) + "\"} 1"));
  CHECK(has(page, R"(fingerpost_http_seconds_bucket{interaction="read",le="0.001"} 0)"));
  CHECK(has(page, R"(fingerpost_http_seconds_bucket{interaction="read",le="0.0025"} 3)"));
  CHECK(has(page, R"(fingerpost_http_seconds_sum{interaction="read"} 0.0045)"));
  CHECK(has(page, R"(fingerpost_http_seconds_count{interaction="search"} 0)"));
}

TEST_CASE("a handler of one kind of request is counted as that") {
  HttpMeasures measures;
  StandingClock clock;
  const auto handler = measured([](const Request&, const Respond& respond) { respond({}); },
                                measures, clock, Asked::message);
  const Head head;
  handler({head, "/Patient/1", ""}, [](const Response&) {});
  CHECK(has(page_of(measures),
            R"(fingerpost_http_answers_total{interaction="message",status="2xx"} 1)"));
}
