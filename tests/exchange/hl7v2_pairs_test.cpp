// Messages that others have published with their FHIR, compared fact by fact: of the values that
// the published resources have in the elements a segment fills, how many do ours have there. The
// counts are held, so that none is lost unnoticed; what is missing is mostly what others put there
// by rules of their own (README.md of mappings/hl7v2 says ours).

#include "exchange/translate_hl7v2.h"
#include "model/json.h"
#include "path/fhirpath.h"
#include "support/catch.h"
#include "support/translator.h"
#include "wire/json_view.h"

#include <cstdio>
#include <map>
#include <set>
#include <string>
#include <vector>

using namespace fingerpost;

namespace {

struct Fact {
  const char* segment;
  const char* path;  // of a Bundle
  std::size_t most;  // characters compared: of a time the day
};
constexpr std::size_t day = 10;
constexpr std::size_t all = std::string::npos;
constexpr Fact facts[] = {
    {"PID", "Patient).identifier.value", all},
    {"PID", "Patient).name.family", all},
    {"PID", "Patient).name.given", all},
    {"PID", "Patient).name.prefix", all},
    {"PID", "Patient).name.suffix", all},
    {"PID", "Patient).birthDate", all},
    {"PID", "Patient).gender", all},
    {"PID", "Patient).address.line", all},
    {"PID", "Patient).address.city", all},
    {"PID", "Patient).address.state", all},
    {"PID", "Patient).address.postalCode", all},
    {"PID", "Patient).telecom.value", all},
    {"PID", "Patient).maritalStatus.coding.code", all},
    {"PID", "Patient).communication.language.coding.code", all},
    {"PID", "Patient).multipleBirth", all},
    {"PID", "Patient).deceased", day},
    {"NK1", "RelatedPerson).name.family", all},
    {"NK1", "RelatedPerson).name.given", all},
    {"NK1", "RelatedPerson).relationship.coding.code", all},
    {"NK1", "RelatedPerson).address.city", all},
    {"NK1", "RelatedPerson).telecom.value", all},
    {"NK1", "RelatedPerson).gender", all},
    {"NK1", "RelatedPerson).birthDate", all},
    {"PV1", "Encounter).class.code", all},
    {"PV1", "Encounter).identifier.value", all},
    {"PV1", "Encounter).type.coding.code", all},
    {"PV1", "Encounter).serviceType.coding.code", all},
    {"PV1", "Encounter).period.start", day},
    {"PV1", "Encounter).period.end", day},
    {"PV1", "Encounter).participant.type.coding.code", all},
    {"AL1", "AllergyIntolerance).code.coding.code", all},
    {"AL1", "AllergyIntolerance).category", all},
    {"AL1", "AllergyIntolerance).criticality", all},
    {"AL1", "AllergyIntolerance).reaction.manifestation.text", all},
    {"AL1", "AllergyIntolerance).onset", day},
    {"DG1", "Condition).code.coding.code", all},
    {"DG1", "Condition).code.text", all},
    {"DG1", "Condition).onset", day},
    {"DG1", "Condition).recordedDate", day},
    {"DG1", "Condition).identifier.value", all},
    {"OBX", "Observation).code.coding.code", all},
    {"OBX", "Observation).status", all},
    {"OBX", "Observation).value.ofType(Quantity).value", all},
    {"OBX", "Observation).value.ofType(Quantity).unit", all},
    {"OBX", "Observation).value.ofType(string)", all},
    {"OBX", "Observation).value.ofType(CodeableConcept).coding.code", all},
    {"OBX", "Observation).effective.ofType(dateTime)", day},
    {"OBX", "Observation).interpretation.coding.code", all},
    {"OBX", "Observation).referenceRange.text", all},
    {"OBR", "DiagnosticReport).code.coding.code", all},
    {"OBR", "DiagnosticReport).status", all},
    {"OBR", "DiagnosticReport).effective.ofType(dateTime)", day},
    {"OBR", "DiagnosticReport).issued", day},
    {"OBR", "DiagnosticReport).identifier.value", all},
    {"GOL", "Goal).description.coding.code", all},
    {"GOL", "Goal).identifier.value", all},
    {"GOL", "Goal).target.due", all},
    {"GOL", "Goal).lifecycleStatus", all},
    {"PRB", "Condition).code.coding.code", all},
    {"PRB", "Condition).identifier.value", all},
    {"PRB", "Condition).recordedDate", day},
    {"PRB", "Condition).clinicalStatus.coding.code", all},
    {"PRB", "Condition).abatement", day},
    {"PRB", "Condition).onset", day},
};

struct Count {
  std::size_t found = 0;
  std::size_t published = 0;
};
using Counts = std::map<std::string, Count>;

std::multiset<std::string> values(const Tree& bundle, const Fact& fact) {
  const auto compiled =
      path::compile(std::string("entry.resource.ofType(") + fact.path, test::definitions());
  REQUIRE(compiled);
  path::Environment environment;
  std::multiset<std::string> out;
  const auto found =
      path::evaluate(*compiled, path::Value(NodeRef{&bundle, bundle.root()}), environment);
  if (!found) return out;
  for (const auto& value : *found) {
    auto text = path::value_text(test::definitions(), value);
    if (!text.empty()) out.insert(text.substr(0, fact.most));
  }
  return out;
}

// `segments` are those the message has.
void compare(const Tree& made, const Tree& published, const std::set<std::string>& segments,
             Counts& counts) {
  for (const auto& fact : facts) {
    if (segments.count(fact.segment) == 0) continue;
    auto ours = values(made, fact);
    for (const auto& value : values(published, fact)) {
      auto& count = counts[fact.segment];
      ++count.published;
      const auto same = ours.find(value);
      if (same == ours.end()) continue;
      ++count.found;
      ours.erase(same);
    }
  }
}

std::set<std::string> segments_of(const std::string& message) {
  std::set<std::string> found;
  for (std::size_t at = 0; at != std::string::npos && at + 3 < message.size();
       at = message.find_first_of("\r\n", at)) {
    while (at < message.size() && (message[at] == '\r' || message[at] == '\n')) ++at;
    found.insert(message.substr(at, 3));
    if (at == message.size()) break;
  }
  return found;
}

// How many pairs were compared.
std::size_t compare_pair(const std::string& message, const std::string& published, Counts& counts) {
  auto read = model::read_json(test::definitions(), published, Limits{});
  if (!read) return 0;
  TranslateOptions options;
  options.key_prefix = "published";  // some do not say who sends them
  const auto made = test::translator().translate(Format::hl7v2, message, options);
  if (!made) return 0;
  compare(made->bundle, read->tree, segments_of(message), counts);
  return 1;
}

// A field or component as Google writes it: its parts by their numbers; repetitions as a list.
std::string field_text(wire::JsonView value, const char* delimiters) {
  using Kind = wire::JsonToken::Kind;
  std::string out;
  if (value.kind() == Kind::string) return std::string(value.text());
  if (value.kind() == Kind::array)
    value.each([&](wire::JsonView item) {
      out += (out.empty() ? "" : "~") + field_text(item, delimiters);
    });
  if (value.kind() != Kind::object) return out;
  std::size_t waiting = 0;
  for (int n = 1; n <= 30; ++n, ++waiting) {
    const auto part = field_text(value[std::to_string(n)], delimiters + 1);
    if (part.empty()) continue;
    out.append(waiting, *delimiters) += part;
    waiting = 0;
  }
  return out;
}

// A segment's pair as a message and a Bundle. The statuses are a site's own: its table would say
// what they mean.
std::size_t compare_google(const test::fs::path& folder, const std::string& name,
                           const std::string& segment, const std::string& type, Counts& counts) {
  auto input = test::read_file(folder / (name + ".hl7.fhir.input.json"));
  for (const auto& [own, meant] : {std::pair<std::string, std::string>{"\"ACT\"", "\"active\""},
                                   {"\"A1\"", "\"active\""},
                                   {"\"C\"", "\"confirmed\""}})
    if (const auto at = input.find(own); at != std::string::npos)
      input.replace(at, own.size(), meant);
  const auto read = wire::parse_json(input, Limits{});
  REQUIRE(read);
  const auto message = "MSH|^~\\&|A|B|||2026||" + type + "|1|P|2.5\rPID|1||1\r" + segment + "|" +
                       field_text(wire::JsonView(*read)[segment], "|^&") + "\r";
  const auto published = test::read_file(folder / (name + ".hl7.fhir.output.json"));
  const auto first = published.find('{');
  return compare_pair(message,
                      R"({"resourceType":"Bundle","type":"collection","entry":[{"resource":)" +
                          published.substr(first, published.rfind('}') - first + 1) + "}]}",
                      counts);
}

void check_held(const char* source, const Counts& counts,
                const std::map<std::string, std::size_t>& held) {
  for (const auto& [segment, count] : counts)
    std::printf("%s %s: %zu of %zu\n", source, segment.c_str(), count.found, count.published);
  for (const auto& [segment, least] : held) {
    CAPTURE(source, segment);
    const auto found = counts.find(segment);
    REQUIRE(found != counts.end());
    CHECK(found->second.found >= least);
  }
}

}  // namespace

TEST_CASE("messages published with their FHIR give the facts of it") {
  if (test::shared_data().empty()) {
    WARN("SKIPPED: the shared HL7 v2 samples are not here");
    return;
  }
  const auto folder = test::shared_data() / "hl7v2";

  SECTION("Microsoft") {
    Counts counts;
    std::size_t pairs = 0;
    for (const auto* name : {"ADT-A01-01", "ADT-A03-01", "ADT-A04-01", "ADT-A08-01", "ADT-A28-01",
                             "ADT-A31-01", "ADT-A40-01", "ORU-R01-01", "REF-I12-01", "REF-I14-01"})
      pairs += compare_pair(
          test::read_file(folder / "microsoft" / (std::string(name) + ".hl7")),
          test::read_file(folder / "microsoft/expected" / (std::string(name) + "-expected.json")),
          counts);
    CHECK(pairs == 10);
    check_held("Microsoft", counts,
               {{"AL1", 24},
                {"DG1", 32},
                {"NK1", 96},
                {"OBR", 5},
                {"OBX", 41},
                {"PID", 232},
                {"PV1", 70}});
  }
  SECTION("Google") {
    Counts counts;
    const auto segments = folder / "google/unit_tests/segments";
    std::size_t pairs = compare_google(segments, "gol_goal", "GOL", "PGL^PC6", counts);
    pairs += compare_google(segments, "prb_condition", "PRB", "PPR^PC1", counts);
    CHECK(pairs == 2);
    check_held("Google", counts, {{"GOL", 4}, {"PRB", 5}});
  }
  SECTION("ReportStream") {
    Counts counts;
    std::size_t pairs = 0;
    std::vector<test::fs::path> files;
    for (const auto& entry :
         test::fs::recursive_directory_iterator(folder / "reportstream/mappinginventory/catchall"))
      if (entry.path().extension() == ".hl7") files.push_back(entry.path());
    for (auto file : files) {
      const auto message = test::read_file(file);
      file.replace_extension(".fhir");
      if (message.find("|ORU^R01") == std::string::npos || !test::fs::exists(file)) continue;
      pairs += compare_pair(message, test::read_file(file), counts);
    }
    CHECK(pairs >= 1);
    check_held("ReportStream", counts, {{"NK1", 11}, {"OBR", 15}, {"OBX", 14}, {"PID", 67}});
  }
}
