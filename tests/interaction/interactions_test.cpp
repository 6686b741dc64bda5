#include "interaction/commit.h"
#include "support/bundles.h"
#include "support/catch.h"
#include "support/fhir.h"

#include <string>

using namespace fingerpost;
using interaction::Answer, interaction::Return, interaction::Status;

namespace {

std::string patient(const std::string& id, const std::string& family = "Test") {
  return R"({"resourceType":"Patient")" + (id.empty() ? "" : R"(,"id":")" + id + "\"") +
         R"(,"name":[{"family":")" + family + R"("}]})";
}

bool holds(const Answer& answer, std::string_view text) {
  return answer.content().find(text) != std::string::npos;
}

int status(const Answer& answer) {
  return static_cast<int>(answer.status);
}

}  // namespace

TEST_CASE("what is created can be read, at its place and in its version") {
  test::Fhir fhir;
  const auto made = fhir.create("Patient", patient("chosen-by-the-client"));
  REQUIRE(made.status == Status::created);
  CHECK(made.version == 1);
  CHECK(holds(made, R"("versionId":"1")"));
  CHECK_FALSE(holds(made, "chosen-by-the-client"));
  REQUIRE(made.location.starts_with("Patient/"));
  REQUIRE(made.location.ends_with("/_history/1"));
  const auto id = made.location.substr(8, made.location.size() - 8 - 11);
  CHECK(interaction::is_id(id));
  const auto found = fhir.read("Patient", id);
  CHECK(found.status == Status::ok);
  CHECK(found.content() == made.content());
  CHECK(found.version == 1);
  CHECK(found.last_updated_us == made.last_updated_us);
}

TEST_CASE("an update makes the next version, and every version stays readable") {
  test::Fhir fhir;
  CHECK(fhir.update({"Patient", "p1"}, patient("p1", "One")).status == Status::created);
  const auto second = fhir.update({"Patient", "p1"}, patient("p1", "Two"));
  CHECK(second.status == Status::ok);
  CHECK(second.version == 2);
  CHECK(second.location == "Patient/p1/_history/2");
  CHECK(holds(interaction::vread(*fhir.session, {"Patient", "p1"}, "1"), "One"));
  CHECK(holds(interaction::vread(*fhir.session, {"Patient", "p1"}, "2"), "Two"));
  CHECK(holds(fhir.read("Patient", "p1"), "Two"));
  for (const char* version : {"3", "0", "-1", "x", "", "1x", "99999999999999999999"}) {
    CAPTURE(version);
    CHECK(interaction::vread(*fhir.session, {"Patient", "p1"}, version).status ==
          Status::not_found);
  }
}

TEST_CASE("an update stands on the version that If-Match names, or does not happen") {
  test::Fhir fhir;
  fhir.update({"Patient", "p1"}, patient("p1", "One"));
  CHECK(fhir.update({"Patient", "p1"}, patient("p1", "Two"), {{{1}}, Return::minimal}).status ==
        Status::ok);
  const auto late =
      fhir.update({"Patient", "p1"}, patient("p1", "Three"), {{{1}}, Return::minimal});
  CHECK(late.status == Status::precondition_failed);
  CHECK(holds(fhir.read("Patient", "p1"), "Two"));
  CHECK(fhir.update({"Patient", "p2"}, patient("p2"), {{{1}}, Return::minimal}).status ==
        Status::precondition_failed);
  CHECK(fhir.remove({"Patient", "p1"}, {{{1}}, Return::minimal}).status ==
        Status::precondition_failed);
  CHECK(fhir.remove({"Patient", "p1"}, {{{2}}, Return::minimal}).status == Status::no_content);
}

TEST_CASE("a deleted resource reads as gone, keeps its history, and can come back") {
  test::Fhir fhir;
  CHECK(fhir.read("Patient", "p1").status == Status::not_found);
  CHECK(fhir.remove({"Patient", "p1"}).status == Status::no_content);
  fhir.update({"Patient", "p1"}, patient("p1"));
  const auto removed = fhir.remove({"Patient", "p1"});
  CHECK(removed.status == Status::no_content);
  CHECK(removed.version == 2);
  CHECK(fhir.read("Patient", "p1").status == Status::gone);
  CHECK(fhir.remove({"Patient", "p1"}).status == Status::no_content);
  CHECK(interaction::vread(*fhir.session, {"Patient", "p1"}, "1").status == Status::ok);
  CHECK(interaction::vread(*fhir.session, {"Patient", "p1"}, "2").status == Status::gone);
  const auto back = fhir.update({"Patient", "p1"}, patient("p1", "Again"));
  CHECK(back.status == Status::created);
  CHECK(back.version == 3);
  const auto history = interaction::history(*fhir.session, {"Patient", "p1"}, {});
  CHECK(history.status == Status::ok);
  CHECK(holds(history, R"("method":"DELETE")"));
  CHECK(holds(history, "Again"));
}

TEST_CASE("a history comes in pages, newest first") {
  test::Fhir fhir;
  // No cursor, in base64url, can hold these names: they have a space.
  for (int i = 1; i <= 5; ++i)
    fhir.update({"Patient", "p1"}, patient("p1", "Name " + std::to_string(i)));
  const auto page = [&](std::vector<search::Pair> pairs) {
    return interaction::history(*fhir.session, {"Patient", "p1"}, pairs);
  };
  const auto first = page({{"_count", "2"}});
  CHECK(holds(first, "Name 5"));
  CHECK(holds(first, "Name 4"));
  CHECK_FALSE(holds(first, "Name 3"));
  const auto cursor = test::next_cursor(first);
  REQUIRE_FALSE(cursor.empty());
  const auto last = page({{"_count", "4"}, {"_cursor", cursor}});
  CHECK(holds(last, "Name 3"));
  CHECK(holds(last, "Name 1"));
  CHECK_FALSE(holds(last, "Name 4"));
  CHECK(page({{"_since", "2020"}, {"_cursor", cursor}}).status == Status::bad_request);
  CHECK_FALSE(holds(last, R"("next")"));
  CHECK(page({{"_count", "x"}}).status == Status::bad_request);
  CHECK(page({{"_sinse", "2020"}}).status == Status::bad_request);
  CHECK(interaction::history(*fhir.session, {"Patient", "no"}, {}).status == Status::not_found);
}

TEST_CASE("what is not a valid resource is refused with the place of the fault") {
  struct Row {
    const char* body;
    int status;
    const char* place;
  };
  const auto row = GENERATE(
      Row{"", 400, ""}, Row{"{", 400, ""}, Row{"[]", 400, ""},
      Row{R"({"resourceType":"Nothing"})", 400, ""},
      Row{R"({"resourceType":"Patient","active":true,"active":false})", 400, ""},
      Row{"{\"resourceType\":\"Patient\",\"id\":\"\xff\"}", 400, ""},
      Row{R"({"resourceType":"Practitioner"})", 400, "Practitioner"},
      Row{R"({"resourceType":"Patient","unknown":1})", 422, "Patient"},
      Row{R"({"resourceType":"Patient","birthDate":"yesterday"})", 422, "Patient.birthDate"},
      Row{R"({"resourceType":"Patient","gender":"unheard-of"})", 422, "Patient.gender"},
      Row{R"({"resourceType":"Patient","active":"yes"})", 422, "Patient.active"},
      Row{R"({"resourceType":"Patient","communication":[{"preferred":true}]})", 422,
          "Patient.communication"});
  CAPTURE(row.body);
  test::Fhir fhir;
  const auto answer = fhir.create("Patient", row.body);
  CHECK(status(answer) == row.status);
  REQUIRE_FALSE(answer.issues.empty());
  bool named = false;
  for (const auto& issue : answer.issues) {
    CAPTURE(issue.expression, issue.text);
    named = named || issue.expression.find(row.place) != std::string::npos;
    CHECK(issue.text.find("yesterday") == std::string::npos);
  }
  CHECK(named);
  CHECK_FALSE(holds(fhir.search("Patient"), "entry"));
}

TEST_CASE("a body that is refused for what it says is kept to be looked at, once") {
  struct Row {
    std::string body;
    int status;
  };
  const auto row = GENERATE(
      Row{R"({"resourceType":"Patient","id":"p1","active":true,"active":false})", 400},
      Row{"{\"resourceType\":\"Patient\",\"id\":\"p1\",\"language\":\"\xff\"}", 400},
      Row{R"({"resourceType":"Patient","id":"p1","contained":)" + std::string(100, '['), 400},
      Row{R"({"resourceType":"Patient","id":"p1","birthDate":"yesterday"})", 422});
  CAPTURE(row.body);
  test::Fhir fhir;
  const std::string way = GENERATE("create", "update", "bundle");
  CAPTURE(way);
  const auto send = [&] {
    if (way == "create") return fhir.create("Patient", row.body);
    if (way == "update") return fhir.update({"Patient", "p1"}, row.body);
    return fhir.bundle(row.status == 400
                           ? row.body
                           : R"({"resourceType":"Bundle","type":"transaction",)"
                             R"("entry":[{"resource":)" +
                                 row.body + R"(,"request":{"method":"PUT","url":"Patient/p1"}}]})");
  };
  for (int i = 0; i < 2; ++i) {
    const auto answer = send();
    CHECK(status(answer) == row.status);
    CHECK_FALSE(answer.issues.empty());
  }
  auto reader = *fhir.store->reader();
  const auto rows = reader->inbox({});
  REQUIRE(rows);
  REQUIRE(rows->size() == 1);
  const auto kept = reader->inbox_row(rows->at(0).id);
  CHECK(kept->status == store::InboxStatus::refused);
  CHECK(kept->kind == "fhir-" + way);
  CHECK(kept->raw.find(row.body) != std::string::npos);
  CHECK(kept->answer.find("OperationOutcome") != std::string::npos);
  CHECK_FALSE(kept->note.empty());
  CHECK(kept->note.find("yesterday") == std::string::npos);
}

TEST_CASE("the note of a refused body names no element that the definitions do not know") {
  test::Fhir fhir;
  const std::string name = "Winterbourne";
  const auto answer =
      fhir.create("Patient", R"({"resourceType":"Patient","contact":[{")" + name + R"(":"x"}]})");
  CHECK(status(answer) == 422);
  auto reader = *fhir.store->reader();
  const auto rows = reader->inbox({});
  REQUIRE((rows && rows->size() == 1));
  CHECK(rows->at(0).note == "Patient.contact[0].?: no such element here");
}

TEST_CASE("what is refused for another reason, or is larger than the limit, is not kept") {
  Limits limits;
  limits.refused_body_bytes = 100;
  test::Fhir fhir(limits);
  const auto kept = [&] { return (*fhir.store->reader())->inbox({})->size(); };
  fhir.update({"Patient", "p1"}, patient("p1"));
  CHECK(fhir.update({"Patient", "p1"}, patient("p1"), {{{7}}, Return::minimal}).status ==
        Status::precondition_failed);
  CHECK(fhir.create("Patient", "").status == Status::bad_request);
  CHECK(fhir.create("Patient", "{" + std::string(100, ' ')).status == Status::bad_request);
  CHECK(kept() == 0);
  CHECK(fhir.create("Patient", "{" + std::string(99, ' ')).status == Status::bad_request);
  CHECK(kept() == 1);
}

TEST_CASE("an update's body must be about the resource of its URL") {
  test::Fhir fhir;
  CHECK(fhir.update({"Patient", "p1"}, patient("p2")).status == Status::bad_request);
  CHECK(fhir.update({"Patient", "p1"}, patient("")).status == Status::bad_request);
  CHECK(fhir.update({"Observation", "p1"}, patient("p1")).status == Status::bad_request);
  CHECK(fhir.read("Patient", "p1").status == Status::not_found);
}

TEST_CASE("a write sends back what was preferred") {
  test::Fhir fhir;
  CHECK(holds(fhir.create("Patient", patient(""), {{}, Return::representation}), "Patient"));
  CHECK(fhir.create("Patient", patient(""), {{}, Return::minimal}).content().empty());
  CHECK(holds(fhir.create("Patient", patient(""), {{}, Return::outcome}), "OperationOutcome"));
}

TEST_CASE("a search answers in pages whose links lead on until all was seen once") {
  test::Fhir fhir;
  for (int i = 0; i < 7; ++i)
    fhir.update({"Patient", "p" + std::to_string(i)}, patient("p" + std::to_string(i), "Page"));
  fhir.update({"Patient", "other"}, patient("other", "Other"));
  std::vector<search::Pair> pairs{{"family", "page"}, {"_count", "3"}};
  std::string seen;
  int pages = 0;
  for (; pages < 5; ++pages) {
    const auto answer = fhir.search("Patient", pairs);
    REQUIRE(answer.status == Status::ok);
    CHECK(holds(answer, R"("relation":"self")"));
    seen += answer.content();
    const auto cursor = test::next_cursor(answer);
    if (cursor.empty()) break;
    pairs.resize(2);
    pairs.emplace_back("_cursor", cursor);
  }
  CHECK(pages == 2);
  for (int i = 0; i < 7; ++i) {
    const auto url = "\"fullUrl\":\"http://test.example/fhir/Patient/p" + std::to_string(i) + "\"";
    const auto first = seen.find(url);
    CHECK(first != std::string::npos);
    CHECK(seen.find(url, first + 1) == std::string::npos);
  }
  CHECK(seen.find("Patient/other") == std::string::npos);
}

TEST_CASE("a misspelt search parameter is an error, or is told about when lenient") {
  test::Fhir fhir;
  fhir.update({"Patient", "p1"}, patient("p1"));
  const auto strict = fhir.search("Patient", {{"famly", "x"}});
  CHECK(strict.status == Status::bad_request);
  const auto lenient = fhir.search("Patient", {{"famly", "x"}}, search::Handling::lenient);
  CHECK(lenient.status == Status::ok);
  CHECK(holds(lenient, R"("mode":"outcome")"));
  CHECK_FALSE(holds(lenient, "famly=x"));
}

TEST_CASE("a reference to our own base is stored, seen and found as a local one") {
  struct Row {
    const char* sent;
    const char* stored;
  };
  const auto row = GENERATE(
      Row{"http://test.example/fhir/Patient/p1", "Patient/p1"}, Row{"Patient/p1", "Patient/p1"},
      Row{"http://test.example/fhir/Patient/p1/_history/2", "Patient/p1/_history/2"},
      Row{"http://test.example/fhir2/Patient/p1", "http://test.example/fhir2/Patient/p1"},
      Row{"http://other.example/fhir/Patient/p1", "http://other.example/fhir/Patient/p1"});
  CAPTURE(row.sent);
  test::Fhir fhir;
  std::string seen;
  fhir.context->before_commit = [&](store::Unit&,
                                    std::span<const interaction::Change> changes,
                                    const access::Caller&) -> Result<void> {
    const auto& tree = *changes[0].after;
    seen = interaction::child_text(tree, interaction::child(tree, tree.root(), "for"), "reference");
    return {};
  };
  const std::string task =
      R"({"resourceType":"Task","id":"t1","status":"requested","intent":"order",)"
      R"("for":{"reference":")" +
      std::string(row.sent) + R"("}})";
  REQUIRE(fhir.update({"Task", "t1"}, task).status == Status::created);
  CHECK(seen == row.stored);
  CHECK(holds(fhir.read("Task", "t1"), R"("reference":")" + std::string(row.stored) + "\""));
  const bool local = std::string_view(row.stored).starts_with("Patient/");
  CHECK(holds(fhir.search("Task", {{"subject", "Patient/p1"}}), "Task/t1") == local);
  CHECK(holds(fhir.search("Task", {{"subject", row.sent}}), "Task/t1"));
}

TEST_CASE("a part of a resource is what was asked for, and says that it is a part") {
  test::Fhir fhir;
  const std::string whole = R"({"resourceType":"Task","id":"t1","text":{"status":"generated",)"
                            R"("div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">words</div>"},)"
                            R"("status":"requested","intent":"order","description":"help",)"
                            R"("note":[{"text":"aside"}],"restriction":{"repetitions":2}})";
  REQUIRE(fhir.update({"Task", "t1"}, whole).status == Status::created);
  struct Row {
    const char* name;
    const char* value;
    const char* there;
    const char* missing;
  };
  const auto row = GENERATE(Row{"_summary", "true", "description", "\"note\""},
                            Row{"_summary", "true", "\"intent\"", "\"div\""},
                            Row{"_summary", "text", "\"div\"", "description"},
                            Row{"_summary", "data", "\"note\"", "\"div\""},
                            Row{"_elements", "note,description", "\"note\"", "\"div\""},
                            Row{"_elements", "note", "\"status\":\"requested\"", "restriction"});
  CAPTURE(row.name, row.value);
  const std::vector<search::Pair> pairs{{row.name, row.value}};
  for (const auto& answer :
       {fhir.search("Task", pairs), interaction::read(*fhir.session, {"Task", "t1"}, pairs),
        interaction::vread(*fhir.session, {"Task", "t1"}, "1", pairs)}) {
    CAPTURE(answer.content());
    REQUIRE(answer.status == Status::ok);
    CHECK(holds(answer, "\"code\":\"SUBSETTED\""));
    CHECK(holds(answer, "\"versionId\":\"1\""));
    CHECK(holds(answer, "\"id\":\"t1\""));
    CHECK(holds(answer, row.there));
    CHECK_FALSE(holds(answer, row.missing));
  }
  const auto all = interaction::read(*fhir.session, {"Task", "t1"}, {{"_summary", "false"}});
  CHECK(all.content() == fhir.read("Task", "t1").content());
}

TEST_CASE("parts that contradict each other are refused") {
  test::Fhir fhir;
  fhir.update({"Patient", "p1"}, patient("p1"));
  CHECK(fhir.search("Patient", {{"_summary", "true"}, {"_elements", "name"}}).status ==
        Status::bad_request);
  CHECK(fhir.search("Task", {{"_summary", "text"}, {"_include", "Task:subject"}}).status ==
        Status::bad_request);
  CHECK(interaction::read(*fhir.session, {"Patient", "p1"}, {{"_summary", "count"}}).status ==
        Status::bad_request);
}

TEST_CASE("includes beyond the limit are told about") {
  Limits limits;
  limits.included = 1;
  test::Fhir fhir(limits);
  for (const char* id : {"1", "2"}) {
    const auto place = "p" + std::string(id);
    fhir.update({"Patient", place}, patient(place));
    fhir.update({"Task", std::string("t") + id},
                R"({"resourceType":"Task","id":"t)" + std::string(id) +
                    R"(","status":"draft","intent":"order","for":{"reference":"Patient/)" + place +
                    R"("}})");
  }
  const auto answer = fhir.search("Task", {{"_include", "Task:subject"}});
  CHECK(holds(answer, R"("mode":"include")"));
  CHECK(holds(answer, R"("mode":"outcome")"));
  CHECK(holds(answer, "limit included"));
  const auto one = fhir.search("Task", {{"_include", "Task:subject"}, {"_id", "t1"}});
  CHECK_FALSE(holds(one, R"("mode":"outcome")"));
}

TEST_CASE("the hook sees each change with what it replaces, and may refuse it") {
  test::Fhir fhir;
  std::string log;
  fhir.context->watched = {"Patient"};
  fhir.context->before_commit = [&](store::Unit& unit,
                                    std::span<const interaction::Change> changes,
                                    const access::Caller&) -> Result<void> {
    CHECK(unit.writes.size() == changes.size());
    for (const auto& change : changes) {
      log += std::string(change.type) + "/" + std::string(change.id) +
             (change.before.empty() ? " new" : " old") + (change.after ? " kept;" : " removed;");
      if (change.before.find("Locked") != std::string::npos)
        return Error{Kind::unsupported, "it is locked", ""};
    }
    store::OutboxRow row;
    row.lane = "x";
    row.receiver = "x";
    row.idempotency_key = std::to_string(log.size());
    unit.outbox.push_back(row);
    return {};
  };
  fhir.update({"Patient", "p1"}, patient("p1", "One"));
  fhir.update({"Patient", "p1"}, patient("p1", "Locked"));
  fhir.update({"Practitioner", "d1"}, R"({"resourceType":"Practitioner","id":"d1"})");
  CHECK(fhir.update({"Patient", "p1"}, patient("p1", "Two")).failed());
  CHECK(fhir.remove({"Patient", "p1"}).failed());
  CHECK(log ==
        "Patient/p1 new kept;Patient/p1 old kept;Practitioner/d1 new kept;Patient/p1 old kept;"
        "Patient/p1 old removed;");
  CHECK(fhir.session->reader.outbox({}).value().size() == 3);
  CHECK(holds(fhir.read("Patient", "p1"), "Locked"));
}

TEST_CASE("a watched change that is overtaken is looked at again") {
  test::Fhir fhir;
  fhir.update({"Patient", "p1"}, patient("p1", "One"));
  fhir.context->watched = {"Patient"};
  std::vector<std::string> seen;
  fhir.context->before_commit = [&](store::Unit&,
                                    std::span<const interaction::Change> changes,
                                    const access::Caller&) -> Result<void> {
    seen.emplace_back(changes[0].before);
    if (seen.size() == 1) fhir.update({"Patient", "p1"}, patient("p1", "Quick"));
    return {};
  };
  const auto answer = fhir.update({"Patient", "p1"}, patient("p1", "Slow"));
  CHECK(answer.status == Status::ok);
  CHECK(answer.version == 3);
  REQUIRE(seen.size() == 3);
  CHECK(seen[0].find("One") != std::string::npos);
  CHECK(seen[1].find("One") != std::string::npos);
  CHECK(seen[2].find("Quick") != std::string::npos);
  CHECK(holds(fhir.read("Patient", "p1"), "Slow"));
}

TEST_CASE("the CapabilityStatement names what is served and is valid itself") {
  test::Fhir fhir;
  const auto body = interaction::capabilities(*fhir.context);
  CHECK(body.find(R"("type":"Task")") != std::string::npos);
  CHECK(body.find(R"("name":"birthdate")") != std::string::npos);
  const auto sent = interaction::read_sent(*fhir.session, body);
  if (const auto* refused = std::get_if<Answer>(&sent))
    FAIL(refused->issues[0].expression << ": " << refused->issues[0].text);
}

TEST_CASE("entity tags are read strictly") {
  struct Row {
    const char* text;
    int version;
  };
  const auto row =
      GENERATE(Row{"W/\"1\"", 1}, Row{"\"12\"", 12}, Row{" W/\"3\" ", 3}, Row{"W/1", 0},
               Row{"1", 0}, Row{"", 0}, Row{"*", 0}, Row{"W/\"\"", 0}, Row{"W/\"0\"", 0},
               Row{"W/\"-1\"", 0}, Row{"W/\"a\"", 0}, Row{"W/\"1\", W/\"2\"", 0});
  CAPTURE(row.text);
  const auto version = interaction::read_etag(row.text);
  CHECK((version ? *version : 0) == row.version);
}
