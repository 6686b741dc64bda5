// Goals, problems and plans to HL7 v2 and back: what does not come back is in the loss report.

#include "exchange/write_hl7v2.h"

#include "model/json.h"
#include "support/catch.h"
#include "support/translator.h"

#include <random>
#include <set>
#include <string>
#include <vector>

using namespace fingerpost;

namespace {

// Makes Bundles of one patient's goals, problems and plan, each element there or not.
class Maker {
 public:
  explicit Maker(unsigned seed) : random_(seed) {}

  std::string bundle() {
    const bool plan = some();
    std::vector<std::string> goals, problems;
    for (std::size_t i = 0; i < 1 + random_() % 2; ++i) problems.push_back(std::to_string(i));
    for (std::size_t i = 0; i < 1 + random_() % 2; ++i) goals.push_back(std::to_string(i));
    std::string out = R"({"resourceType":"Bundle","type":"collection","entry":[)";
    out += entry("Patient", "p", R"("name":[{"family":"Test","given":["Ann"]}])");
    for (const auto& id : problems) out += "," + problem(id);
    for (const auto& id : goals) out += "," + goal(id);
    out += "," + entry("Practitioner", "d", R"("name":[{"family":"Okafor","given":["Ngozi"]}])");
    if (plan) out += "," + care_plan(goals, problems);
    return out + "]}";
  }

 private:
  bool some() { return random_() % 2 == 0; }
  std::string may(const std::string& text) { return some() ? "," + text : std::string(); }
  std::string word() {
    static const char* words[] = {"walk",  "sing | dance", "tea & talk",
                                  "a^b~c", "caf\u00e9",    "back\\\\slash"};
    return words[random_() % std::size(words)];
  }
  std::string moment() {
    static const char* moments[] = {"2026",
                                    "2026-03",
                                    "2026-03-04",
                                    "2026-03-04T10:20:30Z",
                                    "2026-07-04T10:20:30+01:00",
                                    "2026-03-04T10:20:30-05:00"};
    return moments[random_() % std::size(moments)];
  }
  std::string entry(const std::string& type, const std::string& id, const std::string& rest) {
    return R"({"fullUrl":"urn:uuid:)" + type + id + R"(","resource":{"resourceType":")" + type +
           R"(","id":")" + type + id + "\"," + rest + "}}";
  }
  std::string concept_of() {
    const auto text = word();
    std::string coding = R"({"system":"http://snomed.info/sct","code":"123","display":")";
    coding += word() + "\"}";
    if (some()) return R"({"text":")" + text + "\"}";
    const auto second = may(R"({"system":"http://loinc.org","code":"1-2"})");
    return R"({"coding":[)" + coding + second + "]" + may(R"("text":")" + text + "\"") + "}";
  }
  std::string notes() {
    const auto text = word();
    return may(R"("note":[{"text":")" + text + R"("}])");
  }
  std::string subject() { return R"("subject":{"reference":"urn:uuid:Patientp"})"; }
  std::string links(const char* type, const std::vector<std::string>& ids) {
    std::string out;
    for (const auto& id : ids)
      out +=
          (out.empty() ? "" : ",") + std::string(R"({"reference":"urn:uuid:)") + type + id + "\"}";
    return "[" + out + "]";
  }

  std::string goal(const std::string& id) {
    std::string rest = subject() + R"(,"lifecycleStatus":"active","description":)" + concept_of();
    rest += may(R"("startDate":"2026-01-02")");
    rest += may(R"("statusDate":"2026-01-03")");
    rest += may(R"("priority":{"text":"high"})");
    rest += may(R"("target":[{"dueDate":"2026-06-01"}])");
    rest += may(R"("outcomeCode":[{"text":"lost"}])");
    rest += may(R"("addresses":[{"reference":"urn:uuid:Condition0"}])");
    const auto category = concept_of();
    rest += may(R"("category":[)" + category + "]");
    rest += may(R"("statusReason":"lost")");
    return entry("Goal", id, rest + notes());
  }
  std::string problem(const std::string& id) {
    std::string rest = subject() + R"(,"code":)" + concept_of();
    rest += R"(,"clinicalStatus":{"coding":[{"system":)";
    rest += R"("http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}]})";
    const auto recorded = moment();
    rest += may(R"("recordedDate":")" + recorded + "\"");
    const auto onset = moment();
    const auto words = word();
    rest += some() ? may(R"("onsetDateTime":")" + onset + "\"")
                   : may(R"("onsetString":")" + words + "\"");
    rest += may(R"("bodySite":[{"text":"lost"}])");
    rest += may(R"("asserter":{"reference":"urn:uuid:Practitionerd"})");
    return entry("Condition", id, rest + notes());
  }
  std::string care_plan(const std::vector<std::string>& goals,
                        const std::vector<std::string>& problems) {
    std::string rest = subject() + R"(,"status":"active","intent":"plan","addresses":)";
    rest += links("Condition", problems) + R"(,"goal":)" + links("Goal", goals);
    const auto category = concept_of();
    rest += may(R"("category":[)" + category + "]");
    const auto title = word();
    rest += may(R"("title":")" + title + "\"");
    rest += may(R"("description":"lost")");
    const auto created = moment();
    rest += may(R"("created":")" + created + "\"");
    return entry("CarePlan", "c", rest + notes());
  }

  std::mt19937 random_;
};

struct Leaf {
  std::string path;  // "Goal.note.text=walk"
  std::string place;
};

// Ids, references and what they lead by are the translation's own, and not compared.
void leaves(const Tree& tree, NodeId node, const std::string& path, std::vector<Leaf>& out) {
  static const std::set<std::string_view> left_out = {"id", "meta", "identifier", "reference"};
  if (tree.has_value(node)) {
    std::string text(tree.text(node));
    if (text.ends_with("0Z")) text.replace(text.size() - 1, 1, "+00:00");  // HL7 has no Z
    out.push_back({path + "=" + text, model::location(test::definitions(), tree, node)});
  }
  for (auto at = tree.first_child(node); at != no_node; at = tree.next(at))
    if (left_out.count(tree.name_text(at)) == 0)
      leaves(tree, at, path + "." + std::string(tree.name_text(at)), out);
}

std::vector<Leaf> leaves(const Tree& bundle) {
  std::vector<Leaf> out;
  const auto entry = bundle.names().find("entry");
  const auto resource = bundle.names().find("resource");
  for (auto at = bundle.child(bundle.root(), entry); at != no_node; at = bundle.next_same(at)) {
    const auto node = bundle.child(at, resource);
    leaves(bundle, node, std::string(test::definitions().type_name(bundle[node].type)), out);
  }
  return out;
}

Result<exchange::WrittenMessage> write(const std::string& bundle, const TranslateOptions& options) {
  return exchange::write_hl7v2(test::definitions(), test::translator().hl7v2(), bundle, options);
}

bool is_told(const Translation& report, const std::string& place) {
  for (const auto& lost : report.lost)
    if (place == lost.place || place.starts_with(lost.place + ".") ||
        place.starts_with(lost.place + "["))
      return true;
  return false;
}

}  // namespace

TEST_CASE("what goals, problems and plans lose on their way through HL7 v2 is told") {
  for (unsigned seed = 1; seed <= 200; ++seed) {
    const auto bundle = Maker(seed).bundle();
    CAPTURE(seed, bundle);
    TranslateOptions options;
    options.now = "2026-11-22T09:30:00Z";
    const auto written = write(bundle, options);
    REQUIRE(written);
    CAPTURE(written->bytes);
    const auto back = test::translator().translate(Format::hl7v2, written->bytes, options);
    REQUIRE(back);
    const auto source = model::read_json(test::definitions(), bundle, Limits{});
    REQUIRE(source);
    std::set<std::string> found;
    for (const auto& leaf : leaves(back->bundle)) found.insert(leaf.path);
    for (const auto& leaf : leaves(source->tree)) {
      CAPTURE(leaf.path, leaf.place, report_json(written->report));
      CHECK((found.count(leaf.path) != 0 || is_told(written->report, leaf.place)));
    }
  }
}

TEST_CASE("what is written is the message that says most of the Bundle") {
  struct Row {
    const char* resources;
    const char* type;
  };
  const std::string patient =
      R"({"fullUrl":"urn:uuid:p","resource":{"resourceType":"Patient","id":"p"}},)";
  const auto row = GENERATE(
      Row{R"({"fullUrl":"urn:uuid:g","resource":{"resourceType":"Goal","id":"g"}})", "PGL^PC6"},
      Row{R"({"fullUrl":"urn:uuid:c","resource":{"resourceType":"Condition","id":"c"}})",
          "PPR^PC1"},
      Row{R"({"fullUrl":"urn:uuid:c","resource":{"resourceType":"CarePlan","id":"c"}})", "PPP^PCB"},
      Row{R"({"fullUrl":"urn:uuid:c","resource":{"resourceType":"CarePlan","id":"c"}},
             {"fullUrl":"urn:uuid:g","resource":{"resourceType":"Goal","id":"g"}})",
          "PPG^PCG"},
      Row{R"({"fullUrl":"urn:uuid:g","resource":{"resourceType":"Goal","id":"g",
              "addresses":[{"reference":"urn:uuid:c"}]}},
             {"fullUrl":"urn:uuid:c","resource":{"resourceType":"Condition","id":"c"}})",
          "PGL^PC6"},
      Row{R"({"fullUrl":"urn:uuid:g","resource":{"resourceType":"Goal","id":"g",
              "addresses":[{"reference":"urn:uuid:c"}]}},
             {"fullUrl":"urn:uuid:c","resource":{"resourceType":"Condition","id":"c"}},
             {"fullUrl":"urn:uuid:d","resource":{"resourceType":"Condition","id":"d"}})",
          "PPR^PC1"});
  CAPTURE(row.type);
  TranslateOptions options;
  options.now = "2026-11-22T09:30:00Z";
  const auto written = write(
      R"({"resourceType":"Bundle","type":"collection","entry":[)" + patient + row.resources + "]}",
      options);
  REQUIRE(written);
  CHECK(written->bytes.find(std::string("|") + row.type) != std::string::npos);
  CHECK(write(R"({"resourceType":"Bundle","type":"collection"})", options).has_error());
}

TEST_CASE("a referral goes out with where its patient is found now") {
  const auto written = write(
      R"({"resourceType":"Bundle","type":"collection","entry":[
      {"fullUrl":"urn:uuid:t","resource":{"resourceType":"Task","id":"t","status":"requested",
       "intent":"order","focus":{"reference":"urn:uuid:s"}}},
      {"fullUrl":"urn:uuid:s","resource":{"resourceType":"ServiceRequest","id":"s",
       "status":"active","intent":"order","subject":{"reference":"urn:uuid:p"}}},
      {"fullUrl":"urn:uuid:p","resource":{"resourceType":"Patient","id":"p",
       "name":[{"family":"Test"}],
       "address":[{"use":"old","line":["9 Elsewhere"]},
        {"use":"home","line":["Flat 2","3 Mill Lane","The Green"],"city":"Elmford",
         "postalCode":"ZZ9 9ZZ"}],
       "telecom":[{"system":"phone","value":"01632 960001"},
        {"system":"phone","use":"old","value":"01632 960009"},
        {"system":"phone","use":"mobile","value":"07700 900001"},
        {"system":"email","value":"a@example.org"}]}}]})",
      {});
  REQUIRE(written);
  CAPTURE(written->bytes);
  CHECK(written->bytes.find("|Flat 2^3 Mill Lane, The Green^Elmford^^ZZ9 9ZZ^^H||01632 960001^^PH~"
                            "07700 900001^PRN^CP~^NET^Internet^a@example.org\r") !=
        std::string::npos);
}

TEST_CASE("a restricted patient's home and telephone stay with us, and so do restricted problems") {
  const auto label = GENERATE(as<std::string>(), "R", "V");
  const auto meta = R"("meta":{"security":[{"code":")" + label + R"("}]},)";
  const auto written = write(
      R"({"resourceType":"Bundle","type":"collection","entry":[
      {"fullUrl":"urn:uuid:t","resource":{"resourceType":"Task","id":"t","status":"requested",
       "intent":"order","focus":{"reference":"urn:uuid:s"},"for":{"reference":"urn:uuid:p"}}},
      {"fullUrl":"urn:uuid:s","resource":{"resourceType":"ServiceRequest","id":"s",
       "status":"active","intent":"order","subject":{"reference":"urn:uuid:p"}}},
      {"fullUrl":"urn:uuid:c","resource":{"resourceType":"Condition",)" +
          meta + R"("id":"c","code":{"text":"Hidden problem"},
       "subject":{"reference":"urn:uuid:p"}}},
      {"fullUrl":"urn:uuid:o","resource":{"resourceType":"Patient","id":"o",
       "name":[{"family":"Somebodyelse"}]}},
      {"fullUrl":"urn:uuid:p","resource":{"resourceType":"Patient",)" +
          meta +
          R"("id":"p","name":[{"family":"Winterbourne"}],"address":[{"line":["3 Mill Lane"]}],
       "telecom":[{"system":"phone","value":"01632 960001"}]}}]})",
      {});
  REQUIRE(written);
  CAPTURE(written->bytes);
  const auto sent = [&](const char* text) {
    return written->bytes.find(text) != std::string::npos;
  };
  CHECK(sent("Winterbourne"));
  for (const auto* text : {"Mill Lane", "960001", "Hidden problem", "Somebodyelse"})
    CHECK_FALSE(sent(text));
  CHECK(test::has_issue(written->report, "the patient is restricted"));
  CHECK(test::has_issue(written->report, "a restricted problem is not sent"));
}

TEST_CASE("a plan is sent without what is restricted, and of one patient only") {
  const auto bundle = [](const char* more) {
    return R"({"resourceType":"Bundle","type":"collection","entry":[
      {"fullUrl":"urn:uuid:p","resource":{"resourceType":"Patient","id":"p"}},
      {"fullUrl":"urn:uuid:g","resource":{"resourceType":"Goal","id":"g",
       "meta":{"security":[{"code":"R"}]},"lifecycleStatus":"active",
       "description":{"text":"Hidden goal"}}},
      {"fullUrl":"urn:uuid:h","resource":{"resourceType":"Goal","id":"h",
       "lifecycleStatus":"active","description":{"text":"Open goal"}}})" +
           std::string(more) + "]}";
  };
  const auto written = write(bundle(""), {});
  REQUIRE(written);
  CHECK(written->bytes.find("Open goal") != std::string::npos);
  CHECK(written->bytes.find("Hidden goal") == std::string::npos);
  CHECK(test::has_issue(written->report, "a restricted resource is not sent"));
  CHECK_FALSE(write(
      bundle(R"(,{"fullUrl":"urn:uuid:q","resource":{"resourceType":"Patient","id":"q"}})"), {}));
}

namespace {

// A goal that stands so, and the problem that it addresses.
std::string addressed(const std::string& status, const std::string& problem,
                      const std::string& more = "") {
  return R"({"resourceType":"Bundle","type":"collection","entry":[
      {"fullUrl":"urn:uuid:p","resource":{"resourceType":"Patient","id":"p"}},
      {"fullUrl":"urn:uuid:g","resource":{"resourceType":"Goal","id":"g",
       "lifecycleStatus":")" +
         status + R"(","description":{"text":"Walk"},"addresses":[{"reference":"urn:uuid:c"}]}},
      {"fullUrl":"urn:uuid:c","resource":{"resourceType":"Condition","id":"c",)" +
         problem + "}}" + more + "]}";
}

}  // namespace

TEST_CASE("what was entered in error is deleted") {
  const auto written =
      write(addressed("entered-in-error",
                      R"("verificationStatus":{"coding":[{"code":"entered-in-error"}]})",
                      R"(,{"fullUrl":"urn:uuid:a","resource":{"resourceType":"CarePlan","id":"a",
       "status":"entered-in-error","intent":"plan","goal":[{"reference":"urn:uuid:g"}],
       "addresses":[{"reference":"urn:uuid:c"}]}})"),
            {});
  REQUIRE(written);
  CAPTURE(written->bytes);
  for (const auto* segment : {"\rPTH|DE|", "\rPRB|DE|", "\rGOL|DE|"})
    CHECK(written->bytes.find(segment) != std::string::npos);
}

TEST_CASE("a problem stands under the goal that addresses it, with both its codings") {
  const auto written =
      write(addressed("active",
                      R"("code":{"coding":[{"system":"urn:fingerpost:hl7v2:x:99P","code":"LONE"},
        {"system":"http://snomed.info/sct","code":"267076002","display":"Feels lonely"}]})"),
            {});
  REQUIRE(written);
  CAPTURE(written->bytes);
  CHECK(written->bytes.find("LONE^^99P^267076002^Feels lonely^SCT") != std::string::npos);
}

TEST_CASE("instance ids are the partner's own, never another's") {
  TranslateOptions options;
  options.partner = "links";
  const auto written = write(
      R"({"resourceType":"Bundle","type":"collection","entry":[
      {"fullUrl":"urn:uuid:p","resource":{"resourceType":"Patient","id":"p"}},
      {"fullUrl":"urn:uuid:g","resource":{"resourceType":"Goal","id":"g",
       "lifecycleStatus":"active","description":{"text":"Walk"},"identifier":[
        {"system":"urn:fingerpost:hl7v2:other~~HQ:NS","value":"G-1"},
        {"system":"urn:fingerpost:hl7v2:links~~HQ:NS","value":"G-2"}]}},
      {"fullUrl":"urn:uuid:h","resource":{"resourceType":"Goal","id":"h",
       "lifecycleStatus":"active","description":{"text":"Sing"},"identifier":[
        {"system":"urn:fingerpost:hl7v2:other~~HQ:NS","value":"G-1"}]}}]})",
      options);
  REQUIRE(written);
  CAPTURE(written->bytes);
  CHECK(written->bytes.find("|^Walk|G-2^NS|") != std::string::npos);
  CHECK(written->bytes.find("|^Sing|h^FINGERPOST|") != std::string::npos);
}

TEST_CASE("an order goes out with what it is, or not at all") {
  struct Row {
    const char* status;
    const char* orc;  // "": no order
  };
  const auto row = GENERATE(Row{"active", "ORC|NW|"}, Row{"revoked", "ORC|DC|"},
                            Row{"entered-in-error", ""}, Row{"draft", ""}, Row{"unknown", ""});
  CAPTURE(row.status);
  const auto written = write(
      R"({"resourceType":"Bundle","type":"collection","entry":[
      {"fullUrl":"urn:uuid:p","resource":{"resourceType":"Patient","id":"p"}},
      {"fullUrl":"urn:uuid:c","resource":{"resourceType":"Condition","id":"c"}},
      {"fullUrl":"urn:uuid:s","resource":{"resourceType":"ServiceRequest","id":"s","status":")" +
          std::string(row.status) + R"(","intent":"order","code":{"text":"Walking group"},
       "reasonReference":[{"reference":"urn:uuid:c"}]}},
      {"fullUrl":"urn:uuid:a","resource":{"resourceType":"CarePlan","id":"a",
       "status":"active","intent":"plan","addresses":[{"reference":"urn:uuid:c"}],
       "activity":[{"reference":{"reference":"urn:uuid:s"}}]}}]})",
      {});
  REQUIRE(written);
  CAPTURE(written->bytes);
  const bool sent = *row.orc != '\0';
  CHECK((written->bytes.find("\rORC|") != std::string::npos) == sent);
  CHECK(written->bytes.find(row.orc) != std::string::npos);
  CHECK(test::has_issue(written->report, "the order is not sent") != sent);
}

TEST_CASE("a referral goes out as what it has come to") {
  struct Row {
    const char* task;
    const char* request;
    const char* type;
  };
  const auto row =
      GENERATE(Row{"requested", "active", "REF^I12"}, Row{"cancelled", "active", "REF^I14"},
               Row{"requested", "revoked", "REF^I14"}, Row{"accepted", "active", "RRI^I12"},
               Row{"completed", "completed", "RRI^I12"});
  CAPTURE(row.task, row.request);
  const auto written = write(
      R"({"resourceType":"Bundle","type":"collection","entry":[
      {"fullUrl":"urn:uuid:t","resource":{"resourceType":"Task","id":"t","status":")" +
          std::string(row.task) + R"(","intent":"order","focus":{"reference":"urn:uuid:s"},
       "owner":{"reference":"urn:uuid:h"},
       "output":[{"type":{"text":"outcome"},"valueString":"Goes out again"}]}},
      {"fullUrl":"urn:uuid:s","resource":{"resourceType":"ServiceRequest","id":"s","status":")" +
          row.request + R"(","intent":"order","subject":{"reference":"urn:uuid:p"}}},
      {"fullUrl":"urn:uuid:h","resource":{"resourceType":"HealthcareService","id":"h",
       "name":"Riverside link workers","providedBy":{"reference":"urn:uuid:o"}}},
      {"fullUrl":"urn:uuid:o","resource":{"resourceType":"Organization","id":"o","identifier":[
       {"system":"https://fhir.nhs.uk/Id/ods-organization-code","value":"X99999"}]}},
      {"fullUrl":"urn:uuid:p","resource":{"resourceType":"Patient","id":"p"}}]})",
      {});
  REQUIRE(written);
  CAPTURE(written->bytes);
  CHECK(written->bytes.find(std::string("|") + row.type) != std::string::npos);
  CHECK(written->bytes.find("^Riverside link workers|||X99999^ODS") != std::string::npos);
}
