// $everything, the operations on meta, and $expunge.

#include "interaction/operations.h"

#include "interaction/commit.h"
#include "interaction/conformance.h"
#include "support/bundles.h"
#include "support/catch.h"
#include "support/fhir.h"
#include "support/folder.h"

#include <set>
#include <string>

using namespace fingerpost;
using interaction::Answer, interaction::OperationCall, interaction::Status;

namespace {

Answer call(test::Fhir& fhir, std::string_view type, std::string_view id, std::string_view name,
            std::vector<search::Pair> pairs = {}, const std::string& body = "") {
  OperationCall asked;
  asked.type = type;
  asked.id = id;
  asked.name = name;
  asked.pairs = std::move(pairs);
  if (!body.empty()) asked.body = body;
  return fhir.wait(
      [&](interaction::Done done) { interaction::operate(*fhir.session, asked, std::move(done)); });
}

void put(test::Fhir& fhir, const std::string& type, const std::string& id,
         const std::string& more) {
  const auto made = fhir.update(
      {type, id}, R"({"resourceType":")" + type + R"(","id":")" + id + "\"" + more + "}");
  REQUIRE(made.status == Status::created);
}

// "Goal/g Patient/p …", without order.
std::set<std::string> places(const Answer& answer) {
  std::set<std::string> found;
  const std::string mark = R"("fullUrl":"http://test.example/fhir/)";
  const auto text = answer.content();
  for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + 1)) {
    const auto begin = at + mark.size();
    found.emplace(text.substr(begin, text.find('"', begin) - begin));
  }
  return found;
}

void fill(test::Fhir& fhir) {
  const std::string subject = R"(,"subject":{"reference":"Patient/p"})";
  put(fhir, "Patient", "p", "");
  put(fhir, "Patient", "other", "");
  put(fhir, "Practitioner", "d", "");
  put(fhir, "Organization", "o", R"(,"name":"N")");
  put(fhir, "CareTeam", "t", subject);
  put(fhir, "Goal", "g", R"(,"lifecycleStatus":"active","description":{"text":"x"})" + subject);
  put(fhir, "CarePlan", "c",
      R"(,"status":"active","intent":"plan","goal":[{"reference":"Goal/g"}],)"
      R"("careTeam":[{"reference":"CareTeam/t"}],"activity":[{"reference":{"reference":"ServiceRequest/s"}}])" +
          subject);
  put(fhir, "ServiceRequest", "s",
      R"(,"status":"active","intent":"order","requester":{"reference":"Practitioner/d"})" +
          subject);
  put(fhir, "Task", "k",
      R"(,"status":"requested","intent":"order","focus":{"reference":"ServiceRequest/s"},)"
      R"("owner":{"reference":"Organization/o"},"for":{"reference":"Patient/p"})");
  put(fhir, "Observation", "b",
      R"(,"status":"final","code":{"text":"x"},"effectiveDateTime":"2020-02-02")" + subject);
  put(fhir, "Observation", "foreign",
      R"(,"status":"final","code":{"text":"x"},"subject":{"reference":"Patient/other"})");
}

}  // namespace

TEST_CASE("everything of a patient is what refers to him and what that needs, and nobody else's") {
  test::Fhir fhir;
  fill(fhir);
  const auto all = call(fhir, "Patient", "p", "everything");
  REQUIRE(all.status == Status::ok);
  const std::set<std::string> expected = {"Patient/p",        "Practitioner/d", "Organization/o",
                                          "CareTeam/t",       "Goal/g",         "CarePlan/c",
                                          "ServiceRequest/s", "Task/k",         "Observation/b"};
  CHECK(places(all) == expected);
  CHECK(places(call(fhir, "Patient", "p", "everything", {{"_type", "Goal,Task"}})) ==
        std::set<std::string>{"Goal/g", "Task/k"});
  CHECK(places(call(fhir, "Patient", "p", "everything",
                    {{"start", "2021-01-01"}, {"_type", "Observation,Goal"}})) ==
        std::set<std::string>{"Goal/g"});
  CHECK(places(call(fhir, "Patient", "p", "everything", {{"_since", "2100-01-01"}})).empty());
  CHECK(call(fhir, "Patient", "none", "everything").status == Status::not_found);
  CHECK(call(fhir, "Patient", "p", "everything", {{"_tpye", "Goal"}}).status ==
        Status::bad_request);
  CHECK(call(fhir, "Observation", "b", "everything").status == Status::not_found);
}

TEST_CASE("everything comes in pages that lead on until all was seen once") {
  const bool on_disk = GENERATE(false, true);
  const auto count = GENERATE(as<std::size_t>{}, 1, 2, 5);
  CAPTURE(on_disk, count);
  const test::Folder folder;
  test::Fhir fhir({}, on_disk ? folder.path() : "");
  fill(fhir);
  struct Row {
    const char* type;
    const char* id;
    std::size_t all;
  };
  for (const auto& row : {Row{"Patient", "p", 9}, Row{"CarePlan", "c", 8}}) {
    CAPTURE(row.type);
    std::vector<search::Pair> pairs{{"_count", std::to_string(count)}};
    std::multiset<std::string> seen;
    for (int page = 0; page < 20; ++page) {
      const auto answer = call(fhir, row.type, row.id, "everything", pairs);
      REQUIRE(answer.status == Status::ok);
      const auto found = places(answer);
      CHECK(found.size() <= count);
      seen.insert(found.begin(), found.end());
      const auto cursor = test::next_cursor(answer);
      if (cursor.empty()) break;
      pairs.resize(1);
      pairs.emplace_back("_cursor", cursor);
    }
    CHECK(seen.size() == row.all);
    CHECK(std::set<std::string>(seen.begin(), seen.end()).size() == row.all);
  }
  CHECK(
      call(fhir, "Patient", "p", "everything", {{"_cursor", "AAAAAAAAAAAAAAAAAAAAAAAA"}}).status ==
      Status::bad_request);
  fhir.context->limits.everything = 3;
  CHECK(call(fhir, "Patient", "p", "everything").status == Status::unprocessable);
}

TEST_CASE("everything of a plan is its graph") {
  test::Fhir fhir;
  fill(fhir);
  const auto graph = call(fhir, "CarePlan", "c", "everything");
  REQUIRE(graph.status == Status::ok);
  CHECK(places(graph) == std::set<std::string>{"CarePlan/c", "Patient/p", "Goal/g", "CareTeam/t",
                                               "ServiceRequest/s", "Practitioner/d", "Task/k",
                                               "Organization/o"});
  CHECK(graph.content().find("CarePlan/c") < graph.content().find("CareTeam/t"));
}

TEST_CASE("meta is told, added to and taken from, as sets") {
  test::Fhir fhir;
  put(fhir, "Patient", "p", R"(,"meta":{"tag":[{"system":"urn:t","code":"a"}]})");
  const auto with = [](const std::string& meta) {
    return R"({"resourceType":"Parameters","parameter":[{"name":"meta","valueMeta":)" + meta +
           "}]}";
  };
  const std::string a_and_b =
      R"({"tag":[{"system":"urn:t","code":"a"},{"system":"urn:t","code":"b"}]})";
  const auto holds = [](const Answer& answer, std::string_view text) {
    return answer.content().find(text) != std::string::npos;
  };
  CHECK(holds(call(fhir, "Patient", "p", "meta"), R"("versionId":"1")"));
  const auto added = call(fhir, "Patient", "p", "meta-add", {}, with(a_and_b));
  CHECK(added.status == Status::ok);
  CHECK(holds(added, R"("versionId":"2")"));
  CHECK(holds(added, R"([{"system":"urn:t","code":"a"},{"system":"urn:t","code":"b"}])"));
  const auto taken = call(fhir, "Patient", "p", "meta-delete", {},
                          with(R"({"tag":[{"system":"urn:t","code":"a"}]})"));
  CHECK(holds(taken, R"("tag":[{"system":"urn:t","code":"b"}])"));
  CHECK(call(fhir, "Patient", "p", "meta-add", {}, with(R"({"tag":[{"code":1}]})")).failed());
  CHECK(call(fhir, "Patient", "p", "meta-add", {}, R"({"resourceType":"Parameters"})").status ==
        Status::bad_request);
  CHECK(call(fhir, "Patient", "none", "meta-add", {}, with(a_and_b)).status == Status::not_found);
}

TEST_CASE("nobody expunges but where the configuration allows it") {
  test::Fhir fhir;
  put(fhir, "Patient", "p", "");
  fhir.update({"Patient", "p"}, R"({"resourceType":"Patient","id":"p"})");
  const auto with = [](const std::string& name) {
    return R"({"resourceType":"Parameters","parameter":[{"name":")" + name +
           R"(","valueBoolean":true}]})";
  };
  const auto ask = [&](const std::string& name) {
    return call(fhir, "Patient", "p", "expunge", {}, with(name)).status;
  };
  CHECK(ask("expungeEverything") == Status::forbidden);
  CHECK(fhir.wait([&](interaction::Done done) {
              interaction::delete_history(*fhir.session, {"Patient", "p"}, std::move(done));
            })
            .status == Status::forbidden);
  fhir.context->may_expunge = true;
  CHECK(ask("expungeDeletedResources") == Status::bad_request);
  CHECK(ask("expungePreviousVersions") == Status::no_content);
  CHECK(interaction::vread(*fhir.session, {"Patient", "p"}, "1").status == Status::not_found);
  CHECK(fhir.read("Patient", "p").status == Status::ok);
  fhir.remove({"Patient", "p"});
  CHECK(ask("expungeDeletedResources") == Status::no_content);
  CHECK(fhir.read("Patient", "p").status == Status::not_found);
  CHECK(ask("expungeEverything") == Status::not_found);
}

TEST_CASE("every operation and search parameter has a valid definition of its own to be read") {
  test::Fhir fhir;
  for (const auto& operation : interaction::operations(*fhir.context)) {
    const auto id = std::string(operation.definition.substr(operation.definition.rfind('/') + 1));
    CAPTURE(id);
    CHECK(id.ends_with("-" + std::string(operation.name)));
    const auto found = fhir.read("OperationDefinition", id);
    REQUIRE(found.status == Status::ok);
    const auto sent = interaction::read_sent(*fhir.session, found.body);
    if (const auto* refused = std::get_if<Answer>(&sent))
      FAIL(refused->issues[0].expression << ": " << refused->issues[0].text);
  }
  const auto parameter = fhir.read("SearchParameter", "Patient-identifier");
  REQUIRE(parameter.status == Status::ok);
  CHECK(parameter.content().find(R"("base":["Patient"])") != std::string::npos);
  CHECK(fhir.read("SearchParameter", "none").status == Status::not_found);
  const auto api = interaction::openapi(*fhir.context);
  CHECK(api.find(R"("/Patient/{id}/$everything")") != std::string::npos);
}
