// A validator with the definitions of FHIR packages, as their files have them.

#pragma once

#include "support/files.h"
#include "support/validator.h"
#include "terminology/build.h"

#include <memory>
#include <vector>

namespace fingerpost::test {

// Of all JSON and XML files that lie in the folders themselves; folders that are not there have
// none. `codes` must outlive it.
inline std::unique_ptr<profile::Validator> validator_with(const std::vector<fs::path>& folders,
                                                          terminology::Terminology& codes) {
  codes = terminology::core(definitions());
  terminology::Builder builder(definitions());
  auto validator = std::make_unique<profile::Validator>(definitions(), &codes);
  Limits limits;
  limits.depth = 128;
  for (const auto& folder : folders) {
    if (!fs::is_directory(folder)) continue;
    for (const auto& file : fs::directory_iterator(folder)) {
      const auto kind = file.path().extension();
      if (kind != ".json" && kind != ".xml") continue;
      if (file.path().filename().string().starts_with("package")) continue;
      auto read = model::read_resource(definitions(), read_file(file.path()), limits);
      CAPTURE(file.path().string());
      REQUIRE(read);
      (void)builder.add(read->tree, read->tree.root());  // what is no code system has no codes
      validator->registry().add(std::move(read->tree));
    }
  }
  codes.add(std::move(builder).finish());
  return validator;
}

// What is wrong with a resource, "expression: text", a line each; what the reader noted is part.
inline std::string errors_of(const profile::Validator& validator, const std::string& text,
                             const profile::Options& options = {}) {
  auto read = model::read_resource(definitions(), text, {});
  if (!read) return read.error().text + "\n";
  auto issues = std::move(read->issues);
  for (auto& issue : validator.validate(read->tree, read->tree.root(), options, {}))
    issues.push_back(std::move(issue));
  std::string found;
  for (const auto& issue : issues)
    if (issue.severity <= Severity::error) found += issue.expression + ": " + issue.text + "\n";
  return found;
}

}  // namespace fingerpost::test
