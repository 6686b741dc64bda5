// The public FHIRPath R4 suite, when it is there. What fails must stand, with its reason, in
// conformance/expected-failures/fhirpath-r4.txt; what stands there must fail.

#include "path/suite.h"

#include "model/json.h"
#include "path/fhirpath.h"
#include "support/catch.h"
#include "support/definitions.h"
#include "support/files.h"

#include <iostream>
#include <map>
#include <set>
#include <sstream>

namespace fingerpost {
namespace {

using test::definitions;
using test::SuiteTest;

class Inputs {
 public:
  explicit Inputs(test::fs::path folder) : folder_(std::move(folder)) {}

  path::Value focus(const std::string& file) {
    if (file.empty()) return {};
    auto found = trees_.find(file);
    if (found == trees_.end()) {
      const auto json = file.substr(0, file.rfind('.')) + ".json";
      auto read = model::read_json(definitions(), test::read_file(folder_ / json), Limits{});
      if (!read) throw std::runtime_error(json + ": " + read.error().text);
      found = trees_.emplace(file, std::move(read->tree)).first;
    }
    return NodeRef{&found->second, found->second.root()};
  }

 private:
  test::fs::path folder_;
  std::map<std::string, Tree> trees_;
};

// "@2014-01" and "@T10" without what marks them in expressions.
std::string_view unmarked(std::string_view text) {
  if (text.starts_with("@T")) return text.substr(2);
  return text.starts_with('@') ? text.substr(1) : text;
}

bool same_text(const std::string& wanted, const std::string& found) {
  if (unmarked(wanted) == found) return true;
  const auto a = path::Decimal::parse(wanted), b = path::Decimal::parse(found);
  return a && b && a->scale() == b->scale() && compare(*a, *b) == 0;
}

std::string shown(const path::Value& value) {
  return path::type_text(definitions(), value) + " " + path::value_text(definitions(), value);
}

std::string compare_outputs(const SuiteTest& wanted, const path::Collection& found) {
  std::ostringstream all;
  for (const auto& value : found) all << shown(value) << "; ";
  const std::string given = "gave " + all.str();
  if (wanted.outputs.size() != found.size()) return given;
  std::vector<bool> used(found.size(), false);
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto& output = wanted.outputs[i];
    const auto fits = [&](const path::Value& value) {
      return (output.type.empty() || output.type == path::type_text(definitions(), value)) &&
             (output.text.empty() ||
              same_text(output.text, path::value_text(definitions(), value)));
    };
    std::size_t at = i;
    if (!wanted.ordered)
      for (at = 0; at < found.size() && (used[at] || !fits(found[at])); ++at) {
      }
    if (at == found.size() || !fits(found[at])) return given;
    used[at] = true;
  }
  return "";
}

path::Collection as_predicate(const path::Collection& values) {
  const bool no =
      values.empty() || (values.size() == 1 && values[0].kind() == path::Value::Kind::boolean &&
                         !values[0].boolean());
  return {path::Value(!no)};
}

// "" when the test passes, or else what happened.
std::string judge(const SuiteTest& wanted, Inputs& inputs) {
  const auto focus = inputs.focus(wanted.input);
  path::CompileOptions options;
  options.check = path::Check::strict;
  options.check_order = wanted.check_order;
  if (focus.is_node()) options.start = (*focus.node().tree)[focus.node().node].type;
  const auto expression = path::compile(wanted.expression, definitions(), options);
  if (!expression) {
    const auto said = expression.error().text + " at " + expression.error().where;
    return wanted.invalid.empty() ? said : "";
  }
  if (wanted.invalid == "semantic") return "no error when compiled";
  path::Environment environment;
  environment.now = "2026-11-22T09:30:00.000+11:00";
  const auto found = path::evaluate(*expression, focus, environment);
  if (!found) return wanted.invalid == "execution" ? "" : found.error().text;
  if (wanted.invalid == "execution") return "no error";
  return compare_outputs(wanted, wanted.predicate ? as_predicate(*found) : *found);
}

// "name: reason" a line.
std::set<std::string> expected_failures() {
  std::istringstream in(
      test::read_file(test::project() / "conformance/expected-failures/fhirpath-r4.txt"));
  std::set<std::string> names;
  for (std::string line; std::getline(in, line);)
    if (!line.empty() && line[0] != '#') names.insert(line.substr(0, line.find(':')));
  return names;
}

}  // namespace

TEST_CASE("the public FHIRPath suite passes but for the listed failures") {
  const auto data = test::shared_data();
  const auto folder = data / "conformance/fhirpath";
  if (data.empty() || !test::fs::is_directory(folder)) {
    WARN("SKIP: no shared/data/conformance/fhirpath beside the project");
    return;
  }
  const auto xml = test::read_file(folder / "r4/tests-fhir-r4.xml");
  const auto tests = test::SuiteReader(xml).run();
  Inputs inputs(folder / "inputs-r4-json");
  const auto expected = expected_failures();
  std::map<std::string, int> times;
  std::size_t passed = 0;
  for (const auto& one : tests) {
    const int time = ++times[one.name];
    const auto name = time == 1 ? one.name : one.name + "#" + std::to_string(time);
    const auto said = judge(one, inputs);
    passed += said.empty();
    INFO(one.group << " / " << name << ": " << one.expression << "\n  " << said);
    CHECK(said.empty() == !expected.contains(name));
  }
  CHECK(tests.size() == 723);
  std::cout << "FHIRPath R4 suite: " << passed << " of " << tests.size() << " pass\n";
}

}  // namespace fingerpost
