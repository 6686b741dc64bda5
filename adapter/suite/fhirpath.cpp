#include "suite/fhirpath.h"

#include "path/fhirpath.h"
#include "suite/resource.h"
#include "value/decimal.h"
#include "wire/xml.h"

#include <vector>

namespace fingerpost::suite {
namespace {

using wire::XmlView;

class Inputs {
 public:
  Inputs(const Setting& setting, std::filesystem::path folder)
      : setting_(setting), folder_(std::move(folder)) {}

  // No file: no focus.
  Result<path::Value> focus(const std::string& file) {
    if (file.empty()) return path::Value();
    auto found = trees_.find(file);
    if (found == trees_.end()) {
      LET(auto read, read_resource_file(setting_, there(file)));
      found = trees_.emplace(file, std::move(read.tree)).first;
    }
    return path::Value(NodeRef{&found->second, found->second.root()});
  }

 private:
  // The file, or the same resource in the other form.
  std::filesystem::path there(const std::string& file) const {
    auto path = folder_ / file;
    if (!exists(path)) path.replace_extension(path.extension() == ".xml" ? ".json" : ".xml");
    return path;
  }

  const Setting& setting_;
  std::filesystem::path folder_;
  std::map<std::string, Tree> trees_;
};

// "@2014-01" and "@T10" without what marks them in expressions.
std::string_view unmarked(std::string_view text) {
  if (text.starts_with("@T")) return text.substr(2);
  return text.starts_with('@') ? text.substr(1) : text;
}

bool same_text(std::string_view wanted, std::string_view found) {
  if (unmarked(wanted) == found) return true;
  const auto a = value::Decimal::parse(wanted), b = value::Decimal::parse(found);
  return a && b && a->scale() == b->scale() && compare(*a, *b) == 0;
}

std::string shown(const model::Definitions& definitions, const path::Collection& values) {
  std::string all;
  for (const auto& value : values)
    all += (all.empty() ? "" : "; ") + path::type_text(definitions, value) + " " +
           path::value_text(definitions, value);
  return all.empty() ? "nothing" : all;
}

std::string shown(const std::vector<XmlView>& outputs) {
  std::string all;
  for (const auto& output : outputs)
    all +=
        (all.empty() ? "" : "; ") + std::string(output["type"]) + " " + std::string(output.text());
  return all.empty() ? "nothing" : all;
}

bool fits(const model::Definitions& definitions, const XmlView& output, const path::Value& value) {
  const auto type = output["type"];
  return (type.empty() || type == path::type_text(definitions, value)) &&
         (output.text().empty() || same_text(output.text(), path::value_text(definitions, value)));
}

bool all_fit(const model::Definitions& definitions, const std::vector<XmlView>& outputs,
             const path::Collection& found, bool ordered) {
  if (outputs.size() != found.size()) return false;
  std::vector<bool> used(found.size(), false);
  for (std::size_t i = 0; i < found.size(); ++i) {
    std::size_t at = i;
    if (!ordered)
      for (at = 0; at < found.size() && (used[at] || !fits(definitions, outputs[i], found[at]));)
        ++at;
    if (at == found.size() || !fits(definitions, outputs[i], found[at])) return false;
    used[at] = true;
  }
  return true;
}

path::Collection as_predicate(const path::Collection& values) {
  const bool no =
      values.empty() || (values.size() == 1 && values[0].kind() == path::Value::Kind::boolean &&
                         !values[0].boolean());
  return {path::Value(!no)};
}

std::string_view class_of(path::Mistake mistake) {
  constexpr std::string_view names[] = {"", "syntax", "semantic", "execution"};
  return names[static_cast<std::size_t>(mistake)];
}

// An error passes where one of its class is wanted, or one of any ("true").
Case judged_error(const std::string& name, const std::string& wanted, std::string_view found,
                  const Error& error) {
  const std::string said = std::string(found) + " error";
  if (wanted == said || wanted == "true error") return judged(name, wanted, "");
  return judged(name, wanted, said + ": " + error.text + " at " + error.where);
}

Case run_one(const Setting& setting, const XmlView& test, Inputs& inputs) {
  const auto& definitions = setting.definitions;
  const XmlView expression = test.child("expression");
  const auto invalid = expression["invalid"];
  const std::string name(test["name"]);
  const std::string file(test["inputfile"]);
  const auto input = inputs.focus(file);
  if (!input) return judged(name, "the input " + file, input.error().text);
  const auto& focus = *input;
  path::CompileOptions options;
  options.check = path::Check::strict;
  options.check_order = test["checkOrderedFunctions"] == "true";
  if (focus.is_node()) options.start = (*focus.node().tree)[focus.node().node].type;

  const bool fails = !invalid.empty() && invalid != "false";
  const auto wanted = fails ? std::string(invalid) + " error" : "a value";
  auto mistake = path::Mistake::none;
  const auto compiled = path::compile(expression.text(), definitions, options, &mistake);
  if (!compiled) return judged_error(name, wanted, class_of(mistake), compiled.error());
  if (invalid == "semantic" || invalid == "syntax") return judged(name, wanted, "it compiles");

  path::Environment environment;
  environment.now = "2026-11-22T09:30:00.000+11:00";
  const auto found = path::evaluate(*compiled, focus, environment);
  if (fails && !found) return judged_error(name, wanted, "execution", found.error());
  if (fails) return judged(name, wanted, shown(definitions, *found));
  std::vector<XmlView> outputs;
  test.each([&](const XmlView& child) {
    if (child.name() == "output") outputs.push_back(child);
  });
  if (!found) return judged(name, shown(outputs), found.error().text);
  const auto values = test["predicate"] == "true" ? as_predicate(*found) : *found;
  const bool good = all_fit(definitions, outputs, values, test["ordered"] != "false");
  return judged(name, shown(outputs), good ? "" : shown(definitions, values));
}

}  // namespace

Result<Report> run_fhirpath(const Setting& setting, const std::filesystem::path& tests,
                            const std::filesystem::path& inputs) {
  LET(auto text, setting.read(tests));
  LET(const auto document, wire::parse_xml(std::move(text), wide_limits()));
  Inputs files(setting, inputs);
  Report report;
  for (XmlView group = XmlView(document).first(); group; group = group.next())
    for (XmlView test = group.first(); test; test = test.next()) {
      if (test.name() != "test") continue;
      report.push_back(run_one(setting, test, files));
    }
  number_names(report);
  return report;
}

}  // namespace fingerpost::suite
