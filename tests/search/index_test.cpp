#include "search/index.h"

#include "model/json.h"
#include "search/search.h"
#include "support/catch.h"
#include "support/definitions.h"
#include "support/parameters.h"

#include <catch2/catch.hpp>

#include <memory>
#include <string>

using namespace fingerpost;

namespace {

using test::parameters;

bool finds(const std::string& resource, const std::string& type, const std::string& name,
           const std::string& value) {
  auto read = model::read_json(test::definitions(), resource, Limits{});
  REQUIRE(read);
  const std::vector<search::Pair> pairs = {{name, value}};
  search::Query query;
  query.type = type;
  query.pairs = &pairs;
  query.base_url = "http://here/fhir";
  const auto plan = search::plan(parameters(), query, Limits{});
  REQUIRE(plan);
  const auto values = search::index(parameters(), {&read->tree, read->tree.root()});
  const search::Row row{search::reference_hash(search::HashKey{1, 2}, type, "x"), 0, "x", &values,
                        &values.present};
  return search::matches(plan->criteria.at(0), row);
}

}  // namespace

TEST_CASE("nearly every R4 search parameter is compiled") {
  CHECK(parameters().keys().size() > 2000);
  CHECK(parameters().left_out().empty());
  for (const auto& [type, code] :
       std::initializer_list<std::pair<const char*, const char*>>{{"Patient", "birthdate"},
                                                                  {"ServiceRequest", "patient"},
                                                                  {"ServiceRequest", "code"},
                                                                  {"Task", "owner"},
                                                                  {"CarePlan", "date"},
                                                                  {"Goal", "lifecycle-status"},
                                                                  {"Observation", "value-quantity"},
                                                                  {"Patient", "_tag"}}) {
    CAPTURE(type, code);
    CHECK(parameters().find(type, code) != 0);
  }
}

TEST_CASE("a resource is found by what it says and by nothing else") {
  const std::string patient =
      R"({"resourceType":"Patient","id":"x","meta":{"tag":[{"system":"urn:t","code":"a"}],)"
      R"("profile":["http://p/Patient|1"]},"identifier":[{"system":"https://fhir.nhs.uk/Id/nhs-number",)"
      R"("value":"9990000018"},{"value":"L,1"}],"active":true,"name":[{"family":"Ó Súilleabháin",)"
      R"("given":["Máire  Ann"]}],"telecom":[{"system":"email","value":"m@example.org"}],)"
      R"("gender":"female","birthDate":"1970-02","address":[{"city":"Ynys Môn","postalCode":"LL58"}],)"
      R"("managingOrganization":{"reference":"Organization/o1","identifier":{"system":"u:o","value":"A1"}}})";
  const std::string observation =
      R"({"resourceType":"Observation","id":"x","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"1-2"}]},)"
      R"("subject":{"reference":"http://here/fhir/Patient/p"},"effectivePeriod":{"start":"2020-01-01"},)"
      R"("valueQuantity":{"value":5.40,"unit":"mg","system":"http://unitsofmeasure.org","code":"mg"},)"
      R"("hasMember":[{"reference":"Observation/2/_history/3"}]})";
  const std::string risk =
      R"({"resourceType":"RiskAssessment","id":"x","status":"final","subject":{"reference":"Patient/p"},)"
      R"("prediction":[{"probabilityDecimal":0.25}],"occurrenceDateTime":"2020-05-01T10:00:00+01:00"})";
  const std::string value_set =
      R"({"resourceType":"ValueSet","id":"x","url":"http://acme.org/fhir/ValueSet/a","status":"draft"})";
  struct Row {
    const std::string& resource;
    const char* type;
    const char* name;
    const char* value;
    bool found;
  };
  const Row rows[] = {
      {patient, "Patient", "identifier", "https://fhir.nhs.uk/Id/nhs-number|9990000018", true},
      {patient, "Patient", "identifier", "9990000018", true},
      {patient, "Patient", "identifier", "|9990000018", false},
      {patient, "Patient", "identifier", "https://fhir.nhs.uk/Id/nhs-number|", true},
      {patient, "Patient", "identifier", "urn:other|9990000018", false},
      {patient, "Patient", "identifier", "|L\\,1", true},
      {patient, "Patient", "identifier", "1,9990000018", true},
      {patient, "Patient", "identifier:not", "9990000018", false},
      {patient, "Patient", "identifier:missing", "false", true},
      {patient, "Patient", "death-date:missing", "true", true},
      {patient, "Patient", "active", "true", true},
      {patient, "Patient", "active", "false", false},
      {patient, "Patient", "gender", "female", true},
      {patient, "Patient", "gender", "http://hl7.org/fhir/administrative-gender|female", true},
      {patient, "Patient", "gender", "urn:other|female", false},
      {patient, "Patient", "email", "m@example.org", true},
      {patient, "Patient", "phone", "m@example.org", false},
      {patient, "Patient", "_tag", "urn:t|a", true},
      {patient, "Patient", "_profile", "http://p/Patient|1", true},
      {patient, "Patient", "family", "o suil", true},
      {patient, "Patient", "family", "suil", false},
      {patient, "Patient", "family:contains", "SUIL", true},
      {patient, "Patient", "family:exact", "Ó Súilleabháin", true},
      {patient, "Patient", "family:exact", "O Suilleabhain", false},
      {patient, "Patient", "name", "maire ann", true},
      {patient, "Patient", "address", "ynys mon", true},
      {patient, "Patient", "address-postalcode", "ll5", true},
      {patient, "Patient", "birthdate", "1970", true},
      {patient, "Patient", "birthdate", "1970-02", true},
      {patient, "Patient", "birthdate", "1970-02-03", false},
      {patient, "Patient", "birthdate", "ne1970", false},
      {patient, "Patient", "birthdate", "lt1970-02", false},
      {patient, "Patient", "birthdate", "lt1970-02-02", true},
      {patient, "Patient", "birthdate", "gt1970-02-02", true},
      {patient, "Patient", "birthdate", "ge1970-02", true},
      {patient, "Patient", "birthdate", "sa1970-01", true},
      {patient, "Patient", "birthdate", "eb1970-03", true},
      {patient, "Patient", "birthdate", "eb1970-02", false},
      {patient, "Patient", "organization", "o1", true},
      {patient, "Patient", "organization", "Organization/o1", true},
      {patient, "Patient", "organization:Organization", "o1", true},
      {patient, "Patient", "organization", "Organization/o2", false},
      {patient, "Patient", "organization:identifier", "u:o|A1", true},
      {patient, "Patient", "deceased", "false", true},
      {patient, "Patient", "deceased", "true", false},
      {patient, "Patient", "_id", "x", true},
      {patient, "Patient", "_id", "y", false},
      {observation, "Observation", "code", "http://loinc.org|1-2", true},
      {observation, "Observation", "combo-code", "1-2", true},
      {observation, "Observation", "component-code", "1-2", false},
      {observation, "Observation", "date", "2020", false},
      {observation, "Observation", "date", "ge2024", true},
      {observation, "Observation", "date", "lt2020", false},
      {observation, "Observation", "date", "ap2021", true},
      {observation, "Observation", "value-quantity", "5.4", true},
      {observation, "Observation", "value-quantity", "5.4||mg", true},
      {observation, "Observation", "value-quantity", "5.4|http://unitsofmeasure.org|mg", true},
      {observation, "Observation", "value-quantity", "5.4|urn:other|mg", false},
      {observation, "Observation", "value-quantity", "5.41", false},
      {observation, "Observation", "value-quantity", "gt5.39", true},
      {observation, "Observation", "value-quantity", "lt5.4", false},
      {observation, "Observation", "value-quantity", "le5.4", true},
      {observation, "Observation", "value-quantity", "ap5", true},
      {observation, "Observation", "has-member", "Observation/2", true},
      {risk, "RiskAssessment", "probability", "0.25", true},
      {risk, "RiskAssessment", "probability", "0.30", false},
      {risk, "RiskAssessment", "probability", "2.5e-1", true},
      {risk, "RiskAssessment", "patient", "Patient/p", true},
      {risk, "RiskAssessment", "date", "2020-05-01T09:00:00Z", true},
      {risk, "RiskAssessment", "date", "2020-05-01T10:00:00Z", false},
      {value_set, "ValueSet", "url", "http://acme.org/fhir/ValueSet/a", true},
      {value_set, "ValueSet", "url", "http://acme.org/fhir", false},
      {value_set, "ValueSet", "url:below", "http://acme.org/fhir", true},
      {value_set, "ValueSet", "url:above", "http://acme.org/fhir/ValueSet/a/b", true},
  };
  for (const Row& row : rows) {
    CAPTURE(row.type, row.name, row.value);
    CHECK(finds(row.resource, row.type, row.name, row.value) == row.found);
  }
}

TEST_CASE("a query that cannot be honoured says which parameter and why") {
  struct Row {
    const char* name;
    const char* value;
    Kind kind;
    const char* text;
  };
  const auto row =
      GENERATE(Row{"famly", "x", Kind::invalid, "the nearest is family"},
               Row{"gender:nott", "x", Kind::invalid, "no such modifier"},
               Row{"gender:above", "x", Kind::unsupported, "no terminology"},
               Row{"gender:exact", "x", Kind::unsupported, "does not go with"},
               Row{"birthdate", "soon", Kind::invalid, "must be a date"},
               Row{"birthdate", "2021-02-29", Kind::invalid, "must be a date"},
               Row{"family", "", Kind::invalid, "empty"},
               Row{"identifier", "a|b|c", Kind::invalid, "one bar"},
               Row{"_count", "-1", Kind::invalid, "whole number"},
               Row{"_count", "12abc", Kind::invalid, "whole number"},
               Row{"_sort", "-famly", Kind::invalid, "nearest is family"},
               Row{"_sort", "famly", Kind::invalid, "nearest is family"},
               Row{"_include", "Patient:gender", Kind::invalid, "no such reference"},
               Row{"_cursor", "AAAA", Kind::invalid, "does not belong"},
               Row{"general-practitioner.nam", "x", Kind::invalid, "nearest is name"},
               Row{"_has:CarePlan:patent:status", "x", Kind::invalid, "nearest is patient"},
               Row{"_query", "x", Kind::unsupported, "no named queries"},
               Row{"_content", " - ", Kind::invalid, "a word must stand"},
               Row{"_filter", "name co", Kind::invalid, "a value is expected"},
               Row{"_filter", "(name co x", Kind::invalid, "a ) is missing"},
               Row{"_filter", "nam co x", Kind::invalid, "nearest is name"},
               Row{"_filter", "gender co x", Kind::invalid, "does not go with"},
               Row{"_type", "Patient", Kind::invalid, "no such search"},
               Row{"gender:missing", "yes", Kind::invalid, "true or false"});
  CAPTURE(row.name, row.value);
  const std::vector<search::Pair> pairs = {{row.name, row.value}};
  search::Query query;
  query.type = "Patient";
  query.pairs = &pairs;
  const auto plan = search::plan(parameters(), query, Limits{});
  REQUIRE(!plan);
  CHECK(plan.error().kind == row.kind);
  CHECK_THAT(plan.error().text, Catch::Contains(row.text));
}

TEST_CASE("lenient handling drops an unknown parameter and says so; a bad value stays an error") {
  std::vector<search::Pair> pairs = {{"famly", "x"}, {"gender", "female"}};
  search::Query query;
  query.type = "Patient";
  query.pairs = &pairs;
  query.handling = search::Handling::lenient;
  const auto plan = search::plan(parameters(), query, Limits{});
  REQUIRE(plan);
  CHECK(plan->criteria.size() == 1);
  CHECK(plan->used.size() == 1);
  CHECK(plan->ignored.size() == 1);
  pairs = {{"birthdate", "soon"}};
  CHECK(!search::plan(parameters(), query, Limits{}));
}
