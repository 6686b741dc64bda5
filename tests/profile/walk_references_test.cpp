#include "support/validator.h"

using namespace fingerpost;

namespace {

// A profile whose managing organisation is referred to in some way only.
std::string referring(const std::string& how) {
  return test::profile_text("Patient", R"({"id":"Patient.managingOrganization",
    "path":"Patient.managingOrganization","type":[{"code":"Reference","targetProfile":[
    "http://hl7.org/fhir/StructureDefinition/Organization"],)" +
                                           how + "}]}");
}

}  // namespace

TEST_CASE("a profile says where the target of a reference stands, and whether by its version") {
  struct Row {
    const char* how;
    const char* reference;
    const char* error;  // "" none
  };
  constexpr auto* contained = R"("aggregation":["contained"])";
  constexpr auto* referenced = R"("aggregation":["referenced"])";
  constexpr auto* bundled = R"("aggregation":["bundled"])";
  constexpr auto* specific = R"("versioning":"specific")";
  constexpr auto* independent = R"("versioning":"independent")";
  constexpr auto* kinds = "is not a reference of the kinds that";
  const auto row = GENERATE_COPY(values<Row>({
      {contained, "#o", ""},
      {contained, "Organization/1", kinds},
      {contained, "Organization/9", kinds},
      {referenced, "#o", kinds},
      {referenced, "Organization/1", ""},
      {referenced, "Organization/9", ""},
      {bundled, "#o", kinds},
      {bundled, "Organization/1", ""},
      {bundled, "Organization/9", kinds},
      {specific, "Organization/9/_history/2", ""},
      {specific, "Organization/9", "takes references to a version"},
      {specific, "#o", ""},
      {independent, "Organization/9/_history/2", "takes references to no version"},
      {independent, "Organization/9", ""},
  }));
  CAPTURE(row.how, row.reference);
  test::Checked checked({referring(row.how)});
  const auto own = std::string_view(row.reference) == "#o"
                       ? R"("contained":[{"resourceType":"Organization","id":"o","name":"n"}],)"
                       : "";
  const auto found = checked.errors(
      R"({"resourceType":"Bundle","type":"collection","entry":[
      {"fullUrl":"http://a.test/Organization/1","resource":{"resourceType":"Organization",
       "id":"1","name":"n"}},
      {"fullUrl":"http://a.test/Patient/1","resource":{"resourceType":"Patient","id":"1",
       "meta":{"profile":["http://test.example/p"]},)" +
      std::string(own) + R"("managingOrganization":{"reference":")" + row.reference + R"("}}}]})");
  CHECK(found.empty() == std::string_view(row.error).empty());
  CHECK(found.find(row.error) != std::string::npos);
}
