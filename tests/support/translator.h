// The shipped maps as a Translator, made once for the whole program, and what tests ask of results.

#pragma once

#include "exchange/translate.h"
#include "model/json.h"
#include "path/fhirpath.h"
#include "support/definitions.h"
#include "support/files.h"

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::test {

// Every file of a mappings folder, in the order of their paths.
inline std::vector<exchange::MappingFile> mapping_files(const fs::path& folder) {
  std::vector<exchange::MappingFile> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file())
      files.push_back({fs::relative(entry.path(), folder).string(), read_file(entry.path())});
  std::sort(files.begin(), files.end(),
            [](const auto& a, const auto& b) { return a.path < b.path; });
  return files;
}

inline exchange::Translator load_translator() {
  auto made = exchange::Translator::make(definitions(), mapping_files(project() / "mappings"));
  if (!made) throw std::runtime_error("maps: " + made.error().where + ": " + made.error().text);
  return *std::move(made);
}

inline const exchange::Translator& translator() {
  static const exchange::Translator all = load_translator();
  return all;
}

inline std::string json(const Translation& translation) {
  std::string out;
  model::write_json(definitions(), translation.bundle, translation.bundle.root(), out,
                    model::Pretty::yes);
  return out;
}

// Whether a FHIRPath expression is true of the result.
inline bool holds(const Translation& translation, std::string_view text) {
  const auto expression = path::compile(text, definitions());
  if (!expression) throw std::runtime_error(expression.error().text + ": " + std::string(text));
  path::Environment environment;
  const NodeRef root{&translation.bundle, translation.bundle.root()};
  const auto found = path::test(*expression, path::Value(root), environment);
  if (!found) throw std::runtime_error(found.error().text + ": " + std::string(text));
  return *found;
}

inline bool has_issue(const Translation& translation, std::string_view part) {
  return std::any_of(translation.issues.begin(), translation.issues.end(),
                     [&](const auto& issue) { return issue.text.find(part) != std::string::npos; });
}

// How many places the report names as lost.
inline std::size_t lost(const Translation& translation, std::string_view place) {
  for (const auto& one : translation.lost)
    if (one.place == place) return one.count;
  return 0;
}

}  // namespace fingerpost::test
