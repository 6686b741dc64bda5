#include "interaction/answers.h"
#include "interaction/conformance.h"
#include "interaction/interactions.h"
#include "interaction/operations.h"
#include "search/search.h"

#include <array>

namespace fingerpost::interaction {
namespace {

constexpr std::array type_interactions = {
    "read",         "vread",      "update", "patch", "delete", "create", "history-instance",
    "history-type", "search-type"};
constexpr std::array system_interactions = {"transaction", "batch", "history-system",
                                            "search-system"};

// When what it says last changed: not when it is asked for, so that every thread, and the same
// program started again, says the same under one ETag.
constexpr std::string_view statement_date = "2026-11-22";

void write_list(std::string& out, const auto& codes) {
  out += '[';
  for (const auto* code : codes) {
    if (out.back() == '}') out += ',';
    out += R"({"code":")";
    out += code;
    out += "\"}";
  }
  out += ']';
}

void write_operations(const Context& context, std::string_view type, std::string& out) {
  bool first = true;
  for (const auto& operation : operations()) {
    if (operation.type != type && operation.type != any_type) continue;
    out += first ? R"(,"operation":[{)" : ",{";
    first = false;
    write_member(out, "name", operation.name);
    out += ',';
    write_member(out, "definition", definition_url(context, operation));
    out += '}';
  }
  if (!first) out += ']';
}

void write_type(const Context& context, std::string_view type, std::string& out) {
  out += '{';
  write_member(out, "type", type);
  out += R"(,"interaction":)";
  write_list(out, type_interactions);
  out += R"(,"versioning":"versioned","readHistory":true,"updateCreate":true,)"
         R"("conditionalCreate":true,"conditionalRead":"full-support","conditionalUpdate":true,)"
         R"("conditionalDelete":"multiple")";
  bool first = true;
  for (const auto id : context.parameters.of_type(type)) {
    const auto& key = context.parameters.key(id);
    out += first ? R"(,"searchParam":[{)" : ",{";
    first = false;
    write_member(out, "name", key.code);
    if (!key.url.empty()) {
      out += ',';
      write_member(out, "definition", key.url);
    }
    out += ',';
    write_member(out, "type", search_type_code(key.kind));
    out += '}';
  }
  if (!first) out += ']';
  write_operations(context, type, out);
  out += '}';
}

}  // namespace

// R4 http.html#capabilities: from the same tables that serve.
std::string capabilities(const Context& context) {
  std::string out = R"({"resourceType":"CapabilityStatement","status":"active",)";
  write_member(out, "date", statement_date);
  out += R"(,"kind":"instance","software":{"name":"Fingerpost",)";
  write_member(out, "version", context.version);
  out += R"(},"implementation":{"description":"Fingerpost FHIR gateway",)";
  write_member(out, "url", context.base_url);
  out +=
      R"(},"fhirVersion":"4.0.1","format":["application/fhir+json","application/fhir+xml","json","xml"],)"
      R"("patchFormat":["application/fhir+json","application/fhir+xml",)"
      R"("application/json-patch+json","application/merge-patch+json",)"
      R"("application/xml-patch+xml"],"rest":[{"mode":"server","resource":[)";
  bool first = true;
  for (const auto& type : context.definitions.types()) {
    const auto name = context.definitions.names().text(type.name);
    if (type.model != model::Model::r4 || !is_resource_type(context, name)) continue;
    if (!first) out += ',';
    first = false;
    write_type(context, name, out);
  }
  out += R"(],"interaction":)";
  write_list(out, system_interactions);
  out += "}]}";
  return out;
}

}  // namespace fingerpost::interaction
