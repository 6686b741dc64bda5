// BaRS messages as a peer posts them: kept, applied and answered in one commit.

#include "base/base64.h"
#include "exchange/intake.h"
#include "profile/validate.h"
#include "support/translator.h"
#include "wire/json_view.h"
#include "world.h"

using namespace fingerpost;
using namespace fingerpost::exchange;
using namespace fingerpost::test;

namespace {

std::string with(std::string text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

// A surgery asks the links, or is asked by them, in the sample's words.
struct Peers : World {
  Intake intake{parts};
  Speaker speaker = anybody();

  Peers() {
    partners.list[0].identifiers = {{std::string(ods), "A99999"}};
    partners.list[1].identifiers = {{"https://fhir.nhs.uk/Id/dos-service-id", "111111111"},
                                    {std::string(ods), "X99999"}};
    partners.list[1].channel = Channel::none;
    parts.translate = [](Format format, const std::string& bytes, const TranslateOptions& options) {
      return translator().translate(format, bytes, options);
    };
  }

  TakenMessage take(BarsRequest request) {
    std::optional<TakenMessage> taken;
    request.speaker = speaker;
    intake.take_bars(
        std::move(request), [](const std::function<void()>& piece) { piece(); },
        [&](TakenMessage made) { taken = std::move(made); });
    REQUIRE(taken);
    return *taken;
  }
  TakenMessage take(const std::string& bytes) { return take(BarsRequest{bytes, "", "", ""}); }

  std::string only(const std::string& type) {
    store::HistoryQuery query;
    query.type = type;
    const auto page = reader()->history(query);
    REQUIRE(page);
    std::string newest;
    for (const auto& version : page->versions)
      if (newest.empty()) newest = version.body;
    return newest;
  }
};

std::string sample() {
  return read_file(project() / "mappings/bars/samples/referral-request.json");
}
// Another message about the same referral.
std::string update(std::string_view id, std::string_view time, std::string_view status = "active") {
  auto text = with(sample(), "\"code\": \"new\"", "\"code\": \"update\"");
  text = with(text, "urn:uuid:00000000-0000-4000-8000-000000000001", "urn:uuid:" + std::string(id));
  text = with(text, "\"timestamp\": \"2026-10-05T09:30:00+01:00\"",
              "\"timestamp\": \"" + std::string(time) + "\"");
  return with(text, R"("status": "active",
    "intent")",
              R"("status": ")" + std::string(status) + R"(",
    "intent")");
}
const std::string second = "00000000-0000-4000-8000-0000000000a2";
const std::string third = "00000000-0000-4000-8000-0000000000a3";

std::string code_of(const TakenMessage& taken) {
  const auto document = wire::parse_json(taken.answer, {});
  REQUIRE(document);
  const wire::JsonView view(*document);
  if (view["resourceType"].text() == "Bundle")
    return std::string(view["entry"].first()["resource"]["response"]["code"].text());
  return std::string(view["issue"].first()["details"]["coding"].first()["code"].text());
}

}  // namespace

TEST_CASE("a BaRS request is kept, applied and answered, and says nothing of its acceptance") {
  Peers peers;
  const auto taken = peers.take(sample());
  CAPTURE(taken.answer);
  REQUIRE_FALSE(taken.refused);
  CHECK(code_of(taken) == "ok");
  CHECK(taken.answer.find("\"identifier\":\"00000000-0000-4000-8000-000000000001\"") !=
        std::string::npos);
  CHECK(taken.answer.find("ServiceRequest") == std::string::npos);
  CHECK(taken.answer.find("Sample") == std::string::npos);
  CHECK(taken.answer.find("\"https://fhir.nhs.uk/Id/dos-service-id|222222222\"") !=
        std::string::npos);
  const auto answer = model::read_json(definitions(), taken.answer, Limits{});
  REQUIRE(answer);
  CHECK_FALSE(has_errors(profile::validate(definitions(), answer->tree, answer->tree.root(), {})));
  CHECK(peers.only("Task").find("\"status\":\"requested\"") != std::string::npos);
  const auto rows = peers.inbox();
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].status == store::InboxStatus::applied);
  CHECK(rows[0].source == "practice");
  CHECK(peers.reader()->inbox_row(rows[0].id)->raw == sample());
  CHECK(peers.only("Provenance").find("bars message") != std::string::npos);
}

TEST_CASE("the same BaRS message again is answered as before, others under its id are refused") {
  Peers peers;
  const auto first = peers.take(BarsRequest{sample(), "request-1", "", ""});
  peers.clock.advance(5'000'000);
  const auto again = peers.take(BarsRequest{sample(), "request-2", "", ""});
  CHECK(again.duplicate);
  CHECK(again.answer == first.answer);
  const auto task = peers.only("Task");
  const auto other = with(sample(), "Would like to meet people.", "Something else.");
  const auto refused = peers.take(other);
  REQUIRE(refused.refused);
  CHECK(refused.refused->kind == Kind::conflict);
  CHECK(code_of(refused) == "REC_CONFLICT");
  CHECK(peers.only("Task") == task);
  CHECK(peers.inbox().size() == 2);
  CHECK(peers.intake.counts().conflicts == 1);
  CHECK(code_of(peers.take(other)) == "REC_CONFLICT");
  CHECK(peers.inbox().size() == 2);
}

TEST_CASE("a BaRS message is taken of a client that speaks for its sender, and no other is kept") {
  struct Row {
    Speaker speaker;
    bool may;
  };
  const auto row =
      GENERATE(Row{{false, "A99999", {}}, true}, Row{{false, "B1", {"practice"}}, true},
               Row{{false, "X99999", {}}, false}, Row{{false, "B1", {"links"}}, false},
               Row{{}, false}, Row{anybody(), true});
  CAPTURE(row.speaker.organisation, row.speaker.partners);
  Peers peers;
  peers.speaker = row.speaker;
  const auto taken = peers.take(sample());
  CHECK(taken.refused.has_value() == !row.may);
  CHECK(peers.inbox().size() == (row.may ? 1 : 0));
  if (row.may) return;
  CHECK(taken.refused->kind == Kind::forbidden);
  CHECK(taken.answer.find("does not speak for the sender") != std::string::npos);
  // Nor does what a partner has sent answer another client's repetition.
  peers.speaker = anybody();
  REQUIRE_FALSE(peers.take(sample()).refused);
  peers.speaker = row.speaker;
  CHECK(peers.take(sample()).refused);
}

TEST_CASE("a BaRS message of nobody's partner is its own organisation's alone") {
  Peers peers;
  peers.partners.list.erase(peers.partners.list.begin());
  peers.speaker = {false, "B1", {}};
  CHECK(peers.take(sample()).refused->kind == Kind::forbidden);
  peers.speaker = {false, "A99999", {}};
  const auto taken = peers.take(sample());
  CHECK((!taken.refused || taken.refused->kind != Kind::forbidden));
}

TEST_CASE("a BaRS message without an id is known by its request") {
  Peers peers;
  const auto nameless =
      with(sample(), R"("fullUrl": "urn:uuid:00000000-0000-4000-8000-000000000001",)", "");
  const auto none = peers.take(nameless);
  REQUIRE(none.refused);
  CHECK(none.refused->where == "MessageHeader.id");
  CHECK_FALSE(peers.take(BarsRequest{nameless, "request-1", "", ""}).refused);
  CHECK(peers.take(BarsRequest{nameless, "request-1", "", ""}).duplicate);
}

TEST_CASE("an older BaRS update that comes late changes nothing, but a cancellation ends") {
  Peers peers;
  REQUIRE_FALSE(peers.take(sample()).refused);
  REQUIRE_FALSE(peers
                    .take(with(update(second, "2026-10-07T09:30:00+01:00"),
                               "Would like to meet people.", "Newest words."))
                    .refused);
  REQUIRE_FALSE(peers
                    .take(with(update(third, "2026-10-06T09:30:00+01:00"),
                               "Would like to meet people.", "Older words."))
                    .refused);
  CHECK(peers.only("ServiceRequest").find("Newest words.") != std::string::npos);
  REQUIRE_FALSE(peers
                    .take(update("00000000-0000-4000-8000-0000000000a4",
                                 "2026-10-06T10:00:00+01:00", "revoked"))
                    .refused);
  const auto ended = peers.only("ServiceRequest");
  CHECK(ended.find("\"status\":\"revoked\"") != std::string::npos);
  CHECK(ended.find("Newest words.") != std::string::npos);
  CHECK(peers.only("Task").find("\"status\":\"cancelled\"") != std::string::npos);
}

TEST_CASE("a BaRS update about another patient is refused, and nothing moves") {
  Peers peers;
  REQUIRE_FALSE(peers.take(sample()).refused);
  const auto before = peers.only("ServiceRequest");
  auto text = update(second, "2026-10-07T09:30:00+01:00");
  // Everywhere: another entry, another number.
  for (auto at = text.find("000000000003"); at != std::string::npos;
       at = text.find("000000000003", at))
    text.replace(at, 12, "000000000099");
  text = with(text, "9990000018", "9990000026");
  const auto refused = peers.take(text);
  REQUIRE(refused.refused);
  CHECK(refused.refused->where == "ServiceRequest.subject");
  CHECK(code_of(refused) == "REC_CONFLICT");
  CHECK(peers.only("ServiceRequest") == before);
}

TEST_CASE("what cannot be used of a BaRS message is answered in BaRS's codes and kept") {
  struct Row {
    const char* what;
    std::string bytes;
    std::string target;
    Kind kind;
    const char* where;
  };
  const auto row = GENERATE(
      Row{"no JSON", "{", "", Kind::invalid, nullptr},
      Row{"no message", R"({"resourceType":"Patient"})", "", Kind::invalid, "Bundle.type"},
      Row{"no header", R"({"resourceType":"Bundle","type":"message"})", "", Kind::invalid,
          "Bundle.entry"},
      Row{"a target that is no Base64", sample(), "{}", Kind::invalid, "NHSD-Target-Identifier"},
      Row{"a target that is no identifier", sample(), to_base64("[1]", Base64::plain),
          Kind::invalid, "NHSD-Target-Identifier"},
      Row{"an event that is none",
          with(sample(), "servicerequest-request\"\n    },", "booking-request\"\n    },"), "",
          Kind::invalid, nullptr});
  CAPTURE(row.what);
  Peers peers;
  const auto taken = peers.take(BarsRequest{row.bytes, "request-1", row.target, ""});
  CAPTURE(taken.answer);
  REQUIRE(taken.refused);
  CHECK(taken.refused->kind == row.kind);
  if (row.where != nullptr) CHECK(taken.refused->where == row.where);
  CHECK(code_of(taken) == "REC_BAD_REQUEST");
  REQUIRE(peers.inbox().size() == 1);
  CHECK(peers.inbox()[0].status == store::InboxStatus::refused);
  CHECK(peers.only("Task").empty());
}

TEST_CASE("a BaRS message that was refused is taken when an operator tries it again") {
  Peers peers;
  peers.partners.list[1].identifiers = {{std::string(ods), "ELSEWHERE"}};
  const auto refused = peers.take(sample());
  REQUIRE(refused.refused);
  CHECK(refused.refused->kind == Kind::not_found);
  CHECK(code_of(refused) == "REC_NOT_FOUND");
  peers.partners.list[1].identifiers = {{std::string(ods), "X99999"}};
  auto row = *peers.reader()->inbox_row(peers.inbox().at(0).id);
  store::Unit again;
  auto& update = again.inbox_updates.emplace_back();
  update.id = row.id;
  update.status = store::InboxStatus::received;
  REQUIRE(commit_now(*peers.store, std::move(again)));
  row.status = store::InboxStatus::received;
  bool finished = false;
  peers.intake.finish(row, [&](const Result<std::string>& done) { finished = bool(done); });
  CHECK(finished);
  CHECK(peers.only("Task").find("\"status\":\"requested\"") != std::string::npos);
  const auto repeated = peers.take(sample());
  CHECK(repeated.duplicate);
  CHECK(code_of(repeated) == "ok");
}

TEST_CASE("headers of BaRS say who sends where the message does not") {
  Peers peers;
  const auto user = to_base64(
      R"({"resourceType":"Organization","identifier":[{"system":"https://fhir.nhs.uk/Id/ods-organization-code","value":"A99999"}]})",
      Base64::plain);
  const auto target = to_base64(
      R"({"system":"https://fhir.nhs.uk/Id/dos-service-id","value":"111111111"})", Base64::plain);
  const auto anonymous = with(sample(), R"("sender": {
     "reference": "urn:uuid:00000000-0000-4000-8000-000000000008"
    },)",
                              "");
  const auto taken = peers.take(BarsRequest{anonymous, "", target, user});
  CAPTURE(taken.answer);
  REQUIRE_FALSE(taken.refused);
  CHECK(peers.inbox()[0].source == "practice");
}

TEST_CASE("a BaRS answer completes what it says is done, and brings what the service made") {
  Peers peers;
  REQUIRE_FALSE(peers.take(sample()).refused);
  const auto task = peers.only("Task");
  const auto id_at = task.find("\"id\":\"") + 6;
  const auto id = task.substr(id_at, 36);
  auto answer = with(sample(), "\"servicerequest-request\"", "\"servicerequest-response\"");
  answer = with(answer, "urn:uuid:00000000-0000-4000-8000-000000000001",
                "urn:uuid:" + std::string(second));
  answer = with(answer, "\"reference\": \"urn:uuid:00000000-0000-4000-8000-000000000008\"",
                "\"reference\": \"urn:uuid:00000000-0000-4000-8000-000000000009\"");
  answer = with(answer, R"("focus": [
     {
      "reference": "urn:uuid:00000000-0000-4000-8000-000000000002")",
                R"("response": {"identifier": "00000000-0000-4000-8000-000000000001", "code": "ok"},
    "focus": [
     {
      "reference": "urn:uuid:00000000-0000-4000-8000-000000000011")");
  answer = with(answer, "\"PatientInstruction\"",
                R"("identifier": [{"system": "urn:fingerpost:task", "value": ")" + id +
                    R"("}], "PatientInstruction")");
  const auto told = [&](const std::string& status) {
    return with(answer, R"("status": "active",
    "intent")",
                R"("status": ")" + status + R"(",
    "intent")");
  };
  REQUIRE_FALSE(peers.take(told("active")).refused);
  CHECK(peers.only("Task").find("\"status\":\"accepted\"") != std::string::npos);
  CHECK(peers.only("ServiceRequest").find("\"status\":\"active\"") != std::string::npos);
  CHECK(peers.only("Task").find("\"Encounter/") != std::string::npos);
  CHECK(peers.only("Task").find("urn:uuid:") == std::string::npos);
  CHECK_FALSE(peers.only("Encounter").empty());
  const auto done = peers.take(with(told("completed"), "urn:uuid:" + second, "urn:uuid:" + third));
  CAPTURE(done.answer);
  REQUIRE_FALSE(done.refused);
  CHECK(peers.only("Task").find("\"status\":\"completed\"") != std::string::npos);
  CHECK(peers.only("ServiceRequest").find("\"status\":\"completed\"") != std::string::npos);
}

namespace {

// The sample with a Task of its sender's own.
std::string with_task(const std::string& members, const std::string& more = "") {
  const std::string aim = "urn:uuid:00000000-0000-4000-8000-000000000002";
  const auto task = R"({"fullUrl":"urn:uuid:00000000-0000-4000-8000-0000000000b1","resource":{)"
                    R"("resourceType":"Task","intent":"order","focus":{"reference":")" +
                    aim +
                    R"("},"for":{"reference":"urn:uuid:00000000-0000-4000-8000-000000000003"},)" +
                    members + "}}," + more;
  return with(sample(), "\"entry\": [", "\"entry\": [" + task);
}
std::string organization(const std::string& code) {
  return R"({"fullUrl":"urn:uuid:00000000-0000-4000-8000-0000000000b2","resource":)"
         R"({"resourceType":"Organization","identifier":[{"system":")" +
         std::string(ods) + R"(","value":")" + code + R"("}]}},)";
}
const std::string by_entry =
    R"("requester":{"reference":"urn:uuid:00000000-0000-4000-8000-0000000000b2"})";

}  // namespace

TEST_CASE("a BaRS message asks in its sender's name alone, and begins with a step of his") {
  struct Row {
    const char* what;
    std::string task, more;
    bool partner;
    bool may;
    const char* where;
  };
  const std::string asked = R"("status":"requested",)";
  const auto named = [](const std::string& code) {
    return R"("requester":{"identifier":{"system":")" + std::string(ods) + R"(","value":")" + code +
           R"("}})";
  };
  const auto row = GENERATE_COPY(
      Row{"his own", asked + by_entry, organization("A99999"), true, true, ""},
      Row{"his own, and no partner", asked + by_entry, organization("A99999"), false, true, ""},
      Row{"nobody, which is the sender", R"("status":"requested")", "", true, true, ""},
      Row{"another partner", asked + by_entry, organization("OTHER1"), true, false,
          "Task.requester"},
      Row{"another partner by identifier", asked + named("OTHER1"), "", true, false,
          "Task.requester"},
      Row{"an organisation that is nobody's partner", asked + by_entry, organization("Z90001"),
          true, false, "Task.requester"},
      Row{"another than the organisation that sends", asked + by_entry, organization("Z90001"),
          false, false, "Task.requester"},
      Row{"accepted", R"("status":"accepted")", "", true, false, "Task.status"},
      Row{"completed", R"("status":"completed")", "", true, false, "Task.status"});
  CAPTURE(row.what);
  Peers peers;
  peers.partners.list[2].identifiers = {{std::string(ods), "OTHER1"}};
  if (!row.partner) peers.partners.list.erase(peers.partners.list.begin());
  peers.speaker = {false, "A99999", {}};
  const auto taken = peers.take(with_task(row.task, row.more));
  CAPTURE(taken.answer);
  CHECK(taken.refused.has_value() == !row.may);
  CHECK(peers.only("Task").empty() == !row.may);
  if (row.may) return;
  REQUIRE(taken.refused);
  CHECK(taken.refused->kind == Kind::forbidden);
  CHECK(taken.refused->where == row.where);
  CHECK(code_of(taken) == "REC_FORBIDDEN");
  CHECK(peers.outbox().empty());
}

TEST_CASE("whom a header names asks for nobody else, and shares no ids with another") {
  Peers peers;
  peers.partners.list.erase(peers.partners.list.begin());
  const auto anonymous = with(sample(), R"("sender": {
     "reference": "urn:uuid:00000000-0000-4000-8000-000000000008"
    },)",
                              "");
  const auto from = [&](const std::string& code) {
    peers.speaker = {false, code, {}};
    const auto user = to_base64(
        R"({"system":")" + std::string(ods) + R"(","value":")" + code + R"("})", Base64::plain);
    return peers.take(BarsRequest{anonymous, "", "", user});
  };
  // The surgery whose role the request names.
  const auto own = from("A99999");
  CAPTURE(own.answer);
  REQUIRE_FALSE(own.refused);
  const auto task = peers.only("Task");
  const auto other = from("Z90001");
  REQUIRE(other.refused);
  CHECK(other.refused->where == "Task.requester");
  CHECK(peers.only("Task") == task);
  // Nor does what another sends of nobody's name meet it.
  const auto nobodys = with(anonymous, "\"reference\": \"00000000-0000-4000-8000-000000000007\"",
                            "\"display\": \"a person\"");
  peers.speaker = {false, "Z90001", {}};
  const auto user =
      to_base64(R"({"system":")" + std::string(ods) + R"(","value":"Z90001"})", Base64::plain);
  const auto apart = peers.take(
      BarsRequest{with(nobodys, "00000000-0000-4000-8000-000000000001", third), "", "", user});
  CAPTURE(apart.answer);
  REQUIRE_FALSE(apart.refused);
  CHECK(peers.only("Task") != task);
  store::HistoryQuery query;
  query.type = "Task";
  const auto history = peers.reader()->history(query);
  REQUIRE(history);
  CHECK(history->versions.size() == 2);
  for (const auto& version : history->versions) CHECK(version.version == 1);
}
