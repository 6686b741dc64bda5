// Whole records of GP systems, as public test data has them: every referral and every planned
// request must be found again in the result. Skipped where the data is not there.

#include "record/gpconnect.h"
#include "support/catch.h"
#include "support/reading.h"
#include "support/translator.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

using namespace fingerpost;

namespace {

class Reader : public test::Reader {
 public:
  using test::Reader::Reader;

  std::set<std::string> codes(NodeId concept_node) const {
    std::set<std::string> found;
    for (const auto coding : all(concept_node, "coding"))
      found.insert(text(coding, "system") + "|" + text(coding, "code"));
    return found;
  }
  // Every urn:uuid reference below the node.
  void references(NodeId node, std::vector<std::string>& found) const {
    if (tree().name_text(node) == "reference" && tree().text(node).starts_with("urn:"))
      found.emplace_back(tree().text(node));
    for (auto child = tree().first_child(node); child != no_node; child = tree().next(child))
      references(child, found);
  }
};

bool includes(const std::set<std::string>& all, const std::set<std::string>& some) {
  return std::includes(all.begin(), all.end(), some.begin(), some.end());
}

struct Pair {
  Reader from;
  NodeId want;
  Reader to;
  NodeId got;
};

void check_codes(const Pair& pair, NodeId main) {
  if (main == no_node) return;
  auto have = pair.to.codes(pair.to.one(pair.got, "code"));
  for (const auto reason : pair.to.all(pair.got, "reasonCode")) have.merge(pair.to.codes(reason));
  CHECK(includes(have, pair.from.codes(main)));
}

void check_request(const Pair& pair, bool planned) {
  const auto same = [&](const char* name) {
    CHECK(pair.to.text(pair.got, name) == pair.from.text(pair.want, name));
  };
  same("authoredOn");
  same("occurrence");
  same("priority");
  same("intent");
  std::vector<std::string> notes;
  if (const auto text = pair.from.text(pair.want, "description"); !text.empty())
    notes.push_back(text);
  for (const auto note : pair.from.all(pair.want, "note"))
    notes.push_back(pair.from.text(note, "text"));
  std::vector<std::string> kept;
  for (const auto note : pair.to.all(pair.got, "note")) kept.push_back(pair.to.text(note, "text"));
  CHECK(kept == notes);
  CHECK((pair.to.one(pair.got, "requester") != no_node) ==
        (pair.from.one(pair.want, "requester") != no_node));
  CHECK(pair.to.all(pair.got, "performer").size() == pair.from.all(pair.want, "recipient").size());
  check_codes(pair, pair.from.one(pair.want, planned ? "code" : "reasonCode"));
}

std::set<std::string> activities(const Reader& reader, NodeId bundle) {
  std::set<std::string> found;
  for (const auto plan : reader.resources(bundle, "CarePlan"))
    for (const auto activity : reader.all(plan, "activity"))
      found.insert(reader.text(reader.one(activity, "reference"), "reference"));
  return found;
}

void check_record(const test::fs::path& file, int& requests) {
  CAPTURE(file.filename());
  const auto text = test::read_file(file);
  const auto source = record::read_gpconnect(test::definitions(), text, {});
  REQUIRE(source);
  const auto made = test::translator().translate(Format::gpconnect, text, {});
  REQUIRE(made);
  const Reader from(source->tree);
  const Reader to(made->bundle);
  const auto root = made->bundle.root();
  std::map<std::string, NodeId> by_identifier;
  for (const auto got : to.resources(root, "ServiceRequest"))
    for (const auto identifier : to.all(got, "identifier"))
      by_identifier[to.text(identifier, "value")] = got;
  const auto planned = activities(to, root);
  for (const auto* type : {"ReferralRequest", "ProcedureRequest"})
    for (const auto want : from.resources(source->bundle, type)) {
      const bool is_plan = from.text(want, "intent") == "plan";
      const auto value = from.text(from.one(want, "identifier"), "value");
      CAPTURE(type, value);
      REQUIRE(by_identifier.count(value) == 1);
      const auto got = by_identifier[value];
      check_request({from, want, to, got}, type == std::string_view("ProcedureRequest"));
      CHECK(planned.count("urn:uuid:" + to.text(got, "id")) == (is_plan ? 1 : 0));
      ++requests;
    }
  std::set<std::string> known;
  for (const auto entry : to.all(root, "entry")) known.insert(to.text(entry, "fullUrl"));
  std::vector<std::string> references;
  to.references(root, references);
  for (const auto& reference : references) CHECK(known.count(reference) == 1);
  CHECK_FALSE(has_errors(made->issues));
}

void check_records(const char* folder, int expected) {
  const auto data = test::shared_data();
  if (data.empty()) {
    WARN("skipped: no ../shared/data beside the checkout");
    return;
  }
  int requests = 0;
  for (const auto& file : test::files_in(data / "gp" / folder, ".json"))
    check_record(file, requests);
  CHECK(requests == expected);
}

}  // namespace

TEST_CASE("every referral and planned request of thirteen whole EMIS records comes through") {
  check_records("gp2gp-sending/uat/input/TC4", 21 + 32);
}

TEST_CASE(
    "every referral and planned request of the EMIS and Medicus test patients comes through") {
  check_records("gp2gp-requesting/gpc-structured-stubs", 4 + 19);
}
