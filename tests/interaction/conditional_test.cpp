// Writes by condition (R4 http.html): what they find decides, and nothing comes between.

#include "interaction/write.h"
#include "model/json.h"
#include "support/catch.h"
#include "support/fhir.h"
#include "support/folder.h"

#include <set>
#include <string>

using namespace fingerpost;
using interaction::Answer, interaction::Return, interaction::Status, interaction::WriteOptions;

namespace {

std::string patient(const std::string& value, const std::string& id = "") {
  return R"({"resourceType":"Patient")" + (id.empty() ? "" : R"(,"id":")" + id + "\"") +
         R"(,"identifier":[{"system":"urn:s","value":")" + value + R"("}]})";
}
WriteOptions by(const std::string& value) {
  WriteOptions options;
  options.condition.emplace().emplace_back("identifier", "urn:s|" + value);
  return options;
}
bool holds(const Answer& answer, std::string_view text) {
  return answer.content().find(text) != std::string::npos;
}
std::size_t matches(test::Fhir& fhir, const std::string& value) {
  const auto found = fhir.search("Patient", {{"identifier", "urn:s|" + value}});
  std::size_t count = 0;
  const auto text = found.content();
  for (auto at = text.find("\"match\""); at != std::string::npos;
       at = text.find("\"match\"", at + 1))
    ++count;
  return count;
}

}  // namespace

TEST_CASE("a conditional create makes one, finds one, and refuses several") {
  test::Fhir fhir;
  const auto made = fhir.create("Patient", patient("1"), by("1"));
  CHECK(made.status == Status::created);
  const auto found = fhir.create("Patient", patient("1"), by("1"));
  CHECK(found.status == Status::ok);
  CHECK(found.location == made.location);
  CHECK(found.content() == made.content());
  auto quiet = by("1");
  quiet.back = Return::minimal;
  CHECK(fhir.create("Patient", patient("1"), quiet).content().empty());
  fhir.create("Patient", patient("1"));
  CHECK(fhir.create("Patient", patient("1"), by("1")).status == Status::precondition_failed);
  WriteOptions none;
  none.condition.emplace();
  CHECK(fhir.create("Patient", patient("1"), none).status == Status::bad_request);
  WriteOptions wrong;
  wrong.condition.emplace().emplace_back("identifer", "1");
  CHECK(fhir.create("Patient", patient("1"), wrong).status == Status::bad_request);
}

TEST_CASE("many conditional creates at once make one resource, on both stores") {
  const test::Folder folder;
  test::Fhir fhir({}, GENERATE(false, true) ? folder.path() : std::string());
  constexpr std::size_t many = 50;
  const auto answers = fhir.wait_all(many, [&](std::size_t, interaction::Done done) {
    interaction::create(*fhir.session, "Patient", patient("1"), by("1"), std::move(done));
  });
  int created = 0;
  std::set<std::string> places;
  for (const auto& answer : answers) {
    created += answer.status == Status::created ? 1 : 0;
    CHECK((answer.status == Status::created || answer.status == Status::ok));
    places.insert(answer.location);
  }
  CHECK(created == 1);
  CHECK(places.size() == 1);
  CHECK(matches(fhir, "1") == 1);
}

TEST_CASE("many conditional updates at once write one resource, each its own version") {
  const test::Folder folder;
  test::Fhir fhir({}, GENERATE(false, true) ? folder.path() : std::string());
  constexpr std::size_t many = 4;
  const auto answers = fhir.wait_all(many, [&](std::size_t, interaction::Done done) {
    interaction::update(*fhir.session, {"Patient", ""}, patient("1"), by("1"), std::move(done));
  });
  std::set<std::int64_t> versions;
  for (const auto& answer : answers) versions.insert(answer.version);
  CHECK(versions.size() == many);
  CHECK(matches(fhir, "1") == 1);
}

TEST_CASE("a conditional update writes what it finds, or something new") {
  test::Fhir fhir;
  const auto to = [&](const std::string& body, const std::string& value) {
    return fhir.update({"Patient", ""}, body, by(value));
  };
  const auto made = to(patient("1"), "1");
  CHECK(made.status == Status::created);
  const auto again = to(patient("1"), "1");
  CHECK(again.status == Status::ok);
  CHECK(again.version == 2);
  CHECK(to(patient("1", "another"), "1").status == Status::bad_request);
  const auto chosen = to(patient("2", "mine"), "2");
  CHECK(chosen.status == Status::created);
  CHECK(chosen.location == "Patient/mine/_history/1");
  CHECK(to(patient("2", "mine"), "2").version == 2);
  CHECK(to(patient("3", "mine"), "3").status == Status::conflict);
  fhir.create("Patient", patient("1"));
  CHECK(to(patient("1"), "1").status == Status::precondition_failed);
}

TEST_CASE("a conditional delete takes all that match, up to a limit") {
  Limits limits;
  limits.conditional_deletes = 3;
  test::Fhir fhir(limits);
  for (int i = 0; i < 3; ++i) fhir.create("Patient", patient("1"));
  for (int i = 0; i < 4; ++i) fhir.create("Patient", patient("2"));
  CHECK(fhir.remove({"Patient", ""}, by("1")).status == Status::no_content);
  CHECK(matches(fhir, "1") == 0);
  CHECK(fhir.remove({"Patient", ""}, by("1")).status == Status::no_content);
  CHECK(fhir.remove({"Patient", ""}, by("2")).status == Status::precondition_failed);
  CHECK(matches(fhir, "2") == 4);
  WriteOptions all;
  all.condition.emplace();
  CHECK(fhir.remove({"Patient", ""}, all).status == Status::bad_request);
}

TEST_CASE("If-Match takes a list and any, If-None-Match makes only what is not there") {
  test::Fhir fhir;
  const auto put = [&](WriteOptions options) {
    return fhir.update({"Patient", "p"}, patient("1", "p"), options).status;
  };
  WriteOptions fresh;
  fresh.if_none_match.any = true;
  WriteOptions any;
  any.if_match.any = true;
  WriteOptions listed;
  listed.if_match.list = {7, 2, 9};
  WriteOptions not_two;
  not_two.if_none_match.list = {2};
  CHECK(put(any) == Status::precondition_failed);
  CHECK(put(fresh) == Status::created);
  CHECK(put(fresh) == Status::precondition_failed);
  CHECK(put(listed) == Status::precondition_failed);
  CHECK(put(any) == Status::ok);
  CHECK(put(not_two) == Status::precondition_failed);
  CHECK(put(listed) == Status::ok);
  CHECK(put(not_two) == Status::ok);
  CHECK(fhir.remove({"Patient", "p"}, listed).status == Status::precondition_failed);
  CHECK(fhir.remove({"Patient", "p"}, any).status == Status::no_content);
  CHECK(put(fresh) == Status::created);
}

TEST_CASE("a Provenance sent along is written in the same unit, about the resource") {
  test::Fhir fhir;
  WriteOptions options;
  options.provenance = R"({"resourceType":"Provenance","recorded":"2026-01-01T00:00:00Z",)"
                       R"("agent":[{"who":{"display":"x"}}]})";
  const auto made = fhir.update({"Patient", "p"}, patient("1", "p"), options);
  CHECK(made.status == Status::created);
  CHECK(holds(made, "\"Patient\""));
  CHECK(holds(fhir.search("Provenance", {{"target", "Patient/p"}}), R"("display":"x")"));
  options.provenance = R"({"resourceType":"Provenance"})";
  CHECK(fhir.update({"Patient", "p"}, patient("1", "p"), options).status == Status::unprocessable);
  options.provenance = R"({"resourceType":"Basic"})";
  CHECK(fhir.create("Patient", patient("1"), options).status == Status::bad_request);
  CHECK(fhir.read("Patient", "p").version == 1);
}

TEST_CASE(
    "what is drafted on the version that was read is drafted anew when another came between") {
  test::Fhir fhir;
  REQUIRE(fhir.update({"Patient", "a"}, patient("1", "a")).status == Status::created);
  int decided = 0;
  const auto answer = fhir.wait([&](interaction::Done done) {
    interaction::decide_and_commit(
        *fhir.session,
        [&]() -> interaction::Decision {
          const auto version = fhir.session->reader.read("Patient", "a").value().version;
          if (++decided == 1) fhir.update({"Patient", "a"}, patient("2", "a"));
          interaction::Attempt attempt;
          auto& draft = attempt.drafts.emplace_back(
              interaction::draft_of(store::Write::Op::put, "Patient", "a"));
          draft.if_version = version;
          auto read = model::read_json(test::definitions(), patient("3", "a"), Limits{});
          draft.tree = std::move(read->tree);
          return attempt;
        },
        Return::minimal, std::move(done));
  });
  CHECK(answer.status == Status::ok);
  CHECK(decided == 2);
  CHECK(answer.version == 3);
}
