#include "model/definitions.h"

#include "model/compile.h"
#include "support/catch.h"
#include "support/definitions.h"

#include <set>

using namespace fingerpost;
using test::definitions;

namespace {
NameId name(const char* text) {
  return definitions().names().find(text);
}
}  // namespace

TEST_CASE("types are found by name and by canonical URL, with their bases") {
  const auto& all = definitions();
  const auto patient = all.find("Patient");
  REQUIRE(patient != no_type);
  CHECK(patient == all.find("http://hl7.org/fhir/StructureDefinition/Patient"));
  CHECK(all.is_a(patient, all.common().domain_resource));
  CHECK(all.is_a(patient, all.common().resource));
  CHECK_FALSE(all.is_a(patient, all.common().element));
  CHECK(all.is_a(all.find("Patient.contact"), all.common().backbone_element));
  CHECK(all.is_a(all.find("id"), all.common().string));
  CHECK(all.find("ReferralRequest") == no_type);
  CHECK(all.find_stu3("ReferralRequest") != no_type);
  CHECK(all.find("Nonsense") == no_type);
}

TEST_CASE("elements say what they may hold") {
  const auto& all = definitions();
  const auto patient = all.find("Patient");
  const auto* names = all.element(patient, name("name"));
  REQUIRE(names != nullptr);
  CHECK(names->repeats());
  CHECK(all.types_of(*names)[0].type == all.common().human_name);
  const auto* link = all.element(all.find("Patient.link"), name("other"));
  REQUIRE(link != nullptr);
  CHECK(link->min == 1);
  CHECK(all.types_of(*link)[0].target_count == 2);
  const auto* item = all.element(all.find("Questionnaire.item"), name("item"));
  REQUIRE(item != nullptr);
  CHECK(all.types_of(*item)[0].type == all.find("Questionnaire.item"));
}

TEST_CASE("choice elements are found by their JSON names") {
  const auto& all = definitions();
  const auto observation = all.find("Observation");
  const auto member = all.member(observation, name("valueQuantity"));
  REQUIRE(member.element != nullptr);
  CHECK(member.element->name == name("value"));
  CHECK(member.type == all.common().quantity);
  CHECK(all.json_name(*member.element, all.common().date_time) == "valueDateTime");
  CHECK(all.member(observation, name("value")).element == nullptr);
}

TEST_CASE("ids are ids on resources and strings on elements") {
  const auto& all = definitions();
  CHECK(all.member(all.find("Patient"), name("id")).type == all.common().id);
  CHECK(all.member(all.common().human_name, name("id")).type == all.common().string);
}

TEST_CASE("required bindings hold their codes") {
  const auto& all = definitions();
  const auto* gender = all.element(all.find("Patient"), name("gender"));
  REQUIRE(gender != nullptr);
  CHECK(gender->binding == model::Binding::required);
  REQUIRE(gender->value_set != 0);
  const auto& set = all.value_sets()[gender->value_set];
  CHECK(all.contains(set, "", "female"));
  CHECK(all.contains(set, "http://hl7.org/fhir/administrative-gender", "female"));
  CHECK_FALSE(all.contains(set, "http://other", "female"));
  CHECK_FALSE(all.contains(set, "", "f"));
}

TEST_CASE("only code systems that live elsewhere leave a required binding without codes") {
  // Media types, currencies, units and sequence ontology terms: their content is not FHIR's.
  const auto& all = definitions();
  std::set<std::string> missing;
  for (TypeId id = 1; id < all.types().size(); ++id) {
    if (all.type(id).model != model::Model::r4) continue;
    for (const auto& element : all.elements(id))
      if (element.binding == model::Binding::required &&
          !all.value_sets()[element.value_set].complete)
        missing.emplace(all.names().text(element.name));
  }
  CHECK(missing == std::set<std::string>{"accept", "contentType", "currency", "format", "language",
                                         "patchFormat", "payload", "payloadMimeType", "sigFormat",
                                         "targetFormat", "unitOfMeasure", "variantType"});
}

TEST_CASE("search parameters come with their bases") {
  const auto& all = definitions();
  int found = 0;
  for (const auto& parameter : all.search_parameters()) {
    if (all.names().text(parameter.code) != "birthdate") continue;
    for (const auto base : all.targets(parameter.first_base, parameter.base_count))
      found += base == all.find("Patient") ? 1 : 0;
    CHECK(parameter.type == model::SearchType::date);
  }
  CHECK(found == 1);
}

TEST_CASE("a logical model extends the definitions") {
  const model::DefinitionFile file{"left", R"({"resourceType":"StructureDefinition",
    "url":"http://example.org/StructureDefinition/TLeft","name":"TLeft","kind":"logical",
    "type":"http://example.org/StructureDefinition/TLeft","derivation":"specialization",
    "baseDefinition":"http://hl7.org/fhir/StructureDefinition/Element","differential":{"element":[
    {"path":"TLeft","min":0,"max":"*"},
    {"path":"TLeft.a","min":0,"max":"*","type":[{"code":"string"}]},
    {"path":"TLeft.b","min":0,"max":"1","type":[{"code":"BackboneElement"}]},
    {"path":"TLeft.b.c","min":0,"max":"1","type":[{"code":"integer"}]}]}})"};
  const auto extended = model::extend(definitions(), {&file, 1});
  REQUIRE(extended);
  const auto owner = std::make_shared<std::vector<std::byte>>(extended->bytes);
  const auto all = model::Definitions::view(*owner, owner);
  REQUIRE(all);
  const auto left = all->find("http://example.org/StructureDefinition/TLeft");
  REQUIRE(left != no_type);
  CHECK(all->type(left).kind == model::TypeKind::logical);
  CHECK(all->member(left, all->names().find("a")).type == all->common().string);
  const auto inner = all->member(left, all->names().find("b")).type;
  CHECK(all->member(inner, all->names().find("c")).type == all->common().integer);
  CHECK(all->find("Patient") == definitions().find("Patient"));
}

TEST_CASE("bytes that are no definitions are refused") {
  const auto owner = std::make_shared<std::vector<std::byte>>(4096);
  CHECK(model::Definitions::view(*owner, owner).has_error());
  CHECK(model::Definitions::view({}, nullptr).has_error());
}
