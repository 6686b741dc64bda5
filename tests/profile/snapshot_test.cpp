#include "profile/snapshot.h"

#include "model/json.h"
#include "profile/registry.h"
#include "profile/view.h"
#include "support/validator.h"

#include <map>
#include <set>
#include <string>
#include <vector>

using namespace fingerpost;
using profile::View;

namespace {

// "id min..max" of each element of the snapshot.
std::vector<std::string> elements_of(const Tree& definition) {
  std::vector<std::string> found;
  View(definition, definition.root())["snapshot"].each("element", [&](View element) {
    found.push_back(std::string(element["id"].text()) + " " + std::string(element["min"].text()) +
                    ".." + std::string(element["max"].text()));
  });
  return found;
}

Result<profile::Snapshot> snapshot_of(const profile::Registry& registry, const Tree& definition) {
  return profile::make_snapshot(test::definitions(), definition,
                                [&](std::string_view url) { return registry.with_snapshot(url); });
}

}  // namespace

TEST_CASE("the snapshots that R4 publishes come out of their differentials") {
  // Their published snapshots were not made from the differentials that stand beside them.
  const std::set<std::string> others{
      "http://hl7.org/fhir/StructureDefinition/bp",
      "http://hl7.org/fhir/StructureDefinition/catalog",
      // Its extension may be given once, as the extension's own root says; the snapshot forgot
      // that.
      "http://hl7.org/fhir/StructureDefinition/clinicaldocument",
      "http://hl7.org/fhir/StructureDefinition/elementdefinition-de",
      "http://hl7.org/fhir/StructureDefinition/familymemberhistory-genetic"};
  const auto& definitions = test::definitions();
  const profile::Registry registry(definitions);
  std::set<std::string> differ;
  std::string flaws;
  int count = 0;
  for (const auto& source : definitions.sources()) {
    if (definitions.names().text(source.kind) != "StructureDefinition") continue;
    const auto url = definitions.names().text(source.url);
    const Tree* published = registry.find(url);
    REQUIRE(published != nullptr);
    const View root(*published, published->root());
    if (root["derivation"].text() != "constraint" || !root["snapshot"]) continue;
    ++count;
    const auto made = snapshot_of(registry, *published);
    REQUIRE(made);
    for (const auto& issue : made->issues) flaws += std::string(url) + " " + issue.text + "\n";
    if (elements_of(made->tree) != elements_of(*published)) differ.emplace(url);
  }
  CHECK(count > 400);
  CHECK(flaws == "");
  CHECK(differ == others);
}

namespace {

std::string joined(std::set<std::string> texts) {
  std::string made;
  for (const auto& text : texts) made += text + " ";
  return made;
}

std::string all_of(View element, std::string_view name) {
  std::set<std::string> texts;
  element.each(name, [&](View at) { texts.emplace(at.text()); });
  return joined(std::move(texts));
}

// What a snapshot's element says, by what it is about; texts for people are left out.
std::map<std::string, std::string> facts_of(View element) {
  std::map<std::string, std::string> facts;
  std::set<std::string> types, constraints, discriminators;
  element.each("type", [&](View type) {
    types.insert(std::string(type["code"].text()) + "(" + all_of(type, "profile") + ")(" +
                 all_of(type, "targetProfile") + ")(" + all_of(type, "aggregation") + ")");
  });
  element.each("constraint", [&](View at) { constraints.emplace(at["key"].text()); });
  element["slicing"].each("discriminator", [&](View at) {
    discriminators.insert(std::string(at["type"].text()) + ":" + std::string(at["path"].text()));
  });
  facts["types"] = joined(types);
  facts["constraints"] = joined(constraints);
  facts["slicing"] = joined(discriminators) + std::string(element["slicing"]["rules"].text()) +
                     (element["slicing"]["ordered"].is_true() ? " ordered" : "");
  facts["binding"] = std::string(element["binding"]["strength"].text()) + " " +
                     std::string(element["binding"]["valueSet"].text());
  facts["slice"] = element["sliceName"].text();
  facts["content"] = element["contentReference"].text();
  const View base = element["base"];
  facts["base"] = std::string(base["path"].text()) + " " + std::string(base["min"].text()) + ".." +
                  std::string(base["max"].text());
  for (const auto* flag : {"mustSupport", "isModifier", "isSummary"})
    facts[flag] = element[flag].is_true() ? "true" : "";
  for (const auto* name : {"fixed", "pattern", "minValue", "maxValue", "maxLength"})
    if (const View at = element[name])
      facts[name] = std::to_string(at.type()) + " " + std::string(at.text());
  return facts;
}

using Facts = std::map<std::string, std::map<std::string, std::string>>;

Facts facts_of_elements(const Tree& definition) {
  Facts found;
  View(definition, definition.root())["snapshot"].each("element", [&](View element) {
    found[std::string(element["id"].text())] = facts_of(element);
  });
  return found;
}

}  // namespace

TEST_CASE("of all that a published snapshot says, ours says the same, but for what is named") {
  const auto& definitions = test::definitions();
  const profile::Registry registry(definitions);
  std::map<std::string, std::set<std::string>> differ;  // by what it is about: the definitions
  for (const auto& source : definitions.sources()) {
    if (definitions.names().text(source.kind) != "StructureDefinition") continue;
    const Tree* published = registry.find(definitions.names().text(source.url));
    const View root(*published, published->root());
    if (root["derivation"].text() != "constraint" || !root["snapshot"]) continue;
    const auto made = snapshot_of(registry, *published);
    REQUIRE(made);
    auto ours = facts_of_elements(made->tree);
    for (auto& [id, facts] : facts_of_elements(*published)) {
      if (!ours.contains(id)) continue;  // the test above tells
      for (auto& [about, fact] : facts)
        if (ours[id][about] != fact) differ[about].emplace(root["id"].text());
    }
  }
  // A differential that speaks of one type of a choice ("valueQuantity") does not forbid the others
  // (profiling.html#slicing): the published snapshots of these do.
  const std::set<std::string> choices{"bmi",
                                      "bodyheight",
                                      "bodytemp",
                                      "bodyweight",
                                      "bp",
                                      "cholesterol",
                                      "heartrate",
                                      "hdlcholesterol",
                                      "headcircum",
                                      "oxygensat",
                                      "ldlcholesterol",
                                      "devicemetricobservation",
                                      "triglyceride",
                                      "cdshooksguidanceresponse",
                                      "resprate"};
  CHECK(differ["slicing"] == choices);
  CHECK(differ["types"] == choices);
  // These repeat the constraints of the type SimpleQuantity on one element, where no other does.
  CHECK(differ["constraints"] ==
        std::set<std::string>{"cholesterol", "hdlcholesterol", "ldlcholesterol"});
  // What its differential binds of an element holds for the element's slice, and what refers to an
  // element does not refer to a slice of it.
  const std::set<std::string> history{"provenance-relevant-history"};
  CHECK(differ["binding"] == history);
  CHECK(differ["content"] == history);
  for (const auto* about : {"slicing", "types", "constraints", "binding", "content"})
    differ.erase(about);
  std::string others;
  for (const auto& [about, ids] : differ) others += about + ": " + joined(ids) + "\n";
  CHECK(others == "");
}

TEST_CASE("a differential that does not fit its base says where") {
  struct Row {
    const char* elements;
    const char* place;
  };
  const auto row = GENERATE(values<Row>({
      {R"({"path":"Patient.nothing"})", "StructureDefinition.differential.element[0]"},
      {R"({"path":"Patient.gender"},{"path":"Patient.active"})",
       "StructureDefinition.differential.element[1]"},
      {R"({"path":"Patient.name.family.given"})", "StructureDefinition.differential.element[0]"},
  }));
  CAPTURE(row.elements);
  const profile::Registry registry(test::definitions());
  const auto made =
      snapshot_of(registry, test::read_tree(test::profile_text("Patient", row.elements)));
  REQUIRE(made);
  REQUIRE(made->issues.size() == 1);
  CHECK(made->issues[0].expression == row.place);
}

TEST_CASE("what no snapshot can be made of is an error") {
  const profile::Registry registry(test::definitions());
  const auto sliced =
      test::profile_text("Patient", R"({"path":"Patient","slicing":{"rules":"open"}})");
  CHECK(snapshot_of(registry, test::read_tree(sliced)).error().kind == Kind::invalid);
  const auto orphan = R"({"resourceType":"StructureDefinition","url":"http://test.example/o",
    "baseDefinition":"http://test.example/none","differential":{"element":[{"path":"X"}]}})";
  CHECK(snapshot_of(registry, test::read_tree(orphan)).error().kind == Kind::not_found);
}

TEST_CASE("texts that begin with dots go on from the base's") {
  const profile::Registry registry(test::definitions());
  const auto made = snapshot_of(
      registry, test::read_tree(test::profile_text(
                    "Patient", R"({"path":"Patient.active","definition":"...More."})")));
  REQUIRE(made);
  std::string text;
  View(made->tree, made->tree.root())["snapshot"].each("element", [&](View element) {
    if (element["path"].text() == "Patient.active") text = element["definition"].text();
  });
  CHECK(text.starts_with("Whether this patient"));
  CHECK(text.ends_with("More."));
}

TEST_CASE("a differential may only restrict what its base allows") {
  struct Row {
    const char* elements;
    const char* says;  // "" when it is right
  };
  const auto row = GENERATE(values<Row>({
      {R"({"path":"Patient.gender","max":"*"})", "Patient.gender: max * is more than the base's 1"},
      {R"({"path":"Patient.gender","min":1,"max":"1"})", ""},
      {R"({"path":"Patient.link.other","min":0})",
       "Patient.link.other: min 0 is less than the base's 1"},
      {R"({"path":"Patient.name","min":2,"max":"1"})", "Patient.name: min is more than max"},
      // A slice may say more than its element allows: the element's limit holds.
      {R"({"path":"Patient.contact","max":"2","slicing":{"discriminator":[{"type":"value",
          "path":"gender"}],"rules":"open"}},{"path":"Patient.contact","sliceName":"s","max":"5"})",
       ""},
      {R"({"path":"Patient.deceased[x]","type":[{"code":"Quantity"}]})",
       "Patient.deceased[x]: the type Quantity is none of the base's"},
      {R"({"path":"Patient.deceased[x]","type":[{"code":"boolean"}]})", ""},
      {R"({"path":"Patient.contained","type":[{"code":"Organization"}]})", ""},
      {R"({"path":"Patient.maritalStatus","fixedCode":"x"})",
       "Patient.maritalStatus: fixed is of type code"},
      {R"({"path":"Patient.maritalStatus","patternCodeableConcept":{"text":"x"}})", ""},
      {R"({"path":"Patient.gender","binding":{"strength":"extensible"}})",
       "Patient.gender: the binding is weaker"},
      {R"({"path":"Patient.communication.language","binding":{"strength":"required",
          "valueSet":"http://hl7.org/fhir/ValueSet/languages"}})",
       ""},
      {R"({"path":"Patient.managingOrganization","type":[{"code":"Reference","targetProfile":[
          "http://hl7.org/fhir/StructureDefinition/Patient"]}]})",
       "Patient.managingOrganization: the target http://hl7.org/fhir/StructureDefinition/Patient "
       "is none of the base's"},
      {R"({"path":"Patient.generalPractitioner","type":[{"code":"Reference","targetProfile":[
          "http://hl7.org/fhir/StructureDefinition/Organization"]}]})",
       ""},
  }));
  CAPTURE(row.elements);
  const profile::Registry registry(test::definitions());
  const auto made =
      snapshot_of(registry, test::read_tree(test::profile_text("Patient", row.elements)));
  REQUIRE(made);
  const std::string_view says = row.says;
  REQUIRE(made->issues.size() == (says.empty() ? 0u : 1u));
  if (says.empty()) return;
  CHECK(made->issues[0].severity == Severity::error);
  CHECK(made->issues[0].text.starts_with(says));
}

TEST_CASE("profiles that cannot work are told when they are added, and no others") {
  const auto named = [](const std::string& url, const std::string& base,
                        const std::string& elements) {
    return test::read_tree(R"({"resourceType":"StructureDefinition","name":"P","status":"draft",
      "kind":"resource","abstract":false,"type":"Patient","derivation":"constraint","url":")" +
                           url + R"(","baseDefinition":")" + base +
                           R"(","differential":{"element":[)" + elements + "]}}");
  };
  const std::string patient = "http://hl7.org/fhir/StructureDefinition/Patient";
  profile::Registry registry(test::definitions());
  registry.add(named("urn:good", patient, R"({"path":"Patient.active","min":1})"));
  registry.add(named("urn:orphan", "urn:nobody", R"({"path":"Patient.active","min":1})"));
  registry.add(named("urn:wide", patient, R"({"path":"Patient.gender","max":"*"})"));
  const auto flaws = registry.flaws();
  REQUIRE(flaws.size() == 2);
  CHECK(flaws[0].expression == "urn:orphan: baseDefinition");
  CHECK(flaws[1].expression.starts_with("urn:wide: "));
}
