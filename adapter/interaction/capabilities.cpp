#include "interaction/answers.h"
#include "interaction/interactions.h"
#include "interaction/operations.h"
#include "search/search.h"

#include <array>

namespace fingerpost::interaction {
namespace {

constexpr std::string_view search_types[] = {
    "number", "date", "string", "token", "reference", "composite", "quantity", "uri", "special"};
constexpr std::array type_interactions = {
    "read", "vread", "update", "delete", "create", "history-instance", "search-type"};

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

void write_operations(std::string_view type, std::string& out) {
  bool first = true;
  for (const auto& operation : operations()) {
    if (operation.type != type && operation.type != any_type) continue;
    out += first ? R"(,"operation":[{)" : ",{";
    first = false;
    write_member(out, "name", operation.name);
    out += ',';
    write_member(out, "definition", operation.definition);
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
         R"("conditionalCreate":false,"conditionalRead":"not-match","conditionalUpdate":false,)"
         R"("conditionalDelete":"not-supported")";
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
    write_member(out, "type", search_types[static_cast<std::size_t>(key.kind)]);
    out += '}';
  }
  if (!first) out += ']';
  write_operations(type, out);
  out += '}';
}

}  // namespace

// R4 http.html#capabilities: from the same tables that serve.
std::string capabilities(const Context& context) {
  std::string out = R"({"resourceType":"CapabilityStatement","status":"active",)";
  write_member(out, "date", store::instant(context.clock.now_us()));
  out += R"(,"kind":"instance","software":{"name":"Fingerpost",)";
  write_member(out, "version", context.version);
  out += R"(},"implementation":{"description":"Fingerpost FHIR gateway",)";
  write_member(out, "url", context.base_url);
  out += R"(},"fhirVersion":"4.0.1","format":["application/fhir+json","json"],)"
         R"("rest":[{"mode":"server","resource":[)";
  bool first = true;
  for (const auto& type : context.definitions.types()) {
    const auto name = context.definitions.names().text(type.name);
    if (type.model != model::Model::r4 || !is_resource_type(context, name)) continue;
    if (!first) out += ',';
    first = false;
    write_type(context, name, out);
  }
  out += R"(],"interaction":)";
  write_list(out, std::array{"transaction", "batch"});
  out += "}]}";
  return out;
}

}  // namespace fingerpost::interaction
