#include "interaction/answers.h"
#include "interaction/conformance.h"
#include "interaction/interactions.h"
#include "interaction/offers.h"
#include "interaction/operations.h"
#include "search/search.h"

#include <algorithm>

namespace fingerpost::interaction {
namespace {

// When what it says last changed: not when it is asked for, so that every thread, and the same
// program started again, says the same under one ETag.
constexpr std::string_view statement_date = "2026-11-22";

// Those of the table of offers, of types or of the system, as "interaction":[…].
void write_interactions(bool of_types, std::string& out) {
  out += R"("interaction":[)";
  for (const auto& offer : offers()) {
    if (is_typed(offer.place) != of_types) continue;
    for (auto codes = offer.code; !codes.empty();) {
      const auto end = std::min(codes.find(' '), codes.size());
      if (out.back() == '}') out += ',';
      out += '{';
      write_member(out, "code", codes.substr(0, end));
      out += '}';
      codes.remove_prefix(std::min(end + 1, codes.size()));
    }
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

void write_type(const Context& context, const search::Parameters& parameters, std::string_view type,
                std::string& out) {
  out += '{';
  write_member(out, "type", type);
  out += ',';
  write_interactions(true, out);
  out += R"(,"versioning":"versioned","readHistory":true,"updateCreate":true,)"
         R"("conditionalCreate":true,"conditionalRead":"full-support","conditionalUpdate":true,)"
         R"("conditionalDelete":"multiple")";
  bool first = true;
  for (const auto id : parameters.of_type(type)) {
    const auto& key = parameters.key(id);
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
  const auto parameters = context.parameters.now();
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
    write_type(context, *parameters, name, out);
  }
  out += "],";
  write_interactions(false, out);
  out += "}]}";
  return out;
}

}  // namespace fingerpost::interaction
