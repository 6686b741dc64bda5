#include "remote/terminology_client.h"

#include "base/system.h"
#include "support/catch.h"
#include "support/peer.h"

#include <future>
#include <vector>

using namespace fingerpost;
using namespace fingerpost::remote;
using namespace fingerpost::test;

namespace {

class SetClock final : public Clock {
 public:
  std::int64_t now_us() override { return now; }
  std::int64_t monotonic_us() override { return now; }
  std::atomic<std::int64_t> now{1'000'000};
};

TerminologyClientOptions at(const std::string& base) {
  TerminologyClientOptions options;
  options.base = base;
  return options;
}

Result<std::string> ask(TerminologyClient& client, const std::string& path) {
  std::promise<Result<std::string>> promise;
  client.get(path, [&](Result<std::string> body) { promise.set_value(std::move(body)); });
  return promise.get_future().get();
}

const std::string path = "CodeSystem/$lookup?system=urn%3Aa&code=1";

}  // namespace

TEST_CASE("a question is a GET below the base, asked once while its answer is kept") {
  Peer peer(cut_http, [](const std::string&) { return Reply{http(200, "", R"({"a":1})")}; });
  SetClock clock;
  TerminologyClient client(at(peer.base()), clock);
  for (int i = 0; i < 3; ++i) {
    const auto body = ask(client, path);
    REQUIRE(body);
    CHECK(*body == R"({"a":1})");
  }
  CHECK(peer.requests().size() == 1);
  CHECK(peer.requests().at(0).starts_with("GET /fhir/" + path + " HTTP/1.1\r\n"));
  clock.now += 3'601'000'000;
  CHECK(ask(client, path).has_value());
  CHECK(peer.requests().size() == 2);
}

TEST_CASE("a question that is under way is not asked again, and all who ask are answered") {
  std::promise<void> asked;
  const auto all_asked = asked.get_future().share();
  Peer peer(cut_http, [&](const std::string&) {
    all_asked.wait();
    return Reply{http(200, "", R"({"a":1})")};
  });
  SetClock clock;
  TerminologyClient client(at(peer.base()), clock);
  std::vector<std::promise<Result<std::string>>> answers(5);
  for (auto& answer : answers)
    client.get(path, [&](Result<std::string> body) { answer.set_value(std::move(body)); });
  asked.set_value();
  for (auto& answer : answers) CHECK(answer.get_future().get().has_value());
  CHECK(peer.requests().size() == 1);
}

TEST_CASE("what is kept is bounded") {
  Peer peer(cut_http,
            [](const std::string&) { return Reply{http(200, "", std::string(600, 'a'))}; });
  SetClock clock;
  auto options = at(peer.base());
  options.kept_bytes = 1'000;
  TerminologyClient client(options, clock);
  for (const char* one : {"a", "b", "a"}) CHECK(ask(client, one).has_value());
  CHECK(peer.requests().size() == 3);
}

TEST_CASE("a refusal, a failure and an answer without end are told apart, and not kept") {
  struct Row {
    int status;
    std::string body;
    Kind kind;
  };
  const auto row = GENERATE(Row{404, "", Kind::not_found}, Row{422, "", Kind::not_found},
                            Row{500, "", Kind::busy}, Row{503, "", Kind::busy},
                            Row{200, std::string(2'000, 'a'), Kind::too_costly});
  CAPTURE(row.status);
  Peer peer(cut_http, [&](const std::string&) { return Reply{http(row.status, "", row.body)}; });
  SetClock clock;
  auto options = at(peer.base());
  options.answer_bytes = 1'000;
  TerminologyClient client(options, clock);
  for (int i = 0; i < 2; ++i) {
    const auto body = ask(client, path);
    REQUIRE_FALSE(body);
    CHECK(body.error().kind == row.kind);
  }
  CHECK(peer.requests().size() == 2);
}

TEST_CASE("a server that is not there is told as one that did not answer") {
  SetClock clock;
  TerminologyClient client(at("http://127.0.0.1:1/fhir"), clock);
  const auto body = ask(client, path);
  REQUIRE_FALSE(body);
  CHECK(body.error().kind == Kind::busy);
  CHECK(body.error().text == "not checked: the terminology server did not answer");
}
