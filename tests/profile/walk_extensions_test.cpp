#include "support/validator.h"

using namespace fingerpost;

namespace {

// An extension "x" with a string; `where` says where it may stand.
std::string extension(const std::string& where) {
  return R"({"resourceType":"StructureDefinition","url":"http://test.example/x","name":"X",
    "status":"draft","kind":"complex-type","abstract":false,)" +
         where + R"("type":"Extension",
    "baseDefinition":"http://hl7.org/fhir/StructureDefinition/Extension",
    "derivation":"constraint","differential":{"element":[
    {"id":"Extension.url","path":"Extension.url","fixedUri":"http://test.example/x"}]}})";
}

constexpr const char* x = R"({"url":"http://test.example/x","valueString":"s"})";

std::string with_x(std::string text) {
  return text.replace(text.find("EXT"), 3, x);
}

}  // namespace

TEST_CASE("an extension stands where its definition allows it") {
  struct Row {
    const char* where;
    const char* good;
    const char* bad;
  };
  const auto row = GENERATE(values<Row>({
      {R"("context":[{"type":"element","expression":"Patient.contact"}],)",
       R"("contact":[{"extension":[EXT],"name":{"text":"n"}}])", R"("extension":[EXT])"},
      {R"("context":[{"type":"element","expression":"HumanName"}],)",
       R"("name":[{"extension":[EXT],"text":"n"}])",
       R"("photo":[{"extension":[EXT],"title":"t"}])"},
      {R"("context":[{"type":"extension","expression":"http://test.example/outer"}],)",
       R"("extension":[{"url":"http://test.example/outer","extension":[EXT]}])",
       R"("extension":[{"url":"http://test.example/other","extension":[EXT]}])"},
      // On the value of the extension too.
      {R"("context":[{"type":"extension","expression":"http://test.example/outer"}],)",
       R"("extension":[{"url":"http://test.example/outer","valueAddress":{"extension":[EXT],
          "text":"a"}}])",
       R"("extension":[EXT])"},
      {R"-("context":[{"type":"fhirpath","expression":"name.where(use = 'official')"}],)-",
       R"("name":[{"use":"usual"},{"extension":[EXT],"use":"official"}])",
       R"("name":[{"use":"official"},{"extension":[EXT],"use":"usual"}])"},
      {R"-("context":[{"type":"element","expression":"HumanName"}],
          "contextInvariant":["use.exists()","family = 'F' and %extension.value = 's'"],)-",
       R"("name":[{"extension":[EXT],"use":"usual","family":"F"}])",
       R"("name":[{"extension":[EXT],"use":"usual","family":"G"}])"},
      {R"-("context":[{"type":"element","expression":"HumanName"}],
          "contextInvariant":["%resource.active","use.exists()"],)-",
       R"("active":true,"name":[{"extension":[EXT],"use":"usual"}])",
       R"("active":true,"name":[{"extension":[EXT],"family":"G"}])"},
      {R"-("context":[{"type":"element","expression":"HumanName"}],
          "contextInvariant":["extension.count() = 1"],)-",
       R"("name":[{"extension":[EXT],"use":"usual"}])",
       R"("name":[{"extension":[EXT,{"url":"http://test.example/y","valueCode":"c"}]}])"},
  }));
  CAPTURE(row.where, row.good, row.bad);
  test::Checked checked({extension(row.where)});
  const auto patient = [&](const char* members) {
    return with_x(R"({"resourceType":"Patient",)" + std::string(members) + "}");
  };
  CHECK(checked.errors(patient(row.good)) == "");
  CHECK(checked.errors(patient(row.bad)).find("http://test.example/x may not stand here") !=
        std::string::npos);
}

TEST_CASE(
    "an invariant of an extension's context that cannot be evaluated is said to be unchecked") {
  const auto said = [](const char* expression) {
    test::Checked checked({extension(R"("context":[{"type":"element","expression":"Element"}],
      "contextInvariant":[")" + std::string(expression) +
                                     R"("],)")});
    const Tree tree = test::read_tree(with_x(R"({"resourceType":"Patient","extension":[EXT]})"));
    std::string found;
    for (const auto& issue : checked.validator().validate(tree, tree.root(), {}, {}))
      if (issue.text.find("of its context") != std::string::npos) found += issue.text + "\n";
    return found;
  };
  CHECK(said("active.(").find("not checked") != std::string::npos);
  CHECK(said("'a'.memberOf('urn:nobody')").find("codes not at hand: not checked") !=
        std::string::npos);
  CHECK(said("(1 | 2).single()").find("not checked") != std::string::npos);
  CHECK(said("true") == "");
}

TEST_CASE("what asks for codes that are not at hand tells nothing against an extension") {
  for (const auto* const where : {R"-("context":[{"type":"element","expression":"Element"}],
            "contextInvariant":["'a'.memberOf('urn:nobody')"],)-",
                                  R"-("context":[{"type":"fhirpath",
            "expression":"Patient.name.where(use.memberOf('urn:nobody'))"}],)-"}) {
    CAPTURE(where);
    test::Checked checked({extension(where)});
    CHECK(checked.errors(with_x(
              R"({"resourceType":"Patient","name":[{"extension":[EXT],"use":"usual"}]})")) == "");
  }
}
