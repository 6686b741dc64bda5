// Answers that are fetched later (Prefer: respond-async).

#include "http/jobs.h"
#include "support/catch.h"
#include "support/fhir_server.h"

#include <future>
#include <mutex>
#include <string>
#include <thread>

using namespace fingerpost;
using test::holds;

namespace {

const std::string base = "http://test.example/fhir";

test::RawResponse fetched(test::FhirServer& server, const std::string& method,
                          const std::string& url, const std::string& body = "",
                          const std::string& fields = "") {
  const auto begun = server.ask(method, url, "Prefer: respond-async\r\n", body);
  REQUIRE(begun.status == 202);
  const auto place = begun.field("Content-Location").substr(base.size());
  auto answer = server.ask("GET", place, fields);
  for (int i = 0; i < 100'000 && answer.status == 202; ++i)
    answer = server.ask("GET", place, fields);
  return answer;
}

http::Response waited(http::Jobs& jobs, const std::string& id) {
  for (;;) {
    const auto state = jobs.look(id);
    REQUIRE(state);
    if (state->response) return *state->response;
    std::this_thread::yield();
  }
}

}  // namespace

TEST_CASE("searches, histories, operations and transactions may be answered later, in any form") {
  test::FhirServer server;
  server.ask("PUT", "/Patient/p1", "", R"({"resourceType":"Patient","id":"p1"})");
  struct Row {
    const char* method;
    const char* url;
    std::string body;
    const char* holds;
  };
  for (const auto& row : {
           Row{"GET", "/Patient", "", "\"searchset\""},
           Row{"GET", "/Patient/p1/_history", "", "\"history\""},
           Row{"GET", "/Patient/p1/$everything", "", "Patient/p1"},
           Row{"GET", "/$meta", "", "valueMeta"},
           Row{"POST", "/",
               R"({"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":)"
               R"("DELETE","url":"Patient/none"}}]})",
               "transaction-response"},
       }) {
    CAPTURE(row.url);
    const auto answer = fetched(server, row.method, row.url, row.body);
    CHECK(answer.status == 200);
    CHECK(holds(answer, R"("status":"200 OK")"));
    CHECK(holds(answer, row.holds));
  }
  const auto xml = fetched(server, "GET", "/Patient", "", "Accept: application/fhir+xml\r\n");
  CHECK(xml.status == 200);
  CHECK(holds(xml, "<type value=\"searchset\"/>"));
  const auto failed = fetched(server, "GET", "/Patient/none/$everything");
  CHECK(failed.status == 404);
}

TEST_CASE("a job that is cancelled before its turn is never begun") {
  test::Fhir fhir;
  const auto jobs = http::Jobs::start(*fhir.context).value();
  std::mutex begun;
  begun.lock();
  bool ran = false;
  const auto first = jobs->add([&](const auto&, const http::Respond& respond) {
    const std::lock_guard wait(begun);
    respond({});
  });
  const auto second = jobs->add([&](const auto&, const http::Respond& respond) {
    ran = true;
    respond({});
  });
  REQUIRE((first && second));
  CHECK(jobs->cancel(*second));
  CHECK_FALSE(jobs->cancel(*second));
  CHECK_FALSE(jobs->look(*second));
  begun.unlock();
  CHECK(waited(*jobs, *first).status == 200);
  const auto third = jobs->add([](const auto&, const http::Respond& respond) { respond({}); });
  CHECK(waited(*jobs, *third).status == 200);
  CHECK_FALSE(ran);
}

TEST_CASE("the answers that are kept have a bound together") {
  test::Fhir fhir;
  const auto jobs = http::Jobs::start(*fhir.context, 100).value();
  const auto answer_of = [&](std::size_t size, std::size_t request = 0) {
    const auto answer = [size](const auto&, const http::Respond& respond) {
      http::Response response;
      response.body.assign(size, 'x');
      respond(std::move(response));
    };
    const auto id = jobs->add(answer, request);
    return std::pair(*id, waited(*jobs, *id));
  };
  const auto [first, kept] = answer_of(60);
  CHECK(kept.body.size() == 60);
  const auto [second, refused] = answer_of(41);
  CHECK(refused.status == 422);
  CHECK(refused.body.find("the limit async_kept_bytes of 100") != std::string::npos);
  CHECK(jobs->cancel(first));
  CHECK(jobs->cancel(second));
  // A request is not kept beside its answer.
  CHECK(answer_of(60, 60).second.status == 200);
}

TEST_CASE("requests that wait to be answered have the same bound") {
  test::Fhir fhir;
  const auto jobs = http::Jobs::start(*fhir.context, 100).value();
  std::mutex begun;
  begun.lock();
  const auto held = [&](const auto&, const http::Respond& respond) {
    const std::lock_guard wait(begun);
    respond({});
  };
  const auto first = jobs->add(held, 60);
  REQUIRE(first);
  const auto refused = jobs->add(held, 41);
  REQUIRE(refused.has_error());
  CHECK(refused.error().kind == Kind::busy);
  begun.unlock();
  CHECK(waited(*jobs, *first).status == 200);
  CHECK(jobs->add(held, 41));
}

TEST_CASE("a job that is cancelled while it runs stops where it next looks at the store") {
  test::Fhir fhir;
  REQUIRE_FALSE(fhir.update({"Patient", "p"}, R"({"resourceType":"Patient","id":"p"})").failed());
  const auto jobs = http::Jobs::start(*fhir.context).value();
  std::promise<void> looked, cancelled;
  bool before = false, after = true, later = false;
  const auto id = jobs->add([&](const auto& session, const http::Respond& respond) {
    before = session->reader.read("Patient", "p").has_value();
    looked.set_value();
    cancelled.get_future().wait();
    after = session->reader.read("Patient", "p").has_value();
    session->post([&] { later = true; });
    respond({});
  });
  looked.get_future().wait();
  CHECK(jobs->cancel(*id));
  cancelled.set_value();
  const auto next = jobs->add([](const auto&, const http::Respond& respond) { respond({}); });
  CHECK(waited(*jobs, *next).status == 200);
  CHECK(before);
  CHECK_FALSE(after);
  CHECK_FALSE(later);
}
