#include "interaction/conformance.h"

#include "interaction/answers.h"
#include "interaction/operation_parameters.h"

#include <algorithm>
#include <set>

namespace fingerpost::interaction {
namespace {

void write_flag(std::string& out, std::string_view name, bool value) {
  out += ",\"";
  out += name;
  out += value ? "\":true" : "\":false";
}

void write_text(std::string& out, std::string_view name, std::string_view text) {
  out += ',';
  write_member(out, name, text);
}

// "http://hl7.org/fhir/SearchParameter/Patient-name": "Patient-name".
std::string id_of(std::string_view url) {
  return std::string(url.substr(url.rfind('/') + 1));
}

// "everything" of Patient: "Patient-everything", as R4 names its own.
std::string id_of(const Operation& operation) {
  return id_of(operation.definition);
}

std::string operation_definition(const Context& context, const Operation& operation) {
  std::string out = R"({"resourceType":"OperationDefinition",)";
  write_member(out, "id", id_of(operation));
  write_text(out, "url", definition_url(context, operation));
  std::string name = id_of(operation);
  std::replace(name.begin(), name.end(), '-', '_');
  write_text(out, "name", name);
  out += R"(,"status":"active","kind":"operation")";
  write_flag(out, "affectsState", operation.start != nullptr);
  write_text(out, "code", operation.name);
  out += R"(,"resource":[")";
  out += operation.type;
  out += "\"]";
  write_flag(out, "system", operation.on(on_system));
  write_flag(out, "type", operation.on(on_type));
  write_flag(out, "instance", operation.on(on_instance | on_version));
  return out + parameters_of_definition(id_of(operation)) + '}';
}

std::string search_parameter(const Context& context, const model::SearchParameter& parameter,
                             std::string_view id) {
  const auto& definitions = context.definitions;
  const auto text = [&](NameId name) { return definitions.names().text(name); };
  std::string out = R"({"resourceType":"SearchParameter",)";
  write_member(out, "id", id);
  write_text(out, "url", text(parameter.url));
  write_text(out, "name", text(parameter.code));
  out += R"(,"status":"active")";
  write_text(out, "description", "A search parameter of FHIR R4, as it is served here.");
  write_text(out, "code", text(parameter.code));
  const auto write_types = [&](std::string_view name, std::uint32_t first, std::uint32_t count) {
    if (count == 0) return;
    out += ",\"";
    out += name;
    out += "\":";
    char joint = '[';
    for (const auto type : definitions.targets(first, count)) {
      out += joint;
      out += '"';
      out += definitions.type_name(type);
      out += '"';
      joint = ',';
    }
    out += ']';
  };
  write_types("base", parameter.first_base, parameter.base_count);
  write_text(out, "type", search_type_code(parameter.type));
  if (parameter.expression != no_name) write_text(out, "expression", text(parameter.expression));
  write_types("target", parameter.first_target, parameter.target_count);
  return out + '}';
}

}  // namespace

std::string_view search_type_code(model::SearchType type) {
  constexpr std::string_view codes[] = {"number",    "date",     "string", "token",  "reference",
                                        "composite", "quantity", "uri",    "special"};
  return codes[static_cast<std::size_t>(type)];
}

std::string definition_url(const Context& context, const Operation& operation) {
  if (operation.definition.find("://") != std::string_view::npos)
    return std::string(operation.definition);
  return context.base_url + "/" + std::string(operation.definition);
}

std::optional<std::string> definition(const Context& context, Target target) {
  if (target.type == "OperationDefinition")
    for (const auto& operation : operations(context))
      if (id_of(operation) == target.id) return operation_definition(context, operation);
  if (target.type != "SearchParameter") return {};
  const auto& definitions = context.definitions;
  for (const auto& parameter : definitions.search_parameters()) {
    if (id_of(definitions.names().text(parameter.url)) == target.id)
      return search_parameter(context, parameter, target.id);
  }
  return {};
}

void each_definition(const Context& context, std::string_view type, const EachDefinition& each) {
  if (type == "OperationDefinition")
    for (const auto& operation : operations(context))
      each(id_of(operation), operation_definition(context, operation));
  if (type != "SearchParameter") return;
  std::set<std::string> seen;
  for (const auto& parameter : context.definitions.search_parameters()) {
    auto id = id_of(context.definitions.names().text(parameter.url));
    if (seen.insert(id).second) each(id, search_parameter(context, parameter, id));
  }
}

}  // namespace fingerpost::interaction
