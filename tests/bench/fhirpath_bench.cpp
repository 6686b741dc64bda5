// FHIRPath: a stated list of expressions (fhirpath_expressions.txt) on official R4 examples,
// compiled before and compiled anew each time. fhirpath_js.sh measures fhirpath.js by the same
// list.

#include "bench/measure.h"
#include "model/json.h"
#include "path/fhirpath.h"
#include "support/definitions.h"
#include "support/files.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <string>

namespace {

using namespace fingerpost;

struct Rates {
  double compiled = 0, whole = 0;  // evaluations a second
};

path::Expression compiled(const std::string& text) {
  const auto made = path::compile(text, test::definitions());
  if (!made) {
    std::printf("%s: %s\n", text.c_str(), made.error().text.c_str());
    std::exit(1);
  }
  return *made;
}

Rates rates(const std::string& text, const Tree& tree) {
  constexpr int times = 5'000;
  const auto expression = compiled(text);
  const path::Value focus = NodeRef{&tree, tree.root()};
  path::Environment environment;
  const auto evaluate = [&](const path::Expression& one) {
    environment.arena.clear();
    environment.steps_left = environment.limits.steps;
    if (!path::evaluate(one, focus, environment)) std::abort();
  };
  const auto alone = bench::measure(times, [&] { evaluate(expression); });
  const auto both = bench::measure(times / 10, [&] { evaluate(compiled(text)); });
  return {1e6 / alone.median_us, 1e6 / both.median_us};
}

}  // namespace

int main() {
  std::istringstream lines(
      test::read_file(test::project() / "tests/bench/fhirpath_expressions.txt"));
  Rates logs;
  int count = 0;
  for (std::string line; std::getline(lines, line);) {
    const auto colon = line.find(": ");
    if (line.starts_with('#') || colon == std::string::npos) continue;
    const auto file = test::packages() / "hl7.fhir.r4.examples" / (line.substr(0, colon) + ".json");
    const auto read = model::read_json(test::definitions(), test::read_file(file), Limits{});
    if (!read) std::abort();
    const auto text = line.substr(colon + 2);
    const auto found = rates(text, read->tree);
    std::printf("%-80s %10.0f/s %9.0f/s compiled anew\n", text.c_str(), found.compiled,
                found.whole);
    logs.compiled += std::log(found.compiled);
    logs.whole += std::log(found.whole);
    ++count;
  }
  std::printf("geometric mean of %d: %.0f/s, %.0f/s compiled anew\n", count,
              std::exp(logs.compiled / count), std::exp(logs.whole / count));
}
