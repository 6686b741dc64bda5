#include "suite/patch.h"

#include "model/xml.h"
#include "patch/patch.h"
#include "suite/resource.h"
#include "wire/xml.h"

namespace fingerpost::suite {
namespace {

using wire::XmlView;

Result<std::string> patched(const Setting& setting, const XmlView& test) {
  LET(auto input, model::read_xml(setting.definitions, test.child("input").first(), wide_limits()));
  LET(const auto diff,
      model::read_xml(setting.definitions, test.child("diff").first(), wide_limits()));
  LET_DONE(patch::apply_fhirpath(setting.definitions, input.tree, diff.tree, wide_limits()));
  std::string out;
  model::write_xml(setting.definitions, input.tree, input.tree.root(), out);
  return out;
}

Case run_one(const Setting& setting, const XmlView& test) {
  const std::string name(test["name"]);
  const auto made = patched(setting, test);
  const XmlView output = test.child("output");
  if (!output && !test.child("error")) return judged(name, "an output or an error", "neither");
  if (!output) return judged(name, "an error", made ? *made : "");
  const auto told = [](const Error& error) { return error.text + " at " + error.where; };
  const auto wanted = model::read_xml(setting.definitions, output.first(), wide_limits());
  if (!wanted) return judged(name, "an output that can be read", told(wanted.error()));
  std::string expected;
  model::write_xml(setting.definitions, wanted->tree, wanted->tree.root(), expected);
  if (!made) return judged(name, expected, told(made.error()));
  return judged(name, expected, *made == expected ? "" : *made);
}

}  // namespace

Result<Report> run_patch(const Setting& setting, const std::filesystem::path& tests) {
  LET(auto text, setting.read(tests));
  LET(const auto document, wire::parse_xml(std::move(text), wide_limits()));
  Report report;
  for (XmlView test = XmlView(document).first(); test; test = test.next())
    if (test.name() == "case") report.push_back(run_one(setting, test));
  number_names(report);
  return report;
}

}  // namespace fingerpost::suite
