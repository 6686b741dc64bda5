// GP2GP records through the whole translator: what holds of every record.

#include "support/catch.h"
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

// A Bundle of a patient, a practitioner and one request with these members.
std::string bundle_of(std::string_view members) {
  return R"({"resourceType":"Bundle","type":"collection","entry":[)"
         R"({"fullUrl":"urn:uuid:p","resource":{"resourceType":"Patient","id":"p"}},)"
         R"({"fullUrl":"urn:uuid:d","resource":{"resourceType":"Practitioner","id":"d",)"
         R"("name":[{"text":"Example"}]}},{"fullUrl":"urn:uuid:r","resource":{)"
         R"("resourceType":"ServiceRequest","id":"r","status":"unknown",)"
         R"("subject":{"reference":"urn:uuid:p"},)" +
         std::string(members) + "}}]}";
}

Result<exchange::Translator::Written> write(std::string_view members) {
  TranslateOptions options;
  options.now = "2026-11-22T09:30:00Z";
  options.key_prefix = "Z90001";
  return test::translator().write_gp2gp(bundle_of(members), options);
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
