// An expression over a Patient: refused, or evaluated within its budget, twice the same.
#include "fuzz/fuzz.h"
#include "model/json.h"
#include "path/fhirpath.h"
#include "support/definitions.h"

using namespace fingerpost;

namespace {

const Tree& patient() {
  static const auto read = model::read_json(
      test::definitions(),
      R"({"resourceType":"Patient","active":true,"birthDate":"1948-03","multipleBirthInteger":2,
      "name":[{"family":"Testwell","given":["Ann","B"]},{"text":"x"}],
      "identifier":[{"system":"urn:a","value":"1"}],
      "extension":[{"url":"u","valueQuantity":{"value":1.50,"unit":"mg","code":"mg",
      "system":"http://unitsofmeasure.org"}}]})",
      Limits{});
  return read->tree;
}

std::string shown(const path::Expression& expression) {
  path::Environment world(fuzz::bounds());
  world.now = "2026-11-22T09:30:00.000+00:00";
  const auto& tree = patient();
  const auto found = path::evaluate(expression, NodeRef{&tree, tree.root()}, world);
  if (!found) return "error: " + found.error().text;
  std::string out;
  for (const auto& value : *found)
    out += path::type_text(test::definitions(), value) + " " +
           path::value_text(test::definitions(), value) + "\n";
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  path::CompileOptions options;
  options.limits = fuzz::bounds();
  options.start = patient()[patient().root()].type;
  const auto text = fuzz::text_of(data, size);
  for (const auto check : {path::Check::lenient, path::Check::strict}) {
    options.check = check;
    const auto expression = path::compile(text, test::definitions(), options);
    if (expression) fuzz::require(shown(*expression) == shown(*expression), "the same twice");
  }
  return 0;
}
