#include "model/json.h"
#include "patch/patch.h"
#include "support/catch.h"
#include "support/definitions.h"

using namespace fingerpost;
using test::definitions;

namespace {

const std::string patient =
    R"({"resourceType":"Patient","active":true,"name":[{"given":["a","b","c"]}],)"
    R"("contact":[{"gender":"male"}]})";

std::string part(const std::string& name, const std::string& member) {
  return R"({"name":")" + name + "\"," + member + "}";
}

std::string operation(const std::string& type, const std::string& path,
                      const std::string& parts = "") {
  return R"({"name":"operation","part":[)" + part("type", "\"valueCode\":\"" + type + "\"") + "," +
         part("path", "\"valueString\":\"" + path + "\"") + (parts.empty() ? "" : ",") + parts +
         "]}";
}

std::string at(const std::string& name, int index) {
  return part(name, "\"valueInteger\":" + std::to_string(index));
}

// The resource after the patch, or "error: …".
std::string patched(const std::string& resource, const std::string& operations,
                    const Limits& limits = {}, const path::World& world = {}) {
  auto read = model::read_json(definitions(), resource, limits).value();
  const auto parameters =
      model::read_json(definitions(),
                       R"({"resourceType":"Parameters","parameter":[)" + operations + "]}", limits)
          .value();
  const auto done = patch::apply_fhirpath(definitions(), read.tree, parameters.tree, limits, world);
  if (!done) return "error: " + done.error().text + " at " + done.error().where;
  std::string out;
  model::write_json(definitions(), read.tree, read.tree.root(), out);
  return out;
}

}  // namespace

TEST_CASE("a patch's paths ask of the world they are given") {
  const auto change = operation("delete", "Patient.gender.where(memberOf('urn:vs'))");
  const std::string male = R"({"resourceType":"Patient","active":true,"gender":"male"})";
  CHECK(patched(male, change).starts_with("error: memberOf: no value sets are at hand"));
  const auto world = [](path::Environment& environment) {
    environment.member_of = [](const path::Value&, std::string_view) {
      return std::optional(true);
    };
  };
  CHECK(patched(male, change, {}, world) == R"({"resourceType":"Patient","active":true})");
}

TEST_CASE("each operation of a FHIRPath patch changes what its path names") {
  struct Row {
    std::string operation, members;  // of the Patient after it
  };
  const std::string rest = R"("name":[{"given":["a","b","c"]}],"contact":[{"gender":"male"}])";
  const auto row = GENERATE_COPY(
      Row{operation("replace", "Patient.active", part("value", "\"valueBoolean\":false")),
          R"("active":false,)" + rest},
      Row{operation("replace", "Patient.active", part("value", "\"valueString\":\"false\"")),
          R"("active":false,)" + rest},
      Row{operation("delete", "Patient.active"), rest},
      Row{operation("delete", "Patient.birthDate"), R"("active":true,)" + rest},
      Row{operation("delete", "Patient.contact[0].gender"),
          R"("active":true,"name":[{"given":["a","b","c"]}])"},
      Row{operation("add", "Patient",
                    part("name", "\"valueString\":\"deceased\"") + "," +
                        part("value", "\"valueDateTime\":\"2020\"")),
          R"("active":true,)" + rest + R"(,"deceasedDateTime":"2020")"},
      Row{operation("add", "Patient.name[0]",
                    part("name", "\"valueString\":\"given\"") + "," +
                        part("value", "\"valueString\":\"d\"")),
          R"("active":true,"name":[{"given":["a","b","c","d"]}],"contact":[{"gender":"male"}])"},
      Row{operation("insert", "Patient.name[0].given",
                    at("index", 1) + "," + part("value", "\"valueString\":\"d\"")),
          R"("active":true,"name":[{"given":["a","d","b","c"]}],"contact":[{"gender":"male"}])"},
      Row{operation("insert", "Patient.name[0].given",
                    at("index", 3) + "," + part("value", "\"valueString\":\"d\"")),
          R"("active":true,"name":[{"given":["a","b","c","d"]}],"contact":[{"gender":"male"}])"},
      Row{operation("insert", "Patient.photo",
                    at("index", 0) + "," + part("value", "\"valueAttachment\":{\"title\":\"t\"}")),
          R"("active":true,)" + rest + R"(,"photo":[{"title":"t"}])"},
      Row{operation("move", "Patient.name[0].given", at("source", 0) + "," + at("destination", 2)),
          R"("active":true,"name":[{"given":["b","c","a"]}],"contact":[{"gender":"male"}])"},
      Row{operation("move", "Patient.name[0].given", at("source", 2) + "," + at("destination", 0)),
          R"("active":true,"name":[{"given":["c","a","b"]}],"contact":[{"gender":"male"}])"},
      Row{operation(
              "add", "Patient",
              part("name", "\"valueString\":\"contact\"") + "," +
                  part("value", "\"part\":[" + part("gender", "\"valueCode\":\"other\"") + "," +
                                    part("name", "\"valueHumanName\":{\"text\":\"t\"}") + "]")),
          R"("active":true,"name":[{"given":["a","b","c"]}],)"
          R"("contact":[{"gender":"male"},{"gender":"other","name":{"text":"t"}}])"});
  CAPTURE(row.operation);
  CHECK(patched(patient, row.operation) == R"({"resourceType":"Patient",)" + row.members + "}");
}

TEST_CASE("a FHIRPath patch that cannot be applied says which operation, and why") {
  struct Row {
    std::string operation, error;
  };
  const auto value = part("value", "\"valueString\":\"d\"");
  const auto row = GENERATE_COPY(
      Row{operation("change", "Patient"), "an operation's type is add"},
      Row{operation("replace", "Patient.birthDate", part("value", "\"valueDate\":\"2020\"")),
          "the path gives nothing"},
      Row{operation("replace", "Patient.name.given", value), "the path gives several elements"},
      Row{operation("delete", "Patient.name.given"), "the path gives several elements"},
      Row{operation("delete", "Patient"), "a resource cannot be deleted"},
      Row{operation("replace", "Patient", value), "a resource cannot be replaced"},
      Row{operation("replace", "Patient.active", value), "may not be of the value's type"},
      Row{operation("replace", "Patient.active"), "the part value is missing"},
      Row{operation("replace", "Patient.active", part("value", "\"id\":\"x\"")), "holds no value"},
      Row{operation("add", "Patient",
                    part("name", "\"valueString\":\"active\"") + "," +
                        part("value", "\"valueBoolean\":true")),
          "is there and may not repeat"},
      Row{operation("add", "Patient", part("name", "\"valueString\":\"nothing\"") + "," + value),
          "no such element"},
      Row{operation("insert", "Patient.name[0].given", at("index", 4) + "," + value),
          "behind the end"},
      Row{operation("insert", "Patient.active",
                    at("index", 0) + "," + part("value", "\"valueBoolean\":true")),
          "no list"},
      Row{operation("move", "Patient.name[0].given", at("source", 3) + "," + at("destination", 0)),
          "behind the end"},
      Row{operation("replace", "Patient.name.count()", value), "no element of the resource"},
      Row{operation("replace", "Patient.(", value), "at Parameters.parameter[0]"},
      Row{R"({"name":"other"})", "parameters named operation"});
  CAPTURE(row.operation);
  const auto said = patched(patient, row.operation);
  CHECK(said.starts_with("error: "));
  CHECK(said.find(row.error) != std::string::npos);
  CHECK(said.ends_with("Parameters.parameter[0]"));
}

TEST_CASE("a patch of more operations than the limit is refused") {
  Limits limits;
  limits.patch_operations = 2;
  const auto nothing = operation("delete", "Patient.birthDate");
  CHECK_FALSE(patched(patient, nothing + "," + nothing, limits).starts_with("error"));
  CHECK(patched(patient, nothing + "," + nothing + "," + nothing, limits)
            .starts_with("error: more operations than the limit patch_operations"));
}
