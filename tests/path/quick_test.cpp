// Criteria that are answered the quick way: as the evaluation answers them, and reading the same.

#include "model/json.h"
#include "path/fhirpath.h"
#include "support/catch.h"
#include "support/definitions.h"

#include <array>
#include <set>
#include <span>
#include <string>

namespace fingerpost {
namespace {

struct Recorder final : path::ReadRecorder {
  void read(NodeRef node) override { nodes.insert(node.node); }
  std::set<NodeId> nodes;
};

// "true", "false" or "error: …", and what was read to know it.
struct Told {
  std::string answer;
  std::set<NodeId> read;
  friend bool operator==(const Told&, const Told&) = default;
};

Told told(bool quick, const path::Expression& expression, const path::Value& focus,
          std::span<const path::Value> variables) {
  path::Environment environment;
  Recorder recorder;
  environment.reads = &recorder;
  environment.variables = variables;
  Told made;
  if (quick) {
    const auto answer = path::test(expression, focus, environment);
    made.answer = answer ? (*answer ? "true" : "false") : "error: " + answer.error().text;
  } else {
    const auto values = path::evaluate(expression, focus, environment);
    const bool yes = values && values->size() == 1 && (*values)[0].boolean();
    made.answer = values ? (yes ? "true" : "false") : "error: " + values.error().text;
  }
  made.read = recorder.nodes;
  return made;
}

}  // namespace

TEST_CASE("a quick criterion answers as the evaluation does, and reads the same") {
  const auto patient = model::read_json(test::definitions(),
                                        R"({"resourceType":"Patient","active":true,"gender":"male",
      "birthDate":"1974-12-25","name":[{"use":"official","family":"A"},{"use":"usual"}],
      "contact":[{"gender":"female","_gender":{"extension":[{"url":"u","valueString":"s"}]}}]})",
                                        Limits{});
  REQUIRE(patient);
  const Tree& tree = patient->tree;
  const NodeId root = tree.root();
  const auto name = [&](std::string_view text) { return test::definitions().names().find(text); };
  const std::array<path::Value, 6> places = {NodeRef{&tree, root},
                                             NodeRef{&tree, tree.child(root, name("gender"))},
                                             NodeRef{&tree, tree.child(root, name("birthDate"))},
                                             NodeRef{&tree, tree.child(root, name("active"))},
                                             path::Value(std::string_view("male")),
                                             path::Value()};
  const std::string_view variables[] = {"v"};
  path::CompileOptions options;
  options.variables = variables;
  for (const std::string text : {"$this = 'male'",
                                 "$this != 'male'",
                                 "gender = 'male'",
                                 "gender != 'male'",
                                 "gender in ('male' | 'x')",
                                 "gender in 'male'",
                                 "(gender in ('x' | 'y')).not()",
                                 "name.use = 'official'",
                                 "name.use != 'official'",
                                 "name.use in ('usual' | 'old')",
                                 "name.family = 'A'",
                                 "name.family.startsWith('A')",
                                 "gender.contains('al').not()",
                                 "name.use.startsWith('o')",
                                 "startsWith('m')",
                                 "contains('@').not()",
                                 "name.exists()",
                                 "name.exists().not()",
                                 "deceased.empty()",
                                 "empty()",
                                 "%v.empty()",
                                 "%v = 'male'",
                                 "%v != 'male'",
                                 "%v.gender = 'male'",
                                 "%v.name.family.exists()",
                                 "%v.gender.empty().not()",
                                 "birthDate = '1974-12-25'",
                                 "active = 'true'",
                                 "contact.gender = 'female'",
                                 "name.given = 'x'",
                                 "name.given != 'x'",
                                 "gender = 'male' and name.family = 'A'",
                                 "gender = 'male' or name.family = 'A'",
                                 "gender.lower() = 'male' and (active or deceased.exists())",
                                 "(gender = 'male' xor %v.exists()).not()",
                                 "%v = 'male' implies name.exists(use = 'usual')",
                                 "(name.given = 'x') implies gender.exists()",
                                 "name.exists(family = 'A').not()"}) {
    const auto expression = path::compile(text, test::definitions(), options);
    REQUIRE(expression);
    for (const auto& focus : places)
      for (const auto& variable : places) {
        const std::array<path::Value, 1> given = {variable};
        const auto quick = told(true, *expression, focus, given);
        const auto slow = told(false, *expression, focus, given);
        CAPTURE(text, quick.answer, slow.answer);
        CHECK(quick == slow);
      }
  }
}

TEST_CASE("what is compared comes to the same whichever way its operands are found") {
  const auto read = model::read_json(test::definitions(),
                                     R"({"resourceType":"Patient","active":true,"gender":"male",
      "birthDate":"1974-12-25","multipleBirthInteger":2,"language":"male",
      "name":[{"use":"official","family":"male"},{"use":"usual"}],
      "contact":[{"gender":"male"}],"maritalStatus":{"text":"male"}})",
                                     Limits{});
  REQUIRE(read);
  const path::Value focus = NodeRef{&read->tree, read->tree.root()};
  const std::string_view variables[] = {"v"};
  path::CompileOptions options;
  options.variables = variables;
  const std::array<path::Value, 1> given = {focus};
  const auto answer = [&](const std::string& text) {
    const auto expression = path::compile(text, test::definitions(), options);
    REQUIRE(expression);
    path::Environment environment;
    Recorder recorder;
    environment.reads = &recorder;
    environment.variables = given;
    const auto values = path::evaluate(*expression, focus, environment);
    std::string made = values ? "" : "error";
    if (values)
      for (const auto& value : *values) made += path::value_text(test::definitions(), value) + ",";
    for (const auto node : recorder.nodes) made += " " + std::to_string(node);
    return made;
  };
  const std::array<std::string, 14> operands = {"gender",
                                                "%v.gender",
                                                "language",
                                                "active",
                                                "birthDate",
                                                "name.family",
                                                "name.use",
                                                "deceased",
                                                "contact.gender",
                                                "maritalStatus",
                                                "maritalStatus.text",
                                                "multipleBirth",
                                                "'male'",
                                                "{}"};
  for (const std::string operation : {" = ", " != ", " & ", " + ", " < "})
    for (const auto& left : operands)
      for (const auto& right : operands) {
        CAPTURE(left, operation, right);
        // select() is no plain place, so its values are collected.
        CHECK(answer(left + operation + right) ==
              answer("(" + left + ").select($this)" + operation + "(" + right + ").select($this)"));
      }
  for (const std::string function : {"toString()", "lower()", "length()", "toInteger()"})
    for (const auto& operand : operands) {
      CAPTURE(operand, function);
      CHECK(answer("(" + operand + ")." + function) ==
            answer("(" + operand + ").select($this)." + function));
    }
}

}  // namespace fingerpost
