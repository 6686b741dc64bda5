#include "support/validator.h"

using namespace fingerpost;

namespace {

std::string patient(const std::string& members) {
  return R"({"resourceType":"Patient",)" + members + "}";
}

// identifier sliced by its system: one "nhs" wanted.
std::string sliced(const std::string& rules, const std::string& ordered = "false") {
  return test::profile_text("Patient", R"({"id":"Patient.identifier","path":"Patient.identifier",
    "slicing":{"discriminator":[{"type":"value","path":"system"}],"ordered":)" +
                                           ordered + R"(,"rules":")" + rules + R"("}},
    {"id":"Patient.identifier:nhs","path":"Patient.identifier","sliceName":"nhs","min":1,"max":"1"},
    {"id":"Patient.identifier:nhs.system","path":"Patient.identifier.system","min":1,
     "fixedUri":"urn:nhs"},
    {"id":"Patient.identifier:nhs.value","path":"Patient.identifier.value","min":1},
    {"id":"Patient.identifier:local","path":"Patient.identifier","sliceName":"local"},
    {"id":"Patient.identifier:local.system","path":"Patient.identifier.system","min":1,
     "fixedUri":"urn:local"})");
}

}  // namespace

TEST_CASE("items go to the slices whose discriminators they meet") {
  struct Row {
    const char* rules;
    const char* ordered;
    const char* identifiers;
    const char* error;  // what is in the text of the errors; "" none
  };
  const auto row = GENERATE(values<Row>({
      {"open", "false", R"({"system":"urn:nhs","value":"1"})", ""},
      {"open", "false", R"({"system":"urn:x","value":"2"},{"system":"urn:nhs","value":"1"})", ""},
      {"open", "false", R"({"system":"urn:x","value":"2"})", "identifier:nhs needs at least 1"},
      {"open", "false", R"({"system":"urn:nhs","value":"1"},{"system":"urn:nhs","value":"2"})",
       "identifier:nhs may be given at most 1"},
      {"open", "false", R"({"system":"urn:nhs"})", "Patient.identifier.value needs at least 1"},
      {"closed", "false", R"({"system":"urn:nhs","value":"1"},{"system":"urn:x"})",
       "is none of the slices"},
      {"openAtEnd", "false", R"({"system":"urn:nhs","value":"1"},{"system":"urn:x"})", ""},
      {"openAtEnd", "false", R"({"system":"urn:x"},{"system":"urn:nhs","value":"1"})",
       "stands after items of no slice"},
      {"open", "true", R"({"system":"urn:nhs","value":"1"},{"system":"urn:local"})", ""},
      {"open", "true", R"({"system":"urn:local"},{"system":"urn:nhs","value":"1"})",
       "stands out of the order"},
  }));
  CAPTURE(row.rules, row.identifiers);
  test::Checked checked({sliced(row.rules, row.ordered)});
  const auto found =
      checked.errors_by_profile(patient(R"("identifier":[)" + std::string(row.identifiers) + "]"));
  CHECK(found.empty() == std::string_view(row.error).empty());
  CHECK(found.find(row.error) != std::string::npos);
}

TEST_CASE("each kind of discriminator tells slices apart") {
  struct Row {
    const char* type;
    const char* path;
    const char* slice;  // elements of the slice "s" of Observation.component
    const char* in;
    const char* out;
  };
  const auto row = GENERATE(values<Row>({
      {"pattern", "code",
       R"({"id":"Observation.component:s.code","path":"Observation.component.code",
          "patternCodeableConcept":{"coding":[{"code":"a"}]}})",
       R"({"code":{"coding":[{"code":"a"}]}})", R"({"code":{"coding":[{"code":"b"}]}})"},
      {"exists", "interpretation",
       R"({"id":"Observation.component:s.interpretation",
          "path":"Observation.component.interpretation","min":1})",
       R"({"code":{"text":"c"},"interpretation":[{"text":"i"}]})", R"({"code":{"text":"c"}})"},
      {"type", "value",
       R"({"id":"Observation.component:s.value[x]","path":"Observation.component.value[x]",
          "type":[{"code":"Quantity"}]})",
       R"({"code":{"text":"c"},"valueQuantity":{"value":1}})",
       R"({"code":{"text":"c"},"valueString":"v"})"},
      {"value", "code.coding.code",
       R"({"id":"Observation.component:s.code.coding.code",
          "path":"Observation.component.code.coding.code","min":1,"fixedCode":"a"})",
       R"({"code":{"coding":[{"code":"a"}]}})", R"({"code":{"coding":[{"code":"b"}]}})"},
  }));
  CAPTURE(row.type, row.path);
  const std::string profile = test::profile_text(
      "Observation",
      R"({"id":"Observation.component","path":"Observation.component","slicing":{"discriminator":
      [{"type":")" +
          std::string(row.type) + R"(","path":")" + row.path + R"("}],"rules":"open"}},
      {"id":"Observation.component:s","path":"Observation.component","sliceName":"s","min":1},)" +
          row.slice);
  test::Checked checked({profile});
  const auto observation = [](const std::string& component) {
    return R"({"resourceType":"Observation","status":"final","code":{"text":"c"},"component":[)" +
           component + "]}";
  };
  CHECK(checked.errors_by_profile(observation(row.in)) == "");
  CHECK(checked.errors_by_profile(observation(row.out)).find("component:s needs at least 1") !=
        std::string::npos);
}

TEST_CASE("a slice may be sliced again") {
  test::Checked checked({test::profile_text("Patient", R"(
    {"id":"Patient.telecom","path":"Patient.telecom","slicing":{"discriminator":[{"type":"value",
     "path":"system"}],"rules":"open"}},
    {"id":"Patient.telecom:phone","path":"Patient.telecom","sliceName":"phone",
     "slicing":{"discriminator":[{"type":"value","path":"use"}],"rules":"closed"}},
    {"id":"Patient.telecom:phone.system","path":"Patient.telecom.system","min":1,
     "fixedCode":"phone"},
    {"id":"Patient.telecom:phone/home","path":"Patient.telecom","sliceName":"phone/home","max":"1"},
    {"id":"Patient.telecom:phone/home.use","path":"Patient.telecom.use","min":1,
     "fixedCode":"home"})")});
  const auto telecom = [&](const std::string& items) {
    return checked.errors_by_profile(patient(R"("telecom":[)" + items + "]"));
  };
  CHECK(telecom(R"({"system":"phone","use":"home"},{"system":"email"})") == "");
  CHECK(telecom(R"({"system":"phone","use":"home"},{"system":"phone","use":"home"})")
            .find("at most 1") != std::string::npos);
  CHECK(telecom(R"({"system":"phone","use":"work"})").find("none of the slices") !=
        std::string::npos);
}
