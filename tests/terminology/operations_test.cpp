#include "terminology/operations.h"

#include "support/terminology.h"

using namespace fingerpost;
using terminology::Terminology;

namespace {

// a > (b, c) > d: d below both; e stands alone.
const char* const diamond = R"({"resourceType":"CodeSystem","url":"urn:d","version":"1","name":"D",
  "language":"en","status":"active","content":"complete","property":[{"code":"parent","type":"code"}],
  "concept":[{"code":"a","display":"Ay","definition":"The first","concept":[
      {"code":"b","display":"Bee"},{"code":"c","display":"Sea"}]},
    {"code":"d","display":"Dee","property":[{"code":"parent","valueCode":"b"},
                                            {"code":"parent","valueCode":"c"}]},
    {"code":"e","display":"Ee","designation":[{"language":"fr","value":"Euh"}]}]})";

std::string outcome(const Terminology& all, const std::string& a, const std::string& b) {
  const auto told = test::ask(
      terminology::subsumes, all,
      test::uri("system", "urn:d") + "," + test::code("codeA", a) + "," + test::code("codeB", b));
  const auto at = told.json.find(R"("valueCode":")");
  if (told.failed || at == std::string::npos) return "failed";
  return told.json.substr(at + 13, told.json.find('"', at + 13) - at - 13);
}

bool has(const test::Told& told, const std::string& text) {
  return told.json.find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("$subsumes says how two codes stand to each other") {
  const auto all = test::loaded({diamond});
  CHECK(outcome(all, "a", "b") == "subsumes");
  CHECK(outcome(all, "d", "a") == "subsumed-by");
  CHECK(outcome(all, "d", "d") == "equivalent");
  CHECK(outcome(all, "b", "c") == "not-subsumed");
  CHECK(outcome(all, "a", "x") == "failed");
}

TEST_CASE("subsumption is a partial order") {
  const auto all = test::loaded({diamond});
  const std::vector<std::string> codes{"a", "b", "c", "d", "e"};
  const auto below = [&](const std::string& x, const std::string& y) {
    const auto is = outcome(all, x, y);
    return is == "subsumed-by" || is == "equivalent";
  };
  for (const auto& x : codes) {
    CHECK(below(x, x));
    for (const auto& y : codes) {
      if (x != y) CHECK_FALSE((below(x, y) && below(y, x)));
      for (const auto& z : codes)
        if (below(x, y) && below(y, z)) CHECK(below(x, z));
    }
  }
}

TEST_CASE("an expansion leaves out the code systems that are not wanted") {
  const auto all = test::loaded(
      {diamond, R"({"resourceType":"CodeSystem","url":"urn:e","version":"2","status":"active",
        "content":"complete","concept":[{"code":"x"}]})",
       R"({"resourceType":"ValueSet","url":"urn:both","version":"3","status":"active","compose":{
        "include":[{"system":"urn:d"},{"system":"urn:e"}]}})"});
  const auto codes = [&](const std::string& more) {
    return test::codes_in(
        test::ask(terminology::expand, all,
                  test::uri("url", "urn:both") + "," + test::flag("excludeNested", true) + more)
            .json);
  };
  CHECK(codes("") == "a b c d e x ");
  CHECK(codes("," + test::uri("exclude-system", "urn:d")) == "x ");
  CHECK(codes("," + test::uri("exclude-system", "urn:e|2")) == "a b c d e ");
  CHECK(codes("," + test::uri("exclude-system", "urn:e|1")) == "a b c d e x ");
  CHECK(has(test::ask(terminology::expand, all,
                      test::uri("url", "urn:both") + "," + test::uri("exclude-system", "urn:d")),
            R"({"name":"exclude-system","valueUri":"urn:d"})"));
}

TEST_CASE("an operation as of another day than today is refused") {
  const auto all = test::loaded({diamond, R"({"resourceType":"ValueSet","url":"urn:v",
    "status":"active","compose":{"include":[{"system":"urn:d"}]}})"});
  struct Row {
    const char* date;
    bool taken;
  };
  const auto row = GENERATE(values<Row>({{"2024-01-01", true},  // today
                                         {"2024-01-01T08:00:00Z", true},
                                         {"2024-01", true},
                                         {"2024", true},
                                         {"2023-12-31", false},
                                         {"2023", false},
                                         {"2024-01-02", false}}));
  CAPTURE(row.date);
  const auto date = R"(,{"name":"date","valueDateTime":")" + std::string(row.date) + "\"}";
  CHECK(test::ask(terminology::expand, all, test::uri("url", "urn:v") + date).failed != row.taken);
  CHECK(test::ask(terminology::validate_code, all,
                  test::uri("url", "urn:v") + "," + test::coding("urn:d", "a") + date)
            .failed != row.taken);
}

TEST_CASE("the value sets that a code system implies are there when it is") {
  const auto all = test::loaded({diamond});
  const auto codes = [&](const char* url) {
    const auto told = test::ask(terminology::expand, all,
                                test::uri("url", url) + "," + test::flag("excludeNested", true));
    return told.failed ? "failed" : test::codes_in(told.json);
  };
  CHECK(codes("urn:d?fhir_vs") == "a b c d e ");
  CHECK(codes("urn:d?fhir_vs=isa/b") == "b d ");
  CHECK(codes("urn:d?fhir_vs=isa/") == "failed");
  CHECK(codes("urn:d?fhir_vs=refset/a") == "failed");
  CHECK(codes("urn:z?fhir_vs") == "failed");
}

TEST_CASE("a value set that is sent is of the version that is asked for, or the call fails") {
  const auto all = test::loaded({diamond});
  const auto expands = [&](const char* version) {
    const std::string set = R"({"name":"valueSet","resource":{"resourceType":"ValueSet",
      "url":"urn:v","version":"3","status":"active","compose":{"include":[{"system":"urn:d"}]}}},)";
    return !test::ask(terminology::expand, all, set + test::code("valueSetVersion", version))
                .failed;
  };
  CHECK(expands("3"));
  CHECK_FALSE(expands("9"));
}

TEST_CASE("a code system whose parents run in a circle is answered all the same") {
  const auto all = test::loaded({R"({"resourceType":"CodeSystem","url":"urn:d","status":"active",
    "content":"complete","concept":[
      {"code":"a","property":[{"code":"parent","valueCode":"b"}]},
      {"code":"b","property":[{"code":"parent","valueCode":"a"}]}]})",
                                 R"({"resourceType":"ValueSet","url":"urn:vs","status":"active",
    "compose":{"include":[{"system":"urn:d"}]}})"});
  CHECK(outcome(all, "a", "b") == "equivalent");
  CHECK(test::codes_in(test::ask(terminology::expand, all, test::uri("url", "urn:vs")).json) ==
        "a b ");
}

TEST_CASE("$lookup tells what there is to a code") {
  const auto all = test::loaded({diamond});
  const auto told = test::ask(terminology::lookup, all,
                              test::uri("system", "urn:d") + "," + test::code("code", "a"));
  CHECK_FALSE(told.failed);
  CHECK(has(told, R"({"name":"display","valueString":"Ay"})"));
  CHECK(has(told, R"({"name":"definition","valueString":"The first"})"));
  CHECK(has(told, R"({"name":"code","valueCode":"child"},{"name":"value","valueCode":"b"})"));
  const auto french = test::ask(terminology::lookup, all,
                                test::uri("system", "urn:d") + "," + test::code("code", "e") + "," +
                                    test::code("displayLanguage", "fr"));
  CHECK(has(french, R"({"name":"display","valueString":"Euh"})"));
}

TEST_CASE("$lookup says what it does not know") {
  const auto all = test::loaded({diamond});
  const auto unknown = GENERATE(test::uri("system", "urn:d") + "," + test::code("code", "x"),
                                test::uri("system", "urn:x") + "," + test::code("code", "a"),
                                test::uri("system", "urn:d") + "," + test::code("code", "a") + "," +
                                    test::code("version", "9"),
                                test::code("code", "a"), test::uri("system", "urn:d"),
                                std::string(R"({"name":"x"})"));
  CAPTURE(unknown);
  const auto told = test::ask(terminology::lookup, all, unknown);
  CHECK(told.failed);
  CHECK(has(told, "OperationOutcome"));
}

TEST_CASE("CodeSystem/$validate-code knows the codes of one code system") {
  const auto all = test::loaded({diamond});
  const auto result = [&](const std::string& parameters) {
    const auto told = test::ask(terminology::validate_code_in_system, all, parameters);
    if (told.failed) return std::string("failed");
    return has(told, R"("valueBoolean":true)") ? std::string("true") : std::string("false");
  };
  const auto url = test::uri("url", "urn:d") + ",";
  CHECK(result(url + test::code("code", "a")) == "true");
  CHECK(result(url + test::code("code", "x")) == "false");
  CHECK(result(url + test::coding("urn:d", "a")) == "true");
  CHECK(result(url + test::coding("urn:other", "a")) == "failed");
  CHECK(result(test::code("code", "a")) == "failed");
}

TEST_CASE("resources that come with the request are used for it") {
  const std::string sent = R"({"name":"tx-resource","resource":)" + std::string(diamond) +
                           R"(},{"name":"valueSet","resource":{"resourceType":"ValueSet",
    "status":"active","compose":{"include":[{"system":"urn:d","filter":[
      {"property":"concept","op":"is-a","value":"b"}]}]}}})";
  CHECK(test::codes_in(test::ask(terminology::expand, {}, sent).json) == "b d ");
}

TEST_CASE("an expansion nests codes below their nearest ancestor in it") {
  const auto all = test::loaded({diamond, R"({"resourceType":"ValueSet","url":"urn:vs",
    "status":"active","compose":{"include":[{"system":"urn:d","filter":[
      {"property":"concept","op":"in","value":"a,d,e"}]}]}})"});
  const auto told = test::ask(terminology::expand, all, test::uri("url", "urn:vs"));
  CHECK(has(told, R"("code":"a","display":"Ay","contains":[{"system":"urn:d","code":"d")"));
  CHECK(test::codes_in(told.json) == "a d e ");
}

TEST_CASE("a value set that only has an expansion is what that lists") {
  const auto all = test::loaded({R"({"resourceType":"ValueSet","url":"urn:vs","status":"active",
    "expansion":{"timestamp":"2020-01-01","contains":[
      {"system":"urn:x","code":"1","display":"One","contains":[{"system":"urn:x","code":"2"}]},
      {"system":"urn:x","abstract":true,"code":"3"},{"system":"urn:y","code":"4"}]}})"});
  CHECK(test::codes_in(test::ask(terminology::expand, all, test::uri("url", "urn:vs")).json) ==
        "1 2 4 ");
  CHECK(all.check("urn:vs", {"urn:y", "", "4", ""}).membership == terminology::Membership::in);
  CHECK(all.check("urn:vs", {"urn:x", "", "3", ""}).membership == terminology::Membership::not_in);
}

TEST_CASE("$translate answers from one map, or from all") {
  Terminology all;
  const auto tree = test::tree_of(R"({"resourceType":"ConceptMap","url":"urn:m","status":"active",
    "group":[{"source":"urn:a","target":"urn:b","element":[{"code":"1","target":[
      {"code":"one","display":"One","equivalence":"wider"}]}]}]})");
  all.add(std::make_shared<const terminology::ConceptMap>(
      terminology::read_concept_map(test::definitions(), tree).value()));
  const auto told = [&](const std::string& more) {
    return test::ask(terminology::translate, all,
                     test::uri("system", "urn:a") + "," + test::code("code", "1") + more);
  };
  CHECK(has(told(""), R"({"name":"equivalence","valueCode":"wider"})"));
  CHECK(has(told("," + test::uri("url", "urn:m")), R"("code":"one")"));
  CHECK(has(told("," + test::uri("targetsystem", "urn:c")), R"("valueBoolean":false)"));
  CHECK(told("," + test::uri("url", "urn:other")).failed);
}

namespace {

Terminology with_maps(std::initializer_list<std::string> groups) {
  Terminology all;
  int number = 1;
  for (const auto& group : groups) {
    const auto tree =
        test::tree_of(R"({"resourceType":"ConceptMap","url":"urn:m)" + std::to_string(number++) +
                      R"(","status":"active",)" + group + "}");
    all.add(std::make_shared<const terminology::ConceptMap>(
        terminology::read_concept_map(test::definitions(), tree).value()));
  }
  return all;
}

const std::string one_is_wider =
    R"("sourceUri":"urn:from","targetUri":"urn:to","group":[{"source":"urn:a","target":"urn:b",
       "element":[{"code":"1","target":[{"code":"one","equivalence":"wider"}]},
                  {"code":"2","target":[{"equivalence":"unmatched"}]},
                  {"code":"3","target":[{"code":"three","equivalence":"equal","dependsOn":[
                    {"property":"urn:p","system":"urn:s","value":"v"}],"product":[
                    {"property":"urn:q","system":"urn:t","value":"w"}]}]}],
       "unmapped":{"mode":"other-map","url":"urn:m2"}}])";
const std::string rest =
    R"("group":[{"source":"urn:a","target":"urn:c","element":[
       {"code":"9","target":[{"code":"nine","equivalence":"equivalent"}]}]}])";

}  // namespace

TEST_CASE("$translate obeys its parameters, and the map its rules for unmapped codes") {
  const auto all = with_maps({one_is_wider, rest});
  const std::string dependency =
      R"({"name":"dependency","part":[{"name":"element","valueUri":"urn:p"},{"name":"concept",
         "valueCodeableConcept":{"coding":[{"system":"urn:s","code":"v"}]}}]})";
  struct Row {
    std::string system, code, more, wanted;
  };
  const auto row = GENERATE_COPY(
      Row{"urn:b", "one", test::flag("reverse", true), R"("valueCode":"narrower")"},
      Row{"urn:b", "one", test::flag("reverse", true), R"("code":"1")"},
      Row{"urn:a", "1", test::flag("reverse", true), R"("valueBoolean":false)"},
      Row{"urn:a", "1", test::uri("source", "urn:from"), R"("code":"one")"},
      Row{"urn:a", "1", test::uri("source", "urn:elsewhere"), R"("valueBoolean":false)"},
      Row{"urn:a", "1", test::uri("target", "urn:to|2"), R"("code":"one")"},
      Row{"urn:a", "1", test::uri("target", "urn:elsewhere"), R"("valueBoolean":false)"},
      Row{"urn:a", "2", test::uri("url", "urn:m1"), R"("valueCode":"unmatched")"},
      Row{"urn:a", "2", test::uri("url", "urn:m1"), R"("valueBoolean":false)"},
      Row{"urn:a", "3", test::uri("url", "urn:m1"), R"("valueBoolean":false)"},
      Row{"urn:a", "3", dependency, R"("code":"three")"},
      Row{"urn:a", "3", dependency, R"({"name":"element","valueUri":"urn:q"})"},
      Row{"urn:a", "9", test::uri("url", "urn:m1"), R"("code":"nine")"},
      Row{"urn:a", "8", test::uri("url", "urn:m1"), R"("valueBoolean":false)"});
  CAPTURE(row.code, row.more, row.wanted);
  const auto told = test::ask(
      terminology::translate, all,
      test::uri("system", row.system) + "," + test::code("code", row.code) + "," + row.more);
  CHECK(has(told, row.wanted));
}

TEST_CASE("a map of unmapped codes that is not at hand, or leads back, is told") {
  const auto lonely = with_maps({one_is_wider});
  const auto asked = test::uri("system", "urn:a") + "," + test::code("code", "9");
  CHECK(has(test::ask(terminology::translate, lonely, asked), "not at hand"));
  const auto circle = with_maps({one_is_wider, R"("group":[{"source":"urn:a","target":"urn:b",
                        "unmapped":{"mode":"other-map","url":"urn:m1"}}])"});
  CHECK(has(test::ask(terminology::translate, circle, asked), "value_set_depth"));
}
