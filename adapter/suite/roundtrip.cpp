#include "suite/roundtrip.h"

#include "model/xml.h"
#include "suite/resource.h"
#include "wire/sorted_json.h"

namespace fingerpost::suite {
namespace {

std::string to_xml(const model::Definitions& definitions, const Tree& tree) {
  std::string out;
  model::write_xml(definitions, tree, tree.root(), out);
  return out;
}

Result<std::string> sorted(const Setting& setting, const Tree& tree) {
  LET(const auto document, wire::parse_json(to_json(setting.definitions, tree), wide_limits()));
  return wire::sorted_json(wire::JsonView(document));
}

// What the file has that is not of FHIR, and so cannot come back; "" when it has nothing.
std::string misread(const Issues& issues) {
  for (const auto& issue : issues)
    if (issue.severity <= Severity::error) return issue.text + " at " + issue.expression;
  return "";
}

// "" when JSON and XML both bring back what the tree holds.
Result<std::string> difference(const Setting& setting, const Tree& tree) {
  LET(const auto wanted, sorted(setting, tree));
  LET(const auto by_xml, read_resource(setting, to_xml(setting.definitions, tree)));
  LET(const auto after_xml, sorted(setting, by_xml.tree));
  if (after_xml != wanted) return std::string("XML gives another resource");
  LET(const auto by_json, read_resource(setting, to_json(setting.definitions, by_xml.tree)));
  LET(const auto after_json, sorted(setting, by_json.tree));
  return std::string(after_json == wanted ? "" : "JSON gives another resource");
}

}  // namespace

Result<Report> run_roundtrip(const Setting& setting, std::span<const std::filesystem::path> files) {
  Report report;
  for (const auto& file : files) {
    const auto read = read_resource_file(setting, file);
    const auto name = file.filename().string();
    const std::string expected = "the same";
    if (!read) {
      report.push_back(judged(name, expected, read.error().text + " at " + read.error().where));
      continue;
    }
    if (const auto wrong = misread(read->issues); !wrong.empty()) {
      report.push_back(judged(name, expected, wrong));
      continue;
    }
    const auto found = difference(setting, read->tree);
    report.push_back(judged(name, expected, found ? *found : found.error().text));
  }
  return report;
}

}  // namespace fingerpost::suite
