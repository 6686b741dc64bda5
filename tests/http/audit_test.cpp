// What the audit tells of requests, and what it is as FHIR.

#include "interaction/audit_events.h"
#include "support/closed_server.h"
#include "support/validator.h"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace fingerpost;
using test::ClosedServer;
using test::RawResponse;

namespace {

constexpr const char* all = "system/*.cruds";
const std::string person =
    R"({"resourceType":"Patient","id":"p","name":[{"family":"Canary"}],"birthDate":"1950-01-01"})";
const std::string other = R"({"resourceType":"Patient","id":"q","name":[{"family":"Canary"}]})";
const std::string goal =
    R"({"resourceType":"Goal","id":"g","lifecycleStatus":"active","description":{"text":"walk"},)"
    R"("subject":{"reference":"Patient/p"}})";

std::vector<store::AuditRow> rows(ClosedServer& server) {
  const auto reader = server.store().reader();
  REQUIRE(reader);
  store::AuditQuery query;
  query.limit = 1000;
  const auto page = (*reader)->audit(query);
  REQUIRE(page);
  return page->rows;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

void fill(ClosedServer& server) {
  const auto as = server.as(all);
  REQUIRE(server.ask("PUT", "/Patient/p", as, person).status == 201);
  REQUIRE(server.ask("PUT", "/Patient/q", as, other).status == 201);
  REQUIRE(server.ask("PUT", "/Goal/g", as, goal).status == 201);
}

std::string entry(const std::string& method, const std::string& url, const std::string& body = "") {
  return "{" + (body.empty() ? "" : R"("resource":)" + body + ",") + R"("request":{"method":")" +
         method + R"(","url":")" + url + R"("}})";
}

std::string bundle(const std::string& type, const std::string& entries) {
  return R"({"resourceType":"Bundle","type":")" + type + R"(","entry":[)" + entries + "]}";
}

}  // namespace

TEST_CASE(
    "L5: each request has its place in the audit, the one that is refused like the one that is "
    "done") {
  struct Row {
    const char *method, *url;
    std::string body;
    int status;
    std::vector<std::string> says;  // the newest row
  };
  const auto row = GENERATE(
      Row{"GET",
          "/Patient/p",
          "",
          200,
          {R"("did":"read")", R"("client":"app")", R"("organisation":"A81001")",
           R"("purpose":"direct-care")", R"("asked":"Patient/p")",
           R"("read":["Patient/p/_history/1"])", R"( Patient/p"])"}},
      Row{"GET", "/Patient/p/_history/1", "", 200, {R"("did":"vread")", R"("read":["Patient/p/)"}},
      Row{"GET",
          "/Goal/g/_history",
          "",
          200,
          {R"("did":"history")", R"("read":["Goal/g/_history/1"])", R"( Patient/p"])"}},
      Row{"GET",
          "/Patient?family=Canary&birthdate=1950-01-01",
          "",
          200,
          {R"("did":"search-type")", R"("asked":"Patient?family&birthdate")",
           R"("read":["Patient/p/_history/1"])"}},
      Row{"GET",
          "/Goal?_include=Goal:subject",
          "",
          200,
          {R"("read":["Goal/g/_history/1","Patient/p/_history/1"])"}},
      Row{"GET", "/Patient/p/Goal", "", 200, {R"("asked":"Patient/p/Goal")", "Goal/g/_history/1"}},
      Row{"GET",
          "/Patient/p/$everything",
          "",
          200,
          {R"("did":"$everything")", "Goal/g/_history/1", "Patient/p/_history/1"}},
      Row{"GET",
          "/Patient/nobody",
          "",
          404,
          {R"("did":"read")", R"("status":404)", R"("client":"app")",
           R"("asked":"Patient/nobody")"}},
      Row{"GET",
          "/Patient?colour=Canary",
          "",
          400,
          {R"("status":400)", R"("asked":"Patient?colour")"}},
      Row{"POST",
          "/Goal",
          goal,
          201,
          {R"("did":"create")", R"("client":"app")", R"("wrote":["C Goal/)", R"( Patient/p"])"}},
      Row{"PUT", "/Goal/g", goal, 200, {R"("did":"update")", R"("wrote":["U Goal/g/_history/2"])"}},
      Row{"DELETE",
          "/Goal/g",
          "",
          204,
          {R"("did":"delete")", R"("wrote":["D Goal/g/_history/2"])"}},
      Row{"PUT",
          "/Goal/g",
          R"({"resourceType":"Goal","id":"other"})",
          422,
          {R"("did":"update")", R"("status":422)", R"("asked":"Goal/g")"}},
      Row{"POST",
          "/",
          bundle("batch", entry("GET", "Patient/p") + "," + entry("PUT", "Goal/g", goal)),
          200,
          {R"("did":"batch")", R"("read":["Patient/p/_history/1"])"}},
      Row{"POST",
          "/",
          bundle("batch", entry("GET", "Patient/nobody")),
          200,
          {R"("did":"batch")", R"("status":404)"}},
      Row{"POST",
          "/",
          bundle("transaction", entry("PUT", "Goal/g", goal) + "," + entry("GET", "Patient/p")),
          200,
          {R"("did":"transaction")", R"("read":["Patient/p/_history/1"])"}},
      Row{"POST",
          "/",
          bundle("transaction", entry("PUT", "Goal/g", goal)),
          200,
          {R"("did":"transaction")", R"("wrote":["U Goal/g/_history/2"])"}},
      Row{"POST",
          "/",
          bundle("batch", entry("GET", "Patient/p/$everything")),
          200,
          {R"("did":"batch")", "Goal/g/_history/1", R"( Patient/p"])"}},
      Row{"GET",
          "/Patient/p/AuditEvent",
          "",
          200,
          {R"("did":"search-type")", R"("asked":"Patient/p/AuditEvent")"}},
      Row{"GET", "/Nonsense/1", "", 404, {R"("status":404)"}});
  CAPTURE(row.method, row.url, row.body);
  ClosedServer server;
  fill(server);
  const auto before = rows(server).size();
  const auto answer = server.ask(row.method, row.url, server.as(all), row.body);
  REQUIRE(answer.status == row.status);
  const auto after = rows(server);
  REQUIRE(after.size() > before);
  for (const auto& part : row.says) {
    CAPTURE(after.back().text, part);
    CHECK(has(after.back().text, part));
  }
  store::AuditCheck check;
  for (const auto& one : after) {
    CHECK_FALSE(has(one.text, "Canary"));
    CHECK_FALSE(has(one.text, "1950-01-01"));
    CHECK(check.take(one).empty());
  }
}

TEST_CASE("what a conditional create finds is handed out, and told of so") {
  ClosedServer server;
  const auto as = server.as(all);
  const std::string known =
      R"({"resourceType":"Patient","identifier":[{"system":"urn:x","value":"1"}]})";
  REQUIRE(server.ask("POST", "/Patient", as, known).status == 201);
  const auto condition = "If-None-Exist: identifier=urn:x|1\r\n" + as;
  REQUIRE(server.ask("POST", "/Patient", condition, known).status == 200);
  const auto text = rows(server).back().text;
  CAPTURE(text);
  CHECK(has(text, R"("did":"create")"));
  CHECK(has(text, R"("read":["Patient/)"));
  REQUIRE(server.ask("POST", "/Patient", "Prefer: return=minimal\r\n" + condition, known).status ==
          200);
  CHECK_FALSE(has(rows(server).back().text, R"("read")"));
}

TEST_CASE("the audit of a patient's compartment is his, and is not searched for beside others") {
  ClosedServer server;
  fill(server);
  const auto as = server.as(all);
  const auto his = server.ask("GET", "/Patient/p/AuditEvent", as);
  REQUIRE(his.status == 200);
  CHECK(count(his.body, R"("resourceType":"AuditEvent")") == 2);
  for (const char* url :
       {"/?_type=AuditEvent", "/?_type=Patient,AuditEvent",
        "/Patient?_revinclude=AuditEvent:patient", "/Patient?_has:AuditEvent:patient:action=R",
        "/AuditEvent/_history", "/Practitioner/p/AuditEvent"}) {
    CAPTURE(url);
    CHECK(server.ask("GET", url, as).status == 400);
  }
}

TEST_CASE("who has no token is told of in the audit, without a name") {
  ClosedServer server;
  CHECK(server.ask("GET", "/Patient/p?family=Canary").status == 401);
  const auto all_rows = rows(server);
  REQUIRE(all_rows.size() == 1);
  CHECK(has(all_rows[0].text, R"({"did":"request","at":)"));
  CHECK(has(all_rows[0].text, R"("status":401}])"));
}

TEST_CASE("L5: who has no name leaves nothing of his own in the audit") {
  ClosedServer server;
  for (const char* url : {"/metadata?canary1=1", "/openapi.json?canary2=1", "/Patient/canary3"})
    CHECK(server.ask("POST", url, "X-Request-Id: canary4\r\n", "{}").status >= 400);
  CHECK(server.ask("GET", "/metadata?canary5=1").status == 400);
  for (const auto& row : rows(server)) {
    CAPTURE(row.text);
    CHECK_FALSE(has(row.text, "asked"));
    CHECK_FALSE(has(row.text, "canary5"));
  }
}

TEST_CASE("who may not ask is told of with his name; what describes the gateway is not told of") {
  ClosedServer server;
  const auto as = server.as("system/Goal.r");
  REQUIRE(server.ask("GET", "/metadata", as).status == 200);
  CHECK(rows(server).empty());
  REQUIRE(server.ask("GET", "/Patient/p", as).status == 403);
  const auto all_rows = rows(server);
  REQUIRE(all_rows.size() == 1);
  CHECK(has(all_rows[0].text, R"("status":403,"client":"app")"));
}

TEST_CASE("Z20, L3: nobody writes, changes or deletes an AuditEvent") {
  const std::string event =
      R"({"resourceType":"AuditEvent","id":"1-1","type":{"code":"rest"},"recorded":)"
      R"("2026-01-01T00:00:00Z","agent":[{"requestor":true}],"source":{"observer":{"display":"x"}}})";
  const std::string parameters = R"({"resourceType":"Parameters"})";
  struct Row {
    const char *method, *url;
    std::string body;
    bool alone = true;
  };
  const auto row = GENERATE_COPY(
      Row{"POST", "/AuditEvent", event}, Row{"PUT", "/AuditEvent/1-1", event},
      Row{"PUT", "/AuditEvent/x", event}, Row{"DELETE", "/AuditEvent/1-1", ""},
      Row{"DELETE", "/AuditEvent/1-1/_history", ""},
      Row{"POST", "/AuditEvent/1-1/$expunge", parameters},
      Row{"POST", "/", bundle("transaction", entry("PUT", "AuditEvent/1-1", event))},
      Row{"POST", "/", bundle("transaction", entry("DELETE", "AuditEvent/1-1")), false},
      Row{"POST", "/", bundle("batch", entry("POST", "AuditEvent", event)), false});
  CAPTURE(row.method, row.url, row.body);
  ClosedServer server;
  server.context().may_expunge = true;
  fill(server);
  const auto before = rows(server);
  const auto answer = server.ask(row.method, row.url, server.as(all), row.body);
  CAPTURE(answer.body);
  if (row.alone) {
    CHECK(answer.status >= 400);
    CHECK(answer.status < 500);
  }
  CHECK_FALSE(has(answer.body, R"("status":"201)"));
  const auto after = rows(server);
  for (std::size_t i = 0; i < before.size(); ++i) {
    CHECK(after[i].text == before[i].text);
    CHECK(after[i].hash == before[i].hash);
  }
  CHECK(server.ask("GET", "/AuditEvent/1-1", server.as(all)).status == 200);
  CHECK(server.ask("GET", "/AuditEvent/x", server.as(all)).status == 404);
}

TEST_CASE(
    "AuditEvents are read and searched by whom they are about, by whom, when and what came of it") {
  ClosedServer server;
  fill(server);
  const auto as = server.as(all);
  REQUIRE(server.ask("GET", "/Patient/q", server.as(all, "hub")).status == 200);
  REQUIRE(server.ask("GET", "/Goal/none", as).status == 404);
  struct Row {
    const char* query;
    std::vector<std::string> ids;
  };
  const auto row = GENERATE(
      Row{"", {"5-1", "4-1", "3-1", "2-1", "1-1"}}, Row{"?_id=2-1", {"2-1"}}, Row{"?_id=x", {}},
      Row{"?patient=p", {"3-1", "1-1"}}, Row{"?patient=Patient/q", {"4-1", "2-1"}},
      Row{"?entity=Goal/g", {"3-1"}}, Row{"?agent:identifier=hub", {"4-1"}},
      Row{"?action=R", {"5-1", "4-1"}}, Row{"?action=C", {"3-1", "2-1", "1-1"}},
      Row{"?outcome=4", {"5-1"}}, Row{"?outcome=0&action=R", {"4-1"}},
      Row{"?date=ge2020", {"5-1", "4-1", "3-1", "2-1", "1-1"}}, Row{"?date=lt2020", {}},
      Row{"?date=le2020", {}}, Row{"?date=2020-01-01", {}}, Row{"?patient=nobody", {}});
  CAPTURE(row.query);
  const auto answer = server.ask("GET", std::string("/AuditEvent") + row.query, as);
  CAPTURE(answer.body);
  REQUIRE(answer.status == 200);
  std::string ids, expected;
  for (auto at = answer.body.find(R"("AuditEvent","id":")"); at != std::string::npos;
       at = answer.body.find(R"("AuditEvent","id":")", at + 1)) {
    const auto begin = at + 19;
    ids += answer.body.substr(begin, answer.body.find('"', begin) - begin) + " ";
  }
  for (const auto& id : row.ids) expected += id + " ";
  CHECK(ids == expected);
  CHECK_FALSE(has(answer.body, "Canary"));
}

TEST_CASE("a Patient who is created is found in the audit by the id that he was given") {
  ClosedServer server;
  const auto as = server.as(all);
  const auto created = server.ask("POST", "/Patient", as, person);
  REQUIRE(created.status == 201);
  const std::string before = R"("resourceType":"Patient","id":")";
  const auto begin = created.body.find(before) + before.size();
  const auto id = created.body.substr(begin, created.body.find('"', begin) - begin);
  CHECK(id != "p");
  CHECK(count(server.ask("GET", "/AuditEvent?patient=" + id, as).body,
              R"("resourceType":"AuditEvent")") == 1);
  CHECK(count(server.ask("GET", "/AuditEvent?patient=p", as).body,
              R"("resourceType":"AuditEvent")") == 0);
}

TEST_CASE("a search for AuditEvents goes on by its next link, which is its client's alone") {
  ClosedServer server;
  fill(server);
  const auto as = server.as(all);
  const auto first = server.ask("GET", "/AuditEvent?action=C&_count=2", as);
  REQUIRE(first.status == 200);
  const auto begin = first.body.find("/AuditEvent?", first.body.find(R"("next")"));
  REQUIRE(begin != std::string::npos);
  const auto next = first.body.substr(begin, first.body.find('"', begin) - begin);
  const auto second = server.ask("GET", next, as);
  REQUIRE(second.status == 200);
  CHECK(has(second.body, R"("id":"1-1")"));
  CHECK(count(second.body, R"("resourceType":"AuditEvent")") == 1);
  CHECK(server.ask("GET", next, server.as(all, "hub")).status == 400);
  CHECK(server.ask("GET", "/AuditEvent?action=R&_cursor=12", as).status == 400);
}

TEST_CASE("what AuditEvents are not searched by is refused") {
  ClosedServer server;
  const auto* const query = GENERATE("agent=Patient/p", "type=rest", "patient=p,q", "_sort=date",
                                     "entity=p", "date=soon", "agent-name=x", "_include=*");
  CAPTURE(query);
  CHECK(server.ask("GET", std::string("/AuditEvent?") + query, server.as(all)).status == 400);
}

TEST_CASE("every AuditEvent is one to R4's definitions") {
  ClosedServer server;
  fill(server);
  const auto as = server.as(all);
  server.ask("GET", "/Patient?family=Canary", as);
  server.ask("GET", "/Patient/none", "X-Request-Id: r-1\r\n" + as);
  server.ask("GET", "/Patient/none");
  server.ask("DELETE", "/Goal/g", as);
  server.ask("POST", "/", as,
             bundle("batch", entry("GET", "Patient/p") + "," + entry("PUT", "Goal/g", goal)));
  store::Unit message;
  message.inbox = store::InboxRow{};
  message.inbox->source = "mllp";
  message.inbox->key = "k";
  REQUIRE(store::commit_now(server.store(), std::move(message)));
  test::Checked checked;
  std::size_t seen = 0;
  for (const auto& row : rows(server))
    for (const auto& event : interaction::audit_events(Limits{}, row)) {
      CAPTURE(event.body);
      CHECK(checked.errors(event.body).empty());
      ++seen;
    }
  CHECK(seen == 10);
}

TEST_CASE("A22: what is answered later is told of when its work is done") {
  ClosedServer server;
  fill(server);
  const auto as = server.as(all);
  const auto accepted = server.ask("GET", "/Goal", "Prefer: respond-async\r\n" + as);
  REQUIRE(accepted.status == 202);
  const auto where = accepted.field("Content-Location");
  const auto job = where.substr(where.find("/_async/"));
  auto answer = server.ask("GET", job, as);
  while (answer.status == 202) answer = server.ask("GET", job, as);
  REQUIRE(answer.status == 200);
  const auto all_rows = rows(server);
  REQUIRE(all_rows.size() == 4);
  CHECK(has(all_rows[3].text, R"("did":"search-type")"));
  CHECK(has(all_rows[3].text, R"("client":"app")"));
  CHECK(has(all_rows[3].text, R"("read":["Goal/g/_history/1"])"));
}
