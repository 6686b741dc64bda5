// What a transaction does as one: its reads, its references, its operations. Both stores.

#include "support/bundles.h"
#include "support/catch.h"
#include "support/fhir.h"
#include "support/folder.h"

#include <string>
#include <vector>

using namespace fingerpost;
using namespace fingerpost::test;
using interaction::Status;

namespace {

struct Place {
  Folder folder;
  Fhir fhir{{}, GENERATE(false, true) ? folder.path() : std::string()};
};

std::string patient(const std::string& id, const std::string& value) {
  return R"({"resourceType":"Patient")" + (id.empty() ? "" : R"(,"id":")" + id + "\"") +
         R"(,"identifier":[{"system":"urn:s","value":")" + value + R"("}]})";
}
std::string observation(const std::string& subject) {
  return R"({"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":")" +
         subject + R"("}})";
}
const std::string whose = "Patient?identifier=urn:s|";

int stored(Fhir& fhir, const std::string& type) {
  return count(fhir.search(type).content(), "\"fullUrl\"");
}

}  // namespace

TEST_CASE("a transaction with a read that fails changes nothing, and says which") {
  Place place;
  auto& fhir = place.fhir;
  fhir.update({"Patient", "old"}, patient("old", "1"));
  const auto row = GENERATE(values<std::string>(
      {"Patient/none", "Patient/old", "Patient/none/_history", "Patient/new/_history/2",
       "Patient?famly=x", "Patient/none/$everything", "Patient/$everything", "Nothing/1",
       "ValueSet/$expand?url=urn:none", "_history?_count=x"}));
  CAPTURE(row);
  const auto answer =
      fhir.bundle(bundle("transaction", {entry("PUT", "Patient/new", patient("new", "2")),
                                         entry("DELETE", "Patient/old"), entry("GET", row)}));
  CHECK(answer.failed());
  CHECK(static_cast<int>(answer.status) < 500);
  REQUIRE_FALSE(answer.issues.empty());
  CHECK(answer.issues[0].expression == "Bundle.entry[2].request.url");
  CHECK(fhir.read("Patient", "new").status == Status::not_found);
  CHECK(fhir.read("Patient", "old").status == Status::ok);
  CHECK(fhir.update({"Patient", "new"}, patient("new", "2")).status == Status::created);
}

TEST_CASE("the reads of a transaction see its writes, in every interaction") {
  Place place;
  auto& fhir = place.fhir;
  fhir.update({"Patient", "old"}, patient("old", "1"));
  const auto answer = fhir.bundle(
      bundle("transaction",
             {entry("GET", "Patient/new"), entry("GET", "Patient/new/_history/1"),
              entry("GET", "Patient?identifier=urn:s|2"), entry("GET", "Patient/new/$everything"),
              entry("GET", "Patient?_id=old&_summary=count"),
              entry("PUT", "Patient/new", patient("new", "2")), entry("DELETE", "Patient/old")}));
  REQUIRE(answer.status == Status::ok);
  CHECK(count(answer.content(), R"("value":"2")") == 4);
  CHECK(holds(answer, R"("total":0)"));
}

TEST_CASE("a transaction that only reads fails with the first that does") {
  Place place;
  const auto read = [&](const std::string& url) {
    return place.fhir.bundle(bundle("transaction", {entry("GET", "metadata"), entry("GET", url)}));
  };
  CHECK(read("Patient").status == Status::ok);
  CHECK(read("Patient/none").status == Status::not_found);
}

TEST_CASE("a conditional reference leads to what is there when the transaction is done") {
  Place place;
  auto& fhir = place.fhir;
  fhir.update({"Patient", "kept"}, patient("kept", "kept"));
  fhir.update({"Patient", "old"}, patient("old", "old"));
  struct Row {
    std::vector<std::string> besides;
    std::string value;
    int status;
    std::string leads_to;
  };
  const auto row = GENERATE_COPY(
      Row{{}, "kept", 200, "Patient/kept"}, Row{{}, "none", 412, ""},
      Row{{entry("PUT", "Patient/made", patient("made", "new"))}, "new", 200, "Patient/made"},
      Row{{entry("POST", "Patient", patient("", "new"))}, "new", 200, "Patient/"},
      Row{{entry("DELETE", "Patient/old")}, "old", 412, ""},
      Row{{entry("DELETE", whose + "old")}, "old", 412, ""},
      Row{{entry("PUT", "Patient/old", patient("old", "new"))}, "old", 412, ""},
      Row{{entry("PUT", "Patient/old", patient("old", "new"))}, "new", 200, "Patient/old"},
      Row{{entry("POST", "Patient", patient("", "kept"))}, "kept", 412, ""},
      Row{{entry("DELETE", "Patient/old"), entry("POST", "Patient", patient("", "old"))},
          "old",
          200,
          "Patient/"},
      Row{{entry("POST", "Patient", patient("", "two")),
           entry("POST", "Patient", patient("", "two"))},
          "two",
          412,
          ""});
  CAPTURE(row.besides, row.value);
  auto entries = row.besides;
  entries.insert(entries.begin(), entry("POST", "Observation", observation(whose + row.value)));
  const auto before = stored(fhir, "Patient");
  const auto answer = fhir.bundle(bundle("transaction", entries));
  CHECK(static_cast<int>(answer.status) == row.status);
  if (row.status != 200) {
    REQUIRE_FALSE(answer.issues.empty());
    CHECK(answer.issues[0].expression == "Bundle.entry[0].resource.subject.reference");
    CHECK(stored(fhir, "Patient") == before);
    CHECK(stored(fhir, "Observation") == 0);
    return;
  }
  const auto found = fhir.search("Observation");
  CHECK(holds(found, R"("subject":{"reference":")" + row.leads_to));
}

TEST_CASE("a chained conditional reference never leads to what the transaction changes") {
  Place place;
  auto& fhir = place.fhir;
  fhir.update({"Organization", "o"},
              R"({"resourceType":"Organization","id":"o","name":"Surgery"})");
  fhir.update(
      {"Patient", "p"},
      R"({"resourceType":"Patient","id":"p","managingOrganization":{"reference":"Organization/o"}})");
  const auto refers =
      entry("POST", "Observation", observation("Patient?organization.name=surgery"));
  CHECK(fhir.bundle(bundle("transaction", {refers})).status == Status::ok);
  const auto renamed =
      entry("PUT", "Organization/o", R"({"resourceType":"Organization","id":"o","name":"Other"})");
  CHECK(fhir.bundle(bundle("transaction", {refers, renamed})).status == Status::conflict);
  CHECK(holds(fhir.read("Organization", "o"), "Surgery"));
}

TEST_CASE("canonicals stay as they are, and references to a version stay of a version") {
  Place place;
  auto& fhir = place.fhir;
  fhir.update({"Patient", "kept"}, patient("kept", "kept"));
  fhir.update({"Patient", "kept"}, patient("kept", "again"));
  const auto versioned = [](const std::string& id, const std::string& version) {
    return R"({"resourceType":"Patient","id":")" + id + R"(","meta":{"versionId":")" + version +
           R"("},"active":true})";
  };
  const std::string there = "http://gp.example/fhir/";
  const auto refers = [&](const std::string& to) {
    return entry("PUT", "Observation/o",
                 R"({"resourceType":"Observation","id":"o","status":"final","code":{"text":"x"},)"
                 R"("extension":[{"url":"urn:e","valueCanonical":")" +
                     there + R"(Patient/1"}],"subject":{"reference":")" + to + R"("}})",
                 there + "Observation/1");
  };
  struct Row {
    std::string other;
    std::string to;
    std::string becomes;
  };
  const auto row = GENERATE_COPY(
      Row{entry("POST", "Patient", patient("", "n"), there + "Patient/1"), "Patient/1/_history/3",
          "/_history/1"},
      Row{entry("POST", "Patient", patient("", "n"), there + "Patient/1"),
          there + "Patient/1/_history/3", "/_history/1"},
      Row{entry("PUT", "Patient/kept", patient("kept", "n"), there + "Patient/1"),
          "Patient/1/_history/1", "Patient/kept/_history/3"},
      Row{entry("PUT", "Patient/kept", versioned("kept", "9"), there + "Patient/kept"),
          "Patient/kept/_history/9", "Patient/kept/_history/3"},
      Row{entry("PUT", "Patient/kept", versioned("kept", "9"), there + "Patient/kept"),
          "Patient/kept/_history/1", "Patient/kept/_history/1"},
      Row{entry("PUT", "Patient/kept", patient("kept", "n"), there + "Patient/kept"),
          "Patient/kept/_history/1", "Patient/kept/_history/1"});
  CAPTURE(row.other, row.to);
  const auto answer = fhir.bundle(bundle("transaction", {refers(row.to), row.other}));
  REQUIRE(answer.status == Status::ok);
  const auto found = fhir.read("Observation", "o");
  CHECK(holds(found, row.becomes + "\""));
  CHECK(holds(found, R"("valueCanonical":")" + there + R"(Patient/1")"));
}

TEST_CASE("operations and searches by POST are entries like any other") {
  Place place;
  auto& fhir = place.fhir;
  fhir.update({"Patient", "a"}, patient("a", "1"));
  const auto type = GENERATE("batch", "transaction");
  const auto answer = fhir.bundle(
      bundle(type, {entry("POST", "ValueSet/$expand",
                          R"({"resourceType":"Parameters","parameter":[{"name":"url","valueUri":)"
                          R"("http://hl7.org/fhir/ValueSet/administrative-gender"}]})"),
                    entry("POST", "Patient/_search?identifier=urn:s|1"),
                    entry("POST", "Patient/_search",
                          R"({"resourceType":"Binary","contentType":)"
                          R"("application/x-www-form-urlencoded","data":"X2lkPWE="})"),
                    entry("POST", "_search?_type=Patient&_id=a"), entry("HEAD", "Patient/a")}));
  CAPTURE(answer.content());
  REQUIRE(answer.status == Status::ok);
  CHECK(count(answer.content(), R"("status":"200 OK")") == 5);
  CHECK(count(answer.content(), "\"expansion\"") == 1);
  CHECK(count(answer.content(), R"("identifier":[{"system":"urn:s")") == 3);
}

TEST_CASE("an operation that changes something is for a batch") {
  Place place;
  auto& fhir = place.fhir;
  fhir.update({"Patient", "a"}, patient("a", "1"));
  const auto add = entry("POST", "Patient/a/$meta-add",
                         R"({"resourceType":"Parameters","parameter":[{"name":"meta","valueMeta":)"
                         R"({"tag":[{"system":"urn:t","code":"added"}]}}]})");
  const auto refused = fhir.bundle(bundle("transaction", {add}));
  CHECK(refused.status == Status::bad_request);
  CHECK(refused.issues.at(0).expression == "Bundle.entry[0].request.url");
  const auto done = fhir.bundle(bundle("batch", {add}));
  CHECK(count(done.content(), "200 OK") == 1);
  CHECK(holds(fhir.read("Patient", "a"), "\"added\""));
}

TEST_CASE("the failures of a batch say where in it they lie") {
  Place place;
  const auto row = GENERATE(table<std::string, std::string>(
      {{entry("GET", "Patient/none"), ".request.url"},
       {entry("GET", "Patient?famly=x"), ".request.url"},
       {entry("DELETE", "Patient?famly=x"), ".request.url"},
       {entry("PUT", "Patient/x", patient("y", "1")), ".resource.id"}}));
  const auto answer = place.fhir.bundle(bundle("batch", {std::get<0>(row)}));
  CHECK(holds(answer, R"("expression":["Bundle.entry[0])" + std::get<1>(row) + "\"]"));
}

TEST_CASE("a history tells how each version was made") {
  Place place;
  auto& fhir = place.fhir;
  const auto made = fhir.create("Patient", patient("", "1"));
  REQUIRE(made.status == Status::created);
  const auto id = made.location.substr(8, made.location.find("/_history") - 8);
  fhir.update({"Patient", id}, patient(id, "2"));
  fhir.patch({"Patient", id}, interaction::PatchForm::merge, R"({"active":true})");
  fhir.remove({"Patient", id});
  const auto history = interaction::history(*fhir.session, {"Patient", id}, {});
  const auto at = R"(,"url":"Patient/)" + id + "\"}";
  CHECK(count(history.content(), R"("method":"POST","url":"Patient"})") == 1);
  CHECK(count(history.content(), R"("method":"PUT")" + at) == 1);
  CHECK(count(history.content(), R"("method":"PATCH")" + at) == 1);
  CHECK(count(history.content(), R"("method":"DELETE")" + at) == 1);
}
