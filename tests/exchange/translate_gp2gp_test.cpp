// GP2GP records through the whole translator: what holds of every record.

#include "support/catch.h"
#include "support/cost.h"
#include "support/reading.h"
#include "support/translator.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

using namespace fingerpost;

namespace {

std::string sample() {
  return test::read_file(test::project() / "mappings/gp2gp/samples/gp2gp-record.xml");
}

Result<Translation> translate(std::string text, bool trace = false) {
  TranslateOptions options;
  options.now = "2026-11-22T09:30:00Z";
  options.trace = trace;
  return test::translator().translate(Format::gp2gp, std::move(text), options);
}

bool traced(const Translation& made, std::string_view target_end, std::string_view source) {
  return std::any_of(made.traced.begin(), made.traced.end(), [&](const Traced& step) {
    return step.target.ends_with(target_end) && step.source == source;
  });
}

// Every urn:uuid reference below the node is one of the (sorted) urls.
bool leads_to(const Tree& tree, NodeId node, const std::vector<std::string>& urls) {
  if (tree.name_text(node) == "reference" && tree.text(node).starts_with("urn:uuid:") &&
      !std::binary_search(urls.begin(), urls.end(), std::string(tree.text(node))))
    return false;
  for (auto child = tree.first_child(node); child != no_node; child = tree.next(child))
    if (!leads_to(tree, child, urls)) return false;
  return true;
}

bool is_whole(const Translation& made) {
  const test::Reader reader(made.bundle);
  std::vector<std::string> urls;
  for (const auto entry : reader.all(made.bundle.root(), "entry"))
    urls.push_back(reader.text(entry, "fullUrl"));
  std::sort(urls.begin(), urls.end());
  return leads_to(made.bundle, made.bundle.root(), urls);
}

// The record with each element that stands alone on its line left out in turn, and with each value
// in turn made into nonsense.
std::vector<std::string> damaged(const std::string& whole) {
  std::vector<std::string> all;
  for (std::size_t from = 0; from < whole.size();) {
    const auto end = whole.find('\n', from) + 1;
    const auto line = std::string_view(whole).substr(from, end - from);
    if (line.find("/>") != std::string_view::npos && line.find("</") == std::string_view::npos)
      all.push_back(whole.substr(0, from) + whole.substr(end));
    if (end == 0) break;
    from = end;
  }
  for (auto at = whole.find("value=\""); at != std::string::npos;
       at = whole.find("value=\"", at + 1)) {
    const auto end = whole.find('"', at + 7);
    all.push_back(whole.substr(0, at + 7) + "~" + whole.substr(end));
  }
  return all;
}

}  // namespace

TEST_CASE("the trace of a GP2GP record names statement and element") {
  const auto made = translate(sample(), true);
  REQUIRE(made);
  CHECK(traced(*made, ".resource.priority", "RequestStatement/priorityCode/code"));
  CHECK(traced(*made, ".resource.occurrence", "PlanStatement/effectiveTime/center"));
  CHECK(traced(*made, ".resource.clinicalStatus.coding[0].code", "LinkSet[2]/code/code"));
}

TEST_CASE("the same GP2GP record gives the same bytes") {
  const auto one = translate(sample());
  const auto two = translate(sample());
  REQUIRE(one);
  REQUIRE(two);
  CHECK(test::json(*one) == test::json(*two));
}

TEST_CASE("a defect in a GP2GP record never costs the record, nor another statement") {
  const auto all = damaged(sample());
  CHECK(all.size() > 40);
  for (const auto& text : all) {
    const auto made = translate(text);
    REQUIRE(made);
    const test::Reader reader(made->bundle);
    CHECK(reader.resources(made->bundle.root(), "ServiceRequest").size() == 2);
    CHECK(is_whole(*made));
  }
}

TEST_CASE("a GP2GP record that ends too early is refused") {
  const auto whole = sample();
  for (std::size_t size = 0; size + 30 < whole.size(); size += 997)
    CHECK_FALSE(translate(whole.substr(0, size)));
}

namespace {

constexpr std::string_view somebody =
    R"("id":"p","identifier":[{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"9990000018"}])";

// A Bundle of a patient, a practitioner and these entries.
std::string bundle_of(std::string_view entries, std::string_view patient = somebody) {
  return R"({"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"urn:uuid:p",)"
         R"("resource":{"resourceType":"Patient",)" +
         std::string(patient) +
         R"(}},{"fullUrl":"urn:uuid:d","resource":{"resourceType":"Practitioner","id":"d",)"
         R"("name":[{"text":"Example"}]}},)" +
         std::string(entries) + "]}";
}

// One with these members.
std::string request(std::string_view members, std::string_view subject = "urn:uuid:p") {
  return R"({"fullUrl":"urn:uuid:r","resource":{"resourceType":"ServiceRequest","id":"r",)"
         R"("subject":{"reference":")" +
         std::string(subject) + "\"}," + std::string(members) + "}}";
}

Result<exchange::Translator::Written> write_bundle(std::string bundle) {
  TranslateOptions options;
  options.now = "2026-11-22T09:30:00Z";
  options.key_prefix = "Z90001";
  return test::translator().write_gp2gp(std::move(bundle), options);
}

Result<exchange::Translator::Written> write(std::string_view members) {
  return write_bundle(bundle_of(request(R"("status":"unknown",)" + std::string(members))));
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// How many lines of the report are errors.
auto errors(const Translation& report) {
  return std::count_if(report.issues.begin(), report.issues.end(),
                       [](const Issue& issue) { return issue.severity == Severity::error; });
}

}  // namespace

TEST_CASE("what a request says has its place in GP2GP, or is told") {
  struct Row {
    const char* members;
    const char* written;
    const char* lost;  // what of the request the report names; "" for nothing
  };
  const auto row = GENERATE(
      Row{R"("intent":"order","priority":"urgent")",
          R"(<priorityCode code="394849002" codeSystem="2.16.840.1.113883.2.1.3.2.4.15")", ""},
      Row{R"("intent":"order","priority":"routine","note":[{"text":"Priority: Soon"}])",
          "<originalText>Soon</originalText>", ""},
      Row{R"("intent":"order","priority":"asap")", "<text>Priority: ASAP</text>", ""},
      Row{R"("intent":"order","priority":"stat")", "<text>Priority: Stat</text>", ""},
      Row{R"("intent":"order","requester":{"reference":"urn:uuid:p"})",
          "<text>Requester: Patient</text>", ""},
      Row{R"("intent":"order","requester":{"reference":"urn:uuid:d"})",
          R"(typeCode="AUT"><agentRef classCode="AGNT"><id root="D"/>)", ""},
      Row{R"("intent":"order","note":[{"text":"Action Date: 2026-02-03"}])",
          R"(<center value="20260203"/>)", ""},
      Row{R"("intent":"order","meta":{"security":[{"code":"NOPAT"}]})",
          R"(<confidentialityCode code="NOPAT")", ""},
      Row{R"("intent":"order","code":{"text":"A walking group"})",
          R"(<code nullFlavor="UNK"><originalText>A walking group</originalText></code>)", ""},
      Row{R"("intent":"plan","occurrencePeriod":{"start":"2026","end":"2027-01"})",
          R"(<center value="202701"/>)", "occurrence.start"},
      Row{R"("intent":"plan","bodySite":[{"text":"knee"}])", "<PlanStatement ", "bodySite[0]"});
  CAPTURE(row.members);
  const auto made = write(row.members);
  REQUIRE(made);
  CAPTURE(made->bytes, report_json(made->report));
  CHECK(made->bytes.find(row.written) != std::string::npos);
  std::set<std::string> lost;
  for (const auto& one : made->report.lost)
    if (const auto at = one.place.find("entry[2].resource."); at != std::string::npos)
      lost.insert(one.place.substr(at + 18));
  CHECK(lost == (*row.lost ? std::set<std::string>{row.lost} : std::set<std::string>{}));
}

TEST_CASE("a record is of one patient") {
  CHECK_FALSE(
      test::translator().write_gp2gp(R"({"resourceType":"Bundle","type":"collection"})", {}));
  CHECK_FALSE(test::translator().write_gp2gp(R"({"resourceType":"Patient"})", {}));
  CHECK_FALSE(test::translator().write_gp2gp("no JSON", {}));
}

TEST_CASE("a record without one NHS number is not written") {
  const auto patient =
      GENERATE(R"("id":"p")",
               R"("id":"p","identifier":[{"system":"https://example.org","value":"9990000018"}])",
               R"("id":"p","identifier":[{"system":"https://fhir.nhs.uk/Id/nhs-number"}])",
               R"("identifier":[{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"9990000018"},
                 {"system":"https://fhir.nhs.uk/Id/nhs-number","value":"9990000026"}])");
  CAPTURE(patient);
  const auto made =
      write_bundle(bundle_of(request(R"("status":"unknown","intent":"order")"), patient));
  REQUIRE_FALSE(made);
  CHECK(contains(made.error().text, "NHS number"));
}

TEST_CASE("a record of which nobody says who keeps it is not written") {
  const auto made = test::translator().write_gp2gp(
      bundle_of(request(R"("status":"unknown","intent":"order")")), {});
  REQUIRE_FALSE(made);
  CHECK(contains(made.error().text, "practice"));
}

TEST_CASE("records of two patients written at one time have ids of their own") {
  const auto ids = [](std::string_view patient) {
    const auto made =
        write_bundle(bundle_of(request(R"("status":"unknown","intent":"order")"), patient));
    std::set<std::string> found;
    if (!made) return found;
    for (auto at = made->bytes.find("<id root=\""); at != std::string::npos;
         at = made->bytes.find("<id root=\"", at + 1))
      if (const auto id = made->bytes.substr(at + 10, 36); !contains(id, "\"")) found.insert(id);
    return found;
  };
  const auto one = ids(somebody);
  const auto two = ids(
      R"("id":"q","identifier":[{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"9990000026"}])");
  CHECK(one.size() == 3);
  CHECK(two.size() == 3);
  for (const auto& id : one) CHECK(two.count(id) == 0);
}

TEST_CASE("a request that GP2GP would make something else of is left out, and told") {
  struct Row {
    const char* members;
    bool written;
  };
  const auto row = GENERATE(
      Row{R"("status":"active","intent":"order")", true},
      Row{R"("status":"entered-in-error","intent":"order")", false},
      Row{R"("status":"draft","intent":"plan")", false},
      Row{R"("status":"active","intent":"order","doNotPerform":true)", false},
      Row{R"("status":"active","intent":"order","doNotPerform":false)", true},
      Row{R"("status":"revoked","intent":"order")", false},
      Row{R"("status":"revoked","intent":"plan")", false},
      Row{R"("status":"revoked","intent":"order","note":[{"text":"Status: Terminated"}])", false},
      Row{R"("status":"revoked","intent":"plan","note":[{"text":"Status: Active"}])", false},
      Row{R"("status":"revoked","intent":"plan","note":[{"text":"Status: Terminated, x"}])", true},
      Row{R"("status":"revoked","intent":"plan","note":[{"text":"RECALL_STATUS:Terminated; x"}])",
          true});
  CAPTURE(row.members);
  const auto made = write_bundle(bundle_of(request(row.members)));
  REQUIRE(made);
  CAPTURE(made->bytes, report_json(made->report));
  CHECK(contains(made->bytes, "<ehrComposition ") == row.written);
  CHECK(contains(made->bytes, "Statement ") == row.written);
  CHECK(errors(made->report) == (row.written ? 0 : 1));
}

TEST_CASE("only the patient's own requests are written") {
  const auto subject = GENERATE("urn:uuid:p", "Patient/p", "Patient/other", "urn:uuid:d", "#me");
  CAPTURE(subject);
  const bool own = std::string_view(subject).ends_with("p");
  const auto made = write_bundle(
      bundle_of(request(R"("status":"active","intent":"order","code":{"text":"A walking group"},)"
                        R"("contained":[{"resourceType":"Patient","id":"me"}])",
                        subject)));
  REQUIRE(made);
  CAPTURE(made->bytes, report_json(made->report));
  CHECK(contains(made->bytes, "A walking group") == own);
  CHECK(errors(made->report) == (own ? 0 : 1));
}

TEST_CASE("each request is written once, in its consultation or outside any") {
  struct Row {
    const char* encounter;
    const char* subject;  // of the Encounter
    bool within;
    bool outside;
  };
  const auto row = GENERATE(
      Row{"Encounter/v", "urn:uuid:p", true, false},
      Row{"https://example.org/fhir/Encounter/v", "Patient/p", true, false},
      Row{"Encounter/gone", "Patient/p", false, true}, Row{"urn:uuid:d", "Patient/p", false, true},
      Row{"", "Patient/p", false, true}, Row{"Encounter/v", "Patient/other", false, false});
  CAPTURE(row.encounter, row.subject);
  const auto made = write_bundle(
      bundle_of(R"({"fullUrl":"https://example.org/fhir/Encounter/v","resource":{"resourceType":)"
                R"("Encounter","id":"v","status":"finished","class":{"code":"AMB"},"subject":{)"
                R"("reference":")" +
                std::string(row.subject) +
                R"("},"participant":[{"individual":{"reference":)"
                R"("Practitioner/d"}}]}},)" +
                request(R"("status":"active","intent":"order","code":{"text":"A walking group"})" +
                        (*row.encounter
                             ? R"(,"encounter":{"reference":")" + std::string(row.encounter) + "\"}"
                             : std::string()))));
  REQUIRE(made);
  CAPTURE(made->bytes, report_json(made->report));
  const auto first = made->bytes.find("A walking group");
  CHECK((first != std::string::npos) == (row.within || row.outside));
  CHECK(made->bytes.find("A walking group", first + 1) == std::string::npos);
  CHECK(contains(made->bytes, R"(<id root="V"/>)") == row.within);
  CHECK(contains(made->bytes, "Non-consultation data") == row.outside);
  CHECK(contains(made->bytes, R"(<Agent classCode="AGNT"><id root="D"/>)"));
  CHECK(errors(made->report) == (row.within || row.outside ? 0 : 1));
}

TEST_CASE("a vaccine that was given goes out and comes back") {
  const auto vaccine = [](const std::string& status, const char* patient) {
    return R"({"fullUrl":"urn:uuid:i","resource":{"resourceType":"Immunization","id":"i","status":")" +
           status +
           R"(","extension":[{"url":"https://fhir.hl7.org.uk/StructureDefinition/)"
           R"(Extension-UKCore-VaccinationProcedure","valueCodeableConcept":{"coding":[{"system":)"
           R"("http://snomed.info/sct","code":"822851000000102","display":"Seasonal influenza )"
           R"(vaccination"}]}}],"vaccineCode":{"coding":[{"system":"http://terminology.hl7.org/)"
           R"(CodeSystem/v3-NullFlavor","code":"UNK"}]},"patient":{"reference":")" +
           patient +
           R"("},"occurrenceDateTime":"2026-09-30","performer":[{"actor":{"reference":)"
           R"("urn:uuid:d"}}],"note":[{"text":"Left arm"}]}})";
  };
  const auto made = write_bundle(bundle_of(vaccine("completed", "urn:uuid:p")));
  REQUIRE(made);
  CAPTURE(made->bytes, report_json(made->report));
  CHECK(errors(made->report) == 0);
  for (const auto& lost : made->report.lost) CHECK(lost.place == "Bundle.type");
  CHECK(contains(made->bytes, R"(<ObservationStatement classCode="OBS" moodCode="EVN">)"));
  const auto back = translate(made->bytes);
  REQUIRE(back);
  const test::Reader reader(back->bundle);
  const auto found = reader.resources(back->bundle.root(), "Immunization");
  REQUIRE(found.size() == 1);
  CHECK(reader.text(found[0], "occurrence") == "2026-09-30");
  CHECK(reader.text(found[0], "status") == "completed");
  CHECK(reader.text(reader.one(found[0], "note"), "text") == "Left arm");
  for (const auto& left : {vaccine("not-done", "urn:uuid:p"), vaccine("completed", "Patient/x")}) {
    const auto none = write_bundle(bundle_of(left));
    REQUIRE(none);
    CHECK(errors(none->report) == 1);
    CHECK_FALSE(contains(none->bytes, "ObservationStatement"));
  }
}

TEST_CASE("writing a record costs as much again for twice the requests and consultations") {
  const auto cost = [](int count) {
    std::string entries;
    for (int i = 0; i < count; ++i) {
      const auto number = std::to_string(i);
      entries += R"({"fullUrl":"urn:uuid:v)" + number +
                 R"(","resource":{"resourceType":"Encounter","id":"v)" + number +
                 R"(","status":"finished","class":{"code":"AMB"},"subject":{"reference":)"
                 R"("urn:uuid:p"}}},{"fullUrl":"urn:uuid:r)" +
                 number + R"(","resource":{"resourceType":"ServiceRequest","id":"r)" + number +
                 R"(","status":"unknown","intent":"order","code":{"text":"A walk"},"subject":)"
                 R"({"reference":"urn:uuid:p"},"encounter":{"reference":"urn:uuid:v)" +
                 number + "\"}}},";
    }
    entries.pop_back();
    const auto bundle = bundle_of(entries);
    return test::least_budget([&](std::uint64_t steps) {
      TranslateOptions options;
      options.now = "2026-11-22T09:30:00Z";
      options.key_prefix = "Z90001";
      options.limits.steps = steps;
      return test::translator().write_gp2gp(bundle, options).has_value();
    });
  };
  test::check_linear(cost, 60);
}

TEST_CASE("an entry without a url takes no request that names no consultation") {
  const auto made = write_bundle(
      bundle_of(R"({"resource":{"resourceType":"Encounter","id":"v","status":"finished"}},)" +
                request(R"("status":"active","intent":"order")")));
  REQUIRE(made);
  CAPTURE(made->bytes);
  CHECK_FALSE(contains(made->bytes, R"(<id root="V"/>)"));
  CHECK(contains(made->bytes, "<RequestStatement "));
}

TEST_CASE("what is restricted is kept from the patient in GP2GP, consultations too") {
  const auto code = GENERATE("NOPAT", "R", "V", "N");
  CAPTURE(code);
  const auto label = R"("meta":{"security":[{"code":")" + std::string(code) + "\"}]}";
  const bool held = std::string_view(code) != "N";
  const auto made = write_bundle(bundle_of(
      R"({"fullUrl":"urn:uuid:v","resource":{"resourceType":"Encounter","id":"v",)" + label +
      "}}," +
      request(R"("status":"active","intent":"plan","encounter":{"reference":"urn:uuid:v"},)" +
              label)));
  REQUIRE(made);
  CAPTURE(made->bytes);
  const auto first = made->bytes.find(R"(<confidentialityCode code="NOPAT")");
  CHECK((first < made->bytes.find("<PlanStatement ")) == held);
  CHECK(contains(made->bytes.substr(made->bytes.find("<PlanStatement ")),
                 R"(<confidentialityCode code="NOPAT")") == held);
}

TEST_CASE("a time without an offset is of the zone that is asked for") {
  struct Row {
    const char *zone, *instant;
  };
  const auto row = GENERATE(Row{"Europe/London", "2026-06-15T15:32:51+00:00"},
                            Row{"UTC", "2026-06-15T16:32:51+00:00"});
  CAPTURE(row.zone);
  TranslateOptions options;
  options.zone = row.zone;
  const auto made = test::translator().translate(
      Format::gp2gp,
      R"(<EhrExtract xmlns="urn:hl7-org:v3"><id root="E"/><recordTarget><patient>
<id root="2.16.840.1.113883.2.1.4.1" extension="9990000018"/></patient></recordTarget>
<component><ehrFolder><component><ehrComposition><id root="C"/><component>
<PlanStatement><id root="P"/><text>x</text><availabilityTime value="20260615163251"/>
</PlanStatement></component></ehrComposition></component></ehrFolder></component></EhrExtract>)",
      options);
  REQUIRE(made);
  CHECK(test::json(*made).find(row.instant) != std::string::npos);
}

TEST_CASE("the attachments of a message are Binaries that its documents lead to") {
  const auto document = [](const std::string& id, const std::string& file) {
    return "<component><NarrativeStatement><id root=\"" + id +
           "\"/><reference><referredToExternalDocument><id root=\"D" + id +
           "\"/><text mediaType=\"text/plain\"><reference value=\"file://localhost/" + file +
           "\"/></text></referredToExternalDocument></reference></NarrativeStatement></component>";
  };
  const auto part = [](const std::string& id, const std::string& body) {
    return "--b\r\nContent-Id: <" + id + ">\r\nContent-Type: text/plain\r\n\r\n" + body + "\r\n";
  };
  const auto named = [](const std::string& id, const std::string& name) {
    return "<eb:Reference xlink:href=\"cid:" + id + "\"><eb:Description>" + name +
           "</eb:Description></eb:Reference>";
  };
  const auto made = test::translator().translate(
      Format::gp2gp,
      "Content-Type: multipart/related; boundary=b\r\n\r\n" +
          part("e", "<E xmlns:eb=\"urn:e\" xmlns:xlink=\"urn:x\"><eb:Manifest>" +
                        named("1", "letter.txt") + named("2", "other.txt") +
                        named("3", "twin.txt") + named("4", "twin.txt") + "</eb:Manifest></E>") +
          part("p",
               "<EhrExtract xmlns=\"urn:hl7-org:v3\"><id root=\"E\"/><recordTarget><patient><id "
               "root=\"2.16.840.1.113883.2.1.4.1\" extension=\"9990000018\"/></patient>"
               "</recordTarget><component><ehrFolder><component><ehrComposition><id root=\"C\"/>" +
                   document("A", "letter.txt") + document("B", "lost.txt") +
                   document("C1", "twin.txt") + document("C2", "twin.txt") +
                   "</ehrComposition></component></ehrFolder></component></EhrExtract>") +
          part("1", "Dear all") + part("2", "Nobody's") + part("3", "One") + part("4", "Two") +
          "--b--\r\n",
      {});
  REQUIRE(made);
  CAPTURE(test::json(*made));
  CHECK(test::holds(*made, "entry.resource.ofType(Binary).count() = 1"));
  CHECK(test::holds(*made, "entry.resource.ofType(Binary).data = 'RGVhciBhbGw='"));
  CHECK(test::holds(*made,
                    "entry.where(resource is Binary).fullUrl in "
                    "entry.resource.ofType(DocumentReference).content.attachment.url"));
  CHECK(test::holds(*made,
                    "entry.resource.ofType(Binary).securityContext.reference in "
                    "entry.where(resource is DocumentReference).fullUrl"));
  CHECK(test::has_issue(*made, "the attachment did not come"));
  CHECK(test::has_issue(*made, "attachments have one name"));
  CHECK(test::has_issue(*made, "no document of the record names the attachment"));
}

TEST_CASE("a record that goes out and comes back has its organisations once") {
  const auto first = translate(sample());
  REQUIRE(first);
  TranslateOptions options;
  options.now = "2026-11-22T09:30:00Z";
  const auto written = test::translator().write_gp2gp(test::json(*first), options);
  REQUIRE(written);
  const auto again = translate(written->bytes);
  REQUIRE(again);
  CHECK(test::holds(*again, "entry.resource.ofType(Organization).identifier.value.isDistinct()"));
  CHECK(test::holds(*again,
                    "entry.resource.ofType(Patient).managingOrganization.reference in "
                    "entry.where(resource is Organization).fullUrl"));
}
