#include "support/bundles.h"
#include "support/catch.h"
#include "support/fhir.h"
#include "support/folder.h"

#include <random>
#include <set>
#include <string>

using namespace fingerpost;
using interaction::Answer, interaction::Return, interaction::Status;
using test::bundle, test::count, test::entry, test::holds;

namespace {

std::string patient(const std::string& id, const std::string& family = "Test") {
  return R"({"resourceType":"Patient")" + (id.empty() ? "" : R"(,"id":")" + id + "\"") +
         R"(,"name":[{"family":")" + family + R"("}]})";
}
std::string task(const std::string& for_whom) {
  return R"({"resourceType":"Task","status":"requested","intent":"order","for":{"reference":")" +
         for_whom + R"("}})";
}
std::string get_entry(const std::string& url) {
  return entry("GET", url);
}

// Where the first entry that was created is: "Patient/…".
std::string place(const Answer& answer, const std::string& type) {
  const auto text = answer.content();
  const auto mark = "http://test.example/fhir/" + type + "/";
  const auto at = text.find(mark);
  if (at == std::string::npos) return {};
  return std::string(text.substr(at + 25, text.find("/_history", at) - at - 25));
}
constexpr const char* urn1 = "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0";
constexpr const char* urn2 = "urn:uuid:7a3151bd-1cbf-4d64-b04d-cd9187a4c6e1";

}  // namespace

TEST_CASE("the entries of a transaction refer to each other by what they become") {
  test::Fhir fhir;
  const auto answer =
      fhir.bundle(bundle("transaction", {entry("POST", "Task", task(urn1)),
                                         entry("POST", "Patient", patient(""), urn1)}));
  REQUIRE(answer.status == Status::ok);
  CHECK(holds(answer, R"("type":"transaction-response")"));
  CHECK(count(answer.content(), "201 Created") == 2);
  const auto of_patient = place(answer, "Patient");
  const auto of_task = place(answer, "Task");
  REQUIRE_FALSE(of_patient.empty());
  REQUIRE_FALSE(of_task.empty());
  CHECK(answer.content().find(of_task) < answer.content().find(of_patient));  // in the asked order
  CHECK(holds(fhir.read("Task", of_task.substr(5)), "\"reference\":\"" + of_patient + "\""));
  CHECK(holds(fhir.search("Task", {{"patient", of_patient}}), of_task));
}

TEST_CASE("relative references are read against the entry's own URL, and narratives follow") {
  test::Fhir fhir;
  const std::string with_text =
      R"({"resourceType":"Task","status":"requested","intent":"order","text":{"status":"generated",)"
      R"("div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"><a href=\"http://gp.example/fhir/Patient/9\">x</a></div>"},)"
      R"("for":{"reference":"Patient/9"}})";
  const auto answer = fhir.bundle(bundle(
      "transaction", {entry("POST", "Patient", patient("9"), "http://gp.example/fhir/Patient/9"),
                      entry("POST", "Task", with_text, "http://gp.example/fhir/Task/9")}));
  REQUIRE(answer.status == Status::ok);
  const auto of_patient = place(answer, "Patient");
  const auto stored = fhir.read("Task", place(answer, "Task").substr(5));
  CHECK(holds(stored, "\"reference\":\"" + of_patient + "\""));
  CHECK(holds(stored, "href=\\\"" + of_patient + "\\\""));
}

TEST_CASE("a transaction that cannot be done whole is not done at all") {
  test::Fhir fhir;
  fhir.update({"Patient", "old"}, patient("old", "Old"));
  const auto good = entry("PUT", "Patient/new", patient("new"));
  const auto removes = entry("DELETE", "Patient/old");
  struct Row {
    std::string bad;
    int status;
    std::string place;
  };
  const auto row = GENERATE_COPY(
      Row{entry("POST", "Task", task(urn2)), 400, "Bundle.entry[2].resource.for.reference"},
      Row{entry("POST", "Task", task("Patient?identifier=x")), 412, "Bundle.entry[2].resource.for"},
      Row{entry("PUT", "Patient/new", patient("new", "Twice")), 400, "Bundle.entry[2]"},
      Row{entry("PUT", "Patient/x", patient("y")), 400, "Bundle.entry[2].resource.id"},
      Row{entry("PUT", "Patient", patient("y")), 400, "Bundle.entry[2].request.url"},
      Row{entry("PUT", "Patient?nmae=x", patient("y")), 400, "Bundle.entry[2]"},
      Row{entry("PUT", "Patient/a_b", patient("a_b")), 422, "Bundle.entry[2].resource.id"},
      Row{entry("POST", "Practitioner", patient("")), 400, "Bundle.entry[2].resource"},
      Row{entry("POST", "Nothing", patient("")), 404, "Bundle.entry[2].request.url"},
      Row{entry("POST", "Patient"), 400, "Bundle.entry[2]"},
      Row{entry("PATCH", "Patient/new", patient("new")), 400, "Bundle.entry[2].resource"},
      Row{R"({"resource":)" + patient("") + "}", 400, "Bundle.entry[2]"},
      Row{entry("POST", "Patient", R"({"resourceType":"Patient","birthDate":"x"})"), 422,
          "Bundle.entry[2].resource.birthDate"},
      Row{R"({"resource":)" + patient("m") +
              R"(,"request":{"method":"PUT","url":"Patient/m","ifMatch":"W/\"7\""}})",
          412, "Bundle.entry[2].request.ifMatch"},
      Row{R"({"resource":)" + patient("m") +
              R"(,"request":{"method":"POST","url":"Patient","ifNoneExist":"nmae=x"}})",
          400, "Bundle.entry[2]"});
  CAPTURE(row.bad);
  const auto answer = fhir.bundle(bundle("transaction", {good, removes, row.bad}));
  CHECK(static_cast<int>(answer.status) == row.status);
  REQUIRE_FALSE(answer.issues.empty());
  CHECK(answer.issues[0].expression.find(row.place) != std::string::npos);
  CHECK(fhir.read("Patient", "new").status == Status::not_found);
  CHECK(fhir.read("Patient", "old").status == Status::ok);
}

TEST_CASE("a transaction deletes, then creates, then updates, then reads") {
  test::Fhir fhir;
  fhir.update({"Patient", "a"}, patient("a", "Before"));
  fhir.update({"Patient", "b"}, patient("b", "Before"));
  const auto answer = fhir.bundle(
      bundle("transaction", {get_entry("Patient/b"), get_entry("Patient?family=after"),
                             entry("PUT", "Patient/b", patient("b", "After")),
                             entry("DELETE", "Patient/a"), entry("DELETE", "Patient/none")}));
  REQUIRE(answer.status == Status::ok);
  CHECK(holds(answer, R"("family":"After")"));
  CHECK_FALSE(holds(answer, "Before"));
  CHECK(count(answer.content(), "204 No Content") == 2);
  CHECK(count(answer.content(), "200 OK") == 3);
  CHECK(fhir.read("Patient", "a").status == Status::gone);
}

TEST_CASE("a resource in a Bundle may be empty, as it may be alone") {
  test::Fhir fhir;
  const auto answer = fhir.bundle(
      bundle("transaction", {entry("POST", "Patient", R"({"resourceType":"Patient"})")}));
  CHECK(answer.status == Status::ok);
}

TEST_CASE("a transaction's conditions are decided before it writes, and hold when it does") {
  test::Fhir fhir;
  const auto known = [](const std::string& value) {
    return R"({"resourceType":"Patient","identifier":[{"system":"urn:s","value":")" + value +
           R"("}]})";
  };
  const auto if_none_exist = [&](const std::string& value) {
    return R"({"fullUrl":")" + std::string(urn1) + R"(","resource":)" + known(value) +
           R"(,"request":{"method":"POST","url":"Patient","ifNoneExist":"identifier=urn:s|)" +
           value + R"("}})";
  };
  const auto first =
      fhir.bundle(bundle("transaction", {if_none_exist("1"), entry("POST", "Task", task(urn1))}));
  REQUIRE(first.status == Status::ok);
  CHECK(count(first.content(), "201 Created") == 2);
  const auto of_patient = place(first, "Patient");
  const auto second = fhir.bundle(bundle(
      "transaction",
      {if_none_exist("1"), entry("POST", "Task", task("Patient?identifier=urn:s|1")),
       entry("PUT", "Patient?identifier=urn:s|2", known("2")),
       entry("PATCH", of_patient,
             R"({"resourceType":"Binary","contentType":"application/json-patch+json","data":)"
             R"("W3sib3AiOiJhZGQiLCJwYXRoIjoiL2FjdGl2ZSIsInZhbHVlIjp0cnVlfV0="})")}));
  REQUIRE(second.status == Status::ok);
  CHECK(count(second.content(), "200 OK") == 2);
  CHECK(count(second.content(), "201 Created") == 2);
  CHECK(holds(fhir.read("Patient", of_patient.substr(8)), R"("active":true)"));
  const auto of_task = place(second, "Task");
  CHECK(holds(fhir.read("Task", of_task.substr(5)), "\"reference\":\"" + of_patient + "\""));
  CHECK(fhir.bundle(bundle("transaction",
                           {if_none_exist("9"), entry("DELETE", "Patient?identifier=urn:s|1")}))
            .status == Status::ok);
  CHECK(fhir.read("Patient", of_patient.substr(8)).status == Status::gone);
  CHECK(fhir.bundle(bundle("transaction", {entry("PUT", "Patient?identifier=urn:s|2", known("2")),
                                           entry("DELETE", "Patient?identifier=urn:s|2")}))
            .status == Status::bad_request);
  CHECK(fhir.bundle(bundle("transaction", {entry("PATCH", "Patient?identifier=urn:s|none",
                                                 R"({"resourceType":"Parameters"})")}))
            .status == Status::not_found);
}

TEST_CASE("the answers of a Bundle hold what Prefer asks for") {
  test::Fhir fhir;
  const auto type = GENERATE("batch", "transaction");
  const auto sent = bundle(type, {entry("PUT", "Patient/a", patient("a", "Shown"))});
  interaction::BundleOptions options;
  CHECK_FALSE(holds(fhir.bundle(sent, options), "Shown"));
  options.back = Return::representation;
  CHECK(holds(fhir.bundle(sent, options), "Shown"));
  options.back = Return::outcome;
  const auto told = fhir.bundle(sent, options);
  CHECK_FALSE(holds(told, "Shown"));
  CHECK(holds(told, R"("outcome":{"resourceType":"OperationOutcome")"));
  CHECK(holds(told, R"("etag":"W/\"3\"")"));
}

TEST_CASE("a read in a Bundle is not repeated to who has its version") {
  test::Fhir fhir;
  fhir.update({"Patient", "a"}, patient("a", "Shown"));
  const auto answer = fhir.bundle(
      bundle(GENERATE("batch", "transaction"),
             {R"({"request":{"method":"GET","url":"Patient/a","ifNoneMatch":"W/\"1\""}})",
              R"({"request":{"method":"GET","url":"Patient/a","ifNoneMatch":"W/\"2\""}})",
              get_entry("Patient/_history"), get_entry("_history")}));
  CHECK(count(answer.content(), "304 Not Modified") == 1);
  CHECK(count(answer.content(), "Shown") == 3);
}

TEST_CASE("the entries of a batch stand alone") {
  test::Fhir fhir;
  fhir.update({"Patient", "a"}, patient("a"));
  const auto answer = fhir.bundle(bundle(
      "batch",
      {entry("PUT", "Patient/b", patient("b")),
       entry("POST", "Patient", R"({"resourceType":"Patient","birthDate":"x"})"),
       get_entry("Patient/a"), get_entry("Patient/none"), entry("DELETE", "Patient/a"),
       get_entry("Patient?famly=x"), get_entry("Nothing"), entry("POST", "Patient", patient(""))}));
  REQUIRE(answer.status == Status::ok);
  CHECK(holds(answer, R"("type":"batch-response")"));
  CHECK(count(answer.content(), "201 Created") == 2);
  CHECK(count(answer.content(), "422 ") == 1);
  CHECK(count(answer.content(), "404 ") == 2);
  CHECK(count(answer.content(), "400 ") == 1);
  CHECK(count(answer.content(), "204 ") == 1);
  CHECK(holds(answer, R"("expression":["Bundle.entry[1].resource.birthDate"])"));
  CHECK(fhir.read("Patient", "b").status == Status::ok);
  CHECK(fhir.read("Patient", "a").status == Status::gone);
}

TEST_CASE("only a batch or a transaction is done, and none over the limit of entries") {
  test::Fhir fhir;
  CHECK(fhir.bundle(bundle("collection", {})).status == Status::bad_request);
  CHECK(fhir.bundle(patient("x")).status == Status::bad_request);
  CHECK(fhir.bundle("{}").status == Status::bad_request);
  CHECK(fhir.bundle(R"({"resourceType":"Bundle","type":"transaction"})").status == Status::ok);
  fhir.context->limits.bundle_entries = 2;
  const auto post = entry("POST", "Patient", patient(""));
  CHECK(fhir.bundle(bundle("batch", {post, post})).status == Status::ok);
  CHECK(fhir.bundle(bundle("batch", {post, post, post})).status == Status::bad_request);
}

TEST_CASE("what is refused at the commit is told at the entry that writes it, where there is one") {
  test::Fhir fhir;
  const bool alone = GENERATE(true, false);
  fhir.context->before_commit = [](store::Unit&,
                                   std::span<const interaction::Change>,
                                    const access::Caller&) -> Result<void> {
    return Error{Kind::unsupported, "not so", "Task.focus"};
  };
  std::vector<std::string> entries = {entry("POST", "Patient", patient("", "Once"), urn1),
                                      entry("POST", "Task", task(urn1))};
  if (!alone) entries.push_back(entry("POST", "Task", task(urn1)));
  const auto answer = fhir.bundle(bundle("transaction", entries));
  CHECK(answer.failed());
  REQUIRE(answer.issues.size() == 1);
  CHECK(answer.issues[0].expression == (alone ? "Bundle.entry[1].resource.focus" : "Task.focus"));
}

TEST_CASE("a transaction sent again under its key is done once and answered the same") {
  test::Fhir fhir;
  const auto body = bundle("transaction", {entry("POST", "Patient", patient("", "Once"), urn1),
                                           entry("POST", "Task", task(urn1))});
  interaction::BundleOptions options;
  options.idempotency_key = "key-1";
  int hooks = 0;
  fhir.context->before_commit = [&](store::Unit&,
                                    std::span<const interaction::Change>,
                                    const access::Caller&) -> Result<void> {
    ++hooks;
    return {};
  };
  const auto first = fhir.bundle(body, options);
  REQUIRE(first.status == Status::ok);
  CHECK(count(first.content(), "201 Created") == 2);
  const auto again = fhir.bundle(body, options);
  CHECK(again.status == Status::ok);
  CHECK(again.content() == first.content());
  CHECK(hooks == 1);
  CHECK(count(fhir.search("Patient", {{"family", "once"}}).content(), "fullUrl") == 1);
  const auto other =
      fhir.bundle(bundle("transaction", {entry("POST", "Patient", patient(""))}), options);
  CHECK(other.status == Status::conflict);
  options.idempotency_key = "key-2";
  CHECK(fhir.bundle(body, options).status == Status::ok);
  CHECK(count(fhir.search("Patient", {{"family", "once"}}).content(), "fullUrl") == 2);
  CHECK(fhir.bundle(bundle("batch", {}), options).failed());
}

TEST_CASE(
    "a transaction under a key may read, and is answered the same though what it read changed") {
  const bool on_disk = GENERATE(false, true);
  const test::Folder folder;
  test::Fhir fhir({}, on_disk ? folder.path() : "");
  const auto body =
      bundle("transaction", {entry("PUT", "Patient/p", patient("p", "Before")),
                             entry("GET", "Patient/p"), entry("GET", "Patient?family=before")});
  interaction::BundleOptions options;
  options.idempotency_key = "key-1";
  const auto first = fhir.bundle(body, options);
  REQUIRE(first.status == Status::ok);
  CHECK(count(first.content(), "Before") == 2);
  REQUIRE_FALSE(fhir.update({"Patient", "p"}, patient("p", "After")).failed());
  CHECK(fhir.bundle(body, options).content() == first.content());
  CHECK(fhir.read("Patient", "p").version == 2);
  options.idempotency_key = "key-2";
  const auto failing = bundle("transaction", {entry("POST", "Patient", patient("", "Never")),
                                              entry("GET", "Patient/none")});
  CHECK(fhir.bundle(failing, options).status == Status::not_found);
  CHECK(count(fhir.search("Patient", {{"family", "never"}}).content(), "fullUrl") == 0);
}

TEST_CASE(
    "of a large answer under a key the first one is whole, and what is kept has the outcomes") {
  const bool on_disk = GENERATE(false, true);
  const test::Folder folder;
  test::Fhir fhir({}, on_disk ? folder.path() : "");
  const auto body = bundle("transaction", {entry("PUT", "Patient/p", patient("p", "Before")),
                                           entry("GET", "Patient/p")});
  interaction::BundleOptions options;
  options.idempotency_key = "key-1";
  options.kept_answer_bytes = 10;
  const auto first = fhir.bundle(body, options);
  REQUIRE(first.status == Status::ok);
  CHECK(count(first.content(), "Before") == 1);
  CHECK(count(first.content(), "kept_answer_bytes") == 0);
  const auto again = fhir.bundle(body, options);
  REQUIRE(again.status == Status::ok);
  CHECK(count(again.content(), "Before") == 0);
  CHECK(count(again.content(), "201 Created") == 1);
  CHECK(count(again.content(), "200 OK") == 1);
  CHECK(count(again.content(), "kept_answer_bytes") == 1);
}

TEST_CASE("any transaction is done whole or leaves everything as it was") {
  test::Fhir fhir;
  std::mt19937 random(5);
  const auto state = [&] {
    std::string all;
    for (int i = 0; i < 6; ++i) {
      const auto found = fhir.read("Patient", "p" + std::to_string(i));
      all += std::to_string(static_cast<int>(found.status)) + ":" + std::to_string(found.version) +
             " ";
    }
    return all;
  };
  int done = 0;
  for (int round = 0; round < 200; ++round) {
    std::vector<std::string> entries;
    std::set<std::string> touched;
    for (int i = 1 + static_cast<int>(random() % 5); i > 0; --i) {
      const auto id = "p" + std::to_string(random() % 6);
      touched.insert(id);
      const auto version = std::to_string(1 + random() % 4);
      switch (random() % 4) {
        case 0:
          entries.push_back(entry("DELETE", "Patient/" + id));
          break;
        case 1:
          entries.push_back(R"({"resource":)" + patient(id) +
                            R"(,"request":{"method":"PUT","url":"Patient/)" + id +
                            R"(","ifMatch":"W/\")" + version + R"(\""}})");
          break;
        case 2:
          entries.push_back(
              entry("PUT", "Patient/" + id, patient(id, "R" + std::to_string(round))));
          break;
        default:
          entries.push_back(entry(
              "PUT", "Patient/" + id,
              random() % 3 == 0 ? R"({"resourceType":"Patient","id":")" + id + R"(","active":1})"
                                : patient(id, "S" + std::to_string(round))));
      }
    }
    const auto before = state();
    const auto answer = fhir.bundle(bundle("transaction", entries));
    if (answer.failed())
      CHECK(state() == before);
    else
      ++done;
  }
  CHECK(done > 20);
}
