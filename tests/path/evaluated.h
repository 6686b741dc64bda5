// Expressions evaluated on a JSON text, for tests.

#pragma once

#include "model/json.h"
#include "path/fhirpath.h"
#include "support/definitions.h"

#include <stdexcept>
#include <string>

namespace fingerpost::test {

inline Tree tree_of(const std::string& json) {
  auto read = model::read_json(definitions(), json, Limits{});
  if (!read) throw std::runtime_error(read.error().text);
  return std::move(read->tree);
}

inline std::string shown(const path::Collection& values) {
  std::string out;
  for (const auto& value : values) {
    if (!out.empty()) out += ", ";
    out += path::type_text(definitions(), value) + " " + path::value_text(definitions(), value);
  }
  return out;
}

// "string Peter, string James", or "error: …".
inline std::string evaluated(const Tree* tree, std::string_view text,
                             path::CompileOptions options = {}) {
  const auto expression = path::compile(text, definitions(), options);
  if (!expression) return "error: " + expression.error().text + " at " + expression.error().where;
  path::Environment environment(options.limits);
  environment.now = "2026-11-22T09:30:00.000+00:00";
  const auto focus = tree ? path::Value(NodeRef{tree, tree->root()}) : path::Value();
  const auto found = path::evaluate(*expression, focus, environment);
  if (!found) return "error: " + found.error().text + " at " + found.error().where;
  return shown(*found);
}

}  // namespace fingerpost::test
