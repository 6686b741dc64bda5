#include "support/catch.h"
#include "support/json.h"
#include "support/maps.h"

using namespace fingerpost;

namespace {

const std::string uses =
    "map \"urn:test\" = \"test\"\n"
    "uses \"http://hl7.org/fhir/StructureDefinition/Patient\" alias Patient as source\n"
    "uses \"http://hl7.org/fhir/3.0/StructureDefinition/Patient\" alias PatientR3 as source\n"
    "uses \"http://hl7.org/fhir/3.0/StructureDefinition/HumanName\" alias NameR3 as source\n"
    "uses \"http://hl7.org/fhir/StructureDefinition/Bundle\" alias Bundle as source\n"
    "uses \"http://hl7.org/fhir/StructureDefinition/HumanName\" as target\n"
    "uses \"http://hl7.org/fhir/StructureDefinition/Bundle\" alias Bundle as target\n"
    "uses \"http://hl7.org/fhir/StructureDefinition/Patient\" alias Patient as target\n";

test::MapRun run(const std::string& text, const std::string& source,
                 model::Model model = model::Model::r4, const mapping::RunOptions& options = {}) {
  test::MapSet set;
  test::MapRun made;
  made.error = set.add(uses + text);
  if (made.error.empty()) made.error = set.link();
  if (!made.error.empty()) return made;
  return set.run("urn:test", source, options, model);
}

}  // namespace

TEST_CASE("a group runs the rules of the one it extends first") {
  const auto made =
      run("group main(source src : Patient, target tgt : Patient) extends base {\n"
          "  src.gender -> tgt.gender; src -> tgt.name as n, n.text = 'second'; }\n"
          "group base(source s : Patient, target t : Patient) {\n"
          "  s.id -> t.id; s -> t.name as n, n.text = 'first'; }",
          R"({"resourceType":"Patient","id":"x","gender":"male"})");
  CHECK(made.error == "");
  CHECK(made.json ==
        R"({"resourceType":"Patient","id":"x","name":[{"text":"first"},{"text":"second"}],)"
        R"("gender":"male"})");
}

TEST_CASE("a default group is chosen by its types, for short rules and for what has no type said") {
  const auto made = run(
      "group main(source src : PatientR3, target tgt : Patient) { src.name -> tgt.name; }\n"
      "group Names(source src : NameR3, target tgt : HumanName) <<type+>> {\n"
      "  src.family as f -> tgt.family = append('by group: ', f); }",
      R"({"resourceType":"Patient","name":[{"family":"A"},{"family":"B"}]})", model::Model::stu3);
  CHECK(made.error == "");
  CHECK(made.json == R"({"resourceType":"Patient","name":[{"family":"by group: A"},)"
                     R"({"family":"by group: B"}]})");
}

TEST_CASE("the same type of another release is taken over element by element, the rest is told") {
  const auto made =
      run("group main(source src : PatientR3, target tgt : Patient) {\n"
          "  src.id -> tgt.id; src.contact -> tgt.contact; src.animal as a;\n"
          "  src.birthDate -> tgt.birthDate; }",
          R"({"resourceType":"Patient","id":"x","active":true,
          "contact":[{"name":{"family":"A","_family":{"extension":[{"url":"u","valueCode":"c"}]}}}],
          "birthDate":"1970","_birthDate":{"extension":[{"url":"v","valueDate":"1970"}]},
          "animal":{"species":{"text":"cat"}}})",
          model::Model::stu3);
  CHECK(made.error == "");
  CHECK(test::sorted_json(made.json) == test::sorted_json(
                                            R"({"resourceType":"Patient","id":"x",
          "contact":[{"name":{"family":"A","_family":{"extension":[{"url":"u","valueCode":"c"}]}}}],
          "birthDate":"1970","_birthDate":{"extension":[{"url":"v","valueDate":"1970"}]}})"));
  REQUIRE(made.report.lost.size() == 2);
  CHECK(made.report.lost[0].place == "Patient.active");
  CHECK(made.report.lost[1].place == "Patient.animal");
  CHECK(made.report.lost[1].count == 1);
}

TEST_CASE("an error in an isolated group takes back that call alone") {
  const std::string text =
      "/// isolate = \"Entry\"\n"
      "group main(source src : Bundle, target tgt : Bundle) {\n"
      "  src.type -> tgt.type;\n"
      "  src.entry as e -> tgt.entry as t then Entry(e, t, tgt); }\n"
      "group Entry(source src, target tgt, target bundle : Bundle) {\n"
      "  src.fullUrl -> tgt.fullUrl;\n"
      "  src.resource : Patient as p -> tgt.resource = create('Patient') as q then {\n"
      "    p.id -> q.id; p -> bundle.identifier as i, i.value = p.id;\n"
      "    p.gender as g where ($this = 'other') -> error('business-rule', 'refused');\n"
      "    p.gender -> q.gender; }; }";
  const auto made = run(text,
                        R"({"resourceType":"Bundle","type":"collection","entry":[
        {"fullUrl":"urn:1","resource":{"resourceType":"Patient","id":"1","gender":"male"}},
        {"fullUrl":"urn:2","resource":{"resourceType":"Patient","id":"2","gender":"other"}},
        {"fullUrl":"urn:3","resource":{"resourceType":"Patient","id":"3","gender":"female"}},
        {"fullUrl":"urn:4","resource":{"resourceType":"Patient","id":"4","gender":"other"}}]})");
  CHECK(made.error == "");
  // The third, not the last one, is the one whose identifier stays.
  CHECK(test::sorted_json(made.json) ==
        test::sorted_json(
            R"({"resourceType":"Bundle","type":"collection","identifier":{"value":"3"},"entry":[
        {"fullUrl":"urn:1","resource":{"resourceType":"Patient","id":"1","gender":"male"}},
        {"fullUrl":"urn:3","resource":{"resourceType":"Patient","id":"3","gender":"female"}}]})"));
  REQUIRE(made.issues.size() == 2);
  CHECK(made.issues[0].code == "business-rule");
  CHECK(made.issues[0].severity == Severity::error);
  CHECK(made.issues[0].expression == "Bundle.entry[1].resource.gender");
  CHECK(made.issues[1].expression == "Bundle.entry[3].resource.gender");
  CHECK(made.report.issues.size() == 2);
}

TEST_CASE("a default group may be isolated, in a short rule and in what a copy converts") {
  const auto run_rule = [](const std::string& rule, const std::string& source) {
    return run(
        "/// isolate = \"Names\"\n"
        "group main(source src : PatientR3, target tgt : Patient) { " +
            rule +
            " }\n"
            "group Names(source src : NameR3, target tgt : HumanName) <<type+>> {\n"
            "  src.family as f -> tgt.family = f;\n"
            "  src.family as f where ($this = 'B') -> error('business-rule', 'refused'); }",
        source, model::Model::stu3);
  };
  const auto by_name = run_rule(
      "src.name -> tgt.name;",
      R"({"resourceType":"Patient","name":[{"family":"A"},{"family":"B"},{"family":"C"}]})");
  CHECK(by_name.error == "");
  CHECK(by_name.json == R"({"resourceType":"Patient","name":[{"family":"A"},{"family":"C"}]})");
  REQUIRE(by_name.issues.size() == 1);
  CHECK(by_name.issues[0].expression == "Patient.name[1].family");
  const auto within =
      run_rule("src.contact -> tgt.contact;",
               R"({"resourceType":"Patient","contact":[{"name":{"family":"B"},"gender":"male"}]})");
  CHECK(within.error == "");
  CHECK(within.json == R"({"resourceType":"Patient","contact":[{"gender":"male"}]})");
  CHECK(within.issues.size() == 1);
}

TEST_CASE("shared targets meet by name within one parent") {
  const auto made = run(
      "group main(source src : Bundle, target tgt : Bundle) {\n"
      "  src.entry as e -> tgt.entry as t then {\n"
      "    e.fullUrl as u -> t.link as l share x, l.relation = 'a';\n"
      "    e.fullUrl as u -> t.link as l share x, l.url = u;\n"
      "    e.fullUrl as u -> t.link as l, l.url = u; }; }",
      R"({"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"1"},{"fullUrl":"2"}]})");
  CHECK(made.error == "");
  CHECK(made.json ==
        R"({"resourceType":"Bundle","entry":[{"link":[{"relation":"a","url":"1"},{"url":"1"}]},)"
        R"({"link":[{"relation":"a","url":"2"},{"url":"2"}]}]})");
}

TEST_CASE("a target may be put before those of its name") {
  const auto made =
      run("group main(source src : Patient, target tgt : Patient) {\n"
          "  src -> tgt.name as a, a.text = 'a'; src -> tgt.gender = 'male';\n"
          "  src -> tgt.name as b first, b.text = 'b'; }",
          R"({"resourceType":"Patient"})");
  CHECK(made.error == "");
  CHECK(made.json ==
        R"({"resourceType":"Patient","name":[{"text":"b"},{"text":"a"}],"gender":"male"})");
}

TEST_CASE("imports reach by pattern, and a group of the own map goes first") {
  test::MapSet set;
  REQUIRE(set.add(uses + "imports \"urn:lib/*\"\n"
                         "group main(source s : Patient, target t : Patient) {\n"
                         "  s as a then A(s, t); s as b then B(s, t); }\n"
                         "group A(source s, target t) { s -> t.gender = 'male'; }",
                  "main.map") == "");
  REQUIRE(set.add("map \"urn:lib/1\" = \"one\"\n"
                  "group A(source s, target t) { s -> t.gender = 'other'; }\n"
                  "group B(source s, target t) { s -> t.id = 'b'; }",
                  "lib.map") == "");
  CHECK(set.link() == "");
  CHECK(set.run("urn:test", R"({"resourceType":"Patient"})").json ==
        R"({"resourceType":"Patient","gender":"male","id":"b"})");
  CHECK(set.maps().has("urn:lib/1"));
  CHECK(set.maps().has("B"));
  CHECK_FALSE(set.maps().has("C"));
}

TEST_CASE("a circle of calls ends at the limit") {
  const auto made =
      run("group main(source s : Patient, target t : Patient) { s as a then main(s, t); }",
          R"({"resourceType":"Patient"})");
  CHECK(made.error.find("expression_depth") != std::string::npos);
}

TEST_CASE("steps are a budget, which an isolated group cannot swallow") {
  mapping::RunOptions options;
  options.limits.steps = 20;
  const auto made =
      run("/// isolate = \"main\"\n"
          "group main(source s : Bundle, target t : Bundle) {\n"
          "  s.entry as a then { s.entry as b then { s.entry as c; }; }; }",
          R"({"resourceType":"Bundle","entry":[{},{},{},{"fullUrl":"a"},{"fullUrl":"b"},
          {"fullUrl":"c"},{"fullUrl":"d"}]})",
          model::Model::r4, options);
  CHECK(made.error.find("limit steps") != std::string::npos);
}

TEST_CASE("what a map gets wrong is said with file, line and column") {
  struct Row {
    const char* text;
    const char* error;
  };
  const auto row = GENERATE(
      Row{"group main(source s : Patient, target t : Patient) { s.nmae -> t.name; }",
          "test.map:10:54: Patient has no element nmae"},
      Row{"group main(source s : Patient, target t : Patient) { s -> t.nmae = 'x'; }",
          "test.map:10:59: Patient has no element nmae"},
      Row{"group main(source s : Patient, target t : Patient) { x -> t.id = 'x'; }",
          "test.map:10:54: there is no variable x"},
      Row{"group main(source s : Patient, target t : Patient) { s as a then Missing(a); }",
          "test.map:10:66: there is no group Missing"},
      Row{"group main(source s : Patient, target t : Patient) { s as a then main(a); }",
          "test.map:10:66: the group main takes 2 variables, not 1"},
      Row{"group main(source s : Patient, target t : Patient) { s -> t.id = (1 +); }",
          "test.map:10:67: in the expression"},
      Row{"group main(source s : Patient, target t : Patient) { s -> t.id = 'x' }",
          "test.map:10:70: expected ';' but found '}'"},
      Row{"group main(source s : Patient, target t : Patient) { s -> t.id = 'x; }",
          "test.map:10:66: a text does not end"},
      Row{"group main(source s : Patient, target t : Patient) { s -> t.id = create('Pat'); }",
          "there is no type Pat"},
      Row{"imports \"urn:none\"\ngroup main(source s, target t) { s as a; }", "imports urn:none"},
      Row{"group a(source s) extends b { s as a; }\ngroup b(source s) extends a { s as a; }",
          "the group extends itself"},
      Row{"group a(source s) { s as x; }\ngroup a(source s) { s as x; }", "a second group a"},
      Row{"/// isolate = \"none\"\ngroup a(source s) { s as x; }", "isolate names no group"},
      Row{"group main(source s, target t) { s as v -> t.x = translate(v, '#m', 'code'); }",
          "must say what an unmapped code becomes"},
      Row{"group main(source s, target t) { s as v -> t.x = translate(v, '#m', 'code', 'drop'); }",
          "no ConceptMap #m"},
      Row{"group main(source s, target t) { s -> t.x = nothing(s); }", "no transform nothing"},
      Row{"", "a map needs a group"});
  CAPTURE(row.text);
  const auto made = run(std::string("\n") + row.text, "{}");
  CAPTURE(made.error);
  CHECK(made.error.find(row.error) != std::string::npos);
}
