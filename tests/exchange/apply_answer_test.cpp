// A v2-speaking service's side of a referral: what it is sent, and what its answers do, by the
// shipped maps.

#include "exchange/apply_answer.h"

#include "exchange/inbox_worker.h"
#include "exchange/intake.h"
#include "exchange/outbox_worker.h"
#include "exchange/translate_hl7v2.h"
#include "support/peer.h"
#include "support/translator.h"
#include "world.h"

using namespace fingerpost;
using namespace fingerpost::exchange;
using namespace fingerpost::test;

namespace {

Result<std::string> write_message(const Outward& outward) {
  OutwardHeader header;
  header.sending_application = "FINGERPOST";
  header.receiving_application = outward.partner.application;
  header.time = outward.time;
  header.control_id = outward.control_id;
  header.event = outward.event;
  const NodeRef bundle{&outward.bundle, outward.bundle.root()};
  const auto write = outward.type == "REF" ? write_hl7v2_request : write_hl7v2_answer;
  auto written = write(translator().hl7v2(), bundle, header, {}, Limits{});
  if (!written) return written.error();
  return written->bytes;
}

// PRAC1 has referred R1 to LINK1, and both speak HL7 v2.
struct Referred : World {
  Intake intake{parts};
  int number = 0;

  explicit Referred(const std::string& status = "requested") {
    partners.list[1].channel = Channel::mllp;
    partners.list[1].application = "LINKS";
    partners.list[1].facility = "LW";
    parts.write_message = write_message;
    parts.translate = [](Format format, const std::string& bytes, const TranslateOptions& options) {
      return translator().translate(format, bytes, options);
    };
    const auto eyes = reader();
    auto applied =
        apply(parts, *eyes, translation_of(referral("R1", status)), {"practice", "1", true});
    REQUIRE(applied);
    REQUIRE(commit_now(*store, std::move(applied->unit)));
  }

  // MSA-1 of what the sender is told.
  std::string take(const std::string& message) {
    std::vector<std::string> replies;
    std::vector<std::function<void()>> work;
    auto caller = std::make_shared<Caller>();
    caller->post = [&](std::function<void()> piece) { work.push_back(std::move(piece)); };
    caller->after = [&](int, std::function<void()> piece) { work.push_back(std::move(piece)); };
    caller->reply = [&](std::string reply) { replies.push_back(std::move(reply)); };
    caller->done = caller->close = [] {};
    intake.take_message(message, caller);
    for (std::size_t i = 0; i < work.size(); ++i) std::exchange(work[i], nullptr)();
    REQUIRE(replies.size() == 1);
    last = replies[0];
    const auto at = last.find("\rMSA|");
    return at == std::string::npos ? "" : last.substr(at + 5, 2);
  }
  std::string answer(const std::string& code, const std::string& text = "",
                     const std::string& id = task_id("R1"), const std::string& sender = "LINKS|LW",
                     const std::string& nhs = "") {
    return take("MSH|^~\\&|" + sender + "|FINGERPOST||20261123||RRI^I12|A" +
                std::to_string(++number) + "|P|2.4\rRF1|" + code + "|||||" + id +
                "^FINGERPOST\rPRD|RT\rPID|1||" + (nhs.empty() ? "X" : nhs + "^^^NHS^NHS") + "\r" +
                (text.empty() ? "" : "NTE|1||" + text + "\r"));
  }
  std::string task() { return reader()->read("Task", task_id("R1"))->body; }
  std::vector<store::OutboxRow> sent_to(const std::string& lane) {
    auto rows = outbox();
    std::erase_if(rows, [&](const store::OutboxRow& row) { return row.lane != lane; });
    return rows;
  }

  std::string last;
};

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a service that speaks HL7 v2 is sent REF, with an id its answers can carry") {
  Referred world;
  const auto sent = world.sent_to("links");
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].kind == "hl7v2");
  CAPTURE(sent[0].note);
  CHECK(sent[0].status == store::OutboxStatus::waiting);
  CHECK(holds(sent[0].body, "|REF^I12^REF_I12|"));
  CHECK(holds(sent[0].body, "\rRF1|P^Pending^HL70283|||||" + task_id("R1") + "^FINGERPOST"));
  CHECK(holds(sent[0].body, "\rPRD|RT^Referred to Provider^HL70286"));
  CHECK(holds(sent[0].body, "|LINK1^ODS"));
  CHECK(holds(sent[0].body, "\rPID|1||"));
  CHECK(holds(sent[0].body, "\rNTE|"));
  CHECK(holds(sent[0].body, "help"));
}

TEST_CASE("a changed request is I13 and an ended one I14") {
  struct Row {
    const char* status;
    const char* request;
    const char* event;
  };
  const auto row = GENERATE(Row{"requested", "active", "I13"}, Row{"cancelled", "active", "I14"},
                            Row{"requested", "revoked", "I14"});
  CAPTURE(row.status, row.request);
  Referred world;
  const auto eyes = world.reader();
  auto applied = apply(world.parts, *eyes,
                       translation_of(referral("R1", row.status, "LINK1", "new", row.request)),
                       {"practice", "2", true});
  REQUIRE(applied);
  REQUIRE(commit_now(*world.store, std::move(applied->unit)));
  const auto sent = world.sent_to("links");
  REQUIRE(sent.size() == 2);
  CHECK(holds(sent[1].body, std::string("|REF^") + row.event + "^REF_I12|"));
}

TEST_CASE("X5: an answer moves a Task that is stored with a narrative that may run something") {
  Referred world;
  auto read = model::read_json(definitions(), world.task(), Limits{});
  REQUIRE(read);
  auto& tree = read->tree;
  const auto& names = definitions().names();
  const auto text = tree.add(tree.root(), names.find("text"), definitions().find("Narrative"));
  tree.set(tree.add(text, names.find("status"), definitions().find("code")), Shape::string,
           "generated");
  tree.set(tree.add(text, names.find("div"), definitions().common().xhtml), Shape::string,
           "<div><script>a()</script></div>");
  store::Unit unit;
  auto& write = unit.writes.emplace_back();
  write.type = "Task";
  write.id = task_id("R1");
  write.body = store::prepare_body(definitions(), tree, write.id);
  REQUIRE(commit_now(*world.store, std::move(unit)));
  REQUIRE(holds(world.task(), "<script>"));
  CHECK(world.answer("A") == "AA");
  CHECK(world.task_status("R1") == "accepted");
  CHECK_FALSE(holds(world.task(), "script"));
}

TEST_CASE("the answer of the service moves the Task, and the requester is told") {
  struct Row {
    const char* before;
    const char* code;
    const char* after;
    const char* told;  // RF1-1 to the requester
  };
  const auto row =
      GENERATE(Row{"requested", "P", "received", "P"}, Row{"requested", "A", "accepted", "A"},
               Row{"received", "A", "accepted", "A"}, Row{"requested", "R", "rejected", "R"},
               Row{"accepted", "R", "cancelled", "R"}, Row{"in-progress", "R", "cancelled", "R"},
               Row{"accepted", "E", "cancelled", "R"});
  CAPTURE(row.before, row.code);
  Referred world(row.before);
  const auto before = world.sent_to("practice").size();
  const auto code = world.answer(row.code, "because of this");
  CAPTURE(world.last, world.inbox().back().note);
  CHECK(code == "AA");
  CHECK(world.task_status("R1") == row.after);
  CHECK(holds(world.task(), "because of this"));
  const auto told = world.sent_to("practice");
  REQUIRE(told.size() == before + 1);
  CHECK(holds(told.back().body, "|RRI^I12^RRI_I12|"));
  CHECK(holds(told.back().body, std::string("\rRF1|") + row.told + "^"));
  CHECK(holds(told.back().body, "because of this"));
  CHECK(world.sent_to("links").size() == 1);  // who said it is not told
}

TEST_CASE("a refusal without a reason says that none was given, so that all who are told take it") {
  Referred world;
  REQUIRE(world.answer("R") == "AA");
  CHECK(world.task_status("R1") == "rejected");
  CHECK(holds(world.task(), "The service gave no reason"));
}

TEST_CASE("an answer that comes back on the connection of the REF is applied, and not answered") {
  Referred world;
  FakeTransport transport([](const store::OutboxRow& row) {
    const remote::Answer delivered{remote::Outcome::delivered, "AA", 0, 0, ""};
    if (row.lane != "links") return delivered;
    auto with_reply = delivered;
    with_reply.body =
        "MSH|^~\\&|LINKS|LW|FINGERPOST||20261123||RRI^I12|S1|P|2.4\rMSA|AA|x\rRF1|A|||||" +
        task_id("R1") + "^FINGERPOST\rPRD|RT\rPID|1||X\r";
    return with_reply;
  });
  OutboxOptions outbox;
  outbox.poll_us = 1'000;
  InboxOptions inbox;
  inbox.poll_us = 1'000;
  {
    OutboxWorker sender(world.parts, transport, outbox);
    InboxWorker worker(world.parts, world.intake, inbox);
    CHECK(eventually([&] { return world.task_status("R1") == "accepted"; }));
    CHECK(eventually([&] {
      const auto told = world.sent_to("practice");
      return told.size() == 1 && told[0].status == store::OutboxStatus::delivered;
    }));
  }
  REQUIRE(world.sent_to("links").size() == 1);  // no acknowledgement of the acknowledgement
  CHECK(world.sent_to("links")[0].status == store::OutboxStatus::delivered);
  CHECK(world.inbox().size() == 1);
}

TEST_CASE("a late or repeated answer takes nothing back") {
  struct Row {
    const char* before;
    const char* code;
  };
  const auto row = GENERATE(Row{"in-progress", "A"}, Row{"accepted", "P"}, Row{"completed", "R"},
                            Row{"cancelled", "A"}, Row{"rejected", "A"}, Row{"accepted", "A"});
  CAPTURE(row.before, row.code);
  Referred world(row.before);
  CHECK(world.answer(row.code) == "AA");
  CHECK(world.task_status("R1") == row.before);
  CHECK(world.version("Task", task_id("R1")) == 1);
}

TEST_CASE("a note of the service is added once, and nothing else of the Task changes") {
  Referred world("accepted");
  CHECK(world.answer("A", "two visits so far") == "AA");
  CHECK(world.answer("A", "two visits so far") == "AA");
  CHECK(world.version("Task", task_id("R1")) == 2);
  const auto task = world.task();
  CHECK(holds(task, R"("note":[{"text":"two visits so far"}])"));
  CHECK(holds(task, R"("focus":{"reference":"ServiceRequest/)"));
  CHECK(holds(task, R"("requester":)"));
}

TEST_CASE("nobody answers for another, and an unknown referral is an unknown key") {
  struct Row {
    const char* name;
    std::string id, sender, nhs;
  };
  const auto row = GENERATE(Row{"another partner", task_id("R1"), "GP|SURGERY", ""},
                            Row{"nobody known", task_id("R1"), "X|Y", ""},
                            Row{"no such referral", "nothing", "LINKS|LW", ""});
  CAPTURE(row.name);
  Referred world;
  CHECK(world.answer("A", "", row.id, row.sender) == "AE");
  CHECK(holds(world.last, "204"));
  CHECK(world.task_status("R1") == "requested");
  CHECK(world.inbox().back().status == store::InboxStatus::refused);
}

TEST_CASE("an answer about another patient is refused") {
  Referred world;
  auto read = model::read_json(
      definitions(), world.reader()->read("Patient", uuid_v5({"test", "R1", "patient"}))->body,
      Limits{});
  REQUIRE(read);
  auto& tree = read->tree;
  const auto& names = definitions().names();
  const auto identifier =
      tree.add(tree.root(), names.find("identifier"), definitions().common().identifier);
  tree.set(tree.add(identifier, names.find("system"), definitions().common().uri), Shape::string,
           "https://fhir.nhs.uk/Id/nhs-number");
  tree.set(tree.add(identifier, names.find("value"), definitions().common().string), Shape::string,
           "9990000018");
  store::Unit unit;
  auto& write = unit.writes.emplace_back();
  write.type = "Patient";
  write.id = uuid_v5({"test", "R1", "patient"});
  write.index = search::index(parameters(), {&tree, tree.root()});
  write.body = store::prepare_body(definitions(), tree, write.id);
  REQUIRE(commit_now(*world.store, std::move(unit)));
  CHECK(world.answer("A", "", task_id("R1"), "LINKS|LW", "9990000026") == "AE");
  CHECK(holds(world.last, "PID"));
  CHECK(world.task_status("R1") == "requested");
  CHECK(world.answer("A", "", task_id("R1"), "LINKS|LW", "9990000018") == "AA");
  CHECK(world.task_status("R1") == "accepted");
}

TEST_CASE("a question how a referral stands is answered, and changes nothing") {
  Referred world("requested");
  world.partners.list[1].channel = Channel::none;
  const auto refer = [&](const std::string& event, const std::string& id) {
    return world.take("MSH|^~\\&|GP|SURGERY|FINGERPOST||20261123||REF^" + event + "|Q" + event +
                      id + "|P|2.4\rRF1|P|||||" + id +
                      "\rPRD|RT||||||LINK1^ODS\rPID|1||X1||Test^A||1950\r");
  };
  CHECK(refer("I12", "G1") == "AA");
  CHECK(refer("I14", "G1") == "AA");
  const std::vector<search::Pair> cancelled = {{"status", "cancelled"}};
  search::Query query;
  query.type = "Task";
  query.pairs = &cancelled;
  const auto tasks = world.reader()->search(*search::plan(parameters(), query, Limits{}));
  REQUIRE(tasks);
  REQUIRE(tasks->hits.size() == 1);
  const auto before = world.sent_to("practice").size();
  CHECK(refer("I15", "G1") == "AA");
  const auto told = world.sent_to("practice");
  REQUIRE(told.size() == before + 1);
  CHECK(holds(told.back().body, "|RRI^I15^RRI_I12|"));
  CHECK(holds(told.back().body, "\rRF1|R^Rejected"));
  CHECK(world.version("Task", tasks->hits[0].resource.id) == 2);
  CHECK(refer("I15", "G2") == "AE");
  CHECK(holds(world.last, "204"));
  CHECK(holds(world.last, "no referral of this number came from the sender"));
  world.partners.list[0].channel = Channel::none;
  CHECK(refer("I15", "G1") == "AA");  // the same question again: as before
  CHECK(world.take("MSH|^~\\&|GP|SURGERY|FINGERPOST||20261123||REF^I15|Q9|P|2.4\rRF1|P|||||G1\r"
                   "PRD|RT||||||LINK1^ODS\rPID|1||X1||Test^A||1950\r") == "AE");
}
