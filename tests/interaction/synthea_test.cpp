// Synthea's patients load whole: Bundles of hundreds of entries that refer to each other, and by
// condition to what other Bundles made.

#include "model/json.h"
#include "support/catch.h"
#include "support/fhir.h"
#include "support/files.h"
#include "wire/gzip.h"

#include <array>
#include <cstdio>
#include <iostream>
#include <memory>
#include <string>

using namespace fingerpost;
using interaction::Answer, interaction::Status;

namespace {

bool absent(const test::fs::path& folder) {
  if (test::fs::is_directory(folder)) return false;
  std::cout << "SKIPPED: the public Synthea data is not beside the checkout\n";
  return true;
}

// A collection as the transaction that creates all that is in it.
std::string as_transaction(const std::string& collection) {
  const auto& definitions = test::definitions();
  auto read = model::read_json(definitions, collection, Limits{});
  REQUIRE(read);
  auto& tree = read->tree;
  const auto name = [&](const char* text) { return definitions.names().find(text); };
  tree.set(tree.child(tree.root(), name("type")), Shape::string, "transaction");
  for (auto entry = tree.child(tree.root(), name("entry")); entry != no_node;
       entry = tree.next_same(entry)) {
    const auto resource = tree.child(entry, name("resource"));
    const auto request = tree.add(entry, name("request"), definitions.find("Bundle.entry.request"));
    tree.set(tree.add(request, name("method"), definitions.common().code), Shape::string, "POST");
    tree.set(tree.add(request, name("url"), definitions.common().uri), Shape::string,
             definitions.type_name(tree[resource].type));
  }
  std::string json;
  model::write_json(definitions, tree, tree.root(), json);
  return json;
}

std::string unpacked(const test::fs::path& file) {
  std::string text;
  const auto command = "bzip2 -dc '" + file.string() + "' 2>/dev/null";
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
  std::array<char, 65536> piece;
  while (const auto size = std::fread(piece.data(), 1, piece.size(), pipe.get()))
    text.append(piece.data(), size);
  return text;
}

int count(std::string_view text, std::string_view what) {
  int found = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++found;
  return found;
}

void check_done(const Answer& answer) {
  if (!answer.issues.empty())
    UNSCOPED_INFO(answer.issues[0].expression << ": " << answer.issues[0].text);
  REQUIRE(answer.status == Status::ok);
}

}  // namespace

TEST_CASE("Synthea's collections load as transactions, their references made local") {
  const auto folder = test::shared_data() / "synthea" / "pathling-10";
  if (absent(folder)) return;
  test::Fhir fhir;
  const auto files = test::files_in(folder, ".json.gz");
  REQUIRE(!files.empty());
  const auto packed = test::read_file(files[0]);
  const auto sent = as_transaction(wire::gunzip(packed, Limits{}.body_bytes).value());
  const auto answer = fhir.bundle(sent);
  check_done(answer);
  CHECK(count(answer.content(), "201 Created") == count(sent, "\"method\":\"POST\""));
  const auto found = fhir.search("Encounter", {{"_count", "1"}});
  CHECK(count(found.content(), "\"reference\":\"Patient/") > 0);
  CHECK(count(found.content(), "urn:uuid:") == 0);
}

TEST_CASE("Synthea's transactions find the practitioners they name by condition") {
  const auto folder = test::shared_data() / "synthea" / "blaze-ci-120";
  if (absent(folder)) return;
  test::Fhir fhir;
  auto files = test::files_in(folder, ".json.bz2");
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) {
    return test::fs::file_size(a) < test::fs::file_size(b);
  });
  std::string patient;
  int before = 0;
  for (const auto& file : files) {
    const auto name = file.filename().string();
    if (name.starts_with("0-")) {
      const auto text = unpacked(file);
      if (text.empty()) {
        std::cout << "SKIPPED: there is no bzip2 to unpack the Synthea data with\n";
        return;
      }
      const auto answer = fhir.bundle(text);
      check_done(answer);
      CHECK(count(answer.content(), "201 Created") > 300);
      const auto again = fhir.bundle(text);
      CHECK(count(again.content(), "201 Created") ==
            count(text, "\"method\"") - count(text, "\"ifNoneExist\""));
      ++before;
    } else if (patient.empty()) {
      patient = unpacked(file);
    }
  }
  REQUIRE(before == 2);
  const auto answer = fhir.bundle(patient);
  check_done(answer);
  const auto found = fhir.search("Encounter", {{"_count", "1"}});
  CHECK(count(found.content(), "\"reference\":\"Practitioner/") > 0);
  CHECK(count(found.content(), "Practitioner?identifier") == 0);
}
