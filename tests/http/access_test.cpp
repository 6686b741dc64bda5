#include "interaction/authorise.h"
#include "support/catch.h"
#include "support/closed_server.h"

#include <catch2/catch.hpp>

#include <string>

using namespace fingerpost;
using test::ClosedServer;
using test::RawResponse;

namespace {

constexpr const char* all = "system/*.cruds";

bool holds(const RawResponse& response, const std::string& text) {
  return response.body.find(text) != std::string::npos;
}

// One person with a task, a goal and somebody who cares.
void fill(ClosedServer& server) {
  const auto as = server.as(all);
  const auto put = [&](const std::string& url, const std::string& body) {
    REQUIRE(server.ask("PUT", url, as, body).status == 201);
  };
  put("/Practitioner/d", R"({"resourceType":"Practitioner","id":"d","name":[{"family":"Ash"}]})");
  put("/Patient/p", R"({"resourceType":"Patient","id":"p","name":[{"family":"Elm"}],)"
                    R"("generalPractitioner":[{"reference":"Practitioner/d"}]})");
  put("/Goal/g", R"({"resourceType":"Goal","id":"g","lifecycleStatus":"active",)"
                 R"("description":{"text":"walk"},"subject":{"reference":"Patient/p"}})");
  put("/Task/t", R"({"resourceType":"Task","id":"t","status":"draft","intent":"order",)"
                 R"("for":{"reference":"Patient/p"}})");
}

}  // namespace

TEST_CASE("without a token nothing is answered but what describes the gateway") {
  ClosedServer server;
  struct Row {
    const char *method, *url;
    int status;
  };
  const auto row = GENERATE(
      Row{"GET", "/metadata", 200}, Row{"GET", "/openapi.json", 200},
      Row{"GET", "/.well-known/smart-configuration", 200}, Row{"GET", "/Patient/p", 401},
      Row{"HEAD", "/Patient/p", 401}, Row{"GET", "/Patient", 401}, Row{"GET", "/", 401},
      Row{"GET", "/_history", 401}, Row{"POST", "/", 401}, Row{"POST", "/Patient", 401},
      Row{"DELETE", "/Patient/p", 401}, Row{"GET", "/_async/x", 401}, Row{"GET", "/$meta", 401},
      Row{"GET", "/Nonsense", 401}, Row{"GET", "/Patient/%2e%2e", 401},
      Row{"GET", "/metadata/", 200}, Row{"GET", "//metadata", 401}, Row{"PATCH", "/Patient/p", 401},
      Row{"POST", "/metadata", 405}, Row{"GET", "/metadata/x", 401}, Row{"OPTIONS", "/Task", 401});
  CAPTURE(row.method, row.url);
  const auto answer = server.ask(row.method, row.url);
  CHECK(answer.status == row.status);
  if (row.status != 401) return;
  CHECK(answer.field("WWW-Authenticate") == "Bearer realm=\"fingerpost\"");
}

TEST_CASE("A20: what is no token of ours is refused, whatever it is") {
  ClosedServer server;
  const auto good = server.as("system/Patient.rs");
  const auto bare = good.substr(0, good.size() - 2);
  REQUIRE(server.ask("GET", "/Patient", good).status == 200);
  const std::string fields = GENERATE_COPY(
      std::string("Authorization: Bearer \r\n"), "Authorization: Bearer x\r\n",
      "Authorization: Basic YTpi\r\n", "Authorization:\r\n", bare + "A\r\n", bare + " \tx\r\n",
      "X-" + good, "Authorization: Bearer eyJhbGciOiJub25lIn0.e30.\r\n");
  CAPTURE(fields.substr(0, 30));
  CHECK(server.ask("GET", "/Patient", fields).status == 401);
  // Two of them are not one, not even when they are the same.
  CHECK(server.ask("GET", "/Patient", good + good).status == 400);
  CHECK(server.ask("GET", "/Patient", good + "authorization: Bearer x\r\n").status == 400);
  // A3: what an audit token of GP Connect says is no authority.
  CHECK(server.ask("GET", "/Patient?access_token=x").status == 401);
}

TEST_CASE("the scheme's name is of any case, and a token ends with its time") {
  ClosedServer server;
  const auto good = server.as("system/Patient.rs");
  CHECK(server.ask("GET", "/Patient", "authorization: bearer" + good.substr(21)).status == 200);
  server.clock().pass(300);
  const auto late = server.ask("GET", "/Patient", good);
  CHECK(late.status == 401);
  CHECK(late.field("WWW-Authenticate").find("invalid_token") != std::string::npos);
}

TEST_CASE("the token endpoint answers as OAuth has it") {
  ClosedServer server;
  const std::string type = "Content-Type: application/x-www-form-urlencoded\r\n";
  const auto granted = server.ask("POST", "/auth/token", type, server.form("app", "system/Task.r"));
  CHECK(granted.status == 200);
  CHECK(granted.field("Content-Type") == "application/json");
  CHECK(granted.field("Cache-Control") == "no-store");
  CHECK(granted.field("Pragma") == "no-cache");
  CHECK(holds(granted, R"("scope":"system/Task.r")"));

  const auto replayed = server.form("app", "system/Task.r");
  CHECK(server.ask("POST", "/auth/token", type, replayed).status == 200);
  const auto refused = server.ask("POST", "/auth/token", type, replayed);
  CHECK(refused.status == 401);
  CHECK(holds(refused, R"("error":"invalid_client")"));

  CHECK(server.ask("GET", "/auth/token").status == 405);
  CHECK(server.ask("POST", "/auth/other", type, "a=b").status == 404);
  CHECK(server.ask("POST", "/auth", type, "a=b").status == 404);
  CHECK(server.ask("POST", "/auth/token", "Content-Type: application/json\r\n", "{}").status ==
        400);
  CHECK(
      server.ask("POST", "/auth/token?scope=a", type, server.form("app", "system/Task.r")).status ==
      400);
  const auto twice = server.ask("POST", "/auth/token", type,
                                server.form("app", "system/Task.r") + "&scope=system/Goal.r");
  CHECK(twice.status == 400);
  CHECK(holds(twice, R"("error":"invalid_request")"));
}

TEST_CASE("a client looks at its token and gives it back over HTTP") {
  ClosedServer server;
  const std::string type = "Content-Type: application/x-www-form-urlencoded\r\n";
  const auto as = server.as("system/Task.rs");
  const auto token = as.substr(22, as.size() - 24);
  const auto form = [&] { return server.form("app", "") + "&token=" + token; };
  CHECK(holds(server.ask("POST", "/auth/introspect", type, form()), R"("active":true)"));
  CHECK(server.ask("GET", "/Task", as).status == 200);
  CHECK(server.ask("POST", "/auth/revoke", type, form()).status == 200);
  CHECK(server.ask("GET", "/Task", as).status == 401);
  CHECK(server.ask("POST", "/auth/introspect", type, form()).body == R"({"active":false})");
}

TEST_CASE("the SMART configuration says where tokens are granted, and how") {
  ClosedServer server;
  const auto answer = server.ask("GET", "/.well-known/smart-configuration");
  CHECK(answer.status == 200);
  CHECK(holds(answer, R"("token_endpoint":"http://test.example/fhir/auth/token")"));
  CHECK(holds(answer, R"("token_endpoint_auth_methods_supported":["private_key_jwt"])"));
  CHECK(holds(answer, R"("grant_types_supported":["client_credentials"])"));
  CHECK(holds(answer, "client-confidential-asymmetric"));
  CHECK(holds(server.ask("GET", "/metadata"), R"("code":"SMART-on-FHIR")"));
}

TEST_CASE("Z15: each interaction needs its right of its type, before anything is looked at") {
  ClosedServer server;
  fill(server);
  const std::string task = R"({"resourceType":"Task","status":"draft","intent":"order"})";
  const std::string patch = "Content-Type: application/merge-patch+json\r\n";
  struct Row {
    std::string method, url, needs, fields, body;
  };
  const auto row = GENERATE_COPY(
      Row{"GET", "/Task/t", "system/Task.r", "", ""},
      Row{"HEAD", "/Task/t", "system/Task.r", "", ""},
      Row{"GET", "/Task/none", "system/Task.r", "", ""},
      Row{"GET", "/Task/t/_history/1", "system/Task.r", "", ""},
      Row{"GET", "/Task/t/_history", "system/Task.r", "", ""},
      Row{"GET", "/Task", "system/Task.s", "", ""},
      Row{"GET", "/Task?status=draft", "system/Task.s", "", ""},
      Row{"POST", "/Task/_search", "system/Task.s", "", ""},
      Row{"GET", "/Task/_history", "system/Task.s", "", ""},
      Row{"GET", "/_history", "system/*.s", "", ""},
      Row{"GET", "/Patient/p/Goal", "system/Goal.s", "", ""},
      Row{"POST", "/Task", "system/Task.c", "", task},
      Row{"POST", "/Task", "system/Task.cs", "If-None-Exist: status=draft\r\n", task},
      Row{"PUT", "/Task/t", "system/Task.u", "",
          R"({"resourceType":"Task","id":"t","status":"draft","intent":"plan"})"},
      Row{"PUT", "/Task?status=draft", "system/Task.us", "", task},
      Row{"PATCH", "/Task/t", "system/Task.u", patch, R"({"intent":"plan"})"},
      Row{"PATCH", "/Task?status=draft", "system/Task.us", patch, R"({"intent":"plan"})"},
      Row{"DELETE", "/Task/t", "system/Task.d", "", ""},
      Row{"DELETE", "/Task?status=draft", "system/Task.ds", "", ""},
      Row{"DELETE", "/Task/t/_history", "system/Task.d", "", ""},
      Row{"GET", "/Task/$meta", "system/Task.r", "", ""},
      Row{"GET", "/$meta", "system/*.r", "", ""},
      Row{"GET", "/Task/t/$meta", "system/Task.r", "", ""},
      Row{"GET", "/Patient/p/$everything", "system/*.rs", "", ""},
      Row{"GET", "/Patient/p/$care-plan", "system/*.rs", "", ""},
      Row{"GET", "/ValueSet/$expand?url=x", "system/ValueSet.r", "", ""},
      Row{"POST", "/Task", "system/Task.c system/Provenance.c",
          "X-Provenance: {\"resourceType\":\"Provenance\"}\r\n", task});
  CAPTURE(row.method, row.url, row.needs, row.fields);
  // With exactly what is needed it is not the scope that anything fails for.
  const auto allowed = server.ask(row.method, row.url, server.as(row.needs) + row.fields, row.body);
  CHECK(allowed.status != 401);
  CHECK(allowed.body.find("is needed") == std::string::npos);
  // Without one letter of it, or of another type alone, it is.
  const auto refused_as = [&](const std::string& scopes) {
    CAPTURE(scopes);
    const auto refused = server.ask(row.method, row.url, server.as(scopes) + row.fields, row.body);
    CHECK(refused.status == 403);
    CHECK(refused.field("WWW-Authenticate").find("insufficient_scope") != std::string::npos);
  };
  refused_as("system/Basic.cruds");
  const auto dot = row.needs.find('.');
  const auto end = std::min(row.needs.find(' '), row.needs.size());
  for (auto at = dot + 1; at < end; ++at) {
    std::string others = "cruds";
    others.erase(others.find(row.needs[at]), 1);
    refused_as(row.needs.substr(0, dot + 1) + others + row.needs.substr(end));
  }
}

TEST_CASE("Z1: what is out of scope is refused alike, there or not") {
  ClosedServer server;
  fill(server);
  const auto as = server.as("system/Goal.rs");
  const auto there = server.ask("GET", "/Task/t", as);
  const auto not_there = server.ask("GET", "/Task/none", as);
  CHECK(there.status == 403);
  CHECK(there.body == not_there.body);
  CHECK(server.ask("GET", "/Task?_id=t", as).body == server.ask("GET", "/Task?_id=none", as).body);
}

TEST_CASE("Z3: a search needs the scope of every type that it looks at") {
  ClosedServer server;
  fill(server);
  struct Row {
    std::string url, scopes;
    int status;
  };
  const auto row =
      GENERATE(Row{"/Goal?subject:Patient.name=Elm", "system/Goal.s", 403},
               Row{"/Goal?subject:Patient.name=Elm", "system/Goal.s system/Patient.r", 403},
               Row{"/Goal?subject:Patient.name=Elm", "system/Goal.s system/Patient.s", 200},
               Row{"/Goal?subject:Patient.general-practitioner:Practitioner.name=Ash",
                   "system/Goal.s system/Patient.s", 403},
               Row{"/Goal?subject:Patient.general-practitioner:Practitioner.name=Ash",
                   "system/Goal.s system/Patient.s system/Practitioner.s", 200},
               Row{"/Patient?_has:Goal:subject:lifecycle-status=active", "system/Patient.s", 403},
               Row{"/Patient?_has:Goal:subject:lifecycle-status=active",
                   "system/Patient.s system/Goal.s", 200},
               Row{"/Goal?_filter=subject.name%20eq%20%22Elm%22", "system/Goal.s", 403},
               Row{"/Goal?subject=Patient/p", "system/Goal.s", 200},
               Row{"/Patient?_sort=name&_total=accurate", "system/Patient.s", 200},
               Row{"/Goal/_history?_list=l", "system/Goal.s", 403},
               Row{"/Goal/_history?_list=l", "system/Goal.s system/List.r", 404},
               Row{"/$explain?_type=Goal&subject:Patient.name=Elm", "system/*.s", 200},
               Row{"/Goal/$explain?subject:Patient.name=Elm", "system/Goal.s", 403});
  CAPTURE(row.url, row.scopes);
  CHECK(server.ask("GET", row.url, server.as(row.scopes)).status == row.status);
}

TEST_CASE("Z4: what is included is what may be read") {
  ClosedServer server;
  fill(server);
  struct Row {
    std::string url, scopes;
    int status;
    bool patient, practitioner;
  };
  const auto row = GENERATE(
      Row{"/Goal?_include=Goal:subject", "system/Goal.rs", 403, false, false},
      Row{"/Goal?_include=Goal:subject", "system/Goal.rs system/Patient.r", 200, true, false},
      Row{"/Goal?_include=Goal:subject", "system/Goal.rs system/Group.r", 200, false, false},
      Row{"/Goal?_include=Goal:subject:Patient", "system/Goal.rs system/Group.r", 403, false,
          false},
      Row{"/Goal?_include=Goal:subject:Patient", "system/Goal.rs system/Patient.r", 200, true,
          false},
      Row{"/Goal?_include=Goal:subject&_include:iterate=Patient:general-practitioner",
          "system/Goal.rs system/Patient.r system/Organization.r", 200, true, false},
      Row{"/Goal?_include=Goal:subject&_include:iterate=Patient:general-practitioner",
          "system/Goal.rs system/Patient.r system/Practitioner.r", 200, true, true},
      Row{"/Goal?_include=Goal:subject", "system/Goal.rs system/*.r", 200, true, false},
      Row{"/Practitioner?_revinclude=Patient:general-practitioner", "system/Practitioner.rs", 403,
          false, false},
      Row{"/Practitioner?_revinclude=Patient:general-practitioner",
          "system/Practitioner.rs system/Patient.r", 200, true, true});
  CAPTURE(row.url, row.scopes);
  const auto answer = server.ask("GET", row.url, server.as(row.scopes));
  CHECK(answer.status == row.status);
  CHECK(holds(answer, "\"Elm\"") == row.patient);
  CHECK(holds(answer, "\"Ash\"") == row.practitioner);
}

TEST_CASE("a search over all types is one over those in scope, and the total counts no other") {
  ClosedServer server;
  fill(server);
  const auto as = server.as("system/Goal.s system/Task.s system/Patient.r");
  for (const auto* url :
       {"/?_total=accurate", "/_search?_total=accurate", "/?_type=Goal,Task&_total=accurate"}) {
    CAPTURE(url);
    const auto found = server.ask("GET", url, as);
    CHECK(found.status == 200);
    CHECK(holds(found, "\"total\":2"));
    CHECK_FALSE(holds(found, "\"Elm\""));
  }
  CHECK(holds(server.ask("GET", "/?_total=accurate", server.as(all)), "\"total\":4"));
  CHECK(server.ask("GET", "/?_type=Patient", as).status == 403);
  CHECK(server.ask("GET", "/?_type=Goal,Patient", as).status == 403);
  CHECK(server.ask("GET", "/?_type=", as).status == 400);
  CHECK(server.ask("GET", "/", server.as("system/Goal.r")).status == 403);
  const auto inside =
      server.ask("GET", "/Patient/p/*", server.as("system/Goal.s system/ValueSet.s"));
  CHECK(inside.status == 200);
  CHECK(holds(inside, "\"walk\""));
  CHECK_FALSE(holds(inside, "\"Elm\""));
}

namespace {

std::string entry(const std::string& method, const std::string& url, const std::string& resource) {
  return R"({"request":{"method":")" + method + R"(","url":")" + url + "\"}" +
         (resource.empty() ? "" : ",\"resource\":" + resource) + "}";
}

}  // namespace

TEST_CASE("Z9: the entries of a batch are authorised one by one, a transaction whole") {
  ClosedServer server;
  fill(server);
  const std::string task = R"({"resourceType":"Task","status":"draft","intent":"order"})";
  const auto entries = entry("GET", "Patient/p", "") + "," + entry("GET", "Goal/g", "") + "," +
                       entry("POST", "Task", task) + "," + entry("DELETE", "Task/t", "") + "," +
                       entry("GET", "Goal?subject:Patient.name=Elm", "") + "," +
                       entry("GET", "Patient/p/$everything", "");
  const auto bundle = [&](const std::string& type) {
    return R"({"resourceType":"Bundle","type":")" + type + R"(","entry":[)" + entries + "]}";
  };
  const auto as = server.as("system/Goal.rs system/Task.c");
  const auto batch = server.ask("POST", "/", as, bundle("batch"));
  REQUIRE(batch.status == 200);
  std::string statuses;
  for (auto at = batch.body.find("\"status\":\""); at != std::string::npos;
       at = batch.body.find("\"status\":\"", at + 1))
    if (const char first = batch.body[at + 10]; first >= '2' && first <= '5')
      statuses += batch.body.substr(at + 10, 3) + " ";
  CHECK(statuses == "403 200 201 403 403 403 ");
  CHECK_FALSE(holds(batch, "\"Elm\""));
  CHECK(server.ask("GET", "/Task/t", server.as(all)).status == 200);

  const auto before = server.ask("GET", "/Task?_summary=count", server.as(all)).body;
  CHECK(server.ask("POST", "/", as, bundle("transaction")).status == 403);
  CHECK(server.ask("GET", "/Task?_summary=count", server.as(all)).body == before);
}

TEST_CASE("a transaction reads as its caller, and its conditional references look as him") {
  ClosedServer server;
  fill(server);
  const auto bundle = [](const std::string& entries) {
    return R"({"resourceType":"Bundle","type":"transaction","entry":[)" + entries + "]}";
  };
  const auto goal = entry("GET", "Goal?_include=Goal:subject", "");
  const std::string task = R"({"resourceType":"Task","status":"draft","intent":"order",)"
                           R"("for":{"reference":"Patient?name=Elm"}})";
  const auto read = bundle(goal + "," +
                           entry("POST", "Task",
                                 R"({"resourceType":"Task",)"
                                 R"("status":"draft","intent":"order"})"));
  CHECK(server.ask("POST", "/", server.as("system/Goal.rs system/Task.c"), read).status == 403);
  CHECK(server.ask("POST", "/", server.as("system/Goal.rs system/Task.c system/Patient.r"), read)
            .status == 200);
  const auto refer = bundle(entry("POST", "Task", task));
  CHECK(server.ask("POST", "/", server.as("system/Task.c"), refer).status == 403);
  CHECK(server.ask("POST", "/", server.as("system/Task.c system/Patient.s"), refer).status == 200);
}

TEST_CASE("who may not read a type is not shown what he writes of it") {
  ClosedServer server;
  fill(server);
  const std::string patch = "Content-Type: application/merge-patch+json\r\n";
  const auto blind = server.ask("PATCH", "/Patient/p", server.as("system/Patient.u") + patch,
                                R"({"gender":"other"})");
  CHECK(blind.status == 200);
  CHECK_FALSE(holds(blind, "Elm"));
  const auto seeing = server.ask("PATCH", "/Patient/p", server.as("system/Patient.ru") + patch,
                                 R"({"gender":"unknown"})");
  CHECK(holds(seeing, "Elm"));
  const auto bundle =
      R"({"resourceType":"Bundle","type":"batch","entry":[)" +
      entry("PATCH", "Patient/p",
            R"({"resourceType":"Binary","contentType":"application/merge-patch+json",)"
            R"("data":"eyJnZW5kZXIiOiJtYWxlIn0="})") +
      "]}";
  const std::string prefer = "Prefer: return=representation\r\n";
  CHECK_FALSE(
      holds(server.ask("POST", "/", server.as("system/Patient.u") + prefer, bundle), "Elm"));
  CHECK(holds(server.ask("POST", "/", server.as("system/Patient.ru") + prefer, bundle), "Elm"));
}

TEST_CASE("what an operation writes needs the rights of its type, whichever brought it") {
  ClosedServer server;
  const auto as = server.as(all);
  const auto put = [&](const std::string& url, const std::string& body) {
    REQUIRE(server.ask("PUT", url, as, body).status == 201);
  };
  put("/Patient/p", R"({"resourceType":"Patient","id":"p"})");
  for (const auto* id : {"practice", "garden"})
    put(std::string("/Organization/") + id,
        R"({"resourceType":"Organization","name":"a","id":")" + std::string(id) + "\"}");
  put("/ServiceRequest/r", R"({"resourceType":"ServiceRequest","id":"r","status":"active",)"
                           R"("intent":"order","subject":{"reference":"Patient/p"},)"
                           R"("requester":{"reference":"Organization/practice"}})");
  put("/Task/t", R"({"resourceType":"Task","id":"t","status":"accepted","intent":"order",)"
                 R"("focus":{"reference":"ServiceRequest/r"},"for":{"reference":"Patient/p"},)"
                 R"("requester":{"reference":"Organization/practice"},)"
                 R"("owner":{"reference":"Organization/garden"}})");
  const std::string outcome =
      R"({"resourceType":"Parameters","parameter":[{"name":"outcome","resource":)"
      R"({"resourceType":"Procedure","status":"completed","code":{"text":"gardening"},)"
      R"("subject":{"reference":"Patient/p"}}}]})";
  const std::string few = "system/Task.ru system/ServiceRequest.ru";
  const auto refused = server.ask("POST", "/Task/t/$complete", server.as(few), outcome);
  CAPTURE(refused.body);
  CHECK(refused.status == 403);
  CHECK(holds(refused, "system/Procedure.c"));
  CHECK(holds(server.ask("GET", "/Procedure?_total=accurate", as), "\"total\":0"));
  CHECK(holds(server.ask("GET", "/Task/t", as), "\"accepted\""));
  const auto done =
      server.ask("POST", "/Task/t/$complete", server.as(few + " system/Procedure.c"), outcome);
  CAPTURE(done.body);
  CHECK(done.status == 200);
  CHECK(holds(server.ask("GET", "/Procedure?_total=accurate", as), "\"total\":1"));
}

TEST_CASE("a review replaces nothing that its caller may not write") {
  ClosedServer server;
  const auto as = server.as(all);
  const auto put = [&](const std::string& url, const std::string& body) {
    REQUIRE(server.ask("PUT", url, as, body).status == 201);
  };
  put("/Patient/p", R"({"resourceType":"Patient","id":"p"})");
  put("/Goal/g", R"({"resourceType":"Goal","id":"g","lifecycleStatus":"active",)"
                 R"("description":{"text":"walk"},"subject":{"reference":"Patient/p"}})");
  put("/CarePlan/c", R"({"resourceType":"CarePlan","id":"c","status":"active","intent":"plan",)"
                     R"("subject":{"reference":"Patient/p"},"goal":[{"reference":"Goal/g"}]})");
  const auto observation = [](const std::string& value) {
    return R"({"resourceType":"Observation","id":"o","status":"final","code":{"text":"mood"},)"
           R"("subject":{"reference":"Patient/p"},"valueString":")" +
           value + "\"}";
  };
  put("/Observation/o", observation("low"));
  const auto review =
      R"({"resourceType":"Parameters","parameter":[{"name":"reviewDue","valueDate":"2999-01-01"},)"
      R"({"name":"observation","resource":)" +
      observation("good") + "}]}";
  const std::string few =
      "system/CarePlan.ru system/Goal.cru system/ServiceRequest.cru system/Task.cru";
  const auto refused = server.ask("POST", "/CarePlan/c/$review", server.as(few), review);
  CAPTURE(refused.body);
  CHECK(refused.status == 403);
  CHECK(holds(refused, "system/Observation.u"));
  CHECK(holds(server.ask("GET", "/Observation/o", as), "low"));
  const auto done =
      server.ask("POST", "/CarePlan/c/$review", server.as(few + " system/Observation.u"), review);
  CAPTURE(done.body);
  CHECK(done.status == 200);
  CHECK(holds(server.ask("GET", "/Observation/o", as), "good"));
}

TEST_CASE("A22, Z13: an answer that is kept is its client's alone") {
  ClosedServer server;
  fill(server);
  const auto as = server.as("system/Goal.s");
  const auto begun = server.ask("GET", "/Goal", as + "Prefer: respond-async\r\n");
  REQUIRE(begun.status == 202);
  const auto at = begun.field("Content-Location").substr(std::string(ClosedServer::base).size());
  RawResponse done;
  for (int i = 0; i < 1000 && done.status != 200; ++i) done = server.ask("GET", at, as);
  CHECK(holds(done, "walk"));
  CHECK(server.ask("GET", at).status == 401);
  const auto other = server.as(all, "hub");
  CHECK(server.ask("GET", at, other).status == 404);
  CHECK(server.ask("DELETE", at, other).status == 404);
  CHECK(server.ask("GET", at, server.as("system/Task.s")).status == 404);
  CHECK(server.ask("GET", at, server.as("system/Goal.rs")).status == 200);
  CHECK(server.ask("DELETE", at, as).status == 202);
}

TEST_CASE("an answer that is made later is made for who asked") {
  ClosedServer server;
  fill(server);
  const auto as = server.as("system/Goal.s");
  const auto begun = server.ask("GET", "/?_total=accurate", as + "Prefer: respond-async\r\n");
  REQUIRE(begun.status == 202);
  const auto at = begun.field("Content-Location").substr(std::string(ClosedServer::base).size());
  RawResponse done;
  for (int i = 0; i < 1000 && done.status != 200; ++i) done = server.ask("GET", at, as);
  CHECK(holds(done, "\"total\":1"));
}

TEST_CASE("every operation that is offered has been given its needs") {
  for (const auto& operation : interaction::operations()) {
    CAPTURE(operation.name, operation.type);
    CHECK(interaction::needs_of(operation).also != "system/*.cruds");
    for (auto also = interaction::needs_of(operation).also; !also.empty();) {
      const auto end = std::min(also.find(' '), also.size());
      CHECK(access::read_scope(also.substr(0, end)));
      also.remove_prefix(std::min(end + 1, also.size()));
    }
  }
}

TEST_CASE("every offer states the right it needs, or is one that is decided by more than a type") {
  using interaction::Interaction;
  for (const auto& offer : interaction::offers()) {
    CAPTURE(offer.about);
    const bool otherwise = is_open(offer.place) || offer.interaction == Interaction::bundle ||
                           offer.interaction == Interaction::operation ||
                           offer.interaction == Interaction::job ||
                           offer.interaction == Interaction::job_cancel;
    CHECK((offer.needs == 0) == otherwise);
  }
}
