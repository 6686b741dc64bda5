// Code systems and value sets for tests, from JSON; and operations asked with Parameters in JSON.

#pragma once

#include "model/json.h"
#include "support/catch.h"
#include "support/definitions.h"
#include "terminology/build.h"
#include "terminology/operations.h"
#include "terminology/terminology.h"

#include <initializer_list>
#include <string>
#include <string_view>

namespace fingerpost::test {

inline Tree tree_of(const std::string& json) {
  auto read = model::read_json(definitions(), json, Limits{});
  REQUIRE(read);
  return std::move(read->tree);
}

inline terminology::Terminology loaded(const std::vector<std::string>& resources) {
  terminology::Builder builder(definitions());
  for (const auto& json : resources) {
    const auto tree = tree_of(json);
    REQUIRE(builder.add(tree, tree.root()));
  }
  terminology::Terminology made;
  made.add(std::move(builder).finish());
  return made;
}

struct Told {
  bool failed = false;
  std::string json;
};

using Operation = terminology::Reply (*)(const terminology::Question& question);

// `parameters` are the items of Parameters.parameter.
inline Told ask(Operation operation, const terminology::Terminology& terminology,
                const std::string& parameters, const Limits& limits = {}) {
  const auto tree = tree_of(R"({"resourceType":"Parameters","parameter":[)" + parameters + "]}");
  const auto reply = operation(
      {definitions(), terminology, limits, tree, "", "2024-01-01T00:00:00Z", "urn:uuid:1"});
  Told told{reply.failed.has_value(), ""};
  model::write_json(definitions(), reply.tree, reply.tree.root(), told.json);
  return told;
}

inline std::string uri(std::string_view name, std::string_view value) {
  return R"({"name":")" + std::string(name) + R"(","valueUri":")" + std::string(value) + "\"}";
}
inline std::string code(std::string_view name, std::string_view value) {
  return R"({"name":")" + std::string(name) + R"(","valueCode":")" + std::string(value) + "\"}";
}
inline std::string coding(std::string_view system, std::string_view value) {
  return R"({"name":"coding","valueCoding":{"system":")" + std::string(system) + R"(","code":")" +
         std::string(value) + "\"}}";
}
inline std::string number(std::string_view name, int value) {
  return R"({"name":")" + std::string(name) + R"(","valueInteger":)" + std::to_string(value) + "}";
}
inline std::string flag(std::string_view name, bool value) {
  return R"({"name":")" + std::string(name) + R"(","valueBoolean":)" + (value ? "true" : "false") +
         "}";
}

// The codes of an expansion, in order, a blank after each.
inline std::string codes_in(std::string_view json) {
  std::string made;
  const auto expansion = json.find(R"("expansion":)");
  for (auto at = expansion; at != std::string_view::npos;) {
    at = json.find(R"("code":")", at + 1);
    if (at == std::string_view::npos) break;
    const auto end = json.find('"', at + 8);
    made += std::string(json.substr(at + 8, end - at - 8)) + " ";
  }
  return made;
}

}  // namespace fingerpost::test
