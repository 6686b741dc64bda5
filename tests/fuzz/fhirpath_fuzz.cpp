// An expression over a Patient: refused, or printed and parsed again to the same one, and evaluated
// within its budget, twice the same, as the printed one, and as the plain evaluator has it.
#include "fuzz/fuzz.h"
#include "model/json.h"
#include "path/fhirpath.h"
#include "path/syntax.h"
#include "support/definitions.h"
#include "support/plain_fhirpath.h"

#include <algorithm>
#include <string>

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

template <class Values>
std::string told(const Values& values) {
  std::string out;
  for (const auto& value : values)
    out += path::type_text(test::definitions(), value) + " " +
           path::value_text(test::definitions(), value) + "\n";
  return out;
}

std::string shown(const path::Expression& expression) {
  path::Environment world(fuzz::bounds());
  world.now = "2026-11-22T09:30:00.000+00:00";
  const auto& tree = patient();
  const auto found = path::evaluate(expression, NodeRef{&tree, tree.root()}, world);
  return found ? told(*found) : "error: " + found.error().text;
}

// Where the plain evaluator knows all of it. Bounds are the engine's own.
void hold_to_plain(const std::string& text, const path::Expression& expression) {
  const auto syntax = path::parse(text, fuzz::bounds());
  if (!syntax) return;
  const NodeRef focus{&patient(), patient().root()};
  test::PlainFhirpath plain(focus, 10'000);
  const auto [end, values] = plain.evaluate(**syntax);
  if (end == test::PlainFhirpath::End::outside) return;
  path::Environment world(fuzz::bounds());
  const auto found = path::evaluate(expression, focus, world);
  if (!found && found.error().kind == Kind::too_costly) return;
  fuzz::require(found.has_value() == (end == test::PlainFhirpath::End::answer),
                "an error where the plain evaluator has one");
  fuzz::require(!found || told(*found) == told(values), "as the plain evaluator has it");
}

// Brackets are bytes, and nest.
Limits for_brackets() {
  auto wide = fuzz::bounds();
  wide.expression_bytes *= 16;
  wide.expression_depth *= 4;
  return wide;
}

// A long chain of operators nests deeper in brackets than any text may.
bool nests(const std::string& print) {
  int open = 0, deepest = 0;
  for (const char c : print) deepest = std::max(deepest, open += (c == '(') - (c == ')'));
  return deepest > for_brackets().expression_depth / 2;
}

// The text again, with all its brackets; "" when they are too many.
std::string printed(const std::string& text) {
  const auto wide = for_brackets();
  const auto parsed = path::parse(text, wide);
  fuzz::require(parsed.has_value(), "what compiles is parsed");
  const auto print = path::print(**parsed);
  if (nests(print)) return "";
  const auto again = path::parse(print, wide);
  fuzz::require(again.has_value(), "what was parsed is printed as it can be parsed");
  fuzz::require(path::print(**again) == print, "print and parse give the same expression");
  return print;
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
    if (!expression) continue;
    const auto found = shown(*expression);
    fuzz::require(shown(*expression) == found, "the same twice");
    if (check == path::Check::lenient) hold_to_plain(std::string(text), *expression);
    auto wide = options;
    wide.limits = for_brackets();
    const auto print = printed(std::string(text));
    if (print.empty()) continue;
    const auto again = path::compile(print, test::definitions(), wide);
    fuzz::require(again.has_value(), "what was printed compiles");
    const auto same = shown(*again);
    fuzz::require(same == found || found.starts_with("error: ") || same.starts_with("error: "),
                  "the printed one gives the same");
  }
  return 0;
}
