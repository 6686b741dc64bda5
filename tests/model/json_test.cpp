#include "model/json.h"

#include "support/catch.h"
#include "support/definitions.h"
#include "support/files.h"
#include "support/json.h"

using namespace fingerpost;
using test::definitions;

namespace {

std::string written(const model::ReadTree& read, model::Pretty pretty = model::Pretty::no) {
  std::string out;
  model::write_json(definitions(), read.tree, read.tree.root(), out, pretty);
  return out;
}

}  // namespace

TEST_CASE("every official R4 example reads and writes back the same") {
  Limits limits;
  limits.depth = 128;
  int count = 0;
  for (const auto& file : test::r4_examples()) {
    const auto name = file.filename().string();
    const auto text = test::read_file(file);
    CAPTURE(name);
    const auto read = model::read_json(definitions(), text, limits);
    REQUIRE(read);
    std::string issues;
    for (const auto& issue : read->issues) issues += issue.expression + ": " + issue.text + "\n";
    CHECK(issues == "");
    REQUIRE(test::sorted_json(written(*read)) == test::sorted_json(text));
    ++count;
  }
  CHECK(count > 5000);
}

TEST_CASE("a resource is written as it was read, values and their extensions side by side") {
  const auto text = GENERATE(
      as<std::string>(),
      R"({"resourceType":"Patient","birthDate":"1970-03","_birthDate":{"id":"x"}})",
      R"({"resourceType":"Patient","_birthDate":{"extension":[{"url":"u","valueCode":"c"}]}})",
      R"({"resourceType":"Patient","name":[{"given":["a",null],"_given":[null,{"id":"b"}]}]})",
      R"({"resourceType":"Observation","valueQuantity":{"value":1.10,"code":"kg"}})",
      R"({"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Patient","id":"1"}}]})",
      R"({"resourceType":"Patient","contained":[{"resourceType":"Organization","id":"o"}]})");
  const auto read = model::read_json(definitions(), text, {});
  REQUIRE(read);
  CHECK(read->issues.empty());
  CHECK(written(*read) == text);
}

TEST_CASE("extensions of a primitive that come before its value belong to the same node") {
  const auto read = model::read_json(
      definitions(), R"({"resourceType":"Patient","_gender":{"id":"g"},"gender":"male"})", {});
  REQUIRE(read);
  const auto gender = read->tree.child(read->tree.root(), definitions().names().find("gender"));
  CHECK(read->tree.text(gender) == "male");
  CHECK(read->tree.first_child(gender) != no_node);
  CHECK(read->tree.next_same(gender) == no_node);
}

TEST_CASE("what no definition knows is reported with its place, and kept") {
  enum class Rewritten { same, otherwise };
  struct Row {
    const char* text;
    const char* place;
    Rewritten rewritten = Rewritten::same;
  };
  const auto row =
      GENERATE(Row{R"({"resourceType":"Patient","colour":"red"})", "Patient.colour"},
               Row{R"({"resourceType":"Patient","name":[{"given":["a"],"x":[{"y":1},2]}]})",
                   "Patient.name[0].x"},
               Row{R"({"resourceType":"Patient","name":{"family":"f"}})", "Patient.name",
                   Rewritten::otherwise},
               Row{R"({"resourceType":"Patient","active":"true"})", "Patient.active"},
               Row{R"({"resourceType":"Patient","name":["f"]})", "Patient.name[0]"},
               Row{R"({"resourceType":"Patient","birthDate":{"a":1}})", "Patient.birthDate",
                   Rewritten::otherwise},
               Row{R"({"resourceType":"Patient","contained":[{"id":"x"}]})",
                   "Patient.contained[0].resourceType"},
               Row{R"({"resourceType":"Observation","valueWeight":1})", "Observation.valueWeight"});
  CAPTURE(row.text);
  const auto read = model::read_json(definitions(), row.text, {});
  REQUIRE(read);
  REQUIRE_FALSE(read->issues.empty());
  CHECK(read->issues[0].expression == row.place);
  const std::string rewritten = written(*read);
  if (row.rewritten == Rewritten::same)
    CHECK(test::sorted_json(rewritten) == test::sorted_json(row.text));
}

TEST_CASE("very many names in an object, and in one within it, are each written once") {
  const auto members = [](const std::string& prefix) {
    std::string text;
    for (int i = 0; i < 300; ++i)
      text += ",\"" + prefix + std::to_string(i) + "\":[" + std::to_string(i) + ",1]";
    return text;
  };
  const std::string text = R"({"resourceType":"Patient","name":[{"family":"f")" + members("a") +
                           "}]" + members("b") + members("c") + "}";
  const auto read = model::read_json(definitions(), text, {});
  REQUIRE(read);
  CHECK(test::sorted_json(written(*read)) == test::sorted_json(text));
}

TEST_CASE("long lists of values and their extensions are read in one pass, in either order") {
  // 60,000 of each took minutes when every item looked for its twin from the start.
  std::string values;
  std::string extras;
  for (int i = 0; i < 60'000; ++i) {
    values += R"("a",)";
    extras += R"({"id":"b"},)";
  }
  values.back() = extras.back() = ' ';
  const std::string given = "\"given\":[" + values + "]";
  const std::string extra = "\"_given\":[" + extras + "]";
  const auto first = GENERATE(true, false);
  const auto read =
      model::read_json(definitions(),
                       R"({"resourceType":"Patient","name":[{)" +
                           (first ? given + "," + extra : extra + "," + given) + "}]}",
                       {});
  REQUIRE(read);
  CHECK(read->issues.empty());
  CHECK(read->tree.size() == 2 + 2 * 60'000);
}

TEST_CASE("a member's name that may be somebody's data is not repeated") {
  const auto key =
      GENERATE(as<std::string>(), "Maud Winterbourne", "n9990000018", std::string(70, 'x'));
  const auto read =
      model::read_json(definitions(), R"({"resourceType":"Patient",")" + key + R"(":1})", {});
  REQUIRE(read);
  REQUIRE(read->issues.size() == 1);
  CHECK(read->issues[0].expression == "Patient.?");
}

TEST_CASE("a document that is no resource is refused") {
  const auto text = GENERATE(as<std::string>(), "[]", "{}", R"({"resourceType":"Patent"})",
                             R"({"resourceType":1})", R"({"resourceType":"HumanName"})");
  CAPTURE(text);
  CHECK(model::read_json(definitions(), text, {}).has_error());
}

TEST_CASE("STU3 resources are read by STU3's definitions") {
  const auto read = model::read_json(
      definitions(), R"({"resourceType":"ReferralRequest","status":"unknown","intent":"order"})",
      {}, model::Model::stu3);
  REQUIRE(read);
  CHECK(read->issues.empty());
  const auto type = read->tree[read->tree.root()].type;
  CHECK(definitions().type_name(type) == "ReferralRequest");
  CHECK(type == definitions().find("http://hl7.org/fhir/3.0/StructureDefinition/ReferralRequest"));
}

TEST_CASE("pretty JSON holds the same content") {
  const std::string text =
      R"({"resourceType":"Patient","name":[{"given":["a","b"]}],"active":true})";
  const auto read = model::read_json(definitions(), text, {});
  REQUIRE(read);
  const auto pretty = written(*read, model::Pretty::yes);
  CHECK(pretty.find("\n  \"name\": [\n") != std::string::npos);
  CHECK(test::sorted_json(pretty) == test::sorted_json(text));
}
