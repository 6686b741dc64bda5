// GP Connect records (STU3) to UK Core resources (R4): the rules of mappings/gpconnect/README.md.

#include "support/catch.h"
#include "support/translator.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace fingerpost;

namespace {

constexpr std::string_view patient =
    R"({"resourceType":"Patient","id":"p","managingOrganization":{"reference":"Organization/o"}})";
constexpr std::string_view practice =
    R"({"resourceType":"Organization","id":"o","name":"Hillside","identifier":
        [{"system":"https://fhir.nhs.uk/Id/ods-organization-code","value":"Z90001"}]})";

std::string bundle(std::string_view resources) {
  std::string text = R"({"resourceType":"Bundle","type":"collection","entry":[)";
  for (const auto resource : {patient, practice})
    text.append(R"({"resource":)").append(resource) += "},";
  return text.append(R"({"resource":)").append(resources) + "}]}";
}

// A ReferralRequest with these members beside the usual ones.
std::string referral(std::string_view members) {
  return bundle(std::string(R"({"resourceType":"ReferralRequest","id":"r","status":"unknown",
      "intent":"order","subject":{"reference":"Patient/p"},)") +
                std::string(members) + "}");
}

std::string plan(std::string_view members) {
  return bundle(std::string(R"({"resourceType":"ProcedureRequest","id":"d","status":"active",
      "intent":"plan","subject":{"reference":"Patient/p"},"code":{"text":"Review"},)") +
                std::string(members) + "}");
}

Translation translate(std::string text, const TranslateOptions& options = {}) {
  auto made = test::translator().translate(Format::gpconnect, std::move(text), options);
  if (!made) throw std::runtime_error(made.error().text + " at " + made.error().where);
  return *std::move(made);
}

}  // namespace

TEST_CASE("a referral's members become those of a service request") {
  struct Row {
    const char* members;
    const char* holds;  // of %sr
  };
  const auto row = GENERATE(
      Row{R"("authoredOn":"2020-09")", "authoredOn.toString() = '2020-09'"},
      Row{R"("occurrencePeriod":{"start":"2020-01"})", "occurrence.start.toString() = '2020-01'"},
      Row{R"("occurrenceDateTime":"2020")", "occurrence.toString() = '2020'"},
      Row{R"("priority":"asap")", "priority = 'asap' and note.empty()"},
      Row{R"("priority":"soon")", "priority.empty() and note.text = 'Priority: soon'"},
      Row{R"("description":"first","note":[{"text":"second"},{"text":"third"}])",
          "note.text.first() = 'first' and note.count() = 3 and note[2].text = 'third'"},
      Row{R"("specialty":{"text":"Link work"})", "performerType.text = 'Link work'"},
      Row{R"("serviceRequested":[{"text":"Walking"}])",
          "orderDetail.text = 'Walking' and code.coding.code = '3457005'"},
      Row{R"("groupIdentifier":{"value":"7"})", "requisition.value = '7'"},
      Row{R"("identifier":[{"system":"https://fhir.nhs.uk/Id/ubr-number","value":"1"}])",
          "identifier.system = 'https://fhir.nhs.uk/Id/UBRN'"},
      Row{R"("meta":{"versionId":"9","security":[{"system":"http://hl7.org/fhir/v3/ActCode","code":"NOPAT"}]})",
          "meta.security.code = 'NOPAT' and meta.versionId.empty() and "
          "meta.security.system = 'http://terminology.hl7.org/CodeSystem/v3-ActCode'"},
      Row{R"("note":[])", "intent = 'order' and status = 'unknown'"},
      Row{R"("definition":[{"reference":"https://plans.example/1"}])",
          "instantiatesCanonical = 'https://plans.example/1'"});
  CAPTURE(row.members, row.holds);
  const auto made = translate(referral(row.members));
  CAPTURE(test::json(made));
  CHECK(test::holds(
      made, std::string("Bundle.entry.resource.ofType(ServiceRequest).exists(") + row.holds + ")"));
}

TEST_CASE(
    "the main code of a referral is its code when it is an act of referral, and its reason "
    "otherwise") {
  struct Row {
    const char* reason;
    const char* holds;
  };
  const auto row = GENERATE(
      Row{R"([{"coding":[{"system":"http://snomed.info/sct","code":"871731000000106"}]}])",
          "code.coding.code = '871731000000106' and reasonCode.empty()"},
      Row{R"([{"coding":[{"system":"http://read.info/readv2","code":"8H61.00","display":"Referral to private doctor","userSelected":true},
              {"system":"http://snomed.info/sct","code":"266747000"}]}])",
          "code.coding.count() = 2 and code.coding[0].userSelected and reasonCode.empty()"},
      Row{R"([{"coding":[{"system":"http://snomed.info/sct","code":"183446009","display":"Admission to cardiac intensive care unit"}]}])",
          "code.coding.code = '3457005' and reasonCode.coding.code = '183446009'"},
      Row{R"([{"coding":[{"system":"http://snomed.info/sct","code":"1","display":"Preferred name"}]}])",
          "code.coding.code = '3457005' and reasonCode.coding.code = '1'"},
      Row{R"([{"coding":[{"system":"http://snomed.info/sct","code":"1","display":"Self-referral"}]},{"text":"Falls"}])",
          "code.coding.code = '1' and reasonCode.text = 'Falls' and reasonCode.count() = 1"},
      Row{R"([{"text":"Falls"},{"text":"Lonely"}])",
          "code.coding.code = '3457005' and reasonCode.count() = 2 and reasonCode[0].text = "
          "'Falls'"},
      Row{R"([{"coding":[{"system":"http://snomed.info/sct","code":"1","display":"Falls"}]}],"type":{"text":"Asked"})",
          "code.text = 'Asked' and reasonCode.coding.code = '1'"},
      Row{R"([{"coding":[{"system":"http://snomed.info/sct","code":"3457005"}]}],"type":{"text":"Asked"})",
          "code.coding.code = '3457005' and orderDetail.text = 'Asked'"});
  CAPTURE(row.reason, row.holds);
  const auto made = translate(referral(std::string(R"("reasonCode":)") + row.reason));
  CAPTURE(test::json(made));
  CHECK(test::holds(
      made, std::string("Bundle.entry.resource.ofType(ServiceRequest).exists(") + row.holds + ")"));
}

TEST_CASE("request statuses of STU3 become those of R4") {
  struct Row {
    const char* stu3;
    const char* r4;
  };
  const auto row =
      GENERATE(Row{"draft", "draft"}, Row{"active", "active"}, Row{"suspended", "on-hold"},
               Row{"cancelled", "revoked"}, Row{"completed", "completed"},
               Row{"entered-in-error", "entered-in-error"}, Row{"unknown", "unknown"},
               Row{"finished", "unknown"});
  CAPTURE(row.stu3);
  auto text = referral(R"("note":[])");
  text.replace(text.find("unknown"), 7, row.stu3);
  CHECK(test::holds(translate(text), std::string("Bundle.entry.resource.ofType(ServiceRequest)"
                                                 ".status = '") +
                                         row.r4 + "'"));
}

TEST_CASE("a description chosen in a code becomes the two extensions of UK Core") {
  const auto made = translate(plan(R"("reasonCode":[{"coding":[{"extension":[{
      "url":"https://fhir.nhs.uk/STU3/StructureDefinition/Extension-coding-sctdescid","extension":[
        {"url":"descriptionId","valueId":"282653015"},
        {"url":"descriptionDisplay","valueString":"Medication review"}]}],
      "system":"http://snomed.info/sct","code":"182836005"}]}])"));
  CAPTURE(test::json(made));
  CHECK(test::holds(made, R"(Bundle.entry.resource.ofType(ServiceRequest).reasonCode.coding.exists(
      extension.where(url = 'http://hl7.org/fhir/StructureDefinition/coding-sctdescid').value = '282653015'
      and extension.where(url = 'https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-CodingSCTDescDisplay').value = 'Medication review'
      and extension.count() = 2))"));
}

TEST_CASE(
    "planned requests are the activities of one care plan for the patient, and orders are not") {
  const auto planned = translate(plan(R"("occurrenceDateTime":"2027-01-15")"));
  CAPTURE(test::json(planned));
  CHECK(test::holds(planned, "Bundle.entry.resource.ofType(CarePlan).count() = 1"));
  CHECK(test::holds(planned,
                    "Bundle.entry.resource.ofType(CarePlan).exists(activity.count() = 1 "
                    "and status = 'active' and intent = 'plan')"));
  CHECK(test::holds(planned,
                    "Bundle.entry.resource.ofType(CarePlan).activity.reference.resolve()"
                    ".ofType(ServiceRequest).intent = 'plan'"));
  CHECK(
      test::holds(planned, "Bundle.entry.resource.ofType(CarePlan).subject.resolve() is Patient"));

  auto text = plan(R"("occurrenceDateTime":"2027-01-15")");
  text.replace(text.find("\"plan\""), 6, "\"order\"");
  const auto ordered = translate(text);
  CHECK(test::holds(ordered, "Bundle.entry.resource.ofType(CarePlan).empty()"));
  CHECK(test::holds(ordered, "Bundle.entry.resource.ofType(ServiceRequest).intent = 'order'"));
}

TEST_CASE("whoever asks on behalf of an organisation is a practitioner role") {
  const auto made =
      translate(referral(R"("requester":{"agent":{"reference":"Practitioner/x","display":"Dr X"},
                               "onBehalfOf":{"reference":"Organization/o"}})"));
  CAPTURE(test::json(made));
  CHECK(test::holds(made,
                    "Bundle.entry.resource.ofType(ServiceRequest).requester.resolve()"
                    ".ofType(PractitionerRole).exists(practitioner.display = 'Dr X' "
                    "and organization.resolve().ofType(Organization).name = 'Hillside')"));
}

TEST_CASE("two referrals of one practitioner and organisation share the role") {
  const std::string one = R"({"resourceType":"ReferralRequest","id":"r)";
  const std::string rest =
      R"(","status":"unknown","intent":"order","subject":{"reference":"Patient/p"},
      "requester":{"agent":{"reference":"Practitioner/x"},"onBehalfOf":{"reference":"Organization/o"}}})";
  const auto made = translate(bundle(one + "1" + rest + R"(},{"resource":)" + one + "2" + rest));
  CHECK(test::holds(made, "Bundle.entry.resource.ofType(ServiceRequest).count() = 2"));
  CHECK(test::holds(made, "Bundle.entry.resource.ofType(PractitionerRole).count() = 1"));
}

TEST_CASE("an episode of care as context is dropped with a warning") {
  const auto made = translate(referral(R"("context":{"reference":"EpisodeOfCare/e"})"));
  CHECK(test::holds(made, "Bundle.entry.resource.ofType(ServiceRequest).encounter.empty()"));
  CHECK(test::has_issue(made, "EpisodeOfCare"));
}

TEST_CASE("a reference to what does not come along says what it meant") {
  const auto made = translate(bundle(
      R"({"resourceType":"ReferralRequest","id":"r","status":"unknown","intent":"order",
          "subject":{"reference":"Patient/p"},"supportingInfo":[{"reference":"Media/b"}]}},
         {"resource":{"resourceType":"Media","id":"b","type":"photo","content":{"title":"Front door"},
          "identifier":[{"system":"https://EMISWeb/Z90001","value":"B"}]})"));
  CAPTURE(test::json(made));
  CHECK(test::holds(made,
                    "Bundle.entry.resource.ofType(ServiceRequest).supportingInfo.exists("
                    "reference.empty() and type = 'Media' and identifier.value = 'B')"));
  CHECK(test::lost(made, "Reference.reference to Media") == 1);
  CHECK(test::lost(made, "Media") == 1);
}

TEST_CASE("a reference to a contained resource keeps what it says beside") {
  const auto made = translate(referral(R"("contained":[{"resourceType":"Practitioner","id":"c"}],
                  "recipient":[{"reference":"#c","display":"Dr C"},{"reference":"#c"}])"));
  CHECK(test::holds(made,
                    "Bundle.entry.resource.ofType(ServiceRequest).exists(performer.count() = 1 "
                    "and performer.display = 'Dr C' and performer.reference.empty())"));
  CHECK(test::lost(made, "Practitioner") == 1);
  CHECK(test::lost(made, "Reference.reference") == 2);
}

TEST_CASE("references are followed however the provider writes them") {
  const auto reference = GENERATE("Practitioner/x", "https://gp.example/STU3/1/Practitioner/x",
                                  "Practitioner/x/_history/3", "urn:uuid:0f0f");
  CAPTURE(reference);
  const auto made = translate(bundle(
      std::string(R"({"resourceType":"ReferralRequest","id":"r","status":"unknown","intent":"order",
          "subject":{"reference":"Patient/p"},"recipient":[{"reference":")") +
      reference +
      R"("}]}},{"fullUrl":"urn:uuid:0f0f","resource":{"resourceType":"Practitioner","id":"x"})"));
  CHECK(test::holds(made,
                    "Bundle.entry.resource.ofType(ServiceRequest).performer.resolve() is "
                    "Practitioner"));
}

TEST_CASE("one bad entry is an issue, and the rest of the record is kept") {
  const auto made = translate(bundle(
      R"({"resourceType":"Practitioner","id":"x","active":"perhaps"}},
         {"resource":{"resourceType":"Practitioner","id":"y","active":true})"));
  CAPTURE(test::json(made));
  CHECK(test::holds(made, "Bundle.entry.resource.ofType(Practitioner).where(active).count() = 1"));
  CHECK(has_errors(made.issues));
}

TEST_CASE("what is no value of its type is left out and told, and its resource is kept") {
  struct Row {
    const char* member;
    const char* place;
  };
  const auto row = GENERATE(
      Row{R"("birthDate":"1948-13-09")", "birthDate"}, Row{R"("birthDate":"Zz")", "birthDate"},
      Row{R"("gender":"Zz")", "gender"}, Row{R"("gender":" male")", "gender"},
      Row{R"("name":[{"period":{"start":"yesterday"}}])", "name[0].period.start"});
  CAPTURE(row.member);
  const auto made = translate(bundle(R"({"resourceType":"Patient","id":"q","active":true,)" +
                                     std::string(row.member) + "}"));
  CAPTURE(test::json(made), report_json(made));
  CHECK(test::holds(made,
                    "Bundle.entry.resource.ofType(Patient).exists(active and birthDate.empty() and "
                    "gender.empty() and name.empty())"));
  CHECK(std::any_of(made.issues.begin(), made.issues.end(), [&](const Issue& issue) {
    return issue.expression == "Bundle.entry[2].resource." + std::string(row.place);
  }));
  CHECK(report_json(made).find("Zz") == std::string::npos);
}

TEST_CASE("R4 given as a GP Connect record is told") {
  CHECK(test::has_issue(translate(bundle(R"({"resourceType":"Patient","id":"q","meta":{"profile":[
      "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Patient"]}})")),
                        "looks like R4"));
  CHECK_FALSE(test::has_issue(translate(bundle(patient)), "looks like R4"));
}

TEST_CASE("a resource that stands in the record twice comes once") {
  const std::string twice = R"({"resourceType":"Practitioner","id":"x","name":[{"family":"A"}]})";
  const auto same = translate(bundle(twice + R"(},{"resource":)" + twice));
  CHECK(test::holds(same, "Bundle.entry.resource.ofType(Practitioner).count() = 1"));
  CHECK_FALSE(test::has_issue(same, "twice"));
  const auto differs =
      translate(bundle(twice + R"(},{"resource":{"resourceType":"Practitioner","id":"x"})"));
  CHECK(test::holds(differs, "Bundle.entry.resource.ofType(Practitioner).name.family = 'A'"));
  CHECK(test::has_issue(differs, "twice"));
}

TEST_CASE("a NHS number with a wrong check digit is kept and told as severe as asked") {
  const auto severity = GENERATE(Severity::error, Severity::warning, Severity::information);
  TranslateOptions options;
  options.nhs_number_check = severity;
  const auto made = translate(bundle(R"({"resourceType":"Patient","id":"q","identifier":[
          {"system":"http://fhir.nhs.net/Id/nhs-number","value":"123 456 7890"}]})"),
                              options);
  CHECK(test::holds(made,
                    "Bundle.entry.resource.ofType(Patient).identifier.exists(value = "
                    "'1234567890' and system = 'https://fhir.nhs.uk/Id/nhs-number')"));
  CHECK(test::has_issue(made, "canonical"));
  bool told = false;
  for (const auto& issue : made.issues)
    told =
        told || (issue.severity == severity && issue.text.find("check digit") != std::string::npos);
  CHECK(told);
}

TEST_CASE("the same record twice gives the same bytes, and another practice's other ids") {
  const auto text = referral(R"("note":[{"text":"a"}])");
  const auto once = test::json(translate(text));
  CHECK(once == test::json(translate(text)));
  auto other = text;
  other.replace(other.find("Z90001"), 6, "Z90002");
  const auto id = [](const std::string& made) { return made.substr(made.find("urn:uuid:"), 45); };
  CHECK(id(once) != id(test::json(translate(other))));
}

TEST_CASE("a record that does not say whose it is comes through with a warning") {
  const std::string text = R"({"resourceType":"Bundle","type":"collection","entry":[
      {"resource":{"resourceType":"Practitioner","id":"x"}},
      {"resource":{"resourceType":"Practitioner","id":"y"}}]})";
  const auto made = translate(text);
  CHECK(test::holds(made, "Bundle.entry.count() = 2"));
  CHECK(test::has_issue(made, "whose"));
  TranslateOptions options;
  options.key_prefix = "north";
  const auto told = translate(text, options);
  CHECK_FALSE(test::has_issue(told, "whose"));
  CHECK(test::json(told) != test::json(made));
}

TEST_CASE("what is no record is refused") {
  struct Row {
    const char* text;
    Kind kind;
  };
  const auto row = GENERATE(
      Row{"", Kind::invalid}, Row{"{", Kind::invalid}, Row{"[]", Kind::invalid},
      Row{R"({"resourceType":"Patient"})", Kind::invalid},
      Row{R"({"resourceType":"Parameters","parameter":[{"name":"a"}]})", Kind::invalid},
      Row{R"({"resourceType":"Bundle","type":"collection","type":"batch"})", Kind::invalid});
  CAPTURE(row.text);
  const auto made = test::translator().translate(Format::gpconnect, row.text, {});
  REQUIRE(made.has_error());
  CHECK(made.error().kind == row.kind);
}

TEST_CASE("a record inside Parameters is read as the record alone") {
  const auto text = referral(R"("note":[{"text":"a"}])");
  const auto wrapped =
      R"({"resourceType":"Parameters","parameter":[{"name":"patient","resource":)" + text + "}]}";
  CHECK(test::json(translate(text)) == test::json(translate(wrapped)));
}

TEST_CASE("a record with any value broken is refused or comes through whole") {
  const auto text =
      test::read_file(test::project() / "mappings/gpconnect/samples/gpconnect-record.json");
  std::vector<std::pair<std::size_t, std::size_t>> values;  // of strings, quotes included
  for (auto at = text.find(": \""); at != std::string::npos; at = text.find(": \"", at + 3))
    values.emplace_back(at + 2, text.find('"', at + 3) - at - 1);
  REQUIRE(values.size() > 200);
  std::minstd_rand random(18);
  for (int round = 0; round < 150; ++round) {
    const auto [start, size] = values[random() % values.size()];
    const char* const instead[] = {
        "\"\"", "null", "{}", "[]", "0", "true", "\"Patient/none\"", "[\"a\",\"a\"]"};
    auto broken = text;
    broken.replace(start, size, instead[random() % std::size(instead)]);
    CAPTURE(round, start, text.substr(start, size));
    const auto made = test::translator().translate(Format::gpconnect, broken, {});
    if (!made) {
      CHECK(made.error().kind == Kind::invalid);
      continue;
    }
    CHECK(test::holds(*made, "Bundle.entry.all(fullUrl = 'urn:uuid:' + resource.id)"));
    CHECK(test::holds(*made, "Bundle.entry.fullUrl.isDistinct()"));
    CHECK(test::holds(
        *made,
        "Bundle.entry.resource.ofType(CarePlan).activity.all(reference.resolve().exists())"));
  }
}

TEST_CASE("the sample record tells its story") {
  const auto made = translate(
      test::read_file(test::project() / "mappings/gpconnect/samples/gpconnect-record.json"));
  CAPTURE(test::json(made));
  CHECK(test::holds(made, "Bundle.entry.resource.ofType(ServiceRequest).count() = 4"));
  CHECK(test::holds(made, "Bundle.entry.resource.ofType(CarePlan).activity.count() = 2"));
  CHECK(test::holds(made, "Bundle.entry.resource.ofType(Patient).identifier.value = '9990000018'"));
  CHECK(test::holds(made,
                    "Bundle.entry.resource.ofType(ServiceRequest).where('871731000000106' in "
                    "code.coding.code).exists(performer.count() = 2 and requester.exists() "
                    "and note.count() = 5)"));
  for (const auto type : {"Medication", "MedicationStatement", "Observation"})
    CHECK(test::holds(made, std::string("Bundle.entry.resource.ofType(") + type + ").count() = 1"));
  CHECK_FALSE(has_errors(made.issues));
}
