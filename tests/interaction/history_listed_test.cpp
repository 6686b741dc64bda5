// The history of what a List names (R4 http.html#history, _list).

#include "interaction/interactions.h"
#include "support/catch.h"
#include "support/fhir.h"
#include "support/folder.h"

#include <algorithm>
#include <string>
#include <vector>

using namespace fingerpost;

namespace {

std::string patient(const std::string& id, const std::string& family) {
  return R"({"resourceType":"Patient","id":")" + id + R"(","name":[{"family":")" + family +
         R"("}]})";
}

void fill(test::Fhir& fhir) {
  for (const std::string family : {"First", "Second", "Third"})
    REQUIRE_FALSE(fhir.update({"Patient", "p"}, patient("p", family)).failed());
  REQUIRE_FALSE(fhir.update({"Patient", "q"}, patient("q", "Other")).failed());
  REQUIRE_FALSE(fhir.update({"Patient", "gone"}, patient("gone", "Gone")).failed());
  REQUIRE_FALSE(fhir.remove({"Patient", "gone"}).failed());
  const auto item = [](const std::string& reference) {
    return R"({"item":{"reference":")" + reference + R"("}})";
  };
  REQUIRE_FALSE(
      fhir.update(
              {"List", "l"},
              R"({"resourceType":"List","id":"l","status":"current","mode":"working","entry":[)" +
                  item("Patient/p/_history/2") + "," + item("Patient/p") + "," +
                  item("Patient/p/_history/3") + "," + item("Patient/q") + "," +
                  item("Patient/gone") + "," + item("Patient/none") + "," + item("#x") + "," +
                  item("http://elsewhere.example/fhir/Patient/q") + "," +
                  item("http://test.example/fhir/Practitioner/none") + "]}")
          .failed());
}

// The ETags of the entries, each with its id: "p2 q1".
std::vector<std::string> versions(const interaction::Answer& answer) {
  std::vector<std::string> found;
  const std::string body(answer.content());
  for (auto at = body.find(R"("resource":{)"); at != std::string::npos;
       at = body.find(R"("resource":{)", at + 1)) {
    const auto id = body.find(R"("id":")", at) + 6;
    const auto version = body.find(R"("versionId":")", at) + 13;
    found.push_back(body.substr(id, body.find('"', id) - id) +
                    body.substr(version, body.find('"', version) - version));
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::string next_cursor(const interaction::Answer& answer) {
  const std::string body(answer.content());
  const auto next = body.find(R"("relation":"next")");
  if (next == std::string::npos) return {};
  const auto at = body.find("_cursor=", next) + 8;
  return body.substr(at, body.find_first_of("\"&", at) - at);
}

}  // namespace

TEST_CASE("a history of a List has the versions that it names, and nothing else") {
  const bool on_disk = GENERATE(false, true);
  const test::Folder folder;
  test::Fhir fhir({}, on_disk ? folder.path() : "");
  fill(fhir);
  struct Row {
    interaction::Target target;
    const char* list;
    std::vector<std::string> versions;
  };
  for (const auto& row :
       {Row{{"", ""}, "List/l", {"p2", "p3", "q1"}}, Row{{"Patient", ""}, "l", {"p2", "p3", "q1"}},
        Row{{"Patient", "p"}, "l", {"p2", "p3"}}, Row{{"List", ""}, "l", {}}}) {
    CAPTURE(row.target.type, row.target.id);
    const auto answer = interaction::history(*fhir.session, row.target, {{"_list", row.list}},
                                             search::Handling::strict);
    REQUIRE_FALSE(answer.failed());
    CHECK(versions(answer) == row.versions);
  }
}

TEST_CASE("the pages of a List's history hold each version once") {
  test::Fhir fhir;
  fill(fhir);
  std::vector<std::string> all;
  std::vector<search::Pair> pairs{{"_list", "l"}, {"_count", "1"}};
  for (int pages = 0; pages < 5; ++pages) {
    const auto answer =
        interaction::history(*fhir.session, {"Patient", ""}, pairs, search::Handling::strict);
    REQUIRE_FALSE(answer.failed());
    for (const auto& one : versions(answer)) all.push_back(one);
    const auto cursor = next_cursor(answer);
    if (cursor.empty()) break;
    pairs.resize(2);
    pairs.emplace_back("_cursor", cursor);
  }
  std::sort(all.begin(), all.end());
  CHECK(all == std::vector<std::string>{"p2", "p3", "q1"});
}

TEST_CASE("a List that is not there, is too long or comes with a moment is refused") {
  Limits limits;
  limits.included = 3;
  test::Fhir fhir(limits);
  fill(fhir);
  const auto ask = [&](std::vector<search::Pair> pairs) {
    return interaction::history(*fhir.session, {"Patient", ""}, pairs, search::Handling::strict)
        .status;
  };
  CHECK(ask({{"_list", "none"}}) == interaction::Status::not_found);
  CHECK(ask({{"_list", "l"}}) == interaction::Status::unprocessable);
  CHECK(ask({{"_list", "l"}, {"_at", "2020"}}) == interaction::Status::bad_request);
}
