#include "remote/bars_client.h"

#include "base/base64.h"
#include "base/system.h"
#include "base/uuid.h"
#include "support/catch.h"
#include "support/peer.h"
#include "support/rsa_pem.h"

#include <future>
#include <set>

using namespace fingerpost;
using namespace fingerpost::remote;
using namespace fingerpost::test;

namespace {

SystemClock system_clock;
SystemRandom system_random;
const RsaPem key;

std::string header_of(const std::string& request, const std::string& name) {
  const auto at = request.find("\r\n" + name + ": ");
  if (at == std::string::npos) return "";
  const auto from = at + name.size() + 4;
  return request.substr(from, request.find("\r\n", from) - from);
}
std::string decoded(const std::string& base64) {
  return from_base64(base64, Base64::plain).value_or("no Base64");
}
// The middle part of a JWT, or the first.
std::string part(const std::string& token, int number) {
  std::size_t from = 0;
  for (int i = 0; i < number; ++i) from = token.find('.', from) + 1;
  return from_base64(token.substr(from, token.find('.', from) - from), Base64::url).value_or("");
}
std::string assertion_in(const std::string& request) {
  const std::string name = "&client_assertion=";
  return request.substr(request.find(name) + name.size());
}
bool asks_for_token(const std::string& request) {
  return request.starts_with("POST /oauth2/token ");
}

std::string message(const std::string& id, const std::string& event = "servicerequest-request") {
  return R"({"resourceType":"Bundle","type":"message","entry":[{"resource":{"resourceType":)"
         R"("MessageHeader","id":")" +
         id + R"(","eventCoding":{"code":")" + event +
         R"("},"reason":{"coding":[{"code":"new"}]}}}]})";
}
std::string response(const std::string& to, const std::string& code,
                     const std::string& event = "servicerequest-response") {
  return R"({"resourceType":"Bundle","type":"message","entry":[{"resource":{"resourceType":)"
         R"("MessageHeader","id":"a","eventCoding":{"code":")" +
         event + R"("},"response":{"identifier":")" + to + R"(","code":")" + code + R"("}}}]})";
}
std::string issue(const std::string& error, const std::string& code) {
  return R"({"resourceType":"OperationOutcome","issue":[{"severity":"error","code":")" + code +
         R"(","details":{"coding":[{"code":")" + error + R"("}]},"diagnostics":"Mrs Smith"}]})";
}

BarsClientOptions options(const Peer& peer) {
  BarsClientOptions made;
  made.http.bases = {"http://127.0.0.1:" + std::to_string(peer.port())};
  made.http.total_ms = 5'000;
  made.organisation = "A99999";
  made.organisation_name = "Test \"Surgery\"";
  made.version = "1.2.3";
  made.use_case = "a0t0";
  return made;
}
std::optional<BarsClient::Access> access(const Peer& peer) {
  TokenOptions token;
  token.url = "http://127.0.0.1:" + std::to_string(peer.port()) + "/oauth2/token";
  token.application = "our-application";
  token.key_id = "key-1";
  return BarsClient::Access{token, JwtSigner::open(key.pem()).value()};
}
std::string granted(const std::string& token, int seconds = 599) {
  return http(200, "",
              R"({"access_token":")" + token + R"(","expires_in":")" + std::to_string(seconds) +
                  R"(","token_type":"Bearer"})");
}
Answer send(BarsClient& client, const Peer& peer, const std::string& id = "m1") {
  std::promise<Answer> promise;
  client.send({peer.base(), "https://fhir.nhs.uk/Id/dos-service-id", "2000099999",
               "00000000-0000-4000-8000-000000000001", message(id)},
              [&](Answer answer) { promise.set_value(std::move(answer)); });
  return promise.get_future().get();
}

}  // namespace

TEST_CASE("a message goes to $process-message with BaRS's headers") {
  Peer peer(cut_http, [](const std::string&) { return Reply{http(200)}; });
  BarsClient client(options(peer), std::nullopt, system_clock, system_random);
  CHECK(send(client, peer).outcome == Outcome::delivered);
  const auto request = peer.requests().at(0);
  CHECK(request.starts_with("POST /fhir/$process-message HTTP/1.1\r\n"));
  CHECK(request.ends_with(message("m1")));
  CHECK(header_of(request, "Content-Type") == "application/fhir+json");
  CHECK(header_of(request, "X-Request-Id") == "00000000-0000-4000-8000-000000000001");
  CHECK(header_of(request, "X-Correlation-Id").size() == 36);
  CHECK(decoded(header_of(request, "NHSD-Target-Identifier")) ==
        R"({"system":"https://fhir.nhs.uk/Id/dos-service-id","value":"2000099999"})");
  CHECK(decoded(header_of(request, "NHSD-End-User-Organisation")) ==
        R"({"resourceType":"Organization","identifier":[{"system":)"
        R"("https://fhir.nhs.uk/Id/ods-organization-code","value":"A99999"}],)"
        R"("name":"Test \"Surgery\""})");
  CHECK(decoded(header_of(request, "NHSD-Requesting-Software")).find("1.2.3") != std::string::npos);
  CHECK(header_of(request, "use-context") == "a0t0|referral|servicerequest-request|new");
  CHECK(header_of(request, "Authorization").empty());
}

TEST_CASE("the token is asked for once, with an assertion signed by our key") {
  Peer peer(cut_http, [](const std::string& request) {
    return Reply{asks_for_token(request) ? granted("T1") : http(200)};
  });
  BarsClient client(options(peer), access(peer), system_clock, system_random);
  for (int i = 0; i < 3; ++i) CHECK(send(client, peer).outcome == Outcome::delivered);
  const auto requests = peer.requests();
  REQUIRE(requests.size() == 4);
  CHECK(header_of(requests[0], "Content-Type") == "application/x-www-form-urlencoded");
  CHECK(requests[0].find("grant_type=client_credentials&client_assertion_type="
                         "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&") !=
        std::string::npos);
  const auto token = assertion_in(requests[0]);
  CHECK(key.signed_by_it(token));
  CHECK(!RsaPem().signed_by_it(token));
  CHECK(part(token, 0) == R"({"alg":"RS512","typ":"JWT","kid":"key-1"})");
  CHECK(part(token, 1).find(R"("iss":"our-application","sub":"our-application","aud":")" +
                            access(peer)->options.url + R"(","jti":")") != std::string::npos);
  for (std::size_t i = 1; i < 4; ++i) CHECK(header_of(requests[i], "Authorization") == "Bearer T1");
}

TEST_CASE("those who ask at once share a token; one about to end is not used") {
  std::atomic<int> given{0};
  const int seconds = GENERATE(599, 30);
  Peer peer(cut_http, [&](const std::string& request) {
    if (!asks_for_token(request)) return Reply{http(200)};
    return Reply{granted("T" + std::to_string(++given), seconds)};
  });
  BarsClient client(options(peer), access(peer), system_clock, system_random);
  CHECK(send(client, peer).outcome == Outcome::delivered);
  CHECK(send(client, peer).outcome == Outcome::delivered);
  CHECK(given == (seconds == 599 ? 1 : 2));
  std::set<std::string> ids;
  for (const auto& request : peer.requests())
    if (asks_for_token(request)) ids.insert(part(assertion_in(request), 1));
  CHECK(static_cast<int>(ids.size()) == given);  // each with a jti of its own
}

TEST_CASE("a token that is not accepted is not used again, and the message waits") {
  std::atomic<int> given{0};
  Peer peer(cut_http, [&](const std::string& request) {
    if (asks_for_token(request)) return Reply{granted("T" + std::to_string(++given))};
    return Reply{header_of(request, "Authorization") == "Bearer T1" ? http(401) : http(200)};
  });
  BarsClient client(options(peer), access(peer), system_clock, system_random);
  CHECK(send(client, peer).outcome == Outcome::later);
  CHECK(send(client, peer).outcome == Outcome::delivered);
  CHECK(given == 2);
}

TEST_CASE("without a token nothing is sent, and everything waits") {
  const auto reply =
      GENERATE(http(400, "", R"({"error":"invalid_client"})"), http(503), http(200, "", "<html>"),
               http(200, "", R"({"access_token":""})"),
               http(200, "", "{\"access_token\":\"a\\r\\nX-Evil: b\",\"expires_in\":599}"));
  CAPTURE(reply);
  Peer peer(cut_http, [&](const std::string&) { return Reply{reply}; });
  BarsClient client(options(peer), access(peer), system_clock, system_random);
  CHECK(send(client, peer).outcome == Outcome::later);
  for (const auto& request : peer.requests()) CHECK(asks_for_token(request));
}

TEST_CASE("what came of a message is told by its status and BaRS's codes") {
  struct Row {
    int status;
    std::string body;
    Outcome outcome;
    const char* reason;
  };
  const auto row = GENERATE(
      Row{200, "{}", Outcome::delivered, "HTTP 200"}, Row{202, "", Outcome::delivered, "HTTP 202"},
      Row{400, issue("REC_BAD_REQUEST", "invalid"), Outcome::refused, "HTTP 400, REC_BAD_REQUEST"},
      Row{401, issue("SEND_UNAUTHORIZED", "expired"), Outcome::later,
          "HTTP 401, SEND_UNAUTHORIZED"},
      Row{401, issue("REC_UNAUTHORIZED", "forbidden"), Outcome::refused,
          "HTTP 401, REC_UNAUTHORIZED"},
      Row{403, issue("SEND_FORBIDDEN", "forbidden"), Outcome::later, "HTTP 403, SEND_FORBIDDEN"},
      Row{403, issue("REC_FORBIDDEN", "forbidden"), Outcome::refused, "HTTP 403, REC_FORBIDDEN"},
      Row{404, issue("PROXY_NOT_FOUND", "not-found"), Outcome::refused,
          "HTTP 404, PROXY_NOT_FOUND"},
      Row{408, issue("REC_TIMEOUT", "timeout"), Outcome::later, "HTTP 408, REC_TIMEOUT"},
      Row{409, issue("REC_CONFLICT", "duplicate"), Outcome::delivered, "HTTP 409, REC_CONFLICT"},
      Row{409, issue("REC_CONFLICT", "conflict"), Outcome::refused, "HTTP 409, REC_CONFLICT"},
      Row{422, issue("REC_UNPROCESSABLE_ENTITY", "too-costly"), Outcome::refused,
          "HTTP 422, REC_UNPROCESSABLE_ENTITY"},
      Row{429, issue("SEND_TOO_MANY_REQUESTS", "throttled"), Outcome::later,
          "HTTP 429, SEND_TOO_MANY_REQUESTS"},
      Row{500, issue("REC_SERVER_ERROR", "exception"), Outcome::later,
          "HTTP 500, REC_SERVER_ERROR"},
      Row{501, issue("REC_NOT_IMPLEMENTED", "not-supported"), Outcome::refused,
          "HTTP 501, REC_NOT_IMPLEMENTED"},
      Row{503, "<html>", Outcome::later, "HTTP 503"},
      Row{422, issue("Mrs Smith, 999 000 0018", "invalid"), Outcome::refused, "HTTP 422"});
  CAPTURE(row.status, row.body);
  HttpAnswer got;
  got.reached = Reached::answered;
  got.status = row.status;
  got.reason = "HTTP " + std::to_string(row.status);
  got.body = row.body;
  const auto answer = read_bars_answer(got, "m1", 0);
  CHECK(answer.outcome == row.outcome);
  CHECK(answer.reason == row.reason);
  CHECK(answer.body.empty());
}

TEST_CASE("a response to the message is its reply; one to another message is nobody's") {
  struct Row {
    std::string body;
    Outcome outcome;
    bool reply;
  };
  const auto row =
      GENERATE(Row{response("m1", "ok"), Outcome::delivered, true},
               Row{response("m1", "ok", "servicerequest-request"), Outcome::delivered, false},
               Row{response("m1", "transient-error"), Outcome::later, false},
               Row{response("m1", "fatal-error"), Outcome::refused, false},
               Row{response("m2", "ok"), Outcome::delivered, false},
               Row{response("m2", "fatal-error"), Outcome::delivered, false},
               Row{response("", "ok"), Outcome::delivered, false},
               Row{message("m1"), Outcome::delivered, false});
  CAPTURE(row.body);
  Peer peer(cut_http, [&](const std::string&) { return Reply{http(200, "", row.body)}; });
  BarsClient client(options(peer), std::nullopt, system_clock, system_random);
  const auto answer = send(client, peer, "m1");
  CHECK(answer.outcome == row.outcome);
  CHECK(answer.body == (row.reply ? row.body : ""));
}

TEST_CASE("what is said to a response of ours is no reply to be applied") {
  Peer peer(cut_http,
            [](const std::string&) { return Reply{http(200, "", response("m1", "ok"))}; });
  BarsClient client(options(peer), std::nullopt, system_clock, system_random);
  std::promise<Answer> promise;
  client.send({peer.base(), "system", "1", "id", message("m1", "servicerequest-response")},
              [&](Answer answer) { promise.set_value(std::move(answer)); });
  const auto answer = promise.get_future().get();
  CHECK(answer.outcome == Outcome::delivered);
  CHECK(answer.body.empty());
}

TEST_CASE("an answer that is lost leaves the outcome unknown, and every go is the same request") {
  std::atomic<bool> lost{true};
  Peer peer(cut_http, [&](const std::string&) {
    if (lost.exchange(false)) return Reply{std::nullopt, true};
    return Reply{http(409, "", issue("REC_CONFLICT", "duplicate"))};
  });
  BarsClient client(options(peer), std::nullopt, system_clock, system_random);
  CHECK(send(client, peer).outcome == Outcome::unknown);
  CHECK(send(client, peer).outcome == Outcome::delivered);
  CHECK(peer.requests().at(0) == peer.requests().at(1));
}

TEST_CASE("nothing is sent to a place that the configuration does not name") {
  Peer peer(cut_http, [](const std::string&) { return Reply{http(200)}; });
  Peer other(cut_http, [](const std::string&) { return Reply{http(200)}; });
  BarsClient client(options(other), access(other), system_clock, system_random);
  CHECK(send(client, peer).outcome == Outcome::refused);
  CHECK(peer.connections() == 0);
}

TEST_CASE("a key that cannot sign so is refused, and not shown") {
  const auto pem = GENERATE(std::string(), std::string("secret"), RsaPem(1024).pem());
  const auto opened = JwtSigner::open(pem);
  REQUIRE(!opened);
  CHECK(opened.error().kind == Kind::invalid);
  CHECK(opened.error().text == "is no PEM private key of RSA with 2048 bits at least");
}
