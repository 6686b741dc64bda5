// What the operations of care say: who may do what now, what was delivered, and where an error is.

#include "support/care_server.h"

#include <string>

using namespace fingerpost;
using test::holds;
using Server = test::CareServer;

namespace {

std::string reference(const std::string& name, const std::string& to) {
  return R"({"name":")" + name + R"(","valueReference":{"reference":")" + to + R"("}})";
}

struct Asked : Server {
  Asked() {
    put_organizations({{"practice", "PRAC1"}, {"garden", "GARDEN"}});
    put(R"({"resourceType":"Patient","id":"p1"})");
    put(R"({"resourceType":"ServiceRequest","id":"r1","status":"active","intent":"order",)"
        R"("subject":{"reference":"Patient/p1"},"requester":{"reference":)"
        R"("Organization/practice"}})");
  }
  std::string refer(const std::string& parameters) {
    const auto answer = operate("/ServiceRequest/r1/$refer", parameters);
    INFO(answer.body);
    REQUIRE(answer.status == 201);
    return "/Task/" + of(answer.body, "id");
  }
  std::string told(const std::string& part) {
    return of(ask("GET", "/ServiceRequest/r1/$where-is-it").body,
              "parameter.where(name = 'referral').part.where(name = '" + part + "').value");
  }
  // As the outbox worker does when a partner has acknowledged it.
  void deliver(std::int64_t id) {
    store::Unit unit;
    auto& update = unit.outbox_updates.emplace_back();
    update.id = id;
    update.status = store::OutboxStatus::delivered;
    REQUIRE(commit_now(*fhir.store, std::move(unit)));
  }
};

}  // namespace

TEST_CASE("who may do what is what would be accepted now") {
  Asked server;
  const auto task = server.refer(reference("owner", "Organization/garden"));
  CHECK(server.told("requesterMay") == "ask-cancel, mark-wrong");
  CHECK(server.told("ownerMay") == "acknowledge, accept, reject, give-back");
  REQUIRE(server.operate(task + "/$cancel", R"({"name":"reason","valueString":"moved"})").status ==
          200);
  CHECK(server.told("requesterMay") == "none");  // until the answer is overdue
}

TEST_CASE("a referral that nobody owns can but be claimed, and the answer tells how") {
  Asked server;
  const auto task = server.refer(reference("agent", "Organization/practice"));
  CHECK(server.told("ownerMay") == "accept");
  const auto refused = server.operate(task + "/$accept", reference("agent", "Organization/garden"));
  CHECK(refused.status == 422);
  CHECK(holds(refused, "parameter owner of $accept"));
  CHECK(server.operate(task + "/$accept", reference("owner", "Organization/garden")).status == 200);
}

TEST_CASE("where it is has the last message that was delivered, and those that were not") {
  Asked server;
  const auto task = server.refer(reference("owner", "Organization/garden"));
  const auto where = [&](const std::string& holds) {
    const auto told = server.ask("GET", "/ServiceRequest/r1/$where-is-it");
    INFO(told.body);
    return server.is(told, "parameter.where(name = 'referral')." + holds);
  };
  const std::string delivered = "part.where(name = 'delivered')";
  CHECK(where(delivered + ".empty()"));
  server.deliver(server.outbox()[0].id);
  CHECK(where(delivered + ".part.where(name = 'to').value = 'garden'"));
  CHECK(where("part.where(name = 'undelivered').empty()"));
  REQUIRE(server.operate(task + "/$cancel", R"({"name":"reason","valueString":"moved"})").status ==
          200);
  CHECK(where(delivered + ".count() = 1"));
  CHECK(where("part.where(name = 'undelivered').part.where(name = 'status').value = 'waiting'"));
  server.deliver(server.outbox()[1].id);
  CHECK(where(delivered + ".part.where(name = 'key').value = '" +
              server.outbox()[1].idempotency_key + "'"));
}

TEST_CASE("where it is tells of this referral alone, and what was never sent as not delivered") {
  Asked server;
  server.put(R"({"resourceType":"ServiceRequest","id":"r2","status":"active","intent":"order",)"
             R"("subject":{"reference":"Patient/p1"},"requester":{"reference":)"
             R"("Organization/practice"}})");
  server.refer(reference("owner", "Organization/garden"));
  server.deliver(server.outbox()[0].id);
  const auto second =
      server.operate("/ServiceRequest/r2/$refer", reference("owner", "Organization/garden") +
                                                      R"(,{"name":"force","valueBoolean":true})");
  REQUIRE(second.status == 201);
  store::Unit unit;
  auto& update = unit.outbox_updates.emplace_back();
  update.id = server.outbox()[1].id;
  update.status = store::OutboxStatus::cancelled;
  REQUIRE(commit_now(*server.fhir.store, std::move(unit)));
  const auto told = server.ask("GET", "/ServiceRequest/r2/$where-is-it");
  INFO(told.body);
  const std::string parts = "parameter.where(name = 'referral').part";
  CHECK(server.is(told, parts + ".where(name = 'delivered').empty()"));
  CHECK(server.is(told, parts + ".where(name = 'undelivered').part.where(name = 'status').value = "
                                "'cancelled'"));
}

TEST_CASE("an error is where the mistake is") {
  struct Row {
    std::string url;
    std::string parameters;
    int status;
    const char* where;
  };
  Asked server;
  const auto task = server.refer(reference("owner", "Organization/garden"));
  server.put(R"({"resourceType":"CarePlan","id":"c","status":"active","intent":"plan","subject":)"
             R"({"reference":"Patient/p1"}})");
  server.put(R"({"resourceType":"Group","id":"k","type":"person","actual":false,"characteristic":[)"
             R"({"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/cqf-expression",)"
             R"("valueExpression":{"language":"application/x-fhir-query","expression":)"
             R"("Patient?famly=x"}}],"code":{"text":"x"},"valueBoolean":true,"exclude":false}]})");
  REQUIRE(server.operate(task + "/$cancel", R"({"name":"reason","valueString":"moved"})").status ==
          200);
  const std::string cancel = task + "/$cancel";
  const auto row = GENERATE_COPY(
      Row{"/ServiceRequest/r1/$refer", R"({"name":"owner","valueString":"garden"})", 400, "owner"},
      Row{"/CarePlan/c/$review", R"({"name":"reviewDue","valueString":"soon"})", 400, "reviewDue"},
      Row{"/CarePlan/c/$review", R"({"name":"reviewDue","valueDateTime":"2999-01-01"})", 400,
          "valueDate"},
      Row{"/Group/k/$evaluate-cohort", "", 422, "Group.characteristic[0]"},
      Row{cancel,
          R"({"name":"by","valueCode":"owner"},)" + reference("agent", "Organization/practice"),
          403, "belongs to the owner"});
  CAPTURE(row.url);
  const auto refused = server.operate(row.url, row.parameters);
  INFO(refused.body);
  CHECK(refused.status == row.status);
  CHECK(holds(refused, row.where));
}
