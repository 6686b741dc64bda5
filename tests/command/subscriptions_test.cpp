// Subscriptions by the real program: refused, made, told, asked about.
#include "command/http_call.h"
#include "support/peer.h"
#include "support/ports.h"
#include "support/program.h"

#include <catch2/catch.hpp>

using namespace fingerpost;
using command::Address;

namespace {

struct Gateway {
  test::Folder folder;
  test::Peer peer{test::cut_http, [](const std::string&) {
                    return test::Reply{test::http(200), false};
                  }};
  Address at{"127.0.0.1", test::free_port()};
  std::optional<test::Program> program;

  Gateway() {
    folder.write("gateway.toml", "[subscriptions]\nendpoints = [\"" + peer.base() + "\"]\n");
    program.emplace(
        std::vector<std::string>{"serve", "--data", (folder / "data").string(), "--http",
                                 to_text(at), "--config", (folder / "gateway.toml").string()},
        folder / "out", folder / "log");
  }
  command::HttpReply call(const std::string& method, const std::string& path,
                          const std::string& body = "") const {
    auto reply = command::call(
        at, {method, path, body, body.empty() ? "" : "Content-Type: application/fhir+json\r\n"},
        command::in_seconds(60));
    return reply ? *reply : command::HttpReply{};
  }
  bool ready() const { return call("GET", "/health/ready").status == 200; }
  // Their bodies, of those that have one.
  std::string told() const {
    std::string all;
    for (const auto& request : peer.requests()) all += request + "\n";
    return all;
  }
};

std::string subscription(const std::string& endpoint, const std::string& status = "requested") {
  return R"({"resourceType":"Subscription","id":"s1","status":")" + status +
         R"(","reason":"tests","criteria":"Goal?lifecycle-status=active","channel":{)"
         R"("type":"rest-hook","endpoint":")" +
         endpoint + R"(","payload":"application/fhir+json"}})";
}

}  // namespace

TEST_CASE("a client subscribes, is told, and asks how its subscription stands") {
  Gateway gateway;
  REQUIRE(test::eventually([&] { return gateway.ready(); }));
  const auto endpoint = gateway.peer.base() + "/told";
  const auto put = [&](const std::string& body) {
    return gateway.call("PUT", "/fhir/Subscription/s1", body).status;
  };
  CHECK(put(subscription("http://127.0.0.1:1/told")) == 422);
  CHECK(put(subscription(endpoint, "active")) == 422);
  REQUIRE(put(subscription(endpoint)) == 201);
  CHECK(test::eventually([&] {
    return gateway.call("GET", "/fhir/Subscription/s1").body.find(R"("status":"active")") !=
           std::string::npos;
  }));
  const auto goal = [&](const std::string& status) {
    return gateway
        .call("PUT", "/fhir/Goal/g1",
              R"({"resourceType":"Goal","id":"g1","lifecycleStatus":")" + status +
                  R"(","description":{"text":"Walk to the shop"},)"
                  R"("subject":{"display":"Somebody"}})")
        .status;
  };
  CHECK(goal("proposed") == 201);
  CHECK(goal("active") == 200);
  CHECK(test::eventually(
      [&] { return gateway.told().find("PUT /fhir/told/Goal/g1 HTTP/1.1") != std::string::npos; }));
  CHECK(gateway.told().find("Walk to the shop") != std::string::npos);
  const auto status = gateway.call("GET", "/fhir/Subscription/s1/$status");
  CHECK(status.status == 200);
  CHECK(status.body.find(R"({"name":"events-since-subscription-start","valueString":"1"})") !=
        std::string::npos);
  CHECK(gateway.call("GET", "/fhir/Subscription/$status?status=active").body.find("\"total\":1") !=
        std::string::npos);
  CHECK(gateway.call("GET", "/fhir/Subscription/$status?status=off").body.find("\"total\":0") !=
        std::string::npos);
  const auto events = gateway.call("GET", "/fhir/Subscription/s1/$events?eventsSinceNumber=1");
  CHECK(events.status == 200);
  CHECK(events.body.find("/fhir/Goal/g1\"") != std::string::npos);
  CHECK(gateway.call("GET", "/fhir/Subscription/s1/$events?eventsSinceNumber=x").status == 400);
  CHECK(gateway.call("GET", "/fhir/Subscription/none/$status").status == 404);
}
