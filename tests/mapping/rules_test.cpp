#include "path/fhirpath.h"
#include "support/catch.h"
#include "support/json.h"
#include "support/maps.h"

using namespace fingerpost;
using test::run_rules;

namespace {

struct Row {
  const char* rules;
  const char* source;
  const char* result;  // members of the Patient
};

std::string patient(const std::string& members) {
  return test::sorted_json("{\"resourceType\":\"Patient\"" +
                           std::string(members.empty() ? "" : ",") + members + "}");
}

}  // namespace

TEST_CASE("a condition may call the item by its element's name, where it has no such element") {
  const auto row = GENERATE(
      Row{"src.gender as g where gender = 'male' -> tgt.gender = g;", R"("gender":"male")",
          R"("gender":"male")"},
      Row{"src.gender as g where (gender.length() > 4) -> tgt.gender = g;", R"("gender":"male")",
          ""},
      Row{"src.gender as g check gender.matches('m.*') -> tgt.gender = g;", R"("gender":"male")",
          R"("gender":"male")"},
      Row{"src.name as n where text = 'x' -> tgt.name = n;",
          R"("name":[{"text":"x"},{"text":"y"}])", R"("name":[{"text":"x"}])"},
      Row{"src.name as gender then { src.gender as g where gender.text = 'x' -> tgt.gender = g; };",
          R"("name":[{"text":"x"}],"gender":"male")", R"("gender":"male")"});
  CAPTURE(row.rules, row.source);
  const auto run = run_rules(row.rules, row.source);
  CHECK(run.error == "");
  CHECK(test::sorted_json(run.json) == patient(row.result));
}

TEST_CASE("isnull() is true of what is said to be empty, and of nothing else") {
  const std::string absent =
      R"({"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"unknown"}]})";
  const auto row = GENERATE_COPY(
      std::pair<std::string, bool>{R"("gender":"male")", false},
      std::pair<std::string, bool>{"", false},
      std::pair<std::string, bool>{"\"_gender\":" + absent, true},
      std::pair<std::string, bool>{"\"gender\":\"male\",\"_gender\":" + absent, false});
  CAPTURE(row.first);
  const auto* const rules = "src -> tgt.active = (isnull(%src.gender));";
  const auto run = run_rules(rules, row.first);
  CHECK(run.error == "");
  CHECK(test::sorted_json(run.json) ==
        patient(std::string("\"active\":") + (row.second ? "true" : "false")));
  const auto standard = run_rules(rules, row.first, mapping::Dialect::standard);
  CHECK(standard.error.find("isnull is not known") != std::string::npos);
}

TEST_CASE("a standard map whose expression names what is not there fails where it gets there") {
  const auto* const rules = "src.gender as g where g.isInteger() -> tgt.gender = g;";
  CHECK(run_rules(rules, "", mapping::Dialect::standard).error == "");
  const auto reached = run_rules(rules, R"("gender":"male")", mapping::Dialect::standard);
  CHECK(reached.error.find("isInteger is not known") != std::string::npos);
  CHECK(run_rules(rules, "").error.find("isInteger is not known") != std::string::npos);
  CHECK(run_rules("src where (g.) -> tgt.gender = 'x';", "", mapping::Dialect::standard).error !=
        "");
}

TEST_CASE("a rule of several targets that goes on from no element needs a name") {
  const std::string rule =
      "src -> tgt.name as n, tgt.telecom as t then { src.gender as g -> n.text = g; }";
  for (const auto dialect : {mapping::Dialect::standard, mapping::Dialect::extended}) {
    CHECK(run_rules(rule + ";", "", dialect).error.find("needs a name") != std::string::npos);
    CHECK(run_rules(rule + " \"named\";", "", dialect).error == "");
  }
}

TEST_CASE("a header that lists the extensions used lists all of them, and no others") {
  const auto linked = [](const std::string& header, const std::string& rule) {
    test::MapSet set;
    const auto wrong =
        set.add("map \"urn:test\" = \"test\"\n" + header +
                "uses \"http://hl7.org/fhir/StructureDefinition/Patient\" alias Patient as source\n"
                "group main(source src : Patient, target tgt : Patient) {\n" +
                rule + "\n}\n");
    return wrong.empty() ? set.link() : wrong;
  };
  const std::string id = "src -> tgt.id = uuid('a');";
  const std::string null = "src where isnull(src.gender) -> tgt.active = true;";
  CHECK(linked("", id) == "");
  CHECK(linked("/// extension = \"uuid\"\n", id) == "");
  CHECK(linked("/// extension = \"uuid\"\n/// extension = \"isnull\"\n", id + null) == "");
  CHECK(linked("/// extension = \"uuid\"\n", id + null).find("isnull") != std::string::npos);
  CHECK(linked("/// extension = \"warn\"\n/// extension = \"uuid\"\n", id).find("warn") !=
        std::string::npos);
  CHECK(linked("/// dialect = \"standard\"\n", id) != "");
  CHECK(linked("/// dialect = \"other\"\n", id).find("a dialect is") != std::string::npos);
}

TEST_CASE("a run is bounded in the bytes it writes, the codes it translates, and its time") {
  mapping::RunOptions options;
  const std::string name = R"("name":[{"text":"0123456789"}])";
  const auto* const copies =
      "src.name as n -> tgt.name = n; src.name as n -> tgt.name = n; src.name as n -> tgt.name = "
      "n;";
  const auto run = [&](const char* rules, const std::string& source) {
    return run_rules(rules, source, mapping::Dialect::extended, options).error;
  };
  CHECK(run(copies, name) == "");
  options.output_bytes = 15;
  CHECK(run(copies, name).find("over the bound of its bytes") != std::string::npos);
  options = {};
  options.world = [](path::Environment& environment) {
    environment.out_of_time = [] { return true; };
  };
  std::string many;
  for (int i = 0; i < 2'000; ++i) many += std::string(i == 0 ? "" : ",") + R"({"text":"a"})";
  CHECK(run(copies, "\"name\":[" + many + "]").find("longer than allowed") != std::string::npos);
}

TEST_CASE("a rule makes of the source what it says") {
  const auto row = GENERATE(
      // Values.
      Row{"src -> tgt.gender = 'female';", "", R"("gender":"female")"},
      Row{"src -> tgt.active = true;", "", R"("active":true)"},
      Row{"src.gender as v -> tgt.gender = v;", R"("gender":"male")", R"("gender":"male")"},
      Row{"src.gender -> tgt.gender;", R"("gender":"male")", R"("gender":"male")"},
      Row{"src.gender -> tgt.gender;", "", ""},
      Row{"src.name -> tgt.name;", R"("name":[{"family":"A","given":["B","C"]},{"text":"D"}])",
          R"("name":[{"family":"A","given":["B","C"]},{"text":"D"}])"},
      Row{"src.birthDate -> tgt.birthDate;",
          R"("birthDate":"1970","_birthDate":{"extension":[{"url":"u","valueString":"x"}]})",
          R"("birthDate":"1970","_birthDate":{"extension":[{"url":"u","valueString":"x"}]})"},
      Row{"src.birthDate as b -> tgt.deceased = create('dateTime') as d, d.value = b;",
          R"("birthDate":"1970-02")", R"("deceasedDateTime":"1970-02")"},
      Row{"src.name as n -> tgt.name as m, m.text = (%n.given.first() & ' ' & n.family);",
          R"("name":[{"family":"A","given":["B"]}])", R"("name":[{"text":"B A"}])"},
      Row{"src -> tgt.name as n, n.given = ('a' | 'b');", "", R"("name":[{"given":["a","b"]}])"},
      Row{"src.gender as v -> tgt.gender = (%v);", R"("gender":"male")", R"("gender":"male")"},
      Row{"src -> tgt.gender = ('male');", "", R"("gender":"male")"},
      Row{"src -> tgt.name.family = 'x';", "", R"("name":[{"family":"x"}])"},
      Row{"src.deceasedBoolean as b -> tgt.deceasedBoolean = b;", R"("deceasedBoolean":true)",
          R"("deceasedBoolean":true)"},
      // A text becomes what its element is.
      Row{"src.name as n then { n.family as f -> tgt.active = f; };",
          R"("name":[{"family":"true"}])", R"("active":true)"},
      Row{"src.name as n then { n.family as f -> tgt.multipleBirthInteger = f; };",
          R"("name":[{"family":"2"}])", R"("multipleBirthInteger":2)"},
      // An element that may be there once takes the last value.
      Row{"src.name as n -> tgt.gender = n.text;", R"("name":[{"text":"male"},{"text":"other"}])",
          R"("gender":"other")"},
      Row{"src -> tgt.maritalStatus as m, m.text = 'a'; src -> tgt.maritalStatus as m, m.id = 'b';",
          "", R"("maritalStatus":{"id":"b","text":"a"})"},
      // Elements given nothing are not there.
      Row{"src -> tgt.name as n;", "", ""}, Row{"src -> tgt.gender = '';", "", ""},
      Row{"src.name as n -> tgt.name as m then { n.family as f -> m.family = f; };",
          R"("name":[{"text":"x"},{"family":"y"}])", R"("name":[{"family":"y"}])"});
  CAPTURE(row.rules, row.source);
  const auto made = run_rules(row.rules, row.source);
  CHECK(made.error == "");
  CHECK(test::sorted_json(made.json) == patient(row.result));
}

TEST_CASE("a source takes the items its words say") {
  const char* const names =
      R"("name":[{"use":"usual","family":"A"},{"family":"B"},{"use":"old","family":"C"}])";
  struct Words {
    const char* words;
    const char* families;
  };
  const auto row = GENERATE(
      Words{"", R"(["A","B","C"])"}, Words{"first", R"(["A"])"}, Words{"last", R"(["C"])"},
      Words{"not_first", R"(["B","C"])"}, Words{"not_last", R"(["A","B"])"},
      Words{"1..3", R"(["A","B","C"])"}, Words{"0..*", R"(["A","B","C"])"},
      Words{": HumanName", R"(["A","B","C"])"}, Words{": Period", ""},
      Words{"where (use = 'old')", R"(["C"])"}, Words{"where use.exists()", R"(["A","C"])"},
      Words{"where use = 'old' or use.empty()", R"(["B","C"])"},
      Words{"where (use.exists()) and (use != 'old')", R"(["A"])"},
      Words{"where (n.use = 'old')", R"(["C"])"}, Words{"where (%n.use = 'old')", R"(["C"])"},
      Words{"where (use.exists().not())", R"(["B"])"},
      Words{"check (family.exists())", R"(["A","B","C"])"},
      Words{"where (use = 'usual') check (family = 'A') log ('seen')", R"(["A"])"},
      Words{"first where (use = 'old')", R"(["C"])"});
  CAPTURE(row.words);
  const auto words = std::string(row.words);
  const bool before = words.starts_with("w") || words.starts_with("c");
  const auto source = before ? "src.name as n " + words : "src.name " + words + " as n";
  const auto made = run_rules(source + " -> tgt.name as m share all, m.given = n.family;", names);
  CHECK(made.error == "");
  const std::string families = row.families;
  CHECK(test::sorted_json(made.json) ==
        patient(families.empty() ? "" : "\"name\":[{\"given\":" + families + "}]"));
}

TEST_CASE("what a rule cannot do is an error with its place and line") {
  struct Wrong {
    const char* rules;
    const char* source;
    const char* error;
  };
  const auto row = GENERATE(
      Wrong{"src.gender as g check (g = 'male');", R"("gender":"other")", "a check of the map"},
      Wrong{"src.name only_one -> tgt.name;", R"("name":[{"text":"a"},{"text":"b"}])", "only_one"},
      Wrong{"src.name 2..3 as n;", R"("name":[{"text":"a"}])", "fewer values"},
      Wrong{"src.name 0..1 as n;", R"("name":[{"text":"a"},{"text":"b"}])", "more values"},
      Wrong{"src.gender as g -> tgt.active = g;", R"("gender":"male")", "neither true nor false"},
      Wrong{"src.gender as g -> tgt.multipleBirthInteger = g;", R"("gender":"male")",
            "no whole number"},
      Wrong{"src -> tgt.gender = ('a' | 'b');", "", "several values"},
      Wrong{"src.name as n -> tgt.gender = n;", R"("name":[{"text":"a"}])", "plain value"},
      Wrong{"src.gender as g -> tgt.name = g;", R"("gender":"male")", "no default group"},
      Wrong{"src -> tgt.name as n single; src -> tgt.name as m single;", "", "list mode is single"},
      Wrong{"src -> error('business-rule', 'not this one');", "", "not this one"});
  CAPTURE(row.rules);
  const auto made = run_rules(row.rules, row.source);
  CHECK(made.error.find(row.error) != std::string::npos);
  CHECK(made.error.find("test.map:5") != std::string::npos);
  CHECK(made.error.starts_with("Patient"));
}

TEST_CASE("every transform gives its value") {
  const auto row = GENERATE(
      Row{"src.gender as g -> tgt.gender = copy(g);", R"("gender":"male")", R"("gender":"male")"},
      Row{"src.name as n then {n.text as t -> tgt.name as m, m.text = truncate(t, 2);};",
          "\"name\":[{\"text\":\"a\u00e4b\"}]", "\"name\":[{\"text\":\"a\u00e4\"}]"},
      Row{"src -> tgt.name as m, m.text = escape('<a & \"b\">', 'xml');", "",
          R"("name":[{"text":"&lt;a &amp; &quot;b&quot;&gt;"}])"},
      Row{"src -> tgt.name as m, m.text = escape('a b/c', 'url');", "",
          R"("name":[{"text":"a%20b%2Fc"}])"},
      Row{"src -> tgt.multipleBirth = cast('12', 'integer');", "", R"("multipleBirthInteger":12)"},
      Row{"src -> tgt.deceased = cast('true', 'boolean');", "", R"("deceasedBoolean":true)"},
      Row{"src.id as i -> tgt.id = append('a-', i, '-', 7);", R"("id":"x")", R"("id":"a-x-7")"},
      Row{"src -> tgt.link as l, l.other as o, o.reference = reference(src);", R"("id":"x")",
          R"("link":[{"other":{"reference":"Patient/x"}}])"},
      Row{"src -> tgt.link as l, l.other as o, o.reference = pointer(src);", R"("id":"x")",
          R"("link":[{"other":{"reference":"urn:uuid:x"}}])"},
      Row{"src.birthDate as b -> tgt.birthDate = dateOp(b, 5, 'days');",
          R"("birthDate":"2024-02-27")", R"("birthDate":"2024-03-03")"},
      Row{"src.birthDate as b -> tgt.birthDate = (%b + 5 days);", R"("birthDate":"2024-02-27")",
          R"("birthDate":"2024-03-03")"},
      Row{"src.name as n -> tgt.gender = evaluate(n, use & '');", R"("name":[{"use":"old"}])",
          R"("gender":"old")"},
      Row{"src -> tgt.maritalStatus = cc('free');", "", R"("maritalStatus":{"text":"free"})"},
      Row{"src -> tgt.maritalStatus = cc('urn:s', 'M', 'Married');", "",
          R"("maritalStatus":{"coding":[{"system":"urn:s","code":"M","display":"Married"}]})"},
      Row{"src -> tgt.maritalStatus as m, m.coding = c('urn:s', 'M');", "",
          R"("maritalStatus":{"coding":[{"system":"urn:s","code":"M"}]})"},
      Row{"src -> tgt.extension as e, e.url = 'u', e.value = qty('5.10 mg');", "",
          R"("extension":[{"url":"u","valueQuantity":{"value":5.10,"unit":"mg"}}])"},
      Row{"src -> tgt.extension as e, e.url = 'u', e.value = qty(5, 'mg', 'urn:ucum', 'mg');", "",
          R"("extension":[{"url":"u","valueQuantity":
             {"value":5,"unit":"mg","system":"urn:ucum","code":"mg"}}])"},
      Row{"src -> tgt.identifier = id('urn:s', '1', 'MR');", "",
          R"("identifier":[{"type":{"coding":[{"system":
             "http://terminology.hl7.org/CodeSystem/v2-0203","code":"MR"}]},
             "system":"urn:s","value":"1"}])"},
      Row{"src -> tgt.telecom = cp('phone', '1');", "",
          R"("telecom":[{"system":"phone","value":"1"}])"},
      Row{"src -> tgt.telecom = cp('1');", "", R"("telecom":[{"value":"1"}])"},
      Row{"src.id as i -> tgt.telecom = cp(i);", "", ""},
      Row{"src -> tgt.name as n, n.text = 'a' then { src -> clear(%n.text), n.family = 'b'; } "
          "\"named\";",
          "", R"("name":[{"family":"b"}])"},
      Row{"src -> tgt.birthDate = v2date('19700203');", "", R"("birthDate":"1970-02-03")"},
      Row{"src -> tgt.birthDate = v2date('197002031200');", "", R"("birthDate":"1970-02-03")"},
      Row{"src -> tgt.deceased = create('dateTime') as d, d.value = v2date('202407011200');", "",
          R"("deceasedDateTime":"2024-07-01T12:00:00+01:00")"},
      Row{"src -> tgt.birthDate = csvdate('03/02/1970', 'dd/MM/yyyy');", "",
          R"("birthDate":"1970-02-03")"},
      Row{"src -> tgt.birthDate = csvdate('03/02/1970', 'dd/MM/yyyy', 'YM');", "",
          R"("birthDate":"1970-02")"});
  CAPTURE(row.rules);
  const auto made = run_rules(row.rules, row.source);
  CHECK(made.error == "");
  CHECK(test::sorted_json(made.json) == patient(row.result));
}

TEST_CASE("the same keys make the same id, and an empty key makes none") {
  const auto once = run_rules("src.id as i -> tgt.id = uuid('Patient', i);", R"("id":"x")");
  const auto again = run_rules("src.id as i -> tgt.id = uuid('Patient', i);", R"("id":"x")");
  const auto other = run_rules("src.id as i -> tgt.id = uuid('Patient', i);", R"("id":"y")");
  const auto none = run_rules("src -> tgt.id = uuid('Patient', %src.id);", "");
  CHECK(once.json == again.json);
  CHECK(once.json != other.json);
  CHECK(none.json == R"({"resourceType":"Patient"})");
  const auto linked = run_rules(
      "src.id as i -> tgt.id = uuid('Patient', i), tgt.link as l, l.other as o, "
      "o.reference = reference('Patient', i);",
      R"("id":"x")");
  const auto id = once.json.substr(once.json.find("\"id\":\"") + 6, 36);
  CHECK(linked.json.find("urn:uuid:" + id) != std::string::npos);
}

TEST_CASE("a copy is deep: changing it changes neither the source nor another copy") {
  const auto made = run_rules(
      "src.name as n -> tgt.name = copy(n) as a, tgt.name = copy(n) as b, a.family = 'changed';",
      R"("name":[{"family":"x","given":["y"]}])");
  CHECK(made.error == "");
  CHECK(test::sorted_json(made.json) ==
        patient(R"("name":[{"family":"changed","given":["y"]},{"family":"x","given":["y"]}])"));
}

TEST_CASE("a standard map may use no extension") {
  const auto row = GENERATE("src -> tgt.id = uuid('a');", "src -> warn('a', 'b');",
                            "src -> tgt.birthDate = v2date('1970');",
                            "src.id as i -> tgt.id = reference('Patient', i);");
  CAPTURE(row);
  CHECK(run_rules(row, "", mapping::Dialect::standard).error.starts_with("test.map:5:"));
}

TEST_CASE("parameters are seen by name") {
  mapping::RunOptions options;
  const mapping::Parameter parameters[] = {{"source", "urn:here"}, {"partner", "p1"}};
  options.parameters = parameters;
  const auto made = run_rules("src -> tgt.id = (%source & '/' & %partner & %zone);", "",
                              mapping::Dialect::extended, options);
  CHECK(test::sorted_json(made.json) == patient(R"("id":"urn:here/p1")"));
}

TEST_CASE("a variable that a rule makes is not the parameter of that name, in any map of the set") {
  test::MapSet maps;
  REQUIRE(maps.add(R"(/// url = "http://x/other"
/// parameter = "time"
uses "http://hl7.org/fhir/StructureDefinition/Patient" as source
uses "http://hl7.org/fhir/StructureDefinition/Patient" as target
group Other(source src : Patient, target tgt : Patient) {
  src -> tgt.active = true "a";
})",
                   "other.map")
              .empty());
  REQUIRE(maps.add(R"(/// url = "http://x/one"
uses "http://hl7.org/fhir/StructureDefinition/Patient" as source
uses "http://hl7.org/fhir/StructureDefinition/Patient" as target
group One(source src : Patient, target tgt : Patient) {
  src.birthDate as day -> append(day, '') as time then {
    time -> tgt.birthDate = time "made";
  } "day";
})",
                   "one.map")
              .empty());
  REQUIRE(maps.link().empty());
  const auto ran =
      maps.run("http://x/one", R"({"resourceType":"Patient","birthDate":"1970-01-02"})");
  CHECK(ran.error.empty());
  CHECK(ran.json == R"({"resourceType":"Patient","birthDate":"1970-01-02"})");
}

TEST_CASE("an element of a parameter's name stays an element") {
  mapping::RunOptions options;
  const mapping::Parameter parameters[] = {{"source", "urn:here"}};
  options.parameters = parameters;
  const auto made =
      run_rules("src.meta as m where (source = 'a') -> tgt.id = (source & %m.source);",
                R"("meta":{"source":"a"})", mapping::Dialect::extended, options);
  CHECK(made.error == "");
  CHECK(test::sorted_json(made.json) == patient(R"("id":"aa")"));
}

TEST_CASE("a bracket of an expression is closed by its own kind") {
  struct Row {
    const char *rules, *wanted;
  };
  const auto row = GENERATE(values<Row>({
      {"src.name where ((});", "expected ')' but found '}'"},
      {"src.name where (a[0)) -> tgt.name;", "expected ']' but found ')'"},
      {"src.name where ((a) -> tgt.name;", "expected ')' but found"},
      {"src.name as n -> tgt.name = append((n[0), 'x');", "expected ']' but found ')'"},
  }));
  CAPTURE(row.rules);
  CHECK(run_rules(row.rules, "").error.find(row.wanted) != std::string::npos);
}

TEST_CASE("only the run with a seed has ids without a key, and they differ") {
  CHECK(run_rules("src -> tgt.id = uuid();", "").error.find("seed") != std::string::npos);
  mapping::RunOptions options;
  options.seed = "message 1";
  const auto rules = "src -> tgt.id = uuid(), tgt.name as n, n.id = uuid();";
  const auto once = run_rules(rules, "", mapping::Dialect::extended, options);
  CHECK(once.json == run_rules(rules, "", mapping::Dialect::extended, options).json);
  CHECK(once.json.substr(30, 36) != once.json.substr(once.json.rfind("id\":\"") + 5, 36));
  options.seed = "message 2";
  CHECK(once.json != run_rules(rules, "", mapping::Dialect::extended, options).json);
}

TEST_CASE("a transform with arguments that only the extended dialect has says so") {
  struct Row {
    const char *rule, *text;
  };
  const auto row = GENERATE(
      Row{"src.id as i -> tgt.id = uuid(i);", "uuid() with 1 argument is an extension"},
      Row{"src.id as i -> tgt.id = uuid(i, i);", "uuid() with 2 arguments is an extension"},
      Row{"src.id as i -> tgt.id = truncate(i);", "truncate() does not take 1 argument"},
      Row{"src.id as i -> tgt.id = v2date(i);", "v2date() is an extension"});
  CHECK(run_rules(row.rule, "", mapping::Dialect::standard).error.find(row.text) !=
        std::string::npos);
}
